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

// ExportReconciliation writes every line of a comparison as CSV while they are read, the matched ones too.
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
	return linesFile{sheetFile{name: "comparison-" + r.Id.String(), title: "Comparison", rows: rows}}, nil
}

type linesFile struct{ sheetFile }

// VisitExportReconciliationResponse writes the file.
func (f linesFile) VisitExportReconciliationResponse(w http.ResponseWriter) error { return f.write(w) }

func lineCells(l rapport.ReconciliationLine) []any {
	amount := func(m rapport.Money) any {
		if m.Currency == "" {
			return ""
		}
		return m
	}
	some := func(id uuid.UUID) string {
		if id == uuid.Nil {
			return ""
		}
		return id.String()
	}
	net := rapport.Money{}
	if l.Net != nil {
		net = rapport.Money{Amount: *l.Net, Currency: cmp.Or(l.Theirs.Currency, l.Ours.Currency)}
	}
	differs := strings.Join(each(l.Differs, func(d string) string { return differWords[d] }), "; ")
	return []any{
		strconv.Itoa(l.N), lineSingle[l.Kind], l.Ref, strings.ReplaceAll(l.Result, "_", " "), differs,
		amount(l.Ours), currencyCode(l.Ours), amount(l.Theirs), currencyCode(l.Theirs), amount(net), l.At, some(l.PayoutID), some(l.BrandID), l.Destination,
	}
}
