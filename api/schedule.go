package api

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// canSchedule says whether the creator may say when the content will be published; the partnership has the last word.
func canSchedule(page rapport.PortalPage, d rapport.PortalDeliverable, now time.Time) bool {
	return page.Stage == rapport.StageActive && rapport.MayBeScheduled(d.State) && d.PublishBy != nil && d.PublishBy.After(now)
}

// PreviewSchedule says what stands in the way of publishing content at a time.
func (s *Server) PreviewSchedule(ctx context.Context, r gen.PreviewScheduleRequestObject) (gen.PreviewScheduleResponseObject, error) {
	p, d, err := s.deliverableToPlan(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	at := r.Body.PublishAt.UTC().Truncate(time.Microsecond) // as it is remembered
	if bad := rapport.CheckPublishAt(at, value(d.PublishFrom), value(d.PublishBy), s.now()); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	slot, found, err := s.scheduleConflicts(ctx, p, d.ID, at)
	return gen.PreviewSchedule200JSONResponse{
		CreatorZone: slot.CreatorZone, Conflicts: each(found, func(c rapport.Conflict) gen.Conflict { return toConflict(c, principalFrom(ctx)) }),
	}, err
}

// SchedulePost plans when content will be published. What blocks in the calendar refuses it, as it refuses an offer.
func (s *Server) SchedulePost(ctx context.Context, r gen.SchedulePostRequestObject) (gen.SchedulePostResponseObject, error) {
	p, d, err := s.deliverableToPlan(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	at := r.Body.PublishAt.UTC().Truncate(time.Microsecond) // as it is remembered
	if err := s.checkPublishAt(ctx, at, value(d.PublishFrom), value(d.PublishBy), d.State); err != nil {
		return nil, err
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: p.ID, BrandID: p.BrandID, Cmd: rapport.Command{
			Kind: rapport.CmdSchedulePost, Actor: principalFrom(ctx).UserID, Ref: d.ID, Until: at, Instead: insteadOf(r.Body.InsteadOf),
		},
		Before: func(ctx context.Context) error {
			conflicts, err := storeAs[ConflictStore](s)
			if err != nil {
				return err
			}
			slot, err := s.scheduledSlot(ctx, p, d.ID, at)
			if err != nil {
				return err
			}
			_, err = s.checkPlanned(ctx, conflicts, p.PartnershipSummary, []rapport.Slot{slot}, strings.TrimSpace(value(r.Body.OverrideReason)), "Nothing was planned. Choose another time,")
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + p.ID.String())
		return gen.SchedulePost202JSONResponse{Body: body, Headers: gen.SchedulePost202ResponseHeaders{Location: location}}, nil
	}
	after, err := s.partnership(ctx, p.ID)
	return gen.SchedulePost200JSONResponse(after), err
}

// UnschedulePost takes the planned time back.
func (s *Server) UnschedulePost(ctx context.Context, r gen.UnschedulePostRequestObject) (gen.UnschedulePostResponseObject, error) {
	p, d, err := s.deliverableToPlan(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "partnership", ID: p.ID, BrandID: p.BrandID, Cmd: rapport.Command{Kind: rapport.CmdUnschedulePost, Actor: principalFrom(ctx).UserID, Ref: d.ID},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + p.ID.String())
		return gen.UnschedulePost202JSONResponse{Body: body, Headers: gen.UnschedulePost202ResponseHeaders{Location: location}}, nil
	}
	after, err := s.partnership(ctx, p.ID)
	return gen.UnschedulePost200JSONResponse(after), err
}

// SchedulePortalPost keeps when the creator will publish. What blocks in the calendar refuses it, in words that name no other brand; what only warns is the
// house's to look at.
func (s *Server) SchedulePortalPost(ctx context.Context, r gen.SchedulePortalPostRequestObject) (gen.SchedulePortalPostResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	d, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	at := r.Body.PublishAt.UTC().Truncate(time.Microsecond) // as it is remembered
	if err := s.checkPublishAt(ctx, at, value(d.PublishFrom), value(d.PublishBy), d.State); err != nil {
		return nil, err
	}
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdSchedulePost, Ref: d.ID, Until: at, Instead: insteadOf(r.Body.InsteadOf)}, func(ctx context.Context) error {
		partnerships, err := s.partnershipStore()
		if err != nil {
			return err
		}
		p, err := partnerships.Partnership(ctx, who.PartnershipID)
		if err != nil {
			return called("partnership", err)
		}
		_, found, err := s.scheduleConflicts(ctx, p, d.ID, at)
		if blocking := rapport.Blocking(found); err == nil && len(blocking) > 0 {
			err = creatorConflict(blocking[0], d.State)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.SchedulePortalPost202JSONResponse{Body: body, Headers: gen.SchedulePortalPost202ResponseHeaders{Location: location}}, nil
	}
	return gen.SchedulePortalPost200JSONResponse(home), nil
}

// UnschedulePortalPost takes the creator's planned time back.
func (s *Server) UnschedulePortalPost(ctx context.Context, r gen.UnschedulePortalPostRequestObject) (gen.UnschedulePortalPostResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	d, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdUnschedulePost, Ref: d.ID}, nil)
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.UnschedulePortalPost202JSONResponse{Body: body, Headers: gen.UnschedulePortalPost202ResponseHeaders{Location: location}}, nil
	}
	return gen.UnschedulePortalPost200JSONResponse(home), nil
}

