package rapport

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

var verb = regexp.MustCompile(`%(?:\[(\d+)\])?([a-z])`)

// verbsOf are the places for values in a sentence, in the order of the values.
func verbsOf(text string) []string {
	found := verb.FindAllStringSubmatch(text, -1)
	verbs := make([]string, 0, len(found))
	for i, m := range found {
		at := m[1]
		if at == "" {
			at = strconv.Itoa(i + 1)
		}
		verbs = append(verbs, at+m[2])
	}
	slices.Sort(verbs)
	return verbs
}

// constantText is a string that is written out, in one piece or in several.
func constantText(e ast.Expr) (string, bool) {
	switch x := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(x.Value)
		return text, err == nil
	case *ast.BinaryExpr:
		a, okA := constantText(x.X)
		b, okB := constantText(x.Y)
		return a + b, okA && okB && x.Op == token.ADD
	}
	return "", false
}

// saidInCode are the sentences that the code says somewhere, by where.
func saidInCode(t *testing.T) map[string]string {
	t.Helper()
	said := map[string]string{}
	for _, dir := range []string{".", "api", "postgres", "activities"} {
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), dir+"/"+f.Name(), nil, 0)
			require.NoError(t, err)
			ast.Inspect(parsed, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) == 0 {
					return true
				}
				f, ok := call.Fun.(*ast.SelectorExpr)
				kept, _ := call.Fun.(*ast.Ident)
				if ok && f.Sel.Name == "Say" && isWords(f.X) || kept != nil && (kept.Name == "phrase" || kept.Name == "phrases") {
					if text, ok := constantText(call.Args[0]); ok {
						said[text] = dir
					}
				}
				return true
			})
		}
	}
	// Words that the code takes from a table.
	for _, kind := range []string{"topup", "topup_reversal", "accrual", "accrual_cancel", "submit", "void", "settle", "claim", "reversal", "netting", "write_off", "adjustment"} {
		said[PostingWords(kind)] = "journal.go"
	}
	for _, method := range []string{"bank_transfer", "paypal", "cheque", "goods", "other"} {
		said[OfflineWords(method)] = "payout_offline.go"
	}
	for _, metric := range []string{"views", "likes", "comments", "shares", "saves", "clicks", "conversions"} {
		said[metric] = "partnership_bonus.go"
	}
	for _, problem := range postProblems {
		said[problem] = "content.go"
	}
	for _, kind := range mediaTypes {
		said[kind] = "check_media.go"
	}
	for _, m := range disclosures().Markets {
		said[m.Name] = "disclosure_rules.json"
	}
	for english := range counted { // TestWordsCountInEveryLanguage
		require.NotEmpty(t, said[english], "nobody counts %q any more", english)
		delete(said, english)
	}
	return said
}

func TestTheCatalogueHasWhatIsSaidAndNothingElse(t *testing.T) {
	t.Parallel()
	said := saidInCode(t)
	for text, where := range said {
		require.NotEmpty(t, german[text], "%q, said in %s, is not there in German", text, where)
	}
	for english, translated := range german {
		require.NotEmpty(t, said[english], "nobody says %q any more", english)
		require.Equal(t, verbsOf(english), verbsOf(translated), "the values of %q", english)
		require.NotEmpty(t, strings.TrimSpace(translated))
	}
}

