package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
	"rapport/workflows"
)

// reconcileWindow is how far back a comparison with the payment provider looks. A transfer that was missed is older than a day
// only when several comparisons were missed.
const reconcileWindow = 30 * rapport.Day

// LedgerStore keeps the ledger and its comparisons with the payment provider.
type LedgerStore interface {
	ListLedgerTransactions(ctx context.Context, brandID, payoutID *uuid.UUID, page rapport.Page) ([]rapport.LedgerTransaction, []string, error)
	ListBalances(ctx context.Context, brandID *uuid.UUID) ([]rapport.Balance, error)
	ListReconciliations(ctx context.Context, page rapport.Page) ([]rapport.ReconciliationRun, []string, error)
	AddReconciliation(ctx context.Context, id uuid.UUID, window time.Duration, by uuid.UUID) (rapport.ReconciliationRun, error)
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

// ListReconciliations lists comparisons of the ledger with Stripe, newest first.
func (s *Server) ListReconciliations(ctx context.Context, r gen.ListReconciliationsRequestObject) (gen.ListReconciliationsResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	runs, next, err := store.ListReconciliations(ctx, page)
	if err != nil {
		return nil, err
	}
	list := gen.ListReconciliations200JSONResponse{Items: make([]gen.Reconciliation, len(runs)), NextCursor: cursorOf(next)}
	for i, run := range runs {
		list.Items[i] = showReconciliation(run)
	}
	return list, nil
}

func showReconciliation(r rapport.ReconciliationRun) gen.Reconciliation {
	shown := gen.Reconciliation{
		Id: r.ID, State: gen.ReconciliationState(r.State), From: r.From, To: r.To, Matched: r.Matched, Breaks: make([]gen.ReconciliationBreak, len(r.Breaks)),
		StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
	for i, b := range r.Breaks {
		shown.Breaks[i] = gen.ReconciliationBreak{Kind: gen.ReconciliationBreakKind(b.Kind), ExternalRef: orNil(b.Ref), Detail: breakWords(b)}
		if b.PayoutID != uuid.Nil {
			shown.Breaks[i].PayoutId = &r.Breaks[i].PayoutID
		}
	}
	return shown
}

// breakWords says what one side has and the other has not.
func breakWords(b rapport.ReconciliationBreak) string {
	switch b.Kind {
	case "missing_here":
		return fmt.Sprintf("Stripe has a transfer of %s that the ledger does not know.", b.Theirs)
	case "missing_there":
		return fmt.Sprintf("The ledger has a transfer of %s that Stripe does not know.", b.Ours)
	}
	return fmt.Sprintf("The ledger says %s, Stripe says %s.", b.Ours, b.Theirs)
}

// RunReconciliation asks for a comparison now. The worker does it; the answer is where to look.
func (s *Server) RunReconciliation(ctx context.Context, _ gen.RunReconciliationRequestObject) (gen.RunReconciliationResponseObject, error) {
	store, err := storeAs[LedgerStore](s)
	if err != nil {
		return nil, err
	}
	id := uuid.Must(uuid.NewV7())
	var run rapport.ReconciliationRun
	err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
		if run, err = store.AddReconciliation(ctx, id, reconcileWindow, principalFrom(ctx).UserID); err != nil {
			return err
		}
		return s.start(ctx, uuid.Nil, "job/reconcile/"+id.String(), workflows.TypeJob, id, "reconcile")
	})
	if err != nil {
		return nil, err
	}
	return gen.RunReconciliation202JSONResponse(showReconciliation(run)), nil
}
