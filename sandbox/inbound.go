package sandbox

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reply is a mail that a simulated person writes back.
type Reply struct {
	Text      string            `json:"text"`
	HTML      string            `json:"html,omitempty"`
	Subject   string            `json:"subject,omitempty"`    // empty is "Re: " and the subject answered
	From      string            `json:"from,omitempty"`       // empty is the recipient of the mail answered
	To        string            `json:"to,omitempty"`         // empty is its Reply-To, else its From
	Headers   map[string]string `json:"headers,omitempty"`    // added to, or replacing, those written by default
	AutoReply bool              `json:"auto_reply,omitempty"` // marked as RFC 3834 wants an automatic answer to be marked
	// Raw posts the message as one `email` field, as an endpoint with "POST the raw, full MIME message" gets it.
	Raw bool `json:"raw,omitempty"`
	// Attachments are files by name.
	Attachments map[string][]byte `json:"attachments,omitempty"`
}

var (
	errForeignDomain = errors.New("mail to that domain does not come back by Inbound Parse")
	errNoText        = errors.New("a reply needs text or html")
	errHeaderBreak   = errors.New("a header must not contain line breaks")
)

// answer writes back to a mail and plans its Inbound Parse post.
func (s *Server) answer(x *tx, m mail, r Reply) error {
	if r.Text == "" && r.HTML == "" {
		return errNoText
	}
	for name, value := range r.Headers {
		if strings.ContainsAny(name+value, "\r\n") {
			return errHeaderBreak
		}
	}
	if r.From == "" {
		r.From = m.To
	}
	if r.To == "" {
		r.To = m.ReplyTo
	}
	if r.To == "" {
		r.To = m.From
	}
	if r.Subject == "" {
		r.Subject = "Re: " + strings.TrimPrefix(m.Subject, "Re: ")
	}
	domain := r.To[strings.LastIndex(r.To, "@")+1:]
	if s.cfg.InboundDomain != "" && !strings.EqualFold(domain, s.cfg.InboundDomain) {
		return errForeignDomain
	}
	contentType, body, err := inboundForm(m, r)
	if err != nil {
		return err
	}
	// SendGrid counts the mails that came in, not how often it posted one nor whether anybody took it.
	s.count(x, statReceived)
	s.send(x, providerSendGrid, endpointInbound, "inbound", "", contentType, body)
	return nil
}

func replyHeaders(m mail, r Reply) map[string]string {
	references := m.MessageID
	for name, value := range m.Headers {
		if strings.EqualFold(name, "References") {
			references = value + " " + m.MessageID
		}
	}
	domain := r.From[strings.LastIndex(r.From, "@")+1:]
	headers := map[string]string{
		"Received":   "by mx0001p1mdw1.sendgrid.net with SMTP id sandbox; " + time.Now().UTC().Format(time.RFC1123Z),
		"Message-Id": "<" + newID("") + "@" + domain + ">", "In-Reply-To": m.MessageID, "References": references,
		"From": r.From, "To": r.To, "Subject": r.Subject, "Date": time.Now().UTC().Format(time.RFC1123Z), "Mime-Version": "1.0",
		"Content-Type": "text/plain; charset=UTF-8",
	}
	if r.AutoReply {
		headers["Auto-Submitted"] = "auto-replied"
		headers["X-Autoreply"] = "yes"
		headers["Precedence"] = "auto_reply"
	}
	for name, value := range r.Headers {
		headers[textproto.CanonicalMIMEHeaderKey(name)] = value
	}
	return headers
}

func headerText(headers map[string]string) string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		fmt.Fprintf(&out, "%s: %s\n", name, headers[name])
	}
	return out.String()
}

