package stripe

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v79"
	"github.com/stripe/stripe-go/v79/webhook"
)

// MaxEventSkew is how far a signature's time may lie from now, in either direction. Stripe signs each retry anew.
const MaxEventSkew = 300 * time.Second

const minSecretLength = 32

var (
	// ErrWeakSecret means: a signing secret is empty, short or not one of Stripe's. The program must not start with it.
	ErrWeakSecret = errors.New("stripe: webhook secret must begin with whsec_ and have at least 32 characters")
	// ErrSignature means: the header is missing or malformed, or no secret made it.
	ErrSignature = errors.New("stripe: webhook signature refused")
	// ErrStale means: the signature is older or further in the future than MaxEventSkew.
	ErrStale = errors.New("stripe: webhook time refused")
	// ErrBadEvent means: correctly signed, but not an event.
	ErrBadEvent = errors.New("stripe: webhook body is not an event")
)

// Event is what a webhook or the event list says happened. It is a hint: read the object again and apply that.
type Event struct {
	// ID is evt_…, the key under which deliveries are deduplicated.
	ID, Type string
	// Account is the connected account the event is about, empty for the platform's own.
	Account string
	// ObjectID is the id of data.object; may be empty.
	ObjectID string
	Livemode bool
	// Created has one-second resolution and does not order events.
	Created time.Time
	// Data is data.object as sent; nil when absent. It can hold personal data.
	Data json.RawMessage
}

// ValidateSecret refuses a webhook secret that would verify what anyone could sign.
func ValidateSecret(secret string) error {
	if !strings.HasPrefix(secret, "whsec_") || len(secret) < minSecretLength || strings.ContainsAny(secret, " \t\r\n") {
		return ErrWeakSecret
	}

	return nil
}

// VerifyEvent checks signature and time and decodes the event. Several secrets serve while one is being rolled.
func VerifyEvent(payload []byte, header string, secrets []string, now time.Time) (Event, error) {
	if len(secrets) == 0 {
		return Event{}, ErrWeakSecret
	}

	for _, secret := range secrets {
		if err := ValidateSecret(secret); err != nil {
			return Event{}, err
		}
	}

	if err := VerifySignature(payload, header, secrets, now); err != nil {
		return Event{}, err
	}

	return decodeEvent(payload)
}

// VerifySignature checks signature and time of what somebody signed as Stripe does.
func VerifySignature(payload []byte, header string, secrets []string, now time.Time) error {
	at, signatures, err := parseSignature(header)
	if err != nil {
		return err
	}

	if !signedByAny(payload, at, signatures, secrets) {
		return ErrSignature
	}

	if skew := now.Sub(at); skew > MaxEventSkew || skew < -MaxEventSkew {
		return ErrStale
	}

	return nil
}

// parseSignature reads "t=…,v1=…,v1=…". Two times would leave open which one was signed, and are refused.
func parseSignature(header string) (time.Time, [][]byte, error) {
	var (
		at         time.Time
		signatures [][]byte
	)

	for pair := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")

		switch name {
		case "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil || seconds <= 0 || !at.IsZero() {
				return time.Time{}, nil, ErrSignature
			}

			at = time.Unix(seconds, 0)
		case "v1":
			if sig, err := hex.DecodeString(value); err == nil {
				signatures = append(signatures, sig)
			}
		}
	}

	if at.IsZero() || len(signatures) == 0 {
		return time.Time{}, nil, ErrSignature
	}

	return at, signatures, nil
}

func signedByAny(payload []byte, at time.Time, signatures [][]byte, secrets []string) bool {
	for _, secret := range secrets {
		want := webhook.ComputeSignature(at, payload, secret)
		for _, got := range signatures {
			if hmac.Equal(want, got) {
				return true
			}
		}
	}

	return false
}

// wireEvent is decoded by hand, because the SDK's own type needs a body that is complete and of its pinned version.
type wireEvent struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Type     string `json:"type"`
	Account  string `json:"account"`
	Livemode bool   `json:"livemode"`
	Created  int64  `json:"created"`
	Data     *struct {
		Object json.RawMessage `json:"object"`
	} `json:"data"`
}

func decodeEvent(payload []byte) (Event, error) {
	var w wireEvent
	if err := json.Unmarshal(payload, &w); err != nil {
		return Event{}, fmt.Errorf("%w: not JSON", ErrBadEvent)
	}

	if !isID(w.ID, "evt_") || w.Type == "" {
		return Event{}, fmt.Errorf("%w: no id or type", ErrBadEvent)
	}

	out := Event{ID: w.ID, Type: w.Type, Account: w.Account, Livemode: w.Livemode, Created: unixTime(w.Created)}

	if w.Data != nil && len(w.Data.Object) > 0 && !bytes.Equal(w.Data.Object, []byte("null")) {
		out.Data = w.Data.Object

		var head struct {
			ID string `json:"id"`
		}
		// Some objects have no id (balance), and an odd one leaves it empty.
		if json.Unmarshal(w.Data.Object, &head) == nil {
			out.ObjectID = head.ID
		}
	}

	return out, nil
}

// Events lists the events since an instant that no webhook of ours has acknowledged, or all of them, newest first: those of a connected
// account, or with none the platform's own.
func (c *Client) Events(ctx context.Context, account string, since time.Time, all bool) ([]Event, error) {
	if account != "" && !isID(account, "acct_") {
		return nil, localError("account")
	}

	asked := &sdk.EventListParams{CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()}}
	if !all {
		asked.DeliverySuccess = new(false)
	}

	found, err := list[json.RawMessage](ctx, c, "/v1/events", account, asked)
	if err != nil {
		return nil, err
	}

	out := make([]Event, 0, len(found))

	for _, raw := range found {
		// One that cannot be read keeps none of the others away.
		if event, err := decodeEvent(raw); err == nil {
			if event.Account == "" {
				event.Account = account // which a list of an account need not repeat
			}

			out = append(out, event)
		}
	}

	return out, nil
}
