//go:build faults

package bench

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// soakFigures are what a soak came to. The processes are measured at rest: after a warm-up of a sixth of the time, and at the end.
type soakFigures struct {
	Minutes       float64 `json:"minutes"`
	Requests      int64   `json:"requests"`
	PerSecond     float64 `json:"requests_per_s"`
	Unanswered    int64   `json:"unanswered"`
	ServerErrors  int64   `json:"server_errors"`
	Refused       int64   `json:"refused"`
	Payouts       int     `json:"payouts"`
	CutCommits    int64   `json:"cut_commits"`
	WorkerWarm    footing `json:"worker_warm"`
	WorkerEnd     footing `json:"worker_end"`
	ServeWarm     footing `json:"serve_warm"`
	ServeEnd      footing `json:"serve_end"`
	SecondsToRest int     `json:"seconds_to_rest"`
}

// footing is what a process holds when nothing is asked of it.
type footing struct {
	Goroutines int     `json:"goroutines"`
	HeapMB     float64 `json:"heap_mb"`
	RSSMB      float64 `json:"rss_mb"`
}

// soaking is for how long the soak runs: RAPPORT_SOAK minutes, or half an hour in the long form of everything.
func soaking(only string) time.Duration {
	if n, err := strconv.ParseFloat(os.Getenv("RAPPORT_SOAK"), 64); err == nil && n >= 0 {
		return time.Duration(n * float64(time.Minute))
	}
	if full() && only == "" {
		return 30 * time.Minute
	}
	return 0
}

const soakRate = 20 // requests a second

// soak asks twenty things a second while partnerships begin, are paid and end, under faults of Stripe, of mail and of the database that the seed
// chooses. Worker and serve live through all of it, so that what they hold can be compared.
func (f *fleet) soak(length time.Duration) *soakFigures {
	f.t.Helper()
	f.replyAfter = 1
	f.found(paydays())
	cut := startCutter(f.root, f.pg.port, f.random)
	undo := f.through(cut)
	s := &soakFigures{Minutes: length.Minutes()}
	ask := f.session()
	warm := length / 6
	f.load(s, ask, cut, warm)
	f.quiesce(cut)
	s.WorkerWarm, s.ServeWarm = f.held(f.worker, f.metrics), f.held(f.serve, f.url)
	f.load(s, ask, cut, length-warm)
	began := time.Now()
	f.quiesce(cut)
	s.SecondsToRest = int(time.Since(began).Seconds())
	s.WorkerEnd, s.ServeEnd = f.held(f.worker, f.metrics), f.held(f.serve, f.url)
	s.PerSecond = float64(s.Requests) / length.Seconds()
	s.Payouts = f.number(`select count(*) from payouts p join partnerships q on q.id = p.partnership_id where q.campaign_id = $1 and p.state = 'paid'`, f.campaign)
	s.CutCommits = cut.before.Load() + cut.after.Load()
	f.t.Logf("%+v", *s)
	require.Zero(f.t, f.number(`select count(*) from payouts p join partnerships q on q.id = p.partnership_id
		where q.campaign_id = $1 and p.state not in ('paid', 'cancelled')`, f.campaign), "everything is paid or cancelled")
	for name, x := range map[string][2]footing{"worker": {s.WorkerWarm, s.WorkerEnd}, "serve": {s.ServeWarm, s.ServeEnd}} {
		require.LessOrEqual(f.t, x[1].Goroutines, x[0].Goroutines*11/10+20, "goroutines of %s", name)
		require.LessOrEqual(f.t, x[1].RSSMB, x[0].RSSMB*1.2+20, "memory of %s", name)
	}
	undo()
	return s
}

// load keeps everything busy for a time.
func (f *fleet) load(s *soakFigures, ask func(method, path, key string, body any) int, cut *cutter, length time.Duration) {
	f.t.Helper()
	ctx, stop := context.WithTimeout(f.t.Context(), length)
	defer stop()
	house := f.people(15 * time.Second)
	defer house.leave()
	cut.rate.Store(2)
	events := f.events()
	var wg sync.WaitGroup
	defer wg.Wait()
	for n, tick := 0, time.NewTicker(time.Second/soakRate); ; n++ {
		if n%(60*soakRate) == 0 {
			require.NoError(f.t, f.call(ctx, http.MethodPost, f.control+"/control/faults/random", map[string]any{"seed": f.random.Uint32(), "rate": 0.05}, nil))
		}
		if n%(10*soakRate) == 0 {
			f.begin(2, paydays(), "Soak"+strconv.Itoa(int(f.random.Uint32())))
			wg.Go(func() { f.tidy(ctx) })
		}
		kind, event := f.random.IntN(20), events[f.random.IntN(len(events))]
		wg.Go(func() { f.request(ctx, s, ask, kind, event) })
		select {
		case <-ctx.Done():
			tick.Stop()
			return
		case <-tick.C:
		}
	}
}

