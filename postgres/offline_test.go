package postgres_test

import (
	"context"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres/pgtest"
)

// way lets the machine of a payout change how it is paid; an empty method is Stripe.
func (b *vault) way(payout uuid.UUID, method string) error {
	b.seq[payout]++
	err := b.worker.ApplyBatch(b.ctx, rapport.Batch{
		Kind: "payout", WorkflowType: "x", ID: payout, BrandID: b.brand, PartnershipID: b.partnership, Seq: b.seq[payout], Now: milestoneDue, Snapshot: []byte("{}"),
		Record: rapport.Record{
			Facts: []rapport.Fact{{Seq: b.seq[payout], At: milestoneDue, Kind: "payout_offline"}},
			Changes: []rapport.Change{
				{Noun: "payout_method", ID: payout, State: "awaiting_approval", At: milestoneDue, Code: method}, {Noun: "payout", ID: payout, State: "awaiting_approval", At: milestoneDue},
			},
		},
		View: rapport.View{Commands: []rapport.CommandView{}},
	})
	if err != nil {
		b.seq[payout]--
	}
	return err
}

// eyes gives both approvals of the present round.
func (b *vault) eyes(payout uuid.UUID) {
	b.t.Helper()
	for part, who := range map[string]uuid.UUID{"preparer": b.pia, "releaser": b.rob} {
		require.NoError(b.t, b.api.ApprovePayout(b.ctx, rapport.PayoutApprovalCreate{
			ID: uuid.New(), PayoutID: payout, BrandID: b.brand, Round: one[int](b, `select round from payouts where id = $1`, payout), Part: part, Approver: who, Amount: usd(1000),
			Kept: one[int64](b, `select netted from payouts where id = $1`, payout), StepUpID: new(pgtest.StepUp(b.t, b.owner, who, 0)),
			Destination: one[string](b, `select coalesce(destination, '') from payouts where id = $1`, payout),
		}))
	}
}

// outside brings the payout that is owed to where its proof is waited for.
func (b *vault) outside(method string) {
	b.t.Helper()
	b.say("payout", b.owed, "awaiting_approval", time.Time{})
	require.NoError(b.t, b.way(b.owed, method))
	b.eyes(b.owed)
	verdict, err := b.worker.OrderOffline(b.ctx, b.owed)
	require.NoError(b.t, err)
	require.Equal(b.t, rapport.SubmitAwaitingProof, verdict)
	require.Equal(b.t, "approved", b.state(b.owed))
}

// receipt is a payment as it should be.
func (b *vault) receipt() rapport.OfflinePayment {
	content := []byte("%PDF-1.4 receipt")
	sum := sha256.Sum256(content)
	return rapport.OfflinePayment{
		ID: uuid.New(), PayoutID: b.owed, BrandID: b.brand, Round: one[int](b, `select round from payouts where id = $1`, b.owed), Method: "bank_transfer", PaidOn: time.Now().UTC().Format(time.DateOnly),
		Reference: "NOTPROVIDED", Amount: usd(1000), Proof: rapport.File{Name: "receipt.pdf", Type: "application/pdf", SHA256: sum[:], Content: content}, RecordedBy: rapport.UserRef{ID: b.pia},
	}
}

