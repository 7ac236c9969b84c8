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

// ExtensionStore keeps what creators ask for and are answered about later dates.
type ExtensionStore interface {
	AddExtension(ctx context.Context, x rapport.Extension) error
	AnswerExtension(ctx context.Context, id, extension uuid.UUID, words string, by uuid.UUID) error
	Extension(ctx context.Context, id uuid.UUID) (rapport.Extension, error)
}

func toExtension(x *rapport.Extension) *gen.Extension {
	if x == nil {
		return nil
	}
	out := gen.Extension{
		Id: x.ID, State: gen.ExtensionState(x.State), Reason: x.Reason, DraftDueAt: x.DraftDueAt, PublishBy: x.PublishBy, AnswerBy: x.AnswerBy,
		GrantedDraftDueAt: x.GrantedDraftDueAt, GrantedPublishBy: x.GrantedPublishBy, Answer: orNil(x.Answer), CreatedAt: x.CreatedAt, EndedAt: x.EndedAt,
	}
	if x.AnsweredBy != nil {
		out.AnsweredBy = &x.AnsweredBy.Name
	}
	return &out
}

// portalExtension is a request as its creator sees it: a brand answers, and no person of it.
func portalExtension(x *rapport.Extension) *gen.Extension {
	out := toExtension(x)
	if out != nil {
		out.AnsweredBy = nil
	}
	return out
}

// canAskForTime says whether later dates may be asked for now; the partnership has the last word.
func canAskForTime(page rapport.PortalPage, d rapport.PortalDeliverable) bool {
	return page.Stage == rapport.StageActive && !asksForTime(d) && !rapport.WaitsForProduct(d.DraftAfter, d.State, d.DraftDueAt) && (canSubmit(page, d) || mayPost(page, d) && d.State != "posted")
}

func asksForTime(d rapport.PortalDeliverable) bool {
	return d.Extension != nil && d.Extension.State == "open"
}

// moveOf are the dates of a body, of which one at least must be there to move anything.
func moveOf(draft, publish *time.Time) (m rapport.DeliverableMove) {
	if draft != nil {
		m.DraftDue = draft.UTC()
	}
	if publish != nil {
		m.PublishBy = publish.UTC()
	}
	return m
}

// RequestExtension asks the house for later dates.
func (s *Server) RequestExtension(ctx context.Context, r gen.RequestExtensionRequestObject) (gen.RequestExtensionResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	extensions, err := storeAs[ExtensionStore](s)
	if err != nil {
		return nil, err
	}
	d, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	move, reason := moveOf(r.Body.DraftDueAt, r.Body.PublishBy), strings.TrimSpace(r.Body.Reason)
	var bad []rapport.Field
	if reason == "" {
		bad = append(bad, rapport.Field{Path: "reason", Code: "required", Detail: "Say in a few words why."})
	}
	if !sent {
		bad = append(bad, move.CheckLater(d.State, value(d.DraftDueAt), value(d.PublishBy), s.now())...)
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	deed, _ := deedID(ctx)
	x := rapport.Extension{
		ID: rapport.DeriveID(deed, "extension"), PartnershipID: who.PartnershipID, DeliverableID: d.ID, Reason: reason, DraftDueAt: timeOrNil(move.DraftDue), PublishBy: timeOrNil(move.PublishBy),
	}
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdRequestExtension, Ref: d.ID, Ref2: x.ID, Move: &move},
		func(ctx context.Context) error { return extensions.AddExtension(ctx, x) })
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.RequestExtension202JSONResponse{Body: body, Headers: gen.RequestExtension202ResponseHeaders{Location: location}}, nil
	}
	return gen.RequestExtension200JSONResponse(home), nil
}

