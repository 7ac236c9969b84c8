package api

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"

	"rapport"
	"rapport/api/gen"
)

// exportPage is how many payouts are read at once for an export.
const exportPage = 500

// ExportPayouts writes the filtered payouts as CSV while they are read, however many they are.
func (s *Server) ExportPayouts(ctx context.Context, r gen.ExportPayoutsRequestObject) (gen.ExportPayoutsResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	filter, err := payoutFilter(r.Params.BrandId, r.Params.CampaignId, nil, r.Params.State)
	if err != nil {
		return nil, err
	}
	filter.Lane = string(value(r.Params.Lane))
	first, next, err := store.ListPayouts(ctx, filter, rapport.Page{Limit: exportPage}) // an error now is still an answer
	if err != nil {
		return nil, err
	}
	return exportAnswer{ctx: ctx, store: store, filter: filter, items: first, next: next, name: "payouts-" + s.today().Format("2006-01-02") + ".csv"}, nil
}

// exportAnswer is a CSV on its way out.
type exportAnswer struct {
	ctx    context.Context
	store  PayoutStore
	filter rapport.PayoutFilter
	items  []rapport.PayoutItem
	next   []string
	name   string
}

// VisitExportPayoutsResponse writes page after page. What fails on the way cuts the file off, which the client sees.
func (a exportAnswer) VisitExportPayoutsResponse(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", attachment(a.name, "payouts.csv"))
	w.WriteHeader(http.StatusOK)
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // spreadsheets take a file without it for another encoding
		return err //nolint:wrapcheck // a client that went away
	}
	out := csv.NewWriter(w)
	write := func(cells ...string) error {
		for i := range cells {
			cells[i] = safeCell(cells[i])
		}
		return out.Write(cells)
	}
	if err := write("Payout", "Due", "Brand", "Campaign", "Creator", "Milestone", "Amount", "Currency", "State", "Held because", "Paid", "Partnership"); err != nil {
		return err
	}
	for {
		for _, p := range a.items {
			amount, currency, _ := strings.Cut(p.Amount.String(), " ")
			paid := ""
			if p.PaidAt != nil {
				paid = p.PaidAt.UTC().Format("2006-01-02T15:04:05Z")
			}
			err := write(p.ID.String(), p.DueAt.UTC().Format("2006-01-02T15:04:05Z"), p.BrandName, p.CampaignName, p.Creator.Name, p.MilestoneTitle,
				amount, currency, string(p.State), heldWords(p), paid, p.PartnershipID.String())
			if err != nil {
				return err
			}
		}
		out.Flush()
		if err := out.Error(); err != nil || len(a.next) == 0 {
			return err //nolint:wrapcheck // a client that went away
		}
		var err error
		if a.items, a.next, err = a.store.ListPayouts(a.ctx, a.filter, rapport.Page{Limit: exportPage, After: a.next}); err != nil {
			return fmt.Errorf("export payouts: %w", err)
		}
	}
}

// safeCell keeps a spreadsheet from taking a text for a formula.
func safeCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
