package sandbox

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// localAPI calls a handler without a network.
type localAPI struct{ server *Server }

func newLocalAPI(s *Server) *localAPI { return &localAPI{server: s} }

func (a *localAPI) post(path, key string, pairs ...string) (status int, id string) {
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	req.Header.Set("Authorization", "Bearer sk_test_x")
	req.Header.Set("Idempotency-Key", key)
	rec := httptest.NewRecorder()
	a.server.Handler().ServeHTTP(rec, req)
	var object struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(rec.Body.Bytes(), &object)
	return rec.Code, object.ID
}

func (a *localAPI) payee(t *testing.T) string {
	t.Helper()
	status, id := a.post("/v1/accounts", "", "country", "US", "capabilities[transfers][requested]", "true")
	require.Equal(t, http.StatusOK, status)
	require.NoError(t, a.server.db.update(func(x *tx) error { return a.server.onboard(x, id, onboardComplete, "") }))
	return id
}

// snapshot is everything that money depends on, as one text.
func snapshot(t *testing.T, s *Server) string {
	t.Helper()
	all := map[string]any{}
	s.db.view(func() {
		for _, name := range []string{"account", "transfer", "reversal", "topup", "payout", "movement", "balance", "key"} {
			rows, err := s.db.tables[name].dump()
			require.NoError(t, err)
			byID := map[string]json.RawMessage{}
			for _, c := range rows {
				byID[c.ID] = c.Row
			}
			all[name] = byID
		}
	})
	raw, err := json.Marshal(all)
	require.NoError(t, err)
	return string(raw)
}

// reread is the snapshot of a journal that nobody works on.
func reread(t *testing.T, dir string) string {
	t.Helper()
	s := &Server{db: newStore()}
	s.makeTables()
	require.NoError(t, s.db.open(dir))
	defer func() { require.NoError(t, s.db.close()) }()
	return snapshot(t, s)
}

func TestStore_cuts_off_a_half_written_line_and_refuses_a_damaged_one(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.State = t.TempDir()
	s, err := New(cfg)
	require.NoError(t, err)
	_, err = s.adjust("usd", 5000, false)
	require.NoError(t, err)
	before := snapshot(t, s)
	require.NoError(t, s.Close())

	path := filepath.Join(cfg.State, "journal.jsonl")
	good, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(good, `[{"k":"balance","i":"platform|usd","r":{"holder":"plat`...), 0o600))
	s, err = New(cfg)
	require.NoError(t, err)
	require.JSONEq(t, before, snapshot(t, s))
	_, err = s.adjust("usd", 7000, false)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s, err = New(cfg)
	require.NoError(t, err)
	require.Equal(t, int64(7000), s.balanceOf(holderPlatform, "usd").Amount)
	require.NoError(t, s.Close())

	require.NoError(t, os.WriteFile(path, append([]byte("not json\n"), good...), 0o600))
	_, err = New(cfg)
	require.ErrorContains(t, err, "damaged at byte 0")
}

func TestStore_belongs_to_one_sandbox_at_a_time(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.State = t.TempDir()
	s, err := New(cfg)
	require.NoError(t, err)
	_, err = New(cfg)
	require.ErrorContains(t, err, "in use by another sandbox")
	require.NoError(t, s.Close())
	s, err = New(cfg)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

func TestStore_shrinks_a_journal_of_superseded_rows(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.State = t.TempDir()
	s, err := New(cfg)
	require.NoError(t, err)
	for range 3000 {
		_, err := s.savePost(post{ID: "one", Author: "Sam", Caption: "again"})
		require.NoError(t, err)
	}
	require.NoError(t, s.Close())
	path := filepath.Join(cfg.State, "journal.jsonl")
	before, err := os.Stat(path)
	require.NoError(t, err)
	s, err = New(cfg)
	require.NoError(t, err)
	after, err := os.Stat(path)
	require.NoError(t, err)
	require.Less(t, after.Size(), before.Size()/100)
	_, err = s.savePost(post{ID: "two", Author: "Sam"})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	s, err = New(cfg)
	require.NoError(t, err)
	var one, two bool
	s.db.view(func() { _, one = s.posts.get("one"); _, two = s.posts.get("two") })
	require.True(t, one && two)
	require.NoError(t, s.Close())
}

func TestJobs_go_on_after_a_restart(t *testing.T) {
	t.Parallel()
	cfg := quick()
	cfg.State = t.TempDir()
	s, err := New(cfg)
	require.NoError(t, err)
	_, err = s.adjust("usd", 5000, false) // its balance.available has nowhere to go
	require.NoError(t, err)
	require.NoError(t, s.Close())
	b := newBox(t, cfg, nil)
	b.next(ofType("balance.available"))
	require.Eventually(t, func() bool {
		var left int
		b.db.view(func() { left = len(b.jobs.rows) })
		return left == 0
	}, 5*time.Second, time.Millisecond)
}
