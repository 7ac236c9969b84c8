package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

func toOffer(o rapport.Offer) gen.Offer {
	return gen.Offer{
		Id: o.ID, State: gen.OfferState(o.State), Fee: toMoney(o.Fee), Message: orNil(o.Message), PaidOutside: orNil(o.PaidOutside), Terms: toTerms(o.Terms), SentAt: o.SentAt, ExpiresAt: o.ExpiresAt,
		CounterFee: moneyOf(o.CounterFee), Changes: changesOf(o), Before: offersBefore(o),
	}
}

// changesOf is what an offer changes of the one before; nil for the first.
func changesOf(o rapport.Offer) *[]gen.AmendedLine {
	if o.Before == nil {
		return nil
	}
	changes := each(o.Changes(), toAmendedLine)
	return &changes
}

// offersBefore are the offers that were sent before in the same term, newest first; nil where there are none.
func offersBefore(o rapport.Offer) *[]gen.PastOffer {
	var past []gen.PastOffer
	for b := o.Before; b != nil; b = b.Before {
		past = append(past, gen.PastOffer{
			Id: b.ID, State: gen.OfferState(b.State), Fee: toMoney(b.Fee), CounterFee: moneyOf(b.CounterFee), Message: orNil(b.Message), SentAt: b.SentAt, Changes: changesOf(*b),
		})
	}
	return someOf(past)
}

// SendOffer drafts an offer, which reserves its budget, and has the partnership send it.
func (s *Server) SendOffer(ctx context.Context, r gen.SendOfferRequestObject) (gen.SendOfferResponseObject, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	me := principalFrom(ctx).UserID
	deed, _ := deedID(ctx)
	offer := rapport.OfferDraft{
		ID: rapport.DeriveID(deed, "offer"), PartnershipID: d.ID, Fee: fromMoney(r.Body.Fee), Message: strings.TrimSpace(value(r.Body.Message)), By: me,
		PaidOutside: strings.TrimSpace(value(r.Body.PaidOutside)), Platform: s.cfg.PlatformCountry,
	}
	if r.Body.Terms != nil {
		terms := fromTerms(*r.Body.Terms)
		offer.Terms = &terms
	}
	var conflicts []rapport.Conflict
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: d.ID, BrandID: d.BrandID,
		Cmd: rapport.Command{Kind: rapport.CmdSendOffer, Actor: me, Ref: offer.ID, Amount: offer.Fee},
		Before: func(ctx context.Context) error {
			var err error
			if conflicts, err = s.checkOffer(ctx, d, offer.Terms, strings.TrimSpace(value(r.Body.OverrideReason))); err != nil {
				return err
			}
			if err := store.DraftOffer(ctx, offer); err != nil {
				return err
			}
			return store.NoteCommand(ctx, d.ID, rapport.CmdSendOffer, "Paid outside of Stripe", offer.PaidOutside, false, me)
		},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + d.ID.String())
		return gen.SendOffer202JSONResponse{Body: body, Headers: gen.SendOffer202ResponseHeaders{Location: location}}, nil
	}
	p, err := s.partnership(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	found := each(conflicts, func(c rapport.Conflict) gen.Conflict { return toConflict(c, principalFrom(ctx)) })
	p.Conflicts = &found
	return gen.SendOffer200JSONResponse(p), nil
}

// renewal is the offer of the next term, on the terms and for the fee of the present contract; nil for other commands.
func (s *Server) renewal(ctx context.Context, store PartnershipStore, partnership uuid.UUID, cmd *rapport.Command) (*rapport.OfferDraft, error) {
	if cmd.Kind != rapport.CmdRenew {
		return nil, nil //nolint:nilnil // nothing to renew
	}
	d, err := store.Partnership(ctx, partnership)
	if err != nil {
		return nil, called("partnership", err)
	}
	if d.Contract == nil {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "contract_unknown", State: string(d.Stage), Message: "There is no contract that could be renewed."}
	}
	deed, _ := deedID(ctx)
	cmd.Ref, cmd.Amount = rapport.DeriveID(deed, "offer"), d.Contract.Fee
	offer := &rapport.OfferDraft{
		ID: cmd.Ref, PartnershipID: d.ID, Term: d.Term + 1, Fee: d.Contract.Fee, Terms: &d.Contract.Terms, By: cmd.Actor, Platform: s.cfg.PlatformCountry,
	}
	if d.Offer != nil { // how the present term is paid, the next one is
		offer.PaidOutside = d.Offer.PaidOutside
	}
	return offer, nil
}
