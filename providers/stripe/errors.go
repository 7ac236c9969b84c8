package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"sync/atomic"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
)

// Outcome says what is known after a call, and so what may follow it. It is the only thing a caller should branch on.
type Outcome string

const (
	// Unsent means: no byte reached Stripe (name lookup, dial or TLS failed). Retry with the same key.
	Unsent Outcome = "unsent"
	// Ambiguous means: the request may have been executed (timeout, reset, truncated or foreign body, retryable 5xx).
	// Retry with the same key, never with another.
	Ambiguous Outcome = "ambiguous"
	// Busy means: another request holds the key or the object's lock. Retry with the same key after a few seconds.
	Busy Outcome = "busy"
	// RateLimited means: refused by the limiter before execution. The attempt stays open; retry with the same key.
	RateLimited Outcome = "rate_limited"
	// Indeterminate means: a 500 that Stripe will replay. Never send again; only reconciliation can settle it.
	Indeterminate Outcome = "indeterminate"
	// Rejected means: definitely not executed, and never will be under this key. A fixed request needs the next key.
	Rejected Outcome = "rejected"
	// RejectedFunds means: as Rejected; the platform's balance is short. Cured by a top-up.
	RejectedFunds Outcome = "rejected_funds"
	// RejectedPayee means: as Rejected; the connected account cannot receive. Cured by its onboarding.
	RejectedPayee Outcome = "rejected_payee"
	// IdempotencyMismatch means: the key was used before with other parameters. What happened is unknown; freeze and page.
	IdempotencyMismatch Outcome = "idempotency_mismatch"
	// Unauthorized means: the platform's own key is refused. Nothing was executed; pause the queue, keep the attempt open.
	Unauthorized Outcome = "unauthorized"
	// Mismatch means: executed, but the answer differs from the request. Freeze and page.
	Mismatch Outcome = "mismatch"
)

// Codes this package gives where Stripe gave none.
const (
	codeLocal     = "local_validation"
	codeNoAnswer  = "no_answer"
	codeForeign   = "foreign_answer"
	codeIncorrect = "answer_differs"
)

// Error is the only error type that calls return. Its text holds codes and ids, never a message of the vendor's,
// because those quote addresses and names.
type Error struct {
	// Outcome says what may follow.
	Outcome Outcome
	// Code is Stripe's error code, or one of this package's own in lower case.
	Code string
	// Field names the parameter at fault or the echoed field that differs; may be empty.
	Field string
	// Status is the HTTP status, 0 without an answer.
	Status int
	// RequestID is Stripe's req_… for support; may be empty.
	RequestID string
	// RetryAfter is the wait Stripe asked for; 0 when it asked for none.
	RetryAfter time.Duration
	// Err is context.Canceled, context.DeadlineExceeded or nil.
	Err error
}

// Error gives outcome, code and ids, and nothing that a person wrote.
func (e *Error) Error() string {
	return fmt.Sprintf("stripe %s: code=%s field=%s status=%d request=%s", e.Outcome, e.Code, e.Field, e.Status, e.RequestID)
}

// Unwrap gives the context's error, if that ended the call.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf gives the outcome inside err, and an empty one for nil. A foreign error is Ambiguous: the safe reading of what is not understood.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return ""
	}

	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}

	return Ambiguous
}

func localError(field string) *Error {
	return &Error{Outcome: Rejected, Code: codeLocal, Field: field}
}

func mismatch(field string, last *sdk.APIResponse) *Error {
	e := &Error{Outcome: Mismatch, Code: codeIncorrect, Field: field}
	if last != nil {
		e.Status, e.RequestID = last.StatusCode, safeCode(last.RequestID)
	}

	return e
}

func foreign(last *sdk.APIResponse) *Error {
	e := &Error{Outcome: Ambiguous, Code: codeForeign}
	if last != nil {
		e.Status, e.RequestID = last.StatusCode, safeCode(last.RequestID)
	}

	return e
}

// fail turns what the SDK returned into an *Error. connected tells whether a connection was ever handed to the request:
// without one no byte can have left.
func fail(err error, connected *atomic.Bool) *Error {
	if vendor, ok := errors.AsType[*sdk.Error](err); ok {
		return fromVendor(vendor)
	}

	out := &Error{Outcome: Ambiguous, Code: codeNoAnswer}
	if !connected.Load() {
		out.Outcome = Unsent
	}

	switch {
	case errors.Is(err, context.Canceled):
		out.Err = context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		out.Err = context.DeadlineExceeded
	}

	return out
}

func fromVendor(v *sdk.Error) *Error {
	out := &Error{
		Code:      safeCode(string(v.Code)),
		Field:     safeCode(v.Param),
		Status:    v.HTTPStatusCode,
		RequestID: safeCode(v.RequestID),
	}
	if out.Code == "" {
		out.Code = safeCode(string(v.Type))
	}

	header := http.Header{}
	if v.LastResponse != nil {
		header = v.LastResponse.Header
	}

	out.RetryAfter = retryAfter(header)
	out.Outcome = classify(v, header)

	return out
}

func classify(v *sdk.Error, header http.Header) Outcome {
	switch status := v.HTTPStatusCode; {
	case v.Type == sdk.ErrorTypeIdempotency && v.Code != sdk.ErrorCodeIdempotencyKeyInUse:
		return IdempotencyMismatch
	case status == http.StatusTooManyRequests && v.Code == sdk.ErrorCodeLockTimeout:
		return Busy
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusConflict:
		return Busy
	case status >= http.StatusInternalServerError:
		return classifyServer(status, header)
	case payeeAtFault(v):
		return RejectedPayee
	case status == http.StatusUnauthorized, status == http.StatusForbidden,
		v.Code == sdk.ErrorCodeAPIKeyExpired, v.Code == sdk.ErrorCodePlatformAccountRequired:
		return Unauthorized
	case v.Type == "":
		// An error object without a type is not Stripe's, and proves nothing.
		return Ambiguous
	case v.Code == sdk.ErrorCodeBalanceInsufficient:
		return RejectedFunds
	case status == http.StatusBadRequest, status == http.StatusPaymentRequired, status == http.StatusNotFound:
		return Rejected
	default:
		return Ambiguous
	}
}

// classifyServer separates 5xx that Stripe asks to retry from a result that it stored and will replay for ever.
func classifyServer(status int, header http.Header) Outcome {
	switch header.Get("Stripe-Should-Retry") {
	case "true":
		return Ambiguous
	case "false":
		return Indeterminate
	}

	if status == http.StatusInternalServerError || header.Get("Idempotent-Replayed") == "true" {
		return Indeterminate
	}

	return Ambiguous
}

// payeeAtFault matches on strings: not all of these codes are constants of the SDK.
func payeeAtFault(v *sdk.Error) bool {
	if v.Type == "" {
		return false
	}

	switch v.Code {
	case "insufficient_capabilities_for_transfer", "transfers_not_allowed", "account_invalid":
		return true
	case sdk.ErrorCodeResourceMissing:
		return v.Param == "" || v.Param == "destination" || v.Param == "account"
	default:
		return false
	}
}

// maxRetryAfterSeconds bounds what a server may ask us to wait.
const maxRetryAfterSeconds = 3600

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return 0
	}

	return time.Duration(min(seconds, maxRetryAfterSeconds)) * time.Second
}

var codePattern = regexp.MustCompile(`^[A-Za-z0-9_.\[\]-]{1,80}$`)

// safeCode passes what looks like a code, a parameter name or an id, and drops anything that could be prose.
func safeCode(s string) string {
	if codePattern.MatchString(s) {
		return s
	}

	return ""
}
