package rapport

import (
	"fmt"
	"time"

	"github.com/google/uuid"
)

// What is known after a call to the payment provider, and so what may follow it.
const (
	PayUnsent        = "unsent"         // no byte left: retry with the same key
	PayAmbiguous     = "ambiguous"      // it may have been executed: retry with the same key, never with another
	PayBusy          = "busy"           // the key or the object is in use: retry with the same key
	PayRateLimited   = "rate_limited"   // refused before execution: retry with the same key
	PayIndeterminate = "indeterminate"  // a stored 500: never send again, only reconciliation can settle it
	PayRejected      = "rejected"       // definitely not executed: a fixed request needs the next key
	PayRejectedFunds = "rejected_funds" // as rejected; cured by a top-up
	PayRejectedPayee = "rejected_payee" // as rejected; cured by the payee's onboarding
	PayFrozen        = "frozen"         // executed otherwise than asked, or the key was used otherwise: a person looks
	PayUnauthorized  = "unauthorized"   // our own key is refused: pause, the attempt stays open
)

// PayError is a failed call to the payment provider. Its text holds codes only.
type PayError struct {
	Outcome    string
	Code       string
	RetryAfter time.Duration
	Err        error
}

func (e *PayError) Error() string { return fmt.Sprintf("payment provider: %s (%s)", e.Outcome, e.Code) }

func (e *PayError) Unwrap() error { return e.Err }

// TransferRequest is one numbered attempt to pay one payout. Key is committed before the first byte is sent.
type TransferRequest struct {
	Key         string
	PayoutID    uuid.UUID
	Attempt     int
	Amount      Money
	Destination string
}

// Transfer is money that moved to a creator's account.
type Transfer struct {
	ID          string
	PayoutID    uuid.UUID
	Attempt     int
	Amount      Money
	Destination string
	Created     time.Time
	TakenBack   int64  // minor units of it that came back
	Payment     string // what the creator's own account calls it; may be empty
}

// PayeeAccount is a creator's account at the payment provider, as it is now.
type PayeeAccount struct {
	ID        string
	Ready     bool
	Submitted bool // the creator has finished the provider's form
	Disabled  bool
	// Banks are the fingerprints of the bank accounts behind it that a currency is paid to; nil where the provider does not say.
	Banks map[string]string
}

// AskedAccount is a creator's account at the payment provider, with up to when its events are known.
type AskedAccount struct {
	Account string
	Known   time.Time
}

// ProviderTopUp is money on its way into the platform's balance.
type ProviderTopUp struct {
	ID     string
	Status string // pending | succeeded | failed | canceled | reversed
}

// PayoutOrder is what a submission re-reads under the row's lock: the attempt to send, or why there is none.
type PayoutOrder struct {
	// Verdict is submit, or one of the Submit codes.
	Verdict string
	Request TransferRequest
	// Expired: the key is older than it may be used.
	Expired bool
	// Gate is why nothing may be sent now; empty when it may. What was sent before is still looked up.
	Gate string
}

// BalanceMovement is one movement of the platform's balance as the provider tells it.
type BalanceMovement struct {
	ID       string
	Category string // the provider's stable word: transfer, transfer_reversal, topup, …
	SourceID string
	Amount   Money
	Net      int64 // what the balance changed by: the amount without the provider's fee
	Created  time.Time
}

// BankArrival is how a payout stands at the creator's bank, as the provider reports it. It is advisory: what arrived may still be returned.
type BankArrival struct {
	State       string // pending | in_transit | paid | failed | canceled
	On          string // YYYY-MM-DD, when it arrives or arrived; empty when nobody knows
	FailureCode string
	ReadAt      time.Time
}

// BankPayout is money of a creator's account on its way to the bank, as the provider knows it now. Paid is not final: the bank may still
// return it.
type BankPayout struct {
	ID          string
	Account     string
	Amount      Money
	State       string // pending | in_transit | paid | failed | canceled
	FailureCode string
	ArrivesOn   time.Time
	Payments    []string // what it carried, as the account calls it; empty where the provider cannot say
}
