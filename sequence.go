package rapport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// StepKind is what one step of a sequence does.
type StepKind string

// The steps of a sequence.
const (
	StepSend   StepKind = "send"   // mails a template
	StepWait   StepKind = "wait"   // business days or calendar days of the creator
	StepBranch StepKind = "branch" // goes on with one of two later steps
	StepTask   StepKind = "task"   // a task for the owner
	StepStop   StepKind = "stop"   // ends the sequence; the campaign's outreach ends as unanswered
)

// SequenceStep is one step of a sequence.
type SequenceStep struct {
	Kind         StepKind `json:"kind"`
	Template     string   `json:"template,omitempty"`
	Review       bool     `json:"review,omitempty"` // a person looks at the mail before it goes out
	BusinessDays int      `json:"business_days,omitempty"`
	Days         int      `json:"days,omitempty"` // calendar days; a wait has either
	Title        string   `json:"title,omitempty"`
	Branch       *Branch  `json:"branch,omitempty"`
}

// Sequence is one version of ordered steps; a running partnership keeps its version.
type Sequence struct {
	ID          uuid.UUID        `json:"id"`
	Version     int              `json:"version"`
	Trigger     *SequenceTrigger `json:"trigger,omitempty"` // nil: a campaign's outreach, which starts with the partnership
	Steps       []SequenceStep   `json:"steps"`
	CoolOffDays int              `json:"cool_off_days"`
}

// Check names every bad field of the sequence.
func (s Sequence) Check() []Field {
	if len(s.Steps) == 0 || len(s.Steps) > 30 {
		return []Field{{"steps", "count", "A sequence has 1 to 30 steps."}}
	}
	var f []Field
	for i := range s.Steps {
		f = append(f, s.checkStep(i)...)
	}
	if s.CoolOffDays < 0 || s.CoolOffDays > 730 {
		f = append(f, Field{"cool_off_days", "out_of_range", "The cool-off is 0 to 730 days."})
	}
	if s.Trigger != nil {
		f = append(f, s.Trigger.check()...)
	} else if first := s.Steps[0].Kind; first != StepSend && first != StepTask {
		f = append(f, Field{"steps[0].kind", "first_step", "An outreach starts by sending or by a task."})
	}
	return f
}

func (s Sequence) checkStep(i int) []Field {
	var f []Field
	add := func(p, code, detail string) {
		f = append(f, Field{fmt.Sprintf("steps[%d].%s", i, p), code, detail})
	}
	switch st := s.Steps[i]; st.Kind {
	case StepSend:
		if st.Template == "" {
			add("template", "required", "Say which template is sent.")
		}
		if !st.Review && s.afterReplyBranch(i) {
			add("review", "must_be_looked_at", "A machine's guess at a reply leads to this mail, so a person must look at it before it goes out.")
		}
	case StepWait:
		switch {
		case st.BusinessDays != 0 && st.Days != 0:
			add("days", "either", "A wait is either business days or calendar days.")
		case st.Days != 0 && (st.Days < 1 || st.Days > 365):
			add("days", "out_of_range", "A wait is 1 to 365 calendar days.")
		case st.Days == 0 && (st.BusinessDays < 1 || st.BusinessDays > 90):
			add("business_days", "out_of_range", "A wait is 1 to 90 business days.")
		}
	case StepBranch:
		if st.Branch == nil {
			add("branch", "required", "Say what the branch depends on.")
			break
		}
		for _, bad := range st.Branch.check() {
			add("branch."+bad.Path, bad.Code, bad.Detail)
		}
		for _, way := range []struct {
			path string
			to   int
		}{{"then", st.Branch.Then}, {"else", st.Branch.Else}} {
			if way.to <= i || way.to > len(s.Steps) {
				add("branch."+way.path, "not_ahead", "A branch goes on with a later step, or ends the sequence.")
			}
		}
	case StepTask:
		if st.Title == "" {
			add("title", "required", "Say what the task asks for.")
		}
	case StepStop:
		if i != len(s.Steps)-1 && !s.branchesTo(i+1) {
			add("kind", "not_last", "Nothing leads to the steps behind this stop.")
		}
	default:
		add("kind", "unknown_kind", fmt.Sprintf("%q is not a kind of step.", st.Kind))
	}
	return f
}

// FirstMails are the steps that may be the first to send on some way through a campaign's outreach; none of a sequence that something starts.
func (s Sequence) FirstMails() []int {
	if s.Trigger != nil {
		return nil
	}
	var first []int
	seen, ways := make([]bool, len(s.Steps)), []int{0}
	for len(ways) > 0 {
		i := ways[0]
		ways = ways[1:]
		if i < 0 || i >= len(s.Steps) || seen[i] {
			continue
		}
		seen[i] = true
		switch st := s.Steps[i]; {
		case st.Kind == StepSend:
			first = append(first, i)
		case st.Branch != nil:
			ways = append(ways, st.Branch.Then, st.Branch.Else)
		case st.Kind != StepStop:
			ways = append(ways, i+1)
		}
	}
	return first
}

