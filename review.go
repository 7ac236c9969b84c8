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

// ReviewChecksFailed is what a partnership hears when the machine checks sent a version back: no revision round is used up by it.
const ReviewChecksFailed = "checks_failed"

// The decisions of an approver.
const (
	DecisionApprove         = "approve"
	DecisionWithCorrections = "approve_with_corrections"
	DecisionRequestChanges  = "request_changes"
	DecisionReject          = "reject"
)

// The commands of a review.
const (
	// CmdDecide is a decision: Ref the decision's row, Ref2 the submission decided on, Code the decision, Actor who decides, Behalf for whom.
	CmdDecide CommandKind = "decide"
	// CmdReassign asks Ref2 instead of Ref, whose calendar is Calendar; Actor does it.
	CmdReassign CommandKind = "reassign"
	// CmdStandIn lets Ref2 decide on behalf of Ref, in this review only.
	CmdStandIn CommandKind = "stand_in"
	// CmdAskAgain tells Ref once more; an outside reviewer gets a new link.
	CmdAskAgain CommandKind = "ask_again"
)

// Signals of a review.
const (
	SignalSuperseded = "superseded" // Ref the newer submission
	SignalCancelled  = "cancelled"
)

// Effects of a review, with the codes of their outcomes.
const (
	// EffectOpenReview runs the machine checks and finds the policy and who is asked. passed or failed (Review).
	EffectOpenReview = "open_review"
	// EffectNotify tells who is asked in stage N, or Ref2 alone; Code is asked, reminder, escalated or held. done.
	EffectNotify = "notify_approvers"
)

const (
	timerReviewStart    = "review_stage_start" // N the stage
	timerReviewReminder = "review_reminder"
	timerReviewEscalate = "review_escalate"
	timerReviewSilence  = "review_silence"
)

// ReviewApprover is one person asked. One that stands in for another speaks with the other's voice; each voice decides once.
type ReviewApprover struct {
	User     uuid.UUID `json:"user"`
	OnBehalf uuid.UUID `json:"on_behalf,omitzero"`
	Outside  bool      `json:"outside,omitempty"` // an outside reviewer, who decides by a link
	Level    int       `json:"level,omitempty"`   // of the escalation; 0 for who is asked first
}

// voice is whose decision the approver's is.
func (a ReviewApprover) voice() uuid.UUID {
	if a.OnBehalf != uuid.Nil {
		return a.OnBehalf
	}
	return a.User
}

// ReviewLevel is one level of the chain above a stage.
type ReviewLevel struct {
	Users []uuid.UUID `json:"users"`
	Days  int         `json:"days"` // business days
}

// ReviewPlan is what a review is run by, fixed when it opens: the policy's version and the people it means.
type ReviewPlan struct {
	Policy    Policy             `json:"policy"`
	Approvers [][]ReviewApprover `json:"approvers"`
	// Escalations are the one level that plans of before the chains had, without a clock of its own.
	Escalations [][]uuid.UUID   `json:"escalations,omitempty"`
	Chains      [][]ReviewLevel `json:"chains,omitempty"`
	Calendar    Calendar        `json:"calendar"` // the brand's
	// Calendars are of the people whose working time is another than the brand's.
	Calendars map[uuid.UUID]Calendar `json:"calendars,omitempty"`
	PublishBy time.Time              `json:"publish_by,omitzero"`
	// Kept are, by stage, approvals of an earlier version that hold for this one.
	Kept [][]StageDecision `json:"kept,omitempty"`
}

// StageDecision is one decision taken in a stage.
type StageDecision struct {
	ID       uuid.UUID `json:"id"`
	User     uuid.UUID `json:"user"`
	OnBehalf uuid.UUID `json:"on_behalf,omitzero"`
	Decision string    `json:"decision"`
	At       time.Time `json:"at"`
	Outside  bool      `json:"outside,omitempty"`
	Kept     bool      `json:"kept,omitempty"` // taken over from an earlier version
}

func (d StageDecision) voice() uuid.UUID {
	if d.OnBehalf != uuid.Nil {
		return d.OnBehalf
	}
	return d.User
}

func (d StageDecision) approves() bool {
	return d.Decision == DecisionApprove || d.Decision == DecisionWithCorrections
}

