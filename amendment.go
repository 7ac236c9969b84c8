package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Amendment is what a numbered amendment changes of a running term. Days are those of the creator's calendar for deliverables and of the brand's
// for the end of the term, below zero for earlier.
type Amendment struct {
	Deliverables      []DeliverableTerms `json:"deliverables,omitempty"` // new ones, counted from the day on which both have signed the amendment
	Moved             []DeliverableMove  `json:"moved,omitempty"`
	Dropped           []uuid.UUID        `json:"dropped,omitempty"` // deliverables
	Milestones        []MilestoneAdded   `json:"milestones,omitempty"`
	DroppedMilestones []uuid.UUID        `json:"dropped_milestones,omitempty"` // with those of dropped deliverables, once it is resolved
	EndDays           int                `json:"end_days,omitempty"`
	RevisionRounds    *int               `json:"revision_rounds,omitempty"`
	UsageRightsDays   *int               `json:"usage_rights_days,omitempty"`
	ExclusivityDays   *int               `json:"exclusivity_days,omitempty"`
	AllowlistingDays  *int               `json:"allowlisting_days,omitempty"`
	Extended          []KeyDateExtension `json:"extended,omitempty"`
	Late              *LateTerms         `json:"late,omitempty"`           // for what is not late yet when both have signed
	RenewalOption     *RenewalOption     `json:"renewal_option,omitempty"` // a new one, or another one than before
	DropsOption       bool               `json:"drops_option,omitempty"`
	Clause            string             `json:"clause,omitempty"` // what else the parties agree, in words

	// EndsAt and NoticeBy are what the end and the notice date become: those that were signed, whatever moves meanwhile.
	EndsAt   time.Time `json:"ends_at,omitzero"`
	NoticeBy time.Time `json:"notice_by,omitzero"`
	// Reopens says that the end moves by so much that a renewal which came to nothing is decided anew.
	Reopens bool `json:"reopens,omitempty"`
	// OptionEndsAt is what the last day of an option to renew becomes; zero where there is none, it is over, or nothing moves it.
	OptionEndsAt time.Time `json:"option_ends_at,omitzero"`
}

// DeliverableMove gives a deliverable other dates. DraftDue and PublishBy are what they become, and zero for a date that stays.
type DeliverableMove struct {
	ID          uuid.UUID `json:"id"`
	DraftDays   int       `json:"draft_days,omitempty"`
	PublishDays int       `json:"publish_days,omitempty"`
	DraftDue    time.Time `json:"draft_due,omitzero"`
	PublishBy   time.Time `json:"publish_by,omitzero"`
	// DraftWas and PublishWas are the dates that an amendment moves, as they were when it was drafted; zero in those from before they were kept.
	DraftWas   time.Time `json:"draft_was,omitzero"`
	PublishWas time.Time `json:"publish_was,omitzero"`
}

// MilestoneAdded is money that the amendment promises on top of the fee.
type MilestoneAdded struct {
	Title       string    `json:"title"`
	Trigger     Trigger   `json:"trigger"`
	Deliverable uuid.UUID `json:"deliverable,omitzero"` // zero means all of the term, or the new one
	New         *int      `json:"new,omitempty"`        // index into the new deliverables
	Amount      int64     `json:"amount"`               // minor units of the contract's currency
	NetDays     int       `json:"net_days"`
	OwedOn      string    `json:"owed_on,omitempty"` // as in MilestoneTerms
	HoldUntil   string    `json:"hold_until,omitempty"`
}

// RunningTerm is the term that an amendment changes, as it stands.
type RunningTerm struct {
	ContractID     uuid.UUID
	Number         string
	Stage          Stage
	Renewal        string
	Fee            Money
	Terms          ContractTerms
	EndsAt         time.Time
	NoticeBy       time.Time
	Deliverables   []PartnershipDeliverable
	Milestones     []PartnershipMilestone
	KeyDates       []RunningDate
	Brand, Creator Calendar
}

// AmendedLine is one thing that changes, or stays although it may seem touched, in words.
type AmendedLine struct {
	What string // such as the title of a deliverable
	From string // empty for what is new
	To   string // empty for what falls away
	// Material is what changes more than names, where both are told apart.
	Material bool
}

func (t RunningTerm) deliverable(id uuid.UUID) *PartnershipDeliverable {
	if i := slices.IndexFunc(t.Deliverables, func(d PartnershipDeliverable) bool { return d.ID == id }); i >= 0 {
		return &t.Deliverables[i]
	}
	return nil
}

