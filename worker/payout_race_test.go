package worker_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// TestTwoWorkersOnePayout lets two workers, each with its own connections, submit one payout at once while Stripe answers at once, slowly, or
// not at all: one transfer is at the sandbox, and both learn that it is paid.
func TestTwoWorkersOnePayout(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	second, err := postgres.Open(t.Context(), a.store.Pool().Config().ConnString())
	require.NoError(t, err)
	t.Cleanup(second.Close)
	a.ask(http.MethodPost, "/control/stripe/balance", `{"currency": "usd", "amount": 1000000}`)
	for _, fault := range []string{
		`[]`, `[{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "slow", "delay_ms": 300, "times": -1}]`,
		`[{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "commit_then_drop"}]`,
		`[{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "drop_before"}]`,
		`[{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "truncate"}]`,
		`[{"provider": "stripe", "method": "GET", "path": "/v1/transfers", "action": "slow", "delay_ms": 300}]`,
	} {
		p := a.payableNow()
		a.ask(http.MethodPut, "/control/faults", fault)
		var workers sync.WaitGroup
		for _, store := range []*postgres.Store{a.store, second} {
			acts := &activities.Activities{Store: store, Payer: a.payer}
			workers.Go(func() {
				var last error
				for range 20 { // as Temporal does
					out, err := acts.SubmitPayout(t.Context(), activities.EffectInput{ID: p, Effect: rapport.Effect{N: 1}})
					if err == nil {
						assert.Equal(t, rapport.SubmitPaid, out.Code, fault)
						return
					}
					last = err
					<-time.After(50 * time.Millisecond)
				}
				assert.NoError(t, last, fault)
			})
		}
		workers.Wait()
		var seen struct {
			Transfers []struct {
				Amount int64 `json:"amount"`
			} `json:"transfers"`
		}
		require.NoError(t, json.Unmarshal(a.ask(http.MethodGet, "/control/stripe/transfers?transfer_group=payout_"+p.String(), ""), &seen))
		require.Len(t, seen.Transfers, 1, fault)
		require.Equal(t, "1 attempts, 1 settled, paid", a.text(`select (select count(*) from payout_attempts where payout_id = p.id) || ' attempts, '
			|| (select count(*) from ledger_transactions where payout_id = p.id and kind = 'settle') || ' settled, ' || p.state from payouts p where id = $1`, p))
	}
	problems, err := a.store.VerifyLedger(t.Context())
	require.NoError(t, err)
	require.Empty(t, problems)
}

// payableNow is an approved payout of a creator whose account at the sandbox takes transfers.
func (a *arrivals) payableNow() uuid.UUID {
	a.t.Helper()
	p := a.newPayout("awaiting_payee")
	creator := a.id(`select creator_id from payouts where id = $1`, p.id)
	made, err := a.payer.CreatePayeeAccount(a.ctx, creator, "casey@creators.example", "US")
	require.NoError(a.t, err)
	a.becomes(made.ID, "complete")
	require.NoError(a.t, a.store.SavePayee(a.ctx, rapport.Payee{CreatorID: creator, Account: made.ID, State: "ready"}))
	a.exec(`update payouts set state = 'awaiting_approval' where id = $1`, p.id)
	for part, who := range map[string]uuid.UUID{"preparer": a.preparer, "releaser": a.releaser} {
		a.exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
			select gen_random_uuid(), id, brand_id, round, $2, $3, amount, currency, destination, $4 from payouts where id = $1`, p.id, part, who, pgtest.StepUp(a.t, a.owner, who, 0))
	}
	return p.id
}

// ask asks the sandbox's control port.
func (a *arrivals) ask(method, path, body string) []byte {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.ctx, method, a.control+path, strings.NewReader(body))
	require.NoError(a.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(a.t, err)
	defer res.Body.Close()
	require.Equal(a.t, http.StatusOK, res.StatusCode)
	var raw json.RawMessage
	require.NoError(a.t, json.NewDecoder(res.Body).Decode(&raw))
	return raw
}
