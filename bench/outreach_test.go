//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rapport"
	"rapport/postgres/pgtest"
)

// morning is how many partnerships have a step on the same morning; fewer serve to try the measurement itself.
func morning() int {
	if n, err := strconv.Atoi(os.Getenv("RAPPORT_BENCH_MORNING")); err == nil && n > 0 {
		return n
	}
	return 10_000
}

// An hour of a day of eight minutes is twenty seconds: the jitter spreads a morning over that.
const morningDay = 480

// TestOutreachMorning has a step of many partnerships fall due on the same morning, twice: once undisturbed, to compare how fast the
// mails go out with bare workflows whose one timer fires in the same window and runs one no-op; and once with the worker killed twice and
// PostgreSQL restarted in the window, to count what was sent.
func TestOutreachMorning(t *testing.T) {
	if !full() {
		t.Skip("10,000 partnerships take too long for make bench; make bench-full runs it")
	}
	w := newWorld(t)
	w.sandboxHere()
	p := w.startWorker()
	s := standard()
	s.daySeconds = morningDay
	w.found(s)
	n := morning()

	due := w.arm(n, "Calm")
	calm := w.drain(due, n)
	p.kill(syscall.SIGTERM)
	bare := bareMorning(t, w.address, n)
	ratio := round(calm/bare, 2)
	t.Logf("%d mails at %.1f a second, %d bare timers at %.1f a second: %.2f", n, calm, n, bare, ratio)

	p = w.startWorker()
	w.found(s)
	due = w.arm(n, "Storm")
	for i := range 2 {
		<-time.After(time.Until(due.Add(time.Duration(5+15*i) * time.Second)))
		p.kill(syscall.SIGKILL)
		if i == 0 {
			w.pg.kill(syscall.SIGINT)
			w.pg.start()
		}
		p = w.startWorker()
	}
	w.drain(due, n)
	again := w.settleUnknown()
	sent, twice, early := w.tallyMorning()
	t.Logf("killed twice: %d sent, %d of them once more by a person, %d twice, %d before their time", sent, again, twice, early)
	require.Equal(t, n, sent)
	require.Zero(t, twice)
	require.Zero(t, early)
	seed := rand.Uint64()
	race := pgtest.RaceReplies(t, w.store, w.exec, w.brand, w.campaign, w.ops, 1000, seed)
	t.Logf("races with seed %d: %+v", seed, race)
	require.Zero(t, race.Late)
	f := readFigures(t)
	f.SendsAfterReply = &race.Late
	f.OutreachExpected, f.OutreachSent, f.OutreachDuplicates, f.OutreachByPerson, f.OutreachDrainRatio = &n, &sent, &twice, &again, &ratio
	write(t, latest, f)
}

// armTime is long enough to start n workflows, forty a second.
func armTime(n int) time.Duration { return time.Duration(n/40+30) * time.Second }

