package rapport_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// onDays are terms whose only deliverable is due and published on days.
func onDays(due, from, until string) rapport.ContractTerms {
	terms := rapport.DefaultTerms()
	d := &terms.Deliverables[0]
	d.DraftDueDays, d.PublishDays, d.DraftDueOn, d.PublishFrom, d.PublishUntil = 0, 0, due, from, until
	return terms
}

func TestDaysOfTermsAreChecked(t *testing.T) {
	t.Parallel()
	berlin := rapport.DefaultCalendar("Europe/Berlin")
	now := inBerlin(t, "2027-03-10 12:00")
	for name, tt := range map[string]struct {
		due, from, until string
		change           func(d *rapport.DeliverableTerms)
		bad              []string
	}{
		"a window":                {due: "2027-03-12", from: "2027-03-20", until: "2027-03-27"},
		"no first day":            {due: "2027-03-12", until: "2027-03-27"},
		"one day":                 {due: "2027-03-12", from: "2027-03-20", until: "2027-03-20"},
		"today is not over":       {due: "2027-03-10", until: "2027-03-11"},
		"only the draft on a day": {due: "2027-03-12", change: func(d *rapport.DeliverableTerms) { d.PublishDays = 5 }},
		"no day":                  {due: "tomorrow", until: "2027-02-30", bad: []string{"draft_due_on bad_value", "publish_until bad_value"}},
		"no last day":             {due: "2027-03-12", from: "2027-03-20", change: func(d *rapport.DeliverableTerms) { d.PublishDays = 5 }, bad: []string{"publish_until required"}},
		"an end before its start": {due: "2027-03-12", from: "2027-03-20", until: "2027-03-19", bad: []string{"publish_until before_start"}},
		"a draft on the last day": {due: "2027-03-20", until: "2027-03-20", bad: []string{"draft_due_on after_publication"}},
		"what waits for a product": {
			due: "2027-03-12", until: "2027-03-20", change: func(d *rapport.DeliverableTerms) { d.DraftAfter = rapport.AfterDelivery },
			bad: []string{"draft_due_on waits_for_product", "publish_until waits_for_product"},
		},
		"past":                         {due: "2027-03-09", until: "2027-03-10", bad: []string{"draft_due_on in_the_past"}},
		"a window that is over":        {due: "2027-03-08", until: "2027-03-09", bad: []string{"draft_due_on in_the_past", "publish_until in_the_past"}},
		"a draft that is counted":      {until: "2027-03-25", change: func(d *rapport.DeliverableTerms) { d.DraftDueDays = 10 }},
		"counted beyond its last day":  {until: "2027-03-24", change: func(d *rapport.DeliverableTerms) { d.DraftDueDays = 10 }, bad: []string{"publish_until before_draft"}},
		"neither counted nor on a day": {bad: []string{"draft_due_days out_of_range", "publish_days out_of_range"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := onDays(tt.due, tt.from, tt.until)
			if tt.change != nil {
				tt.change(&terms.Deliverables[0])
			}
			bad := terms.Check("terms")
			if len(bad) == 0 {
				bad = terms.CheckDays("terms", berlin, berlin, now)
			}
			var got []string
			for _, f := range bad {
				got = append(got, f.Path[len("terms.deliverables[0]."):]+" "+f.Code)
			}
			require.Equal(t, tt.bad, got)
		})
	}
	terms := onDays("2027-03-12", "", "2027-03-20")
	terms.RenewalOption = &rapport.RenewalOption{Fee: 100_000, NoticeDays: 40}
	require.Equal(t, "has_days", terms.Check("terms")[0].Code, "the next term would have the same days")
}

