package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// DraftStore keeps what is chosen for contracts that are not out for signature.
type DraftStore interface {
	ContractDraft(ctx context.Context, id uuid.UUID) (rapport.DraftSource, error)
	// SaveContractDraft makes the next draft of the one last read; seen is the hash of the text that was shown for the choices.
	SaveContractDraft(ctx context.Context, id uuid.UUID, draft int, choices rapport.DraftChoices, seen []byte, by uuid.UUID) (rapport.DraftSource, error)
	ApproveContract(ctx context.Context, id uuid.UUID, seen []byte, by uuid.UUID) error
	ContractComparison(ctx context.Context, id uuid.UUID) (rapport.ContractComparison, error)
}

func fromDraftChoices(c gen.DraftChoices) rapport.DraftChoices {
	chosen := func(ids *[]uuid.UUID) []rapport.ChosenClause {
		return each(value(ids), func(id uuid.UUID) rapport.ChosenClause { return rapport.ChosenClause{ClauseID: id} })
	}
	return rapport.DraftChoices{
		TemplateID: c.TemplateId, Added: chosen(c.Added), LeftOut: chosen(c.LeftOut),
		Fallbacks: each(value(c.Fallbacks), func(f gen.ChosenFallback) rapport.ChosenFallback {
			return rapport.ChosenFallback{ClauseID: f.ClauseId, Fallback: f.Fallback}
		}),
		Values: each(value(c.Values), func(v gen.ChosenValue) rapport.ChosenValue { return rapport.ChosenValue{Name: v.Name, Value: v.Value} }),
	}
}

func toDraftChoices(c rapport.DraftChoices) gen.DraftChoices {
	clauseIDs := func(list []rapport.ChosenClause) *[]uuid.UUID {
		return someOf(each(list, func(x rapport.ChosenClause) uuid.UUID { return x.ClauseID }))
	}
	return gen.DraftChoices{
		TemplateId: c.TemplateID, Added: clauseIDs(c.Added), LeftOut: clauseIDs(c.LeftOut),
		Fallbacks: someOf(each(c.Fallbacks, func(f rapport.ChosenFallback) gen.ChosenFallback {
			return gen.ChosenFallback{ClauseId: f.ClauseID, Fallback: f.Fallback}
		})),
		Values: someOf(each(c.Values, func(v rapport.ChosenValue) gen.ChosenValue { return gen.ChosenValue{Name: v.Name, Value: v.Value} })),
	}
}

func toApproval(a *rapport.ContractApproval) *gen.ContractApproval {
	if a == nil {
		return nil
	}
	return &gen.ContractApproval{By: a.By, At: a.At}
}

func toDraftInfo(d *rapport.DraftInfo) *gen.DraftInfo {
	if d == nil {
		return nil
	}
	return &gen.DraftInfo{
		By: orNil(d.By), At: d.At, Template: orNil(d.Template), LostApproval: toApproval(d.LostApproval),
		Choices: each(d.Choices, func(m rapport.MadeChoice) gen.MadeChoice {
			return gen.MadeChoice{What: gen.MadeChoiceWhat(m.What), ClauseId: orNil(m.ClauseID), Title: m.Title, Fallback: orNil(m.Fallback), Value: orNil(m.Value), By: m.By}
		}),
	}
}

func toDraftClause(c rapport.EditedClause) gen.DraftClause {
	return gen.DraftClause{
		ClauseId: c.ID, Version: c.Version, Kind: gen.ClauseKind(c.Kind), Title: c.Title, Body: c.Body, Fallback: c.Fallback, InTemplate: c.InTemplate, Stands: c.Stands, StandsIn: c.StandsIn,
		Added: c.Added, LeftOut: c.LeftOut, Locked: orNil(c.Locked), Missing: orNil(c.Missing),
		Fallbacks: each(c.Fallbacks, func(f rapport.Fallback) gen.Fallback { return gen.Fallback{Body: f.Body, Note: f.Note} }),
	}
}

func toContractDraft(d rapport.DraftSource, choices rapport.DraftChoices) (gen.ContractDraft, error) {
	made, err := d.Make(choices)
	if err != nil {
		return gen.ContractDraft{}, err
	}
	hash := sha256.Sum256([]byte(made.Text))
	return gen.ContractDraft{
		ContractId: d.ContractID, PartnershipId: d.PartnershipID, BrandId: d.BrandID, Number: d.Number, CreatorName: d.Creator, CampaignName: d.Campaign, Draft: d.Draft,
		By: orNil(d.By), At: d.At, Approval: toApproval(d.Approval), Choices: toDraftChoices(choices), SavedText: d.Text, Text: made.Text, TextSha256: hex.EncodeToString(hash[:]),
		Templates: each(d.Templates, func(t rapport.ContractTemplate) gen.DraftTemplate { return gen.DraftTemplate{Id: t.ID, Name: t.Name} }),
		Clauses:   each(made.Library, toDraftClause),
		Values: each(made.Values, func(v rapport.AskedValue) gen.DraftValue {
			return gen.DraftValue{Name: v.Name, About: v.About, Value: orNil(v.Value), UsedBy: v.UsedBy}
		}),
		Errors: fieldErrors(rapport.SortFields(made.Bad)),
	}, nil
}