// WithdrawExtension takes the creator's request back.
func (s *Server) WithdrawExtension(ctx context.Context, r gen.WithdrawExtensionRequestObject) (gen.WithdrawExtensionResponseObject, error) {
	store, who, page, err := s.visit(ctx)
	if err != nil {
		return nil, err
	}
	d, err := deliverableOf(page, r.Id)
	if err != nil {
		return nil, err
	}
	if d.Extension == nil {
		return nil, notFound("request")
	}
	home, shown, err := s.portalCommand(ctx, store, who, rapport.Command{Kind: rapport.CmdWithdrawExtension, Ref: d.ID, Ref2: d.Extension.ID}, nil)
	if err != nil {
		return nil, err
	}
	if !shown {
		body, location := pendingAt(portalHomePath)
		return gen.WithdrawExtension202JSONResponse{Body: body, Headers: gen.WithdrawExtension202ResponseHeaders{Location: location}}, nil
	}
	return gen.WithdrawExtension200JSONResponse(home), nil
}

// GrantExtension moves the dates of a deliverable. What blocks in the calendar refuses it, as it refuses an offer.
func (s *Server) GrantExtension(ctx context.Context, r gen.GrantExtensionRequestObject) (gen.GrantExtensionResponseObject, error) {
	x, p, err := s.extension(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	d, move, err := grantOf(x, p, *r.Body)
	if err != nil {
		return nil, err
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if bad := move.CheckLater(d.State, value(d.DraftDueAt), value(d.PublishBy), s.now()); len(bad) > 0 && !sent && x.State == "open" {
		return nil, rapport.Invalid(bad...)
	}
	result, err := s.answerExtension(ctx, x, rapport.Command{Kind: rapport.CmdGrantExtension, Move: &move}, value(r.Body.Words), func(ctx context.Context) error {
		return s.checkMove(ctx, p, move, strings.TrimSpace(value(r.Body.OverrideReason)))
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + p.ID.String())
		return gen.GrantExtension202JSONResponse{Body: body, Headers: gen.GrantExtension202ResponseHeaders{Location: location}}, nil
	}
	after, err := s.partnership(ctx, p.ID)
	return gen.GrantExtension200JSONResponse(after), err
}

// grantOf is the deliverable that a request is about, and the dates that an answer gives it: those that were asked for where it names none.
func grantOf(x rapport.Extension, p rapport.PartnershipDetail, g gen.ExtensionGrant) (d rapport.PartnershipDeliverable, move rapport.DeliverableMove, err error) {
	at := slices.IndexFunc(p.Deliverables, func(d rapport.PartnershipDeliverable) bool { return d.ID == x.DeliverableID })
	if at < 0 {
		return d, move, notFound("request")
	}
	move = moveOf(g.DraftDueAt, g.PublishBy)
	if g.DraftDueAt == nil && g.PublishBy == nil {
		move = moveOf(x.DraftDueAt, x.PublishBy)
	}
	move.ID = x.DeliverableID
	return p.Deliverables[at], move, nil
}

// PreviewExtension says what later dates would do.
func (s *Server) PreviewExtension(ctx context.Context, r gen.PreviewExtensionRequestObject) (gen.PreviewExtensionResponseObject, error) {
	x, p, err := s.extension(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	d, move, err := grantOf(x, p, *r.Body)
	if err != nil {
		return nil, err
	}
	if x.State != "open" {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "no_extension_open", State: x.State, Message: "The request is settled already. Load the page again."}
	}
	if bad := move.CheckLater(d.State, value(d.DraftDueAt), value(d.PublishBy), s.now()); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	term, err := s.movingTerm(ctx, p)
	if err != nil {
		return nil, err
	}
	conflicts, err := storeAs[ConflictStore](s)
	if err != nil {
		return nil, err
	}
	found, err := s.conflictsOf(ctx, conflicts, s.movedSlots(p, term, move))
	if err != nil {
		return nil, err
	}
	changes, pinned := move.Effects(term, s.now(), houseWords(ctx))
	return gen.PreviewExtension200JSONResponse{
		Changes: each(changes, toAmendedLine), Pinned: each(pinned, toAmendedLine),
		Conflicts: each(found, func(c rapport.Conflict) gen.Conflict { return toConflict(c, principalFrom(ctx)) }),
	}, nil
}

// movingTerm is a partnership's term as far as the dates of its deliverables go.
func (s *Server) movingTerm(ctx context.Context, p rapport.PartnershipDetail) (rapport.RunningTerm, error) {
	t := rapport.RunningTerm{Deliverables: p.Deliverables, Milestones: p.Milestones}
	if p.Contract != nil {
		t.Terms, t.EndsAt = p.Contract.Terms, value(p.Contract.EndsAt)
	}
	calendars, err := storeAs[CalendarStore](s)
	if err != nil {
		return t, err
	}
	if t.Brand, err = calendars.CreatorCalendar(ctx, p.BrandID, nil); err != nil {
		return t, err
	}
	t.Creator, err = calendars.CreatorCalendar(ctx, p.BrandID, &p.Creator.ID)
	return t, err
}

// movedSlots are the slots of a deliverable that moves.
func (s *Server) movedSlots(p rapport.PartnershipDetail, t rapport.RunningTerm, move rapport.DeliverableMove) []rapport.Slot {
	return rapport.AmendedSlots(rapport.Slot{
		BrandID: p.BrandID, CampaignID: p.CampaignID, PartnershipID: p.ID, Term: p.Term, Creator: rapport.UserRef{ID: p.Creator.ID, Name: p.Creator.Name}, CreatorZone: t.Creator.Zone,
	}, t, rapport.Amendment{Moved: []rapport.DeliverableMove{move}}, s.now())
}

// checkMove holds the dates that a deliverable would move to against the calendar.
func (s *Server) checkMove(ctx context.Context, p rapport.PartnershipDetail, move rapport.DeliverableMove, reason string) error {
	conflicts, err := storeAs[ConflictStore](s)
	if err != nil {
		return err
	}
	term, err := s.movingTerm(ctx, p)
	if err != nil {
		return err
	}
	_, err = s.checkPlanned(ctx, conflicts, p.PartnershipSummary, s.movedSlots(p, term, move), reason, "Nothing was changed. Give another time,")
	return err
}

// DeclineExtension leaves the dates as they are, with words for the creator.
func (s *Server) DeclineExtension(ctx context.Context, r gen.DeclineExtensionRequestObject) (gen.DeclineExtensionResponseObject, error) {
	x, p, err := s.extension(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(r.Body.Words) == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "words", Code: "required", Detail: "Tell the creator why."})
	}
	result, err := s.answerExtension(ctx, x, rapport.Command{Kind: rapport.CmdDeclineExtension}, r.Body.Words, nil)
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/partnerships/" + p.ID.String())
		return gen.DeclineExtension202JSONResponse{Body: body, Headers: gen.DeclineExtension202ResponseHeaders{Location: location}}, nil
	}
	after, err := s.partnership(ctx, p.ID)
	return gen.DeclineExtension200JSONResponse(after), err
}

