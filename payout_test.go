package rapport_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// till is a payout on its own, due at once, in the house of its partnership.
type till struct {
	*house

	p *rapport.Payout
}

func newTill(t require.TestingT, change ...func(*house)) *till {
	h := newHouse(t, change...).activate()
	return &till{h, h.payout(0)}
}

func (d *till) approve(part, who string) {
	d.n++
	d.do(d.p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: id(fmt.Sprintf("approval/%d", d.n))})
}

func (d *till) order(kind rapport.CommandKind) {
	d.do(d.p.ID, rapport.Command{Kind: kind, Actor: id("rob")})
	d.run()
}

func (d *till) refuses(cmd rapport.Command) string {
	if r := d.p.Allowed(cmd, d.now); r != nil {
		return r.Code
	}
	return ""
}

func (d *till) tell(kind, code string) {
	d.signal(d.p.ID, rapport.Signal{Kind: kind, Code: code})
	d.run()
}

func (d *till) comes(code string) {
	d.answers[rapport.EffectSubmit] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: code} }
}

// requireHolds says what the payout's row was last told to be in its way.
func (d *till) requireHolds(codes ...string) {
	var said rapport.Change
	for _, c := range d.changes {
		if c.ID == d.p.ID {
			said = c
		}
	}
	require.Equal(d.t, string(rapport.PayoutHeld), said.State)
	require.Equal(d.t, codes[0], said.Code)
	require.Len(d.t, said.Holds, len(codes))
	for i, h := range said.Holds {
		require.Equal(d.t, codes[i], h.Code)
		require.False(d.t, h.At.IsZero())
	}
}

func (d *till) looks(code string) {
	d.answers[rapport.EffectReconcile] = func(e rapport.Effect) rapport.Outcome {
		if e.Code == "confirm" {
			return rapport.Outcome{Code: rapport.SubmitRejected}
		}
		return rapport.Outcome{Code: code}
	}
}

// both gives the two approvals and leaves the submission on its way.
func (d *till) both() {
	d.approve("preparer", "pia")
	d.approve("releaser", "rob")
}

func (d *till) submits() int {
	n := 0
	for _, a := range d.house.done {
		if a.machine == d.p.ID && a.effect.Kind == rapport.EffectSubmit {
			n++
		}
	}
	return n
}

func TestTwoPairsOfEyes(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	require.NotEmpty(t, d.p.View(d.now).Waiting)
	d.approve("preparer", "pia")
	d.run()
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	require.Zero(t, d.submits())
	require.Equal(t, "already_approved", d.refuses(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "preparer", Actor: id("rob")}))
	require.Equal(t, "same_person", d.refuses(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("pia")}))
	d.approve("releaser", "rob")
	require.Equal(t, rapport.PayoutApproved, d.p.State)
	require.Equal(t, "not_awaiting_approval", d.refuses(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("eve")}))
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	require.Equal(t, 1, d.submits())
	require.Equal(t, "settled", d.house.p.Milestones[0].State)
	require.True(t, d.p.Done())
	for _, k := range []rapport.CommandKind{rapport.CmdHold, rapport.CmdCancel, rapport.CmdRetry, rapport.CmdReconcile, rapport.CmdRelease, rapport.CmdApprovePayout} {
		require.NotEmpty(t, d.refuses(rapport.Command{Kind: k}), k)
	}
	require.Equal(t, "unknown_command", d.refuses(rapport.Command{Kind: "dance"}))
}

func TestTwoReleasersAreThreePeople(t *testing.T) {
	t.Parallel()

	d := newTill(t, func(h *house) { h.releasers = 2 })
	release := func(who string) string {
		return d.refuses(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id(who)})
	}
	asked := func() bool {
		return slices.ContainsFunc(d.p.View(d.now).Waiting, func(w rapport.Waiting) bool { return w.Who == "finance_releaser" })
	}
	d.approve("releaser", "rob")
	d.approve("preparer", "pia")
	d.run()
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	require.Zero(t, d.submits())
	require.True(t, asked(), "another one is waited for")
	require.Equal(t, "finance_releaser", string(d.requireTask("approve_payout").Role))
	require.Equal(t, "same_person", release("rob"))
	require.Equal(t, "same_person", release("pia"))
	require.Empty(t, release("eve"))
	d.comes(rapport.SubmitNewRound)
	d.approve("releaser", "eve")
	d.run()
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	require.Empty(t, d.p.Approvals, "a new round asks all three again")
	require.Empty(t, release("rob"))
	d.comes(rapport.SubmitPaid)
	d.approve("releaser", "eve")
	d.approve("releaser", "rob")
	require.Equal(t, "already_approved", release("max"))
	d.approve("preparer", "pia")
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	require.Equal(t, 2, d.submits())
}

