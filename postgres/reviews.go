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

// ListReviews lists reviews of the scope by due time.
func (s *Store) ListReviews(ctx context.Context, f rapport.ReviewFilter, page rapport.Page) ([]rapport.ReviewItem, []string, error) {
	params := gen.ListReviewsParams{
		Brands: rapport.BrandsFrom(ctx), ID: f.ID, BrandID: f.BrandID, AssignedTo: f.AssignedTo, State: orNil(f.State), MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterDue, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	items, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReviewItem, error) {
		rows, err := s.q.ListReviews(ctx, tx, params)
		if err != nil {
			return nil, err
		}
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			next = timeKey(orLast(rows[len(rows)-1].DueAt), rows[len(rows)-1].ID)
		}
		items := make([]rapport.ReviewItem, len(rows))
		for i, r := range rows {
			if items[i], err = reviewItem(r); err != nil {
				return nil, err
			}
		}
		return items, nil
	})
	return items, next, err
}

// orLast puts what has no due time behind all others.
func orLast(at *time.Time) time.Time {
	if at == nil {
		return noDue()
	}
	return *at
}

func reviewItem(r gen.ListReviewsRow) (rapport.ReviewItem, error) {
	item := rapport.ReviewItem{
		ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, DeliverableID: r.DeliverableID, SubmissionID: r.SubmissionID, CampaignName: r.CampaignName,
		Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
		Title:   r.Title, Version: int(r.Version), Round: int(r.Round), State: r.State, Approvers: r.Approvers, DueAt: r.DueAt, Brief: r.Brief,
		PolicyName: r.PolicyName, OnSilence: rapport.OnSilence(r.OnSilence), Seq: r.Seq, CreatedAt: r.CreatedAt, ClosedAt: r.ClosedAt,
	}
	if r.OpenStage != nil {
		n := int(*r.OpenStage)
		item.OpenStage = &n
	}
	if err := json.Unmarshal(r.Stages, &item.Stages); err != nil {
		return item, fmt.Errorf("read the stages of review %s: %w", r.ID, err)
	}
	return item, nil
}

// Review finds one review of the scope.
func (s *Store) Review(ctx context.Context, id uuid.UUID) (rapport.ReviewItem, error) {
	items, _, err := s.ListReviews(ctx, rapport.ReviewFilter{ID: &id}, rapport.Page{Limit: 1})
	if err == nil && len(items) == 0 {
		err = mapped(pgx.ErrNoRows)
	}
	if err != nil {
		return rapport.ReviewItem{}, err
	}
	return items[0], nil
}

// ReviewDecisions lists every decision on a review of the scope, also refused and moot ones, oldest first.
func (s *Store) ReviewDecisions(ctx context.Context, review uuid.UUID) ([]rapport.ReviewDecision, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ReviewDecision, error) {
		rows, err := s.q.ListDecisions(ctx, tx, gen.ListDecisionsParams{ReviewID: review, Brands: rapport.BrandsFrom(ctx)})
		list := make([]rapport.ReviewDecision, len(rows))
		for i, r := range rows {
			list[i] = rapport.ReviewDecision{
				ID: r.ID, ReviewID: r.ReviewID, SubmissionID: r.SubmissionID, BrandID: r.BrandID, User: rapport.UserRef{ID: r.UserID, Name: r.UserName},
				Decision: r.Decision, Comment: text(r.Comment), State: r.State, At: r.At,
			}
			if r.OnBehalfOf != nil {
				list[i].OnBehalfOf = &rapport.UserRef{ID: *r.OnBehalfOf, Name: text(r.BehalfName)}
			}
			if r.Stage != nil {
				n := int(*r.Stage)
				list[i].Stage = &n
			}
		}
		return list, err
	})
}

// ProposeDecision keeps a decision, with its text, until the review has taken or refused it.
func (s *Store) ProposeDecision(ctx context.Context, d rapport.ReviewDecision) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.InsertDecision(ctx, tx, gen.InsertDecisionParams{
			ID: d.ID, ReviewID: d.ReviewID, SubmissionID: d.SubmissionID, BrandID: d.BrandID, UserID: d.User.ID, Decision: d.Decision, Comment: orNil(d.Comment),
		})
	})
}

// UserNames names people of the house by id; unknown ids are left out.
func (s *Store) UserNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (map[uuid.UUID]string, error) {
		rows, err := s.q.NamesOfUsers(ctx, tx, noNil(ids))
		names := make(map[uuid.UUID]string, len(rows))
		for _, r := range rows {
			names[r.ID] = r.Name
		}
		return names, err
	})
}
