package sandbox

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// param is what one form field may hold.
type param struct {
	kind     string // text, int, bool or enum
	required bool
	values   []string
}

// params is the shape of one call: a field that is not named here is refused, as Stripe does.
type params map[string]param

func text() param             { return param{kind: "text"} }
func whole() param            { return param{kind: "int"} }
func flag() param             { return param{kind: "bool"} }
func oneOf(v ...string) param { return param{kind: "enum", values: v} }
func (p param) must() param   { p.required = true; return p }
func (p params) and(o params) params {
	out := params{}
	maps.Copy(out, p)
	maps.Copy(out, o)
	return out
}

// Fields that several calls share.
func common() params {
	return params{"expand[]": text(), "metadata[*]": text()}
}

func listing() params {
	return params{
		"expand[]": text(), "limit": whole(), "starting_after": text(), "ending_before": text(),
		"created": whole(), "created[gt]": whole(), "created[gte]": whole(), "created[lt]": whole(), "created[lte]": whole(),
	}
}

func reading() params { return params{"expand[]": text()} }

func accountFields() params {
	return common().and(params{
		"country": text(), "email": text(), "default_currency": text(),
		"type":                                       oneOf("express", "custom", "standard"),
		"business_type":                              oneOf("individual", "company", "non_profit", "government_entity"),
		"business_profile[name]":                     text(),
		"business_profile[url]":                      text(),
		"business_profile[mcc]":                      text(),
		"business_profile[support_email]":            text(),
		"business_profile[product_description]":      text(),
		"individual[first_name]":                     text(),
		"individual[last_name]":                      text(),
		"individual[email]":                          text(),
		"capabilities[transfers][requested]":         flag(),
		"capabilities[card_payments][requested]":     flag(),
		"controller[fees][payer]":                    oneOf("account", "application"),
		"controller[losses][payments]":               oneOf("application", "stripe"),
		"controller[stripe_dashboard][type]":         oneOf("express", "full", "none"),
		"controller[requirement_collection]":         oneOf("application", "stripe"),
		"tos_acceptance[service_agreement]":          oneOf("full", "recipient"),
		"settings[payouts][schedule][interval]":      oneOf("manual", "daily", "weekly", "monthly"),
		"settings[payouts][debit_negative_balances]": flag(),
	})
}

const (
	maxMetadata      = 50
	maxMetadataKey   = 40
	maxMetadataValue = 500
)

// check refuses a form that does not have the shape. Nothing of it has been executed then.
func (p params) check(form url.Values) *stripeError {
	names := make([]string, 0, len(form))
	for key := range form {
		names = append(names, key)
	}
	slices.Sort(names)
	metadata := 0
	for _, key := range names {
		name := paramName(key)
		rule, ok := p[name]
		if !ok {
			return invalid("parameter_unknown", key, "Received unknown parameter: %s", key)
		}
		if name == "metadata[*]" {
			metadata++
		}
		for _, value := range form[key] {
			if e := rule.check(key, value); e != nil {
				return e
			}
		}
	}
	if metadata > maxMetadata {
		return invalid("", "metadata", "You can have at most %d metadata keys.", maxMetadata)
	}
	required := make([]string, 0, len(p))
	for name, rule := range p {
		if rule.required && form.Get(name) == "" {
			required = append(required, name)
		}
	}
	if len(required) > 0 {
		slices.Sort(required)
		return invalid("parameter_missing", required[0], "Missing required param: %s.", required[0])
	}
	return nil
}

func (p param) check(key, value string) *stripeError {
	if name, ok := strings.CutPrefix(key, "metadata["); ok {
		if strings.IndexByte(name, ']') != len(name)-1 {
			return invalid("", key, "Metadata values are texts: %s", key)
		}
		if utf8.RuneCountInString(name)-1 > maxMetadataKey || utf8.RuneCountInString(value) > maxMetadataValue {
			return invalid("", key, "Metadata keys have at most %d characters and values at most %d.", maxMetadataKey, maxMetadataValue)
		}
		return nil
	}
	switch p.kind {
	case "int":
		if _, err := strconv.ParseInt(value, 10, 64); err != nil {
			return invalid("parameter_invalid_integer", key, "Invalid integer: %s", value)
		}
	case "bool":
		if value != "true" && value != "false" {
			return invalid("", key, "Invalid boolean: %s", value)
		}
	case "enum":
		if !slices.Contains(p.values, value) {
			return invalid("", key, "Invalid %s: must be one of %s", key, strings.Join(p.values, ", "))
		}
	default:
		if value == "" {
			return invalid("parameter_invalid_empty", key,
				"You passed an empty string for '%s'. We assume empty values are an attempt to unset a parameter; however '%s' cannot be unset.",
				key, key)
		}
	}
	return nil
}

var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// checkAmount refuses what no transfer, top-up or payout may have.
func checkAmount(amount int64, code string) *stripeError {
	if !knownCurrency(code) {
		return invalid("", "currency", "Invalid currency: %s", code)
	}
	switch step := amountStep(code); {
	case amount < 1:
		return invalid("parameter_invalid_integer", "amount", "This value must be greater than or equal to 1.")
	case amount > maxAmount:
		return invalid("amount_too_large", "amount", "Amount must be no more than %d.", maxAmount)
	case amount%step != 0:
		return invalid("", "amount", "Amounts in %s must be divisible by %d.", code, step)
	}
	return nil
}
