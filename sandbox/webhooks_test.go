package sandbox

import (
	"crypto/ecdsa"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/webhook"
)

func TestWebhooks_of_Stripe_are_signed_per_endpoint(t *testing.T) {
	t.Parallel()
	b := newBox(t, quick(), nil)
	b.fund(10_000)
	to := b.payee()
	_, err := transferTo(b.stripe(), to, "the key", "g", 100)
	require.NoError(t, err)

	h := b.next(ofType("account.updated"))
	e, err := webhook.ConstructEvent(h.body, h.header.Get("Stripe-Signature"), connectSecret)
	require.NoError(t, err)
	require.Equal(t, to, e.Account)
	require.False(t, e.Livemode)
	_, err = webhook.ConstructEvent(h.body, h.header.Get("Stripe-Signature"), accountSecret)
	require.Error(t, err)

	h = b.next(ofType("transfer.created"))
	e, err = webhook.ConstructEvent(h.body, h.header.Get("Stripe-Signature"), accountSecret)
	require.NoError(t, err)
	require.Empty(t, e.Account)
	require.Equal(t, stripe.APIVersion, e.APIVersion)
	require.Equal(t, "the key", e.Request.IdempotencyKey)
	var tr stripe.Transfer
	require.NoError(t, json.Unmarshal(e.Data.Raw, &tr))
	require.Equal(t, "g", tr.Metadata["payout_id"])
}

func TestWebhooks_are_repeated_until_they_are_taken(t *testing.T) {
	t.Parallel()
	var tries atomic.Int32
	b := newBox(t, quick(), func(hook) int {
		if tries.Add(1) < 4 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	b.fund(10_000)
	b.next(ofType("balance.available"))
	require.Equal(t, int32(4), tries.Load())
	id := youngestEvent(b, "balance.available")
	require.Eventually(t, func() bool {
		e, err := b.stripe().Events.Get(id, nil)
		return err == nil && e.PendingWebhooks == 0
	}, waitFor, tick)
}

func verifySendGrid(t *testing.T, key string, h hook) {
	t.Helper()
	public, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(key)
	require.NoError(t, err)
	ok, err := eventwebhook.VerifySignature(public, h.body, h.header.Get(eventwebhook.VerificationHTTPHeader),
		h.header.Get(eventwebhook.TimestampHTTPHeader))
	require.NoError(t, err)
	require.True(t, ok)
	ok, err = eventwebhook.VerifySignature(public, append(h.body, ' '), h.header.Get(eventwebhook.VerificationHTTPHeader),
		h.header.Get(eventwebhook.TimestampHTTPHeader))
	require.NoError(t, err)
	require.False(t, ok)
}

func TestKeys_are_made_once_and_their_public_halves_written(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "keys")
	cfg := quick()
	cfg.SendGridKeyDir = dir
	first, err := New(cfg)
	require.NoError(t, err)
	require.NoError(t, first.Close())
	second, err := New(cfg)
	require.NoError(t, err)
	require.NoError(t, second.Close())
	require.Equal(t, first.EventPublicKey(), second.EventPublicKey())
	require.NotEqual(t, first.EventPublicKey(), first.InboundPublicKey())
	for name, want := range map[string]string{"event.pub": first.EventPublicKey(), "inbound.pub": first.InboundPublicKey()} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Equal(t, want, strings.TrimSpace(string(raw)))
		public, err := eventwebhook.ConvertPublicKeyBase64ToECDSA(want)
		require.NoError(t, err)
		require.IsType(t, &ecdsa.PublicKey{}, public)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "event.key"), []byte("not a key"), 0o600))
	_, err = New(cfg)
	require.Error(t, err)
}

func TestConfig_refuses_weak_secrets(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "whsec_short", strings.Repeat("x", 40)} {
		cfg := quick()
		cfg.StripeConnectSecret = secret
		_, err := New(cfg)
		require.ErrorContains(t, err, "connect")
	}
}
