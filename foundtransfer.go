package rapport

import (
	"time"

	"github.com/google/uuid"
)

// FoundTransfer is what the payment provider moved for a payout otherwise than its open attempt asks: under another number, in another
// amount, or to another account. It settles nothing until two people accept it as the payment.
type FoundTransfer struct {
	ID          string
	Attempt     int // the number that it says of itself; 0 where it says none
	Amount      Money
	TakenBack   int64 // minor units of it that came back
	Destination string
	// Approved says that somebody approved this payout to the account that has the money.
	Approved   bool
	MadeAt     time.Time
	Acceptance *TransferAcceptance // the newest wish to accept it; nil for none
}

// Gone says that all of it was taken back, so that it moved nothing.
func (f FoundTransfer) Gone() bool { return f.TakenBack >= f.Amount.Amount }

// TransferAcceptance is the wish of a person of finance to accept a found transfer as the payment, and the word of another.
type TransferAcceptance struct {
	ID         uuid.UUID
	AskedBy    UserRef
	Reason     string
	AskedAt    time.Time
	ApprovedBy string // empty until a releaser approved it
	ApprovedAt *time.Time
	Newest     bool // of the payout's; no other can be approved
}

// TransferAcceptanceCreate asks to accept a found transfer as the payment.
type TransferAcceptanceCreate struct {
	ID         uuid.UUID
	PayoutID   uuid.UUID
	TransferID string
	Reason     string
	By         uuid.UUID
}

// TransferAcceptanceApproval lets an asked acceptance be booked, for exactly this amount.
type TransferAcceptanceApproval struct {
	AcceptanceID uuid.UUID
	PayoutID     uuid.UUID
	BrandID      uuid.UUID
	Approver     uuid.UUID
	Amount       Money
	StepUpID     *uuid.UUID
}
