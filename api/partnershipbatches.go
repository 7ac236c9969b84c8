package api

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// PartnershipBatchStore keeps commands that many partnerships were given at once.
type PartnershipBatchStore interface {
	// MatchingPartnerships are those of the scope that match, at most so many.
	MatchingPartnerships(ctx context.Context, f rapport.PartnershipFilter, most int) ([]rapport.BrandsOwn, error)
	// PausedByBatch are those that a batch paused and that nobody paused or resumed since.
	PausedByBatch(ctx context.Context, batch uuid.UUID) ([]rapport.BrandsOwn, error)
	MakePartnershipBatch(ctx context.Context, b rapport.PartnershipBatch) error
	// PartnershipBatch is a batch of the person with what became of it so far.
	PartnershipBatch(ctx context.Context, id, by uuid.UUID) (rapport.PartnershipBatch, error)
	RefusedInBatch(ctx context.Context, id uuid.UUID, page rapport.Page) ([]rapport.RefusedPartnership, []string, error)
}

// CountPartnerships says how many partnerships match that the caller may give a command to.
func (s *Server) CountPartnerships(ctx context.Context, r gen.CountPartnershipsRequestObject) (gen.CountPartnershipsResponseObject, error) {
	f, err := partnershipFilter(listed(r.Params))
	if err != nil {
		return nil, err
	}
	store, err := storeAs[PartnershipBatchStore](s)
	if err != nil {
		return nil, err
	}
	found, err := store.MatchingPartnerships(ctx, f, rapport.MaxPartnershipBatch+1)
	if err != nil {
		return nil, err
	}
	return gen.CountPartnerships200JSONResponse{Count: min(len(found), rapport.MaxPartnershipBatch), More: len(found) > rapport.MaxPartnershipBatch}, nil
}

func listed(p gen.CountPartnershipsParams) gen.ListPartnershipsParams {
	return gen.ListPartnershipsParams{
		Q: p.Q, BrandId: p.BrandId, CampaignId: p.CampaignId, CreatorId: p.CreatorId, OwnerId: p.OwnerId, Stage: p.Stage, Attention: p.Attention, OutreachBlocked: p.OutreachBlocked,
	}
}

// CreatePartnershipBatch writes a command for each of many partnerships, all or none. The relay takes them to their workflows, also after a
// crash; each workflow takes or refuses its own.
func (s *Server) CreatePartnershipBatch(ctx context.Context, r gen.CreatePartnershipBatchRequestObject) (gen.CreatePartnershipBatchResponseObject, error) {
	b, me := *r.Body, principalFrom(ctx)
	if err := s.checkBatch(b); err != nil {
		return nil, err
	}
	notes, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	store, err := storeAs[PartnershipBatchStore](s)
	if err != nil {
		return nil, err
	}
	deed, _ := deedID(ctx)
	batch := rapport.PartnershipBatch{
		ID: rapport.DeriveID(deed, "batch"), Command: rapport.CommandKind(b.Command), Until: value(b.Until).UTC(), Undoes: value(b.Undoes), MadeBy: me.UserID,
	}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		found, err := s.namedIn(ctx, store, b)
		if err != nil {
			return err
		}
		batch.Partnerships, batch.Commands = found, nil
		for _, p := range found {
			row, err := batchCommand(batch, p)
			if err != nil {
				return err
			}
			batch.Commands = append(batch.Commands, row)
			if err := notes.NoteCommand(ctx, p.ID, batch.Command, reasonTitle(batch.Command), strings.TrimSpace(value(b.Reason)), false, me.UserID); err != nil {
				return err
			}
		}
		return store.MakePartnershipBatch(ctx, batch)
	})
	if err != nil {
		return nil, err
	}
	made, err := store.PartnershipBatch(ctx, batch.ID, me.UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreatePartnershipBatch201JSONResponse(toPartnershipBatch(made)), nil
}

