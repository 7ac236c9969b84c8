//go:build bench

package bench

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"rapport"
	"rapport/api"
	"rapport/postgres"
	"rapport/workflows"
)

const (
	idleCampaigns = 50
	fewIdle       = 1000
	fewWoken      = 1000 // as many as a worker keeps
	manyWoken     = 2000
	listRounds    = 200
)

// manyIdle is how many partnerships with key dates are open. The embedded server starts about fifty a second, so that 100,000 take more than half an
// hour on a quiet machine.
func manyIdle() int { return sizeOf("RAPPORT_BENCH_MANY_IDLE", 20_000) }

// idleSQL writes the rows of the partnerships from $1 up to $2: a signed contract, a post, and the two dates that it brought, some time from now.
//
//nolint:dupword // one moment for several columns
const idleSQL = `
create temp table i as select n, md5('idle/partnership/' || n)::uuid as id, md5('idle/creator/' || n)::uuid as creator, md5('idle/campaign/' || n %% %[5]d)::uuid as campaign,
  md5('idle/deliverable/' || n)::uuid as deliverable, date_trunc('day', now()) + (60 + n %% 700) * interval '1 day' as at from generate_series(%[1]d, %[2]d - 1) n;
insert into creators (id, name, country) select creator, 'Creator ' || n, 'US' from i;
insert into creator_accounts (id, creator_id, platform, handle) select gen_random_uuid(), creator, 'youtube', 'creator' || n from i;
insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage, next_kind, next_at)
  select id, '%[3]s', campaign, creator, '%[4]s', 'active', 'key_date_reminder', at - interval '30 days' from i;
insert into offers (id, brand_id, partnership_id, campaign_id, state, fee, currency, terms) select id, '%[3]s', id, campaign, 'accepted', 100000, 'usd', '{}' from i;
insert into contracts (id, brand_id, partnership_id, term, offer_id, state, body, body_sha256, fee, currency, terms, executed_at, ends_at, notice_by)
  select id, '%[3]s', id, 1, id, 'executed', 'x', 'x', 100000, 'usd', '{"usage_rights_days": 365, "allowlisting_days": 90}', now(), at + interval '200 days', at + interval '170 days' from i;
insert into deliverables (id, brand_id, partnership_id, term, contract_id, position, title, platform, kind, state, draft_due_at, publish_by, posted_at)
  select deliverable, '%[3]s', id, 1, id, 0, 'Video', 'youtube', 'video', 'verified', now(), now(), now() from i;
insert into key_dates (id, brand_id, partnership_id, contract_id, kind, at, assets, state)
  select md5('idle/' || k || '/' || n)::uuid, '%[3]s', id, id, k, at + case k when 'rights_end' then interval '30 days' else interval '0' end, array[deliverable], 'open'
  from i, unnest(array['rights_end', 'allowlisting_end']) k;
drop table i`

func idleID(noun string, n int) uuid.UUID { return md5.Sum(fmt.Appendf(nil, "idle/%s/%d", noun, n)) }

// loadIdle writes the rows of the partnerships from one number up to another.
func (w *world) loadIdle(from, to int) {
	w.t.Helper()
	conn, err := w.owner.Acquire(w.t.Context())
	require.NoError(w.t, err)
	defer conn.Release()
	sql := fmt.Sprintf(idleSQL, from, to, w.brand, w.ops, idleCampaigns)
	_, err = conn.Exec(w.t.Context(), "set session_replication_role = replica;"+sql+";set session_replication_role = origin")
	require.NoError(w.t, err)
	_, err = conn.Exec(w.t.Context(), "vacuum analyze")
	require.NoError(w.t, err)
}

