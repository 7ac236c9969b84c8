//go:build faults

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport"
	"rapport/api"
	"rapport/worker"
)

// verdict is what `make faults` measures. A run of some pieces keeps what earlier runs found out about the others.
type verdict struct {
	Scenarios  int `json:"scenarios"`
	Passed     int `json:"passed"` // in all of their rounds
	Duplicates int `json:"duplicates"`
	Lost       int `json:"lost"`
	// Scripts are of random faults of Stripe, each over four payouts.
	Scripts       int              `json:"random_scripts"`
	ScriptsPassed int              `json:"random_passed"`
	Soak          *soakFigures     `json:"soak,omitempty"`
	Pieces        map[string]piece `json:"pieces"`
}

// piece is what one scenario came to.
type piece struct {
	Rounds     int    `json:"rounds"`
	Passed     int    `json:"passed"`
	Duplicates int    `json:"duplicates"`
	Lost       int    `json:"lost"`
	Seconds    int    `json:"seconds"` // of its slowest round
	Seed       uint64 `json:"seed"`
}

// add takes in what earlier rounds found out.
func (p *piece) add(earlier piece) {
	p.Rounds, p.Passed = p.Rounds+earlier.Rounds, p.Passed+earlier.Passed
	p.Duplicates, p.Lost, p.Seconds = max(p.Duplicates, earlier.Duplicates), max(p.Lost, earlier.Lost), max(p.Seconds, earlier.Seconds)
}

// resume reads what earlier runs found out, unless everything is run anew.
func resume(anew bool) verdict {
	v := verdict{}
	if raw, err := os.ReadFile("faults.json"); err == nil && !anew {
		_ = json.Unmarshal(raw, &v) // what cannot be read is measured again
	}
	if v.Pieces == nil {
		v.Pieces = map[string]piece{}
	}
	return v
}

// sum adds the pieces up. Those that there are no more are forgotten.
func (v *verdict) sum(list []scenario) {
	known := map[string]piece{}
	v.Scenarios, v.Passed, v.Duplicates, v.Lost = 0, 0, 0, 0
	for _, s := range append(list, scenario{name: scriptsPiece}, scenario{name: soakPiece}) {
		p, ok := v.Pieces[s.name]
		if !ok {
			continue
		}
		known[s.name] = p
		v.Duplicates, v.Lost = max(v.Duplicates, p.Duplicates), max(v.Lost, p.Lost)
		if s.run == nil {
			continue
		}
		v.Scenarios++
		if p.Passed == p.Rounds {
			v.Passed++
		}
	}
	v.Pieces = known
}

// longOnes are left to the long form, or to whoever names them, so that the short one stays short.
var longOnes = []string{restoredAndLost, cutCommits} //nolint:gochecknoglobals // a list

const (
	scriptsPiece    = "random scripts"
	soakPiece       = "soak"
	restoredAndLost = "PostgreSQL is restored from before the payouts, and Temporal's database is lost"
	cutCommits      = "connections to PostgreSQL are cut in the middle of commits"
)

// fleet is the real programs: serve and worker, built so that they die where they are told to, and the sandbox.
type fleet struct {
	*world

	bin    string
	env    []string
	points string // the folder of failpoints
	url    string // of serve
	random *rand.Rand

	serve, worker *process
	metrics       string // of the worker
	// forgotten are mails that a restored database does not know, and sends again.
	forgotten map[string]int
}

// outage is how long a database or a server stays away.
func outage() time.Duration {
	if d, err := time.ParseDuration(os.Getenv("RAPPORT_OUTAGE")); err == nil && d > 0 {
		return d
	}
	return time.Minute
}

