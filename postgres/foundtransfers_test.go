package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres/pgtest"
)

// inDoubt brings the payout that is owed to where nobody knows what became of its attempt, and finds a transfer of another number at Stripe.
func inDoubt(t *testing.T, change ...func(*rapport.Transfer)) (*vault, rapport.Transfer) {
	t.Helper()
	b := newVault(t)
	b.say("payout", b.owed, "awaiting_approval", time.Time{})
	b.approvePayout(b.owed)
	o, err := b.worker.OrderPayout(b.ctx, b.owed, 1, transferHash)
	require.NoError(t, err)
	require.Equal(t, "submit", o.Verdict)
	require.NoError(t, b.worker.MarkSent(b.ctx, b.owed, 1))
	require.NoError(t, b.worker.MarkUnknown(b.ctx, b.owed))
	found := rapport.Transfer{ID: "tr_other", PayoutID: b.owed, Attempt: 7, Amount: usd(1000), Destination: "acct_1", Created: milestoneDue}
	for _, c := range change {
		c(&found)
	}
	require.NoError(t, b.worker.NoteFound(b.ctx, b.owed, []rapport.Transfer{found}))
	return b, found
}

// accept lets somebody ask to accept a found transfer as the payment of the payout that is owed.
func (b *vault) accept(transfer string, by uuid.UUID) (uuid.UUID, error) {
	id := uuid.New()
	return id, b.api.AskAcceptance(b.ctx, rapport.TransferAcceptanceCreate{ID: id, PayoutID: b.owed, TransferID: transfer, Reason: "It is the payment.", By: by})
}

func (b *vault) letIn(acceptance, by uuid.UUID, amount int64, proof *uuid.UUID) error {
	return b.api.ApproveAcceptance(b.ctx, rapport.TransferAcceptanceApproval{
		AcceptanceID: acceptance, PayoutID: b.owed, BrandID: b.brand, Approver: by, Amount: usd(amount), StepUpID: proof,
	})
}

// accepted lets two people accept it.
func (b *vault) accepted(transfer rapport.Transfer) {
	b.t.Helper()
	id, err := b.accept(transfer.ID, b.pia)
	require.NoError(b.t, err)
	require.NoError(b.t, b.letIn(id, b.rob, transfer.Amount.Amount, new(pgtest.StepUp(b.t, b.owner, b.rob, 0))))
}

func TestATransferOtherwiseThanAskedIsAcceptedByTwo(t *testing.T) {
	t.Parallel()
	b, found := inDoubt(t)
	refused := func() {
		t.Helper()
		require.ErrorContains(t, b.worker.SettlePayout(b.ctx, b.owed, 1, found), "obody accepted transfer tr_other")
		_, err := b.worker.SettleAccepted(b.ctx, b.owed, 1, found)
		require.ErrorContains(t, err, "obody accepted transfer tr_other")
	}
	refused()
	_, err := b.accept("tr_1", b.pia)
	require.Equal(t, "RA101", reason(t, err), "it is another payout's")
	_, err = b.accept(found.ID, uuid.New())
	require.Equal(t, "RA016", reason(t, err))
	older, err := b.accept(found.ID, b.pia)
	require.NoError(t, err)
	refused()
	id, err := b.accept(found.ID, b.rob)
	require.NoError(t, err)
	young := func(who uuid.UUID) *uuid.UUID { return new(pgtest.StepUp(t, b.owner, who, 0)) }
	require.Equal(t, "RA011", reason(t, b.letIn(older, b.ria, 1000, young(b.ria))))
	require.Equal(t, "RA017", reason(t, b.letIn(id, b.rob, 1000, young(b.rob))))
	require.Equal(t, "RA016", reason(t, b.letIn(id, b.pia, 1000, young(b.pia))), "she is no releaser")
	require.Equal(t, "RA012", reason(t, b.letIn(id, b.ria, 999, young(b.ria))))
	for _, proof := range []*uuid.UUID{nil, new(pgtest.StepUp(t, b.owner, b.ria, 6*time.Minute)), young(b.rob)} {
		require.Equal(t, rapport.RefusedNoProof, reason(t, b.letIn(id, b.ria, 1000, proof)), "without a young proof of one's own")
	}
	refused()
	require.NoError(t, b.letIn(id, b.ria, 1000, young(b.ria)))
	for _, sql := range []string{
		`update found_transfers set amount = 1`, `update found_transfers set destination = 'acct_2'`, `delete from found_transfers`, `update transfer_acceptances set amount = 1`,
		`delete from transfer_acceptances`, `update transfer_acceptance_approvals set amount = 1`, `delete from transfer_acceptance_approvals`, `update payouts set difference = 1`,
	} {
		_, err := b.owner.Exec(b.ctx, sql)
		require.Error(t, err, sql)
	}
	open, err := b.worker.OpenAttempt(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, found.ID, open.Accepted)
	for range 2 {
		covered, err := b.worker.SettleAccepted(b.ctx, b.owed, 1, found)
		require.NoError(t, err, "booking again books once")
		require.True(t, covered)
	}
	require.Equal(t, "paid", b.state(b.owed))
	_, err = b.accept(found.ID, b.pia)
	require.Equal(t, "RA100", reason(t, err))
	p, err := b.api.Payout(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, usd(1000), p.Sent())
	require.Equal(t, "tr_other", p.Attempts[0].TransferID)
	require.Len(t, p.Found, 1)
	require.True(t, p.Found[0].Approved)
	require.NotEmpty(t, p.Found[0].Acceptance.ApprovedBy)
	require.Equal(t, []int64{3000, 0, 2000}, []int64{b.balance("brand_funds"), b.balance("creator_payable"), b.balance("brand_spent")})
	b.sound()
}

