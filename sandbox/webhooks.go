package sandbox

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
)

// Where Rapport listens.
const (
	endpointAccount = "/webhooks/stripe/account"
	endpointConnect = "/webhooks/stripe/connect"
	endpointEvents  = "/webhooks/sendgrid/events"
	endpointInbound = "/webhooks/sendgrid/inbound"
	endpointSigning = "/webhooks/documenso"

	maxDeliveries = 40 // with doubling pauses of at most maxPause this is about a quarter of an hour
	maxPause      = 30 * time.Second
)

// event is one entry of Stripe's event log.
type event struct {
	ID        string          `json:"id"`
	Type      string          `json:"type"`
	Account   string          `json:"account,omitempty"`
	Body      json.RawMessage `json:"body"`
	Delivered bool            `json:"delivered"`
	Created   int64           `json:"created"`
}

// emit logs an event with the object as it is now and sends it to one of the two endpoints.
func (s *Server) emit(x *tx, c *call, endpoint, kind, account string, object any) {
	id := newID("evt_")
	body := map[string]any{
		"id": id, "object": "event", "api_version": stripeVersion, "created": time.Now().Unix(), "type": kind, "livemode": false,
		"pending_webhooks": 1, "data": map[string]any{"object": object}, "request": map[string]any{"id": nil, "idempotency_key": nil},
	}
	if account != "" {
		body["account"] = account
	}
	if c != nil {
		body["request"] = map[string]any{"id": c.request, "idempotency_key": orNull(c.key)}
	}
	raw, err := json.Marshal(body)
	if err != nil {
		x.err = errors.Join(x.err, fmt.Errorf("encode event: %w", err))
		return
	}
	s.events.put(x, id, event{ID: id, Type: kind, Account: account, Body: raw, Created: time.Now().Unix()})
	s.send(x, providerStripe, endpoint, kind, id, "application/json", raw)
}

// send plans the delivery of one webhook, as the fault script wants it.
func (s *Server) send(x *tx, provider, endpoint, kind, ref, contentType string, body []byte) {
	f := s.faults.pick(webhookActions, provider, "", endpoint, kind)
	j := job{Kind: "deliver", Ref: ref, Body: body, Args: map[string]string{"endpoint": endpoint, "content_type": contentType}}
	var in time.Duration
	switch f.Action {
	case actDrop:
		if endpoint == endpointInbound { // nothing else tells of it
			s.dropped.put(x, newID("drop_"), j)
		}
		return
	case actDelay:
		in = time.Duration(f.delay()) * time.Millisecond
	case actDuplicate:
		s.schedule(x, j, 0)
	case actForge:
		forged := j
		forged.Args = map[string]string{"endpoint": endpoint, "content_type": contentType, "forged": "true"}
		s.schedule(x, forged, 0)
	case actReorder:
		in = reorderPatience * time.Millisecond
	}
	s.schedule(x, j, in)
}

// deliver posts a webhook until it is taken; each attempt is signed anew.
func (s *Server) deliver(ctx context.Context, j job) time.Duration {
	target := s.targetURL()
	if target != "" && s.post(ctx, target, j) {
		return s.finish(j, func(x *tx) error {
			if e, ok := s.events.get(j.Ref); ok && !e.Delivered {
				e.Delivered = true
				s.events.put(x, e.ID, e)
			}
			return nil
		})
	}
	if j.Attempt+1 >= maxDeliveries {
		s.log.Warn("a webhook was given up", zap.String("endpoint", j.Args["endpoint"]), zap.Int("attempts", j.Attempt+1))
		return s.finish(j, nothing)
	}
	return min(s.cfg.Retry<<min(j.Attempt, 20), maxPause)
}

