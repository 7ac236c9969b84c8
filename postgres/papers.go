package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// Remittance finds what a paper about a payout of the scope says.
func (s *Store) Remittance(ctx context.Context, payout uuid.UUID) (rapport.Remittance, error) {
	return s.remittance(ctx, gen.RemittanceParams{Brands: rapport.BrandsFrom(ctx), ID: &payout})
}

// PortalRemittance finds what a paper about the payout of a partnership's milestone says.
func (s *Store) PortalRemittance(ctx context.Context, partnership, milestone uuid.UUID) (rapport.Remittance, error) {
	return s.remittance(ctx, gen.RemittanceParams{Brands: rapport.BrandsFrom(ctx), MilestoneID: &milestone, PartnershipID: &partnership})
}

func (s *Store) remittance(ctx context.Context, params gen.RemittanceParams) (rapport.Remittance, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Remittance, error) {
		r, err := s.q.Remittance(ctx, tx, params)
		return rapport.Remittance{
			PayoutID: r.ID, State: rapport.PayoutState(r.State), BrandName: r.BrandName, PostalAddress: r.PostalAddress, Zone: r.Zone, CreatorName: r.CreatorName,
			CampaignName: r.CampaignName, MilestoneTitle: r.Title, ContractNumber: r.Number, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency},
			Netted: rapport.Money{Amount: r.Netted, Currency: r.Currency}, Difference: rapport.Money{Amount: r.Difference, Currency: r.Currency},
			Reversed: rapport.Money{Amount: r.Recovered, Currency: r.Currency}, MadeGood: rapport.Money{Amount: r.AmountReversed - r.Recovered, Currency: r.Currency},
			TransferID: r.TransferID, Outside: paidBy(r.OfflineMethod, r.OfflineReference), DueAt: r.DueAt, PaidAt: r.PaidAt,
		}, err
	})
}

// maxStatement is how many lines one statement may have. What is cut off would make its closing balance wrong.
const maxStatement = 5000

// Statement reads what a brand of the scope came to owe a creator and paid, from day to day of the brand's zone. It answers invalid for a period
// with more lines than a statement may have.
func (s *Store) Statement(ctx context.Context, brand, creator uuid.UUID, from, to time.Time) (rapport.Statement, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Statement, error) {
		brands := rapport.BrandsFrom(ctx)
		r, err := s.q.StatementParties(ctx, tx, gen.StatementPartiesParams{BrandID: brand, Brands: brands, CreatorID: creator})
		if err != nil {
			return rapport.Statement{}, err
		}
		found := rapport.Statement{BrandName: r.BrandName, PostalAddress: r.PostalAddress, CreatorName: r.CreatorName, Zone: r.Zone, From: from, To: to}
		opening, err := s.q.StatementOpening(ctx, tx, gen.StatementOpeningParams{BrandID: brand, Brands: brands, Zone: r.Zone, FromDay: from, CreatorID: creator.String()})
		if err != nil {
			return found, fmt.Errorf("opening: %w", err)
		}
		at := map[string]int{}
		account := func(currency string, opening int64) *rapport.StatementAccount {
			if _, ok := at[currency]; !ok {
				at[currency] = len(found.Accounts)
				found.Accounts = append(found.Accounts, rapport.NewStatementAccount(rapport.Money{Amount: opening, Currency: currency}))
			}
			return &found.Accounts[at[currency]]
		}
		for _, o := range opening {
			account(o.Currency, o.Amount)
		}
		lines, err := s.q.StatementLines(ctx, tx, gen.StatementLinesParams{
			Zone: r.Zone, BrandID: brand, Brands: brands, FromDay: from, DayAfter: to.AddDate(0, 0, 1), CreatorID: creator.String(), MaxRows: maxStatement + 1,
		})
		if len(lines) > maxStatement {
			return rapport.Statement{}, rapport.Invalid(rapport.Field{Path: "to", Code: "too_many", Detail: "This period has more than 5,000 lines. Choose a shorter one."})
		}
		for _, l := range lines {
			account(l.Currency, 0).Add(rapport.StatementLine{
				ID: l.ID, Kind: l.Kind, At: l.At, Day: l.Day, MilestoneTitle: l.MilestoneTitle, ContractNumber: l.ContractNumber, Reference: l.ExternalRef,
				Outside: paidBy(l.OfflineMethod, l.OfflineReference),
				Amount:  rapport.Money{Amount: l.Amount, Currency: l.Currency},
			})
		}
		return found, err
	})
}

