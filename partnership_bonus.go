package rapport

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// HoldTerms is the code of a hold that the contract asks for: a person of finance lets the money go.
const HoldTerms = "terms"

// Metric is a number of a post that a bonus can depend on. Each only grows, so that a late look can prove that it was not reached.
type Metric string

// The metrics.
const (
	MetricViews       Metric = "views"
	MetricLikes       Metric = "likes"
	MetricComments    Metric = "comments"
	MetricShares      Metric = "shares"
	MetricSaves       Metric = "saves"
	MetricClicks      Metric = "clicks"
	MetricConversions Metric = "conversions"
)

// Metrics lists every metric.
func Metrics() []Metric {
	return []Metric{MetricViews, MetricLikes, MetricComments, MetricShares, MetricSaves, MetricClicks, MetricConversions}
}

// Threshold is what a number of a post must reach for a bonus.
type Threshold struct {
	Metric  Metric `json:"metric"`
	AtLeast int64  `json:"at_least"`
	// WithinDays are days of the creator's calendar after publication; the last one counts to its end.
	WithinDays int `json:"within_days"`
}

// PostNumber is a number of a post as it stood at a moment, and where a person read it.
type PostNumber struct {
	ID            uuid.UUID
	DeliverableID uuid.UUID
	Metric        Metric
	Value         int64
	StoodAt       time.Time
	Source        string // where it was read, in words
	URL           string
	EnteredBy     UserRef
	EnteredAt     time.Time
}

// Check names every bad field of a number that is being entered at now.
func (n PostNumber) Check(now time.Time) (f []Field) {
	add := func(path, code, detail string) { f = append(f, Field{path, code, detail}) }
	if !slices.Contains(Metrics(), n.Metric) {
		add("metric", "unknown_metric", fmt.Sprintf("%q is not a number that a bonus can depend on.", n.Metric))
	}
	if n.Value < 0 || n.Value > 1_000_000_000_000 {
		add("value", "out_of_range", "A number is 0 to 1,000,000,000,000.")
	}
	if n.StoodAt.After(now) {
		add("stood_at", "in_the_future", "Say what the number was at a moment that has passed.")
	}
	if n.Source == "" || len(n.Source) > 500 {
		add("source", "required", "Say in at most 500 characters where the number was read, such as the creator's statistics page.")
	}
	if u, err := url.Parse(n.URL); n.URL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || len(n.URL) > 2000) {
		add("url", "bad_url", "Give an address that starts with https://.")
	}
	return f
}

// GivenBonus is what a person of the brand gave on top of the contract.
type GivenBonus struct {
	ID            uuid.UUID
	PartnershipID uuid.UUID
	DeliverableID *uuid.UUID // what it is for; nil for no piece in particular
	Amount        Money
	Reason        string
	By            UserRef
	At            time.Time
}

// Check names every bad field of a bonus that is being given.
func (b GivenBonus) Check() []Field {
	f := CheckMoney("amount", b.Amount)
	if b.Reason == "" || len(b.Reason) > 190 {
		f = append(f, Field{"reason", "required", "Say in at most 190 characters what it is for: the creator reads it."})
	}
	return f
}

// Words say it after "has"; a nil threshold has none.
func (t *Threshold) Words() string {
	if t == nil {
		return ""
	}
	return message.NewPrinter(language.English).Sprintf("%d %s within %d days after publication", t.AtLeast, t.Metric, t.WithinDays)
}