func newFleet(t *testing.T, seed uint64) *fleet {
	t.Helper()
	f := &fleet{world: newWorld(t), random: rand.New(rand.NewPCG(seed, 0))}
	f.bin, f.points = filepath.Join(f.dir, "bin"), filepath.Join(f.dir, "failpoints")
	require.NoError(t, os.Mkdir(f.bin, 0o700))
	require.NoError(t, os.Mkdir(f.points, 0o700))
	for program, tags := range map[string]string{"rapport": "faults", "rapport-sandbox": ""} {
		build := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-tags", tags, "-o", filepath.Join(f.bin, program), "./cmd/"+program)
		build.Dir = repository(t)
		out, err := build.CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
	f.url = "http://127.0.0.1:" + strconv.Itoa(freePort(t))
	f.startSandbox()
	f.startServe()
	f.startFleetWorker()
	return f
}

func (f *fleet) startSandbox() {
	_, line := launch(f.root, f.dir, "sandbox", true, nil, nil, filepath.Join(f.bin, "rapport-sandbox"), "--addr", "127.0.0.1:"+strconv.Itoa(freePort(f.root)),
		"--control", "127.0.0.1:"+strconv.Itoa(freePort(f.root)), "--state", filepath.Join(f.dir, "sandbox"), "--target", f.url, "--stripe-account-secret", whsecAccount,
		"--stripe-connect-secret", whsecConnect, "--documenso-secret", signingHook, "--inbound-domain", mailDomain, "--pace", "1s", "--mute")
	var ready struct {
		URL        string `json:"url"`
		Control    string `json:"control"`
		EventKey   string `json:"event_public_key"`
		InboundKey string `json:"inbound_public_key"`
	}
	require.NoError(f.root, json.Unmarshal([]byte(line), &ready))
	f.public, f.control = ready.URL, ready.Control
	f.env = []string{
		"DATABASE_URL=" + f.pg.url("owner", "rapport"), "RAPPORT_API_DATABASE_URL=" + f.pg.url("rapport_api", "rapport"), "RAPPORT_WORKER_DATABASE_URL=" + f.pg.url("rapport_worker", "rapport"),
		"TEMPORAL_ADDRESS=" + f.address, "TEMPORAL_NAMESPACE=" + namespace, "RAPPORT_CODEC_KEY=" + fmt.Sprintf("%x", codecKey), "RAPPORT_SECRET=" + codecKey,
		"RAPPORT_HTTP_ADDR=" + strings.TrimPrefix(f.url, "http://"), "RAPPORT_PUBLIC_URL=" + f.url, "RAPPORT_MAIL_DOMAIN=" + mailDomain, "RAPPORT_FETCH_ALLOW=" + strings.TrimPrefix(f.public, "http://"),
		"STRIPE_API_KEY=sk_test_faults", "STRIPE_PLATFORM_COUNTRY=US", "STRIPE_BASE_URL=" + f.public, "STRIPE_WEBHOOK_SECRET_ACCOUNT=" + whsecAccount, "STRIPE_WEBHOOK_SECRET_CONNECT=" + whsecConnect,
		"SENDGRID_API_KEY=SG.sandbox.faults", "SENDGRID_BASE_URL=" + f.public, "SENDGRID_EVENT_PUBLIC_KEY=" + ready.EventKey, "SENDGRID_INBOUND_PUBLIC_KEY=" + ready.InboundKey,
		"RAPPORT_DOCUMENSO_URL=" + f.public, "RAPPORT_DOCUMENSO_TOKEN=api_faults", "RAPPORT_DOCUMENSO_WEBHOOK_SECRET=" + signingHook,
		"RAPPORT_FAILPOINTS=" + f.points, "RAPPORT_LOG_LEVEL=warn", "RAPPORT_SHUTDOWN_TIMEOUT=5s",
		"RAPPORT_BROWSER=none", // a picture of each post would take most of the machine
	}
}

func (f *fleet) start(name string, extra ...string) *process {
	p, _ := launch(f.root, f.dir, name, false, append(extra, f.env...), nil, filepath.Join(f.bin, "rapport"), name)
	return p
}

func (f *fleet) startServe() {
	f.serve = f.start("serve")
	until(f.root, time.Minute, "serve to answer", func(ctx context.Context) bool { return f.get(ctx, f.url+"/healthz") })
}

func (f *fleet) startFleetWorker() {
	address := "127.0.0.1:" + strconv.Itoa(freePort(f.root))
	f.metrics = "http://" + address
	f.worker = f.start("worker", "RAPPORT_METRICS_ADDR="+address)
	until(f.root, time.Minute, "the worker to answer", func(ctx context.Context) bool { return f.get(ctx, "http://"+address+"/healthz") })
}

func (f *fleet) get(ctx context.Context, url string) bool {
	return f.call(ctx, http.MethodGet, url, nil, nil) == nil
}

// dieAt lets the worker kill itself at a failpoint while so many of what the query counts are under way, and starts it again.
func (f *fleet) dieAt(name string, least int, underWay string) {
	f.t.Helper()
	many := waitFor(f.t.Context(), time.Minute, func(ctx context.Context) bool {
		n := 0
		return f.owner.QueryRow(ctx, underWay).Scan(&n) == nil && n >= least
	})
	require.NoError(f.t, os.WriteFile(filepath.Join(f.points, name), nil, 0o600))
	select {
	case <-f.worker.done:
	case <-time.After(2 * time.Minute):
		f.t.Fatalf("the worker did not come by %s", name)
	}
	f.t.Logf("died at %s with %d under way (many: %t)", name, f.number(underWay), many == nil)
	f.startFleetWorker()
}

// faults sets the sandbox's script; nil ends it.
func (f *fleet) faults(list ...map[string]any) {
	f.t.Helper()
	if list == nil {
		list = []map[string]any{}
	}
	require.NoError(f.t, f.call(f.t.Context(), http.MethodPut, f.control+"/control/faults", list, nil))
}

// paydays is a campaign whose creators answer the first mail, and where signing makes four payouts owed at once.
func paydays() shape {
	s := standard()
	s.daySeconds, s.steps = 60, s.steps[:1]
	s.steps = append(s.steps, rapport.SequenceStep{Kind: rapport.StepWait, BusinessDays: 60}, rapport.SequenceStep{Kind: rapport.StepStop})
	s.terms.Milestones = nil
	for i := range 4 {
		s.terms.Milestones = append(s.terms.Milestones, rapport.MilestoneTerms{Title: fmt.Sprintf("Part %d", i+1), Trigger: rapport.TriggerSignature, Percent: 25})
	}
	return s
}

// lives is the standard lifecycle on days of three seconds.
func lives() shape {
	s := standard()
	s.daySeconds = 3
	// A minute's outage is twenty of these days. The renewal whose review it swallows is opened half-way to the notice date, which
	// therefore comes soon.
	s.terms.NoticeDays = 600
	return s
}

// owed brings n partnerships to four payouts each that wait for their approval.
func (f *fleet) owed(n int, name string) int {
	f.t.Helper()
	f.replyAfter = 1
	f.found(paydays())
	f.begin(n, paydays(), name)
	house := f.people(15*time.Second, "approve")
	f.eventually(4*n, `select count(*) from payouts p join partnerships a on a.id = p.partnership_id where a.campaign_id = $1 and p.state = 'awaiting_approval'`)
	house.leave()
	return 4 * n
}

// paid lets people approve and waits until everything is paid, while harm is done.
func (f *fleet) paid(payouts int, harm func()) {
	f.t.Helper()
	house := f.people(15 * time.Second)
	defer house.leave()
	harm()
	f.eventually(payouts, `select count(*) from payouts p join partnerships a on a.id = p.partnership_id where a.campaign_id = $1 and p.state = 'paid'`)
}

const finishedSQL = `select count(*) from partnerships p where p.campaign_id = $1 and p.stage = 'completed' and p.renewal_state = 'agreed'
	and (select count(*) from payouts y where y.partnership_id = p.id and y.state = 'paid') = 3`

// live runs n lifecycles to their end, while harm is done.
func (f *fleet) live(n int, name string, harm func()) {
	f.t.Helper()
	f.replyAfter = 3
	f.found(lives())
	f.begin(n, lives(), name)
	house := f.people(15 * time.Second)
	defer house.leave()
	harm()
	f.eventually(n, finishedSQL)
}

func (f *fleet) eventually(want int, sql string) {
	f.t.Helper()
	got := 0
	err := waitFor(f.t.Context(), 6*time.Minute, func(ctx context.Context) bool {
		return f.owner.QueryRow(ctx, sql, f.campaign).Scan(&got) == nil && got == want
	})
	if err != nil {
		f.explain()
	}
	require.NoError(f.t, err, "%d of %d", got, want)
}

// away stops something for the length of an outage.
func (f *fleet) away(stop, start func()) {
	stop()
	<-time.After(outage())
	start()
}

func (f *fleet) restartTemporal() {
	port, err := strconv.Atoi(f.address[strings.LastIndex(f.address, ":")+1:])
	require.NoError(f.t, err)
	f.temporal, _ = startTemporal(f.root, filepath.Join(f.dir, "temporal"), port)
}

// wait is a random time, replayable by the seed.
func (f *fleet) wait(from, to time.Duration) {
	<-time.After(from + time.Duration(f.random.Int64N(int64(to-from))))
}

type scenario struct {
	name string
	run  func(f *fleet)
}

func scenarios() []scenario {
	slow := func(provider, path string) map[string]any {
		return map[string]any{"provider": provider, "method": "POST", "path": path, "action": "slow", "delay_ms": 2000, "times": -1}
	}
	return slices.Concat(moneyScenarios(), restoreScenarios(), stormScenarios(), clockScenarios(), []scenario{
		{"worker dies between the claim and the answer of a mail", func(f *fleet) {
			f.replyAfter = 100
			f.found(paydays())
			f.faults(slow("sendgrid", "/v3/mail/send"))
			f.begin(60, paydays(), "Mail "+strconv.Itoa(int(f.random.Uint32())))
			for _, point := range []string{"mail.claimed", "mail.sent"} {
				f.dieAt(point, 2, `select count(*) from messages where state = 'sending'`)
			}
			f.eventually(60, `select count(*) from partnerships p where p.campaign_id = $1
				and exists (select 1 from partnership_events e where e.partnership_id = p.id and e.kind in ('mail_sent', 'mail_unknown'))`)
		}},
		{"worker is killed at random during lifecycles", func(f *fleet) {
			f.live(20, "Random", func() {
				for range 4 {
					f.wait(2*time.Second, 15*time.Second)
					f.worker.kill(syscall.SIGKILL)
					f.startFleetWorker()
				}
			})
		}},
		{"sandbox commits and drops the connection", func(f *fleet) {
			f.faults(
				map[string]any{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "commit_then_drop", "nth": 1, "times": 30},
				map[string]any{"provider": "stripe", "method": "POST", "path": "/v1/accounts", "action": "commit_then_drop", "nth": 1, "times": 4},
				map[string]any{"provider": "sendgrid", "method": "POST", "path": "/v3/mail/send", "action": "commit_then_drop", "nth": 5, "times": 20},
			)
			f.paid(f.owed(12, "Drop"), func() {})
		}},
		{"sandbox misbehaves at random", func(f *fleet) {
			seed := f.random.Uint32()
			require.NoError(f.t, f.call(f.t.Context(), http.MethodPost, f.control+"/control/faults/random", map[string]any{"seed": seed, "rate": 0.15}, nil))
			f.live(15, "Wild", func() {})
		}},
		{"serve dies with 500 starts in flight", (*fleet).starts},
		{"serve dies with commands and replies in flight", (*fleet).messages},
		{"PostgreSQL is away", func(f *fleet) {
			f.live(20, "Pg", func() {
				f.wait(10*time.Second, 25*time.Second)
				f.away(func() { f.pg.kill(syscall.SIGQUIT) }, f.pg.start)
			})
		}},
		{"Temporal is away", func(f *fleet) {
			f.live(20, "Tmp", func() {
				f.wait(10*time.Second, 25*time.Second)
				f.away(func() { f.temporal.kill(syscall.SIGKILL) }, f.restartTemporal)
			})
		}},
		{"Temporal's database is lost", func(f *fleet) {
			f.live(20, "Lost", func() {
				f.wait(10*time.Second, 25*time.Second)
				f.temporal.kill(syscall.SIGKILL)
				require.NoError(f.t, os.RemoveAll(filepath.Join(f.dir, "temporal")))
				f.restartTemporal()
				f.revive() // a worker that gave up meanwhile has ended, and is started again as a supervisor does
				repair := exec.CommandContext(f.t.Context(), filepath.Join(f.bin, "rapport"), "verify", "workflows", "--repair")
				repair.Env = append(os.Environ(), f.env...)
				out, err := repair.CombinedOutput()
				f.t.Logf("%s", out)
				require.NoError(f.t, err)
			})
		}},
	})
}

// starts kills serve while five hundred starts are between their commit and their workflows: the relay is away, so that none
// is delivered, and clients ask again with the same keys.
func (f *fleet) starts() {
	f.replyAfter = 100
	f.found(paydays())
	send := f.signIn()
	bodies := make([]map[string]any, 0, 5)
	for i := range 5 {
		creators := make([]uuid.UUID, 0, 100)
		for j := range 100 {
			id := uuid.New()
			f.exec(`insert into creators (id, name, country) values ($1, 'Start', 'US')`, id)
			f.exec(`insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', $3)`, uuid.New(), id, fmt.Sprintf("start.%d.%d.%s@creators.example", i, j, id))
			creators = append(creators, id)
		}
		bodies = append(bodies, map[string]any{"creator_ids": creators})
	}
	f.worker.kill(syscall.SIGKILL)
	var wg sync.WaitGroup
	for _, body := range bodies {
		key := uuid.NewString()
		wg.Go(func() {
			for range 120 {
				if status := send("/v1/campaigns/"+f.campaign.String()+"/partnerships", key, body); status/100 == 2 {
					return
				}
				<-time.After(500 * time.Millisecond)
			}
			f.t.Error("a start was never answered")
		})
	}
	f.wait(50*time.Millisecond, 600*time.Millisecond)
	f.serve.kill(syscall.SIGKILL)
	f.startServe()
	wg.Wait()
	f.startFleetWorker()
	f.eventually(500, `select count(*) from partnerships p where p.campaign_id = $1 and exists (select 1 from partnership_events e where e.partnership_id = p.id and e.kind = 'mail_sent')`)
}

// messages kills serve while it takes people's commands and creators' replies.
func (f *fleet) messages() {
	f.replyAfter = 100
	f.found(paydays())
	ids := f.begin(60, paydays(), "Msg")
	f.eventually(60, `select count(*) from partnerships p where p.campaign_id = $1 and exists (select 1 from partnership_events e where e.partnership_id = p.id and e.kind = 'mail_sent')`)
	send := f.signIn()
	f.replyAfter = 1
	house := f.people(0) // everybody replies now
	var wg sync.WaitGroup
	for _, id := range ids {
		key := uuid.NewString()
		wg.Go(func() {
			for range 120 {
				status := send("/v1/partnerships/"+id.String()+"/commands", key, map[string]any{"command": "pause"})
				if status == http.StatusOK || status == http.StatusAccepted {
					return
				}
				<-time.After(500 * time.Millisecond)
			}
			f.t.Error("a command was never answered")
		})
	}
	f.wait(50*time.Millisecond, 400*time.Millisecond)
	f.serve.kill(syscall.SIGKILL)
	f.startServe()
	wg.Wait()
	f.eventually(60, `select count(*) from partnerships p where p.campaign_id = $1 and p.paused
		and exists (select 1 from partnership_events e where e.partnership_id = p.id and e.kind = 'reply_received')`)
	house.leave()
	require.Zero(f.t, f.number(`select count(*) from (select partnership_id from partnership_events e join partnerships p on p.id = e.partnership_id
		where p.campaign_id = $1 and e.kind in ('paused', 'reply_received') group by partnership_id, e.kind having count(*) > 1) twice`, f.campaign))
}

// signIn makes the campaign's owner able to sign in and answers a sender of JSON with an Idempotency-Key; 0 is no answer.
func (f *fleet) signIn() func(path, key string, body any) int {
	f.t.Helper()
	ask := f.session()
	return func(path, key string, body any) int { return ask(http.MethodPost, path, key, body) }
}

// session is signIn for every method.
func (f *fleet) session() func(method, path, key string, body any) int {
	f.t.Helper()
	const password = "correct horse battery"
	email := "button." + f.ops.String() + "@house.example"
	f.exec(`update users set email = $2, password_hash = $3 where id = $1`, f.ops, email, api.HashPassword(password))
	cookie := ""
	send := func(method, path, key string, body any) int {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0
		}
		req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, bytes.NewReader(raw))
		if err != nil {
			return 0
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", cookie)
		req.Header.Set("Idempotency-Key", key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0
		}
		defer res.Body.Close()
		_, _ = io.Copy(io.Discard, res.Body)
		if path == "/v1/session" {
			for _, c := range res.Cookies() {
				cookie = c.Name + "=" + c.Value
			}
		}
		return res.StatusCode
	}
	require.Equal(f.t, http.StatusOK, send(http.MethodPost, "/v1/session", uuid.NewString(), map[string]string{"email": email, "password": password}))
	return send
}

