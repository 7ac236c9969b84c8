package main

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/api"
	"rapport/providers/documenso"
	"rapport/providers/fetch"
	"rapport/providers/sendgrid"
	"rapport/providers/slack"
	"rapport/providers/stripe"
)

// outside connects the API to the providers' rooms.
func outside(cfg Config) (api.Outside, error) {
	pay, err := newPayer(cfg)
	if err != nil {
		return api.Outside{}, err
	}
	pages, err := fetch.New(fetch.Config{Allow: cfg.FetchAllow})
	if err != nil {
		return api.Outside{}, err
	}
	chat, err := slack.New(slack.Config{Allow: cfg.FetchAllow, LinkBase: cfg.PublicURL})
	if err != nil {
		return api.Outside{}, err
	}
	hooks, err := webhooks(cfg)
	if err != nil {
		return api.Outside{}, err
	}

	return api.Outside{CheckURL: pages.CheckURL, CheckSlack: chat.CheckURL, Onboarder: pay, Webhooks: hooks}, nil
}

func newPayer(cfg Config) (stripe.Payer, error) {
	client, err := stripe.New(stripe.Config{Key: string(cfg.Stripe.APIKey), BaseURL: cfg.Stripe.BaseURL, AllowNonLoopbackBase: cfg.AllowBaseURL})

	return stripe.Payer{Client: client}, err
}

// webhooks verify what the providers post and make rows of the inbox. Each event has the provider's own id there, so that one
// that comes twice is kept once.
func webhooks(cfg Config) (api.Webhooks, error) {
	// One list for both would take the one endpoint's events at the other, so each has its own secrets only.
	secretOf := map[string]Secret{"account": cfg.Stripe.AccountSecret, "connect": cfg.Stripe.ConnectSecret}
	for endpoint, rolled := range secretOf {
		for _, secret := range rolled.list() {
			if err := stripe.ValidateSecret(secret); err != nil {
				return api.Webhooks{}, fmt.Errorf("endpoint %s: %w", endpoint, err)
			}
		}
	}
	events, err := sendgrid.ParsePublicKey(cfg.SendGrid.EventKey)
	if err != nil {
		return api.Webhooks{}, fmt.Errorf("SENDGRID_EVENT_PUBLIC_KEY: %w", err)
	}
	inbound, err := sendgrid.ParsePublicKey(cfg.SendGrid.InboundKey)
	if err != nil {
		return api.Webhooks{}, fmt.Errorf("SENDGRID_INBOUND_PUBLIC_KEY: %w", err)
	}

	hooks := api.Webhooks{
		Stripe: func(endpoint string, body []byte, signature string, now time.Time) (rapport.InboxRow, error) {
			return stripeRow(secretOf[endpoint].list(), body, signature, now)
		},
		MailEvents: func(body []byte, signature, timestamp string, now time.Time) ([]rapport.InboxRow, error) {
			return mailRows(events, body, signature, timestamp, now)
		},
		Inbound: func(contentType string, body []byte, signature, timestamp string, now time.Time) (rapport.InboxRow, error) {
			return inboundRow(inbound, contentType, body, signature, timestamp, now)
		},
	}
	if secret := string(cfg.ShipmentsSecret); secret != "" {
		hooks.Shipments = func(body []byte, signature string, now time.Time) (rapport.InboxRow, error) {
			return shipmentRow(secret, body, signature, now)
		}
	}

	if secret := string(cfg.Documenso.WebhookSecret); cfg.Documenso.URL != "" {
		hooks.Signing = func(body []byte, given string) ([]rapport.InboxRow, error) { return signingRows(secret, body, given) }
	}

	return hooks, nil
}

// signingRows keeps nothing of a document but which one it is: it is read again, and what is posted has the links by which others sign.
func signingRows(secret string, body []byte, given string) ([]rapport.InboxRow, error) {
	e, err := documenso.VerifyEvent(secret, body, given)
	if err != nil || !documenso.Decides(e.Type) {
		return nil, err
	}
	row, err := newRow(rapport.InboxRow{Provider: documenso.Name, EventID: e.ID, Type: e.Type, ObjectID: e.DocumentID, Body: []byte("{}")})

	return []rapport.InboxRow{row}, err
}

// shipmentRow keeps an event of a parcel that is signed as Stripe signs its own.
func shipmentRow(secret string, body []byte, signature string, now time.Time) (rapport.InboxRow, error) {
	if err := stripe.VerifySignature(body, signature, []string{secret}, now); err != nil {
		return rapport.InboxRow{}, err
	}
	e, err := rapport.ReadShipmentEvent(body)
	if err != nil {
		return rapport.InboxRow{}, err
	}

	return newRow(rapport.InboxRow{Provider: "shipments", EventID: e.ID, Type: e.State, ObjectID: e.Reference, Body: body})
}

// stripeRow keeps the event's object, which is what the worker reads.
func stripeRow(secrets []string, body []byte, signature string, now time.Time) (rapport.InboxRow, error) {
	e, err := stripe.VerifyEvent(body, signature, secrets, now)
	if err != nil {
		return rapport.InboxRow{}, err
	}
	object := e.Data
	if object == nil {
		object = json.RawMessage("{}")
	}

	return newRow(rapport.InboxRow{
		Provider: "stripe", EventID: e.ID, Type: e.Type, ObjectID: e.ObjectID, Account: e.Account, Body: object,
	})
}

// mailRows keeps no text of the receiving server: it may name people, and nobody reads it again.
func mailRows(key *ecdsa.PublicKey, body []byte, signature, timestamp string, now time.Time) ([]rapport.InboxRow, error) {
	batch, err := sendgrid.VerifyEvents(key, body, signature, timestamp, now)
	if err != nil {
		return nil, err
	}
	rows := make([]rapport.InboxRow, len(batch))
	for i, e := range batch {
		kind := e.Type
		if kind == "bounce" && e.BounceType == "blocked" {
			kind = "blocked" // it may arrive another time, so the address stays good
		}
		if rows[i], err = newRow(rapport.InboxRow{Provider: "sendgrid", EventID: e.ID, Type: kind, ObjectID: e.SendID, Body: []byte("{}")}); err != nil {
			return nil, err
		}
	}

	return rows, nil
}

// inboundRow keeps the form as it came behind its content type, without which it cannot be read.
func inboundRow(key *ecdsa.PublicKey, contentType string, body []byte, signature, timestamp string, now time.Time) (rapport.InboxRow, error) {
	if err := sendgrid.VerifyInbound(key, body, signature, timestamp, now); err != nil {
		return rapport.InboxRow{}, err
	}
	sum := sha256.Sum256(body)
	kept := make([]byte, 0, len(contentType)+1+len(body))
	kept = append(append(append(kept, contentType...), '\n'), body...)

	return newRow(rapport.InboxRow{Provider: "inbound", EventID: hex.EncodeToString(sum[:]), Type: "mail", Body: kept})
}

func newRow(row rapport.InboxRow) (rapport.InboxRow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return rapport.InboxRow{}, fmt.Errorf("make an id: %w", err)
	}
	row.ID = id

	return row, nil
}
