package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// KeyDateStore knows when what was agreed ends.
type KeyDateStore interface {
	KeyDates(ctx context.Context, f rapport.KeyDateFilter, page rapport.Page) ([]rapport.KeyDateRow, []string, error)
	KeyDateOf(ctx context.Context, id uuid.UUID) (partnership, brand uuid.UUID, err error)
}

// ListKeyDates lists key dates, the nearest first.
func (s *Server) ListKeyDates(ctx context.Context, r gen.ListKeyDatesRequestObject) (gen.ListKeyDatesResponseObject, error) {
	store, err := storeAs[KeyDateStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := keyDateFilter(r.Params)
	if err != nil {
		return nil, err
	}
	list, next, err := store.KeyDates(ctx, f, page)
	return gen.ListKeyDates200JSONResponse{Items: each(list, toKeyDate), NextCursor: cursorOf(next)}, err
}

// keyDateFilter reads what a list of key dates, and the same as a table, are narrowed by.
func keyDateFilter(p gen.ListKeyDatesParams) (rapport.KeyDateFilter, error) {
	f := rapport.KeyDateFilter{
		BrandID: p.BrandId, CampaignID: p.CampaignId, PartnershipID: p.PartnershipId, OwnerID: p.OwnerId, Kind: string(value(p.Kind)), State: string(value(p.State)),
	}
	if from := fromDate(p.From); from != nil {
		f.From = *from
	}
	if to := fromDate(p.To); to != nil {
		f.To = to.AddDate(0, 0, 1)
	}
	if bad := f.Check(); len(bad) > 0 {
		return f, rapport.Invalid(bad...)
	}
	return f, nil
}

func toKeyDate(k rapport.KeyDateRow) gen.KeyDate {
	return gen.KeyDate{
		Key: k.ID.String() + "/" + k.Kind, Id: k.ID, Kind: gen.KeyDateKind(k.Kind), At: k.At.UTC(), State: gen.KeyDateState(k.State), BrandId: k.BrandID, BrandName: k.BrandName,
		CampaignId: k.CampaignID, CampaignName: k.CampaignName,
		PartnershipId: k.PartnershipID, Stage: gen.Stage(k.Stage), ContractId: k.ContractID, Number: k.Number,
		Creator: gen.CreatorRef{Id: k.Creator.ID, Name: k.Creator.Name, Handle: orNil(k.Creator.Handle), Platform: orNil(k.Creator.Platform)}, Owner: toUserRef(k.Owner),
		Assets: each(k.Assets, toUserRef), MayExtend: k.MayExtend, AskedAt: k.Asked, DecidedBy: orNil(k.DecidedBy), DecidedAt: k.DecidedAt,
	}
}

// DecideKeyDate decides what becomes of a right that ends.
func (s *Server) DecideKeyDate(ctx context.Context, r gen.DecideKeyDateRequestObject) (gen.DecideKeyDateResponseObject, error) {
	store, err := storeAs[KeyDateStore](s)
	if err != nil {
		return nil, err
	}
	notes, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	partnership, brand, err := store.KeyDateOf(ctx, r.Id)
	if err != nil {
		return nil, called("date", err)
	}
	me := principalFrom(ctx)
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: partnership, BrandID: brand,
		Cmd: rapport.Command{Kind: rapport.CmdDecideKeyDate, Actor: me.UserID, Ref: r.Id, Code: string(r.Body.Decision)},
		Before: func(ctx context.Context) error {
			return notes.NoteCommand(ctx, partnership, rapport.CmdDecideKeyDate, reasonTitle(rapport.CmdDecideKeyDate), strings.TrimSpace(value(r.Body.Reason)), false, me.UserID)
		},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + partnership.String())
		return gen.DecideKeyDate202JSONResponse{Body: body, Headers: gen.DecideKeyDate202ResponseHeaders{Location: location}}, nil
	}
	return gen.DecideKeyDate204Response{}, nil
}
