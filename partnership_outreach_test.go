package rapport_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// automated is a house whose partnership may start one more sequence by itself.
func automated(t *testing.T, trigger rapport.SequenceTrigger, steps ...rapport.SequenceStep) *house {
	t.Helper()
	return newHouse(t, func(h *house) {
		h.mirror = true
		h.p.Automations = []rapport.Sequence{{ID: id("automation"), Version: 1, Trigger: &trigger, Steps: steps}}
		h.answers[rapport.EffectBranch] = func(e rapport.Effect) rapport.Outcome {
			if e.Branch.Holds(rapport.BranchFacts{Reply: "question", Country: "DE"}) {
				return rapport.Outcome{Code: "yes"}
			}
			return rapport.Outcome{Code: "no"}
		}
		h.answers[rapport.EffectDraftMail] = func(e rapport.Effect) rapport.Outcome {
			return rapport.Outcome{Code: rapport.MailDrafted, Ref: rapport.DeriveID(root, e.Key)}
		}
	})
}

func send(template string) rapport.SequenceStep {
	return rapport.SequenceStep{Kind: rapport.StepSend, Template: template}
}

func TestAStageStartsASequenceAndAnotherStopsIt(t *testing.T) {
	t.Parallel()
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageInConversation},
		rapport.SequenceStep{Kind: rapport.StepBranch, Branch: &rapport.Branch{On: rapport.BranchReply, Is: "is", Value: "question", Then: 1, Else: 3}},
		rapport.SequenceStep{Kind: rapport.StepSend, Template: "answers", Review: true}, rapport.SequenceStep{Kind: rapport.StepWait, Days: 2}, rapport.SequenceStep{Kind: rapport.StepTask, Title: "Call"})
	h.pass(1)
	h.mail("human")
	h.pass(0.1)
	require.Len(t, h.p.Runs, 1)
	h.requireTask("look_at_mail")
	require.NotContains(t, h.mails(), "answers", "a person looks at it first")
	draft := h.p.Runs[0].Draft
	require.Equal(t, "nothing_to_look_at", h.refused(rapport.Command{Kind: rapport.CmdLetMailGo, Ref: id("another")}))
	h.cmd(rapport.Command{Kind: rapport.CmdLetMailGo, Ref: draft, Actor: id("owner")})
	require.Contains(t, h.mails(), "answers")
	require.Equal(t, h.now.Add(2*hour), h.timers(h.p.ID, "sequence_step")[0].At)
	h.cmd(h.offer("offer"))
	require.Empty(t, h.p.Runs, "it belonged to the conversation")
	require.Empty(t, h.timers(h.p.ID, "sequence_step"))
	require.Contains(t, h.kinds(h.p.ID), "sequence_stopped")
}

func TestAReplyStopsWhatAMachineWrites(t *testing.T) {
	t.Parallel()
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageOutreach},
		rapport.SequenceStep{Kind: rapport.StepSend, Template: "gift", Review: true}, send("second"))
	h.pass(0.1)
	draft := h.p.Runs[0].Draft
	require.NotEqual(t, uuid.Nil, draft)
	h.mail("human")
	h.pass(30)
	require.NotContains(t, h.mails(), "gift")
	require.Equal(t, "nothing_to_look_at", h.refused(rapport.Command{Kind: rapport.CmdLetMailGo, Ref: draft}))
	require.Contains(t, h.changes, rapport.Change{Noun: "message", ID: draft, State: "cancelled", At: h.changes[len(h.changes)-1].At})
	_, open := h.task("look_at_mail")
	require.False(t, open)
}

func TestAMailThatNobodyLooksAt(t *testing.T) {
	t.Parallel()
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageOutreach}, rapport.SequenceStep{Kind: rapport.StepSend, Template: "gift", Review: true}, send("second"))
	h.pass(3)
	require.Contains(t, h.kinds(h.p.ID), "look_overdue")
	require.NotContains(t, h.mails(), "gift", "silence sends nothing")
	h.cmd(rapport.Command{Kind: rapport.CmdSkipMail, Ref: h.p.Runs[0].Draft, Actor: id("owner")})
	h.pass(0.2)
	require.NotContains(t, h.mails(), "gift")
	require.Contains(t, h.mails(), "second")
	require.Empty(t, h.p.Runs, "it has said all it had to say")
}

