//go:build faults

package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"rapport"
)

// What is under way when a worker is killed, at each place where it dies.
const (
	ordering = `select count(*) from payouts where state = 'approved' or state = 'awaiting_approval' and (select count(*) from payout_approvals a where a.payout_id = payouts.id) = 2`
	flying   = `select count(*) from payout_attempts where outcome = 'open'`
	sent     = `select count(*) from payout_attempts where outcome = 'open' and first_sent_at is not null`
)

// moneyScenarios are the ways in which a worker may be lost on the way of a payout, from its decision to the end of its workflow.
func moneyScenarios() []scenario {
	transfers := func(action string, n, delay int) map[string]any {
		return map[string]any{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": action, "times": n, "delay_ms": delay}
	}
	return []scenario{
		{"worker dies at each step of a payout", func(f *fleet) {
			payouts := f.owed(15, "Step")
			f.faults(transfers("slow", -1, 1500))
			f.paid(payouts, func() {
				for _, at := range []struct {
					point, underWay string
					least           int
				}{{"transfer.decided", ordering, 1}, {"transfer.ordered", flying, 4}, {"transfer.before", sent, 4}, {"transfer.after", sent, 4}, {"transfer.recorded", sent, 4}, {"payout.recording", flying, 1}} {
					f.dieAt(at.point, at.least, at.underWay)
				}
			})
		}},
		{"worker is killed while Stripe has not taken a transfer, and when it has", func(f *fleet) {
			payouts := f.owed(12, "Taken")
			f.faults(transfers("stall", 16, 4000))
			f.paid(payouts, func() {
				f.killWhen(4, sent)
				f.faults(transfers("slow", -1, 4000))
				until(f.t, time.Minute, "transfers that nobody has booked", func(ctx context.Context) bool { return len(f.transfers(ctx, "")) >= f.booked(ctx)+4 })
				f.killWhen(4, sent)
				f.faults()
			})
		}},
		{"worker is away for longer than a key may be used", func(f *fleet) {
			payouts := f.owed(6, "Away")
			f.faults(transfers("slow", 12, 4000), transfers("stall", -1, 4000))
			house := f.people(15 * time.Second)
			f.atLeast(8, sent)
			f.worker.kill(syscall.SIGKILL)
			house.leave()
			f.faults()
			old := f.openAttempts()
			before := f.sentOf(old)
			// A day passes for the attempts, though the database takes no such change from anybody else.
			f.exec(`begin; set local session_replication_role = replica; update payout_attempts set first_sent_at = first_sent_at - interval '30 hours', last_sent_at = last_sent_at - interval '30 hours'
				where outcome = 'open'; commit`)
			f.startFleetWorker()
			f.eventually(0, `select count(*) from payouts p join partnerships q on q.id = p.partnership_id where q.campaign_id = $1 and p.state = 'submitted'`)
			require.Equal(f.t, before, f.sentOf(old), "nothing is sent under a key that Stripe may have forgotten")
			f.settleByPeople(payouts)
		}},
		{"Stripe answers with an error and pays later, while workers die", func(f *fleet) {
			payouts := f.owed(8, "Later")
			f.faults(transfers("500_then_rollforward", 12, 6000), transfers("commit_then_500", -1, 0))
			f.paid(payouts, func() {
				f.killWhen(1, `select count(*) from payouts where state = 'unknown'`)
				f.faults()
			})
		}},
		{"a frozen worker comes back beside another", func(f *fleet) {
			payouts := f.owed(6, "Frozen")
			f.faults(transfers("slow", -1, 3000))
			f.paid(payouts, func() {
				f.atLeast(4, sent)
				frozen := f.worker
				defer frozen.kill(syscall.SIGKILL) // also when it did harm: it may hold what the next scenario needs
				require.NoError(f.t, frozen.cmd.Process.Signal(syscall.SIGSTOP))
				f.startFleetWorker()
				// What the frozen one was doing is done again after a minute, and then it goes on doing it.
				f.eventually(payouts, `select count(*) from payouts p join partnerships a on a.id = p.partnership_id where a.campaign_id = $1 and p.state = 'paid'`)
				require.NoError(f.t, frozen.cmd.Process.Signal(syscall.SIGCONT))
				f.wait(4*time.Second, 5*time.Second)
			})
		}},
		{"payouts that are paid are run again from their beginning", func(f *fleet) {
			payouts := f.owed(3, "Again")
			f.paid(payouts, func() {})
			f.resetPayouts()
		}},
	}
}

// atLeast waits until so many of what the query counts are under way.
func (f *fleet) atLeast(n int, underWay string) {
	f.t.Helper()
	until(f.t, 2*time.Minute, underWay, func(ctx context.Context) bool {
		got := 0
		return f.owner.QueryRow(ctx, underWay).Scan(&got) == nil && got >= n
	})
}

// killWhen kills the worker while so many are under way, and starts it again.
func (f *fleet) killWhen(n int, underWay string) {
	f.t.Helper()
	f.atLeast(n, underWay)
	f.worker.kill(syscall.SIGKILL)
	f.t.Logf("killed with %d under way", f.number(underWay))
	f.startFleetWorker()
}

// sandboxTransfer is a transfer as the sandbox saw it.
type sandboxTransfer struct {
	Amount   int64             `json:"amount"`
	Currency string            `json:"currency"`
	Metadata map[string]string `json:"metadata"`
}

// transfers are those at the sandbox, of one payout or of all.
func (f *fleet) transfers(ctx context.Context, payout string) []sandboxTransfer {
	var seen struct{ Transfers []sandboxTransfer }
	url := f.control + "/control/stripe/transfers"
	if payout != "" {
		url += "?transfer_group=payout_" + payout
	}
	if err := f.call(ctx, http.MethodGet, url, nil, &seen); err != nil {
		f.t.Logf("transfers: %v", err)
	}
	return seen.Transfers
}

// openAttempts are the payouts with an open attempt whose key was used, as far as the database knows.
func (f *fleet) openAttempts() (ids []string) {
	f.each(`select payout_id::text, 1::bigint from payout_attempts where outcome = 'open' and first_sent_at is not null`, func(id string, _ int64) { ids = append(ids, id) })
	return ids
}

// sentOf counts the transfers of payouts.
func (f *fleet) sentOf(payouts []string) (n int) {
	for _, id := range payouts {
		n += len(f.transfers(f.t.Context(), id))
	}
	return n
}

func (f *fleet) booked(ctx context.Context) (n int) {
	_ = f.owner.QueryRow(ctx, `select count(*) from ledger_transactions where kind = 'settle'`).Scan(&n)
	return n
}

// settleByPeople brings payouts to their end of which nobody knew: looked up, those that are absent for long are confirmed as absent by a
// person, and sent again.
func (f *fleet) settleByPeople(payouts int) {
	f.t.Helper()
	house := f.people(15 * time.Second)
	defer house.leave()
	err := waitFor(f.t.Context(), 5*time.Minute, func(ctx context.Context) bool {
		for _, p := range f.payoutsIn(ctx, "unknown", "failed") {
			kind := rapport.CmdReconcile
			if p.state == "failed" || p.absent {
				kind = rapport.CmdRetry
			}
			_ = f.command(ctx, "payout", p.id, rapport.Command{Kind: kind, Actor: f.releaser}) // refused while it is being looked up
		}
		<-time.After(time.Second)
		return f.number(`select count(*) from payouts p join partnerships a on a.id = p.partnership_id where a.campaign_id = $1 and p.state = 'paid'`, f.campaign) == payouts
	})
	if err != nil {
		f.explain()
	}
	require.NoError(f.t, err)
}

type payoutAt struct {
	id     uuid.UUID
	state  string
	absent bool // for so long that a person may say that it was never sent
}

func (f *fleet) payoutsIn(ctx context.Context, states ...string) []payoutAt {
	rows, err := f.owner.Query(ctx, `select p.id, p.state, exists (select 1 from tasks t where t.ref = p.id and t.kind = 'payout_unknown' and t.code = '' and t.state = 'open')
		from payouts p join partnerships a on a.id = p.partnership_id where a.campaign_id = $1 and p.state = any ($2)`, f.campaign, states)
	if err != nil {
		return nil
	}
	list, _ := pgx.CollectRows(rows, func(r pgx.CollectableRow) (p payoutAt, err error) {
		err = r.Scan(&p.id, &p.state, &p.absent)
		return p, err
	})
	return list
}

// resetPayouts runs the campaign's payouts again from their first task, as somebody who misjudges a stuck workflow may.
func (f *fleet) resetPayouts() {
	f.t.Helper()
	ctx := f.t.Context()
	before := len(f.transfers(ctx, ""))
	for _, p := range f.payoutsIn(ctx, "paid") {
		id := "payout/" + p.id.String()
		until(f.t, time.Minute, "the end of "+id, func(ctx context.Context) bool {
			desc, err := f.client.DescribeWorkflowExecution(ctx, id, "")
			return err == nil && desc.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		})
		history := f.client.GetWorkflowHistory(ctx, id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		task := int64(0)
		for task == 0 && history.HasNext() {
			event, err := history.Next()
			require.NoError(f.t, err)
			if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
				task = event.GetEventId()
			}
		}
		_, err := f.client.ResetWorkflowExecution(ctx, &workflowservice.ResetWorkflowExecutionRequest{
			Namespace: namespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id}, Reason: "a test", WorkflowTaskFinishEventId: task, RequestId: uuid.NewString(),
			ResetReapplyType: enumspb.RESET_REAPPLY_TYPE_ALL_ELIGIBLE, //nolint:staticcheck // the server that is embedded knows no other
		})
		require.NoError(f.t, err)
	}
	house := f.people(15 * time.Second)
	defer house.leave()
	for _, p := range f.payoutsIn(ctx, "paid") {
		id := "payout/" + p.id.String()
		err := waitFor(ctx, 2*time.Minute, func(ctx context.Context) bool {
			// The approvals that it had are given to it again, which sends it to Stripe's door once more.
			for part, user := range map[string]uuid.UUID{"preparer": f.preparer, "releaser": f.releaser} {
				_ = f.command(ctx, "payout", p.id, rapport.Command{Kind: rapport.CmdApprovePayout, Actor: user, Ref: rapport.DeriveID(p.id, part+"/1"), Code: part}) // refused when it has it
			}
			desc, err := f.client.DescribeWorkflowExecution(ctx, id, "")
			return err == nil && desc.GetWorkflowExecutionInfo().GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
		})
		if err != nil {
			f.explain()
		}
		require.NoError(f.t, err, "%s did not end again", id)
	}
	require.Len(f.t, f.transfers(ctx, ""), before, "nothing is sent again")
}

