package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListDelegations lists who decides for whom at the brands of the scope; those that have ended last.
func (s *Store) ListDelegations(ctx context.Context, brand *uuid.UUID) ([]rapport.Delegation, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Delegation, error) {
		return s.delegations(ctx, tx, brand, nil)
	})
}

func (s *Store) delegations(ctx context.Context, tx pgx.Tx, brand, id *uuid.UUID) ([]rapport.Delegation, error) {
	rows, err := s.q.ListDelegations(ctx, tx, gen.ListDelegationsParams{Brands: rapport.BrandsFrom(ctx), BrandID: brand, ID: id})
	list := make([]rapport.Delegation, len(rows))
	for i, r := range rows {
		list[i] = rapport.Delegation{
			ID: r.ID, BrandID: r.BrandID, From: rapport.UserRef{ID: r.FromUser, Name: r.FromName}, To: rapport.UserRef{ID: r.ToUser, Name: r.ToName},
			StartsAt: r.StartsAt, EndsAt: r.EndsAt, State: r.State,
		}
	}
	return list, err
}

// Delegation finds one delegation of the scope.
func (s *Store) Delegation(ctx context.Context, id uuid.UUID) (rapport.Delegation, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Delegation, error) {
		list, err := s.delegations(ctx, tx, nil, &id)
		if err == nil && len(list) == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return rapport.Delegation{}, err
		}
		return list[0], nil
	})
}

// CreateDelegation lets somebody decide for a person for a time. It answers invalid when one of them has no role at the brand, or when
// the decisions would come back to whom they were taken from.
func (s *Store) CreateDelegation(ctx context.Context, d rapport.Delegation, by uuid.UUID) (rapport.Delegation, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Delegation, error) {
		if err := s.q.LockDelegations(ctx, tx, d.BrandID); err != nil {
			return d, fmt.Errorf("lock: %w", err)
		}
		outside, err := s.q.PeopleOutside(ctx, tx, gen.PeopleOutsideParams{People: []uuid.UUID{d.From.ID, d.To.ID}, BrandID: d.BrandID})
		if err != nil {
			return d, err
		}
		var bad []rapport.Field
		for _, id := range outside {
			path := "to_user_id"
			if id == d.From.ID {
				path = "from_user_id"
			}
			bad = append(bad, rapport.Field{Path: path, Code: "no_role", Detail: "This person has no role at the brand."})
		}
		can, err := s.q.CanDecide(ctx, tx, gen.CanDecideParams{UserID: d.To.ID, BrandID: d.BrandID})
		if err != nil {
			return d, err
		}
		if !can && !slices.Contains(outside, d.To.ID) {
			bad = append(bad, rapport.Field{Path: "to_user_id", Code: "no_role", Detail: "This person decides on no content of the brand: they have no role there for it."})
		}
		loops, err := s.q.DelegationLoop(ctx, tx, gen.DelegationLoopParams{BrandID: d.BrandID, FromUser: d.From.ID, ToUser: d.To.ID, StartsAt: d.StartsAt, EndsAt: d.EndsAt})
		if err != nil {
			return d, err
		}
		if loops {
			bad = append(bad, rapport.Field{Path: "to_user_id", Code: "loop", Detail: "At some time of it, this person lets the other one decide: the decisions would come back."})
		}
		if len(bad) > 0 {
			return d, rapport.Invalid(bad...)
		}
		d.ID = newID()
		err = s.q.CreateDelegation(ctx, tx, gen.CreateDelegationParams{ID: d.ID, BrandID: d.BrandID, FromUser: d.From.ID, ToUser: d.To.ID, StartsAt: d.StartsAt, EndsAt: d.EndsAt, CreatedBy: some(by)})
		if err != nil {
			return d, err
		}
		if err := s.audit(ctx, tx, by, "delegation.created", d.ID, map[string]any{"from": d.From.ID, "to": d.To.ID}); err != nil {
			return d, err
		}
		list, err := s.delegations(ctx, tx, nil, &d.ID)
		if err == nil && len(list) == 1 {
			d = list[0]
		}
		return d, err
	})
}

// EndDelegation ends a delegation of the scope now.
func (s *Store) EndDelegation(ctx context.Context, id, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.EndDelegation(ctx, tx, gen.EndDelegationParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && n == 0 {
			return &rapport.Error{Code: rapport.CodeConflict, Reason: "ended", Message: "This has ended already."}
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "delegation.ended", id, nil)
	})
}

// Slack says whether a brand of the scope is connected; nil for one that is not.
func (s *Store) Slack(ctx context.Context, brand uuid.UUID) (*rapport.SlackChannel, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (*rapport.SlackChannel, error) {
		r, err := s.q.GetSlack(ctx, tx, brand)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, nil
		}
		return &rapport.SlackChannel{ConnectedAt: r.ConnectedAt, LastError: r.LastError}, err
	})
}

// SetSlack connects a brand's channel by its incoming webhook; an empty address disconnects it.
func (s *Store) SetSlack(ctx context.Context, brand uuid.UUID, webhookURL string, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		action, set := "slack.disconnected", s.q.RemoveSlack
		if webhookURL != "" {
			action, set = "slack.connected", func(ctx context.Context, tx gen.DBTX, brand uuid.UUID) error {
				return s.q.SetSlack(ctx, tx, gen.SetSlackParams{BrandID: brand, WebhookUrl: webhookURL, By: some(by)})
			}
		}
		if err := set(ctx, tx, brand); err != nil {
			return err
		}
		return s.audit(ctx, tx, by, action, brand, nil)
	})
}

// orZero is the zero value for none.
func orZero[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}
