package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// DoNotContact tells every partnership of the creator, of all brands, that nothing more may be sent.
func (s *Store) DoNotContact(ctx context.Context, creator uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := s.q.CreatorPartnerships(ctx, tx, creator)
		if err != nil {
			return fmt.Errorf("partnerships: %w", err)
		}
		for _, p := range rows {
			sig := rapport.Signal{ID: newID(), Kind: rapport.SignalMail, Code: "unsubscribe"}
			if err := s.signal(ctx, tx, "partnership", p.ID, p.BrandID, sig); err != nil {
				return err
			}
		}
		return nil
	})
}

// tellDates tells partnerships that a date which stands outside of them may have moved, so that what starts by it is armed anew.
func (s *Store) tellDates(ctx context.Context, tx pgx.Tx, who gen.PartnershipsWithDatesParams) error {
	rows, err := s.q.PartnershipsWithDates(ctx, tx, who)
	if err != nil {
		return fmt.Errorf("partnerships: %w", err)
	}
	for _, p := range rows {
		if err := s.signal(ctx, tx, "partnership", p.ID, p.BrandID, rapport.Signal{ID: newID(), Kind: rapport.SignalDates}); err != nil {
			return err
		}
	}
	return nil
}
