package rapport_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

// recovery is a reversal on its own. It answers effects as the activities do, with a row that holds what came back.
type recovery struct {
	t     require.TestingT
	r     *rapport.Reversal
	now   time.Time
	n     int
	tasks map[string]rapport.TaskChange
	facts []string
	todo  []rapport.Effect
	asked []string

	row   rapport.ReversalState
	back  int64  // what is back, kept or given up; of 600
	says  string // what the provider answers to the next attempt
	finds string // what a look-up finds
}

func newRecovery(t require.TestingT) *recovery {
	d := &recovery{
		t: t, now: start(), tasks: map[string]rapport.TaskChange{}, row: rapport.ReversalAwaitingApproval, says: rapport.ReverseDone, finds: rapport.ReconcileAbsent,
		r: &rapport.Reversal{ID: id("reversal"), BrandID: id("brand"), PartnershipID: id("partnership"), PayoutID: id("payout"), CreatorID: id("creator"), Amount: eur(600), RequestedBy: id("pia")},
	}
	d.r.Begin(d.now)
	d.keep()
	return d
}

func opened(t require.TestingT) *recovery {
	d := newRecovery(t)
	d.run()
	return d
}

func (d *recovery) keep() {
	rec := d.r.Base().TakeRecord()
	for _, f := range rec.Facts {
		d.facts = append(d.facts, f.Kind)
	}
	for _, c := range rec.Changes {
		to := rapport.ReversalState(c.State)
		if d.row.Final() || d.row == to {
			continue // what has ended by its money stays ended
		}
		require.Contains(d.t, rapport.ReversalTransitions()[d.row], to, "the row is %s", d.row)
		require.False(d.t, to == rapport.ReversalNetting && c.Until.IsZero(), "the database wants to know from when on")
		d.row = to
	}
	for _, k := range rec.Tasks {
		if k.Open {
			d.tasks[k.Key] = k
		} else {
			delete(d.tasks, k.Key)
		}
	}
	d.todo = append(d.todo, d.r.Base().TakeEffects()...)
}

// usual is what the activity of an effect would answer, and what it would do to the row.
func (d *recovery) usual(e rapport.Effect) rapport.Outcome {
	out := rapport.Outcome{Key: e.Key}
	attempt := func(code string) string {
		switch code {
		case rapport.ReverseDone:
			d.back, d.row = 600, rapport.ReversalReversed
		case rapport.SubmitRejected, rapport.SubmitRejectedPayee:
			d.row = rapport.ReversalFailed
		case rapport.SubmitUnknown, rapport.ReconcileAbsent, rapport.ReconcileAbsentLong, rapport.ReconcileDiffers, rapport.ReconcileDiffersLong:
			d.row = rapport.ReversalUnknown
		case rapport.SubmitRejectedFunds:
			d.row = rapport.ReversalSubmitted
		}
		return code
	}
	switch e.Kind {
	case rapport.EffectOpenReversal:
		out.Code, out.Reversal = "opened", &rapport.ReversalPlan{Calendar: hourly(), Timings: rapport.DefaultTimings(), NoticeDays: 14}
	case rapport.EffectReverse:
		switch d.row {
		case rapport.ReversalApproved:
			d.row = rapport.ReversalSubmitted
			out.Code = attempt(d.says)
		case rapport.ReversalReversed:
			out.Code = rapport.ReverseDone
		default:
			out.Code = rapport.ReverseNothing
		}
	case rapport.EffectFindReversal:
		out.Code = d.finds
		switch {
		case e.Code == "confirm" && out.Code == rapport.ReconcileAbsentLong:
			out.Code = rapport.SubmitRejected
		case e.Code == "confirm" && out.Code == rapport.ReconcileDiffersLong:
			out.Code = rapport.ReverseDone
		}
		attempt(out.Code)
	case rapport.EffectCountReversal:
		out.Code = "open"
		if d.row == rapport.ReversalNetted {
			out.Code = string(d.row)
		}
	case rapport.EffectWriteOff:
		if !d.row.Final() {
			d.back, d.row = 600, rapport.ReversalWrittenOff
		}
		out.Code = "open"
		if d.row == rapport.ReversalWrittenOff {
			out.Code = string(d.row)
		}
	case rapport.EffectMail:
		out.Code = rapport.MailAccepted
	}
	return out
}

