package api

import (
	"context"
	"strings"

	"rapport"
	"rapport/api/gen"
)

func toOffer(say rapport.Words, o rapport.Offer) gen.Offer {
	return gen.Offer{
		Id: o.ID, State: gen.OfferState(o.State), Fee: toMoney(o.Fee), Message: orNil(o.Message), PaidOutside: orNil(o.PaidOutside), Terms: toTerms(o.Terms), SentAt: o.SentAt, ExpiresAt: o.ExpiresAt,
		CounterFee: moneyOf(o.CounterFee), Asked: askedInstead(say, o), CounterNote: orNil(o.CounterNote), Changes: changesOf(say, o), Before: offersBefore(say, o),
	}
}

// askedInstead is what the creator asks for instead of an offer; nil where that is nothing.
func askedInstead(say rapport.Words, o rapport.Offer) *[]gen.AskedLine {
	return someOf(each(o.Asked(say), func(l rapport.AskedLine) gen.AskedLine {
		out := gen.AskedLine{Of: gen.AskOf(l.Of), Value: l.Value, What: l.Line.What, From: orNil(l.Line.From), To: orNil(l.Line.To)}
		switch l.Of {
		case rapport.AskPieces, rapport.AskDraftDays, rapport.AskPublishDays:
			out.Deliverable = &l.Deliverable
		}
		return out
	}))
}

// changesOf is what an offer changes of the one before; nil for the first.
func changesOf(say rapport.Words, o rapport.Offer) *[]gen.AmendedLine {
	if o.Before == nil {
		return nil
	}
	changes := each(o.Changes(say), toAmendedLine)
	return &changes
}

