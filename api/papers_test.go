package api_test

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/paper/pdftest"
)

// paid lets a payout have reached the creator.
func (d *desk) paid(t *testing.T, w work, at string) {
	t.Helper()
	d.sql(t, `begin; set local session_replication_role = replica;
		insert into payout_attempts (payout_id, number, brand_id, request_sha256, outcome, transfer_id)
		select id, 1, brand_id, sha256('x'), 'succeeded', 'tr_' || right(id::text, 12) from payouts where id = '`+w.payout.String()+`';
		update payouts set state = 'paid', paid_at = '`+at+`'::timestamp at time zone 'Europe/Berlin' where id = '`+w.payout.String()+`'; commit`)
}

func TestRemittanceSaysWhoPaidWhomForWhat(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path, portal := "/v1/payouts/"+d.payout.String()+"/remittance", "/v1/portal/payments/"+d.milestone.String()+"/remittance"
	d.sql(t, `update creators set name = '花子 Żółć'`)
	finance, visitor := d.as(t, "finance_preparer@one.example"), d.visitor(t)
	a := finance.send(t, "GET", path, nil)
	require.Equal(t, 409, a.status, "there is no paper about money that has not moved")
	require.Equal(t, "not_paid", a.text("code"))
	require.Equal(t, 409, visitor.send(t, "GET", portal, nil).status)

	d.paid(t, d.work, "2026-03-31 23:30:00")
	for _, a := range []answer{finance.send(t, "GET", path, nil), visitor.send(t, "GET", portal, nil)} {
		require.Equal(t, 200, a.status, "%s", a.body)
		require.Equal(t, "application/pdf", a.header.Get("Content-Type"))
		require.Contains(t, a.header.Get("Content-Disposition"), "2026-03-31.pdf")
		text := pdftest.Text(t, a.body)
		for _, words := range []string{"One\n", "1 Street", "花子", "Żółć", "400.00 EUR", "On approval", "C-0", "tr_", "31 March 2026", "Spring"} {
			require.Contains(t, text, words)
		}
		require.NotContains(t, text, "Taken back")
	}
	taken := func(recovered string) string {
		d.sql(t, `begin; set local session_replication_role = replica; delete from reversals;
			insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent, state, recovered)
			select gen_random_uuid(), id, partnership_id, brand_id, creator_id, 15050, currency, 'r', (select id from users limit 1), 50, 'failed', `+recovered+`
				from payouts where id = '`+d.payout.String()+`';
			update payouts set state = 'partly_reversed', amount_reversed = 15050 where id = '`+d.payout.String()+`'; commit`)
		return pdftest.Text(t, finance.send(t, "GET", path, nil).body)
	}
	text := taken("15050")
	require.Contains(t, text, "150.50 EUR")
	require.Contains(t, text, "249.50 EUR")
	require.NotContains(t, text, "Kept since")
	text = taken("0")
	require.Contains(t, text, "Kept since\n150.50 EUR")
	require.NotContains(t, text, "249.50 EUR", "a later payment kept it: this one was paid whole")

	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").send(t, "GET", path, nil).status)
	require.Equal(t, 403, d.as(t, "guest@one.example").send(t, "GET", path, nil).status)
	other := d.seed(t, d.two, "two.example")
	d.paid(t, other, "2026-03-31 23:30:00")
	require.Equal(t, 404, visitor.send(t, "GET", "/v1/portal/payments/"+other.milestone.String()+"/remittance", nil).status, "of another partnership")
}

