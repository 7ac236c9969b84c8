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
				bad = terms.CheckDays("terms", berlin, now)
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
