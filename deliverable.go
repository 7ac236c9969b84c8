package rapport

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// DeliverableItem is one piece of content that is owed, as lists and pages show it.
type DeliverableItem struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	BrandName     string
	Creator       CreatorRef
	CampaignID    uuid.UUID
	CampaignName  string
	Owner         UserRef // of the partnership
	Title         string
	Platform      string
	Kind          string
	State         string
	DraftDueAt    *time.Time
	PublishBy     *time.Time
	PublishFrom   *time.Time // the first moment of its publish window, where the contract names one
	PublishAt     *time.Time // when it will be published, while it is scheduled
	DueAt         *time.Time // the one of both that comes next
	LateSince     *time.Time // the contract's date that has passed, where it is late: a plan that passed makes nothing late
	Round         int
	Late          bool // what is waited for from the creator is past its date
	PostURL       string
	SubmissionID  *uuid.UUID // the current version
	ReviewID      *uuid.UUID
	VerifiedAt    *time.Time
	Extra         string // how it stands with a revision round that the contract does not include: asked, offered, declined or empty
	ExtraFee      *Money
	Extension     *Extension // the newest request for later dates
	DraftAfter    string     // as in DeliverableTerms
}

// WaitsForProduct says that the time for the draft begins when a product has arrived, which it has not.
func WaitsForProduct(draftAfter, state string, draftDue *time.Time) bool {
	return draftAfter == AfterDelivery && draftDue == nil && draftOwed(state)
}

// Shipment is a parcel with the product, by the number that its carrier knows it by.
type Shipment struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	Carrier       string
	Reference     string
	DeliveredAt   *time.Time
	EnteredBy     uuid.UUID
	CreatedAt     time.Time
}

// ShipmentEvent is what a carrier, or who speaks for one, tells of a parcel.
type ShipmentEvent struct {
	ID        string    `json:"id"`        // of the event; the same one counts once
	Reference string    `json:"reference"` // the number on the parcel
	State     string    `json:"state"`     // delivered; others are kept and come to nothing
	At        time.Time `json:"at"`
}

// ShipmentDelivered is the state of a parcel that has arrived.
const ShipmentDelivered = "delivered"

// ReadShipmentEvent reads the body of an event.
func ReadShipmentEvent(body []byte) (e ShipmentEvent, err error) {
	if err = json.Unmarshal(body, &e); err != nil {
		return e, fmt.Errorf("read the event of a shipment: %w", err)
	}
	if e.ID == "" || e.Reference == "" || e.State == "" || e.At.IsZero() || len(e.ID)+len(e.Reference)+len(e.State) > 1000 {
		return e, errors.New("an event of a shipment has id, reference, state and at")
	}
	return e, nil
}

// Extension is a creator's request for later dates of a deliverable, and what became of it.
type Extension struct {
	ID            uuid.UUID
	BrandID       uuid.UUID
	PartnershipID uuid.UUID
	DeliverableID uuid.UUID
	Reason        string
	DraftDueAt    *time.Time // as it is asked for; nil where it stays
	PublishBy     *time.Time
	State         string // open, granted, declined, withdrawn, or overtaken by what happened
	AnswerBy      *time.Time
	// GrantedDraftDueAt and GrantedPublishBy are what somebody granted, which may be other dates.
	GrantedDraftDueAt *time.Time
	GrantedPublishBy  *time.Time
	Answer            string // in words
	AnsweredBy        *UserRef
	CreatedAt         time.Time
	EndedAt           *time.Time
}

// DeliverableFilter narrows a list of deliverables; zero fields do not.
type DeliverableFilter struct {
	ID            *uuid.UUID
	BrandID       *uuid.UUID
	CampaignID    *uuid.UUID
	CreatorID     *uuid.UUID
	OwnerID       *uuid.UUID
	PartnershipID *uuid.UUID
	States        []string
	Words         string
	Late          *bool
	DueFrom       *time.Time
	DueTo         *time.Time // due before it
	Sort          string     // due, publish, creator or campaign; empty as due
}

// DeliverableStates are the states of a deliverable, in the order of its way.
func DeliverableStates() []string {
	return []string{
		"planned", "brief_sent", "awaiting_draft", "late", "in_review", "changes_requested", "approved_to_post", "scheduled", "posted", "verified", "accepted",
		"rejected", "missed", "waived", "cancelled",
	}
}

// PartnershipFile is a file that somebody may keep of a partnership, without its content.
type PartnershipFile struct {
	Key   string // names it in a list
	Kind  string
	ID    uuid.UUID // of what it belongs to
	N     int       // which of several files that belong to it
	Name  string
	About string
	Size  *int64 // nil for what is written when it is asked for
	At    time.Time
	By    string // empty for what Rapport wrote
}

// Submission is one numbered version handed in for a deliverable.
type Submission struct {
	ID            uuid.UUID
	DeliverableID uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	Version       int
	State         string
	Caption       string
	Note          string
	FileName      string
	FileType      string // as detected from the bytes
	FileSize      int64
	FileSHA256    []byte
	Media         *Media
	Spoken        *bool // the creator's word that the video says that it is an ad
	Written       *bool // and that it shows it
	Checks        []Check
	ReviewID      *uuid.UUID
	CreatedAt     time.Time
}

// File is the content of a file with what it is called and what it is.
type File struct {
	Name    string
	Type    string // media type, as detected from the bytes
	SHA256  []byte
	Content []byte
}

// ReviewItem is one review, as the queue shows it.
type ReviewItem struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	DeliverableID uuid.UUID
	SubmissionID  uuid.UUID
	Creator       CreatorRef
	CampaignName  string
	Title         string // of the deliverable
	Version       int    // of the submission
	Round         int
	State         string
	OpenStage     *int
	Stages        []ReviewStage
	Approvers     []uuid.UUID // who can decide now
	DueAt         *time.Time
	SilenceAt     *time.Time
	Warnings      int // of the machine checks
	Choice        *PolicyChoice
	Brief         string
	PolicyName    string
	Policy        []PolicyStage
	OnSilence     OnSilence
	Seq           int64
	CreatedAt     time.Time
	ClosedAt      *time.Time
}

// ReviewFilter narrows a list of reviews; zero fields do not.
type ReviewFilter struct {
	BrandID    *uuid.UUID
	AssignedTo *uuid.UUID // who can decide now
	State      string     // a state, or waiting: open or held
	Words      string     // in the creator's name or handle
}

// ReviewDecision is one decision on a submission. It is proposed until the review has taken it; moot is one that came when
// somebody else had decided.
type ReviewDecision struct {
	ID           uuid.UUID
	ReviewID     uuid.UUID
	SubmissionID uuid.UUID
	BrandID      uuid.UUID
	User         UserRef // or an outside reviewer
	Outside      bool
	OnBehalfOf   *UserRef
	Stage        *int
	Decision     string
	Comment      string
	Corrections  []string
	State        string // proposed, accepted, refused or moot
	At           time.Time
}

// AwaitsDraft says that of content in the state the creator has the next version to hand in.
func AwaitsDraft(state string) bool {
	return slices.Contains([]string{"planned", "brief_sent", "awaiting_draft", "changes_requested", "late"}, state)
}

func isPosted(state string) bool {
	return slices.Contains([]string{"posted", "verified", "accepted"}, state)
}
