package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// NotifiedPeople are all who may be told something.
func (s *Store) NotifiedPeople(ctx context.Context) ([]rapport.NotifiedPerson, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.NotifiedPerson, error) {
		return s.notifiedPeople(ctx, tx, nil)
	})
}

// NotifiedPerson is one of them; not_found for somebody who is disabled or has no role.
func (s *Store) NotifiedPerson(ctx context.Context, id uuid.UUID) (rapport.NotifiedPerson, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.NotifiedPerson, error) {
		return s.notifiedPerson(ctx, tx, id)
	})
}

func (s *Store) notifiedPerson(ctx context.Context, tx pgx.Tx, id uuid.UUID) (rapport.NotifiedPerson, error) {
	list, err := s.notifiedPeople(ctx, tx, &id)
	if err == nil && len(list) == 0 {
		err = pgx.ErrNoRows
	}
	if err != nil {
		return rapport.NotifiedPerson{}, err
	}
	return list[0], nil
}

func (s *Store) notifiedPeople(ctx context.Context, tx pgx.Tx, id *uuid.UUID) ([]rapport.NotifiedPerson, error) {
	rows, err := s.q.NotifiedPeople(ctx, tx, id)
	if err != nil {
		return nil, fmt.Errorf("people: %w", err)
	}
	list := make([]rapport.NotifiedPerson, len(rows))
	for i, r := range rows {
		p := rapport.NotifiedPerson{ID: r.ID, Name: r.Name, Email: r.Email, From: r.MailFrom, FromName: r.MailFromName, Settings: rapport.DefaultNotificationSettings()}
		for j, brand := range r.Brands {
			if n := len(p.Brands); n == 0 || p.Brands[n-1].BrandID != brand {
				p.Brands = append(p.Brands, rapport.BrandRoles{BrandID: brand, BrandName: r.Names[j]})
			}
			last := &p.Brands[len(p.Brands)-1]
			last.Roles = append(last.Roles, rapport.Role(r.Roles[j]))
		}
		p.Calendar = rapport.Calendar{Zone: r.Zone, Opens: r.Opens, Closes: r.Closes, DaySeconds: int(r.DaySeconds)}
		for _, d := range r.WorkingDays {
			p.Calendar.WorkingDays = append(p.Calendar.WorkingDays, int(d))
		}
		if err := json.Unmarshal(r.Holidays, &p.Calendar.Holidays); err != nil {
			return nil, fmt.Errorf("read holidays: %w", err)
		}
		if r.HasSettings {
			p.Settings = rapport.NotificationSettings{QuietFrom: r.QuietFrom, QuietUntil: r.QuietUntil, UrgentPasses: r.UrgentPasses, DigestAt: r.DigestAt}
			if err := json.Unmarshal(r.Choices, &p.Settings.Choices); err != nil {
				return nil, fmt.Errorf("read choices: %w", err)
			}
		}
		list[i] = p
	}
	return list, nil
}

// SaveNotificationSettings keeps what a person wants to hear of.
func (s *Store) SaveNotificationSettings(ctx context.Context, user uuid.UUID, n rapport.NotificationSettings) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.SaveNotificationSettings(ctx, tx, gen.SaveNotificationSettingsParams{
			UserID: user, QuietFrom: n.QuietFrom, QuietUntil: n.QuietUntil, UrgentPasses: n.UrgentPasses, DigestAt: n.DigestAt, Choices: mustJSON(n.Choices),
		})
	})
}

// notificationOverlap is how far a round looks back beyond the last one where time and not a transaction's number orders what it reads: longer than any
// transaction runs. What it finds again was told already.
const notificationOverlap = 15 * time.Minute

// NoteNotifications writes down what happened since the last round for each person whom it concerns; once a thing and person, however often it
// runs. Another round that runs at the same time does nothing.
func (s *Store) NoteNotifications(ctx context.Context, now time.Time) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		last, err := s.q.LockNotificationRound(ctx, tx)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("round: %w", err)
		}
		until, err := s.q.ChangesUntil(ctx, tx)
		if err != nil {
			return fmt.Errorf("changes: %w", err)
		}
		people, err := s.notifiedPeople(ctx, tx, nil)
		if err != nil {
			return err
		}
		r := round{s: s, tx: tx, people: make(map[uuid.UUID]rapport.NotifiedPerson, len(people)), from: min(last.Xid, until), until: until, since: last.At.Add(-notificationOverlap), now: now}
		for _, p := range people {
			r.people[p.ID] = p
		}
		for _, part := range []func(context.Context) error{r.tasks, r.facts, r.payouts, r.security} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return s.q.SaveNotificationRound(ctx, tx, gen.SaveNotificationRoundParams{Xid: until, At: now})
	})
}

