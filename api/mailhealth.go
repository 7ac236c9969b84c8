package api

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// MailHealthStore knows how mail does, and who gets none.
type MailHealthStore interface {
	MailHealth(ctx context.Context, p rapport.Principal, brands []uuid.UUID) (rapport.MailHealth, error)
	ListSuppressions(ctx context.Context, brandID *uuid.UUID, words string, page rapport.Page) ([]rapport.Suppression, []string, error)
	LiftSuppression(ctx context.Context, id uuid.UUID, reason string, by uuid.UUID) error
}

// GetMailHealth says how the mailboxes of the scope do, or that of one brand.
func (s *Server) GetMailHealth(ctx context.Context, r gen.GetMailHealthRequestObject) (gen.GetMailHealthResponseObject, error) {
	brands := rapport.BrandsFrom(ctx)
	if b := r.Params.BrandId; b != nil {
		if !inScope(brands, *b) {
			return nil, notFound("brand")
		}
		brands = []uuid.UUID{*b}
	}
	store, err := storeAs[MailHealthStore](s)
	if err != nil {
		return nil, err
	}
	h, err := store.MailHealth(ctx, principalFrom(ctx), brands)
	if err != nil {
		return nil, err
	}
	out := gen.GetMailHealth200JSONResponse{Mailboxes: each(h.Mailboxes, toMailbox), Unknown: each(h.Unknown, toMessage), Unmatched: h.Unmatched, Days: []gen.MailDay{}}
	if h.House != nil {
		out.Days, out.Unreadable, out.LastReceivedAt, out.LastEventAt = each(h.House.Days, toMailDay), h.House.Unreadable, h.House.LastReceivedAt, h.House.LastEventAt
	}
	return out, nil
}

func toMailbox(m rapport.MailboxHealth) gen.MailboxHealth {
	return gen.MailboxHealth{
		BrandId: m.BrandID, BrandName: m.BrandName, Address: m.Address, Sent: m.Sent, Limit: m.Limit, FullLimit: m.FullLimit, DomainPerHour: m.DomainPerHour, WarmUpEnds: m.WarmUpEnds,
		FreeAt: m.FreeAt, Waiting: m.Waiting, Accepted: m.Accepted, Delivered: m.Delivered, Bounced: m.Bounced, Complaints: m.Complaints, Blocked: m.Blocked,
		BouncePercent: float32(rapport.Percent(m.Bounced, m.Accepted)), ComplaintPercent: float32(rapport.Percent(m.Complaints, m.Accepted)),
	}
}

func toMailDay(d rapport.MailDay) gen.MailDay {
	return gen.MailDay{
		Day: toDate(d.Day), Sent: d.Sent, SentAtProvider: d.SentThere, Received: d.Received, ReceivedAtProvider: d.ReceivedThere, Differs: d.Differs, CheckedAt: d.CheckedAt,
	}
}

// ListSuppressions lists addresses that get no mail, newest first.
func (s *Server) ListSuppressions(ctx context.Context, r gen.ListSuppressionsRequestObject) (gen.ListSuppressionsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[MailHealthStore](s)
	if err != nil {
		return nil, err
	}
	list, next, err := store.ListSuppressions(ctx, r.Params.BrandId, value(r.Params.Q), page)
	if err != nil {
		return nil, err
	}
	return gen.ListSuppressions200JSONResponse{Items: each(list, toSuppression), NextCursor: cursorOf(next)}, nil
}

func toSuppression(x rapport.Suppression) gen.Suppression {
	out := gen.Suppression{Id: x.ID, Email: x.Email, BrandId: x.BrandID, BrandName: orNil(x.BrandName), Reason: gen.SuppressionReason(x.Reason), At: x.At}
	if x.Creator != nil {
		out.Creator = &gen.CreatorRef{Id: x.Creator.ID, Name: x.Creator.Name}
	}
	return out
}

// LiftSuppression lets an address get mail again. The reason is kept with who gave it.
func (s *Server) LiftSuppression(ctx context.Context, r gen.LiftSuppressionRequestObject) (gen.LiftSuppressionResponseObject, error) {
	reason := strings.TrimSpace(r.Body.Reason)
	if reason == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "reason", Code: "required", Detail: "Say why the address gets mail again."})
	}
	store, err := storeAs[MailHealthStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.LiftSuppression(ctx, r.Id, reason, principalFrom(ctx).UserID); err != nil {
		return nil, called("suppression", err)
	}
	return gen.LiftSuppression204Response{}, nil
}
