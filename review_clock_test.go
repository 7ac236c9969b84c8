package rapport_test

import (
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestRemindersAndEscalation(t *testing.T) {
	t.Parallel()

	d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada", "ben")}, stage(rapport.RuleAll))
	opened := d.now
	require.Equal(t, opened.Add(4*hour), d.r.Stages[0].DueAt)
	d.until(opened.Add(2*hour - 1))
	require.Zero(t, d.notified("reminder"))
	d.until(opened.Add(2 * hour))
	require.Equal(t, 1, d.notified("reminder"))
	d.until(opened.Add(4*hour - 1))
	require.Equal(t, 2, d.notified("reminder"))
	require.Zero(t, d.notified("escalated"))
	require.Equal(t, "not_asked", d.refuses("eve", rapport.DecisionApprove).Code)
	d.until(opened.Add(4 * hour))
	require.Equal(t, 1, d.notified("escalated"))
	require.Nil(t, d.refuses("eve", rapport.DecisionApprove))
	require.Nil(t, d.refuses("ada", rapport.DecisionApprove), "the first keep the right to decide")
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewOpen, d.r.State)
	d.decides("eve", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State, "who was called in stands for who is missing")

	d = newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("cem"), OnBehalf: id("ada")}}}, stage(rapport.RuleAll))
	d.pass(4.5)
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State, "everybody who was asked at first has approved")

	d = newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada")}, stage(rapport.RulePrimary))
	d.pass(4.5)
	d.decides("eve", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)
}

func TestSilence(t *testing.T) {
	t.Parallel()

	ada := [][]rapport.ReviewApprover{people("ada")}
	t.Run("hold", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceHold, ada, stage(rapport.RuleAny))
		d.pass(5.9)
		require.Equal(t, rapport.ReviewOpen, d.r.State)
		d.pass(0.2)
		require.Equal(t, rapport.ReviewHeld, d.r.State)
		require.Equal(t, rapport.RoleAdmin, d.requireTask("review_held").Role)
		require.NotEmpty(t, d.r.View(d.now).Waiting, "it says whom it waits for")
		d.decides("ada", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
		_, open := d.task("review_held")
		require.False(t, open)
	})
	t.Run("approve", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceApprove, [][]rapport.ReviewApprover{people("ada"), people("ben")}, stage(rapport.RuleAny), stage(rapport.RuleAny))
		d.pass(6.1)
		require.Equal(t, []string{"approved", "open"}, d.states())
		d.pass(6.1)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
	})
	t.Run("reject", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceReject, ada, stage(rapport.RuleAny))
		d.pass(6.1)
		require.Equal(t, rapport.ReviewRejected, d.r.State)
	})
	t.Run("never approve where law is touched", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceApprove, [][]rapport.ReviewApprover{people("ada"), people("leo")}, stage(rapport.RuleAny), stage(rapport.RuleAny, legal))
		d.pass(6.1)
		require.Equal(t, rapport.ReviewHeld, d.r.State, "not even the stage before it")
	})
	t.Run("nobody to ask", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{nil}, stage(rapport.RuleAll))
		require.Equal(t, rapport.RoleAdmin, d.requireTask("review_nobody").Role)
		require.Equal(t, 1, d.notified("escalated"), "whoever comes next is asked at once")
		d.decides("eve", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
	})
}

// in is the calendar of somebody who works in the zone.
func in(zone string, holidays ...string) rapport.Calendar {
	c := rapport.DefaultCalendar(zone)
	for _, h := range holidays {
		c.Holidays = append(c.Holidays, rapport.Holiday{Date: h, Name: "Holiday"})
	}
	return c
}

func elsewhere(calendars map[string]rapport.Calendar) func(*rapport.ReviewPlan) {
	return func(p *rapport.ReviewPlan) {
		p.Calendar = in("Europe/Berlin")
		p.Calendars = map[uuid.UUID]rapport.Calendar{}
		for who, c := range calendars {
			p.Calendars[id(who)] = c
		}
	}
}

