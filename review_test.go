package rapport_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// desk is a review on its own, with the house's way of carrying out what it asks for.
type desk struct {
	*house

	r *rapport.Review
}

func stage(rule rapport.Rule, change ...func(*rapport.PolicyStage)) rapport.PolicyStage {
	s := rapport.PolicyStage{Name: "Stage", Rule: rule, Quorum: 2, Starts: "after_previous", DeadlineDays: 4, OnReject: rapport.RejectToCreator}
	for _, f := range change {
		f(&s)
	}
	return s
}

func parallel(s *rapport.PolicyStage) { s.Starts = "in_parallel" }

func previous(s *rapport.PolicyStage) { s.OnReject = rapport.RejectToPrevious }

func legal(s *rapport.PolicyStage) { s.Legal = true }

func slow(s *rapport.PolicyStage) { s.DeadlineDays = 8 }

func people(names ...string) []rapport.ReviewApprover {
	l := make([]rapport.ReviewApprover, 0, len(names))
	for _, n := range names {
		l = append(l, rapport.ReviewApprover{User: id(n)})
	}
	return l
}

func newDesk(t require.TestingT, silence rapport.OnSilence, approvers [][]rapport.ReviewApprover, stages ...rapport.PolicyStage) *desk {
	h := newHouse(t, func(h *house) {
		h.plan = rapport.ReviewPlan{Policy: rapport.Policy{ID: id("policy"), Version: 1, OnSilence: silence, Stages: stages}, Approvers: approvers, Calendar: hourly()}
		for range stages {
			h.plan.Escalations = append(h.plan.Escalations, []uuid.UUID{id("eve")})
		}
	})
	return &desk{h, openReview(h)}
}

// chainDesk is a desk whose stages have chains above them, which may be empty, and not the one level of older plans.
func chainDesk(t require.TestingT, approvers [][]rapport.ReviewApprover, stages []rapport.PolicyStage, change ...func(*rapport.ReviewPlan)) *desk {
	h := newHouse(t, func(h *house) {
		h.plan = rapport.ReviewPlan{
			Policy: rapport.Policy{ID: id("policy"), Version: 1, OnSilence: rapport.SilenceHold, Stages: stages}, Approvers: approvers, Calendar: hourly(),
			Chains: make([][]rapport.ReviewLevel, len(stages)),
		}
		for _, f := range change {
			f(&h.plan)
		}
	})
	return &desk{h, openReview(h)}
}

func openReview(h *house) *rapport.Review {
	h.activate().submit("draft")
	return h.review()
}

func (d *desk) decides(who, decision string) {
	d.n++
	d.do(d.r.ID, rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Ref: id(fmt.Sprintf("decision/%d", d.n)), Ref2: d.r.SubmissionID, Code: decision})
	d.run()
}

func (d *desk) refuses(who, decision string) *rapport.Refusal {
	return d.r.Allowed(rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Ref: id("another"), Code: decision}, d.now)
}

// decidesFor decides with a voice that was given for a time, for all reviews.
func (d *desk) decidesFor(who, behalf, decision string) {
	d.n++
	d.do(d.r.ID, rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Behalf: id(behalf), Ref: id(fmt.Sprintf("decision/%d", d.n)), Code: decision})
	d.run()
}

func (d *desk) refusesFor(who, behalf string) *rapport.Refusal {
	return d.r.Allowed(rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Behalf: id(behalf), Code: rapport.DecisionApprove}, d.now)
}

func (d *desk) handsOver(kind rapport.CommandKind, from, to string, calendar *rapport.Calendar) {
	d.do(d.r.ID, rapport.Command{Kind: kind, Actor: id("owner"), Ref: id(from), Ref2: id(to), Calendar: calendar})
	d.run()
}

// refusesHandOver is the code that a hand-over is refused with, or "".
func (d *desk) refusesHandOver(kind rapport.CommandKind, from, to string) string {
	if r := d.r.Allowed(rapport.Command{Kind: kind, Ref: id(from), Ref2: id(to)}, d.now); r != nil {
		return r.Code
	}
	return ""
}

