package rapport

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"
)

// PartnershipSummary is a partnership as lists show it. Timers, Waiting and Commands are what its workflow wrote down last.
type PartnershipSummary struct {
	ID           uuid.UUID
	BrandID      uuid.UUID
	BrandName    string
	CampaignID   uuid.UUID
	CampaignName string
	Creator      CreatorRef
	Owner        UserRef
	Stage        Stage
	StageAt      time.Time
	Paused       bool
	Attention    bool  // something needs a person of the house
	Why          *Task // of its open tasks the one due first, by kind, code and title; nil without one, and when nobody is needed
	Term         int
	Renewal      string
	Timers       []Timer
	Waiting      []Waiting
	Commands     []CommandView
	NextStep     StepKind // what the outreach does next; empty outside of it
	MailsSent    int      // by the outreach since it was started
	Fee          *Money   // of the newest contract, else of the newest offer; nil before an offer
	Paid         *Money   // paid and not reversed over all terms; nil when nothing was paid
	Seq          int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// PartnershipFilter narrows a list of partnerships; zero fields do not.
type PartnershipFilter struct {
	IDs        []uuid.UUID // only those; empty for all. A list does not read it
	BrandID    *uuid.UUID
	CampaignID *uuid.UUID
	CreatorID  *uuid.UUID
	OwnerID    *uuid.UUID
	Stages     []Stage
	Attention  *bool
	// OutreachBlocked asks for those whose outreach waits until somebody clears what blocks it.
	OutreachBlocked bool
	Words           string // of the creator, an account or the campaign
}

// PartnershipDetail is a partnership with all that its page shows beside the history.
type PartnershipDetail struct {
	PartnershipSummary

	// Entered says when each stage was entered last.
	Entered      map[Stage]time.Time
	Offer        *Offer    // of the newest term
	Contract     *Contract // of the newest term, without text and signatures
	Deliverables []PartnershipDeliverable
	Milestones   []PartnershipMilestone
	Shipments    []Shipment
	DeliveredAt  *time.Time // when the product had arrived
	Contacts     []Contact
	Codes        ContentCodes
	// Country is where the creator lives, empty for unknown; Currency that of the campaign.
	Country  string
	Currency string
	// DoNotContact and Banned are the creator's.
	DoNotContact bool
	Banned       bool
}

// Offer is a fee and terms put to a creator.
type Offer struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	Term          int
	State         string
	Fee           Money
	CounterFee    *Money // what the creator asked for instead
	Asks          []Ask  // what else the creator asked for otherwise
	CounterNote   string // and the rest, in the creator's words
	Message       string
	Terms         ContractTerms
	CreatedBy     uuid.UUID
	SentAt        *time.Time
	ExpiresAt     *time.Time
	PaidOutside   string // why the fee is paid outside of Stripe; empty where it is not
	Before        *Offer // the one before it in the same term; nil for the first
}

// ContractFilter narrows a list of contracts; zero fields do not.
type ContractFilter struct {
	BrandID, CampaignID, CreatorID *uuid.UUID
	State                          string
	Words                          string     // as in TextFilter; also parts of the creator's and the campaign's name
	EndsFrom, EndsTo               *time.Time // EndsTo itself is not in it
}

// Contract is a contract with its text, its hash and who signed.
type Contract struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	BrandName     string
	Creator       CreatorRef
	CampaignName  string
	Number        string
	Term          int
	Version       int
	State         string
	Text          string
	SHA256        []byte
	Fee           Money         // with what amendments have made of it
	Terms         ContractTerms // with what amendments have made of them
	Amends        *SignedRef    // the contract that this amendment changes; nil for a contract
	Amendments    []SignedRef
	Extended      []ExtendedDate // by this amendment
	Changes       *Amendment     // what this amendment changes; only on its creator's page
	Reason        string         // why the amendment was asked for
	Signatures    []Signature
	Clauses       []DraftedClause // none for a contract from before the library
	Draft         int             // counts the texts that it had
	DraftInfo     *DraftInfo      // only of one contract, and not of an amendment
	Approval      *ContractApproval
	SentAt        *time.Time
	ExpiresAt     *time.Time
	ExecutedAt    *time.Time
	EndsAt        *time.Time
	NoticeBy      *time.Time
	CreatedAt     time.Time
	PaperSHA256   []byte           // of the signed file; absent until it is made
	Elsewhere     *SignedElsewhere // nil where the creator signs in the portal
	// CreatorCountry is ISO 3166-1 alpha-2, empty for unknown.
	CreatorCountry string
}

