package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Signal takes the event of a machine.
func (p *Partnership) Signal(sig Signal, now time.Time) {
	switch sig.Kind {
	case SignalMail:
		p.mail(now, sig)
	case SignalAnswered:
		p.answered(now, sig)
	case SignalDates:
		p.readDates()
	case SignalMerged:
		p.fact(now, Fact{Kind: "creator_merged", Ref: sig.Ref, Ref2: p.CreatorID})
		p.CreatorID = sig.Ref
	case SignalDelivered:
		p.productDelivered(now, sig.At, sig.Ref, uuid.Nil)
	case SignalReviewClosed:
		p.reviewClosed(now, sig)
	case SignalPayoutClosed:
		for i := range p.Milestones {
			m := &p.Milestones[i]
			if m.ID != sig.Ref || m.State == "settled" || m.State == "cancelled" {
				continue
			}
			m.State = "settled"
			if sig.Code != "paid" {
				m.State = "cancelled"
			}
			p.fact(now, Fact{Kind: "milestone_" + m.State, Ref: m.ID, Ref2: sig.Ref2, Amount: m.Amount})
			p.change(Change{Noun: "milestone", ID: m.ID, State: m.State, At: now})
		}
		p.advance(now)
	}
}

func (p *Partnership) mail(now time.Time, sig Signal) {
	switch sig.Code {
	case "auto_reply":
		p.fact(now, Fact{Kind: "auto_reply", Ref: sig.Ref})
		later := p.CreatorCalendar.AddBusinessDays(now, p.Timings.AutoReplyPauseDays)
		for _, t := range slices.Clone(p.Timers) {
			if (t.Kind == timerStep || t.Kind == timerSequence) && later.After(t.At) {
				p.arm(t.Kind, t.Ref, t.N, later)
			}
		}
	case "bounce":
		p.fact(now, Fact{Kind: "bounced", Ref: sig.Ref})
		p.block(now, "bounced")
	case "soft_bounce":
		p.softBounce(now, sig.Ref)
	case MailUnfiled:
		p.waitForFiling(now, sig.Ref)
	case MailFiled:
		p.filed(now, sig.Ref)
	case "dropped":
		p.fact(now, Fact{Kind: "mail_failed", Ref: sig.Ref, Code: sig.Code})
		p.block(now, sig.Code)
	case "complaint", "unsubscribe":
		p.fact(now, Fact{Kind: map[string]string{"complaint": "complained", "unsubscribe": "unsubscribed"}[sig.Code], Ref: sig.Ref})
		if p.in(StageOutreach, StageInConversation) {
			p.declined(now, uuid.Nil)
		} else if sig.Code == "complaint" {
			p.block(now, sig.Code) // the address gets no mail at all any more
		}
	default:
		if p.in(StageUnresponsive) {
			p.disarm(timerCoolOff, uuid.Nil)
			p.to(StageOutreach, now, uuid.Nil)
		}
		p.reply(now, sig.Ref, uuid.Nil)
	}
}

