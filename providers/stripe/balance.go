package stripe

import (
	"context"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
)

// BalanceAmount is the platform's money in one currency, in minor units.
type BalanceAmount struct {
	Currency  string
	Available int64
	Pending   int64
}

// Balance reads the platform's balance, one row a currency, in Stripe's order.
func (c *Client) Balance(ctx context.Context) ([]BalanceAmount, error) {
	got, err := call(ctx, func(ctx context.Context) (*sdk.Balance, error) {
		p := &sdk.BalanceParams{}
		p.Context = ctx

		return c.balances.Get(p)
	})
	if err != nil {
		return nil, err
	}

	if !ok(got.LastResponse) || got.Object != "balance" {
		return nil, foreign(got.LastResponse)
	}

	if got.Livemode != c.live {
		return nil, mismatch("livemode", got.LastResponse)
	}

	var out []BalanceAmount

	at := map[string]int{}
	row := func(a *sdk.Amount) *BalanceAmount {
		currency := string(a.Currency)
		if _, seen := at[currency]; !seen {
			at[currency] = len(out)
			out = append(out, BalanceAmount{Currency: currency})
		}

		return &out[at[currency]]
	}

	for _, a := range got.Available {
		if a != nil {
			row(a).Available += a.Amount
		}
	}

	for _, a := range got.Pending {
		if a != nil {
			row(a).Pending += a.Amount
		}
	}

	return out, nil
}

// Topup is money on its way from a brand's bank to the platform's balance.
type Topup struct {
	ID, TopupID, Currency string
	Amount                int64
	// Status is pending, succeeded, failed, canceled or reversed.
	Status string
}

// CreateTopup asks Stripe to fund the platform's balance for a brand and verifies the echo.
func (c *Client) CreateTopup(ctx context.Context, key, brandID, topupID string, amount int64, currency string) (Topup, error) {
	if err := checkKey(key); err != nil {
		return Topup{}, err
	}

	switch {
	case amount < 1:
		return Topup{}, localError("amount")
	case strings.ToLower(currency) != currency:
		return Topup{}, localError("currency")
	case topupID == "":
		return Topup{}, localError(metaTopup)
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Topup, error) {
		p := &sdk.TopupParams{Amount: new(amount), Currency: new(currency)}
		p.Context = ctx
		p.SetIdempotencyKey(key)
		p.AddMetadata(metaBrand, brandID)
		p.AddMetadata(metaTopup, topupID)

		return c.topups.New(p)
	})
	if err != nil {
		return Topup{}, err
	}

	if !ok(got.LastResponse) || !isID(got.ID, "tu_") {
		return Topup{}, foreign(got.LastResponse)
	}

	out := Topup{
		ID: got.ID, TopupID: got.Metadata[metaTopup], Currency: string(got.Currency),
		Amount: got.Amount, Status: string(got.Status),
	}

	switch {
	case out.Amount != amount:
		return out, mismatch("amount", got.LastResponse)
	case out.Currency != currency:
		return out, mismatch("currency", got.LastResponse)
	case out.TopupID != topupID:
		return out, mismatch(metaTopup, got.LastResponse)
	case got.Livemode != c.live:
		return out, mismatch("livemode", got.LastResponse)
	}

	return out, nil
}

// GetTopup reads a top-up again: an event is only a hint.
func (c *Client) GetTopup(ctx context.Context, topupID string) (Topup, error) {
	if !isID(topupID, "tu_") {
		return Topup{}, localError("topup")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Topup, error) {
		params := &sdk.TopupParams{}
		params.Context = ctx

		return c.topups.Get(topupID, params)
	})
	if err != nil {
		return Topup{}, err
	}

	if !ok(got.LastResponse) || got.ID != topupID {
		return Topup{}, foreign(got.LastResponse)
	}

	return Topup{ID: got.ID, TopupID: got.Metadata[metaTopup], Currency: string(got.Currency), Amount: got.Amount, Status: string(got.Status)}, nil
}

