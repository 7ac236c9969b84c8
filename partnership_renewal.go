package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// renewalEscalateDays before the notice date those who lead are asked too.
const renewalEscalateDays = 7

// renewalTask is the key of the decision on the present term's renewal.
func (p *Partnership) renewalTask() string { return fmt.Sprintf("renewal/%d", p.Term) }

// lapsedTask is the key of the question why it lapsed.
func (p *Partnership) lapsedTask() string { return fmt.Sprintf("lapsed/%d", p.Term) }

// unfinishedTask is the key of what is left to do of a term that is over.
func (p *Partnership) unfinishedTask() string { return fmt.Sprintf("unfinished/%d", p.Term) }

func (p *Partnership) closeRenewal() {
	p.closeTask(p.renewalTask())
	p.closeTask(p.renewalTask() + "/late")
	p.closeTask("counter")
	p.disarm(timerRenewalLadder, uuid.Nil)
	p.disarm(timerNotice, uuid.Nil)
	p.disarm(timerRenewalReview, uuid.Nil)
}

func (p *Partnership) openRenewal(now time.Time) {
	if p.Renewal != RenewalNotDue || p.Contract == nil {
		return
	}
	p.Renewal = RenewalReviewOpen
	p.fact(now, Fact{Kind: "renewal_opened", Ref: p.Contract.ID, Until: p.Contract.NoticeBy})
	p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", OwnerID: p.OwnerID, Ref: p.Contract.ID, Due: p.Contract.NoticeBy})
	p.armLadder(now)
}

// armReview arms the moment at which the renewal is to be thought about: early enough before the notice date.
func (p *Partnership) armReview(now time.Time) {
	c := p.Contract
	review := p.BrandCalendar.AddDays(c.EndsAt, -p.Timings.RenewalReviewDays)
	if !review.Before(c.NoticeBy) || review.Before(now) {
		review = now.Add(c.NoticeBy.Sub(now) / 2)
	}
	p.arm(timerRenewalReview, c.ID, 0, review)
}

// armLadder arms the reminders before the notice date.
func (p *Partnership) armLadder(now time.Time) {
	for i, d := range p.Timings.RenewalLadderDays {
		if at := p.BrandCalendar.AddDays(p.Contract.NoticeBy, -d); at.After(now) {
			p.arm(timerRenewalLadder, p.Contract.ID, i, at)
		}
	}
}

// remindRenewal asks the owner to decide, and near the notice date those who lead as well.
func (p *Partnership) remindRenewal(now time.Time, t Timer) {
	if p.Renewal != RenewalReviewOpen {
		return
	}
	p.fact(now, Fact{Kind: "renewal_reminder", Ref: t.Ref, Until: p.Contract.NoticeBy})
	p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", OwnerID: p.OwnerID, Ref: t.Ref, Due: p.Contract.NoticeBy})
	if p.Quiet && p.Timings.RenewalLadderDays[t.N] <= renewalEscalateDays {
		p.fact(now, Fact{Kind: "renewal_escalated", Ref: t.Ref, Until: p.Contract.NoticeBy})
		p.task(TaskChange{Key: p.renewalTask() + "/late", Kind: "renewal_undecided", Role: RoleAdmin, Ref: t.Ref, Due: p.Contract.NoticeBy})
	}
}

// backToReview is an offer that came to nothing: the renewal is to be decided again, and reminded of. After the notice date it is until the end.
func (p *Partnership) backToReview(now time.Time, code string) {
	p.Renewal, p.RenewalOffer = RenewalReviewOpen, nil
	c := p.Contract
	if !p.Quiet {
		if code == LapseOfferExpired {
			p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", Code: code, OwnerID: p.OwnerID, Ref: c.ID, Due: c.NoticeBy})
		}
		return
	}
	due := c.EndsAt
	if c.NoticeBy.After(now) {
		due = c.NoticeBy
		p.arm(timerNotice, c.ID, 0, c.NoticeBy) // the creator's no to an earlier offer has taken it away
		p.armLadder(now)
	}
	p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", Code: code, OwnerID: p.OwnerID, Ref: c.ID, Due: due})
}

// offersAgain says that a creator who has said no may be asked once more.
func (p *Partnership) offersAgain(now time.Time) bool {
	return p.Quiet && p.Renewal == RenewalDeclined && p.Contract != nil && p.Contract.NoticeBy.After(now)
}

// tellLapsed asks those who lead why nobody decided.
func (p *Partnership) tellLapsed(now time.Time) {
	if p.Quiet {
		p.task(TaskChange{Key: p.lapsedTask(), Kind: "renewal_lapsed", Role: RoleAdmin, Ref: p.Contract.ID, Due: p.taskDue(now)})
	}
}

// reopenRenewal lets a renewal that came to nothing be decided after all, since both have signed that the term goes on for longer.
func (p *Partnership) reopenRenewal(now time.Time) {
	p.Renewal, p.RenewalOffer = RenewalNotDue, nil
	p.closeTask(p.renewalTask())
	p.closeTask(p.lapsedTask())
	p.fact(now, Fact{Kind: "renewal_reopened", Ref: p.Contract.ID, Until: p.Contract.NoticeBy})
	p.openRenewal(now)
}

// endUnfinished says at the end of a term that the next one does not begin, or the partnership does not end, before the last of this one is done.
func (p *Partnership) endUnfinished(now time.Time) {
	if !p.Quiet || !p.in(StageActive, StageWrappingUp, StageCompleted) {
		return
	}
	code := "money"
	if p.amendmentIsOut() {
		code = "amendment"
	}
	if slices.ContainsFunc(p.Deliverables, func(d DeliverableState) bool { return !d.Terminal() }) {
		code = "content"
	}
	p.fact(now, Fact{Kind: "term_unfinished", Ref: p.Contract.ID, Code: code})
	p.task(TaskChange{Key: p.unfinishedTask(), Kind: "term_unfinished", Code: code, OwnerID: p.OwnerID, Ref: p.Contract.ID, Due: p.taskDue(now)})
}
