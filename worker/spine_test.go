package worker_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"rapport"
	"rapport/activities"
	"rapport/paper"
	"rapport/postgres"
	"rapport/postgres/pgtest"
	"rapport/providers/fetch"
	"rapport/providers/media"
	"rapport/providers/sendgrid"
	"rapport/providers/slack"
	"rapport/providers/stripe"
	"rapport/sandbox"
	"rapport/temporal"
	"rapport/temporal/devtest"
	"rapport/worker"
	"rapport/workflows"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Run(m)) }

const (
	whsecAccount = "whsec_account_0123456789abcdef0123456789abcdef"
	whsecConnect = "whsec_connect_0123456789abcdef0123456789abcdef"
)

// bundle is the back end without the API: real Postgres, real Temporal, the sandbox over HTTP, one worker and its relay.
type bundle struct {
	t        *testing.T
	ctx      context.Context
	owner    *pgxpool.Pool
	store    *postgres.Store
	client   client.Client
	payer    stripe.Payer
	dispatch *worker.Dispatcher
	sandbox  *sandbox.Server
	control  string
	posts    string

	brand, campaign uuid.UUID
	ops             uuid.UUID
	approver, legal uuid.UUID
	preparer        uuid.UUID
	releaser        uuid.UUID
}

func setup(t *testing.T) *bundle {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	ownerURL, _, workerURL := pgtest.New(t)
	owner, err := pgxpool.New(ctx, ownerURL)
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	store, err := postgres.Open(ctx, workerURL)
	require.NoError(t, err)
	t.Cleanup(store.Close)

	sb, err := sandbox.New(sandbox.Config{
		State: t.TempDir(), StripeAccountSecret: whsecAccount, StripeConnectSecret: whsecConnect, SendGridKeyDir: t.TempDir(),
		InboundDomain: "in.test", Mute: true, Log: zap.NewNop(),
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, sb.Close()) })
	public, control := httptest.NewServer(sb.Handler()), httptest.NewServer(sb.Control())
	t.Cleanup(public.Close)
	t.Cleanup(control.Close)
	sb.SetPublicURL(public.URL)

	server := devtest.Start(t)
	log := zap.NewNop()
	if os.Getenv("RAPPORT_TEST_LOG") != "" {
		log, _ = zap.NewDevelopment()
	}
	c, err := temporal.Dial(ctx, temporal.Config{Address: server.Address, Namespace: server.Namespace, CodecKey: []byte("0123456789abcdef0123456789abcdef"), Logger: log})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.NoError(t, temporal.EnsureSearchAttributes(ctx, c, server.Namespace))

	pay, err := stripe.New(stripe.Config{Key: "sk_test_spine", BaseURL: public.URL})
	require.NoError(t, err)
	mail, err := sendgrid.New(sendgrid.Config{Key: "SG.spine", BaseURL: public.URL})
	require.NoError(t, err)
	guarded, err := fetch.New(fetch.Config{Allow: []string{strings.TrimPrefix(public.URL, "http://")}})
	require.NoError(t, err)
	mailer := sendgrid.Mailer{Client: mail, Domain: "in.test", Key: []byte("0123456789abcdef0123456789abcdef")}
	chat, err := slack.New(slack.Config{Allow: []string{strings.TrimPrefix(public.URL, "http://")}, LinkBase: "http://rapport.test"})
	require.NoError(t, err)
	n := 0
	acts := &activities.Activities{
		Store: store, Payer: stripe.Payer{Client: pay}, Mailer: mailer, Fetcher: fetch.Poster{Client: guarded}, Prober: media.New(), Slack: chat, Paper: paper.Contract,
		PublicURL: "http://rapport.test", MailHost: "rapport.test",
		NewToken: func() string { n++; return fmt.Sprintf("token-%d-%s", n, uuid.NewString()) }, HashToken: func(s string) []byte { return []byte(s) },
	}
	w := worker.New(c, acts, worker.Options{Interceptors: nil})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	b := &bundle{t: t, ctx: ctx, owner: owner, store: store, sandbox: sb, control: control.URL, posts: public.URL,
		client: c, payer: stripe.Payer{Client: pay}, dispatch: worker.NewDispatcher(c, store, 10*time.Second)}
	relay := &worker.Relay{Store: store, Dispatch: b.dispatch, Inbox: &worker.Inbox{Store: store, Activities: acts, ReadInbound: mailer.Inbound}, Log: log}
	stopped := make(chan struct{})
	go func() { relay.Run(ctx); close(stopped) }()
	t.Cleanup(func() { cancel(); <-stopped })
	b.seed()
	return b
}

