package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// house is a database with the money of one brand, reached as the roles of the application reach it. The owner only looks, and writes
// what no money depends on.
type house struct {
	ctx         context.Context
	tb          testing.TB
	owner       *pgxpool.Pool
	api, worker *postgres.Store

	brand, partnership, contract, creator   uuid.UUID
	preparer, releaser, clerk               uuid.UUID
	author, left, stranger, mover, notYet   uuid.UUID // approver of the content; has left; of another brand; changed the destination; has the role next week
	otherBrand, otherPreparer, otherCreator uuid.UUID
	milestones, payouts, topups             []uuid.UUID
	transfers                               int
	sealed                                  int64 // the last seal before
}

const deed = `insert into calendars (id, owner_kind, owner_id, zone, working_days, opens, closes) values ($1, 'brand', $1, 'UTC', '{1}', '09:00', '17:00')`

// newHouse writes two brands with their people, and a contract at the first one.
func newHouse(tb testing.TB, t require.TestingT, owner *pgxpool.Pool, api, worker *postgres.Store) *house {
	tb.Helper()
	ctx := tb.Context()
	h := &house{ctx: ctx, tb: tb, owner: owner, api: api, worker: worker}
	exec := func(sql string, args ...any) {
		_, err := owner.Exec(ctx, sql, args...)
		require.NoError(t, err, sql)
	}
	for _, id := range []*uuid.UUID{&h.brand, &h.otherBrand} {
		*id = uuid.New()
		exec(deed, *id)
		exec(`insert into brands (id, name, postal_address, mail_from_name, mail_from, calendar_id, destination_cool_off_days)
			values ($1, 'Brand ' || ($1::uuid)::text, 'A', 'B', 'b@b.example', $1, 1)`, *id)
	}
	person := func(brand uuid.UUID, from string, roles ...string) uuid.UUID {
		id := uuid.New()
		exec(`insert into users (id, email, name, password_hash) values ($1, ($1::uuid)::text || '@h.example', 'P', 'x')`, id)
		for _, role := range roles {
			exec(`insert into user_roles (user_id, brand_id, role, effective_at) values ($1, $2, $3, now() + $4::interval)`, id, brand, role, from)
		}
		return id
	}
	both := []string{"finance_preparer", "finance_releaser"}
	h.preparer, h.releaser = person(h.brand, "0", "finance_preparer"), person(h.brand, "0", "finance_releaser")
	h.clerk, h.author, h.left, h.mover = person(h.brand, "0", "ops"), person(h.brand, "0", both...), person(h.brand, "0", both...), person(h.brand, "0", both...)
	h.notYet, h.stranger = person(h.brand, "7 days", both...), person(h.otherBrand, "0", both...)
	h.otherPreparer = person(h.otherBrand, "0", "finance_preparer")
	exec(`update users set disabled_at = now() where id = $1`, h.left)
	campaign, offer, deliverable, submission, review := uuid.New(), uuid.New(), uuid.New(), uuid.New(), uuid.New()
	h.creator, h.otherCreator, h.partnership, h.contract = uuid.New(), uuid.New(), uuid.New(), uuid.New()
	exec(`insert into creators (id, name) values ($1, 'Casey'), ($2, 'Robin')`, h.creator, h.otherCreator)
	exec(`insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id)
		values ($1, $2, 'C', 100000, 'usd', '2026-01-01', '2027-01-01', $3, 1000, '{}', $1, $1)`, campaign, h.brand, h.clerk)
	exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id) values ($1, $2, $3, $4, $5)`, h.partnership, h.brand, campaign, h.creator, h.clerk)
	exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) values ($1, $2, $3, $4, 1000, 'usd', '{}')`, offer, h.partnership, h.brand, campaign)
	exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
		values ($1, $2, $3, $4, 1, 'internal_approval', 'x', 'x', 1000, 'usd', '{}')`, h.contract, h.partnership, h.brand, offer)
	exec(`insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind) values ($1, $2, $3, $4, 1, 0, 'Video', 'youtube', 'video')`,
		deliverable, h.partnership, h.brand, h.contract)
	exec(`insert into submissions (id, deliverable_id, partnership_id, brand_id, version, caption) values ($1, $2, $3, $4, 1, '#ad')`, submission, deliverable, h.partnership, h.brand)
	exec(`insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version) values ($1, $2, $3, $4, $5, $1, 1)`,
		review, submission, deliverable, h.partnership, h.brand)
	exec(`insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, state, decided_at) values ($1, $1, $2, $3, $4, 'approve', 'accepted', now())`,
		review, submission, h.brand, h.author)
	require.NoError(t, owner.QueryRow(ctx, `select coalesce(max(n), 0) from ledger_seals`).Scan(&h.sealed))
	for i := range 4 {
		id := uuid.New()
		amount, currency := []int64{1000, 700, 2500, 300}[i], []string{"usd", "usd", "usd", "isk"}[i]
		exec(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency) values ($1, $2, $3, $4, 1, $5, 'M', 'approval', $6, $7)`,
			id, h.partnership, h.brand, h.contract, i, amount, currency)
		h.milestones = append(h.milestones, id)
	}
	exec(`insert into payees (creator_id, state, account_id, destination_changed_by, destination_changed_at) values ($1, 'ready', $2, $3, now() - interval '13 days')`, h.creator, h.account(1), h.mover)
	return h
}

// account is an account of the creator at the provider.
func (h *house) account(n int) string {
	return fmt.Sprintf("acct_%s%d", strings.ReplaceAll(h.creator.String(), "-", ""), n)
}

