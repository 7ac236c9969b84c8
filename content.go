package rapport

import (
	"errors"
	"maps"
	"time"

	"github.com/google/uuid"
)

// ErrPostRefused says that an address may not be fetched: it is private, malformed or leads there.
var ErrPostRefused = errors.New("the address may not be fetched")

// ReviewToOpen is what a review opens from.
type ReviewToOpen struct {
	Content Content
	File    []byte // what the media is measured from; empty without a file
	Plan    ReviewPlan
	Choice  PolicyChoice
}

// PostToVerify is a published post and what it must hold.
type PostToVerify struct {
	URL         string
	Platform    string
	Hashtags    []string
	PromoCode   string
	TrackedLink string
	Rules       ContentRules
	Country     string
	Handles     []string // of the creator on the platform
	NotBefore   time.Time
	NotAfter    time.Time
}

// FetchedPost is a public page as the guarded client saw it.
type FetchedPost struct {
	FinalURL string
	Text     string
	Body     []byte // as sent, at most 1 MiB
	SHA256   []byte
	Gone     bool // the page answers that it does not exist
	// Authors are the names, handles and profile addresses that the page gives for who published it; none when it gives none.
	Authors []string
	// PublishedAt is when the page says that it was published; zero when it does not say.
	PublishedAt time.Time
}

// PostCheck is one look at a published post, kept as evidence.
type PostCheck struct {
	DeliverableID uuid.UUID
	N             int
	Result        string // ok | mismatch | unreachable
	URL           string
	FinalURL      string
	Text          string
	SHA256        []byte
	Problems      []string
	Authors       []string
	PublishedAt   time.Time
	Screenshot    []byte // PNG, where a browser is there
}

// Payee is where a creator is paid.
type Payee struct {
	CreatorID uuid.UUID
	State     string // none | invited | onboarding | ready | restricted
	Account   string
	Email     string
	Country   string
	// Due says that a payment waits for the account, whose payout reminds by itself.
	Due bool
	// Banks are the fingerprints of the bank accounts behind it, by currency; the last known one where it was removed.
	Banks map[string]string
}

// BanksAfter is what is known of a creator's bank accounts after a look at the account, and whether money goes elsewhere by it than before. The
// first look of all says only where it goes.
func BanksAfter(known, seen map[string]string) (map[string]string, bool) {
	after, changed := maps.Clone(known), false
	if after == nil {
		after = map[string]string{}
	}
	for currency, bank := range seen {
		changed = changed || len(known) > 0 && known[currency] != bank
		after[currency] = bank
	}
	return after, changed
}

// DestinationNotice is the mail to a creator, at every address that is known, when the account is another one.
func DestinationNotice(say Words, creator, brand string, changed time.Time) (subject, text string) {
	return say.Say("Your bank account for payments of %s was changed", brand), say.Say("Hello %s,\n\n"+
		"on %s the bank account to which %s pays you was changed at Stripe. Payments wait now until somebody at %s has made sure that it was you.\n\n"+
		"If it was you, you need do nothing.\n\n"+
		"If it was not you, answer this mail at once and say so, and secure your account at Stripe and your mailbox with a new password. Nothing is paid to the new account meanwhile.\n\n"+
		"%s", creator, say.Moment(changed), brand, brand, brand)
}

// OpenAttempt is an attempt to pay whose outcome is open.
type OpenAttempt struct {
	Request   TransferRequest
	Settled   bool   // it was settled meanwhile
	None      bool   // nothing was ever opened
	Rejection string // how it was rejected, one of the Pay outcomes; empty while it is open
	Accepted  string // the transfer that two people accepted as the payment although it is not what was asked for; empty for none
	SinceSent time.Duration
	LookUps   int
}

// TopUp is money that a brand moves into its funds.
type TopUp struct {
	ID         uuid.UUID
	BrandID    uuid.UUID
	Amount     Money
	State      string // pending | succeeded | failed
	ProviderID string
	AskedBy    *UserRef
	CreatedAt  time.Time
}

// MailOrder asks for one mail. Key is unique in the installation and makes it one mail.
type MailOrder struct {
	Key           string
	Template      string
	BrandID       uuid.UUID
	PartnershipID uuid.UUID
	Ref           uuid.UUID
	Ref2          uuid.UUID
	User          uuid.UUID // a person of the house; zero means the creator
	Reviewer      uuid.UUID // an outside reviewer, who gets a link to decide by
	Kind          string    // outreach, sequence or transactional; mail to a person of the house is internal whatever it says
	Stage         Stage     // the only stage in which a mail of a sequence may go out; empty for any
	NotAfter      time.Time // when the creator's hours end; zero for never
	Look          bool      // a person looks at it before it goes out
	SignAt        string    // where the creator signs what the mail is about, instead of in the portal
}

// postProblems are what a look at a post can find, in words.
var postProblems = map[string]string{ //nolint:gochecknoglobals // a constant table
	"gone": "The post is not there any more.", "unreachable": "The address does not answer.", "address_refused": "The address is not on the public internet.",
	"disclosure_missing": "The post does not say that it is an advertisement.", "disclosure_unclear": "What the post says about being an advertisement is not clear enough.",
	"words_missing": "Words that must be in it are missing.", "promo_code_wrong": "The promo code is missing or another one.", "link_wrong": "The tracked link is missing or another one.",
	"wrong_account": "It was published by another account.", "too_early": "It was published before it was approved.", "too_late": "It was published after the publish window.",
}

// PostProblemWords say what a look at a post found.
func PostProblemWords(code string) string {
	if words, ok := postProblems[code]; ok {
		return words
	}
	return Sentence(code) + "."
}