func TestPaidOutsideOfStripeOnce(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	cash, funds := b.balance("stripe_cash"), b.balance("brand_funds")
	b.outside("bank_transfer")
	first, second := b.receipt(), b.receipt()
	for _, o := range []rapport.OfflinePayment{first, second} { // two people, or two clicks
		require.NoError(t, b.api.AddOfflinePayment(b.ctx, o))
	}
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			id := []uuid.UUID{first.ID, second.ID}[i%2]
			verdict, err := b.worker.RecordOffline(b.ctx, b.owed, id)
			if err != nil || verdict != rapport.SubmitPaid {
				t.Errorf("%s, %v", verdict, err)
			}
		})
	}
	all.Wait()
	require.Equal(t, "paid", b.state(b.owed))
	require.Equal(t, 1, one[int](b, `select count(*)::int from payout_attempts where payout_id = $1`, b.owed))
	require.Equal(t, 1, one[int](b, `select count(*)::int from ledger_transactions where payout_id = $1 and kind = 'settle'`, b.owed))
	require.Zero(t, one[int](b, `select count(*)::int from ledger_transactions where payout_id = $1 and kind = 'submit'`, b.owed))
	require.EqualValues(t, 1000, b.balance("offline_cash"))
	require.Zero(t, b.balance("creator_payable"))
	require.Equal(t, cash, b.balance("stripe_cash"), "nothing left Stripe")
	require.Equal(t, funds, b.balance("brand_funds"), "the funds at Stripe are as they were")
	b.sound()

	p, err := b.api.Payout(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, "bank_transfer", p.Offline)
	require.NotNil(t, p.PaidAt)
	require.Equal(t, "NOTPROVIDED", p.OfflineReference)
	require.Equal(t, b.pia, p.OfflinePayment.RecordedBy.ID)
	require.True(t, p.Attempts[0].Offline)
	require.Empty(t, p.Attempts[0].Key)
	file, err := b.api.OfflineProof(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, "%PDF-1.4 receipt", string(file.Content))
	_, err = b.api.OfflineProof(rapport.WithBrands(t.Context(), uuid.New()), b.owed)
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
	paper, err := b.api.Remittance(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, "bank transfer, reference NOTPROVIDED", paper.Outside)
	require.Empty(t, paper.TransferID)
	statement, err := b.api.Statement(b.ctx, b.brand, b.creator, time.Now().AddDate(0, 0, -1), time.Now().AddDate(0, 0, 1))
	require.NoError(t, err)
	require.Contains(t, statement.Accounts[0].Lines[len(statement.Accounts[0].Lines)-1].Outside, "NOTPROVIDED")
	postings, _, err := b.api.JournalPostings(b.ctx, rapport.JournalFilter{BrandID: b.brand, From: time.Now().AddDate(0, 0, -1), To: time.Now().AddDate(0, 0, 1)}, rapport.Page{Limit: 100})
	require.NoError(t, err)
	last := postings[len(postings)-1].Journal(rapport.JournalAccounts())
	require.Contains(t, last.Narration, "Paid outside of Stripe: bank transfer, reference NOTPROVIDED")
	require.Equal(t, "Paid outside of Stripe", last.Lines[1].Account.Label)
	require.Equal(t, "RA076", refusalOf(b.api.AddReversal(b.ctx, rapport.ReversalCreate{ID: uuid.New(), PayoutID: b.owed, Amount: usd(100), Reason: "x", By: b.pia})))
	_, err = b.owner.Exec(b.ctx, `update payouts set offline_method = null, round = round + 1, state = 'awaiting_approval' where id = $1`, b.owed)
	require.Error(t, err, "how it was paid is for good")
	books, err := b.worker.OurBooks(b.ctx, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), nil)
	require.NoError(t, err)
	require.Len(t, books.Offline, 1)
	for _, posted := range books.Ours {
		require.NotEqual(t, b.owed, posted.PayoutID, "the comparison with Stripe asks for nothing of it")
	}
}

// refusalOf is the code of a refusal of the database; empty for none.
func refusalOf(err error) string {
	e, ok := err.(*rapport.Error) //nolint:errorlint // the store answers this type itself
	if !ok {
		return ""
	}
	return e.Reason
}

