package rapport

import (
	"fmt"

	"github.com/google/uuid"
)

// StepKind is what one step of a sequence does.
type StepKind string

// The steps of a sequence.
const (
	StepSend StepKind = "send" // mails a template
	StepWait StepKind = "wait" // business days of the creator
	StepTask StepKind = "task" // a task for the owner
	StepStop StepKind = "stop" // ends the outreach as unanswered
)

// SequenceStep is one step of an outreach sequence.
type SequenceStep struct {
	Kind         StepKind `json:"kind"`
	Template     string   `json:"template,omitempty"`
	BusinessDays int      `json:"business_days,omitempty"`
	Title        string   `json:"title,omitempty"`
}

// Sequence is one version of an ordered outreach; a running partnership keeps its version.
type Sequence struct {
	ID          uuid.UUID      `json:"id"`
	Version     int            `json:"version"`
	Steps       []SequenceStep `json:"steps"`
	CoolOffDays int            `json:"cool_off_days"`
}

// Check names every bad field of the steps.
func (s Sequence) Check() []Field {
	var f []Field
	add := func(i int, p, code, detail string) {
		f = append(f, Field{fmt.Sprintf("steps[%d].%s", i, p), code, detail})
	}
	if len(s.Steps) == 0 || len(s.Steps) > 30 {
		return []Field{{"steps", "count", "A sequence has 1 to 30 steps."}}
	}
	for i, st := range s.Steps {
		switch st.Kind {
		case StepSend:
			if st.Template == "" {
				add(i, "template", "required", "Say which template is sent.")
			}
		case StepWait:
			if st.BusinessDays < 1 || st.BusinessDays > 90 {
				add(i, "business_days", "out_of_range", "A wait is 1 to 90 business days.")
			}
		case StepTask:
			if st.Title == "" {
				add(i, "title", "required", "Say what the task asks for.")
			}
		case StepStop:
			if i != len(s.Steps)-1 {
				add(i, "kind", "not_last", "Stop can only be the last step.")
			}
		default:
			add(i, "kind", "unknown_kind", fmt.Sprintf("%q is not a kind of step.", st.Kind))
		}
	}
	if s.Steps[0].Kind != StepSend && s.Steps[0].Kind != StepTask {
		add(0, "kind", "first_step", "A sequence starts by sending or by a task.")
	}
	if s.CoolOffDays < 0 || s.CoolOffDays > 730 {
		f = append(f, Field{"cool_off_days", "out_of_range", "The cool-off is 0 to 730 days."})
	}
	return f
}