// request is one of what people, pages and Stripe ask for.
func (f *fleet) request(ctx context.Context, s *soakFigures, ask func(method, path, key string, body any) int, kind int, event stripeEvent) {
	var status int
	pages := []string{
		"/v1/partnerships?limit=50", "/v1/tasks?limit=50", "/v1/campaigns/" + f.campaign.String(), "/v1/payouts?limit=50", "/v1/threads?limit=20", "/v1/creators?limit=50", "/v1/campaigns?limit=50",
	}
	switch {
	case kind < 3:
		status = http.StatusServiceUnavailable
		if f.deliver(ctx, event) == nil {
			status = http.StatusOK
		}
	case kind < 5:
		var id uuid.UUID
		if f.owner.QueryRow(ctx, `select id from partnerships where campaign_id = $1 and stage not in ('terminated') order by random() limit 1`, f.campaign).Scan(&id) != nil {
			return
		}
		for _, command := range []string{"pause", "resume"} {
			status = ask(http.MethodPost, "/v1/partnerships/"+id.String()+"/commands", uuid.NewString(), map[string]any{"command": command})
			count(s, status)
		}
		return
	default:
		status = ask(http.MethodGet, pages[kind%len(pages)], "", nil)
	}
	count(s, status)
}

func count(s *soakFigures, status int) {
	atomic.AddInt64(&s.Requests, 1)
	switch {
	case status == 0:
		atomic.AddInt64(&s.Unanswered, 1)
	case status >= 500:
		atomic.AddInt64(&s.ServerErrors, 1)
	case status >= 400:
		atomic.AddInt64(&s.Refused, 1)
	}
}

// tidy looks up what nobody knows of, lets go on what a person left paused, and ends partnerships that are paid, so that those that are open stay
// about as many.
func (f *fleet) tidy(ctx context.Context) {
	f.settleUnknown(ctx)
	for command, which := range map[rapport.CommandKind]string{
		rapport.CmdResume:    `p.paused and p.stage <> 'terminated'`,
		rapport.CmdTerminate: `p.stage = 'active' and (select count(*) from payouts y where y.partnership_id = p.id and y.state = 'paid') = 4`,
	} {
		rows, err := f.owner.Query(ctx, `select p.id from partnerships p where p.campaign_id = $1 and `+which, f.campaign)
		if err != nil {
			return
		}
		var ids []uuid.UUID
		for rows.Next() {
			var id uuid.UUID
			if rows.Scan(&id) == nil {
				ids = append(ids, id)
			}
		}
		rows.Close()
		for _, id := range ids {
			_ = f.command(ctx, "partnership", id, rapport.Command{Kind: command, Actor: f.ops}) // what was refused is asked for again
		}
	}
}

// quiesce ends the faults and waits until all that was begun has ended.
func (f *fleet) quiesce(cut *cutter) {
	f.t.Helper()
	ctx := f.t.Context()
	cut.rate.Store(0)
	f.faults()
	house := f.people(5 * time.Second)
	defer house.leave()
	ended := waitFor(ctx, 4*time.Minute, func(ctx context.Context) bool {
		f.tidy(ctx)
		<-time.After(time.Second)
		return f.number(`select count(*) from partnerships p where p.campaign_id = $1 and p.stage not in ('terminated', 'outreach', 'in_conversation')`, f.campaign) == 0
	})
	if ended != nil {
		f.explain()
	}
	require.NoError(f.t, ended, "partnerships go on")
	// Whom a mail never reached does not answer it.
	until(f.t, time.Minute, "partnerships to end", func(ctx context.Context) bool {
		open := f.open(ctx)
		for _, id := range open {
			_ = f.command(ctx, "partnership", id, rapport.Command{Kind: rapport.CmdTerminate, Actor: f.ops})
		}
		return len(open) == 0
	})
	// A mail that was claimed on a connection that broke is settled by a job that comes every ten minutes, and is not waited for.
	calm := waitFor(ctx, 2*time.Minute, func(context.Context) bool {
		return f.number(`select (select count(*) from outbox where acked_at is null) + (select count(*) from webhook_inbox where processed_at is null)`) == 0
	})
	if calm != nil {
		f.explain()
	}
	require.NoError(f.t, calm, "messages and events are still on their way")
	<-time.After(15 * time.Second) // idle connections and pollers settle
}

// open are the campaign's partnerships that have not ended.
func (f *fleet) open(ctx context.Context) (ids []uuid.UUID) {
	rows, err := f.owner.Query(ctx, `select id from partnerships where campaign_id = $1 and stage <> 'terminated'`, f.campaign)
	if err != nil {
		return nil
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		if rows.Scan(&id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// held reads what a process holds from its metrics.
func (f *fleet) held(p *process, address string) footing {
	f.t.Helper()
	now := f.figures(address)
	x := footing{RSSMB: p.rss(), Goroutines: int(now["go_goroutines"]), HeapMB: now["go_memstats_heap_inuse_bytes"] / (1 << 20)}
	require.Positive(f.t, x.Goroutines, "metrics")
	return x
}

// figures are the measurements without labels that a program answers.
func (f *fleet) figures(address string) map[string]float64 {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, address+"/metrics", nil)
	require.NoError(f.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(f.t, err)
	defer res.Body.Close()
	figures := map[string]float64{}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			figures[name] = n
		}
	}
	return figures
}
