package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

const everything = needsOwner | needsAPIDatabase | needsWorkerDatabase | needsTemporal | needsWeb | needsPayer | needsMailer | needsWebhooks

func publicKey(t *testing.T, curve elliptic.Curve) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	require.NoError(t, err)

	return base64.StdEncoding.EncodeToString(der)
}

// validSettings are production's: no base URLs, a live key.
func validSettings(t *testing.T) map[string]string {
	t.Helper()

	return map[string]string{
		"DATABASE_URL":                  "postgres://owner:hunter2secret@db:5432/rapport",
		"RAPPORT_API_DATABASE_URL":      "postgres://rapport_api:hunter2secret@db:5432/rapport",
		"RAPPORT_WORKER_DATABASE_URL":   "postgres://rapport_worker:hunter2secret@db:5432/rapport",
		"TEMPORAL_ADDRESS":              "temporal:7233",
		"RAPPORT_CODEC_KEY":             strings.Repeat("ab", 32),
		"RAPPORT_PUBLIC_URL":            "https://rapport.example.com/",
		"RAPPORT_SECRET":                strings.Repeat("s", 32),
		"RAPPORT_MAIL_DOMAIN":           "replies.example.com",
		"STRIPE_API_KEY":                "sk_live_hunter2secret",
		"STRIPE_PLATFORM_COUNTRY":       "US",
		"STRIPE_WEBHOOK_SECRET_ACCOUNT": "whsec_" + strings.Repeat("a", 26),
		"STRIPE_WEBHOOK_SECRET_CONNECT": "whsec_" + strings.Repeat("b", 26),
		"SENDGRID_API_KEY":              "SG.hunter2secret",
		"SENDGRID_EVENT_PUBLIC_KEY":     publicKey(t, elliptic.P256()),
		"SENDGRID_INBOUND_PUBLIC_KEY":   publicKey(t, elliptic.P256()),
	}
}

func lookup(settings map[string]string) func(string) string {
	return func(name string) string { return settings[name] }
}

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	settings := validSettings(t)
	cfg, err := loadConfig(everything, lookup(settings))
	require.NoError(t, err)
	require.Equal(t, "rapport", cfg.TemporalNamespace)
	require.Equal(t, "127.0.0.1:8080", cfg.HTTPAddr)
	require.Equal(t, "127.0.0.1:8090", cfg.MetricsAddr)
	require.Equal(t, "https://rapport.example.com", cfg.PublicURL)
	require.Equal(t, 24*time.Hour, cfg.FinanceDelay)
	require.Len(t, string(cfg.CodecKey), 32)
	require.Empty(t, cfg.FetchAllow)

	serve, err := loadConfig(serveNeeds, lookup(settings))
	require.NoError(t, err)
	require.Equal(t, 20*time.Second, serve.ShutdownTimeout)
	worker, err := loadConfig(workerNeeds, lookup(settings))
	require.NoError(t, err)
	require.Equal(t, time.Minute, worker.ShutdownTimeout)
}

func TestConfigNeedsOnlyWhatTheCommandNeeds(t *testing.T) {
	t.Parallel()
	_, err := loadConfig(migrateNeeds, lookup(map[string]string{"DATABASE_URL": "postgres://owner@db/rapport"}))
	require.NoError(t, err)
}

