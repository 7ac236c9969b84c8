package rapport_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

// running is the term of a house as the store shows it.
func (h *house) running() rapport.RunningTerm {
	t := rapport.RunningTerm{
		ContractID: h.p.Contract.ID, Number: "C-000001", Stage: h.p.Stage, Renewal: h.p.Renewal, Fee: h.p.Offer.Fee, Terms: h.terms, EndsAt: h.p.Contract.EndsAt, NoticeBy: h.p.Contract.NoticeBy,
		Brand: h.p.BrandCalendar, Creator: h.p.CreatorCalendar,
	}
	for i, d := range h.p.Deliverables {
		row := rapport.PartnershipDeliverable{ID: d.ID, Title: fmt.Sprintf("Piece %d", i+1), State: d.State, PublishBy: &d.PublishBy}
		if !d.DraftDue.IsZero() {
			row.DraftDueAt = &d.DraftDue
		}
		t.Deliverables = append(t.Deliverables, row)
	}
	for i, m := range h.p.Milestones {
		row := rapport.PartnershipMilestone{ID: m.ID, Title: fmt.Sprintf("Part %d", i+1), Trigger: m.Trigger, State: m.State, Amount: m.Amount}
		if m.Deliverable != uuid.Nil {
			row.DeliverableID = &m.Deliverable
		}
		t.Milestones = append(t.Milestones, row)
	}
	for _, k := range h.p.KeyDates {
		if k.Kind == rapport.KeyOption { // which is no right of a post
			continue
		}
		d := rapport.RunningDate{KeyDate: k, Number: "C-000001"}
		d.Assets = slices.Clone(k.Assets)
		for i := range k.Assets {
			d.Posts = append(d.Posts, rapport.Slot{DeliverableID: &d.Assets[i], Title: fmt.Sprintf("Post %d", i+1), State: "posted", Term: h.p.Term})
		}
		t.KeyDates = append(t.KeyDates, d)
	}
	return t
}

// draft drafts an amendment as the API does: held against the term, then given to the partnership.
func (h *house) draft(name string, a rapport.Amendment) uuid.UUID {
	require.Empty(h.t, a.Resolve(h.running(), h.now))
	h.amendments[id(name)] = a
	h.cmd(rapport.Command{Kind: rapport.CmdAmend, Ref: id(name), Actor: id("owner")})
	return id(name)
}

func (h *house) signed(amendment uuid.UUID) {
	h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: amendment, Actor: id("owner")})
	h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: amendment})
}

func video(title string) rapport.DeliverableTerms {
	return rapport.DeliverableTerms{Title: title, Platform: "youtube", Kind: "video", DraftDueDays: 4, PublishDays: 3}
}

func TestASignedAmendmentPlansTheTermAnew(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	first, end, notice := h.p.Deliverables[0], h.p.Contract.EndsAt, h.p.Contract.NoticeBy
	zero := 0
	a := h.draft("more", rapport.Amendment{
		Deliverables: []rapport.DeliverableTerms{video("Second video")}, Moved: []rapport.DeliverableMove{{ID: first.ID, DraftDays: 5, PublishDays: 5}},
		Milestones: []rapport.MilestoneAdded{{Title: "For the second", Trigger: rapport.TriggerApproval, New: &zero, Amount: 40_000}}, EndDays: 20,
	})
	require.Equal(t, first, h.p.Deliverables[0], "until both have signed, the old terms run")
	require.Equal(t, a, h.requireTask("approve_contract").Ref)
	title, ifNot := rapport.TaskWords("approve_contract", h.requireTask("approve_contract").Code)
	require.Equal(t, "Check the change to the contract and send it for signature", title)
	require.Contains(t, ifNot, "as it was agreed")
	require.Equal(t, "amendment_is_out", h.refused(rapport.Command{Kind: rapport.CmdAmend, Ref: id("another")}))

	h.signed(a)
	require.Equal(t, rapport.StageActive, h.p.Stage)
	require.Nil(t, h.p.Amendment)
	require.Equal(t, first.DraftDue.Add(5*hour), h.p.Deliverables[0].DraftDue)
	require.ElementsMatch(t, []time.Time{h.p.Deliverables[0].DraftDue.Add(hour), h.p.Deliverables[1].DraftDue.Add(hour)}, []time.Time{
		h.timers(h.p.ID, "draft_late")[0].At, h.timers(h.p.ID, "draft_late")[1].At,
	}, "a day of grace after each date")
	require.Len(t, h.timers(h.p.ID, "draft_reminder"), 2)
	require.Equal(t, "awaiting_draft", h.p.Deliverables[1].State)
	require.Equal(t, []string{"met", "pending", "pending", "pending"}, milestones(h))
	require.Equal(t, end.Add(20*hour), h.timers(h.p.ID, "term_end")[0].At)
	require.Equal(t, notice.Add(20*hour), h.timers(h.p.ID, "renewal_notice")[0].At)
	require.Contains(t, h.mails(), "contract", "the creator is asked to sign it")
}

