package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// The states of a review.
const (
	ReviewChecking         = "checking" // machine checks; the workflow moves it on
	ReviewOpen             = "open"     // a stage waits for people
	ReviewApproved         = "approved"
	ReviewChangesRequested = "changes_requested"
	ReviewRejected         = "rejected"
	ReviewHeld             = "held"       // nobody decided by 150 % of the time; a decision is still taken
	ReviewSuperseded       = "superseded" // by a newer submission
	ReviewCancelled        = "cancelled"
)

// The decisions of an approver.
const (
	DecisionApprove         = "approve"
	DecisionWithCorrections = "approve_with_corrections"
	DecisionRequestChanges  = "request_changes"
	DecisionReject          = "reject"
)

// CmdDecide is a decision: Ref the decision's row, Ref2 the submission decided on, Code the decision, Actor who decides.
const CmdDecide CommandKind = "decide"

// Signals of a review.
const (
	SignalSuperseded = "superseded" // Ref the newer submission
	SignalCancelled  = "cancelled"
)

// Effects of a review, with the codes of their outcomes.
const (
	// EffectOpenReview runs the machine checks and finds the policy and who is asked. passed or failed (Review).
	EffectOpenReview = "open_review"
	// EffectNotify mails who is asked in stage N; Code is asked, reminder, escalated or held. done.
	EffectNotify = "notify_approvers"
)

const (
	timerReviewReminder = "review_reminder"
	timerReviewEscalate = "review_escalate"
	timerReviewSilence  = "review_silence"
)

// ReviewApprover is one person asked, possibly standing in for another.
type ReviewApprover struct {
	User     uuid.UUID `json:"user"`
	OnBehalf uuid.UUID `json:"on_behalf,omitzero"`
}

// ReviewPlan is what a review is run by, fixed when it opens: the policy's version and the people it means.
type ReviewPlan struct {
	Policy      Policy             `json:"policy"`
	Approvers   [][]ReviewApprover `json:"approvers"`
	Escalations [][]uuid.UUID      `json:"escalations"`
	Calendar    Calendar           `json:"calendar"`
}

// StageDecision is one decision taken in a stage.
type StageDecision struct {
	ID       uuid.UUID `json:"id"`
	User     uuid.UUID `json:"user"`
	OnBehalf uuid.UUID `json:"on_behalf,omitzero"`
	Decision string    `json:"decision"`
	At       time.Time `json:"at"`
}

// ReviewStage is how a stage of the policy stands.
type ReviewStage struct {
	Name      string           `json:"name"`
	Rule      Rule             `json:"rule"`
	State     string           `json:"state"` // waiting | open | approved | rejected | changes_requested | held
	Approvers []ReviewApprover `json:"approvers"`
	Escalated bool             `json:"escalated,omitempty"`
	OpenedAt  time.Time        `json:"opened_at,omitzero"`
	DueAt     time.Time        `json:"due_at,omitzero"`
	Decisions []StageDecision  `json:"decisions,omitempty"`
}

// ReviewView is what the pages show of a review.
type ReviewView struct {
	Stages    []ReviewStage `json:"stages"`
	Open      int           `json:"open"` // index of the first open stage, -1 when none
	Approvers []uuid.UUID   `json:"approvers"`
	Due       time.Time     `json:"due,omitzero"`
}

// Review is the machine of one approval policy over one submission.
type Review struct {
	Core

	ID            uuid.UUID     `json:"id"`
	BrandID       uuid.UUID     `json:"brand_id"`
	PartnershipID uuid.UUID     `json:"partnership_id"`
	CampaignID    uuid.UUID     `json:"campaign_id"`
	DeliverableID uuid.UUID     `json:"deliverable_id"`
	SubmissionID  uuid.UUID     `json:"submission_id"`
	State         string        `json:"state"`
	ClosedAt      time.Time     `json:"closed_at,omitzero"`
	ClosedBy      uuid.UUID     `json:"closed_by,omitzero"`
	Timings       Timings       `json:"timings"`
	Plan          *ReviewPlan   `json:"plan,omitempty"`
	Stages        []ReviewStage `json:"stages,omitempty"`
}

var _ Machine = (*Review)(nil)

// Done says that the review is closed and nothing of it is open.
func (r *Review) Done() bool { return r.closed() && len(r.Pending) == 0 }

func (r *Review) closed() bool {
	return r.State != ReviewChecking && r.State != ReviewOpen && r.State != ReviewHeld
}

// Begin asks for the machine checks, once.
func (r *Review) Begin(now time.Time) {
	if r.State == ReviewChecking && r.Seq == 0 {
		r.fact(now, Fact{Kind: "review_started", Ref: r.DeliverableID, Ref2: r.SubmissionID})
		r.do(Effect{Key: "open", Kind: EffectOpenReview, Ref: r.SubmissionID, At: now})
	}
}

