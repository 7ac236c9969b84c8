package rapport

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

func TestConvertRoundsToAnAmountTheOtherCurrencyHas(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		from   Money
		to     string
		rate   Rate
		amount int64
	}{
		"AtPar":              {Money{12345, "eur"}, "usd", "1", 12345},
		"TenDigits":          {Money{100_000_00, "eur"}, "usd", "1.0852123456", 108_521_23},
		"HalfToEvenDown":     {Money{1, "eur"}, "usd", "2.5", 2},
		"HalfToEvenUp":       {Money{1, "eur"}, "usd", "3.5", 4},
		"JustAboveHalf":      {Money{1, "eur"}, "usd", "2.5000000001", 3},
		"JustBelowHalf":      {Money{1, "eur"}, "usd", "3.4999999999", 3},
		"NegativeHalfToEven": {Money{-1, "eur"}, "usd", "2.5", -2},
		"NegativeHalfOdd":    {Money{-1, "eur"}, "usd", "3.5", -4},
		"ToNoDigits":         {Money{1050, "eur"}, "jpy", "160", 1680},
		"FromNoDigits":       {Money{1680, "jpy"}, "eur", "0.00625", 1050},
		"ToThreeDigitsByTen": {Money{1000, "usd"}, "kwd", "0.30765", 3080},
		"KwdHalfToEvenDown":  {Money{100, "usd"}, "kwd", "0.305", 300},
		"KwdHalfToEvenUp":    {Money{100, "usd"}, "kwd", "0.315", 320},
		"FromThreeDigits":    {Money{3080, "kwd"}, "usd", "3.25", 1001},
		"HufHasTwoDigits":    {Money{1000, "eur"}, "huf", "401.2345", 401234},
		"IskInWholeUnits":    {Money{1000, "eur"}, "isk", "149.95", 150000},
		"IskHalfToEven":      {Money{100, "eur"}, "isk", "150.5", 15000},
		"IskHalfToEvenUp":    {Money{100, "eur"}, "isk", "151.5", 15200},
		"FromIsk":            {Money{15000, "isk"}, "eur", "0.0066", 99},
		"Nothing":            {Money{0, "eur"}, "usd", "1.0852", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Convert(c.from, c.to, c.rate)
			require.NoError(t, err)
			require.Equal(t, Money{c.amount, c.to}, got)
		})
	}
}

func TestConvertRefusesWhatIsNoRateOrTooLarge(t *testing.T) {
	t.Parallel()
	for _, rate := range []Rate{"", "0", "0.0000000000", "-1", "1,08", "1/3", "1e3", " 1", "0x1", "1.", ".5", "1.00000000001", "12345678901", "NaN"} {
		_, err := Convert(Money{100, "eur"}, "usd", rate)
		require.Error(t, err, "%q", rate)
	}
	_, err := Convert(Money{math.MaxInt64, "eur"}, "usd", "2")
	require.Error(t, err)
	_, err = Convert(Money{100, "xxx"}, "usd", "1")
	require.Error(t, err)
	_, err = Convert(Money{100, "eur"}, "xxx", "1")
	require.Error(t, err)
}

func TestAQuoteServesBothDirections(t *testing.T) {
	t.Parallel()
	q := FXQuote{Base: "usd", Quote: "eur", Rate: "0.92"}
	there, err := q.Convert(Money{10000, "usd"})
	require.NoError(t, err)
	require.Equal(t, Money{9200, "eur"}, there)
	back, err := q.Convert(Money{9200, "eur"})
	require.NoError(t, err)
	require.Equal(t, Money{10000, "usd"}, back)
	third := FXQuote{Base: "usd", Quote: "eur", Rate: "3"}
	back, err = third.Convert(Money{100_000_000, "eur"})
	require.NoError(t, err)
	require.Equal(t, Money{33_333_333, "usd"}, back, "a third is exact until it is rounded")
	_, err = q.Convert(Money{100, "gbp"})
	require.Error(t, err)
	require.Equal(t, "1 USD = 0.92 EUR", q.String())
}

func TestConvertingIsMonotone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2)) // the same amounts each time
	codes, rates := Currencies(), []Rate{"0.0000000001", "0.0062", "0.3076", "1", "1.0852", "149.95", "25431.5", "9999999999"}
	for range 20_000 {
		from, to, rate := codes[r.IntN(len(codes))], codes[r.IntN(len(codes))], rates[r.IntN(len(rates))]
		a := r.Int64N(100_000)
		b := a + r.Int64N(100)
		low, err := Convert(Money{a, from.Code}, to.Code, rate)
		require.NoError(t, err)
		high, err := Convert(Money{b, from.Code}, to.Code, rate)
		require.NoError(t, err)
		require.LessOrEqual(t, low.Amount, high.Amount, "%d and %d %s to %s at %s", a, b, from.Code, to.Code, rate)
		require.Zero(t, low.Amount%to.Step)
	}
}

func TestAQuoteIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	paths := func(q FXQuote) (paths []string) {
		for _, bad := range q.Check() {
			paths = append(paths, bad.Path)
		}
		return paths
	}
	require.Empty(t, paths(FXQuote{Base: "eur", Quote: "usd", Rate: "1.0852", Source: "ECB"}))
	require.Equal(t, []string{"base", "quote", "rate", "source"}, paths(FXQuote{Base: "abc", Quote: "def", Rate: "1,08"}))
	for rate, bad := range map[Rate][]string{"1000000": nil, "1000001": {"rate"}, "0.000001": nil, "0.0000009": {"rate"}} {
		require.Equal(t, bad, paths(FXQuote{Base: "eur", Quote: "usd", Rate: rate, Source: "ECB"}), rate)
	}
	require.Equal(t, []string{"quote"}, paths(FXQuote{Base: "eur", Quote: "eur", Rate: "1", Source: "ECB"}))
}

func TestAYearCountsWhatHasARateAndNothingElse(t *testing.T) {
	t.Parallel()
	quote := &FXQuote{ID: uuid.New(), Base: "eur", Quote: "usd", Rate: "1.1"}
	y := NewCountedYear(Money{200000, "usd"})
	for _, c := range []Conversion{
		{Amount: Money{100000, "usd"}}, {Amount: Money{50000, "eur"}, Quote: quote}, {Amount: Money{4545, "eur"}, Quote: quote},
		{Amount: Money{99999, "gbp"}, PaidOn: time.Now()}, {Amount: Money{0, "gbp"}},
	} {
		require.NoError(t, y.Add(c))
	}
	require.Equal(t, []int64{160000, 60000}, []int64{y.Total.Amount, y.Converted.Amount})
	require.Len(t, y.Conversions, 3, "what came back whole needs no rate")
	require.Equal(t, 1, y.Quotes())
	require.Equal(t, "near", y.Stands())
	require.NoError(t, y.Add(Conversion{Amount: Money{40000, "usd"}}))
	require.Equal(t, "over", y.Stands())
	require.Equal(t, "below", NewCountedYear(Money{200000, "usd"}).Stands())
}
