package workflows

import (
	"fmt"

	"github.com/google/uuid"
	"go.temporal.io/sdk/workflow"

	"rapport/activities"
)

// Message sends one mail that a person wrote, at most once.
func Message(ctx workflow.Context, id uuid.UUID) error {
	if err := workflow.ExecuteActivity(activityContext(ctx, QueueMail), activities.NameSendManual, id).Get(ctx, nil); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return nil
}