// GetContractDraft shows a contract that is not out for signature with all that can be chosen for it.
func (s *Server) GetContractDraft(ctx context.Context, r gen.GetContractDraftRequestObject) (gen.GetContractDraftResponseObject, error) {
	store, err := storeAs[DraftStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.ContractDraft(ctx, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	shown, err := toContractDraft(d, d.Choices)
	if err != nil {
		return nil, err
	}
	return gen.GetContractDraft200JSONResponse(shown), nil
}

// PreviewContractDraft shows the text that choices would make.
func (s *Server) PreviewContractDraft(ctx context.Context, r gen.PreviewContractDraftRequestObject) (gen.PreviewContractDraftResponseObject, error) {
	store, err := storeAs[DraftStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.ContractDraft(ctx, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	shown, err := toContractDraft(d, fromDraftChoices(*r.Body))
	if err != nil {
		return nil, err
	}
	return gen.PreviewContractDraft200JSONResponse(shown), nil
}

// SaveContractDraft saves the text that the choices make.
func (s *Server) SaveContractDraft(ctx context.Context, r gen.SaveContractDraftRequestObject) (gen.SaveContractDraftResponseObject, error) {
	store, err := storeAs[DraftStore](s)
	if err != nil {
		return nil, err
	}
	seen, err := textHash(r.Body.TextSha256)
	if err != nil {
		return nil, err
	}
	d, err := store.SaveContractDraft(ctx, r.Id, r.Body.FromDraft, fromDraftChoices(r.Body.Choices), seen, principalFrom(ctx).UserID)
	if err != nil {
		return nil, called("contract", inChoices(err))
	}
	shown, err := toContractDraft(d, d.Choices)
	if err != nil {
		return nil, err
	}
	return gen.SaveContractDraft200JSONResponse(shown), nil
}

// inChoices says of bad fields that they are in the choices.
func inChoices(err error) error {
	var bad *rapport.Error
	if !errors.As(err, &bad) || len(bad.Fields) == 0 {
		return err
	}
	return rapport.Invalid(each(bad.Fields, func(f rapport.Field) rapport.Field {
		return rapport.Field{Path: "choices." + f.Path, Code: f.Code, Detail: f.Detail}
	})...)
}

func textHash(words string) ([]byte, error) {
	hash, err := hex.DecodeString(words)
	if err != nil || len(hash) != sha256.Size {
		return nil, rapport.Invalid(rapport.Field{Path: "text_sha256", Code: "bad_hash", Detail: "Send the hash that came with the text."})
	}
	return hash, nil
}

// ApproveContract notes that somebody approves a text, for whoever sends it.
func (s *Server) ApproveContract(ctx context.Context, r gen.ApproveContractRequestObject) (gen.ApproveContractResponseObject, error) {
	drafts, err := storeAs[DraftStore](s)
	if err != nil {
		return nil, err
	}
	seen, err := textHash(r.Body.TextSha256)
	if err != nil {
		return nil, err
	}
	if err := drafts.ApproveContract(ctx, r.Id, seen, principalFrom(ctx).UserID); err != nil {
		return nil, called("contract", err)
	}
	store, err := s.contractStore()
	if err != nil {
		return nil, err
	}
	c, err := store.Contract(ctx, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	return gen.ApproveContract200JSONResponse(toContract(c)), nil
}

// seenText is the hash of the text that whoever sends a contract has read, which must be the one that stands.
func seenText(c rapport.Contract, words *string) ([]byte, error) {
	if words == nil {
		return c.SHA256, nil
	}
	seen, err := textHash(*words)
	if err == nil && !bytes.Equal(seen, c.SHA256) {
		err = &rapport.Error{Code: rapport.CodeConflict, Reason: "other_text", State: c.State, Message: "The text was changed since you read it. Nothing was approved or sent; read it again."}
	}
	return seen, err
}

// GetContractComparison shows the texts that a contract's can be compared with.
func (s *Server) GetContractComparison(ctx context.Context, r gen.GetContractComparisonRequestObject) (gen.GetContractComparisonResponseObject, error) {
	store, err := storeAs[DraftStore](s)
	if err != nil {
		return nil, err
	}
	c, err := store.ContractComparison(ctx, r.Id)
	if err != nil {
		return nil, called("contract", err)
	}
	text := func(t *rapport.ComparedText) *gen.ComparedText {
		if t == nil {
			return nil
		}
		return &gen.ComparedText{Words: t.Words, Text: t.Text, ContractId: t.ContractID}
	}
	return gen.GetContractComparison200JSONResponse{Template: text(c.Template), Draft: text(c.Draft), Contract: text(c.Contract)}, nil
}
