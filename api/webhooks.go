package api

import (
	"context"
	"errors"
	"html/template"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"rapport"
)

// Bounds of what providers post, in bytes.
const (
	stripeEventLimit = 256 << 10
	shipmentLimit    = 16 << 10
	mailEventsLimit  = 8 << 20
	inboundLimit     = 30 << 20
	linkFormLimit    = 4 << 10
	signingLimit     = 1 << 20
)

// The endpoints of Stripe, each with a secret of its own.
const (
	stripeAccount = "account"
	stripeConnect = "connect"
)

// Outside is what the API asks of the providers' rooms, which it does not know.
type Outside struct {
	// CheckURL refuses an address that is never fetched; nil takes https on a public name.
	CheckURL func(address string) error
	// CheckSlack refuses what is no address of an incoming webhook; nil means that no channel can be connected.
	CheckSlack func(address string) error
	// Onboarder mints links to the payment provider; nil means that there is none.
	Onboarder Onboarder
	// Webhooks verify what providers post; a nil one leaves its endpoint out.
	Webhooks Webhooks
}

// Webhooks verify posts of providers and turn them into rows of the inbox. An error means that the post is badly signed, too old,
// from the future or no event: nothing is kept. They do no I/O.
type Webhooks struct {
	// Stripe gets account or connect as endpoint, and the Stripe-Signature header.
	Stripe func(endpoint string, body []byte, signature string, now time.Time) (rapport.InboxRow, error)
	// Shipments gets what a carrier tells of a parcel, and the Rapport-Signature header.
	Shipments func(body []byte, signature string, now time.Time) (rapport.InboxRow, error)
	// Signing gets what the provider of signatures tells of a document, and the X-Documenso-Secret header. No row is an event that decides nothing.
	Signing func(body []byte, secret string) ([]rapport.InboxRow, error)
	// MailEvents gets a batch of events with SendGrid's two headers.
	MailEvents func(body []byte, signature, timestamp string, now time.Time) ([]rapport.InboxRow, error)
	// Inbound gets a mail as Inbound Parse posts it, with the form's own content type.
	Inbound func(contentType string, body []byte, signature, timestamp string, now time.Time) (rapport.InboxRow, error)
}

// The headers with which providers sign.
const (
	stripeSignatureHeader = "Stripe-Signature"
	shipmentHeader        = "Rapport-Signature"
	signingHeader         = "X-Documenso-Secret"
	mailSignatureHeader   = "X-Twilio-Email-Event-Webhook-Signature"
	mailTimestampHeader   = "X-Twilio-Email-Event-Webhook-Timestamp"
)

// InboxStore keeps verified events until the worker gives them their effect.
type InboxStore interface {
	// PutInbox keeps an event; false when it is there already.
	PutInbox(ctx context.Context, r rapport.InboxRow) (bool, error)
}

// registerPublic mounts what lies outside the contract: the providers' webhooks and the links of mails.
func (s *Server) registerPublic(e *echo.Echo) {
	posts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "rapport_webhook_posts_total", Help: "Posts of providers, by endpoint and what became of them.",
	}, []string{"endpoint", "result"})
	if s.cfg.Metrics != nil {
		s.cfg.Metrics.MustRegister(posts)
	}
	hook := func(path, endpoint string, limit int64, verify func(c echo.Context, body []byte) ([]rapport.InboxRow, error)) {
		e.POST(path, s.webhook(endpoint, limit, verify, posts))
	}
	hooks := s.cfg.Outside.Webhooks
	if hooks.Stripe != nil {
		for _, endpoint := range []string{stripeAccount, stripeConnect} {
			hook("/webhooks/stripe/"+endpoint, "stripe_"+endpoint, stripeEventLimit, func(c echo.Context, body []byte) ([]rapport.InboxRow, error) {
				row, err := hooks.Stripe(endpoint, body, c.Request().Header.Get(stripeSignatureHeader), s.now())
				return []rapport.InboxRow{row}, err
			})
		}
	}
	if hooks.Shipments != nil {
		hook("/webhooks/shipments", "shipments", shipmentLimit, func(c echo.Context, body []byte) ([]rapport.InboxRow, error) {
			row, err := hooks.Shipments(body, c.Request().Header.Get(shipmentHeader), s.now())
			return []rapport.InboxRow{row}, err
		})
	}
	if hooks.Signing != nil {
		hook("/webhooks/documenso", "documenso", signingLimit, func(c echo.Context, body []byte) ([]rapport.InboxRow, error) {
			return hooks.Signing(body, c.Request().Header.Get(signingHeader))
		})
	}
	signed := func(c echo.Context) (signature, timestamp string) {
		return c.Request().Header.Get(mailSignatureHeader), c.Request().Header.Get(mailTimestampHeader)
	}
	if hooks.MailEvents != nil {
		hook("/webhooks/sendgrid/events", "sendgrid_events", mailEventsLimit, func(c echo.Context, body []byte) ([]rapport.InboxRow, error) {
			signature, timestamp := signed(c)
			return hooks.MailEvents(body, signature, timestamp, s.now())
		})
	}
	if hooks.Inbound != nil {
		hook("/webhooks/sendgrid/inbound", "sendgrid_inbound", inboundLimit, func(c echo.Context, body []byte) ([]rapport.InboxRow, error) {
			signature, timestamp := signed(c)
			row, err := hooks.Inbound(c.Request().Header.Get("Content-Type"), body, signature, timestamp, s.now())
			return []rapport.InboxRow{row}, err
		})
	}
	e.GET("/unsubscribe/:token", s.unsubscribePage)
	e.POST("/unsubscribe/:token", s.unsubscribe)
	e.GET("/feeds/:token", s.calendarFeed)
}

