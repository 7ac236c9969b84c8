package api

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// ReviewStore keeps reviews and their decisions.
type ReviewStore interface {
	DeliverableStore

	ListReviews(ctx context.Context, f rapport.ReviewFilter, page rapport.Page) ([]rapport.ReviewItem, []string, error)
	Review(ctx context.Context, id uuid.UUID) (rapport.ReviewItem, error)
	ReviewDecisions(ctx context.Context, review uuid.UUID) ([]rapport.ReviewDecision, error)
	Submissions(ctx context.Context, deliverable uuid.UUID) ([]rapport.Submission, error)
	// Corrections are of the approvals that stand; approved only of reviews that have approved.
	Corrections(ctx context.Context, submissions []uuid.UUID, approved bool) (map[uuid.UUID][]rapport.Correction, error)
	// Voices are for whom, beside themselves, a person may decide at a brand now; nearest first.
	Voices(ctx context.Context, brand, user uuid.UUID) ([]uuid.UUID, error)
	// Deciding says that a decision of a person is still being recorded.
	Deciding(ctx context.Context, user uuid.UUID) (bool, error)
	ReviewStanding(ctx context.Context, review, user uuid.UUID) (rapport.ReviewStanding, error)
	// IsSubmitter says that a person of the house is who makes the content of a partnership.
	IsSubmitter(ctx context.Context, partnership, user uuid.UUID) (bool, error)
	// UserCalendar is a person's own calendar; nil for one who works in the brand's time.
	UserCalendar(ctx context.Context, brand, user uuid.UUID) (*rapport.Calendar, error)
	// CanDecide says that a person has a role at a brand with which content is decided on.
	CanDecide(ctx context.Context, brand, user uuid.UUID) (bool, error)
	ProposeDecision(ctx context.Context, d rapport.ReviewDecision) error
	UserNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)
}

// ListReviews lists reviews by due time.
func (s *Server) ListReviews(ctx context.Context, r gen.ListReviewsRequestObject) (gen.ListReviewsResponseObject, error) {
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx).UserID
	filter, err := reviewFilter(r.Params, me)
	if err != nil {
		return nil, err
	}
	if err := ownDecisions(ctx, store); err != nil {
		return nil, err
	}
	items, next, err := store.ListReviews(ctx, filter, page)
	if err != nil {
		return nil, err
	}
	desk, err := s.deskOf(ctx, store, me, items)
	if err != nil {
		return nil, err
	}
	list := gen.ListReviews200JSONResponse{Items: make([]gen.ReviewSummary, len(items)), NextCursor: cursorOf(next)}
	for i, item := range items {
		list.Items[i] = desk.summary(item)
	}
	return list, nil
}

// reviewFilter reads what a list of reviews, and the same as a table, are narrowed by.
func reviewFilter(p gen.ListReviewsParams, me uuid.UUID) (rapport.ReviewFilter, error) {
	filter := rapport.ReviewFilter{BrandID: p.BrandId, State: value(p.State), Words: value(p.Q)}
	switch who := value(p.AssignedTo); who {
	case "":
	case "me":
		filter.AssignedTo = &me
	default:
		id, err := uuid.Parse(who)
		if err != nil {
			return filter, rapport.Invalid(rapport.Field{Path: "assigned_to", Code: "bad_value", Detail: "This is “me” or the id of a person."})
		}
		filter.AssignedTo = &id
	}
	return filter, nil
}

// desk is from where one person looks at reviews: for whom they may decide, by brand.
type desk struct {
	me     uuid.UUID
	say    rapport.Words
	voices map[uuid.UUID][]uuid.UUID
	names  map[uuid.UUID]string
}

func (s *Server) deskOf(ctx context.Context, store ReviewStore, me uuid.UUID, items []rapport.ReviewItem) (desk, error) {
	d := desk{me: me, say: houseWords(ctx), voices: map[uuid.UUID][]uuid.UUID{}}
	var all []uuid.UUID
	for _, r := range items {
		if _, known := d.voices[r.BrandID]; known {
			continue
		}
		others, err := store.Voices(ctx, r.BrandID, me)
		if err != nil {
			return d, err
		}
		d.voices[r.BrandID] = others
		all = append(all, others...)
	}
	var err error
	if len(all) > 0 {
		d.names, err = store.UserNames(ctx, all)
	}
	return d, err
}

// behalf is with whose voice the person would decide: their own where they are asked, else the nearest that they were given and may use.
func (d desk) behalf(r rapport.ReviewItem) (voice uuid.UUID, asked bool) {
	if slices.Contains(r.Approvers, d.me) {
		return uuid.Nil, true
	}
	for _, v := range d.voices[r.BrandID] {
		if slices.ContainsFunc(r.Stages, func(s rapport.ReviewStage) bool { return s.MayDecide(d.me, v) }) {
			return v, true
		}
	}
	return uuid.Nil, false
}

func reviewIsOpen(state string) bool {
	return state == rapport.ReviewOpen || state == rapport.ReviewHeld
}