func TestAMovedPostIsRemindedOfAnew(t *testing.T) {
	t.Parallel()

	h := newHouse(t).approved()
	d := h.p.Deliverables[0]
	reminded := func() (keys []string) {
		for _, a := range h.done {
			if a.effect.Code == "publish_reminder" {
				keys = append(keys, a.effect.Key)
			}
		}
		return keys
	}
	h.until(d.PublishBy.Add(-hour))
	require.Len(t, reminded(), 1)
	h.signed(h.draft("later", rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d.ID, PublishDays: 5}}}))
	h.until(d.PublishBy.Add(4 * hour))
	keys := reminded()
	require.Len(t, keys, 2)
	require.NotEqual(t, keys[0], keys[1], "a mail goes out once a key")
}

func TestWhatAnAmendmentLeaves(t *testing.T) {
	t.Parallel()

	for name, end := range map[string]func(h *house, a uuid.UUID){
		"declined":  func(h *house, a uuid.UUID) { h.cmd(rapport.Command{Kind: rapport.CmdDeclineContract, Ref: a}) },
		"withdrawn": func(h *house, a uuid.UUID) { h.cmd(rapport.Command{Kind: rapport.CmdWithdrawContr, Ref: a}) },
		"expired":   func(h *house, _ uuid.UUID) { h.pass(15) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t).activate()
			before := h.p.Deliverables[0]
			a := h.draft("move", rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: before.ID, DraftDays: 30, PublishDays: 30}}})
			h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
			require.Len(t, h.timers(h.p.ID, "signature_expiry"), 1)
			end(h, a)
			require.Equal(t, name, h.state("contract", a))
			require.Nil(t, h.p.Amendment)
			require.Equal(t, rapport.StageActive, h.p.Stage, "the term goes on")
			require.Equal(t, before.DraftDue, h.p.Deliverables[0].DraftDue)
			require.Empty(t, h.timers(h.p.ID, "signature_expiry"))
			require.Empty(t, h.timers(h.p.ID, "signature_reminder"))
		})
	}
}

func TestAReviewInFlightIsPinned(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	d := h.p.Deliverables[0]
	a := rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d.ID, DraftDays: 5}}}
	require.Equal(t, "pinned", a.Resolve(h.running(), h.now)[0].Code, "its draft is in")
	review := *h.review()
	h.signed(h.draft("publish", rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d.ID, PublishDays: 5}}, RevisionRounds: new(4)}))
	require.Equal(t, "in_review", h.p.Deliverables[0].State)
	require.Equal(t, review.View(h.now), h.review().View(h.now), "the review goes on under the terms it began with")
	require.Equal(t, 4, h.p.Contract.Rounds)
	h.decide("ada", rapport.DecisionApprove)
	require.Equal(t, d.PublishBy.Add(5*hour), h.p.Deliverables[0].PublishBy)
}

