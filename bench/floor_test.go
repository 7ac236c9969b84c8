//go:build bench

package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const floorQueue = "floor"

// ready is called when a bare workflow waits for its next message. It stands outside of what is recorded: the messages of the
// floor then arrive one by one as those of a lifecycle do, at no cost to either.
type ready func(workflowID string, op string, n int)

// bareInput is the rest of a script, and what was received of it in earlier runs.
type bareInput struct {
	Steps            []step `json:"steps"`
	Updates, Signals int
}

type floor struct{ waits ready }

// Bare does as many no-op activities, timers and messages as the workflow that its script was taken from, and nothing else.
func (f floor) Bare(ctx workflow.Context, in bareInput) error {
	updates := 0
	err := workflow.SetUpdateHandler(ctx, "update", func(workflow.Context) error { updates++; return nil })
	if err != nil {
		return fmt.Errorf("handler: %w", err)
	}
	signals := workflow.GetSignalChannel(ctx, "signal")
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
	open := map[int64]workflow.Future{}
	id := workflow.GetInfo(ctx).WorkflowExecution.ID
	took := 0
	for i, s := range in.Steps {
		switch s.Op {
		case "update":
			took++
			f.waits(id, "update", in.Updates+took)
			if err := workflow.Await(ctx, func() bool { return updates >= took }); err != nil {
				return fmt.Errorf("update: %w", err)
			}
		case "signal":
			in.Signals++
			f.waits(id, "signal", in.Signals)
			signals.Receive(ctx, nil)
		case "activity":
			open[s.ID] = workflow.ExecuteActivity(ctx, "Nothing")
		case "timer":
			open[s.ID] = workflow.NewTimer(ctx, s.In)
		case "done", "fired":
			if err := open[s.ID].Get(ctx, nil); err != nil {
				return fmt.Errorf("%s: %w", s.Op, err)
			}
		case "local":
			if err := workflow.ExecuteLocalActivity(local, "Nothing").Get(ctx, nil); err != nil {
				return fmt.Errorf("local: %w", err)
			}
		case "next":
			if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
				return fmt.Errorf("handlers: %w", err)
			}
			return workflow.NewContinueAsNewError(ctx, "Bare", bareInput{Steps: in.Steps[i+1:], Updates: in.Updates + took, Signals: in.Signals})
		}
	}
	return workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
}

// nothing is the no-op.
func nothing(context.Context) error { return nil }

// runFloor runs n sets of bare workflows at once and answers how long they took, with their histories' tally.
func runFloor(t *testing.T, address string, n int, scripts [][]step) (time.Duration, *tally) {
	t.Helper()
	ctx := t.Context()
	c, err := client.Dial(client.Options{HostPort: address, Namespace: namespace, Logger: quiet{}})
	require.NoError(t, err)
	defer c.Close()
	var sending sync.WaitGroup
	var seen sync.Map
	free := make(chan struct{}, 64)
	send := func(id, op string, k int) {
		if _, twice := seen.LoadOrStore(fmt.Sprintf("%s/%s/%d", id, op, k), true); twice {
			return // a replay
		}
		sending.Go(func() {
			free <- struct{}{}
			defer func() { <-free }()
			if op == "signal" {
				_ = c.SignalWorkflow(ctx, id, "", "signal", nil)
				return
			}
			h, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: id, UpdateName: "update", UpdateID: strconv.Itoa(k), WaitForStage: client.WorkflowUpdateStageCompleted})
			if err == nil {
				_ = h.Get(ctx, nil)
			}
		})
	}
	w := sdkworker.New(c, floorQueue, sdkworker.Options{})
	w.RegisterWorkflowWithOptions(floor{send}.Bare, workflow.RegisterOptions{Name: "Bare"})
	w.RegisterActivityWithOptions(nothing, activity.RegisterOptions{Name: "Nothing"})
	require.NoError(t, w.Start())
	defer w.Stop()
	runs := make([]client.WorkflowRun, 0, n*len(scripts))
	began := time.Now()
	for i := range n {
		for j, steps := range scripts {
			run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: fmt.Sprintf("floor/%d/%d/%d", began.UnixNano(), i, j), TaskQueue: floorQueue}, "Bare", bareInput{Steps: steps})
			require.NoError(t, err)
			runs = append(runs, run)
		}
	}
	for _, run := range runs {
		require.NoError(t, run.Get(ctx, nil), run.GetID())
	}
	took := time.Since(began)
	sending.Wait()
	total := newTally()
	for _, run := range runs[:min(len(runs), 10*len(scripts))] {
		histories, err := chain(ctx, c, run.GetID())
		require.NoError(t, err)
		for _, h := range histories {
			total.count(h)
		}
	}
	return took, total
}

// quiet swallows the SDK's lines.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}