// checkPart names what is wrong with what a milestone pays: a share of the fee, or a bonus.
func (m MilestoneTerms) checkPart() (f []Field) {
	add := func(path, code, detail string) { f = append(f, Field{path, code, detail}) }
	switch {
	case m.Bonus < 0:
		add("bonus", "not_positive", "A bonus is above zero.")
	case m.Bonus > 0 && m.Percent != 0:
		add("percent", "bonus_is_no_share", "A bonus is paid on top of the fee; its share of the fee is 0.")
	case m.Bonus == 0 && (m.Percent < 1 || m.Percent > 100):
		add("percent", "out_of_range", "A milestone is 1 to 100 percent of the fee.")
	}
	if len(m.HoldUntil) > 200 {
		add("hold_until", "too_long", "Say in at most 200 characters what finance waits for.")
	}
	f = append(f, checkOwedOn("owed_on", m.Trigger, m.OwedOn)...)
	if (m.Trigger == TriggerThreshold) != (m.Threshold != nil) {
		add("threshold", "required", "Say which number must be reached, and choose that as what makes the money owed.")
	}
	if m.Trigger != TriggerThreshold || m.Threshold == nil {
		return f
	}
	if m.Bonus == 0 {
		add("bonus", "required", "What depends on a number is a bonus on top of the fee: say how much.")
	}
	if m.Deliverable == nil {
		add("deliverable", "required", "Say which deliverable's number counts.")
	}
	if !slices.Contains(Metrics(), m.Threshold.Metric) {
		add("threshold.metric", "unknown_metric", fmt.Sprintf("%q is not a number that a bonus can depend on.", m.Threshold.Metric))
	}
	if m.Threshold.AtLeast < 1 || m.Threshold.AtLeast > 1_000_000_000_000 {
		add("threshold.at_least", "out_of_range", "The number to reach is 1 to 1,000,000,000,000.")
	}
	if m.Threshold.WithinDays < 1 || m.Threshold.WithinDays > 365 {
		add("threshold.within_days", "out_of_range", "It counts for 1 to 365 days after publication.")
	}
	return f
}

// countFrom starts the time in which the numbers of a deliverable count.
func (p *Partnership) countFrom(now time.Time, d *DeliverableState) {
	for i := range p.Milestones {
		if m := &p.Milestones[i]; m.Trigger == TriggerThreshold && m.State == "pending" && m.Deliverable == d.ID {
			p.closeNumber(m)
			m.CountsUntil = p.CreatorCalendar.EndOfDay(p.CreatorCalendar.AddDays(now, m.Threshold.WithinDays))
			p.change(Change{Noun: "milestone", ID: m.ID, State: "counting", At: now, Until: m.CountsUntil})
			p.arm(timerNumber, m.ID, 0, m.CountsUntil)
		}
	}
}

// numberDue asks for the number that a bonus depends on. The money stays open until somebody says what it was.
func (p *Partnership) numberDue(now time.Time, milestone uuid.UUID) {
	m := p.milestone(milestone)
	if m == nil || m.State != "pending" {
		return
	}
	p.fact(now, Fact{Kind: "number_due", Ref: m.ID, Ref2: m.Deliverable, Amount: m.Amount})
	p.task(TaskChange{Key: numberTask(m), Kind: "enter_number", Code: string(m.Threshold.Metric), OwnerID: p.OwnerID, Ref: m.Deliverable, Due: p.taskDue(now)})
}

func numberTask(m *MilestoneState) string { return "number/" + m.ID.String() }

func (p *Partnership) closeNumber(m *MilestoneState) {
	if m.Trigger == TriggerThreshold {
		p.disarm(timerNumber, m.ID)
		p.closeTask(numberTask(m))
	}
}

func (p *Partnership) milestone(id uuid.UUID) *MilestoneState {
	for i := range p.Milestones {
		if p.Milestones[i].ID == id {
			return &p.Milestones[i]
		}
	}
	return nil
}

// counts says that a bonus depends on the metric of the deliverable and is not decided.
func (m *MilestoneState) counts(deliverable uuid.UUID, metric Metric) bool {
	return m.Trigger == TriggerThreshold && m.State == "pending" && m.Deliverable == deliverable && m.Threshold.Metric == metric
}

