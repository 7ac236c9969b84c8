package temporal

import (
	"errors"
	"fmt"

	sdklog "go.temporal.io/sdk/log"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.uber.org/zap"
)

// NewLogger adapts a zap logger to the SDK. The SDK's keys become snake case, so that its lines are
// found with the same queries as ours.
//
// Two things are kept out. Results of activities, which the SDK attaches to one line, are payloads.
// Lines about a failed activity attempt repeat, with the whole text of the error, what NewInterceptor
// has logged already.
func NewLogger(log *zap.Logger) sdklog.Logger {
	return &logger{zap: log.WithOptions(zap.AddCallerSkip(2)).Sugar()}
}

type logger struct{ zap *zap.SugaredLogger }

var (
	_ sdklog.WithLogger      = (*logger)(nil)
	_ sdklog.WithSkipCallers = (*logger)(nil)
)

func (l *logger) Debug(msg string, keyvals ...any) { l.write(l.zap.Debugw, msg, keyvals) }
func (l *logger) Info(msg string, keyvals ...any)  { l.write(l.zap.Infow, msg, keyvals) }
func (l *logger) Warn(msg string, keyvals ...any)  { l.write(l.zap.Warnw, msg, keyvals) }
func (l *logger) Error(msg string, keyvals ...any) { l.write(l.zap.Errorw, msg, keyvals) }

// With implements sdklog.WithLogger.
func (l *logger) With(keyvals ...any) sdklog.Logger {
	return &logger{zap: l.zap.With(rename(keyvals)...)}
}

// WithCallerSkip implements sdklog.WithSkipCallers.
func (l *logger) WithCallerSkip(skip int) sdklog.Logger {
	return &logger{zap: l.zap.WithOptions(zap.AddCallerSkip(skip))}
}

func (l *logger) write(write func(string, ...any), msg string, keyvals []any) {
	switch msg {
	case "Activity error.":
		return
	case "Activity complete after timeout.":
		keyvals = mapErrors(keyvals)
	}
	write(msg, rename(keyvals)...)
}

// rename gives the SDK's keys the names that our own lines use. An unknown key stays as it is.
func rename(keyvals []any) []any {
	out := make([]any, 0, len(keyvals))
	for i := 0; i < len(keyvals); i += 2 {
		if i+1 == len(keyvals) {
			return append(out, keyvals[i])
		}
		key, value := keyvals[i], keyvals[i+1]
		if key == "Result" {
			continue
		}
		if name, ok := key.(string); ok {
			key = logKey(name)
		}
		out = append(out, key, value)
	}

	return out
}

func logKey(name string) string {
	switch name {
	case "ActivityID":
		return "activity_id"
	case "ActivityType":
		return "activity"
	case "Attempt":
		return "attempt"
	case "Error":
		return "error"
	case "LocalActivityType":
		return "activity"
	case "Namespace":
		return "namespace"
	case "PanicError":
		return "panic"
	case "PanicStack", "StackTrace":
		return "stack"
	case "RunID":
		return "run_id"
	case "TaskQueue":
		return "task_queue"
	case "UpdateID":
		return "update_id"
	case "UpdateName":
		return "update"
	case "WorkerID":
		return "worker_id"
	case "WorkflowID":
		return "workflow_id"
	case "WorkflowType":
		return "workflow"
	default:
		return name
	}
}

func mapErrors(keyvals []any) []any {
	out := make([]any, len(keyvals))
	for i, v := range keyvals {
		out[i] = v
		if err, ok := v.(error); ok {
			out[i] = fmt.Sprintf("%T", err)
		}
	}

	return out
}

// errorFields describes the error of an activity without text that nobody has checked for personal
// data: the code and message of an application error, which its author wrote for histories, else only
// the Go type.
func errorFields(err error) []any {
	if app, ok := errors.AsType[*sdktemporal.ApplicationError](err); ok {
		return []any{"error_code", app.Type(), "error", app.Message(), "retryable", !app.NonRetryable()}
	}

	return []any{"error", fmt.Sprintf("%T", err)}
}

// errorCode is all that is said of an error that came through Temporal: there, any error of an activity
// has become an application error with its text as message.
func errorCode(err error) string {
	if app, ok := errors.AsType[*sdktemporal.ApplicationError](err); ok {
		return app.Type()
	}

	return fmt.Sprintf("%T", err)
}
