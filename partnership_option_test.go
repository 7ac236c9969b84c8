package rapport_test

import (
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
