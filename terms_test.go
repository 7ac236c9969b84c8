package rapport_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestTermsCheck(t *testing.T) {
	t.Parallel()

	require.Empty(t, rapport.DefaultTerms().Check("terms"))
	seven, minus := 7, -1
	bad := rapport.ContractTerms{
		Deliverables: []rapport.DeliverableTerms{{DraftDueDays: 0, PublishDays: 731}},
		Milestones: []rapport.MilestoneTerms{
			{Trigger: "luck", Percent: 0, NetDays: 366, Deliverable: &seven}, {Title: "x", Trigger: rapport.TriggerPosted, Percent: 101, NetDays: -1, Deliverable: &minus},
		},
		RevisionRounds: 11, DurationDays: 0, NoticeDays: 1,
	}
	require.Equal(t, []string{
		"terms.deliverables[0].title required", "terms.deliverables[0].platform required", "terms.deliverables[0].draft_due_days out_of_range",
		"terms.deliverables[0].publish_days out_of_range",
		"terms.milestones[0].title required", "terms.milestones[0].trigger unknown_trigger", "terms.milestones[0].percent out_of_range",
		"terms.milestones[0].net_days out_of_range", "terms.milestones[0].deliverable unknown_deliverable",
		"terms.milestones[1].percent out_of_range", "terms.milestones[1].net_days out_of_range", "terms.milestones[1].deliverable unknown_deliverable",
		"terms.milestones percent_sum", "terms.revision_rounds out_of_range", "terms.duration_days out_of_range", "terms.notice_days out_of_range",
	}, paths(bad.Check("terms")))
	require.Equal(t, []string{"terms.deliverables count", "terms.milestones count", "terms.duration_days out_of_range"}, paths(rapport.ContractTerms{DurationDays: 1101}.Check("terms")))
	for _, f := range bad.Check("terms") {
		require.NotEmpty(t, f.Detail)
	}
}

func TestDefaultTimings(t *testing.T) {
	t.Parallel()

	v := reflect.ValueOf(rapport.DefaultTimings())
	for i := range v.NumField() {
		require.False(t, v.Field(i).IsZero(), "%s has no default: its timer would fire at once", v.Type().Field(i).Name)
	}
}

