package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// vault is a brand with funds of 5,000 that has paid one creator 1,000 and owes 1,000 more. Its stores sign in with the rights of the API
// and of the worker.
type vault struct {
	t           *testing.T
	ctx         context.Context
	owner       *pgxpool.Pool
	api, worker *postgres.Store
	brand       uuid.UUID
	creator     uuid.UUID
	partnership uuid.UUID
	paid, owed  uuid.UUID // payouts
	pia, rob    uuid.UUID // preparer and releaser
	ria         uuid.UUID // another releaser
	seq         map[uuid.UUID]int64
}

func newVault(t *testing.T) *vault {
	t.Helper()
	ownerURL, apiURL, workerURL := pgtest.New(t)
	b := &vault{
		t: t, brand: uuid.New(), creator: uuid.New(), partnership: uuid.New(), paid: uuid.New(), owed: uuid.New(), pia: uuid.New(), rob: uuid.New(), ria: uuid.New(),
		seq: map[uuid.UUID]int64{},
	}
	b.ctx = rapport.WithBrands(t.Context(), b.brand)
	var err error
	b.owner, err = pgxpool.New(b.ctx, ownerURL)
	require.NoError(t, err)
	t.Cleanup(b.owner.Close)
	for url, store := range map[string]**postgres.Store{apiURL: &b.api, workerURL: &b.worker} {
		*store, err = postgres.Open(b.ctx, url)
		require.NoError(t, err)
		t.Cleanup((*store).Close)
	}
	calendar, campaign, offer, contract := uuid.New(), uuid.New(), uuid.New(), uuid.New()
	b.exec(`insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'brand', $2, 'UTC', '{1}', '09:00', '17:00')`, calendar, b.brand)
	b.exec(`insert into brands (id, name, postal_address, mail_from_name, mail_from, calendar_id) values ($1, 'B', 'A', 'B', 'b@b.example', $2)`, b.brand, calendar)
	for id, role := range map[uuid.UUID]string{b.pia: "finance_preparer", b.rob: "finance_releaser", b.ria: "finance_releaser"} {
		b.exec(`insert into users (id, email, name, password_hash) values ($1, $2, 'P', 'x')`, id, id.String()+"@h.example")
		b.exec(`insert into user_roles (user_id, brand_id, role) values ($1, $2, $3)`, id, b.brand, role)
	}
	b.exec(`insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
		values ($1, $2, 'C', 100000, 'usd', '2026-01-01', '2027-01-01', $3, 1000, '{}', $1, $1)`, campaign, b.brand, b.pia)
	b.exec(`insert into creators (id, name) values ($1, 'Casey')`, b.creator)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($1, $2, $3, $4, $5)`, b.partnership, b.brand, campaign, b.creator, b.pia)
	b.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) values ($1, $2, $3, $4, 1000, 'usd', '{}')`, offer, b.partnership, b.brand, campaign)
	b.exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
		values ($1, $2, $3, $4, 1, 'internal_approval', 'x', 'x', 1000, 'usd', '{}')`, contract, b.partnership, b.brand, offer)
	b.exec(`insert into payees (creator_id, state, account_id) values ($1, 'ready', 'acct_1')`, b.creator)
	topup := uuid.New()
	b.exec(`insert into topups (id, brand_id, amount, currency) values ($1, $2, 5000, 'usd')`, topup, b.brand)
	require.NoError(t, b.worker.SettleTopUp(b.ctx, topup, "tu_1", "succeeded"))
	for i, payout := range []uuid.UUID{b.paid, b.owed} {
		milestone := uuid.New()
		b.exec(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			values ($1, $2, $3, $4, 1, $5, 'M', 'signature', 1000, 'usd')`, milestone, b.partnership, b.brand, contract, i)
		_, err := b.worker.OpenPayout(b.ctx, payout, milestoneDue, b.partnership, milestone)
		require.NoError(t, err)
	}
	b.pay(b.paid, "tr_1")
	return b
}

func (b *vault) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.owner.Exec(b.ctx, sql, args...)
	require.NoError(b.t, err, sql)
}

func one[T any](b *vault, sql string, args ...any) (v T) {
	b.t.Helper()
	require.NoError(b.t, b.owner.QueryRow(b.ctx, sql, args...).Scan(&v), sql)
	return v
}

