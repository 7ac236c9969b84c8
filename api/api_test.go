package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"rapport"
	"rapport/api"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

const password = "correct horse battery"

// passwordHash is made once: it is made to be slow.
var passwordHash = sync.OnceValue(func() string { return api.HashPassword(password) }) //nolint:gochecknoglobals // once a process

// away stands for workflows that nobody reaches at this moment: what is sent to them stays in the outbox.
type away struct{}

func (away) Deliver(context.Context, rapport.OutboxRow) (rapport.OutboxVerdict, error) {
	return rapport.OutboxVerdict{}, errors.New("away")
}

func (away) Query(context.Context, string) (rapport.LiveWorkflow, error) {
	return rapport.LiveWorkflow{}, rapport.Errorf(rapport.CodeUnavailable, "Away.")
}

// world is a server on a fresh database with two brands and one person a role at each, such as ops@one.example.
type world struct {
	url    string
	store  *postgres.Store
	one    uuid.UUID
	two    uuid.UUID
	users  map[string]uuid.UUID
	owner  string // the owner's URL
	logs   *observer.ObservedLogs
	tokens map[string]string
	mu     *sync.Mutex
}

func newWorld(t *testing.T) world {
	t.Helper()
	ownerURL, apiURL, _ := pgtest.New(t)
	open := func(url string) *postgres.Store {
		store, err := postgres.Open(t.Context(), url)
		require.NoError(t, err)
		t.Cleanup(store.Close)
		return store
	}
	store := open(apiURL)
	b := rapport.Bootstrap{}
	emails := make([]string, 0, 2*len(rapport.Roles()))
	for _, brand := range []string{"One", "Two"} {
		host := strings.ToLower(brand) + ".example"
		b.Brands = append(b.Brands, rapport.BootstrapBrand{Name: brand, PostalAddress: "1 Street", MailFromName: brand, MailFrom: "hello@" + host, Calendar: rapport.DefaultCalendar("Europe/Berlin")})
		for _, role := range rapport.Roles() {
			email := string(role) + "@" + host
			emails = append(emails, email)
			b.Users = append(b.Users, rapport.BootstrapUser{Name: string(role), Email: email, PasswordHash: passwordHash(), Roles: map[string][]rapport.Role{brand: {role}}})
		}
	}
	made, err := open(ownerURL).Bootstrap(t.Context(), b)
	require.NoError(t, err)
	core, logs := observer.New(zapcore.InfoLevel)
	w := world{store: store, one: made.Brands[0], two: made.Brands[1], users: map[string]uuid.UUID{}, owner: ownerURL, logs: logs, tokens: map[string]string{}, mu: &sync.Mutex{}}
	for i, email := range emails {
		w.users[email] = made.Users[i]
	}
	server, err := api.New(api.Config{
		Store: store, Workflows: away{}, Log: zap.New(core), PublicURL: "https://rapport.example", Secret: []byte(strings.Repeat("s", 32)),
		Metrics: prometheus.NewRegistry(), FinanceDelay: time.Hour, Development: true,
		Web: fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Rapport</title>")}, "assets/a.js": {Data: []byte("1")}},
	})
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	w.url = web.URL
	return w
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) into(t *testing.T, to any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.body, to), "%s", a.body)
}

func (a answer) text(key string) string {
	var m map[string]any
	_ = json.Unmarshal(a.body, &m)
	s, _ := m[key].(string)
	return s
}

// fields are the fields that a problem names.
func (a answer) fields(t *testing.T) []string {
	t.Helper()
	var p struct {
		Errors []struct{ Field, Code string }
	}
	a.into(t, &p)
	list := make([]string, 0, len(p.Errors))
	for _, e := range p.Errors {
		list = append(list, e.Field+" "+e.Code)
	}
	return list
}

// call is a request under way.
type call struct {
	w      world
	header http.Header
}

func (w world) anon() call { return call{w, http.Header{}} }

// as signs in as the person, once a world.
func (w world) as(t *testing.T, email string) call {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.tokens[email] == "" {
		a := w.anon().send(t, "POST", "/v1/session", map[string]string{"email": email, "password": password})
		require.Equal(t, 200, a.status, "%s", a.body)
		w.tokens[email] = sessionOf(a)
	}
	return w.anon().with("Cookie", "__Host-rapport="+w.tokens[email])
}

// proved signs in as the person, who has just set up an authenticator and given its first code.
func (w world) proved(t *testing.T, email string) call {
	t.Helper()
	c := w.as(t, email)
	if a := c.send(t, "POST", "/v1/session/second-factor", nil); a.status != 409 { // in use already
		require.Equal(t, 201, a.status, "%s", a.body)
		a = c.send(t, "POST", "/v1/session/second-factor/confirm", map[string]string{"code": codeOf(t, a.text("secret"), 0)})
		require.Equal(t, 200, a.status, "%s", a.body)
	}
	return c
}

// codeOf is what an authenticator shows so many half minutes from now.
func codeOf(t *testing.T, secret string, steps int) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, time.Now().Add(time.Duration(steps)*30*time.Second))
	require.NoError(t, err)
	return code
}

func sessionOf(a answer) string {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "__Host-rapport" {
			return c.Value
		}
	}
	return ""
}

func (c call) with(key, value string) call {
	c.header = c.header.Clone()
	c.header.Set(key, value)
	return c
}

// send sends a body as JSON; a []byte and a string as they are.
func (c call) send(t *testing.T, method, path string, body any) answer {
	t.Helper()
	var text []byte
	switch b := body.(type) {
	case nil:
	case []byte:
		text = b
	case string:
		text = []byte(b)
	default:
		var err error
		text, err = json.Marshal(body)
		require.NoError(t, err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, c.w.url+path, bytes.NewReader(text))
	require.NoError(t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, c.header)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, resp.Header, got}
}

// upload sends a file in a form, with more fields as key and value.
func (c call) upload(t *testing.T, path, file string, fields ...string) answer {
	t.Helper()
	return c.uploadAs(t, path, "file", file, fields...)
}

// uploadAs sends the file under the name that the form has for it.
func (c call) uploadAs(t *testing.T, path, name, file string, fields ...string) answer {
	t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile(name, "creators.csv")
	require.NoError(t, err)
	_, err = io.WriteString(part, file)
	require.NoError(t, err)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(t, m.WriteField(fields[i], fields[i+1]))
	}
	require.NoError(t, m.Close())
	return c.with("Content-Type", m.FormDataContentType()).send(t, "POST", path, form.Bytes())
}

// a campaign that is right in every field.
func campaign(brand uuid.UUID) map[string]any {
	return map[string]any{
		"brand_id": brand, "name": "Spring " + uuid.NewString(), "budget": map[string]any{"amount": 1_000_000, "currency": "eur"},
		"default_fee": map[string]any{"amount": 100_000, "currency": "eur"}, "starts_on": "2026-03-01", "ends_on": "2026-06-30", "hashtags": []string{"#ad"},
		"terms": map[string]any{
			"deliverables": []any{map[string]any{"title": "Video", "platform": "youtube", "kind": "video", "draft_due_days": 10, "publish_days": 10}},
			"milestones": []any{
				map[string]any{"title": "Signature", "trigger": "signature", "percent": 30, "net_days": 0},
				map[string]any{"title": "Approval", "trigger": "approval", "percent": 70, "net_days": 10, "deliverable": 0},
			},
			"revision_rounds": 2, "duration_days": 180, "notice_days": 30,
		},
	}
}
