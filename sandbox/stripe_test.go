package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
	"pgregory.net/rapid"
)

func TestIdempotency_same_key_replays_the_first_answer(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	first, err := transferTo(b.stripe(), to, "po_1_1", "payout_1", 4000)
	require.NoError(t, err)
	require.Empty(t, first.LastResponse.Header.Get("Idempotent-Replayed"))
	again, err := transferTo(b.stripe(), to, "po_1_1", "payout_1", 4000)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	require.Equal(t, "true", again.LastResponse.Header.Get("Idempotent-Replayed"))
	require.Equal(t, string(first.LastResponse.RawJSON), string(again.LastResponse.RawJSON))
	require.Equal(t, int64(6000), b.available("usd"))
}

func TestIdempotency_is_bound_to_parameters_and_endpoint(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	_, err := transferTo(b.stripe(), to, "key", "payout_1", 4000)
	require.NoError(t, err)

	_, err = transferTo(b.stripe(), to, "key", "payout_1", 4001)
	var e *stripe.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, http.StatusBadRequest, e.HTTPStatusCode)
	require.Equal(t, stripe.ErrorTypeIdempotency, e.Type)

	p := &stripe.TopupParams{Amount: new(int64(1)), Currency: new("usd")}
	p.SetIdempotencyKey("key")
	_, err = b.stripe().Topups.New(p)
	require.ErrorAs(t, err, &e)
	require.Equal(t, stripe.ErrorTypeIdempotency, e.Type)
	require.Equal(t, int64(6000), b.available("usd"))
}

func TestIdempotency_keeps_errors_of_execution_but_not_of_validation(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	to := b.payee()
	sc := b.stripe()

	_, err := transferTo(sc, to, "poor", "g", 500)
	status, code := codeOf(t, err)
	require.Equal(t, http.StatusBadRequest, status)
	require.Equal(t, "balance_insufficient", code)
	b.fund(10_000)
	_, err = transferTo(sc, to, "poor", "g", 500)
	_, code = codeOf(t, err)
	require.Equal(t, "balance_insufficient", code, "the refusal is replayed although there is money now")
	_, err = transferTo(sc, to, "poor_2", "g", 500)
	require.NoError(t, err)

	p := &stripe.TransferParams{Amount: new(int64(100)), Currency: new("usd")}
	p.SetIdempotencyKey("invalid")
	_, err = sc.Transfers.New(p)
	_, code = codeOf(t, err)
	require.Equal(t, "parameter_missing", code)
	_, err = transferTo(sc, to, "invalid", "g", 100)
	require.NoError(t, err, "a refused form leaves the key free")

	b.faults(Fault{Provider: "stripe", Method: "POST", Path: "/v1/transfers", Action: "429"})
	_, err = transferTo(sc, to, "limited", "g", 100)
	status, code = codeOf(t, err)
	require.Equal(t, http.StatusTooManyRequests, status)
	require.Equal(t, "rate_limit", code)
	_, err = transferTo(sc, to, "limited", "g", 100)
	require.NoError(t, err)
}

func TestIdempotency_keys_end_after_a_day_of_the_sandbox_clock(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	first, err := transferTo(b.stripe(), to, "key", "g", 100)
	require.NoError(t, err)
	b.advance(24*time.Hour - time.Minute)
	again, err := transferTo(b.stripe(), to, "key", "g", 100)
	require.NoError(t, err)
	require.Equal(t, first.ID, again.ID)
	b.advance(2 * time.Minute)
	other, err := transferTo(b.stripe(), to, "key", "g", 100)
	require.NoError(t, err)
	require.NotEqual(t, first.ID, other.ID, "a forgotten key pays twice")
}

func TestIdempotency_key_in_flight_conflicts(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	b.faults(Fault{Provider: "stripe", Method: "POST", Path: "/v1/transfers", Action: "slow", DelayMS: 400})
	var slow *stripe.Transfer
	var slowErr error
	var group sync.WaitGroup
	group.Go(func() { slow, slowErr = transferTo(b.stripe(), to, "key", "g", 100) })
	require.Eventually(t, func() bool { return b.available("usd") == 9900 }, 5*time.Second, time.Millisecond)
	_, err := transferTo(b.stripe(), to, "key", "g", 100)
	var e *stripe.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, http.StatusConflict, e.HTTPStatusCode)
	require.Equal(t, stripe.ErrorCode("idempotency_key_in_use"), e.Code)
	group.Wait()
	require.NoError(t, slowErr)
	again, err := transferTo(b.stripe(), to, "key", "g", 100)
	require.NoError(t, err)
	require.Equal(t, slow.ID, again.ID)
}

