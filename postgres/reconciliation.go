package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// maxBreaks is how many breaks are read with a run. All of them stand in its export and, while nobody has explained them, among the cases.
const maxBreaks = 100

// ListReconciliations lists comparisons with the payment provider, newest first, with the breaks and sums that the scope may see.
func (s *Store) ListReconciliations(ctx context.Context, page rapport.Page) ([]rapport.ReconciliationRun, []string, error) {
	params := gen.ListReconciliationRunsParams{MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	runs, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReconciliationRun, error) {
		runs, err := s.runs(ctx, tx, params)
		if err == nil && len(runs) > page.Limit {
			runs = runs[:page.Limit]
			next = timeKey(runs[len(runs)-1].StartedAt, runs[len(runs)-1].ID)
		}
		return runs, err
	})
	return runs, next, err
}

func (s *Store) runs(ctx context.Context, tx pgx.Tx, params gen.ListReconciliationRunsParams) ([]rapport.ReconciliationRun, error) {
	rows, err := s.q.ListReconciliationRuns(ctx, tx, params)
	if err != nil {
		return nil, err
	}
	runs, ids := make([]rapport.ReconciliationRun, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		runs[i] = rapport.ReconciliationRun{
			Reconciliation: rapport.Reconciliation{ID: r.ID, From: r.FromAt, To: r.ToAt},
			State:          r.State, Matched: int(r.Matched), AskedBy: userRef(r.AskedBy, r.AskedByName), Problem: text(r.Problem), StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
		}
		if runs[i].Lines, err = s.lines(ctx, tx, gen.ReconciliationLinesParams{RunID: r.ID, Breaks: true, MaxRows: maxBreaks}); err != nil {
			return nil, err
		}
	}
	sums, err := s.q.ReconciliationSums(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("sums: %w", err)
	}
	for _, x := range sums {
		run := &runs[slices.Index(ids, x.RunID)]
		in := func(n int64) rapport.Money { return rapport.Money{Amount: n, Currency: x.Currency} }
		run.Sums = append(run.Sums, rapport.ReconciliationSum{Kind: x.Kind, Result: x.Result, Count: int(x.N), Ours: in(x.Ours), Theirs: in(x.Theirs)})
	}
	return runs, nil
}

func userRef(id *uuid.UUID, name string) *rapport.UserRef {
	if id == nil {
		return nil
	}
	return &rapport.UserRef{ID: *id, Name: name}
}

func money(amount *int64, currency *string) rapport.Money {
	if amount == nil {
		return rapport.Money{}
	}
	return rapport.Money{Amount: *amount, Currency: text(currency)}
}

func (s *Store) lines(ctx context.Context, tx pgx.Tx, params gen.ReconciliationLinesParams) ([]rapport.ReconciliationLine, error) {
	rows, err := s.q.ReconciliationLines(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	lines := make([]rapport.ReconciliationLine, len(rows))
	for i, l := range rows {
		lines[i] = rapport.ReconciliationLine{
			N: int(l.N), Kind: l.Kind, Ref: l.Ref, Result: l.Result, Differs: l.Differs, PayoutID: orZero(l.PayoutID), BrandID: orZero(l.BrandID), BrandName: l.BrandName, Destination: l.Destination,
			Ours: money(l.Ours, l.OursCurrency), Theirs: money(l.Theirs, l.TheirsCurrency), Net: l.Net, At: l.At,
		}
	}
	return lines, nil
}

// ReconciliationLines reads the lines of a run that the scope may see, in order, beginning after one; not_found without such a run.
func (s *Store) ReconciliationLines(ctx context.Context, run uuid.UUID, after, limit int) ([]rapport.ReconciliationLine, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReconciliationLine, error) {
		there, err := s.q.RunExists(ctx, tx, run)
		if err != nil {
			return nil, fmt.Errorf("run: %w", err)
		}
		if !there {
			return nil, pgx.ErrNoRows
		}
		return s.lines(ctx, tx, gen.ReconciliationLinesParams{RunID: run, After: int32(after), MaxRows: int32(limit)})
	})
}

