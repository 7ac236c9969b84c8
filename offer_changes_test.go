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
	require.Empty(t, first.Changes(rapport.WordsIn("en")), "the first changes nothing")
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
		"days, of which some were asked otherwise": {
			func(o *rapport.Offer) {
				o.Before.Asks = []rapport.Ask{
					{Of: rapport.AskDraftDays, Value: 20}, {Of: rapport.AskPublishDays, Value: 15}, {Of: rapport.AskUsage, Value: 30}, {Of: rapport.AskPieces, Value: 2},
				}
				o.Terms.Deliverables[0].Title = "Opening video"
				o.Terms.Deliverables[0].DraftDueDays, o.Terms.Deliverables[0].PublishDays = 20, 12
			},
			[]rapport.AmendedLine{
				material("Usage rights after publication", "0 days; 30 days was asked", "0 days, as before"),
				material("Draft of “Opening video”", "10 business days after both have signed", "20 business days after both have signed, as was asked"),
				material(
					"Publication of “Opening video”", "within 10 business days after the draft is due; within 15 business days after the draft is due was asked",
					"within 12 business days after the draft is due",
				),
				{What: "“Launch video”", From: "“Launch video”", To: "“Opening video”"},
			},
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
		"what the time for a draft begins with": {
			func(o *rapport.Offer) {
				o.Terms.Deliverables[0].DraftAfter = rapport.AfterDelivery
				o.Terms.Deliverables = append(o.Terms.Deliverables, rapport.DeliverableTerms{Title: "Short", Platform: "tiktok", Kind: "short", DraftDueDays: 5, DraftAfter: rapport.AfterDelivery, PublishDays: 5})
			},
			[]rapport.AmendedLine{
				material("Draft of “Launch video”", "10 business days after both have signed", "10 business days after the product has arrived, and not before both have signed"),
				material("“Short”", "", "New: short on tiktok, draft 5 business days after the product has arrived, and not before both have signed, published within 5 business days after the draft is due"),
			},
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
			require.ElementsMatch(t, tt.want, o.Changes(rapport.WordsIn("en")))
		})
	}
}

func TestAnOfferIsComparedInTheCreatorsLanguage(t *testing.T) {
	t.Parallel()
	eur := func(n int64) rapport.Money { return rapport.Money{Amount: n, Currency: "eur"} }
	first, asked := 0, eur(120000)
	before := rapport.Offer{Fee: eur(100000), Terms: rapport.DefaultTerms(), CounterFee: &asked}
	o := rapport.Offer{Fee: eur(110000), Terms: rapport.DefaultTerms(), Before: &before}
	o.Terms.Deliverables[0].DraftDueDays, o.Terms.Deliverables[0].PublishDays = 1, 12
	o.Terms.Deliverables = append(o.Terms.Deliverables, rapport.DeliverableTerms{Title: "Story", Platform: "instagram", Kind: "story", DraftDueDays: 5, PublishDays: 5})
	o.Terms.Milestones = append(o.Terms.Milestones, rapport.MilestoneTerms{
		Title: "Aufrufe", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: 20000, NetDays: 14, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 5000, WithinDays: 30},
	})
	o.Terms.RevisionRounds, o.Terms.UsageRightsDays, o.Terms.ExtraClauses = 1, 30, "Keine Katzen."
	o.Terms.Late = &rapport.LateTerms{GraceHours: 24, MissedAfterDays: 5, Remedy: rapport.RemedyFallsAway}
	line := func(what, from, to string) rapport.AmendedLine {
		return rapport.AmendedLine{What: what, From: from, To: to, Material: true}
	}
	say := rapport.WordsFor(rapport.WithReader(t.Context(), "Europe/Berlin"), "de")
	require.ElementsMatch(t, []rapport.AmendedLine{
		line("Honorar", "1.000,00\u00a0€; du hattest 1.200,00\u00a0€ vorgeschlagen", "1.100,00\u00a0€"),
		line("Entwurf von „Launch video“", "10 Werktage nach beiden Unterschriften", "1 Werktag nach beiden Unterschriften"),
		line("Veröffentlichung von „Launch video“", "spätestens 10 Werktage nach dem Termin des Entwurfs", "spätestens 12 Werktage nach dem Termin des Entwurfs"),
		line("„Story“", "", "Neu: story auf instagram, Entwurf 5 Werktage nach beiden Unterschriften, Veröffentlichung spätestens 5 Werktage nach dem Termin des Entwurfs"),
		line("Zahlung „Aufrufe“", "", "Neu: 200,00\u00a0€ zusätzlich zum Honorar, wenn „Launch video“ innerhalb von 30 Tagen nach der Veröffentlichung 5.000 Aufrufe hat, zahlbar 14 Tage später"),
		line("Enthaltene Korrekturrunden", "2 Runden", "1 Runde"),
		line("Nutzungsrechte nach der Veröffentlichung", "0 Tage", "30 Tage"),
		line("Was verspätet ist", "", "Ein Entwurf oder eine Veröffentlichung ist 24 Stunden nach dem Ende des Tages verspätet. Was 5 Werktage verspätet ist, ist verfallen: "+
			"Es wird nicht mehr erwartet, und die Zahlung allein dafür entfällt. Was bis dahin verdient oder bezahlt ist, bleibt es."),
		line("Weiteres", "", "Keine Katzen."),
	}, o.Changes(say))
}
