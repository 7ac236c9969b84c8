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

// Overview counts what needs somebody in the brands of the scope, or in one of them; tasks and reviews as far as they are the
// person's or for one of the person's roles.
func (s *Store) Overview(ctx context.Context, p rapport.Principal, brandID *uuid.UUID) (rapport.Overview, error) {
	scope := rapport.BrandsFrom(ctx)
	if brandID != nil {
		scope = []uuid.UUID{*brandID}
	}
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Overview, error) {
		params := gen.OverviewParams{Brands: noNil(scope), UserID: some(p.UserID)}
		params.RoleBrands, params.RoleNames = brandsOfRoles(p)
		r, err := s.q.Overview(ctx, tx, params)
		if err != nil {
			return rapport.Overview{}, fmt.Errorf("counts: %w", err)
		}
		o := rapport.Overview{
			TasksOpen: int(r.TasksOpen), TasksOverdue: int(r.TasksOverdue), ReviewsMine: int(r.ReviewsMine), ReviewsOpen: int(r.ReviewsOpen),
			PayoutsToApprove: int(r.PayoutsToApprove), Attention: int(r.Attention),
			RepliesNew: int(r.RepliesNew), Stages: map[rapport.Stage]int{}, ShortestDay: time.Duration(r.DaySeconds) * time.Second,
		}
		stages, err := s.q.OverviewStages(ctx, tx, noNil(scope))
		if err != nil {
			return o, fmt.Errorf("stages: %w", err)
		}
		for _, n := range stages {
			o.Stages[rapport.Stage(n.Stage)] = int(n.N)
		}
		weeks, err := s.q.PaidByWeek(ctx, tx, noNil(scope))
		if err != nil {
			return o, fmt.Errorf("weeks: %w", err)
		}
		for _, w := range weeks {
			o.PaidByWeek = append(o.PaidByWeek, rapport.WeekMoney{Week: w.Week, Amount: rapport.Money{Amount: w.Amount, Currency: w.Currency}})
		}
		return o, nil
	})
}

// brandsOfRoles are the brands and roles of a person as pairs, for queries that ask which of them a row is for.
func brandsOfRoles(p rapport.Principal) (brands []uuid.UUID, roles []string) {
	brands, roles = []uuid.UUID{}, []string{}
	for _, b := range p.Brands {
		for _, role := range b.Roles {
			brands, roles = append(brands, b.BrandID), append(roles, string(role))
		}
	}
	return brands, roles
}
