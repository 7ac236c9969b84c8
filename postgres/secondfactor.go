package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"rapport"
	"rapport/postgres/gen"
)

// SecondFactor is the one that a person uses, or with confirmed false the one that is begun; not_found when there is none.
func (s *Store) SecondFactor(ctx context.Context, user uuid.UUID, confirmed bool) (rapport.SecondFactor, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.SecondFactor, error) {
		r, err := s.q.GetSecondFactor(ctx, tx, gen.GetSecondFactorParams{UserID: user, Confirmed: confirmed})
		return rapport.SecondFactor{ID: r.ID, Sealed: r.Secret, ConfirmedAt: r.ConfirmedAt, RecoveryCodesLeft: int(r.RecoveryCodesLeft)}, err
	})
}

// BeginSecondFactor keeps a secret that is not in use before a code of it was given. One that was begun before is given up.
func (s *Store) BeginSecondFactor(ctx context.Context, user uuid.UUID, f rapport.SecondFactor) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.q.LockUser(ctx, tx, user); err != nil {
			return err
		}
		if _, err := s.q.RemoveSecondFactor(ctx, tx, gen.RemoveSecondFactorParams{UserID: user, RemovedBy: &user, Confirmed: false}); err != nil {
			return fmt.Errorf("give up what was begun: %w", err)
		}
		return s.q.InsertSecondFactor(ctx, tx, gen.InsertSecondFactorParams{ID: f.ID, UserID: user, Secret: f.Sealed})
	})
}

// ConfirmSecondFactor puts a second factor to use, with the proof that its first code was and the recovery codes, by their hashes.
func (s *Store) ConfirmSecondFactor(ctx context.Context, user uuid.UUID, p rapport.Proof, recovery [][]byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.ConfirmSecondFactor(ctx, tx, gen.ConfirmSecondFactorParams{ID: p.FactorID, UserID: user})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return fmt.Errorf("confirm: %w", err)
		}
		if err := s.prove(ctx, tx, user, p); err != nil {
			return err
		}
		if err := s.newRecoveryCodes(ctx, tx, p.FactorID, recovery); err != nil {
			return err
		}
		return s.audit(ctx, tx, user, "second_factor.added", user, nil)
	})
}

// Prove keeps that a code was right, and for which session. Its Error names the field code when the code proved something
// before.
func (s *Store) Prove(ctx context.Context, user uuid.UUID, p rapport.Proof) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.prove(ctx, tx, user, p) })
}

func (s *Store) prove(ctx context.Context, tx pgx.Tx, user uuid.UUID, p rapport.Proof) error {
	params := gen.InsertStepUpParams{ID: newID(), UserID: user, FactorID: p.FactorID, Method: p.Method}
	if p.Method == rapport.ProofTOTP {
		params.TotpStep = &p.Step
	} else {
		n, err := s.q.UseRecoveryCode(ctx, tx, gen.UseRecoveryCodeParams{CodeHash: p.CodeHash, FactorID: p.FactorID})
		if err != nil {
			return fmt.Errorf("recovery code: %w", err)
		}
		if n == 0 {
			return rapport.Invalid(rapport.Field{Path: "code", Code: "wrong_code", Detail: "This recovery code is wrong, or was used already."})
		}
	}
	err := s.q.InsertStepUp(ctx, tx, params)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == "step_ups_code_once" {
		return rapport.Invalid(rapport.Field{Path: "code", Code: "code_used", Detail: "This code was used already. Wait for the next one."})
	}
	if err != nil {
		return fmt.Errorf("proof: %w", err)
	}
	if err := s.q.ForgetAttempts(ctx, tx, p.Subject); err != nil {
		return fmt.Errorf("forget wrong codes: %w", err)
	}
	if p.Session != nil {
		if err := s.q.SetSessionStepUp(ctx, tx, gen.SetSessionStepUpParams{TokenHash: p.Session, UserID: user, StepUpID: &params.ID}); err != nil {
			return fmt.Errorf("session: %w", err)
		}
	}
	return s.audit(ctx, tx, user, "second_factor.proved", user, map[string]any{"method": p.Method})
}

func (s *Store) newRecoveryCodes(ctx context.Context, tx pgx.Tx, factor uuid.UUID, hashes [][]byte) error {
	if err := s.q.SpendRecoveryCodes(ctx, tx, factor); err != nil {
		return fmt.Errorf("spend the old recovery codes: %w", err)
	}
	for _, hash := range hashes {
		if err := s.q.InsertRecoveryCode(ctx, tx, gen.InsertRecoveryCodeParams{CodeHash: hash, FactorID: factor}); err != nil {
			return fmt.Errorf("recovery code: %w", err)
		}
	}
	return nil
}

// ReplaceRecoveryCodes proves with a code and makes the earlier recovery codes worthless.
func (s *Store) ReplaceRecoveryCodes(ctx context.Context, user uuid.UUID, p rapport.Proof, hashes [][]byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.prove(ctx, tx, user, p); err != nil {
			return err
		}
		if err := s.newRecoveryCodes(ctx, tx, p.FactorID, hashes); err != nil {
			return err
		}
		return s.audit(ctx, tx, user, "second_factor.codes_replaced", user, nil)
	})
}

// RemoveSecondFactor proves with a code and takes a person's own second factor away.
func (s *Store) RemoveSecondFactor(ctx context.Context, user uuid.UUID, p rapport.Proof) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.prove(ctx, tx, user, p); err != nil {
			return err
		}
		if _, err := s.q.RemoveSecondFactor(ctx, tx, gen.RemoveSecondFactorParams{UserID: user, RemovedBy: &user, Confirmed: true}); err != nil {
			return fmt.Errorf("remove: %w", err)
		}
		return s.audit(ctx, tx, user, "second_factor.removed", user, nil)
	})
}

// ResetSecondFactor takes the second factor of somebody else away and ends their sessions. It is forbidden while the person also
// works for a brand outside of the scope, which has a say.
func (s *Store) ResetSecondFactor(ctx context.Context, id, by uuid.UUID) (rapport.User, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.User, error) {
		if err := s.onlyOurs(ctx, tx, id); err != nil {
			return rapport.User{}, err
		}
		n, err := s.q.RemoveSecondFactor(ctx, tx, gen.RemoveSecondFactorParams{UserID: id, RemovedBy: &by, Confirmed: true})
		if err != nil {
			return rapport.User{}, fmt.Errorf("remove: %w", err)
		}
		if n == 0 {
			return rapport.User{}, &rapport.Error{Code: rapport.CodeConflict, Reason: "no_second_factor", Message: "This person has no second factor."}
		}
		if err := s.q.DeleteSessionsOf(ctx, tx, id); err != nil {
			return rapport.User{}, fmt.Errorf("sessions: %w", err)
		}
		if err := s.audit(ctx, tx, by, "second_factor.reset", id, nil); err != nil {
			return rapport.User{}, err
		}
		u, err := s.user(ctx, tx, id)
		if err != nil {
			return rapport.User{}, err
		}
		for _, b := range u.Brands {
			if err := s.alert(ctx, tx, alert{brand: b.BrandID, kind: "second_factor_reset", ref: id, key: "second_factor_reset/" + newID().String()}); err != nil {
				return rapport.User{}, err
			}
		}
		return u, nil
	})
}
