package temporal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"
	"google.golang.org/grpc/codes"
)

// The kinds of a Delivery.
const (
	DeliverStart  = "start"
	DeliverSignal = "signal"
	DeliverUpdate = "update"
)

// Codes of a Refusal that come from here and not from a workflow.
const (
	// RefusedClosed: the workflow has ended, so nothing can be told to it any more.
	RefusedClosed = "workflow_closed"
	// RefusedMissing: the server knows no workflow of this id. It was never started, was deleted after
	// its retention, or the server lost its data.
	RefusedMissing = "workflow_missing"
	// RefusedUnknown: the update ended with a failure that carries no code, such as a cancellation.
	RefusedUnknown = "update_failed"
)

// ErrNoVerdict is a delivery of which nobody knows whether it arrived: no server, no worker, too slow.
// The caller tries again, an update with the same UpdateID. An error without it is one that trying
// again does not cure, such as a malformed delivery or an attribute that the namespace lacks.
var ErrNoVerdict = errors.New("no verdict yet")

// Failures of accepted updates that say nothing about the command itself.
const (
	typeOvertaken   = "AcceptedUpdateCompletedWorkflow" // the run ended or continued as new in between
	typeUnprocessed = "UnprocessedUpdate"               // the worker does not know the update
)

// Delivery is one thing that has to reach a workflow.
type Delivery struct {
	// Kind is DeliverStart, DeliverSignal or DeliverUpdate.
	Kind       string
	WorkflowID string
	// Workflow is the type name and TaskQueue where it runs; only for a start.
	Workflow  string
	TaskQueue string
	// Name of the signal or update.
	Name string
	// UpdateID makes an update arrive once per run. Required for an update.
	UpdateID string
	// Input is the one argument, as JSON. Empty means no argument.
	Input json.RawMessage
	// SearchAttributes and Summary are set at a start.
	SearchAttributes sdktemporal.SearchAttributes
	// Summary is one line for operators, shown in the Temporal UI.
	Summary string
}

// Verdict is what became of a delivery that arrived. Refused is nil when it was accepted.
type Verdict struct {
	// Result is what an accepted update returned, as JSON; nil otherwise.
	Result  json.RawMessage
	Refused *Refusal
}

// Refusal is a final no.
type Refusal struct {
	// Code is the type of the application error that the workflow answered, or one of the Refused codes.
	Code string
	// Details are the application error's first detail, as JSON; nil without.
	Details json.RawMessage
	Message string
}

// Deliverer takes deliveries to workflows. It is safe for concurrent use.
type Deliverer struct {
	client  client.Client
	timeout time.Duration
}

// NewDeliverer returns a Deliverer that gives each delivery up to timeout. An update needs a worker to
// answer, so without a limit it would wait as long as there is none.
func NewDeliverer(c client.Client, timeout time.Duration) *Deliverer {
	return &Deliverer{client: c, timeout: timeout}
}

// Deliver returns the verdict, or an error when there is none; see ErrNoVerdict.
//
// A start of a workflow id that was used before counts as delivered, whether that workflow still runs or
// not. A signal counts as delivered once the server has stored it; sending it again after ErrNoVerdict
// may store it twice. A refused update leaves no trace in the workflow when its validator refused it.
func (d *Deliverer) Deliver(ctx context.Context, del Delivery) (Verdict, error) {
	if err := del.validate(); err != nil {
		return Verdict{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()

	var (
		verdict Verdict
		err     error
	)
	switch del.Kind {
	case DeliverStart:
		err = d.start(ctx, del)
	case DeliverSignal:
		verdict, err = d.signal(ctx, del)
	case DeliverUpdate:
		verdict, err = d.update(ctx, del)
	}
	if err != nil {
		if !errors.Is(err, ErrNoVerdict) && transient(err) {
			err = fmt.Errorf("%w: %w", ErrNoVerdict, err)
		}

		return Verdict{}, fmt.Errorf("deliver %s %s to %s: %w", del.Kind, del.Name+del.Workflow, del.WorkflowID, err)
	}

	return verdict, nil
}

func (del Delivery) validate() error {
	if del.WorkflowID == "" {
		return errors.New("a delivery names no workflow id")
	}
	switch del.Kind {
	case DeliverStart:
		if del.Workflow == "" || del.TaskQueue == "" {
			return fmt.Errorf("start of %s names no workflow type or task queue", del.WorkflowID)
		}
	case DeliverSignal, DeliverUpdate:
		if del.Name == "" {
			return fmt.Errorf("%s to %s has no name", del.Kind, del.WorkflowID)
		}
		if del.Kind == DeliverUpdate && del.UpdateID == "" {
			return fmt.Errorf("update %s to %s has no id, so it could not be repeated safely", del.Name, del.WorkflowID)
		}
	default:
		return fmt.Errorf("unknown kind of delivery %q to %s", del.Kind, del.WorkflowID)
	}
	if len(del.Input) > 0 && !json.Valid(del.Input) {
		return fmt.Errorf("input of %s to %s is no JSON", del.Kind, del.WorkflowID)
	}

	return nil
}

func (del Delivery) args() []any {
	if len(del.Input) == 0 {
		return nil
	}

	return []any{del.Input}
}

func (d *Deliverer) start(ctx context.Context, del Delivery) error {
	_, err := d.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       del.WorkflowID,
		TaskQueue:                                del.TaskQueue,
		WorkflowIDConflictPolicy:                 enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    del.SearchAttributes,
		StaticSummary:                            del.Summary,
	}, del.Workflow, del.args()...)
	var exists *serviceerror.WorkflowExecutionAlreadyStarted
	if err != nil && !errors.As(err, &exists) {
		return fmt.Errorf("start: %w", err)
	}

	return nil
}

