package api

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// FoundTransferStore keeps who accepts what was moved otherwise than asked.
type FoundTransferStore interface {
	AskAcceptance(ctx context.Context, a rapport.TransferAcceptanceCreate) error
	ApproveAcceptance(ctx context.Context, a rapport.TransferAcceptanceApproval) error
}

func showFound(say rapport.Words, p rapport.PayoutRecord, me rapport.Principal) *[]gen.FoundTransfer {
	if len(p.Found) == 0 {
		return nil
	}
	list := make([]gen.FoundTransfer, len(p.Found))
	for i, f := range p.Found {
		list[i] = gen.FoundTransfer{
			TransferId: f.ID, Amount: toMoney(f.Amount), Destination: f.Destination, MadeAt: f.MadeAt, Says: foundWords(say, p, f), Follows: orNil(acceptedWords(say, p, f)), Accept: acceptTransfer(p, f, me),
		}
		if f.TakenBack > 0 {
			list[i].TakenBack = &gen.Money{Amount: f.TakenBack, Currency: f.Amount.Currency}
		}
		if a := f.Acceptance; a != nil {
			list[i].Acceptance = &gen.TransferAcceptance{
				Id: a.ID, AskedBy: toUserRef(a.AskedBy), Reason: a.Reason, AskedAt: a.AskedAt, ApprovedBy: orNil(a.ApprovedBy), ApprovedAt: a.ApprovedAt, Approve: approveAcceptance(say, p, f, me),
			}
		}
	}
	return &list
}

// askedOf is what Stripe was asked to move.
func askedOf(p rapport.PayoutRecord) rapport.Money {
	return rapport.Money{Amount: p.Amount.Amount - p.Kept, Currency: p.Amount.Currency}
}

// foundWords say in what a transfer is not what was asked.
func foundWords(say rapport.Words, p rapport.PayoutRecord, f rapport.FoundTransfer) []string {
	says := []string{}
	if f.Amount != askedOf(p) {
		says = append(says, fmt.Sprintf("Its amount is %s; asked was %s.", say.Money(f.Amount), say.Money(askedOf(p))))
	}
	if f.Destination != p.Destination {
		says = append(says, fmt.Sprintf("It went to %s; asked was %s.", f.Destination, orText(p.Destination, "no account")))
	}
	if last := len(p.Attempts); f.Attempt != last {
		says = append(says, fmt.Sprintf("It says that it is attempt %d; the open one is %d.", f.Attempt, last))
	}
	return says
}

// acceptedWords say what the books make of the amount of a transfer that is accepted; empty where it is what was asked.
func acceptedWords(say rapport.Words, p rapport.PayoutRecord, f rapport.FoundTransfer) string {
	in := func(amount int64) string {
		return say.Money(rapport.Money{Amount: amount, Currency: f.Amount.Currency})
	}
	switch more := f.Amount.Amount - askedOf(p).Amount; {
	case more > 0:
		return fmt.Sprintf("%s more than asked leave the brand's funds, and the creator owes them back: take them back afterwards.", in(more))
	case more < 0:
		return fmt.Sprintf("%s less than asked: they come back to the brand's funds and are not owed any more. If they are, give them as a bonus.", in(-more))
	}
	return ""
}

// acceptTransfer says whether the person may ask to accept a transfer as the payment, and else why not.
func acceptTransfer(p rapport.PayoutRecord, f rapport.FoundTransfer, me rapport.Principal) gen.Command {
	c, reason := gen.Command{Command: "accept", Label: "Accept as the payment"}, ""
	switch {
	case p.State != rapport.PayoutUnknown:
		reason = "It is known what became of this payment."
	case !me.Has(p.BrandID, rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser):
		reason = "Only finance may do this."
	case f.Gone():
		reason = "All of this transfer was taken back, so it paid nothing."
	case f.Amount.Currency != p.Amount.Currency:
		reason = "This transfer is in another currency, so it is no payment of this. Take it back at Stripe."
	case !f.Approved:
		reason = "Nobody approved this payment to the account that has the money. Take it back at Stripe."
	case f.Acceptance != nil && f.Acceptance.ApprovedBy != "":
		reason = f.Acceptance.ApprovedBy + " approved it. It is booked at the next look-up, once the brand's funds cover it."
	}
	c.Allowed, c.Reason = reason == "", orNil(reason)
	return c
}

