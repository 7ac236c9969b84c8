// Package rapport is the domain: types, states and rules, and the three state machines that the workflows drive. It is pure: it
// does no I/O, reads no clock and draws no random number.
package rapport

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Batch is one record of a machine on its way into the database: history, states, tasks, messages to siblings, the view and
// the snapshot, in one transaction. Writing it twice writes it once.
type Batch struct {
	Kind          string          `json:"kind"` // partnership | review | payout | reversal
	WorkflowType  string          `json:"workflow_type"`
	ID            uuid.UUID       `json:"id"`
	BrandID       uuid.UUID       `json:"brand_id"`
	PartnershipID uuid.UUID       `json:"partnership_id"`
	Seq           int64           `json:"seq"`
	Now           time.Time       `json:"now"`
	Record        Record          `json:"record"`
	View          View            `json:"view"`
	Snapshot      json.RawMessage `json:"snapshot"`
	Closed        bool            `json:"closed,omitempty"`
}

// OutboxRow is what must reach a workflow: written in the deciding transaction, sent until it is acknowledged.
type OutboxRow struct {
	ID         uuid.UUID
	BrandID    uuid.UUID
	Kind       string // start | signal | update
	WorkflowID string
	Workflow   string
	TaskQueue  string
	Name       string
	UpdateID   string
	Input      json.RawMessage
	Attempts   int
	CreatedAt  time.Time
}

// OutboxVerdict is what came of delivering a row. Refused is empty when it was taken.
type OutboxVerdict struct {
	Seq     int64    `json:"seq"`
	Refused string   `json:"refused,omitempty"`
	Refusal *Refusal `json:"refusal,omitempty"`
	// Closed: the workflow has ended. A late event of a machine is in Postgres already; where a person must know, a task says so.
	Closed bool `json:"closed,omitempty"`
	// Review is how a review stands after a decision; only for whoever delivered it.
	Review *ReviewVerdict `json:"-"`
}

// Snapshot is the last state that a workflow wrote down: enough to start it again where it was.
type Snapshot struct {
	WorkflowID string
	Workflow   string
	TaskQueue  string
	BrandID    uuid.UUID
	Seq        int64
	State      json.RawMessage
	UpdatedAt  time.Time
}

// InboxRow is one verified event of a provider, waiting to take effect.
type InboxRow struct {
	ID       uuid.UUID
	Provider string // stripe | sendgrid | inbound | shipments | documenso
	EventID  string
	Type     string
	ObjectID string
	Account  string
	Body     []byte
	Attempts int
}
