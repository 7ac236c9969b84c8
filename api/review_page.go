package api

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// GetReview shows one review: what was handed in, who was asked, who decided and when.
func (s *Server) GetReview(ctx context.Context, r gen.GetReviewRequestObject) (gen.GetReviewResponseObject, error) {
	shown, err := s.review(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	return gen.GetReview200JSONResponse(shown), nil
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
	p.desk = desk{me: me, say: houseWords(ctx), voices: map[uuid.UUID][]uuid.UUID{p.review.BrandID: p.standing.Voices}}
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

func showStages(r rapport.ReviewItem, decisions []rapport.ReviewDecision, names map[uuid.UUID]string) []gen.ReviewStage {
	stages := make([]gen.ReviewStage, len(r.Stages))
	for i, stage := range r.Stages {
		shown := gen.ReviewStage{
			Index: i, Name: stage.Name, State: gen.ReviewStageState(stage.State), Rule: ruleWords(stage.Rule, 0), Approvers: []gen.ReviewPerson{},
			Escalated: stage.Escalated, Level: orNil(stage.Level), Decisions: []gen.Decision{},
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
	p := gen.ReviewPerson{Id: a.User, Name: names[a.User], Outside: orNot(a.Outside), Level: orNil(a.Level), Decided: orNot(!slices.Contains(stage.Open(), a))}
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
