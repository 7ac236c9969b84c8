package rapport_test

import (
	"fmt"
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
	ahead := h.timers(h.p.ID, "key_date_reminder")
	require.Len(t, ahead, 3)
	h.decideDate(k.ID, rapport.KeyLetEnd)
	require.Empty(t, h.timers(h.p.ID, "key_date_reminder"), "nobody is woken for nothing")
	_, open := h.task("decide_key_date")
	require.False(t, open)
	require.Equal(t, "key_date_decided", h.refused(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: k.ID, Code: rapport.KeyLetEnd}))
	require.Equal(t, "unknown_decision", h.refused(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: k.ID, Code: "ended"}))
	h.decideDate(k.ID, rapport.KeyOpen)
	h.requireTask("decide_key_date")
	require.Equal(t, ahead, h.timers(h.p.ID, "key_date_reminder"))
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

func TestWhatABanHeldGoesOnAfterTheEnd(t *testing.T) {
	t.Parallel()

	for name, end := range map[string]func(h *house){
		"banned": func(h *house) { h.cmd(rapport.Command{Kind: rapport.CmdBan, Actor: id("admin")}) },
		"paused": func(h *house) { h.cmd(rapport.Command{Kind: rapport.CmdPause, Actor: id("owner")}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, keeps(100, 0, 0)).approved().post()
			end(h)
			h.cmd(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
			k := h.p.KeyDates[0]
			require.Equal(t, "nothing_to_renegotiate", h.refused(rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: k.ID, Code: rapport.KeyRenegotiating}))
			h.until(k.At.Add(-hour))
			h.requireTask("decide_key_date")
			h.until(k.At)
			require.Empty(t, h.p.KeyDates)
		})
	}
}

func TestKeyDateFilter(t *testing.T) {
	t.Parallel()

	require.Empty(t, rapport.KeyDateFilter{Kind: rapport.KeyTermEnd, From: start(), To: start().Add(hour)}.Check())
	bad := rapport.KeyDateFilter{Kind: "birthday", From: start(), To: start()}.Check()
	require.Equal(t, []string{"kind", "to"}, []string{bad[0].Path, bad[1].Path})
}

// endOf is when a right of a post ends; zero where none does.
func (h *house) endOf(kind string, post uuid.UUID) time.Time {
	i := slices.IndexFunc(h.p.KeyDates, func(k rapport.KeyDate) bool { return k.Kind == kind && slices.Contains(k.Assets, post) })
	if i < 0 {
		return time.Time{}
	}
	return h.p.KeyDates[i].At
}

// twoPosts is a house that has published two pieces on one day.
func twoPosts(t *testing.T, change func(*house)) *house {
	t.Helper()
	h := newHouse(t, change, twoPieces).activate()
	return h.publish(0).publish(1)
}

// publish brings a piece of the running term out.
func (h *house) publish(i int) *house {
	submission := id(fmt.Sprintf("submission of %d", i))
	h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[i].ID, Ref2: submission})
	for _, who := range []string{"ada", "ben"} {
		review := h.p.Deliverables[i].Review
		decision := rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Ref: id(fmt.Sprintf("decision of %s on %d", who, i)), Ref2: submission, Code: rapport.DecisionApprove}
		if h.machines[review].Allowed(decision, h.now) == nil {
			h.do(review, decision)
			h.run()
		}
	}
	h.cmd(rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[i].ID})
	return h
}

func longer(date uuid.UUID, days int, posts ...uuid.UUID) []rapport.KeyDateExtension {
	return []rapport.KeyDateExtension{{Date: date, Days: days, Assets: posts}}
}

