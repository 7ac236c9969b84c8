package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
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
