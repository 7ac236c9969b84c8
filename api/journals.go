package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// JournalStore keeps the ledger as other books see it.
type JournalStore interface {
	JournalAccounts(ctx context.Context, brand uuid.UUID) ([]rapport.JournalAccount, error)
	SetJournalAccounts(ctx context.Context, brand uuid.UUID, accounts []rapport.JournalAccount, by uuid.UUID) error
	JournalPostings(ctx context.Context, f rapport.JournalFilter, page rapport.Page) ([]rapport.JournalPosting, []string, error)
	JournalTotals(ctx context.Context, f rapport.JournalFilter) ([]rapport.JournalTotal, error)
}

// period reads the days that a report is about: this month until today where nothing is said.
func (s *Server) period(from, to *openapi_types.Date) (first, last time.Time, err error) {
	last = s.today()
	if to != nil {
		last = to.Time
	}
	first = last.AddDate(0, 0, 1-last.Day())
	if from != nil {
		first = from.Time
	}
	if last.Before(first) {
		err = rapport.Invalid(rapport.Field{Path: "to", Code: "before_from", Detail: "The last day is before the first."})
	}
	return first, last, err
}

// ListJournals counts what a period of the ledger would be in other books, by currency.
func (s *Server) ListJournals(ctx context.Context, r gen.ListJournalsRequestObject) (gen.ListJournalsResponseObject, error) {
	store, err := storeAs[JournalStore](s)
	if err != nil {
		return nil, err
	}
	f := rapport.JournalFilter{BrandID: r.Id}
	if f.From, f.To, err = s.period(r.Params.From, r.Params.To); err != nil {
		return nil, err
	}
	totals, err := store.JournalTotals(ctx, f)
	if err != nil {
		return nil, called("brand", err)
	}
	list := gen.ListJournals200JSONResponse{Items: make([]gen.JournalTotal, len(totals))}
	for i, t := range totals {
		list.Items[i] = gen.JournalTotal{Journals: t.Journals, Lines: t.Lines, Debits: toMoney(t.Debits)}
	}
	return list, nil
}

// ExportJournals writes a period of a brand's ledger as journals that QuickBooks Online or Xero imports.
func (s *Server) ExportJournals(ctx context.Context, r gen.ExportJournalsRequestObject) (gen.ExportJournalsResponseObject, error) {
	store, err := storeAs[JournalStore](s)
	if err != nil {
		return nil, err
	}
	f := rapport.JournalFilter{BrandID: r.Id, Currency: strings.ToLower(value(r.Params.Currency))}
	if f.From, f.To, err = s.period(r.Params.From, r.Params.To); err != nil {
		return nil, err
	}
	system := gen.BooksSystemQuickbooks
	edit(&system, r.Params.System)
	xero := system == gen.BooksSystemXero
	if xero && f.Currency == "" {
		return nil, rapport.Invalid(rapport.Field{Path: "currency", Code: "required", Detail: "Xero's journals have no currency column: choose one currency for each file."})
	}
	accounts, err := store.JournalAccounts(ctx, f.BrandID)
	if err != nil {
		return nil, called("brand", err)
	}
	postings, err := readPages(func(page rapport.Page) ([]rapport.JournalPosting, []string, error) {
		return store.JournalPostings(ctx, f, page)
	})
	if err != nil {
		return nil, err
	}
	heads, write := quickBooksHeads(), quickBooksRows
	if xero {
		heads, write = xeroHeads(), xeroRows
	}
	rows := func(row func(cells ...any) error) error {
		if err := row(heads...); err != nil {
			return err
		}
		return postings(func(p rapport.JournalPosting) error { return write(p.Journal(accounts), row) })
	}
	name := fmt.Sprintf("journals-%s-%s-%s", system, f.From.Format("2006-01-02"), f.To.Format("2006-01-02"))
	return journalsFile{sheetFile{name: strings.TrimSuffix(name+"-"+f.Currency, "-"), imported: true, title: "Journals", rows: rows}}, nil
}

