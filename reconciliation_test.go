package rapport_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// TestMoneyOnItsWayIsDated: also when the balance did not stand still while it was read.
func TestMoneyOnItsWayIsDated(t *testing.T) {
	t.Parallel()
	to := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	lines := rapport.CompareBooks(rapport.Books{To: to, InFlight: []rapport.BookInFlight{{BrandID: uuid.New(), Currency: "usd", Account: 500}}})
	require.Len(t, lines, 1)
	require.Equal(t, to, lines[0].At)
}

// TestComparingBooks: each case spoils one thing in three books that agree.
func TestComparingBooks(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	payout, brand := uuid.New(), uuid.New()
	usd := func(n int64) rapport.Money { return rapport.Money{Amount: n, Currency: "usd"} }
	key := payout.String() + "/1"
	agreed := func() rapport.Books {
		return rapport.Books{
			Ours: []rapport.BookPosting{
				{Kind: "settle", Ref: "tr_1", Key: key, PayoutID: payout, BrandID: brand, Moved: usd(-500), Destination: "acct_1", At: noon},
				{Kind: "reversal", Ref: "trr_1", PayoutID: payout, BrandID: brand, Moved: usd(200), At: noon.Add(time.Minute)},
				{Kind: "topup", Ref: "tu_1", Key: "t", BrandID: brand, Moved: usd(900), At: noon.Add(2 * time.Minute)},
			},
			Objects: []rapport.BookObject{
				{Kind: "settle", Ref: "tr_1", Key: key, PayoutID: payout, Amount: usd(500), Destination: "acct_1", Created: noon},
				{Kind: "reversal", Ref: "trr_1", Key: "r", Amount: usd(200), Created: noon},
				{Kind: "topup", Ref: "tu_1", Key: "t", Amount: usd(900), Status: "succeeded", Created: noon},
			},
			Movements: []rapport.BalanceMovement{
				{ID: "txn_1", Category: "transfer", SourceID: "tr_1", Amount: usd(-500), Net: -500, Created: noon},
				{ID: "txn_2", Category: "transfer_reversal", SourceID: "trr_1", Amount: usd(200), Net: 200, Created: noon},
				{ID: "txn_3", Category: "topup", SourceID: "tu_1", Amount: usd(900), Net: 900, Created: noon},
			},
		}
	}
	for name, tc := range map[string]struct {
		spoil func(b *rapport.Books)
		want  string // the lines that are not matched
	}{
		"Agreed":              {func(*rapport.Books) {}, ""},
		"NoSettle":            {func(b *rapport.Books) { b.Ours = b.Ours[1:] }, "settle tr_1 missing_here"},
		"NoReversal":          {func(b *rapport.Books) { b.Ours = append(b.Ours[:1:1], b.Ours[2]) }, "reversal trr_1 missing_here"},
		"NoTopUp":             {func(b *rapport.Books) { b.Ours = b.Ours[:2] }, "topup tu_1 missing_here"},
		"NothingThere":        {func(b *rapport.Books) { b.Objects, b.Movements = b.Objects[1:], b.Movements[1:] }, "settle tr_1 missing_there"},
		"OnlyInTheBalance":    {func(b *rapport.Books) { b.Objects = b.Objects[1:] }, "settle tr_1 different no_object"},
		"NotInTheBalance":     {func(b *rapport.Books) { b.Movements = b.Movements[1:] }, "settle tr_1 different no_movement"},
		"OnlyObjectNotOurs":   {func(b *rapport.Books) { b.Ours, b.Movements = b.Ours[1:], b.Movements[1:] }, "settle tr_1 missing_here"},
		"OnlyMovementNotOurs": {func(b *rapport.Books) { b.Ours, b.Objects = b.Ours[1:], b.Objects[1:] }, "settle tr_1 missing_here"},
		"Amount":              {func(b *rapport.Books) { b.Objects[0].Amount.Amount = 501 }, "settle tr_1 different amount"},
		"Currency":            {func(b *rapport.Books) { b.Objects[0].Amount.Currency = "eur" }, "settle tr_1 different currency"},
		"Destination":         {func(b *rapport.Books) { b.Objects[0].Destination = "acct_2" }, "settle tr_1 different destination"},
		"Metadata":            {func(b *rapport.Books) { b.Objects[0].Key = payout.String() + "/2" }, "settle tr_1 different metadata"},
		"Fee":                 {func(b *rapport.Books) { b.Movements[0].Net = -510 }, "settle tr_1 different net"},
		"WrongWay":            {func(b *rapport.Books) { b.Movements[0].Net = 500 }, "settle tr_1 different net"},
		"MovedTwice":          {func(b *rapport.Books) { b.Movements = append(b.Movements, b.Movements[0]) }, "settle tr_1 different twice"},
		"TopUpTakenBack":      {func(b *rapport.Books) { b.Objects[2].Status = "reversed" }, "topup_reversal tu_1 missing_here"},
		"TopUpFailed": {func(b *rapport.Books) {
			b.Ours, b.Objects[2].Status, b.Movements = b.Ours[:2], "failed", b.Movements[:2]
		}, ""},
		"OutsideOfStripe": {func(b *rapport.Books) {
			b.Offline = []rapport.BookPosting{{Kind: "offline", Ref: key, PayoutID: payout, BrandID: brand, Moved: usd(-700), At: noon}}
		}, "offline " + key + " outside"},
		"AnswerStillOpen": {func(b *rapport.Books) {
			b.Ours, b.Open = b.Ours[1:], []rapport.BookAttempt{{Kind: "settle", Key: key, Amount: usd(500), Destination: "acct_1"}}
		}, "settle tr_1 open"},
		"OpenForAnotherAmount": {func(b *rapport.Books) {
			b.Ours, b.Open = b.Ours[1:], []rapport.BookAttempt{{Kind: "settle", Key: key, Amount: usd(400), Destination: "acct_1"}}
		}, "settle tr_1 missing_here"},
		"Fees": {func(b *rapport.Books) {
			b.Movements = append(b.Movements, rapport.BalanceMovement{ID: "txn_9", Category: "fee", Amount: usd(-3), Net: -3, Created: noon})
		}, "other txn_9 outside"},
		"MoneyOnItsWayOfNoAttempt": {func(b *rapport.Books) {
			b.InFlight = []rapport.BookInFlight{{BrandID: brand, Currency: "usd", Account: 500}, {BrandID: brand, Currency: "eur"}}
		}, "in_flight in_flight:" + brand.String() + ":usd different amount"},
		"BalanceAddsUp": {func(b *rapport.Books) {
			b.Opening = &rapport.BalancePoint{At: noon, Refs: []string{"txn_1", "txn_2"}, Amounts: map[string]int64{"usd": 100}}
			b.Closing = &rapport.BalancePoint{Amounts: map[string]int64{"usd": 1000, "eur": 0}}
			b.Moved = b.Movements
		}, ""},
		"BalanceOff": {func(b *rapport.Books) {
			b.Opening, b.Closing = &rapport.BalancePoint{At: noon, Amounts: map[string]int64{"usd": 100}}, &rapport.BalancePoint{Amounts: map[string]int64{"usd": 1000, "eur": 7}}
			b.Moved = b.Movements
		}, "balance balance:eur different amount; balance balance:usd different amount"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := agreed()
			tc.spoil(&b)
			var wrong []string
			for _, l := range rapport.CompareBooks(b) {
				require.Equal(t, l.Result == "missing_here" || l.Result == "missing_there" || l.Result == "different", l.IsBreak())
				if l.Result != rapport.LineMatched {
					wrong = append(wrong, strings.TrimSpace(strings.Join(append([]string{l.Kind, l.Ref, l.Result}, l.Differs...), " ")))
				}
			}
			require.Equal(t, tc.want, strings.Join(wrong, "; "))
		})
	}
}

// TestAMovementIsInOneBalance: the provider counts time in seconds, and a second may be cut in two by a reading of the balance.
func TestAMovementIsInOneBalance(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 0)
	move := func(id string, sec int, n int64) rapport.BalanceMovement {
		return rapport.BalanceMovement{ID: id, Created: at.Add(time.Duration(sec) * time.Second), Amount: rapport.Money{Amount: n, Currency: "usd"}, Net: n}
	}
	all := []rapport.BalanceMovement{move("a", 0, 1), move("b", 0, 2), move("c", 0, 4), move("d", 1, 8)}
	var last *rapport.BalancePoint
	counted := 0
	for n := range len(all) + 1 {
		total := int64(0)
		for _, m := range all[:n] {
			total += m.Net
		}
		now := rapport.NextBalance(last, map[string]int64{"usd": total}, all[:n], at.Add(-time.Hour))
		for _, l := range rapport.CompareBooks(rapport.Books{Opening: last, Closing: now, Moved: all[:n]}) {
			require.Equal(t, rapport.LineMatched, l.Result, "after %d movements: %+v", n, l)
			counted++
		}
		last = now
	}
	require.Equal(t, len(all), counted)
}
