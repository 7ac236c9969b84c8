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

// ListSequences lists the newest version of each sequence that the scope's brands may use. With a brand, its own wins over
// the common one of the same name.
func (s *Store) ListSequences(ctx context.Context, brandID *uuid.UUID) ([]rapport.SequenceVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.SequenceVersion, error) {
		rows, err := s.q.ListSequences(ctx, tx, gen.ListSequencesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brandID})
		if err != nil {
			return nil, err
		}
		list := make([]rapport.SequenceVersion, len(rows))
		for i, r := range rows {
			v := rapport.SequenceVersion{BrandID: r.BrandID, Name: r.Name, CreatedAt: r.CreatedAt, Sequence: rapport.Sequence{ID: r.ID, Version: int(r.Version), CoolOffDays: int(r.CoolOffDays)}}
			if err := readSequence(&v.Sequence, r.TriggerOn, r.Steps); err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	})
}

// readSequence reads the parts of a sequence that are kept as JSON; without a trigger it is a campaign's outreach.
func readSequence(s *rapport.Sequence, trigger, steps json.RawMessage) error {
	if err := json.Unmarshal(steps, &s.Steps); err != nil {
		return fmt.Errorf("read the steps of sequence %s: %w", s.ID, err)
	}
	if len(trigger) == 0 {
		return nil
	}
	if err := json.Unmarshal(trigger, &s.Trigger); err != nil {
		return fmt.Errorf("read the trigger of sequence %s: %w", s.ID, err)
	}
	return nil
}

// CreateSequence adds a sequence to the brand, or a new version of the one with this name. Running partnerships keep theirs.
func (s *Store) CreateSequence(ctx context.Context, v rapport.SequenceVersion, by uuid.UUID) (rapport.SequenceVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.SequenceVersion, error) {
		newest, err := s.q.NewestSequence(ctx, tx, gen.NewestSequenceParams{BrandID: v.BrandID, Name: v.Name})
		if err == nil && newest.Triggered != (v.Sequence.Trigger != nil) {
			return rapport.SequenceVersion{}, rapport.Invalid(rapport.Field{
				Path: "trigger", Code: "other_kind", Detail: "A campaign's outreach stays one, and what starts by itself stays so. Give it another name.",
			})
		}
		if v.Sequence.ID, v.Sequence.Version, err = nextVersion(newest.ID, newest.Version, err); err != nil {
			return rapport.SequenceVersion{}, err
		}
		steps, err := json.Marshal(v.Sequence.Steps)
		if err != nil {
			return rapport.SequenceVersion{}, fmt.Errorf("write the steps: %w", err)
		}
		var trigger json.RawMessage
		if v.Sequence.Trigger != nil {
			trigger = mustJSON(v.Sequence.Trigger)
		}
		v.CreatedAt, err = s.q.CreateSequence(ctx, tx, gen.CreateSequenceParams{
			TriggerOn: trigger, ID: v.Sequence.ID, Version: int32(v.Sequence.Version), BrandID: v.BrandID, Name: v.Name, Steps: steps, CoolOffDays: int32(v.Sequence.CoolOffDays), CreatedBy: some(by),
		})
		return v, err
	})
}

// ListTemplates lists the newest version of each mail template, as ListSequences does.
func (s *Store) ListTemplates(ctx context.Context, brandID *uuid.UUID) ([]rapport.TemplateVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.TemplateVersion, error) {
		rows, err := s.q.ListTemplates(ctx, tx, gen.ListTemplatesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brandID})
		list := make([]rapport.TemplateVersion, len(rows))
		for i, r := range rows {
			list[i] = rapport.TemplateVersion{ID: r.ID, Version: int(r.Version), BrandID: r.BrandID, Name: r.Name, Subject: r.Subject, Body: r.Body, CreatedAt: r.CreatedAt}
		}
		return list, err
	})
}

