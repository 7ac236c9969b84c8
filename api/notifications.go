package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// NotificationStore keeps what people of the house were told and want to hear of.
type NotificationStore interface {
	NotifiedPerson(ctx context.Context, id uuid.UUID) (rapport.NotifiedPerson, error)
	SaveNotificationSettings(ctx context.Context, user uuid.UUID, n rapport.NotificationSettings) error
	ListNotifications(ctx context.Context, user uuid.UUID, events []string, page rapport.Page) (list []rapport.Notification, unread int, next []string, err error)
	ReadNotifications(ctx context.Context, user uuid.UUID, ids []uuid.UUID, until time.Time) error
}

// notified is the caller as somebody who is told things; nil for a person who lost their last role.
func (s *Server) notified(ctx context.Context) (NotificationStore, *rapport.NotifiedPerson, error) {
	store, err := storeAs[NotificationStore](s)
	if err != nil {
		return nil, nil, err
	}
	p, err := store.NotifiedPerson(ctx, principalFrom(ctx).UserID)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return store, nil, nil
	}
	return store, &p, err
}

// ListNotifications lists what the bell shows: what the caller was told and wants to see there.
func (s *Server) ListNotifications(ctx context.Context, r gen.ListNotificationsRequestObject) (gen.ListNotificationsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, p, err := s.notified(ctx)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return gen.ListNotifications200JSONResponse{Items: []gen.Notification{}}, nil
	}
	shown := []string{}
	for _, o := range p.Settings.Offered(p.Brands) {
		if o.App {
			shown = append(shown, string(o.Event))
		}
	}
	list, unread, next, err := store.ListNotifications(rapport.WithBrands(ctx, p.BrandIDs()...), p.ID, shown, page)
	if err != nil {
		return nil, err
	}
	return gen.ListNotifications200JSONResponse{Items: each(list, toNotification), Unread: unread, NextCursor: cursorOf(next)}, nil
}

func toNotification(n rapport.Notification) gen.Notification {
	return gen.Notification{
		Id: n.ID, Event: gen.HouseEvent(n.Event), Title: n.Title(), About: n.About(), Link: orNil(n.Path()), BrandId: n.BrandID, DueAt: n.DueAt, At: n.At, Read: n.Read, Done: orNil(n.Over),
	}
}

// ReadNotifications marks what the caller was told as read.
func (s *Server) ReadNotifications(ctx context.Context, r gen.ReadNotificationsRequestObject) (gen.ReadNotificationsResponseObject, error) {
	store, err := storeAs[NotificationStore](s)
	if err != nil {
		return nil, err
	}
	if r.Body.Ids != nil && len(*r.Body.Ids) == 0 {
		return gen.ReadNotifications204Response{}, nil
	}
	me := principalFrom(ctx)
	if err := store.ReadNotifications(rapport.WithBrands(ctx, me.BrandsWith()...), me.UserID, value(r.Body.Ids), r.Body.Until); err != nil {
		return nil, err
	}
	return gen.ReadNotifications204Response{}, nil
}

// GetNotificationSettings says what the caller wants to hear of.
func (s *Server) GetNotificationSettings(ctx context.Context, _ gen.GetNotificationSettingsRequestObject) (gen.GetNotificationSettingsResponseObject, error) {
	_, p, err := s.notified(ctx)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, noRoleToTell()
	}
	return gen.GetNotificationSettings200JSONResponse(toNotificationSettings(*p)), nil
}

func noRoleToTell() error {
	return rapport.Errorf(rapport.CodeConflict, "You have no role at any brand, so there is nothing to tell you. Ask an admin for one.")
}

func toNotificationSettings(p rapport.NotifiedPerson) gen.NotificationSettings {
	return gen.NotificationSettings{
		Events: each(p.Settings.Offered(p.Brands), func(o rapport.OfferedEvent) gen.OfferedEvent {
			return gen.OfferedEvent{Event: gen.HouseEvent(o.Event), Group: o.Group, Title: o.Title, Urgent: o.Urgent, Fixed: o.Fixed, App: o.App, Mail: gen.MailChoice(o.Mail)}
		}),
		QuietFrom: p.Settings.QuietFrom, QuietUntil: p.Settings.QuietUntil, UrgentPasses: p.Settings.UrgentPasses, DigestAt: p.Settings.DigestAt, Zone: p.Calendar.Zone,
		AlwaysOpen: p.Calendar.Compressed(), Email: p.Email,
	}
}

// EditNotificationSettings keeps the caller's choices. What is not named keeps its choice.
func (s *Server) EditNotificationSettings(ctx context.Context, r gen.EditNotificationSettingsRequestObject) (gen.EditNotificationSettingsResponseObject, error) {
	store, p, err := s.notified(ctx)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, noRoleToTell()
	}
	n := rapport.NotificationSettings{
		QuietFrom: r.Body.QuietFrom, QuietUntil: r.Body.QuietUntil, UrgentPasses: r.Body.UrgentPasses, DigestAt: r.Body.DigestAt, Choices: p.Settings.Choices,
	}
	for _, c := range r.Body.Events {
		n.Choices[rapport.HouseEvent(c.Event)] = rapport.EventChoice{App: c.App, Mail: string(c.Mail)}
	}
	if bad := n.Check(); len(bad) > 0 {
		return nil, rapport.Invalid(bad...)
	}
	delete(n.Choices, rapport.EventSecurity) // it is no choice
	if err := store.SaveNotificationSettings(ctx, p.ID, n); err != nil {
		return nil, err
	}
	p.Settings = n
	return gen.EditNotificationSettings200JSONResponse(toNotificationSettings(*p)), nil
}
