package api_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres/pgtest"
)

// berlinToday is the present day of the brands.
func berlinToday() string {
	zone, _ := time.LoadLocation("Europe/Berlin")
	return time.Now().In(zone).Format(time.DateOnly)
}

// offlinePayout is a payout of 50 EUR that waits to be paid outside of Stripe, approved by the two.
func (d *desk) offlinePayout(t *testing.T, brand, preparer, releaser uuid.UUID, w work, position int) uuid.UUID {
	t.Helper()
	milestone, payout := id(), id()
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
		values ($1, $2, $3, $4, 1, $5, 'By hand', 'signature', 5000, 'eur')`, milestone, w.partnership, brand, w.contract, position)
	d.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, offline_method, state, due_at)
		values ($1, $2, $3, $4, $5, 5000, 'eur', 'cheque', 'awaiting_approval', now())`, payout, milestone, w.partnership, brand, w.creator)
	d.sql(t, `select ledger_post($1, 'accrual', $2, $3, null::int, null::text, 'eur', $4)`, id(), brand, payout,
		`[{"account":"milestone_expense:`+brand.String()+`:eur","amount":-5000},{"account":"creator_payable:`+brand.String()+":"+w.creator.String()+`:eur","floor_zero":true,"amount":5000}]`)
	proof := pgtest.StepUp(t, d.owner, releaser, 0)
	for part, who := range map[string]uuid.UUID{"preparer": preparer, "releaser": releaser} {
		d.sql(t, `insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, step_up_id)
			values ($1, $2, $3, 1, $4, $5, 5000, 'eur', case when $4 = 'releaser' then $6::uuid end)`,
			id(), payout, brand, part, who, proof)
	}
	d.sql(t, `update payouts set state = 'approved' where id = $1`, payout)
	return payout
}

// provedOffline is what the workflow does when somebody has recorded the payment.
func (d *desk) provedOffline(t *testing.T, payout, by uuid.UUID) {
	t.Helper()
	payment := id()
	d.sql(t, `insert into blobs (sha256, content_type, size, content) values ('\x02', 'application/pdf', 1, '\x25') on conflict do nothing`)
	d.sql(t, `insert into offline_payments (id, payout_id, brand_id, round, method, paid_on, reference, amount, currency, proof_name, proof_sha256, recorded_by)
		select $1, id, brand_id, round, 'cheque', $3::date, 'No. 12', amount, currency, 'cheque.pdf', '\x02', $4 from payouts where id = $2`, payment, payout, berlinToday(), by)
	verdict, err := d.worker.RecordOffline(t.Context(), payout, payment)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, verdict)
}

func TestAPaymentOutsideOfStripeIsChosenWithAReason(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/payouts/" + d.payout.String() + "/commands"
	preparer := d.as(t, "finance_preparer@one.example")
	a := preparer.keyed().send(t, "POST", path, map[string]any{"command": "pay_offline"})
	require.Equal(t, []string{"reason required", "method required"}, a.fields(t))
	require.Equal(t, []string{"method not_here"}, preparer.keyed().send(t, "POST", path, map[string]any{"command": "hold", "reason": "x", "method": "cheque", "review_on": "2100-01-31"}).fields(t))
	choice := map[string]any{"command": "pay_offline", "reason": "No bank there", "method": "cheque"}
	require.Equal(t, 403, d.as(t, "finance_releaser@one.example").keyed().send(t, "POST", path, choice).status, "a preparer chooses the way")
	a = preparer.keyed().send(t, "POST", path, choice)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, rapport.CmdPayOffline, d.flows.commands()[0].Kind)
	require.Equal(t, "cheque", d.flows.commands()[0].Code)
	require.Equal(t, "No bank there", one[string](t, d, `select detail ->> 'reason' from audit_log where action = 'payout.pay_offline'`))
	d.sql(t, `insert into reconciliations (id, state, from_at, to_at) values ($1, 'breaks', now() - interval '1 day', now())`, sharedComparison)
	d.sql(t, `insert into reconciliation_cases (id, kind, noun, ref, brand_id, payout_id, at, last_run) values ($1, 'missing_here', 'settle', 'tr_9', $2, $3, now(), $4)`,
		id(), d.world.one, d.payout, sharedComparison)
	a = preparer.keyed().send(t, "POST", path, choice)
	require.Equal(t, 409, a.status)
	require.Equal(t, "stripe_may_have_paid", a.text("code"), "Stripe has paid it")
	d.sql(t, `update reconciliation_cases set gone_at = now()`)
	d.flows.refuse("not_while_sent")
	a = preparer.keyed().send(t, "POST", path, choice)
	require.Equal(t, 409, a.status)
	require.Contains(t, a.text("detail"), "sent to Stripe")
}

