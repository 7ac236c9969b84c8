package rapport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

// counted is a house whose post is out, with the bonuses of counting.
func counted(t *testing.T) *house {
	t.Helper()
	return counting(t).post()
}

// counting is a house whose contract owes 250.00 for 50,000 views and 150.00 more for 100,000, both within three days.
func counting(t *testing.T) *house {
	t.Helper()
	first := 0
	h := newHouse(t)
	for _, n := range []struct{ bonus, views int64 }{{25_000, 50_000}, {15_000, 100_000}} {
		h.terms.Milestones = append(h.terms.Milestones, rapport.MilestoneTerms{
			Title: "Views", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: n.bonus, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: n.views, WithinDays: 3},
		})
	}
	require.Empty(t, h.terms.Check("terms"))
	h.approved()
	require.Equal(t, "number_before_post", h.refused(h.views(1, h.now)), "what is not published has no numbers")
	return h
}

func (h *house) views(n int64, at time.Time) rapport.Command {
	return rapport.Command{Kind: rapport.CmdRecordNumber, Ref: h.p.Deliverables[0].ID, Code: string(rapport.MetricViews), N: n, Until: at, Actor: id("owner")}
}

func TestABonusIsOwedWhenItsNumberIsReachedInTime(t *testing.T) {
	t.Parallel()

	h := counted(t)
	until := h.p.Milestones[3].CountsUntil
	require.True(t, until.After(h.now))
	require.Equal(t, "number_before_post", h.refused(h.views(60_000, h.now.Add(time.Second))), "nobody reads the future")
	require.Equal(t, "no_bonus_waits", h.refused(rapport.Command{Kind: rapport.CmdRecordNumber, Ref: h.p.Deliverables[0].ID, Code: "likes", N: 1, Until: h.now}))
	h.pass(1)
	h.cmd(h.views(49_999, h.now))
	require.Equal(t, []string{"pending", "pending"}, []string{h.p.Milestones[3].State, h.p.Milestones[4].State}, "there is time left")
	h.cmd(h.views(60_000, h.now))
	require.Equal(t, []string{"met", "pending"}, []string{h.p.Milestones[3].State, h.p.Milestones[4].State})
	require.Equal(t, eur(25_000), h.payout(3).Amount)
	h.cmd(h.views(70_000, h.now))
	require.Equal(t, "pending", h.p.Milestones[4].State)

	h.until(until.Add(time.Second))
	task := h.requireTask("enter_number")
	require.Equal(t, []any{h.p.OwnerID, h.p.Deliverables[0].ID}, []any{task.OwnerID, task.Ref})
	require.Equal(t, "number_too_late", h.refused(h.views(120_000, h.now)), "read after the time, it may have been reached too late")
	require.Equal(t, until, h.p.Allowed(h.views(120_000, h.now), h.now).At)
	h.cmd(h.views(90_000, h.now))
	require.Equal(t, "cancelled", h.p.Milestones[4].State, "less than that after the time was less than that in it")
	_, open := h.task("enter_number")
	require.False(t, open)
	require.Equal(t, "no_bonus_waits", h.refused(h.views(1, h.now)))
}

func TestABonusKeepsTheTermOpenUntilSomebodySaysWhatTheNumberWas(t *testing.T) {
	t.Parallel()

	h := counted(t)
	h.pass(8) // looked at until it is accepted
	require.Equal(t, "accepted", h.p.Deliverables[0].State)
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
	for _, i := range []int{0, 1, 2} {
		h.until(h.payout(i).Due.Add(time.Second))
		h.release(i)
	}
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage, "two bonuses are not decided")
	require.Equal(t, "number", h.p.View(h.now).Waiting[0].Decision)
	h.cmd(h.views(50_000, h.p.Milestones[3].CountsUntil)) // as the statistics of that day show it
	require.Equal(t, "met", h.p.Milestones[3].State)
	h.release(3)
	h.cmd(rapport.Command{Kind: rapport.CmdDropBonus, Ref: h.p.Milestones[4].ID, Actor: id("owner")})
	require.Equal(t, "cancelled", h.p.Milestones[4].State)
	require.Equal(t, "wrong_stage", h.refused(rapport.Command{Kind: rapport.CmdDropBonus, Ref: h.p.Milestones[4].ID}))
	require.Equal(t, rapport.StageCompleted, h.p.Stage)
}

func TestBonusesOfWhatIsNotPublishedAreNotOwed(t *testing.T) {
	t.Parallel()

	first := 0
	h := newHouse(t)
	h.terms.Milestones = append(h.terms.Milestones, rapport.MilestoneTerms{
		Title: "Views", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: 25_000, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 1, WithinDays: 3},
	})
	h.activate()
	h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: h.p.Deliverables[0].ID})
	require.Equal(t, "cancelled", h.p.Milestones[3].State)
	require.Empty(t, h.timers(h.p.ID, "number_due"))
}

func TestAPostThatIsReportedAgainCountsAnew(t *testing.T) {
	t.Parallel()

	h := counting(t)
	h.answers[rapport.EffectVerify] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: "mismatch"} }
	h.post()
	until := h.p.Milestones[3].CountsUntil
	h.pass(1)
	h.post()
	require.True(t, h.p.Milestones[3].CountsUntil.After(until))
	require.Len(t, h.timers(h.p.ID, "number_due"), 2)
}

func TestAPersonGivesABonus(t *testing.T) {
	t.Parallel()

	give := rapport.Command{Kind: rapport.CmdGiveBonus, Ref: id("bonus"), Amount: eur(7_000), Actor: id("owner")}
	require.Equal(t, "wrong_stage", newHouse(t).refused(give))
	h := newHouse(t).activate()
	elsewhere := give
	elsewhere.Ref2 = id("another piece")
	require.Equal(t, "deliverable_unknown", h.refused(elsewhere))
	h.cmd(give)
	require.Len(t, h.p.Milestones, 4)
	require.Equal(t, []any{"met", eur(7_000)}, []any{h.p.Milestones[3].State, h.payout(3).Amount})
	require.Equal(t, "met", h.state("milestone", id("bonus")))
	h.submit("draft")
	h.decide("ada", rapport.DecisionApprove)
	h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: h.p.Deliverables[0].ID})
	require.Empty(t, h.payout(3).Holds, "it is not for the content whose approval was taken back")
	require.NotEmpty(t, h.payout(1).Holds)
}

func TestWhatTheContractHoldsIsReleasedByAPerson(t *testing.T) {
	t.Parallel()

	h := newHouse(t)
	h.terms.Milestones[0].HoldUntil = "the invoice"
	h.activate()
	p := h.payout(0)
	require.Equal(t, []any{rapport.PayoutHeld, rapport.HoldTerms}, []any{p.State, p.Holds[0].Code})
	h.do(p.ID, rapport.Command{Kind: rapport.CmdRelease, Actor: id("pia")})
	h.run()
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(0).State)
	require.Equal(t, "not_held", h.machines[p.ID].(*rapport.Payout).Allowed(rapport.Command{Kind: rapport.CmdRelease}, h.now).Code)
}