// round is one look at what changed.
type round struct {
	s           *Store
	tx          pgx.Tx
	people      map[uuid.UUID]rapport.NotifiedPerson
	from, until int64
	since, now  time.Time
}

// tell writes a notification for a person who may see it. mail is empty for what the person chose.
func (r *round) tell(ctx context.Context, user uuid.UUID, mail string, n gen.InsertNotificationParams) error {
	p, ok := r.people[user]
	if !ok || !p.Reaches(n.BrandID) {
		return nil
	}
	choice := p.Settings.Chosen(rapport.HouseEvent(n.Event), p.Brands)
	if !choice.App && choice.Mail == rapport.MailOff {
		return nil
	}
	n.ID, n.UserID, n.Mail = newID(), user, choice.Mail
	if mail != "" {
		n.Mail = mail
	}
	_, err := r.s.q.InsertNotification(ctx, r.tx, n)
	return err
}

func (r *round) tasks(ctx context.Context) error {
	rows, err := r.s.q.TasksToTell(ctx, r.tx, gen.TasksToTellParams{FromXid: r.from, UntilXid: r.until})
	if err != nil {
		return fmt.Errorf("tasks: %w", err)
	}
	for _, t := range rows {
		money := len(rapport.Principal{Brands: brandOf(r.people[t.UserID].Brands, t.BrandID)}.BrandsWith(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)) > 0
		event, at, mail := rapport.EventOfTask(t.Kind, t.Code, money), t.CreatedAt, ""
		if event == rapport.EventSecurity {
			mail = rapport.MailApart // the alert's own
		}
		due := int64(0)
		if t.DueAt != nil {
			due = t.DueAt.Unix()
		}
		err := r.tell(ctx, t.UserID, mail, gen.InsertNotificationParams{
			BrandID: &t.BrandID, Event: string(event), Key: fmt.Sprintf("task/%s/%s/%d", t.ID, t.Kind, due), Kind: t.Kind, Code: t.Code, TaskID: &t.ID, PartnershipID: t.PartnershipID, Ref: t.Ref, At: at,
		})
		if err != nil {
			return fmt.Errorf("task: %w", err)
		}
	}
	return nil
}

func brandOf(brands []rapport.BrandRoles, id uuid.UUID) []rapport.BrandRoles {
	for _, b := range brands {
		if b.BrandID == id {
			return []rapport.BrandRoles{b}
		}
	}
	return nil
}

func (r *round) facts(ctx context.Context) error {
	rows, err := r.s.q.EventsToTell(ctx, r.tx, gen.EventsToTellParams{FromXid: r.from, UntilXid: r.until, Since: r.since, Kinds: rapport.FactsToTell()})
	if err != nil {
		return fmt.Errorf("facts: %w", err)
	}
	for _, e := range rows {
		err := r.tell(ctx, e.OwnerID, "", gen.InsertNotificationParams{
			BrandID: &e.BrandID, Event: string(rapport.EventOfFact(e.Kind)), Key: fmt.Sprintf("fact/%s/%d", e.SourceID, e.Seq),
			Kind: e.Kind, Code: e.Code, PartnershipID: &e.PartnershipID, Ref: e.Ref, At: e.At,
		})
		if err != nil {
			return fmt.Errorf("fact: %w", err)
		}
	}
	return nil
}

// payouts tells finance once a day of the brand what is due; where a day is shorter, once a day of that length.
func (r *round) payouts(ctx context.Context) error {
	rows, err := r.s.q.PayoutsToTell(ctx, r.tx)
	if err != nil {
		return fmt.Errorf("payouts: %w", err)
	}
	for _, l := range rows {
		day := l.Day
		if c := (rapport.Calendar{DaySeconds: int(l.DaySeconds)}); c.Compressed() {
			day = r.now.Truncate(c.DayLength()).UTC().Format(time.RFC3339)
		}
		for id, p := range r.people {
			if len(rapport.Principal{Brands: brandOf(p.Brands, l.BrandID)}.BrandsWith(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)) == 0 {
				continue
			}
			err := r.tell(ctx, id, "", gen.InsertNotificationParams{
				BrandID: &l.BrandID, Event: string(rapport.EventOfLane(l.Lane)), Key: "payouts/" + l.BrandID.String() + "/" + l.Lane + "/" + day, Kind: l.Lane, N: l.N, At: r.now,
			})
			if err != nil {
				return fmt.Errorf("payouts: %w", err)
			}
		}
	}
	return nil
}