func (t RunningTerm) milestone(id uuid.UUID) *PartnershipMilestone {
	if i := slices.IndexFunc(t.Milestones, func(m PartnershipMilestone) bool { return m.ID == id }); i >= 0 {
		return &t.Milestones[i]
	}
	return nil
}

// over says that all of the term is done and paid; what its posts may be used for goes on.
func (t RunningTerm) over() bool { return t.Stage != StageActive && t.Stage != StageWrappingUp }

// The states in which a draft is still owed, and those in which a post is.
func draftOwed(state string) bool {
	return slices.Contains([]string{"planned", "brief_sent", "awaiting_draft", "changes_requested", "late"}, state)
}

func postOwed(state string) bool {
	return draftOwed(state) || slices.Contains([]string{"in_review", "approved_to_post", "scheduled"}, state)
}

// Resolve names everything that the term does not let change, and fixes the dates that the amendment leads to.
func (a *Amendment) Resolve(t RunningTerm, now time.Time) []Field {
	var bad []Field
	add := func(path, code, detail string) { bad = append(bad, Field{path, code, detail}) }
	if len(a.Deliverables)+len(a.Moved)+len(a.Dropped)+len(a.Milestones)+len(a.DroppedMilestones)+len(a.Extended) == 0 && a.EndDays == 0 &&
		a.RevisionRounds == nil && a.UsageRightsDays == nil && a.ExclusivityDays == nil && a.AllowlistingDays == nil && a.Late == nil && !a.changesOption() && a.Clause == "" {
		add("changes", "required", "Say what the amendment changes.")
	}
	if len(a.Deliverables) > 0 && t.Stage != StageActive {
		add("deliverables", "term_is_over", "Every piece of this term is done. Another one belongs into the next term.")
	}
	if t.over() && (a.EndDays != 0 || a.RevisionRounds != nil || a.Late != nil || len(a.Moved)+len(a.Dropped) > 0) {
		add("end_days", "term_is_over", "This term is done. What can still change is for how long its posts may be used, and what is paid for that.")
	}
	for i, d := range a.Deliverables {
		path := fmt.Sprintf("deliverables[%d]", i)
		bad = append(append(bad, d.check(path)...), d.checkNear(path, t.Creator, now)...)
	}
	for i := range a.Moved {
		bad = append(bad, a.Moved[i].resolve(fmt.Sprintf("moved[%d]", i), t, now)...)
	}
	for i, id := range a.Dropped {
		switch d := t.deliverable(id); {
		case d == nil:
			add(fmt.Sprintf("dropped[%d]", i), "unknown", "There is no such deliverable in this term.")
		case !postOwed(d.State):
			add(fmt.Sprintf("dropped[%d]", i), "pinned", fmt.Sprintf("“%s” is %s: it cannot fall away any more.", d.Title, strings.ReplaceAll(d.State, "_", " ")))
		}
	}
	for i, id := range a.DroppedMilestones {
		switch m := t.milestone(id); {
		case m == nil:
			add(fmt.Sprintf("dropped_milestones[%d]", i), "unknown", "There is no such part of the fee in this term.")
		case m.State != "pending":
			add(fmt.Sprintf("dropped_milestones[%d]", i), "pinned", fmt.Sprintf("“%s” is owed already. What was owed can only be taken back by a reversal.", m.Title))
		}
	}
	for i, m := range a.Milestones {
		bad = append(bad, m.check(fmt.Sprintf("milestones[%d]", i), *a, t, now)...)
	}
	bad = append(bad, a.resolveTerms(t, now)...)
	if a.Reopens {
		t.Renewal = RenewalNotDue
	}
	bad = append(bad, a.resolveOption(t, now)...)
	bad = append(bad, a.resolveExtended(t, now)...)
	for _, m := range t.Milestones { // what is owed for a piece that falls away falls away with it
		if m.State == "pending" && m.DeliverableID != nil && slices.Contains(a.Dropped, *m.DeliverableID) && !slices.Contains(a.DroppedMilestones, m.ID) {
			a.DroppedMilestones = append(a.DroppedMilestones, m.ID)
		}
	}
	if fee := t.Fee.Amount + a.Adds() - a.Drops(t); len(bad) == 0 && fee <= 0 {
		add("dropped_milestones", "nothing_left", "Nothing of the fee would be left. Terminate the partnership instead.")
	}
	return bad
}

