package rapport

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// What starts a sequence that is no campaign's outreach.
const (
	StartStage   = "stage"   // the partnership enters a stage
	StartSilence = "silence" // business days have passed since one thing happened and another did not
	StartDate    = "date"    // days before or after a date of the partnership
)

// SequenceTrigger is what starts a sequence. A start by a date follows the date when it moves, as long as it waits.
type SequenceTrigger struct {
	On           string `json:"on"`
	Stage        Stage  `json:"stage,omitempty"`         // stage: entered; silence and date: the only stage to start in
	After        string `json:"after,omitempty"`         // silence: an event
	Without      string `json:"without,omitempty"`       // silence: the event that makes it needless, and stops it
	BusinessDays int    `json:"business_days,omitempty"` // silence: of the creator
	Date         string `json:"date,omitempty"`          // date: one of DateFields, or field: and the name of a creator's field
	Days         int    `json:"days,omitempty"`          // date: calendar days after it; negative ones before it
}

// sequenceEvent is what a silence begins or ends with: facts, and what their Ref names, so that the answer to one draft is not taken
// for that to another. Over are facts after which nobody waits for the event any more.
type sequenceEvent struct {
	facts []string
	noun  string
	over  []string
}

var ( //nolint:gochecknoglobals // constant lists
	contentOver  = []string{"content_waived", "content_rejected", "content_accepted"}
	contractOver = []string{"contract_declined", "contract_expired", "contract_withdrawn"}
)

var sequenceEvents = map[string]sequenceEvent{ //nolint:gochecknoglobals // a constant table
	"reply":             {[]string{"reply_received"}, "", nil},
	"our_answer":        {[]string{"answered"}, "", nil},
	"offer_sent":        {[]string{"offer_sent"}, "offer", nil},
	"offer_decided":     {[]string{"offer_accepted", "offer_declined", "offer_countered"}, "offer", []string{"offer_expired", "offer_withdrawn"}},
	"contract_sent":     {[]string{"contract_sent"}, "contract", contractOver},
	"contract_signed":   {[]string{"contract_signed"}, "contract", contractOver},
	"draft_submitted":   {[]string{"draft_submitted"}, "deliverable", contentOver},
	"changes_requested": {[]string{"changes_requested"}, "deliverable", contentOver},
	"content_approved":  {[]string{"content_approved"}, "deliverable", contentOver},
	"post_reported":     {[]string{"post_reported"}, "deliverable", contentOver},
}

// DateFields are the dates of a partnership that a sequence can start before or after, besides the date fields of creators.
func DateFields() []string {
	return []string{"offer_expires", "contract_expires", "draft_due", "publish_by", "contract_ends", "renewal_notice", "campaign_starts", "campaign_ends"}
}

// creatorField begins the name of a date that is a creator's own field.
const creatorField = "field:"

func (t *SequenceTrigger) check() []Field {
	var f []Field
	add := func(path, code, detail string) { f = append(f, Field{"trigger." + path, code, detail}) }
	if (t.On == StartStage || t.Stage != "") && !slices.Contains(Stages(), t.Stage) {
		add("stage", "unknown_value", "Choose a stage.")
	}
	switch t.On {
	case StartStage:
	case StartSilence:
		for _, e := range []struct{ path, name string }{{"after", t.After}, {"without", t.Without}} {
			if _, known := sequenceEvents[e.name]; !known {
				add(e.path, "unknown_value", "Choose what has, or has not, happened.")
			}
		}
		if t.After == t.Without {
			add("without", "same", "What is waited for must be something else.")
		}
		if t.BusinessDays < 1 || t.BusinessDays > 90 {
			add("business_days", "out_of_range", "Wait for 1 to 90 business days.")
		}
	case StartDate:
		if name, own := strings.CutPrefix(t.Date, creatorField); !slices.Contains(DateFields(), t.Date) && (!own || name == "") {
			add("date", "unknown_value", "Choose a date.")
		}
		if t.Days < -365 || t.Days > 365 {
			add("days", "out_of_range", "Up to 365 days before or after.")
		}
	default:
		add("on", "unknown_value", fmt.Sprintf("%q is nothing that starts a sequence.", t.On))
	}
	return f
}

// begins says that a fact begins the silence, and about what.
func (t *SequenceTrigger) begins(f Fact) (about uuid.UUID, yes bool) {
	if t.On != StartSilence || !slices.Contains(sequenceEvents[t.After].facts, f.Kind) {
		return uuid.Nil, false
	}
	return t.about(f), true
}

// ends says that a fact ends the silence, and about what.
func (t *SequenceTrigger) ends(f Fact) (about uuid.UUID, yes bool) {
	e := sequenceEvents[t.Without]
	if t.On != StartSilence || !slices.Contains(e.facts, f.Kind) && !slices.Contains(e.over, f.Kind) {
		return uuid.Nil, false
	}
	return t.about(f), true
}

// about is what the silence is about; nothing when its two events are about different things.
func (t *SequenceTrigger) about(f Fact) uuid.UUID {
	if noun := sequenceEvents[t.After].noun; noun != "" && noun == sequenceEvents[t.Without].noun {
		return f.Ref
	}
	return uuid.Nil
}

// outside says that the date stands outside of the partnership, so that it must be read.
func (t *SequenceTrigger) outside() bool {
	return t.On == StartDate && (strings.HasPrefix(t.Date, creatorField) || strings.HasPrefix(t.Date, "campaign_"))
}

func parseNumber(s string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return 0, fmt.Errorf("number: %w", err)
	}
	return n, nil
}

// Noun is what a sequence that the trigger starts is about: offer, contract or deliverable; empty for nothing.
func (t *SequenceTrigger) Noun() string {
	switch {
	case t == nil:
		return ""
	case t.On == StartSilence && sequenceEvents[t.After].noun == sequenceEvents[t.Without].noun:
		return sequenceEvents[t.After].noun
	case t.On == StartDate:
		return map[string]string{
			"offer_expires": "offer", "contract_expires": "contract", "contract_ends": "contract", "renewal_notice": "contract", "draft_due": "deliverable", "publish_by": "deliverable",
		}[t.Date]
	}
	return ""
}
