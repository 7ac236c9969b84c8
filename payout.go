package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// PayoutState is where a payout stands. Each comment says who moves it and what comes next.
type PayoutState string

// The states of a payout.
const (
	PayoutScheduled        PayoutState = "scheduled"         // due by its terms moves it to awaiting_approval
	PayoutAwaitingApproval PayoutState = "awaiting_approval" // two pairs of eyes move it to approved
	PayoutApproved         PayoutState = "approved"          // the worker opens an attempt, or parks it
	PayoutAwaitingPayee    PayoutState = "awaiting_payee"    // the payee's readiness moves it back to approved
	PayoutAwaitingFunds    PayoutState = "awaiting_funds"    // a top-up moves it back to approved
	PayoutSubmitted        PayoutState = "submitted"         // an answer or a look-up moves it on
	PayoutUnknown          PayoutState = "unknown"           // only reconciliation moves it on
	PayoutPaid             PayoutState = "paid"              // reversed only by a workflow of its own
	PayoutFailed           PayoutState = "failed"            // cured, it is approved again; else a person cancels it
	PayoutPartlyReversed   PayoutState = "partly_reversed"
	PayoutReversed         PayoutState = "reversed"
	PayoutHeld             PayoutState = "held"      // a person or a condition releases it
	PayoutCancelled        PayoutState = "cancelled" // final
)

// PayoutStates lists every state.
func PayoutStates() []PayoutState {
	return []PayoutState{
		PayoutScheduled, PayoutAwaitingApproval, PayoutApproved, PayoutAwaitingPayee, PayoutAwaitingFunds, PayoutSubmitted, PayoutUnknown,
		PayoutPaid, PayoutFailed, PayoutPartlyReversed, PayoutReversed, PayoutHeld, PayoutCancelled,
	}
}

// PayoutTransitions is the table in docs/state-machines.md; the database's payout_transitions repeats it.
func PayoutTransitions() map[PayoutState][]PayoutState {
	return map[PayoutState][]PayoutState{
		PayoutScheduled:        {PayoutAwaitingApproval, PayoutHeld, PayoutCancelled},
		PayoutAwaitingApproval: {PayoutApproved, PayoutHeld, PayoutCancelled},
		PayoutApproved:         {PayoutAwaitingPayee, PayoutAwaitingFunds, PayoutSubmitted, PayoutAwaitingApproval, PayoutHeld, PayoutCancelled},
		PayoutAwaitingPayee:    {PayoutApproved, PayoutAwaitingApproval, PayoutHeld, PayoutCancelled},
		PayoutAwaitingFunds:    {PayoutApproved, PayoutAwaitingApproval, PayoutHeld, PayoutCancelled},
		PayoutSubmitted:        {PayoutPaid, PayoutFailed, PayoutUnknown},
		PayoutUnknown:          {PayoutPaid, PayoutFailed},
		PayoutFailed:           {PayoutApproved, PayoutAwaitingApproval, PayoutCancelled},
		PayoutPaid:             {PayoutPartlyReversed, PayoutReversed},
		PayoutPartlyReversed:   {PayoutReversed},
		PayoutHeld:             {PayoutScheduled, PayoutAwaitingApproval, PayoutCancelled},
	}
}

// The commands of a payout.
const (
	CmdApprovePayout CommandKind = "approve"   // Ref the approval's row, Code preparer or releaser
	CmdHold          CommandKind = "hold"      //
	CmdRelease       CommandKind = "release"   // what a person held
	CmdRetry         CommandKind = "retry"     //
	CmdCancel        CommandKind = "cancel"    //
	CmdReconcile     CommandKind = "reconcile" //
	// CmdReleaseDestination says, once the cool-off is over, that the creator's new bank account is the creator's.
	CmdReleaseDestination CommandKind = "release_destination"
)

// HoldDestination is the condition of a payout whose creator's account, or the bank behind it, changed. It has a time before which nobody
// releases it, and it does not end with that time.
const HoldDestination = "destination_changed"

