package worker_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/postgres"
	"rapport/postgres/pgtest"
	"rapport/providers/stripe"
	"rapport/sandbox"
	"rapport/worker"
)

// desk is books on both sides: payouts of creators whom the sandbox knows, and a top-up that arrived there.
type desk struct{ *arrivals }

func newDesk(t *testing.T, change ...func(*sandbox.Config)) *desk {
	t.Helper()
	d := &desk{arriving(t, change...)}
	d.payees = d.payee
	topup := d.id(`select id from topups`)
	done, err := d.inbox.Activities.CreateTopUp(d.ctx, topup)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		if !done {
			done, err = d.inbox.Activities.SettleTopUp(d.ctx, topup)
		}
		return err == nil && done
	}, 10*time.Second, 10*time.Millisecond)
	return d
}

// payee makes an account at the sandbox that can be paid.
func (d *desk) payee() string {
	d.t.Helper()
	account, err := d.payer.CreatePayeeAccount(d.ctx, uuid.New(), "casey@creators.example", "US")
	require.NoError(d.t, err)
	d.ask(http.MethodPost, "/control/stripe/accounts/"+account.ID, `{"outcome": "complete"}`)
	return account.ID
}

func (d *desk) ask(method, path, body string) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.ctx, method, d.control+path, strings.NewReader(body))
	require.NoError(d.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	require.NoError(d.t, res.Body.Close())
	require.Less(d.t, res.StatusCode, 300, path)
}

// faulty sets the sandbox's script; asked counts the requests that each of its lines has matched.
func (d *desk) faulty(script string) { d.ask(http.MethodPut, "/control/faults", script) }

func (d *desk) asked() []int {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.ctx, http.MethodGet, d.control+"/control/faults", nil)
	require.NoError(d.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer res.Body.Close()
	var answer struct {
		Seen []int `json:"seen"`
	}
	require.NoError(d.t, json.NewDecoder(res.Body).Decode(&answer))
	return answer.Seen
}

