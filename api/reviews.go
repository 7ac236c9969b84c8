package api

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

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

// desk is from where one person looks at reviews: for whom they may decide, by brand.
type desk struct {
	me     uuid.UUID
	voices map[uuid.UUID][]uuid.UUID
	names  map[uuid.UUID]string
}

func (s *Server) deskOf(ctx context.Context, store ReviewStore, me uuid.UUID, items []rapport.ReviewItem) (desk, error) {
	d := desk{me: me, voices: map[uuid.UUID][]uuid.UUID{}}
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

// behalf is with whose voice the person would decide: their own where they are asked, else the nearest that they were given.
func (d desk) behalf(r rapport.ReviewItem) (voice uuid.UUID, asked bool) {
	if slices.Contains(r.Approvers, d.me) {
		return uuid.Nil, true
	}
	for _, v := range d.voices[r.BrandID] {
		if slices.Contains(r.Approvers, v) {
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

// GetReview shows one review: what was handed in, who was asked, who decided and when.
func (s *Server) GetReview(ctx context.Context, r gen.GetReviewRequestObject) (gen.GetReviewResponseObject, error) {
	shown, err := s.review(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetReview200JSONResponse(shown), nil
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

// review reads everything of a review and shows it.
func (s *Server) review(ctx context.Context, id uuid.UUID) (gen.Review, error) {
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return gen.Review{}, err
	}
	p, err := s.readReview(ctx, store, id, true)
	if err != nil {
		return gen.Review{}, err
	}
	return p.show(ctx), nil
}

// reviewPage is everything that the page of a review shows.
type reviewPage struct {
	desk        desk
	review      rapport.ReviewItem
	standing    rapport.ReviewStanding // of whoever looks
	decisions   []rapport.ReviewDecision
	submission  rapport.Submission
	before      *rapport.Submission // the version before
	deliverable rapport.DeliverableItem
	corrections []rapport.Correction
	names       map[uuid.UUID]string
}

// readReview reads a review, who decided, and whether whoever looks may; whole with what its page shows around that.
func (s *Server) readReview(ctx context.Context, store ReviewStore, id uuid.UUID, whole bool) (p reviewPage, err error) {
	patience, cancel := context.WithTimeout(ctx, readingPatience)
	defer cancel()
	err = poll(patience, func() (bool, error) {
		p = reviewPage{}
		err := s.cfg.Store.AtOneMoment(ctx, func(ctx context.Context) error {
			if err := p.readStanding(ctx, store, id); err != nil || !whole {
				return err
			}
			return p.readAround(ctx, store)
		})
		return !p.standing.Deciding, err
	})
	return p, err
}

func (p *reviewPage) readStanding(ctx context.Context, store ReviewStore, id uuid.UUID) (err error) {
	me := principalFrom(ctx).UserID
	if p.standing, err = store.ReviewStanding(ctx, id, me); err != nil {
		return called("review", err)
	}
	if p.review, err = store.Review(ctx, id); err != nil {
		return called("review", err)
	}
	p.desk = desk{me: me, voices: map[uuid.UUID][]uuid.UUID{p.review.BrandID: p.standing.Voices}}
	p.decisions, err = store.ReviewDecisions(ctx, id)
	return err
}

// readAround reads what a decision does not depend on.
func (p *reviewPage) readAround(ctx context.Context, store ReviewStore) (err error) {
	if p.deliverable, err = store.Deliverable(ctx, p.review.DeliverableID); err != nil {
		return err
	}
	ids := []uuid.UUID{principalFrom(ctx).UserID}
	for _, stage := range p.review.Stages {
		for _, a := range stage.Approvers {
			ids = append(ids, a.User, a.OnBehalf)
		}
	}
	if p.names, err = store.UserNames(ctx, append(ids, p.standing.Voices...)); err != nil {
		return err
	}
	p.desk.names = p.names
	corrections, err := store.Corrections(ctx, []uuid.UUID{p.review.SubmissionID}, false)
	if err != nil {
		return err
	}
	p.corrections = corrections[p.review.SubmissionID]
	versions, err := store.Submissions(ctx, p.review.DeliverableID)
	if err != nil {
		return err
	}
	for _, v := range versions { // newest first
		switch {
		case v.ID == p.review.SubmissionID:
			p.submission = v
		case v.Version < p.review.Version && p.before == nil:
			p.before = &v
		}
	}
	return nil
}

func (p *reviewPage) show(ctx context.Context) gen.Review {
	r := p.review
	shown := gen.Review{
		Summary: p.desk.summary(r), Submission: showSubmission(p.submission), Deliverable: showDeliverable(p.deliverable), Brief: r.Brief,
		Stages: showStages(r, p.decisions, p.names), PolicyName: r.PolicyName, OnSilence: silenceWords(r.OnSilence), SilenceAt: r.SilenceAt,
		Commands: decisionCommands(refusedHere(p.standing.Own, p.desk, r, p.decisions)), Corrections: each(p.corrections, showCorrection), Seq: r.Seq,
	}
	if c := r.Choice; c != nil {
		shown.Choice = &gen.PolicyChoice{Name: c.Name, Version: c.Version, Because: noNil(c.Because), Over: someOf(c.Over)}
	}
	over := p.desk.handOver(ctx, r)
	shown.HandOver = &over
	if p.before != nil {
		changed := rapport.DescribeChange(*p.before, p.submission)
		shown.BeforeId, shown.Changed = &p.before.ID, &changed
	}
	return shown
}

// take brings the page up to what the review answered to a decision, whose record is still being written. False when the page has not
// read all that the answer speaks of, such as a decision of somebody else at the same moment, or when the answer no longer holds the
// decision, because it sent the review back.
func (p *reviewPage) take(d rapport.ReviewDecision, seq int64, v rapport.ReviewVerdict) bool {
	r := &p.review
	if current := p.deliverable.SubmissionID; current == nil || *current != d.SubmissionID {
		return false // the record knows of the newer version, and the review not yet
	}
	r.Seq, r.State, r.Stages, r.Approvers, r.OpenStage = seq, v.State, v.View.Stages, v.View.Approvers, nil
	r.DueAt, r.SilenceAt, r.ClosedAt = timeOrNil(v.View.Due), timeOrNil(v.View.Silence), timeOrNil(v.ClosedAt)
	if v.View.Open >= 0 {
		r.OpenStage = &v.View.Open
	}
	d.User.Name = p.names[d.User.ID]
	p.decisions = append(slices.DeleteFunc(p.decisions, func(x rapport.ReviewDecision) bool { return x.ID == d.ID }), d)
	held := false
	for i, stage := range r.Stages {
		for _, a := range stage.Approvers {
			if _, known := p.names[a.User]; !known {
				return false
			}
		}
		for _, taken := range stage.Decisions {
			held = held || taken.ID == d.ID
			if !taken.Kept && !p.takeDecision(i, taken) {
				return false
			}
		}
	}
	p.takeCorrections()
	return held
}

// readNames reads the names of people that the page did not show until now.
func (p *reviewPage) readNames(ctx context.Context, store ReviewStore, v rapport.ReviewView) error {
	var unknown []uuid.UUID
	for _, stage := range v.Stages {
		for _, a := range stage.Approvers {
			for _, id := range []uuid.UUID{a.User, a.OnBehalf} {
				if _, known := p.names[id]; !known && id != uuid.Nil {
					unknown = append(unknown, id)
				}
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	names, err := store.UserNames(ctx, unknown)
	maps.Copy(p.names, names)
	return err
}

func (p *reviewPage) takeDecision(stage int, taken rapport.StageDecision) bool {
	at := slices.IndexFunc(p.decisions, func(x rapport.ReviewDecision) bool { return x.ID == taken.ID })
	if at < 0 {
		return false
	}
	x := &p.decisions[at]
	x.State, x.Stage, x.At = "accepted", &stage, taken.At
	if taken.OnBehalf != uuid.Nil {
		x.OnBehalfOf = &rapport.UserRef{ID: taken.OnBehalf, Name: p.names[taken.OnBehalf]}
	}
	return true
}

// takeCorrections lists those of the approvals that stand now.
func (p *reviewPage) takeCorrections() {
	read := p.corrections
	p.corrections = nil
	for _, stage := range p.review.Stages {
		for _, taken := range stage.Decisions {
			for _, d := range p.decisions {
				if d.ID != taken.ID {
					continue
				}
				for n, text := range d.Corrections {
					c := rapport.Correction{ID: rapport.CorrectionID(d.ID, n), Text: text}
					if at := slices.IndexFunc(read, func(x rapport.Correction) bool { return x.ID == c.ID }); at >= 0 {
						c = read[at]
					}
					p.corrections = append(p.corrections, c)
				}
			}
		}
	}
}

func showCorrection(c rapport.Correction) gen.Correction {
	return gen.Correction{Id: c.ID, Text: c.Text, DoneAt: c.DoneAt}
}

// someOf is nil for an empty list.
func someOf[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}

func showStages(r rapport.ReviewItem, decisions []rapport.ReviewDecision, names map[uuid.UUID]string) []gen.ReviewStage {
	stages := make([]gen.ReviewStage, len(r.Stages))
	for i, stage := range r.Stages {
		shown := gen.ReviewStage{
			Index: i, Name: stage.Name, State: gen.ReviewStageState(stage.State), Rule: ruleWords(stage.Rule, 0), Approvers: []gen.ReviewPerson{},
			Escalated: stage.Escalated, Level: someDays(stage.Level), Decisions: []gen.Decision{},
		}
		if !stage.OpenedAt.IsZero() {
			shown.OpenedAt, shown.DueAt = &stage.OpenedAt, &stage.DueAt
		}
		if !stage.SilenceAt.IsZero() {
			shown.SilenceAt = &stage.SilenceAt
		}
		if !stage.StartsAt.IsZero() {
			shown.StartsAt = &stage.StartsAt
		}
		if i < len(r.Policy) {
			shown.Legal, shown.Levels, shown.Rule = orNot(r.Policy[i].Legal), levelsOf(r.Policy[i]), ruleWords(stage.Rule, stage.Quorum(r.Policy[i].Quorum))
		}
		for _, a := range stage.Approvers {
			shown.Approvers = append(shown.Approvers, showReviewPerson(&stage, a, names))
		}
		for _, d := range stage.Decisions {
			if d.Kept {
				kept := true
				shown.Decisions = append(shown.Decisions, gen.Decision{
					Id: d.ID, Stage: i, Decision: gen.DecisionDecision(d.Decision), User: gen.UserRef{Id: d.User, Name: names[d.User]}, At: d.At, Kept: &kept, Outside: orNot(d.Outside),
				})
			}
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
			Outside: orNot(d.Outside), Corrections: someOf(d.Corrections),
			Void: orNot(d.State == "accepted" && !slices.ContainsFunc(r.Stages[i].Decisions, func(x rapport.StageDecision) bool { return x.ID == d.ID })),
		}
		if d.OnBehalfOf != nil {
			behalf := toUserRef(*d.OnBehalfOf)
			shown.OnBehalfOf = &behalf
		}
		stages[i].Decisions = append(stages[i].Decisions, shown)
	}
	return stages
}

func showReviewPerson(stage *rapport.ReviewStage, a rapport.ReviewApprover, names map[uuid.UUID]string) gen.ReviewPerson {
	p := gen.ReviewPerson{Id: a.User, Name: names[a.User], Outside: orNot(a.Outside), Level: someDays(a.Level), Decided: orNot(!slices.Contains(stage.Open(), a))}
	if a.OnBehalf != uuid.Nil {
		p.OnBehalfOf = &gen.UserRef{Id: a.OnBehalf, Name: names[a.OnBehalf]}
	}
	return p
}

// levelsOf counts the levels of a stage with the people who are asked first; nil without a chain.
func levelsOf(stage rapport.PolicyStage) *int {
	if len(stage.EscalateTo) == 0 {
		return nil
	}
	levels := len(stage.EscalateTo) + 1
	return &levels
}

// orNot is nil for false.
func orNot(b bool) *bool {
	if !b {
		return nil
	}
	return &b
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

func ruleWords(r rapport.Rule, quorum int) string {
	if r == rapport.RuleQuorum && quorum > 1 {
		return fmt.Sprintf("%d of those asked approve", quorum)
	}
	return map[rapport.Rule]string{
		rapport.RuleAny: "One approval is enough", rapport.RuleAll: "Everybody asked approves",
		rapport.RuleQuorum: "One approval is enough", rapport.RulePrimary: "The first person decides, the others advise",
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

// speaksAs says of somebody asked that the person may decide as them.
func (d desk) speaksAs(brand uuid.UUID) func(rapport.ReviewApprover) bool {
	return func(a rapport.ReviewApprover) bool { return a.User == d.me || slices.Contains(d.voices[brand], a.User) }
}

// refusal says why the person cannot decide now, as far as the pages know: the review itself has the last word.
func (d desk) refusal(r rapport.ReviewItem, decisions []rapport.ReviewDecision) *rapport.Error {
	if _, asked := d.behalf(r); reviewIsOpen(r.State) && asked {
		return nil
	}
	refused := reviewRefusal(r, decisions, d.me, d.voices[r.BrandID])
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

func reviewRefusal(r rapport.ReviewItem, decisions []rapport.ReviewDecision, me uuid.UUID, voices []uuid.UUID) *rapport.Error {
	asked := func(stage rapport.ReviewStage) bool {
		return isAsked(stage, me) || slices.ContainsFunc(voices, func(v uuid.UUID) bool { return isAsked(stage, v) })
	}
	switch {
	case r.State == rapport.ReviewChecking:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "still_checking", State: r.State, Message: "The machine checks are still running. Try again in a moment."}
	case !reviewIsOpen(r.State):
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "review_closed", State: r.State, Message: closedWords(r, decisions)}
	case !slices.ContainsFunc(r.Stages, asked):
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
				if d.OnBehalfOf != nil {
					by += " on behalf of " + d.OnBehalfOf.Name
				}
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
	e.Reason, e.State, e.Message = "review_closed", review.State, closedWords(review, decisions)
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
		versions[0].Version, moment(versions[0].CreatedAt), strings.Join(rapport.DescribeChange(versions[at], versions[0]), " "))
	return nil
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
