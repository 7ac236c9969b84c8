package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// NotifyStore is what telling the people of the house reads and writes.
type NotifyStore interface {
	// NoteNotifications writes down what happened since the last round, once a thing and person.
	NoteNotifications(ctx context.Context, now time.Time) error
	NotifiedPeople(ctx context.Context) ([]rapport.NotifiedPerson, error)
	// PeopleWithMail are those whose mail waits to be sent at once.
	PeopleWithMail(ctx context.Context) ([]uuid.UUID, error)
	// SendNotices has sent what waits and may be mailed now, in one mail.
	SendNotices(ctx context.Context, p rapport.NotifiedPerson, now time.Time, base string) (bool, error)
	// SendDigest has the digest of a day sent, once.
	SendDigest(ctx context.Context, p rapport.NotifiedPerson, day, base string) (bool, error)
}

// Notify notes what happened for the people of the house, mails what they want to hear at once when their quiet hours let it, and their digests. One
// person's trouble keeps nobody else from theirs.
func Notify(store NotifyStore, base string, now func() time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		at := now()
		if err := store.NoteNotifications(ctx, at); err != nil {
			return fmt.Errorf("note: %w", err)
		}
		people, err := store.NotifiedPeople(ctx)
		if err != nil {
			return fmt.Errorf("people: %w", err)
		}
		waiting, err := store.PeopleWithMail(ctx)
		if err != nil {
			return fmt.Errorf("waiting: %w", err)
		}
		var failed []error
		for _, p := range people {
			if slices.Contains(waiting, p.ID) {
				_, err := store.SendNotices(ctx, p, at, base)
				failed = append(failed, err)
			}
			if day := p.DigestDay(at); day != "" {
				_, err := store.SendDigest(ctx, p, day, base)
				failed = append(failed, err)
			}
		}
		return few(failed)
	}
}