// rows is everything that money depends on, in one digest: what is refused must leave it as it was.
func (h *house) rows(t require.TestingT) string {
	var digest string
	err := h.owner.QueryRow(h.ctx, `select md5(concat(
		(select string_agg(x::text, '|' order by x.id) from payouts x where brand_id = $1), (select string_agg(x::text, '|' order by x.id) from payout_approvals x where brand_id = $1),
		(select string_agg(x::text, '|' order by x.payout_id, x.number) from payout_attempts x where brand_id = $1),
		(select string_agg(x::text, '|' order by x.id) from offline_payments x where brand_id = $1),
		(select string_agg(x::text, '|' order by x.id) from topups x where brand_id = $1),
		(select string_agg(x::text, '|' order by x.id) from milestones x where brand_id = $1), (select string_agg(x::text, '|' order by x.creator_id) from payees x where creator_id = $2),
		(select string_agg(x::text, '|' order by x.id) from ledger_transactions x where brand_id = $1), (select count(*) from ledger_transactions),
		(select string_agg(x::text, '|' order by x.id) from ledger_accounts x where brand_id is null or brand_id = $1), (select count(*) from ledger_accounts),
		(select string_agg(e::text, '|' order by e.txn_id, e.line) from ledger_entries e join ledger_transactions x on x.id = e.txn_id where brand_id = $1),
		(select sum(amount) || ' ' || count(*) from ledger_entries),
		(select count(*) || coalesce(max(n), 0)::text from ledger_seals), (select string_agg(x::text, '|' order by x.id) from outbox x where brand_id = $1)))`, h.brand, h.creator).Scan(&digest)
	require.NoError(t, err)
	return digest
}

// lawSQL names every law of the book that does not hold for the brand $1, and in the chain after the seal $2. It looks at the rows alone and
// shares nothing with what writes them.
const lawSQL = `
with t as materialized (select * from ledger_transactions where brand_id = $1), a as materialized (select * from ledger_accounts where brand_id = $1 or brand_id is null),
  e as materialized (select e.*, a.currency from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id in (select id from t)),
  p as materialized (select * from payouts where brand_id = $1), x as materialized (select * from payout_attempts where payout_id in (select id from p)),
  flying as (select p.currency, sum(p.amount) as amount from p where exists (select from x where x.payout_id = p.id and x.outcome = 'open') group by 1),
  owed as (select concat('creator_payable:', p.brand_id, ':', p.creator_id, ':', p.currency) as code, sum(p.amount) as amount from p where p.state not in ('paid', 'cancelled') group by 1),
  left_over as (select currency, sum(amount) as amount from (select currency, amount from topups where brand_id = $1 and state = 'succeeded'
    union all select p.currency, -p.amount from p where exists (select from x where x.payout_id = p.id and x.outcome <> 'rejected' and x.offline_payment is null)) m group by 1),
  by_hand as (select p.currency, sum(p.amount) as amount from p where p.state = 'paid' and p.offline_method is not null group by 1)
select 'entries sum to ' || sum(amount) || ' ' || currency from e group by currency having sum(amount) <> 0
union all select 'transaction ' || txn_id || ' sums to ' || sum(amount) from e group by txn_id, currency having sum(amount) <> 0
union all select 'transaction ' || id || ' has fewer than two entries' from t where (select count(*) from e where e.txn_id = t.id) < 2
union all select a.code || ' says ' || a.balance || ', its entries differ' from a where a.balance <> (select coalesce(sum(amount), 0) from ledger_entries where account_id = a.id)
union all select code || ' is below its floor: ' || balance from a where floor_zero and balance < 0
union all select code || ' has no floor' from a where not floor_zero and split_part(code, ':', 1) in ('brand_funds', 'brand_in_flight', 'creator_payable')
union all select code || ' is ' || balance || ', which open attempts do not make' from a where code like 'brand\_in\_flight:%'
  and balance <> coalesce((select amount from flying where currency = a.currency), 0)
union all select code || ' is ' || balance || ', which debts do not make' from a where code like 'creator\_payable:%' and balance <> coalesce((select amount from owed where code = a.code), 0)
union all select code || ' is ' || balance || ', which top-ups less what left do not make' from a where code like 'brand\_funds:%'
  and balance <> coalesce((select amount from left_over where currency = a.currency), 0)
union all select 'what was paid outside of Stripe is ' || coalesce(h.amount, 0) || ' ' || c.code || ', and the book says otherwise' from currencies c left join by_hand h on h.currency = c.code
  where coalesce(h.amount, 0) <> (select coalesce(sum(e.amount), 0) from e where e.account_id in (select id from a where a.code = 'offline_cash:' || c.code))
union all select 'payout ' || p.id || ' was sent by Stripe and outside of it' from p where exists (select from x where x.payout_id = p.id and x.offline_payment is not null)
  and (p.offline_method is null or exists (select from t join e on e.txn_id = t.id join a on a.id = e.account_id where t.payout_id = p.id and t.kind = 'settle' and a.code like 'stripe\_cash:%'))
union all select 'payout ' || p.id || ' was paid outside of Stripe, and nobody else than who released it said so'
  from p join x on x.payout_id = p.id join offline_payments o on o.id = x.offline_payment
  where o.amount <> p.amount or exists (select from payout_approvals k where k.payout_id = p.id and k.round = o.round and k.part = 'releaser' and k.approver = o.recorded_by)
union all select 'payout ' || p.id || ' is ' || p.state || ' and settled ' || (select count(*) from t where t.payout_id = p.id and t.kind = 'settle') || ' times' from p
  where (select count(*) from t where t.payout_id = p.id and t.kind = 'settle') <> (p.state = 'paid')::int
union all select 'payout ' || p.id || ' is ' || p.state || ', which its attempts do not bear out' from p
  where (p.state in ('submitted', 'unknown')) <> exists (select from x where x.payout_id = p.id and x.outcome = 'open')
    or (p.state = 'paid') <> exists (select from x where x.payout_id = p.id and x.outcome = 'succeeded')
union all select 'seal ' || s.n || ' is broken' from ledger_seals s left join ledger_seals b on b.n = s.n - 1 where s.n > $2
  and (s.sha256 <> ledger_digest(s.txn_id, s.prev_sha256) or s.prev_sha256 <> coalesce(b.sha256, '\x00') or (b.n is null and s.n <> 1))`