func TestIdempotency_many_at_once_move_money_once(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	sc := b.stripe()
	var group sync.WaitGroup
	for range 30 {
		group.Go(func() {
			_, err := transferTo(sc, to, "key", "g", 100)
			var e *stripe.Error
			if err != nil && (!errors.As(err, &e) || e.HTTPStatusCode != http.StatusConflict) {
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	group.Wait()
	require.Equal(t, int64(9900), b.available("usd"))
	b.conserved()
}

func TestTransfer_refusals(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	ready := b.payee()
	raw, err := b.stripe().Accounts.New(&stripe.AccountParams{Country: new("US")})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		amount   int64
		currency string
		to       string
		code     string
	}{
		"negative amount":      {-5, "usd", ready, "parameter_invalid_integer"},
		"zero":                 {0, "usd", ready, "parameter_invalid_integer"},
		"too much":             {100_000_000, "usd", ready, "amount_too_large"},
		"unknown currency":     {100, "zzz", ready, ""},
		"krona with ore":       {150, "isk", ready, ""},
		"dinar with last fils": {1001, "kwd", ready, ""},
		"unknown account":      {100, "usd", "acct_none", "resource_missing"},
		"not onboarded":        {100, "usd", raw.ID, "insufficient_capabilities_for_transfer"},
		"no funds":             {10_001, "usd", ready, "balance_insufficient"},
		"no funds of it":       {100, "isk", ready, "balance_insufficient"},
	} {
		_, err := b.stripe().Transfers.New(&stripe.TransferParams{
			Amount: new(c.amount), Currency: new(c.currency), Destination: new(c.to),
		})
		status, code := codeOf(t, err)
		require.Equal(t, http.StatusBadRequest, status, name)
		require.Equal(t, c.code, code, name)
	}
	require.Equal(t, int64(10_000), b.available("usd"))
}

func TestStripe_refuses_live_keys_and_unknown_parameters(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	for key, status := range map[string]int{"sk_live_x": 401, "": 401, "sk_test_x": 400} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.api.URL+"/v1/transfers?colour=blue", nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+key)
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, status, resp.StatusCode, key)
	}
	require.Empty(t, b.Accepted())
}

func TestReversals_never_exceed_the_transfer(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	sc := b.stripe()
	tr, err := transferTo(sc, to, "", "g", 1000)
	require.NoError(t, err)
	reverse := func(amount int64) error {
		_, err := sc.TransferReversals.New(&stripe.TransferReversalParams{ID: new(tr.ID), Amount: new(amount)})
		return err
	}
	require.NoError(t, reverse(300))
	require.Error(t, reverse(701))
	require.NoError(t, reverse(700))
	require.Error(t, reverse(1))
	got, err := sc.Transfers.Get(tr.ID, nil)
	require.NoError(t, err)
	require.True(t, got.Reversed)
	require.Len(t, got.Reversals.Data, 2)
	require.Equal(t, int64(10_000), b.available("usd"))
	for range 2 {
		h := b.next(ofType("transfer.reversed"))
		require.Equal(t, endpointAccount, h.path)
	}
	b.conserved()
}

func TestLists_page_by_cursor_and_group(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(100_000)
	to := b.payee()
	sc := b.stripe()
	var made []string
	for i := range 25 {
		group := "even"
		if i%2 == 1 {
			group = "odd"
		}
		tr, err := transferTo(sc, to, "", group, 100)
		require.NoError(t, err)
		if group == "even" {
			made = append([]string{tr.ID}, made...)
		}
	}
	params := &stripe.TransferListParams{TransferGroup: new("even")}
	params.Limit = new(int64(4))
	var got []string
	it := sc.Transfers.List(params)
	for it.Next() {
		got = append(got, it.Transfer().ID)
	}
	require.NoError(t, it.Err())
	require.Equal(t, made, got)

	bts := sc.BalanceTransactions.List(&stripe.BalanceTransactionListParams{
		Type: new("transfer"), CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: 1},
	})
	count, sum := 0, int64(0)
	for bts.Next() {
		count, sum = count+1, sum+bts.BalanceTransaction().Net
	}
	require.NoError(t, bts.Err())
	require.Equal(t, 25, count)
	require.Equal(t, int64(-2500), sum)

	back := &stripe.TransferListParams{TransferGroup: new("even")}
	back.EndingBefore, back.Limit, back.Single = new(made[5]), new(int64(2)), true
	it = sc.Transfers.List(back)
	got = nil
	for it.Next() {
		got = append(got, it.Transfer().ID)
	}
	require.NoError(t, it.Err())
	require.ElementsMatch(t, made[3:5], got)
}

