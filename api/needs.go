package api

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// need is a task or a review, in the order in which both lists come: by due time, what has none last, then by id.
type need struct {
	due  *time.Time
	id   uuid.UUID
	show func() gen.Need
}

func sooner(a, b need) int {
	switch {
	case (a.due == nil) != (b.due == nil):
		if a.due == nil {
			return 1
		}
		return -1
	case a.due != nil && !a.due.Equal(*b.due):
		return a.due.Compare(*b.due)
	}
	return bytes.Compare(a.id[:], b.id[:])
}

// ListNeeds lists what waits for the person by due time. Tasks and reviews go on after the same key.
func (s *Server) ListNeeds(ctx context.Context, r gen.ListNeedsRequestObject) (gen.ListNeedsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[ReviewStore](s)
	if err != nil {
		return nil, err
	}
	if err := ownDecisions(ctx, store); err != nil {
		return nil, err
	}
	me := principalFrom(ctx).UserID
	tasks, nextTask, err := s.cfg.Store.ListTasks(ctx, rapport.TaskFilter{BrandID: r.Params.BrandId, OwnerID: &me, WithRoles: true, State: rapport.TaskOpen}, page)
	if err != nil {
		return nil, err
	}
	reviews, nextReview, err := store.ListReviews(ctx, rapport.ReviewFilter{BrandID: r.Params.BrandId, AssignedTo: &me}, page)
	if err != nil {
		return nil, err
	}
	desk, err := s.deskOf(ctx, store, me, reviews)
	if err != nil {
		return nil, err
	}
	names, err := store.UserNames(ctx, escalatesTo(reviews))
	if err != nil {
		return nil, err
	}
	needs := make([]need, 0, len(tasks)+len(reviews))
	for _, t := range tasks {
		needs = append(needs, need{t.DueAt, t.ID, func() gen.Need { return needOfTask(t) }})
	}
	for _, item := range reviews {
		needs = append(needs, need{item.DueAt, item.ID, func() gen.Need { return needOfReview(desk.summary(item), item, names) }})
	}
	slices.SortFunc(needs, sooner)
	list := gen.ListNeeds200JSONResponse{Items: []gen.Need{}}
	if len(needs) > page.Limit || nextTask != nil || nextReview != nil {
		needs = needs[:min(len(needs), page.Limit)]
		last := needs[len(needs)-1]
		due := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC) // as both lists put what has no due time
		if last.due != nil {
			due = *last.due
		}
		list.NextCursor = cursorOf([]string{due.UTC().Format(time.RFC3339Nano), last.id.String()})
	}
	for _, n := range needs {
		list.Items = append(list.Items, n.show())
	}
	return list, nil
}

func needOfTask(t rapport.Task) gen.Need {
	task := toTask(t)
	out := gen.Need{Task: &task, IfNot: task.IfNotDone}
	if out.IfNot != nil {
		out.IfNotAt = t.DueAt
	}
	return out
}

// escalatesTo are the people whom the reviews ask next.
func escalatesTo(reviews []rapport.ReviewItem) []uuid.UUID {
	var people []uuid.UUID
	for _, r := range reviews {
		if level := nextLevel(r); level != nil && level.UserID != nil {
			people = append(people, *level.UserID)
		}
	}
	return people
}

// nextLevel is whom the open stage of a review asks next; nil when there is nobody left.
func nextLevel(r rapport.ReviewItem) *rapport.Approver {
	if r.State != rapport.ReviewOpen || r.OpenStage == nil || *r.OpenStage < 0 || *r.OpenStage >= min(len(r.Stages), len(r.Policy)) {
		return nil
	}
	chain, level := r.Policy[*r.OpenStage].EscalateTo, r.Stages[*r.OpenStage].Level
	if level >= len(chain) {
		return nil
	}
	return &chain[level]
}