// BalanceTransaction is one movement of the platform's balance: the vendor's side of the reconciliation.
type BalanceTransaction struct {
	ID string
	// Type is Stripe's fine kind (transfer, transfer_refund, topup, …); Category its stable one (transfer, transfer_reversal, …).
	Type, Category string
	// SourceID is the tr_, trr_ or tu_ that caused it; may be empty.
	SourceID string
	Currency string
	// Amount, Fee and Net are signed minor units; Net = Amount - Fee.
	Amount, Fee, Net     int64
	Created, AvailableOn time.Time
}

// BalanceTransactions lists the movements created in [from, to), newest first, with one-second resolution.
func (c *Client) BalanceTransactions(ctx context.Context, from, to time.Time) ([]BalanceTransaction, error) {
	found, err := list[*sdk.BalanceTransaction](ctx, c, "/v1/balance_transactions", "", &sdk.BalanceTransactionListParams{
		CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: from.Unix(), LesserThan: to.Unix()},
	})
	if err != nil {
		return nil, err
	}

	out := make([]BalanceTransaction, 0, len(found))

	for _, b := range found {
		row := BalanceTransaction{
			ID: b.ID, Type: string(b.Type), Category: string(b.ReportingCategory), Currency: string(b.Currency),
			Amount: b.Amount, Fee: b.Fee, Net: b.Net,
			Created: unixTime(b.Created), AvailableOn: unixTime(b.AvailableOn),
		}
		if b.Source != nil {
			row.SourceID = b.Source.ID
		}

		out = append(out, row)
	}

	return out, nil
}

// BankPayout is a creator's money on its way from their Stripe balance to their bank. It is advisory: a paid one can
// still turn failed for some days.
type BankPayout struct {
	ID, Currency string
	Amount       int64
	// Status is pending, in_transit, paid, failed or canceled.
	Status string
	// Automatic: only for these can Stripe say which payments were included.
	Automatic bool
	// FailureCode is Stripe's code; may be empty.
	FailureCode string
	ArrivalDate time.Time
}

// GetBankPayout reads a payout of a connected account.
func (c *Client) GetBankPayout(ctx context.Context, accountID, bankPayoutID string) (BankPayout, error) {
	if !isID(accountID, "acct_") || !isID(bankPayoutID, "po_") {
		return BankPayout{}, localError("payout")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Payout, error) {
		p := &sdk.PayoutParams{}
		p.Context = ctx
		p.SetStripeAccount(accountID)

		return c.payouts.Get(bankPayoutID, p)
	})
	if err != nil {
		return BankPayout{}, err
	}

	if !ok(got.LastResponse) || got.ID != bankPayoutID {
		return BankPayout{}, foreign(got.LastResponse)
	}

	return BankPayout{
		ID: got.ID, Currency: string(got.Currency), Amount: got.Amount, Status: string(got.Status),
		Automatic: got.Automatic, FailureCode: safeCode(string(got.FailureCode)), ArrivalDate: unixTime(got.ArrivalDate),
	}, nil
}

// PaymentsInBankPayout lists the py_… that an automatic bank payout carried; they equal Transfer.DestinationPayment.
func (c *Client) PaymentsInBankPayout(ctx context.Context, accountID, bankPayoutID string) ([]string, error) {
	if !isID(accountID, "acct_") || !isID(bankPayoutID, "po_") {
		return nil, localError("payout")
	}

	found, err := list[*sdk.BalanceTransaction](ctx, c, "/v1/balance_transactions", accountID,
		&sdk.BalanceTransactionListParams{Payout: new(bankPayoutID)})
	if err != nil {
		return nil, err
	}

	var out []string

	for _, b := range found {
		if b.Source != nil && strings.HasPrefix(b.Source.ID, "py_") {
			out = append(out, b.Source.ID)
		}
	}

	return out, nil
}
