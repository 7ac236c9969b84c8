package rapport

import (
	"time"

	"github.com/google/uuid"
)

// PortalLink is where the token of a mailed link leads.
type PortalLink struct {
	PortalSession

	Email string // of the contact that the link was mailed to
	// Live: not expired, not revoked, and the creator is not banned. A link that is no longer live still unsubscribes.
	Live bool
}

// PortalPage is everything that a creator's page is made of.
type PortalPage struct {
	Locale       string // that the creator reads; empty until somebody chose
	CreatorName  string
	BrandName    string
	CampaignName string
	Brief        string
	Hashtags     []string
	Stage        Stage
	Banned       bool
	PayeeState   string
	PayeeAccount string     // at the payment provider; empty before the creator was invited there
	Offer        *Offer     // the newest that was sent
	Contract     *Contract  // the newest that was sent, without its text
	Signed       []Contract // the others that both have signed, without their texts, the newest term first
	Deliverables []PortalDeliverable
	Payments     []PortalPayment
	Others       []PortalOther
}

// PortalOther is another partnership with the same brand, which the visit may go on at.
type PortalOther struct {
	ID           uuid.UUID
	CampaignName string
	Stage        Stage
}

// PortalDeliverable is a piece of content as its creator sees it.
type PortalDeliverable struct {
	DeliverableItem

	Term        int
	ReviewState string
	Stages      []ReviewStage
	OnSilence   OnSilence
	Names       map[uuid.UUID]string // of the people in the stages
	Feedback    []string             // what reviewers asked to change in the current version
	Failed      []Check              // what machine checks asked to change in it
	Corrections []Correction
	Wrong       []string // what the last look at the post found, in codes
	Comments    []Comment
	Rights      []PostRight
	Rounds      int     // revision rounds that the contract includes
	Asks        Content // what the machine checks ask of a draft
	Declares    bool    // the creator declares whether a video says and shows that it is an ad
}

// PostRight is until when the brand may do something with a post, or has the creator to itself.
type PostRight struct {
	Kind  string    `json:"kind"` // of a key date
	Until time.Time `json:"until"`
}

// PortalPayment is one milestone with the payout that it came to.
type PortalPayment struct {
	ID          uuid.UUID
	Title       string
	Term        int
	Trigger     Trigger
	OwedOn      string // the day that its terms name, such as 2027-03-14; empty for none
	Amount      Money
	State       string // of the milestone
	PayoutState PayoutState
	DueAt       *time.Time // as its terms expect it, before it is earned
	PaidAt      *time.Time
	Threshold   *Threshold
	CountsUntil *time.Time   // nil until its post is published
	Number      *int64       // the newest that the brand knows
	Bank        *BankArrival // State and On; nil before anything is known
	// DestinationAt and FreeAt are when the bank account changed and until when at least the payment waits for that; nil where it does not.
	DestinationAt *time.Time
	FreeAt        *time.Time
	// Offline is the way it is paid outside of Stripe; OfflineReference and OfflineOn (YYYY-MM-DD) are of the payment. Empty otherwise.
	Offline, OfflineReference, OfflineOn string
}

// PortalSignature is a creator's signature on its way into the database.
type PortalSignature struct {
	Signature

	ContractID uuid.UUID
	ContactID  uuid.UUID
	CodeID     uuid.UUID // the mailed code it was proved with, which is used up by it
}

// CodeMail is a code on its way to a contact. The hash is kept; the text leaves with the mail and is masked then.
type CodeMail struct {
	MessageID uuid.UUID
	CodeID    uuid.UUID
	Hash      []byte
	Life      time.Duration
	Subject   string
	Text      string
}
