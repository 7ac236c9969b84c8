//go:build faults

package bench

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// stormScenarios are what the provider and the network do to payouts, each of them to many at once.
func stormScenarios() []scenario {
	const campaigns = ` from payout_attempts x join payouts p on p.id = x.payout_id join partnerships q on q.id = p.partnership_id where q.campaign_id = $1`
	return []scenario{
		{"the platform's balance is short, and is topped up", func(f *fleet) {
			payouts := f.owed(6, "Short")
			f.balance(map[string]any{"currency": "usd", "amount": 0})
			house := f.people(15 * time.Second)
			f.killWhen(2, sent)
			f.eventually(payouts, `select count(distinct x.payout_id)`+campaigns+` and x.outcome = 'rejected' and x.rejection = 'rejected_funds'`)
			house.leave()
			f.faults(map[string]any{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "slow", "times": -1, "delay_ms": 3000})
			f.balance(map[string]any{"currency": "usd", "amount": 50_000_000, "add": true})
			f.topUp()
			f.killWhen(2, sent)
			f.paid(payouts, func() {})
			require.Equal(f.t, payouts, f.number(`select count(*)`+campaigns+` and x.outcome = 'succeeded' and x.number > 1`, f.campaign), "paid under another key than the rejected one")
			require.LessOrEqual(f.t, f.number(`select count(*)`+campaigns, f.campaign), 3*payouts, "nothing is asked for again and again while there is nothing")
		}},
		{"Stripe refuses fifty transfers for want of patience", func(f *fleet) {
			payouts := f.owed(6, "Busy")
			f.faults(map[string]any{"provider": "stripe", "method": "POST", "path": "/v1/transfers", "action": "429", "times": 50})
			f.paid(payouts, func() { f.killWhen(4, sent) })
			require.Equal(f.t, payouts, f.number(`select count(*)`+campaigns, f.campaign), "each payout keeps its attempt")
		}},
		{"every event of Stripe comes five times more, late and in any order", func(f *fleet) { f.storm(f.owed(6, "Storm")) }},
		{"worker dies while it makes documents to sign at Documenso", func(f *fleet) { f.signings(20) }},
		{cutCommits, func(f *fleet) {
			cut := startCutter(f.root, f.pg.port, f.random)
			cut.rate.Store(30)
			undo := f.through(cut)
			f.live(8, "Cut", func() {})
			f.t.Logf("%d connections were cut before their commit, %d after it", cut.before.Load(), cut.after.Load())
			require.Positive(f.t, cut.before.Load()*cut.after.Load(), "both kinds happened")
			undo()
		}},
	}
}

func (f *fleet) balance(body map[string]any) {
	f.t.Helper()
	require.NoError(f.t, f.call(f.t.Context(), http.MethodPost, f.control+"/control/stripe/balance", body, nil))
}

// topUp brings a brand more funds, which wakes what was refused for want of them.
func (f *fleet) topUp() {
	f.t.Helper()
	id := uuid.New()
	f.exec(`insert into topups (id, brand_id, amount, currency) values ($1, $2, 10000000, 'usd')`, id, f.brand)
	f.put("topup/"+id.String(), "TopUp", id)
	until(f.t, time.Minute, "the top-up", func(context.Context) bool {
		return f.number(`select count(*) from topups where id = $1 and state = 'succeeded'`, id) == 1
	})
}

// through makes worker and serve reach PostgreSQL by the cutter; what it answers makes them reach it directly again.
func (f *fleet) through(cut *cutter) (undo func()) {
	direct := f.env
	restart := func() {
		f.worker.kill(syscall.SIGKILL)
		f.serve.kill(syscall.SIGKILL)
		f.startServe()
		f.startFleetWorker()
	}
	f.env = nil
	for _, set := range direct {
		f.env = append(f.env, strings.ReplaceAll(set, "127.0.0.1:"+strconv.Itoa(f.pg.port)+"/", cut.address+"/"))
	}
	restart()
	return func() {
		f.env = direct
		restart()
	}
}

// stripeEvent is an event as Stripe delivers it.
type stripeEvent struct {
	connect bool
	body    []byte
}

// events are all of the platform and of the campaign's creators, newest first.
func (f *fleet) events() (list []stripeEvent) {
	f.t.Helper()
	accounts := []string{""}
	f.each(`select account_id, 0::bigint from payees y where account_id is not null
		and exists (select 1 from partnerships p where p.creator_id = y.creator_id and p.campaign_id = '`+f.campaign.String()+`')`,
		func(id string, _ int64) { accounts = append(accounts, id) })
	for _, account := range accounts {
		for after := ""; ; {
			req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.public+"/v1/events?limit=100"+after, nil)
			require.NoError(f.t, err)
			req.Header.Set("Authorization", "Bearer sk_test_faults")
			if account != "" {
				req.Header.Set("Stripe-Account", account)
			}
			res, err := http.DefaultClient.Do(req)
			require.NoError(f.t, err)
			var page struct {
				Data    []json.RawMessage `json:"data"`
				HasMore bool              `json:"has_more"`
			}
			err = json.NewDecoder(res.Body).Decode(&page)
			require.NoError(f.t, err)
			require.NoError(f.t, res.Body.Close())
			var last struct {
				ID string `json:"id"`
			}
			for _, body := range page.Data {
				require.NoError(f.t, json.Unmarshal(body, &last))
				list = append(list, stripeEvent{account != "", body})
			}
			if !page.HasMore {
				break
			}
			after = "&starting_after=" + last.ID
		}
	}
	return list
}

