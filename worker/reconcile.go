package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// ReconcileStore is what a reconciliation reads and writes.
type ReconcileStore interface {
	// RunningReconciliations lists the runs that people asked for and nobody has finished.
	RunningReconciliations(ctx context.Context) ([]rapport.Reconciliation, error)
	// ReconciledUntil is up to when the books were compared without a gap; now where they never were.
	ReconciledUntil(ctx context.Context) (time.Time, error)
	StartReconciliation(ctx context.Context, r rapport.Reconciliation) error
	FinishReconciliation(ctx context.Context, r rapport.Reconciliation) error
	Settlements(ctx context.Context, from, to time.Time) ([]rapport.Settlement, error)
	// PutInbox keeps a verified event; false when it is there already.
	PutInbox(ctx context.Context, r rapport.InboxRow) (bool, error)
	// SettledRefs are those of the refs that the ledger has settled, at any time.
	SettledRefs(ctx context.Context, refs []string) ([]string, error)
}

// Books are the payment provider's.
type Books interface {
	// Movements reads what changed the platform's balance.
	Movements(ctx context.Context, from, to time.Time) ([]rapport.BalanceMovement, error)
	// MissedEvents reads what no webhook of ours has acknowledged. A second time, it is kept once.
	MissedEvents(ctx context.Context, since time.Time) ([]rapport.InboxRow, error)
}

// reconcileWindow is how far back a daily run looks: two days, so that each movement is compared twice. After a pause of the jobs it
// looks back from where the last run ended.
const reconcileWindow = 48 * time.Hour

// Reconcile compares the ledger with the payment provider: the runs that people asked for, or else the daily one. Events that never
// reached us come in first.
func Reconcile(store ReconcileStore, provider Books, now func() time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		runs, err := store.RunningReconciliations(ctx)
		if err != nil {
			return fmt.Errorf("runs: %w", err)
		}
		if len(runs) == 0 {
			until, err := store.ReconciledUntil(ctx)
			if err != nil {
				return fmt.Errorf("last run: %w", err)
			}
			daily := rapport.Reconciliation{ID: uuid.Must(uuid.NewV7()), From: now(), To: now()}
			if until.Before(daily.From) {
				daily.From = until
			}
			daily.From = daily.From.Add(-reconcileWindow)
			if err := store.StartReconciliation(ctx, daily); err != nil {
				return fmt.Errorf("start: %w", err)
			}
			runs = append(runs, daily)
		}
		// Events that cannot be had are reported at the end; the books are compared without them.
		var failed error
		for _, r := range runs {
			failed = errors.Join(failed, takeMissed(ctx, store, provider, r.From))
			done, err := compare(ctx, store, provider, r)
			if err != nil {
				return errors.Join(failed, err)
			}
			if err := store.FinishReconciliation(ctx, done); err != nil {
				return errors.Join(failed, fmt.Errorf("finish: %w", err))
			}
		}
		return failed
	}
}

// takeMissed keeps the events that no webhook brought.
func takeMissed(ctx context.Context, store ReconcileStore, provider Books, since time.Time) error {
	missed, err := provider.MissedEvents(ctx, since)
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

// compare finds transfers that only one side knows. The other side is read with an hour's margin, because the two clocks and
// the time between a transfer and its record differ.
func compare(ctx context.Context, store ReconcileStore, provider Books, r rapport.Reconciliation) (rapport.Reconciliation, error) {
	theirs, err := provider.Movements(ctx, r.From.Add(-time.Hour), r.To.Add(time.Hour))
	if err != nil {
		return r, fmt.Errorf("movements: %w", err)
	}
	ours, err := store.Settlements(ctx, r.From, r.To)
	if err != nil {
		return r, fmt.Errorf("settlements: %w", err)
	}
	there := map[string]rapport.BalanceMovement{}
	var refs []string
	for _, m := range theirs {
		if m.Category == "transfer" {
			there[m.SourceID] = m
			if !m.Created.Before(r.From) && m.Created.Before(r.To) {
				refs = append(refs, m.SourceID)
			}
		}
	}
	for _, s := range ours {
		m, ok := there[s.Ref]
		switch {
		case !ok:
			r.Breaks = append(r.Breaks, rapport.ReconciliationBreak{Kind: "missing_there", PayoutID: s.PayoutID, Ref: s.Ref})
		case m.Amount.Amount != -s.Amount.Amount || m.Amount.Currency != s.Amount.Currency:
			theirs := rapport.Money{Amount: -m.Amount.Amount, Currency: m.Amount.Currency}
			r.Breaks = append(r.Breaks, rapport.ReconciliationBreak{Kind: "different", PayoutID: s.PayoutID, Ref: s.Ref, Ours: s.Amount, Theirs: theirs})
		default:
			r.Matched++
		}
	}
	settled, err := store.SettledRefs(ctx, refs)
	if err != nil {
		return r, fmt.Errorf("settled: %w", err)
	}
	known := map[string]bool{}
	for _, ref := range settled {
		known[ref] = true
	}
	for _, ref := range refs {
		if !known[ref] {
			r.Breaks = append(r.Breaks, rapport.ReconciliationBreak{Kind: "missing_here", Ref: ref, Theirs: rapport.Money{Amount: -there[ref].Amount.Amount, Currency: there[ref].Amount.Currency}})
		}
	}
	return r, nil
}
