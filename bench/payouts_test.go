//go:build bench

package bench

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
)

// roleAPI is the API in a process of its own, whose memory is measured.
const roleAPI = "api"

const envAPIDatabase = "RAPPORT_API_DATABASE_URL"

func init() { roles[roleAPI] = runAPI } //nolint:gochecknoinits // this file is not part of the fault tests, which have roles too

func runAPI() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	store, err := postgres.Open(ctx, os.Getenv(envAPIDatabase))
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer store.Close()
	server, err := newAPI(store)
	if err != nil {
		return fmt.Errorf("api: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	_, _ = os.Stdout.WriteString("http://" + l.Addr().String() + "\n") // the parent waits for this line
	web := &http.Server{Handler: server.Handler(), ReadHeaderTimeout: time.Minute}
	go func() { <-ctx.Done(); _ = web.Close() }()
	if err := web.Serve(l); ctx.Err() == nil {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// payouts is how many are listed and exported, and how many transactions verified; fewer serve to try the measurement itself.
func payouts() int {
	if n, err := strconv.Atoi(os.Getenv("RAPPORT_BENCH_PAYOUTS")); err == nil && n > 0 {
		return n
	}
	return 1_000_000
}

// TestPayoutDesk measures the list of payouts by the API against the same SQL bare, the memory of an export of all of them, and that of a
// verification of a ledger with as many transactions.
func TestPayoutDesk(t *testing.T) {
	if !full() {
		t.Skip("make bench-full loads a million payouts")
	}
	a := newArchive(t, rapport.RoleFinanceReleaser)
	n := payouts()
	a.loadPayouts(n)
	f := readFigures(t)

	views := a.views(300)
	for _, v := range views[:30] { // the cache and the connections are warm before the clock runs
		a.listByAPI(v)
		a.listStraight(v)
	}
	var served, straight []time.Duration
	kinds := map[string][]time.Duration{}
	for i, v := range views {
		both := []func(){
			func() {
				served = append(served, a.listByAPI(v))
				kinds[v.about] = append(kinds[v.about], served[len(served)-1])
			},
			func() { straight = append(straight, a.listStraight(v)) },
		}
		both[i%2]() // whoever comes first finds a colder cache
		both[1-i%2]()
	}
	for kind, d := range kinds {
		t.Logf("%s: %d times, median %s, p99 %s", kind, len(d), median(d), p99(d))
	}
	t.Logf("by the API: median %s, p99 %s; bare: median %s, p99 %s", median(served), p99(served), median(straight), p99(straight))
	f.PayoutListP99Ratio = figure(p99(served).Seconds()/p99(straight).Seconds(), 2)
	write(t, latest, f)
	require.LessOrEqual(t, *f.PayoutListP99Ratio, 2.0, "payout_list_p99_ratio")

	f.PayoutExportRSS = figure(a.export(), 1)
	write(t, latest, f)
	f.LedgerVerifyRSS = figure(a.verify(n), 1)
	write(t, latest, f)
}

// loadPayouts writes n payouts of the viewer's two brands and a third one, over four years, of which one in a hundred has not come to its end,
// and a sealed book of n transactions.
func (a *archive) loadPayouts(n int) {
	a.t.Helper()
	ctx, began := a.t.Context(), time.Now()
	owner, err := pgx.Connect(ctx, a.pg.url("owner", "rapport"))
	require.NoError(a.t, err)
	defer func() { _ = owner.Close(context.WithoutCancel(ctx)) }()
	exec := func(sql string, args ...any) {
		_, err := owner.Exec(ctx, sql, args...)
		require.NoError(a.t, err, sql)
	}
	var brands []uuid.UUID
	require.NoError(a.t, owner.QueryRow(ctx, `select array_agg(id order by name = 'Three', name) from brands`).Scan(&brands))
	exec(`set session_replication_role = replica`) // nobody listens, and what is loaded is a past that no guard has seen
	const campaigns, partnerships = 40, 20_000
	for i := range campaigns {
		a.campaigns = append(a.campaigns, uuid.New())
		exec(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
			values ($1, $2, $3, '', 1, 'usd', '2026-01-01', '2027-01-01', $4, 1, '{}', $5, $6)`,
			a.campaigns[i], brands[i%3], "Campaign "+strconv.Itoa(i), a.viewer, rapport.DefaultSequenceID, rapport.DefaultPolicyID)
	}
	exec(`create temp table party as select gen_random_uuid() as id, gen_random_uuid() as creator, gen_random_uuid() as contract, i,
		($1::uuid[])[i % $2 + 1] as campaign, ($3::uuid[])[i % $2 % 3 + 1] as brand
		from generate_series(0, $4 - 1) i`, a.campaigns, campaigns, brands, partnerships)
	exec(`create index on party (i)`)
	exec(`insert into creators (id, name) select creator, 'Creator ' || i from party`)
	require.NoError(a.t, owner.QueryRow(ctx, `select array_agg(creator order by i) from party where i % 100 < 2`).Scan(&a.creators))
	exec(`insert into creator_accounts (id, creator_id, platform, handle) select gen_random_uuid(), creator, 'youtube', 'creator' || i from party`)
	exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) select id, brand, campaign, creator, $1 from party`, a.viewer)
	exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
		select contract, id, brand, id, 1, 'internal_approval', 'x', 'x', 1000, 'usd', '{}' from party`)
	// Payouts of the last month are under way: one in three of them waits for something.
	exec(`create temp table owed as select gen_random_uuid() as id, gen_random_uuid() as milestone, i, i % $2 as party, now() - interval '4 years' + i * (interval '4 years 10 days' / $1) as due,
		(random() * 100000)::bigint + 100 as amount from generate_series(0, $1 - 1) i`, n, partnerships)
	exec(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency, state, met_at)
		select o.milestone, p.id, p.brand, p.contract, 1, o.i, 'Part ' || o.i % 4 + 1, 'signature', o.amount, 'usd', 'met', o.due from owed o join party p on p.i = o.party`)
	exec(`insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, held_reason, due_at, paid_at)
		select o.id, o.milestone, p.id, p.brand, p.creator, o.amount, 'usd', 'acct_1', s.state, case when s.state = 'held' then 'manual' end, o.due, case when s.state = 'paid' then o.due end
		from owed o join party p on p.i = o.party cross join lateral (select case when o.due < now() - interval '20 days' then case when o.i % 200 = 0 then 'cancelled' else 'paid' end
		else (array['scheduled', 'awaiting_approval', 'held', 'awaiting_funds', 'failed', 'paid', 'paid', 'paid'])[o.i % 8 + 1] end as state) s`)
	exec(`insert into ledger_accounts (code, currency, brand_id)
		select k || ':' || b || ':usd', 'usd', b from unnest($1::uuid[]) b, unnest(array['brand_spent', 'milestone_expense']) k`, brands)
	exec(`insert into ledger_transactions (id, kind, brand_id, payout_id, at) select o.id, 'accrual', p.brand, o.id, o.due from owed o join party p on p.i = o.party`)
	exec(`insert into ledger_entries (txn_id, line, account_id, amount) select o.id, l.line, a.id, o.amount * l.sign from owed o join party p on p.i = o.party
		cross join (values (1, 'milestone_expense', -1), (2, 'brand_spent', 1)) l (line, kind, sign) join ledger_accounts a on a.code = l.kind || ':' || p.brand || ':usd'`)
	exec(`vacuum analyze`)
	a.t.Logf("loaded %d payouts in %s", n, time.Since(began).Round(time.Second))
	began = time.Now()
	sealed := 0
	for more := 1; more > 0; sealed += more {
		require.NoError(a.t, owner.QueryRow(ctx, `select ledger_seal(5000)`).Scan(&more)) // as the job does
	}
	require.Equal(a.t, n, sealed)
	exec(`analyze`)
	a.t.Logf("sealed them in %s", time.Since(began).Round(time.Second))
}

// view is one page of the list.
type view struct {
	rapport.PayoutFilter

	after []string // of a page in the middle
	about string
}

// views are pages as finance looks at them, of every kind in turn.
func (a *archive) views(n int) []view {
	rng := rand.New(rand.NewPCG(5, 6))
	list := make([]view, n)
	for i := range list {
		var v view
		kinds := []struct {
			name string
			set  func()
		}{
			{"everything", func() {}},
			{"a page in the middle", func() {
				v.after = []string{time.Now().Add(-time.Duration(rng.IntN(4*365*24)) * time.Hour).UTC().Format(time.RFC3339Nano), uuid.Nil.String()}
			}},
			{"what waits for approval", func() { v.States = []string{"awaiting_approval"} }},
			{"what is held or failed", func() { v.States = []string{"held", "failed"} }},
			{"what is paid", func() { v.States = []string{"paid"} }},
			{"cancelled", func() { v.States = []string{"cancelled"} }},
			{"one brand", func() { v.BrandID = &a.brands[rng.IntN(2)] }},
			{"one campaign", func() { v.CampaignID = &a.campaigns[rng.IntN(13)*3] }},
			{"overdue", func() { v.Lane = "overdue" }},
			{"due today", func() { v.Lane = "today" }},
			{"blocked", func() { v.Lane = "blocked" }},
			{"to approve", func() { v.Lane = "to_approve" }},
			{"what is open", func() {
				v.States = []string{"scheduled", "awaiting_approval", "approved", "awaiting_payee", "awaiting_funds", "submitted", "unknown", "failed", "held"}
			}},
			{"a creator's name", func() { v.Words = "Creator 1" + strconv.Itoa(1000+rng.IntN(9000)) }},
			{"one creator", func() { v.CreatorID = &a.creators[rng.IntN(len(a.creators))] }},
			{"due in a week", func() {
				from := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -rng.IntN(4*365))
				to := from.AddDate(0, 0, 6)
				v.DueFrom, v.DueTo = &from, &to
			}},
			{"paid in a month", func() {
				v.PaidFrom = time.Now().UTC().Truncate(24*time.Hour).AddDate(0, -rng.IntN(4*12)-1, 0)
				v.PaidTo = v.PaidFrom.AddDate(0, 1, -1)
			}},
		}
		k := kinds[i%len(kinds)]
		k.set()
		v.about = k.name
		list[i] = v
	}
	return list
}

// listByAPI asks as the page does, and says how long the answer took.
func (a *archive) listByAPI(v view) time.Duration {
	a.t.Helper()
	values := url.Values{"limit": {"50"}}
	for name, id := range map[string]*uuid.UUID{"brand_id": v.BrandID, "campaign_id": v.CampaignID, "creator_id": v.CreatorID} {
		if id != nil {
			values.Set(name, id.String())
		}
	}
	for _, s := range v.States {
		values.Add("state", s)
	}
	if v.Lane != "" {
		values.Set("lane", v.Lane)
	}
	if v.Words != "" {
		values.Set("q", v.Words)
	}
	if v.DueFrom != nil {
		values.Set("due_from", v.DueFrom.Format(time.DateOnly))
		values.Set("due_to", v.DueTo.Format(time.DateOnly))
	}
	if !v.PaidFrom.IsZero() {
		values.Set("paid_from", v.PaidFrom.Format(time.DateOnly))
		values.Set("paid_to", v.PaidTo.Format(time.DateOnly))
	}
	if v.after != nil {
		values.Set("cursor", cursor(v.after))
	}
	began := time.Now()
	res := a.get(a.url + "/v1/payouts?" + values.Encode())
	defer res.Body.Close()
	var got struct {
		Items []struct {
			ID uuid.UUID `json:"id"`
		} `json:"items"`
	}
	require.NoError(a.t, json.NewDecoder(res.Body).Decode(&got))
	return time.Since(began)
}

func (a *archive) get(url string) *http.Response {
	a.t.Helper()
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodGet, url, nil)
	require.NoError(a.t, err)
	req.Header.Set("Cookie", a.cookie)
	res, err := http.DefaultClient.Do(req)
	require.NoError(a.t, err)
	require.Equal(a.t, http.StatusOK, res.StatusCode)
	return res
}

// export reads the CSV of all payouts from an API in a process of its own, and answers the most memory in MB that it held meanwhile.
func (a *archive) export() float64 {
	a.t.Helper()
	program, err := filepath.Abs("/proc/self/exe")
	require.NoError(a.t, err)
	p, line := launch(a.t, a.t.TempDir(), "api", true, []string{envRole + "=" + roleAPI, envAPIDatabase + "=" + a.pg.url("rapport_api", "rapport")}, nil, program)
	base := strings.TrimSpace(line)
	res := a.get(base + "/v1/payouts?limit=50")
	require.NoError(a.t, res.Body.Close())
	before, began := p.peak(), time.Now()
	res = a.get(base + "/v1/payouts/export")
	defer res.Body.Close()
	counted := &lineCounter{}
	size, err := io.Copy(counted, res.Body)
	require.NoError(a.t, err)
	after := p.peak()
	a.t.Logf("exported %d lines, %d MB, in %s: at most %.1f MB of memory, %.1f before it", counted.lines-1, size>>20, time.Since(began).Round(time.Second), after, before)
	theirs := 0
	require.NoError(a.t, a.bare.QueryRow(a.t.Context(), `select count(*) from payouts`).Scan(&theirs)) // as the viewer's walls show them
	require.Equal(a.t, theirs, counted.lines-1, "not all were exported")
	p.kill(syscall.SIGTERM)
	return after
}

type lineCounter struct{ lines int }

func (c *lineCounter) Write(b []byte) (int, error) {
	c.lines += strings.Count(string(b), "\n")
	return len(b), nil
}

// verify runs `rapport verify ledger` over the whole book, and answers the most memory in MB that it held.
func (a *archive) verify(n int) float64 {
	a.t.Helper()
	program := filepath.Join(a.t.TempDir(), "rapport")
	build := exec.CommandContext(a.t.Context(), "go", "build", "-buildvcs=false", "-o", program, "./cmd/rapport")
	build.Dir = repository(a.t)
	out, err := build.CombinedOutput()
	require.NoError(a.t, err, "%s", out)
	began := time.Now()
	cmd := exec.CommandContext(a.t.Context(), program, "verify", "ledger", "--pack", filepath.Join(a.t.TempDir(), "pack"))
	cmd.Env = append(os.Environ(), "RAPPORT_WORKER_DATABASE_URL="+a.pg.url("rapport_worker", "rapport"))
	out, err = cmd.CombinedOutput()
	require.NoError(a.t, err, "%s", out)
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	require.True(a.t, ok)
	rss := float64(usage.Maxrss) / 1024
	a.t.Logf("verified and exported %d transactions in %s with at most %.1f MB of memory: %s", n, time.Since(began).Round(time.Second), rss, out)
	return rss
}

// listStraight asks the same of the database, with the statement that the store sends, and says how long the rows took.
func (a *archive) listStraight(v view) time.Duration {
	a.t.Helper()
	with := map[string]any{"Brands": a.brands, "States": []string{}, "MaxRows": 51}
	for name, value := range map[string]*uuid.UUID{"BrandID": v.BrandID, "CampaignID": v.CampaignID, "CreatorID": v.CreatorID} {
		if value != nil {
			with[name] = *value
		}
	}
	if v.States != nil {
		with["States"] = v.States
	}
	if v.Lane != "" {
		with["Lane"] = v.Lane
	}
	if v.Words != "" {
		with["Pattern"] = "%" + v.Words + "%"
	}
	if v.DueFrom != nil {
		with["DueFrom"], with["DueTo"] = *v.DueFrom, *v.DueTo
	}
	if !v.PaidFrom.IsZero() {
		with["PaidFrom"], with["PaidBefore"] = v.PaidFrom, v.PaidTo.AddDate(0, 0, 1)
	}
	if v.after != nil {
		with["AfterDue"], with["AfterID"] = v.after[0], v.after[1]
	}
	return a.rowsBare(v.about, "payoutviews", "ListPayouts", with)
}

// cursor is how the API writes the key of a page.
func cursor(key []string) string {
	text, _ := json.Marshal(key) // strings always can be written
	return base64.RawURLEncoding.EncodeToString(text)
}
