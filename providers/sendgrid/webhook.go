package sendgrid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Headers in which SendGrid signs both of its webhooks.
const (
	SignatureHeader = "X-Twilio-Email-Event-Webhook-Signature"
	TimestampHeader = "X-Twilio-Email-Event-Webhook-Timestamp"
)

// MaxAge and MaxAhead bound a signature's time. Whether retries are signed anew is undocumented, so the window is
// generous and the id of the event or mail is what stops a replay.
const (
	MaxAge   = 24 * time.Hour
	MaxAhead = 5 * time.Minute
)

const maxEvents = 10_000

var (
	// ErrPublicKey means a verification key is absent or not ECDSA P-256. The program must not start with it.
	ErrPublicKey = errors.New("sendgrid: public key must be base64 DER of an ECDSA P-256 key")
	// ErrSignature means the post was not signed by the key.
	ErrSignature = errors.New("sendgrid: webhook signature refused")
	// ErrStale means the signed time is older than MaxAge or further ahead than MaxAhead.
	ErrStale = errors.New("sendgrid: webhook time refused")
	// ErrBadEvents means correctly signed, but not a list of events.
	ErrBadEvents = errors.New("sendgrid: webhook body is not a list of events")
)

// ParsePublicKey reads the key that SendGrid shows for a signed webhook.
func ParsePublicKey(encoded string) (*ecdsa.PublicKey, error) {
	der, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return nil, ErrPublicKey
	}

	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, ErrPublicKey
	}

	pub, isECDSA := key.(*ecdsa.PublicKey)
	if !isECDSA || pub.Curve != elliptic.P256() {
		return nil, ErrPublicKey
	}

	return pub, nil
}

func verify(pub *ecdsa.PublicKey, body []byte, signature, timestamp string, now time.Time) error {
	if pub == nil {
		return ErrPublicKey
	}

	sig, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return ErrSignature
	}

	hash := sha256.New()
	hash.Write([]byte(timestamp))
	hash.Write(body)

	if !ecdsa.VerifyASN1(pub, hash.Sum(nil), sig) {
		return ErrSignature
	}

	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return ErrStale
	}

	if age := now.Sub(time.Unix(seconds, 0)); age > MaxAge || age < -MaxAhead {
		return ErrStale
	}

	return nil
}

// VerifyInbound checks the signature over the raw body of an Inbound Parse post.
func VerifyInbound(pub *ecdsa.PublicKey, rawBody []byte, signature, timestamp string, now time.Time) error {
	return verify(pub, rawBody, signature, timestamp, now)
}

// Event is what SendGrid says became of a mail. It holds no address: addresses in its reason are blanked.
type Event struct {
	// ID is sg_event_id, or a hash of the event where it is missing; duplicates are the norm and are stopped by it.
	ID string
	// Type is processed, delivered, deferred, bounce, dropped, spamreport, unsubscribe, group_unsubscribe, open, click, …
	Type string
	// SendID and Kind are ours, as given to Send; empty for mails that are not ours.
	SendID, Kind string
	// MessageID is sg_message_id; it begins with what Send returned.
	MessageID string
	// Reason is the receiving server's text; Status its enhanced code (5.1.1).
	Reason, Status string
	// BounceType is bounce (hard) or blocked (soft), for bounces only.
	BounceType string
	At         time.Time
}

// VerifyEvents checks signature and time of an event post and decodes its batch.
func VerifyEvents(pub *ecdsa.PublicKey, body []byte, signature, timestamp string, now time.Time) ([]Event, error) {
	if err := verify(pub, body, signature, timestamp, now); err != nil {
		return nil, err
	}

	var batch []json.RawMessage
	if err := json.Unmarshal(body, &batch); err != nil || batch == nil || len(batch) > maxEvents {
		return nil, ErrBadEvents
	}

	out := make([]Event, 0, len(batch))

	for i, raw := range batch {
		event, err := decodeEvent(raw)
		if err != nil {
			return nil, fmt.Errorf("%w: element %d", ErrBadEvents, i)
		}

		out = append(out, event)
	}

	return out, nil
}

func decodeEvent(raw json.RawMessage) (Event, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return Event{}, ErrBadEvents
	}

	get := func(name string) string { return loose(fields[name]) }
	out := Event{
		ID: get("sg_event_id"), Type: get("event"), SendID: get("send_id"), Kind: get("kind"),
		MessageID: get("sg_message_id"), Reason: blankAddresses(get("reason")), Status: get("status"),
	}

	if out.Type == "" {
		return Event{}, ErrBadEvents
	}

	if out.Type == "bounce" {
		out.BounceType = get("type")
	}

	if out.ID == "" {
		sum := sha256.Sum256(raw)
		out.ID = "sha256-" + hex.EncodeToString(sum[:])
	}

	if seconds, err := strconv.ParseInt(get("timestamp"), 10, 64); err == nil {
		out.At = time.Unix(seconds, 0).UTC()
	}

	return out, nil
}

// loose reads a scalar whether it came as text or as a number; anything else is empty.
func loose(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return clean(s)
	}

	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}

	return ""
}

const maxReason = 500

var addressPattern = regexp.MustCompile(`[^\s<>"'(),;:\[\]]+@[^\s<>"'(),;:\[\]]+`)

func blankAddresses(s string) string {
	return clip(addressPattern.ReplaceAllString(s, "[address]"), maxReason)
}

// clip cuts s to at most limit bytes without splitting a rune.
func clip(s string, limit int) string {
	if len(s) <= limit {
		return s
	}

	return strings.ToValidUTF8(s[:limit], "")
}

// clean makes s storable as text: valid UTF-8 without NUL.
func clean(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}

	return strings.ToValidUTF8(s, "\uFFFD")
}
