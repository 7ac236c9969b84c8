package stripe_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport/providers/stripe"
	"rapport/sandbox"
)

// world is a sandbox with a client of ours and its webhooks.
type world struct {
	t       *testing.T
	client  *stripe.Client
	control string
	hooks   chan *http.Request
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{t: t, hooks: make(chan *http.Request, 1_000)}
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.hooks <- r
	}))

	box, err := sandbox.New(sandbox.Config{
		Target: target.URL, StripeAccountSecret: secret, StripeConnectSecret: older, Mute: true, Pace: time.Hour, Retry: time.Millisecond,
	})
	require.NoError(t, err)

	api, control := httptest.NewServer(box.Handler()), httptest.NewServer(box.Control())
	box.SetPublicURL(api.URL)
	w.control = control.URL

	w.client, err = stripe.New(stripe.Config{Key: testKey, BaseURL: api.URL, Timeout: 5 * time.Second})
	require.NoError(t, err)

	t.Cleanup(func() {
		api.Close()
		control.Close()
		require.NoError(t, box.Close())
		target.Close()
	})

	return w
}

func (w *world) set(method, path string, body any) {
	w.t.Helper()

	encoded, err := json.Marshal(body)
	require.NoError(w.t, err)

	req, err := http.NewRequestWithContext(w.t.Context(), method, w.control+path, bytes.NewReader(encoded))
	require.NoError(w.t, err)

	res, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)
	require.NoError(w.t, res.Body.Close())
	require.Equal(w.t, http.StatusOK, res.StatusCode, path)
}

func (w *world) fault(action string) {
	w.t.Helper()
	w.set(http.MethodPut, "/control/faults", []map[string]any{
		{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": action, "delay_ms": 1},
	})
}

// payee makes an account that can be paid and funds the platform.
func (w *world) payee() string {
	w.t.Helper()

	id := uuid.NewString()
	account, err := w.client.CreateAccount(w.t.Context(), stripe.AccountRequest{
		CreatorID: id, Email: "ada@creator.example", Country: "US", IdempotencyKey: "acct_" + id,
	})
	require.NoError(w.t, err)
	w.set(http.MethodPost, "/control/stripe/accounts/"+account.ID, map[string]string{"outcome": "complete"})
	w.set(http.MethodPost, "/control/stripe/balance", map[string]any{"currency": "usd", "amount": 1_000_000})

	return account.ID
}

func fresh(destination string) stripe.TransferRequest {
	id := uuid.NewString()

	return stripe.TransferRequest{
		Key: "po_" + id + "_1", PayoutID: id, Attempt: 1, Amount: 12_500, Currency: "usd", Destination: destination,
	}
}

func TestSandboxPaysAndReports(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ctx := t.Context()
	destination := w.payee()

	account, err := w.client.GetAccount(ctx, destination)
	require.NoError(t, err)
	require.True(t, account.Ready())

	link, expires, err := w.client.CreateOnboardingLink(ctx, destination, "https://a.example/r", "https://a.example/d")
	require.NoError(t, err)
	require.NotEmpty(t, link)
	require.True(t, expires.After(time.Now()))

	began := time.Now().Add(-time.Second)
	req := fresh(destination)

	paid, err := w.client.CreateTransfer(ctx, req)
	require.NoError(t, err)
	require.EqualValues(t, -12_500, paid.Net)
	require.NotEmpty(t, paid.DestinationPayment)

	again, err := w.client.CreateTransfer(ctx, req)
	require.NoError(t, err)
	require.Equal(t, paid.ID, again.ID, "the same key replays")

	req.Amount++
	_, err = w.client.CreateTransfer(ctx, req)
	require.Equal(t, stripe.IdempotencyMismatch, stripe.OutcomeOf(err))

	found, err := w.client.FindTransfers(ctx, req.PayoutID)
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, paid.ID, found[0].ID)

	back, err := w.client.ReverseTransfer(ctx, stripe.ReverseRequest{
		Key: "trr_1", ReversalID: "r1", Attempt: 1, TransferID: paid.ID, Amount: 500, Currency: "usd",
	})
	require.NoError(t, err)

	backs, err := w.client.FindReversals(ctx, paid.ID)
	require.NoError(t, err)
	require.Equal(t, []stripe.Reversal{back}, backs)

	now, err := w.client.GetTransfer(ctx, paid.ID)
	require.NoError(t, err)
	require.EqualValues(t, 500, now.AmountReversed)

	topup, err := w.client.CreateTopup(ctx, "tu_1", "b1", "t1", 900, "usd")
	require.NoError(t, err)
	require.NotEmpty(t, topup.Status)

	money, err := w.client.Balance(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, money)

	moves, err := w.client.BalanceTransactions(ctx, began, time.Now().Add(time.Minute))
	require.NoError(t, err)

	sources := map[string]int64{}
	for _, m := range moves {
		sources[m.SourceID] = m.Net
	}

	require.EqualValues(t, -12_500, sources[paid.ID])
	require.EqualValues(t, 500, sources[back.ID])

	_, err = w.client.Events(ctx, "", began, true)
	require.NoError(t, err)
}

