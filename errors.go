package rapport

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of refusal an Error is; the API maps each to one HTTP status.
type Code string

// The codes of an Error.
const (
	CodeInvalid      Code = "invalid"      // a field is bad; Fields names each
	CodeMalformed    Code = "malformed"    // the request cannot be read at all
	CodeUnauthorized Code = "unauthorized" // nobody is signed in
	CodeForbidden    Code = "forbidden"    // signed in, without the right
	CodeNotFound     Code = "not_found"    // unknown, or behind another brand's wall
	CodeConflict     Code = "conflict"     // the state does not allow it now
	CodeStale        Code = "stale"        // edited by somebody else meanwhile
	CodeTooLarge     Code = "too_large"    // over a stated limit
	CodeUnsupported  Code = "unsupported"  // a media type that is not taken here
	CodeTooMany      Code = "too_many"     // throttled; try again later
	CodeUnavailable  Code = "unavailable"  // database, Temporal or every worker is away
	CodeKeyReused    Code = "key_reused"   // the idempotency key came with another body
	CodeKeyMissing   Code = "key_required" // an act on money came without an idempotency key
)

// Field names one bad field of the input by its dotted path.
type Field struct {
	Path   string
	Code   string
	Detail string
}

// Error is an error whose text may be shown to people. Any other error is internal: its text is logged and never shown.
type Error struct {
	Code    Code
	Message string
	Fields  []Field
	// Reason is a stable word for programs, finer than Code; empty means Code says it all.
	Reason string
	// State is the present state of the thing on a conflict.
	State string
	// DecidedBy and DecidedAt say who decided already, on a conflict about a decision.
	DecidedBy string
	DecidedAt time.Time
	Err       error
}

func (e *Error) Error() string {
	if e.Err != nil {
		return string(e.Code) + ": " + e.Message + ": " + e.Err.Error()
	}
	return string(e.Code) + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of the code with a message for people.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes the Error for bad fields.
func Invalid(fields ...Field) *Error {
	return &Error{Code: CodeInvalid, Message: "Some fields need another value. Nothing was saved.", Fields: fields}
}

// ErrorCode is the code of err, or empty when err is internal or nil.
func ErrorCode(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}
