package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	netmail "net/mail"
	"strings"
	"time"
)

const (
	capabilityInactive = "inactive"
	capabilityPending  = "pending"
	capabilityActive   = "active"
	linkLife           = 5 * time.Minute
)

// account is a connected account: a creator at Stripe.
type account struct {
	ID             string            `json:"id"`
	Email          string            `json:"email,omitempty"`
	Country        string            `json:"country"`
	BusinessType   string            `json:"business_type,omitempty"`
	Currency       string            `json:"currency"`
	Type           string            `json:"type"`
	Agreement      string            `json:"agreement,omitempty"`
	Fields         map[string]string `json:"fields,omitempty"` // what else was sent, by form name
	Metadata       map[string]string `json:"metadata"`
	Transfers      string            `json:"transfers"` // the capability's status; empty when it was not requested
	Submitted      bool              `json:"submitted"`
	PayoutsEnabled bool              `json:"payouts_enabled"`
	Due            []string          `json:"due,omitempty"`
	Disabled       string            `json:"disabled,omitempty"`
	Interval       string            `json:"interval,omitempty"`
	PayoutFailure  string            `json:"payout_failure,omitempty"` // fails every payout with this code
	Bank           *bankAccount      `json:"bank,omitempty"`
	Created        int64             `json:"created"`
}

// bankAccount is where an account is paid out to.
type bankAccount struct {
	ID          string `json:"id"`
	Fingerprint string `json:"fingerprint"` // the same for the same number
	Last4       string `json:"last4"`
}

// defaultNumber is the account number that a creator gives who says nothing else.
const defaultNumber = "000123456789"

// changeBank lets an account be paid out to another bank account. False when it is already.
func (a *account) changeBank(number string) bool {
	sum := sha256.Sum256([]byte(number))
	mark := hex.EncodeToString(sum[:8])
	if a.Bank != nil && a.Bank.Fingerprint == mark {
		return false
	}
	a.Bank = &bankAccount{ID: newID("ba_"), Fingerprint: mark, Last4: number[max(0, len(number)-4):]}
	return true
}

func renderBank(a account, b bankAccount) map[string]any {
	return map[string]any{
		"id": b.ID, "object": "bank_account", "account": a.ID, "country": a.Country, "currency": a.Currency, "default_for_currency": true,
		"fingerprint": b.Fingerprint, "last4": b.Last4, "status": "new", "metadata": map[string]string{},
	}
}

// replaceBank puts another bank account in the place of the one that there is, and tells the platform, as Stripe does, with an event for each.
func (s *Server) replaceBank(x *tx, a *account, number string) {
	old := a.Bank
	if !a.changeBank(number) {
		return
	}
	s.emit(x, nil, endpointConnect, "account.external_account.created", a.ID, renderBank(*a, *a.Bank))
	if old != nil {
		s.emit(x, nil, endpointConnect, "account.external_account.deleted", a.ID, renderBank(*a, *old))
	}
}

// accountLink leads once to the onboarding page. The first visit uses it up and opens a session of that page.
type accountLink struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Refresh string `json:"refresh"`
	Return  string `json:"return"`
	Session string `json:"session,omitempty"`
	Done    bool   `json:"done,omitempty"`
	Expires int64  `json:"expires"` // milliseconds on the sandbox's clock
}

var homeCurrency = map[string]string{
	"US": "usd", "GB": "gbp", "CA": "cad", "CH": "chf", "AU": "aud", "NZ": "nzd", "JP": "jpy", "BR": "brl", "MX": "mxn", "IN": "inr",
	"SE": "sek", "NO": "nok", "DK": "dkk", "PL": "pln", "CZ": "czk", "HU": "huf", "SG": "sgd", "HK": "hkd", "TH": "thb", "MY": "myr",
}

func currencyOf(country string) string {
	if c, ok := homeCurrency[country]; ok {
		return c
	}
	return "eur"
}