func (b *bundle) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.owner.Exec(b.ctx, sql, args...)
	require.NoError(b.t, err)
}

// seed makes one brand with a calendar of one-second days, its people and a campaign.
func (b *bundle) seed() {
	calendar := uuid.New()
	b.brand, b.campaign = uuid.New(), uuid.New()
	b.exec(`insert into calendars (id, owner_kind, owner_id, brand_id, zone, working_days, opens, closes, day_seconds)
		values ($1, 'brand', $2, $2, 'UTC', '{1,2,3,4,5,6,7}', '00:00', '24:00', 1)`, calendar, b.brand)
	b.exec(`insert into brands (id, name, postal_address, mail_from_name, mail_from, calendar_id, second_pair_amount)
		values ($1, 'Acme', '1 Main St', 'Acme', 'hello@acme.example', $2, 0)`, b.brand, calendar)
	person := func(name, role string) uuid.UUID {
		id := uuid.New()
		b.exec(`insert into users (id, email, name, password_hash) values ($1, $2, $3, 'x')`, id, name+"@house.example", name)
		b.exec(`insert into user_roles (user_id, brand_id, role) values ($1, $2, $3)`, id, b.brand, role)
		return id
	}
	b.ops, b.approver, b.legal = person("olga", "ops"), person("anna", "approver"), person("lea", "legal")
	b.preparer, b.releaser = person("pia", "finance_preparer"), person("rita", "finance_releaser")
	terms := rapport.DefaultTerms()
	terms.DurationDays, terms.NoticeDays = 25, 3
	terms.Milestones[2].NetDays = 1
	raw, err := json.Marshal(terms)
	require.NoError(b.t, err)
	b.exec(`insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags)
		values ($1, $2, 'Spring', 'A brief.', 10000000, 'usd', '2026-01-01', '2027-01-01', $3, 100000, $4,
		'00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', '{#ad}')`, b.campaign, b.brand, b.ops, raw)
	topup := uuid.New()
	b.exec(`insert into topups (id, brand_id, amount, currency) values ($1, $2, 5000000, 'usd')`, topup, b.brand)
	b.put("topup/"+topup.String(), "TopUp", topup)
}

// put asks for the start of a workflow.
func (b *bundle) put(workflowID, workflow string, input any) {
	b.t.Helper()
	raw, err := json.Marshal(input)
	require.NoError(b.t, err)
	row := rapport.OutboxRow{ID: uuid.New(), BrandID: b.brand, Kind: "start", WorkflowID: workflowID, Workflow: workflow, TaskQueue: "rapport", Input: raw}
	require.NoError(b.t, b.store.PutOutbox(b.ctx, row))
}

