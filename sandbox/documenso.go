package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

// envelope is one document of Documenso's, by its second API.
type envelope struct {
	ID         string              `json:"id"`
	Legacy     int                 `json:"legacy"`
	ExternalID string              `json:"external_id"`
	Title      string              `json:"title"`
	Status     string              `json:"status"`
	FileSHA256 string              `json:"file_sha256"`
	Mails      bool                `json:"mails"` // Documenso itself mails the signers
	Recipients []envelopeRecipient `json:"recipients"`
	Created    time.Time           `json:"created"`
	Updated    time.Time           `json:"updated"`
	Completed  *time.Time          `json:"completed"`
}

type envelopeRecipient struct {
	ID        int             `json:"id"`
	Email     string          `json:"email"`
	Name      string          `json:"name"`
	Token     string          `json:"token"`
	Role      string          `json:"role"`
	Signing   string          `json:"signing_status"`
	Sending   string          `json:"send_status"`
	SignedAt  *time.Time      `json:"signed_at"`
	Reason    *string         `json:"reason"`
	ExpiredAt *time.Time      `json:"expired_at"`
	Fields    []envelopeField `json:"fields"`
}

type envelopeField struct {
	Identifier int     `json:"identifier"`
	Type       string  `json:"type"`
	Page       int     `json:"page"`
	X          float64 `json:"positionX"`
	Y          float64 `json:"positionY"`
	Width      float64 `json:"width"`
	Height     float64 `json:"height"`
}

// dsAnswer is an answer of Documenso's API: a PDF file, or what becomes JSON.
type dsAnswer struct {
	status int
	body   any
}

func dsRefusal(status int, code, message string) dsAnswer {
	return dsAnswer{status, map[string]any{"message": message, "code": code}}
}

func (s *Server) documensoRoutes(mux *http.ServeMux) {
	for pattern, do := range map[string]func(*http.Request) dsAnswer{
		"POST /api/v2/envelope/create":            s.createEnvelope,
		"POST /api/v2/envelope/distribute":        s.distributeEnvelope,
		"POST /api/v2/envelope/cancel":            s.cancelEnvelope,
		"GET /api/v2/envelope":                    s.findEnvelopes,
		"GET /api/v2/envelope/{id}":               s.readEnvelope,
		"GET /api/v2/envelope/item/{id}/download": s.downloadItem,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.documenso(w, r, do) })
	}
	mux.HandleFunc("GET /sign/{token}", s.signPage)
	mux.HandleFunc("GET /sign/{token}/file", s.signFile)
	mux.HandleFunc("POST /sign/{token}", s.signHere)
}

// documenso is one call with the fault script. Documenso knows no idempotency keys.
func (s *Server) documenso(w http.ResponseWriter, r *http.Request, do func(*http.Request) dsAnswer) {
	f := s.faults.pick(requestActions, providerDocumenso, r.Method, r.URL.Path)
	switch f.Action {
	case actDropBefore:
		dropConnection(w)
	case act429:
		w.Header().Set("Retry-After", "1")
		writeJSON(w, http.StatusTooManyRequests, map[string]string{"error": "Too many requests, please try again later."})
		return
	case actHTML502:
		writeHTML502(w)
		return
	case actRedirect:
		w.Header().Set("Location", r.URL.Path+"?redirected=1")
		w.WriteHeader(http.StatusTemporaryRedirect)
		return
	}
	var a dsAnswer
	switch {
	case f.Action == act401 || r.Header.Get("Authorization") == "":
		a = dsRefusal(http.StatusUnauthorized, "UNAUTHORIZED", "Invalid token")
	case f.Action == act403:
		a = dsRefusal(http.StatusForbidden, "FORBIDDEN", "Not allowed")
	default:
		a = do(r)
	}
	switch f.Action {
	case actCommitDrop:
		dropConnection(w)
	case actCommit500, actRollForward:
		a = dsRefusal(http.StatusInternalServerError, "UNKNOWN_ERROR", "An error occurred")
	case actTruncate:
		raw, isFile := a.body.([]byte)
		var err error
		if !isFile {
			raw, err = json.Marshal(a.body)
		}
		if err == nil {
			sendHalf(w, a.status, raw)
		}
	case actSlow:
		s.pause(r, f)
	}
	if pdf, ok := a.body.([]byte); ok {
		writePDF(w, pdf)
		return
	}
	writeJSON(w, a.status, a.body)
}

