package rapport

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// Trigger is what makes a milestone's money owed.
type Trigger string

// The triggers of a milestone.
const (
	TriggerSignature   Trigger = "signature"    // both have signed
	TriggerApproval    Trigger = "approval"     // the content is approved
	TriggerPosted      Trigger = "posted"       // the post's address is reported and found
	TriggerVerified    Trigger = "verified"     // the first verification passed
	TriggerDate        Trigger = "date"         // a day that the terms name, or the end of the term
	TriggerCampaignEnd Trigger = "campaign_end" // the campaign's last day has ended
	TriggerThreshold   Trigger = "threshold"    // a number of the post has reached what was agreed
	TriggerGiven       Trigger = "given"        // a person of the brand gave a bonus; no contract can have it
)

// DeliverableTerms is one piece of content that a contract asks for.
type DeliverableTerms struct {
	Title    string `json:"title"`
	Platform string `json:"platform"`
	Kind     string `json:"kind"`
	// DraftDueDays are business days of the creator after the contract is executed, or after DraftAfter.
	DraftDueDays int `json:"draft_due_days"`
	// DraftAfter is what the draft's time begins with: empty for the signature, or AfterDelivery.
	DraftAfter string `json:"draft_after,omitempty"`
	// PublishDays are business days after the draft's due date until the publish window ends.
	PublishDays int `json:"publish_days"`
	// DraftDueOn and PublishUntil are days of the creator's zone, such as 2027-03-14, that take the place of the two spans; PublishFrom is the first day of the
	// window that PublishUntil ends. Empty where the spans count.
	DraftDueOn   string `json:"draft_due_on,omitempty"`
	PublishFrom  string `json:"publish_from,omitempty"`
	PublishUntil string `json:"publish_until,omitempty"`
	// CampaignDate is the date of its campaign that it is for; none for no particular one. Its own days count: where they lie beside that date, it is a conflict.
	CampaignDate uuid.UUID `json:"campaign_date,omitzero"`
}

// AfterDelivery says that the time for a draft begins when the product has arrived at the creator.
const AfterDelivery = "product_delivered"

// startWords say what the time for the draft begins with.
func (d DeliverableTerms) startWords(say Words) string {
	if d.DraftAfter == AfterDelivery {
		return say.Say("after the product has arrived, and not before both have signed")
	}
	return say.Say("after both have signed")
}

// MilestoneTerms is one share of the fee, or a bonus on top of it, and what makes it owed.
type MilestoneTerms struct {
	Title   string  `json:"title"`
	Trigger Trigger `json:"trigger"`
	// Deliverable is an index into the deliverables; nil means all of them.
	Deliverable *int `json:"deliverable,omitempty"`
	// Percent is the share of the fee; 0 for a bonus.
	Percent int `json:"percent"`
	NetDays int `json:"net_days"`
	// OwedOn is the day of the brand's zone, such as 2027-03-14, on which what is owed by date is owed; empty for the end of the term, which is also the
	// latest that it is owed.
	OwedOn string `json:"owed_on,omitempty"`
	// Bonus is in minor units of the fee's currency and paid on top of the fee; 0 for a share of it.
	Bonus     int64      `json:"bonus,omitempty"`
	Threshold *Threshold `json:"threshold,omitempty"` // of a bonus that is owed when it is reached
	// HoldUntil says in words what a person of finance must have seen before the money leaves, such as an invoice; empty holds nothing.
	HoldUntil string `json:"hold_until,omitempty"`
}

// ContractTerms is what a contract will say: deliverables, the payment schedule, dates and rights.
type ContractTerms struct {
	Deliverables    []DeliverableTerms `json:"deliverables"`
	Milestones      []MilestoneTerms   `json:"milestones"`
	RevisionRounds  int                `json:"revision_rounds"`
	DurationDays    int                `json:"duration_days"`
	NoticeDays      int                `json:"notice_days"`
	UsageRightsDays int                `json:"usage_rights_days,omitempty"`
	ExclusivityDays int                `json:"exclusivity_days,omitempty"`
	// AllowlistingDays is for how long after publication the brand may advertise with the post from the creator's account.
	AllowlistingDays int            `json:"allowlisting_days,omitempty"`
	RenewalOption    *RenewalOption `json:"renewal_option,omitempty"`
	ExtraClauses     string         `json:"extra_clauses,omitempty"`
	// Late says when something is late and what follows from it; nil for the usual grace and no consequence.
	Late *LateTerms `json:"late,omitempty"`
}

