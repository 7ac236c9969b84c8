package worker

import (
	"context"
	"errors"
	"fmt"

	"rapport"
)

// GateStore is where it stands whether payouts are sent.
type GateStore interface {
	// ClaimProbe says whether the caller is to ask the paused provider whether it takes our key again.
	ClaimProbe(ctx context.Context) (bool, error)
	LiftPause(ctx context.Context) error
	// OpenGate wakes what waits and may go, and says whether the books should be compared now.
	OpenGate(ctx context.Context) (bool, error)
}

// KeepGate probes a provider that refused our key, lets go what waited and may go, and compares the books when only that is missing.
func KeepGate(store GateStore, provider Books, reconcile func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		probe, err := store.ClaimProbe(ctx)
		if err != nil {
			return fmt.Errorf("probe: %w", err)
		}
		if probe {
			_, err := provider.Balance(ctx)
			failed, ok := errors.AsType[*rapport.PayError](err)
			switch {
			case ok && failed.Outcome == rapport.PayUnauthorized:
				return nil // still
			case err != nil:
				return fmt.Errorf("probe: %w", err)
			}
			if err := store.LiftPause(ctx); err != nil {
				return fmt.Errorf("lift the pause: %w", err)
			}
		}
		due, err := store.OpenGate(ctx)
		if err != nil {
			return fmt.Errorf("open the gate: %w", err)
		}
		if due {
			return reconcile(ctx)
		}
		return nil
	}
}