// PayeeYears lists what payees got of the brands of the scope in a year, by name.
func (s *Store) PayeeYears(ctx context.Context, f rapport.PayeeYearFilter, page rapport.Page) ([]rapport.PayeeYear, []string, error) {
	params := gen.YearToDateParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, Year: int32(f.Year), NextYear: int32(f.Year + 1), Country: f.Country, Stands: noNil(f.Stands), MaxRows: int32(page.Limit + 1),
	}
	if page.After != nil {
		if len(page.After) != 4 {
			return nil, nil, errCursor()
		}
		creator, errCreator := uuid.Parse(page.After[1])
		brand, errBrand := uuid.Parse(page.After[2])
		if errCreator != nil || errBrand != nil {
			return nil, nil, errCursor()
		}
		params.AfterName, params.AfterCreator, params.AfterBrand, params.AfterCurrency = &page.After[0], &creator, &brand, &page.After[3]
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayeeYear, error) {
		rows, err := s.q.YearToDate(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			last := rows[len(rows)-1]
			next = []string{last.CreatorName, last.CreatorID.String(), last.BrandID.String(), last.Currency}
		}
		list := make([]rapport.PayeeYear, len(rows))
		for i, r := range rows {
			in := func(amount int64) rapport.Money { return rapport.Money{Amount: amount, Currency: r.Currency} }
			list[i] = rapport.PayeeYear{
				BrandID: r.BrandID, BrandName: r.BrandName, CreatorID: r.CreatorID, CreatorName: r.CreatorName, Country: r.Country,
				Paid: in(r.Paid), Reversed: in(r.Reversed), Payments: int(r.Payments), Stands: r.Stands, ThresholdID: r.ThresholdID,
			}
			if r.Threshold != nil {
				threshold := in(*r.Threshold)
				list[i].Threshold = &threshold
			}
		}
		if err != nil || len(list) == 0 {
			return list, err
		}
		return list, s.countYears(ctx, tx, f.Year, list)
	})
	return list, next, err
}

// PayeeThresholds lists the thresholds that are kept for a year.
func (s *Store) PayeeThresholds(ctx context.Context, year int) ([]rapport.PayeeThreshold, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PayeeThreshold, error) {
		rows, err := s.q.PayeeThresholds(ctx, tx, int32(year))
		list := make([]rapport.PayeeThreshold, len(rows))
		for i, r := range rows {
			list[i] = rapport.PayeeThreshold{ID: r.ID, Country: r.Country, Form: r.Form, FromYear: int(r.FromYear), Note: r.Note, Source: r.Source, SourceOn: r.SourceOn}
			if r.ToYear != nil {
				list[i].ToYear = int(*r.ToYear)
			}
			if r.Amount != nil {
				list[i].Amount = &rapport.Money{Amount: *r.Amount, Currency: r.Currency}
			}
		}
		return list, err
	})
}

// MoneyHistory lists what was done about money and rights in the scope, newest first. What belongs to no brand is told to those who share one
// with whoever did it.
func (s *Store) MoneyHistory(ctx context.Context, f rapport.HistoryFilter, page rapport.Page) ([]rapport.HistoryItem, []string, error) {
	params := gen.MoneyHistoryParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, UserID: f.UserID, PayoutID: f.PayoutID, Action: f.Action, Noun: f.Noun,
		FromDay: f.From, DayAfter: f.To.AddDate(0, 0, 1), MaxRows: int32(page.Limit + 1),
	}
	if page.After != nil {
		if len(page.After) != 2 {
			return nil, nil, errCursor()
		}
		at, err := time.Parse(time.RFC3339Nano, page.After[0])
		if err != nil {
			return nil, nil, errCursor()
		}
		params.AfterAt, params.AfterKey = &at, &page.After[1]
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.HistoryItem, error) {
		rows, err := s.q.MoneyHistory(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = []string{rows[len(rows)-1].At.UTC().Format(time.RFC3339Nano), rows[len(rows)-1].Key}
		}
		list := make([]rapport.HistoryItem, len(rows))
		for i, r := range rows {
			list[i] = rapport.HistoryItem{
				Key: r.Key, At: r.At, ActorID: r.Actor, ActorName: r.ActorName, Action: r.Action, Noun: r.Noun, Subject: r.Subject, BrandID: r.BrandID, BrandName: r.BrandName,
				PartnershipID: some(r.PartnershipID), About: r.About, Reason: r.Reason, Detail: r.Detail,
			}
			if r.Currency != "" {
				list[i].Amount = &rapport.Money{Amount: r.Amount, Currency: r.Currency}
			}
		}
		return list, err
	})
	return list, next, err
}

// PartnershipFiles lists the files of the kinds that a partnership of the scope has, newest first.
func (s *Store) PartnershipFiles(ctx context.Context, partnership, viewer uuid.UUID, kinds []string, page rapport.Page) ([]rapport.PartnershipFile, []string, error) {
	params := gen.ListPartnershipFilesParams{PartnershipID: partnership, Viewer: viewer, Kinds: kinds, Brands: rapport.BrandsFrom(ctx), MaxRows: int32(page.Limit + 1)}
	if page.After != nil {
		if len(page.After) != 2 {
			return nil, nil, errCursor()
		}
		at, err := time.Parse(time.RFC3339Nano, page.After[0])
		if err != nil {
			return nil, nil, errCursor()
		}
		params.AfterAt, params.AfterKey = at, &page.After[1]
	}
	var next []string
	files, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PartnershipFile, error) {
		if _, err := s.q.PartnershipSeq(ctx, tx, gen.PartnershipSeqParams{ID: partnership, Brands: rapport.BrandsFrom(ctx)}); err != nil {
			return nil, err
		}
		rows, err := s.q.ListPartnershipFiles(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			last := rows[len(rows)-1]
			next = []string{last.At.UTC().Format(time.RFC3339Nano), last.Key}
		}
		files := make([]rapport.PartnershipFile, len(rows))
		for i, r := range rows {
			files[i] = rapport.PartnershipFile{Key: r.Key, Kind: r.Kind, ID: r.ID, N: int(r.N), Name: r.Name, About: r.About, At: r.At, By: r.ByName}
			if r.Size >= 0 {
				files[i].Size = &r.Size
			}
		}
		return files, err
	})
	return files, next, err
}
