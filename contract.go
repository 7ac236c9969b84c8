package rapport

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ContractParts is what the text of a contract is made of.
type ContractParts struct {
	Brand, BrandAddress, Creator, Campaign, Brief string
	Term                                          int
	Fee                                           Money
	Terms                                         ContractTerms
	Market                                        string // the creator's country, empty for unknown
	Regulated                                     string // the campaign's category, if law is strict about it
}

// ContractText writes a contract from its clauses. The text is what both sign, by its hash.
func ContractText(c ContractParts, clauses []DraftedClause) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("COLLABORATION AGREEMENT\n")
	p("between %s, %s (the brand)", c.Brand, c.BrandAddress)
	p("and %s (the creator)\n", c.Creator)
	for i, clause := range clauses {
		p("%d. %s. %s\n", i+1, clause.Title, clause.Body)
	}
	return b.String()
}

// facts are what the contract's clauses are chosen by.
func (c ContractParts) facts() ClauseFacts {
	f := ClauseFacts{Market: c.Market, Regulated: c.Regulated, PaidUsage: c.Terms.UsageRightsDays > 0}
	for _, d := range c.Terms.Deliverables {
		f.Platforms = append(f.Platforms, d.Platform)
	}
	return f
}

// values are the words of the variables: see ClauseVariables. What the contract has not is empty.
func (c ContractParts) values() map[string]string {
	days := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	return map[string]string{
		"brand.name": c.Brand, "brand.postal_address": c.BrandAddress, "creator.name": c.Creator, "campaign.name": c.Campaign, "campaign.brief": c.Brief,
		"term": strconv.Itoa(c.Term), "deliverables": c.deliverableList(), "revision_rounds": strconv.Itoa(c.Terms.RevisionRounds), "fee": c.Fee.String(),
		"payment_parts": c.paymentList(false), "bonus_parts": c.paymentList(true), "duration_days": strconv.Itoa(c.Terms.DurationDays), "notice_days": strconv.Itoa(c.Terms.NoticeDays),
		"usage_rights_days": days(c.Terms.UsageRightsDays), "exclusivity_days": days(c.Terms.ExclusivityDays), "allowlisting_days": days(c.Terms.AllowlistingDays),
		"option_fee": c.Terms.RenewalOption.feeWords(c.Fee.Currency), "option_notice_days": days(c.Terms.RenewalOption.noticeDays()), "extra_clauses": strings.TrimSpace(c.Terms.ExtraClauses),
	}
}

func (c ContractParts) deliverableList() string {
	say := WordsIn(LegalLocale)
	lines := make([]string, 0, len(c.Terms.Deliverables)+1)
	for i, d := range c.Terms.Deliverables {
		publish := d.publishWords(say)
		if d.PublishUntil == "" {
			publish = fmt.Sprintf("within %d business days after that", d.PublishDays)
		}
		lines = append(lines, fmt.Sprintf("   %d. %s (%s on %s). The draft is due %s; it is published %s.", i+1, d.Title, d.Kind, d.Platform, d.draftWords(say, d.startWords(say)), publish))
	}
	if words := c.Terms.Late.words(say); words != "" {
		lines = append(lines, "   "+words)
	}
	return strings.Join(lines, "\n")
}

func (c ContractParts) paymentList(bonus bool) string {
	say := WordsIn(LegalLocale)
	var lines []string
	for i, amount := range c.Terms.Amounts(c.Fee) {
		if m := c.Terms.Milestones[i]; (m.Bonus > 0) == bonus {
			lines = append(lines, fmt.Sprintf("   %d. %s: %s, %s%s.", i+1, m.Title, amount, triggerWords(say, m, c.Terms), netWords(say, m)))
		}
	}
	return strings.Join(lines, "\n")
}

// SampleContract is a contract that has something of everything, to show clauses with.
func SampleContract() ContractParts {
	first := 0
	terms := DefaultTerms()
	terms.UsageRightsDays, terms.AllowlistingDays, terms.ExclusivityDays, terms.ExtraClauses = 90, 60, 30, "The creator mentions the shop's opening hours."
	terms.RenewalOption = &RenewalOption{Fee: 130_000, NoticeDays: 45}
	terms.Milestones = append(terms.Milestones, MilestoneTerms{
		Title: "100,000 views", Trigger: TriggerThreshold, Deliverable: &first, Bonus: 25_000, Threshold: &Threshold{Metric: MetricViews, AtLeast: 100_000, WithinDays: 30},
	})
	return ContractParts{
		Brand: "Example Brand", BrandAddress: "1 Example Street, Berlin", Creator: "Sam Sample", Campaign: "Spring launch", Brief: "Show how you use it.", Term: 1,
		Fee: Money{120_000, "eur"}, Terms: terms, Market: "DE",
	}
}

