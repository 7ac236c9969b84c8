package rapport

import (
	"time"

	"github.com/google/uuid"
)

// Remittance is what a paper about a payment says.
type Remittance struct {
	PayoutID       uuid.UUID
	State          PayoutState
	BrandName      string
	PostalAddress  string
	Zone           string // of the brand: the paper's days are its days
	CreatorName    string
	CampaignName   string
	MilestoneTitle string
	ContractNumber string
	Amount         Money
	Reversed       Money // zero when nothing was taken back
	TransferID     string
	DueAt          time.Time
	PaidAt         *time.Time // absent until it is paid
}
