//go:build bench || faults

package bench

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"rapport"
	"rapport/postgres"
	"rapport/sandbox"
	"rapport/temporal"
	"rapport/worker"
)

// world is the back end with real servers, and what people and creators are driven with.
type world struct {
	t        *testing.T // of the scenario that runs; processes belong to root
	root     *testing.T
	dir      string
	pg       *database
	temporal *process
	address  string // of Temporal
	owner    *pgxpool.Pool
	store    *postgres.Store
	client   client.Client
	dispatch *worker.Dispatcher
	public   string // base URL of the sandbox
	control  string // of its control port

	brand, campaign                          uuid.UUID
	ops, approver, legal, preparer, releaser uuid.UUID
	// replyAfter is the number of outreach mails after which creators answer.
	replyAfter int
	// refused counts commands that were refused: each costs an action and leaves no event.
	refused atomic.Int64
}

// newWorld starts PostgreSQL, Temporal and the sandbox, and writes one brand with its people.
func newWorld(t *testing.T) *world {
	t.Helper()
	ctx := t.Context()
	w := &world{t: t, root: t, replyAfter: 3, dir: t.TempDir(), pg: startDatabase(t)}
	w.migrate()
	var err error
	w.owner, err = pgxpool.New(ctx, w.pg.url("owner", "rapport"))
	require.NoError(t, err)
	t.Cleanup(w.owner.Close)
	w.store, err = postgres.Open(ctx, w.pg.url("rapport_worker", "rapport"))
	require.NoError(t, err)
	t.Cleanup(w.store.Close)
	w.temporal, w.address = startTemporal(t, filepath.Join(w.dir, "temporal"), freePort(t))
	w.client, err = temporal.Dial(ctx, temporal.Config{Address: w.address, Namespace: namespace, CodecKey: []byte(codecKey)})
	require.NoError(t, err)
	t.Cleanup(w.client.Close)
	require.NoError(t, temporal.EnsureSearchAttributes(ctx, w.client, namespace))
	w.dispatch = worker.NewDispatcher(w.client, w.store, 10*time.Second)
	return w
}

func (w *world) migrate() {
	w.t.Helper()
	conn, err := pgx.Connect(w.t.Context(), w.pg.url("owner", "postgres"))
	require.NoError(w.t, err)
	_, err = conn.Exec(w.t.Context(), "create database rapport")
	require.NoError(w.t, err)
	require.NoError(w.t, conn.Close(w.t.Context()))
	require.NoError(w.t, postgres.Migrate(w.t.Context(), w.pg.url("owner", "rapport")))
}

// sandboxHere runs the sandbox in this process; its webhooks are taken by a receiver that stores them as the API does, signatures
// aside.
func (w *world) sandboxHere() {
	w.t.Helper()
	sb, err := sandbox.New(sandbox.Config{StripeAccountSecret: whsecAccount, StripeConnectSecret: whsecConnect, InboundDomain: mailDomain, Mute: true, Pace: time.Second, Log: zap.NewNop()})
	require.NoError(w.t, err)
	w.t.Cleanup(func() { _ = sb.Close() })
	public, control, hooks := httptest.NewServer(sb.Handler()), httptest.NewServer(sb.Control()), httptest.NewServer(http.HandlerFunc(w.receive))
	w.t.Cleanup(public.Close)
	w.t.Cleanup(control.Close)
	w.t.Cleanup(hooks.Close)
	sb.SetPublicURL(public.URL)
	sb.SetTarget(hooks.URL)
	w.public, w.control = public.URL, control.URL
}

