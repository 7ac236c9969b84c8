package rapport_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// gives begins a house whose contract gives an option to renew, for 1,300 euros and until so many days before the end.
func gives(days int) func(*house) {
	return func(h *house) { h.terms.RenewalOption = &rapport.RenewalOption{Fee: 130_000, NoticeDays: days} }
}

func exercise() rapport.Command {
	return rapport.Command{Kind: rapport.CmdExerciseOption, Ref: id("next"), Amount: eur(130_000), Actor: id("owner")}
}

func TestAnOptionIsCheckedByField(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		option rapport.RenewalOption
		fee    rapport.Money
		want   []string
	}{
		"that fits":                        {rapport.RenewalOption{Fee: 130_000, NoticeDays: 45}, eur(100_000), []string{}},
		"on the day of the notice":         {rapport.RenewalOption{Fee: 130_000, NoticeDays: 30}, eur(100_000), []string{}},
		"without a fee":                    {rapport.RenewalOption{NoticeDays: 45}, eur(100_000), []string{"terms.renewal_option.fee out_of_range"}},
		"below zero":                       {rapport.RenewalOption{Fee: -1, NoticeDays: 45}, eur(100_000), []string{"terms.renewal_option.fee out_of_range"}},
		"without days":                     {rapport.RenewalOption{Fee: 1}, eur(100_000), []string{"terms.renewal_option.notice_days out_of_range", "terms.renewal_option.fee rounds_to_zero"}},
		"more than a year before":          {rapport.RenewalOption{Fee: 130_000, NoticeDays: 366}, eur(100_000), []string{"terms.renewal_option.notice_days out_of_range"}},
		"longer than the term":             {rapport.RenewalOption{Fee: 130_000, NoticeDays: 180}, eur(100_000), []string{"terms.renewal_option.notice_days outside_term"}},
		"after the renewal lapses":         {rapport.RenewalOption{Fee: 130_000, NoticeDays: 29}, eur(100_000), []string{"terms.renewal_option.notice_days after_notice"}},
		"that the currency has no step of": {rapport.RenewalOption{Fee: 130_001, NoticeDays: 45}, rapport.Money{Amount: 100_000, Currency: "isk"}, []string{"terms.renewal_option.fee bad_step"}},
		"of which a share is nothing":      {rapport.RenewalOption{Fee: 2, NoticeDays: 45}, eur(100_000), []string{"terms.renewal_option.fee rounds_to_zero"}},
		"beyond what may be paid":          {rapport.RenewalOption{Fee: 1 << 50, NoticeDays: 45}, eur(100_000), []string{"terms.renewal_option.fee too_large"}},
	} {
		terms := rapport.DefaultTerms()
		terms.RenewalOption = &c.option
		require.Equal(t, c.want, paths(append(terms.Check("terms"), terms.CheckAmounts("terms", c.fee)...)), name)
	}
}

func TestAnOptionHasALastDay(t *testing.T) {
	t.Parallel()

	h := newHouse(t, gives(45)).activate()
	require.Equal(t, []string{"option_end open"}, keyDates(h))
	k := h.p.KeyDates[0]
	require.Equal(t, h.p.BrandCalendar.AddDays(h.p.Contract.EndsAt, -45), k.At)
	require.Empty(t, k.Assets)
	require.Equal(t, "open", h.state("key_date", k.ID))
	require.True(t, h.p.KeepsDates, "a run from before the dates were kept keeps them from such a contract on")
	require.Len(t, h.timers(h.p.ID, "key_date_reminder"), 6)
	h.until(k.At.Add(-30 * hour))
	require.Equal(t, rapport.TaskChange{
		Key: "key_date/" + k.ID.String(), Open: true, Kind: "decide_key_date", Code: "option_end", OwnerID: id("owner"), Ref: k.ID, Due: k.At,
	}, h.requireTask("decide_key_date"))
	require.True(t, slices.ContainsFunc(h.p.View(h.now).Waiting, func(w rapport.Waiting) bool { return w.Decision == "option_end" && w.Due.Equal(k.At) }))
	h.until(k.At.Add(-7 * hour))
	require.Equal(t, rapport.RoleAdmin, h.requireTask("key_date_undecided").Role)
	h.until(k.At)
	require.Equal(t, []string{"key_date_undecided", "key_date_ended"}, h.kinds(h.p.ID)[len(h.kinds(h.p.ID))-2:])
	for _, f := range h.facts[h.p.ID] {
		if f.Code == rapport.KeyOption {
			require.Equal(t, h.p.Contract.ID, f.Ref, "%s is about the contract", f.Kind)
		}
	}
	require.Equal(t, rapport.RoleAdmin, h.requireTask("option_unused").Role, "it does not pass silently")
	_, down := h.task("take_down")
	require.False(t, down)
	require.Equal(t, "option_over", h.refused(exercise()))
	require.Empty(t, h.p.KeyDates)
}