func TestContentApprovalAsTheFirstPair(t *testing.T) {
	t.Parallel()

	d := newTill(t, func(h *house) { h.count = true })
	require.Equal(t, "content_approval_counts", d.refuses(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "preparer", Actor: id("pia")}))
	d.approve("releaser", "rob")
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
}

func TestAPayoutWaitsUntilItIsDue(t *testing.T) {
	t.Parallel()

	d := newTill(t, func(h *house) { h.terms.Milestones[0].NetDays = 10 })
	require.Equal(t, rapport.PayoutScheduled, d.p.State)
	require.Equal(t, d.p.Due, d.timers(d.p.ID, "payout_due")[0].At)
	require.Equal(t, "not_awaiting_approval", d.refuses(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("rob")}))
	d.order(rapport.CmdHold)
	require.Empty(t, d.p.Timers)
	d.pass(5)
	d.order(rapport.CmdRelease)
	require.Equal(t, rapport.PayoutScheduled, d.p.State)
	d.pass(6)
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	d.requireTask("approve_payout")
}

func TestHolds(t *testing.T) {
	t.Parallel()

	t.Run("by a person", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		require.Equal(t, "not_held", d.refuses(rapport.Command{Kind: rapport.CmdRelease}))
		d.approve("preparer", "pia")
		d.order(rapport.CmdHold)
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		require.Equal(t, "manual", d.requireTask("payout_held").Code)
		require.NotEmpty(t, d.p.View(d.now).Waiting)
		d.pass(60)
		require.Equal(t, rapport.PayoutHeld, d.p.State, "a hold never runs out")
		d.order(rapport.CmdRelease)
		day := d.now.AddDate(0, 0, 20).UTC().Truncate(24 * time.Hour)
		d.do(d.p.ID, rapport.Command{Kind: rapport.CmdHold, Until: day, Actor: id("pia")})
		d.run()
		require.Equal(t, d.p.Calendar.EndOfDate(day), d.requireTask("payout_held").Due, "looked at again on the day that was named")
		d.order(rapport.CmdRelease)
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
		_, open := d.task("payout_held")
		require.False(t, open)
		d.approve("releaser", "rob")
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State, "the approval given before is still good")
	})
	t.Run("that its release has overtaken", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		say := func(kind string, n int64) {
			d.signal(d.p.ID, rapport.Signal{ID: uuid.New(), Kind: kind, Code: "ban", N: n})
		}
		say(rapport.SignalRelease, 7)
		say(rapport.SignalHold, 5)
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State, "nothing would ever release it")
		say(rapport.SignalHold, 9)
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		say(rapport.SignalRelease, 8)
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		say(rapport.SignalRelease, 11)
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	})
	t.Run("by conditions", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.tell(rapport.SignalHold, "ban")
		d.tell(rapport.SignalHold, "post_mismatch")
		d.requireHolds("ban", "post_mismatch")
		require.Equal(t, "held_by_condition", d.refuses(rapport.Command{Kind: rapport.CmdRelease}))
		d.tell(rapport.SignalRelease, "ban")
		require.Equal(t, rapport.PayoutHeld, d.p.State, "each reason is released by its own")
		require.Equal(t, "post_mismatch", d.requireTask("payout_held").Code)
		d.requireHolds("post_mismatch")
		d.tell(rapport.SignalRelease, "never held")
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		d.tell(rapport.SignalRelease, "post_mismatch")
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	})
	t.Run("a fully approved payout goes on by itself", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitFundsShort)
		d.both()
		d.run()
		d.tell(rapport.SignalHold, "ban")
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		d.tell(rapport.SignalFunds, "")
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		d.comes(rapport.SubmitPaid)
		d.tell(rapport.SignalRelease, "ban")
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("before its row is written", func(t *testing.T) {
		t.Parallel()
		for _, end := range []rapport.PayoutState{rapport.PayoutHeld, rapport.PayoutCancelled} {
			p := &rapport.Payout{ID: id("early"), State: rapport.PayoutScheduled, Amount: eur(1), Due: start(), Timings: rapport.DefaultTimings(), Calendar: hourly()}
			p.Begin(start())
			if end == rapport.PayoutHeld {
				p.Signal(rapport.Signal{Kind: rapport.SignalHold, Code: "ban"}, start())
			} else {
				p.Command(rapport.Command{Kind: rapport.CmdCancel}, start())
			}
			require.Equal(t, end, p.State)
			p.TakeRecord()
			p.Outcome(rapport.Outcome{Key: "open", Code: "opened", Payout: &rapport.PayoutPlan{}}, start())
			changes := p.TakeRecord().Changes
			require.Len(t, changes, 1, "the row was written as scheduled and must hear what it is")
			require.Equal(t, string(end), changes[0].State)
		}
	})
	t.Run("while it is being sent", func(t *testing.T) {
		t.Parallel()
		for code, end := range map[string]rapport.PayoutState{
			rapport.SubmitFundsShort: rapport.PayoutHeld, rapport.SubmitPayeeNotReady: rapport.PayoutHeld, rapport.SubmitNewRound: rapport.PayoutHeld,
			rapport.SubmitRejectedFunds: rapport.PayoutHeld, rapport.SubmitRejected: rapport.PayoutHeld, rapport.SubmitPaid: rapport.PayoutPaid,
		} {
			d := newTill(t)
			d.comes(code)
			d.both()
			require.Equal(t, "being_sent", d.refuses(rapport.Command{Kind: rapport.CmdHold}))
			d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalHold, Code: "ban"})
			d.run()
			require.Equal(t, end, d.p.State, "after %s", code)
			_, late := d.task("hold_too_late")
			require.Equal(t, end == rapport.PayoutPaid, late)
			d.comes(rapport.SubmitPaid)
			d.tell(rapport.SignalFunds, "")
			d.tell(rapport.SignalPayeeReady, "")
			require.Equal(t, end, d.p.State, "nothing is sent while it is held")
			if code == rapport.SubmitRejectedFunds {
				d.tell(rapport.SignalRelease, "ban")
				require.Equal(t, rapport.PayoutPaid, d.p.State)
			}
		}
	})
	t.Run("released before it could be held", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitFundsShort)
		d.both()
		d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalHold, Code: "ban"})
		d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalRelease, Code: "ban"})
		d.run()
		require.Equal(t, rapport.PayoutAwaitingFunds, d.p.State)
	})
	t.Run("while nobody knows", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitUnknown)
		d.both()
		d.run()
		d.tell(rapport.SignalHold, "ban")
		d.requireTask("hold_too_late")
		require.Equal(t, rapport.PayoutUnknown, d.p.State)
		d.looks(rapport.ReconcileAbsentLong)
		d.pass(10)
		d.order(rapport.CmdRetry)
		require.Equal(t, rapport.PayoutHeld, d.p.State, "it was not too late after all")
	})
}

