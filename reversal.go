package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// ReversalState is where money that is taken back stands. Each comment says who moves it and what comes next.
type ReversalState string

// The states of a reversal.
const (
	ReversalAwaitingApproval ReversalState = "awaiting_approval"  // a second person of finance approves it or lets it be
	ReversalApproved         ReversalState = "approved"           // the worker opens an attempt for what is left
	ReversalSubmitted        ReversalState = "submitted"          // an answer or a look-up moves it on
	ReversalUnknown          ReversalState = "unknown"            // only a look-up moves it on
	ReversalFailed           ReversalState = "failed"             // a person tries again, nets it, or asks to give it up
	ReversalNetting          ReversalState = "netting"            // the creator's next payments make it good
	ReversalAwaitingWriteOff ReversalState = "awaiting_write_off" // a second person gives the rest up, or keeps the claim
	ReversalReversed         ReversalState = "reversed"           // final: it came back from the creator's account
	ReversalNetted           ReversalState = "netted"             // final: the last of it was kept out of a payment
	ReversalWrittenOff       ReversalState = "written_off"        // final: the last of it was given up
	ReversalCancelled        ReversalState = "cancelled"          // final: nobody approved it
)

// ReversalStates lists every state.
func ReversalStates() []ReversalState {
	return []ReversalState{
		ReversalAwaitingApproval, ReversalApproved, ReversalSubmitted, ReversalUnknown, ReversalFailed, ReversalNetting, ReversalAwaitingWriteOff,
		ReversalReversed, ReversalNetted, ReversalWrittenOff, ReversalCancelled,
	}
}

// ReversalTransitions is the table in docs/state-machines.md; the database's reversal_transitions repeats it.
func ReversalTransitions() map[ReversalState][]ReversalState {
	return map[ReversalState][]ReversalState{
		ReversalAwaitingApproval: {ReversalApproved, ReversalCancelled},
		ReversalApproved:         {ReversalSubmitted, ReversalNetting},
		ReversalSubmitted:        {ReversalReversed, ReversalNetting, ReversalFailed, ReversalUnknown},
		ReversalUnknown:          {ReversalReversed, ReversalNetting, ReversalFailed},
		ReversalFailed:           {ReversalApproved, ReversalNetting, ReversalAwaitingWriteOff},
		ReversalNetting:          {ReversalApproved, ReversalNetted, ReversalAwaitingWriteOff},
		ReversalAwaitingWriteOff: {ReversalNetting, ReversalNetted, ReversalWrittenOff},
	}
}

// Final says that nothing more comes of a reversal in this state.
func (s ReversalState) Final() bool { return len(ReversalTransitions()[s]) == 0 }

// The commands of a reversal, beside CmdRetry, CmdCancel and CmdReconcile.
const (
	CmdApproveReversal CommandKind = "approve_reversal" // Ref the approval's row
	CmdNet             CommandKind = "net"              // make it good out of the next payments
	CmdAskWriteOff     CommandKind = "ask_write_off"    //
	CmdApproveWriteOff CommandKind = "approve_write_off"
	CmdKeepClaim       CommandKind = "keep_claim" // the rest is not given up
)

// SignalNetted says that a payment has kept something for the reversal.
const SignalNetted = "netted"

// Effects of a reversal, with the codes of their outcomes.
const (
	// EffectOpenReversal reads what the reversal goes by. opened (Reversal).
	EffectOpenReversal = "open_reversal"
	// EffectReverse re-reads the authority and takes the money back. See the Reverse codes; timed_out.
	EffectReverse = "submit_reversal"
	// EffectFindReversal looks it up at the provider. The Reverse codes; never_sent; absent; absent_long; with Code confirm, rejected.
	EffectFindReversal = "find_reversal"
	// EffectCountReversal reads what is left. netted: nothing; else open.
	EffectCountReversal = "count_reversal"
	// EffectWriteOff gives up what a second person agreed to. written_off: nothing is left; else open.
	EffectWriteOff = "write_off"
)

// Outcome codes of EffectReverse and EffectFindReversal, beside those of a submission that was rejected or is unknown.
const (
	ReverseDone    = "reversed"
	ReverseRest    = "rest"    // it came back, and what is planned to be kept out of payments is still to come
	ReverseNothing = "nothing" // nothing is left to take back that no payment is planned to keep
)

const (
	timerNetting     = "netting_review"
	nettingLookDays  = 30 // after the notice, and again after as many days, somebody looks whether payments still come
	reversalReviewed = "netting_slow"
)

