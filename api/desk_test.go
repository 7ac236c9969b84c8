package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
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
	"rapport/postgres/pgtest"
)

// flows stands for the workflows: it takes every command unless a test says otherwise, and remembers what it was given.
type flows struct {
	worker *postgres.Store
	mu     sync.Mutex
	got    []rapport.Command
	answer func(rapport.Command) rapport.OutboxVerdict
}

func (f *flows) Deliver(ctx context.Context, row rapport.OutboxRow) (rapport.OutboxVerdict, error) {
	var cmd rapport.Command
	if err := json.Unmarshal(row.Input, &cmd); err != nil {
		return rapport.OutboxVerdict{}, err
	}
	f.mu.Lock()
	f.got = append(f.got, cmd)
	answer := f.answer
	f.mu.Unlock()
	verdict := rapport.OutboxVerdict{}
	if answer != nil {
		verdict = answer(cmd)
	}
	return verdict, f.worker.AckOutbox(ctx, row.ID, verdict)
}

func (f *flows) Query(context.Context, string) (rapport.LiveWorkflow, error) {
	return rapport.LiveWorkflow{}, rapport.Errorf(rapport.CodeNotFound, "no such workflow")
}

// answers makes the workflows answer so from now on.
func (f *flows) answers(answer func(rapport.Command) rapport.OutboxVerdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.answer = answer
}

func (f *flows) refuse(code string) {
	f.answers(func(rapport.Command) rapport.OutboxVerdict {
		return rapport.OutboxVerdict{Refused: code, Refusal: &rapport.Refusal{Code: code}}
	})
}

func (f *flows) commands() []rapport.Command {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]rapport.Command{}, f.got...)
}

// work is a partnership in the middle of its work: a contract that both signed, a draft under review, a payout that waits for
// approval.
type work struct {
	creator, contact, campaign, partnership, contract, deliverable, submission, review, milestone, payout, offer uuid.UUID
	link                                                                                                         string
}

// desk is a world with the work of one partnership of brand one.
type desk struct {
	world
	work

	flows  *flows
	worker *postgres.Store
	owner  *pgx.Conn
}

// newDesk makes a desk; a test may change what its server is made of.
func newDesk(t *testing.T, change ...func(*api.Config)) *desk {
	t.Helper()
	ownerURL, apiURL, workerURL := pgtest.New(t)
	open := func(url string) *postgres.Store {
		store, err := postgres.Open(t.Context(), url)
		require.NoError(t, err)
		t.Cleanup(store.Close)
		return store
	}
	owner, err := pgx.Connect(t.Context(), ownerURL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = owner.Close(context.WithoutCancel(t.Context())) })
	d := &desk{worker: open(workerURL), owner: owner}
	store := open(apiURL)
	b := rapport.Bootstrap{}
	emails := make([]string, 0, 2*len(rapport.Roles())+2)
	for _, brand := range []string{"One", "Two"} {
		host := strings.ToLower(brand) + ".example"
		b.Brands = append(b.Brands, rapport.BootstrapBrand{Name: brand, PostalAddress: "1 Street", MailFromName: brand, MailFrom: "hello@" + host, Calendar: rapport.DefaultCalendar("Europe/Berlin")})
		for _, role := range append(rapport.Roles(), "both") {
			email, roles := string(role)+"@"+host, []rapport.Role{role}
			if role == "both" {
				roles = []rapport.Role{rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser, rapport.RoleApprover}
			}
			emails = append(emails, email)
			b.Users = append(b.Users, rapport.BootstrapUser{Name: "Ms " + string(role), Email: email, PasswordHash: passwordHash(), Roles: map[string][]rapport.Role{brand: roles}})
		}
	}
	made, err := open(ownerURL).Bootstrap(t.Context(), b)
	require.NoError(t, err)
	d.flows = &flows{worker: d.worker}
	d.world = world{store: store, one: made.Brands[0], two: made.Brands[1], users: map[string]uuid.UUID{}, tokens: map[string]string{}, mu: &sync.Mutex{}}
	for i, email := range emails {
		d.users[email] = made.Users[i]
	}
	cfg := api.Config{
		Store: store, Workflows: d.flows, Log: zap.NewNop(), PublicURL: "https://rapport.example", Secret: []byte(strings.Repeat("s", 32)), Metrics: prometheus.NewRegistry(),
	}
	for _, f := range change {
		f(&cfg)
	}
	server, err := api.New(cfg)
	require.NoError(t, err)
	web := httptest.NewServer(server.Handler())
	t.Cleanup(web.Close)
	d.url = web.URL
	d.creator, d.contact = id(), id()
	d.work = d.seed(t, d.world.one, "one.example")
	return d
}

func (d *desk) sql(t *testing.T, query string, args ...any) {
	t.Helper()
	_, err := d.owner.Exec(t.Context(), query, args...)
	require.NoError(t, err)
}

// one answers a single value of the database.
func one[T any](t *testing.T, d *desk, query string, args ...any) T {
	t.Helper()
	var v T
	require.NoError(t, d.owner.QueryRow(t.Context(), query, args...).Scan(&v))
	return v
}

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

const contractText = "Both agree."

