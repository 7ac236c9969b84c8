package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"rapport"
	"rapport/postgres/gen"
)

// PrepareMail writes the row of a mail, once a key, and gathers what it is rendered from.
func (s *Store) PrepareMail(ctx context.Context, o rapport.MailOrder) (rapport.MailDraft, error) {
	// Its claim comes after it and waits for the disk; what a crash forgets of both is made again.
	return query(forgettable(ctx), s, func(ctx context.Context, tx pgx.Tx) (rapport.MailDraft, error) {
		c, err := s.q.MailContext(ctx, tx, o.PartnershipID)
		if err != nil {
			return rapport.MailDraft{}, fmt.Errorf("context: %w", err)
		}
		d := rapport.MailDraft{BrandID: c.BrandID, CreatorID: c.CreatorID, FromName: c.MailFromName, From: c.MailFrom, Kind: o.Kind}
		if err := s.recipient(ctx, tx, o, c, &d); err != nil || d.NoAddress {
			return d, err
		}
		if d.Kind == "" {
			return d, rapport.Errorf(rapport.CodeInvalid, "the mail %s has no kind, and would be refused", o.Key)
		}
		t, err := s.q.MailTemplate(ctx, tx, gen.MailTemplateParams{Name: o.Template, BrandID: &c.BrandID})
		if err != nil {
			return d, fmt.Errorf("template %q: %w", o.Template, err)
		}
		d.Subject, d.Body = t.Subject, t.Body
		say := rapport.WordsIn("").In(cmp.Or(d.Zone, c.BrandZone))
		if d.ContactID != uuid.Nil {
			say = rapport.WordsIn(rapport.LocaleFor(c.Locale, c.Language)).In(creatorZone(c.Zone, c.Country, c.BrandZone))
		}
		d.Values = map[string]string{
			"creator.name": c.CreatorName, "creator.first_name": strings.Fields(c.CreatorName + " ")[0], "brand.name": c.BrandName,
			"brand.postal_address": c.PostalAddress, "campaign.name": c.CampaignName, "campaign.brief": c.Brief, "sender.name": c.OwnerName, "recipient.name": d.ToName,
			"first_mail_notice": c.FirstMailNotice,
		}
		if err := s.values(ctx, tx, say, o, d.Values); err != nil {
			return d, err
		}
		words := o.Template
		if d.Values["contract.amends"] != "" {
			words = strings.Replace(words, "contract", "amendment", 1)
		}
		if subject, body, ok := say.Mail(words); ok && !t.OfBrand {
			d.Subject, d.Body = subject, body
		}
		if d.ThreadID, err = s.q.EnsureThread(ctx, tx, gen.EnsureThreadParams{ID: newID(), PartnershipID: o.PartnershipID, BrandID: c.BrandID, CreatorID: c.CreatorID}); err != nil {
			return d, fmt.Errorf("thread: %w", err)
		}
		if err := s.threading(ctx, tx, &d); err != nil {
			return d, err
		}
		err = s.insertMail(ctx, tx, o, c, &d)
		d.Portal = strings.Contains(d.Body, "{{"+rapport.PortalTag+"}}")
		return d, err
	})
}

// creatorZone is where a creator reads: what their calendar or profile says, else where most of their country live, else the brand's.
func creatorZone(own, country, brand string) string {
	most, _ := rapport.ZoneOfCountry(country)
	return cmp.Or(own, most, brand)
}

func (s *Store) recipient(ctx context.Context, tx pgx.Tx, o rapport.MailOrder, c gen.MailContextRow, d *rapport.MailDraft) error {
	if o.User != uuid.Nil {
		d.Kind = rapport.MailInternal
		u, err := s.q.MailUser(ctx, tx, o.User)
		if errors.Is(err, pgx.ErrNoRows) {
			d.NoAddress = true
			return nil
		}
		d.ToName, d.To, d.Zone = u.Name, u.Email, u.Zone
		return err
	}
	if o.Reviewer != uuid.Nil {
		d.Kind = rapport.MailInternal
		r, err := s.q.MailReviewer(ctx, tx, o.Reviewer)
		if errors.Is(err, pgx.ErrNoRows) {
			d.NoAddress = true
			return nil
		}
		d.ReviewerID, d.ReviewID, d.ToName, d.To = r.ID, o.Ref, r.Name, r.Email
		return err
	}
	contact, err := s.q.MailContact(ctx, tx, c.CreatorID)
	if errors.Is(err, pgx.ErrNoRows) {
		d.NoAddress = true
		return nil
	}
	d.ContactID, d.ToName, d.To = contact.ID, contact.Name, contact.Email
	if d.ToName == "" {
		d.ToName = c.CreatorName
	}
	return err
}