func (a *Amendment) resolveTerms(t RunningTerm, now time.Time) (bad []Field) {
	within := func(path string, n *int, most int, detail string) {
		if n != nil && (*n < 0 || *n > most) {
			bad = append(bad, Field{path, "out_of_range", detail})
		}
	}
	within("revision_rounds", a.RevisionRounds, 10, "Included revision rounds are 0 to 10.")
	within("usage_rights_days", a.UsageRightsDays, maxRightsDays, "Usage rights are 0 to 3,650 days.")
	within("exclusivity_days", a.ExclusivityDays, maxRightsDays, "Exclusivity is 0 to 3,650 days.")
	within("allowlisting_days", a.AllowlistingDays, maxRightsDays, "Allow-listing is 0 to 3,650 days.")
	bad = append(bad, a.Late.check("late")...)
	if len(a.Clause) > 4000 {
		bad = append(bad, Field{"clause", "too_long", "Say it in at most 4,000 characters."})
	}
	a.EndsAt, a.NoticeBy, a.Reopens = t.EndsAt, t.NoticeBy, false
	if a.EndDays == 0 || t.over() {
		return bad
	}
	a.EndsAt, a.NoticeBy = t.Brand.AddDays(t.EndsAt, a.EndDays), t.Brand.AddDays(t.NoticeBy, a.EndDays)
	a.Reopens = a.EndDays > 0 && (t.Renewal == RenewalDeclined || t.Renewal == RenewalLapsed) && a.NoticeBy.After(now)
	open := t.Renewal == RenewalNotDue || t.Renewal == RenewalReviewOpen
	switch {
	case a.EndDays < -1100 || a.EndDays > 1100:
		bad = append(bad, Field{"end_days", "out_of_range", "The end moves by at most 1,100 days."})
	case !a.EndsAt.After(now):
		bad = append(bad, Field{"end_days", "in_the_past", "The term would have ended by now. Terminate the partnership instead."})
	case open && !a.NoticeBy.After(now):
		bad = append(bad, Field{"end_days", "in_the_past", "The day by which the renewal is decided would have passed by now."})
	}
	return bad
}

func (m *DeliverableMove) resolve(path string, t RunningTerm, now time.Time) (bad []Field) {
	add := func(part, code, detail string) { bad = append(bad, Field{path + "." + part, code, detail}) }
	d := t.deliverable(m.ID)
	if d == nil {
		add("deliverable_id", "unknown", "There is no such deliverable in this term.")
		return bad
	}
	state := strings.ReplaceAll(d.State, "_", " ")
	if d.DraftDueAt == nil {
		add("draft_days", "no_date", fmt.Sprintf("“%s” has no date yet: its time begins when the product has arrived.", d.Title))
		return bad
	}
	if m.DraftDays == 0 && m.PublishDays == 0 {
		add("draft_days", "required", "Say by how many days a date moves.")
	}
	if max(m.DraftDays, m.PublishDays) > 730 || min(m.DraftDays, m.PublishDays) < -730 {
		add("draft_days", "out_of_range", "A date moves by at most 730 days.")
		return bad
	}
	draft, publish := orZero(d.DraftDueAt), orZero(d.PublishBy)
	m.DraftWas, m.PublishWas = draft, publish
	if m.DraftDays != 0 {
		if !draftOwed(d.State) {
			add("draft_days", "pinned", fmt.Sprintf("The draft of “%s” is in: it is %s. Only its publication can move.", d.Title, state))
		}
		m.DraftDue = t.Creator.AddDays(draft, m.DraftDays)
		draft = m.DraftDue
	}
	if m.PublishDays != 0 {
		if !postOwed(d.State) {
			add("publish_days", "pinned", fmt.Sprintf("“%s” is %s: its date stays.", d.Title, state))
		}
		m.PublishBy = t.Creator.AddDays(publish, m.PublishDays)
		publish = m.PublishBy
	}
	switch {
	case m.DraftDays != 0 && !draft.After(now):
		add("draft_days", "in_the_past", "The draft would have been due by now.")
	case !publish.After(now) || publish.Before(draft):
		add("publish_days", "before_draft", "The publication would be due before the draft, or by now: move it as well.")
	}
	return bad
}