func (h *house) laws(t require.TestingT) {
	rows, err := h.owner.Query(h.ctx, lawSQL, h.brand, h.sealed)
	require.NoError(t, err)
	broken, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, broken)
}

// keeps does something that may be refused. What is refused leaves everything as it was.
func (h *house) keeps(t *rapid.T, do func() error) error {
	before := h.rows(t)
	err := do()
	if err != nil {
		require.Equal(t, before, h.rows(t), "it was refused, %v, and left something behind", err)
	}
	return err
}

// refuses does what nobody may.
func (h *house) refuses(t *rapid.T, what string, do func() error) {
	before := h.rows(t)
	require.Error(t, do(), what)
	require.Equal(t, before, h.rows(t), "%s: it was refused and left something behind", what)
}

func (h *house) payout(t *rapid.T) uuid.UUID {
	if len(h.payouts) == 0 { // most steps need one: to skip them all is more than rapid bears
		h.open(t)
	}
	return rapid.SampledFrom(h.payouts).Draw(t, "payout")
}

func (h *house) hash(r rapport.TransferRequest) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %s %s", r.Key, r.Amount.Amount, r.Amount.Currency, r.Destination))
	return sum[:]
}

// row is what a payout says of itself.
type row struct {
	state, currency, destination string
	amount                       int64
	round, attempts              int
	open                         bool
	method                       string // outside of Stripe; empty for Stripe
	approved                     []string
	approvers                    []uuid.UUID
}

func (h *house) row(t require.TestingT, id uuid.UUID) (r row) {
	err := h.owner.QueryRow(h.ctx, `select p.state, p.currency, coalesce(p.destination, ''), coalesce(p.offline_method, ''), p.amount, p.round,
		(select count(*) from payout_attempts a where a.payout_id = p.id),
		exists (select 1 from payout_attempts a where a.payout_id = p.id and a.outcome = 'open'),
		(select coalesce(array_agg(a.part), '{}') from payout_approvals a where a.payout_id = p.id and a.round = p.round),
		(select coalesce(array_agg(a.approver), '{}') from payout_approvals a where a.payout_id = p.id and a.round = p.round) from payouts p where p.id = $1`, id).
		Scan(&r.state, &r.currency, &r.destination, &r.method, &r.amount, &r.round, &r.attempts, &r.open, &r.approved, &r.approvers)
	require.NoError(t, err)
	return r
}

// change writes a state as the record of the payout's workflow does.
func (h *house) change(id uuid.UUID, state rapport.PayoutState) error {
	var seq int64
	if err := h.owner.QueryRow(h.ctx, `select coalesce((select seq from workflow_snapshots where workflow_id = 'payout/' || $1::text), 0) + 1`, id).Scan(&seq); err != nil {
		return err
	}
	change := rapport.Change{Noun: "payout", ID: id, State: string(state), At: time.Now()}
	if state == rapport.PayoutHeld {
		change.Code = "manual"
	}
	return h.worker.ApplyBatch(h.ctx, rapport.Batch{
		Kind: "payout", WorkflowType: "Payout", ID: id, BrandID: h.brand, PartnershipID: h.partnership, Seq: seq, Snapshot: []byte("{}"),
		Record: rapport.Record{Facts: []rapport.Fact{{Seq: seq, At: time.Now(), Kind: "payout_" + string(state)}}, Changes: []rapport.Change{change}},
	})
}

func (h *house) open(t *rapid.T) {
	i := rapid.IntRange(0, len(h.milestones)-1).Draw(t, "milestone")
	id := rapport.DeriveID(h.milestones[i], "payout")
	err := h.keeps(t, func() error {
		_, err := h.worker.OpenPayout(h.ctx, id, milestoneDue, h.partnership, h.milestones[i])
		return err
	})
	require.NoError(t, err, "opening again opens nothing more")
	for _, known := range h.payouts {
		if known == id {
			h.refuses(t, "a second payout of one milestone", func() error {
				_, err := h.worker.OpenPayout(h.ctx, uuid.New(), milestoneDue, h.partnership, h.milestones[i])
				return err
			})
			return
		}
	}
	h.payouts = append(h.payouts, id)
}

// proof is one of the second factor of a person, so old.
func (h *house) proof(who uuid.UUID, age time.Duration) *uuid.UUID {
	return new(pgtest.StepUp(h.tb, h.owner, who, age))
}

// approve lets somebody approve, who may or may not be the right one, something that may or may not be what is owed.
func (h *house) approve(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	a := rapport.PayoutApprovalCreate{
		ID: uuid.New(), PayoutID: id, BrandID: h.brand, Round: r.round, Part: rapid.SampledFrom([]string{"preparer", "releaser"}).Draw(t, "part"),
		Amount: rapport.Money{Amount: r.amount, Currency: r.currency}, Destination: r.destination,
	}
	a.Approver = map[string]uuid.UUID{"preparer": h.preparer, "releaser": h.releaser}[a.Part]
	a.StepUpID = h.proof(a.Approver, 0)
	brand, right := h.brand, true
	wrong := func(change func()) { change(); right = false }
	switch rapid.IntRange(0, 19).Draw(t, "how") {
	case 0:
		wrong(func() { a.Amount.Amount++ })
	case 1:
		wrong(func() { a.Amount.Currency = "eur" })
	case 2:
		wrong(func() { a.Round += rapid.SampledFrom([]int{-1, 1}).Draw(t, "round") })
	case 3:
		wrong(func() { a.Destination = "acct_thief" })
	case 4:
		wrong(func() { a.Part = "owner" })
	case 5:
		wrong(func() { brand = h.otherBrand })
	case 6:
		wrong(func() { a.BrandID = h.otherBrand })
	case 11:
		if a.Part == "releaser" {
			wrong(func() { a.StepUpID = nil })
		}
	case 12:
		if a.Part == "releaser" {
			wrong(func() { a.StepUpID = h.proof(a.Approver, 6*time.Minute) })
		}
	case 13:
		wrong(func() { a.StepUpID = h.proof(h.clerk, 0) })
	case 7, 8, 9, 10:
		wrong(func() {
			a.Approver = rapid.SampledFrom([]uuid.UUID{h.clerk, h.author, h.left, h.stranger, h.mover, h.notYet, h.otherPreparer}).Draw(t, "person")
			a.StepUpID = h.proof(a.Approver, 0)
		})
	}
	for i, part := range r.approved {
		right = right && part != a.Part && r.approvers[i] != a.Approver
	}
	right = right && r.state == "awaiting_approval"
	if !right {
		h.refuses(t, "an approval that does not fit", func() error { return h.api.ApprovePayout(rapport.WithBrands(h.ctx, brand), a) })
		return
	}
	require.NoError(t, h.api.ApprovePayout(rapport.WithBrands(h.ctx, brand), a))
}