// scripts is how many random scripts are run: RAPPORT_SCRIPTS, or a few, or two hundred.
func scripts() int {
	if n, err := strconv.Atoi(os.Getenv("RAPPORT_SCRIPTS")); err == nil && n >= 0 {
		return n
	}
	if full() {
		return 200
	}
	return 6
}

// randomScripts runs scripts of random faults, each over four payouts, and looks after each that everything has come to rest. RAPPORT_SEED and
// RAPPORT_SCRIPT, the number of one of them, repeat it.
func (f *fleet) randomScripts(t *testing.T, seed uint64) (run, passed int) {
	t.Helper()
	n := scripts()
	f.owed(n, "Script")
	waiting := f.payoutsIn(t.Context(), "awaiting_approval")
	only, one := strconv.Atoi(os.Getenv("RAPPORT_SCRIPT"))
	for i := range n {
		if one == nil && i != only {
			continue
		}
		run++
		ok := t.Run(fmt.Sprintf("script %d", i), func(t *testing.T) {
			outer := f.t
			f.t = t
			defer func() { f.t = outer }()
			began := time.Now()
			f.script(rand.New(rand.NewPCG(seed, uint64(1_000_000+i))), waiting[4*i:4*i+4])
			t.Logf("%s", time.Since(began).Round(time.Second))
		})
		if ok {
			passed++
		}
		f.revive()
	}
	return run, passed
}

