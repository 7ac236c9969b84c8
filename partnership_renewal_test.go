package rapport_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func (h *house) renew(name string) {
	h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id(name), Amount: eur(200_000), Actor: id("owner")})
}

func (h *house) declineRenewal(name string) {
	h.cmd(rapport.Command{Kind: rapport.CmdDeclineOffer, Ref: id(name)})
}

func (h *house) told(kind string) (n int) {
	for _, k := range h.kinds(h.p.ID) {
		if k == kind {
			n++
		}
	}
	return n
}

func TestARenewalThatComesBackIsRemindedOfAgain(t *testing.T) {
	t.Parallel()

	for name, back := range map[string]func(h *house){
		"countered": func(h *house) {
			h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("next"), Amount: eur(300_000)})
		},
		"offer_expired": func(h *house) { h.pass(8) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := wrapUp(newHouse(t))
			h.until(h.p.Contract.NoticeBy.Add(-50 * hour))
			h.renew("next")
			require.Empty(t, h.timers(h.p.ID, "renewal_reminder"))
			back(h)
			require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
			require.Len(t, h.timers(h.p.ID, "renewal_reminder"), 4, "30, 14, 7 and 1 days before")
			task := h.requireTask("decide_renewal")
			require.Equal(t, []any{name, h.p.Contract.NoticeBy, h.p.OwnerID}, []any{task.Code, task.Due, task.OwnerID})
			before := h.told("renewal_reminder")
			h.until(h.p.Contract.NoticeBy.Add(-2 * hour))
			require.Equal(t, before+3, h.told("renewal_reminder"))
		})
	}
	t.Run("before it was thought about", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.renew("next")
		h.pass(8)
		require.Len(t, h.timers(h.p.ID, "renewal_reminder"), 5)
	})
	t.Run("after the notice date it is decided until the end", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		h.until(h.p.Contract.NoticeBy.Add(-hour))
		h.renew("next")
		h.pass(2)
		h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("next"), Amount: eur(300_000)})
		require.Empty(t, h.timers(h.p.ID, "renewal_reminder"))
		require.Equal(t, h.p.Contract.EndsAt, h.requireTask("decide_renewal").Due)
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, rapport.RoleAdmin, h.requireTask("renewal_lapsed").Role)
		_, open := h.task("decide_renewal")
		require.False(t, open)
	})
}

func TestAnOfferOfARenewalIsWithdrawn(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t))
	h.until(h.p.Contract.NoticeBy.Add(-50 * hour))
	require.Equal(t, "no_offer_out", h.refused(rapport.Command{Kind: rapport.CmdWithdrawOffer}))
	h.renew("wrong")
	h.cmd(rapport.Command{Kind: rapport.CmdWithdrawOffer, Actor: id("owner")})
	require.Equal(t, "withdrawn", h.state("offer", id("wrong")))
	require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
	require.Equal(t, rapport.StageCompleted, h.p.Stage, "the term is not touched")
	require.Equal(t, h.p.Contract.NoticeBy, h.requireTask("decide_renewal").Due)
	require.Equal(t, "offer_unknown", h.refused(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("wrong")}))
	h.renew("right")
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("right")})
	require.Equal(t, rapport.RenewalAgreed, h.p.Renewal)
}

func TestACounterOfARenewalIsNotAnsweredOnceItIsDecided(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t))
	h.until(h.p.Contract.NoticeBy.Add(-50 * hour))
	h.renew("next")
	h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("next"), Amount: eur(300_000)})
	h.requireTask("answer_counter")
	h.cmd(rapport.Command{Kind: rapport.CmdLetLapse, Actor: id("owner")})
	_, open := h.task("answer_counter")
	require.False(t, open)
}

func TestACreatorWhoDeclinesARenewalMayBeOfferedAnother(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t))
	h.renew("next")
	h.declineRenewal("next")
	require.Equal(t, rapport.RenewalDeclined, h.p.Renewal)
	require.Equal(t, h.p.OwnerID, h.requireTask("renewal_declined").OwnerID)
	require.Equal(t, 1, h.told("renewal_declined"))

	h.renew("better")
	require.Equal(t, rapport.RenewalOffered, h.p.Renewal)
	_, open := h.task("renewal_declined")
	require.False(t, open)
	h.pass(8)
	require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal, "the second one expires")
	require.NotEmpty(t, h.timers(h.p.ID, "renewal_reminder"))
	require.Len(t, h.timers(h.p.ID, "renewal_notice"), 1, "and it lapses as ever")

	h.renew("last")
	h.declineRenewal("last")
	h.until(h.p.Contract.NoticeBy)
	require.Equal(t, "renewal_decided", h.refused(rapport.Command{Kind: rapport.CmdRenew, Ref: id("too late"), Amount: eur(1)}))
	require.Equal(t, rapport.RenewalDeclined, h.p.Renewal)
	h.until(h.p.Contract.EndsAt)
	require.Equal(t, rapport.StageLapsed, h.p.Stage)
	_, open = h.task("renewal_lapsed")
	require.False(t, open, "somebody decided: the creator")
}