// block stops the outreach until a person has mended what is in the way.
func (p *Partnership) block(now time.Time, code string) {
	if p.Stage != StageOutreach {
		p.task(TaskChange{Key: "address", Kind: "find_address", Code: code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
		return
	}
	p.blockRun(now, &p.Outreach, code)
}

// Outcome takes what came of an effect.
func (p *Partnership) Outcome(out Outcome, now time.Time) {
	e, ok := p.Core.answered(out.Key)
	if !ok {
		return
	}
	if p.Stage == StageBanned && (e.Kind == EffectExecute || e.Kind == EffectDraftContract || p.runOf(e.Key) != nil) {
		p.Interrupted = append(p.Interrupted, e)
		return
	}
	switch e.Kind {
	case EffectMail:
		p.mailed(now, e, out)
	case EffectDraftMail:
		if r := p.runOf(e.Key); r != nil {
			p.drafted(now, r, out)
		} else if out.Code == MailDrafted { // what asked for it has been stopped meanwhile
			p.change(Change{Noun: "message", ID: out.Ref, State: "cancelled", At: now})
		}
	case EffectBranch:
		if r := p.runOf(e.Key); r != nil {
			r.Step = e.Branch.to(out.Code == "yes")
			p.fact(now, Fact{Kind: "branch_taken", Ref: r.ID, Code: out.Code, N: r.Step})
			p.schedule(r, now, time.Time{})
		}
	case EffectReadDates:
		if e.Key == p.datesKey() { // an older question may have been answered by an older date
			p.Dates = out.Dates
		}
	case EffectDraftContract:
		if p.Stage == StageContractOut {
			p.contractDrafted(now, out.Ref)
		} else {
			p.change(Change{Noun: "contract", ID: out.Ref, State: "withdrawn", At: now})
		}
	case EffectExecute:
		switch {
		case out.Contract == nil:
		case p.Contract != nil && p.Contract.ID == e.Ref && p.Stage == StageContractOut:
			p.executed(now, out.Contract)
		case p.Amendment != nil && p.Amendment.ID == e.Ref:
			p.amended(now, out.Contract)
		default:
			p.undone(now, e.Ref, out.Contract)
		}
	case EffectOnboard:
		p.onboarded(now, e, out)
		if out.Code == MailNoAddress {
			p.task(TaskChange{Key: "address", Kind: "find_address", Code: out.Code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
		}
	case EffectVerify:
		p.verified(now, p.deliverable(e.Ref), e, out.Code)
	}
}

// onboarded goes on asking a creator who cannot be paid yet, so that it is known before money is due.
func (p *Partnership) onboarded(now time.Time, e Effect, out Outcome) {
	notMailed, failed := strings.CutPrefix(out.Code, NotMailed)
	switch {
	case failed:
		p.fact(now, Fact{Kind: "mail_failed", Code: notMailed})
		p.notMailed(now, e, notMailed)
	case e.N == 0 || out.Code == "ready":
		p.fact(now, Fact{Kind: "payee_invited", Code: out.Code})
	default:
		p.fact(now, Fact{Kind: "payee_reminded", Code: out.Code, N: e.N})
	}
	switch {
	case !p.RemindsPayee || p.Contract == nil:
	case out.Code == "ready":
		p.closeTask("payee")
	case p.in(StageActive, StageWrappingUp):
		p.arm(timerOnboard, p.Contract.ID, 0, p.CreatorCalendar.AddDays(now, p.Timings.PayeeReminderDays))
	}
}

// remindPayee looks whether the creator can be paid by now, and asks again if not; from the third time on the owner is asked to help.
func (p *Partnership) remindPayee(now time.Time) {
	if p.Contract == nil || !p.in(StageActive, StageWrappingUp) {
		return
	}
	p.PayeeReminded++
	if p.PayeeReminded >= 3 {
		p.task(TaskChange{Key: "payee", Kind: "payee_not_ready", OwnerID: p.OwnerID, Due: p.taskDue(now)})
	}
	p.do(Effect{Key: fmt.Sprintf("payee/%s/%d", p.Contract.ID, p.PayeeReminded), Kind: EffectOnboard, Ref: p.CreatorID, N: p.PayeeReminded})
}

// undone cancels the rows of a contract that was executed when the partnership had just ended.
func (p *Partnership) undone(now time.Time, contract uuid.UUID, plan *ContractPlan) {
	p.change(Change{Noun: "contract", ID: contract, State: "terminated", At: now})
	for _, d := range plan.Deliverables {
		p.change(Change{Noun: "deliverable", ID: d.ID, State: "cancelled", At: now})
	}
	for _, m := range plan.Milestones {
		p.change(Change{Noun: "milestone", ID: m.ID, State: "cancelled", At: now})
	}
}

func (p *Partnership) mailed(now time.Time, e Effect, out Outcome) {
	r := p.runOf(e.Key)
	switch out.Code {
	case MailAccepted, MailUnknown:
		p.fact(now, Fact{Kind: "mail_sent", Ref: out.Ref, Code: e.Code})
		if out.Code == MailUnknown {
			p.record.Facts[len(p.record.Facts)-1].Kind = "mail_unknown"
		}
		if r != nil {
			r.Sent++
			if r.MailStep != r.Step {
				r.Soft = 0
			}
			if r.Looked {
				p.change(Change{Noun: "message", ID: out.Ref, State: "answers", At: now})
			}
			r.Mail, r.MailStep, r.Deferred = out.Ref, r.Step, uuid.Nil
			p.goOn(r, now)
		}
		p.lateBounces(now, out.Ref)
		if e.Code == "brief" {
			for i := range p.Deliverables {
				if d := &p.Deliverables[i]; d.State == "planned" {
					p.set(d, "awaiting_draft", now)
				}
			}
		}
	case MailDeferred:
		if r != nil {
			p.fact(now, Fact{Kind: "mail_deferred", Code: e.Code, Until: out.At})
			r.Deferred = out.Ref
			p.arm(stepTimer(r), r.ID, 0, out.At)
		}
	case MailCancelled:
		p.fact(now, Fact{Kind: "mail_cancelled", Code: e.Code})
		switch {
		case r != nil && len(p.Unfiled) > 0:
			p.blockRun(now, r, MailUnfiled)
		case r != nil:
			p.blockRun(now, r, out.Code) // what stopped it may be cured, or brings a signal of its own
		case MailKindOf(e) == MailTransactional: // what stopped a sequence has stopped its mail rightly
			p.notMailed(now, e, out.Code)
		}
	default:
		p.fact(now, Fact{Kind: "mail_failed", Code: out.Code})
		if r != nil {
			p.blockRun(now, r, out.Code)
		} else {
			p.notMailed(now, e, out.Code)
		}
	}
}

// notMailed asks the owner to tell the creator in another way what a mail did not.
func (p *Partnership) notMailed(now time.Time, e Effect, code string) {
	p.task(TaskChange{Key: "mail/" + e.Key, Kind: "mail_failed", Code: code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
}