func TestTheAuditPackHoldsWhatThePaymentRestsOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.contentApproved(t)
	d.sql(t, `update creators set name = 'Żółć <b>'`)
	d.post(t, "accrual", "2026-03-01 00:00:00", "eur", d.payout, accrued)
	_, err := d.worker.SealLedger(t.Context())
	require.NoError(t, err)
	d.sql(t, `insert into audit_log (actor, action, subject, detail) values ($1, 'payout.hold', $2, '{"reason": "No invoice."}')`, d.users["finance_preparer@one.example"], d.payout)
	path := "/v1/partnerships/" + d.partnership.String() + "/audit-pack"
	a := d.as(t, "auditor@one.example").send(t, "GET", path, nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var pack struct {
		Records []rapport.PackRecord
		Count   int
		SHA256  string
	}
	a.into(t, &pack)
	require.Len(t, pack.Records, pack.Count)
	lines := bytes.Split(bytes.TrimSuffix(a.body, []byte("\n")), []byte("\n"))
	require.Equal(t, []byte(rapport.PackHead), lines[0]) //nolint:testifylint // byte for byte, and not as JSON
	last, kinds := rapport.PackRecord{}, map[string]string{}
	for _, line := range lines[1 : len(lines)-1] {
		r, problem := rapport.CheckPackLine(bytes.TrimSuffix(line, []byte(",")), last)
		require.Empty(t, problem, "%s", line)
		kinds[r.Kind] += string(r.Body)
		last = r
	}
	require.Equal(t, rapport.PackEnd(last), string(lines[len(lines)-1]))
	for kind, words := range map[string]string{
		"partnership": `"creator":"Żółć <b>"`, "contract": `"text":"Both agree."`, "decision": `"by":"Ms both"`, "milestone": `"title":"On approval"`, "payout": `"amount":40000`,
		"ledger": `creator_payable`, "note": `"reason":"No invoice."`, "submission": `#ad Look!`, "deliverable": `"title":"Launch video"`,
	} {
		require.Contains(t, kinds[kind], words)
	}
	require.Contains(t, kinds["ledger"], `"prev_sha256"`, "the seal of the book")

	text := pdftest.Text(t, d.as(t, "auditor@one.example").send(t, "GET", path+"?format=pdf", nil).body)
	for _, words := range []string{"Audit pack", "Żółć", "No invoice.", "Both agree.", last.SHA256[:40]} {
		require.Contains(t, text, words)
	}
	require.Equal(t, 404, d.as(t, "auditor@two.example").send(t, "GET", path, nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path, nil).status)
}

func TestAStatementWithTooManyLinesIsRefusedNotCutOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `select ledger_post(gen_random_uuid(), 'accrual', $1::text::uuid, null::uuid, null::int, null::text, 'eur',
		jsonb_build_array(jsonb_build_object('account', 'milestone_expense:' || $1::text || ':eur', 'amount', -1),
		jsonb_build_object('account', 'creator_payable:' || $1::text || ':' || $2::text || ':eur', 'amount', 1, 'floor_zero', true))) from generate_series(1, 5001)`, d.one, d.creator)
	path := "/v1/creators/" + d.creator.String() + "/statement?brand_id=" + d.one.String() + "&from=2020-01-01&to=2099-01-01"
	a := d.as(t, "finance_preparer@one.example").send(t, "GET", path, nil)
	require.Equal(t, 422, a.status, "%.200s", a.body)
	require.Equal(t, []string{"to too_many"}, a.fields(t))
}