func (m MilestoneAdded) check(path string, a Amendment, t RunningTerm, now time.Time) (bad []Field) {
	add := func(part, code, detail string) { bad = append(bad, Field{path + "." + part, code, detail}) }
	if m.Title == "" || len(m.Title) > 200 {
		add("title", "required", "Say in at most 200 characters what the money is for.")
	}
	if !slices.Contains([]Trigger{TriggerSignature, TriggerApproval, TriggerPosted, TriggerVerified, TriggerDate, TriggerCampaignEnd}, m.Trigger) {
		add("trigger", "unknown_trigger", fmt.Sprintf("%q does not make money of an amendment owed.", m.Trigger))
	}
	if t.over() && slices.Contains([]Trigger{TriggerDate, TriggerCampaignEnd}, m.Trigger) {
		add("trigger", "term_is_over", "The term has ended: let the signature make the money owed.")
	}
	if days := checkOwedOn(path+".owed_on", m.Trigger, m.OwedOn); len(days) > 0 {
		bad = append(bad, days...)
	} else {
		bad = append(bad, checkOwedBy(path+".owed_on", m.OwedOn, t.Brand, now, t.Brand.AddDays(t.EndsAt, a.EndDays))...)
	}
	for _, f := range CheckMoney("", Money{m.Amount, t.Fee.Currency}) {
		add("amount", f.Code, f.Detail)
	}
	if m.NetDays < 0 || m.NetDays > 365 {
		add("net_days", "out_of_range", "Net days are 0 to 365.")
	}
	if len(m.HoldUntil) > 200 {
		add("hold_until", "too_long", "Say in at most 200 characters what finance waits for.")
	}
	if m.New != nil && (*m.New < 0 || *m.New >= len(a.Deliverables)) {
		add("new", "unknown_deliverable", "There is no new deliverable with this number.")
	}
	if m.Deliverable != uuid.Nil {
		if d := t.deliverable(m.Deliverable); d == nil || slices.Contains(a.Dropped, d.ID) || !postOwed(d.State) && !isPosted(d.State) {
			add("deliverable_id", "unknown_deliverable", "There is no such deliverable that is still owed or was delivered.")
		}
	}
	return bad
}

// Adds is what the amendment promises on top, in minor units of the contract's currency.
func (a *Amendment) Adds() (sum int64) {
	for _, m := range a.Milestones {
		sum += m.Amount
	}
	return sum
}

// Drops is what it takes away of the fee.
func (a *Amendment) Drops(t RunningTerm) (sum int64) {
	for _, id := range a.DroppedMilestones {
		if m := t.milestone(id); m != nil && !m.Bonus {
			sum += m.Amount.Amount
		}
	}
	return sum
}

// Changed are the terms with what the amendment changes of them.
func (a *Amendment) Changed(t ContractTerms) ContractTerms {
	for of, to := range map[*int]*int{&t.RevisionRounds: a.RevisionRounds, &t.UsageRightsDays: a.UsageRightsDays, &t.ExclusivityDays: a.ExclusivityDays, &t.AllowlistingDays: a.AllowlistingDays} {
		if to != nil {
			*of = *to
		}
	}
	if a.Late != nil {
		t.Late = a.Late
	}
	if a.changesOption() {
		t.RenewalOption = a.RenewalOption
	}
	return t
}

