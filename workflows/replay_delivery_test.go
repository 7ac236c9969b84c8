package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// recordDelivery is a term in which dates move: a product that arrives, whose day is corrected, more time that is given and declined, a piece that is
// missed and falls away, and an end that leaves owed what is owed.
func recordDelivery(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	first, second := 0, 1
	terms.Deliverables = []rapport.DeliverableTerms{
		{Title: "Unboxing", Platform: "youtube", Kind: "video", DraftAfter: rapport.AfterDelivery, DraftDueDays: 6, PublishDays: 6},
		{Title: "Story", Platform: "instagram", Kind: "story", DraftDueDays: 3, PublishDays: 3},
		{Title: "Short", Platform: "tiktok", Kind: "short", DraftDueDays: 20, PublishDays: 10},
	}
	terms.Milestones = []rapport.MilestoneTerms{
		{Title: "For the unboxing", Trigger: rapport.TriggerApproval, Deliverable: &first, Percent: 60},
		{Title: "For the story", Trigger: rapport.TriggerApproval, Deliverable: &second, Percent: 40},
	}
	terms.DurationDays, terms.NoticeDays = 120, 5
	terms.Late = &rapport.LateTerms{MissedAfterDays: 2, Remedy: rapport.RemedyFallsAway}
	h := changes(t, terms, nil)
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.ID = id("delivery")
	w := r.signed(p)
	contract := rapport.DeriveID(id("offer"), "contract")
	piece := func(n string) uuid.UUID { return rapport.DeriveID(contract, "deliverable/"+n) }

	r.command(w, rapport.Command{Kind: rapport.CmdNoteDelivery, Actor: id("owner"), Until: time.Now()})
	later := func(request string, days int) rapport.Command {
		return rapport.Command{Kind: rapport.CmdRequestExtension, Ref: piece("0"), Ref2: id(request), Move: &rapport.DeliverableMove{
			ID: piece("0"), DraftDue: time.Now().Add(time.Duration(days) * day), PublishBy: time.Now().Add(time.Duration(days+6) * day),
		}}
	}
	asked := later("asked", 40)
	r.command(w, asked)
	asked.Kind, asked.Actor = rapport.CmdGrantExtension, id("owner")
	r.command(w, asked)
	again := later("again", 60)
	r.command(w, again)
	again.Kind, again.Actor, again.Move = rapport.CmdDeclineExtension, id("owner"), nil
	r.command(w, again)
	r.command(w, rapport.Command{Kind: rapport.CmdNoteDelivery, Actor: id("owner"), Until: time.Now()})
	require.Eventually(t, func() bool { return slices.Contains(h.facts(t, p.ID), "content_missed") }, time.Minute, day/10)
	r.approved("unboxing", piece("0"), w)
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
	r.ended(w)
	r.state(p.ID, "terminated")
	r.keep(w, "partnership-delivery")
	require.NotEmpty(t, h.facts(t, p.ID))
}