// PartnershipDeliverable is one piece of content of the newest term.
type PartnershipDeliverable struct {
	ID           uuid.UUID
	Title        string
	Platform     string
	Kind         string
	State        string
	DraftDueAt   *time.Time
	PublishBy    *time.Time
	PublishFrom  *time.Time // the first moment of its publish window, where the contract names one
	PublishAt    *time.Time // when it will be published, while it is scheduled
	Round        int
	Late         bool // overdue and still owed
	PostURL      string
	SubmissionID *uuid.UUID
	ReviewID     *uuid.UUID
	PostedAt     *time.Time
	VerifiedAt   *time.Time
	Extension    *Extension // the newest request for later dates
	DraftAfter   string     // as in DeliverableTerms
	CampaignDate uuid.UUID  // the same
	Policy       string     // name of the approval policy that the review goes by; empty before one
	PolicyN      int        // its version
}

// PartnershipMilestone is one share of the fee of the newest term, or a bonus on top of it, with its payout when there is one.
type PartnershipMilestone struct {
	ID          uuid.UUID
	Title       string
	Trigger     Trigger
	State       string
	Amount      Money
	MetAt       *time.Time
	PayoutID    *uuid.UUID
	PayoutState string
	Bonus       bool // on top of the fee
	Threshold   *Threshold
	CountsUntil *time.Time // nil until its deliverable is published
	// Number is the newest that is known of what the threshold asks for, as it stood at NumberAt; nil before any.
	Number        *int64
	NumberAt      *time.Time
	DeliverableID *uuid.UUID
	HoldUntil     string // what finance waits for, in words
	OwedOn        string // the day of the terms, such as 2027-03-14; empty for none
}

// Message is one message with a creator, or a note of the house about one.
type Message struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	Direction     string // out, in or internal
	Channel       string // email, portal, dm, call or note
	Kind          string
	State         string
	Class         string
	Author        string // name of who wrote it
	AuthorID      uuid.UUID
	To, From      string
	Subject       string
	Text          string
	Quoted        string
	HTML          string // as it came in: not safe to show before it is sanitised
	At            time.Time
	ThreadID      uuid.UUID
	NewThread     bool // it begins a thread of its own
	Aside         bool // a reason given for a command: its author takes no part in the thread by it
	Hidden        bool // of a private thread in which the viewer takes no part: nothing but its existence is told
	Looked        bool // a machine wrote it and a person looks at it before it goes out
	ToLook        bool // nobody has let it go yet
	Version       int  // grows with each edit
	Suggestion    ReplySuggestion
	Mentions      []UserRef
	Files         []MessageFile
}

// MessageFile is a file of a message without its content. Name and type are its sender's claim.
type MessageFile struct {
	N      int
	Name   string
	Type   string
	Size   int64
	SHA256 []byte
}

// UnmatchedMail is a mail that names nothing of ours, with the partnerships it may belong to.
type UnmatchedMail struct {
	Message

	Candidates []MailCandidate
}

// MailCandidate is a partnership of whoever has the mail's address.
type MailCandidate struct {
	PartnershipID                        uuid.UUID
	CreatorName, CampaignName, BrandName string
	Stage                                Stage
	ByAddress, BySubject                 bool // why it may be meant
}

// TimelineEntry is one thing that happened: a fact of a machine or a message.
type TimelineEntry struct {
	ID            string // of the entry, stable
	At            time.Time
	PartnershipID uuid.UUID
	Source        string // partnership, review or payout; empty for a message
	SourceID      uuid.UUID
	Fact          Fact
	Actor         string // name of who did it; empty when a machine did
	// About names what the fact is about: a deliverable's or milestone's title, or a contract's number.
	About   string
	Message *Message
}

