package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestAnOfferSaysWhatItChangesOfTheOneBefore(t *testing.T) {
	t.Parallel()
	eur := func(n int64) rapport.Money { return rapport.Money{Amount: n, Currency: "eur"} }
	material := func(what, from, to string) rapport.AmendedLine {
		return rapport.AmendedLine{What: what, From: from, To: to, Material: true}
	}
	first := rapport.Offer{Fee: eur(100000), Terms: rapport.DefaultTerms()}
	require.Empty(t, first.Changes(), "the first changes nothing")
	asked := eur(120000)
	for name, tt := range map[string]struct {
		change func(*rapport.Offer)
		want   []rapport.AmendedLine
	}{
		"nothing": {func(*rapport.Offer) {}, nil},
		"the fee": {func(o *rapport.Offer) { o.Fee = eur(110000) }, []rapport.AmendedLine{material("Fee", "1000.00 EUR", "1100.00 EUR")}},
		"the fee, after another one was asked": {
			func(o *rapport.Offer) { o.Fee, o.Before.CounterFee = eur(110000), &asked },
			[]rapport.AmendedLine{material("Fee", "1000.00 EUR; 1200.00 EUR was asked", "1100.00 EUR")},
		},
		"the fee that was asked": {
			func(o *rapport.Offer) { o.Fee, o.Before.CounterFee = asked, &asked },
			[]rapport.AmendedLine{material("Fee", "1000.00 EUR", "1200.00 EUR, as was asked")},
		},
		"no fee, although another one was asked": {
			func(o *rapport.Offer) { o.Before.CounterFee = &asked },
			[]rapport.AmendedLine{material("Fee", "1000.00 EUR; 1200.00 EUR was asked", "1000.00 EUR, as before")},
		},
		"an option": {
			func(o *rapport.Offer) { o.Terms.RenewalOption = &rapport.RenewalOption{Fee: 130_000, NoticeDays: 45} },
			[]rapport.AmendedLine{material("Option to renew", "", "another term for 1300.00 EUR, at the latest 45 days before the end")},
		},
		"dates and rights": {
			func(o *rapport.Offer) {
				o.Terms.Deliverables[0].DraftDueDays, o.Terms.Deliverables[0].PublishDays = 1, 12
				o.Terms.DurationDays, o.Terms.NoticeDays, o.Terms.RevisionRounds, o.Terms.UsageRightsDays, o.Terms.ExclusivityDays, o.Terms.ExtraClauses = 90, 14, 1, 30, 60, "No cats."
			},
			[]rapport.AmendedLine{
				material("Draft of “Launch video”", "10 business days after both have signed", "1 business day after both have signed"),
				material("Publication of “Launch video”", "within 10 business days after the draft is due", "within 12 business days after the draft is due"),
				material("Length of the term", "180 days", "90 days"), material("Renewal decided before the end", "30 days", "14 days"),
				material("Included revision rounds", "2 rounds", "1 round"), material("Usage rights after publication", "0 days", "30 days"),
				material("Exclusivity after publication", "0 days", "60 days"), material("Further", "", "No cats."),
			},
		},
		"another platform": {
			func(o *rapport.Offer) { o.Terms.Deliverables[0].Platform = "tiktok" },
			[]rapport.AmendedLine{material("“Launch video”", "video on youtube", "video on tiktok")},
		},
		"only names, which money for a piece does not feel": {
			func(o *rapport.Offer) {
				o.Terms.Deliverables[0].Title, o.Terms.Milestones[0].Title = "Film", "First part"
			},
			[]rapport.AmendedLine{
				{What: "“Launch video”", From: "“Launch video”", To: "“Film”"}, {What: "Payment “On signature”", From: "“On signature”", To: "“First part”"},
			},
		},
		"a piece more, first": {
			func(o *rapport.Offer) {
				o.Terms.Deliverables = append([]rapport.DeliverableTerms{{Title: "Short", Platform: "tiktok", Kind: "short", DraftDueDays: 5, PublishDays: 5}}, o.Terms.Deliverables...)
				second := 1
				o.Terms.Milestones[1].Deliverable, o.Terms.Milestones[2].Deliverable = &second, &second
			},
			[]rapport.AmendedLine{material("“Short”", "", "New: short on tiktok, draft 5 business days after both have signed, published within 5 business days after the draft is due")},
		},
		"money": {
			func(o *rapport.Offer) {
				first := 0
				o.Terms.Milestones = []rapport.MilestoneTerms{
					o.Terms.Milestones[0], {Title: "Ten days after verification", Trigger: rapport.TriggerVerified, Deliverable: &first, Percent: 70, NetDays: 30, HoldUntil: "the invoice"},
					{Title: "Views", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: 20000, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 5000, WithinDays: 30}},
				}
			},
			[]rapport.AmendedLine{
				material("Payment “On approval”", "40 % of the fee, when the draft of “Launch video” is approved", ""),
				material("Payment “Ten days after verification”", "30 % of the fee, when the publication of “Launch video” is verified, payable 10 days later",
					"70 % of the fee, when the publication of “Launch video” is verified, payable 30 days later, held until: the invoice"),
				material("Payment “Views”", "", "New: 200.00 EUR on top of the fee, when “Launch video” has 5,000 views within 30 days after publication"),
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := rapport.Offer{Fee: eur(100000), Terms: rapport.DefaultTerms()}
			o := rapport.Offer{Fee: eur(100000), Terms: rapport.DefaultTerms(), Before: &before}
			tt.change(&o)
			require.ElementsMatch(t, tt.want, o.Changes())
		})
	}
}
