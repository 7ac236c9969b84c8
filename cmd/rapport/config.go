package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"rapport"
	"rapport/providers/documenso"
)

// Secret is a setting that must never be shown: however it is formatted, printed, logged or marshalled, only whether it
// is set comes out. Its value is string(s).
type Secret string

// String says whether the secret is set.
func (s Secret) String() string {
	if s == "" {
		return "(unset)"
	}

	return "(set)"
}

// GoString says the same for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText says the same for encoders.
//
//nolint:unparam // the signature is encoding.TextMarshaler's
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// list is what stands between commas: a secret that is rolled has two values for a while. Without a comma it is the one value, also an empty one.
func (s Secret) list() []string { return strings.Split(string(s), ",") }

// Config is every setting of the programs. Each comes from one environment variable, named in its comment.
type Config struct {
	DatabaseURL       Secret // DATABASE_URL: the schema's owner; only migrate needs it
	APIDatabaseURL    Secret // RAPPORT_API_DATABASE_URL: role rapport_api
	WorkerDatabaseURL Secret // RAPPORT_WORKER_DATABASE_URL: role rapport_worker

	TemporalAddress   string // TEMPORAL_ADDRESS, host:port
	TemporalNamespace string // TEMPORAL_NAMESPACE
	CodecKey          Secret // RAPPORT_CODEC_KEY: 32 bytes, decoded; encrypts what Temporal stores
	// RAPPORT_OLD_CODEC_KEYS: former values of the key, which still decrypt what was stored under them.
	OldCodecKeys []Secret

	HTTPAddr    string // RAPPORT_HTTP_ADDR: where serve listens
	MetricsAddr string // RAPPORT_METRICS_ADDR: where worker answers /metrics and /healthz
	PublicURL   string // RAPPORT_PUBLIC_URL: what links in mails begin with; no slash at the end
	Secret      Secret // RAPPORT_SECRET: keys of links and reply addresses are derived from it

	Stripe   StripeConfig
	SendGrid SendGridConfig

	Documenso DocumensoConfig

	ShipmentsSecret Secret // RAPPORT_SHIPMENTS_SECRET: signs what carriers post to /webhooks/shipments; empty takes nothing there

	AllowBaseURL bool // RAPPORT_ALLOW_BASE_URL=yes: providers may be elsewhere than at the vendors' or on this machine

	MailDomain string   // RAPPORT_MAIL_DOMAIN: receives the replies
	Browser    string   // RAPPORT_BROWSER: takes pictures of published posts; empty looks for one on PATH, none takes none
	FetchAllow []string // RAPPORT_FETCH_ALLOW: host:port or CIDR that may be fetched though private

	// RAPPORT_TRUSTED_PROXIES: networks of the proxies in front, whose X-Forwarded-For is believed
	TrustedProxies []*net.IPNet

	FinanceDelay time.Duration // RAPPORT_FINANCE_DELAY: between the grant of a finance role and its effect
	// RAPPORT_SHUTDOWN_TIMEOUT: how long requests (serve, 20s) and activities (worker, 60s) may take to finish; each default
	// is less than what docker-compose.yml grants.
	ShutdownTimeout time.Duration

	// RAPPORT_PAYMENTS_PER_SECOND: how many calls that move money, or look for it, all workers together begin in a second (15). Stripe
	// takes about 25 of a kind.
	PaymentsPerSecond int

	LogFormat string // RAPPORT_LOG: json, or console for people
	LogLevel  string // RAPPORT_LOG_LEVEL: debug, info, warn or error
}

// StripeConfig is what one Stripe account needs.
type StripeConfig struct {
	APIKey        Secret // STRIPE_API_KEY
	BaseURL       string // STRIPE_BASE_URL; the vendor's when empty
	Country       string // STRIPE_PLATFORM_COUNTRY: where the account is, in two letters
	AccountSecret Secret // STRIPE_WEBHOOK_SECRET_ACCOUNT; while one is rolled, the new one and the old one, with a comma between
	ConnectSecret Secret // STRIPE_WEBHOOK_SECRET_CONNECT, alike
}

// live says that the key moves real money.
func (c StripeConfig) live() bool {
	return strings.HasPrefix(string(c.APIKey), "sk_live_") || strings.HasPrefix(string(c.APIKey), "rk_live_")
}

// SendGridConfig is what one SendGrid account needs.
type SendGridConfig struct {
	APIKey     Secret // SENDGRID_API_KEY
	BaseURL    string // SENDGRID_BASE_URL; the vendor's when empty
	EventKey   string // SENDGRID_EVENT_PUBLIC_KEY: base64 of a DER-encoded ECDSA P-256 key
	InboundKey string // SENDGRID_INBOUND_PUBLIC_KEY: likewise
}

