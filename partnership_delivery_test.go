package rapport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

// asks lets the creator ask for both dates of the first deliverable by so many days later.
func (h *house) asks(name string, days float64) rapport.DeliverableMove {
	d := h.p.Deliverables[0]
	later := time.Duration(days * float64(hour))
	move := rapport.DeliverableMove{DraftDue: d.DraftDue.Add(later), PublishBy: d.PublishBy.Add(later)}
	h.cmd(rapport.Command{Kind: rapport.CmdRequestExtension, Ref: d.ID, Ref2: id(name), Move: &move})
	return move
}

func TestExtensions(t *testing.T) {
	t.Parallel()

	answer := func(h *house, kind rapport.CommandKind, move *rapport.DeliverableMove) rapport.Command {
		return rapport.Command{ID: id("answer"), Kind: kind, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: move, Actor: id("owner")}
	}
	t.Run("granted", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		move := h.asks("more time", 4)
		d := h.p.Deliverables[0]
		require.Equal(t, h.now.Add(2*hour), d.Extension.AnswerBy, "two business days")
		require.Equal(t, h.p.OwnerID, h.requireTask("answer_extension").OwnerID)
		w := h.p.View(h.now).Waiting
		require.Equal(t, []string{"draft", "extension"}, []string{w[0].Decision, w[1].Decision}, "the draft stays due meanwhile")
		require.Equal(t, "extension_is_open", h.refused(rapport.Command{Kind: rapport.CmdRequestExtension, Ref: d.ID, Ref2: id("another"), Move: &move}))
		require.Equal(t, "no_extension_open", h.refused(rapport.Command{Kind: rapport.CmdGrantExtension, Ref: d.ID, Ref2: id("another"), Move: &move}))
		earlier := rapport.DeliverableMove{DraftDue: d.DraftDue.Add(-hour)}
		require.Equal(t, "dates_do_not_fit", h.refused(answer(h, rapport.CmdGrantExtension, &earlier)))
		require.Equal(t, "dates_do_not_fit", h.refused(answer(h, rapport.CmdGrantExtension, nil)))

		other := rapport.DeliverableMove{DraftDue: d.DraftDue.Add(2 * hour)}
		h.cmd(answer(h, rapport.CmdGrantExtension, &other))
		d = h.p.Deliverables[0]
		require.Nil(t, d.Extension)
		require.Equal(t, other.DraftDue, d.DraftDue, "another date than was asked for")
		require.Equal(t, "granted", h.state("extension", id("more time")))
		require.Equal(t, d.DraftDue.Add(hour), h.timers(h.p.ID, "draft_late")[0].At, "with the grace")
		require.Empty(t, h.timers(h.p.ID, "extension_answer"))
		require.Empty(t, h.timers(h.p.ID, "extension_reminder"))
		require.Equal(t, "extension_granted", h.mails()[len(h.mails())-1])
		_, open := h.task("answer_extension")
		require.False(t, open)
		require.Equal(t, "no_extension_open", h.refused(answer(h, rapport.CmdDeclineExtension, nil)))
	})
	t.Run("silence is told and nothing is lost", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.asks("more time", 4)
		h.pass(1.1)
		require.Equal(t, h.p.OwnerID, h.requireTask("answer_extension_soon").OwnerID, "half of the time has gone")
		h.pass(1)
		require.Equal(t, rapport.RoleAdmin, h.requireTask("extension_unanswered").Role)
		h.pass(15)
		d := h.p.Deliverables[0]
		require.Equal(t, "late", d.State, "an open request hides nothing")
		require.NotNil(t, d.Extension, "and is not lost")
		h.cmd(answer(h, rapport.CmdDeclineExtension, nil))
		require.Equal(t, "late", h.p.Deliverables[0].State)
		require.Equal(t, "extension_declined", h.mails()[len(h.mails())-1])
		for _, kind := range []string{"extension_unanswered", "answer_extension_soon"} {
			_, open := h.task(kind)
			require.False(t, open, kind)
		}
	})
	t.Run("of what is late already", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.pass(12)
		require.Equal(t, "late", h.p.Deliverables[0].State)
		past := rapport.DeliverableMove{DraftDue: h.now.Add(-time.Minute)}
		require.Equal(t, "dates_do_not_fit", h.refused(rapport.Command{Kind: rapport.CmdRequestExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: &past}))
		move := h.asks("more time", 5)
		h.cmd(answer(h, rapport.CmdGrantExtension, &move))
		require.Equal(t, "awaiting_draft", h.p.Deliverables[0].State)
		_, open := h.task("content_late")
		require.False(t, open)
	})
	t.Run("withdrawn, and overtaken by the draft", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.asks("more time", 4)
		h.cmd(rapport.Command{Kind: rapport.CmdWithdrawExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time")})
		require.Equal(t, "withdrawn", h.state("extension", id("more time")))
		h.asks("again", 4)
		h.submit("draft")
		require.Equal(t, "overtaken", h.state("extension", id("again")))
		require.Empty(t, h.timers(h.p.ID, "extension_answer"))
		publish := rapport.DeliverableMove{PublishBy: h.p.Deliverables[0].PublishBy.Add(3 * hour)}
		h.cmd(rapport.Command{Kind: rapport.CmdRequestExtension, Ref: h.p.Deliverables[0].ID, Ref2: id("more time"), Move: &publish})
		h.decide("ada", rapport.DecisionApprove)
		require.NotNil(t, h.p.Deliverables[0].Extension, "the publication is still to come")
		h.cmd(answer(h, rapport.CmdGrantExtension, &publish))
		require.Equal(t, publish.PublishBy.Add(hour), h.timers(h.p.ID, "publish_late")[0].At)
	})
	t.Run("ends with the partnership", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).activate()
		h.asks("more time", 4)
		h.cmd(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
		require.Equal(t, "overtaken", h.state("extension", id("more time")))
	})
}

