package api

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"rapport"
	"rapport/api/gen"
)

// ClauseStore keeps the clause library.
type ClauseStore interface {
	ListClauses(ctx context.Context, brandID *uuid.UUID) ([]rapport.ClauseVersion, error)
	ClauseVersions(ctx context.Context, id uuid.UUID) ([]rapport.ClauseVersion, error)
	CreateClause(ctx context.Context, c rapport.ClauseVersion, by uuid.UUID) (rapport.ClauseVersion, error)
	ContractsWithClause(ctx context.Context, clause uuid.UUID, version *int, page rapport.Page) ([]rapport.ClauseContract, []string, error)
	ListContractTemplates(ctx context.Context, brandID *uuid.UUID) ([]rapport.ContractTemplate, error)
	ContractTemplate(ctx context.Context, id uuid.UUID) (rapport.ContractTemplate, error)
	SaveContractTemplate(ctx context.Context, t rapport.ContractTemplate, by uuid.UUID) (rapport.ContractTemplate, error)
	ListComplianceNotes(ctx context.Context, markets []string) ([]rapport.ComplianceNote, error)
}

func toClause(c rapport.ClauseVersion) gen.Clause {
	return gen.Clause{
		Id: c.ID, Version: c.Version, BrandId: c.BrandID, Kind: gen.ClauseKind(c.Kind), Title: c.Title, Body: c.Body, CreatedAt: c.CreatedAt,
		Fallbacks: each(c.Fallbacks, func(f rapport.Fallback) gen.Fallback { return gen.Fallback{Body: f.Body, Note: f.Note} }),
		When:      gen.ClauseWhen{Markets: someOf(c.When.Markets), Platforms: someOf(c.When.Platforms), Regulated: someOf(c.When.Regulated), PaidUsage: c.When.PaidUsage},
	}
}

// clauseText reads what every version of a clause has.
func clauseText(c *rapport.ClauseVersion, title, body string, fallbacks *[]gen.Fallback, when *gen.ClauseWhen) {
	c.Title, c.Body = strings.TrimSpace(title), strings.TrimSpace(body)
	c.Fallbacks = each(value(fallbacks), func(f gen.Fallback) rapport.Fallback {
		return rapport.Fallback{Body: strings.TrimSpace(f.Body), Note: strings.TrimSpace(f.Note)}
	})
	if when != nil {
		c.When = rapport.ClauseWhen{
			Markets: each(trimmed(value(when.Markets)), strings.ToUpper), Platforms: each(value(when.Platforms), rapport.NormalPlatform), Regulated: trimmed(value(when.Regulated)), PaidUsage: when.PaidUsage,
		}
	}
}

func clauseVariables() []gen.ClauseVariable {
	return each(rapport.ClauseVariables(), func(v rapport.ClauseVariable) gen.ClauseVariable {
		return gen.ClauseVariable{Name: v.Name, About: v.About, Optional: v.Optional, Sample: v.Sample}
	})
}

// ListClauses lists the newest version of each clause.
func (s *Server) ListClauses(ctx context.Context, r gen.ListClausesRequestObject) (gen.ListClausesResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	list, err := store.ListClauses(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListClauses200JSONResponse{Items: each(list, toClause), Variables: clauseVariables()}, nil
}

// CreateClause adds a clause to a brand.
func (s *Server) CreateClause(ctx context.Context, r gen.CreateClauseRequestObject) (gen.CreateClauseResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	c := rapport.ClauseVersion{BrandID: &r.Body.BrandId, Kind: rapport.ClauseKind(r.Body.Kind)}
	clauseText(&c, r.Body.Title, r.Body.Body, r.Body.Fallbacks, r.Body.When)
	made, err := s.saveClause(ctx, c)
	if err != nil {
		return nil, err
	}
	return gen.CreateClause201JSONResponse(toClause(made)), nil
}

func (s *Server) saveClause(ctx context.Context, c rapport.ClauseVersion) (rapport.ClauseVersion, error) {
	if bad := c.Check(); len(bad) > 0 {
		return c, rapport.Invalid(rapport.SortFields(bad)...)
	}
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return c, err
	}
	return store.CreateClause(ctx, c, principalFrom(ctx).UserID)
}

// ListClauseVersions lists every version of a clause.
func (s *Server) ListClauseVersions(ctx context.Context, r gen.ListClauseVersionsRequestObject) (gen.ListClauseVersionsResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	list, err := store.ClauseVersions(ctx, r.Id)
	if err != nil {
		return nil, called("clause", err)
	}
	return gen.ListClauseVersions200JSONResponse{Items: each(list, toClause), Variables: clauseVariables()}, nil
}

