package rapport

import (
	"time"

	"github.com/google/uuid"
)

// PayoutItem is one payout, as lists show it.
type PayoutItem struct {
	ID             uuid.UUID
	PartnershipID  uuid.UUID
	BrandID        uuid.UUID
	BrandName      string
	CampaignName   string
	Creator        CreatorRef
	MilestoneTitle string
	Amount         Money
	Kept           int64 // minor units of it that are kept for what the creator owes back
	CameBack       int64 // minor units that were taken back
	Difference     int64 // minor units that were sent beyond what was asked, below zero that were missing
	State          PayoutState
	HeldReason     string   // a person's words, or the code of the condition
	HeldBy         string   // the name of the person; empty when none holds it
	Gated          string   // why it is not sent although everything about it is right; empty when nothing is
	InTheWay       []string // codes of what else holds it, or of what a person must look at while it is unknown
	Missing        []string // the approvals that it waits for: preparer, releaser
	ReviewOn       string   // YYYY-MM-DD, when a hold is looked at again; empty for none
	Offline        string   // the way it is paid outside of Stripe; empty when Stripe pays it
	TransferID     string   // of the transfer that paid it; empty until it is paid, and outside of Stripe
	// Contract is the number of the contract it is owed by; PreparedBy and ReleasedBy name who approved its last round. For exports only.
	Contract, PreparedBy, ReleasedBy string
	// OfflineReference and OfflineOn (YYYY-MM-DD) are of the payment that was made outside of Stripe; empty until it is recorded.
	OfflineReference, OfflineOn string
	// DestinationAt and FreeAt are when the creator's bank account changed and when a person may release it at the earliest; nil where no such
	// change holds it.
	DestinationAt *time.Time
	FreeAt        *time.Time
	DueAt         time.Time
	PaidAt        *time.Time
	UpdatedAt     time.Time
}

// Sent is what the creator gets of it.
func (p PayoutItem) Sent() Money {
	return Money{Amount: p.Amount.Amount - p.Kept + p.Difference, Currency: p.Amount.Currency}
}

// PayoutFilter narrows a list of payouts; zero fields do not.
type PayoutFilter struct {
	ID            *uuid.UUID
	BrandID       *uuid.UUID
	CampaignID    *uuid.UUID
	PartnershipID *uuid.UUID
	CreatorID     *uuid.UUID
	Words         string     // in the creator's name or handle
	DueFrom       *time.Time // first and last day, in the brand's zone
	DueTo         *time.Time
	States        []string
	Lane          string // one of PayoutLanes
	// PaidFrom and PaidTo are days of the brand's zone, both included; zero for any.
	PaidFrom, PaidTo time.Time
}

// PayoutLanes are how finance looks at what is owed: by its day (soon: within five days after today), and by what it waits for.
func PayoutLanes() []string {
	return []string{"overdue", "today", "soon", "to_approve", "blocked", "in_flight", "unknown"}
}

// PayoutLane counts what stands in a lane, in one currency.
type PayoutLane struct {
	Lane   string
	Count  int
	Amount Money
}

// PayoutBlock counts what is blocked by the same, in one currency.
type PayoutBlock struct {
	State     PayoutState
	Who       string // who holds it, whose funds it waits for, or the creator; empty for a condition, and for what finance must look at
	Condition string // the code of what holds it, when nobody does
	Count     int
	Amount    Money
}

// CashWeek is what leaves in the week that begins on a day (YYYY-MM-DD, a Monday), in one currency.
type CashWeek struct {
	Week   string
	Kind   string // paid, owed, committed or forecast
	Amount Money
}

// PayoutRecord is one payout with all that its money rests on.
type PayoutRecord struct {
	PayoutItem

	CreatorID    uuid.UUID
	Destination  string // empty until the payee's account is known
	PayeeState   string
	Round        int
	Commands     []CommandView
	Holds        []PayoutHold // all that is in its way while it is held, the oldest first
	Approvals    []PayoutEyes // of every round, oldest first; content approvers come with the part content
	Attempts     []PayoutAttempt
	Ledger       []LedgerLine
	Events       []PayoutEvent
	ContentFirst bool   // the content's approval is the first pair of eyes
	Releasers    int    // how many different people release it
	TierFrom     *Money // from where on the brand wants two, if that is why
	// PreparerProves says that the preparer, too, proves with a second factor that it is them.
	PreparerProves bool
	Evidence       PayoutEvidence
	OfflinePayment *OfflinePayment   // nil until somebody recorded it
	Bank           *BankArrival      // nil before anything is known
	Reversals      []ReversalItem    // newest first
	Nettings       []Netting         // what it keeps for other money that was taken back
	Foreign        []ForeignReversal // what came back elsewhere and is not recorded
	Found          []FoundTransfer   // what was moved otherwise than asked, oldest first
	Seq            int64
}

