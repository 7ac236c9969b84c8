package workflows

import (
	"go.temporal.io/sdk/workflow"

	"rapport"
)

// Review runs one approval policy over one submission.
func Review(ctx workflow.Context, r *rapport.Review) error {
	s := &shell{
		kind: "review", workflowType: TypeReview, id: r.ID, brandID: r.BrandID, partnershipID: r.PartnershipID,
		machine: r, begin: r.Begin, phase: func() string { return "" },
	}
	return s.run(ctx)
}
