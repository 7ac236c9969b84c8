//go:build faults

package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
)

// restoreScenarios put a backup of Postgres back that is older than what Stripe has: Temporal remembers more than Postgres, or nothing.
func restoreScenarios() []scenario {
	return []scenario{
		{"PostgreSQL is restored from before the payouts, and Temporal is ahead of it", func(f *fleet) {
			f.restored("Ahead", func() {})
		}},
		{restoredAndLost, func(f *fleet) {
			f.restored("Both", func() {
				f.temporal.kill(syscall.SIGKILL)
				require.NoError(f.t, os.RemoveAll(filepath.Join(f.dir, "temporal")))
				f.restartTemporal()
			})
		}},
	}
}

// restored loses what happened after a backup: payouts that the backup has approved and payouts that it has not were paid meanwhile, and others
// were not. Nothing is sent before the books were compared, and nothing twice.
func (f *fleet) restored(name string, alsoLost func()) {
	f.t.Helper()
	ctx := f.t.Context()
	f.owed(5, name)
	until(f.t, 2*time.Minute, "the database to be marked", func(context.Context) bool { return f.number(`select count(*) from books_marker`) == 1 })
	waiting := f.payoutsIn(ctx, "awaiting_approval")
	approved, later := waiting[:8], waiting[8:14] // and six that nobody touches
	require.NoError(f.t, os.WriteFile(filepath.Join(f.points, "transfer.decided"), nil, 0o600))
	f.approve(approved)
	<-f.worker.done // approved, and killed before the first attempt was opened
	restore := f.backup()
	f.startFleetWorker()
	f.approve(later)
	ids := idsOf(waiting[:14])
	until(f.t, 3*time.Minute, "payouts that the backup does not know to be paid", func(ctx context.Context) bool { return f.countPaid(ctx, ids) == len(ids) })
	f.settled()

	f.worker.kill(syscall.SIGKILL)
	f.serve.kill(syscall.SIGKILL)
	before := len(f.transfers(ctx, ""))
	restore()
	require.Zero(f.t, f.countPaid(ctx, ids), "the backup does not know what was paid")
	// As if the backup were an hour old: a comparison of the last ten minutes would let the next one wait.
	f.exec(`update reconciliations set started_at = started_at - interval '1 hour', tried_at = tried_at - interval '1 hour', finished_at = finished_at - interval '1 hour'`)
	f.forget()
	alsoLost()
	began := time.Now()
	f.startServe()
	f.startFleetWorker()
	f.repair()
	f.approve(waiting[8:]) // as far as the backup knows nobody has; the others it has approved
	f.compared(began, before, ids)
	all := idsOf(waiting)
	err := waitFor(ctx, 4*time.Minute, func(ctx context.Context) bool { return f.countPaid(ctx, all) == len(all) })
	if err != nil {
		f.explain()
	}
	require.NoError(f.t, err, "%d of %d", f.countPaid(ctx, all), len(all))
	for _, id := range all {
		require.Len(f.t, f.transfers(ctx, id.String()), 1, "payout %s", id)
	}
}

func idsOf(payouts []payoutAt) (ids []uuid.UUID) {
	for _, p := range payouts {
		ids = append(ids, p.id)
	}
	return ids
}

// approve gives payouts both pairs of eyes; what no worker hears waits for one.
func (f *fleet) approve(payouts []payoutAt) {
	f.t.Helper()
	var wg sync.WaitGroup
	for _, p := range payouts {
		wg.Go(func() {
			if err := f.fulfil(f.t.Context(), duty{kind: "approve", ref: p.id, n: 1}); err != nil {
				f.t.Errorf("approve: %v", err)
			}
		})
	}
	wg.Wait()
}

