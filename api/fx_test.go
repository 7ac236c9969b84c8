package api_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// counted is what the API says of a payee's payments in other currencies.
type counted struct {
	Total, Converted    struct{ Amount int64 }
	Quotes, Conversions int
	Not                 int
	Stands              string
	List                []conversion
}

type conversion struct {
	PayoutID   string `json:"payout_id"`
	Converted  *struct{ Amount int64 }
	Rate       string
	RateOn     string `json:"rate_on"`
	Source     string
	UsedAt     *time.Time `json:"used_at"`
	NotCounted string     `json:"not_counted"`
}

func (d *desk) counted(t *testing.T, who call) (c counted) {
	t.Helper()
	var list struct {
		Items []struct {
			Stands  string
			Counted struct {
				Total, Converted struct{ Amount int64 }
				Quotes           int
				NotCounted       int `json:"not_counted"`
				Stands           string
				Conversions      []conversion
			}
		}
	}
	a := who.send(t, "GET", "/v1/payee-years?year=2026", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	a.into(t, &list)
	require.NotEmpty(t, list.Items)
	y := list.Items[0].Counted
	return counted{y.Total, y.Converted, y.Quotes, len(y.Conversions), y.NotCounted, y.Stands, y.Conversions}
}

// paidIn lets another payout of the work be paid in a currency on a day at noon.
func (d *desk) paidIn(t *testing.T, w work, amount int64, currency, day string) uuid.UUID {
	t.Helper()
	payout := d.anotherPayout(t, d.one, w, amount)
	d.sql(t, `begin; set local session_replication_role = replica; update payouts set currency = '`+currency+`' where id = '`+payout.String()+`'; commit`)
	w.payout = payout
	d.paid(t, w, day+" 12:00:00")
	return payout
}

func rate(d *desk, base, quote, rate, day string) map[string]any {
	return map[string]any{"brand_id": d.one, "base": base, "quote": quote, "rate": rate, "source": "ECB, reference rate", "on_day": day}
}

func TestAYearCountsOtherCurrenciesAtTheRateOfTheDay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update creators set country = 'US'`)
	d.paid(t, d.work, "2026-03-03 23:59:59") // 400.00 EUR, still the third in Berlin
	early := d.paidIn(t, d.work, 30000, "eur", "2026-02-01")
	d.paidIn(t, d.work, 150000, "usd", "2026-02-02")
	auditor, preparer := d.as(t, "auditor@one.example"), d.as(t, "finance_preparer@one.example")
	enter := func(body map[string]any) {
		t.Helper()
		a := preparer.keyed().send(t, "POST", "/v1/fx-quotes", body)
		require.Equal(t, 201, a.status, "%s", a.body)
	}
	c := d.counted(t, auditor)
	require.Equal(t, []any{int64(150000), int64(0), 0, 2, 2, "below"}, []any{c.Total.Amount, c.Converted.Amount, c.Quotes, c.Conversions, c.Not, c.Stands})
	require.Equal(t, "Not counted: no rate between EUR and USD on or before 3 March 2026", c.List[1].NotCounted)

	enter(rate(d, "EUR", "USD", "1.2", "2026-03-04"))
	require.Equal(t, 2, d.counted(t, auditor).Not, "a later day's rate is nobody's guess")
	enter(rate(d, "EUR", "USD", "1.1", "2026-03-03"))
	c = d.counted(t, auditor)
	require.Equal(t, []any{int64(194000), int64(44000), 1, 1, "near"}, []any{c.Total.Amount, c.Converted.Amount, c.Quotes, c.Not, c.Stands})
	enter(rate(d, "USD", "EUR", "0.8", "2026-01-31"))
	c = d.counted(t, auditor)
	require.Equal(t, []any{int64(231500), int64(81500), 2, 0, "over"}, []any{c.Total.Amount, c.Converted.Amount, c.Quotes, c.Not, c.Stands})
	require.Equal(t, []any{early.String(), int64(37500), "1 USD = 0.8 EUR", "2026-01-31", "ECB, reference rate"},
		[]any{c.List[0].PayoutID, c.List[0].Converted.Amount, c.List[0].Rate, c.List[0].RateOn, c.List[0].Source}, "the inverse serves as well")
	require.Nil(t, c.List[0].UsedAt, "nothing was taken away")
	enter(rate(d, "USD", "EUR", "0.75", "2026-01-31"))
	require.EqualValues(t, 40000+44000, d.counted(t, auditor).Converted.Amount, "of one day's rates the last that was entered")

	// What came back is not counted, nor asked about.
	d.sql(t, `begin; set local session_replication_role = replica;
		insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent, state, recovered)
		select gen_random_uuid(), id, partnership_id, brand_id, creator_id, 10000, currency, 'r', (select id from users limit 1), 50, 'failed', 10000
			from payouts where id = '`+d.payout.String()+`'; commit`)
	require.EqualValues(t, 40000+33000, d.counted(t, auditor).Converted.Amount)
	d.sql(t, `update creators set country = 'DE'`)
	require.Zero(t, d.counted(t, auditor).Conversions, "every payment counts there")
}

func TestAFileOfTheYearRemembersItsRates(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update creators set country = 'US'`)
	d.paid(t, d.work, "2026-03-03 12:00:00")
	d.paidIn(t, d.work, 150000, "usd", "2026-02-02")
	missing := d.paidIn(t, d.work, 10000, "gbp", "2026-02-03")
	a := d.as(t, "finance_releaser@one.example").keyed().send(t, "POST", "/v1/fx-quotes", rate(d, "eur", "usd", "1.0852", "2026-03-01"))
	require.Equal(t, 201, a.status, "%s", a.body)
	auditor := d.as(t, "auditor@one.example")
	for _, format := range []string{"csv", "xlsx", "csv"} {
		require.Equal(t, 200, auditor.send(t, "GET", "/v1/payee-years/export?year=2026&format="+format, nil).status)
	}
	rows := rowsOf(t, auditor.send(t, "GET", "/v1/payee-years/export?year=2026", nil))
	require.Len(t, rows, 1+3+2, "three currencies, and two conversions below the first of them")
	for _, row := range rows {
		require.Len(t, row, len(rows[0]))
	}
	require.Equal(t, []string{"1934.08", "434.08", "USD", "near"}, rows[1][13:17])
	require.Equal(t, []string{missing.String(), "2026-02-03", "100.00", "", "Not counted: no rate between GBP and USD on or before 3 February 2026", "", ""}, rows[2][17:])
	require.Equal(t, []string{d.payout.String(), "2026-03-03", "400.00", "434.08", "1 EUR = 1.0852 USD", "2026-03-01", "ECB, reference rate"}, rows[3][17:])
	require.Empty(t, rows[2][7]+rows[3][7], "no sum counts a payment twice")
	require.Empty(t, rows[4][13]+rows[5][13])

	kept := one[int](t, d, `select count(*)::int from fx_uses where payout_id = $1 and amount = 43408 and currency = 'usd' and used_by = $2`, d.payout, d.users["auditor@one.example"])
	require.Equal(t, 1, kept, "once, however often")
	uses := d.counted(t, auditor)
	require.True(t, slices.ContainsFunc(uses.List, func(c conversion) bool { return c.UsedAt != nil && c.PayoutID == d.payout.String() }))
	var quotes struct{ Items []struct{ Payments int } }
	auditor.send(t, "GET", "/v1/fx-quotes", nil).into(t, &quotes)
	require.Equal(t, 1, quotes.Items[0].Payments)
	for _, change := range []string{`delete from fx_uses`, `update fx_quotes set rate = 2`, `update fx_uses set amount = 1`} {
		_, err := d.owner.Exec(t.Context(), change)
		require.ErrorContains(t, err, "RA001", change)
	}
	_, err := d.owner.Exec(t.Context(), `insert into fx_uses (quote_id, payout_id, purpose, brand_id, amount, currency, used_by)
		select id, $1, 'year_to_date', brand_id, 1, 'usd', entered_by from fx_quotes`, missing)
	require.ErrorContains(t, err, "RA087", "a rate of other currencies")
}