// audit compares what is remembered with what the sandbox saw: how much happened twice, and how much not at all.
func (f *fleet) audit() (duplicates, lost int) {
	f.t.Helper()
	ctx := f.t.Context()
	// Late events and look-ups settle what a fault left open.
	_ = waitFor(ctx, 90*time.Second, func(ctx context.Context) bool {
		open := 1
		err := f.owner.QueryRow(ctx, `select (select count(*) from outbox where acked_at is null) + (select count(*) from webhook_inbox where processed_at is null)
			+ (select count(*) from messages where state in ('prepared', 'sending') and at > now() - interval '3 minutes')`).Scan(&open)
		return err == nil && open == 0
	})
	// What we believe is read before what the sandbox saw, which only grows.
	type mail struct {
		id   string
		open bool
	}
	var mails []mail
	f.each(`select id::text, (state = 'unknown')::int::bigint from messages where direction in ('out', 'internal') and state in ('accepted', 'delivered', 'unknown')`,
		func(id string, open int64) { mails = append(mails, mail{id, open == 1}) })
	var seen struct {
		Transfers []struct {
			Amount   int64
			Metadata map[string]string
		}
	}
	require.NoError(f.t, f.call(ctx, http.MethodGet, f.control+"/control/stripe/transfers", nil, &seen))
	transfers, sent := map[string]int{}, f.mails()
	amounts := map[string]int64{}
	for _, x := range seen.Transfers {
		transfers[x.Metadata["payout_id"]]++
		amounts[x.Metadata["payout_id"]] = x.Amount
	}
	for _, n := range transfers {
		duplicates += n - 1
	}
	for id, n := range sent {
		duplicates += max(n-1-f.forgotten[id], 0)
	}
	missing := func(what, id string) {
		lost++
		f.t.Logf("lost: %s %s", what, id)
	}
	booked := map[string]int64{}
	f.each(`select t.payout_id::text, e.amount from ledger_transactions t join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id
		where t.kind = 'settle' and a.code like 'stripe_cash:%'`, func(id string, amount int64) {
		if booked[id] != 0 {
			duplicates++
		}
		booked[id] = amount
		if amounts[id] != amount {
			missing("the sandbox does not have the amount that the ledger has, of payout", id)
		}
	})
	f.each(`select id::text, amount - netted from payouts where state in ('paid', 'partly_reversed', 'reversed')`, func(id string, amount int64) {
		if booked[id] != amount {
			missing("the ledger does not have the amount of payout", id)
		}
		if transfers[id] == 0 {
			missing("no transfer of payout", id)
		}
	})
	for id := range transfers {
		if booked[id] == 0 {
			missing("a transfer that the ledger does not know, of payout", id)
		}
	}
	// A mail that was claimed and never answered for is unknown, in words, and is not sent again by itself: at most once.
	unknown := 0
	for _, m := range mails {
		switch {
		case sent[m.id] > 0:
		case m.open:
			unknown++
		default:
			missing("the sandbox never saw mail", m.id)
		}
	}
	f.t.Logf("%d transfers, %d mails, %d mails unknown and not sent, %d duplicates", len(seen.Transfers), len(sent), unknown, duplicates)
	problems, err := f.store.VerifyLedger(ctx)
	require.NoError(f.t, err)
	for _, p := range problems {
		missing("ledger:", p)
	}
	swept, err := (&worker.Sweep{Client: f.client, Store: f.store, Log: zap.NewNop()}).Run(ctx, false)
	require.NoError(f.t, err)
	for _, id := range swept.Missing {
		missing("it should run:", id)
	}
	return duplicates, lost
}