// Lines say what a resolved amendment changes.
func (a *Amendment) Lines(t RunningTerm, say Words) []AmendedLine {
	lines := changedLines{say: say}
	add := lines.add
	money := func(n int64) string { return say.Money(Money{n, t.Fee.Currency}) }
	for _, d := range a.Deliverables {
		starts := say.Say("after both have signed this amendment")
		if d.DraftAfter == AfterDelivery {
			starts = say.Say("after the product has arrived, and not before both have signed this amendment")
		}
		if d.DraftDueOn != "" || d.PublishUntil != "" {
			add(d.Title, "", say.Say("A new %s on %s. The draft is due %s; it is published %s.", d.Kind, d.Platform, d.draftWords(say, starts), d.publishWords(say)))
			continue
		}
		add(d.Title, "", say.Say("A new %s on %s. The draft is due %s %s; it is published within %s after that.",
			d.Kind, d.Platform, say.Say("%d business days", d.DraftDueDays), starts, say.Say("%d business days", d.PublishDays)))
	}
	for _, m := range a.Moved {
		d := t.deliverable(m.ID)
		if !m.DraftDue.IsZero() {
			add(say.Say("Draft of “%s”", d.Title), t.Creator.words(say, orZero(d.DraftDueAt)), t.Creator.words(say, m.DraftDue))
		}
		if !m.PublishBy.IsZero() {
			add(say.Say("Publication of “%s”", d.Title), t.Creator.words(say, orZero(d.PublishBy)), t.Creator.words(say, m.PublishBy))
		}
	}
	for _, id := range a.Dropped {
		add(say.quoted(t.deliverable(id).Title), say.Say("owed"), "")
	}
	for _, m := range a.Milestones {
		of := say.Say("all deliverables")
		if m.New != nil {
			of = say.quoted(a.Deliverables[*m.New].Title)
		} else if d := t.deliverable(m.Deliverable); d != nil {
			of = say.quoted(d.Title)
		}
		add(m.Title, "", money(m.Amount)+", "+whenWords(say, m.Trigger, m.OwedOn, of)+netWords(say, MilestoneTerms{NetDays: m.NetDays, HoldUntil: m.HoldUntil}))
	}
	for _, id := range a.DroppedMilestones {
		m := t.milestone(id)
		add(m.Title, say.Money(m.Amount), "")
	}
	if fee := t.Fee.Amount + a.Adds() - a.Drops(t); fee != t.Fee.Amount {
		add(say.Say("Fee in total"), say.Money(t.Fee), money(fee))
	}
	if a.EndDays != 0 {
		add(say.Say("End of the term"), t.Brand.words(say, t.EndsAt), t.Brand.words(say, a.EndsAt))
		add(say.Say("Renewal decided by"), t.Brand.words(say, t.NoticeBy), t.Brand.words(say, a.NoticeBy))
		if a.Reopens {
			add(say.Say("Renewal"), "", say.Say("It had come to nothing, and is decided anew until then."))
		}
	}
	lines.option(a, t)
	lines.rights(t.Terms, a.Changed(t.Terms))
	lines.extended(t, a.Extended)
	if a.Clause != "" {
		add(say.Say("Further"), "", a.Clause)
	}
	return lines.lines
}

// Pinned says what stays as it is although the amendment may seem to touch it, to the house.
func (a *Amendment) Pinned(t RunningTerm, say Words) (lines []AmendedLine) {
	for _, d := range t.Deliverables {
		switch {
		case slices.Contains(a.Dropped, d.ID):
		case d.State == "late" && a.Late != nil && !a.undoesLate(d.ID):
			lines = append(lines, AmendedLine{What: d.Title, To: "It is late, and stays under what was agreed about that before."})
		case d.State == "in_review":
			lines = append(lines, AmendedLine{What: d.Title, To: a.reviewWords(d)})
		case slices.Contains([]string{"approved_to_post", "scheduled"}, d.State):
			lines = append(lines, AmendedLine{What: d.Title, To: "Its approval stays."})
		case isPosted(d.State):
			lines = append(lines, AmendedLine{What: d.Title, To: "It is published, and stays as it was agreed."})
		}
	}
	for _, m := range t.Milestones {
		if m.State != "pending" && m.State != "cancelled" {
			lines = append(lines, AmendedLine{What: m.Title, To: say.Money(m.Amount) + " " + owedWords(PayoutState(m.PayoutState))})
		}
	}
	return append(lines, a.pinnedDates(t, say)...)
}

// reviewWords name the terms that an open review goes on under, and what of the amendment reaches the piece when it is back.
func (a *Amendment) reviewWords(d PartnershipDeliverable) string {
	words := "The review that is open goes on under the terms it began with"
	if d.Policy != "" {
		words += fmt.Sprintf(": the approval policy “%s”, version %d", d.Policy, d.PolicyN)
	}
	if a.RevisionRounds != nil {
		words += ". If it asks for changes, the rounds of this amendment are counted"
	}
	return words + "."
}

// owedWords say why money stays that is owed or paid.
func owedWords(payout PayoutState) string {
	switch payout {
	case PayoutPaid, PayoutPartlyReversed, PayoutReversed:
		return "are paid, and stay as they are."
	case PayoutSubmitted, PayoutUnknown:
		return "are owed and on their way, and stay."
	case PayoutAwaitingApproval:
		return "are owed, and their payment goes on waiting for its approvals."
	case PayoutApproved, PayoutAwaitingPayee, PayoutAwaitingFunds:
		return "are owed and approved, and are paid."
	case PayoutHeld:
		return "are owed, and their payment stays held."
	case PayoutScheduled, PayoutFailed, PayoutCancelled:
	}
	return "are owed already, and stay."
}

