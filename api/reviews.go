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

// ReviewStore keeps reviews and their decisions.
type ReviewStore interface {
	DeliverableStore

	ListReviews(ctx context.Context, f rapport.ReviewFilter, page rapport.Page) ([]rapport.ReviewItem, []string, error)
	Review(ctx context.Context, id uuid.UUID) (rapport.ReviewItem, error)
	ReviewDecisions(ctx context.Context, review uuid.UUID) ([]rapport.ReviewDecision, error)
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
	filter := rapport.ReviewFilter{BrandID: r.Params.BrandId, State: value(r.Params.State)}
	me := principalFrom(ctx).UserID
	switch who := value(r.Params.AssignedTo); who {
	case "":
	case "me":
		filter.AssignedTo = &me
	default:
		id, err := uuid.Parse(who)
		if err != nil {
			return nil, rapport.Invalid(rapport.Field{Path: "assigned_to", Code: "bad_value", Detail: "This is “me” or the id of a person."})
		}
		filter.AssignedTo = &id
	}
	items, next, err := store.ListReviews(ctx, filter, page)
	if err != nil {
		return nil, err
	}
	list := gen.ListReviews200JSONResponse{Items: make([]gen.ReviewSummary, len(items)), NextCursor: cursorOf(next)}
	for i, item := range items {
		list.Items[i] = showReviewSummary(item, me)
	}
	return list, nil
}

func reviewIsOpen(state string) bool {
	return state == rapport.ReviewOpen || state == rapport.ReviewHeld
}

func showReviewSummary(r rapport.ReviewItem, me uuid.UUID) gen.ReviewSummary {
	shown := gen.ReviewSummary{
		Id: r.ID, PartnershipId: r.PartnershipID, BrandId: r.BrandID, Creator: showCreator(r.Creator), CampaignName: r.CampaignName,
		DeliverableTitle: r.Title, Version: r.Version, Round: r.Round, State: gen.ReviewSummaryState(r.State), DueAt: r.DueAt,
		Mine: reviewIsOpen(r.State) && slices.Contains(r.Approvers, me), CreatedAt: r.CreatedAt,
	}
	if r.OpenStage != nil {
		shown.Stage = r.OpenStage
		if *r.OpenStage >= 0 && *r.OpenStage < len(r.Stages) {
			shown.StageName = &r.Stages[*r.OpenStage].Name
		}
	}
	return shown
}

// GetReview shows one review: what was handed in, who was asked, who decided and when.
func (s *Server) GetReview(ctx context.Context, r gen.GetReviewRequestObject) (gen.GetReviewResponseObject, error) {
	shown, err := s.review(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetReview200JSONResponse(shown), nil
}

func (s *Server) review(ctx context.Context, id uuid.UUID) (gen.Review, error) {
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return gen.Review{}, err
	}
	r, err := store.Review(ctx, id)
	if err != nil {
		return gen.Review{}, called("review", err)
	}
	decisions, err := store.ReviewDecisions(ctx, id)
	if err != nil {
		return gen.Review{}, err
	}
	submission, err := store.Submission(ctx, r.SubmissionID)
	if err != nil {
		return gen.Review{}, err
	}
	deliverable, err := store.Deliverable(ctx, r.DeliverableID)
	if err != nil {
		return gen.Review{}, err
	}
	var ids []uuid.UUID
	for _, stage := range r.Stages {
		for _, a := range stage.Approvers {
			ids = append(ids, a.User)
		}
	}
	names, err := store.UserNames(ctx, ids)
	if err != nil {
		return gen.Review{}, err
	}
	me := principalFrom(ctx).UserID
	return gen.Review{
		Summary: showReviewSummary(r, me), Submission: showSubmission(submission), Deliverable: showDeliverable(deliverable), Brief: r.Brief,
		Stages: showStages(r, decisions, names), PolicyName: r.PolicyName, OnSilence: silenceWords(r.OnSilence),
		Commands: decisionCommands(r, decisions, me), Seq: r.Seq,
	}, nil
}

