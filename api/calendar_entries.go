package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"rapport"
	"rapport/api/gen"
)

// EntryStore keeps what has a date, and who reads it by a link.
type EntryStore interface {
	CalendarEntries(ctx context.Context, f rapport.CalendarFilter) (entries []rapport.CalendarEntry, more bool, err error)
	AddFeed(ctx context.Context, f rapport.CalendarFeed, tokenHash []byte) (rapport.CalendarFeed, error)
	Feeds(ctx context.Context, user uuid.UUID) ([]rapport.CalendarFeed, error)
	RevokeFeed(ctx context.Context, id, user uuid.UUID) error
	FeedOf(ctx context.Context, tokenHash []byte) (rapport.CalendarFeed, error)
}

const (
	calendarDays    = 41 * rapport.Day // six weeks, which a month on paper takes
	maxCalendarDays = 100 * rapport.Day
	feedPast        = 30 * rapport.Day
	feedAhead       = 365 * rapport.Day
)

// ListCalendarEntries lists what has a date in a span of days, by time.
func (s *Server) ListCalendarEntries(ctx context.Context, r gen.ListCalendarEntriesRequestObject) (gen.ListCalendarEntriesResponseObject, error) {
	entries, more, err := s.calendarEntries(ctx, r.Params)
	if err != nil {
		return nil, err
	}
	return gen.ListCalendarEntries200JSONResponse{Items: each(entries, toEntry), More: more}, nil
}

// calendarEntries reads what has a date in a span of days, by time; more says that there is more than fits.
func (s *Server) calendarEntries(ctx context.Context, p gen.ListCalendarEntriesParams) (entries []rapport.CalendarEntry, more bool, err error) {
	store, err := storeAs[EntryStore](s)
	if err != nil {
		return nil, false, err
	}
	first, last := s.daysAsked(ctx, p.From, p.To, calendarDays)
	if last.Before(first) || last.Sub(first) > maxCalendarDays+time.Hour { // a day may have 25 hours
		return nil, false, rapport.Invalid(rapport.Field{Path: "to", Code: "out_of_range", Detail: "Ask for 1 to 100 days."})
	}
	entries, more, err = store.CalendarEntries(ctx, rapport.CalendarFilter{
		BrandID: p.BrandId, CampaignID: p.CampaignId, CreatorID: p.CreatorId, OwnerID: p.OwnerId, Platform: value(p.Platform), State: value(p.State), From: first, To: last,
	})
	sortEntries(entries)
	return entries, more, err
}

func sortEntries(entries []rapport.CalendarEntry) {
	slices.SortFunc(entries, func(a, b rapport.CalendarEntry) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Kind, b.Kind), slices.Compare(a.ID[:], b.ID[:]))
	})
}

func toEntry(e rapport.CalendarEntry) gen.CalendarEntry {
	out := gen.CalendarEntry{
		Id: e.Kind + "/" + e.ID.String(), Kind: gen.CalendarEntryKind(e.Kind), Title: e.Title, BrandName: e.BrandName, CampaignId: e.CampaignID, CampaignName: orNil(e.CampaignName),
		PartnershipId: e.PartnershipID, Platform: orNil(e.Platform), State: orNil(e.State),
	}
	switch e.Kind {
	case rapport.EntryDraftDue, rapport.EntryPublishWindow, rapport.EntryPlannedPost:
		out.DeliverableId = &e.ID
	case rapport.EntryContractEnd, rapport.EntryNotice:
		out.ContractId = &e.ID
	}
	if e.Creator != nil {
		creator := toUserRef(*e.Creator)
		out.Creator = &creator
	}
	if e.Days {
		out.StartsOn, out.EndsOn = toDateOrNil(&e.From), toDateOrNil(&e.To)
	} else {
		from, to := e.From.UTC(), e.To.UTC()
		out.StartsAt, out.EndsAt = &from, &to
	}
	return out
}

// ListCalendarFeeds lists the caller's links for calendar programs.
func (s *Server) ListCalendarFeeds(ctx context.Context, _ gen.ListCalendarFeedsRequestObject) (gen.ListCalendarFeedsResponseObject, error) {
	store, err := storeAs[EntryStore](s)
	if err != nil {
		return nil, err
	}
	feeds, err := store.Feeds(ctx, principalFrom(ctx).UserID)
	return gen.ListCalendarFeeds200JSONResponse{Items: each(feeds, toFeed)}, err
}

func toFeed(f rapport.CalendarFeed) gen.CalendarFeed {
	return gen.CalendarFeed{Id: f.ID, CampaignId: f.CampaignID, CampaignName: orNil(f.CampaignName), CreatedAt: f.CreatedAt, LastUsedAt: f.LastUsedAt}
}

// CreateCalendarFeed makes a link for a calendar program, of the caller or of one campaign.
func (s *Server) CreateCalendarFeed(ctx context.Context, r gen.CreateCalendarFeedRequestObject) (gen.CreateCalendarFeedResponseObject, error) {
	store, err := storeAs[EntryStore](s)
	if err != nil {
		return nil, err
	}
	f := rapport.CalendarFeed{ID: uuid.Must(uuid.NewV7()), UserID: principalFrom(ctx).UserID, CampaignID: r.Body.CampaignId}
	if f.CampaignID != nil {
		campaign, err := s.cfg.Store.Campaign(ctx, *f.CampaignID)
		if err != nil {
			return nil, called("campaign", err)
		}
		f.CampaignName = campaign.Name
	}
	token := randomToken()
	if f, err = store.AddFeed(ctx, f, hashOf(token)); err != nil {
		return nil, err
	}
	return gen.CreateCalendarFeed201JSONResponse{Feed: toFeed(f), Url: strings.TrimSuffix(s.cfg.PublicURL, "/") + "/feeds/" + token + ".ics"}, nil
}