// ReviewStage is how a stage of the policy stands.
type ReviewStage struct {
	Name      string           `json:"name"`
	Rule      Rule             `json:"rule"`
	State     string           `json:"state"` // waiting | open | approved | rejected | changes_requested | held
	Approvers []ReviewApprover `json:"approvers"`
	Escalated bool             `json:"escalated,omitempty"`
	Level     int              `json:"level,omitempty"`    // the highest that has been asked
	StartsAt  time.Time        `json:"starts_at,omitzero"` // of a stage that starts by date
	OpenedAt  time.Time        `json:"opened_at,omitzero"`
	LevelAt   time.Time        `json:"level_at,omitzero"`   // when the level's clock began
	DueAt     time.Time        `json:"due_at,omitzero"`     // when the level's time is up
	SilenceAt time.Time        `json:"silence_at,omitzero"` // when the policy decides if nobody does
	Decisions []StageDecision  `json:"decisions,omitempty"`
}

// ReviewView is what the pages show of a review.
type ReviewView struct {
	Stages    []ReviewStage `json:"stages"`
	Open      int           `json:"open"` // index of the open stage that is due first, -1 when none
	Approvers []uuid.UUID   `json:"approvers"`
	Due       time.Time     `json:"due,omitzero"`
	Silence   time.Time     `json:"silence,omitzero"` // when the policy decides if nobody does
}