// step lets the payout's workflow move it, legally or not.
func (h *house) step(t *rapid.T) {
	id := h.payout(t)
	from := rapport.PayoutState(h.row(t, id).state)
	to := rapid.SampledFrom([]rapport.PayoutState{rapport.PayoutAwaitingApproval, rapport.PayoutAwaitingApproval, rapport.PayoutHeld, rapport.PayoutScheduled, rapport.PayoutCancelled}).Draw(t, "to")
	legal := from == to
	for _, s := range rapport.PayoutTransitions()[from] {
		legal = legal || s == to
	}
	if !legal {
		h.refuses(t, fmt.Sprintf("from %s to %s", from, to), func() error { return h.change(id, to) })
		return
	}
	require.NoError(t, h.keeps(t, func() error { return h.change(id, to) }))
}

func (h *house) order(t *rapid.T) {
	id := h.payout(t)
	before := h.row(t, id)
	submission := before.attempts + rapid.IntRange(0, 1).Draw(t, "submission")
	var o rapport.PayoutOrder
	err := h.keeps(t, func() (err error) {
		o, err = h.worker.OrderPayout(h.ctx, id, submission, h.hash)
		return err
	})
	require.NoError(t, err)
	if o.Verdict == "submit" {
		require.Empty(t, before.method, "people pay it")
		after := h.row(t, id)
		require.True(t, before.open || len(before.approved) == 2, "an attempt was opened without two pairs of eyes")
		require.Equal(t, after.attempts, o.Request.Attempt)
		require.Equal(t, fmt.Sprintf("po_%s_%d", id, after.attempts), o.Request.Key)
		require.Equal(t, rapport.Money{Amount: before.amount, Currency: before.currency}, o.Request.Amount)
		require.NoError(t, h.worker.MarkSent(h.ctx, id, o.Request.Attempt))
	}
}

func (h *house) settle(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	attempt := max(r.attempts+rapid.SampledFrom([]int{0, 0, 0, -1, 1}).Draw(t, "attempt"), 1)
	h.transfers++
	ref := fmt.Sprintf("tr_%s_%d", h.brand, h.transfers)
	if h.transfers > 1 && rapid.IntRange(0, 4).Draw(t, "another's") == 0 {
		ref = fmt.Sprintf("tr_%s_%d", h.brand, rapid.IntRange(1, h.transfers).Draw(t, "transfer"))
	}
	settle := func() error { return h.worker.SettlePayout(h.ctx, id, attempt, rapport.Transfer{ID: ref}) }
	if r.state != "paid" && (!r.open || attempt != r.attempts) {
		h.refuses(t, "a transfer of an attempt that is not open", settle)
		return
	}
	_ = h.keeps(t, settle) // refused where the transfer is another payout's
}

func (h *house) reject(t *rapid.T) {
	id := h.payout(t)
	kind := rapid.SampledFrom([]string{rapport.PayRejected, rapport.PayRejectedFunds, rapport.PayRejectedPayee}).Draw(t, "kind")
	require.NoError(t, h.keeps(t, func() error { return h.worker.RejectAttempt(h.ctx, id, max(h.row(t, id).attempts, 1), kind, "code") }))
}

func (h *house) unknown(t *rapid.T) {
	id := h.payout(t)
	require.NoError(t, h.keeps(t, func() error {
		if rapid.Bool().Draw(t, "by look-up") {
			_, err := h.worker.OpenAttempt(h.ctx, id)
			return err
		}
		return h.worker.MarkUnknown(h.ctx, id)
	}))
}

func (h *house) topUp(t *rapid.T) {
	amount, currency := int64(rapid.IntRange(1, 30).Draw(t, "amount"))*100, rapid.SampledFrom([]string{"usd", "usd", "isk"}).Draw(t, "currency")
	u := rapport.TopUp{ID: uuid.New(), BrandID: h.brand, Amount: rapport.Money{Amount: amount, Currency: currency}}
	ctx := rapport.WithBrands(h.ctx, h.brand)
	if rapid.IntRange(0, 5).Draw(t, "foreign") == 0 {
		u.BrandID = h.otherBrand
		h.refuses(t, "a top-up of another brand", func() error { _, err := h.api.AddTopUp(ctx, u, h.preparer); return err })
		return
	}
	_, err := h.api.AddTopUp(ctx, u, h.preparer)
	require.NoError(t, err)
	h.topups = append(h.topups, u.ID)
}

func (h *house) arrive(t *rapid.T) {
	if len(h.topups) == 0 {
		t.Skip("this step needs a top-up, and there is none yet: rapid draws another step")
	}
	id := rapid.SampledFrom(h.topups).Draw(t, "top-up")
	status := rapid.SampledFrom([]string{"succeeded", "succeeded", "pending", "failed", "canceled"}).Draw(t, "status")
	require.NoError(t, h.keeps(t, func() error { return h.worker.SettleTopUp(h.ctx, id, "tu_"+id.String(), status) }))
}