// inboundForm is the multipart body of an Inbound Parse post.
func inboundForm(m mail, r Reply) (contentType string, body []byte, err error) {
	headers := replyHeaders(m, r)
	envelope, err := json.Marshal(map[string]any{"to": []string{r.To}, "from": r.From})
	if err != nil {
		return "", nil, fmt.Errorf("encode envelope: %w", err)
	}
	domain := r.From[strings.LastIndex(r.From, "@")+1:]
	fields := [][2]string{
		{"dkim", "{@" + domain + " : pass}"}, {"SPF", "pass"}, {"sender_ip", "203.0.113.7"}, {"envelope", string(envelope)},
		{"from", headers["From"]}, {"to", headers["To"]}, {"subject", headers["Subject"]}, {"spam_score", "0.012"},
		{"spam_report", "Spam detection software has found nothing."},
		{"charsets", `{"to":"UTF-8","from":"UTF-8","subject":"UTF-8","text":"UTF-8","html":"UTF-8"}`},
	}
	if r.Raw {
		message, err := rawMessage(headers, r)
		if err != nil {
			return "", nil, err
		}
		fields = append(fields, [2]string{"email", message})
	} else {
		fields = append(fields, [2]string{"headers", headerText(headers)}, [2]string{"text", r.Text})
		if r.HTML != "" {
			fields = append(fields, [2]string{"html", r.HTML})
		}
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for _, f := range fields {
		if err := w.WriteField(f[0], f[1]); err != nil {
			return "", nil, fmt.Errorf("write field: %w", err)
		}
	}
	if !r.Raw {
		if err := writeAttachments(w, r.Attachments); err != nil {
			return "", nil, err
		}
	}
	if err := w.Close(); err != nil {
		return "", nil, fmt.Errorf("close form: %w", err)
	}
	return w.FormDataContentType(), out.Bytes(), nil
}

func writeAttachments(w *multipart.Writer, files map[string][]byte) error {
	info := map[string]map[string]string{}
	for i, name := range slices.Sorted(maps.Keys(files)) {
		field := fmt.Sprintf("attachment%d", i+1)
		part, err := w.CreateFormFile(field, name)
		if err != nil {
			return fmt.Errorf("write attachment: %w", err)
		}
		if _, err := part.Write(files[name]); err != nil {
			return fmt.Errorf("write attachment: %w", err)
		}
		info[field] = map[string]string{"filename": name, "name": name, "type": "application/octet-stream"}
	}
	if err := w.WriteField("attachments", strconv.Itoa(len(files))); err != nil {
		return fmt.Errorf("write field: %w", err)
	}
	if len(files) == 0 {
		return nil
	}
	raw, err := json.Marshal(info)
	if err != nil {
		return fmt.Errorf("encode attachment-info: %w", err)
	}
	if err := w.WriteField("attachment-info", string(raw)); err != nil {
		return fmt.Errorf("write field: %w", err)
	}
	return nil
}

// rawMessage is the reply as one MIME message.
func rawMessage(headers map[string]string, r Reply) (string, error) {
	var out bytes.Buffer
	mixed := multipart.NewWriter(&out)
	headers["Content-Type"] = "multipart/mixed; boundary=" + mixed.Boundary()
	parts := []struct{ kind, text string }{{"text/plain; charset=UTF-8", r.Text}, {"text/html; charset=UTF-8", r.HTML}}
	for _, p := range parts {
		if p.text == "" {
			continue
		}
		part, err := mixed.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return "", fmt.Errorf("write part: %w", err)
		}
		quoted := quotedprintable.NewWriter(part)
		if _, err := quoted.Write([]byte(p.text)); err != nil {
			return "", fmt.Errorf("write part: %w", err)
		}
		if err := quoted.Close(); err != nil {
			return "", fmt.Errorf("write part: %w", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Attachments)) {
		part, err := mixed.CreatePart(textproto.MIMEHeader{
			"Content-Type": {"application/octet-stream"}, "Content-Disposition": {fmt.Sprintf("attachment; filename=%q", name)},
		})
		if err != nil {
			return "", fmt.Errorf("write attachment: %w", err)
		}
		if _, err := part.Write(r.Attachments[name]); err != nil {
			return "", fmt.Errorf("write attachment: %w", err)
		}
	}
	if err := mixed.Close(); err != nil {
		return "", fmt.Errorf("close message: %w", err)
	}
	return headerText(headers) + "\n" + out.String(), nil
}
