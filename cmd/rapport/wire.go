package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"rapport/activities"
	"rapport/api"
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

// What each room asks for, and who gives it.
var (
	_ activities.Store  = (*postgres.Store)(nil)
	_ api.Store         = (*postgres.Store)(nil)
	_ worker.RelayStore = (*postgres.Store)(nil)
	_ worker.InboxStore = (*postgres.Store)(nil)
	_ worker.JobStore   = (*postgres.Store)(nil)

	_ worker.ReconcileStore = (*postgres.Store)(nil)
	_ worker.GateStore      = (*postgres.Store)(nil)
	_ worker.BookingStore   = (*postgres.Store)(nil)
	_ worker.EventStore     = (*postgres.Store)(nil)
	_ worker.Events         = stripe.Payer{}
	_ worker.Books          = stripe.Payer{}
	_ worker.MailCountStore = (*postgres.Store)(nil)
	_ worker.MailCounter    = sendgrid.Mailer{}
	_ worker.NotifyStore    = (*postgres.Store)(nil)

	_ activities.Payer   = stripe.Payer{}
	_ activities.Mailer  = sendgrid.Mailer{}
	_ activities.Fetcher = fetch.Poster{}
	_ activities.Prober  = (*media.Prober)(nil)
	_ activities.Shooter = (*browser.Shooter)(nil)
	_ activities.Chat    = (*slack.Client)(nil)

	_ activities.SigningProvider = (*documenso.Client)(nil)
	_ activities.SigningStore    = (*postgres.Store)(nil)
)

// connectPatience is how long a start waits for the database and for Temporal, which may be starting too.
const connectPatience = 30 * time.Second

// retrying repeats a connection until it stands, the patience ends or the context does.
func retrying[T any](ctx context.Context, log *zap.Logger, what string, connect func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		connected, err := connect(ctx)
		if err == nil {
			return connected, nil
		}
		log.Warn("waiting for "+what, zap.Error(err))
		select {
		case <-ctx.Done():
			return connected, fmt.Errorf("%s: %w", what, err)
		case <-tick.C:
		}
	}
}

// connections are what serve and worker stand on.
type connections struct {
	registry *prometheus.Registry
	store    *postgres.Store
	clock    *clock
	temporal client.Client
	metrics  io.Closer
}

// connect opens the database and Temporal, and keeps the database's time until the context ends.
func connect(ctx context.Context, cfg Config, database Secret, log *zap.Logger) (*connections, error) {
	c := &connections{registry: newRegistry()}
	var err error
	if c.store, err = openStore(ctx, log, database); err != nil {
		return nil, err
	}
	c.registry.MustRegister(poolMetrics{c.store.Pool()})
	if c.clock, err = newClock(ctx, c.store.Clock, time.Now, log, c.registry); err != nil {
		c.store.Close()
		return nil, err
	}
	if c.temporal, c.metrics, err = dialTemporal(ctx, cfg, log, c.registry); err != nil {
		c.store.Close()
		return nil, err
	}
	go c.clock.keep(ctx)
	return c, nil
}

func (c *connections) close() {
	c.temporal.Close()
	_ = c.metrics.Close() // the last second of measurements
	c.store.Close()
}

func openStore(ctx context.Context, log *zap.Logger, url Secret) (*postgres.Store, error) {
	return retrying(ctx, log, "the database", func(ctx context.Context) (*postgres.Store, error) { return postgres.Open(ctx, string(url)) })
}

// dialTemporal connects and ensures that the namespace has our search attributes. The closer flushes the metrics.
func dialTemporal(ctx context.Context, cfg Config, log *zap.Logger, registry prometheus.Registerer) (client.Client, io.Closer, error) {
	metrics, closer := temporal.NewMetricsHandler(registry, log)
	settings := temporal.Config{
		Address: cfg.TemporalAddress, Namespace: cfg.TemporalNamespace, CodecKey: []byte(cfg.CodecKey), Logger: log, Metrics: metrics,
	}
	for _, key := range cfg.OldCodecKeys {
		settings.OldCodecKeys = append(settings.OldCodecKeys, []byte(key))
	}
	connected, err := retrying(ctx, log, "Temporal", func(ctx context.Context) (client.Client, error) {
		c, err := temporal.Dial(ctx, settings)
		if err != nil {
			return nil, err
		}
		if err := temporal.EnsureSearchAttributes(ctx, c, cfg.TemporalNamespace); err != nil {
			c.Close()

			return nil, err
		}

		return c, nil
	})
	if err != nil {
		_ = closer.Close() // nothing was measured

		return nil, nil, err
	}

	return connected, closer, nil
}

// temporalAnswers is the readiness check of a connection: a server without our namespace, after the loss of its database, serves
// nothing either.
func temporalAnswers(c client.Client, namespace string) func(context.Context) error {
	return func(ctx context.Context) error {
		if _, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: namespace}); err != nil {
			return fmt.Errorf("ask Temporal: %w", err)
		}

		return nil
	}
}
