package api_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"rapport"
	"rapport/api/gen"
)

type shownCase struct {
	ID        string
	Ref       string `json:"external_ref"`
	State     string
	MayChange bool `json:"may_change"`
	Owner     struct{ Name string }
	Notes     []struct{ Author, Text string }
}

func (d *desk) cases(t *testing.T, who, query string) []shownCase {
	t.Helper()
	var list struct{ Items []shownCase }
	d.as(t, who).send(t, "GET", "/v1/reconciliation-cases"+query, nil).into(t, &list)
	return list.Items
}

// compared is a comparison with one line of each result.
func (d *desk) compared(t *testing.T, lines ...rapport.ReconciliationLine) uuid.UUID {
	t.Helper()
	r := rapport.Reconciliation{ID: id(), From: time.Now().Add(-48 * time.Hour), To: time.Now(), Lines: lines}
	require.NoError(t, d.worker.StartReconciliation(t.Context(), r))
	require.NoError(t, d.worker.FinishReconciliation(t.Context(), r))
	return r.ID
}

func TestCasesAndLinesStayBehindTheirWalls(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.seed(t, d.two, "two.example")
	d.sql(t, `update payees set account_id = 'acct_shared' where creator_id = $1`, d.creator)
	d.sql(t, `insert into payees (creator_id, account_id, state) select $1, 'acct_shared', 'ready' where not exists (select 1 from payees where creator_id = $1)`, d.creator)
	at := time.Now().Add(-time.Hour)
	run := d.compared(t,
		rapport.ReconciliationLine{Kind: "settle", Result: "matched", Ref: "tr_one", BrandID: d.world.one, Ours: eurMoney(500), Theirs: eurMoney(500), At: at},
		rapport.ReconciliationLine{Kind: "settle", Result: "missing_there", Ref: "tr_two", BrandID: d.two, PayoutID: other.payout, Ours: eurMoney(700), At: at},
		rapport.ReconciliationLine{Kind: "settle", Result: "missing_here", Ref: "tr_stranger", Theirs: eurMoney(900), Destination: "acct_nobody", At: at},
		rapport.ReconciliationLine{Kind: "settle", Result: "missing_here", Ref: "=tr_both", Theirs: eurMoney(900), Destination: "acct_shared", At: at},
	)
	refs := func(who string) (seen []string) {
		for _, c := range d.cases(t, who, "?state=open") {
			seen = append(seen, c.Ref)
		}
		return seen
	}
	// The creator works with both brands, so that only who works for both sees what may be either's; a stranger's is everybody's.
	require.ElementsMatch(t, []string{"tr_stranger"}, refs("auditor@one.example"))
	require.ElementsMatch(t, []string{"tr_stranger", "tr_two"}, refs("auditor@two.example"))
	require.Len(t, d.cases(t, "auditor@two.example", "?state=open&brand_id="+d.two.String()), 1, "of one brand only")
	for ref, found := range map[string]int{"tr_stranger": 200, "tr_two": 404, "=tr_both": 404} {
		path := "/v1/reconciliation-cases/" + one[uuid.UUID](t, d, `select id from reconciliation_cases where ref = $1`, ref).String()
		require.Equal(t, found, d.as(t, "auditor@one.example").send(t, "GET", path, nil).status, ref)
		require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path, nil).status)
	}
	require.Empty(t, d.cases(t, "auditor@one.example", "?state=open&brand_id="+d.two.String()), "a brand that is not theirs")
	export := func(who string) string {
		a := d.as(t, who).send(t, "GET", "/v1/reconciliations/"+run.String()+"/export", nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
		require.NoError(t, err)
		out := make([]string, len(rows)-1)
		for i, r := range rows[1:] {
			out[i] = r[2] + " " + r[3] + " " + r[5]
		}
		return strings.Join(out, ", ")
	}
	require.Equal(t, "tr_one matched 5.00, tr_stranger missing here ", export("auditor@one.example"))
	require.Equal(t, "tr_two missing there 7.00, tr_stranger missing here ", export("auditor@two.example"))
	require.Equal(t, 404, d.as(t, "auditor@one.example").send(t, "GET", "/v1/reconciliations/"+id().String()+"/export", nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", "/v1/reconciliation-cases", nil).status)

	d.sql(t, `alter table payouts disable trigger all`)
	d.sql(t, `update payouts set state = 'approved', gated = 'stale', gated_at = now() where id = $1`, other.payout)
	var gate struct {
		Waiting []struct{ Count int }
	}
	d.as(t, "ops@one.example").send(t, "GET", "/v1/payments-gate", nil).into(t, &gate)
	require.Empty(t, gate.Waiting, "what waits at another brand is its own")
	d.as(t, "ops@two.example").send(t, "GET", "/v1/payments-gate", nil).into(t, &gate)
	require.Len(t, gate.Waiting, 1)
}

func TestACaseIsClosedWithAReasonByFinance(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.seed(t, d.two, "two.example")
	d.compared(t, rapport.ReconciliationLine{Kind: "settle", Result: "missing_there", Ref: "tr_1", BrandID: d.world.one, PayoutID: d.payout, Ours: eurMoney(700), At: time.Now()})
	mine := d.cases(t, "finance_releaser@one.example", "")[0]
	path := "/v1/reconciliation-cases/" + mine.ID + "/commands"
	require.True(t, mine.MayChange)
	require.False(t, d.cases(t, "auditor@one.example", "")[0].MayChange)
	give := func(who string, body map[string]any) answer { return d.as(t, who).keyed().send(t, "POST", path, body) }

	require.Equal(t, []string{"text missing"}, give("finance_releaser@one.example", map[string]any{"command": "resolve", "text": "  "}).fields(t))
	require.Equal(t, []string{"owner_id no_role"}, give("finance_releaser@one.example", map[string]any{"command": "assign", "owner_id": d.users["ops@one.example"]}).fields(t))
	require.Equal(t, 403, give("auditor@one.example", map[string]any{"command": "resolve", "text": "Fine"}).status)
	require.Equal(t, 404, give("finance_releaser@two.example", map[string]any{"command": "resolve", "text": "Fine"}).status)
	require.Equal(t, 200, give("finance_releaser@one.example", map[string]any{"command": "assign", "owner_id": d.users["finance_preparer@one.example"]}).status)
	require.Equal(t, 200, give("finance_preparer@one.example", map[string]any{"command": "note", "text": "Asked Stripe."}).status)
	task := one[uuid.UUID](t, d, `select id from tasks where kind = 'reconciliation_break' and ref = $1 and owner_id = $2`, uuid.MustParse(mine.ID), d.users["finance_preparer@one.example"])
	a := d.as(t, "finance_preparer@one.example").keyed().send(t, "POST", "/v1/tasks/"+task.String()+"/complete", map[string]any{})
	require.Equal(t, "decide_instead", a.text("code"), "the case ends it")
	require.Equal(t, 200, give("finance_preparer@one.example", map[string]any{"command": "explain", "text": "Paid by hand."}).status)
	require.Equal(t, "closed", give("finance_preparer@one.example", map[string]any{"command": "resolve", "text": "Again"}).text("code"))

	require.Empty(t, d.cases(t, "auditor@one.example", "?state=open"))
	closed := d.cases(t, "auditor@one.example", "?state=closed")[0]
	require.Equal(t, "explained", closed.State)
	var alone gen.Case
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/reconciliation-cases/"+mine.ID, nil).into(t, &alone)
	require.Equal(t, "Ms finance_preparer: Paid by hand.", alone.ClosedBy.Name+": "+*alone.Reason, "a link to it still finds it")
	require.Equal(t, "Ms finance_preparer", closed.Owner.Name)
	require.Len(t, closed.Notes, 3)
	require.Equal(t, "done", one[string](t, d, `select state from tasks where id = $1`, task))
	require.Equal(t, 3, one[int](t, d, `select count(*) from audit_log where action like 'reconciliation.case\_%' and subject = $1 and actor is not null`, uuid.MustParse(mine.ID)))
}

func eurMoney(n int64) rapport.Money { return rapport.Money{Amount: n, Currency: "eur"} }

func TestDifferencesAreExportedWithWhoClosedThemAndWhy(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	run := d.compared(t,
		rapport.ReconciliationLine{Kind: "settle", Result: "missing_there", Ref: "=tr_1", BrandID: d.world.one, PayoutID: d.payout, Ours: eurMoney(700), At: time.Now()},
		rapport.ReconciliationLine{Kind: "settle", Result: "different", Ref: "tr_2", BrandID: d.world.one, Ours: eurMoney(700), Theirs: eurMoney(800), Differs: []string{"amount"}, At: time.Now()},
	)
	for _, c := range d.cases(t, "finance_releaser@one.example", "") {
		if c.Ref == "=tr_1" {
			why := map[string]any{"command": "explain", "text": "Paid by hand."}
			require.Equal(t, 200, d.as(t, "finance_releaser@one.example").keyed().send(t, "POST", "/v1/reconciliation-cases/"+c.ID+"/commands", why).status)
		}
	}
	lines := func(query string) [][]string {
		a := d.as(t, "auditor@one.example").send(t, "GET", "/v1/reconciliation-cases/export"+query, nil)
		require.Equal(t, 200, a.status, "%s", a.body)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(a.body), "\ufeff"))).ReadAll()
		require.NoError(t, err)
		return rows[1:]
	}
	closed, open := lines("?state=closed"), lines("?state=open")
	require.Len(t, closed, 1)
	require.Equal(t, []string{"7.00", "EUR", "", "", "'=tr_1", "One"}, closed[0][5:11])
	require.Equal(t, []string{"Explained", "Ms both", "Paid by hand.", "Ms finance_releaser"}, closed[0][12:16])
	require.Len(t, open, 1)
	require.Equal(t, []string{"the amount", "7.00", "EUR", "8.00", "EUR", "tr_2"}, open[0][4:10])
	require.Len(t, lines(""), 2)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", "/v1/reconciliation-cases/export", nil).status)

	a := d.as(t, "auditor@one.example").send(t, "GET", "/v1/reconciliations/"+run.String()+"/export?format=xlsx", nil)
	book, err := excelize.OpenReader(bytes.NewReader(a.body))
	require.NoError(t, err)
	rows, err := book.GetRows("Comparison")
	require.NoError(t, err)
	require.Equal(t, "One", rows[1][12], "the brand by its name")
}
