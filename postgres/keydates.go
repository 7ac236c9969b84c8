package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// KeyDates lists key dates of the scope, the nearest first. Without a state those that have not come.
func (s *Store) KeyDates(ctx context.Context, f rapport.KeyDateFilter, page rapport.Page) ([]rapport.KeyDateRow, []string, error) {
	params := gen.ListKeyDatesParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, CampaignID: f.CampaignID, PartnershipID: f.PartnershipID, OwnerID: f.OwnerID, Kind: orNil(f.Kind), State: orNil(f.State),
		FromAt: timeOrNil(f.From), ToAt: timeOrNil(f.To), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	rows, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]gen.ListKeyDatesRow, error) {
		return s.q.ListKeyDates(ctx, tx, params)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list key dates: %w", err)
	}
	var next []string
	if len(rows) > page.Limit {
		rows = rows[:page.Limit]
		last := rows[len(rows)-1]
		next = timeKey(last.At, last.ID)
	}
	list := make([]rapport.KeyDateRow, len(rows))
	for i, r := range rows {
		list[i] = rapport.KeyDateRow{
			ID: r.ID, Kind: r.Kind, At: r.At, State: r.State, BrandID: r.BrandID, BrandName: r.BrandName, CampaignID: r.CampaignID, CampaignName: r.CampaignName, PartnershipID: r.PartnershipID,
			Stage: rapport.Stage(r.Stage), ContractID: r.ContractID, Number: r.Number, Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
			Owner: rapport.UserRef{ID: r.OwnerID, Name: r.OwnerName}, MayExtend: r.MayExtend, Asked: r.AskedAt, DecidedBy: r.DecidedBy, DecidedAt: r.DecidedAt,
		}
		for n, title := range r.Titles {
			list[i].Assets = append(list[i].Assets, rapport.UserRef{ID: r.Assets[n], Name: title})
		}
	}
	return list, next, nil
}

// KeyDateOf finds the partnership and the brand of a key date that a post brings.
func (s *Store) KeyDateOf(ctx context.Context, id uuid.UUID) (partnership, brand uuid.UUID, err error) {
	r, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) (gen.KeyDateRow, error) {
		return s.q.KeyDate(ctx, tx, gen.KeyDateParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
	})
	return r.PartnershipID, r.BrandID, err
}

// extendedDates are what an amendment lets go on, or what amendments let go on of a contract; of a right that was extended again the last.
func (s *Store) extendedDates(ctx context.Context, tx pgx.Tx, contract uuid.UUID) ([]rapport.ExtendedDate, error) {
	rows, err := s.q.ExtendedDates(ctx, tx, contract)
	if err != nil {
		return nil, fmt.Errorf("extended dates: %w", err)
	}
	var list []rapport.ExtendedDate
	for _, r := range rows {
		same := func(e rapport.ExtendedDate) bool { return e.Kind == r.Kind && slices.Equal(e.Posts, r.Titles) }
		if i := slices.IndexFunc(list, same); i >= 0 {
			list[i].Until = r.Until
			continue
		}
		list = append(list, rapport.ExtendedDate{Kind: r.Kind, Posts: r.Titles, At: r.At, Until: r.Until})
	}
	return list, nil
}
