package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"rapport"
	"rapport/api/gen"
)

// statuses maps the codes of errors to HTTP, with the title that people see. It is the only such map.
var statuses = map[rapport.Code]struct { //nolint:gochecknoglobals // a table
	status int
	title  string
}{
	rapport.CodeInvalid:      {http.StatusUnprocessableEntity, "Some fields need another value"},
	rapport.CodeMalformed:    {http.StatusBadRequest, "The request cannot be read"},
	rapport.CodeUnauthorized: {http.StatusUnauthorized, "Sign in first"},
	rapport.CodeForbidden:    {http.StatusForbidden, "You may not do this"},
	rapport.CodeNotFound:     {http.StatusNotFound, "Not found"},
	rapport.CodeConflict:     {http.StatusConflict, "Not possible now"},
	rapport.CodeStale:        {http.StatusPreconditionFailed, "Changed meanwhile"},
	rapport.CodeTooLarge:     {http.StatusRequestEntityTooLarge, "Too large"},
	rapport.CodeUnsupported:  {http.StatusUnsupportedMediaType, "This kind of content is not taken here"},
	rapport.CodeTooMany:      {http.StatusTooManyRequests, "Too many attempts"},
	rapport.CodeUnavailable:  {http.StatusServiceUnavailable, "Away for a moment"},
	rapport.CodeKeyReused:    {http.StatusUnprocessableEntity, "The key was used for another request"},
	rapport.CodeKeyMissing:   {http.StatusBadRequest, "An Idempotency-Key is required"},
}

// retryAfter is how long a client waits when an error does not say.
const retryAfter = 5 * time.Second

// laterError says when to try again.
type laterError struct {
	err   error
	after time.Duration
}

func (e *laterError) Error() string { return e.err.Error() }
func (e *laterError) Unwrap() error { return e.err }

// answerError writes any error as problem details. Only what our own errors say is shown; the rest is logged under the
// request's id.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		c.Response().Status = 499 // the client went away; nobody reads an answer
		return
	}
	p := s.problem(err, c)
	if p.Status == http.StatusServiceUnavailable || p.Status == http.StatusTooManyRequests || p.Code == "in_progress" {
		after := retryAfter
		if later, ok := errors.AsType[*laterError](err); ok {
			after = later.after
		} else if p.Code == "in_progress" {
			after = time.Second
		}
		c.Response().Header().Set("Retry-After", strconv.Itoa(int((after+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", "Bearer")
	}
	body, err := json.Marshal(p)
	if err != nil {
		s.cfg.Log.Error("write a problem", zap.Error(err))
		body = []byte(`{"type":"about:blank","title":"Internal error","status":500,"detail":"","code":"internal"}`)
	}
	c.Response().Header().Del("ETag")
	if c.Request().Method == http.MethodHead {
		_ = c.NoContent(p.Status)
		return
	}
	_ = c.Blob(p.Status, "application/problem+json", body) // a client that went away reads no answer
}

// problem describes an error.
func (s *Server) problem(err error, c echo.Context) gen.Problem {
	e := s.known(err)
	id := requestFrom(c.Request().Context()).ID
	if h, ok := errors.AsType[*echo.HTTPError](err); ok && h.Code == http.StatusMethodNotAllowed {
		return gen.Problem{
			Type: "urn:rapport:method_not_allowed", Title: "Another method is needed", Status: h.Code, Code: "method_not_allowed", RequestId: &id,
			Detail: "This address does not take " + c.Request().Method + ".",
		}
	}
	if e == nil {
		s.cfg.Log.Error("internal error", zap.String("request_id", id), zap.String("operation", operationOf(c)), zap.Error(err))
		return gen.Problem{
			Type: "urn:rapport:internal", Title: "Internal error", Status: http.StatusInternalServerError, Code: "internal", RequestId: &id,
			Detail: "Something went wrong on our side and was noted. Try again; if it stays, give the operator the request's id.",
		}
	}
	row, ok := statuses[e.Code]
	if !ok {
		row.status, row.title = http.StatusInternalServerError, "Internal error"
	}
	code := string(e.Code)
	if e.Reason != "" {
		code = e.Reason
	}
	p := gen.Problem{Type: "urn:rapport:" + string(e.Code), Title: row.title, Status: row.status, Detail: e.Message, Code: code, RequestId: &id, State: orNil(e.State)}
	if e.DecidedBy != "" {
		p.DecidedBy, p.DecidedAt = &e.DecidedBy, &e.DecidedAt
	}
	if len(e.Fields) > 0 {
		fields := fieldErrors(e.Fields)
		p.Errors = &fields
	}
	return p
}

func fieldErrors(fields []rapport.Field) []gen.FieldError {
	list := make([]gen.FieldError, len(fields))
	for i, f := range fields {
		list[i] = gen.FieldError{Field: f.Path, Code: f.Code, Detail: f.Detail}
	}
	return list
}

// known turns err into an error of ours; nil when it is internal.
func (s *Server) known(err error) *rapport.Error {
	if e, ok := errors.AsType[*rapport.Error](err); ok {
		return e
	}
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(large.Limit)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return rapport.Errorf(rapport.CodeUnavailable, "This took too long and was stopped. Nothing was saved; try again.")
	}
	h, ok := errors.AsType[*echo.HTTPError](err)
	if !ok {
		return nil
	}
	if h.Internal != nil {
		if e := s.known(h.Internal); e != nil {
			return e
		}
	}
	switch h.Code {
	case http.StatusNotFound:
		return rapport.Errorf(rapport.CodeNotFound, "There is nothing at this address.")
	case http.StatusRequestEntityTooLarge:
		return tooLarge(uploadLimit)
	case http.StatusUnsupportedMediaType:
		return rapport.Errorf(rapport.CodeUnsupported, "This kind of content is not taken here.")
	case http.StatusBadRequest:
		return rapport.Errorf(rapport.CodeMalformed, "The request cannot be read.")
	}
	return nil
}

func tooLarge(limit int64) *rapport.Error {
	return rapport.Errorf(rapport.CodeTooLarge, "The request is larger than %d MB. Nothing was saved.", limit>>20)
}

func notFound(noun string) error {
	return rapport.Errorf(rapport.CodeNotFound, "There is no such %s, or your roles do not reach it.", noun)
}

// called gives a not-found error of the store its noun.
func called(noun string, err error) error {
	if rapport.ErrorCode(err) == rapport.CodeNotFound && !strings.Contains(err.Error(), "brand") {
		return notFound(noun)
	}
	return err
}
