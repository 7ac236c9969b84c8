//go:build bench

package bench

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"rapport"
)

// When reminders of a year are due is worked out here from what rows of PostgreSQL said over time, which a trigger notes with the database's clock,
// and from the product's timings; the partnership's own timers are not read.
//
//	offer_reminder     3 and 1 days before offers.expires_at, while the offer is sent
//	sign_reminder      5 days after contracts.sent_at and every 2 days, at most 5, while contract or amendment is out for signature
//	draft_reminder     2 days before deliverables.draft_due_at, or halfway when that has passed, for each date while the draft is owed
//	publish_reminder   1 day before deliverables.publish_by, for each date while the piece is approved and not posted
//	renewal_opened     90 days before contracts.ends_at, or halfway to contracts.notice_by, while partnerships.renewal_state is not_due
//	renewal_reminder   60, 30, 14, 7 and 1 days before contracts.notice_by, while renewal_state is review_open
//	key_date_reminder  90, 60, 30, 14, 7 and 1 days before key_dates.at, while it is open; key_date_ended at key_dates.at itself, unless it is moved
//	key date           the rows of key_dates themselves: days of the newest signed terms after deliverables.posted_at, for contracts and amendments that
//	                   were executed in a run that began with the newest worker
//	payee_reminded     3 days after the look before, until the account is ready, for contracts executed in a run that began with the middle worker
//
// Mails are held by messages.at, facts by partnership_events.at. Left out are what a review or a payout reminds of, which are workflows of their own;
// outreach, whose times have jitter; checks of posts; tasks that only have a due time; and escalations, which come with a reminder.
const watchSQL = `
create table watched (n bigserial, at timestamptz not null default clock_timestamp(), noun text not null, id uuid not null, state jsonb not null);
create function watch() returns trigger language plpgsql security definer as $$ begin
  insert into watched (noun, id, state) values (tg_table_name, new.id, to_jsonb(new));
  return new;
end $$;
create trigger watch after insert or update on offers for each row execute function watch();
create trigger watch after insert or update on contracts for each row execute function watch();
create trigger watch after insert or update on deliverables for each row execute function watch();
create trigger watch after insert or update on key_dates for each row execute function watch();
create trigger watch after insert or update of renewal_state, term, stage on partnerships for each row execute function watch()`

const (
	early = 100 * time.Millisecond // between the clock of the workflow and that of the database
	late  = time.Second
	// handOver is for how long the server may still look for a worker that has gone. It is five of the year's days, so that what is due then may be
	// late, or overtaken, without anything being wrong; it is told apart.
	handOver = 10 * time.Second
)

// watched is how a row stood from a moment on.
type watched struct {
	at    time.Time
	until time.Time // when it stood otherwise
	noun  string
	id    uuid.UUID

	PartnershipID uuid.UUID   `json:"partnership_id"`
	ContractID    uuid.UUID   `json:"contract_id"`
	Amends        *uuid.UUID  `json:"amends"`
	State         string      `json:"state"`
	RenewalState  string      `json:"renewal_state"`
	Term          int         `json:"term"`
	Kind          string      `json:"kind"`
	At            time.Time   `json:"at"`
	SentAt        *time.Time  `json:"sent_at"`
	ExpiresAt     *time.Time  `json:"expires_at"`
	ExecutedAt    *time.Time  `json:"executed_at"`
	EndsAt        *time.Time  `json:"ends_at"`
	NoticeBy      *time.Time  `json:"notice_by"`
	DraftDueAt    *time.Time  `json:"draft_due_at"`
	PublishBy     *time.Time  `json:"publish_by"`
	PostedAt      *time.Time  `json:"posted_at"`
	Assets        []uuid.UUID `json:"assets"`
	Terms         struct {
		Rights    int `json:"usage_rights_days"`
		Allowed   int `json:"allowlisting_days"`
		Exclusive int `json:"exclusivity_days"`
	} `json:"terms"`
}

