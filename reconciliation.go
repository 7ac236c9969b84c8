package rapport

import (
	"time"

	"github.com/google/uuid"
)

// Reconciliation is one comparison of the ledger with the payment provider over [From, To).
type Reconciliation struct {
	ID      uuid.UUID
	From    time.Time
	To      time.Time
	Matched int
	Breaks  []ReconciliationBreak
}

// ReconciliationBreak is one transfer that the two sides do not tell alike.
type ReconciliationBreak struct {
	Kind     string    `json:"kind"` // missing_here | missing_there | different
	PayoutID uuid.UUID `json:"payout_id,omitzero"`
	Ref      string    `json:"ref"`
	Ours     Money     `json:"ours,omitzero"`
	Theirs   Money     `json:"theirs,omitzero"`
}

// Settlement is one transfer as the ledger has it.
type Settlement struct {
	PayoutID uuid.UUID
	Ref      string
	Amount   Money
	At       time.Time
}