func TestABonusIsPaidOnTopOfTheFee(t *testing.T) {
	t.Parallel()

	first := 0
	terms := rapport.DefaultTerms()
	terms.Milestones = append(terms.Milestones, rapport.MilestoneTerms{
		Title: "100,000 views", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: 25_000,
		Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 100_000, WithinDays: 30},
	})
	require.Empty(t, terms.Check("terms"))
	fee := rapport.Money{Amount: 100_001, Currency: "usd"}
	usd := func(n int64) rapport.Money { return rapport.Money{Amount: n, Currency: "usd"} }
	require.Equal(t, []rapport.Money{usd(30_000), usd(40_000), usd(30_001), usd(25_000)}, terms.Amounts(fee))
	require.Equal(t, int64(25_000), terms.Bonuses())
	bonuses := rapport.ClauseVersion{ID: id("bonuses"), Kind: rapport.ClausePayment, Title: "Bonuses", Body: "On top of the fee:\n{{bonus_parts}}"}
	draft := func(terms rapport.ContractTerms) []rapport.DraftedClause {
		return rapport.DraftClauses(rapport.ContractParts{Fee: fee, Terms: terms}, rapport.ContractTemplate{Clauses: []uuid.UUID{bonuses.ID}}, []rapport.ClauseVersion{bonuses})
	}
	require.Equal(t, "On top of the fee:\n   4. 100,000 views: 250.00 USD, when “Launch video” has 100,000 views within 30 days after publication.", draft(terms)[0].Body)
	require.Empty(t, draft(rapport.DefaultTerms()), "no bonus, no clause about one")

	codes := func(change func(m *rapport.MilestoneTerms)) (found []string) {
		bad := terms
		bad.Milestones = slices.Clone(terms.Milestones)
		change(&bad.Milestones[3])
		for _, f := range append(bad.Check("terms"), bad.CheckAmounts("terms", fee)...) {
			found = append(found, f.Path+" "+f.Code)
		}
		return found
	}
	at := "terms.milestones[3]."
	require.Equal(t, []string{at + "percent bonus_is_no_share", "terms.milestones percent_sum"}, codes(func(m *rapport.MilestoneTerms) { m.Percent = 5 }))
	require.Equal(t, []string{at + "percent out_of_range", at + "bonus required"}, codes(func(m *rapport.MilestoneTerms) { m.Bonus = 0 }))
	require.Equal(t, []string{at + "bonus not_positive"}, codes(func(m *rapport.MilestoneTerms) { m.Bonus = -1 })[:1])
	require.Equal(t, []string{at + "bonus too_large"}, codes(func(m *rapport.MilestoneTerms) { m.Bonus = 1 << 50 }))
	require.Equal(t, []string{at + "threshold required"}, codes(func(m *rapport.MilestoneTerms) { m.Threshold = nil }))
	require.Equal(t, []string{at + "threshold required"}, codes(func(m *rapport.MilestoneTerms) { m.Trigger = rapport.TriggerPosted }))
	require.Equal(t, []string{at + "deliverable required"}, codes(func(m *rapport.MilestoneTerms) { m.Deliverable = nil }))
	require.Equal(t, []string{at + "trigger unknown_trigger", at + "threshold required"}, codes(func(m *rapport.MilestoneTerms) { m.Trigger = rapport.TriggerGiven }))
	require.Equal(t, []string{at + "threshold.metric unknown_metric", at + "threshold.at_least out_of_range", at + "threshold.within_days out_of_range"},
		codes(func(m *rapport.MilestoneTerms) { m.Threshold = &rapport.Threshold{Metric: "fame"} }))
	require.Equal(t, []string{at + "hold_until too_long"}, codes(func(m *rapport.MilestoneTerms) { m.HoldUntil = strings.Repeat("x", 201) }))
}

func TestThePlanOfAContract(t *testing.T) {
	t.Parallel()

	terms := rapport.DefaultTerms()
	terms.Milestones = append(terms.Milestones[:2:2],
		rapport.MilestoneTerms{Title: "End", Trigger: rapport.TriggerDate, Percent: 20}, rapport.MilestoneTerms{Title: "Campaign", Trigger: rapport.TriggerCampaignEnd, Percent: 10, NetDays: 30})
	d := rapport.ContractDates{
		ID: id("contract"), Now: at(t, "2026-03-27T10:00:00+01:00"), Fee: eur(100_001), Terms: terms,
		Brand: berlin(), Creator: rapport.DefaultCalendar("America/Los_Angeles"), CampaignEnd: at(t, "2026-12-31T23:00:00Z"),
	}
	p := rapport.PlanContract(d)
	require.Equal(t, p, rapport.PlanContract(d), "planning again gives the same plan")
	require.Equal(t, at(t, "2026-09-24T00:00:00+02:00"), p.EndsAt, "the end of the brand's day")
	require.Equal(t, at(t, "2026-08-25T00:00:00+02:00"), p.NoticeBy)
	require.Equal(t, at(t, "2026-04-11T00:00:00-07:00"), p.Deliverables[0].DraftDue, "ten business days of the creator, to the end of the day")
	require.True(t, p.Deliverables[0].PublishBy.After(p.Deliverables[0].DraftDue))
	require.Equal(t, []rapport.Money{eur(30_000), eur(40_000), eur(20_000), eur(10_001)}, []rapport.Money{p.Milestones[0].Amount, p.Milestones[1].Amount, p.Milestones[2].Amount, p.Milestones[3].Amount})
	require.Equal(t, p.Deliverables[0].ID, p.Milestones[1].Deliverable)
	require.Equal(t, p.EndsAt, p.Milestones[2].At)
	require.Equal(t, d.CampaignEnd, p.Milestones[3].At)
	require.True(t, p.Milestones[0].At.IsZero())
	require.Equal(t, 2, p.Rounds)
}
