package rapport_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func lateBy(remedy string) func(*house) {
	return func(h *house) {
		h.terms.Late = &rapport.LateTerms{GraceHours: 48, MissedAfterDays: 3, Remedy: remedy}
	}
}

func TestWhatIsLateForSoLongIsMissed(t *testing.T) {
	t.Parallel()

	t.Run("its money falls away, and what is owed stays", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyFallsAway), twoPieces).activate()
		d := h.p.Deliverables[0]
		require.Equal(t, d.DraftDue.Add(2*hour), h.timers(h.p.ID, "draft_late")[0].At, "the grace of the contract")
		h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[1].ID, Ref2: id("in time")})
		h.until(d.DraftDue.Add(2 * hour))
		require.Equal(t, "late", h.p.Deliverables[0].State)
		h.pass(3.1)
		require.Equal(t, "missed", h.p.Deliverables[0].State)
		require.Equal(t, rapport.RemedyFallsAway, h.requireTask("content_missed").Code)
		require.Contains(t, h.mails(), "content_missed")
		for _, m := range h.p.Milestones {
			switch {
			case m.Trigger == rapport.TriggerSignature:
				require.Equal(t, "met", m.State, "what is owed stays owed")
			case m.Deliverable == d.ID:
				require.Equal(t, "cancelled", m.State)
			}
		}
		require.Equal(t, "deliverable_state", h.refused(rapport.Command{Kind: rapport.CmdSubmit, Ref: d.ID, Ref2: id("too late")}))
	})
	t.Run("a publication as well", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyFallsAway)).activate().submit("draft")
		h.decide("ada", rapport.DecisionApprove)
		h.until(h.p.Deliverables[0].PublishBy.Add(5*hour + hour/10))
		require.Equal(t, "missed", h.p.Deliverables[0].State)
		require.Equal(t, []string{"met", "met", "cancelled"}, milestones(h), "its approval was owed")
		require.Equal(t, rapport.StageWrappingUp, h.p.Stage)
	})
	t.Run("not while an answer about more time is owed", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyFallsAway)).activate()
		h.until(h.p.Deliverables[0].DraftDue.Add(3 * hour))
		h.asks("more time", 30)
		h.pass(9)
		require.Equal(t, "late", h.p.Deliverables[0].State)
		h.cmd(rapport.Command{Kind: rapport.CmdDeclineExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Actor: id("owner")})
		h.pass(1.1)
		require.Equal(t, "missed", h.p.Deliverables[0].State)
	})
	t.Run("not what came, or was moved, meanwhile", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyFallsAway)).activate()
		h.until(h.p.Deliverables[0].DraftDue.Add(3 * hour))
		require.Len(t, h.timers(h.p.ID, "content_missed"), 1)
		move := h.asks("more time", 30)
		h.cmd(rapport.Command{Kind: rapport.CmdGrantExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: &move})
		require.Empty(t, h.timers(h.p.ID, "content_missed"))
		h.until(h.p.Deliverables[0].DraftDue.Add(3 * hour))
		require.Len(t, h.timers(h.p.ID, "content_missed"), 1)
		h.submit("at last")
		require.Empty(t, h.timers(h.p.ID, "content_missed"))
	})
	t.Run("a later publication does not make the draft late again", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyFallsAway)).activate()
		h.until(h.p.Deliverables[0].DraftDue.Add(3 * hour))
		mails, missed := len(h.mails()), h.timers(h.p.ID, "content_missed")
		h.asks("more time", 30)
		d := h.p.Deliverables[0]
		h.cmd(rapport.Command{Kind: rapport.CmdGrantExtension, Ref: d.ID, Ref2: id("more time"), Move: &rapport.DeliverableMove{PublishBy: d.PublishBy.Add(5 * hour)}})
		h.pass(0.1)
		late := 0
		for _, kind := range h.kinds(h.p.ID) {
			if kind == "content_late" {
				late++
			}
		}
		require.Equal(t, 1, late)
		require.Equal(t, []string{"extension_granted"}, h.mails()[mails:], "nor is a draft that is due already reminded of")
		require.Equal(t, missed, h.timers(h.p.ID, "content_missed"), "what follows from it comes when it would have")
		h.requireTask("content_late")
	})
	t.Run("the contract may be ended", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, lateBy(rapport.RemedyTermination)).activate()
		h.until(h.p.Deliverables[0].DraftDue.Add(6 * hour))
		task := h.requireTask("content_missed")
		require.Equal(t, []any{rapport.RemedyTermination, h.p.OwnerID}, []any{task.Code, task.OwnerID})
		require.Equal(t, "late", h.p.Deliverables[0].State, "a person decides")
		require.Equal(t, []string{"met", "pending", "pending"}, milestones(h))
		require.NotContains(t, h.mails(), "content_missed")
		h.submit("at last")
		_, open := h.task("content_missed")
		require.False(t, open, "it has come")
	})
	t.Run("nothing follows where nothing was agreed", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.until(h.p.Deliverables[0].DraftDue.Add(60 * hour))
		require.Equal(t, "late", h.p.Deliverables[0].State)
		require.Empty(t, h.timers(h.p.ID, "content_missed"))
	})
}

func TestTermsSayWhatIsLate(t *testing.T) {
	t.Parallel()
	terms := rapport.DefaultTerms()
	old, err := json.Marshal(terms)
	require.NoError(t, err)
	require.NotContains(t, string(old), `"late"`, "terms from before read and write as they did")
	require.NotContains(t, sampleText(terms), "late")
	for path, late := range map[string]rapport.LateTerms{
		"terms.late.grace_hours out_of_range":       {GraceHours: 337},
		"terms.late.missed_after_days out_of_range": {MissedAfterDays: 366, Remedy: rapport.RemedyFallsAway},
		"terms.late.remedy unknown_value":           {MissedAfterDays: 5, Remedy: "a fine"},
		"terms.late.remedy required":                {MissedAfterDays: 5},
	} {
		terms.Late = &late
		bad := terms.Check("terms")
		require.Len(t, bad, 1)
		require.Equal(t, path, bad[0].Path+" "+bad[0].Code)
	}
	for words, late := range map[string]rapport.LateTerms{
		"late at the end of its day.":                                         {},
		"late 1 hour after the end of its day.":                               {GraceHours: 1},
		"What is 5 business days late is missed: it is not owed any more":     {MissedAfterDays: 5, Remedy: rapport.RemedyFallsAway},
		"is 5 business days late, the brand may end this contract in writing": {MissedAfterDays: 5, Remedy: rapport.RemedyTermination},
	} {
		terms.Late = &late
		require.Empty(t, terms.Check("terms"))
		require.Contains(t, sampleText(terms), words)
	}
}
