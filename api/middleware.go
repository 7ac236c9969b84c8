package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"go.uber.org/zap"

	"rapport"
)

// Limits of a request's body in bytes.
const (
	jsonLimit   = 2 << 20
	uploadLimit = rapport.MaxImportBytes + 1<<20 // the file and the form around it
)

// request is what handlers may ask of the HTTP request that they serve.
type request struct {
	ID      string
	Address string // of the client
	Agent   string
	// Session is the hash of the session's token that came with the request; nil for none.
	Session []byte
	// Key is set when the client named the deed; the deed reaches a workflow under its UpdateID.
	Key *rapport.IdempotencyKey
	// Languages is the Accept-Language that came with it.
	Languages string
	// LastEventID is where a stream goes on after a cut.
	LastEventID string

	operation string
}

type (
	requestKey   struct{}
	principalKey struct{}
	portalKey    struct{}
)

// requestFrom is the request of the context; a zero one outside of any.
func requestFrom(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// principalFrom is who makes the request; the zero value where the operation takes anybody or a creator.
func principalFrom(ctx context.Context) rapport.Principal {
	p, _ := ctx.Value(principalKey{}).(rapport.Principal)
	return p
}

// portalFrom is the creator who makes the request; the zero value on operations of the house.
func portalFrom(ctx context.Context) rapport.PortalSession {
	p, _ := ctx.Value(portalKey{}).(rapport.PortalSession)
	return p
}

func operationOf(c echo.Context) string { return requestFrom(c.Request().Context()).operation }

// identify gives every request an id of ours.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := &request{
			ID: uuid.Must(uuid.NewV7()).String(), Address: c.RealIP(), Agent: cut(c.Request().UserAgent(), 300),
			LastEventID: c.Request().Header.Get("Last-Event-ID"), Languages: cut(c.Request().Header.Get("Accept-Language"), 200),
		}
		c.Response().Header().Set("X-Request-ID", r.ID)
		ctx := rapport.WithReader(c.Request().Context(), cut(c.Request().Header.Get("Time-Zone"), 64))
		c.SetRequest(c.Request().WithContext(context.WithValue(ctx, requestKey{}, r)))
		return next(c)
	}
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// record logs and counts every request once it is answered: the route and never the path, which may hold a token, and nothing
// about the person but the id.
func (s *Server) record(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		half := err != nil && c.Response().Committed
		if err != nil {
			c.Error(err)
		}
		r, took, status := requestFrom(c.Request().Context()), time.Since(start), c.Response().Status
		s.metrics.observe(r.operation, c.Request().Method, status, took)
		fields := []zap.Field{
			zap.String("request_id", r.ID), zap.String("method", c.Request().Method), zap.String("route", c.Path()), zap.Int("status", status),
			zap.Duration("took", took), zap.Int64("bytes", c.Response().Size),
		}
		if user, ok := c.Get("user").(uuid.UUID); ok {
			fields = append(fields, zap.Stringer("user_id", user))
		}
		if id := c.Param("id"); id != "" && strings.HasPrefix(c.Path(), "/v1/partnerships/") {
			fields = append(fields, zap.String("partnership_id", cut(id, 36)))
		}
		s.cfg.Log.Info("request", fields...)
		if half {
			if c.Request().Context().Err() == nil {
				s.cfg.Log.Error("an answer was cut off", zap.String("request_id", r.ID), zap.String("route", c.Path()), zap.Error(err))
			}
			panic(http.ErrAbortHandler) // the half that is out must not look like the whole
		}
		return nil
	}
}

func (s *Server) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if r == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
					panic(r)
				}
				err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
			}
		}()
		return next(c)
	}
}

// securityHeaders keeps the pages from being framed, sniffed and from loading anything of others.
func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self' blob:; "+
			"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if c.Scheme() == "https" {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if strings.HasPrefix(c.Request().URL.Path, "/v1/") {
			h.Set("Cache-Control", "no-store")
		}
		return next(c)
	}
}

// sameOrigin refuses writes that a browser makes for another site.
func sameOrigin(protection *http.CrossOriginProtection) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := protection.Check(c.Request()); err != nil {
				return &rapport.Error{Code: rapport.CodeForbidden, Reason: "cross_origin", Message: "Another site may not write here in your name.", Err: err}
			}
			return next(c)
		}
	}
}

func compress() echo.MiddlewareFunc {
	return middleware.GzipWithConfig(middleware.GzipConfig{
		MinLength: 1024,
		Skipper:   func(c echo.Context) bool { return c.Path() == "/v1/stream" || c.Path() == "/metrics" },
	})
}

// bodyCap is the last line of defence on routes that set no limit of their own.
func bodyCap() echo.MiddlewareFunc {
	return middleware.BodyLimit(strconv.Itoa(uploadLimit>>20+1) + "M")
}

func ipExtractor(trusted []*net.IPNet) echo.IPExtractor {
	if len(trusted) == 0 {
		return echo.ExtractIPDirect()
	}
	options := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, network := range trusted {
		options = append(options, echo.TrustIPRange(network))
	}
	return echo.ExtractIPFromXFFHeader(options...)
}

