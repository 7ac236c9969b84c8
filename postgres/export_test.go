package postgres

import "context"

// SealLedgerBy seals in batches of a size.
func (s *Store) SealLedgerBy(ctx context.Context, batch int32) (int, error) {
	return s.sealLedger(ctx, batch)
}