func (d *desk) states() []string {
	s := make([]string, 0, len(d.r.Stages))
	for _, x := range d.r.Stages {
		s = append(s, x.State)
	}
	return s
}

func (d *desk) notified(code string) int {
	n := 0
	for _, a := range d.house.done {
		if a.machine == d.r.ID && a.effect.Kind == rapport.EffectNotify && a.effect.Code == code {
			n++
		}
	}
	return n
}

func TestARejectionByALinkEndsNothing(t *testing.T) {
	t.Parallel()

	for _, decision := range []string{rapport.DecisionReject, rapport.DecisionRequestChanges} {
		outside := []rapport.ReviewApprover{{User: id("client"), Outside: true}}
		d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{outside, {{User: id("ada")}}},
			rapport.PolicyStage{Name: "Client", Rule: rapport.RuleAny, DeadlineDays: 2, OnReject: rapport.RejectEnds}, rapport.PolicyStage{Name: "House", Rule: rapport.RuleAny, DeadlineDays: 2})
		d.decides("client", decision)
		require.Equal(t, rapport.ReviewChangesRequested, d.r.State, "that one piece is rejected can make money owed for the others")
	}
}

func TestRulesOfAStage(t *testing.T) {
	t.Parallel()

	three := [][]rapport.ReviewApprover{people("ada", "ben", "cem")}
	for _, c := range []struct {
		name      string
		rule      rapport.Rule
		approvers [][]rapport.ReviewApprover
		approvals []string
	}{
		{"any", rapport.RuleAny, three, []string{"cem"}},
		{"all", rapport.RuleAll, three, []string{"ben", "ada", "cem"}},
		{"quorum", rapport.RuleQuorum, three, []string{"ben", "cem"}},
		{"a quorum of fewer people", rapport.RuleQuorum, [][]rapport.ReviewApprover{people("ada")}, []string{"ada"}},
		{"primary", rapport.RulePrimary, three, []string{"ben", "cem", "ada"}},
		{"all, with a stand-in", rapport.RuleAll, [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("ben")}, {User: id("cem"), OnBehalf: id("ada")}}}, []string{"cem", "ben"}},
		{"a stand-in for the primary", rapport.RulePrimary, [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("ben")}, {User: id("cem"), OnBehalf: id("ada")}}}, []string{"ben", "cem"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, rapport.SilenceHold, c.approvers, stage(c.rule))
			require.Equal(t, 1, d.notified("asked"))
			for i, who := range c.approvals {
				require.Equal(t, rapport.ReviewOpen, d.r.State, "after %d", i)
				d.decides(who, rapport.DecisionApprove)
			}
			require.Equal(t, rapport.ReviewApproved, d.r.State)
			require.Empty(t, d.r.Timers)
			require.Equal(t, "approved_to_post", d.p.Deliverables[0].State)
		})
	}
}

func TestTheAdviceOfOthersDecidesNothing(t *testing.T) {
	t.Parallel()

	d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada", "ben")}, stage(rapport.RulePrimary))
	d.decides("ben", rapport.DecisionReject)
	require.Equal(t, rapport.ReviewOpen, d.r.State)
	d.decides("ada", rapport.DecisionWithCorrections)
	require.Equal(t, rapport.ReviewApproved, d.r.State)

	d = newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("cem"), OnBehalf: id("ada")}}}, stage(rapport.RulePrimary))
	d.decides("cem", rapport.DecisionRequestChanges)
	require.Equal(t, rapport.ReviewChangesRequested, d.r.State, "a stand-in has the primary's word")
}

func TestStagesInOrderAndInParallel(t *testing.T) {
	t.Parallel()

	two := [][]rapport.ReviewApprover{people("ada"), people("ben"), people("cem")}
	d := newDesk(t, rapport.SilenceHold, two, stage(rapport.RuleAny), stage(rapport.RuleAny), stage(rapport.RuleAny, parallel))
	require.Equal(t, []string{"open", "waiting", "waiting"}, d.states())
	require.Equal(t, "not_asked", d.refuses("ben", rapport.DecisionApprove).Code)
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, []string{"approved", "open", "open"}, d.states())
	require.Equal(t, []uuid.UUID{id("ben"), id("cem")}, d.r.View(d.now).Review.Approvers)
	d.decides("cem", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewOpen, d.r.State)
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)
}

