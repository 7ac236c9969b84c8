package rapport_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// outcomes are what ending would make of the parts of the fee, in their order.
func (h *house) outcomes() []string {
	e, err := h.p.PreviewTermination(h.now)
	require.NoError(h.t, err)
	require.Nil(h.t, e.Refused)
	out := make([]string, len(e.Money))
	for i, m := range e.Money {
		out[i] = m.Outcome
	}
	return out
}

func (h *house) terminate() {
	e, err := h.p.PreviewTermination(h.now)
	require.NoError(h.t, err)
	h.cmd(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner"), Code: e.Shown})
}

func TestWhatIsOwedSurvivesTheEnd(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	h.release(0)
	require.Equal(t, []string{rapport.EndedPaid, rapport.EndedOwed, rapport.EndedFallsOff}, h.outcomes())
	before := len(h.facts[h.p.ID])
	e, err := h.p.PreviewTermination(h.now)
	require.NoError(t, err)
	require.Len(t, h.facts[h.p.ID], before, "looking changes nothing")
	require.Equal(t, []rapport.EndedContent{{ID: h.p.Deliverables[0].ID, State: "approved_to_post"}}, e.Content)
	require.Equal(t, &rapport.EndedContract{ID: h.p.Contract.ID, State: "terminated"}, e.Contract)
	h.terminate()
	require.Equal(t, []string{"settled", "met", "cancelled"}, milestones(h))
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(1).State)
	h.release(1)
	require.Equal(t, []string{"settled", "settled", "cancelled"}, milestones(h))
	require.True(t, h.p.Done())

	ended, err := h.p.PreviewTermination(h.now)
	require.NoError(t, err)
	require.Equal(t, "ended", ended.Refused.Code)
	require.Empty(t, ended.Shown)
}

func TestAnEndingThatIsNotTheOneShownIsRefused(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	e, err := h.p.PreviewTermination(h.now)
	require.NoError(t, err)
	h.pass(0.1)
	again, err := h.p.PreviewTermination(h.now)
	require.NoError(t, err)
	require.Equal(t, e.Shown, again.Shown, "time alone changes nothing of it")
	h.mail("human")
	shown := rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner"), Code: e.Shown}
	require.Empty(t, h.refused(shown), "nor does a mail")
	h.decide("ada", rapport.DecisionApprove)
	require.Equal(t, "changed_since", h.refused(shown), "money is owed that was not")
	shown.Code = "nothing"
	require.Equal(t, "changed_since", h.refused(shown))
	h.terminate()
	require.Equal(t, rapport.StageTerminated, h.p.Stage)
}

func TestEndingWithMoneyThatIsHeld(t *testing.T) {
	t.Parallel()

	t.Run("whose approval was taken back", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: h.p.Deliverables[0].ID})
		require.Equal(t, []string{rapport.EndedOwed, rapport.EndedRevoked, rapport.EndedFallsOff}, h.outcomes())
		h.terminate()
		require.Equal(t, rapport.PayoutCancelled, h.payout(1).State)
		require.Equal(t, []string{"met", "cancelled", "cancelled"}, milestones(h))
	})
	t.Run("because of a post or a ban", func(t *testing.T) {
		t.Parallel()
		for why, held := range map[string]func(h *house){
			"post_mismatch": func(h *house) {
				h.answers[rapport.EffectVerify] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: "mismatch"} }
				h.post()
			},
			"ban": func(h *house) { h.cmd(rapport.Command{Kind: rapport.CmdBan, Actor: id("admin")}) },
		} {
			h := newHouse(t).approved()
			held(h)
			require.Equal(t, why, h.payout(1).Holds[0].Code)
			require.Contains(t, h.outcomes(), rapport.EndedHeld)
			h.terminate()
			p := h.payout(1)
			require.Len(t, p.Holds, 1)
			require.Equal(t, rapport.HoldTerminated, p.Holds[0].Code, "nobody looks at the post or the ban any more")
			h.do(p.ID, rapport.Command{Kind: rapport.CmdRelease, Actor: id("pia")})
			h.run()
			require.Equal(t, rapport.PayoutAwaitingApproval, p.State)
		}
	})
}

func TestABanAfterTheEndHoldsWhatIsStillOwed(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.terminate()
	p := h.payout(0)
	h.cmd(rapport.Command{Kind: rapport.CmdBan, Actor: id("admin")})
	require.Equal(t, []any{rapport.PayoutHeld, "ban"}, []any{p.State, p.Holds[0].Code})
	require.Equal(t, rapport.StageTerminated, h.p.Stage)
	h.cmd(rapport.Command{Kind: rapport.CmdUnban, Actor: id("admin")})
	require.Equal(t, rapport.PayoutAwaitingApproval, p.State)
	h.release(0)
	require.Equal(t, "ended", h.refused(rapport.Command{Kind: rapport.CmdBan}), "nothing is owed any more")
}

