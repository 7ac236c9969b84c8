package rapport

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// How many partnerships one batch may hold, and how many tasks one request changes. A batch is written in one transaction, behind which the
// stream of changes waits.
const (
	MaxPartnershipBatch = 2000
	MaxTaskBatch        = 1000
)

// PartnershipBatch is many partnerships that a person gave the same command in one act.
type PartnershipBatch struct {
	ID      uuid.UUID
	Command CommandKind
	Until   time.Time // of a snooze
	Undoes  uuid.UUID // the batch that it takes back; zero for none
	MadeBy  uuid.UUID
	MadeAt  time.Time
	// Commands are written for a new batch: one for each partnership, in the order of Partnerships.
	Partnerships []BrandsOwn
	Commands     []OutboxRow
	// What became of it.
	Total, Done, Refused int
	Undone               bool
}

// Pending says how many have no answer yet.
func (b PartnershipBatch) Pending() int { return b.Total - b.Done - b.Refused }

// MayUndo says whether the batch can be taken back: what it paused is resumed, once all have answered. What was resumed may have written to
// creators since, which nothing takes back.
func (b PartnershipBatch) MayUndo() bool {
	return (b.Command == CmdPause || b.Command == CmdSnooze) && !b.Undone && b.Pending() == 0 && b.Done > 0
}

// BrandsOwn is a thing of a brand, by its id.
type BrandsOwn struct{ ID, BrandID uuid.UUID }

// RefusedPartnership is a partnership that refused the command of a batch.
type RefusedPartnership struct {
	ID           uuid.UUID
	CreatorName  string
	CampaignName string
	Refusal      Refusal
}

// CheckSeen refuses what was decided for another list than the one that is there now: a person who saw so many meant those. A few that came
// or went meanwhile are the same list, and each row is decided as it stands anyway.
func CheckSeen(seen, now, most int) error {
	if now > most {
		return Invalid(Field{"filter", "too_many", fmt.Sprintf("More than %d match. Narrow the list first; nothing was changed.", most)})
	}
	if few := max(5, seen/10); now > seen+few || now < seen-few || now == 0 {
		return &Error{Code: CodeConflict, Reason: "list_changed", Message: fmt.Sprintf("You saw %d, and %d match by now. Nothing was changed; look at the list again.", seen, now)}
	}
	return nil
}

// TaskBatch is what a person does to many tasks in one act.
type TaskBatch struct {
	Act   string // complete, snooze or reassign
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
