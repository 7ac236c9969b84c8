package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// offlineRefusals says in plain words why the database refuses a payment outside of Stripe, by the code of its trigger.
var offlineRefusals = map[string]string{
	"RA016": "You have no right to record a payment at this brand.",
	"RA071": "This payment does not wait for a proof now. Load the page again.",
	"RA072": "What was paid is not what was approved. Load the page again.",
	"RA073": "A payment is made on the day of its approval or later, and not in the future.",
	"RA074": "You released this payment, so another person of finance must record it.",
}

// AddOfflinePayment keeps what a person says that they paid, with the proof. The database checks person, way, amount and day under the payout's lock.
func (s *Store) AddOfflinePayment(ctx context.Context, o rapport.OfflinePayment) error {
	return inWords(s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.keepBlob(ctx, tx, o.Proof); err != nil {
			return err
		}
		err := s.q.InsertOfflinePayment(ctx, tx, gen.InsertOfflinePaymentParams{
			ID: o.ID, PayoutID: o.PayoutID, BrandID: o.BrandID, Round: int32(o.Round), Method: o.Method, PaidOn: o.PaidOn, Reference: o.Reference,
			Amount: o.Amount.Amount, Currency: o.Amount.Currency, ProofName: o.Proof.Name, ProofSha256: o.Proof.SHA256, RecordedBy: o.RecordedBy.ID,
		})
		if err != nil {
			return fmt.Errorf("insert payment: %w", err)
		}
		return s.audit(ctx, tx, o.RecordedBy.ID, "payout.record_offline", o.PayoutID, map[string]any{
			"amount": o.Amount.Amount, "currency": o.Amount.Currency, "paid_on": o.PaidOn, "reason": rapport.OfflineWords(o.Method) + ", reference " + o.Reference,
		})
	}), offlineRefusals)
}

// OfflineProof is the proof of a payment outside of Stripe of the scope; not_found when there is none.
func (s *Store) OfflineProof(ctx context.Context, payout uuid.UUID) (rapport.File, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.File, error) {
		r, err := s.q.OfflineProof(ctx, tx, gen.OfflineProofParams{PayoutID: payout, Brands: rapport.BrandsFrom(ctx)})
		return rapport.File{Name: r.ProofName, Type: r.ContentType, SHA256: r.Sha256, Content: r.Content}, err
	})
}

// StripeMayHavePaid says why a payout must not be paid outside of Stripe now: rapport.GateRestored while the books were not compared for this
// copy of the data, rapport.GateMissingHere when Stripe has a transfer of this very payout that the ledger lacks; empty when it may.
func (s *Store) StripeMayHavePaid(ctx context.Context, payout uuid.UUID) (string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (string, error) {
		restored, err := s.q.DatabaseRestored(ctx, tx)
		if err != nil {
			return "", fmt.Errorf("restored: %w", err)
		}
		own, err := s.q.HasOwnCase(ctx, tx, &payout)
		switch {
		case err != nil:
			return "", fmt.Errorf("own case: %w", err)
		case own:
			return rapport.GateMissingHere, nil
		case restored:
			return rapport.GateRestored, nil
		}
		return "", nil
	})
}

// BrandToday is the present day, YYYY-MM-DD, by the clock of a brand of the scope.
func (s *Store) BrandToday(ctx context.Context, brand uuid.UUID) (string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (string, error) {
		return s.q.BrandToday(ctx, tx, gen.BrandTodayParams{ID: brand, Brands: rapport.BrandsFrom(ctx)})
	})
}

// OrderOffline re-reads the approvals of a payout that people pay, and lets it wait for its proof: rapport.SubmitAwaitingProof, or why not.
func (s *Store) OrderOffline(ctx context.Context, payout uuid.UUID) (string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (string, error) {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil {
			return "", fmt.Errorf("payout: %w", err)
		}
		verdict, err := s.offlineVerdict(ctx, tx, p)
		if verdict == rapport.SubmitAwaitingProof && p.State != string(rapport.PayoutApproved) {
			err = s.q.SetPayoutState(ctx, tx, gen.SetPayoutStateParams{ID: payout, State: string(rapport.PayoutApproved)})
		}
		return verdict, err
	})
}

