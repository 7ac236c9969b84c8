package stripe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/account"
	"github.com/stripe/stripe-go/v79/accountlink"
	"github.com/stripe/stripe-go/v79/balance"
	"github.com/stripe/stripe-go/v79/form"
	"github.com/stripe/stripe-go/v79/loginlink"
	"github.com/stripe/stripe-go/v79/payout"
	"github.com/stripe/stripe-go/v79/topup"
	"github.com/stripe/stripe-go/v79/transfer"
	"github.com/stripe/stripe-go/v79/transferreversal"
)

const (
	defaultTimeout   = 30 * time.Second
	maxResponseBytes = 8 << 20
	maxKeyLength     = 255
	pageSize         = 100
)

// ErrConfig wraps every refusal of New.
var ErrConfig = errors.New("stripe: configuration refused")

// Config says where Stripe is and who calls.
type Config struct {
	// Key is a secret or restricted key (sk_test_, sk_live_, rk_test_, rk_live_).
	Key string
	// BaseURL is empty for the vendor, else the sandbox. A live key never leaves for another host than the vendor's.
	BaseURL string
	// Timeout bounds one whole call, default 30 s. It must be shorter than the caller's own limit.
	Timeout time.Duration
	// AllowNonLoopbackBase permits a test key to go to a sandbox on another machine.
	AllowNonLoopbackBase bool
}

// Client calls Stripe. It is safe for concurrent use.
type Client struct {
	key       string
	live      bool
	backend   sdk.Backend
	accounts  account.Client
	links     accountlink.Client
	logins    loginlink.Client
	transfers transfer.Client
	reversals transferreversal.Client
	balances  balance.Client
	topups    topup.Client
	payouts   payout.Client
}

// New builds a client, or refuses a key or base URL that could send money or secrets to the wrong place.
func New(cfg Config) (*Client, error) {
	live, err := keyMode(cfg.Key)
	if err != nil {
		return nil, err
	}

	base, err := checkBase(cfg, live)
	if err != nil {
		return nil, err
	}

	transport, isTransport := http.DefaultTransport.(*http.Transport)
	if !isTransport {
		return nil, fmt.Errorf("%w: the default transport was replaced", ErrConfig)
	}

	timeout := cfg.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}

	backend := sdk.GetBackendWithConfig(sdk.APIBackend, &sdk.BackendConfig{
		URL:               new(base),
		MaxNetworkRetries: sdk.Int64(0),
		EnableTelemetry:   new(false),
		LeveledLogger:     silent{},
		HTTPClient: &http.Client{
			Timeout:   timeout,
			Transport: capped{transport.Clone()},
			// A redirect would re-send the body, the key and the bearer token elsewhere.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	})

	return &Client{
		key: cfg.Key, live: live, backend: backend,
		accounts:  account.Client{B: backend, Key: cfg.Key},
		links:     accountlink.Client{B: backend, Key: cfg.Key},
		logins:    loginlink.Client{B: backend, Key: cfg.Key},
		transfers: transfer.Client{B: backend, Key: cfg.Key},
		reversals: transferreversal.Client{B: backend, Key: cfg.Key},
		balances:  balance.Client{B: backend, Key: cfg.Key},
		topups:    topup.Client{B: backend, Key: cfg.Key},
		payouts:   payout.Client{B: backend, Key: cfg.Key},
	}, nil
}

// Live tells whether the key moves real money. Webhook events of the other mode must be ignored.
func (c *Client) Live() bool { return c.live }

func keyMode(key string) (bool, error) {
	for _, kind := range []string{"sk_", "rk_"} {
		if rest, ok := strings.CutPrefix(key, kind); ok {
			switch {
			case len(rest) > len("live_") && strings.HasPrefix(rest, "live_"):
				return true, nil
			case len(rest) > len("test_") && strings.HasPrefix(rest, "test_"):
				return false, nil
			}
		}
	}

	return false, fmt.Errorf("%w: key must begin with sk_test_, sk_live_, rk_test_ or rk_live_", ErrConfig)
}

func checkBase(cfg Config, live bool) (string, error) {
	if cfg.BaseURL == "" {
		return sdk.APIURL, nil
	}

	u, err := url.Parse(cfg.BaseURL)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%w: base URL is not a plain http(s) URL", ErrConfig)
	}

	if u.Scheme == "https" && u.Host == "api.stripe.com" {
		return cfg.BaseURL, nil
	}

	loop := loopback(u.Hostname())

	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", fmt.Errorf("%w: base URL is not a plain http(s) URL", ErrConfig)
	case live:
		return "", fmt.Errorf("%w: a live key goes to the vendor only", ErrConfig)
	case !loop && !cfg.AllowNonLoopbackBase:
		return "", fmt.Errorf("%w: base URL is neither the vendor's nor loopback", ErrConfig)
	}

	return cfg.BaseURL, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}

	ip := net.ParseIP(host)

	return ip != nil && ip.IsLoopback()
}

