package api

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// ListTopUps lists what was moved into a brand's funds, and what is on its way or did not arrive.
func (s *Server) ListTopUps(ctx context.Context, r gen.ListTopUpsRequestObject) (gen.ListTopUpsResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	items, next, err := store.TopUps(ctx, r.Id, page)
	if err != nil {
		return nil, called("brand", err)
	}
	return gen.ListTopUps200JSONResponse{Items: each(items, showTopUp), NextCursor: cursorOf(next)}, nil
}

func showTopUp(t rapport.TopUp) gen.TopUp {
	return gen.TopUp{Id: t.ID, BrandId: t.BrandID, Amount: toMoney(t.Amount), State: gen.TopUpState(t.State), AskedBy: userOrNil(t.AskedBy), CreatedAt: t.CreatedAt}
}

// CreateTopUp asks to move money into a brand's funds. It counts when Stripe says that it arrived.
func (s *Server) CreateTopUp(ctx context.Context, r gen.CreateTopUpRequestObject) (gen.CreateTopUpResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	amount := fromMoney(r.Body.Amount)
	if bad := rapport.CheckMoney("amount", amount); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	t := rapport.TopUp{ID: uuid.Must(uuid.NewV7()), BrandID: r.Id, Amount: amount}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if t, err = store.AddTopUp(ctx, t, principalFrom(ctx).UserID); err != nil {
			return err
		}
		return s.start(ctx, t.BrandID, workflows.TopUpID(t.ID), workflows.TypeTopUp, t.ID, t.ID)
	})
	if err != nil {
		return nil, called("brand", err)
	}
	return gen.CreateTopUp202JSONResponse(showTopUp(t)), nil
}

// start writes the start of a workflow into the transaction of the context. of is what it is about: the same is started once.
func (s *Server) start(ctx context.Context, brand uuid.UUID, workflowID, workflow string, of uuid.UUID, input any) error {
	store, err := s.commandStore()
	if err != nil {
		return err
	}
	text, err := json.Marshal(input)
	if err != nil {
		return fmt.Errorf("write the input of %s: %w", workflow, err)
	}
	return store.PutOutbox(ctx, rapport.OutboxRow{
		ID: rapport.DeriveID(of, "start"), BrandID: brand, Kind: "start", WorkflowID: workflowID, Workflow: workflow, TaskQueue: workflows.QueueMain, Input: text,
	})
}
