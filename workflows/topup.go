package workflows

import (
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"rapport/activities"
)

// TopUp moves money into a brand's funds and posts it when Stripe says that it arrived.
func TopUp(ctx workflow.Context, id uuid.UUID) error {
	pay := activityContext(ctx, QueuePayments)
	var done bool
	if err := workflow.ExecuteActivity(pay, activities.NameCreateTopUp, id).Get(ctx, &done); err != nil {
		return fmt.Errorf("create: %w", err)
	}
	events := workflow.GetSignalChannel(ctx, SignalEvent)
	for !done {
		events.Receive(ctx, nil)
		if err := workflow.ExecuteActivity(pay, activities.NameSettleTopUp, id).Get(ctx, &done); err != nil {
			return fmt.Errorf("settle: %w", err)
		}
	}
	return nil
}
