package api

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"rapport"
	"rapport/api/gen"
)

func decisionLabels() []gen.Command {
	return []gen.Command{
		{Command: rapport.DecisionApprove, Label: "Approve"},
		{Command: rapport.DecisionWithCorrections, Label: "Approve with corrections"},
		{Command: rapport.DecisionRequestChanges, Label: "Request changes"},
		{Command: rapport.DecisionReject, Label: "Reject"},
	}
}

func decisionCommands(refused *rapport.Error) []gen.Command {
	commands := decisionLabels()
	for i := range commands {
		commands[i].Allowed = refused == nil
		if refused != nil {
			commands[i].Reason = &refused.Message
		}
	}
	return commands
}

// speaksAs says of somebody asked that the person may decide as them.
func (d desk) speaksAs(brand uuid.UUID) func(rapport.ReviewApprover) bool {
	return func(a rapport.ReviewApprover) bool { return a.User == d.me || slices.Contains(d.voices[brand], a.User) }
}

// refusal says why the person cannot decide now, as far as the pages know: the review itself has the last word.
func (d desk) refusal(r rapport.ReviewItem, decisions []rapport.ReviewDecision) *rapport.Error {
	if _, asked := d.behalf(r); reviewIsOpen(r.State) && asked {
		return nil
	}
	refused := reviewRefusal(d.say, r, decisions, d.me, d.voices[r.BrandID])
	if refused != nil {
		return refused
	}
	return &rapport.Error{Code: rapport.CodeConflict, Reason: "already_decided", State: r.State, Message: d.turnWords(r)}
}

// turnWords says to somebody whose turn it is not whose it is.
func (d desk) turnWords(r rapport.ReviewItem) string {
	open, later := "", false
	for _, stage := range r.Stages {
		mine := slices.ContainsFunc(stage.Approvers, d.speaksAs(r.BrandID))
		switch {
		case stage.State == "waiting":
			later = later || mine
		case stage.State != "open" && stage.State != "held":
		case mine:
			return "You have decided already in the stage that is open."
		case open == "":
			open = stage.Name
		}
	}
	switch {
	case open == "":
		return "The next stage has not begun."
	case later:
		return fmt.Sprintf("“%s” decides first; you are asked again after it.", open)
	}
	return fmt.Sprintf("Your part is done: “%s” has its turn now.", open)
}

func reviewRefusal(say rapport.Words, r rapport.ReviewItem, decisions []rapport.ReviewDecision, me uuid.UUID, voices []uuid.UUID) *rapport.Error {
	asked := func(stage rapport.ReviewStage) bool {
		return isAsked(stage, me) || slices.ContainsFunc(voices, func(v uuid.UUID) bool { return isAsked(stage, v) })
	}
	switch {
	case r.State == rapport.ReviewChecking:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "still_checking", State: r.State, Message: "The machine checks are still running. Try again in a moment."}
	case !reviewIsOpen(r.State):
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "review_closed", State: r.State, Message: closedWords(say, r, decisions)}
	case !slices.ContainsFunc(r.Stages, asked):
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "not_asked", State: r.State, Message: "You are not asked in this review. Whoever is asked can be seen on its page."}
	}
	return nil
}

// closedWords says who closed a review and when.
func closedWords(say rapport.Words, r rapport.ReviewItem, decisions []rapport.ReviewDecision) string {
	words := map[string]string{
		rapport.ReviewApproved: "approved", rapport.ReviewChangesRequested: "closed with a request for changes", rapport.ReviewRejected: "rejected",
		rapport.ReviewSuperseded: "closed because a newer version came", rapport.ReviewCancelled: "cancelled",
	}[r.State]
	by := ""
	if r.State == rapport.ReviewApproved || r.State == rapport.ReviewChangesRequested || r.State == rapport.ReviewRejected {
		for _, d := range decisions { // oldest first: the last accepted one closed it
			if d.State == "accepted" {
				by = " by " + d.User.Name
				if d.OnBehalfOf != nil {
					by += " on behalf of " + d.OnBehalfOf.Name
				}
			}
		}
	}
	at := ""
	if r.ClosedAt != nil {
		at = " on " + say.Moment(*r.ClosedAt)
	}
	return fmt.Sprintf("This review was %s%s%s. Your decision was not recorded.", words, by, at)
}