func TestAnAmendmentTakesNoTimeThatWasGivenMeanwhile(t *testing.T) {
	t.Parallel()

	sign := func(h *house, a uuid.UUID) {
		h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: a})
	}
	draft := func(h *house, name string, days int) uuid.UUID {
		a := h.draft(name, rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: h.p.Deliverables[0].ID, DraftDays: days, PublishDays: 20}}})
		h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
		return a
	}
	t.Run("an extension was granted", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		was := h.p.Deliverables[0].PublishBy
		a := draft(h, "move", 1)
		h.asks("more time", 4)
		given := rapport.DeliverableMove{DraftDue: h.p.Deliverables[0].DraftDue.Add(4 * hour)}
		h.cmd(rapport.Command{ID: id("answer"), Kind: rapport.CmdGrantExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: &given, Actor: id("owner")})
		sign(h, a)
		require.Equal(t, given.DraftDue, h.p.Deliverables[0].DraftDue)
		require.Equal(t, given.DraftDue.Add(hour), h.timers(h.p.ID, "draft_late")[0].At)
		require.Equal(t, was.Add(20*hour), h.p.Deliverables[0].PublishBy, "what nobody gave since moves")
		require.Equal(t, a, h.requireTask("amendment_overtaken").Ref)
	})
	t.Run("it has come", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		was := h.p.Deliverables[0].DraftDue
		a := draft(h, "earlier", -2)
		h.until(was.Add(-hour))
		sign(h, a)
		require.Equal(t, was, h.p.Deliverables[0].DraftDue, "nobody is late by signing")
		require.Equal(t, "awaiting_draft", h.p.Deliverables[0].State)
		require.Equal(t, a, h.requireTask("amendment_overtaken").Ref)
	})
	t.Run("a review sent the piece back", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		d := h.p.Deliverables[0]
		h.until(d.PublishBy.Add(-6 * hour))
		a := h.draft("earlier post", rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d.ID, PublishDays: -4}}})
		h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
		h.until(d.PublishBy.Add(-5 * hour))
		h.submit("first")
		h.decide("ada", rapport.DecisionRequestChanges)
		back := h.p.Deliverables[0]
		require.True(t, back.DraftDue.After(d.PublishBy.Add(-4*hour)), "else this shows nothing")
		sign(h, a)
		require.Equal(t, []time.Time{back.DraftDue, back.PublishBy}, []time.Time{h.p.Deliverables[0].DraftDue, h.p.Deliverables[0].PublishBy}, "no post is due before its draft")
		require.Equal(t, a, h.requireTask("amendment_overtaken").Ref)
	})
	t.Run("both agreed on more time that is over", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		was := h.p.Deliverables[0].DraftDue
		a := draft(h, "late", 1)
		h.until(was.Add(hour + hour/2))
		sign(h, a)
		require.Equal(t, was.Add(hour), h.p.Deliverables[0].DraftDue, "it is later than what was agreed before")
	})
	t.Run("a later date than was given", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		was := h.p.Deliverables[0].DraftDue
		a := draft(h, "later", 10)
		h.asks("more time", 4)
		given := rapport.DeliverableMove{DraftDue: was.Add(4 * hour)}
		h.cmd(rapport.Command{ID: id("answer"), Kind: rapport.CmdGrantExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: &given, Actor: id("owner")})
		sign(h, a)
		require.Equal(t, was.Add(10*hour), h.p.Deliverables[0].DraftDue)
		_, overtaken := h.task("amendment_overtaken")
		require.False(t, overtaken)
	})
}

func TestAPieceThatFallsAway(t *testing.T) {
	t.Parallel()

	h := newHouse(t, func(h *house) { h.terms.Deliverables = append(h.terms.Deliverables, video("Second video")) }).activate()
	h.submit("draft")
	d := h.p.Deliverables[0]
	term := h.running()
	a := rapport.Amendment{Dropped: []uuid.UUID{d.ID}}
	require.Empty(t, a.Resolve(term, h.now))
	require.NotEmpty(t, a.DroppedMilestones, "what was to be paid for it falls away with it")
	h.signed(h.draft("drop", rapport.Amendment{Dropped: []uuid.UUID{d.ID}}))
	require.Equal(t, "cancelled", h.p.Deliverables[0].State)
	require.Equal(t, rapport.ReviewCancelled, h.machines[d.Review].(*rapport.Review).State)
	for _, id := range a.DroppedMilestones {
		require.Equal(t, "cancelled", h.state("milestone", id))
	}
	require.Equal(t, rapport.StageActive, h.p.Stage)
}

func TestAnAmendmentThatCameTooLate(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	second := h.p.Milestones[1]
	a := h.draft("late", rapport.Amendment{DroppedMilestones: []uuid.UUID{second.ID}})
	h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
	h.decide("ada", rapport.DecisionApprove)
	require.Equal(t, "met", h.p.Milestones[1].State, "the approval came before the signature")
	h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: a})
	require.Equal(t, "met", h.p.Milestones[1].State, "what is owed stays owed")
	require.Equal(t, a, h.requireTask("amendment_overtaken").Ref)
}

func TestMoneyForWhatHasHappenedIsOwedAtOnce(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	h.decide("ada", rapport.DecisionApprove)
	d := h.p.Deliverables[0].ID
	h.signed(h.draft("pay", rapport.Amendment{Milestones: []rapport.MilestoneAdded{
		{Title: "For the work", Trigger: rapport.TriggerApproval, Deliverable: d, Amount: 5_000}, {Title: "At signing", Trigger: rapport.TriggerSignature, Amount: 2_000},
		{Title: "When it is out", Trigger: rapport.TriggerPosted, Deliverable: d, Amount: 1_000},
	}}))
	require.Equal(t, []string{"met", "met", "pending", "met", "met", "pending"}, milestones(h))
	require.Equal(t, eur(5_000), h.payout(3).Amount)
}

