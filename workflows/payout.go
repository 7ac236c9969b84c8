package workflows

import (
	"go.temporal.io/sdk/workflow"

	"rapport"
)

// Payout brings the money of one milestone to the creator, once.
func Payout(ctx workflow.Context, p *rapport.Payout) error {
	s := &shell{
		kind: "payout", workflowType: TypePayout, id: p.ID, brandID: p.BrandID, partnershipID: p.PartnershipID,
		machine: p, begin: p.Begin, phase: func() string { return "" },
	}
	return s.run(ctx)
}
