package rapport_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestRounds(t *testing.T) {
	t.Parallel()

	exceeded := func(t *testing.T) *house {
		t.Helper()
		h := newHouse(t).activate()
		for i, name := range []string{"one", "two", "three"} {
			h.submit(name)
			h.decide("ada", rapport.DecisionRequestChanges)
			d := h.p.Deliverables[0]
			require.Equal(t, "changes_requested", d.State)
			require.Equal(t, i+1, d.Round)
			require.Equal(t, i == 2, d.Extra == "asked", "two rounds are included")
			require.Equal(t, i < 2, len(h.timers(h.p.ID, "draft_late")) == 1, "nothing is due while the creator is asked")
		}
		require.Equal(t, []string{"changes_requested", "changes_requested", "extra_round"}, h.mails()[len(h.mails())-3:])
		require.Equal(t, "already_submitted", h.refused(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[0].ID, Ref2: id("three")}))
		require.Equal(t, "extra_round", h.p.View(h.now).Waiting[0].Decision)
		return h
	}
	cmd := func(h *house, kind rapport.CommandKind) rapport.Command {
		return rapport.Command{Kind: kind, Ref: h.p.Deliverables[0].ID, Amount: eur(5_000), Actor: id("owner")}
	}

	t.Run("agreed", func(t *testing.T) {
		t.Parallel()
		h := exceeded(t)
		h.cmd(rapport.Command{Kind: rapport.CmdAgreeRound, Ref: h.p.Deliverables[0].ID})
		d := h.p.Deliverables[0]
		require.Empty(t, d.Extra)
		require.Equal(t, h.now.Add(3*hour), d.DraftDue)
		require.Len(t, h.timers(h.p.ID, "draft_late"), 1)
		require.Equal(t, "no_round_asked", h.refused(cmd(h, rapport.CmdAgreeRound)))
		require.Len(t, h.p.Milestones, 3, "nobody offered anything for it")
	})
	t.Run("another version is a word, too", func(t *testing.T) {
		t.Parallel()
		h := exceeded(t).submit("four")
		require.Equal(t, "in_review", h.p.Deliverables[0].State)
		require.Empty(t, h.p.Deliverables[0].Extra)
		require.Empty(t, h.timers(h.p.ID, "round_word"))
		require.Empty(t, h.timers(h.p.ID, "draft_late"))
	})
	t.Run("for money", func(t *testing.T) {
		t.Parallel()
		h := exceeded(t)
		h.cmd(cmd(h, rapport.CmdDeclineRound))
		require.Equal(t, h.p.OwnerID, h.requireTask("round_declined").OwnerID)
		require.Equal(t, "no_round_asked", h.refused(cmd(h, rapport.CmdAgreeRound)))
		h.cmd(cmd(h, rapport.CmdOfferRound))
		require.Equal(t, "round_offered", h.mails()[len(h.mails())-1])
		_, open := h.task("round_declined")
		require.False(t, open)
		lower := cmd(h, rapport.CmdOfferRound)
		lower.Amount = eur(500)
		h.cmd(lower)
		require.Equal(t, "another_fee", h.refused(cmd(h, rapport.CmdAgreeRound)), "the creator saw another one")
		h.cmd(cmd(h, rapport.CmdOfferRound))
		h.cmd(cmd(h, rapport.CmdAgreeRound))
		require.Len(t, h.p.Milestones, 4)
		require.Equal(t, "pending", h.p.Milestones[3].State)
		h.submit("four")
		h.decide("ada", rapport.DecisionApprove)
		require.Equal(t, "met", h.p.Milestones[3].State)
		require.Equal(t, eur(5_000), h.payout(3).Amount)
	})
	t.Run("waived", func(t *testing.T) {
		t.Parallel()
		h := exceeded(t)
		h.cmd(cmd(h, rapport.CmdOfferRound))
		h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: h.p.Deliverables[0].ID, Actor: id("owner")})
		require.Empty(t, h.p.Deliverables[0].Extra)
		require.Zero(t, h.p.Deliverables[0].ExtraFee, "it reserves no budget any more")
	})
	t.Run("no word", func(t *testing.T) {
		t.Parallel()
		h := exceeded(t)
		h.pass(3.1)
		h.requireTask("round_unanswered")
		h.cmd(rapport.Command{Kind: rapport.CmdAgreeRound, Ref: h.p.Deliverables[0].ID})
		_, open := h.task("round_unanswered")
		require.False(t, open)
	})
}

