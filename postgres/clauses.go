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

// ListClauses lists the newest version of each clause that the scope's brands may use: the built-in ones and, with a brand, its own.
func (s *Store) ListClauses(ctx context.Context, brandID *uuid.UUID) ([]rapport.ClauseVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ClauseVersion, error) {
		return s.clauses(ctx, tx, rapport.BrandsFrom(ctx), brandID)
	})
}

func (s *Store) clauses(ctx context.Context, tx pgx.Tx, brands []uuid.UUID, brandID *uuid.UUID) ([]rapport.ClauseVersion, error) {
	rows, err := s.q.ListClauses(ctx, tx, gen.ListClausesParams{Brands: brands, BrandID: brandID})
	if err != nil {
		return nil, fmt.Errorf("clauses: %w", err)
	}
	list := make([]rapport.ClauseVersion, len(rows))
	for i, r := range rows {
		if list[i], err = clauseVersion(gen.ClauseVersionsRow(r)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// ClauseVersions lists every version of a clause, newest first; not_found for one that the scope may not use.
func (s *Store) ClauseVersions(ctx context.Context, id uuid.UUID) ([]rapport.ClauseVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ClauseVersion, error) {
		rows, err := s.q.ClauseVersions(ctx, tx, gen.ClauseVersionsParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		if err == nil && len(rows) == 0 {
			err = pgx.ErrNoRows
		}
		list := make([]rapport.ClauseVersion, len(rows))
		for i, r := range rows {
			if list[i], err = clauseVersion(r); err != nil {
				return nil, err
			}
		}
		return list, err
	})
}

func clauseVersion(r gen.ClauseVersionsRow) (rapport.ClauseVersion, error) {
	c := rapport.ClauseVersion{ID: r.ID, Version: int(r.Version), BrandID: r.BrandID, Kind: rapport.ClauseKind(r.Kind), Title: r.Title, Body: r.Body, CreatedAt: r.CreatedAt}
	if err := errors.Join(json.Unmarshal(r.Fallbacks, &c.Fallbacks), json.Unmarshal(r.AppliesWhen, &c.When)); err != nil {
		return c, fmt.Errorf("read clause %s: %w", r.ID, err)
	}
	return c, nil
}

// CreateClause adds a clause to its brand, or publishes the next version of the clause with this id, which must be the brand's own;
// conflict when the newest version is not the one that was edited.
func (s *Store) CreateClause(ctx context.Context, c rapport.ClauseVersion, by uuid.UUID) (rapport.ClauseVersion, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ClauseVersion, error) {
		if c.Version = c.From + 1; c.From == 0 {
			c.ID = newID()
		}
		var err error
		c.CreatedAt, err = s.q.CreateClauseVersion(ctx, tx, gen.CreateClauseVersionParams{
			ID: c.ID, Version: int32(c.Version), BrandID: c.BrandID, Kind: string(c.Kind), Title: c.Title, Body: c.Body,
			Fallbacks: mustJSON(noNil(c.Fallbacks)), AppliesWhen: mustJSON(c.When), CreatedBy: some(by),
		})
		if err != nil {
			return c, err
		}
		return c, s.audit(ctx, tx, by, "clause.published", c.ID, map[string]any{"version": c.Version})
	})
}

// ContractsWithClause lists the contracts of the scope that are not over and contain the clause, newest first. Without a version they may
// contain any.
func (s *Store) ContractsWithClause(ctx context.Context, clause uuid.UUID, version *int, page rapport.Page) ([]rapport.ClauseContract, []string, error) {
	params := gen.ContractsWithClauseParams{ClauseID: clause, Brands: rapport.BrandsFrom(ctx), MaxRows: int32(page.Limit + 1)}
	if version != nil {
		params.Version = new(int32(*version))
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ClauseContract, error) {
		rows, err := s.q.ContractsWithClause(ctx, tx, params)
		if len(rows) > page.Limit {
			rows = rows[:page.Limit]
			last := rows[len(rows)-1]
			next = timeKey(last.CreatedAt, last.ID)
		}
		list := make([]rapport.ClauseContract, len(rows))
		for i, r := range rows {
			list[i] = rapport.ClauseContract{
				ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, BrandName: r.BrandName, Number: r.Number, State: r.State, ClauseVersion: int(r.ClauseVersion), Fallback: int(r.Fallback),
				Creator: rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName}, CampaignName: r.CampaignName, ExecutedAt: r.ExecutedAt, EndsAt: r.EndsAt, CreatedAt: r.CreatedAt,
			}
		}
		return list, err
	})
	return list, next, err
}

