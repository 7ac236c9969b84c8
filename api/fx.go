package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// FXStore keeps rates of exchange and what they were used for.
type FXStore interface {
	AddFXQuote(ctx context.Context, q rapport.FXQuote) (rapport.FXQuote, error)
	FXQuotes(ctx context.Context, brand *uuid.UUID, page rapport.Page) ([]rapport.FXQuote, []string, error)
	UseFXQuotes(ctx context.Context, used []rapport.Conversion, by uuid.UUID) error
}

// ListFxQuotes lists the rates that were entered.
func (s *Server) ListFxQuotes(ctx context.Context, r gen.ListFxQuotesRequestObject) (gen.ListFxQuotesResponseObject, error) {
	store, err := storeAs[FXStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	quotes, next, err := store.FXQuotes(ctx, r.Params.BrandId, page)
	if err != nil {
		return nil, err
	}
	return gen.ListFxQuotes200JSONResponse{Items: each(quotes, toFxQuote), NextCursor: cursorOf(next)}, nil
}

func toFxQuote(q rapport.FXQuote) gen.FxQuote {
	return gen.FxQuote{
		Id: q.ID, BrandId: q.BrandID, BrandName: q.BrandName, Base: q.Base, Quote: q.Quote, Rate: string(q.Rate), Source: q.Source, OnDay: openapi_types.Date{Time: q.OnDay},
		EnteredBy: q.EnteredByName, EnteredAt: q.EnteredAt, Payments: q.Payments,
	}
}

// CreateFxQuote keeps a rate that a person of finance enters.
func (s *Server) CreateFxQuote(ctx context.Context, r gen.CreateFxQuoteRequestObject) (gen.CreateFxQuoteResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	q := rapport.FXQuote{
		BrandID: r.Body.BrandId, Base: strings.ToLower(r.Body.Base), Quote: strings.ToLower(r.Body.Quote), Rate: rapport.Rate(strings.TrimSpace(r.Body.Rate)),
		Source: strings.TrimSpace(r.Body.Source), OnDay: r.Body.OnDay.Time, EnteredBy: principalFrom(ctx).UserID,
	}
	if bad := q.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	store, err := storeAs[FXStore](s)
	if err != nil {
		return nil, err
	}
	if q, err = store.AddFXQuote(ctx, q); err != nil {
		return nil, called("brand", err)
	}
	return gen.CreateFxQuote201JSONResponse(toFxQuote(q)), nil
}

// toCounted shows what a payee got in every currency; nil where nothing was paid in another than the threshold's.
func toCounted(y *rapport.CountedYear) *gen.PayeeYearCounted {
	if y == nil {
		return nil
	}
	shown := gen.PayeeYearCounted{
		Threshold: toMoney(y.Threshold), Total: toMoney(y.Total), Converted: toMoney(y.Converted), Quotes: y.Quotes(), Stands: gen.PayeeStands(y.Stands()),
		Conversions: make([]gen.FxConversion, len(y.Conversions)),
	}
	for i, c := range y.Conversions {
		one := gen.FxConversion{PayoutId: c.PayoutID, PaidOn: openapi_types.Date{Time: c.PaidOn}, Amount: toMoney(c.Amount), UsedAt: c.UsedAt}
		if c.Quote == nil {
			shown.NotCounted++
			one.NotCounted = orNil(noRate(c, y.Threshold.Currency))
		} else {
			converted := toMoney(c.Converted)
			one.Converted, one.Rate, one.Source, one.RateOn = &converted, orNil(c.Quote.String()), orNil(c.Quote.Source), &openapi_types.Date{Time: c.Quote.OnDay}
		}
		shown.Conversions[i] = one
	}
	return &shown
}

// noRate says why a payment is not counted.
func noRate(c rapport.Conversion, to string) string {
	return fmt.Sprintf("Not counted: no rate between %s and %s on or before %s", currencyCode(c.Amount), strings.ToUpper(to), c.PaidOn.Format("2 January 2006"))
}

// yearHeads are the columns of a year's file. Those behind the brand's id are about payments in other currencies.
func yearHeads() []any {
	return []any{
		"Year", "Creator", "Country", "Brand", "Payments", "Paid", "Came back", "Net", "Currency", "Threshold", "Stands", "Creator id", "Brand id",
		"All in the threshold's currency", "Of which converted", "Threshold's currency", "Stands with all",
		"Converted payment", "Paid on", "Amount", "Counts as", "Rate", "Day of the rate", "Source of the rate",
	}
}

// yearRows writes a payee's line and, where it counts payments in other currencies, a line for each of them with its rate.
func yearRows(year int, y rapport.PayeeYear, counted *rapport.CountedYear, row func(cells ...any) error) error {
	line := []any{year, y.CreatorName, y.Country, y.BrandName, y.Payments, y.Paid, y.Reversed, y.Net(), currencyCode(y.Paid), "", y.Stands, y.CreatorID.String(), y.BrandID.String()}
	if y.Threshold != nil {
		line[9] = *y.Threshold
	}
	if counted == nil {
		return row(append(line, "", "", "", "", "", "", "", "", "", "", "")...)
	}
	code := currencyCode(counted.Threshold)
	if err := row(append(line, counted.Total, counted.Converted, code, counted.Stands(), "", "", "", "", "", "", "")...); err != nil {
		return err
	}
	for _, c := range counted.Conversions {
		var as any = ""
		rate, day, source := noRate(c, counted.Threshold.Currency), "", ""
		if c.Quote != nil {
			as, rate, day, source = c.Converted, c.Quote.String(), c.Quote.OnDay.Format(time.DateOnly), c.Quote.Source
		}
		err := row(year, y.CreatorName, y.Country, y.BrandName, "", "", "", "", currencyCode(c.Amount), "", "", y.CreatorID.String(), y.BrandID.String(),
			"", "", code, "", c.PayoutID.String(), c.PaidOn.Format(time.DateOnly), c.Amount, as, rate, day, source)
		if err != nil {
			return err
		}
	}
	return nil
}