func TestTheRightsOfOnePostAreExtended(t *testing.T) {
	t.Parallel()

	h := twoPosts(t, keeps(100, 40, 20))
	first, second, was := h.p.Deliverables[0].ID, h.p.Deliverables[1].ID, h.p.KeyDates[0]
	h.signed(h.draft("longer", rapport.Amendment{
		Extended: longer(was.ID, 50, second), Milestones: []rapport.MilestoneAdded{{Title: "For more rights", Trigger: rapport.TriggerSignature, Amount: 20_000}},
	}))
	require.Equal(t, was.At, h.endOf(rapport.KeyUsageRights, first), "the other post's rights stay")
	require.Equal(t, was.At.Add(50*hour), h.endOf(rapport.KeyUsageRights, second))
	require.Equal(t, "open", h.state("key_date", was.ID))
	require.Equal(t, 1, h.starts[h.p.Milestones[len(h.p.Milestones)-1].ID])
	moved := h.p.KeyDates[len(h.p.KeyDates)-1]
	h.signed(h.draft("again", rapport.Amendment{Extended: longer(moved.ID, 10)}))
	require.Equal(t, "moved", h.state("key_date", moved.ID))
	require.Equal(t, was.At.Add(60*hour), h.endOf(rapport.KeyUsageRights, second))

	h.signed(h.draft("shorter", rapport.Amendment{UsageRightsDays: new(90)}))
	require.Equal(t, was.At.Add(-10*hour), h.endOf(rapport.KeyUsageRights, first))
	require.Equal(t, was.At.Add(60*hour), h.endOf(rapport.KeyUsageRights, second), "what was extended on its own stays")
	h.signed(h.draft("longest", rapport.Amendment{UsageRightsDays: new(300)}))
	require.Equal(t, was.At.Add(200*hour), h.endOf(rapport.KeyUsageRights, second), "and is never less than what all have")
	require.Equal(t, h.endOf(rapport.KeyUsageRights, first), h.endOf(rapport.KeyUsageRights, second))
}

func TestExclusivityIsExtendedAndGoesOnWhateverIsPublished(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(0, 0, 20), twoPieces).activate()
	h.publish(0)
	was := h.p.KeyDates[0]
	h.signed(h.draft("longer", rapport.Amendment{Extended: longer(was.ID, 30)}))
	h.pass(2)
	h.publish(1)
	require.Equal(t, []string{"exclusivity_end open"}, keyDates(h))
	require.Equal(t, was.At.Add(30*hour), h.p.KeyDates[0].At)
	require.Equal(t, "moved", h.state("key_date", was.ID))
}

func TestRightsOfAnEarlierTermAreExtended(t *testing.T) {
	t.Parallel()

	h := newHouse(t, keeps(400, 300, 0)).approved().post()
	h.pass(20)
	for i := range 3 {
		h.release(i)
	}
	h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(50_000)})
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("next")})
	first, post := h.p.Contract.ID, h.p.Deliverables[0].ID
	h.until(h.p.Contract.EndsAt.Add(hour))
	require.Equal(t, "wrong_stage", h.refused(rapport.Command{Kind: rapport.CmdAmend, Ref: id("early")}), "the next contract is not there yet")
	h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	h.cmd(rapport.Command{Kind: rapport.CmdSignContract})
	require.Equal(t, rapport.StageActive, h.p.Stage)
	require.NotEqual(t, first, h.p.Contract.ID)
	was, other := h.p.KeyDates[0], h.endOf(rapport.KeyAllowlisting, post)
	h.signed(h.draft("longer", rapport.Amendment{
		UsageRightsDays: new(10), Extended: longer(was.ID, 100), Milestones: []rapport.MilestoneAdded{{Title: "For more rights", Trigger: rapport.TriggerSignature, Amount: 20_000}},
	}))
	require.Equal(t, "moved", h.state("key_date", was.ID))
	require.Equal(t, was.At.Add(100*hour), h.endOf(rapport.KeyUsageRights, post))
	require.Equal(t, other, h.endOf(rapport.KeyAllowlisting, post))
	moved := h.p.KeyDates[len(h.p.KeyDates)-1]
	require.Equal(t, first, moved.Contract, "it is a date of the contract that gave it")
	require.Len(t, slices.DeleteFunc(h.timers(h.p.ID, "key_date_reminder"), func(x rapport.Timer) bool { return x.Ref != moved.ID }), 6)
	require.Equal(t, "met", h.p.Milestones[3].State)

	h.signed(h.draft("again", rapport.Amendment{Extended: longer(moved.ID, 5)}))
	require.Equal(t, moved.At.Add(5*hour), h.endOf(rapport.KeyUsageRights, post))
}

