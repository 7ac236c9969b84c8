package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// CampaignHealth is how the partnerships of the scope go, or of one of its brands or campaigns; not_found for a campaign that is not there.
func (s *Store) CampaignHealth(ctx context.Context, brandID, campaignID *uuid.UUID) (rapport.CampaignHealth, error) {
	scope := scopeOr(ctx, brandID)
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.CampaignHealth, error) {
		var h rapport.CampaignHealth
		budgets, err := s.q.BudgetsOfHealth(ctx, tx, gen.BudgetsOfHealthParams{Brands: scope, CampaignID: campaignID})
		if err != nil {
			return h, fmt.Errorf("budgets: %w", err)
		}
		if campaignID != nil && len(budgets) == 0 {
			return h, pgx.ErrNoRows
		}
		for _, r := range budgets {
			money := func(amount int64) rapport.Money { return rapport.Money{Amount: amount, Currency: r.Currency} }
			h.Budgets = append(h.Budgets, rapport.BudgetHealth{
				Campaigns: int(r.Campaigns), Budget: money(r.Budget), Reserved: money(r.Reserved), Committed: money(r.Committed), Paid: money(r.Paid),
			})
		}
		if h.Stages, err = s.stagesOf(ctx, tx, scope, campaignID); err != nil {
			return h, err
		}
		drafts, err := s.q.DraftsOnTime(ctx, tx, gen.DraftsOnTimeParams{Brands: scope, CampaignID: campaignID})
		if err != nil {
			return h, fmt.Errorf("drafts: %w", err)
		}
		h.Drafts = rapport.DraftHealth{OnTime: int(drafts.OnTime), Late: int(drafts.Late)}
		approvers, err := s.q.ApproversOfHealth(ctx, tx, gen.ApproversOfHealthParams{Brands: scope, CampaignID: campaignID})
		if err != nil {
			return h, fmt.Errorf("approvers: %w", err)
		}
		for _, r := range approvers {
			h.Approvers = append(h.Approvers, rapport.ApproverHealth{
				User: rapport.UserRef{ID: r.ID, Name: r.Name}, Waiting: int(r.Waiting), Late: int(r.Late), Decided: int(r.Decided), Median: secondsOrNil(r.MedianSeconds),
			})
		}
		return h, nil
	})
}

// scopeOr is the one brand that is asked for, else every brand of the scope.
func scopeOr(ctx context.Context, brandID *uuid.UUID) []uuid.UUID {
	if brandID != nil {
		return []uuid.UUID{*brandID}
	}
	return noNil(rapport.BrandsFrom(ctx))
}

// secondsOrNil is nil below zero, which stands for unknown.
func secondsOrNil(seconds float64) *time.Duration {
	if seconds < 0 {
		return nil
	}
	d := time.Duration(seconds * float64(time.Second))
	return &d
}

func (s *Store) stagesOf(ctx context.Context, tx pgx.Tx, scope []uuid.UUID, campaignID *uuid.UUID) ([]rapport.StageHealth, error) {
	params := gen.StagesOfHealthParams{Brands: scope, CampaignID: campaignID}
	for _, stage := range rapport.AgeingStages() {
		params.OpenStages = append(params.OpenStages, string(stage))
	}
	rows, err := s.q.StagesOfHealth(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("stages: %w", err)
	}
	stages := make([]rapport.StageHealth, len(rows))
	for i, r := range rows {
		stages[i] = rapport.StageHealth{Stage: rapport.Stage(r.Stage), Count: int(r.N), Median: secondsOrNil(r.MedianSeconds), Stays: int(r.Stays), Ageing: int(r.Ageing)}
	}
	order := rapport.Stages()
	slices.SortFunc(stages, func(a, b rapport.StageHealth) int { return slices.Index(order, a.Stage) - slices.Index(order, b.Stage) })
	return stages, nil
}

// Moves lists what moved in partnerships of the scope since a time, newest first.
func (s *Store) Moves(ctx context.Context, f rapport.MoveFilter, page rapport.Page) ([]rapport.Move, []string, error) {
	after, err := afterEntry(page)
	if err != nil {
		return nil, nil, err
	}
	var next []string
	moves, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Move, error) {
		rows, err := s.q.ListMoves(ctx, tx, gen.ListMovesParams{
			Brands: scopeOr(ctx, f.BrandID), Since: f.Since, AfterAt: after.at, AfterSource: after.source, AfterSeq: after.seq, MaxRows: int32(page.Limit + 1),
		})
		if err != nil {
			return nil, fmt.Errorf("moves: %w", err)
		}
		entries := make([]rapport.TimelineEntry, len(rows))
		for i, r := range rows {
			entries[i] = entryOf(gen.TimelineEventsRow{
				PartnershipID: r.PartnershipID, Source: r.Source, SourceID: r.SourceID, Seq: r.Seq, At: r.At, Kind: r.Kind, Ref: r.Ref, Ref2: r.Ref2, Actor: r.Actor,
				Code: r.Code, Amount: r.Amount, Currency: r.Currency, N: r.N, Until: r.Until,
			})
		}
		if len(entries) > page.Limit {
			entries = entries[:page.Limit]
			next = entryKey(entries[len(entries)-1])
		}
		moves := make([]rapport.Move, len(entries))
		err = s.nameEntries(ctx, tx, entries)
		for i, e := range entries {
			moves[i] = rapport.Move{TimelineEntry: e, CreatorName: rows[i].CreatorName, CampaignName: rows[i].CampaignName}
		}
		return moves, err
	})
	return moves, next, err
}
