//go:build bench

package bench

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/providers/stripe"
)

// due is how many payouts fall due in the same minute, and at which rate they may be sent; fewer serve to try the measurement itself.
func duePayouts() (n int, perSecond float64) {
	n, perSecond = 10_000, 20
	if given, err := strconv.Atoi(os.Getenv("RAPPORT_BENCH_DUE")); err == nil && given > 0 {
		n = given
	}
	if given, err := strconv.ParseFloat(os.Getenv("RAPPORT_BENCH_RATE"), 64); err == nil && given > 0 {
		perSecond = given
	}
	return n, perSecond
}

// TestPayoutsDue has many approved payouts fall due at the same moment with two workers and a bounded rate, and judges by the sandbox's transfers
// how fast they went, whether any went early or twice, and whether any second had more than the rate.
func TestPayoutsDue(t *testing.T) {
	if !full() {
		t.Skip("10,000 payouts take too long for make bench; make bench-full runs it")
	}
	n, perSecond := duePayouts()
	w := newWorld(t)
	w.sandboxHere()
	limit := envPayments + "=" + strconv.FormatFloat(perSecond, 'f', -1, 64)
	w.startWorker(limit)
	w.startWorker(limit)
	s := standard()
	s.daySeconds, s.steps = 86_400, []rapport.SequenceStep{{Kind: rapport.StepWait, BusinessDays: 60}, {Kind: rapport.StepStop}}
	w.found(s)
	at := w.owe(n, s)
	t.Logf("%d payouts are due at %s", n, at.Format(time.TimeOnly))
	<-time.After(time.Until(at))
	patience := time.Duration(float64(n)/perSecond*float64(time.Second))*3 + time.Minute
	err := waitFor(t.Context(), patience, func(context.Context) bool {
		return w.number(`select count(*) from payouts where state = 'paid'`) == n
	})
	if err != nil {
		w.explain()
	}
	require.NoError(t, err)

	var seen struct {
		Transfers []struct {
			AtMS     int64             `json:"at_ms"`
			Metadata map[string]string `json:"metadata"`
		}
	}
	require.NoError(t, w.call(t.Context(), http.MethodGet, w.control+"/control/stripe/transfers", nil, &seen))
	moments, of := make([]int64, 0, n), map[string]int{}
	for _, x := range seen.Transfers {
		moments = append(moments, x.AtMS)
		of[x.Metadata["payout_id"]]++
	}
	slices.Sort(moments)
	violations, most := 0, 0
	for i, from := 0, 0; i < len(moments); i++ {
		for moments[i]-moments[from] >= 1000 {
			from++
		}
		most = max(most, i-from+1)
		if float64(i-from+1) > perSecond {
			violations++
		}
	}
	took := time.Duration(moments[len(moments)-1]-at.UnixMilli()) * time.Millisecond
	rate := float64(n) / took.Seconds()
	twice := len(seen.Transfers) - len(of)
	t.Logf("%d transfers in %s, %.2f a second of %.0f allowed; at most %d in a second, %d over the limit; %d twice", len(moments), took.Round(time.Second), rate, perSecond, most, violations, twice)
	require.Len(t, of, n)
	require.GreaterOrEqual(t, moments[0], at.UnixMilli(), "one was early")
	f := readFigures(t)
	f.PayoutDrainRatio, f.PayoutRateViolations, f.PayoutDuplicates = figure(rate/perSecond, 2), &violations, &twice
	write(t, latest, f)
}

// owe starts n payouts that are due at the same moment and approved by then, of two hundred creators whose accounts take transfers.
func (w *world) owe(n int, s shape) time.Time {
	w.t.Helper()
	ctx := w.t.Context()
	creators := min(n, 200)
	partnerships := w.begin(creators, s, "Due")
	client, err := stripe.New(stripe.Config{Key: "sk_test_bench", BaseURL: w.public})
	require.NoError(w.t, err)
	payer := stripe.Payer{Client: client}
	contracts := make([]uuid.UUID, creators)
	for i, id := range partnerships {
		var creator uuid.UUID
		require.NoError(w.t, w.owner.QueryRow(ctx, `select creator_id from partnerships where id = $1`, id).Scan(&creator))
		account, err := payer.CreatePayeeAccount(ctx, creator, "", "US")
		require.NoError(w.t, err)
		require.NoError(w.t, w.call(ctx, http.MethodPost, w.control+"/control/stripe/accounts/"+account.ID, map[string]string{"outcome": "complete"}, nil))
		w.exec(`insert into payees (creator_id, account_id, state) values ($1, $2, 'ready') on conflict (creator_id) do update set account_id = excluded.account_id, state = 'ready'`, creator, account.ID)
		contracts[i] = uuid.New()
		offer := uuid.New()
		w.exec(`insert into offers (id, partnership_id, brand_id, campaign_id, fee, currency, terms) values ($1, $2, $3, $4, 1000, 'usd', '{}')`, offer, id, w.brand, w.campaign)
		w.exec(`insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms)
			values ($1, $2, $3, $4, 1, 'internal_approval', 'x', 'x', 1000, 'usd', '{}')`, contracts[i], id, w.brand, offer)
	}
	due := time.Now().Add(time.Duration(n/25+60) * time.Second).UTC().Truncate(time.Second)
	day := rapport.DefaultCalendar("UTC")
	b := &pgx.Batch{}
	for i := range n {
		id, milestone, p := uuid.Must(uuid.NewV7()), uuid.New(), partnerships[i%creators]
		b.Queue(`insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, amount, currency) values ($1, $2, $3, $4, 1, $5, 'Part', 'signature', 100, 'usd')`,
			milestone, p, w.brand, contracts[i%creators], i)
		raw, err := json.Marshal(rapport.Payout{
			ID: id, BrandID: w.brand, PartnershipID: p, MilestoneID: milestone, Amount: rapport.Money{Amount: 100, Currency: "usd"}, Due: due, State: rapport.PayoutScheduled,
			Timings: timings(), Calendar: day, Approvals: []rapport.PayoutApproval{{ID: uuid.New(), Part: "preparer", Actor: w.preparer}, {ID: uuid.New(), Part: "releaser", Actor: w.releaser}},
		})
		require.NoError(w.t, err)
		b.Queue(`insert into outbox (id, brand_id, kind, workflow_id, workflow, task_queue, input) values ($1, $2, 'start', $3, 'Payout', 'rapport', $4)`, uuid.New(), w.brand, "payout/"+id.String(), raw)
	}
	require.NoError(w.t, w.owner.SendBatch(ctx, b).Close())
	until(w.t, 20*time.Minute, "every payout to be opened", func(context.Context) bool { return w.number(`select count(*) from payouts`) == n })
	w.exec(`update payouts set state = 'awaiting_approval' where state = 'scheduled'`)
	for part, who := range map[string]uuid.UUID{"preparer": w.preparer, "releaser": w.releaser} {
		proof := uuid.New()
		w.exec(`insert into step_ups (id, user_id, factor_id, method) select $1, user_id, id, 'recovery_code' from second_factors where user_id = $2`, proof, who)
		w.exec(`insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, step_up_id)
			select gen_random_uuid(), id, brand_id, round, $1, $2, amount, currency, destination, $3 from payouts`, part, who, proof)
	}
	require.True(w.t, time.Now().Before(due), "%d payouts were due before they were ready", n)
	return due
}
