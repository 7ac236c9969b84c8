package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