func (h *house) payee(t *rapid.T) {
	state := rapid.SampledFrom([]string{"ready", "ready", "onboarding", "restricted"}).Draw(t, "state")
	account := h.account(rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "account"))
	require.NoError(t, h.keeps(t, func() error {
		return h.worker.SavePayee(h.ctx, rapport.Payee{CreatorID: h.creator, Account: account, State: state})
	}))
	h.coolOff(t)
}

// coolOff lets the time pass that a changed destination holds what is owed, and somebody release it.
func (h *house) coolOff(t *rapid.T) {
	for _, sql := range []string{
		`update payees set destination_changed_at = now() - interval '13 days' where creator_id in (select creator_id from partnerships where brand_id = $1)`,
		`update destination_holds set changed_at = now() - interval '13 days', free_at = now() - interval '1 day' where released_at is null and brand_id = $1`,
	} {
		_, err := h.owner.Exec(h.ctx, sql, h.brand)
		require.NoError(t, err)
	}
	_, err := h.owner.Exec(h.ctx, `update destination_holds set released_at = now(), released_by = $2 where released_at is null and brand_id = $1`, h.brand, h.releaser)
	require.NoError(t, err)
}

func (h *house) seal(t *rapid.T) {
	_, err := h.worker.SealLedger(h.ctx)
	require.NoError(t, err)
}

// way lets the workflow of a payout change how it is paid.
func (h *house) way(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	method := rapid.SampledFrom([]string{"", "cheque", "cheque", "goods"}).Draw(t, "method")
	change := func() error { return h.pays(id, method) }
	may := slices.Contains([]string{"awaiting_approval", "approved", "awaiting_payee", "awaiting_funds", "failed"}, r.state) && !r.open
	if !may && method != r.method {
		h.refuses(t, "another way of paying what is "+r.state, change)
		return
	}
	if !may {
		t.Skip("the way is the same, and this state takes no new round: rapid draws another step")
	}
	require.NoError(t, h.keeps(t, change))
	require.Empty(t, h.row(t, id).approved, "what was approved was another way")
}

// pays writes how a payout is paid as the record of its workflow does.
func (h *house) pays(id uuid.UUID, method string) error {
	var seq int64
	if err := h.owner.QueryRow(h.ctx, `select coalesce((select seq from workflow_snapshots where workflow_id = 'payout/' || $1::text), 0) + 1`, id).Scan(&seq); err != nil {
		return err
	}
	return h.worker.ApplyBatch(h.ctx, rapport.Batch{
		Kind: "payout", WorkflowType: "Payout", ID: id, BrandID: h.brand, PartnershipID: h.partnership, Seq: seq, Snapshot: []byte("{}"),
		Record: rapport.Record{
			Facts:   []rapport.Fact{{Seq: seq, At: time.Now(), Kind: "payout_offline"}},
			Changes: []rapport.Change{{Noun: "payout_method", ID: id, State: "awaiting_approval", At: time.Now(), Code: method}},
		},
	})
}

// byHand is a payment of a payout outside of Stripe as it should be.
func (h *house) byHand(id uuid.UUID, r row) rapport.OfflinePayment {
	content := []byte("%PDF-1.4")
	sum := sha256.Sum256(content)
	return rapport.OfflinePayment{
		ID: uuid.New(), PayoutID: id, BrandID: h.brand, Round: r.round, Method: r.method, PaidOn: time.Now().UTC().Format(time.DateOnly), Reference: "R",
		Amount: rapport.Money{Amount: r.amount, Currency: r.currency}, Proof: rapport.File{Name: "p.pdf", Type: "application/pdf", SHA256: sum[:], Content: content},
		RecordedBy: rapport.UserRef{ID: h.preparer},
	}
}

// record lets somebody record a payment outside of Stripe, who may or may not be the right one, of what may or may not be approved.
func (h *house) record(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	o, brand := h.byHand(id, r), h.brand
	right := r.state == "approved" && r.method != "" && len(r.approved) == 2
	wrong := func(change func()) { change(); right = false }
	switch rapid.IntRange(0, 11).Draw(t, "how") {
	case 0:
		wrong(func() { o.Amount.Amount++ })
	case 1:
		wrong(func() { o.Round++ })
	case 2:
		wrong(func() { o.PaidOn = time.Now().UTC().AddDate(0, 0, 2).Format(time.DateOnly) })
	case 3:
		wrong(func() { o.PaidOn = "2020-01-01" })
	case 4:
		wrong(func() { o.Method = "paypal" })
	case 5:
		wrong(func() { brand = h.otherBrand })
	case 6, 7:
		wrong(func() {
			o.RecordedBy.ID = rapid.SampledFrom([]uuid.UUID{h.clerk, h.left, h.stranger, h.notYet, h.otherPreparer, h.releaser}).Draw(t, "person")
		})
	}
	add := func() error { return h.api.AddOfflinePayment(rapport.WithBrands(h.ctx, brand), o) }
	if !right {
		h.refuses(t, "a payment outside of Stripe that does not fit", add)
		return
	}
	require.NoError(t, add())
	if rapid.IntRange(0, 2).Draw(t, "stays") == 0 {
		return // its workflow did not take it
	}
	for range rapid.IntRange(1, 3).Draw(t, "times") {
		verdict, err := h.worker.RecordOffline(h.ctx, id, o.ID)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, verdict)
	}
}

