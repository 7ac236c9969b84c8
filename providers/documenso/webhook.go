package documenso

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
)

// SecretHeader is where Documenso puts the secret of a webhook.
const SecretHeader = "X-Documenso-Secret" //nolint:gosec // a name, no secret

var (
	// ErrSecret means that a post has not the secret of the webhook.
	ErrSecret = errors.New("documenso: not the webhook's secret")
	// ErrEvent means that a post is no event.
	ErrEvent = errors.New("documenso: not an event")
)

// Event is what a post tells: that something happened to a document. What it says of the document is not read: whoever has learned the secret, which
// travels with every post, could write anything.
type Event struct {
	ID         string // the same for each delivery of the same event
	Type       string
	DocumentID string
}

// VerifyEvent reads a post that has the webhook's secret.
func VerifyEvent(secret string, body []byte, given string) (Event, error) {
	// Hashes of one length, so that the time says nothing, not even how long the secret is.
	want, got := sha256.Sum256([]byte(secret)), sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(want[:], got[:]) != 1 || secret == "" {
		return Event{}, ErrSecret
	}

	var post struct {
		Event   string          `json:"event"`
		Payload json.RawMessage `json:"payload"`
	}

	var about struct {
		EnvelopeID string `json:"envelopeId"`
	}

	if json.Unmarshal(body, &post) != nil || post.Event == "" || json.Unmarshal(post.Payload, &about) != nil || about.EnvelopeID == "" {
		return Event{}, ErrEvent
	}
	// The time beside the payload is that of the delivery; the payload is that of the event.
	sum := sha256.Sum256(append([]byte(post.Event+"\n"), post.Payload...))

	return Event{ID: hex.EncodeToString(sum[:]), Type: post.Event, DocumentID: about.EnvelopeID}, nil
}

// Decides says whether a kind of event may have decided a document, so that it is worth reading.
func Decides(kind string) bool {
	switch kind {
	case "DOCUMENT_COMPLETED", "DOCUMENT_REJECTED", "DOCUMENT_CANCELLED", "RECIPIENT_EXPIRED":
		return true
	}

	return false
}
