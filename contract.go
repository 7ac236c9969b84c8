package rapport

import (
	"fmt"
	"strings"
	"time"
)

// ContractParts is what the text of a contract is made of.
type ContractParts struct {
	Brand, BrandAddress, Creator, Campaign, Brief string
	Term                                          int
	Fee                                           Money
	Terms                                         ContractTerms
}

// ContractText writes a contract in plain language. The text is what both sign, by its hash; its clauses are the milestones and
// timers that the partnership runs by.
func ContractText(c ContractParts) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("COLLABORATION AGREEMENT\n")
	p("between %s, %s (the brand)", c.Brand, c.BrandAddress)
	p("and %s (the creator)\n", c.Creator)
	p("1. Campaign. %s, term %d. %s\n", c.Campaign, c.Term, c.Brief)
	p("2. Deliverables. The creator makes and publishes:")
	for i, d := range c.Terms.Deliverables {
		p("   %d. %s (%s on %s). The draft is due %d business days after both have signed; it is published within %d business days after that.",
			i+1, d.Title, d.Kind, d.Platform, d.DraftDueDays, d.PublishDays)
	}
	p("\n3. Approval. Content is published only after the brand has approved the draft. %d rounds of revision are included.\n", c.Terms.RevisionRounds)
	p("4. Fee. %s in total, owed in these parts:", c.Fee)
	amounts := c.Terms.Amounts(c.Fee)
	parts := func(bonus bool) {
		for i, m := range c.Terms.Milestones {
			if (m.Bonus > 0) == bonus {
				p("   %d. %s: %s, %s%s.", i+1, m.Title, amounts[i], triggerWords(m, c.Terms), netWords(m))
			}
		}
	}
	parts(false)
	if c.Terms.Bonuses() > 0 {
		p("   On top of the fee the creator is owed:")
		parts(true)
	}
	p("\n5. Disclosure. Every post says clearly, at its beginning, that it is an advertisement, and keeps saying so.\n")
	p("6. Duration. %d days from the day both have signed. By %d days before the end the parties say whether they renew.\n",
		c.Terms.DurationDays, c.Terms.NoticeDays)
	if c.Terms.UsageRightsDays > 0 {
		p("7. Usage rights. The brand may use the content for %d days after publication.\n", c.Terms.UsageRightsDays)
	}
	if c.Terms.ExclusivityDays > 0 {
		p("8. Exclusivity. The creator does not advertise for competitors for %d days after publication.\n", c.Terms.ExclusivityDays)
	}
	if c.Terms.ExtraClauses != "" {
		p("9. Further clauses. %s\n", c.Terms.ExtraClauses)
	}
	return b.String()
}

func triggerWords(m MilestoneTerms, t ContractTerms) string {
	what := "all deliverables"
	if m.Deliverable != nil {
		what = "“" + t.Deliverables[*m.Deliverable].Title + "”"
	}
	if m.Trigger == TriggerThreshold {
		return "when " + what + " has " + m.Threshold.Words()
	}
	return whenWords(m.Trigger, what)
}

// whenWords say when a trigger about something makes money owed.
func whenWords(t Trigger, what string) string {
	return map[Trigger]string{
		TriggerSignature: "when both have signed", TriggerApproval: "when the draft of " + what + " is approved",
		TriggerPosted: "when " + what + " is published", TriggerVerified: "when the publication of " + what + " is verified",
		TriggerDate: "at the end of the term", TriggerCampaignEnd: "at the end of the campaign",
	}[t]
}

func netWords(m MilestoneTerms) (words string) {
	if m.NetDays > 0 {
		words = fmt.Sprintf(", payable %d days later", m.NetDays)
	}
	if m.HoldUntil != "" {
		words += ", held until: " + m.HoldUntil
	}
	return words
}

// PlanContract computes the dates of a contract executed at now. Ids are derived from the contract's, so that planning again
// gives the same plan. campaignEnd is the end of the campaign's last day.
func PlanContract(c ContractDates) ContractPlan {
	p := ContractPlan{
		EndsAt: c.Brand.EndOfDay(c.Brand.AddDays(c.Now, c.Terms.DurationDays)), Rounds: c.Terms.RevisionRounds,
		BrandCalendar: c.Brand, CreatorCalendar: c.Creator,
	}
	p.NoticeBy = c.Brand.AddDays(p.EndsAt, -c.Terms.NoticeDays)
	for i, d := range c.Terms.Deliverables {
		p.Deliverables = append(p.Deliverables, c.deliverable(i, d))
	}
	amounts := c.Terms.Amounts(c.Fee)
	for i, m := range c.Terms.Milestones {
		s := MilestoneState{
			ID: DeriveID(c.ID, fmt.Sprintf("milestone/%d", i)), Trigger: m.Trigger, State: "pending", Amount: amounts[i], NetDays: m.NetDays,
			Threshold: m.Threshold, Hold: m.HoldUntil != "",
		}
		if m.Deliverable != nil {
			s.Deliverable = p.Deliverables[*m.Deliverable].ID
		}
		s.At = c.triggerAt(m.Trigger, p.EndsAt)
		p.Milestones = append(p.Milestones, s)
	}
	return p
}

// deliverable is the i-th one of what is executed, with its dates.
func (c ContractDates) deliverable(i int, d DeliverableTerms) DeliverableState {
	due := c.Creator.EndOfDay(c.Creator.AddBusinessDays(c.Now, d.DraftDueDays))
	return DeliverableState{
		ID: DeriveID(c.ID, fmt.Sprintf("deliverable/%d", i)), State: "planned", DraftDue: due,
		PublishBy: c.Creator.EndOfDay(c.Creator.AddBusinessDays(due, d.PublishDays)),
	}
}

// triggerAt is when a trigger by date makes money owed; zero for the others.
func (c ContractDates) triggerAt(t Trigger, endsAt time.Time) time.Time {
	switch t {
	case TriggerDate:
		return endsAt
	case TriggerCampaignEnd:
		return c.CampaignEnd
	case TriggerSignature, TriggerApproval, TriggerPosted, TriggerVerified, TriggerThreshold, TriggerGiven:
	}
	return time.Time{}
}

// ContractDates is what a contract's plan is computed from.
type ContractDates struct {
	ID             [16]byte
	Now            time.Time
	Fee            Money
	Terms          ContractTerms
	Brand, Creator Calendar
	CampaignEnd    time.Time
}
