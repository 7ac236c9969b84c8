package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"
)

const (
	accountSecret = "whsec_account_0123456789abcdef0123456789"
	connectSecret = "whsec_connect_0123456789abcdef0123456789"
)

// hook is one webhook as it arrived.
type hook struct {
	path   string
	header http.Header
	body   []byte
}

// box is a sandbox on real ports with a listener for its webhooks.
type box struct {
	*Server

	t     *testing.T
	api   *httptest.Server
	ctl   *httptest.Server
	hooks chan hook
	early []hook // came while another one was waited for: deliveries overtake each other
}

// quick lets days pass in no time for tests that do not look at them.
func quick() Config {
	return Config{
		StripeAccountSecret: accountSecret, StripeConnectSecret: connectSecret, Pace: time.Hour, Retry: time.Millisecond,
	}
}

// newBox starts a sandbox whose webhooks are kept; reply decides the status of each answer and may be nil.
func newBox(t *testing.T, cfg Config, reply func(hook) int) *box {
	t.Helper()
	b := &box{t: t, hooks: make(chan hook, 10_000)}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		h := hook{path: r.URL.Path, header: r.Header.Clone(), body: body}
		status := http.StatusOK
		if reply != nil {
			status = reply(h)
		}
		if status == http.StatusOK {
			b.hooks <- h
		}
		w.WriteHeader(status)
	}))
	cfg.Target = target.URL
	s, err := New(cfg)
	require.NoError(t, err)
	b.Server = s
	b.api, b.ctl = httptest.NewServer(s.Handler()), httptest.NewServer(s.Control())
	s.SetPublicURL(b.api.URL)
	t.Cleanup(func() {
		b.api.Close()
		b.ctl.Close()
		require.NoError(t, s.Close())
		target.Close()
	})
	return b
}

// stripe is a client as production makes one.
func (b *box) stripe() *client.API { return stripeClient(b.api.URL) }

func stripeClient(url string) *client.API {
	backend := stripe.GetBackendWithConfig(stripe.APIBackend, &stripe.BackendConfig{
		URL: new(url), MaxNetworkRetries: new(int64(0)), EnableTelemetry: new(false),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
		HTTPClient: &http.Client{
			Timeout:       10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	})
	return client.New("sk_test_sandbox", &stripe.Backends{API: backend, Connect: backend, Uploads: backend})
}

// control calls the control port and decodes its answer into out, which may be nil.
func (b *box) control(method, path string, body, out any) int {
	b.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(b.t, err)
	return b.raw(b.ctl.URL, method, path, raw, out)
}

func (b *box) raw(base, method, path string, body []byte, out any) int {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, base+path, bytes.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer SG.key")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	if out != nil {
		require.NoError(b.t, json.Unmarshal(raw, out), string(raw))
	}
	return resp.StatusCode
}

func (b *box) faults(list ...Fault) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.control(http.MethodPut, "/control/faults", list, nil))
}

func (b *box) advance(d time.Duration) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.control(http.MethodPost, "/control/clock", map[string]int64{"advance_ms": d.Milliseconds()}, nil))
}

func (b *box) fund(amount int64) {
	b.t.Helper()
	require.Equal(b.t, http.StatusOK, b.control(http.MethodPost, "/control/stripe/balance", map[string]any{"currency": "usd", "amount": amount}, nil))
}

// available is what the platform has.
func (b *box) available(currency string) int64 {
	var amount int64
	b.db.view(func() { amount = b.balanceOf(holderPlatform, currency).Amount })
	return amount
}

// next waits for the next webhook that want accepts; others are kept for later.
func (b *box) next(want func(hook) bool) hook {
	b.t.Helper()
	if i := slices.IndexFunc(b.early, want); i >= 0 {
		h := b.early[i]
		b.early = slices.Delete(b.early, i, i+1)
		return h
	}
	deadline := time.After(10 * time.Second)
	for {
		select {
		case h := <-b.hooks:
			if want(h) {
				return h
			}
			b.early = append(b.early, h)
		case <-deadline:
			require.FailNow(b.t, "the webhook did not come")
		}
	}
}

func at(path string) func(hook) bool { return func(h hook) bool { return h.path == path } }

// ofType accepts Stripe events of a type.
func ofType(kind string) func(hook) bool {
	return func(h hook) bool {
		return strings.HasPrefix(h.path, "/webhooks/stripe/") && bytes.Contains(h.body, []byte(`"type":"`+kind+`"`))
	}
}

// payee makes a connected account that can be paid.
func (b *box) payee() string {
	b.t.Helper()
	p := &stripe.AccountParams{
		Country: new("US"), Email: new("sam@creators.example"),
		Capabilities: &stripe.AccountCapabilitiesParams{
			Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: new(true)},
		},
	}
	a, err := b.stripe().Accounts.New(p)
	require.NoError(b.t, err)
	status := b.control(http.MethodPost, "/control/stripe/accounts/"+a.ID, map[string]string{"outcome": onboardComplete}, nil)
	require.Equal(b.t, http.StatusOK, status)
	return a.ID
}

// transferTo pays with a key; an empty key lets the library make one.
func transferTo(sc *client.API, to, key, group string, amount int64) (*stripe.Transfer, error) {
	p := &stripe.TransferParams{
		Amount: new(amount), Currency: new("usd"), Destination: new(to), TransferGroup: new(group),
	}
	if key != "" {
		p.SetIdempotencyKey(key)
	}
	p.AddMetadata("payout_id", group)
	return sc.Transfers.New(p)
}

func codeOf(t *testing.T, err error) (status int, code string) {
	t.Helper()
	var e *stripe.Error
	require.ErrorAs(t, err, &e)
	return e.HTTPStatusCode, string(e.Code)
}

// conserved asserts that no money was made or lost, and that the platform's book explains its balance.
func (b *box) conserved() {
	b.t.Helper()
	sums, book, platform := map[string]int64{}, map[string]int64{}, map[string]int64{}
	b.db.view(func() {
		b.balances.oldest(func(_ string, x balance) bool {
			sums[x.Currency] += x.Amount
			if x.Holder == holderPlatform || x.Holder == holderPending {
				platform[x.Currency] += x.Amount
			}
			if x.Holder != holderOutside {
				require.GreaterOrEqual(b.t, x.Amount, int64(0), x.Holder)
			}
			return true
		})
		b.movements.oldest(func(_ string, m movement) bool {
			if m.Account == "" {
				book[m.Currency] += m.Amount
			}
			return true
		})
	})
	for currency, sum := range sums {
		require.Zero(b.t, sum, currency)
		require.Equal(b.t, platform[currency], book[currency], currency)
	}
}