// forward does the next right thing for a payout: without it few would come to their end among so much that goes wrong.
func (h *house) forward(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	next := func(submission int) {
		if r.method != "" {
			_, err := h.worker.OrderOffline(h.ctx, id)
			require.NoError(t, err)
			return
		}
		o, err := h.worker.OrderPayout(h.ctx, id, submission, h.hash)
		require.NoError(t, err)
		if o.Verdict == "submit" {
			require.Len(t, h.row(t, id).approved, 2)
		}
	}
	switch r.state {
	case "scheduled", "held":
		require.NoError(t, h.change(id, rapport.PayoutAwaitingApproval))
	case "awaiting_approval":
		for part, who := range map[string]uuid.UUID{"preparer": h.preparer, "releaser": h.releaser} {
			if !slices.Contains(r.approved, part) && !slices.Contains(r.approvers, who) {
				require.NoError(t, h.api.ApprovePayout(rapport.WithBrands(h.ctx, h.brand), rapport.PayoutApprovalCreate{
					ID: uuid.New(), PayoutID: id, BrandID: h.brand, Round: r.round, Part: part, Approver: who, Amount: rapport.Money{Amount: r.amount, Currency: r.currency}, Destination: r.destination,
					StepUpID: h.proof(who, 0),
				}))
			}
		}
		next(r.attempts + 1)
	case "approved", "failed":
		if r.method != "" && len(r.approved) == 2 {
			o := h.byHand(id, r)
			require.NoError(t, h.api.AddOfflinePayment(rapport.WithBrands(h.ctx, h.brand), o))
			_, err := h.worker.RecordOffline(h.ctx, id, o.ID)
			require.NoError(t, err)
			return
		}
		next(r.attempts + 1)
	case "awaiting_payee":
		require.NoError(t, h.worker.SavePayee(h.ctx, rapport.Payee{CreatorID: h.creator, Account: h.account(1), State: "ready"}))
		h.coolOff(t)
		next(r.attempts + 1)
	case "awaiting_funds":
		u := rapport.TopUp{ID: uuid.New(), BrandID: h.brand, Amount: rapport.Money{Amount: r.amount, Currency: r.currency}}
		_, err := h.api.AddTopUp(rapport.WithBrands(h.ctx, h.brand), u, h.preparer)
		require.NoError(t, err)
		require.NoError(t, h.worker.SettleTopUp(h.ctx, u.ID, "tu_"+u.ID.String(), "succeeded"))
		next(r.attempts + 1)
	case "submitted", "unknown":
		if rapid.IntRange(0, 2).Draw(t, "refused") == 0 {
			require.NoError(t, h.worker.RejectAttempt(h.ctx, id, r.attempts, rapport.PayRejectedFunds, "balance_insufficient"))
			return
		}
		h.transfers++
		require.NoError(t, h.worker.SettlePayout(h.ctx, id, r.attempts, rapport.Transfer{ID: fmt.Sprintf("tr_%s_%d", h.brand, h.transfers)}))
	}
}

