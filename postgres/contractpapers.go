package postgres

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// SignedContract reads what the file of an executed contract says; not_found for one that is not executed.
func (s *Store) SignedContract(ctx context.Context, id uuid.UUID) (rapport.SignedContract, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.SignedContract, error) {
		r, err := s.q.ContractToPaper(ctx, tx, id)
		if err != nil {
			return rapport.SignedContract{}, err
		}
		found, err := s.contracts(ctx, tx, gen.ListContractsParams{Brands: []uuid.UUID{r.BrandID}, ID: &id, MaxRows: 1})
		if err != nil {
			return rapport.SignedContract{}, err
		}
		return rapport.SignedContract{Contract: found[0], BrandAddress: r.PostalAddress, Zone: r.Zone}, nil
	})
}

// KeepContractPaper keeps the file of an executed contract. The first one stays.
func (s *Store) KeepContractPaper(ctx context.Context, contract uuid.UUID, pdf []byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		sum := sha256.Sum256(pdf)
		err := s.q.InsertBlob(ctx, tx, gen.InsertBlobParams{Sha256: sum[:], ContentType: "application/pdf", Size: int64(len(pdf)), Content: pdf})
		if err != nil {
			return fmt.Errorf("insert the file: %w", err)
		}
		if err := s.q.InsertContractPaper(ctx, tx, gen.InsertContractPaperParams{Sha256: sum[:], ContractID: contract}); err != nil {
			return fmt.Errorf("insert the paper: %w", err)
		}
		return nil
	})
}

// ContractsWithoutPaper lists executed contracts that have no file yet, oldest first.
func (s *Store) ContractsWithoutPaper(ctx context.Context, limit int) ([]uuid.UUID, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) {
		return s.q.ContractsWithoutPaper(ctx, tx, int32(limit))
	})
}

// ContractPaper is the file of a signed contract of the scope, or the one that a provider of signatures sealed. It has no content while there is none.
func (s *Store) ContractPaper(ctx context.Context, id uuid.UUID, sealed bool) (rapport.ContractPaper, error) {
	return s.contractPaper(ctx, gen.ContractPaperParams{ID: id, Brands: rapport.BrandsFrom(ctx), Sealed: sealed})
}

// PortalContractPaper is such a file of a contract that was sent to the partnership's creator.
func (s *Store) PortalContractPaper(ctx context.Context, partnership, id uuid.UUID, sealed bool) (rapport.ContractPaper, error) {
	return s.contractPaper(ctx, gen.ContractPaperParams{ID: id, Brands: rapport.BrandsFrom(ctx), PartnershipID: &partnership, Sealed: sealed})
}

func (s *Store) contractPaper(ctx context.Context, params gen.ContractPaperParams) (rapport.ContractPaper, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.ContractPaper, error) {
		r, err := s.q.ContractPaper(ctx, tx, params)
		return rapport.ContractPaper{Number: r.Number, State: r.State, SHA256: r.Sha256, PDF: r.Content}, err
	})
}
