package stripe

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
)

const (
	metaCreator  = "creator_id"
	metaPayout   = "payout_id"
	metaAttempt  = "attempt"
	metaReversal = "reversal_id"
	metaBrand    = "brand_id"
	metaTopup    = "topup_id"
)

// AccountRequest asks for a connected account for one creator.
type AccountRequest struct {
	// CreatorID is our UUID; it comes back in the account's metadata.
	CreatorID string
	// Email prefills Stripe's own onboarding; may be empty.
	Email string
	// Country is ISO 3166-1 alpha-2 and cannot be changed later.
	Country string
	// Recipient asks for the recipient agreement, needed where the creator's country differs from the platform's.
	Recipient bool
	// IdempotencyKey is committed by the caller before the call.
	IdempotencyKey string
}

// Account is the readiness of a connected account as Stripe sees it now.
type Account struct {
	ID, CreatorID, Country string
	DetailsSubmitted       bool
	PayoutsEnabled         bool
	// TransfersActive: money can be transferred to it.
	TransfersActive bool
	// CurrentlyDue and PastDue name what Stripe still wants to know.
	CurrentlyDue, PastDue []string
	// DisabledReason is Stripe's reason code, empty when not disabled.
	DisabledReason string
	// Banks are the fingerprints of the default bank accounts and cards, by currency; nil when Stripe lists none.
	Banks map[string]string
}

// Ready tells whether a transfer to the account can arrive at the creator's bank.
func (a Account) Ready() bool {
	return a.DetailsSubmitted && a.PayoutsEnabled && a.TransfersActive && a.DisabledReason == ""
}

// CreateAccount opens a connected account whose requirements Stripe collects itself. Losses are the platform's.
func (c *Client) CreateAccount(ctx context.Context, req AccountRequest) (Account, error) {
	if err := checkKey(req.IdempotencyKey); err != nil {
		return Account{}, err
	}

	if req.CreatorID == "" {
		return Account{}, localError(metaCreator)
	}

	if len(req.Country) != len("US") {
		return Account{}, localError("country")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Account, error) {
		p := &sdk.AccountParams{
			Country:      new(req.Country),
			BusinessType: new("individual"),
			Capabilities: &sdk.AccountCapabilitiesParams{
				Transfers: &sdk.AccountCapabilitiesTransfersParams{Requested: new(true)},
			},
			Controller: &sdk.AccountControllerParams{
				Fees:                  &sdk.AccountControllerFeesParams{Payer: new("application")},
				Losses:                &sdk.AccountControllerLossesParams{Payments: new("application")},
				StripeDashboard:       &sdk.AccountControllerStripeDashboardParams{Type: new("express")},
				RequirementCollection: new("stripe"),
			},
		}
		if req.Email != "" {
			p.Email = new(req.Email)
		}

		if req.Recipient {
			p.TOSAcceptance = &sdk.AccountTOSAcceptanceParams{ServiceAgreement: new("recipient")}
		}

		p.Context = ctx
		p.SetIdempotencyKey(req.IdempotencyKey)
		p.AddMetadata(metaCreator, req.CreatorID)

		return c.accounts.New(p)
	})
	if err != nil {
		return Account{}, err
	}

	out, err := checkAccount(got)

	switch {
	case err != nil:
		return Account{}, err
	case out.CreatorID != req.CreatorID:
		return out, mismatch(metaCreator, got.LastResponse)
	case !strings.EqualFold(out.Country, req.Country):
		return out, mismatch("country", got.LastResponse)
	}

	return out, nil
}

// GetAccount reads an account's readiness. The return of an onboarding page proves nothing; this does.
func (c *Client) GetAccount(ctx context.Context, accountID string) (Account, error) {
	if !isID(accountID, "acct_") {
		return Account{}, localError("account")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Account, error) {
		p := &sdk.AccountParams{}
		p.Context = ctx

		return c.accounts.GetByID(accountID, p)
	})
	if err != nil {
		return Account{}, err
	}

	out, err := checkAccount(got)
	if err != nil {
		return Account{}, err
	}

	if out.ID != accountID {
		return out, mismatch("account", got.LastResponse)
	}

	return out, nil
}