// DocumensoConfig is what one installation of Documenso needs. Without an address creators sign in Rapport, with a mailed code.
type DocumensoConfig struct {
	URL           string // RAPPORT_DOCUMENSO_URL: such as https://app.documenso.com; empty is off
	Token         Secret // RAPPORT_DOCUMENSO_TOKEN: of its API
	WebhookSecret Secret // RAPPORT_DOCUMENSO_WEBHOOK_SECRET: of the webhook that posts to /webhooks/documenso
}

// part is a set of settings that a command cannot do without.
type part uint

const (
	needsOwner part = 1 << iota
	needsAPIDatabase
	needsWorkerDatabase
	needsTemporal
	needsWeb
	needsPayer
	needsMailer
	needsWebhooks
)

// What each command needs. Settings that a command does not need are checked only for what is safe to have at all.
const (
	serveNeeds   = needsAPIDatabase | needsTemporal | needsWeb | needsPayer | needsWebhooks
	workerNeeds  = needsWorkerDatabase | needsTemporal | needsWeb | needsPayer | needsMailer
	migrateNeeds = needsOwner
)

const (
	minSecret        = 32 // bytes of RAPPORT_SECRET
	minWebhookSecret = 32 // characters of a Stripe webhook secret with its prefix
	codecKeySize     = 32
	minFinanceDelay  = time.Hour
)

// loadConfig reads the environment, fills in the defaults and checks what the needed parts require. The error names
// every bad variable with what to set, and never repeats a secret.
func loadConfig(needs part, getenv func(string) string) (Config, error) {
	r := reader{getenv: getenv}
	cfg := Config{
		DatabaseURL:       Secret(getenv("DATABASE_URL")),
		APIDatabaseURL:    Secret(getenv("RAPPORT_API_DATABASE_URL")),
		WorkerDatabaseURL: Secret(getenv("RAPPORT_WORKER_DATABASE_URL")),
		TemporalAddress:   getenv("TEMPORAL_ADDRESS"),
		TemporalNamespace: r.or("TEMPORAL_NAMESPACE", "rapport"),
		CodecKey:          r.codecKey("RAPPORT_CODEC_KEY", getenv("RAPPORT_CODEC_KEY")),
		HTTPAddr:          r.or("RAPPORT_HTTP_ADDR", "127.0.0.1:8080"),
		MetricsAddr:       r.or("RAPPORT_METRICS_ADDR", "127.0.0.1:8090"),
		PublicURL:         strings.TrimRight(getenv("RAPPORT_PUBLIC_URL"), "/"),
		Secret:            Secret(getenv("RAPPORT_SECRET")),
		Stripe: StripeConfig{
			APIKey:        Secret(getenv("STRIPE_API_KEY")),
			BaseURL:       strings.TrimRight(getenv("STRIPE_BASE_URL"), "/"),
			Country:       getenv("STRIPE_PLATFORM_COUNTRY"),
			AccountSecret: Secret(getenv("STRIPE_WEBHOOK_SECRET_ACCOUNT")),
			ConnectSecret: Secret(getenv("STRIPE_WEBHOOK_SECRET_CONNECT")),
		},
		SendGrid: SendGridConfig{
			APIKey:     Secret(getenv("SENDGRID_API_KEY")),
			BaseURL:    strings.TrimRight(getenv("SENDGRID_BASE_URL"), "/"),
			EventKey:   getenv("SENDGRID_EVENT_PUBLIC_KEY"),
			InboundKey: getenv("SENDGRID_INBOUND_PUBLIC_KEY"),
		},
		Documenso: DocumensoConfig{
			URL:           strings.TrimRight(getenv("RAPPORT_DOCUMENSO_URL"), "/"),
			Token:         Secret(getenv("RAPPORT_DOCUMENSO_TOKEN")),
			WebhookSecret: Secret(getenv("RAPPORT_DOCUMENSO_WEBHOOK_SECRET")),
		},
		ShipmentsSecret:   Secret(getenv("RAPPORT_SHIPMENTS_SECRET")),
		AllowBaseURL:      getenv("RAPPORT_ALLOW_BASE_URL") == "yes",
		MailDomain:        getenv("RAPPORT_MAIL_DOMAIN"),
		Browser:           r.or("RAPPORT_BROWSER", ""),
		FetchAllow:        r.list("RAPPORT_FETCH_ALLOW"),
		FinanceDelay:      r.duration("RAPPORT_FINANCE_DELAY", 24*time.Hour),
		ShutdownTimeout:   r.duration("RAPPORT_SHUTDOWN_TIMEOUT", shutdownTimeout(needs)),
		PaymentsPerSecond: r.whole("RAPPORT_PAYMENTS_PER_SECOND", 15),

		LogFormat: r.or("RAPPORT_LOG", "json"),
		LogLevel:  r.or("RAPPORT_LOG_LEVEL", "info"),
	}
	for _, item := range r.list("RAPPORT_TRUSTED_PROXIES") {
		_, network, err := net.ParseCIDR(item)
		if err != nil {
			r.badf("RAPPORT_TRUSTED_PROXIES contains %q: set each item to a network such as 10.1.0.0/16", item)
		}
		cfg.TrustedProxies = append(cfg.TrustedProxies, network)
	}
	if n := len(cfg.ShipmentsSecret); n > 0 && n < minSecret {
		r.badf("RAPPORT_SHIPMENTS_SECRET is too short: set it to at least %d random characters, or leave it away", minSecret)
	}
	for _, old := range r.list("RAPPORT_OLD_CODEC_KEYS") {
		cfg.OldCodecKeys = append(cfg.OldCodecKeys, r.codecKey("RAPPORT_OLD_CODEC_KEYS", old))
	}
	r.check(cfg, needs)
	if len(r.problems) > 0 {
		return Config{}, &configError{problems: r.problems}
	}

	return cfg, nil
}

