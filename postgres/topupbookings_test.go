package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres/pgtest"
)

// found lets a comparison find something at Stripe that the ledger lacks.
func (b *vault) found(kind, ref string, amount int64) uuid.UUID {
	b.t.Helper()
	run := rapport.Reconciliation{ID: uuid.New(), From: milestoneDue, To: milestoneDue.Add(time.Hour)}
	require.NoError(b.t, b.worker.StartReconciliation(b.ctx, run))
	run.Lines = []rapport.ReconciliationLine{{Kind: kind, Ref: ref, Result: rapport.LineMissingHere, Theirs: usd(amount), At: milestoneDue}}
	require.NoError(b.t, b.worker.FinishReconciliation(b.ctx, run))
	return one[uuid.UUID](b, `select id from reconciliation_cases where ref = '`+ref+`' and noun = '`+kind+`'`)
}

func (b *vault) askBooking(of, brand, by uuid.UUID) (uuid.UUID, error) {
	id := uuid.New()
	return id, b.api.AskBooking(b.ctx, rapport.TopUpBookingCreate{ID: id, CaseID: of, BrandID: brand, Reason: "The bank's slip names them.", By: by})
}

func (b *vault) approveBooking(booking, of, by uuid.UUID, amount int64, proof *uuid.UUID) error {
	return b.api.ApproveBooking(b.ctx, rapport.TopUpBookingApproval{BookingID: booking, CaseID: of, BrandID: b.brand, Approver: by, Amount: usd(amount), StepUpID: proof})
}

// agreed lets two people want it booked.
func (b *vault) agreed(of uuid.UUID, amount int64) uuid.UUID {
	b.t.Helper()
	id, err := b.askBooking(of, b.brand, b.pia)
	require.NoError(b.t, err)
	require.NoError(b.t, b.approveBooking(id, of, b.rob, amount, new(pgtest.StepUp(b.t, b.owner, b.rob, 0))))
	return id
}

func topUpAt(ref, status string, amount int64) *rapport.BookObject {
	return &rapport.BookObject{Kind: rapport.LineTopUp, Ref: ref, Amount: usd(amount), Status: status}
}

func (b *vault) outcome(booking uuid.UUID) string {
	return one[string](b, `select coalesce(refused, case when booked_at is null then 'waits' else 'booked' end) from top_up_bookings where id = '`+booking.String()+`'`)
}

func TestATopUpThatTheLedgerLacksIsBookedByTwo(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	of := b.found(rapport.LineTopUp, "tu_hand", 700)
	_, err := b.askBooking(b.found(rapport.LineSettle, "tr_9", 700), b.brand, b.pia)
	require.Equal(t, "RA111", reason(t, err), "a transfer is no funds")
	_, err = b.askBooking(of, b.brand, uuid.New())
	require.Equal(t, "RA016", reason(t, err))
	other := uuid.New()
	_, err = b.askBooking(of, other, b.pia)
	require.Error(t, err, "another brand's funds are nobody's here")
	older, err := b.askBooking(of, b.brand, b.pia)
	require.NoError(t, err)
	id, err := b.askBooking(of, b.brand, b.rob)
	require.NoError(t, err)
	young := func(who uuid.UUID) *uuid.UUID { return new(pgtest.StepUp(t, b.owner, who, 0)) }
	require.Equal(t, "RA011", reason(t, b.approveBooking(older, of, b.ria, 700, young(b.ria))))
	require.Equal(t, "RA017", reason(t, b.approveBooking(id, of, b.rob, 700, young(b.rob))), "the same person twice")
	require.Equal(t, "RA016", reason(t, b.approveBooking(id, of, b.pia, 700, young(b.pia))), "she is no releaser")
	require.Equal(t, "RA012", reason(t, b.approveBooking(id, of, b.ria, 701, young(b.ria))))
	for _, proof := range []*uuid.UUID{nil, new(pgtest.StepUp(t, b.owner, b.ria, 6*time.Minute)), young(b.rob)} {
		require.Equal(t, rapport.RefusedNoProof, reason(t, b.approveBooking(id, of, b.ria, 700, proof)), "without a young proof of one's own")
	}
	require.NoError(t, b.worker.Book(b.ctx, id, topUpAt("tu_hand", "succeeded", 700)))
	require.Equal(t, "waits", b.outcome(id), "nobody approved it")
	funds := b.balance("brand_funds")
	require.NoError(t, b.approveBooking(id, of, b.ria, 700, young(b.ria)))
	approved, err := b.worker.ApprovedBookings(b.ctx)
	require.NoError(t, err)
	require.Len(t, approved, 1)
	require.Equal(t, "tu_hand", approved[0].TopUpID)
	for range 2 {
		require.NoError(t, b.worker.Book(b.ctx, id, topUpAt("tu_hand", "succeeded", 700)), "booking again books once")
	}
	require.Equal(t, funds+700, b.balance("brand_funds"))
	require.Equal(t, "booked", b.outcome(id))
	require.Equal(t, "resolved done", one[string](b, `select c.state || ' ' || t.state from reconciliation_cases c join tasks t on t.dedupe_key = 'case/' || c.id where c.ref = 'tu_hand'`))
	_, err = b.askBooking(of, b.brand, b.pia)
	require.Equal(t, "RA110", reason(t, err))
	cases, _, err := b.api.ListCases(b.ctx, rapport.CaseFilter{ID: &of}, rapport.Page{Limit: 1})
	require.NoError(t, err)
	require.NotNil(t, cases[0].Booking.BookedAt)
	require.Equal(t, []string{"asked", "asked", "approved", "booked"}, one[[]string](b,
		`select array_agg(kind order by at) from reconciliation_notes where kind <> 'gone' and case_id = '`+of.String()+`'`))
	for _, sql := range []string{
		`update top_up_bookings set amount = 1`, `update top_up_bookings set booked_at = null`, `delete from top_up_bookings`, `update top_up_booking_approvals set amount = 1`,
		`delete from top_up_booking_approvals`,
	} {
		_, err := b.owner.Exec(b.ctx, sql)
		require.Error(t, err, sql)
	}
	b.sound()
}

