package api

import (
	"context"
	"time"

	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// fromCalendarEdit reads a calendar. The length of a day stays what it was unless the body says otherwise.
func fromCalendarEdit(e gen.CalendarEdit, before rapport.Calendar) rapport.Calendar {
	c := rapport.Calendar{Zone: e.Zone, WorkingDays: e.WorkingDays, Opens: e.Opens, Closes: e.Closes, DaySeconds: before.DaySeconds}
	if c.DaySeconds == 0 {
		c.DaySeconds = 86400
	}
	edit(&c.DaySeconds, e.DaySeconds)
	for _, h := range e.Holidays {
		c.Holidays = append(c.Holidays, rapport.Holiday{Date: h.Date.Format(time.DateOnly), Name: h.Name})
	}
	return c
}

func toCalendar(c rapport.OwnedCalendar) gen.Calendar {
	return gen.Calendar{
		Id: c.ID, OwnerKind: gen.CalendarOwnerKind(c.OwnerKind), OwnerId: c.OwnerID, OwnerName: c.OwnerName, BrandId: c.BrandID, Zone: c.Calendar.Zone,
		WorkingDays: noNil(c.Calendar.WorkingDays), Opens: c.Calendar.Opens, Closes: c.Calendar.Closes, Holidays: toHolidays(c.Calendar.Holidays),
		DaySeconds: c.Calendar.DaySeconds, Version: c.Version,
	}
}

func toHolidays(list []rapport.Holiday) []gen.Holiday {
	return each(list, func(h rapport.Holiday) gen.Holiday {
		day, _ := time.Parse(time.DateOnly, h.Date) // Calendar.Check refused others
		return gen.Holiday{Date: openapi_types.Date{Time: day}, Name: h.Name}
	})
}

// ListCalendars lists the calendars that the caller may see.
func (s *Server) ListCalendars(ctx context.Context, r gen.ListCalendarsRequestObject) (gen.ListCalendarsResponseObject, error) {
	calendars, err := s.cfg.Store.ListCalendars(ctx, r.Params.BrandId, r.Params.OwnerId, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.ListCalendars200JSONResponse{Items: each(calendars, toCalendar)}, nil
}

// GetCalendar shows one calendar.
func (s *Server) GetCalendar(ctx context.Context, r gen.GetCalendarRequestObject) (gen.GetCalendarResponseObject, error) {
	c, err := s.cfg.Store.Calendar(ctx, r.Id, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("calendar", err)
	}
	return gen.GetCalendar200JSONResponse{Body: toCalendar(c), Headers: gen.GetCalendar200ResponseHeaders{ETag: etag(c.Version)}}, nil
}

// CreateCalendar gives the caller a calendar, or as ops or admin a creator.
func (s *Server) CreateCalendar(ctx context.Context, r gen.CreateCalendarRequestObject) (gen.CreateCalendarResponseObject, error) {
	p := principalFrom(ctx)
	deed, _ := deedID(ctx)
	c := rapport.OwnedCalendar{ID: rapport.DeriveID(deed, "calendar"), OwnerKind: "user", OwnerID: p.UserID, OwnerName: p.Name}
	if r.Body.CreatorId != nil {
		if len(p.BrandsWith(rapport.RoleOps, rapport.RoleAdmin)) == 0 {
			return nil, rapport.Errorf(rapport.CodeForbidden, "Ops and admins give a creator a calendar.")
		}
		creator, err := s.cfg.Store.Creator(ctx, *r.Body.CreatorId)
		if err != nil {
			return nil, called("creator", err)
		}
		c.OwnerKind, c.OwnerID, c.OwnerName = "creator", creator.ID, creator.Name
	}
	c.Calendar = fromCalendarEdit(gen.CalendarEdit{Zone: r.Body.Zone, WorkingDays: r.Body.WorkingDays, Opens: r.Body.Opens, Closes: r.Body.Closes, Holidays: r.Body.Holidays}, c.Calendar)
	if bad := c.Calendar.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	c, err := s.cfg.Store.CreateCalendar(ctx, c, p.UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateCalendar201JSONResponse(toCalendar(c)), nil
}

// EditCalendar writes a calendar: one's own, or as ops or admin those of the brand and of creators.
func (s *Server) EditCalendar(ctx context.Context, r gen.EditCalendarRequestObject) (gen.EditCalendarResponseObject, error) {
	p := principalFrom(ctx)
	c, err := s.cfg.Store.Calendar(ctx, r.Id, p.UserID)
	if err != nil {
		return nil, called("calendar", err)
	}
	manages := len(p.BrandsWith(rapport.RoleOps, rapport.RoleAdmin)) > 0
	if c.BrandID != nil {
		manages = p.Has(*c.BrandID, rapport.RoleOps, rapport.RoleAdmin)
	}
	own := c.OwnerKind == "user" && c.OwnerID == p.UserID
	if !own && (!manages || c.OwnerKind == "user") {
		return nil, rapport.Errorf(rapport.CodeForbidden, "This calendar is changed by its owner, or for a brand or a creator by ops and admin.")
	}
	if c.Version, err = versionOf(r.Params.IfMatch, c.Version); err != nil {
		return nil, err
	}
	c.Calendar = fromCalendarEdit(*r.Body, c.Calendar)
	if bad := c.Calendar.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	if c, err = s.cfg.Store.EditCalendar(ctx, c, p.UserID); err != nil {
		return nil, err
	}
	return gen.EditCalendar200JSONResponse{Body: toCalendar(c), Headers: gen.EditCalendar200ResponseHeaders{ETag: etag(c.Version)}}, nil
}

// ListHolidays lists the public holidays of a country, to fill a calendar with.
func (s *Server) ListHolidays(_ context.Context, r gen.ListHolidaysRequestObject) (gen.ListHolidaysResponseObject, error) {
	list, ok := rapport.PublicHolidays(r.Params.Country, r.Params.Year)
	if !ok {
		return nil, rapport.Invalid(rapport.Field{Path: "country", Code: "unknown_country", Detail: "The holidays of this country are not known. Enter them by hand."})
	}
	return gen.ListHolidays200JSONResponse{Items: toHolidays(list)}, nil
}