func (b *vault) balance(account string) int64 {
	b.t.Helper()
	return one[int64](b, `select coalesce((select sum(e.amount) from ledger_entries e join ledger_accounts a on a.id = e.account_id where a.code like $1 || ':%'), 0)::bigint`, account)
}

// say lets the machine of a payout or reversal move its row.
func (b *vault) say(kind string, id uuid.UUID, state string, until time.Time) {
	b.t.Helper()
	b.seq[id]++
	require.NoError(b.t, b.worker.ApplyBatch(b.ctx, rapport.Batch{
		Kind: kind, WorkflowType: "x", ID: id, BrandID: b.brand, PartnershipID: b.partnership, Seq: b.seq[id], Now: milestoneDue, Snapshot: []byte("{}"),
		Record: rapport.Record{
			Facts:   []rapport.Fact{{Seq: b.seq[id], At: milestoneDue, Kind: kind + "_" + state}},
			Changes: []rapport.Change{{Noun: kind, ID: id, State: state, At: milestoneDue, Until: until}},
		},
		View: rapport.View{Commands: []rapport.CommandView{}},
	}))
}

func transferHash(rapport.TransferRequest) []byte { return []byte("same") }
func reversalHash(rapport.ReversalRequest) []byte { return []byte("same") }

// pay brings a payout to its end and answers what was sent.
func (b *vault) pay(payout uuid.UUID, transfer string) int64 {
	b.t.Helper()
	b.say("payout", payout, "awaiting_approval", time.Time{})
	return b.send(payout, transfer)
}

// sent approves and sends what waits for its approvals.
func (b *vault) sent(payout uuid.UUID) int64 {
	b.t.Helper()
	return b.send(payout, "tr_2")
}

func (b *vault) send(payout uuid.UUID, transfer string) int64 {
	b.t.Helper()
	b.approvePayout(payout)
	o, err := b.worker.OrderPayout(b.ctx, payout, 1, transferHash)
	require.NoError(b.t, err)
	require.Equal(b.t, "submit", o.Verdict)
	require.NoError(b.t, b.worker.MarkSent(b.ctx, payout, 1))
	require.NoError(b.t, b.worker.SettlePayout(b.ctx, payout, 1, rapport.Transfer{ID: transfer}))
	return o.Request.Amount.Amount
}

func (b *vault) approvePayout(payout uuid.UUID) {
	b.t.Helper()
	for part, who := range map[string]uuid.UUID{"preparer": b.pia, "releaser": b.rob} {
		kept, round := one[int64](b, `select netted from payouts where id = $1`, payout), one[int](b, `select round from payouts where id = $1`, payout)
		require.NoError(b.t, b.api.ApprovePayout(b.ctx, rapport.PayoutApprovalCreate{
			ID: uuid.New(), PayoutID: payout, BrandID: b.brand, Round: round, Part: part, Approver: who, Amount: usd(1000), Kept: kept, Destination: "acct_1",
			StepUpID: new(pgtest.StepUp(b.t, b.owner, who, 0)),
		}))
	}
}

func usd(amount int64) rapport.Money { return rapport.Money{Amount: amount, Currency: "usd"} }

func (b *vault) ask(amount int64, by uuid.UUID) (uuid.UUID, error) {
	id := uuid.New()
	return id, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: id, PayoutID: b.paid, Amount: usd(amount), Reason: "The post is gone.", By: by})
}

func (b *vault) approve(reversal uuid.UUID, part string, round int, by uuid.UUID, amount int64) error {
	return b.api.ApproveReversal(b.ctx, rapport.ReversalApprovalCreate{
		ID: uuid.New(), ReversalID: reversal, BrandID: b.brand, Part: part, Round: round, Approver: by, Amount: usd(amount), StepUpID: new(pgtest.StepUp(b.t, b.owner, by, 0)),
	})
}

// approved is a reversal that two people want.
func (b *vault) approved(amount int64) uuid.UUID {
	b.t.Helper()
	id, err := b.ask(amount, b.pia)
	require.NoError(b.t, err)
	require.NoError(b.t, b.approve(id, "reverse", 0, b.rob, amount))
	b.say("reversal", id, "approved", time.Time{})
	return id
}