func (d *recovery) answer(i int) {
	e := d.todo[i]
	d.todo = slices.Delete(slices.Clone(d.todo), i, i+1)
	d.asked = append(d.asked, e.Kind+"/"+e.Code)
	d.r.Outcome(d.usual(e), d.now)
	d.keep()
}

func (d *recovery) run() {
	for range 50 {
		if len(d.todo) == 0 {
			return
		}
		d.answer(0)
	}
	require.Fail(d.t, "it never rests")
}

func (d *recovery) refused(kind rapport.CommandKind, who string) string {
	if r := d.r.Allowed(rapport.Command{Kind: kind, Actor: id(who)}, d.now); r != nil {
		return r.Code
	}
	return ""
}

func (d *recovery) do(kind rapport.CommandKind, who string) {
	require.Empty(d.t, d.refused(kind, who), kind)
	d.n++
	d.r.Command(rapport.Command{ID: id(fmt.Sprint("command", d.n)), Kind: kind, Actor: id(who), Ref: id("row")}, d.now)
	d.keep()
}

func (d *recovery) pass(hours int) {
	d.now = d.now.Add(time.Duration(hours) * time.Hour)
	d.r.Tick(d.now)
	d.keep()
	d.run()
}

// netted is a payment that kept the last of it.
func (d *recovery) netted() {
	d.back, d.row = 600, rapport.ReversalNetted
	d.r.Signal(rapport.Signal{Kind: rapport.SignalNetted, Ref: id("later")}, d.now)
	d.keep()
}

func (d *recovery) approved() {
	d.do(rapport.CmdApproveReversal, "rob")
	d.run()
}

func TestTakingMoneyBack(t *testing.T) {
	t.Parallel()
	t.Run("two people", func(t *testing.T) {
		t.Parallel()
		d := newRecovery(t)
		require.Equal(t, "starting", d.refused(rapport.CmdApproveReversal, "rob"), "nothing is known of it yet")
		d.run()
		require.Contains(t, d.tasks, "approve")
		require.Equal(t, "own_request", d.refused(rapport.CmdApproveReversal, "pia"))
		for _, k := range []rapport.CommandKind{rapport.CmdRetry, rapport.CmdNet, rapport.CmdAskWriteOff, rapport.CmdApproveWriteOff, rapport.CmdKeepClaim, rapport.CmdReconcile, rapport.CmdHold} {
			require.NotEmpty(t, d.refused(k, "rob"), k)
		}
		d.approved()
		require.Equal(t, rapport.ReversalReversed, d.r.State)
		require.Contains(t, d.asked, "mail/payment_reversed", "the creator hears of it")
		require.Empty(t, d.tasks)
		require.True(t, d.r.Done())
	})
	t.Run("nobody approves it", func(t *testing.T) {
		t.Parallel()
		d := opened(t)
		d.do(rapport.CmdCancel, "rob")
		d.run()
		require.True(t, d.r.Done())
		require.NotContains(t, d.asked, "submit_reversal/")
		require.NotEmpty(t, d.refused(rapport.CmdApproveReversal, "rob"))
	})
	t.Run("the account is too empty", func(t *testing.T) {
		t.Parallel()
		d := opened(t)
		d.says = rapport.SubmitRejectedFunds
		d.approved()
		require.Equal(t, rapport.ReversalNetting, d.r.State)
		require.Equal(t, d.now.Add(14*time.Hour), d.r.NetFrom, "days of the brand's calendar")
		require.Contains(t, d.asked, "mail/netting_notice")
		d.pass(44)
		require.Contains(t, d.tasks, "netting_slow", "somebody looks when no payment comes")
		d.do(rapport.CmdRetry, "pia")
		d.run()
		require.Equal(t, rapport.ReversalNetting, d.r.State)
		require.Equal(t, 1, count(d.asked, "mail/netting_notice"), "the creator is told once")
		d.netted()
		d.run()
		require.Equal(t, rapport.ReversalNetted, d.r.State)
		require.Empty(t, d.tasks)
		require.True(t, d.r.Done())
	})
	t.Run("a payment keeps the last of it while somebody asks to give it up", func(t *testing.T) {
		t.Parallel()
		d := opened(t)
		d.says = rapport.SubmitRejectedFunds
		d.approved()
		d.do(rapport.CmdAskWriteOff, "pia")
		d.netted()
		d.run()
		require.Equal(t, rapport.ReversalNetted, d.r.State)
		require.Empty(t, d.tasks)
	})
	t.Run("given up", func(t *testing.T) {
		t.Parallel()
		d := opened(t)
		d.says = rapport.SubmitRejected
		d.approved()
		require.Contains(t, d.tasks, "failed")
		d.do(rapport.CmdAskWriteOff, "ria")
		require.Equal(t, "own_request", d.refused(rapport.CmdApproveWriteOff, "ria"))
		require.Equal(t, "own_request", d.refused(rapport.CmdApproveWriteOff, "pia"), "nor who asked to take it back")
		d.do(rapport.CmdKeepClaim, "rob")
		d.run()
		require.Equal(t, rapport.ReversalNetting, d.r.State)
		d.do(rapport.CmdAskWriteOff, "ria")
		d.do(rapport.CmdApproveWriteOff, "rob")
		require.Equal(t, "being_sent", d.refused(rapport.CmdApproveWriteOff, "rob"))
		d.run()
		require.Equal(t, rapport.ReversalWrittenOff, d.r.State)
		require.True(t, d.r.Done())
	})
	t.Run("nobody knows", func(t *testing.T) {
		t.Parallel()
		d := opened(t)
		d.says = rapport.SubmitUnknown
		d.approved()
		require.Equal(t, rapport.ReversalUnknown, d.r.State)
		require.Equal(t, "nothing_to_retry", d.refused(rapport.CmdRetry, "rob"), "nothing is sent again before it is looked up")
		d.finds = rapport.ReconcileAbsentLong
		d.pass(7)
		require.Contains(t, d.tasks, "unknown")
		d.do(rapport.CmdRetry, "rob")
		d.run()
		require.Equal(t, rapport.ReversalFailed, d.r.State)
		d.says = rapport.ReverseDone
		d.do(rapport.CmdRetry, "rob")
		d.run()
		require.Equal(t, rapport.ReversalReversed, d.r.State)
	})
}