// needOfReview says what comes first when nobody decides: somebody else is asked, or the policy does what it says about silence.
func needOfReview(shown gen.ReviewSummary, r rapport.ReviewItem, names map[uuid.UUID]string) gen.Need {
	out := gen.Need{Review: &shown}
	switch level := nextLevel(r); {
	case r.State == rapport.ReviewHeld:
		out.IfNot = orNil("It stays held, and the creator waits")
	case level != nil:
		who := rolePeople[level.Role]
		if article, rest, many := strings.Cut(who, " "); many {
			who = strings.ToLower(article) + " " + rest
		}
		if level.UserID != nil {
			who = cmp.Or(names[*level.UserID], "the next person")
		}
		out.IfNot, out.IfNotAt = orNil("Escalates to "+who), r.DueAt
	default:
		out.IfNot, out.IfNotAt = orNil(silenceEffects[string(r.OnSilence)]), r.SilenceAt
	}
	return out
}

// HealthStore knows how campaigns go.
type HealthStore interface {
	CampaignHealth(ctx context.Context, brandID, campaignID *uuid.UUID) (rapport.CampaignHealth, error)
	Moves(ctx context.Context, f rapport.MoveFilter, page rapport.Page) ([]rapport.Move, []string, error)
}

// GetCampaignHealth says how the partnerships of a campaign go, or of all campaigns.
func (s *Server) GetCampaignHealth(ctx context.Context, r gen.GetCampaignHealthRequestObject) (gen.GetCampaignHealthResponseObject, error) {
	h, err := s.campaignHealth(ctx, r.Params.BrandId, r.Params.CampaignId)
	if err != nil {
		return nil, err
	}
	return gen.GetCampaignHealth200JSONResponse{
		Stages: each(h.Stages, func(x rapport.StageHealth) gen.StageHealth {
			return gen.StageHealth{Stage: gen.Stage(x.Stage), Count: x.Count, MedianSeconds: secondsOf(x.Median), Stays: x.Stays, Ageing: x.Ageing}
		}),
		Drafts: gen.DraftHealth{OnTime: h.Drafts.OnTime, Late: h.Drafts.Late},
		Approvers: each(h.Approvers, func(x rapport.ApproverHealth) gen.ApproverHealth {
			return gen.ApproverHealth{User: toUserRef(x.User), Waiting: x.Waiting, Late: x.Late, Decided: x.Decided, MedianSeconds: secondsOf(x.Median)}
		}),
		Budgets: each(h.Budgets, func(x rapport.BudgetHealth) gen.BudgetHealth {
			return gen.BudgetHealth{Campaigns: x.Campaigns, Budget: toMoney(x.Budget), Reserved: toMoney(x.Reserved), Committed: toMoney(x.Committed), Paid: toMoney(x.Paid)}
		}),
	}, nil
}

func (s *Server) campaignHealth(ctx context.Context, brand, campaign *uuid.UUID) (rapport.CampaignHealth, error) {
	if brand != nil && !slices.Contains(rapport.BrandsFrom(ctx), *brand) {
		return rapport.CampaignHealth{}, notFound("brand")
	}
	store, err := storeAs[HealthStore](s)
	if err != nil {
		return rapport.CampaignHealth{}, err
	}
	h, err := store.CampaignHealth(ctx, brand, campaign)
	if err != nil {
		return h, called("campaign", err)
	}
	return h, nil
}

func secondsOf(d *time.Duration) *float32 {
	if d == nil {
		return nil
	}
	seconds := float32(d.Seconds())
	return &seconds
}

// ListMoves lists what moved in partnerships, newest first.
func (s *Server) ListMoves(ctx context.Context, r gen.ListMovesRequestObject) (gen.ListMovesResponseObject, error) {
	if b := r.Params.BrandId; b != nil && !slices.Contains(rapport.BrandsFrom(ctx), *b) {
		return nil, notFound("brand")
	}
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[HealthStore](s)
	if err != nil {
		return nil, err
	}
	f := rapport.MoveFilter{BrandID: r.Params.BrandId, Since: s.now().Add(-24 * time.Hour)}
	if r.Params.Since != nil {
		f.Since = *r.Params.Since
	}
	moves, next, err := store.Moves(ctx, f, page)
	if err != nil {
		return nil, err
	}
	say := houseWords(ctx)
	return gen.ListMoves200JSONResponse{
		Items: each(moves, func(m rapport.Move) gen.Move {
			return gen.Move{What: toTimelineItem(say, m.TimelineEntry), PartnershipId: m.PartnershipID, CreatorName: m.CreatorName, CampaignName: m.CampaignName}
		}),
		NextCursor: cursorOf(next), Since: f.Since,
	}, nil
}
