package rapport_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestThePathFromTheFirstMailToTheEnd(t *testing.T) {
	t.Parallel()

	h := newHouse(t)
	require.Equal(t, rapport.StageOutreach, h.p.Stage)
	require.Len(t, h.timers(h.p.ID, "outreach_step"), 1)
	h.pass(0.1)
	require.Equal(t, []string{"invitation"}, h.mails())
	require.Equal(t, "reply", h.p.View(h.now).Waiting[0].Decision)

	h.mail("human")
	require.Equal(t, rapport.StageInConversation, h.p.Stage)
	require.Empty(t, h.timers(h.p.ID, "outreach_step"), "a reply ends the outreach")
	require.Equal(t, h.p.OwnerID, h.requireTask("answer_reply").OwnerID)

	h.cmd(h.offer("offer"))
	require.Equal(t, rapport.StageNegotiating, h.p.Stage)
	require.Equal(t, "sent", h.state("offer", id("offer")))
	require.Equal(t, h.now.Add(7*hour), h.timers(h.p.ID, "offer_expiry")[0].At)
	require.Len(t, h.timers(h.p.ID, "offer_reminder"), 2)
	_, ok := h.task("answer_reply")
	require.False(t, ok, "the offer answers the reply")

	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
	require.Equal(t, rapport.StageContractOut, h.p.Stage)
	require.Empty(t, h.timers(h.p.ID, "offer_expiry"))
	require.Equal(t, rapport.RoleOps, h.requireTask("approve_contract").Role)
	contract := h.p.Contract.ID
	h.sign()
	require.Equal(t, rapport.StageActive, h.p.Stage)
	require.Empty(t, h.timers(h.p.ID, "signature_expiry"))
	for _, k := range []string{"term_end", "renewal_notice", "renewal_review", "draft_reminder", "draft_late"} {
		require.Len(t, h.timers(h.p.ID, k), 1, k)
	}
	require.Equal(t, "awaiting_draft", h.p.Deliverables[0].State, "the brief is out")
	require.Equal(t, []string{"met", "pending", "pending"}, milestones(h))
	require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(0).State)
	require.Equal(t, eur(30_000), h.payout(0).Amount)

	h.submit("draft")
	require.Equal(t, "in_review", h.p.Deliverables[0].State)
	require.Equal(t, rapport.ReviewOpen, h.review().State)
	require.Empty(t, h.timers(h.p.ID, "draft_late"))
	h.decide("ada", rapport.DecisionApprove)
	require.Equal(t, "approved_to_post", h.p.Deliverables[0].State)
	require.Equal(t, "approved", h.state("submission", id("draft")))
	require.Equal(t, []string{"met", "met", "pending"}, milestones(h))
	require.True(t, h.review().Done())

	h.post()
	require.Equal(t, "verified", h.p.Deliverables[0].State)
	require.Equal(t, []string{"met", "met", "met"}, milestones(h))
	require.Equal(t, rapport.PayoutScheduled, h.payout(2).State, "net days are counted")
	require.Equal(t, h.now.Add(10*hour), h.payout(2).Due)
	h.pass(1.5)
	require.Equal(t, "verified", h.p.Deliverables[0].State)
	h.pass(6)
	require.Equal(t, "accepted", h.p.Deliverables[0].State, "verified at once, after one day and after seven")
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)

	h.release(0)
	h.release(1)
	h.pass(5)
	require.Equal(t, []string{"settled", "settled", "met"}, milestones(h))
	h.release(2)
	require.Equal(t, rapport.StageCompleted, h.p.Stage)
	require.Equal(t, []string{"payment_sent", "payment_sent", "payment_sent"}, h.mails()[len(h.mails())-3:])

	h.until(h.p.Contract.NoticeBy.Add(time.Minute))
	require.Equal(t, rapport.RenewalLapsed, h.p.Renewal)
	require.Equal(t, rapport.RoleAdmin, h.requireTask("renewal_lapsed").Role, "no decision is an escalated lapse")
	h.until(h.p.Contract.EndsAt)
	require.Equal(t, rapport.StageLapsed, h.p.Stage)
	require.True(t, h.p.Done())
	require.Empty(t, h.p.Timers)
	require.Equal(t, []string{"outreach", "in_conversation", "negotiating", "contract_out", "active", "wrapping_up", "completed", "lapsed"}, h.stages())
	require.Equal(t, "contract_executed", h.kinds(h.p.ID)[slices.Index(h.kinds(h.p.ID), "contract_signed")+1])
	require.NotEqual(t, uuid.Nil, contract)
}

