package api

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// AmendmentStore drafts amendments.
type AmendmentStore interface {
	PreviewAmendment(ctx context.Context, d rapport.AmendmentDraft) (rapport.AmendmentPreview, error)
	DraftAmendment(ctx context.Context, d rapport.AmendmentDraft) (rapport.AmendmentPreview, error)
	// AmendmentAhead is an amendment that both have not signed; nil for any other contract.
	AmendmentAhead(ctx context.Context, contract uuid.UUID, now time.Time) (*rapport.AmendmentAhead, error)
}

func (s *Server) amendmentOf(ctx context.Context, partnership uuid.UUID, b gen.AmendmentCreate) rapport.AmendmentDraft {
	deed, _ := deedID(ctx)
	return rapport.AmendmentDraft{
		ID: rapport.DeriveID(deed, "amendment"), PartnershipID: partnership, Reason: strings.TrimSpace(value(b.Reason)), By: principalFrom(ctx).UserID, At: s.now(),
		Changes: rapport.Amendment{
			Deliverables: each(value(b.Deliverables), fromDeliverableTerms),
			Moved: each(value(b.Moved), func(m gen.DeliverableMove) rapport.DeliverableMove {
				return rapport.DeliverableMove{ID: m.DeliverableId, DraftDays: value(m.DraftDays), PublishDays: value(m.PublishDays)}
			}),
			Dropped: value(b.Dropped),
			Milestones: each(value(b.Milestones), func(m gen.MilestoneAdded) rapport.MilestoneAdded {
				return rapport.MilestoneAdded{
					Title: strings.TrimSpace(m.Title), Trigger: rapport.Trigger(m.Trigger), Deliverable: value(m.DeliverableId), New: m.New, Amount: m.Amount, NetDays: m.NetDays,
					HoldUntil: strings.TrimSpace(value(m.HoldUntil)), OwedOn: fromDay(m.OwedOn),
				}
			}),
			Extended: each(value(b.Extended), func(e gen.KeyDateExtension) rapport.KeyDateExtension {
				return rapport.KeyDateExtension{Date: e.KeyDateId, Days: e.Days, Assets: value(e.DeliverableIds)}
			}),
			DroppedMilestones: value(b.DroppedMilestones), EndDays: value(b.EndDays), RevisionRounds: b.RevisionRounds, UsageRightsDays: b.UsageRightsDays, AllowlistingDays: b.AllowlistingDays,
			ExclusivityDays: b.ExclusivityDays, Late: fromLateTerms(b.Late), RenewalOption: fromRenewalOption(b.RenewalOption), DropsOption: value(b.DropOption), Clause: strings.TrimSpace(value(b.Clause)),
		},
	}
}

// PreviewAmendment says what an amendment would change and what would stay.
func (s *Server) PreviewAmendment(ctx context.Context, r gen.PreviewAmendmentRequestObject) (gen.PreviewAmendmentResponseObject, error) {
	store, err := storeAs[AmendmentStore](s)
	if err != nil {
		return nil, err
	}
	p, err := store.PreviewAmendment(ctx, s.amendmentOf(ctx, r.Id, *r.Body))
	if err != nil {
		return nil, called("partnership", err)
	}
	conflicts, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	found, err := s.conflictsOf(ctx, conflicts, p.Slots)
	if err != nil {
		return nil, err
	}
	follows, err := s.amendmentFollows(ctx, r.Id, p.Ahead)
	if err != nil {
		return nil, err
	}
	return gen.PreviewAmendment200JSONResponse{
		Follows:    follows,
		ContractId: p.ContractID, Number: p.Number, Changes: each(p.Changes, toAmendedLine), Pinned: each(p.Pinned, toAmendedLine),
		Conflicts: each(found, func(c rapport.Conflict) gen.Conflict { return toConflict(c, principalFrom(ctx)) }), FeeNow: toMoney(p.FeeNow), FeeThen: toMoney(p.FeeThen), Text: p.Text,
	}, nil
}

func toAmendedLine(l rapport.AmendedLine) gen.AmendedLine {
	return gen.AmendedLine{What: l.What, From: orNil(l.From), To: orNil(l.To), Material: orNot(l.Material)}
}

// DraftAmendment writes an amendment, whose added money the budget must have room for, and lets the partnership wait for its approval.
func (s *Server) DraftAmendment(ctx context.Context, r gen.DraftAmendmentRequestObject) (gen.DraftAmendmentResponseObject, error) {
	store, err := storeAs[AmendmentStore](s)
	if err != nil {
		return nil, err
	}
	partnerships, err := s.partnershipStore()
	if err != nil {
		return nil, err
	}
	conflicts, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	p, err := partnerships.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	d := s.amendmentOf(ctx, r.Id, *r.Body)
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: r.Id, BrandID: p.BrandID,
		Cmd: rapport.Command{Kind: rapport.CmdAmend, Actor: d.By, Ref: d.ID},
		Before: func(ctx context.Context) error {
			drafted, err := store.DraftAmendment(ctx, d)
			if err != nil {
				return err
			}
			_, err = s.checkPlanned(ctx, conflicts, p.PartnershipSummary, drafted.Slots, strings.TrimSpace(value(r.Body.OverrideReason)), changeTerms)
			return err // and nothing was drafted
		},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + r.Id.String())
		return gen.DraftAmendment202JSONResponse{Body: body, Headers: gen.DraftAmendment202ResponseHeaders{Location: location}}, nil
	}
	after, err := s.partnership(ctx, r.Id)
	return gen.DraftAmendment200JSONResponse(after), err
}

func toSignedRef(r rapport.SignedRef) gen.SignedRef {
	out := gen.SignedRef{Id: r.ID, Number: r.Number, State: orNil(r.State), ExecutedAt: r.ExecutedAt}
	if !r.CreatedAt.IsZero() {
		out.CreatedAt = &r.CreatedAt
	}
	return out
}

func signedRefOf(r *rapport.SignedRef) *gen.SignedRef {
	if r == nil {
		return nil
	}
	out := toSignedRef(*r)
	return &out
}
