package rapport_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestAJournalBalancesAndDropsNoLine(t *testing.T) {
	t.Parallel()
	brand, creator := uuid.NewString(), uuid.NewString()
	accounts := rapport.WithKept([]rapport.JournalAccount{{Kind: "creator_payable", QuickBooks: "Liabilities:Creators", Xero: "810", XeroTax: "No VAT"}})
	id := uuid.MustParse("0198c0de-1234-7abc-8def-0123456789ab")
	p := rapport.JournalPosting{
		LedgerTransaction: rapport.LedgerTransaction{ID: id, Kind: "strange_kind", Lines: []rapport.LedgerLine{
			{Account: "creator_payable:" + brand + ":" + creator + ":jpy", Amount: 900, Currency: "jpy"},
			{Account: "clawback_receivable:" + brand + ":" + creator + ":jpy", Amount: -300, Currency: "jpy"},
			{Account: "write_off:" + brand + ":jpy", Amount: -100, Currency: "jpy"},
			{Account: "new_kind:" + brand + ":jpy", Amount: -500, Currency: "jpy"},
		}},
		Day: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), CreatorName: "Mia Lens", Names: []string{"Mia Lens"},
	}
	j := p.Journal(accounts)
	require.Equal(t, "0198c0de1234456789ab", j.Number)
	require.Len(t, j.Lines, 4)
	var sum int64
	named := make([]string, 0, 4)
	for _, l := range j.Lines {
		sum += l.Amount.Amount
		named = append(named, l.Account.QuickBooks)
	}
	require.Zero(t, sum)
	require.Equal(t, []string{"Liabilities:Creators", "Owed back by creators", "Creator fees written off", "Rapport other"}, named)
	require.Equal(t, rapport.Money{Amount: -900, Currency: "jpy"}, j.Lines[0].Amount, "a credit is below zero")
	require.Contains(t, j.Lines[3].Description, "new kind", "an account without a row says which it is")
	require.Contains(t, j.Narration, "Strange kind")
}

func TestJournalAccountsAreCheckedFieldByField(t *testing.T) {
	t.Parallel()
	require.Empty(t, rapport.CheckJournalAccounts(rapport.JournalAccounts()), "the defaults can be kept")
	bad := rapport.CheckJournalAccounts([]rapport.JournalAccount{
		{Kind: "other", QuickBooks: "A", Xero: "12345678901", XeroTax: ""}, {Kind: "other", QuickBooks: "A", Xero: "1", XeroTax: "x"}, {Kind: "cash", Xero: "1", XeroTax: "x"},
	})
	paths := make([]string, len(bad))
	for i, f := range bad {
		paths[i] = f.Path
	}
	require.Equal(t, []string{"items.0.xero", "items.0.xero_tax", "items.1.kind", "items.2.kind", "items.2.quickbooks"}, paths)
}