func milestones(h *house) []string {
	s := make([]string, 0, len(h.p.Milestones))
	for _, m := range h.p.Milestones {
		s = append(s, m.State)
	}
	return s
}

func TestOutreachWithoutAnAnswer(t *testing.T) {
	t.Parallel()

	h := newHouse(t)
	h.pass(3.5)
	require.Equal(t, []string{"invitation", "follow_up_1"}, h.mails())
	h.pass(5)
	h.requireTask("outreach_step")
	h.pass(7)
	require.Equal(t, rapport.StageUnresponsive, h.p.Stage)
	require.Equal(t, "cooling_off", h.refused(rapport.Command{Kind: rapport.CmdStartAgain}))
	h.pass(91)
	require.Contains(t, h.kinds(h.p.ID), "cool_off_over")
	h.cmd(rapport.Command{Kind: rapport.CmdStartAgain, Actor: id("owner")})
	h.pass(0.1)
	require.Equal(t, []string{"invitation", "follow_up_1", "invitation"}, h.mails())
	require.NotEqual(t, h.done[0].effect.Key, h.done[len(h.done)-1].effect.Key, "the second round is another mail")
	h.pass(60)
	require.Equal(t, rapport.StageUnresponsive, h.p.Stage)
	h.mail("human")
	require.Equal(t, rapport.StageInConversation, h.p.Stage, "a late answer is an answer")
	require.Empty(t, h.timers(h.p.ID, "cool_off"))
}

func TestOffers(t *testing.T) {
	t.Parallel()

	t.Run("expiry", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.pass(6.5)
		require.Equal(t, []string{"invitation", "offer", "offer_reminder", "offer_reminder"}, h.mails())
		h.pass(1)
		require.Equal(t, rapport.StageInConversation, h.p.Stage)
		require.Equal(t, "expired", h.state("offer", id("offer")))
		h.requireTask("make_new_offer")
		require.Equal(t, "offer_decided", h.refused(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")}))
		h.cmd(h.offer("second"))
		require.Equal(t, rapport.StageNegotiating, h.p.Stage)
		_, open := h.task("make_new_offer")
		require.False(t, open)
	})
	t.Run("counter", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("offer"), Amount: eur(150_000)})
		require.Equal(t, rapport.StageNegotiating, h.p.Stage)
		require.Equal(t, "countered", h.state("offer", id("offer")))
		i := slices.Index(h.kinds(h.p.ID), "offer_countered")
		require.Equal(t, eur(150_000), h.facts[h.p.ID][i].Amount)
		h.requireTask("answer_counter")
		require.Equal(t, "new_offer", h.p.View(h.now).Waiting[0].Decision)
		h.cmd(h.offer("second"))
		_, open := h.task("answer_counter")
		require.False(t, open)
	})
	t.Run("withdrawn", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		require.Equal(t, "offer_is_out", h.refused(h.offer("second")))
		h.cmd(rapport.Command{Kind: rapport.CmdWithdrawOffer, Actor: id("owner")})
		require.Equal(t, rapport.StageInConversation, h.p.Stage)
		require.Equal(t, "withdrawn", h.state("offer", id("offer")))
		require.Empty(t, h.timers(h.p.ID, "offer_expiry"))
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.cmd(rapport.Command{Kind: rapport.CmdDeclineOffer, Ref: id("offer")})
		require.Equal(t, rapport.StageDeclined, h.p.Stage)
		require.Equal(t, "declined", h.state("offer", id("offer")))
		h.pass(100)
		h.cmd(rapport.Command{Kind: rapport.CmdStartAgain})
		require.Equal(t, rapport.StageOutreach, h.p.Stage)
	})
	t.Run("marked as declined", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("offer"), Amount: eur(1)})
		h.cmd(rapport.Command{Kind: rapport.CmdMarkDeclined, Actor: id("owner")})
		require.Empty(t, h.tasks, "nothing is left to do")
	})
}

