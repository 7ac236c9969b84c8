package documenso_test

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

	"rapport"
	"rapport/providers/documenso"
	"rapport/sandbox"
)

const secret = "a secret that is long enough to be one"

type post struct {
	secret string
	body   []byte
}

// world is a sandbox with a client of ours and its webhooks.
type world struct {
	t       *testing.T
	client  *documenso.Client
	api     string
	control string
	posts   chan post
}

func newWorld(t *testing.T) *world {
	t.Helper()

	w := &world{t: t, posts: make(chan post, 100)}
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.posts <- post{r.Header.Get(documenso.SecretHeader), body}
	}))

	box, err := sandbox.New(sandbox.Config{
		Target: target.URL, Mute: true, Pace: time.Hour, Retry: time.Millisecond, DocumensoSecret: secret,
		StripeAccountSecret: "whsec_" + strings.Repeat("a", 32), StripeConnectSecret: "whsec_" + strings.Repeat("b", 32),
	})
	require.NoError(t, err)

	api, control := httptest.NewServer(box.Handler()), httptest.NewServer(box.Control())
	box.SetPublicURL(api.URL)
	w.api, w.control = api.URL, control.URL
	w.client, err = documenso.New(documenso.Config{URL: api.URL, Token: "api_test", Timeout: 2 * time.Second})
	require.NoError(t, err)
	t.Cleanup(func() {
		api.Close()
		control.Close()
		require.NoError(t, box.Close())
		target.Close()
	})

	return w
}

func (w *world) call(method, path string, body, answer any) int {
	w.t.Helper()

	encoded, err := json.Marshal(body)
	require.NoError(w.t, err)
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.control+path, bytes.NewReader(encoded))
	require.NoError(w.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err)

	defer res.Body.Close()

	if answer != nil {
		require.NoError(w.t, json.NewDecoder(res.Body).Decode(answer))
	}

	return res.StatusCode
}

func (w *world) fault(method, path, action string) {
	w.t.Helper()
	require.Equal(w.t, 200, w.call("PUT", "/control/faults", []sandbox.Fault{{Provider: "documenso", Method: method, Path: path, Action: action}}, nil))
}

func (w *world) documents() int {
	w.t.Helper()

	var got struct {
		Documents []json.RawMessage `json:"documents"`
	}
	w.call("GET", "/control/documenso", nil, &got)

	return len(got.Documents)
}

// event waits for a webhook of a kind.
func (w *world) event(kind string) post {
	w.t.Helper()

	for {
		select {
		case p := <-w.posts:
			if bytes.Contains(p.body, []byte(`"`+kind+`"`)) {
				return p
			}
		case <-time.After(10 * time.Second):
			require.Fail(w.t, "no webhook", kind)
		}
	}
}

func document() rapport.SigningDocument {
	return rapport.SigningDocument{
		ContractID: uuid.New(), Title: "C-1 with Acme", SignerName: "Mia Lens", SignerEmail: "mia@mail.example", File: []byte("%PDF-1.4 x"),
		Field: rapport.SignField{Page: 2, X: 10, Y: 20, Width: 45, Height: 8},
	}
}

func outcome(t *testing.T, err error) string {
	t.Helper()

	var failed *rapport.SendError

	require.ErrorAs(t, err, &failed)
	require.NotContains(t, err.Error(), "mia@")

	return failed.Outcome
}

func TestADocumentIsMadeSentSignedAndRead(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), document()
	ctx := t.Context()
	found, err := w.client.FindDocument(ctx, d.ContractID)
	require.NoError(t, err)
	require.Empty(t, found)

	id, err := w.client.CreateDocument(ctx, d)
	require.NoError(t, err)
	found, err = w.client.FindDocument(ctx, d.ContractID)
	require.NoError(t, err)
	require.Equal(t, id, found)
	now, err := w.client.Document(ctx, id)
	require.NoError(t, err)
	require.Equal(t, rapport.SigningOpening, now.State)
	require.Equal(t, d.ContractID.String(), now.ExternalID)

	link, err := w.client.SendDocument(ctx, id, "MIA@mail.example")
	require.NoError(t, err)
	again, err := w.client.SendDocument(ctx, id, d.SignerEmail)
	require.NoError(t, err)
	require.Equal(t, link, again, "the link stays")
	_, err = w.client.SendDocument(ctx, id, "somebody@else.example")
	require.Equal(t, "unknown", outcome(t, err), "a link of another signer is none")

	res, err := http.PostForm(link, map[string][]string{"action": {"sign"}})
	require.NoError(t, err)
	res.Body.Close()
	now, err = w.client.Document(ctx, id)
	require.NoError(t, err)
	require.Equal(t, rapport.SigningCompleted, now.State)
	require.WithinDuration(t, time.Now(), now.Signers[d.SignerEmail].SignedAt, time.Minute)
	require.Equal(t, "rejected", outcome(t, w.client.CancelDocument(ctx, id, "late")))

	p := w.event("DOCUMENT_COMPLETED")
	e, err := documenso.VerifyEvent(secret, p.body, p.secret)
	require.NoError(t, err)
	require.Equal(t, id, e.DocumentID)
	require.True(t, documenso.Decides(e.Type))
	_, err = w.client.Document(ctx, "envelope_none")
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))
}

