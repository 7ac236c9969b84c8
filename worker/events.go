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
	// PaymentsPaused says that the provider refuses our key, so that only the probe asks it.
	PaymentsPaused(ctx context.Context) (bool, error)
	// PauseProvider keeps everybody from asking a provider that refuses our key, until a probe is answered.
	PauseProvider(ctx context.Context, code string) error
	// DatabaseRestored says that this is another copy of the data than the books were compared for.
	DatabaseRestored(ctx context.Context) (bool, error)
	// PutInbox keeps a verified event; false when it is there already.
	PutInbox(ctx context.Context, r rapport.InboxRow) (bool, error)
	// AccountsToAsk lists creators' accounts that something is waited for, those that were asked longest ago first.
	AccountsToAsk(ctx context.Context, limit int) ([]rapport.AskedAccount, error)
	// NoteAsked says that the events of an account are known up to an instant.
	NoteAsked(ctx context.Context, account string, until time.Time) error
}

// Events are the payment provider's that no webhook of ours has acknowledged: the platform's own, or those of one account. With all, those as
// well that one has.
type Events interface {
	MissedEvents(ctx context.Context, account string, since time.Time, all bool) ([]rapport.InboxRow, error)
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
		// What a copy of the data remembers of when it asked leads to what it lacks; the comparison does that first.
		restored, err := store.DatabaseRestored(ctx)
		if err != nil || restored {
			return err
		}
		began := now()
		if err := takeEvents(ctx, store, provider, "", began.Add(-eventWindow), false); err != nil {
			return err
		}
		accounts, err := store.AccountsToAsk(ctx, accountsAtOnce)
		if err != nil {
			return fmt.Errorf("accounts: %w", err)
		}
		var failed []error
		for _, a := range accounts {
			err := askAccount(ctx, store, provider, a, began, false)
			if refused, ok := errors.AsType[*rapport.PayError](err); ok && refused.Outcome == rapport.PayUnauthorized {
				return err // there is no use in asking about the others
			}
			failed = append(failed, err)
		}
		return few(failed)
	}
}

// retake keeps what happened since the data was copied, as if a webhook brought it: it was acknowledged, and the copy has lost it. Who comes
// again asks all accounts anew, each since it was asked last.
func retake(ctx context.Context, store EventStore, provider Events, since, now time.Time) error {
	began := now.Truncate(time.Microsecond) // as the database will tell it
	if err := takeEvents(ctx, store, provider, "", since, true); err != nil {
		return err
	}
	for {
		accounts, err := store.AccountsToAsk(ctx, accountsAtOnce)
		if err != nil {
			return fmt.Errorf("accounts: %w", err)
		}
		for i, a := range accounts {
			if !a.Known.Before(began) {
				accounts = accounts[:i]
				break
			}
			if err := askAccount(ctx, store, provider, a, began, true); err != nil {
				return err
			}
		}
		if len(accounts) == 0 {
			return nil
		}
	}
}

// askAccount keeps what an account has to tell since it was asked last. One that is gone has nothing to tell.
func askAccount(ctx context.Context, store EventStore, provider Events, a rapport.AskedAccount, began time.Time, all bool) error {
	since := began.Add(-eventsKept)
	if known := a.Known.Add(-eventWindow); known.After(since) {
		since = known
	}
	err := takeEvents(ctx, store, provider, a.Account, since, all)
	if refused, ok := errors.AsType[*rapport.PayError](err); ok && (refused.Outcome == rapport.PayRejected || refused.Outcome == rapport.PayRejectedPayee) {
		err = nil
	}
	if err != nil {
		return err
	}
	return store.NoteAsked(ctx, a.Account, began)
}

func takeEvents(ctx context.Context, store EventStore, provider Events, account string, since time.Time, all bool) error {
	missed, err := provider.MissedEvents(ctx, account, since, all)
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