// idleState is what the workflow of one begins with: it stands where its rows do, with every rung of its dates armed.
func (w *world) idleState(n int, today time.Time) *rapport.Partnership {
	at, t := today.AddDate(0, 0, 60+n%700), rapport.DefaultTimings()
	p := &rapport.Partnership{
		Core: rapport.NewCore(), ID: idleID("partnership", n), BrandID: w.brand, CampaignID: idleID("campaign", n%idleCampaigns), CreatorID: idleID("creator", n), OwnerID: w.ops,
		Stage: rapport.StageActive, Term: 1, Timings: t, BrandCalendar: rapport.DefaultCalendar("UTC"), CreatorCalendar: rapport.DefaultCalendar("UTC"), Renewal: rapport.RenewalNotDue,
		Sequence: rapport.Sequence{Version: 1, Steps: standard().steps, CoolOffDays: 90}, RemindsPayee: true, KeepsDates: true,
	}
	post := idleID("deliverable", n)
	p.Contract = &rapport.ContractState{ID: p.ID, State: "executed", EndsAt: at.AddDate(0, 0, 200), NoticeBy: at.AddDate(0, 0, 170), UsageRightsDays: 365, AllowlistingDays: 90}
	p.Deliverables = []rapport.DeliverableState{{ID: post, State: "verified", PostedAt: today, Verified: true}}
	arm := func(kind string, ref uuid.UUID, n int, at time.Time) {
		if at.After(time.Now().Add(time.Hour)) {
			p.Timers = append(p.Timers, rapport.Timer{Kind: kind, Ref: ref, N: n, At: at})
		}
	}
	for i, kind := range []string{rapport.KeyAllowlisting, rapport.KeyUsageRights} {
		k := rapport.KeyDate{ID: idleID(kind, n), Kind: kind, Contract: p.ID, At: at.AddDate(0, 0, 30*i), Assets: []uuid.UUID{post}, State: rapport.KeyOpen}
		p.KeyDates = append(p.KeyDates, k)
		arm("key_date", k.ID, 0, k.At)
		for rung, days := range t.KeyDateLadderDays {
			arm("key_date_reminder", k.ID, rung, k.At.AddDate(0, 0, -days))
		}
	}
	arm("term_end", p.ID, 0, p.Contract.EndsAt)
	arm("renewal_notice", p.ID, 0, p.Contract.NoticeBy)
	arm("renewal_review", p.ID, 0, p.Contract.EndsAt.AddDate(0, 0, -90))
	slices.SortStableFunc(p.Timers, func(a, b rapport.Timer) int { return a.At.Compare(b.At) })
	return p
}

