package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Creator is a person who makes content. The profile is shared by all brands; what a brand said to and paid a creator is not.
type Creator struct {
	ID                  uuid.UUID
	Name                string
	Country             string // ISO 3166-1 alpha-2, empty for unknown
	Zone                string // IANA name, empty for unknown
	Language            string // BCP 47, empty for unknown
	Locale              string // what the creator reads, one of Locales; empty until somebody chose
	Tags                []string
	Accounts            []SocialAccount
	Contacts            []Contact
	DoNotContact        bool
	DoNotContactReason  string
	Banned              bool
	BannedReason        string
	PayeeState          string
	PartnershipsInScope int       // of the brands in the reader's scope
	MergedInto          uuid.UUID // the creator that this one became part of; zero for none
	Version             int
	CreatedAt           time.Time
}

// SocialAccount is one account of a creator on a platform.
type SocialAccount struct {
	ID         uuid.UUID // zero before it is kept
	Platform   string    // lower case: youtube, instagram, …
	Handle     string    // as NormalHandle writes it
	PlatformID string    // the platform's own id, empty for unknown
	URL        string
	// Followers is nil when unknown, never 0 for unknown.
	Followers *int64
	// FollowersAsOf is the day the number is of; nil means the day it was written.
	FollowersAsOf *time.Time
}

// Contact is an address of a creator or of who acts for them.
type Contact struct {
	ID    uuid.UUID
	Role  string // creator, manager or finance
	Name  string
	Email string
}

// NormalHandle is the form in which handles are kept and compared: with one @ before it. Letter case is kept for show and
// ignored in comparisons.
func NormalHandle(s string) string {
	s = strings.TrimLeft(strings.TrimSpace(s), "@")
	if s == "" {
		return ""
	}
	return "@" + s
}

// NormalPlatform is the form in which platforms are kept: lower case, without spaces.
func NormalPlatform(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(s), ""))
	switch s {
	case "yt":
		return "youtube"
	case "ig", "insta":
		return "instagram"
	case "tik-tok":
		return "tiktok"
	case "twitter":
		return "x"
	}
	return s
}

// Normal brings the parts of a creator that are compared into the form in which they are kept.
func (c Creator) Normal() Creator {
	c.Name = strings.TrimSpace(c.Name)
	c.Country = strings.ToUpper(strings.TrimSpace(c.Country))
	c.Zone, c.Language = strings.TrimSpace(c.Zone), strings.TrimSpace(c.Language)
	c.Tags = normalTags(c.Tags)
	accounts := make([]SocialAccount, len(c.Accounts))
	for i, a := range c.Accounts {
		a.Platform, a.Handle = NormalPlatform(a.Platform), NormalHandle(a.Handle)
		a.PlatformID, a.URL = strings.TrimSpace(a.PlatformID), strings.TrimSpace(a.URL)
		accounts[i] = a
	}
	contacts := make([]Contact, len(c.Contacts))
	for i, k := range c.Contacts {
		k.Email, k.Name = NormalEmail(k.Email), strings.TrimSpace(k.Name)
		contacts[i] = k
	}
	c.Accounts, c.Contacts = accounts, contacts
	return c
}