func TestSilenceStartsASequence(t *testing.T) {
	t.Parallel()
	trigger := rapport.SequenceTrigger{On: rapport.StartSilence, After: "offer_sent", Without: "offer_decided", BusinessDays: 2}
	h := automated(t, trigger, send("nudge"), rapport.SequenceStep{Kind: rapport.StepWait, BusinessDays: 1}, send("nudge_again"))
	h.pass(1)
	h.mail("human")
	h.cmd(h.offer("offer"))
	h.pass(1.9)
	require.NotContains(t, h.mails(), "nudge")
	h.pass(0.2)
	require.Contains(t, h.mails(), "nudge")
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: h.p.Offer.ID})
	h.pass(5)
	require.NotContains(t, h.mails(), "nudge_again", "what was waited for has happened")

	quick := automated(t, trigger, send("nudge"))
	quick.pass(1)
	quick.mail("human")
	quick.cmd(quick.offer("offer"))
	quick.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: quick.p.Offer.ID})
	quick.pass(10)
	require.NotContains(t, quick.mails(), "nudge")
}

// TestAMovedDateArmsAnew moves a draft's due date by asking for changes: what waits for it moves with it, and what has fired stays.
func TestAMovedDateArmsAnew(t *testing.T) {
	t.Parallel()
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartDate, Date: "draft_due", Days: -3}, send("almost_due"))
	h.activate()
	d := h.p.Deliverables[0]
	at := h.timers(h.p.ID, "sequence_start")
	require.Len(t, at, len(h.p.Deliverables))
	require.Equal(t, d.DraftDue.Add(-3*hour), at[0].At)
	h.submit("first")
	require.Empty(t, h.timers(h.p.ID, "sequence_start"), "a draft that is handed in is not due")
}

func TestADateOutsideIsReadAgain(t *testing.T) {
	t.Parallel()
	birthday := start().Add(20 * hour)
	h := newHouse(t, func(h *house) {
		h.p.Automations = []rapport.Sequence{{
			ID: id("automation"), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartDate, Date: "field:Birthday"}, Steps: []rapport.SequenceStep{send("birthday")},
		}}
		h.answers[rapport.EffectReadDates] = func(rapport.Effect) rapport.Outcome {
			return rapport.Outcome{Code: "read", Dates: map[string]time.Time{"field:Birthday": birthday}}
		}
	})
	h.pass(1)
	require.Equal(t, birthday, h.timers(h.p.ID, "sequence_start")[0].At)
	birthday = start().Add(10 * hour)
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalDates})
	h.pass(1)
	require.Equal(t, birthday, h.timers(h.p.ID, "sequence_start")[0].At, "a moved date arms anew what waits")
	h.pass(9)
	require.Contains(t, h.mails(), "birthday")
	birthday = start().Add(-hour)
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalDates})
	h.pass(1)
	require.Empty(t, h.timers(h.p.ID, "sequence_start"), "a date that is past starts nothing")
}

func TestAnotherVersionForARunningOutreach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pass(1)
	require.Equal(t, []string{"invitation"}, h.mails())
	next := rapport.Sequence{ID: id("sequence"), Version: 2, CoolOffDays: 5, Steps: []rapport.SequenceStep{send("invitation"), {Kind: rapport.StepWait, Days: 2}, send("short"), {Kind: rapport.StepStop}}}
	require.Equal(t, "no_such_step", h.refused(rapport.Command{Kind: rapport.CmdMoveSequence, Step: 9, Sequence: &next}))
	cmd := rapport.Command{Kind: rapport.CmdMoveSequence, Step: 1, Sequence: &next, Actor: id("owner")}
	as, then, refused := h.p.PreviewMove(cmd, h.now, rapport.BranchFacts{})
	require.Nil(t, refused)
	require.Equal(t, "follow_up_1", as[0].Template)
	require.Equal(t, "short", then[0].Template)
	h.cmd(cmd)
	require.False(t, h.timers(h.p.ID, "outreach_step")[0].At.Before(then[0].At))
	require.False(t, h.timers(h.p.ID, "outreach_step")[0].At.After(then[0].Latest))
	h.pass(2)
	require.Equal(t, []string{"invitation", "short"}, h.mails(), "the wait counts from the last mail")
	require.Equal(t, 2, h.p.Sequence.Version)
	h.pass(1)
	require.Equal(t, rapport.StageUnresponsive, h.p.Stage)
	require.Equal(t, "sequence_over", h.refused(cmd))
}

