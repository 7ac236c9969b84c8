package slack

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

const secretPath = "/services/T0SECRET/B0SECRET/x0SECRET"

// serve starts a webhook and a client that may post to it.
func serve(t *testing.T, handler http.HandlerFunc) (string, *Client) {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	c, err := New(Config{Allow: []string{"", server.Listener.Addr().String()}, LinkBase: "https://rapport.example/"})
	require.NoError(t, err)

	return server.URL + secretPath, c
}

// failed asserts that an error says no more than it may.
func failed(t *testing.T, err error, outcome string) *rapport.SendError {
	t.Helper()

	var out *rapport.SendError
	require.ErrorAs(t, err, &out)
	require.Equal(t, outcome, out.Outcome)

	for e := error(out); e != nil; {
		require.NotContains(t, e.Error(), "SECRET")

		wrapper, wraps := e.(interface{ Unwrap() error })
		if !wraps {
			break
		}

		e = wrapper.Unwrap()
	}

	return out
}

func TestPost(t *testing.T) {
	t.Parallel()

	var body map[string]string

	url, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.URL.Path != secretPath || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			w.WriteHeader(http.StatusTeapot)
		}

		raw, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(raw, &body)
		_, _ = io.WriteString(w, "ok")
	})

	require.NoError(t, c.Post(t.Context(), url, "A & B <!channel>: "+new(Client).Link("https://rapport.example/p/1?a=b&c", "Ada <3 | late")+" «ü»\n<@U1>"))
	require.Equal(t, map[string]string{"text": "A &amp; B &lt;!channel&gt;: <https://rapport.example/p/1?a=b&amp;c|Ada 3  late> «ü»\n&lt;@U1&gt;"}, body)
}

func TestOnlyOurOwnLinksAreLinks(t *testing.T) {
	t.Parallel()

	_, c := serve(t, nil)
	for text, want := range map[string]string{
		new(Client).Link("https://rapport.example", "home"):               "<https://rapport.example|home>",
		new(Client).Link("https://rapport.example.evil.example/", "x"):    "&lt;https://rapport.example.evil.example/|x&gt;",
		new(Client).Link("https://evil.example/", "https://bank.example"): "&lt;https://evil.example/|https://bank.example&gt;",
		new(Client).Link("https://rapport.example/a b>|<", "x"):           "<https://rapport.example/a%20b|x>",
		new(Client).Link("https://rapport.example/a", " "):                "https://rapport.example/a",
		new(Client).Link("javascript:x", "x"):                             "&lt;javascript:x|x&gt;",
		"<<https://rapport.example/|x>>":                                  "&lt;<https://rapport.example/|x>&gt;",
		"<https://rapport.example/>":                                      "&lt;https://rapport.example/&gt;",
	} {
		require.Equal(t, want, c.escaped(text))
	}

	plain, err := New(Config{})
	require.NoError(t, err)
	require.Equal(t, "&lt;https://rapport.example/|x&gt;", plain.escaped(new(Client).Link("https://rapport.example/", "x")))
}

func TestOutcomes(t *testing.T) {
	t.Parallel()

	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)

	for _, tc := range []struct {
		status  int
		after   string
		outcome string
		wait    time.Duration
	}{
		{http.StatusBadRequest, "", outcomeRejected, 0},
		{http.StatusForbidden, "", outcomeRejected, 0},
		{http.StatusNotFound, "", outcomeRejected, 0},
		{http.StatusGone, "", outcomeRejected, 0},
		{http.StatusTemporaryRedirect, "", outcomeRejected, 0},
		{http.StatusTooManyRequests, "30", outcomeRateLimited, 30 * time.Second},
		{http.StatusTooManyRequests, "99999", outcomeRateLimited, time.Hour},
		{http.StatusTooManyRequests, "soon", outcomeRateLimited, 0},
		{http.StatusRequestTimeout, "", outcomeUnknown, 0},
		{http.StatusInternalServerError, "30", outcomeUnknown, 0},
		{http.StatusBadGateway, "", outcomeUnknown, 0},
		{http.StatusAccepted, "", outcomeUnknown, 0},
	} {
		url, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere.URL+secretPath)
			w.Header().Set("Retry-After", tc.after)
			w.WriteHeader(tc.status)
		})
		require.Equal(t, tc.wait, failed(t, c.Post(t.Context(), url, "x"), tc.outcome).RetryAfter, tc.status)
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()

	release := make(chan struct{})
	url, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		<-release
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
	})

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	require.ErrorIs(t, failed(t, c.Post(ctx, url, "x"), outcomeUnknown), context.DeadlineExceeded)
	close(release)
	require.NoError(t, failed(t, c.Post(t.Context(), url, "x"), outcomeUnknown).Err)

	// Nobody listens there.
	var listen net.ListenConfig

	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())

	lonely, err := New(Config{Allow: []string{listener.Addr().String()}})
	require.NoError(t, err)
	_ = failed(t, lonely.Post(t.Context(), "http://"+listener.Addr().String()+secretPath, "x"), outcomeUnsent)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, failed(t, c.Post(ctx, url, "x"), outcomeUnsent), context.Canceled)
}

