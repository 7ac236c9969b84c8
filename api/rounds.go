package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// RoundStore keeps what a partnership's content is held to.
type RoundStore interface {
	DeliverableStore

	PartnershipState(ctx context.Context, id uuid.UUID) (*rapport.Partnership, error)
	MilestoneTitles(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
	CheckRoundFee(ctx context.Context, deliverable uuid.UUID, fee rapport.Money) error
	Submissions(ctx context.Context, deliverable uuid.UUID) ([]rapport.Submission, error)
	Codes(ctx context.Context, partnership uuid.UUID) (rapport.ContentCodes, error)
	SetCodes(ctx context.Context, partnership uuid.UUID, c rapport.ContentCodes, by uuid.UUID) error
}

// ListSubmissions lists every version of a deliverable.
func (s *Server) ListSubmissions(ctx context.Context, r gen.ListSubmissionsRequestObject) (gen.ListSubmissionsResponseObject, error) {
	store, err := storeAs[RoundStore](s)
	if err != nil {
		return nil, err
	}
	if _, err := store.Deliverable(ctx, r.Id); err != nil {
		return nil, called("deliverable", err)
	}
	list, err := store.Submissions(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.ListSubmissions200JSONResponse{Items: each(list, showSubmission)}, nil
}

// PreviewRevocation says what taking an approval back would do, from the state that the workflow wrote down last: the workflow does the
// same from the same rules.
func (s *Server) PreviewRevocation(ctx context.Context, r gen.PreviewRevocationRequestObject) (gen.PreviewRevocationResponseObject, error) {
	store, err := storeAs[RoundStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.Deliverable(ctx, r.Id)
	if err != nil {
		return nil, called("deliverable", err)
	}
	p, err := store.PartnershipState(ctx, d.PartnershipID)
	if err != nil {
		return nil, err
	}
	v := p.PreviewRevoke(d.ID, s.now())
	out := gen.PreviewRevocation200JSONResponse{Allowed: v.Refused == nil, Holds: []gen.RevocationHold{}, Words: []string{}}
	if v.Refused != nil {
		reason := refusalWords(houseWords(ctx), "partnership", rapport.CmdRevokeApproval, *v.Refused, "")
		out.Reason = &reason
		return out, nil
	}
	titles, err := store.MilestoneTitles(ctx, each(v.Holds, func(m rapport.MilestoneState) uuid.UUID { return m.ID }))
	if err != nil {
		return nil, err
	}
	for _, m := range v.Holds {
		out.Holds = append(out.Holds, gen.RevocationHold{Title: titles[m.ID], Amount: toMoney(m.Amount), PayoutId: m.Payout})
	}
	out.DraftDueAt = &v.DraftDue
	out.Words = append(out.Words, fmt.Sprintf("“%s” is not approved any more; the creator is asked by mail not to publish it.", d.Title))
	if n := len(v.Holds); n > 0 {
		out.Words = append(out.Words, fmt.Sprintf("%d payment(s) wait until a version is approved again; a payment that is being sent at this moment cannot be stopped.", n))
	}
	out.Words = append(out.Words, "A new version is due on "+houseWords(ctx).Moment(v.DraftDue)+", and is reviewed from the beginning.")
	return out, nil
}

// OfferRound offers money for a revision round that the contract does not include.
func (s *Server) OfferRound(ctx context.Context, r gen.OfferRoundRequestObject) (gen.OfferRoundResponseObject, error) {
	store, err := storeAs[RoundStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.Deliverable(ctx, r.Id)
	if err != nil {
		return nil, called("deliverable", err)
	}
	fee := fromMoney(r.Body.Fee)
	if bad := rapport.CheckMoney("fee", fee); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: d.PartnershipID, BrandID: d.BrandID,
		Cmd:    rapport.Command{Kind: rapport.CmdOfferRound, Actor: principalFrom(ctx).UserID, Ref: d.ID, Amount: fee},
		Before: func(ctx context.Context) error { return store.CheckRoundFee(ctx, d.ID, fee) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/deliverables?partnership_id=" + d.PartnershipID.String())
		return gen.OfferRound202JSONResponse{Body: body, Headers: gen.OfferRound202ResponseHeaders{Location: location}}, nil
	}
	if d, err = store.Deliverable(ctx, r.Id); err != nil {
		return nil, err
	}
	return gen.OfferRound200JSONResponse(showDeliverable(d)), nil
}

// SetCodes keeps the promo code and the tracked link that a creator must name.
func (s *Server) SetCodes(ctx context.Context, r gen.SetCodesRequestObject) (gen.SetCodesResponseObject, error) {
	store, err := storeAs[RoundStore](s)
	if err != nil {
		return nil, err
	}
	c := rapport.ContentCodes{PromoCode: strings.TrimSpace(value(r.Body.PromoCode)), TrackedLink: strings.TrimSpace(value(r.Body.TrackedLink))}
	if bad := c.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if err := store.SetCodes(ctx, r.Id, c, principalFrom(ctx).UserID); err != nil {
		return nil, called("partnership", err)
	}
	return gen.SetCodes200JSONResponse(showCodes(c)), nil
}

func showCodes(c rapport.ContentCodes) gen.ContentCodes {
	return gen.ContentCodes{PromoCode: orNil(c.PromoCode), TrackedLink: orNil(c.TrackedLink)}
}