func TestAnswersHaveAClock(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pass(1)
	h.mail("human")
	require.Equal(t, h.now.Add(hour), h.requireTask("answer_reply").Due, "the first answer within one business day")
	h.pass(0.5)
	h.mail("human")
	require.Equal(t, h.now.Add(hour/2), h.requireTask("answer_reply").Due, "the clock runs from the oldest reply that waits")
	h.pass(0.6)
	require.Equal(t, rapport.RoleAdmin, h.requireTask("answer_late").Role)
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalAnswered, Ref: id("answer")})
	_, open := h.task("answer_late")
	require.False(t, open)
	h.mail("human")
	require.Equal(t, h.now.Add(2*hour), h.requireTask("answer_reply").Due, "the next ones within two")
	thread := id("thread")
	require.Equal(t, "time_is_past", h.refused(rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: thread, Until: h.now}))
	h.cmd(rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: thread, Until: h.now.Add(9 * hour), Actor: id("owner")})
	require.Len(t, h.timers(h.p.ID, "thread_snoozed"), 1)
	h.mail("human")
	require.Empty(t, h.timers(h.p.ID, "thread_snoozed"), "whoever writes brings the thread back")
	h.cmd(rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: thread, Until: h.now.Add(hour), Actor: id("owner")})
	h.pass(1.1)
	require.Equal(t, "open", h.changes[len(h.changes)-1].State)
}

// TestASoftBounceIsTriedAgain three times within two days, and then counts as a hard one.
func TestASoftBounceIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.mirror = true })
	h.pass(0.1)
	soft := func() {
		h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalMail, Code: "soft_bounce", Ref: h.p.Outreach.Mail})
		h.run()
	}
	for i := range 3 {
		soft()
		at := h.timers(h.p.ID, "outreach_step")[0].At
		require.Equal(t, h.now.Add(2*hour/3), at, "sixteen of twenty-four hours")
		h.pass(0.7)
		require.Len(t, h.mails(), 2+i)
		require.Equal(t, 1, h.p.Outreach.Sent, "the same mail again is no other one")
	}
	require.Equal(t, []string{"invitation", "invitation", "invitation", "invitation"}, h.mails())
	soft()
	require.Equal(t, "bounced", h.requireTask("outreach_blocked").Code)

	other := newHouse(t)
	other.pass(0.1)
	other.signal(other.p.ID, rapport.Signal{Kind: rapport.SignalMail, Code: "soft_bounce", Ref: id("offer")})
	require.Equal(t, "soft_bounce", other.requireTask("mail_failed").Code, "a mail of no sequence is told to the owner")
	require.Len(t, other.timers(other.p.ID, "outreach_step"), 1)

	// The provider's event may be faster than the answer of the call that sent the mail.
	early := newHouse(t)
	early.answers["mail/invitation"] = func(e rapport.Effect) rapport.Outcome {
		ref := rapport.DeriveID(root, e.Key)
		if e.Key == "outreach/0/0" {
			early.signal(early.p.ID, rapport.Signal{Kind: rapport.SignalMail, Code: "soft_bounce", Ref: ref})
		}
		return rapport.Outcome{Code: rapport.MailAccepted, Ref: ref}
	}
	early.pass(0.9)
	require.Len(t, early.mails(), 2)
	require.Empty(t, early.p.Early)
}

// TestALateBounceOfAVersionThatWasLeft: after a move, what comes of an earlier mail no longer names a step.
func TestALateBounceOfAVersionThatWasLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pass(4)
	require.Equal(t, []string{"invitation", "follow_up_1"}, h.mails())
	mail := h.p.Outreach.Mail
	short := rapport.Sequence{ID: id("sequence"), Version: 2, Steps: []rapport.SequenceStep{send("invitation"), {Kind: rapport.StepWait, Days: 30}}}
	h.cmd(rapport.Command{Kind: rapport.CmdMoveSequence, Step: 1, Sequence: &short, Actor: id("owner")})
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalMail, Code: "soft_bounce", Ref: mail})
	h.requireTask("mail_failed")
	h.pass(20)
	require.Len(t, h.mails(), 2)
}

