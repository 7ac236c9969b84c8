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

// ChangesUntil is the position up to which everything that changed can be read, and nothing will be added.
func (s *Store) ChangesUntil(ctx context.Context) (int64, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (int64, error) { return s.q.ChangesUntil(ctx, tx) })
}

// ChangesBetween lists what changed after one and before another position, in the brands of the scope and for everybody. It
// looks back as far as back; what began before is not found.
func (s *Store) ChangesBetween(ctx context.Context, after rapport.ChangePosition, until int64, back time.Duration, limit int) ([]rapport.ChangeEvent, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ChangeEvent, error) {
		rows, err := s.q.ChangesBetween(ctx, tx, gen.ChangesBetweenParams{
			BackSeconds: back.Seconds(), FromXid: after.Xid, AfterID: after.ID, UntilXid: until, MaxRows: int32(limit),
		})
		if err != nil {
			return nil, fmt.Errorf("changes: %w", err)
		}
		list := make([]rapport.ChangeEvent, len(rows))
		for i, r := range rows {
			list[i] = rapport.ChangeEvent{Position: rapport.ChangePosition{Xid: r.Xid, ID: r.ID}, Noun: r.Noun, Ref: r.Ref, At: r.At}
			if r.BrandID != nil {
				list[i].BrandID = *r.BrandID
			}
		}
		return list, nil
	})
}

// ChangeKept says whether a change of the scope is still kept, so that what came after it is, too.
func (s *Store) ChangeKept(ctx context.Context, p rapport.ChangePosition) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		return s.q.ChangeKept(ctx, tx, gen.ChangeKeptParams{ID: p.ID, Xid: p.Xid})
	})
}

// BrandsOfListener are the brands that a session, by the hash of its token, or an API token reaches now; none when it has ended.
func (s *Store) BrandsOfListener(ctx context.Context, session []byte, token *uuid.UUID, idle time.Duration) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) {
		return s.q.BrandsOfListener(ctx, tx, gen.BrandsOfListenerParams{SessionHash: session, TokenID: token, IdleSeconds: idle.Seconds()})
	})
}