// TestWhatIsNoPaymentIsNotAccepted: money in other hands, in another currency, or back at Stripe pays nothing.
func TestWhatIsNoPaymentIsNotAccepted(t *testing.T) {
	t.Parallel()
	for code, change := range map[string]func(*rapport.Transfer){
		"RA102": func(x *rapport.Transfer) { x.Amount.Currency = "eur" },
		"RA103": func(x *rapport.Transfer) { x.Destination = "acct_2" },
		"RA104": func(x *rapport.Transfer) { x.TakenBack = 1000 },
		"RA105": func(x *rapport.Transfer) { x.Amount = usd(4001) },
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b, found := inDoubt(t, change)
			_, err := b.accept(found.ID, b.pia)
			require.Equal(t, code, reason(t, err))
		})
	}
	t.Run("it comes back after it was seen", func(t *testing.T) {
		t.Parallel()
		b, found := inDoubt(t)
		found.TakenBack = 1000
		require.NoError(t, b.worker.NoteFound(b.ctx, b.owed, []rapport.Transfer{found}))
		_, err := b.accept(found.ID, b.pia)
		require.Equal(t, "RA104", reason(t, err))
	})
	t.Run("it comes back after somebody asked", func(t *testing.T) {
		t.Parallel()
		b, found := inDoubt(t)
		id, err := b.accept(found.ID, b.pia)
		require.NoError(t, err)
		found.TakenBack = 1000
		require.NoError(t, b.worker.NoteFound(b.ctx, b.owed, []rapport.Transfer{found}))
		require.Equal(t, "RA104", reason(t, b.letIn(id, b.rob, 1000, new(pgtest.StepUp(t, b.owner, b.rob, 0)))))
	})
	t.Run("it is what is asked for after all", func(t *testing.T) {
		t.Parallel()
		b, found := inDoubt(t, func(x *rapport.Transfer) { x.Attempt = 1 })
		require.NoError(t, b.worker.SettlePayout(b.ctx, b.owed, 1, found), "a restored database had seen it beside another attempt")
	})
	t.Run("its payment is not in doubt", func(t *testing.T) {
		t.Parallel()
		b, found := inDoubt(t)
		require.NoError(t, b.worker.SettlePayout(b.ctx, b.owed, 1, rapport.Transfer{ID: "tr_right"}))
		_, err := b.accept(found.ID, b.pia)
		require.Equal(t, "RA100", reason(t, err))
	})
}

