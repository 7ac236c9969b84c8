package rapport_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// plans has the post of the first deliverable planned for so many days from now.
func (h *house) plans(days float64) time.Time {
	at := h.now.Add(time.Duration(days * float64(hour)))
	h.cmd(rapport.Command{Kind: rapport.CmdSchedulePost, Ref: h.p.Deliverables[0].ID, Until: at, Actor: id("owner")})
	return at
}

func TestAPostIsPlanned(t *testing.T) {
	t.Parallel()

	schedule := func(h *house, at time.Time) rapport.Command {
		return rapport.Command{ID: id("plan at " + at.String()), Kind: rapport.CmdSchedulePost, Ref: h.p.Deliverables[0].ID, Until: at}
	}
	back := func(h *house) rapport.Command {
		return rapport.Command{ID: id("back"), Kind: rapport.CmdUnschedulePost, Ref: h.p.Deliverables[0].ID}
	}
	t.Run("moved, and taken back", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		by, late := h.p.Deliverables[0].PublishBy, h.timers(h.p.ID, "publish_late")
		require.Equal(t, "deliverable_state", h.refused(back(h)), "there is no plan")
		at := h.plans(1)
		d := h.p.Deliverables[0]
		require.Equal(t, []any{"scheduled", at, by}, []any{d.State, d.PublishAt, d.PublishBy})
		require.Equal(t, at.Add(hour), h.timers(h.p.ID, "post_not_reported")[0].At, "with the grace")
		require.Equal(t, late, h.timers(h.p.ID, "publish_late"), "the last day stays as it is")
		w := h.p.View(h.now).Waiting
		require.Equal(t, []any{"post", at, "post_not_reported"}, []any{w[0].Decision, w[0].Due, w[0].Silence})

		later := h.plans(2)
		require.Equal(t, []any{"scheduled", later}, []any{h.p.Deliverables[0].State, h.p.Deliverables[0].PublishAt})
		require.Len(t, h.timers(h.p.ID, "post_not_reported"), 1)
		h.cmd(back(h))
		d = h.p.Deliverables[0]
		require.Equal(t, []any{"approved_to_post", time.Time{}, by}, []any{d.State, d.PublishAt, d.PublishBy})
		require.Empty(t, h.timers(h.p.ID, "post_not_reported"))
		require.Equal(t, "post_late", h.p.View(h.now).Waiting[0].Silence)
		kinds := h.kinds(h.p.ID)
		require.Equal(t, []string{"post_scheduled", "post_scheduled", "post_unscheduled"}, kinds[len(kinds)-3:])
	})
	t.Run("only approved content, and only within its window", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		require.Equal(t, "deliverable_state", h.refused(schedule(h, h.now.Add(hour))))
		h.submit("draft")
		require.Equal(t, "deliverable_state", h.refused(schedule(h, h.now.Add(hour))))
		h.decide("ada", rapport.DecisionApprove)
		by := h.p.Deliverables[0].PublishBy
		for _, at := range []time.Time{{}, h.now, h.now.Add(-hour), by.Add(time.Second)} {
			require.Equal(t, "time_does_not_fit", h.refused(schedule(h, at)), "%s", at)
		}
		require.Equal(t, "deliverable_unknown", h.refused(rapport.Command{Kind: rapport.CmdSchedulePost, Ref: id("another"), Until: by}))
		h.cmd(schedule(h, by))
		h.post()
		require.Equal(t, "deliverable_state", h.refused(schedule(h, by.Add(-time.Second))))
	})
	t.Run("only in the place of the plan that was seen", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		instead := func(seen time.Time, hours float64) rapport.Command {
			c := schedule(h, h.now.Add(time.Duration(hours*float64(hour))))
			c.Instead = &seen
			return c
		}
		require.Equal(t, "plan_changed", h.refused(instead(h.now, 1)), "nothing is planned")
		h.cmd(instead(time.Time{}, 1))
		first := h.p.Deliverables[0].PublishAt
		require.Equal(t, "plan_changed", h.refused(instead(time.Time{}, 2)), "who planned at the same time has seen none")
		require.Equal(t, first, h.p.Deliverables[0].PublishAt)
		h.cmd(instead(first.In(time.FixedZone("elsewhere", 3600)), 2))
		require.NotEqual(t, first, h.p.Deliverables[0].PublishAt)
	})
	t.Run("reported ends it, and nobody is asked", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		h.plans(1)
		h.post()
		require.True(t, h.p.Deliverables[0].PublishAt.IsZero())
		require.Empty(t, h.timers(h.p.ID, "post_not_reported"))
		h.pass(4)
		require.NotContains(t, h.mails(), "post_not_reported")
	})
	t.Run("silence is asked about once, and the last day stays", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		by := h.p.Deliverables[0].PublishBy
		at := h.plans(1)
		h.until(at.Add(hour).Add(time.Second))
		require.Equal(t, "post_not_reported", h.mails()[len(h.mails())-1])
		require.Equal(t, h.p.OwnerID, h.requireTask("post_not_reported").OwnerID)
		require.Equal(t, "scheduled", h.p.Deliverables[0].State)
		w := h.p.View(h.now).Waiting[0]
		require.Equal(t, []any{by, "post_late"}, []any{w.Due, w.Silence})
		h.until(by.Add(2 * hour))
		asked := 0
		for _, mail := range h.mails() {
			if mail == "post_not_reported" {
				asked++
			}
		}
		require.Equal(t, 1, asked)
		h.requireTask("content_late")
		_, open := h.task("post_not_reported")
		require.False(t, open, "that it is late says more")
		require.Equal(t, "time_does_not_fit", h.refused(schedule(h, h.now.Add(hour))), "no plan makes late content timely")
		h.post()
		_, open = h.task("content_late")
		require.False(t, open)
	})
	t.Run("another plan after the question is asked about anew", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		h.until(h.plans(1).Add(hour).Add(time.Second))
		h.requireTask("post_not_reported")
		h.plans(1)
		_, open := h.task("post_not_reported")
		require.False(t, open)
		require.Len(t, h.timers(h.p.ID, "post_not_reported"), 1)
	})
	t.Run("what ends the approval ends the plan", func(t *testing.T) {
		t.Parallel()
		for _, end := range []rapport.CommandKind{rapport.CmdRevokeApproval, rapport.CmdWaive, rapport.CmdTerminate} {
			h := newHouse(t).approved()
			h.plans(1)
			h.cmd(rapport.Command{Kind: end, Ref: h.p.Deliverables[0].ID})
			require.True(t, h.p.Deliverables[0].PublishAt.IsZero(), end)
			require.NotEqual(t, "scheduled", h.p.Deliverables[0].State, end)
			require.Empty(t, h.timers(h.p.ID, "post_not_reported"), end)
		}
	})
	t.Run("more time keeps the plan, and a pause holds the question", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved()
		at := h.plans(1)
		d := h.p.Deliverables[0]
		move := rapport.DeliverableMove{PublishBy: d.PublishBy.Add(3 * hour)}
		h.cmd(rapport.Command{Kind: rapport.CmdRequestExtension, Ref: d.ID, Ref2: id("more time"), Move: &move})
		h.cmd(rapport.Command{Kind: rapport.CmdGrantExtension, Ref: d.ID, Ref2: id("more time"), Move: &move})
		require.Equal(t, []any{"scheduled", at}, []any{h.p.Deliverables[0].State, h.p.Deliverables[0].PublishAt})
		h.cmd(rapport.Command{Kind: rapport.CmdPause})
		h.pass(3)
		require.NotContains(t, h.mails(), "post_not_reported")
		h.cmd(rapport.Command{Kind: rapport.CmdResume})
		h.pass(0.1)
		require.Contains(t, h.mails(), "post_not_reported")
	})
	t.Run("what is late stays late when its plan is taken back", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyFallsAway)).approved()
		h.plans(1)
		h.until(h.p.Deliverables[0].PublishBy.Add(2*hour + time.Minute))
		missed := h.timers(h.p.ID, "content_missed")
		require.Len(t, missed, 1)
		h.cmd(back(h))
		require.Equal(t, missed, h.timers(h.p.ID, "content_missed"))
	})
}

