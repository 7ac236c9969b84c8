package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79/webhook"

	"rapport"
	"rapport/providers/sendgrid"
	"rapport/providers/stripe"
)

// doors are settings for every webhook, with the keys that sign for them.
type doors struct {
	cfg             Config
	events, inbound *ecdsa.PrivateKey
}

func newDoors(t *testing.T) doors {
	t.Helper()
	pair := func() (*ecdsa.PrivateKey, string) {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		der, err := x509.MarshalPKIXPublicKey(key.Public())
		require.NoError(t, err)

		return key, base64.StdEncoding.EncodeToString(der)
	}
	d := doors{}
	d.cfg.Stripe.AccountSecret, d.cfg.Stripe.ConnectSecret = Secret("whsec_"+strings.Repeat("a", 26)), Secret("whsec_"+strings.Repeat("b", 26))
	d.events, d.cfg.SendGrid.EventKey = pair()
	d.inbound, d.cfg.SendGrid.InboundKey = pair()

	return d
}

func stripeHeader(secret, body string, at time.Time) string {
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(webhook.ComputeSignature(at, []byte(body), secret)))
}

func mailHeaders(t *testing.T, key *ecdsa.PrivateKey, body string, at time.Time) (signature, timestamp string) {
	t.Helper()
	timestamp = strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256([]byte(timestamp + body))
	made, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)

	return base64.StdEncoding.EncodeToString(made), timestamp
}

// TestWebhooksNeedSecretsThatNobodyGuesses: what an empty or short secret verifies, anybody can sign.
func TestWebhooksNeedSecretsThatNobodyGuesses(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Config){
		"no account secret":          func(c *Config) { c.Stripe.AccountSecret = "" },
		"no connect secret":          func(c *Config) { c.Stripe.ConnectSecret = "" },
		"a prefix alone":             func(c *Config) { c.Stripe.AccountSecret = "whsec_" },
		"a short secret":             func(c *Config) { c.Stripe.ConnectSecret = Secret("whsec_" + strings.Repeat("b", 25)) },
		"a secret of something else": func(c *Config) { c.Stripe.AccountSecret = Secret(strings.Repeat("a", 40)) },
		"a secret with a line feed":  func(c *Config) { c.Stripe.AccountSecret += "\n" },
		"no event key":               func(c *Config) { c.SendGrid.EventKey = "" },
		"no inbound key":             func(c *Config) { c.SendGrid.InboundKey = "" },
		"a key that is none":         func(c *Config) { c.SendGrid.InboundKey = "bm8ga2V5" },
		"a key of another curve":     func(c *Config) { c.SendGrid.EventKey = publicKey(t, elliptic.P384()) },
	} {
		d := newDoors(t)
		spoil(&d.cfg)
		hooks, err := webhooks(d.cfg)
		require.Error(t, err, name)
		require.Nil(t, hooks.Stripe, name)
		require.Nil(t, hooks.MailEvents, name)
		require.Nil(t, hooks.Inbound, name)
		for _, secret := range []Secret{d.cfg.Stripe.AccountSecret, d.cfg.Stripe.ConnectSecret} {
			if len(secret) > len("whsec_") {
				require.NotContains(t, err.Error(), string(secret), name)
			}
		}
	}
}

