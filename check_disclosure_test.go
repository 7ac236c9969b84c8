package rapport

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestDisclosure(t *testing.T) {
	t.Parallel()

	for caption, want := range map[string]string{
		"#ad My favourite shoes":                      CheckPass,
		"#AD, my favourite shoes":                     CheckPass,
		"Look! #ad":                                   CheckPass,
		"#ad✨ my favourite shoes":                     CheckPass,
		"“#ad” my favourite shoes":                    CheckPass,
		"Werbung | Meine Schuhe":                      CheckPass,
		"Anzeige: Meine Schuhe":                       CheckPass,
		"In paid partnership with Acme":               CheckPass,
		"Sponsored by Acme":                           CheckPass,
		"#shoes#ad":                                   CheckPass,
		"#publicité Mes chaussures":                   CheckPass,
		"My favourite shoes":                          CheckFail,
		"":                                            CheckFail,
		"#adventure with my shoes":                    CheckFail,
		"#ad_venture":                                 CheckFail,
		"Meine Bewerbung bei Acme":                    CheckFail,
		"Eine Kleinanzeige für Schuhe":                CheckFail,
		"#adverts are bad":                            CheckFail,
		"#adé":                                        CheckFail,
		"See https://acme.test/ad/ for more":          CheckFail,
		"Write to ad@acme.test":                       CheckFail,
		strings.Repeat("x", 124) + " #ad":             CheckPass,
		strings.Repeat("ü", 125) + " #ad":             CheckWarn,
		strings.Repeat("x ", 100) + "\nAdvertisement": CheckWarn,
		"#adventure starts here " + strings.Repeat("x ", 10) + "#ad": CheckPass,
	} {
		checks := CheckSubmission(Content{Caption: caption})
		require.Equal(t, "disclosure", checks[0].Rule)
		require.Equal(t, want, checks[0].Result, "%q: %s", caption, checks[0].Detail)
		require.NotEmpty(t, checks[0].Detail)
	}
}

func TestDisclosureOfAMarket(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		markets, caption, want string
		span                   string // of the caption
		detail                 string // a part of it
	}{
		{"US", "#AD: new in", CheckPass, "#AD", "clearly"},
		{"US", "＃ａｄ new in", CheckPass, "＃ａｄ", "clearly"},
		{"US", "#a\u200bd new in", CheckPass, "#a\u200bd", "clearly"},
		{"US", "😀 [Ad] new in", CheckPass, "Ad", "clearly"},
		{"US", "#sp new in", CheckFail, "#sp", "does not say clearly enough for the United States"},
		{"US", "#Werbung new in", CheckFail, "#Werbung", "not in the market's language"},
		{"US", "this is not an ad", CheckFail, "not an ad", "not paid, and it is"},
		{"US", "a #b #c #ad", CheckWarn, "#ad", "3 hashtags in a row"},
		{"US", "#ad, but not an ad really", CheckWarn, "not an ad", "the opposite"},
		{"US", "#AcmePartner", CheckWarn, "#AcmePartner", "a person must look"},
		{"US", "new in", CheckFail, "", "does not say that this is paid"},
		{"us", "#ad", CheckPass, "#ad", ""},
		{"ZZ", "#ad", CheckPass, "#ad", ""},
		{"DE", "#ad neu", CheckFail, "#ad", "for Germany"},
		{"FR", "#PUBLICITE\u0301 nouveau", CheckPass, "#PUBLICITE\u0301", ""},
		{"JP", "＃ＰＲ 新作", CheckPass, "＃ＰＲ", ""},
		{"US,GB", "#sponsored new in", CheckFail, "#sponsored", "for the United Kingdom"},
		{"GB,US", "#ad new in", CheckPass, "#ad", ""},
	} {
		got := DisclosureVerdict(Content{Caption: c.caption, Rules: ContentRules{Markets: strings.Split(c.markets, ",")}})
		require.Equal(t, c.want, got.Result, "%q: %s", c.caption, got.Detail)
		require.Contains(t, got.Detail, c.detail)
		span := ""
		if got.Span != nil {
			span = string([]rune(c.caption)[got.Span.From:got.Span.To])
		}
		require.Equal(t, c.span, span, "%q", c.caption)
	}
	require.Equal(t, CheckFail, DisclosureVerdict(Content{Caption: "#ad", Country: "DE"}).Result, "without markets, the creator's country")
	require.Equal(t, "Begin the caption with “Werbung” or “Anzeige”.", DisclosureVerdict(Content{Country: "DE"}).Fix)
	require.Equal(t, CheckPass, DisclosureVerdict(Content{Caption: strings.Repeat("x ", 100) + "#ad", Platform: "X"}).Result, "X shows 280 characters")
	require.Equal(t, CheckWarn, DisclosureVerdict(Content{Caption: "x\ny\n#ad", Platform: "instagram"}).Result)
	require.Equal(t, CheckPass, DisclosureVerdict(Content{Caption: strings.Repeat("x ", 200) + "#ad", Platform: "threads"}).Result, "nothing is folded there")
}