func TestANewerVersionSupersedesTheOneInReview(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("one")
	old := h.review()
	h.submit("two")
	require.Equal(t, rapport.ReviewSuperseded, old.State)
	require.Equal(t, "superseded", h.state("submission", id("one")))
	require.NotEqual(t, old.ID, h.review().ID)
	// The decision on the old version may have been on its way.
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalReviewClosed, Ref: h.p.Deliverables[0].ID, Ref2: id("one"), Code: rapport.ReviewApproved})
	require.Equal(t, "in_review", h.p.Deliverables[0].State, "a stale decision moves nothing")
	require.Equal(t, []string{"met", "pending", "pending"}, milestones(h))
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalReviewClosed, Ref: id("nobody"), Ref2: id("one"), Code: rapport.ReviewApproved})
	require.Equal(t, "in_review", h.p.Deliverables[0].State)
}

func TestARejectionEndsTheDeliverable(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("one")
	h.decide("ada", rapport.DecisionReject)
	require.Equal(t, "rejected", h.p.Deliverables[0].State)
	require.Equal(t, []string{"met", "cancelled", "cancelled"}, milestones(h))
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
	h.release(0)
	require.Equal(t, rapport.StageCompleted, h.p.Stage)
}

func TestAnApprovalCanBeRevokedUntilPublication(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	d := h.p.Deliverables[0].ID
	h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: d, Actor: id("ada")})
	require.Equal(t, "changes_requested", h.p.Deliverables[0].State)
	require.Equal(t, "approval_revoked", h.state("submission", id("draft")))
	require.Equal(t, rapport.PayoutHeld, h.payout(1).State)
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(0).State, "what was owed for the signature is not touched")
	require.Equal(t, "approval_revoked", h.mails()[len(h.mails())-1])
	h.submit("second")
	h.decide("ben", rapport.DecisionApprove)
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(1).State, "approved again, released again")
	require.Equal(t, 1, h.starts[h.p.Milestones[1].ID])
	h.post()
	require.Equal(t, "deliverable_state", h.refused(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: d}))
}

func TestWhatRevokingWouldDoIsWhatItDoes(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	d := h.p.Deliverables[0].ID
	seq := h.p.Seq
	v := h.p.PreviewRevoke(d, h.now)
	require.Nil(t, v.Refused)
	require.Len(t, v.Holds, 1)
	require.Equal(t, h.p.Milestones[1].ID, v.Holds[0].ID)
	require.Equal(t, seq, h.p.Seq, "a look changes nothing")
	h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: d, Actor: id("ada")})
	require.Equal(t, v.DraftDue, h.p.Deliverables[0].DraftDue)
	require.Equal(t, []string{"approval_revoked"}, h.p.Milestones[1].Held)
	h.submit("second")
	h.decide("ben", rapport.DecisionReject)
	require.Equal(t, rapport.PayoutCancelled, h.payout(1).State, "what was approved once and rejected in the end is not owed")
	require.Equal(t, "wrong_stage", h.p.PreviewRevoke(d, h.now).Refused.Code)

	paid := newHouse(t).approved()
	paid.release(1)
	require.Equal(t, "settled", paid.p.Milestones[1].State)
	require.Equal(t, "already_paid", paid.p.PreviewRevoke(paid.p.Deliverables[0].ID, paid.now).Refused.Code)
}

func TestMachineChecksCostNoRound(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.answers[rapport.EffectOpenReview] = func(rapport.Effect) rapport.Outcome {
		plan := onePlan()
		return rapport.Outcome{Code: "failed", Review: &plan}
	}
	h.submit("draft")
	d := h.p.Deliverables[0]
	require.Equal(t, "changes_requested", d.State)
	require.Zero(t, d.Round)
	require.Equal(t, "changes_requested", h.state("submission", id("draft")))
	require.Equal(t, "changes_requested", h.mails()[len(h.mails())-1])
}

func TestCorrectionsAreMailed(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	h.decide("ada", rapport.DecisionWithCorrections)
	require.Equal(t, "approved_to_post", h.p.Deliverables[0].State)
	require.Equal(t, 1, h.p.Deliverables[0].Corrections)
	require.Equal(t, "approved_with_corrections", h.mails()[len(h.mails())-1])
}