func (b *bundle) start(name string, change ...func(p *rapport.Partnership)) uuid.UUID {
	b.t.Helper()
	creator, id := uuid.New(), uuid.New()
	b.exec(`insert into creators (id, name, country) values ($1, $2, 'US')`, creator, name)
	b.exec(`insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', $3)`, uuid.New(), creator, strings.ToLower(name)+"@creators.example")
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($1, $2, $3, $4, $5)`, id, b.brand, b.campaign, creator, b.ops)
	day := rapport.DefaultCalendar("UTC")
	day.DaySeconds = 1
	var steps []rapport.SequenceStep
	var raw []byte
	require.NoError(b.t, b.owner.QueryRow(b.ctx, `select steps from sequences where name = 'Standard outreach'`).Scan(&raw))
	require.NoError(b.t, json.Unmarshal(raw, &steps))
	p := rapport.Partnership{
		Core: rapport.Core{Durable: true}, ID: id, BrandID: b.brand, CampaignID: b.campaign, CreatorID: creator, OwnerID: b.ops, Stage: rapport.StageProspect, Term: 1,
		Sequence: rapport.Sequence{Version: 1, Steps: steps, CoolOffDays: 90}, Timings: rapport.DefaultTimings(), BrandCalendar: day, CreatorCalendar: day, Renewal: rapport.RenewalNotDue,
	}
	for _, f := range change {
		f(&p)
	}
	b.put("partnership/"+id.String(), "Partnership", p)
	return id
}

func (b *bundle) command(kind string, id uuid.UUID, cmd rapport.Command) rapport.OutboxVerdict {
	b.t.Helper()
	cmd.ID = uuid.New()
	raw, err := json.Marshal(cmd)
	require.NoError(b.t, err)
	row := rapport.OutboxRow{ID: cmd.ID, BrandID: b.brand, Kind: "update", WorkflowID: kind + "/" + id.String(), Name: "command", UpdateID: hex.EncodeToString(cmd.ID[:]), Input: raw}
	require.NoError(b.t, b.store.PutOutbox(b.ctx, row))
	v, err := b.dispatch.Deliver(b.ctx, row)
	require.NoError(b.t, err)
	return v
}

func (b *bundle) accepted(kind string, id uuid.UUID, cmd rapport.Command) {
	b.t.Helper()
	v := b.command(kind, id, cmd)
	require.Empty(b.t, v.Refused, "%s %s: %+v", kind, cmd.Kind, v.Refusal)
}

// until waits for a query to answer want.
func (b *bundle) until(want, sql string, args ...any) {
	b.t.Helper()
	got := ""
	ok := func() bool {
		got = ""
		err := b.owner.QueryRow(b.ctx, "select coalesce(("+sql+")::text, '')", args...).Scan(&got)
		return err == nil && got == want
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); <-tick.C {
		if ok() {
			return
		}
	}
	var events []string
	rows, _ := b.owner.Query(b.ctx, `select source || ' ' || seq || ' ' || kind || ' ' || code from partnership_events order by recorded_at, source, seq`)
	for rows.Next() {
		var e string
		_ = rows.Scan(&e)
		events = append(events, e)
	}
	var stuck []string
	rows, _ = b.owner.Query(b.ctx, `select workflow_id || ' ' || kind || ' ' || coalesce(last_error, '') from outbox where acked_at is null`)
	for rows.Next() {
		var e string
		_ = rows.Scan(&e)
		stuck = append(stuck, e)
	}
	var mails []string
	rows, _ = b.owner.Query(b.ctx, `select direction || ' ' || kind || ' ' || state || ' ' || coalesce(subject, '') from messages order by at`)
	for rows.Next() {
		var e string
		_ = rows.Scan(&e)
		mails = append(mails, e)
	}
	require.Equal(b.t, want, got, "%s\nhistory:\n%s\noutbox:\n%s\nmails:\n%s", sql, strings.Join(events, "\n"), strings.Join(stuck, "\n"), strings.Join(mails, "\n"))
}

func (b *bundle) id(sql string, args ...any) uuid.UUID {
	b.t.Helper()
	var id uuid.UUID
	require.NoError(b.t, b.owner.QueryRow(b.ctx, sql, args...).Scan(&id))
	return id
}

// TestGoldenPath runs one partnership from the first mail to lapse on real servers: every step by its message, none by its rows.
func TestGoldenPath(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := b.start("Casey")
	b.until("accepted", `select state from messages where partnership_id = $1 and direction = 'out' order by at limit 1`, id)
	b.until("outreach", `select stage from partnerships where id = $1`, id)

	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdLogReply, Actor: b.ops})
	b.until("in_conversation", `select stage from partnerships where id = $1`, id)

	offer := uuid.New()
	b.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) select $1, $2, brand_id, id, 100000, 'usd', terms from campaigns`, offer, id)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSendOffer, Actor: b.ops, Ref: offer, Amount: rapport.Money{Amount: 100000, Currency: "usd"}})
	b.until("sent", `select state from offers where id = $1`, offer)
	require.Equal(t, "offer_is_out", b.command("partnership", id, rapport.Command{Kind: rapport.CmdSendOffer, Ref: uuid.New()}).Refused)
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: offer})
	b.until("open", `select state from tasks where partnership_id = $1 and kind = 'approve_contract'`, id)
	contract := b.id(`select id from contracts where partnership_id = $1`, id)
	sign := func(party string) {
		b.exec(`insert into signatures (contract_id, party, name, body_sha256) select id, $2, $2, body_sha256 from contracts where id = $1`, contract, party)
	}
	sign("brand")
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSendContract, Actor: b.ops, Ref: contract})
	sign("creator")
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdSignContract, Ref: contract})
	b.until("active", `select stage from partnerships where id = $1`, id)
	b.until("onboarding", `select state from payees`)

	deliverable := b.id(`select id from deliverables where partnership_id = $1`, id)
	submission := b.submit(id, deliverable, 1, "#ad My honest look at it.")
	b.until("open", `select state from reviews where submission_id = $1`, submission)
	review := b.id(`select id from reviews where submission_id = $1`, submission)
	b.decide(review, submission, b.approver, "request_changes")
	b.until("changes_requested", `select state from deliverables where id = $1`, deliverable)

	submission = b.submit(id, deliverable, 2, "#ad My honest look at it, again.")
	review = b.id(`select id from reviews where submission_id = $1`, submission)
	b.until("0", `select open_stage from reviews where id = $1`, review)
	b.decide(review, submission, b.approver, "approve")
	b.until("1", `select open_stage from reviews where id = $1`, review)
	late := b.command("review", review, rapport.Command{Kind: rapport.CmdDecide, Actor: b.approver, Ref: uuid.New(), Ref2: submission, Code: "reject"})
	require.Equal(t, "already_decided", late.Refused)
	require.Equal(t, b.approver, late.Refusal.By)
	b.decide(review, submission, b.legal, "approve")
	b.until("approved_to_post", `select state from deliverables where id = $1`, deliverable)

	put, err := http.NewRequestWithContext(b.ctx, http.MethodPut, b.control+"/control/posts/casey-1", strings.NewReader(`{"author": "casey", "caption": "#ad My honest look at it."}`))
	require.NoError(t, err)
	put.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(put)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Less(t, res.StatusCode, 300)
	b.exec(`update deliverables set post_url = $2 where id = $1`, deliverable, b.posts+"/posts/casey-1")
	b.accepted("partnership", id, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable})
	b.until("ok", `select result from post_checks where deliverable_id = $1 order by at limit 1`, deliverable)

	account := ""
	require.NoError(t, b.owner.QueryRow(b.ctx, `select account_id from payees`).Scan(&account))
	res, err = http.Post(b.control+"/control/stripe/accounts/"+account, "application/json", strings.NewReader(`{"outcome": "complete"}`))
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	b.until("3", `select count(*) from payouts where state = 'awaiting_approval'`)
	rows, err := b.owner.Query(b.ctx, `select id from payouts`)
	require.NoError(t, err)
	var payouts []uuid.UUID
	for rows.Next() {
		var p uuid.UUID
		require.NoError(t, rows.Scan(&p))
		payouts = append(payouts, p)
	}
	b.accepted("payout", payouts[2], rapport.Command{Kind: rapport.CmdPayOffline, Actor: b.preparer, Code: "cheque"})
	b.until("cheque 2 awaiting_approval", `select offline_method || ' ' || round || ' ' || state from payouts where id = $1`, payouts[2])
	for _, p := range payouts {
		b.approve(p, "preparer", b.preparer)
		b.approve(p, "releaser", b.releaser)
	}
	b.until("2", `select count(*) from payouts where state = 'paid'`)
	b.until("open", `select state from tasks where kind = 'record_payment' and ref = $1`, payouts[2])
	b.byHand(payouts[2])
	b.until("3", `select count(*) from payouts where state = 'paid'`)
	b.until("accepted true", `select state || ' ' || (body_text like '%by cheque, reference No. 12, on %')::text from messages where partnership_id = $1 and dedupe_key = $2`,
		id, "payout/"+payouts[2].String()+"/paid")
	b.until("cancelled", `select state from tasks where kind = 'record_payment' and ref = $1`, payouts[2])
	b.until("3", `select count(*) from ledger_transactions where kind = 'settle'`)
	b.until("completed", `select stage from partnerships where id = $1`, id)
	b.until("lapsed", `select stage from partnerships where id = $1`, id)
	b.until("true", `select closed from workflow_snapshots where workflow_id = $1`, "partnership/"+id.String())
	// What comes after the end reaches a person.
	transfer := ""
	require.NoError(t, b.owner.QueryRow(b.ctx, `select transfer_id from payout_attempts where payout_id = $1`, payouts[0]).Scan(&transfer))
	_, err = b.payer.Reverse(b.ctx, rapport.ReversalRequest{
		Key: "by hand", ReversalID: uuid.New(), Attempt: 1, TransferID: transfer, Amount: rapport.Money{Amount: 100, Currency: "usd"},
	})
	require.NoError(t, err)
	b.webhook("transfer.reversed", transfer, payouts[0].String())
	b.until("open", `select state from tasks where kind = 'transfer_reversed' and ref = $1`, payouts[0])
	reversal := b.takeBack(payouts[1], 1000)
	b.until("reversed", `select state from reversals where id = $1`, reversal)
	b.until("partly_reversed", `select state from payouts where id = $1`, payouts[1])
	b.until("accepted", `select state from messages where partnership_id = $1 and dedupe_key = $2`, id, "reversal/"+reversal.String()+"/reversed")
	message := uuid.New()
	require.NoError(t, b.store.SignalWorkflow(b.ctx, "partnership", id, b.brand, rapport.Signal{ID: uuid.New(), Kind: rapport.SignalMail, Code: "human", Ref: message}))
	b.until(message.String(), `select ref from tasks where partnership_id = $1 and kind = 'answer_reply' and state = 'open'`, id)
	problems, err := b.store.VerifyLedger(b.ctx)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// takeBack is a reversal that the preparer asks for and the releaser approves.