func TestContracts(t *testing.T) {
	t.Parallel()

	t.Run("expiry and reminders", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).accept()
		h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
		require.Equal(t, "out_for_signature", h.state("contract", h.p.Contract.ID))
		h.pass(13.5)
		n := 0
		for _, m := range h.mails() {
			if m == "contract_reminder" {
				n++
			}
		}
		require.Equal(t, 5, n, "after 5 days, then every 2, at most 5 times")
		h.pass(1)
		require.Equal(t, rapport.StageNegotiating, h.p.Stage)
		require.Equal(t, "expired", h.state("contract", h.p.Contract.ID))
		require.Equal(t, "withdrawn", h.state("offer", id("offer")), "the budget is free again")
		require.Equal(t, "expired", h.requireTask("make_new_offer").Code)
	})
	for kind, state := range map[rapport.CommandKind]string{rapport.CmdDeclineContract: "declined", rapport.CmdWithdrawContr: "withdrawn"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t).accept()
			h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
			h.cmd(rapport.Command{Kind: kind, Ref: h.p.Contract.ID})
			require.Equal(t, rapport.StageNegotiating, h.p.Stage)
			require.Equal(t, state, h.state("contract", h.p.Contract.ID))
			require.Empty(t, h.timers(h.p.ID, "signature_expiry"))
			h.cmd(h.offer("second"))
			h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("second")})
			h.sign()
			require.Equal(t, rapport.StageActive, h.p.Stage)
		})
	}
	t.Run("withdrawn before it is out", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).accept()
		h.cmd(rapport.Command{Kind: rapport.CmdWithdrawContr})
		_, open := h.task("approve_contract")
		require.False(t, open)
	})
}

// wrapUp brings the house to the stage completed, long before the end of the term.
func wrapUp(h *house) *house {
	h.approved().post()
	h.pass(8)
	h.pass(4)
	for i := range 3 {
		h.release(i)
	}
	require.Equal(h.t, rapport.StageCompleted, h.p.Stage)
	return h
}