func TestAPaymentOutsideOfStripeIsRecordedWithItsProof(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	releaser := d.as(t, "finance_releaser@one.example")
	payout := d.offlinePayout(t, d.world.one, d.users["finance_preparer@one.example"], d.users["finance_releaser@one.example"], d.work, 80)
	path := "/v1/payouts/" + payout.String() + "/offline-payment"
	preparer := d.as(t, "finance_preparer@one.example")
	send := func(who call, file string, change ...string) answer {
		fields := map[string]string{"paid_on": berlinToday(), "reference": "No. 12", "amount": "5000", "currency": "eur"}
		for i := 0; i+1 < len(change); i += 2 {
			fields[change[i]] = change[i+1]
		}
		list := make([]string, 0, 2*len(fields))
		for name, value := range fields {
			list = append(list, name, value)
		}
		return who.keyed().uploadAs(t, path, "proof", file, list...)
	}
	const pdf = "%PDF-1.4 receipt"
	require.Equal(t, []string{"amount another_amount"}, send(preparer, pdf, "amount", "4999").fields(t))
	require.Equal(t, []string{"paid_on future"}, send(preparer, pdf, "paid_on", "2100-01-01").fields(t))
	require.Equal(t, []string{"reference required"}, send(preparer, pdf, "reference", " ").fields(t))
	require.Equal(t, []string{"proof required"}, send(preparer, "").fields(t))
	require.Equal(t, 415, send(preparer, "MZ a program").status)
	require.Equal(t, 413, send(preparer, pdf+strings.Repeat("x", rapport.MaxProof)).status)
	a := send(releaser, pdf)
	require.Equal(t, 403, a.status)
	require.Contains(t, a.text("detail"), "another person")
	a = send(preparer, pdf, "paid_on", "2020-01-01")
	require.Equal(t, "RA073", a.text("code"), "before it was approved")
	require.Zero(t, one[int](t, d, `select count(*)::int from offline_payments`))
	require.Empty(t, d.flows.commands())

	a = send(preparer, pdf)
	require.Equal(t, 200, a.status, "%s", a.body)
	command := d.flows.commands()[0]
	require.Equal(t, rapport.CmdRecordOffline, command.Kind)
	verdict, err := d.worker.RecordOffline(t.Context(), payout, command.Ref)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, verdict)
	var p struct {
		Summary struct {
			State   string
			Offline struct{ Words, Reference string }
		}
		OfflinePayment struct {
			Reference string
			ProofName string `json:"proof_name"`
		} `json:"offline_payment"`
		TakeBack      struct{ Reason string } `json:"take_back"`
		RecordPayment struct{ Allowed bool }  `json:"record_payment"`
	}
	preparer.send(t, "GET", "/v1/payouts/"+payout.String(), nil).into(t, &p)
	require.Equal(t, "paid", p.Summary.State)
	require.Equal(t, "Outside of Stripe: cheque", p.Summary.Offline.Words)
	require.Equal(t, "No. 12", p.OfflinePayment.Reference)
	require.Contains(t, p.TakeBack.Reason, "outside of Stripe")
	require.False(t, p.RecordPayment.Allowed)
	require.Equal(t, 409, send(preparer, pdf).status, "it is recorded already")
	a = preparer.send(t, "GET", path+"/proof", nil)
	require.Equal(t, pdf, string(a.body))
	require.True(t, strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment"))
	require.Equal(t, 403, d.as(t, "ops@one.example").send(t, "GET", path+"/proof", nil).status)
	require.Equal(t, 409, preparer.keyed().send(t, "POST", "/v1/payouts/"+payout.String()+"/reversals", map[string]any{"amount": eur(100), "reason": "x"}).status)

	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(preparer.send(t, "GET", "/v1/payouts/export", nil).body), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, []string{"Paid by", "Reference"}, rows[0][15:17])
	require.Contains(t, [][]string{rows[1][15:17], rows[2][15:17]}, []string{"Outside of Stripe: cheque", "No. 12"})
	require.Equal(t, 200, preparer.send(t, "GET", "/v1/payouts/"+payout.String()+"/remittance", nil).status)
	pack := string(d.as(t, "auditor@one.example").send(t, "GET", "/v1/partnerships/"+d.partnership.String()+"/audit-pack", nil).body)
	require.Contains(t, pack, `"reference":"No. 12"`)
	home := string(d.visit(t, d.link).send(t, "GET", "/v1/portal/home", nil).body)
	require.Contains(t, home, "Paid outside of Stripe by cheque, reference No. 12")
}
