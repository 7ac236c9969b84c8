// Package documenso has contracts signed at Documenso, or at an installation of it of one's own, by the second version of its API.
//
// Documenso knows no idempotency keys: a document has our id as its external id, and after an answer that never came it is looked for by that.
// It sends no mail: the signer's link goes out with ours.
package documenso

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"rapport"
)

const (
	defaultTimeout = 20 * time.Second
	maxAnswer      = 8 << 20
	maxFile        = 32 << 20
	maxRetryAfter  = time.Hour
	pageSize       = 100
	maxPages       = 50
	apiPath        = "/api/v2"
)

// The outcomes of a call that failed; rapport.SendError says what each permits.
const (
	outcomeUnsent       = "unsent"
	outcomeRejected     = "rejected"
	outcomeRateLimited  = "rate_limited"
	outcomeUnauthorized = "unauthorized"
	outcomeUnknown      = "unknown"
)

// Name is what rows call this provider.
const Name = "documenso"

var (
	// ErrConfig wraps every refusal of New.
	ErrConfig  = errors.New("documenso: configuration refused")
	errForeign = errors.New("documenso: the answer is none of Documenso's")
)

// Config says where Documenso is and who calls.
type Config struct {
	URL   string // of the installation, such as https://app.documenso.com
	Token string // of the API
	// Timeout bounds one call, default 20 s. Two must fit into the caller's own limit.
	Timeout time.Duration
	// AllowPlain permits an address elsewhere than on this machine that is not encrypted.
	AllowPlain bool
}

// Client calls Documenso. It is safe for concurrent use.
type Client struct {
	base  string
	token string
	http  *http.Client
}

// CheckURL refuses what is no address of an installation.
func CheckURL(address string, allowPlain bool) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("%w: the address is not a plain http(s) URL", ErrConfig)
	}

	if u.Scheme == "http" && !allowPlain && !loopback(u.Hostname()) {
		return fmt.Errorf("%w: the address is not encrypted", ErrConfig)
	}

	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)

	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// New builds a client, or refuses an address that would send contracts and the token in the open.
func New(cfg Config) (*Client, error) {
	if err := CheckURL(cfg.URL, cfg.AllowPlain); err != nil {
		return nil, err
	}

	if cfg.Token == "" || strings.TrimSpace(cfg.Token) != cfg.Token {
		return nil, fmt.Errorf("%w: no token", ErrConfig)
	}

	transport, isTransport := http.DefaultTransport.(*http.Transport)
	if !isTransport {
		return nil, fmt.Errorf("%w: the default transport was replaced", ErrConfig)
	}

	timeout := cfg.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}

	return &Client{base: strings.TrimRight(cfg.URL, "/") + apiPath, token: cfg.Token, http: &http.Client{
		Timeout: timeout, Transport: transport.Clone(),
		// A redirect would send the contract and the token elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// CreateDocument makes a draft of the contract's file with one signer, whom nobody tells of it yet.
func (c *Client) CreateDocument(ctx context.Context, d rapport.SigningDocument) (string, error) {
	payload, err := json.Marshal(creation{
		Type: "DOCUMENT", Title: d.Title, ExternalID: d.ContractID.String(),
		Recipients: []newRecipient{{
			Email: d.SignerEmail, Name: d.SignerName, Role: "SIGNER",
			Fields: []newField{{Identifier: 0, Type: "SIGNATURE", Page: d.Field.Page, X: d.Field.X, Y: d.Field.Y, Width: d.Field.Width, Height: d.Field.Height}},
		}},
		Meta: meta{
			DistributionMethod: "NONE", SigningOrder: "PARALLEL",
			// Rapport's own deadlines and reminders count.
			Expiration: disabled{true}, Reminders: reminders{disabled{true}, disabled{true}},
		},
	})
	if err != nil {
		return "", &rapport.SendError{Outcome: outcomeRejected, Err: err}
	}

	var body bytes.Buffer

	form := multipart.NewWriter(&body)
	file := textproto.MIMEHeader{}
	file.Set("Content-Disposition", `form-data; name="files"; filename="contract.pdf"`)
	file.Set("Content-Type", "application/pdf")

	err = form.WriteField("payload", string(payload))
	if err == nil {
		var part io.Writer
		if part, err = form.CreatePart(file); err == nil {
			_, err = part.Write(d.File)
		}
	}

	if err = errors.Join(err, form.Close()); err != nil {
		return "", &rapport.SendError{Outcome: outcomeRejected, Err: err}
	}

	var made struct {
		ID string `json:"id"`
	}
	if err := c.call(ctx, http.MethodPost, "/envelope/create", form.FormDataContentType(), body.Bytes(), &made); err != nil {
		return "", err
	}

	if made.ID == "" {
		return "", foreign()
	}

	return made.ID, nil
}

// FindDocument looks for the oldest document that has the contract's id and was not deleted; empty for none.
func (c *Client) FindDocument(ctx context.Context, contract uuid.UUID) (string, error) {
	for page := 1; page <= maxPages; page++ {
		query := url.Values{
			"query": {contract.String()}, "type": {"DOCUMENT"}, "perPage": {strconv.Itoa(pageSize)}, "page": {strconv.Itoa(page)},
			"orderByColumn": {"createdAt"}, "orderByDirection": {"asc"},
		}

		var found struct {
			Data       []envelope `json:"data"`
			TotalPages *int       `json:"totalPages"`
		}
		if err := c.call(ctx, http.MethodGet, "/envelope?"+query.Encode(), "", nil, &found); err != nil {
			return "", err
		}

		if found.Data == nil || found.TotalPages == nil {
			return "", foreign()
		}

		for _, e := range found.Data { // the search also finds titles and people
			if e.ExternalID == contract.String() && e.DeletedAt == nil && e.ID != "" {
				return e.ID, nil
			}
		}

		if page >= *found.TotalPages {
			return "", nil
		}
	}

	return "", foreign()
}

// SendDocument opens a document for signing and answers the signer's link. A document that is open already stays as it is.
func (c *Client) SendDocument(ctx context.Context, id, email string) (string, error) {
	body, err := json.Marshal(struct {
		ID string `json:"envelopeId"`
	}{id})
	if err != nil {
		return "", &rapport.SendError{Outcome: outcomeRejected, Err: err}
	}

	var sent struct {
		Recipients []struct {
			Email      string `json:"email"`
			SigningURL string `json:"signingUrl"`
		} `json:"recipients"`
	}
	if err := c.call(ctx, http.MethodPost, "/envelope/distribute", "application/json", body, &sent); err != nil {
		return "", err
	}

	for _, r := range sent.Recipients {
		u, err := url.Parse(r.SigningURL)
		if strings.EqualFold(r.Email, email) && err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") {
			return r.SigningURL, nil
		}
	}

	return "", foreign()
}

// Document reads a document as it is now; not_found for one that is gone.
func (c *Client) Document(ctx context.Context, id string) (rapport.ProviderDocument, error) {
	var e envelope
	if err := c.call(ctx, http.MethodGet, "/envelope/"+url.PathEscape(id), "", nil, &e); err != nil {
		return rapport.ProviderDocument{}, err
	}

	if e.ID != id {
		return rapport.ProviderDocument{}, foreign()
	}

	return e.document()
}

// CancelDocument ends an open document, so that nobody can sign it any more.
func (c *Client) CancelDocument(ctx context.Context, id, reason string) error {
	body, err := json.Marshal(struct {
		ID     string `json:"envelopeId"`
		Reason string `json:"reason"`
	}{id, reason})
	if err != nil {
		return &rapport.SendError{Outcome: outcomeRejected, Err: err}
	}

	return c.call(ctx, http.MethodPost, "/envelope/cancel", "application/json", body, &struct{}{})
}

// SealedFile reads the PDF file that Documenso sealed when everybody had signed. Before that Documenso answers the one that was sent.
func (c *Client) SealedFile(ctx context.Context, id string) ([]byte, error) {
	var e envelope
	if err := c.call(ctx, http.MethodGet, "/envelope/"+url.PathEscape(id), "", nil, &e); err != nil {
		return nil, err
	}

	if e.ID != id || e.Status != "COMPLETED" || len(e.Items) != 1 || e.Items[0].ID == "" {
		return nil, foreign()
	}

	pdf, err := c.ask(ctx, http.MethodGet, "/envelope/item/"+url.PathEscape(e.Items[0].ID)+"/download?version=signed", "", nil, maxFile)
	if err != nil {
		return nil, err
	}

	if len(pdf) == maxFile || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return nil, foreign()
	}

	return pdf, nil
}

