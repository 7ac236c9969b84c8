package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// MaxBatch is how many payouts one batch may hold.
const MaxBatch = 500

// The warnings that whoever approves many payouts at once sees beside each.
const (
	WarnNewDestination = "new_destination" // the account changed within 14 days
	WarnNoDestination  = "no_destination"  // there is none yet, so its first one needs approvals of its own
	WarnFirstPayment   = "first_payment"   // the brand never paid this creator
	WarnAboveTier      = "above_tier"      // two people release it
	WarnLooksDouble    = "looks_double"    // another one for the same creator and amount is due within 30 days
)

// PayoutToApprove is one payout that waits for a part of a person.
type PayoutToApprove struct {
	PayoutItem

	Round          int
	Destination    string
	PreparerProves bool
	Commands       []CommandView
	Mine           *uuid.UUID // an approval of the person that stands already, because the payout did not take it
	Warnings       []string
}

// PayoutBatch is many payouts that a person approved, or left out, in one act.
type PayoutBatch struct {
	ID        uuid.UUID
	BrandID   uuid.UUID
	BrandName string
	Part      string
	MadeBy    UserRef
	MadeAt    time.Time
	Items     []PayoutBatchItem
}

// PayoutBatchItem is one payout of a batch with what became of it.
type PayoutBatchItem struct {
	PayoutID       uuid.UUID
	PartnershipID  uuid.UUID
	CreatorName    string
	MilestoneTitle string
	Amount         Money
	State          PayoutState
	Excluded       string // why it was left out; empty when it was not
	Refused        string // the code; empty when it was not
	Approved       bool   // its workflow has taken the approval
	// Approval and Command are written for a new item; both nil for one that is excluded or refused. An approval that stands already
	// has an ID alone.
	Approval *PayoutApprovalCreate
	Command  *OutboxRow
}

// PayoutBatchFilter narrows a list of batches; zero fields do not.
type PayoutBatchFilter struct {
	BrandID *uuid.UUID
	UserID  *uuid.UUID // who made it
	Outcome string     // approved, pending, refused or excluded: of at least one payout
	// From and To are days of the brand's zone, both included.
	From, To time.Time
}

// PayoutBatchItemSum counts what became of the payouts of a batch, in one currency.
type PayoutBatchItemSum struct {
	Outcome string // approved, pending, refused or excluded
	Count   int
	Amount  Money
}

// PayoutBatchLine is one batch, as lists show it.
type PayoutBatchLine struct {
	PayoutBatch // without its items

	Sums []PayoutBatchItemSum
}

// PayoutPolicy is what a brand wants for its payouts beside two pairs of eyes. It is pinned by each payout when that is opened.
type PayoutPolicy struct {
	BrandID        uuid.UUID
	PreparersProve bool    // a preparer, too, proves with a second factor
	TwoReleasers   []Money // from where on two people release; one a currency
	Version        int
}

// Check names what is wrong with a policy.
func (p PayoutPolicy) Check() []Field {
	var bad []Field
	seen := map[string]bool{}
	for i, m := range p.TwoReleasers {
		path := fmt.Sprintf("two_releasers_from[%d]", i)
		bad = append(bad, CheckMoney(path, m)...)
		if seen[m.Currency] {
			bad = append(bad, Field{Path: path + ".currency", Code: "duplicate", Detail: "This currency has a tier already."})
		}
		seen[m.Currency] = true
	}
	return bad
}

// WeakerThan says that under this policy some payout would have fewer eyes on it than under the other.
func (p PayoutPolicy) WeakerThan(other PayoutPolicy) bool {
	if other.PreparersProve && !p.PreparersProve {
		return true
	}
	for _, tier := range other.TwoReleasers {
		if !slices.ContainsFunc(p.TwoReleasers, func(m Money) bool { return m.Currency == tier.Currency && m.Amount <= tier.Amount }) {
			return true
		}
	}
	return false
}
