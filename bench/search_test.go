//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport"
	"rapport/api"
	"rapport/postgres"
	"rapport/worker"
)

// archive is a database with many messages, the API over it, and a connection that knows nothing of the API.
type archive struct {
	t         *testing.T
	pg        *database
	url       string // of the API
	cookie    string
	bare      *pgx.Conn
	sql       string // of a search
	viewer    uuid.UUID
	brands    []uuid.UUID // those of the viewer
	creators  []uuid.UUID
	campaigns []uuid.UUID
	words     []string  // by how often they are written, the commonest first
	began     time.Time // when the oldest was written
}

// TestSearch measures searches in a million messages by the API against the same SQL bare.
func TestSearch(t *testing.T) {
	if !full() {
		t.Skip("make bench-full loads a million messages")
	}
	a := newArchive(t, rapport.RoleOps)
	a.load(messages())
	asks := a.asks(600)
	for _, q := range asks[:60] { // the cache and the connections are warm before the clock runs
		a.byAPI(q)
		a.straight(q)
	}
	var served, straight []time.Duration
	kinds := map[string][]time.Duration{}
	for i, q := range asks {
		both := []func(){
			func() {
				served = append(served, a.byAPI(q))
				kinds[q.about] = append(kinds[q.about], served[len(served)-1])
			},
			func() { straight = append(straight, a.straight(q)) },
		}
		both[i%2]() // whoever comes first finds a colder cache
		both[1-i%2]()
	}
	for kind, d := range kinds {
		t.Logf("%s: %d times, median %s, p99 %s", kind, len(d), median(d), p99(d))
	}
	t.Logf("by the API: median %s, p99 %s; bare: median %s, p99 %s", median(served), p99(served), median(straight), p99(straight))
	f := readFigures(t)
	f.SearchP99Ratio = figure(p99(served).Seconds()/p99(straight).Seconds(), 2)
	f.SearchP99 = figure(p99(served).Seconds()*1000, 1)
	write(t, latest, f)
}

// messages is how many are searched; fewer serve to try the measurement itself.
func messages() int {
	if n, err := strconv.Atoi(os.Getenv("RAPPORT_BENCH_MESSAGES")); err == nil && n > 0 {
		return n
	}
	return 1_000_000
}

func newArchive(t *testing.T, role rapport.Role) *archive {
	t.Helper()
	ctx := t.Context()
	a := &archive{t: t, pg: startDatabase(t), sql: statement(t, "search", "searchTexts")}
	admin, err := pgx.Connect(ctx, a.pg.url("owner", "postgres"))
	require.NoError(t, err)
	_, err = admin.Exec(ctx, "create database rapport")
	require.NoError(t, err)
	require.NoError(t, admin.Close(ctx))
	require.NoError(t, postgres.Migrate(ctx, a.pg.url("owner", "rapport")))
	open := func(role string) *postgres.Store {
		store, err := postgres.Open(ctx, a.pg.url(role, "rapport"))
		require.NoError(t, err)
		t.Cleanup(store.Close)
		return store
	}
	store := open("rapport_api")

	const password = "correct horse battery"
	var b rapport.Bootstrap
	roles := map[string][]rapport.Role{}
	for _, name := range []string{"One", "Two", "Three"} {
		b.Brands = append(b.Brands, rapport.BootstrapBrand{Name: name, PostalAddress: "1 Street", MailFromName: name, MailFrom: "hello@house.example", Calendar: rapport.DefaultCalendar("UTC")})
		if name != "Three" {
			roles[name] = []rapport.Role{role}
		}
	}
	b.Users = []rapport.BootstrapUser{{Name: "Olga", Email: "olga@house.example", PasswordHash: api.HashPassword(password), Roles: roles}}
	made, err := open("owner").Bootstrap(ctx, b)
	require.NoError(t, err)
	a.viewer = made.Users[0]
	a.brands = made.Brands[:2]
	server, err := newAPI(store)
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	a.url = web.URL
	raw, err := json.Marshal(map[string]string{"email": "olga@house.example", "password": password})
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, web.URL+"/v1/session", strings.NewReader(string(raw)))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	for _, c := range res.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}

	a.bare, err = pgx.Connect(ctx, a.pg.url("rapport_api", "rapport"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.bare.Close(context.WithoutCancel(ctx)) })
	_, err = a.bare.Exec(ctx, "set timezone = 'UTC'; set rapport.brands = '{"+made.Brands[0].String()+","+made.Brands[1].String()+"}'")
	require.NoError(t, err)
	return a
}

