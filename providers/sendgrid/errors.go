package sendgrid

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Outcome says what is known after a call that failed. Its values speak of the mail of a Send; a read has none and may always be repeated.
type Outcome string

const (
	// Unsent means no byte reached SendGrid (name lookup, dial or TLS failed). The mail may be sent again.
	Unsent Outcome = "unsent"
	// RateLimited means refused before acceptance (429). The mail may be sent again after RetryAfter.
	RateLimited Outcome = "rate_limited"
	// Unauthorized means our own key is refused (401, 403). Nothing was accepted; the queue should pause.
	Unauthorized Outcome = "unauthorized"
	// Rejected means refused for good. The same mail will never be accepted.
	Rejected Outcome = "rejected"
	// Unknown means the mail may have been accepted (timeout, reset, 5xx, anything not understood). It is never sent
	// again by itself; an event that carries its send id settles it, or a person.
	Unknown Outcome = "unknown"
)

// Error is the only error type that a call returns. Its text holds no address, name or content.
type Error struct {
	// Outcome says what may follow.
	Outcome Outcome
	// Field names the part of the mail at fault; may be empty.
	Field string
	// Status is the HTTP status, 0 without an answer.
	Status int
	// RetryAfter is the wait SendGrid asked for, at most an hour; 0 when it asked for none.
	RetryAfter time.Duration
	// Err is context.Canceled, context.DeadlineExceeded or nil.
	Err error
}

// Error gives outcome, field and status.
func (e *Error) Error() string {
	return fmt.Sprintf("sendgrid %s: field=%s status=%d", e.Outcome, e.Field, e.Status)
}

// Unwrap gives the context's error, if that ended the call.
func (e *Error) Unwrap() error { return e.Err }

// OutcomeOf gives the outcome inside err, and an empty one for nil. A foreign error is Unknown: the safe reading of what is not understood.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return ""
	}

	if e, ok := errors.AsType[*Error](err); ok {
		return e.Outcome
	}

	return Unknown
}

func rejected(field string) *Error { return &Error{Outcome: Rejected, Field: field} }

func noAnswer(err error, connected bool) *Error {
	out := &Error{Outcome: Unknown}
	if !connected {
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