// threading continues the conversation of a thread: Gmail threads by subject and References together.
func (s *Store) threading(ctx context.Context, tx pgx.Tx, d *rapport.MailDraft) error {
	if d.Kind == rapport.MailInternal {
		return nil
	}
	earlier, err := s.q.ThreadMails(ctx, tx, &d.ThreadID)
	if err != nil {
		return fmt.Errorf("thread: %w", err)
	}
	for i, m := range earlier {
		if i == 0 {
			d.InReplyTo = m.RfcMessageID
		}
		d.References = append([]string{m.RfcMessageID}, d.References...)
	}
	if d.Kind == rapport.MailOutreach && len(earlier) > 0 {
		if first := earlier[len(earlier)-1].Subject; first != "" {
			d.Subject = "Re: " + strings.TrimPrefix(first, "Re: ")
		}
	}
	return nil
}

func (s *Store) insertMail(ctx context.Context, tx pgx.Tx, o rapport.MailOrder, c gen.MailContextRow, d *rapport.MailDraft) error {
	direction := "out"
	if d.Kind == rapport.MailInternal {
		direction = "internal"
	}
	err := s.q.InsertMail(ctx, tx, gen.InsertMailParams{
		ID: newID(), ThreadID: &d.ThreadID, PartnershipID: &o.PartnershipID, BrandID: &c.BrandID, CreatorID: &c.CreatorID, DedupeKey: &o.Key,
		Direction: direction, Kind: d.Kind, ToAddress: &d.To, FromAddress: &d.From, Looked: o.Look, Stage: textOrNil(string(o.Stage)), NotAfter: timeOrNil(o.NotAfter),
	})
	if err != nil {
		return fmt.Errorf("insert mail: %w", err)
	}
	row, err := s.q.MailByKey(ctx, tx, &o.Key)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	d.MessageID, d.State, d.To = row.ID, row.State, row.ToAddress
	if row.Looked && row.BodyText != "" {
		d.Fixed, d.Subject, d.Body = true, row.Subject, row.BodyText
	}
	return nil
}

// values adds the merge values that a template's subject gives.
func (s *Store) values(ctx context.Context, tx pgx.Tx, say rapport.Words, o rapport.MailOrder, v map[string]string) error {
	switch o.Template {
	case "offer", "offer_reminder", "renewal_offer":
		r, err := s.q.OfferView(ctx, tx, o.Ref)
		if err != nil {
			return absent("offer", err)
		}
		v["offer.fee"], v["offer.expires"], v["offer.message"] = say.Money(rapport.Money{Amount: r.Fee, Currency: r.Currency}), date(say, r.ExpiresAt), orDash(r.Message)
	case "contract", "contract_elsewhere", "contract_reminder", "brief", "option_exercised":
		r, err := s.q.ContractView(ctx, tx, o.Ref)
		if err != nil {
			return absent("contract", err)
		}
		v["contract.number"], v["contract.amends"], v["contract.expires"], v["contract.ends"] = r.Number, r.Amends, date(say, r.ExpiresAt), date(say, r.EndsAt)
		if r.OptionFee > 0 {
			v["contract.option_fee"] = say.Money(rapport.Money{Amount: r.OptionFee, Currency: r.Currency})
		}
	case "draft_reminder", "publish_reminder", "content_approved", "changes_requested", "content_rejected", "approval_revoked", "post_mismatch",
		"approved_with_corrections", "extra_round", "round_offered", "extension_granted", "extension_declined", "product_delivered", "content_missed", "post_not_reported":
		r, err := s.q.DeliverableView(ctx, tx, o.Ref)
		if err != nil {
			return absent("deliverable", err)
		}
		v["deliverable.title"], v["deliverable.draft_due"], v["deliverable.publish_by"] = r.Title, date(say, r.DraftDueAt), date(say, r.PublishBy)
		if o.Template == "post_not_reported" {
			v["deliverable.publish_at"] = date(say, r.PublishAt)
		}
		if fee := feeOf(r.ExtraFee, r.ExtraCurrency); fee != nil {
			v["round.fee"] = say.Money(*fee)
		}
		if strings.HasPrefix(o.Template, "extension_") {
			words, err := s.q.ExtensionAnswer(ctx, tx, o.Ref2)
			if err != nil {
				return absent("extension", err)
			}
			v["extension.answer"] = cmp.Or(words, say.Say("We look forward to it."))
			return nil
		}
		if o.Ref2 != uuid.Nil {
			return s.feedback(ctx, tx, say, o.Ref2, v)
		}
	case "payment_sent", "payee_reminder", "payment_made":
		r, err := s.q.PayoutForLedger(ctx, tx, o.Ref)
		if err != nil {
			return absent("payout", err)
		}
		v["payout.amount"], v["payout.note"] = say.Money(rapport.Money{Amount: r.Amount - r.Netted + r.Difference, Currency: r.Currency}), say.Say("Nothing was kept of it. ")
		if r.Netted > 0 {
			owed, kept := rapport.Money{Amount: r.Amount, Currency: r.Currency}, rapport.Money{Amount: r.Netted, Currency: r.Currency}
			v["payout.note"] = say.Say("Of the %s that we owed you, %s was kept for what you owed us. ", say.Money(owed), say.Money(kept))
		}
		if o.Template == "payment_made" {
			return s.paymentMade(ctx, tx, say, o.Ref, v)
		}
	case "payment_reversed", "netting_notice":
		r, err := s.q.ReversalMail(ctx, tx, o.Ref)
		if err != nil {
			return absent("reversal", err)
		}
		in := func(amount int64) string { return say.Money(rapport.Money{Amount: amount, Currency: r.Currency}) }
		v["reversal.amount"], v["reversal.rest"], v["reversal.title"] = in(r.Amount), in(r.Rest), r.Title
		v["reversal.net_from"], v["reversal.cap"] = date(say, r.NetFrom), fmt.Sprintf("%d %%", r.CapPercent)
	case "review_asked", "review_reminder", "review_escalated", "review_outside":
		r, err := s.q.ReviewMail(ctx, tx, o.Ref)
		if err != nil {
			return absent("review", err)
		}
		v["deliverable.title"], v["review.due"], v["review.path"] = r.Title, date(say, r.DueAt), "/reviews/"+r.ID.String()
	}
	return nil
}

