package activities

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// OpenPayout writes the payout's row and accrues what is owed.
func (a *Activities) OpenPayout(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	plan, err := a.Store.OpenPayout(ctx, in.ID, in.Effect.At, in.PartnershipID, in.Effect.Ref2)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	return rapport.Outcome{Code: "opened", Payout: &plan}, nil
}

// SubmitPayout moves the money of an approved payout, once. The order of its steps is what makes it safe: authority is re-read
// under the row's lock, the attempt with its key is committed before the first byte, an answer is written before it is
// reported, and what is not understood stays open under the same key. While the provider refuses our key it is asked for nothing.
func (a *Activities) SubmitPayout(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	if err := a.refreshPayeeOf(ctx, in.ID); err != nil {
		return rapport.Outcome{}, err
	}
	failpoint("transfer.decided")
	order, err := a.Store.OrderPayout(ctx, in.ID, in.Effect.N, a.Payer.RequestHash)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if order.Verdict != "submit" {
		return rapport.Outcome{Code: order.Verdict, Tell: order.Verdict == rapport.SubmitRejectedPayee}, nil
	}
	failpoint("transfer.ordered")
	if order.Gate == rapport.GatePaused {
		return rapport.Outcome{}, heldBack(order.Gate) // the attempt stays open under its key
	}
	r := order.Request
	// Something may have been sent before: by this attempt, by an earlier one that rolled forward late, or by a database that was
	// restored since. Asking costs less than paying twice.
	switch found, err := a.settleFound(ctx, in.ID, r, ""); {
	case err != nil:
		return rapport.Outcome{}, err
	case found == foundPaid:
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	case found == foundOther:
		return rapport.Outcome{Code: rapport.SubmitUnknown}, classify(a.Store.MarkUnknown(ctx, in.ID))
	}
	if order.Expired {
		return rapport.Outcome{Code: rapport.SubmitUnknown}, classify(a.Store.MarkUnknown(ctx, in.ID))
	}
	if order.Gate != "" {
		return rapport.Outcome{}, heldBack(order.Gate)
	}
	if err := a.Store.MarkSent(ctx, in.ID, r.Attempt); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if a.Pace != nil { // the last thing before the first byte, so that nothing else moves its moment
		if err := a.Pace(ctx); err != nil {
			return rapport.Outcome{}, classify(err)
		}
	}
	failpoint("transfer.before")
	transfer, err := a.Payer.Transfer(ctx, r)
	failpoint("transfer.after")
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err == nil {
		err := a.Store.SettlePayout(keep, in.ID, r.Attempt, transfer)
		failpoint("transfer.recorded")
		return rapport.Outcome{Code: rapport.SubmitPaid}, classify(err)
	}
	return a.notPaid(keep, in.ID, r.Attempt, err)
}

// OrderOffline lets an approved payout wait for whoever pays it outside of Stripe, which is asked for nothing.
func (a *Activities) OrderOffline(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	verdict, err := a.Store.OrderOffline(ctx, in.ID)
	return rapport.Outcome{Code: verdict}, classify(err)
}

// RecordOffline books what a person paid outside of Stripe.
func (a *Activities) RecordOffline(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	failpoint("offline.recording")
	verdict, err := a.Store.RecordOffline(ctx, in.ID, in.Effect.Ref2)
	failpoint("offline.recorded")
	return rapport.Outcome{Code: verdict}, classify(err)
}

func (a *Activities) notPaid(ctx context.Context, id uuid.UUID, attempt int, err error) (rapport.Outcome, error) {
	failed, ok := errors.AsType[*rapport.PayError](err)
	if !ok {
		failed = &rapport.PayError{Outcome: rapport.PayAmbiguous, Err: err}
	}
	switch failed.Outcome {
	case rapport.PayRejected, rapport.PayRejectedFunds, rapport.PayRejectedPayee:
		return rapport.Outcome{Code: failed.Outcome, Tell: failed.Outcome == rapport.PayRejectedPayee}, classify(a.Store.RejectAttempt(ctx, id, attempt, failed.Outcome, failed.Code))
	case rapport.PayIndeterminate, rapport.PayFrozen:
		return rapport.Outcome{Code: rapport.SubmitUnknown}, classify(a.Store.MarkUnknown(ctx, id))
	default:
		return rapport.Outcome{}, a.refused(ctx, failed) // the attempt stays open; the retry uses the same key
	}
}

// refused is classify for an error of the payment provider. One that says that it refuses our key pauses everything that would ask it.
func (a *Activities) refused(ctx context.Context, err error) error {
	if failed, ok := errors.AsType[*rapport.PayError](err); ok && failed.Outcome == rapport.PayUnauthorized {
		if err := a.Store.PauseProvider(context.WithoutCancel(ctx), failed.Code); err != nil {
			return classify(err)
		}
	}
	return classify(err)
}

// refreshPayeeOf reads the payee's account afresh. While the provider refuses our key, what is known of it counts.
func (a *Activities) refreshPayeeOf(ctx context.Context, payout uuid.UUID) error {
	paused, err := a.Store.PaymentsPaused(ctx)
	if err != nil || paused {
		return classify(err)
	}
	payee, err := a.Store.PayeeOfPayout(ctx, payout)
	if err != nil {
		return classify(err)
	}
	if payee.Account != "" {
		_, err = a.RefreshPayee(ctx, payee)
		return err
	}
	if payee.Country == "" {
		return nil
	}
	// What was to be paid outside of Stripe has no account until somebody has Stripe pay it after all.
	_, err = a.giveAccount(ctx, payee)
	if failed, ok := errors.AsType[*rapport.PayError](err); ok && failed.Outcome == rapport.PayRejected {
		return nil // the payout says that the creator cannot be paid
	}
	if err != nil {
		return a.refused(ctx, err)
	}
	return nil
}

