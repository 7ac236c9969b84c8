package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
	"rapport/postgres/pgtest"
)

// TestFundsForTenOfSixty orders sixty approved payouts at once where the funds are enough for ten, each by two workers at once.
func TestFundsForTenOfSixty(t *testing.T) {
	t.Parallel()
	ownerURL, apiURL, workerURL := pgtest.New(t)
	owner, err := pgxpool.New(t.Context(), ownerURL)
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	api, worker, second := open(t, apiURL), open(t, workerURL), open(t, workerURL)
	h := newHouse(t, t, owner, api, worker)
	const all, funded, amount = 60, 10, int64(100)
	for i := range all {
		milestone := uuid.New()
		_, err := owner.Exec(t.Context(), `insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency)
			values ($1, $2, $3, $4, 1, $5, 'M', 'signature', $6, 'usd')`, milestone, h.partnership, h.brand, h.contract, 10+i, amount)
		require.NoError(t, err)
		id := rapport.DeriveID(milestone, "payout")
		_, err = worker.OpenPayout(t.Context(), id, milestoneDue, h.partnership, milestone)
		require.NoError(t, err)
		require.NoError(t, h.change(id, rapport.PayoutAwaitingApproval))
		r := h.row(t, id)
		for part, who := range map[string]uuid.UUID{"preparer": h.preparer, "releaser": h.releaser} {
			require.NoError(t, api.ApprovePayout(rapport.WithBrands(t.Context(), h.brand), rapport.PayoutApprovalCreate{
				ID: uuid.New(), PayoutID: id, BrandID: h.brand, Round: r.round, Part: part, Approver: who, Amount: rapport.Money{Amount: amount, Currency: "usd"}, Destination: r.destination,
				StepUpID: new(pgtest.StepUp(t, owner, who, 0)),
			}))
		}
		h.payouts = append(h.payouts, id)
	}
	bring := func(funds int64) {
		u := rapport.TopUp{ID: uuid.New(), BrandID: h.brand, Amount: rapport.Money{Amount: funds, Currency: "usd"}}
		_, err := api.AddTopUp(rapport.WithBrands(t.Context(), h.brand), u, h.preparer)
		require.NoError(t, err)
		require.NoError(t, worker.SettleTopUp(t.Context(), u.ID, "tu_"+u.ID.String(), "succeeded"))
	}
	order := func(submission int, payouts []uuid.UUID) map[string]int {
		var mu sync.Mutex
		verdicts := map[uuid.UUID]map[string]int{}
		var orders sync.WaitGroup
		for _, id := range payouts {
			for _, store := range []*postgres.Store{worker, second} {
				orders.Go(func() {
					o, err := store.OrderPayout(t.Context(), id, submission, h.hash)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					defer mu.Unlock()
					if verdicts[id] == nil {
						verdicts[id] = map[string]int{}
					}
					verdicts[id][fmt.Sprintf("%s %d", o.Verdict, o.Request.Attempt)]++
				})
			}
		}
		orders.Wait()
		sum := map[string]int{}
		for id, v := range verdicts {
			require.Len(t, v, 1, "two workers heard different things of payout %s: %v", id, v)
			for verdict := range v {
				sum[verdict]++
			}
		}
		return sum
	}

	bring(funded * amount)
	require.Equal(t, map[string]int{"submit 1": funded, "funds_short 0": all - funded}, order(1, h.payouts))
	h.laws(t)
	states := func() (submitted, waiting int) {
		require.NoError(t, owner.QueryRow(t.Context(), `select count(*) filter (where state = 'submitted'), count(*) filter (where state = 'awaiting_funds') from payouts`).Scan(&submitted, &waiting))
		return submitted, waiting
	}
	submitted, waiting := states()
	require.Equal(t, [2]int{funded, all - funded}, [2]int{submitted, waiting})
	bring((all - funded) * amount)
	require.Equal(t, map[string]int{"submit 1": all}, order(2, h.payouts))
	h.laws(t)
}

// TestAFrozenProcessHoldsNobodyUp has a process stop in the middle of a transaction, as one on a paused machine does, with what others need locked.
func TestAFrozenProcessHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	_, _, workerURL := pgtest.New(t)
	separator := map[bool]string{true: "&", false: "?"}[strings.Contains(workerURL, "?")]
	frozen, other := open(t, workerURL+separator+"idle_in_transaction_session_timeout=300ms"), open(t, workerURL)
	_, err := other.NextSend(t.Context(), "transfer", 100)
	require.NoError(t, err)
	tx, err := frozen.Pool().Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `update pace set next_at = next_at where name = 'transfer'`)
	require.NoError(t, err)

	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_, err = other.NextSend(ctx, "transfer", 100)
	require.NoError(t, err, "the lock is let go of")
	require.Error(t, tx.Commit(t.Context()), "and what was begun is not done when it comes back")

	limit := ""
	require.NoError(t, other.Pool().QueryRow(t.Context(), `show idle_in_transaction_session_timeout`).Scan(&limit))
	require.Equal(t, "30s", limit, "without being asked for")
}

// TestNextSendKeepsItsDistance takes turns at once from two processes' worth of connections: they add up to their distance, however they fall.
func TestNextSendKeepsItsDistance(t *testing.T) {
	t.Parallel()
	ownerURL, _, workerURL := pgtest.New(t)
	owner, err := pgxpool.New(t.Context(), ownerURL)
	require.NoError(t, err)
	t.Cleanup(owner.Close)
	stores := []*postgres.Store{open(t, workerURL), open(t, workerURL)}
	const turns, perSecond = 40, 0.5 // slower than any machine that asks
	next := func() (at time.Time) {
		require.NoError(t, owner.QueryRow(t.Context(), `select next_at from pace where name = 'transfer'`).Scan(&at))
		return at
	}
	_, err = stores[0].NextSend(t.Context(), "transfer", perSecond)
	require.NoError(t, err)
	first := next()
	var all sync.WaitGroup
	for i := range turns {
		all.Go(func() {
			_, err := stores[i%2].NextSend(t.Context(), "transfer", perSecond)
			assert.NoError(t, err)
		})
	}
	all.Wait()
	require.Equal(t, turns*2120*time.Millisecond, next().Sub(first), "a little more than evenly apart")
	wait, err := stores[0].NextSend(t.Context(), "another", perSecond)
	require.NoError(t, err)
	require.Zero(t, wait, "what has another name waits for itself")
}
