package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rapport/activities"
)

// Job runs one round of a periodic job. A Temporal Schedule starts it, one a kind of job; the next round comes anyway, so a
// round that keeps failing is given up.
func Job(ctx workflow.Context, kind string) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: QueueMain, StartToCloseTimeout: 10 * time.Minute,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, MaximumInterval: time.Minute, MaximumAttempts: 5},
	})
	if err := workflow.ExecuteActivity(ctx, activities.NameJob, kind).Get(ctx, nil); err != nil {
		return fmt.Errorf("job %s: %w", kind, err)
	}
	return nil
}