// forbidden are statements that no role of the application gets through, whatever the state: $1 is the brand, $2 a payout.
func forbidden() map[string][]string {
	post := func(kind, lines string) string {
		return fmt.Sprintf(`select ledger_post(gen_random_uuid(), '%s', $1::uuid, null, 1, null, 'usd', ('[' || replace(%s, 'BRAND', $1::text) || ']')::jsonb), $2::uuid`, kind, lines)
	}
	both := []string{ //nolint:prealloc // a list in words
		`insert into ledger_accounts (code, currency, balance) values ('mine:' || $1::text || $2::text, 'usd', 100)`,
		`insert into ledger_transactions (id, kind, brand_id, payout_id) values (gen_random_uuid(), 'adjustment', $1, $2)`,
		`insert into ledger_entries (txn_id, line, account_id, amount) select t.id, 9, a.id, 100 from ledger_transactions t, ledger_accounts a where a.brand_id = $1 and t.payout_id <> $2 limit 1`,
		`insert into ledger_seals (n, txn_id, prev_sha256, sha256) values (1000000000, $1, 'x', $2::text::bytea)`,
		`update ledger_accounts set balance = balance + 100 where brand_id = $1 or code = $2::text`,
		`update ledger_accounts set floor_zero = false where brand_id = $1 or code = $2::text`,
		`update ledger_transactions set external_ref = 'x' where brand_id = $1 or payout_id = $2`,
		`update ledger_entries set amount = amount * 2 where txn_id in (select id from ledger_transactions where brand_id = $1 or payout_id = $2)`,
		`update ledger_seals set sha256 = 'x' where txn_id <> $1 and txn_id <> $2`,
		`delete from ledger_accounts where brand_id = $1 or code = $2::text`,
		`delete from ledger_transactions where brand_id = $1 or payout_id = $2`,
		`delete from ledger_entries where txn_id in (select id from ledger_transactions where brand_id = $1 or payout_id = $2)`,
		`delete from ledger_seals where txn_id <> $1 and txn_id <> $2`,
		`delete from payouts where brand_id = $1 or id = $2`, `delete from payout_attempts where brand_id = $1 or payout_id = $2`,
		`delete from payout_approvals where brand_id = $1 or payout_id = $2`, `update payout_approvals set amount = 1 where brand_id = $1 or payout_id = $2`,
		`delete from topups where brand_id = $1 or id = $2`, `delete from payout_transitions where $1::uuid <> $2::uuid`,
		`insert into payout_transitions select 'paid', 'approved' where $1::uuid <> $2::uuid`,
		`update currencies set step = 1 where $1::uuid <> $2::uuid`,
	}
	for _, table := range []string{
		"ledger_entries", "ledger_transactions", "ledger_accounts", "ledger_seals", "payouts", "payout_attempts", "payout_approvals", "offline_payments", "found_transfers",
		"transfer_acceptances", "transfer_acceptance_approvals",
	} {
		both = append(both, "truncate "+table+" cascade", "alter table "+table+" disable trigger all", "drop table "+table+" cascade")
	}
	both = append(both, "set role rapport_ledger", "set session_replication_role = replica", "create or replace function ledger_balanced() returns trigger language sql as 'select null'",
		"alter function ledger_post owner to current_user", "create function payout_approved(payouts) returns boolean language sql as 'select true'")
	api := []string{ //nolint:prealloc // a list in words
		`select ledger_seal(1), $1::uuid, $2::uuid`, post("adjustment", `'{"account":"a:BRAND","amount":-5},{"account":"b:BRAND","amount":5}'`),
		`update payouts set state = 'paid', paid_at = now() where brand_id = $1 or id = $2`, `update payouts set amount = 1 where brand_id = $1 or id = $2`,
		`update payouts set destination = 'acct_thief' where brand_id = $1 or id = $2`,
		`insert into payout_attempts (payout_id, number, brand_id, request_sha256) values ($2, 1, $1, 'x')`,
		`update payout_attempts set outcome = 'succeeded', transfer_id = 'tr_x' where brand_id = $1 or payout_id = $2`,
		`update payouts set offline_method = 'goods' where brand_id = $1 or id = $2`, `update offline_payments set amount = 1 where brand_id = $1 or payout_id = $2`,
		`insert into found_transfers (transfer_id, payout_id, brand_id, attempt, amount, currency, destination, taken_back, made_at) values ('tr_x', $2, $1, 1, 1, 'usd', 'acct_1', 0, now())`,
		`update topups set state = 'succeeded' where brand_id = $1 or id = $2`, `update milestones set amount = 1 where brand_id = $1 or id = $2`,
	}
	worker := []string{ //nolint:prealloc // a list in words
		post("adjustment", `'{"account":"brand_spent:BRAND:usd","amount":5},{"account":"milestone_expense:BRAND:usd","amount":-4}'`),
		post("adjustment", `'{"account":"brand_spent:BRAND:usd","amount":5}'`), post("adjustment", `''`),
		post("adjustment", `'{"account":"brand_spent:BRAND:usd","amount":0},{"account":"milestone_expense:BRAND:usd","amount":0}'`),
		post("adjustment", `'{"account":"creator_payable:BRAND:x:usd","floor_zero":true,"amount":-5},{"account":"brand_spent:BRAND:usd","amount":5}'`),
		post("adjustment", `'{"account":"brand_funds:BRAND:usd","amount":-100000000},{"account":"brand_spent:BRAND:usd","amount":100000000}'`),
		post("adjustment", `'{"account":"brand_spent:BRAND:isk","amount":5},{"account":"milestone_expense:BRAND:isk","amount":-5}'`),
		post("invented", `'{"account":"a:BRAND","amount":-5},{"account":"b:BRAND","amount":5}'`),
		`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency) select gen_random_uuid(), $2, $1, 1, 'releaser', id, 1, 'usd' from users limit 1`,
		`insert into user_roles (user_id, brand_id, role) select id, $1, 'finance_releaser' from users where id <> $2 limit 1`,
		`update payouts set amount = amount + 1, due_at = due_at where id = $2 and brand_id = $1`, `update payouts set currency = 'eur' where id = $2 and brand_id = $1`,
		`update payouts set creator_id = (select id from creators where id <> creator_id limit 1) where id = $2 and brand_id = $1`,
		`update payouts set amount_reversed = amount + 1 where id = $2 and brand_id = $1`,
		`update payouts set content_counts = not content_counts where id = $2 and brand_id = $1`,
		`update payouts set destination = 'acct_thief' where id = $2 and brand_id = $1`,
		`update payouts set offline_method = case when offline_method is null then 'goods' end where id = $2 and brand_id = $1`,
		`insert into payout_attempts (payout_id, number, brand_id, request_sha256) values ($2, 77, $1, 'x')`,
		`insert into payout_attempts (payout_id, number, brand_id, request_sha256, offline_payment) values ($2, 1, $1, 'x', gen_random_uuid())`,
		`insert into transfer_acceptances (id, payout_id, brand_id, transfer_id, amount, currency, asked, reason, asked_by)
			select gen_random_uuid(), $2, $1, 'tr_x', 1, 'usd', 1, 'x', id from users limit 1`,
		`insert into transfer_acceptance_approvals (acceptance_id, brand_id, approver, amount) select gen_random_uuid(), $1, id, 1 from users where id <> $2 limit 1`,
		`update payouts set difference = difference + 1 where id = $2 and brand_id = $1`,
		`insert into offline_payments (id, payout_id, brand_id, round, method, paid_on, reference, amount, currency, proof_name, proof_sha256, recorded_by)
			select gen_random_uuid(), id, brand_id, round, 'goods', current_date, 'x', amount, currency, 'x', 'x', (select id from users limit 1) from payouts where id = $2 and brand_id = $1`,
	}
	return map[string][]string{"rapport_api": append(api, both...), "rapport_worker": append(worker, both...)}
}

// forbid tries statements that no role of the application gets through.
func (h *house) forbid(t *rapid.T) {
	id := h.payout(t)
	role := rapid.SampledFrom([]string{"rapport_api", "rapport_worker"}).Draw(t, "role")
	sql := rapid.SampledFrom(forbidden()[role]).Draw(t, "statement")
	store := map[string]*postgres.Store{"rapport_api": h.api, "rapport_worker": h.worker}[role]
	var args []any
	if strings.Contains(sql, "$1") {
		args = []any{h.brand, id}
	}
	h.refuses(t, sql, func() error {
		return store.InTx(rapport.WithBrands(h.ctx, h.brand, h.otherBrand), func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		})
	})
}

// forge writes what became of an open attempt straight into its row, as the worker's role may, and posts nothing, or under another name.
func (h *house) forge(t *rapid.T) {
	id := h.payout(t)
	if r := h.row(t, id); !r.open || r.method != "" {
		t.Skip("this step needs an open attempt at Stripe: rapid draws another step")
	}
	sql := rapid.SampledFrom([]string{
		`update payout_attempts set outcome = 'succeeded', transfer_id = 'tr_forged', settled_at = now() where payout_id = $1 and outcome = 'open'`,
		`update payout_attempts set outcome = 'rejected', rejection = 'rejected', settled_at = now() where payout_id = $1 and outcome = 'open'`,
		`with a as (update payout_attempts set outcome = 'succeeded', transfer_id = 'tr_forged' where payout_id = $1 and outcome = 'open' returning payout_id, number)
			select ledger_post(gen_random_uuid(), 'settle', p.brand_id, p.id, a.number, 'tr_other_' || p.id, p.currency, jsonb_build_array(
				jsonb_build_object('account', 'brand_in_flight:' || p.brand_id || ':' || p.currency, 'amount', -p.amount),
				jsonb_build_object('account', 'stripe_cash:' || p.currency, 'amount', p.amount))) from a join payouts p on p.id = a.payout_id`,
	}).Draw(t, "statement")
	h.refuses(t, sql, func() error {
		return h.worker.InTx(h.ctx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, id)
			return err
		})
	})
}