// offersBefore are the offers that were sent before in the same term, newest first; nil where there are none.
func offersBefore(say rapport.Words, o rapport.Offer) *[]gen.PastOffer {
	var past []gen.PastOffer
	for b := o.Before; b != nil; b = b.Before {
		past = append(past, gen.PastOffer{
			Id: b.ID, State: gen.OfferState(b.State), Fee: toMoney(b.Fee), CounterFee: moneyOf(b.CounterFee), Asked: askedInstead(say, *b), CounterNote: orNil(b.CounterNote), Message: orNil(b.Message),
			SentAt: b.SentAt, Changes: changesOf(say, *b),
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
	p, err := s.putOffer(ctx, d, offer, rapport.Command{Kind: rapport.CmdSendOffer, Actor: me, Ref: offer.ID, Amount: offer.Fee}, strings.TrimSpace(value(r.Body.OverrideReason)))
	if err != nil {
		return nil, err
	}
	if p == nil {
		body, location := pendingAt("/v1/partnerships/" + d.ID.String())
		return gen.SendOffer202JSONResponse{Body: body, Headers: gen.SendOffer202ResponseHeaders{Location: location}}, nil
	}
	return gen.SendOffer200JSONResponse(*p), nil
}

// putOffer checks an offer for conflicts, writes it and has the partnership send it. It answers nil when there is no verdict yet.
func (s *Server) putOffer(ctx context.Context, d rapport.PartnershipDetail, offer rapport.OfferDraft, cmd rapport.Command, override string) (*gen.Partnership, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	var conflicts []rapport.Conflict
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: d.ID, BrandID: d.BrandID, Cmd: cmd,
		Before: func(ctx context.Context) error {
			var err error
			if conflicts, err = s.checkOffer(ctx, d, max(offer.Term, d.Term), offer.Terms, override); err != nil {
				return err
			}
			if err := store.DraftOffer(ctx, offer); err != nil {
				return err
			}
			return store.NoteCommand(ctx, d.ID, cmd.Kind, "Paid outside of Stripe", offer.PaidOutside, false, cmd.Actor)
		},
	})
	if err != nil || result.Pending {
		return nil, err
	}
	p, err := s.partnership(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	found := each(conflicts, func(c rapport.Conflict) gen.Conflict { return toConflict(c, principalFrom(ctx)) })
	p.Conflicts = &found
	return &p, nil
}

// OfferRenewal offers the next term: on the fee and the terms of the present one where nothing else is said.
func (s *Server) OfferRenewal(ctx context.Context, r gen.OfferRenewalRequestObject) (gen.OfferRenewalResponseObject, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	cmd := rapport.Command{Kind: rapport.CmdRenew, Actor: principalFrom(ctx).UserID}
	offer, err := s.renewal(ctx, d, &cmd)
	if err != nil {
		return nil, err
	}
	offer.Fee, offer.Message, offer.PaidOutside = fromMoney(r.Body.Fee), strings.TrimSpace(value(r.Body.Message)), strings.TrimSpace(value(r.Body.PaidOutside))
	cmd.Amount = offer.Fee
	if r.Body.Terms != nil {
		terms := fromTerms(*r.Body.Terms)
		offer.Terms = &terms
	}
	p, err := s.putOffer(ctx, d, offer, cmd, strings.TrimSpace(value(r.Body.OverrideReason)))
	if err != nil {
		return nil, err
	}
	if p == nil {
		body, location := pendingAt("/v1/partnerships/" + d.ID.String())
		return gen.OfferRenewal202JSONResponse{Body: body, Headers: gen.OfferRenewal202ResponseHeaders{Location: location}}, nil
	}
	return gen.OfferRenewal200JSONResponse(*p), nil
}

// ExerciseOption takes the next term by the option of the present contract: for its fee, on the terms of the present one, and without another option.
func (s *Server) ExerciseOption(ctx context.Context, r gen.ExerciseOptionRequestObject) (gen.ExerciseOptionResponseObject, error) {
	store, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	cmd := rapport.Command{Kind: rapport.CmdExerciseOption, Actor: principalFrom(ctx).UserID}
	offer, err := s.renewal(ctx, d, &cmd)
	if err != nil {
		return nil, err
	}
	terms := d.Contract.Terms // an option takes the pieces that it was signed with, whatever amendments brought
	if terms.RenewalOption == nil {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "no_option", State: string(d.Stage), Message: refusalTable["no_option"]}
	}
	offer.Fee.Amount, terms.RenewalOption = terms.RenewalOption.Fee, nil
	offer.Terms, offer.Exercises, cmd.Amount = &terms, true, fromMoney(r.Body.Fee)
	p, err := s.putOffer(ctx, d, offer, cmd, strings.TrimSpace(value(r.Body.OverrideReason)))
	if err != nil {
		return nil, err
	}
	if p == nil {
		body, location := pendingAt("/v1/partnerships/" + d.ID.String())
		return gen.ExerciseOption202JSONResponse{Body: body, Headers: gen.ExerciseOption202ResponseHeaders{Location: location}}, nil
	}
	return gen.ExerciseOption200JSONResponse(*p), nil
}

// renewal is the offer of the next term, on the terms and for the fee of the present contract, and what cmd says of it.
func (s *Server) renewal(ctx context.Context, d rapport.PartnershipDetail, cmd *rapport.Command) (rapport.OfferDraft, error) {
	if d.Contract == nil {
		return rapport.OfferDraft{}, &rapport.Error{Code: rapport.CodeConflict, Reason: "contract_unknown", State: string(d.Stage), Message: "There is no contract that could be renewed."}
	}
	store, err := storeAs[RenewalStore](s)
	if err != nil {
		return rapport.OfferDraft{}, err
	}
	terms, err := store.TermsToRenew(ctx, d.ID)
	if err != nil {
		return rapport.OfferDraft{}, called("contract that both have signed", err)
	}
	deed, _ := deedID(ctx)
	cmd.Ref, cmd.Amount = rapport.DeriveID(deed, "offer"), d.Contract.Fee
	offer := rapport.OfferDraft{
		ID: cmd.Ref, PartnershipID: d.ID, Term: d.Term + 1, Fee: d.Contract.Fee, Terms: &terms, By: cmd.Actor, Platform: s.cfg.PlatformCountry,
	}
	if d.Offer != nil { // how the present term is paid, the next one is
		offer.PaidOutside = d.Offer.PaidOutside
	}
	return offer, nil
}