func TestConfigRefusals(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	rsaDER, err := x509.MarshalPKIXPublicKey(rsaKey.Public())
	require.NoError(t, err)

	for _, tt := range []struct{ name, value, want string }{
		{"DATABASE_URL", "", "DATABASE_URL is not set"},
		{"DATABASE_URL", "db:5432", "DATABASE_URL is not valid"},
		{"RAPPORT_API_DATABASE_URL", "", "RAPPORT_API_DATABASE_URL is not set"},
		{"RAPPORT_API_DATABASE_URL", "mysql://u@h/db", "RAPPORT_API_DATABASE_URL is not valid"},
		{"RAPPORT_WORKER_DATABASE_URL", "postgres://u@h/", "RAPPORT_WORKER_DATABASE_URL is not valid"},
		{"TEMPORAL_ADDRESS", "", "TEMPORAL_ADDRESS is not set"},
		{"TEMPORAL_ADDRESS", "temporal", "TEMPORAL_ADDRESS is not valid"},
		{"RAPPORT_CODEC_KEY", "", "RAPPORT_CODEC_KEY is not set"},
		{"RAPPORT_CODEC_KEY", strings.Repeat("ab", 16), "RAPPORT_CODEC_KEY is not 32 bytes"},
		{"RAPPORT_CODEC_KEY", strings.Repeat("xy", 32), "RAPPORT_CODEC_KEY is not 32 bytes"},
		{"RAPPORT_OLD_CODEC_KEYS", "beef", "RAPPORT_OLD_CODEC_KEYS"},
		{"RAPPORT_HTTP_ADDR", "8080", "RAPPORT_HTTP_ADDR is not valid"},
		{"RAPPORT_METRICS_ADDR", "127.0.0.1:99999", "RAPPORT_METRICS_ADDR is not valid"},
		{"RAPPORT_PUBLIC_URL", "", "RAPPORT_PUBLIC_URL is not set"},
		{"RAPPORT_PUBLIC_URL", "rapport.example.com", "RAPPORT_PUBLIC_URL is not valid"},
		{"RAPPORT_PUBLIC_URL", "https://example.com/rapport", "RAPPORT_PUBLIC_URL is not valid"},
		{"RAPPORT_PUBLIC_URL", "http://rapport.example.com", "RAPPORT_PUBLIC_URL is not encrypted"},
		{"RAPPORT_SECRET", "", "RAPPORT_SECRET is not set"},
		{"RAPPORT_SECRET", strings.Repeat("s", 31), "RAPPORT_SECRET is too short"},
		{"RAPPORT_MAIL_DOMAIN", "", "RAPPORT_MAIL_DOMAIN is not set"},
		{"RAPPORT_MAIL_DOMAIN", "mail@example.com", "RAPPORT_MAIL_DOMAIN is not valid"},
		{"RAPPORT_FETCH_ALLOW", "10.0.0.0/8, intranet", `RAPPORT_FETCH_ALLOW contains "intranet"`},
		{"RAPPORT_FETCH_ALLOW", "10.0.0.0/40", "RAPPORT_FETCH_ALLOW"},
		{"RAPPORT_TRUSTED_PROXIES", "10.0.0.1", `RAPPORT_TRUSTED_PROXIES contains "10.0.0.1"`},
		{"RAPPORT_FINANCE_DELAY", "a day", "RAPPORT_FINANCE_DELAY is not a duration"},
		{"RAPPORT_FINANCE_DELAY", "-1h", "RAPPORT_FINANCE_DELAY is not a duration"},
		{"RAPPORT_FINANCE_DELAY", "0s", "RAPPORT_FINANCE_DELAY is too short: set it to at least 1h0m0s"},
		{"RAPPORT_FINANCE_DELAY", "59m", "RAPPORT_FINANCE_DELAY is too short"},
		{"RAPPORT_SHUTDOWN_TIMEOUT", "30", "RAPPORT_SHUTDOWN_TIMEOUT is not a duration"},
		{"RAPPORT_PAYMENTS_PER_SECOND", "0", "RAPPORT_PAYMENTS_PER_SECOND is not a whole number"},
		{"RAPPORT_PAYMENTS_PER_SECOND", "1.5", "RAPPORT_PAYMENTS_PER_SECOND is not a whole number"},
		{"RAPPORT_LOG", "xml", "RAPPORT_LOG"},
		{"RAPPORT_LOG_LEVEL", "loud", "RAPPORT_LOG_LEVEL"},
		{"STRIPE_API_KEY", "", "STRIPE_API_KEY is not set"},
		{"SENDGRID_API_KEY", "", "SENDGRID_API_KEY is not set"},
		{"STRIPE_WEBHOOK_SECRET_ACCOUNT", "", "STRIPE_WEBHOOK_SECRET_ACCOUNT is not set"},
		{"STRIPE_WEBHOOK_SECRET_ACCOUNT", "whsec_", "STRIPE_WEBHOOK_SECRET_ACCOUNT is too short"},
		{"STRIPE_WEBHOOK_SECRET_CONNECT", "whsec_" + strings.Repeat("b", 25), "STRIPE_WEBHOOK_SECRET_CONNECT is too short"},
		{"STRIPE_WEBHOOK_SECRET_CONNECT", strings.Repeat("b", 40), "STRIPE_WEBHOOK_SECRET_CONNECT is too short or not valid"},
		{"STRIPE_WEBHOOK_SECRET_CONNECT", "whsec_" + strings.Repeat("a", 26), "STRIPE_WEBHOOK_SECRET_CONNECT equals"},
		{"SENDGRID_EVENT_PUBLIC_KEY", "", "SENDGRID_EVENT_PUBLIC_KEY is not set"},
		{"SENDGRID_EVENT_PUBLIC_KEY", "not base64!", "SENDGRID_EVENT_PUBLIC_KEY is not valid"},
		{"SENDGRID_INBOUND_PUBLIC_KEY", publicKey(t, elliptic.P384()), "SENDGRID_INBOUND_PUBLIC_KEY is not valid"},
		{"SENDGRID_INBOUND_PUBLIC_KEY", base64.StdEncoding.EncodeToString(rsaDER), "SENDGRID_INBOUND_PUBLIC_KEY is not valid"},
		{"STRIPE_BASE_URL", "http://127.0.0.1:8070", "STRIPE_BASE_URL is not the vendor's address, and the key is a live one"},
		{"STRIPE_BASE_URL", "http://api.stripe.com", "STRIPE_BASE_URL is not the vendor's address"},
		{"STRIPE_BASE_URL", "https://api.stripe.com.example.org", "STRIPE_BASE_URL is not the vendor's address"},
		{"STRIPE_BASE_URL", "api.stripe.com", "STRIPE_BASE_URL is not a URL"},
		{"SENDGRID_BASE_URL", "http://localhost:8070", "SENDGRID_BASE_URL is not the vendor's address, and the key is a live one"},
	} {
		t.Run(fmt.Sprintf("%s=%.20s", tt.name, tt.value), func(t *testing.T) {
			t.Parallel()
			settings := maps.Clone(validSettings(t))
			settings[tt.name] = tt.value
			_, err := loadConfig(everything, lookup(settings))
			require.ErrorContains(t, err, tt.want)
			require.Regexp(t, `: (set (it|each|each item) to|leave it empty)`, err.Error(), "an error says what to do")
			require.NotContains(t, err.Error(), "hunter2secret")
			require.NotContains(t, err.Error(), strings.Repeat("s", 31))
		})
	}
}

func TestConfigNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	_, err := loadConfig(everything, lookup(nil))
	var refused *configError
	require.ErrorAs(t, err, &refused)
	for _, name := range []string{"DATABASE_URL", "TEMPORAL_ADDRESS", "RAPPORT_SECRET", "STRIPE_API_KEY", "SENDGRID_INBOUND_PUBLIC_KEY"} {
		require.ErrorContains(t, err, name)
	}
}

func TestConfigBaseURLs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		settings map[string]string
		refused  string
	}{
		"sandbox on this machine": {settings: map[string]string{
			"STRIPE_API_KEY": "sk_test_x", "STRIPE_BASE_URL": "http://127.0.0.1:8070/",
			"SENDGRID_API_KEY": "SG.sandbox.x", "SENDGRID_BASE_URL": "http://[::1]:8070",
		}},
		"the vendors themselves": {settings: map[string]string{
			"STRIPE_BASE_URL": "https://api.stripe.com", "SENDGRID_BASE_URL": "https://api.eu.sendgrid.com",
		}},
		"sandbox elsewhere": {
			settings: map[string]string{"STRIPE_API_KEY": "sk_test_x", "STRIPE_BASE_URL": "http://sandbox:8070"},
			refused:  "STRIPE_BASE_URL is neither the vendor's address nor on this machine",
		},
		"sandbox elsewhere, forced": {settings: map[string]string{
			"STRIPE_API_KEY": "sk_test_x", "STRIPE_BASE_URL": "http://sandbox:8070", "RAPPORT_ALLOW_BASE_URL": "yes",
		}},
		"forced with another word": {
			settings: map[string]string{"STRIPE_BASE_URL": "http://127.0.0.1:8070", "RAPPORT_ALLOW_BASE_URL": "true"},
			refused:  "RAPPORT_ALLOW_BASE_URL=yes",
		},
		"restricted live key": {
			settings: map[string]string{"STRIPE_API_KEY": "rk_live_x", "STRIPE_BASE_URL": "http://127.0.0.1:8070"},
			refused:  "the key is a live one",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			settings := validSettings(t)
			maps.Copy(settings, tt.settings)
			_, err := loadConfig(everything, lookup(settings))
			if tt.refused == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.refused)
			}
		})
	}
}

