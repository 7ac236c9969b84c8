package stripe_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/providers/stripe"
)

const (
	testKey  = "sk_test_123"
	payoutID = "8f14e45f-ceea-467f-9575-2e5f3a3b1c11"
)

func request() stripe.TransferRequest {
	return stripe.TransferRequest{
		Key: "po_" + payoutID + "_1", PayoutID: payoutID, Attempt: 1,
		Amount: 12_500, Currency: "usd", Destination: "acct_creator",
	}
}

// answer is what the server echoes for request(), before a test spoils it.
func answer() map[string]any {
	return map[string]any{
		"id": "tr_1", "object": "transfer", "amount": 12_500, "currency": "usd", "destination": "acct_creator",
		"destination_payment": "py_1", "transfer_group": "payout_" + payoutID, "livemode": false, "created": 1_700_000_000,
		"metadata":            map[string]string{"payout_id": payoutID, "attempt": "1"},
		"balance_transaction": map[string]any{"id": "txn_1", "object": "balance_transaction", "net": -12_500},
	}
}

func newClient(t *testing.T, handler http.HandlerFunc) *stripe.Client {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	c, err := stripe.New(stripe.Config{Key: testKey, BaseURL: server.URL, Timeout: 2 * time.Second})
	require.NoError(t, err)

	return c
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_1")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func vendorError(status int, kind, code string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}

		writeJSON(w, status, map[string]any{"error": map[string]any{
			"type": kind, "code": code, "message": "No such person: ada@example.com",
		}})
	}
}

