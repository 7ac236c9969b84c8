package rapport_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

func TestSharesSumToTheAmount(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		c := rapid.SampledFrom(rapport.Currencies()).Draw(rt, "currency")
		m := rapport.Money{Amount: rapid.Int64Range(0, 99_999_999_999/c.Step).Draw(rt, "amount") * c.Step, Currency: c.Code}
		percent, left := []int{}, 100
		for left > 0 {
			p := rapid.IntRange(1, left).Draw(rt, "percent")
			percent, left = append(percent, p), left-p
		}
		var sum int64
		shares := m.Split(percent)
		require.Len(rt, shares, len(percent))
		for i, s := range shares {
			require.Equal(rt, m.Currency, s.Currency)
			require.Zero(rt, s.Amount%c.Step, "a share can be paid out")
			require.GreaterOrEqual(rt, s.Amount, int64(0))
			if i < len(shares)-1 {
				require.InDelta(rt, float64(m.Amount)*float64(percent[i])/100, float64(s.Amount), float64(c.Step))
			}
			sum += s.Amount
		}
		require.Equal(rt, m.Amount, sum)
	})
}

func TestSplit(t *testing.T) {
	t.Parallel()

	require.Equal(t, []rapport.Money{eur(330), eur(330), eur(341)}, eur(1001).Split([]int{33, 33, 34}))
	isk := rapport.Money{Amount: 10_100, Currency: "isk"}
	require.Equal(t, []int64{3000, 7100}, []int64{isk.Split([]int{30, 70})[0].Amount, isk.Split([]int{30, 70})[1].Amount})
	require.Empty(t, eur(100).Split(nil))
	require.Equal(t, int64(50), rapport.Money{Amount: 100, Currency: "xxx"}.Split([]int{50, 50})[0].Amount)
}

func TestMoneyInWords(t *testing.T) {
	t.Parallel()

	for want, m := range map[string]rapport.Money{
		"1250.00 EUR": eur(125_000), "0.05 EUR": eur(5), "-12.50 EUR": eur(-1250),
		"500 JPY": {Amount: 500, Currency: "jpy"}, "1.250 KWD": {Amount: 1250, Currency: "kwd"}, "7 XXX": {Amount: 7, Currency: "xxx"},
	} {
		require.Equal(t, want, m.String())
	}
}

func TestCheckMoney(t *testing.T) {
	t.Parallel()

	require.Empty(t, rapport.CheckMoney("fee", eur(1)))
	for want, m := range map[string]rapport.Money{
		"fee.currency unknown_currency": {Amount: 1, Currency: "EUR"}, "fee.amount not_positive": eur(0), "fee.amount too_large": eur(100_000_000_000), "fee.amount bad_step": {Amount: 150, Currency: "isk"},
	} {
		require.Equal(t, []string{want}, paths(rapport.CheckMoney("fee", m)))
	}
}
