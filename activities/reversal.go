package activities

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// ReversalStore is what the activities of reversals remember with.
type ReversalStore interface {
	ReversalPlan(ctx context.Context, id uuid.UUID) (rapport.ReversalPlan, error)
	// OrderReversal re-reads under the row's lock what may be taken back and opens an attempt, or finds the open one.
	OrderReversal(ctx context.Context, id uuid.UUID, submission int, requestHash func(rapport.ReversalRequest) []byte) (rapport.ReversalOrder, error)
	MarkReversalSent(ctx context.Context, reversal uuid.UUID, attempt int) error
	SettleReversal(ctx context.Context, reversal uuid.UUID, attempt int, back rapport.TakenBack) (outcome string, err error)
	RejectReversal(ctx context.Context, reversal uuid.UUID, attempt int, kind, code string) error
	MarkReversalUnknown(ctx context.Context, reversal uuid.UUID) error
	OpenReversalAttempt(ctx context.Context, reversal uuid.UUID) (rapport.OpenReversal, error)
	MarkReversalLookedUp(ctx context.Context, reversal uuid.UUID, attempt int) error
	ReversalStands(ctx context.Context, reversal uuid.UUID) (rapport.ReversalState, error)
	WriteOffReversal(ctx context.Context, reversal uuid.UUID) (rapport.ReversalState, error)
}

// OpenReversal reads what a reversal goes by.
func (a *Activities) OpenReversal(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	plan, err := a.Store.ReversalPlan(ctx, in.ID)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	return rapport.Outcome{Code: "opened", Reversal: &plan}, nil
}

// SubmitReversal takes back what a payout sent, once, by the order of steps that makes SubmitPayout safe.
func (a *Activities) SubmitReversal(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	if err := a.notPaused(ctx); err != nil {
		return rapport.Outcome{}, err
	}
	order, err := a.Store.OrderReversal(ctx, in.ID, in.Effect.N, a.Payer.ReversalHash)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	switch order.Verdict {
	case "submit":
	case rapport.GateRestored:
		return rapport.Outcome{}, heldBack(order.Verdict)
	default:
		return rapport.Outcome{Code: order.Verdict}, nil
	}
	r := order.Request
	if out, _, err := a.settleTakenBack(ctx, r); out.Code != "" || err != nil {
		return out, err
	}
	if r.Adopts != "" {
		return rapport.Outcome{Code: rapport.SubmitRejected}, classify(a.Store.RejectReversal(ctx, in.ID, r.Attempt, rapport.PayRejected, "not_found"))
	}
	if order.Expired {
		return rapport.Outcome{Code: rapport.SubmitUnknown}, classify(a.Store.MarkReversalUnknown(ctx, in.ID))
	}
	if err := a.Store.MarkReversalSent(ctx, in.ID, r.Attempt); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	failpoint("reversal.before")
	back, err := a.Payer.Reverse(ctx, r)
	failpoint("reversal.after")
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err == nil {
		code, err := a.Store.SettleReversal(keep, in.ID, r.Attempt, back)
		failpoint("reversal.recorded")
		return rapport.Outcome{Code: code}, classify(err)
	}
	return a.notTakenBack(keep, in.ID, r.Attempt, err)
}

func (a *Activities) notTakenBack(ctx context.Context, id uuid.UUID, attempt int, err error) (rapport.Outcome, error) {
	failed, ok := errors.AsType[*rapport.PayError](err)
	if !ok {
		failed = &rapport.PayError{Outcome: rapport.PayAmbiguous, Err: err}
	}
	switch failed.Outcome {
	case rapport.PayRejected, rapport.PayRejectedFunds, rapport.PayRejectedPayee:
		return rapport.Outcome{Code: failed.Outcome}, classify(a.Store.RejectReversal(ctx, id, attempt, failed.Outcome, failed.Code))
	case rapport.PayIndeterminate, rapport.PayFrozen:
		return rapport.Outcome{Code: rapport.SubmitUnknown}, classify(a.Store.MarkReversalUnknown(ctx, id))
	default:
		return rapport.Outcome{}, a.refused(ctx, failed) // the attempt stays open; the retry uses the same key
	}
}

