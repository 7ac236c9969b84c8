package rapport

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// ErrPostRefused says that an address may not be fetched: it is private, malformed or leads there.
var ErrPostRefused = errors.New("the address may not be fetched")

// The results of a machine check.
const (
	CheckPass = "pass"
	CheckWarn = "warn"
	CheckFail = "fail" // goes back to the creator without costing a reviewer's time
)

// Check is the result of one machine check over a submission, in words for the creator and the reviewers.
type Check struct {
	Rule   string `json:"rule"`
	Result string `json:"result"`
	Detail string `json:"detail"`
	Span   *Span  `json:"span,omitempty"`   // the place in the caption that it is about
	Fix    string `json:"fix,omitempty"`    // what to do, or the words to write instead
	Source string `json:"source,omitempty"` // the address of the rule's source
}

// Content is what the machine checks look at.
type Content struct {
	Caption     string
	Hashtags    []string // words that must be in the caption
	Platform    string
	Kind        string
	Country     string // the creator's, ISO 3166-1 alpha-2; empty when unknown
	Rules       ContentRules
	PromoCode   string // that the creator must name; empty when there is none
	TrackedLink string // that the creator must link to; empty when there is none
	FileName    string
	FileType    string // as detected from the bytes
	FileSize    int64
	Media       Media
	// Spoken and Written are the creator's word that the disclosure is said, and shown, in the video; nil when they gave none.
	Spoken, Written *bool
}

// maxDisclosurePosition is how far into a caption a disclosure is still seen without unfolding it.
const maxDisclosurePosition = 125

// disclosures are the words that the machine knows as a clear disclosure of paid content.
// Source: US FTC, "Disclosures 101 for Social Media Influencers" (2019): "advertisement", "ad", "sponsored"; and the German
// media authorities' guideline on marking advertising: "Werbung", "Anzeige".
func disclosures() []string {
	return []string{
		"#ad", "#advertisement", "#sponsored", "#werbung", "#anzeige", "#publicité",
		"paid partnership", "advertisement", "sponsored by", "werbung", "anzeige",
	}
}

// CheckSubmission runs the machine checks over a submission.
func CheckSubmission(c Content) []Check {
	checks := []Check{checkDisclosure(c.Caption)}
	if missing := missingWords(c.Caption, c.Hashtags); len(missing) > 0 {
		checks = append(checks, Check{Rule: "required_words", Result: CheckFail, Detail: "The caption must contain " + strings.Join(missing, ", ") + "."})
	} else if len(c.Hashtags) > 0 {
		checks = append(checks, Check{Rule: "required_words", Result: CheckPass, Detail: "Every required word is in the caption."})
	}
	media, _, _ := strings.Cut(c.FileType, "/")
	switch {
	case c.FileName == "":
		checks = append(checks, Check{Rule: "file", Result: CheckWarn, Detail: "There is no file; reviewers see the caption only."})
	case media != "image" && media != "video" && c.FileType != "application/pdf":
		checks = append(checks, Check{Rule: "file", Result: CheckFail, Detail: fmt.Sprintf("A draft is a picture, a video or a PDF; this file is %s.", c.FileType)})
	default:
		checks = append(checks, Check{Rule: "file", Result: CheckPass, Detail: fmt.Sprintf("%s, %d KB.", c.FileType, (c.FileSize+1023)/1024)})
	}
	return checks
}

func checkDisclosure(caption string) Check {
	at := findDisclosure(caption)
	switch {
	case at < 0:
		return Check{Rule: "disclosure", Result: CheckFail, Detail: "The caption does not say that this is an advertisement. Begin it with #ad or “Advertisement”."}
	case at > maxDisclosurePosition:
		return Check{Rule: "disclosure", Result: CheckWarn, Detail: "The disclosure stands where readers see it only after unfolding the caption. Move it to the beginning."}
	}
	return Check{Rule: "disclosure", Result: CheckPass, Detail: "The disclosure is at the beginning."}
}

func findDisclosure(text string) int {
	text, first := strings.ToLower(text), -1
	for _, d := range disclosures() {
		if i := findWord(text, d); i >= 0 {
			if n := len([]rune(text[:i])); first < 0 || n < first {
				first = n
			}
		}
	}
	return first
}

// findWord finds a whole word: “werbung” is not in “bewerbung”, and “#ad” not in “#adventure”. A hashtag may follow anything.
func findWord(text, word string) int {
	for from := 0; word != ""; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		begin, _ := utf8.DecodeRuneInString(word)
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !isWord(after) && (!isWord(begin) || !isWord(before)) {
			return i
		}
		from = i + 1
	}
	return -1
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_')
}

func missingWords(text string, words []string) []string {
	text = strings.ToLower(text)
	var missing []string
	for _, w := range words {
		if findWord(text, strings.ToLower(w)) < 0 {
			missing = append(missing, w)
		}
	}
	return missing
}

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

// CheckPost names what is wrong with a published post: gone, disclosure_missing, words_missing.
func CheckPost(p FetchedPost, hashtags []string) []string {
	if p.Gone {
		return []string{"gone"}
	}
	var problems []string
	if findDisclosure(p.Text) < 0 {
		problems = append(problems, "disclosure_missing")
	}
	if len(missingWords(p.Text, hashtags)) > 0 {
		problems = append(problems, "words_missing")
	}
	return problems
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
}

// OpenAttempt is an attempt to pay whose outcome is open.
type OpenAttempt struct {
	Request   TransferRequest
	Settled   bool // it was settled meanwhile
	None      bool // nothing was ever opened
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
}

// CheckPublished names what is wrong with a published post.
func CheckPublished(want PostToVerify, page FetchedPost) []string {
	return CheckPost(page, want.Hashtags)
}