func drop(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func raw(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func spoiled(key string, value any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		body := answer()
		body[key] = value
		writeJSON(w, http.StatusOK, body)
	}
}

func TestTransferOutcomes(t *testing.T) {
	t.Parallel()

	const invalid = "invalid_request_error"

	cases := map[string]struct {
		handler http.HandlerFunc
		want    stripe.Outcome
		code    string
		wait    time.Duration
	}{
		"dropped connection": {drop, stripe.Ambiguous, "no_answer", 0},
		"timeout": {
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			stripe.Ambiguous, "no_answer", 0,
		},
		"truncated body": {
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "900")
				_, _ = io.WriteString(w, `{"id":"tr_1","amo`)
			}, stripe.Ambiguous, "no_answer", 0,
		},
		"cut JSON":           {raw(200, "application/json", `{"id":"tr_1","amo`), stripe.Ambiguous, "no_answer", 0},
		"html 502":           {raw(502, "text/html", "<html>bad gateway</html>"), stripe.Ambiguous, "no_answer", 0},
		"html 403":           {raw(403, "text/html", "<html>proxy</html>"), stripe.Ambiguous, "no_answer", 0},
		"foreign JSON 400":   {raw(400, "application/json", `{"error":{}}`), stripe.Ambiguous, "", 0},
		"foreign error text": {raw(400, "application/json", `{"error":"nope"}`), stripe.Ambiguous, "no_answer", 0},
		"empty object":       {raw(200, "application/json", `{}`), stripe.Ambiguous, "foreign_answer", 0},
		"null":               {raw(200, "application/json", `null`), stripe.Ambiguous, "foreign_answer", 0},
		"another object":     {spoiled("id", "ch_1"), stripe.Ambiguous, "foreign_answer", 0},
		"endless body":       {raw(200, "application/json", `{"id":"`+strings.Repeat("a", 9<<20)), stripe.Ambiguous, "no_answer", 0},

		"key in use": {
			vendorError(409, "idempotency_error", "idempotency_key_in_use"), stripe.Busy, "idempotency_key_in_use", 0,
		},
		"lock timeout": {vendorError(429, invalid, "lock_timeout"), stripe.Busy, "lock_timeout", 0},
		"rate limit": {
			vendorError(429, invalid, "rate_limit", "Retry-After", "7"), stripe.RateLimited, "rate_limit", 7 * time.Second,
		},
		"500 to retry": {
			vendorError(500, "api_error", "", "Stripe-Should-Retry", "true"), stripe.Ambiguous, "api_error", 0,
		},
		"503 to retry": {
			vendorError(503, "api_error", "", "Stripe-Should-Retry", "true"), stripe.Ambiguous, "api_error", 0,
		},
		"503 silent": {vendorError(503, "api_error", ""), stripe.Ambiguous, "api_error", 0},
		"500 final": {
			vendorError(500, "api_error", "", "Stripe-Should-Retry", "false"), stripe.Indeterminate, "api_error", 0,
		},
		"500 silent": {vendorError(500, "api_error", ""), stripe.Indeterminate, "api_error", 0},
		"502 replayed": {
			vendorError(502, "api_error", "", "Idempotent-Replayed", "true"), stripe.Indeterminate, "api_error", 0,
		},
		"short funds": {
			vendorError(400, invalid, "balance_insufficient"), stripe.RejectedFunds, "balance_insufficient", 0,
		},
		"no capability": {
			vendorError(400, invalid, "insufficient_capabilities_for_transfer"),
			stripe.RejectedPayee, "insufficient_capabilities_for_transfer", 0,
		},
		"not allowed":  {vendorError(400, invalid, "transfers_not_allowed"), stripe.RejectedPayee, "transfers_not_allowed", 0},
		"bad account":  {vendorError(403, invalid, "account_invalid"), stripe.RejectedPayee, "account_invalid", 0},
		"no account":   {vendorError(400, invalid, "resource_missing"), stripe.RejectedPayee, "resource_missing", 0},
		"too small":    {vendorError(400, invalid, "amount_too_small"), stripe.Rejected, "amount_too_small", 0},
		"unknown code": {vendorError(400, invalid, "brand_new_code"), stripe.Rejected, "brand_new_code", 0},
		"odd status":   {vendorError(424, invalid, "dependency"), stripe.Ambiguous, "dependency", 0},
		"other parameters": {
			vendorError(400, "idempotency_error", ""), stripe.IdempotencyMismatch, "idempotency_error", 0,
		},
		"unauthorized": {vendorError(401, invalid, ""), stripe.Unauthorized, invalid, 0},
		"forbidden":    {vendorError(403, invalid, ""), stripe.Unauthorized, invalid, 0},
		"expired key":  {vendorError(401, invalid, "api_key_expired"), stripe.Unauthorized, "api_key_expired", 0},

		"wrong amount":      {spoiled("amount", 1), stripe.Mismatch, "answer_differs", 0},
		"wrong currency":    {spoiled("currency", "eur"), stripe.Mismatch, "answer_differs", 0},
		"wrong destination": {spoiled("destination", "acct_other"), stripe.Mismatch, "answer_differs", 0},
		"wrong group":       {spoiled("transfer_group", "payout_x"), stripe.Mismatch, "answer_differs", 0},
		"wrong mode":        {spoiled("livemode", true), stripe.Mismatch, "answer_differs", 0},
		"wrong payout": {
			spoiled("metadata", map[string]string{"payout_id": "x", "attempt": "1"}), stripe.Mismatch, "answer_differs", 0,
		},
		"wrong attempt": {
			spoiled("metadata", map[string]string{"payout_id": payoutID, "attempt": "2"}), stripe.Mismatch, "answer_differs", 0,
		},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var calls atomic.Int32

			c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				// Reading the body to its end lets the server notice a client that gave up.
				_, _ = io.Copy(io.Discard, r.Body)
				tc.handler(w, r)
			})

			got, err := c.CreateTransfer(t.Context(), request())
			require.Error(t, err)

			var e *stripe.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tc.want, e.Outcome)
			require.Equal(t, tc.code, e.Code)
			require.Equal(t, tc.wait, e.RetryAfter)
			require.NotContains(t, err.Error(), "@")
			require.EqualValues(t, 1, calls.Load(), "sent once")
			require.Equal(t, tc.want == stripe.Mismatch, got.ID != "", "a transfer that exists is reported")
		})
	}
}

func TestTransferIsUnsentWithoutServer(t *testing.T) {
	t.Parallel()

	var lc net.ListenConfig

	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)

	base := "http://" + l.Addr().String()
	require.NoError(t, l.Close())

	c, err := stripe.New(stripe.Config{Key: testKey, BaseURL: base})
	require.NoError(t, err)

	_, err = c.CreateTransfer(t.Context(), request())
	require.Equal(t, stripe.Unsent, stripe.OutcomeOf(err))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = c.CreateTransfer(ctx, request())
	require.Equal(t, stripe.Unsent, stripe.OutcomeOf(err))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, stripe.Ambiguous, stripe.OutcomeOf(errors.New("foreign")))
}