// approved makes a payout that both have approved, and that was not sent.
func (d *desk) approved() uuid.UUID {
	d.t.Helper()
	p := d.newPayout("awaiting_approval")
	d.exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
		select gen_random_uuid(), p.id, p.brand_id, p.round, x.part, x.who, p.amount, p.currency, p.destination, x.proof
		from payouts p, (values ('preparer', $2::uuid, null::uuid), ('releaser', $3::uuid, $4::uuid)) x(part, who, proof) where p.id = $1`,
		p.id, d.preparer, d.releaser, pgtest.StepUp(d.t, d.owner, d.releaser, 0))
	return p.id
}

func (d *desk) submit(payout uuid.UUID) (string, error) {
	d.t.Helper()
	out, err := d.inbox.Activities.SubmitPayout(d.ctx, activities.EffectInput{ID: payout, Effect: rapport.Effect{N: 1}})
	return out.Code, err
}

// paid makes a payout and sends it.
func (d *desk) paid() uuid.UUID {
	d.t.Helper()
	id := d.approved()
	code, err := d.submit(id)
	require.NoError(d.t, err)
	require.Equal(d.t, rapport.SubmitPaid, code)
	return id
}

// reconcile compares the books a second into the future, because the sandbox's transfers of this second lie in the next one's window.
func (d *desk) reconcile() string {
	d.t.Helper()
	require.NoError(d.t, worker.Reconcile(d.store, d.payer, func() time.Time { return time.Now().Add(time.Second) })(d.ctx))
	return d.text(`select state from reconciliations order by started_at desc limit 1`)
}

// lines are those of the newest run that are not matched.
func (d *desk) lines() string {
	d.t.Helper()
	return d.text(`select string_agg(kind || ' ' || result, ', ' order by kind, result) from reconciliation_lines
		where result <> 'matched' and run_id = (select id from reconciliations order by started_at desc limit 1)`)
}

func (d *desk) transfers(payout uuid.UUID) int {
	d.t.Helper()
	found, err := d.payer.TransfersOf(d.ctx, payout)
	require.NoError(d.t, err)
	return len(found)
}

func TestTheBooksAgree(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first, second := d.paid(), d.paid()
	require.Equal(t, "passed", d.reconcile(), d.lines())
	require.Equal(t, "in_flight 1, settle 2, topup 1", d.text(`select string_agg(kind || ' ' || n, ', ' order by kind) from (select kind, count(*) as n from reconciliation_lines group by kind) x`))
	// The balance adds up from one comparison to the next, with what somebody else moved in between.
	d.paid()
	d.ask(http.MethodPost, "/control/stripe/balance", `{"currency": "usd", "amount": 77, "add": true}`)
	require.Equal(t, "passed", d.reconcile())
	require.Equal(t, "other outside", d.lines())
	require.Equal(t, "matched", d.text(`select result from reconciliation_lines where kind = 'balance'`))
	// A reversal that the ledger has, and one that it lacks.
	for i, payout := range []uuid.UUID{first, second} {
		transfer := d.text(`select transfer_id from payout_attempts where payout_id = $1`, payout)
		r, err := d.payer.Client.ReverseTransfer(d.ctx, stripe.ReverseRequest{Key: "trr_" + payout.String(), ReversalID: payout.String(), Attempt: 1, TransferID: transfer, Amount: 400, Currency: "usd"})
		require.NoError(t, err)
		if i == 0 {
			d.exec(`select ledger_post(gen_random_uuid(), 'reversal', brand_id, id, null::int, $2, 'usd', jsonb_build_array(
				jsonb_build_object('account', 'stripe_cash:usd', 'amount', -400), jsonb_build_object('account', 'brand_spent:' || brand_id || ':usd', 'amount', 400))) from payouts where id = $1`, payout, r.ID)
		}
	}
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, "other outside, reversal missing_here", d.lines())
}

func TestEachKindOfBreakIsFound(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	kept := d.paid()
	// Stripe has one that nobody here knows.
	stranger, err := d.payer.Transfer(d.ctx, rapport.TransferRequest{Key: "po_x", PayoutID: uuid.New(), Attempt: 1, Amount: rapport.Money{Amount: 300, Currency: "usd"}, Destination: d.payee()})
	require.NoError(t, err)
	// The ledger has one that Stripe does not know.
	forged := d.newPayout("submitted")
	require.NoError(t, d.store.SettlePayout(d.ctx, forged.id, 1, rapport.Transfer{ID: "tr_forged", PayoutID: forged.id, Attempt: 1}))
	// Both have one, for other amounts: the ledger believed an answer that was raised.
	other, err := d.payer.Transfer(d.ctx, rapport.TransferRequest{Key: "po_y", PayoutID: uuid.New(), Attempt: 1, Amount: rapport.Money{Amount: 999, Currency: "usd"}, Destination: d.payee()})
	require.NoError(t, err)
	wrong := d.newPayout("submitted")
	require.NoError(t, d.store.SettlePayout(d.ctx, wrong.id, 1, rapport.Transfer{ID: other.ID, PayoutID: wrong.id, Attempt: 1}))
	for range 2 {
		require.Equal(t, "breaks", d.reconcile())
		require.Equal(t, "settle different, settle missing_here, settle missing_there", d.lines())
	}
	require.Equal(t, "amount,destination,metadata,net", d.text(`select array_to_string(differs, ',') from reconciliation_cases where ref = $1`, other.ID))
	require.Equal(t, "3", d.text(`select count(*) from reconciliation_cases where state = 'open' and gone_at is null`), "one each, seen twice")
	require.Equal(t, "3", d.text(`select count(*) from tasks where kind = 'reconciliation_break' and state = 'open' and ref in (select id from reconciliation_cases)`))
	require.Empty(t, d.text(`select brand_id from reconciliation_cases where ref = $1`, stranger.ID), "nothing of ours explains it")
	require.Equal(t, d.brand.String(), d.text(`select brand_id from reconciliation_cases where payout_id = $1`, forged.id))
	require.NotEqual(t, uuid.Nil, kept)
	// One that is explained stays so while it is the same; one that was called put right comes back.
	closed := func(ref, state string) {
		d.exec(`update reconciliation_cases set state = $2, reason = 'So it is', closed_by = $3, closed_at = now() where ref = $1`, ref, state, d.releaser)
	}
	closed(stranger.ID, "explained")
	closed("tr_forged", "resolved")
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, "explained", d.text(`select state from reconciliation_cases where ref = $1`, stranger.ID))
	require.Equal(t, "open", d.text(`select state from reconciliation_cases where ref = 'tr_forged'`))
	require.Equal(t, "1", d.text(`select count(*) from reconciliation_notes where kind = 'seen_again'`))
}

// TestACaseIsAskedAboutAgain: what is older than every window is still looked at while its case is open, and stays when it is gone.
func TestACaseIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	payout := d.newPayout("submitted")
	transfer, err := d.payer.Transfer(d.ctx, payout.order.Request)
	require.NoError(t, err)
	require.Equal(t, "passed", d.reconcile())
	require.Equal(t, "settle open", d.lines(), "an attempt of ours is open for exactly this")
	require.Equal(t, "1", d.text(`select count(*) from outbox where workflow_id = $1 and input ->> 'kind' = 'stripe'`, "payout/"+payout.id.String()), "its payout is told to look")
	d.exec(`insert into reconciliation_cases (id, kind, noun, ref, at, last_run)
		select gen_random_uuid(), 'missing_here', 'settle', $1, now() - interval '90 days', id from reconciliations limit 1`, transfer.ID)
	require.NoError(t, d.store.SettlePayout(d.ctx, payout.id, 1, transfer))
	require.Equal(t, "passed", d.reconcile())
	require.Equal(t, "true open", d.text(`select (gone_at is not null)::text || ' ' || state from reconciliation_cases where ref = $1`, transfer.ID))
}

// TestAReversalIsAskedAboutAgain: what came back of a transfer of ours, and stands in no ledger, is the payout's brand's, and stays a break
// when it is older than every window. What came back of a stranger's transfer cannot be asked about, so it is not called gone.
func TestAReversalIsAskedAboutAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	payout := d.paid()
	stranger, err := d.payer.Transfer(d.ctx, rapport.TransferRequest{Key: "po_x", PayoutID: uuid.New(), Attempt: 1, Amount: rapport.Money{Amount: 600, Currency: "usd"}, Destination: d.payee()})
	require.NoError(t, err)
	for i, transfer := range []string{d.text(`select transfer_id from payout_attempts where payout_id = $1`, payout), stranger.ID} {
		_, err := d.payer.Client.ReverseTransfer(d.ctx, stripe.ReverseRequest{
			Key: "trr_" + transfer, ReversalID: uuid.NewString(), Attempt: 1, TransferID: transfer, Amount: 400 + int64(i), Currency: "usd",
		})
		require.NoError(t, err)
	}
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, "reversal missing_here, reversal missing_here, settle missing_here", d.lines())
	require.Equal(t, d.brand.String()+" "+payout.String(), d.text(`select brand_id || ' ' || payout_id from reconciliation_cases where theirs = 400`))
	d.exec(`update reconciliations set closing = null`) // nothing is listed from before the window
	later := time.Now().Add(2 * time.Hour)
	require.NoError(t, d.store.StartReconciliation(d.ctx, rapport.Reconciliation{ID: uuid.New(), From: later, To: later.Add(time.Hour)}))
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, "reversal missing_here, settle missing_here", d.lines())
	require.Equal(t, "3", d.text(`select count(*) from reconciliation_cases where state = 'open' and gone_at is null`))
}

// TestATransferThatIsOlderThanItsRecord: it was found days after it was made, so its record and itself lie in different windows.
func TestATransferThatIsOlderThanItsRecord(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paid()
	later := func() time.Time { return time.Now().Add(72 * time.Hour) }
	d.exec(`alter table ledger_transactions disable trigger all`)
	d.exec(`update ledger_transactions set at = now() + interval '71 hours' where kind = 'settle'`)
	require.NoError(t, d.store.StartReconciliation(d.ctx, rapport.Reconciliation{ID: uuid.New(), From: later().Add(-24 * time.Hour), To: later()}))
	require.Equal(t, "passed", d.reconcile(), d.lines())
	require.Equal(t, "1", d.text(`select count(*) from reconciliation_lines where kind = 'settle' and result = 'matched'`))
}

func TestAComparisonThatFails(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.faulty(`[{"provider": "stripe", "method": "GET", "path": "/v1/transfers", "times": -1, "action": "html_502"}]`)
	require.Error(t, worker.Reconcile(d.store, d.payer, time.Now)(d.ctx))
	require.Equal(t, "running ambiguous", d.text(`select state || ' ' || problem from reconciliations`))
	d.faulty(`[]`)
	require.Equal(t, "passed", d.reconcile())
	require.Equal(t, "1", d.text(`select count(*) from reconciliations where problem is null`), "the same run has gone on")
}

// TestARestoredDatabaseSendsNothingTwice: a real dump, taken before a payout was sent and loaded after it was.
func TestARestoredDatabaseSendsNothingTwice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paid()
	require.Equal(t, "passed", d.reconcile())
	sent, neighbour := d.approved(), d.approved()
	before := d.restorer(t)
	code, err := d.submit(sent)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code)
	require.Equal(t, 1, d.transfers(sent))

	d.restored(t, before())
	for _, payout := range []uuid.UUID{sent, neighbour} {
		code, err := d.submit(payout)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitGated, code)
		require.Equal(t, "approved restored", d.text(`select state || ' ' || gated from payouts where id = $1`, payout))
	}
	require.Equal(t, "open restored", d.text(`select state || ' ' || code from tasks where kind = 'payments_held' and owner_role = 'finance_releaser'`))
	// The comparison that is due by itself finds the transfer.
	gate := worker.KeepGate(d.store, d.payer, func(context.Context) error { d.reconcile(); return nil })
	d.exec(`update reconciliations set started_at = now() - interval '1 hour', finished_at = now() - interval '1 hour'`)
	require.NoError(t, gate(d.ctx))
	require.Equal(t, "settle missing_here", d.lines())
	require.Equal(t, sent.String(), d.text(`select payout_id from reconciliation_cases`))
	// What Stripe has goes on to look, finds it and is settled; its neighbour waits until the books agree.
	require.Equal(t, "1", d.text(`select count(*) from outbox where workflow_id = $1 and input ->> 'kind' = 'gate'`, "payout/"+sent.String()))
	require.Equal(t, "missing_here", d.text(`select gated from payouts where id = $1`, neighbour))
	code, err = d.submit(neighbour)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitGated, code)
	code, err = d.submit(sent)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code)
	d.exec(`update reconciliations set started_at = now() - interval '1 hour', finished_at = now() - interval '1 hour'`)
	require.NoError(t, gate(d.ctx))
	require.Equal(t, "passed", d.text(`select state from reconciliations order by started_at desc limit 1`), d.lines())
	require.Equal(t, "1", d.text(`select count(*) from outbox where workflow_id = $1 and input ->> 'kind' = 'gate'`, "payout/"+neighbour.String()))
	code, err = d.submit(neighbour)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code)
	require.Equal(t, "done", d.text(`select state from tasks where kind = 'payments_held'`))
	for _, payout := range []uuid.UUID{sent, neighbour} {
		require.Equal(t, 1, d.transfers(payout), "never a second transfer")
	}
}

// TestARunThatABackupHeldComparesUpToNow: it was under way when the dump was made, and what was sent since is found all the same.
func TestARunThatABackupHeldComparesUpToNow(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paid()
	require.Equal(t, "passed", d.reconcile())
	sent := d.approved()
	require.NoError(t, d.store.StartReconciliation(d.ctx, rapport.Reconciliation{ID: uuid.New(), From: time.Now().Add(-48 * time.Hour), To: time.Now().Add(-time.Minute)}))
	load := d.restorer(t)
	code, err := d.submit(sent)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code)
	d.restored(t, load())
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, sent.String(), d.text(`select payout_id from reconciliation_cases where kind = 'missing_here'`))
	require.Equal(t, "false", d.text(`select database_restored()`))
}

// TestAPausedProviderIsNotCompared: while our key is refused, only the probe asks.
func TestAPausedProviderIsNotCompared(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paid()
	d.exec(`alter table payout_attempts disable trigger all`)
	d.exec(`update payout_attempts set first_sent_at = now() - interval '27 hours'`)
	require.NoError(t, d.store.PauseProvider(d.ctx, "api_key_expired"))
	d.faulty(`[{"provider": "stripe", "times": -1, "action": "401"}]`)
	compare := worker.Reconcile(d.store, d.payer, time.Now)
	require.NoError(t, compare(d.ctx))
	require.NoError(t, worker.KeepGate(d.store, d.payer, func(context.Context) error { t.Error("a comparison is not due"); return nil })(d.ctx))
	require.Equal(t, []int{0}, d.asked())
	require.Equal(t, "0", d.text(`select count(*) from reconciliations`))
	d.faulty(`[]`)
	require.NoError(t, d.store.LiftPause(d.ctx))
	require.NoError(t, compare(d.ctx))
	require.Equal(t, "1", d.text(`select count(*) from reconciliations where state <> 'running'`))
}

// restorer dumps the database as it is now; what it answers loads the dump into an empty one and gives its name.
func (d *desk) restorer(t *testing.T) func() string {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
	require.NoError(t, err)
	require.NotEmpty(t, found, "pg_dump comes with PostgreSQL")
	bin := filepath.Dir(slices.Max(found))
	owner := d.owner
	from := owner.Config().ConnString()
	file := filepath.Join(t.TempDir(), "dump")
	run := func(program string, args ...string) {
		out, err := exec.CommandContext(d.ctx, filepath.Join(bin, program), args...).CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	run("pg_dump", "--format=custom", "--file="+file, from)
	return func() string {
		name := "restored_" + strings.ReplaceAll(uuid.NewString(), "-", "")
		d.exec("create database " + name)
		t.Cleanup(func() {
			_, err := owner.Exec(context.WithoutCancel(d.ctx), "drop database "+name+" with (force)")
			require.NoError(t, err)
		})
		run("pg_restore", "--dbname="+database(t, from, name, ""), file)
		return name
	}
}

// database changes the database and the user of a URL.
func database(t *testing.T, from, name, role string) string {
	t.Helper()
	u, err := url.Parse(from)
	require.NoError(t, err)
	u.Path = "/" + name
	if role != "" {
		u.User = url.User(role)
	}
	return u.String()
}

// restored lets everything go on with another database.
func (d *desk) restored(t *testing.T, name string) {
	t.Helper()
	from := d.owner.Config().ConnString()
	owner, err := pgxpool.New(d.ctx, database(t, from, name, ""))
	require.NoError(t, err)
	store, err := postgres.Open(d.ctx, database(t, from, name, "rapport_worker"))
	require.NoError(t, err)
	t.Cleanup(func() { store.Close(); owner.Close() })
	d.owner, d.store = owner, store
	d.inbox.Store, d.inbox.Activities.Store = store, store
}

func TestStaleBooksHoldWhatIsNotSent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Empty(t, d.text(`select submission_gate($1, 'acct_1')`, d.brand), "nothing was ever sent")
	d.paid()
	open := d.approved()
	code, err := d.submit(open)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code, "never compared, and younger than a day")
	late := d.approved()
	d.exec(`alter table payout_attempts disable trigger all`)
	d.exec(`update payout_attempts set first_sent_at = now() - interval '27 hours'`)
	code, err = d.submit(late)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitGated, code)
	require.Equal(t, "stale", d.text(`select gated from payouts where id = $1`, late))
	require.NoError(t, worker.KeepGate(d.store, d.payer, func(context.Context) error { d.reconcile(); return nil })(d.ctx))
	require.Empty(t, d.text(`select gated from payouts where id = $1`, late), "the comparison ran by itself and let it go")
	code, err = d.submit(late)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code)
	// An attempt that is open already is looked up, and not sent either.
	second := d.newPayout("submitted")
	d.exec(`update reconciliations set from_at = from_at - interval '27 hours', to_at = to_at - interval '27 hours'`)
	_, err = d.submit(second.id)
	require.ErrorContains(t, err, "held back: stale")
	require.Zero(t, d.transfers(second.id))
	require.Equal(t, "submitted", d.text(`select state from payouts where id = $1`, second.id))
}

// TestAKeyThatIsRefusedPausesTheQueue: a thousand payouts, a handful of calls.
func TestAKeyThatIsRefusedPausesTheQueue(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	payouts := d.thousand()
	d.faulty(`[{"provider": "stripe", "times": -1, "action": "401"}]`)
	const workers = 16
	work, codes := make(chan uuid.UUID), sync.Map{}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for payout := range work {
				code, err := d.submit(payout)
				if err != nil {
					code, err = d.submit(payout) // as Temporal does, a minute later
				}
				if err != nil {
					code = err.Error()
				}
				codes.Store(payout, code)
			}
		})
	}
	for _, p := range payouts {
		work <- p
	}
	close(work)
	wg.Wait()
	for _, p := range payouts {
		code, _ := codes.Load(p)
		require.Equal(t, rapport.SubmitGated, code)
	}
	calls := d.asked()[0]
	t.Logf("%d payouts on a bad key: %d calls", len(payouts), calls)
	require.LessOrEqual(t, calls, workers)
	require.Equal(t, "1000", d.text(`select count(*) from payouts where state = 'approved' and gated = 'paused'`), "none failed")
	require.Equal(t, "0", d.text(`select count(*) from payout_attempts`))
	require.Equal(t, "admin, finance_releaser", d.text(`select string_agg(owner_role, ', ' order by owner_role) from tasks where kind = 'payments_held' and state = 'open' and code = 'paused'`))
	// A probe a minute, by one job.
	gate := worker.KeepGate(d.store, d.payer, func(context.Context) error { return nil })
	require.NoError(t, gate(d.ctx))
	require.Equal(t, calls, d.asked()[0], "its minute has not come")
	d.exec(`update provider_pauses set probe_at = now()`)
	for range 3 {
		require.NoError(t, gate(d.ctx))
	}
	require.Equal(t, calls+1, d.asked()[0])
	require.Equal(t, "1000", d.text(`select count(*) from payouts where gated is not null`))
	d.faulty(`[]`)
	d.exec(`update provider_pauses set probe_at = now()`)
	require.NoError(t, gate(d.ctx))
	require.Equal(t, "1000", d.text(`select count(*) from outbox where input ->> 'kind' = 'gate'`))
	require.Equal(t, "0", d.text(`select count(*) from tasks where kind = 'payments_held' and state = 'open'`))
	code, err := d.submit(payouts[0])
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, code)
}

// TestAnOpenAttemptWaitsUnderItsKey: the key was refused after the attempt was opened.
func TestAnOpenAttemptWaitsUnderItsKey(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"401", "403"} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			payout := d.approved()
			d.faulty(`[{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "times": -1, "action": "` + status + `"}]`)
			for range 5 {
				_, err := d.submit(payout)
				require.Error(t, err)
			}
			require.Equal(t, 1, d.asked()[0])
			key := d.text(`select key from payout_attempts where outcome = 'open'`)
			require.Equal(t, "submitted", d.text(`select state from payouts where id = $1`, payout))
			d.faulty(`[]`)
			d.exec(`update provider_pauses set probe_at = now()`)
			require.NoError(t, worker.KeepGate(d.store, d.payer, func(context.Context) error { return nil })(d.ctx))
			code, err := d.submit(payout)
			require.NoError(t, err)
			require.Equal(t, rapport.SubmitPaid, code)
			require.Equal(t, key+" succeeded", d.text(`select key || ' ' || outcome from payout_attempts`))
		})
	}
}

// thousand payouts to one creator, approved by both.
func (d *desk) thousand() []uuid.UUID {
	d.t.Helper()
	first := d.newPayout("awaiting_approval")
	d.exec(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
		select gen_random_uuid(), partnership_id, brand_id, contract_id, term, n, title, trigger, amount, currency from milestones, generate_series(1, 999) n`)
	d.exec(`insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at)
		select gen_random_uuid(), m.id, p.partnership_id, p.brand_id, p.creator_id, p.amount, p.currency, p.destination, p.state, p.due_at
		from milestones m, payouts p where m.position > 0 and p.id = $1`, first.id)
	for _, x := range []struct {
		part string
		who  uuid.UUID
	}{{"preparer", d.preparer}, {"releaser", d.releaser}} {
		d.exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
			select gen_random_uuid(), id, brand_id, round, $1, $2, amount, currency, destination, $3 from payouts`, x.part, x.who, pgtest.StepUp(d.t, d.owner, x.who, 0))
	}
	rows, err := d.owner.Query(d.ctx, `select id from payouts`)
	require.NoError(d.t, err)
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		require.NoError(d.t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.Len(d.t, ids, 1000)
	return ids
}

// TestAPausedPayoutGoesOnByItself: the payout's own workflow, on real servers, from a refused key to the transfer.
func TestAPausedPayoutGoesOnByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.until("succeeded", `select state from topups`)
	d := &desk{&arrivals{bundle: b, payer: b.payer}}
	d.payees = d.payee
	p, other := d.newPayout("scheduled"), d.newPayout("scheduled")
	day := rapport.DefaultCalendar("UTC")
	day.DaySeconds = 1
	machine := rapport.Payout{Core: rapport.Core{Durable: true}, ID: p.id, BrandID: b.brand, State: rapport.PayoutScheduled, Due: time.Now(), Timings: rapport.DefaultTimings(), Calendar: day}
	row := b.owner.QueryRow(b.ctx, `select partnership_id, milestone_id, creator_id, amount, currency from payouts where id = $1`, p.id)
	require.NoError(t, row.Scan(&machine.PartnershipID, &machine.MilestoneID, &machine.CreatorID, &machine.Amount.Amount, &machine.Amount.Currency))
	b.put("payout/"+p.id.String(), "Payout", machine)
	b.until("awaiting_approval", `select state from payouts where id = $1`, p.id)
	d.faulty(`[{"provider": "stripe", "times": -1, "action": "401"}]`)
	b.approve(p.id, "preparer", b.preparer)
	b.approve(p.id, "releaser", b.releaser)
	b.until("api_key_expired", `select code from provider_pauses where lifted_at is null`)
	// The try that met the refused key comes back in a minute, and finds the pause; the test does not wait for it.
	gate := worker.KeepGate(d.store, d.payer, func(context.Context) error { return nil })
	d.exec(`update provider_pauses set probe_at = now()`)
	require.NoError(t, gate(d.ctx))
	require.Empty(t, d.text(`select lifted_at from provider_pauses`))
	machine.ID = other.id
	row = b.owner.QueryRow(b.ctx, `select partnership_id, milestone_id, creator_id from payouts where id = $1`, other.id)
	require.NoError(t, row.Scan(&machine.PartnershipID, &machine.MilestoneID, &machine.CreatorID))
	b.put("payout/"+other.id.String(), "Payout", machine)
	b.until("awaiting_approval", `select state from payouts where id = $1`, other.id)
	b.approve(other.id, "preparer", b.preparer)
	b.approve(other.id, "releaser", b.releaser)
	b.until("approved paused", `select state || ' ' || gated from payouts where id = $1`, other.id)
	b.until("1", `select count(*) from partnership_events where source_id = $1 and kind = 'payout_gated'`, other.id)
	d.faulty(`[]`)
	d.exec(`update provider_pauses set probe_at = now()`)
	require.NoError(t, gate(d.ctx))
	b.until("paid", `select state from payouts where id = $1`, other.id)
	require.Equal(t, 1, d.transfers(other.id))
}

// TestAnAcceptedTransferIsInTheBooks: what Stripe moved otherwise than it was asked keeps the payout in doubt and the brand's other payments back,
// until two people accept it; then the books agree, whatever it moved. What is taken back instead moved nothing.
func TestAnAcceptedTransferIsInTheBooks(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]int64{"another attempt": 0, "more": 10, "less": -10} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			payout, other := d.otherwise(more)
			look := func() string {
				out, err := d.inbox.Activities.ReconcilePayout(d.ctx, activities.EffectInput{ID: payout})
				require.NoError(t, err)
				return out.Code
			}
			require.Equal(t, rapport.ReconcileDiffers, look())
			require.Equal(t, "breaks", d.reconcile())
			require.Equal(t, "settle missing_here", d.lines())
			require.Equal(t, rapport.GateMissingHere, d.text(`select submission_gate($1, null)`, d.brand))
			d.exec(`insert into transfer_acceptances (id, payout_id, brand_id, transfer_id, amount, currency, asked, reason, asked_by)
				select $1, p.id, p.brand_id, f.transfer_id, f.amount, f.currency, p.amount, 'It is', $2 from payouts p join found_transfers f on f.payout_id = p.id`, payout, d.preparer)
			require.Equal(t, rapport.ReconcileDiffers, look(), "one pair of eyes is not enough")
			d.exec(`insert into transfer_acceptance_approvals (acceptance_id, brand_id, approver, amount, step_up_id) select id, brand_id, $1, amount, $2 from transfer_acceptances`,
				d.releaser, pgtest.StepUp(t, d.owner, d.releaser, 0))
			require.Equal(t, rapport.SubmitPaid, look())
			require.Equal(t, other.ID, d.text(`select transfer_id from payout_attempts where payout_id = $1`, payout))
			require.Equal(t, "passed", d.reconcile(), d.lines())
			require.Empty(t, d.text(`select submission_gate($1, null)`, d.brand))
			require.Equal(t, "0", d.text(`select sum(balance) from ledger_accounts where code like 'brand\_in\_flight:%'`))
		})
	}
	t.Run("taken back", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t)
		payout, other := d.otherwise(10)
		_, err := d.payer.Client.ReverseTransfer(d.ctx, stripe.ReverseRequest{
			Key: "trr_x", ReversalID: "by hand", Attempt: 1, TransferID: other.ID, Amount: other.Amount.Amount, Currency: other.Amount.Currency,
		})
		require.NoError(t, err)
		look := func(code string) string {
			out, err := d.inbox.Activities.ReconcilePayout(d.ctx, activities.EffectInput{ID: payout, Effect: rapport.Effect{Code: code}})
			require.NoError(t, err)
			return out.Code
		}
		require.Equal(t, rapport.ReconcileAbsent, look(""))
		require.Equal(t, rapport.ReconcileAbsent, look("confirm"), "not before a day has passed")
		d.exec(`begin; set local session_replication_role = replica; update payout_attempts set last_sent_at = now() - interval '25 hours', created_at = now() - interval '26 hours'; commit`)
		require.Equal(t, rapport.ReconcileAbsentLong, look(""))
		require.Equal(t, rapport.SubmitRejected, look("confirm"))
		out, err := d.inbox.Activities.SubmitPayout(d.ctx, activities.EffectInput{ID: payout, Effect: rapport.Effect{N: 2}})
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code, "it is sent anew, under the next number")
		require.Equal(t, 2, d.transfers(payout))
	})
}

// otherwise makes a payout for which Stripe moved so much more than was asked, under another number, before it was sent.
func (d *desk) otherwise(more int64) (uuid.UUID, rapport.Transfer) {
	d.t.Helper()
	payout := d.approved()
	var amount int64
	var destination string
	require.NoError(d.t, d.owner.QueryRow(d.ctx, `select amount, destination from payouts where id = $1`, payout).Scan(&amount, &destination))
	other, err := d.payer.Transfer(d.ctx, rapport.TransferRequest{
		Key: "po_other", PayoutID: payout, Attempt: 7, Amount: rapport.Money{Amount: amount + more, Currency: "usd"}, Destination: destination,
	})
	require.NoError(d.t, err)
	code, err := d.submit(payout)
	require.NoError(d.t, err)
	require.Equal(d.t, rapport.SubmitUnknown, code)
	require.Equal(d.t, 1, d.transfers(payout), "nothing is sent on top of it")
	return payout, other
}

// TestATopUpMadeByHandIsBooked: what somebody paid in at Stripe itself, and what the bank took back of it, come into the books by the word of two.
func TestATopUpMadeByHandIsBooked(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, "passed", d.reconcile(), d.lines())
	funds := func() (n int) {
		require.NoError(t, d.owner.QueryRow(d.ctx, `select balance from ledger_accounts where code = 'brand_funds:' || $1::uuid || ':usd'`, d.brand).Scan(&n))
		return n
	}
	before := funds()
	id := d.topUpByHand(700)
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, "topup missing_here", d.lines())
	d.agreed(rapport.LineTopUp, id, 700)
	book := worker.BookTopUps(d.store, d.payer)
	for range 2 {
		require.NoError(t, book(d.ctx))
	}
	require.Equal(t, "resolved", d.text(`select state from reconciliation_cases where ref = $1`, id))
	require.Equal(t, "1", d.text(`select count(*) from ledger_transactions where kind = 'topup' and external_ref = $1`, id))
	require.Equal(t, "passed", d.reconcile(), d.lines())
	require.Equal(t, before+700, funds(), "once, although it is booked twice")

	d.ask(http.MethodPost, "/control/stripe/topups/"+id+"/reverse", "{}")
	require.Equal(t, "breaks", d.reconcile())
	require.Equal(t, "topup_reversal missing_here", d.lines())
	d.agreed(rapport.LineTopUpBack, id, 700)
	require.NoError(t, book(d.ctx))
	require.Equal(t, "passed", d.reconcile(), d.lines())
	require.Equal(t, before, funds())
}

// topUpByHand pays in without anything of ours, as Stripe's dashboard does, and waits until it has arrived.
func (d *desk) topUpByHand(amount int) string {
	d.t.Helper()
	made, err := d.payer.Client.CreateTopup(d.ctx, "by_hand", "nobody", "by_hand", int64(amount), "usd")
	require.NoError(d.t, err)
	require.Eventually(d.t, func() bool {
		now, err := d.payer.TopUp(d.ctx, made.ID)
		return err == nil && now.Status == "succeeded"
	}, 10*time.Second, 10*time.Millisecond)
	return made.ID
}

// agreed lets two people want a case booked.
func (d *desk) agreed(noun, ref string, amount int) {
	d.t.Helper()
	id := uuid.New()
	d.exec(`insert into top_up_bookings (id, case_id, brand_id, kind, top_up_id, amount, currency, reason, asked_by)
		select $1, c.id, $2, $3, $4, $5, 'usd', 'By hand', $6 from reconciliation_cases c where c.noun = $3 and c.ref = $4`, id, d.brand, noun, ref, amount, d.preparer)
	d.exec(`insert into top_up_booking_approvals (booking_id, brand_id, approver, amount, step_up_id) values ($1, $2, $3, $4, $5)`,
		id, d.brand, d.releaser, amount, pgtest.StepUp(d.t, d.owner, d.releaser, 0))
}