func TestTopup_becomes_available_and_says_so(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	tu, err := b.stripe().Topups.New(&stripe.TopupParams{Amount: new(int64(5000)), Currency: new("eur")})
	require.NoError(t, err)
	require.Equal(t, stripe.TopupStatusPending, tu.Status)
	kinds := map[string]bool{}
	for range 3 { // they come in any order
		h := b.next(at(endpointAccount))
		for _, kind := range []string{"topup.created", "topup.succeeded", "balance.available"} {
			kinds[kind] = kinds[kind] || ofType(kind)(h)
		}
	}
	require.Equal(t, map[string]bool{"topup.created": true, "topup.succeeded": true, "balance.available": true}, kinds)
	require.Equal(t, int64(5000), b.available("eur"))
	b.conserved()
}

func TestPayouts_of_connected_accounts_reach_the_bank(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	good, bad := b.payee(), b.payee()
	require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/stripe/accounts/"+bad, map[string]string{"payout_failure": "account_closed"}, nil))
	tr, err := transferTo(b.stripe(), good, "", "g", 1000)
	require.NoError(t, err)
	_, err = transferTo(b.stripe(), good, "", "h", 500)
	require.NoError(t, err)
	_, err = transferTo(b.stripe(), bad, "", "i", 700)
	require.NoError(t, err)
	b.advance(time.Hour)
	b.next(ofType("payout.created"))
	b.next(ofType("payout.created"))
	b.advance(30 * time.Minute)
	b.next(ofType("payout.updated"))
	b.next(ofType("payout.updated"))
	b.advance(30 * time.Minute)
	ends := map[string]bool{}
	for range 2 {
		h := b.next(func(h hook) bool { return ofType("payout.paid")(h) || ofType("payout.failed")(h) })
		ends[string(h.body)] = true
	}
	require.Len(t, ends, 2)

	list := &stripe.PayoutListParams{}
	list.SetStripeAccount(good)
	it := b.stripe().Payouts.List(list)
	require.True(t, it.Next())
	p := it.Payout()
	require.Equal(t, stripe.PayoutStatusPaid, p.Status)
	require.Equal(t, int64(1500), p.Amount, "one payout carries several transfers")
	require.False(t, it.Next())

	inside := &stripe.BalanceTransactionListParams{Payout: new(p.ID)}
	inside.SetStripeAccount(good)
	sources := map[string]bool{}
	bts := b.stripe().BalanceTransactions.List(inside)
	for bts.Next() {
		sources[bts.BalanceTransaction().Source.ID] = true
	}
	require.NoError(t, bts.Err())
	require.True(t, sources[tr.DestinationPayment.ID])
	b.conserved()
}