func TestRejectionCancellationAndExpiryAreRead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, action := range []string{"reject", "cancel", "expire"} {
		d := document()
		id, err := w.client.CreateDocument(t.Context(), d)
		require.NoError(t, err)
		_, err = w.client.SendDocument(t.Context(), id, d.SignerEmail)
		require.NoError(t, err)
		require.Equal(t, 200, w.call("POST", "/control/documenso/"+id, map[string]string{"action": action, "reason": "Too long"}, nil))
		now, err := w.client.Document(t.Context(), id)
		require.NoError(t, err)
		signer := now.Signers[d.SignerEmail]
		require.True(t, signer.SignedAt.IsZero(), "the time of a rejection is none of a signature")
		switch action {
		case "reject":
			require.True(t, signer.Rejected)
			require.Equal(t, "Too long", signer.Reason)
		case "cancel":
			require.Equal(t, rapport.SigningCancelled, now.State)
		case "expire":
			require.True(t, signer.Expired)
			require.Equal(t, rapport.SigningOpen, now.State)
		}
	}
}

// What a failure says of the document is what happened to it at Documenso.
func TestFailuresSayWhetherADocumentMayHaveBeenMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for action, want := range map[string]struct {
		outcome string
		made    int
	}{
		"drop_before": {"unknown", 0}, "commit_then_drop": {"unknown", 1}, "commit_then_500": {"unknown", 1}, "truncate": {"unknown", 1}, "html_502": {"unknown", 0},
		"429": {"rate_limited", 0}, "401": {"unauthorized", 0}, "403": {"unauthorized", 0}, "redirect": {"rejected", 0},
	} {
		d, before := document(), w.documents()
		w.fault("POST", "/api/v2/envelope/create", action)
		_, err := w.client.CreateDocument(t.Context(), d)
		require.Equal(t, want.outcome, outcome(t, err), action)
		require.Equal(t, before+want.made, w.documents(), action)
		found, err := w.client.FindDocument(t.Context(), d.ContractID)
		require.NoError(t, err)
		require.Equal(t, want.made == 1, found != "", action)
	}
	d := document()
	d.File = []byte("no PDF")
	_, err := w.client.CreateDocument(t.Context(), d)
	require.Equal(t, "rejected", outcome(t, err))

	nobody := httptest.NewServer(http.NotFoundHandler())
	nobody.Close()
	away, err := documenso.New(documenso.Config{URL: nobody.URL, Token: "x"})
	require.NoError(t, err)
	_, err = away.CreateDocument(t.Context(), document())
	require.Equal(t, "unsent", outcome(t, err))
}

func TestSearchTakesTheOldestWithExactlyOurID(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), document()
	lookalike := document()
	lookalike.Title = "About " + d.ContractID.String()
	_, err := w.client.CreateDocument(t.Context(), lookalike)
	require.NoError(t, err)
	first, err := w.client.CreateDocument(t.Context(), d)
	require.NoError(t, err)
	_, err = w.client.CreateDocument(t.Context(), d)
	require.NoError(t, err)
	found, err := w.client.FindDocument(t.Context(), d.ContractID)
	require.NoError(t, err)
	require.Equal(t, first, found)
	w.fault("GET", "/api/v2/envelope", "truncate")
	_, err = w.client.FindDocument(t.Context(), d.ContractID)
	require.Equal(t, "unknown", outcome(t, err), "half an answer is no proof that there is none")
}