func TestAChangedDestination(t *testing.T) {
	t.Parallel()
	release := rapport.Command{Kind: rapport.CmdReleaseDestination, Actor: id("rob")}
	changes := func(d *till, n int64, days int) time.Time {
		until := d.p.Calendar.AddBusinessDays(d.now, days)
		d.signal(d.p.ID, rapport.Signal{ID: uuid.New(), Kind: rapport.SignalHold, Code: rapport.HoldDestination, At: until, N: n})
		d.run()
		return until
	}

	t.Run("before anybody approved it", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		until := changes(d, 1, 3)
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		task := d.requireTask("payout_held")
		require.Equal(t, rapport.RoleFinanceReleaser, task.Role)
		require.Equal(t, until, task.Due)
		require.Equal(t, "held_by_condition", d.refuses(rapport.Command{Kind: rapport.CmdRelease}), "it is no person's hold")
		refused := d.p.Allowed(release, d.now)
		require.Equal(t, &rapport.Refusal{Code: rapport.RefusedCoolOff, State: rapport.HoldDestination, At: until}, refused)
		require.Equal(t, rapport.RefusedCoolOff, viewOf(d, rapport.CmdReleaseDestination))
		d.pass(60)
		require.Equal(t, rapport.PayoutHeld, d.p.State, "time alone releases nothing")
		require.Empty(t, viewOf(d, rapport.CmdReleaseDestination), "and the page hears that a person may")
		d.do(d.p.ID, release)
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("after it was approved", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitFundsShort)
		d.both()
		d.run()
		until := changes(d, 1, 3)
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		d.comes(rapport.SubmitPaid)
		d.tell(rapport.SignalFunds, "")
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		d.now = until
		d.tick()
		d.do(d.p.ID, release)
		d.run()
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State, "it was approved for where the money went before")
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("while it is being sent", func(t *testing.T) {
		t.Parallel()
		for code, end := range map[string]rapport.PayoutState{
			rapport.SubmitPaid: rapport.PayoutPaid, rapport.SubmitRejectedFunds: rapport.PayoutHeld, rapport.SubmitNotApproved: rapport.PayoutHeld,
		} {
			d := newTill(t)
			d.comes(code)
			d.both()
			d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalHold, Code: rapport.HoldDestination, At: d.now.Add(time.Hour), N: 1})
			d.run()
			require.Equal(t, end, d.p.State, "after %s", code)
			_, late := d.task("hold_too_late")
			require.Equal(t, end == rapport.PayoutPaid, late)
		}
	})
	t.Run("twice, and heard of in the wrong order", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		first := changes(d, 10, 3)
		d.pass(2)
		second := changes(d, 20, 3)
		require.True(t, second.After(first))
		require.Equal(t, second, d.requireTask("payout_held").Due)
		changes(d, 10, 30)
		d.now = first
		require.Equal(t, rapport.RefusedCoolOff, d.refuses(release))
		d.now = second
		d.tick()
		require.Empty(t, d.refuses(release))
		d.do(d.p.ID, release)
		require.Equal(t, "not_held", d.refuses(release))
	})
	t.Run("beside a person's hold", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		until := changes(d, 1, 3)
		d.tell(rapport.SignalHold, "ban")
		d.now = until
		d.tick()
		d.do(d.p.ID, release)
		require.Equal(t, rapport.PayoutHeld, d.p.State, "each reason is released by its own")
		d.tell(rapport.SignalRelease, "ban")
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	})
}

