// Package fetch reads pages that people outside name to us, through one guarded client.
//
// Every address is checked after the name is resolved and at the moment it is dialled, on each redirect again, so that
// a name which changes its mind reaches nothing inside. A host is asked one thing at a time, with a pause in between, and
// left alone for as long as it asks to be.
package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"golang.org/x/net/html/charset"
	"golang.org/x/net/idna"
)

const (
	timeout      = 5 * time.Second
	maxBody      = 1 << 20
	maxHeader    = 64 << 10
	maxRedirects = 3
	maxURL       = 2048
	userAgent    = "Rapport/1 (post verification)"
)

var (
	// ErrBadURL means the URL is not one that is ever fetched: wrong scheme, credentials, port, form or length.
	ErrBadURL = errors.New("fetch: URL refused")
	// ErrForbiddenAddress means the host is, or resolved to, an address that is not on the public internet.
	ErrForbiddenAddress = errors.New("fetch: address refused")
	// ErrTooLarge means the page has more than 1 MiB. What was read is in the Page.
	ErrTooLarge = errors.New("fetch: page too large")
	// ErrRedirects means more than three redirects.
	ErrRedirects = errors.New("fetch: too many redirects")
	// ErrUnreachable means no complete answer in five seconds; trying again later may help.
	ErrUnreachable = errors.New("fetch: no answer")
	// ErrConfig means an entry of the allow-list cannot be read.
	ErrConfig = errors.New("fetch: allow-list refused")
	// ErrBusy means the host asked to be left alone for a while; the error is a *BusyError.
	ErrBusy = errors.New("fetch: host is busy")
)

// BusyError is ErrBusy with the time that is left.
type BusyError struct {
	// Wait is how long the host still wants to be left alone, at most an hour.
	Wait time.Duration
}

// Error gives the time that is left.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%s for %s", ErrBusy, e.Wait.Round(time.Second))
}

// Unwrap gives ErrBusy.
func (e *BusyError) Unwrap() error { return ErrBusy }

// Config names what the client may reach although it is private, and how slowly it asks.
type Config struct {
	// Allow holds host:port, address:port or CIDR entries; empty for production. Entries may also use plain http. What is named
	// by host or address is ours and asked without pauses.
	Allow []string
	// Pause is the least time from one request to a host to the next one; 0 is one second.
	Pause time.Duration
}

// Client fetches hostile URLs. It is safe for concurrent use.
type Client struct {
	hosts map[string]bool
	nets  []netip.Prefix
	http  *http.Client
	turns *turns
}

// Page is what was found.
type Page struct {
	// FinalURL is where the redirects ended.
	FinalURL string
	// Status is the HTTP status; one of 400 and above is an answer, not an error.
	Status int
	// Text is what a reader of the page sees, for HTML and plain text; Title is the page's own.
	Text, Title string
	// Authors are the names, handles and profile addresses that an HTML page gives for who published it, each once, at most 20.
	Authors []string
	// PublishedAt is when an HTML page says that it was published, in UTC; zero when it does not say.
	PublishedAt time.Time
	// ContentType is the media type without parameters.
	ContentType string
	// Body is as sent, at most 1 MiB; RawSHA256 is over it.
	Body      []byte
	RawSHA256 [sha256.Size]byte
}

type allowedKey struct{}