func TestAnOptionIsUsed(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t, gives(45)))
	k := h.p.KeyDates[0]
	h.until(k.At.Add(-hour))
	h.requireTask("decide_key_date")
	h.cmd(exercise())
	require.Equal(t, rapport.RenewalAgreed, h.p.Renewal)
	require.Equal(t, "exercised", h.state("key_date", k.ID))
	require.Equal(t, "accepted", h.state("offer", id("next")), "its budget is held from now on")
	require.Contains(t, h.mails(), "option_exercised", "the creator is told")
	require.NotContains(t, h.mails(), "renewal_offer", "and not asked")
	require.Equal(t, []string{"option_exercised"}, only(h.kinds(h.p.ID), "option_"))
	for _, kind := range []string{"decide_key_date", "key_date_undecided", "decide_renewal"} {
		_, open := h.task(kind)
		require.False(t, open, kind)
	}
	require.Empty(t, h.timers(h.p.ID, "renewal_notice"))
	require.Equal(t, "renewal_decided", h.refused(exercise()))
	h.until(h.p.Contract.EndsAt)
	require.Equal(t, rapport.StageContractOut, h.p.Stage)
	require.Equal(t, 2, h.p.Term)
	require.Equal(t, eur(130_000), h.p.Offer.Fee)
	h.sign()
	require.Equal(t, rapport.StageActive, h.p.Stage)
	require.Equal(t, eur(39_000), h.p.Milestones[0].Amount)
}

func TestAnOptionThatIsUsedTakesAnOfferBack(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t, gives(45)))
	h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("other"), Amount: eur(90_000), Actor: id("owner")})
	require.Equal(t, []string{"option_end open"}, keyDates(h), "an offer decides nothing")
	h.cmd(exercise())
	require.Equal(t, "withdrawn", h.state("offer", id("other")))
	require.Empty(t, h.timers(h.p.ID, "offer_expiry"))
	require.Equal(t, "offer_decided", h.refused(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("next")}))
	require.Equal(t, "offer_unknown", h.refused(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("other")}))
}

func TestWhatTheCreatorDeclinesTakesNoOption(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t, gives(45)))
	h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("other"), Amount: eur(90_000), Actor: id("owner")})
	h.cmd(rapport.Command{Kind: rapport.CmdDeclineOffer, Ref: id("other")})
	require.Equal(t, []string{"option_end open"}, keyDates(h))
	h.cmd(exercise())
	require.Equal(t, rapport.RenewalAgreed, h.p.Renewal)
	h.until(h.p.Contract.EndsAt)
	require.Equal(t, 2, h.p.Term)
}

func TestAnOptionIsOverWhenTheRenewalIsDecidedWithoutIt(t *testing.T) {
	t.Parallel()

	renew := func(h *house) {
		h.cmd(rapport.Command{Kind: rapport.CmdRenew, Ref: id("other"), Amount: eur(90_000), Actor: id("owner")})
	}
	for name, c := range map[string]struct {
		decide func(h *house)
		why    string
		then   string // of using it
	}{
		"another offer is accepted": {func(h *house) {
			renew(h)
			h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("other")})
		}, "agreed", "renewal_decided"},
		"a person lets it lapse": {func(h *house) {
			h.until(h.p.Contract.EndsAt.Add(-60 * hour))
			h.cmd(rapport.Command{Kind: rapport.CmdLetLapse, Actor: id("owner")})
		}, "lapsed", "renewal_decided"},
		"the partnership is ended": {func(h *house) { h.cmd(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")}) }, "terminated", "ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := wrapUp(newHouse(t, gives(45)))
			k := h.p.KeyDates[0]
			c.decide(h)
			require.Equal(t, "overtaken", h.state("key_date", k.ID))
			i := slices.IndexFunc(h.facts[h.p.ID], func(f rapport.Fact) bool { return f.Kind == "option_overtaken" })
			require.GreaterOrEqual(t, i, 0)
			require.Equal(t, []any{h.p.Contract.ID, k.ID, c.why}, []any{h.facts[h.p.ID][i].Ref, h.facts[h.p.ID][i].Ref2, h.facts[h.p.ID][i].Code})
			require.Equal(t, c.then, h.refused(exercise()))
			require.Empty(t, h.p.KeyDates)
			require.Empty(t, h.timers(h.p.ID, "key_date"))
			h.until(k.At.Add(hour))
			_, told := h.task("option_unused")
			require.False(t, told, "somebody has decided")
		})
	}
}

