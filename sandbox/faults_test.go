package sandbox

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
)

func transferFault(action string) Fault {
	return Fault{Provider: "stripe", Method: "POST", Path: "/v1/transfers", Action: action, DelayMS: 50}
}

// Each fault leaves its caller in the dark in its own way; the same key afterwards never moves the money a second time.
func TestFaults_of_transfers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		action  string
		status  int  // of the Stripe error; 0 when the answer cannot be read as one
		moved   bool // by the first call
		again   bool // the second call with the same key succeeds
		replays bool
	}{
		"drop before":      {actDropBefore, 0, false, true, false},
		"stall":            {actStall, 0, false, true, false},
		"commit then drop": {actCommitDrop, 0, true, true, true},
		"commit then 500":  {actCommit500, 500, true, false, true},
		"roll forward":     {actRollForward, 500, false, false, true},
		"rate limit":       {act429, 429, false, true, false},
		"truncate":         {actTruncate, 0, true, true, true},
		"html":             {actHTML502, 0, false, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, quick(), nil)
			b.fund(10_000)
			to := b.payee()
			sc := b.stripe()
			_, err := sc.Balance.Get(nil) // the connection is reused from here on
			require.NoError(t, err)
			f := transferFault(c.action)
			if c.action == actRollForward {
				f.DelayMS = 3_600_000
			}
			b.faults(f)
			_, err = transferTo(sc, to, "key", "payout_1", 4000)
			require.Error(t, err)
			if c.status != 0 {
				status, _ := codeOf(t, err)
				require.Equal(t, c.status, status)
			} else {
				var e *stripe.Error
				require.NotErrorAs(t, err, &e)
			}
			require.Equal(t, c.moved, b.available("usd") == 6000)
			tr, err := transferTo(sc, to, "key", "payout_1", 4000)
			if c.again {
				require.NoError(t, err)
				require.Equal(t, c.replays, tr.LastResponse.Header.Get("Idempotent-Replayed") == "true")
			} else {
				status, _ := codeOf(t, err)
				require.Equal(t, 500, status)
			}
			if c.action == actRollForward {
				b.advance(time.Hour)
			}
			h := b.next(ofType("transfer.created"))
			require.Contains(t, string(h.body), `"payout_id":"payout_1"`)
			require.Equal(t, int64(6000), b.available("usd"))
			var got struct {
				Transfers []controlTransfer `json:"transfers"`
			}
			b.control(http.MethodGet, "/control/stripe/transfers?transfer_group=payout_1", nil, &got)
			require.Len(t, got.Transfers, 1)
			require.Equal(t, "key", got.Transfers[0].IdempotencyKey)
			b.conserved()
		})
	}
}

func TestFaults_slow_redirect_and_wrong_amount(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	b.faults(transferFault(actSlow))
	start := time.Now()
	_, err := transferTo(b.stripe(), to, "slow", "g", 100)
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(start), 50*time.Millisecond)

	b.faults(transferFault(actWrongAmount))
	tr, err := transferTo(b.stripe(), to, "wrong", "g", 100)
	require.NoError(t, err)
	require.Equal(t, int64(101), tr.Amount)
	tr, err = b.stripe().Transfers.Get(tr.ID, nil)
	require.NoError(t, err)
	require.Equal(t, int64(100), tr.Amount)

	b.faults(transferFault(actRedirect))
	_, err = transferTo(b.stripe(), to, "redirected", "g", 100)
	require.Error(t, err)
	require.Equal(t, int64(9800), b.available("usd"))
}

func TestFaults_count_from_when_the_script_was_set(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	b.faults(Fault{Provider: "stripe", Path: "/v1/transfers", Nth: 2, Times: 2, Action: "429"})
	limited := make([]bool, 0, 5)
	for range 5 {
		_, err := transferTo(b.stripe(), to, "", "g", 100)
		limited = append(limited, err != nil)
	}
	require.Equal(t, []bool{false, true, true, false, false}, limited)
	for _, bad := range []Fault{
		{Provider: "paypal", Action: "429"}, {Provider: "stripe", Action: "explode"}, {Provider: "stripe", Action: "slow", DelayMS: -1},
		{Provider: "stripe", Action: "429", Path: "[", Nth: 1},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, b.control(http.MethodPut, "/control/faults", []Fault{bad}, nil))
	}
	require.Equal(t, http.StatusBadRequest, b.control(http.MethodPut, "/control/faults", []map[string]string{{"actoin": "429"}}, nil))
}