func TestTheTimeOfAPostIsChecked(t *testing.T) {
	t.Parallel()
	now := start()
	from, by := now.Add(2*hour), now.Add(4*hour)
	for at, code := range map[time.Time]string{
		now: "in_the_past", now.Add(hour): "before_window", from: "", by: "", by.Add(time.Second): "after_window",
	} {
		bad := rapport.CheckPublishAt(at, from, by, now)
		if code == "" {
			require.Empty(t, bad)
			continue
		}
		require.Equal(t, []string{"publish_at", code}, []string{bad[0].Path, bad[0].Code})
	}
	require.Equal(t, "window_over", rapport.CheckPublishAt(now.Add(hour), time.Time{}, now, now)[0].Code)
}

func TestAPlannedPostTakesItsOwnMoment(t *testing.T) {
	t.Parallel()
	at := inBerlin(t, "2026-05-11 18:00")
	draft, by := inBerlin(t, "2026-05-04 00:00"), inBerlin(t, "2026-05-20 00:00")
	term := rapport.RunningTerm{
		Terms:        rapport.ContractTerms{ExclusivityDays: 10},
		Deliverables: []rapport.PartnershipDeliverable{{ID: id("other")}, {ID: id("reel"), Title: "Reel", Platform: "instagram", State: "approved_to_post", DraftDueAt: &draft, PublishBy: &by}},
	}
	own := slot(t, conflictBrand, "2026-05-04 00:00", "2026-05-20 00:00")
	_, err := rapport.ScheduledSlot(own, term, id("of an earlier term"), at)
	require.ErrorContains(t, err, "not of the running term")
	s, err := rapport.ScheduledSlot(own, term, id("reel"), at)
	require.NoError(t, err)
	require.Equal(t, []any{1, at, at, at.AddDate(0, 0, 10)}, []any{s.Position, s.From, s.To, s.Until})

	embargo, rules := conflictDate(t, "2026-05-12"), conflictRules()
	rules.Embargo, rules.Cap = &embargo, 1
	rules.Days = map[string][]uuid.UUID{rules.SlotDay("instagram", at): {id("earlier")}}
	facts := rapport.SlotFacts{Slots: []rapport.Slot{s}, Rules: map[uuid.UUID]*rapport.SlotRules{conflictCampaign: rules}, Now: draft}
	found := facts.Conflicts()
	words := make([]string, len(found))
	for i, c := range found {
		words[i] = c.For([]uuid.UUID{conflictBrand}).Words
	}
	require.ElementsMatch(t, []string{
		"The post of Mia for Nord (Spring) is planned for 11 May 2026, and nothing of the campaign may be out before 12 May 2026.",
		"The post of Mia for Nord (Spring) is number 2 on instagram that is planned for 11 May 2026; the campaign wants 1 a day.",
	}, words)
}