// call makes one request and reads its answer.
func (c *Client) call(ctx context.Context, method, path, contentType string, body []byte, into any) error {
	raw, err := c.ask(ctx, method, path, contentType, body, maxAnswer)
	if err != nil {
		return err
	}

	if json.Unmarshal(raw, into) != nil {
		return foreign()
	}

	return nil
}

// ask makes one request and answers the first bytes of a good answer.
func (c *Client) ask(ctx context.Context, method, path, contentType string, body []byte, most int64) ([]byte, error) {
	connected := &atomic.Bool{}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})

	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, &rapport.SendError{Outcome: outcomeRejected, Err: errForeign}
	}

	req.Header.Set("Authorization", c.token)
	req.Header.Set("Accept", "application/json")

	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}

	res, err := c.http.Do(req)
	if err != nil {
		return nil, noAnswer(err, connected.Load())
	}
	defer res.Body.Close()

	raw, err := io.ReadAll(io.LimitReader(res.Body, most))
	if res.StatusCode != http.StatusOK {
		return nil, refusal(res)
	}

	if err != nil {
		return nil, foreign()
	}

	return raw, nil
}

func foreign() error { return &rapport.SendError{Outcome: outcomeUnknown, Err: errForeign} }

// noAnswer says what is known without an answer. The client's own error quotes the address and is dropped.
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
	out := &rapport.SendError{Outcome: outcomeUnknown, Err: fmt.Errorf("documenso: status %d", res.StatusCode)}

	switch {
	case res.StatusCode == http.StatusNotFound:
		return rapport.Errorf(rapport.CodeNotFound, "Documenso has no such document.")
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		out.Outcome = outcomeUnauthorized
	case res.StatusCode == http.StatusTooManyRequests:
		out.Outcome = outcomeRateLimited
		if seconds, err := strconv.ParseUint(res.Header.Get("Retry-After"), 10, 32); err == nil {
			out.RetryAfter = min(time.Duration(seconds)*time.Second, maxRetryAfter)
		}
	case res.StatusCode == http.StatusRequestTimeout:
		// A timeout of the request says nothing of the document.
	case res.StatusCode >= http.StatusMultipleChoices && res.StatusCode < http.StatusInternalServerError:
		out.Outcome = outcomeRejected
	}

	return out
}