func TestOnboarding_link_is_used_up_by_its_first_visit(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	sc := b.stripe()
	a, err := sc.Accounts.New(&stripe.AccountParams{
		Country: new("DE"), Capabilities: &stripe.AccountCapabilitiesParams{
			Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: new(true)},
		},
	})
	require.NoError(t, err)
	require.False(t, a.DetailsSubmitted)
	require.NotEmpty(t, a.Requirements.CurrentlyDue)
	link, err := sc.AccountLinks.New(&stripe.AccountLinkParams{
		Account: new(a.ID), RefreshURL: new("http://127.0.0.1/again"), ReturnURL: new("http://127.0.0.1/done"),
		Type: new("account_onboarding"),
	})
	require.NoError(t, err)
	web := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	visit := func(url string) (status int, location string) {
		resp, err := web.Get(url)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode, resp.Header.Get("Location")
	}
	status, _ := visit(link.URL)
	require.Equal(t, http.StatusOK, status)
	status, location := visit(link.URL)
	require.Equal(t, http.StatusFound, status)
	require.Equal(t, "http://127.0.0.1/again", location)
	submit := func(session string) (location string) {
		resp, err := web.PostForm(link.URL, map[string][]string{"session": {session}, "outcome": {"complete"}})
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.Header.Get("Location")
	}
	require.Equal(t, "http://127.0.0.1/again", submit("guessed"))
	var session string
	b.db.view(func() {
		b.links.oldest(func(_ string, l accountLink) bool { session = l.Session; return false })
	})
	require.Equal(t, "http://127.0.0.1/done", submit(session))
	h := b.next(ofType("account.external_account.created"))
	require.Equal(t, endpointConnect, h.path)
	h = b.next(ofType("account.updated"))
	require.Equal(t, endpointConnect, h.path)
	a, err = sc.Accounts.GetByID(a.ID, nil)
	require.NoError(t, err)
	require.True(t, a.DetailsSubmitted)
	require.True(t, a.PayoutsEnabled)
	require.Equal(t, stripe.AccountCapabilityStatusActive, a.Capabilities.Transfers)
	require.Len(t, a.ExternalAccounts.Data, 1)
	first := a.ExternalAccounts.Data[0].BankAccount
	require.True(t, first.DefaultForCurrency)
	require.NotEmpty(t, first.Fingerprint)

	require.Equal(t, http.StatusOK, b.control(http.MethodPost, "/control/stripe/accounts/"+a.ID, map[string]string{"bank": "DE00 1234"}, nil))
	b.next(ofType("account.external_account.deleted"))
	a, err = sc.Accounts.GetByID(a.ID, nil)
	require.NoError(t, err)
	require.NotEqual(t, first.Fingerprint, a.ExternalAccounts.Data[0].BankAccount.Fingerprint)
	require.Equal(t, "1234", a.ExternalAccounts.Data[0].BankAccount.Last4)

	stale, err := sc.AccountLinks.New(&stripe.AccountLinkParams{
		Account: new(a.ID), RefreshURL: new("http://127.0.0.1/again"), ReturnURL: new("http://127.0.0.1/done"),
		Type: new("account_onboarding"),
	})
	require.NoError(t, err)
	b.advance(linkLife)
	status, _ = visit(stale.URL)
	require.Equal(t, http.StatusFound, status)
}

// Whatever is done in whatever order, money is neither made nor lost, a key moves money once, and a restart forgets nothing.
func TestMoney_is_conserved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		cfg := quick()
		cfg.State, cfg.Mute = t.TempDir(), true
		s, err := New(cfg)
		require.NoError(t, err)
		api := newLocalAPI(s)
		accounts := []string{api.payee(t), api.payee(t)}
		paid := map[string]string{}
		var transfers []string
		for i := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			currency := rapid.SampledFrom([]string{"usd", "isk", "jpy"}).Draw(rt, "currency")
			amount := rapid.Int64Range(-100, 5000).Draw(rt, "amount")
			key := fmt.Sprintf("key_%d", rapid.IntRange(0, 10).Draw(rt, "key"))
			switch rapid.SampledFrom([]string{"topup", "transfer", "reverse", "set", "day", "restart"}).Draw(rt, "op") {
			case "topup":
				api.post("/v1/topups", key+"_tu", "amount", strconv.FormatInt(amount, 10), "currency", currency)
			case "transfer":
				to := rapid.SampledFrom(accounts).Draw(rt, "to")
				status, id := api.post("/v1/transfers", key, "amount", strconv.FormatInt(amount, 10), "currency", currency, "destination", to)
				if status == http.StatusOK {
					if before, ok := paid[key]; ok {
						require.Equal(t, before, id)
					} else {
						transfers = append(transfers, id)
					}
					paid[key] = id
				}
			case "reverse":
				if len(transfers) > 0 {
					id := rapid.SampledFrom(transfers).Draw(rt, "transfer")
					api.post("/v1/transfers/"+id+"/reversals", fmt.Sprintf("trr_%d", i), "amount", strconv.FormatInt(amount, 10))
				}
			case "set":
				_, err := s.adjust(currency, max(amount, 0), false)
				require.NoError(t, err)
			case "day":
				s.offset.Add(int64(time.Hour))
				s.queue.nudge()
			case "restart":
				require.NoError(t, s.Close())
				require.JSONEq(t, snapshot(t, s), reread(t, cfg.State))
				s, err = New(cfg)
				require.NoError(t, err)
				api.server = s
			}
			(&box{Server: s, t: t}).conserved()
		}
		distinct := map[string]bool{}
		for _, id := range paid {
			distinct[id] = true
		}
		count := 0
		s.db.view(func() { s.transfers.oldest(func(string, transfer) bool { count++; return true }) })
		require.Equal(t, len(distinct), count)
		require.NoError(t, s.Close())
	})
}