func TestARevokedPieceKeepsWhatIsOwedForAllOfThem(t *testing.T) {
	t.Parallel()

	h := newHouse(t, twoPieces).activate()
	for i, name := range []string{"one", "two"} {
		h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[i].ID, Ref2: id(name)})
		r := h.p.Deliverables[i].Review
		h.do(r, rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("d" + name), Code: rapport.DecisionApprove})
		h.run()
	}
	require.Equal(t, []string{"met", "pending"}, milestones(h))
	for i := range 2 {
		h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: h.p.Deliverables[i].ID, Actor: id("ada")})
	}
	require.Equal(t, rapport.PayoutHeld, h.payout(0).State)
	for i, name := range []string{"three", "four"} {
		require.Equal(t, rapport.PayoutHeld, h.payout(0).State, "not before all of them are approved again")
		h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[i].ID, Ref2: id(name)})
		h.do(h.p.Deliverables[i].Review, rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("d" + name), Code: rapport.DecisionApprove})
		h.run()
	}
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(0).State)
}

func TestAWaivedPieceHoldsTheOthersNoMore(t *testing.T) {
	t.Parallel()

	revoked := func(t *testing.T, which ...int) *house {
		t.Helper()
		h := newHouse(t, twoPieces).activate()
		for i, name := range []string{"one", "two"} {
			h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[i].ID, Ref2: id(name)})
			h.do(h.p.Deliverables[i].Review, rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("d" + name), Code: rapport.DecisionApprove})
			h.run()
		}
		for _, i := range which {
			h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: h.p.Deliverables[i].ID, Actor: id("ada")})
		}
		require.Equal(t, rapport.PayoutHeld, h.payout(0).State)
		for _, i := range which {
			h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: h.p.Deliverables[i].ID, Actor: id("owner")})
		}
		return h
	}
	require.Equal(t, rapport.PayoutAwaitingApproval, revoked(t, 1).payout(0).State, "all that still count are approved")
	require.Equal(t, rapport.PayoutCancelled, revoked(t, 0, 1).payout(0).State, "nothing is owed for nothing")
}

func twoPieces(h *house) {
	h.terms.Deliverables = append(h.terms.Deliverables, h.terms.Deliverables[0])
	h.terms.Milestones = []rapport.MilestoneTerms{
		{Title: "All approved", Trigger: rapport.TriggerApproval, Percent: 50}, {Title: "All posted", Trigger: rapport.TriggerVerified, Percent: 50},
	}
}

func TestWaiving(t *testing.T) {
	t.Parallel()

	h := newHouse(t, twoPieces).activate()
	first, second := h.p.Deliverables[0].ID, h.p.Deliverables[1].ID
	h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: first, Ref2: id("one")})
	h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: second, Ref2: id("two")})
	h.decide("ada", rapport.DecisionApprove)
	require.Equal(t, []string{"pending", "pending"}, milestones(h))
	other := h.machines[h.p.Deliverables[1].Review].(*rapport.Review)
	h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: second, Actor: id("owner")})
	require.Equal(t, rapport.ReviewCancelled, other.State)
	require.Equal(t, []string{"met", "pending"}, milestones(h), "all that still count are approved")
	require.Equal(t, rapport.StageActive, h.p.Stage)
	h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: first, Actor: id("owner")})
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
	require.Equal(t, []string{"met", "cancelled"}, milestones(h))
}

func TestALateDraft(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.until(h.p.Deliverables[0].DraftDue.Add(-hour))
	require.Equal(t, "draft_reminder", h.mails()[len(h.mails())-1])
	h.pass(1.5)
	require.Equal(t, "awaiting_draft", h.p.Deliverables[0].State, "a day's grace")
	h.pass(1)
	require.Equal(t, "late", h.p.Deliverables[0].State)
	h.requireTask("content_late")
	h.submit("draft")
	_, open := h.task("content_late")
	require.False(t, open)
	h.decide("ada", rapport.DecisionApprove)
	h.until(h.p.Deliverables[0].PublishBy.Add(2 * hour))
	require.Equal(t, "post", h.requireTask("content_late").Code)
	require.Equal(t, "approved_to_post", h.p.Deliverables[0].State, "it is still tracked")
	h.post()
	_, open = h.task("content_late")
	require.False(t, open)
}

func TestEachDraftHasItsOwnReminder(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.until(h.p.Deliverables[0].DraftDue.Add(-hour))
	h.submit("draft")
	h.decide("ada", rapport.DecisionApprove)
	h.cmd(rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: h.p.Deliverables[0].ID, Actor: id("ada")})
	h.until(h.p.Deliverables[0].DraftDue.Add(-hour))
	var keys []string
	for _, a := range h.done {
		if a.effect.Code == "draft_reminder" {
			keys = append(keys, a.effect.Key)
		}
	}
	require.Len(t, keys, 2)
	require.NotEqual(t, keys[0], keys[1], "a mail of a key goes out once")
}