func firstRequirements() []string {
	return []string{"external_account", "individual.dob.day", "individual.first_name", "individual.last_name", "tos_acceptance.date"}
}

func (s *Server) createAccount(x *tx, c *call) (any, *stripeError) {
	a := account{
		ID: "acct_" + newID("")[:16], Country: "US", Type: "express", Metadata: map[string]string{}, Fields: map[string]string{},
		Due: firstRequirements(), Disabled: "requirements.past_due", Created: time.Now().Unix(),
	}
	if c.form.Has("type") {
		a.Type = c.text("type")
	}
	if e := a.apply(c); e != nil {
		return nil, e
	}
	if a.Currency == "" {
		a.Currency = currencyOf(a.Country)
	}
	s.accounts.put(x, a.ID, a)
	return renderAccount(a), nil
}

// apply takes over what a create or update sends.
func (a *account) apply(c *call) *stripeError {
	if country := c.text("country"); c.form.Has("country") {
		if !countryCode.MatchString(country) {
			return invalid("country_unsupported", "country", "Country '%s' is unknown.", country)
		}
		a.Country = country
	}
	if email := c.text("email"); c.form.Has("email") {
		if _, err := netmail.ParseAddress(email); err != nil {
			return invalid("email_invalid", "email", "Invalid email address.")
		}
		a.Email = email
	}
	if code := strings.ToLower(c.text("default_currency")); c.form.Has("default_currency") {
		if !knownCurrency(code) {
			return invalid("", "default_currency", "Invalid currency: %s", code)
		}
		a.Currency = code
	}
	for name, field := range map[string]*string{
		"business_type": &a.BusinessType, "tos_acceptance[service_agreement]": &a.Agreement,
		"settings[payouts][schedule][interval]": &a.Interval,
	} {
		if c.form.Has(name) {
			*field = c.text(name)
		}
	}
	if c.text("capabilities[transfers][requested]") == "true" && a.Transfers == "" {
		a.Transfers = capabilityInactive
	}
	fields, metadata := cloned(a.Fields), cloned(a.Metadata)
	for key, values := range c.form {
		switch name, meta := strings.CutPrefix(key, "metadata["); {
		case meta && values[0] == "":
			delete(metadata, strings.TrimSuffix(name, "]"))
		case meta:
			metadata[strings.TrimSuffix(name, "]")] = values[0]
		case strings.HasPrefix(key, "controller[") || strings.HasPrefix(key, "business_profile["):
			fields[key] = values[0]
		}
	}
	a.Fields, a.Metadata = fields, metadata
	return nil
}

func (s *Server) updateAccount(x *tx, c *call) (any, *stripeError) {
	a, ok := s.accounts.get(c.id)
	if !ok {
		return nil, noAccount(c.id)
	}
	if c.form.Has("country") || c.form.Has("type") {
		return nil, invalid("parameter_unknown", "country", "The country and the type of an account cannot be changed.")
	}
	if e := a.apply(c); e != nil {
		return nil, e
	}
	s.accounts.put(x, a.ID, a)
	s.emit(x, c, endpointConnect, "account.updated", a.ID, renderAccount(a))
	return renderAccount(a), nil
}

func noAccount(id string) *stripeError {
	return &stripeError{
		Status: http.StatusForbidden, Type: "invalid_request_error", Code: "account_invalid",
		Message: "The provided key does not have access to account '" + id + "' (or that account does not exist).",
	}
}

func (s *Server) readAccount(c *call) (any, *stripeError) {
	a, ok := s.accounts.get(c.id)
	if !ok {
		return nil, noAccount(c.id)
	}
	return renderAccount(a), nil
}

// readPlatform is the account that the key belongs to.
func (s *Server) readPlatform(*call) (any, *stripeError) {
	return renderAccount(account{
		ID: "acct_sandboxplatform", Country: "US", Currency: "usd", Type: "standard", Submitted: true, PayoutsEnabled: true,
		Transfers: capabilityActive, Interval: "manual", Metadata: map[string]string{},
	}), nil
}

