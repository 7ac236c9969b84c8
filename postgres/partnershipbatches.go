package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// MatchingPartnerships are the partnerships of the scope that match, at most so many, in an order that is the same for everybody.
func (s *Store) MatchingPartnerships(ctx context.Context, f rapport.PartnershipFilter, most int) ([]rapport.BrandsOwn, error) {
	params := gen.MatchingPartnershipsParams{
		Brands: rapport.BrandsFrom(ctx), Ids: noNil(f.IDs), BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID,
		Attention: f.Attention, OutreachBlocked: f.OutreachBlocked, Stages: make([]string, len(f.Stages)), Pattern: pattern(f.Words), MaxRows: int32(most),
	}
	for i, stage := range f.Stages {
		params.Stages[i] = string(stage)
	}
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.BrandsOwn, error) {
		rows, err := s.q.MatchingPartnerships(ctx, tx, params)
		found := make([]rapport.BrandsOwn, len(rows))
		for i, r := range rows {
			found[i] = rapport.BrandsOwn(r)
		}
		return found, err
	})
}

// PausedByBatch are the partnerships that a batch paused and that nobody paused or resumed since.
func (s *Store) PausedByBatch(ctx context.Context, batch uuid.UUID) ([]rapport.BrandsOwn, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.BrandsOwn, error) {
		rows, err := s.q.PausedByBatch(ctx, tx, gen.PausedByBatchParams{BatchID: batch, Brands: rapport.BrandsFrom(ctx)})
		found := make([]rapport.BrandsOwn, len(rows))
		for i, r := range rows {
			found[i] = rapport.BrandsOwn(r)
		}
		return found, err
	})
}

// MakePartnershipBatch writes a batch with its commands, all or none. Conflict when the batch that it takes back was taken back already.
func (s *Store) MakePartnershipBatch(ctx context.Context, b rapport.PartnershipBatch) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		var until *time.Time
		if !b.Until.IsZero() {
			until = &b.Until
		}
		err := s.q.InsertPartnershipBatch(ctx, tx, gen.InsertPartnershipBatchParams{ID: b.ID, Command: string(b.Command), Until: until, Undoes: some(b.Undoes), MadeBy: b.MadeBy})
		if err != nil {
			return fmt.Errorf("batch: %w", err)
		}
		commands := gen.InsertPacedCommandsParams{}
		items := gen.InsertPartnershipBatchItemsParams{BatchID: b.ID}
		for i, p := range b.Partnerships {
			o := b.Commands[i]
			commands.Ids, commands.Brands, commands.WorkflowIds = append(commands.Ids, o.ID), append(commands.Brands, o.BrandID), append(commands.WorkflowIds, o.WorkflowID)
			commands.Name, commands.Inputs = o.Name, append(commands.Inputs, o.Input)
			items.Partnerships, items.Brands, items.Commands = append(items.Partnerships, p.ID), append(items.Brands, p.BrandID), append(items.Commands, o.ID)
		}
		if err := s.q.InsertPacedCommands(ctx, tx, commands); err != nil {
			return fmt.Errorf("commands: %w", err)
		}
		return s.q.InsertPartnershipBatchItems(ctx, tx, items)
	})
}

// PartnershipBatch is a batch of a person with what became of it so far, as far as it lies in the scope.
func (s *Store) PartnershipBatch(ctx context.Context, id, by uuid.UUID) (rapport.PartnershipBatch, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PartnershipBatch, error) {
		r, err := s.q.GetPartnershipBatch(ctx, tx, gen.GetPartnershipBatchParams{ID: id, MadeBy: by, Brands: rapport.BrandsFrom(ctx)})
		b := rapport.PartnershipBatch{
			ID: r.ID, Command: rapport.CommandKind(r.Command), MadeBy: by, MadeAt: r.MadeAt, Total: int(r.Total), Done: int(r.Done), Refused: int(r.Refused), Undone: r.Undone,
		}
		if r.Until != nil {
			b.Until = *r.Until
		}
		return b, err
	})
}

// RefusedInBatch are the partnerships of a batch that refused, and why.
func (s *Store) RefusedInBatch(ctx context.Context, id uuid.UUID, page rapport.Page) ([]rapport.RefusedPartnership, []string, error) {
	params := gen.RefusedInBatchParams{BatchID: id, Brands: rapport.BrandsFrom(ctx), MaxRows: int32(page.Limit + 1)}
	if len(page.After) > 0 {
		after, err := uuid.Parse(page.After[0])
		if err != nil {
			return nil, nil, errCursor()
		}
		params.AfterID = &after
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.RefusedPartnership, error) {
		rows, err := s.q.RefusedInBatch(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = []string{rows[len(rows)-1].PartnershipID.String()}
		}
		list := make([]rapport.RefusedPartnership, len(rows))
		for i, r := range rows {
			var verdict rapport.OutboxVerdict
			err = errors.Join(err, json.Unmarshal(r.Verdict, &verdict))
			list[i] = rapport.RefusedPartnership{ID: r.PartnershipID, CreatorName: r.CreatorName, CampaignName: r.CampaignName}
			if verdict.Refusal != nil {
				list[i].Refusal = *verdict.Refusal
			}
			list[i].Refusal.Code = text(r.Refused)
		}
		return list, err
	})
	return list, next, err
}
