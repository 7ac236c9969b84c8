package sendgrid_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"rapport/providers/sendgrid"
)

func letter() sendgrid.Mail {
	return sendgrid.Mail{
		SendID: "8f14e45f-ceea-467f-9575-2e5f3a3b1c11", Kind: "invitation",
		FromName: "Brand", FromAddress: "hi@brand.example", ToName: "Ada Lö", ToAddress: "ada@creator.example",
		ReplyTo: "r+abc@in.brand.example", Subject: "Hello", Text: "Hi Ada", HTML: "<p>Hi Ada</p>",
		MessageID: "<m2@brand.example>", InReplyTo: "<m1@brand.example>", References: []string{"<m0@brand.example>", "<m1@brand.example>"},
		ListUnsubscribeURL: "https://brand.example/u/1",
	}
}

func newClient(t *testing.T, handler http.HandlerFunc) *sendgrid.Client {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	c, err := sendgrid.New(sendgrid.Config{Key: "SG.test", BaseURL: server.URL + "/", Timeout: 2 * time.Second})
	require.NoError(t, err)

	return c
}

func TestSendBody(t *testing.T) {
	t.Parallel()

	var got map[string]any

	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v3/mail/send" && r.Header.Get("Authorization") == "Bearer SG.test" {
			_ = json.NewDecoder(r.Body).Decode(&got)
		}

		w.Header().Set("X-Message-Id", "vendor-1")
		w.WriteHeader(http.StatusAccepted)
	})

	id, err := c.Send(t.Context(), letter())
	require.NoError(t, err)
	require.Equal(t, "vendor-1", id)

	require.Equal(t, map[string]any{"send_id": letter().SendID, "kind": "invitation"}, got["custom_args"])
	require.Equal(t, map[string]any{
		"Message-ID": "<m2@brand.example>", "In-Reply-To": "<m1@brand.example>",
		"References":       "<m0@brand.example> <m1@brand.example>",
		"List-Unsubscribe": "<https://brand.example/u/1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	}, got["headers"])
	require.Equal(t, map[string]any{"email": "r+abc@in.brand.example"}, got["reply_to"])
	require.Equal(t, []any{
		map[string]any{"type": "text/plain", "value": "Hi Ada"}, map[string]any{"type": "text/html", "value": "<p>Hi Ada</p>"},
	}, got["content"])
	require.Equal(t, map[string]any{
		"click_tracking":        map[string]any{"enable": false, "enable_text": false},
		"open_tracking":         map[string]any{"enable": false},
		"subscription_tracking": map[string]any{"enable": false},
	}, got["tracking_settings"])
	require.Len(t, got["personalizations"], 1)
}

func TestSendOutcomes(t *testing.T) {
	t.Parallel()

	status := func(code int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i+1 < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}

			w.WriteHeader(code)
			_, _ = io.WriteString(w, body)
		}
	}

	date := time.Unix(1_700_000_000, 0).UTC().Format(http.TimeFormat)

	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		want    sendgrid.Outcome
		field   string
		wait    time.Duration
	}{
		"400": {
			status(400, `{"errors":[{"message":"bad ada@creator.example","field":"personalizations.0.to.0.email"}]}`),
			sendgrid.Rejected, "personalizations.0.to.0.email", 0,
		},
		"400 prose field": {status(400, `{"errors":[{"field":"ada@creator.example is bad"}]}`), sendgrid.Rejected, "", 0},
		"413":             {status(413, "too large"), sendgrid.Rejected, "", 0},
		"401":             {status(401, "{}"), sendgrid.Unauthorized, "", 0},
		"403":             {status(403, "{}"), sendgrid.Unauthorized, "", 0},
		"429":             {status(429, ""), sendgrid.RateLimited, "", 0},
		"429 wait":        {status(429, "", "Retry-After", "9"), sendgrid.RateLimited, "", 9 * time.Second},
		"429 long wait":   {status(429, "", "Retry-After", "99999999999"), sendgrid.RateLimited, "", time.Hour},
		"429 reset":       {status(429, "", "Date", date, "X-RateLimit-Reset", "1700000042"), sendgrid.RateLimited, "", 42 * time.Second},
		"429 reset past":  {status(429, "", "Date", date, "X-RateLimit-Reset", "1600000000"), sendgrid.RateLimited, "", 0},
		"408":             {status(408, ""), sendgrid.Unknown, "", 0},
		"500":             {status(500, ""), sendgrid.Unknown, "", 0},
		"html 502":        {status(502, "<html>"), sendgrid.Unknown, "", 0},
		"200":             {status(200, "{}"), sendgrid.Unknown, "", 0},
		"redirect":        {status(307, "", "Location", "http://127.0.0.1:1/"), sendgrid.Unknown, "", 0},
		"truncated 202":   {status(202, "x", "Content-Length", "900"), sendgrid.Unknown, "", 0},
		"endless 202":     {status(202, strings.Repeat("x", 2<<20)), sendgrid.Unknown, "", 0},
		"dropped": {func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		}, sendgrid.Unknown, "", 0},
		"timeout": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, sendgrid.Unknown, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var calls atomic.Int32

			c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)

				_, _ = io.Copy(io.Discard, r.Body)
				tc.handler(w, r)
			})

			_, err := c.Send(t.Context(), letter())

			var e *sendgrid.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tc.want, e.Outcome)
			require.Equal(t, tc.field, e.Field)
			require.Equal(t, tc.wait, e.RetryAfter)
			require.NotContains(t, err.Error(), "@")
			require.EqualValues(t, 1, calls.Load(), "sent once")
		})
	}
}

