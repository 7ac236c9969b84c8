package sendgrid

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// Mailer gives the client the domain's words. Its errors are *rapport.SendError.
type Mailer struct {
	Client *Client
	// Domain receives the replies; Key makes their tokens.
	Domain string
	Key    []byte
}

// ReplyAddress is the address whose mail comes back with the message's token.
func (m Mailer) ReplyAddress(message uuid.UUID) string {
	return "r+" + strings.TrimPrefix(ReplyToken(m.Key, message), "r+") + "@" + m.Domain
}

// SendMail sends one mail and answers the provider's id of it, which may be empty.
func (m Mailer) SendMail(ctx context.Context, o rapport.OutgoingMail) (string, error) {
	id, err := m.Client.Send(ctx, Mail{
		SendID: o.SendID.String(), Kind: o.Kind, FromName: o.FromName, FromAddress: o.From, ToName: o.ToName, ToAddress: o.To, ReplyTo: o.ReplyTo,
		Subject: o.Subject, Text: o.Text, HTML: o.HTML, MessageID: o.MessageID, InReplyTo: o.InReplyTo, References: o.References, ListUnsubscribeURL: o.Unsubscribe,
	})
	return id, sendError(err)
}

// DailyCounts gives what the provider counted on each UTC day of a range, both ends included; the client's method says the rest.
func (m Mailer) DailyCounts(ctx context.Context, from, to time.Time) ([]rapport.MailCount, error) {
	counts, err := m.Client.DailyCounts(ctx, from, to)
	return counts, sendError(err)
}

func sendError(err error) error {
	if err == nil {
		return nil
	}
	out := &rapport.SendError{Outcome: string(OutcomeOf(err)), Err: err}
	if e, ok := errors.AsType[*Error](err); ok {
		out.RetryAfter = e.RetryAfter
	}
	return out
}

// Inbound reads a posted mail into the domain's words.
func (m Mailer) Inbound(contentType string, body []byte) rapport.InboundMail {
	in, err := ParseInbound(contentType, body)
	fresh, quoted := SplitReply(in.Text)
	out := rapport.InboundMail{
		From: first(in.From), Subject: in.Subject, Text: fresh, Quoted: quoted, HTML: SanitizeHTML(in.HTML), MessageID: in.MessageID,
		References: append(in.References, in.InReplyTo), Class: "unreadable", SHA256: in.RawSHA256[:],
	}
	if err == nil {
		out.Class = string(Classify(in).Kind)
	}
	for _, a := range in.Attachments {
		sum := sha256.Sum256(a.Bytes)
		out.Files = append(out.Files, rapport.File{Name: a.Name, Type: a.ContentType, SHA256: sum[:], Content: a.Bytes})
	}
	for _, to := range append(in.EnvelopeTo, in.To...) {
		local, domain, _ := strings.Cut(to, "@")
		if !strings.EqualFold(domain, m.Domain) {
			continue
		}
		if id, ok := ParseReplyToken(m.Key, local); ok {
			out.Token = id
		}
	}
	return out
}

func first(s []string) string {
	if len(s) == 0 {
		return ""
	}
	return s[0]
}
