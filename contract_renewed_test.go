package rapport_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

func TestTheNextTermBeginsWithWhatAmendmentsMadeOfThisOne(t *testing.T) {
	t.Parallel()
	contract := id("contract")
	terms := rapport.DefaultTerms() // 30, 40 of the first piece, 30 of the first piece
	terms.Deliverables = append(terms.Deliverables, video("Second"))
	piece := func(paper uuid.UUID, n string) uuid.UUID { return rapport.DeriveID(paper, "deliverable/"+n) }
	part := func(paper uuid.UUID, n string) uuid.UUID { return rapport.DeriveID(paper, "milestone/"+n) }
	renew := func(list ...rapport.Amendment) rapport.ContractTerms {
		amendments := make([]rapport.ExecutedAmendment, len(list))
		for i, a := range list {
			amendments[i] = rapport.ExecutedAmendment{ID: id([]string{"a1", "a2"}[i]), Changes: a}
		}
		return rapport.RenewedTerms(contract, terms, eur(100_000), amendments)
	}
	zero := 0
	require.Equal(t, terms, renew(), "without amendments it is the contract's own")
	require.Equal(t, terms, renew(rapport.Amendment{EndDays: 20}), "dates are not the next term's")

	more := rapport.Amendment{
		Deliverables: []rapport.DeliverableTerms{video("Third")}, Milestones: []rapport.MilestoneAdded{{Title: "For the third", Trigger: rapport.TriggerVerified, New: &zero, Amount: 50_000, NetDays: 7}},
	}
	got := renew(more)
	require.Len(t, got.Deliverables, 3)
	require.Equal(t, "Third", got.Deliverables[2].Title)
	require.Equal(t, rapport.MilestoneTerms{Title: "For the third", Trigger: rapport.TriggerVerified, Deliverable: new(2), Percent: 33, NetDays: 7}, got.Milestones[3])
	require.Equal(t, []int{20, 27, 20, 33}, percents(got), "of 150,000")
	require.Empty(t, got.Check("terms"))

	got = renew(more, rapport.Amendment{Dropped: []uuid.UUID{piece(contract, "0")}, DroppedMilestones: []uuid.UUID{part(contract, "1"), part(contract, "2")}})
	require.Equal(t, []string{"Second", "Third"}, []string{got.Deliverables[0].Title, got.Deliverables[1].Title})
	require.Equal(t, []int{38, 62}, percents(got), "30,000 and 50,000")
	require.Equal(t, 1, *got.Milestones[1].Deliverable, "what waits for a piece goes with it")
	require.Empty(t, got.Check("terms"))

	terms.Milestones = append(terms.Milestones, rapport.MilestoneTerms{
		Title: "Views", Trigger: rapport.TriggerThreshold, Deliverable: &zero, Bonus: 9_000, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 10, WithinDays: 6},
	})
	got = renew(more)
	require.EqualValues(t, 9_000, got.Milestones[3].Bonus, "a bonus is no share")
	require.Empty(t, got.Check("terms"))
}

func percents(t rapport.ContractTerms) (list []int) {
	for _, m := range t.Milestones {
		list = append(list, m.Percent)
	}
	return list
}

func TestAmendedSharesAreWholePercentsThatSumToHundred(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		terms := rapport.DefaultTerms()
		terms.Milestones = []rapport.MilestoneTerms{{Title: "All", Trigger: rapport.TriggerPosted, Percent: 100}}
		a := rapport.Amendment{}
		for _, n := range rapid.SliceOfN(rapid.Int64Range(1, 50_000_000), 1, 19).Draw(rt, "added") {
			a.Milestones = append(a.Milestones, rapport.MilestoneAdded{Title: "More", Trigger: rapport.TriggerPosted, Amount: n})
		}
		fee := eur(rapid.Int64Range(1, 50_000_000).Draw(rt, "fee"))
		got := rapport.RenewedTerms(id("contract"), terms, fee, []rapport.ExecutedAmendment{{ID: id("a1"), Changes: a}})
		require.Empty(rt, got.Check("terms"))
	})
}