// Allowed says why a decision would be refused now.
func (r *Review) Allowed(cmd Command, _ time.Time) *Refusal {
	if cmd.Kind != CmdDecide {
		return &Refusal{Code: "unknown_command", State: r.State}
	}
	if r.closed() {
		return &Refusal{Code: "review_closed", State: r.State, By: r.ClosedBy, At: r.ClosedAt}
	}
	if r.State == ReviewChecking {
		return &Refusal{Code: "still_checking", State: r.State}
	}
	if cmd.Ref2 != uuid.Nil && cmd.Ref2 != r.SubmissionID {
		return &Refusal{Code: "another_version", State: r.State}
	}
	if !slices.Contains([]string{DecisionApprove, DecisionWithCorrections, DecisionRequestChanges, DecisionReject}, cmd.Code) {
		return &Refusal{Code: "unknown_decision", State: r.State}
	}
	if _, _, ok := r.asked(cmd.Actor); ok {
		return nil
	}
	for _, s := range slices.Backward(r.Stages) {
		if s.State == "waiting" || !slices.ContainsFunc(s.Approvers, func(a ReviewApprover) bool { return a.User == cmd.Actor }) || len(s.Decisions) == 0 {
			continue
		}
		d := s.Decisions[len(s.Decisions)-1]
		for _, x := range s.Decisions {
			if x.User == cmd.Actor {
				d = x
			}
		}
		return &Refusal{Code: "already_decided", State: s.State, By: d.User, At: d.At}
	}
	return &Refusal{Code: "not_asked", State: r.State}
}

// asked finds the open stage in which the person may still decide.
func (r *Review) asked(user uuid.UUID) (int, uuid.UUID, bool) {
	for i, s := range r.Stages {
		if s.State != "open" && s.State != "held" {
			continue
		}
		if slices.ContainsFunc(s.Decisions, func(d StageDecision) bool { return d.User == user }) {
			continue
		}
		for _, a := range s.Approvers {
			if a.User == user {
				return i, a.OnBehalf, true
			}
		}
	}
	return 0, uuid.Nil, false
}

// Command takes an allowed decision.
func (r *Review) Command(cmd Command, now time.Time) Reply {
	i, behalf, _ := r.asked(cmd.Actor)
	s := &r.Stages[i]
	s.Decisions = append(s.Decisions, StageDecision{ID: cmd.Ref, User: cmd.Actor, OnBehalf: behalf, Decision: cmd.Code, At: now})
	r.fact(now, Fact{Kind: "decision", Ref: r.DeliverableID, Ref2: cmd.Ref, Actor: cmd.Actor, Code: cmd.Code, N: i})
	r.change(Change{Noun: "decision", ID: cmd.Ref, State: "accepted", At: now, N: i, Ref: behalf})
	if r.State == ReviewHeld {
		r.State = ReviewOpen
	}
	switch cmd.Code {
	case DecisionApprove, DecisionWithCorrections:
		if r.enough(i) {
			r.endStage(now, i, "approved")
			r.next(now, cmd.Actor)
		}
	case DecisionRequestChanges:
		r.reject(now, i, cmd.Actor, "changes_requested")
	case DecisionReject:
		r.reject(now, i, cmd.Actor, "rejected")
	}
	return Reply{r.Seq}
}

// enough says that the approvals of stage i satisfy its rule.
func (r *Review) enough(i int) bool {
	s, approvals := r.Stages[i], 0
	for _, d := range s.Decisions {
		if d.Decision == DecisionApprove || d.Decision == DecisionWithCorrections {
			approvals++
		}
	}
	switch s.Rule {
	case RuleAll:
		first, missing := 0, 0
		for _, a := range r.Plan.Approvers[i] {
			if a.OnBehalf != uuid.Nil {
				continue
			}
			first++
			if !s.approvedFor(a.User) {
				missing++
			}
		}
		return missing == 0 || s.Escalated && approvals >= first
	case RuleQuorum:
		return approvals >= min(r.Plan.Policy.Stages[i].Quorum, len(s.Approvers))
	case RulePrimary:
		last := s.Decisions[len(s.Decisions)-1]
		return s.primary(last.User) || s.Escalated
	case RuleAny:
	}
	return approvals >= 1
}

// primary says that the person is the stage's primary, or stands in for them.
func (s ReviewStage) primary(user uuid.UUID) bool {
	return slices.ContainsFunc(s.Approvers, func(a ReviewApprover) bool {
		return a.User == user && (user == s.Approvers[0].User || a.OnBehalf == s.Approvers[0].User)
	})
}

// approvedFor says that the person, or a stand-in, approved.
func (s ReviewStage) approvedFor(user uuid.UUID) bool {
	return slices.ContainsFunc(s.Decisions, func(d StageDecision) bool {
		return (d.User == user || d.OnBehalf == user) && (d.Decision == DecisionApprove || d.Decision == DecisionWithCorrections)
	})
}

