package rapport

import (
	"time"

	"github.com/google/uuid"
)

// Why what two people wanted to book was not booked.
const (
	BookingGone    = "gone"    // the provider has no such top-up
	BookingPending = "pending" // it has not arrived yet
	BookingStatus  = "status"  // it did not arrive, or was not taken back
	BookingAmount  = "amount"  // it is another amount than was approved
	BookingFunds   = "funds"   // the brand has spent what was taken back
	BookingBooked  = "booked"  // the ledger has it already
	BookingClosed  = "closed"  // the case was closed meanwhile
)

// TopUpBooking is the wish of a person of finance to book what a case is about as funds of a brand, and the word of another.
type TopUpBooking struct {
	ID         uuid.UUID
	CaseID     uuid.UUID
	Kind       string // LineTopUp or LineTopUpBack
	TopUpID    string // the provider's
	BrandID    uuid.UUID
	BrandName  string
	Amount     Money // as the comparison saw it
	AskedBy    UserRef
	Reason     string
	AskedAt    time.Time
	ApprovedBy string // empty until a releaser approved it
	ApprovedAt *time.Time
	BookedAt   *time.Time
	Refused    string // one of the above, when it was not booked
}

// Refuses says why what the provider has now is not what was approved; empty where it is. Nil is nothing there.
func (b TopUpBooking) Refuses(now *BookObject) string {
	switch {
	case now == nil || now.Kind != LineTopUp || now.Ref != b.TopUpID:
		return BookingGone
	case now.Amount != b.Amount:
		return BookingAmount
	case b.Kind == LineTopUp && now.Status == "pending":
		return BookingPending
	case b.Kind == LineTopUp && now.Status != "succeeded", b.Kind == LineTopUpBack && now.Status != topUpReversed:
		return BookingStatus
	}
	return ""
}

// TopUpBookingCreate asks to book what a case is about.
type TopUpBookingCreate struct {
	ID      uuid.UUID
	CaseID  uuid.UUID
	BrandID uuid.UUID
	Reason  string
	By      uuid.UUID
}

// TopUpBookingApproval lets what was asked be booked, for exactly this amount.
type TopUpBookingApproval struct {
	BookingID uuid.UUID
	CaseID    uuid.UUID
	BrandID   uuid.UUID
	Approver  uuid.UUID
	Amount    Money
	StepUpID  *uuid.UUID
}
