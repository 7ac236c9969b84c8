package stripe

import (
	"context"
	"crypto/sha256"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/form"
)

// TransferRequest is one numbered attempt to pay one payout. All of it is echoed by Stripe and verified.
type TransferRequest struct {
	// Key is po_<payout>_<attempt>, committed before the call and the same for every retry of the attempt.
	Key string
	// PayoutID is our UUID; Attempt counts from 1.
	PayoutID string
	Attempt  int
	// Amount is in the currency's minor units as Stripe counts them; Currency is lower case.
	Amount   int64
	Currency string
	// Destination is the creator's acct_….
	Destination string
}

// Transfer is money moved to a connected account. It has no status: it is done unless reversed.
type Transfer struct {
	ID, PayoutID, Currency, Destination string
	// DestinationPayment is the py_… that the creator's own bank payout lists; may be empty.
	DestinationPayment string
	Attempt            int
	Amount             int64
	AmountReversed     int64
	// Net is what it changed the platform's balance by, negative; 0 when Stripe did not say.
	Net      int64
	Reversed bool
	Livemode bool
	Created  time.Time
}

// TransferGroup gives the group under which every attempt of a payout is found.
func TransferGroup(payoutID string) string { return "payout_" + payoutID }

func transferParams(req TransferRequest) *sdk.TransferParams {
	p := &sdk.TransferParams{
		Amount:        new(req.Amount),
		Currency:      new(req.Currency),
		Destination:   new(req.Destination),
		TransferGroup: new(TransferGroup(req.PayoutID)),
	}
	p.AddMetadata(metaPayout, req.PayoutID)
	p.AddMetadata(metaAttempt, strconv.Itoa(req.Attempt))
	p.AddExpand("balance_transaction")

	return p
}

// RequestHash is the SHA-256 of the form body that CreateTransfer sends. An attempt stores it before the first byte, so
// that a retry under the same key can be shown to be the same request.
func RequestHash(req TransferRequest) []byte {
	values := &form.Values{}
	form.AppendTo(values, transferParams(req))
	sum := sha256.Sum256([]byte(values.Encode()))

	return sum[:]
}

// CreateTransfer sends one attempt and verifies every echoed field. With Outcome Mismatch the transfer as Stripe
// reported it is returned beside the error, because it exists.
func (c *Client) CreateTransfer(ctx context.Context, req TransferRequest) (Transfer, error) {
	if err := checkTransferRequest(req); err != nil {
		return Transfer{}, err
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Transfer, error) {
		p := transferParams(req)
		p.Context = ctx
		p.SetIdempotencyKey(req.Key)

		return c.transfers.New(p)
	})
	if err != nil {
		return Transfer{}, err
	}

	if !ok(got.LastResponse) || !isID(got.ID, "tr_") {
		return Transfer{}, foreign(got.LastResponse)
	}

	out := toTransfer(got)
	if field := differs(c.live, req, got, out); field != "" {
		return out, mismatch(field, got.LastResponse)
	}

	return out, nil
}

func checkTransferRequest(req TransferRequest) error {
	switch {
	case req.PayoutID == "" || !codePattern.MatchString(req.PayoutID):
		return localError(metaPayout)
	case req.Attempt < 1:
		return localError(metaAttempt)
	case req.Amount < 1:
		return localError("amount")
	case len(req.Currency) != len("usd") || strings.ToLower(req.Currency) != req.Currency:
		return localError("currency")
	case !isID(req.Destination, "acct_"):
		return localError("destination")
	}

	return checkKey(req.Key)
}

// differs names the first echoed field that is not what was asked for.
func differs(live bool, req TransferRequest, raw *sdk.Transfer, got Transfer) string {
	switch {
	case got.Amount != req.Amount:
		return "amount"
	case got.Currency != req.Currency:
		return "currency"
	case got.Destination != req.Destination:
		return "destination"
	case raw.TransferGroup != TransferGroup(req.PayoutID):
		return "transfer_group"
	case got.PayoutID != req.PayoutID:
		return metaPayout
	case got.Attempt != req.Attempt:
		return metaAttempt
	case got.Livemode != live:
		return "livemode"
	default:
		return ""
	}
}

// GetTransfer reads one transfer as it is now.
func (c *Client) GetTransfer(ctx context.Context, transferID string) (Transfer, error) {
	if !isID(transferID, "tr_") {
		return Transfer{}, localError("transfer")
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.Transfer, error) {
		p := &sdk.TransferParams{}
		p.Context = ctx
		p.AddExpand("balance_transaction")

		return c.transfers.Get(transferID, p)
	})
	if err != nil {
		return Transfer{}, err
	}

	if !ok(got.LastResponse) || got.ID != transferID {
		return Transfer{}, foreign(got.LastResponse)
	}

	return toTransfer(got), nil
}

// FindTransfers lists every transfer of a payout, newest first. An empty answer soon after a 500 proves nothing yet.
func (c *Client) FindTransfers(ctx context.Context, payoutID string) ([]Transfer, error) {
	if payoutID == "" {
		return nil, localError(metaPayout)
	}

	group := TransferGroup(payoutID)

	found, err := list[*sdk.Transfer](ctx, c, "/v1/transfers", "", &sdk.TransferListParams{TransferGroup: new(group)})
	if err != nil {
		return nil, err
	}

	var out []Transfer

	for _, tr := range found {
		if tr.TransferGroup == group {
			out = append(out, toTransfer(tr))
		}
	}

	return out, nil
}

