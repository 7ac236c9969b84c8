package rapport_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// keeps begins a house whose posts bring rights for so many days.
func keeps(usage, allowlisting, exclusivity int) func(*house) {
	return func(h *house) {
		h.p.KeepDates()
		h.terms.UsageRightsDays, h.terms.AllowlistingDays, h.terms.ExclusivityDays = usage, allowlisting, exclusivity
	}
}

func keyDates(h *house) []string {
	list := make([]string, 0, len(h.p.KeyDates))
	for _, k := range h.p.KeyDates {
		list = append(list, k.Kind+" "+k.State)
	}
	return list
}

// only are the kinds that begin so.
func only(kinds []string, prefix string) (list []string) {
	for _, k := range kinds {
		if strings.HasPrefix(k, prefix) {
			list = append(list, k)
		}
	}
	return list
}

func (h *house) decideDate(date uuid.UUID, code string) {
	h.cmd(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: date, Code: code, Actor: id("owner")})
}

// lapsed is a house whose term has ended, with rights that go on.
func lapsed(t *testing.T, change func(*house)) *house {
	t.Helper()
	h := newHouse(t, change).approved().post()
	h.pass(20)
	h.release(0)
	h.release(1)
	h.release(2)
	h.pass(200)
	require.Equal(t, rapport.StageLapsed, h.p.Stage)
	return h
}

func TestAPostBringsItsDates(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(100, 40, 20)).approved()
	require.Empty(t, h.p.KeyDates, "nothing is published")
	h.post()
	require.Equal(t, []string{"rights_end open", "allowlisting_end open", "exclusivity_end open"}, keyDates(h))
	posted := h.p.Deliverables[0].PostedAt
	for _, k := range h.p.KeyDates {
		days := map[string]int{"rights_end": 100, "allowlisting_end": 40, "exclusivity_end": 20}[k.Kind]
		require.Equal(t, h.p.BrandCalendar.EndOfDay(h.p.BrandCalendar.AddDays(posted, days)), k.At)
		require.Equal(t, []uuid.UUID{h.p.Deliverables[0].ID}, k.Assets)
		require.Equal(t, "open", h.state("key_date", k.ID))
	}
	rights := h.p.KeyDates[0]
	var rungs []time.Time
	for _, x := range h.timers(h.p.ID, "key_date_reminder") {
		if x.Ref == rights.ID {
			rungs = append(rungs, x.At)
		}
	}
	want := make([]time.Time, 0, 6)
	for _, days := range []int{90, 60, 30, 14, 7, 1} {
		want = append(want, h.p.BrandCalendar.AddDays(rights.At, -days))
	}
	require.Equal(t, want, rungs)
}

func TestAHouseFromBeforeKeepsNoDates(t *testing.T) {
	t.Parallel()

	h := lapsed(t, func(h *house) { h.terms.UsageRightsDays = 500 })
	require.True(t, h.p.Done())
}

func TestADateThatNobodyDecides(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(40, 0, 0)).approved().post()
	k := h.p.KeyDates[0]
	h.until(k.At.Add(-30 * hour))
	task := rapport.TaskChange{Key: "key_date/" + k.ID.String(), Open: true, Kind: "decide_key_date", Code: "rights_end", OwnerID: id("owner"), Ref: k.ID, Due: k.At}
	require.Equal(t, task, h.requireTask("decide_key_date"))
	waits := h.p.View(h.now).Waiting
	i := slices.IndexFunc(waits, func(w rapport.Waiting) bool { return w.Decision == "rights_end" })
	require.GreaterOrEqual(t, i, 0, "the page says that somebody is waited for")
	require.Equal(t, k.At, waits[i].Due)
	_, escalated := h.task("key_date_undecided")
	require.False(t, escalated)
	h.until(k.At.Add(-7 * hour))
	require.Equal(t, rapport.RoleAdmin, h.requireTask("key_date_undecided").Role)
	h.until(k.At)
	require.Equal(t, []string{
		"key_date_set", "key_date_reminder", "key_date_reminder", "key_date_reminder", "key_date_escalated", "key_date_reminder", "key_date_escalated", "key_date_undecided", "key_date_ended",
	}, only(h.kinds(h.p.ID), "key_date"))
	require.Equal(t, "ended", h.state("key_date", k.ID))
	require.Equal(t, "rights_end", h.requireTask("take_down").Code, "somebody takes the content down")
	_, open := h.task("decide_key_date")
	require.False(t, open)
}

