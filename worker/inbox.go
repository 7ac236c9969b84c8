package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"rapport"
	"rapport/activities"
)

// InboxStore is where events take effect.
type InboxStore interface {
	ApplyMailEvent(ctx context.Context, send uuid.UUID, event string, inbox uuid.UUID) (bool, error)
	ApplyInbound(ctx context.Context, in rapport.InboundMail, inbox uuid.UUID) (bool, error)
	PayeeByAccount(ctx context.Context, account string) (uuid.UUID, error)
	Payee(ctx context.Context, creator uuid.UUID) (rapport.Payee, error)
	// PayoutSettled says that a payout is paid, so that news of its transfer tells nothing.
	PayoutSettled(ctx context.Context, id uuid.UUID) (bool, error)
	// NoteTopUp keeps the provider's id of a top-up whose making never answered.
	NoteTopUp(ctx context.Context, id uuid.UUID, providerID string) error
	SignalWorkflow(ctx context.Context, kind string, id, brand uuid.UUID, sig rapport.Signal) error
}

// Inbox lets verified events take effect. An event is a hint: what it is about is read again where that matters.
type Inbox struct {
	Store      InboxStore
	Activities *activities.Activities
	// ReadInbound reads a posted mail. The row's body is the content type, a line feed, and the form as it was posted.
	ReadInbound func(contentType string, body []byte) rapport.InboundMail
}

// Process lets one event take effect. It answers a note when the event came to nothing.
func (x *Inbox) Process(ctx context.Context, row rapport.InboxRow) (string, error) {
	switch row.Provider {
	case "sendgrid":
		return x.mailEvent(ctx, row)
	case "inbound":
		kind, body, _ := strings.Cut(string(row.Body), "\n")
		matched, err := x.Store.ApplyInbound(ctx, x.ReadInbound(kind, []byte(body)), row.ID)
		if err != nil {
			return "", fmt.Errorf("inbound mail: %w", err)
		}
		return unless(matched, "no partnership matches"), nil
	case "stripe":
		return x.stripe(ctx, row)
	}
	return "unknown provider", nil
}

func (x *Inbox) mailEvent(ctx context.Context, row rapport.InboxRow) (string, error) {
	send, err := uuid.Parse(row.ObjectID)
	if err != nil {
		return "no send id", nil //nolint:nilerr // an event about a mail that is not ours
	}
	ours, err := x.Store.ApplyMailEvent(ctx, send, row.Type, row.ID)
	if err != nil {
		return "", fmt.Errorf("mail event: %w", err)
	}
	return unless(ours, "no such mail"), nil
}

func (x *Inbox) stripe(ctx context.Context, row rapport.InboxRow) (string, error) {
	var object struct {
		Metadata map[string]string `json:"metadata"`
	}
	if err := json.Unmarshal(row.Body, &object); err != nil {
		return "unreadable object", nil //nolint:nilerr // kept as it came
	}
	switch {
	case strings.HasPrefix(row.Type, "account.") || strings.HasPrefix(row.Type, "capability."):
		creator, err := x.Store.PayeeByAccount(ctx, row.Account)
		if err != nil {
			return "", fmt.Errorf("payee: %w", err)
		}
		if creator == uuid.Nil {
			return "no such payee", nil
		}
		payee, err := x.Store.Payee(ctx, creator)
		if err != nil {
			return "", fmt.Errorf("payee: %w", err)
		}
		_, err = x.Activities.RefreshPayee(ctx, payee)
		return "", err
	case strings.HasPrefix(row.Type, "transfer."):
		if id, err := uuid.Parse(object.Metadata["payout_id"]); err == nil {
			settled, err := x.Store.PayoutSettled(ctx, id)
			if err != nil || settled {
				return unless(!settled, "settled already"), err
			}
		}
		return x.tell(ctx, "payout", object.Metadata["payout_id"], rapport.Signal{ID: row.ID, Kind: rapport.SignalStripe, Ref: row.ID})
	case strings.HasPrefix(row.Type, "topup."):
		if id, err := uuid.Parse(object.Metadata["topup_id"]); err == nil {
			if err := x.Store.NoteTopUp(ctx, id, row.ObjectID); err != nil {
				return "", fmt.Errorf("top-up: %w", err)
			}
		}
		return x.tell(ctx, "topup", object.Metadata["topup_id"], rapport.Signal{ID: row.ID, Kind: rapport.SignalStripe, Ref: row.ID})
	}
	return "nothing to do", nil
}

func (x *Inbox) tell(ctx context.Context, kind, id string, sig rapport.Signal) (string, error) {
	to, err := uuid.Parse(id)
	if err != nil {
		return "no id of ours", nil //nolint:nilerr // an object that somebody made elsewhere; reconciliation will find it
	}
	if err := x.Store.SignalWorkflow(ctx, kind, to, uuid.Nil, sig); err != nil {
		return "", fmt.Errorf("signal: %w", err)
	}
	return "", nil
}

func unless(ok bool, note string) string {
	if ok {
		return ""
	}
	return note
}