// ReversalPlan is what a reversal goes by, read once and kept.
type ReversalPlan struct {
	Calendar   Calendar `json:"calendar"`
	Timings    Timings  `json:"timings"`
	NoticeDays int      `json:"notice_days"`
}

// Reversal is the machine of money that was paid and is taken back. What its row says of money leads; the machine follows.
type Reversal struct {
	Core

	ID            uuid.UUID     `json:"id"`
	BrandID       uuid.UUID     `json:"brand_id"`
	PartnershipID uuid.UUID     `json:"partnership_id"`
	PayoutID      uuid.UUID     `json:"payout_id"`
	CreatorID     uuid.UUID     `json:"creator_id"`
	Amount        Money         `json:"amount"`
	RequestedBy   uuid.UUID     `json:"requested_by"`
	State         ReversalState `json:"state"`
	StateAt       time.Time     `json:"state_at,omitzero"`
	Plan          *ReversalPlan `json:"plan,omitempty"`
	Submits       int           `json:"submits,omitempty"`
	Absences      int           `json:"absences,omitempty"`
	LongAbsent    bool          `json:"long_absent,omitempty"`
	NetFrom       time.Time     `json:"net_from,omitzero"` // set once: the creator is told once
	Asker         uuid.UUID     `json:"asker,omitzero"`    // who asks to give the rest up
	Counted       int           `json:"counted,omitempty"`
}

var _ Machine = (*Reversal)(nil)

// Done says that the reversal is settled and nothing of it is open.
func (r *Reversal) Done() bool { return r.State.Final() && len(r.Pending) == 0 }

// Begin reads what the reversal goes by, once.
func (r *Reversal) Begin(now time.Time) {
	if r.Seq == 0 {
		r.State, r.StateAt = ReversalAwaitingApproval, now
		r.fact(now, Fact{Kind: "reversal_requested", Ref: r.ID, Ref2: r.PayoutID, Actor: r.RequestedBy, Amount: r.Amount})
		r.do(Effect{Key: "open", Kind: EffectOpenReversal, Ref: r.ID})
	}
}

func (r *Reversal) busy() bool {
	return slices.ContainsFunc(r.Pending, func(e Effect) bool {
		return e.Kind == EffectReverse || e.Kind == EffectFindReversal || e.Kind == EffectWriteOff
	})
}

func (r *Reversal) refuse(code string) *Refusal {
	return &Refusal{Code: code, State: string(r.State), At: r.StateAt}
}

// Allowed says why the command would be refused now.
func (r *Reversal) Allowed(cmd Command, _ time.Time) *Refusal {
	in := func(code string, states ...ReversalState) *Refusal {
		switch {
		case !slices.Contains(states, r.State):
			return r.refuse(code)
		case r.busy():
			return r.refuse("being_sent")
		}
		return nil
	}
	if r.Plan == nil {
		return r.refuse("starting")
	}
	switch cmd.Kind {
	case CmdApproveReversal:
		if cmd.Actor != uuid.Nil && cmd.Actor == r.RequestedBy {
			return r.refuse("own_request")
		}
		return in("reversal_decided", ReversalAwaitingApproval)
	case CmdCancel:
		return in("reversal_decided", ReversalAwaitingApproval)
	case CmdRetry:
		if r.State == ReversalUnknown && r.LongAbsent {
			return in("nothing_to_retry", ReversalUnknown)
		}
		return in("nothing_to_retry", ReversalFailed, ReversalNetting)
	case CmdNet:
		return in("nothing_to_net", ReversalFailed)
	case CmdAskWriteOff:
		return in("nothing_to_write_off", ReversalFailed, ReversalNetting)
	case CmdApproveWriteOff:
		if cmd.Actor != uuid.Nil && (cmd.Actor == r.Asker || cmd.Actor == r.RequestedBy) {
			return r.refuse("own_request")
		}
		return in("no_write_off_asked", ReversalAwaitingWriteOff)
	case CmdKeepClaim:
		return in("no_write_off_asked", ReversalAwaitingWriteOff)
	case CmdReconcile:
		return in("nothing_to_reconcile", ReversalUnknown)
	default:
		return r.refuse("unknown_command")
	}
}

func (r *Reversal) to(s ReversalState, now time.Time, actor uuid.UUID) {
	r.State, r.StateAt = s, now
	r.fact(now, Fact{Kind: "reversal_" + string(s), Ref: r.ID, Ref2: r.PayoutID, Actor: actor, Amount: r.Amount})
}

// moves says to the pages as well as to the history where the reversal goes.
func (r *Reversal) moves(s ReversalState, now time.Time, actor uuid.UUID) {
	r.to(s, now, actor)
	r.change(Change{Noun: "reversal", ID: r.ID, State: string(s), At: now, Ref: actor, Until: r.NetFrom})
}