func TestAnOptionOnTheDayOfTheNotice(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t, gives(30)))
	require.Equal(t, h.p.Contract.NoticeBy, h.p.KeyDates[0].At)
	h.until(h.p.Contract.NoticeBy.Add(-time.Second))
	require.Empty(t, h.refused(exercise()))
	h.until(h.p.Contract.NoticeBy)
	require.Equal(t, rapport.RenewalLapsed, h.p.Renewal)
	require.Equal(t, []string{"key_date_undecided", "key_date_ended"}, only(h.kinds(h.p.ID), "key_date_")[len(only(h.kinds(h.p.ID), "key_date_"))-2:])
	require.Empty(t, only(h.kinds(h.p.ID), "option_"), "it has passed, and nothing took its place before")
	h.requireTask("option_unused")
	h.requireTask("renewal_lapsed")
}

func TestAnOptionThatIsLetPassIsQuiet(t *testing.T) {
	t.Parallel()

	h := wrapUp(newHouse(t, gives(45)))
	k := h.p.KeyDates[0]
	h.until(k.At.Add(-30 * hour))
	h.decideDate(k.ID, rapport.KeyLetEnd)
	require.Empty(t, h.refused(exercise()), "whoever decides so may think again until the last day")
	h.until(k.At)
	_, told := h.task("option_unused")
	require.False(t, told)
	require.Equal(t, "ended", h.state("key_date", k.ID))
	require.Equal(t, rapport.RenewalReviewOpen, h.p.Renewal, "a renewal is offered and decided as ever")
}

func TestAnOptionMovesWithTheEnd(t *testing.T) {
	t.Parallel()

	h := newHouse(t, gives(45)).activate()
	was := h.p.KeyDates[0]
	a := rapport.Amendment{EndDays: 20}
	require.Empty(t, a.Resolve(h.running(), h.now))
	lines := a.Lines(h.running(), rapport.WordsIn(""))
	require.Equal(t, "Option to renew", lines[len(lines)-1].What)
	h.signed(h.draft("longer", a))
	require.Equal(t, "moved", h.state("key_date", was.ID))
	require.Equal(t, was.At.Add(20*hour), h.p.KeyDates[0].At)
	require.Equal(t, was.At.Add(20*hour), h.timers(h.p.ID, "key_date")[0].At)
	h.signed(h.draft("no other end", rapport.Amendment{RevisionRounds: new(3)}))
	require.Equal(t, was.At.Add(20*hour), h.p.KeyDates[0].At)
	short := rapport.Amendment{EndDays: -int(h.p.Contract.EndsAt.Sub(h.now)/hour) + 40}
	require.Equal(t, "The last day of the option to renew would have passed by now.", short.Resolve(h.running(), h.now)[0].Detail)

	h.cmd(exercise())
	h.signed(h.draft("later still", rapport.Amendment{EndDays: 10}))
	require.Empty(t, h.p.KeyDates, "what is used does not come again")
	require.Zero(t, h.amendments[id("later still")].OptionEndsAt)
}

func TestAnOptionThatIsOverDoesNotComeAgain(t *testing.T) {
	t.Parallel()

	h := newHouse(t, gives(45)).activate()
	h.until(h.p.KeyDates[0].At)
	require.Empty(t, h.p.KeyDates)
	h.signed(h.draft("longer", rapport.Amendment{EndDays: 60}))
	require.Empty(t, h.p.KeyDates)
	require.Equal(t, "option_over", h.refused(exercise()))
}