// allowedBonus says why a command about a bonus would be refused now.
func (p *Partnership) allowedBonus(cmd Command, now time.Time) *Refusal {
	if !p.in(StageActive, StageWrappingUp) {
		return p.refuse("wrong_stage")
	}
	switch cmd.Kind { //nolint:exhaustive // the others are not about a bonus
	case CmdDropBonus:
		if m := p.milestone(cmd.Ref); m == nil || m.Trigger != TriggerThreshold || m.State != "pending" {
			return p.refuse("no_bonus_waits")
		}
	case CmdGiveBonus:
		if cmd.Ref2 != uuid.Nil && p.deliverable(cmd.Ref2) == nil {
			return p.refuse("deliverable_unknown")
		}
	case CmdRecordNumber:
		return p.allowedNumber(cmd, now)
	}
	return nil
}

// allowedNumber refuses a number that cannot have been read, and one that proves nothing: read after the time in which it counts, it may
// have been reached too late.
func (p *Partnership) allowedNumber(cmd Command, now time.Time) *Refusal {
	d := p.deliverable(cmd.Ref)
	if d == nil {
		return p.refuse("deliverable_unknown")
	}
	if d.PostedAt.IsZero() || cmd.Until.Before(d.PostedAt) || cmd.Until.After(now) {
		return &Refusal{Code: "number_before_post", State: d.State, At: d.PostedAt}
	}
	waits := false
	for i := range p.Milestones {
		m := &p.Milestones[i]
		if !m.counts(d.ID, Metric(cmd.Code)) {
			continue
		}
		waits = true
		if !cmd.Until.After(m.CountsUntil) || cmd.N < m.Threshold.AtLeast {
			return nil
		}
	}
	if !waits {
		return p.refuse("no_bonus_waits")
	}
	return &Refusal{Code: "number_too_late", State: d.State, At: p.lastCount(d.ID, Metric(cmd.Code))}
}

// lastCount is until when the metric of the deliverable counts.
func (p *Partnership) lastCount(deliverable uuid.UUID, metric Metric) (last time.Time) {
	for i := range p.Milestones {
		if m := &p.Milestones[i]; m.counts(deliverable, metric) && m.CountsUntil.After(last) {
			last = m.CountsUntil
		}
	}
	return last
}

// recordNumber decides each bonus that the number decides: reached in time it is owed, not reached at the end it is not.
func (p *Partnership) recordNumber(now time.Time, cmd Command) {
	p.fact(now, Fact{Kind: "number_recorded", Ref: cmd.Ref, Actor: cmd.Actor, Code: cmd.Code, N: int(cmd.N), Until: cmd.Until})
	for i := range p.Milestones {
		m := &p.Milestones[i]
		if !m.counts(cmd.Ref, Metric(cmd.Code)) {
			continue
		}
		reached, inTime := cmd.N >= m.Threshold.AtLeast, !cmd.Until.After(m.CountsUntil)
		switch {
		case reached && inTime:
			p.closeNumber(m)
			p.metOne(now, m)
		case !reached && !inTime:
			p.cancelMilestone(now, m)
		}
	}
	p.advance(now)
}

func (p *Partnership) dropBonus(now time.Time, cmd Command) {
	p.fact(now, Fact{Kind: "bonus_dropped", Ref: cmd.Ref, Actor: cmd.Actor})
	p.cancelMilestone(now, p.milestone(cmd.Ref))
	p.advance(now)
}

// giveBonus owes what a person gave on top of the contract, at once.
func (p *Partnership) giveBonus(now time.Time, cmd Command) {
	p.Milestones = append(p.Milestones, MilestoneState{ID: cmd.Ref, Trigger: TriggerGiven, Deliverable: cmd.Ref2, State: "pending", Amount: cmd.Amount})
	p.fact(now, Fact{Kind: "bonus_given", Ref: cmd.Ref, Actor: cmd.Actor, Amount: cmd.Amount})
	p.change(Change{Noun: "milestone", ID: cmd.Ref, State: "given", At: now})
	p.metOne(now, &p.Milestones[len(p.Milestones)-1])
}
