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

// gated is why nothing may be sent for a payout now, and whether it waits for that without an attempt.
type gated struct {
	reason string
	held   bool
}

// gate asks, before an attempt is opened, whether the books and the provider let anything be sent. A payout whose own transfer the provider
// has gets its attempt all the same: the look-up before sending finds the transfer, and settles with it.
func (s *Store) gate(ctx context.Context, tx pgx.Tx, p gen.LockPayoutRow) (gated, error) {
	reason, err := s.q.SubmissionGate(ctx, tx, gen.SubmissionGateParams{BrandID: p.BrandID, Destination: textOrNil(p.Destination)})
	if err != nil {
		return gated{}, fmt.Errorf("gate: %w", err)
	}
	if reason == rapport.GateMissingHere {
		own, err := s.q.HasOwnCase(ctx, tx, &p.ID)
		if err != nil {
			return gated{}, fmt.Errorf("own case: %w", err)
		}
		if own {
			return gated{reason: reason}, s.q.UngatePayout(ctx, tx, p.ID)
		}
	}
	if reason == "" {
		return gated{}, s.q.UngatePayout(ctx, tx, p.ID)
	}
	if err := s.q.GatePayout(ctx, tx, gen.GatePayoutParams{ID: p.ID, Reason: reason}); err != nil {
		return gated{}, fmt.Errorf("note the gate: %w", err)
	}
	return gated{reason, true}, s.tellGate(ctx, tx, p.BrandID, reason)
}

// tellGate opens the tasks of those who can open the gate: a refused key is the admins' too.
func (s *Store) tellGate(ctx context.Context, tx pgx.Tx, brand uuid.UUID, reason string) error {
	roles := []rapport.Role{rapport.RoleFinanceReleaser}
	if reason == rapport.GatePaused {
		roles = append(roles, rapport.RoleAdmin)
	}
	for _, role := range roles {
		if err := s.q.TaskForGate(ctx, tx, gen.TaskForGateParams{TaskID: newID(), BrandID: brand, Role: string(role), Reason: reason}); err != nil {
			return fmt.Errorf("task for the gate: %w", err)
		}
	}
	return nil
}

// PaymentsPaused says that the payment provider refuses our key, so that nobody asks it for anything.
func (s *Store) PaymentsPaused(ctx context.Context) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) { return s.q.PaymentsPaused(ctx, tx) })
}

// DatabaseRestored says that this is another copy of the data than the books were compared for.
func (s *Store) DatabaseRestored(ctx context.Context) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) { return s.q.DatabaseRestored(ctx, tx) })
}

// PauseProvider keeps everybody from asking a payment provider that refuses our key. Whoever comes second changes nothing.
func (s *Store) PauseProvider(ctx context.Context, code string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.q.PauseProvider(ctx, tx, code)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // it is paused already
		}
		if err != nil {
			return fmt.Errorf("pause: %w", err)
		}
		if err := s.audit(ctx, tx, uuid.Nil, "payments.paused", uuid.Nil, map[string]any{"code": code}); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		brands, err := s.q.BrandsThatPay(ctx, tx)
		if err != nil {
			return fmt.Errorf("brands: %w", err)
		}
		for _, brand := range brands {
			if err := s.tellGate(ctx, tx, brand, rapport.GatePaused); err != nil {
				return err
			}
		}
		return nil
	})
}

// ClaimProbe says whether the caller is to ask the paused provider whether it takes our key again.
func (s *Store) ClaimProbe(ctx context.Context) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		_, err := s.q.ClaimProbe(ctx, tx)
		if errors.Is(err, pgx.ErrNoRows) {
			return false, nil
		}
		return err == nil, err
	})
}

// LiftPause lets the payments go on.
func (s *Store) LiftPause(ctx context.Context) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.q.LiftPause(ctx, tx); err != nil {
			return fmt.Errorf("lift: %w", err)
		}
		if err := s.audit(ctx, tx, uuid.Nil, "payments.resumed", uuid.Nil, nil); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
		return s.wakeGated(ctx, tx)
	})
}

// OpenGate wakes what waits and may go, and says whether the books should be compared now.
func (s *Store) OpenGate(ctx context.Context) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		if err := s.q.MarkDatabase(ctx, tx); err != nil {
			return false, fmt.Errorf("mark: %w", err)
		}
		if err := s.wakeGated(ctx, tx); err != nil {
			return false, err
		}
		return s.q.ComparisonDue(ctx, tx)
	})
}

// wakeGated tells the payouts that waited for the books or the provider, and may go now. One that is kept back again says so anew.
func (s *Store) wakeGated(ctx context.Context, tx pgx.Tx) error {
	waiting, err := s.q.GatedPayouts(ctx, tx)
	if err != nil {
		return fmt.Errorf("gated payouts: %w", err)
	}
	for _, p := range waiting {
		if p.Reason == rapport.GateMissingHere {
			own, err := s.q.HasOwnCase(ctx, tx, &p.ID)
			if err != nil {
				return fmt.Errorf("own case: %w", err)
			}
			if own {
				p.Reason = ""
			}
		}
		if p.Reason != "" {
			if err := s.q.GatePayout(ctx, tx, gen.GatePayoutParams{ID: p.ID, Reason: p.Reason}); err != nil {
				return fmt.Errorf("note the gate: %w", err)
			}
			if err := s.tellGate(ctx, tx, p.BrandID, p.Reason); err != nil {
				return err
			}
			continue
		}
		if err := s.q.UngatePayout(ctx, tx, p.ID); err != nil {
			return fmt.Errorf("open the gate: %w", err)
		}
		if err := s.signal(ctx, tx, "payout", p.ID, p.BrandID, rapport.Signal{ID: newID(), Kind: rapport.SignalGate}); err != nil {
			return err
		}
	}
	return s.q.CloseGateTasks(ctx, tx)
}
