package temporal

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

const secret = "somebody@example.com"

// runLogged runs a workflow of one activity attempt and returns what was logged and the error.
func runLogged(t *testing.T, act func(context.Context) error) (*observer.ObservedLogs, error) {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(NewLogger(zap.New(core)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{NewInterceptor()}})
	env.RegisterActivityWithOptions(act, activity.RegisterOptions{Name: "act"})
	env.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
			StartToCloseTimeout: time.Minute,
			RetryPolicy:         &sdktemporal.RetryPolicy{MaximumAttempts: 1},
		})

		return workflow.ExecuteActivity(ctx, "act").Get(ctx, nil)
	})

	return logs, env.GetWorkflowError()
}

func TestFailuresAreLogged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		act    func(context.Context) error
		line   string
		level  zapcore.Level
		fields map[string]any
	}{
		"with a code": {
			func(context.Context) error { return sdktemporal.NewApplicationError("card declined", "declined") },
			"activity attempt failed", zapcore.WarnLevel,
			map[string]any{"error_code": "declined", "error": "card declined"},
		},
		"for good": {
			func(context.Context) error {
				return sdktemporal.NewNonRetryableApplicationError("card declined", "declined", errors.New(secret))
			},
			"activity failed", zapcore.ErrorLevel,
			map[string]any{"error_code": "declined", "retryable": false},
		},
		"without a code": {
			func(context.Context) error { return errors.New("no mailbox " + secret) },
			"activity attempt failed", zapcore.WarnLevel,
			map[string]any{"error": "*errors.errorString"},
		},
		"panic with a value": {
			func(context.Context) error { panic(secret) },
			"activity panicked", zapcore.ErrorLevel,
			map[string]any{"panic": "string"},
		},
		"panic of the runtime": {
			func(context.Context) error { var o *order; o.ID = secret; return nil },
			"activity panicked", zapcore.ErrorLevel,
			map[string]any{"panic": "runtime error: invalid memory address or nil pointer dereference"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			logs, err := runLogged(t, test.act)
			require.Error(t, err)
			lines := logs.FilterMessage(test.line).All()
			require.Len(t, lines, 1)
			require.Equal(t, test.level, lines[0].Level)
			fields := lines[0].ContextMap()
			for key, want := range test.fields {
				require.Equal(t, want, fields[key], key)
			}
			require.Equal(t, "default-test-workflow-id", fields["workflow_id"])
			require.Equal(t, "act", fields["activity"])
			require.EqualValues(t, 1, fields["attempt"])
			require.NotContains(t, lines[0].ContextMap(), "Error")
			require.Len(t, logs.FilterMessage("workflow failed").All(), 1)
			for _, line := range logs.All() {
				for key, value := range line.ContextMap() {
					if key != "stack" {
						require.NotContains(t, fmt.Sprint(value), secret, "%s: %s", line.Message, key)
					}
				}
			}
		})
	}
}

func TestPanicBecomesAFailureWithoutItsValue(t *testing.T) {
	t.Parallel()
	_, err := runLogged(t, func(context.Context) error { panic(secret) })
	var app *sdktemporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, ErrorTypePanic, app.Type())
	require.NotContains(t, err.Error(), secret)
}

func TestNothingIsLoggedOfSuccess(t *testing.T) {
	t.Parallel()
	logs, err := runLogged(t, func(context.Context) error { return nil })
	require.NoError(t, err)
	require.Zero(t, logs.FilterLevelExact(zapcore.WarnLevel).Len()+logs.FilterLevelExact(zapcore.ErrorLevel).Len())
}

func TestLoggerKeepsPayloadsOut(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zapcore.DebugLevel)
	log := NewLogger(zap.New(core))
	log.Info("Activity complete after timeout.", "WorkflowID", "w", "Result", secret, "Error", errors.New(secret))
	log.Error("Activity error.", "Error", errors.New(secret))
	log.Warn("odd", "WorkflowID", "w", "left over")
	lines := logs.All()
	require.Equal(t, map[string]any{"workflow_id": "w", "error": "*errors.errorString"}, lines[0].ContextMap())
	require.Empty(t, logs.FilterMessage("Activity error.").All())
}