// RevokeCalendarFeed ends a link of the caller.
func (s *Server) RevokeCalendarFeed(ctx context.Context, r gen.RevokeCalendarFeedRequestObject) (gen.RevokeCalendarFeedResponseObject, error) {
	store, err := storeAs[EntryStore](s)
	if err != nil {
		return nil, err
	}
	if err := store.RevokeFeed(ctx, r.Id, principalFrom(ctx).UserID); err != nil {
		return nil, called("link", err)
	}
	return gen.RevokeCalendarFeed204Response{}, nil
}

// calendarFeed is the calendar behind a link, as far as its person may see it now. Every link that does not work gets the same answer; who
// tries many from one address waits.
func (s *Server) calendarFeed(c echo.Context) error {
	ctx := c.Request().Context()
	requestFrom(ctx).operation = "calendar_feed"
	store, err := storeAs[EntryStore](s)
	if err != nil {
		return err
	}
	hash := hashOf(strings.TrimSuffix(c.Param("token"), ".ics"))
	address, subject := s.subject("feed", network(requestFrom(ctx).Address)), s.subject("feed_link", hex.EncodeToString(hash))
	wait, err := s.cfg.Store.NoteSignIn(ctx, address, portalAddress, portalWindow)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &laterError{rapport.Errorf(rapport.CodeTooMany, "Too many links were tried from here. Wait %s and try again.", minutes(wait)), wait}
	}
	feed, err := store.FeedOf(ctx, hash)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return rapport.Errorf(rapport.CodeNotFound, "There is no such calendar.")
	}
	if err != nil {
		return err
	}
	if err := s.cfg.Store.SignedIn(ctx, subject, address); err != nil {
		return err
	}
	entries, _, err := store.CalendarEntries(rapport.WithBrands(ctx, feed.Brands...), rapport.CalendarFilter{CampaignID: feed.CampaignID, From: s.today().Add(-feedPast), To: s.today().Add(feedAhead)})
	if err != nil {
		return err
	}
	sortEntries(entries)
	text := []byte(feedText(feed, entries, s.cfg.PublicURL))
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:16]) + `"`
	h := c.Response().Header()
	h.Set("ETag", tag)
	h.Set("Cache-Control", "private, max-age=900")
	if c.Request().Header.Get("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "text/calendar; charset=utf-8", text)
}

// feedText is a calendar in the format of RFC 5545. Its stamps are the link's, so that it changes only with what it says.
func feedText(feed rapport.CalendarFeed, entries []rapport.CalendarEntry, publicURL string) string {
	cal := ics.NewCalendarFor("Rapport")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName("Rapport")
	for _, e := range entries {
		event := cal.AddEvent(e.Kind + "-" + e.ID.String() + "@rapport")
		event.SetDtStampTime(feed.CreatedAt.UTC())
		event.SetSummary(entryWords(e))
		if e.Days {
			event.SetAllDayStartAt(e.From)
			event.SetAllDayEndAt(e.To.AddDate(0, 0, 1))
		} else {
			event.SetStartAt(e.From.UTC())
			event.SetEndAt(e.To.UTC())
		}
		if e.PartnershipID != nil {
			event.SetURL(strings.TrimSuffix(publicURL, "/") + "/partnerships/" + e.PartnershipID.String())
		}
	}
	return cal.Serialize(ics.WithNewLineWindows) // as the format has it, whatever the machine
}

func entryWords(e rapport.CalendarEntry) string {
	who := ""
	if e.Creator != nil {
		who = e.Creator.Name
	}
	switch e.Kind {
	case rapport.EntryDraftDue:
		return fmt.Sprintf("Draft due: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.EntryPublishWindow:
		if e.Posted() {
			return fmt.Sprintf("Published: %s, %s (%s)", e.Title, who, e.CampaignName)
		}
		return fmt.Sprintf("To publish: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.EntryPlannedPost:
		return fmt.Sprintf("Planned to be published: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.EntryContractEnd:
		return fmt.Sprintf("Contract ends: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.EntryNotice:
		return fmt.Sprintf("Decide on the renewal: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.KeyUsageRights:
		return fmt.Sprintf("Usage rights end: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.KeyAllowlisting:
		return fmt.Sprintf("Allow-listing ends: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.KeyExclusivity:
		return fmt.Sprintf("Exclusivity ends: %s (%s)", who, e.CampaignName)
	case rapport.KeyOption:
		return fmt.Sprintf("Option to renew ends: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.EntryPayment:
		return fmt.Sprintf("Payment due: %s, %s (%s)", e.Title, who, e.CampaignName)
	case rapport.EntryCampaignStart:
		return "Campaign starts: " + e.Title
	case rapport.EntryCampaignEnd:
		return "Campaign ends: " + e.Title
	case rapport.EntryCampaignDate:
		return fmt.Sprintf("%s (%s)", e.Title, e.CampaignName)
	}
	return "Away: " + who
}
