package stripe

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// Payer gives the client the domain's words. Its errors are *rapport.PayError.
type Payer struct{ Client *Client }

// outcomes are the domain's words for what is known after a call. What froze is one thing to the domain: a person looks.
func domainOutcome(o Outcome) string {
	switch o {
	case Mismatch, IdempotencyMismatch:
		return rapport.PayFrozen
	default:
		return string(o) // the other words are the same
	}
}

func payError(err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return &rapport.PayError{Outcome: rapport.PayAmbiguous, Code: "unknown", Err: err}
	}
	return &rapport.PayError{Outcome: domainOutcome(e.Outcome), Code: e.Code, RetryAfter: e.RetryAfter, Err: e}
}

// CreatePayeeAccount opens the account of a creator, once a creator.
func (p Payer) CreatePayeeAccount(ctx context.Context, creator uuid.UUID, email, country string) (rapport.PayeeAccount, error) {
	a, err := p.Client.CreateAccount(ctx, AccountRequest{CreatorID: creator.String(), Email: email, Country: country, IdempotencyKey: "acct_" + creator.String()})
	return toPayee(a), payError(err)
}

// PayeeAccount reads a creator's account as it is now.
func (p Payer) PayeeAccount(ctx context.Context, account string) (rapport.PayeeAccount, error) {
	a, err := p.Client.GetAccount(ctx, account)
	return toPayee(a), payError(err)
}

func toPayee(a Account) rapport.PayeeAccount {
	return rapport.PayeeAccount{ID: a.ID, Ready: a.Ready(), Submitted: a.DetailsSubmitted, Disabled: a.DisabledReason != "", Banks: a.Banks}
}

func toRequest(r rapport.TransferRequest) TransferRequest {
	return TransferRequest{Key: r.Key, PayoutID: r.PayoutID.String(), Attempt: r.Attempt, Amount: r.Amount.Amount, Currency: r.Amount.Currency, Destination: r.Destination}
}

// RequestHash is the SHA-256 of what Transfer would send.
func (p Payer) RequestHash(r rapport.TransferRequest) []byte { return RequestHash(toRequest(r)) }

// Transfer sends one attempt.
func (p Payer) Transfer(ctx context.Context, r rapport.TransferRequest) (rapport.Transfer, error) {
	t, err := p.Client.CreateTransfer(ctx, toRequest(r))
	return toDomain(t, r.PayoutID), payError(err)
}

// TransfersOf lists what was sent for a payout, also what was taken back.
func (p Payer) TransfersOf(ctx context.Context, payout uuid.UUID) ([]rapport.Transfer, error) {
	found, err := p.Client.FindTransfers(ctx, payout.String())
	out := make([]rapport.Transfer, len(found))
	for i, t := range found {
		out[i] = toDomain(t, payout)
	}
	return out, payError(err)
}

func toDomain(t Transfer, payout uuid.UUID) rapport.Transfer {
	return rapport.Transfer{
		ID: t.ID, PayoutID: payout, Attempt: t.Attempt, Amount: rapport.Money{Amount: t.Amount, Currency: t.Currency},
		Destination: t.Destination, Created: t.Created, TakenBack: t.AmountReversed, Payment: t.DestinationPayment,
	}
}

func toReverse(r rapport.ReversalRequest) ReverseRequest {
	return ReverseRequest{Key: r.Key, ReversalID: r.ReversalID.String(), Attempt: r.Attempt, TransferID: r.TransferID, Amount: r.Amount.Amount, Currency: r.Amount.Currency}
}

// ReversalHash is the SHA-256 of what Reverse would send.
func (p Payer) ReversalHash(r rapport.ReversalRequest) []byte { return ReverseHash(toReverse(r)) }

// Reverse takes back one attempt. PayRejectedFunds means that the creator's balance is short.
func (p Payer) Reverse(ctx context.Context, r rapport.ReversalRequest) (rapport.TakenBack, error) {
	got, err := p.Client.ReverseTransfer(ctx, toReverse(r))
	return takenBack(got), payError(err)
}

// ReversalsOf lists what was taken back of a transfer, by whomever.
func (p Payer) ReversalsOf(ctx context.Context, transfer string) ([]rapport.TakenBack, error) {
	found, err := p.Client.FindReversals(ctx, transfer)
	out := make([]rapport.TakenBack, len(found))
	for i, r := range found {
		out[i] = takenBack(r)
	}
	return out, payError(err)
}

func takenBack(r Reversal) rapport.TakenBack {
	out := rapport.TakenBack{ID: r.ID, Attempt: r.Attempt, TransferID: r.TransferID, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency}}
	out.ReversalID, _ = uuid.Parse(r.ReversalID) // somebody else's stays zero
	return out
}

// CreateTopUp asks for money on the platform's balance, once an id.
func (p Payer) CreateTopUp(ctx context.Context, id, brand uuid.UUID, amount rapport.Money) (rapport.ProviderTopUp, error) {
	t, err := p.Client.CreateTopup(ctx, "topup_"+id.String(), brand.String(), id.String(), amount.Amount, amount.Currency)
	return rapport.ProviderTopUp{ID: t.ID, Status: t.Status}, payError(err)
}

// TopUp reads a top-up as it is now.
func (p Payer) TopUp(ctx context.Context, providerID string) (rapport.ProviderTopUp, error) {
	t, err := p.Client.GetTopup(ctx, providerID)
	return rapport.ProviderTopUp{ID: t.ID, Status: t.Status}, payError(err)
}

// MissedEvents lists the events of an account, or the platform's own, since an instant that no webhook of ours has acknowledged, as the inbox
// keeps them; with all, those as well that one has.
func (p Payer) MissedEvents(ctx context.Context, account string, since time.Time, all bool) ([]rapport.InboxRow, error) {
	found, err := p.Client.Events(ctx, account, since, all)
	out := make([]rapport.InboxRow, len(found))
	for i, e := range found {
		out[i] = rapport.InboxRow{ID: uuid.Must(uuid.NewV7()), Provider: "stripe", EventID: e.ID, Type: e.Type, ObjectID: e.ObjectID, Account: e.Account, Body: e.Data}
		if e.Data == nil {
			out[i].Body = []byte("{}")
		}
	}
	return out, payError(err)
}

// LoginLink mints a link to the provider's own pages of an account that is set up. It works once.
func (p Payer) LoginLink(ctx context.Context, account string) (string, error) {
	url, err := p.Client.CreateLoginLink(ctx, account)
	return url, payError(err)
}

// OnboardingLink mints a link to the form in which a creator enters the bank account. It lives for minutes and works once.
func (p Payer) OnboardingLink(ctx context.Context, account, refresh, back string) (string, time.Time, error) {
	url, expires, err := p.Client.CreateOnboardingLink(ctx, account, refresh, back)
	return url, expires, payError(err)
}