func TestRenewal(t *testing.T) {
	t.Parallel()

	renew := func(h *house) {
		h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(200_000), Actor: id("owner")})
	}
	t.Run("agreed", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		h.until(h.p.Contract.EndsAt.Add(-89 * hour))
		require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
		h.requireTask("decide_renewal")
		require.NotEmpty(t, h.timers(h.p.ID, "renewal_reminder"))
		renew(h)
		require.Equal(t, rapport.RenewalOffered, h.p.Renewal)
		require.Empty(t, h.timers(h.p.ID, "renewal_reminder"))
		_, open := h.task("decide_renewal")
		require.False(t, open)
		h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("next")})
		require.Equal(t, rapport.RenewalAgreed, h.p.Renewal)
		end := h.p.Contract.EndsAt
		h.until(end.Add(-time.Second))
		require.Equal(t, rapport.StageCompleted, h.p.Stage, "the next term starts at the end")
		h.until(end)
		require.Equal(t, rapport.StageContractOut, h.p.Stage)
		require.Equal(t, 2, h.p.Term)
		h.sign()
		require.Equal(t, rapport.StageActive, h.p.Stage)
		require.Equal(t, eur(60_000), h.p.Milestones[0].Amount)
		require.Equal(t, "met", h.p.Milestones[0].State)
		require.Equal(t, rapport.RenewalNotDue, h.p.Renewal)
	})
	t.Run("declined", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		renew(h)
		h.cmd(rapport.Command{Kind: rapport.CmdDeclineOffer, Ref: id("next")})
		require.Equal(t, rapport.RenewalDeclined, h.p.Renewal)
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, rapport.StageLapsed, h.p.Stage)
	})
	t.Run("countered", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		renew(h)
		h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("next"), Amount: eur(300_000)})
		require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
		h.requireTask("answer_counter")
		h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("better"), Amount: eur(250_000)})
		require.Equal(t, rapport.RenewalOffered, h.p.Renewal)
	})
	t.Run("the offer expires", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		renew(h)
		h.pass(8)
		require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
		require.Equal(t, "offer_expired", h.requireTask("decide_renewal").Code)
	})
	t.Run("the offer expires after the notice date", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		h.until(h.p.Contract.NoticeBy.Add(-hour))
		renew(h)
		h.pass(8)
		require.Equal(t, rapport.RenewalLapsed, h.p.Renewal)
	})
	t.Run("let lapse", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		require.Equal(t, "renewal_not_open", h.refused(rapport.Command{Kind: rapport.CmdLetLapse}))
		h.until(h.p.Contract.EndsAt.Add(-89 * hour))
		h.cmd(rapport.Command{Kind: rapport.CmdLetLapse, Actor: id("owner")})
		require.Equal(t, rapport.RenewalLapsed, h.p.Renewal)
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, rapport.StageLapsed, h.p.Stage)
	})
	t.Run("undecided at the end", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		h.until(h.p.Contract.NoticeBy.Add(-hour))
		renew(h)
		h.pass(2)
		h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("next"), Amount: eur(300_000)})
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, rapport.StageLapsed, h.p.Stage)
		require.Equal(t, rapport.RenewalLapsed, h.p.Renewal, "the lapse is recorded")
		require.Contains(t, h.kinds(h.p.ID), "renewal_lapsed")
	})
	t.Run("while payouts are open", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved().post()
		h.pass(12)
		require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
		h.until(h.p.Contract.EndsAt.Add(hour))
		require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
		require.NotEmpty(t, h.p.View(h.now).Waiting, "it says what it waits for")
		for i := range 3 {
			h.release(i)
		}
		require.Equal(t, rapport.StageLapsed, h.p.Stage)
	})
}

func TestPause(t *testing.T) {
	t.Parallel()

	t.Run("pause and resume", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.pass(0.1)
		h.cmd(rapport.Command{Kind: rapport.CmdPause, Actor: id("owner")})
		h.pass(30)
		require.Equal(t, []string{"invitation"}, h.mails())
		require.Equal(t, "already_paused", h.refused(rapport.Command{Kind: rapport.CmdPause}))
		require.Nil(t, h.p.View(h.now).Next())
		h.cmd(rapport.Command{Kind: rapport.CmdResume, Actor: id("owner")})
		h.pass(0.1)
		require.Equal(t, []string{"invitation", "follow_up_1"}, h.mails())
	})
	t.Run("snooze", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.pass(0.1)
		h.cmd(rapport.Command{Kind: rapport.CmdSnooze, Until: h.now.Add(10 * hour)})
		require.Equal(t, "time_is_past", h.refusedOnce(rapport.Command{Kind: rapport.CmdSnooze, Until: h.now.Add(-hour)}))
		h.pass(9)
		require.True(t, h.p.Paused)
		h.pass(2)
		require.False(t, h.p.Paused)
		require.Equal(t, []string{"invitation", "follow_up_1"}, h.mails())
	})
	t.Run("what a pause held back is said once", func(t *testing.T) {
		t.Parallel()
		mailed := func(h *house, kind string) (n int) {
			for _, m := range h.mails() {
				if m == kind {
					n++
				}
			}
			return n
		}
		h := newHouse(t).negotiate()
		h.cmd(rapport.Command{Kind: rapport.CmdPause})
		h.pass(6.5)
		h.cmd(rapport.Command{Kind: rapport.CmdResume})
		h.pass(0.1)
		require.Equal(t, 1, mailed(h, "offer_reminder"), "both of the offer's reminders were due")
		h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
		h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
		h.cmd(rapport.Command{Kind: rapport.CmdPause})
		h.pass(11)
		h.cmd(rapport.Command{Kind: rapport.CmdResume})
		h.pass(0.1)
		require.Equal(t, 1, mailed(h, "contract_reminder"), "the second one comes two days after the first")
		h.pass(2)
		require.Equal(t, 2, mailed(h, "contract_reminder"))
	})
	t.Run("an outage over the end sends no reminder of it", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.now = h.now.Add(8 * hour)
		h.pass(0.1)
		require.NotContains(t, h.mails(), "offer_reminder")
		require.Equal(t, "expired", h.state("offer", id("offer")))
	})
	t.Run("deadlines go on", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.cmd(rapport.Command{Kind: rapport.CmdPause})
		h.pass(8)
		require.Equal(t, rapport.StageInConversation, h.p.Stage)
		require.NotContains(t, h.mails(), "offer_reminder")
		// What is armed during the pause is held too.
		h.cmd(h.offer("second"))
		h.pass(6.5)
		require.NotContains(t, h.mails(), "offer_reminder")
	})
}

