package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListReconciliations lists comparisons with the payment provider, newest first.
func (s *Store) ListReconciliations(ctx context.Context, page rapport.Page) ([]rapport.ReconciliationRun, []string, error) {
	params := gen.ListReconciliationRunsParams{MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	runs, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReconciliationRun, error) {
		rows, err := s.q.ListReconciliationRuns(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].StartedAt, rows[len(rows)-1].ID)
		}
		runs := make([]rapport.ReconciliationRun, len(rows))
		for i, r := range rows {
			if runs[i], err = reconciliationRun(r); err != nil {
				return nil, err
			}
			if runs[i].Breaks, err = s.ownBreaks(ctx, tx, runs[i].Breaks); err != nil {
				return nil, err
			}
		}
		return runs, nil
	})
	return runs, next, err
}

func reconciliationRun(r gen.Reconciliation) (rapport.ReconciliationRun, error) {
	run := rapport.ReconciliationRun{
		Reconciliation: rapport.Reconciliation{ID: r.ID, From: r.FromAt, To: r.ToAt, Matched: int(r.Matched)},
		State:          r.State, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
	if err := json.Unmarshal(r.Breaks, &run.Breaks); err != nil {
		return run, fmt.Errorf("read the breaks of reconciliation %s: %w", r.ID, err)
	}
	return run, nil
}

// AddReconciliation asks for a comparison over the window that ends now.
func (s *Store) AddReconciliation(ctx context.Context, id uuid.UUID, window time.Duration, by uuid.UUID) (rapport.ReconciliationRun, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReconciliationRun, error) {
		r, err := s.q.InsertReconciliation(ctx, tx, gen.InsertReconciliationParams{ID: id, WindowSeconds: window.Seconds()})
		if err != nil {
			return rapport.ReconciliationRun{}, fmt.Errorf("insert reconciliation: %w", err)
		}
		if err := s.audit(ctx, tx, by, "reconciliation.started", id, nil); err != nil {
			return rapport.ReconciliationRun{}, fmt.Errorf("audit: %w", err)
		}
		return reconciliationRun(r)
	})
}

// ownBreaks leaves out the breaks of payouts behind another brand's wall. A transfer that no payout of ours explains belongs to no
// brand and stays: somebody must look at it.
func (s *Store) ownBreaks(ctx context.Context, tx pgx.Tx, breaks []rapport.ReconciliationBreak) ([]rapport.ReconciliationBreak, error) {
	ids := make([]uuid.UUID, 0, len(breaks))
	for _, b := range breaks {
		ids = append(ids, b.PayoutID)
	}
	seen, err := s.q.VisiblePayouts(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("payouts of breaks: %w", err)
	}
	return slices.DeleteFunc(breaks, func(b rapport.ReconciliationBreak) bool {
		return b.PayoutID != uuid.Nil && !slices.Contains(seen, b.PayoutID)
	}), nil
}