func (s Sequence) branchesTo(step int) bool {
	return slices.ContainsFunc(s.Steps, func(st SequenceStep) bool {
		return st.Branch != nil && (st.Branch.Then == step || st.Branch.Else == step)
	})
}

// afterReplyBranch says that an earlier step decides by a machine's guess at a reply.
func (s Sequence) afterReplyBranch(step int) bool {
	return slices.ContainsFunc(s.Steps[:step], func(st SequenceStep) bool { return st.Branch != nil && st.Branch.On == BranchReply })
}

// What a branch depends on.
const (
	BranchReply     = "reply"           // the suggested class of the creator's last reply
	BranchTag       = "tag"             // the segment that the creator is in
	BranchCountry   = "country"         // of the creator, two capitals
	BranchLanguage  = "language"        // of the creator
	BranchPlatform  = "platform"        // on which the creator has an account
	BranchFollowers = "followers"       // of the creator's biggest account
	BranchField     = "field"           // a custom field of the brand's
	BranchContract  = "opened_contract" // the creator has opened the contract
	BranchPage      = "opened_page"     // the creator has opened a page of theirs
)

// Branch goes on with Then where its condition holds, and else with Else; both are indexes of later steps, and the number of steps
// means the end.
type Branch struct {
	On    string `json:"on"`
	Field string `json:"field,omitempty"` // its name, for BranchField
	Is    string `json:"is,omitempty"`    // is, is_not, at_least, below; empty where there is nothing to compare
	Value string `json:"value,omitempty"`
	Then  int    `json:"then"`
	Else  int    `json:"else"`
}

// BranchFacts are what is known of a creator when a branch decides. Absent means unknown.
type BranchFacts struct {
	Reply          string
	Tags           []string
	Country        string
	Language       string
	Platforms      []string
	Followers      *int64
	Fields         map[string]string
	OpenedContract bool
	OpenedPage     bool
}

func (b Branch) check() []Field {
	var f []Field
	compares, numbers := true, false
	switch b.On {
	case BranchContract, BranchPage:
		compares = false
	case BranchFollowers:
		numbers = true
	case BranchField:
		numbers = b.Is == "at_least" || b.Is == "below"
		if b.Field == "" {
			f = append(f, Field{"field", "required", "Say which field."})
		}
	case BranchReply:
		if !slices.Contains(ReplyClasses(), ReplyClass(b.Value)) {
			f = append(f, Field{"value", "unknown_value", fmt.Sprintf("%q is not a class of replies.", b.Value)})
		}
	case BranchTag, BranchCountry, BranchLanguage, BranchPlatform:
	default:
		return []Field{{"on", "unknown_value", fmt.Sprintf("%q is nothing that a branch can depend on.", b.On)}}
	}
	if !compares {
		return f
	}
	if numbers {
		if b.Is != "at_least" && b.Is != "below" {
			f = append(f, Field{"is", "unknown_value", "A number is compared by at_least or below."})
		}
		if _, err := parseNumber(b.Value); err != nil {
			f = append(f, Field{"value", "bad_number", "Write a number."})
		}
		return f
	}
	if b.Is != "is" && b.Is != "is_not" {
		f = append(f, Field{"is", "unknown_value", "Compare by is or is_not."})
	}
	if strings.TrimSpace(b.Value) == "" {
		f = append(f, Field{"value", "required", "Say what to compare with."})
	}
	return f
}

// Holds says whether the condition holds. What is unknown is nothing: it equals no value and is neither above nor below a number.
func (b Branch) Holds(k BranchFacts) bool {
	switch b.On {
	case BranchContract:
		return k.OpenedContract
	case BranchPage:
		return k.OpenedPage
	case BranchFollowers:
		return k.Followers != nil && b.compare(float64(*k.Followers))
	case BranchField:
		have := k.Fields[b.Field]
		if b.Is == "at_least" || b.Is == "below" {
			n, err := parseNumber(have)
			return err == nil && b.compare(n)
		}
		return strings.EqualFold(have, strings.TrimSpace(b.Value)) == (b.Is == "is")
	}
	have := map[string][]string{BranchReply: {k.Reply}, BranchTag: k.Tags, BranchCountry: {k.Country}, BranchLanguage: {k.Language}, BranchPlatform: k.Platforms}[b.On]
	found := slices.ContainsFunc(have, func(v string) bool { return strings.EqualFold(v, strings.TrimSpace(b.Value)) })
	return found == (b.Is == "is")
}

func (b Branch) compare(have float64) bool {
	limit, err := parseNumber(b.Value)
	return err == nil && (have >= limit) == (b.Is == "at_least")
}