// labelledCaption is a caption of bench/testdata/captions.
type labelledCaption struct {
	ID       string `json:"id"`
	Market   string `json:"market"` // several with commas; empty for none
	Platform string `json:"platform"`
	Caption  string `json:"caption"`
	Verdict  string `json:"verdict"`
	Why      string `json:"why"`
}

func TestLabelledCaptions(t *testing.T) {
	t.Parallel()

	ids := map[string]bool{}
	for _, name := range []string{"captions.json", "captions_held_out.json"} {
		raw, err := os.ReadFile("bench/testdata/captions/" + name)
		require.NoError(t, err)
		var captions []labelledCaption
		require.NoError(t, json.Unmarshal(raw, &captions))
		for _, c := range captions {
			require.False(t, ids[c.ID], c.ID)
			require.NotEmpty(t, c.Why, c.ID)
			ids[c.ID] = true
			content := Content{Caption: c.Caption, Platform: c.Platform}
			if c.Market != "" {
				content.Rules.Markets = strings.Split(c.Market, ",")
			}
			got := DisclosureVerdict(content)
			require.Equal(t, c.Verdict, got.Result, "%s: %q: %s, and not: %s", c.ID, c.Caption, got.Detail, c.Why)
			requireExplained(t, content, got)
		}
	}
}

func requireExplained(t *testing.T, c Content, got Check) {
	t.Helper()
	require.NotEmpty(t, got.Rule)
	require.NotEmpty(t, got.Detail)
	require.Contains(t, []string{CheckPass, CheckWarn, CheckFail}, got.Result)
	require.True(t, got.Result == CheckPass || got.Fix != "", "%s says what to do", got.Rule)
	if strings.HasPrefix(got.Rule, "disclosure") {
		require.NotEmpty(t, got.Source)
	}
	if s := got.Span; s != nil {
		require.True(t, 0 <= s.From && s.From < s.To && s.To <= utf8.RuneCountInString(c.Caption), "%v in %q", s, c.Caption)
	}
}

func TestDisclosureRulesAreWhole(t *testing.T) {
	t.Parallel()

	strict := json.NewDecoder(bytes.NewReader(disclosureData))
	strict.DisallowUnknownFields()
	require.NoError(t, strict.Decode(&disclosureRules{}))
	b := disclosures()
	source := func(at string, s ruleSource) {
		u, err := url.Parse(s.URL)
		require.NoError(t, err, at)
		require.Equal(t, "https", u.Scheme, at)
		require.NotEmpty(t, s.Title, at)
		require.NotEmpty(t, s.Publisher, at)
		require.True(t, s.Year >= 1980 && s.Year <= 2026, at)
	}
	for code := range strings.FieldsSeq("US GB DE AT CH FR ES IT NL BE IE CA AU BR PT SE DK NO FI PL MX JP IN default") {
		require.Contains(t, b.Markets, code)
	}
	for code, m := range b.Markets {
		require.True(t, code == "default" || len(checkCountry("", code)) == 0, code)
		require.NotEmpty(t, m.Name, code)
		require.Positive(t, m.Hashtags.First, code)
		require.NotEmpty(t, m.Sources, code)
		for _, s := range m.Sources {
			source(code, s)
		}
		require.NotEmpty(t, m.Languages, code)
		for _, l := range m.Languages {
			require.Contains(t, b.Languages, l, code)
		}
		listed := slices.Concat(m.Clear, m.Unclear, m.Doubtful)
		slices.Sort(listed)
		require.Equal(t, slices.Compact(slices.Clone(listed)), listed, "%s: a word is either clear, unclear or doubtful", code)
		require.NotEmpty(t, m.Write, code)
		for _, w := range m.Write {
			for _, caption := range []string{w + ": new in", w + "\nNew in", w + " | New in"} {
				got := DisclosureVerdict(Content{Caption: caption, Rules: ContentRules{Markets: []string{code}}})
				require.Equal(t, CheckPass, got.Result, "%s: what people are told to write is right: %q: %s", code, caption, got.Detail)
			}
		}
	}
	source("fold", b.Fold.Source)
	require.Contains(t, b.Fold.Folds, "default")
	for language, w := range b.Languages {
		for _, words := range [][]string{w.Labels, w.Phrases, w.Openers, w.Unclear, w.Denials, w.Neutral, w.Negators, w.Fillers} {
			for _, word := range words {
				require.NotEmpty(t, readCaption(word).words, language)
			}
		}
	}
}

