package postgres

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// EnterPostNumber writes a number of a post, which is never changed.
func (s *Store) EnterPostNumber(ctx context.Context, n rapport.PostNumber) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.InsertPostNumber(ctx, tx, gen.InsertPostNumberParams{
			ID: n.ID, DeliverableID: n.DeliverableID, Metric: string(n.Metric), Value: n.Value, StoodAt: n.StoodAt, Source: n.Source, Url: orNil(n.URL),
			EnteredBy: n.EnteredBy.ID, Brands: rapport.BrandsFrom(ctx),
		})
	})
}

// PostNumbers lists what is known of the numbers of a deliverable's post, the newest first, at most 500.
func (s *Store) PostNumbers(ctx context.Context, deliverable uuid.UUID) ([]rapport.PostNumber, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PostNumber, error) {
		rows, err := s.q.PostNumbers(ctx, tx, gen.PostNumbersParams{DeliverableID: deliverable, Brands: rapport.BrandsFrom(ctx)})
		list := make([]rapport.PostNumber, len(rows))
		for i, r := range rows {
			list[i] = rapport.PostNumber{
				ID: r.ID, DeliverableID: deliverable, Metric: rapport.Metric(r.Metric), Value: r.Value, StoodAt: r.StoodAt, Source: r.Source, URL: r.Url,
				EnteredBy: rapport.UserRef{ID: r.UserID, Name: r.Name}, EnteredAt: r.EnteredAt,
			}
		}
		return list, err
	})
}

// GiveBonus writes what a person gives on top of the contract, under a lock on the campaign. It answers invalid for another currency and
// where the budget has no room for it.
func (s *Store) GiveBonus(ctx context.Context, b rapport.GivenBonus) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		of, err := s.q.BudgetOfPartnership(ctx, tx, gen.BudgetOfPartnershipParams{ID: b.PartnershipID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return err
		}
		spoken, err := s.q.BudgetSpoken(ctx, tx, gen.BudgetSpokenParams{CampaignID: of.CampaignID})
		if err != nil {
			return err
		}
		if err := checkRoom(ctx, "amount", b.Amount, of.Currency, of.Budget-spoken); err != nil {
			return err
		}
		return s.q.InsertBonus(ctx, tx, gen.InsertBonusParams{
			ID: b.ID, BrandID: of.BrandID, PartnershipID: b.PartnershipID, DeliverableID: b.DeliverableID, Amount: b.Amount.Amount, Currency: b.Amount.Currency,
			Reason: b.Reason, GivenBy: b.By.ID,
		})
	})
}

// checkRoom refuses money that what is left of a campaign's budget does not hold, or in another currency; path is its field.
func checkRoom(ctx context.Context, path string, m rapport.Money, currency string, left int64) error {
	if m.Currency != currency {
		return rapport.Invalid(rapport.Field{Path: path + ".currency", Code: "other_currency", Detail: "It is in the currency of the campaign's budget."})
	}
	if m.Amount > left {
		return rapport.Invalid(rapport.Field{
			Path: path + ".amount", Code: "over_budget",
			Detail: "The campaign's budget has " + rapport.WordsFor(ctx, "en").Money(rapport.Money{Amount: max(left, 0), Currency: currency}) + " left. Finance can raise it.",
		})
	}
	return nil
}

// threshold is what a milestone's columns ask of a number; nil without a metric.
func threshold(metric string, atLeast int64, withinDays int32) *rapport.Threshold {
	if metric == "" {
		return nil
	}
	return &rapport.Threshold{Metric: rapport.Metric(metric), AtLeast: atLeast, WithinDays: int(withinDays)}
}

// number is what a post was last known to have; below zero stands for nothing known.
func number(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

// numberAt is when that number stood there.
func numberAt(n int64, at time.Time) *time.Time {
	if n < 0 {
		return nil
	}
	return &at
}

// withBonuses says after a fee what the bonuses of an offer may come to.
func withBonuses(say rapport.Words, sum rapport.Money) string {
	if sum.Amount == 0 {
		return ""
	}
	return " and bonuses of " + say.Money(sum)
}