// RefusedCoolOff refuses the release of a changed destination before its time.
const RefusedCoolOff = "destination_cool_off"

// RefusedNotAwaiting refuses an approval that the payout does not wait for, or not yet again.
const RefusedNotAwaiting = "not_awaiting_approval"

// Signals of a payout.
const (
	SignalHold       = "hold"        // Code why, At when a person may release it at the earliest, if that is bound to a time
	SignalRelease    = "release"     // Code what is no longer in the way
	SignalStripe     = "stripe"      // Ref an inbox row about this payout's transfer
	SignalPayeeReady = "payee_ready" //
	SignalFunds      = "funds"       // the brand's funds grew
	SignalGate       = "gate"        // what kept every submission back is out of the way
)

// Effects of a payout, with the codes of their outcomes.
const (
	// EffectOpenPayout writes the payout's row and accrues it. opened (Payout).
	EffectOpenPayout = "open_payout"
	// EffectSubmit re-reads the authority and moves the money. See the Submit codes.
	EffectSubmit = "submit_payout"
	// EffectReconcile looks the transfer up. paid; never_sent (no attempt was ever opened); absent; absent_long (a day after the last
	// send and looked up twice); rejected (Code confirm only).
	EffectReconcile = "reconcile_payout"
)

// Outcome codes of EffectSubmit and EffectReconcile.
const (
	SubmitPaid          = "paid"
	SubmitNotApproved   = "not_approved"
	SubmitPayeeNotReady = "payee_not_ready"
	SubmitNewRound      = "new_round" // the destination is another one than was approved
	SubmitFundsShort    = "funds_short"
	SubmitRejected      = "rejected"
	SubmitRejectedFunds = "rejected_funds"
	SubmitRejectedPayee = "rejected_payee"
	SubmitUnknown       = "unknown"
	SubmitGated         = "gated"     // the books or the provider must be put right first; SignalGate says that they are
	SubmitTimedOut      = "timed_out" // as long as one key may be used, nobody answered: it is looked up before anything else
	ReconcileNeverSent  = "never_sent"
	ReconcileAbsent     = "absent"
	ReconcileAbsentLong = "absent_long"
	// ReconcileDiffers says that money moved otherwise than asked. Nothing is sent: two people accept it as the payment, or somebody takes it back
	// at Stripe, and then it counts as absent.
	ReconcileDiffers = "differs"
	// ReconcileDiffersLong says so of a reversal once a day of silence and two look-ups allow a person to confirm what came back.
	ReconcileDiffersLong = "differs_long"
)

const (
	timerDue       = "payout_due"
	timerPayee     = "payee_reminder"
	timerReconcile = "reconcile"
	timerCooledOff = "destination_cool_off"
)

// PayoutPlan is what opening found out.
type PayoutPlan struct {
	// ContentCounts: below the brand's threshold the content's approval is the first pair of eyes.
	ContentCounts bool `json:"content_counts"`
	// Releasers is how many different people release it; 0, as older plans have it, means one.
	Releasers int `json:"releasers,omitempty"`
	// Offline is the way it is paid outside of Stripe from the beginning, as the offer said; empty where Stripe pays it.
	Offline string `json:"offline,omitempty"`
}

// PayoutApproval is one pair of eyes, by the id of its row.
type PayoutApproval struct {
	ID    uuid.UUID `json:"id"`
	Part  string    `json:"part"`
	Actor uuid.UUID `json:"actor"`
	At    time.Time `json:"at"`
}

// HoldReason is one thing in the way of a payout.
type HoldReason struct {
	Code string    `json:"code"` // manual, or the condition
	By   uuid.UUID `json:"by,omitzero"`
	At   time.Time `json:"at"`
	// Until is when a person may release it at the earliest; zero where that is bound to no time.
	Until time.Time `json:"until,omitzero"`
	// Review is the date on which whoever holds it wants to look at it again.
	Review time.Time `json:"review,omitzero"`
}