func TestADateThatEndsBeforeItsExtensionIsSignedGoesOn(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		days int
		want []string
		task bool
	}{
		"begins again":      {30, []string{"rights_end open"}, false},
		"has ended as well": {2, []string{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, keeps(30, 0, 0), twoPieces).activate().publish(0)
			was := h.p.KeyDates[0]
			h.until(was.At.Add(-hour))
			a := h.draft("longer", rapport.Amendment{Extended: longer(was.ID, c.days)})
			h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
			h.until(was.At.Add(4 * hour))
			require.Empty(t, h.p.KeyDates)
			h.requireTask("take_down")
			h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: a})
			require.Equal(t, c.want, keyDates(h))
			_, down := h.task("take_down")
			require.Equal(t, c.task, down, "what goes on is not taken down")
			_, told := h.task("amendment_overtaken")
			require.Equal(t, c.task, told)
		})
	}
}

// One task is about all posts of a date: it is over only when all of them go on.
func TestWhatDoesNotGoOnIsStillTakenDown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(was rapport.KeyDate) rapport.Amendment
		down    bool
		earlier bool // the date is of the term before
	}{
		"one of two posts": {func(k rapport.KeyDate) rapport.Amendment {
			return rapport.Amendment{Extended: longer(k.ID, 30, k.Assets[0])}
		}, true, false},
		"one of two posts of the term before": {func(k rapport.KeyDate) rapport.Amendment {
			return rapport.Amendment{Extended: longer(k.ID, 30, k.Assets[0])}
		}, true, true},
		"both posts of the term before": {func(k rapport.KeyDate) rapport.Amendment { return rapport.Amendment{Extended: longer(k.ID, 30)} }, false, true},
		"both posts":                    {func(k rapport.KeyDate) rapport.Amendment { return rapport.Amendment{Extended: longer(k.ID, 30)} }, false, false},
		"all posts of the term":         {func(rapport.KeyDate) rapport.Amendment { return rapport.Amendment{UsageRightsDays: new(60)} }, false, false},
		"not for long enough":           {func(rapport.KeyDate) rapport.Amendment { return rapport.Amendment{UsageRightsDays: new(31)} }, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, keeps(30, 0, 0), twoPieces).activate().publish(0).publish(1)
			was := h.p.KeyDates[0]
			require.Len(t, was.Assets, 2)
			h.until(was.At.Add(-hour))
			a := h.draft("longer", c.change(was))
			h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: a, Actor: id("owner")})
			h.until(was.At.Add(4 * hour))
			h.requireTask("take_down")
			if c.earlier {
				h.p.Contract.ID = id("second")
			}
			if c.earlier {
				h.p.Contract.ID = id("second")
			}
			h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: a})
			_, down := h.task("take_down")
			require.Equal(t, c.down, down)
		})
	}
}

func TestOneDateIsExtendedAfterTheTerm(t *testing.T) {
	t.Parallel()

	h := lapsed(t, keeps(365, 0, 0))
	was := h.p.KeyDates[0]
	h.decideDate(was.ID, rapport.KeyLetEnd)
	h.signed(h.draft("longer", rapport.Amendment{Extended: longer(was.ID, 100)}))
	require.Equal(t, rapport.StageLapsed, h.p.Stage)
	require.Equal(t, []string{"rights_end open"}, keyDates(h), "the new date is decided anew")
	h.until(was.At.Add(99 * hour))
	require.False(t, h.p.Done())
	h.until(was.At.Add(100 * hour))
	require.True(t, h.p.Done())
}

