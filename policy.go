package rapport

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Rule says how many of a stage's approvers must approve.
type Rule string

// The rules of a stage.
const (
	RuleAny     Rule = "any"     // the first approval is enough
	RuleAll     Rule = "all"     // everybody asked approves
	RuleQuorum  Rule = "quorum"  // Quorum of them approve
	RulePrimary Rule = "primary" // the first approver listed decides; the others advise
)

// OnReject says where a request for changes leads.
type OnReject string

// Where a stage's rejection leads.
const (
	RejectToCreator  OnReject = "creator"  // back to the creator: the review ends with changes requested
	RejectToPrevious OnReject = "previous" // back to the stage before, which decides again
	RejectToStage    OnReject = "stage"    // back to the stage ReturnTo, and from there on everybody decides again
	RejectEnds       OnReject = "end"      // the deliverable is rejected
)

// OnSilence says what happens when nobody decided by 150 % of a stage's time.
type OnSilence string

// What silence does.
const (
	SilenceHold    OnSilence = "hold"
	SilenceApprove OnSilence = "auto_approve" // never in a policy that has a legal stage
	SilenceReject  OnSilence = "auto_reject"
)

// When a stage starts.
const (
	StartsAfter    = "after_previous" // when every stage before it is approved
	StartsParallel = "in_parallel"    // with the stage before it
	StartsByDate   = "by_date"        // StartDays business days after the review opened, or before the publish date
)

// What StartDays of a stage that starts by date are counted from.
const (
	StartFromReview  = "review"     // forward from the review's opening
	StartFromPublish = "publish_by" // backward from the end of the publish window
)

// What an approval looks at: while that is unchanged in a newer version, a stage may keep its approvals.
const (
	ScopeAll     = "all" // the default: any change asks again
	ScopeCaption = "caption"
	ScopeFile    = "file"
)

// The kinds of approvers.
const (
	ApproverUser    = "user"
	ApproverRole    = "role"    // everybody who has the role at the brand
	ApproverOutside = "outside" // an outside reviewer of the brand, who decides by a link
)

// Approver is a person of the house, everybody who has a role at the brand, or an outside reviewer.
type Approver struct {
	Kind       string     `json:"kind"`
	UserID     *uuid.UUID `json:"user_id,omitempty"`
	Role       Role       `json:"role,omitempty"`
	ReviewerID *uuid.UUID `json:"reviewer_id,omitempty"`
	// Days are the business days of this level of an escalation; without, those of the stage.
	Days int `json:"days,omitempty"`
}

// PolicyStage is one step of an approval policy.
type PolicyStage struct {
	Name         string     `json:"name"`
	Approvers    []Approver `json:"approvers"`
	Rule         Rule       `json:"rule"`
	Quorum       int        `json:"quorum,omitempty"`
	Starts       string     `json:"starts"`
	StartDays    int        `json:"start_days,omitempty"`
	StartFrom    string     `json:"start_from,omitempty"`
	DeadlineDays int        `json:"deadline_days"` // business days of whoever must act
	OnReject     OnReject   `json:"on_reject"`
	ReturnTo     int        `json:"return_to,omitempty"` // the stage that RejectToStage means, counted from 0
	Legal        bool       `json:"legal,omitempty"`
	// EscalateTo is the chain above the approvers, nearest first; each entry is a level with a clock of its own.
	EscalateTo []Approver `json:"escalate_to,omitempty"`
	// Keep says that approvals hold for a newer version in which Scope did not change.
	Keep  bool   `json:"keep,omitempty"`
	Scope string `json:"scope,omitempty"`
}

// Policy is one version of an approval policy; a running review keeps its version.
type Policy struct {
	ID        uuid.UUID     `json:"id"`
	Version   int           `json:"version"`
	Stages    []PolicyStage `json:"stages"`
	OnSilence OnSilence     `json:"on_silence"`
	// When says for which submissions the policy is chosen, before the one that a campaign names. Without it nothing chooses the policy
	// but a campaign.
	When *PolicyWhen `json:"when,omitempty"`
	// Rank orders policies that fit the same submission: the lowest wins.
	Rank int `json:"rank,omitempty"`
}

// maxPolicyStages keeps a policy readable; a partnership-year has hundreds of stages at most.
const maxPolicyStages = 50

// Check names every bad field of the policy.
func (p Policy) Check() []Field {
	if len(p.Stages) == 0 || len(p.Stages) > maxPolicyStages {
		return []Field{{"stages", "count", fmt.Sprintf("A policy has 1 to %d stages.", maxPolicyStages)}}
	}
	var f []Field
	for i, s := range p.Stages {
		f = append(f, s.check(i, p.Stages)...)
	}
	if slices.ContainsFunc(p.Stages, PolicyStage.outside) && !slices.ContainsFunc(p.Stages, PolicyStage.house) {
		f = append(f, Field{"stages", "outside_only", "At least one stage is decided by people of the house alone: a link never makes money owed by itself."})
	}
	switch p.OnSilence {
	case SilenceHold, SilenceReject:
	case SilenceApprove:
		if p.legal() {
			f = append(f, Field{"on_silence", "legal_stage", "A policy with a legal stage is never approved by silence."})
		}
		if slices.ContainsFunc(p.Stages, PolicyStage.outside) {
			f = append(f, Field{"on_silence", "outside_reviewers", "A policy with outside reviewers is never approved by silence."})
		}
	default:
		f = append(f, Field{"on_silence", "unknown_value", fmt.Sprintf("%q is not something silence can do.", p.OnSilence)})
	}
	if p.Rank < 0 || p.Rank > 1000 {
		f = append(f, Field{"rank", "out_of_range", "A rank is 0 to 1,000; the lowest wins."})
	}
	if p.When != nil {
		f = append(f, p.When.Check("when")...)
	}
	return f
}