// Check names every bad field of the terms under path.
func (t ContractTerms) Check(path string) []Field {
	var f []Field
	add := func(p, code, detail string) { f = append(f, Field{path + "." + p, code, detail}) }
	if len(t.Deliverables) == 0 || len(t.Deliverables) > maxPieces {
		add("deliverables", "count", "A contract has 1 to 20 deliverables.")
	}
	for i, d := range t.Deliverables {
		f = append(f, d.check(fmt.Sprintf("%s.deliverables[%d]", path, i))...)
	}
	if len(t.Milestones) == 0 || len(t.Milestones) > 20 {
		add("milestones", "count", "A contract has 1 to 20 milestones.")
	}
	sum := 0
	for i, m := range t.Milestones {
		p := fmt.Sprintf("milestones[%d]", i)
		sum += m.Percent
		if m.Title == "" {
			add(p+".title", "required", "Give the milestone a title.")
		}
		switch m.Trigger {
		case TriggerSignature, TriggerApproval, TriggerPosted, TriggerVerified, TriggerDate, TriggerCampaignEnd, TriggerThreshold:
		default:
			add(p+".trigger", "unknown_trigger", fmt.Sprintf("%q is not a trigger.", m.Trigger))
		}
		for _, bad := range m.checkPart() {
			add(p+"."+bad.Path, bad.Code, bad.Detail)
		}
		if m.NetDays < 0 || m.NetDays > 365 {
			add(p+".net_days", "out_of_range", "Net days are 0 to 365.")
		}
		if m.Deliverable != nil && (*m.Deliverable < 0 || *m.Deliverable >= len(t.Deliverables)) {
			add(p+".deliverable", "unknown_deliverable", "There is no deliverable with this number.")
		}
	}
	if len(t.Milestones) > 0 && sum != 100 {
		add("milestones", "percent_sum", fmt.Sprintf("The milestones sum to %d percent, not to 100.", sum))
	}
	if t.RevisionRounds < 0 || t.RevisionRounds > 10 {
		add("revision_rounds", "out_of_range", "Included revision rounds are 0 to 10.")
	}
	if t.DurationDays < 1 || t.DurationDays > 1100 {
		add("duration_days", "out_of_range", "A contract lasts 1 to 1,100 days.")
	}
	if t.NoticeDays < 0 || t.NoticeDays >= max(t.DurationDays, 1) {
		add("notice_days", "out_of_range", "The notice date must lie inside the contract's duration.")
	}
	for name, days := range map[string]int{"usage_rights_days": t.UsageRightsDays, "allowlisting_days": t.AllowlistingDays, "exclusivity_days": t.ExclusivityDays} {
		if days < 0 || days > maxRightsDays {
			add(name, "out_of_range", "Rights last 0 to 3,650 days after publication.")
		}
	}
	f = append(f, t.RenewalOption.check(path+".renewal_option", t)...)
	return append(f, t.Late.check(path+".late")...)
}

// maxRightsDays is the longest that a right of a post may last, ten years.
const maxRightsDays = 3650

func (d DeliverableTerms) check(path string) (f []Field) {
	add := func(p, code, detail string) { f = append(f, Field{path + "." + p, code, detail}) }
	if d.Title == "" {
		add("title", "required", "Give the deliverable a title.")
	}
	if d.Platform == "" {
		add("platform", "required", "Say on which platform it is published.")
	}
	if d.DraftDueOn == "" && (d.DraftDueDays < 1 || d.DraftDueDays > 730) {
		add("draft_due_days", "out_of_range", "A draft is due 1 to 730 business days after signing.")
	}
	if d.DraftAfter != "" && d.DraftAfter != AfterDelivery {
		add("draft_after", "unknown_value", "The time for a draft begins with the signature or with the delivery of the product.")
	}
	if d.PublishUntil == "" && (d.PublishDays < 1 || d.PublishDays > 730) {
		add("publish_days", "out_of_range", "The publish window ends 1 to 730 business days after the draft is due.")
	}
	return append(f, d.checkDays(path)...)
}

