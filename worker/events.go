package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rapport"
)

// EventStore is where events are kept that no webhook brought.
type EventStore interface {
	PaymentsPaused(ctx context.Context) (bool, error)
	PauseProvider(ctx context.Context, code string) error
	// PutInbox keeps a verified event; false when it is there already.
	PutInbox(ctx context.Context, r rapport.InboxRow) (bool, error)
	// AccountsToAsk lists creators' accounts that something is waited for, those that were asked longest ago first.
	AccountsToAsk(ctx context.Context, limit int) ([]rapport.AskedAccount, error)
	// NoteAsked says that the events of an account are known up to an instant.
	NoteAsked(ctx context.Context, account string, until time.Time) error
}

// Events are the payment provider's that no webhook of ours has acknowledged: the platform's own, or those of one account.
type Events interface {
	MissedEvents(ctx context.Context, account string, since time.Time) ([]rapport.InboxRow, error)
}

const (
	// eventWindow is how long the provider tries to deliver an event, and so how far back one may still turn up.
	eventWindow = 72 * time.Hour
	// eventsKept is how long the provider lists events at all.
	eventsKept = 30 * 24 * time.Hour
	// accountsAtOnce is how many accounts one run asks about; each costs a call, and the others come first in the next run.
	accountsAtOnce = 100
)

// FillGaps keeps the events that no webhook brought, as if it had. What comes by both ways is kept once.
func FillGaps(store EventStore, provider Events, now func() time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		paused, err := store.PaymentsPaused(ctx)
		if err != nil || paused {
			return err
		}
		began := now()
		if err := takeEvents(ctx, store, provider, "", began.Add(-eventWindow)); err != nil {
			return err
		}
		accounts, err := store.AccountsToAsk(ctx, accountsAtOnce)
		if err != nil {
			return fmt.Errorf("accounts: %w", err)
		}
		var failed []error
		for _, a := range accounts {
			since := began.Add(-eventsKept)
			if known := a.Known.Add(-eventWindow); known.After(since) {
				since = known
			}
			err := takeEvents(ctx, store, provider, a.Account, since)
			refused, ok := errors.AsType[*rapport.PayError](err)
			switch {
			case ok && refused.Outcome == rapport.PayUnauthorized:
				return err // there is no use in asking about the others
			case ok && (refused.Outcome == rapport.PayRejected || refused.Outcome == rapport.PayRejectedPayee):
				err = nil // the account is gone, and with it its events
			}
			if err == nil {
				err = store.NoteAsked(ctx, a.Account, began)
			}
			failed = append(failed, err)
		}
		return few(failed)
	}
}

func takeEvents(ctx context.Context, store EventStore, provider Events, account string, since time.Time) error {
	missed, err := provider.MissedEvents(ctx, account, since)
	if failed, ok := errors.AsType[*rapport.PayError](err); ok && failed.Outcome == rapport.PayUnauthorized {
		err = errors.Join(err, store.PauseProvider(ctx, failed.Code))
	}
	if err != nil {
		return fmt.Errorf("missed events: %w", err)
	}
	for _, event := range missed {
		if _, err := store.PutInbox(ctx, event); err != nil {
			return fmt.Errorf("keep an event: %w", err)
		}
	}
	return nil
}