func TestStripePostsAreTakenByTheirOwnEndpointOnly(t *testing.T) {
	t.Parallel()
	d := newDoors(t)
	hooks, err := webhooks(d.cfg)
	require.NoError(t, err)
	now := time.Now()
	body := `{"id":"evt_1","object":"event","type":"transfer.created","account":"acct_1","created":1700000000,"data":{"object":{"id":"tr_1","metadata":{"payout_id":"x"}}}}`
	secrets := map[string]string{"account": string(d.cfg.Stripe.AccountSecret), "connect": string(d.cfg.Stripe.ConnectSecret)}
	for endpoint, other := range map[string]string{"account": "connect", "connect": "account"} {
		row, err := hooks.Stripe(endpoint, []byte(body), stripeHeader(secrets[endpoint], body, now), now)
		require.NoError(t, err)
		require.NotEqual(t, uuid.Nil, row.ID)
		row.ID = uuid.Nil
		require.Equal(t, rapport.InboxRow{
			Provider: "stripe", EventID: "evt_1", Type: "transfer.created", ObjectID: "tr_1", Account: "acct_1", Body: []byte(`{"id":"tr_1","metadata":{"payout_id":"x"}}`),
		}, row)

		for name, refused := range map[string]struct {
			header string
			want   error
		}{
			"the other endpoint's secret": {stripeHeader(secrets[other], body, now), stripe.ErrSignature},
			"an empty secret":             {stripeHeader("", body, now), stripe.ErrSignature},
			"another body":                {stripeHeader(secrets[endpoint], body+" ", now), stripe.ErrSignature},
			"no signature":                {"", stripe.ErrSignature},
			"too old":                     {stripeHeader(secrets[endpoint], body, now.Add(-6*time.Minute)), stripe.ErrStale},
			"from the future":             {stripeHeader(secrets[endpoint], body, now.Add(6*time.Minute)), stripe.ErrStale},
		} {
			row, err := hooks.Stripe(endpoint, []byte(body), refused.header, now)
			require.ErrorIs(t, err, refused.want, name)
			require.Zero(t, row, name)
		}
	}
	_, err = hooks.Stripe("invented", []byte(body), stripeHeader("", body, now), now)
	require.ErrorIs(t, err, stripe.ErrWeakSecret, "an endpoint without a secret takes nothing")
	row, err := hooks.Stripe("account", []byte(`{"id":"evt_2","type":"ping"}`), stripeHeader(secrets["account"], `{"id":"evt_2","type":"ping"}`, now), now)
	require.NoError(t, err)
	require.JSONEq(t, `{}`, string(row.Body), "an event without an object is one, too")
}

func TestMailEventsBecomeRowsWithoutText(t *testing.T) {
	t.Parallel()
	d := newDoors(t)
	hooks, err := webhooks(d.cfg)
	require.NoError(t, err)
	now := time.Now()
	body := `[{"sg_event_id":"a","event":"bounce","type":"bounce","send_id":"s1","reason":"550 casey@creators.example unknown"},
		{"sg_event_id":"b","event":"bounce","type":"blocked","send_id":"s2"},{"sg_event_id":"c","event":"delivered","email":"casey@creators.example"}]`
	signature, timestamp := mailHeaders(t, d.events, body, now)
	rows, err := hooks.MailEvents([]byte(body), signature, timestamp, now)
	require.NoError(t, err)
	seen := map[uuid.UUID]bool{uuid.Nil: true}
	for i := range rows {
		require.False(t, seen[rows[i].ID], "an id of its own")
		seen[rows[i].ID], rows[i].ID = true, uuid.Nil
	}
	require.Equal(t, []rapport.InboxRow{
		{Provider: "sendgrid", EventID: "a", Type: "bounce", ObjectID: "s1", Body: []byte("{}")},
		{Provider: "sendgrid", EventID: "b", Type: "blocked", ObjectID: "s2", Body: []byte("{}")},
		{Provider: "sendgrid", EventID: "c", Type: "delivered", Body: []byte("{}")},
	}, rows)

	for name, refused := range map[string]struct {
		key  *ecdsa.PrivateKey
		at   time.Time
		body string
		want error
	}{
		"the inbound key": {d.inbound, now, body, sendgrid.ErrSignature},
		"another body":    {d.events, now, body + " ", sendgrid.ErrSignature},
		"too old":         {d.events, now.Add(-25 * time.Hour), body, sendgrid.ErrStale},
		"from the future": {d.events, now.Add(6 * time.Minute), body, sendgrid.ErrStale},
	} {
		signature, timestamp := mailHeaders(t, refused.key, refused.body, refused.at)
		rows, err := hooks.MailEvents([]byte(body), signature, timestamp, now)
		require.ErrorIs(t, err, refused.want, name)
		require.Empty(t, rows, name)
	}
	signature, timestamp = mailHeaders(t, d.events, `{}`, now)
	_, err = hooks.MailEvents([]byte(`{}`), signature, timestamp, now)
	require.ErrorIs(t, err, sendgrid.ErrBadEvents)
}

