package sandbox

import (
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/client"
)

// everyCall makes each Stripe call that production makes, with the parameters it uses.
func everyCall(t *testing.T, b *box, sc *client.API) {
	t.Helper()
	account := createAccount(t, sc)
	_, err := sc.AccountLinks.New(&stripe.AccountLinkParams{
		Account: new(account), RefreshURL: new("https://rapport.example/again"),
		ReturnURL: new("https://rapport.example/done"), Type: new("account_onboarding"),
		CollectionOptions: &stripe.AccountLinkCollectionOptionsParams{Fields: new("eventually_due")},
	})
	require.NoError(t, err)
	_, err = sc.Accounts.GetByID(account, nil)
	require.NoError(t, err)
	_, err = sc.Accounts.Update(account, &stripe.AccountParams{Metadata: map[string]string{"creator_id": "c2"}})
	require.NoError(t, err)
	require.True(t, sc.Accounts.List(&stripe.AccountListParams{}).Next())
	b.control(http.MethodPost, "/control/stripe/accounts/"+account, map[string]string{"outcome": onboardComplete}, nil)

	_, err = sc.LoginLinks.New(&stripe.LoginLinkParams{Account: new(account)})
	require.NoError(t, err)

	topup := &stripe.TopupParams{
		Amount: new(int64(100_000)), Currency: new("usd"), Description: new("Funds"),
		StatementDescriptor: new("Rapport"), TransferGroup: new("brand_1"),
	}
	topup.SetIdempotencyKey("tu_1")
	topup.AddMetadata("brand_id", "b1")
	topup.AddExpand("balance_transaction")
	tu, err := sc.Topups.New(topup)
	require.NoError(t, err)
	_, err = sc.Topups.Get(tu.ID, nil)
	require.NoError(t, err)
	require.NoError(t, sc.Topups.List(&stripe.TopupListParams{Status: new("succeeded")}).Err())
	b.next(ofType("topup.succeeded"))

	moneyCalls(t, sc, account)

	payout := &stripe.PayoutParams{Amount: new(int64(500)), Currency: new("usd")}
	payout.SetStripeAccount(account)
	po, err := sc.Payouts.New(payout)
	require.NoError(t, err)
	one := &stripe.PayoutParams{}
	one.SetStripeAccount(account)
	_, err = sc.Payouts.Get(po.ID, one)
	require.NoError(t, err)
	payouts := &stripe.PayoutListParams{Status: new("pending")}
	payouts.SetStripeAccount(account)
	require.True(t, sc.Payouts.List(payouts).Next())

	events := sc.Events.List(&stripe.EventListParams{
		DeliverySuccess: new(true), Types: stripe.StringSlice([]string{"topup.succeeded", "transfer.created"}),
	})
	require.NoError(t, events.Err())
	id := youngestEvent(b, "")
	_, err = sc.Events.Get(id, nil)
	require.NoError(t, err)
	_, err = sc.Accounts.Get()
	require.NoError(t, err)
}

func createAccount(t *testing.T, sc *client.API) string {
	t.Helper()
	p := &stripe.AccountParams{
		Country: new("US"), Email: new("sam@creators.example"), BusinessType: new("individual"),
		Capabilities: &stripe.AccountCapabilitiesParams{
			Transfers: &stripe.AccountCapabilitiesTransfersParams{Requested: new(true)},
		},
		Controller: &stripe.AccountControllerParams{
			Fees:                  &stripe.AccountControllerFeesParams{Payer: new("application")},
			Losses:                &stripe.AccountControllerLossesParams{Payments: new("application")},
			StripeDashboard:       &stripe.AccountControllerStripeDashboardParams{Type: new("express")},
			RequirementCollection: new("stripe"),
		},
		TOSAcceptance: &stripe.AccountTOSAcceptanceParams{ServiceAgreement: new("recipient")},
		BusinessProfile: &stripe.AccountBusinessProfileParams{
			URL: new("https://creators.example/sam"), MCC: new("7311"), ProductDescription: new("Content"),
		},
		Settings: &stripe.AccountSettingsParams{
			Payouts: &stripe.AccountSettingsPayoutsParams{Schedule: &stripe.AccountSettingsPayoutsScheduleParams{Interval: new("daily")}},
		},
	}
	p.SetIdempotencyKey("acct_1")
	p.AddMetadata("creator_id", "c1")
	a, err := sc.Accounts.New(p)
	require.NoError(t, err)
	return a.ID
}