func TestEndingWhatIsNotSigned(t *testing.T) {
	t.Parallel()

	see := func(h *house) rapport.Ending {
		e, err := h.p.PreviewTermination(h.now)
		require.NoError(t, err)
		return e
	}
	require.Empty(t, see(newHouse(t)).Money)
	require.Equal(t, []uuid.UUID{id("offer")}, see(newHouse(t).negotiate()).Offers)
	h := newHouse(t).accept()
	require.Equal(t, "withdrawn", see(h).Contract.State)
	h = newHouse(t).activate()
	amendment := h.draft("amendment", rapport.Amendment{EndDays: 5})
	require.Equal(t, amendment, see(h).Amendment)
	h = wrapUp(newHouse(t))
	h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(200_000)})
	require.Contains(t, see(h).Offers, id("next"))
}

// terminate gives the command with what was shown of it, and holds what was shown against what happens at once.
func (l *life) terminate(cmd rapport.Command) {
	p := l.house.p
	e, err := p.PreviewTermination(l.now)
	require.NoError(l.t, err)
	require.Nil(l.t, e.Refused)
	cmd.Code = e.Shown
	sent := len(l.sends)
	l.do(p.ID, cmd)
	l.last, l.ending = &cmd, &e
	require.Equal(l.t, rapport.StageTerminated, p.Stage)
	for _, s := range l.sends[sent:] {
		require.Nil(l.t, s.Payout, "ending makes nothing owed")
	}
	at := map[string]string{rapport.EndedPaid: "settled", rapport.EndedOwed: "met", rapport.EndedHeld: "met", rapport.EndedRevoked: "met", rapport.EndedFallsOff: "cancelled"}
	shown := map[uuid.UUID]string{}
	for _, m := range e.Money {
		shown[m.ID] = at[m.Outcome]
	}
	for _, m := range p.Milestones {
		want, told := shown[m.ID]
		if !told {
			want = "cancelled"
		}
		require.Equal(l.t, want, m.State)
	}
	for _, c := range e.Content {
		require.Equal(l.t, "cancelled", l.state("deliverable", c.ID))
	}
	for _, o := range e.Offers {
		require.Equal(l.t, "withdrawn", l.state("offer", o))
	}
}

// settle lets finance pay all that it can of an ended partnership: what was shown as owed is paid once, what fell away never, and nobody but a
// person who cancelled a payment stands between.
func (l *life) settle() {
	if l.ending == nil {
		return
	}
	l.answers[rapport.EffectReconcile] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: rapport.SubmitPaid} }
	for range 40 {
		for _, machine := range l.order {
			p, ok := l.machines[machine].(*rapport.Payout)
			if !ok {
				continue
			}
			for _, code := range []string{"ban", "post_mismatch", "approval_revoked"} {
				l.signal(p.ID, rapport.Signal{Kind: rapport.SignalRelease, Code: code, N: 1 << 40}) // of signals that came from nowhere
			}
			l.n++
			try := []rapport.Command{l.money(p)}
			for part, who := range map[string]string{"preparer": "paul", "releaser": "rita"} {
				try = append(try, rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: id(fmt.Sprintf("row/%d/%s", l.n, part))})
			}
			for _, cmd := range try {
				if p.Allowed(cmd, l.now) == nil {
					l.do(p.ID, cmd)
				}
			}
		}
		l.run()
		l.pass(1)
	}
	for _, m := range l.ending.Money {
		p, started := l.machines[m.Payout].(*rapport.Payout)
		paid, cancelled := 0, 0
		if started {
			for _, kind := range l.kinds(p.ID) {
				switch kind {
				case "payout_paid":
					paid++
				case "payout_cancelled":
					cancelled++
				}
			}
		}
		switch m.Outcome {
		case rapport.EndedFallsOff:
			require.False(l.t, started, "what falls away has no payout")
		case rapport.EndedRevoked:
			require.Equal(l.t, 1, paid+cancelled)
			require.True(l.t, paid == 0 || p.State == rapport.PayoutPaid, "it was on its way when its approval was taken back")
		default:
			require.Equal(l.t, 1, paid+cancelled, "%s is %s, with %v", m.Outcome, p.State, p.Holds)
			require.Equal(l.t, m.Amount, p.Amount)
			require.True(l.t, paid == 1 || l.cancelled[m.Payout], "nothing that is owed is lost")
		}
	}
	l.pass(100) // the rights of what was published end as well
	require.True(l.t, l.house.p.Done())
}

func TestEndingSaysWhichOptionFallsAway(t *testing.T) {
	t.Parallel()

	falls := func(h *house) *rapport.OptionState {
		e, err := h.p.PreviewTermination(h.now)
		require.NoError(t, err)
		return e.Option
	}
	h := newHouse(t, gives(45)).activate()
	require.Equal(t, h.p.Contract.Option, falls(h))
	h.until(h.p.KeyDates[0].At)
	require.Nil(t, falls(h), "it has passed by itself")
	require.Nil(t, falls(newHouse(t).activate()))
	used := newHouse(t, gives(45)).activate()
	used.cmd(exercise())
	require.Nil(t, falls(used))
	used.terminate()
}
