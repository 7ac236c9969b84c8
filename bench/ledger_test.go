//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
)

// How many clients post, for how long at a time, to the accounts of how many brands, and how often.
const (
	postClients  = 8
	postTime     = 4 * time.Second
	postBrands   = 500
	postCreators = 20 // of each brand
	postRounds   = 3
)

// bareSQL writes the rows of one posting into tables of the same shape that nothing guards.
const bareSQL = `with t as (insert into scratch.ledger_transactions (id, kind, brand_id, payout_id, attempt, external_ref) values ($1, $2, $3, $4, $5, $6))
insert into scratch.ledger_entries (txn_id, line, account_id, amount) select $1, n::smallint, a, x from unnest($7::uuid[], $8::bigint[]) with ordinality l(a, x, n)`

// book is a database whose ledger is posted to.
type book struct {
	t     *testing.T
	owner *pgxpool.Pool
	store *postgres.Store
}

type ledgerLine struct {
	Account   string `json:"account"`
	FloorZero bool   `json:"floor_zero,omitempty"`
	Amount    int64  `json:"amount"`
}

// TestLedgerPosting measures postings, with all that guards them, against the same rows written bare: on accounts at random, and on those
// of one brand.
func TestLedgerPosting(t *testing.T) {
	b := newBook(t)
	f := readFigures(t)
	random, hot := make([]float64, 0, postRounds), make([]float64, 0, postRounds)
	for range postRounds { // in turn, so that what else the machine does befalls both
		bare := b.rate(postBrands, b.plain)
		guarded := b.rate(postBrands, b.post)
		bareHot := b.rate(1, b.plain)
		guardedHot := b.rate(1, b.post)
		t.Logf("random accounts: %.0f a second bare, %.0f posted; one brand: %.0f bare, %.0f posted", bare, guarded, bareHot, guardedHot)
		random, hot = append(random, guarded/bare), append(hot, guardedHot/bareHot)
	}
	f.LedgerPostRatio, f.LedgerPostHotRatio = figure(middle(random), 2), figure(middle(hot), 2)
	write(t, latest, f)
}

