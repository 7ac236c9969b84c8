package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// maxEntries is how many things of each kind a calendar shows.
const maxEntries = 2000

// CalendarEntries are what has a date in the scope; more says that there is more than is answered.
func (s *Store) CalendarEntries(ctx context.Context, f rapport.CalendarFilter) (entries []rapport.CalendarEntry, more bool, err error) {
	brands, until := rapport.BrandsFrom(ctx), f.To.AddDate(0, 0, 1)
	within := func(t *time.Time) bool { return t != nil && !t.Before(f.From) && t.Before(until) }
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		deliverables, err := s.q.CalendarDeliverables(ctx, tx, gen.CalendarDeliverablesParams{
			Brands: brands, FromAt: f.From, ToAt: until, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID,
			Platform: orNil(f.Platform), State: orNil(f.State), MaxRows: maxEntries,
		})
		if err != nil {
			return fmt.Errorf("deliverables: %w", err)
		}
		for _, r := range deliverables {
			e := rapport.CalendarEntry{
				ID: r.ID, Title: r.Title, BrandName: r.BrandName, CampaignID: &r.CampaignID, CampaignName: r.CampaignName, PartnershipID: &r.PartnershipID,
				Creator: &rapport.UserRef{ID: r.CreatorID, Name: r.CreatorName}, Platform: r.Platform, State: r.State,
			}
			if within(r.DraftDueAt) && rapport.AwaitsDraft(r.State) { // what was handed in is due no more
				e.Kind, e.From, e.To = rapport.EntryDraftDue, *r.DraftDueAt, *r.DraftDueAt
				entries = append(entries, e)
			}
			if r.FromAt.Before(until) {
				e.Kind, e.From, e.To = rapport.EntryPublishWindow, r.FromAt, r.ToAt
				if r.Planned {
					e.Kind = rapport.EntryPlannedPost
				}
				entries = append(entries, e)
			}
		}
		more = len(deliverables) == maxEntries
		if f.Platform != "" || f.State != "" {
			return nil
		}
		others, fuller, err := s.calendarDates(ctx, tx, f, within)
		entries, more = append(entries, others...), more || fuller
		return err
	})
	return entries, more, err
}

// calendarDates are the entries that are no deliverable's.
func (s *Store) calendarDates(ctx context.Context, tx pgx.Tx, f rapport.CalendarFilter, within func(*time.Time) bool) (entries []rapport.CalendarEntry, more bool, err error) {
	brands, until := rapport.BrandsFrom(ctx), f.To.AddDate(0, 0, 1)
	contracts, err := s.q.CalendarContracts(ctx, tx, gen.CalendarContractsParams{
		Brands: brands, FromAt: f.From, ToAt: until, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID, MaxRows: maxEntries,
	})
	if err != nil {
		return nil, false, fmt.Errorf("contracts: %w", err)
	}
	for _, r := range contracts {
		e := rapport.CalendarEntry{
			ID: r.ID, Title: r.Number, BrandName: r.BrandName, CampaignID: &r.CampaignID, CampaignName: r.CampaignName, PartnershipID: &r.PartnershipID,
			Creator: &rapport.UserRef{ID: r.CreatorID, Name: r.CreatorName}, State: r.State,
		}
		for kind, at := range map[string]*time.Time{rapport.EntryContractEnd: r.EndsAt, rapport.EntryNotice: r.NoticeBy} {
			if within(at) && (kind != rapport.EntryNotice || r.Undecided) {
				e.Kind, e.From, e.To = kind, *at, *at
				entries = append(entries, e)
			}
		}
	}
	dates, err := s.q.CalendarKeyDates(ctx, tx, gen.CalendarKeyDatesParams{
		Brands: brands, FromAt: f.From, ToAt: until, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID, MaxRows: maxEntries,
	})
	if err != nil {
		return nil, false, fmt.Errorf("key dates: %w", err)
	}
	for _, r := range dates {
		entries = append(entries, rapport.CalendarEntry{
			Kind: r.Kind, ID: r.ID, Title: r.Titles, BrandName: r.BrandName, CampaignID: &r.CampaignID, CampaignName: r.CampaignName, PartnershipID: &r.PartnershipID,
			Creator: &rapport.UserRef{ID: r.CreatorID, Name: r.CreatorName}, State: r.State, From: r.At, To: r.At,
		})
	}
	payments, err := s.q.CalendarPayments(ctx, tx, gen.CalendarPaymentsParams{
		Brands: brands, FromAt: f.From, ToAt: until, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID, MaxRows: maxEntries,
	})
	if err != nil {
		return nil, false, fmt.Errorf("payments: %w", err)
	}
	for _, r := range payments {
		entries = append(entries, rapport.CalendarEntry{
			Kind: rapport.EntryPayment, ID: r.ID, Title: r.Title, BrandName: r.BrandName, CampaignID: &r.CampaignID, CampaignName: r.CampaignName, PartnershipID: &r.PartnershipID,
			Creator: &rapport.UserRef{ID: r.CreatorID, Name: r.CreatorName}, State: r.State, From: r.At, To: r.At,
		})
	}
	absences, err := s.q.CalendarAbsences(ctx, tx, gen.CalendarAbsencesParams{
		Brands: brands, FromOn: f.From, ToOn: f.To, BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, OwnerID: f.OwnerID, MaxRows: maxEntries,
	})
	if err != nil {
		return nil, false, fmt.Errorf("absences: %w", err)
	}
	for _, r := range absences {
		entries = append(entries, rapport.CalendarEntry{
			Kind: rapport.EntryAbsence, ID: r.ID, Title: "Away", Creator: &rapport.UserRef{ID: r.CreatorID, Name: r.CreatorName}, From: r.FromOn, To: r.ToOn, Days: true,
		})
	}
	if f.CreatorID != nil {
		return entries, max(len(contracts), len(dates), len(payments), len(absences)) == maxEntries, nil
	}
	campaigns, err := s.q.CalendarCampaigns(ctx, tx, gen.CalendarCampaignsParams{
		Brands: brands, FromOn: f.From, ToOn: f.To, BrandID: f.BrandID, CampaignID: f.CampaignID, OwnerID: f.OwnerID, MaxRows: maxEntries,
	})
	for _, r := range campaigns {
		e := rapport.CalendarEntry{ID: r.ID, Title: r.Name, BrandName: r.BrandName, CampaignID: &r.ID, CampaignName: r.Name, State: r.State, Days: true}
		for kind, at := range map[string]time.Time{rapport.EntryCampaignStart: r.StartsOn, rapport.EntryCampaignEnd: r.EndsOn} {
			if within(&at) {
				e.Kind, e.From, e.To = kind, at, at
				entries = append(entries, e)
			}
		}
		var days []rapport.CampaignDate
		if err := json.Unmarshal(r.Dates, &days); err != nil {
			return nil, false, fmt.Errorf("read the dates of campaign %s: %w", r.ID, err)
		}
		for _, d := range days {
			from, to := d.Days()
			if !to.Before(f.From) && from.Before(until) {
				e.Kind, e.ID, e.Title, e.From, e.To = rapport.EntryCampaignDate, d.ID, d.Name, from, to
				entries = append(entries, e)
			}
		}
	}
	return entries, max(len(contracts), len(dates), len(payments), len(absences), len(campaigns)) == maxEntries, err
}

