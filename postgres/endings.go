package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// EndingMoney is what ending a partnership of the scope would give back to the budget of its campaign, in the campaign's currency, and what the
// creator owes the brand back; nil where that is nothing.
func (s *Store) EndingMoney(ctx context.Context, partnership uuid.UUID, e rapport.Ending) (freed rapport.Money, owedBack *rapport.Money, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		of, err := s.q.PaysWhom(ctx, tx, gen.PaysWhomParams{ID: partnership, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return fmt.Errorf("currency: %w", err)
		}
		revoked := []uuid.UUID{}
		for _, m := range e.Money {
			if m.Outcome == rapport.EndedRevoked {
				revoked = append(revoked, m.ID)
			}
		}
		freed.Currency = of.Currency
		if freed.Amount, err = s.q.FreedByEnding(ctx, tx, gen.FreedByEndingParams{Offers: append([]uuid.UUID{}, e.Offers...), Revoked: revoked, PartnershipID: partnership}); err != nil {
			return fmt.Errorf("freed budget: %w", err)
		}
		owed, err := s.q.OwedBack(ctx, tx, gen.OwedBackParams{ID: partnership, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return fmt.Errorf("owed back: %w", err)
		}
		if owed.Amount > 0 {
			owedBack = moneyOrNil(owed.Amount, owed.Currency)
		}
		return nil
	})
	return freed, owedBack, err
}
