package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// ListContracts lists contracts of the scope with their signatures, newest first. Words are looked for in the text, the number, and the
// creator's and the campaign's name.
func (s *Store) ListContracts(ctx context.Context, f rapport.ContractFilter, page rapport.Page) ([]rapport.Contract, []string, error) {
	params := gen.ListContractsParams{
		Brands: rapport.BrandsFrom(ctx), BrandID: f.BrandID, CampaignID: f.CampaignID, CreatorID: f.CreatorID, State: orNil(f.State), EndsFrom: f.EndsFrom, EndsTo: f.EndsTo,
		Pattern: pattern(f.Words), Words: f.Words, MaxRows: int32(page.Limit + 1),
	}
	var err error
	if params.AfterAt, params.AfterID, err = afterTime(page); err != nil {
		return nil, nil, err
	}
	var next []string
	list, err := query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]rapport.Contract, error) {
		found, err := s.contracts(ctx, tx, params)
		if len(found) > page.Limit {
			found = found[:page.Limit]
			last := found[len(found)-1]
			next = timeKey(last.CreatedAt, last.ID)
		}
		return found, err
	})
	return list, next, err
}

// Contract finds one contract of the scope with its signatures.
func (s *Store) Contract(ctx context.Context, id uuid.UUID) (rapport.Contract, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Contract, error) {
		found, err := s.contracts(ctx, tx, gen.ListContractsParams{Brands: rapport.BrandsFrom(ctx), ID: &id, MaxRows: 1})
		if err != nil {
			return rapport.Contract{}, err
		}
		if len(found) == 0 {
			return rapport.Contract{}, pgx.ErrNoRows
		}
		if found[0].DraftInfo, err = s.draftInfo(ctx, tx, found[0]); err != nil {
			return found[0], err
		}
		found[0].Extended, err = s.extendedDates(ctx, tx, id)
		return found[0], err
	})
}

func (s *Store) contracts(ctx context.Context, tx pgx.Tx, params gen.ListContractsParams) ([]rapport.Contract, error) {
	rows, err := s.q.ListContracts(ctx, tx, params)
	if err != nil {
		return nil, fmt.Errorf("list contracts: %w", err)
	}
	list, ids, at := make([]rapport.Contract, len(rows)), make([]uuid.UUID, len(rows)), make(map[uuid.UUID]int, len(rows))
	for i, r := range rows {
		ids[i], at[r.ID] = r.ID, i
		list[i] = rapport.Contract{
			ID: r.ID, PartnershipID: r.PartnershipID, BrandID: r.BrandID, BrandName: r.BrandName,
			Creator:      rapport.CreatorRef{ID: r.CreatorID, Name: r.CreatorName, Handle: r.Handle, Platform: r.Platform},
			CampaignName: r.CampaignName, Number: r.Number, Term: int(r.Term), Version: int(r.Version), Draft: int(r.Draft), State: r.State, Text: r.Body, SHA256: r.BodySha256,
			Fee: rapport.Money{Amount: r.Fee, Currency: r.Currency}, SentAt: r.SentAt, ExpiresAt: r.ExpiresAt, ExecutedAt: r.ExecutedAt, EndsAt: r.EndsAt,
			NoticeBy: r.NoticeBy, CreatedAt: r.CreatedAt, Reason: r.Reason, CreatorCountry: r.CreatorCountry, PaperSHA256: r.PaperSha256, Approval: approval(r.ApprovedBy, r.ApprovedAt),
		}
		if r.Amends != nil {
			list[i].Amends = &rapport.SignedRef{ID: *r.Amends, Number: r.AmendsNumber}
		}
		if err := json.Unmarshal(r.Terms, &list[i].Terms); err != nil {
			return nil, fmt.Errorf("read the terms of contract %s: %w", r.ID, err)
		}
	}
	if len(ids) == 0 {
		return list, nil
	}
	amendments, err := s.q.AmendmentsOf(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("amendments: %w", err)
	}
	for _, r := range amendments {
		c := &list[at[r.ContractID]]
		c.Amendments = append(c.Amendments, rapport.SignedRef{ID: r.ID, Number: r.Number, State: r.State, CreatedAt: r.CreatedAt, ExecutedAt: r.ExecutedAt})
	}
	signatures, err := s.q.SignaturesOf(ctx, tx, ids)
	if err != nil {
		return nil, fmt.Errorf("signatures: %w", err)
	}
	for _, r := range signatures {
		c := &list[at[r.ContractID]]
		c.Signatures = append(c.Signatures, rapport.Signature{
			Party: r.Party, Name: r.Name, Address: r.Address, Agent: r.Agent, SHA256: r.BodySha256, At: r.At,
			Consent: r.Consent, Identity: r.Identity, IdentityAddress: r.IdentityAddress, IdentityAt: r.IdentityAt,
		})
	}
	elsewhere, err := s.signingOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for id, e := range elsewhere {
		list[at[id]].Elsewhere = e
	}
	clauses, err := s.q.ClausesOfContracts(ctx, tx, gen.ClausesOfContractsParams{Contracts: ids, Brands: params.Brands})
	if err != nil {
		return nil, fmt.Errorf("clauses: %w", err)
	}
	for _, r := range clauses {
		c := &list[at[r.ContractID]]
		c.Clauses = append(c.Clauses, rapport.DraftedClause{ClauseID: r.ClauseID, Version: int(r.Version), Kind: rapport.ClauseKind(r.Kind), Title: r.Title, Fallback: int(r.Fallback), Added: r.Added})
	}
	return list, nil
}

// SignForBrand signs a contract that was not sent yet for its brand, if its text is the one with the hash of g; nothing happens when the brand
// has signed.
func (s *Store) SignForBrand(ctx context.Context, contract, user uuid.UUID, g rapport.Signature) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		if _, err := s.seenText(ctx, tx, contract, g.SHA256); err != nil {
			return err
		}
		err := s.q.SignForBrand(ctx, tx, gen.SignForBrandParams{
			ContractID: contract, Brands: rapport.BrandsFrom(ctx), UserID: user, Name: g.Name, Address: g.Address, Agent: g.Agent,
			Consent: g.Consent, Identity: g.Identity, IdentityAddress: g.IdentityAddress, BodySha256: g.SHA256,
		})
		if err != nil {
			return fmt.Errorf("sign: %w", err)
		}
		return s.audit(ctx, tx, user, "contract.sent", contract, nil)
	})
}
