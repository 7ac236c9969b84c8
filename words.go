package rapport

import (
	"cmp"
	"context"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Locales are the languages in which a creator reads their page and our mails; the first one where nobody chose.
var Locales = []string{"en", "de"} //nolint:gochecknoglobals // a constant list

// LegalLocale is the language of contracts and of the consent to them: what was read is what was signed, so nobody translates it.
const LegalLocale = "en"

// LocaleFor is the language of a creator: the one that was chosen, else the best of those that a browser accepts (RFC 9110, 12.5.4); in mails, of
// what the house knows that they speak.
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
	zone    *time.Location // of whoever reads; nil where nobody knows it
	page    bool           // is read beside amounts with symbols
}

// catalogue has every sentence in every language but English, which stands in the code.
var catalogue = func() catalog.Catalog { //nolint:gochecknoglobals // a table
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	set := func(tag language.Tag, english string, said ...catalog.Message) {
		if err := b.Set(tag, english, said...); err != nil {
			panic("catalogue: " + err.Error()) // a test says everything
		}
	}
	for english, said := range counted {
		set(language.English, english, plural.Selectf(1, "%d", plural.One, "%[1]d "+said[0], plural.Other, "%[1]d "+said[1]))
		set(language.German, english, plural.Selectf(1, "%d", plural.One, "%[1]d "+said[2], plural.Other, "%[1]d "+said[3]))
	}
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
	return Words{locale: locale, printer: message.NewPrinter(tag, message.Catalog(catalogue))}
}

// In puts moments into the zone of whoever reads the words. A zone that there is not leaves them in UTC.
func (w Words) In(zone string) Words {
	w.zone = zoneNamed(zone)
	return w
}

// zoneNamed is nil where there is no such zone.
func zoneNamed(name string) *time.Location {
	found, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil
	}
	return found
}

type readerKey struct{}

// WithReader sets the time zone of the person for whom a page is made.
func WithReader(ctx context.Context, zone string) context.Context {
	return context.WithValue(ctx, readerKey{}, sync.OnceValue(func() *time.Location { return zoneNamed(zone) }))
}

// ReaderZone is the zone of whoever reads the page; UTC where nobody said one.
func ReaderZone(ctx context.Context) *time.Location {
	if zone, ok := ctx.Value(readerKey{}).(func() *time.Location); ok && zone() != nil {
		return zone()
	}
	return time.UTC
}

// WordsFor are the words of a language for whoever reads the page: moments in their zone and amounts as the page shows them. Where nobody
// said a zone, as programs do not, moments name UTC and amounts the code of their currency.
func WordsFor(ctx context.Context, locale string) Words {
	w := WordsIn(locale)
	if zone, ok := ctx.Value(readerKey{}).(func() *time.Location); ok {
		w.zone = zone()
		w.page = w.zone != nil
	}
	return w
}