// traced gives a context that notes whether a connection was handed to the request.
func traced(ctx context.Context) (context.Context, *atomic.Bool) {
	connected := &atomic.Bool{}

	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	}), connected
}

// call runs one SDK call under a traced context and types its error.
func call[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	tctx, connected := traced(ctx)

	out, err := do(tctx)
	if err != nil {
		var zero T

		return zero, fail(err, connected)
	}

	return out, nil
}

func checkKey(key string) error {
	if key == "" || len(key) > maxKeyLength || strings.TrimSpace(key) != key {
		return localError("idempotency_key")
	}

	return nil
}

// page is one page of a list. The SDK's iterators take `{}` for an empty list and stop silently on an empty page that
// promises more; for money "absent" must be proven.
type page struct {
	sdk.APIResource

	Object  string            `json:"object"`
	HasMore *bool             `json:"has_more"`
	Data    []json.RawMessage `json:"data"`
}

// list reads every page of a collection, or fails.
func list[T any](ctx context.Context, c *Client, path, account string, params any) ([]T, error) {
	values := &form.Values{}
	form.AppendTo(values, params)
	values.Set("limit", strconv.Itoa(pageSize))

	var out []T

	for {
		got, err := call(ctx, func(ctx context.Context) (*page, error) {
			p := &page{}
			common := &sdk.Params{Context: ctx}

			if account != "" {
				common.StripeAccount = new(account)
			}

			return p, c.backend.CallRaw(http.MethodGet, path, c.key, values, common, p)
		})
		if err != nil {
			return nil, err
		}

		if got.LastResponse.StatusCode != http.StatusOK || got.Object != "list" || got.HasMore == nil || got.Data == nil {
			return nil, foreign(got.LastResponse)
		}

		last := ""

		for _, raw := range got.Data {
			var (
				item T
				head struct {
					ID string `json:"id"`
				}
			)

			if json.Unmarshal(raw, &head) != nil || head.ID == "" || json.Unmarshal(raw, &item) != nil {
				return nil, foreign(got.LastResponse)
			}

			out, last = append(out, item), head.ID
		}

		if !*got.HasMore {
			return out, nil
		}

		if last == "" || last == first(values.Get("starting_after")) {
			return nil, foreign(got.LastResponse)
		}

		values.Set("starting_after", last)
	}
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}

	return s[0]
}

func unixTime(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}

	return time.Unix(seconds, 0).UTC()
}

// capped bounds what an answer may cost in memory; the SDK reads bodies whole.
type capped struct{ next http.RoundTripper }

// RoundTrip sends the request and bounds the body of its answer.
func (c capped) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // the http client adds method and host
	}

	res.Body = http.MaxBytesReader(nil, res.Body, maxResponseBytes)

	return res, nil
}

// silent drops the SDK's log lines: they quote bodies, which hold personal data.
type silent struct{}

func (silent) Debugf(string, ...any) {}
func (silent) Infof(string, ...any)  {}
func (silent) Warnf(string, ...any)  {}
func (silent) Errorf(string, ...any) {}