func (r *Review) reject(now time.Time, i int, actor uuid.UUID, state string) {
	policy := r.Plan.Policy.Stages[i]
	if r.Stages[i].Rule == RulePrimary && !r.Stages[i].primary(actor) && !r.Stages[i].Escalated {
		return // an adviser's word; the primary decides
	}
	r.endStage(now, i, state)
	switch {
	case state == "rejected" || policy.OnReject == RejectEnds:
		r.close(now, ReviewRejected, actor)
	case policy.OnReject == RejectToPrevious && i > 0:
		r.Stages[i].State, r.Stages[i].Decisions = "waiting", nil
		r.openStage(now, i-1)
	default:
		r.close(now, ReviewChangesRequested, actor)
	}
}

func (r *Review) endStage(now time.Time, i int, state string) {
	s := &r.Stages[i]
	s.State = state
	r.fact(now, Fact{Kind: "review_stage", Ref: r.DeliverableID, Code: state, N: i})
	for _, k := range []string{timerReviewReminder, timerReviewEscalate, timerReviewSilence} {
		r.disarm(k, r.stageRef(i))
	}
	r.closeTask(fmt.Sprintf("review/%d", i))
}

func (r *Review) stageRef(i int) uuid.UUID { return DeriveID(r.ID, fmt.Sprintf("stage/%d", i)) }

// next opens what follows the stages that are approved, or closes the review.
func (r *Review) next(now time.Time, actor uuid.UUID) {
	open := false
	for i := range r.Stages {
		switch r.Stages[i].State {
		case "approved":
			continue
		case "open", "held":
			open = true
			continue
		}
		if !open || r.Plan.Policy.Stages[i].Starts == "in_parallel" {
			r.openStage(now, i)
			open = true
			continue
		}
		return
	}
	if !open {
		r.close(now, ReviewApproved, actor)
	}
}

