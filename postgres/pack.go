package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// PackEntries reads all that the money and the rights of a partnership of the scope rest on, at one moment.
func (s *Store) PackEntries(ctx context.Context, partnership uuid.UUID) (entries []rapport.PackEntry, err error) {
	err = s.AtOneMoment(ctx, func(ctx context.Context) error {
		return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
			rows, err := s.q.PackRecords(ctx, tx, gen.PackRecordsParams{PartnershipID: partnership, Brands: rapport.BrandsFrom(ctx)})
			if err == nil && len(rows) == 0 {
				err = pgx.ErrNoRows
			}
			entries = make([]rapport.PackEntry, len(rows))
			for i, r := range rows {
				entries[i] = rapport.PackEntry{Kind: r.Kind, Body: r.Body}
			}
			return err
		})
	})
	return entries, err
}
