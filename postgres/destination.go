package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// destinationChanged holds what has not left for a creator whose money would go elsewhere now, and tells every address of the creator.
func (s *Store) destinationChanged(ctx context.Context, tx pgx.Tx, now rapport.Payee, at time.Time) error {
	if err := s.audit(ctx, tx, uuid.Nil, "payee.destination_changed", now.CreatorID, nil); err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	payouts, err := s.q.PayoutsToHold(ctx, tx, now.CreatorID)
	if err != nil {
		return fmt.Errorf("payouts: %w", err)
	}
	for _, p := range payouts {
		if err := s.q.AnewForDestination(ctx, tx, gen.AnewForDestinationParams{ID: p.ID, Account: textOrNil(now.Account)}); err != nil {
			return fmt.Errorf("new round: %w", err)
		}
		free, err := s.freeAt(ctx, tx, p.BrandID, at, p.DestinationCoolOffDays)
		if err != nil {
			return err
		}
		if err := s.holdDestination(ctx, tx, p.ID, p.BrandID, at, free); err != nil {
			return err
		}
	}
	return s.tellDestination(ctx, tx, now.CreatorID, at)
}

// freeAt is when a changed destination may be released at the earliest: some working days of the brand later, in which somebody can object.
func (s *Store) freeAt(ctx context.Context, tx pgx.Tx, brand uuid.UUID, changed time.Time, days int32) (time.Time, error) {
	c, err := s.q.CalendarOfBrand(ctx, tx, brand)
	if err != nil {
		return changed, fmt.Errorf("brand's calendar: %w", err)
	}
	calendar, err := toCalendar(c.Zone, c.WorkingDays, c.Opens, c.Closes, c.Holidays, c.DaySeconds)
	return calendar.AddBusinessDays(changed, int(days)), err
}

// holdDestination holds a payout until a person of finance has made sure of the new destination.
func (s *Store) holdDestination(ctx context.Context, tx pgx.Tx, payout, brand uuid.UUID, changed, free time.Time) error {
	if err := s.q.HoldDestination(ctx, tx, gen.HoldDestinationParams{PayoutID: payout, BrandID: brand, ChangedAt: changed, FreeAt: free}); err != nil {
		return fmt.Errorf("hold: %w", err)
	}
	// Changes are numbered by their moment, so that a hold which is told late changes nothing.
	return s.signal(ctx, tx, "payout", payout, brand, rapport.Signal{
		ID: rapport.DeriveID(payout, fmt.Sprintf("destination/%d", changed.UnixMicro())), Kind: rapport.SignalHold, Code: rapport.HoldDestination, At: free, N: changed.UnixMicro(),
	})
}

// holdNew holds a payout that is opened while the creator's destination is a new one.
func (s *Store) holdNew(ctx context.Context, tx pgx.Tx, payout, brand, creator uuid.UUID) error {
	d, err := s.q.DestinationOfCreator(ctx, tx, gen.DestinationOfCreatorParams{BrandID: brand, CreatorID: creator})
	if err != nil {
		return fmt.Errorf("destination: %w", err)
	}
	if d.DestinationChangedAt == nil {
		return nil
	}
	free, err := s.freeAt(ctx, tx, brand, *d.DestinationChangedAt, d.DestinationCoolOffDays)
	if err != nil || !free.After(d.Now) {
		return err
	}
	return s.holdDestination(ctx, tx, payout, brand, *d.DestinationChangedAt, free)
}

// tellDestination mails the creator at once, also at an address that was taken away lately.
func (s *Store) tellDestination(ctx context.Context, tx pgx.Tx, creator uuid.UUID, at time.Time) error {
	addresses, err := s.q.WhoHearsOfDestination(ctx, tx, creator)
	if err != nil {
		return fmt.Errorf("addresses: %w", err)
	}
	for _, a := range addresses {
		id := newID()
		subject, text := rapport.DestinationNotice(rapport.WordsIn(rapport.LocaleFor(a.Locale, a.Language)).In(creatorZone(a.Zone, a.Country, a.BrandZone)), a.CreatorName, a.BrandName, at)
		err := s.q.InsertNotice(ctx, tx, gen.InsertNoticeParams{ID: id, PartnershipID: a.PartnershipID, ToAddress: &a.Email, Subject: &subject, BodyText: &text})
		if err != nil {
			return fmt.Errorf("notice: %w", err)
		}
		if err := s.startMessage(ctx, tx, id, a.BrandID); err != nil {
			return err
		}
	}
	return nil
}

// startMessage puts a mail whose words are fixed on its way.
func (s *Store) startMessage(ctx context.Context, tx pgx.Tx, id, brand uuid.UUID) error {
	err := s.q.InsertOutbox(ctx, tx, gen.InsertOutboxParams{
		ID: rapport.DeriveID(id, "start"), BrandID: &brand, Kind: "start", WorkflowID: "message/" + id.String(), Workflow: "Message", TaskQueue: "rapport", Input: mustJSON(id),
	})
	if err != nil {
		return fmt.Errorf("outbox: %w", err)
	}
	return nil
}

// ReleaseDestination notes that a person has made sure of a creator's new destination. The database refuses it before its time.
func (s *Store) ReleaseDestination(ctx context.Context, payout, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		_, err := s.q.ReleaseDestination(ctx, tx, gen.ReleaseDestinationParams{PayoutID: payout, Brands: rapport.BrandsFrom(ctx), By: &by})
		return err
	})
}