// namedIn are the partnerships that a batch is about: the named ones, those that match, or those that another batch paused.
func (s *Server) namedIn(ctx context.Context, store PartnershipBatchStore, b gen.PartnershipBatchCreate) ([]rapport.BrandsOwn, error) {
	switch {
	case b.Undoes != nil:
		undone, err := store.PartnershipBatch(ctx, *b.Undoes, principalFrom(ctx).UserID)
		if err != nil {
			return nil, called("batch", err)
		}
		if !undone.MayUndo() {
			return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "not_undoable", Message: "This can be taken back once, when all have answered, and only if it paused something."}
		}
		found, err := store.PausedByBatch(ctx, *b.Undoes)
		if err == nil && len(found) == 0 {
			err = &rapport.Error{Code: rapport.CodeConflict, Reason: "touched_since", Message: "Each of them was paused or resumed by somebody since. Nothing was changed."}
		}
		return found, err
	case b.Filter != nil:
		f, err := partnershipFilter(gen.ListPartnershipsParams{
			Q: b.Filter.Q, BrandId: b.Filter.BrandId, CampaignId: b.Filter.CampaignId, CreatorId: b.Filter.CreatorId, OwnerId: b.Filter.OwnerId, Stage: b.Filter.Stage, Attention: b.Filter.Attention,
			OutreachBlocked: b.Filter.OutreachBlocked,
		})
		if err != nil {
			return nil, err
		}
		found, err := store.MatchingPartnerships(ctx, f, rapport.MaxPartnershipBatch+1)
		if err != nil {
			return nil, err
		}
		return found, rapport.CheckSeen(*b.Count, len(found), rapport.MaxPartnershipBatch)
	}
	ids := distinct(*b.PartnershipIds)
	found, err := store.MatchingPartnerships(ctx, rapport.PartnershipFilter{IDs: ids}, len(ids))
	if err != nil {
		return nil, err
	}
	return found, checkNamed(len(ids), len(found), "partnership")
}

// batchCommand is the command of a batch to one of its partnerships.
func batchCommand(b rapport.PartnershipBatch, p rapport.BrandsOwn) (rapport.OutboxRow, error) {
	cmd := rapport.Command{ID: rapport.DeriveID(b.ID, "command/"+p.ID.String()), Kind: b.Command, Actor: b.MadeBy, Until: b.Until}
	input, err := json.Marshal(cmd)
	if err != nil {
		return rapport.OutboxRow{}, fmt.Errorf("write the command: %w", err)
	}
	return rapport.OutboxRow{
		ID: cmd.ID, BrandID: p.BrandID, Kind: "update", WorkflowID: workflows.PartnershipID(p.ID), Name: workflows.UpdateCommand, UpdateID: cmd.ID.String(), Input: input,
	}, nil
}

// checkBatch names every field that is missing, too much, or out of range.
func (s *Server) checkBatch(b gen.PartnershipBatchCreate) error {
	bad := checkWhich(b.Filter != nil && b.Count == nil, which{"partnership_ids", b.PartnershipIds != nil}, which{"filter", b.Filter != nil}, which{"undoes", b.Undoes != nil})
	if b.Undoes != nil && b.Command != gen.PartnershipBatchCommandResume {
		bad = append(bad, rapport.Field{Path: "command", Code: "unknown_value", Detail: "What was paused is taken back by resuming it."})
	}
	if err := s.checkCommand(rapport.CommandKind(b.Command), gen.PartnershipCommand{Until: b.Until}); err != nil {
		return err
	}
	if b.Command != gen.PartnershipBatchCommandSnooze && b.Until != nil {
		bad = append(bad, rapport.Field{Path: "until", Code: "not_allowed", Detail: "Only a snooze has a time."})
	}
	if len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}

// GetPartnershipBatch shows a batch of the caller with what became of it so far.
func (s *Server) GetPartnershipBatch(ctx context.Context, r gen.GetPartnershipBatchRequestObject) (gen.GetPartnershipBatchResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[PartnershipBatchStore](s)
	if err != nil {
		return nil, err
	}
	b, err := store.PartnershipBatch(ctx, r.Id, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("batch", err)
	}
	refused, next, err := store.RefusedInBatch(ctx, r.Id, page)
	if err != nil {
		return nil, err
	}
	shown := toPartnershipBatch(b)
	shown.NextCursor = cursorOf(next)
	shown.Items = each(refused, func(p rapport.RefusedPartnership) gen.PartnershipBatchItem {
		return gen.PartnershipBatchItem{PartnershipId: p.ID, CreatorName: p.CreatorName, CampaignName: p.CampaignName, Reason: refusalWords(houseWords(ctx), "partnership", b.Command, p.Refusal, "")}
	})
	return gen.GetPartnershipBatch200JSONResponse(shown), nil
}

func toPartnershipBatch(b rapport.PartnershipBatch) gen.PartnershipBatch {
	return gen.PartnershipBatch{
		Id: b.ID, Command: gen.PartnershipBatchCommand(b.Command), Until: orNil(b.Until), MadeAt: b.MadeAt, Total: b.Total, Done: b.Done, Refused: b.Refused, Pending: b.Pending(),
		MayUndo: b.MayUndo(), Items: []gen.PartnershipBatchItem{},
	}
}