// PayoutHold is one thing in the way of a payout.
type PayoutHold struct {
	Code     string    // manual, or the condition
	Reason   string    // the words of the person whose hold it is
	By       string    // the name of that person; empty for a condition
	At       time.Time // zero where it was not kept
	ReviewOn string    // YYYY-MM-DD, when the person wants to look at it again; empty for none
}

// PayoutEyes is one approval of a payout.
type PayoutEyes struct {
	ID     uuid.UUID
	Part   string // preparer, releaser or content
	User   UserRef
	At     time.Time
	Amount Money
	Round  int
	// ProvedAt and ProvedWith say when and how the person proved that it is them; nil and empty where none was asked for.
	ProvedAt   *time.Time
	ProvedWith string
}

// PayoutAttempt is one numbered try to move the money, bound to its idempotency key.
type PayoutAttempt struct {
	Number      int
	Key         string // empty outside of Stripe
	Offline     bool   // a person paid it outside of Stripe
	Outcome     string // open, succeeded or rejected
	TransferID  string
	ErrorCode   string
	FirstSentAt *time.Time
	CreatedAt   time.Time
	SettledAt   *time.Time
}

// PayoutEvent is one fact of a payout's history with the name of who caused it; empty for a machine.
type PayoutEvent struct {
	Fact

	ActorName string
}

// PayoutEvidence is what makes the money owed: the clause, the approvals of the content, and the posts.
type PayoutEvidence struct {
	ContractNumber   string
	ExecutedAt       *time.Time
	MilestoneTitle   string
	Trigger          Trigger
	NetDays          int
	MetAt            *time.Time
	DeliverableTitle string // empty when the milestone is about all of them
	Decisions        []ContentDecision
	Posts            []PostEvidence
	Threshold        *Threshold
	Numbers          []PostNumber // of what the threshold asks for, oldest first
	Bonus            *GivenBonus  // what a person gave, and why
	HoldUntil        string       // what the contract has finance wait for, in words
	OwedOn           string       // the day on which the contract has it owed, such as 2027-03-14; empty for none
}

// ContentDecision is one accepted approval of the content that a payout is for.
type ContentDecision struct {
	User     UserRef
	Title    string // of the deliverable
	Decision string
	At       time.Time
}

// PostEvidence is a published post with the last look at it.
type PostEvidence struct {
	Title     string
	URL       string
	Result    string    // ok, mismatch, unreachable; empty before the first look
	CheckedAt time.Time // of the last look
}

// PayoutApprovalCreate is an approval on its way into the database, which checks it again.
type PayoutApprovalCreate struct {
	ID          uuid.UUID
	PayoutID    uuid.UUID
	BrandID     uuid.UUID
	Round       int
	Part        string
	Approver    uuid.UUID
	Amount      Money
	Kept        int64
	Destination string
	StepUpID    *uuid.UUID // the newest proof that the session gave; nil for none
}

// LedgerLine is one entry: credit above zero, debit below.
type LedgerLine struct {
	TxnID    uuid.UUID
	Kind     string
	Account  string
	Amount   int64
	Currency string
	At       time.Time
}

// LedgerTransaction is a posting whose lines sum to zero.
type LedgerTransaction struct {
	ID          uuid.UUID
	Kind        string
	PayoutID    *uuid.UUID
	ExternalRef string
	At          time.Time
	Lines       []LedgerLine
}

// Balance is what stands in one account.
type Balance struct {
	Account  string
	Currency string
	Amount   int64
}

// Funds is what a brand has paid in, in one currency.
type Funds struct {
	Currency  string
	Available int64
	InFlight  int64
	Spent     int64
}

// approvalRefusals says in plain words why the database refuses an approval, by the code of its trigger.
var approvalRefusals = map[string]string{
	"RA010": "This payout takes no approval now.",
	"RA011": "The approvals were started anew meanwhile. Look at the payout again.",
	"RA012": "The approval is for another amount than the payout's.",
	"RA013": "The creator's account changed meanwhile. Look at the payout again.",
	"RA014": "You approved the content, so another person must approve its payout.",
	"RA015": "You changed the creator's account lately, so another person must approve this payout.",
	"RA016": "You have no right to give this approval at this brand.",
	"RA017": "You gave an approval of this payout. Different people approve it.",

	"RA060": "The creator's bank account changed. Nobody can release this payment before its time.",
	"RA061": "The creator's bank account changed. A finance releaser must make sure of it and release the payment first.",

	RefusedNoProof:     "Prove with a code that it is you. A proof holds for five minutes.",
	"already_approved": "Somebody gave this approval already.",
	"another_amount":   "The payout has another amount than the one that was approved.",
}

// ApprovalRefusal says in plain words why an approval is refused before a workflow sees it; empty for a code of something else.
func ApprovalRefusal(code string) string { return approvalRefusals[code] }
