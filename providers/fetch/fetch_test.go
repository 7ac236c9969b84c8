package fetch

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serve starts a server and a client that may reach it.
func serve(t *testing.T, handler http.HandlerFunc) (string, *Client) {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	u, err := url.Parse(server.URL)
	require.NoError(t, err)

	c, err := New(Config{Allow: []string{"", " " + u.Host}})
	require.NoError(t, err)

	return server.URL, c
}

func TestGetReadsAPost(t *testing.T) {
	t.Parallel()

	base, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" || r.Header.Get("Referer") != "" {
			w.WriteHeader(http.StatusTeapot)
		}

		if r.URL.Path == "/short" {
			http.Redirect(w, r, "/post", http.StatusFound)

			return
		}

		w.Header().Set("Content-Type", "text/html; charset=iso-8859-1")
		_, _ = io.WriteString(w, "<html><head><title>Gr\xfc\xdfe &amp; more\n</title><style>x{}</style></head><body><!-- > #ad -->"+
			"<p>Look at <a href='https://x.example/?#sponsored'>my&nbsp;<b>bag</b></a> #partner</p><script>'#ad'</script>"+
			"<div hidden>#ad<div>#ad</div></div><p style='display: none'>#ad</p><img hidden><p hidden>#ad<p>end</body></html>")
	})

	page, err := c.Get(t.Context(), base+"/short")
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status)
	require.Equal(t, base+"/post", page.FinalURL)
	require.Equal(t, "Grüße & more", page.Title)
	require.Equal(t, "Look at my bag #partner\nend", page.Text)
	require.Equal(t, "text/html", page.ContentType)
	require.NotZero(t, page.RawSHA256)
}

func TestGetReportsStatusAndType(t *testing.T) {
	t.Parallel()

	base, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "gone\x00")
	})

	page, err := c.Get(t.Context(), base)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, page.Status)
	require.Equal(t, "gone", page.Text)
}

func TestGetIsBounded(t *testing.T) {
	t.Parallel()

	base, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", maxBody+1))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")

			z := gzip.NewWriter(w)
			_, _ = io.WriteString(z, strings.Repeat("x", 20*maxBody))
			_ = z.Close()
		case "/header":
			w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeader))
		case "/cut":
			w.Header().Set("Content-Length", "900")
			_, _ = io.WriteString(w, "x")
		case "/drop":
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_ = conn.Close()
			}
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/slow":
			<-r.Context().Done()
		}
	})

	for path, want := range map[string]error{
		"/large": ErrTooLarge, "/bomb": ErrTooLarge, "/header": ErrUnreachable, "/cut": ErrUnreachable, "/drop": ErrUnreachable,
		"/loop": ErrRedirects,
	} {
		page, err := c.Get(t.Context(), base+path)
		require.ErrorIs(t, err, want, path)
		require.LessOrEqual(t, len(page.Body), maxBody)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()

	_, err := c.Get(ctx, base+"/slow")
	require.ErrorIs(t, err, ErrUnreachable)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()

	_, err = c.Get(ctx, base)
	require.ErrorIs(t, err, context.Canceled)
}

func TestGetFollowsThreeRedirects(t *testing.T) {
	t.Parallel()

	base, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		left := len(r.URL.Path) - 1
		if left == 0 {
			_, _ = io.WriteString(w, "here")

			return
		}

		http.Redirect(w, r, r.URL.Path[:left], http.StatusFound)
	})

	page, err := c.Get(t.Context(), base+"/xxx")
	require.NoError(t, err)
	require.Equal(t, "here", page.Text)

	_, err = c.Get(t.Context(), base+"/xxxx")
	require.ErrorIs(t, err, ErrRedirects)
}

func TestRedirectsAreCheckedAgain(t *testing.T) {
	t.Parallel()

	hit := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hit = true }))
	t.Cleanup(inner.Close)

	base, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})

	for to, want := range map[string]error{
		inner.URL: ErrBadURL,
		strings.Replace(inner.URL, "http:", "https:", 1): ErrBadURL,
		"https://127.0.0.1/":                             ErrForbiddenAddress,
		"https://localhost/":                             ErrForbiddenAddress,
		"https://169.254.169.254/":                       ErrForbiddenAddress,
		"file:///etc/passwd":                             ErrBadURL,
		"https://user:pass@x.example/":                   ErrBadURL,
		"http://public.example.com/":                     ErrBadURL,
	} {
		_, err := c.Get(t.Context(), base+"/?to="+url.QueryEscape(to))
		require.ErrorIs(t, err, want, to)
	}

	require.False(t, hit)
}

