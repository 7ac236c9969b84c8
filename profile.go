package rapport

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// CreatorProfile is what one brand keeps about a creator, with the counts of followers that every brand shares.
type CreatorProfile struct {
	CreatorID   uuid.UUID
	BrandID     uuid.UUID
	Preferences string // formats, topics to avoid, sizes, shipping, when not to write
	StyleNotes  string
	Rates       []CreatorRate
	Fields      []FieldValue
	Followers   []FollowerSnapshot // oldest first
	Version     int                // 0 while nothing is kept
}

// CreatorRate is what a creator asked for one kind of content at one time.
type CreatorRate struct {
	Platform string    `json:"platform"`
	Kind     string    `json:"kind"` // for example reel, story, 60 s integration
	Amount   Money     `json:"amount"`
	AsOf     time.Time `json:"as_of"` // a date
	Note     string    `json:"note,omitempty"`
}

// FollowerSnapshot is one count of an account's followers.
type FollowerSnapshot struct {
	AccountID uuid.UUID
	AsOf      time.Time // a date
	Followers int64
	Source    string // measured, entered or estimated
}

// The kinds of a creator's field. Values are kept as text.
const (
	FieldText   = "text"
	FieldNumber = "number" // 12 or -3.5
	FieldDate   = "date"   // 2006-01-02; sequences can start by it
	FieldSelect = "select" // one of the options
	FieldBool   = "bool"   // true or false
)

// CreatorField is something that a brand keeps about each creator. An archived one is not shown; its values are kept.
type CreatorField struct {
	ID      uuid.UUID
	BrandID uuid.UUID
	Name    string
	Kind    string
	Options []string // of a select
}

// FieldValue is the value of one field; empty means none.
type FieldValue struct {
	FieldID uuid.UUID
	Value   string
}

// maxFields is how many fields a brand shows, and how many values and rates a profile has.
const maxFields = 100

// Normal brings the parts that are compared into the form in which they are kept.
func (p CreatorProfile) Normal() CreatorProfile {
	p.Preferences, p.StyleNotes = strings.TrimSpace(p.Preferences), strings.TrimSpace(p.StyleNotes)
	rates := make([]CreatorRate, len(p.Rates))
	for i, r := range p.Rates {
		r.Platform, r.Kind, r.Note = NormalPlatform(r.Platform), strings.TrimSpace(r.Kind), strings.TrimSpace(r.Note)
		rates[i] = r
	}
	fields := make([]FieldValue, len(p.Fields))
	for i, v := range p.Fields {
		v.Value = strings.TrimSpace(v.Value)
		fields[i] = v
	}
	p.Rates, p.Fields = rates, fields
	return p
}

// Check names every bad field of a profile in normal form; fields are those that the brand shows.
func (p CreatorProfile) Check(fields []CreatorField) []Field {
	f := checkLines("preferences", p.Preferences, 20_000)
	f = append(f, checkLines("style_notes", p.StyleNotes, 20_000)...)
	if len(p.Rates) > maxFields {
		f = append(f, Field{"rates", "count", fmt.Sprintf("A profile has at most %d rates.", maxFields)})
	}
	for i, r := range p.Rates {
		f = append(f, r.check(fmt.Sprintf("rates[%d].", i))...)
	}
	if len(p.Fields) > maxFields {
		f = append(f, Field{"fields", "count", fmt.Sprintf("A profile has at most %d fields.", maxFields)})
	}
	for i, v := range p.Fields {
		path := fmt.Sprintf("fields[%d].", i)
		if slices.IndexFunc(p.Fields, func(o FieldValue) bool { return o.FieldID == v.FieldID }) != i {
			f = append(f, Field{path + "field_id", "duplicate", "This field is listed twice."})
		}
		at := slices.IndexFunc(fields, func(c CreatorField) bool { return c.ID == v.FieldID })
		if at < 0 {
			f = append(f, Field{path + "field_id", "unknown", "The brand has no such field, or it is archived."})
			continue
		}
		f = append(f, fields[at].CheckValue(path+"value", v.Value)...)
	}
	return f
}

func (r CreatorRate) check(path string) []Field {
	f := checkPlatform(path+"platform", r.Platform)
	f = append(f, checkText(path+"kind", r.Kind, true, 100)...)
	f = append(f, CheckMoney(path+"amount", r.Amount)...)
	f = append(f, checkText(path+"note", r.Note, false, 500)...)
	if r.AsOf.IsZero() {
		f = append(f, Field{path + "as_of", "required", "Say from which day the rate is."})
	}
	return f
}

