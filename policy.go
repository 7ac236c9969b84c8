package rapport

import (
	"fmt"

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

// Approver is a person, or everybody who has a role at the brand.
type Approver struct {
	Kind   string     `json:"kind"` // user | role
	UserID *uuid.UUID `json:"user_id,omitempty"`
	Role   Role       `json:"role,omitempty"`
}

// PolicyStage is one step of an approval policy.
type PolicyStage struct {
	Name         string     `json:"name"`
	Approvers    []Approver `json:"approvers"`
	Rule         Rule       `json:"rule"`
	Quorum       int        `json:"quorum,omitempty"`
	Starts       string     `json:"starts"`        // after_previous | in_parallel
	DeadlineDays int        `json:"deadline_days"` // business days of whoever must act
	OnReject     OnReject   `json:"on_reject"`
	Legal        bool       `json:"legal,omitempty"`
	EscalateTo   []Approver `json:"escalate_to,omitempty"`
}

// Policy is one version of an approval policy; a running review keeps its version.
type Policy struct {
	ID        uuid.UUID     `json:"id"`
	Version   int           `json:"version"`
	Stages    []PolicyStage `json:"stages"`
	OnSilence OnSilence     `json:"on_silence"`
}

// Check names every bad field of the policy.
func (p Policy) Check() []Field {
	var f []Field
	if len(p.Stages) == 0 || len(p.Stages) > 10 {
		return []Field{{"stages", "count", "A policy has 1 to 10 stages."}}
	}
	legal := false
	for i, s := range p.Stages {
		add := func(path, code, detail string) {
			f = append(f, Field{fmt.Sprintf("stages[%d].%s", i, path), code, detail})
		}
		legal = legal || s.Legal
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
		for j, a := range s.EscalateTo {
			if bad := a.check(); bad != "" {
				add(fmt.Sprintf("escalate_to[%d]", j), "bad_approver", bad)
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
		if s.Starts != "after_previous" && s.Starts != "in_parallel" {
			add("starts", "unknown_start", "A stage starts after the previous one or in parallel with it.")
		}
		if i == 0 && s.OnReject == RejectToPrevious {
			add("on_reject", "no_previous", "The first stage has none before it.")
		}
		switch s.OnReject {
		case RejectToCreator, RejectToPrevious, RejectEnds:
		default:
			add("on_reject", "unknown_value", fmt.Sprintf("%q is not a place to go back to.", s.OnReject))
		}
		if s.DeadlineDays < 1 || s.DeadlineDays > 60 {
			add("deadline_days", "out_of_range", "A stage has 1 to 60 business days.")
		}
	}
	switch p.OnSilence {
	case SilenceHold, SilenceReject:
	case SilenceApprove:
		if legal {
			f = append(f, Field{"on_silence", "legal_stage", "A policy with a legal stage is never approved by silence."})
		}
	default:
		f = append(f, Field{"on_silence", "unknown_value", fmt.Sprintf("%q is not something silence can do.", p.OnSilence)})
	}
	return f
}

func (a Approver) check() string {
	switch {
	case a.Kind == "user" && a.UserID == nil:
		return "Name the person."
	case a.Kind == "role" && a.Role != RoleApprover && a.Role != RoleLegal && a.Role != RoleAdmin && a.Role != RoleOps:
		return "Only ops, approver, legal and admin decide on content."
	case a.Kind != "user" && a.Kind != "role":
		return "An approver is a person or a role."
	}
	return ""
}