func (f *fleet) each(sql string, row func(id string, n int64)) {
	f.t.Helper()
	rows, err := f.owner.Query(f.t.Context(), sql)
	require.NoError(f.t, err)
	defer rows.Close()
	for rows.Next() {
		var id string
		var n int64
		require.NoError(f.t, rows.Scan(&id, &n))
		row(id, n)
	}
	require.NoError(f.t, rows.Err())
}

// atRest looks that no money is on its way, that the ledger has as much as the sandbox, and that whatever has not ended waits for something.
func (f *fleet) atRest() {
	f.t.Helper()
	ctx := f.t.Context()
	require.Zero(f.t, f.number(`select coalesce(sum(abs(balance)), 0)::bigint from ledger_accounts where code like 'brand_in_flight:%'`), "in flight")
	require.Zero(f.t, f.number(`select count(*) from payout_attempts where outcome = 'open'`), "open attempts")
	theirs := 0
	for _, x := range f.transfers(ctx, "") {
		theirs += int(x.Amount)
	}
	require.Equal(f.t, theirs, f.number(`select coalesce(sum(e.amount), 0)::bigint from ledger_transactions t join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id
		where t.kind = 'settle' and a.code like 'stripe_cash:%'`), "the ledger and the sandbox")
	require.Zero(f.t, f.number(`select count(*) from payouts p where p.state in ('approved', 'submitted', 'unknown')
		or p.state in ('awaiting_approval', 'awaiting_payee', 'awaiting_funds', 'failed', 'held')
		and not exists (select 1 from tasks t where t.ref = p.id and t.state in ('open', 'snoozed'))`), "payouts that wait for nobody")
	f.each(`select s.workflow_id, 0::bigint from workflow_snapshots s where not s.closed and s.workflow in ('Partnership', 'Review') and coalesce(jsonb_array_length(s.state -> 'timers'), 0) = 0
		and coalesce(s.state ->> 'stage', s.state ->> 'state') not in ('lapsed', 'terminated', 'approved', 'changes_requested', 'rejected', 'superseded', 'cancelled')
		and not exists (select 1 from tasks t where t.state in ('open', 'snoozed') and split_part(s.workflow_id, '/', 2) in (t.ref::text, t.partnership_id::text))`,
		func(id string, _ int64) { f.t.Errorf("%s waits for nothing", id) })
}