func (b *vault) order(id uuid.UUID, submission int) rapport.ReversalOrder {
	b.t.Helper()
	o, err := b.worker.OrderReversal(b.ctx, id, submission, reversalHash)
	require.NoError(b.t, err)
	return o
}

// short is a reversal for which the creator's balance was too small, left to the next payments from then on.
func (b *vault) short(amount int64, from time.Time) uuid.UUID {
	b.t.Helper()
	id := b.approved(amount)
	require.Equal(b.t, "submit", b.order(id, 1).Verdict)
	require.NoError(b.t, b.worker.RejectReversal(b.ctx, id, 1, rapport.PayRejectedFunds, "balance_insufficient"))
	require.Equal(b.t, rapport.SubmitRejectedFunds, b.order(id, 1).Verdict, "a lost answer is answered again")
	b.say("reversal", id, "netting", from)
	return id
}

func (b *vault) state(id uuid.UUID) string {
	b.t.Helper()
	return one[string](b, `select coalesce((select state from reversals where id = $1), (select state from payouts where id = $1))`, id)
}

func (b *vault) sound() {
	b.t.Helper()
	_, err := b.worker.SealLedger(b.ctx)
	require.NoError(b.t, err)
	broken, err := b.worker.VerifyLedger(b.ctx)
	require.NoError(b.t, err)
	require.Empty(b.t, broken)
	require.Zero(b.t, one[int64](b, `select coalesce(sum(amount), 0)::bigint from ledger_entries`))
	require.Zero(b.t, b.balance("brand_in_flight"))
}

func reason(t *testing.T, err error) string {
	t.Helper()
	require.Error(t, err)
	var e *rapport.Error
	require.ErrorAs(t, err, &e)
	return e.Reason
}

func TestWhatCanBeTakenBack(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	_, err := b.ask(1001, b.pia)
	require.Equal(t, "RA042", reason(t, err), "no more than was sent")
	id, err := b.ask(700, b.pia)
	require.NoError(t, err)
	_, err = b.ask(301, b.pia)
	require.Equal(t, "RA042", reason(t, err), "together with what is asked for already")
	require.Equal(t, "RA040", reason(t, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: uuid.New(), PayoutID: b.owed, Amount: usd(1), Reason: "r", By: b.pia})), "it was not paid")
	require.Equal(t, "RA016", reason(t, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: uuid.New(), PayoutID: b.paid, Amount: usd(1), Reason: "r", By: uuid.New()})))
	require.Equal(t, "RA045", reason(t, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: uuid.New(), PayoutID: b.paid, Amount: usd(1), Reason: "r", By: b.pia, Adopts: "trr_x"})))

	require.Equal(t, "RA017", reason(t, b.approve(id, "reverse", 0, b.pia, 700)), "who asked cannot approve")
	require.Equal(t, "RA012", reason(t, b.approve(id, "reverse", 0, b.rob, 699)))
	require.Equal(t, "RA044", reason(t, b.approve(id, "write_off", 0, b.rob, 700)))
	for _, proof := range []*uuid.UUID{nil, new(pgtest.StepUp(t, b.owner, b.rob, 6*time.Minute)), new(pgtest.StepUp(t, b.owner, b.ria, 0))} {
		require.Equal(t, rapport.RefusedNoProof, reason(t, b.api.ApproveReversal(b.ctx, rapport.ReversalApprovalCreate{
			ID: uuid.New(), ReversalID: id, BrandID: b.brand, Part: "reverse", Approver: b.rob, Amount: usd(700), StepUpID: proof,
		})), "without a young proof of one's own")
	}
	for _, sql := range []string{
		`insert into reversal_approvals (id, reversal_id, brand_id, part, approver, amount, currency) select gen_random_uuid(), id, brand_id, 'reverse', requested_by, amount, currency from reversals`,
		`update reversals set amount = 1`, `update reversals set state = 'reversed'`, `update reversals set recovered = 700`, `update reversals set written_off = 700`,
		`update reversals set state = 'approved'`,
		`update payouts set amount_reversed = 10 where state = 'paid'`, `update payouts set netted = 1 where state = 'paid'`, `delete from reversals`,
	} {
		_, err := b.owner.Exec(b.ctx, sql)
		require.Error(t, err, sql)
	}
	require.Equal(t, rapport.ReverseNothing, b.order(id, 1).Verdict, "nobody approved it")
	b.say("reversal", id, "cancelled", time.Time{})
	_, err = b.ask(1000, b.pia)
	require.NoError(t, err, "what nobody approved is free again")
	require.Zero(t, b.balance("clawback_receivable"))
}