type journalsFile struct{ sheetFile }

// VisitExportJournalsResponse writes the file.
func (f journalsFile) VisitExportJournalsResponse(w http.ResponseWriter) error { return f.write(w) }

// The columns are those of QuickBooks Online's own import of journal entries; docs/exports.md names the source.
func quickBooksHeads() []any {
	return []any{"Journal No", "Journal Date", "Account", "Debits", "Credits", "Description", "Name", "Currency"}
}

func quickBooksRows(j rapport.Journal, row func(cells ...any) error) error {
	for _, l := range j.Lines {
		var debit, credit any = l.Amount, ""
		if l.Amount.Amount < 0 {
			debit, credit = "", rapport.Money{Amount: -l.Amount.Amount, Currency: l.Amount.Currency}
		}
		if err := row(j.Number, j.Day.Format("01/02/2006"), l.Account.QuickBooks, debit, credit, l.Description, l.Name, currencyCode(l.Amount)); err != nil {
			return err
		}
	}
	return nil
}

// The columns are those of Xero's template for manual journals, whose mandatory ones have a star. It takes lines of the same narration and
// date for one journal, so each narration begins with the journal's number.
func xeroHeads() []any {
	return []any{"*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"}
}

func xeroRows(j rapport.Journal, row func(cells ...any) error) error {
	for _, l := range j.Lines {
		description := l.Description
		if l.Name != "" && !strings.Contains(description, l.Name) {
			description += ", " + l.Name
		}
		if err := row(j.Narration, j.Day.Format("02 Jan 2006"), description, l.Account.Xero, l.Account.XeroTax, l.Amount); err != nil {
			return err
		}
	}
	return nil
}

// ListJournalAccounts shows how a brand's own books call the accounts of the ledger.
func (s *Server) ListJournalAccounts(ctx context.Context, r gen.ListJournalAccountsRequestObject) (gen.ListJournalAccountsResponseObject, error) {
	shown, err := s.journalAccounts(ctx, r.Id)
	return gen.ListJournalAccounts200JSONResponse(shown), err
}

func (s *Server) journalAccounts(ctx context.Context, brand uuid.UUID) (gen.JournalAccountList, error) {
	store, err := storeAs[JournalStore](s)
	if err != nil {
		return gen.JournalAccountList{}, err
	}
	accounts, err := store.JournalAccounts(ctx, brand)
	list := gen.JournalAccountList{Items: make([]gen.JournalAccount, len(accounts))}
	for i, a := range accounts {
		list.Items[i] = gen.JournalAccount{Kind: a.Kind, Label: a.Label, Quickbooks: a.QuickBooks, Xero: a.Xero, XeroTax: a.XeroTax, IsDefault: !a.Kept}
	}
	return list, called("brand", err)
}

// SetJournalAccounts keeps how a brand's own books call the accounts of the ledger. What is left out has its default.
func (s *Server) SetJournalAccounts(ctx context.Context, r gen.SetJournalAccountsRequestObject) (gen.SetJournalAccountsResponseObject, error) {
	store, err := storeAs[JournalStore](s)
	if err != nil {
		return nil, err
	}
	accounts := make([]rapport.JournalAccount, len(r.Body.Items))
	for i, a := range r.Body.Items {
		accounts[i] = rapport.JournalAccount{
			Kind: a.Kind, QuickBooks: strings.TrimSpace(a.Quickbooks), Xero: strings.TrimSpace(a.Xero), XeroTax: strings.TrimSpace(a.XeroTax),
		}
	}
	if bad := rapport.CheckJournalAccounts(accounts); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if err := store.SetJournalAccounts(ctx, r.Id, accounts, principalFrom(ctx).UserID); err != nil {
		return nil, called("brand", err)
	}
	shown, err := s.journalAccounts(ctx, r.Id)
	return gen.SetJournalAccounts200JSONResponse(shown), err
}