func TestFaults_random_script_is_the_same_for_the_same_seed(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	script := func(seed int) []Fault {
		var got struct {
			Faults []Fault `json:"faults"`
		}
		status := b.control(http.MethodPost, "/control/faults/random", map[string]any{"seed": seed, "rate": 0.1}, &got)
		require.Equal(t, http.StatusOK, status)
		return got.Faults
	}
	one := script(1)
	require.NotEmpty(t, one)
	require.Equal(t, one, script(1))
	require.NotEqual(t, one, script(2))
	for _, f := range one {
		require.NoError(t, f.check())
	}
}

func TestFaults_of_webhooks(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	b.next(ofType("balance.available"))
	to := b.payee()
	id := func(h hook) string {
		var e stripe.Event
		require.NoError(t, json.Unmarshal(h.body, &e))
		return e.ID
	}
	pay := func() {
		_, err := transferTo(b.stripe(), to, "", "g", 100)
		require.NoError(t, err)
	}
	b.faults(Fault{Provider: "stripe", Path: "transfer.created", Action: "duplicate"})
	pay()
	once, twice := b.next(ofType("transfer.created")), b.next(ofType("transfer.created"))
	require.Equal(t, id(once), id(twice))

	b.faults(Fault{Provider: "stripe", Path: "/webhooks/stripe/account", Action: "delay", DelayMS: 3_600_000})
	pay()
	first := youngestEvent(b, "transfer.created")
	pay()
	require.NotEqual(t, first, id(b.next(ofType("transfer.created"))), "the later one is delivered before")
	b.advance(time.Hour)
	require.Equal(t, first, id(b.next(ofType("transfer.created"))))

	b.faults(Fault{Provider: "stripe", Path: "transfer.created", Action: "drop"}) // and not what else the payment before it led to
	pay()
	lost := youngestEvent(b, "transfer.created")
	b.idle("deliver") // an event counts as delivered once the answer to its webhook has come back
	var missed []string
	it := b.stripe().Events.List(&stripe.EventListParams{DeliverySuccess: new(false), Types: stripe.StringSlice([]string{"transfer.created"})})
	for it.Next() {
		missed = append(missed, it.Event().ID)
	}
	require.NoError(t, it.Err())
	require.Equal(t, []string{lost}, missed)
}

// youngestEvent is the id of the youngest event of a type; an empty one is any.
func youngestEvent(b *box, kind string) (id string) {
	b.db.view(func() {
		b.events.newest(func(key string, e event) bool {
			if kind == "" || e.Type == kind {
				id = key
			}
			return id == ""
		})
	})
	return id
}

func TestFaults_of_mail(t *testing.T) {
	t.Parallel()
	for action, stored := range map[string]int{
		actDropBefore: 0, actCommitDrop: 1, actCommit500: 1, act429: 0, actHTML502: 0,
	} {
		t.Run(action, func(t *testing.T) {
			t.Parallel()
			b := newBox(t, quick(), nil)
			b.faults(Fault{Provider: "sendgrid", Method: "POST", Path: "/v3/mail/send", Action: action})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.api.URL+"/v3/mail/send", strings.NewReader(simpleMail))
			require.NoError(t, err)
			req.Header.Set("Authorization", "Bearer SG.x")
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				require.GreaterOrEqual(t, resp.StatusCode, 400)
				_, err = io.Copy(io.Discard, resp.Body)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
			} else {
				require.Contains(t, []string{actDropBefore, actCommitDrop}, action)
			}
			require.Len(t, b.mailsTo("", 10), stored)
		})
	}
}