func TestAllInTwoZones(t *testing.T) {
	t.Parallel()

	open := func(t *testing.T) *desk {
		t.Helper()
		d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben")}, []rapport.PolicyStage{stage(rapport.RuleAll)}, elsewhere(map[string]rapport.Calendar{
			"ada": in("Asia/Tokyo"), "ben": in("America/New_York"),
		}))
		// It opens on Monday, 9:06 in Berlin: 17:06 in Tokyo, after work, and 3:06 in New York, before.
		require.Equal(t, at(t, "2026-03-06T09:00:00-05:00"), in("America/New_York").AddWorkingSpan(d.now, 4, 100))
		require.Equal(t, at(t, "2026-03-09T09:00:00+09:00"), in("Asia/Tokyo").AddWorkingSpan(d.now, 4, 100))
		return d
	}
	t.Run("the earliest missing one's clock counts, and is wound again when that one has decided", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		require.Equal(t, at(t, "2026-03-06T09:00:00-05:00"), d.r.Stages[0].DueAt)
		d.until(at(t, "2026-03-04T08:59:59-05:00"))
		require.Zero(t, d.notified("reminder"))
		d.until(at(t, "2026-03-04T09:00:00-05:00"))
		require.Equal(t, 1, d.notified("reminder"))
		d.decides("ben", rapport.DecisionApprove)
		require.Equal(t, at(t, "2026-03-09T09:00:00+09:00"), d.r.Stages[0].DueAt)
		d.until(at(t, "2026-03-06T10:36:00+09:00").Add(-1))
		require.Equal(t, 1, d.notified("reminder"), "what has been reminded of is not said again")
		d.until(at(t, "2026-03-06T10:36:00+09:00"))
		require.Equal(t, 2, d.notified("reminder"))
		require.NotContains(t, d.kinds(d.r.ID), "review_overdue")
		d.until(at(t, "2026-03-09T09:00:00+09:00"))
		require.Contains(t, d.kinds(d.r.ID), "review_overdue")
		d.decides("ada", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
	})
	t.Run("and when it is handed to somebody in another zone", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		tokyo := in("Asia/Tokyo", "2026-03-03")
		d.handsOver(rapport.CmdReassign, "ben", "cem", &tokyo)
		require.Equal(t, at(t, "2026-03-09T09:00:00+09:00"), d.r.Stages[0].DueAt, "ada's, who has no holiday")
		d.decides("ada", rapport.DecisionApprove)
		require.Equal(t, at(t, "2026-03-10T09:00:00+09:00"), d.r.Stages[0].DueAt)
	})
	t.Run("silence waits for who is left, also when the time was up before", func(t *testing.T) {
		t.Parallel()
		d := open(t)
		d.until(at(t, "2026-03-06T12:00:00-05:00"))
		require.Equal(t, at(t, "2026-03-10T09:00:00-04:00"), d.r.Stages[0].SilenceAt)
		d.decides("ben", rapport.DecisionApprove)
		d.until(at(t, "2026-03-11T09:00:00+09:00").Add(-1))
		require.Equal(t, rapport.ReviewOpen, d.r.State, "ada has her own six days")
		d.until(at(t, "2026-03-11T09:00:00+09:00"))
		require.Equal(t, rapport.ReviewHeld, d.r.State)
		require.Len(t, slices.DeleteFunc(d.kinds(d.r.ID), func(k string) bool { return k != "review_overdue" }), 1)
	})
}

func TestAChainWithClocksOfItsOwn(t *testing.T) {
	t.Parallel()

	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada")}, []rapport.PolicyStage{stage(rapport.RuleAny)}, func(p *rapport.ReviewPlan) {
		p.Chains = [][]rapport.ReviewLevel{{{Users: []uuid.UUID{id("eve")}, Days: 2}, {Users: []uuid.UUID{id("fay")}}}}
	})
	opened := d.now
	require.Equal(t, opened.Add((4+2+6)*hour), d.r.Stages[0].SilenceAt, "150 % of the last level")
	d.until(opened.Add(4*hour - 1))
	require.Equal(t, 2, d.notified("reminder"))
	require.Zero(t, d.notified("escalated"))
	d.until(opened.Add(4 * hour))
	require.Equal(t, 1, d.notified("escalated"))
	require.Equal(t, opened.Add(6*hour), d.r.Stages[0].DueAt)
	require.Equal(t, "not_asked", d.refuses("fay", rapport.DecisionApprove).Code)
	d.until(opened.Add(5 * hour))
	require.Equal(t, 3, d.notified("reminder"), "at half of the level's own time")
	d.until(opened.Add(6 * hour))
	require.Equal(t, 2, d.notified("escalated"))
	require.Equal(t, opened.Add(10*hour), d.r.Stages[0].DueAt, "a level without days has those of the stage")
	for _, who := range []string{"ada", "eve", "fay"} {
		require.Nil(t, d.refuses(who, rapport.DecisionApprove), "%s keeps the right to decide", who)
	}
	d.until(opened.Add(12*hour - 1))
	require.Equal(t, []string{"open"}, d.states())
	d.until(opened.Add(12 * hour))
	require.Equal(t, []string{"held"}, d.states())
	require.Equal(t, 1, count(d.kinds(d.r.ID), "review_overdue"), "nobody is above the last")
	d.decides("eve", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)
}

func count(list []string, s string) int {
	n := 0
	for _, x := range list {
		if x == s {
			n++
		}
	}
	return n
}