// reminder is one that is due, or one that came. One that is due at about the moment at which its reason ends may come or not.
type reminder struct {
	kind string
	ref  uuid.UUID
	at   time.Time
	may  bool
}

type reminders struct {
	w          *world
	day        time.Duration
	timings    rapport.Timings
	calendar   rapport.Calendar
	swaps      []replacement
	stop       time.Time
	rows       map[string]map[uuid.UUID][]watched // by noun and id
	runs       map[uuid.UUID][]time.Time          // when the runs of a partnership began
	due, came  []reminder
	missed     int
	doubled    int
	late       int
	heldBySwap int
}

// reminders reads what was due and what came until the end.
func (w *world) reminders(s shape, swaps []replacement, stop time.Time) *reminders {
	w.t.Helper()
	c := &reminders{
		w: w, day: time.Duration(s.daySeconds) * time.Second, timings: s.timings, calendar: rapport.DefaultCalendar("UTC"), swaps: swaps, stop: stop,
		rows: map[string]map[uuid.UUID][]watched{}, runs: map[uuid.UUID][]time.Time{},
	}
	c.calendar.DaySeconds = s.daySeconds
	rows, err := w.owner.Query(w.t.Context(), `select at, noun, id, state from watched order by n`)
	require.NoError(w.t, err)
	_, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (x watched, err error) {
		var raw []byte
		var at time.Time
		if err := r.Scan(&at, &x.noun, &x.id, &raw); err != nil {
			return x, err
		}
		if err := json.Unmarshal(raw, &x); err != nil {
			return x, err
		}
		x.at, x.until = at, stop.Add(time.Hour)
		if c.rows[x.noun] == nil {
			c.rows[x.noun] = map[uuid.UUID][]watched{}
		}
		list := c.rows[x.noun][x.id]
		if len(list) > 0 {
			list[len(list)-1].until = at
		}
		c.rows[x.noun][x.id] = append(list, x)
		return x, nil
	})
	require.NoError(w.t, err)
	c.readRuns()
	c.readCame()
	for _, states := range c.rows["offers"] {
		c.ofOffer(states)
	}
	for _, states := range c.rows["contracts"] {
		c.ofSignature(states)
		c.ofRenewal(states)
	}
	for _, states := range c.rows["deliverables"] {
		c.ofPiece(states)
	}
	for _, states := range c.rows["key_dates"] {
		c.ofKeyDate(states)
	}
	c.wantedDates()
	return c
}

func (c *reminders) days(n int) time.Duration { return time.Duration(n) * c.day }

// expect notes a reminder whose reason holds from one moment until another. The rows say a little later than the workflow when it begins.
func (c *reminders) expect(kind string, ref uuid.UUID, at, from, until time.Time) {
	if at.After(from.Add(-late)) && !at.After(until) && at.Before(c.stop.Add(2*late)) {
		c.due = append(c.due, reminder{kind, ref, at, !at.After(from) || until.Sub(at) < late || at.After(c.stop.Add(-2*late))})
	}
}

// spans joins the states that follow one another and are the same by key; an empty key is a state without a reason.
func spans(states []watched, key func(watched) string) (list []watched) {
	last := ""
	for _, s := range states {
		k := key(s)
		if k != "" && k == last {
			list[len(list)-1].until = s.until
		} else if k != "" {
			list = append(list, s)
		}
		last = k
	}
	return list
}

func (c *reminders) ofOffer(states []watched) {
	for _, s := range spans(states, func(s watched) string { return map[bool]string{true: "sent"}[s.State == "sent"] }) {
		for _, d := range c.timings.OfferReminderDays {
			c.expect("offer_reminder", s.id, s.ExpiresAt.Add(-c.days(d)), *s.SentAt, s.until)
		}
	}
}