// seed puts the work of a partnership of the brand there, whose people are at the host. Every brand works with the same creator.
func (d *desk) seed(t *testing.T, brand uuid.UUID, host string) work {
	t.Helper()
	w := work{
		creator: d.creator, contact: d.contact, campaign: id(), partnership: id(), contract: id(), deliverable: id(), submission: id(),
		review: id(), milestone: id(), payout: id(), offer: id(),
	}
	ops, approver, legal, both := d.users["ops@"+host], d.users["approver@"+host], d.users["legal@"+host], d.users["both@"+host]
	terms, err := json.Marshal(rapport.DefaultTerms())
	require.NoError(t, err)
	hash := sha256.Sum256([]byte(contractText))
	d.sql(t, `insert into creators (id, name, country) values ($1, 'Mia Lens', 'DE') on conflict do nothing`, w.creator)
	d.sql(t, `insert into creator_accounts (id, creator_id, platform, handle) values ($1, $2, 'youtube', '@mia') on conflict do nothing`, id(), w.creator)
	d.sql(t, `insert into contacts (id, creator_id, role, email) values ($1, $2, 'creator', 'mia@mail.example') on conflict do nothing`, w.contact, w.creator)
	d.sql(t, `insert into payees (creator_id, state, account_id) values ($1, 'onboarding', 'acct_mia') on conflict do nothing`, w.creator)
	d.sql(t, `insert into campaigns (id, brand_id, name, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags)
		values ($1, $2, 'Spring', 'Show the lens.', 1000000, 'eur', '2026-03-01', '2026-06-30', $3, 100000, $4, $5, $6, '{#ad}')`,
		w.campaign, brand, ops, terms, rapport.DefaultSequenceID, rapport.DefaultPolicyID)
	d.sql(t, `insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) values ($1, $2, $3, $4, $5, 'active')`,
		w.partnership, brand, w.campaign, w.creator, ops)
	d.sql(t, `insert into offers (id, partnership_id, brand_id, campaign_id, state, fee, currency, message, terms, sent_at, expires_at)
		values ($1, $2, $3, $4, 'accepted', 100000, 'eur', 'Join us', $5, now(), now() + interval '7 days')`,
		w.offer, w.partnership, brand, w.campaign, terms)
	d.sql(t, `insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, sent_at, executed_at, ends_at, notice_by)
		values ($1, $2, $3, $4, 1, 'executed', $5, $6, 100000, 'eur', $7, now(), current_timestamp, now() + interval '180 days', now() + interval '150 days')`,
		w.contract, w.partnership, brand, w.offer, contractText, hash[:], terms)
	d.sql(t, `insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, state, draft_due_at, publish_by, current_submission)
		values ($1, $2, $3, $4, 1, 0, 'Launch video', 'youtube', 'video', 'in_review', now() + interval '5 days', now() + interval '9 days', $5)`,
		w.deliverable, w.partnership, brand, w.contract, w.submission)
	d.sql(t, `insert into submissions (id, deliverable_id, partnership_id, brand_id, version, state, caption)
		values ($1, $2, $3, $4, 1, 'in_review', '#ad Look!')`, w.submission, w.deliverable, w.partnership, brand)
	stages, err := json.Marshal([]rapport.ReviewStage{
		{Name: "Brand", Rule: rapport.RuleAny, State: "open", Approvers: []rapport.ReviewApprover{{User: approver}, {User: both}},
			OpenedAt: time.Now(), DueAt: time.Now().Add(72 * time.Hour)},
		{Name: "Legal", Rule: rapport.RuleAny, State: "waiting", Approvers: []rapport.ReviewApprover{{User: legal}}},
	})
	require.NoError(t, err)
	d.sql(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages, checks, open_stage, approvers, due_at)
		values ($1, $2, $3, $4, $5, $6, 1, 'open', $7, '[{"rule":"disclosure","result":"pass","detail":"The disclosure is at the beginning."}]', 0, $8, now() + interval '3 days')`,
		w.review, w.submission, w.deliverable, w.partnership, brand, rapport.DefaultPolicyID, stages, []uuid.UUID{approver, both})
	d.sql(t, `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, net_days, state, met_at)
		values ($1, $2, $3, $4, 1, 0, 'On approval', 'approval', $5, 40000, 'eur', 10, 'payable', now())`, w.milestone, w.partnership, brand, w.contract, w.deliverable)
	commands, err := json.Marshal((&rapport.Payout{State: rapport.PayoutAwaitingApproval}).View(time.Now()).Commands)
	require.NoError(t, err)
	d.sql(t, `insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, state, due_at, commands)
		values ($1, $2, $3, $4, $5, 40000, 'eur', 'acct_mia', 'awaiting_approval', now(), $6)`,
		w.payout, w.milestone, w.partnership, brand, w.creator, commands)
	w.link = d.linkTo(t, w)
	return w
}

// stands puts an approval into the first stage of a review.
func (d *desk) stands(t *testing.T, review, decision uuid.UUID) {
	t.Helper()
	taken := []rapport.StageDecision{{ID: decision, User: d.users["approver@one.example"], Decision: rapport.DecisionWithCorrections, At: time.Now()}}
	d.sql(t, `update reviews set stages = jsonb_set(stages, '{0,decisions}', $2) where id = $1`, review, taken)
}

func (d *desk) newLink(t *testing.T) string {
	t.Helper()
	return d.linkTo(t, d.work)
}

// linkTo is what a mail to the creator would carry.
func (d *desk) linkTo(t *testing.T, w work) string {
	t.Helper()
	token := uuid.NewString()
	hash := sha256.Sum256([]byte(token))
	require.NoError(t, d.worker.NewPortalLink(t.Context(), w.partnership, w.contact, hash[:]))
	return token
}

func (d *desk) visitor(t *testing.T) call {
	t.Helper()
	return d.visit(t, d.link)
}

// visit is the creator with an open page.
func (w world) visit(t *testing.T, link string) call {
	t.Helper()
	a := w.anon().send(t, "POST", "/v1/portal/session", map[string]string{"token": link})
	require.Equal(t, 200, a.status, "%s", a.body)
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Name == "__Host-portal" {
			return w.anon().with("Cookie", "__Host-portal="+c.Value)
		}
	}
	require.Fail(t, "no cookie")
	return call{}
}

func (c call) keyed() call { return c.with("Idempotency-Key", uuid.NewString()) }
