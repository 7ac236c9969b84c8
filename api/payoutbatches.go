package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// PayoutBatchStore keeps batches of approvals and what a brand wants for its payouts.
type PayoutBatchStore interface {
	PayoutsToApprove(ctx context.Context, brand uuid.UUID, part string, person uuid.UUID, ids []uuid.UUID) ([]rapport.PayoutToApprove, error)
	MakePayoutBatch(ctx context.Context, b rapport.PayoutBatch) error
	PayoutBatch(ctx context.Context, id uuid.UUID) (rapport.PayoutBatch, error)
	PayoutBatches(ctx context.Context, f rapport.PayoutBatchFilter, page rapport.Page) ([]rapport.PayoutBatchLine, []string, error)
	NotePayoutCommand(ctx context.Context, id uuid.UUID, p rapport.PayoutItem, command, reason, reviewOn string, by uuid.UUID) error
	PayoutPolicy(ctx context.Context, brand uuid.UUID) (rapport.PayoutPolicy, error)
	SetPayoutPolicy(ctx context.Context, p rapport.PayoutPolicy, by uuid.UUID) (rapport.PayoutPolicy, error)
}

// ListPayoutsToApprove lists what waits for a part of the caller at a brand.
func (s *Server) ListPayoutsToApprove(ctx context.Context, r gen.ListPayoutsToApproveRequestObject) (gen.ListPayoutsToApproveResponseObject, error) {
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	me, part := principalFrom(ctx), string(value(r.Params.Part))
	if part == "" {
		part = "preparer"
		if me.Has(r.Params.BrandId, rapport.RoleFinanceReleaser) {
			part = "releaser"
		}
	}
	if err := mayApprove(ctx, r.Params.BrandId, part); err != nil {
		return nil, err
	}
	list, err := store.PayoutsToApprove(ctx, r.Params.BrandId, part, me.UserID, nil)
	if err != nil {
		return nil, err
	}
	return gen.ListPayoutsToApprove200JSONResponse{Items: each(list, showPayoutToApprove(houseWords(ctx))), More: len(list) == rapport.MaxBatch}, nil
}

func showPayoutToApprove(say rapport.Words) func(rapport.PayoutToApprove) gen.PayoutToApprove {
	return func(p rapport.PayoutToApprove) gen.PayoutToApprove {
		return gen.PayoutToApprove{
			Summary:  showPayoutSummary(say, p.PayoutItem),
			Warnings: each(p.Warnings, func(w string) gen.PayoutToApproveWarnings { return gen.PayoutToApproveWarnings(w) }),
		}
	}
}

// mayApprove refuses a part that the person has no role for at the brand; another brand is not there for them.
func mayApprove(ctx context.Context, brand uuid.UUID, part string) error {
	switch {
	case principalFrom(ctx).Has(brand, rapport.Role("finance_"+part)):
		return nil
	case inScope(rapport.BrandsFrom(ctx), brand):
		return rapport.Invalid(rapport.Field{Path: "part", Code: "wrong_role", Detail: "You are no " + part + " at this brand."})
	}
	return rapport.Errorf(rapport.CodeNotFound, "There is no such brand, or it lies outside your brands.")
}