func TestWhereARequestForChangesLeads(t *testing.T) {
	t.Parallel()

	two := [][]rapport.ReviewApprover{people("ada"), people("ben")}
	t.Run("to the creator", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceHold, two, stage(rapport.RuleAny), stage(rapport.RuleAny))
		d.decides("ada", rapport.DecisionRequestChanges)
		require.Equal(t, rapport.ReviewChangesRequested, d.r.State)
		require.Equal(t, "changes_requested", d.p.Deliverables[0].State)
	})
	t.Run("to the stage before", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceHold, two, stage(rapport.RuleAny), stage(rapport.RuleAny, previous))
		d.pass(2.5)
		require.Equal(t, 1, d.notified("reminder"))
		d.decides("ada", rapport.DecisionApprove)
		d.decides("ben", rapport.DecisionRequestChanges)
		require.Equal(t, []string{"open", "waiting"}, d.states())
		keys := map[string]bool{}
		d.pass(2.5)
		for _, a := range d.house.done {
			if a.machine == d.r.ID {
				require.False(t, keys[a.effect.Key], "%s is asked for twice, so its second mail is never sent", a.effect.Key)
				keys[a.effect.Key] = true
			}
		}
		require.Equal(t, 2, d.notified("reminder"))
		d.decides("ada", rapport.DecisionApprove)
		d.decides("ben", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
	})
	t.Run("to the end", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceHold, two, stage(rapport.RuleAny, func(s *rapport.PolicyStage) { s.OnReject = rapport.RejectEnds }), stage(rapport.RuleAny))
		d.decides("ada", rapport.DecisionRequestChanges)
		require.Equal(t, rapport.ReviewRejected, d.r.State)
		require.Equal(t, "rejected", d.p.Deliverables[0].State)
	})
	t.Run("a rejection ends it wherever it stands", func(t *testing.T) {
		t.Parallel()
		d := newDesk(t, rapport.SilenceHold, two, stage(rapport.RuleAny), stage(rapport.RuleAny, previous))
		d.decides("ada", rapport.DecisionApprove)
		d.decides("ben", rapport.DecisionReject)
		require.Equal(t, rapport.ReviewRejected, d.r.State)
	})
}

func TestASecondDecision(t *testing.T) {
	t.Parallel()

	d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada", "ben")}, stage(rapport.RuleAll))
	at := d.now
	d.decides("ada", rapport.DecisionApprove)
	d.pass(0.5)
	require.Equal(t, &rapport.Refusal{Code: "already_decided", State: "open", By: id("ada"), At: at}, d.refuses("ada", rapport.DecisionReject))
	d.decides("ben", rapport.DecisionApprove)
	closed := d.now
	d.pass(0.5)
	require.Equal(t, &rapport.Refusal{Code: "review_closed", State: rapport.ReviewApproved, By: id("ben"), At: closed}, d.refuses("ada", rapport.DecisionReject))

	d = newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada", "ben"), people("cem")}, stage(rapport.RuleAny), stage(rapport.RuleAny))
	at = d.now
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, &rapport.Refusal{Code: "already_decided", State: "approved", By: id("ada"), At: at}, d.refuses("ben", rapport.DecisionReject), "it says who was first, and when")
}

func TestOtherRefusalsOfAReview(t *testing.T) {
	t.Parallel()

	d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada")}, stage(rapport.RuleAny))
	require.Equal(t, "unknown_command", d.r.Allowed(rapport.Command{Kind: rapport.CmdPause}, d.now).Code)
	require.Equal(t, "unknown_decision", d.refuses("ada", "shrug").Code)
	require.Equal(t, "not_asked", d.refuses("eve", rapport.DecisionApprove).Code)
	require.Equal(t, "another_version", d.r.Allowed(rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref2: id("old"), Code: rapport.DecisionApprove}, d.now).Code)
	fresh := &rapport.Review{ID: id("fresh"), State: rapport.ReviewChecking}
	require.Equal(t, "still_checking", fresh.Allowed(rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Code: rapport.DecisionApprove}, d.now).Code)
}