// security tells a person what somebody, themselves included, changed about their roles and sign-in: whoever takes a session over does not read
// their mail by that.
func (r *round) security(ctx context.Context) error {
	rows, err := r.s.q.SecurityToTell(ctx, r.tx, r.since)
	if err != nil {
		return fmt.Errorf("security: %w", err)
	}
	tokens, err := r.s.q.TokensToTell(ctx, r.tx, r.since)
	if err != nil {
		return fmt.Errorf("tokens: %w", err)
	}
	for _, t := range tokens {
		rows = append(rows, gen.SecurityToTellRow{ID: t.ID, At: t.At, Action: t.Action, UserID: t.UserID})
	}
	for _, a := range rows {
		err := r.tell(ctx, a.UserID, "", gen.InsertNotificationParams{Event: string(rapport.EventSecurity), Key: fmt.Sprintf("audit/%d", a.ID), Kind: a.Action, Code: a.Role, At: a.At})
		if err != nil {
			return fmt.Errorf("security: %w", err)
		}
	}
	return nil
}

// TellOfReview notes that a person is asked in a review, under a key, and says whether the review's own mail is to go to them now. Otherwise the person
// has it merged after their quiet hours, in their digest, or not by mail at all. Asked again under the key, it answers the same.
func (s *Store) TellOfReview(ctx context.Context, t rapport.ReviewToTell, now time.Time) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		p, err := s.notifiedPerson(ctx, tx, t.User)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !p.Reaches(&t.BrandID) {
			return false, nil // disabled, or without a role at the brand
		}
		if err != nil {
			return false, err
		}
		event := rapport.EventOfReview(t.Code)
		mail := p.Settings.Chosen(event, p.Brands).Mail
		if mail == rapport.MailNow && !p.Quiet(event, now) {
			mail = rapport.MailApart
		}
		n, err := s.q.InsertNotification(ctx, tx, gen.InsertNotificationParams{
			ID: newID(), UserID: t.User, BrandID: &t.BrandID, Event: string(event), Key: t.Key, Kind: t.Code, ReviewID: &t.Review, PartnershipID: &t.PartnershipID, At: now, Mail: mail,
		})
		if err != nil {
			return false, fmt.Errorf("review: %w", err)
		}
		if n == 0 {
			mail, err = s.q.NotificationMail(ctx, tx, gen.NotificationMailParams{UserID: t.User, Key: t.Key})
			return mail == rapport.MailApart, err
		}
		err = s.q.ReadOlderOfReview(ctx, tx, gen.ReadOlderOfReviewParams{UserID: t.User, ReviewID: &t.Review, Key: t.Key})
		return mail == rapport.MailApart, err
	})
}

func notification(r gen.ListNotificationsRow) rapport.Notification {
	n := rapport.Notification{
		ID: r.ID, Event: rapport.HouseEvent(r.Event), BrandID: r.BrandID, BrandName: r.BrandName, Kind: r.Kind, Code: r.Code, N: int(r.N), ReviewID: r.ReviewID, PartnershipID: r.PartnershipID,
		Ref: r.Ref, Creator: r.CreatorName, Piece: r.Piece, DueAt: r.DueAt, At: r.At, Read: r.Read, Over: r.Over,
	}
	if r.TaskID != nil {
		n.Task = &rapport.Task{ID: *r.TaskID, PartnershipID: r.PartnershipID, Kind: r.Kind, Code: r.Code, Title: r.TaskTitle, Ref: r.Ref}
		if r.CreatorID != nil {
			n.Task.Creator = &rapport.CreatorRef{ID: *r.CreatorID, Name: r.CreatorName}
		}
	}
	return n
}