func triggerWords(say Words, m MilestoneTerms, t ContractTerms) string {
	what := say.Say("all deliverables")
	if m.Deliverable != nil {
		what = say.quoted(t.Deliverables[*m.Deliverable].Title)
	}
	if m.Trigger == TriggerThreshold {
		return say.Say("when %s has %d %s within %s after publication", what, m.Threshold.AtLeast, say.Say(string(m.Threshold.Metric)), say.Say("%d days", m.Threshold.WithinDays))
	}
	return whenWords(say, m.Trigger, m.OwedOn, what)
}

// whenWords say when a trigger about something makes money owed; day is that of the terms, empty for none.
func whenWords(say Words, t Trigger, day, what string) string {
	switch t { //nolint:exhaustive // the others are not agreed on
	case TriggerSignature:
		return say.Say("when both have signed")
	case TriggerApproval:
		return say.Say("when the draft of %s is approved", what)
	case TriggerPosted:
		return say.Say("when %s is published", what)
	case TriggerVerified:
		return say.Say("when the publication of %s is verified", what)
	case TriggerDate:
		if on := dayOf(day); !on.IsZero() {
			return say.Say("on %s, or when both have signed if that is later, and at the end of the term at the latest", say.Day(on))
		}
		return say.Say("at the end of the term")
	case TriggerCampaignEnd:
		return say.Say("at the end of the campaign")
	}
	return ""
}

func netWords(say Words, m MilestoneTerms) (words string) {
	if m.NetDays > 0 {
		words = say.Say(", payable %s later", say.Say("%d days long", m.NetDays))
	}
	if m.HoldUntil != "" {
		words += say.Say(", held until: %s", m.HoldUntil)
	}
	return words
}

// PlanContract computes the dates of a contract executed at now. Ids are derived from the contract's, so that planning again
// gives the same plan. campaignEnd is the end of the campaign's last day.
func PlanContract(c ContractDates) ContractPlan {
	p := ContractPlan{
		EndsAt: c.Brand.EndOfDay(c.Brand.AddDays(c.Now, c.Terms.DurationDays)), Rounds: c.Terms.RevisionRounds, Late: c.Terms.Late,
		BrandCalendar: c.Brand, CreatorCalendar: c.Creator,
		UsageRightsDays: c.Terms.UsageRightsDays, AllowlistingDays: c.Terms.AllowlistingDays, ExclusivityDays: c.Terms.ExclusivityDays,
	}
	p.NoticeBy = c.Brand.AddDays(p.EndsAt, -c.Terms.NoticeDays)
	p.Option = c.option(p.EndsAt)
	for i, d := range c.Terms.Deliverables {
		p.Deliverables = append(p.Deliverables, c.deliverable(i, d))
	}
	amounts := c.Terms.Amounts(c.Fee)
	for i, m := range c.Terms.Milestones {
		s := MilestoneState{
			ID: partID(c.ID, i), Trigger: m.Trigger, State: "pending", Amount: amounts[i], NetDays: m.NetDays,
			Threshold: m.Threshold, Hold: m.HoldUntil != "",
		}
		if m.Deliverable != nil {
			s.Deliverable = p.Deliverables[*m.Deliverable].ID
		}
		c.setDate(&s, m.OwedOn, p.EndsAt)
		p.Milestones = append(p.Milestones, s)
	}
	return p
}

// deliverable is the i-th one of what is executed, with its dates.
func (c ContractDates) deliverable(i int, d DeliverableTerms) DeliverableState {
	s := DeliverableState{ID: pieceID(c.ID, i), State: "planned"}
	if d.DraftAfter == AfterDelivery {
		s.Product = &ProductState{DraftDays: d.DraftDueDays, PublishDays: d.PublishDays, Signed: c.Now}
		return s
	}
	s.DraftDue = d.draftDue(c.Creator, c.Now)
	s.PublishFrom, s.PublishBy = d.window(c.Creator, s.DraftDue)
	return s
}

// setDate sets when a trigger by date makes money owed: on a day of the terms, if they name one. The others have no date.
func (c ContractDates) setDate(m *MilestoneState, day string, endsAt time.Time) {
	switch m.Trigger {
	case TriggerDate:
		m.On, m.At = fixedDay(c.Brand, day, endsAt)
	case TriggerCampaignEnd:
		m.At = c.CampaignEnd
	case TriggerSignature, TriggerApproval, TriggerPosted, TriggerVerified, TriggerThreshold, TriggerGiven:
	}
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