func TestMachineChecksComeFirst(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.answers[rapport.EffectOpenReview] = func(rapport.Effect) rapport.Outcome {
		plan := onePlan()
		return rapport.Outcome{Code: "failed", Review: &plan}
	}
	h.submit("draft")
	require.Equal(t, rapport.ReviewChangesRequested, h.review().State)
	require.Equal(t, "changes_requested", h.p.Deliverables[0].State)
	require.False(t, slices.ContainsFunc(h.done, func(a asked) bool { return a.effect.Kind == rapport.EffectNotify }), "no reviewer was bothered")
}

func TestAClosedReviewHearsNothing(t *testing.T) {
	t.Parallel()

	d := newDesk(t, rapport.SilenceHold, [][]rapport.ReviewApprover{people("ada")}, stage(rapport.RuleAny))
	d.signal(d.r.ID, rapport.Signal{Kind: rapport.SignalSuperseded, Ref: id("newer")})
	require.Equal(t, rapport.ReviewSuperseded, d.r.State)
	require.True(t, d.r.Done())
	facts := len(d.facts[d.r.ID])
	d.signal(d.r.ID, rapport.Signal{Kind: rapport.SignalCancelled})
	require.Len(t, d.facts[d.r.ID], facts)
	require.Equal(t, "in_review", d.p.Deliverables[0].State, "the partnership superseded it and needs no telling")
}

func TestAReviewIsHeldAsLongAsAStageIs(t *testing.T) {
	t.Parallel()

	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben")}, []rapport.PolicyStage{stage(rapport.RulePrimary)})
	d.pass(6.1)
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewHeld, d.r.State, "an adviser's word winds no clock")
	require.NotEmpty(t, d.requireTask("review_held"))
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)

	d = chainDesk(t, [][]rapport.ReviewApprover{people("ada"), people("ben")}, []rapport.PolicyStage{stage(rapport.RuleAny), stage(rapport.RuleAll, parallel, slow)})
	d.pass(6.1)
	require.Equal(t, []string{"held", "open"}, d.states())
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewHeld, d.r.State, "one stage has an end, the other still waits without a clock")
}

func TestAQuorumIsOfPeople(t *testing.T) {
	t.Parallel()

	quorum := []rapport.PolicyStage{stage(rapport.RuleQuorum)}
	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben")}, quorum)
	require.Equal(t, "not_asked", d.refusesFor("ada", "ben").Code, "who is asked speaks for themselves")
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, &rapport.Refusal{Code: "already_decided", State: "open", By: id("ada"), At: d.now}, d.refusesFor("ada", "ben"), "two voices of one person are no quorum of two")
	require.Equal(t, []uuid.UUID{id("ben")}, d.r.View(d.now).Review.Approvers)
	d.decidesFor("cem", "ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)

	d = chainDesk(t, [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("cem"), OnBehalf: id("ada")}, {User: id("ben")}, {User: id("cem"), OnBehalf: id("ben")}}}, quorum)
	d.decides("cem", rapport.DecisionApprove)
	require.Equal(t, []uuid.UUID{id("ben")}, d.r.View(d.now).Review.Approvers, "cem has spoken")
	require.Equal(t, "asked_already", d.refusesHandOver(rapport.CmdReassign, "ben", "cem"))
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)
}