// ReviewVerdict is how a review stands once it has taken a decision.
type ReviewVerdict struct {
	State    string     `json:"state"`
	ClosedAt time.Time  `json:"closed_at,omitzero"`
	View     ReviewView `json:"view"`
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
	ChecksFailed  bool          `json:"checks_failed,omitempty"`
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

// Allowed says why a command would be refused now.
func (r *Review) Allowed(cmd Command, _ time.Time) *Refusal {
	if !slices.Contains([]CommandKind{CmdDecide, CmdReassign, CmdStandIn, CmdAskAgain}, cmd.Kind) {
		return &Refusal{Code: "unknown_command", State: r.State}
	}
	if r.closed() {
		return &Refusal{Code: "review_closed", State: r.State, By: r.ClosedBy, At: r.ClosedAt}
	}
	if r.State == ReviewChecking {
		return &Refusal{Code: "still_checking", State: r.State}
	}
	if cmd.Kind != CmdDecide {
		return r.allowedHandOver(cmd)
	}
	if cmd.Ref2 != uuid.Nil && cmd.Ref2 != r.SubmissionID {
		return &Refusal{Code: "another_version", State: r.State}
	}
	if !slices.Contains([]string{DecisionApprove, DecisionWithCorrections, DecisionRequestChanges, DecisionReject}, cmd.Code) {
		return &Refusal{Code: "unknown_decision", State: r.State}
	}
	if _, _, ok := r.asked(cmd.Actor, cmd.Behalf); ok {
		return nil
	}
	return r.notAsked(cmd.Actor, cmd.Behalf)
}

// notAsked says why somebody has nothing to decide: their voice has spoken, the stage is over, or they were never asked.
func (r *Review) notAsked(actor, behalf uuid.UUID) *Refusal {
	voice := actor
	if behalf != uuid.Nil {
		voice = behalf
	}
	for _, s := range slices.Backward(r.Stages) {
		asked := func(a ReviewApprover) bool { return a.voice() == voice || behalf == uuid.Nil && a.User == actor }
		if s.State == "waiting" || !slices.ContainsFunc(s.Approvers, asked) || len(s.Decisions) == 0 {
			continue
		}
		d, spoken := s.Decisions[len(s.Decisions)-1], false
		for _, x := range s.Decisions {
			if x.voice() == voice || x.User == actor && s.Rule == RuleQuorum {
				d, spoken = x, true
			}
		}
		if s.open() && !spoken && behalf != uuid.Nil {
			continue // the voice is waited for, but not from this person
		}
		return &Refusal{Code: "already_decided", State: s.State, By: d.User, At: d.At}
	}
	return &Refusal{Code: "not_asked", State: r.State}
}

func (r *Review) allowedHandOver(cmd Command) *Refusal {
	open := false
	for i := range r.Stages {
		s := &r.Stages[i]
		if s.waits(cmd.Ref) {
			open = true
			if cmd.Kind != CmdAskAgain && slices.ContainsFunc(s.Approvers, func(a ReviewApprover) bool {
				return a.User == cmd.Ref2 && (a.OnBehalf == uuid.Nil || a.OnBehalf == cmd.Ref)
			}) || s.Rule == RuleQuorum && s.decided(cmd.Ref2) {
				return &Refusal{Code: "asked_already", State: s.State}
			}
		}
	}
	if !open {
		return &Refusal{Code: "not_asked", State: r.State}
	}
	return nil
}

func (s *ReviewStage) open() bool { return s.State == "open" || s.State == "held" }

func (s *ReviewStage) spoken(voice uuid.UUID) bool {
	return slices.ContainsFunc(s.Decisions, func(d StageDecision) bool { return d.voice() == voice })
}

// waits says that the stage is open and waits for the voice.
func (s *ReviewStage) waits(voice uuid.UUID) bool {
	return s.open() && !s.spoken(voice) && slices.ContainsFunc(s.Approvers, func(a ReviewApprover) bool { return a.OnBehalf == uuid.Nil && a.User == voice })
}

// ToTell are the people of the present level whose decision is waited for; where that level has nobody left, everybody whose is.
func (s *ReviewStage) ToTell() []ReviewApprover {
	var level, all []ReviewApprover
	for _, a := range s.Approvers {
		if s.spoken(a.voice()) {
			continue
		}
		all = append(all, a)
		if a.Level == s.Level {
			level = append(level, a)
		}
	}
	if len(level) == 0 {
		return all
	}
	return level
}

// Open are those of a stage whose voice has not decided.
func (s *ReviewStage) Open() []ReviewApprover {
	return slices.DeleteFunc(slices.Clone(s.Approvers), func(a ReviewApprover) bool { return s.spoken(a.voice()) })
}

// lends says that the person may speak with the voice: a quorum is of people, so there everybody speaks once, and who is asked
// themselves for themselves. Otherwise all voices could have spoken and still be too few people.
func (s *ReviewStage) lends(user, voice uuid.UUID) bool {
	return s.Rule != RuleQuorum || !s.decided(user) && (user == voice || !s.waits(user))
}

// MayDecide says that the stage waits for a voice, their own or one that the person was given for a time, and that they may speak with it.
func (s *ReviewStage) MayDecide(user, voice uuid.UUID) bool {
	return s.waits(voice) && s.lends(user, voice)
}

func (s *ReviewStage) decided(user uuid.UUID) bool {
	return slices.ContainsFunc(s.Decisions, func(d StageDecision) bool { return d.User == user })
}

// asked finds the open stage in which the person may still decide, and with whose voice: their own first, then that of somebody they
// stand in for here. Behalf is a voice that the person was given for a time, for all reviews; the API has checked that.
func (r *Review) asked(user, behalf uuid.UUID) (int, uuid.UUID, bool) {
	for i := range r.Stages {
		s := &r.Stages[i]
		if behalf != uuid.Nil {
			if s.MayDecide(user, behalf) {
				return i, behalf, true
			}
			continue
		}
		if s.MayDecide(user, user) {
			return i, uuid.Nil, true
		}
		for _, a := range s.Approvers {
			if s.open() && a.User == user && a.OnBehalf != uuid.Nil && !s.spoken(a.OnBehalf) && s.lends(user, a.OnBehalf) {
				return i, a.OnBehalf, true
			}
		}
	}
	return 0, uuid.Nil, false
}

// Command takes an allowed command.
func (r *Review) Command(cmd Command, now time.Time) Reply {
	if cmd.Kind != CmdDecide {
		r.handOver(cmd, now)
		return Reply{Seq: r.Seq}
	}
	i, behalf, _ := r.asked(cmd.Actor, cmd.Behalf)
	s := &r.Stages[i]
	d := StageDecision{ID: cmd.Ref, User: cmd.Actor, OnBehalf: behalf, Decision: cmd.Code, At: now}
	for _, a := range s.Approvers {
		d.Outside = d.Outside || a.User == cmd.Actor && a.Outside
	}
	s.Decisions = append(s.Decisions, d)
	r.fact(now, Fact{Kind: "decision", Ref: r.DeliverableID, Ref2: cmd.Ref, Actor: cmd.Actor, Code: cmd.Code, N: i})
	r.change(Change{Noun: "decision", ID: cmd.Ref, State: "accepted", At: now, N: i, Ref: behalf})
	switch cmd.Code {
	case DecisionApprove, DecisionWithCorrections:
		if r.enough(i) {
			r.endStage(now, i, "approved")
			r.next(now, cmd.Actor)
		} else if s.State == "open" {
			r.rewind(now, i)
		}
	case DecisionRequestChanges:
		r.reject(now, i, d, "changes_requested")
	case DecisionReject:
		r.reject(now, i, d, "rejected")
	}
	r.stand()
	return Reply{Seq: r.Seq, Review: &ReviewVerdict{State: r.State, ClosedAt: r.ClosedAt, View: *r.View(now).Review}}
}

// stand says whether the review is held: as long as one of its stages is, for that one has no clock any more.
func (r *Review) stand() {
	if r.closed() {
		return
	}
	r.State = ReviewOpen
	if slices.ContainsFunc(r.Stages, func(s ReviewStage) bool { return s.State == "held" }) {
		r.State = ReviewHeld
	}
}

// handOver asks somebody instead of, or beside, who was asked; in the stages to come as well.
func (r *Review) handOver(cmd Command, now time.Time) {
	if cmd.Kind == CmdAskAgain {
		r.fact(now, Fact{Kind: "review_asked_again", Ref: cmd.Ref, Actor: cmd.Actor})
		for i := range r.Stages {
			if r.Stages[i].waits(cmd.Ref) {
				r.do(Effect{Key: fmt.Sprintf("notify/%d/asked/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Ref2: cmd.Ref, Code: "asked", N: i})
			}
		}
		return
	}
	if cmd.Calendar != nil {
		if r.Plan.Calendars == nil {
			r.Plan.Calendars = map[uuid.UUID]Calendar{}
		}
		r.Plan.Calendars[cmd.Ref2] = *cmd.Calendar
	}
	kind := map[CommandKind]string{CmdReassign: "review_reassigned", CmdStandIn: "review_stand_in"}[cmd.Kind]
	r.fact(now, Fact{Kind: kind, Ref: cmd.Ref, Ref2: cmd.Ref2, Actor: cmd.Actor})
	for i := range r.Stages {
		s := &r.Stages[i]
		switch {
		case s.waits(cmd.Ref):
			s.Approvers = handed(s.Approvers, cmd)
			r.Plan.Approvers[i] = handed(r.Plan.Approvers[i], cmd) // should the stage come again
			if s.State == "open" {
				r.rewind(now, i)
			}
			r.do(Effect{Key: fmt.Sprintf("notify/%d/asked/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Ref2: cmd.Ref2, Code: "asked", N: i})
		case s.State == "waiting":
			r.Plan.Approvers[i] = handed(r.Plan.Approvers[i], cmd)
		}
	}
}

// handed changes a stage's people for a hand-over. Who is asked already is not asked twice.
func handed(people []ReviewApprover, cmd Command) []ReviewApprover {
	at := slices.IndexFunc(people, func(a ReviewApprover) bool { return a.OnBehalf == uuid.Nil && a.User == cmd.Ref })
	if at < 0 {
		return people
	}
	people = slices.Clone(people)
	switch {
	case cmd.Kind == CmdStandIn && !slices.ContainsFunc(people, func(a ReviewApprover) bool { return a.User == cmd.Ref2 && a.OnBehalf == cmd.Ref }):
		people = append(people, ReviewApprover{User: cmd.Ref2, OnBehalf: cmd.Ref, Level: people[at].Level})
	case cmd.Kind == CmdReassign: // in the same place, for the first one listed may be the primary
		next := ReviewApprover{User: cmd.Ref2, Level: people[at].Level}
		people[at] = ReviewApprover{}
		people = slices.DeleteFunc(people, func(a ReviewApprover) bool {
			return a.OnBehalf == cmd.Ref || a.OnBehalf == uuid.Nil && a.User == cmd.Ref2
		})
		people[slices.Index(people, ReviewApprover{})] = next
	}
	return people
}

// Quorum is how many must approve of a stage whose policy wants so many: no more than were asked first.
func (s *ReviewStage) Quorum(wanted int) int {
	first := 0
	for _, a := range s.Approvers {
		if a.Level == 0 && a.OnBehalf == uuid.Nil {
			first++
		}
	}
	return min(wanted, max(first, 1))
}

// enough says that the approvals of stage i satisfy its rule.
func (r *Review) enough(i int) bool {
	s := &r.Stages[i]
	people, missing, first := map[uuid.UUID]bool{}, 0, 0 // who approved; of those asked first: who has not, and all
	primary := false
	for _, d := range s.Decisions {
		if d.approves() {
			people[d.User] = true
			primary = primary || r.speaksFirst(i, d)
		}
	}
	for _, a := range s.Approvers {
		if a.Level > 0 || a.OnBehalf != uuid.Nil {
			continue
		}
		first++
		if !slices.ContainsFunc(s.Decisions, func(d StageDecision) bool { return d.voice() == a.User && d.approves() }) {
			missing++
		}
	}
	switch s.Rule {
	case RuleAll:
		return missing == 0 && first > 0 || s.Escalated && len(people) >= max(first, 1)
	case RuleQuorum:
		return len(people) >= s.Quorum(r.Plan.Policy.Stages[i].Quorum)
	case RulePrimary:
		return primary
	case RuleAny:
	}
	return len(people) >= 1
}

// speaksFirst says that a decision is the word of the stage's primary, or of somebody who was called in above.
func (r *Review) speaksFirst(i int, d StageDecision) bool {
	s := &r.Stages[i]
	if len(s.Approvers) > 0 && s.Approvers[0].Level == 0 && d.voice() == s.Approvers[0].voice() {
		return true
	}
	called := func(a ReviewApprover) bool { return a.Level > 0 && a.voice() == d.voice() }
	return slices.ContainsFunc(s.Approvers, called) || s.Escalated && r.Plan.Chains == nil
}

func (r *Review) reject(now time.Time, i int, d StageDecision, state string) {
	policy := r.Plan.Policy.Stages[i]
	if r.Stages[i].Rule == RulePrimary && !r.speaksFirst(i, d) {
		return // an adviser's word; the primary decides
	}
	r.endStage(now, i, state)
	back := i - 1
	if policy.OnReject == RejectToStage {
		back = policy.ReturnTo
	}
	switch {
	case (state == "rejected" || policy.OnReject == RejectEnds) && !d.Outside: // a rejection can make money owed for the rest: not by a link alone
		r.close(now, ReviewRejected, d.User)
	case (policy.OnReject == RejectToPrevious || policy.OnReject == RejectToStage) && back >= 0:
		r.returnTo(now, back)
	default:
		r.close(now, ReviewChangesRequested, d.User)
	}
}

// returnTo lets everybody from the stage on decide again.
func (r *Review) returnTo(now time.Time, back int) {
	for j := back; j < len(r.Stages); j++ {
		if r.Stages[j].open() {
			r.stopClock(j)
		}
		r.Stages[j].State, r.Stages[j].Decisions = "waiting", nil
	}
	r.next(now, uuid.Nil)
}

func (r *Review) endStage(now time.Time, i int, state string) {
	s := &r.Stages[i]
	s.State = state
	r.fact(now, Fact{Kind: "review_stage", Ref: r.DeliverableID, Code: state, N: i})
	r.stopClock(i)
}

// next opens every stage whose time has come, or closes the review when all are approved.
func (r *Review) next(now time.Time, actor uuid.UUID) {
	before, left := true, false // every stage before is approved; something is still to be decided
	for i := range r.Stages {
		s := &r.Stages[i]
		starts := before
		switch r.Plan.Policy.Stages[i].Starts {
		case StartsParallel:
			starts = before || i > 0 && r.Stages[i-1].open()
		case StartsByDate:
			starts = !s.StartsAt.After(now)
		}
		if s.State == "waiting" && starts {
			r.openStage(now, i)
		}
		if s.State != "approved" {
			before, left = false, true
		}
	}
	if !left {
		r.close(now, ReviewApproved, actor)
	}
}

func (r *Review) openStage(now time.Time, i int) {
	s, policy := &r.Stages[i], r.Plan.Policy.Stages[i]
	first := s.OpenedAt.IsZero()
	s.State, s.OpenedAt, s.LevelAt, s.Decisions, s.Escalated, s.Level = "open", now, now, nil, false, 0
	s.Approvers = slices.Clone(r.Plan.Approvers[i])
	r.stand()
	s.DueAt = r.clock(i, 0, now, 100)
	r.fact(now, Fact{Kind: "review_stage", Ref: r.DeliverableID, Code: "open", N: i, Until: s.DueAt})
	if first && r.takeOver(now, i) {
		return
	}
	r.armStage(now, i, policy)
	if len(s.Approvers) == 0 {
		r.task(TaskChange{Key: fmt.Sprintf("review/%d", i), Kind: "review_nobody", Role: RoleAdmin, Ref: r.ID, Due: s.DueAt})
		r.escalate(now, i)
		return
	}
	r.do(Effect{Key: fmt.Sprintf("notify/%d/asked/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Code: "asked", N: i})
}

// takeOver counts the approvals that an earlier version's stage keeps, of whoever is asked again; true when they are enough.
func (r *Review) takeOver(now time.Time, i int) bool {
	if i >= len(r.Plan.Kept) {
		return false
	}
	s := &r.Stages[i]
	for _, d := range r.Plan.Kept[i] {
		if !d.approves() || !s.waits(d.voice()) || !s.lends(d.User, d.voice()) {
			continue
		}
		d.Kept = true
		s.Decisions = append(s.Decisions, d)
		r.fact(now, Fact{Kind: "decision_kept", Ref: r.DeliverableID, Ref2: d.ID, Actor: d.User, Code: d.Decision, N: i})
	}
	if len(s.Decisions) == 0 || !r.enough(i) {
		return false
	}
	r.endStage(now, i, "approved")
	return true
}

func (r *Review) close(now time.Time, state string, actor uuid.UUID) {
	r.State, r.ClosedAt, r.ClosedBy = state, now, actor
	r.Timers = nil
	r.fact(now, Fact{Kind: "review_closed", Ref: r.DeliverableID, Ref2: r.SubmissionID, Code: state, Actor: actor})
	corrections := 0
	for i := range r.Stages {
		s := &r.Stages[i]
		if s.open() {
			s.State = "waiting"
			r.closeTask(fmt.Sprintf("review/%d", i))
		}
		for _, d := range s.Decisions {
			if d.Decision == DecisionWithCorrections && !d.Kept {
				corrections++
			}
		}
	}
	if state != ReviewSuperseded && state != ReviewCancelled {
		sig := &Signal{ID: DeriveID(r.ID, "closed"), Kind: SignalReviewClosed, Ref: r.DeliverableID, Ref2: r.SubmissionID, Code: state}
		switch {
		case r.ChecksFailed:
			sig.Code = ReviewChecksFailed
		case state == ReviewApproved:
			sig.Corrections = corrections
		}
		r.send(Send{Workflow: "partnership", ID: r.PartnershipID, Signal: sig})
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
	for i, s := range r.Plan.Policy.Stages {
		stage := ReviewStage{Name: s.Name, Rule: s.Rule, State: "waiting"}
		if s.Starts == StartsByDate {
			stage.StartsAt = r.startOf(now, s)
			r.arm(timerReviewStart, uuid.Nil, i, stage.StartsAt)
		}
		r.Stages = append(r.Stages, stage)
	}
	r.fact(now, Fact{Kind: "checks_" + out.Code, Ref: r.DeliverableID, Ref2: r.SubmissionID})
	if out.Code == "failed" {
		r.ChecksFailed = true
		r.close(now, ReviewChangesRequested, uuid.Nil)
		return
	}
	r.State = ReviewOpen
	r.next(now, uuid.Nil)
}

// View is what the pages show.
func (r *Review) View(_ time.Time) View {
	v := View{State: r.State, Timers: append([]Timer{}, r.Timers...), Waiting: []Waiting{}, Commands: []CommandView{}}
	rv := &ReviewView{Stages: slices.Clone(r.Stages), Open: -1, Approvers: []uuid.UUID{}}
	for i := range r.Stages {
		s := &r.Stages[i]
		if !s.open() {
			continue
		}
		if rv.Open < 0 || s.DueAt.Before(rv.Due) {
			rv.Open, rv.Due, rv.Silence = i, s.DueAt, s.SilenceAt
		}
		w := Waiting{For: "user", Decision: "review", Ref: r.SubmissionID, Since: s.OpenedAt, Due: s.DueAt, Silence: string(r.Plan.Policy.OnSilence)}
		if len(s.Approvers) == 0 {
			w.For, w.Who = "role", string(RoleAdmin)
			v.Waiting = append(v.Waiting, w)
		}
		for _, a := range s.Approvers {
			if !s.spoken(a.voice()) && s.lends(a.User, a.voice()) && !slices.Contains(rv.Approvers, a.User) {
				rv.Approvers = append(rv.Approvers, a.User)
				w.For, w.Who = "user", a.User.String()
				if a.Outside {
					w.For = "outside"
				}
				v.Waiting = append(v.Waiting, w)
			}
		}
	}
	v.Review = rv
	return v
}
