package postgres

import (
	"context"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// BanCreator tells every partnership of the creator, of all brands, that a ban was set or lifted.
func (s *Store) BanCreator(ctx context.Context, creator uuid.UUID, banned bool, by uuid.UUID) error {
	kind := rapport.CmdUnban
	if banned {
		kind = rapport.CmdBan
	}
	return s.tell(ctx, creator, func(ctx context.Context, tx pgx.Tx, p gen.CreatorPartnershipsRow) error {
		cmd := rapport.Command{ID: newID(), Kind: kind, Actor: by}
		return s.q.InsertOutbox(ctx, tx, gen.InsertOutboxParams{
			ID: cmd.ID, BrandID: &p.BrandID, Kind: "update", WorkflowID: "partnership/" + p.ID.String(), Name: "command",
			UpdateID: hex.EncodeToString(cmd.ID[:]), Input: mustJSON(cmd),
		})
	})
}

// DoNotContact tells every partnership of the creator, of all brands, that nothing more may be sent. Lifting it tells nobody: a
// person starts again.
func (s *Store) DoNotContact(ctx context.Context, creator uuid.UUID, on bool, _ uuid.UUID) error {
	if !on {
		return nil
	}
	return s.tell(ctx, creator, func(ctx context.Context, tx pgx.Tx, p gen.CreatorPartnershipsRow) error {
		return s.signal(ctx, tx, "partnership", p.ID, p.BrandID, rapport.Signal{ID: newID(), Kind: rapport.SignalMail, Code: "unsubscribe"})
	})
}

func (s *Store) tell(ctx context.Context, creator uuid.UUID, f func(context.Context, pgx.Tx, gen.CreatorPartnershipsRow) error) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		rows, err := s.q.CreatorPartnerships(ctx, tx, creator)
		if err != nil {
			return fmt.Errorf("partnerships: %w", err)
		}
		for _, p := range rows {
			if err := f(ctx, tx, p); err != nil {
				return fmt.Errorf("tell: %w", err)
			}
		}
		return nil
	})
}