// Payout is the machine of money owed to a creator and its way to the bank.
type Payout struct {
	Core

	ID            uuid.UUID        `json:"id"`
	BrandID       uuid.UUID        `json:"brand_id"`
	PartnershipID uuid.UUID        `json:"partnership_id"`
	MilestoneID   uuid.UUID        `json:"milestone_id"`
	CreatorID     uuid.UUID        `json:"creator_id"`
	Amount        Money            `json:"amount"`
	Due           time.Time        `json:"due"`
	State         PayoutState      `json:"state"`
	StateAt       time.Time        `json:"state_at,omitzero"`
	Timings       Timings          `json:"timings"`
	Calendar      Calendar         `json:"calendar"`
	Plan          *PayoutPlan      `json:"plan,omitempty"`
	Approvals     []PayoutApproval `json:"approvals,omitempty"`
	Holds         []HoldReason     `json:"holds,omitempty"`
	Submits       int              `json:"submits,omitempty"`
	Failed        string           `json:"failed,omitempty"` // why, while failed
	Absences      int              `json:"absences,omitempty"`
	LongAbsent    bool             `json:"long_absent,omitempty"`
	Reminded      int              `json:"reminded,omitempty"`
	Gated         bool             `json:"gated,omitempty"`        // the books or the provider kept the last submission back
	Woken         bool             `json:"woken,omitempty"`        // a cure arrived while a submission was running
	Late          []HoldReason     `json:"late,omitempty"`         // holds that came while the money may have been leaving
	CancelAsked   bool             `json:"cancel_asked,omitempty"` // so did a cancellation
	Offline       string           `json:"offline,omitempty"`      // the way it is paid outside of Stripe; empty when Stripe pays it
	// Newest is the number of the newest hold or release taken of each condition.
	Newest map[string]int64 `json:"newest,omitempty"`
}

var _ Machine = (*Payout)(nil)

// Done says that the payout is settled and nothing of it is open.
func (p *Payout) Done() bool {
	return (p.State == PayoutPaid || p.State == PayoutCancelled) && len(p.Pending) == 0
}

// Begin asks for the payout's row and its accrual, once.
func (p *Payout) Begin(now time.Time) {
	if p.Seq == 0 {
		p.fact(now, Fact{Kind: "payout_scheduled", Ref: p.MilestoneID, Amount: p.Amount, Until: p.Due})
		p.do(Effect{Key: "open", Kind: EffectOpenPayout, Ref: p.ID, Ref2: p.MilestoneID, At: p.Due})
	}
}

func (p *Payout) submitting() bool {
	return slices.ContainsFunc(p.Pending, func(e Effect) bool {
		return e.Kind == EffectSubmit || e.Kind == EffectReconcile || e.Kind == EffectOrderOffline || e.Kind == EffectRecordOffline
	})
}

func (p *Payout) refuse(code string) *Refusal {
	return &Refusal{Code: code, State: string(p.State), At: p.StateAt}
}

