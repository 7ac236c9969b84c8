package rapport

import (
	"time"

	"github.com/google/uuid"
)

// ReversalRequest is one attempt to take back what was sent.
type ReversalRequest struct {
	Key        string // trr_<reversal>_<attempt>
	ReversalID uuid.UUID
	Attempt    int
	TransferID string
	Amount     Money
	Adopts     string   // what somebody took back already: it is found and never sent
	Known      []string // the provider's ids of what came back by earlier attempts; no part of what is sent
	Recorded   []string // what other reversals of the payout have recorded
}

// ReversalOrder is what the store says about taking something back: submit with a request, or one of the outcome codes.
type ReversalOrder struct {
	Verdict string
	Request ReversalRequest
	Expired bool // the key is too old to be used again
}

// OpenReversal is an attempt whose outcome is open. Verdict is set, and the rest is not, when there is none.
type OpenReversal struct {
	Verdict   string
	Request   ReversalRequest
	SinceSent time.Duration
	LookUps   int
}

// TakenBack is money that came back at the payment provider. ReversalID and Attempt are zero for what somebody else took back.
type TakenBack struct {
	ID         string
	ReversalID uuid.UUID
	Attempt    int
	TransferID string
	Amount     Money
}

// ReversalItem is money that is taken back, as pages show it.
type ReversalItem struct {
	ID             uuid.UUID
	PayoutID       uuid.UUID
	PartnershipID  uuid.UUID
	BrandID        uuid.UUID
	BrandName      string
	CampaignName   string
	Creator        CreatorRef
	MilestoneTitle string
	Amount         Money
	Reason         string
	RequestedBy    UserRef
	ApprovedBy     string // empty before
	State          ReversalState
	Recovered      int64 // minor units, as the other amounts here
	Netted         int64
	WrittenOff     int64
	Rest           int64 // neither back, nor given up, nor planned to be kept
	CapPercent     int
	NetFrom        *time.Time
	WriteOff       WriteOffAsked
	WrittenOffBy   string
	Nettings       []Netting // only of a single reversal
	Commands       []CommandView
	Seq            int64
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// WriteOffAsked is what somebody asks to give up.
type WriteOffAsked struct {
	By     UserRef // zero when nobody asked
	Reason string
	Amount int64
	Round  int
}

// Netting is what one payment keeps for money that was taken back.
type Netting struct {
	PayoutID   uuid.UUID
	ReversalID uuid.UUID
	Title      string // of the other payment's milestone
	Amount     int64
	State      string // planned or taken
	At         time.Time
}

// ReversalFilter narrows a list of reversals; zero fields do not.
type ReversalFilter struct {
	ID       *uuid.UUID
	BrandID  *uuid.UUID
	PayoutID *uuid.UUID
	States   []string
}

// ReversalCreate asks to take something back.
type ReversalCreate struct {
	ID       uuid.UUID
	PayoutID uuid.UUID
	Amount   Money
	Reason   string
	By       uuid.UUID
	Adopts   string // the provider's id of what somebody took back already; empty for what is still to come back
}

// ForeignReversal is what somebody took back at the provider, and no reversal records yet.
type ForeignReversal struct {
	ProviderID string
	Amount     Money
	NotedAt    time.Time
}

// ReversalApprovalCreate is an approval on its way into the database, which checks it again. Part is reverse or write_off.
type ReversalApprovalCreate struct {
	ID         uuid.UUID
	ReversalID uuid.UUID
	BrandID    uuid.UUID
	Part       string
	Round      int
	Approver   uuid.UUID
	Amount     Money
	StepUpID   *uuid.UUID // the proof that it is the approver
}
