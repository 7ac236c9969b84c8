package main

import (
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"sync"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.uber.org/zap"

	"rapport/activities"
	"rapport/paper"
	"rapport/postgres"
	"rapport/providers/browser"
	"rapport/providers/documenso"
	"rapport/providers/fetch"
	"rapport/providers/media"
	"rapport/providers/sendgrid"
	"rapport/providers/slack"
	"rapport/providers/stripe"
	"rapport/temporal"
	"rapport/worker"
)

// relayTimeout is how long the relay waits for a verdict on one delivery; it must be shorter than the lease on its row.
const relayTimeout = 10 * time.Second

func workerCommand() command {
	return command{
		name:    "worker",
		summary: "run workflows, and carry messages between the database and Temporal",
		details: `
Runs the workflows and their activities, and carries what the database decided to Temporal and what the providers reported to where it
takes effect. Several may run beside each other. /metrics, /healthz and /readyz are at RAPPORT_METRICS_ADDR. On SIGTERM or
SIGINT it takes no more work and finishes what it began.

Needs RAPPORT_WORKER_DATABASE_URL, TEMPORAL_ADDRESS, RAPPORT_CODEC_KEY, RAPPORT_SECRET, RAPPORT_PUBLIC_URL,
RAPPORT_MAIL_DOMAIN, STRIPE_API_KEY and SENDGRID_API_KEY; docs/configuration.md has the rest.`,
		prepare: untilStopped(workerNeeds, runWorker),
	}
}

func runWorker(ctx context.Context, cfg Config, log *zap.Logger) error {
	on, err := connect(ctx, cfg, cfg.WorkerDatabaseURL, log)
	if err != nil {
		return err
	}
	defer on.close()
	store, clock := on.store, on.clock

	signing, err := newSigning(cfg, store)
	if err != nil {
		return err
	}
	sweep := &worker.Sweep{Client: on.temporal, Store: store, Log: log}
	pay, err := newPayer(cfg)
	if err != nil {
		return err
	}
	acts, mailer, err := newActivities(cfg, store, pay)
	if err != nil {
		return err
	}
	reconcile := worker.Reconcile(store, pay, clock.Now)
	acts.Jobs = worker.Jobs(sweep, clock.Now, reconcile, worker.KeepGate(store, pay, reconcile), worker.BookTopUps(store, pay),
		worker.CountMail(store, mailer, clock.Now), worker.FillGaps(store, pay, clock.Now), acts.PaperContracts, signing.round,
		worker.Notify(store, cfg.PublicURL, clock.Now))
	acts.Signing = signing.Signing
	on.registry.MustRegister(ledgerMetrics{tail: store.LedgerTail, log: log})
	fatal := make(chan error, 1)
	workers := worker.New(on.temporal, acts, worker.Options{
		StopTimeout: cfg.ShutdownTimeout, PaymentsPerSecond: float64(cfg.PaymentsPerSecond), Interceptors: []interceptor.WorkerInterceptor{temporal.NewInterceptor()}, Identity: identity(),
		OnFatal: func(err error) {
			select {
			case fatal <- fmt.Errorf("a worker has given up: %w", err):
			default: // another one has said so
			}
		},
	})
	relay := &worker.Relay{
		Store: store, Dispatch: worker.NewDispatcher(on.temporal, store, relayTimeout), Log: log,
		Inbox: &worker.Inbox{Store: store, Activities: acts, Signing: signing.look, ReadInbound: mailer.Inbound, Live: cfg.Stripe.live()},
	}
	if err := worker.EnsureSchedules(ctx, on.temporal); err != nil {
		return err
	}
	if err := workers.Start(); err != nil {
		return err
	}
	log.Info("worker runs", zap.String("metrics", cfg.MetricsAddr))

	health, err := listen(ctx, cfg.MetricsAddr, healthPages(on.registry, log, map[string]func(context.Context) error{
		"database": store.Ping, "temporal": temporalAnswers(on.temporal, cfg.TemporalNamespace),
	}), log)
	if err != nil {
		workers.Stop()

		return err
	}
	relaying, stopRelay := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { relay.Run(relaying) })
	wg.Go(func() { worker.KeepSchedules(relaying, on.temporal, log) })

	var failed error
	select {
	case <-ctx.Done():
	case failed = <-health.errs:
	case failed = <-fatal:
	}
	// In order: no new work, the activities that run, the rest.
	log.Info("worker stops; it finishes what it began", zap.Duration("limit", cfg.ShutdownTimeout))
	stopRelay()
	workers.Stop()
	wg.Wait()

	return errors.Join(failed, health.shutdown(ctx, time.Second))
}

