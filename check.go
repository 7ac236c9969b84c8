package rapport

import (
	"cmp"
	"slices"
	"strings"
)

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
	// Told are Detail and Fix for creators, who read them in their language; none where nothing is wrong.
	Told []Phrase `json:"told,omitempty"`
}

// tell puts what was found, and what to do, into words.
func (c Check) tell(told ...Phrase) Check {
	english := WordsIn(Locales[0])
	c.Told, c.Detail, c.Fix = told, english.Tell(told[0]), ""
	if len(told) > 1 {
		c.Fix = english.Tell(told[1])
	}
	return c
}

// Advice is what a creator is told: what is wrong, and what to do. What was checked before it was kept for all languages is English.
func (c Check) Advice(say Words) string {
	if len(c.Told) == 0 {
		return strings.TrimSpace(c.Detail + " " + c.Fix)
	}
	told := make([]string, len(c.Told))
	for i, p := range c.Told {
		told[i] = say.Tell(p)
	}
	return strings.Join(told, " ")
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

// CheckSubmission runs the machine checks over a submission. A rule that nobody asked for has no check.
func CheckSubmission(c Content) []Check {
	text := readCaption(c.Caption)
	links := captionLinks(c.Caption)
	checks := []Check{disclosureOf(c, text, links)}
	checks = append(checks, checkVideoDisclosure(c)...)
	checks = append(checks, checkRequiredWords(text, c.Hashtags)...)
	checks = append(checks, checkBannedWords(text, c.Rules.Banned)...)
	checks = append(checks, checkPromoCode(text, c.PromoCode)...)
	checks = append(checks, checkTrackedLink(links, c.TrackedLink)...)
	return append(checks, checkFile(c)...)
}

// ContentAsks says, before there is a draft, what the machine checks ask of it, in words for the creator.
func ContentAsks(c Content, say Words) []string {
	book := disclosures()
	asks := []string{say.Tell(book.Markets[book.marketsOf(c.Rules, c.Country)[0]].begin())}
	if c.Rules.Spoken && isVideo(c) {
		asks = append(asks, say.Say("Declare whether it is spoken and written in the video."))
	}
	if words := missingWords(readCaption(""), c.Hashtags); len(words) > 0 {
		asks = append(asks, say.Say("Add %s to the caption, spelled exactly so.", strings.Join(words, ", ")))
	}
	if code := strings.TrimSpace(c.PromoCode); code != "" {
		asks = append(asks, say.Say("Name the code %s.", code))
	}
	if link := strings.TrimSpace(c.TrackedLink); link != "" {
		asks = append(asks, say.Say("Add %s", link))
	}
	if len(c.Rules.Banned) > 0 {
		asks = append(asks, say.Say("Leave out: %s.", strings.Join(c.Rules.Banned, ", ")))
	}
	return append(asks, fileAsks(c.Rules, say)...)
}

// CheckPublished names what is wrong with a published post: gone, disclosure_missing, disclosure_unclear, words_missing, promo_code_wrong,
// link_wrong, wrong_account, too_early, too_late. A page holds more than the post, so a disclosure counts wherever it stands, and what the
// page does not tell is not held against it.
func CheckPublished(want PostToVerify, p FetchedPost) []string {
	if p.Gone {
		return []string{"gone"}
	}
	var problems []string
	note := func(wrong bool, code string) {
		if wrong {
			problems = append(problems, code)
		}
	}
	text, links := readCaption(p.Text), captionLinks(p.Text)
	missing, unclear := publishedDisclosure(want, text, links)
	note(missing, "disclosure_missing")
	note(unclear, "disclosure_unclear")
	note(len(missingWords(text, want.Hashtags)) > 0, "words_missing")
	note(want.PromoCode != "" && text.findFlat([]rune(foldString(want.PromoCode)), 0, false) == nil, "promo_code_wrong")
	note(want.TrackedLink != "" && !pageLinks(p, links, want.TrackedLink), "link_wrong")
	// A name alone tells no account from another; a handle or a profile's address does.
	accounts := slices.DeleteFunc(slices.Clone(p.Authors), func(a string) bool { return !strings.Contains(a, "@") && !strings.Contains(a, "://") })
	if strings.Contains(p.FinalURL, "/@") {
		accounts = append(accounts, p.FinalURL)
	}
	note(len(accounts) > 0 && len(want.Handles) > 0 && !wroteIt(accounts, want.Handles), "wrong_account")
	if !p.PublishedAt.IsZero() {
		note(!want.NotBefore.IsZero() && p.PublishedAt.Before(want.NotBefore), "too_early")
		note(!want.NotAfter.IsZero() && p.PublishedAt.After(want.NotAfter), "too_late")
	}
	return problems
}

// wroteIt says whether a page names one of the creator's handles: as it is, with @, in a name such as “Ann (@ann)”, or as the last part
// of a profile's address.
func wroteIt(authors, handles []string) bool {
	for _, a := range authors {
		for _, h := range handles {
			if h = accountName(h); h != "" && (accountName(a) == h || readCaption(a).find(readCaption("@"+h), 0) >= 0) {
				return true
			}
		}
	}
	return false
}

func accountName(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(s)), "?")
	s = strings.TrimRight(s, "/")
	return strings.TrimPrefix(s[strings.LastIndex(s, "/")+1:], "@")
}

// worst orders results: a fail before a warning before a pass.
func worst(a, b string) int {
	rank := map[string]int{CheckFail: 0, CheckWarn: 1, CheckPass: 2}
	return cmp.Compare(rank[a], rank[b])
}