func TestWhatAnExtensionSays(t *testing.T) {
	t.Parallel()

	h := twoPosts(t, keeps(100, 40, 20))
	term, rights, alone := h.running(), h.p.KeyDates[0], h.p.KeyDates[2]
	for name, c := range map[string]struct {
		a    rapport.Amendment
		want string
	}{
		"no such date":   {rapport.Amendment{Extended: longer(id("nothing"), 10)}, "extended[0].key_date_id unknown"},
		"no such post":   {rapport.Amendment{Extended: longer(rights.ID, 10, id("nothing"))}, "extended[0].deliverable_ids unknown_deliverable"},
		"no days":        {rapport.Amendment{Extended: longer(rights.ID, 0)}, "extended[0].days out_of_range"},
		"too many days":  {rapport.Amendment{Extended: longer(rights.ID, 3651)}, "extended[0].days out_of_range"},
		"the date twice": {rapport.Amendment{Extended: append(longer(alone.ID, 10), longer(alone.ID, 20)...)}, "extended[1].key_date_id twice"},
		"for all posts":  {rapport.Amendment{UsageRightsDays: new(200), Extended: longer(rights.ID, 10)}, "extended[0].key_date_id changed_twice"},
	} {
		bad := c.a.Resolve(term, h.now)
		require.NotEmpty(t, bad, name)
		require.Equal(t, c.want, bad[0].Path+" "+bad[0].Code, name)
	}
	late := rapport.Amendment{Extended: longer(rights.ID, 10)}
	require.Equal(t, "in_the_past", late.Resolve(term, rights.At.Add(20*hour))[0].Code)

	term.KeyDates[1].Contract, term.KeyDates[1].Number = id("earlier"), "C-000000"
	a := rapport.Amendment{Extended: append(longer(rights.ID, 24, h.p.Deliverables[1].ID), longer(term.KeyDates[1].ID, 24)...)}
	require.Empty(t, a.Resolve(term, h.now))
	what := func(lines []rapport.AmendedLine) (words []string) {
		for _, l := range lines {
			words = append(words, l.What)
		}
		return words
	}
	require.Equal(t, []string{"Usage rights of “Post 2”", "Allow-listing of “Post 1”, “Post 2” (contract C-000000)"}, what(a.Lines(term, rapport.WordsIn("en"))))
	require.Subset(t, what(a.Pinned(term, rapport.WordsIn("en"))), []string{"Usage rights of “Post 1”", "Exclusivity of “Post 1”"})
	require.Contains(t, rapport.AmendmentText("C-000001", 1, "Acme", "Ada", term, a), "Usage rights of “Post 2”: until ")
	day := rapport.DefaultCalendar("Europe/Berlin")
	term.Brand = day
	term.KeyDates[2].At = day.EndOfDay(time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC))
	a = rapport.Amendment{Extended: longer(alone.ID, 1)}
	require.Empty(t, a.Resolve(term, h.now))
	line := a.Lines(term, rapport.WordsIn("en"))[0]
	require.Equal(t, []string{"until 4 May 2026 (CEST)", "until 5 May 2026 (CEST)"}, []string{line.From, line.To}, "a date is the end of its day")
	line = a.Lines(term, rapport.WordsIn("de"))[0]
	require.Equal(t, []string{"bis 4. Mai 2026 (MESZ)", "bis 5. Mai 2026 (MESZ)"}, []string{line.From, line.To})
	gone := term
	gone.KeyDates = nil
	require.Empty(t, a.Lines(gone, rapport.WordsIn("de")), "the date came while the amendment waited")

	slots := rapport.AmendedSlots(rapport.Slot{PartnershipID: id("partnership"), BrandID: id("brand")}, term, a, h.now)
	require.Len(t, slots, 1, "the conflict check is asked about exclusivity")
	require.Equal(t, a.Extended[0].Until, slots[0].Until)
	require.Equal(t, id("brand"), slots[0].BrandID)

	term.KeyDates[0].Extended = true
	all := rapport.Amendment{UsageRightsDays: new(10)}
	require.Empty(t, all.Resolve(term, h.now))
	pinned := all.Pinned(term, rapport.WordsIn("en"))
	require.Contains(t, pinned[len(pinned)-1].To, "extended on its own")
}
