package rapport

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWhatAPostMustSay(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		page  FetchedPost
		words []string
		want  []string
	}{
		{FetchedPost{Text: "Anzeige. My shoes #acme"}, []string{"#acme"}, nil},
		{FetchedPost{Gone: true}, []string{"#acme"}, []string{"gone"}},
		{FetchedPost{Text: "My shoes #acme"}, []string{"#acme"}, []string{"disclosure_missing"}},
		{FetchedPost{Text: "My shoes #acme #collab"}, []string{"#acme"}, []string{"disclosure_unclear"}},
		{FetchedPost{Text: "#ad My shoes #acmefake"}, []string{"#acme"}, []string{"words_missing"}},
		{FetchedPost{}, []string{"#acme"}, []string{"disclosure_missing", "words_missing"}},
		{FetchedPost{Text: strings.Repeat("x ", 500) + "#ad"}, nil, nil},
	} {
		require.Equal(t, c.want, CheckPublished(PostToVerify{Hashtags: c.words}, c.page), "%+v", c.page)
	}
}

func TestCheckPublished(t *testing.T) {
	t.Parallel()

	day := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	want := PostToVerify{
		Hashtags: []string{"#acme"}, PromoCode: "NORD15", TrackedLink: "https://acme.test/new?ref=ann", Country: "DE", Handles: []string{"@Ann.Miller"},
		NotBefore: day, NotAfter: day.AddDate(0, 0, 7),
	}
	good := FetchedPost{
		Text:    "Log in  Ann Miller on Picturebook: \"Anzeige: meine Schuhe #acme, Code nord15, acme.test/new?ref=ann\" 12 likes #a #b #c",
		Authors: []string{"Ann Miller", "https://picturebook.test/ann.miller/?hl=en"}, PublishedAt: day.AddDate(0, 0, 1),
	}
	require.Empty(t, CheckPublished(want, good))
	for name, c := range map[string]struct {
		change func(*PostToVerify, *FetchedPost)
		want   []string
	}{
		"gone":                     {func(_ *PostToVerify, p *FetchedPost) { p.Gone = true }, []string{"gone"}},
		"no disclosure":            {func(_ *PostToVerify, p *FetchedPost) { p.Text = strings.ReplaceAll(p.Text, "Anzeige: ", "") }, []string{"disclosure_missing"}},
		"an unclear one":           {func(_ *PostToVerify, p *FetchedPost) { p.Text = strings.ReplaceAll(p.Text, "Anzeige: ", "#ad ") }, []string{"disclosure_unclear"}},
		"a market of the campaign": {func(w *PostToVerify, _ *FetchedPost) { w.Rules.Markets = []string{"DE", "US"} }, []string{"disclosure_unclear"}},
		"a word":                   {func(_ *PostToVerify, p *FetchedPost) { p.Text = strings.ReplaceAll(p.Text, "#acme", "") }, []string{"words_missing"}},
		"another code":             {func(w *PostToVerify, _ *FetchedPost) { w.PromoCode = "NORD20" }, []string{"promo_code_wrong"}},
		"another link":             {func(w *PostToVerify, _ *FetchedPost) { w.TrackedLink = "https://acme.test/new?ref=bob" }, []string{"link_wrong"}},
		"a link behind the text": {func(w *PostToVerify, p *FetchedPost) {
			w.TrackedLink = "acme.test/x?ref=1&b=2"
			p.Body = []byte(`<a href="https://ACME.test/x/?b=2&amp;ref=1">`)
		}, nil},
		"a link in a script": {func(w *PostToVerify, p *FetchedPost) {
			w.TrackedLink = "acme.test/x?r=1"
			p.Body = []byte(`{"u":"https:\/\/acme.test\/x?r=1\u0026s=2"}`)
		}, nil},
		"a wrapped link": {func(w *PostToVerify, p *FetchedPost) {
			w.TrackedLink = "acme.test/x?r=1"
			p.Body = []byte(`href="https://l.test/?u=https%3A%2F%2Facme.test%2Fx%3Fr%3D1"`)
		}, nil},
		"another account": {func(_ *PostToVerify, p *FetchedPost) {
			p.Authors = []string{"Ann Miller", "https://picturebook.test/ann.miller2"}
		}, []string{"wrong_account"}},
		"an account in a name": {func(_ *PostToVerify, p *FetchedPost) { p.Authors = []string{"Ann Miller (@ann.miller)"} }, nil},
		"a handle as it is":    {func(_ *PostToVerify, p *FetchedPost) { p.Authors = []string{"ANN.MILLER"} }, nil},
		"another account in the address": {func(_ *PostToVerify, p *FetchedPost) {
			p.Authors, p.FinalURL = nil, "https://clips.test/@bob/video/12"
		}, []string{"wrong_account"}},
		"the account in the address": {func(_ *PostToVerify, p *FetchedPost) {
			p.Authors, p.FinalURL = nil, "https://clips.test/@ann.miller/video/12"
		}, nil},
		"a name alone":              {func(_ *PostToVerify, p *FetchedPost) { p.Authors = []string{"Bob"} }, nil},
		"no author":                 {func(_ *PostToVerify, p *FetchedPost) { p.Authors = nil }, nil},
		"no handle to compare with": {func(w *PostToVerify, p *FetchedPost) { w.Handles = nil; p.Authors = []string{"bob"} }, nil},
		"too early":                 {func(_ *PostToVerify, p *FetchedPost) { p.PublishedAt = day.Add(-time.Second) }, []string{"too_early"}},
		"too late":                  {func(_ *PostToVerify, p *FetchedPost) { p.PublishedAt = day.AddDate(0, 0, 8) }, []string{"too_late"}},
		"a day that nobody tells":   {func(_ *PostToVerify, p *FetchedPost) { p.PublishedAt = time.Time{} }, nil},
		"a window that never begins": {func(w *PostToVerify, p *FetchedPost) {
			w.NotBefore = time.Time{}
			p.PublishedAt = day.AddDate(-1, 0, 0)
		}, nil},
	} {
		w, p := want, good
		c.change(&w, &p)
		require.Equal(t, c.want, CheckPublished(w, p), name)
	}
}

