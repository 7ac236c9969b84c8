package api_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79/webhook"

	"rapport"
	"rapport/api"
	"rapport/providers/sendgrid"
	"rapport/providers/stripe"
)

const webhookSecret = "whsec_0123456789abcdef0123456789abcdef"

// hooked is a desk whose server verifies with the real rooms of the providers.
func hooked(t *testing.T) (*desk, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return newDesk(t, func(c *api.Config) {
		c.Outside.Webhooks = api.Webhooks{
			Stripe: func(endpoint string, body []byte, signature string, now time.Time) (rapport.InboxRow, error) {
				e, err := stripe.VerifyEvent(body, signature, []string{webhookSecret + endpoint}, now)
				return rapport.InboxRow{ID: id(), Provider: "stripe", EventID: e.ID, Type: e.Type, ObjectID: e.ObjectID, Account: e.Account, Body: body}, err
			},
			Shipments: func(body []byte, signature string, now time.Time) (rapport.InboxRow, error) {
				if err := stripe.VerifySignature(body, signature, []string{webhookSecret + "shipments"}, now); err != nil {
					return rapport.InboxRow{}, err
				}
				e, err := rapport.ReadShipmentEvent(body)
				return rapport.InboxRow{ID: id(), Provider: "shipments", EventID: e.ID, Type: e.State, ObjectID: e.Reference, Body: body}, err
			},
			MailEvents: func(body []byte, signature, timestamp string, now time.Time) ([]rapport.InboxRow, error) {
				events, err := sendgrid.VerifyEvents(&key.PublicKey, body, signature, timestamp, now)
				rows := make([]rapport.InboxRow, len(events))
				for i, e := range events {
					rows[i] = rapport.InboxRow{ID: id(), Provider: "sendgrid", EventID: e.ID, Type: e.Type, ObjectID: e.SendID, Body: []byte("{}")}
				}
				return rows, err
			},
			Inbound: func(_ string, body []byte, signature, timestamp string, now time.Time) (rapport.InboxRow, error) {
				sum := sha256.Sum256(body)
				return rapport.InboxRow{ID: id(), Provider: "inbound", EventID: hex.EncodeToString(sum[:]), Type: "mail", Body: body},
					sendgrid.VerifyInbound(&key.PublicKey, body, signature, timestamp, now)
			},
		}
	}), key
}

func stripePost(t *testing.T, d *desk, endpoint, secret, body string, at time.Time) answer {
	t.Helper()
	mac := webhook.ComputeSignature(at, []byte(body), secret)
	return d.anon().with("Stripe-Signature", fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac))).send(t, "POST", "/webhooks/stripe/"+endpoint, body)
}

func event(id, kind string) string {
	return fmt.Sprintf(`{"id":"evt_%s","object":"event","type":%q,"livemode":false,"created":1700000000,"data":{"object":{"id":"tr_unknown"}}}`, id, kind)
}

func TestStripeEventsAreKeptOnceAndOnlyWhenTheyAreSignedNow(t *testing.T) {
	t.Parallel()
	d, _ := hooked(t)
	count := func() int { return one[int](t, d, `select count(*) from webhook_inbox`) }
	now := time.Now()
	body := event("1", "transfer.created")
	for name, a := range map[string]answer{
		"another endpoint's secret": stripePost(t, d, "account", webhookSecret+"connect", body, now),
		"old":                       stripePost(t, d, "account", webhookSecret+"account", body, now.Add(-6*time.Minute)),
		"from the future":           stripePost(t, d, "account", webhookSecret+"account", body, now.Add(24*time.Hour)),
		"unsigned":                  d.anon().send(t, "POST", "/webhooks/stripe/account", body),
		"no event":                  stripePost(t, d, "account", webhookSecret+"account", `[]`, now),
	} {
		require.Equal(t, 400, a.status, name)
	}
	require.Equal(t, 413, stripePost(t, d, "account", webhookSecret+"account", strings.Repeat("x", 300<<10), now).status)
	require.Zero(t, count())

	for range 5 {
		require.Equal(t, 200, stripePost(t, d, "account", webhookSecret+"account", body, now).status)
	}
	require.Equal(t, 1, count(), "five times is once")
	// Out of order, and about an object that nobody knows: kept, because it may be about something that is not written yet.
	require.Equal(t, 200, stripePost(t, d, "account", webhookSecret+"account", event("3", "transfer.reversed"), now).status)
	require.Equal(t, 200, stripePost(t, d, "account", webhookSecret+"account", event("2", "transfer.updated"), now).status)
	require.Equal(t, 200, stripePost(t, d, "connect", webhookSecret+"connect", event("4", "account.updated"), now).status)
	require.Equal(t, 4, count())
	require.Equal(t, body, string(one[[]byte](t, d, `select body from webhook_inbox where event_id = 'evt_1'`)))
	metrics := string(d.anon().send(t, "GET", "/metrics", nil).body)
	require.Contains(t, metrics, `rapport_webhook_posts_total{endpoint="stripe_account",result="refused"} 5`)
	require.Contains(t, metrics, `rapport_webhook_posts_total{endpoint="stripe_account",result="known"} 4`)
}

func mailPost(t *testing.T, d *desk, key *ecdsa.PrivateKey, path, media, body string, at time.Time) answer {
	t.Helper()
	timestamp := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(timestamp + body))
	signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)
	return d.anon().with("Content-Type", media).with("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(signature)).
		with("X-Twilio-Email-Event-Webhook-Timestamp", timestamp).send(t, "POST", path, body)
}