func TestTakenBackFromTheAccount(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	before := b.balance("brand_funds")
	id := b.approved(400)
	require.EqualValues(t, -400, b.balance("clawback_receivable"), "the creator owes it from the approval on")
	o := b.order(id, 1)
	require.Equal(t, rapport.ReversalRequest{Key: "trr_" + id.String() + "_1", ReversalID: id, Attempt: 1, TransferID: "tr_1", Amount: usd(400), Known: []string{}, Recorded: []string{}}, o.Request)
	require.Equal(t, o, b.order(id, 1), "the open attempt is found, not another opened")
	_, err := b.worker.OrderReversal(b.ctx, id, 1, func(rapport.ReversalRequest) []byte { return []byte("other") })
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "one key, one request")
	require.NoError(t, b.worker.MarkReversalSent(b.ctx, id, 1))
	for range 2 {
		code, err := b.worker.SettleReversal(b.ctx, id, 1, rapport.TakenBack{ID: "trr_1", Amount: usd(400)})
		require.NoError(t, err)
		require.Equal(t, rapport.ReverseDone, code)
	}
	require.Equal(t, "reversed", b.state(id))
	require.Equal(t, "partly_reversed", b.state(b.paid))
	require.Equal(t, before+400, b.balance("brand_funds"), "the brand may spend it again")
	require.Zero(t, b.balance("clawback_receivable"))
	require.Equal(t, rapport.ReverseDone, b.order(id, 2).Verdict)

	rest := b.approved(600)
	b.order(rest, 1)
	_, err = b.worker.SettleReversal(b.ctx, rest, 1, rapport.TakenBack{ID: "trr_2", Amount: usd(600)})
	require.NoError(t, err)
	require.Equal(t, "reversed", b.state(b.paid), "all of it is back")
	require.Zero(t, b.balance("brand_spent"))
	b.sound()
}

