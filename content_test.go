package rapport_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestDisclosure(t *testing.T) {
	t.Parallel()

	for caption, want := range map[string]string{
		"#ad My favourite shoes":                    rapport.CheckPass,
		"#AD, my favourite shoes":                   rapport.CheckPass,
		"Look! #ad":                                 rapport.CheckPass,
		"#ad✨ my favourite shoes":                   rapport.CheckPass,
		"“#ad” my favourite shoes":                  rapport.CheckPass,
		"Werbung | Meine Schuhe":                    rapport.CheckPass,
		"Anzeige: Meine Schuhe":                     rapport.CheckPass,
		"In paid partnership with Acme":             rapport.CheckPass,
		"Sponsored by Acme":                         rapport.CheckPass,
		"#shoes#ad":                                 rapport.CheckPass,
		"#publicité Mes chaussures":                 rapport.CheckPass,
		"My favourite shoes":                        rapport.CheckFail,
		"":                                          rapport.CheckFail,
		"#adventure with my shoes":                  rapport.CheckFail,
		"#ad_venture":                               rapport.CheckFail,
		"Meine Bewerbung bei Acme":                  rapport.CheckFail,
		"Eine Kleinanzeige für Schuhe":              rapport.CheckFail,
		"#adverts are bad":                          rapport.CheckFail,
		"#adé":                                      rapport.CheckFail,
		strings.Repeat("x", 125) + "#ad":            rapport.CheckPass,
		strings.Repeat("ü", 125) + " #ad":           rapport.CheckWarn,
		strings.Repeat("x ", 100) + "Advertisement": rapport.CheckWarn,
		"#adventure starts here " + strings.Repeat("x ", 10) + "#ad": rapport.CheckPass,
	} {
		checks := rapport.CheckSubmission(rapport.Content{Caption: caption})
		require.Equal(t, "disclosure", checks[0].Rule)
		require.Equal(t, want, checks[0].Result, "%q", caption)
		require.NotEmpty(t, checks[0].Detail)
	}
}

func TestRequiredWords(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		caption string
		words   []string
		want    string
	}{
		{"#ad #acme", []string{"#acme"}, rapport.CheckPass},
		{"#ad #Acme!", []string{"#acme"}, rapport.CheckPass},
		{"#ad, thanks to @acme.", []string{"@acme"}, rapport.CheckPass},
		{"#ad with Acme Shoes today", []string{"acme shoes"}, rapport.CheckPass},
		{"#ad #acme✨", []string{"#acme"}, rapport.CheckPass},
		{"#ad #acmefake", []string{"#acme"}, rapport.CheckFail},
		{"#ad #acme_de", []string{"#acme"}, rapport.CheckFail},
		{"#ad", []string{"#acme"}, rapport.CheckFail},
	} {
		checks := rapport.CheckSubmission(rapport.Content{Caption: c.caption, Hashtags: c.words})
		require.Equal(t, "required_words", checks[1].Rule)
		require.Equal(t, c.want, checks[1].Result, "%q", c.caption)
	}
	detail := rapport.CheckSubmission(rapport.Content{Caption: "#ad #b", Hashtags: []string{"#a", "#b", "#c"}})[1].Detail
	require.Equal(t, "The caption must contain #a, #c.", detail)
	require.Len(t, rapport.CheckSubmission(rapport.Content{Caption: "#ad"}), 2, "no words are asked for")
}

func TestFiles(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ name, kind, want string }{
		{"", "", rapport.CheckWarn},
		{"a.mp4", "video/mp4", rapport.CheckPass},
		{"a.png", "image/png", rapport.CheckPass},
		{"a.pdf", "application/pdf", rapport.CheckPass},
		{"a.png", "application/x-msdownload", rapport.CheckFail},
		{"a.html", "text/html", rapport.CheckFail},
		{"a", "", rapport.CheckFail},
	} {
		checks := rapport.CheckSubmission(rapport.Content{Caption: "#ad", FileName: c.name, FileType: c.kind, FileSize: 2049})
		require.Equal(t, "file", checks[1].Rule)
		require.Equal(t, c.want, checks[1].Result, "%s %s", c.name, c.kind)
	}
	require.Equal(t, "image/png, 3 KB.", rapport.CheckSubmission(rapport.Content{FileName: "a", FileType: "image/png", FileSize: 2049})[1].Detail)
}

func TestCheckPost(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		page  rapport.FetchedPost
		words []string
		want  []string
	}{
		{rapport.FetchedPost{Text: "Anzeige. My shoes #acme"}, []string{"#acme"}, nil},
		{rapport.FetchedPost{Gone: true}, []string{"#acme"}, []string{"gone"}},
		{rapport.FetchedPost{Text: "My shoes #acme"}, []string{"#acme"}, []string{"disclosure_missing"}},
		{rapport.FetchedPost{Text: "#ad My shoes #acmefake"}, []string{"#acme"}, []string{"words_missing"}},
		{rapport.FetchedPost{}, []string{"#acme"}, []string{"disclosure_missing", "words_missing"}},
		{rapport.FetchedPost{Text: strings.Repeat("x ", 500) + "#ad"}, nil, nil},
	} {
		require.Equal(t, c.want, rapport.CheckPost(c.page, c.words), "%+v", c.page)
	}
}