// Allowed says why the command would be refused now.
func (p *Payout) Allowed(cmd Command, now time.Time) *Refusal {
	before := slices.Contains([]PayoutState{PayoutScheduled, PayoutAwaitingApproval, PayoutApproved, PayoutAwaitingPayee, PayoutAwaitingFunds}, p.State)
	switch cmd.Kind {
	case CmdApprovePayout:
		if p.State != PayoutAwaitingApproval || p.submitting() {
			return p.refuse(RefusedNotAwaiting)
		}
		if r := p.alreadyApproved(cmd); r != nil {
			return r
		}
		if p.needs(cmd.Code) == 0 {
			return p.refuse("content_approval_counts")
		}
	case CmdHold:
		if !before {
			return p.refuse("too_late_to_hold")
		}
		if p.submitting() {
			return p.refuse("being_sent")
		}
	case CmdRelease:
		if p.State != PayoutHeld {
			return p.refuse("not_held")
		}
		if p.personal() == "" {
			return &Refusal{Code: "held_by_condition", State: p.Holds[0].Code, At: p.Holds[0].At}
		}
	case CmdReleaseDestination:
		i := p.held(HoldDestination)
		if p.State != PayoutHeld || i < 0 {
			return p.refuse("not_held")
		}
		if h := p.Holds[i]; now.Before(h.Until) {
			return &Refusal{Code: RefusedCoolOff, State: h.Code, At: h.Until}
		}
	case CmdCancel:
		if p.submitting() {
			return p.refuse("being_sent")
		}
		if !before && p.State != PayoutHeld && p.State != PayoutFailed {
			return p.refuse("too_late_to_cancel")
		}
	case CmdRetry:
		if p.submitting() {
			return p.refuse("being_sent")
		}
		if !p.Gated && p.State != PayoutFailed && p.State != PayoutAwaitingPayee && p.State != PayoutAwaitingFunds && !(p.State == PayoutUnknown && p.LongAbsent) {
			return p.refuse("nothing_to_retry")
		}
	case CmdReconcile:
		if p.submitting() || (p.State != PayoutUnknown && p.State != PayoutSubmitted) {
			return p.refuse("nothing_to_reconcile")
		}
	case CmdPayOffline, CmdPayStripe, CmdRecordOffline:
		return p.allowedOffline(cmd)
	default:
		return p.refuse("unknown_command")
	}
	return nil
}

// needs is how many people give a part of the approval.
func (p *Payout) needs(part string) int {
	switch {
	case p.Plan == nil:
		return 1
	case part == "releaser":
		return max(p.Plan.Releasers, 1)
	case p.Plan.ContentCounts:
		return 0
	}
	return 1
}

// lacks says that more people must give the part.
func (p *Payout) lacks(part string) bool {
	n := 0
	for _, a := range p.Approvals {
		if a.Part == part {
			n++
		}
	}
	return n < p.needs(part)
}

// alreadyApproved refuses a part that nobody else need give, and a person who gave one.
func (p *Payout) alreadyApproved(cmd Command) *Refusal {
	for _, a := range p.Approvals {
		if a.Part == cmd.Code && !p.lacks(cmd.Code) {
			return &Refusal{Code: "already_approved", State: string(p.State), By: a.Actor, At: a.At}
		}
		if cmd.Actor != uuid.Nil && a.Actor == cmd.Actor {
			return &Refusal{Code: "same_person", State: string(p.State), By: a.Actor, At: a.At}
		}
	}
	return nil
}

func (p *Payout) to(s PayoutState, now time.Time, actor uuid.UUID) {
	p.State, p.StateAt = s, now
	p.fact(now, Fact{Kind: "payout_" + string(s), Ref: p.ID, Ref2: p.MilestoneID, Actor: actor, Amount: p.Amount})
}

// Command applies an allowed command.
func (p *Payout) Command(cmd Command, now time.Time) Reply {
	switch cmd.Kind {
	case CmdApprovePayout:
		p.Approvals = append(p.Approvals, PayoutApproval{ID: cmd.Ref, Part: cmd.Code, Actor: cmd.Actor, At: now})
		p.fact(now, Fact{Kind: "payout_approval", Ref: p.ID, Ref2: cmd.Ref, Actor: cmd.Actor, Code: cmd.Code, Amount: p.Amount})
		if !p.lacks(cmd.Code) {
			p.closeTask("approve/" + cmd.Code)
		}
		p.tryApproved(now)
	case CmdHold:
		p.park(now, HoldReason{Code: "manual", By: cmd.Actor, At: now, Review: cmd.Until})
	case CmdRelease:
		p.release(now, p.personal(), cmd.Actor)
	case CmdReleaseDestination:
		p.release(now, HoldDestination, cmd.Actor)
	case CmdCancel:
		p.cancel(now, cmd.Actor)
	case CmdRetry:
		p.fact(now, Fact{Kind: "payout_retry", Ref: p.ID, Actor: cmd.Actor})
		p.closeTask("failed")
		if p.State == PayoutUnknown {
			p.do(Effect{Key: fmt.Sprintf("confirm/%d", p.Seq), Kind: EffectReconcile, Ref: p.ID, Code: "confirm"})
		} else {
			p.submit()
		}
	case CmdReconcile:
		p.reconcile()
	case CmdPayOffline:
		p.pay(now, cmd.Code, cmd.Actor)
	case CmdPayStripe:
		p.pay(now, "", cmd.Actor)
	case CmdRecordOffline:
		p.recordPayment(now, cmd)
	default: // Allowed refuses what is not a payout's
	}
	return Reply{Seq: p.Seq}
}

