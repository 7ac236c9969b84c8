package worker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// ReconcileStore is what a reconciliation reads and writes.
type ReconcileStore interface {
	EventStore
	// RunningReconciliations lists the runs that nobody has finished. In a restored copy of the data they reach up to now.
	RunningReconciliations(ctx context.Context, now time.Time) ([]rapport.Reconciliation, error)
	// ReconciledUntil is up to when the books were compared without a gap; now where they never were.
	ReconciledUntil(ctx context.Context) (time.Time, error)
	StartReconciliation(ctx context.Context, r rapport.Reconciliation) error
	FinishReconciliation(ctx context.Context, r rapport.Reconciliation) error
	// NoteReconciliationProblem says, in a word, what kept a run from ending.
	NoteReconciliationProblem(ctx context.Context, id uuid.UUID, problem string) error
	// LastBalance is the provider's balance as the newest finished run saw it; nil before the first.
	LastBalance(ctx context.Context) (*rapport.BalancePoint, error)
	// OpenCaseRefs are what is asked about again, however old it is.
	OpenCaseRefs(ctx context.Context) ([]rapport.BookRef, error)
	// OurBooks reads our side of [from, to) at one moment: what was posted then, or under one of the refs at any time, and what is open.
	OurBooks(ctx context.Context, from, to time.Time, refs []string) (rapport.Books, error)
}

// Books are the payment provider's.
type Books interface {
	Events
	// Books reads what changed the platform's balance since an instant, and the objects behind it.
	Books(ctx context.Context, since time.Time) ([]rapport.BookObject, []rapport.BalanceMovement, error)
	// BookEntry reads one object with its movement; nil when there is none.
	BookEntry(ctx context.Context, ref, parent string) (*rapport.BookObject, *rapport.BalanceMovement, error)
	// Balance is what lies at the provider by currency, available and pending.
	Balance(ctx context.Context) (map[string]int64, error)
}

// reconcileWindow is how far back a daily run looks: two days, so that each movement is compared twice. After a pause of the jobs it
// looks back from where the last run ended.
const reconcileWindow = 48 * time.Hour

// Reconcile compares the ledger with the payment provider: the runs that nobody has finished, or else a new one. Events that never
// reached us come in first. While the provider refuses our key nothing is asked; the runs wait.
func Reconcile(store ReconcileStore, provider Books, now func() time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		switch paused, err := store.PaymentsPaused(ctx); {
		case err != nil:
			return fmt.Errorf("paused: %w", err)
		case paused:
			return nil
		}
		runs, err := store.RunningReconciliations(ctx, now())
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
		// A copy of the data is not vouched for before it knows what happened since it was made: a bank account may be another one.
		switch restored, err := store.DatabaseRestored(ctx); {
		case err != nil:
			return fmt.Errorf("restored: %w", err)
		case restored:
			if err := retake(ctx, store, provider, runs[0].From, now()); err != nil {
				return errors.Join(err, noteProblem(ctx, store, runs[0].ID, err))
			}
		}
		// Events that cannot be had are reported at the end; the books are compared without them.
		var failed error
		for _, r := range runs {
			failed = errors.Join(failed, takeEvents(ctx, store, provider, "", r.From, false))
			done, err := compare(ctx, store, provider, r)
			if err != nil {
				return errors.Join(failed, err, noteProblem(ctx, store, r.ID, err))
			}
			if err := store.FinishReconciliation(ctx, done); err != nil {
				return errors.Join(failed, fmt.Errorf("finish: %w", err))
			}
		}
		return failed
	}
}

// noteProblem writes down why a run did not end. It stays running, and the next try goes on with it.
func noteProblem(ctx context.Context, store ReconcileStore, id uuid.UUID, err error) error {
	problem := "internal"
	failed, ok := errors.AsType[*rapport.PayError](err)
	if ok {
		problem = failed.Outcome
	}
	noted := store.NoteReconciliationProblem(ctx, id, problem)
	if ok && failed.Outcome == rapport.PayUnauthorized {
		noted = errors.Join(noted, store.PauseProvider(ctx, failed.Code))
	}
	return noted
}

// margin is how far beyond a window the other side is read, because the two clocks, and the time between a transfer and its record, differ.
const margin = time.Hour