// ListNotifications lists what a person was told of the events, newest first.
func (s *Store) ListNotifications(ctx context.Context, user uuid.UUID, events []string, page rapport.Page) ([]rapport.Notification, int, []string, error) {
	params := gen.ListNotificationsParams{UserID: user, Brands: noNil(rapport.BrandsFrom(ctx)), Events: events, MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, 0, nil, err
	}
	var unread int32
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Notification, error) {
		rows, err := s.q.ListNotifications(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].At, rows[len(rows)-1].ID)
		}
		unread, err = s.q.CountUnread(ctx, tx, gen.CountUnreadParams{UserID: user, Brands: params.Brands, Events: events})
		list := make([]rapport.Notification, len(rows))
		for i, r := range rows {
			list[i] = notification(r)
		}
		return list, err
	})
	return list, int(unread), next, err
}

// ReadNotifications marks what a person was told as read: those given, or without any all until an instant.
func (s *Store) ReadNotifications(ctx context.Context, user uuid.UUID, ids []uuid.UUID, until time.Time) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.ReadNotifications(ctx, tx, gen.ReadNotificationsParams{UserID: user, Ids: noNil(ids), Until: until})
	})
}

// PeopleWithMail are those whose mail waits to be sent at once.
func (s *Store) PeopleWithMail(ctx context.Context) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) { return s.q.PeopleWithMail(ctx, tx) })
}

// SendNotices puts what waits for a person to be mailed at once, and may be mailed now, into one mail, and has it sent; false when there was nothing.
// What waits and was settled meanwhile, turned off, or lies behind a wall by now is left out for good.
func (s *Store) SendNotices(ctx context.Context, p rapport.NotifiedPerson, now time.Time, base string) (bool, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		list, past, err := s.waiting(ctx, tx, p, rapport.MailNow)
		if err != nil {
			return false, err
		}
		var mailed []rapport.Notification
		for _, n := range list {
			switch {
			case p.Settings.Chosen(n.Event, p.Brands).Mail == rapport.MailOff:
				past = append(past, n.ID)
			case !p.Quiet(n.Event, now):
				mailed = append(mailed, n)
			}
		}
		if err := s.q.PastNotifications(ctx, tx, noNil(past)); err != nil {
			return false, fmt.Errorf("past: %w", err)
		}
		m, ok := p.NoticeMail(mailed, base)
		if !ok {
			return false, nil
		}
		return true, s.sendHouse(ctx, tx, p, m, "notice/"+p.ID.String()+"/"+mailed[0].ID.String(), mailed)
	})
}

// waiting locks what waits for a mail to a person, and finds what of it is past.
func (s *Store) waiting(ctx context.Context, tx pgx.Tx, p rapport.NotifiedPerson, mail string) (list []rapport.Notification, past []uuid.UUID, err error) {
	if free, err := s.q.LockWaitingMail(ctx, tx, p.ID.String()); err != nil || !free {
		return nil, nil, err
	}
	ids, err := s.q.WaitingMail(ctx, tx, gen.WaitingMailParams{UserID: p.ID, Mail: mail})
	if err != nil || len(ids) == 0 {
		return nil, nil, err
	}
	mine := map[uuid.UUID]bool{}
	for _, id := range ids {
		mine[id] = true
	}
	events := []string{}
	for _, o := range p.Settings.Offered(p.Brands) {
		events = append(events, string(o.Event))
	}
	rows, err := s.q.ListNotifications(ctx, tx, gen.ListNotificationsParams{UserID: p.ID, Brands: p.BrandIDs(), Events: events, Mail: mail, MaxRows: 1000})
	if err != nil {
		return nil, nil, fmt.Errorf("waiting: %w", err)
	}
	for _, r := range rows {
		if mine[r.ID] && !r.Over {
			list = append(list, notification(r))
			delete(mine, r.ID)
		}
	}
	if len(rows) < 1000 { // what is not among them lies behind a wall
		for id := range mine {
			past = append(past, id)
		}
	}
	return list, past, nil
}

// sendHouse writes a mail to a person and has it sent by its workflow, with all that it tells in one transaction.
func (s *Store) sendHouse(ctx context.Context, tx pgx.Tx, p rapport.NotifiedPerson, m rapport.PersonMail, key string, told []rapport.Notification) error {
	id, text, html := newID(), m.Text(p.Name), m.HTML(p.Name)
	n, err := s.q.InsertHouseMail(ctx, tx, gen.InsertHouseMailParams{ID: id, DedupeKey: &key, ToAddress: &p.Email, FromAddress: &p.From, Subject: &m.Subject, BodyText: &text, BodyHtml: &html})
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	if n == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(told))
	for i, x := range told {
		ids[i] = x.ID
	}
	if err := s.q.MailedNotifications(ctx, tx, gen.MailedNotificationsParams{MessageID: &id, Ids: ids}); err != nil {
		return fmt.Errorf("mailed: %w", err)
	}
	return s.startMessage(ctx, tx, id, p.Brands[0].BrandID)
}