func TestALongerTermReopensItsRenewal(t *testing.T) {
	t.Parallel()

	for name, end := range map[string]func(h *house){
		"declined": func(h *house) { h.renew("next"); h.declineRenewal("next") },
		"lapsed":   func(h *house) { h.until(h.p.Contract.NoticeBy) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t).activate()
			end(h)
			require.Equal(t, name, h.p.Renewal)
			a := rapport.Amendment{EndDays: 100}
			require.Empty(t, a.Resolve(h.running(), h.now))
			require.Contains(t, a.Lines(h.running(), rapport.WordsIn("en")), rapport.AmendedLine{What: "Renewal", To: "It had come to nothing, and is decided anew until then."})
			h.signed(h.draft("longer", rapport.Amendment{EndDays: 100}))
			require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
			require.Equal(t, 1, h.told("renewal_reopened"))
			require.Equal(t, h.p.Contract.NoticeBy, h.requireTask("decide_renewal").Due)
			require.NotEmpty(t, h.timers(h.p.ID, "renewal_reminder"))
			require.Equal(t, h.p.Contract.NoticeBy, h.timers(h.p.ID, "renewal_notice")[0].At)
			for _, kind := range []string{"renewal_lapsed", "renewal_declined"} {
				_, open := h.task(kind)
				require.False(t, open, kind)
			}
			h.until(h.p.Contract.NoticeBy)
			require.Equal(t, rapport.RenewalLapsed, h.p.Renewal)
			h.requireTask("renewal_lapsed")
		})
	}
	t.Run("with an option that somebody had let go with it", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, gives(45)).activate()
		h.until(h.p.Contract.EndsAt.Add(-80 * hour))
		h.cmd(rapport.Command{Kind: rapport.CmdLetLapse, Actor: id("owner")})
		require.Empty(t, h.p.KeyDates)
		before := h.p.Contract.Option.EndsAt
		h.signed(h.draft("longer", rapport.Amendment{EndDays: 20}))
		require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal)
		require.Len(t, h.p.KeyDates, 1)
		require.Equal(t, before.Add(20*hour), h.p.KeyDates[0].At)
	})
	t.Run("by too little", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.until(h.p.Contract.NoticeBy.Add(10 * hour))
		a := rapport.Amendment{EndDays: 5}
		require.Empty(t, a.Resolve(h.running(), h.now))
		for _, l := range a.Lines(h.running(), rapport.WordsIn("en")) {
			require.NotEqual(t, "Renewal", l.What)
		}
		h.signed(h.draft("little", rapport.Amendment{EndDays: 5}))
		require.Equal(t, rapport.RenewalLapsed, h.p.Renewal)
	})
}

func TestATermThatIsOverSaysWhatIsUnfinished(t *testing.T) {
	t.Parallel()

	t.Run("content", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, rapport.StageActive, h.p.Stage)
		require.Equal(t, "content", h.requireTask("term_unfinished").Code)
		require.Equal(t, 1, h.told("term_unfinished"))
		h.signed(h.draft("longer", rapport.Amendment{EndDays: 20}))
		_, open := h.task("term_unfinished")
		require.False(t, open, "the end has moved")
		h.until(h.p.Contract.EndsAt)
		h.requireTask("term_unfinished")
		h.terminate()
		_, open = h.task("term_unfinished")
		require.False(t, open)
	})
	t.Run("money", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).approved().post()
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
		require.Equal(t, "money", h.requireTask("term_unfinished").Code)
		for _, m := range h.p.Milestones {
			if m.Payout != uuid.Nil {
				h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalPayoutClosed, Ref: m.ID, Ref2: m.Payout, Code: "paid"})
			}
		}
		require.Equal(t, rapport.StageLapsed, h.p.Stage)
		_, open := h.task("term_unfinished")
		require.False(t, open)
	})
	t.Run("nothing", func(t *testing.T) {
		t.Parallel()
		h := wrapUp(newHouse(t))
		contract := h.p.Contract.ID
		h.until(h.p.Contract.EndsAt)
		require.Equal(t, "expired", h.state("contract", contract))
		require.Equal(t, rapport.StageLapsed, h.p.Stage)
		require.Zero(t, h.told("term_unfinished"))
	})
}

func TestARenewalThatNobodyDecidesComesToTheAdmins(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t))
	h.until(h.p.Contract.NoticeBy.Add(-8 * hour))
	_, open := h.task("renewal_undecided")
	require.False(t, open)
	h.until(h.p.Contract.NoticeBy.Add(-7 * hour))
	require.Equal(t, rapport.RoleAdmin, h.requireTask("renewal_undecided").Role)
	require.Equal(t, h.p.Contract.NoticeBy, h.requireTask("renewal_undecided").Due)
	h.renew("next")
	_, open = h.task("renewal_undecided")
	require.False(t, open)
	h.pass(8)
	require.Equal(t, rapport.RenewalLapsed, h.p.Renewal, "the offer expires after the notice date")
	require.Equal(t, rapport.RoleAdmin, h.requireTask("renewal_lapsed").Role)
}

func TestARunFromBeforeDoesAsItDid(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t))
	h.p.Quiet = false
	h.until(h.p.Contract.NoticeBy.Add(-50 * hour))
	h.renew("next")
	h.cmd(rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("next"), Amount: eur(300_000)})
	require.Empty(t, h.timers(h.p.ID, "renewal_reminder"))
	h.renew("again")
	h.declineRenewal("again")
	require.Equal(t, "renewal_decided", h.refused(rapport.Command{Kind: rapport.CmdRenew, Ref: id("late"), Amount: eur(1)}))
}