func TestLaterDatesAreChecked(t *testing.T) {
	t.Parallel()
	now := start()
	draft, publish := now.Add(48*time.Hour), now.Add(96*time.Hour)
	for _, c := range []struct {
		state string
		move  rapport.DeliverableMove
		want  string
	}{
		{"awaiting_draft", rapport.DeliverableMove{}, "draft_due_at required"},
		{"in_review", rapport.DeliverableMove{DraftDue: draft.Add(time.Hour)}, "draft_due_at pinned"},
		{"late", rapport.DeliverableMove{DraftDue: now}, "draft_due_at in_the_past"},
		{"awaiting_draft", rapport.DeliverableMove{DraftDue: draft}, "draft_due_at not_later"},
		{"awaiting_draft", rapport.DeliverableMove{DraftDue: now.Add(800 * rapport.Day)}, "draft_due_at out_of_range"},
		{"awaiting_draft", rapport.DeliverableMove{DraftDue: publish.Add(time.Hour)}, "publish_by before_draft"},
		{"posted", rapport.DeliverableMove{PublishBy: publish.Add(time.Hour)}, "publish_by pinned"},
		{"approved_to_post", rapport.DeliverableMove{PublishBy: now}, "publish_by in_the_past"},
		{"approved_to_post", rapport.DeliverableMove{PublishBy: publish}, "publish_by not_later"},
		{"approved_to_post", rapport.DeliverableMove{PublishBy: now.Add(800 * rapport.Day)}, "publish_by out_of_range"},
		{"approved_to_post", rapport.DeliverableMove{PublishBy: publish.Add(time.Hour)}, ""},
		{"late", rapport.DeliverableMove{DraftDue: publish.Add(time.Hour), PublishBy: publish.Add(2 * time.Hour)}, ""},
	} {
		got := ""
		if bad := c.move.CheckLater(c.state, draft, publish, now); len(bad) > 0 {
			got = bad[0].Path + " " + bad[0].Code
		}
		require.Equal(t, c.want, got)
	}
}

func TestWhatMoreTimeChangesIsSaid(t *testing.T) {
	t.Parallel()

	h := newHouse(t, twoPieces).activate()
	h.terms.UsageRightsDays, h.terms.AllowlistingDays, h.terms.ExclusivityDays = 90, 0, 30
	whats := func(lines []rapport.AmendedLine) (names []string) {
		for _, l := range lines {
			names = append(names, l.What)
		}
		return names
	}
	d := h.p.Deliverables[0]
	move := rapport.DeliverableMove{ID: d.ID, DraftDue: d.DraftDue.Add(2 * hour), PublishBy: d.PublishBy.Add(9 * hour)}
	changes, pinned := move.Effects(h.running(), h.now, rapport.WordsIn("en"))
	require.Subset(t, whats(changes), []string{"Draft of “Piece 1”", "Publication of “Piece 1”", "Usage rights to “Piece 1” end at the latest", "Exclusivity ends at the latest"})
	require.NotContains(t, whats(changes), "Allow-listing of “Piece 1” ends at the latest", "there is none")
	require.Empty(t, pinned)

	move = rapport.DeliverableMove{ID: d.ID, PublishBy: h.p.Contract.EndsAt.Add(hour)}
	_, pinned = move.Effects(h.running(), h.now, rapport.WordsIn("en"))
	require.Equal(t, []string{"End of the term"}, whats(pinned))

	h.until(d.DraftDue.Add(hour))
	require.Equal(t, "late", h.p.Deliverables[0].State)
	_, pinned = move.Effects(h.running(), h.now, rapport.WordsIn("en"))
	require.Equal(t, []string{"“Piece 1”", "End of the term"}, whats(pinned), "late it stays")
	move.DraftDue = h.now.Add(hour)
	changes, _ = move.Effects(h.running(), h.now, rapport.WordsIn("en"))
	require.Contains(t, changes, rapport.AmendedLine{What: "“Piece 1”", From: "late", To: "no longer late"})
}