func (c *reminders) ofSignature(states []watched) {
	for _, s := range spans(states, func(s watched) string { return map[bool]string{true: "out"}[s.State == "out_for_signature"] }) {
		for i := range c.timings.SignatureMaxReminders {
			at := s.SentAt.Add(c.days(c.timings.SignatureFirstReminder + i*c.timings.SignatureReminderEvery))
			if at.Before(*s.ExpiresAt) {
				c.expect("sign_reminder", s.id, at, *s.SentAt, s.until)
			}
		}
	}
}

// ofRenewal holds the end and the notice date of a contract, as they stood, against how its renewal stood.
func (c *reminders) ofRenewal(states []watched) {
	dates := spans(states, func(s watched) string {
		if s.State != "executed" || s.Amends != nil {
			return ""
		}
		return s.EndsAt.String() + s.NoticeBy.String()
	})
	for _, s := range dates {
		of := c.rows["partnerships"][s.PartnershipID]
		for _, r := range spans(of, func(r watched) string {
			if r.Term != s.Term {
				return ""
			}
			return r.RenewalState
		}) {
			from, until := latest2(s.at, r.at), earliest(s.until, r.until)
			if !from.Before(until) {
				continue
			}
			switch r.RenewalState {
			case rapport.RenewalNotDue:
				at := s.EndsAt.Add(-c.days(c.timings.RenewalReviewDays))
				if !at.Before(*s.NoticeBy) || at.Before(from) {
					at = from.Add(s.NoticeBy.Sub(from) / 2)
				}
				c.expect("renewal_opened", s.id, at, from, until.Add(10*late)) // it is what ends this state
			case rapport.RenewalReviewOpen:
				for _, d := range c.timings.RenewalLadderDays {
					c.expect("renewal_reminder", s.id, s.NoticeBy.Add(-c.days(d)), from, until)
				}
			}
		}
	}
}

func (c *reminders) ofPiece(states []watched) {
	for _, s := range spans(states, func(s watched) string {
		if !slices.Contains([]string{"planned", "brief_sent", "awaiting_draft", "changes_requested", "late"}, s.State) {
			return ""
		}
		return s.DraftDueAt.String()
	}) {
		at := s.DraftDueAt.Add(-c.days(c.timings.DraftReminderDays))
		if !at.After(s.at) {
			at = s.at.Add(s.DraftDueAt.Sub(s.at) / 2)
		}
		c.expect("draft_reminder", s.id, at, s.at, s.until)
	}
	for _, s := range spans(states, func(s watched) string {
		if s.State != "approved_to_post" && s.State != "scheduled" {
			return ""
		}
		return s.PublishBy.String()
	}) {
		c.expect("publish_reminder", s.id, s.PublishBy.Add(-c.days(c.timings.PublishReminderDays)), s.at, s.until)
	}
}

func (c *reminders) ofKeyDate(states []watched) {
	for _, s := range spans(states, func(s watched) string { return map[bool]string{true: "open"}[s.State == rapport.KeyOpen] }) {
		for _, d := range c.timings.KeyDateLadderDays {
			c.expect("key_date_reminder", s.id, s.At.Add(-c.days(d)), s.at, s.until)
		}
	}
	for _, s := range spans(states, func(s watched) string {
		return map[bool]string{true: "kept"}[s.State == rapport.KeyOpen || s.State == rapport.KeyLetEnd]
	}) {
		if last := states[len(states)-1].State; last != rapport.KeyMoved {
			c.expect("key_date_ended", s.id, s.At, s.at, s.until.Add(10*late)) // it is what ends this state
		}
	}
}