func (s *Server) extension(ctx context.Context, id uuid.UUID) (x rapport.Extension, p rapport.PartnershipDetail, err error) {
	store, err := storeAs[ExtensionStore](s)
	if err != nil {
		return x, p, err
	}
	partnerships, err := s.partnershipStore()
	if err != nil {
		return x, p, err
	}
	if x, err = store.Extension(ctx, id); err != nil {
		return x, p, called("request", err)
	}
	p, err = partnerships.Partnership(ctx, x.PartnershipID)
	return x, p, called("partnership", err)
}

// answerExtension gives the command of a person of the house with their words.
func (s *Server) answerExtension(ctx context.Context, x rapport.Extension, cmd rapport.Command, words string, before func(ctx context.Context) error) (commandResult, error) {
	store, err := storeAs[ExtensionStore](s)
	if err != nil {
		return commandResult{}, err
	}
	cmd.Actor, cmd.Ref, cmd.Ref2 = principalFrom(ctx).UserID, x.DeliverableID, x.ID
	deed, _ := deedID(ctx)
	return s.command(ctx, commandRequest{Workflow: "partnership", ID: x.PartnershipID, BrandID: x.BrandID, Cmd: cmd, Before: func(ctx context.Context) error {
		if before != nil {
			if err := before(ctx); err != nil {
				return err
			}
		}
		return store.AnswerExtension(ctx, deed, x.ID, strings.TrimSpace(words), cmd.Actor)
	}})
}