func (b *bundle) takeBack(payout uuid.UUID, amount int64) uuid.UUID {
	b.t.Helper()
	r := rapport.Reversal{Core: rapport.Core{Durable: true}, ID: uuid.New(), PayoutID: payout, Amount: rapport.Money{Amount: amount, Currency: "usd"}, RequestedBy: b.preparer, BrandID: b.brand}
	r.PartnershipID = b.id(`select partnership_id from payouts where id = $1`, payout)
	r.CreatorID = b.id(`select creator_id from payouts where id = $1`, payout)
	b.exec(`insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent)
		select $1, id, partnership_id, brand_id, creator_id, $3, currency, 'The post is gone.', $4, 50 from payouts where id = $2`, r.ID, payout, amount, b.preparer)
	b.put(workflows.ReversalID(r.ID), workflows.TypeReversal, r)
	b.until("open", `select state from tasks where kind = 'approve_reversal' and ref = $1`, payout)
	b.exec(`insert into reversal_approvals (id, reversal_id, brand_id, part, approver, amount, currency, step_up_id)
		select gen_random_uuid(), id, brand_id, 'reverse', $2, amount, currency, $3 from reversals where id = $1`,
		r.ID, b.releaser, pgtest.StepUp(b.t, b.owner, b.releaser, 0))
	b.accepted("reversal", r.ID, rapport.Command{Kind: rapport.CmdApproveReversal, Actor: b.releaser, Ref: uuid.New()})
	return r.ID
}