// viewOf is why the page of a payout says that a command is not possible.
func viewOf(d *till, kind rapport.CommandKind) string {
	for _, c := range d.p.View(d.now).Commands {
		if c.Kind == kind {
			return c.Refused
		}
	}
	return "not shown"
}

func TestCancelling(t *testing.T) {
	t.Parallel()

	t.Run("in time", func(t *testing.T) {
		t.Parallel()
		for _, code := range []string{"", rapport.SubmitFundsShort, rapport.SubmitPayeeNotReady, rapport.SubmitRejected} {
			d := newTill(t)
			if code != "" {
				d.comes(code)
				d.both()
				d.run()
			}
			d.order(rapport.CmdCancel)
			require.Equal(t, rapport.PayoutCancelled, d.p.State)
			require.Equal(t, "cancelled", d.house.p.Milestones[0].State)
			require.True(t, d.p.Done())
			for key, task := range d.tasks {
				require.False(t, strings.HasPrefix(key, d.p.ID.String()), "task %s is left over", task.Kind)
			}
			d.tell(rapport.SignalCancelled, "")
			d.tell(rapport.SignalHold, "ban")
			_, late := d.task("hold_too_late")
			require.False(t, late, "there is nothing to hold")
		}
	})
	t.Run("while it is held", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.tell(rapport.SignalHold, "ban")
		d.tell(rapport.SignalCancelled, "")
		require.Equal(t, rapport.PayoutCancelled, d.p.State)
	})
	t.Run("too late", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.both()
		require.Equal(t, "being_sent", d.refuses(rapport.Command{Kind: rapport.CmdCancel}))
		d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalCancelled})
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State)
		d.requireTask("cancel_too_late")
		require.Equal(t, "too_late_to_cancel", d.refuses(rapport.Command{Kind: rapport.CmdCancel}))
		require.Equal(t, "too_late_to_hold", d.refuses(rapport.Command{Kind: rapport.CmdHold}))
	})
	t.Run("while it is being sent in vain", func(t *testing.T) {
		t.Parallel()
		for _, code := range []string{rapport.SubmitFundsShort, rapport.SubmitPayeeNotReady, rapport.SubmitRejected, rapport.SubmitRejectedPayee, rapport.SubmitNewRound} {
			d := newTill(t)
			d.comes(code)
			d.both()
			d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalCancelled})
			d.run()
			require.Equal(t, rapport.PayoutCancelled, d.p.State, "after %s", code)
			_, late := d.task("cancel_too_late")
			require.False(t, late)
		}
	})
	t.Run("while nobody knows", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitUnknown)
		d.both()
		d.run()
		d.tell(rapport.SignalCancelled, "")
		d.requireTask("cancel_too_late")
		require.Equal(t, rapport.PayoutUnknown, d.p.State)
		d.looks(rapport.ReconcileAbsentLong)
		d.pass(10)
		d.order(rapport.CmdRetry)
		require.Equal(t, rapport.PayoutCancelled, d.p.State)
	})
}