func showStages(r rapport.ReviewItem, decisions []rapport.ReviewDecision, names map[uuid.UUID]string) []gen.ReviewStage {
	stages := make([]gen.ReviewStage, len(r.Stages))
	for i, stage := range r.Stages {
		shown := gen.ReviewStage{
			Index: i, Name: stage.Name, State: gen.ReviewStageState(stage.State), Rule: ruleWords(stage.Rule), Approvers: []gen.UserRef{},
			Escalated: stage.Escalated, Decisions: []gen.Decision{},
		}
		if !stage.OpenedAt.IsZero() {
			shown.OpenedAt, shown.DueAt = &stage.OpenedAt, &stage.DueAt
		}
		for _, a := range stage.Approvers {
			shown.Approvers = append(shown.Approvers, gen.UserRef{Id: a.User, Name: names[a.User]})
		}
		stages[i] = shown
	}
	for _, d := range decisions {
		i := stageOf(r, d)
		if i < 0 || (d.State != "accepted" && d.State != "moot") {
			continue
		}
		shown := gen.Decision{
			Id: d.ID, Stage: i, Decision: gen.DecisionDecision(d.Decision), Comment: orNil(d.Comment), User: toUserRef(d.User), At: d.At, Moot: d.State == "moot",
		}
		if d.OnBehalfOf != nil {
			behalf := toUserRef(*d.OnBehalfOf)
			shown.OnBehalfOf = &behalf
		}
		stages[i].Decisions = append(stages[i].Decisions, shown)
	}
	return stages
}

// stageOf is the stage that a decision belongs to. A moot one was never given its stage: it belongs to the last one in which its
// person was asked.
func stageOf(r rapport.ReviewItem, d rapport.ReviewDecision) int {
	if d.Stage != nil {
		if *d.Stage < len(r.Stages) {
			return *d.Stage
		}
		return -1
	}
	for i, stage := range slices.Backward(r.Stages) {
		if isAsked(stage, d.User.ID) && stage.State != "waiting" {
			return i
		}
	}
	return -1
}

func isAsked(stage rapport.ReviewStage, user uuid.UUID) bool {
	return slices.ContainsFunc(stage.Approvers, func(a rapport.ReviewApprover) bool { return a.User == user })
}

func ruleWords(r rapport.Rule) string {
	return map[rapport.Rule]string{
		rapport.RuleAny: "One approval is enough", rapport.RuleAll: "Everybody asked approves",
		rapport.RuleQuorum: "A number of those asked approves", rapport.RulePrimary: "The first person decides, the others advise",
	}[r]
}

func silenceWords(o rapport.OnSilence) string {
	return map[rapport.OnSilence]string{
		rapport.SilenceHold:    "If nobody decides, the review is held and an admin gets a task.",
		rapport.SilenceApprove: "If nobody decides, the content counts as approved.",
		rapport.SilenceReject:  "If nobody decides, the content counts as rejected.",
	}[o]
}

func decisionLabels() []gen.Command {
	return []gen.Command{
		{Command: rapport.DecisionApprove, Label: "Approve"},
		{Command: rapport.DecisionWithCorrections, Label: "Approve with corrections"},
		{Command: rapport.DecisionRequestChanges, Label: "Request changes"},
		{Command: rapport.DecisionReject, Label: "Reject"},
	}
}

func decisionCommands(r rapport.ReviewItem, decisions []rapport.ReviewDecision, me uuid.UUID) []gen.Command {
	commands := decisionLabels()
	refused := reviewRefusal(r, decisions, me)
	if refused == nil && !slices.Contains(r.Approvers, me) {
		refused = &rapport.Error{Message: "You have decided already in the stage that is open."}
	}
	for i := range commands {
		commands[i].Allowed = refused == nil
		if refused != nil {
			commands[i].Reason = &refused.Message
		}
	}
	return commands
}

