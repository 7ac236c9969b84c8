package api_test

import (
	"encoding/csv"
	"math/big"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// post books a transaction of brand one at a time of its zone.
func (d *desk) post(t *testing.T, kind, at, ccy string, payout any, lines string) {
	t.Helper()
	txn := id()
	d.sql(t, `select ledger_post($1, $2, $3, $4, null::int, null::text, $5, $6)`, txn, kind, d.one, payout, ccy,
		strings.NewReplacer("$brand", d.one.String(), "$creator", d.creator.String(), "$ccy", ccy).Replace(lines))
	// Transactions are append-only; the test moves this one to its day.
	d.sql(t, `begin; set local session_replication_role = replica; update ledger_transactions set at = '`+at+`'::timestamp at time zone 'Europe/Berlin' where id = '`+txn.String()+`'; commit`)
}

const (
	toppedUp = `[{"account":"stripe_cash:$ccy","amount":-90000},{"account":"brand_funds:$brand:$ccy","floor_zero":true,"amount":90000}]`
	accrued  = `[{"account":"milestone_expense:$brand:$ccy","amount":-40000},{"account":"creator_payable:$brand:$creator:$ccy","floor_zero":true,"amount":40000}]`
	settled  = `[{"account":"brand_funds:$brand:$ccy","amount":-40000},{"account":"stripe_cash:$ccy","amount":40000},
		{"account":"creator_payable:$brand:$creator:$ccy","floor_zero":true,"amount":-40000},{"account":"brand_spent:$brand:$ccy","amount":40000}]`
	reversed = `[{"account":"stripe_cash:$ccy","amount":-1005},{"account":"clawback_receivable:$brand:$creator:$ccy","amount":1000},{"account":"surprise:$brand:$ccy","amount":5}]`
)

func rowsOf(t *testing.T, a answer) [][]string {
	t.Helper()
	require.Equal(t, 200, a.status, "%s", a.body)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	return rows
}

func TestJournalsOfAPeriodBalance(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update creators set name = '=Mia'`)
	d.post(t, "topup", "2026-02-28 23:59:59", "eur", nil, toppedUp)
	d.post(t, "accrual", "2026-03-01 00:00:00", "eur", d.payout, accrued)
	d.post(t, "settle", "2026-03-31 23:59:59", "eur", d.payout, settled)
	d.post(t, "reversal", "2026-03-15 12:00:00", "eur", d.payout, reversed)
	d.post(t, "topup", "2026-03-02 12:00:00", "jpy", nil, toppedUp)
	d.post(t, "adjustment", "2026-04-01 00:00:00", "eur", nil, toppedUp)
	path := "/v1/brands/" + d.one.String() + "/journals"
	const march = "from=2026-03-01&to=2026-03-31"
	auditor := d.as(t, "auditor@one.example")

	rows := rowsOf(t, auditor.send(t, "GET", path+"/export?system=quickbooks&"+march, nil))
	require.Equal(t, []string{"Journal No", "Journal Date", "Account", "Debits", "Credits", "Description", "Name", "Currency"}, rows[0])
	sums, dates := map[string]*big.Rat{}, map[string]string{}
	for _, r := range rows[1:] {
		require.LessOrEqual(t, len(r[0]), 21, "QuickBooks takes no longer number")
		require.NotEqual(t, r[3] == "", r[4] == "", "a line is one side")
		key := r[0] + r[7]
		if sums[key] == nil {
			sums[key] = new(big.Rat)
		}
		for sign, cell := range map[int64]string{1: r[3], -1: r[4]} {
			if cell != "" {
				amount, ok := new(big.Rat).SetString(cell)
				require.True(t, ok, cell)
				sums[key].Add(sums[key], amount.Mul(amount, big.NewRat(sign, 1)))
			}
		}
		dates[r[1]] = r[7]
	}
	require.Len(t, sums, 4, "the days of the brand's zone")
	for journal, sum := range sums {
		require.Zero(t, sum.Sign(), journal)
	}
	require.Equal(t, map[string]string{"03/01/2026": "EUR", "03/02/2026": "JPY", "03/15/2026": "EUR", "03/31/2026": "EUR"}, dates)
	text := string(auditor.send(t, "GET", path+"/export?system=quickbooks&"+march, nil).body)
	require.Contains(t, text, ",Rapport other,,0.05,", "an account that nobody listed is not dropped")
	require.Contains(t, text, "90000,", "yen have no cents")
	require.Contains(t, text, "'=Mia", "a name is no formula")
	require.Contains(t, text, "On approval, =Mia, C-0")

	// Xero takes one currency a file.
	require.Equal(t, []string{"currency required"}, auditor.send(t, "GET", path+"/export?system=xero&"+march, nil).fields(t))
	rows = rowsOf(t, auditor.send(t, "GET", path+"/export?system=xero&currency=EUR&"+march, nil))
	require.Equal(t, []string{"*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount"}, rows[0])
	sums = map[string]*big.Rat{}
	for _, r := range rows[1:] {
		if sums[r[0]] == nil {
			sums[r[0]] = new(big.Rat)
		}
		amount, ok := new(big.Rat).SetString(r[5])
		require.True(t, ok, r[5])
		sums[r[0]].Add(sums[r[0]], amount)
	}
	require.Len(t, sums, 3)
	for narration, sum := range sums {
		require.Zero(t, sum.Sign(), narration)
	}
	require.Equal(t, "01 Mar 2026", rows[1][1])
	require.Equal(t, []string{"RAP30", "Tax Exempt", "400.00"}, rows[2][3:], "a debit is above zero")

	var totals struct {
		Items []struct {
			Journals, Lines int
			Debits          struct {
				Amount   int64
				Currency string
			}
		}
	}
	auditor.send(t, "GET", path+"?"+march, nil).into(t, &totals)
	require.Len(t, totals.Items, 2)
	require.Equal(t, 3, totals.Items[0].Journals)
	require.EqualValues(t, 40000+80000+1005, totals.Items[0].Debits.Amount)

	require.Equal(t, 422, auditor.send(t, "GET", path+"?from=2026-03-02&to=2026-03-01", nil).status)
	require.Equal(t, 404, d.as(t, "auditor@two.example").send(t, "GET", path+"/export?system=quickbooks&"+march, nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path+"?"+march, nil).status)
}

func TestTheBooksOfABrandNameItsAccounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.post(t, "topup", "2026-03-01 00:00:00", "eur", nil, toppedUp)
	path := "/v1/brands/" + d.one.String()
	finance := d.as(t, "finance_preparer@one.example")
	set := func(who call, brand uuid.UUID, quickbooks string) answer {
		return who.send(t, "PUT", "/v1/brands/"+brand.String()+"/journal-accounts", map[string]any{"items": []any{
			map[string]any{"kind": "brand_funds", "quickbooks": quickbooks, "xero": "250", "xero_tax": "No VAT"},
		}})
	}
	require.Equal(t, []string{"items.0.quickbooks length"}, set(finance, d.one, " ").fields(t))
	require.Equal(t, 403, set(d.as(t, "auditor@one.example"), d.one, "Funds").status)
	require.Equal(t, 404, set(d.as(t, "finance_preparer@two.example"), d.one, "Funds").status)
	a := set(finance, d.one, "Clearing:Creators")
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Contains(t, string(finance.send(t, "GET", path+"/journals/export?system=quickbooks&from=2026-03-01&to=2026-03-01", nil).body), "Clearing:Creators")
	require.Contains(t, string(finance.send(t, "GET", path+"/journals/export?system=xero&currency=eur&from=2026-03-01&to=2026-03-01", nil).body), ",250,No VAT,-900.00")
	var list struct {
		Items []struct {
			Kind      string
			IsDefault bool `json:"is_default"`
		}
	}
	finance.send(t, "PUT", path+"/journal-accounts", map[string]any{"items": []any{}}).into(t, &list)
	for _, one := range list.Items {
		require.True(t, one.IsDefault, one.Kind)
	}
	require.Equal(t, 2, one[int](t, d, `select count(*) from audit_log where action = 'journal_accounts.edited' and subject = $1`, d.one))
}