func TestInboundMailIsKeptAsItWasPosted(t *testing.T) {
	t.Parallel()
	d := newDoors(t)
	hooks, err := webhooks(d.cfg)
	require.NoError(t, err)
	now := time.Now()
	const media, body = "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"from\"\r\n\r\ncasey@creators.example\r\n--x--\r\n"
	signature, timestamp := mailHeaders(t, d.inbound, body, now)
	row, err := hooks.Inbound(media, []byte(body), signature, timestamp, now)
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(body))
	require.NotEqual(t, uuid.Nil, row.ID)
	row.ID = uuid.Nil
	require.Equal(t, rapport.InboxRow{Provider: "inbound", EventID: hex.EncodeToString(sum[:]), Type: "mail", Body: []byte(media + "\n" + body)}, row)
	again, err := hooks.Inbound(media+"; charset=utf-8", []byte(body), signature, timestamp, now)
	require.NoError(t, err)
	require.Equal(t, row.EventID, again.EventID, "the content type is not signed, and makes no other mail of it")

	for name, refused := range map[string]struct {
		key  *ecdsa.PrivateKey
		at   time.Time
		body string
		want error
	}{
		"the events' key": {d.events, now, body, sendgrid.ErrSignature},
		"another body":    {d.inbound, now, body + " ", sendgrid.ErrSignature},
		"too old":         {d.inbound, now.Add(-25 * time.Hour), body, sendgrid.ErrStale},
		"from the future": {d.inbound, now.Add(6 * time.Minute), body, sendgrid.ErrStale},
	} {
		signature, timestamp := mailHeaders(t, refused.key, refused.body, refused.at)
		row, err := hooks.Inbound(media, []byte(body), signature, timestamp, now)
		require.ErrorIs(t, err, refused.want, name)
		require.Zero(t, row, name)
	}
	_, err = hooks.Inbound(media, []byte(body), "", "", now)
	require.ErrorIs(t, err, sendgrid.ErrSignature)
}

// TestDocumensoPostsKeepOnlyWhichDocumentTheyAreAbout: the post itself has links by which others sign, and is believed in nothing.
func TestDocumensoPostsKeepOnlyWhichDocumentTheyAreAbout(t *testing.T) {
	t.Parallel()
	d := newDoors(t)
	off, err := webhooks(d.cfg)
	require.NoError(t, err)
	require.Nil(t, off.Signing)
	secret := strings.Repeat("w", 32)
	d.cfg.Documenso = DocumensoConfig{URL: "https://sign.example.com", WebhookSecret: Secret(secret)}
	hooks, err := webhooks(d.cfg)
	require.NoError(t, err)
	body := `{"event":"DOCUMENT_COMPLETED","payload":{"envelopeId":"envelope_1","recipients":[{"token":"hush"}]}}`
	rows, err := hooks.Signing([]byte(body), secret)
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Equal(t, "documenso/DOCUMENT_COMPLETED/envelope_1/{}", rows[0].Provider+"/"+rows[0].Type+"/"+rows[0].ObjectID+"/"+string(rows[0].Body))
	rows, err = hooks.Signing([]byte(strings.Replace(body, "COMPLETED", "OPENED", 1)), secret)
	require.NoError(t, err)
	require.Empty(t, rows)
	for _, given := range []string{"", secret[1:]} {
		_, err = hooks.Signing([]byte(body), given)
		require.Error(t, err)
	}
}
