package worker

import (
	"context"
	"fmt"
	"time"

	"rapport"
)

// MailCountStore is what the daily count of mail reads and writes.
type MailCountStore interface {
	// MailDays counts our side of each UTC day from one to another, both included.
	MailDays(ctx context.Context, from, to time.Time) ([]rapport.MailDay, error)
	// SaveMailDays keeps compared days, and asks about those that differ until they agree.
	SaveMailDays(ctx context.Context, days []rapport.MailDay) error
}

// MailCounter is the mail provider's count.
type MailCounter interface {
	DailyCounts(ctx context.Context, from, to time.Time) ([]rapport.MailCount, error)
}

// CountMail compares what we sent and received with what the mail provider counted, for yesterday and the day before, so that each day
// is compared until it is surely over. Today is kept too: it explains what came after midnight, and pages show it.
func CountMail(store MailCountStore, provider MailCounter, now func() time.Time) func(context.Context) error {
	return func(ctx context.Context) error {
		today := now().UTC().Truncate(rapport.Day)
		from := today.AddDate(0, 0, -2)
		theirs, err := provider.DailyCounts(ctx, from, today)
		if err != nil {
			return fmt.Errorf("the provider's count: %w", err)
		}
		days, err := store.MailDays(ctx, from, today)
		if err != nil {
			return fmt.Errorf("our count: %w", err)
		}
		for _, n := range theirs {
			for i := range days {
				if days[i].Day.Equal(n.Day) {
					days[i].SentThere, days[i].ReceivedThere = n.Requests, n.Received
				}
			}
		}
		rapport.CompareMailDays(days)
		if err := store.SaveMailDays(ctx, days); err != nil {
			return fmt.Errorf("keep the days: %w", err)
		}
		return nil
	}
}