// wantedDates holds the rows of key dates against the posts, where a run that keeps them has executed the terms. A post of which a date is not
// kept has missed every rung.
func (c *reminders) wantedDates() {
	for _, states := range c.rows["contracts"] {
		x := states[len(states)-1]
		if x.State != "executed" || x.Amends != nil {
			continue
		}
		newest := x // signed terms
		for _, others := range c.rows["contracts"] {
			if o := others[len(others)-1]; o.Amends != nil && *o.Amends == x.id && o.ExecutedAt != nil && o.ExecutedAt.After(*newest.ExecutedAt) {
				newest = o
			}
		}
		if !c.begunWith(x.PartnershipID, *newest.ExecutedAt, c.swaps[1]) {
			continue
		}
		var last watched
		check := func(kind string, d watched, days int) {
			at := c.calendar.EndOfDay(c.calendar.AddDays(*d.PostedAt, days))
			if at.Before(newest.ExecutedAt.Add(late)) {
				return // it was over before anybody kept it
			}
			for _, states := range c.rows["key_dates"] {
				if k := states[len(states)-1]; k.Kind == kind && k.ContractID == x.id && k.At.Equal(at) && slices.Contains(k.Assets, d.id) {
					return
				}
			}
			c.missed++
			c.w.t.Logf("no %s is kept for %s, posted %s", kind, d.id, d.PostedAt)
		}
		for _, states := range c.rows["deliverables"] {
			d := states[len(states)-1]
			if d.ContractID != x.id || d.PostedAt == nil {
				continue
			}
			check(rapport.KeyUsageRights, d, newest.Terms.Rights)
			check(rapport.KeyAllowlisting, d, newest.Terms.Allowed)
			if last.PostedAt == nil || d.PostedAt.After(*last.PostedAt) {
				last = d
			}
		}
		if last.PostedAt != nil {
			check(rapport.KeyExclusivity, last, newest.Terms.Exclusive)
		}
	}
}

// begunWith says that the run in which something happened began after a worker was replaced.
func (c *reminders) begunWith(partnership uuid.UUID, at time.Time, swap replacement) bool {
	began := time.Time{}
	for _, run := range c.runs[partnership] {
		if !run.After(at) && run.After(began) {
			began = run
		}
	}
	return began.After(swap.from)
}

// readRuns reads when the first task of each run was done: a run knows what the worker knows that did it.
func (c *reminders) readRuns() {
	c.w.t.Helper()
	for id := range c.rows["partnerships"] {
		runs, err := chain(c.w.t.Context(), c.w.client, "partnership/"+id.String())
		require.NoError(c.w.t, err)
		for _, run := range runs {
			for _, e := range run {
				if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
					c.runs[id] = append(c.runs[id], e.GetEventTime().AsTime())
					break
				}
			}
		}
	}
}

// readCame reads the reminders that came, and how looks at the payee's account follow one another.
func (c *reminders) readCame() {
	c.w.t.Helper()
	ctx := c.w.t.Context()
	rows, err := c.w.owner.Query(ctx, `select split_part(dedupe_key, '/', 3), split_part(dedupe_key, '/', 4)::uuid, at from messages
		where dedupe_key like 'partnership/%' and split_part(dedupe_key, '/', 3) in ('offer_reminder', 'sign_reminder', 'draft_reminder', 'publish_reminder')
		union all select kind, case when kind like 'key%' then ref2 else ref end, at from partnership_events
		where source = 'partnership' and kind in ('renewal_opened', 'renewal_reminder', 'key_date_reminder', 'key_date_ended')`)
	require.NoError(c.w.t, err)
	for rows.Next() {
		var r reminder
		require.NoError(c.w.t, rows.Scan(&r.kind, &r.ref, &r.at))
		c.came = append(c.came, r)
	}
	require.NoError(c.w.t, rows.Err())
	rows, err = c.w.owner.Query(ctx, `select partnership_id, kind, code, at from partnership_events
		where kind in ('contract_executed', 'payee_invited', 'payee_reminded') order by partnership_id, at, seq`)
	require.NoError(c.w.t, err)
	var of uuid.UUID
	first, known := true, false
	for rows.Next() {
		var id uuid.UUID
		var kind, code string
		var at time.Time
		require.NoError(c.w.t, rows.Scan(&id, &kind, &code, &at))
		if id != of || kind == "contract_executed" {
			of, first, known = id, true, c.begunWith(id, at, c.swaps[0])
			continue
		}
		if !first {
			c.came = append(c.came, reminder{kind: "payee_reminded", ref: id, at: at})
		}
		if first = false; known && code != "ready" {
			c.expect("payee_reminded", id, at.Add(c.days(c.timings.PayeeReminderDays)), at, c.stop)
		}
	}
	require.NoError(c.w.t, rows.Err())
}