func TestVideoDisclosure(t *testing.T) {
	t.Parallel()

	yes, no := true, false
	for _, c := range []struct {
		kind, fileType  string
		spoken, written *bool
		want            string
	}{
		{"reel", "video/mp4", &yes, &yes, CheckPass},
		{"reel", "video/mp4", nil, nil, CheckWarn},
		{"reel", "video/mp4", &yes, nil, CheckWarn},
		{"reel", "video/mp4", &no, nil, CheckFail},
		{"reel", "video/mp4", &yes, &no, CheckFail},
		{"reel", "video/mp4", &no, &yes, CheckFail},
		{"reel", "video/mp4", &no, &no, CheckFail},
		{"Story", "", &yes, &yes, CheckPass},
		{"story", "image/png", nil, nil, ""},
		{"post", "", nil, nil, ""},
	} {
		content := Content{Kind: c.kind, FileType: c.fileType, Spoken: c.spoken, Written: c.written, Rules: ContentRules{Spoken: true}}
		got := checkVideoDisclosure(content)
		if c.want == "" {
			require.Empty(t, got)
			continue
		}
		require.Equal(t, c.want, got[0].Result)
		requireExplained(t, content, got[0])
	}
	require.Empty(t, checkVideoDisclosure(Content{FileType: "video/mp4"}), "nobody asked")
}

// TestHostileCaptions runs every check over captions that nobody would write.
func TestHostileCaptions(t *testing.T) {
	t.Parallel()

	pieces := []string{
		"#", "#ad", "ad", "Ad:", "@", "@a.", "not ", "an ", "sponsored by ", "werbung ", "(", "?", ".", "\n", " ", "#a #b #ad ", "https://a.test/?b=c", "a.test/", "code ", "CODE9",
		"code: ", "PR", "広告", "です", "\u0301", "\u200d", "\u200f", "\u202e", "＃", "ﬃ",
		"½", "𝐀𝐝", "👩‍👩‍👧", "1️⃣", "İ", "ẞ", "\xff", "\x00", "_", "'", "’", "-", "[", "http://", "www.", "%", "é", "विज्ञापन", "قهوة",
	}
	content := func(caption string) Content {
		return Content{
			Caption: caption, Hashtags: []string{"#a", "@a", "", "👩‍👩‍👧", "広告"}, PromoCode: "CODE9", TrackedLink: "https://a.test/?b=c",
			Rules: ContentRules{Markets: []string{"US", "DE", "JP", "ZZ", ""}, Banned: []string{"not", "#", "é", " "}, Spoken: true}, FileName: "a", FileType: "video/mp4",
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 1_000 {
		var b strings.Builder
		for range random.IntN(25) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		c := content(b.String())
		for _, check := range CheckSubmission(c) {
			requireExplained(t, c, check)
		}
		want := PostToVerify{Hashtags: c.Hashtags, PromoCode: c.PromoCode, TrackedLink: c.TrackedLink, Handles: []string{"a", ""}}
		CheckPublished(want, FetchedPost{Text: c.Caption, Body: []byte(c.Caption), Authors: []string{c.Caption}})
	}
	for _, piece := range []string{"#ad", "@a.", "not ", "an ", "sponsored by ", "Ad: ", "#a #b #ad ", "https://a.test/?b=c ", "a.test/", "code CODE8 ", "code9 ",
		"広告", "\u0301", "é", "\n", " ", "(ad) not an ad? "} {
		c := content(strings.Repeat(piece, 100_000/len(piece)))
		begin := time.Now()
		for _, check := range CheckSubmission(c) {
			requireExplained(t, c, check)
		}
		require.Less(t, time.Since(begin), 5*time.Second, "%q many times", piece) // a moment on a machine with nothing else to do
	}
}

func FuzzCheckSubmission(f *testing.F) {
	f.Add("#ad new in, use code NORD15 at https://acme.test/?ref=a")
	f.Add("Werbung | 【PR】 not an ad")
	f.Fuzz(func(t *testing.T, caption string) {
		c := Content{Caption: caption, Hashtags: []string{"#acme"}, PromoCode: "NORD15", TrackedLink: "acme.test?ref=a", Rules: ContentRules{Markets: []string{"US", "JP"}, Banned: []string{"new"}}}
		for _, check := range CheckSubmission(c) {
			requireExplained(t, c, check)
		}
	})
}
