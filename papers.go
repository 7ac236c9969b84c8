package rapport

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
)

// Remittance is what a paper about a payment says.
type Remittance struct {
	PayoutID       uuid.UUID
	State          PayoutState
	BrandName      string
	PostalAddress  string
	Zone           string // of the brand: the paper's days are its days
	CreatorName    string
	CampaignName   string
	MilestoneTitle string
	ContractNumber string
	Amount         Money // what was owed
	Netted         Money // what of it was kept for money that the creator owed back
	Difference     Money // what was sent beyond what was asked, below zero what was missing
	Reversed       Money // what was taken back since from the creator's account
	MadeGood       Money // what later payments kept for it
	TransferID     string
	Outside        string // how it was paid outside of Stripe, with the reference; empty when Stripe paid it
	DueAt          time.Time
	PaidAt         *time.Time // absent until it is paid
}

// Sent is what went to the creator.
func (r Remittance) Sent() Money {
	return Money{Amount: r.Amount.Amount - r.Netted.Amount + r.Difference.Amount, Currency: r.Amount.Currency}
}

// Statement is what a brand came to owe a creator and paid in a period, from the ledger.
type Statement struct {
	BrandName, PostalAddress, CreatorName string
	Zone                                  string
	From, To                              time.Time // days, both included
	Accounts                              []StatementAccount
}

// StatementAccount is a statement in one currency. What is owed to the creator is above zero, what the creator owes back below.
type StatementAccount struct {
	Opening, Accrued, Paid, Other, Closing Money // Closing is Opening and Accrued and Other, less Paid
	Lines                                  []StatementLine
}

// StatementLine is one posting of a statement.
type StatementLine struct {
	ID             uuid.UUID
	Kind           string
	At, Day        time.Time
	MilestoneTitle string
	ContractNumber string
	Reference      string
	Outside        string // how it was paid outside of Stripe, with the reference; empty for anything else
	Amount         Money
	Balance        Money // after it
}

// Add books a line: it belongs to what came to be owed, to what was paid, or to neither.
func (a *StatementAccount) Add(l StatementLine) {
	switch l.Kind {
	case "accrual", "accrual_cancel":
		a.Accrued.Amount += l.Amount.Amount
	case "settle":
		a.Paid.Amount -= l.Amount.Amount
	default:
		a.Other.Amount += l.Amount.Amount
	}
	a.Closing.Amount += l.Amount.Amount
	l.Balance = a.Closing
	a.Lines = append(a.Lines, l)
}

// NewStatementAccount begins with what was owed before.
func NewStatementAccount(opening Money) StatementAccount {
	zero := Money{Currency: opening.Currency}
	return StatementAccount{Opening: opening, Accrued: zero, Paid: zero, Other: zero, Closing: opening}
}

// PayeeStands are how a payee's year stands to the threshold of the country: over it, from 80 % of it on, below it; any where every
// payment counts, none where no threshold is kept.
func PayeeStands() []string { return []string{"over", "near", "below", "any", "none"} }

// PayeeYear is what a payee got of a brand in a year, by the day it was paid.
type PayeeYear struct {
	BrandID     uuid.UUID
	BrandName   string
	CreatorID   uuid.UUID
	CreatorName string
	Country     string // empty for unknown
	Paid        Money  // what was sent
	Reversed    Money  // what of it came back
	Payments    int
	Threshold   *Money
	ThresholdID int64 // 0 for none
	Stands      string
	Counted     *CountedYear // with payments in other currencies; absent where there are none, or no threshold in an amount
}

// Net is what remains paid.
func (y PayeeYear) Net() Money {
	return Money{Amount: y.Paid.Amount - y.Reversed.Amount, Currency: y.Paid.Currency}
}

// PayeeYearFilter narrows a list of payees; zero fields do not.
type PayeeYearFilter struct {
	Year    int
	BrandID *uuid.UUID
	Country string
	Stands  []string
}

// PayeeThreshold says from what a payer reports a payee, and where that was read. It is no tax advice.
type PayeeThreshold struct {
	ID       int64
	Country  string
	Form     string
	FromYear int
	ToYear   int    // 0 for until now
	Amount   *Money // absent when every payment counts
	Note     string
	Source   string
	SourceOn time.Time
}

// HistoryItem is one thing that was done about money or rights.
type HistoryItem struct {
	Key           string
	At            time.Time
	ActorID       *uuid.UUID // absent for a machine, and for who is not of the house
	ActorName     string
	Action        string
	Noun          string
	Subject       *uuid.UUID
	BrandID       *uuid.UUID
	BrandName     string
	PartnershipID *uuid.UUID
	About         string // the creator's or the person's name
	Amount        *Money
	Reason        string
	// Detail is what a change of the rules of money, a budget or a rate of exchange was, as the audit log has it.
	Detail json.RawMessage
}

// HistoryFilter narrows the history; zero fields do not. Days are UTC's.
type HistoryFilter struct {
	BrandID, UserID, PayoutID *uuid.UUID
	Action, Noun              string
	From, To                  time.Time
}

// HistoryNouns are what the history is about.
func HistoryNouns() []string {
	return []string{
		"payout", "reversal", "funds", "content", "contract", "partnership", "person", "token", "delegation", "brand", "policy", "creator", "reconciliation", "payout_policy", "second_factor",
		"payments", "campaign", "payee", "fx_quote",
	}
}