// authorize finds who makes the request and refuses whom the table of roles does not name. The roles are read now, so that a
// change of roles works at once.
func (s *Server) authorize(op operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			ctx := c.Request().Context()
			requestFrom(ctx).operation = op.id
			if !op.streams {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, op.time)
				defer cancel()
			}
			requestFrom(ctx).Session = cookieHash(c, sessionCookie)
			switch op.who {
			case public:
			case portal:
				requestFrom(ctx).Session = cookieHash(c, portalCookie)
				session, err := s.portalSession(ctx, c)
				if err != nil {
					return err
				}
				ctx = rapport.WithBrands(context.WithValue(ctx, portalKey{}, session), session.BrandID)
			default:
				p, err := s.principal(ctx, c)
				if err != nil {
					return err
				}
				c.Set("user", p.UserID)
				scope := p.BrandsWith(op.roles...)
				if op.who == withRole && len(scope) == 0 {
					return rapport.Errorf(rapport.CodeForbidden, "This needs one of the roles %s at a brand.", roleWords(op.roles))
				}
				if op.person && p.TokenID != nil {
					return rapport.Errorf(rapport.CodeForbidden, "Only a person who signed in may do this, not an API token.")
				}
				ctx = rapport.WithViewer(rapport.WithBrands(context.WithValue(ctx, principalKey{}, p), scope...), p.UserID)
			}
			c.SetRequest(c.Request().WithContext(ctx))
			return next(c)
		}
	}
}

func roleWords(roles []rapport.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

func (s *Server) portalSession(ctx context.Context, c echo.Context) (rapport.PortalSession, error) {
	hash := cookieHash(c, portalCookie)
	if hash == nil {
		return rapport.PortalSession{}, rapport.Errorf(rapport.CodeUnauthorized, "Open the link in your mail first.")
	}
	session, err := s.cfg.Store.PortalSessionOf(ctx, hash)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return session, rapport.Errorf(rapport.CodeUnauthorized, "Your visit has ended. Open the link in your mail again.")
	}
	return session, err
}

func (s *Server) principal(ctx context.Context, c echo.Context) (rapport.Principal, error) {
	if header := c.Request().Header.Get("Authorization"); header != "" {
		return s.bearer(ctx, header)
	}
	hash := requestFrom(ctx).Session
	if hash == nil {
		return rapport.Principal{}, rapport.Errorf(rapport.CodeUnauthorized, "Sign in first.")
	}
	p, err := s.cfg.Store.PrincipalOfSession(ctx, hash, sessionIdle)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return p, rapport.Errorf(rapport.CodeUnauthorized, "Your session has ended. Sign in again.")
	}
	return p, err
}

func (s *Server) bearer(ctx context.Context, header string) (rapport.Principal, error) {
	refused := rapport.Errorf(rapport.CodeUnauthorized, "This API token is not valid.")
	scheme, token, _ := strings.Cut(header, " ")
	id, secret, ok := parseToken(token)
	if !strings.EqualFold(scheme, "Bearer") || !ok {
		return rapport.Principal{}, refused
	}
	p, hash, err := s.cfg.Store.PrincipalOfToken(ctx, id)
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return p, refused
	}
	if err != nil {
		return p, err
	}
	given := sha256.Sum256([]byte(secret))
	if subtle.ConstantTimeCompare(given[:], hash) != 1 {
		return rapport.Principal{}, refused
	}
	return p, nil
}

func limitBody(op operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.ContentLength > op.limit {
				return tooLarge(op.limit)
			}
			r.Body = http.MaxBytesReader(c.Response(), r.Body, op.limit)
			return next(c)
		}
	}
}

// validate holds the request against the contract and names every bad field at once.
func (s *Server) validate(op operation) echo.MiddlewareFunc {
	options := &openapi3filter.Options{
		MultiError: true, AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true,
		ExcludeRequestBody:      op.media != echo.MIMEApplicationJSON,
		SchemaValidationOptions: []openapi3.SchemaValidationOption{openapi3.WithStringFormatValidator("uuid", uuidFormat{})},
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if strings.ContainsRune(c.Request().URL.Path, 0) || strings.Contains(c.Request().URL.RawQuery, "%00") {
				return rapport.Errorf(rapport.CodeMalformed, "The address holds a character that no text has.")
			}
			if err := checkMedia(op, c.Request()); err != nil {
				return err
			}
			if op.media == echo.MIMEApplicationJSON {
				body, err := io.ReadAll(c.Request().Body)
				if err != nil {
					return err //nolint:wrapcheck // the error handler knows the limit's own error
				}
				if err := checkJSON(body); err != nil {
					return err
				}
				c.Request().Body = io.NopCloser(bytes.NewReader(body))
				c.Request().ContentLength = int64(len(body))
			}
			params := map[string]string{}
			for i, name := range c.ParamNames() {
				params[name] = c.ParamValues()[i]
			}
			input := &openapi3filter.RequestValidationInput{Request: c.Request(), PathParams: params, Route: op.route, Options: options}
			if err := openapi3filter.ValidateRequest(c.Request().Context(), input); err != nil {
				return contractError(err)
			}
			return next(c)
		}
	}
}

