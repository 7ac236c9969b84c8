package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

const (
	stripeVersion = "2024-06-20"
	keyLife       = 24 * time.Hour
	maxKey        = 255
	maxAmount     = 99_999_999
	maxRecorded   = 20_000
)

// stripeError is Stripe's error object with the status that it comes with.
type stripeError struct {
	Status  int    `json:"-"`
	Type    string `json:"type"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	Param   string `json:"param,omitempty"`
}

func (e *stripeError) Error() string { return e.Message }

func invalid(code, param, format string, args ...any) *stripeError {
	return &stripeError{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Param: param, Message: fmt.Sprintf(format, args...),
	}
}

func missing(kind, id string) *stripeError {
	e := invalid("resource_missing", "id", "No such %s: '%s'", kind, id)
	e.Status = http.StatusNotFound
	return e
}

func serverError() *stripeError {
	return &stripeError{
		Status: http.StatusInternalServerError, Type: "api_error",
		Message: "Sorry! There was an error while talking to one of our backends.",
	}
}

// storedAnswer is what an idempotency key remembers: what was asked and, byte for byte, what was answered.
type storedAnswer struct {
	Endpoint string `json:"endpoint"`
	Hash     string `json:"hash"`
	Status   int    `json:"status"`
	Body     []byte `json:"body"`
	Request  string `json:"request"`
	At       int64  `json:"at"` // milliseconds on the sandbox's clock
}

// AcceptedRequest is a Stripe request that was answered with 2xx, for replay against another judge of its shape.
type AcceptedRequest struct {
	Method  string `json:"method"`
	Path    string `json:"path"`
	Form    string `json:"form"` // the encoded query of a GET, the encoded body of a POST
	Account string `json:"account,omitempty"`
}

// call is one request to the Stripe part, authenticated and decoded.
type call struct {
	method  string
	pattern string // the route, such as "POST /v1/transfers"
	path    string
	id      string // the {id} of the path
	sub     string // the {sub} of the path
	form    url.Values
	account string // Stripe-Account
	key     string
	request string
	base    string
	at      time.Time // when it came
}

func (c *call) text(name string) string { return c.form.Get(name) }

func (c *call) number(name string) int64 {
	n, _ := strconv.ParseInt(c.form.Get(name), 10, 64) // the route's parameter table has refused anything else
	return n
}

func (c *call) expands(name string) bool {
	for key, values := range c.form {
		if paramName(key) == "expand[]" && slices.Contains(values, name) {
			return true
		}
	}
	return false
}

func (c *call) metadata() map[string]string {
	out := map[string]string{}
	for key, values := range c.form {
		if name, ok := strings.CutPrefix(key, "metadata["); ok && values[0] != "" {
			out[strings.TrimSuffix(name, "]")] = values[0]
		}
	}
	return out
}

// endpoint is one route: what it accepts and what it does. Reads get no transaction.
type endpoint struct {
	params params
	read   func(*call) (any, *stripeError)
	write  func(*tx, *call) (any, *stripeError)
}

// stripeRoutes names every call of Stripe's API that exists here.
func (s *Server) stripeRoutes(mux *http.ServeMux) {
	for pattern, e := range s.stripeEndpoints() {
		mux.HandleFunc(pattern, s.stripeHandler(e))
	}
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, r *http.Request) {
		e := invalid("", "", "Unrecognized request URL (%s: %s).", r.Method, r.URL.Path)
		e.Status = http.StatusNotFound
		writeStripe(w, newID("req_"), e.Status, errorBody(e))
	})
}

func (s *Server) stripeHandler(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, serr := s.stripeCall(r)
		w.Header().Set("Request-Id", c.request)
		w.Header().Set("Stripe-Version", stripeVersion)
		if serr != nil {
			writeStripe(w, c.request, serr.Status, errorBody(serr))
			return
		}
		f := s.faults.pick(requestActions, providerStripe, r.Method, r.URL.Path)
		if f.Action == actStall {
			s.pause(r, f)
			dropConnection(w)
		}
		if refuseByFault(w, f, c) {
			return
		}
		if e.write == nil {
			s.stripeRead(w, r, e, c, f)
			return
		}
		s.stripeWrite(w, r, e, c, f)
	}
}

// refuseByFault answers for the faults that keep a request from being executed.
func refuseByFault(w http.ResponseWriter, f Fault, c *call) bool {
	switch f.Action {
	case actDropBefore:
		dropConnection(w)
	case act429:
		writeStripe(w, c.request, http.StatusTooManyRequests, errorBody(&stripeError{
			Type: "invalid_request_error", Code: "rate_limit", Message: "Request rate limit exceeded.",
		}))
	case act401:
		writeStripe(w, c.request, http.StatusUnauthorized, errorBody(&stripeError{
			Type: "invalid_request_error", Code: "api_key_expired", Message: "Expired API Key provided.",
		}))
	case act403:
		writeStripe(w, c.request, http.StatusForbidden, errorBody(&stripeError{
			Type: "invalid_request_error", Code: "", Message: "The provided key does not have the required permissions for this endpoint.",
		}))
	case actHTML502:
		writeHTML502(w)
	case actRedirect:
		w.Header().Set("Location", c.path+"?redirected=1")
		w.WriteHeader(http.StatusTemporaryRedirect)
	default:
		return false
	}
	return true
}

func writeHTML502(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = io.WriteString(w, "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>")
}

// dropConnection ends the connection in the middle of the status line. An end before the first byte would be hidden from the
// caller: Go's HTTP client repeats such a request by itself when it carries an idempotency key and the connection was reused.
func dropConnection(w http.ResponseWriter) {
	conn, out, err := http.NewResponseController(w).Hijack()
	if err == nil {
		_, _ = out.WriteString("HTTP/1.1 ")
		_ = out.Flush()
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// sendHalf promises the whole body and ends the connection after half of it.
func sendHalf(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (s *Server) stripeCall(r *http.Request) (*call, *stripeError) {
	c := &call{
		method: r.Method, pattern: r.Pattern, path: r.URL.Path, id: r.PathValue("id"), sub: r.PathValue("sub"), account: r.Header.Get("Stripe-Account"),
		key: r.Header.Get("Idempotency-Key"), request: newID("req_"), base: s.baseURL(), at: time.Now(),
	}
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		secret, _, _ = r.BasicAuth()
	}
	if !strings.HasPrefix(secret, "sk_test_") && !strings.HasPrefix(secret, "rk_test_") {
		return c, &stripeError{
			Status: http.StatusUnauthorized, Type: "invalid_request_error",
			Message: "Invalid API Key provided: this is a sandbox and takes keys that start with sk_test_ or rk_test_.",
		}
	}
	raw := r.URL.RawQuery
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return c, invalid("", "", "The body could not be read.")
		}
		raw = string(body)
	}
	form, err := url.ParseQuery(raw)
	if err != nil {
		return c, invalid("", "", "Invalid request: the form could not be decoded.")
	}
	c.form = form
	if len(c.key) > maxKey {
		return c, invalid("", "", "Idempotency keys are at most %d characters long.", maxKey)
	}
	if c.account != "" {
		known := false
		s.db.view(func() { _, known = s.accounts.get(c.account) })
		if !known {
			return c, &stripeError{
				Status: http.StatusForbidden, Type: "invalid_request_error", Code: "account_invalid",
				Message: "The provided key does not have access to account '" + c.account + "' (or that account does not exist).",
			}
		}
	}
	return c, nil
}

func (s *Server) stripeRead(w http.ResponseWriter, r *http.Request, e endpoint, c *call, f Fault) {
	var out any
	serr := e.params.check(c.form)
	if serr == nil {
		s.db.view(func() { out, serr = e.read(c) })
	}
	status, body := encodeAnswer(out, serr)
	if status == http.StatusOK {
		s.record(c)
	}
	switch f.Action {
	case actSlow:
		s.pause(r, f)
	case actTruncate:
		sendHalf(w, status, body)
	case actCommitDrop:
		dropConnection(w)
	case actCommit500:
		status, body = encodeAnswer(nil, serverError())
	}
	writeStripe(w, c.request, status, body)
}

func (s *Server) stripeWrite(w http.ResponseWriter, r *http.Request, e endpoint, c *call, f Fault) {
	slot := c.account + "|" + c.key
	sum := sha256.Sum256([]byte(c.form.Encode()))
	asked := storedAnswer{Endpoint: c.method + " " + c.path, Hash: hex.EncodeToString(sum[:]), Request: c.request}
	done := func() {}
	if c.key != "" {
		w.Header().Set("Idempotency-Key", c.key)
		claimed, stored, serr := s.claimKey(slot, asked)
		if serr != nil {
			w.Header().Set("Stripe-Should-Retry", strconv.FormatBool(serr.Status == http.StatusConflict))
			writeStripe(w, c.request, serr.Status, errorBody(serr))
			return
		}
		if stored != nil {
			w.Header().Set("Idempotent-Replayed", "true")
			w.Header().Set("Original-Request", stored.Request)
			writeStripe(w, c.request, stored.Status, stored.Body)
			return
		}
		done = claimed
		defer done()
	}
	// What the parameter table refuses has not begun to execute, so nothing is kept under the key.
	if serr := e.params.check(c.form); serr != nil {
		writeStripe(w, c.request, serr.Status, errorBody(serr))
		return
	}
	status, body, err := s.execute(e, c, f, slot, asked)
	if err != nil {
		s.log.Error("a Stripe call could not be remembered", zap.String("path", c.path), zap.Error(err))
		writeStripe(w, c.request, http.StatusInternalServerError, errorBody(serverError()))
		return
	}
	if f.Action == actSlow {
		s.pause(r, f)
	}
	done() // before anything is answered: whoever has the answer, or sees the connection end, may ask again at once
	switch f.Action {
	case actCommitDrop:
		dropConnection(w)
	case actTruncate:
		sendHalf(w, status, body)
	default:
		writeStripe(w, c.request, status, body)
	}
}

// claimKey gives the kept answer of an earlier request, refuses a key that is in use or was used for something else, or keeps
// the key claimed until done is called.
func (s *Server) claimKey(slot string, asked storedAnswer) (done func(), stored *storedAnswer, serr *stripeError) {
	s.db.view(func() {
		row, ok := s.stripeKeys.get(slot)
		fresh := ok && s.now().UnixMilli() < row.At+keyLife.Milliseconds()
		switch {
		case s.inFlight[slot]:
			serr = &stripeError{
				Status: http.StatusConflict, Type: "idempotency_error", Code: "idempotency_key_in_use",
				Message: "There is currently another in-progress request using this Idempotency Key.",
			}
		case fresh && row.Endpoint != asked.Endpoint:
			serr = &stripeError{
				Status: http.StatusBadRequest, Type: "idempotency_error",
				Message: "Keys for idempotent requests can only be used for the same endpoint they were first used for (" + row.Endpoint + ").",
			}
		case fresh && row.Hash != asked.Hash:
			serr = &stripeError{
				Status: http.StatusBadRequest, Type: "idempotency_error",
				Message: "Keys for idempotent requests can only be used with the same parameters they were first used with.",
			}
		case fresh:
			stored = &row
		default:
			s.inFlight[slot] = true
			done = func() { s.db.view(func() { delete(s.inFlight, slot) }) }
		}
	})
	return done, stored, serr
}

// execute does the call and keeps its answer under its key, in one transaction.
func (s *Server) execute(e endpoint, c *call, f Fault, slot string, asked storedAnswer) (status int, body []byte, err error) {
	err = s.db.update(func(x *tx) error {
		var out any
		var serr *stripeError
		if f.Action == actRollForward {
			serr = serverError()
			s.scheduleRollForward(x, c, f)
		} else {
			// A refused call moves nothing, but its answer is kept.
			x.attempt(func() bool {
				out, serr = e.write(x, c)
				return serr == nil
			})
		}
		status, body = encodeAnswer(out, serr)
		if serr == nil {
			s.record(c)
			if f.Action == actCommit500 {
				status, body = encodeAnswer(nil, serverError())
			}
			if f.Action == actWrongAmount {
				body = raiseAmount(body)
			}
		}
		if c.key != "" {
			asked.Status, asked.Body, asked.At = status, body, s.now().UnixMilli()
			s.stripeKeys.put(x, slot, asked)
		}
		return nil
	})
	return status, body, err
}

func (s *Server) scheduleRollForward(x *tx, c *call, f Fault) {
	s.schedule(x, job{
		Kind: "rollforward", Ref: c.path,
		Args: map[string]string{"pattern": c.pattern, "id": c.id, "sub": c.sub, "account": c.account, "form": c.form.Encode(), "key": c.key},
	}, time.Duration(f.delay())*time.Millisecond)
}

// rollForward does what a request asked for whose answer was a 500. What is refused by then never happens.
func (s *Server) rollForward(_ context.Context, j job) time.Duration {
	form, err := url.ParseQuery(j.Args["form"])
	e, ok := s.stripeEndpoints()[j.Args["pattern"]]
	if err != nil || !ok {
		return s.finish(j, nothing)
	}
	c := &call{
		method: http.MethodPost, path: j.Ref, id: j.Args["id"], sub: j.Args["sub"], account: j.Args["account"], form: form,
		key: j.Args["key"], request: newID("req_"), base: s.baseURL(), at: time.Now(),
	}
	return s.finish(j, func(x *tx) error {
		x.attempt(func() bool {
			_, serr := e.write(x, c)
			return serr == nil
		})
		return nil
	})
}

var expandIndex = regexp.MustCompile(`\[\d*\]`)

// paramName gives the name by which the parameter table knows a form key: indexes are dropped, metadata keys are one.
func paramName(key string) string {
	if strings.HasPrefix(key, "metadata[") {
		return "metadata[*]"
	}
	return expandIndex.ReplaceAllString(key, "[]")
}

// raiseAmount changes the amount that an answer names, and nothing else.
func raiseAmount(body []byte) []byte {
	var object map[string]json.RawMessage
	var amount int64
	if json.Unmarshal(body, &object) != nil || json.Unmarshal(object["amount"], &amount) != nil {
		return body
	}
	object["amount"] = json.RawMessage(strconv.FormatInt(amount+1, 10))
	changed, err := json.Marshal(object)
	if err != nil {
		return body
	}
	return changed
}

// pause waits as a slow server does, or until the caller has gone.
func (s *Server) pause(r *http.Request, f Fault) {
	timer := time.NewTimer(time.Duration(f.delay()) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

func (s *Server) record(c *call) {
	s.requestsMu.Lock()
	defer s.requestsMu.Unlock()
	if len(s.requests) < maxRecorded {
		s.requests = append(s.requests, AcceptedRequest{Method: c.method, Path: c.path, Form: c.form.Encode(), Account: c.account})
	}
}

func encodeAnswer(out any, serr *stripeError) (int, []byte) {
	if serr != nil {
		return serr.Status, errorBody(serr)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return http.StatusInternalServerError, errorBody(serverError())
	}
	return http.StatusOK, body
}

func errorBody(e *stripeError) []byte {
	body, err := json.Marshal(map[string]*stripeError{"error": e})
	if err != nil {
		return []byte(`{"error":{"type":"api_error"}}`)
	}
	return body
}

func writeStripe(w http.ResponseWriter, request string, status int, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Request-Id", request)
	if status >= http.StatusInternalServerError && h.Get("Stripe-Should-Retry") == "" {
		h.Set("Stripe-Should-Retry", "false")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