// TimelineFilter says whose history is asked for, and which part of it. One of the ids is set.
type TimelineFilter struct {
	PartnershipID *uuid.UUID
	CreatorID     *uuid.UUID // over all partnerships of the scope
	Only          []string   // kinds of facts; nil means all
	Without       []string   // kinds of facts
	Messages      bool
	Channel       string // of the messages; with ! before it all but this one; empty means all
}

// StartOrder asks for partnerships of one campaign.
type StartOrder struct {
	CampaignID uuid.UUID
	OwnerID    uuid.UUID // zero means the campaign's owner
	Creators   []uuid.UUID
	By         uuid.UUID
}

// The verdicts of a start.
const (
	StartStarted      = "started"
	StartRunning      = "already_running"
	StartDoNotContact = "do_not_contact"
	StartBanned       = "banned"
	StartNoAddress    = "no_address"
	StartUnknown      = "unknown_creator"
)

// Started is what came of starting a partnership with one creator.
type Started struct {
	CreatorID     uuid.UUID
	PartnershipID uuid.UUID // zero unless it was started or runs already
	Verdict       string
}

// WorkflowStart says how the workflow of a partnership is started.
type WorkflowStart struct {
	Type, Queue string
	WorkflowID  func(id uuid.UUID) string
}

// OfferDraft is an offer on its way into the database.
type OfferDraft struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	Term          int // 0 means the present one
	Fee           Money
	Message       string
	Terms         *ContractTerms // nil means the campaign's
	By            uuid.UUID
	PaidOutside   string // why the fee is paid outside of Stripe; empty where it is not
	Platform      string // the country that Stripe pays from; empty for unknown
	Exercises     bool   // the option of the present contract: an offer of the same term that is out comes to nothing by it
}

// Check names every bad field of an offer in a campaign of the currency. Its terms must be set.
func (o OfferDraft) Check(currency string) []Field {
	f := append(CheckMoney("fee", o.Fee), o.Terms.Check("terms")...)
	f = append(f, o.Terms.CheckAmounts("terms", o.Fee)...)
	if o.Fee.Currency != currency {
		f = append(f, Field{"fee.currency", "other_currency", "The fee must be in the campaign's currency, " + strings.ToUpper(currency) + "."})
	}
	return append(f, checkText("paid_outside", o.PaidOutside, false, 1000)...)
}

// CheckPayable names why the offer could not be paid to a creator of the country. Where the deal is paid outside of Stripe nothing is in the way.
func (o OfferDraft) CheckPayable(country string) []Field {
	if o.PaidOutside != "" {
		return nil
	}
	return CheckPayable(o.Platform, country, o.Fee.Currency)
}

// Overview counts what needs somebody.
type Overview struct {
	TasksOpen, TasksOverdue  int
	ReviewsMine, ReviewsOpen int
	PayoutsToApprove         int
	Attention, RepliesNew    int
	Stages                   map[Stage]int
	PaidByWeek               []WeekMoney
	ShortestDay              time.Duration // the length of a day of the brand with the shortest one
}

// WeekMoney is what was paid in the week that starts on the Monday.
type WeekMoney struct {
	Week   time.Time
	Amount Money
}

// ChangePosition is where a change stands in the order in which changes become known: by transaction, then by id.
type ChangePosition struct {
	Xid int64
	ID  int64
}

// ChangeEvent says that something changed, for pages that listen. Without a brand it concerns everybody.
type ChangeEvent struct {
	Position ChangePosition
	BrandID  uuid.UUID
	Noun     string
	Ref      uuid.UUID
	At       time.Time
}

// LiveWorkflow is what the server knows of a workflow at this moment, for operators.
type LiveWorkflow struct {
	RunID         string
	Status        string
	HistoryLength int64
	State         json.RawMessage // the machine
	Timers        []Timer
}
