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
	// PayoutState is where a payout stands; empty when there is none.
	PayoutState(ctx context.Context, id uuid.UUID) (rapport.PayoutState, error)
	// ReversalExpects says that what came back is a reversal's of ours that has recorded it or still looks for it.
	ReversalExpects(ctx context.Context, payout uuid.UUID, back rapport.TakenBack) (bool, error)
	// NoteReversal keeps what somebody took back at the provider, and asks finance to look at it, once.
	NoteReversal(ctx context.Context, payout uuid.UUID, back rapport.TakenBack) error
	// NoteTopUp keeps the provider's id of a top-up whose making never answered. False when there is no such top-up.
	NoteTopUp(ctx context.Context, id uuid.UUID, providerID string) (bool, error)
	// BalanceCame wakes the payouts that were refused because the platform's balance in one of the currencies was short.
	BalanceCame(ctx context.Context, currencies []string) error
	// ApplyShipment tells the partnerships of a parcel that it has arrived; false when nobody knows it.
	ApplyShipment(ctx context.Context, e rapport.ShipmentEvent, inbox uuid.UUID) (bool, error)
	SignalWorkflow(ctx context.Context, kind string, id, brand uuid.UUID, sig rapport.Signal) error
}

// Inbox lets verified events take effect. An event is a hint: what it is about is read again where that matters.
type Inbox struct {
	Store      InboxStore
	Activities *activities.Activities
	Live       bool // the payment provider's key moves real money: what its test mode tells is no news, and the other way round
	// Signing reads documents that creators sign at a provider; nil without one.
	Signing func(ctx context.Context, document string) (note string, err error)
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
		in := x.ReadInbound(kind, []byte(body))
		in.Text, in.Quoted, in.HTML = rapport.MaskLinks(in.Text), rapport.MaskLinks(in.Quoted), rapport.MaskLinks(in.HTML)
		if in.Class == "human" {
			in.Suggestion = rapport.SuggestReply(in.Subject, in.Text)
		}
		matched, err := x.Store.ApplyInbound(ctx, in, row.ID)
		if err != nil {
			return "", fmt.Errorf("inbound mail: %w", err)
		}
		if in.Class == rapport.MailUnreadable { // what was understood is filed; the post is kept, because it says more
			return rapport.MailUnreadable, nil
		}
		return unless(matched, "no partnership matches"), nil
	case "stripe":
		return x.stripe(ctx, row)
	case "documenso":
		if x.Signing == nil {
			return "no provider of signatures", nil
		}
		return x.Signing(ctx, row.ObjectID)
	case "shipments":
		e, err := rapport.ReadShipmentEvent(row.Body)
		if err != nil || e.State != rapport.ShipmentDelivered {
			return "nothing to do", nil //nolint:nilerr // it was read before it was kept
		}
		known, err := x.Store.ApplyShipment(ctx, e, row.ID)
		if err != nil {
			return "", fmt.Errorf("shipment: %w", err)
		}
		return unless(known, "no such parcel"), nil
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
		Livemode *bool             `json:"livemode"`
	}
	if err := json.Unmarshal(row.Body, &object); err != nil {
		return "unreadable object", nil //nolint:nilerr // kept as it came
	}
	if object.Livemode != nil && *object.Livemode != x.Live {
		return "an event of the other mode", nil
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
	case strings.HasPrefix(row.Type, "payout."):
		creator, err := x.Store.PayeeByAccount(ctx, row.Account)
		if err != nil {
			return "", fmt.Errorf("payee: %w", err)
		}
		if creator == uuid.Nil {
			return "no such payee", nil
		}
		there, err := x.Activities.ReadBankPayout(ctx, row.Account, row.ObjectID)
		if err != nil {
			return "", err
		}
		return unless(there, "no such payout"), nil
	case strings.HasPrefix(row.Type, "transfer."):
		return x.transfer(ctx, row, object.Metadata["payout_id"])
	case strings.HasPrefix(row.Type, "topup."):
		id, err := uuid.Parse(object.Metadata["topup_id"])
		if err != nil {
			return notOurs, nil //nolint:nilerr // an object that somebody made elsewhere; reconciliation will find it
		}
		ours, err := x.Store.NoteTopUp(ctx, id, row.ObjectID)
		if err != nil || !ours {
			return notOurs, err
		}
		return "", x.tell(ctx, "topup", id, row)
	}
	if row.Type == "balance.available" {
		return "", x.balance(ctx, row)
	}
	return "nothing to do", nil
}

