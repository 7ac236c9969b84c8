package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListBrands lists the brands of the scope by name.
func (s *Store) ListBrands(ctx context.Context) ([]rapport.Brand, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Brand, error) {
		rows, err := s.q.ListBrandsInScope(ctx, tx, rapport.BrandsFrom(ctx))
		brands := make([]rapport.Brand, len(rows))
		for i, r := range rows {
			brands[i] = brand(gen.GetBrandInScopeRow(r))
		}
		return brands, err
	})
}

// Brand finds one brand of the scope.
func (s *Store) Brand(ctx context.Context, id uuid.UUID) (rapport.Brand, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Brand, error) {
		r, err := s.q.GetBrandInScope(ctx, tx, gen.GetBrandInScopeParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		return brand(r), err
	})
}

func brand(r gen.GetBrandInScopeRow) rapport.Brand {
	return rapport.Brand{
		ID: r.ID, Name: r.Name, PostalAddress: r.PostalAddress, MailFromName: r.MailFromName, MailFrom: r.MailFrom, CalendarID: r.CalendarID,
		SecondPairThreshold: rapport.Money{Amount: r.SecondPairAmount, Currency: r.SecondPairCurrency}, OutreachPerDay: int(r.OutreachPerDay), DomainPerHour: int(r.DomainPerHour),
		NettingCapPercent: int(r.NettingCapPercent), NettingNoticeDays: int(r.NettingNoticeDays), DestinationCoolOffDays: int(r.DestinationCoolOffDays), PostsApartHours: int(r.PostsApartHours),
		WarmUpDays: int(r.WarmUpDays), WarmUpFrom: r.WarmUpFrom, FirstMailNotice: r.FirstMailNotice, Signing: r.Signing, Version: int(r.Version),
	}
}

// CreateBrand adds a brand with its calendar and makes the person its first admin.
func (s *Store) CreateBrand(ctx context.Context, b rapport.Brand, c rapport.Calendar, by uuid.UUID) (rapport.Brand, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Brand, error) {
		created, err := s.createBrand(ctx, tx, b, c)
		if err != nil {
			return rapport.Brand{}, err
		}
		if err := s.q.GrantRole(ctx, tx, gen.GrantRoleParams{UserID: by, BrandID: created.ID, Role: string(rapport.RoleAdmin), GrantedBy: &by}); err != nil {
			return rapport.Brand{}, err
		}
		return created, s.audit(ctx, tx, by, "brand.created", created.ID, nil)
	})
}

func (s *Store) createBrand(ctx context.Context, tx pgx.Tx, b rapport.Brand, c rapport.Calendar) (rapport.Brand, error) {
	b.ID, b.CalendarID, b.Version = newID(), newID(), 1
	if b.Signing == "" {
		b.Signing = rapport.SigningAtProvider
	}
	holidays, err := holidaysText(c)
	if err != nil {
		return rapport.Brand{}, err
	}
	if _, err := s.q.CreateCalendar(ctx, tx, gen.CreateCalendarParams{
		ID: b.CalendarID, OwnerKind: "brand", OwnerID: b.ID, BrandID: &b.ID, Zone: c.Zone, WorkingDays: weekdays(c), Opens: c.Opens, Closes: c.Closes,
		Holidays: holidays, DaySeconds: int32(c.DaySeconds),
	}); err != nil {
		return rapport.Brand{}, err
	}
	defaults, err := s.q.CreateBrand(ctx, tx, gen.CreateBrandParams{
		ID: b.ID, Name: b.Name, PostalAddress: b.PostalAddress, MailFromName: b.MailFromName, MailFrom: b.MailFrom, CalendarID: b.CalendarID,
		SecondPairAmount: b.SecondPairThreshold.Amount, SecondPairCurrency: b.SecondPairThreshold.Currency, Signing: b.Signing,
	})
	b.OutreachPerDay, b.DomainPerHour, b.FirstMailNotice = int(defaults.OutreachPerDay), int(defaults.DomainPerHour), defaults.FirstMailNotice
	b.NettingCapPercent, b.NettingNoticeDays = int(defaults.NettingCapPercent), int(defaults.NettingNoticeDays)
	b.DestinationCoolOffDays, b.PostsApartHours = int(defaults.DestinationCoolOffDays), int(defaults.PostsApartHours)
	return b, err
}

