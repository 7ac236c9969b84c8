package rapport

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// answerDue is when the creator's reply is to be answered: the clock runs from the oldest reply that waits, and only in the brand's
// business days.
func (p *Partnership) answerDue(now time.Time) time.Time {
	if !p.AnswerBy.IsZero() {
		return p.AnswerBy
	}
	days := p.Timings.NextAnswerDays
	if p.Answers == 0 {
		days = p.Timings.FirstAnswerDays
	}
	if days == 0 || !p.Stage.Live() { // pinned before there were clocks, or nothing runs any more
		return p.taskDue(now)
	}
	p.ReplyAt, p.AnswerBy = now, p.BrandCalendar.AddBusinessDays(now, days)
	p.arm(timerAnswer, uuid.Nil, 0, p.AnswerBy)
	return p.AnswerBy
}

// answered stops the clock: somebody has written to the creator, or closed the thread.
func (p *Partnership) answered(now time.Time, sig Signal) {
	if p.AnswerBy.IsZero() {
		return
	}
	p.fact(now, Fact{Kind: "answered", Ref: sig.Ref, Until: p.AnswerBy})
	p.stopClock()
	p.Answers++
	p.closeTask("reply")
}

func (p *Partnership) stopClock() {
	p.AnswerBy = time.Time{}
	p.disarm(timerAnswer, uuid.Nil)
	p.closeTask("answer_late")
}

// answerOverdue tells the brand's admins too. The owner's task stays.
func (p *Partnership) answerOverdue(now time.Time) {
	p.fact(now, Fact{Kind: "answer_overdue", Ref: p.ReplyRef, Until: p.AnswerBy})
	p.task(TaskChange{Key: "answer_late", Kind: "answer_late", Role: RoleAdmin, Ref: p.ReplyRef, Due: now})
}

func (p *Partnership) snoozeThread(now time.Time, cmd Command) {
	p.fact(now, Fact{Kind: "thread_snoozed", Ref: cmd.Ref, Actor: cmd.Actor, Until: cmd.Until})
	p.change(Change{Noun: "thread", ID: cmd.Ref, State: "snoozed", Until: cmd.Until, At: now})
	p.arm(timerThread, cmd.Ref, 0, cmd.Until)
}

func (p *Partnership) wakeThread(now time.Time, thread uuid.UUID) {
	p.disarm(timerThread, thread)
	p.fact(now, Fact{Kind: "thread_woken", Ref: thread})
	p.change(Change{Noun: "thread", ID: thread, State: "open", At: now})
}

// wakeThreads brings back what was put off, because the creator has written.
func (p *Partnership) wakeThreads(now time.Time) {
	for _, t := range slices.Clone(p.Timers) {
		if t.Kind == timerThread {
			p.wakeThread(now, t.Ref)
		}
	}
}

// waitForFiling lets what a machine writes wait: a mail of unknown place may be the creator's answer.
func (p *Partnership) waitForFiling(now time.Time, message uuid.UUID) {
	p.fact(now, Fact{Kind: "reply_unfiled", Ref: message})
	p.Unfiled = append(p.Unfiled, message)
	if p.Stage == StageOutreach && p.Outreach.Blocked == "" {
		p.blockRun(now, &p.Outreach, MailUnfiled)
	}
	for i := range p.Runs {
		if p.Runs[i].Blocked == "" {
			p.blockRun(now, &p.Runs[i], MailUnfiled)
		}
	}
}

// filed lets go on what only waited for mails to be filed. Had one been filed here, its reply would have stopped everything before.
func (p *Partnership) filed(now time.Time, message uuid.UUID) {
	p.fact(now, Fact{Kind: "reply_filed", Ref: message})
	p.Unfiled = slices.DeleteFunc(p.Unfiled, func(m uuid.UUID) bool { return m == message })
	if len(p.Unfiled) > 0 {
		return
	}
	if p.Outreach.Blocked == MailUnfiled {
		p.unblock(now, &p.Outreach)
	}
	for i := range p.Runs {
		if p.Runs[i].Blocked == MailUnfiled {
			p.unblock(now, &p.Runs[i])
		}
	}
}