func writePDF(w http.ResponseWriter, pdf []byte) {
	w.Header().Set("Content-Type", "application/pdf")
	_, _ = w.Write(pdf)
}

func (s *Server) createEnvelope(r *http.Request) dsAnswer {
	var payload struct {
		Type       string `json:"type"`
		Title      string `json:"title"`
		ExternalID string `json:"externalId"`
		Recipients []struct {
			Email  string          `json:"email"`
			Name   string          `json:"name"`
			Role   string          `json:"role"`
			Fields []envelopeField `json:"fields"`
		} `json:"recipients"`
		Meta struct {
			DistributionMethod string          `json:"distributionMethod"`
			SigningOrder       string          `json:"signingOrder"`
			Expiration         json.RawMessage `json:"envelopeExpirationPeriod"`
			Reminders          json.RawMessage `json:"reminderSettings"`
		} `json:"meta"`
	}
	bad := func(message string) dsAnswer { return dsRefusal(http.StatusBadRequest, "INVALID_REQUEST", message) }
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "multipart/form-data" {
		return dsRefusal(http.StatusUnsupportedMediaType, "INVALID_REQUEST", "Expected multipart/form-data")
	}
	if err := r.ParseMultipartForm(maxBody); err != nil { //nolint:gosec // the body is bounded for every route
		return bad("Invalid form data")
	}
	decoder := json.NewDecoder(strings.NewReader(r.FormValue("payload")))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&payload); err != nil || payload.Type != "DOCUMENT" || payload.Title == "" || len(r.MultipartForm.File["files"]) != 1 {
		return bad("Input validation failed")
	}
	file, err := r.MultipartForm.File["files"][0].Open()
	if err != nil {
		return bad("Invalid file")
	}
	defer file.Close()
	content, err := io.ReadAll(file)
	if err != nil || !bytes.HasPrefix(content, []byte("%PDF-")) {
		return bad("The document is not a valid PDF")
	}
	sum, now := sha256.Sum256(content), time.Now().UTC()
	e := envelope{
		ID: newID("envelope_"), ExternalID: payload.ExternalID, Title: payload.Title, Status: "DRAFT", FileSHA256: hex.EncodeToString(sum[:]),
		Mails: payload.Meta.DistributionMethod != "NONE", Created: now, Updated: now,
	}
	for i, p := range payload.Recipients {
		for _, f := range p.Fields {
			if f.Page < 1 || f.X < 0 || f.X > 100 || f.Y < 0 || f.Y > 100 || f.Width <= 0 || f.Height <= 0 {
				return bad("Input validation failed")
			}
		}
		e.Recipients = append(e.Recipients, envelopeRecipient{
			ID: i + 1, Email: strings.ToLower(p.Email), Name: p.Name, Token: newID(""), Role: p.Role, Signing: "NOT_SIGNED", Sending: "NOT_SENT", Fields: p.Fields,
		})
	}
	err = s.db.update(func(x *tx) error {
		e.Legacy = s.envelopes.next + 1
		s.envelopes.put(x, e.ID, e)
		s.signFiles.put(x, e.ID, content)
		s.tellSigning(x, "DOCUMENT_CREATED", e)
		return nil
	})
	return s.dsDone(err, map[string]string{"id": e.ID})
}

func (s *Server) dsDone(err error, body any) dsAnswer {
	switch {
	case errors.Is(err, errGone):
		return dsRefusal(http.StatusNotFound, "NOT_FOUND", "Envelope not found")
	case errors.Is(err, errDecided):
		return dsRefusal(http.StatusBadRequest, "INVALID_REQUEST", "Only pending documents can be cancelled")
	case errors.Is(err, errUnsendable):
		return dsRefusal(http.StatusInternalServerError, "UNKNOWN_ERROR", "Can not send completed document")
	case err != nil:
		s.log.Error("a document could not be kept", zap.Error(err))
		return dsRefusal(http.StatusInternalServerError, "UNKNOWN_ERROR", "An error occurred")
	}
	return dsAnswer{http.StatusOK, body}
}

var (
	errDecided    = errors.New("the document is decided")
	errUnsendable = errors.New("the document cannot be sent")
)

// changeEnvelope changes one document and tells of it.
func (s *Server) changeEnvelope(id, event string, change func(*envelope) error) (envelope, error) {
	var e envelope
	err := s.db.update(func(x *tx) error {
		found, ok := s.envelopes.get(id)
		if !ok {
			return errGone
		}
		e = found
		e.Recipients = slices.Clone(found.Recipients)
		if err := change(&e); err != nil {
			return err
		}
		e.Updated = time.Now().UTC()
		s.envelopes.put(x, id, e)
		s.tellSigning(x, event, e)
		return nil
	})
	return e, err
}