func TestTransferCanceledInFlightIsAmbiguous(t *testing.T) {
	t.Parallel()

	ctx, cancel := context.WithCancel(t.Context())
	c := newClient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)

		cancel()
		<-r.Context().Done()
	})

	_, err := c.CreateTransfer(ctx, request())
	require.Equal(t, stripe.Ambiguous, stripe.OutcomeOf(err))
	require.ErrorIs(t, err, context.Canceled)
}

func TestTransferNeverFollowsARedirect(t *testing.T) {
	t.Parallel()

	var elsewhere atomic.Int32

	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		elsewhere.Add(1)
		writeJSON(w, http.StatusOK, answer())
	}))
	t.Cleanup(target.Close)

	for _, status := range []int{301, 302, 303, 307, 308} {
		c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, target.URL, status)
		})
		_, err := c.CreateTransfer(t.Context(), request())
		require.Equal(t, stripe.Ambiguous, stripe.OutcomeOf(err), status)
	}

	require.Zero(t, elsewhere.Load())
}

func TestTransferSendsWhatItHashes(t *testing.T) {
	t.Parallel()

	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))

		if r.Header.Get("Idempotency-Key") != request().Key || r.Header.Get("Authorization") != "Bearer "+testKey ||
			form.Get("transfer_group") != "payout_"+payoutID || form.Get("metadata[attempt]") != "1" {
			w.WriteHeader(http.StatusTeapot)

			return
		}

		writeJSON(w, http.StatusOK, answer())
	})

	got, err := c.CreateTransfer(t.Context(), request())
	require.NoError(t, err)
	require.Equal(t, stripe.Transfer{
		ID: "tr_1", PayoutID: payoutID, Currency: "usd", Destination: "acct_creator", DestinationPayment: "py_1",
		Attempt: 1, Amount: 12_500, Net: -12_500, Created: time.Unix(1_700_000_000, 0).UTC(),
	}, got)

	same, other := request(), request()
	same.Key = "another"
	other.Amount++

	require.Len(t, stripe.RequestHash(request()), 32)
	require.Equal(t, stripe.RequestHash(request()), stripe.RequestHash(same))
	require.NotEqual(t, stripe.RequestHash(request()), stripe.RequestHash(other))
}

func TestTransferRefusesLocally(t *testing.T) {
	t.Parallel()

	c := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })

	for name, spoil := range map[string]func(*stripe.TransferRequest){
		"no key":          func(r *stripe.TransferRequest) { r.Key = "" },
		"long key":        func(r *stripe.TransferRequest) { r.Key = strings.Repeat("k", 256) },
		"negative amount": func(r *stripe.TransferRequest) { r.Amount = -1 },
		"no attempt":      func(r *stripe.TransferRequest) { r.Attempt = 0 },
		"upper case":      func(r *stripe.TransferRequest) { r.Currency = "USD" },
		"bank account":    func(r *stripe.TransferRequest) { r.Destination = "ba_1" },
		"path in id":      func(r *stripe.TransferRequest) { r.Destination = "acct_1/../x" },
		"no payout":       func(r *stripe.TransferRequest) { r.PayoutID = "" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			req := request()
			spoil(&req)

			_, err := c.CreateTransfer(t.Context(), req)
			require.Equal(t, stripe.Rejected, stripe.OutcomeOf(err))
		})
	}
}

