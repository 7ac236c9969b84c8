package activities

import (
	"context"

	"rapport"
)

// DraftContract writes the contract of an accepted offer.
func (a *Activities) DraftContract(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	id, err := a.Store.DraftContract(ctx, in.Effect.Ref, in.Effect.N)
	return rapport.Outcome{Code: "drafted", Ref: id}, classify(err)
}

// ExecuteContract fixes the deliverables, milestones and dates of a signed contract.
func (a *Activities) ExecuteContract(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	plan, err := a.Store.ExecuteContract(ctx, in.Effect.Ref, in.Effect.At)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	return rapport.Outcome{Code: "executed", Contract: &plan}, nil
}
