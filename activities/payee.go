package activities

import (
	"context"
	"errors"

	"rapport"
)

// OnboardPayee makes the creator's account at the payment provider, once, and invites the creator to fill it in. The link itself
// is minted on demand on the creator's page, because it lives for minutes.
func (a *Activities) OnboardPayee(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	payee, err := a.Store.Payee(ctx, in.Effect.Ref)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if payee.Account == "" {
		account, err := a.Payer.CreatePayeeAccount(ctx, in.Effect.Ref, payee.Email, payee.Country)
		if failed, ok := errors.AsType[*rapport.PayError](err); ok && failed.Outcome == rapport.PayRejected {
			return rapport.Outcome{Code: "rejected"}, nil // for example a country that cannot be paid; the payout will ask for help
		}
		if err != nil {
			return rapport.Outcome{}, classify(err)
		}
		payee.Account, payee.State = account.ID, "onboarding"
		if account.Ready {
			payee.State = "ready"
		}
		if err := a.Store.SavePayee(ctx, in.Effect.Ref, payee.Account, payee.State); err != nil {
			return rapport.Outcome{}, classify(err)
		}
	}
	if payee.State == "ready" {
		return rapport.Outcome{Code: "ready"}, nil
	}
	mailed, err := a.mail(ctx, rapport.MailOrder{
		Key: in.Kind + "/" + in.ID.String() + "/" + in.Effect.Key, Template: "payee_invitation", BrandID: in.BrandID, PartnershipID: in.PartnershipID,
	})
	if err != nil {
		return rapport.Outcome{}, err
	}
	if mailed.Code == rapport.MailNoAddress {
		return rapport.Outcome{Code: rapport.MailNoAddress}, nil
	}
	return rapport.Outcome{Code: "invited"}, nil
}

// RefreshPayee reads a creator's account afresh and remembers whether it can be paid.
func (a *Activities) RefreshPayee(ctx context.Context, payee rapport.Payee) (rapport.Payee, error) {
	account, err := a.Payer.PayeeAccount(ctx, payee.Account)
	if failed, ok := errors.AsType[*rapport.PayError](err); ok && (failed.Outcome == rapport.PayRejected || failed.Outcome == rapport.PayRejectedPayee) {
		payee.State = "restricted" // the account is gone, or no longer ours to pay
		return payee, classify(a.Store.SavePayee(ctx, payee.CreatorID, payee.Account, payee.State))
	}
	if err != nil {
		return payee, classify(err)
	}
	switch {
	case account.Ready:
		payee.State = "ready"
	case account.Disabled && account.Submitted:
		payee.State = "restricted"
	default:
		payee.State = "onboarding"
	}
	return payee, classify(a.Store.SavePayee(ctx, payee.CreatorID, payee.Account, payee.State))
}
