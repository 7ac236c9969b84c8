package worker

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"rapport"
)

// BookingStore is where what two people approved is booked.
type BookingStore interface {
	ApprovedBookings(ctx context.Context) ([]rapport.TopUpBooking, error)
	// Book posts it once where it is what the provider has now; else it says why not.
	Book(ctx context.Context, id uuid.UUID, now *rapport.BookObject) error
}

// BookTopUps reads at the provider what two people want booked, and books what it says.
func BookTopUps(store BookingStore, provider Books) func(context.Context) error {
	return func(ctx context.Context) error {
		approved, err := store.ApprovedBookings(ctx)
		if err != nil {
			return fmt.Errorf("approved bookings: %w", err)
		}
		var failed []error
		for _, b := range approved {
			now, _, err := provider.BookEntry(ctx, b.TopUpID, "")
			if err == nil {
				err = store.Book(ctx, b.ID, now)
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("book %s: %w", b.ID, err))
			}
		}
		return errors.Join(failed...)
	}
}