// uuidFormat takes the ids that handlers can read.
type uuidFormat struct{}

// Validate says whether the text is an id.
func (uuidFormat) Validate(text string) error {
	if len(text) != 36 {
		return errors.New("not a UUID")
	}
	if err := uuid.Validate(text); err != nil {
		return fmt.Errorf("not a UUID: %w", err)
	}
	return nil
}

func checkMedia(op operation, r *http.Request) error {
	if op.media == "" {
		return nil
	}
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != op.media {
		return rapport.Errorf(rapport.CodeUnsupported, "The content must be %s.", op.media)
	}
	return nil
}

// contractError turns what the validator found into the fields that a client can mend.
func contractError(err error) error {
	var fields []rapport.Field
	collect(err, "", &fields)
	if len(fields) == 0 {
		return &rapport.Error{Code: rapport.CodeMalformed, Message: "The request cannot be read.", Err: err}
	}
	return rapport.Invalid(rapport.SortFields(unique(fields))...)
}

func collect(err error, prefix string, fields *[]rapport.Field) {
	switch e := err.(type) { //nolint:errorlint // each level is unpacked by itself
	case openapi3.MultiError:
		for _, part := range e {
			collect(part, prefix, fields)
		}
	case *openapi3filter.RequestError:
		switch {
		case e.Parameter != nil:
			prefix = e.Parameter.Name
			if _, ok := errors.AsType[*openapi3.SchemaError](e.Err); !ok {
				*fields = append(*fields, rapport.Field{Path: prefix, Code: "bad_value", Detail: "This value cannot be read."})
				return
			}
		case errors.Is(e.Err, openapi3filter.ErrInvalidRequired):
			*fields = append(*fields, rapport.Field{Path: "body", Code: "required", Detail: "The request needs a body."})
			return
		}
		if e.Err != nil {
			collect(e.Err, prefix, fields)
		}
	case *openapi3.SchemaError:
		if inner, ok := e.Origin.(openapi3.MultiError); ok && e.SchemaField == "allOf" { //nolint:errorlint // as above
			collect(inner, prefix, fields)
			return
		}
		*fields = append(*fields, schemaField(e, prefix))
	}
}

func schemaField(e *openapi3.SchemaError, prefix string) rapport.Field {
	path := strings.Builder{}
	path.WriteString(prefix)
	for _, key := range e.JSONPointer() {
		if n, err := strconv.Atoi(key); err == nil && path.Len() > 0 {
			fmt.Fprintf(&path, "[%d]", n)
			continue
		}
		if path.Len() > 0 {
			path.WriteByte('.')
		}
		path.WriteString(key)
	}
	f := rapport.Field{Path: path.String(), Code: e.SchemaField, Detail: e.Reason}
	schema := e.Schema
	switch e.SchemaField {
	case "required":
		f.Detail = "Fill this in."
	case "properties", "additionalProperties":
		f.Code, f.Detail = "unknown_field", "There is no such field here."
		if _, name, ok := strings.Cut(e.Reason, `property "`); ok { // the path is the object's, only the reason names the field
			name, _, _ = strings.Cut(name, `"`)
			f.Path = strings.TrimPrefix(f.Path+"."+cut(name, 100), ".")
		}
	case "type":
		f.Code = "bad_type"
		if schema.Type != nil {
			f.Detail = "This must be of the type " + strings.Join(schema.Type.Slice(), " or ") + "."
		}
	case "format":
		f.Code, f.Detail = "bad_format", "This must be a "+schema.Format+"."
	case "enum":
		words := make([]string, len(schema.Enum))
		for i, v := range schema.Enum {
			words[i] = fmt.Sprint(v)
		}
		f.Code, f.Detail = "unknown_value", "This must be one of "+strings.Join(words, ", ")+"."
	case "minLength":
		f.Code, f.Detail = "required", "Fill this in."
	case "maxLength":
		f.Code = "too_long"
		if schema.MaxLength != nil {
			f.Detail = fmt.Sprintf("At most %d characters.", *schema.MaxLength)
		}
	}
	return f
}

func unique(fields []rapport.Field) []rapport.Field {
	seen, out := map[string]bool{}, fields[:0]
	for _, f := range fields {
		if !seen[f.Path+"\x00"+f.Code] {
			seen[f.Path+"\x00"+f.Code] = true
			out = append(out, f)
		}
	}
	return out
}

// hashOf is how secrets that came from us are kept: long and random, they need no slow hash.
func hashOf(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

// parseToken reads rap_<id>_<secret>.
func parseToken(token string) (id uuid.UUID, secret string, ok bool) {
	rest, ok := strings.CutPrefix(token, "rap_")
	if !ok {
		return uuid.Nil, "", false
	}
	name, secret, ok := strings.Cut(rest, "_")
	raw, err := hex.DecodeString(name)
	if !ok || err != nil || len(raw) != 16 || secret == "" {
		return uuid.Nil, "", false
	}
	return uuid.UUID(raw), secret, true
}