// newActivities connects the activities to the outside.
func newActivities(cfg Config, store *postgres.Store, pay stripe.Payer) (*activities.Activities, sendgrid.Mailer, error) {
	replyKey, err := hkdf.Key(sha256.New, []byte(cfg.Secret), nil, "reply addresses", 32)
	if err != nil {
		return nil, sendgrid.Mailer{}, fmt.Errorf("derive the key of reply addresses: %w", err)
	}
	send, err := sendgrid.New(sendgrid.Config{Key: string(cfg.SendGrid.APIKey), BaseURL: cfg.SendGrid.BaseURL, AllowNonLoopbackBase: cfg.AllowBaseURL})
	if err != nil {
		return nil, sendgrid.Mailer{}, err
	}
	pages, err := fetch.New(fetch.Config{Allow: cfg.FetchAllow})
	if err != nil {
		return nil, sendgrid.Mailer{}, err
	}
	chat, err := slack.New(slack.Config{Allow: cfg.FetchAllow, LinkBase: cfg.PublicURL})
	if err != nil {
		return nil, sendgrid.Mailer{}, err
	}
	shooter, err := browser.New(cfg.Browser)
	if err != nil {
		return nil, sendgrid.Mailer{}, fmt.Errorf("RAPPORT_BROWSER: %w", err)
	}
	mailer := sendgrid.Mailer{Client: send, Domain: cfg.MailDomain, Key: replyKey}
	acts := &activities.Activities{
		Store: store, Payer: pay, Mailer: mailer, Fetcher: fetch.Poster{Client: pages}, Prober: media.New(), Slack: chat, Paper: paper.Contract,
		PublicURL: cfg.PublicURL, MailHost: cfg.MailDomain, NewToken: newToken, HashToken: hashToken, Pace: worker.Pace(store, worker.PaymentsPerSecond),
	}
	if shooter.Enabled() {
		acts.Shooter = shooter
	}

	return acts, mailer, nil
}

// signing is how creators sign, with what a provider of signatures needs besides.
type signing struct {
	activities.Signing

	look  func(ctx context.Context, document string) (note string, err error)
	round func(ctx context.Context) error
}

// newSigning has contracts signed in the portal, or at Documenso where that is set up.
func newSigning(cfg Config, store *postgres.Store) (signing, error) {
	if cfg.Documenso.URL == "" {
		return signing{Signing: activities.ClickToSign{}, round: func(context.Context) error { return nil }}, nil
	}
	client, err := documenso.New(documenso.Config{URL: cfg.Documenso.URL, Token: string(cfg.Documenso.Token), AllowPlain: cfg.AllowBaseURL})
	if err != nil {
		return signing{}, err
	}
	there := &activities.ProviderSigning{Name: documenso.Name, Store: store, Provider: client, Paper: paper.ToSign}

	return signing{Signing: there, look: there.Look, round: there.Round}, nil
}

// newToken makes what a link carries: 256 random bits. Only their hash is kept.
func newToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: crypto/rand ends the process instead

	return base64.RawURLEncoding.EncodeToString(b)
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))

	return sum[:]
}

// identity names this process in the Temporal UI.
func identity() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}

	return "rapport-worker " + version + " " + strconv.Itoa(os.Getpid()) + "@" + url.PathEscape(host)
}