// EditBrand writes a brand whose version is the one last read; stale when somebody else was faster. Admins and finance are told of weaker rules for money.
func (s *Store) EditBrand(ctx context.Context, b rapport.Brand, by uuid.UUID) (rapport.Brand, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Brand, error) {
		was, err := s.q.GetBrandInScope(ctx, tx, gen.GetBrandInScopeParams{ID: b.ID, Brands: rapport.BrandsFrom(ctx)})
		if err != nil {
			return rapport.Brand{}, err
		}
		before := brand(was)
		row, err := s.q.UpdateBrand(ctx, tx, gen.UpdateBrandParams{
			ID: b.ID, Version: int32(b.Version), Name: b.Name, PostalAddress: b.PostalAddress, MailFromName: b.MailFromName, MailFrom: b.MailFrom,
			SecondPairAmount: b.SecondPairThreshold.Amount, SecondPairCurrency: b.SecondPairThreshold.Currency,
			OutreachPerDay: int32(b.OutreachPerDay), DomainPerHour: int32(b.DomainPerHour), WarmUpDays: int32(b.WarmUpDays), FirstMailNotice: b.FirstMailNotice,
			NettingCapPercent: int32(b.NettingCapPercent), NettingNoticeDays: int32(b.NettingNoticeDays), DestinationCoolOffDays: int32(b.DestinationCoolOffDays), PostsApartHours: int32(b.PostsApartHours),
			Signing: b.Signing,
		})
		if err != nil {
			return rapport.Brand{}, stale(err)
		}
		b.Version, b.WarmUpFrom = int(row.Version), row.WarmUpFrom
		if b.WeakerThan(before) {
			weaker := alert{brand: b.ID, kind: "money_rules_weaker", ref: b.ID, key: fmt.Sprintf("money_rules/%s/%d", b.ID, b.Version)}
			if err := s.alert(ctx, tx, weaker); err != nil {
				return rapport.Brand{}, err
			}
		}
		return b, s.audit(ctx, tx, by, "brand.edited", b.ID, changedRules(before, b))
	})
}

// changedRules is what of a brand's rules for money was changed, with what was before; nothing when none was.
func changedRules(before, after rapport.Brand) map[string]any {
	was, is := map[string]any{}, map[string]any{}
	for _, rule := range []struct {
		name    string
		was, is any
	}{
		{"second_pair_threshold", before.SecondPairThreshold, after.SecondPairThreshold}, {"netting_cap_percent", before.NettingCapPercent, after.NettingCapPercent},
		{"netting_notice_days", before.NettingNoticeDays, after.NettingNoticeDays}, {"destination_cool_off_days", before.DestinationCoolOffDays, after.DestinationCoolOffDays},
	} {
		if rule.was != rule.is {
			was[rule.name], is[rule.name] = rule.was, rule.is
		}
	}
	if len(is) == 0 {
		return nil
	}
	return map[string]any{"before": was, "after": is}
}

// ListCalendars lists the calendars of the scope's brands and their people, and of creators; with a brand only its own and
// those that belong to no brand, and with an owner only theirs.
func (s *Store) ListCalendars(ctx context.Context, brandID, ownerID *uuid.UUID, caller uuid.UUID) ([]rapport.OwnedCalendar, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.OwnedCalendar, error) {
		return s.calendars(ctx, tx, gen.ListCalendarsParams{BrandID: brandID, OwnerID: ownerID, Brands: rapport.BrandsFrom(ctx), Caller: caller})
	})
}

// Calendar finds one calendar that ListCalendars would list.
func (s *Store) Calendar(ctx context.Context, id, caller uuid.UUID) (rapport.OwnedCalendar, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OwnedCalendar, error) {
		found, err := s.calendars(ctx, tx, gen.ListCalendarsParams{ID: &id, Brands: rapport.BrandsFrom(ctx), Caller: caller})
		if err != nil {
			return rapport.OwnedCalendar{}, err
		}
		if len(found) == 0 {
			return rapport.OwnedCalendar{}, pgx.ErrNoRows
		}
		return found[0], nil
	})
}