// Command applies an allowed command.
func (r *Reversal) Command(cmd Command, now time.Time) Reply {
	switch cmd.Kind {
	case CmdApproveReversal:
		r.closeTask("approve")
		r.moves(ReversalApproved, now, cmd.Actor)
		r.submit()
	case CmdCancel:
		r.closeTask("approve")
		r.moves(ReversalCancelled, now, cmd.Actor)
	case CmdRetry:
		r.retry(now, cmd.Actor)
	case CmdNet:
		r.net(now, cmd.Actor)
	case CmdAskWriteOff:
		r.closeTasks()
		r.Timers, r.Asker = nil, cmd.Actor
		r.moves(ReversalAwaitingWriteOff, now, cmd.Actor)
		r.task(TaskChange{Key: "write_off", Kind: "approve_write_off", Role: RoleFinanceReleaser, Ref: r.PayoutID, Due: r.taskDue(now)})
	case CmdApproveWriteOff:
		r.closeTask("write_off")
		r.fact(now, Fact{Kind: "write_off_approved", Ref: r.ID, Ref2: r.PayoutID, Actor: cmd.Actor})
		r.do(Effect{Key: fmt.Sprintf("write_off/%d", r.Seq), Kind: EffectWriteOff, Ref: r.ID})
	case CmdKeepClaim:
		r.closeTask("write_off")
		r.net(now, cmd.Actor)
	case CmdReconcile:
		r.find("")
	default: // Allowed refuses what is not a reversal's
	}
	return Reply{Seq: r.Seq}
}

func (r *Reversal) retry(now time.Time, actor uuid.UUID) {
	r.fact(now, Fact{Kind: "reversal_retry", Ref: r.ID, Ref2: r.PayoutID, Actor: actor})
	r.closeTasks()
	r.Timers = nil
	if r.State == ReversalUnknown {
		r.find("confirm")
		return
	}
	r.moves(ReversalApproved, now, actor)
	r.submit()
}

func (r *Reversal) closeTasks() {
	for _, k := range []string{"failed", "unknown", reversalReviewed} {
		r.closeTask(k)
	}
}

func (r *Reversal) taskDue(now time.Time) time.Time {
	return r.Plan.Calendar.AddBusinessDays(now, r.Plan.Timings.TaskDueBusinessDays)
}

func (r *Reversal) submit() {
	r.Submits++
	r.do(Effect{Key: fmt.Sprintf("reverse/%d", r.Submits), Kind: EffectReverse, Ref: r.ID, N: r.Submits})
}

func (r *Reversal) find(code string) {
	r.do(Effect{Key: fmt.Sprintf("find/%d", r.Seq), Kind: EffectFindReversal, Ref: r.ID, Code: code})
}

