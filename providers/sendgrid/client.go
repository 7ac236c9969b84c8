package sendgrid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptrace"
	netmail "net/mail"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sendgrid/rest"
	sdk "github.com/sendgrid/sendgrid-go"
	"github.com/sendgrid/sendgrid-go/helpers/mail"
)

const (
	vendorURL        = "https://api.sendgrid.com"
	vendorURLEurope  = "https://api.eu.sendgrid.com"
	defaultTimeout   = 20 * time.Second
	maxResponseBytes = 1 << 20
	maxReferences    = 20
	maxRetryAfter    = time.Hour
)

// ErrConfig wraps every refusal of New.
var ErrConfig = errors.New("sendgrid: configuration refused")

// Config says where SendGrid is and who calls.
type Config struct {
	// Key is the API key, without "Bearer".
	Key string
	// BaseURL is empty for the vendor, else the sandbox.
	BaseURL string
	// Timeout bounds one whole call, default 20 s. It must be shorter than the caller's own limit.
	Timeout time.Duration
	// AllowNonLoopbackBase permits the key and the mails to go to a sandbox on another machine.
	AllowNonLoopbackBase bool
}

// Client sends mail and reads its counts. It is safe for concurrent use: each call has a request of its own, because the SDK's own client
// shares one body between goroutines and mails the wrong person.
type Client struct {
	key  string
	base string
	http *http.Client
}

// New builds a client, or refuses a base URL that could carry people's mail to a stranger.
func New(cfg Config) (*Client, error) {
	if strings.TrimSpace(cfg.Key) == "" || strings.ContainsAny(cfg.Key, " \t\r\n") {
		return nil, fmt.Errorf("%w: no API key", ErrConfig)
	}

	base, err := checkBase(cfg)
	if err != nil {
		return nil, err
	}

	transport, isTransport := http.DefaultTransport.(*http.Transport)
	if !isTransport {
		return nil, fmt.Errorf("%w: the default transport was replaced", ErrConfig)
	}

	timeout := cfg.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}

	return &Client{key: cfg.Key, base: base, http: &http.Client{
		Timeout:   timeout,
		Transport: capped{transport.Clone()},
		// A redirect would re-send the mail and the key elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func checkBase(cfg Config) (string, error) {
	base := strings.TrimSuffix(cfg.BaseURL, "/")
	if base == "" {
		return vendorURL, nil
	}

	if base == vendorURL || base == vendorURLEurope {
		return base, nil
	}

	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		(u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("%w: base URL is not a plain http(s) URL", ErrConfig)
	}

	ip := net.ParseIP(u.Hostname())
	if u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) && !cfg.AllowNonLoopbackBase {
		return "", fmt.Errorf("%w: base URL is neither the vendor's nor loopback", ErrConfig)
	}

	return base, nil
}

// Mail is one mail to one person.
type Mail struct {
	// SendID is our UUID of the send and Kind its sort; only these two go into custom_args, where the vendor keeps
	// them for good, and come back in every event.
	SendID, Kind string
	// FromAddress and ToAddress are bare addresses; the names may be empty.
	FromName, FromAddress, ToName, ToAddress string
	// ReplyTo is the bare address that carries the reply token; may be empty.
	ReplyTo string
	Subject string
	// Text is required; HTML may be empty.
	Text, HTML string
	// MessageID is <…@domain>, ours, so that replies can be matched; InReplyTo and References thread a follow-up.
	MessageID, InReplyTo string
	References           []string
	// ListUnsubscribeURL takes a one-click POST (RFC 8058); may be empty.
	ListUnsubscribeURL string
}

// Send hands one mail to SendGrid, once, and gives the vendor's message id, with which the ids in events begin. The id
// may be empty although the mail was accepted. An error is always an *Error.
func (c *Client) Send(ctx context.Context, m Mail) (string, error) {
	if err := m.check(); err != nil {
		return "", err
	}

	req := sdk.GetRequest(c.key, "/v3/mail/send", c.base)
	req.Method = rest.Post
	req.Body = mail.GetRequestBody(m.build())

	res, err := c.call(ctx, req, http.StatusAccepted)
	if err != nil {
		return "", err
	}

	return http.Header(res.Headers).Get("X-Message-Id"), nil
}

// call makes one request. An answer of another status than the one wanted is an *Error, and so is none.
func (c *Client) call(ctx context.Context, req rest.Request, want int) (*rest.Response, error) {
	connected := &atomic.Bool{}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})

	res, err := (&rest.Client{HTTPClient: c.http}).SendWithContext(ctx, req)
	if err != nil {
		return nil, noAnswer(err, connected.Load())
	}

	if res.StatusCode != want {
		return nil, refusal(res)
	}

	return res, nil
}

func refusal(res *rest.Response) *Error {
	out := &Error{Outcome: Unknown, Status: res.StatusCode}

	switch {
	case res.StatusCode == http.StatusTooManyRequests:
		out.Outcome, out.RetryAfter = RateLimited, retryAfter(http.Header(res.Headers))
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		out.Outcome = Unauthorized
	case res.StatusCode == http.StatusRequestTimeout:
		// A timeout of the request says nothing of the mail.
	case res.StatusCode >= http.StatusBadRequest && res.StatusCode < http.StatusInternalServerError:
		out.Outcome, out.Field = Rejected, firstField(res.Body)
	}

	return out
}

