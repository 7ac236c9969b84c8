package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"

	"rapport"
)

// idempotent gives the same key with the same body the same answer. What only touches the database is kept in one
// transaction with its answer. What waits for a workflow is claimed before and answered after: it reaches the workflow
// under an id made from the key, which makes a second try the same deed.
func (s *Server) idempotent(op operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		if !op.keyed {
			return next
		}
		return func(c echo.Context) error {
			given := c.Request().Header.Get("Idempotency-Key")
			if given == "" {
				if op.money {
					return rapport.Errorf(rapport.CodeKeyMissing, "Acts on money need the header Idempotency-Key, so that a repeated request pays once.")
				}
				if s.cfg.Development {
					c.Response().Header().Set("Warning", `299 - "send an Idempotency-Key, so that a repeated request acts once"`)
				}
				return next(c)
			}
			key, err := keyOf(op, given, c)
			if err != nil {
				return err
			}
			requestFrom(c.Request().Context()).Key = &key
			if op.waits {
				return s.claimed(op, key, next, c)
			}
			return s.once(op, key, next, c)
		}
	}
}

// keyOf names the deed and hashes its body, which it reads and puts back.
func keyOf(op operation, given string, c echo.Context) (rapport.IdempotencyKey, error) {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return rapport.IdempotencyKey{}, err //nolint:wrapcheck // the error handler knows the limit's own error
	}
	c.Request().Body = io.NopCloser(bytes.NewReader(body))
	hash := sha256.New()
	_, _ = io.WriteString(hash, c.Request().URL.RequestURI()+"\x00") // a hash takes everything
	if _, params, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type")); err == nil && params["boundary"] != "" {
		body = bytes.ReplaceAll(body, []byte(params["boundary"]), nil) // it differs each time a form is sent
	}
	_, _ = hash.Write(body)
	ctx := c.Request().Context()
	principal := "user/" + principalFrom(ctx).UserID.String()
	if op.who == portal {
		principal = "portal/" + portalFrom(ctx).ContactID.String()
	}
	if token := c.Request().Header.Get("Review-Token"); op.who == public && token != "" {
		principal = "outside/" + hex.EncodeToString(hashOf(token))
	}
	return rapport.IdempotencyKey{Principal: principal, Operation: op.id, Key: given, BodySHA256: hash.Sum(nil), Within: op.time}, nil
}

func (s *Server) once(op operation, key rapport.IdempotencyKey, next echo.HandlerFunc, c echo.Context) error {
	var held *recorder
	answer, replayed, err := s.cfg.Store.Once(c.Request().Context(), key, func(ctx context.Context) (rapport.Answer, error) {
		var err error
		held, err = hold(ctx, next, c)
		if err != nil {
			return rapport.Answer{}, err
		}
		return held.answer(op), nil
	})
	if err != nil {
		return err
	}
	if replayed {
		return replay(op, answer, c)
	}
	return held.release(c)
}

func (s *Server) claimed(op operation, key rapport.IdempotencyKey, next echo.HandlerFunc, c echo.Context) error {
	ctx := c.Request().Context()
	answer, found, err := s.cfg.Store.ClaimKey(ctx, key)
	if err != nil {
		return err
	}
	if found {
		return replay(op, answer, c)
	}
	held, err := hold(ctx, next, c)
	after := context.WithoutCancel(ctx) // a client that went away must not leave the key claimed
	if err != nil {
		if kept := s.giveUp(after, key, err); kept != nil {
			s.cfg.Log.Warn("release a key", zap.String("request_id", requestFrom(ctx).ID), zap.Error(kept))
		}
		return err
	}
	if err := s.cfg.Store.SaveAnswer(after, key, held.answer(op)); err != nil {
		s.cfg.Log.Warn("keep an answer", zap.String("request_id", requestFrom(ctx).ID), zap.Error(err))
	}
	return held.release(c)
}

// giveUp lets go of a claimed key after an error. When the request itself was bad nothing was done, and the key is free. Else the
// command may have reached its workflow: the key stays bound to its body, and asking again answers what became of it.
func (s *Server) giveUp(ctx context.Context, key rapport.IdempotencyKey, err error) error {
	switch rapport.ErrorCode(err) {
	case rapport.CodeInvalid, rapport.CodeMalformed, rapport.CodeNotFound, rapport.CodeForbidden, rapport.CodeTooLarge, rapport.CodeUnsupported:
		return s.cfg.Store.ReleaseKey(ctx, key)
	default:
		return s.cfg.Store.SaveAnswer(ctx, key, rapport.Answer{Status: http.StatusAccepted})
	}
}

func replay(op operation, a rapport.Answer, c echo.Context) error {
	c.Response().Header().Set("Idempotent-Replayed", "true")
	if op.secret {
		return &rapport.Error{Code: rapport.CodeConflict, Reason: "shown_once", Message: "This was done already, and its secret was shown once. Make another one with a new key."}
	}
	if len(a.Body) == 0 {
		return c.NoContent(a.Status)
	}
	return c.Blob(a.Status, a.ContentType, a.Body)
}

// recorder holds an answer back until its deed is committed.
type recorder struct {
	http.ResponseWriter

	status int
	body   bytes.Buffer
}

func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) } //nolint:wrapcheck // a buffer does not fail
func (r *recorder) Flush()                      {}

// hold runs the handler under the context and holds its answer.
func hold(ctx context.Context, next echo.HandlerFunc, c echo.Context) (*recorder, error) {
	r := &recorder{ResponseWriter: c.Response().Writer, status: http.StatusOK}
	c.SetRequest(c.Request().WithContext(ctx))
	c.Response().Writer = r
	err := next(c)
	c.Response().Writer = r.ResponseWriter
	c.Response().Committed, c.Response().Size = false, 0
	return r, err
}

func (r *recorder) answer(op operation) rapport.Answer {
	a := rapport.Answer{Status: r.status, ContentType: r.Header().Get("Content-Type"), Body: r.body.Bytes()}
	if op.secret {
		a.Body = nil
	}
	return a
}

func (r *recorder) release(c echo.Context) error {
	c.Response().WriteHeader(r.status)
	if r.body.Len() == 0 {
		return nil
	}
	_, err := c.Response().Write(r.body.Bytes())
	return err //nolint:wrapcheck // a client that went away
}