func (w *world) receive(res http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		res.WriteHeader(http.StatusBadRequest)
		return
	}
	var rows []rapport.InboxRow
	switch {
	case strings.HasSuffix(r.URL.Path, "/inbound"):
		rows = append(rows, rapport.InboxRow{Provider: "inbound", EventID: uuid.NewString(), Type: "inbound", Body: append([]byte(r.Header.Get("Content-Type")+"\n"), body...)})
	case strings.HasSuffix(r.URL.Path, "/events"):
		var events []map[string]any
		err = json.Unmarshal(body, &events)
		for _, e := range events {
			send, _ := e["send_id"].(string)
			rows = append(rows, rapport.InboxRow{Provider: "sendgrid", EventID: fmt.Sprint(e["sg_event_id"]), Type: fmt.Sprint(e["event"]), ObjectID: send, Body: []byte("{}")})
		}
	default:
		var e struct {
			ID      string `json:"id"`
			Type    string `json:"type"`
			Account string `json:"account"`
			Data    struct {
				Object json.RawMessage `json:"object"`
			} `json:"data"`
		}
		err = json.Unmarshal(body, &e)
		rows = append(rows, rapport.InboxRow{Provider: "stripe", EventID: e.ID, Type: e.Type, Account: e.Account, Body: e.Data.Object})
	}
	if err == nil {
		err = w.store.Atomically(r.Context(), func(ctx context.Context) error {
			for _, row := range rows {
				row.ID = uuid.Must(uuid.NewV7())
				if _, err := w.store.PutInbox(ctx, row); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		res.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	res.WriteHeader(http.StatusOK)
}

// startWorker runs a worker in a process of its own, with more of its settings.
func (w *world) startWorker(more ...string) *process {
	w.t.Helper()
	program, err := filepath.Abs("/proc/self/exe")
	require.NoError(w.t, err)
	return w.startWorkerOf(program, more...)
}

// startWorkerOf runs another build of this test as the worker.
func (w *world) startWorkerOf(program string, more ...string) *process {
	w.t.Helper()
	env := []string{
		envRole + "=" + roleWorker, envWorkerDatabase + "=" + w.pg.url("rapport_worker", "rapport"), envTemporal + "=" + w.address,
		envSandbox + "=" + w.public, envFetchAllow + "=" + strings.TrimPrefix(w.public, "http://"),
	}
	p, _ := launch(w.root, w.dir, "worker", true, append(env, more...), nil, program)
	return p
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.owner.Exec(w.t.Context(), sql, args...)
	require.NoError(w.t, err)
}

func (w *world) number(sql string, args ...any) (n int) {
	w.t.Helper()
	require.NoError(w.t, w.owner.QueryRow(w.t.Context(), sql, args...).Scan(&n))
	return n
}

// shape is how a world's campaign runs.
type shape struct {
	daySeconds int
	terms      rapport.ContractTerms
	steps      []rapport.SequenceStep
	timings    rapport.Timings
	budget     int64
}

// standard is the campaign of the standard lifecycle on days of one second. What a person would be late for lies two months away:
// on a day of one second everybody is late, and reminders would be counted that a punctual lifecycle has not.
func standard() shape {
	first, second := 0, 1
	return shape{daySeconds: 1, budget: 1_000_000_000, timings: timings(),
		terms: rapport.ContractTerms{
			Deliverables: []rapport.DeliverableTerms{
				{Title: "Video", Platform: "youtube", Kind: "video", DraftDueDays: 90, PublishDays: 90},
				{Title: "Story", Platform: "instagram", Kind: "story", DraftDueDays: 90, PublishDays: 90},
			},
			Milestones: []rapport.MilestoneTerms{
				{Title: "On signature", Trigger: rapport.TriggerSignature, Percent: 30},
				{Title: "First approval", Trigger: rapport.TriggerApproval, Deliverable: &first, Percent: 40},
				{Title: "After verification", Trigger: rapport.TriggerVerified, Deliverable: &second, Percent: 30, NetDays: 2},
			},
			RevisionRounds: 2, DurationDays: 700, NoticeDays: 100,
		},
		steps: []rapport.SequenceStep{
			{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepWait, BusinessDays: 3}, {Kind: rapport.StepSend, Template: "follow_up_1"},
			{Kind: rapport.StepWait, BusinessDays: 5}, {Kind: rapport.StepSend, Template: "follow_up_2"}, {Kind: rapport.StepWait, BusinessDays: 60},
			{Kind: rapport.StepSend, Template: "follow_up_3"}, {Kind: rapport.StepStop},
		},
	}
}

// timings are the defaults with the reminders for people far away.
func timings() rapport.Timings {
	t := rapport.DefaultTimings()
	t.OfferExpiryDays, t.SignatureExpiryDays, t.SignatureFirstReminder, t.PayeeReminderDays, t.RevisionBusinessDays = 200, 200, 150, 150, 90
	t.ConversationQuietDays, t.PublishReminderDays = 150, 2
	t.RenewalReviewDays, t.RenewalLadderDays = 690, nil // the decision opens ten days after signing
	t.LongSleepDays, t.RunEvents = 0, 0                 // as when lifecycles were first counted
	return t
}

const policyID = "00000000-0000-7000-8000-0000000000aa"

// found writes the brand, its people, its campaign and its funds.
func (w *world) found(s shape) {
	w.t.Helper()
	calendar := uuid.New()
	w.brand, w.campaign = uuid.New(), uuid.New()
	w.exec(`insert into calendars (id, owner_kind, owner_id, brand_id, zone, working_days, opens, closes, day_seconds)
		values ($1, 'brand', $2, $2, 'UTC', '{1,2,3,4,5,6,7}', '00:00', '24:00', $3)`, calendar, w.brand, s.daySeconds)
	w.exec(`insert into brands (id, name, postal_address, mail_from_name, mail_from, calendar_id, second_pair_amount, outreach_per_day, domain_per_hour, signing)
		values ($1, $2, '1 Main St', 'Acme', 'hello@acme.example', $3, 0, 1000000, 1000000, 'portal')`, w.brand, "Acme "+w.brand.String(), calendar)
	person := func(role string) uuid.UUID {
		id := uuid.New()
		w.exec(`insert into users (id, email, name, password_hash) values ($1, $2, $3, 'x')`, id, role+"."+id.String()+"@house.example", role)
		w.exec(`insert into user_roles (user_id, brand_id, role) values ($1, $2, $3)`, id, w.brand, role)
		return id
	}
	w.ops, w.approver, w.legal = person("ops"), person("approver"), person("legal")
	w.preparer, w.releaser = person("finance_preparer"), person("finance_releaser")
	w.exec(`insert into second_factors (id, user_id, secret, confirmed_at) select gen_random_uuid(), u.id, 'x', now() from users u where u.id = any ($1)`, []uuid.UUID{w.preparer, w.releaser})
	w.exec(`insert into policies (id, version, name, stages, on_silence) select $1, 1, 'Bench', jsonb_agg(s || '{"deadline_days": 60}'), 'hold'
		from policies, jsonb_array_elements(stages) s where id = '00000000-0000-7000-8000-000000000002' on conflict do nothing`, policyID)
	terms, err := json.Marshal(s.terms)
	require.NoError(w.t, err)
	w.exec(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags)
		values ($1, $2, 'Spring', 'A brief.', $6, 'usd', '2026-01-01', '2036-01-01', $3, 100000, $4, '00000000-0000-7000-8000-000000000001', $5, '{#ad}')`,
		w.campaign, w.brand, w.ops, terms, policyID, s.budget)
	topup := uuid.New()
	w.exec(`insert into topups (id, brand_id, amount, currency) values ($1, $2, $3, 'usd')`, topup, w.brand, min(s.budget, 99_000_000))
	w.put("topup/"+topup.String(), "TopUp", topup)
	until(w.t, time.Minute, "the brand's funds", func(context.Context) bool {
		return w.number(`select count(*) from topups where id = $1 and state = 'succeeded'`, topup) == 1
	})
}

// put asks for the start of a workflow.
func (w *world) put(workflowID, workflow string, input any) {
	w.t.Helper()
	raw, err := json.Marshal(input)
	require.NoError(w.t, err)
	row := rapport.OutboxRow{ID: uuid.New(), BrandID: w.brand, Kind: "start", WorkflowID: workflowID, Workflow: workflow, TaskQueue: "rapport", Input: raw}
	require.NoError(w.t, w.store.PutOutbox(w.t.Context(), row))
}

// begin writes n partnerships and the starts of their workflows in one transaction, as the API starts many at once.
func (w *world) begin(n int, s shape, name string) []uuid.UUID {
	w.t.Helper()
	day := rapport.DefaultCalendar("UTC")
	day.DaySeconds = s.daySeconds
	ids := make([]uuid.UUID, n)
	tx, err := w.owner.Begin(w.t.Context())
	require.NoError(w.t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(w.t.Context())) }()
	b := &pgx.Batch{}
	for i := range ids {
		creator := uuid.New()
		ids[i] = uuid.Must(uuid.NewV7())
		b.Queue(`insert into creators (id, name, country) values ($1, $2, 'US')`, creator, fmt.Sprintf("%s %d", name, i))
		b.Queue(`insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', $3)`, uuid.New(), creator,
			fmt.Sprintf("%s.%d.%s@creators.example", strings.ToLower(strings.ReplaceAll(name, " ", "")), i, creator))
		b.Queue(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($1, $2, $3, $4, $5)`, ids[i], w.brand, w.campaign, creator, w.ops)
		raw, err := json.Marshal(rapport.Partnership{
			ID: ids[i], BrandID: w.brand, CampaignID: w.campaign, CreatorID: creator, OwnerID: w.ops, Stage: rapport.StageProspect, Term: 1,
			Core: rapport.NewCore(), Sequence: rapport.Sequence{Version: 1, Steps: s.steps, CoolOffDays: 90}, Timings: s.timings,
			BrandCalendar: day, CreatorCalendar: day, Renewal: rapport.RenewalNotDue,
		})
		require.NoError(w.t, err)
		b.Queue(`insert into outbox (id, brand_id, kind, workflow_id, workflow, task_queue, input) values ($1, $2, 'start', $3, 'Partnership', 'rapport', $4)`,
			uuid.New(), w.brand, "partnership/"+ids[i].String(), raw)
	}
	require.NoError(w.t, tx.SendBatch(w.t.Context(), b).Close())
	require.NoError(w.t, tx.Commit(w.t.Context()))
	return ids
}

var errRefused = errors.New("refused")

// command sends a person's command as the API does: an outbox row, delivered at once.
func (w *world) command(ctx context.Context, kind string, id uuid.UUID, cmd rapport.Command) error {
	cmd.ID = uuid.New()
	raw, err := json.Marshal(cmd)
	if err != nil {
		return fmt.Errorf("command: %w", err)
	}
	row := rapport.OutboxRow{ID: cmd.ID, BrandID: w.brand, Kind: "update", WorkflowID: kind + "/" + id.String(), Name: "command", UpdateID: hex.EncodeToString(cmd.ID[:]), Input: raw}
	if err := w.store.PutOutbox(ctx, row); err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	v, err := w.dispatch.Deliver(ctx, row)
	if err != nil {
		return nil //nolint:nilerr // the relay delivers it
	}
	if v.Refused != "" {
		w.refused.Add(1)
		return fmt.Errorf("%w: %s %s: %s", errRefused, kind, cmd.Kind, v.Refused)
	}
	return nil
}

func (w *world) call(ctx context.Context, method, url string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s %w", method, url, res.Status, text, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// duty is something that waits for a person.
type duty struct {
	kind        string
	partnership uuid.UUID
	ref, other  uuid.UUID
	n, position int
	text        string
}

//nolint:dupword // a duty that refers to one thing names it twice
const dutiesSQL = `
select 'reply', p.id, p.id, p.id, 0, 0, x.email from partnerships p join contacts x on x.creator_id = p.creator_id where p.stage = 'outreach' and p.campaign_id = $1
  and (select count(*) from messages m where m.partnership_id = p.id and m.kind = 'outreach' and m.direction = 'out' and m.state in ('accepted', 'delivered', 'unknown')) >= $2
union all select 'offer', p.id, p.id, p.id, 0, 0, '' from partnerships p where p.stage = 'in_conversation' and p.campaign_id = $1 and not exists (select 1 from offers o where o.partnership_id = p.id)
union all select 'accept', o.partnership_id, o.id, o.id, 0, 0, '' from offers o where o.state = 'sent' and o.campaign_id = $1
union all select 'send', c.partnership_id, c.id, c.id, 0, 0, '' from contracts c join partnerships p on p.id = c.partnership_id where c.state = 'internal_approval' and p.campaign_id = $1
  and exists (select 1 from tasks t where t.partnership_id = p.id and t.kind = 'approve_contract' and t.state = 'open')
union all select 'sign', c.partnership_id, c.id, c.id, 0, 0, '' from contracts c join partnerships p on p.id = c.partnership_id where c.state = 'out_for_signature' and p.campaign_id = $1
union all select 'onboard', p.id, p.creator_id, p.id, 0, 0, y.account_id from partnerships p join payees y on y.creator_id = p.creator_id where y.state = 'onboarding' and p.campaign_id = $1
union all select 'submit', d.partnership_id, d.id, d.id, d.round + 1, 0, '' from deliverables d join partnerships p on p.id = d.partnership_id where p.campaign_id = $1
  and d.state in ('awaiting_draft', 'changes_requested')
union all select 'decide', r.partnership_id, r.id, r.submission_id, r.open_stage, d.position * 10 + s.version, '' from reviews r join submissions s on s.id = r.submission_id
  join deliverables d on d.id = r.deliverable_id join partnerships p on p.id = r.partnership_id where r.state = 'open' and r.open_stage is not null and p.campaign_id = $1
union all select 'post', d.partnership_id, d.id, d.id, 0, 0, '' from deliverables d join partnerships p on p.id = d.partnership_id where d.state = 'approved_to_post' and p.campaign_id = $1
union all select 'approve', y.partnership_id, y.id, y.id, y.round, 0, '' from payouts y join partnerships p on p.id = y.partnership_id where y.state = 'awaiting_approval' and p.campaign_id = $1
union all select 'renew', p.id, p.id, p.id, 0, 0, '' from partnerships p where p.renewal_state = 'review_open' and p.campaign_id = $1`

// people is everybody who decides or answers. They look every few milliseconds at what waits for them, and do it.
type people struct {
	w       *world
	mu      sync.Mutex
	done    map[string]time.Time
	errs    []error
	running sync.WaitGroup
	stop    context.CancelFunc
	// patience is after which time something that still waits is done again: never, or after a fault.
	patience time.Duration
	skip     map[string]bool
	// duties is what they look at, with its parameters; fulfil does one.
	duties string
	args   []any
	fulfil func(context.Context, duty) error
}

func (w *world) people(patience time.Duration, skip ...string) *people {
	p := &people{w: w, done: map[string]time.Time{}, patience: patience, skip: map[string]bool{}, duties: dutiesSQL, args: []any{w.campaign, w.replyAfter}, fulfil: w.fulfil}
	for _, s := range skip {
		p.skip[s] = true
	}
	return p.begin()
}

func (p *people) begin() *people {
	ctx, stop := context.WithCancel(p.w.t.Context())
	p.stop = stop
	p.running.Go(func() { p.run(ctx) })
	return p
}

// leave ends everybody's work and answers what went wrong.
func (p *people) leave() []error {
	p.stop()
	p.running.Wait()
	return p.errs
}

func (p *people) run(ctx context.Context) {
	free := make(chan struct{}, 32)
	for ctx.Err() == nil {
		rows, err := p.w.owner.Query(ctx, p.duties, p.args...)
		var list []duty
		if err == nil {
			list, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (d duty, err error) {
				err = r.Scan(&d.kind, &d.partnership, &d.ref, &d.other, &d.n, &d.position, &d.text)
				return d, err
			})
		}
		if err != nil && p.patience == 0 {
			p.failed(ctx, fmt.Errorf("duties: %w", err))
		}
		for _, d := range list {
			if !p.claim(d) {
				continue
			}
			free <- struct{}{}
			p.running.Go(func() {
				defer func() { <-free }()
				if err := p.fulfil(ctx, d); err != nil {
					p.failed(ctx, fmt.Errorf("%s of %s: %w", d.kind, d.partnership, err))
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (p *people) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs = append(p.errs, err)
}

func (p *people) claim(d duty) bool {
	if p.skip[d.kind] {
		return false
	}
	key := fmt.Sprintf("%s/%s/%d", d.kind, d.ref, d.n)
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, ok := p.done[key]; ok && (p.patience == 0 || time.Since(at) < p.patience) {
		return false
	}
	p.done[key] = time.Now()
	return true
}

// fulfil does one duty: it writes the row that the API would write, and sends the command.
func (w *world) fulfil(ctx context.Context, d duty) error {
	exec := func(sql string, args ...any) error {
		_, err := w.owner.Exec(ctx, sql, args...)
		return err
	}
	switch d.kind {
	case "reply":
		var list struct{ Mails []struct{ ID string } }
		if err := w.call(ctx, http.MethodGet, w.control+"/control/mail?limit=1&to="+url.QueryEscape(d.text), nil, &list); err != nil || len(list.Mails) == 0 {
			return err
		}
		return w.call(ctx, http.MethodPost, w.control+"/control/mail/"+list.Mails[0].ID+"/reply", map[string]string{"text": "Yes, tell me more."}, nil)
	case "offer":
		offer := rapport.DeriveID(d.partnership, "offer")
		if err := exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms)
			select $1, $2, brand_id, id, 100000, 'usd', terms from campaigns where id = $3 on conflict do nothing`, offer, d.partnership, w.campaign); err != nil {
			return err
		}
		return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdSendOffer, Actor: w.ops, Ref: offer, Amount: rapport.Money{Amount: 100000, Currency: "usd"}})
	case "accept":
		return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: d.ref})
	case "send", "sign":
		party, kind, actor := "brand", rapport.CmdSendContract, w.ops
		if d.kind == "sign" {
			party, kind, actor = "creator", rapport.CmdSignContract, uuid.Nil
			if err := w.mailCode(ctx, d.partnership); err != nil {
				return err
			}
		}
		if err := exec(`insert into signatures (contract_id, party, name, body_sha256) select id, $2, $2, body_sha256 from contracts where id = $1 on conflict do nothing`, d.ref, party); err != nil {
			return err
		}
		return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: kind, Actor: actor, Ref: d.ref})
	case "onboard":
		return w.call(ctx, http.MethodPost, w.control+"/control/stripe/accounts/"+d.text, map[string]string{"outcome": "complete"}, nil)
	case "submit":
		id := rapport.DeriveID(d.ref, fmt.Sprintf("submission/%d", d.n))
		if err := exec(`insert into submissions (id, deliverable_id, partnership_id, brand_id, version, caption)
			values ($1, $2, $3, $4, $5, '#ad My honest look at it.') on conflict do nothing`, id, d.ref, d.partnership, w.brand, d.n); err != nil {
			return err
		}
		return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdSubmit, Ref: d.ref, Ref2: id})
	case "decide":
		user, decision := []uuid.UUID{w.approver, w.legal}[d.n], rapport.DecisionApprove
		if d.n == 0 && d.position == 1 { // the first version of the first deliverable
			decision = rapport.DecisionRequestChanges
		}
		id := rapport.DeriveID(d.ref, fmt.Sprintf("decision/%d", d.n))
		if err := exec(`insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, comment)
			values ($1, $2, $3, $4, $5, $6, 'Show the product earlier.') on conflict do nothing`, id, d.ref, d.other, w.brand, user, decision); err != nil {
			return err
		}
		return w.command(ctx, "review", d.ref, rapport.Command{Kind: rapport.CmdDecide, Actor: user, Ref: id, Ref2: d.other, Code: decision})
	case "post":
		post := "post-" + d.ref.String()
		if err := w.call(ctx, http.MethodPut, w.control+"/control/posts/"+post, map[string]string{"author": "casey", "caption": "#ad My honest look at it."}, nil); err != nil {
			return err
		}
		if err := exec(`update deliverables set post_url = $2 where id = $1`, d.ref, w.public+"/posts/"+post); err != nil {
			return err
		}
		return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdReportPost, Ref: d.ref})
	case "approve":
		for part, user := range map[string]uuid.UUID{"preparer": w.preparer, "releaser": w.releaser} {
			id, proof := rapport.DeriveID(d.ref, fmt.Sprintf("%s/%d", part, d.n)), uuid.New()
			if err := exec(`insert into step_ups (id, user_id, factor_id, method) select $1, user_id, id, 'recovery_code' from second_factors where user_id = $2`, proof, user); err != nil {
				return err
			}
			if err := exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
				select $1, id, brand_id, round, $3, $4, amount, currency, destination, $5 from payouts p where id = $2
					and not exists (select 1 from payout_approvals a where a.id = $1)`, id, d.ref, part, user, proof); err != nil {
				return err
			}
			// A part that was approved before a fault is refused now.
			if err := w.command(ctx, "payout", d.ref, rapport.Command{Kind: rapport.CmdApprovePayout, Actor: user, Ref: id, Code: part}); err != nil && !errors.Is(err, errRefused) {
				return err
			}
		}
		return nil
	case "renew":
		offer := uuid.New() // a second try is another offer, as a second click is
		if err := exec(`insert into offers (id, partnership_id, brand_id, campaign_id, term, fee, currency, terms)
			select $1, $2, brand_id, id, 2, 100000, 'usd', terms from campaigns where id = $3 on conflict do nothing`, offer, d.partnership, w.campaign); err != nil {
			return err
		}
		return w.command(ctx, "partnership", d.partnership, rapport.Command{Kind: rapport.CmdRenew, Actor: w.ops, Ref: offer, Amount: rapport.Money{Amount: 100000, Currency: "usd"}})
	}
	return nil
}

// mailCode has the code mailed that a signature is proved with, by a workflow of its own.
func (w *world) mailCode(ctx context.Context, partnership uuid.UUID) error {
	id := rapport.DeriveID(partnership, "code")
	_, err := w.owner.Exec(ctx, `insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address, from_address, subject, body_text)
		select $1, (select t.id from threads t where t.partnership_id = p.id), p.id, p.brand_id, p.creator_id, 'out', 'email', 'code', 'prepared', x.email, b.mail_from, 'Your code', 'Your code is 123456.'
		from partnerships p join brands b on b.id = p.brand_id join contacts x on x.creator_id = p.creator_id where p.id = $2 on conflict do nothing`, id, partnership)
	if err != nil {
		return fmt.Errorf("code: %w", err)
	}
	raw, err := json.Marshal(id)
	if err != nil {
		return fmt.Errorf("code: %w", err)
	}
	return w.store.PutOutbox(ctx, rapport.OutboxRow{
		ID: rapport.DeriveID(id, "start"), BrandID: w.brand, Kind: "start", WorkflowID: "message/" + id.String(), Workflow: "Message", TaskQueue: "rapport", Input: raw,
	})
}

// explain says where lifecycles stand.
func (w *world) explain() {
	for _, sql := range []string{
		`select stage || ' ' || renewal_state || ' ' || count(*) from partnerships group by stage, renewal_state`,
		`select 'deliverables ' || state || ' ' || count(*) from deliverables group by state`,
		`select 'reviews ' || state || ' ' || count(*) from reviews group by state`,
		`select 'payouts ' || state || ' ' || count(*) from payouts group by state`,
		`select 'snapshot ' || split_part(workflow_id, '/', 1) || ' ' || count(*) from workflow_snapshots where not closed group by split_part(workflow_id, '/', 1)`,
		`select 'outbox ' || kind || ' ' || coalesce(last_error, '') || ' ' || count(*) from outbox where acked_at is null group by kind, last_error`,
		`select 'task ' || kind || ' ' || code || ' ' || count(*) from tasks where state = 'open' group by kind, code`,
		`select 'mail ' || kind || ' ' || direction || ' ' || state || ' ' || count(*) from messages where state in ('prepared', 'sending') group by kind, direction, state`,
		`select 'inbox ' || provider || ' ' || coalesce(last_error, '') || ' ' || count(*) from webhook_inbox group by provider, last_error`,
	} {
		rows, err := w.owner.Query(w.t.Context(), sql)
		if err != nil {
			w.t.Log(err)
			continue
		}
		for rows.Next() {
			var s string
			if rows.Scan(&s) == nil {
				w.t.Logf("  %s", s)
			}
		}
		rows.Close()
	}
}