// AddReconciliation asks for a comparison over the window that ends now, and further back where the books were not compared since.
func (s *Store) AddReconciliation(ctx context.Context, id uuid.UUID, window time.Duration, by uuid.UUID) (rapport.ReconciliationRun, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReconciliationRun, error) {
		if err := s.q.InsertReconciliation(ctx, tx, gen.InsertReconciliationParams{ID: id, WindowSeconds: window.Seconds(), AskedBy: &by}); err != nil {
			return rapport.ReconciliationRun{}, fmt.Errorf("insert reconciliation: %w", err)
		}
		if err := s.audit(ctx, tx, by, "reconciliation.started", id, nil); err != nil {
			return rapport.ReconciliationRun{}, fmt.Errorf("audit: %w", err)
		}
		runs, err := s.runs(ctx, tx, gen.ListReconciliationRunsParams{ID: &id, MaxRows: 1})
		if err != nil {
			return rapport.ReconciliationRun{}, err
		}
		return runs[0], nil
	})
}

// ListCases lists the cases of the scope, newest first: those of its brands, and those of no brand that may be about no other.
func (s *Store) ListCases(ctx context.Context, f rapport.CaseFilter, page rapport.Page) ([]rapport.ReconciliationCase, []string, error) {
	params := gen.ListCasesParams{Brands: rapport.BrandsFrom(ctx), ID: f.ID, State: f.State, Kind: f.Kind, BrandID: f.Brand, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	cases, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReconciliationCase, error) {
		cases, err := s.cases(ctx, tx, params)
		if err == nil && len(cases) > page.Limit {
			cases = cases[:page.Limit]
			next = timeKey(cases[len(cases)-1].FirstSeenAt, cases[len(cases)-1].ID)
		}
		return cases, err
	})
	return cases, next, err
}

func (s *Store) cases(ctx context.Context, tx pgx.Tx, params gen.ListCasesParams) ([]rapport.ReconciliationCase, error) {
	rows, err := s.q.ListCases(ctx, tx, params)
	if err != nil {
		return nil, err
	}
	cases, ids := make([]rapport.ReconciliationCase, len(rows)), make([]uuid.UUID, len(rows))
	for i, c := range rows {
		ids[i] = c.ID
		cases[i] = rapport.ReconciliationCase{
			ID: c.ID, Kind: c.Kind, Noun: c.Noun, Ref: c.Ref, BrandID: orZero(c.BrandID), BrandName: c.BrandName, Meant: c.Meant, PayoutID: orZero(c.PayoutID), CreatorName: c.CreatorName,
			Destination: c.Destination, Differs: c.Differs, Ours: money(c.Ours, c.OursCurrency), Theirs: money(c.Theirs, c.TheirsCurrency), At: c.At, State: c.State,
			Owner: userRef(c.OwnerID, c.OwnerName), Reason: c.Reason, ClosedBy: userRef(c.ClosedBy, c.ClosedByName), ClosedAt: c.ClosedAt,
			FirstSeenAt: c.FirstSeenAt, LastSeenAt: c.LastSeenAt, GoneAt: c.GoneAt,
		}
	}
	notes, err := s.q.CaseNotes(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("notes: %w", err)
	}
	for _, n := range notes {
		c := &cases[slices.Index(ids, n.CaseID)]
		c.Notes = append(c.Notes, rapport.ReconciliationNote{At: n.At, Author: n.Author, Kind: n.Kind, Text: n.Text})
	}
	return cases, s.caseBookings(ctx, tx, cases, ids)
}

// ChangeCase does to a case what a person asks for. may says whether the person works in finance for the brands that it is about; none are
// given where nobody knows whose it is.
func (s *Store) ChangeCase(ctx context.Context, c rapport.CaseChange, by uuid.UUID, may func(brands []uuid.UUID) bool) (rapport.ReconciliationCase, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ReconciliationCase, error) {
		row, err := s.q.LockCase(ctx, tx, gen.LockCaseParams{ID: c.ID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.ReconciliationCase{}, err
		}
		about := row.Meant
		if row.BrandID != nil {
			about = []uuid.UUID{*row.BrandID}
		}
		switch {
		case !may(about):
			return rapport.ReconciliationCase{}, rapport.Errorf(rapport.CodeForbidden, "Only finance of every brand that the case is about may do this.")
		case row.State != "open" && c.Command != "note":
			return rapport.ReconciliationCase{}, &rapport.Error{Code: rapport.CodeConflict, Reason: "closed", State: row.State, Message: "The case is closed already."}
		}
		if err := s.changeCase(ctx, tx, c, about, by); err != nil {
			return rapport.ReconciliationCase{}, err
		}
		detail := map[string]any{"reason": c.Text}
		if row.BrandID != nil {
			detail["brand_id"] = *row.BrandID
		}
		if err := s.audit(ctx, tx, by, "reconciliation.case_"+c.Command, c.ID, detail); err != nil {
			return rapport.ReconciliationCase{}, fmt.Errorf("audit: %w", err)
		}
		cases, err := s.cases(ctx, tx, gen.ListCasesParams{Brands: rapport.BrandsFrom(ctx), ID: &c.ID, MaxRows: 1})
		if err != nil || len(cases) == 0 {
			return rapport.ReconciliationCase{}, err
		}
		return cases[0], nil
	})
}

