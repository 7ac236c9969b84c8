package api

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// LedgerStore keeps the ledger.
type LedgerStore interface {
	ListLedgerTransactions(ctx context.Context, brandID, payoutID *uuid.UUID, page rapport.Page) ([]rapport.LedgerTransaction, []string, error)
	ListBalances(ctx context.Context, brandID *uuid.UUID) ([]rapport.Balance, error)
	TopUps(ctx context.Context, brand uuid.UUID, page rapport.Page) ([]rapport.TopUp, []string, error)
	AddTopUp(ctx context.Context, t rapport.TopUp, by uuid.UUID) (rapport.TopUp, error)
}

// ListBalances shows what stands in the accounts of the caller's brands, as sums of entries.
func (s *Server) ListBalances(ctx context.Context, r gen.ListBalancesRequestObject) (gen.ListBalancesResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	balances, err := store.ListBalances(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	list := gen.ListBalances200JSONResponse{Items: make([]gen.Balance, len(balances))}
	for i, b := range balances {
		list.Items[i] = gen.Balance{Account: b.Account, Currency: b.Currency, Balance: b.Amount}
	}
	return list, nil
}

// ListLedgerTransactions lists postings, newest first.
func (s *Server) ListLedgerTransactions(ctx context.Context, r gen.ListLedgerTransactionsRequestObject) (gen.ListLedgerTransactionsResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	txns, next, err := store.ListLedgerTransactions(ctx, r.Params.BrandId, r.Params.PayoutId, page)
	if err != nil {
		return nil, err
	}
	list := gen.ListLedgerTransactions200JSONResponse{Items: make([]gen.LedgerTransaction, len(txns)), NextCursor: cursorOf(next)}
	for i, t := range txns {
		list.Items[i] = gen.LedgerTransaction{Id: t.ID, Kind: t.Kind, PayoutId: t.PayoutID, ExternalRef: orNil(t.ExternalRef), At: t.At, Lines: showLines(t.Lines)}
	}
	return list, nil
}

func showLines(lines []rapport.LedgerLine) []gen.LedgerLine {
	shown := make([]gen.LedgerLine, len(lines))
	for i, l := range lines {
		shown[i] = gen.LedgerLine{TxnId: l.TxnID, Kind: l.Kind, Account: l.Account, Amount: l.Amount, Currency: l.Currency, At: l.At}
	}
	return shown
}

// GetFunds shows what a brand has paid in and not spent, by currency.
func (s *Server) GetFunds(ctx context.Context, r gen.GetFundsRequestObject) (gen.GetFundsResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(rapport.BrandsFrom(ctx), r.Id) {
		return nil, notFound("brand")
	}
	balances, err := store.ListBalances(ctx, &r.Id)
	if err != nil {
		return nil, err
	}
	funds := fundsOf(r.Id, balances)
	list := gen.GetFunds200JSONResponse{Items: make([]gen.Funds, len(funds))}
	for i, f := range funds {
		in := func(amount int64) gen.Money { return gen.Money{Amount: amount, Currency: f.Currency} }
		list.Items[i] = gen.Funds{Currency: f.Currency, Available: in(f.Available), InFlight: in(f.InFlight), Spent: in(f.Spent)}
	}
	return list, nil
}

// fundsOf reads a brand's funds from its accounts.
func fundsOf(brand uuid.UUID, balances []rapport.Balance) []rapport.Funds {
	by := map[string]*rapport.Funds{}
	for _, b := range balances {
		kind, rest, _ := strings.Cut(b.Account, ":")
		if !strings.HasPrefix(rest, brand.String()+":") || !slices.Contains([]string{"brand_funds", "brand_in_flight", "brand_spent"}, kind) {
			continue
		}
		if by[b.Currency] == nil {
			by[b.Currency] = &rapport.Funds{Currency: b.Currency}
		}
		switch f := by[b.Currency]; kind {
		case "brand_funds":
			f.Available = b.Amount
		case "brand_in_flight":
			f.InFlight = b.Amount
		default:
			f.Spent = b.Amount
		}
	}
	funds := make([]rapport.Funds, 0, len(by))
	for _, currency := range slices.Sorted(maps.Keys(by)) {
		funds = append(funds, *by[currency])
	}
	return funds
}
