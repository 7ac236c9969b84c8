package temporal

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

func TestMetricsAreRegistered(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	core, logs := observer.New(zapcore.WarnLevel)
	handler, closer := NewMetricsHandler(reg, zap.New(core))
	handler.WithTags(map[string]string{"task_queue": "q"}).Counter("temporal_request").Inc(2)
	handler.Timer("temporal_request_latency").Record(40 * time.Millisecond)
	handler.Gauge("temporal_sticky_cache_size").Update(3)
	require.NoError(t, closer.Close())

	families, err := reg.Gather()
	require.NoError(t, err)
	values := map[string]float64{}
	for _, f := range families {
		m := f.GetMetric()[0]
		values[f.GetName()] = m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetHistogram().GetSampleSum()
	}
	require.InDelta(t, 2, values["temporal_request_total"], 0)
	require.InDelta(t, 3, values["temporal_sticky_cache_size"], 0)
	require.InDelta(t, 0.05, values["temporal_request_latency_seconds"], 0.02)
	require.Zero(t, logs.Len())
}