func TestListReadsEveryPageOrFails(t *testing.T) {
	t.Parallel()

	other := answer()
	other["transfer_group"] = "payout_other"

	pages := func(second http.HandlerFunc) *stripe.Client {
		return newClient(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("starting_after") != "" {
				second(w, r)

				return
			}

			writeJSON(w, http.StatusOK, map[string]any{"object": "list", "has_more": true, "data": []any{other, answer()}})
		})
	}

	tr2 := answer()
	tr2["id"] = "tr_2"

	c := pages(func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]any{"object": "list", "has_more": false, "data": []any{tr2}})
	})
	got, err := c.FindTransfers(t.Context(), payoutID)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, "tr_2", got[1].ID)

	for name, second := range map[string]http.HandlerFunc{
		"dropped":      drop,
		"empty object": raw(200, "application/json", `{}`),
		"null item":    raw(200, "application/json", `{"object":"list","has_more":false,"data":[null]}`),
		"empty, more":  raw(200, "application/json", `{"object":"list","has_more":true,"data":[]}`),
		"same page for ever": func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, http.StatusOK, map[string]any{"object": "list", "has_more": true, "data": []any{answer()}})
		},
		"server error": vendorError(503, "api_error", ""),
	} {
		_, err := pages(second).FindTransfers(t.Context(), payoutID)
		require.Equal(t, stripe.Ambiguous, stripe.OutcomeOf(err), name)
	}
}

func TestAccountsBalanceTopupsAndReversals(t *testing.T) {
	t.Parallel()

	routes := map[string]any{
		"POST /v1/accounts": map[string]any{
			"id": "acct_1", "object": "account", "country": "US", "metadata": map[string]string{"creator_id": "c1"},
		},
		"GET /v1/accounts/acct_1": map[string]any{
			"id": "acct_1", "object": "account", "details_submitted": true, "payouts_enabled": true,
			"capabilities": map[string]string{"transfers": "active"},
			"requirements": map[string]any{"currently_due": []string{}, "past_due": []string{}},
		},
		"POST /v1/account_links": map[string]any{"object": "account_link", "url": "https://connect.example/x", "expires_at": 1_700_000_300},
		"GET /v1/balance": map[string]any{
			"object": "balance", "livemode": false,
			"available": []any{map[string]any{"amount": 500, "currency": "usd"}},
			"pending":   []any{map[string]any{"amount": 7, "currency": "eur"}, map[string]any{"amount": 3, "currency": "usd"}},
		},
		"POST /v1/topups": map[string]any{
			"id": "tu_1", "object": "topup", "amount": 900, "currency": "usd", "status": "pending",
			"metadata": map[string]string{"topup_id": "t1", "brand_id": "b1"},
		},
		"POST /v1/transfers/tr_1/reversals": map[string]any{
			"id": "trr_1", "object": "transfer_reversal", "amount": 100, "currency": "usd", "transfer": "tr_1",
			"metadata": map[string]string{"reversal_id": "r1", "attempt": "1"},
		},
		"GET /v1/transfers/tr_1": answer(),
		"GET /v1/balance_transactions": map[string]any{
			"object": "list", "has_more": false,
			"data": []any{map[string]any{
				"id": "txn_1", "object": "balance_transaction", "type": "transfer", "reporting_category": "transfer",
				"amount": -12_500, "net": -12_500, "currency": "usd", "source": "py_1",
			}},
		},
		"GET /v1/payouts/po_1": map[string]any{
			"id": "po_1", "object": "payout", "status": "paid", "amount": 5, "currency": "usd", "automatic": true,
		},
		"GET /v1/events": map[string]any{
			"object": "list", "has_more": false,
			"data": []any{map[string]any{"id": "evt_1", "type": "transfer.created", "data": map[string]any{"object": answer()}}},
		},
	}
	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		body, known := routes[r.Method+" "+r.URL.Path]
		if !known {
			w.WriteHeader(http.StatusTeapot)

			return
		}

		writeJSON(w, http.StatusOK, body)
	})
	ctx := t.Context()

	acct, err := c.CreateAccount(ctx, stripe.AccountRequest{CreatorID: "c1", Country: "US", Email: "a@b.example", IdempotencyKey: "acct_c1"})
	require.NoError(t, err)
	require.False(t, acct.Ready())

	acct, err = c.GetAccount(ctx, "acct_1")
	require.NoError(t, err)
	require.True(t, acct.Ready())

	link, expires, err := c.CreateOnboardingLink(ctx, "acct_1", "https://a.example/r", "https://a.example/d")
	require.NoError(t, err)
	require.Equal(t, "https://connect.example/x", link)
	require.EqualValues(t, 1_700_000_300, expires.Unix())

	money, err := c.Balance(ctx)
	require.NoError(t, err)
	require.Equal(t, []stripe.BalanceAmount{{Currency: "usd", Available: 500, Pending: 3}, {Currency: "eur", Pending: 7}}, money)

	top, err := c.CreateTopup(ctx, "tu_t1", "b1", "t1", 900, "usd")
	require.NoError(t, err)
	require.Equal(t, stripe.Topup{ID: "tu_1", TopupID: "t1", Currency: "usd", Amount: 900, Status: "pending"}, top)

	_, err = c.CreateTopup(ctx, "tu_t1", "b1", "t1", 901, "usd")
	require.Equal(t, stripe.Mismatch, stripe.OutcomeOf(err))

	claw := stripe.ReverseRequest{Key: "trr_r1", ReversalID: "r1", Attempt: 1, TransferID: "tr_1", Amount: 100, Currency: "usd"}
	back, err := c.ReverseTransfer(ctx, claw)
	require.NoError(t, err)
	require.Equal(t, "trr_1", back.ID)

	claw.Amount++

	_, err = c.ReverseTransfer(ctx, claw)
	require.Equal(t, stripe.Mismatch, stripe.OutcomeOf(err))

	tr, err := c.GetTransfer(ctx, "tr_1")
	require.NoError(t, err)
	require.Equal(t, payoutID, tr.PayoutID)

	moves, err := c.BalanceTransactions(ctx, time.Unix(0, 0), time.Unix(9, 0))
	require.NoError(t, err)
	require.Equal(t, "py_1", moves[0].SourceID)

	payments, err := c.PaymentsInBankPayout(ctx, "acct_1", "po_1")
	require.NoError(t, err)
	require.Equal(t, []string{"py_1"}, payments)

	bank, err := c.GetBankPayout(ctx, "acct_1", "po_1")
	require.NoError(t, err)
	require.Equal(t, "paid", bank.Status)

	events, err := c.Events(ctx, "", time.Unix(0, 0), false)
	require.NoError(t, err)
	require.Equal(t, "tr_1", events[0].ObjectID)
}

