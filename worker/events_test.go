package worker_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/sandbox"
	"rapport/worker"
)

// TestAWebhookThatNeverCameIsMadeUpFor: what the sandbox drops for good the job brings, once, whichever account it is of.
func TestAWebhookThatNeverCameIsMadeUpFor(t *testing.T) {
	t.Parallel()
	var came atomic.Int32
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		came.Add(1)
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(door.Close)
	a := arriving(t, func(c *sandbox.Config) { c.Target = door.URL })
	payout := a.payableNow()
	account := a.text(`select account_id from payees`)
	require.Eventually(t, func() bool { return came.Load() >= 3 }, 10*time.Second, 5*time.Millisecond, "these have come")
	fill := worker.FillGaps(a.store, a.payer, time.Now)
	process := func() {
		rows, err := a.store.TakeInbox(a.ctx, 100, time.Minute)
		require.NoError(t, err)
		for _, row := range rows {
			require.NotEmpty(t, row.EventID)
			_, err := a.inbox.Process(a.ctx, row)
			require.NoError(t, err)
		}
	}
	// The first bank account is known; its events have come, so that the provider does not list them.
	a.arrive(rapport.InboxRow{ID: a.releaser, Provider: "stripe", EventID: "evt_first", Type: "account.updated", Account: account, Body: []byte(`{}`)})
	require.Eventually(t, func() bool {
		missed, err := a.payer.MissedEvents(a.ctx, account, time.Unix(0, 0), false)
		return err == nil && len(missed) == 0
	}, 10*time.Second, 5*time.Millisecond)
	require.NoError(t, fill(a.ctx))
	require.Equal(t, "1", a.text(`select count(*) from webhook_inbox`))

	a.faults(map[string]any{"provider": "stripe", "path": "/webhooks/stripe/*", "action": "drop", "times": -1})
	a.bankOf(account, "000777")
	a.ask(http.MethodPost, "/control/stripe/balance", `{"currency": "usd", "amount": 5000}`)
	require.NoError(t, fill(a.ctx))
	require.Equal(t, "account.external_account.created account.external_account.deleted account.updated balance.available",
		a.text(`select string_agg(type, ' ' order by type) from webhook_inbox where event_id <> 'evt_first'`))
	require.Equal(t, account, a.text(`select string_agg(distinct account, ' ') from webhook_inbox where type like 'account.%'`))
	process()
	require.NoError(t, fill(a.ctx))
	require.Equal(t, "5", a.text(`select count(*) from webhook_inbox`), "once")
	require.Equal(t, "1", a.text(`select count(*) from outbox where workflow_id = 'payout/' || $1 and input ->> 'code' = 'destination_changed'`, payout))
	require.Equal(t, "true", a.text(`select events_at > now() - interval '1 minute' from payees`))
}

// TestEventsThatABackupDoesNotKnowComeAgain: they were acknowledged, so that no webhook and no look for gaps brings them, and the backup was made
// before. Until all of them are there, nothing vouches for the restored data.
func TestEventsThatABackupDoesNotKnowComeAgain(t *testing.T) {
	t.Parallel()
	var came atomic.Int32
	door := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		came.Add(1)
		w.WriteHeader(http.StatusOK)
	}))
	t.Cleanup(door.Close)
	d := newDesk(t, func(c *sandbox.Config) { c.Target, c.Mute = door.URL, false })
	d.paid()
	account := d.text(`select y.account_id from payees y join payouts p on p.creator_id = y.creator_id where p.id = $1`, d.payableNow())
	require.Equal(t, "passed", d.reconcile())
	load := d.restorer(t)
	known := came.Load()
	d.bankOf(account, "000777")
	require.Eventually(t, func() bool {
		missed, err := d.payer.MissedEvents(d.ctx, account, time.Unix(0, 0), false)
		return err == nil && len(missed) == 0 && came.Load() >= known+3
	}, 10*time.Second, 5*time.Millisecond, "they have come")

	d.restored(t, load())
	const lost = `select count(*) from webhook_inbox where account = $1 and type = 'account.external_account.deleted'`
	require.NoError(t, worker.FillGaps(d.store, d.payer, time.Now)(d.ctx))
	require.Equal(t, "0", d.text(lost, account))
	d.faulty(`[{"provider": "stripe", "method": "GET", "path": "/v1/events", "times": -1, "action": "html_502"}]`)
	require.Error(t, worker.Reconcile(d.store, d.payer, time.Now)(d.ctx))
	require.Equal(t, "true", d.text(`select database_restored()`))
	d.faulty(`[]`)
	require.Equal(t, "passed", d.reconcile())
	require.Equal(t, "false", d.text(`select database_restored()`))
	require.Equal(t, "1", d.text(lost, account))
}

// nobodyAsks are a provider's events for which nobody may ask.
type nobodyAsks struct{ asked int }

func (n *nobodyAsks) MissedEvents(context.Context, string, time.Time, bool) ([]rapport.InboxRow, error) {
	n.asked++
	return nil, &rapport.PayError{Outcome: rapport.PayUnauthorized, Code: "api_key_expired"}
}

func TestGapsAreNotFilledWhileTheKeyIsRefused(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	provider := &nobodyAsks{}
	fill := worker.FillGaps(a.store, provider, time.Now)
	require.Error(t, fill(a.ctx))
	paused, err := a.store.PaymentsPaused(a.ctx)
	require.NoError(t, err)
	require.True(t, paused, "it tells everybody")
	require.NoError(t, fill(a.ctx))
	require.Equal(t, 1, provider.asked)
}
