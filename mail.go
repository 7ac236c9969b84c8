package rapport

import (
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/valyala/fasttemplate"
)

// Kinds of mail. Outreach, and what another sequence sends, obey every stop condition and throttle; the rest answers what somebody
// asked for or agreed to.
const (
	MailOutreach      = "outreach"
	MailSequence      = "sequence"
	MailTransactional = "transactional"
	MailInternal      = "internal"
)

// outreachKey begins the key of each mail that a step of a sequence sends.
const outreachKey = "outreach/"

// sequenceKey begins the key of each mail that a step of another sequence sends.
const sequenceKey = "sequence/"

// MailKindOf is the kind of the mail that an effect of a partnership sends, whatever its template.
func MailKindOf(e Effect) string {
	switch {
	case strings.HasPrefix(e.Key, outreachKey):
		return MailOutreach
	case strings.HasPrefix(e.Key, sequenceKey):
		return MailSequence
	}
	return MailTransactional
}

// MailKey is the key of the mail that an effect sends, or writes for a person to look at.
func MailKey(e Effect) string { return strings.TrimSuffix(e.Key, draftSuffix) }

// MailDraft is everything a mail is rendered from.
type MailDraft struct {
	MessageID     uuid.UUID
	State         string // of the message's row: prepared, or what became of it before
	Kind          string
	ThreadID      uuid.UUID
	BrandID       uuid.UUID
	CreatorID     uuid.UUID
	ContactID     uuid.UUID // zero for people of the house
	ReviewerID    uuid.UUID // an outside reviewer, with the review they are asked in
	ReviewID      uuid.UUID
	ToName        string
	To            string
	Zone          string // of somebody of the house; empty for the brand's
	FromName      string
	From          string
	Subject       string // template
	Body          string // template
	HTML          string // the same for those who read HTML; empty for mail that is text alone
	Fixed         bool   // subject and body are text that a person has looked at
	Values        map[string]string
	PartnershipID uuid.UUID
	// Portal asks for a link of the creator's own in the body, at the tag portal_link.
	Portal     bool
	InReplyTo  string
	References []string
	// PasswordLink asks for a link by which the person chooses a password, at the tag password_link.
	PasswordLink bool
	// NoAddress: nobody to write to.
	NoAddress bool
}

// FirstMailNotice is the merge tag of why a creator is written to at all. Who got an address from elsewhere says so in the first mail
// (GDPR, Art. 14(3)(b)).
const FirstMailNotice = "first_mail_notice"

// RenderedMail is the text of a prepared mail, and the link of the creator's own that it carries when it is claimed.
type RenderedMail struct {
	ID      uuid.UUID
	Subject string
	Text    string
	RFCID   string // RFC 5322 Message-ID, with angle brackets
	// TokenHash is of the link's token; nil for a mail without one.
	TokenHash     []byte
	PartnershipID uuid.UUID
	ContactID     uuid.UUID
	ReviewerID    uuid.UUID
	ReviewID      uuid.UUID
	PasswordLink  bool
}

// OutgoingMail is one mail to one person.
type OutgoingMail struct {
	SendID      uuid.UUID
	Kind        string
	FromName    string
	From        string
	ToName      string
	To          string
	ReplyTo     string
	Subject     string
	Text        string
	HTML        string // empty for mail that is text alone
	MessageID   string // RFC 5322, with angle brackets
	InReplyTo   string
	References  []string
	Unsubscribe string // URL; empty for mail that is no outreach
}

// SendError is a failed call to the mail provider.
type SendError struct {
	// Outcome is unsent, rate_limited, unauthorized, rejected or unknown (it may have been accepted: never sent again by itself).
	Outcome    string
	RetryAfter time.Duration
	Err        error
}

func (e *SendError) Error() string { return "mail provider: " + e.Outcome }

func (e *SendError) Unwrap() error { return e.Err }

// MailClaim is the answer of the statement that claims a mail for sending.
type MailClaim struct {
	// Verdict is claimed, cancelled, deferred (Until), or the state the mail is in already.
	Verdict string
	Until   time.Time
}

// InboundMail is a mail that came in, as the provider's parser gives it.
type InboundMail struct {
	From, Subject, Text, Quoted, HTML, MessageID string
	References                                   []string
	Token                                        uuid.UUID // of a valid reply token; zero without
	Class                                        string    // human, auto_reply, bounce, complaint, unsubscribe
	Suggestion                                   ReplySuggestion
	Files                                        []File
	SHA256                                       []byte
}

var answerPrefix = regexp.MustCompile(`(?i)^(?:(?:re|fwd?|aw|wg|sv|vs|antw|rv|tr|rif|r|i)\s*(?:\[\d+\])?\s*:\s*)+`)

// AnswerSubject is the subject of an answer: one "Re:", however often it went to and fro.
func AnswerSubject(s string) string {
	return "Re: " + strings.TrimSpace(answerPrefix.ReplaceAllString(strings.TrimSpace(s), ""))
}

// PlainSubject is a subject without what answering and forwarding put in front of it, in lower case; plain_subject in SQL does the same.
func PlainSubject(s string) string {
	return strings.ToLower(strings.TrimSpace(answerPrefix.ReplaceAllString(strings.TrimSpace(s), "")))
}

// PortalTag is the merge tag that becomes a link of the creator's own while a mail is sent; the archive keeps the tag.
const PortalTag = "portal_link"

// ReviewLinkTag is the merge tag that becomes an outside reviewer's own link to a review.
const ReviewLinkTag = "review_link"

