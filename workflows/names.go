// Package workflows decides: deterministic orchestration around the state machines of the root package. It does no I/O, reads
// no configuration and never reaches a database driver or a vendor's SDK.
package workflows

import "github.com/google/uuid"

// Workflow types.
const (
	TypePartnership = "Partnership"
	TypeReview      = "Review"
	TypePayout      = "Payout"
	TypeReversal    = "Reversal"
	TypeTopUp       = "TopUp"
	TypeJob         = "Job"
	TypeMessage     = "Message"
)

// Messages. A human command is an Update, a machine's event a Signal, the operators' look a Query.
const (
	UpdateCommand = "command"
	SignalEvent   = "event"
	QueryState    = "state"
)

// Task queues. Mail and payments have their own, with limits of their own.
const (
	QueueMain     = "rapport"
	QueueMail     = "rapport-mail"
	QueuePayments = "rapport-payments"
)

// PartnershipID is the workflow id of a partnership.
func PartnershipID(id uuid.UUID) string { return "partnership/" + id.String() }

// ReviewID is the workflow id of a review.
func ReviewID(id uuid.UUID) string { return "review/" + id.String() }

// PayoutID is the workflow id of a payout.
func PayoutID(id uuid.UUID) string { return "payout/" + id.String() }

// ReversalID is the workflow id of money that is taken back.
func ReversalID(id uuid.UUID) string { return "reversal/" + id.String() }

// TopUpID is the workflow id of a top-up.
func TopUpID(id uuid.UUID) string { return "topup/" + id.String() }

// MessageID is the workflow id of a mail that a person wrote.
func MessageID(id uuid.UUID) string { return "message/" + id.String() }