// CreateTemplate adds a mail template to the brand, or a new version of the one with this name.
func (s *Store) CreateTemplate(ctx context.Context, v rapport.TemplateVersion, by uuid.UUID) (rapport.TemplateVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.TemplateVersion, error) {
		newest, err := s.q.NewestTemplate(ctx, tx, gen.NewestTemplateParams{BrandID: v.BrandID, Name: v.Name})
		if v.ID, v.Version, err = nextVersion(newest.ID, newest.Version, err); err != nil {
			return rapport.TemplateVersion{}, err
		}
		v.CreatedAt, err = s.q.CreateTemplate(ctx, tx, gen.CreateTemplateParams{
			ID: v.ID, Version: int32(v.Version), BrandID: v.BrandID, Name: v.Name, Subject: v.Subject, Body: v.Body, CreatedBy: some(by),
		})
		return v, err
	})
}

// ListPolicies lists the newest version of each approval policy, as ListSequences does.
func (s *Store) ListPolicies(ctx context.Context, brandID *uuid.UUID) ([]rapport.PolicyVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PolicyVersion, error) {
		rows, err := s.q.ListPolicies(ctx, tx, gen.ListPoliciesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brandID})
		if err != nil {
			return nil, err
		}
		list := make([]rapport.PolicyVersion, len(rows))
		for i, r := range rows {
			v := rapport.PolicyVersion{BrandID: r.BrandID, Name: r.Name, CreatedAt: r.CreatedAt, Policy: rapport.Policy{ID: r.ID, Version: int(r.Version), OnSilence: rapport.OnSilence(r.OnSilence)}}
			if err := json.Unmarshal(r.Stages, &v.Policy.Stages); err != nil {
				return nil, fmt.Errorf("read the stages of policy %s: %w", r.ID, err)
			}
			list[i] = v
		}
		return list, nil
	})
}

// CreatePolicy adds an approval policy to the brand, or a new version of the one with this name. It answers invalid when it
// names a person who has no role at the brand.
func (s *Store) CreatePolicy(ctx context.Context, v rapport.PolicyVersion, by uuid.UUID) (rapport.PolicyVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PolicyVersion, error) {
		if err := s.checkApprovers(ctx, tx, v); err != nil {
			return rapport.PolicyVersion{}, err
		}
		newest, err := s.q.NewestPolicy(ctx, tx, gen.NewestPolicyParams{BrandID: v.BrandID, Name: v.Name})
		if v.Policy.ID, v.Policy.Version, err = nextVersion(newest.ID, newest.Version, err); err != nil {
			return rapport.PolicyVersion{}, err
		}
		stages, err := json.Marshal(v.Policy.Stages)
		if err != nil {
			return rapport.PolicyVersion{}, fmt.Errorf("write the stages: %w", err)
		}
		v.CreatedAt, err = s.q.CreatePolicy(ctx, tx, gen.CreatePolicyParams{
			ID: v.Policy.ID, Version: int32(v.Policy.Version), BrandID: v.BrandID, Name: v.Name, Stages: stages, OnSilence: string(v.Policy.OnSilence), CreatedBy: some(by),
		})
		return v, err
	})
}

func (s *Store) checkApprovers(ctx context.Context, tx pgx.Tx, v rapport.PolicyVersion) error {
	at := map[uuid.UUID]string{}
	for i, stage := range v.Policy.Stages {
		for j, a := range stage.Approvers {
			if a.UserID != nil {
				at[*a.UserID] = fmt.Sprintf("stages[%d].approvers[%d].user_id", i, j)
			}
		}
		for j, a := range stage.EscalateTo {
			if a.UserID != nil {
				at[*a.UserID] = fmt.Sprintf("stages[%d].escalate_to[%d].user_id", i, j)
			}
		}
	}
	people := make([]uuid.UUID, 0, len(at))
	for id := range at {
		people = append(people, id)
	}
	outside, err := s.q.PeopleOutside(ctx, tx, gen.PeopleOutsideParams{People: people, BrandID: *v.BrandID})
	if err != nil || len(outside) == 0 {
		return err
	}
	var bad []rapport.Field
	for _, id := range outside {
		bad = append(bad, rapport.Field{Path: at[id], Code: "no_role", Detail: "This person has no role at the brand."})
	}
	return rapport.Invalid(rapport.SortFields(bad)...)
}

// nextVersion is the id and number of the version after the newest one; the first of a new thing when there is none. Of two
// made at once, the unique key lets one through.
func nextVersion(id uuid.UUID, version int32, err error) (uuid.UUID, int, error) {
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return newID(), 1, nil
	case err != nil:
		return uuid.Nil, 0, err
	}
	return id, int(version) + 1, nil
}
