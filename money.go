package rapport

import (
	"fmt"
	"strings"
)

// Money is an amount in minor units as Stripe counts them, with its currency in three lower-case letters. Never a float.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// Currency says how amounts of one currency are counted and rounded.
type Currency struct {
	Code     string
	Exponent int   // digits behind the point of the major unit
	Step     int64 // an amount is a multiple of it
}

// Currencies lists what payouts can be made in. The table `currencies` repeats it.
// Source: Stripe's list of supported currencies with its special cases (ISK and UGX count two digits that must be 00).
func Currencies() []Currency {
	two := func(codes ...string) (l []Currency) {
		for _, c := range codes {
			l = append(l, Currency{c, 2, 1})
		}
		return l
	}
	l := two("usd", "eur", "gbp", "cad", "aud", "chf", "sek", "nok", "dkk", "pln", "czk", "mxn", "brl", "inr", "sgd", "nzd", "huf", "twd", "ron")
	return append(l,
		Currency{"jpy", 0, 1}, Currency{"krw", 0, 1}, Currency{"clp", 0, 1}, Currency{"vnd", 0, 1}, Currency{"bif", 0, 1},
		Currency{"djf", 0, 1}, Currency{"gnf", 0, 1}, Currency{"kmf", 0, 1}, Currency{"mga", 0, 1}, Currency{"pyg", 0, 1},
		Currency{"rwf", 0, 1}, Currency{"vuv", 0, 1}, Currency{"xaf", 0, 1}, Currency{"xof", 0, 1}, Currency{"xpf", 0, 1},
		Currency{"jod", 3, 10}, Currency{"omr", 3, 10}, Currency{"tnd", 3, 10},
		Currency{"isk", 2, 100}, Currency{"ugx", 2, 100}, Currency{"kwd", 3, 10}, Currency{"bhd", 3, 10})
}

// LookupCurrency finds a currency by its code.
func LookupCurrency(code string) (Currency, bool) {
	for _, c := range Currencies() {
		if c.Code == code {
			return c, true
		}
	}
	return Currency{}, false
}

// CheckMoney names what is wrong with an amount that must be above zero; path is the field's dotted path.
func CheckMoney(path string, m Money) []Field {
	c, ok := LookupCurrency(m.Currency)
	switch {
	case !ok:
		return []Field{{path + ".currency", "unknown_currency", fmt.Sprintf("%q is not a currency that can be paid out.", m.Currency)}}
	case m.Amount <= 0:
		return []Field{{path + ".amount", "not_positive", "The amount must be above zero."}}
	case m.Amount > 99_999_999_999:
		return []Field{{path + ".amount", "too_large", "The amount is larger than any payout can be."}}
	case m.Amount%c.Step != 0:
		return []Field{{path + ".amount", "bad_step", fmt.Sprintf("An amount in %s must be a multiple of %d minor units.", strings.ToUpper(m.Currency), c.Step)}}
	}
	return nil
}

// String writes the amount in major units, for example "1250.00 USD".
func (m Money) String() string {
	c, ok := LookupCurrency(m.Currency)
	if !ok || c.Exponent == 0 {
		return fmt.Sprintf("%d %s", m.Amount, strings.ToUpper(m.Currency))
	}
	div := int64(1)
	for range c.Exponent {
		div *= 10
	}
	sign, a := "", m.Amount
	if a < 0 {
		sign, a = "-", -a
	}
	return fmt.Sprintf("%s%d.%0*d %s", sign, a/div, c.Exponent, a%div, strings.ToUpper(m.Currency))
}

// Split divides the amount by percentages that sum to 100. Shares are multiples of the currency's step; what rounding
// leaves goes to the last share, so that the shares always sum to the amount.
func (m Money) Split(percent []int) []Money {
	c, ok := LookupCurrency(m.Currency)
	if !ok {
		c.Step = 1
	}
	out, left := make([]Money, len(percent)), m.Amount
	for i, p := range percent {
		share := m.Amount * int64(p) / 100 / c.Step * c.Step
		if i == len(percent)-1 {
			share = left
		}
		out[i] = Money{share, m.Currency}
		left -= share
	}
	return out
}