// What a look-up finds. Money that moved otherwise than asked (another amount, destination or attempt) is neither paid nor absent: a person
// looks, and two people may accept it as the payment. What was paid as asked and taken back since is paid; that it was taken back is noted beside
// it. What was not asked for and came back whole moved nothing.
const (
	foundNothing = iota
	foundPaid
	foundOther
)

// settleFound looks for a transfer of the payout at the provider and settles with it: with the one that was asked for, else with the one that
// was accepted. What else it finds is kept for people to look at.
func (a *Activities) settleFound(ctx context.Context, payout uuid.UUID, r rapport.TransferRequest, accepted string) (int, error) {
	found, err := a.Payer.TransfersOf(ctx, payout)
	if err != nil {
		return foundNothing, a.refused(ctx, err)
	}
	for _, t := range found {
		if t.Amount == r.Amount && t.Destination == r.Destination && t.Attempt == r.Attempt {
			return foundPaid, classify(a.Store.SettlePayout(ctx, payout, r.Attempt, t))
		}
	}
	if len(found) == 0 {
		return foundNothing, nil
	}
	if err := a.Store.NoteFound(ctx, payout, found); err != nil {
		return foundNothing, classify(err)
	}
	what := foundNothing
	for _, t := range found {
		if t.ID == accepted && t.TakenBack < t.Amount.Amount {
			if covered, err := a.Store.SettleAccepted(ctx, payout, r.Attempt, t); covered || err != nil {
				return foundPaid, classify(err)
			}
		}
		if t.TakenBack < t.Amount.Amount {
			what = foundOther
		}
	}
	return what, nil
}

// reconcileSilence is how long after the last send an absent transfer may be called absent: longer than the provider may still
// roll a stored request forward.
const reconcileSilence = 24 * time.Hour

// notPaused keeps a call to the provider back while it refuses our key.
func (a *Activities) notPaused(ctx context.Context) error {
	paused, err := a.Store.PaymentsPaused(ctx)
	switch {
	case err != nil:
		return classify(err)
	case paused:
		return heldBack(rapport.GatePaused)
	}
	return nil
}

// ReconcilePayout looks up what became of an attempt whose answer never came. It sends nothing.
func (a *Activities) ReconcilePayout(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	if err := a.notPaused(ctx); err != nil {
		return rapport.Outcome{}, err
	}
	open, err := a.Store.OpenAttempt(ctx, in.ID)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	switch {
	case open.None:
		return rapport.Outcome{Code: rapport.ReconcileNeverSent}, nil
	case open.Rejection != "":
		return rapport.Outcome{Code: open.Rejection, Tell: open.Rejection == rapport.SubmitRejectedPayee}, nil
	}
	if open.Settled {
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	}
	switch found, err := a.settleFound(ctx, in.ID, open.Request, open.Accepted); {
	case err != nil:
		return rapport.Outcome{}, err
	case found == foundPaid:
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	case found == foundOther:
		return rapport.Outcome{Code: rapport.ReconcileDiffers}, nil
	}
	if err := a.Store.MarkLookedUp(ctx, in.ID, open.Request.Attempt); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if open.SinceSent < reconcileSilence || open.LookUps < 2 {
		return rapport.Outcome{Code: rapport.ReconcileAbsent}, nil
	}
	if in.Effect.Code == "confirm" {
		return rapport.Outcome{Code: rapport.SubmitRejected}, classify(a.Store.RejectAttempt(ctx, in.ID, open.Request.Attempt, rapport.PayRejected, "confirmed_absent"))
	}
	return rapport.Outcome{Code: rapport.ReconcileAbsentLong}, nil
}

// CreateTopUp asks the provider to fund the platform's balance for a brand. True when it has arrived already.
func (a *Activities) CreateTopUp(ctx context.Context, id uuid.UUID) (bool, error) {
	if err := a.notPaused(ctx); err != nil {
		return false, err
	}
	t, err := a.Store.TopUp(ctx, id)
	if err != nil {
		return false, classify(err)
	}
	if t.ProviderID != "" {
		return a.SettleTopUp(ctx, id)
	}
	made, err := a.Payer.CreateTopUp(ctx, id, t.BrandID, t.Amount)
	if failed, ok := errors.AsType[*rapport.PayError](err); ok {
		switch failed.Outcome {
		case rapport.PayRejected, rapport.PayRejectedFunds, rapport.PayRejectedPayee:
			return true, classify(a.Store.SettleTopUp(ctx, id, "", "failed"))
		case rapport.PayIndeterminate, rapport.PayFrozen:
			return false, nil // never asked for again: the provider's event says what became of it
		}
	}
	if err != nil {
		return false, a.refused(ctx, err)
	}
	return made.Status != "pending", classify(a.Store.SettleTopUp(ctx, id, made.ID, made.Status))
}

// SettleTopUp reads a top-up afresh and posts it when it has arrived. True when nothing more will come.
func (a *Activities) SettleTopUp(ctx context.Context, id uuid.UUID) (bool, error) {
	t, err := a.Store.TopUp(ctx, id)
	if err != nil || t.State != "pending" {
		return err == nil, classify(err)
	}
	if t.ProviderID == "" {
		return false, nil // no answer and no event yet
	}
	if err := a.notPaused(ctx); err != nil {
		return false, err
	}
	now, err := a.Payer.TopUp(ctx, t.ProviderID)
	if err != nil {
		return false, a.refused(ctx, err)
	}
	return now.Status != "pending", classify(a.Store.SettleTopUp(ctx, id, now.ID, now.Status))
}
