package workflows

import (
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rapport/activities"
)

// TopUp moves money into a brand's funds and posts it when Stripe says that it arrived.
func TopUp(ctx workflow.Context, id uuid.UUID) error {
	pay := activityContext(ctx, QueuePayments)
	var done bool
	// One idempotency key is used for 23 hours at most; after that only the provider's event says what became of it.
	o := workflow.GetActivityOptions(pay)
	o.ScheduleToCloseTimeout = submitLife
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, o), activities.NameCreateTopUp, id).Get(ctx, &done); temporal.IsCanceledError(err) {
		return fmt.Errorf("create: %w", err)
	}
	events := workflow.GetSignalChannel(ctx, SignalEvent)
	// The provider's event says when to look; a lost event only makes it later.
	for wait := 2 * time.Second; !done; wait = min(2*wait, time.Hour) {
		events.ReceiveWithTimeout(ctx, wait, nil)
		if err := workflow.ExecuteActivity(pay, activities.NameSettleTopUp, id).Get(ctx, &done); err != nil {
			return fmt.Errorf("settle: %w", err)
		}
	}
	for events.ReceiveAsync(nil) { // news that is no news any more
	}
	return nil
}