func TestConfigNeverShowsSecrets(t *testing.T) {
	t.Parallel()
	settings := validSettings(t)
	cfg, err := loadConfig(everything, lookup(settings))
	require.NoError(t, err)
	asJSON, err := json.Marshal(map[string]any{"config": cfg})
	require.NoError(t, err)
	var logged strings.Builder
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&logged), zap.DebugLevel)
	zap.New(core).Info("configuration", zap.Any("config", cfg), zap.Stringer("secret", cfg.Secret), zap.Reflect("key", cfg.CodecKey))

	for _, text := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v", cfg), fmt.Sprintf("%#v", cfg), string(asJSON), logged.String()} {
		require.NotContains(t, text, "hunter2secret")
		require.NotContains(t, text, settings["RAPPORT_SECRET"])
		require.NotContains(t, text, settings["STRIPE_WEBHOOK_SECRET_ACCOUNT"])
		require.NotContains(t, text, string(cfg.CodecKey))
	}
}

// TestConfigDocumenso: all of it or none, and each program only what it needs of it.
func TestConfigDocumenso(t *testing.T) {
	t.Parallel()
	whole := map[string]string{
		"RAPPORT_DOCUMENSO_URL": "https://sign.example.com/", "RAPPORT_DOCUMENSO_TOKEN": "api_hunter2secret", "RAPPORT_DOCUMENSO_WEBHOOK_SECRET": strings.Repeat("w", 32),
	}
	with := func(change map[string]string) func(string) string {
		settings := maps.Clone(validSettings(t))
		maps.Copy(settings, whole)
		maps.Copy(settings, change)

		return lookup(settings)
	}
	off, err := loadConfig(everything, lookup(validSettings(t)))
	require.NoError(t, err)
	require.Zero(t, off.Documenso, "without the settings it is off")
	cfg, err := loadConfig(everything, with(nil))
	require.NoError(t, err)
	require.Equal(t, "https://sign.example.com", cfg.Documenso.URL)
	_, err = loadConfig(serveNeeds, with(map[string]string{"RAPPORT_DOCUMENSO_TOKEN": ""}))
	require.NoError(t, err)
	_, err = loadConfig(workerNeeds, with(map[string]string{"RAPPORT_DOCUMENSO_WEBHOOK_SECRET": ""}))
	require.NoError(t, err)
	_, err = loadConfig(everything, with(map[string]string{"RAPPORT_DOCUMENSO_URL": "http://127.0.0.1:8070"}))
	require.NoError(t, err)

	for name, bad := range map[string][]string{
		"RAPPORT_DOCUMENSO_URL":            {"", "sign.example.com", "http://sign.example.com"},
		"RAPPORT_DOCUMENSO_TOKEN":          {""},
		"RAPPORT_DOCUMENSO_WEBHOOK_SECRET": {"", strings.Repeat("w", 31)},
	} {
		for _, value := range bad {
			_, err := loadConfig(everything, with(map[string]string{name: value}))
			require.ErrorContains(t, err, name+" is ", value)
			require.Contains(t, err.Error(), ": set it to")
			require.NotContains(t, err.Error(), "hunter2secret")
		}
	}
}
