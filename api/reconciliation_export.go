package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ExportReconciliation writes every line of a comparison as a table while they are read, the matched ones too.
func (s *Server) ExportReconciliation(ctx context.Context, r gen.ExportReconciliationRequestObject) (gen.ExportReconciliationResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	lines, err := store.ReconciliationLines(ctx, r.Id, 0, exportPage) // an error now is still an answer
	if err != nil {
		return nil, called("comparison", err)
	}
	rows := func(row func(cells ...any) error) error {
		err := row("Line", "What", "Id at Stripe", "Result", "Differs in", "Ledger", "Ledger currency", "Stripe", "Stripe currency", "Balance changed by",
			"When", "Payout", "Brand", "Account")
		if err != nil {
			return err
		}
		for len(lines) > 0 {
			for _, l := range lines {
				if err := row(lineCells(l)...); err != nil {
					return err
				}
			}
			if lines, err = store.ReconciliationLines(ctx, r.Id, lines[len(lines)-1].N, exportPage); err != nil {
				return fmt.Errorf("export a comparison: %w", err)
			}
		}
		return nil
	}
	return linesFile{sheetFile{name: "comparison-" + r.Id.String(), xlsx: isXLSX(r.Params.Format), title: "Comparison", rows: rows}}, nil
}

type linesFile struct{ sheetFile }

// VisitExportReconciliationResponse writes the file.
func (f linesFile) VisitExportReconciliationResponse(w http.ResponseWriter) error { return f.write(w) }

type casesFile struct{ sheetFile }

// VisitExportCasesResponse writes the file.
func (f casesFile) VisitExportCasesResponse(w http.ResponseWriter) error { return f.write(w) }

// ExportCases gives the list of differences as a table.
func (s *Server) ExportCases(ctx context.Context, r gen.ExportCasesRequestObject) (gen.ExportCasesResponseObject, error) {
	store, err := storeAs[BooksStore](s)
	if err != nil {
		return nil, err
	}
	filter := rapport.CaseFilter{State: string(value(r.Params.State)), Kind: string(value(r.Params.Kind)), Brand: r.Params.BrandId}
	f, err := listSheet(s, "differences", isXLSX(r.Params.Format),
		[]any{"Found", "What", "Result", "In words", "Differs in", "Ledger", "Ledger currency", "Stripe", "Stripe currency", "Id at Stripe", "Brand", "Creator", "State", "Owner", "Reason",
			"Closed by", "Closed", "Payout", "Id"},
		func(page rapport.Page) ([]rapport.ReconciliationCase, []string, error) {
			return store.ListCases(ctx, filter, page)
		}, caseCells)
	return casesFile{f}, err
}

func caseCells(c rapport.ReconciliationCase) []any {
	name := func(u *rapport.UserRef) string {
		if u == nil {
			return ""
		}
		return u.Name
	}
	return []any{
		c.FirstSeenAt, upperFirst(lineSingle[c.Noun]), rapport.Sentence(c.Kind), breakWords(rapport.WordsIn(""), c.Noun, c.Kind, c.Ours, c.Theirs), differText(c.Differs),
		knownMoney(c.Ours), currencyCode(c.Ours), knownMoney(c.Theirs), currencyCode(c.Theirs), c.Ref, c.BrandName, c.CreatorName, rapport.Sentence(c.State), name(c.Owner), c.Reason,
		name(c.ClosedBy), c.ClosedAt, someID(c.PayoutID), c.ID.String(),
	}
}

// knownMoney is a cell that stays empty for an amount that a side does not have.
func knownMoney(m rapport.Money) any {
	if m.Currency == "" {
		return ""
	}
	return m
}

// someID is a cell that stays empty for none.
func someID(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func differText(in []string) string {
	return strings.Join(each(in, func(d string) string { return differWords[d] }), "; ")
}

func lineCells(l rapport.ReconciliationLine) []any {
	net := rapport.Money{}
	if l.Net != nil {
		net = rapport.Money{Amount: *l.Net, Currency: cmp.Or(l.Theirs.Currency, l.Ours.Currency)}
	}
	return []any{
		strconv.Itoa(l.N), lineSingle[l.Kind], l.Ref, strings.ReplaceAll(l.Result, "_", " "), differText(l.Differs),
		knownMoney(l.Ours), currencyCode(l.Ours), knownMoney(l.Theirs), currencyCode(l.Theirs), knownMoney(net), l.At, someID(l.PayoutID), l.BrandName, l.Destination,
	}
}