// CreateClauseVersion publishes the next version of a clause.
func (s *Server) CreateClauseVersion(ctx context.Context, r gen.CreateClauseVersionRequestObject) (gen.CreateClauseVersionResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	versions, err := store.ClauseVersions(ctx, r.Id)
	if err != nil {
		return nil, called("clause", err)
	}
	c := versions[0]
	switch {
	case c.BrandID == nil:
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "built_in", Message: "A built-in clause stays as it is. Copy it to a brand and change the copy."}
	case c.Version != r.Body.FromVersion:
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "newer_version", Message: fmt.Sprintf("Version %d was published meanwhile. Look at it first; nothing was saved.", c.Version)}
	}
	c.From, c.When = c.Version, rapport.ClauseWhen{}
	clauseText(&c, r.Body.Title, r.Body.Body, r.Body.Fallbacks, r.Body.When)
	if c, err = s.saveClause(ctx, c); err != nil {
		return nil, err
	}
	return gen.CreateClauseVersion201JSONResponse(toClause(c)), nil
}

// ListClauseContracts lists the contracts that are not over and contain the clause.
func (s *Server) ListClauseContracts(ctx context.Context, r gen.ListClauseContractsRequestObject) (gen.ListClauseContractsResponseObject, error) {
	page, err := pageOf(r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	if _, err = store.ClauseVersions(ctx, r.Id); err != nil {
		return nil, called("clause", err)
	}
	list, next, err := store.ContractsWithClause(ctx, r.Id, r.Params.Version, page)
	if err != nil {
		return nil, err
	}
	return gen.ListClauseContracts200JSONResponse{NextCursor: cursorOf(next), Items: each(list, func(c rapport.ClauseContract) gen.ClauseContract {
		return gen.ClauseContract{
			Id: c.ID, PartnershipId: c.PartnershipID, BrandId: c.BrandID, BrandName: c.BrandName, Number: c.Number, State: gen.ClauseContractState(c.State), ClauseVersion: c.ClauseVersion,
			Fallback: c.Fallback, Creator: toCreatorOf(c.Creator), CampaignName: c.CampaignName, ExecutedAt: c.ExecutedAt, EndsAt: c.EndsAt, CreatedAt: c.CreatedAt,
		}
	})}, nil
}

func toContractTemplate(t rapport.ContractTemplate) gen.ContractTemplate {
	return gen.ContractTemplate{
		Id: t.ID, BrandId: t.BrandID, Name: t.Name, Clauses: noNil(t.Clauses), Default: t.Default, Version: t.Version, CreatedAt: t.CreatedAt,
		MustInclude: each(t.MustInclude, func(k rapport.ClauseKind) gen.MustIncludeKind { return gen.MustIncludeKind(k) }),
	}
}

func fromMustInclude(kinds []gen.MustIncludeKind) []rapport.ClauseKind {
	return each(kinds, func(k gen.MustIncludeKind) rapport.ClauseKind { return rapport.ClauseKind(k) })
}

// ListContractTemplates lists contract templates.
func (s *Server) ListContractTemplates(ctx context.Context, r gen.ListContractTemplatesRequestObject) (gen.ListContractTemplatesResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	list, err := store.ListContractTemplates(ctx, r.Params.BrandId)
	if err != nil {
		return nil, err
	}
	return gen.ListContractTemplates200JSONResponse{Items: each(list, toContractTemplate)}, nil
}

// GetContractTemplate shows one contract template.
func (s *Server) GetContractTemplate(ctx context.Context, r gen.GetContractTemplateRequestObject) (gen.GetContractTemplateResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	t, err := store.ContractTemplate(ctx, r.Id)
	if err != nil {
		return nil, called("contract template", err)
	}
	return gen.GetContractTemplate200JSONResponse{Body: toContractTemplate(t), Headers: gen.GetContractTemplate200ResponseHeaders{ETag: etag(t.Version)}}, nil
}

// CreateContractTemplate adds a contract template to a brand.
func (s *Server) CreateContractTemplate(ctx context.Context, r gen.CreateContractTemplateRequestObject) (gen.CreateContractTemplateResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	made, err := s.saveContractTemplate(ctx, rapport.ContractTemplate{
		BrandID: &r.Body.BrandId, Name: strings.TrimSpace(r.Body.Name), Clauses: r.Body.Clauses, MustInclude: fromMustInclude(r.Body.MustInclude), Default: r.Body.Default,
	})
	if err != nil {
		return nil, err
	}
	return gen.CreateContractTemplate201JSONResponse(toContractTemplate(made)), nil
}

func (s *Server) saveContractTemplate(ctx context.Context, t rapport.ContractTemplate) (rapport.ContractTemplate, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return t, err
	}
	library, err := store.ListClauses(ctx, t.BrandID)
	if err != nil {
		return t, err
	}
	if bad := t.Check(library); len(bad) > 0 {
		return t, rapport.Invalid(rapport.SortFields(bad)...)
	}
	return store.SaveContractTemplate(ctx, t, principalFrom(ctx).UserID)
}