func TestParkedForFunds(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.comes(rapport.SubmitFundsShort)
	d.both()
	d.run()
	require.Equal(t, rapport.PayoutAwaitingFunds, d.p.State)
	d.requireTask("top_up")
	require.NotEmpty(t, d.p.View(d.now).Waiting)
	d.tell(rapport.SignalPayeeReady, "")
	require.Equal(t, 1, d.submits(), "only what was missing wakes it")
	d.comes(rapport.SubmitPaid)
	d.tell(rapport.SignalFunds, "")
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	_, open := d.task("top_up")
	require.False(t, open)
}

// TestKeptBackByTheBooks: a payout that is right in itself waits without an attempt, and can be held or cancelled meanwhile.
func TestKeptBackByTheBooks(t *testing.T) {
	t.Parallel()
	gated := func(t *testing.T) *till {
		t.Helper()
		d := newTill(t)
		d.comes(rapport.SubmitGated)
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutApproved, d.p.State)
		require.Equal(t, "compare_books", d.p.View(d.now).Waiting[0].Decision)
		d.tell(rapport.SignalFunds, "")
		d.tell(rapport.SignalPayeeReady, "")
		d.tell(rapport.SignalStripe, "")
		d.pass(40)
		require.Equal(t, 1, d.submits(), "only the gate wakes it, and no clock does")
		return d
	}
	d := gated(t)
	d.comes(rapport.SubmitGated)
	d.tell(rapport.SignalGate, "")
	require.Equal(t, 2, d.submits())
	require.Equal(t, rapport.PayoutApproved, d.p.State, "something else was in the way")
	d.comes(rapport.SubmitPaid)
	d.tell(rapport.SignalGate, "")
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	d.tell(rapport.SignalGate, "")
	require.Equal(t, 3, d.submits())

	d = gated(t)
	d.tell(rapport.SignalHold, "ban")
	require.Equal(t, rapport.PayoutHeld, d.p.State)
	d.tell(rapport.SignalGate, "")
	require.Equal(t, 1, d.submits(), "nothing is sent while it is held")
	d.comes(rapport.SubmitPaid)
	d.tell(rapport.SignalRelease, "ban")
	require.Equal(t, rapport.PayoutPaid, d.p.State)

	d = newTill(t)
	d.both()
	d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalGate})
	a := d.effects[len(d.effects)-1]
	d.effects = nil
	d.outcome(a, rapport.Outcome{Code: rapport.SubmitGated})
	require.Equal(t, 2, d.p.Submits, "the answer is older than the opening")
}

func TestParkedForThePayee(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.comes(rapport.SubmitPayeeNotReady)
	d.both()
	d.run()
	require.Equal(t, rapport.PayoutAwaitingPayee, d.p.State)
	require.Contains(t, d.mails(), "payee_reminder")
	d.pass(9.5)
	require.Equal(t, 4, d.submits(), "asked again with every reminder")
	d.requireTask("payee_not_ready")
	d.comes(rapport.SubmitPaid)
	d.tell(rapport.SignalPayeeReady, "")
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	require.Empty(t, d.p.Timers)
}

func TestACureThatArrivesWhileItIsBeingSent(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.both()
	d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalFunds})
	a := d.effects[len(d.effects)-1]
	d.effects = nil
	d.outcome(a, rapport.Outcome{Code: rapport.SubmitFundsShort})
	require.Equal(t, 2, d.p.Submits, "the answer is older than the cure")
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
}

