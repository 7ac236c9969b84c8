package activities

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"rapport"
)

// SendMail mails a template, at most once. See rapport.EffectMail for the outcomes.
func (a *Activities) SendMail(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	order := rapport.MailOrder{
		Key: in.Kind + "/" + in.ID.String() + "/" + in.Effect.Key, Template: in.Effect.Code, BrandID: in.BrandID,
		PartnershipID: in.PartnershipID, Ref: in.Effect.Ref, Ref2: in.Effect.Ref2, Outreach: rapport.IsOutreach(in.Effect),
	}
	return a.mail(ctx, order, in.Now)
}

func (a *Activities) mail(ctx context.Context, order rapport.MailOrder, now time.Time) (rapport.Outcome, error) {
	draft, err := a.Store.PrepareMail(ctx, order)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if draft.NoAddress {
		return rapport.Outcome{Code: rapport.MailNoAddress}, nil
	}
	out := rapport.Outcome{Ref: draft.MessageID}
	switch draft.State {
	case "prepared":
	case "sending":
		// An earlier try claimed the mail and died before its answer was written: it may have been sent.
		out.Code = rapport.MailUnknown
		return out, classify(a.Store.SettleMail(ctx, draft.MessageID, "unknown", ""))
	default:
		out.Code = settled(draft.State)
		return out, nil
	}
	if path := draft.Values["review.path"]; path != "" {
		draft.Values["review.link"] = a.PublicURL + path
	}
	subject, missing := rapport.Render(draft.Subject, draft.Values)
	body, more := rapport.Render(draft.Body, draft.Values)
	if missing = append(missing, more...); len(missing) > 0 {
		out.Code = rapport.MailBlocked
		return out, nil
	}
	rfcID := fmt.Sprintf("<%s@%s>", draft.MessageID, a.MailHost)
	if err := a.Store.SaveMail(ctx, draft.MessageID, subject, body, rfcID); err != nil {
		return rapport.Outcome{}, classify(err)
	}
	mail := rapport.OutgoingMail{
		SendID: draft.MessageID, Kind: draft.Kind, FromName: draft.FromName, From: draft.From, ToName: draft.ToName, To: draft.To,
		ReplyTo: a.Mailer.ReplyAddress(draft.MessageID), Subject: subject, Text: body, MessageID: rfcID, InReplyTo: draft.InReplyTo, References: draft.References,
	}
	if draft.Portal {
		token := a.NewToken()
		if err := a.Store.NewPortalLink(ctx, order.PartnershipID, draft.ContactID, a.HashToken(token)); err != nil {
			return rapport.Outcome{}, classify(err)
		}
		mail.Text = strings.ReplaceAll(body, "{{"+rapport.PortalTag+"}}", a.PublicURL+"/portal/"+token)
		if draft.Kind == rapport.MailOutreach {
			mail.Unsubscribe = a.PublicURL + "/unsubscribe/" + token
		}
	}
	claim, err := a.Store.ClaimMail(ctx, draft.MessageID, order.Key, now)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	switch claim.Verdict {
	case "claimed":
	case "cancelled":
		out.Code = rapport.MailCancelled
		return out, nil
	case "deferred":
		out.Code, out.At = rapport.MailDeferred, claim.Until
		return out, nil
	default:
		out.Code = settled(claim.Verdict)
		return out, nil
	}
	return a.sendClaimed(ctx, mail, out)
}

func (a *Activities) sendClaimed(ctx context.Context, mail rapport.OutgoingMail, out rapport.Outcome) (rapport.Outcome, error) {
	failpoint("mail.claimed")
	providerID, err := a.Mailer.SendMail(ctx, mail)
	failpoint("mail.sent")
	// What is known about the mail must be written even when the worker is told to stop meanwhile.
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	if err == nil {
		out.Code = rapport.MailAccepted
		return out, classify(a.Store.SettleMail(keep, mail.SendID, "accepted", providerID))
	}
	failed, ok := errors.AsType[*rapport.SendError](err)
	if !ok {
		failed = &rapport.SendError{Outcome: "unknown", Err: err}
	}
	switch failed.Outcome {
	case "unsent", "rate_limited", "unauthorized":
		if err := a.Store.SettleMail(keep, mail.SendID, "prepared", ""); err != nil {
			return rapport.Outcome{}, classify(err)
		}
		return rapport.Outcome{}, classify(&rapport.PayError{Outcome: failed.Outcome, Code: "mail", RetryAfter: failed.RetryAfter})
	case "rejected":
		out.Code = rapport.MailRejected
		return out, classify(a.Store.SettleMail(keep, mail.SendID, "rejected", ""))
	default:
		out.Code = rapport.MailUnknown
		return out, classify(a.Store.SettleMail(keep, mail.SendID, "unknown", ""))
	}
}

// SendManual sends a mail that a person wrote, or a code that a creator asked for, at most once.
func (a *Activities) SendManual(ctx context.Context, id uuid.UUID) (string, error) {
	draft, err := a.Store.ManualMail(ctx, id)
	if err != nil {
		return "", classify(err)
	}
	if draft.NoAddress {
		return rapport.MailNoAddress, classify(a.Store.SettleMail(ctx, id, "rejected", ""))
	}
	if draft.State != "prepared" {
		if draft.State == "sending" {
			return rapport.MailUnknown, classify(a.Store.SettleMail(ctx, id, "unknown", ""))
		}
		return settled(draft.State), nil
	}
	rfcID := fmt.Sprintf("<%s@%s>", id, a.MailHost)
	if err := a.Store.SaveMail(ctx, id, draft.Subject, draft.Body, rfcID); err != nil {
		return "", classify(err)
	}
	claim, err := a.Store.ClaimMail(ctx, id, "", time.Time{})
	if err != nil || claim.Verdict != "claimed" {
		return claim.Verdict, classify(err)
	}
	out, err := a.sendClaimed(ctx, rapport.OutgoingMail{
		SendID: id, Kind: draft.Kind, FromName: draft.FromName, From: draft.From, ToName: draft.ToName, To: draft.To, ReplyTo: a.Mailer.ReplyAddress(id),
		Subject: draft.Subject, Text: draft.Body, MessageID: rfcID, InReplyTo: draft.InReplyTo, References: draft.References,
	}, rapport.Outcome{})
	if err != nil {
		return "", err
	}
	return out.Code, nil
}

// settled is the outcome of a mail that an earlier try brought to an end.
func settled(state string) string {
	switch state {
	case "accepted", "delivered", "bounced":
		return rapport.MailAccepted
	case "cancelled":
		return rapport.MailCancelled
	case "rejected":
		return rapport.MailRejected
	default:
		return rapport.MailUnknown
	}
}

// NotifyApprovers mails who is asked in a review's stage. A person who cannot be mailed still has the queue.
func (a *Activities) NotifyApprovers(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	users, err := a.Store.ApproversToNotify(ctx, in.ID)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	for _, u := range users {
		order := rapport.MailOrder{
			Key: in.Kind + "/" + in.ID.String() + "/" + in.Effect.Key + "/" + u.String(), Template: "review_" + in.Effect.Code,
			BrandID: in.BrandID, PartnershipID: in.PartnershipID, Ref: in.ID, User: u,
		}
		if _, err := a.mail(ctx, order, in.Now); err != nil {
			return rapport.Outcome{}, err
		}
	}
	return rapport.Outcome{Code: "done", N: len(users)}, nil
}