// closeGiven closes the tasks of the parts that nobody need give any more.
func (p *Payout) closeGiven() {
	for _, part := range []string{"preparer", "releaser"} {
		if !p.lacks(part) {
			p.closeTask("approve/" + part)
		}
	}
}

func (p *Payout) tryApproved(now time.Time) {
	if !p.lacks("releaser") && !p.lacks("preparer") {
		p.State, p.StateAt = PayoutApproved, now
		p.fact(now, Fact{Kind: "payout_approved", Ref: p.ID, Amount: p.Amount})
		p.submit()
	}
}

func (p *Payout) submit() {
	p.Submits++
	p.Woken, p.Gated = false, false
	if p.Offline != "" {
		p.do(Effect{Key: fmt.Sprintf("offline/%d", p.Submits), Kind: EffectOrderOffline, Ref: p.ID})
		return
	}
	p.closeTask("funds")
	p.closeTask("failed")
	p.do(Effect{Key: fmt.Sprintf("submit/%d", p.Submits), Kind: EffectSubmit, Ref: p.ID, N: p.Submits})
}

func (p *Payout) reconcile() {
	p.do(Effect{Key: fmt.Sprintf("reconcile/%d", p.Seq), Kind: EffectReconcile, Ref: p.ID})
}

// parkLonger moves the time before which a hold is not released: the condition came again.
func (p *Payout) parkLonger(now time.Time, i int, until time.Time) {
	if !until.After(p.Holds[i].Until) {
		return
	}
	h := &p.Holds[i]
	h.Until = until
	p.fact(now, Fact{Kind: "payout_held", Ref: p.ID, Ref2: p.MilestoneID, Code: h.Code, Amount: p.Amount, Until: until})
	p.arm(timerCooledOff, p.ID, 0, until)
	p.closeTask("hold/" + h.Code)
	p.holdTask(now, *h)
}

func (p *Payout) askApproval(now time.Time) {
	p.to(PayoutAwaitingApproval, now, uuid.Nil)
	p.change(Change{Noun: "payout", ID: p.ID, State: string(PayoutAwaitingApproval), At: now})
	due := p.Calendar.AddBusinessDays(now, p.Timings.TaskDueBusinessDays)
	for _, part := range []string{"preparer", "releaser"} {
		if p.lacks(part) {
			p.task(TaskChange{Key: "approve/" + part, Kind: "approve_payout", Code: part, Role: Role("finance_" + part), Ref: p.ID, Due: due})
		}
	}
	p.tryApproved(now)
}

func (p *Payout) cancel(now time.Time, actor uuid.UUID) {
	p.Timers = nil
	p.closeTask("approve/preparer")
	p.closeTask("approve/releaser")
	for _, k := range []string{"failed", "payee", "funds", "unknown", "too_late/cancel"} {
		p.closeTask(k)
	}
	for _, h := range p.Holds {
		p.closeTask("hold/" + h.Code)
	}
	p.closeProof()
	p.Holds, p.Late, p.Gated = nil, nil, false
	p.to(PayoutCancelled, now, actor)
	p.change(Change{Noun: "payout", ID: p.ID, State: string(PayoutCancelled), At: now})
	p.closed("cancelled")
}

func (p *Payout) closed(code string) {
	p.send(Send{Workflow: "partnership", ID: p.PartnershipID, Signal: &Signal{ID: DeriveID(p.ID, "closed"), Kind: SignalPayoutClosed, Ref: p.MilestoneID, Ref2: p.ID, Code: code}})
}