// CreateOnboardingLink mints a single-use URL that expires soon. Hand it to a signed-in creator at once; never mail it.
func (c *Client) CreateOnboardingLink(ctx context.Context, accountID, refreshURL, returnURL string) (string, time.Time, error) {
	if !isID(accountID, "acct_") {
		return "", time.Time{}, localError("account")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.AccountLink, error) {
		p := &sdk.AccountLinkParams{
			Account:    new(accountID),
			RefreshURL: new(refreshURL),
			ReturnURL:  new(returnURL),
			Type:       new("account_onboarding"),
			CollectionOptions: &sdk.AccountLinkCollectionOptionsParams{
				Fields: new("eventually_due"),
			},
		}
		p.Context = ctx

		return c.links.New(p)
	})
	if err != nil {
		return "", time.Time{}, err
	}

	if !ok(got.LastResponse) || got.URL == "" || got.ExpiresAt == 0 {
		return "", time.Time{}, foreign(got.LastResponse)
	}

	return got.URL, unixTime(got.ExpiresAt), nil
}

// CreateLoginLink mints a single-use URL to the Express dashboard, where the holder of an account that is set up changes the bank account. Hand it
// to a signed-in creator at once; never mail it.
func (c *Client) CreateLoginLink(ctx context.Context, accountID string) (string, error) {
	if !isID(accountID, "acct_") {
		return "", localError("account")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.LoginLink, error) {
		p := &sdk.LoginLinkParams{Account: new(accountID)}
		p.Context = ctx

		return c.logins.New(p)
	})
	if err != nil {
		return "", err
	}

	if !ok(got.LastResponse) || got.URL == "" {
		return "", foreign(got.LastResponse)
	}

	return got.URL, nil
}

func checkAccount(a *sdk.Account) (Account, error) {
	if !ok(a.LastResponse) || !isID(a.ID, "acct_") {
		return Account{}, foreign(a.LastResponse)
	}

	out := Account{
		ID: a.ID, CreatorID: a.Metadata[metaCreator], Country: a.Country,
		DetailsSubmitted: a.DetailsSubmitted, PayoutsEnabled: a.PayoutsEnabled,
	}
	if a.Capabilities != nil {
		out.TransfersActive = a.Capabilities.Transfers == sdk.AccountCapabilityStatusActive
	}

	if a.Requirements != nil {
		out.CurrentlyDue, out.PastDue = a.Requirements.CurrentlyDue, a.Requirements.PastDue
		out.DisabledReason = string(a.Requirements.DisabledReason)
	}

	out.Banks = banksOf(a.ExternalAccounts)

	return out, nil
}

// banksOf says where each currency is paid out to. A fingerprint is the same for the same account number, whoever enters it; what has none is
// told by its id.
func banksOf(list *sdk.AccountExternalAccountList) map[string]string {
	if list == nil {
		return nil
	}

	banks := map[string]string{}

	for _, e := range list.Data {
		switch {
		case e == nil:
		case e.BankAccount != nil && e.BankAccount.DefaultForCurrency:
			banks[string(e.BankAccount.Currency)] = cmp.Or(e.BankAccount.Fingerprint, e.ID)
		case e.Card != nil && e.Card.DefaultForCurrency:
			banks[string(e.Card.Currency)] = cmp.Or(e.Card.Fingerprint, e.ID)
		}
	}

	return banks
}

func ok(last *sdk.APIResponse) bool {
	return last != nil && last.StatusCode == http.StatusOK
}

// isID tells whether s is an id of that kind and safe inside a path.
func isID(s, prefix string) bool {
	rest, found := strings.CutPrefix(s, prefix)

	return found && rest != "" && codePattern.MatchString(s)
}