func shutdownTimeout(needs part) time.Duration {
	if needs&needsMailer != 0 {
		return time.Minute
	}

	return 20 * time.Second
}

// configError lists every setting that must change before the program can start.
type configError struct{ problems []error }

func (e *configError) Error() string {
	lines := make([]string, 0, len(e.problems)+1)
	lines = append(lines, "the configuration needs a change:")
	for _, p := range e.problems {
		lines = append(lines, "  "+p.Error())
	}

	return strings.Join(lines, "\n")
}

func (e *configError) Unwrap() []error { return e.problems }

// reader reads variables and collects what is wrong with them.
type reader struct {
	getenv   func(string) string
	problems []error
}

func (r *reader) badf(format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf(format, args...))
}

func (r *reader) or(name, value string) string {
	if v := r.getenv(name); v != "" {
		return v
	}

	return value
}

func (r *reader) list(name string) []string {
	var list []string
	for item := range strings.SplitSeq(r.getenv(name), ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}

	return list
}

func (r *reader) duration(name string, value time.Duration) time.Duration {
	text := r.getenv(name)
	if text == "" {
		return value
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		r.badf("%s is not a duration: set it to one such as %s", name, value)

		return value
	}

	return d
}

func (r *reader) whole(name string, value int) int {
	text := r.getenv(name)
	if text == "" {
		return value
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		r.badf("%s is not a whole number above zero: set it to one such as %d", name, value)
	}

	return n
}

func (r *reader) codecKey(name, text string) Secret {
	key, err := hex.DecodeString(text)
	if text != "" && (err != nil || len(key) != codecKeySize) {
		r.badf("%s is not %d bytes in hexadecimal: set it to the output of `openssl rand -hex %d`", name, codecKeySize, codecKeySize)
	}

	return Secret(key)
}

func (r *reader) check(cfg Config, needs part) {
	if needs&needsOwner != 0 {
		r.database("DATABASE_URL", cfg.DatabaseURL, "the owner of the schema")
	}
	if needs&needsAPIDatabase != 0 {
		r.database("RAPPORT_API_DATABASE_URL", cfg.APIDatabaseURL, "the role rapport_api")
	}
	if needs&needsWorkerDatabase != 0 {
		r.database("RAPPORT_WORKER_DATABASE_URL", cfg.WorkerDatabaseURL, "the role rapport_worker")
	}
	if needs&needsTemporal != 0 {
		r.temporal(cfg)
	}
	if needs&needsWeb != 0 {
		r.web(cfg)
	}
	if needs&needsPayer != 0 && cfg.Stripe.APIKey == "" {
		r.badf("STRIPE_API_KEY is not set: set it to a secret or restricted key of the platform account")
	}
	if needs&needsMailer != 0 {
		r.mailer(cfg)
	}
	r.fetchAllow(cfg)
	if needs&needsWebhooks != 0 {
		r.webhooks(cfg)
	}
	r.baseURLs(cfg)
	r.documenso(cfg, needs)
	if cfg.LogFormat != "json" && cfg.LogFormat != "console" {
		r.badf("RAPPORT_LOG is %q: set it to json or console", cfg.LogFormat)
	}
	switch cfg.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		r.badf("RAPPORT_LOG_LEVEL is %q: set it to debug, info, warn or error", cfg.LogLevel)
	}
}