func TestPostRefuses(t *testing.T) {
	t.Parallel()

	url, c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was sent") })
	_ = failed(t, c.Post(t.Context(), url, " \n"), outcomeRejected)
	require.ErrorIs(t, failed(t, c.Post(t.Context(), "http://127.0.0.1:1"+secretPath, "x"), outcomeRejected), ErrURL)
}

func TestCheckURL(t *testing.T) {
	t.Parallel()

	c, err := New(Config{Allow: []string{"Sandbox:8070"}})
	require.NoError(t, err)

	for raw, want := range map[string]error{
		"https://hooks.slack.com/services/T0/B0/x":                          nil,
		"https://HOOKS.slack.com:443/services/T0/B0/x":                      nil,
		"http://sandbox:8070/slack/services/T0/B0/x":                        nil,
		"http://SANDBOX:8070/services/T0/B0/x":                              nil,
		"":                                                                  ErrURL,
		"http://hooks.slack.com/services/T0/B0/x":                           ErrURL,
		"https://hooks.slack.com:8443/services/T0/B0/x":                     ErrURL,
		"https://hooks.slack.com/slack/services/T0/B0/x":                    ErrURL,
		"https://hooks.slack.com.evil.example/services/T0/B0/x":             ErrURL,
		"https://evil.example/services/T0/B0/x":                             ErrURL,
		"https://hooks.slack.com@evil.example/services/T0/B0/x":             ErrURL,
		"https://u:p@hooks.slack.com/services/T0/B0/x":                      ErrURL,
		"https://hooks.slack.com/services/T0/B0/x?y=z":                      ErrURL,
		"https://hooks.slack.com/services/T0/B0/x?":                         ErrURL,
		"https://hooks.slack.com/services/T0/B0/x#y":                        ErrURL,
		"https://hooks.slack.com/services/T0/B0/x/../y":                     ErrURL,
		"https://hooks.slack.com/services/T0/B0/%78":                        ErrURL,
		"https://hooks.slack.com/services/T0/B0":                            ErrURL,
		"https://hooks.slack.com/services/T0/B0/":                           ErrURL,
		"https://hooks.slack.com/workflows/T0/B0/x":                         ErrURL,
		"https://hooks.slack.com/services/T0/B0/x\n":                        ErrURL,
		"https://127.0.0.1/services/T0/B0/x":                                ErrURL,
		"http://sandbox:8071/services/T0/B0/x":                              ErrURL,
		"ftp://sandbox:8070/services/T0/B0/x":                               ErrURL,
		"https://hooks.slack.com/services/T0/B0/" + strings.Repeat("x", 65): ErrURL,
	} {
		require.ErrorIs(t, c.CheckURL(raw), want, raw)
	}

	require.ErrorIs(t, CheckURL("http://sandbox:8070/slack/services/T0/B0/x"), ErrURL)

	for _, bad := range []string{"x", "http://x:1", "x:99999", ":80", "x:0", "10.0.0.0/8"} {
		_, err := New(Config{Allow: []string{bad}})
		require.ErrorIs(t, err, ErrConfig, bad)
	}
}