func normalTags(tags []string) []string {
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		if t = strings.TrimSpace(t); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// Check names every bad field of a creator in normal form.
func (c Creator) Check() []Field {
	f := checkText("name", c.Name, true, 200)
	f = append(f, checkCountry("country", c.Country)...)
	f = append(f, checkZone("zone", c.Zone)...)
	f = append(f, checkLanguage("language", c.Language)...)
	if c.Locale != "" && !slices.Contains(Locales, c.Locale) {
		f = append(f, Field{"locale", "unknown_locale", "The pages and mails for creators are not there in this language."})
	}
	if len(c.Tags) > 50 {
		f = append(f, Field{"tags", "count", "A creator has at most 50 tags."})
	}
	for i, t := range c.Tags {
		f = append(f, checkText(fmt.Sprintf("tags[%d]", i), t, true, 100)...)
	}
	if len(c.Accounts) > 50 {
		f = append(f, Field{"accounts", "count", "A creator has at most 50 accounts."})
	}
	for i, a := range c.Accounts {
		f = append(f, a.check(fmt.Sprintf("accounts[%d].", i))...)
		if slices.IndexFunc(c.Accounts, a.same) != i {
			f = append(f, Field{fmt.Sprintf("accounts[%d].handle", i), "duplicate", "This account is listed twice."})
		}
	}
	if len(c.Contacts) > 50 {
		f = append(f, Field{"contacts", "count", "A creator has at most 50 contacts."})
	}
	for i, k := range c.Contacts {
		p := fmt.Sprintf("contacts[%d].", i)
		f = append(f, CheckEmail(p+"email", k.Email)...)
		f = append(f, checkText(p+"name", k.Name, false, 200)...)
		if !slices.Contains([]string{"creator", "manager", "finance"}, k.Role) {
			f = append(f, Field{p + "role", "unknown_role", "A contact is the creator, a manager or finance."})
		}
		if slices.IndexFunc(c.Contacts, func(o Contact) bool { return o.Email == k.Email }) != i {
			f = append(f, Field{p + "email", "duplicate", "This address is listed twice."})
		}
	}
	return f
}

func (a SocialAccount) same(o SocialAccount) bool {
	return a.Platform == o.Platform && (strings.EqualFold(a.Handle, o.Handle) || (a.PlatformID != "" && a.PlatformID == o.PlatformID))
}

func (a SocialAccount) check(path string) []Field {
	f := checkPlatform(path+"platform", a.Platform)
	f = append(f, checkHandle(path+"handle", a.Handle)...)
	f = append(f, checkText(path+"platform_id", a.PlatformID, false, 200)...)
	f = append(f, checkURL(path+"url", a.URL)...)
	if a.Followers != nil && *a.Followers < 0 {
		f = append(f, Field{path + "followers", "negative", "There are no negative followers."})
	}
	return f
}

// checkText says what is wrong with one line of text.
func checkText(path, s string, required bool, limit int) []Field {
	switch {
	case s == "" && required:
		return []Field{{path, "required", "Fill this in."}}
	case utf8.RuneCountInString(s) > limit:
		return []Field{{path, "too_long", fmt.Sprintf("At most %d characters.", limit)}}
	case strings.ContainsFunc(s, unicode.IsControl):
		return []Field{{path, "bad_characters", "Line breaks and control characters are not taken here."}}
	}
	return nil
}

func checkPlatform(path, s string) []Field {
	if s == "" {
		return []Field{{path, "required", "Say on which platform the account is."}}
	}
	if len(s) > 50 || strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-", r)
	}) {
		return []Field{{path, "bad_platform", "A platform is one word, such as youtube."}}
	}
	return nil
}

func checkHandle(path, s string) []Field {
	name := strings.TrimPrefix(s, "@")
	if name == "" {
		return []Field{{path, "required", "Give the account's handle."}}
	}
	if utf8.RuneCountInString(name) > 100 || strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-·", r)
	}) {
		return []Field{{path, "bad_handle", "A handle has letters, digits, dots, dashes and underscores."}}
	}
	return nil
}

func checkURL(path, s string) []Field {
	if s == "" {
		return nil
	}
	if len(s) > 2000 || (!strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://")) || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' }) {
		return []Field{{path, "bad_url", "Write the address with https:// before it."}}
	}
	return nil
}

func checkZone(path, s string) []Field {
	if s == "" {
		return nil
	}
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return []Field{{path, "unknown_zone", fmt.Sprintf("%q is not the name of a time zone, such as Europe/Berlin.", s)}}
	}
	return nil
}

func checkLanguage(path, s string) []Field {
	if s == "" {
		return nil
	}
	if len(s) > 35 || len(s) < 2 || strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return []Field{{path, "bad_language", "Write the language as a code, such as de or pt-BR."}}
	}
	return nil
}

// countries are the codes of ISO 3166-1 alpha-2, with XK, which platforms use for Kosovo.
const countries = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD " +
	"GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM " +
	"KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA " +
	"NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ " +
	"SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU " +
	"WF WS XK YE YT ZA ZM ZW "

func checkCountry(path, s string) []Field {
	if s == "" || (len(s) == 2 && strings.Contains(countries, " "+s+" ")) {
		return nil
	}
	return []Field{{path, "bad_country", fmt.Sprintf("%q is not a country's code of two letters, such as DE.", s)}}
}