func TestAStatementOpensAndCloses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.post(t, "topup", "2026-01-01 00:00:00", "eur", nil, toppedUp)
	d.post(t, "accrual", "2026-02-28 23:59:59", "eur", d.payout, accrued)
	d.post(t, "settle", "2026-03-31 23:59:59", "eur", d.payout, settled)
	d.post(t, "claim", "2026-03-15 12:00:00", "eur", nil, `[{"account":"clawback_receivable:$brand:$creator:$ccy","amount":-1005},{"account":"milestone_expense:$brand:$ccy","amount":1005}]`)
	d.post(t, "accrual", "2026-04-01 00:00:00", "eur", nil, accrued)
	d.post(t, "accrual", "2026-03-02 00:00:00", "jpy", nil, accrued)
	type money struct{ Amount int64 }
	var s struct {
		Zone     string
		Accounts []struct {
			Opening, Accrued, Paid, Other, Closing money
			Lines                                  []struct {
				Day, What string
				Amount    money
				Balance   money
			}
		}
	}
	const march = "from=2026-03-01&to=2026-03-31"
	path := "/v1/creators/" + d.creator.String() + "/statement"
	query := "?brand_id=" + d.one.String() + "&" + march
	finance, visitor := d.as(t, "finance_preparer@one.example"), d.visitor(t)
	for _, a := range []answer{finance.send(t, "GET", path+query, nil), visitor.send(t, "GET", "/v1/portal/statement?"+march, nil)} {
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &s)
		require.Equal(t, "Europe/Berlin", s.Zone)
		require.Len(t, s.Accounts, 2)
		eur := s.Accounts[0]
		require.Equal(t, []int64{40000, 0, 40000, -1005, -1005}, []int64{eur.Opening.Amount, eur.Accrued.Amount, eur.Paid.Amount, eur.Other.Amount, eur.Closing.Amount})
		require.Len(t, eur.Lines, 2)
		require.Equal(t, "Asked back", eur.Lines[0].What)
		require.Equal(t, []any{"2026-03-31", "Paid", int64(-40000), int64(-1005)}, []any{eur.Lines[1].Day, eur.Lines[1].What, eur.Lines[1].Amount.Amount, eur.Lines[1].Balance.Amount})
		require.EqualValues(t, 40000, s.Accounts[1].Closing.Amount)
	}
	rows := rowsOf(t, finance.send(t, "GET", path+"/export"+query, nil))
	require.Equal(t, []string{"2026-03-01", "Opening balance", "", "", "", "400.00", "EUR", ""}, rows[1])
	require.Equal(t, "-10.05", rows[4][5])
	for _, a := range []answer{finance.send(t, "GET", path+"/export"+query+"&format=pdf", nil), visitor.send(t, "GET", "/v1/portal/statement/export?format=pdf&"+march, nil)} {
		require.Equal(t, 200, a.status, "%s", a.body)
		text := pdftest.Text(t, a.body)
		for _, words := range []string{"Statement of account", "Mia Lens", "-10.05 EUR", "Asked back", "31 March 2026", "40000 JPY"} {
			require.Contains(t, text, words)
		}
	}
	require.Equal(t, 404, d.as(t, "finance_preparer@two.example").send(t, "GET", path+query, nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path+query, nil).status)
	a := d.as(t, "finance_preparer@two.example").send(t, "GET", path+"?brand_id="+d.two.String()+"&"+march, nil)
	require.Equal(t, 200, a.status)
	require.NotContains(t, string(a.body), "40000", "a creator is shared, what a brand paid is not")
}