func TestRejections(t *testing.T) {
	t.Parallel()

	t.Run("by a person's retry", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitRejected)
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutFailed, d.p.State)
		require.Equal(t, rapport.RoleFinanceReleaser, d.requireTask("payout_failed").Role)
		d.tell(rapport.SignalFunds, "")
		d.tell(rapport.SignalPayeeReady, "")
		d.pass(30)
		require.Equal(t, 1, d.submits(), "what is refused for a reason of its own is not tried again by itself")
		d.comes(rapport.SubmitPaid)
		d.order(rapport.CmdRetry)
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("after waiting for the payee", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitPayeeNotReady)
		d.both()
		d.run()
		d.comes(rapport.SubmitRejected)
		d.tell(rapport.SignalPayeeReady, "")
		require.Equal(t, rapport.PayoutFailed, d.p.State)
		d.pass(30)
		require.Equal(t, 2, d.submits(), "the old reminder sends nothing")
	})
	t.Run("cured by funds", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitRejectedFunds)
		d.both()
		d.run()
		d.comes(rapport.SubmitPaid)
		d.tell(rapport.SignalFunds, "")
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("cured by the payee", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.comes(rapport.SubmitRejectedPayee)
		d.both()
		d.run()
		require.NotEmpty(t, d.timers(d.p.ID, "payee_reminder"))
		require.NotContains(t, d.mails(), "payee_reminder", "runs from before told nobody")
		d.comes(rapport.SubmitPaid)
		d.tell(rapport.SignalPayeeReady, "")
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("who is refused is told, with every try", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.answers[rapport.EffectSubmit] = func(rapport.Effect) rapport.Outcome {
			return rapport.Outcome{Code: rapport.SubmitRejectedPayee, Tell: true}
		}
		d.both()
		d.run()
		reminders := func() (n int) {
			for _, m := range d.mails() {
				if m == "payee_reminder" {
					n++
				}
			}
			return n
		}
		require.Equal(t, 1, reminders())
		d.pass(3.5)
		require.Equal(t, 2, reminders())
	})
}

func TestANewRoundOfApprovals(t *testing.T) {
	t.Parallel()

	for _, code := range []string{rapport.SubmitNewRound, rapport.SubmitNotApproved} {
		d := newTill(t)
		d.comes(code)
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
		require.Empty(t, d.p.Approvals, "the old approvals were for something else")
		d.comes(rapport.SubmitPaid)
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	}
}