func (s *Store) calendars(ctx context.Context, tx pgx.Tx, params gen.ListCalendarsParams) ([]rapport.OwnedCalendar, error) {
	rows, err := s.q.ListCalendars(ctx, tx, params)
	if err != nil {
		return nil, err
	}
	calendars := make([]rapport.OwnedCalendar, len(rows))
	for i, r := range rows {
		c := rapport.OwnedCalendar{
			ID: r.ID, OwnerKind: r.OwnerKind, OwnerID: r.OwnerID, OwnerName: r.OwnerName, BrandID: r.BrandID, Version: int(r.Version),
			Calendar: rapport.Calendar{Zone: r.Zone, Opens: r.Opens, Closes: r.Closes, DaySeconds: int(r.DaySeconds)},
		}
		for _, d := range r.WorkingDays {
			c.Calendar.WorkingDays = append(c.Calendar.WorkingDays, int(d))
		}
		if err := json.Unmarshal(r.Holidays, &c.Calendar.Holidays); err != nil {
			return nil, fmt.Errorf("read the holidays of calendar %s: %w", r.ID, err)
		}
		calendars[i] = c
	}
	return calendars, nil
}

// CreateCalendar adds the calendar of a person or a creator, with days as long as the brands' are. Whoever has one keeps it, and that is a conflict.
func (s *Store) CreateCalendar(ctx context.Context, c rapport.OwnedCalendar, by uuid.UUID) (rapport.OwnedCalendar, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OwnedCalendar, error) {
		holidays, err := holidaysText(c.Calendar)
		if err != nil {
			return rapport.OwnedCalendar{}, err
		}
		length, err := s.q.DayOfBrands(ctx, tx, rapport.BrandsFrom(ctx))
		if err != nil {
			return rapport.OwnedCalendar{}, fmt.Errorf("length of a day: %w", err)
		}
		c.Version, c.Calendar.DaySeconds = 1, int(length)
		made, err := s.q.CreateCalendar(ctx, tx, gen.CreateCalendarParams{
			ID: c.ID, OwnerKind: c.OwnerKind, OwnerID: c.OwnerID, Zone: c.Calendar.Zone, WorkingDays: weekdays(c.Calendar), Opens: c.Calendar.Opens,
			Closes: c.Calendar.Closes, Holidays: holidays, DaySeconds: length,
		})
		if err != nil {
			return rapport.OwnedCalendar{}, err
		}
		if made == 0 {
			return rapport.OwnedCalendar{}, rapport.Errorf(rapport.CodeConflict, "There is a calendar of %s already. Change that one.", c.OwnerName)
		}
		return c, s.audit(ctx, tx, by, "calendar.created", c.ID, nil)
	})
}

// EditCalendar writes a calendar whose version is the one last read; stale when somebody else was faster.
func (s *Store) EditCalendar(ctx context.Context, c rapport.OwnedCalendar, by uuid.UUID) (rapport.OwnedCalendar, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.OwnedCalendar, error) {
		holidays, err := holidaysText(c.Calendar)
		if err != nil {
			return rapport.OwnedCalendar{}, err
		}
		version, err := s.q.UpdateCalendar(ctx, tx, gen.UpdateCalendarParams{
			ID: c.ID, Version: int32(c.Version), Zone: c.Calendar.Zone, WorkingDays: weekdays(c.Calendar), Opens: c.Calendar.Opens,
			Closes: c.Calendar.Closes, Holidays: holidays, DaySeconds: int32(c.Calendar.DaySeconds),
		})
		if err != nil {
			return rapport.OwnedCalendar{}, stale(err)
		}
		c.Version = int(version)
		return c, s.audit(ctx, tx, by, "calendar.edited", c.ID, nil)
	})
}

func weekdays(c rapport.Calendar) []int32 {
	days := make([]int32, len(c.WorkingDays))
	for i, d := range c.WorkingDays {
		days[i] = int32(d)
	}
	return days
}

func holidaysText(c rapport.Calendar) (json.RawMessage, error) {
	if c.Holidays == nil {
		return json.RawMessage("[]"), nil
	}
	text, err := json.Marshal(c.Holidays)
	if err != nil {
		return nil, fmt.Errorf("write the holidays: %w", err)
	}
	return text, nil
}

// stale says that an update by version found nothing: the row was there a moment ago.
func stale(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return &rapport.Error{Code: rapport.CodeStale, Message: "Somebody else changed this meanwhile. Nothing was saved; look at it again.", Err: err}
	}
	return err
}
