//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
)

const (
	yearDaySeconds  = 2
	yearEventsTotal = 2000
	yearEventsRun   = 500
)

// yearPartnerships and yearDays are how many partnerships live how long a term; less serves to try the measurement itself.
func yearPartnerships() int { return sizeOf("RAPPORT_BENCH_YEAR", 20) }
func yearDays() int         { return sizeOf("RAPPORT_BENCH_YEAR_DAYS", 365) }

// ofYear is a day of the year, where the term is shorter as much earlier.
func ofYear(day int) int { return max(1, day*yearDays()/365) }

// year is a campaign with a term of a year on days of two seconds: eleven pieces, one a month, to which an amendment adds another, and the
// product's own timings.
func year() shape {
	s := shape{daySeconds: yearDaySeconds, budget: 1_000_000_000, timings: rapport.DefaultTimings(), steps: standard().steps}
	s.terms = rapport.ContractTerms{
		RevisionRounds: 2, DurationDays: ofYear(365), NoticeDays: ofYear(20), UsageRightsDays: ofYear(90), AllowlistingDays: ofYear(30), ExclusivityDays: ofYear(20),
	}
	for i := range 11 {
		s.terms.Deliverables = append(s.terms.Deliverables, rapport.DeliverableTerms{
			Title: fmt.Sprintf("Video %d", i+1), Platform: "youtube", Kind: "video", DraftDueDays: ofYear(25 * (i + 1)), PublishDays: ofYear(8),
		})
	}
	for i, share := range []int{25, 25, 25, 25} {
		of := 3*i + 1
		s.terms.Milestones = append(s.terms.Milestones, rapport.MilestoneTerms{
			Title: fmt.Sprintf("Part %d", i+1), Trigger: rapport.TriggerVerified, Deliverable: &of, Percent: share, NetDays: 2,
		})
	}
	return s
}

// yearDutiesSQL is what waits for people who do it on its last day: after its reminders, and before it is late. $2 is the length of a day. The days
// of the two amendments, counted from the signature, are $3 and $4. Of every other date that is kept they say at the first reminder that it may end;
// the others they leave until they end.
//
//nolint:dupword // a duty that refers to one thing names it twice
const yearDutiesSQL = `
select 'reply', p.id, p.id, p.id, 0, 0, x.email from partnerships p join contacts x on x.creator_id = p.creator_id where p.stage = 'outreach' and p.campaign_id = $1
  and (select count(*) from messages m where m.partnership_id = p.id and m.kind = 'outreach' and m.direction = 'out' and m.state in ('accepted', 'delivered', 'unknown')) >= 2
union all select 'offer', p.id, p.id, p.id, 0, 0, '' from partnerships p where p.stage = 'in_conversation' and p.campaign_id = $1 and not exists (select 1 from offers o where o.partnership_id = p.id)
union all select 'accept', o.partnership_id, o.id, o.id, 0, 0, '' from offers o where o.state = 'sent' and o.campaign_id = $1 and o.sent_at + 5 * $2::interval <= now()
union all select 'send', c.partnership_id, c.id, c.id, 0, 0, '' from contracts c join partnerships p on p.id = c.partnership_id where c.state = 'internal_approval' and p.campaign_id = $1
  and c.created_at + 0.5 * $2::interval <= now() and exists (select 1 from tasks t where t.ref = c.id and t.kind = 'approve_contract' and t.state = 'open')
union all select 'sign', c.partnership_id, c.id, c.id, 0, 0, '' from contracts c join partnerships p on p.id = c.partnership_id where c.state = 'out_for_signature' and p.campaign_id = $1
  and c.sent_at + 8 * $2::interval <= now()
union all select 'onboard', p.id, p.creator_id, p.id, 0, 0, y.account_id from partnerships p join payees y on y.creator_id = p.creator_id where y.state = 'onboarding' and p.campaign_id = $1
  and exists (select 1 from contracts c where c.partnership_id = p.id and c.executed_at + 8 * $2::interval <= now())
union all select 'submit', d.partnership_id, d.id, d.id, d.round + 1, 0, '' from deliverables d join partnerships p on p.id = d.partnership_id where p.campaign_id = $1
  and d.state in ('awaiting_draft', 'changes_requested', 'late') and d.draft_due_at - 0.3 * $2::interval <= now()
union all select 'decide', r.partnership_id, r.id, r.submission_id, r.open_stage, d.position * 10 + s.version, '' from reviews r join submissions s on s.id = r.submission_id
  join deliverables d on d.id = r.deliverable_id join partnerships p on p.id = r.partnership_id where r.state = 'open' and r.open_stage is not null and p.campaign_id = $1
union all select 'post', d.partnership_id, d.id, d.id, 0, 0, '' from deliverables d join partnerships p on p.id = d.partnership_id where d.state = 'approved_to_post' and p.campaign_id = $1
  and d.publish_by - 0.1 * $2::interval <= now()
union all select 'approve', y.partnership_id, y.id, y.id, y.round, 0, '' from payouts y join partnerships p on p.id = y.partnership_id where y.state = 'awaiting_approval' and p.campaign_id = $1
union all select 'renew', p.id, p.id, p.id, 0, 0, '' from partnerships p join contracts c on c.partnership_id = p.id and c.term = p.term and c.amends is null
  where p.renewal_state = 'review_open' and p.campaign_id = $1 and p.term = 1 and c.notice_by - 4 * $2::interval <= now()
union all select 'let_end', k.partnership_id, k.id, k.id, 0, 0, '' from key_dates k join partnerships p on p.id = k.partnership_id
  where p.campaign_id = $1 and k.state = 'open' and k.asked_at is not null and get_byte(uuid_send(k.id), 15) % 2 = 0
union all select 'amend', p.id, c.id, p.id, a.n, 0, '' from partnerships p join contracts c on c.partnership_id = p.id and c.term = 1 and c.amends is null and c.state = 'executed'
  cross join (values (1, $3::float), (2, $4::float)) a (n, day)
  where p.campaign_id = $1 and p.stage = 'active' and p.term = 1 and c.executed_at + a.day * $2::interval <= now()
  and (select count(*) from contracts x where x.amends = c.id and x.state = 'executed') = a.n - 1 and (select count(*) from contracts x where x.amends = c.id) = a.n - 1`