// script approves payouts under random faults, and judges what has become of them when the faults are over.
func (f *fleet) script(random *rand.Rand, payouts []payoutAt) {
	f.t.Helper()
	ctx := f.t.Context()
	var list []map[string]any
	var words []string
	add := func(method, path string, actions ...string) {
		fault := map[string]any{
			"provider": "stripe", "method": method, "path": path, "action": actions[random.IntN(len(actions))], "nth": 1 + random.IntN(6), "times": 1 + random.IntN(3), "delay_ms": 100 + random.IntN(2900),
		}
		list = append(list, fault)
		words = append(words, fmt.Sprintf("%s %s %s %v+%v", fault["action"], method, path, fault["nth"], fault["times"]))
	}
	for range 1 + random.IntN(5) {
		add("POST", "/v1/transfers", "drop_before", "commit_then_drop", "commit_then_500", "500_then_rollforward", "429", "truncate", "slow", "stall", "html_502", "wrong_amount", "redirect")
	}
	for range random.IntN(3) {
		add("GET", "/v1/*", "drop_before", "429", "truncate", "slow", "html_502")
	}
	for range random.IntN(2) {
		add("", "/webhooks/stripe/*", "duplicate", "reorder", "delay", "drop")
	}
	kill := random.IntN(4) == 0
	after := time.Duration(random.Int64N(int64(4 * time.Second)))
	f.t.Logf("%s; killed: %t", strings.Join(words, "; "), kill)
	f.faults(list...)
	ids := make([]uuid.UUID, len(payouts))
	for i, p := range payouts {
		ids[i] = p.id
		require.NoError(f.t, f.fulfil(ctx, duty{kind: "approve", ref: p.id, n: 1}))
	}
	if kill {
		<-time.After(after)
		f.worker.kill(syscall.SIGKILL)
		f.startFleetWorker()
	}
	// The faults are over when what they wait for has come, or soon.
	_ = waitFor(ctx, 8*time.Second, func(ctx context.Context) bool { return f.countPaid(ctx, ids) == len(ids) })
	f.faults()
	err := waitFor(ctx, 2*time.Minute, func(ctx context.Context) bool {
		for _, p := range f.payoutsIn(ctx, "unknown") {
			_ = f.command(ctx, "payout", p.id, rapport.Command{Kind: rapport.CmdReconcile, Actor: f.releaser}) // a person looks it up
		}
		return f.countPaid(ctx, ids) == len(ids)
	})
	if err != nil {
		f.explain()
	}
	require.NoError(f.t, err, "not everything came to rest")
	ours, theirs, flying := int64(0), int64(0), int64(0)
	require.NoError(f.t, f.owner.QueryRow(ctx, `select coalesce(sum(e.amount), 0) from ledger_transactions t join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id
		where t.kind = 'settle' and a.code like 'stripe_cash:%' and t.payout_id = any ($1)`, ids).Scan(&ours))
	require.NoError(f.t, f.owner.QueryRow(ctx, `select coalesce(sum(balance), 0) from ledger_accounts where brand_id = $1 and code like 'brand_in_flight:%'`, f.brand).Scan(&flying))
	for _, id := range ids {
		seen := f.transfers(ctx, id.String())
		require.Len(f.t, seen, 1, "payout %s", id)
		theirs += seen[0].Amount
	}
	require.Equal(f.t, theirs, ours, "the ledger and the sandbox")
	require.Zero(f.t, flying, "in flight")
	require.Zero(f.t, f.number(`select count(*) from tasks where kind = 'payout_unknown' and state = 'open' and ref = any ($1)`, ids), "a task about what is known")
}

func (f *fleet) countPaid(ctx context.Context, ids []uuid.UUID) (n int) {
	_ = f.owner.QueryRow(ctx, `select count(*) from payouts where id = any ($1) and state = 'paid'`, ids).Scan(&n)
	return n
}
