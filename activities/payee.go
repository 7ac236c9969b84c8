package activities

import (
	"context"
	"errors"

	"rapport"
)

// OnboardPayee makes the creator's account at the payment provider, once, and invites the creator to fill it in. The link itself
// is minted on demand on the creator's page, because it lives for minutes. While a payment waits, its payout reminds the creator, and nobody else.
func (a *Activities) OnboardPayee(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	payee, err := a.Store.Payee(ctx, in.Effect.Ref)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if payee.Account == "" {
		if payee.Country == "" { // an account's country is never changed, so nobody guesses it
			return rapport.Outcome{Code: rapport.NotMailed + "no_country"}, nil
		}
		payee, err = a.giveAccount(ctx, payee)
		if failed, ok := errors.AsType[*rapport.PayError](err); ok && failed.Outcome == rapport.PayRejected {
			return rapport.Outcome{Code: "rejected"}, nil // for example a country that cannot be paid; the payout will ask for help
		}
		if err != nil {
			return rapport.Outcome{}, a.refused(ctx, err)
		}
	}
	if payee.State == "ready" {
		return rapport.Outcome{Code: "ready"}, nil
	}
	if in.Effect.N > 0 && payee.Due {
		return rapport.Outcome{Code: "invited"}, nil
	}
	order := orderOf(in)
	order.Template = "payee_invitation"
	mailed, err := a.mail(ctx, order)
	if err != nil {
		return rapport.Outcome{}, err
	}
	switch mailed.Code {
	case rapport.MailAccepted, rapport.MailUnknown:
		return rapport.Outcome{Code: "invited"}, nil
	case rapport.MailNoAddress:
		return rapport.Outcome{Code: rapport.MailNoAddress}, nil
	}
	return rapport.Outcome{Code: rapport.NotMailed + mailed.Code}, nil
}

// giveAccount makes the account of a creator who has none, and remembers it.
func (a *Activities) giveAccount(ctx context.Context, payee rapport.Payee) (rapport.Payee, error) {
	account, err := a.newAccount(ctx, payee)
	if err != nil {
		return payee, err
	}
	payee.Account, payee.State, payee.Banks = account.ID, "onboarding", account.Banks
	if account.Ready {
		payee.State = "ready"
	}
	return payee, a.Store.SavePayee(ctx, payee)
}

// newAccount makes a creator's account, unless the provider refuses our key.
func (a *Activities) newAccount(ctx context.Context, payee rapport.Payee) (rapport.PayeeAccount, error) {
	paused, err := a.Store.PaymentsPaused(ctx)
	if err != nil {
		return rapport.PayeeAccount{}, err
	}
	if paused {
		return rapport.PayeeAccount{}, &rapport.PayError{Outcome: rapport.PayUnauthorized, Code: rapport.GatePaused}
	}
	return a.Payer.CreatePayeeAccount(ctx, payee.CreatorID, payee.Email, payee.Country)
}

// ReadBankPayout reads afresh how a payout of a creator's account to the bank stands, and for which payouts of ours. False when there is none.
func (a *Activities) ReadBankPayout(ctx context.Context, account, id string) (bool, error) {
	if err := a.notPaused(ctx); err != nil {
		return false, err
	}
	bank, err := a.Payer.BankPayout(ctx, account, id)
	if failed, ok := errors.AsType[*rapport.PayError](err); ok && (failed.Outcome == rapport.PayRejected || failed.Outcome == rapport.PayRejectedPayee) {
		return false, nil // the account or the payout is gone
	}
	if err != nil {
		return false, a.refused(ctx, err)
	}
	unnamed, err := a.Store.PayoutsWithoutPayment(ctx, account)
	if err != nil {
		return false, classify(err)
	}
	for _, payout := range unnamed {
		sent, err := a.Payer.TransfersOf(ctx, payout)
		if err != nil {
			return false, a.refused(ctx, err)
		}
		for _, t := range sent {
			if err := a.Store.NotePayment(ctx, t); err != nil {
				return false, classify(err)
			}
		}
	}
	return true, classify(a.Store.KeepBankPayout(ctx, bank))
}

// RefreshPayee reads a creator's account afresh and remembers whether it can be paid.
func (a *Activities) RefreshPayee(ctx context.Context, payee rapport.Payee) (rapport.Payee, error) {
	if err := a.notPaused(ctx); err != nil {
		return payee, err
	}
	account, err := a.Payer.PayeeAccount(ctx, payee.Account)
	if failed, ok := errors.AsType[*rapport.PayError](err); ok && (failed.Outcome == rapport.PayRejected || failed.Outcome == rapport.PayRejectedPayee) {
		payee.State = "restricted" // the account is gone, or no longer ours to pay
		return payee, classify(a.Store.SavePayee(ctx, payee))
	}
	if err != nil {
		return payee, a.refused(ctx, err)
	}
	switch {
	case account.Ready:
		payee.State = "ready"
	case account.Disabled && account.Submitted:
		payee.State = "restricted"
	default:
		payee.State = "onboarding"
	}
	payee.Banks = account.Banks
	return payee, classify(a.Store.SavePayee(ctx, payee))
}