// arm starts n partnerships that wait for the same morning, each at its own jittered time, as they would after a wait of days. It answers
// when the morning begins.
func (w *world) arm(n int, name string) time.Time {
	w.t.Helper()
	day := rapport.DefaultCalendar("UTC")
	day.DaySeconds = morningDay
	due := time.Now().Add(armTime(n)).UTC().Truncate(time.Second)
	ctx := w.t.Context()
	w.exec(`create table if not exists morning (partnership_id uuid primary key, campaign_id uuid, at timestamptz)`)
	tx, err := w.owner.Begin(ctx)
	require.NoError(w.t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	b := &pgx.Batch{}
	for i := range n {
		creator, id := uuid.New(), uuid.Must(uuid.NewV7())
		b.Queue(`insert into creators (id, name, country) values ($1, $2, 'US')`, creator, fmt.Sprintf("%s %d", name, i))
		b.Queue(`insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', $3)`, uuid.New(), creator, strings.ToLower(name)+"."+creator.String()+"@creators.example")
		b.Queue(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'outreach')`, id, w.brand, w.campaign, creator, w.ops)
		at := due.Add(day.Jitter(id, "outreach/0/0"))
		raw, err := json.Marshal(rapport.Partnership{
			ID: id, BrandID: w.brand, CampaignID: w.campaign, CreatorID: creator, OwnerID: w.ops, Stage: rapport.StageOutreach, StageAt: due, Term: 1,
			Core: rapport.Core{Timers: []rapport.Timer{{Kind: "outreach_step", At: at}}},
			Sequence: rapport.Sequence{Version: 1, CoolOffDays: 90, Steps: []rapport.SequenceStep{
				{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepWait, BusinessDays: 90}, {Kind: rapport.StepStop},
			}},
			Timings: timings(), BrandCalendar: day, CreatorCalendar: day, Renewal: rapport.RenewalNotDue,
		})
		require.NoError(w.t, err)
		b.Queue(`insert into outbox (id, brand_id, kind, workflow_id, workflow, task_queue, input) values ($1, $2, 'start', $3, 'Partnership', 'rapport', $4)`,
			uuid.New(), w.brand, "partnership/"+id.String(), raw)
		b.Queue(`insert into morning (partnership_id, campaign_id, at) values ($1, $2, $3)`, id, w.campaign, at)
	}
	require.NoError(w.t, tx.SendBatch(ctx, b).Close())
	require.NoError(w.t, tx.Commit(ctx))
	until(w.t, 20*time.Minute, "every partnership to be started", func(context.Context) bool {
		return w.number(`select count(*) from outbox where kind = 'start' and acked_at is null`) == 0
	})
	require.True(w.t, time.Now().Before(due), "the morning came before everybody was ready")
	return due
}

// drain waits until every mail of the morning has an end and answers how many a second there were from its first minute to its last.
func (w *world) drain(due time.Time, n int) float64 {
	w.t.Helper()
	<-time.After(time.Until(due))
	until(w.t, 30*time.Minute, "every mail to be sent", func(context.Context) bool {
		return w.number(`select count(*) from messages m join partnerships p on p.id = m.partnership_id
			where p.campaign_id = $1 and m.kind = 'outreach' and m.state in ('accepted', 'delivered', 'unknown')`, w.campaign) == n
	})
	return float64(n) / time.Since(due).Seconds()
}

// settleUnknown does what a person does about mails of which nobody knows: what the provider has had an event of arrived, the rest is sent
// once more.
func (w *world) settleUnknown() int {
	w.t.Helper()
	<-time.After(20 * time.Second) // the provider's events come late
	again := 0
	ctx := rapport.WithBrands(w.t.Context(), w.brand)
	for {
		rows, err := w.owner.Query(w.t.Context(), `select m.id from messages m join partnerships p on p.id = m.partnership_id where p.campaign_id = $1 and m.state = 'unknown'`, w.campaign)
		require.NoError(w.t, err)
		ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		require.NoError(w.t, err)
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			copied, err := w.store.SettleUnknown(ctx, id, false, true, w.ops)
			require.NoError(w.t, err)
			w.put("message/"+copied.ID.String(), "Message", copied.ID)
			again++
		}
	}
	until(w.t, time.Minute, "what was sent once more", func(context.Context) bool {
		return w.number(`select count(*) from messages m join partnerships p on p.id = m.partnership_id where p.campaign_id = $1 and m.dedupe_key like 'again/%' and m.state = 'prepared'`, w.campaign) == 0
	})
	return again
}

// tallyMorning counts by what the provider has accepted: how many people got the mail, how many got it twice, and how many before their time.
func (w *world) tallyMorning() (sent, twice, early int) {
	w.t.Helper()
	var answer struct {
		Mails []struct {
			To string    `json:"to"`
			At time.Time `json:"at"`
		} `json:"mails"`
	}
	got := map[string][]time.Time{}
	require.NoError(w.t, w.call(w.t.Context(), "GET", w.control+"/control/mail?kind=outreach", nil, &answer))
	for _, m := range answer.Mails {
		got[m.To] = append(got[m.To], m.At)
	}
	rows, err := w.owner.Query(w.t.Context(), `select c.email, m.at from morning m join partnerships p on p.id = m.partnership_id
		join contacts c on c.creator_id = p.creator_id where m.campaign_id = $1`, w.campaign)
	require.NoError(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var email string
		var at time.Time
		require.NoError(w.t, rows.Scan(&email, &at))
		times := got[email]
		if len(times) > 0 {
			sent++
			if times[0].Before(at) {
				early++
			}
		}
		if len(times) > 1 {
			twice++
		}
	}
	require.NoError(w.t, rows.Err())
	return sent, twice, early
}

// bareMorning is the floor: n workflows on the same server whose one timer fires in the same window and runs one no-op activity.
func bareMorning(t *testing.T, address string, n int) float64 {
	t.Helper()
	ctx := t.Context()
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Logger: quiet{}})
	require.NoError(t, err)
	defer c.Close()
	w := sdkworker.New(c, floorQueue, sdkworker.Options{})
	w.RegisterWorkflowWithOptions(oneTimer, workflow.RegisterOptions{Name: "OneTimer"})
	w.RegisterActivityWithOptions(nothing, activity.RegisterOptions{Name: "Nothing"})
	require.NoError(t, w.Start())
	defer w.Stop()
	day := rapport.DefaultCalendar("UTC")
	day.DaySeconds = morningDay
	due := time.Now().Add(armTime(n)).UTC().Truncate(time.Second)
	runs := make([]client.WorkflowRun, n)
	for i := range runs {
		id := uuid.Must(uuid.NewV7())
		runs[i], err = c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "morning/" + id.String(), TaskQueue: floorQueue}, "OneTimer", due.Add(day.Jitter(id, "outreach/0/0")))
		require.NoError(t, err)
	}
	require.True(t, time.Now().Before(due), "the morning came before everybody was ready")
	for _, run := range runs {
		require.NoError(t, run.Get(ctx, nil))
	}
	return float64(n) / time.Since(due).Seconds()
}

func oneTimer(ctx workflow.Context, at time.Time) error {
	if err := workflow.Sleep(ctx, at.Sub(workflow.Now(ctx))); err != nil {
		return fmt.Errorf("sleep: %w", err)
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteActivity(ctx, "Nothing").Get(ctx, nil)
}
