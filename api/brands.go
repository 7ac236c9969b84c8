package api

import (
	"context"
	"strings"

	"rapport"
	"rapport/api/gen"
)

func toBrand(b rapport.Brand) gen.Brand {
	return gen.Brand{
		Id: b.ID, Name: b.Name, PostalAddress: b.PostalAddress, MailFromName: b.MailFromName, MailFrom: b.MailFrom, CalendarId: b.CalendarID,
		SecondPairThreshold: toMoney(b.SecondPairThreshold), Version: b.Version, OutreachPerDay: b.OutreachPerDay, DomainPerHour: b.DomainPerHour,
		NettingCapPercent: b.NettingCapPercent, NettingNoticeDays: b.NettingNoticeDays, DestinationCoolOffDays: b.DestinationCoolOffDays, PostsApartHours: &b.PostsApartHours,
		Signing:    gen.BrandSigning(b.Signing),
		WarmUpDays: b.WarmUpDays, WarmUpFrom: b.WarmUpFrom, FirstMailNotice: b.FirstMailNotice,
	}
}

// ListBrands lists the caller's brands.
func (s *Server) ListBrands(ctx context.Context, _ gen.ListBrandsRequestObject) (gen.ListBrandsResponseObject, error) {
	brands, err := s.cfg.Store.ListBrands(ctx)
	if err != nil {
		return nil, err
	}
	return gen.ListBrands200JSONResponse{Items: each(brands, toBrand)}, nil
}

// CreateBrand adds a brand; the caller becomes its admin.
func (s *Server) CreateBrand(ctx context.Context, r gen.CreateBrandRequestObject) (gen.CreateBrandResponseObject, error) {
	b := rapport.Brand{
		Name: strings.TrimSpace(r.Body.Name), PostalAddress: strings.TrimSpace(r.Body.PostalAddress), MailFromName: strings.TrimSpace(r.Body.MailFromName),
		MailFrom: rapport.NormalEmail(r.Body.MailFrom), SecondPairThreshold: rapport.Money{Currency: "usd"},
	}
	if r.Body.SecondPairThreshold != nil {
		b.SecondPairThreshold = fromMoney(*r.Body.SecondPairThreshold)
	}
	calendar := fromCalendarEdit(r.Body.Calendar, rapport.Calendar{})
	bad := b.Check()
	for _, f := range calendar.Check() {
		f.Path = "calendar." + f.Path
		bad = append(bad, f)
	}
	if len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	made, err := s.cfg.Store.CreateBrand(ctx, b, calendar, principalFrom(ctx).UserID)
	if err != nil {
		return nil, err
	}
	return gen.CreateBrand201JSONResponse(toBrand(made)), nil
}

// GetBrand shows one brand.
func (s *Server) GetBrand(ctx context.Context, r gen.GetBrandRequestObject) (gen.GetBrandResponseObject, error) {
	b, err := s.cfg.Store.Brand(ctx, r.Id)
	if err != nil {
		return nil, called("brand", err)
	}
	return gen.GetBrand200JSONResponse{Body: toBrand(b), Headers: gen.GetBrand200ResponseHeaders{ETag: etag(b.Version)}}, nil
}

// EditBrand changes what the body names. Who makes the rules of money weaker proves that it is them.
func (s *Server) EditBrand(ctx context.Context, r gen.EditBrandRequestObject) (gen.EditBrandResponseObject, error) {
	b, err := s.cfg.Store.Brand(ctx, r.Id)
	if err != nil {
		return nil, called("brand", err)
	}
	if b.Version, err = versionOf(r.Params.IfMatch, b.Version); err != nil {
		return nil, err
	}
	before := b
	edit(&b.Name, r.Body.Name)
	edit(&b.PostalAddress, r.Body.PostalAddress)
	edit(&b.MailFromName, r.Body.MailFromName)
	edit(&b.MailFrom, r.Body.MailFrom)
	b.Name, b.MailFrom = strings.TrimSpace(b.Name), rapport.NormalEmail(b.MailFrom)
	if r.Body.SecondPairThreshold != nil {
		b.SecondPairThreshold = fromMoney(*r.Body.SecondPairThreshold)
	}
	edit(&b.OutreachPerDay, r.Body.OutreachPerDay)
	edit(&b.DomainPerHour, r.Body.DomainPerHour)
	edit(&b.WarmUpDays, r.Body.WarmUpDays)
	edit(&b.FirstMailNotice, r.Body.FirstMailNotice)
	edit(&b.NettingCapPercent, r.Body.NettingCapPercent)
	edit(&b.NettingNoticeDays, r.Body.NettingNoticeDays)
	edit(&b.DestinationCoolOffDays, r.Body.DestinationCoolOffDays)
	edit(&b.PostsApartHours, r.Body.PostsApartHours)
	edit(&b.Signing, (*string)(r.Body.Signing))
	b.FirstMailNotice = strings.TrimSpace(b.FirstMailNotice)
	if bad := append(b.Check(), b.CheckLimits()...); len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	me := principalFrom(ctx)
	if b.WeakerThan(before) {
		if err := s.checkProof(me); err != nil {
			return nil, err
		}
	}
	if b, err = s.cfg.Store.EditBrand(ctx, b, me.UserID); err != nil {
		return nil, err
	}
	return gen.EditBrand200JSONResponse{Body: toBrand(b), Headers: gen.EditBrand200ResponseHeaders{ETag: etag(b.Version)}}, nil
}
