package rapport

import (
	"slices"
	"strings"
)

// PayRoute is how the payment provider pays creators of a country from the platform's.
type PayRoute struct {
	// Agreement is the one that the creator makes with the provider: full or recipient.
	Agreement string
	// Currencies are those in which a fee can be paid; what is not the creator's own is converted on its way to the bank.
	Currencies []string
}

// What Stripe pays by itself, without a contract of one's own with Stripe. Sources, as of November 2026: docs.stripe.com/connect/cross-border-payouts
// (platforms in the US, the UK, the EEA, Canada and Switzerland pay accounts in any of these, under the full agreement), and
// docs.stripe.com/connect/multicurrency-settlement (accounts of the platform's region hold its other currencies).
var ( //nolint:gochecknoglobals // constant tables
	eea = []string{
		"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IS", "IE", "IT", "LV", "LI", "LT", "LU", "MT", "NL", "NO", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
	}
	selfServe   = append([]string{"US", "GB", "CA", "CH"}, eea...)
	ownCurrency = map[string]string{ // the euro elsewhere
		"US": "usd", "GB": "gbp", "CA": "cad", "CH": "chf", "LI": "chf", "CZ": "czk", "DK": "dkk", "HU": "huf", "IS": "isk", "NO": "nok", "PL": "pln", "RO": "ron", "SE": "sek",
	}
	europeanCurrencies = []string{"eur", "gbp", "chf", "dkk", "nok", "sek", "usd", "czk", "huf", "pln"}
)

func european(country string) bool {
	return country == "GB" || country == "CH" || slices.Contains(eea, country)
}

func currencyOfCountry(country string) string {
	if c, ok := ownCurrency[country]; ok {
		return c
	}
	return "eur"
}

// PlatformCountry says that the country is one that a platform can pay from.
func PlatformCountry(country string) bool { return slices.Contains(selfServe, country) }

// RouteTo is how a platform in one country pays a creator in another; false where it cannot.
func RouteTo(platform, creator string) (PayRoute, bool) {
	if !slices.Contains(selfServe, platform) || !slices.Contains(selfServe, creator) {
		return PayRoute{}, false
	}
	r := PayRoute{Agreement: "full", Currencies: []string{currencyOfCountry(platform)}}
	if european(platform) && european(creator) {
		r.Currencies = append(r.Currencies, europeanCurrencies...)
	}
	if platform == "CA" && creator == "CA" {
		r.Currencies = append(r.Currencies, "usd")
	}
	r.Currencies = append(r.Currencies, currencyOfCountry(creator))
	slices.Sort(r.Currencies)
	r.Currencies = slices.Compact(r.Currencies)
	return r, true
}

// otherwise is what to do about a deal that Stripe cannot pay.
const otherwise = "or say that this deal is paid outside of Stripe."

// CheckPayable names, by field, why a fee of the currency could not be paid to a creator of the country. An empty platform says that nobody knows
// where the platform is: then only a creator's unknown country is named.
func CheckPayable(platform, country, currency string) []Field {
	if country == "" {
		return []Field{{
			"creator.country", "unknown_country",
			"Nobody has said in which country this creator lives, so nobody knows whether they can be paid. Enter the country on the creator's page, " + otherwise,
		}}
	}
	if platform == "" {
		return nil
	}
	route, ok := RouteTo(platform, country)
	if !ok {
		return []Field{{"creator.country", "not_payable", "Stripe pays nobody in " + country + " from " + platform + ". Correct the country on the creator's page if it is another one, " + otherwise}}
	}
	if !slices.Contains(route.Currencies, currency) {
		return []Field{{
			"fee.currency", "not_receivable", "A creator in " + country + " cannot be paid in " + strings.ToUpper(currency) + " from " + platform + ", only in " +
				strings.ToUpper(strings.Join(route.Currencies, ", ")) + ". Make the offer in a campaign of such a currency, " + otherwise,
		}}
	}
	return nil
}