// What answers a creator is said by Words; what refuses them is worded by their page, by its code. Nothing else is written out here.
func TestNoSentenceForCreatorsIsWrittenOut(t *testing.T) {
	t.Parallel()
	worded := []string{"Say", "phrase", "Errorf", "New", "bad", "about", "stateRefusal", "panic"}
	for _, name := range []string{"portal.go", "portal_words.go", "portal_contract.go", "portal_draft.go", "bank.go"} {
		files := token.NewFileSet()
		parsed, err := parser.ParseFile(files, "api/"+name, nil, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.KeyValueExpr: // of an error
				key, ok := x.Key.(*ast.Ident)
				return !ok || key.Name != "Message" && key.Name != "Detail"
			case *ast.CallExpr:
				switch f := x.Fun.(type) {
				case *ast.Ident:
					return !slices.Contains(worded, f.Name)
				case *ast.SelectorExpr:
					return !slices.Contains(worded, f.Sel.Name)
				}
			case *ast.BasicLit:
				text, ok := constantText(x)
				require.False(t, ok && regexp.MustCompile(`[A-Za-z]{2}[.,:]? [A-Za-z]{2}`).MatchString(text), "%s: %s is said in English alone", files.Position(x.Pos()), x.Value)
			}
			return true
		})
	}
}

func TestWordsCountInEveryLanguage(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string][2]string{"en": {"1 day", "30 days"}, "de": {"1 Tag", "30 Tagen"}, "": {"1 day", "30 days"}, "xx": {"1 day", "30 days"}} {
		say := WordsIn(locale)
		require.Equal(t, want, [2]string{say.Say("%d days", 1), say.Say("%d days", 30)}, locale)
	}
	for english := range counted {
		for _, locale := range Locales {
			one, more := WordsIn(locale).Say(english, 1), WordsIn(locale).Say(english, 2)
			require.Regexp(t, `^1 [\p{L} ]+$`, one)
			require.Regexp(t, `^2 [\p{L} ]+$`, more)
			require.NotEqual(t, one[2:], more[2:])
		}
	}
	require.Equal(t, "Ein Bonus, wenn dein Beitrag innerhalb von 30 Tagen nach der Veröffentlichung 100.000 Aufrufe hat",
		WordsIn("de").Say("A bonus, when your post has %d %s within %s after publication", 100_000, "Aufrufe", "30 Tagen"))
}

func TestMoneyAndDaysOfALanguage(t *testing.T) {
	t.Parallel()
	de, en := WordsIn("de"), WordsIn("en")
	require.Equal(t, "1.234.567,89 EUR", de.Money(Money{123456789, "eur"}))
	require.Equal(t, "-500,00 EUR", de.Money(Money{-50000, "eur"}))
	require.Equal(t, "123.456 JPY", de.Money(Money{123456, "jpy"}))
	require.Equal(t, "1250.00 EUR", en.Money(Money{125000, "eur"}))
	require.Equal(t, "2. März 2026, 10:00 UTC", de.Moment(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)))
	require.Equal(t, "2 March 2026, 10:00 UTC", en.Moment(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)))
}

// The pages write these amounts by themselves, and the server where they stand in a sentence: both are alike.
func TestAmountsInSentencesAreWrittenAsOnPages(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/amounts.json")
	require.NoError(t, err)
	var examples []struct {
		Money

		Locale string `json:"locale"`
		Text   string `json:"text"`
	}
	require.NoError(t, json.Unmarshal(raw, &examples))
	require.NotEmpty(t, examples)
	ctx := WithReader(t.Context(), "Europe/Berlin")
	for _, e := range examples {
		require.Equal(t, e.Text, WordsFor(ctx, e.Locale).Money(e.Money), "%+v", e)
	}
}