func (r *Review) openStage(now time.Time, i int) {
	s, policy := &r.Stages[i], r.Plan.Policy.Stages[i]
	s.State, s.OpenedAt, s.Decisions, s.Escalated = "open", now, nil, false
	s.Approvers = slices.Clone(r.Plan.Approvers[i])
	s.DueAt = r.Plan.Calendar.AddBusinessDays(now, policy.DeadlineDays)
	r.State = ReviewOpen
	r.fact(now, Fact{Kind: "review_stage", Ref: r.DeliverableID, Code: "open", N: i, Until: s.DueAt})
	ref := r.stageRef(i)
	for k, percent := range r.Timings.ReviewRemindersPercent {
		r.arm(timerReviewReminder, ref, k*100+i, r.Plan.Calendar.AddWorkingSpan(now, policy.DeadlineDays, percent))
	}
	r.arm(timerReviewEscalate, ref, i, s.DueAt)
	r.arm(timerReviewSilence, ref, i, r.Plan.Calendar.AddWorkingSpan(now, policy.DeadlineDays, r.Timings.ReviewSilencePercent))
	if len(s.Approvers) == 0 {
		r.task(TaskChange{Key: fmt.Sprintf("review/%d", i), Kind: "review_nobody", Role: RoleAdmin, Ref: r.ID, Due: s.DueAt})
		r.escalate(now, i)
		return
	}
	r.do(Effect{Key: fmt.Sprintf("notify/%d/asked/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Code: "asked", N: i})
}

func (r *Review) escalate(now time.Time, i int) {
	s := &r.Stages[i]
	for _, u := range r.Plan.Escalations[i] {
		if !slices.ContainsFunc(s.Approvers, func(a ReviewApprover) bool { return a.User == u }) {
			s.Approvers = append(s.Approvers, ReviewApprover{User: u})
		}
	}
	s.Escalated = true
	r.fact(now, Fact{Kind: "review_escalated", Ref: r.DeliverableID, N: i})
	r.do(Effect{Key: fmt.Sprintf("notify/%d/escalated/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Code: "escalated", N: i})
}

func (r *Review) close(now time.Time, state string, actor uuid.UUID) {
	r.State, r.ClosedAt, r.ClosedBy = state, now, actor
	r.Timers = nil
	r.fact(now, Fact{Kind: "review_closed", Ref: r.DeliverableID, Ref2: r.SubmissionID, Code: state, Actor: actor})
	for i := range r.Stages {
		if r.Stages[i].State == "open" || r.Stages[i].State == "held" {
			r.Stages[i].State = "waiting"
			r.closeTask(fmt.Sprintf("review/%d", i))
		}
	}
	if state != ReviewSuperseded && state != ReviewCancelled {
		r.send(Send{Workflow: "partnership", ID: r.PartnershipID, Signal: &Signal{ID: DeriveID(r.ID, "closed"), Kind: SignalReviewClosed, Ref: r.DeliverableID, Ref2: r.SubmissionID, Code: state}})
	}
}

// Signal takes a newer submission or a cancellation.
func (r *Review) Signal(sig Signal, now time.Time) {
	if r.closed() {
		return
	}
	switch sig.Kind {
	case SignalSuperseded:
		r.close(now, ReviewSuperseded, uuid.Nil)
	case SignalCancelled:
		r.close(now, ReviewCancelled, uuid.Nil)
	}
}

// Outcome takes the machine checks' result.
func (r *Review) Outcome(out Outcome, now time.Time) {
	e, ok := r.answered(out.Key)
	if !ok || e.Kind != EffectOpenReview || r.State != ReviewChecking || out.Review == nil {
		return
	}
	r.Plan = out.Review
	for _, s := range r.Plan.Policy.Stages {
		r.Stages = append(r.Stages, ReviewStage{Name: s.Name, Rule: s.Rule, State: "waiting"})
	}
	r.fact(now, Fact{Kind: "checks_" + out.Code, Ref: r.DeliverableID, Ref2: r.SubmissionID})
	if out.Code == "failed" {
		r.close(now, ReviewChangesRequested, uuid.Nil)
		return
	}
	r.next(now, uuid.Nil)
}

// Tick fires the timers that are due.
func (r *Review) Tick(now time.Time) {
	for {
		t, ok := r.due(now)
		if !ok {
			return
		}
		i := t.N % 100
		if i >= len(r.Stages) || (r.Stages[i].State != "open" && r.Stages[i].State != "held") {
			continue
		}
		switch t.Kind {
		case timerReviewReminder:
			later := func(x Timer) bool { return x.N%100 == i && !x.At.After(now) }
			if slices.ContainsFunc(r.Timers, later) {
				continue // after an outage, what comes later is due as well and says more
			}
			r.do(Effect{Key: fmt.Sprintf("notify/%d/reminder/%d/%d", i, t.N, r.Stages[i].OpenedAt.UnixMilli()), Kind: EffectNotify, Ref: r.ID, Code: "reminder", N: i})
		case timerReviewEscalate:
			r.escalate(now, i)
		case timerReviewSilence:
			r.silence(now, i)
		}
	}
}

func (r *Review) silence(now time.Time, i int) {
	legal := slices.ContainsFunc(r.Plan.Policy.Stages, func(s PolicyStage) bool { return s.Legal })
	switch {
	case r.Plan.Policy.OnSilence == SilenceApprove && !legal:
		r.fact(now, Fact{Kind: "review_silence", Ref: r.DeliverableID, Code: string(SilenceApprove), N: i})
		r.endStage(now, i, "approved")
		r.next(now, uuid.Nil)
	case r.Plan.Policy.OnSilence == SilenceReject:
		r.fact(now, Fact{Kind: "review_silence", Ref: r.DeliverableID, Code: string(SilenceReject), N: i})
		r.endStage(now, i, "rejected")
		r.close(now, ReviewRejected, uuid.Nil)
	default:
		r.fact(now, Fact{Kind: "review_silence", Ref: r.DeliverableID, Code: string(SilenceHold), N: i})
		r.State, r.Stages[i].State = ReviewHeld, "held"
		r.task(TaskChange{Key: fmt.Sprintf("review/%d", i), Kind: "review_held", Role: RoleAdmin, Ref: r.ID, Due: now})
	}
}

// View is what the pages show.
func (r *Review) View(_ time.Time) View {
	v := View{State: r.State, Timers: append([]Timer{}, r.Timers...), Waiting: []Waiting{}, Commands: []CommandView{}}
	rv := &ReviewView{Stages: slices.Clone(r.Stages), Open: -1, Approvers: []uuid.UUID{}}
	for i, s := range r.Stages {
		if s.State != "open" && s.State != "held" {
			continue
		}
		if rv.Open < 0 {
			rv.Open, rv.Due = i, s.DueAt
		}
		w := Waiting{For: "user", Decision: "review", Ref: r.SubmissionID, Since: s.OpenedAt, Due: s.DueAt, Silence: string(r.Plan.Policy.OnSilence)}
		if len(s.Approvers) == 0 {
			w.For, w.Who = "role", string(RoleAdmin)
			v.Waiting = append(v.Waiting, w)
		}
		for _, a := range s.Approvers {
			decided := slices.ContainsFunc(s.Decisions, func(d StageDecision) bool { return d.User == a.User })
			if !decided && !slices.Contains(rv.Approvers, a.User) {
				rv.Approvers = append(rv.Approvers, a.User)
				w.Who = a.User.String()
				v.Waiting = append(v.Waiting, w)
			}
		}
	}
	v.Review = rv
	return v
}