// TestMoreThanAskedIsOwedBack: what was sent beyond what was asked leaves the brand's funds, and is claimed once.
func TestMoreThanAskedIsOwedBack(t *testing.T) {
	t.Parallel()
	b, found := inDoubt(t, func(x *rapport.Transfer) { x.Amount = usd(1100) })
	b.accepted(found)
	// The funds were spent between the approval and the booking: it waits for more.
	spend := func(amount int64) {
		b.exec(`select ledger_post(p_id => gen_random_uuid(), p_kind => 'adjustment', p_brand => $1::uuid, p_payout => null, p_attempt => null, p_ref => null, p_currency => 'usd',
			p_lines => jsonb_build_array(jsonb_build_object('account', 'brand_funds:' || $1::uuid || ':usd', 'amount', -$2::bigint),
			jsonb_build_object('account', 'brand_spent:' || $1::uuid || ':usd', 'amount', $2::bigint)))`, b.brand, amount)
	}
	spend(2950)
	covered, err := b.worker.SettleAccepted(b.ctx, b.owed, 1, found)
	require.NoError(t, err)
	require.False(t, covered)
	require.Equal(t, "unknown", b.state(b.owed))
	spend(-2950)
	covered, err = b.worker.SettleAccepted(b.ctx, b.owed, 1, found)
	require.NoError(t, err)
	require.True(t, covered)
	require.EqualValues(t, 2900, b.balance("brand_funds"))
	require.EqualValues(t, -2900, b.balance("stripe_cash"))
	require.EqualValues(t, -100, b.balance("clawback_receivable"))
	require.Zero(t, b.balance("creator_payable"))
	require.Equal(t, 1, one[int](b, `select count(*)::int from ledger_transactions t join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id
		where t.external_ref = 'tr_other' and a.code = 'stripe_cash:usd' and e.amount = 1100`), "one line, as Stripe has one")
	p, err := b.api.Payout(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, usd(1100), p.Sent())

	back := func(amount int64) uuid.UUID {
		id := uuid.New()
		require.NoError(t, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: id, PayoutID: b.owed, Amount: usd(amount), Reason: "Too much.", By: b.pia}))
		require.NoError(t, b.approve(id, "reverse", 0, b.rob, amount))
		b.say("reversal", id, "approved", time.Time{})
		return id
	}
	cost := b.balance("milestone_expense")
	first := back(60)
	require.EqualValues(t, -100, b.balance("clawback_receivable"), "it is claimed already")
	require.Equal(t, cost, b.balance("milestone_expense"))
	back(90)
	require.EqualValues(t, -150, b.balance("clawback_receivable"), "only what goes beyond that is claimed anew")
	require.Equal(t, cost+50, b.balance("milestone_expense"))
	// One that Stripe refused is tried again: it was claimed before, whatever others took back meanwhile.
	require.Equal(t, "submit", b.order(first, 1).Verdict)
	require.NoError(t, b.worker.RejectReversal(b.ctx, first, 1, rapport.PayRejected, "refused"))
	b.say("reversal", first, "approved", time.Time{})
	require.EqualValues(t, -150, b.balance("clawback_receivable"))
	require.Equal(t, "submit", b.order(first, 2).Verdict)
	_, err = b.worker.SettleReversal(b.ctx, first, 2, rapport.TakenBack{ID: "trr_1", Amount: usd(60)})
	require.NoError(t, err)
	require.Equal(t, "partly_reversed", b.state(b.owed))
	require.EqualValues(t, -90, b.balance("clawback_receivable"))
	require.Equal(t, "RA042", reason(t, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: uuid.New(), PayoutID: b.owed, Amount: usd(951), Reason: "r", By: b.pia})), "no more than was sent")
	back(950)
	b.sound()
}

// TestLessThanAskedIsNotOwedAnyMore: the rest comes back to the brand's funds, and what the creator got is what was paid.
func TestLessThanAskedIsNotOwedAnyMore(t *testing.T) {
	t.Parallel()
	b, found := inDoubt(t, func(x *rapport.Transfer) { x.Amount = usd(900) })
	cost := b.balance("milestone_expense")
	b.accepted(found)
	covered, err := b.worker.SettleAccepted(b.ctx, b.owed, 1, found)
	require.NoError(t, err)
	require.True(t, covered)
	require.EqualValues(t, 3100, b.balance("brand_funds"))
	require.EqualValues(t, -3100, b.balance("stripe_cash"))
	require.Equal(t, cost+100, b.balance("milestone_expense"))
	require.Zero(t, b.balance("creator_payable"))
	p, err := b.api.Payout(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, usd(900), p.Sent())
	require.Equal(t, "RA042", reason(t, b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: uuid.New(), PayoutID: b.owed, Amount: usd(901), Reason: "r", By: b.pia})))
	b.sound()
}

// TestWhatCameBackOfNoPaymentIsNotRecorded: a transfer that was taken back before the payment was made anew concerns the payment no more.
func TestWhatCameBackOfNoPaymentIsNotRecorded(t *testing.T) {
	t.Parallel()
	b, found := inDoubt(t)
	require.NoError(t, b.worker.NoteReversal(b.ctx, b.owed, rapport.TakenBack{ID: "trr_e", TransferID: found.ID, Amount: usd(1000)}))
	require.NoError(t, b.worker.NoteReversal(b.ctx, b.owed, rapport.TakenBack{ID: "trr_f", TransferID: "tr_right", Amount: usd(10)}))
	require.NoError(t, b.worker.SettlePayout(b.ctx, b.owed, 1, rapport.Transfer{ID: "tr_right"}))
	p, err := b.api.Payout(b.ctx, b.owed)
	require.NoError(t, err)
	require.Len(t, p.Foreign, 1)
	require.Equal(t, "trr_f", p.Foreign[0].ProviderID)
}
