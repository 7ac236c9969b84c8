package rapport

import (
	"time"

	"github.com/google/uuid"
)

// RenewalStates lists the states of a renewal, in the order of its life.
func RenewalStates() []string {
	return []string{RenewalNotDue, RenewalReviewOpen, RenewalOffered, RenewalAgreed, RenewalDeclined, RenewalLapsed}
}

// Why a renewal has lapsed.
const (
	LapseDecided      = "decided" // a person let it
	LapseNoDecision   = "no_decision"
	LapseOfferExpired = "offer_expired"
	LapseDeclined     = "declined" // by the creator
)

// RenewalItem is a term with how it stands with the next one.
type RenewalItem struct {
	PartnershipID uuid.UUID
	BrandID       uuid.UUID
	BrandName     string
	CampaignID    uuid.UUID
	CampaignName  string
	Creator       CreatorRef
	Owner         UserRef
	Term          int
	State         string
	ContractID    uuid.UUID
	Number        string
	Fee           Money // with what amendments have made of it
	EndsAt        time.Time
	NoticeBy      time.Time // the last moment at which it is decided
	Lapse         *Lapse
	Option        *OptionItem // nil where the contract gives none
}

// Lapse says why a term is not renewed, and by whom.
type Lapse struct {
	Why    string
	At     time.Time
	By     string // name of who let it lapse; empty when nobody did
	Reason string // empty where none was given, or where the viewer may not read it
}

// RenewalFilter narrows a list of renewals; zero fields do not. Without States it is of the terms that run.
type RenewalFilter struct {
	ID         *uuid.UUID // of the partnership
	BrandID    *uuid.UUID
	CampaignID *uuid.UUID
	OwnerID    *uuid.UUID
	States     []string
	Why        string // of those that have lapsed
	Words      string // of the creator, the campaign or the number
}

// RenewalPacket is what a renewal is decided by: how the present term went.
type RenewalPacket struct {
	Item    RenewalItem
	Numbers []NumberTotal
	Pieces  []TermPiece

	Committed Money // what the term has promised and not lost
	Paid      Money
	Reversed  Money // of what was paid

	Replies    int // messages of the creator
	Complaints int
}

// NumberTotal is what the posts of a term stood at: the newest number of each that one is known of.
type NumberTotal struct {
	Metric  Metric
	Value   int64
	Posts   int
	StoodAt time.Time // of the oldest of them
}

// TermPiece is how one piece of a term went.
type TermPiece struct {
	ID             uuid.UUID
	Title          string
	State          string
	Round          int // how often changes were requested
	HandedIn       bool
	DraftLate      bool // more than its grace
	PostLate       bool
	PostURL        string
	PostedAt       *time.Time
	ExclusiveUntil *time.Time
}

// Published says that the content is out.
func (p TermPiece) Published() bool {
	return p.State == "posted" || p.State == "verified" || p.State == "accepted"
}

// OnTime counts those whose time has shown, and the late ones of them.
type OnTime struct{ Done, Late int }

// Counted is a packet in numbers.
type Counted struct {
	Posts, PostsNumbered   int // published pieces, and those whose views are known
	Drafts, Publications   OnTime
	HandedIn, Rounds, Past int // pieces that were handed in, their revision rounds, and those beyond the included ones
	PerThousandViews       *Money
}

// Count counts a packet under terms with so many included rounds.
func (p RenewalPacket) Count(included int) (c Counted) {
	for _, d := range p.Pieces {
		count := func(o *OnTime, done, late bool) {
			if done || late {
				o.Done++
			}
			if late {
				o.Late++
			}
		}
		count(&c.Drafts, d.HandedIn, d.DraftLate)
		count(&c.Publications, d.Published(), d.PostLate)
		if d.HandedIn {
			c.HandedIn++
			c.Rounds += d.Round
			c.Past += max(d.Round-included, 0)
		}
		if d.Published() {
			c.Posts++
		}
	}
	for _, n := range p.Numbers {
		if n.Metric != MetricViews {
			continue
		}
		c.PostsNumbered = n.Posts
		if n.Value > 0 && n.Posts >= c.Posts && c.Posts > 0 {
			// The division is of whole minor units: what is left over is less than one.
			c.PerThousandViews = &Money{(p.Committed.Amount*1000 + n.Value/2) / n.Value, p.Committed.Currency}
		}
	}
	return c
}
