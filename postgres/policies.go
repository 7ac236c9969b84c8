package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

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
		list := make([]rapport.PolicyVersion, len(rows))
		for i, r := range rows {
			if list[i], err = policyVersion(gen.PolicyVersionsRow(r)); err != nil {
				return nil, err
			}
		}
		return list, err
	})
}

// PolicyVersions lists every version of a policy, newest first; not_found for one that the scope may not use.
func (s *Store) PolicyVersions(ctx context.Context, id uuid.UUID) ([]rapport.PolicyVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PolicyVersion, error) {
		rows, err := s.q.PolicyVersions(ctx, tx, gen.PolicyVersionsParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && len(rows) == 0 {
			err = pgx.ErrNoRows
		}
		list := make([]rapport.PolicyVersion, len(rows))
		for i, r := range rows {
			if list[i], err = policyVersion(r); err != nil {
				return nil, err
			}
		}
		return list, err
	})
}

func policyVersion(r gen.PolicyVersionsRow) (rapport.PolicyVersion, error) {
	v := rapport.PolicyVersion{
		BrandID: r.BrandID, Name: r.Name, CreatedAt: r.CreatedAt, RetiredAt: r.RetiredAt,
		Policy: rapport.Policy{ID: r.ID, Version: int(r.Version), OnSilence: rapport.OnSilence(r.OnSilence), Rank: int(r.Rank)},
	}
	if err := json.Unmarshal(r.Stages, &v.Policy.Stages); err != nil {
		return v, fmt.Errorf("read the stages of policy %s: %w", r.ID, err)
	}
	if len(r.AppliesWhen) > 0 {
		if err := json.Unmarshal(r.AppliesWhen, &v.Policy.When); err != nil {
			return v, fmt.Errorf("read the conditions of policy %s: %w", r.ID, err)
		}
	}
	return v, nil
}

// CreatePolicy adds an approval policy to the brand, or a new version of the one with this name. It answers invalid when it
// names a person, an outside reviewer or a campaign that is none of the brand's.
func (s *Store) CreatePolicy(ctx context.Context, v rapport.PolicyVersion, by uuid.UUID) (rapport.PolicyVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.PolicyVersion, error) {
		if err := s.checkApprovers(ctx, tx, v); err != nil {
			return rapport.PolicyVersion{}, err
		}
		newest, err := s.q.NewestPolicy(ctx, tx, gen.NewestPolicyParams{BrandID: v.BrandID, Name: v.Name})
		if v.Policy.ID, v.Policy.Version, err = nextVersion(newest.ID, newest.Version, err); err != nil {
			return rapport.PolicyVersion{}, err
		}
		if err := editedNewest(v); err != nil {
			return rapport.PolicyVersion{}, err
		}
		stages, err := json.Marshal(v.Policy.Stages)
		if err != nil {
			return rapport.PolicyVersion{}, fmt.Errorf("write the stages: %w", err)
		}
		var when json.RawMessage
		if v.Policy.When != nil {
			when = mustJSON(v.Policy.When)
		}
		v.CreatedAt, err = s.q.CreatePolicy(ctx, tx, gen.CreatePolicyParams{
			ID: v.Policy.ID, Version: int32(v.Policy.Version), BrandID: v.BrandID, Name: v.Name, Stages: stages, OnSilence: string(v.Policy.OnSilence), CreatedBy: some(by),
			AppliesWhen: when, Rank: int32(v.Policy.Rank),
		})
		if err != nil {
			return v, err
		}
		return v, s.audit(ctx, tx, by, "policy.saved", v.Policy.ID, map[string]any{"version": v.Policy.Version})
	})
}

// editedNewest refuses a version that would take the place of one that its writer has not seen.
func editedNewest(v rapport.PolicyVersion) error {
	newest := v.Policy.Version - 1
	switch {
	case v.From == nil || *v.From == newest:
		return nil
	case *v.From == 0:
		return rapport.Invalid(rapport.Field{Path: "name", Code: "taken", Detail: "A policy of this name is there already. Open that one, or take another name."})
	default:
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "newer_version", Message: fmt.Sprintf("Version %d was saved meanwhile. Look at it first; nothing was saved.", newest)}
	}
}