// housePage are the words of what is kept for pages of the house, whoever reads it later.
func housePage() Words {
	w := WordsIn(Locales[0])
	w.page = true
	return w
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

// englishMails are the mails that have no template of their own: an amendment goes out as its contract does, and says that it is one.
var englishMails = map[string][2]string{ //nolint:gochecknoglobals // a table
	"amendment": {`A change to your contract {{contract.amends}} is ready to sign`, englishHello +
		`a change to your contract for "{{campaign.name}}" is ready, with the number {{contract.number}}. Read and sign it here: {{portal_link}}
When you sign we mail you a code, to be sure that it is you. The change waits until {{contract.expires}}. Until we both have signed it, everything stays as it was agreed.` + sender},
	"amendment_elsewhere": {`A change to your contract {{contract.amends}} is ready to sign`, englishHello +
		`a change to your contract for "{{campaign.name}}" is ready, with the number {{contract.number}}. Read and sign it here: {{portal_link}}
The link is for you alone: please do not hand it on. The change waits until {{contract.expires}}. Until we both have signed it, everything stays as it was agreed.` + sender},
	"amendment_reminder": {`The change to your contract {{contract.amends}} waits for your signature`, englishHello +
		`the change to your contract for "{{campaign.name}}", {{contract.number}}, still waits for your signature, until {{contract.expires}}: {{portal_link}}` + sender},
}

// Mail is the text of a mail that the program words itself; false where it has none in this language.
func (w Words) Mail(template string) (subject, body string, ok bool) {
	mails := englishMails
	if w.locale == "de" {
		mails = germanMails
	}
	m, ok := mails[template]
	return m[0], m[1], ok
}

// Day is a calendar date in words, which belongs to no zone.
func (w Words) Day(at time.Time) string {
	return w.day(at.UTC())
}

func (w Words) day(at time.Time) string {
	if w.locale == "de" {
		return strings.Replace(at.Format("2. Month 2006"), "Month", germanMonths[at.Month()-1], 1)
	}
	return at.Format("2 January 2006")
}

// Moment is a day with its time and zone.
func (w Words) Moment(at time.Time) string {
	at = at.UTC()
	if w.zone != nil {
		at = at.In(w.zone)
	}
	return w.day(at) + at.Format(", 15:04 ") + w.zoneOf(at)
}

// zoneOf names the zone that a moment is in, as short as it goes.
func (w Words) zoneOf(at time.Time) string {
	zone, _ := at.Zone()
	switch german, known := germanZones[zone]; {
	case known && w.locale == "de":
		return german
	case strings.HasPrefix(zone, "+") || strings.HasPrefix(zone, "-"):
		return "UTC" + zone // it has no short name
	}
	return zone
}

// Money is an amount in words: as pages show it to their reader, else with the code of its currency, which a symbol may share.
func (w Words) Money(m Money) string {
	amount, currency, _ := strings.Cut(m.String(), " ")
	if w.locale != "de" && !w.page {
		return amount + " " + currency
	}
	amount, minus := strings.CutPrefix(amount, "-")
	sign := ""
	if minus {
		sign = "-"
	}
	between, point := ",", "."
	if w.locale == "de" {
		between, point = point, between
	}
	whole, cents, has := strings.Cut(amount, ".")
	for at := len(whole) - 3; at > 0; at -= 3 {
		whole = whole[:at] + between + whole[at:]
	}
	if has {
		whole += point + cents
	}
	if !w.page {
		return sign + whole + " " + currency
	}
	symbol := cmp.Or(currencySymbols[w.locale+" "+m.Currency], currencySymbols[m.Currency], currency)
	switch last, _ := utf8.DecodeLastRuneInString(symbol); {
	case w.locale == "de":
		return sign + whole + "\u00a0" + symbol
	case unicode.IsLetter(last):
		return sign + symbol + "\u00a0" + whole
	}
	return sign + symbol + whole
}

// currencySymbols are the narrow ones of CLDR, as pages show them; a test of the pages reads the same examples. Others have their code.
var currencySymbols = map[string]string{ //nolint:gochecknoglobals // a table
	"usd": "$", "eur": "€", "gbp": "£", "cad": "$", "aud": "$", "sek": "kr", "nok": "kr", "dkk": "kr", "pln": "zł", "czk": "Kč", "mxn": "$", "brl": "R$", "inr": "₹",
	"sgd": "$", "nzd": "$", "huf": "Ft", "twd": "$", "jpy": "¥", "krw": "₩", "clp": "$", "vnd": "₫", "isk": "kr",
	"de twd": "NT$",
}

// germanZones are zones that are called otherwise in German.
var germanZones = map[string]string{ //nolint:gochecknoglobals // a table
	"CET": "MEZ", "CEST": "MESZ", "WET": "WEZ", "WEST": "WESZ", "EET": "OEZ", "EEST": "OESZ",
}

var germanMonths = []string{ //nolint:gochecknoglobals // a constant list
	"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
}