// refusedOnce asks a partnership that is not paused the same.
func (h *house) refusedOnce(cmd rapport.Command) string {
	paused := h.p.Paused
	h.p.Paused = false
	defer func() { h.p.Paused = paused }()
	return h.refused(cmd)
}

func TestABanStopsAndIsLifted(t *testing.T) {
	t.Parallel()

	ban := rapport.Command{Kind: rapport.CmdBan, Actor: id("admin")}
	unban := rapport.Command{Kind: rapport.CmdUnban, Actor: id("admin")}
	t.Run("from anywhere and back", func(t *testing.T) {
		t.Parallel()
		for _, at := range []func(h *house){
			func(*house) {}, func(h *house) { h.converse() }, func(h *house) { h.negotiate() }, func(h *house) { h.accept() }, func(h *house) { h.activate() },
			func(h *house) { h.approved() }, func(h *house) { h.approved().post() }, func(h *house) { wrapUp(h) },
		} {
			h := newHouse(t)
			at(h)
			before, timers := h.p.Stage, slices.Clone(h.p.Timers)
			h.cmd(ban)
			require.Equal(t, rapport.StageBanned, h.p.Stage)
			require.Zero(t, h.p.Deadline())
			for _, k := range []rapport.CommandKind{rapport.CmdPause, rapport.CmdSendOffer, rapport.CmdRenew, rapport.CmdBan, rapport.CmdSubmit} {
				require.Equal(t, "banned", h.refused(rapport.Command{Kind: k}))
			}
			h.cmd(unban)
			require.Equal(t, before, h.p.Stage)
			require.Equal(t, timers, h.p.Timers)
		}
	})
	t.Run("money", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate().submit("draft")
		h.cmd(ban)
		require.Equal(t, rapport.PayoutHeld, h.payout(0).State)
		h.decide("ada", rapport.DecisionApprove)
		require.Equal(t, []string{"met", "met", "pending"}, milestones(h))
		require.Equal(t, rapport.PayoutHeld, h.payout(1).State, "what comes to be owed during a ban is held too")
		h.cmd(unban)
		require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(0).State)
		require.Equal(t, rapport.PayoutAwaitingApproval, h.payout(1).State)
	})
	t.Run("a mail on its way", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.now = h.next()
		h.tick()
		h.do(h.p.ID, ban)
		h.run()
		h.do(h.p.ID, unban)
		h.run()
		h.pass(3.5)
		require.Equal(t, "follow_up_1", h.mails()[len(h.mails())-1], "the outreach goes on after the ban")
	})
	t.Run("effects on their way are not asked for twice", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.now = h.next()
		h.tick()
		h.do(h.p.ID, ban)
		h.do(h.p.ID, unban)
		require.Len(t, h.effects, 1)
	})
	t.Run("a contract on its way", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.do(h.p.ID, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
		h.do(h.p.ID, ban)
		h.run()
		require.Nil(t, h.p.Contract)
		h.cmd(unban)
		require.Equal(t, "internal_approval", h.p.Contract.State)
		h.do(h.p.ID, rapport.Command{Kind: rapport.CmdSendContract})
		h.do(h.p.ID, rapport.Command{Kind: rapport.CmdSignContract})
		h.do(h.p.ID, ban)
		h.run()
		require.Empty(t, h.p.Deliverables)
		h.cmd(unban)
		require.Equal(t, rapport.StageActive, h.p.Stage)
	})
	t.Run("ended during the ban", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.do(h.p.ID, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
		h.do(h.p.ID, ban)
		h.run()
		h.cmd(rapport.Command{Kind: rapport.CmdTerminate})
		require.True(t, h.p.Done())
	})
	t.Run("the last payout settles during the ban", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved().post()
		h.pass(12)
		h.release(0)
		h.release(1)
		p := h.payout(2)
		h.do(p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: "preparer", Actor: id("pia")})
		h.do(p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("rob")})
		h.do(h.p.ID, ban)
		h.run()
		h.cmd(unban)
		require.Equal(t, rapport.StageCompleted, h.p.Stage)
	})
	t.Run("a reply during the ban", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.pass(0.1)
		h.cmd(ban)
		h.mail("human")
		require.Equal(t, rapport.StageBanned, h.p.Stage)
		h.cmd(unban)
		require.Equal(t, rapport.StageInConversation, h.p.Stage, "who has answered gets no more outreach")
		h.pass(20)
		require.Equal(t, []string{"invitation"}, h.mails())
	})
}

