package temporal

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConfigIsRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		cfg  Config
		want string
	}{
		"no address":         {Config{Namespace: "n"}, "no address"},
		"no namespace":       {Config{Address: "a"}, "no Temporal namespace"},
		"key":                {Config{Address: "a", Namespace: "n", CodecKey: []byte("k")}, "codec key"},
		"files without TLS":  {Config{Address: "a", Namespace: "n", TLS: TLS{CAFile: "f"}}, "TLS is not enabled"},
		"missing authority":  {Config{Address: "a", Namespace: "n", TLS: TLS{Enabled: true, CAFile: "no.pem"}}, "no.pem"},
		"half a certificate": {Config{Address: "a", Namespace: "n", TLS: TLS{Enabled: true, CertFile: "no.pem"}}, "client certificate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Dial(t.Context(), test.cfg)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestConfigOptions(t *testing.T) {
	t.Parallel()
	opts, err := Config{Address: "a", Namespace: "n", APIKey: "k", TLS: TLS{Enabled: true, ServerName: "s"}}.options()
	require.NoError(t, err)
	require.Equal(t, "s", opts.ConnectionOptions.TLS.ServerName)
	require.NotNil(t, opts.Credentials)
}

func TestDialGivesUp(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err := Dial(ctx, Config{Address: "127.0.0.1:1", Namespace: "n"})
	require.ErrorContains(t, err, "connect to Temporal at 127.0.0.1:1")
}
