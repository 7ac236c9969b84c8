package rapport

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// PolicyWhen says for which submissions a policy is chosen. A field that is empty does not narrow; of those given, all must hold.
type PolicyWhen struct {
	Campaigns        []uuid.UUID `json:"campaigns,omitempty"`
	Platforms        []string    `json:"platforms,omitempty"`
	Markets          []string    `json:"markets,omitempty"` // ISO 3166-1 alpha-2
	FeeAtLeast       *Money      `json:"fee_at_least,omitempty"`
	Regulated        []string    `json:"regulated,omitempty"` // categories; any is every regulated one
	PaidUsage        *bool       `json:"paid_usage,omitempty"`
	FirstPartnership *bool       `json:"first_partnership,omitempty"`
}

// AnyRegulated stands for every regulated category.
const AnyRegulated = "any"

// Check names every bad field of the conditions under path.
func (w PolicyWhen) Check(path string) []Field {
	var f []Field
	add := func(p, code, detail string) { f = append(f, Field{path + "." + p, code, detail}) }
	if w.count() == 0 {
		f = append(f, Field{path, "required", "Give at least one condition, or leave the policy to the campaigns that name it."})
	}
	if w.FeeAtLeast != nil {
		f = append(f, CheckMoney(path+".fee_at_least", *w.FeeAtLeast)...)
	}
	for i, p := range w.Platforms {
		if strings.TrimSpace(p) == "" {
			add(fmt.Sprintf("platforms[%d]", i), "required", "Name the platform.")
		}
	}
	for i, m := range w.Markets {
		if len(m) != 2 || strings.ToUpper(m) != m {
			add(fmt.Sprintf("markets[%d]", i), "unknown_country", "Write the country as two capital letters, such as DE.")
		}
	}
	return f
}

func (w PolicyWhen) count() int {
	n := 0
	for _, given := range []bool{
		len(w.Campaigns) > 0, len(w.Platforms) > 0, len(w.Markets) > 0, w.FeeAtLeast != nil, len(w.Regulated) > 0, w.PaidUsage != nil, w.FirstPartnership != nil,
	} {
		if given {
			n++
		}
	}
	return n
}

// SubmissionFacts is what a policy is chosen by.
type SubmissionFacts struct {
	CampaignID       uuid.UUID
	CampaignName     string
	Platform         string
	Markets          []string
	Fee              Money
	Regulated        string
	PaidUsage        bool
	FirstPartnership bool
}

// Holds says whether every condition holds for the submission, and says each in words: those that hold when all do, and else the
// first that does not.
func (w PolicyWhen) Holds(s SubmissionFacts) (bool, []string) {
	var holds []string
	for _, c := range w.conditions(s) {
		if !c.holds {
			return false, []string{c.words}
		}
		holds = append(holds, c.words)
	}
	return len(holds) > 0, holds
}

type condition struct {
	holds bool
	words string
}

func (w PolicyWhen) conditions(s SubmissionFacts) []condition {
	var list []condition
	add := func(given, holds bool, yes, no string) {
		switch {
		case !given:
		case holds:
			list = append(list, condition{true, yes})
		default:
			list = append(list, condition{false, no})
		}
	}
	add(len(w.Campaigns) > 0, slices.Contains(w.Campaigns, s.CampaignID), "the campaign is "+s.CampaignName, "the campaign is another one")
	add(len(w.Platforms) > 0, containsFold(w.Platforms, s.Platform), "it is for "+s.Platform, "it is for "+s.Platform)
	market := slices.IndexFunc(s.Markets, func(m string) bool { return containsFold(w.Markets, m) })
	add(len(w.Markets) > 0, market >= 0, "it is shown in "+strings.Join(s.Markets, ", "), "it is not shown in "+strings.Join(w.Markets, ", "))
	if w.FeeAtLeast != nil {
		enough := s.Fee.Currency == w.FeeAtLeast.Currency && s.Fee.Amount >= w.FeeAtLeast.Amount
		below := "the fee is below " + housePage().Money(*w.FeeAtLeast)
		if s.Fee.Currency != w.FeeAtLeast.Currency {
			below = fmt.Sprintf("the fee is in %s and not in %s", strings.ToUpper(s.Fee.Currency), strings.ToUpper(w.FeeAtLeast.Currency))
		}
		add(true, enough, "the fee is at least "+housePage().Money(*w.FeeAtLeast), below)
	}
	regulated := s.Regulated != "" && (slices.Contains(w.Regulated, AnyRegulated) || slices.Contains(w.Regulated, s.Regulated))
	add(len(w.Regulated) > 0, regulated, "its category is regulated: "+strings.ReplaceAll(s.Regulated, "_", " "), "its category is not one of those")
	if w.PaidUsage != nil {
		words := map[bool]string{true: "the contract includes paid usage", false: "the contract includes no paid usage"}
		add(true, s.PaidUsage == *w.PaidUsage, words[s.PaidUsage], words[s.PaidUsage])
	}
	if w.FirstPartnership != nil {
		words := map[bool]string{true: "it is the first partnership with this creator", false: "it is not the first partnership with this creator"}
		add(true, s.FirstPartnership == *w.FirstPartnership, words[s.FirstPartnership], words[s.FirstPartnership])
	}
	return list
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(x string) bool { return strings.EqualFold(x, s) })
}

