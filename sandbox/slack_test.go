package sandbox

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// taken lists what the webhooks have taken.
func (b *box) taken() []slackPost {
	b.t.Helper()
	var got struct {
		Posts []slackPost `json:"posts"`
	}
	require.Equal(b.t, http.StatusOK, b.control(http.MethodGet, "/control/slack", nil, &got))
	return got.Posts
}

// slack posts a body and gives the answer; status 0 means there was none.
func (b *box) slack(body string) (status int, word string) {
	b.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Post(b.api.URL+"/slack/services/T0/B0/x", "application/json", strings.NewReader(body))
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	return resp.StatusCode, string(raw)
}

func TestSlack_keeps_what_it_takes(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	require.Empty(t, b.taken())
	for body, want := range map[string]string{`{"text":""}`: "no_text", `{"text":5}`: "invalid_payload", `text`: "invalid_payload"} {
		status, word := b.slack(body)
		require.Equal(t, http.StatusBadRequest, status)
		require.Equal(t, want, word)
	}
	for _, text := range []string{"one &amp; <https://x.example|x>", "two"} {
		status, word := b.slack(`{"text":"` + text + `"}`)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, "ok", word)
	}
	posts := b.taken()
	require.Len(t, posts, 2)
	require.Equal(t, "one &amp; <https://x.example|x>", posts[0].Text)
	require.Equal(t, "/slack/services/T0/B0/x", posts[1].Path)
	require.WithinDuration(t, time.Now(), posts[0].At, time.Minute)
	require.Equal(t, http.StatusNotFound, b.raw(b.api.URL, http.MethodPost, "/slack/services/T0/B0", []byte(`{"text":"x"}`), nil))
	require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/reset", nil, nil))
	require.Empty(t, b.taken())
}

func TestFaults_of_slack(t *testing.T) {
	t.Parallel()
	for action, c := range map[string]struct{ status, stored int }{
		actDropBefore: {0, 0}, actCommitDrop: {0, 1}, actTruncate: {0, 1}, actCommit500: {500, 1}, actRollForward: {500, 1}, act429: {429, 0},
		actHTML502: {502, 0}, actRedirect: {307, 0}, actSlow: {200, 1},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, quick(), nil)
			b.faults(Fault{Provider: "slack", Method: "POST", Path: "/slack/services/*/*/*", Action: action, Times: -1, DelayMS: 1})
			status, _ := b.slack(`{"text":"x"}`)
			require.Equal(t, c.status, status)
			require.Len(t, b.taken(), c.stored)
			b.faults(Fault{Provider: "sendgrid", Action: "429", Times: -1}, Fault{Provider: "stripe", Action: "429", Times: -1})
			status, _ = b.slack(`{"text":"x"}`)
			require.Equal(t, http.StatusOK, status, "another vendor's fault")
		})
	}
}