// CreatePayoutBatch approves many payouts of one brand under one proof. Approvals and commands are written together; the relay takes the
// commands to their workflows, also after a crash.
func (s *Server) CreatePayoutBatch(ctx context.Context, r gen.CreatePayoutBatchRequestObject) (gen.CreatePayoutBatchResponseObject, error) {
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	me, part := principalFrom(ctx), string(r.Body.Part)
	if err := mayApprove(ctx, r.Body.BrandId, part); err != nil {
		return nil, err
	}
	found, err := s.batchPayouts(ctx, store, *r.Body)
	if err != nil {
		return nil, err
	}
	for _, a := range r.Body.Approve {
		if part != "releaser" && !found[a.PayoutId].PreparerProves {
			continue
		}
		if err := s.checkProof(me); err != nil {
			return nil, err
		}
	}
	deed, _ := deedID(ctx)
	batch := rapport.PayoutBatch{ID: rapport.DeriveID(deed, "batch"), BrandID: r.Body.BrandId, Part: part, MadeBy: rapport.UserRef{ID: me.UserID, Name: me.Name}}
	for _, x := range r.Body.Exclude {
		p, reason := found[x.PayoutId], strings.TrimSpace(x.Reason)
		batch.Items = append(batch.Items, rapport.PayoutBatchItem{PayoutID: p.ID, Amount: p.Sent(), Excluded: reason})
	}
	for _, a := range r.Body.Approve {
		item, err := batchItem(batch, found[a.PayoutId], fromMoney(a.Amount), me)
		if err != nil {
			return nil, err
		}
		batch.Items = append(batch.Items, item)
	}
	// In the same order for everybody, so that two batches never wait for each other's payouts.
	slices.SortFunc(batch.Items, func(a, b rapport.PayoutBatchItem) int { return bytes.Compare(a.PayoutID[:], b.PayoutID[:]) })
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		for _, i := range batch.Items {
			if i.Excluded == "" {
				continue
			}
			if err := store.NotePayoutCommand(ctx, rapport.DeriveID(batch.ID, "note/"+i.PayoutID.String()), found[i.PayoutID].PayoutItem, "exclude", i.Excluded, "", me.UserID); err != nil {
				return err
			}
		}
		return store.MakePayoutBatch(ctx, batch)
	})
	if err != nil {
		return nil, err
	}
	made, err := store.PayoutBatch(ctx, batch.ID)
	if err != nil {
		return nil, err
	}
	return gen.CreatePayoutBatch201JSONResponse(showPayoutBatch(made)), nil
}

