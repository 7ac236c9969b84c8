package sandbox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	netmail "net/mail"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"
)

// mail is one accepted message to one recipient.
type mail struct {
	ID          string            `json:"id"` // X-Message-Id; with a suffix for the second recipient and later ones
	MessageID   string            `json:"message_id"`
	SGMessageID string            `json:"sg_message_id"`
	From        string            `json:"from"`
	FromName    string            `json:"from_name,omitempty"`
	ReplyTo     string            `json:"reply_to,omitempty"`
	To          string            `json:"to"`
	Subject     string            `json:"subject"`
	Text        string            `json:"text,omitempty"`
	HTML        string            `json:"html,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	CustomArgs  map[string]string `json:"custom_args,omitempty"`
	Categories  []string          `json:"categories,omitempty"`
	Attachments []mailAttachment  `json:"attachments,omitempty"`
	Events      []string          `json:"events"`
	At          time.Time         `json:"at"`
}

type mailAttachment struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
}

// mailEvent waits for the next batch of the event webhook.
type mailEvent struct {
	Fields map[string]any `json:"fields"`
}

// suppression keeps an address from being mailed.
type suppression struct {
	Kind    string `json:"kind"` // bounces, unsubscribes or spam_reports
	Email   string `json:"email"`
	Reason  string `json:"reason,omitempty"`
	Created int64  `json:"created"`
}

// The body of POST /v3/mail/send, as far as it is looked at.
type sendRequest struct {
	Personalizations []personalization `json:"personalizations"`
	From             *sendAddress      `json:"from"`
	ReplyTo          *sendAddress      `json:"reply_to"`
	ReplyToList      []sendAddress     `json:"reply_to_list"`
	Subject          string            `json:"subject"`
	Content          []sendContent     `json:"content"`
	TemplateID       string            `json:"template_id"`
	Attachments      []sendAttachment  `json:"attachments"`
	Headers          map[string]string `json:"headers"`
	Categories       []string          `json:"categories"`
	CustomArgs       map[string]string `json:"custom_args"`
	SendAt           int64             `json:"send_at"`
	MailSettings     struct {
		SandboxMode struct {
			Enable bool `json:"enable"`
		} `json:"sandbox_mode"`
	} `json:"mail_settings"`
}

type personalization struct {
	To         []sendAddress     `json:"to"`
	CC         []sendAddress     `json:"cc"`
	BCC        []sendAddress     `json:"bcc"`
	From       *sendAddress      `json:"from"`
	Subject    string            `json:"subject"`
	Headers    map[string]string `json:"headers"`
	CustomArgs map[string]string `json:"custom_args"`
}

type sendAddress struct {
	Email string `json:"email"`
	Name  string `json:"name"`
}

type sendContent struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

type sendAttachment struct {
	Content  string `json:"content"`
	Type     string `json:"type"`
	Filename string `json:"filename"`
}

// sendError is one entry of SendGrid's error list.
type sendError struct {
	Message string  `json:"message"`
	Field   *string `json:"field"`
	Help    *string `json:"help"`
}

type sendErrors []sendError

func (e *sendErrors) addf(field, format string, args ...any) {
	entry := sendError{Message: fmt.Sprintf(format, args...)}
	if field != "" {
		entry.Field = &field
	}
	*e = append(*e, entry)
}

const (
	maxRecipients  = 1000
	maxCustomArgs  = 10_000
	maxCategories  = 10
	batchPause     = 200 * time.Millisecond
	maxBatch       = 500
	maxSendAhead   = 72 * time.Hour
	textPlain      = "text/plain"
	suppressBounce = "bounces"
	suppressUnsub  = "unsubscribes"
	suppressSpam   = "spam_reports"
)

var reservedHeaders = []string{
	"x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding", "to", "from", "subject", "reply-to",
	"cc", "bcc",
}

func (s *Server) sendgridRoutes(mux *http.ServeMux) {
	mux.HandleFunc("POST /v3/mail/send", s.sendgrid(s.mailSend))
	mux.HandleFunc("GET /v3/stats", s.sendgrid(s.readStats(sentStats...)))
	mux.HandleFunc("GET /v3/user/webhooks/parse/stats", s.sendgrid(s.readStats(statReceived)))
	mux.HandleFunc("GET /v3/suppression/{kind}", s.sendgrid(s.listSuppressions))
	mux.HandleFunc("DELETE /v3/suppression/{kind}/{email}", s.sendgrid(s.dropSuppression))
	mux.HandleFunc("GET /v3/asm/suppressions/global/{email}", s.sendgrid(s.readGlobal))
	mux.HandleFunc("POST /v3/asm/suppressions/global", s.sendgrid(s.addGlobal))
	mux.HandleFunc("DELETE /v3/asm/suppressions/global/{email}", s.sendgrid(s.dropGlobal))
	mux.HandleFunc("/v3/", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusNotFound, map[string]any{"errors": []sendError{{Message: "not found"}}})
	})
}

// sgAnswer is an answer of SendGrid's API; a nil body sends none.
type sgAnswer struct {
	status int
	id     string // X-Message-Id
	body   any
}

func sgRefusal(status int, errs sendErrors) sgAnswer {
	return sgAnswer{status: status, body: map[string]any{"errors": errs}}
}

func sgSimple(status int, message string) sgAnswer {
	var errs sendErrors
	errs.addf("", "%s", message)
	return sgRefusal(status, errs)
}

// sendgrid wraps a call with the key check and the fault script. SendGrid knows no idempotency keys.
func (s *Server) sendgrid(do func(*http.Request) sgAnswer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); !ok || key == "" {
			sgSimple(http.StatusUnauthorized, "The provided authorization grant is invalid, expired, or revoked").write(w)
			return
		}
		f := s.faults.pick(requestActions, providerSendGrid, r.Method, r.URL.Path)
		switch f.Action {
		case actDropBefore:
			dropConnection(w)
		case act429:
			w.Header().Set("X-Ratelimit-Remaining", "0")
			sgSimple(http.StatusTooManyRequests, "too many requests").write(w)
			return
		case actHTML502:
			writeHTML502(w)
			return
		}
		a := do(r)
		switch f.Action {
		case actCommitDrop, actTruncate:
			dropConnection(w)
		case actCommit500, actRollForward:
			a = sgSimple(http.StatusInternalServerError, "Internal server error")
		case actSlow:
			s.pause(r, f)
		}
		a.write(w)
	}
}

func (a sgAnswer) write(w http.ResponseWriter) {
	if a.id != "" {
		w.Header().Set("X-Message-Id", a.id)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	writeJSON(w, a.status, a.body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "the answer could not be encoded", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(raw)
}

func (s *Server) mailSend(r *http.Request) sgAnswer {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return sgSimple(http.StatusUnsupportedMediaType, "Content-Type should be application/json.")
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return sgSimple(http.StatusRequestEntityTooLarge, "The JSON payload is too large.")
	}
	var req sendRequest
	if err := json.Unmarshal(body, &req); err != nil {
		return sgSimple(http.StatusBadRequest, "Bad Request")
	}
	if errs := req.check(s.now()); len(errs) > 0 {
		return sgRefusal(http.StatusBadRequest, errs)
	}
	if req.MailSettings.SandboxMode.Enable {
		return sgAnswer{status: http.StatusOK}
	}
	id := newID("")[:22]
	if err := s.db.update(func(x *tx) error { s.accept(x, id, req); return nil }); err != nil {
		s.log.Error("a mail could not be remembered", zap.Error(err))
		return sgSimple(http.StatusInternalServerError, "Internal server error")
	}
	return sgAnswer{status: http.StatusAccepted, id: id}
}

func validAddress(email string) bool {
	a, err := netmail.ParseAddress(email)
	return err == nil && a.Address == email && strings.Contains(email[strings.LastIndex(email, "@"):], ".")
}

// check refuses what SendGrid's documentation says it refuses, naming every field at once.
func (r sendRequest) check(now time.Time) sendErrors {
	var errs sendErrors
	if len(r.Personalizations) == 0 {
		errs.addf("personalizations", "The personalizations field is required and must have at least one personalization.")
	}
	if len(r.Personalizations) > maxRecipients {
		errs.addf("personalizations", "There must be no more than %d personalizations.", maxRecipients)
	}
	recipients := 0
	for i, p := range r.Personalizations {
		recipients += len(p.To) + len(p.CC) + len(p.BCC)
		p.check(&errs, fmt.Sprintf("personalizations.%d", i), r.Subject)
	}
	if recipients > maxRecipients {
		errs.addf("personalizations", "There must be no more than %d recipients.", maxRecipients)
	}
	if r.From == nil || r.From.Email == "" {
		errs.addf("from", "The from object must be provided for every email send. It is an object that requires the email parameter.")
	} else if !validAddress(r.From.Email) {
		errs.addf("from.email", "The from email does not contain a valid address.")
	}
	for _, a := range append(slices.Clone(r.ReplyToList), derefAddress(r.ReplyTo)...) {
		if !validAddress(a.Email) {
			errs.addf("reply_to.email", "The reply_to email does not contain a valid address.")
		}
	}
	if r.ReplyTo != nil && len(r.ReplyToList) > 0 {
		errs.addf("reply_to", "Only one of reply_to and reply_to_list may be used.")
	}
	r.checkContent(&errs)
	checkHeaders(&errs, "headers", r.Headers)
	if raw, err := json.Marshal(r.CustomArgs); err != nil || len(raw) > maxCustomArgs {
		errs.addf("custom_args", "The custom_args must be at most %d bytes.", maxCustomArgs)
	}
	if len(r.Categories) > maxCategories {
		errs.addf("categories", "There must be no more than %d categories.", maxCategories)
	}
	if r.SendAt != 0 && time.Unix(r.SendAt, 0).After(now.Add(maxSendAhead)) {
		errs.addf("send_at", "Emails cannot be scheduled more than 72 hours in advance.")
	}
	for i, a := range r.Attachments {
		if _, err := base64.StdEncoding.DecodeString(a.Content); err != nil || a.Content == "" {
			errs.addf(fmt.Sprintf("attachments.%d.content", i), "The attachment content must be base64 encoded.")
		}
		if a.Filename == "" {
			errs.addf(fmt.Sprintf("attachments.%d.filename", i), "The filename is required.")
		}
	}
	return errs
}

func derefAddress(a *sendAddress) []sendAddress {
	if a == nil {
		return nil
	}
	return []sendAddress{*a}
}

func (r sendRequest) checkContent(errs *sendErrors) {
	if r.TemplateID != "" {
		errs.addf("template_id", "This sandbox renders no templates: send the content.")
		return
	}
	if len(r.Content) == 0 {
		errs.addf("content", "Unless a valid template_id is provided, the content parameter is required.")
	}
	last := -1
	for i, c := range r.Content {
		rank := slices.Index([]string{textPlain, "text/html"}, c.Type)
		switch {
		case c.Type == "":
			errs.addf(fmt.Sprintf("content.%d.type", i), "The content type is required.")
		case rank >= 0 && rank < last:
			errs.addf("content", "If present, text/plain and text/html may only be provided once, text/plain first.")
		}
		if c.Value == "" {
			errs.addf(fmt.Sprintf("content.%d.value", i), "The content value must be a string at least one character in length.")
		}
		last = rank
	}
}

func (p personalization) check(errs *sendErrors, field, subject string) {
	if len(p.To) == 0 {
		errs.addf(field+".to", "The to array is required for all personalization objects, and must have at least one email object with a valid email address.")
	}
	seen := map[string]bool{}
	for name, list := range map[string][]sendAddress{"to": p.To, "cc": p.CC, "bcc": p.BCC} {
		for i, a := range list {
			if !validAddress(a.Email) {
				errs.addf(fmt.Sprintf("%s.%s.%d.email", field, name, i), "Does not contain a valid address.")
			}
			if seen[strings.ToLower(a.Email)] {
				errs.addf(field, "Each email address in the personalization block should be unique between to, cc, and bcc.")
			}
			seen[strings.ToLower(a.Email)] = true
		}
	}
	if subject == "" && p.Subject == "" {
		errs.addf(field+".subject", "The subject is required. You can get around this requirement if you use a template with a subject defined.")
	}
	checkHeaders(errs, field+".headers", p.Headers)
}

func checkHeaders(errs *sendErrors, field string, headers map[string]string) {
	for name, value := range headers {
		if slices.Contains(reservedHeaders, strings.ToLower(name)) {
			errs.addf(field+"."+name, "The header %s is reserved and cannot be set.", name)
		}
		if strings.ContainsAny(name+value, "\r\n") {
			errs.addf(field+"."+name, "A header must not contain line breaks.")
		}
	}
}

// accept stores one mail a recipient and plans what happens to it.
func (s *Server) accept(x *tx, id string, r sendRequest) {
	base := mail{
		From: r.From.Email, FromName: r.From.Name, Categories: r.Categories, At: time.Now().UTC(), Events: []string{},
	}
	for _, a := range append(derefAddress(r.ReplyTo), r.ReplyToList...) {
		base.ReplyTo = a.Email
	}
	for _, c := range r.Content {
		switch c.Type {
		case textPlain:
			base.Text = c.Value
		case "text/html":
			base.HTML = c.Value
		}
	}
	for _, a := range r.Attachments {
		raw, _ := base64.StdEncoding.DecodeString(a.Content) // checked before
		base.Attachments = append(base.Attachments, mailAttachment{Name: a.Filename, Type: a.Type, Size: len(raw)})
	}
	n := 0
	for _, p := range r.Personalizations {
		for _, to := range slices.Concat(p.To, p.CC, p.BCC) {
			m := base
			m.ID, m.To, m.Subject = id, to.Email, r.Subject
			if n > 0 {
				m.ID = fmt.Sprintf("%s-%d", id, n)
			}
			m.SGMessageID = fmt.Sprintf("%s.recvd-sandbox-%d-0", id, n)
			if p.Subject != "" {
				m.Subject = p.Subject
			}
			m.Headers, m.CustomArgs = merged(r.Headers, p.Headers), merged(r.CustomArgs, p.CustomArgs)
			m.MessageID = "<" + m.ID + "@geopod-ismtpd-sandbox>"
			for name, value := range m.Headers {
				if strings.EqualFold(name, "Message-ID") {
					m.MessageID = value
				}
			}
			n++
			s.mails.put(x, m.ID, m)
			s.count(x, statRequests)
			s.travel(x, m)
		}
	}
}

func merged(a, b map[string]string) map[string]string {
	out := map[string]string{}
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// travel plans the events of a mail, by what the recipient's address says about the recipient.
func (s *Server) travel(x *tx, m mail) {
	for _, kind := range []string{suppressBounce, suppressUnsub, suppressSpam} {
		if _, ok := s.suppressions.get(kind + "|" + strings.ToLower(m.To)); ok {
			s.queueEvent(x, m, "dropped", map[string]any{"reason": map[string]string{
				suppressBounce: "Bounced Address", suppressUnsub: "Unsubscribed Address", suppressSpam: "Spam Reporting Address",
			}[kind], "status": "5.0.0"})
			return
		}
	}
	s.queueEvent(x, m, "processed", nil)
	switch personaOf(m.To) {
	case "bounce":
		s.suppress(x, suppressBounce, m.To, "550 5.1.1 The email account that you tried to reach does not exist.")
		s.queueEvent(x, m, "bounce", map[string]any{
			"type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 The email account that you tried to reach does not exist.",
		})
		return
	case "soft":
		s.queueEvent(x, m, "bounce", map[string]any{
			"type": "blocked", "status": "4.2.2", "reason": "452 4.2.2 The email account that you tried to reach is over quota.",
		})
		return
	}
	s.queueEvent(x, m, "delivered", map[string]any{"response": "250 OK"})
	switch personaOf(m.To) {
	case "spam":
		s.suppress(x, suppressSpam, m.To, "")
		s.queueEvent(x, m, "spamreport", nil)
	case "unsubscribe":
		s.suppress(x, suppressUnsub, m.To, "")
		s.queueEvent(x, m, "unsubscribe", nil)
	case "never":
	default:
		s.schedule(x, job{Kind: "mail_event", Ref: m.ID, Args: map[string]string{"event": "open"}}, s.cfg.Pace/20)
	}
	s.meetPersona(x, m)
}

func (s *Server) suppress(x *tx, kind, email, reason string) {
	email = strings.ToLower(email)
	s.suppressions.put(x, kind+"|"+email, suppression{Kind: kind, Email: email, Reason: reason, Created: time.Now().Unix()})
}

// queueEvent adds an event to the next batch.
func (s *Server) queueEvent(x *tx, m mail, kind string, extra map[string]any) {
	fields := map[string]any{
		"email": m.To, "timestamp": time.Now().Unix(), "event": kind, "smtp-id": m.MessageID, "sg_event_id": newID(""),
		"sg_message_id": m.SGMessageID,
	}
	if len(m.Categories) > 0 {
		fields["category"] = m.Categories
	}
	for name, value := range m.CustomArgs {
		if _, taken := fields[name]; !taken {
			fields[name] = value
		}
	}
	maps.Copy(fields, extra)
	if row, ok := s.mails.get(m.ID); ok {
		row.Events = append(slices.Clone(row.Events), kind)
		s.mails.put(x, m.ID, row)
	}
	s.countEvent(x, kind, extra)
	s.mailEvents.put(x, newID("me_"), mailEvent{Fields: fields})
	if _, planned := s.jobs.get("flush"); !planned {
		s.schedule(x, job{ID: "flush", Kind: "flush"}, batchPause)
	}
}

// emitMailEvent lets something happen to a mail that was delivered before.
func (s *Server) emitMailEvent(_ context.Context, j job) time.Duration {
	return s.finish(j, func(x *tx) error {
		if m, ok := s.mails.get(j.Ref); ok {
			s.queueEvent(x, m, j.Args["event"], map[string]any{"useragent": "sandbox", "ip": "127.0.0.1"})
		}
		return nil
	})
}

// flushMailEvents sends what has happened since the last batch.
func (s *Server) flushMailEvents(_ context.Context, j job) time.Duration {
	return s.finish(j, func(x *tx) error {
		var ids []string
		var batch []map[string]any
		s.mailEvents.oldest(func(id string, e mailEvent) bool {
			ids, batch = append(ids, id), append(batch, e.Fields)
			return len(batch) < maxBatch
		})
		if len(batch) == 0 {
			return nil
		}
		raw, err := json.Marshal(batch)
		if err != nil {
			return fmt.Errorf("encode batch: %w", err)
		}
		for _, id := range ids {
			s.mailEvents.drop(x, id)
		}
		s.send(x, providerSendGrid, endpointEvents, "events", "", "application/json", raw)
		if len(batch) == maxBatch {
			s.schedule(x, job{ID: "flush", Kind: "flush"}, 0)
		}
		return nil
	})
}

func (s *Server) listSuppressions(r *http.Request) sgAnswer {
	list := []map[string]any{}
	kind := r.PathValue("kind")
	if !slices.Contains([]string{suppressBounce, suppressUnsub, suppressSpam, "blocks", "invalid_emails"}, kind) {
		return sgSimple(http.StatusNotFound, "not found")
	}
	s.db.view(func() {
		s.suppressions.newest(func(_ string, p suppression) bool {
			if p.Kind == kind {
				list = append(list, map[string]any{"created": p.Created, "email": p.Email, "reason": p.Reason})
			}
			return true
		})
	})
	return sgAnswer{status: http.StatusOK, body: list}
}

func (s *Server) dropSuppression(r *http.Request) sgAnswer {
	return s.unsuppress(r.PathValue("kind"), r.PathValue("email"))
}

func (s *Server) unsuppress(kind, email string) sgAnswer {
	id := kind + "|" + strings.ToLower(email)
	err := s.db.update(func(x *tx) error {
		if _, ok := s.suppressions.get(id); !ok {
			return errGone
		}
		s.suppressions.drop(x, id)
		return nil
	})
	if err != nil {
		return sgSimple(http.StatusNotFound, "not found")
	}
	return sgAnswer{status: http.StatusNoContent}
}

func (s *Server) readGlobal(r *http.Request) sgAnswer {
	email := strings.ToLower(r.PathValue("email"))
	found := map[string]string{}
	s.db.view(func() {
		if _, ok := s.suppressions.get(suppressUnsub + "|" + email); ok {
			found["recipient_email"] = email
		}
	})
	return sgAnswer{status: http.StatusOK, body: found}
}

func (s *Server) addGlobal(r *http.Request) sgAnswer {
	var body struct {
		Emails []string `json:"recipient_emails"`
	}
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return sgSimple(http.StatusBadRequest, "Bad Request")
	}
	err := s.db.update(func(x *tx) error {
		for _, email := range body.Emails {
			s.suppress(x, suppressUnsub, email, "")
		}
		return nil
	})
	if err != nil {
		return sgSimple(http.StatusInternalServerError, "Internal server error")
	}
	return sgAnswer{status: http.StatusCreated, body: map[string]any{"recipient_emails": body.Emails}}
}

func (s *Server) dropGlobal(r *http.Request) sgAnswer {
	return s.unsuppress(suppressUnsub, r.PathValue("email"))
}
