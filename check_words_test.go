package rapport

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatADraftNeedsIsSaidBeforeThereIsOne(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"Begin the caption with “Werbung” or “Anzeige”.", "Add #nord to the caption, spelled exactly so.", "Name the code NORD15.", "Add https://shop.example/?ref=robin", "Leave out: cheap.",
		"Upload a picture or a video.", "The file has at most 20 MB.", "A video takes between 10 and 60 seconds.", "Width to height is 9:16.",
	}, ContentAsks(Content{
		Country: "DE", Hashtags: []string{"#nord"}, PromoCode: "NORD15", TrackedLink: "https://shop.example/?ref=robin",
		Rules: ContentRules{Banned: []string{"cheap"}, MediaTypes: []string{"image", "video"}, MaxMegabytes: 20, MinSeconds: 10, MaxSeconds: 60, AspectRatios: []string{"9:16"}},
	}, WordsIn("en")))
	require.Len(t, ContentAsks(Content{}, WordsIn("en")), 1, "an ad is always called one")
	require.Equal(t, []string{"Beginne den Text zum Beitrag mit „Werbung“ oder „Anzeige“.", "Lass weg: billig.", "Lade ein Bild, ein Video oder ein PDF hoch.", "Ein Video dauert höchstens 60 Sekunden."},
		ContentAsks(Content{Country: "DE", Rules: ContentRules{Banned: []string{"billig"}, MediaTypes: []string{"image", "video", "pdf"}, MaxSeconds: 60}}, WordsIn("de")))
}

func TestWhatADraftNeedsIsWhatTheChecksWillSay(t *testing.T) {
	t.Parallel()
	for _, country := range []string{"", "DE", "US", "FR"} {
		c := Content{
			Kind: "video", Country: country, Hashtags: []string{"#nord", "@acme"}, PromoCode: "NORD15", TrackedLink: "https://shop.example/?ref=robin", Rules: ContentRules{Spoken: true},
		}
		var fixes []string
		for _, check := range CheckSubmission(c) {
			if check.Fix != "" && check.Rule != "file" {
				fixes = append(fixes, check.Fix)
			}
		}
		require.Equal(t, fixes, ContentAsks(c, WordsIn("en")))
	}
}

func TestRequiredWords(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		caption string
		words   []string
		want    string
	}{
		{"#ad #acme", []string{"#acme"}, CheckPass},
		{"#ad #Acme!", []string{"#acme"}, CheckPass},
		{"#ad, thanks to @acme.", []string{"@acme"}, CheckPass},
		{"#ad with Acme Shoes today", []string{"acme shoes"}, CheckPass},
		{"#ad #acme✨", []string{"#acme"}, CheckPass},
		{"#ad #acme", []string{"acme"}, CheckPass},
		{"#ad #cafe", []string{"#Café"}, CheckPass},
		{"#ad @acme.shoes", []string{"@acme.shoes"}, CheckPass},
		{"#ad 🌱 new", []string{"🌱"}, CheckPass},
		{"#ad 春の新発売です", []string{"新発売"}, CheckPass},
		{"#ad #acmefake", []string{"#acme"}, CheckFail},
		{"#ad #acme_de", []string{"#acme"}, CheckFail},
		{"#ad @acme.shoes", []string{"@acme"}, CheckFail},
		{"#ad @acme_de", []string{"@acmede"}, CheckFail},
		{"#ad acme", []string{"#acme"}, CheckFail},
		{"#ad", []string{"#acme"}, CheckFail},
	} {
		checks := CheckSubmission(Content{Caption: c.caption, Hashtags: c.words})
		require.Equal(t, "required_words", checks[1].Rule)
		require.Equal(t, c.want, checks[1].Result, "%q", c.caption)
	}
	missing := CheckSubmission(Content{Caption: "#ad #b", Hashtags: []string{"#a", "#b", "#c"}})[1]
	require.Equal(t, "The caption must contain #a, #c.", missing.Detail)
	require.Contains(t, missing.Fix, "#a, #c")
	require.Len(t, CheckSubmission(Content{Caption: "#ad"}), 2, "no words are asked for")
}