func TestTerminating(t *testing.T) {
	t.Parallel()

	terminate := rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")}
	t.Run("everything ends", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate().submit("draft")
		review := h.review()
		h.cmd(terminate)
		require.Equal(t, rapport.StageTerminated, h.p.Stage)
		require.Equal(t, rapport.ReviewCancelled, review.State)
		require.Equal(t, "cancelled", h.state("deliverable", h.p.Deliverables[0].ID))
		require.Equal(t, "terminated", h.state("contract", h.p.Contract.ID))
		require.Equal(t, []string{"met", "cancelled", "cancelled"}, milestones(h), "what was owed by then stays owed")
		require.False(t, h.p.Done(), "money is still on its way")
		require.Equal(t, "payout", h.p.View(h.now).Waiting[0].Decision)
		h.release(0)
		require.Equal(t, rapport.PayoutPaid, h.payout(0).State)
		require.True(t, h.p.Done())
		require.Empty(t, h.tasks)
		require.Equal(t, "ended", h.refused(rapport.Command{Kind: rapport.CmdUnban}))
	})
	t.Run("money on its way", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		p := h.payout(0)
		h.do(p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: "preparer", Actor: id("pia")})
		h.do(p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("rob")})
		h.do(h.p.ID, terminate)
		require.False(t, h.p.Done(), "it waits to hear what became of the money")
		h.run()
		require.Equal(t, rapport.PayoutPaid, p.State)
		require.Equal(t, "settled", h.p.Milestones[0].State)
		require.True(t, h.p.Done())
	})
	t.Run("an offer that is out", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.cmd(terminate)
		require.Equal(t, "withdrawn", h.state("offer", id("offer")))
	})
	t.Run("a renewal that is out", func(t *testing.T) {
		t.Parallel()
		for _, accepted := range []bool{false, true} {
			h := wrapUp(newHouse(t))
			h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(200_000)})
			if accepted {
				h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("next")})
			}
			h.cmd(terminate)
			require.Equal(t, "withdrawn", h.state("offer", id("next")), "its budget is free again")
		}
	})
	t.Run("a contract that is out", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).accept()
		h.cmd(terminate)
		require.Equal(t, "withdrawn", h.state("contract", h.p.Contract.ID))
		require.Equal(t, "withdrawn", h.state("offer", id("offer")))
		require.Empty(t, h.tasks)
	})
	t.Run("a contract that is being written", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.do(h.p.ID, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
		h.do(h.p.ID, terminate)
		h.run()
		require.Equal(t, "withdrawn", h.state("contract", rapport.DeriveID(id("offer"), "contract")))
		require.True(t, h.p.Done())
	})
	t.Run("a contract that is being executed", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).accept()
		h.cmd(rapport.Command{Kind: rapport.CmdSendContract})
		h.do(h.p.ID, rapport.Command{Kind: rapport.CmdSignContract})
		contract := h.p.Contract.ID
		h.do(h.p.ID, terminate)
		h.run()
		require.Equal(t, "terminated", h.state("contract", contract))
		require.Equal(t, "cancelled", h.state("deliverable", rapport.DeriveID(contract, "deliverable/0")))
		require.Equal(t, "cancelled", h.state("milestone", rapport.DeriveID(contract, "milestone/0")))
	})
}