// amend drafts the n-th amendment as the API does. The first adds a piece and moves a later one. The second gives the term another week, moves the
// publication of the next piece, and has the brand use posts for longer.
func (w *world) amend(ctx context.Context, store *postgres.Store, d duty) error {
	changes := rapport.Amendment{Deliverables: []rapport.DeliverableTerms{{Title: "Another video", Platform: "youtube", Kind: "video", DraftDueDays: ofYear(60), PublishDays: ofYear(8)}}}
	next, days := `position = 9`, []int{ofYear(8), ofYear(8)}
	if d.n == 2 {
		rights, allowed, exclusive := ofYear(120), ofYear(45), ofYear(30)
		changes = rapport.Amendment{EndDays: ofYear(7), UsageRightsDays: &rights, AllowlistingDays: &allowed, ExclusivityDays: &exclusive}
		next, days = `state in ('awaiting_draft', 'approved_to_post')`, []int{0, ofYear(5)}
	}
	var id uuid.UUID
	if err := w.owner.QueryRow(ctx, `select id from deliverables where contract_id = $1 and `+next+` order by publish_by limit 1`, d.ref).Scan(&id); err != nil {
		return fmt.Errorf("the piece to move: %w", err)
	}
	changes.Moved = []rapport.DeliverableMove{{ID: id, DraftDays: days[0], PublishDays: days[1]}}
	draft := rapport.AmendmentDraft{ID: rapport.DeriveID(d.ref, fmt.Sprintf("amendment/%d", d.n)), PartnershipID: d.partnership, Changes: changes, By: w.ops, At: time.Now()}
	if _, err := store.DraftAmendment(rapport.WithBrands(ctx, w.brand), draft); err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdAmend, Actor: w.ops, Ref: draft.ID})
}

// build makes this test's binary with more build tags: a worker of an older build.
func build(t *testing.T, tag string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "older")
	cmd := exec.CommandContext(t.Context(), "go", "test", "-c", "-tags", "bench "+tag, "-o", program, ".")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return program
}

// replacement is when no worker ran, because another took its place.
type replacement struct{ from, to time.Time }