func (s *Store) changeCase(ctx context.Context, tx pgx.Tx, c rapport.CaseChange, about []uuid.UUID, by uuid.UUID) error {
	note := func(kind, text string) error {
		return s.q.InsertCaseNote(ctx, tx, gen.InsertCaseNoteParams{ID: newID(), CaseID: c.ID, Author: &by, Kind: kind, Text: text})
	}
	switch c.Command {
	case "assign":
		return s.assignCase(ctx, tx, c, about, note)
	case "note":
		return note("note", c.Text)
	}
	state := map[string]string{"explain": "explained", "resolve": "resolved"}[c.Command]
	if err := s.q.CloseCase(ctx, tx, gen.CloseCaseParams{ID: c.ID, State: state, Reason: &c.Text, ClosedBy: &by}); err != nil {
		return fmt.Errorf("close: %w", err)
	}
	if err := s.q.CloseCaseTask(ctx, tx, gen.CloseCaseTaskParams{CaseID: c.ID, DoneBy: &by}); err != nil {
		return fmt.Errorf("close the task: %w", err)
	}
	return note(state, c.Text)
}

func (s *Store) assignCase(ctx context.Context, tx pgx.Tx, c rapport.CaseChange, about []uuid.UUID, note func(kind, text string) error) error {
	name, err := s.q.FinancePerson(ctx, tx, gen.FinancePersonParams{UserID: c.Owner, Brands: about})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("finance person: %w", err)
	}
	if err != nil {
		return rapport.Invalid(rapport.Field{Path: "owner_id", Code: "no_role", Detail: "This person does not work in finance for the brand."})
	}
	if err := s.q.AssignCase(ctx, tx, gen.AssignCaseParams{ID: c.ID, OwnerID: &c.Owner}); err != nil {
		return fmt.Errorf("assign: %w", err)
	}
	if err := s.q.ReassignCaseTask(ctx, tx, gen.ReassignCaseTaskParams{CaseID: c.ID, OwnerID: &c.Owner}); err != nil {
		return fmt.Errorf("reassign the task: %w", err)
	}
	return note("assigned", name)
}

// PaymentsGate says whether payouts are sent now, and which of the scope's brands wait for what.
func (s *Store) PaymentsGate(ctx context.Context) (rapport.PaymentsGate, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PaymentsGate, error) {
		now, err := s.q.GateNow(ctx, tx)
		if err != nil {
			return rapport.PaymentsGate{}, fmt.Errorf("gate: %w", err)
		}
		g := rapport.PaymentsGate{Restored: now.Restored, Stale: now.Stale}
		if now.Until.Unix() > 0 {
			g.Until = &now.Until
		}
		if now.Paused {
			g.Pause = &rapport.ProviderPause{Code: now.PauseCode, Since: now.PausedSince, ProbeAt: now.ProbeAt}
		}
		if g.Unsealed, err = s.ledgerTail(ctx, tx); err != nil {
			return rapport.PaymentsGate{}, fmt.Errorf("unsealed: %w", err)
		}
		rows, err := s.q.GatedBrands(ctx, tx, rapport.BrandsFrom(ctx))
		if err != nil {
			return rapport.PaymentsGate{}, fmt.Errorf("gated brands: %w", err)
		}
		for _, r := range rows {
			if n := len(g.Brands); n == 0 || g.Brands[n-1].BrandID != r.BrandID || g.Brands[n-1].Reason != r.Reason {
				g.Brands = append(g.Brands, rapport.GatedBrand{BrandID: r.BrandID, BrandName: r.Name, Reason: r.Reason})
			}
			b := &g.Brands[len(g.Brands)-1]
			b.Waiting, b.Amounts = b.Waiting+int(r.N), append(b.Amounts, rapport.Money{Amount: r.Amount, Currency: r.Currency})
		}
		return g, nil
	})
}