func TestMilestonesByDate(t *testing.T) {
	t.Parallel()

	h := newHouse(t, func(h *house) {
		h.terms.Milestones = []rapport.MilestoneTerms{
			{Title: "Posted", Trigger: rapport.TriggerPosted, Percent: 50}, {Title: "End", Trigger: rapport.TriggerDate, Percent: 30}, {Title: "Campaign", Trigger: rapport.TriggerCampaignEnd, Percent: 20},
		}
	}).approved().post()
	h.pass(8)
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
	require.Equal(t, []string{"met", "pending", "pending"}, milestones(h), "dates are met by the clock")
	h.until(h.p.Contract.EndsAt)
	require.Equal(t, []string{"met", "met", "pending"}, milestones(h))
	h.release(0)
	h.release(1)
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
	h.pass(30)
	h.release(2)
	require.Equal(t, rapport.StageLapsed, h.p.Stage, "the end of the term has passed")
}

func TestACancelledPayoutSettlesItsMilestone(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	h.do(h.payout(0).ID, rapport.Command{Kind: rapport.CmdCancel, Actor: id("rob")})
	h.run()
	require.Equal(t, "cancelled", h.p.Milestones[0].State)
}

func TestWhatIsRefused(t *testing.T) {
	t.Parallel()

	deliverable := rapport.DeriveID(rapport.DeriveID(id("offer"), "contract"), "deliverable/0")
	for _, c := range []struct {
		at   func(h *house)
		cmd  rapport.Command
		code string
	}{
		{nil, rapport.Command{Kind: "dance"}, "unknown_command"},
		{nil, rapport.Command{Kind: rapport.CmdResume}, "not_paused"},
		{nil, rapport.Command{Kind: rapport.CmdStartAgain}, "wrong_stage"},
		{nil, rapport.Command{Kind: rapport.CmdSendOffer, Ref: id("o")}, "wrong_stage"},
		{nil, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("o")}, "offer_unknown"},
		{nil, rapport.Command{Kind: rapport.CmdDeclineOffer, Ref: id("o")}, "offer_unknown"},
		{nil, rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("o")}, "offer_unknown"},
		{nil, rapport.Command{Kind: rapport.CmdWithdrawOffer}, "no_offer_out"},
		{nil, rapport.Command{Kind: rapport.CmdSendContract}, "contract_unknown"},
		{nil, rapport.Command{Kind: rapport.CmdSignContract}, "contract_unknown"},
		{nil, rapport.Command{Kind: rapport.CmdSubmit}, "wrong_stage"},
		{nil, rapport.Command{Kind: rapport.CmdWaive}, "wrong_stage"},
		{nil, rapport.Command{Kind: rapport.CmdRenew}, "renewal_decided"},
		{nil, rapport.Command{Kind: rapport.CmdLetLapse}, "renewal_not_open"},
		{nil, rapport.Command{Kind: rapport.CmdUnban}, "not_banned"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdLogReply}, "wrong_stage"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdMarkDeclined}, "wrong_stage"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdSendContract}, "contract_decided"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdSignContract}, "contract_decided"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdSignContract, Ref: id("other")}, "contract_unknown"},
		{func(h *house) { h.accept() }, rapport.Command{Kind: rapport.CmdSignContract}, "contract_decided"},
		{func(h *house) { h.accept() }, rapport.Command{Kind: rapport.CmdSendContract, Ref: id("other")}, "contract_unknown"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdReportPost}, "deliverable_unknown"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable}, "deliverable_state"},
		{func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdSubmit, Ref: id("other")}, "deliverable_unknown"},
		{func(h *house) { h.approved() }, rapport.Command{Kind: rapport.CmdSubmit, Ref: deliverable, Ref2: id("n")}, "deliverable_state"},
		{func(h *house) { h.approved().post() }, rapport.Command{Kind: rapport.CmdWaive, Ref: deliverable}, "deliverable_state"},
		{func(h *house) { h.cmd(rapport.Command{Kind: rapport.CmdMarkDeclined}) }, rapport.Command{Kind: rapport.CmdPause}, "nothing_runs"},
		{func(h *house) { h.cmd(rapport.Command{Kind: rapport.CmdTerminate}) }, rapport.Command{Kind: rapport.CmdTerminate}, "ended"},
	} {
		h := newHouse(t)
		if c.at != nil {
			c.at(h)
		}
		before := len(h.facts[h.p.ID])
		require.Equal(t, c.code, h.refused(c.cmd), "%s", c.cmd.Kind)
		require.Len(t, h.facts[h.p.ID], before)
	}
	// A refusal says how things stand.
	h := newHouse(t).negotiate()
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
	r := h.p.Allowed(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")}, h.now)
	require.Equal(t, "accepted", r.State)
	require.False(t, r.At.IsZero())
}