// PasswordLinkTag is the tag that becomes the link by which a person of the house chooses a password.
const PasswordLinkTag = "password_link"

var ownLinks = regexp.MustCompile(`((?:/|%(?:25)*2[Ff])(?:portal|unsubscribe|password)(?:/|%(?:25)*2[Ff]))[A-Za-z0-9_-]{43}`)

// MaskLinks takes the secret out of links of ours. Who answers a mail quotes it, and the archive is read by people who may not sign
// for the creator.
func MaskLinks(text string) string { return ownLinks.ReplaceAllString(text, "${1}…") }

// Render fills the merge tags of a template, such as {{creator.first_name}}, and names the tags that have no value. Those
// that become links are left as they stand.
func Render(template string, values map[string]string) (string, []string) {
	var missing []string
	t, err := fasttemplate.NewTemplate(template, "{{", "}}")
	if err != nil {
		return template, []string{"unclosed tag"}
	}
	out := t.ExecuteFuncString(func(w io.Writer, tag string) (int, error) {
		tag = strings.TrimSpace(tag)
		v, ok := values[tag]
		switch {
		case tag == PortalTag || tag == ReviewLinkTag:
			v = "{{" + tag + "}}"
		case !ok || v == "":
			missing = append(missing, tag)
			return 0, nil
		}
		n, err := w.Write([]byte(v))
		if err != nil {
			return n, fmt.Errorf("render: %w", err)
		}
		return n, nil
	})
	return out, missing
}

// PasswordMail brings a person of the house the link by which they choose a password.
type PasswordMail struct {
	Invitation bool
	To, By     string // names; By is empty when the person asked for it themselves
	Brand      string
}

// Words are the mail's subject and text; the link takes the place of its tag.
func (m PasswordMail) Words() (subject, text string) {
	const link = "{{" + PasswordLinkTag + "}}"
	if m.Invitation {
		by := m.By
		if by == "" {
			by = m.Brand
		}
		return fmt.Sprintf("%s invites you to Rapport", by), fmt.Sprintf("Hello %s,\n\n%s invites you to work for %s in Rapport. Choose your password here:\n\n%s\n\n"+
			"The link works once, within 7 days. After that, press Forgot your password? where you sign in, and another one comes.\n\n"+
			"If you do not know what this is about, do nothing.", m.To, by, m.Brand, link)
	}
	asked := "Somebody, probably you, asked where people sign in for a link to choose another password in Rapport."
	if m.By != "" {
		asked = m.By + " sends you a link to choose another password in Rapport."
	}
	return "Choose another password for Rapport", fmt.Sprintf("Hello %s,\n\n%s Choose it here:\n\n%s\n\n"+
		"The link works once, within a day. When you use it you are signed out everywhere; your authenticator stays as it is.\n\n"+
		"If you did not want this, do nothing: your password stays as it is.", m.To, asked, link)
}

// AlertMail tells an admin or a person of finance that something about who can move a brand's money changed.
type AlertMail struct {
	Kind      string // of the task that says the same
	Role      Role   // the role in question, if one is
	To, About string // names: of who reads it, and of whom it is about, if a person
	Brand     string
	From      *time.Time // when it takes effect, if that is later
}

// Words are the mail's subject and text, in the zone of whoever gets it.
func (a AlertMail) Words(zone string) (subject, text string) {
	role := strings.ReplaceAll(string(a.Role), "_", " ")
	var what, do string
	switch a.Kind {
	case "finance_role_asked":
		subject = fmt.Sprintf("%s: the role %s was asked for", a.Brand, role)
		what = fmt.Sprintf("somebody asks that %s gets the role %s at %s. Nobody gets it before a second person confirms.", a.About, role, a.Brand)
		do = "If it is right, confirm it under Settings > People. If you do not know of it, confirm nothing and find out who asked."
	case "finance_role_granted":
		subject = fmt.Sprintf("%s: the role %s was granted", a.Brand, role)
		what = fmt.Sprintf("%s gets the role %s at %s", a.About, role, a.Brand)
		if a.From != nil {
			what += " from " + WordsIn(Locales[0]).In(zone).Moment(*a.From) + " on"
		}
		what += "."
		do = "If this is not right, take the role away under Settings > People before it takes effect."
	case "second_factor_reset":
		subject = fmt.Sprintf("%s: an authenticator was reset", a.Brand)
		what = fmt.Sprintf("the authenticator of %s, who has a role at %s, was reset. Their password alone opens until they set up another one.", a.About, a.Brand)
		do = "If they did not ask for it, disable them under Settings > People and find out who did this."
	case "money_rules_weaker":
		subject = a.Brand + ": rules for money became weaker"
		what = fmt.Sprintf("the rules for payments at %s were changed so that the approval of content counts as the first of two more often, payments wait less after a bank account changed, "+
			"or more is kept of them for what a creator owes, or with less notice.", a.Brand)
		do = "What was changed stands under Reports > History. If you do not know of it, look under Settings > Brands and set it back."
	default:
		subject = a.Brand + ": payments need fewer eyes than before"
		what = fmt.Sprintf("the approvals that payments of %s need were changed so that fewer people, or fewer codes, are needed. It holds for payments that are opened from now on.", a.Brand)
		do = "If you do not know of it, look under Settings > Brands and set it back."
	}
	return subject, fmt.Sprintf("Hello %s,\n\n%s\n\n%s", a.To, what, do)
}