func (d desk) summary(r rapport.ReviewItem) gen.ReviewSummary {
	voice, mine := d.behalf(r)
	shown := gen.ReviewSummary{
		Id: r.ID, PartnershipId: r.PartnershipID, BrandId: r.BrandID, Creator: showCreator(r.Creator), CampaignName: r.CampaignName,
		DeliverableTitle: r.Title, Version: r.Version, Round: r.Round, State: gen.ReviewSummaryState(r.State), DueAt: r.DueAt,
		SilenceAt: r.SilenceAt, Warnings: r.Warnings, Mine: reviewIsOpen(r.State) && mine, CreatedAt: r.CreatedAt,
	}
	if shown.Mine && voice != uuid.Nil {
		shown.Behalf = &gen.UserRef{Id: voice, Name: d.names[voice]}
	}
	if r.OpenStage != nil {
		shown.Stage = r.OpenStage
		if *r.OpenStage >= 0 && *r.OpenStage < len(r.Stages) {
			shown.StageName = &r.Stages[*r.OpenStage].Name
		}
	}
	return shown
}

// readingPatience is how long somebody's own decision is waited for before the reviews are read: people read what they wrote. Its record
// takes milliseconds; longer means that nobody works on it now, and the pages show what is known.
const readingPatience = 500 * time.Millisecond

// ownDecisions waits until lists and counts show the decisions of whoever asks.
func ownDecisions(ctx context.Context, store interface {
	Deciding(ctx context.Context, user uuid.UUID) (bool, error)
},
) error {
	patience, cancel := context.WithTimeout(ctx, readingPatience)
	defer cancel()
	return poll(patience, func() (bool, error) {
		deciding, err := store.Deciding(ctx, principalFrom(ctx).UserID)
		return !deciding, err
	})
}

// someOf is nil for an empty list.
func someOf[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

// orNot is nil for false.
func orNot(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}

func isAsked(stage rapport.ReviewStage, user uuid.UUID) bool {
	return slices.ContainsFunc(stage.Approvers, func(a rapport.ReviewApprover) bool { return a.User == user })
}

// handOver is the command to ask somebody else: whoever is asked may, and ops and admins may for everybody.
func (d desk) handOver(ctx context.Context, r rapport.ReviewItem) gen.Command {
	c := gen.Command{Command: "hand_over", Label: "Ask somebody else"}
	voice, asked := d.behalf(r)
	switch reason := "You are not asked here. Ops and admins can ask somebody else."; {
	case !reviewIsOpen(r.State):
		reason = "The review has ended."
		c.Reason = &reason
	case (!asked || voice != uuid.Nil) && !mayReassign(ctx, r.BrandID): // who stands in was lent the decision, not whom to ask
		c.Reason = &reason
	default:
		c.Allowed = true
	}
	return c
}

func mayReassign(ctx context.Context, brand uuid.UUID) bool {
	return principalFrom(ctx).Has(brand, rapport.RoleOps, rapport.RoleAdmin)
}

// HandOverReview asks somebody else, or lets somebody decide on behalf of who is asked.
func (s *Server) HandOverReview(ctx context.Context, r gen.HandOverReviewRequestObject) (gen.HandOverReviewResponseObject, error) {
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return nil, err
	}
	review, err := store.Review(ctx, r.Id)
	if err != nil {
		return nil, called("review", err)
	}
	me := principalFrom(ctx).UserID
	from := me
	edit(&from, r.Body.FromUserId)
	if from != me && !mayReassign(ctx, review.BrandID) {
		return nil, rapport.Errorf(rapport.CodeForbidden, "Only ops and admins ask somebody instead of another person.")
	}
	if err := s.checkTaker(ctx, store, review, r.Body.ToUserId); err != nil {
		return nil, err
	}
	calendar, err := store.UserCalendar(ctx, review.BrandID, r.Body.ToUserId)
	if err != nil {
		return nil, err
	}
	kind := rapport.CmdReassign
	if r.Body.Kind == gen.HandOverKindStandIn {
		kind = rapport.CmdStandIn
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "review", ID: review.ID, BrandID: review.BrandID,
		Cmd: rapport.Command{Kind: kind, Actor: me, Ref: from, Ref2: r.Body.ToUserId, Calendar: calendar},
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/reviews/" + review.ID.String())
		return gen.HandOverReview202JSONResponse{Body: body, Headers: gen.HandOverReview202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.review(ctx, review.ID)
	if err != nil {
		return nil, err
	}
	return gen.HandOverReview200JSONResponse(shown), nil
}

// checkTaker refuses somebody who cannot decide: no role at the brand, one that only reads, or the maker of the content.
func (s *Server) checkTaker(ctx context.Context, store ReviewStore, review rapport.ReviewItem, user uuid.UUID) error {
	bad := func(code, detail string) error {
		return rapport.Invalid(rapport.Field{Path: "to_user_id", Code: code, Detail: detail})
	}
	can, err := store.CanDecide(ctx, review.BrandID, user)
	if err != nil {
		return err
	}
	if !can {
		return bad("no_role", "This person decides on no content of the brand: they have no role there for it.")
	}
	own, err := store.IsSubmitter(ctx, review.PartnershipID, user)
	if err != nil {
		return err
	}
	if own {
		return bad("submitter", "This person makes the content.")
	}
	return nil
}

// sentBefore says that the command of this request was written before under the same Idempotency-Key: then only its verdict is
// missing, and what was checked before it was written must not be checked against what it has changed.
func (s *Server) sentBefore(ctx context.Context) (bool, error) {
	id, keyed := deedID(ctx)
	if !keyed {
		return false, nil
	}
	store, err := s.commandStore()
	if err != nil {
		return false, err
	}
	_, _, err = store.Outbox(ctx, id)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return false, nil
	}
	return err == nil, err
}
