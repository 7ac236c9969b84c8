package sandbox

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Person is somebody of the house whom the sample world plays, as the file of credentials names them.
type Person struct {
	Brand    string `json:"brand"`
	Role     string `json:"role"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Password string `json:"password"`
	// SecondFactor is the secret of the person's authenticator in base32; empty for whoever has none.
	SecondFactor string `json:"second_factor"`
}

const houseCookie = "__Host-rapport"

// seat is a person with the session that was opened.
type seat struct {
	Person

	brandID string
	userID  string
	cookie  string
	later   time.Time // nothing is asked in this person's name before
}

// ask is one request to the API. A key names the deed: the same deed has the same key after a restart.
type ask struct {
	method      string
	path        string
	key         string
	body        any
	contentType string // of a body that is bytes already; empty is JSON
	out         any
}

// refusedError is an answer other than 2xx.
type refusedError struct {
	status int
	code   string
	detail string
	where  string
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("%s was answered with %d %s: %s", e.where, e.status, e.code, e.detail)
}

var errLater = errors.New("not yet again")

// deed makes a key of what names a deed.
func deed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "world-" + hex.EncodeToString(sum[:16])
}

// do asks in the name of a person, signing in when there is no session. The API may ask for patience, which is kept.
func (w *World) do(ctx context.Context, who *seat, a ask) error {
	if time.Now().Before(who.later) {
		return errLater
	}
	for range 2 {
		if who.cookie == "" {
			if err := w.signIn(ctx, who); err != nil {
				return err
			}
		}
		err := w.send(ctx, who, a)
		refusal, ok := errors.AsType[*refusedError](err)
		switch {
		case ok && refusal.status == http.StatusUnauthorized:
			who.cookie = ""
		case ok && refusal.code == codeWanted && who.SecondFactor != "":
			if err := w.stepUp(ctx, who); err != nil {
				return err
			}
		default:
			return err
		}
	}
	return fmt.Errorf("the session of %s does not last", who.Role)
}

func (w *World) get(ctx context.Context, who *seat, path string, out any) error {
	return w.do(ctx, who, ask{method: http.MethodGet, path: path, out: out})
}

func (w *World) post(ctx context.Context, who *seat, path, key string, body any) error {
	return w.do(ctx, who, ask{method: http.MethodPost, path: path, key: key, body: body})
}

// stepUp proves with a code that it is still the person.
func (w *World) stepUp(ctx context.Context, who *seat) error {
	shown, err := code(who.SecondFactor, time.Now().Add(-codePeriod))
	if err != nil {
		return err
	}
	return w.send(ctx, who, ask{method: http.MethodPost, path: "/v1/session/step-up", body: map[string]string{"code": shown}})
}

// signIn opens a session. A sign-in that fails is not repeated soon: the API counts them.
func (w *World) signIn(ctx context.Context, who *seat) error {
	var session struct {
		UserID string `json:"user_id"`
		Brands []struct {
			BrandID   string   `json:"brand_id"`
			BrandName string   `json:"brand_name"`
			Roles     []string `json:"roles"`
		} `json:"brands"`
	}
	body := map[string]string{"email": who.Email, "password": who.Password}
	if who.SecondFactor != "" {
		shown, err := code(who.SecondFactor, time.Now().Add(-codePeriod))
		if err != nil {
			return err
		}
		body["code"] = shown
	}
	err := w.send(ctx, who, ask{method: http.MethodPost, path: "/v1/session", body: body, out: &session})
	if refusal, ok := errors.AsType[*refusedError](err); ok && refusal.status < http.StatusInternalServerError && who.later.IsZero() {
		who.later = time.Now().Add(10 * w.cfg.Pace)
	}
	if err != nil {
		return err
	}
	if who.cookie == "" {
		return fmt.Errorf("the sign-in of %s gave no session", who.Role)
	}
	who.userID = session.UserID
	for _, b := range session.Brands {
		if b.BrandName == who.Brand || (b.BrandName == "" && who.brandID == "") {
			who.brandID = b.BrandID
		}
	}
	if who.brandID == "" {
		return fmt.Errorf("%s has no role at its brand", who.Role)
	}
	return nil
}

// breathe keeps the pace of requests bounded.
func (w *World) breathe(ctx context.Context) error {
	wait := time.Until(w.last.Add(w.cfg.Gap))
	if err := pause(ctx, wait); err != nil {
		return err
	}
	w.last = time.Now()
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fmt.Errorf("the sample world stops: %w", ctx.Err())
	case <-timer.C:
		return nil
	}
}

// send speaks to the configured address only. Cookies are carried by hand: the prefix __Host- makes them Secure, and a jar
// would keep such a cookie from a plain address on the same machine.
func (w *World) send(ctx context.Context, who *seat, a ask) error {
	if err := w.breathe(ctx); err != nil {
		return err
	}
	raw, ok := a.body.([]byte)
	if !ok && a.body != nil {
		var err error
		if raw, err = json.Marshal(a.body); err != nil {
			return fmt.Errorf("encode: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, a.method, w.cfg.URL+a.path, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("request: %w", err)
	}
	req.Header.Set("User-Agent", "rapport-sandbox")
	if a.contentType == "" {
		a.contentType = "application/json"
	}
	if a.body != nil {
		req.Header.Set("Content-Type", a.contentType)
	}
	if a.key != "" {
		req.Header.Set("Idempotency-Key", a.key)
	}
	if who.cookie != "" {
		req.Header.Set("Cookie", houseCookie+"="+who.cookie)
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	defer resp.Body.Close()
	for _, c := range resp.Cookies() {
		if c.Name == houseCookie && c.Value != "" {
			who.cookie = c.Value
		}
	}
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	if resp.StatusCode/100 != 2 {
		return w.refused(who, a, resp, answer)
	}
	if a.out != nil && len(answer) > 0 {
		if err := json.Unmarshal(answer, a.out); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	return nil
}

func (w *World) refused(who *seat, a ask, resp *http.Response, answer []byte) error {
	var problem struct {
		Code   string `json:"code"`
		Detail string `json:"detail"`
		Errors []struct {
			Field  string `json:"field"`
			Detail string `json:"detail"`
		} `json:"errors"`
	}
	_ = json.Unmarshal(answer, &problem) // an answer of something in between has no problem to show
	for _, f := range problem.Errors {
		problem.Detail += " " + f.Field + ": " + f.Detail
	}
	if wait, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil {
		who.later = time.Now().Add(min(time.Duration(wait)*time.Second, 15*time.Minute))
	}
	return &refusedError{status: resp.StatusCode, code: problem.Code, detail: problem.Detail, where: a.method + " " + a.path}
}