func middle(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

func newBook(t *testing.T) *book {
	t.Helper()
	ctx, pg := t.Context(), startDatabase(t)
	admin, err := pgx.Connect(ctx, pg.url("owner", "postgres"))
	require.NoError(t, err)
	_, err = admin.Exec(ctx, "create database rapport")
	require.NoError(t, err)
	require.NoError(t, admin.Close(ctx))
	require.NoError(t, postgres.Migrate(ctx, pg.url("owner", "rapport")))
	pool := func(role string) *pgxpool.Pool {
		p, err := pgxpool.New(ctx, pg.url(role, "rapport")+"?pool_max_conns=16")
		require.NoError(t, err)
		t.Cleanup(p.Close)
		return p
	}
	b := &book{t: t, owner: pool("owner")}
	b.store, err = postgres.Open(ctx, pg.url("rapport_worker", "rapport"))
	require.NoError(t, err)
	t.Cleanup(b.store.Close)
	for _, sql := range []string{
		`create schema scratch`, `create table scratch.ledger_transactions (like ledger_transactions including all)`,
		`create table scratch.ledger_entries (like ledger_entries including all)`, `grant usage on schema scratch to rapport_worker`,
		`grant insert, select on all tables in schema scratch to rapport_worker`,
	} {
		_, err := b.owner.Exec(ctx, sql)
		require.NoError(t, err, sql)
	}
	for i := range postBrands { // the brands' funds, and every account that will be posted to: one is made once, and posted to for years
		brand := brandAt(i)
		lines := []ledgerLine{ //nolint:prealloc // a book in words
			{Account: "stripe_cash:usd", Amount: -1 << 40}, {Account: "brand_funds:" + brand.String() + ":usd", FloorZero: true, Amount: 1 << 40},
		}
		for creator := range postCreators {
			lines = append(lines, life(brand, creator)[0].lines...)
		}
		for _, p := range append([]posting{{id: uuid.New(), kind: "topup", brand: brand, lines: lines}}, life(brand, 0)...) {
			require.NoError(t, b.post(ctx, p))
		}
	}
	return b
}

func brandAt(i int) uuid.UUID { return rapport.DeriveID(uuid.Nil, fmt.Sprintf("brand/%d", i)) }

// posting is one transaction of the book.
type posting struct {
	id, brand uuid.UUID
	payout    *uuid.UUID
	kind      string
	attempt   *int32
	ref       *string
	lines     []ledgerLine
}

// life is what the book takes of one payout, from the debt to the money that has left.
func life(brand uuid.UUID, creator int) []posting {
	id, one := uuid.New(), int32(1)
	ref := "tr_" + id.String()
	of := func(account string) string { return account + ":" + brand.String() + ":usd" }
	payable := fmt.Sprintf("creator_payable:%s:%s:usd", brand, rapport.DeriveID(brand, fmt.Sprintf("creator/%d", creator)))
	return []posting{
		{id: uuid.New(), kind: "accrual", brand: brand, payout: &id, lines: []ledgerLine{{Account: of("milestone_expense"), Amount: -100}, {Account: payable, FloorZero: true, Amount: 100}}},
		{id: uuid.New(), kind: "submit", brand: brand, payout: &id, attempt: &one, lines: []ledgerLine{
			{Account: of("brand_funds"), FloorZero: true, Amount: -100}, {Account: of("brand_in_flight"), FloorZero: true, Amount: 100},
		}},
		{id: uuid.New(), kind: "settle", brand: brand, payout: &id, attempt: &one, ref: &ref, lines: []ledgerLine{
			{Account: of("brand_in_flight"), FloorZero: true, Amount: -100}, {Account: "stripe_cash:usd", Amount: 100},
			{Account: payable, FloorZero: true, Amount: -100}, {Account: of("brand_spent"), Amount: 100},
		}},
	}
}

// rate lets the clients write lives of payouts of so many brands, and answers the transactions a second.
func (b *book) rate(brands int, write func(context.Context, posting) error) float64 {
	b.t.Helper()
	_, err := b.owner.Exec(b.t.Context(), "checkpoint")
	require.NoError(b.t, err)
	var written atomic.Int64
	var clients sync.WaitGroup
	began := time.Now()
	for range postClients {
		clients.Go(func() {
			for time.Since(began) < postTime {
				for _, p := range life(brandAt(rand.IntN(brands)), rand.IntN(postCreators)) {
					if err := write(b.t.Context(), p); err != nil {
						b.t.Error(err)
						return
					}
					written.Add(1)
				}
			}
		})
	}
	clients.Wait()
	return float64(written.Load()) / time.Since(began).Seconds()
}

// post posts in a transaction of its own, as the worker's role and as the store does it.
func (b *book) post(ctx context.Context, p posting) error {
	lines, err := json.Marshal(p.lines)
	if err != nil {
		return fmt.Errorf("lines: %w", err)
	}
	return b.store.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		postgres.LetGoEarly(ctx)
		_, err := tx.Exec(ctx, "select ledger_post($1, $2, $3, $4, $5, $6, 'usd', $7) from set_config('synchronous_commit', 'off', true)", p.id, p.kind, p.brand, p.payout, p.attempt, p.ref, lines)
		return err
	})
}

// plain writes the same rows in a transaction of its own, as the same role over as many round trips.
func (b *book) plain(ctx context.Context, p posting) error {
	accounts, amounts := make([]uuid.UUID, len(p.lines)), make([]int64, len(p.lines))
	for i, l := range p.lines {
		accounts[i], amounts[i] = rapport.DeriveID(uuid.Nil, l.Account), l.Amount
	}
	return b.store.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := tx.Exec(ctx, bareSQL, p.id, p.kind, p.brand, p.payout, p.attempt, p.ref, accounts, amounts)
		return err
	})
}