func TestTheYearOfAPayeeIsHeldAgainstTheThreshold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.sql(t, `update creators set country = 'US'`)
	d.sql(t, `begin; set local session_replication_role = replica; update payouts set currency = 'usd', amount = 200000; commit`)
	d.paid(t, d.work, "2026-12-31 23:59:59")
	type year struct {
		Items []struct {
			Stands    string
			Payments  int
			Net       struct{ Amount int64 }
			Threshold struct{ Amount int64 }
		}
		Thresholds []struct{ Country, Source string }
	}
	auditor := d.as(t, "auditor@one.example")
	of := func(query string) (y year) {
		a := auditor.send(t, "GET", "/v1/payee-years?"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &y)
		return y
	}
	require.Empty(t, of("year=2027").Items, "by the day of the brand's zone")
	y := of("year=2026")
	require.Len(t, y.Items, 1)
	require.Equal(t, "over", y.Items[0].Stands, "exactly the threshold is reported")
	require.EqualValues(t, 200000, y.Items[0].Threshold.Amount)
	for _, threshold := range y.Thresholds {
		require.NotEmpty(t, threshold.Source, threshold.Country)
	}
	for _, c := range []struct {
		reversed int
		stands   string
	}{{1, "near"}, {40000, "near"}, {40001, "below"}} {
		d.sql(t, `begin; set local session_replication_role = replica; delete from reversals;
			insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent, state, recovered)
			select gen_random_uuid(), id, partnership_id, brand_id, creator_id, 190000, currency, 'r', (select id from users limit 1), 50, 'failed', `+strconv.Itoa(c.reversed)+`
				from payouts where id = '`+d.payout.String()+`';
			update payouts set state = 'partly_reversed', amount_reversed = `+strconv.Itoa(c.reversed+100)+` where id = '`+d.payout.String()+`'; commit`) // a later payment kept another 1 USD
		y = of("year=2026")
		require.Equal(t, c.stands, y.Items[0].Stands, "%d came back", c.reversed)
		require.EqualValues(t, 200000-c.reversed, y.Items[0].Net.Amount)
	}
	require.Empty(t, of("year=2026&stands=over&stands=near").Items)
	require.Empty(t, of("year=2026&country=DE").Items)
	d.sql(t, `begin; set local session_replication_role = replica; update payouts set paid_at = '2025-06-01'; commit`)
	require.Equal(t, "over", of("year=2025").Items[0].Stands, "600 USD until 2025")
	d.sql(t, `update creators set country = 'DE'`)
	require.Equal(t, "any", of("year=2025").Items[0].Stands)
	for country, payees := range map[string]int{"de": 1, "US": 0} {
		require.Len(t, of("year=2025&country="+country).Items, payees)
		require.Len(t, rowsOf(t, auditor.send(t, "GET", "/v1/payee-years/export?year=2025&country="+country, nil)), 1+payees, "the file is filtered as the page")
	}
	d.sql(t, `update creators set country = null`)
	require.Equal(t, "none", of("year=2025").Items[0].Stands)
	rows := rowsOf(t, auditor.send(t, "GET", "/v1/payee-years/export?year=2025", nil))
	require.Equal(t, "1599.99", rows[1][7])
	require.Equal(t, 422, auditor.send(t, "GET", "/v1/payee-years?stands=nonsense", nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", "/v1/payee-years", nil).status)
}

func TestTheHistorySaysWhoDidWhatAndWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.contentApproved(t)
	preparer := d.as(t, "finance_preparer@one.example")
	require.Equal(t, 200, preparer.keyed().send(t, "POST", "/v1/payouts/"+d.payout.String()+"/approvals", map[string]any{"part": "preparer", "amount": eur(40000)}).status)
	require.Equal(t, 200, preparer.keyed().send(t, "POST", "/v1/payouts/"+d.payout.String()+"/commands", map[string]any{"command": "hold", "reason": "=No invoice.", "review_on": "2100-01-31"}).status)
	require.Equal(t, 202, preparer.keyed().send(t, "POST", "/v1/brands/"+d.one.String()+"/top-ups", map[string]any{"amount": eur(500)}).status)
	d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind, amount, currency)
		values ($1, 'payout', $2, 1, $3, now(), 'payout_paid', 40000, 'eur')`, d.partnership, d.payout, d.one)
	d.sql(t, `insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind, code)
		values ($1, 'payout', $2, 2, $3, now(), 'payout_held', 'post_mismatch')`, d.partnership, d.payout, d.one)
	d.sql(t, `insert into audit_log (actor, action, subject, detail)
		values ($1, 'role.granted', $2, jsonb_build_object('brand_id', $3::uuid, 'role', 'ops'))`, d.users["admin@two.example"], d.users["ops@two.example"], d.two)
	type item struct {
		Actor, What, Action, Noun, Reason, About string
		Amount                                   struct{ Amount int64 }
	}
	var list struct {
		Items      []item
		NextCursor string `json:"next_cursor"`
	}
	auditor := d.as(t, "auditor@one.example")
	of := func(query string) map[string]item {
		list.Items, list.NextCursor = nil, ""
		a := auditor.send(t, "GET", "/v1/history"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		a.into(t, &list)
		found := map[string]item{}
		for _, i := range list.Items {
			found[i.Action] = i
		}
		return found
	}
	all := of("")
	held := all["payout.hold"]
	require.Equal(t, []any{"Ms finance_preparer", "=No invoice.", "Mia Lens", int64(40000)}, []any{held.Actor, held.Reason, held.About, held.Amount.Amount})
	require.Equal(t, "Ms finance_preparer", all["payout.approved_as_preparer"].Actor)
	require.Equal(t, "Ms both", all["content.approve"].Actor)
	require.EqualValues(t, 500, all["topup.created"].Amount.Amount)
	require.Equal(t, "Paid", all["payout.payout_paid"].What)
	require.Empty(t, all["payout.payout_paid"].Actor, "a machine")
	require.Equal(t, "The post is not as it was approved.", all["payout.payout_held"].Reason)
	require.NotContains(t, all, "role.granted", "of another brand")
	require.Len(t, of("?noun=funds"), 1)
	require.Len(t, of("?user_id="+d.users["both@one.example"].String()), 1)
	require.Len(t, of("?action=payout.hold"), 1)
	require.Empty(t, of("?from=2020-01-01&to=2020-12-31"))
	// Page by page it is the same as at once.
	n, cursor := 0, ""
	for {
		of("?limit=1&cursor=" + cursor)
		n += len(list.Items)
		if cursor = list.NextCursor; cursor == "" {
			break
		}
	}
	require.Equal(t, len(all), n)
	rows := rowsOf(t, auditor.send(t, "GET", "/v1/history/export", nil))
	require.Len(t, rows, n+1)
	require.Contains(t, string(auditor.send(t, "GET", "/v1/history/export", nil).body), "'=No invoice.")
	require.Contains(t, string(d.as(t, "auditor@two.example").send(t, "GET", "/v1/history", nil).body), "role.granted")
	require.Equal(t, 422, auditor.send(t, "GET", "/v1/history?noun=nonsense", nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", "/v1/history", nil).status)
}

func TestPaymentsAreListedAndExportedByTheDayTheyWerePaid(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.paid(t, d.work, "2026-03-31 23:30:00")
	finance := d.as(t, "finance_preparer@one.example")
	export := func(query string) [][]string {
		a := finance.send(t, "GET", "/v1/payouts/export"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
		require.NoError(t, err)
		return rows[1:]
	}
	rows := export("?paid_from=2026-03-31&paid_to=2026-03-31")
	require.Len(t, rows, 1, "by the clock of the brand, not of the database")
	require.Equal(t, "Stripe", rows[0][15])
	require.Regexp(t, "^tr_", rows[0][16], "the transfer is what finance looks for at Stripe")
	require.Regexp(t, "^C-[0-9]{6}$", rows[0][17], "the contract it is owed by")
	require.Equal(t, []string{"", ""}, rows[0][18:20], "nobody's approval is on record")
	d.sql(t, `begin; set local session_replication_role = replica;
		insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency)
		select gen_random_uuid(), p.id, p.brand_id, p.round - x.ago, x.part, u.id, p.amount, p.currency from payouts p
		join (values ('preparer', 'finance_preparer@one.example', 0), ('releaser', 'auditor@one.example', 0), ('releaser', 'ops@one.example', 1)) x(part, email, ago) on true
		join users u on u.email = x.email where p.id = '`+d.payout.String()+`'; commit`)
	names := one[[]string](t, d, `select array_agg(name order by email desc) from users where email in ('finance_preparer@one.example', 'auditor@one.example')`)
	require.Equal(t, names, export("?paid_from=2026-03-31")[0][18:20], "of the last round only")
	require.Empty(t, export("?paid_from=2026-04-01"))
	require.Empty(t, export("?paid_to=2026-03-30"))
	require.Len(t, export("?paid_to=2026-04-01"), 1)
	for _, path := range []string{"/v1/payouts/export", "/v1/payouts"} {
		require.Equal(t, 422, finance.send(t, "GET", path+"?paid_from=2026-04-01&paid_to=2026-03-31", nil).status, path)
	}
	require.NotContains(t, string(finance.send(t, "GET", "/v1/payouts?paid_from=2026-04-01", nil).body), d.payout.String())
	require.Contains(t, string(finance.send(t, "GET", "/v1/payouts?paid_from=2026-03-31", nil).body), d.payout.String())
}

func TestThePackOnPaperNamesItsParts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	hand := d.users["finance_preparer@one.example"]
	releaser := id()
	d.sql(t, `insert into users (id, email, name, password_hash) values ($1, 'hand@h.example', 'Hand', 'x')`, releaser)
	d.sql(t, `insert into user_roles (user_id, brand_id, role) values ($1, $2, 'finance_releaser')`, releaser, d.world.one)
	d.provedOffline(t, d.offlinePayout(t, d.world.one, hand, releaser, d.work, 81), hand)
	text := pdftest.Text(t, d.as(t, "auditor@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String()+"/audit-pack?format=pdf", nil).body)
	require.Contains(t, text, "Payments outside of Stripe")
}
