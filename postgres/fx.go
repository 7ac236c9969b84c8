package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// AddFXQuote keeps a rate that a person of finance entered for a brand of the scope, and answers it as it is kept.
func (s *Store) AddFXQuote(ctx context.Context, q rapport.FXQuote) (rapport.FXQuote, error) {
	q.ID = newID()
	kept, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.FXQuote, error) {
		if err := s.inScope(ctx, tx, q.BrandID); err != nil {
			return q, err
		}
		err := s.q.InsertFXQuote(ctx, tx, gen.InsertFXQuoteParams{
			ID: q.ID, BrandID: q.BrandID, Base: q.Base, Quote: q.Quote, Rate: string(q.Rate), Source: q.Source, OnDay: q.OnDay, EnteredBy: q.EnteredBy,
		})
		if err != nil {
			return q, fmt.Errorf("keep the rate: %w", err)
		}
		err = s.audit(ctx, tx, q.EnteredBy, "fx_quote.entered", q.ID, map[string]any{"brand_id": q.BrandID, "base": q.Base, "quote": q.Quote, "rate": q.Rate, "on_day": q.OnDay.Format(time.DateOnly)})
		if err != nil {
			return q, err
		}
		rows, err := s.q.FXQuotes(ctx, tx, gen.FXQuotesParams{Brands: rapport.BrandsFrom(ctx), ID: &q.ID, MaxRows: 1})
		if err != nil {
			return q, fmt.Errorf("read the rate that was kept: %w", err)
		}
		return toFXQuote(rows[0]), nil
	})
	if refused, ok := errors.AsType[*rapport.Error](err); ok && refused.Reason == "RA085" {
		return q, rapport.Invalid(rapport.Field{Path: "on_day", Code: "in_future", Detail: "This day has not begun at the brand. Give the day that the rate is of."})
	}
	return kept, err
}

func toFXQuote(r gen.FXQuotesRow) rapport.FXQuote {
	return rapport.FXQuote{
		ID: r.ID, BrandID: r.BrandID, BrandName: r.BrandName, Base: r.Base, Quote: r.Quote, Rate: rapport.Rate(r.Rate), Source: r.Source, OnDay: r.OnDay,
		EnteredBy: r.EnteredBy, EnteredByName: r.EnteredByName, EnteredAt: r.EnteredAt, Payments: int(r.Payments),
	}
}

// FXQuotes lists the rates of the brands of the scope, or of one of them, those of the newest day first.
func (s *Store) FXQuotes(ctx context.Context, brand *uuid.UUID, page rapport.Page) ([]rapport.FXQuote, []string, error) {
	params := gen.FXQuotesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterDay, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.FXQuote, error) {
		rows, err := s.q.FXQuotes(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].OnDay, rows[len(rows)-1].ID)
		}
		list := make([]rapport.FXQuote, len(rows))
		for i, r := range rows {
			list[i] = toFXQuote(r)
		}
		return list, err
	})
	return list, next, err
}

// payee is who got money of whom.
type payee struct{ brand, creator uuid.UUID }

// countYears adds to the payees of a page what they got in other currencies than that of their country's threshold.
func (s *Store) countYears(ctx context.Context, tx pgx.Tx, year int, page []rapport.PayeeYear) error {
	params := gen.PayeeYearPaymentsParams{Brands: rapport.BrandsFrom(ctx), Year: int32(year), NextYear: int32(year + 1)}
	for _, y := range page {
		params.PageBrands, params.PageCreators = append(params.PageBrands, y.BrandID), append(params.PageCreators, y.CreatorID)
	}
	rows, err := s.q.PayeeYearPayments(ctx, tx, params)
	if err != nil {
		return fmt.Errorf("payments of the year: %w", err)
	}
	counted := map[payee]*rapport.CountedYear{}
	for _, r := range rows {
		who := payee{r.BrandID, r.CreatorID}
		if counted[who] == nil {
			counted[who] = rapport.NewCountedYear(rapport.Money{Amount: r.Threshold, Currency: r.ThresholdCurrency})
		}
		if err := counted[who].Add(toConversion(r)); err != nil {
			return fmt.Errorf("count payment %s: %w", r.ID, err)
		}
	}
	for i, y := range page {
		if found := counted[payee{y.BrandID, y.CreatorID}]; found != nil && len(found.Conversions) > 0 {
			page[i].Counted = found
		}
	}
	return nil
}

func toConversion(r gen.PayeeYearPaymentsRow) rapport.Conversion {
	c := rapport.Conversion{PayoutID: r.ID, PaidOn: r.PaidOn, Amount: rapport.Money{Amount: r.Net, Currency: r.Currency}}
	if r.QuoteID != uuid.Nil {
		c.Quote = &rapport.FXQuote{ID: r.QuoteID, BrandID: r.BrandID, Base: r.Base, Quote: r.Quote, Rate: rapport.Rate(r.Rate), Source: r.Source, OnDay: r.OnDay}
	}
	if r.UsedAt.Unix() != 0 {
		c.UsedAt = &r.UsedAt
	}
	return c
}

// UseFXQuotes remembers that a report which a person takes away counts payments of the scope at rates.
func (s *Store) UseFXQuotes(ctx context.Context, used []rapport.Conversion, by uuid.UUID) error {
	params := gen.UseFXQuotesParams{UsedBy: by, Brands: rapport.BrandsFrom(ctx)}
	for _, c := range used {
		if c.Quote == nil {
			continue
		}
		params.Quotes, params.Payouts = append(params.Quotes, c.Quote.ID), append(params.Payouts, c.PayoutID)
		params.Amounts, params.Currencies = append(params.Amounts, c.Converted.Amount), append(params.Currencies, c.Converted.Currency)
	}
	if len(params.Quotes) == 0 {
		return nil
	}
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.q.UseFXQuotes(ctx, tx, params) })
}
