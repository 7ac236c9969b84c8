package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	sdktemporal "go.temporal.io/sdk/temporal"

	"rapport"
	"rapport/temporal"
	"rapport/workflows"
)

func scheduleExists(err error) bool {
	var exists *serviceerror.AlreadyExists
	return errors.Is(err, sdktemporal.ErrScheduleAlreadyRunning) || errors.As(err, &exists)
}

// OutboxStore is where the dispatcher acknowledges.
type OutboxStore interface {
	AckOutbox(ctx context.Context, id uuid.UUID, v rapport.OutboxVerdict) error
	RetryOutbox(ctx context.Context, id uuid.UUID, after time.Duration, reason string) error
	// WorkflowEnded says that a workflow has ended, whatever Temporal still knows of it.
	WorkflowEnded(ctx context.Context, workflowID string) (bool, error)
	// WorkflowGoesOn says that the database has something left to do for a workflow.
	WorkflowGoesOn(ctx context.Context, workflowID string) (bool, error)
	// ApprovalStands says that the approval which a command speaks of is one that its payout takes now.
	ApprovalStands(ctx context.Context, outbox uuid.UUID) (bool, error)
}

// Dispatcher delivers outbox rows to Temporal and acknowledges them. The API uses one for an answer at once, the relay one for
// whatever is left.
type Dispatcher struct {
	deliverer *temporal.Deliverer
	client    client.Client
	store     OutboxStore
	// LeaveTaken leaves a command that was taken for its record to acknowledge, for people who wait for the verdict. Should the record not
	// come, the relay delivers the row once more, under the same id.
	LeaveTaken bool
}

// NewDispatcher makes a dispatcher that waits at most timeout for a verdict.
func NewDispatcher(c client.Client, store OutboxStore, timeout time.Duration) *Dispatcher {
	return &Dispatcher{deliverer: temporal.NewDeliverer(c, timeout), client: c, store: store}
}

// Deliver delivers one row and acknowledges it. An error means that there is no verdict yet: the row stays and is tried again.
func (d *Dispatcher) Deliver(ctx context.Context, row rapport.OutboxRow) (rapport.OutboxVerdict, error) {
	del := temporal.Delivery{Kind: row.Kind, WorkflowID: row.WorkflowID, Workflow: row.Workflow, TaskQueue: row.TaskQueue, Name: row.Name, UpdateID: row.UpdateID, Input: row.Input}
	if row.Kind == temporal.DeliverStart {
		del.SearchAttributes = searchAttributes(row)
	}
	got, err := d.deliverer.Deliver(ctx, del)
	if err != nil {
		return rapport.OutboxVerdict{}, fmt.Errorf("deliver: %w", err)
	}
	if got.Refused != nil {
		if err := d.ended(ctx, row.WorkflowID, got.Refused); err != nil {
			return rapport.OutboxVerdict{}, err
		}
	}
	v, err := verdict(got)
	if err != nil {
		return v, err
	}
	if v.Refused == rapport.RefusedNotAwaiting {
		// The row of an approval is the authority. While it stands the workflow is only behind, and is asked again.
		stands, err := d.store.ApprovalStands(ctx, row.ID)
		if err != nil {
			return rapport.OutboxVerdict{}, fmt.Errorf("approval of %s: %w", row.WorkflowID, err)
		}
		if stands {
			return rapport.OutboxVerdict{}, fmt.Errorf("approval of %s: %w", row.WorkflowID, errBehind)
		}
	}
	if d.LeaveTaken && row.Kind == temporal.DeliverUpdate && v.Refused == "" {
		return v, nil
	}
	if err := d.store.AckOutbox(context.WithoutCancel(ctx), row.ID, v); err != nil {
		return v, fmt.Errorf("acknowledge: %w", err)
	}
	return v, nil
}

