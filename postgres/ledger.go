package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// The chart of accounts, credit above zero:
//
//	stripe_cash:<ccy>                       what lies at Stripe (a debit balance)
//	brand_funds:<brand>:<ccy>               what the brand has topped up and not spent; floor zero
//	brand_in_flight:<brand>:<ccy>           the brand's money in open attempts
//	milestone_expense:<brand>:<ccy>         what the brand has come to owe (a debit balance)
//	creator_payable:<brand>:<creator>:<ccy> what the brand owes the creator; floor zero
//	brand_spent:<brand>:<ccy>               what of its funds the brand has paid out; meets milestone_expense
//	clawback_receivable:<brand>:<creator>:<ccy> what the creator owes back (a debit balance)
//	write_off:<brand>:<ccy>                 what of that was given up (a debit balance)
//	offline_cash:<ccy>                      what was paid outside of Stripe
//
// An attempt moves brand_funds to brand_in_flight; its success takes both the debt and the money away. Floors make it impossible
// to send what is not owed, or what another brand has paid in.
type ledgerLine struct {
	Account   string `json:"account"`
	FloorZero bool   `json:"floor_zero,omitempty"`
	Amount    int64  `json:"amount"`
}

type posting struct {
	kind     string
	brand    uuid.UUID
	payout   uuid.UUID
	attempt  int32
	ref      string
	currency string
	lines    []ledgerLine
}

func (s *Store) post(ctx context.Context, tx pgx.Tx, p posting) error {
	_, err := s.postNew(ctx, tx, p)
	return err
}

// postNew answers false where the same posting is there already.
func (s *Store) postNew(ctx context.Context, tx pgx.Tx, p posting) (bool, error) {
	lines, err := json.Marshal(p.lines)
	if err != nil {
		return false, fmt.Errorf("write lines: %w", err)
	}
	row := gen.LedgerPostParams{ID: newID(), Kind: p.kind, BrandID: idOrNil(p.brand), PayoutID: idOrNil(p.payout), ExternalRef: textOrNil(p.ref), Currency: p.currency, Lines: lines}
	if p.attempt > 0 {
		row.Attempt = &p.attempt
	}
	LetGoEarly(ctx)
	fresh, err := s.q.LedgerPost(ctx, tx, row)
	if err != nil {
		return false, fmt.Errorf("post %s: %w", p.kind, err)
	}
	return fresh, nil
}

func funds(brand uuid.UUID, ccy string) string { return "brand_funds:" + brand.String() + ":" + ccy }
func inFlight(brand uuid.UUID, ccy string) string {
	return "brand_in_flight:" + brand.String() + ":" + ccy
}
func expense(brand uuid.UUID, ccy string) string {
	return "milestone_expense:" + brand.String() + ":" + ccy
}
func payable(brand, creator uuid.UUID, ccy string) string {
	return "creator_payable:" + brand.String() + ":" + creator.String() + ":" + ccy
}

func topUpLines(brand uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: "stripe_cash:" + ccy, Amount: -amount}, {Account: funds(brand, ccy), FloorZero: true, Amount: amount}}
}

// topUpBackLines: the bank took a top-up back, so the brand has it no more.
func topUpBackLines(brand uuid.UUID, ccy string, amount int64) []ledgerLine {
	return topUpLines(brand, ccy, -amount)
}

func accrualLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: expense(brand, ccy), Amount: -amount}, {Account: payable(brand, creator, ccy), FloorZero: true, Amount: amount}}
}

func cancelLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: payable(brand, creator, ccy), FloorZero: true, Amount: -amount}, {Account: expense(brand, ccy), Amount: amount}}
}

func submitLines(brand uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: funds(brand, ccy), FloorZero: true, Amount: -amount}, {Account: inFlight(brand, ccy), FloorZero: true, Amount: amount}}
}

func voidLines(brand uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: inFlight(brand, ccy), FloorZero: true, Amount: -amount}, {Account: funds(brand, ccy), FloorZero: true, Amount: amount}}
}

// settleLines: the money in flight leaves Stripe, and the debt to the creator is met out of the brand's funds.
func settleLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{
		{Account: inFlight(brand, ccy), FloorZero: true, Amount: -amount}, {Account: "stripe_cash:" + ccy, Amount: amount},
		{Account: payable(brand, creator, ccy), FloorZero: true, Amount: -amount}, {Account: "brand_spent:" + brand.String() + ":" + ccy, Amount: amount},
	}
}

// shortLines: less was sent than was asked, so the rest comes back to the brand's funds and is not owed any more.
func shortLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return append(voidLines(brand, ccy, amount), cancelLines(brand, creator, ccy, amount)...)
}

