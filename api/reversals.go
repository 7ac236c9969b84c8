package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// ReversalStore keeps money that was paid and is taken back.
type ReversalStore interface {
	ListReversals(ctx context.Context, f rapport.ReversalFilter, page rapport.Page) ([]rapport.ReversalItem, []string, error)
	Reversal(ctx context.Context, id uuid.UUID) (rapport.ReversalItem, error)
	AddReversal(ctx context.Context, r rapport.ReversalCreate) error
	ApproveReversal(ctx context.Context, a rapport.ReversalApprovalCreate) error
	// ReversalApproval is the approval that was written for a part of a reversal; zero when there is none.
	ReversalApproval(ctx context.Context, reversal uuid.UUID, part string, round int) (uuid.UUID, error)
	// NoteReversalCommand keeps who asked for something of a reversal, and why.
	NoteReversalCommand(ctx context.Context, r rapport.ReversalItem, command, reason string, by uuid.UUID) error
}

// ListReversals lists money that is taken back, newest first.
func (s *Server) ListReversals(ctx context.Context, r gen.ListReversalsRequestObject) (gen.ListReversalsResponseObject, error) {
	store, err := storeAs[ReversalStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	items, next, err := store.ListReversals(ctx, reversalFilter(r.Params), page)
	if err != nil {
		return nil, err
	}
	me, say := principalFrom(ctx), houseWords(ctx)
	list := gen.ListReversals200JSONResponse{Items: each(items, func(r rapport.ReversalItem) gen.Reversal { return showReversal(say, r, me) }), NextCursor: cursorOf(next)}
	return list, nil
}

// reversalFilter reads what a list of reversals, and the same as a table, are narrowed by.
func reversalFilter(p gen.ListReversalsParams) rapport.ReversalFilter {
	f := rapport.ReversalFilter{BrandID: p.BrandId, PayoutID: p.PayoutId}
	for _, state := range value(p.State) {
		f.States = append(f.States, string(state))
	}
	return f
}

// GetReversal shows one reversal.
func (s *Server) GetReversal(ctx context.Context, r gen.GetReversalRequestObject) (gen.GetReversalResponseObject, error) {
	shown, err := s.reversal(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetReversal200JSONResponse(shown), nil
}

func (s *Server) reversal(ctx context.Context, id uuid.UUID) (gen.Reversal, error) {
	store, err := storeAs[ReversalStore](s)
	if err != nil {
		return gen.Reversal{}, err
	}
	r, err := store.Reversal(ctx, id)
	if err != nil {
		return gen.Reversal{}, called("reversal", err)
	}
	return showReversal(houseWords(ctx), r, principalFrom(ctx)), nil
}

func showReversal(say rapport.Words, r rapport.ReversalItem, me rapport.Principal) gen.Reversal {
	in := func(amount int64) gen.Money { return gen.Money{Amount: amount, Currency: r.Amount.Currency} }
	shown := gen.Reversal{
		Id: r.ID, PayoutId: r.PayoutID, PartnershipId: r.PartnershipID, BrandId: r.BrandID, BrandName: r.BrandName, CampaignName: r.CampaignName,
		Creator: showCreator(r.Creator), MilestoneTitle: r.MilestoneTitle, Amount: toMoney(r.Amount), Reason: r.Reason, RequestedBy: toUserRef(r.RequestedBy),
		ApprovedBy: orNil(r.ApprovedBy), State: gen.ReversalState(r.State), WaitsFor: orNil(reversalWaits(say, r)), CameBack: in(r.Recovered), Kept: in(r.Netted),
		GivenUp: in(r.WrittenOff), Rest: in(r.Rest), CapPercent: r.CapPercent, NetFrom: r.NetFrom, Nettings: each(r.Nettings, showNetting(r.Amount.Currency)),
		Commands: reversalCommands(r, me), Approval: reversalApproval(say, r, me), Seq: r.Seq, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	if r.WriteOff.By.ID != uuid.Nil {
		shown.WriteOff = &gen.WriteOff{By: r.WriteOff.By.Name, Reason: r.WriteOff.Reason, Amount: in(r.WriteOff.Amount), ApprovedBy: orNil(r.WrittenOffBy)}
	}
	return shown
}

func showNetting(currency string) func(rapport.Netting) gen.Netting {
	return func(n rapport.Netting) gen.Netting {
		return gen.Netting{
			PayoutId: n.PayoutID, ReversalId: n.ReversalID, Title: n.Title, Amount: gen.Money{Amount: n.Amount, Currency: currency}, State: gen.NettingState(n.State), At: n.At,
		}
	}
}

// reversalWaits says who or what a reversal waits for; empty when it has ended.
func reversalWaits(say rapport.Words, r rapport.ReversalItem) string {
	switch r.State {
	case rapport.ReversalAwaitingApproval:
		return "A finance releaser other than " + r.RequestedBy.Name
	case rapport.ReversalApproved, rapport.ReversalSubmitted:
		return "Stripe"
	case rapport.ReversalUnknown:
		return "What Stripe knows of it"
	case rapport.ReversalFailed:
		return "Finance: Stripe refused it"
	case rapport.ReversalNetting:
		if r.NetFrom != nil {
			return fmt.Sprintf("Payments to %s from %s on: at most %d %% of each", r.Creator.Name, say.Moment(*r.NetFrom), r.CapPercent)
		}
		return "Payments to " + r.Creator.Name
	case rapport.ReversalAwaitingWriteOff:
		return "A finance releaser other than " + r.WriteOff.By.Name
	case rapport.ReversalReversed, rapport.ReversalNetted, rapport.ReversalWrittenOff, rapport.ReversalCancelled:
	}
	return ""
}

// reversalRefused is why the pages know that a reversal would not take a command; empty when it would. Before its workflow has said
// anything, it takes none.
func reversalRefused(r rapport.ReversalItem, kind rapport.CommandKind) string {
	for _, c := range r.Commands {
		if c.Kind == kind {
			return c.Refused
		}
	}
	return "starting"
}

func reversalRefusal(r rapport.ReversalItem, kind rapport.CommandKind, code string) string {
	return refusalShort("reversal", kind, code, string(r.State))
}

func reversalCommands(r rapport.ReversalItem, me rapport.Principal) []gen.Command {
	commands := make([]gen.Command, 0, 6)
	for _, c := range []struct {
		kind  rapport.CommandKind
		label string
	}{
		{rapport.CmdCancel, "Let it be"}, {rapport.CmdRetry, "Try again at Stripe"}, {rapport.CmdNet, "Keep it out of the next payments"},
		{rapport.CmdAskWriteOff, "Ask to give the rest up"}, {rapport.CmdKeepClaim, "Do not give it up"}, {rapport.CmdReconcile, "Look it up now"},
	} {
		reason := ""
		if refused := reversalRefused(r, c.kind); refused != "" {
			reason = reversalRefusal(r, c.kind, refused)
		}
		if !me.Has(r.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser) {
			reason = "Only finance may do this."
		}
		commands = append(commands, gen.Command{Command: string(c.kind), Label: c.label, Allowed: reason == "", Reason: orNil(reason)})
	}
	return commands
}

// The parts of a reversal that a second person approves.
const (
	partReverse  = "reverse"
	partWriteOff = "write_off"
)

// reversalApproval is the approval that a reversal waits for, or would wait for, and why the person cannot give it.
func reversalApproval(say rapport.Words, r rapport.ReversalItem, me rapport.Principal) gen.Command {
	c := gen.Command{Command: partReverse, Label: "Approve: take " + say.Money(r.Amount) + " back"}
	kind, asker := rapport.CmdApproveReversal, r.RequestedBy
	if r.State == rapport.ReversalAwaitingWriteOff {
		amount := rapport.Money{Amount: r.WriteOff.Amount, Currency: r.Amount.Currency}
		c.Command, c.Label, kind, asker = partWriteOff, "Approve: give "+say.Money(amount)+" up", rapport.CmdApproveWriteOff, r.WriteOff.By
	}
	reason := ""
	refused := reversalRefused(r, kind)
	switch {
	case refused != "":
		reason = reversalRefusal(r, kind, refused)
	case !me.Has(r.BrandID, rapport.RoleFinanceReleaser):
		reason = "You are no releaser at this brand."
	case me.UserID == asker.ID || me.UserID == r.RequestedBy.ID:
		reason = "You asked for this, so another person must approve it."
	}
	c.Allowed, c.Reason = reason == "", orNil(reason)
	return c
}

// offlineTakeBack says what to do about money that Stripe did not send.
const offlineTakeBack = "This was paid outside of Stripe, so Rapport cannot take it back. Ask the creator to send it back the way it came, and book that in your own books."

// takeBack says whether the person may ask to take something of a payout back, and else why not.
func takeBack(p rapport.PayoutRecord, me rapport.Principal) gen.Command {
	c, reason := gen.Command{Command: "take_back", Label: "Take back"}, ""
	asked := int64(0)
	for _, r := range p.Reversals {
		if r.State != rapport.ReversalCancelled {
			asked += r.Amount.Amount
		}
	}
	switch {
	case !me.Has(p.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser):
		reason = "Only finance may do this."
	case p.Offline != "" && p.State == rapport.PayoutPaid:
		reason = offlineTakeBack
	case p.State != rapport.PayoutPaid && p.State != rapport.PayoutPartlyReversed:
		reason = "Only what was paid can be taken back."
	case asked >= p.Sent().Amount:
		reason = "All that was sent is taken back already, or somebody asked for it."
	}
	c.Allowed, c.Reason = reason == "", orNil(reason)
	return c
}

// CreateReversal asks to take back what a payout sent. Nothing moves before another person has approved it.
func (s *Server) CreateReversal(ctx context.Context, r gen.CreateReversalRequestObject) (gen.CreateReversalResponseObject, error) {
	payouts, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[ReversalStore](s)
	if err != nil {
		return nil, err
	}
	p, err := payouts.Payout(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	me, amount, reason := principalFrom(ctx), fromMoney(r.Body.Amount), strings.TrimSpace(r.Body.Reason)
	bad := rapport.CheckMoney("amount", amount)
	if reason == "" {
		bad = append(bad, rapport.Field{Path: "reason", Code: "required", Detail: "Say why: it stays with the payment."})
	}
	if len(bad) == 0 && amount.Currency != p.Amount.Currency {
		bad = append(bad, rapport.Field{Path: "amount.currency", Code: "another_currency", Detail: "The payment was in " + strings.ToUpper(p.Amount.Currency) + "."})
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	deed, _ := deedID(ctx)
	of := rapport.ReversalCreate{ID: rapport.DeriveID(deed, "reversal"), PayoutID: p.ID, Amount: amount, Reason: reason, By: me.UserID, Adopts: value(r.Body.ProviderId)}
	machine := rapport.Reversal{
		Core: rapport.NewCore(), ID: of.ID, BrandID: p.BrandID, PartnershipID: p.PartnershipID, PayoutID: p.ID, CreatorID: p.CreatorID, Amount: amount, RequestedBy: me.UserID,
	}
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if err := store.AddReversal(ctx, of); err != nil {
			return err
		}
		return s.start(ctx, p.BrandID, workflows.ReversalID(of.ID), workflows.TypeReversal, of.ID, machine)
	})
	if err != nil {
		return nil, called("payout", err)
	}
	shown, err := s.reversal(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	return gen.CreateReversal201JSONResponse(shown), nil
}

// ApproveReversal lets money be taken back, or the rest of it be given up, for exactly this amount. The row is written with the command,
// after the rights check; the database checks it again, and the workflow gets its id only.
func (s *Server) ApproveReversal(ctx context.Context, q gen.ApproveReversalRequestObject) (gen.ApproveReversalResponseObject, error) {
	store, err := storeAs[ReversalStore](s)
	if err != nil {
		return nil, err
	}
	r, err := store.Reversal(ctx, q.Id)
	if err != nil {
		return nil, called("reversal", err)
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	me, part := principalFrom(ctx), string(q.Body.Part)
	of := rapport.ReversalApprovalCreate{ReversalID: r.ID, BrandID: r.BrandID, Part: part, Approver: me.UserID, Amount: r.Amount, StepUpID: me.StepUpID}
	kind := rapport.CmdApproveReversal
	if part == partWriteOff {
		kind, of.Round, of.Amount.Amount = rapport.CmdApproveWriteOff, r.WriteOff.Round, r.WriteOff.Amount
	}
	if !sent {
		if err := checkReversalApproval(houseWords(ctx), r, me, part, fromMoney(q.Body.Amount), of.Amount); err != nil {
			return nil, err
		}
		if err := s.checkProof(me); err != nil {
			return nil, err
		}
	}
	// An approval that the workflow did not take, because it was about to start for example, stays on record and counts when it is given again.
	if of.ID, err = store.ReversalApproval(ctx, r.ID, part, of.Round); err != nil {
		return nil, err
	}
	var before func(context.Context) error
	if of.ID == uuid.Nil {
		deed, _ := deedID(ctx)
		of.ID = rapport.DeriveID(deed, "approval")
		before = func(ctx context.Context) error { return store.ApproveReversal(ctx, of) }
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "reversal", ID: r.ID, BrandID: r.BrandID, Cmd: rapport.Command{Kind: kind, Actor: me.UserID, Ref: of.ID, Amount: of.Amount}, Before: before,
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/reversals/" + r.ID.String())
		return gen.ApproveReversal202JSONResponse{Body: body, Headers: gen.ApproveReversal202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.reversal(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return gen.ApproveReversal200JSONResponse(shown), nil
}

// checkReversalApproval refuses what can be seen to be wrong before anything is written.
func checkReversalApproval(say rapport.Words, r rapport.ReversalItem, me rapport.Principal, part string, given, asked rapport.Money) error {
	now := reversalApproval(say, r, me)
	switch {
	case now.Command != part:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_asked", State: string(r.State), Message: "Nobody asked for this now. Load the page again."}
	case !me.Has(r.BrandID, rapport.RoleFinanceReleaser):
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: value(now.Reason)}
	case me.UserID == r.RequestedBy.ID || part == partWriteOff && me.UserID == r.WriteOff.By.ID:
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "own_request", Message: value(now.Reason)}
	case !now.Allowed:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_now", State: string(r.State), Message: value(now.Reason)}
	case given != asked:
		return rapport.Invalid(rapport.Field{Path: "amount", Code: "another_amount", Detail: "What is asked for is " + say.Money(asked) + ". An approval is for exactly that."})
	}
	return nil
}

// CommandReversal lets a reversal be, tries it again, leaves it to the next payments, asks to give it up, or looks it up.
func (s *Server) CommandReversal(ctx context.Context, q gen.CommandReversalRequestObject) (gen.CommandReversalResponseObject, error) {
	store, err := storeAs[ReversalStore](s)
	if err != nil {
		return nil, err
	}
	r, err := store.Reversal(ctx, q.Id)
	if err != nil {
		return nil, called("reversal", err)
	}
	kind, reason := rapport.CommandKind(q.Body.Command), strings.TrimSpace(value(q.Body.Reason))
	if reason == "" && (kind == rapport.CmdCancel || kind == rapport.CmdAskWriteOff || kind == rapport.CmdKeepClaim) {
		return nil, rapport.Invalid(rapport.Field{Path: "reason", Code: "required", Detail: "Say why: it stays with the payment."})
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if refused := reversalRefused(r, kind); refused != "" && !sent {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: refused, State: string(r.State), Message: reversalRefusal(r, kind, refused)}
	}
	me := principalFrom(ctx).UserID
	result, err := s.command(ctx, commandRequest{
		Workflow: "reversal", ID: r.ID, BrandID: r.BrandID, Cmd: rapport.Command{Kind: kind, Actor: me},
		Before: func(ctx context.Context) error { return store.NoteReversalCommand(ctx, r, string(kind), reason, me) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/reversals/" + r.ID.String())
		return gen.CommandReversal202JSONResponse{Body: body, Headers: gen.CommandReversal202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.reversal(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return gen.CommandReversal200JSONResponse(shown), nil
}