func TestTheTermWaitsForAnAmendmentThatIsOut(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	h.decide("ada", rapport.DecisionApprove)
	h.post()
	a := h.draft("second", rapport.Amendment{Deliverables: []rapport.DeliverableTerms{video("Second video")}})
	h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
	h.pass(8)
	require.Equal(t, "accepted", h.p.Deliverables[0].State)
	require.Equal(t, rapport.StageActive, h.p.Stage, "the creator may still sign for another piece")
	h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: a})
	require.Equal(t, rapport.StageActive, h.p.Stage)
	h.cmd(rapport.Command{Kind: rapport.CmdWaive, Ref: h.p.Deliverables[1].ID, Actor: id("owner")})
	require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
}

func TestWhatAnAmendmentMayNotChange(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	d, met := h.p.Deliverables[0].ID, h.p.Milestones[0].ID
	for name, tt := range map[string]struct {
		change rapport.Amendment
		path   string
		code   string
	}{
		"nothing":                    {rapport.Amendment{}, "changes", "required"},
		"a piece of nobody":          {rapport.Amendment{Dropped: []uuid.UUID{id("no")}}, "dropped[0]", "unknown"},
		"money that is owed":         {rapport.Amendment{DroppedMilestones: []uuid.UUID{met}}, "dropped_milestones[0]", "pinned"},
		"a draft in the past":        {rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d, DraftDays: -20}}}, "moved[0].draft_days", "in_the_past"},
		"published before the draft": {rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d, DraftDays: 40}}}, "moved[0].publish_days", "before_draft"},
		"no move":                    {rapport.Amendment{Moved: []rapport.DeliverableMove{{ID: d}}}, "moved[0].draft_days", "required"},
		"an end in the past":         {rapport.Amendment{EndDays: -200}, "end_days", "in_the_past"},
		"a notice date in the past":  {rapport.Amendment{EndDays: -160}, "end_days", "in_the_past"},
		"money of nothing":           {rapport.Amendment{Milestones: []rapport.MilestoneAdded{{Title: "x", Trigger: rapport.TriggerPosted, Amount: 0}}}, "milestones[0].amount", "not_positive"},
		"money by a number":          {rapport.Amendment{Milestones: []rapport.MilestoneAdded{{Title: "x", Trigger: rapport.TriggerThreshold, Amount: 5}}}, "milestones[0].trigger", "unknown_trigger"},
		"money for what falls away": {
			rapport.Amendment{Dropped: []uuid.UUID{d}, Milestones: []rapport.MilestoneAdded{{Title: "x", Trigger: rapport.TriggerPosted, Deliverable: d, Amount: 5}}},
			"milestones[0].deliverable_id", "unknown_deliverable",
		},
		"a new piece without a title":  {rapport.Amendment{Deliverables: []rapport.DeliverableTerms{{Platform: "youtube", DraftDueDays: 1, PublishDays: 1}}}, "deliverables[0].title", "required"},
		"more rounds than a house has": {rapport.Amendment{RevisionRounds: new(11)}, "revision_rounds", "out_of_range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := tt.change.Resolve(h.running(), h.now)
			require.NotEmpty(t, bad)
			require.Equal(t, [2]string{tt.path, tt.code}, [2]string{bad[0].Path, bad[0].Code}, bad[0].Detail)
		})
	}
}

func TestAmendmentText(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	zero := 0
	a := rapport.Amendment{
		Deliverables: []rapport.DeliverableTerms{video("Second video")}, Milestones: []rapport.MilestoneAdded{{Title: "Extra", Trigger: rapport.TriggerPosted, New: &zero, Amount: 40_000, NetDays: 5}},
		UsageRightsDays: new(90), Clause: "The second video shows the shop.",
	}
	require.Empty(t, a.Resolve(h.running(), h.now))
	require.Equal(t, `AMENDMENT NO. 2

to the collaboration agreement C-000001

between Acme (the brand)
and Ada (the creator)

1. When both have signed, this changes:
   1. Second video: A new video on youtube. The draft is due 4 business days after both have signed this amendment; it is published within 3 business days after that.
   2. Extra: 400.00 EUR, when “Second video” is published, payable 5 days later
   3. Fee in total: 1400.00 EUR, instead of 1000.00 EUR.
   4. Usage rights after publication: 90 days, instead of 0 days.
   5. Further: The second video shows the shop.

2. Everything else stays as it was agreed. What is being reviewed goes on under the terms it was handed in under, and what is owed or paid already stays owed or paid.
`, rapport.AmendmentText("C-000001", 2, "Acme", "Ada", h.running(), a))
	require.Equal(t, []rapport.AmendedLine{
		{What: "Second video", To: "Neu: video auf youtube. Der Entwurf ist 4 Werktage nach beiden Unterschriften unter diesem Nachtrag fällig; veröffentlicht wird spätestens 3 Werktage danach."},
		{What: "Extra", To: "400,00 EUR, nach Veröffentlichung von „Second video“, zahlbar 5 Tage später"},
		{What: "Honorar insgesamt", From: "1.000,00 EUR", To: "1.400,00 EUR"},
		{What: "Nutzungsrechte nach der Veröffentlichung", From: "0 Tage", To: "90 Tage"},
		{What: "Weiteres", To: "The second video shows the shop."},
	}, a.Lines(h.running(), rapport.WordsIn("de")), "the creator reads the same beside the text")
}