// DecideReview takes a decision in the stage that is open. Its text stays in the database: the review gets ids only.
func (s *Server) DecideReview(ctx context.Context, r gen.DecideReviewRequestObject) (gen.DecideReviewResponseObject, error) {
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return nil, err
	}
	me := principalFrom(ctx).UserID
	decision := rapport.ReviewDecision{
		User: rapport.UserRef{ID: me}, Decision: string(r.Body.Decision), Comment: strings.TrimSpace(value(r.Body.Comment)), Corrections: trimmed(value(r.Body.Corrections)),
	}
	page, err := s.readReview(ctx, store, r.Id, false)
	if err != nil {
		return nil, err
	}
	if bad := checkDecision(decision); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if err := s.mayDecide(ctx, store, page, r.Body.SubmissionId); err != nil {
		return nil, err
	}
	review := page.review
	behalf, _ := page.desk.behalf(review)
	deed, _ := deedID(ctx)
	decision.ID, decision.ReviewID, decision.SubmissionID, decision.BrandID = rapport.DeriveID(deed, "decision"), review.ID, review.SubmissionID, review.BrandID
	shown, err := s.decide(ctx, store, page, decision, commandRequest{
		Workflow: "review", ID: review.ID, BrandID: review.BrandID,
		Cmd:    rapport.Command{Kind: rapport.CmdDecide, Actor: me, Ref: decision.ID, Ref2: decision.SubmissionID, Code: decision.Decision, Behalf: behalf},
		Before: func(ctx context.Context) error { return store.ProposeDecision(ctx, decision) },
	})
	if err != nil {
		return nil, s.whoDecided(ctx, store, review.ID, err)
	}
	if shown == nil {
		body, location := pendingAt("/v1/reviews/" + review.ID.String())
		return gen.DecideReview202JSONResponse{Body: body, Headers: gen.DecideReview202ResponseHeaders{Location: location}}, nil
	}
	return gen.DecideReview200JSONResponse(*shown), nil
}

// decide sends a decision, reads the rest of its page meanwhile, and shows it with what the review answered; nil while nobody knows.
// Where the page has not read all that the answer speaks of, the record is waited for.
func (s *Server) decide(ctx context.Context, store ReviewStore, page reviewPage, d rapport.ReviewDecision, c commandRequest) (*gen.Review, error) {
	var reading errgroup.Group
	reading.Go(func() error {
		return s.cfg.Store.AtOneMoment(ctx, func(ctx context.Context) error { return page.readAround(ctx, store) })
	})
	verdict, err := s.sendCommand(ctx, c)
	unread := reading.Wait()
	if err != nil || !verdict.known {
		return nil, err
	}
	if unread == nil && verdict.Review != nil {
		unread = page.readNames(ctx, store, verdict.Review.View) // of whom the next stage asks
	}
	if unread != nil || verdict.Review == nil || !page.take(d, verdict.Seq, *verdict.Review) {
		if result, err := s.shown(ctx, c, verdict); err != nil || result.Pending {
			return nil, err
		}
		if page, err = s.readReview(ctx, store, d.ReviewID, true); err != nil {
			return nil, err
		}
	}
	shown := page.show(ctx)
	return &shown, nil
}

