package rapport

import (
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Rate is how many major units of one currency a major unit of another costs, as decimal text such as "1.0852". Never a float.
type Rate string

var rateShape = regexp.MustCompile(`^[0-9]{1,10}(\.[0-9]{1,10})?$`)

// exact is the rate as a fraction; false where the text is no rate.
func (r Rate) exact() (*big.Rat, bool) {
	if !rateShape.MatchString(string(r)) {
		return nil, false
	}
	exact, ok := new(big.Rat).SetString(string(r))
	return exact, ok && exact.Sign() > 0
}

// Convert gives an amount in another currency, at the rate of one major unit of its own. It is exact until the end, and there rounded to
// the nearest amount that the other currency has, which is a multiple of its step; one half-way between two goes to the even multiple.
func Convert(m Money, to string, rate Rate) (Money, error) {
	exact, ok := rate.exact()
	if !ok {
		return Money{}, fmt.Errorf("convert %s: %q is no rate", m.Currency, string(rate))
	}
	return convert(m, to, exact)
}

func convert(m Money, to string, rate *big.Rat) (Money, error) {
	from, known := LookupCurrency(m.Currency)
	other, knownToo := LookupCurrency(to)
	if !known || !knownToo {
		return Money{}, fmt.Errorf("convert %s to %s: a currency is not known", m.Currency, to)
	}
	steps := new(big.Rat).SetFrac(big.NewInt(m.Amount), powerOfTen(from.Exponent))
	steps.Mul(steps, rate)
	steps.Mul(steps, new(big.Rat).SetFrac(powerOfTen(other.Exponent), big.NewInt(other.Step)))
	amount := roundHalfToEven(steps)
	if amount.Mul(amount, big.NewInt(other.Step)); !amount.IsInt64() {
		return Money{}, fmt.Errorf("convert %s to %s: the amount is too large", m.Currency, to)
	}
	return Money{Amount: amount.Int64(), Currency: to}, nil
}

func powerOfTen(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

func roundHalfToEven(x *big.Rat) *big.Int {
	whole, rest := new(big.Int), new(big.Int)
	whole.DivMod(x.Num(), x.Denom(), rest) // the floor, and what is above it
	half := rest.Lsh(rest, 1).Cmp(x.Denom())
	if half > 0 || half == 0 && whole.Bit(0) == 1 {
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}

// FXQuote is a rate of exchange that a person entered: Rate major units of Quote for one of Base, on a day of the brand's zone.
type FXQuote struct {
	ID, BrandID   uuid.UUID
	BrandName     string
	Base, Quote   string
	Rate          Rate
	Source        string // where it was read
	OnDay         time.Time
	EnteredBy     uuid.UUID
	EnteredByName string
	EnteredAt     time.Time
	Payments      int // how many payments were counted at it in files that were taken away
}

// Convert gives an amount of one of the quote's currencies in the other. From Quote to Base it divides by the rate, exactly, and rounds
// once like Convert, so that one quote serves both directions.
func (q FXQuote) Convert(m Money) (Money, error) {
	exact, ok := q.Rate.exact()
	switch {
	case !ok:
		return Money{}, fmt.Errorf("convert %s: %q is no rate", m.Currency, string(q.Rate))
	case m.Currency == q.Base:
		return convert(m, q.Quote, exact)
	case m.Currency == q.Quote:
		return convert(m, q.Base, exact.Inv(exact))
	}
	return Money{}, fmt.Errorf("convert %s: the rate is between %s and %s", m.Currency, q.Base, q.Quote)
}

// String says the rate, such as "1 EUR = 1.0852 USD".
func (q FXQuote) String() string {
	return fmt.Sprintf("1 %s = %s %s", strings.ToUpper(q.Base), q.Rate, strings.ToUpper(q.Quote))
}

// Check names what is wrong with a quote that a person enters.
func (q FXQuote) Check() []Field {
	var bad []Field
	for _, c := range []struct{ path, code string }{{"base", q.Base}, {"quote", q.Quote}} {
		if _, ok := LookupCurrency(c.code); !ok {
			bad = append(bad, Field{c.path, "unknown_currency", fmt.Sprintf("%q is not a currency that can be paid out.", c.code)})
		}
	}
	if len(bad) == 0 && q.Base == q.Quote {
		bad = append(bad, Field{"quote", "same_currency", "Choose another currency than the first one."})
	}
	exact, ok := q.Rate.exact()
	switch {
	case !ok:
		bad = append(bad, Field{"rate", "bad_rate", "Write the rate as a number above zero, such as 1.0852, with a point and at most ten digits before and after it."})
	case exact.Cmp(big.NewRat(1, 1_000_000)) < 0 || exact.Cmp(big.NewRat(1_000_000, 1)) > 0: // the widest apart are 1 to 100,000; a slip of the comma must not make a year too large to add up
		bad = append(bad, Field{"rate", "out_of_range", "No two currencies are that far apart. Look for a slip of the point; a rate is between 0.000001 and 1000000."})
	}
	if q.Source == "" {
		bad = append(bad, Field{"source", "required", "Say where you read the rate, for instance European Central Bank, reference rate."})
	}
	return bad
}

// Conversion is a payment in another currency than the threshold's, as it counts against it.
type Conversion struct {
	PayoutID  uuid.UUID
	PaidOn    time.Time // a day of the brand's zone
	Amount    Money     // what remains paid
	Quote     *FXQuote  // absent where no rate was entered for its day or one before
	Converted Money     // of no currency where there is no rate
	UsedAt    *time.Time
}

// CountedYear is what a payee got of a brand in a year in whatever currency, in that of the threshold.
type CountedYear struct {
	Threshold   Money
	Total       Money // without what has no rate
	Converted   Money // what of it was paid in other currencies
	Conversions []Conversion
}

// NewCountedYear begins with nothing paid.
func NewCountedYear(threshold Money) *CountedYear {
	zero := Money{Currency: threshold.Currency}
	return &CountedYear{Threshold: threshold, Total: zero, Converted: zero}
}

// Add counts a payment, in another currency than the threshold's at its quote. What came back whole counts for nothing and needs no rate.
func (y *CountedYear) Add(c Conversion) error {
	if c.Amount.Currency == y.Threshold.Currency {
		y.Total.Amount += c.Amount.Amount
		return nil
	}
	if c.Amount.Amount == 0 {
		return nil
	}
	if c.Quote != nil {
		var err error
		if c.Converted, err = c.Quote.Convert(c.Amount); err != nil {
			return err
		}
		y.Total.Amount += c.Converted.Amount
		y.Converted.Amount += c.Converted.Amount
	}
	y.Conversions = append(y.Conversions, c)
	return nil
}

// Quotes counts the rates that the year rests on.
func (y *CountedYear) Quotes() int {
	quotes := map[uuid.UUID]bool{}
	for _, c := range y.Conversions {
		if c.Quote != nil {
			quotes[c.Quote.ID] = true
		}
	}
	return len(quotes)
}

// Stands is how the total stands to the threshold, as PayeeStands calls it.
func (y *CountedYear) Stands() string {
	switch {
	case y.Total.Amount >= y.Threshold.Amount:
		return "over"
	case y.Total.Amount*5 >= y.Threshold.Amount*4:
		return "near"
	}
	return "below"
}
