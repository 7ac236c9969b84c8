package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The states of a campaign.
const (
	CampaignDraft   = "draft"   // may be edited freely; starts no partnerships
	CampaignRunning = "running" // starts partnerships
	CampaignEnded   = "ended"   // starts none; what runs goes on to its own end
)

// Campaign is a brand's effort with a budget, dates, milestones, policies and a roster of partnerships. Running partnerships
// keep the terms, sequence and policy they started with.
type Campaign struct {
	ID         uuid.UUID
	BrandID    uuid.UUID
	BrandName  string
	Name       string
	State      string
	Brief      string
	Budget     Money
	Reserved   Money // fees of offers that are out or accepted and not yet signed
	Committed  Money // fees of contracts that both signed, paid or not
	Accrued    Money // owed by now and not paid
	Available  Money // of the budget, what nothing speaks for; below zero when it was cut
	Paid       Money // paid and not reversed
	StartsOn   time.Time
	EndsOn     time.Time // the last day; both are dates in Zone
	Zone       string    // of the brand's calendar
	Owner      UserRef
	DefaultFee Money
	Terms      ContractTerms
	SequenceID uuid.UUID
	PolicyID   uuid.UUID
	// ContractTemplateID is what its contracts are drafted from; nil means the brand's default.
	ContractTemplateID *uuid.UUID
	Hashtags           []string // words the post must contain
	// ContentRules are what its content must hold beside.
	ContentRules ContentRules
	// AutomationIDs are sequences that start by themselves in the partnerships that start from now on.
	AutomationIDs []uuid.UUID
	// Category is what its content is about, which exclusivity goes by; empty for unknown.
	Category     string
	SlotCap      int        // posts a day on one platform; 0 for no cap
	EmbargoUntil *time.Time // the first day on which content may be out
	Dates        []CampaignDate
	Stages       map[Stage]int
	Version      int
	CreatedAt    time.Time
}

// CampaignDate is a day of a campaign, or some in a row, that its content is for: a launch, a sale.
type CampaignDate struct {
	ID   uuid.UUID `json:"id"` // DeliverableTerms name it
	Name string    `json:"name"`
	From string    `json:"from"` // the first and the last day of the brand's zone, such as 2027-03-14
	To   string    `json:"to"`
}

// Days are its first and its last day, as dates.
func (d CampaignDate) Days() (from, to time.Time) { return dayOf(d.From), dayOf(d.To) }

// maxDates are the dates that a campaign may have.
const maxDates = 50

// checkDates names every bad field of the campaign's dates, and every piece of the terms that is for none of them.
func (c Campaign) checkDates() (f []Field) {
	add := func(i int, part, code, detail string) {
		f = append(f, Field{fmt.Sprintf("dates[%d].%s", i, part), code, detail})
	}
	if len(c.Dates) > maxDates {
		f = append(f, Field{"dates", "count", "A campaign has at most 50 dates."})
	}
	for i, d := range c.Dates {
		f = append(f, checkText(fmt.Sprintf("dates[%d].name", i), strings.TrimSpace(d.Name), true, 100)...)
		from, to := dayOf(d.From), dayOf(d.To)
		switch {
		case from.IsZero():
			add(i, "from", "bad_value", fmt.Sprintf("%q is not a day.", d.From))
		case to.IsZero():
			add(i, "to", "bad_value", fmt.Sprintf("%q is not a day.", d.To))
		case to.Before(from):
			add(i, "to", "before_start", "The last day must not be before the first.")
		}
		if d.ID == uuid.Nil || slices.ContainsFunc(c.Dates[:i], func(o CampaignDate) bool { return o.ID == d.ID }) {
			add(i, "id", "not_unique", "Each date needs an id of its own.")
		}
		if slices.ContainsFunc(c.Dates[:i], func(o CampaignDate) bool {
			return strings.EqualFold(strings.TrimSpace(o.Name), strings.TrimSpace(d.Name))
		}) {
			add(i, "name", "not_unique", "There is a date of this name.")
		}
	}
	return append(f, c.CheckTermsDates("terms", c.Terms)...)
}