// EditContractTemplate writes a contract template of a brand.
func (s *Server) EditContractTemplate(ctx context.Context, r gen.EditContractTemplateRequestObject) (gen.EditContractTemplateResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	t, err := store.ContractTemplate(ctx, r.Id)
	if err != nil {
		return nil, called("contract template", err)
	}
	if t.BrandID == nil {
		return nil, &rapport.Error{Code: rapport.CodeConflict, Reason: "built_in", Message: "The built-in template stays as it is. Copy it to a brand and change the copy."}
	}
	if t.Version, err = versionOf(r.Params.IfMatch, t.Version); err != nil {
		return nil, err
	}
	t.Name, t.Clauses, t.MustInclude, t.Default = strings.TrimSpace(r.Body.Name), r.Body.Clauses, fromMustInclude(r.Body.MustInclude), r.Body.Default
	if t, err = s.saveContractTemplate(ctx, t); err != nil {
		return nil, err
	}
	return gen.EditContractTemplate200JSONResponse{Body: toContractTemplate(t), Headers: gen.EditContractTemplate200ResponseHeaders{ETag: etag(t.Version)}}, nil
}

// PreviewContractTemplate drafts the sample contract from a template that need not be saved.
func (s *Server) PreviewContractTemplate(ctx context.Context, r gen.PreviewContractTemplateRequestObject) (gen.PreviewContractTemplateResponseObject, error) {
	if !inScope(rapport.BrandsFrom(ctx), r.Body.BrandId) {
		return nil, notFound("brand")
	}
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	library, err := store.ListClauses(ctx, &r.Body.BrandId)
	if err != nil {
		return nil, err
	}
	t := rapport.ContractTemplate{Name: "Preview", Clauses: r.Body.Clauses, MustInclude: fromMustInclude(r.Body.MustInclude)}
	if bad := t.Check(library); len(bad) > 0 {
		return nil, rapport.Invalid(rapport.SortFields(bad)...)
	}
	parts := rapport.SampleContract()
	if value(r.Body.Plain) {
		parts.Terms = rapport.DefaultTerms()
	}
	edit(&parts.Market, r.Body.Country)
	edit(&parts.Regulated, r.Body.Regulated)
	if r.Body.Platform != nil {
		parts.Terms.Deliverables[0].Platform = rapport.NormalPlatform(*r.Body.Platform)
	}
	drafted := rapport.DraftClauses(parts, t, library)
	return gen.PreviewContractTemplate200JSONResponse{Text: rapport.ContractText(parts, drafted), Clauses: each(drafted, func(c rapport.DraftedClause) gen.PreviewedClause {
		return gen.PreviewedClause{ClauseId: c.ClauseID, Version: c.Version, Kind: gen.ClauseKind(c.Kind), Title: c.Title, StandsIn: c.StandsIn}
	})}, nil
}

// ListComplianceNotes lists what laws and codes say, with their sources.
func (s *Server) ListComplianceNotes(ctx context.Context, r gen.ListComplianceNotesRequestObject) (gen.ListComplianceNotesResponseObject, error) {
	store, err := storeAs[ClauseStore](s)
	if err != nil {
		return nil, err
	}
	var markets []string
	var sources []rapport.DisclosureSource
	if country := strings.ToUpper(strings.TrimSpace(value(r.Params.Country))); country != "" {
		markets, sources = rapport.NoteMarkets(country), rapport.DisclosureSources(country)
	}
	notes, err := store.ListComplianceNotes(ctx, markets)
	if err != nil {
		return nil, err
	}
	return gen.ListComplianceNotes200JSONResponse{
		Items: each(notes, func(n rapport.ComplianceNote) gen.ComplianceNote {
			return gen.ComplianceNote{Id: n.ID, Market: n.Market, Kind: gen.ClauseKind(n.Kind), Title: n.Title, Words: n.Words, Source: n.Source, ReadOn: openapi_types.Date{Time: n.ReadOn}}
		}),
		DisclosureSources: each(sources, func(d rapport.DisclosureSource) gen.DisclosureSource {
			return gen.DisclosureSource{Title: d.Title, Publisher: d.Publisher, Url: d.URL, Year: d.Year}
		}),
	}, nil
}