// checkLines says what is wrong with a text that may have several lines.
func checkLines(path, s string, limit int) []Field {
	switch {
	case utf8.RuneCountInString(s) > limit:
		return []Field{{path, "too_long", fmt.Sprintf("At most %d characters.", limit)}}
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
		return []Field{{path, "bad_characters", "Control characters are not taken here."}}
	}
	return nil
}

// Normal brings name and options into the form in which they are kept.
func (c CreatorField) Normal() CreatorField {
	c.Name = strings.TrimSpace(c.Name)
	options := make([]string, len(c.Options))
	for i, o := range c.Options {
		options[i] = strings.TrimSpace(o)
	}
	c.Options = options
	return c
}

// Check names every bad field of a creator's field in normal form.
func (c CreatorField) Check() []Field {
	f := checkText("name", c.Name, true, 100)
	if !slices.Contains([]string{FieldText, FieldNumber, FieldDate, FieldSelect, FieldBool}, c.Kind) {
		f = append(f, Field{"kind", "unknown_value", fmt.Sprintf("%q is not a kind of field.", c.Kind)})
	}
	switch {
	case c.Kind == FieldSelect && len(c.Options) == 0:
		f = append(f, Field{"options", "required", "Name what can be chosen."})
	case c.Kind != FieldSelect && len(c.Options) > 0:
		f = append(f, Field{"options", "not_taken", "Only a choice has options."})
	case len(c.Options) > maxFields:
		f = append(f, Field{"options", "count", fmt.Sprintf("At most %d options.", maxFields)})
	}
	for i, o := range c.Options {
		path := fmt.Sprintf("options[%d]", i)
		f = append(f, checkText(path, o, true, 100)...)
		if slices.Index(c.Options, o) != i {
			f = append(f, Field{path, "duplicate", "This option is listed twice."})
		}
	}
	return f
}

// CheckValue says what is wrong with a value of the field; empty is none, and right.
func (c CreatorField) CheckValue(path, value string) []Field {
	if value == "" {
		return nil
	}
	switch c.Kind {
	case FieldNumber:
		if !isNumber(value) {
			return []Field{{path, "bad_number", fmt.Sprintf("%s is a number, such as 12 or 3.5.", c.Name)}}
		}
	case FieldDate:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return []Field{{path, "bad_date", fmt.Sprintf("%s is a date, written as 2026-05-01.", c.Name)}}
		}
	case FieldBool:
		if value != "true" && value != "false" {
			return []Field{{path, "bad_bool", fmt.Sprintf("%s is true or false.", c.Name)}}
		}
	case FieldSelect:
		if !slices.Contains(c.Options, value) {
			return []Field{{path, "unknown_value", fmt.Sprintf("%s is one of: %s.", c.Name, strings.Join(c.Options, ", "))}}
		}
	}
	return checkLines(path, value, 2000)
}