func moneyCalls(t *testing.T, sc *client.API, account string) {
	t.Helper()
	p := &stripe.TransferParams{
		Amount: new(int64(4000)), Currency: new("usd"), Destination: new(account),
		TransferGroup: new("payout_1"), Description: new("Milestone"),
	}
	p.SetIdempotencyKey("po_1_1")
	p.AddMetadata("payout_id", "1")
	p.AddMetadata("attempt", "1")
	p.AddExpand("balance_transaction")
	tr, err := sc.Transfers.New(p)
	require.NoError(t, err)
	require.Equal(t, int64(-4000), tr.BalanceTransaction.Net)
	_, err = sc.Transfers.Get(tr.ID, &stripe.TransferParams{Expand: stripe.StringSlice([]string{"balance_transaction"})})
	require.NoError(t, err)
	list := &stripe.TransferListParams{
		TransferGroup: new("payout_1"), Destination: new(account),
		CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: tr.Created, LesserThan: tr.Created + 10},
	}
	list.Limit = new(int64(100))
	list.AddExpand("data.balance_transaction")
	require.True(t, sc.Transfers.List(list).Next())

	r := &stripe.TransferReversalParams{ID: new(tr.ID), Amount: new(int64(1000)), Metadata: map[string]string{"reversal_id": "r1"}}
	r.SetIdempotencyKey("trr_1")
	r.AddExpand("balance_transaction")
	trr, err := sc.TransferReversals.New(r)
	require.NoError(t, err)
	_, err = sc.TransferReversals.Get(trr.ID, &stripe.TransferReversalParams{ID: new(tr.ID)})
	require.NoError(t, err)
	require.True(t, sc.TransferReversals.List(&stripe.TransferReversalListParams{ID: new(tr.ID)}).Next())

	_, err = sc.Balance.Get(&stripe.BalanceParams{})
	require.NoError(t, err)
	own := &stripe.BalanceParams{}
	own.SetStripeAccount(account)
	_, err = sc.Balance.Get(own)
	require.NoError(t, err)
	bts := &stripe.BalanceTransactionListParams{
		CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: tr.Created - 10, LesserThan: tr.Created + 100}, Type: new("transfer"),
		Currency: new("usd"), Source: new(tr.ID),
	}
	bts.AddExpand("data.source")
	it := sc.BalanceTransactions.List(bts)
	require.True(t, it.Next())
	require.Equal(t, tr.ID, it.BalanceTransaction().Source.Transfer.ID)
	_, err = sc.BalanceTransactions.Get(it.BalanceTransaction().ID, nil)
	require.NoError(t, err)
}

// TestContract asks Stripe's own judge of request shapes about everything that production asks of Stripe.
func TestContract(t *testing.T) {
	t.Parallel()
	mock := startStripeMock(t)
	t.Run("stripe-mock accepts what the sandbox accepts", func(t *testing.T) { t.Parallel(); acceptsWhatIsAccepted(t, mock) })
	t.Run("the sandbox refuses what stripe-mock refuses", func(t *testing.T) { t.Parallel(); refusesWhatIsRefused(t, mock) })
}

func acceptsWhatIsAccepted(t *testing.T, mock string) {
	t.Helper()
	b := newBox(t, quick(), nil)
	everyCall(t, b, b.stripe())
	accepted := b.Accepted()
	seen := map[string]bool{}
	for _, r := range accepted {
		seen[r.Method+" "+shape(r.Path)] = true
	}
	for route := range b.stripeEndpoints() {
		method, path, _ := strings.Cut(route, " ")
		require.True(t, seen[method+" "+strings.NewReplacer("{id}", "*", "{sub}", "*").Replace(path)], "no call of %s was recorded", route)
	}

	for _, r := range accepted {
		status, raw := judge(t, mock, r)
		require.Equal(t, http.StatusOK, status, "%s %s?%s: %s", r.Method, r.Path, r.Form, raw)
	}
}