func TestBannedWords(t *testing.T) {
	t.Parallel()

	checks := CheckSubmission(Content{Caption: "#ad The CHEAPEST miracle crème", Rules: ContentRules{Banned: []string{"cheapest", "creme", "cheap", "guaranteed"}}})
	require.Equal(t, "banned_words", checks[1].Rule)
	require.Equal(t, CheckFail, checks[1].Result)
	require.Equal(t, &Span{8, 16}, checks[1].Span)
	require.Equal(t, &Span{25, 30}, checks[2].Span)
	require.Contains(t, checks[2].Fix, "crème")
	require.Equal(t, "file", checks[3].Rule, "a word within another is none")
	require.Equal(t, CheckPass, CheckSubmission(Content{Caption: "#ad", Rules: ContentRules{Banned: []string{"cheap"}}})[1].Result)
}

func TestPromoCode(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ caption, want, span, fix string }{
		{"#ad use NORD15 now", CheckPass, "NORD15", ""},
		{"#ad Code:NORD15!", CheckPass, "NORD15", ""},
		{"#ad #NORD15", CheckPass, "NORD15", ""},
		{"#ad nord15 or NORD15", CheckPass, "NORD15", ""},
		{"#ad with nord15", CheckWarn, "nord15", "NORD15"},
		{"#ad NORD150", CheckFail, "", "NORD15"},
		{"#ad use code NORD20 now", CheckFail, "NORD20", "NORD15 instead of “NORD20”"},
		{"Werbung mit dem Code FUCHS bei @acme", CheckFail, "FUCHS", "NORD15"},
		{"#ad code promo NORD-20", CheckFail, "NORD-20", "NORD15"},
		{"#ad con mi código LUNA10", CheckFail, "LUNA10", "NORD15"},
		{"#ad use code NORD15, not code NORD20", CheckWarn, "NORD20", "NORD15"},
		{"#ad I love to code in Go", CheckFail, "", "NORD15"},
		{"#ad", CheckFail, "", "NORD15"},
	} {
		got := CheckSubmission(Content{Caption: c.caption, PromoCode: "NORD15"})[1]
		require.Equal(t, "promo_code", got.Rule)
		require.Equal(t, c.want, got.Result, "%q: %s", c.caption, got.Detail)
		require.Contains(t, got.Fix, c.fix)
		require.Equal(t, c.span, spanned(c.caption, got.Span), "%q", c.caption)
	}
}

func spanned(caption string, s *Span) string {
	if s == nil {
		return ""
	}
	return string([]rune(caption)[s.From:s.To])
}

func TestTrackedLink(t *testing.T) {
	t.Parallel()

	const link = "https://shop.acme.test/new/?ref=ann&utm_source=ig"
	for _, c := range []struct{ caption, want, span string }{
		{"é #ad " + link, CheckPass, link},
		{"#ad (shop.acme.test/new?utm_source=ig&ref=ann)", CheckPass, "shop.acme.test/new?utm_source=ig&ref=ann"},
		{"#ad HTTP://www.Shop.acme.test/new?ref=ann&utm_source=ig&x=1.", CheckPass, "HTTP://www.Shop.acme.test/new?ref=ann&utm_source=ig&x=1"},
		{"#ad https://shop.acme.test/new?ref=ann", CheckFail, "https://shop.acme.test/new?ref=ann"},
		{"#ad https://shop.acme.test/new?ref=bob&utm_source=ig", CheckFail, "https://shop.acme.test/new?ref=bob&utm_source=ig"},
		{"#ad https://shop.acme.test", CheckFail, "https://shop.acme.test"},
		{"#ad https://other.test/?ref=ann&utm_source=ig", CheckFail, ""},
		{"#ad link in bio", CheckFail, ""},
		{"#ad ann@shop.acme.test", CheckFail, ""},
	} {
		got := CheckSubmission(Content{Caption: c.caption, TrackedLink: link})[1]
		require.Equal(t, "tracked_link", got.Rule)
		require.Equal(t, c.want, got.Result, "%q: %s", c.caption, got.Detail)
		require.Equal(t, c.span, spanned(c.caption, got.Span), "%q", c.caption)
		if c.want == CheckFail {
			require.Contains(t, got.Fix, link)
		}
	}
}
