package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// RunningReconciliations lists the runs that nobody has finished. Where the books were not compared for this copy of the data they reach up
// to now, because a finished one vouches for it.
func (s *Store) RunningReconciliations(ctx context.Context, now time.Time) ([]rapport.Reconciliation, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Reconciliation, error) {
		if err := s.q.ExtendRuns(ctx, tx, now); err != nil {
			return nil, fmt.Errorf("extend: %w", err)
		}
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

// NoteReconciliationProblem says what kept a run from ending. It goes on at the next try.
func (s *Store) NoteReconciliationProblem(ctx context.Context, id uuid.UUID, problem string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.NoteReconciliationProblem(ctx, tx, gen.NoteReconciliationProblemParams{ID: id, Problem: &problem})
	})
}

// LastBalance is the provider's balance as the newest finished run saw it; nil before the first.
func (s *Store) LastBalance(ctx context.Context) (*rapport.BalancePoint, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (*rapport.BalancePoint, error) {
		raw, err := s.q.LastBalance(ctx, tx)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("last balance: %w", err)
		}
		var p rapport.BalancePoint
		if err := json.Unmarshal(raw, &p); err != nil {
			return nil, fmt.Errorf("read the last balance: %w", err)
		}
		return &p, nil
	})
}

// OpenCaseRefs are what the open cases are about: each comparison asks about them again, however old they are.
func (s *Store) OpenCaseRefs(ctx context.Context) ([]rapport.BookRef, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.BookRef, error) {
		rows, err := s.q.OpenCaseRefs(ctx, tx)
		out := make([]rapport.BookRef, len(rows))
		for i, r := range rows {
			out[i] = rapport.BookRef{Ref: r.Ref, Parent: r.Parent}
		}
		return out, err
	})
}

// OurBooks reads our side of [from, to) at one moment: what was posted then, or under one of the refs at any time, and what is open.
func (s *Store) OurBooks(ctx context.Context, from, to time.Time, refs []string) (rapport.Books, error) {
	var b rapport.Books
	err := s.AtOneMoment(ctx, func(ctx context.Context) error {
		return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			posted, err := s.q.BookPostings(ctx, tx, gen.BookPostingsParams{Kinds: rapport.BookKinds(), FromAt: from, ToAt: to, Refs: refs})
			if err != nil {
				return fmt.Errorf("postings: %w", err)
			}
			for _, p := range posted {
				b.Ours = append(b.Ours, rapport.BookPosting{
					Kind: p.Kind, Ref: p.Ref, Key: p.Key, PayoutID: orZero(p.PayoutID), BrandID: orZero(p.BrandID), Moved: rapport.Money{Amount: p.Moved, Currency: p.Currency},
					Destination: p.Destination, Parent: p.Parent, At: p.At,
				})
			}
			offline, err := s.q.BookOffline(ctx, tx, gen.BookOfflineParams{FromAt: from, ToAt: to})
			if err != nil {
				return fmt.Errorf("outside of the provider: %w", err)
			}
			for _, p := range offline {
				b.Offline = append(b.Offline, rapport.BookPosting{
					Kind: rapport.LineOffline, Ref: p.Ref, PayoutID: p.PayoutID, BrandID: p.BrandID, Moved: rapport.Money{Amount: -p.Amount, Currency: p.Currency}, At: p.At,
				})
			}
			open, err := s.q.BookAttempts(ctx, tx)
			if err != nil {
				return fmt.Errorf("attempts: %w", err)
			}
			for _, a := range open {
				b.Open = append(b.Open, rapport.BookAttempt{Kind: a.Kind, Key: a.Key, Amount: rapport.Money{Amount: a.Amount, Currency: a.Currency}, Destination: a.Destination})
			}
			flying, err := s.q.BooksInFlight(ctx, tx)
			if err != nil {
				return fmt.Errorf("in flight: %w", err)
			}
			for _, f := range flying {
				b.InFlight = append(b.InFlight, rapport.BookInFlight{BrandID: f.BrandID, Currency: f.Currency, Account: f.Account, Open: f.Open})
			}
			return nil
		})
	})
	return b, err
}