func envelopeOf(r *http.Request) string {
	var body struct {
		ID string `json:"envelopeId"`
	}
	if json.NewDecoder(r.Body).Decode(&body) != nil {
		return ""
	}
	return body.ID
}

// distributeEnvelope opens a draft for signing. An open one stays open, under the same links.
func (s *Server) distributeEnvelope(r *http.Request) dsAnswer {
	e, err := s.changeEnvelope(envelopeOf(r), "DOCUMENT_SENT", func(e *envelope) error {
		if e.Status != "DRAFT" && e.Status != "PENDING" || len(e.Recipients) == 0 {
			return errUnsendable
		}
		e.Status = "PENDING"
		for i := range e.Recipients {
			if len(e.Recipients[i].Fields) == 0 {
				return errUnsendable
			}
			e.Recipients[i].Sending, e.Recipients[i].ExpiredAt = "SENT", nil
		}
		return nil
	})
	recipients := make([]map[string]any, len(e.Recipients))
	for i, p := range e.Recipients {
		recipients[i] = map[string]any{"id": p.ID, "name": p.Name, "email": p.Email, "token": p.Token, "role": p.Role, "signingOrder": nil, "signingUrl": s.baseURL() + "/sign/" + p.Token}
	}
	return s.dsDone(err, map[string]any{"success": true, "id": e.ID, "recipients": recipients})
}

func (s *Server) cancelEnvelope(r *http.Request) dsAnswer {
	_, err := s.changeEnvelope(envelopeOf(r), "DOCUMENT_CANCELLED", cancelled)
	return s.dsDone(err, map[string]bool{"success": true})
}

func cancelled(e *envelope) error {
	if e.Status != "PENDING" {
		return errDecided
	}
	now := time.Now().UTC()
	e.Status, e.Completed = "CANCELLED", &now
	return nil
}

// findEnvelopes searches in titles, external ids and people, as Documenso does.
func (s *Server) findEnvelopes(r *http.Request) dsAnswer {
	q := r.URL.Query()
	words, found := strings.ToLower(q.Get("query")), []any{}
	s.db.view(func() {
		s.envelopes.oldest(func(_ string, e envelope) bool {
			hit := strings.Contains(strings.ToLower(e.Title), words) || strings.Contains(strings.ToLower(e.ExternalID), words) ||
				slices.ContainsFunc(e.Recipients, func(p envelopeRecipient) bool { return strings.Contains(p.Email, words) })
			if hit {
				found = append(found, e.render())
			}
			return true
		})
	})
	if q.Get("orderByDirection") != "asc" {
		slices.Reverse(found)
	}
	size, page := number(q, "perPage", 10), number(q, "page", 1)
	if size > 100 {
		return dsRefusal(http.StatusBadRequest, "INVALID_REQUEST", "Input validation failed")
	}
	from := min((page-1)*size, len(found))
	return dsAnswer{http.StatusOK, map[string]any{
		"data": found[from:min(from+size, len(found))], "count": len(found), "currentPage": page, "perPage": size, "totalPages": (len(found) + size - 1) / size,
	}}
}

