//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// figures are what `make bench` measures. A field that was not measured is left out; 0 is never used for unknown.
type figures struct {
	LifecyclesPerS           *float64 `json:"lifecycles_per_s,omitempty"`
	FloorPerS                *float64 `json:"floor_per_s,omitempty"`
	LifecycleRatio           *float64 `json:"lifecycle_ratio,omitempty"`
	ActionsPerLifecycle      *float64 `json:"actions_per_lifecycle,omitempty"`
	EventsPerLifecycle       *float64 `json:"events_per_lifecycle,omitempty"`
	HistoryBytesPerLifecycle *float64 `json:"history_bytes_per_lifecycle,omitempty"`
	Duplicates               *int     `json:"duplicates,omitempty"`
	CommandP99Ratio          *float64 `json:"command_p99_ratio,omitempty"`
	DecisionP99Ratio         *float64 `json:"decision_p99_ratio,omitempty"`
	ReviewActions            *float64 `json:"review_actions,omitempty"`
	WorkerRSS1000            *float64 `json:"worker_rss_mb_1000_idle,omitempty"`
	ColdWakeP99              *float64 `json:"cold_wake_p99_ms_1000,omitempty"`
	WorkerRSS10000           *float64 `json:"worker_rss_mb_10000_idle,omitempty"`
	SearchP99Ratio           *float64 `json:"search_p99_ratio,omitempty"`
	SearchP99                *float64 `json:"search_p99_ms,omitempty"`
	OutreachExpected         *int     `json:"outreach_expected,omitempty"`
	OutreachSent             *int     `json:"outreach_sent,omitempty"`
	OutreachDuplicates       *int     `json:"outreach_duplicates,omitempty"`
	OutreachByPerson         *int     `json:"outreach_sent_once_more_by_a_person,omitempty"`
	SendsAfterReply          *int     `json:"sends_after_reply,omitempty"`
	OutreachDrainRatio       *float64 `json:"outreach_drain_ratio,omitempty"`
	LedgerPostRatio          *float64 `json:"ledger_post_ratio,omitempty"`
	LedgerPostHotRatio       *float64 `json:"ledger_post_hot_ratio,omitempty"`
	LedgerVerifyRSS          *float64 `json:"ledger_verify_rss_mb,omitempty"`
	PayoutListP99Ratio       *float64 `json:"payout_list_p99_ratio,omitempty"`
	PayoutExportRSS          *float64 `json:"payout_export_rss_mb,omitempty"`
	PayoutDrainRatio         *float64 `json:"payout_drain_ratio,omitempty"`
	PayoutRateViolations     *int     `json:"payout_rate_violations,omitempty"`
	PayoutDuplicates         *int     `json:"payout_duplicates,omitempty"`
	ConflictCheckRatio       *float64 `json:"conflict_check_ratio,omitempty"`
	YearEventsTotal          *int     `json:"year_events_total,omitempty"`
	YearEventsMaxRun         *int     `json:"year_events_max_run,omitempty"`
	RemindersMissed          *int     `json:"reminders_missed,omitempty"`
	RemindersDoubled         *int     `json:"reminders_doubled,omitempty"`
	RemindersLate            *int     `json:"reminders_late,omitempty"`
	ManyIdle                 *int     `json:"many_idle,omitempty"`
	ListP99Ratio             *float64 `json:"list_p99_ratio,omitempty"`
	WorkerRSSManyIdle        *float64 `json:"worker_rss_mb_many_idle,omitempty"`
	LighthousePerformance    *float64 `json:"lighthouse_performance,omitempty"`
	LighthouseAccessibility  *float64 `json:"lighthouse_accessibility,omitempty"`
}

// latest is where the figures go. The parts of a measurement add to it, and its first part begins it anew.
const latest = "latest.json"

func readFigures(t *testing.T) (f figures) {
	t.Helper()
	raw, err := os.ReadFile(latest)
	if err == nil {
		require.NoError(t, json.Unmarshal(raw, &f))
	}
	return f
}

func figure(x float64, digits int) *float64 {
	x = round(x, digits)
	return &x
}

// lifecycles is how many run at once.
func lifecycles() int {
	if n, err := strconv.Atoi(os.Getenv("RAPPORT_BENCH_N")); err == nil && n > 0 {
		return n
	}
	return 100
}

func round(x float64, digits int) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'f', digits, 64), 64)
	return rounded
}