// Signal takes the event of a machine.
func (p *Payout) Signal(sig Signal, now time.Time) {
	if (sig.Kind == SignalHold || sig.Kind == SignalRelease) && p.outdated(sig) {
		return
	}
	switch sig.Kind {
	case SignalHold:
		p.holdFor(now, HoldReason{Code: sig.Code, At: now, Until: sig.At})
	case SignalRelease:
		p.release(now, sig.Code, uuid.Nil)
	case SignalCancelled:
		switch {
		case p.Allowed(Command{Kind: CmdCancel}, now) == nil:
			p.cancel(now, uuid.Nil)
		case p.State != PayoutPaid && p.State != PayoutCancelled:
			p.CancelAsked = true
			if p.State == PayoutUnknown {
				p.tooLate(now, "cancel", "")
			}
		}
	case SignalPayeeReady:
		p.wake(p.State == PayoutAwaitingPayee || (p.State == PayoutFailed && p.Failed == SubmitRejectedPayee))
	case SignalFunds:
		p.wake(p.State == PayoutAwaitingFunds || (p.State == PayoutFailed && p.Failed == SubmitRejectedFunds))
	case SignalGate:
		p.wake(p.Gated)
	case SignalStripe:
		if p.State == PayoutUnknown && !p.submitting() {
			p.reconcile()
		}
	}
}

func (p *Payout) wake(now bool) {
	switch {
	case p.submitting():
		p.Woken = true
	case now:
		p.submit()
	}
}

// Outcome takes what came of an effect.
func (p *Payout) Outcome(out Outcome, now time.Time) {
	e, ok := p.answered(out.Key)
	if !ok {
		return
	}
	switch e.Kind {
	case EffectOpenPayout:
		p.Plan = out.Payout
		if p.Plan != nil && p.Offline == "" {
			p.Offline = p.Plan.Offline
		}
		if p.State != PayoutScheduled {
			// It was held or cancelled before its row was there.
			if p.State == PayoutHeld {
				p.showHolds(now)
				return
			}
			p.change(Change{Noun: "payout", ID: p.ID, State: string(p.State), At: now})
			if p.State == PayoutAwaitingApproval { // what was given while the plan was not known may be all that it asks for
				p.closeGiven()
				p.tryApproved(now)
			}
			return
		}
		if p.Due.After(now) {
			p.arm(timerDue, p.ID, 0, p.Due)
		} else {
			p.askApproval(now)
		}
	case EffectSubmit, EffectOrderOffline, EffectRecordOffline:
		p.submitted(now, out)
	case EffectReconcile:
		p.reconciled(now, out)
	case EffectMail:
		if out.Code != MailAccepted && out.Code != MailUnknown {
			p.task(TaskChange{Key: "mail/" + e.Key, Kind: "mail_failed", Code: out.Code, Role: RoleOps, Ref: p.ID, Due: now})
		}
	}
}

func (p *Payout) submitted(now time.Time, out Outcome) {
	p.disarm(timerPayee, uuid.Nil)
	switch out.Code {
	case SubmitPaid:
		p.paid(now)
	case SubmitAwaitingProof:
		p.awaitProof(now)
	case SubmitNotApproved:
		p.Approvals = nil
		p.closeProof()
		p.askApproval(now)
	case SubmitNewRound:
		p.Approvals = nil
		p.fact(now, Fact{Kind: "payout_new_round", Ref: p.ID})
		p.askApproval(now)
	case SubmitPayeeNotReady:
		p.to(PayoutAwaitingPayee, now, uuid.Nil)
		p.arm(timerPayee, p.ID, 0, p.Calendar.AddDays(now, p.Timings.PayeeReminderDays))
		p.remindPayee()
	case SubmitFundsShort:
		p.to(PayoutAwaitingFunds, now, uuid.Nil)
		p.task(TaskChange{Key: "funds", Kind: "top_up", Role: RoleFinancePreparer, Ref: p.ID, Due: now})
	case SubmitGated:
		if p.State != PayoutApproved {
			p.State, p.StateAt = PayoutApproved, now
		}
		p.Gated = true
		p.fact(now, Fact{Kind: "payout_gated", Ref: p.ID})
	case SubmitUnknown:
		p.to(PayoutUnknown, now, uuid.Nil)
		p.Absences, p.LongAbsent = 0, false
		p.reconcile()
	case SubmitTimedOut:
		p.fact(now, Fact{Kind: "transfer_unanswered", Ref: p.ID, N: p.Submits})
		p.Absences, p.LongAbsent = 0, false
		p.reconcile()
	case SubmitRejected, SubmitRejectedFunds, SubmitRejectedPayee:
		p.failed(now, out)
	}
	p.overtaken(now)
	if p.Woken && p.State != PayoutPaid && p.State != PayoutUnknown {
		p.Woken = false
		p.wake(p.Gated || p.State == PayoutAwaitingFunds || p.State == PayoutAwaitingPayee || (p.State == PayoutFailed && p.Failed != SubmitRejected))
	}
}