func number(q url.Values, name string, otherwise int) int {
	if n, err := strconv.Atoi(q.Get(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}

func (s *Server) readEnvelope(r *http.Request) dsAnswer {
	var e envelope
	found := false
	s.db.view(func() { e, found = s.envelopes.get(r.PathValue("id")) })
	if !found {
		return s.dsDone(errGone, nil)
	}
	shown := e.render()
	shown["envelopeItems"] = []any{map[string]any{"id": itemPrefix + e.ID, "envelopeId": e.ID, "title": e.Title, "order": 1}}
	return dsAnswer{http.StatusOK, shown}
}

// itemPrefix makes the id of a document's one file.
const itemPrefix = "envelope_item_"

// downloadItem answers the sealed file, or the one that was sent while it is not sealed.
func (s *Server) downloadItem(r *http.Request) dsAnswer {
	var e envelope
	var file []byte
	found := false
	s.db.view(func() {
		e, found = s.envelopes.get(strings.TrimPrefix(r.PathValue("id"), itemPrefix))
		file, _ = s.signFiles.get(e.ID)
	})
	if !found || file == nil {
		return s.dsDone(errGone, nil)
	}
	return dsAnswer{http.StatusOK, e.sealed(file, r.URL.Query().Get("version") == "original")}
}

// sealed is a document's file as it is handed out: once it is completed with a last line in place of the seal.
func (e envelope) sealed(file []byte, original bool) []byte {
	if e.Status != "COMPLETED" || original {
		return file
	}
	return fmt.Appendf(slices.Clip(slices.Clone(file)), "%%sealed by the sandbox: %s, %s\n", e.ID, e.Completed.Format(time.RFC3339Nano))
}

// render is a document as the API and the webhooks show it; the webhooks know the id by another name.
func (e envelope) render() map[string]any {
	recipients := make([]any, len(e.Recipients))
	for i, p := range e.Recipients {
		recipients[i] = map[string]any{
			"id": p.ID, "envelopeId": e.ID, "email": p.Email, "name": p.Name, "token": p.Token, "role": p.Role, "signingStatus": p.Signing, "sendStatus": p.Sending, "readStatus": "NOT_OPENED",
			"signedAt": p.SignedAt, "rejectionReason": p.Reason, "expiresAt": p.ExpiredAt, "expirationNotifiedAt": p.ExpiredAt, "signingOrder": nil, "authOptions": nil, "documentDeletedAt": nil,
		}
	}
	return map[string]any{
		"id": e.ID, "secondaryId": fmt.Sprintf("document_%d", e.Legacy), "internalVersion": 2, "type": "DOCUMENT", "status": e.Status, "source": "DOCUMENT", "title": e.Title,
		"externalId": orNull(e.ExternalID), "createdAt": e.Created, "updatedAt": e.Updated, "completedAt": e.Completed, "deletedAt": nil, "recipients": recipients,
	}
}

// tellSigning posts an event to the webhook, with the document as it is now.
func (s *Server) tellSigning(x *tx, event string, e envelope) {
	payload := e.render()
	payload["id"], payload["envelopeId"], payload["Recipient"] = e.Legacy, e.ID, payload["recipients"]
	body, err := json.Marshal(map[string]any{"event": event, "payload": payload, "createdAt": time.Now().UTC(), "webhookEndpoint": s.targetURL() + endpointSigning})
	if err != nil {
		x.err = errors.Join(x.err, fmt.Errorf("encode event: %w", err))
		return
	}
	s.send(x, providerDocumenso, endpointSigning, event, e.ID, "application/json", body)
}

func (s *Server) documensoSecret(j job) string {
	if j.Args["forged"] != "" {
		return "forged-" + s.cfg.DocumensoSecret
	}
	return s.cfg.DocumensoSecret
}

// decide does to an open document what people do.
func (s *Server) decide(id, action, reason string) (envelope, error) {
	events := map[string]string{"sign": "DOCUMENT_COMPLETED", "reject": "DOCUMENT_REJECTED", "cancel": "DOCUMENT_CANCELLED", "expire": "RECIPIENT_EXPIRED"}
	return s.changeEnvelope(id, events[action], func(e *envelope) error {
		if e.Status != "PENDING" {
			return errDecided
		}
		now := time.Now().UTC()
		for i := range e.Recipients {
			p := &e.Recipients[i]
			switch action {
			case "sign":
				p.Signing, p.SignedAt, e.Status, e.Completed = "SIGNED", &now, "COMPLETED", &now
			case "reject":
				p.Signing, p.SignedAt, p.Reason, e.Status, e.Completed = "REJECTED", &now, &reason, "REJECTED", &now
			case "expire":
				p.ExpiredAt = &now
			case "cancel":
				return cancelled(e)
			default:
				return fmt.Errorf("%q is none of sign, reject, cancel and expire", action)
			}
		}
		return nil
	})
}

// getEnvelopes lists the documents, from the oldest.
func (s *Server) getEnvelopes(w http.ResponseWriter, _ *http.Request) {
	list := []envelope{}
	s.db.view(func() {
		s.envelopes.oldest(func(_ string, e envelope) bool {
			list = append(list, e)
			return true
		})
	})
	writeJSON(w, http.StatusOK, map[string]any{"documents": list})
}

// decideEnvelope lets a signer or the sender act: {action: sign | reject | cancel | expire, reason}.
func (s *Server) decideEnvelope(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Action string `json:"action"`
		Reason string `json:"reason"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	e, err := s.decide(r.PathValue("id"), body.Action, body.Reason)
	answerControl(w, e, err)
}