// settled waits until what is on its way has arrived, so that a backup and what came after it differ by nothing else. A mail that was being sent, or asked
// for a decision that came meanwhile, when an earlier fault happened is settled ten minutes later, and not waited for.
func (f *fleet) settled() {
	f.t.Helper()
	began := time.Now().Add(-2 * time.Minute)
	err := waitFor(f.t.Context(), 3*time.Minute, func(context.Context) bool {
		return f.number(`select (select count(*) from outbox where acked_at is null) + (select count(*) from messages where state in ('prepared', 'sending') and at > $1)`, began) == 0
	})
	if err != nil {
		f.explain()
	}
	require.NoError(f.t, err, "mails and events to arrive")
}

// compared waits for the comparison that a restored database needs, sees that nothing was sent before it ended, and asks for another one,
// which sees that everything is settled that it found.
func (f *fleet) compared(began time.Time, before int, paid []uuid.UUID) {
	f.t.Helper()
	ctx := f.t.Context()
	var ended time.Time
	gated := 0
	until(f.t, 3*time.Minute, "a comparison", func(ctx context.Context) bool {
		gated = max(gated, f.number(`select count(*) from payouts where gated = 'restored'`))
		return f.owner.QueryRow(ctx, `select finished_at from reconciliations where started_at > $1 and finished_at is not null order by started_at limit 1`, began).Scan(&ended) == nil
	})
	f.t.Logf("compared after %s; %d payouts were kept back until then", ended.Sub(began).Round(time.Second), gated)
	found := f.number(`select count(*) from reconciliation_cases where kind = 'missing_here' and noun = 'settle' and state = 'open' and gone_at is null and payout_id = any ($1)`, paid)
	require.Len(f.t, paid, found, "transfers that the backup does not know")
	err := waitFor(ctx, 2*time.Minute, func(context.Context) bool {
		return f.number(`select count(*) from reconciliation_cases c join ledger_transactions t on t.kind = 'settle' and t.external_ref = c.ref
			where c.kind = 'missing_here' and c.payout_id = any ($1)`, paid) == found
	})
	if err != nil {
		f.unsettled(paid)
	}
	require.NoError(f.t, err, "what the comparison found to be settled")
	require.Len(f.t, f.transfers(ctx, ""), before, "nothing is sent while the books differ")
	f.compareNow()
}

// unsettled says how the payouts stand that the ledger does not have as paid.
func (f *fleet) unsettled(payouts []uuid.UUID) {
	f.t.Helper()
	rows, err := f.owner.Query(f.t.Context(), `select p.id, p.state || ' round ' || p.round || ' gated ' || coalesce(p.gated, '') || ', attempts ' ||
			coalesce((select string_agg(x.number || ' ' || x.outcome || coalesce(' ' || x.rejection, ''), ', ') from payout_attempts x where x.payout_id = p.id), 'none')
			|| ', snapshot ' || coalesce((select s.state::text from workflow_snapshots s where s.workflow_id = 'payout/' || p.id), 'none')
		from payouts p where p.id = any ($1) and not exists (select 1 from ledger_transactions t where t.payout_id = p.id and t.kind = 'settle')`, payouts)
	require.NoError(f.t, err)
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var says string
		require.NoError(f.t, rows.Scan(&id, &says))
		status := "no workflow"
		if d, err := f.client.DescribeWorkflowExecution(f.t.Context(), "payout/"+id.String(), ""); err == nil {
			status = d.GetWorkflowExecutionInfo().GetStatus().String() + fmt.Sprint(d.GetPendingActivities())
		}
		f.t.Logf("payout %s is %s: %s", id, status, says)
	}
}

// compareNow asks for a comparison, as the button does, and waits for it.
func (f *fleet) compareNow() {
	f.t.Helper()
	id := uuid.Must(uuid.NewV7())
	f.exec(`insert into reconciliations (id, from_at, to_at, asked_by) values ($1, least(now() - interval '30 days', coalesce(books_until(), now())), now(), $2)`, id, f.releaser)
	row := rapport.OutboxRow{ID: uuid.New(), Kind: "start", WorkflowID: "job/reconcile/" + id.String(), Workflow: "Job", TaskQueue: "rapport", Input: []byte(`"reconcile"`)}
	require.NoError(f.t, f.store.PutOutbox(f.t.Context(), row))
	until(f.t, 2*time.Minute, "the comparison", func(context.Context) bool {
		return f.number(`select count(*) from reconciliations where id = $1 and finished_at is not null`, id) == 1
	})
}