func TestKeptOutOfTheNextPayment(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Hour)
	t.Run("HalfOfEach", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		id := b.short(600, past)
		require.EqualValues(t, 500, b.pay(b.owed, "tr_2"), "at most half of a payment is kept")
		require.Equal(t, "netting", b.state(id))
		require.EqualValues(t, -100, b.balance("clawback_receivable"))
		require.Zero(t, b.balance("creator_payable"), "nothing is owed to the creator any more")
		require.Equal(t, "partly_reversed", b.state(b.paid))
		item, err := b.api.Reversal(b.ctx, id)
		require.NoError(t, err)
		require.EqualValues(t, 500, item.Netted)
		require.EqualValues(t, 100, item.Rest)
		require.Equal(t, "taken", item.Nettings[0].State)
		record, err := b.api.Payout(b.ctx, b.owed)
		require.NoError(t, err)
		require.Equal(t, usd(500), record.Sent())
		require.Len(t, record.Nettings, 1)
		b.sound()

		require.NoError(t, b.api.NoteReversalCommand(b.ctx, item, "ask_write_off", "Not worth the letter.", b.pia))
		b.say("reversal", id, "awaiting_write_off", time.Time{})
		require.Equal(t, "RA017", reason(t, b.approve(id, "write_off", 1, b.pia, 100)))
		require.Equal(t, "RA012", reason(t, b.approve(id, "write_off", 1, b.ria, 600)))
		require.Equal(t, "RA011", reason(t, b.approve(id, "write_off", 0, b.ria, 100)))
		state, err := b.worker.WriteOffReversal(b.ctx, id)
		require.Error(t, err, "nobody agreed to it")
		require.Empty(t, state)
		require.NoError(t, b.approve(id, "write_off", 1, b.ria, 100))
		for range 2 {
			state, err := b.worker.WriteOffReversal(b.ctx, id)
			require.NoError(t, err)
			require.Equal(t, rapport.ReversalWrittenOff, state)
		}
		require.Zero(t, b.balance("clawback_receivable"))
		require.EqualValues(t, -100, b.balance("write_off"))
		require.Equal(t, "partly_reversed", b.state(b.paid), "what was given up did not come back")
		b.sound()
	})
	t.Run("TheLastOfIt", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		id := b.short(300, past)
		require.EqualValues(t, 700, b.pay(b.owed, "tr_2"))
		require.Equal(t, "netted", b.state(id))
		require.Equal(t, 1, one[int](b, `select count(*)::int from outbox where workflow_id = 'reversal/' || $1::text and input ->> 'kind' = 'netted'`, id))
		b.say("reversal", id, "awaiting_write_off", time.Time{})
		require.Equal(t, "netted", b.state(id), "money leads; a late machine changes nothing")
		b.sound()
	})
	t.Run("GivenUpInTwoParts", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		id := b.short(600, past)
		b.say("payout", b.owed, "awaiting_approval", time.Time{}) // plans to keep 500
		giveUp := func(round int, amount int64) rapport.ReversalState {
			item, err := b.api.Reversal(b.ctx, id)
			require.NoError(t, err)
			require.NoError(t, b.api.NoteReversalCommand(b.ctx, item, "ask_write_off", "Not worth it.", b.pia))
			b.say("reversal", id, "awaiting_write_off", time.Time{})
			require.NoError(t, b.approve(id, "write_off", round, b.ria, amount))
			state, err := b.worker.WriteOffReversal(b.ctx, id)
			require.NoError(t, err)
			again, err := b.worker.WriteOffReversal(b.ctx, id)
			require.NoError(t, err)
			require.Equal(t, state, again)
			return state
		}
		require.Equal(t, rapport.ReversalAwaitingWriteOff, giveUp(1, 100), "what a payment is planned to keep is not given up")
		b.say("reversal", id, "netting", past)
		b.say("payout", b.owed, "cancelled", time.Time{})
		require.Equal(t, rapport.ReversalWrittenOff, giveUp(2, 500), "what is free again can be")
		require.EqualValues(t, -600, b.balance("write_off"))
		require.Zero(t, b.balance("clawback_receivable"))
		b.sound()
	})
	t.Run("MadeGoodWhileAnAttemptWasUnderWay", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		id := b.short(400, past)
		b.say("payout", b.owed, "awaiting_approval", time.Time{}) // plans to keep all of it
		b.say("reversal", id, "approved", time.Time{})
		require.EqualValues(t, 600, b.sent(b.owed))
		require.Equal(t, rapport.ReverseNothing, b.order(id, 2).Verdict)
		b.say("reversal", id, "netting", past)
		state, err := b.worker.ReversalStands(b.ctx, id)
		require.NoError(t, err)
		require.Equal(t, rapport.ReversalNetted, state)
		b.sound()
	})
	t.Run("NotBeforeTheNotice", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		b.short(600, time.Now().Add(time.Hour))
		require.EqualValues(t, 1000, b.pay(b.owed, "tr_2"))
		b.sound()
	})
	t.Run("ApprovalsAreOfWhatIsSent", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		b.say("payout", b.owed, "awaiting_approval", time.Time{})
		b.approvePayout(b.owed)
		id := b.short(600, past)
		b.say("payout", b.owed, "held", time.Time{})
		b.say("payout", b.owed, "awaiting_approval", time.Time{})
		require.EqualValues(t, 500, one[int64](b, `select netted from payouts where id = $1`, b.owed))
		o, err := b.worker.OrderPayout(b.ctx, b.owed, 1, transferHash)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitNotApproved, o.Verdict, "another sum was approved")
		require.Equal(t, "RA012", reason(t, b.api.ApprovePayout(b.ctx, rapport.PayoutApprovalCreate{
			ID: uuid.New(), PayoutID: b.owed, BrandID: b.brand, Round: one[int](b, `select round from payouts where id = $1`, b.owed), Part: "preparer",
			Approver: b.pia, Amount: usd(1000), Destination: "acct_1",
		})), "by somebody who saw the old sum")
		b.say("payout", b.owed, "cancelled", time.Time{})
		item, err := b.api.Reversal(b.ctx, id)
		require.NoError(t, err)
		require.EqualValues(t, 600, item.Rest, "what is not paid keeps nothing")
		b.sound()
	})
	t.Run("WhatIsPlannedIsNotAskedForTwice", func(t *testing.T) {
		t.Parallel()
		b := newVault(t)
		id := b.short(600, past)
		b.say("payout", b.owed, "awaiting_approval", time.Time{})
		b.say("reversal", id, "approved", time.Time{})
		o := b.order(id, 2)
		require.Equal(t, usd(100), o.Request.Amount, "500 are planned to be kept")
		code, err := b.worker.SettleReversal(b.ctx, id, 2, rapport.TakenBack{ID: "trr_1", Amount: usd(100)})
		require.NoError(t, err)
		require.Equal(t, rapport.ReverseRest, code)
		b.say("reversal", id, "netting", time.Time{})
		b.approvePayout(b.owed)
		p, err := b.worker.OrderPayout(b.ctx, b.owed, 1, transferHash)
		require.NoError(t, err)
		require.Equal(t, usd(500), p.Request.Amount)
		require.NoError(t, b.worker.SettlePayout(b.ctx, b.owed, 1, rapport.Transfer{ID: "tr_2"}))
		require.Equal(t, "netted", b.state(id))
		b.sound()
	})
}

