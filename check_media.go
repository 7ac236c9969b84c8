package rapport

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// mediaTypes are what a draft may be, with the words for it.
var mediaTypes = map[string]string{"image": "a picture", "video": "a video", "pdf": "a PDF"}

// mediaType is image, video or pdf; empty for anything else.
func mediaType(fileType string) string {
	kind, _, _ := strings.Cut(fileType, "/")
	switch {
	case kind == "image" || kind == "video":
		return kind
	case fileType == "application/pdf":
		return "pdf"
	}
	return ""
}

func checkFile(c Content) []Check {
	if c.FileName == "" {
		return []Check{Check{Rule: "file", Result: CheckWarn}.tell(
			phrase("There is no file; reviewers see the caption only."), phrase("Upload the picture or the video that you will post."))}
	}
	kind, asked := mediaType(c.FileType), c.Rules.MediaTypes
	if len(asked) == 0 {
		asked = []string{"image", "video", "pdf"}
	}
	if kind == "" || !slices.Contains(asked, kind) {
		names := mediaWords(asked)
		var what any = c.FileType
		if kind != "" {
			what = phrase(mediaTypes[kind])
		}
		found := phrase("The draft must be %s; this file is %s.", names, what)
		if what == "" {
			found = phrase("The draft must be %s; nobody can tell what this file is.", names)
		}
		return []Check{Check{Rule: "file", Result: CheckFail}.tell(found, phrase("Upload %s.", names))}
	}
	checks := []Check{{Rule: "file", Result: CheckPass, Detail: fmt.Sprintf("%s, %d KB.", c.FileType, (c.FileSize+1023)/1024)}}
	checks = append(checks, checkFileSize(c)...)
	if kind == "video" {
		checks = append(checks, checkDuration(c)...)
	}
	if kind != "pdf" {
		checks = append(checks, checkRatio(c)...)
	}
	return checks
}

func checkFileSize(c Content) []Check {
	limit := int64(c.Rules.MaxMegabytes)
	if limit <= 0 {
		return nil
	}
	has := float64(c.FileSize) / (1 << 20)
	if c.FileSize > limit<<20 {
		return []Check{Check{Rule: "file_size", Result: CheckFail}.tell(
			phrase("The file has %s MB; at most %s MB are asked for.", has, c.Rules.MaxMegabytes), phrase("Export it smaller, with at most %s MB.", c.Rules.MaxMegabytes))}
	}
	return []Check{{Rule: "file_size", Result: CheckPass, Detail: fmt.Sprintf("The file has %.1f MB of at most %d MB.", has, limit)}}
}

func fileAsks(r ContentRules, say Words) []string {
	var asks []string
	if len(r.MediaTypes) > 0 {
		types := make([]string, len(r.MediaTypes))
		for i, t := range r.MediaTypes {
			types[i] = say.Say(mediaTypes[t])
		}
		asks = append(asks, say.Say("Upload %s.", say.or(types)))
	}
	if r.MaxMegabytes > 0 {
		asks = append(asks, say.Say("The file has at most %d MB.", r.MaxMegabytes))
	}
	switch low, high := r.MinSeconds, r.MaxSeconds; {
	case low > 0 && high > 0:
		asks = append(asks, say.Say("A video takes between %d and %d seconds.", low, high))
	case low > 0:
		asks = append(asks, say.Say("A video takes at least %d seconds.", low))
	case high > 0:
		asks = append(asks, say.Say("A video takes at most %d seconds.", high))
	}
	if len(r.AspectRatios) > 0 {
		asks = append(asks, say.Say("Width to height is %s.", say.or(r.AspectRatios)))
	}
	return asks
}

// mediaWords are what a draft may be, of which one is chosen.
func mediaWords(types []string) []any {
	names := make([]any, len(types))
	for i, t := range types {
		names[i] = phrase(mediaTypes[t])
	}
	return names
}

// secondsAsked is how long a video is asked to be; nil when it may be of any length.
func secondsAsked(r ContentRules) any {
	switch low, high := r.MinSeconds, r.MaxSeconds; {
	case low <= 0 && high <= 0:
		return nil
	case low <= 0:
		return phrase("at most %s seconds", high)
	case high <= 0:
		return phrase("at least %s seconds", low)
	default:
		return phrase("between %s and %s seconds", low, high)
	}
}

// halfSecond is what a video may be off: players show whole seconds.
const halfSecond = 0.5

func checkDuration(c Content) []Check {
	asked := secondsAsked(c.Rules)
	if asked == nil {
		return nil
	}
	low, high, has := c.Rules.MinSeconds, c.Rules.MaxSeconds, c.Media.Seconds
	takes := phrase("The video takes %s seconds; asked for is %s.", has, asked)
	switch {
	case has <= 0:
		return []Check{Check{Rule: "duration", Result: CheckWarn}.tell(
			phrase("How long the video is could not be measured%s; a person must look.", problemWords(c.Media.Problem)), phrase("Make sure that it takes %s.", asked))}
	case low > 0 && has < float64(low)-halfSecond, high > 0 && has > float64(high)+halfSecond:
		return []Check{Check{Rule: "duration", Result: CheckFail}.tell(takes, phrase("Cut it so that it takes %s.", asked))}
	}
	return []Check{{Rule: "duration", Result: CheckPass, Detail: WordsIn(Locales[0]).Tell(takes)}}
}

