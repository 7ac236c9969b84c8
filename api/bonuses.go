package api

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"rapport"
	"rapport/api/gen"
)

// BonusStore keeps what bonuses rest on.
type BonusStore interface {
	DeliverableStore

	EnterPostNumber(ctx context.Context, n rapport.PostNumber) error
	PostNumbers(ctx context.Context, deliverable uuid.UUID) ([]rapport.PostNumber, error)
	GiveBonus(ctx context.Context, b rapport.GivenBonus) error
}

// ListPostNumbers lists the numbers of a deliverable's post.
func (s *Server) ListPostNumbers(ctx context.Context, r gen.ListPostNumbersRequestObject) (gen.ListPostNumbersResponseObject, error) {
	store, err := storeAs[BonusStore](s)
	if err != nil {
		return nil, err
	}
	if _, err := store.Deliverable(ctx, r.Id); err != nil {
		return nil, called("deliverable", err)
	}
	list, err := store.PostNumbers(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.ListPostNumbers200JSONResponse{Items: each(list, func(n rapport.PostNumber) gen.PostNumber {
		return gen.PostNumber{
			Id: n.ID, Metric: gen.Metric(n.Metric), Value: n.Value, StoodAt: n.StoodAt, Source: n.Source, Url: orNil(n.URL), EnteredBy: toUserRef(n.EnteredBy), EnteredAt: n.EnteredAt,
		}
	})}, nil
}

// EnterPostNumber writes a number of a post and has the partnership decide the bonuses that it decides.
func (s *Server) EnterPostNumber(ctx context.Context, r gen.EnterPostNumberRequestObject) (gen.EnterPostNumberResponseObject, error) {
	store, err := storeAs[BonusStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.Deliverable(ctx, r.Id)
	if err != nil {
		return nil, called("deliverable", err)
	}
	deed, _ := deedID(ctx)
	n := rapport.PostNumber{
		ID: rapport.DeriveID(deed, "number"), DeliverableID: d.ID, Metric: rapport.Metric(r.Body.Metric), Value: r.Body.Value, StoodAt: r.Body.StoodAt.UTC(),
		Source: strings.TrimSpace(r.Body.Source), URL: strings.TrimSpace(value(r.Body.Url)), EnteredBy: rapport.UserRef{ID: principalFrom(ctx).UserID},
	}
	if bad := n.Check(s.now()); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: d.PartnershipID, BrandID: d.BrandID,
		Cmd:    rapport.Command{Kind: rapport.CmdRecordNumber, Actor: n.EnteredBy.ID, Ref: d.ID, Code: string(n.Metric), N: n.Value, Until: n.StoodAt},
		Before: func(ctx context.Context) error { return store.EnterPostNumber(ctx, n) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + d.PartnershipID.String())
		return gen.EnterPostNumber202JSONResponse{Body: body, Headers: gen.EnterPostNumber202ResponseHeaders{Location: location}}, nil
	}
	p, err := s.partnership(ctx, d.PartnershipID)
	return gen.EnterPostNumber200JSONResponse(p), err
}

// GiveBonus owes a creator more than the contract says; it is released as any payment is.
func (s *Server) GiveBonus(ctx context.Context, r gen.GiveBonusRequestObject) (gen.GiveBonusResponseObject, error) {
	partnerships, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	store, err := storeAs[BonusStore](s)
	if err != nil {
		return nil, err
	}
	brand, _, err := partnerships.PartnershipBrand(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	deed, _ := deedID(ctx)
	b := rapport.GivenBonus{
		ID: rapport.DeriveID(deed, "bonus"), PartnershipID: r.Id, DeliverableID: r.Body.DeliverableId, Amount: fromMoney(r.Body.Amount), Reason: strings.TrimSpace(r.Body.Reason),
		By: rapport.UserRef{ID: principalFrom(ctx).UserID},
	}
	bad := b.Check()
	if b.DeliverableID != nil {
		if d, err := store.Deliverable(ctx, *b.DeliverableID); err != nil || d.PartnershipID != r.Id {
			bad = append(bad, rapport.Field{Path: "deliverable_id", Code: "unknown", Detail: "There is no such deliverable in this partnership."})
		}
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: r.Id, BrandID: brand,
		Cmd:    rapport.Command{Kind: rapport.CmdGiveBonus, Actor: b.By.ID, Ref: b.ID, Ref2: value(b.DeliverableID), Amount: b.Amount},
		Before: func(ctx context.Context) error { return store.GiveBonus(ctx, b) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + r.Id.String())
		return gen.GiveBonus202JSONResponse{Body: body, Headers: gen.GiveBonus202ResponseHeaders{Location: location}}, nil
	}
	p, err := s.partnership(ctx, r.Id)
	return gen.GiveBonus200JSONResponse(p), err
}

func toThreshold(t *rapport.Threshold) *gen.Threshold {
	if t == nil {
		return nil
	}
	return &gen.Threshold{Metric: gen.Metric(t.Metric), AtLeast: t.AtLeast, WithinDays: t.WithinDays}
}

func fromThreshold(t *gen.Threshold) *rapport.Threshold {
	if t == nil {
		return nil
	}
	return &rapport.Threshold{Metric: rapport.Metric(t.Metric), AtLeast: t.AtLeast, WithinDays: t.WithinDays}
}

// numberWords say what a number was, when, and how that is known.
func numberWords(say rapport.Words, n rapport.PostNumber) string {
	words := message.NewPrinter(language.English).Sprintf("%d %s on %s, entered by %s on %s. Read from: %s.",
		n.Value, n.Metric, say.Moment(n.StoodAt), n.EnteredBy.Name, say.Moment(n.EnteredAt), n.Source)
	if n.URL != "" {
		words += " Shown at " + n.URL
	}
	return words
}

// goalWords tell a creator how far a bonus is.
func goalWords(say rapport.Words, p rapport.PortalPayment) string {
	if p.Threshold == nil {
		return ""
	}
	words := say.Say("A bonus, when your post has %d %s within %s after publication", p.Threshold.AtLeast, say.Say(string(p.Threshold.Metric)), say.Say("%d days", p.Threshold.WithinDays))
	if p.Number != nil {
		words = say.Say("%s; now %d", words, *p.Number)
	}
	if p.CountsUntil != nil {
		words = say.Say("%s. It counts until %s", words, say.Moment(*p.CountsUntil))
	}
	return words
}
