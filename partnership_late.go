package rapport

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// The remedies of a contract for what is missed.
const (
	RemedyNone        = ""
	RemedyFallsAway   = "falls_away"  // what was to be paid for the piece is not owed any more
	RemedyTermination = "termination" // the brand may end the contract: a person decides
)

// LateTerms say from when on something is late and what follows from it.
type LateTerms struct {
	GraceHours int `json:"grace_hours"` // after the end of the day
	// MissedAfterDays are business days of the creator after which what is late is missed; 0 for never.
	MissedAfterDays int    `json:"missed_after_days,omitempty"`
	Remedy          string `json:"remedy,omitempty"`
}

func (l *LateTerms) check(path string) (f []Field) {
	if l == nil {
		return nil
	}
	add := func(p, code, detail string) { f = append(f, Field{path + "." + p, code, detail}) }
	if l.GraceHours < 0 || l.GraceHours > 336 {
		add("grace_hours", "out_of_range", "The grace is 0 to 336 hours.")
	}
	if l.MissedAfterDays < 0 || l.MissedAfterDays > 365 {
		add("missed_after_days", "out_of_range", "Something is missed when it is 1 to 365 business days late, or never.")
	}
	switch {
	case !slices.Contains([]string{RemedyNone, RemedyFallsAway, RemedyTermination}, l.Remedy):
		add("remedy", "unknown_value", fmt.Sprintf("%q is not a remedy.", l.Remedy))
	case (l.Remedy == RemedyNone) != (l.MissedAfterDays == 0):
		add("remedy", "required", "A remedy needs business days after which something is missed, and these a remedy.")
	}
	return f
}

// words are a sentence of the contract; nothing where nothing was agreed.
func (l *LateTerms) words(say Words) string {
	if l == nil {
		return ""
	}
	words := say.Say("A draft or a publication is late %s after the end of its day.", say.Say("%d hours", l.GraceHours))
	if l.GraceHours == 0 {
		words = say.Say("A draft or a publication is late at the end of its day.")
	}
	missed := say.Say("%d business days", l.MissedAfterDays)
	switch l.Remedy {
	case RemedyFallsAway:
		words += " " + say.Say("What is %s late is missed: it is not owed any more, nor is what was to be paid for it alone. What is owed or paid by then stays owed or paid.", missed)
	case RemedyTermination:
		words += " " + say.Say("When something is %s late, the brand may end this contract in writing at once.", missed)
	}
	return words
}

// grace is how long after its day something is late.
func (p *Partnership) grace() time.Duration {
	if p.Contract != nil && p.Contract.Late != nil {
		return time.Duration(p.Contract.Late.GraceHours) * time.Hour
	}
	return p.Timings.DraftGrace
}

// changeLate has other terms count for what is not late yet. What is late already stays under those that it became late under.
func (p *Partnership) changeLate(to *LateTerms) {
	was := p.Contract.Late
	p.Contract.Late = to
	for _, t := range slices.Clone(p.Timers) {
		d := p.deliverable(t.Ref)
		switch {
		case d == nil:
		case t.Kind == timerMissed && d.Late == nil:
			d.Late = was
		case t.Kind == timerDraftLate:
			p.arm(timerDraftLate, d.ID, 0, d.DraftDue.Add(p.CreatorCalendar.Span(p.grace())))
		case t.Kind == timerPublishLate:
			p.arm(timerPublishLate, d.ID, 0, d.PublishBy.Add(p.CreatorCalendar.Span(p.grace())))
		}
	}
}

// armMissed arms the moment at which what is late now is missed.
func (p *Partnership) armMissed(now time.Time, d *DeliverableState) {
	if p.Contract != nil && p.Contract.Late != nil && p.Contract.Late.Remedy != RemedyNone {
		p.arm(timerMissed, d.ID, 0, p.CreatorCalendar.AddBusinessDays(now, p.Contract.Late.MissedAfterDays))
	}
}

// notMissed stops what follows from being late, for what is late no more.
func (p *Partnership) notMissed(d *DeliverableState) {
	if p.Contract != nil && p.Contract.Late != nil {
		p.disarm(timerMissed, d.ID)
		p.closeTask("missed/" + d.ID.String())
		d.Late = nil
	}
}

// missed applies the contract's remedy to what is late for so long. While the house owes an answer about more time, nothing is missed.
func (p *Partnership) missed(now time.Time, d *DeliverableState) {
	if d == nil || d.State != "late" && !slices.Contains([]string{"approved_to_post", "scheduled"}, d.State) || p.Contract == nil || p.Contract.Late == nil {
		return
	}
	if d.Extension != nil {
		p.arm(timerMissed, d.ID, 0, p.CreatorCalendar.AddBusinessDays(now, 1))
		return
	}
	remedy := cmp.Or(d.Late, p.Contract.Late).Remedy
	p.fact(now, Fact{Kind: "content_missed", Ref: d.ID, Code: remedy})
	task := TaskChange{Key: "missed/" + d.ID.String(), Kind: "content_missed", Code: remedy, OwnerID: p.OwnerID, Ref: d.ID, Due: p.taskDue(now)}
	if remedy == RemedyFallsAway {
		p.endDeliverable(now, d, "missed")
		p.do(Effect{Key: "missed/" + d.ID.String(), Kind: EffectMail, Code: "content_missed", Ref: d.ID})
	}
	p.task(task)
	p.advance(now)
}