// isNumber says that s is a plain decimal number, which sorts and compares the same everywhere.
func isNumber(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != '-' }) || len(s) > 40 {
		return false
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// Duplicate is a creator who may be the same person as another one, and why, in plain words, the strongest reason first.
type Duplicate struct {
	Creator Creator
	Why     []string
}

// The clues that two creators may be the same person.
const (
	ClueEmail     = "email"      // both write from the same address
	ClueName      = "name"       // the same name but for case, accents and signs
	ClueHandle    = "handle"     // the same handle on another platform
	ClueLocalPart = "local_part" // the same name before the @ of their addresses
	ClueAgent     = "agent"      // the same address of an agent, who may act for many
)

// DuplicateClue is one thing that a creator has in common with another one.
type DuplicateClue struct {
	CreatorID uuid.UUID // the other one
	Name      string    // of the other one
	Clue      string
	What      string // what they have in common
}

// DuplicateGuess is who may be the same person, before the profile is read.
type DuplicateGuess struct {
	CreatorID uuid.UUID
	Why       []string
}

// mailboxes are local parts that say nothing about who writes.
var mailboxes = []string{"info", "hello", "hi", "contact", "mail", "office", "team", "booking", "bookings", "management", "business", "work", "me", "collab", "press", "hallo", "kontakt"}

// maxDuplicates is how many likely duplicates are shown.
const maxDuplicates = 20

// GuessDuplicates ranks those whom the clues point to, the likeliest first, at most 20. The address of an agent and a local part are
// clues only for names that are alike.
func GuessDuplicates(name string, clues []DuplicateClue) []DuplicateGuess {
	type guess struct {
		DuplicateGuess

		score int
	}
	weights := map[string]int{ClueEmail: 100, ClueName: 60, ClueHandle: 50, ClueLocalPart: 30, ClueAgent: 20}
	clues = slices.Clone(clues)
	slices.SortStableFunc(clues, func(a, b DuplicateClue) int { return cmp.Compare(weights[b.Clue], weights[a.Clue]) })
	var guesses []guess
	for _, c := range clues {
		weak := c.Clue == ClueLocalPart || c.Clue == ClueAgent
		if weak && (!AlikeNames(name, c.Name) || (c.Clue == ClueLocalPart && slices.Contains(mailboxes, c.What))) {
			continue
		}
		at := slices.IndexFunc(guesses, func(g guess) bool { return g.CreatorID == c.CreatorID })
		if at < 0 {
			at = len(guesses)
			guesses = append(guesses, guess{DuplicateGuess: DuplicateGuess{CreatorID: c.CreatorID}})
		}
		if why := c.words(); !slices.Contains(guesses[at].Why, why) {
			guesses[at].Why = append(guesses[at].Why, why)
			guesses[at].score += weights[c.Clue]
		}
	}
	slices.SortStableFunc(guesses, func(a, b guess) int {
		return cmp.Or(cmp.Compare(b.score, a.score), slices.Compare(a.CreatorID[:], b.CreatorID[:]))
	})
	if len(guesses) > maxDuplicates {
		guesses = guesses[:maxDuplicates]
	}
	out := make([]DuplicateGuess, len(guesses))
	for i, g := range guesses {
		out[i] = g.DuplicateGuess
	}
	return out
}

func (c DuplicateClue) words() string {
	switch c.Clue {
	case ClueEmail:
		return "Both have the address " + c.What
	case ClueName:
		return "Both have the same name"
	case ClueHandle:
		return "The same handle on another platform: " + c.What
	case ClueLocalPart:
		return "A similar name, and both addresses begin with " + c.What
	}
	return "A similar name, and the same agent: " + c.What
}

// AlikeNames says that two names are much the same: they share a word of three letters or more, or most pairs of letters.
func AlikeNames(a, b string) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	x, y := words(a), words(b)
	for _, w := range x {
		if utf8.RuneCountInString(w) >= 3 && slices.Contains(y, w) {
			return true
		}
	}
	p, q := pairs(strings.Join(x, "")), pairs(strings.Join(y, ""))
	if len(p) == 0 || len(q) == 0 {
		return false
	}
	common := 0
	for _, pair := range p {
		if at := slices.Index(q, pair); at >= 0 {
			common++
			q = slices.Delete(q, at, at+1)
		}
	}
	return 2*common*10 >= 6*(len(p)+len(q)+common)
}

// pairs are the neighbouring letters of a text.
func pairs(s string) []string {
	letters := []rune(s)
	var out []string
	for i := 0; i+1 < len(letters); i++ {
		out = append(out, string(letters[i:i+2]))
	}
	return out
}

// CreatorMerge says that one creator became part of another one.
type CreatorMerge struct {
	ID        uuid.UUID
	From      CreatorRef
	Into      CreatorRef
	By        *UserRef // nil for a person with whom the reader shares no brand
	At        time.Time
	UndoUntil time.Time
	UndoneAt  *time.Time
	// Moved is how many of each moved: of the brands in the reader's scope, and of what belongs to no brand.
	Moved map[string]int
}

// MergeOutcome is what a merge, or its end, changes for partnerships beside their creator: by id, with their brands.
type MergeOutcome struct {
	Merge  CreatorMerge
	Banned map[uuid.UUID]uuid.UUID // a ban holds for them now
	Lifted map[uuid.UUID]uuid.UUID // one no longer does
}

// mergeRefusals says why two creators cannot be merged, or a merge not be taken back, by a stable word.
var mergeRefusals = map[string]string{
	"same_creator":       "A creator cannot become part of itself.",
	"merged_already":     "One of the two became part of another creator already.",
	"two_payee_accounts": "Both have a bank account. Nobody can say which of the two gets paid, so they stay two creators.",
	"money_in_flight":    "A payment to one of the two is under way. Wait until it is paid or cancelled.",
	"same_campaign":      "Both have a partnership in the same campaign, which has one for each creator.",
	"undone_already":     "This merge was taken back already.",
	"too_late":           "A merge can be taken back for 24 hours, which are over.",
	"merged_on":          "The creator became part of another one since. Take that merge back first.",
	"paid_since":         "A payment was made since for a partnership that moved, so the merge stands.",
}

// MergeRefused is the conflict for a refusal of a merge or its end; nil for none.
func MergeRefused(reason string) error {
	if reason == "" {
		return nil
	}
	return &Error{Code: CodeConflict, Reason: reason, Message: mergeRefusals[reason] + " Nothing was changed."}
}
