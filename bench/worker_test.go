//go:build bench || faults

package bench

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/sdk/interceptor"
	"go.uber.org/zap"

	"rapport/activities"
	"rapport/paper"
	"rapport/postgres"
	"rapport/providers/fetch"
	"rapport/providers/sendgrid"
	"rapport/providers/stripe"
	"rapport/temporal"
	"rapport/worker"
)

// roleWorker is a worker put together as `rapport worker` does it, whose limits towards the providers can be lifted: with them, the
// rate of payouts would be measured and not the program.
const roleWorker = "worker"

// Settings of that worker.
const (
	envWorkerDatabase = "RAPPORT_WORKER_DATABASE_URL"
	envTemporal       = "TEMPORAL_ADDRESS"
	envSandbox        = "STRIPE_BASE_URL"
	envFetchAllow     = "RAPPORT_FETCH_ALLOW"
	envCache          = "RAPPORT_BENCH_CACHE"
	envPayments       = "RAPPORT_BENCH_PAYMENTS" // how many transfers it sends a second; unset is no limit
	envProfile        = "RAPPORT_BENCH_PROFILE"  // a file for the worker's CPU profile
)

// older makes the worker of an older build.
var older []interceptor.WorkerInterceptor

// roles are what this binary can be a child process as.
var roles = map[string]func() error{roleWorker: runWorker}

func childMain(run func() error) int {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func runWorker() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	logs := zap.NewProductionConfig()
	logs.Level.SetLevel(zap.WarnLevel)
	log, err := logs.Build()
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	store, err := postgres.Open(ctx, os.Getenv(envWorkerDatabase))
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer store.Close()
	metrics, closer := temporal.NewMetricsHandler(prometheus.NewRegistry(), log)
	defer func() { _ = closer.Close() }()
	c, err := temporal.Dial(ctx, temporal.Config{Address: os.Getenv(envTemporal), Namespace: namespace, CodecKey: []byte(codecKey), Logger: log, Metrics: metrics})
	if err != nil {
		return fmt.Errorf("temporal: %w", err)
	}
	defer c.Close()
	acts, mailer, err := newActivities(store, os.Getenv(envSandbox), os.Getenv(envFetchAllow))
	if err != nil {
		return err
	}
	pay := acts.Payer.(stripe.Payer)
	reconcile := worker.Reconcile(store, pay, time.Now)
	sweep := &worker.Sweep{Client: c, Store: store, Log: log}
	nothing := func(context.Context) error { return nil } // nothing is signed elsewhere
	acts.Jobs = worker.Jobs(sweep, time.Now, reconcile, worker.KeepGate(store, pay, reconcile), worker.BookTopUps(store, pay),
		worker.CountMail(store, mailer, time.Now), worker.FillGaps(store, pay, time.Now), acts.PaperContracts, nothing, nothing)
	cache, _ := strconv.Atoi(os.Getenv(envCache)) // unset is the default
	payments := 10_000.0
	if n, err := strconv.ParseFloat(os.Getenv(envPayments), 64); err == nil && n > 0 {
		payments, acts.Pace = n, worker.Pace(store, n)
	}
	w := worker.New(c, acts, worker.Options{
		PaymentsPerSecond: payments, MailsPerSecond: 10_000, CacheSize: cache, StopTimeout: 5 * time.Second, Interceptors: append(older, temporal.NewInterceptor()),
	})
	if err := w.Start(); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	if name := os.Getenv(envProfile); name != "" {
		file, err := os.Create(name)
		if err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		if err := pprof.StartCPUProfile(file); err != nil {
			return fmt.Errorf("profile: %w", err)
		}
		defer pprof.StopCPUProfile()
	}
	relay := &worker.Relay{Store: store, Dispatch: worker.NewDispatcher(c, store, 10*time.Second), Inbox: &worker.Inbox{Store: store, Activities: acts, ReadInbound: mailer.Inbound}, Log: log}
	_, _ = os.Stdout.WriteString("ready\n") // the parent waits for this line
	relay.Run(ctx)
	w.Stop()
	return nil
}

func newActivities(store *postgres.Store, sandboxURL, allow string) (*activities.Activities, sendgrid.Mailer, error) {
	pay, err := stripe.New(stripe.Config{Key: "sk_test_bench", BaseURL: sandboxURL})
	if err != nil {
		return nil, sendgrid.Mailer{}, fmt.Errorf("stripe: %w", err)
	}
	send, err := sendgrid.New(sendgrid.Config{Key: "SG.sandbox.bench", BaseURL: sandboxURL})
	if err != nil {
		return nil, sendgrid.Mailer{}, fmt.Errorf("sendgrid: %w", err)
	}
	pages, err := fetch.New(fetch.Config{Allow: []string{allow}})
	if err != nil {
		return nil, sendgrid.Mailer{}, fmt.Errorf("fetch: %w", err)
	}
	mailer := sendgrid.Mailer{Client: send, Domain: mailDomain, Key: []byte(codecKey)}
	return &activities.Activities{
		Store: store, Payer: stripe.Payer{Client: pay}, Mailer: mailer, Fetcher: fetch.Poster{Client: pages}, PublicURL: "http://127.0.0.1:1", MailHost: mailDomain, Paper: paper.Contract,
		NewToken: func() string {
			b := make([]byte, 32)
			_, _ = rand.Read(b) // never fails
			return base64.RawURLEncoding.EncodeToString(b)
		},
		HashToken: func(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] },
	}, mailer, nil
}