// New builds a client with its allow-list.
func New(cfg Config) (*Client, error) {
	c := &Client{hosts: map[string]bool{}, turns: newTurns(cfg.Pause)}

	for _, entry := range cfg.Allow {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "" {
			continue
		}

		if prefix, err := netip.ParsePrefix(entry); err == nil {
			c.nets = append(c.nets, prefix.Masked())

			continue
		}

		host, port, err := net.SplitHostPort(entry)
		if n, convErr := strconv.ParseUint(port, 10, 16); err != nil || convErr != nil || host == "" || n == 0 {
			return nil, fmt.Errorf("%w: entry is neither host:port nor a CIDR", ErrConfig)
		}

		c.hosts[net.JoinHostPort(host, port)] = true
	}

	dialer := &net.Dialer{Timeout: timeout, ControlContext: c.control}
	c.http = &http.Client{
		Transport: &http.Transport{
			// No proxy: it would dial for us, unchecked.
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			ForceAttemptHTTP2:      true,
			DisableKeepAlives:      true,
			TLSHandshakeTimeout:    timeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxHeader,
		},
		// Get follows them itself: each hop is checked and waits for its own host's turn.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}

	return c, nil
}

// Get fetches a URL within five seconds, redirects included; waiting for a host's turn does not count. Errors are this
// package's, or the context's. A page that answers with ErrBusy is there besides the error.
func (c *Client) Get(ctx context.Context, rawURL string) (Page, error) {
	u, err := parse(rawURL)
	if err != nil {
		return Page{}, err
	}

	for left, hops := timeout, 0; ; hops++ {
		page, next, err := c.hop(ctx, u, &left)
		if err != nil || next == nil {
			return page, err
		}

		if u = next; hops == maxRedirects {
			return Page{}, ErrRedirects
		}
	}
}

// hop makes one request and gives the page or where it leads. What it takes is taken off the time that is left.
func (c *Client) hop(ctx context.Context, u *url.URL, left *time.Duration) (Page, *url.URL, error) {
	named, err := c.check(u)
	if err != nil {
		return Page{}, nil, err
	}

	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if !named {
		turn, err := c.turns.take(ctx, host)
		if err != nil {
			return Page{}, nil, err
		}
		defer c.turns.leave(turn)
	}

	begun := time.Now()
	defer func() { *left -= time.Since(begun) }()

	ctx, cancel := context.WithTimeout(context.WithValue(ctx, allowedKey{}, named), *left)
	defer cancel()

	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Page{}, nil, ErrBadURL
	}

	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "text/html,text/plain;q=0.9,*/*;q=0.1")

	res, err := c.http.Do(req)
	if err != nil {
		return Page{}, nil, typed(err)
	}
	defer res.Body.Close()

	if redirects(res) {
		next, err := parseNext(u, res.Header.Get("Location"))

		return Page{}, next, err
	}

	body, readErr := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	page := describe(res, body[:min(len(body), maxBody)])
	wait := busyFor(res, time.Now())

	switch {
	case wait > 0:
		if !named {
			c.turns.rest(host, wait)
		}

		return page, nil, &BusyError{Wait: wait}
	case len(body) > maxBody:
		return page, nil, ErrTooLarge
	case readErr != nil:
		return page, nil, typed(readErr)
	}

	return page, nil, nil
}

func redirects(res *http.Response) bool {
	switch res.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return res.Header.Get("Location") != ""
	default:
		return false
	}
}

// parseNext reads where a redirect leads, which is as hostile as the first URL.
func parseNext(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil {
		return nil, ErrBadURL
	}

	return parse(to.String())
}

// typed keeps this package's refusals and the context's end, and drops the rest, which quotes URLs.
func typed(err error) error {
	for _, known := range []error{ErrForbiddenAddress, ErrBadURL, ErrRedirects, context.Canceled} {
		if errors.Is(err, known) {
			return known
		}
	}

	return ErrUnreachable
}

// CheckURL refuses what Get would refuse without asking the network, for the validation of input. A URL that passes
// may still lead to a forbidden address. It knows no allow-list: use Client.CheckURL where one applies.
func CheckURL(rawURL string) error {
	return (&Client{}).CheckURL(rawURL)
}

// CheckURL is the function of the same name with the client's allow-list.
func (c *Client) CheckURL(rawURL string) error {
	u, err := parse(rawURL)
	if err != nil {
		return err
	}

	_, err = c.check(u)

	return err
}

func parse(rawURL string) (*url.URL, error) {
	unprintable := func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }
	if rawURL == "" || len(rawURL) > maxURL || strings.ContainsFunc(rawURL, unprintable) {
		return nil, ErrBadURL
	}

	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, ErrBadURL
	}

	return u, nil
}