// deliver posts an event as Stripe does, signed at this moment.
func (f *fleet) deliver(ctx context.Context, e stripeEvent) error {
	endpoint, secret := "account", whsecAccount
	if e.connect {
		endpoint, secret = "connect", whsecConnect
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s.%s", stamp, e.body)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.url+"/webhooks/stripe/"+endpoint, bytes.NewReader(e.body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Stripe-Signature", "t="+stamp+",v1="+hex.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %w", res.Status, errRefused)
	}
	return nil
}

// storm pays payouts, some to banks that return the money, and delivers everything that Stripe said of it five times more in any order, with stale
// news that the banks had taken it.
func (f *fleet) storm(payouts int) {
	f.t.Helper()
	ctx := f.t.Context()
	f.each(`select account_id, 0::bigint from payees y where account_id is not null
		and exists (select 1 from partnerships p where p.creator_id = y.creator_id and p.campaign_id = '`+f.campaign.String()+`')
		order by account_id limit 2`, func(id string, _ int64) {
		require.NoError(f.t, f.call(ctx, http.MethodPost, f.control+"/control/stripe/accounts/"+id, map[string]string{"payout_failure": "account_closed"}, nil))
	})
	f.paid(payouts, func() {})
	bank := `select count(*) from bank_payouts b join payees y on y.account_id = b.account_id join partnerships p on p.creator_id = y.creator_id where p.campaign_id = $1`
	until(f.t, time.Minute, "the banks", func(context.Context) bool {
		return f.number(bank+` and b.state = 'failed'`, f.campaign) >= 2 &&
			f.number(bank+` and b.state = 'paid'`, f.campaign) >= 2 && f.number(bank+` and b.state not in ('paid', 'failed')`, f.campaign) == 0 &&
			f.number(`select count(*) from webhook_inbox where processed_at is null`) == 0
	})
	state := func() string {
		var s string
		require.NoError(f.t, f.owner.QueryRow(ctx, `select (select string_agg(id || state, ',' order by id) from payouts) || (select string_agg(id || state, ',' order by id) from bank_payouts)
			|| (select count(*) from ledger_entries) || (select string_agg(creator_id || state, ',' order by creator_id) from payees)`).Scan(&s))
		return s
	}
	before, events := state(), f.events()
	var all []stripeEvent
	ids := map[string]bool{}
	stale, lost := 0, 0
	for _, e := range events {
		for range 5 {
			all = append(all, e)
		}
		var event struct {
			ID string `json:"id"`
		}
		require.NoError(f.t, json.Unmarshal(e.body, &event))
		ids[event.ID] = true
		lost += 1 - f.number(`select count(*) from webhook_inbox where provider = 'stripe' and event_id = $1`, event.ID)
		if bytes.Contains(e.body, []byte(`"type":"payout.failed"`)) {
			stale++
			ids[strings.Replace(event.ID, "evt_", "evt_late", 1)] = true
			late := bytes.ReplaceAll(bytes.ReplaceAll(e.body, []byte(`"payout.failed"`), []byte(`"payout.paid"`)), []byte(`"id":"evt_`), []byte(`"id":"evt_late`))
			all = append(all, stripeEvent{e.connect, bytes.ReplaceAll(late, []byte(`"status":"failed"`), []byte(`"status":"paid"`))})
		}
	}
	require.Positive(f.t, stale)
	require.True(f.t, lost == 0 || f.forgotten != nil, "%d events were never kept", lost)
	f.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var refused atomic.Int64
	for part := range slices.Chunk(all, 16) {
		done := make(chan struct{})
		for _, e := range part {
			go func() {
				defer func() { done <- struct{}{} }()
				if f.deliver(ctx, e) != nil {
					refused.Add(1)
				}
			}()
		}
		for range part {
			<-done
		}
	}
	f.t.Logf("%d events delivered %d times, %d of them stale, and %d that a restored database had lost", len(events), len(all), stale, lost)
	require.Zero(f.t, refused.Load(), "refused")
	until(f.t, time.Minute, "everything to be taken", func(context.Context) bool {
		return f.number(`select count(*) from webhook_inbox where processed_at is null`) == 0
	})
	// Only those that came in this storm are counted: on a busy machine Stripe may still have more to say.
	require.Equal(f.t, len(ids), f.number(`select count(*) from webhook_inbox where provider = 'stripe' and event_id = any($1)`, slices.Collect(maps.Keys(ids))), "each event is kept once")
	require.Equal(f.t, before, state(), "nothing changed")
}

