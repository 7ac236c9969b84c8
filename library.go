package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// SequenceVersion is a sequence as the library shows it. Without a brand it is one that every brand may use.
type SequenceVersion struct {
	BrandID   *uuid.UUID
	Name      string
	CreatedAt time.Time
	Sequence  Sequence
}

// PolicyVersion is an approval policy as the library shows it. Without a brand it is one that every brand may use.
type PolicyVersion struct {
	BrandID   *uuid.UUID
	Name      string
	CreatedAt time.Time
	RetiredAt *time.Time // it chooses itself no more
	Policy    Policy
	From      *int // of one that is saved: the version that was edited, 0 for a new policy; nil goes on from the newest
}

// TemplateVersion is one version of a mail template. Without a brand it is one that every brand may use.
type TemplateVersion struct {
	ID        uuid.UUID
	Version   int
	BrandID   *uuid.UUID
	Name      string
	Subject   string
	Body      string // plain text with merge tags such as {{creator.first_name}}
	CreatedAt time.Time
}

// commonTags are the merge tags that every mail may use.
var commonTags = []string{ //nolint:gochecknoglobals // a constant list
	"creator.name", "creator.first_name", "brand.name", "brand.postal_address", "campaign.name", "campaign.brief", "sender.name", "recipient.name", FirstMailNotice, PortalTag,
}

// ownTags are the merge tags of the mails that are about something.
var ownTags = map[string][]string{ //nolint:gochecknoglobals // a constant table
	"offer": offerTags, "offer_reminder": offerTags, "renewal_offer": offerTags,
	"contract": contractTags, "contract_elsewhere": contractTags, "contract_reminder": contractTags, "brief": contractTags,
	"option_exercised": append(slices.Clone(contractTags), "contract.option_fee"),
	"draft_reminder":   deliverableTags, "publish_reminder": deliverableTags, "content_approved": deliverableTags, "changes_requested": feedbackTags,
	"content_rejected": feedbackTags, "approval_revoked": deliverableTags, "post_mismatch": deliverableTags,
	"approved_with_corrections": append(slices.Clone(deliverableTags), "review.corrections"), "extra_round": feedbackTags, "round_offered": append(slices.Clone(deliverableTags), "round.fee"),
	"post_not_reported": append(slices.Clone(deliverableTags), "deliverable.publish_at"),
	"product_delivered": deliverableTags, "content_missed": deliverableTags, "extension_granted": extensionTags, "extension_declined": extensionTags,
	"payment_sent": {"payout.amount", "payout.note"}, "payment_made": {"payout.amount", "payout.note", "payout.way"},
	"payee_reminder": {"payout.amount"}, "payment_reversed": reversalTags, "netting_notice": reversalTags,
	"review_asked": reviewTags, "review_reminder": reviewTags, "review_escalated": reviewTags,
	"review_outside": {"deliverable.title", "review.due", ReviewLinkTag},
}

var ( //nolint:gochecknoglobals // constant lists
	offerTags       = []string{"offer.fee", "offer.expires", "offer.message"}
	contractTags    = []string{"contract.number", "contract.expires", "contract.ends"}
	deliverableTags = []string{"deliverable.title", "deliverable.draft_due", "deliverable.publish_by"}
	feedbackTags    = append(slices.Clone(deliverableTags), "review.feedback")
	extensionTags   = append(slices.Clone(deliverableTags), "extension.answer")
	reversalTags    = []string{"reversal.amount", "reversal.rest", "reversal.title", "reversal.net_from", "reversal.cap"}
	reviewTags      = []string{"deliverable.title", "review.due", "review.link"}
)

// TemplateTags are the merge tags that the mail of a name may use. Whether each has a value is only known when a mail is made of it.
func TemplateTags(name string) []string { return append(slices.Clone(commonTags), ownTags[name]...) }

// Uses says that the body has a merge tag.
func (t TemplateVersion) Uses(tag string) bool {
	_, missing := Render(t.Body, map[string]string{})
	return slices.Contains(missing, tag) || tag == PortalTag && strings.Contains(t.Body, "{{"+PortalTag+"}}")
}

// Check names every bad field of the template.
func (t TemplateVersion) Check() []Field {
	f := checkText("name", t.Name, true, 200)
	f = append(f, checkText("subject", t.Subject, true, 200)...)
	if strings.TrimSpace(t.Body) == "" {
		f = append(f, Field{"body", "required", "Fill this in."})
	}
	f = append(f, checkTags("subject", t.Subject, TemplateTags(t.Name))...)
	f = append(f, checkTags("body", t.Body, TemplateTags(t.Name))...)
	return f
}

// checkTags names the merge tags of a text that are none of those known.
func checkTags(path, text string, known []string) []Field {
	if strings.Count(text, "{{") != strings.Count(text, "}}") {
		return []Field{{path, "open_tag", "A merge tag is opened and not closed, or the other way round."}}
	}
	var f []Field
	_, tags := Render(text, nil)
	for _, tag := range tags {
		if !slices.Contains(known, tag) {
			f = append(f, Field{path, "unknown_tag", fmt.Sprintf("{{%s}} is no merge tag of this mail.", tag)})
		}
	}
	return f
}

// TemplateNoun is what the mail of a name is about: offer, contract, deliverable, payout, reversal or review; empty for nothing.
func TemplateNoun(name string) string {
	if own := ownTags[name]; len(own) > 0 {
		noun, _, _ := strings.Cut(own[0], ".")
		if strings.HasPrefix(name, "review_") {
			return "review"
		}
		return noun
	}
	return ""
}

// OwnTags are the merge tags of a mail that is about something, which have a value only when it is sent.
func OwnTags(name string) []string { return ownTags[name] }