func TestAContractKeepsItsDays(t *testing.T) {
	t.Parallel()
	berlin := rapport.DefaultCalendar("Europe/Berlin")
	sign := func(at string) rapport.DeliverableState {
		return rapport.PlanContract(rapport.ContractDates{
			ID: id("contract"), Now: inBerlin(t, at), Fee: eur(100_000), Terms: onDays("2027-03-12", "2027-03-20", "2027-03-27"), Brand: rapport.DefaultCalendar("UTC"), Creator: berlin,
		}).Deliverables[0]
	}
	d := sign("2027-03-01 12:00")
	require.Equal(t, []time.Time{inBerlin(t, "2027-03-13 00:00").UTC(), inBerlin(t, "2027-03-20 00:00").UTC(), inBerlin(t, "2027-03-28 00:00").UTC()},
		[]time.Time{d.DraftDue.UTC(), d.PublishFrom.UTC(), d.PublishBy.UTC()})
	d = sign("2027-03-15 12:00") // a Monday after the draft's day
	require.Equal(t, inBerlin(t, "2027-03-17 00:00").UTC(), d.DraftDue.UTC(), "one business day is left")
	require.Equal(t, inBerlin(t, "2027-03-28 00:00").UTC(), d.PublishBy.UTC())
	d = sign("2027-03-30 12:00")
	require.True(t, d.PublishBy.After(d.DraftDue), "the window ends after the draft is due, whenever both sign")
	require.True(t, d.PublishFrom.Before(d.PublishBy))

	parts := rapport.SampleContract()
	parts.Terms = onDays("2027-03-12", "2027-03-20", "2027-03-27")
	text := rapport.ContractText(parts, rapport.DraftClauses(parts, rapport.ContractTemplate{}, builtIn()))
	require.Contains(t, text, "The draft is due on 12 March 2027, or one business day after both have signed if that is later; "+
		"it is published from 20 March 2027 to 27 March 2027, or one business day after the draft is due if that is later.")
	parts.Terms = rapport.DefaultTerms()
	text = rapport.ContractText(parts, rapport.DraftClauses(parts, rapport.ContractTemplate{}, builtIn()))
	require.Contains(t, text, "The draft is due 10 business days after both have signed; it is published within 10 business days after that.")
}

// owedOn are terms whose last part is owed on a day.
func owedOn(day string) rapport.ContractTerms {
	terms := rapport.DefaultTerms()
	terms.Milestones[2] = rapport.MilestoneTerms{Title: "The rest", Trigger: rapport.TriggerDate, OwedOn: day, Percent: 30}
	return terms
}

func TestTheDayOnWhichMoneyIsOwedIsChecked(t *testing.T) {
	t.Parallel()
	berlin := rapport.DefaultCalendar("Europe/Berlin")
	now := inBerlin(t, "2027-03-10 12:00")
	for name, tt := range map[string]struct{ day, bad string }{
		"a day": {"2027-05-01", ""}, "none": {"", ""}, "today": {"2027-03-10", ""}, "the last day": {"2027-09-06", ""},
		"no day": {"soon", "owed_on bad_value"}, "past": {"2027-03-09", "owed_on in_the_past"}, "after the end": {"2027-09-07", "owed_on after_term"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			terms := owedOn(tt.day)
			bad := append(terms.Check("terms"), terms.CheckDays("terms", rapport.DefaultCalendar("Asia/Tokyo"), berlin, now)...)
			if tt.bad == "" {
				require.Empty(t, bad)
				return
			}
			require.Len(t, bad, 1)
			require.Equal(t, "terms.milestones[2]."+tt.bad, bad[0].Path+" "+bad[0].Code)
		})
	}
	terms := owedOn("2027-05-01")
	terms.Milestones[2].Trigger = rapport.TriggerPosted
	require.Equal(t, "not_by_date", terms.Check("terms")[0].Code)
	terms = owedOn("2027-05-01")
	terms.RenewalOption = &rapport.RenewalOption{Fee: 100_000, NoticeDays: 40}
	require.Equal(t, "has_days", terms.Check("terms")[0].Code, "the next term would have the same day")
	short := rapport.DefaultCalendar("Europe/Berlin")
	short.DaySeconds = 20
	require.Empty(t, owedOn("2027-09-07").CheckDays("terms", short, short, now), "a compressed year has no dates of its own")
}