func TestAVoiceThatIsNotAskedHasNotDecided(t *testing.T) {
	t.Parallel()

	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben", "cem")}, []rapport.PolicyStage{stage(rapport.RuleAll)})
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, &rapport.Refusal{Code: "not_asked", State: "open"}, d.refusesFor("ada", "zoe"), "ben's decision has nothing to do with zoe")
	require.Equal(t, &rapport.Refusal{Code: "already_decided", State: "open", By: id("ben"), At: d.now}, d.refusesFor("ada", "ben"))
	require.Nil(t, d.refusesFor("ada", "cem"))
	require.Nil(t, d.refusesFor("zoe", "cem"))
	d.decidesFor("ada", "cem", rapport.DecisionApprove)
	require.Equal(t, "already_decided", d.refuses("cem", rapport.DecisionReject).Code)
	require.Equal(t, id("ada"), d.refuses("cem", rapport.DecisionReject).By, "it says who spoke with the voice")
	d.decides("ada", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)
}

func TestAHandOver(t *testing.T) {
	t.Parallel()

	two := func(rule rapport.Rule) []rapport.PolicyStage {
		return []rapport.PolicyStage{stage(rapport.RuleAny), stage(rule, previous)}
	}
	t.Run("in an open stage", func(t *testing.T) {
		t.Parallel()
		d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben")}, []rapport.PolicyStage{stage(rapport.RuleAll)})
		require.Equal(t, "asked_already", d.refusesHandOver(rapport.CmdReassign, "ada", "ben"))
		require.Equal(t, "asked_already", d.refusesHandOver(rapport.CmdStandIn, "ada", "ben"))
		require.Equal(t, "not_asked", d.refusesHandOver(rapport.CmdReassign, "cem", "dan"))
		d.handsOver(rapport.CmdReassign, "ada", "cem", nil)
		require.Equal(t, 2, d.notified("asked"))
		require.Equal(t, "not_asked", d.refuses("ada", rapport.DecisionApprove).Code)
		d.decides("cem", rapport.DecisionApprove)
		require.Equal(t, "not_asked", d.refusesHandOver(rapport.CmdReassign, "cem", "dan"), "who has decided has nothing to hand over")
		d.decides("ben", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
		require.Equal(t, "review_closed", d.refusesHandOver(rapport.CmdReassign, "ben", "dan"))
	})
	t.Run("a stand-in", func(t *testing.T) {
		t.Parallel()
		d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben")}, []rapport.PolicyStage{stage(rapport.RulePrimary)})
		d.handsOver(rapport.CmdStandIn, "ada", "cem", nil)
		require.Equal(t, "asked_already", d.refusesHandOver(rapport.CmdStandIn, "ada", "cem"))
		require.Nil(t, d.refuses("ada", rapport.DecisionApprove), "both may decide")
		d.decides("cem", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
		require.Equal(t, id("ada"), d.r.Stages[0].Decisions[0].OnBehalf)
	})
	t.Run("ends what others might do for the one before", func(t *testing.T) {
		t.Parallel()
		d := chainDesk(t, [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("gus"), OnBehalf: id("ada")}}}, []rapport.PolicyStage{stage(rapport.RuleAny)})
		d.handsOver(rapport.CmdReassign, "ada", "cem", nil)
		require.Equal(t, "not_asked", d.refuses("gus", rapport.DecisionApprove).Code)
	})
	t.Run("in a waiting stage, to the place of the primary", func(t *testing.T) {
		t.Parallel()
		d := chainDesk(t, [][]rapport.ReviewApprover{people("ada"), {{User: id("ada")}, {User: id("gus"), OnBehalf: id("ada")}, {User: id("ben")}, {User: id("cem")}}}, two(rapport.RulePrimary))
		d.handsOver(rapport.CmdReassign, "ada", "cem", nil)
		d.decides("cem", rapport.DecisionApprove)
		require.Equal(t, []rapport.ReviewApprover{{User: id("cem")}, {User: id("ben")}}, d.r.Stages[1].Approvers, "nobody is asked twice")
		d.decides("ben", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewOpen, d.r.State, "ben advises as before")
		d.decides("cem", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
	})
	t.Run("holds when the stage comes again", func(t *testing.T) {
		t.Parallel()
		d := chainDesk(t, [][]rapport.ReviewApprover{people("ada"), people("ben")}, two(rapport.RuleAny))
		d.handsOver(rapport.CmdReassign, "ada", "cem", nil)
		d.decides("cem", rapport.DecisionApprove)
		d.handsOver(rapport.CmdStandIn, "ben", "dan", nil)
		d.decides("dan", rapport.DecisionRequestChanges)
		require.Equal(t, []uuid.UUID{id("cem")}, d.r.View(d.now).Review.Approvers)
		d.decides("cem", rapport.DecisionApprove)
		d.decides("dan", rapport.DecisionApprove)
		require.Equal(t, rapport.ReviewApproved, d.r.State)
	})
}

func TestWhoMayTakeThePrimarysPlace(t *testing.T) {
	t.Parallel()

	primary := []rapport.PolicyStage{stage(rapport.RulePrimary)}
	open := func(t *testing.T) *desk {
		t.Helper()
		return chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben")}, primary, func(p *rapport.ReviewPlan) {
			p.Chains = [][]rapport.ReviewLevel{{{Users: []uuid.UUID{id("eve")}}}}
		})
	}
	d := open(t)
	d.handsOver(rapport.CmdStandIn, "ben", "cem", nil)
	d.decides("cem", rapport.DecisionReject)
	require.Equal(t, rapport.ReviewOpen, d.r.State, "a stand-in of an adviser advises")
	d.decidesFor("gus", "ada", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewApproved, d.r.State)

	d = open(t)
	d.pass(4.1)
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.ReviewOpen, d.r.State, "an adviser advises also after an escalation")
	d.decides("eve", rapport.DecisionRequestChanges)
	require.Equal(t, rapport.ReviewChangesRequested, d.r.State, "who was called in decides")
}