// problemWords say why something could not be measured.
func problemWords(problem string) any {
	switch problem {
	case "too_large":
		return phrase(" because the file is too large")
	case "timeout":
		return phrase(" in time")
	case "broken":
		return phrase(" because the file seems to be damaged")
	}
	return ""
}

// ratioTolerance is how far a ratio may be off: encoders round to even numbers of pixels.
const ratioTolerance = 0.02

func checkRatio(c Content) []Check {
	if len(c.Rules.AspectRatios) == 0 {
		return nil
	}
	asked := c.Rules.AspectRatios
	if c.Media.Width <= 0 || c.Media.Height <= 0 {
		return []Check{Check{Rule: "aspect_ratio", Result: CheckWarn}.tell(
			phrase("The format could not be measured%s; a person must look.", problemWords(c.Media.Problem)), phrase("Make sure that width to height is %s.", asked))}
	}
	has := phrase("The file has %s × %s pixels, which is %s; asked for is %s.", c.Media.Width, c.Media.Height, ratioOf(c.Media.Width, c.Media.Height), asked)
	for _, r := range c.Rules.AspectRatios {
		if want, ok := parseRatio(r); ok && math.Abs(float64(c.Media.Width)/float64(c.Media.Height)/want-1) <= ratioTolerance {
			return []Check{{Rule: "aspect_ratio", Result: CheckPass, Detail: WordsIn(Locales[0]).Tell(has)}}
		}
	}
	return []Check{Check{Rule: "aspect_ratio", Result: CheckFail}.tell(has, phrase("Export it so that width to height is %s.", asked))}
}

// ratioOf names a format by the nearest of the usual ones, or in its smallest whole numbers.
func ratioOf(width, height int) any {
	for _, usual := range []string{"9:16", "4:5", "1:1", "16:9", "3:4", "4:3", "2:3", "3:2", "1.91:1"} {
		if r, _ := parseRatio(usual); math.Abs(float64(width)/float64(height)/r-1) <= ratioTolerance {
			return phrase("about %s", usual)
		}
	}
	a, b := width, height
	for b != 0 {
		a, b = b, a%b
	}
	return fmt.Sprintf("%d:%d", width/a, height/a)
}

// parseRatio reads a format such as 9:16 or 1.91:1.
func parseRatio(s string) (float64, bool) {
	w, h, ok := strings.Cut(s, ":")
	if !ok || len(s) > 15 || strings.Trim(s, "0123456789.:") != "" {
		return 0, false
	}
	a, errA := strconv.ParseFloat(w, 64)
	b, errB := strconv.ParseFloat(h, 64)
	if errA != nil || errB != nil || a <= 0 || b <= 0 || a/b > 100 || b/a > 100 {
		return 0, false
	}
	return a / b, true
}

// RegulatedCategories lists what laws are strict about.
func RegulatedCategories() []string {
	return []string{
		"alcohol", "tobacco_nicotine", "gambling", "finance", "crypto", "health", "cosmetics", "food_supplements", "weight_loss", "children", "politics", "cannabis",
	}
}

// maxRuleWords is how many banned words, markets or formats a campaign may ask for.
const maxRuleWords = 50

// Check names every bad field; path is what they hang below, with its dot.
func (r ContentRules) Check(path string) []Field {
	var f []Field
	add := func(field, code, detail string) { f = append(f, Field{path + field, code, detail}) }
	for name, list := range map[string][]string{"markets": r.Markets, "banned": r.Banned, "media_types": r.MediaTypes, "aspect_ratios": r.AspectRatios} {
		if len(list) > maxRuleWords {
			add(name, "count", fmt.Sprintf("At most %d.", maxRuleWords))
		}
	}
	for i, m := range r.Markets {
		if at := fmt.Sprintf("markets[%d]", i); m == "" {
			add(at, "required", "Name a country.")
		} else {
			f = append(f, checkCountry(path+at, m)...)
		}
	}
	if r.Regulated != "" && !slices.Contains(RegulatedCategories(), r.Regulated) {
		add("regulated", "unknown_value", fmt.Sprintf("%q is none of: %s.", r.Regulated, strings.Join(RegulatedCategories(), ", ")))
	}
	for i, w := range r.Banned {
		switch at := fmt.Sprintf("banned[%d]", i); {
		case strings.TrimSpace(w) == "":
			add(at, "required", "Fill this in.")
		case utf8.RuneCountInString(w) > 100:
			add(at, "too_long", "At most 100 characters.")
		}
	}
	for i, m := range r.MediaTypes {
		if mediaTypes[m] == "" {
			add(fmt.Sprintf("media_types[%d]", i), "unknown_value", fmt.Sprintf("%q is none of: image, video, pdf.", m))
		}
	}
	for name, n := range map[string]int{"max_megabytes": r.MaxMegabytes, "min_seconds": r.MinSeconds, "max_seconds": r.MaxSeconds} {
		if n < 0 || n > 1_000_000 {
			add(name, "bad_number", "A number from 0, which asks for nothing, to 1,000,000.")
		}
	}
	if r.MinSeconds > 0 && r.MaxSeconds > 0 && r.MinSeconds > r.MaxSeconds {
		add("max_seconds", "bad_range", "The longest duration is shorter than the shortest.")
	}
	for i, a := range r.AspectRatios {
		if _, ok := parseRatio(a); !ok {
			add(fmt.Sprintf("aspect_ratios[%d]", i), "bad_ratio", fmt.Sprintf("%q is no ratio of width to height, such as 9:16.", a))
		}
	}
	slices.SortStableFunc(f, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	return f
}