// net leaves the rest to the creator's next payments. The creator is told first, once, and nothing is kept before the notice is over.
func (r *Reversal) net(now time.Time, actor uuid.UUID) {
	first := r.NetFrom.IsZero()
	if first {
		r.NetFrom = r.Plan.Calendar.AddDays(now, r.Plan.NoticeDays)
		r.do(Effect{Key: "notice", Kind: EffectMail, Code: "netting_notice", Ref: r.ID})
	}
	r.closeTasks()
	r.Asker = uuid.Nil
	r.moves(ReversalNetting, now, actor)
	r.arm(timerNetting, r.ID, 0, r.Plan.Calendar.AddDays(later(now, r.NetFrom), nettingLookDays))
	r.count()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// count asks what is left: a payment may have kept the last of it while the reversal was elsewhere.
func (r *Reversal) count() {
	r.Counted++
	r.do(Effect{Key: fmt.Sprintf("count/%d", r.Counted), Kind: EffectCountReversal, Ref: r.ID})
}

// Signal takes the event of a machine.
func (r *Reversal) Signal(sig Signal, _ time.Time) {
	switch sig.Kind {
	case SignalNetted:
		r.count()
	case SignalStripe:
		if r.State == ReversalUnknown && !r.busy() {
			r.find("")
		}
	}
}

// Outcome takes what came of an effect.
func (r *Reversal) Outcome(out Outcome, now time.Time) {
	e, ok := r.answered(out.Key)
	if !ok {
		return
	}
	switch e.Kind {
	case EffectOpenReversal:
		r.Plan = out.Reversal
		if r.State == ReversalAwaitingApproval {
			r.task(TaskChange{Key: "approve", Kind: "approve_reversal", Role: RoleFinanceReleaser, Ref: r.PayoutID, Due: r.taskDue(now)})
		}
	case EffectReverse, EffectFindReversal:
		r.took(now, out)
	case EffectCountReversal:
		if out.Code == string(ReversalNetted) && (r.State == ReversalNetting || r.State == ReversalAwaitingWriteOff) {
			r.Timers = nil
			r.closeTasks()
			r.closeTask("write_off")
			r.to(ReversalNetted, now, uuid.Nil)
		}
	case EffectWriteOff:
		if out.Code == string(ReversalWrittenOff) {
			r.to(ReversalWrittenOff, now, uuid.Nil)
			return
		}
		r.net(now, uuid.Nil)
	case EffectMail:
		if out.Code != MailAccepted && out.Code != MailUnknown {
			r.task(TaskChange{Key: "mail/" + e.Key, Kind: "mail_failed", Code: out.Code, Role: RoleOps, Ref: r.PayoutID, Due: now})
		}
	}
}

// took takes what came of asking the provider.
func (r *Reversal) took(now time.Time, out Outcome) {
	r.disarm(timerReconcile, uuid.Nil)
	switch out.Code {
	case ReverseDone:
		r.Timers = nil
		r.closeTasks()
		r.to(ReversalReversed, now, uuid.Nil)
		r.do(Effect{Key: "reversed", Kind: EffectMail, Code: "payment_reversed", Ref: r.ID})
	case SubmitRejectedFunds, ReverseRest, ReverseNothing:
		r.net(now, uuid.Nil)
	case SubmitRejected, SubmitRejectedPayee:
		r.closeTasks()
		r.to(ReversalFailed, now, uuid.Nil)
		r.task(TaskChange{Key: "failed", Kind: "reversal_failed", Code: out.Code, Role: RoleFinanceReleaser, Ref: r.PayoutID, Due: now})
	case SubmitTimedOut:
		r.find("")
	case ReconcileNeverSent:
		r.submit()
	default: // unknown, absent, absent for long, otherwise than asked
		r.lost(now, out.Code)
	}
}

// lost waits for a look-up to find what nobody knows.
func (r *Reversal) lost(now time.Time, code string) {
	if r.State != ReversalUnknown {
		r.Absences, r.LongAbsent = 0, false
		r.to(ReversalUnknown, now, uuid.Nil)
	}
	if code == SubmitUnknown {
		r.find("")
		return
	}
	r.Absences++
	r.fact(now, Fact{Kind: "reversal_absent", Ref: r.ID, Ref2: r.PayoutID, N: r.Absences})
	if code != ReconcileAbsent {
		if code == ReconcileDiffersLong && !r.LongAbsent {
			r.closeTask("unknown") // what is open asks for no decision yet
		}
		r.LongAbsent = code == ReconcileAbsentLong || code == ReconcileDiffersLong
		r.task(TaskChange{Key: "unknown", Kind: "reversal_unknown", Code: code, Role: RoleFinanceReleaser, Ref: r.PayoutID, Due: now})
	}
	r.arm(timerReconcile, r.ID, 0, now.Add(r.Plan.Timings.ReconcileUnknownEvery))
}

// Tick fires the timers that are due.
func (r *Reversal) Tick(now time.Time) {
	for {
		t, ok := r.due(now)
		if !ok {
			return
		}
		switch t.Kind {
		case timerReconcile:
			if r.State == ReversalUnknown && !r.busy() {
				r.find("")
			}
		case timerNetting:
			if r.State == ReversalNetting {
				r.fact(now, Fact{Kind: reversalReviewed, Ref: r.ID, Ref2: r.PayoutID})
				r.task(TaskChange{Key: reversalReviewed, Kind: reversalReviewed, Role: RoleFinanceReleaser, Ref: r.PayoutID, Due: r.taskDue(now)})
				r.arm(timerNetting, r.ID, 0, r.Plan.Calendar.AddDays(now, nettingLookDays))
				r.count()
			}
		}
	}
}

// View is what the pages show.
func (r *Reversal) View(now time.Time) View {
	v := View{State: string(r.State), Timers: append([]Timer{}, r.Timers...), Waiting: []Waiting{}, Commands: []CommandView{}}
	for _, kind := range []CommandKind{CmdApproveReversal, CmdCancel, CmdRetry, CmdNet, CmdAskWriteOff, CmdApproveWriteOff, CmdKeepClaim, CmdReconcile} {
		c := CommandView{Kind: kind}
		if refused := r.Allowed(Command{Kind: kind}, now); refused != nil {
			c.Refused = refused.Code
		}
		v.Commands = append(v.Commands, c)
	}
	return v
}