func TestWhatIsNoPaymentOutsideOfStripe(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	b.say("payout", b.owed, "awaiting_approval", time.Time{})
	require.Equal(t, "RA071", reason(t, b.api.AddOfflinePayment(b.ctx, b.receipt())), "Stripe pays it")
	require.NoError(t, b.way(b.owed, "bank_transfer"))
	require.Equal(t, "RA071", reason(t, b.api.AddOfflinePayment(b.ctx, b.receipt())), "nobody approved it")
	b.eyes(b.owed)
	require.Equal(t, "RA071", reason(t, b.api.AddOfflinePayment(b.ctx, b.receipt())), "its workflow has not seen the approvals")
	_, err := b.worker.OrderOffline(b.ctx, b.owed)
	require.NoError(t, err)
	day := func(days int) string { return time.Now().UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	for name, tc := range map[string]struct {
		spoil func(o *rapport.OfflinePayment)
		code  string
	}{
		"TooMuch":         {func(o *rapport.OfflinePayment) { o.Amount.Amount++ }, "RA072"},
		"OtherCurrency":   {func(o *rapport.OfflinePayment) { o.Amount.Currency = "eur" }, "RA072"},
		"OtherRound":      {func(o *rapport.OfflinePayment) { o.Round-- }, "RA072"},
		"OtherWay":        {func(o *rapport.OfflinePayment) { o.Method = "cheque" }, "RA072"},
		"Tomorrow":        {func(o *rapport.OfflinePayment) { o.PaidOn = day(1) }, "RA073"},
		"BeforeApproval":  {func(o *rapport.OfflinePayment) { o.PaidOn = day(-1) }, "RA073"},
		"ByWhoReleasedIt": {func(o *rapport.OfflinePayment) { o.RecordedBy.ID = b.rob }, "RA074"},
	} {
		o := b.receipt()
		tc.spoil(&o)
		require.Equal(t, tc.code, reason(t, b.api.AddOfflinePayment(b.ctx, o)), name)
	}
	clerk := uuid.New()
	b.exec(`insert into users (id, email, name, password_hash) values ($1, 'clerk@h.example', 'C', 'x')`, clerk)
	o := b.receipt()
	o.RecordedBy.ID = clerk
	require.Equal(t, "RA016", reason(t, b.api.AddOfflinePayment(b.ctx, o)))
	require.Error(t, b.worker.AddOfflinePayment(b.ctx, b.receipt()), "the worker records nothing")
	verdict, err := b.worker.RecordOffline(b.ctx, b.owed, uuid.New())
	require.Error(t, err, "nobody said that: %s", verdict)
	require.Equal(t, "approved", b.state(b.owed))
	b.sound()
}

func TestStripeIsAskedForNothing(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	b.outside("paypal")
	o, err := b.worker.OrderPayout(b.ctx, b.owed, 1, transferHash)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitNotApproved, o.Verdict)
	require.Equal(t, "approved", b.state(b.owed))
	err = b.worker.InTx(b.ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `insert into payout_attempts (payout_id, number, brand_id, request_sha256) values ($1, 1, $2, 'x')`, b.owed, b.brand)
		return err
	})
	require.Equal(t, "RA071", reason(t, err), "an older worker is refused as well")
	_, err = b.owner.Exec(b.ctx, `update payees set account_id = 'acct_2', state = 'ready' where creator_id = $1`, b.creator)
	require.NoError(t, err)
	require.Empty(t, one[string](b, `select coalesce(destination, '') from payouts where id = $1`, b.owed), "a bank account does not matter")
	require.Equal(t, 1, one[int](b, `select count(*)::int from payout_lanes where id = $1 and stands = 'blocked'`, b.owed))

	round := one[int](b, `select round from payouts where id = $1`, b.owed)
	require.NoError(t, b.way(b.owed, ""))
	require.Equal(t, round+1, one[int](b, `select round from payouts where id = $1`, b.owed))
	require.Equal(t, "acct_2", one[string](b, `select destination from payouts where id = $1`, b.owed))
	verdict, err := b.worker.OrderOffline(b.ctx, b.owed)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitNotApproved, verdict)
	b.eyes(b.owed)
	o, err = b.worker.OrderPayout(b.ctx, b.owed, 2, transferHash)
	require.NoError(t, err)
	require.Equal(t, "submit", o.Verdict)
	require.Error(t, b.way(b.owed, "cheque"), "an attempt is open")
	require.NoError(t, b.worker.MarkUnknown(b.ctx, b.owed))
	require.Error(t, b.way(b.owed, "cheque"), "nobody knows what became of it")
	require.NoError(t, b.worker.RejectAttempt(b.ctx, b.owed, 1, rapport.PayRejectedPayee, "account_closed"))
	require.NoError(t, b.way(b.owed, "cheque"), "it was refused, so that people may pay it")
	b.eyes(b.owed)
	_, err = b.worker.OrderOffline(b.ctx, b.owed)
	require.NoError(t, err)
	paid := b.receipt()
	paid.Method = "cheque"
	require.NoError(t, b.api.AddOfflinePayment(b.ctx, paid))
	verdict, err = b.worker.RecordOffline(b.ctx, b.owed, paid.ID)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, verdict)
	require.Equal(t, 2, one[int](b, `select number from payout_attempts where payout_id = $1 and outcome = 'succeeded'`, b.owed))
	b.sound()
}

func TestAPaymentOutsideOfStripeKeepsWhatIsOwedBack(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	id := b.short(300, time.Now().Add(-time.Hour))
	b.outside("bank_transfer")
	full := b.receipt()
	require.Equal(t, "RA072", reason(t, b.api.AddOfflinePayment(b.ctx, full)), "a part of it is kept")
	kept := b.receipt()
	kept.Amount = usd(700)
	require.NoError(t, b.api.AddOfflinePayment(b.ctx, kept))
	verdict, err := b.worker.RecordOffline(b.ctx, b.owed, kept.ID)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, verdict)
	require.Equal(t, "netted", b.state(id))
	require.EqualValues(t, 700, b.balance("offline_cash"))
	require.Zero(t, b.balance("creator_payable"))
	require.Zero(t, b.balance("clawback_receivable"))
	b.sound()
}

func TestNobodyPaysTwiceWhatStripeHasSent(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	b.outside("bank_transfer")
	run := uuid.New()
	b.exec(`insert into reconciliations (id, state, from_at, to_at) values ($1, 'breaks', now() - interval '1 day', now())`, run)
	b.exec(`insert into reconciliation_cases (id, kind, noun, ref, brand_id, payout_id, at, last_run)
		values (gen_random_uuid(), 'missing_here', 'settle', 'tr_9', $1, $2, now(), $3)`, b.brand, b.owed, run)
	o := b.receipt()
	require.NoError(t, b.api.AddOfflinePayment(b.ctx, o))
	verdict, err := b.worker.RecordOffline(b.ctx, b.owed, o.ID)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitAwaitingProof, verdict)
	require.Equal(t, "approved", b.state(b.owed))
}