// whoDecided adds to a refusal of a review that has just ended who ended it: a workflow that is gone tells nothing.
func (s *Server) whoDecided(ctx context.Context, store ReviewStore, id uuid.UUID, refused error) error {
	e, ok := errors.AsType[*rapport.Error](refused)
	if !ok || e.Reason != "workflow_closed" && e.Reason != "review_closed" {
		return refused
	}
	var review rapport.ReviewItem
	var decisions []rapport.ReviewDecision
	err := s.cfg.Store.AtOneMoment(ctx, func(ctx context.Context) (err error) {
		if review, err = store.Review(ctx, id); err != nil {
			return err
		}
		decisions, err = store.ReviewDecisions(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	if reviewIsOpen(review.State) {
		return refused // it ended a moment ago, and the pages do not know yet
	}
	e.Reason, e.State, e.Message = "review_closed", review.State, closedWords(houseWords(ctx), review, decisions)
	if review.State == rapport.ReviewSuperseded {
		if err := s.newerVersion(ctx, store, review, e); err != nil {
			return err
		}
	}
	return e
}

// maxCorrection is how long one correction is, in characters: what needs more is a request for changes.
const maxCorrection = 1000

// checkDecision names what a decision lacks.
func checkDecision(d rapport.ReviewDecision) []rapport.Field {
	var bad []rapport.Field
	switch d.Decision {
	case rapport.DecisionRequestChanges, rapport.DecisionReject:
		if d.Comment == "" {
			bad = append(bad, rapport.Field{Path: "comment", Code: "required", Detail: "Say what must change, or why it is rejected: the creator reads it."})
		}
	case rapport.DecisionWithCorrections:
		if len(d.Corrections) == 0 {
			bad = append(bad, rapport.Field{Path: "corrections", Code: "required", Detail: "Name at least one correction: the creator ticks them off."})
		}
	}
	if d.Decision != rapport.DecisionWithCorrections && len(d.Corrections) > 0 {
		bad = append(bad, rapport.Field{Path: "corrections", Code: "not_here", Detail: "Corrections belong to an approval with corrections."})
	}
	for i, c := range d.Corrections {
		if c == "" || utf8.RuneCountInString(c) > maxCorrection {
			bad = append(bad, rapport.Field{Path: fmt.Sprintf("corrections[%d]", i), Code: "length", Detail: "A correction has 1 to 1,000 characters."})
		}
	}
	return bad
}

// mayDecide refuses a decision early, with what a person should know: what changed in a newer version, who decided, who is asked. What
// was sent before is not refused: it may be the reason.
func (s *Server) mayDecide(ctx context.Context, store ReviewStore, p reviewPage, submission uuid.UUID) error {
	refused := refusedHere(p.standing.Own, p.desk, p.review, p.decisions)
	if submission != p.review.SubmissionID {
		refused = &rapport.Error{Code: rapport.CodeConflict, Reason: "another_version", State: p.review.State, Message: "This review is about another version. Look at the newest one and decide there."}
	}
	if refused == nil {
		return nil
	}
	if sent, err := s.sentBefore(ctx); err != nil || sent {
		return err
	}
	if p.review.State == rapport.ReviewSuperseded && submission == p.review.SubmissionID {
		if err := s.newerVersion(ctx, store, p.review, refused); err != nil {
			return err
		}
	}
	return refused
}

// refusedHere says why the person cannot decide now; nil when they can. Own: they make the content.
func refusedHere(own bool, d desk, review rapport.ReviewItem, decisions []rapport.ReviewDecision) *rapport.Error {
	if own && reviewIsOpen(review.State) {
		return &rapport.Error{Code: rapport.CodeForbidden, Reason: "submitter", State: review.State, Message: "Whoever makes the content does not decide on it."}
	}
	return d.refusal(review, decisions)
}

// newerVersion adds to a refusal what changed in the version that came meanwhile.
func (s *Server) newerVersion(ctx context.Context, store ReviewStore, review rapport.ReviewItem, refused *rapport.Error) error {
	versions, err := store.Submissions(ctx, review.DeliverableID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(versions, func(v rapport.Submission) bool { return v.ID == review.SubmissionID })
	if at <= 0 {
		return nil
	}
	refused.Reason = "another_version"
	refused.Message = fmt.Sprintf("Version %d came on %s and is reviewed instead. %s Your decision was not recorded.",
		versions[0].Version, houseWords(ctx).Moment(versions[0].CreatedAt), strings.Join(rapport.DescribeChange(versions[at], versions[0]), " "))
	return nil
}