// refusesWhatIsRefused tries every call with a parameter too many, with one too few, and with each of them spoilt.
func refusesWhatIsRefused(t *testing.T, mock string) {
	t.Helper()
	b := newBox(t, quick(), nil)
	everyCall(t, b, b.stripe())
	seen, refused := map[string]bool{}, 0
	for _, r := range b.Accepted() {
		for what, form := range spoilt(t, r.Form) {
			r := r
			r.Form = form
			key := r.Method + " " + shape(r.Path) + " " + what
			if seen[key] {
				continue
			}
			seen[key] = true
			theirs, words := judge(t, mock, r)
			if theirs == http.StatusOK {
				continue
			}
			refused++
			ours, raw := judge(t, b.api.URL, r)
			assert.GreaterOrEqual(t, ours, 400, "%s: stripe-mock says %d %s and the sandbox %d %s", key, theirs, words, ours, raw)
		}
	}
	require.Greater(t, refused, 100, "the judge refused too little to prove anything")
}

// spoilt are forms that differ from one that is accepted, by what is wrong with them.
func spoilt(t *testing.T, form string) map[string]string {
	t.Helper()
	values, err := url.ParseQuery(form)
	require.NoError(t, err)
	with := func(change func(url.Values)) string {
		copied := url.Values{}
		maps.Copy(copied, values)
		change(copied)
		return copied.Encode()
	}
	out := map[string]string{"with a parameter that there is not": with(func(v url.Values) { v.Set("nonsense", "1") })}
	for name := range values {
		if !strings.HasSuffix(name, "[0]") { // a list with a hole is nothing that a client sends
			out["without "+name] = with(func(v url.Values) { v.Del(name) })
		}
		out[name+" with a part that there is not"] = with(func(v url.Values) { v.Del(name); v.Set(name+"[nonsense]", "1") })
		for _, value := range []string{"nonsense", "1.5", "-1", ""} {
			out[name+" as "+strconv.Quote(value)] = with(func(v url.Values) { v.Set(name, value) })
		}
	}
	return out
}

// judge sends a request to a server of Stripe's API.
func judge(t *testing.T, base string, r AcceptedRequest) (status int, answer string) {
	t.Helper()
	var body io.Reader = strings.NewReader(r.Form)
	target := base + r.Path
	if r.Method == http.MethodGet {
		target, body = target+"?"+r.Form, http.NoBody
	}
	req, err := http.NewRequestWithContext(t.Context(), r.Method, target, body)
	require.NoError(t, err)
	req.Header.Set("Authorization", "Bearer sk_test_123")
	if r.Method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.Account != "" {
		req.Header.Set("Stripe-Account", r.Account)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	return resp.StatusCode, string(raw)
}

// shape replaces the ids of a path.
func shape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		for _, prefix := range []string{"acct_", "tr_", "trr_", "tu_", "po_", "txn_", "evt_"} {
			if strings.HasPrefix(p, prefix) {
				parts[i] = "*"
			}
		}
	}
	return strings.Join(parts, "/")
}

// startStripeMock runs stripe-mock on a free port and gives its base URL.
func startStripeMock(t *testing.T) string {
	t.Helper()
	program := os.Getenv("RAPPORT_STRIPE_MOCK")
	if program == "" {
		program = filepath.Join("..", "bin", "stripe-mock")
	}
	if _, err := os.Stat(program); err != nil {
		require.FailNow(t, "stripe-mock is missing: run make bin/stripe-mock")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program, "-http-addr", addr)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed
	})
	require.Eventually(t, func() bool {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	}, waitFor, 20*tick)
	return "http://" + addr
}
