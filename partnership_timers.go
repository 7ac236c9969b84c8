package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// endTermIfDue ends a term whose timer has fired before all was decided and paid.
func (p *Partnership) endTermIfDue(now time.Time) {
	if p.Stage == StageCompleted && p.Contract != nil && !p.Contract.EndsAt.After(now) {
		p.termEnd(now)
	}
}

// Tick fires the timers that are due.
func (p *Partnership) Tick(now time.Time) {
	for {
		p.planDates(now)
		t, ok := p.due(now)
		if !ok {
			return
		}
		if !p.overtaken(now, t) {
			p.fire(now, t)
		}
	}
}

// overtaken says that a reminder has nothing to say any more: after a pause or an outage, the next one or the deadline itself is
// due at the same moment.
func (p *Partnership) overtaken(now time.Time, t Timer) bool {
	end, reminds := reminders[t.Kind]
	return reminds && slices.ContainsFunc(p.Timers, func(x Timer) bool {
		return x.Ref == t.Ref && (x.Kind == t.Kind || x.Kind == end) && !x.Held && !x.At.After(now)
	})
}

func (p *Partnership) fire(now time.Time, t Timer) { //nolint:gocyclo,funlen // one case a timer
	switch t.Kind {
	case timerStep:
		p.runStep(&p.Outreach, now)
	case timerSequence:
		if r := p.run(t.Ref); r != nil {
			p.runStep(r, now)
		}
	case timerStart:
		p.started(now, t.Ref)
	case timerLook:
		p.lookOverdue(now, t.Ref)
	case timerAnswer:
		p.answerOverdue(now)
	case timerThread:
		p.wakeThread(now, t.Ref)
	case timerResume:
		p.resume(now, uuid.Nil)
	case timerQuiet:
		if p.Stage == StageInConversation {
			p.task(TaskChange{Key: "reply", Kind: "make_offer", OwnerID: p.OwnerID, Ref: p.ReplyRef, Due: p.taskDue(now)})
		}
	case timerCoolOff:
		p.fact(now, Fact{Kind: "cool_off_over"})
	case timerOfferReminder:
		p.do(Effect{Key: fmt.Sprintf("offer_reminder/%s/%d", t.Ref, t.N), Kind: EffectMail, Code: "offer_reminder", Ref: t.Ref})
	case timerOfferExpiry:
		p.offerExpired(now, t.Ref)
	case timerSignReminder:
		p.do(Effect{Key: fmt.Sprintf("sign_reminder/%s/%d", t.Ref, t.N), Kind: EffectMail, Code: "contract_reminder", Ref: t.Ref})
		if t.N < p.Timings.SignatureMaxReminders {
			p.nextSignReminder(now, t)
		}
	case timerSignExpiry:
		if c := p.openContract(t.Ref); c != nil && c.State == "out_for_signature" {
			p.unsigned(now, Command{Ref: c.ID}, "expired")
		}
	case timerDraftReminder:
		if d := p.deliverable(t.Ref); d != nil {
			p.do(Effect{Key: fmt.Sprintf("draft_reminder/%s/%d", d.ID, t.At.Unix()), Kind: EffectMail, Code: "draft_reminder", Ref: d.ID})
		}
	case timerDraftLate:
		if d := p.deliverable(t.Ref); d != nil && slices.Contains([]string{"planned", "brief_sent", "awaiting_draft", "changes_requested"}, d.State) {
			p.late(now, d, "draft")
			p.set(d, "late", now)
		}
	case timerRound:
		if d := p.deliverable(t.Ref); d != nil && d.Extra != "" {
			p.roundUnanswered(now, d)
		}
	case timerMissed:
		p.missed(now, p.deliverable(t.Ref))
	case timerProduct:
		p.productOverdue(now)
	case timerExtensionHalf:
		p.extensionHalf(now, t.Ref)
	case timerExtension:
		p.extensionOverdue(now, t.Ref)
	case timerPublish:
		if d := p.deliverable(t.Ref); d != nil {
			p.do(Effect{Key: fmt.Sprintf("publish_reminder/%s/%s/%d", d.ID, d.Submission, t.At.Unix()), Kind: EffectMail, Code: "publish_reminder", Ref: d.ID})
		}
	case timerPublishLate:
		if d := p.deliverable(t.Ref); d != nil && (d.State == "approved_to_post" || d.State == "scheduled") {
			p.late(now, d, "post")
			if !d.PublishAt.IsZero() { // that it is late says more
				p.disarm(timerNotPosted, d.ID)
				p.closeTask(d.notPostedTask())
			}
		}
	case timerNotPosted:
		p.notPosted(now, p.deliverable(t.Ref))
	case timerVerify:
		if d := p.deliverable(t.Ref); d != nil {
			p.verify(d)
		}
	case timerCure:
		p.uncured(now, p.deliverable(t.Ref))
	case timerMilestone:
		for i := range p.Milestones {
			if m := &p.Milestones[i]; m.ID == t.Ref && m.State == "pending" {
				p.metOne(now, m)
			}
		}
	case timerNumber:
		p.numberDue(now, t.Ref)
	case timerRenewalReview:
		p.openRenewal(now)
	case timerRenewalLadder:
		p.remindRenewal(now, t)
	case timerNotice:
		if p.Renewal == RenewalNotDue || p.Renewal == RenewalReviewOpen {
			p.closeOption(now, RenewalLapsed)
			p.Renewal = RenewalLapsed
			p.fact(now, Fact{Kind: "renewal_lapsed", Code: "no_decision"})
			p.closeRenewal()
			p.task(TaskChange{Key: p.lapsedTask(), Kind: "renewal_lapsed", Role: RoleAdmin, Ref: t.Ref, Due: p.taskDue(now)})
		}
	case timerOnboard:
		p.remindPayee(now)
	case timerKeyReminder:
		p.remindKeyDate(now, t)
	case timerKeyDate:
		p.endKeyDate(now, t.Ref)
	case timerTermEnd:
		p.termEnd(now)
		p.endUnfinished(now)
	}
}

