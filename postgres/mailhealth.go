package postgres

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// MailHealth is how the mailboxes of the brands do, which must be of the scope, and what waits for somebody as far as the principal may
// see it: unmatched mail for whoever works with mail, what belongs to no brand for whoever looks after it.
func (s *Store) MailHealth(ctx context.Context, p rapport.Principal, brands []uuid.UUID) (rapport.MailHealth, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.MailHealth, error) {
		var h rapport.MailHealth
		rows, err := s.q.MailboxHealth(ctx, tx, noNil(brands))
		if err != nil {
			return h, fmt.Errorf("mailboxes: %w", err)
		}
		for _, r := range rows {
			h.Mailboxes = append(h.Mailboxes, mailbox(r))
		}
		unknown, err := s.q.UnknownMails(ctx, tx, noNil(brands))
		if err != nil {
			return h, fmt.Errorf("unknown mails: %w", err)
		}
		for _, id := range unknown {
			found, err := s.messages(ctx, tx, gen.ListMessagesParams{Brands: noNil(brands), ID: &id, MaxRows: 1})
			if err != nil {
				return h, err
			}
			h.Unknown = append(h.Unknown, found...)
		}
		works, admins := p.BrandsWith(rapport.RoleOps), p.BrandsWith(rapport.RoleAdmin)
		if len(works)+len(admins) > 0 {
			n, err := s.q.CountUnmatched(ctx, tx, gen.CountUnmatchedParams{Works: works, Admins: admins})
			if err != nil {
				return h, fmt.Errorf("unmatched mail: %w", err)
			}
			h.Unmatched = int(n)
		}
		if len(p.BrandsWith(rapport.RoleOps, rapport.RoleAdmin, rapport.RoleAuditor)) > 0 {
			h.House, err = s.houseMail(ctx, tx)
		}
		return h, err
	})
}

func mailbox(r gen.MailboxHealthRow) rapport.MailboxHealth {
	b := rapport.MailboxHealth{
		BrandID: r.ID, BrandName: r.Name, Address: r.MailFrom, Sent: int(r.Sent), Limit: int(r.Most), FullLimit: int(r.OutreachPerDay), DomainPerHour: int(r.DomainPerHour),
		Waiting: int(r.Waiting), Accepted: int(r.Accepted), Delivered: int(r.Delivered), Bounced: int(r.Bounced), Complaints: int(r.Complaints), Blocked: int(r.Blocked),
	}
	if r.WarmUpFrom != nil && r.Most < r.OutreachPerDay {
		ends := r.WarmUpFrom.Add(time.Duration(r.WarmUpDays) * time.Duration(r.DaySeconds) * time.Second)
		b.WarmUpEnds = &ends
	}
	if b.Sent >= b.Limit {
		b.FreeAt = since(r.FreeAt)
	}
	return b
}

// since is nil for the epoch, which stands for never.
func since(at time.Time) *time.Time {
	if at.Unix() == 0 {
		return nil
	}
	return &at
}

func (s *Store) houseMail(ctx context.Context, tx pgx.Tx) (*rapport.HouseMail, error) {
	inbox, err := s.q.InboxHealth(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("inbox: %w", err)
	}
	h := &rapport.HouseMail{Unreadable: int(inbox.Unreadable), LastReceivedAt: since(inbox.ReceivedAt), LastEventAt: since(inbox.EventAt)}
	days, err := s.q.MailDays(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("days: %w", err)
	}
	for _, d := range days {
		h.Days = append(h.Days, rapport.MailDay{
			Day: d.Day, Sent: int(d.Sent), SentThere: int(d.SentAtProvider), Received: int(d.Received), ReceivedThere: int(d.ReceivedAtProvider), Differs: d.Differs, CheckedAt: d.CheckedAt,
		})
	}
	return h, nil
}