func (b *bundle) submit(partnership, deliverable uuid.UUID, version int, caption string) uuid.UUID {
	b.t.Helper()
	id := uuid.New()
	b.exec(`insert into submissions (id, deliverable_id, partnership_id, brand_id, version, caption) values ($1, $2, $3, $4, $5, $6)`, id, deliverable, partnership, b.brand, version, caption)
	b.accepted("partnership", partnership, rapport.Command{Kind: rapport.CmdSubmit, Ref: deliverable, Ref2: id})
	b.until("in_review", `select state from submissions where id = $1`, id)
	return id
}

func (b *bundle) decide(review, submission, user uuid.UUID, decision string) {
	b.t.Helper()
	id := uuid.New()
	b.exec(`insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, comment)
		values ($1, $2, $3, $4, $5, $6, 'Show the product earlier.')`, id, review, submission, b.brand, user, decision)
	b.accepted("review", review, rapport.Command{Kind: rapport.CmdDecide, Actor: user, Ref: id, Ref2: submission, Code: decision})
	b.until("accepted", `select state from decisions where id = $1`, id)
}

// byHand records that the preparer paid a payout by cheque.
func (b *bundle) byHand(payout uuid.UUID) {
	b.t.Helper()
	id := uuid.New()
	b.exec(`insert into blobs (sha256, content_type, size, content) values ('\x01', 'application/pdf', 1, '\x25') on conflict do nothing`)
	b.exec(`insert into offline_payments (id, payout_id, brand_id, round, method, paid_on, reference, amount, currency, proof_name, proof_sha256, recorded_by)
		select $1, p.id, p.brand_id, p.round, 'cheque', (now() at time zone d.zone)::date, 'No. 12', p.amount, p.currency, 'cheque.pdf', '\x01', $3
		from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id where p.id = $2`, id, payout, b.preparer)
	b.accepted("payout", payout, rapport.Command{Kind: rapport.CmdRecordOffline, Actor: b.preparer, Ref: id})
}

func (b *bundle) approve(payout uuid.UUID, part string, user uuid.UUID) {
	b.t.Helper()
	id := uuid.New()
	b.exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
		select $1, id, brand_id, round, $3, $4, amount, currency, destination, $5 from payouts where id = $2`, id, payout, part, user, pgtest.StepUp(b.t, b.owner, user, 0))
	b.accepted("payout", payout, rapport.Command{Kind: rapport.CmdApprovePayout, Actor: user, Ref: id, Code: part})
}
