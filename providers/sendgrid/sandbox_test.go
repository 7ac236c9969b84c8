package sendgrid_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport/providers/sendgrid"
	"rapport/sandbox"
)

// post is one webhook as it arrived.
type post struct {
	path   string
	header http.Header
	body   []byte
}

// world is a sandbox with a client of ours and its webhooks.
type world struct {
	t       *testing.T
	box     *sandbox.Server
	client  *sendgrid.Client
	control string
	posts   chan post
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{t: t, posts: make(chan post, 1_000)}
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.posts <- post{r.URL.Path, r.Header.Clone(), body}
	}))

	box, err := sandbox.New(sandbox.Config{
		Target: target.URL, Mute: true, Pace: time.Hour, Retry: time.Millisecond,
		StripeAccountSecret: "whsec_" + strings.Repeat("a", 32), StripeConnectSecret: "whsec_" + strings.Repeat("b", 32),
	})
	require.NoError(t, err)

	api, control := httptest.NewServer(box.Handler()), httptest.NewServer(box.Control())
	box.SetPublicURL(api.URL)
	w.box, w.control = box, control.URL

	w.client, err = sendgrid.New(sendgrid.Config{Key: "SG.test", BaseURL: api.URL, Timeout: 5 * time.Second})
	require.NoError(t, err)

	t.Cleanup(func() {
		api.Close()
		control.Close()
		require.NoError(t, box.Close())
		target.Close()
	})

	return w
}

func (w *world) call(method, path string, body, answer any) {
	w.t.Helper()

	encoded, err := json.Marshal(body)
	require.NoError(w.t, err)

	req, err := http.NewRequestWithContext(w.t.Context(), method, w.control+path, bytes.NewReader(encoded))
	require.NoError(w.t, err)

	res, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)

	defer res.Body.Close()

	require.Equal(w.t, http.StatusOK, res.StatusCode, path)

	if answer != nil {
		require.NoError(w.t, json.NewDecoder(res.Body).Decode(answer))
	}
}

// mails gives the ids of what the sandbox accepted.
func (w *world) mails() []string {
	w.t.Helper()

	var answer struct {
		Mails []struct {
			ID string `json:"id"`
		} `json:"mails"`
	}

	w.call(http.MethodGet, "/control/mail", nil, &answer)

	out := make([]string, 0, len(answer.Mails))
	for _, m := range answer.Mails {
		out = append(out, m.ID)
	}

	return out
}

func (w *world) next(path string) post {
	w.t.Helper()

	for {
		select {
		case <-w.t.Context().Done():
			w.t.Fatal("no webhook")
		case p := <-w.posts:
			if p.path == path {
				return p
			}
		}
	}
}

func TestSandboxSendsReportsAndReplies(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	key, sendID := []byte(strings.Repeat("k", 32)), uuid.New()
	m := letter()
	m.SendID = sendID.String()
	m.ReplyTo = "r+" + sendgrid.ReplyToken(key, sendID) + "@in.brand.example"

	id, err := w.client.Send(t.Context(), m)
	require.NoError(t, err)
	require.NotEmpty(t, id)

	events, err := sendgrid.ParsePublicKey(w.box.EventPublicKey())
	require.NoError(t, err)

	p := w.next("/webhooks/sendgrid/events")
	got, err := sendgrid.VerifyEvents(events, p.body, p.header.Get(sendgrid.SignatureHeader), p.header.Get(sendgrid.TimestampHeader), time.Now())
	require.NoError(t, err)
	require.NotEmpty(t, got)
	require.Equal(t, m.SendID, got[0].SendID)
	require.Equal(t, m.Kind, got[0].Kind)
	require.True(t, strings.HasPrefix(got[0].MessageID, id))

	inbound, err := sendgrid.ParsePublicKey(w.box.InboundPublicKey())
	require.NoError(t, err)

	for _, raw := range []bool{false, true} {
		for _, auto := range []bool{false, true} {
			w.call(http.MethodPost, "/control/mail/"+w.mails()[0]+"/reply", map[string]any{
				"text": "Schön, I am in!", "raw": raw, "auto_reply": auto, "attachments": map[string][]byte{"a.pdf": []byte("%PDF")},
			}, nil)

			p := w.next("/webhooks/sendgrid/inbound")
			require.NoError(t, sendgrid.VerifyInbound(inbound, p.body,
				p.header.Get(sendgrid.SignatureHeader), p.header.Get(sendgrid.TimestampHeader), time.Now()))

			in, err := sendgrid.ParseInbound(p.header.Get("Content-Type"), p.body)
			require.NoError(t, err)
			require.Equal(t, []string{"ada@creator.example"}, in.From)
			require.Equal(t, m.MessageID, in.InReplyTo)
			require.Len(t, in.Attachments, 1)

			text, _ := sendgrid.SplitReply(in.Text)
			require.Contains(t, text, "Schön, I am in!")

			local, _, _ := strings.Cut(in.EnvelopeTo[0], "@")
			found, ok := sendgrid.ParseReplyToken(key, local)
			require.True(t, ok)
			require.Equal(t, sendID, found)

			want := sendgrid.Human
			if auto {
				want = sendgrid.AutoReply
			}

			require.Equal(t, want, sendgrid.Classify(in).Kind)
		}
	}
}

func TestSandboxFaultsHaveTheirOutcomes(t *testing.T) {
	t.Parallel()

	for action, tc := range map[string]struct {
		want  sendgrid.Outcome
		count int
	}{
		"drop_before":      {sendgrid.Unknown, 0},
		"commit_then_drop": {sendgrid.Unknown, 1},
		"commit_then_500":  {sendgrid.Unknown, 1},
		"html_502":         {sendgrid.Unknown, 0},
		"429":              {sendgrid.RateLimited, 0},
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()

			w := newWorld(t)
			w.call(http.MethodPut, "/control/faults", []map[string]any{{"provider": "sendgrid", "action": action}}, nil)

			_, err := w.client.Send(t.Context(), letter())
			require.Equal(t, tc.want, sendgrid.OutcomeOf(err))
			require.Len(t, w.mails(), tc.count)

			_, err = w.client.Send(t.Context(), letter())
			require.NoError(t, err)
		})
	}
}
