package stripe_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/stripe/stripe-go/v79/webhook"

	"rapport/providers/stripe"
)

const (
	secret = "whsec_0123456789abcdef0123456789abcdef"
	older  = "whsec_fedcba9876543210fedcba9876543210"
	good   = `{"id":"evt_1","object":"event","api_version":"2019-01-01","type":"transfer.created","account":"acct_1",
		"livemode":false,"created":1700000000,"data":{"object":{"id":"tr_1","object":"transfer"}}}`
)

func sign(at time.Time, body, key string) string {
	return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(webhook.ComputeSignature(at, []byte(body), key)))
}

func TestVerifyEvent(t *testing.T) {
	t.Parallel()

	now := time.Unix(1_700_000_100, 0)

	got, err := stripe.VerifyEvent([]byte(good), sign(now, good, older), []string{secret, older}, now)
	require.NoError(t, err)
	require.Equal(t, "evt_1", got.ID)
	require.Equal(t, "tr_1", got.ObjectID)
	require.Equal(t, "acct_1", got.Account)
	require.JSONEq(t, `{"id":"tr_1","object":"transfer"}`, string(got.Data))

	for name, tc := range map[string]struct {
		body, header string
		secrets      []string
		want         error
	}{
		"no header":       {good, "", []string{secret}, stripe.ErrSignature},
		"no signature":    {good, fmt.Sprintf("t=%d", now.Unix()), []string{secret}, stripe.ErrSignature},
		"two times":       {good, sign(now, good, secret) + ",t=1", []string{secret}, stripe.ErrSignature},
		"other secret":    {good, sign(now, good, older), []string{secret}, stripe.ErrSignature},
		"other body":      {good + " ", sign(now, good, secret), []string{secret}, stripe.ErrSignature},
		"old":             {good, sign(now.Add(-301*time.Second), good, secret), []string{secret}, stripe.ErrStale},
		"from the future": {good, sign(now.Add(301*time.Second), good, secret), []string{secret}, stripe.ErrStale},
		"no secret":       {good, sign(now, good, ""), nil, stripe.ErrWeakSecret},
		"empty secret":    {good, sign(now, good, ""), []string{""}, stripe.ErrWeakSecret},
		"short secret":    {good, sign(now, good, "whsec_1"), []string{"whsec_1"}, stripe.ErrWeakSecret},
		"not JSON":        {"<", sign(now, "<", secret), []string{secret}, stripe.ErrBadEvent},
		"no id":           {"{}", sign(now, "{}", secret), []string{secret}, stripe.ErrBadEvent},
		"null":            {"null", sign(now, "null", secret), []string{secret}, stripe.ErrBadEvent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := stripe.VerifyEvent([]byte(tc.body), tc.header, tc.secrets, now)
			require.ErrorIs(t, err, tc.want)
		})
	}
}

func TestVerifyEventWithoutObject(t *testing.T) {
	t.Parallel()

	now := time.Unix(1_700_000_100, 0)

	for _, data := range []string{
		"", `,"data":null`, `,"data":{}`, `,"data":{"object":null}`, `,"data":{"object":[1]}`, `,"data":{"object":{"id":5}}`,
	} {
		body := `{"id":"evt_1","type":"balance.available"` + data + `}`

		got, err := stripe.VerifyEvent([]byte(body), sign(now, body, secret), []string{secret}, now)
		require.NoError(t, err, data)
		require.Empty(t, got.ObjectID)
	}
}

func TestValidateSecret(t *testing.T) {
	t.Parallel()

	require.NoError(t, stripe.ValidateSecret(secret))

	for _, weak := range []string{"", "whsec_", "whsec_short", strings.Repeat("x", 40), secret + "\n"} {
		require.ErrorIs(t, stripe.ValidateSecret(weak), stripe.ErrWeakSecret)
	}
}

func FuzzVerifyEvent(f *testing.F) {
	now := time.Unix(1_700_000_100, 0)
	f.Add([]byte(good), sign(now, good, secret))
	f.Add([]byte(`{"id":"evt_1","type":"x","data":{}}`), "t=1,v1=00")
	f.Fuzz(func(t *testing.T, body []byte, header string) {
		_, _ = stripe.VerifyEvent(body, header, []string{secret}, now)

		if e, err := stripe.VerifyEvent(body, sign(now, string(body), secret), []string{secret}, now); err == nil {
			require.NotEmpty(t, e.ID)
		}
	})
}