// TestLifecycles runs the standard lifecycle many times at once, and then the floor on the same server.
func TestLifecycles(t *testing.T) {
	require.NoError(t, os.RemoveAll(latest))
	n := lifecycles()
	w := newWorld(t)
	w.sandboxHere()
	p := w.startWorker()
	s := standard()
	w.found(s)

	before, began := w.cpu(p), time.Now()
	house := w.people(time.Minute)
	ids := w.begin(n, s, "Creator")
	finished := func() int {
		return w.number(`select count(*) from partnerships p where p.campaign_id = $1 and p.stage = 'completed' and p.renewal_state = 'agreed'
			and (select count(*) from payouts y where y.partnership_id = p.id and y.state = 'paid') = 3`, w.campaign)
	}
	last, at := 0, time.Time{}
	if err := waitFor(t.Context(), 8*time.Minute, func(context.Context) bool { last = finished(); at = time.Now(); return last == n }); err != nil {
		w.explain()
		t.Fatalf("%d of %d lifecycles ended: %v", last, n, house.leave())
	}
	took, used := at.Sub(began), spent(w.cpu(p), before)
	for _, err := range house.leave() {
		t.Log(err)
	}
	// The last mails are under way.
	if err := waitFor(t.Context(), 30*time.Second, func(context.Context) bool {
		return w.number(`select count(*) from outbox where acked_at is null`)+w.number(`select count(*) from messages where state in ('prepared', 'sending')`) == 0
	}); err != nil {
		w.explain()
	}
	total, byKind := newTally(), map[string]*tally{}
	var scripts [][]step
	for i, id := range ids {
		for _, workflowID := range w.workflowsOf(id) {
			runs, err := chain(t.Context(), w.client, workflowID)
			require.NoError(t, err)
			kind, _, _ := strings.Cut(workflowID, "/")
			if byKind[kind] == nil {
				byKind[kind] = newTally()
			}
			for _, run := range runs {
				byKind[kind].count(run)
				total.count(run)
			}
			if i == n/2 {
				scripts = append(scripts, script(runs))
			}
		}
	}
	total.Actions["update refused"] = int(w.refused.Load())
	t.Log(total.table("lifecycle", n))
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		t.Log(byKind[kind].table(kind, n))
	}
	duplicates := w.duplicates()
	w.statements(n)
	p.kill(15)

	before = w.cpu(nil)
	floorTook, floorTally := runFloor(t, w.address, n, scripts)
	floorUsed := spent(w.cpu(nil), before)
	t.Log(floorTally.table("floor", min(n, 10)))
	t.Logf("lifecycles took %s (processor seconds %v), the floor %s (%v)", took, used, floorTook, floorUsed)
	f := readFigures(t)
	f.LifecyclesPerS, f.FloorPerS, f.LifecycleRatio = figure(float64(n)/took.Seconds(), 2), figure(float64(n)/floorTook.Seconds(), 2), figure(floorTook.Seconds()/took.Seconds(), 3)
	f.ActionsPerLifecycle, f.EventsPerLifecycle = figure(float64(sum(total.Actions))/float64(n), 1), figure(float64(sum(total.Events))/float64(n), 1)
	f.HistoryBytesPerLifecycle, f.Duplicates = figure(float64(total.Bytes)/float64(n), 0), &duplicates
	write(t, latest, f)
}

// cpu is the processor time used so far, by program. The bench itself is the people and the sandbox, or the worker of the floor.
func (w *world) cpu(p *process) map[string]float64 {
	used := map[string]float64{"temporal": w.temporal.cpu(), "postgres": w.pg.cpu()}
	var self syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &self) == nil {
		used["bench"] = float64(self.Utime.Nano()+self.Stime.Nano()) / 1e9
	}
	if p != nil {
		used["worker"] = p.cpu()
	}
	return used
}

// statements shows what PostgreSQL spent its time on, when asked for.
func (w *world) statements(n int) {
	if os.Getenv(envStatements) == "" {
		return
	}
	w.exec(`create extension if not exists pg_stat_statements`)
	rows, err := w.owner.Query(w.t.Context(), `select round((100 * total_exec_time / sum(total_exec_time) over ())::numeric, 1)::text || ' %  '
		|| round(total_exec_time::numeric / $1, 2) || ' ms and ' || round(calls::numeric / $1, 1) || ' calls a lifecycle, ' || round(mean_exec_time::numeric, 3) || ' ms each: '
		|| left(regexp_replace(query, '\s+', ' ', 'g'), 150) from pg_stat_statements order by total_exec_time desc limit 40`, n)
	require.NoError(w.t, err)
	defer rows.Close()
	for rows.Next() {
		var line string
		require.NoError(w.t, rows.Scan(&line))
		w.t.Log(line)
	}
}

func spent(after, before map[string]float64) map[string]float64 {
	d := map[string]float64{}
	for k := range after {
		d[k] = round(after[k]-before[k], 1)
		d["all"] = round(d["all"]+d[k], 1)
	}
	return d
}

// workflowsOf lists the workflows of a partnership.
func (w *world) workflowsOf(id uuid.UUID) []string {
	w.t.Helper()
	rows, err := w.owner.Query(w.t.Context(), `select 'partnership/' || $1 union all select 'review/' || id from reviews where partnership_id::text = $1
		union all select 'payout/' || id from payouts where partnership_id::text = $1 union all select 'message/' || id from messages where partnership_id::text = $1 and kind = 'code'`, id.String())
	require.NoError(w.t, err)
	defer rows.Close()
	var list []string
	for rows.Next() {
		var s string
		require.NoError(w.t, rows.Scan(&s))
		list = append(list, s)
	}
	require.NoError(w.t, rows.Err())
	return list
}

// duplicates counts transfers beyond one a payout and mails beyond one a message or step.
func (w *world) duplicates() int {
	w.t.Helper()
	var got struct {
		Transfers []struct{ Metadata map[string]string }
		Mails     []struct {
			CustomArgs map[string]string `json:"custom_args"`
		}
	}
	require.NoError(w.t, w.call(w.t.Context(), http.MethodGet, w.control+"/control/stripe/transfers", nil, &got))
	require.NoError(w.t, w.call(w.t.Context(), http.MethodGet, w.control+"/control/mail", nil, &got))
	seen, twice := map[string]bool{}, 0
	note := func(key string) {
		if seen[key] {
			twice++
		}
		seen[key] = true
	}
	for _, x := range got.Transfers {
		note("transfer/" + x.Metadata["payout_id"])
	}
	for _, m := range got.Mails {
		note("mail/" + m.CustomArgs["send_id"])
	}
	w.t.Logf("%d transfers, %d mails, %d of them twice", len(got.Transfers), len(got.Mails), twice)
	return twice
}