// balance takes the news that the platform may send what it has: all brands share it, and money that another one brought may be what was short.
func (x *Inbox) balance(ctx context.Context, row rapport.InboxRow) error {
	var there struct {
		Available []struct {
			Amount   int64  `json:"amount"`
			Currency string `json:"currency"`
		} `json:"available"`
	}
	if err := json.Unmarshal(row.Body, &there); err != nil {
		return nil //nolint:nilerr // kept as it came
	}
	var currencies []string
	for _, b := range there.Available {
		if b.Amount > 0 {
			currencies = append(currencies, b.Currency)
		}
	}
	if len(currencies) == 0 {
		return nil
	}
	if err := x.Store.BalanceCame(ctx, currencies); err != nil {
		return fmt.Errorf("balance: %w", err)
	}
	return nil
}

const notOurs = "no id of ours"

// transfer takes news of a transfer. One that somebody made elsewhere is left to reconciliation, whatever its metadata says.
func (x *Inbox) transfer(ctx context.Context, row rapport.InboxRow, payout string) (string, error) {
	id, err := uuid.Parse(payout)
	if err != nil {
		return notOurs, nil //nolint:nilerr // as above
	}
	state, err := x.Store.PayoutState(ctx, id)
	if err != nil {
		return "", fmt.Errorf("payout: %w", err)
	}
	switch state {
	case "":
		return notOurs, nil
	case rapport.PayoutPaid, rapport.PayoutPartlyReversed, rapport.PayoutReversed:
		if row.Type == "transfer.reversed" {
			return "", x.takenBack(ctx, id, row)
		}
		return "settled already", nil
	case rapport.PayoutSubmitted, rapport.PayoutUnknown:
		// What is taken back before its payout knows that it is paid is taken back all the same, and nobody looks for it later.
		if row.Type == "transfer.reversed" {
			if err := x.takenBack(ctx, id, row); err != nil {
				return "", err
			}
		}
		return "", x.tell(ctx, "payout", id, row)
	default:
		return "", x.tell(ctx, "payout", id, row)
	}
}

// takenBack looks what came back of a transfer: our own reversals hear of it, and finance of what somebody took back elsewhere, or
// came so late that nothing of ours looks for it.
func (x *Inbox) takenBack(ctx context.Context, payout uuid.UUID, row rapport.InboxRow) error {
	found, err := x.Activities.TakenBack(ctx, row.ObjectID)
	if err != nil {
		return fmt.Errorf("reversals: %w", err)
	}
	for _, back := range found {
		ours := false
		if back.ReversalID != uuid.Nil {
			if ours, err = x.Store.ReversalExpects(ctx, payout, back); err != nil {
				return fmt.Errorf("reversal: %w", err)
			}
		}
		if !ours {
			if err := x.Store.NoteReversal(ctx, payout, back); err != nil {
				return fmt.Errorf("note a reversal: %w", err)
			}
			continue
		}
		sig := rapport.Signal{ID: rapport.DeriveID(row.ID, back.ID), Kind: rapport.SignalStripe, Ref: row.ID}
		if err := x.Store.SignalWorkflow(ctx, "reversal", back.ReversalID, uuid.Nil, sig); err != nil {
			return fmt.Errorf("signal: %w", err)
		}
	}
	return nil
}

func (x *Inbox) tell(ctx context.Context, kind string, id uuid.UUID, row rapport.InboxRow) error {
	if err := x.Store.SignalWorkflow(ctx, kind, id, uuid.Nil, rapport.Signal{ID: row.ID, Kind: rapport.SignalStripe, Ref: row.ID}); err != nil {
		return fmt.Errorf("signal: %w", err)
	}
	return nil
}

func unless(ok bool, note string) string {
	if ok {
		return ""
	}
	return note
}