// TestAFridayEveningBeforeAHoliday has the brand in Berlin and the approver elsewhere; there the draft comes after work on a Friday,
// and the Monday after it does not work.
func TestAFridayEveningBeforeAHoliday(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, draft                    string
		calendar                       rapport.Calendar
		half, most, all, silent, above string // above: silence when somebody in Berlin was called in
	}{
		{
			"New York, Labor Day", "2026-09-04T19:30:00-04:00", in("America/New_York", "2026-09-07"),
			"2026-09-09T13:00:00-04:00", "2026-09-10T12:12:00-04:00", "2026-09-11T09:00:00-04:00", "2026-09-14T13:00:00-04:00", "2026-09-18T11:00:00+02:00",
		},
		{
			"Tokyo, Respect for the Aged Day", "2026-09-18T19:30:00+09:00", in("Asia/Tokyo", "2026-09-21", "2026-09-22", "2026-09-23"),
			"2026-09-25T13:00:00+09:00", "2026-09-28T12:12:00+09:00", "2026-09-29T09:00:00+09:00", "2026-09-30T13:00:00+09:00", "2026-10-05T13:00:00+02:00",
		},
		{
			"New York, over the change of clocks", "2026-03-06T19:30:00-05:00", in("America/New_York", "2026-03-09"),
			"2026-03-11T13:00:00-04:00", "2026-03-12T12:12:00-04:00", "2026-03-13T09:00:00-04:00", "2026-03-16T13:00:00-04:00", "2026-03-20T10:00:00+01:00",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			chains := [][]rapport.ReviewLevel{{{Users: []uuid.UUID{id("eve")}}}}
			for _, chain := range [][][]rapport.ReviewLevel{{nil}, chains} {
				h := newHouse(t, func(h *house) {
					h.plan.Policy.Stages[0].DeadlineDays = 3
					h.plan.Approvers, h.plan.Chains = [][]rapport.ReviewApprover{people("ada")}, chain
					elsewhere(map[string]rapport.Calendar{"ada": c.calendar})(&h.plan)
				})
				r := &rapport.Review{ID: id("review"), State: rapport.ReviewChecking, Timings: rapport.DefaultTimings()}
				h.machines, h.order, h.effects, h.now = map[uuid.UUID]rapport.Machine{r.ID: r}, []uuid.UUID{r.ID}, nil, at(t, c.draft)
				r.Begin(h.now)
				h.collect(r.ID)
				h.run()
				d := &desk{h, r}
				fact, silent := "review_overdue", c.silent
				if chain[0] != nil {
					fact, silent = "review_escalated", c.above
				}
				for _, x := range []struct {
					at  string
					has func() bool
				}{
					{c.half, func() bool { return d.notified("reminder") == 1 }},
					{c.most, func() bool { return d.notified("reminder") == 2 }},
					{c.all, func() bool { return count(d.kinds(r.ID), fact) == 1 }},
					{silent, func() bool { return r.State == rapport.ReviewHeld }},
				} {
					d.until(at(t, x.at).Add(-1))
					require.False(t, x.has(), "before %s", x.at)
					d.until(at(t, x.at))
					require.True(t, x.has(), "at %s", x.at)
				}
			}
		})
	}
}

func TestAStageThatStartsByDate(t *testing.T) {
	t.Parallel()

	byDate := func(days int, from string) []rapport.PolicyStage {
		return []rapport.PolicyStage{stage(rapport.RuleAny, slow), stage(rapport.RuleAny, func(s *rapport.PolicyStage) { s.Starts, s.StartDays, s.StartFrom = rapport.StartsByDate, days, from })}
	}
	two := [][]rapport.ReviewApprover{people("ada"), people("ben")}
	d := chainDesk(t, two, byDate(3, rapport.StartFromReview))
	require.Equal(t, []string{"open", "waiting"}, d.states())
	require.Equal(t, d.now.Add(3*hour), d.r.Stages[1].StartsAt)
	d.pass(3)
	require.Equal(t, []string{"open", "open"}, d.states(), "it waits for no stage before it")

	d = chainDesk(t, two, byDate(3, rapport.StartFromReview))
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, []string{"approved", "waiting"}, d.states())
	require.Empty(t, d.r.View(d.now).Waiting)
	d.pass(3)
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)

	publish := start().Add(20 * hour)
	d = chainDesk(t, two, byDate(3, rapport.StartFromPublish), func(p *rapport.ReviewPlan) { p.PublishBy = publish })
	require.Equal(t, publish.Add(-3*hour), d.r.Stages[1].StartsAt)

	d = chainDesk(t, two, byDate(30, rapport.StartFromPublish), func(p *rapport.ReviewPlan) { p.PublishBy = publish })
	require.Equal(t, []string{"open", "open"}, d.states(), "a date that has passed is now")

	d = chainDesk(t, two, byDate(2, rapport.StartFromPublish))
	require.Equal(t, d.now.Add(2*hour), d.r.Stages[1].StartsAt, "without a publish date it is counted from the review")
}

func TestNobodyIsAbove(t *testing.T) {
	t.Parallel()

	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada")}, []rapport.PolicyStage{stage(rapport.RuleAny)})
	opened := d.now
	d.until(opened.Add(4 * hour))
	require.Equal(t, 1, count(d.kinds(d.r.ID), "review_overdue"))
	require.Equal(t, 3, d.notified("reminder"), "those asked are told that the time is up")
	require.Zero(t, d.notified("escalated"))
	f := d.facts[d.r.ID][len(d.facts[d.r.ID])-1]
	require.Equal(t, opened.Add(6*hour), f.Until, "it says when silence decides")
}