func TestWhenNobodyKnows(t *testing.T) {
	t.Parallel()

	unknown := func(t *testing.T) *till {
		t.Helper()
		d := newTill(t)
		d.comes(rapport.SubmitUnknown)
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutUnknown, d.p.State)
		return d
	}
	t.Run("found at last", func(t *testing.T) {
		t.Parallel()
		d := unknown(t)
		require.Equal(t, 1, d.p.Absences, "looked up at once")
		require.Equal(t, d.now.Add(6*time.Hour), d.timers(d.p.ID, "reconcile")[0].At, "of real time, however long a day is")
		for _, k := range []rapport.CommandKind{rapport.CmdRetry, rapport.CmdCancel, rapport.CmdHold} {
			require.NotEmpty(t, d.refuses(rapport.Command{Kind: k}), k)
		}
		d.looks(rapport.SubmitPaid)
		d.pass(6.5)
		require.Equal(t, rapport.PayoutPaid, d.p.State)
		require.Equal(t, 1, d.submits())
	})
	t.Run("an event hurries the look-up", func(t *testing.T) {
		t.Parallel()
		d := unknown(t)
		d.looks(rapport.SubmitPaid)
		d.tell(rapport.SignalStripe, "")
		require.Equal(t, rapport.PayoutPaid, d.p.State)
	})
	t.Run("so does a person", func(t *testing.T) {
		t.Parallel()
		d := unknown(t)
		d.order(rapport.CmdReconcile)
		require.Equal(t, 2, d.p.Absences)
	})
	timedOut := func(t *testing.T, found string) *till {
		t.Helper()
		d := newTill(t)
		d.comes(rapport.SubmitTimedOut)
		d.answers[rapport.EffectReconcile] = func(rapport.Effect) rapport.Outcome {
			d.comes(rapport.SubmitPaid) // whoever was away is back
			return rapport.Outcome{Code: found}
		}
		d.both()
		return d
	}
	t.Run("nobody answered and nothing was sent", func(t *testing.T) {
		t.Parallel()
		d := timedOut(t, rapport.ReconcileNeverSent)
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State)
		require.Equal(t, 2, d.submits())
		_, failed := d.task("payout_failed")
		require.False(t, failed, "nothing was refused")
	})
	t.Run("nobody answered and it was held meanwhile", func(t *testing.T) {
		t.Parallel()
		d := timedOut(t, rapport.ReconcileNeverSent)
		d.signal(d.p.ID, rapport.Signal{Kind: rapport.SignalHold, Code: "ban"})
		d.run()
		require.Equal(t, rapport.PayoutHeld, d.p.State)
		require.Equal(t, 1, d.submits())
	})
	t.Run("nobody answered but it was sent", func(t *testing.T) {
		t.Parallel()
		d := timedOut(t, rapport.ReconcileAbsent)
		d.run()
		require.Equal(t, rapport.PayoutUnknown, d.p.State)
		require.Equal(t, 1, d.submits(), "nothing is sent again before it is looked up")
	})
	t.Run("nobody answered but it was rejected", func(t *testing.T) {
		t.Parallel()
		d := timedOut(t, rapport.SubmitRejectedFunds)
		d.run()
		require.Equal(t, rapport.PayoutFailed, d.p.State)
		d.tell(rapport.SignalFunds, "")
		require.Equal(t, rapport.PayoutPaid, d.p.State, "by the event that cures it")
	})
	t.Run("absent for long", func(t *testing.T) {
		t.Parallel()
		d := unknown(t)
		d.looks(rapport.ReconcileAbsentLong)
		d.pass(6.5)
		require.Equal(t, rapport.PayoutUnknown, d.p.State, "a person confirms it")
		d.requireTask("payout_unknown")
		d.order(rapport.CmdRetry)
		require.Equal(t, rapport.PayoutFailed, d.p.State)
		_, open := d.task("payout_unknown")
		require.False(t, open)
		require.Equal(t, 1, d.submits())
		d.comes(rapport.SubmitPaid)
		d.order(rapport.CmdRetry)
		require.Equal(t, rapport.PayoutPaid, d.p.State)
		require.Equal(t, 2, d.submits())
	})
}

func TestThePagesOfAPayout(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	byKind := map[rapport.CommandKind]string{}
	for _, c := range d.p.View(d.now).Commands {
		byKind[c.Kind] = c.Refused
	}
	require.Equal(t, map[rapport.CommandKind]string{
		"approve_preparer": "", "approve_releaser": "", "hold": "", "cancel": "", "release": "not_held", "retry": "nothing_to_retry", "reconcile": "nothing_to_reconcile",
		"pay_offline": "", "pay_stripe": "not_offline", "record_offline": "not_awaiting_proof",
	}, byKind)
}