func TestUsingAnOptionIsRefusedWithAReason(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		change []func(*house)
		at     func(h *house)
		cmd    rapport.Command
		code   string
	}{
		{nil, func(h *house) { h.activate() }, exercise(), "no_option"},
		{[]func(*house){gives(45)}, func(h *house) { h.accept() }, exercise(), "no_option"},
		{[]func(*house){gives(45)}, func(h *house) { h.activate().cmd(rapport.Command{Kind: rapport.CmdPause}) }, exercise(), "paused"},
		{[]func(*house){gives(45)}, func(h *house) { h.activate().cmd(rapport.Command{Kind: rapport.CmdBan}) }, exercise(), "banned"},
		{[]func(*house){gives(45)}, func(h *house) { h.activate() }, rapport.Command{Kind: rapport.CmdExerciseOption, Amount: eur(1)}, "another_option_fee"},
		{[]func(*house){gives(45)}, func(h *house) { h.activate() }, exercise(), ""},
	} {
		h := newHouse(t, c.change...)
		c.at(h)
		require.Equal(t, c.code, h.refused(c.cmd))
	}
}

func TestTheButtonIsThereWhereAnOptionIs(t *testing.T) {
	t.Parallel()

	button := func(h *house) []rapport.CommandView {
		return slices.DeleteFunc(h.p.View(h.now).Commands, func(c rapport.CommandView) bool { return c.Kind != rapport.CmdExerciseOption })
	}
	require.Empty(t, button(newHouse(t).activate()))
	h := newHouse(t, gives(45)).activate()
	require.Equal(t, []rapport.CommandView{{Kind: rapport.CmdExerciseOption}}, button(h))
	h.cmd(exercise())
	require.Equal(t, "renewal_decided", button(h)[0].Refused)
}

func TestAnOptionStandsInTheContract(t *testing.T) {
	t.Parallel()

	parts := rapport.SampleContract()
	clause := rapport.ClauseVersion{ID: id("clause"), Kind: rapport.ClauseDuration, Title: "Option to renew", Body: "Another term for {{option_fee}}, {{option_notice_days}} days before the end."}
	require.Empty(t, clause.Check())
	drafted := rapport.DraftClauses(parts, rapport.ContractTemplate{}, []rapport.ClauseVersion{clause})
	require.Len(t, drafted, 1, "a template that does not say what both agreed gets the clause that does")
	require.Equal(t, "Another term for 1300.00 EUR, 45 days before the end.", drafted[0].Body)
	parts.Terms.RenewalOption = nil
	require.Empty(t, rapport.DraftClauses(parts, rapport.ContractTemplate{Clauses: []uuid.UUID{clause.ID}}, []rapport.ClauseVersion{clause}), "and without an option none")
}

// option is the one that a house's contract has, by its fee and its last day; empty for none.
func (h *house) option() string {
	if h.p.Contract.Option == nil {
		return ""
	}
	return fmt.Sprintf("%s until %s", h.p.Contract.Option.Fee, h.p.Contract.Option.EndsAt)
}

func TestAnAmendmentGivesAnOption(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate()
	require.Equal(t, "no_option", h.refused(exercise()))
	a := rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 130_000, NoticeDays: 45}}
	require.Empty(t, a.Resolve(h.running(), h.now))
	last := h.p.BrandCalendar.AddDays(h.p.Contract.EndsAt, -45)
	text := rapport.AmendmentText("C-000001", 1, "Acme", "Ada", h.running(), a)
	require.Contains(t, text, "   1. Option to renew: The brand may take another term of the same length, with the same deliverables")
	require.Contains(t, text, "for 1300.00 EUR in total.")
	require.Contains(t, text, "at the latest 45 days before the present term ends, that is until ")
	require.Contains(t, a.Lines(h.running(), rapport.WordsIn("de"))[0].To, "für insgesamt 1.300,00 EUR. Das tut sie, indem sie es dir spätestens 45 Tage vor dem Ende")

	draft := h.draft("option", a)
	require.Empty(t, h.p.KeyDates, "until both have signed there is none")
	h.signed(draft)
	require.Equal(t, fmt.Sprintf("1300.00 EUR until %s", last), h.option())
	require.Equal(t, []string{"option_end open"}, keyDates(h))
	require.Equal(t, last, h.timers(h.p.ID, "key_date")[0].At)
	require.Len(t, h.timers(h.p.ID, "key_date_reminder"), 6)
	require.True(t, h.p.KeepsDates, "also in a run from before dates were kept")
	h.cmd(exercise())
	require.Equal(t, rapport.RenewalAgreed, h.p.Renewal)
	require.Equal(t, "exercised", h.state("key_date", h.optionSet()))
}