func TestSandboxWebhooksVerify(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	paid, err := w.client.CreateTransfer(t.Context(), fresh(w.payee()))
	require.NoError(t, err)

	for {
		select {
		case <-t.Context().Done():
			t.Fatal("no webhook")
		case r := <-w.hooks:
			body, err := io.ReadAll(r.Body)
			require.NoError(t, err)

			event, err := stripe.VerifyEvent(body, r.Header.Get("Stripe-Signature"), []string{secret, older}, time.Now())
			require.NoError(t, err)

			if event.Type == "transfer.created" {
				require.Equal(t, paid.ID, event.ObjectID)
				require.False(t, event.Livemode)

				return
			}
		}
	}
}

func TestSandboxFaultsHaveTheirOutcomes(t *testing.T) {
	t.Parallel()

	for action, tc := range map[string]struct {
		want stripe.Outcome
		// again is what the same key gives afterwards; empty for success.
		again stripe.Outcome
		count int
	}{
		"drop_before":          {stripe.Ambiguous, "", 1},
		"commit_then_drop":     {stripe.Ambiguous, "", 1},
		"truncate":             {stripe.Ambiguous, "", 1},
		"html_502":             {stripe.Ambiguous, "", 1},
		"redirect":             {stripe.Ambiguous, "", 1},
		"429":                  {stripe.RateLimited, "", 1},
		"commit_then_500":      {stripe.Indeterminate, stripe.Indeterminate, 1},
		"500_then_rollforward": {stripe.Indeterminate, stripe.Indeterminate, 1},
		"wrong_amount":         {stripe.Mismatch, "", 1},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()

			w := newWorld(t)
			req := fresh(w.payee())
			w.fault(action)

			_, err := w.client.CreateTransfer(t.Context(), req)
			require.Equal(t, tc.want, stripe.OutcomeOf(err))

			if tc.want != stripe.Mismatch {
				_, err = w.client.CreateTransfer(t.Context(), req)
				if tc.again == "" {
					require.NoError(t, err)
				} else {
					require.Equal(t, tc.again, stripe.OutcomeOf(err))
				}
			}

			require.Eventually(t, func() bool {
				found, err := w.client.FindTransfers(t.Context(), req.PayoutID)

				return err == nil && len(found) == tc.count
			}, 5*time.Second, 10*time.Millisecond)
		})
	}
}

func TestSandboxRejections(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	ctx := t.Context()
	destination := w.payee()

	short := fresh(destination)
	short.Amount = 99_000_000

	_, err := w.client.CreateTransfer(ctx, short)
	require.Equal(t, stripe.RejectedFunds, stripe.OutcomeOf(err))

	w.set(http.MethodPost, "/control/stripe/accounts/"+destination, map[string]string{"outcome": "restricted"})

	_, err = w.client.CreateTransfer(ctx, fresh(destination))
	require.Equal(t, stripe.RejectedPayee, stripe.OutcomeOf(err))

	_, err = w.client.CreateTransfer(ctx, fresh("acct_nobody"))
	require.Equal(t, stripe.RejectedPayee, stripe.OutcomeOf(err))

	odd := fresh(destination)
	odd.Currency = "zzz"

	_, err = w.client.CreateTransfer(ctx, odd)
	require.Equal(t, stripe.Rejected, stripe.OutcomeOf(err))
}
