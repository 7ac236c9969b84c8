package api

import (
	"context"
	"fmt"
	"net/http"

	"rapport"
	"rapport/api/gen"
)

// exportPage is how many rows are read at once for an export.
const exportPage = 500

// readPages reads the first page, because an error now is still an answer, and gives what hands over every item of it and of those that follow.
func readPages[T any](read func(page rapport.Page) ([]T, []string, error)) (func(each func(T) error) error, error) {
	items, next, err := read(rapport.Page{Limit: exportPage})
	if err != nil {
		return nil, err
	}
	return func(each func(T) error) error {
		for {
			for _, item := range items {
				if err := each(item); err != nil {
					return err
				}
			}
			if len(next) == 0 {
				return nil
			}
			if items, next, err = read(rapport.Page{Limit: exportPage, After: next}); err != nil {
				return fmt.Errorf("export: %w", err)
			}
		}
	}, nil
}

// ExportPayouts writes the filtered payouts as a table while they are read, however many they are.
func (s *Server) ExportPayouts(ctx context.Context, r gen.ExportPayoutsRequestObject) (gen.ExportPayoutsResponseObject, error) {
	store, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	filter, err := payoutFilter(gen.ListPayoutsParams{
		Q: r.Params.Q, BrandId: r.Params.BrandId, CampaignId: r.Params.CampaignId, CreatorId: r.Params.CreatorId, DueFrom: r.Params.DueFrom, DueTo: r.Params.DueTo,
		PaidFrom: r.Params.PaidFrom, PaidTo: r.Params.PaidTo, State: r.Params.State, Lane: r.Params.Lane,
	})
	if err != nil {
		return nil, err
	}
	payouts, err := readPages(func(page rapport.Page) ([]rapport.PayoutItem, []string, error) {
		items, next, err := store.ListPayouts(ctx, filter, page)
		if err == nil {
			err = store.AddPayoutPapers(ctx, items)
		}
		return items, next, err
	})
	if err != nil {
		return nil, err
	}
	rows := func(row func(cells ...any) error) error {
		err := row("Payout", "Due", "Brand", "Campaign", "Creator", "Milestone", "Amount", "Kept", "Sent", "Came back", "Currency", "State", "Waits for", "Held because", "Paid",
			"Paid by", "Reference", "Contract", "Prepared by", "Released by", "Partnership")
		if err != nil {
			return err
		}
		return payouts(func(p rapport.PayoutItem) error {
			return row(p.ID.String(), p.DueAt, p.BrandName, p.CampaignName, p.Creator.Name, p.MilestoneTitle,
				p.Amount, partMoney(p, p.Kept), p.Sent(), partMoney(p, p.CameBack), currencyCode(p.Amount), string(p.State), payoutWaits(rapport.WordsIn(""), p), heldWords(rapport.WordsIn(""), p),
				p.PaidAt, paidThrough(p), orText(p.OfflineReference, p.TransferID), p.Contract, p.PreparedBy, p.ReleasedBy, p.PartnershipID.String())
		})
	}
	return payoutsFile{sheetFile{name: "payouts-" + s.today().Format("2006-01-02"), xlsx: isXLSX(r.Params.Format), title: "Payouts", rows: rows}}, nil
}

// paidThrough says who pays a payout, as a cell.
func paidThrough(p rapport.PayoutItem) string { return orText(rapport.OfflineWay(p.Offline), "Stripe") }

// partMoney is a part of a payout's money, as a cell.
func partMoney(p rapport.PayoutItem, part int64) rapport.Money {
	return rapport.Money{Amount: part, Currency: p.Amount.Currency}
}

type payoutsFile struct{ sheetFile }

// VisitExportPayoutsResponse writes the file.
func (f payoutsFile) VisitExportPayoutsResponse(w http.ResponseWriter) error { return f.write(w) }