// ListContractTemplates lists the contract templates that the scope's brands may use: the built-in one and, with a brand, its own.
func (s *Store) ListContractTemplates(ctx context.Context, brandID *uuid.UUID) ([]rapport.ContractTemplate, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ContractTemplate, error) {
		rows, err := s.q.ListContractTemplates(ctx, tx, gen.ListContractTemplatesParams{Brands: rapport.BrandsFrom(ctx), BrandID: brandID})
		list := make([]rapport.ContractTemplate, len(rows))
		for i, r := range rows {
			list[i] = contractTemplate(gen.ContractTemplateRow(r))
		}
		return list, err
	})
}

// ContractTemplate finds a template that ListContractTemplates would list.
func (s *Store) ContractTemplate(ctx context.Context, id uuid.UUID) (rapport.ContractTemplate, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ContractTemplate, error) {
		r, err := s.q.ContractTemplate(ctx, tx, gen.ContractTemplateParams{ID: id, Brands: rapport.BrandsFrom(ctx)})
		return contractTemplate(r), err
	})
}

func contractTemplate(r gen.ContractTemplateRow) rapport.ContractTemplate {
	t := rapport.ContractTemplate{ID: r.ID, BrandID: r.BrandID, Name: r.Name, Clauses: r.Clauses, Default: r.IsDefault, Version: int(r.Version), CreatedAt: r.CreatedAt}
	for _, kind := range r.MustInclude {
		t.MustInclude = append(t.MustInclude, rapport.ClauseKind(kind))
	}
	return t
}

func kindNames(kinds []rapport.ClauseKind) []string {
	names := make([]string, len(kinds))
	for i, kind := range kinds {
		names[i] = string(kind)
	}
	return names
}

// SaveContractTemplate adds a template to its brand, or writes the one of this id whose version is the one last read; stale when somebody
// else was faster. Of a brand's templates the last that was made the default is it.
func (s *Store) SaveContractTemplate(ctx context.Context, t rapport.ContractTemplate, by uuid.UUID) (rapport.ContractTemplate, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ContractTemplate, error) {
		action := "contract_template.edited"
		made := t.ID == uuid.Nil
		if made {
			t.ID, action = newID(), "contract_template.created"
		}
		if t.Default {
			if err := s.q.UndefaultContractTemplates(ctx, tx, gen.UndefaultContractTemplatesParams{BrandID: t.BrandID, Brands: rapport.BrandsFrom(ctx), ID: t.ID}); err != nil {
				return t, err
			}
		}
		if made {
			r, err := s.q.CreateContractTemplate(ctx, tx, gen.CreateContractTemplateParams{
				ID: t.ID, BrandID: t.BrandID, Name: t.Name, Clauses: t.Clauses, MustInclude: kindNames(t.MustInclude), IsDefault: t.Default, CreatedBy: some(by),
			})
			if err != nil {
				return t, err
			}
			t.Version, t.CreatedAt = int(r.Version), r.CreatedAt
		} else {
			version, err := s.q.EditContractTemplate(ctx, tx, gen.EditContractTemplateParams{
				ID: t.ID, Version: int32(t.Version), Brands: rapport.BrandsFrom(ctx), Name: t.Name, Clauses: t.Clauses, MustInclude: kindNames(t.MustInclude), IsDefault: t.Default,
			})
			if err != nil {
				return t, stale(err)
			}
			t.Version = int(version)
		}
		return t, s.audit(ctx, tx, by, action, t.ID, map[string]any{"version": t.Version})
	})
}

// ListComplianceNotes lists the notes of the markets; all of them without any.
func (s *Store) ListComplianceNotes(ctx context.Context, markets []string) ([]rapport.ComplianceNote, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.ComplianceNote, error) {
		rows, err := s.q.ListComplianceNotes(ctx, tx, gen.ListComplianceNotesParams{AllMarkets: len(markets) == 0, Markets: noNil(markets)})
		list := make([]rapport.ComplianceNote, len(rows))
		for i, r := range rows {
			list[i] = rapport.ComplianceNote{ID: r.ID, Market: r.Market, Kind: rapport.ClauseKind(r.Kind), Title: r.Title, Words: r.Words, Source: r.Source, ReadOn: r.ReadOn}
		}
		return list, err
	})
}

// templateFor is what a contract of the brand is drafted from before anybody chooses.
func (s *Store) templateFor(ctx context.Context, tx pgx.Tx, brand uuid.UUID, campaignTemplate *uuid.UUID) (rapport.ContractTemplate, error) {
	t, err := s.q.TemplateForContract(ctx, tx, gen.TemplateForContractParams{CampaignTemplate: campaignTemplate, BrandID: &brand})
	if err != nil {
		return rapport.ContractTemplate{}, fmt.Errorf("contract template: %w", err)
	}
	return contractTemplate(gen.ContractTemplateRow(t)), nil
}
