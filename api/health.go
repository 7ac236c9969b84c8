package api

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
)

// healthz says that the process runs.
func (s *Server) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether requests can be served now: 503 names what is away.
func (s *Server) readyz(c echo.Context) error {
	checks := map[string]func(context.Context) error{"database": s.cfg.Store.Ping}
	maps.Copy(checks, s.cfg.Checks)
	ctx, cancel := context.WithTimeout(c.Request().Context(), 3*time.Second)
	defer cancel()
	status, answer := http.StatusOK, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(checks)) {
		answer[name] = "ok"
		if err := checks[name](ctx); err != nil {
			s.cfg.Log.Warn("not ready", zap.String("check", name), zap.Error(err))
			status, answer[name] = http.StatusServiceUnavailable, "away"
		}
	}
	return c.JSON(status, answer)
}

func metricsHandler(registry *prometheus.Registry) echo.HandlerFunc {
	return echo.WrapHandler(promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
}

// metrics counts requests by operation; a nil one counts nothing.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(registry *prometheus.Registry) *metrics {
	if registry == nil {
		return nil
	}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rapport_http_requests_total", Help: "Requests by operation, method and status."}, []string{"operation", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "rapport_http_request_seconds", Help: "Time until the answer, by operation.", Buckets: prometheus.ExponentialBuckets(0.002, 2, 13),
		}, []string{"operation"}),
	}
	registry.MustRegister(m.requests, m.seconds)
	return m
}

func (m *metrics) observe(operation, method string, status int, took time.Duration) {
	if m == nil {
		return
	}
	if operation == "" { // pages, files and what is not there; a made-up method must not make a new series
		operation, method = "none", "any"
	}
	m.requests.WithLabelValues(operation, method, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(operation).Observe(took.Seconds())
}