func TestMoneyIsOwedOnItsDay(t *testing.T) {
	t.Parallel()
	plan := func(day, signed string) rapport.ContractPlan {
		return rapport.PlanContract(rapport.ContractDates{
			ID: id("contract"), Now: inBerlin(t, signed), Fee: eur(100_000), Terms: owedOn(day), Brand: rapport.DefaultCalendar("Europe/Berlin"), Creator: rapport.DefaultCalendar("America/Los_Angeles"),
		})
	}
	day := inBerlin(t, "2027-05-01 00:00").UTC()
	m := plan("2027-05-01", "2027-03-10 12:00").Milestones[2]
	require.Equal(t, []time.Time{day, day}, []time.Time{m.On, m.At}, "as it begins at the brand")
	p := plan("2027-05-01", "2026-09-10 12:00")
	require.Equal(t, []time.Time{day, p.EndsAt}, []time.Time{p.Milestones[2].On, p.Milestones[2].At}, "at the latest at the end of the term")
	p = plan("", "2027-03-10 12:00")
	require.Equal(t, []time.Time{{}, p.EndsAt}, []time.Time{p.Milestones[2].On, p.Milestones[2].At})

	parts := rapport.SampleContract()
	parts.Terms = owedOn("2027-05-01")
	text := rapport.ContractText(parts, rapport.DraftClauses(parts, rapport.ContractTemplate{}, builtIn()))
	require.Contains(t, text, "on 1 May 2027, or when both have signed if that is later, and at the end of the term at the latest.")
}

func TestMoneyOfADayStaysWhenTheEndMoves(t *testing.T) {
	t.Parallel()
	// The house's days are hours, and those that terms name are days.
	h := newHouse(t, func(h *house) {
		h.terms.Milestones = []rapport.MilestoneTerms{
			{Title: "Posted", Trigger: rapport.TriggerPosted, Percent: 50}, {Title: "A day", Trigger: rapport.TriggerDate, OwedOn: "2026-03-06", Percent: 30},
			{Title: "End", Trigger: rapport.TriggerDate, Percent: 20},
		}
	}).activate()
	day, end := inBerlin(t, "2026-03-06 00:00").UTC(), h.p.Contract.EndsAt
	at := func(i int) time.Time { return h.p.Milestones[i].At.UTC() }
	require.True(t, day.Before(end))
	require.Equal(t, []time.Time{day, end}, []time.Time{at(1), at(2)})
	h.signed(h.draft("longer", rapport.Amendment{EndDays: 20}))
	require.Equal(t, []time.Time{day, end.Add(20 * hour)}, []time.Time{at(1), at(2)}, "the day is none of the end's")
	bad := rapport.Amendment{Milestones: []rapport.MilestoneAdded{{Title: "x", Trigger: rapport.TriggerDate, OwedOn: "2026-03-01", Amount: 5}}}
	require.Equal(t, "in_the_past", bad.Resolve(h.running(), h.now)[0].Code)
	h.signed(h.draft("more", rapport.Amendment{Milestones: []rapport.MilestoneAdded{{Title: "More", Trigger: rapport.TriggerDate, OwedOn: "2026-03-05", Amount: 5_000}}}))
	require.Equal(t, inBerlin(t, "2026-03-05 00:00").UTC(), at(3))
	h.until(day)
	require.Equal(t, []string{"pending", "met", "pending", "met"}, milestones(h))
}

func TestAWindowOfItsOwnIsTheSlotOfAnOffer(t *testing.T) {
	t.Parallel()
	berlin := rapport.DefaultCalendar("Europe/Berlin")
	s := rapport.PlanSlots(rapport.Slot{}, onDays("2027-03-12", "2027-03-20", "2027-03-27"), berlin, inBerlin(t, "2027-03-01 12:00"))[0]
	require.Equal(t, []time.Time{inBerlin(t, "2027-03-20 00:00").UTC(), inBerlin(t, "2027-03-28 00:00").UTC()}, []time.Time{s.From.UTC(), s.To.UTC()})
	s.State, s.Creator.Name = "", "Mia"
	rules := conflictRules()
	rules.ChainDays = 11
	s.CampaignID = conflictCampaign
	facts := rapport.SlotFacts{Slots: []rapport.Slot{s}, Rules: map[uuid.UUID]*rapport.SlotRules{conflictCampaign: rules}, Now: inBerlin(t, "2027-03-01 12:00")}
	require.Equal(t, rapport.ConflictLeadTime, facts.Conflicts()[0].Kind, "the review begins with the draft, not with the window")
	rules.ChainDays = 9
	require.Empty(t, facts.Conflicts())
}