func (s *Server) listAccounts(c *call) (any, *stripeError) {
	return page(c, s.accounts, func(account) bool { return true }, func(a account) int64 { return a.Created },
		func(a account) any { return renderAccount(a) })
}

func (s *Server) createLink(x *tx, c *call) (any, *stripeError) {
	if _, ok := s.accounts.get(c.text("account")); !ok {
		return nil, noAccount(c.text("account"))
	}
	for _, name := range []string{"refresh_url", "return_url"} {
		if u := c.text(name); !strings.HasPrefix(u, "http://") && !strings.HasPrefix(u, "https://") {
			return nil, invalid("url_invalid", name, "Not a valid URL")
		}
	}
	l := accountLink{
		ID: newID(""), Account: c.text("account"), Refresh: c.text("refresh_url"), Return: c.text("return_url"),
		Expires: s.now().Add(linkLife).UnixMilli(),
	}
	s.links.put(x, l.ID, l)
	return map[string]any{
		"object": "account_link", "created": time.Now().Unix(), "expires_at": time.Now().Add(linkLife).Unix(),
		"url": c.base + "/onboarding/" + l.ID,
	}, nil
}

// createLoginLink leads to the same page for an account that is set up; nothing leads back from there.
func (s *Server) createLoginLink(x *tx, c *call) (any, *stripeError) {
	switch a, ok := s.accounts.get(c.id); {
	case !ok:
		return nil, noAccount(c.id)
	case !a.Submitted:
		return nil, invalid("", "account", "Cannot create a login link for an account that has not completed onboarding.")
	}
	l := accountLink{ID: newID(""), Account: c.id, Expires: s.now().Add(linkLife).UnixMilli()}
	s.links.put(x, l.ID, l)
	return map[string]any{"object": "login_link", "created": time.Now().Unix(), "url": c.base + "/onboarding/" + l.ID}, nil
}

// visitLink opens a link's onboarding page; false means that it is used up, expired or unknown.
func (s *Server) visitLink(id string) (l accountLink, fresh bool, err error) {
	err = s.db.update(func(x *tx) error {
		var ok bool
		if l, ok = s.links.get(id); !ok {
			return errGone
		}
		if l.Session != "" || l.Done || s.now().UnixMilli() >= l.Expires {
			return nil
		}
		fresh, l.Session = true, newID("")
		s.links.put(x, id, l)
		return nil
	})
	return l, fresh, err
}

// Ways in which a person leaves the onboarding page.
const (
	onboardComplete   = "complete"
	onboardIncomplete = "incomplete"
	onboardRestricted = "restricted"
)

// completeLink is the form of the onboarding page. It needs the session of the visit, or a link that nobody has visited.
func (s *Server) completeLink(id, session, outcome, number string) (l accountLink, ok bool, err error) {
	err = s.db.update(func(x *tx) error {
		var found bool
		if l, found = s.links.get(id); !found {
			return errGone
		}
		unused := l.Session == "" && s.now().UnixMilli() < l.Expires
		if l.Done || (!unused && session != l.Session) {
			return nil
		}
		ok, l.Done = true, true
		s.links.put(x, id, l)
		return s.onboard(x, l.Account, outcome, number)
	})
	return l, ok, err
}

// onboard puts an account into the state that an outcome of the onboarding leads to, and tells the platform. Without a number the bank account
// that there is stays.
func (s *Server) onboard(x *tx, id, outcome, number string) error {
	a, ok := s.accounts.get(id)
	if !ok {
		return errGone
	}
	before := a.Transfers
	switch outcome {
	case onboardIncomplete:
		a.Submitted, a.PayoutsEnabled, a.Due, a.Disabled = false, false, []string{"external_account"}, "requirements.past_due"
	case onboardRestricted:
		a.Submitted, a.PayoutsEnabled, a.Due, a.Disabled = true, false, []string{"individual.verification.document"}, "requirements.past_due"
	default:
		a.Submitted, a.PayoutsEnabled, a.Due, a.Disabled = true, true, nil, ""
	}
	if number == "" && a.Bank == nil {
		number = defaultNumber
	}
	if number != "" && outcome != onboardIncomplete {
		s.replaceBank(x, &a, number)
	}
	if a.Transfers != "" {
		a.Transfers = capabilityInactive
		if a.PayoutsEnabled {
			a.Transfers = capabilityActive
		}
	}
	s.saveAccount(x, a, before)
	return nil
}