// CheckAmounts refuses a schedule in which a share of the fee rounds to nothing or a bonus cannot be paid in the fee's currency; path
// is where the terms stand.
func (t ContractTerms) CheckAmounts(path string, fee Money) []Field {
	if len(CheckMoney("", fee)) > 0 {
		return nil
	}
	var f []Field
	for i, amount := range t.Amounts(fee) {
		at := fmt.Sprintf("%s.milestones[%d]", path, i)
		switch {
		case t.Milestones[i].Bonus > 0:
			for _, bad := range CheckMoney("", amount) {
				f = append(f, Field{at + ".bonus", bad.Code, bad.Detail})
			}
		case amount.Amount <= 0 && t.Milestones[i].Percent > 0:
			f = append(f, Field{at + ".percent", "rounds_to_zero", "This share of the fee rounds to nothing."})
		}
	}
	return append(f, t.RenewalOption.checkFee(path+".renewal_option.fee", t, fee.Currency)...)
}

// Amounts are what each milestone pays: its share of the fee, or its bonus.
func (t ContractTerms) Amounts(fee Money) []Money {
	var percents []int
	for _, m := range t.Milestones {
		if m.Bonus == 0 {
			percents = append(percents, m.Percent)
		}
	}
	shares, amounts := fee.Split(percents), make([]Money, len(t.Milestones))
	for i, m := range t.Milestones {
		if m.Bonus != 0 {
			amounts[i] = Money{m.Bonus, fee.Currency}
			continue
		}
		amounts[i], shares = shares[0], shares[1:]
	}
	return amounts
}

// Bonuses is what all bonuses may come to on top of the fee, in minor units of its currency.
func (t ContractTerms) Bonuses() (sum int64) {
	for _, m := range t.Milestones {
		sum += m.Bonus
	}
	return sum
}

// DefaultTerms are the terms a new campaign starts from: 30 % on signature, 40 % on approval, 30 % after verification.
func DefaultTerms() ContractTerms {
	first := 0
	return ContractTerms{
		Deliverables: []DeliverableTerms{{Title: "Launch video", Platform: "youtube", Kind: "video", DraftDueDays: 10, PublishDays: 10}},
		Milestones: []MilestoneTerms{
			{Title: "On signature", Trigger: TriggerSignature, Percent: 30},
			{Title: "On approval", Trigger: TriggerApproval, Deliverable: &first, Percent: 40},
			{Title: "Ten days after verification", Trigger: TriggerVerified, Deliverable: &first, Percent: 30, NetDays: 10},
		},
		RevisionRounds: 2, DurationDays: 180, NoticeDays: 30,
	}
}