func TestMailEventsAreKeptAsOneBatch(t *testing.T) {
	t.Parallel()
	d, key := hooked(t)
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	batch := `[{"sg_event_id":"a","event":"delivered"},{"sg_event_id":"b","event":"bounce"},{"sg_event_id":"a","event":"delivered"}]`
	post := func(key *ecdsa.PrivateKey, body string, at time.Time) int {
		return mailPost(t, d, key, "/webhooks/sendgrid/events", "application/json", body, at).status
	}
	now := time.Now()
	require.Equal(t, 400, post(foreign, batch, now))
	require.Equal(t, 400, post(key, batch, now.Add(-25*time.Hour)))
	require.Equal(t, 400, post(key, batch, now.Add(time.Hour)))
	require.Equal(t, 400, post(key, `{"event":"x"}`, now))
	require.Zero(t, one[int](t, d, `select count(*) from webhook_inbox`))
	require.Equal(t, 200, post(key, batch, now))
	require.Equal(t, 200, post(key, batch, now))
	require.Equal(t, 200, post(key, `[]`, now))
	require.Equal(t, 2, one[int](t, d, `select count(*) from webhook_inbox where provider = 'sendgrid'`))
}

// TestInboundMailIsKeptOnlyWhenItIsSignedNow: who could post what they like would write to any partnership in any creator's name.
func TestInboundMailIsKeptOnlyWhenItIsSignedNow(t *testing.T) {
	t.Parallel()
	d, key := hooked(t)
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	const path, media = "/webhooks/sendgrid/inbound", "multipart/form-data; boundary=x"
	now, body := time.Now(), "--x\r\n"
	signed := func(over, posted string, at time.Time, claimed string) answer {
		sum := sha256.Sum256([]byte(strconv.FormatInt(at.Unix(), 10) + over))
		signature, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
		require.NoError(t, err)
		return d.anon().with("Content-Type", media).with("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(signature)).
			with("X-Twilio-Email-Event-Webhook-Timestamp", claimed).send(t, "POST", path, posted)
	}
	stamp := func(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
	refused := map[string]answer{
		"another key":             mailPost(t, d, foreign, path, media, body, now),
		"unsigned":                d.anon().with("Content-Type", media).send(t, "POST", path, body),
		"no signature at all":     d.anon().with("Content-Type", media).with("X-Twilio-Email-Event-Webhook-Timestamp", stamp(now)).send(t, "POST", path, body),
		"a body that was changed": signed(body, body+"more", now, stamp(now)),
		"a time that was changed": signed(body, body, now.Add(-48*time.Hour), stamp(now)),
		"a time that is none":     signed(body, body, now, "yesterday"),
		"too old":                 mailPost(t, d, key, path, media, body, now.Add(-24*time.Hour-time.Minute)),
		"from the future":         mailPost(t, d, key, path, media, body, now.Add(6*time.Minute)),
	}
	for name, a := range refused {
		require.Equal(t, 400, a.status, name)
		require.Contains(t, string(a.body), "bad_signature", name)
	}
	large := strings.Repeat("x", 30<<20+1)
	require.Equal(t, 413, mailPost(t, d, key, path, media, large, now).status)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.url+path, io.MultiReader(strings.NewReader(large))) // a reader of unknown length
	require.NoError(t, err)
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 413, resp.StatusCode, "without a length, too")
	require.Zero(t, one[int](t, d, `select count(*) from webhook_inbox`))

	require.Equal(t, 200, mailPost(t, d, key, path, media, body, now.Add(-23*time.Hour)).status, "a delivery that was delayed")
	require.Equal(t, 200, mailPost(t, d, key, path, media, body, now.Add(4*time.Minute)).status, "a clock that is ahead, and the mail known")
	require.Equal(t, 200, mailPost(t, d, key, path, media, large[:30<<20], now).status, "the largest")
	require.Equal(t, 2, one[int](t, d, `select count(*) from webhook_inbox where provider = 'inbound'`))
	metrics := string(d.anon().send(t, "GET", "/metrics", nil).body)
	for result, n := range map[string]int{"refused": 8, "too_large": 2, "kept": 2, "known": 1} {
		require.Contains(t, metrics, fmt.Sprintf(`rapport_webhook_posts_total{endpoint="sendgrid_inbound",result=%q} %d`, result, n))
	}
}

func TestInboundMailIsKeptOrAskedForAgain(t *testing.T) {
	t.Parallel()
	d, key := hooked(t)
	post := func(body string) answer {
		return mailPost(t, d, key, "/webhooks/sendgrid/inbound", "multipart/form-data; boundary=x", body, time.Now())
	}
	require.Equal(t, 200, post("--x\r\n").status)
	require.Equal(t, 200, post("--x\r\n").status)
	require.Equal(t, 1, one[int](t, d, `select count(*) from webhook_inbox where provider = 'inbound'`))
	d.store.Close() // the database is away
	a := post("--y\r\n")
	require.Equal(t, 503, a.status, "never a refusal, which would lose the mail")
	require.NotEmpty(t, a.header.Get("Retry-After"))
}

func TestWebhooksThatAreNotSetUpDoNotExist(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	require.Equal(t, 404, d.anon().send(t, "POST", "/webhooks/stripe/account", event("1", "x")).status)
}