func TestWhenNobodyKnowsWhetherItCameBack(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	id := b.approved(400)
	neverSent := func() {
		t.Helper()
		open, err := b.worker.OpenReversalAttempt(b.ctx, id)
		require.NoError(t, err)
		require.Equal(t, rapport.ReconcileNeverSent, open.Verdict)
	}
	neverSent()
	o := b.order(id, 1)
	require.NoError(t, b.worker.MarkReversalUnknown(b.ctx, id))
	require.Equal(t, rapport.SubmitUnknown, b.order(id, 2).Verdict, "no new attempt while nobody knows")
	open, err := b.worker.OpenReversalAttempt(b.ctx, id)
	require.NoError(t, err)
	require.Equal(t, o.Request, open.Request)
	require.NoError(t, b.worker.MarkReversalLookedUp(b.ctx, id, 1))
	require.NoError(t, b.worker.RejectReversal(b.ctx, id, 1, rapport.PayRejected, "confirmed_absent"))
	require.Equal(t, "failed", b.state(id))
	b.say("reversal", id, "approved", time.Time{})
	neverSent() // the attempt that was rejected is of an earlier submission
	o = b.order(id, 2)
	require.Equal(t, 2, o.Request.Attempt)
	_, err = b.worker.SettleReversal(b.ctx, id, 1, rapport.TakenBack{ID: "trr_late", Amount: usd(400)})
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "the first attempt is over")
	_, err = b.worker.SettleReversal(b.ctx, id, 2, rapport.TakenBack{ID: "trr_1", Amount: usd(400)})
	require.NoError(t, err)
	b.sound()
}

func TestTakenBackElsewhere(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	back := rapport.TakenBack{ID: "trr_e", TransferID: "tr_1", Amount: usd(250)}
	for range 2 {
		require.NoError(t, b.worker.NoteReversal(b.ctx, b.paid, back))
	}
	require.Equal(t, 1, one[int](b, `select count(*)::int from tasks where kind = 'transfer_reversed'`))
	p, err := b.api.Payout(b.ctx, b.paid)
	require.NoError(t, err)
	require.Equal(t, "trr_e", p.Foreign[0].ProviderID)
	record := func(amount int64) (uuid.UUID, error) {
		id := uuid.New()
		return id, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: id, PayoutID: b.paid, Amount: usd(amount), Reason: "By hand.", By: b.pia, Adopts: "trr_e"})
	}
	_, err = record(251)
	require.Equal(t, "RA045", reason(t, err))
	id, err := record(250)
	require.NoError(t, err)
	_, err = record(250)
	require.Equal(t, rapport.CodeConflict, rapport.ErrorCode(err), "it is recorded once")
	require.NoError(t, b.approve(id, "reverse", 0, b.rob, 250))
	b.say("reversal", id, "approved", time.Time{})
	require.Equal(t, "trr_e", b.order(id, 1).Request.Adopts)
	_, err = b.worker.SettleReversal(b.ctx, id, 1, back)
	require.NoError(t, err)
	require.Equal(t, "reversed", b.state(id))
	b.sound()
}