func (d *Deliverer) signal(ctx context.Context, del Delivery) (Verdict, error) {
	var arg any
	if len(del.Input) > 0 {
		arg = del.Input
	}
	err := d.client.SignalWorkflow(ctx, del.WorkflowID, "", del.Name, arg)
	var gone *serviceerror.NotFound
	switch {
	case err == nil:
		return Verdict{}, nil
	case errors.As(err, &gone):
		return d.unreachable(ctx, del.WorkflowID, err)
	default:
		return Verdict{}, fmt.Errorf("signal: %w", err)
	}
}

func (d *Deliverer) update(ctx context.Context, del Delivery) (Verdict, error) {
	handle, err := d.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		UpdateID:     del.UpdateID,
		WorkflowID:   del.WorkflowID,
		UpdateName:   del.Name,
		Args:         del.args(),
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var gone *serviceerror.NotFound
	switch {
	case errors.As(err, &gone):
		return d.unreachable(ctx, del.WorkflowID, err)
	case err != nil:
		return Verdict{}, fmt.Errorf("update: %w", err)
	}
	// The update is complete, so a failure here is its outcome and no trouble with the connection.
	if failure := handle.Get(ctx, nil); failure != nil {
		return d.refused(ctx, del, failure)
	}
	var result json.RawMessage
	if err := handle.Get(ctx, &result); err != nil {
		return Verdict{}, fmt.Errorf("read the result: %w", err)
	}

	return Verdict{Result: result}, nil
}

// refused turns the failure that an update ended with into a refusal.
func (d *Deliverer) refused(ctx context.Context, del Delivery, failure error) (Verdict, error) {
	var app *sdktemporal.ApplicationError
	if !errors.As(failure, &app) {
		return Verdict{Refused: &Refusal{Code: RefusedUnknown, Message: fmt.Sprintf("the update ended with %T", failure)}}, nil
	}
	switch {
	case app.Type() == typeOvertaken:
		return d.unreachable(ctx, del.WorkflowID, failure)
	case app.Type() == typeUnprocessed, unknownUpdate(app):
		// A worker older than the caller; a newer one will answer.
		return Verdict{}, fmt.Errorf("%w: the worker does not know the update: %w", ErrNoVerdict, failure)
	}
	refusal := &Refusal{Code: app.Type(), Message: app.Message()}
	if app.HasDetails() {
		if err := app.Details(&refusal.Details); err != nil {
			return Verdict{}, fmt.Errorf("read the refusal's details: %w", err)
		}
	}

	return Verdict{Refused: refusal}, nil
}

// unreachable finds out why a workflow could not be told something. One that runs now has continued as
// new in between, so the same delivery can be tried again.
func (d *Deliverer) unreachable(ctx context.Context, workflowID string, cause error) (Verdict, error) {
	described, err := d.client.DescribeWorkflowExecution(ctx, workflowID, "")
	var gone *serviceerror.NotFound
	switch {
	case errors.As(err, &gone):
		return Verdict{Refused: &Refusal{Code: RefusedMissing, Message: "there is no such workflow"}}, nil
	case err != nil:
		return Verdict{}, fmt.Errorf("describe the workflow: %w", err)
	}
	switch described.GetWorkflowExecutionInfo().GetStatus() {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
		enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:
		return Verdict{}, fmt.Errorf("%w: the workflow moved on in between: %w", ErrNoVerdict, cause)
	default:
		return Verdict{Refused: &Refusal{Code: RefusedClosed, Message: "the workflow has ended"}}, nil
	}
}

// transient tells whether the same call may succeed later.
func transient(err error) bool {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return true
	}
	if _, late := errors.AsType[*client.WorkflowUpdateServiceTimeoutOrCanceledError](err); late {
		return true
	}
	var service serviceerror.ServiceError
	if !errors.As(err, &service) {
		return false
	}
	switch service.Status().Code() {
	case codes.InvalidArgument, codes.NotFound, codes.AlreadyExists, codes.PermissionDenied,
		codes.Unauthenticated, codes.Unimplemented, codes.OutOfRange:
		return false
	default:
		return true
	}
}

// unknownUpdate recognises the SDK's own rejection of a name without a handler. It has no type to go by.
func unknownUpdate(app *sdktemporal.ApplicationError) bool {
	return strings.HasPrefix(app.Message(), "unknown update ")
}
