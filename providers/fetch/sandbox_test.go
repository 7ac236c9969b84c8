package fetch_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/providers/fetch"
	"rapport/sandbox"
)

// TestSandboxPost reads a hosted post as it would read one of a platform's.
func TestSandboxPost(t *testing.T) {
	t.Parallel()

	box, err := sandbox.New(sandbox.Config{
		Mute: true, StripeAccountSecret: "whsec_" + strings.Repeat("a", 32), StripeConnectSecret: "whsec_" + strings.Repeat("b", 32),
	})
	require.NoError(t, err)

	api, control := httptest.NewServer(box.Handler()), httptest.NewServer(box.Control())

	t.Cleanup(func() {
		api.Close()
		control.Close()
		require.NoError(t, box.Close())
	})

	put := func(post string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, control.URL+"/control/posts/p1", strings.NewReader(post))
		require.NoError(t, err)

		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode)
	}

	client, err := fetch.New(fetch.Config{Allow: []string{api.Listener.Addr().String()}})
	require.NoError(t, err)

	box.SetPublicURL(api.URL)
	put(`{"author":"Ada & Co","handle":"ada.climbs","caption":"#ad up","published":"2026-03-01T13:00:00+01:00"}`)

	post, err := fetch.Poster{Client: client}.FetchPost(t.Context(), api.URL+"/posts/p1")
	require.NoError(t, err)
	require.Equal(t, []string{"Ada & Co", api.URL + "/@ada.climbs"}, post.Authors)
	require.Equal(t, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), post.PublishedAt)
	require.Contains(t, post.Text, "#ad up")

	put(`{"author":"Ada","caption":"#ad up"}`)

	post, err = fetch.Poster{Client: client}.FetchPost(t.Context(), api.URL+"/posts/p1")
	require.NoError(t, err)
	require.Equal(t, []string{"Ada"}, post.Authors)
	require.Zero(t, post.PublishedAt)
}