func TestReturningToAStageResetsAllFromThere(t *testing.T) {
	t.Parallel()

	back := func(s *rapport.PolicyStage) { s.OnReject, s.ReturnTo = rapport.RejectToStage, 1 }
	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada"), people("ben", "cem"), people("dan"), people("eve")},
		[]rapport.PolicyStage{stage(rapport.RuleAny), stage(rapport.RuleAll), stage(rapport.RuleAny), stage(rapport.RuleAny, parallel, back)})
	d.decides("ada", rapport.DecisionApprove)
	d.decides("ben", rapport.DecisionWithCorrections)
	d.decides("cem", rapport.DecisionApprove)
	require.Equal(t, []string{"approved", "approved", "open", "open"}, d.states())
	d.pass(2.5)
	d.decides("eve", rapport.DecisionRequestChanges)
	require.Equal(t, []string{"approved", "open", "waiting", "waiting"}, d.states())
	require.Equal(t, d.now, d.r.Stages[1].OpenedAt, "with a new clock")
	require.Equal(t, []uuid.UUID{id("ben"), id("cem")}, d.r.View(d.now).Review.Approvers, "everybody decides again")
	require.Equal(t, "not_asked", d.refuses("dan", rapport.DecisionApprove).Code)
	for _, who := range []string{"ben", "cem", "dan", "eve"} {
		d.decides(who, rapport.DecisionApprove)
	}
	require.Equal(t, rapport.ReviewApproved, d.r.State)
	require.Zero(t, d.p.Deliverables[0].Corrections, "those of the first pass are made")
}