func TestADecidedDateIsQuiet(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(40, 0, 0)).approved().post()
	k := h.p.KeyDates[0]
	h.until(k.At.Add(-30 * hour))
	h.decideDate(k.ID, rapport.KeyLetEnd)
	_, open := h.task("decide_key_date")
	require.False(t, open)
	require.Equal(t, "key_date_decided", h.refused(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: k.ID, Code: rapport.KeyLetEnd}))
	require.Equal(t, "unknown_decision", h.refused(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: k.ID, Code: "ended"}))
	h.decideDate(k.ID, rapport.KeyOpen)
	h.requireTask("decide_key_date")
	h.decideDate(k.ID, rapport.KeyLetEnd)
	h.until(k.At)
	require.Len(t, only(h.kinds(h.p.ID), "key_date_reminder"), 1)
	require.Empty(t, only(h.kinds(h.p.ID), "key_date_undecided"))
	require.Equal(t, "key_date_over", h.refused(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: k.ID, Code: rapport.KeyLetEnd}))
}

func TestPostsOfOneDayShareADate(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(100, 0, 50), twoPieces).activate()
	for i, name := range []string{"first", "second"} {
		h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[i].ID, Ref2: id(name)})
		h.do(h.p.Deliverables[i].Review, rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("decision " + name), Ref2: id(name), Code: rapport.DecisionApprove})
		h.run()
	}
	h.cmd(rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[0].ID})
	first := slices.Clone(h.p.KeyDates)
	h.cmd(rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[1].ID})
	require.Equal(t, []string{"rights_end open", "exclusivity_end open"}, keyDates(h))
	require.Equal(t, first[0].ID, h.p.KeyDates[0].ID)
	require.Equal(t, []uuid.UUID{h.p.Deliverables[0].ID, h.p.Deliverables[1].ID}, h.p.KeyDates[0].Assets)
}

func TestADateThatHasEndedDoesNotComeAgain(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(100, 10, 5), twoPieces).activate()
	for i, name := range []string{"first", "second"} {
		h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[i].ID, Ref2: id(name)})
		h.do(h.p.Deliverables[i].Review, rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("decision " + name), Ref2: id(name), Code: rapport.DecisionApprove})
		h.run()
	}
	h.cmd(rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[0].ID})
	h.pass(12)
	require.Len(t, only(h.kinds(h.p.ID), "key_date_ended"), 2)
	h.cmd(rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[1].ID})
	h.run()
	require.Len(t, only(h.kinds(h.p.ID), "key_date_ended"), 2, "the first post's dates are over")
	require.Equal(t, []string{"rights_end open", "rights_end open", "allowlisting_end open", "exclusivity_end open"}, keyDates(h))
	a := h.draft("shorter", rapport.Amendment{UsageRightsDays: new(6)})
	h.signed(a)
	require.Equal(t, []string{"allowlisting_end open", "exclusivity_end open", "rights_end open"}, keyDates(h))
	require.Len(t, only(h.kinds(h.p.ID), "key_date_ended"), 3, "rights that an amendment made shorter than it has been are over now, and somebody takes the post down")
}