func (p *Payout) failed(now time.Time, out Outcome) {
	code := out.Code
	p.Failed = code
	p.to(PayoutFailed, now, uuid.Nil)
	p.disarm(timerReconcile, uuid.Nil)
	p.closeTask("unknown")
	p.task(TaskChange{Key: "failed", Kind: "payout_failed", Code: code, Role: RoleFinanceReleaser, Ref: p.ID, Due: now})
	if code == SubmitRejectedPayee {
		p.arm(timerPayee, p.ID, 0, p.Calendar.AddDays(now, p.Timings.PayeeReminderDays))
		if out.Tell {
			p.remindPayee()
		}
	}
}

// remindPayee asks the creator for what Stripe still needs to know of them.
func (p *Payout) remindPayee() {
	p.do(Effect{Key: fmt.Sprintf("payee_reminder/%d", p.Seq), Kind: EffectMail, Code: "payee_reminder", Ref: p.ID})
}

func (p *Payout) paid(now time.Time) {
	p.Timers = nil
	for _, k := range []string{"failed", "funds", "payee", "unknown"} {
		p.closeTask(k)
	}
	p.closeProof()
	p.to(PayoutPaid, now, uuid.Nil)
	p.closed("paid")
	mail := "payment_sent"
	if p.Offline != "" {
		mail = "payment_made"
	}
	p.do(Effect{Key: "paid", Kind: EffectMail, Code: mail, Ref: p.ID})
}

func (p *Payout) reconciled(now time.Time, out Outcome) {
	if p.State == PayoutPaid || p.State == PayoutCancelled {
		return
	}
	switch out.Code {
	case ReconcileNeverSent:
		p.overtaken(now)
		if p.State != PayoutHeld && p.State != PayoutCancelled {
			p.submit()
		}
		return
	case SubmitPaid:
		p.paid(now)
	case SubmitRejected, SubmitRejectedFunds, SubmitRejectedPayee:
		p.failed(now, out)
	case ReconcileDiffers:
		p.lost(now)
		p.LongAbsent = false
		p.task(TaskChange{Key: "unknown", Kind: "payout_unknown", Code: ReconcileDiffers, Role: RoleFinanceReleaser, Ref: p.ID, Due: now})
		p.arm(timerReconcile, p.ID, 0, now.Add(p.Timings.ReconcileUnknownEvery))
	default:
		p.lost(now)
		p.Absences++
		p.fact(now, Fact{Kind: "transfer_absent", Ref: p.ID, N: p.Absences})
		if out.Code == ReconcileAbsentLong {
			p.LongAbsent = true
			p.task(TaskChange{Key: "unknown", Kind: "payout_unknown", Role: RoleFinanceReleaser, Ref: p.ID, Due: now})
		}
		p.arm(timerReconcile, p.ID, 0, now.Add(p.Timings.ReconcileUnknownEvery))
	}
	p.overtaken(now)
}