// ended holds what Temporal says of a workflow that it refuses for having none against what the database knows.
func (d *Dispatcher) ended(ctx context.Context, workflowID string, refused *temporal.Refusal) error {
	switch refused.Code {
	case temporal.RefusedMissing:
		// Temporal forgets a workflow some time after its end.
		ended, err := d.store.WorkflowEnded(ctx, workflowID)
		if err != nil {
			return fmt.Errorf("has %s ended: %w", workflowID, err)
		}
		if !ended {
			return fmt.Errorf("deliver to %s: %w", workflowID, errMissing)
		}
		refused.Code = temporal.RefusedClosed
	case temporal.RefusedClosed:
		// Where Postgres was restored, Temporal may have at its end what Postgres has not. Nothing may be refused for that.
		goesOn, err := d.store.WorkflowGoesOn(ctx, workflowID)
		if err != nil {
			return fmt.Errorf("does %s go on: %w", workflowID, err)
		}
		if goesOn {
			return fmt.Errorf("deliver to %s: %w", workflowID, errEnded)
		}
	}
	return nil
}

// errMissing: the row waits until its workflow is started or repaired.
var errMissing = errors.New("there is no such workflow yet")

// errEnded: the row waits until its workflow is repaired.
var errEnded = errors.New("the workflow ended ahead of the database")

// errBehind: the row waits until its workflow knows what the database knows.
var errBehind = errors.New("the workflow is behind the database")

func verdict(got temporal.Verdict) (rapport.OutboxVerdict, error) {
	var v rapport.OutboxVerdict
	switch {
	case got.Refused == nil && len(got.Result) > 0:
		var reply rapport.Reply
		if err := json.Unmarshal(got.Result, &reply); err != nil {
			return v, fmt.Errorf("read reply: %w", err)
		}
		v.Seq, v.Review = reply.Seq, reply.Review
	case got.Refused == nil:
	default:
		v.Refused, v.Closed = got.Refused.Code, got.Refused.Code == temporal.RefusedClosed
		v.Refusal = &rapport.Refusal{Code: got.Refused.Code}
		if len(got.Refused.Details) > 0 {
			if err := json.Unmarshal(got.Refused.Details, v.Refusal); err != nil {
				return v, fmt.Errorf("read refusal: %w", err)
			}
		}
	}
	return v, nil
}

func searchAttributes(row rapport.OutboxRow) sdktemporal.SearchAttributes {
	var in struct {
		CreatorID  string `json:"creator_id"`
		CampaignID string `json:"campaign_id"`
	}
	_ = json.Unmarshal(row.Input, &in) // an input that is no object has neither
	updates := []sdktemporal.SearchAttributeUpdate{temporal.KeyBrand.ValueSet(row.BrandID.String())}
	if in.CreatorID != "" {
		updates = append(updates, temporal.KeyCreator.ValueSet(in.CreatorID))
	}
	if in.CampaignID != "" {
		updates = append(updates, temporal.KeyCampaign.ValueSet(in.CampaignID))
	}
	return sdktemporal.NewSearchAttributes(updates...)
}

// Query asks a workflow for its live state. Its error is not_found when the server does not know the workflow, and unavailable
// when the server or every worker is away.
func (d *Dispatcher) Query(ctx context.Context, workflowID string) (rapport.LiveWorkflow, error) {
	desc, err := d.client.DescribeWorkflowExecution(ctx, workflowID, "")
	if err != nil {
		if _, gone := errors.AsType[*serviceerror.NotFound](err); gone {
			return rapport.LiveWorkflow{}, rapport.Errorf(rapport.CodeNotFound, "Temporal knows no such workflow. Its history is on the page.")
		}
		return rapport.LiveWorkflow{}, rapport.Errorf(rapport.CodeUnavailable, "Temporal cannot be reached now.")
	}
	info := desc.GetWorkflowExecutionInfo()
	value, err := d.client.QueryWorkflow(ctx, workflowID, "", workflows.QueryState)
	if err != nil {
		return rapport.LiveWorkflow{}, rapport.Errorf(rapport.CodeUnavailable, "No worker answers for this workflow now.")
	}
	var state workflows.State
	if err := value.Get(&state); err != nil {
		return rapport.LiveWorkflow{}, fmt.Errorf("read state: %w", err)
	}
	return rapport.LiveWorkflow{
		RunID: info.GetExecution().GetRunId(), Status: strings.ToLower(strings.TrimPrefix(info.GetStatus().String(), "WORKFLOW_EXECUTION_STATUS_")),
		HistoryLength: info.GetHistoryLength(), State: state.Machine, Timers: state.View.Timers,
	}, nil
}
