package workflows

import (
	"go.temporal.io/sdk/workflow"

	"rapport"
)

// Reversal takes back money that was paid: from the creator's account, out of the payments that follow, or not at all.
func Reversal(ctx workflow.Context, r *rapport.Reversal) error {
	s := &shell{
		kind: "reversal", workflowType: TypeReversal, id: r.ID, brandID: r.BrandID, partnershipID: r.PartnershipID,
		machine: r, begin: r.Begin, phase: func() string { return "" },
	}
	return s.run(ctx)
}