// backup dumps the database; what it answers puts the dump in its place.
func (f *fleet) backup() (restore func()) {
	f.t.Helper()
	file := filepath.Join(f.t.TempDir(), "backup")
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	require.NoError(f.t, err)
	if path, err := exec.LookPath("pg_dump"); err == nil {
		found = append(found, path)
	}
	require.NotEmpty(f.t, found, "pg_dump comes with PostgreSQL")
	run := func(program string, args ...string) {
		out, err := exec.CommandContext(f.t.Context(), filepath.Join(filepath.Dir(slices.Max(found)), program), args...).CombinedOutput()
		require.NoError(f.t, err, "%s: %s", program, out)
	}
	run("pg_dump", "--format=custom", "--file="+file, f.pg.url("owner", "rapport"))
	return func() {
		conn, err := pgx.Connect(f.t.Context(), f.pg.url("owner", "postgres"))
		require.NoError(f.t, err)
		for _, sql := range []string{`drop database rapport with (force)`, `create database rapport`} {
			_, err = conn.Exec(f.t.Context(), sql)
			require.NoError(f.t, err)
		}
		require.NoError(f.t, conn.Close(f.t.Context()))
		run("pg_restore", "--dbname="+f.pg.url("owner", "rapport"), file)
		f.owner.Reset()
		f.store.Pool().Reset()
	}
}

// forget keeps what mails the provider has that a restored database does not know: they are sent again, since nobody can ask for one.
func (f *fleet) forget() {
	f.t.Helper()
	known := map[string]bool{}
	f.each(`select id::text, 1::bigint from messages where state in ('accepted', 'delivered', 'unknown', 'bounced', 'rejected')`, func(id string, _ int64) { known[id] = true })
	if f.forgotten == nil {
		f.forgotten = map[string]int{}
	}
	for id, n := range f.mails() {
		if !known[id] {
			f.forgotten[id] = n
		}
	}
	f.t.Logf("%d mails are forgotten and may come once more", len(f.forgotten))
}

// mails counts the mails at the sandbox by the row that they were sent for.
func (f *fleet) mails() map[string]int {
	f.t.Helper()
	var seen struct {
		Mails []struct {
			CustomArgs map[string]string `json:"custom_args"`
		}
	}
	require.NoError(f.t, f.call(f.t.Context(), http.MethodGet, f.control+"/control/mail", nil, &seen))
	sent := map[string]int{}
	for _, m := range seen.Mails {
		sent[m.CustomArgs["send_id"]]++
	}
	return sent
}

// repair does what docs/runbooks/restored-database.md says: who runs ahead of the database is ended, and everything that should run is started from
// what the database has.
func (f *fleet) repair() {
	f.t.Helper()
	verify := func(args ...string) string {
		cmd := exec.CommandContext(f.t.Context(), filepath.Join(f.bin, "rapport"), append([]string{"verify", "workflows"}, args...)...)
		cmd.Env = append(os.Environ(), f.env...)
		out, err := cmd.CombinedOutput()
		f.t.Logf("verify %v: %v", args, err)
		return string(out)
	}
	ahead, ended := 0, 0
	for lines := bufio.NewScanner(bytes.NewBufferString(verify())); lines.Scan(); {
		id, rest, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case strings.HasSuffix(rest, "and has ended"):
			ended++
		case strings.HasPrefix(rest, "is ahead"):
			ahead++
			_ = f.client.TerminateWorkflow(f.t.Context(), id, "", "ahead of the restored database") // it may have ended meanwhile
		}
	}
	out := verify("--repair")
	f.t.Logf("%d were ahead, %d had ended ahead\n%s", ahead, ended, out[max(0, len(out)-400):])
}
