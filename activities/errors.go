package activities

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"

	"rapport"
)

// classify turns an error of a store or provider into its retry class. What a retry cannot cure is not retried; texts of
// internal errors stay out of Temporal.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*temporal.ApplicationError](err); ok {
		return err // it has its class
	}
	if pay, ok := errors.AsType[*rapport.PayError](err); ok {
		return temporal.NewApplicationErrorWithOptions(pay.Error(), "provider."+pay.Outcome, temporal.ApplicationErrorOptions{NextRetryDelay: max(pay.RetryAfter, retryDelay(pay.Outcome))})
	}
	switch code := rapport.ErrorCode(err); code {
	case rapport.CodeUnavailable, "":
		return temporal.NewApplicationErrorWithOptions("internal: "+text(err), "internal", temporal.ApplicationErrorOptions{})
	default:
		// A refused record or a missing row is our own bug, or a row that another transaction is about to write. It is retried,
		// slowly and visibly: a workflow that ended over it would be silence.
		return temporal.NewApplicationErrorWithOptions(string(code)+": "+text(err), string(code), temporal.ApplicationErrorOptions{NextRetryDelay: 5 * time.Second})
	}
}

// text is the error's text: our own sentences and the database's, which name columns and ids and never hold a row.
func text(err error) string { return err.Error() }

func retryDelay(outcome string) time.Duration {
	switch outcome {
	case rapport.PayUnauthorized:
		return time.Minute // the whole queue waits instead of failing a thousand payouts
	case rapport.PayBusy, rapport.PayRateLimited:
		return 2 * time.Second
	default:
		return 0
	}
}

// heldBack says that nothing may be asked of the provider, or sent, for now. It is looked at again in a minute; a retry costs the provider
// nothing.
func heldBack(gate string) error {
	return temporal.NewApplicationErrorWithOptions("held back: "+gate, "gate."+gate, temporal.ApplicationErrorOptions{NextRetryDelay: time.Minute})
}

func permanent(code string, err error) error {
	return temporal.NewApplicationErrorWithOptions(code, code, temporal.ApplicationErrorOptions{NonRetryable: true, Cause: err})
}