// ReverseRequest claws back part or all of a transfer.
type ReverseRequest struct {
	// Key is trr_<reversal>_<attempt>, committed before the call and kept for its retries.
	Key string
	// ReversalID is our UUID of the reversal; Attempt counts from 1.
	ReversalID string
	Attempt    int
	TransferID string
	// Amount is in minor units; Currency is the transfer's, lower case, and is verified in the answer.
	Amount   int64
	Currency string
}

// Reversal is money taken back from a connected account. ReversalID is empty for what somebody took back elsewhere.
type Reversal struct {
	ID, ReversalID, TransferID, Currency string
	Attempt                              int
	Amount                               int64
	Created                              time.Time
}

func reversalParams(req ReverseRequest) *sdk.TransferReversalParams {
	p := &sdk.TransferReversalParams{ID: new(req.TransferID), Amount: new(req.Amount)}
	p.AddMetadata(metaReversal, req.ReversalID)
	p.AddMetadata(metaAttempt, strconv.Itoa(req.Attempt))

	return p
}

// ReverseHash is the SHA-256 of the form body that ReverseTransfer sends, and of the transfer that it goes to.
func ReverseHash(req ReverseRequest) []byte {
	values := &form.Values{}
	form.AppendTo(values, reversalParams(req))
	sum := sha256.Sum256([]byte(req.TransferID + "?" + values.Encode()))

	return sum[:]
}

// ReverseTransfer sends one reversal and verifies its echo. RejectedFunds means the creator's balance is short.
func (c *Client) ReverseTransfer(ctx context.Context, req ReverseRequest) (Reversal, error) {
	switch {
	case !isID(req.TransferID, "tr_"):
		return Reversal{}, localError("transfer")
	case req.Amount < 1:
		return Reversal{}, localError("amount")
	case req.ReversalID == "":
		return Reversal{}, localError(metaReversal)
	case req.Attempt < 1:
		return Reversal{}, localError(metaAttempt)
	}

	if err := checkKey(req.Key); err != nil {
		return Reversal{}, err
	}

	got, err := call(ctx, func(ctx context.Context) (*sdk.TransferReversal, error) {
		p := reversalParams(req)
		p.Context = ctx
		p.SetIdempotencyKey(req.Key)

		return c.reversals.New(p)
	})
	if err != nil {
		return Reversal{}, err
	}

	if !ok(got.LastResponse) || !isID(got.ID, "trr_") {
		return Reversal{}, foreign(got.LastResponse)
	}

	out := toReversal(got)

	switch {
	case out.Amount != req.Amount:
		return out, mismatch("amount", got.LastResponse)
	case out.Currency != req.Currency:
		return out, mismatch("currency", got.LastResponse)
	case out.TransferID != req.TransferID:
		return out, mismatch("transfer", got.LastResponse)
	case out.ReversalID != req.ReversalID:
		return out, mismatch(metaReversal, got.LastResponse)
	case out.Attempt != req.Attempt:
		return out, mismatch(metaAttempt, got.LastResponse)
	}

	return out, nil
}

// FindReversals lists what was taken back of a transfer, newest first.
func (c *Client) FindReversals(ctx context.Context, transferID string) ([]Reversal, error) {
	if !isID(transferID, "tr_") {
		return nil, localError("transfer")
	}

	found, err := list[*sdk.TransferReversal](ctx, c, "/v1/transfers/"+transferID+"/reversals", "", &sdk.TransferReversalListParams{})
	if err != nil {
		return nil, err
	}

	out := make([]Reversal, len(found))
	for i, r := range found {
		out[i] = toReversal(r)
	}

	return out, nil
}

func toReversal(r *sdk.TransferReversal) Reversal {
	out := Reversal{ID: r.ID, ReversalID: r.Metadata[metaReversal], Currency: string(r.Currency), Amount: r.Amount, Created: unixTime(r.Created)}
	// A missing or odd number stays 0, which no attempt has.
	out.Attempt, _ = strconv.Atoi(r.Metadata[metaAttempt])

	if r.Transfer != nil {
		out.TransferID = r.Transfer.ID
	}

	return out
}

func toTransfer(tr *sdk.Transfer) Transfer {
	out := Transfer{
		ID: tr.ID, PayoutID: tr.Metadata[metaPayout], Currency: string(tr.Currency),
		Amount: tr.Amount, AmountReversed: tr.AmountReversed,
		Reversed: tr.Reversed, Livemode: tr.Livemode, Created: unixTime(tr.Created),
	}
	// A missing or odd number stays 0, which no attempt has.
	out.Attempt, _ = strconv.Atoi(tr.Metadata[metaAttempt])

	if tr.Destination != nil {
		out.Destination = tr.Destination.ID
	}

	if tr.DestinationPayment != nil {
		out.DestinationPayment = tr.DestinationPayment.ID
	}

	if tr.BalanceTransaction != nil {
		out.Net = tr.BalanceTransaction.Net
	}

	return out
}
