package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

type reversalBody struct {
	ID       uuid.UUID `json:"id"`
	State    string
	WaitsFor string `json:"waits_for"`
	Approval struct {
		Command, Label, Reason string
		Allowed                bool
	}
	Commands []struct {
		Command, Reason string
		Allowed         bool
	}
}

// isPaid lets the payout of the desk have been paid.
func (d *desk) isPaid(t *testing.T) {
	t.Helper()
	d.sql(t, `alter table payouts disable trigger user`)
	d.sql(t, `update payouts set state = 'paid', paid_at = now() where id = $1`, d.payout)
	d.sql(t, `alter table payouts enable trigger user`)
}

// takes says what the machine of a reversal would take now, as its record does.
func (d *desk) takes(t *testing.T, reversal uuid.UUID, commands string) {
	t.Helper()
	d.sql(t, `update reversals set commands = $2, seq = seq + 1 where id = $1`, reversal, commands)
}

// refused says that an answer is a problem of this status and, if given, code.
func refused(t *testing.T, a answer, status int, code string) {
	t.Helper()
	require.Equal(t, status, a.status, "%s", a.body)
	if code != "" {
		require.Equal(t, code, a.text("code"), "%s", a.body)
	}
}

func TestMoneyIsTakenBackByTwoPeople(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := "/v1/payouts/" + d.payout.String() + "/reversals"
	preparer, releaser := d.as(t, "finance_preparer@one.example"), d.proved(t, "finance_releaser@one.example")
	ask := func(amount int, reason string) map[string]any {
		return map[string]any{"amount": eur(amount), "reason": reason}
	}

	refused(t, preparer.keyed().send(t, "POST", path, ask(10_000, "The post is gone")), 409, "RA040") // not paid yet
	d.isPaid(t)
	refused(t, d.as(t, "ops@one.example").keyed().send(t, "POST", path, ask(10_000, "r")), 403, "")
	refused(t, preparer.keyed().send(t, "POST", path, ask(40_001, "r")), 409, "RA042")
	bad := preparer.keyed().send(t, "POST", path, map[string]any{"amount": map[string]any{"amount": 0, "currency": "eur"}, "reason": " "})
	require.Equal(t, 422, bad.status, "%s", bad.body)
	require.Contains(t, string(bad.body), `"amount.amount"`)
	require.Contains(t, string(bad.body), `"reason"`)
	require.Contains(t, string(preparer.keyed().send(t, "POST", path, map[string]any{"amount": map[string]any{"amount": 5, "currency": "usd"}, "reason": "r"}).body), "amount.currency")
	require.Equal(t, "0", one[string](t, d, `select count(*)::text from reversals`))

	var r reversalBody
	made := preparer.keyed().send(t, "POST", path, ask(10_000, "The post is gone"))
	require.Equal(t, 201, made.status, "%s", made.body)
	made.into(t, &r)
	require.Equal(t, "awaiting_approval", r.State)
	require.Contains(t, r.WaitsFor, "other than Ms finance_preparer")
	require.False(t, r.Approval.Allowed)
	require.Equal(t, "1", one[string](t, d, `select count(*)::text from outbox where kind = 'start' and workflow_id = 'reversal/' || $1::text`, r.ID))

	path = "/v1/reversals/" + r.ID.String()
	yes := map[string]any{"part": "reverse", "amount": eur(10_000)}
	refused(t, releaser.keyed().send(t, "POST", path+"/approvals", yes), 409, "not_now") // its workflow has said nothing yet
	d.takes(t, r.ID, `[{"kind": "approve_reversal"}, {"kind": "cancel"}, {"kind": "retry", "refused": "nothing_to_retry"}]`)
	refused(t, preparer.keyed().send(t, "POST", path+"/approvals", yes), 403, "")
	refused(t, releaser.keyed().send(t, "POST", path+"/approvals", map[string]any{"part": "reverse", "amount": eur(9_999)}), 422, "")
	refused(t, releaser.keyed().send(t, "POST", path+"/approvals", map[string]any{"part": "write_off", "amount": eur(10_000)}), 409, "not_asked")
	refused(t, releaser.keyed().send(t, "POST", path+"/commands", map[string]any{"command": "retry"}), 409, "nothing_to_retry")
	refused(t, releaser.keyed().send(t, "POST", path+"/commands", map[string]any{"command": "cancel"}), 422, "")
	require.Equal(t, "0", one[string](t, d, `select count(*)::text from reversal_approvals`))

	refused(t, d.as(t, "both@one.example").keyed().send(t, "POST", path+"/approvals", yes), 403, "second_factor_missing")

	d.flows.refuse("starting")
	refused(t, releaser.keyed().send(t, "POST", path+"/approvals", yes), 409, "starting")
	d.flows.answers(func(rapport.Command) rapport.OutboxVerdict { return rapport.OutboxVerdict{Seq: 1} })
	again := releaser.keyed().send(t, "POST", path+"/approvals", yes)
	require.Equal(t, 200, again.status, "%s", again.body)
	require.Equal(t, "1", one[string](t, d, `select count(*)::text from reversal_approvals`), "the approval that was not taken counts when it is given again")
	require.Equal(t, rapport.CmdApproveReversal, d.flows.commands()[len(d.flows.commands())-1].Kind)

	var history struct {
		Items []struct{ Actor, What, Reason, Noun string }
	}
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/history?payout_id="+d.payout.String(), nil).into(t, &history)
	did := map[string]string{}
	for _, i := range history.Items {
		if i.Noun == "reversal" {
			did[i.What] = i.Actor + ": " + i.Reason
		}
	}
	require.Equal(t, map[string]string{"Asked to take money back": "Ms finance_preparer: The post is gone", "Approved that money is taken back": "Ms finance_releaser: "}, did)
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/history?payout_id="+id().String(), nil).into(t, &history)
	require.Empty(t, history.Items, "of another payment")

	var list struct{ Items []reversalBody }
	d.as(t, "auditor@one.example").send(t, "GET", "/v1/reversals?state=awaiting_approval", nil).into(t, &list)
	require.Len(t, list.Items, 1)
	for _, c := range list.Items[0].Commands {
		require.False(t, c.Allowed, "an auditor reads")
	}
	refused(t, d.as(t, "ops@one.example").send(t, "GET", path, nil), 403, "")
	refused(t, d.as(t, "finance_releaser@two.example").send(t, "GET", path, nil), 404, "")
}

// TestWhoAskedForAReversalDoesNotApproveIt even with every right.
func TestWhoAskedForAReversalDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.isPaid(t)
	both := d.as(t, "both@one.example")
	var r reversalBody
	both.keyed().send(t, "POST", "/v1/payouts/"+d.payout.String()+"/reversals", map[string]any{"amount": eur(100), "reason": "r"}).into(t, &r)
	d.takes(t, r.ID, `[{"kind": "approve_reversal"}]`)
	both.send(t, "GET", "/v1/reversals/"+r.ID.String(), nil).into(t, &r)
	require.Contains(t, r.Approval.Reason, "another person")
	refused(t, both.keyed().send(t, "POST", "/v1/reversals/"+r.ID.String()+"/approvals", map[string]any{"part": "reverse", "amount": eur(100)}), 403, "own_request")
}