// reviewRefusal says why the person cannot decide at all, as far as the pages know: the review itself has the last word.
func reviewRefusal(r rapport.ReviewItem, decisions []rapport.ReviewDecision, me uuid.UUID) *rapport.Error {
	switch {
	case r.State == rapport.ReviewChecking:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "still_checking", State: r.State, Message: "The machine checks are still running. Try again in a moment."}
	case !reviewIsOpen(r.State):
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "review_closed", State: r.State, Message: closedWords(r, decisions)}
	case !slices.ContainsFunc(r.Stages, func(stage rapport.ReviewStage) bool { return isAsked(stage, me) }):
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "not_asked", State: r.State, Message: "You are not asked in this review. Whoever is asked can be seen on its page."}
	}
	return nil
}

// closedWords says who closed a review and when.
func closedWords(r rapport.ReviewItem, decisions []rapport.ReviewDecision) string {
	words := map[string]string{
		rapport.ReviewApproved: "approved", rapport.ReviewChangesRequested: "closed with a request for changes", rapport.ReviewRejected: "rejected",
		rapport.ReviewSuperseded: "closed because a newer version came", rapport.ReviewCancelled: "cancelled",
	}[r.State]
	by := ""
	if r.State == rapport.ReviewApproved || r.State == rapport.ReviewChangesRequested || r.State == rapport.ReviewRejected {
		for _, d := range decisions { // oldest first: the last accepted one closed it
			if d.State == "accepted" {
				by = " by " + d.User.Name
			}
		}
	}
	at := ""
	if r.ClosedAt != nil {
		at = " on " + moment(*r.ClosedAt)
	}
	return fmt.Sprintf("This review was %s%s%s. Your decision was not recorded.", words, by, at)
}

// DecideReview takes a decision in the stage that is open. Its text stays in the database: the review gets ids only.
func (s *Server) DecideReview(ctx context.Context, r gen.DecideReviewRequestObject) (gen.DecideReviewResponseObject, error) {
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return nil, err
	}
	review, err := store.Review(ctx, r.Id)
	if err != nil {
		return nil, called("review", err)
	}
	me := principalFrom(ctx).UserID
	comment := strings.TrimSpace(value(r.Body.Comment))
	if comment == "" && (r.Body.Decision == gen.DecisionCreateDecisionRequestChanges || r.Body.Decision == gen.DecisionCreateDecisionReject) {
		return nil, rapport.Invalid(rapport.Field{Path: "comment", Code: "required", Detail: "Say what must change, or why it is rejected: the creator reads it."})
	}
	sent, err := s.sentBefore(ctx)
	if err != nil {
		return nil, err
	}
	if !sent {
		if r.Body.SubmissionId != review.SubmissionID {
			return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "another_version", State: review.State, Message: "This review is about another version. Look at the newest one and decide there."}
		}
		decisions, err := store.ReviewDecisions(ctx, review.ID)
		if err != nil {
			return nil, err
		}
		if refused := reviewRefusal(review, decisions, me); refused != nil {
			return nil, refused
		}
	}
	deed, _ := deedID(ctx)
	decision := rapport.ReviewDecision{
		ID: rapport.DeriveID(deed, "decision"), ReviewID: review.ID, SubmissionID: review.SubmissionID, BrandID: review.BrandID,
		User: rapport.UserRef{ID: me}, Decision: string(r.Body.Decision), Comment: comment,
	}
	result, err := s.command(ctx, commandRequest{
		Workflow: "review", ID: review.ID, BrandID: review.BrandID,
		Cmd:    rapport.Command{Kind: rapport.CmdDecide, Actor: me, Ref: decision.ID, Ref2: decision.SubmissionID, Code: decision.Decision},
		Before: func(ctx context.Context) error { return store.ProposeDecision(ctx, decision) },
	})
	if err != nil {
		return nil, err
	}
	if result.Pending {
		body, location := pendingAt("/v1/reviews/" + review.ID.String())
		return gen.DecideReview202JSONResponse{Body: body, Headers: gen.DecideReview202ResponseHeaders{Location: location}}, nil
	}
	shown, err := s.review(ctx, review.ID)
	if err != nil {
		return nil, err
	}
	return gen.DecideReview200JSONResponse(shown), nil
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