// Other terms of lateness count for what is not late yet; what is late stays under those that it became late under.
func TestAnAmendmentChangesWhatIsLate(t *testing.T) {
	t.Parallel()

	strict := &rapport.LateTerms{GraceHours: 0, MissedAfterDays: 1, Remedy: rapport.RemedyFallsAway}
	t.Run("late already", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyTermination), twoPieces).activate()
		first, second := h.p.Deliverables[0], h.p.Deliverables[1]
		h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: second.ID, Ref2: id("in time")})
		h.until(first.DraftDue.Add(2 * hour))
		require.Equal(t, "late", h.p.Deliverables[0].State)
		missed := h.timers(h.p.ID, "content_missed")
		require.Len(t, missed, 1)
		a := rapport.Amendment{Late: strict}
		require.Empty(t, a.Resolve(h.running(), h.now))
		require.Equal(t, rapport.AmendedLine{What: "Piece 1", To: "It is late, and stays under what was agreed about that before."}, a.Pinned(h.running(), rapport.WordsIn("en"))[0])
		h.signed(h.draft("late", a))
		require.Equal(t, missed, h.timers(h.p.ID, "content_missed"), "its moment stays")
		h.pass(3.1)
		require.Equal(t, "late", h.p.Deliverables[0].State, "and so does what follows: a person decides")
		require.Equal(t, rapport.RemedyTermination, h.requireTask("content_missed").Code)
		move := h.asks("more time", 30)
		h.cmd(rapport.Command{Kind: rapport.CmdGrantExtension, Ref: first.ID, Ref2: id("more time"), Move: &move})
		require.Nil(t, h.p.Deliverables[0].Late)
		require.Equal(t, h.p.Deliverables[0].DraftDue, h.timers(h.p.ID, "draft_late")[0].At, "late no more, it is under the new terms")
		h.until(h.p.Deliverables[0].DraftDue.Add(hour + hour/10))
		require.Equal(t, "missed", h.p.Deliverables[0].State)
	})
	t.Run("in time", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyTermination)).activate()
		d := h.p.Deliverables[0]
		h.signed(h.draft("late", rapport.Amendment{Late: strict}))
		require.Equal(t, d.DraftDue, h.timers(h.p.ID, "draft_late")[0].At)
		h.until(d.DraftDue.Add(hour + hour/10))
		require.Equal(t, "missed", h.p.Deliverables[0].State)
		require.Equal(t, rapport.RemedyFallsAway, h.requireTask("content_missed").Code)
	})
	t.Run("a remedy that was not agreed on when it became late does not follow", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.until(h.p.Deliverables[0].DraftDue.Add(hour))
		require.Equal(t, "late", h.p.Deliverables[0].State)
		h.signed(h.draft("late", rapport.Amendment{Late: strict}))
		h.pass(9)
		require.Equal(t, "late", h.p.Deliverables[0].State)
		require.Empty(t, h.timers(h.p.ID, "content_missed"))
	})
	t.Run("a post", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyTermination)).approved()
		d := h.p.Deliverables[0]
		h.signed(h.draft("late", rapport.Amendment{Late: &rapport.LateTerms{GraceHours: 96}}))
		require.Equal(t, d.PublishBy.Add(4*hour), h.timers(h.p.ID, "publish_late")[0].At)
		h.until(d.PublishBy.Add(8 * hour))
		require.Empty(t, h.timers(h.p.ID, "content_missed"), "nothing follows any more")
	})
	t.Run("in words", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyTermination)).activate()
		a := rapport.Amendment{Late: strict}
		require.Empty(t, a.Resolve(h.running(), h.now))
		text := rapport.AmendmentText("C-000001", 1, "Acme", "Ada", h.running(), a)
		require.Contains(t, text, "What is late: A draft or a publication is late at the end of its day.")
		require.Contains(t, text, "instead of A draft or a publication is late 48 hours after")
		require.Contains(t, text, "What is late already stays under what was agreed about that before.")
		bad := rapport.Amendment{Late: &rapport.LateTerms{MissedAfterDays: 5}}
		require.Equal(t, "late.remedy", bad.Resolve(h.running(), h.now)[0].Path)
		over := h.running()
		over.Stage = rapport.StageCompleted
		require.Equal(t, "term_is_over", (&rapport.Amendment{Late: strict}).Resolve(over, h.now)[0].Code)
	})
}