func TestWebhooksNeedTheSecret(t *testing.T) {
	t.Parallel()
	body := []byte(`{"event":"DOCUMENT_COMPLETED","payload":{"envelopeId":"envelope_1","status":"COMPLETED"},"createdAt":"2026-01-01T00:00:00Z"}`)
	e, err := documenso.VerifyEvent(secret, body, secret)
	require.NoError(t, err)
	later, err := documenso.VerifyEvent(secret, bytes.Replace(body, []byte("2026-01-01"), []byte("2026-01-02"), 1), secret)
	require.NoError(t, err)
	require.Equal(t, e, later, "delivered again, it is the same event")
	for _, given := range []string{"", secret + "x", secret[1:], strings.ToUpper(secret)} {
		_, err := documenso.VerifyEvent(secret, body, given)
		require.ErrorIs(t, err, documenso.ErrSecret)
	}
	_, err = documenso.VerifyEvent("", body, "")
	require.ErrorIs(t, err, documenso.ErrSecret, "without a secret nobody is believed")
	for _, none := range []string{``, `[]`, `{}`, `{"event":"X"}`, `{"event":"X","payload":{}}`, `{"payload":{"envelopeId":"e"}}`} {
		_, err := documenso.VerifyEvent(secret, []byte(none), secret)
		require.ErrorIs(t, err, documenso.ErrEvent, none)
	}
	require.False(t, documenso.Decides("DOCUMENT_OPENED"))
}

func TestForgedAndRepeatedWebhooks(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), document()
	id, err := w.client.CreateDocument(t.Context(), d)
	require.NoError(t, err)
	_, err = w.client.SendDocument(t.Context(), id, d.SignerEmail)
	require.NoError(t, err)
	w.event("DOCUMENT_SENT") // else it may come among those below

	for action, want := range map[string][]bool{"forge": {true, false}, "duplicate": {false, false}} {
		w.call("PUT", "/control/faults", []sandbox.Fault{{Provider: "documenso", Path: "DOCUMENT_SENT", Action: action}}, nil)
		_, err = w.client.SendDocument(t.Context(), id, d.SignerEmail)
		require.NoError(t, err)
		forged := make([]bool, 0, len(want))
		for range want {
			p := w.event("DOCUMENT_SENT")
			_, err := documenso.VerifyEvent(secret, p.body, p.secret)
			forged = append(forged, err != nil)
		}
		require.ElementsMatch(t, want, forged, action)
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "sign.example.com", "ftp://sign.example.com", "http://sign.example.com", "https://me:x@sign.example.com", "https://sign.example.com?x=1"} {
		_, err := documenso.New(documenso.Config{URL: bad, Token: "x"})
		require.ErrorIs(t, err, documenso.ErrConfig, bad)
	}
	require.NoError(t, documenso.CheckURL("http://documenso:3000", true))
	_, err := documenso.New(documenso.Config{URL: "https://sign.example.com"})
	require.ErrorIs(t, err, documenso.ErrConfig)
}

// The sealed file is another one than was sent, and there is none before everybody has signed. Whatever is no PDF file is none.
func TestTheSealedFileIsReadOnceItIsThere(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), document()
	ctx := t.Context()
	id, err := w.client.CreateDocument(ctx, d)
	require.NoError(t, err)
	_, err = w.client.SendDocument(ctx, id, d.SignerEmail)
	require.NoError(t, err)
	_, err = w.client.SealedFile(ctx, id)
	require.Equal(t, "unknown", outcome(t, err))
	_, err = w.client.SealedFile(ctx, "envelope_none")
	require.Equal(t, rapport.CodeNotFound, rapport.ErrorCode(err))

	require.Equal(t, 200, w.call("POST", "/control/documenso/"+id, map[string]string{"action": "sign"}, nil))

	for action, want := range map[string]string{"truncate": "unknown", "html_502": "unknown", "429": "rate_limited", "redirect": "rejected", "drop_before": "unknown", "401": "unauthorized"} {
		w.fault("GET", "/api/v2/envelope/item/*/download", action)
		_, err = w.client.SealedFile(ctx, id)
		require.Equal(t, want, outcome(t, err), action)
	}

	sealed, err := w.client.SealedFile(ctx, id)
	require.NoError(t, err)
	require.NotEqual(t, d.File, sealed)
	require.True(t, bytes.HasPrefix(sealed, d.File))
	again, err := w.client.SealedFile(ctx, id)
	require.NoError(t, err)
	require.Equal(t, sealed, again)
}