func TestRatesAreEnteredByFinanceAndNameWhatIsWrong(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	preparer := d.as(t, "finance_preparer@one.example")
	good := rate(d, "eur", "usd", "1.0852", berlinToday())
	for field, value := range map[string]any{
		"base": "xyz", "quote": "eur", "rate": "1,08", "source": " ", "on_day": time.Now().AddDate(0, 0, 2).Format(time.DateOnly),
	} {
		bad := rate(d, "eur", "usd", "1.0852", berlinToday())
		bad[field] = value
		a := preparer.keyed().send(t, "POST", "/v1/fx-quotes", bad)
		require.Equal(t, 422, a.status, "%s", a.body)
		require.Contains(t, string(a.body), `"field":"`+field+`"`)
	}
	for _, who := range []string{"auditor", "admin", "ops", "approver", "guest"} {
		require.Equal(t, 403, d.as(t, who+"@one.example").keyed().send(t, "POST", "/v1/fx-quotes", good).status, who)
	}
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").keyed().send(t, "POST", "/v1/fx-quotes", good).status)
	require.Equal(t, 201, preparer.keyed().send(t, "POST", "/v1/fx-quotes", good).status)
	require.Equal(t, 201, preparer.keyed().send(t, "POST", "/v1/fx-quotes", rate(d, "usd", "jpy", "150", "2026-01-01")).status)
	type list struct {
		Items []struct {
			Base, Rate string
			EnteredBy  string `json:"entered_by"`
		}
		NextCursor string `json:"next_cursor"`
	}
	var first, second list
	auditor := d.as(t, "auditor@one.example")
	auditor.send(t, "GET", "/v1/fx-quotes?limit=1", nil).into(t, &first)
	auditor.send(t, "GET", "/v1/fx-quotes?limit=1&cursor="+first.NextCursor, nil).into(t, &second)
	require.Equal(t, []string{"eur", "1.0852", "Ms finance_preparer"}, []string{first.Items[0].Base, first.Items[0].Rate, first.Items[0].EnteredBy}, "the newest day first")
	require.Equal(t, "usd", second.Items[0].Base)
	require.Empty(t, second.NextCursor)
	var none list
	d.as(t, "auditor@two.example").send(t, "GET", "/v1/fx-quotes", nil).into(t, &none)
	require.Empty(t, none.Items)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", "/v1/fx-quotes", nil).status)
}