func TestRightsOutliveTheTerm(t *testing.T) {
	t.Parallel()

	h := lapsed(t, keeps(365, 0, 0))
	k := h.p.KeyDates[0]
	require.False(t, h.p.Done())
	require.Len(t, h.timers(h.p.ID, "key_date"), 1)
	require.Len(t, h.p.Timers, 1+len(h.timers(h.p.ID, "key_date_reminder")), "nothing else of the term goes on")
	require.Equal(t, "ended", h.refused(rapport.Command{Kind: rapport.CmdPause}))
	h.decideDate(k.ID, rapport.KeyLetEnd)
	h.until(k.At)
	require.True(t, h.p.Done())
	require.Empty(t, h.p.Timers)
}

func TestRightsAreExtendedAfterTheTerm(t *testing.T) {
	t.Parallel()

	h := lapsed(t, keeps(365, 0, 0))
	was := h.p.KeyDates[0]
	h.decideDate(was.ID, rapport.KeyRenegotiating)
	late := rapport.Amendment{EndDays: 10, Deliverables: []rapport.DeliverableTerms{video("Another")}, Milestones: []rapport.MilestoneAdded{{Title: "x", Trigger: rapport.TriggerDate, Amount: 5}}}
	for _, bad := range late.Resolve(h.running(), h.now) {
		require.Equal(t, "term_is_over", bad.Code, bad.Path)
	}
	a := h.draft("longer", rapport.Amendment{UsageRightsDays: new(500), Milestones: []rapport.MilestoneAdded{{Title: "For more rights", Trigger: rapport.TriggerSignature, Amount: 20_000}}})
	h.signed(a)
	require.Equal(t, rapport.StageLapsed, h.p.Stage)
	require.Equal(t, []string{"rights_end open"}, keyDates(h), "the new date is decided anew")
	require.Equal(t, "moved", h.state("key_date", was.ID))
	require.Equal(t, h.p.BrandCalendar.EndOfDay(h.p.Deliverables[0].PostedAt.Add(500*hour)), h.p.KeyDates[0].At)
	require.Equal(t, "met", h.p.Milestones[3].State)
	h.pass(11)
	h.release(3)
	h.until(h.p.KeyDates[0].At)
	require.Equal(t, "settled", h.p.Milestones[3].State)
	require.True(t, h.p.Done())
}

func TestATermWithRightsEndsOnceWhatIsOwedIsPaid(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(365, 0, 0)).approved().post()
	h.pass(20)
	for i := range 3 {
		h.release(i)
	}
	require.Equal(t, rapport.StageCompleted, h.p.Stage)
	h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(50_000)})
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("next")})
	h.signed(h.draft("longer", rapport.Amendment{Milestones: []rapport.MilestoneAdded{{Title: "For more rights", Trigger: rapport.TriggerSignature, Amount: 20_000}}}))
	h.until(h.p.Contract.EndsAt.Add(hour))
	require.Equal(t, rapport.StageCompleted, h.p.Stage, "the next term would forget what is owed of this one")
	h.release(3)
	require.Equal(t, rapport.StageContractOut, h.p.Stage)
	require.Equal(t, 2, h.p.Term)
	require.Equal(t, []string{"rights_end open"}, keyDates(h), "the rights of the first term go on in the second")
}

func TestATerminatedPartnershipKeepsWhatWasPublished(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(100, 0, 0)).approved().post()
	h.cmd(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	k := h.p.KeyDates[0]
	require.False(t, h.p.Done())
	require.Equal(t, "ended", h.refused(rapport.Command{Kind: rapport.CmdAmend, Ref: id("late")}))
	h.decideDate(k.ID, rapport.KeyLetEnd)
	h.until(k.At)
	require.Empty(t, h.p.KeyDates)
}

func TestKeyDateFilter(t *testing.T) {
	t.Parallel()

	require.Empty(t, rapport.KeyDateFilter{Kind: rapport.KeyTermEnd, From: start(), To: start().Add(hour)}.Check())
	bad := rapport.KeyDateFilter{Kind: "birthday", From: start(), To: start()}.Check()
	require.Equal(t, []string{"kind", "to"}, []string{bad[0].Path, bad[1].Path})
}