// newAPI is the API as `rapport serve` puts it together, without workflows to speak to.
func newAPI(store *postgres.Store) (*api.Server, error) {
	return api.New(api.Config{
		Store: store, Workflows: worker.NewDispatcher(nil, store, time.Second), Log: zap.NewNop(), PublicURL: "https://rapport.example", Secret: []byte(codecKey), Metrics: prometheus.NewRegistry(),
	})
}

// load writes n messages of four years in three brands, 20,000 partnerships and 40 campaigns, some of them notes, some with files, some
// in private threads. Words are as common as in a language.
func (a *archive) load(n int) {
	a.t.Helper()
	ctx, rng, start := a.t.Context(), rand.New(rand.NewPCG(1, 2)), time.Now()
	owner, err := pgx.Connect(ctx, a.pg.url("owner", "rapport"))
	require.NoError(a.t, err)
	defer func() { _ = owner.Close(context.WithoutCancel(ctx)) }()
	exec := func(sql string, args ...any) {
		_, err := owner.Exec(ctx, sql, args...)
		require.NoError(a.t, err)
	}
	var brands []uuid.UUID
	require.NoError(a.t, owner.QueryRow(ctx, `select array_agg(id order by name = 'Three', name) from brands`).Scan(&brands))
	exec(`set session_replication_role = replica`) // nobody listens, and a million changes are none
	const partnerships = 20_000
	parties := make([][4]uuid.UUID, partnerships) // partnership, thread, brand, creator
	for i := range 4000 {
		a.creators = append(a.creators, uuid.New())
		exec(`insert into creators (id, name) values ($1, $2)`, a.creators[i], "Creator "+strconv.Itoa(i))
	}
	for i := range 40 {
		a.campaigns = append(a.campaigns, uuid.New())
		exec(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
			values ($1, $2, $3, '', 1, 'usd', '2026-01-01', '2027-01-01', $4, 1, '{}', $5, $6)`,
			a.campaigns[i], brands[i%3], "Campaign "+strconv.Itoa(i), a.viewer, rapport.DefaultSequenceID, rapport.DefaultPolicyID)
	}
	for i := range parties {
		parties[i] = [4]uuid.UUID{uuid.New(), uuid.New(), brands[i%40%3], a.creators[i/5]}
	}
	copyRows := func(table string, columns []string, n int, row func(i int) []any) {
		_, err := owner.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromSlice(n, func(i int) ([]any, error) { return row(i), nil }))
		require.NoError(a.t, err)
	}
	copyRows("partnerships", []string{"id", "brand_id", "campaign_id", "creator_id", "owner_id"}, partnerships, func(i int) []any {
		return []any{parties[i][0], parties[i][2], a.campaigns[i%40], parties[i][3], a.viewer}
	})
	copyRows("threads", []string{"id", "partnership_id", "brand_id", "creator_id", "privacy"}, partnerships, func(i int) []any {
		return []any{parties[i][1], parties[i][0], parties[i][2], parties[i][3], []string{"private", "team"}[min(i%100, 1)]}
	})
	a.words = vocabulary(40_000)
	zipf := rand.NewZipf(rng, 1.05, 3, uint64(len(a.words)-1))
	text := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(a.words[zipf.Uint64()])
			b.WriteByte(' ')
		}
		return b.String()
	}
	began := time.Now().AddDate(-4, 0, 0)
	step := time.Since(began) / time.Duration(n)
	a.began = began
	copyRows("messages", []string{"id", "thread_id", "partnership_id", "brand_id", "creator_id", "direction", "channel", "kind", "state", "subject", "body_text", "files", "at"}, n, func(i int) []any {
		p, direction, channel, files := parties[rng.IntN(partnerships)], []string{"in", "out"}[i%2], "email", 0
		if i%20 == 0 {
			direction, channel = "internal", "note"
		}
		if i%30 == 0 {
			files = 1
		}
		body := text(20 + rng.IntN(100))
		if i%50_000 == 7 {
			body += "needle"
		}
		return []any{uuid.New(), p[1], p[0], p[2], p[3], direction, channel, "", "logged", text(5), "everywhere " + body, files, began.Add(time.Duration(i) * step)}
	})
	exec(`vacuum analyze messages`)
	exec(`analyze`)
	a.t.Logf("loaded %d messages in %s", n, time.Since(start).Round(time.Second))
}

// vocabulary is made of syllables, so that words have beginnings in common.
func vocabulary(n int) []string {
	const consonants, vowels = "bdfgklmnprstvz", "aeiou"
	words := make([]string, n)
	for i := range words {
		var b strings.Builder
		for x := i*7919 + 70; x > 0; x /= len(consonants) * len(vowels) {
			s := x % (len(consonants) * len(vowels))
			b.WriteByte(consonants[s/len(vowels)])
			b.WriteByte(vowels[s%len(vowels)])
		}
		words[i] = b.String()
	}
	return words
}

// ask is one search.
type ask struct {
	rapport.TextFilter

	about string // what is special about it
}

// asks are searches of every kind in turn.
func (a *archive) asks(n int) []ask {
	rng := rand.New(rand.NewPCG(3, 4))
	common := func() string { return a.words[rng.IntN(30)] }
	middle := func() string { return a.words[100+rng.IntN(3000)] }
	rare := func() string { return a.words[10_000+rng.IntN(25_000)] }
	list := make([]ask, n)
	for i := range list {
		var q rapport.TextFilter
		kinds := []struct {
			name string
			set  func()
		}{
			{"a rare word", func() { q.Words = rare() + " " }},
			{"a common word", func() { q.Words = common() + " " }},
			{"a word in between", func() { q.Words = middle() + " " }},
			{"one word of every text", func() { q.Words = "everywhere" }},
			{"the rarest", func() { q.Words = "needle" }},
			{"two common words", func() { q.Words = common() + " " + common() }},
			{"a common and a rare word", func() { q.Words = common() + " " + rare() }},
			{"the beginning of a word", func() { w := rare(); q.Words = w[:min(len(w), 3+rng.IntN(3))] }},
			{"of a creator", func() { q.Words, q.CreatorID = common(), &a.creators[rng.IntN(len(a.creators))] }},
			{"of a campaign", func() { q.Words, q.CampaignID = middle(), &a.campaigns[rng.IntN(len(a.campaigns))] }},
			{"among notes", func() { q.Words, q.Kind = middle(), rapport.TextNote }},
			{"with files", func() { yes := true; q.Words, q.HasFiles = middle(), &yes }},
			{"of a month", func() {
				from := a.began.AddDate(0, rng.IntN(46), 0).UTC().Truncate(time.Second)
				to := from.AddDate(0, 1, 0)
				q.Words, q.From, q.To = middle(), &from, &to
			}},
		}
		k := kinds[i%len(kinds)]
		k.set()
		list[i] = ask{q, k.name}
	}
	return list
}

// byAPI asks as a page does, and says how long the answer took.
func (a *archive) byAPI(q ask) time.Duration {
	a.t.Helper()
	values := url.Values{"q": {q.Words}, "limit": {"50"}}
	for name, id := range map[string]*uuid.UUID{"creator_id": q.CreatorID, "campaign_id": q.CampaignID} {
		if id != nil {
			values.Set(name, id.String())
		}
	}
	if q.Kind != "" {
		values.Set("kind", q.Kind)
	}
	if q.HasFiles != nil {
		values.Set("has_files", strconv.FormatBool(*q.HasFiles))
	}
	if q.From != nil {
		values.Set("from", q.From.Format(time.RFC3339))
		values.Set("to", q.To.Format(time.RFC3339))
	}
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, a.url+"/v1/search/texts?"+values.Encode(), nil)
	require.NoError(a.t, err)
	req.Header.Set("Cookie", a.cookie)
	began := time.Now()
	res, err := http.DefaultClient.Do(req)
	require.NoError(a.t, err)
	defer res.Body.Close()
	var got struct {
		Items []struct {
			ID uuid.UUID `json:"id"`
		} `json:"items"`
	}
	require.NoError(a.t, json.NewDecoder(res.Body).Decode(&got))
	took := time.Since(began)
	require.Equal(a.t, http.StatusOK, res.StatusCode)
	return took
}

// straight asks the same of the database, with the statement that the store sends, and says how long the rows took.
func (a *archive) straight(q ask) time.Duration {
	a.t.Helper()
	var kind *string
	if q.Kind != "" {
		kind = &q.Kind
	}
	options := "StartSel=" + rapport.HitBegins + ", StopSel=" + rapport.HitEnds + `, MaxFragments=2, FragmentDelimiter=" … ", MaxWords=28, MinWords=14`
	began := time.Now()
	rows, err := a.bare.Query(a.t.Context(), a.sql, strings.Fields(q.Words)[0], rapport.HitBegins+rapport.HitEnds, q.Words, options, a.viewer, kind, nil, q.CreatorID, q.CampaignID,
		q.From, q.To, q.HasFiles, nil, nil, 51, "{{"+rapport.PortalTag+"}}")
	require.NoError(a.t, err)
	_, err = pgx.CollectRows(rows, pgx.RowToMap)
	took := time.Since(began)
	require.NoError(a.t, err)
	return took
}

// statement is one of the store's, as it is generated.
func statement(t *testing.T, file, name string) string {
	t.Helper()
	source, err := os.ReadFile("../postgres/gen/" + file + ".sql.go")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(source), "const "+name+" = `")
	require.True(t, found)
	sql, _, _ := strings.Cut(rest, "`")
	return sql
}
