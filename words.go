package rapport

import (
	"strings"
	"time"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Locales are the languages in which a creator reads their page and our mails; the first one where nobody chose.
var Locales = []string{"en", "de"} //nolint:gochecknoglobals // a constant list

// LegalLocale is the language of contracts and of the consent to them: what was read is what was signed, so nobody translates it.
const LegalLocale = "en"

// LocaleFor is the language of a creator: the one that was chosen, else the best of those that a browser accepts (RFC 9110, 12.5.4).
func LocaleFor(chosen, accepted string) string {
	if chosen != "" {
		return chosen
	}
	tags := make([]language.Tag, len(Locales))
	for i, l := range Locales {
		tags[i] = language.Make(l)
	}
	wanted, _, err := language.ParseAcceptLanguage(accepted)
	if err != nil {
		return Locales[0]
	}
	_, at, _ := language.NewMatcher(tags).Match(wanted...)
	return Locales[at]
}

// Words are what the program itself says to a creator, in one language. What it says is named by its English words.
type Words struct {
	locale  string
	printer *message.Printer
}

// catalogue has every sentence in every language but English, which stands in the code.
var catalogue = func() catalog.Catalog { //nolint:gochecknoglobals // a table
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	set := func(tag language.Tag, english string, said ...catalog.Message) {
		if err := b.Set(tag, english, said...); err != nil {
			panic("catalogue: " + err.Error()) // a test says everything
		}
	}
	set(language.English, "%d days", plural.Selectf(1, "%d", plural.One, "%[1]d day", plural.Other, "%[1]d days"))
	set(language.German, "%d days", plural.Selectf(1, "%d", plural.One, "%[1]d Tag", plural.Other, "%[1]d Tagen"))
	for english, german := range german {
		set(language.German, english, catalog.String(german))
	}
	return b
}()

// WordsIn are the words of a language; those of another are English.
func WordsIn(locale string) Words {
	tag := language.English
	if locale == "de" {
		tag = language.German
	}
	return Words{locale, message.NewPrinter(tag, message.Catalog(catalogue))}
}

// Locale is the language of the words.
func (w Words) Locale() string { return w.locale }

// Say says a sentence with its values in their places.
func (w Words) Say(english string, values ...any) string {
	return w.printer.Sprintf(message.Key(english, english), values...)
}

// or joins what one may choose from.
func (w Words) or(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	say := w
	return say.Say("%s or %s", strings.Join(words[:len(words)-1], ", "), words[len(words)-1])
}

// quoted puts each into the quotation marks of the language.
func (w Words) quoted(words []string) []string {
	if w.locale != "de" {
		return quoted(words)
	}
	out := make([]string, len(words))
	for i, one := range words {
		out[i] = "„" + one + "“"
	}
	return out
}

// Mail is the text of a mail that the program words itself; false where it has none in this language.
func (w Words) Mail(template string) (subject, body string, ok bool) {
	if w.locale != "de" {
		return "", "", false
	}
	m, ok := germanMails[template]
	return m[0], m[1], ok
}

// Day is a date in words.
func (w Words) Day(at time.Time) string {
	if w.locale == "de" {
		return strings.Replace(at.UTC().Format("2. Month 2006"), "Month", germanMonths[at.UTC().Month()-1], 1)
	}
	return at.UTC().Format("2 January 2006")
}

// Moment is a day with its time.
func (w Words) Moment(at time.Time) string {
	return w.Day(at) + at.UTC().Format(", 15:04 UTC")
}

// Money is an amount in words.
func (w Words) Money(m Money) string {
	s := m.String()
	if w.locale != "de" {
		return s
	}
	amount, currency, _ := strings.Cut(s, " ")
	whole, cents, has := strings.Cut(amount, ".")
	for at := len(whole) - 3; at > 0 && whole[at-1] != '-'; at -= 3 {
		whole = whole[:at] + "." + whole[at:]
	}
	if has {
		whole += "," + cents
	}
	return whole + " " + currency
}

var germanMonths = []string{ //nolint:gochecknoglobals // a constant list
	"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
}