// optionSet is the last day of an option that was set last.
func (h *house) optionSet() uuid.UUID {
	for _, f := range slices.Backward(h.facts[h.p.ID]) {
		if f.Kind == "key_date_set" && f.Code == rapport.KeyOption {
			return f.Ref2
		}
	}
	return uuid.Nil
}

func TestAnAmendmentChangesAnOption(t *testing.T) {
	t.Parallel()

	h := newHouse(t, gives(45)).activate()
	was := h.p.KeyDates[0]
	a := rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 150_000, NoticeDays: 35}}
	require.Empty(t, a.Resolve(h.running(), h.now))
	lines := a.Lines(h.running(), rapport.WordsIn(""))
	require.Len(t, lines, 1)
	require.Contains(t, lines[0].From, "another term for 1300.00 EUR, at the latest 45 days before the end, until ")
	require.Contains(t, lines[0].To, "another term for 1500.00 EUR, at the latest 35 days before the end, until ")
	h.signed(h.draft("dearer", a))
	require.Equal(t, "moved", h.state("key_date", was.ID))
	require.Equal(t, []string{"option_end open"}, keyDates(h))
	require.Equal(t, was.At.Add(10*hour), h.p.KeyDates[0].At)
	require.Len(t, h.timers(h.p.ID, "key_date"), 1)
	require.Equal(t, "another_option_fee", h.refused(exercise()), "the old fee is not what was signed")

	h.until(was.At.Add(-5 * hour))
	h.decideDate(h.p.KeyDates[0].ID, rapport.KeyLetEnd)
	h.signed(h.draft("cheaper", rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 130_000, NoticeDays: 35}}))
	require.Equal(t, []string{"option_end open"}, keyDates(h), "its day stays, and what was decided was another option")
	require.Equal(t, "open", h.state("key_date", h.p.KeyDates[0].ID))
	require.NotEmpty(t, h.timers(h.p.ID, "key_date_reminder"))
	require.Empty(t, h.refused(exercise()))

	h.signed(h.draft("with the end", rapport.Amendment{EndDays: 20, RenewalOption: &rapport.RenewalOption{Fee: 130_000, NoticeDays: 40}}))
	require.Equal(t, was.At.Add(25*hour), h.p.KeyDates[0].At, "counted from the end that the same amendment moves")
}

func TestAnAmendmentTakesAnOptionAway(t *testing.T) {
	t.Parallel()

	h := newHouse(t, gives(45)).activate()
	was := h.p.KeyDates[0]
	h.until(was.At.Add(-30 * hour))
	h.requireTask("decide_key_date")
	a := rapport.Amendment{DropsOption: true}
	require.Empty(t, a.Resolve(h.running(), h.now))
	require.Contains(t, rapport.AmendmentText("C-000001", 1, "Acme", "Ada", h.running(), a), "1. Option to renew: falls away (another term for 1300.00 EUR, at the latest 45 days before the end, until ")
	h.signed(h.draft("no option", a))
	require.Empty(t, h.option())
	require.Empty(t, h.p.KeyDates)
	require.Equal(t, "moved", h.state("key_date", was.ID))
	require.Empty(t, h.timers(h.p.ID, "key_date"))
	require.Empty(t, h.timers(h.p.ID, "key_date_reminder"))
	_, open := h.task("decide_key_date")
	require.False(t, open)
	require.Equal(t, []string{"option_dropped"}, only(h.kinds(h.p.ID), "option_"))
	require.Equal(t, "no_option", h.refused(exercise()))
	require.NotContains(t, fmt.Sprint(h.p.View(h.now).Commands), rapport.CmdExerciseOption)
	h.until(was.At.Add(hour))
	_, told := h.task("option_unused")
	require.False(t, told)
}

func TestAnAmendmentGivesAnotherOptionAfterOneHasPassed(t *testing.T) {
	t.Parallel()

	h := newHouse(t, gives(45)).activate()
	h.until(h.p.KeyDates[0].At)
	require.Empty(t, h.p.KeyDates)
	h.signed(h.draft("again", rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 130_000, NoticeDays: 31}}))
	require.Equal(t, []string{"option_end open"}, keyDates(h), "both want it")
	require.Empty(t, h.refused(exercise()))
}