// RetirePolicy lets a policy of the scope choose itself no more; what runs under it goes on.
func (s *Store) RetirePolicy(ctx context.Context, id, by uuid.UUID) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		n, err := s.q.RetirePolicy(ctx, tx, gen.RetirePolicyParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && n == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, by, "policy.retired", id, nil)
	})
}

func (s *Store) checkApprovers(ctx context.Context, tx pgx.Tx, v rapport.PolicyVersion) error {
	at, outside := map[uuid.UUID]string{}, map[uuid.UUID]string{}
	note := func(path string, list []rapport.Approver) {
		for j, a := range list {
			if a.UserID != nil {
				at[*a.UserID] = fmt.Sprintf("%s[%d].user_id", path, j)
			}
			if a.ReviewerID != nil {
				outside[*a.ReviewerID] = fmt.Sprintf("%s[%d].reviewer_id", path, j)
			}
		}
	}
	for i, stage := range v.Policy.Stages {
		note(fmt.Sprintf("stages[%d].approvers", i), stage.Approvers)
		note(fmt.Sprintf("stages[%d].escalate_to", i), stage.EscalateTo)
	}
	strangers, err := s.q.PeopleOutside(ctx, tx, gen.PeopleOutsideParams{People: slices.Collect(maps.Keys(at)), BrandID: *v.BrandID})
	if err != nil {
		return err
	}
	unknown, err := s.q.ReviewersOutside(ctx, tx, gen.ReviewersOutsideParams{Reviewers: slices.Collect(maps.Keys(outside)), BrandID: *v.BrandID})
	if err != nil {
		return err
	}
	var bad []rapport.Field
	for _, id := range strangers {
		bad = append(bad, rapport.Field{Path: at[id], Code: "no_role", Detail: "This person has no role at the brand."})
	}
	for _, id := range unknown {
		bad = append(bad, rapport.Field{Path: outside[id], Code: "unknown", Detail: "The brand has no such outside reviewer."})
	}
	if v.Policy.When != nil {
		elsewhere, err := s.q.CampaignsOutside(ctx, tx, gen.CampaignsOutsideParams{Campaigns: noNil(v.Policy.When.Campaigns), BrandID: *v.BrandID})
		if err != nil {
			return err
		}
		for _, id := range elsewhere {
			path := fmt.Sprintf("when.campaigns[%d]", slices.Index(v.Policy.When.Campaigns, id))
			bad = append(bad, rapport.Field{Path: path, Code: "unknown", Detail: "The brand has no such campaign."})
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return rapport.Invalid(rapport.SortFields(bad)...)
}

// SimulationOf gathers the newest submissions of a brand of the scope with what a policy would be chosen by, the people it would ask, and
// how long each takes to decide.
func (s *Store) SimulationOf(ctx context.Context, brand uuid.UUID, policy rapport.Policy, last int) ([]rapport.PastSubmission, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.PastSubmission, error) {
		if err := s.checkApprovers(ctx, tx, rapport.PolicyVersion{BrandID: &brand, Policy: policy}); err != nil {
			return nil, err
		}
		rows, err := s.q.LastSubmissions(ctx, tx, gen.LastSubmissionsParams{BrandID: brand, Brands: rapport.BrandsFrom(ctx), MaxRows: int32(last)})
		if err != nil {
			return nil, err
		}
		times, err := s.q.AnswerTimes(ctx, tx, brand)
		if err != nil {
			return nil, fmt.Errorf("times: %w", err)
		}
		took := map[uuid.UUID]time.Duration{}
		for _, t := range times {
			took[t.UserID] = time.Duration(t.Seconds * float64(time.Second))
		}
		list := make([]rapport.PastSubmission, len(rows))
		for i, r := range rows {
			p := rapport.PastSubmission{
				SubmissionID: r.ID, ReviewID: r.ReviewID, Title: r.Title, Creator: r.CreatorName, Campaign: r.CampaignName, Version: int(r.Version), SubmittedAt: r.CreatedAt,
				EndedAt: r.ClosedAt, PolicyName: r.PolicyName, Took: took,
			}
			if p.Facts, _, err = s.submissionFacts(ctx, tx, r.ID); err != nil {
				return nil, err
			}
			if p.Plan, err = s.reviewPlan(ctx, tx, planFor{brand: brand, creator: r.CreatorID, publishBy: r.PublishBy}, policy); err != nil {
				return nil, err
			}
			list[i] = p
		}
		return list, nil
	})
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
