//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
)

// listed is how many partnerships the lists are asked among; fewer serve to try the measurement itself.
func listed() int { return sizeOf("RAPPORT_BENCH_LISTED", 100_000) }

// pageAsked is one page: as the dashboard asks for it, and the arguments of the same statement asked bare.
type pageAsked struct {
	about, path string
	address     url.Values
	with        map[string]any
}

// TestLists measures the pages that people look at all day among 100,000 partnerships, by the API against the same SQL bare.
func TestLists(t *testing.T) {
	if !full() {
		t.Skip("make bench-full loads 100,000 partnerships")
	}
	a := newArchive(t, rapport.RoleOps)
	a.loadListed(listed())
	asks := a.pages(600)
	for _, q := range asks[:60] { // the cache and the connections are warm before the clock runs
		a.pageByAPI(q)
		a.pageBare(q)
	}
	served, straight := make([]time.Duration, 0, len(asks)), make([]time.Duration, 0, len(asks))
	kinds := map[string][2][]time.Duration{}
	for i, q := range asks {
		var by [2]time.Duration
		both := []func(){func() { by[0] = a.pageByAPI(q) }, func() { by[1] = a.pageBare(q) }}
		both[i%2]() // whoever comes first finds a colder cache
		both[1-i%2]()
		served, straight = append(served, by[0]), append(straight, by[1])
		kinds[q.about] = [2][]time.Duration{append(kinds[q.about][0], by[0]), append(kinds[q.about][1], by[1])}
	}
	for kind, d := range kinds {
		t.Logf("%s: %d times, median %s, p99 %s; bare %s, %s", kind, len(d[0]), median(d[0]), p99(d[0]), median(d[1]), p99(d[1]))
	}
	t.Logf("by the API: median %s, p99 %s; bare: median %s, p99 %s", median(served), p99(served), median(straight), p99(straight))
	a.home()
	f := readFigures(t)
	f.ListP99Ratio = figure(p99(served).Seconds()/p99(straight).Seconds(), 2)
	write(t, latest, f)
	require.LessOrEqual(t, *f.ListP99Ratio, 2.0, "list_p99_ratio")
}

