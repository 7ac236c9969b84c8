package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// PayoutsWithoutPayment are the payouts that went to an account and of which nobody knows what it calls them.
func (s *Store) PayoutsWithoutPayment(ctx context.Context, account string) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) {
		return s.q.PayoutsWithoutPayment(ctx, tx, &account)
	})
}

// NotePayment keeps what the creator's account calls a transfer.
func (s *Store) NotePayment(ctx context.Context, t rapport.Transfer) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.notePayment(ctx, tx, t) })
}

func (s *Store) notePayment(ctx context.Context, tx pgx.Tx, t rapport.Transfer) error {
	if t.Payment == "" {
		return nil
	}
	return s.q.NotePayment(ctx, tx, gen.NotePaymentParams{PaymentID: t.Payment, PayoutID: t.PayoutID, TransferID: t.ID})
}

// KeepBankPayout remembers how a payout to the bank stands, and for which payouts of ours. What the bank returned is a task for each.
func (s *Store) KeepBankPayout(ctx context.Context, b rapport.BankPayout) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		kept := gen.KeepBankPayoutParams{ID: b.ID, AccountID: b.Account, Amount: b.Amount.Amount, Currency: b.Amount.Currency, State: b.State, FailureCode: textOrNil(b.FailureCode)}
		if !b.ArrivesOn.IsZero() {
			kept.ArrivesOn = b.ArrivesOn.UTC().Format(time.DateOnly)
		}
		_, err := s.q.KeepBankPayout(ctx, tx, kept)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // it is further already
		}
		if err != nil {
			return fmt.Errorf("keep: %w", err)
		}
		if err := s.q.KeepArrivals(ctx, tx, gen.KeepArrivalsParams{BankPayoutID: b.ID, Payments: b.Payments}); err != nil {
			return fmt.Errorf("arrivals: %w", err)
		}
		if b.State != "failed" {
			return nil
		}
		return s.q.TasksForReturn(ctx, tx, gen.TasksForReturnParams{BankPayoutID: b.ID, Code: b.FailureCode})
	})
}

// payoutArrival reads how a payout stands at the bank, as far as anything is known.
func (s *Store) payoutArrival(ctx context.Context, tx pgx.Tx, p *rapport.PayoutRecord) error {
	a, err := s.q.PayoutArrival(ctx, tx, p.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("arrival: %w", err)
	}
	p.Bank = &rapport.BankArrival{State: a.State, On: a.ArrivesOn, FailureCode: a.FailureCode, ReadAt: a.ReadAt}
	return nil
}
