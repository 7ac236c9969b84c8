package api

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// OverviewStore counts.
type OverviewStore interface {
	Deciding(ctx context.Context, user uuid.UUID) (bool, error)
	Overview(ctx context.Context, p rapport.Principal, brandID *uuid.UUID) (rapport.Overview, error)
}

// GetOverview counts what needs somebody, over the brands of the scope or in one of them.
func (s *Server) GetOverview(ctx context.Context, r gen.GetOverviewRequestObject) (gen.GetOverviewResponseObject, error) {
	if b := r.Params.BrandId; b != nil && !slices.Contains(rapport.BrandsFrom(ctx), *b) {
		return nil, notFound("brand")
	}
	store, err := storeAs[OverviewStore](s)
	if err != nil {
		return nil, err
	}
	if err := ownDecisions(ctx, store); err != nil {
		return nil, err
	}
	o, err := store.Overview(ctx, principalFrom(ctx), r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	stages := make(map[string]int, len(o.Stages))
	for stage, n := range o.Stages {
		stages[string(stage)] = n
	}
	return gen.GetOverview200JSONResponse{
		TasksOpen: o.TasksOpen, TasksOverdue: o.TasksOverdue, ReviewsMine: o.ReviewsMine, ReviewsOpen: o.ReviewsOpen, PayoutsToApprove: o.PayoutsToApprove,
		Attention: o.Attention, RepliesNew: o.RepliesNew, Stages: stages,
		PaidByWeek: each(o.PaidByWeek, func(w rapport.WeekMoney) gen.WeekMoney {
			return gen.WeekMoney{Week: toDate(w.Week), Amount: toMoney(w.Amount)}
		}),
		ClockNote: clockNote(o.ShortestDay),
	}, nil
}

// clockNote says so where a day does not last a day; nil in production.
func clockNote(day time.Duration) *string {
	if day <= 0 || day >= rapport.Day {
		return nil
	}
	return orNil(fmt.Sprintf("In this installation a day lasts %s. Everything else is as in production.", spanWords(day)))
}

func spanWords(d time.Duration) string {
	n, unit := int(d/time.Second), "second"
	switch {
	case d%time.Hour == 0:
		n, unit = int(d/time.Hour), "hour"
	case d%time.Minute == 0:
		n, unit = int(d/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}
