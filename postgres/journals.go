package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// JournalAccounts tells how a brand of the scope calls the accounts of the ledger in its own books: what was set over the defaults.
func (s *Store) JournalAccounts(ctx context.Context, brand uuid.UUID) ([]rapport.JournalAccount, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.JournalAccount, error) {
		if err := s.inScope(ctx, tx, brand); err != nil {
			return nil, err
		}
		rows, err := s.q.JournalAccounts(ctx, tx, gen.JournalAccountsParams{BrandID: brand, Brands: rapport.BrandsFrom(ctx)})
		kept := make([]rapport.JournalAccount, len(rows))
		for i, r := range rows {
			kept[i] = rapport.JournalAccount{Kind: r.Kind, QuickBooks: r.Quickbooks, Xero: r.Xero, XeroTax: r.XeroTax}
		}
		return rapport.WithKept(kept), err
	})
}

// inScope answers not_found for a brand outside the scope.
func (s *Store) inScope(ctx context.Context, tx pgx.Tx, brand uuid.UUID) error {
	there, err := s.q.BrandExists(ctx, tx, gen.BrandExistsParams{ID: brand, Brands: rapport.BrandsFrom(ctx)})
	if err == nil && !there {
		err = pgx.ErrNoRows
	}
	return err
}

// SetJournalAccounts keeps how a brand of the scope calls its accounts; what the list leaves out has its default again.
func (s *Store) SetJournalAccounts(ctx context.Context, brand uuid.UUID, accounts []rapport.JournalAccount, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if err := s.inScope(ctx, tx, brand); err != nil {
			return err
		}
		if err := s.q.ClearJournalAccounts(ctx, tx, gen.ClearJournalAccountsParams{BrandID: brand, Brands: rapport.BrandsFrom(ctx)}); err != nil {
			return fmt.Errorf("clear: %w", err)
		}
		for _, a := range accounts {
			err := s.q.InsertJournalAccount(ctx, tx, gen.InsertJournalAccountParams{BrandID: brand, Kind: a.Kind, Quickbooks: a.QuickBooks, Xero: a.Xero, XeroTax: a.XeroTax})
			if err != nil {
				return fmt.Errorf("keep %s: %w", a.Kind, err)
			}
		}
		return s.audit(ctx, tx, by, "journal_accounts.edited", brand, map[string]any{"brand_id": brand, "kinds": len(accounts)})
	})
}

// JournalPostings lists the ledger of a brand of the scope in a period, oldest first, each posting with all its lines.
func (s *Store) JournalPostings(ctx context.Context, f rapport.JournalFilter, page rapport.Page) ([]rapport.JournalPosting, []string, error) {
	params := gen.JournalPostingsParams{
		BrandID: &f.BrandID, Brands: rapport.BrandsFrom(ctx), FromDay: f.From, DayAfter: f.To.AddDate(0, 0, 1), Currency: f.Currency, MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.JournalPosting, error) {
		rows, err := s.q.JournalPostings(ctx, tx, params)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].At, rows[len(rows)-1].ID)
		}
		list, ids, at := make([]rapport.JournalPosting, len(rows)), make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
		for i, r := range rows {
			ids[i], at[r.ID] = r.ID, i
			list[i] = rapport.JournalPosting{
				LedgerTransaction: rapport.LedgerTransaction{ID: r.ID, Kind: r.Kind, PayoutID: r.PayoutID, ExternalRef: r.ExternalRef, At: r.At},
				Day:               r.Day, CreatorName: r.CreatorName, MilestoneTitle: r.MilestoneTitle, ContractNumber: r.ContractNumber, Outside: paidBy(r.OfflineMethod, r.OfflineReference),
			}
		}
		lines, err := s.q.JournalLines(ctx, tx, ids)
		for _, l := range lines {
			p := &list[at[l.TxnID]]
			p.Lines = append(p.Lines, rapport.LedgerLine{TxnID: l.TxnID, Kind: p.Kind, Account: l.Code, Amount: l.Amount, Currency: l.Currency, At: p.At})
			p.Names = append(p.Names, l.CreatorName)
		}
		return list, err
	})
	return list, next, err
}

// JournalTotals counts the ledger of a brand of the scope in a period, currency by currency.
func (s *Store) JournalTotals(ctx context.Context, f rapport.JournalFilter) ([]rapport.JournalTotal, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.JournalTotal, error) {
		if err := s.inScope(ctx, tx, f.BrandID); err != nil {
			return nil, err
		}
		rows, err := s.q.JournalTotals(ctx, tx, gen.JournalTotalsParams{BrandID: &f.BrandID, Brands: rapport.BrandsFrom(ctx), FromDay: f.From, DayAfter: f.To.AddDate(0, 0, 1)})
		totals := make([]rapport.JournalTotal, len(rows))
		for i, r := range rows {
			totals[i] = rapport.JournalTotal{Journals: int(r.Journals), Lines: int(r.Lines), Debits: rapport.Money{Amount: r.Debits, Currency: r.Currency}}
		}
		return totals, err
	})
}