// each does something with every number from one up to another, sixteen at once.
func (w *world) each(from, to int, do func(ctx context.Context, n int) error) {
	w.t.Helper()
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	next := atomic.Int64{}
	next.Store(int64(from))
	for range 16 {
		wg.Go(func() {
			for n := int(next.Add(1) - 1); n < to && failed.Load() == nil; n = int(next.Add(1) - 1) {
				if err := do(w.t.Context(), n); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		require.NoError(w.t, *err)
	}
}

// startIdle starts their workflows, waits until they sleep, and says how many that is a second.
func (w *world) startIdle(from, to int) float64 {
	w.t.Helper()
	began, today := time.Now(), time.Now().UTC().Truncate(rapport.Day)
	w.each(from, to, func(ctx context.Context, n int) error {
		options := client.StartWorkflowOptions{ID: workflows.PartnershipID(idleID("partnership", n)), TaskQueue: workflows.QueueMain}
		_, err := w.client.ExecuteWorkflow(ctx, options, workflows.TypePartnership, w.idleState(n, today))
		return err
	})
	// The queue is served in order: those that were started last sleep last. A sample of all is looked at as well.
	for k := range min(200, to-from) {
		n := to - 1 - k%50
		if k >= 50 {
			n = from + rand.IntN(to-from)
		}
		until(w.t, 10*time.Minute, "a partnership to sleep", func(ctx context.Context) bool {
			it := w.client.GetWorkflowHistory(ctx, workflows.PartnershipID(idleID("partnership", n)), "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
			for it.HasNext() {
				e, err := it.Next()
				if err != nil {
					return false
				}
				if e.GetEventType() == enumspb.EVENT_TYPE_TIMER_STARTED {
					return true
				}
			}
			return false
		})
	}
	return float64(to-from) / time.Since(began).Seconds()
}

// freshWorker starts a worker, wakes some of the partnerships from one number up to another, and answers the memory that it holds then.
func (w *world) freshWorker(from, to, woken int) (*process, float64) {
	w.t.Helper()
	p := w.startWorker()
	fresh, began := p.rss(), time.Now()
	numbers := rand.Perm(to - from)[:min(to-from, woken)]
	w.each(0, len(numbers), func(ctx context.Context, k int) error {
		return w.command(ctx, "partnership", idleID("partnership", from+numbers[k]), rapport.Command{Kind: rapport.CmdPause, Actor: w.ops})
	})
	took := time.Since(began)
	rss := p.settled()
	w.t.Logf("with %d idle, a fresh worker: %.1f MB; %.1f MB after %d woke in %s, Temporal %.0f MB", to, fresh, rss, len(numbers), took.Round(time.Second), w.temporal.rss())
	return p, rss
}

// lists asks for each list in turn, of an API that knows no Temporal, while no worker runs: what answers reads rows and asks no workflow.
func (w *world) lists(base, cookie string) map[string][]time.Duration {
	w.t.Helper()
	rng, took := rand.New(rand.NewPCG(8, 9)), map[string][]time.Duration{}
	for i := range 20 + listRounds {
		campaign := idleID("campaign", rng.IntN(idleCampaigns)).String()
		day := time.Now().AddDate(0, 0, 60+rng.IntN(600))
		week := "from=" + day.Format(time.DateOnly) + "&to=" + day.AddDate(0, 0, 7).Format(time.DateOnly)
		for name, path := range map[string]string{
			"partnerships": "/v1/partnerships?limit=50", "partnerships of a campaign": "/v1/partnerships?limit=50&campaign_id=" + campaign,
			"key dates": "/v1/key-dates?limit=50", "key dates of a week": "/v1/key-dates?limit=50&" + week,
			"calendar of a campaign": "/v1/calendar?campaign_id=" + campaign + "&" + week, "contracts": "/v1/contracts?limit=50",
		} {
			began := time.Now()
			req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, base+path, nil)
			require.NoError(w.t, err)
			req.Header.Set("Cookie", cookie)
			res, err := http.DefaultClient.Do(req)
			require.NoError(w.t, err)
			body, err := io.ReadAll(res.Body)
			require.NoError(w.t, err)
			require.NoError(w.t, res.Body.Close())
			require.Equal(w.t, http.StatusOK, res.StatusCode, "%s: %s", path, body)
			if i >= 20 { // the cache and the connections are warm before the clock runs
				took[name] = append(took[name], time.Since(began))
			}
		}
	}
	return took
}

// reader serves the API without workflows to speak to, and signs a person in.
func (w *world) reader(who uuid.UUID) (base, cookie string) {
	w.t.Helper()
	const password = "correct horse battery"
	email := "reader." + who.String() + "@house.example"
	w.exec(`update users set email = $2, password_hash = $3 where id = $1`, who, email, api.HashPassword(password))
	store, err := postgres.Open(w.t.Context(), w.pg.url("rapport_api", "rapport"))
	require.NoError(w.t, err)
	w.t.Cleanup(store.Close)
	server, err := newAPI(store)
	require.NoError(w.t, err)
	web := httptest.NewServer(server.Handler())
	w.t.Cleanup(web.Close)
	raw, err := json.Marshal(map[string]string{"email": email, "password": password})
	require.NoError(w.t, err)
	res, err := http.Post(web.URL+"/v1/session", "application/json", bytes.NewReader(raw))
	require.NoError(w.t, err)
	require.NoError(w.t, res.Body.Close())
	require.Equal(w.t, http.StatusOK, res.StatusCode)
	for _, c := range res.Cookies() {
		cookie = c.Name + "=" + c.Value
	}
	return web.URL, cookie
}

// TestManyIdle measures what a worker and the lists feel of very many open partnerships that sleep.
func TestManyIdle(t *testing.T) {
	if !full() {
		t.Skip("make bench-full has as many partnerships as the embedded server holds")
	}
	n := manyIdle()
	w := newWorld(t)
	w.sandboxHere()
	p := w.startWorker()
	s := standard()
	s.daySeconds = 86400
	w.found(s)
	w.exec(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags)
		select md5('idle/campaign/' || k)::uuid, brand_id, 'Campaign ' || k, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags
		from campaigns, generate_series(0, $2 - 1) k where id = $1`, w.campaign, idleCampaigns)
	base, cookie := w.reader(w.ops)

	w.loadIdle(0, fewIdle)
	w.startIdle(0, fewIdle)
	p.kill(syscall.SIGTERM)
	p, few := w.freshWorker(0, fewIdle, fewWoken)
	p.kill(syscall.SIGTERM)
	before := w.lists(base, cookie)

	p = w.startWorker()
	w.loadIdle(fewIdle, n)
	trial := min(n, 3*fewIdle)
	rate := w.startIdle(fewIdle, trial)
	t.Logf("%.1f starts a second, load %s: %d more take %s at that rate", rate, load(t), n-trial, time.Duration(float64(n-trial)/rate*float64(time.Second)).Round(time.Second))
	if trial < n {
		t.Logf("all of them: %.1f starts a second", w.startIdle(trial, n))
	}
	p.kill(syscall.SIGTERM)
	p, many := w.freshWorker(fewIdle, n, manyWoken)
	p.kill(syscall.SIGTERM)
	for name, d := range w.lists(base, cookie) {
		ratio := p99(d).Seconds() / p99(before[name]).Seconds()
		t.Logf("%s: median %s, p99 %s; with %d median %s, p99 %s; %.2f times the p99", name, median(d), p99(d), fewIdle, median(before[name]), p99(before[name]), ratio)
	}
	f := readFigures(t)
	f.ManyIdle, f.WorkerRSSManyIdle = &n, figure(many, 1)
	write(t, latest, f)
	t.Logf("worker %.1f MB with %d, %.2f times that with %d", many, n, many/few, fewIdle)
	require.LessOrEqual(t, many, 2*few, "the worker's memory grows with partnerships that sleep")
}