// NamedPolicy is a policy with its name, for the choice among many.
type NamedPolicy struct {
	Policy

	Name string
}

// PolicyChoice is which policy a submission is reviewed by and why, in words.
type PolicyChoice struct {
	PolicyID uuid.UUID `json:"policy_id"`
	Version  int       `json:"version"`
	Name     string    `json:"name"`
	Because  []string  `json:"because"`
	// Over are the names of other policies that would have fit as well.
	Over []string `json:"over,omitempty"`
}

// ChoosePolicy finds the policy of a submission: of those whose conditions hold, one with a legal stage before one without, so that
// legal is never skipped; then the lowest rank, the most conditions, the older. Without any it is the campaign's own.
func ChoosePolicy(candidates []NamedPolicy, campaign NamedPolicy, s SubmissionFacts) (NamedPolicy, PolicyChoice) {
	var fits []NamedPolicy
	for _, c := range candidates {
		if c.When == nil {
			continue
		}
		if holds, _ := c.When.Holds(s); holds {
			fits = append(fits, c)
		}
	}
	if len(fits) == 0 {
		return campaign, PolicyChoice{
			PolicyID: campaign.ID, Version: campaign.Version, Name: campaign.Name,
			Because: []string{"no policy’s conditions hold for it, and the campaign " + s.CampaignName + " names this one"},
		}
	}
	slices.SortFunc(fits, before)
	_, because := fits[0].When.Holds(s)
	choice := PolicyChoice{PolicyID: fits[0].ID, Version: fits[0].Version, Name: fits[0].Name, Because: because}
	for _, f := range fits[1:] {
		choice.Over = append(choice.Over, f.Name)
	}
	return fits[0], choice
}

// before orders policies that fit the same submission: the first is chosen.
func before(a, b NamedPolicy) int {
	if a.legal() != b.legal() {
		return map[bool]int{true: -1, false: 1}[a.legal()]
	}
	if a.Rank != b.Rank {
		return a.Rank - b.Rank
	}
	if n, m := a.When.count(), b.When.count(); n != m {
		return m - n
	}
	return strings.Compare(a.ID.String(), b.ID.String())
}

// PolicyConflict is another policy that fits some of the same submissions.
type PolicyConflict struct {
	Name string
	// Equal says that nothing but age decides between the two: as legal, same rank and as many conditions.
	Equal bool
	// Wins says that this policy is chosen where both fit.
	Wins bool
}

// Conflicts lists the policies that can fit a submission that this one fits, too.
func (p NamedPolicy) Conflicts(others []NamedPolicy) []PolicyConflict {
	var list []PolicyConflict
	for _, o := range others {
		if o.ID == p.ID || p.When == nil || o.When == nil || !p.When.overlaps(*o.When) {
			continue
		}
		c := PolicyConflict{Name: o.Name, Wins: before(p, o) < 0}
		c.Equal = p.legal() == o.legal() && p.Rank == o.Rank && p.When.count() == o.When.count()
		list = append(list, c)
	}
	return list
}

// overlaps says that one submission can fit both: no condition of the one excludes the other's.
func (w PolicyWhen) overlaps(o PolicyWhen) bool {
	lists := [][2][]string{{w.Platforms, o.Platforms}}
	for _, l := range lists {
		if len(l[0]) > 0 && len(l[1]) > 0 && !slices.ContainsFunc(l[0], func(x string) bool { return containsFold(l[1], x) }) {
			return false
		}
	}
	if len(w.Campaigns) > 0 && len(o.Campaigns) > 0 && !slices.ContainsFunc(w.Campaigns, func(x uuid.UUID) bool { return slices.Contains(o.Campaigns, x) }) {
		return false
	}
	if len(w.Regulated) > 0 && len(o.Regulated) > 0 && !slices.Contains(w.Regulated, AnyRegulated) && !slices.Contains(o.Regulated, AnyRegulated) &&
		!slices.ContainsFunc(w.Regulated, func(x string) bool { return slices.Contains(o.Regulated, x) }) {
		return false
	}
	if w.FeeAtLeast != nil && o.FeeAtLeast != nil && w.FeeAtLeast.Currency != o.FeeAtLeast.Currency {
		return false
	}
	return compatible(w.PaidUsage, o.PaidUsage) && compatible(w.FirstPartnership, o.FirstPartnership)
}

func compatible(a, b *bool) bool { return a == nil || b == nil || *a == *b }