// absent leaves the values of what is not there away, so that the mail is blocked until somebody looks at it.
func absent(noun string, err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return fmt.Errorf("%s: %w", noun, err)
}

func (s *Store) feedback(ctx context.Context, tx pgx.Tx, say rapport.Words, submission uuid.UUID, v map[string]string) error {
	comments, err := s.q.Feedback(ctx, tx, submission)
	if err != nil {
		return fmt.Errorf("feedback: %w", err)
	}
	raw, err := s.q.FailedChecks(ctx, tx, submission)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("checks: %w", err)
	}
	var checks []rapport.Check
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &checks); err != nil {
			return fmt.Errorf("read checks: %w", err)
		}
	}
	for _, c := range checks {
		if c.Result == rapport.CheckFail {
			comments = append(comments, c.Advice(say))
		}
	}
	v["review.feedback"] = bullets(comments)
	corrections, err := s.q.CorrectionTexts(ctx, tx, submission)
	if err != nil {
		return fmt.Errorf("corrections: %w", err)
	}
	v["review.corrections"] = bullets(corrections)
	return nil
}

func bullets(lines []string) string {
	if len(lines) == 0 {
		return "–"
	}
	return "- " + strings.Join(lines, "\n- ")
}

func date(say rapport.Words, t *time.Time) string {
	if t == nil {
		return "–"
	}
	return say.Moment(*t)
}

func orDash(s *string) string {
	if s == nil || *s == "" {
		return "–"
	}
	return *s
}

// SaveMail fixes the rendered text of a prepared mail.
func (s *Store) SaveMail(ctx context.Context, m rapport.RenderedMail) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error { return s.saveMail(ctx, tx, m) })
}

func (s *Store) saveMail(ctx context.Context, tx pgx.Tx, m rapport.RenderedMail) error {
	return s.q.SaveMail(ctx, tx, gen.SaveMailParams{ID: m.ID, Subject: &m.Subject, BodyText: &m.Text, RfcMessageID: &m.RFCID})
}