// Every finding that is no pass can be told in every language, also after it was kept.
func TestCreatorsReadAdviceInTheirLanguage(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	rules := ContentRules{Spoken: true, Banned: []string{"cheap"}, MediaTypes: []string{"video"}, MaxMegabytes: 1, MinSeconds: 15, MaxSeconds: 60, AspectRatios: []string{"9:16", "4:5"}}
	base := Content{
		Platform: "instagram", Kind: "reel", Country: "DE", Rules: rules, Hashtags: []string{"#a"}, PromoCode: "ANN20", TrackedLink: "https://acme.test/x?r=1",
		FileName: "a.mp4", FileType: "video/mp4",
	}
	told := map[string]bool{}
	for _, change := range []func(*Content){
		func(c *Content) { c.Caption, c.Spoken, c.Written = "A cheap bag", &no, &no },
		func(c *Content) { c.Caption, c.Spoken, c.Written = "#spon Code ANN21", &no, &yes },
		func(c *Content) { c.Caption, c.Spoken, c.Written = "Keine Werbung. ann20 acme.test/y", &yes, &no },
		func(c *Content) { c.Caption = "#ad ANN20 und Code BOB21" },
		func(c *Content) { c.Caption = strings.Repeat("Lange Worte. ", 40) + "Werbung" },
		func(c *Content) { c.Caption = "Werbung, aber keine Anzeige" },
		func(c *Content) { c.Caption = "#eins #zwei #drei #vier #werbung #fünf" },
		func(c *Content) { c.FileName = "" },
		func(c *Content) { c.FileType = "image/png" },
		func(c *Content) { c.FileType = "" },
		func(c *Content) { c.FileSize, c.Media = 3<<20, Media{Seconds: 90.04, Width: 1920, Height: 1080} },
		func(c *Content) { c.Media = Media{Problem: "too_large"} },
		func(c *Content) { c.Media = Media{Problem: "broken"} },
	} {
		c := base
		change(&c)
		raw, err := json.Marshal(CheckSubmission(c))
		require.NoError(t, err)
		var kept []Check
		require.NoError(t, json.Unmarshal(raw, &kept))
		for _, check := range kept {
			if check.Result == CheckPass {
				require.Empty(t, check.Told)
				continue
			}
			require.Equal(t, strings.TrimSpace(check.Detail+" "+check.Fix), check.Advice(WordsIn("en")))
			german := check.Advice(WordsIn("de"))
			require.NotRegexp(t, `(?i)\b(the|caption|take|write|asked for|begin with|is not|pixels)\b`, german)
			told[german] = true
		}
	}
	for _, want := range []string{
		"Im Text steht nicht, dass das Werbung ist. Beginne den Text zum Beitrag mit „Werbung“ oder „Anzeige“.",
		"Im Text fehlt: #a. Schreib #a in den Text, genau so.",
		"Im Text steht „cheap“, was die Marke nicht darin haben möchte. Nimm „cheap“ heraus oder sag es mit anderen Worten.",
		"Dein Link steht nicht im Text. Füge https://acme.test/x?r=1 ein",
		"Im Text steht der Code „ANN21“; deiner ist ANN20. Schreib ANN20 statt „ANN21“.",
		"Die Datei hat 3 MB; höchstens 1 MB sind erlaubt. Exportiere sie kleiner, mit höchstens 1 MB.",
		"Das Video dauert 90 Sekunden; es soll zwischen 15 und 60 Sekunden dauern. Schneide es so, dass es zwischen 15 und 60 Sekunden dauert.",
		"Die Datei hat 1920 × 1080 Pixel, das ist etwa 16:9; verlangt ist 9:16 oder 4:5. Exportiere sie so, dass Breite zu Höhe 9:16 oder 4:5 ist.",
		"Der Entwurf muss ein Video sein; diese Datei ist ein Bild. Lade ein Video hoch.",
	} {
		require.Contains(t, told, want)
	}
	require.Equal(t, "Kept before. Do this.", Check{Detail: "Kept before.", Fix: "Do this."}.Advice(WordsIn("de")))
}