// The database enforces the same tables; this reads them from its migrations.
func TestTheDatabaseRepeatsTheTables(t *testing.T) {
	t.Parallel()

	money, err := os.ReadFile("postgres/migrations/00005_money.sql")
	require.NoError(t, err)
	_, rows, ok := strings.Cut(string(money), "insert into payout_transitions values")
	require.True(t, ok)
	rows, _, ok = strings.Cut(rows, ";")
	require.True(t, ok)
	found := regexp.MustCompile(`\('(\w+)', '(\w+)'\)`).FindAllStringSubmatch(rows, -1)
	inDatabase, here := make([]string, 0, len(found)), []string{}
	for _, m := range found {
		inDatabase = append(inDatabase, m[1]+" → "+m[2])
	}
	for from, to := range rapport.PayoutTransitions() {
		for _, s := range to {
			here = append(here, fmt.Sprintf("%s → %s", from, s))
		}
	}
	require.ElementsMatch(t, here, inDatabase)

	reversals, err := os.ReadFile("postgres/migrations/00015_reversals.sql")
	require.NoError(t, err)
	_, rows, ok = strings.Cut(string(reversals), "insert into reversal_transitions values")
	require.True(t, ok)
	rows, _, ok = strings.Cut(rows, ";")
	require.True(t, ok)
	here, inDatabase = nil, nil
	for _, m := range regexp.MustCompile(`\('(\w+)', '(\w+)'\)`).FindAllStringSubmatch(rows, -1) {
		inDatabase = append(inDatabase, m[1]+" → "+m[2])
	}
	for from, to := range rapport.ReversalTransitions() {
		for _, s := range to {
			here = append(here, fmt.Sprintf("%s → %s", from, s))
		}
	}
	require.ElementsMatch(t, here, inDatabase)
	back := make([]string, 0, len(rapport.ReversalStates()))
	for _, s := range rapport.ReversalStates() {
		back = append(back, string(s))
	}
	require.ElementsMatch(t, back, checkList(t, "00015_reversals.sql", "create table reversals (", "state"))

	states := make([]string, 0, len(rapport.PayoutStates()))
	for _, s := range rapport.PayoutStates() {
		states = append(states, string(s))
	}
	require.ElementsMatch(t, states, checkList(t, "00005_money.sql", "create table payouts (", "state"))
	stages := make([]string, 0, len(rapport.Stages()))
	for _, s := range rapport.Stages() {
		stages = append(stages, string(s))
	}
	require.ElementsMatch(t, stages, checkList(t, "00003", "create table partnerships (", "stage"))

	currencies := make([]string, 0, len(rapport.Currencies()))
	for _, c := range rapport.Currencies() {
		currencies = append(currencies, fmt.Sprintf("('%s', %d, %d)", c.Code, c.Exponent, c.Step))
	}
	later, err := os.ReadFile("postgres/migrations/00061_currencies_and_what_is_blocked.sql")
	require.NoError(t, err)
	require.ElementsMatch(t, currencies, regexp.MustCompile(`\('[a-z]{3}', \d, \d+\)`).FindAllString(string(money)+string(later), -1))
	triggers := []string{
		string(rapport.TriggerSignature), string(rapport.TriggerApproval), string(rapport.TriggerPosted), string(rapport.TriggerVerified), string(rapport.TriggerDate), string(rapport.TriggerCampaignEnd),
	}
	require.ElementsMatch(t, triggers, checkList(t, "00005_money.sql", "create table milestones (", "trigger"))
}

// checkList reads the values that a column's check allows from the migration whose name begins so.
func checkList(t *testing.T, migration, table, column string) []string {
	t.Helper()

	entries, err := os.ReadDir("postgres/migrations")
	require.NoError(t, err)
	i := slices.IndexFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), migration) })
	require.GreaterOrEqual(t, i, 0)
	text, err := os.ReadFile("postgres/migrations/" + entries[i].Name())
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(text), table)
	require.True(t, ok)
	m := regexp.MustCompile(`(?s)check \(` + column + ` in \((.*?)\)\)`).FindStringSubmatch(rest)
	require.NotNil(t, m)
	found := regexp.MustCompile(`'(\w+)'`).FindAllStringSubmatch(m[1], -1)
	values := make([]string, 0, len(found))
	for _, v := range found {
		values = append(values, v[1])
	}
	return values
}

func TestIDsAreDerived(t *testing.T) {
	t.Parallel()

	require.Equal(t, "216ed901-20e2-5b38-adb2-b033f0715c45", rapport.DeriveID(root, "a").String(), "ids of running partnerships never change")
	require.NotEqual(t, rapport.DeriveID(root, "a"), rapport.DeriveID(root, "b"))
	require.Equal(t, uuid.Version(5), rapport.DeriveID(root, "a").Version())
}

func TestApprovalsThatCameBeforeThePlan(t *testing.T) {
	t.Parallel()

	p := &rapport.Payout{ID: id("payout"), State: rapport.PayoutScheduled, Due: start(), Timings: rapport.DefaultTimings(), Calendar: hourly()}
	p.Begin(start())
	p.Command(rapport.Command{Kind: rapport.CmdHold, Actor: id("pia")}, start())
	p.Command(rapport.Command{Kind: rapport.CmdRelease, Actor: id("pia")}, start())
	require.Equal(t, rapport.PayoutAwaitingApproval, p.State)
	p.Command(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("rob"), Ref: id("row")}, start())
	require.Equal(t, rapport.PayoutAwaitingApproval, p.State)
	p.Outcome(rapport.Outcome{Key: "open", Payout: &rapport.PayoutPlan{ContentCounts: true}}, start())
	require.Equal(t, rapport.PayoutApproved, p.State, "the content's approval is the other pair of eyes")
}
