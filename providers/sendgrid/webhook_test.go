package sendgrid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"strconv"
	"testing"
	"time"

	"github.com/sendgrid/sendgrid-go/helpers/eventwebhook"
	"github.com/stretchr/testify/require"

	"rapport/providers/sendgrid"
)

func newKey(t *testing.T) (*ecdsa.PrivateKey, *ecdsa.PublicKey) {
	t.Helper()

	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)

	pub, err := sendgrid.ParsePublicKey(encode(t, &key.PublicKey))
	require.NoError(t, err)

	return key, pub
}

func encode(t *testing.T, pub any) string {
	t.Helper()

	der, err := x509.MarshalPKIXPublicKey(pub)
	require.NoError(t, err)

	return base64.StdEncoding.EncodeToString(der)
}

func sign(t *testing.T, key *ecdsa.PrivateKey, body []byte, at time.Time) (string, string) {
	t.Helper()

	stamp := strconv.FormatInt(at.Unix(), 10)
	sum := sha256.Sum256(append([]byte(stamp), body...))
	sig, err := ecdsa.SignASN1(rand.Reader, key, sum[:])
	require.NoError(t, err)

	encoded := base64.StdEncoding.EncodeToString(sig)

	// The vendor's own check is the reference.
	ok, err := eventwebhook.VerifySignature(&key.PublicKey, body, encoded, stamp)
	require.NoError(t, err)
	require.True(t, ok)

	return encoded, stamp
}

func TestVerifyEvents(t *testing.T) {
	t.Parallel()

	key, pub := newKey(t)
	now := time.Unix(1_700_000_000, 0)
	body := []byte(`[{"email":"ada@c.example","timestamp":1700000000,"event":"bounce","sg_event_id":"e1","sg_message_id":"v1.filter",
		"send_id":"s1","kind":"invitation","reason":"550 5.1.1 <ada@c.example> unknown","status":"5.1.1","type":"blocked"},
		{"event":"delivered","timestamp":"1700000001","sg_event_id":7,"type":"x","send_id":{"a":1}},{"event":"open"}]`)

	sig, stamp := sign(t, key, body, now)

	got, err := sendgrid.VerifyEvents(pub, body, sig, stamp, now)
	require.NoError(t, err)
	require.Len(t, got, 3)
	require.Equal(t, sendgrid.Event{
		ID: "e1", Type: "bounce", SendID: "s1", Kind: "invitation", MessageID: "v1.filter",
		Reason: "550 5.1.1 <[address]> unknown", Status: "5.1.1", BounceType: "blocked", At: now.UTC(),
	}, got[0])
	require.Equal(t, sendgrid.Event{ID: "7", Type: "delivered", At: now.Add(time.Second).UTC()}, got[1])
	require.Contains(t, got[2].ID, "sha256-")

	_, otherPub := newKey(t)
	other := append([]byte(" "), body...)
	oldSig, oldStamp := sign(t, key, body, now.Add(-25*time.Hour))
	aheadSig, aheadStamp := sign(t, key, body, now.Add(6*time.Minute))

	for name, tc := range map[string]struct {
		pub        *ecdsa.PublicKey
		body       []byte
		sig, stamp string
		want       error
	}{
		"no key":          {nil, body, sig, stamp, sendgrid.ErrPublicKey},
		"other key":       {otherPub, body, sig, stamp, sendgrid.ErrSignature},
		"other body":      {pub, other, sig, stamp, sendgrid.ErrSignature},
		"other time":      {pub, body, sig, "1700000001", sendgrid.ErrSignature},
		"no signature":    {pub, body, "", stamp, sendgrid.ErrSignature},
		"not base64":      {pub, body, "%%", stamp, sendgrid.ErrSignature},
		"not a number":    {pub, body, sig, "x", sendgrid.ErrSignature},
		"old":             {pub, body, oldSig, oldStamp, sendgrid.ErrStale},
		"from the future": {pub, body, aheadSig, aheadStamp, sendgrid.ErrStale},
	} {
		_, err := sendgrid.VerifyEvents(tc.pub, tc.body, tc.sig, tc.stamp, now)
		require.ErrorIs(t, err, tc.want, name)
		require.ErrorIs(t, sendgrid.VerifyInbound(tc.pub, tc.body, tc.sig, tc.stamp, now), tc.want, name)
	}

	for _, bad := range []string{"", "null", "{}", "[null]", "[5]", "[{}]", `[{"event":"x"}`} {
		sig, stamp := sign(t, key, []byte(bad), now)
		_, err := sendgrid.VerifyEvents(pub, []byte(bad), sig, stamp, now)
		require.ErrorIs(t, err, sendgrid.ErrBadEvents, bad)
	}
}

func TestParsePublicKeyWantsP256(t *testing.T) {
	t.Parallel()

	wide, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)

	for _, bad := range []string{"", "%", "AAAA", encode(t, &wide.PublicKey), encode(t, &rsaKey.PublicKey)} {
		_, err := sendgrid.ParsePublicKey(bad)
		require.ErrorIs(t, err, sendgrid.ErrPublicKey)
	}
}