func TestWordsAreInTheTimeOfWhoeverReads(t *testing.T) {
	t.Parallel()
	winter, summer := time.Date(2026, 3, 2, 23, 30, 0, 0, time.UTC), time.Date(2026, 7, 2, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ zone, locale, winter, summer string }{
		{"Europe/Berlin", "de", "3. März 2026, 00:30 MEZ", "2. Juli 2026, 12:00 MESZ"},
		{"Europe/Berlin", "en", "3 March 2026, 00:30 CET", "2 July 2026, 12:00 CEST"},
		{"America/New_York", "en", "2 March 2026, 18:30 EST", "2 July 2026, 06:00 EDT"},
		{"America/Sao_Paulo", "en", "2 March 2026, 20:30 UTC-03", "2 July 2026, 07:00 UTC-03"},
		{"Nowhere/Land", "en", "2 March 2026, 23:30 UTC", "2 July 2026, 10:00 UTC"},
		{"", "de", "2. März 2026, 23:30 UTC", "2. Juli 2026, 10:00 UTC"},
		{"Local", "en", "2 March 2026, 23:30 UTC", "2 July 2026, 10:00 UTC"},
	} {
		say := WordsFor(WithReader(t.Context(), c.zone), c.locale)
		require.Equal(t, [2]string{c.winter, c.summer}, [2]string{say.Moment(winter), say.Moment(summer)}, c.zone)
		require.Equal(t, "2", say.Day(winter)[:1], "a date belongs to no zone")
	}
	require.Equal(t, "3. März 2026, 00:30 MEZ", WordsIn("de").In("Europe/Berlin").Moment(winter))
	require.Equal(t, "2.500,00 USD", WordsIn("de").In("Europe/Berlin").Money(Money{250000, "usd"}), "a mail names the currency")
}

func TestPhrasesAreKeptForEveryLanguage(t *testing.T) {
	t.Parallel()
	p := phrase("The video takes %s seconds; asked for is %s.", 12.5, phrase("between %s and %s seconds", 15, 60))
	raw, err := json.Marshal(p)
	require.NoError(t, err)
	var kept Phrase
	require.NoError(t, json.Unmarshal(raw, &kept))
	for _, one := range []Phrase{p, kept} {
		require.Equal(t, "The video takes 12.5 seconds; asked for is between 15 and 60 seconds.", WordsIn("en").Tell(one))
		require.Equal(t, "Das Video dauert 12,5 Sekunden; es soll zwischen 15 und 60 Sekunden dauern.", WordsIn("de").Tell(one))
	}
	begin := phrase("Begin the caption with %s.", phrases("“%s”", []string{"Werbung", "Anzeige"}))
	raw, err = json.Marshal(begin)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &kept))
	require.Equal(t, "Beginne den Text zum Beitrag mit „Werbung“ oder „Anzeige“.", WordsIn("de").Tell(kept))
	require.Error(t, json.Unmarshal([]byte(`{"say": 1}`), &kept))
}

func TestLocaleForTakesTheChosenOneThenTheBrowsers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ chosen, accepted, want string }{
		{"de", "en", "de"}, {"en", "de", "en"}, {"", "de-AT,de;q=0.9,en;q=0.8", "de"}, {"", "fr,de;q=0.5", "de"},
		{"", "fr", "en"}, {"", "", "en"}, {"", "nonsense;;q=x", "en"}, {"", "en-GB,de", "en"},
	} {
		require.Equal(t, c.want, LocaleFor(c.chosen, c.accepted), "%q %q", c.chosen, c.accepted)
	}
}

func TestGermanMailsUseTheTagsOfTheirTemplates(t *testing.T) {
	t.Parallel()
	for name, m := range germanMails {
		if of, amends := strings.CutPrefix(name, "amendment"); amends { // it has its contract's tags, and the number of the contract
			require.Contains(t, englishMails, name)
			m[0], name = strings.ReplaceAll(m[0], "{{contract.amends}}", "1"), "contract"+of
		}
		require.Empty(t, TemplateVersion{Name: name, Subject: m[0], Body: m[1]}.Check(), name)
		require.NotContains(t, m[0]+m[1], "“{{", "a German quotation mark opens below: %s", name)
	}
}

// isWords tells Words, which are called so everywhere, from a paper, which says something, too.
func isWords(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && name.Name == "say"
}

func TestAReplyIsAnsweredInItsThread(t *testing.T) {
	t.Parallel()
	partnership := uuid.New()
	task := Task{Kind: "answer_reply", PartnershipID: &partnership}
	require.Equal(t, "/inbox?box=waiting&partnership="+partnership.String(), task.Path())
}