// drawAmendment draws what somebody may ask to change.
func (l *life) drawAmendment() rapport.Amendment {
	var a rapport.Amendment
	p := l.house.p
	for _, k := range p.KeyDates {
		if k.Kind != rapport.KeyOption && rapid.Bool().Draw(l.t, "extend") {
			e := rapport.KeyDateExtension{Date: k.ID, Days: rapid.IntRange(1, 60).Draw(l.t, "longer")}
			if rapid.Bool().Draw(l.t, "one post") {
				e.Assets = []uuid.UUID{pick(l, "post", k.Assets)}
			}
			a.Extended = append(a.Extended, e)
		}
	}
	if len(a.Extended) > 0 && rapid.IntRange(0, 3).Draw(l.t, "nothing else") > 0 {
		return a
	}
	days := func(label string) int { return rapid.IntRange(-10, 30).Draw(l.t, label) }
	if rapid.Bool().Draw(l.t, "more") {
		a.Deliverables = append(a.Deliverables, video("More"))
	}
	for _, d := range p.Deliverables {
		switch rapid.IntRange(0, 4).Draw(l.t, "change") {
		case 0:
			a.Moved = append(a.Moved, rapport.DeliverableMove{ID: d.ID, DraftDays: days("draft"), PublishDays: days("publish")})
		case 1:
			a.Dropped = append(a.Dropped, d.ID)
		}
	}
	for _, m := range p.Milestones {
		if rapid.IntRange(0, 5).Draw(l.t, "drop") == 0 {
			a.DroppedMilestones = append(a.DroppedMilestones, m.ID)
		}
	}
	if rapid.IntRange(0, 3).Draw(l.t, "late") == 0 {
		a.Late = &rapport.LateTerms{GraceHours: rapid.IntRange(0, 100).Draw(l.t, "grace")}
		if rapid.Bool().Draw(l.t, "remedy") {
			a.Late.MissedAfterDays, a.Late.Remedy = 2, rapport.RemedyFallsAway
		}
	}
	if rapid.Bool().Draw(l.t, "money") {
		m := rapport.MilestoneAdded{Title: "Money", Trigger: rapport.TriggerSignature, Amount: 7_000}
		m.Trigger = pick(l, "trigger", []rapport.Trigger{rapport.TriggerSignature, rapport.TriggerApproval, rapport.TriggerVerified, rapport.TriggerDate})
		if m.Trigger == rapport.TriggerDate && rapid.Bool().Draw(l.t, "on a day") {
			m.OwedOn = l.now.AddDate(0, 0, rapid.IntRange(0, 6).Draw(l.t, "day")).Format(time.DateOnly)
		}
		if len(a.Deliverables) > 0 && rapid.Bool().Draw(l.t, "for the new one") {
			m.New = new(0)
		} else if len(p.Deliverables) > 0 {
			m.Deliverable = pick(l, "of", p.Deliverables).ID
		}
		a.Milestones = append(a.Milestones, m)
	}
	if rapid.IntRange(0, 3).Draw(l.t, "rights") == 0 {
		a.UsageRightsDays, a.ExclusivityDays = new(rapid.IntRange(0, 90).Draw(l.t, "usage")), new(rapid.IntRange(0, 90).Draw(l.t, "exclusivity"))
	}
	if rapid.Bool().Draw(l.t, "end") {
		a.EndDays = days("end")
	}
	switch rapid.IntRange(0, 5).Draw(l.t, "option") {
	case 0, 1:
		a.RenewalOption = &rapport.RenewalOption{Fee: 140_000, NoticeDays: rapid.IntRange(10, 50).Draw(l.t, "option's notice")}
	case 2:
		a.DropsOption = true
	}
	return a
}

