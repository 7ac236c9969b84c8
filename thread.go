package rapport

import (
	"time"

	"github.com/google/uuid"
)

// The states of a thread.
const (
	ThreadOpen    = "open"
	ThreadSnoozed = "snoozed" // put off until a time; whatever the creator writes brings it back
	ThreadDone    = "done"    // whatever the creator writes opens it again
)

// Thread is a conversation with a creator as the inbox shows it.
type Thread struct {
	ID            uuid.UUID
	BrandID       uuid.UUID
	BrandName     string
	Creator       CreatorRef
	PartnershipID uuid.UUID
	CampaignName  string
	Stage         Stage
	Owner         UserRef
	Subject       string
	State         string
	SnoozedUntil  *time.Time
	Assignee      *UserRef
	Private       bool
	Hidden        bool // the viewer takes no part in it
	Waiting       bool // the creator waits for an answer
	AnswerBy      *time.Time
	Suggestion    ReplySuggestion // of the reply that waits
	Preview       string
	LastDirection string
	LastAt        time.Time
	Messages      int
	MergedInto    *uuid.UUID
}

// ThreadFilter narrows the inbox; zero fields do not.
type ThreadFilter struct {
	BrandID    *uuid.UUID
	CreatorID  *uuid.UUID
	State      string
	AssigneeID *uuid.UUID // who is assigned, or owns the partnership of a thread that is nobody's
	Unassigned bool
	Waiting    bool
	Words      string
}

// CannedAnswer is an answer that a brand gives often, with merge tags.
type CannedAnswer struct {
	ID      uuid.UUID
	BrandID uuid.UUID
	Name    string
	Body    string
}

// Check names every bad field of the answer. Its merge tags are those that every mail may use.
func (a CannedAnswer) Check() []Field {
	f := checkText("name", a.Name, true, 200)
	if a.Body == "" {
		return append(f, Field{"body", "required", "Write the answer."})
	}
	return append(f, checkTags("body", a.Body, commonTags)...)
}