// TestATopUpIsBookedAsStripeHasIt: what Stripe says otherwise than two people approved books nothing and keeps the case open.
func TestATopUpIsBookedAsStripeHasIt(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	of, funds := b.found(rapport.LineTopUp, "tu_hand", 700), b.balance("brand_funds")
	for why, now := range map[string]*rapport.BookObject{
		rapport.BookingGone: nil, rapport.BookingAmount: topUpAt("tu_hand", "succeeded", 701), rapport.BookingPending: topUpAt("tu_hand", "pending", 700),
		rapport.BookingStatus: topUpAt("tu_hand", "reversed", 700),
	} {
		id := b.agreed(of, 700)
		require.NoError(t, b.worker.Book(b.ctx, id, now))
		require.Equal(t, why, b.outcome(id))
		require.Equal(t, "RA011", reason(t, b.approveBooking(id, of, b.ria, 700, new(pgtest.StepUp(t, b.owner, b.ria, 0)))), "it is asked anew")
	}
	require.Equal(t, "open", one[string](b, `select state from reconciliation_cases where ref = 'tu_hand'`))
	require.Equal(t, funds, b.balance("brand_funds"))
	// What the ledger has meanwhile is not booked again.
	again := b.found(rapport.LineTopUp, "tu_1", 5000)
	id := b.agreed(again, 5000)
	require.NoError(t, b.worker.Book(b.ctx, id, topUpAt("tu_1", "succeeded", 5000)))
	require.Equal(t, rapport.BookingBooked, b.outcome(id))
	require.Equal(t, funds, b.balance("brand_funds"))
	b.sound()
}

func TestATopUpThatWasTakenBackLeavesTheFunds(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	_, err := b.askBooking(b.found(rapport.LineTopUpBack, "tu_stranger", 700), b.brand, b.pia)
	require.Equal(t, "RA113", reason(t, err), "it never was in the funds")
	of := b.found(rapport.LineTopUpBack, "tu_1", 5000)
	require.Equal(t, b.brand, one[uuid.UUID](b, `select brand_id from reconciliation_cases where ref = 'tu_1'`), "the ledger says whose it was")
	id := b.agreed(of, 5000)
	require.NoError(t, b.worker.Book(b.ctx, id, topUpAt("tu_1", "succeeded", 5000)))
	require.Equal(t, rapport.BookingStatus, b.outcome(id), "only when Stripe says so")
	id = b.agreed(of, 5000)
	require.NoError(t, b.worker.Book(b.ctx, id, topUpAt("tu_1", "reversed", 5000)))
	require.Equal(t, rapport.BookingFunds, b.outcome(id), "a part of it is spent")
	require.Equal(t, "open", one[string](b, `select state from reconciliation_cases where ref = 'tu_1'`))
	more := b.found(rapport.LineTopUp, "tu_more", 1000)
	require.NoError(t, b.worker.Book(b.ctx, b.agreed(more, 1000), topUpAt("tu_more", "succeeded", 1000)))
	id = b.agreed(of, 5000)
	require.NoError(t, b.worker.Book(b.ctx, id, topUpAt("tu_1", "reversed", 5000)))
	require.Equal(t, "booked", b.outcome(id))
	require.Zero(t, b.balance("brand_funds"))
	b.sound()
}

func TestTheUnsealedTailIsSaidAndSealed(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	tail, err := b.api.LedgerTail(b.ctx)
	require.NoError(t, err)
	require.Positive(t, tail.Count)
	require.NotNil(t, tail.OldestAt)
	require.False(t, tail.Late)
	b.exec(`begin; set local session_replication_role = replica; update ledger_transactions set at = at - interval '16 minutes'; commit`)
	tail, err = b.api.LedgerTail(rapport.WithBrands(b.ctx, uuid.New()))
	require.NoError(t, err)
	require.True(t, tail.Late, "the whole house's, whoever asks")
	require.NoError(t, b.worker.AskAboutLedger(b.ctx, rapport.TaskLedgerUnsealed, tail.Late))
	require.Equal(t, []string{"admin", "finance_releaser"}, one[[]string](b, `select array_agg(owner_role order by owner_role) from tasks where kind = 'ledger_unsealed' and state = 'open'`))
	sealed, err := b.worker.SealLedgerBy(b.ctx, 2)
	require.NoError(t, err)
	require.Equal(t, tail.Count, sealed, "until nothing is left, however small the batch")
	tail, err = b.worker.LedgerTail(b.ctx)
	require.NoError(t, err)
	require.Equal(t, rapport.LedgerTail{}, tail)
	require.NoError(t, b.worker.AskAboutLedger(b.ctx, rapport.TaskLedgerUnsealed, false))
	require.Zero(t, one[int](b, `select count(*)::int from tasks where kind = 'ledger_unsealed' and state = 'open'`))
	found, err := b.worker.VerifyLedger(b.ctx)
	require.NoError(t, err)
	require.Empty(t, found)
}