func (p Policy) legal() bool {
	return slices.ContainsFunc(p.Stages, func(s PolicyStage) bool { return s.Legal })
}

func (s PolicyStage) outside() bool {
	return slices.ContainsFunc(s.Approvers, func(a Approver) bool { return a.Kind == ApproverOutside })
}

// askedTwice are the outside reviewers of stage i, by their place, who are asked in an earlier stage that may still be open with it: in
// any when it starts by a date, and in those that began together when it starts in parallel.
func askedTwice(i int, all []PolicyStage) (at []int) {
	var beside []PolicyStage
	for k := i; k > 0 && all[k].Starts != StartsAfter; k-- {
		if all[k].Starts == StartsByDate {
			beside = append(beside, all[:k]...)
			break
		}
		beside = append(beside, all[k-1])
	}
	for j, a := range all[i].Approvers {
		same := func(b Approver) bool {
			return a.ReviewerID != nil && b.ReviewerID != nil && *a.ReviewerID == *b.ReviewerID
		}
		if slices.ContainsFunc(beside, func(x PolicyStage) bool { return slices.ContainsFunc(x.Approvers, same) }) {
			at = append(at, j)
		}
	}
	return at
}

// house says that nobody from outside can decide in the stage.
func (s PolicyStage) house() bool { return len(s.Approvers) > 0 && !s.outside() }

func (s PolicyStage) check(i int, all []PolicyStage) []Field {
	var f []Field
	add := func(path, code, detail string) {
		f = append(f, Field{fmt.Sprintf("stages[%d].%s", i, path), code, detail})
	}
	if s.Name == "" {
		add("name", "required", "Give the stage a name.")
	}
	if len(s.Approvers) == 0 {
		add("approvers", "required", "Say who approves.")
	}
	for j, a := range s.Approvers {
		if bad := a.check(); bad != "" {
			add(fmt.Sprintf("approvers[%d]", j), "bad_approver", bad)
		}
	}
	for _, j := range askedTwice(i, all) {
		add(fmt.Sprintf("approvers[%d]", j), "asked_twice", "This outside reviewer is asked in an earlier stage that may still be open, and has one link at a time. Start this stage after the one before.")
	}
	if s.Legal && s.outside() {
		add("approvers", "legal_outside", "A legal stage is decided by people of the house.")
	}
	for j, a := range s.EscalateTo {
		bad := a.check()
		if a.Kind == ApproverOutside {
			bad = "A review escalates to people of the house only."
		}
		if bad != "" {
			add(fmt.Sprintf("escalate_to[%d]", j), "bad_approver", bad)
		}
		if a.Days < 0 || a.Days > 60 {
			add(fmt.Sprintf("escalate_to[%d].days", j), "out_of_range", "A level has at most 60 business days.")
		}
	}
	switch s.Rule {
	case RuleAny, RuleAll, RulePrimary:
	case RuleQuorum:
		if s.Quorum < 1 {
			add("quorum", "out_of_range", "A quorum is at least 1.")
		}
	default:
		add("rule", "unknown_rule", fmt.Sprintf("%q is not a rule.", s.Rule))
	}
	switch s.Starts {
	case StartsAfter, StartsParallel:
	case StartsByDate:
		if s.StartDays < 0 || s.StartDays > 365 {
			add("start_days", "out_of_range", "A stage starts 0 to 365 business days after the review opened, or before the publish date.")
		}
		if s.StartFrom != StartFromReview && s.StartFrom != StartFromPublish {
			add("start_from", "unknown_value", "Days are counted from the review or back from the publish date.")
		}
	default:
		add("starts", "unknown_start", "A stage starts after the previous one, in parallel with it or by a date.")
	}
	if i == 0 && s.OnReject == RejectToPrevious {
		add("on_reject", "no_previous", "The first stage has none before it.")
	}
	switch s.OnReject {
	case RejectToCreator, RejectToPrevious, RejectEnds:
	case RejectToStage:
		if s.ReturnTo < 0 || s.ReturnTo >= i || s.ReturnTo >= len(all) {
			add("return_to", "out_of_range", "A stage returns to one before it.")
		}
	default:
		add("on_reject", "unknown_value", fmt.Sprintf("%q is not a place to go back to.", s.OnReject))
	}
	if s.DeadlineDays < 1 || s.DeadlineDays > 60 {
		add("deadline_days", "out_of_range", "A stage has 1 to 60 business days.")
	}
	switch s.Scope {
	case "", ScopeAll, ScopeCaption, ScopeFile:
	default:
		add("scope", "unknown_value", "A stage looks at the caption, the file or all.")
	}
	return f
}

func (a Approver) check() string {
	switch {
	case a.UserID != nil && a.Kind != ApproverUser, a.ReviewerID != nil && a.Kind != ApproverOutside, a.Role != "" && a.Kind != ApproverRole:
		return "An approver is one of a person, a role and an outside reviewer."
	case a.Kind == ApproverUser && a.UserID == nil:
		return "Name the person."
	case a.Kind == ApproverOutside && a.ReviewerID == nil:
		return "Name the outside reviewer."
	case a.Kind == ApproverRole && a.Role != RoleApprover && a.Role != RoleLegal && a.Role != RoleAdmin && a.Role != RoleOps:
		return "Only ops, approver, legal and admin decide on content."
	case a.Kind != ApproverUser && a.Kind != ApproverRole && a.Kind != ApproverOutside:
		return "An approver is a person, a role or an outside reviewer."
	}
	return ""
}