// TakenBack lists what came back of a transfer, by whomever. While the provider refuses our key it is not asked.
func (a *Activities) TakenBack(ctx context.Context, transfer string) ([]rapport.TakenBack, error) {
	if err := a.notPaused(ctx); err != nil {
		return nil, err
	}
	found, err := a.Payer.ReversalsOf(ctx, transfer)
	return found, a.refused(ctx, err)
}

// settleTakenBack looks for the attempt at the provider, where it may have arrived without its answer, and settles with it. What came back
// otherwise than asked for, or by an attempt that is not known to have arrived, settles nothing by itself: it is answered as other.
func (a *Activities) settleTakenBack(ctx context.Context, r rapport.ReversalRequest) (out rapport.Outcome, other *rapport.TakenBack, err error) {
	found, err := a.TakenBack(ctx, r.TransferID)
	if err != nil {
		return rapport.Outcome{}, nil, err
	}
	for _, back := range found {
		asked := back.ReversalID == r.ReversalID && back.Attempt == r.Attempt || r.Adopts != "" && back.ID == r.Adopts
		if asked && back.Amount == r.Amount {
			code, err := a.Store.SettleReversal(ctx, r.ReversalID, r.Attempt, back)
			return rapport.Outcome{Code: code}, nil, classify(err)
		}
		if asked || back.ReversalID == r.ReversalID && !slices.Contains(r.Known, back.ID) {
			other = &back
		}
	}
	if other != nil {
		return rapport.Outcome{Code: rapport.ReconcileDiffers}, other, classify(a.Store.MarkReversalUnknown(ctx, r.ReversalID))
	}
	return rapport.Outcome{}, nil, nil
}

// FindReversal looks up what became of an attempt whose answer never came. It sends nothing.
func (a *Activities) FindReversal(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	if err := a.notPaused(ctx); err != nil {
		return rapport.Outcome{}, err
	}
	open, err := a.Store.OpenReversalAttempt(ctx, in.ID)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if open.Verdict != "" {
		return rapport.Outcome{Code: open.Verdict}, nil
	}
	out, other, err := a.settleTakenBack(ctx, open.Request)
	if err != nil || out.Code != "" && other == nil {
		return out, err
	}
	attempt := open.Request.Attempt
	if err := a.Store.MarkReversalLookedUp(ctx, in.ID, attempt); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	long := open.SinceSent >= reconcileSilence && open.LookUps >= 2
	switch {
	case !long && other != nil:
		return out, nil
	case !long:
		return rapport.Outcome{Code: rapport.ReconcileAbsent}, nil
	case in.Effect.Code != "confirm" && other != nil:
		return rapport.Outcome{Code: rapport.ReconcileDiffersLong}, nil
	case in.Effect.Code != "confirm":
		return rapport.Outcome{Code: rapport.ReconcileAbsentLong}, nil
	case other == nil:
		return rapport.Outcome{Code: rapport.SubmitRejected}, classify(a.Store.RejectReversal(ctx, in.ID, attempt, rapport.PayRejected, "confirmed_absent"))
	case slices.Contains(open.Request.Recorded, other.ID):
		return rapport.Outcome{Code: rapport.SubmitRejected}, classify(a.Store.RejectReversal(ctx, in.ID, attempt, rapport.PayRejected, "recorded"))
	case other.Amount == open.Request.Amount:
		// An earlier attempt that was called absent brought back what this one asks for, as two people had agreed.
		code, err := a.Store.SettleReversal(ctx, in.ID, attempt, *other)
		return rapport.Outcome{Code: code}, classify(err)
	default:
		return rapport.Outcome{Code: rapport.SubmitRejected}, classify(a.Store.RejectReversal(ctx, in.ID, attempt, rapport.PayRejected, rapport.ReconcileDiffers))
	}
}

// CountReversal says whether payments have kept the last of a reversal.
func (a *Activities) CountReversal(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	state, err := a.Store.ReversalStands(ctx, in.ID)
	return endOr(state, rapport.ReversalNetted), classify(err)
}

// WriteOff gives up what a second person agreed to.
func (a *Activities) WriteOff(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	state, err := a.Store.WriteOffReversal(ctx, in.ID)
	return endOr(state, rapport.ReversalWrittenOff), classify(err)
}

// endOr is the end that is asked about, or open.
func endOr(state, end rapport.ReversalState) rapport.Outcome {
	if state == end {
		return rapport.Outcome{Code: string(end)}
	}
	return rapport.Outcome{Code: "open"}
}