// AddFeed keeps a link for a calendar program by the hash of its token.
func (s *Store) AddFeed(ctx context.Context, f rapport.CalendarFeed, tokenHash []byte) (rapport.CalendarFeed, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CalendarFeed, error) {
		at, err := s.q.InsertFeed(ctx, tx, gen.InsertFeedParams{ID: f.ID, UserID: f.UserID, CampaignID: f.CampaignID, TokenHash: tokenHash})
		f.CreatedAt = at
		if err != nil {
			return f, err
		}
		return f, s.audit(ctx, tx, f.UserID, "calendar_feed.created", f.ID, nil)
	})
}

// Feeds lists a person's links for calendar programs, newest first.
func (s *Store) Feeds(ctx context.Context, user uuid.UUID) ([]rapport.CalendarFeed, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.CalendarFeed, error) {
		rows, err := s.q.ListFeeds(ctx, tx, gen.ListFeedsParams{Brands: rapport.BrandsFrom(ctx), UserID: user})
		feeds := make([]rapport.CalendarFeed, len(rows))
		for i, r := range rows {
			feeds[i] = rapport.CalendarFeed{ID: r.ID, UserID: user, CampaignID: r.CampaignID, CampaignName: text(r.CampaignName), CreatedAt: r.CreatedAt, LastUsedAt: r.LastUsedAt}
		}
		return feeds, err
	})
}

// RevokeFeed ends a link of the person; not_found when there is none.
func (s *Store) RevokeFeed(ctx context.Context, id, user uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.RevokeFeed(ctx, tx, gen.RevokeFeedParams{ID: id, UserID: user})
		if err != nil {
			return err
		}
		if n == 0 {
			return pgx.ErrNoRows
		}
		return s.audit(ctx, tx, user, "calendar_feed.revoked", id, nil)
	})
}

// FeedOf finds the link of a token, and what its person may see now; not_found when it has ended or they have left.
func (s *Store) FeedOf(ctx context.Context, tokenHash []byte) (rapport.CalendarFeed, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CalendarFeed, error) {
		r, err := s.q.FeedOf(ctx, tx, tokenHash)
		return rapport.CalendarFeed{ID: r.ID, CampaignID: r.CampaignID, CreatedAt: r.CreatedAt, Brands: r.Brands}, err
	})
}