// undoesLate says that a piece gets another day for its draft, and with it a new chance to be in time.
func (a *Amendment) undoesLate(id uuid.UUID) bool {
	return slices.ContainsFunc(a.Moved, func(m DeliverableMove) bool { return m.ID == id && !m.DraftDue.IsZero() })
}

// AmendmentText writes a resolved amendment in plain language: what both sign, by its hash.
func AmendmentText(number string, n int, brand, creator string, t RunningTerm, a Amendment) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("AMENDMENT NO. %d\n\nto the collaboration agreement %s\n", n, number)
	p("between %s (the brand)\nand %s (the creator)\n", brand, creator)
	p("1. When both have signed, this changes:")
	for i, l := range a.Lines(t, WordsIn(LegalLocale)) {
		switch {
		case l.From == "":
			p("   %d. %s: %s", i+1, l.What, l.To)
		case l.To == "":
			p("   %d. %s: falls away (%s).", i+1, l.What, l.From)
		default:
			p("   %d. %s: %s, instead of %s.", i+1, l.What, l.To, l.From)
		}
	}
	stays := "\n2. Everything else stays as it was agreed. What is being reviewed goes on under the terms it was handed in under, and what is owed or paid already stays owed or paid."
	if a.Late != nil {
		stays += " What is late already stays under what was agreed about that before."
	}
	p("%s", stays)
	return b.String()
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// PlanAmendment computes what an amendment executed at c.Now adds and moves; c.ID is the amendment's. Ids are derived from it, so that planning
// again gives the same plan. Fee and Terms are those of the term that it changes.
func PlanAmendment(c ContractDates, a Amendment) ContractPlan {
	c.Terms = a.Changed(c.Terms)
	p := ContractPlan{
		EndsAt: a.EndsAt, NoticeBy: a.NoticeBy, Rounds: c.Terms.RevisionRounds, BrandCalendar: c.Brand, CreatorCalendar: c.Creator,
		UsageRightsDays: c.Terms.UsageRightsDays, AllowlistingDays: c.Terms.AllowlistingDays, ExclusivityDays: c.Terms.ExclusivityDays,
		Moved: a.Moved, Dropped: a.Dropped, DroppedMilestones: a.DroppedMilestones, Extended: a.Extended, Late: a.Late, OptionChanged: a.changesOption(),
	}
	if !a.OptionEndsAt.IsZero() && c.Terms.RenewalOption != nil {
		p.Option = &OptionState{Fee: Money{c.Terms.RenewalOption.Fee, c.Fee.Currency}, EndsAt: a.OptionEndsAt}
	}
	for i, d := range a.Deliverables {
		p.Deliverables = append(p.Deliverables, c.deliverable(i, d))
	}
	for i, m := range a.Milestones {
		s := MilestoneState{
			ID: partID(c.ID, i), Trigger: m.Trigger, State: "pending", Amount: Money{m.Amount, c.Fee.Currency}, NetDays: m.NetDays,
			Deliverable: m.Deliverable, Hold: m.HoldUntil != "",
		}
		if m.New != nil {
			s.Deliverable = p.Deliverables[*m.New].ID
		}
		c.setDate(&s, m.OwedOn, a.EndsAt)
		p.Milestones = append(p.Milestones, s)
	}
	return p
}

// AmendmentDraft is an amendment as somebody of the brand drafts it.
type AmendmentDraft struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	Changes       Amendment
	Reason        string // of the house, not in the text
	By            uuid.UUID
	At            time.Time
}

// AmendmentPreview is what an amendment would change, before anybody has sent it.
type AmendmentPreview struct {
	ContractID uuid.UUID
	Number     string // of the amendment
	Changes    []AmendedLine
	Pinned     []AmendedLine
	FeeNow     Money
	FeeThen    Money
	Text       string
	Slots      []Slot // of what moves and of what is new
	Ahead      AmendmentAhead
}

// SignedRef names an amendment, or the contract that one changes.
type SignedRef struct {
	ID         uuid.UUID
	Number     string
	State      string
	CreatedAt  time.Time
	ExecutedAt *time.Time
}