// insteadOf is the plan that a caller replaces. Who names none has seen none.
func insteadOf(shown *time.Time) *time.Time {
	seen := value(shown).UTC()
	return &seen
}

// creatorConflict tells a creator what blocks a time, without a word of whom else they work for: they have signed that, and the brands are walls.
func creatorConflict(c rapport.Conflict, state string) error {
	if c.Kind == rapport.ConflictEmbargo {
		return &rapport.Error{
			Code: rapport.CodeConflict, Reason: "post_too_early", State: state, Message: "Nothing of this campaign may be out by then. Choose a later time, or ask us.",
		}
	}
	return &rapport.Error{
		Code: rapport.CodeConflict, Reason: "post_promised_elsewhere", State: state, Message: "You have promised not to post for others then. Choose another time, or ask us.",
	}
}

// deliverableToPlan is a deliverable of the newest term, with its partnership.
func (s *Server) deliverableToPlan(ctx context.Context, id uuid.UUID) (p rapport.PartnershipDetail, d rapport.PartnershipDeliverable, err error) {
	store, err := storeAs[DeliverableStore](s)
	if err != nil {
		return p, d, err
	}
	partnerships, err := s.partnershipStore()
	if err != nil {
		return p, d, err
	}
	item, err := store.Deliverable(ctx, id)
	if err != nil {
		return p, d, called("deliverable", err)
	}
	if p, err = partnerships.Partnership(ctx, item.PartnershipID); err != nil {
		return p, d, called("partnership", err)
	}
	at := slices.IndexFunc(p.Deliverables, func(d rapport.PartnershipDeliverable) bool { return d.ID == id })
	if at < 0 {
		return p, d, &rapport.Error{Code: rapport.CodeConflict, Reason: "deliverable_unknown", State: item.State, Message: "This deliverable is not one of the present term."}
	}
	return p, p.Deliverables[at], nil
}

// checkPublishAt refuses a time that does not fit into the publish window, unless it is the repetition of one that did. Content that is not approved has a
// refusal of its own, which the partnership gives.
func (s *Server) checkPublishAt(ctx context.Context, at, from, by time.Time, state string) error {
	sent, err := s.sentBefore(ctx)
	if err != nil || sent || !rapport.MayBeScheduled(state) {
		return err
	}
	if bad := rapport.CheckPublishAt(at, from, by, s.now()); len(bad) > 0 {
		return rapport.Invalid(bad...)
	}
	return nil
}

// scheduleConflicts are what stands in the way of publishing at a time, with the slot that it would take.
func (s *Server) scheduleConflicts(ctx context.Context, p rapport.PartnershipDetail, deliverable uuid.UUID, at time.Time) (slot rapport.Slot, found []rapport.Conflict, err error) {
	store, err := storeAs[ConflictStore](s)
	if err != nil {
		return slot, nil, err
	}
	if slot, err = s.scheduledSlot(ctx, p, deliverable, at); err != nil {
		return slot, nil, err
	}
	found, err = s.conflictsOf(ctx, store, []rapport.Slot{slot})
	return slot, found, err
}

func (s *Server) scheduledSlot(ctx context.Context, p rapport.PartnershipDetail, deliverable uuid.UUID, at time.Time) (rapport.Slot, error) {
	term, err := s.movingTerm(ctx, p)
	if err != nil {
		return rapport.Slot{}, err
	}
	return rapport.ScheduledSlot(rapport.Slot{
		BrandID: p.BrandID, CampaignID: p.CampaignID, PartnershipID: p.ID, Term: p.Term, Creator: rapport.UserRef{ID: p.Creator.ID, Name: p.Creator.Name}, CreatorZone: term.Creator.Zone,
	}, term, deliverable, at)
}