// MailDays counts our side of each UTC day from that of from to that of to.
func (s *Store) MailDays(ctx context.Context, from, to time.Time) ([]rapport.MailDay, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.MailDay, error) {
		rows, err := s.q.CountMailDays(ctx, tx, gen.CountMailDaysParams{FromDay: from.UTC().Truncate(rapport.Day), ToDay: to.UTC().Truncate(rapport.Day)})
		days := make([]rapport.MailDay, len(rows))
		for i, r := range rows {
			days[i] = rapport.MailDay{Day: r.Day, Sent: int(r.Sent), Open: int(r.Open), Received: int(r.Received)}
		}
		return days, err
	})
}

// SaveMailDays keeps compared days. For one that differs the admins of each brand get a task, which is over when the counts agree again.
func (s *Store) SaveMailDays(ctx context.Context, days []rapport.MailDay) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		for _, d := range days {
			err := s.q.SaveMailDay(ctx, tx, gen.SaveMailDayParams{
				Day: d.Day, Sent: int32(d.Sent), SentAtProvider: int32(d.SentThere), Received: int32(d.Received), ReceivedAtProvider: int32(d.ReceivedThere), Differs: d.Differs,
			})
			if err != nil {
				return fmt.Errorf("day: %w", err)
			}
			day := d.Day.Format(time.DateOnly)
			if d.Differs {
				code := day + "/" + strconv.Itoa(d.MissingSent) + "/" + strconv.Itoa(d.MissingReceived)
				err = s.q.TaskForMissingMail(ctx, tx, gen.TaskForMissingMailParams{Day: day, Code: code})
			} else {
				err = s.q.CloseMissingMail(ctx, tx, day)
			}
			if err != nil {
				return fmt.Errorf("task: %w", err)
			}
		}
		return nil
	})
}

// ListSuppressions lists the addresses that get no mail from the brands of the scope, newest first; those of no brand as far as one of
// the brands works with somebody who has the address.
func (s *Store) ListSuppressions(ctx context.Context, brandID *uuid.UUID, words string, page rapport.Page) ([]rapport.Suppression, []string, error) {
	params := gen.ListSuppressionsParams{Brands: noNil(rapport.BrandsFrom(ctx)), BrandID: brandID, Pattern: pattern(words), MaxRows: int32(page.Limit + 1)}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Suppression, error) {
		rows, err := s.q.ListSuppressions(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(rows[len(rows)-1].At, rows[len(rows)-1].ID)
		}
		list := make([]rapport.Suppression, len(rows))
		for i, r := range rows {
			list[i] = rapport.Suppression{ID: r.ID, Email: r.Email, BrandID: r.BrandID, BrandName: r.BrandName, Reason: r.Reason, At: r.At}
			if r.CreatorID != uuid.Nil {
				list[i].Creator = &rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName}
			}
		}
		return list, nil
	})
	return list, next, err
}

// LiftSuppression lets an address get mail again. One of a brand is lifted in its scope; one of no brand takes the scope of every brand
// that works with somebody who has the address, or of all brands when none does. It answers not_found otherwise.
func (s *Store) LiftSuppression(ctx context.Context, id uuid.UUID, reason string, by uuid.UUID) error {
	scope := rapport.BrandsFrom(ctx)
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		x, err := s.q.SuppressionForLift(ctx, tx, id)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(x.Answers, func(brand uuid.UUID) bool { return !slices.Contains(scope, brand) }) {
			return pgx.ErrNoRows
		}
		lifted, err := s.q.DeleteSuppression(ctx, tx, id)
		if err != nil {
			return fmt.Errorf("delete: %w", err)
		}
		if lifted == 0 { // somebody else was faster
			return pgx.ErrNoRows
		}
		if x.Reason == "bounce" {
			if err := s.q.ContactReachable(ctx, tx, x.Email); err != nil {
				return fmt.Errorf("contact: %w", err)
			}
		}
		return s.audit(ctx, tx, by, "suppression.lifted", id, map[string]any{"address": x.Email, "brand": x.BrandID, "suppressed_for": x.Reason, "reason": reason})
	})
}
