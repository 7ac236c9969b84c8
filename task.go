package rapport

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// The states of a task.
const (
	TaskOpen      = "open"
	TaskSnoozed   = "snoozed" // hidden until a time, then open again
	TaskDone      = "done"
	TaskCancelled = "cancelled" // what it asked for settled itself
)

// Task is something a named person, or whoever has a role, must decide or do.
type Task struct {
	ID            uuid.UUID
	BrandID       uuid.UUID
	PartnershipID *uuid.UUID
	Kind          string
	Code          string // why, in a word of the kind
	Title         string // what a step of a sequence asks for; empty elsewhere
	State         string
	Owner         *UserRef
	OwnerRole     Role
	Ref           *uuid.UUID // what it is about, by kind
	DueAt         *time.Time
	SnoozedUntil  *time.Time
	Creator       *CreatorRef
	Note          string
	CreatedAt     time.Time
	DoneAt        *time.Time
	DoneBy        *UserRef // nil where it settled itself
}

// The kinds of tasks about the whole book.
const (
	TaskLedgerUnsealed = "ledger_unsealed"
	TaskLedgerBroken   = "ledger_broken"
)

// ClosesItself says that a task of the kind is over when somebody decides what it asks for. Marked done before, it would only hide
// that a workflow waits.
func ClosesItself(kind string) bool {
	return slices.Contains([]string{
		"approve_contract", "decide_renewal", "outreach_blocked", "post_mismatch", "post_not_cured", "review_held", "approve_payout", "payout_held",
		"payout_failed", "payout_unknown", "record_payment", "top_up", "look_at_mail", "answer_late", "reconciliation_break", "payments_held", "conflict", TaskLedgerUnsealed, TaskLedgerBroken,
		"decide_key_date", "key_date_undecided", "renewal_undecided", "term_unfinished",
	}, kind)
}

// CreatorRef names a creator where the rest of the profile does not matter.
type CreatorRef struct {
	ID       uuid.UUID
	Name     string
	Handle   string // of the account with the most followers; empty when there is none
	Platform string
}

// TaskFilter narrows a list of tasks; zero fields do not.
type TaskFilter struct {
	IDs           []uuid.UUID // only those; empty for all. A list does not read it
	BrandID       *uuid.UUID
	OwnerID       *uuid.UUID // the person's own, and with Roles also those of a role that the person has at the task's brand
	WithRoles     bool
	State         string // empty means open and due: snoozed ones come back at their time
	PartnershipID *uuid.UUID
}

// ReopenFor is how long who marked a task done may take that back.
const ReopenFor = Day

// MayReopen says that the person may take back that the task is done.
func (t Task) MayReopen(by uuid.UUID, now time.Time) bool {
	return t.State == TaskDone && t.DoneBy != nil && t.DoneBy.ID == by && t.DoneAt != nil && now.Before(t.DoneAt.Add(ReopenFor))
}

// MaxTaskBatch is how many tasks one request changes.
const MaxTaskBatch = 1000

// TaskBatch is what a person does to many tasks in one act.
type TaskBatch struct {
	Act   string // complete, reopen, snooze or reassign
	By    uuid.UUID
	Note  string
	Until time.Time
	To    uuid.UUID
}

// RefusedTask is a task that could not be changed with the others, and why.
type RefusedTask struct {
	Task

	Reason string
}
