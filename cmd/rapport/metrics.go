package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"

	"rapport"
)

// newRegistry is a registry with what every process tells of itself.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))

	return registry
}

// poolMetrics tells how the connections to the database are used.
type poolMetrics struct{ pool *pgxpool.Pool }

//nolint:gochecknoglobals // descriptions do not change
var (
	poolConnections = prometheus.NewDesc("rapport_database_connections", "Connections of the pool by state.", []string{"state"}, nil)
	poolLimit       = prometheus.NewDesc("rapport_database_connections_limit", "Most connections that the pool may hold.", nil, nil)
	poolAcquired    = prometheus.NewDesc("rapport_database_acquired_total", "Connections handed out.", nil, nil)
	poolWaited      = prometheus.NewDesc("rapport_database_waited_total", "Connections handed out after waiting for one.", nil, nil)
	poolWait        = prometheus.NewDesc("rapport_database_wait_seconds_total", "Time spent waiting for a connection.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m poolMetrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{poolConnections, poolLimit, poolAcquired, poolWaited, poolWait} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m poolMetrics) Collect(ch chan<- prometheus.Metric) {
	s := m.pool.Stat()
	ch <- prometheus.MustNewConstMetric(poolConnections, prometheus.GaugeValue, float64(s.AcquiredConns()), "busy")
	ch <- prometheus.MustNewConstMetric(poolConnections, prometheus.GaugeValue, float64(s.IdleConns()), "idle")
	ch <- prometheus.MustNewConstMetric(poolConnections, prometheus.GaugeValue, float64(s.ConstructingConns()), "opening")
	ch <- prometheus.MustNewConstMetric(poolLimit, prometheus.GaugeValue, float64(s.MaxConns()))
	ch <- prometheus.MustNewConstMetric(poolAcquired, prometheus.CounterValue, float64(s.AcquireCount()))
	ch <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, float64(s.EmptyAcquireCount()))
	ch <- prometheus.MustNewConstMetric(poolWait, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds())
}

// ledgerMetrics tells what of the book is not sealed. It asks at each scrape: a job that does not run says nothing.
type ledgerMetrics struct {
	tail func(context.Context) (rapport.LedgerTail, error)
	log  *zap.Logger
}

//nolint:gochecknoglobals // descriptions do not change
var (
	ledgerUnsealed    = prometheus.NewDesc("rapport_ledger_unsealed", "Transactions of the ledger that are not sealed.", nil, nil)
	ledgerUnsealedAge = prometheus.NewDesc("rapport_ledger_unsealed_seconds", "Age of the oldest transaction that is not sealed; 0 when all are.", nil, nil)
)

// Describe implements prometheus.Collector.
func (m ledgerMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- ledgerUnsealed
	ch <- ledgerUnsealedAge
}

// Collect implements prometheus.Collector.
func (m ledgerMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	tail, err := m.tail(ctx)
	if err != nil {
		m.log.Warn("what is not sealed is unknown", zap.Error(err))

		return
	}
	age := 0.0
	if tail.OldestAt != nil {
		age = time.Since(*tail.OldestAt).Seconds()
	}
	ch <- prometheus.MustNewConstMetric(ledgerUnsealed, prometheus.GaugeValue, float64(tail.Count))
	ch <- prometheus.MustNewConstMetric(ledgerUnsealedAge, prometheus.GaugeValue, age)
}

// healthPages answers /metrics, /healthz (the process lives) and /readyz (what it depends on answers).
func healthPages(registry *prometheus.Registry, log *zap.Logger, ready map[string]func(context.Context) error) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
		defer cancel()
		for what, check := range ready {
			if err := check(ctx); err != nil {
				log.Warn("not ready", zap.String("missing", what), zap.Error(err))
				http.Error(w, what+" does not answer", http.StatusServiceUnavailable)

				return
			}
		}
		w.WriteHeader(http.StatusNoContent)
	})

	return mux
}

// listener is an HTTP server that already has its port.
type listener struct {
	server  *http.Server
	address string
	errs    chan error
}

// listen takes the address and serves until shutdown. Its errs tells of an end that nobody asked for.
func listen(ctx context.Context, addr string, handler http.Handler, log *zap.Logger) (*listener, error) {
	var cfg net.ListenConfig
	socket, err := cfg.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	l := &listener{
		server: &http.Server{
			Handler: handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
			ErrorLog: zap.NewStdLog(log),
		},
		address: socket.Addr().String(), errs: make(chan error, 1),
	}
	go func() {
		if err := l.server.Serve(socket); !errors.Is(err, http.ErrServerClosed) {
			l.errs <- fmt.Errorf("serve: %w", err)
		}
	}()

	return l, nil
}

// shutdown lets running requests finish within the limit and cuts the rest.
func (l *listener) shutdown(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	if err := l.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("finish the requests: %w", err), l.server.Close())
	}

	return nil
}