// saveAccount keeps the account and sends what changed.
func (s *Server) saveAccount(x *tx, a account, transfersBefore string) {
	s.accounts.put(x, a.ID, a)
	if a.Transfers != transfersBefore && a.Transfers != "" {
		s.emit(x, nil, endpointConnect, "capability.updated", a.ID, map[string]any{
			"id": "transfers", "object": "capability", "account": a.ID, "requested": true, "requested_at": a.Created, "status": a.Transfers,
			"requirements": requirements(a), "future_requirements": requirements(account{}),
		})
	}
	s.emit(x, nil, endpointConnect, "account.updated", a.ID, renderAccount(a))
	s.balances.oldest(func(_ string, b balance) bool {
		if b.Holder == a.ID && b.Amount > 0 {
			s.planPayout(x, a, b.Currency)
		}
		return true
	})
}

func requirements(a account) map[string]any {
	due := a.Due
	if due == nil {
		due = []string{}
	}
	past := due
	if a.Disabled == "" {
		past = []string{}
	}
	return map[string]any{
		"alternatives": []any{}, "current_deadline": nil, "currently_due": due, "eventually_due": due, "past_due": past,
		"pending_verification": []any{}, "errors": []any{}, "disabled_reason": orNull(a.Disabled),
	}
}

func renderAccount(a account) map[string]any {
	capabilities := map[string]any{}
	if a.Transfers != "" {
		capabilities["transfers"] = a.Transfers
	}
	interval := a.Interval
	if interval == "" {
		interval = "daily"
	}
	field := func(name, other string) string {
		if v, ok := a.Fields[name]; ok {
			return v
		}
		return other
	}
	banks := []any{}
	if a.Bank != nil {
		banks = append(banks, renderBank(a, *a.Bank))
	}
	return map[string]any{
		"id": a.ID, "object": "account", "type": a.Type, "country": a.Country, "email": orNull(a.Email),
		"business_type": orNull(a.BusinessType), "default_currency": a.Currency, "created": a.Created, "metadata": a.Metadata,
		"charges_enabled": false, "payouts_enabled": a.PayoutsEnabled, "details_submitted": a.Submitted, "capabilities": capabilities,
		"requirements": requirements(a), "future_requirements": requirements(account{}),
		"business_profile": map[string]any{
			"name": orNull(field("business_profile[name]", "")), "url": orNull(field("business_profile[url]", "")),
			"mcc": orNull(field("business_profile[mcc]", "")),
		},
		"controller": map[string]any{
			"type": "application", "is_controller": true,
			"fees":                   map[string]any{"payer": field("controller[fees][payer]", "application")},
			"losses":                 map[string]any{"payments": field("controller[losses][payments]", "application")},
			"requirement_collection": field("controller[requirement_collection]", "stripe"),
			"stripe_dashboard":       map[string]any{"type": field("controller[stripe_dashboard][type]", "express")},
		},
		"external_accounts": listAnswer{Object: "list", Data: banks, URL: "/v1/accounts/" + a.ID + "/external_accounts"},
		"settings": map[string]any{
			"payouts": map[string]any{"debit_negative_balances": false, "schedule": map[string]any{"interval": interval, "delay_days": 2}},
		},
		"tos_acceptance": map[string]any{"date": nil, "service_agreement": orNull(a.Agreement)},
	}
}