// jump writes a state straight into the row, as the worker's role may. The database lets through what the table of transitions has, and of that
// only what approvals and attempts bear out.
func (h *house) jump(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	to := rapid.SampledFrom(rapport.PayoutStates()).Draw(t, "to")
	legal := r.state == string(to) || slices.Contains(rapport.PayoutTransitions()[rapport.PayoutState(r.state)], to)
	borne := !slices.Contains([]rapport.PayoutState{rapport.PayoutSubmitted, rapport.PayoutPaid, rapport.PayoutFailed, rapport.PayoutReversed}, to)
	if to == rapport.PayoutApproved && r.state == "awaiting_approval" {
		borne = len(r.approved) == 2
	}
	if legal && (borne || r.state == string(to)) {
		t.Skip("this step tries what is not allowed, and this is: rapid draws another step")
	}
	h.refuses(t, r.state+" to "+string(to), func() error {
		return h.worker.InTx(h.ctx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `update payouts set state = $2, paid_at = now(), held_reason = 'manual' where id = $1`, id, to)
			return err
		})
	})
}

// leap opens an attempt that nobody approved, as who reaches the worker may try: in a new round, or in the old one.
func (h *house) leap(t *rapid.T) {
	id := h.payout(t)
	r := h.row(t, id)
	least := 0
	if len(r.approved) == 2 {
		least = 1 // in this round it would be right
	}
	round := rapid.IntRange(least, 1).Draw(t, "more rounds")
	h.refuses(t, r.state+" leaps", func() error {
		return h.worker.InTx(h.ctx, func(ctx context.Context, tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, `update payouts set state = 'approved', round = round + $2 where id = $1`, id, round); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `insert into payout_attempts (payout_id, number, brand_id, request_sha256)
				select id, 1 + (select coalesce(max(number), 0) from payout_attempts where payout_id = id), brand_id, 'x' from payouts where id = $1`, id)
			if err == nil {
				_, err = tx.Exec(ctx, `select ledger_post(gen_random_uuid(), 'submit', p.brand_id, p.id, a.number, null, p.currency, jsonb_build_array(
					jsonb_build_object('account', 'brand_funds:' || p.brand_id || ':' || p.currency, 'amount', -(p.amount - p.netted), 'floor_zero', true),
					jsonb_build_object('account', 'brand_in_flight:' || p.brand_id || ':' || p.currency, 'amount', p.amount - p.netted)))
					from payouts p join payout_attempts a on a.payout_id = p.id and a.outcome = 'open' where p.id = $1`, id)
			}
			return err
		})
	})
}

// TestMoneyProperties does random things with the money of a brand, allowed and forbidden, as the roles of the application, and looks
// after each whether every law of the book holds.
func TestMoneyProperties(t *testing.T) {
	t.Parallel()
	ownerURL, apiURL, workerURL := pgtest.New(t)
	owner, err := pgxpool.New(t.Context(), ownerURL)
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	api, worker := open(t, apiURL), open(t, workerURL)
	rapid.Check(t, func(rt *rapid.T) {
		h := newHouse(t, rt, owner, api, worker)
		do := map[string]func(*rapid.T){"": func(t *rapid.T) { h.laws(t) }}
		for _, a := range []struct {
			name  string
			times int // how often it comes, so that some payouts come to their end
			do    func(*rapid.T)
		}{
			{"open", 2, h.open}, {"forward", 9, h.forward}, {"step", 1, h.step}, {"approve", 3, h.approve}, {"order", 2, h.order}, {"settle", 2, h.settle}, {"reject", 1, h.reject},
			{"way", 2, h.way}, {"record", 3, h.record}, {"unknown", 1, h.unknown},
			{"topup", 1, h.topUp}, {"arrive", 2, h.arrive}, {"payee", 1, h.payee}, {"seal", 1, h.seal}, {"forbidden", 3, h.forbid}, {"jump", 1, h.jump}, {"leap", 2, h.leap}, {"forge", 2, h.forge},
		} {
			for i := range a.times {
				do[fmt.Sprintf("%s %d", a.name, i)] = a.do
			}
		}
		for range 2 {
			rt.Repeat(do)
		}
	})
	broken := 0
	require.NoError(t, owner.QueryRow(t.Context(), `select (select count(*) from ledger_breaks) + (select count(*) from (select from ledger_entries e join ledger_accounts a on a.id = e.account_id
		group by a.currency having sum(e.amount) <> 0) x)`).Scan(&broken))
	require.Zero(t, broken, "of the whole book")
	reached := map[string]int{}
	rows, err := owner.Query(t.Context(), `select 'payout ' || state, count(*) from payouts group by 1 union all select 'attempt ' || outcome, count(*) from payout_attempts group by 1
		union all select 'second attempt', count(*) from payout_attempts where number > 1 
		union all select 'attempt outside of Stripe', count(*) from payout_attempts where offline_payment is not null union all select 'posting ' || kind, count(*) from ledger_transactions group by 1
		union all select 'seal', count(*) from ledger_seals`)
	require.NoError(t, err)
	var what string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error { reached[what] = n; return nil })
	require.NoError(t, err)
	t.Log(reached)
	for _, way := range []string{"payout paid", "payout awaiting_funds", "attempt rejected", "second attempt", "attempt outside of Stripe", "posting void", "seal"} {
		require.Positive(t, reached[way], "nothing came to %s: the test proves less than it says", way)
	}
}
