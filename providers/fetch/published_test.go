package fetch

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

func TestPublished(t *testing.T) {
	t.Parallel()

	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ld := func(json string) string {
		return `<script type="application/ld+json; charset=utf-8">` + json + `</script>`
	}

	cases := []struct {
		name, page string
		authors    []string
		at         time.Time
	}{
		{"a page that says nothing", `<p>by Ada, 2026-03-01`, nil, time.Time{}},
		{
			"the head",
			`<meta name=Author content=" Ada  &amp; Co "><meta property="article:author" content="https://x.example/@ada"><meta name="twitter:creator" content="@ada">` +
				`<link rel="AUTHOR me" href="/@ada"><meta property="article:published_time" content="2026-03-01T13:00:00+01:00">` +
				`<meta property="article:published_time" content="2020-01-01">`,
			[]string{"Ada & Co", "https://x.example/@ada", "@ada", "https://p.example/@ada"}, noon,
		},
		{"addresses that name no profile", `<link rel=author href="mailto:a@b.example"><a rel=author href="javascript:x">Ada</a><link rel=author href>`, nil, time.Time{}},
		{
			"microdata of a video",
			`<span itemprop="author" itemscope itemtype="http://schema.org/Person"><link itemprop="url" href="http://v.example/@ada">` +
				`<span>subscribe</span><link itemprop="name" content="Ada"></span><link itemprop="name" content="The film"><meta itemprop="uploadDate" content="2026-03-01">`,
			[]string{"http://v.example/@ada", "Ada"}, day,
		},
		{
			"microdata in the text",
			`<div itemprop=author itemscope>By <div><b itemprop=name>Ada <i>Lovelace</i></b> of London</div></div><p itemprop=name>Not she</p>` +
				`<a itemprop="author" href="/grace"><em>Grace</em></a><time itemprop="datePublished" datetime="2026-03-01">`,
			[]string{"Ada", "Lovelace", "https://p.example/grace", "Grace"}, day,
		},
		{"an old time", `<time pubdate datetime="2026-03-01T12:00Z">1 March</time><time datetime="2020-01-01">other</time>`, nil, noon},
		{
			"linked data",
			ld(`{"@type":"SocialMediaPosting","author":{"name":"Ada","alternateName":["@ada",7],"url":"/@ada","identifier":{"@type":"PropertyValue","value":"ada1"}},` +
				`"datePublished":"2026-03-01T12:00:00.000Z","comment":[{"author":{"name":"Troll"},"datePublished":"2026-03-02"}]}`),
			[]string{"Ada", "@ada", "ada1", "https://p.example/@ada"}, noon,
		},
		{
			"linked data in lists and graphs",
			ld(`[{"@type":["Review"],"author":"Troll"},{"@graph":[{"author":{"@id":"#1"},"uploadDate":"2026-03-01"},{"@id":"#1","name":"Ada"}]},` +
				`{"mainEntity":{"creator":["Grace",{"name":null}]}},null,"text"]`),
			[]string{"Ada", "Grace"}, day,
		},
		{"the head's time comes first", ld(`{"datePublished":"2020-01-01"}`) + `<meta property="article:published_time" content="2026-03-01">`, nil, day},
		{"broken linked data", ld(`{"author":"Ada"`) + ld(`{"author":"Grace"}`) + `<script>{"author":"No"}</script>`, []string{"Grace"}, time.Time{}},
		{"times that are none", `<meta property="article:published_time" content="yesterday">` + ld(`{"datePublished":["2026-03-01"],"uploadDate":20260301}`), nil, time.Time{}},
		{"names that are none", `<meta name=author content="` + strings.Repeat("x", maxAuthor+1) + `"><meta name=author content="&#10; "><meta name=author>`, nil, time.Time{}},
		{"a name twice in a cut page", `<meta name=author content=Ada><meta name=author content=Ada><b itemprop=author>Gra`, []string{"Ada", "Gra"}, time.Time{}},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()

			authors, at := published(tc.page, &url.URL{Scheme: "https", Host: "p.example", Path: "/p/1"})
			require.Equal(t, tc.authors, authors)
			require.Equal(t, tc.at, at)
		})
	}
}

func TestPublishedIsBounded(t *testing.T) {
	t.Parallel()

	base := &url.URL{Scheme: "https", Host: "p.example"}
	var many strings.Builder

	for i := range 100 {
		fmt.Fprintf(&many, `<meta name=author content="n%d">`, i)
	}

	authors, _ := published(many.String(), base)
	require.Len(t, authors, maxAuthors)

	for _, unit := range []string{`<b itemprop=author itemscope>`, `<a itemprop=author>`, `<script type=application/ld+json>[`, `<time a=`, `<b itemprop="author `, `</b>`} {
		begun := time.Now()
		published(strings.Repeat(unit, maxBody/len(unit)), base)
		published(`<script type=application/ld+json>`+strings.Repeat(`{"@graph":[`, maxBody/11), base)
		require.Less(t, time.Since(begun), 10*time.Second, unit)
	}
}

func TestFetchPostSaysWhoAndWhen(t *testing.T) {
	t.Parallel()

	base, c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/post":
			w.Header().Set("Content-Type", "text/html")
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/text":
			w.Header().Set("Content-Type", "text/plain")
		default:
			w.WriteHeader(http.StatusInternalServerError)
		}

		_, _ = io.WriteString(w, `<link rel=author href="@ada"><meta property=article:published_time content=2026-03-01><p>#ad`)
	})

	post, err := Poster{c}.FetchPost(t.Context(), base+"/post")
	require.NoError(t, err)
	require.Equal(t, []string{base + "/@ada"}, post.Authors)
	require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), post.PublishedAt)
	require.Contains(t, string(post.Body), "<p>#ad")
	require.False(t, post.Gone)

	post, err = Poster{c}.FetchPost(t.Context(), base+"/gone")
	require.NoError(t, err)
	require.True(t, post.Gone)

	post, err = Poster{c}.FetchPost(t.Context(), base+"/text")
	require.NoError(t, err)
	require.Empty(t, post.Authors, "plain text says nothing by tags")

	post, err = Poster{c}.FetchPost(t.Context(), base+"/broken")
	require.ErrorContains(t, err, "status 500")
	require.Zero(t, post)

	_, err = Poster{c}.FetchPost(t.Context(), "https://127.0.0.1/")
	require.ErrorIs(t, err, rapport.ErrPostRefused)
}

func FuzzPublished(f *testing.F) {
	f.Add(`<meta name=author content=x><script type=application/ld+json>{"author":[{"name":"x"}]}</script><b itemprop=author>y`)
	f.Fuzz(func(t *testing.T, page string) {
		authors, _ := published(page, &url.URL{Scheme: "https", Host: "p.example"})
		require.LessOrEqual(t, len(authors), maxAuthors)

		for _, author := range authors {
			require.NotEmpty(t, author)
			require.NotContains(t, author, "\x00")
		}
	})
}
