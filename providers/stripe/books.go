package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"time"

	"github.com/google/uuid"
	sdk "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/form"

	"rapport"
)

// wireObject is a transfer, a reversal or a top-up as far as the books compare it. The SDK has a type for each; a balance transaction
// holds any of them.
type wireObject struct {
	ID          string            `json:"id"`
	Object      string            `json:"object"`
	Amount      int64             `json:"amount"`
	Currency    string            `json:"currency"`
	Destination json.RawMessage   `json:"destination"`
	Transfer    json.RawMessage   `json:"transfer"`
	Status      string            `json:"status"`
	Metadata    map[string]string `json:"metadata"`
	Created     int64             `json:"created"`
	Movement    json.RawMessage   `json:"balance_transaction"`
}

// wireMovement is a balance transaction whose source may be expanded.
type wireMovement struct {
	ID       string          `json:"id"`
	Category string          `json:"reporting_category"`
	Source   json.RawMessage `json:"source"`
	Currency string          `json:"currency"`
	Amount   int64           `json:"amount"`
	Net      int64           `json:"net"`
	Created  int64           `json:"created"`
}

// idOf is the id of what may be an id or the whole thing.
func idOf(raw json.RawMessage) string {
	var id string
	if json.Unmarshal(raw, &id) == nil {
		return id
	}
	var whole struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(raw, &whole) // what is neither has no id

	return whole.ID
}

func (w wireObject) toDomain() (rapport.BookObject, bool) {
	o := rapport.BookObject{
		Ref: w.ID, Amount: rapport.Money{Amount: w.Amount, Currency: w.Currency}, Destination: idOf(w.Destination), Created: unixTime(w.Created),
	}
	switch w.Object {
	case "transfer":
		o.Kind, o.Key = rapport.LineSettle, w.Metadata[metaPayout]+"/"+w.Metadata[metaAttempt]
		o.PayoutID, _ = uuid.Parse(w.Metadata[metaPayout]) // another's transfer names none
	case "transfer_reversal":
		o.Kind, o.Key, o.Parent = rapport.LineReversal, w.Metadata[metaReversal]+"/"+w.Metadata[metaAttempt], idOf(w.Transfer)
	case "topup":
		o.Kind, o.Key, o.Status, o.Destination = rapport.LineTopUp, w.Metadata[metaTopup], w.Status, ""
	default:
		return o, false
	}

	return o, true
}

func (w wireMovement) toDomain() rapport.BalanceMovement {
	return rapport.BalanceMovement{
		ID: w.ID, Category: w.Category, SourceID: idOf(w.Source), Amount: rapport.Money{Amount: w.Amount, Currency: w.Currency}, Net: w.Net, Created: unixTime(w.Created),
	}
}

// Books reads what changed the platform's balance since an instant, and the transfers, reversals and top-ups of that time. Stripe lists
// no reversals by time: each is read where it moved the balance.
func (p Payer) Books(ctx context.Context, since time.Time) ([]rapport.BookObject, []rapport.BalanceMovement, error) {
	window := &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}
	params := &sdk.BalanceTransactionListParams{CreatedRange: window}
	params.AddExpand("data.source")
	found, err := list[wireMovement](ctx, p.Client, "/v1/balance_transactions", "", params)
	if err != nil {
		return nil, nil, payError(err)
	}
	transfers, err := list[wireObject](ctx, p.Client, "/v1/transfers", "", &sdk.TransferListParams{CreatedRange: window})
	if err != nil {
		return nil, nil, payError(err)
	}
	topups, err := list[wireObject](ctx, p.Client, "/v1/topups", "", &sdk.TopupListParams{CreatedRange: window})
	if err != nil {
		return nil, nil, payError(err)
	}
	var objects []rapport.BookObject
	movements := make([]rapport.BalanceMovement, len(found))
	for i, m := range found {
		movements[i] = m.toDomain()
		var source wireObject
		if json.Unmarshal(m.Source, &source) == nil && source.Object == "transfer_reversal" {
			o, _ := source.toDomain()
			objects = append(objects, o)
		}
	}
	for _, w := range append(transfers, topups...) {
		if o, ours := w.toDomain(); ours {
			objects = append(objects, o)
		}
	}

	return objects, movements, nil
}

// BookEntry reads one transfer, reversal (of the transfer parent) or top-up with its movement of the balance; nil when there is none.
func (p Payer) BookEntry(ctx context.Context, ref, parent string) (*rapport.BookObject, *rapport.BalanceMovement, error) {
	var path string
	switch {
	case isID(ref, "tr_"):
		path = "/v1/transfers/" + ref
	case isID(ref, "tu_"):
		path = "/v1/topups/" + ref
	case isID(ref, "trr_") && isID(parent, "tr_"):
		path = "/v1/transfers/" + parent + "/reversals/" + ref
	default:
		return nil, nil, nil // nothing that Stripe could have
	}
	raw, err := p.Client.read(ctx, path, "balance_transaction")
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusNotFound {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, payError(err)
	}
	var w wireObject
	if json.Unmarshal(raw, &w) != nil || w.ID != ref {
		return nil, nil, payError(foreign(nil))
	}
	o, ours := w.toDomain()
	if !ours {
		return nil, nil, payError(foreign(nil))
	}
	var m wireMovement
	if err := json.Unmarshal(w.Movement, &m); err != nil || m.ID == "" {
		return &o, nil, nil //nolint:nilerr // an object whose movement is not told with it is one without
	}
	moved := m.toDomain()
	moved.SourceID = ref

	return &o, &moved, nil
}

// read gets one object with something of it expanded, as it came.
func (c *Client) read(ctx context.Context, path, expand string) (json.RawMessage, error) {
	got, err := call(ctx, func(ctx context.Context) (*rawObject, error) {
		out, values := &rawObject{}, &form.Values{}
		values.Add("expand[]", expand)

		return out, c.backend.CallRaw(http.MethodGet, path, c.key, values, &sdk.Params{Context: ctx}, out)
	})
	if err != nil {
		return nil, err
	}
	if !ok(got.LastResponse) {
		return nil, foreign(got.LastResponse)
	}

	return got.LastResponse.RawJSON, nil
}

type rawObject struct{ sdk.APIResource }

// Balance is what lies at Stripe by currency, available and pending.
func (p Payer) Balance(ctx context.Context) (map[string]int64, error) {
	found, err := p.Client.Balance(ctx)
	if err != nil {
		return nil, payError(err)
	}
	amounts := map[string]int64{}
	for _, b := range found {
		amounts[b.Currency] += b.Available + b.Pending
	}
	maps.DeleteFunc(amounts, func(_ string, n int64) bool { return n == 0 })

	return amounts, nil
}

// BankPayout reads a payout of a creator's account to the bank, and which payments it carried; none where Stripe cannot say.
func (p Payer) BankPayout(ctx context.Context, account, id string) (rapport.BankPayout, error) {
	b, err := p.Client.GetBankPayout(ctx, account, id)
	if err != nil {
		return rapport.BankPayout{}, payError(err)
	}
	out := rapport.BankPayout{
		ID: b.ID, Account: account, Amount: rapport.Money{Amount: b.Amount, Currency: b.Currency}, State: b.Status, FailureCode: b.FailureCode, ArrivesOn: b.ArrivalDate,
	}
	if b.Automatic {
		if out.Payments, err = p.Client.PaymentsInBankPayout(ctx, account, id); err != nil {
			return out, payError(err)
		}
	}

	return out, nil
}
