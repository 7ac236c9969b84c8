package rapport

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// captionText is a caption in the one spelling that rules are compared in, and the way back to what was written: small letters without
// accents, full-width forms, direction marks and zero-width signs.
type captionText struct {
	source []rune
	flat   []rune // the spelling
	at     []int  // of each rune of flat its place in source
	words  []captionWord
}

type captionWord struct {
	text         string // in the spelling, without # and @
	tag, mention bool
	from, to     int // in source, with the # or @
	flatFrom     int
	flatTo       int
	line         int // how many line breaks stand before it
	at, size     int // of a tag: its place in a row of tags, and how many there are
}

func (t *captionText) span(from, to int) *Span {
	return &Span{From: t.words[from].from, To: t.words[to-1].to}
}

func (t *captionText) quote(s *Span) string { return string(t.source[s.From:s.To]) }

// foldRune spells one character; nothing is left of marks and invisible signs.
func foldRune(to []rune, r rune) []rune {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(to, r)
	}
	for _, d := range norm.NFKD.String(string(r)) {
		switch d {
		case 'ß', 'ẞ':
			to = append(to, 's', 's')
		case 'æ', 'Æ':
			to = append(to, 'a', 'e')
		case 'œ', 'Œ':
			to = append(to, 'o', 'e')
		case 'ø', 'Ø':
			to = append(to, 'o')
		case 'ł', 'Ł':
			to = append(to, 'l')
		case 'đ', 'Đ':
			to = append(to, 'd')
		case 'ı':
			to = append(to, 'i')
		default:
			if !unicode.In(d, unicode.Mn, unicode.Me, unicode.Cf) {
				to = append(to, unicode.ToLower(d))
			}
		}
	}
	return to
}

func foldString(s string) string {
	var out []rune
	for _, r := range s {
		out = foldRune(out, r)
	}
	return string(out)
}

// readCaption brings a caption into the rules' spelling. Characters of scripts that do not part words are words of their own, except
// in a hashtag.
func readCaption(caption string) *captionText {
	t := &captionText{source: []rune(caption)}
	t.flat, t.at = make([]rune, 0, len(t.source)), make([]int, 0, len(t.source))
	for i, r := range t.source {
		n := len(t.flat)
		t.flat = foldRune(t.flat, r)
		for range len(t.flat) - n {
			t.at = append(t.at, i)
		}
	}
	line := 0
	for i := 0; i < len(t.flat); {
		if !inWord(t.flat[i]) {
			if t.flat[i] == '\n' {
				line++
			}
			i++
			continue
		}
		w := captionWord{flatFrom: i, line: line}
		w.tag, w.mention = t.sign(i)
		for i < len(t.flat) && (inWord(t.flat[i]) || isApostrophe(t.flat[i]) && i+1 < len(t.flat) && unicode.IsLetter(t.flat[i+1])) {
			alone := !w.tag && !w.mention && isUnparted(t.flat[i])
			if alone && i > w.flatFrom {
				break
			}
			i++
			if alone {
				break
			}
		}
		w.flatTo = i
		t.add(w)
	}
	t.rows()
	return t
}

// add takes a word; a sign for emphasis such as _this_ is no part of it.
func (t *captionText) add(w captionWord) {
	if !w.tag && !w.mention {
		for w.flatFrom < w.flatTo && t.flat[w.flatFrom] == '_' {
			w.flatFrom++
		}
		for w.flatFrom < w.flatTo && t.flat[w.flatTo-1] == '_' {
			w.flatTo--
		}
	}
	if w.flatFrom == w.flatTo {
		return
	}
	w.text = strings.Map(func(r rune) rune {
		if isApostrophe(r) {
			return -1
		}
		return r
	}, string(t.flat[w.flatFrom:w.flatTo]))
	w.from, w.to = t.at[w.flatFrom], t.at[w.flatTo-1]+1
	if w.tag || w.mention {
		for w.from--; t.source[w.from] != '@' && !strings.ContainsRune(hashes, t.source[w.from]) && w.from > 0; {
			w.from--
		}
	}
	// The marks of the last letter belong to it.
	for w.to < len(t.source) && unicode.In(t.source[w.to], unicode.Mn, unicode.Me) {
		w.to++
	}
	t.words = append(t.words, w)
}