// rounds is how often each scenario is run: RAPPORT_ROUNDS, or once, or twenty times.
func rounds() int {
	if full() {
		return sizeOf("RAPPORT_ROUNDS", 20)
	}
	return sizeOf("RAPPORT_ROUNDS", 1)
}

// fleets is how many scenarios run side by side, each against databases and programs of its own: RAPPORT_FLEETS, or one.
func fleets() int { return sizeOf("RAPPORT_FLEETS", 1) }

// run is one round of a scenario, and what it left behind.
func (f *fleet) run(t *testing.T, s scenario, seed uint64) piece {
	t.Helper()
	began := time.Now()
	p := piece{Rounds: 1, Seed: seed}
	passed := t.Run(s.name, func(t *testing.T) {
		f.t = t
		defer func() { f.t = f.root }()
		s.run(f)
		f.faults()
		duplicates, lost := f.audit()
		p.Duplicates, p.Lost = duplicates, lost
		require.Zero(t, duplicates+lost)
		f.atRest()
		t.Logf("%s", time.Since(began).Round(time.Second))
	})
	p.Seconds = int(time.Since(began).Seconds())
	if passed {
		p.Passed++
	} else {
		f.revive()
	}
	return p
}

// TestFaults runs each scenario and looks afterwards that everything happened, once. RAPPORT_SCENARIO runs those whose name it matches,
// RAPPORT_ROUNDS each of them so often, RAPPORT_FLEETS so many side by side; RAPPORT_SCRIPTS is how many random scripts are run, RAPPORT_SOAK for how many minutes the soak.
func TestFaults(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if given, err := strconv.ParseUint(os.Getenv("RAPPORT_SEED"), 10, 64); err == nil {
		seed = given
	}
	t.Logf("seed %d: RAPPORT_SEED=%d repeats this run", seed, seed)
	only := os.Getenv("RAPPORT_SCENARIO")
	wanted, err := regexp.Compile(only)
	require.NoError(t, err, "RAPPORT_SCENARIO")
	v := resume(only == "" && os.Getenv("RAPPORT_SCRIPTS") == "" && os.Getenv("RAPPORT_SOAK") == "")
	keep := func() {
		v.sum(scenarios())
		write(t, "faults.json", v)
	}
	free := make(chan *fleet, fleets())
	for range fleets() {
		free <- newFleet(t, seed)
	}
	var (
		under sync.WaitGroup
		mu    sync.Mutex
		begun = map[string]bool{}
	)
	// Round by round, so that a run that is stopped has tried everything.
	for round := range rounds() {
		for i, s := range scenarios() {
			if !wanted.MatchString(s.name) || only == "" && !full() && slices.Contains(longOnes, s.name) {
				continue
			}
			f := <-free
			under.Go(func() {
				defer func() { free <- f }()
				f.random = rand.New(rand.NewPCG(seed, uint64(round*1000+i)))
				r := f.run(t, s, seed)
				mu.Lock()
				defer mu.Unlock()
				if begun[s.name] {
					r.add(v.Pieces[s.name])
				}
				begun[s.name], v.Pieces[s.name] = true, r
				keep() // also when a later piece never ends
			})
		}
	}
	under.Wait()
	f := <-free
	if n := scripts(); n > 0 && (only == "" || os.Getenv("RAPPORT_SCRIPTS") != "") {
		v.Pieces[scriptsPiece] = f.run(t, scenario{scriptsPiece, func(f *fleet) { v.Scripts, v.ScriptsPassed = f.randomScripts(f.t, seed) }}, seed)
		keep()
	}
	if length := soaking(only); length > 0 {
		f.random = rand.New(rand.NewPCG(seed, 999))
		v.Pieces[soakPiece] = f.run(t, scenario{soakPiece, func(f *fleet) { v.Soak = f.soak(length) }}, seed)
		keep()
	}
}

// revive makes what a failed scenario left dead run again, so that the next one has a chance.
func (f *fleet) revive() {
	if !f.pg.alive() {
		f.pg.start()
	}
	if !f.temporal.alive() {
		f.restartTemporal()
	}
	if !f.serve.alive() {
		f.startServe()
	}
	if !f.worker.alive() {
		f.startFleetWorker()
	}
	for _, name := range []string{
		"transfer.decided", "transfer.ordered", "transfer.before", "transfer.after", "transfer.recorded", "payout.recording", "mail.claimed", "mail.sent", "signing.claimed", "signing.created",
	} {
		_ = os.Remove(filepath.Join(f.points, name))
	}
}
