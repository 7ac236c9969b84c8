package slack_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/providers/slack"
	"rapport/sandbox"
)

// TestSandboxContract posts to the stand-in as to Slack.
func TestSandboxContract(t *testing.T) {
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

	c, err := slack.New(slack.Config{Allow: []string{api.Listener.Addr().String()}, LinkBase: "https://rapport.example"})
	require.NoError(t, err)

	webhook := api.URL + "/slack/services/T0/B0/x"
	require.NoError(t, c.CheckURL(webhook))
	require.NoError(t, c.Post(t.Context(), webhook, "Look: "+c.Link("https://rapport.example/tasks", "3 tasks")+" & more"))

	res, err := http.Get(control.URL + "/control/slack")
	require.NoError(t, err)

	defer res.Body.Close()

	var kept struct {
		Posts []struct {
			Path string `json:"path"`
			Text string `json:"text"`
		} `json:"posts"`
	}
	require.NoError(t, json.NewDecoder(res.Body).Decode(&kept))
	require.Len(t, kept.Posts, 1)
	require.Equal(t, "/slack/services/T0/B0/x", kept.Posts[0].Path)
	require.Equal(t, "Look: <https://rapport.example/tasks|3 tasks> &amp; more", kept.Posts[0].Text)

	for action, want := range map[string]rapport.SendError{
		"429":              {Outcome: "rate_limited", RetryAfter: time.Second},
		"drop_before":      {Outcome: "unknown"},
		"commit_then_drop": {Outcome: "unknown"},
		"commit_then_500":  {Outcome: "unknown"},
		"html_502":         {Outcome: "unknown"},
		"redirect":         {Outcome: "rejected"},
	} {
		faults := `[{"provider":"slack","action":"` + action + `"}]`
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, control.URL+"/control/faults", strings.NewReader(faults))
		require.NoError(t, err)

		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode)

		var failed *rapport.SendError
		require.ErrorAs(t, c.Post(t.Context(), webhook, "x"), &failed, action)
		require.Equal(t, want.Outcome, failed.Outcome, action)
		require.Equal(t, want.RetryAfter, failed.RetryAfter, action)
	}
}
