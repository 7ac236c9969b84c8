package temporal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/interceptor"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// ErrorTypePanic is the type of the application error that a panicking activity attempt ends with.
const ErrorTypePanic = "panic"

// NewInterceptor returns what every worker is built with: a line for each failed activity attempt and
// each failed workflow, with workflow, run, activity and attempt, and without payloads. A panic in an
// activity becomes a retryable application error of type ErrorTypePanic, whose text says nothing of the
// panic's value. A panic in a workflow is left to the SDK, which blocks the workflow task and says so.
func NewInterceptor() interceptor.WorkerInterceptor {
	return &workerInterceptor{}
}

type workerInterceptor struct {
	interceptor.WorkerInterceptorBase
}

func (*workerInterceptor) InterceptActivity(
	_ context.Context, next interceptor.ActivityInboundInterceptor,
) interceptor.ActivityInboundInterceptor {
	i := &activityInterceptor{}
	i.Next = next

	return i
}

func (*workerInterceptor) InterceptWorkflow(
	_ workflow.Context, next interceptor.WorkflowInboundInterceptor,
) interceptor.WorkflowInboundInterceptor {
	i := &workflowInterceptor{}
	i.Next = next

	return i
}

type activityInterceptor struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity runs one attempt. The SDK's logger of the context carries the ids.
func (i *activityInterceptor) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			activity.GetLogger(ctx).Error("activity panicked", "panic", panicText(p), "stack", string(debug.Stack()))
			result, err = nil, sdktemporal.NewApplicationError("activity panicked", ErrorTypePanic)
		}
	}()
	result, err = i.Next.ExecuteActivity(ctx, in)
	logActivity(ctx, err)

	return result, err //nolint:wrapcheck // the SDK decides on retries by the error's own type
}

func logActivity(ctx context.Context, err error) {
	var app *sdktemporal.ApplicationError
	switch {
	case err == nil, errors.Is(err, activity.ErrResultPending):
	case errors.As(err, &app) && app.Category() == sdktemporal.ApplicationErrorCategoryBenign:
		activity.GetLogger(ctx).Debug("activity attempt ended as expected", errorFields(err)...)
	case sdktemporal.IsCanceledError(err), errors.Is(err, context.Canceled):
		activity.GetLogger(ctx).Info("activity attempt was cancelled", errorFields(err)...)
	case app != nil && app.NonRetryable():
		activity.GetLogger(ctx).Error("activity failed", errorFields(err)...)
	default:
		activity.GetLogger(ctx).Warn("activity attempt failed", errorFields(err)...)
	}
}

// panicText tells what the runtime says, such as a nil dereference, and only the type of anything else.
func panicText(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}

	return fmt.Sprintf("%T", p)
}

type workflowInterceptor struct {
	interceptor.WorkflowInboundInterceptorBase
}

// ExecuteWorkflow runs a workflow from its first event. Lines are not repeated on replay.
func (i *workflowInterceptor) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := i.Next.ExecuteWorkflow(ctx, in)
	switch {
	case err == nil, workflow.IsContinueAsNewError(err):
	case sdktemporal.IsCanceledError(err):
		workflow.GetLogger(ctx).Info("workflow was cancelled")
	default:
		workflow.GetLogger(ctx).Error("workflow failed", "error_code", errorCode(err))
	}

	return result, err //nolint:wrapcheck // the SDK decides how the workflow ends by the error's own type
}