// TestAnyLifeOfAReversal draws commands, answers, payments and time in any order. What is final is made good; what is not final has
// something that moves it.
func TestAnyLifeOfAReversal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := newRecovery(rt)
		kinds := []rapport.CommandKind{
			rapport.CmdApproveReversal, rapport.CmdCancel, rapport.CmdRetry, rapport.CmdNet, rapport.CmdAskWriteOff, rapport.CmdApproveWriteOff, rapport.CmdKeepClaim, rapport.CmdReconcile,
		}
		says := []string{rapport.ReverseDone, rapport.SubmitRejected, rapport.SubmitRejectedPayee, rapport.SubmitRejectedFunds, rapport.SubmitUnknown}
		finds := []string{rapport.ReverseDone, rapport.ReconcileAbsent, rapport.ReconcileAbsentLong, rapport.ReconcileDiffers, rapport.ReconcileDiffersLong}
		for range rapid.IntRange(1, 60).Draw(rt, "steps") {
			switch rapid.IntRange(0, 5).Draw(rt, "step") {
			case 0, 1:
				kind, who := rapid.SampledFrom(kinds).Draw(rt, "kind"), rapid.SampledFrom([]string{"pia", "rob", "ria"}).Draw(rt, "who")
				if d.refused(kind, who) == "" {
					d.do(kind, who)
				}
			case 2, 3:
				if len(d.todo) > 0 {
					d.says, d.finds = rapid.SampledFrom(says).Draw(rt, "says"), rapid.SampledFrom(finds).Draw(rt, "finds")
					d.answer(rapid.IntRange(0, len(d.todo)-1).Draw(rt, "effect"))
				}
			case 4:
				if d.row == rapport.ReversalNetting || d.row == rapport.ReversalAwaitingWriteOff {
					d.netted()
				}
			case 5:
				d.now = d.now.Add(time.Duration(rapid.IntRange(1, 50).Draw(rt, "hours")) * time.Hour)
				d.r.Tick(d.now)
				d.keep()
			}
			if !d.r.Done() {
				require.Positive(rt, len(d.r.Pending)+len(d.r.Timers)+len(d.tasks), "%s waits for nobody", d.r.State)
			}
		}
		d.says, d.finds = rapport.ReverseDone, rapport.ReverseDone
		d.run()
		if d.r.State.Final() {
			require.Equal(rt, d.r.State, d.row)
			require.Empty(rt, d.tasks)
			require.Equal(rt, d.r.State != rapport.ReversalCancelled, d.back == 600)
			require.Empty(rt, d.r.Timers)
		}
	})
}
