package temporal

import (
	"io"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/uber-go/tally/v4"
	tallyprom "github.com/uber-go/tally/v4/prometheus"
	"go.temporal.io/sdk/client"
	sdktally "go.temporal.io/sdk/contrib/tally"
	"go.uber.org/zap"
)

const metricsInterval = time.Second

// NewMetricsHandler registers the SDK's metrics in reg under their documented names (temporal_…, timers
// in seconds). Use one handler per registry and share it between clients; two would claim the same
// names. Closing it reports what is left. A metric that cannot be registered is logged once and left out.
func NewMetricsHandler(reg prometheus.Registerer, log *zap.Logger) (client.MetricsHandler, io.Closer) {
	reporter := tallyprom.NewReporter(tallyprom.Options{
		Registerer:       reg,
		DefaultTimerType: tallyprom.HistogramTimerType,
		DefaultHistogramBuckets: []float64{
			0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
		},
		OnRegisterError: func(err error) { log.Warn("a metric was not registered", zap.Error(err)) },
	})
	scope, closer := tally.NewRootScope(tally.ScopeOptions{
		CachedReporter:  reporter,
		Separator:       tallyprom.DefaultSeparator,
		SanitizeOptions: &sdktally.PrometheusSanitizeOptions,
	}, metricsInterval)

	return sdktally.NewMetricsHandler(sdktally.NewPrometheusNamingScope(scope)), closer
}
