package rapport

import (
	"time"

	"github.com/google/uuid"
)

// MaxPartnershipBatch is how many partnerships one batch may hold. It is written in one transaction, behind which the stream of changes waits.
const MaxPartnershipBatch = 2000

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