// SendDigest has a person's digest of a day sent, as it stands now; false when it was sent already, or has nothing to say.
func (s *Store) SendDigest(ctx context.Context, p rapport.NotifiedPerson, day, base string) (bool, error) {
	return query(rapport.WithBrands(ctx, p.BrandIDs()...), s, func(ctx context.Context, tx pgx.Tx) (bool, error) {
		n, err := s.q.ClaimDigest(ctx, tx, gen.ClaimDigestParams{UserID: p.ID, Day: day})
		if err != nil || n == 0 {
			return false, err
		}
		happened, past, err := s.waiting(ctx, tx, p, rapport.MailDigest)
		if err != nil {
			return false, err
		}
		d, err := s.digest(ctx, tx, p)
		if err != nil {
			return false, err
		}
		for _, h := range happened {
			if h.Task == nil && h.ReviewID == nil { // what waits is read as it stands now
				d.Happened = append(d.Happened, h)
			}
		}
		if err := s.q.PastNotifications(ctx, tx, noNil(past)); err != nil {
			return false, fmt.Errorf("past: %w", err)
		}
		m, ok := p.DigestMail(d, base)
		if !ok {
			return false, nil
		}
		return true, s.sendHouse(ctx, tx, p, m, "digest/"+p.ID.String()+"/"+day, happened)
	})
}

func (s *Store) digest(ctx context.Context, tx pgx.Tx, p rapport.NotifiedPerson) (rapport.Digest, error) {
	var d rapport.Digest
	finance := p.BrandIDs(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)
	tasks, err := s.q.DigestTasks(ctx, tx, gen.DigestTasksParams{Brands: p.BrandIDs(), UserID: &p.ID})
	if err != nil {
		return d, fmt.Errorf("tasks: %w", err)
	}
	for _, t := range tasks {
		task := &rapport.Task{ID: t.ID, PartnershipID: t.PartnershipID, Kind: t.Kind, Code: t.Code, Title: t.Title, Ref: t.Ref, DueAt: t.DueAt}
		if t.CreatorID != nil {
			task.Creator = &rapport.CreatorRef{ID: *t.CreatorID, Name: t.CreatorName}
		}
		d.Waits = append(d.Waits, rapport.Notification{
			Event: rapport.EventOfTask(t.Kind, t.Code, len(finance) > 0), BrandID: &t.BrandID, BrandName: t.BrandName, Kind: t.Kind, Code: t.Code, Task: task,
			Creator: t.CreatorName, DueAt: t.DueAt, At: t.CreatedAt,
		})
	}
	reviews, err := s.q.DigestReviews(ctx, tx, gen.DigestReviewsParams{Brands: p.BrandIDs(), UserID: p.ID})
	if err != nil {
		return d, fmt.Errorf("reviews: %w", err)
	}
	for _, v := range reviews {
		d.Waits = append(d.Waits, rapport.Notification{
			Event: rapport.EventDecision, BrandID: &v.BrandID, BrandName: v.BrandName, Kind: "asked", ReviewID: &v.ID, Piece: v.Title, Creator: v.CreatorName, DueAt: v.DueAt, At: v.CreatedAt,
			IfNotDone: "it is escalated",
		})
	}
	for _, b := range p.Brands {
		if len(rapport.Principal{Brands: []rapport.BrandRoles{b}}.BrandsWith(rapport.RoleFinancePreparer, rapport.RoleFinanceReleaser)) == 0 {
			continue
		}
		x := rapport.DigestMoney{BrandID: b.BrandID, Brand: b.BrandName}
		if x.Lanes, err = s.PayoutLanes(ctx, &b.BrandID, nil); err != nil {
			return d, fmt.Errorf("lanes: %w", err)
		}
		if x.Blocked, err = s.PayoutsBlocked(ctx, &b.BrandID, nil); err != nil {
			return d, fmt.Errorf("blocked: %w", err)
		}
		d.Money = append(d.Money, x)
	}
	return d, nil
}