func TestNewGuardsKeyAndBase(t *testing.T) {
	t.Parallel()

	for _, tc := range []struct {
		cfg  stripe.Config
		fine bool
	}{
		{stripe.Config{Key: "sk_live_x"}, true},
		{stripe.Config{Key: "sk_live_x", BaseURL: "https://api.stripe.com"}, true},
		{stripe.Config{Key: "rk_test_x", BaseURL: "http://127.0.0.1:8070"}, true},
		{stripe.Config{Key: "sk_test_x", BaseURL: "http://[::1]:8070/"}, true},
		{stripe.Config{Key: "sk_test_x", BaseURL: "http://sandbox:8070", AllowNonLoopbackBase: true}, true},
		{stripe.Config{}, false},
		{stripe.Config{Key: "sk_live_"}, false},
		{stripe.Config{Key: "pk_test_x"}, false},
		{stripe.Config{Key: "sk_live_x", BaseURL: "http://127.0.0.1:8070"}, false},
		{stripe.Config{Key: "sk_live_x", BaseURL: "http://api.stripe.com"}, false},
		{stripe.Config{Key: "sk_live_x", BaseURL: "http://sandbox:8070", AllowNonLoopbackBase: true}, false},
		{stripe.Config{Key: "sk_test_x", BaseURL: "http://sandbox:8070"}, false},
		{stripe.Config{Key: "sk_test_x", BaseURL: "https://api.stripe.com.evil.example"}, false},
		{stripe.Config{Key: "sk_test_x", BaseURL: "https://api.stripe.com@evil.example"}, false},
		{stripe.Config{Key: "sk_test_x", BaseURL: "file:///etc"}, false},
		{stripe.Config{Key: "sk_test_x", BaseURL: "127.0.0.1:8070"}, false},
	} {
		c, err := stripe.New(tc.cfg)
		if tc.fine {
			require.NoError(t, err, fmt.Sprint(tc.cfg))
			require.Equal(t, strings.Contains(tc.cfg.Key, "_live_"), c.Live())

			continue
		}

		require.ErrorIs(t, err, stripe.ErrConfig, fmt.Sprint(tc.cfg))
	}
}