// loadListed writes partnerships in every stage with a contract, a piece and two key dates each, and a task for one in five.
func (a *archive) loadListed(n int) {
	a.t.Helper()
	ctx, began := a.t.Context(), time.Now()
	owner, err := pgx.Connect(ctx, a.pg.url("owner", "rapport"))
	require.NoError(a.t, err)
	defer func() { _ = owner.Close(context.WithoutCancel(ctx)) }()
	sql := fmt.Sprintf(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
		select md5('idle/campaign/' || k)::uuid, '%[1]s', 'Campaign ' || k, '', 1, 'usd', '2026-01-01', '2027-01-01', '%[2]s', 1, '{}', '%[3]s', '%[4]s' from generate_series(0, %[5]d - 1) k;`,
		a.brands[0], a.viewer, rapport.DefaultSequenceID, rapport.DefaultPolicyID, idleCampaigns) + fmt.Sprintf(idleSQL, 0, n, a.brands[0], a.viewer, idleCampaigns) + `;
		create temp table numbered as select id, row_number() over (order by id) as n from partnerships;
		update partnerships p set stage = (array['prospect', 'outreach', 'in_conversation', 'active', 'active', 'active', 'completed', 'declined'])[x.n % 8 + 1], attention = x.n % 20 = 0,
			updated_at = now() - x.n * interval '1 minute', stage_at = now() - x.n * interval '1 minute'
			from numbered x where x.id = p.id;
		insert into tasks (id, brand_id, partnership_id, kind, owner_id, ref, due_at, state) select gen_random_uuid(), p.brand_id, p.id, 'answer_reply', p.owner_id, p.id,
			now() + (x.n % 400) * interval '1 hour' - interval '100 hours',
			case when x.n % 15 = 0 then 'open' else 'done' end from partnerships p join numbered x on x.id = p.id where x.n % 5 = 0`
	_, err = owner.Exec(ctx, "set session_replication_role = replica;"+sql)
	require.NoError(a.t, err)
	_, err = owner.Exec(ctx, "vacuum analyze")
	require.NoError(a.t, err)
	a.t.Logf("loaded %d partnerships in %s", n, time.Since(began).Round(time.Second))
}

// pages are the lists as people look at them, each kind in turn.
func (a *archive) pages(n int) []pageAsked {
	rng, list := rand.New(rand.NewPCG(11, 12)), make([]pageAsked, n)
	for i := range list {
		campaign := idleID("campaign", rng.IntN(idleCampaigns))
		minutes := rng.IntN(listed())
		after := []string{time.Now().Add(-time.Duration(minutes) * time.Minute).UTC().Format(time.RFC3339Nano), "ffffffff-ffff-ffff-ffff-ffffffffffff"}
		name := fmt.Sprintf("creator%d", rng.IntN(listed()))
		kinds := []pageAsked{
			{about: "partnerships", path: "partnerships"},
			{about: "a page in the middle", path: "partnerships", address: url.Values{"cursor": {cursor(after)}}, with: map[string]any{"AfterAt": after[0], "AfterID": after[1]}},
			{about: "a campaign", path: "partnerships", address: url.Values{"campaign_id": {campaign.String()}}, with: map[string]any{"CampaignID": campaign}},
			{about: "a stage", path: "partnerships", address: url.Values{"stage": {"in_conversation"}}, with: map[string]any{"Stages": []string{"in_conversation"}}},
			{about: "at risk", path: "partnerships", address: url.Values{"attention": {"true"}}, with: map[string]any{"Attention": true}},
			{about: "a creator's handle", path: "partnerships", address: url.Values{"q": {name}}, with: map[string]any{"Pattern": "%" + name + "%"}},
			{about: "tasks", path: "tasks", address: url.Values{"state": {"open"}}, with: map[string]any{"State": "open"}},
			{about: "contracts", path: "contracts"},
			{about: "contracts of a campaign", path: "contracts", address: url.Values{"campaign_id": {campaign.String()}}, with: map[string]any{"CampaignID": campaign}},
			{about: "key dates", path: "key-dates"},
		}
		list[i] = kinds[i%len(kinds)]
	}
	return list
}

// pageByAPI asks as the dashboard does, and says how long the answer took.
func (a *archive) pageByAPI(q pageAsked) time.Duration {
	a.t.Helper()
	values := url.Values{"limit": {"50"}}
	maps.Copy(values, q.address)
	began := time.Now()
	res := a.get(a.url + "/v1/" + q.path + "?" + values.Encode())
	defer res.Body.Close()
	var got struct {
		Items []json.RawMessage `json:"items"`
	}
	require.NoError(a.t, json.NewDecoder(res.Body).Decode(&got))
	took := time.Since(began)
	require.NotEmpty(a.t, got.Items, q.about)
	return took
}

// home asks for what home shows in the morning, each panel in turn, and says how long the answers took. Most of it is counted, so that there is
// no bare statement to compare with.
func (a *archive) home() {
	a.t.Helper()
	campaign := "?campaign_id=" + idleID("campaign", 1).String()
	for _, panel := range []string{"overview", "needs", "moves", "campaign-health", "campaign-health" + campaign, "partnerships?attention=true&limit=8"} {
		took := make([]time.Duration, 20)
		for i := range took {
			began := time.Now()
			res := a.get(a.url + "/v1/" + panel)
			_, err := io.Copy(io.Discard, res.Body)
			require.NoError(a.t, err)
			require.NoError(a.t, res.Body.Close())
			took[i] = time.Since(began)
		}
		path, _, _ := strings.Cut(panel, "=")
		a.t.Logf("home, %s: median %s, slowest %s", path, median(took), slices.Max(took))
	}
}

// pageBare asks the same of the database, with the statement that the store sends, and says how long the rows took.
func (a *archive) pageBare(q pageAsked) time.Duration {
	a.t.Helper()
	name := map[string]string{"partnerships": "ListPartnerships", "tasks": "ListTasks", "contracts": "ListContracts", "key-dates": "ListKeyDates"}[q.path]
	file := strings.ReplaceAll(q.path, "-", "")
	with := map[string]any{"Brands": a.brands, "MaxRows": 51, "Stages": []string{}, "WithRoles": false, "Words": ""}
	maps.Copy(with, q.with)
	return a.rowsBare(q.about, file, name, with)
}

// rowsBare asks the database what a query of the store asks, by the names of its arguments, and says how long the rows took.
func (a *archive) rowsBare(about, file, name string, with map[string]any) time.Duration {
	a.t.Helper()
	names := arguments(a.t, file, name)
	args := append(make([]any, 0, 1+len(names)), pgx.QueryExecModeCacheDescribe)
	for _, k := range names {
		args = append(args, with[k])
	}
	sql := statement(a.t, file, strings.ToLower(name[:1])+name[1:])
	began := time.Now()
	rows, err := a.bare.Query(a.t.Context(), sql, args...)
	require.NoError(a.t, err, about)
	_, err = pgx.CollectRows(rows, pgx.RowToMap)
	took := time.Since(began)
	require.NoError(a.t, err, about)
	return took
}

var argument = regexp.MustCompile(`\barg\.(\w+)`) //nolint:gochecknoglobals // compiled once

// arguments are the names of a statement's arguments in their order.
func arguments(t *testing.T, file, name string) (names []string) {
	t.Helper()
	source, err := os.ReadFile("../postgres/gen/" + file + ".sql.go")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(source), "func (q *Queries) "+name+"(")
	require.True(t, found, name)
	call, _, _ := strings.Cut(rest, "err != nil")
	for _, m := range argument.FindAllStringSubmatch(call, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	return names
}