const hashes = "#＃﹟"

// sign says whether a word is a hashtag or names an account. “# ad” is read like “#ad”.
func (t *captionText) sign(i int) (tag, mention bool) {
	i--
	if i >= 0 && t.flat[i] == '@' {
		return false, i == 0 || !inWord(t.flat[i-1]) // the rest is an address of mail
	}
	for space := 0; i >= 0 && t.flat[i] == ' ' && space < 2; space++ {
		i--
	}
	return i >= 0 && t.flat[i] == '#', false
}

// rows finds the hashtags that follow each other with nothing but spaces, commas and emoji between them.
func (t *captionText) rows() {
	for i := 0; i < len(t.words); {
		if !t.words[i].tag {
			i++
			continue
		}
		j := i + 1
		for j < len(t.words) && t.words[j].tag && !t.gapHas(j, func(r rune) bool { return strings.ContainsRune(".!?:;()", r) }) {
			j++
		}
		for k := i; k < j; k++ {
			t.words[k].at, t.words[k].size = k-i, j-i
		}
		i = j
	}
}

// gapHas says whether a character of a kind stands between a word and the one before it.
func (t *captionText) gapHas(word int, kind func(rune) bool) bool {
	for i := t.words[word-1].flatTo; i < t.words[word].flatFrom; i++ {
		if kind(t.flat[i]) {
			return true
		}
	}
	return false
}

func endsSentence(r rune) bool { return strings.ContainsRune(".!?\n。…", r) }

func endsClause(r rune) bool { return endsSentence(r) || strings.ContainsRune(",;:|、", r) }

func inWord(r rune) bool {
	return r != unicode.ReplacementChar && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r) || r == '_')
}

func isApostrophe(r rune) bool { return strings.ContainsRune("'’‘ʼ`´", r) }

// isUnparted says that a character is of a script whose words are not parted by spaces.
func isUnparted(r rune) bool {
	return r >= 0x2e80 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r == 'ー')
}

// find gives the words that a phrase is, from a place on; -1 when it is not there. A phrase with # or @ is only found with it.
func (t *captionText) find(phrase *captionText, from int) int {
	for i := from; i+len(phrase.words) <= len(t.words); i++ {
		if t.isAt(phrase, i) {
			return i
		}
	}
	return -1
}

func (t *captionText) isAt(phrase *captionText, at int) bool {
	for k, want := range phrase.words {
		w := t.words[at+k]
		if w.text != want.text || want.tag && !w.tag || want.mention != w.mention || k > 0 && t.gapHas(at+k, endsSentence) && !phrase.gapHas(k, endsSentence) {
			return false
		}
	}
	last := t.words[at+len(phrase.words)-1]
	// @acme is not in @acme.shoes.
	return !last.mention || last.flatTo+1 >= len(t.flat) || t.flat[last.flatTo] != '.' || !inWord(t.flat[last.flatTo+1])
}

// findText gives the span of a phrase, as whole words; nil when it is not there.
func (t *captionText) findText(phrase string) *Span {
	p := readCaption(phrase)
	if len(p.words) == 0 || slices.ContainsFunc(p.flat, isUnparted) {
		return t.findFlat(p.flat, 0, len(p.words) == 0)
	}
	if i := t.find(p, 0); i >= 0 {
		return t.span(i, i+len(p.words))
	}
	return nil
}

// findFlat finds characters from a place of flat on: wherever they stand, or at the borders of words only.
func (t *captionText) findFlat(want []rune, from int, anywhere bool) *Span {
	want = []rune(strings.TrimSpace(string(want)))
	if len(want) == 0 {
		return nil
	}
	border := func(a, b rune) bool { return !inWord(a) || !inWord(b) || isUnparted(a) || isUnparted(b) }
	for i := from; i+len(want) <= len(t.flat); i++ {
		end := i + len(want)
		if t.flat[i] == want[0] && slices.Equal(t.flat[i:end], want) &&
			(anywhere || (i == 0 || border(t.flat[i-1], t.flat[i])) && (end == len(t.flat) || border(t.flat[end-1], t.flat[end]))) {
			return &Span{From: t.at[i], To: t.at[end-1] + 1}
		}
	}
	return nil
}