// signings has contracts signed at the sandbox's Documenso, while workers die before a document is made and before anybody remembers that it was.
func (f *fleet) signings(n int) {
	f.t.Helper()
	f.replyAfter = 1
	f.found(paydays())
	f.exec(`update brands set signing = 'provider' where id = $1`, f.brand)
	f.faults(map[string]any{"provider": "documenso", "method": "POST", "path": "/api/v2/envelope/create", "action": "slow", "times": -1, "delay_ms": 2000})
	points := []string{"signing.claimed", "signing.created"}
	for _, point := range points {
		// All of them wait to be sent before anything is killed, so that nothing else of theirs is under way.
		f.begin(n, paydays(), point)
		house := f.people(15*time.Second, "approve", "sign", "send")
		f.eventually(n, `select count(*) from contracts c join partnerships p on p.id = c.partnership_id where p.campaign_id = $1 and c.state = 'internal_approval'
			and exists (select 1 from tasks t where t.partnership_id = p.id and t.kind = 'approve_contract' and t.state = 'open')`)
		house.leave()
		house = f.people(15*time.Second, "approve", "sign")
		f.dieAt(point, 4, `select count(*) from signing_documents where state = 'opening' and tried_at is not null and provider_id is null`)
		f.eventually(0, `select count(*) from contracts c join partnerships p on p.id = c.partnership_id where p.campaign_id = $1 and c.state = 'internal_approval'`)
		house.leave()
	}
	house := f.people(15*time.Second, "approve", "sign")
	defer house.leave()
	f.faults(
		map[string]any{"provider": "documenso", "method": "POST", "path": "/api/v2/envelope/create", "action": "commit_then_drop", "times": n / 4},
		map[string]any{"provider": "documenso", "method": "POST", "path": "/api/v2/envelope/distribute", "action": "commit_then_500", "times": n / 4},
	)
	n *= len(points)
	// What was claimed and not made waits for three minutes before it is made again.
	f.eventually(n, `select count(*) from signing_documents d join partnerships p on p.id = d.partnership_id where p.campaign_id = $1 and d.state = 'open'`)
	f.faults(map[string]any{"provider": "documenso", "path": "DOCUMENT_COMPLETED", "action": "duplicate", "times": -1})
	var seen struct {
		Documents []struct {
			ID         string
			Status     string
			ExternalID string `json:"external_id"`
		}
	}
	require.NoError(f.t, f.call(f.t.Context(), http.MethodGet, f.control+"/control/documenso", nil, &seen))
	ours := map[string]bool{} // an earlier round has left others
	f.each(`select c.id::text, 0::bigint from contracts c join partnerships p on p.id = c.partnership_id where p.campaign_id = '`+f.campaign.String()+`'`, func(id string, _ int64) { ours[id] = true })
	of := map[string]int{}
	for _, d := range seen.Documents {
		if !ours[d.ExternalID] {
			continue
		}
		of[d.ExternalID]++
		require.Equal(f.t, "PENDING", d.Status)
		require.NoError(f.t, f.call(f.t.Context(), http.MethodPost, f.control+"/control/documenso/"+d.ID, map[string]string{"action": "sign"}, nil))
	}
	require.Len(f.t, of, n, "contracts that have a document")
	for id, documents := range of {
		require.Equal(f.t, 1, documents, id)
	}
	f.eventually(4*n, `select count(*) from payouts p join partnerships a on a.id = p.partnership_id where a.campaign_id = $1 and p.state = 'awaiting_approval'`)
	f.eventually(n, `select count(*) from sealed_papers s join contracts c on c.id = s.contract_id join partnerships p on p.id = c.partnership_id where p.campaign_id = $1 and c.state = 'executed'`)
	require.Equal(f.t, n, f.number(`select count(*) from signatures s join contracts c on c.id = s.contract_id join partnerships p on p.id = c.partnership_id
		where p.campaign_id = $1 and s.party = 'creator' and s.identity = 'documenso'`, f.campaign))
}

// settleUnknown lets a person look up what nobody knows of, and try again what was rejected.
func (f *fleet) settleUnknown(ctx context.Context) {
	for _, p := range f.payoutsIn(ctx, "unknown", "failed") {
		kind := rapport.CmdReconcile
		if p.state == "failed" {
			kind = rapport.CmdRetry
		}
		_ = f.command(ctx, "payout", p.id, rapport.Command{Kind: kind, Actor: f.releaser}) // refused while it is being looked up
	}
}