// offlineVerdict says how a payout that people pay stands. Approvals that do not fit it any more begin anew.
func (s *Store) offlineVerdict(ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow) (string, error) {
	switch state := rapport.PayoutState(p.State); {
	case state == rapport.PayoutPaid || state == rapport.PayoutPartlyReversed || state == rapport.PayoutReversed:
		return rapport.SubmitPaid, nil
	case p.OfflineMethod == nil || state != rapport.PayoutAwaitingApproval && state != rapport.PayoutApproved:
		return rapport.SubmitNotApproved, nil
	case !p.Approved:
		return rapport.SubmitNotApproved, s.q.NewPayoutRound(ctx, tx, gen.NewPayoutRoundParams{ID: p.ID})
	}
	return rapport.SubmitAwaitingProof, nil
}

// RecordOffline books a payment that a person made, once: attempt, ledger, nettings and state together. Recording again changes nothing. It
// answers rapport.SubmitPaid, or how the payout stands when the payment is not what was approved.
func (s *Store) RecordOffline(ctx context.Context, payout, payment uuid.UUID) (string, error) {
	verdict, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (string, error) {
		p, err := s.q.LockPayout(ctx, tx, payout)
		if err != nil {
			return "", fmt.Errorf("payout: %w", err)
		}
		if verdict, err := s.offlineVerdict(ctx, tx, p); err != nil || verdict != rapport.SubmitAwaitingProof {
			return verdict, err
		}
		return rapport.SubmitPaid, s.bookOffline(ctx, tx, p, payment)
	})
	if refused, ok := errors.AsType[*rapport.Error](err); ok && (refused.Reason == "RA072" || refused.Reason == "RA075") {
		return rapport.SubmitAwaitingProof, nil
	}
	return verdict, err
}

func (s *Store) bookOffline(ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow, payment uuid.UUID) error {
	if err := s.q.InsertOfflineAttempt(ctx, tx, gen.InsertOfflineAttemptParams{PayoutID: p.ID, OfflinePayment: payment}); err != nil {
		return fmt.Errorf("open attempt: %w", err)
	}
	if err := s.q.SetPayoutState(ctx, tx, gen.SetPayoutStateParams{ID: p.ID, State: string(rapport.PayoutSubmitted)}); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	number, err := s.q.SettleOfflineAttempt(ctx, tx, p.ID)
	if err != nil {
		return fmt.Errorf("settle attempt: %w", err)
	}
	err = s.post(ctx, tx, posting{
		kind: "settle", brand: p.BrandID, payout: p.ID, attempt: number, currency: p.Currency, lines: offlineLines(p.BrandID, p.CreatorID, p.Currency, p.Amount-p.Netted),
	})
	if err != nil {
		return err
	}
	if err := s.takeNettings(ctx, tx, p); err != nil {
		return err
	}
	return s.q.MarkPaidOffline(ctx, tx, gen.MarkPaidOfflineParams{ID: p.ID, OfflinePayment: payment})
}

// paymentMade adds how a payment was made outside of Stripe.
func (s *Store) paymentMade(ctx context.Context, tx pgx.Tx, say rapport.Words, payout uuid.UUID, v map[string]string) error {
	r, err := s.q.PayoutOffline(ctx, tx, payout)
	if err != nil {
		return absent("payment", err)
	}
	v["payout.way"] = say.Say("by %s, reference %s, on %s", say.Say(rapport.OfflineWords(r.Method)), r.Reference, r.PaidOn)
	return nil
}

// paidBy says how something was paid outside of Stripe, with the reference; empty for no way.
func paidBy(method, reference string) string {
	if method == "" {
		return ""
	}
	return rapport.OfflineWords(method) + ", reference " + reference
}

// payoutOffline adds the payment that a person made of a payout.
func (s *Store) payoutOffline(ctx context.Context, tx pgx.Tx, p *rapport.PayoutRecord) error {
	r, err := s.q.PayoutOffline(ctx, tx, p.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	p.OfflinePayment = &rapport.OfflinePayment{
		ID: r.ID, PayoutID: p.ID, BrandID: p.BrandID, Round: int(r.Round), Method: r.Method, PaidOn: r.PaidOn, Reference: r.Reference,
		Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}, Proof: rapport.File{Name: r.ProofName, Type: r.ContentType, SHA256: r.ProofSha256}, ProofSize: r.Size,
		RecordedBy: rapport.UserRef{ID: r.RecordedBy, Name: r.RecordedByName}, RecordedAt: r.RecordedAt,
	}
	return err
}
