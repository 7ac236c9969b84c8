package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

// offered is an offer of two pieces.
func offered() rapport.Offer {
	o := rapport.Offer{Fee: eur(100_000), Terms: rapport.DefaultTerms()}
	o.Terms.Deliverables = append(o.Terms.Deliverables, video("Second video"))
	o.Terms.UsageRightsDays = 30
	return o
}

func TestACounterNamesEveryBadField(t *testing.T) {
	t.Parallel()

	usd := rapport.Money{Amount: 100_000, Currency: "usd"}
	same := eur(100_000)
	for name, tt := range map[string]struct {
		counter rapport.Counter
		bad     []string
	}{
		"nothing":           {rapport.Counter{}, []string{"counter unchanged"}},
		"what was offered":  {rapport.Counter{Fee: &same, Asks: []rapport.Ask{{Of: rapport.AskUsage, Value: 30}, {Of: rapport.AskPieces, Value: 1}}}, []string{"counter unchanged"}},
		"the rest in words": {rapport.Counter{Note: "On my other account, please."}, nil},
		"another currency":  {rapport.Counter{Fee: &usd}, []string{"counter.currency other_currency"}},
		"no money":          {rapport.Counter{Fee: &rapport.Money{Currency: "eur"}}, []string{"counter.amount not_positive"}},
		"a piece of nobody": {rapport.Counter{Asks: []rapport.Ask{{Of: rapport.AskDraftDays, Deliverable: 2, Value: 4}}}, []string{"asks[0].deliverable unknown_deliverable"}},
		"something else":    {rapport.Counter{Asks: []rapport.Ask{{Of: "revision_rounds", Value: 4}}}, []string{"asks[0].deliverable unknown_deliverable"}},
		"days that nobody keeps": {
			rapport.Counter{Asks: []rapport.Ask{{Of: rapport.AskPublishDays, Value: 0}, {Of: rapport.AskExclusivity, Value: -1}}}, []string{"asks[0].value out_of_range", "asks[1].value out_of_range"},
		},
		"twice":                {rapport.Counter{Asks: []rapport.Ask{{Of: rapport.AskUsage, Value: 10}, {Of: rapport.AskUsage, Value: 20}}}, []string{"asks[1].of twice"}},
		"no piece at all":      {rapport.Counter{Asks: []rapport.Ask{{Of: rapport.AskPieces, Value: 0}, {Of: rapport.AskPieces, Deliverable: 1, Value: 0}}}, []string{"asks nothing_left"}},
		"more than a contract": {rapport.Counter{Asks: []rapport.Ask{{Of: rapport.AskPieces, Value: 20}}}, []string{"asks too_many"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range tt.counter.Check(offered()) {
				got = append(got, f.Path+" "+f.Code)
			}
			require.Equal(t, tt.bad, got)
		})
	}
}

func TestACounterStandsBesideTheOffer(t *testing.T) {
	t.Parallel()

	fee, o := eur(125_000), offered()
	c := rapport.Counter{Fee: &fee, Asks: []rapport.Ask{
		{Of: rapport.AskPieces, Deliverable: 1}, {Of: rapport.AskPieces, Value: 3}, {Of: rapport.AskDraftDays, Value: 15}, {Of: rapport.AskPublishDays, Value: 10},
		{Of: rapport.AskPublishDays, Deliverable: 1, Value: 7},
		{Of: rapport.AskUsage, Value: 10}, {Of: rapport.AskExclusivity, Value: 5},
	}}
	require.Empty(t, c.Check(o))
	require.NotContains(t, c.Asks, rapport.Ask{Of: rapport.AskPublishDays, Value: 10}, "it was offered so")
	require.Empty(t, o.Asked(rapport.WordsIn("en")), "nobody has asked")
	o.CounterFee, o.Asks = c.Fee, c.Asks
	lines := func(locale string) (list [][3]string) {
		for _, l := range o.Asked(rapport.WordsIn(locale)) {
			list = append(list, [3]string{l.Line.What, l.Line.From, l.Line.To})
		}
		return list
	}
	require.Equal(t, [][3]string{
		{"Fee", "1000.00 EUR", "1250.00 EUR"}, {"“Second video”", "1 piece", ""}, {"“Launch video”", "1 piece", "3 pieces"},
		{"Draft of “Launch video”", "10 business days after both have signed", "15 business days after both have signed"},
		{"Publication of “Second video”", "within 3 business days after the draft is due", "within 7 business days after the draft is due"},
		{"Usage rights after publication", "30 days", "10 days"}, {"Exclusivity after publication", "0 days", "5 days"},
	}, lines("en"))
	require.Contains(t, lines("de"), [3]string{"„Launch video“", "1 Inhalt", "3 Inhalte"})
	o.Terms.Deliverables = o.Terms.Deliverables[:1]
	require.NotPanics(t, func() { lines("en") })
}