// compare reads the three books and says of everything in one of them whether the others have it alike. The provider's are read first: what
// is in them was asked for by us before, so that ours has it too, posted or open.
func compare(ctx context.Context, store ReconcileStore, provider Books, r rapport.Reconciliation) (rapport.Reconciliation, error) {
	opening, err := store.LastBalance(ctx)
	if err != nil {
		return r, fmt.Errorf("last balance: %w", err)
	}
	theirs, amounts, err := readTheirs(ctx, provider, r, opening)
	if err != nil {
		return r, err
	}
	cases, err := store.OpenCaseRefs(ctx)
	if err != nil {
		return r, fmt.Errorf("open cases: %w", err)
	}
	asked := map[string]string{}
	for _, c := range cases {
		asked[c.Ref] = c.Parent
	}
	ours, err := store.OurBooks(ctx, r.From, r.To, append(refsIn(theirs, r.From, r.To), slices.Collect(maps.Keys(asked))...))
	if err != nil {
		return r, fmt.Errorf("our books: %w", err)
	}
	for _, p := range ours.Ours {
		asked[p.Ref] = p.Parent
	}
	moved := theirs.Movements
	if err := lookUp(ctx, provider, &theirs, asked); err != nil {
		return r, err
	}
	theirs.within(r.From, r.To, asked)
	if amounts != nil {
		r.Closing = rapport.NextBalance(opening, amounts, moved, r.From.Add(-margin))
	}
	ours.To, ours.Objects, ours.Movements, ours.Opening, ours.Closing, ours.Moved = r.To, theirs.Objects, theirs.Movements, opening, r.Closing, moved
	r.Lines = rapport.CompareBooks(ours)
	return r, nil
}

// theirBooks is what the provider has.
type theirBooks struct {
	Objects   []rapport.BookObject
	Movements []rapport.BalanceMovement
}

// balanceTries is how often the provider's books are read until the balance stood still meanwhile. Where it never does, this run does not
// check that it adds up.
const balanceTries = 3

func readTheirs(ctx context.Context, provider Books, r rapport.Reconciliation, opening *rapport.BalancePoint) (theirBooks, map[string]int64, error) {
	from := r.From.Add(-margin)
	if opening != nil && opening.At.Before(from) {
		from = opening.At
	}
	before, err := provider.Balance(ctx)
	if err != nil {
		return theirBooks{}, nil, fmt.Errorf("balance: %w", err)
	}
	for try := 1; ; try++ {
		objects, movements, err := provider.Books(ctx, from)
		if err != nil {
			return theirBooks{}, nil, fmt.Errorf("their books: %w", err)
		}
		after, err := provider.Balance(ctx)
		switch {
		case err != nil:
			return theirBooks{}, nil, fmt.Errorf("balance: %w", err)
		case maps.Equal(before, after):
			return theirBooks{objects, movements}, after, nil
		case try == balanceTries:
			return theirBooks{objects, movements}, nil, nil
		}
		before = after
	}
}

// refsIn are what the provider has of a window.
func refsIn(t theirBooks, from, to time.Time) []string {
	refs := map[string]bool{}
	for _, o := range t.Objects {
		if !o.Created.Before(from) && o.Created.Before(to) {
			refs[o.Ref] = true
		}
	}
	for _, m := range t.Movements {
		if !m.Created.Before(from) && m.Created.Before(to) {
			refs[m.SourceID] = true
		}
	}
	return slices.Collect(maps.Keys(refs))
}

// lookUp asks by name for what its list lacks: a transfer that was found late is older than its record.
func lookUp(ctx context.Context, provider Books, t *theirBooks, asked map[string]string) error {
	listed := map[string]bool{}
	for _, o := range t.Objects {
		listed[o.Ref] = true
	}
	moved := map[string]bool{}
	for _, m := range t.Movements {
		moved[m.SourceID] = moved[m.SourceID] || m.Category != rapport.LineTopUpBack // which the provider does not tell by name
	}
	for _, ref := range slices.Sorted(maps.Keys(asked)) {
		if listed[ref] && moved[ref] {
			continue
		}
		object, movement, err := provider.BookEntry(ctx, ref, asked[ref])
		if err != nil {
			return fmt.Errorf("look up: %w", err)
		}
		if object != nil && !listed[ref] {
			t.Objects = append(t.Objects, *object)
		}
		if movement != nil && !moved[ref] {
			t.Movements = append(slices.Clip(t.Movements), *movement)
		}
	}
	return nil
}

// within leaves what lies in the window, and what was asked for.
func (t *theirBooks) within(from, to time.Time, asked map[string]string) {
	in := func(at time.Time, ref string) bool {
		_, wanted := asked[ref]
		return wanted || !at.Before(from) && at.Before(to)
	}
	t.Objects = slices.DeleteFunc(slices.Clone(t.Objects), func(o rapport.BookObject) bool { return !in(o.Created, o.Ref) })
	t.Movements = slices.DeleteFunc(slices.Clone(t.Movements), func(m rapport.BalanceMovement) bool { return !in(m.Created, m.SourceID) })
}
