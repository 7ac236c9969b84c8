package api_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api/pdftest"
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
	d.sql(t, `update payouts set state = 'partly_reversed', amount_reversed = 15050 where id = $1`, d.payout)
	text := pdftest.Text(t, finance.send(t, "GET", path, nil).body)
	require.Contains(t, text, "150.50 EUR")
	require.Contains(t, text, "249.50 EUR")

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
	require.Equal(t, rapport.PackHead, string(lines[0]))
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
	for _, words := range []string{"Audit pack", "Żółć", "No invoice.", "Both agree.", last.SHA256[:60]} {
		require.Contains(t, text, words)
	}
	require.Equal(t, 404, d.as(t, "auditor@two.example").send(t, "GET", path, nil).status)
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path, nil).status)
}