// approveAcceptance says whether the person may approve what was asked, and else why not.
func approveAcceptance(say rapport.Words, p rapport.PayoutRecord, f rapport.FoundTransfer, me rapport.Principal) gen.Command {
	c, reason := gen.Command{Command: "approve", Label: "Approve: " + say.Money(f.Amount) + " were paid"}, ""
	content := slices.ContainsFunc(p.Evidence.Decisions, func(d rapport.ContentDecision) bool { return d.User.ID == me.UserID })
	switch {
	case p.State != rapport.PayoutUnknown:
		reason = "It is known what became of this payment."
	case !me.Has(p.BrandID, rapport.RoleFinanceReleaser):
		reason = "You are no releaser at this brand."
	case f.Gone():
		reason = "All of this transfer was taken back, so it paid nothing."
	case f.Acceptance.AskedBy.ID == me.UserID:
		reason = "You asked for this, so another person must approve it."
	case f.Acceptance.ApprovedBy != "":
		reason = f.Acceptance.ApprovedBy + " approved it."
	case !f.Acceptance.Newest:
		reason = "Somebody asked for another transfer since."
	case content:
		reason = "You approved the content, so another person must approve its payment."
	}
	c.Allowed, c.Reason = reason == "", orNil(reason)
	return c
}

// AcceptTransfer asks to accept as the payment what Stripe moved otherwise than it was asked. Nothing is booked before another person approved it.
func (s *Server) AcceptTransfer(ctx context.Context, r gen.AcceptTransferRequestObject) (gen.AcceptTransferResponseObject, error) {
	payouts, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[FoundTransferStore](s)
	if err != nil {
		return nil, err
	}
	p, err := payouts.Payout(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	reason := strings.TrimSpace(r.Body.Reason)
	if reason == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "reason", Code: "required", Detail: "Say how it is known that this is the payment: it stays with it."})
	}
	deed, _ := deedID(ctx)
	wish := rapport.TransferAcceptanceCreate{ID: rapport.DeriveID(deed, "acceptance"), PayoutID: p.ID, TransferID: r.Body.TransferId, Reason: reason, By: principalFrom(ctx).UserID}
	if err := store.AskAcceptance(ctx, wish); err != nil {
		return nil, err
	}
	shown, err := s.payout(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return gen.AcceptTransfer201JSONResponse(shown), nil
}

// ApproveAcceptance lets a found transfer be booked as the payment. The row is written with the command to look it up, after the rights check; the
// database checks it again, and whoever books it reads it anew.
func (s *Server) ApproveAcceptance(ctx context.Context, r gen.ApproveAcceptanceRequestObject) (gen.ApproveAcceptanceResponseObject, error) {
	payouts, err := storeAs[PayoutStore](s)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[FoundTransferStore](s)
	if err != nil {
		return nil, err
	}
	p, err := payouts.Payout(ctx, r.Id)
	if err != nil {
		return nil, called("payout", err)
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	me, amount := principalFrom(ctx), fromMoney(r.Body.Amount)
	if !sent {
		if err := s.checkAcceptance(ctx, p, me, r.Body.AcceptanceId, amount); err != nil {
			return nil, err
		}
	}
	approval := rapport.TransferAcceptanceApproval{AcceptanceID: r.Body.AcceptanceId, PayoutID: p.ID, BrandID: p.BrandID, Approver: me.UserID, Amount: amount, StepUpID: me.StepUpID}
	result, err := s.command(ctx, commandRequest{
		Workflow: "payout", ID: p.ID, BrandID: p.BrandID, Cmd: rapport.Command{Kind: rapport.CmdReconcile, Actor: me.UserID},
		Before: func(ctx context.Context) error { return store.ApproveAcceptance(ctx, approval) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/payouts/" + p.ID.String())
		return gen.ApproveAcceptance202JSONResponse{Body: body, Headers: gen.ApproveAcceptance202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.payout(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return gen.ApproveAcceptance200JSONResponse(shown), nil
}

// checkAcceptance refuses what can be seen to be wrong before anything is written.
func (s *Server) checkAcceptance(ctx context.Context, p rapport.PayoutRecord, me rapport.Principal, acceptance uuid.UUID, amount rapport.Money) error {
	say := houseWords(ctx)
	at := slices.IndexFunc(p.Found, func(f rapport.FoundTransfer) bool { return f.Acceptance != nil && f.Acceptance.ID == acceptance })
	if at < 0 {
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_asked", State: string(p.State), Message: "Nobody asks for this now. Load the page again."}
	}
	f := p.Found[at]
	now := approveAcceptance(say, p, f, me)
	switch {
	case !me.Has(p.BrandID, rapport.RoleFinanceReleaser):
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "wrong_role", Message: value(now.Reason)}
	case p.State == rapport.PayoutUnknown && f.Acceptance.AskedBy.ID == me.UserID:
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "own_request", Message: value(now.Reason)}
	case !now.Allowed:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "not_now", State: string(p.State), Message: value(now.Reason)}
	case amount != f.Amount:
		return rapport.Invalid(rapport.Field{Path: "amount", Code: "another_amount", Detail: "What Stripe moved is " + say.Money(f.Amount) + ". An approval is for exactly that."})
	}
	return s.checkProof(me)
}
