package api_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

type foundBody struct {
	Summary struct {
		State string
	}
	Found []struct {
		TransferID string   `json:"transfer_id"`
		Says       []string //
		Follows    string
		Accept     struct {
			Allowed bool
			Reason  string
		}
		Acceptance *struct {
			ID         uuid.UUID
			Reason     string
			ApprovedBy string `json:"approved_by"`
			Approve    struct {
				Allowed       bool
				Label, Reason string
			}
		}
	} `json:"found_transfers"`
}

// inDoubt lets nobody know what became of the payout of the desk, and Stripe have another transfer for it.
func (d *desk) inDoubt(t *testing.T, amount int, destination string) string {
	t.Helper()
	d.sql(t, `begin; set local session_replication_role = replica; update payouts set state = 'unknown', destination = 'acct_mia' where id = '`+d.payout.String()+`'; commit`)
	d.sql(t, `insert into found_transfers (transfer_id, payout_id, brand_id, attempt, amount, currency, destination, taken_back, made_at) values ('tr_other', $1, $2, 7, $3, 'eur', $4, 0, now())`,
		d.payout, d.world.one, amount, destination)
	return "/v1/payouts/" + d.payout.String()
}

func TestWhatStripeMovedOtherwiseIsAcceptedByTwoPeople(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.contentApproved(t)
	path := d.inDoubt(t, 40_000, "acct_mia")
	preparer, releaser, both := d.as(t, "finance_preparer@one.example"), d.proved(t, "finance_releaser@one.example"), d.proved(t, "both@one.example")
	wish := map[string]any{"transfer_id": "tr_other", "reason": "An earlier try arrived late"}

	refused(t, d.as(t, "ops@one.example").keyed().send(t, "POST", path+"/acceptances", wish), 403, "")
	bad := preparer.keyed().send(t, "POST", path+"/acceptances", map[string]any{"transfer_id": "tr_other", "reason": " "})
	require.Equal(t, 422, bad.status, "%s", bad.body)
	require.Contains(t, string(bad.body), `"reason"`)
	refused(t, preparer.keyed().send(t, "POST", path+"/acceptances", map[string]any{"transfer_id": "tr_nobody", "reason": "r"}), 409, "RA101")

	var p foundBody
	preparer.send(t, "GET", path, nil).into(t, &p)
	require.Equal(t, []string{"It says that it is attempt 7; the open one is 0."}, p.Found[0].Says)
	require.Empty(t, p.Found[0].Follows)
	require.True(t, p.Found[0].Accept.Allowed)
	require.Nil(t, p.Found[0].Acceptance)
	asked := preparer.keyed().send(t, "POST", path+"/acceptances", wish)
	require.Equal(t, 201, asked.status, "%s", asked.body)
	asked.into(t, &p)
	require.Equal(t, "An earlier try arrived late", p.Found[0].Acceptance.Reason)
	require.Equal(t, "You are no releaser at this brand.", p.Found[0].Acceptance.Approve.Reason)

	yes := map[string]any{"acceptance_id": p.Found[0].Acceptance.ID, "amount": eur(40_000)}
	refused(t, preparer.keyed().send(t, "POST", path+"/acceptances/approvals", yes), 403, "")
	refused(t, both.keyed().send(t, "POST", path+"/acceptances/approvals", yes), 409, "not_now") // she approved the content
	refused(t, releaser.keyed().send(t, "POST", path+"/acceptances/approvals", map[string]any{"acceptance_id": id(), "amount": eur(40_000)}), 409, "not_asked")
	refused(t, releaser.keyed().send(t, "POST", path+"/acceptances/approvals", map[string]any{"acceptance_id": p.Found[0].Acceptance.ID, "amount": eur(39_999)}), 422, "")
	require.Equal(t, "0", one[string](t, d, `select count(*)::text from transfer_acceptance_approvals`))
	done := releaser.keyed().send(t, "POST", path+"/acceptances/approvals", yes)
	require.Contains(t, []int{200, 202}, done.status, "%s", done.body)
	require.Equal(t, []rapport.CommandKind{rapport.CmdReconcile}, kinds(d.flows.commands()), "the payout looks it up at once")
	require.Equal(t, "totp", one[string](t, d, `select proved_with from transfer_acceptance_approvals`))
	preparer.send(t, "GET", path, nil).into(t, &p)
	require.Equal(t, "Ms finance_releaser", p.Found[0].Acceptance.ApprovedBy)
	require.False(t, p.Found[0].Accept.Allowed)
	refused(t, releaser.keyed().send(t, "POST", path+"/acceptances/approvals", yes), 409, "not_now")
	require.Equal(t, []string{"payout.accept_transfer", "payout.accepted_transfer"},
		one[[]string](t, d, `select array_agg(action order by id) from audit_log where subject = $1 and action like 'payout.accept%'`, d.payout))
	require.Contains(t, string(preparer.send(t, "GET", "/v1/history?payout_id="+d.payout.String(), nil).body), "Asked to accept a transfer as the payment")
}

func TestWhoAskedToAcceptATransferDoesNotApproveIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	path := d.inDoubt(t, 40_000, "acct_mia")
	releaser := d.proved(t, "finance_releaser@one.example")
	var p foundBody
	releaser.keyed().send(t, "POST", path+"/acceptances", map[string]any{"transfer_id": "tr_other", "reason": "r"}).into(t, &p)
	refused(t, releaser.keyed().send(t, "POST", path+"/acceptances/approvals", map[string]any{"acceptance_id": p.Found[0].Acceptance.ID, "amount": eur(40_000)}), 403, "own_request")
}

func TestAFoundTransferSaysWhatFollowsAndWhyItIsNoPayment(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		amount      int
		destination string
		says        string
		follows     string
		reason      string
	}{
		"less":      {39_000, "acct_mia", "asked was", "not owed any more", ""},
		"more":      {41_000, "acct_mia", "asked was", "the creator owes them back", ""},
		"elsewhere": {40_000, "acct_thief", "It went to acct_thief", "", "Nobody approved this payment to the account"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			path := d.inDoubt(t, c.amount, c.destination)
			finance := d.as(t, "finance_preparer@one.example")
			var p foundBody
			finance.send(t, "GET", path, nil).into(t, &p)
			require.Contains(t, p.Found[0].Says[0], c.says)
			require.Contains(t, p.Found[0].Follows, c.follows)
			require.Contains(t, p.Found[0].Accept.Reason, c.reason)
			require.Equal(t, c.reason == "", p.Found[0].Accept.Allowed)
			if c.reason != "" {
				refused(t, finance.keyed().send(t, "POST", path+"/acceptances", map[string]any{"transfer_id": "tr_other", "reason": "r"}), 409, "RA103")
			}
			if name == "more" {
				refused(t, finance.keyed().send(t, "POST", path+"/acceptances", map[string]any{"transfer_id": "tr_other", "reason": "r"}), 409, "RA105")
			}
		})
	}
}

func kinds(commands []rapport.Command) []rapport.CommandKind {
	list := make([]rapport.CommandKind, len(commands))
	for i, c := range commands {
		list[i] = c.Kind
	}
	return list
}
