package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// RunningReconciliations lists the runs that nobody has finished.
func (s *Store) RunningReconciliations(ctx context.Context) ([]rapport.Reconciliation, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Reconciliation, error) {
		rows, err := s.q.RunningReconciliations(ctx, tx)
		out := make([]rapport.Reconciliation, len(rows))
		for i, r := range rows {
			out[i] = rapport.Reconciliation{ID: r.ID, From: r.FromAt, To: r.ToAt}
		}
		return out, err
	})
}

// ReconciledUntil is up to when the books were compared without a gap; now where they never were.
func (s *Store) ReconciledUntil(ctx context.Context) (time.Time, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (time.Time, error) { return s.q.ReconciledUntil(ctx, tx) })
}

// StartReconciliation notes that a run has begun.
func (s *Store) StartReconciliation(ctx context.Context, r rapport.Reconciliation) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.StartReconciliation(ctx, tx, gen.StartReconciliationParams{ID: r.ID, FromAt: r.From, ToAt: r.To})
	})
}

// FinishReconciliation keeps what a run found. Each break is a task of the payout's brand; one that no payout explains, of the
// installation's first brand.
func (s *Store) FinishReconciliation(ctx context.Context, r rapport.Reconciliation) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		state := "passed"
		if len(r.Breaks) > 0 {
			state = "breaks"
		} else {
			r.Breaks = []rapport.ReconciliationBreak{}
		}
		for _, b := range r.Breaks {
			err := s.q.TaskForBreak(ctx, tx, gen.TaskForBreakParams{TaskID: newID(), PayoutID: idOrNil(b.PayoutID), Kind: b.Kind, Ref: b.Ref, RunID: r.ID})
			if err != nil {
				return fmt.Errorf("task for a break: %w", err)
			}
		}
		return s.q.FinishReconciliation(ctx, tx, gen.FinishReconciliationParams{ID: r.ID, State: state, Matched: int32(r.Matched), Breaks: mustJSON(r.Breaks)})
	})
}

// Settlements lists the transfers that the ledger settled in [from, to).
func (s *Store) Settlements(ctx context.Context, from, to time.Time) ([]rapport.Settlement, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Settlement, error) {
		rows, err := s.q.SettledTransfers(ctx, tx, gen.SettledTransfersParams{FromAt: from, ToAt: to})
		if err != nil {
			return nil, fmt.Errorf("settlements: %w", err)
		}
		out := make([]rapport.Settlement, len(rows))
		for i, r := range rows {
			out[i] = rapport.Settlement{Ref: *r.ExternalRef, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}, At: r.At}
			if r.PayoutID != nil {
				out[i].PayoutID = *r.PayoutID
			}
		}
		return out, nil
	})
}

// SettledRefs are those of the refs that the ledger has settled.
func (s *Store) SettledRefs(ctx context.Context, refs []string) ([]string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]string, error) { return s.q.SettledRefs(ctx, tx, refs) })
}