// checkTerm is what holds of a running term whatever was amended: every date has its timer, and no money changes.
func (l *life) checkTerm() {
	p := l.house.p
	timer := func(kind string, ref uuid.UUID) (time.Time, bool) {
		for _, t := range l.timers(p.ID, kind) {
			if t.Ref == ref {
				return t.At, true
			}
		}
		return time.Time{}, false
	}
	for _, m := range p.Milestones {
		if was, known := l.amounts[m.ID]; known {
			require.Equal(l.t, was, m.Amount, "what a part of the fee pays never changes")
		}
		l.amounts[m.ID] = m.Amount
		if m.State != "pending" && m.State != "cancelled" {
			require.NotContains(l.t, []string{"pending", "cancelled"}, l.owed[m.ID], "what fell away is not owed")
		}
		if l.owed[m.ID] == "cancelled" {
			require.Equal(l.t, "cancelled", m.State)
		}
	}
	for _, m := range p.Milestones {
		if m.State == "cancelled" {
			l.owed[m.ID] = m.State
		}
	}
	for _, k := range p.KeyDates {
		require.Equal(l.t, k.Kind == rapport.KeyOption, len(k.Assets) == 0)
		at, armed := timer("key_date", k.ID)
		require.True(l.t, armed, "a key date has its timer, whatever became of the partnership")
		require.Equal(l.t, k.At, at)
	}
	l.checkRights()
	l.checkOption()
	l.checkExtended()
	l.checkRungs()
	if p.Contract == nil || p.Contract.State != "executed" || p.Stage != rapport.StageActive {
		return
	}
	grace := hour // a day
	if p.Contract.Late != nil {
		grace = p.CreatorCalendar.Span(time.Duration(p.Contract.Late.GraceHours) * time.Hour)
	}
	for _, d := range p.Deliverables {
		if d.DraftDue.IsZero() && d.Product != nil {
			require.False(l.t, !p.DeliveredAt.IsZero() && (d.State == "planned" || d.State == "awaiting_draft"), "what has the product has a date")
			continue
		}
		if d.State == "planned" || d.State == "brief_sent" || d.State == "awaiting_draft" {
			at, armed := timer("draft_late", d.ID)
			require.True(l.t, armed, "a draft that is owed has a deadline")
			require.Equal(l.t, d.DraftDue.Add(grace), at)
		}
		if d.State == "approved_to_post" {
			at, armed := timer("publish_late", d.ID)
			require.True(l.t, armed || !d.PublishBy.Add(grace).After(l.now), "a post that is owed has a deadline")
			if armed {
				require.Equal(l.t, d.PublishBy.Add(grace), at)
			}
		}
	}
	for _, m := range p.Milestones {
		if m.State == "pending" && m.Trigger == rapport.TriggerDate && m.At.After(l.now) {
			at, armed := timer("milestone_date", m.ID)
			require.True(l.t, armed, "money that is owed on a date has its timer")
			require.Equal(l.t, m.At, at)
			require.False(l.t, at.After(p.Contract.EndsAt), "and at the latest at the end of the term")
		}
	}
	if p.Contract.EndsAt.After(l.now) {
		at, armed := timer("term_end", p.Contract.ID)
		require.True(l.t, armed)
		require.Equal(l.t, p.Contract.EndsAt, at)
	}
	if (p.Renewal == rapport.RenewalNotDue || p.Renewal == rapport.RenewalReviewOpen) && p.Contract.NoticeBy.After(l.now) {
		at, armed := timer("renewal_notice", p.Contract.ID)
		require.True(l.t, armed, "a renewal that nobody decided has its last day")
		require.Equal(l.t, p.Contract.NoticeBy, at)
	}
}

