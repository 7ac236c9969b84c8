package rapport

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFiles(t *testing.T) {
	t.Parallel()

	for _, c := range []struct {
		name, kind string
		types      []string
		want       string
	}{
		{"", "", nil, CheckWarn},
		{"a.mp4", "video/mp4", nil, CheckPass},
		{"a.png", "image/png", nil, CheckPass},
		{"a.pdf", "application/pdf", nil, CheckPass},
		{"a.png", "application/x-msdownload", nil, CheckFail},
		{"a.html", "text/html", nil, CheckFail},
		{"a", "", nil, CheckFail},
		{"a.png", "image/png", []string{"video"}, CheckFail},
		{"a.pdf", "application/pdf", []string{"video", "image"}, CheckFail},
		{"a.mp4", "video/mp4", []string{"video"}, CheckPass},
	} {
		checks := CheckSubmission(Content{Caption: "#ad", FileName: c.name, FileType: c.kind, FileSize: 2049, Rules: ContentRules{MediaTypes: c.types}})
		require.Len(t, checks, 2)
		require.Equal(t, "file", checks[1].Rule)
		require.Equal(t, c.want, checks[1].Result, "%s %s", c.name, c.kind)
		require.True(t, c.want == CheckPass || checks[1].Fix != "")
	}
	require.Equal(t, "image/png, 3 KB.", CheckSubmission(Content{FileName: "a", FileType: "image/png", FileSize: 2049})[1].Detail)
}

func TestMedia(t *testing.T) {
	t.Parallel()

	rules := ContentRules{MaxMegabytes: 10, MinSeconds: 15, MaxSeconds: 60, AspectRatios: []string{"9:16", "4:5"}}
	for _, c := range []struct {
		kind  string
		size  int64
		media Media
		want  map[string]string
	}{
		{"video/mp4", 10 << 20, Media{Width: 1080, Height: 1920, Seconds: 60.2}, map[string]string{"file_size": CheckPass, "duration": CheckPass, "aspect_ratio": CheckPass}},
		{"video/mp4", 10<<20 + 1, Media{Width: 1920, Height: 1080, Seconds: 61}, map[string]string{"file_size": CheckFail, "duration": CheckFail, "aspect_ratio": CheckFail}},
		{"video/mp4", 1, Media{Width: 1072, Height: 1920, Seconds: 12}, map[string]string{"file_size": CheckPass, "duration": CheckFail, "aspect_ratio": CheckPass}},
		{"video/mp4", 1, Media{Problem: "timeout"}, map[string]string{"file_size": CheckPass, "duration": CheckWarn, "aspect_ratio": CheckWarn}},
		{"image/png", 1, Media{Width: 800, Height: 1000}, map[string]string{"file_size": CheckPass, "aspect_ratio": CheckPass}},
		{"image/png", 1, Media{Width: 900, Height: 1000}, map[string]string{"file_size": CheckPass, "aspect_ratio": CheckFail}},
		{"application/pdf", 1, Media{}, map[string]string{"file_size": CheckPass}},
	} {
		got := map[string]string{}
		content := Content{Caption: "#ad", FileName: "a", FileType: c.kind, FileSize: c.size, Media: c.media, Rules: rules}
		for _, check := range CheckSubmission(content)[2:] {
			got[check.Rule] = check.Result
			requireExplained(t, content, check)
		}
		require.Equal(t, c.want, got, "%s %+v", c.kind, c.media)
	}
	fail := checkRatio(Content{Media: Media{Width: 1920, Height: 1080}, Rules: ContentRules{AspectRatios: []string{"9:16"}}})[0]
	require.Equal(t, "The file has 1920 × 1080 pixels, which is about 16:9; asked for is 9:16.", fail.Detail)
	require.Equal(t, "7:5", ratioOf(1400, 1000))
}

func TestContentRules(t *testing.T) {
	t.Parallel()

	require.Empty(t, ContentRules{}.Check(""))
	require.Empty(t, ContentRules{
		Markets: []string{"DE", "US"}, Regulated: "alcohol", Banned: []string{"cheap"}, MediaTypes: []string{"video", "image", "pdf"}, MaxMegabytes: 5, MinSeconds: 5, MaxSeconds: 5,
		AspectRatios: []string{"9:16", "1.91:1"},
	}.Check(""))
	paths := make([]string, 0, 14)
	for _, f := range (ContentRules{
		Markets: []string{"DE", "de", "XX", ""}, Regulated: "cheese", Banned: []string{" ", "cheap"}, MediaTypes: []string{"gif"}, MaxMegabytes: -1, MinSeconds: 9, MaxSeconds: 5,
		AspectRatios: []string{"9:16", "tall", "0:1", "9:", "1e9:1", "500:1", "NaN:1"},
	}).Check("content.") {
		require.NotEmpty(t, f.Code)
		require.NotEmpty(t, f.Detail)
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{
		"content.aspect_ratios[1]", "content.aspect_ratios[2]", "content.aspect_ratios[3]", "content.aspect_ratios[4]", "content.aspect_ratios[5]", "content.aspect_ratios[6]",
		"content.banned[0]", "content.markets[1]", "content.markets[2]", "content.markets[3]", "content.max_megabytes", "content.max_seconds", "content.media_types[0]",
		"content.regulated",
	}, paths)
	require.Equal(t, "count", ContentRules{Banned: make([]string, 51)}.Check("")[0].Code)
}