// check judges a URL by itself and tells whether the allow-list names its host.
func (c *Client) check(u *url.URL) (bool, error) {
	if (u.Scheme != "https" && u.Scheme != "http") || u.User != nil || u.Opaque != "" || u.Hostname() == "" {
		return false, ErrBadURL
	}

	host := strings.ToLower(u.Hostname())

	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}

	named := c.hosts[net.JoinHostPort(host, port)]
	addr, addrErr := netip.ParseAddr(host)

	if named || (addrErr == nil && c.inNets(addr)) {
		return named, nil
	}

	if u.Scheme != "https" || port != "443" {
		return false, ErrBadURL
	}

	if addrErr == nil {
		if !public(addr) {
			return false, ErrForbiddenAddress
		}

		return false, nil
	}

	return false, checkName(host)
}

// checkName refuses names that are addresses in disguise or are only known inside.
func checkName(host string) error {
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil || !strings.Contains(ascii, ".") {
		return ErrForbiddenAddress
	}

	last := ascii[strings.LastIndexByte(ascii, '.')+1:]
	switch last {
	case "localhost", "local", "internal", "intranet", "lan", "home", "corp", "test", "invalid", "onion":
		return ErrForbiddenAddress
	}

	// 127.1, 0x7f.1 and 2130706433 are addresses to some resolvers.
	if strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return ErrForbiddenAddress
	}

	return nil
}

// control sees the address that is really dialled, whatever the name resolved to.
func (c *Client) control(ctx context.Context, _, address string, _ syscall.RawConn) error {
	if named, _ := ctx.Value(allowedKey{}).(bool); named {
		return nil
	}

	target, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrForbiddenAddress
	}

	if c.inNets(target.Addr()) || (public(target.Addr()) && target.Port() == 443) {
		return nil
	}

	return ErrForbiddenAddress
}

func (c *Client) inNets(addr netip.Addr) bool {
	for _, prefix := range c.nets {
		if prefix.Contains(addr.Unmap()) {
			return true
		}
	}

	return false
}

// special are the blocks of the IANA special-purpose registries that are not, or not only, the public internet, and
// those that carry another address inside.
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
	"192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", // a cloud's metadata service on a public address
)

// globalV6 is the only block of IPv6 that is routed publicly; the exceptions inside it follow.
var (
	globalV6  = netip.MustParsePrefix("2000::/3")
	specialV6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48")
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}

	return out
}

// public tells whether an address is on the public internet. IPv4 inside IPv6 (mapped, NAT64, 6to4, Teredo) is refused
// in whole, since nobody needs to write it so.
func public(addr netip.Addr) bool {
	if !addr.IsValid() || addr.Zone() != "" || addr.Is4In6() {
		return false
	}

	blocks := special
	if addr.Is6() {
		if !globalV6.Contains(addr) {
			return false
		}

		blocks = specialV6
	}

	for _, block := range blocks {
		if block.Contains(addr) {
			return false
		}
	}

	return true
}

func describe(res *http.Response, body []byte) Page {
	page := Page{FinalURL: res.Request.URL.String(), Status: res.StatusCode, Body: body, RawSHA256: sha256.Sum256(body)}

	header := res.Header.Get("Content-Type")
	if header == "" {
		header = http.DetectContentType(body)
	}

	page.ContentType, _, _ = mime.ParseMediaType(header)

	switch page.ContentType {
	case "text/html", "application/xhtml+xml":
		decoded := decode(header, body)
		page.Title, page.Text = visible(decoded)
		page.Authors, page.PublishedAt = published(decoded, res.Request.URL)
	case "text/plain":
		page.Text = clean(decode(header, body))
	}

	return page
}

func decode(header string, body []byte) string {
	r, err := charset.NewReader(bytes.NewReader(body), header)
	if err != nil {
		return string(body)
	}

	decoded, err := io.ReadAll(io.LimitReader(r, 4*maxBody))
	if err != nil {
		return string(body)
	}

	return string(decoded)
}

// clean makes s storable as text: valid UTF-8 without NUL.
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", ""))
}
