package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// SeqOf is the seq that the pages of a partnership, review or payout of the scope show.
func (s *Store) SeqOf(ctx context.Context, kind string, id uuid.UUID) (int64, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (int64, error) {
		brands := rapport.BrandsFrom(ctx)
		switch kind {
		case "partnership":
			return s.q.PartnershipSeq(ctx, tx, gen.PartnershipSeqParams{ID: id, Brands: brands})
		case "review":
			return s.q.ReviewSeq(ctx, tx, gen.ReviewSeqParams{ID: id, Brands: brands})
		case "reversal":
			return s.q.ReversalSeq(ctx, tx, gen.ReversalSeqParams{ID: id, Brands: brands})
		case "payout":
			return s.q.PayoutSeq(ctx, tx, gen.PayoutSeqParams{ID: id, Brands: brands})
		}
		return 0, fmt.Errorf("unknown kind %q", kind)
	})
}