// lost says that the payout was sent and nobody knows what became of it.
func (p *Payout) lost(now time.Time) {
	if p.State != PayoutUnknown {
		p.to(PayoutUnknown, now, uuid.Nil)
	}
}

// Tick fires the timers that are due.
func (p *Payout) Tick(now time.Time) {
	for {
		t, ok := p.due(now)
		if !ok {
			return
		}
		switch t.Kind {
		case timerDue:
			if p.State == PayoutScheduled {
				p.askApproval(now)
			}
		case timerPayee:
			if p.State == PayoutAwaitingPayee || p.State == PayoutFailed && p.Failed == SubmitRejectedPayee {
				p.Reminded++
				if p.Reminded >= 3 {
					p.task(TaskChange{Key: "payee", Kind: "payee_not_ready", Role: RoleFinancePreparer, Ref: p.ID, Due: now})
				}
				p.fact(now, Fact{Kind: "payee_reminded", Ref: p.ID, N: p.Reminded})
				p.arm(timerPayee, p.ID, 0, p.Calendar.AddDays(now, p.Timings.PayeeReminderDays))
				p.wake(true)
			}
		case timerReconcile:
			if p.State == PayoutUnknown && !p.submitting() {
				p.reconcile()
			}
		case timerCooledOff: // nothing is released by it: a person may now
			p.fact(now, Fact{Kind: "destination_cooled_off", Ref: p.ID})
		}
	}
}

// View is what the pages show.
func (p *Payout) View(now time.Time) View {
	v := View{State: string(p.State), Timers: append([]Timer{}, p.Timers...), Waiting: p.waiting(), Commands: []CommandView{}}
	commands := []Command{
		{Kind: CmdApprovePayout, Code: "preparer"}, {Kind: CmdApprovePayout, Code: "releaser"},
		{Kind: CmdHold}, {Kind: CmdRelease}, {Kind: CmdRetry}, {Kind: CmdCancel}, {Kind: CmdReconcile}, {Kind: CmdPayOffline}, {Kind: CmdPayStripe}, {Kind: CmdRecordOffline},
	}
	if p.held(HoldDestination) >= 0 {
		commands = append(commands, Command{Kind: CmdReleaseDestination})
	}
	for _, c := range commands {
		cv := CommandView{Kind: c.Kind}
		if c.Code != "" {
			cv.Kind = CommandKind(string(c.Kind) + "_" + c.Code)
		}
		if r := p.Allowed(c, now); r != nil {
			cv.Refused = r.Code
		}
		v.Commands = append(v.Commands, cv)
	}
	return v
}

func (p *Payout) waiting() []Waiting {
	w := []Waiting{}
	add := func(who, name, decision string) {
		w = append(w, Waiting{For: who, Who: name, Decision: decision, Ref: p.ID, Since: p.StateAt})
	}
	switch p.State {
	case PayoutAwaitingApproval:
		for _, part := range []string{"preparer", "releaser"} {
			if p.Allowed(Command{Kind: CmdApprovePayout, Code: part}, time.Time{}) == nil {
				add("role", "finance_"+part, "approve_payout")
			}
		}
	case PayoutAwaitingPayee:
		add("creator", "", "onboarding")
	case PayoutAwaitingFunds:
		add("role", string(RoleFinancePreparer), "top_up")
	case PayoutHeld:
		if p.held(HoldDestination) >= 0 {
			add("role", string(RoleFinanceReleaser), "release_destination")
		} else {
			add("role", string(RoleFinancePreparer), "release")
		}
	case PayoutFailed:
		add("role", string(RoleFinanceReleaser), "retry")
	case PayoutUnknown:
		add("provider", "", "transfer")
	case PayoutApproved:
		if p.Gated {
			add("role", string(RoleFinanceReleaser), "compare_books")
		}
		if p.Offline != "" && !p.submitting() {
			add("role", string(RoleFinancePreparer), "record_payment")
		}
	case PayoutScheduled, PayoutSubmitted, PayoutPaid, PayoutPartlyReversed, PayoutReversed, PayoutCancelled:
	}
	return w
}
