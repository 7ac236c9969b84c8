package postgres

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// Remittance finds what a paper about a payout of the scope says.
func (s *Store) Remittance(ctx context.Context, payout uuid.UUID) (rapport.Remittance, error) {
	return s.remittance(ctx, gen.RemittanceParams{Brands: rapport.BrandsFrom(ctx), ID: &payout})
}

// PortalRemittance finds what a paper about the payout of a partnership's milestone says.
func (s *Store) PortalRemittance(ctx context.Context, partnership, milestone uuid.UUID) (rapport.Remittance, error) {
	return s.remittance(ctx, gen.RemittanceParams{Brands: rapport.BrandsFrom(ctx), MilestoneID: &milestone, PartnershipID: &partnership})
}

func (s *Store) remittance(ctx context.Context, params gen.RemittanceParams) (rapport.Remittance, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.Remittance, error) {
		r, err := s.q.Remittance(ctx, tx, params)
		return rapport.Remittance{
			PayoutID: r.ID, State: rapport.PayoutState(r.State), BrandName: r.BrandName, PostalAddress: r.PostalAddress, Zone: r.Zone, CreatorName: r.CreatorName,
			CampaignName: r.CampaignName, MilestoneTitle: r.Title, ContractNumber: r.Number, Amount: rapport.Money{Amount: r.Amount, Currency: r.Currency},
			Reversed: rapport.Money{Amount: r.AmountReversed, Currency: r.Currency}, TransferID: r.TransferID, DueAt: r.DueAt, PaidAt: r.PaidAt,
		}, err
	})
}
