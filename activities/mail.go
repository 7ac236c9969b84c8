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
	order := orderOf(in)
	if order.Template == "contract" || order.Template == "contract_reminder" {
		return a.mailToSign(ctx, order)
	}
	return a.mail(ctx, order)
}

// mailToSign mails where a contract is signed. The other words of a provider are the first mail's only: a reminder has none about the way to sign.
func (a *Activities) mailToSign(ctx context.Context, order rapport.MailOrder) (rapport.Outcome, error) {
	signing := a.Signing
	if signing == nil {
		signing = ClickToSign{}
	}
	place, err := signing.AskToSign(ctx, order.Ref)
	switch {
	case err != nil:
		return rapport.Outcome{}, classify(err)
	case place.Gone:
		return rapport.Outcome{Code: rapport.MailNowhere}, nil
	case place.URL != "" && order.Template == "contract":
		order.Template = "contract_elsewhere"
	}
	order.SignAt = place.URL
	return a.mail(ctx, order)
}

func orderOf(in EffectInput) rapport.MailOrder {
	return rapport.MailOrder{
		Key: in.Kind + "/" + in.ID.String() + "/" + rapport.MailKey(in.Effect), Template: in.Effect.Code, BrandID: in.BrandID, PartnershipID: in.PartnershipID,
		Ref: in.Effect.Ref, Ref2: in.Effect.Ref2, Kind: rapport.MailKindOf(in.Effect), Stage: in.Effect.Stage, NotAfter: in.Effect.Until,
	}
}

// DraftMail writes a mail for a person to look at. See rapport.EffectDraftMail for the outcomes.
func (a *Activities) DraftMail(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	order := orderOf(in)
	order.Look = true
	draft, err := a.Store.PrepareMail(ctx, order)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	out := rapport.Outcome{Ref: draft.MessageID, Code: rapport.MailDrafted}
	switch {
	case draft.NoAddress:
		out.Code = rapport.MailNoAddress
	case draft.State != "prepared":
		out.Code = settled(draft.State)
	case !a.render(&draft):
		out.Code = rapport.MailBlocked
	default:
		err = a.Store.SaveMail(ctx, rapport.RenderedMail{ID: draft.MessageID, Subject: draft.Subject, Text: draft.Body, RFCID: a.rfcID(draft.MessageID)})
	}
	return out, classify(err)
}

// render fills the merge tags of a draft; false when one has no value. A text that a person has looked at stands as it is.
func (a *Activities) render(draft *rapport.MailDraft) bool {
	if draft.Fixed {
		return true
	}
	if path := draft.Values["review.path"]; path != "" {
		draft.Values["review.link"] = a.PublicURL + path
	}
	var missing, more []string
	draft.Subject, missing = rapport.Render(draft.Subject, draft.Values)
	draft.Body, more = rapport.Render(draft.Body, draft.Values)
	return len(missing)+len(more) == 0
}

func (a *Activities) rfcID(message uuid.UUID) string {
	return fmt.Sprintf("<%s@%s>", message, a.MailHost)
}

// DecideBranch decides a branch of a sequence. See rapport.EffectBranch for the outcomes.
func (a *Activities) DecideBranch(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	known, err := a.Store.BranchFacts(ctx, in.PartnershipID)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	if in.Effect.Branch != nil && in.Effect.Branch.Holds(known) {
		return rapport.Outcome{Code: "yes"}, nil
	}
	return rapport.Outcome{Code: "no"}, nil
}

// ReadDates reads the dates outside of a partnership that a sequence may start by.
func (a *Activities) ReadDates(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	dates, err := a.Store.OutsideDates(ctx, in.PartnershipID)
	return rapport.Outcome{Code: "read", Dates: dates}, classify(err)
}

func (a *Activities) mail(ctx context.Context, order rapport.MailOrder) (rapport.Outcome, error) {
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
	if !a.render(&draft) {
		out.Code = rapport.MailBlocked
		return out, nil
	}
	if order.SignAt != "" {
		draft.Body, draft.Portal = strings.ReplaceAll(draft.Body, "{{"+rapport.PortalTag+"}}", order.SignAt), false
	}
	draft.PartnershipID = order.PartnershipID
	mail, claim, err := a.claim(ctx, draft)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	switch claim.Verdict {
	case "claimed":
		return a.sendClaimed(ctx, mail, out)
	case "cancelled":
		out.Code = rapport.MailCancelled
	case "deferred":
		out.Code, out.At = rapport.MailDeferred, claim.Until
	default:
		out.Code = settled(claim.Verdict)
	}
	return out, nil
}