// webhook keeps a verified post in one transaction, whatever it is about: an event of something unknown may be about something
// that is not written yet. Only what was kept is acknowledged, and a failure of ours asks for the post again.
func (s *Server) webhook(endpoint string, limit int64, verify func(echo.Context, []byte) ([]rapport.InboxRow, error), posts *prometheus.CounterVec) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx := c.Request().Context()
		requestFrom(ctx).operation = "webhook_" + endpoint
		count := func(result string) { posts.WithLabelValues(endpoint, result).Inc() }
		body, err := readBody(c, limit)
		if err != nil {
			count("too_large")
			return err
		}
		rows, err := verify(c, body)
		if err != nil {
			count("refused")
			s.cfg.Log.Warn("a webhook's post was refused", zap.String("endpoint", endpoint), zap.String("request_id", requestFrom(ctx).ID), zap.Error(err))
			return &rapport.Error{Code: rapport.CodeMalformed, Reason: "bad_signature", Message: "The post is not signed as it must be, or not now.", Err: err}
		}
		fresh := 0
		store, err := storeAs[InboxStore](s)
		if err == nil {
			err = s.cfg.Store.Atomically(ctx, func(ctx context.Context) error {
				fresh = 0
				for _, row := range rows {
					kept, err := store.PutInbox(ctx, row)
					if err != nil {
						return err
					}
					if kept {
						fresh++
					}
				}
				return nil
			})
		}
		if err != nil {
			count("failed")
			// Whatever went wrong here is ours to mend: a refusal would make the provider drop the event.
			return &rapport.Error{Code: rapport.CodeUnavailable, Message: "The event could not be kept. Send it again.", Err: err}
		}
		if fresh > 0 {
			count("kept")
		} else {
			count("known")
		}
		return c.NoContent(http.StatusOK)
	}
}

// readBody reads a whole body up to the limit.
func readBody(c echo.Context, limit int64) ([]byte, error) {
	if c.Request().ContentLength > limit {
		return nil, tooLarge(limit)
	}
	body, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, limit))
	if err == nil {
		return body, nil
	}
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, tooLarge(limit)
	}
	return nil, &rapport.Error{Code: rapport.CodeMalformed, Message: "The post broke off.", Err: err}
}

// linkPage is the page of a link that a mail carries. It needs no script.
var linkPage = template.Must(template.New("link").Parse(`<!doctype html>
<html lang="{{.Lang}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{{.Title}}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:0;color:#1a1a1a;background:#fff}main{max-width:32rem;margin:12vh auto;padding:0 1rem}
h1{font-size:1.4rem}button{font:inherit;padding:.7rem 1.2rem;border:0;border-radius:.4rem;background:#1a1a1a;color:#fff;cursor:pointer}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}button{background:#eee;color:#161616}}</style></head>
<body><main><h1>{{.Title}}</h1><p>{{.Text}}</p>{{if .Button}}<form method="post"><button type="submit">{{.Button}}</button></form>{{end}}</main></body></html>
`))

type linkPageText struct{ Lang, Title, Text, Button string }

func writeLinkPage(c echo.Context, status int, text linkPageText) error {
	h := c.Response().Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin") // with none at all a browser names no origin for the form, which then looks foreign
	c.Response().WriteHeader(status)
	return linkPage.Execute(c.Response(), text) //nolint:wrapcheck // a client that went away
}

// unsubscribePage shows and changes nothing: scanners of mail open every link. It looks the same for a link that is none.
func (s *Server) unsubscribePage(c echo.Context) error {
	requestFrom(c.Request().Context()).operation = "unsubscribe_page"
	say := wordsFor(c.Request().Context(), "")
	return writeLinkPage(c, http.StatusOK, linkPageText{
		say.Locale(), say.Say("No more invitations"),
		say.Say("You will get no more invitations and follow-ups from this brand. Mails about a contract that runs still come."), say.Say("Stop the mail"),
	})
}

// unsubscribe stops the outreach that the link came with, in one click (RFC 8058): no cookie, no sign-in, and also after the link
// has ended.
func (s *Server) unsubscribe(c echo.Context) error {
	ctx := c.Request().Context()
	requestFrom(ctx).operation = "unsubscribe"
	if _, err := readBody(c, linkFormLimit); err != nil {
		return err
	}
	store, err := storeAs[PortalStore](s)
	if err != nil {
		return err
	}
	say := wordsFor(ctx, "")
	link, err := store.PortalLink(ctx, hashOf(c.Param("token")))
	if rapport.ErrorCode(err) == rapport.CodeNotFound {
		return writeLinkPage(c, http.StatusNotFound, linkPageText{
			say.Locale(), say.Say("This link does not work"), say.Say("It may be cut off. Open it from the mail again, or answer the mail with the word “unsubscribe”."), "",
		})
	}
	if err == nil {
		err = store.Unsubscribe(ctx, link)
	}
	if err != nil {
		return err
	}
	return writeLinkPage(c, http.StatusOK, linkPageText{say.Locale(), say.Say("Done"), say.Say("You get no more invitations from this brand."), ""})
}
