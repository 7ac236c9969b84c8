package activities

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

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
	if err == nil {
		err = a.paperContract(ctx, in.Effect.Ref)
	}
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	return rapport.Outcome{Code: "executed", Contract: &plan}, nil
}

// paperContract makes the file of an executed contract. Made again it is the same, and the first one stays.
func (a *Activities) paperContract(ctx context.Context, id uuid.UUID) error {
	c, err := a.Store.SignedContract(ctx, id)
	if err != nil {
		return fmt.Errorf("signed contract: %w", err)
	}
	pdf, err := a.Paper(c)
	if err != nil {
		return fmt.Errorf("paper of contract %s: %w", c.Number, err)
	}
	return a.Store.KeepContractPaper(ctx, id, pdf)
}

// papersARound is how many files one round of the job makes.
const papersARound = 200

// PaperContracts makes the files of contracts that were executed without one, by a program from before there were files.
func (a *Activities) PaperContracts(ctx context.Context) error {
	ids, err := a.Store.ContractsWithoutPaper(ctx, papersARound)
	if err != nil {
		return fmt.Errorf("contracts without a paper: %w", err)
	}
	var failed []error
	for _, id := range ids {
		failed = append(failed, a.paperContract(ctx, id))
	}
	return errors.Join(failed...)
}