// FinishReconciliation keeps what a run found, line by line. Each break is a case with a task; a case that came out well is marked as gone
// and stays until a person closes it. A run without a gap before it also vouches for this copy of the data, and lets go what waited for it.
func (s *Store) FinishReconciliation(ctx context.Context, r rapport.Reconciliation) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		run, err := s.q.LockReconciliation(ctx, tx, r.ID)
		if err != nil {
			return fmt.Errorf("lock: %w", err)
		}
		if run.State != "running" {
			return nil // somebody else has finished it
		}
		lines := make([]numberedLine, len(r.Lines))
		for i, l := range r.Lines {
			lines[i] = numberedLine{l, i + 1}
		}
		if err := s.q.InsertReconciliationLines(ctx, tx, gen.InsertReconciliationLinesParams{RunID: r.ID, Lines: mustJSON(lines)}); err != nil {
			return fmt.Errorf("lines: %w", err)
		}
		state, matched, err := s.keepCases(ctx, tx, r)
		if err != nil {
			return err
		}
		done := gen.FinishReconciliationParams{ID: r.ID, State: state, Matched: int32(matched)}
		if r.Closing != nil {
			done.Closing = mustJSON(r.Closing)
		}
		if err := s.q.FinishReconciliation(ctx, tx, done); err != nil {
			return fmt.Errorf("finish: %w", err)
		}
		if run.Gapless {
			if err := s.q.VouchForDatabase(ctx, tx); err != nil {
				return fmt.Errorf("vouch: %w", err)
			}
		}
		return s.wakeGated(ctx, tx)
	})
}

type numberedLine struct {
	rapport.ReconciliationLine

	N int `json:"n"`
}

// keepCases opens a case for each break, or sees it again, and marks what is no break any more.
func (s *Store) keepCases(ctx context.Context, tx pgx.Tx, r rapport.Reconciliation) (state string, matched int, err error) {
	state = "passed"
	for i, l := range r.Lines {
		if l.Result == rapport.LineMatched {
			matched++
		}
		if l.IsBreak() {
			state = "breaks"
			if err := s.keepCase(ctx, tx, r.ID, i+1); err != nil {
				return "", 0, err
			}
		}
		// What an open attempt explains is told to the payout, which looks it up and settles.
		if l.Result == rapport.LineOpen && l.Kind == rapport.LineSettle && l.PayoutID != uuid.Nil {
			if err := s.signal(ctx, tx, "payout", l.PayoutID, uuid.Nil, rapport.Signal{ID: newID(), Kind: rapport.SignalStripe}); err != nil {
				return "", 0, err
			}
		}
	}
	gone, err := s.q.CasesGone(ctx, tx, r.ID)
	if err != nil {
		return "", 0, fmt.Errorf("cases that are gone: %w", err)
	}
	for _, id := range gone {
		if err := s.q.InsertCaseNote(ctx, tx, gen.InsertCaseNoteParams{ID: newID(), CaseID: id, Kind: "gone"}); err != nil {
			return "", 0, fmt.Errorf("note: %w", err)
		}
	}
	return state, matched, nil
}

func (s *Store) keepCase(ctx context.Context, tx pgx.Tx, run uuid.UUID, n int) error {
	c, err := s.q.KeepCase(ctx, tx, gen.KeepCaseParams{ID: newID(), RunID: run, N: int32(n)})
	if err != nil {
		return fmt.Errorf("case: %w", err)
	}
	if c.SeenAgain {
		if err := s.q.InsertCaseNote(ctx, tx, gen.InsertCaseNoteParams{ID: newID(), CaseID: c.ID, Kind: "seen_again"}); err != nil {
			return fmt.Errorf("note: %w", err)
		}
	}
	if c.Fresh {
		if err := s.audit(ctx, tx, uuid.Nil, "reconciliation.case_opened", c.ID, map[string]any{"kind": c.Kind}); err != nil {
			return fmt.Errorf("audit: %w", err)
		}
	}
	if c.State != "open" {
		return nil
	}
	err = s.q.TaskForCase(ctx, tx, gen.TaskForCaseParams{TaskID: newID(), BrandID: c.TaskBrand, CaseID: c.ID, Kind: c.Kind, PayoutID: c.PayoutID})
	if err != nil {
		return fmt.Errorf("task for a break: %w", err)
	}
	return nil
}