// batchPayouts finds the payouts that a batch names. One that is not the brand's, or named twice, is a bad field.
func (s *Server) batchPayouts(ctx context.Context, store PayoutBatchStore, body gen.PayoutBatchCreate) (map[uuid.UUID]rapport.PayoutToApprove, error) {
	named := map[uuid.UUID]string{}
	var bad []rapport.Field
	name := func(id uuid.UUID, path string) {
		if named[id] != "" {
			bad = append(bad, rapport.Field{Path: path, Code: "duplicate", Detail: "This payout is in the batch already."})
			return
		}
		named[id] = path
	}
	for i, a := range body.Approve {
		name(a.PayoutId, fmt.Sprintf("approve[%d].payout_id", i))
	}
	for i, x := range body.Exclude {
		name(x.PayoutId, fmt.Sprintf("exclude[%d].payout_id", i))
		if strings.TrimSpace(x.Reason) == "" {
			bad = append(bad, rapport.Field{Path: fmt.Sprintf("exclude[%d].reason", i), Code: "required", Detail: "Say why: it stays with the payout."})
		}
	}
	if len(named) > rapport.MaxBatch {
		bad = append(bad, rapport.Field{Path: "approve", Code: "too_many", Detail: fmt.Sprintf("A batch holds at most %d payouts.", rapport.MaxBatch)})
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	ids := make([]uuid.UUID, 0, len(named))
	for id := range named {
		ids = append(ids, id)
	}
	list, err := store.PayoutsToApprove(ctx, body.BrandId, string(body.Part), principalFrom(ctx).UserID, ids)
	if err != nil {
		return nil, err
	}
	found := map[uuid.UUID]rapport.PayoutToApprove{}
	for _, p := range list {
		found[p.ID] = p
	}
	for id, path := range named {
		if _, ok := found[id]; !ok {
			bad = append(bad, rapport.Field{Path: path, Code: "unknown", Detail: "The brand has no such payout."})
		}
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	return found, nil
}

// batchItem is one payout of a batch with its approval and its command, or with what is seen to be wrong before anything is written.
func batchItem(b rapport.PayoutBatch, p rapport.PayoutToApprove, amount rapport.Money, me rapport.Principal) (rapport.PayoutBatchItem, error) {
	item := rapport.PayoutBatchItem{PayoutID: p.ID, Amount: p.Sent()}
	if amount != p.Sent() {
		item.Refused = "another_amount"
		return item, nil
	}
	for _, c := range p.Commands {
		if c.Kind == approveKind(b.Part) && c.Refused != "" {
			item.Refused = c.Refused
			return item, nil
		}
	}
	item.Approval = &rapport.PayoutApprovalCreate{ID: rapport.DeriveID(b.ID, "approval/"+p.ID.String())}
	if p.Mine != nil { // it stands already, and is offered again
		item.Approval.ID = *p.Mine
	} else {
		item.Approval.PayoutID, item.Approval.BrandID, item.Approval.Round, item.Approval.Part = p.ID, b.BrandID, p.Round, b.Part
		item.Approval.Approver, item.Approval.Amount, item.Approval.Destination, item.Approval.StepUpID = me.UserID, p.Amount, p.Destination, me.StepUpID
		item.Approval.Kept = p.Kept
	}
	cmd := rapport.Command{ID: rapport.DeriveID(b.ID, "command/"+p.ID.String()), Kind: rapport.CmdApprovePayout, Actor: me.UserID, Ref: item.Approval.ID, Code: b.Part, Amount: p.Amount}
	input, err := json.Marshal(cmd)
	if err != nil {
		return item, fmt.Errorf("write the command: %w", err)
	}
	item.Command = &rapport.OutboxRow{
		ID: cmd.ID, BrandID: b.BrandID, Kind: "update", WorkflowID: workflows.PayoutID(p.ID), Name: workflows.UpdateCommand, UpdateID: cmd.ID.String(), Input: input,
	}
	return item, nil
}

// ListPayoutBatches lists batches, newest first, each with what became of its payouts.
func (s *Server) ListPayoutBatches(ctx context.Context, r gen.ListPayoutBatchesRequestObject) (gen.ListPayoutBatchesResponseObject, error) {
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	f, err := payoutBatchFilter(r.Params)
	if err != nil {
		return nil, err
	}
	items, next, err := store.PayoutBatches(ctx, f, page)
	if err != nil {
		return nil, err
	}
	return gen.ListPayoutBatches200JSONResponse{Items: each(items, showPayoutBatchLine), NextCursor: cursorOf(next)}, nil
}

// payoutBatchFilter reads what a list of batches, and the same as a table, are narrowed by.
func payoutBatchFilter(p gen.ListPayoutBatchesParams) (rapport.PayoutBatchFilter, error) {
	f := rapport.PayoutBatchFilter{BrandID: p.BrandId, UserID: p.UserId, Outcome: string(value(p.Outcome))}
	if p.From != nil {
		f.From = p.From.Time
	}
	if p.To != nil {
		f.To = p.To.Time
	}
	if !f.To.IsZero() && f.To.Before(f.From) {
		return f, rapport.Invalid(rapport.Field{Path: "to", Code: "before_from", Detail: "The last day is before the first."})
	}
	return f, nil
}

func showPayoutBatchLine(b rapport.PayoutBatchLine) gen.PayoutBatchSummary {
	shown := gen.PayoutBatchSummary{
		Id: b.ID, BrandId: b.BrandID, BrandName: b.BrandName, Part: gen.ApprovalPart(b.Part), MadeBy: toUserRef(b.MadeBy), MadeAt: b.MadeAt, Sums: []gen.PayoutBatchSum{},
	}
	for _, sum := range b.Sums { // one outcome's currencies stand together
		outcome, last := gen.PayoutBatchOutcome(sum.Outcome), len(shown.Sums)-1
		if last < 0 || shown.Sums[last].Outcome != outcome {
			shown.Sums, last = append(shown.Sums, gen.PayoutBatchSum{Outcome: outcome}), last+1
		}
		shown.Sums[last].Count += sum.Count
		shown.Sums[last].Amounts = append(shown.Sums[last].Amounts, toMoney(sum.Amount))
	}
	return shown
}

// GetPayoutBatch shows a batch with what became of each payout.
func (s *Server) GetPayoutBatch(ctx context.Context, r gen.GetPayoutBatchRequestObject) (gen.GetPayoutBatchResponseObject, error) {
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	b, err := store.PayoutBatch(ctx, r.Id)
	if err != nil {
		return nil, called("batch", err)
	}
	return gen.GetPayoutBatch200JSONResponse(showPayoutBatch(b)), nil
}

func showPayoutBatch(b rapport.PayoutBatch) gen.PayoutBatch {
	return gen.PayoutBatch{
		Id: b.ID, BrandId: b.BrandID, BrandName: b.BrandName, Part: gen.ApprovalPart(b.Part), MadeBy: toUserRef(b.MadeBy), MadeAt: b.MadeAt, Items: each(b.Items, showPayoutBatchItem),
	}
}

func showPayoutBatchItem(i rapport.PayoutBatchItem) gen.PayoutBatchItem {
	shown := gen.PayoutBatchItem{
		PayoutId: i.PayoutID, PartnershipId: i.PartnershipID, CreatorName: i.CreatorName, MilestoneTitle: i.MilestoneTitle, Amount: toMoney(i.Amount),
		State: gen.PayoutState(i.State), Outcome: gen.PayoutBatchOutcomePending,
	}
	switch {
	case i.Excluded != "":
		shown.Outcome, shown.Reason = gen.PayoutBatchOutcomeExcluded, &i.Excluded
	case i.Refused != "":
		words := rapport.ApprovalRefusal(i.Refused)
		if words == "" {
			words = refusalShort("payout", rapport.CmdApprovePayout, i.Refused, string(i.State))
		}
		shown.Outcome, shown.Reason = gen.PayoutBatchOutcomeRefused, &words
	case i.Approved:
		shown.Outcome = gen.PayoutBatchOutcomeApproved
	}
	return shown
}

// GetPayoutPolicy shows what a brand wants for its payouts.
func (s *Server) GetPayoutPolicy(ctx context.Context, r gen.GetPayoutPolicyRequestObject) (gen.GetPayoutPolicyResponseObject, error) {
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.PayoutPolicy(ctx, r.Id)
	if err != nil {
		return nil, called("brand", err)
	}
	return gen.GetPayoutPolicy200JSONResponse{Body: showPayoutPolicy(p), Headers: gen.GetPayoutPolicy200ResponseHeaders{ETag: etag(p.Version)}}, nil
}

func showPayoutPolicy(p rapport.PayoutPolicy) gen.PayoutPolicy {
	return gen.PayoutPolicy{PreparersProve: p.PreparersProve, TwoReleasersFrom: each(p.TwoReleasers, toMoney), Version: p.Version}
}

// EditPayoutPolicy replaces what a brand wants for its payouts. Who takes eyes away proves that it is them.
func (s *Server) EditPayoutPolicy(ctx context.Context, r gen.EditPayoutPolicyRequestObject) (gen.EditPayoutPolicyResponseObject, error) {
	store, err := storeAs[PayoutBatchStore](s)
	if err != nil {
		return nil, err
	}
	now, err := store.PayoutPolicy(ctx, r.Id)
	if err != nil {
		return nil, called("brand", err)
	}
	p := rapport.PayoutPolicy{BrandID: r.Id, PreparersProve: r.Body.PreparersProve, TwoReleasers: each(r.Body.TwoReleasersFrom, fromMoney)}
	if p.Version, err = versionOf(r.Params.IfMatch, now.Version); err != nil {
		return nil, err
	}
	if bad := p.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	me := principalFrom(ctx)
	if p.WeakerThan(now) {
		if err := s.checkProof(me); err != nil {
			return nil, err
		}
	}
	saved, err := store.SetPayoutPolicy(ctx, p, me.UserID)
	if err != nil {
		return nil, err
	}
	return gen.EditPayoutPolicy200JSONResponse{Body: showPayoutPolicy(saved), Headers: gen.EditPayoutPolicy200ResponseHeaders{ETag: etag(saved.Version)}}, nil
}