// Timings are the product's default spans, pinned by the partnership that uses them. Days are calendar days of
// the calendar they are counted on unless the name says business days.
type Timings struct {
	OfferExpiryDays        int           `json:"offer_expiry_days"`
	OfferReminderDays      []int         `json:"offer_reminder_days"` // before the expiry
	SignatureExpiryDays    int           `json:"signature_expiry_days"`
	SignatureFirstReminder int           `json:"signature_first_reminder"`
	SignatureReminderEvery int           `json:"signature_reminder_every"`
	SignatureMaxReminders  int           `json:"signature_max_reminders"`
	DraftReminderDays      int           `json:"draft_reminder_days"` // before the draft is due
	DraftGrace             time.Duration `json:"draft_grace"`         // of a production day
	RevisionBusinessDays   int           `json:"revision_business_days"`
	VerifyAgainDays        []int         `json:"verify_again_days"` // after posting
	CureGrace              time.Duration `json:"cure_grace"`
	AutoReplyPauseDays     int           `json:"auto_reply_pause_days"`            // business days
	RenewalReviewDays      int           `json:"renewal_review_days"`              // before the end
	RenewalLadderDays      []int         `json:"renewal_ladder_days"`              // before the notice date
	KeyDateLadderDays      []int         `json:"key_date_ladder_days,omitempty"`   // before a key date
	KeyDateEscalateDays    int           `json:"key_date_escalate_days,omitempty"` // before it, those who lead are asked too
	PayeeReminderDays      int           `json:"payee_reminder_days"`
	TaskDueBusinessDays    int           `json:"task_due_business_days"`
	ReviewRemindersPercent []int         `json:"review_reminders_percent"`
	ReviewSilencePercent   int           `json:"review_silence_percent"`
	ReconcileUnknownEvery  time.Duration `json:"reconcile_unknown_every"` // of real time: a rule about the outside
	CoolOffDays            int           `json:"cool_off_days"`
	UnreachableRetry       time.Duration `json:"unreachable_retry"`
	UnreachableRetries     int           `json:"unreachable_retries"`
	ConversationQuietDays  int           `json:"conversation_quiet_days"` // business days until the owner is reminded
	PublishReminderDays    int           `json:"publish_reminder_days"`
	// SoftBounceRetries is how often a mail that bounced softly is sent again, each time after SoftBounceRetry of a production day.
	SoftBounceRetries int           `json:"soft_bounce_retries,omitempty"`
	SoftBounceRetry   time.Duration `json:"soft_bounce_retry,omitempty"`
	// LongSleepDays is how long a sleep is before which a partnership's workflow starts its history afresh, and RunEvents after how many events it
	// does so in any case. Partnerships from before these were pinned do it after 7 days of 24 hours, and 1,000 events.
	LongSleepDays int `json:"long_sleep_days,omitempty"`
	RunEvents     int `json:"run_events,omitempty"`
	// FirstAnswerDays and NextAnswerDays are business days in which the creator's first reply, and each later one, is to be answered.
	FirstAnswerDays int `json:"first_answer_days,omitempty"`
	NextAnswerDays  int `json:"next_answer_days,omitempty"`
	// ExtensionAnswerDays are business days in which a creator's request for later dates is to be answered.
	ExtensionAnswerDays int `json:"extension_answer_days,omitempty"`
	// PlannedPostGrace is how long after the planned time, of a production day, the creator is asked whether the content is out.
	PlannedPostGrace time.Duration `json:"planned_post_grace,omitempty"`
	// ProductWaitDays are business days after which somebody looks where the product is that a draft waits for.
	ProductWaitDays int `json:"product_wait_days,omitempty"`
}

// DefaultTimings are the product's defaults.
func DefaultTimings() Timings {
	return Timings{
		OfferExpiryDays: 7, OfferReminderDays: []int{3, 1},
		SignatureExpiryDays: 14, SignatureFirstReminder: 5, SignatureReminderEvery: 2, SignatureMaxReminders: 5,
		DraftReminderDays: 2, DraftGrace: 24 * time.Hour, RevisionBusinessDays: 3,
		VerifyAgainDays: []int{1, 7}, CureGrace: 48 * time.Hour,
		AutoReplyPauseDays: 3, RenewalReviewDays: 90, RenewalLadderDays: []int{60, 30, 14, 7, 1},
		KeyDateLadderDays: []int{90, 60, 30, 14, 7, 1}, KeyDateEscalateDays: 7,
		PayeeReminderDays: 3, TaskDueBusinessDays: 2,
		ReviewRemindersPercent: []int{50, 80}, ReviewSilencePercent: 150,
		ReconcileUnknownEvery: 6 * time.Hour, CoolOffDays: 90,
		UnreachableRetry: 6 * time.Hour, UnreachableRetries: 3, ConversationQuietDays: 3, PublishReminderDays: 1,
		FirstAnswerDays: 1, NextAnswerDays: 2, SoftBounceRetries: 3, SoftBounceRetry: 16 * time.Hour, ExtensionAnswerDays: 2, ProductWaitDays: 5,
		PlannedPostGrace: 24 * time.Hour, LongSleepDays: 7, RunEvents: 400,
	}
}