// checkRungs: who is asked for something that nobody has decided or done is reminded of it at every moment that is to come, and of what is decided at none.
func (l *life) checkRungs() {
	p := l.house.p
	armed := func(kind string, ref uuid.UUID) (at []time.Time) {
		for _, t := range l.timers(p.ID, kind) {
			if t.Ref == ref && t.At.After(l.now) { // a pause may hold one until it is too late for it
				at = append(at, t.At)
			}
		}
		return at
	}
	before := func(c rapport.Calendar, end time.Time, days ...int) (at []time.Time) {
		for _, d := range days {
			if x := c.AddDays(end, -d); x.After(l.now) {
				at = append(at, x)
			}
		}
		return at
	}
	for _, k := range p.KeyDates {
		if k.State == rapport.KeyLetEnd {
			require.Empty(l.t, armed("key_date_reminder", k.ID))
		} else {
			require.ElementsMatch(l.t, before(p.BrandCalendar, k.At, p.Timings.KeyDateLadderDays...), armed("key_date_reminder", k.ID), "%s is reminded of", k.Kind)
		}
	}
	for _, d := range p.Deliverables {
		was, known := l.due[d.ID]
		if known && d.Product == nil && !was.Equal(d.DraftDue) && slices.Contains([]string{"awaiting_draft", "changes_requested"}, d.State) {
			require.True(l.t, d.DraftDue.After(l.now) || d.DraftDue.After(was), "no date is moved forward to where it has passed")
		}
		l.due[d.ID] = d.DraftDue
		dates := [2]time.Time{d.DraftDue, d.PublishBy}
		if was, known := l.pinned[d.ID]; known {
			require.Equal(l.t, was, dates, "what is posted keeps its dates")
		} else if !d.PostedAt.IsZero() {
			l.pinned[d.ID] = dates
		}
	}
	c := p.Contract
	if c == nil || c.State != "executed" || p.Stage != rapport.StageActive && p.Stage != rapport.StageWrappingUp && p.Stage != rapport.StageCompleted {
		return
	}
	switch p.Renewal {
	case rapport.RenewalNotDue:
		require.Len(l.t, l.timers(p.ID, "renewal_review"), 1, "a renewal is thought about")
	case rapport.RenewalReviewOpen:
		require.ElementsMatch(l.t, before(p.BrandCalendar, c.NoticeBy, p.Timings.RenewalLadderDays...), armed("renewal_reminder", c.ID), "a renewal is reminded of")
	default:
		require.Empty(l.t, armed("renewal_reminder", c.ID))
	}
	if p.Stage != rapport.StageActive {
		return
	}
	for _, d := range p.Deliverables {
		if at := before(p.CreatorCalendar, d.DraftDue, p.Timings.DraftReminderDays); len(at) > 0 && (d.State == "planned" || d.State == "awaiting_draft") {
			require.Equal(l.t, at, armed("draft_reminder", d.ID), "a draft is reminded of")
		}
		if at := before(p.CreatorCalendar, d.PublishBy, p.Timings.PublishReminderDays); d.State == "approved_to_post" {
			require.ElementsMatch(l.t, at, armed("publish_reminder", d.ID), "a post is reminded of")
		}
	}
}

// checkRights: what is published has its date until that has come.
func (l *life) checkRights() {
	p := l.house.p
	if !p.KeepsDates || p.Contract == nil {
		return
	}
	for _, d := range p.Deliverables {
		if d.PostedAt.IsZero() || p.Contract.UsageRightsDays == 0 {
			continue
		}
		at := p.BrandCalendar.EndOfDay(p.BrandCalendar.AddDays(d.PostedAt, p.Contract.UsageRightsDays))
		for _, e := range p.Contract.Extended {
			if e.Kind == rapport.KeyUsageRights && slices.Contains(e.Assets, d.ID) && e.Until.After(at) {
				at = e.Until
			}
		}
		kept := slices.ContainsFunc(p.KeyDates, func(k rapport.KeyDate) bool {
			return k.Kind == rapport.KeyUsageRights && k.At.Equal(at) && slices.Contains(k.Assets, d.ID)
		})
		require.True(l.t, kept || !at.After(l.now), "rights that end at %s are not kept", at)
	}
}

// checkOption: an option that can be used has its last day among the dates, and one that cannot has none.
func (l *life) checkOption() {
	p := l.house.p
	dates := slices.DeleteFunc(slices.Clone(p.KeyDates), func(k rapport.KeyDate) bool { return k.Kind != rapport.KeyOption })
	if p.Contract == nil || p.Contract.Option == nil {
		require.Empty(l.t, dates)
		return
	}
	if l.house.refusedOnce(rapport.Command{Kind: rapport.CmdExerciseOption}) == "" {
		require.Len(l.t, dates, 1)
		require.Equal(l.t, p.Contract.Option.EndsAt, dates[0].At)
		require.False(l.t, dates[0].At.After(p.Contract.NoticeBy), "nobody needs an option after the renewal has lapsed")
	}
	if p.Renewal == rapport.RenewalAgreed || p.Renewal == rapport.RenewalLapsed {
		require.Empty(l.t, dates)
	}
}

// checkExtended: what both have signed to go on has a date that is not before that, of whatever term it is, until that has come.
func (l *life) checkExtended() {
	for _, f := range l.facts[l.house.p.ID] {
		if f.Kind != "amendment_executed" {
			continue
		}
		for _, e := range l.amendments[f.Ref].Extended {
			if !e.Until.After(l.now) {
				continue
			}
			for _, d := range e.Assets {
				kept := slices.ContainsFunc(l.house.p.KeyDates, func(k rapport.KeyDate) bool {
					return k.Kind == e.Kind && k.Contract == e.Contract && !k.At.Before(e.Until) && (k.Kind == rapport.KeyExclusivity || slices.Contains(k.Assets, d))
				})
				require.True(l.t, kept, "%s was to go on until %s", e.Kind, e.Until)
			}
		}
	}
}