var fieldPattern = regexp.MustCompile(`^[A-Za-z0-9_.\[\]-]{1,60}$`)

// firstField takes the name of the field at fault from the vendor's answer, and nothing of its prose.
func firstField(body string) string {
	var answer struct {
		Errors []struct {
			Field string `json:"field"`
		} `json:"errors"`
	}

	if json.Unmarshal([]byte(body), &answer) != nil || len(answer.Errors) == 0 || !fieldPattern.MatchString(answer.Errors[0].Field) {
		return ""
	}

	return answer.Errors[0].Field
}

func retryAfter(h http.Header) time.Duration {
	if seconds, err := strconv.Atoi(h.Get("Retry-After")); err == nil && seconds > 0 {
		return min(time.Duration(min(seconds, int(maxRetryAfter.Seconds())))*time.Second, maxRetryAfter)
	}

	// The vendor gives the second at which its window ends; its own clock is the one to measure it by.
	reset, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil {
		return 0
	}

	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}

	return min(max(time.Unix(reset, 0).Sub(now), 0), maxRetryAfter)
}

var (
	idPattern        = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	messageIDPattern = regexp.MustCompile(`^<[^<>@\s]{1,200}@[^<>@\s]{1,200}>$`)
)

// check refuses what SendGrid would refuse or, worse, would read as another header.
func (m Mail) check() error {
	switch {
	case !idPattern.MatchString(m.SendID):
		return rejected("send_id")
	case !idPattern.MatchString(m.Kind):
		return rejected("kind")
	case !bareAddress(m.FromAddress):
		return rejected("from")
	case !bareAddress(m.ToAddress):
		return rejected("to")
	case m.ReplyTo != "" && !bareAddress(m.ReplyTo):
		return rejected("reply_to")
	case strings.TrimSpace(m.Subject) == "" || breaks(m.Subject):
		return rejected("subject")
	case breaks(m.FromName) || breaks(m.ToName):
		return rejected("name")
	case strings.TrimSpace(m.Text) == "":
		return rejected("content")
	case !messageIDPattern.MatchString(m.MessageID):
		return rejected("message_id")
	case m.InReplyTo != "" && !messageIDPattern.MatchString(m.InReplyTo):
		return rejected("in_reply_to")
	}

	for _, ref := range m.References {
		if !messageIDPattern.MatchString(ref) {
			return rejected("references")
		}
	}

	if m.ListUnsubscribeURL != "" {
		u, err := url.Parse(m.ListUnsubscribeURL)
		if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") ||
			strings.ContainsAny(m.ListUnsubscribeURL, "<> \t\r\n") {
			return rejected("list_unsubscribe")
		}
	}

	return nil
}

func breaks(s string) bool { return strings.ContainsAny(s, "\r\n\x00") }

func bareAddress(s string) bool {
	a, err := netmail.ParseAddress(s)

	return err == nil && a.Address == s
}

func (m Mail) build() *mail.SGMailV3 {
	to := mail.NewPersonalization()
	to.AddTos(mail.NewEmail(m.ToName, m.ToAddress))

	out := mail.NewV3Mail()
	out.SetFrom(mail.NewEmail(m.FromName, m.FromAddress))
	out.AddPersonalizations(to)
	out.Subject = m.Subject
	out.AddContent(mail.NewContent("text/plain", m.Text))

	if m.HTML != "" {
		out.AddContent(mail.NewContent("text/html", m.HTML))
	}

	if m.ReplyTo != "" {
		out.SetReplyTo(mail.NewEmail("", m.ReplyTo))
	}

	out.SetCustomArg("send_id", m.SendID)
	out.SetCustomArg("kind", m.Kind)
	out.SetHeader("Message-ID", m.MessageID)

	if m.InReplyTo != "" {
		out.SetHeader("In-Reply-To", m.InReplyTo)
	}

	if refs := m.References; len(refs) > 0 {
		// The first and the latest ids hold a long thread together.
		if len(refs) > maxReferences {
			refs = append([]string{refs[0]}, refs[len(refs)-maxReferences+1:]...)
		}

		out.SetHeader("References", strings.Join(refs, " "))
	}

	if m.ListUnsubscribeURL != "" {
		out.SetHeader("List-Unsubscribe", "<"+m.ListUnsubscribeURL+">")
		out.SetHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}

	// Tracking rewrites links and adds a remote image; opens and clicks decide nothing here.
	off := false
	out.SetTrackingSettings(mail.NewTrackingSettings().
		SetClickTracking(mail.NewClickTrackingSetting().SetEnable(off).SetEnableText(off)).
		SetOpenTracking(mail.NewOpenTrackingSetting().SetEnable(off)).
		SetSubscriptionTracking(mail.NewSubscriptionTrackingSetting().SetEnable(off)))

	return out
}

// capped bounds what an answer may cost in memory; the SDK reads bodies whole.
type capped struct{ next http.RoundTripper }

// RoundTrip sends the request and bounds the body of its answer.
func (c capped) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // the http client adds method and host
	}

	res.Body = http.MaxBytesReader(nil, res.Body, maxResponseBytes)

	return res, nil
}