// TestYear lets partnerships live a year of two amendments, twelve pieces and a renewal in about 14 minutes, on a worker that is twice replaced by a
// newer one, and holds every reminder against what the rows say of its time; reminders_test.go says which, and against what.
func TestYear(t *testing.T) {
	if !full() {
		t.Skip("make bench-full lets a year pass")
	}
	oldest, middle := build(t, "flags_before_reminds_payee"), build(t, "flags_before_keeps_dates")
	n, day := yearPartnerships(), yearDaySeconds*time.Second
	w := newWorld(t)
	w.sandboxHere()
	w.exec(watchSQL)
	store, err := postgres.Open(t.Context(), w.pg.url("rapport_api", "rapport"))
	require.NoError(t, err)
	t.Cleanup(store.Close)
	p := w.startWorkerOf(oldest)
	s := year()
	w.found(s)
	house := &people{w: w, done: map[string]time.Time{}, patience: time.Minute, duties: yearDutiesSQL, args: []any{w.campaign, day, ofYear(130), ofYear(255)}}
	house.fulfil = func(ctx context.Context, d duty) error {
		switch d.kind {
		case "amend":
			return w.amend(ctx, store, d)
		case "let_end":
			return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdDecideKeyDate, Actor: w.ops, Ref: d.ref, Code: rapport.KeyLetEnd})
		default:
			return w.fulfil(ctx, d)
		}
	}
	house.begin()

	began := time.Now()
	ids := w.begin(n, s, "Year")
	swaps := make([]replacement, 0, 2)
	for i, program := range []string{middle, "/proc/self/exe"} {
		<-time.After(time.Until(began.Add(time.Duration(ofYear(365)*(i+1)/3) * day)))
		from := time.Now()
		p.kill(syscall.SIGTERM)
		if program[1] == 'p' {
			p = w.startWorker()
		} else {
			p = w.startWorkerOf(program)
		}
		swaps = append(swaps, replacement{from, time.Now()})
		t.Logf("worker replaced in %s, load %s", time.Since(from).Round(time.Millisecond), load(t))
		w.begin(max(1, n/5), s, fmt.Sprintf("Later %d", i+1)) // who begin with what the newer worker knows
	}
	renewed := func() int {
		return w.number(`select count(*) from contracts c where c.partnership_id = any ($1) and c.term = 2 and c.amends is null and c.state = 'executed'`, ids)
	}
	last := 0
	err = waitFor(t.Context(), time.Duration(ofYear(365)*2/3+80)*day, func(context.Context) bool { last = renewed(); return last == n })
	stop := time.Now()
	for _, err := range house.leave() {
		t.Log(err)
	}
	if err != nil {
		w.explain()
	}
	require.NoError(t, err, "%d of %d are in their second term", last, n)
	<-time.After(3 * time.Second) // what was due at the end is written

	f := readFigures(t)
	total, longest, sum, cost := 0, 0, 0, newTally()
	for _, id := range ids {
		runs, err := chain(t.Context(), w.client, "partnership/"+id.String())
		require.NoError(t, err)
		events := 0
		for _, run := range runs {
			events += len(run)
			cost.count(run)
			longest = max(longest, len(run))
		}
		sum += events
		total = max(total, events)
	}
	t.Log(cost.table("partnership", n))
	c := w.reminders(s, swaps, stop)
	c.compare()
	t.Logf("%d partnerships of %d days in %s, load %s: %d events each, at most %d, at most %d in a run", n, yearDays(), stop.Sub(began).Round(time.Second), load(t), sum/n, total, longest)
	f.YearEventsTotal, f.YearEventsMaxRun, f.RemindersMissed, f.RemindersDoubled, f.RemindersLate = &total, &longest, &c.missed, &c.doubled, &c.late
	write(t, latest, f)
	require.Zero(t, w.duplicates(), "a mail or a transfer went out twice")
	require.LessOrEqual(t, total, yearEventsTotal)
	require.LessOrEqual(t, longest, yearEventsRun)
	require.Zero(t, c.missed, "missed")
	require.Zero(t, c.doubled, "doubled")
	require.Zero(t, c.late, "late")
}

// load is the load of the machine over the last minute: others may use it too.
func load(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("/proc/loadavg")
	require.NoError(t, err)
	one, _, _ := strings.Cut(string(raw), " ")
	return one
}
