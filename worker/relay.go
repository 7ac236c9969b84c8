package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"rapport"
)

// Limits of the relay. A lease is longer than a delivery may take; a dead relay's rows are free again after it.
const (
	relayBatch   = 64
	relayWorkers = 16
	relayLease   = 30 * time.Second
	relayIdle    = 2 * time.Second
)

// RelayStore is what the relay reads and writes.
type RelayStore interface {
	OutboxStore
	TakeOutbox(ctx context.Context, limit int, lease time.Duration) ([]rapport.OutboxRow, error)
	TakeInbox(ctx context.Context, limit int, lease time.Duration) ([]rapport.InboxRow, error)
	DoneInbox(ctx context.Context, id uuid.UUID, note string) error
	RetryInbox(ctx context.Context, id uuid.UUID, after time.Duration, reason string) error
	// Listen calls wake at every notification of the channel until the context ends or the connection breaks.
	Listen(ctx context.Context, channel string, wake func()) error
}

// Relay carries outbox rows to Temporal and inbox rows to where they take effect. Several may run beside each other.
type Relay struct {
	Store    RelayStore
	Dispatch *Dispatcher
	Inbox    *Inbox
	Log      *zap.Logger
}

// Run relays until the context ends.
func (r *Relay) Run(ctx context.Context) {
	wakeOut, wakeIn := make(chan struct{}, 1), make(chan struct{}, 1)
	wake := func() {
		for _, c := range []chan struct{}{wakeOut, wakeIn} {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			if err := r.Store.Listen(ctx, "rapport_outbox", wake); err != nil && ctx.Err() == nil {
				r.Log.Warn("relay does not hear the database; it looks every two seconds", zap.Error(err))
			}
			pause(ctx, relayIdle)
		}
	})
	wg.Go(func() { r.loop(ctx, wakeOut, r.outbox) })
	wg.Go(func() { r.loop(ctx, wakeIn, r.inbox) })
	wg.Wait()
}

func (r *Relay) loop(ctx context.Context, wake <-chan struct{}, round func(context.Context) (int, error)) {
	for ctx.Err() == nil {
		n, err := round(ctx)
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("relay", zap.Error(err))
		}
		if n > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-time.After(relayIdle):
		}
	}
}

func (r *Relay) outbox(ctx context.Context) (int, error) {
	rows, err := r.Store.TakeOutbox(ctx, relayBatch, relayLease)
	if err != nil {
		return 0, err
	}
	each(rows, relayWorkers, func(row rapport.OutboxRow) {
		_, err := r.Dispatch.Deliver(ctx, row)
		if err == nil || ctx.Err() != nil {
			return
		}
		wait := backoff(row.Attempts)
		if errors.Is(err, errMissing) || errors.Is(err, errBehind) {
			wait = min(wait, 5*time.Second)
		} else {
			r.Log.Warn("delivery waits", zap.String("workflow", row.WorkflowID), zap.String("kind", row.Kind), zap.Int("attempts", row.Attempts), zap.Error(err))
		}
		if err := r.Store.RetryOutbox(ctx, row.ID, wait, err.Error()); err != nil {
			r.Log.Warn("delivery stays leased", zap.Error(err))
		}
	})
	return len(rows), nil
}

func (r *Relay) inbox(ctx context.Context) (int, error) {
	rows, err := r.Store.TakeInbox(ctx, relayBatch, relayLease)
	if err != nil {
		return 0, err
	}
	each(rows, relayWorkers, func(row rapport.InboxRow) {
		note, err := r.Inbox.Process(ctx, row)
		if err == nil {
			err = r.Store.DoneInbox(ctx, row.ID, note)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.Warn("event waits", zap.String("provider", row.Provider), zap.String("type", row.Type), zap.Int("attempts", row.Attempts), zap.Error(err))
			if err := r.Store.RetryInbox(ctx, row.ID, backoff(row.Attempts), err.Error()); err != nil {
				r.Log.Warn("event stays leased", zap.Error(err))
			}
		}
	})
	return len(rows), nil
}

// each runs f over the rows with a bounded number at once.
func each[T any](rows []T, limit int, f func(T)) {
	var wg sync.WaitGroup
	free := make(chan struct{}, limit)
	for _, row := range rows {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			f(row)
		})
	}
	wg.Wait()
}

func backoff(attempts int) time.Duration {
	return min(time.Second<<min(attempts, 8), 2*time.Minute)
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
