package rapport

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// personal is the hold that a person releases next; empty where only conditions hold the payout.
func (p *Payout) personal() string {
	for _, code := range []string{"manual", HoldTerms, HoldTerminated} {
		if slices.ContainsFunc(p.Holds, func(h HoldReason) bool { return h.Code == code }) {
			return code
		}
	}
	return ""
}

// held finds the hold of a condition; -1 for none.
func (p *Payout) held(code string) int {
	return slices.IndexFunc(p.Holds, func(h HoldReason) bool { return h.Code == code })
}

// holdTask asks somebody to look at a hold. One with a time of its own is for who may release it, from then on.
func (p *Payout) holdTask(now time.Time, h HoldReason) {
	t := TaskChange{Key: "hold/" + h.Code, Kind: "payout_held", Code: h.Code, Role: RoleFinancePreparer, OwnerID: h.By, Ref: p.ID, Due: p.Calendar.AddBusinessDays(now, p.Timings.TaskDueBusinessDays)}
	if !h.Review.IsZero() {
		t.Due = p.Calendar.EndOfDate(h.Review)
	}
	if !h.Until.IsZero() {
		t.Role, t.Due = RoleFinanceReleaser, h.Until
	}
	p.task(t)
}

func (p *Payout) park(now time.Time, h HoldReason) {
	if i := p.held(h.Code); i >= 0 {
		p.parkLonger(now, i, h.Until)
		return
	}
	p.Holds, p.Gated = append(p.Holds, h), false
	if p.State != PayoutHeld {
		p.to(PayoutHeld, now, h.By)
	} else {
		p.fact(now, Fact{Kind: "payout_held", Ref: p.ID, Ref2: p.MilestoneID, Code: h.Code, Amount: p.Amount})
	}
	p.showHolds(now)
	p.Timers = slices.DeleteFunc(p.Timers, func(t Timer) bool { return t.Kind != timerCooledOff })
	p.closeTask("approve/preparer")
	p.closeTask("approve/releaser")
	p.closeTask("funds")
	p.closeTask("too_late/" + h.Code)
	p.closeProof()
	if h.Code == HoldDestination {
		p.Approvals = nil // they were for another destination
		p.arm(timerCooledOff, p.ID, 0, h.Until)
	}
	p.holdTask(now, h)
}

// showHolds writes down all that is in the way now.
func (p *Payout) showHolds(now time.Time) {
	first := p.Holds[0]
	p.change(Change{Noun: "payout", ID: p.ID, State: string(PayoutHeld), At: now, Code: first.Code, Ref: first.By, Holds: slices.Clone(p.Holds)})
}

func (p *Payout) release(now time.Time, code string, actor uuid.UUID) {
	n := len(p.Holds)
	p.Late = slices.DeleteFunc(p.Late, func(h HoldReason) bool { return h.Code == code })
	p.Holds = slices.DeleteFunc(p.Holds, func(h HoldReason) bool { return h.Code == code })
	if len(p.Holds) == n {
		return
	}
	p.closeTask("hold/" + code)
	if code == HoldDestination {
		p.disarm(timerCooledOff, uuid.Nil)
	}
	p.fact(now, Fact{Kind: "payout_released", Ref: p.ID, Actor: actor, Code: code})
	if p.State != PayoutHeld {
		return
	}
	if len(p.Holds) > 0 {
		p.showHolds(now)
		return
	}
	if p.Due.After(now) {
		p.to(PayoutScheduled, now, actor)
		p.change(Change{Noun: "payout", ID: p.ID, State: string(PayoutScheduled), At: now})
		p.arm(timerDue, p.ID, 0, p.Due)
		return
	}
	p.askApproval(now)
}

// outdated says that a later hold or release of the same condition was taken before this one.
func (p *Payout) outdated(sig Signal) bool {
	if sig.N < p.Newest[sig.Code] {
		return true
	}
	if p.Newest == nil {
		p.Newest = map[string]int64{}
	}
	p.Newest[sig.Code] = sig.N
	return false
}

// holdFor holds the payout for a condition, now or as soon as it is known that the money has not left.
func (p *Payout) holdFor(now time.Time, h HoldReason) {
	switch {
	case p.State == PayoutCancelled:
	case p.State == PayoutPaid:
		p.tooLate(now, "hold", h.Code)
	case p.State == PayoutUnknown:
		p.Late = append(p.Late, h)
		p.tooLate(now, "hold", h.Code)
	case p.submitting():
		p.Late = append(p.Late, h)
	case p.State == PayoutFailed:
		p.closeTask("failed")
		p.to(PayoutAwaitingApproval, now, uuid.Nil)
		p.change(Change{Noun: "payout", ID: p.ID, State: string(PayoutAwaitingApproval), At: now})
		p.park(now, h)
	default:
		p.park(now, h)
	}
}

// tooLate says that a hold or a cancellation could not stop the money, or may not have.
func (p *Payout) tooLate(now time.Time, what, code string) {
	key := "too_late/cancel"
	if what == "hold" {
		key = "too_late/" + code
	}
	p.fact(now, Fact{Kind: what + "_too_late", Ref: p.ID, Code: code})
	p.task(TaskChange{Key: key, Kind: what + "_too_late", Code: code, Role: RoleFinanceReleaser, Ref: p.ID, Due: now})
}

// overtaken applies what came while the payout was being sent, once it is known what became of that.
func (p *Payout) overtaken(now time.Time) {
	if p.State == PayoutUnknown || p.submitting() {
		return
	}
	late, cancel := p.Late, p.CancelAsked
	p.Late, p.CancelAsked = nil, false
	if cancel {
		if p.State != PayoutPaid {
			p.cancel(now, uuid.Nil)
			return
		}
		p.tooLate(now, "cancel", "")
	}
	for _, h := range late {
		p.holdFor(now, h)
	}
}