// claim takes a rendered mail for sending, with a link of the creator's own where the text asks for one; each mail of a sequence carries one
// for saying no.
func (a *Activities) claim(ctx context.Context, draft rapport.MailDraft) (rapport.OutgoingMail, rapport.MailClaim, error) {
	text := rapport.RenderedMail{ID: draft.MessageID, Subject: draft.Subject, Text: draft.Body, RFCID: a.rfcID(draft.MessageID), PartnershipID: draft.PartnershipID, ContactID: draft.ContactID}
	mail := rapport.OutgoingMail{
		SendID: draft.MessageID, Kind: draft.Kind, FromName: draft.FromName, From: draft.From, ToName: draft.ToName, To: draft.To, ReplyTo: a.Mailer.ReplyAddress(draft.MessageID),
		Subject: draft.Subject, Text: draft.Body, HTML: draft.HTML, MessageID: text.RFCID, InReplyTo: draft.InReplyTo, References: draft.References,
	}
	machine := draft.Kind == rapport.MailOutreach || draft.Kind == rapport.MailSequence
	if draft.ReviewerID != uuid.Nil {
		token := a.NewToken()
		text.TokenHash, text.ReviewerID, text.ReviewID = a.HashToken(token), draft.ReviewerID, draft.ReviewID
		mail.Text = strings.ReplaceAll(mail.Text, "{{"+rapport.ReviewLinkTag+"}}", a.PublicURL+"/review/"+token)
	}
	if draft.PasswordLink {
		token := a.NewToken()
		text.TokenHash, text.PasswordLink = a.HashToken(token), true
		mail.Text = strings.ReplaceAll(mail.Text, "{{"+rapport.PasswordLinkTag+"}}", a.PublicURL+"/password/"+token)
	}
	if (draft.Portal || machine) && draft.ContactID != uuid.Nil {
		token := a.NewToken()
		text.TokenHash = a.HashToken(token)
		mail.Text = strings.ReplaceAll(mail.Text, "{{"+rapport.PortalTag+"}}", a.PublicURL+"/portal/"+token)
		if machine {
			mail.Unsubscribe = a.PublicURL + "/unsubscribe/" + token
		}
	}
	claim, err := a.Store.ClaimMail(ctx, text)
	return mail, claim, err
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
	mail, claim, err := a.claim(ctx, draft)
	if err != nil {
		return "", classify(err)
	}
	switch claim.Verdict {
	case "claimed":
	case "deferred": // a limit puts it off: the try after it asks again
		return "", classify(&rapport.PayError{Outcome: "rate_limited", Code: "mail", RetryAfter: max(time.Until(claim.Until), time.Second)})
	default:
		return claim.Verdict, nil
	}
	out, err := a.sendClaimed(ctx, mail, rapport.Outcome{})
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

// NotifyApprovers tells who is asked in a review's stage: in the bell, by mail as each of them chose, and the brand's channel if it has one. Who
// cannot be mailed still has the queue.
func (a *Activities) NotifyApprovers(ctx context.Context, in EffectInput) (rapport.Outcome, error) {
	people, err := a.Store.ReviewersToTell(ctx, in.BrandID, in.ID, in.Effect.N, in.Effect.Ref2)
	if err != nil {
		return rapport.Outcome{}, classify(err)
	}
	key := in.Kind + "/" + in.ID.String() + "/" + in.Effect.Key
	for _, p := range people {
		order := rapport.MailOrder{
			Key: key + "/" + p.ID.String(), Template: "review_" + in.Effect.Code, BrandID: in.BrandID, PartnershipID: in.PartnershipID, Ref: in.ID,
			User: p.ID, Kind: rapport.MailInternal,
		}
		if p.Outside {
			order.Template, order.User, order.Reviewer = "review_outside", uuid.Nil, p.ID
		} else if now, err := a.Store.TellOfReview(ctx, reviewToTell(in, order), in.Now); err != nil || !now {
			if err != nil {
				return rapport.Outcome{}, classify(err)
			}
			continue
		}
		if _, err := a.mail(ctx, order); err != nil {
			return rapport.Outcome{}, err
		}
	}
	if err := a.tellSlack(ctx, in, key); err != nil {
		return rapport.Outcome{}, err
	}
	return rapport.Outcome{Code: "done", N: len(people)}, nil
}

func reviewToTell(in EffectInput, order rapport.MailOrder) rapport.ReviewToTell {
	return rapport.ReviewToTell{Key: order.Key, Code: in.Effect.Code, User: order.User, Review: in.ID, BrandID: in.BrandID, PartnershipID: in.PartnershipID}
}

// tellSlack tells a brand's channel, at most once. What Slack does not take is shown in the settings and delays nobody.
func (a *Activities) tellSlack(ctx context.Context, in EffectInput, key string) error {
	if a.Slack == nil {
		return nil
	}
	told, claimed, err := a.Store.SlackToTell(ctx, in.BrandID, in.ID, key)
	if err != nil || !claimed {
		return classify(err)
	}
	words := map[string]string{"asked": "waits for a decision", "reminder": "still waits for a decision", "escalated": "was not decided in time and is escalated"}[in.Effect.Code]
	text := fmt.Sprintf("%s by %s %s", a.Slack.Link(a.PublicURL+"/reviews/"+in.ID.String(), "“"+told.Title+"”"), told.Creator, words)
	if len(told.People) > 0 {
		text += " of " + strings.Join(told.People, ", ")
	}
	if told.DueAt != nil {
		text += told.DueAt.UTC().Format(", until 2 January 15:04 UTC")
	}
	state, problem := "sent", ""
	if err := a.Slack.Post(ctx, told.WebhookURL, text+"."); err != nil {
		state, problem = "failed", "Slack did not take the last message. Connect the channel anew if this goes on."
		if failed, ok := errors.AsType[*rapport.SendError](err); ok && failed.Outcome == "unknown" {
			state = "unknown"
		}
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return classify(a.Store.SettleSlack(keep, key, state, problem))
}