func (r *reader) database(name string, value Secret, who string) {
	u, err := url.Parse(string(value))
	if value == "" || err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Path == "" || u.Path == "/" {
		r.badf("%s is %s: set it to the connection URL of %s, such as postgres://user:password@host:5432/rapport", name, state(value), who)
	}
}

func (r *reader) temporal(cfg Config) {
	r.address("TEMPORAL_ADDRESS", cfg.TemporalAddress, "temporal:7233")
	if cfg.CodecKey == "" && r.getenv("RAPPORT_CODEC_KEY") == "" {
		r.badf("RAPPORT_CODEC_KEY is not set: set it to the output of `openssl rand -hex %d`, the same for serve and worker, and keep it", codecKeySize)
	}
}

func (r *reader) web(cfg Config) {
	r.address("RAPPORT_HTTP_ADDR", cfg.HTTPAddr, "0.0.0.0:8080")
	r.address("RAPPORT_METRICS_ADDR", cfg.MetricsAddr, "0.0.0.0:8090")
	u, err := url.Parse(cfg.PublicURL)
	switch {
	case cfg.PublicURL == "" || err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" || u.RawQuery != "":
		r.badf("RAPPORT_PUBLIC_URL is %s: set it to the address that people open, such as https://rapport.example.com", state(Secret(cfg.PublicURL)))
	case u.Scheme == "http" && !loopback(u.Hostname()):
		r.badf("RAPPORT_PUBLIC_URL is not encrypted: set it to one that begins with https:// (http:// is for this machine only)")
	}
	if cfg.FinanceDelay < minFinanceDelay && !strings.HasPrefix(cfg.PublicURL, "http://") { // which is on this machine only
		r.badf("RAPPORT_FINANCE_DELAY is too short: set it to at least %s, in which somebody can object", minFinanceDelay)
	}
	if len(cfg.Secret) < minSecret {
		r.badf("RAPPORT_SECRET is %s: set it to at least %d random characters, such as the output of `openssl rand -hex 32`, and keep it",
			short(cfg.Secret), minSecret)
	}
}