// together adds lines to others, one line an account.
func together(lines, more []ledgerLine) []ledgerLine {
	for _, m := range more {
		i := slices.IndexFunc(lines, func(l ledgerLine) bool { return l.Account == m.Account })
		if i < 0 {
			lines = append(lines, m)
		} else {
			lines[i].Amount += m.Amount
		}
	}
	return lines
}

// beyondLines: more was sent than was asked, out of the brand's funds, and the creator owes it back.
func beyondLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return reversalLines(brand, creator, ccy, -amount)
}

// offlineLines: somebody paid it outside of Stripe, so the debt to the creator is met, and none of the brand's funds.
func offlineLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: payable(brand, creator, ccy), FloorZero: true, Amount: -amount}, {Account: "offline_cash:" + ccy, Amount: amount}}
}

func receivable(brand, creator uuid.UUID, ccy string) string {
	return "clawback_receivable:" + brand.String() + ":" + creator.String() + ":" + ccy
}

// claimLines: what was paid is not owed after all, so the creator owes it back.
func claimLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: receivable(brand, creator, ccy), Amount: -amount}, {Account: expense(brand, ccy), Amount: amount}}
}

// reversalLines: it came back to Stripe and is the brand's to spend again.
func reversalLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{
		{Account: "stripe_cash:" + ccy, Amount: -amount}, {Account: funds(brand, ccy), FloorZero: true, Amount: amount},
		{Account: "brand_spent:" + brand.String() + ":" + ccy, Amount: -amount}, {Account: receivable(brand, creator, ccy), Amount: amount},
	}
}

// nettingLines: a payment kept it, so that much less is owed to the creator and by the creator.
func nettingLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: payable(brand, creator, ccy), FloorZero: true, Amount: -amount}, {Account: receivable(brand, creator, ccy), Amount: amount}}
}

func writeOffLines(brand, creator uuid.UUID, ccy string, amount int64) []ledgerLine {
	return []ledgerLine{{Account: receivable(brand, creator, ccy), Amount: amount}, {Account: "write_off:" + brand.String() + ":" + ccy, Amount: -amount}}
}

// sealBatch is how many transactions are sealed in one transaction of the database.
const sealBatch = 5000

// SealLedger extends the hash chain over all that is committed; it answers how many transactions it sealed.
func (s *Store) SealLedger(ctx context.Context) (int, error) {
	return s.sealLedger(ctx, sealBatch)
}

func (s *Store) sealLedger(ctx context.Context, batch int32) (int, error) {
	for sealed := 0; ; {
		n, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (int32, error) { return s.q.SealLedger(ctx, tx, batch) })
		sealed += int(n)
		if err != nil || n < batch {
			return sealed, err
		}
	}
}

// LedgerTail says what of the book is not sealed yet.
func (s *Store) LedgerTail(ctx context.Context) (rapport.LedgerTail, error) {
	return query(ctx, s, s.ledgerTail)
}

func (s *Store) ledgerTail(ctx context.Context, tx pgx.Tx) (rapport.LedgerTail, error) {
	row, err := s.q.LedgerTail(ctx, tx)
	tail := rapport.LedgerTail{Count: int(row.N), Late: row.Late}
	if row.N > 0 {
		tail.OldestAt = &row.Oldest
	}
	return tail, err
}

// AskAboutLedger opens a task for what is wrong with the whole book, where it is so, and closes it where it is not.
func (s *Store) AskAboutLedger(ctx context.Context, kind string, wrong bool) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if wrong {
			return s.q.TaskForLedger(ctx, tx, kind)
		}
		return s.q.CloseLedgerTask(ctx, tx, kind)
	})
}

// namedBreaks is how many of the transactions that were never sealed are named.
const namedBreaks = 100

// VerifyLedger names every break of the hash chain, the first transactions that were never sealed, and every account whose balance is not the sum of
// its entries.
func (s *Store) VerifyLedger(ctx context.Context) ([]string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]string, error) {
		var out []string
		breaks, err := s.q.LedgerBreaks(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("chain: %w", err)
		}
		for _, b := range breaks {
			out = append(out, fmt.Sprintf("seal %d: transaction %s is not what was sealed", b.N, b.TxnID))
		}
		lost, err := s.q.NeverSealed(ctx, tx, namedBreaks)
		if err != nil {
			return nil, fmt.Errorf("never sealed: %w", err)
		}
		for _, id := range lost {
			out = append(out, fmt.Sprintf("transaction %s was never sealed", id))
		}
		bad, err := s.q.UnbalancedAccounts(ctx, tx)
		if err != nil {
			return nil, fmt.Errorf("balances: %w", err)
		}
		for _, a := range bad {
			out = append(out, fmt.Sprintf("account %s says %d, its entries sum to %d", a.Code, a.Balance, a.Entries))
		}
		return out, nil
	})
}