// ClaimMail fixes the text of a mail and takes it for sending, unless something stops or delays it; the conditions are checked in the claiming
// statement. Near a limit, claims serialise with the other sequences of the brand, so that it counts right. A claimed mail gets the
// link that it carries.
func (s *Store) ClaimMail(ctx context.Context, m rapport.RenderedMail) (rapport.MailClaim, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.MailClaim, error) {
		if err := s.saveMail(ctx, tx, m); err != nil {
			return rapport.MailClaim{}, fmt.Errorf("save: %w", err)
		}
		if err := s.q.LockNearLimit(ctx, tx, m.ID); err != nil {
			return rapport.MailClaim{}, fmt.Errorf("lock: %w", err)
		}
		_, err := s.q.ClaimMail(ctx, tx, m.ID)
		if err == nil {
			switch {
			case m.TokenHash == nil:
			case m.ReviewerID != uuid.Nil:
				err = s.q.NewReviewLink(ctx, tx, gen.NewReviewLinkParams{ID: newID(), TokenHash: m.TokenHash, ReviewID: m.ReviewID, ReviewerID: m.ReviewerID})
			case m.PasswordLink:
				err = s.q.MintPasswordLink(ctx, tx, gen.MintPasswordLinkParams{MessageID: m.ID, TokenHash: m.TokenHash})
			default:
				err = s.q.NewPortalLink(ctx, tx, gen.NewPortalLinkParams{TokenHash: m.TokenHash, PartnershipID: m.PartnershipID, ContactID: m.ContactID})
			}
			return rapport.MailClaim{Verdict: "claimed"}, err
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return rapport.MailClaim{}, fmt.Errorf("claim: %w", err)
		}
		why, err := s.q.WhyNotClaimed(ctx, tx, m.ID)
		switch {
		case err != nil:
			return rapport.MailClaim{}, fmt.Errorf("why not: %w", err)
		case why.State != "prepared":
			return rapport.MailClaim{Verdict: why.State}, nil
		case why.Stopped:
			return rapport.MailClaim{Verdict: "cancelled"}, s.q.CancelMail(ctx, tx, m.ID)
		}
		return rapport.MailClaim{Verdict: "deferred", Until: why.FreeAt}, s.q.DeferMail(ctx, tx, gen.DeferMailParams{ID: m.ID, Until: &why.FreeAt})
	})
}

// SettleMail records what became of a claimed mail. An event of the provider that came first stays.
func (s *Store) SettleMail(ctx context.Context, id uuid.UUID, state, providerID string) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.SettleMail(ctx, tx, gen.SettleMailParams{ID: id, State: state, ProviderID: textOrNil(providerID)})
	})
}

// NewPortalLink keeps the hash of a link that a mail carries to a creator.
func (s *Store) NewPortalLink(ctx context.Context, partnership, contact uuid.UUID, tokenHash []byte) error {
	return s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		return s.q.NewPortalLink(ctx, tx, gen.NewPortalLinkParams{TokenHash: tokenHash, PartnershipID: partnership, ContactID: contact})
	})
}

// ManualMail gathers a mail whose text a person wrote.
func (s *Store) ManualMail(ctx context.Context, id uuid.UUID) (rapport.MailDraft, error) {
	return query(ctx, s, func(ctx context.Context, tx pgx.Tx) (rapport.MailDraft, error) {
		m, err := s.q.ManualMail(ctx, tx, id)
		if err != nil {
			return rapport.MailDraft{}, fmt.Errorf("mail: %w", err)
		}
		d := rapport.MailDraft{
			MessageID: id, State: m.State, Kind: m.Kind, Subject: m.Subject, Body: m.BodyText, HTML: m.BodyHtml, To: m.ToAddress, ToName: m.CreatorName,
			FromName: m.FromName, From: m.FromAddress, NoAddress: m.ToAddress == "", Portal: m.Kind != "code" && strings.Contains(m.BodyText, "{{"+rapport.PortalTag+"}}"),
			PasswordLink: m.PasswordLink,
		}
		if m.PartnershipID != nil {
			d.PartnershipID, d.ContactID = *m.PartnershipID, m.ContactID
		}
		d.Portal = d.Portal && d.ContactID != uuid.Nil
		if m.ThreadID == nil {
			return d, nil
		}
		d.ThreadID = *m.ThreadID
		return d, s.threading(ctx, tx, &d)
	})
}

// MergeValues are what a mail to a creator is filled with, beside what it is about, and the address it would go to.
func (s *Store) MergeValues(ctx context.Context, brand, creator uuid.UUID, campaign *uuid.UUID, sender uuid.UUID) (values map[string]string, to string, err error) {
	err = s.InTx(ctx, func(ctx context.Context, tx pgx.Tx) error {
		r, err := s.q.MergeValues(ctx, tx, gen.MergeValuesParams{BrandID: brand, Brands: rapport.BrandsFrom(ctx), CreatorID: creator, CampaignID: campaign, SenderID: sender})
		if err != nil {
			return err
		}
		to = r.Email
		values = map[string]string{
			"creator.name": r.CreatorName, "creator.first_name": strings.Fields(r.CreatorName + " ")[0], "brand.name": r.BrandName, "brand.postal_address": r.PostalAddress,
			"first_mail_notice": r.FirstMailNotice, "campaign.name": r.CampaignName, "campaign.brief": r.Brief, "sender.name": r.SenderName, "recipient.name": r.ContactName,
		}
		if r.ContactName == "" {
			values["recipient.name"] = r.CreatorName
		}
		return nil
	})
	return values, to, err
}