// TestABanLeavesSequencesWhereTheyAre, also those that their stage has started and that have ended since.
func TestABanLeavesSequencesWhereTheyAre(t *testing.T) {
	t.Parallel()
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageOutreach}, send("welcome"), rapport.SequenceStep{Kind: rapport.StepWait, Days: 2}, send("more"))
	h.pass(1)
	for range 2 {
		h.cmd(rapport.Command{Kind: rapport.CmdBan, Actor: id("owner")})
		h.pass(0.2)
		h.cmd(rapport.Command{Kind: rapport.CmdUnban, Actor: id("owner")})
		h.pass(2)
	}
	count := map[string]int{}
	for _, m := range h.mails() {
		count[m]++
	}
	require.Equal(t, 1, count["welcome"])
	require.Equal(t, 1, count["more"])
}

// TestTheEndStopsEverything that a machine would still write, and brings back what was put off.
func TestTheEndStopsEverything(t *testing.T) {
	t.Parallel()
	nudge := rapport.SequenceStep{Kind: rapport.StepSend, Template: "nudge", Review: true}
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartSilence, After: "offer_sent", Without: "offer_decided", BusinessDays: 1}, nudge)
	h.negotiate()
	h.pass(1.5)
	h.requireTask("look_at_mail")
	h.cmd(rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: id("thread"), Until: h.now.Add(50 * hour), Actor: id("owner")})
	h.cmd(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	require.Empty(t, h.p.Runs)
	require.Empty(t, h.p.Timers)
	_, open := h.task("look_at_mail")
	require.False(t, open)
	require.Equal(t, "open", h.state("thread", id("thread")))

	quiet := automated(t, rapport.SequenceTrigger{On: rapport.StartDate, Date: "campaign_ends", Days: -1}, send("late"), rapport.SequenceStep{Kind: rapport.StepWait, Days: 30}, send("later"))
	quiet.answers[rapport.EffectReadDates] = func(rapport.Effect) rapport.Outcome {
		return rapport.Outcome{Code: "read", Dates: map[string]time.Time{"campaign_ends": start().Add(14 * hour)}}
	}
	quiet.signal(quiet.p.ID, rapport.Signal{Kind: rapport.SignalDates})
	quiet.pass(60)
	require.Equal(t, rapport.StageUnresponsive, quiet.p.Stage)
	require.NotContains(t, quiet.mails(), "later", "whoever did not answer is left in peace")
}

// TestNobodyWaitsForWhatIsNotOwed: a silence about a deliverable ends when that is waived.
func TestNobodyWaitsForWhatIsNotOwed(t *testing.T) {
	t.Parallel()
	h := automated(t, rapport.SequenceTrigger{On: rapport.StartSilence, After: "changes_requested", Without: "draft_submitted", BusinessDays: 2}, send("where_is_it"))
	h.activate().submit("draft")
	h.decide("ada", rapport.DecisionRequestChanges)
	require.Len(t, h.timers(h.p.ID, "sequence_start"), 1)
	h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: h.p.Deliverables[0].ID, Actor: id("owner")})
	require.Empty(t, h.timers(h.p.ID, "sequence_start"))
}

// TestEveryUnfiledMailHoldsWhatAMachineWrites until the last of them is filed.
func TestEveryUnfiledMailHoldsWhatAMachineWrites(t *testing.T) {
	t.Parallel()
	h := newHouse(t, func(h *house) { h.mirror = true })
	h.pass(1)
	tell := func(code, mail string) {
		h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalMail, Code: code, Ref: id(mail)})
		h.run()
	}
	tell(rapport.MailUnfiled, "one")
	tell(rapport.MailUnfiled, "two")
	require.Equal(t, rapport.MailUnfiled, h.requireTask("outreach_blocked").Code)
	tell(rapport.MailFiled, "one")
	h.pass(10)
	require.Equal(t, []string{"invitation"}, h.mails())
	tell(rapport.MailFiled, "two")
	h.pass(1)
	require.Equal(t, []string{"invitation", "follow_up_1"}, h.mails())
	_, open := h.task("outreach_blocked")
	require.False(t, open)
}
