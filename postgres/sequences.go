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

// BranchFacts is what a branch of a sequence can depend on.
func (s *Store) BranchFacts(ctx context.Context, partnership uuid.UUID) (rapport.BranchFacts, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.BranchFacts, error) {
		p, err := s.q.PartnershipParties(ctx, tx, partnership)
		if err != nil {
			return rapport.BranchFacts{}, fmt.Errorf("parties: %w", err)
		}
		return s.branchFacts(ctx, tx, p.BrandID, p.CreatorID, &partnership)
	})
}

// CreatorFacts is what a branch can depend on before the brand has written to the creator.
func (s *Store) CreatorFacts(ctx context.Context, brand, creator uuid.UUID) (rapport.BranchFacts, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.BranchFacts, error) {
		return s.branchFacts(ctx, tx, brand, creator, nil)
	})
}

func (s *Store) branchFacts(ctx context.Context, tx pgx.Tx, brand, creator uuid.UUID, partnership *uuid.UUID) (rapport.BranchFacts, error) {
	r, err := s.q.BranchFacts(ctx, tx, gen.BranchFactsParams{CreatorID: creator, PartnershipID: partnership})
	if err != nil {
		return rapport.BranchFacts{}, err
	}
	known := rapport.BranchFacts{
		Reply: r.Reply, Tags: r.Tags, Country: r.Country, Language: r.Language, Platforms: r.Platforms, Fields: map[string]string{},
		OpenedContract: r.OpenedContract, OpenedPage: r.OpenedPage,
	}
	if r.Followers >= 0 {
		known.Followers = &r.Followers
	}
	fields, err := s.q.FieldsOfCreator(ctx, tx, gen.FieldsOfCreatorParams{CreatorID: creator, BrandID: brand})
	for _, f := range fields {
		known.Fields[f.Name] = f.Value
	}
	return known, err
}

// OutsideDates are the dates of the campaign and of the creator's date fields, by their names in rapport.SequenceTrigger: campaign_starts
// is the beginning of its day and campaign_ends the end of its day, both in the brand's zone; a field is the beginning of its day there.
func (s *Store) OutsideDates(ctx context.Context, partnership uuid.UUID) (map[string]time.Time, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[string]time.Time, error) {
		r, err := s.q.CampaignDates(ctx, tx, partnership)
		if err != nil {
			return nil, fmt.Errorf("campaign: %w", err)
		}
		zone := rapport.Calendar{Zone: r.Zone}
		dates := map[string]time.Time{"campaign_starts": zone.EndOfDate(r.StartsOn.AddDate(0, 0, -1)), "campaign_ends": zone.EndOfDate(r.EndsOn)}
		fields, err := s.q.FieldsOfCreator(ctx, tx, gen.FieldsOfCreatorParams{CreatorID: r.CreatorID, BrandID: r.BrandID})
		for _, f := range fields {
			if day, err := time.Parse(time.DateOnly, f.Value); err == nil && f.Kind == "date" {
				dates["field:"+f.Name] = zone.EndOfDate(day.AddDate(0, 0, -1))
			}
		}
		return dates, err
	})
}