func TestKeptApprovals(t *testing.T) {
	t.Parallel()

	kept := func(decision string, names ...string) func(*rapport.ReviewPlan) {
		return func(p *rapport.ReviewPlan) {
			p.Kept = [][]rapport.StageDecision{nil}
			for _, n := range names {
				p.Kept[0] = append(p.Kept[0], rapport.StageDecision{ID: id("kept/" + n), User: id(n), Decision: decision, At: start()})
			}
		}
	}
	two, all := [][]rapport.ReviewApprover{people("ada", "ben"), people("cem")}, []rapport.PolicyStage{stage(rapport.RuleAll), stage(rapport.RuleAny)}
	d := chainDesk(t, two, all, kept(rapport.DecisionWithCorrections, "ada", "ben"))
	require.Equal(t, []string{"approved", "open"}, d.states(), "they are enough")
	require.Equal(t, 1, d.notified("asked"), "only cem is asked")
	require.Equal(t, 2, count(d.kinds(d.r.ID), "decision_kept"))
	d.decides("cem", rapport.DecisionApprove)
	require.Zero(t, d.p.Deliverables[0].Corrections, "they were of the earlier version")

	d = chainDesk(t, two[:1], all[:1], kept(rapport.DecisionApprove, "ada", "ben"))
	require.Equal(t, rapport.ReviewApproved, d.r.State)
	require.Empty(t, d.r.Timers)

	d = chainDesk(t, two, all, kept(rapport.DecisionApprove, "ada"))
	require.Equal(t, []uuid.UUID{id("ben")}, d.r.View(d.now).Review.Approvers, "only the rest is waited for")
	require.Equal(t, "already_decided", d.refuses("ada", rapport.DecisionReject).Code)
	d.decides("ben", rapport.DecisionApprove)
	require.Equal(t, []string{"approved", "open"}, d.states())

	d = chainDesk(t, two, all, kept(rapport.DecisionApprove, "zoe", "ada", "ada"))
	require.Equal(t, 1, count(d.kinds(d.r.ID), "decision_kept"), "not of somebody who is asked no longer, and none twice")

	d = chainDesk(t, two, all, kept(rapport.DecisionRequestChanges, "ada"))
	require.Empty(t, d.r.Stages[0].Decisions, "only approvals are kept")

	d = chainDesk(t, two, []rapport.PolicyStage{stage(rapport.RuleAll), stage(rapport.RuleAny, previous)}, kept(rapport.DecisionApprove, "ada", "ben"))
	d.decides("cem", rapport.DecisionRequestChanges)
	require.Empty(t, d.r.Stages[0].Decisions, "who is asked again in the same version looks again")
}

func TestFiftyWhoDecideAtOnce(t *testing.T) {
	t.Parallel()

	names := make([]string, 50)
	for i := range names {
		names[i] = fmt.Sprint("approver/", i)
	}
	d := chainDesk(t, [][]rapport.ReviewApprover{people(names...), people("zoe")}, []rapport.PolicyStage{stage(rapport.RuleAny), stage(rapport.RuleAny)})
	opened := d.now
	d.pass(0.1)
	d.decides(names[17], rapport.DecisionApprove)
	for _, n := range names { // 49 others, and the first a second time
		require.Equal(t, &rapport.Refusal{Code: "already_decided", State: "approved", By: id(names[17]), At: opened.Add(hour / 10)}, d.refuses(n, rapport.DecisionReject))
	}
	require.Equal(t, 1, count(d.kinds(d.r.ID), "decision"))
}

func TestWhatThePartnershipHears(t *testing.T) {
	t.Parallel()

	closing := func(d *desk) *rapport.Signal {
		var s *rapport.Signal
		for _, x := range d.r.TakeRecord().Sends {
			require.Nil(t, s, "it is told once")
			s = x.Signal
		}
		return s
	}
	d := chainDesk(t, [][]rapport.ReviewApprover{people("ada", "ben"), people("cem")}, []rapport.PolicyStage{stage(rapport.RuleAll), stage(rapport.RuleAny)})
	d.decides("ada", rapport.DecisionWithCorrections)
	d.decides("ben", rapport.DecisionApprove)
	d.r.Command(rapport.Command{ID: id("last"), Kind: rapport.CmdDecide, Actor: id("cem"), Ref: id("row"), Code: rapport.DecisionWithCorrections}, d.now)
	s := closing(d)
	require.Equal(t, rapport.ReviewApproved, s.Code)
	require.Equal(t, 2, s.Corrections)

	r := &rapport.Review{ID: id("review"), State: rapport.ReviewChecking, Timings: rapport.DefaultTimings()}
	r.Begin(d.now)
	r.TakeRecord()
	plan := onePlan()
	r.Outcome(rapport.Outcome{Key: "open", Code: "failed", Review: &plan}, d.now)
	require.Equal(t, rapport.ReviewChangesRequested, r.State)
	require.Equal(t, rapport.ReviewChecksFailed, closing(&desk{d.house, r}).Code, "no round is used up")
	require.True(t, r.Done())
}
