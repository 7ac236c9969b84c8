package worker_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/sandbox"
)

// quickly is a bank whose day is short.
func quickly(c *sandbox.Config) { c.Pace = 200 * time.Millisecond }

// bankEvent is what Stripe says of a payout to the bank; the object in it is old news.
func (d *desk) bankEvent(kind, account, id, status string) string {
	d.t.Helper()
	body, err := json.Marshal(map[string]string{"id": id, "status": status})
	require.NoError(d.t, err)
	return d.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: kind, ObjectID: id, Account: account, Body: body})
}

// bankPayout waits until the sandbox has sent the account's money to the bank, and answers its id.
func (d *desk) bankPayout(account, status string) string {
	d.t.Helper()
	id := ""
	require.Eventually(d.t, func() bool {
		req, err := http.NewRequestWithContext(d.ctx, http.MethodGet, d.posts+"/v1/payouts", nil)
		require.NoError(d.t, err)
		req.Header.Set("Authorization", "Bearer sk_test_bank")
		req.Header.Set("Stripe-Account", account)
		res, err := http.DefaultClient.Do(req)
		require.NoError(d.t, err)
		defer res.Body.Close()
		var list struct {
			Data []struct {
				ID     string `json:"id"`
				Status string `json:"status"`
			} `json:"data"`
		}
		require.NoError(d.t, json.NewDecoder(res.Body).Decode(&list))
		for _, p := range list.Data {
			if p.Status == status {
				id = p.ID
			}
		}
		return id != ""
	}, 20*time.Second, 20*time.Millisecond)
	return id
}

func TestMoneyArrivesAtTheBank(t *testing.T) {
	t.Parallel()
	d := newDesk(t, quickly)
	first, second := d.paid(), d.paid()
	account := d.text(`select destination from payouts where id = $1`, first)
	state := func(payout uuid.UUID) string {
		return d.text(`select b.state from bank_arrivals a join bank_payouts b on b.id = a.bank_payout_id where a.payout_id = $1`, payout)
	}
	id := d.bankPayout(account, "paid")
	d.exec(`delete from transfer_payments where payout_id = $1`, first) // it was sent before its payment was noted
	require.Empty(t, d.bankEvent("payout.created", account, id, "pending"))
	require.Equal(t, "paid", state(first), "the object is read again, whatever the event says")
	require.Empty(t, state(second), "another creator's")
	require.Equal(t, "no such payee", d.bankEvent("payout.paid", "acct_unknown", id, "paid"))
	require.Equal(t, "no such payout", d.bankEvent("payout.paid", account, "po_unknown", "paid"))
}

func TestWhatTheBankReturned(t *testing.T) {
	t.Parallel()
	d := newDesk(t, quickly)
	d.payees = func() string {
		account := d.payee()
		d.ask(http.MethodPost, "/control/stripe/accounts/"+account, `{"payout_failure": "account_closed"}`)
		return account
	}
	payout := d.paid()
	account := d.text(`select destination from payouts where id = $1`, payout)
	id := d.bankPayout(account, "failed")
	require.Empty(t, d.bankEvent("payout.failed", account, id, "failed"))
	// News that comes late says nothing any more, whoever believed it.
	for range 2 {
		require.Empty(t, d.bankEvent("payout.paid", account, id, "paid"))
		require.NoError(t, d.store.KeepBankPayout(d.ctx, rapport.BankPayout{ID: id, Account: account, Amount: rapport.Money{Amount: 1000, Currency: "usd"}, State: "paid"}))
	}
	require.Equal(t, "failed account_closed", d.text(`select state || ' ' || failure_code from bank_payouts`))
	require.Equal(t, "1", d.text(`select count(*) from tasks where kind = 'bank_returned' and ref = $1 and owner_role = 'finance_preparer'`, payout))
	require.Equal(t, "paid", d.text(`select state from payouts where id = $1`, payout), "what was transferred is transferred")
}