func (s *Server) post(ctx context.Context, target string, j job) bool {
	endpoint := j.Args["endpoint"]
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target+endpoint, bytes.NewReader(j.Body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", j.Args["content_type"])
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	switch endpoint {
	case endpointAccount:
		req.Header.Set("Stripe-Signature", stripeSignature(s.cfg.StripeAccountSecret, stamp, j.Body))
	case endpointConnect:
		req.Header.Set("Stripe-Signature", stripeSignature(s.cfg.StripeConnectSecret, stamp, j.Body))
	case endpointSigning:
		req.Header.Set("X-Documenso-Secret", s.documensoSecret(j))
	default:
		key := s.keys.event
		if endpoint == endpointInbound {
			key = s.keys.inbound
		}
		signature, err := key.sign(stamp, j.Body)
		if err != nil {
			s.log.Error("a webhook could not be signed", zap.Error(err))
			return false
		}
		req.Header.Set("X-Twilio-Email-Event-Webhook-Signature", signature)
		req.Header.Set("X-Twilio-Email-Event-Webhook-Timestamp", stamp)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16))
	return resp.StatusCode/100 == 2 || j.Args["forged"] != ""
}

func stripeSignature(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return "t=" + stamp + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

func (s *Server) listEvents(c *call) (any, *stripeError) {
	return page(c, s.events, func(e event) bool {
		return e.Account == c.account && eventWanted(c, e.Type) &&
			(!c.form.Has("delivery_success") || (c.text("delivery_success") == "true") == e.Delivered)
	}, func(e event) int64 { return e.Created }, renderEvent)
}

func (s *Server) readEvent(c *call) (any, *stripeError) {
	e, ok := s.events.get(c.id)
	if !ok {
		return nil, missing("event", c.id)
	}
	return renderEvent(e), nil
}

func renderEvent(e event) any {
	if !e.Delivered {
		return e.Body
	}
	return json.RawMessage(strings.Replace(string(e.Body), `"pending_webhooks":1`, `"pending_webhooks":0`, 1))
}

// signingKey is an ECDSA P-256 key as SendGrid's signed webhooks use it.
type signingKey struct {
	private *ecdsa.PrivateKey
	public  string // base64 of the DER SubjectPublicKeyInfo
}

type signingKeys struct{ event, inbound signingKey }

// sign gives the base64 of the ASN.1 signature over the timestamp followed by the body.
func (k signingKey) sign(stamp string, body []byte) (string, error) {
	sum := sha256.New()
	sum.Write([]byte(stamp))
	sum.Write(body)
	sig, err := ecdsa.SignASN1(rand.Reader, k.private, sum.Sum(nil))
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	return base64.StdEncoding.EncodeToString(sig), nil
}

func loadKeys(dir string) (signingKeys, error) {
	var keys signingKeys
	for name, key := range map[string]*signingKey{"event": &keys.event, "inbound": &keys.inbound} {
		loaded, err := loadKey(dir, name)
		if err != nil {
			return keys, fmt.Errorf("%s key: %w", name, err)
		}
		*key = loaded
	}
	return keys, nil
}

// loadKey reads dir/name.key or makes it, and writes dir/name.pub beside it. Without a directory the key lives in memory.
func loadKey(dir, name string) (signingKey, error) {
	var private *ecdsa.PrivateKey
	path := filepath.Join(dir, name+".key")
	raw, err := os.ReadFile(path)
	switch {
	case dir != "" && err == nil:
		if private, err = parseKey(raw); err != nil {
			return signingKey{}, err
		}
	case dir != "" && !errors.Is(err, os.ErrNotExist):
		return signingKey{}, fmt.Errorf("read: %w", err)
	default:
		if private, err = makeKey(dir, path); err != nil {
			return signingKey{}, err
		}
	}
	der, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		return signingKey{}, fmt.Errorf("encode: %w", err)
	}
	public := base64.StdEncoding.EncodeToString(der)
	if dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pub"), []byte(public+"\n"), 0o600); err != nil {
			return signingKey{}, fmt.Errorf("write: %w", err)
		}
	}
	return signingKey{private: private, public: public}, nil
}

func parseKey(raw []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(raw)
	if block == nil {
		return nil, errors.New("the file is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, errors.New("the file is not an ECDSA P-256 key")
	}
	return private, nil
}

func makeKey(dir, path string) (*ecdsa.PrivateKey, error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	if dir == "" {
		return private, nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("key directory: %w", err)
	}
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600); err != nil {
		return nil, fmt.Errorf("write: %w", err)
	}
	return private, nil
}
