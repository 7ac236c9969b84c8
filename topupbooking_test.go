package rapport_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

// results are the kinds of lines and what came of them.
func results(b rapport.Books) map[string]string {
	all := map[string]string{}
	for _, l := range rapport.CompareBooks(b) {
		all[l.Kind+" "+l.Ref] = l.Result
	}
	return all
}

func TestAReversedTopUpIsComparedBothWays(t *testing.T) {
	t.Parallel()
	at, money := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), rapport.Money{Amount: 700, Currency: "usd"}
	back := rapport.Money{Amount: -700, Currency: "usd"}
	b := rapport.Books{
		To:      at,
		Ours:    []rapport.BookPosting{{Kind: rapport.LineTopUp, Ref: "tu_1", Moved: money, At: at}},
		Objects: []rapport.BookObject{{Kind: rapport.LineTopUp, Ref: "tu_1", Amount: money, Status: "reversed", Created: at}},
		Movements: []rapport.BalanceMovement{
			{ID: "txn_1", Category: "topup", SourceID: "tu_1", Amount: money, Net: 700, Created: at}, {ID: "txn_2", Category: "topup_reversal", SourceID: "tu_1", Amount: back, Net: -700, Created: at},
		},
	}
	require.Equal(t, map[string]string{"topup tu_1": rapport.LineMatched, "topup_reversal tu_1": rapport.LineMissingHere}, results(b))
	b.Ours = append(b.Ours, rapport.BookPosting{Kind: rapport.LineTopUpBack, Ref: "tu_1", Moved: back, At: at})
	require.Equal(t, map[string]string{"topup tu_1": rapport.LineMatched, "topup_reversal tu_1": rapport.LineMatched}, results(b))
	b.Movements = b.Movements[:1]
	require.Equal(t, rapport.LineMatched, results(b)["topup_reversal tu_1"], "what was taken back long ago is not told by name")
}

func TestWhatLeavesStripeByItselfIsABreak(t *testing.T) {
	t.Parallel()
	for category, want := range map[string]string{
		"payout": rapport.LineMissingHere, "dispute": rapport.LineMissingHere, "refund": rapport.LineMissingHere, "fee": rapport.LineOutside, "other_adjustment": rapport.LineOutside,
	} {
		m := rapport.BalanceMovement{ID: "txn_1", Category: category, Amount: rapport.Money{Amount: -5, Currency: "usd"}, Net: -5}
		require.Equal(t, want, results(rapport.Books{Movements: []rapport.BalanceMovement{m}})["other txn_1"], category)
		m.Net, m.Amount.Amount = 5, 5
		require.Equal(t, rapport.LineOutside, results(rapport.Books{Movements: []rapport.BalanceMovement{m}})["other txn_1"], category)
	}
}
