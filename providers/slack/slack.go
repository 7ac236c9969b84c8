// Package slack posts messages through Slack's incoming webhooks.
//
// A webhook's URL is a secret: whoever has it can post. It never stands in an error, and nothing is sent anywhere but to Slack.
package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"rapport"
)

const (
	vendorHost    = "hooks.slack.com"
	timeout       = 5 * time.Second
	maxAnswer     = 64 << 10
	maxURL        = 300
	maxRetryAfter = time.Hour
)

// The outcomes of a post that failed; rapport.SendError says what each permits.
const (
	outcomeUnsent      = "unsent"
	outcomeRejected    = "rejected"
	outcomeRateLimited = "rate_limited"
	outcomeUnknown     = "unknown"
)

var (
	// ErrURL means that an address is no incoming webhook of Slack's.
	ErrURL = errors.New("slack: not a webhook's address")
	// ErrConfig wraps every refusal of New.
	ErrConfig = errors.New("slack: configuration refused")
	errNoText = errors.New("slack: no text")
)

// Config says what may be posted to besides Slack, and where links may lead.
type Config struct {
	// Allow holds host:port entries of pretended webhooks, which may use plain http; empty for production.
	Allow []string
	// LinkBase begins every address that a Link may lead to: the installation's own. What else looks like a link is shown as text,
	// because a name that a stranger chose must not hide an address.
	LinkBase string
}

// Client posts messages. It is safe for concurrent use.
type Client struct {
	allow    map[string]bool
	linkBase string
	http     *http.Client
}

// New builds a client.
func New(cfg Config) (*Client, error) {
	c := &Client{allow: map[string]bool{}, linkBase: strings.TrimSuffix(cfg.LinkBase, "/")}

	for _, entry := range cfg.Allow {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "" {
			continue
		}

		host, port, err := net.SplitHostPort(entry)
		if n, convErr := strconv.ParseUint(port, 10, 16); err != nil || convErr != nil || host == "" || n == 0 {
			return nil, fmt.Errorf("%w: an entry of the allow-list is not host:port", ErrConfig)
		}

		c.allow[net.JoinHostPort(host, port)] = true
	}

	transport, isTransport := http.DefaultTransport.(*http.Transport)
	if !isTransport {
		return nil, fmt.Errorf("%w: the default transport was replaced", ErrConfig)
	}

	c.http = &http.Client{
		Timeout:   timeout,
		Transport: transport.Clone(),
		// A redirect would send the message elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return c, nil
}

// CheckURL refuses what Post would refuse, for the validation of input. It knows no allow-list: use Client.CheckURL where one applies.
func CheckURL(raw string) error { return (&Client{}).CheckURL(raw) }

var pathPattern = regexp.MustCompile(`^(/slack)?/services/[A-Za-z0-9]{1,64}/[A-Za-z0-9]{1,64}/[A-Za-z0-9]{1,64}$`)

// CheckURL is the function of the same name with the client's allow-list.
func (c *Client) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxURL || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(raw, "#") || !pathPattern.MatchString(u.EscapedPath()) {
		return ErrURL
	}

	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}

	host := net.JoinHostPort(strings.ToLower(u.Hostname()), port)

	switch {
	case u.Scheme == "https" && host == vendorHost+":443" && !strings.HasPrefix(u.Path, "/slack/"):
		return nil
	case (u.Scheme == "https" || u.Scheme == "http") && c.allow[host]:
		return nil
	}

	return ErrURL
}

// Post hands one message to a webhook, once. The text is plain: what Slack would read as a mention or a link is escaped, except for
// what Link made. An error is a *rapport.SendError.
func (c *Client) Post(ctx context.Context, webhookURL, text string) error {
	if err := c.CheckURL(webhookURL); err != nil {
		return &rapport.SendError{Outcome: outcomeRejected, Err: err}
	}

	if strings.TrimSpace(text) == "" {
		return &rapport.SendError{Outcome: outcomeRejected, Err: errNoText}
	}

	body, err := json.Marshal(map[string]string{"text": c.escaped(text)})
	if err != nil {
		return &rapport.SendError{Outcome: outcomeRejected, Err: err}
	}

	connected := &atomic.Bool{}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})

	req, err := http.NewRequestWithContext(ctx, http.MethodPost, webhookURL, bytes.NewReader(body))
	if err != nil {
		return &rapport.SendError{Outcome: outcomeRejected, Err: ErrURL}
	}

	req.Header.Set("Content-Type", "application/json; charset=utf-8")

	res, err := c.http.Do(req)
	if err != nil {
		return noAnswer(err, connected.Load())
	}
	defer res.Body.Close()

	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer)) // so that the connection is used again

	return refusal(res)
}

// noAnswer says what is known without an answer. The client's own error quotes the URL and is dropped.
func noAnswer(err error, connected bool) error {
	out := &rapport.SendError{Outcome: outcomeUnknown}
	if !connected {
		out.Outcome = outcomeUnsent
	}

	for _, known := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, known) {
			out.Err = known
		}
	}

	return out
}

func refusal(res *http.Response) error {
	out := &rapport.SendError{Outcome: outcomeUnknown, Err: fmt.Errorf("slack: status %d", res.StatusCode)}

	switch {
	case res.StatusCode == http.StatusOK:
		return nil
	case res.StatusCode == http.StatusTooManyRequests:
		out.Outcome = outcomeRateLimited
		if seconds, err := strconv.ParseUint(res.Header.Get("Retry-After"), 10, 32); err == nil {
			out.RetryAfter = min(time.Duration(seconds)*time.Second, maxRetryAfter)
		}
	case res.StatusCode == http.StatusRequestTimeout:
		// A timeout of the request says nothing of the message.
	case res.StatusCode >= http.StatusMultipleChoices && res.StatusCode < http.StatusInternalServerError:
		out.Outcome = outcomeRejected
	}

	return out
}

var (
	escaper     = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	unlinkable  = strings.NewReplacer("<", "", ">", "", "|", "", "\n", " ", "\r", "")
	linkPattern = regexp.MustCompile(`<(https?://[^\s<>|]+)\|([^<>|\n]+)>`)
)

// Link is text that leads to an address, for the text of Post. What would end it early is left out of both.
func (*Client) Link(url, text string) string {
	url = strings.ReplaceAll(unlinkable.Replace(url), " ", "%20")
	if text = unlinkable.Replace(text); strings.TrimSpace(text) == "" {
		return url
	}

	return "<" + url + "|" + text + ">"
}

// escaped escapes as https://api.slack.com/reference/surfaces/formatting#escaping says, and keeps the links that lead to ourselves.
func (c *Client) escaped(text string) string {
	var out strings.Builder

	rest := 0

	for _, at := range linkPattern.FindAllStringSubmatchIndex(text, -1) {
		address := text[at[2]:at[3]]
		if c.linkBase == "" || (address != c.linkBase && !strings.HasPrefix(address, c.linkBase+"/")) {
			continue
		}

		out.WriteString(escaper.Replace(text[rest:at[0]]))
		out.WriteString("<" + escaper.Replace(address) + "|" + escaper.Replace(text[at[4]:at[5]]) + ">")

		rest = at[1]
	}

	out.WriteString(escaper.Replace(text[rest:]))

	return out.String()
}