func TestAnApprovalAfterTheDayOfPublishing(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.submit("draft")
	h.until(h.p.Deliverables[0].PublishBy.Add(5 * hour)) // a slow house
	h.decide("ada", rapport.DecisionApprove)
	_, late := h.task("content_late")
	require.False(t, late, "the creator could not have posted before")
	require.Equal(t, h.now.Add(3*hour), h.p.Deliverables[0].PublishBy, "as long as for a revision: three days")
	h.post()
	require.Contains(t, milestones(h), "met")
}

func TestAPostThatDiffers(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	h.answers[rapport.EffectVerify] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: "mismatch"} }
	h.post()
	require.Equal(t, "posted", h.p.Deliverables[0].State)
	require.Equal(t, rapport.PayoutHeld, h.payout(1).State)
	require.Equal(t, []string{"met", "met", "pending"}, milestones(h))
	task := h.requireTask("post_mismatch")
	require.Equal(t, h.now.Add(2*hour), task.Due, "48 hours to cure are two days")
	require.Equal(t, "put_right", h.p.View(h.now).Waiting[0].Decision)
	h.pass(5.5)
	require.Len(t, only(h.kinds(h.p.ID), "cure_overdue"), 1)
	require.NotEmpty(t, h.timers(h.p.ID, "post_cure"), "and it is looked at again and again")
	require.Len(t, only(h.mails(), "post_mismatch"), 1, "the creator knows")
	h.requireTask("post_not_cured")
	require.Equal(t, "post_not_cured", h.p.View(h.now).Waiting[0].Decision)
	delete(h.answers, rapport.EffectVerify)
	h.cmd(rapport.Command{Kind: rapport.CmdRetryCheck, Ref: h.p.Deliverables[0].ID, Actor: id("owner")})
	require.Equal(t, "verified", h.p.Deliverables[0].State)
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(1).State)
	require.Empty(t, h.timers(h.p.ID, "post_cure"))
	_, open := h.task("post_mismatch")
	require.False(t, open)
}

func TestAnUnreachablePostIsTriedAgain(t *testing.T) {
	t.Parallel()

	h := newHouse(t, func(h *house) {
		h.p.Timings.UnreachableRetry, h.p.Timings.UnreachableRetries = 6*time.Hour, 2
	}).approved()
	looks := 0
	h.answers[rapport.EffectVerify] = func(rapport.Effect) rapport.Outcome { looks++; return rapport.Outcome{Code: "unreachable"} }
	h.post()
	require.Equal(t, 1, looks)
	require.Equal(t, h.now.Add(hour/4), h.timers(h.p.ID, "verify_post")[0].At, "six hours of a day's twenty-four")
	_, open := h.task("post_mismatch")
	require.False(t, open)
	h.pass(0.6)
	require.Equal(t, 3, looks)
	require.Equal(t, "unreachable", h.requireTask("post_mismatch").Code)
}

func TestRetryingACheckSkipsNone(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved().post()
	d := h.p.Deliverables[0].ID
	require.Equal(t, "verified", h.p.Deliverables[0].State)
	for range 3 {
		h.cmd(rapport.Command{Kind: rapport.CmdRetryCheck, Ref: d, Actor: id("owner")})
		require.Equal(t, "verified", h.p.Deliverables[0].State)
	}
	at := h.timers(h.p.ID, "verify_post")
	require.Len(t, at, 1)
	require.Equal(t, h.p.Deliverables[0].PostedAt.Add(hour), at[0].At)
	h.pass(6.5)
	require.Equal(t, "verified", h.p.Deliverables[0].State)
	h.pass(1)
	require.Equal(t, "accepted", h.p.Deliverables[0].State)
}

func TestAPostThatIsReportedAgain(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	h.do(h.p.ID, rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[0].ID})
	stale := h.effects[len(h.effects)-1]
	h.now = h.now.Add(time.Second)
	h.do(h.p.ID, rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[0].ID})
	h.effects = slices.DeleteFunc(h.effects, func(a asked) bool { return a.effect.Key == stale.effect.Key })
	h.outcome(stale, rapport.Outcome{Code: "ok"})
	require.Equal(t, "posted", h.p.Deliverables[0].State, "the look was at another address")
	h.run()
	require.Equal(t, "verified", h.p.Deliverables[0].State)
	require.Len(t, h.timers(h.p.ID, "verify_post"), 1)
}

func TestContentAcceptedByAPerson(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	h.answers[rapport.EffectVerify] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: "mismatch"} }
	h.post()
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptContent, Ref: h.p.Deliverables[0].ID, Actor: id("owner")})
	require.Equal(t, "accepted", h.p.Deliverables[0].State)
	require.Equal(t, []string{"met", "met", "met"}, milestones(h))
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(1).State)
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
}