func TestSendUnsent(t *testing.T) {
	t.Parallel()

	var lc net.ListenConfig

	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())

	c, err := sendgrid.New(sendgrid.Config{Key: "SG.x", BaseURL: "http://" + l.Addr().String()})
	require.NoError(t, err)

	_, err = c.Send(t.Context(), letter())
	require.Equal(t, sendgrid.Unsent, sendgrid.OutcomeOf(err))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, err = c.Send(ctx, letter())
	require.Equal(t, sendgrid.Unsent, sendgrid.OutcomeOf(err))
	require.ErrorIs(t, err, context.Canceled)
}

func TestSendRefusesLocally(t *testing.T) {
	t.Parallel()

	c := newClient(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })

	for name, spoil := range map[string]func(*sendgrid.Mail){
		"send_id":          func(m *sendgrid.Mail) { m.SendID = "ada@x.example" },
		"kind":             func(m *sendgrid.Mail) { m.Kind = "" },
		"to":               func(m *sendgrid.Mail) { m.ToAddress = "Ada <ada@x.example>" },
		"from":             func(m *sendgrid.Mail) { m.FromAddress = "brand" },
		"reply_to":         func(m *sendgrid.Mail) { m.ReplyTo = "x" },
		"subject":          func(m *sendgrid.Mail) { m.Subject = "a\r\nBcc: x@y.example" },
		"name":             func(m *sendgrid.Mail) { m.ToName = "a\nb" },
		"content":          func(m *sendgrid.Mail) { m.Text = " " },
		"message_id":       func(m *sendgrid.Mail) { m.MessageID = "bare" },
		"in_reply_to":      func(m *sendgrid.Mail) { m.InReplyTo = "<a@b>\r\nX: y" },
		"references":       func(m *sendgrid.Mail) { m.References = []string{"x"} },
		"list_unsubscribe": func(m *sendgrid.Mail) { m.ListUnsubscribeURL = "https://x.example/>, <mailto:y" },
	} {
		m := letter()
		spoil(&m)

		_, err := c.Send(t.Context(), m)

		var e *sendgrid.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, sendgrid.Rejected, e.Outcome, name)
		require.Equal(t, name, e.Field)
	}
}

func TestSendConcurrentlyReachesEachPersonOnce(t *testing.T) {
	t.Parallel()

	const sends = 3_000

	var (
		mu   sync.Mutex
		seen = map[string]int{}
	)

	c := newClient(t, func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Args map[string]string `json:"custom_args"`
			To   []struct {
				To []struct {
					Email string `json:"email"`
				} `json:"to"`
			} `json:"personalizations"`
		}
		_ = json.NewDecoder(r.Body).Decode(&body)

		mu.Lock()
		seen[body.Args["send_id"]+" "+body.To[0].To[0].Email]++
		mu.Unlock()

		w.WriteHeader(http.StatusAccepted)
	})

	var g errgroup.Group

	g.SetLimit(64)

	for i := range sends {
		g.Go(func() error {
			m := letter()
			m.SendID, m.ToAddress = strconv.Itoa(i), fmt.Sprintf("c%d@creator.example", i)
			_, err := c.Send(t.Context(), m)

			return err
		})
	}

	require.NoError(t, g.Wait())
	require.Len(t, seen, sends)

	for i := range sends {
		require.Equal(t, 1, seen[fmt.Sprintf("%d c%d@creator.example", i, i)])
	}
}

func TestNewGuardsBase(t *testing.T) {
	t.Parallel()

	for base, fine := range map[string]bool{
		"": true, "https://api.sendgrid.com": true, "https://api.eu.sendgrid.com/": true, "http://127.0.0.1:8070": true,
		"http://localhost:1": true, "http://sandbox:8070": false, "https://api.sendgrid.com@evil.example": false,
		"ftp://127.0.0.1": false, "http://127.0.0.1:1/?x=y": false,
	} {
		_, err := sendgrid.New(sendgrid.Config{Key: "k", BaseURL: base})
		require.Equal(t, fine, err == nil, base)
	}

	_, err := sendgrid.New(sendgrid.Config{Key: "k", BaseURL: "http://sandbox:8070", AllowNonLoopbackBase: true})
	require.NoError(t, err)

	_, err = sendgrid.New(sendgrid.Config{})
	require.ErrorIs(t, err, sendgrid.ErrConfig)
}

func TestReplyToken(t *testing.T) {
	t.Parallel()

	key, other := []byte(strings.Repeat("k", 32)), []byte(strings.Repeat("o", 32))
	id := uuid.MustParse("8f14e45f-ceea-467f-9575-2e5f3a3b1c11")
	token := sendgrid.ReplyToken(key, id)

	require.Len(t, token, 42)
	require.Equal(t, strings.ToLower(token), token)

	for _, local := range []string{token, "r+" + token, "R+" + strings.ToUpper(token)} {
		got, ok := sendgrid.ParseReplyToken(key, local)
		require.True(t, ok)
		require.Equal(t, id, got)
	}

	flipped := "a" + token[1:]
	if token[0] == 'a' {
		flipped = "b" + token[1:]
	}

	for _, forged := range []string{"", "r+", flipped, token[:41], token + "a", "r+r+" + token, token[:41] + "1", "ops"} {
		_, ok := sendgrid.ParseReplyToken(key, forged)
		require.False(t, ok, forged)
	}

	_, ok := sendgrid.ParseReplyToken(other, token)
	require.False(t, ok)

	_, ok = sendgrid.ParseReplyToken(nil, sendgrid.ReplyToken(nil, id))
	require.False(t, ok, "a short key verifies nothing")
}