// What happens to an option between the draft and the signature stays, and its owner is told.
func TestAnAmendmentOfAnOptionThatCameTooLate(t *testing.T) {
	t.Parallel()

	for name, a := range map[string]rapport.Amendment{
		"changed":    {RenewalOption: &rapport.RenewalOption{Fee: 150_000, NoticeDays: 40}},
		"taken away": {DropsOption: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, gives(45)).activate()
			before := h.option()
			draft := h.draft("late", a)
			h.cmd(exercise())
			h.signed(draft)
			require.Equal(t, before, h.option(), "it was used")
			require.Empty(t, h.p.KeyDates)
			require.Equal(t, rapport.RenewalAgreed, h.p.Renewal)
			require.Equal(t, draft, h.requireTask("amendment_overtaken").Ref)
		})
	}
	t.Run("whose new day has come", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, gives(45)).activate()
		h.until(h.p.KeyDates[0].At.Add(-10 * hour))
		draft := h.draft("earlier", rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 130_000, NoticeDays: 53}})
		h.pass(3)
		h.signed(draft)
		require.Empty(t, h.p.KeyDates)
		require.Equal(t, "option_over", h.refused(exercise()), "both have signed that it ended then")
		require.Equal(t, draft, h.requireTask("amendment_overtaken").Ref)
		require.Equal(t, rapport.RoleAdmin, h.requireTask("option_unused").Role)
	})
	t.Run("that passed meanwhile and goes on", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t, gives(45)).activate()
		h.until(h.p.KeyDates[0].At.Add(-hour))
		draft := h.draft("longer", rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 130_000, NoticeDays: 35}})
		h.pass(2)
		require.Empty(t, h.p.KeyDates)
		h.signed(draft)
		require.Equal(t, []string{"option_end open"}, keyDates(h))
		_, late := h.task("amendment_overtaken")
		require.False(t, late)
	})
}

func TestWhatAnAmendmentMayNotSayOfAnOption(t *testing.T) {
	t.Parallel()

	option := func(fee int64, days int) rapport.Amendment {
		return rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: fee, NoticeDays: days}}
	}
	both := option(1_000, 45)
	both.DropsOption = true
	for name, tt := range map[string]struct {
		given  int // days of the contract's own option; 0 for none
		at     func(h *house)
		change rapport.Amendment
		want   string
	}{
		"that falls away, and is none":   {0, nil, rapport.Amendment{DropsOption: true}, "drop_option unknown"},
		"both":                           {45, nil, both, "drop_option twice"},
		"the same":                       {45, nil, option(130_000, 45), "renewal_option unchanged"},
		"without a fee":                  {0, nil, option(0, 45), "renewal_option.fee out_of_range"},
		"of which a share is nothing":    {0, nil, option(2, 45), "renewal_option.fee rounds_to_zero"},
		"after the renewal lapses":       {0, nil, option(1_000, 20), "renewal_option.notice_days after_notice"},
		"with a day that has come":       {0, func(h *house) { h.activate().until(h.p.Contract.EndsAt.Add(-50 * hour)) }, option(1_000, 60), "renewal_option.notice_days in_the_past"},
		"that has passed and falls away": {45, func(h *house) { h.activate().until(h.p.KeyDates[0].At) }, rapport.Amendment{DropsOption: true}, "drop_option unknown"},
		"that was used":                  {45, func(h *house) { h.activate().cmd(exercise()) }, option(150_000, 40), "renewal_option pinned"},
		"that was used, and falls away":  {45, func(h *house) { h.activate().cmd(exercise()) }, rapport.Amendment{DropsOption: true}, "renewal_option pinned"},
		"after the renewal has lapsed":   {45, func(h *house) { h.activate().until(h.p.Contract.NoticeBy) }, option(150_000, 40), "renewal_option term_is_over"},
		"of a term that is done":         {45, func(h *house) { wrapUp(h) }, option(150_000, 40), "renewal_option term_is_over"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, func(h *house) {
				if tt.given > 0 {
					gives(tt.given)(h)
				}
			})
			if tt.at == nil {
				h.activate()
			} else {
				tt.at(h)
			}
			require.Equal(t, []string{tt.want}, paths(tt.change.Resolve(h.running(), h.now)))
		})
	}
}