func TestThePageShowsEveryButton(t *testing.T) {
	t.Parallel()

	h := newHouse(t)
	v := h.p.View(h.now)
	require.Equal(t, "outreach", v.State)
	require.NotNil(t, v.Next())
	byKind := map[rapport.CommandKind]string{}
	for _, c := range v.Commands {
		byKind[c.Kind] = c.Refused
	}
	require.Empty(t, byKind[rapport.CmdPause])
	require.Equal(t, "wrong_stage", byKind[rapport.CmdSendOffer])
	h.approved()
	require.True(t, slices.ContainsFunc(h.p.View(h.now).Commands, func(c rapport.CommandView) bool {
		return c.Kind == rapport.CmdRevokeApproval && c.Ref == h.p.Deliverables[0].ID
	}))
	require.NotNil(t, rapport.View{Timers: []rapport.Timer{{Held: true}, {Kind: "x"}}}.Next())
}

// TestACreatorIsAskedForABankAccountFromTheContractOn: every three days, and after the third time somebody helps; it ends by itself.
func TestACreatorIsAskedForABankAccountFromTheContractOn(t *testing.T) {
	t.Parallel()
	reminding := func(h *house) { h.p.RemindsPayee = true }
	asked := func(h *house) (n int) {
		for _, a := range h.done {
			if a.effect.Kind == rapport.EffectOnboard {
				n++
			}
		}
		return n
	}
	h := newHouse(t, reminding).activate()
	require.Equal(t, 1, asked(h))
	h.pass(2)
	require.Equal(t, 1, asked(h))
	h.pass(2)
	require.Equal(t, 2, asked(h))
	_, open := h.task("payee_not_ready")
	require.False(t, open)
	h.pass(6)
	require.Equal(t, 4, asked(h))
	require.Equal(t, id("owner"), h.requireTask("payee_not_ready").OwnerID)
	h.answers[rapport.EffectOnboard] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: "ready"} }
	h.pass(3)
	require.Equal(t, 5, asked(h))
	_, open = h.task("payee_not_ready")
	require.False(t, open)
	h.pass(30)
	require.Equal(t, 5, asked(h))

	for name, stop := range map[string]rapport.CommandKind{"terminated": rapport.CmdTerminate, "banned": rapport.CmdBan, "paused": rapport.CmdPause} {
		h := newHouse(t, reminding).activate()
		h.do(h.p.ID, rapport.Command{Kind: stop, Actor: id("admin")})
		h.pass(30)
		require.Equal(t, 1, asked(h), name)
	}
	h = newHouse(t).activate()
	h.pass(30)
	require.Equal(t, 1, asked(h), "a run that began before goes on as it began")

	h = newHouse(t, reminding)
	h.answers[rapport.EffectOnboard] = func(rapport.Effect) rapport.Outcome {
		return rapport.Outcome{Code: rapport.NotMailed + rapport.MailRejected}
	}
	h.activate()
	require.Equal(t, rapport.MailRejected, h.requireTask("mail_failed").Code, "the creator was not asked, and somebody knows")
	h.pass(4)
	require.Equal(t, 2, asked(h), "it is tried again all the same")
}