// compare finds for each reminder that is due the one that came for it, and tells how late they were.
func (c *reminders) compare() {
	type key struct {
		kind string
		ref  uuid.UUID
	}
	due, came := map[key][]reminder{}, map[key][]reminder{}
	for _, r := range c.due {
		due[key{r.kind, r.ref}] = append(due[key{r.kind, r.ref}], r)
	}
	for _, r := range c.came {
		if r.at.After(c.stop) {
			continue
		}
		came[key{r.kind, r.ref}] = append(came[key{r.kind, r.ref}], r)
		if due[key{r.kind, r.ref}] == nil {
			due[key{r.kind, r.ref}] = []reminder{}
		}
	}
	counts, lateness := map[string]int{}, map[string][]time.Duration{}
	byTime := func(a, b reminder) int { return a.at.Compare(b.at) }
	for k, wanted := range due {
		got := came[k]
		slices.SortFunc(wanted, byTime)
		slices.SortFunc(got, byTime)
		for i, r := range wanted {
			next := c.stop.Add(time.Hour)
			if i+1 < len(wanted) {
				next = wanted[i+1].at.Add(-early)
			}
			j := slices.IndexFunc(got, func(g reminder) bool { return !g.at.Before(r.at.Add(-early)) && g.at.Before(next) })
			held := slices.ContainsFunc(c.swaps, func(o replacement) bool { return r.at.After(o.from.Add(-late)) && r.at.Before(o.to.Add(handOver)) })
			if j < 0 {
				switch {
				case held: // days have passed meanwhile: the next one, or what people did, was there before it
					c.heldBySwap++
					c.w.t.Logf("overtaken while the worker was replaced: %s of %s", k.kind, k.ref)
				case !r.may:
					c.missed++
					c.w.t.Logf("missed: %s of %s at %s", k.kind, k.ref, r.at)
				}
				continue
			}
			by := got[j].at.Sub(r.at)
			got = slices.Delete(got, j, j+1)
			counts[k.kind]++
			if held {
				c.heldBySwap++
				c.w.t.Logf("due while the worker was replaced: %s, %s late", k.kind, by)
				continue
			}
			lateness[k.kind] = append(lateness[k.kind], by)
			if by > late {
				c.late++
				c.w.t.Logf("late: %s of %s at %s by %s", k.kind, k.ref, r.at, by)
			}
		}
		for _, g := range got {
			c.doubled++
			c.w.t.Logf("came without being due: %s of %s at %s", k.kind, k.ref, g.at)
		}
	}
	total, all := 0, []time.Duration{}
	for _, kind := range slices.Sorted(maps.Keys(lateness)) {
		d := lateness[kind]
		all, total = append(all, d...), total+counts[kind]
		c.w.t.Logf("%s: %d, late by %s in the middle, %s at most", kind, counts[kind], median(d), slices.Max(d))
	}
	if len(all) > 0 {
		c.w.t.Logf("%d reminders, %d of them due while a worker was replaced; the others late by %s in the middle, %s at the 99th percentile, %s at most; %d by more than a second",
			total, c.heldBySwap, median(all), p99(all), slices.Max(all), c.late)
	}
}

func earliest(a, b time.Time) time.Time { return slices.MinFunc([]time.Time{a, b}, time.Time.Compare) }
func latest2(a, b time.Time) time.Time  { return slices.MaxFunc([]time.Time{a, b}, time.Time.Compare) }