func TestCheckURL(t *testing.T) {
	t.Parallel()

	for raw, want := range map[string]error{
		"https://www.youtube.com/watch?v=1": nil,
		"https://bücher.example.com/":       nil,
		"https://93.184.216.34/":            nil,
		"https://[2606:4700::1111]/":        nil,
		"https://example.com:443/":          nil,
		"":                                  ErrBadURL,
		"example.com":                       ErrBadURL,
		"//example.com":                     ErrBadURL,
		"http://example.com/":               ErrBadURL,
		"https://example.com:8443/":         ErrBadURL,
		"https://u:p@example.com/":          ErrBadURL,
		"https://u@example.com/":            ErrBadURL,
		"ftp://example.com/":                ErrBadURL,
		"javascript:alert(1)":               ErrBadURL,
		"https:///x":                        ErrBadURL,
		"https://example.com/a b":           ErrBadURL,
		"https://example.com/\r\nX: y":      ErrBadURL,
		"https://example.com/" + strings.Repeat("x", 3000): ErrBadURL,
		"https://localhost/":          ErrForbiddenAddress,
		"https://intranet/":           ErrForbiddenAddress,
		"https://db.internal/":        ErrForbiddenAddress,
		"https://printer.local./":     ErrForbiddenAddress,
		"https://127.0.0.1/":          ErrForbiddenAddress,
		"https://127.1/":              ErrForbiddenAddress,
		"https://2130706433/":         ErrForbiddenAddress,
		"https://0x7f.0.0.0x1/":       ErrForbiddenAddress,
		"https://017700000001/":       ErrForbiddenAddress,
		"https://１２７.０.０.１/":          ErrForbiddenAddress,
		"https://10.0.0.1/":           ErrForbiddenAddress,
		"https://100.64.0.1/":         ErrForbiddenAddress,
		"https://169.254.169.254/":    ErrForbiddenAddress,
		"https://168.63.129.16/":      ErrForbiddenAddress,
		"https://224.0.0.1/":          ErrForbiddenAddress,
		"https://0.0.0.0/":            ErrForbiddenAddress,
		"https://255.255.255.255/":    ErrForbiddenAddress,
		"https://[::1]/":              ErrForbiddenAddress,
		"https://[::]/":               ErrForbiddenAddress,
		"https://[::ffff:127.0.0.1]/": ErrForbiddenAddress,
		"https://[::ffff:8.8.8.8]/":   ErrForbiddenAddress,
		"https://[::127.0.0.1]/":      ErrForbiddenAddress,
		"https://[64:ff9b::7f00:1]/":  ErrForbiddenAddress,
		"https://[64:ff9b:1::1]/":     ErrForbiddenAddress,
		"https://[fe80::1%25eth0]/":   ErrForbiddenAddress,
		"https://[fd00:ec2::254]/":    ErrForbiddenAddress,
		"https://[ff02::1]/":          ErrForbiddenAddress,
		"https://[2002:7f00:1::]/":    ErrForbiddenAddress,
		"https://[2001::1]/":          ErrForbiddenAddress,
		"https://[2001:db8::1]/":      ErrForbiddenAddress,
	} {
		if want == nil {
			require.NoError(t, CheckURL(raw), raw)

			continue
		}

		require.ErrorIs(t, CheckURL(raw), want, raw)
	}
}

func TestDialIsJudgedByAddress(t *testing.T) {
	t.Parallel()

	c, err := New(Config{Allow: []string{"10.1.0.0/16"}})
	require.NoError(t, err)

	for address, fine := range map[string]bool{
		"93.184.216.34:443": true, "93.184.216.34:22": false, "127.0.0.1:443": false, "10.2.0.1:443": false, "10.1.0.1:8070": true,
		"[::ffff:10.1.0.1]:80": true, "[fe80::1]:443": false, "nonsense": false,
	} {
		err := c.control(t.Context(), "tcp", address, nil)
		require.Equal(t, fine, err == nil, address)
	}

	// A name that resolves to loopback is stopped at the dial.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://localhost/", nil)
	require.NoError(t, err)

	_, err = c.http.Do(req) //nolint:bodyclose // there is none
	require.ErrorIs(t, err, ErrForbiddenAddress)

	require.NoError(t, c.control(context.WithValue(t.Context(), allowedKey{}, true), "tcp", "127.0.0.1:1", nil))
	require.False(t, public(netip.Addr{}))
}

func TestNewReadsTheAllowList(t *testing.T) {
	t.Parallel()

	for _, bad := range []string{"x", "http://x:1", "x:99999", ":80", "10.0.0.0/99", "x:0"} {
		_, err := New(Config{Allow: []string{bad}})
		require.ErrorIs(t, err, ErrConfig, bad)
	}

	c, err := New(Config{Allow: []string{"Sandbox:8070", "[::1]:8070"}})
	require.NoError(t, err)
	require.NoError(t, c.CheckURL("http://sandbox:8070/p"))
	require.NoError(t, c.CheckURL("http://[::1]:8070/p"))
	require.ErrorIs(t, c.CheckURL("http://sandbox:8071/p"), ErrBadURL)
	require.ErrorIs(t, CheckURL("https://sandbox/p"), ErrForbiddenAddress)
}

func FuzzVisible(f *testing.F) {
	f.Add("<title>x</title><div hidden><p>y</div>z<script>")
	f.Add("<p style='display:none'>a<p>b")
	f.Fuzz(func(t *testing.T, page string) {
		title, text := visible(page)
		require.LessOrEqual(t, len(title), maxTitle)
		require.NotContains(t, text, "\x00")
	})
}