// CheckTermsDates names every piece of terms, which stand under path, that is for a date that the campaign does not have.
func (c Campaign) CheckTermsDates(path string, t ContractTerms) (f []Field) {
	for i, d := range t.Deliverables {
		if d.CampaignDate != uuid.Nil && !slices.ContainsFunc(c.Dates, func(o CampaignDate) bool { return o.ID == d.CampaignDate }) {
			f = append(f, Field{fmt.Sprintf("%s.deliverables[%d].campaign_date", path, i), "unknown", "The campaign has no such date."})
		}
	}
	return f
}

// The sequence and the policy that every installation starts with.
var (
	DefaultSequenceID = uuid.MustParse("00000000-0000-7000-8000-000000000001") //nolint:gochecknoglobals // a constant
	DefaultPolicyID   = uuid.MustParse("00000000-0000-7000-8000-000000000002") //nolint:gochecknoglobals // a constant
)

// Check names every bad field of the campaign.
func (c Campaign) Check() []Field {
	f := checkText("name", strings.TrimSpace(c.Name), true, 200)
	f = append(f, CheckMoney("budget", c.Budget)...)
	f = append(f, CheckMoney("default_fee", c.DefaultFee)...)
	switch {
	case c.Budget.Currency != c.DefaultFee.Currency:
		f = append(f, Field{"default_fee.currency", "other_currency", "The fee must be in the budget's currency."})
	case c.DefaultFee.Amount > c.Budget.Amount:
		f = append(f, Field{"default_fee.amount", "over_budget", "One fee is more than the whole budget."})
	}
	if c.EndsOn.Before(c.StartsOn) {
		f = append(f, Field{"ends_on", "before_start", "The last day must not be before the first."})
	} else if c.EndsOn.After(c.StartsOn.AddDate(5, 0, 0)) {
		f = append(f, Field{"ends_on", "too_long", "A campaign lasts at most five years."})
	}
	if !slices.Contains([]string{CampaignDraft, CampaignRunning, CampaignEnded}, c.State) {
		f = append(f, Field{"state", "unknown_state", fmt.Sprintf("%q is not a state of a campaign.", c.State)})
	}
	if len(c.Hashtags) > 30 {
		f = append(f, Field{"hashtags", "count", "At most 30 words."})
	}
	for i, h := range c.Hashtags {
		if bad := checkText(fmt.Sprintf("hashtags[%d]", i), h, true, 100); bad != nil {
			f = append(f, bad...)
		} else if strings.ContainsAny(h, " \t") {
			f = append(f, Field{fmt.Sprintf("hashtags[%d]", i), "bad_characters", "One word each, such as #ad."})
		}
	}
	f = append(f, checkText("category", c.Category, false, 100)...)
	if c.SlotCap < 0 || c.SlotCap > 1000 {
		f = append(f, Field{"slot_cap", "out_of_range", "A cap is 1 to 1,000 posts a day, or 0 for none."})
	}
	f = append(f, c.checkDates()...)
	f = append(f, c.Terms.Check("terms")...)
	return append(f, c.Terms.CheckAmounts("terms", c.DefaultFee)...)
}

// CheckEdit names what an edit from the campaign to next must not change.
func (c Campaign) CheckEdit(next Campaign) []Field {
	var f []Field
	if next.Budget.Currency != c.Budget.Currency {
		f = append(f, Field{"budget.currency", "fixed", "The currency of a campaign cannot change."})
	}
	if spoken := c.Reserved.Amount + c.Committed.Amount; next.Budget.Amount < spoken {
		f = append(f, Field{"budget.amount", "below_committed", housePage().Money(Money{spoken, c.Budget.Currency}) + " are reserved or committed already."})
	}
	if next.State == CampaignDraft && c.State != CampaignDraft {
		f = append(f, Field{"state", "no_way_back", "A campaign that ran cannot become a draft again."})
	}
	return f
}
