package rapport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestWhatComesBackFromAMail(t *testing.T) {
	t.Parallel()

	answer := func(h *house, out rapport.Outcome) {
		h.answers["mail/invitation"] = func(rapport.Effect) rapport.Outcome { return out }
	}
	for _, code := range []string{rapport.MailBlocked, rapport.MailNoAddress, rapport.MailRejected, rapport.MailCancelled} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			answer(h, rapport.Outcome{Code: code})
			h.pass(0.1)
			require.Equal(t, code, h.requireTask("outreach_blocked").Code)
			require.Equal(t, "unblock_outreach", h.p.View(h.now).Waiting[0].Decision)
			require.Empty(t, h.timers(h.p.ID, "outreach_step"))
			key := h.done[0].effect.Key
			delete(h.answers, "mail/invitation")
			h.cmd(rapport.Command{Kind: rapport.CmdResume, Actor: id("owner")})
			h.pass(0.1)
			_, open := h.task("outreach_blocked")
			require.False(t, open)
			require.Equal(t, 1, h.p.Outreach.Sent)
			// A mail that ended for good is another one the next time; one that was never claimed is the same.
			again := h.done[len(h.done)-1].effect.Key
			require.Equal(t, code == rapport.MailBlocked || code == rapport.MailNoAddress, again == key)
		})
	}
	t.Run("deferred", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		answer(h, rapport.Outcome{Code: rapport.MailDeferred, At: h.now.Add(5 * hour)})
		h.pass(0.1)
		require.Equal(t, h.now.Add(49*hour/10).Truncate(time.Minute), h.timers(h.p.ID, "outreach_step")[0].At.Truncate(time.Minute))
		delete(h.answers, "mail/invitation")
		h.pass(5)
		require.Equal(t, []string{"invitation", "invitation"}, h.mails(), "a throttle delays a step and drops none")
		require.Equal(t, h.done[0].effect.Key, h.done[1].effect.Key)
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		answer(h, rapport.Outcome{Code: rapport.MailUnknown})
		h.pass(3.5)
		require.Equal(t, []string{"invitation", "follow_up_1"}, h.mails(), "it may have been sent, so it is not sent again")
		require.Contains(t, h.kinds(h.p.ID), "mail_unknown")
	})
	t.Run("another mail", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.answers["mail/offer"] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: rapport.MailRejected} }
		h.negotiate()
		h.requireTask("mail_failed")
		require.Equal(t, rapport.StageNegotiating, h.p.Stage)
	})
}

func TestWhatCreatorsWrite(t *testing.T) {
	t.Parallel()

	t.Run("auto reply", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.pass(1)
		h.mail("auto_reply")
		require.Equal(t, rapport.StageOutreach, h.p.Stage)
		at := h.timers(h.p.ID, "outreach_step")[0].At
		require.False(t, at.Before(h.now.Add(3*hour)), "it pauses and never stops")
		h.pass(2.5)
		require.Equal(t, []string{"invitation"}, h.mails())
		h.mail("auto_reply")
		h.mail("auto_reply")
		require.Len(t, h.timers(h.p.ID, "outreach_step"), 1)
	})
	t.Run("bounce", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.pass(0.1)
		h.mail("bounce")
		require.Equal(t, "bounced", h.requireTask("outreach_blocked").Code)
		h.pass(20)
		require.Equal(t, []string{"invitation"}, h.mails())
		h.mail("human")
		require.Equal(t, rapport.StageInConversation, h.p.Stage)
		require.Empty(t, h.p.Outreach.Blocked)
		h.mail("bounce")
		h.requireTask("find_address")
	})
	for code, kind := range map[string]string{"unsubscribe": "unsubscribed", "complaint": "complained"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.pass(0.1)
			h.mail(code)
			require.Equal(t, rapport.StageDeclined, h.p.Stage)
			require.Contains(t, h.kinds(h.p.ID), kind)
			require.Empty(t, h.timers(h.p.ID, "outreach_step"))
			later := newHouse(t).negotiate()
			later.mail(code)
			require.Equal(t, rapport.StageNegotiating, later.p.Stage, "what somebody is in the middle of goes on")
		})
	}
	t.Run("logged", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.cmd(rapport.Command{Kind: rapport.CmdLogReply, Ref: id("call"), Actor: id("owner")})
		require.Equal(t, rapport.StageInConversation, h.p.Stage)
		require.Equal(t, id("call"), h.p.ReplyRef)
	})
	t.Run("quiet", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, func(h *house) { h.p.Timings.ConversationQuietDays = 5 }).converse()
		h.pass(4)
		h.requireTask("answer_reply")
		h.pass(2)
		h.requireTask("make_offer")
	})
}

func TestMailThatDoesNotArriveAfterTheOutreachIsATask(t *testing.T) {
	t.Parallel()

	t.Run("complaint", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.mail("complaint")
		require.Equal(t, rapport.StageNegotiating, h.p.Stage)
		require.Equal(t, "complaint", h.requireTask("find_address").Code)
	})
	t.Run("dropped", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).negotiate()
		h.mail("dropped")
		require.Equal(t, "dropped", h.requireTask("find_address").Code)
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		h.answers["mail/offer"] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: rapport.MailCancelled} }
		h.negotiate()
		require.Equal(t, rapport.MailCancelled, h.requireTask("mail_failed").Code)
	})
	t.Run("of a payment", func(t *testing.T) {
		t.Parallel()
		d := newTill(t)
		d.answers["mail/payment_sent"] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: rapport.MailNoAddress} }
		d.both()
		d.run()
		require.Equal(t, rapport.PayoutPaid, d.p.State)
		require.Equal(t, rapport.MailNoAddress, d.requireTask("mail_failed").Code)
	})
}