var domainName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$`)

func (r *reader) mailer(cfg Config) {
	if cfg.SendGrid.APIKey == "" {
		r.badf("SENDGRID_API_KEY is not set: set it to a key that may send mail")
	}
	if !domainName.MatchString(cfg.MailDomain) {
		r.badf("RAPPORT_MAIL_DOMAIN is %s: set it to the domain whose MX record points at SendGrid, such as replies.example.com",
			state(Secret(cfg.MailDomain)))
	}
}

func (r *reader) fetchAllow(cfg Config) {
	for _, item := range cfg.FetchAllow {
		if _, err := netip.ParsePrefix(item); err != nil && hostPort(item) != nil {
			r.badf("RAPPORT_FETCH_ALLOW contains %q: set each item to host:port or to a network such as 10.1.0.0/16", item)
		}
	}
}

func (r *reader) webhooks(cfg Config) {
	if !rapport.PlatformCountry(cfg.Stripe.Country) {
		r.badf("STRIPE_PLATFORM_COUNTRY is no country that Stripe pays other countries from: set it to the two letters of the account's, such as US or DE")
	}
	r.webhookSecret("STRIPE_WEBHOOK_SECRET_ACCOUNT", cfg.Stripe.AccountSecret, "/webhooks/stripe/account")
	r.webhookSecret("STRIPE_WEBHOOK_SECRET_CONNECT", cfg.Stripe.ConnectSecret, "/webhooks/stripe/connect")
	if slices.ContainsFunc(cfg.Stripe.AccountSecret.list(), func(secret string) bool {
		return secret != "" && slices.Contains(cfg.Stripe.ConnectSecret.list(), secret)
	}) {
		r.badf("STRIPE_WEBHOOK_SECRET_CONNECT equals STRIPE_WEBHOOK_SECRET_ACCOUNT: set each to the secret of its own endpoint")
	}
	r.publicKey("SENDGRID_EVENT_PUBLIC_KEY", cfg.SendGrid.EventKey, "the Event Webhook")
	r.publicKey("SENDGRID_INBOUND_PUBLIC_KEY", cfg.SendGrid.InboundKey, "the Inbound Parse security policy")
}

// webhookSecret insists on a real secret: with an empty key anybody's signature is right.
func (r *reader) webhookSecret(name string, value Secret, path string) {
	for _, secret := range value.list() {
		if !strings.HasPrefix(secret, "whsec_") || len(secret) < minWebhookSecret {
			r.badf("%s is %s: set it to the signing secret (whsec_, at least %d characters) of the Stripe endpoint that posts to %s",
				name, short(Secret(secret)), minWebhookSecret, path)
		}
	}
}

func (r *reader) publicKey(name, value, of string) {
	der, err := base64.StdEncoding.DecodeString(value)
	if err == nil {
		var key any
		key, err = x509.ParsePKIXPublicKey(der)
		if ec, ok := key.(*ecdsa.PublicKey); err == nil && (!ok || ec.Curve != elliptic.P256()) {
			err = errors.New("another kind of key")
		}
	}
	if err != nil || value == "" {
		r.badf("%s is %s: set it to the public key (base64, ECDSA P-256) that SendGrid shows for %s", name, state(Secret(value)), of)
	}
}

// documenso insists on all of its settings or none: half of them would send contracts out and never hear that they were signed.
func (r *reader) documenso(cfg Config, needs part) {
	d := cfg.Documenso
	if d == (DocumensoConfig{}) {
		return
	}
	if err := documenso.CheckURL(d.URL, cfg.AllowBaseURL); err != nil {
		r.badf("RAPPORT_DOCUMENSO_URL is %s: set it to the address of the installation, such as https://app.documenso.com (http:// is for this machine only), or leave all of RAPPORT_DOCUMENSO_ away",
			state(Secret(d.URL)))
	}
	if needs&needsMailer != 0 && d.Token == "" {
		r.badf("RAPPORT_DOCUMENSO_TOKEN is not set: set it to a token of Documenso's API, or leave all of RAPPORT_DOCUMENSO_ away")
	}
	if n := len(d.WebhookSecret); needs&needsWebhooks != 0 && n < minSecret {
		r.badf("RAPPORT_DOCUMENSO_WEBHOOK_SECRET is %s: set it to the secret, at least %d random characters, of the webhook that posts to /webhooks/documenso", short(d.WebhookSecret), minSecret)
	}
}

// baseURLs refuses to send real money's or real people's requests to anywhere but the vendor, unless forced.
func (r *reader) baseURLs(cfg Config) {
	r.baseURL("STRIPE_BASE_URL", cfg.Stripe.BaseURL, cfg.Stripe.live(), cfg.AllowBaseURL, "api.stripe.com")
	// SendGrid has no test keys: each that has the vendor's form is a live one, except the sandbox's.
	key := string(cfg.SendGrid.APIKey)
	live := strings.HasPrefix(key, "SG.") && !strings.HasPrefix(key, "SG.sandbox.")
	r.baseURL("SENDGRID_BASE_URL", cfg.SendGrid.BaseURL, live, cfg.AllowBaseURL, "api.sendgrid.com", "api.eu.sendgrid.com")
}

func (r *reader) baseURL(name, value string, live, allowed bool, vendor ...string) {
	if value == "" {
		return
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		r.badf("%s is not a URL: set it to one such as https://%s, or leave it empty", name, vendor[0])

		return
	}
	for _, host := range vendor {
		if u.Scheme == "https" && u.Host == host {
			return
		}
	}
	if allowed {
		return
	}
	if live {
		r.badf("%s is not the vendor's address, and the key is a live one: leave it empty, or set RAPPORT_ALLOW_BASE_URL=yes to force it", name)
	} else if !loopback(u.Hostname()) {
		r.badf("%s is neither the vendor's address nor on this machine: leave it empty, or set RAPPORT_ALLOW_BASE_URL=yes to force it", name)
	}
}

func (r *reader) address(name, value, example string) {
	if hostPort(value) != nil {
		r.badf("%s is %s: set it to host:port, such as %s", name, state(Secret(value)), example)
	}
}

func hostPort(value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Errorf("split host and port: %w", err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return fmt.Errorf("read the port: %w", err)
	}

	return nil
}

// loopback says whether a URL's host is this machine by its spelling alone; names are not resolved.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)

	return host == "localhost" || err == nil && ip.IsLoopback()
}

func state(value Secret) string {
	if value == "" {
		return "not set"
	}

	return "not valid"
}

func short(value Secret) string {
	if value == "" {
		return "not set"
	}

	return "too short or not valid"
}