// nextSignReminder counts from the last one, or from now where a pause has swallowed the next.
func (p *Partnership) nextSignReminder(now time.Time, last Timer) {
	at := p.CreatorCalendar.AddDays(last.At, p.Timings.SignatureReminderEvery)
	if !at.After(now) {
		at = p.CreatorCalendar.AddDays(now, p.Timings.SignatureReminderEvery)
	}
	if c := p.openContract(last.Ref); c != nil && at.Before(c.Expires) {
		p.arm(timerSignReminder, last.Ref, last.N+1, at)
	}
}

func (p *Partnership) late(now time.Time, d *DeliverableState, code string) {
	p.armMissed(now, d)
	p.fact(now, Fact{Kind: "content_late", Ref: d.ID, Code: code})
	p.task(TaskChange{Key: "late/" + d.ID.String(), Kind: "content_late", Code: code, OwnerID: p.OwnerID, Ref: d.ID, Due: p.taskDue(now)})
}

func (p *Partnership) offerExpired(now time.Time, id uuid.UUID) {
	o := p.offerOf(id)
	if o == nil || o.State != "sent" {
		return
	}
	p.endOffer(now, o, "expired", uuid.Nil)
	if o == p.RenewalOffer {
		if p.Contract == nil || !p.Contract.NoticeBy.After(now) {
			p.RenewalOffer = nil
			p.closeOption(now, RenewalLapsed)
			p.Renewal = RenewalLapsed
			p.fact(now, Fact{Kind: "renewal_lapsed", Code: LapseOfferExpired})
			p.tellLapsed(now)
			p.endTermIfDue(now)
			return
		}
		p.backToReview(now, LapseOfferExpired)
		return
	}
	p.to(StageInConversation, now, uuid.Nil)
	p.task(TaskChange{Key: "offer_expired", Kind: "make_new_offer", Code: "expired", OwnerID: p.OwnerID, Ref: o.ID, Due: p.taskDue(now)})
}
