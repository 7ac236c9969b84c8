package rapport

import (
	_ "embed" // the rules are data
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
)

//go:embed disclosure_rules.json
var disclosureData []byte

// disclosureRules are the words by which people say that content is paid, and what the markets' authorities hold of them. They are
// guidance with its sources, and no legal advice.
type disclosureRules struct {
	Fold      foldRules                   `json:"fold"`
	Languages map[string]disclosureWords  `json:"languages"`
	Markets   map[string]disclosureMarket `json:"markets"` // by ISO 3166-1 alpha-2, and default
}

type ruleSource struct {
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	URL       string `json:"url"`
	Year      int    `json:"year"`
}

// foldRules say how much of a caption a platform shows before it must be unfolded.
type foldRules struct {
	Source  ruleSource      `json:"source"`
	Checked string          `json:"checked"`
	Folds   map[string]fold `json:"folds"` // by platform, and default
}

// fold of zero shows everything.
type fold struct {
	Characters int `json:"characters"`
	Lines      int `json:"lines"`
}

// disclosureWords are the words of a language. What one of them needs around it depends on what it is: see discloses.
type disclosureWords struct {
	Labels   []string `json:"labels"`
	Phrases  []string `json:"phrases"`
	Openers  []string `json:"openers"`
	Unclear  []string `json:"unclear"`  // that may mean anything
	Denials  []string `json:"denials"`  // that say the opposite
	Neutral  []string `json:"neutral"`  // that look like one and are none
	Negators []string `json:"negators"` // that turn a disclosure into its opposite
	Fillers  []string `json:"fillers"`  // that may stand between the two
}

type disclosureMarket struct {
	Name      string   `json:"name"`
	Languages []string `json:"languages"`
	Write     []string `json:"write"` // what to write there
	// Beyond the languages' own words: those that the market takes, refuses, or takes only in some cases.
	Clear    []string `json:"clear"`
	Unclear  []string `json:"unclear"`
	Doubtful []string `json:"doubtful"`
	// DoubtfulEndings are of hashtags that disclose something when a brand's name stands before them.
	DoubtfulEndings []string `json:"doubtful_endings"`
	Hashtags        struct {
		First int  `json:"first"` // how far into a row of hashtags one is still seen
		Last  bool `json:"last"`  // whether the last one is
	} `json:"hashtags"`
	Sources []ruleSource `json:"sources"`
}

// use is what a word is in a language.
type use int

const (
	useLabel   use = iota // counts as a hashtag, or standing alone like a heading
	usePhrase             // counts wherever it stands
	useOpener             // counts where a sentence begins
	useUnclear            // a label or phrase that may mean anything
	useDenial             // a label or phrase that says the opposite
	useNeutral
)

// lexeme is a word or phrase of any language, as the caption's words.
type lexeme struct {
	key   string // its words with single spaces
	whole bool   // counts wherever it stands
	uses  map[use][]string
}

// lexicon finds all words of all languages in one walk.
type lexicon struct {
	next   map[string]*lexicon
	lexeme *lexeme
}

// disclosureBook is the rules in the form in which they are used.
type disclosureBook struct {
	disclosureRules

	words   *lexicon
	glued   map[string]*lexeme // as one hashtag
	markets map[string]map[string]verdictOn
	negate  map[string]map[string]bool // by language
	fillers map[string]bool
}

// verdictOn is what a market holds of a word.
type verdictOn int

const (
	onNothing verdictOn = iota
	onClear
	onDoubtful
	onUnclear
	onForeign
	onDenial
	onNeutral
)

var disclosures = sync.OnceValue(func() *disclosureBook {
	var b disclosureBook
	if err := json.Unmarshal(disclosureData, &b.disclosureRules); err != nil {
		panic("disclosure_rules.json: " + err.Error()) // a test reads it
	}
	b.words, b.glued, b.negate, b.fillers = &lexicon{}, map[string]*lexeme{}, map[string]map[string]bool{}, map[string]bool{}
	for language, w := range b.Languages {
		for u, words := range map[use][]string{useLabel: w.Labels, usePhrase: w.Phrases, useOpener: w.Openers, useUnclear: w.Unclear, useDenial: w.Denials, useNeutral: w.Neutral} {
			for _, word := range words {
				x := b.learn(word)
				x.uses[u] = append(x.uses[u], language)
			}
		}
		b.negate[language] = map[string]bool{}
		for _, n := range w.Negators {
			b.negate[language][foldString(n)] = true
		}
		for _, n := range w.Fillers {
			b.fillers[foldString(n)] = true
		}
	}
	b.markets = map[string]map[string]verdictOn{}
	for code, m := range b.Markets {
		on := map[string]verdictOn{}
		for v, words := range map[verdictOn][]string{onClear: m.Clear, onDoubtful: m.Doubtful, onUnclear: m.Unclear} {
			for _, word := range words {
				on[b.learn(word).key] = v
			}
		}
		b.markets[code] = on
	}
	return &b
})

// learn puts a word into the lexicon. A word counts wherever it stands when it has several words, or four characters of a script that
// does not part them.
func (b *disclosureBook) learn(word string) *lexeme {
	at := b.words
	text := readCaption(word)
	keys := make([]string, len(text.words))
	for i, w := range text.words {
		keys[i] = w.text
		if at.next == nil {
			at.next = map[string]*lexicon{}
		}
		if at.next[w.text] == nil {
			at.next[w.text] = &lexicon{}
		}
		at = at.next[w.text]
	}
	if at.lexeme == nil {
		unparted := slices.ContainsFunc(text.flat, isUnparted)
		at.lexeme = &lexeme{key: strings.Join(keys, " "), whole: len(keys) > 1 && (!unparted || len(text.flat) > 3), uses: map[use][]string{}}
		glue := strings.Join(keys, "")
		if other := b.glued[glue]; other == nil || len(other.key) > len(at.lexeme.key) {
			b.glued[glue] = at.lexeme
		}
	}
	return at.lexeme
}

// mark is a word of the lexicon at a place of the caption.
type mark struct {
	*lexeme

	from, to int // words
	tag      bool
}

// marks finds every word of the lexicon in a caption. What stands in an address is none.
func (b *disclosureBook) marks(t *captionText, links []captionLink) []mark {
	var out []mark
	for i, w := range t.words {
		for len(links) > 0 && links[0].span.To <= w.from {
			links = links[1:]
		}
		if w.mention || len(links) > 0 && w.from >= links[0].span.From {
			continue
		}
		if w.tag {
			if x := b.glued[strings.ReplaceAll(w.text, "_", "")]; x != nil {
				out = append(out, mark{x, i, i + 1, true})
			}
		}
		at := b.words
		for j := i; j < len(t.words) && at != nil; j++ {
			if j > i && t.gapHas(j, endsSentence) {
				break
			}
			if at = at.next[t.words[j].text]; at != nil && at.lexeme != nil && (j > i || !w.tag) {
				out = append(out, mark{at.lexeme, i, j + 1, false})
			}
		}
	}
	return out
}

// on gives what a market holds of a word as it stands in the caption.
func (b *disclosureBook) on(market string, t *captionText, m mark) verdictOn {
	heads := m.tag || t.standsAlone(m.from, m.to, b.foreignTo("en", m.uses[useLabel]))
	opens := m.tag || t.opens(m.from)
	stands := m.whole || heads
	counts := func(known func(languages []string) bool) bool {
		return heads && known(m.uses[useLabel]) || known(m.uses[usePhrase]) || opens && known(m.uses[useOpener])
	}
	read := func(languages []string) bool {
		return slices.ContainsFunc(languages, func(l string) bool { return slices.Contains(b.Markets[market].Languages, l) })
	}
	some := func(languages []string) bool { return len(languages) > 0 }
	own, listed := b.markets[market][m.key]
	switch {
	case some(m.uses[useNeutral]):
		return onNeutral
	case some(m.uses[useDenial]) && stands:
		return onDenial
	case listed && stands:
		return own
	case counts(read):
		return onClear
	case some(m.uses[useUnclear]) && stands:
		return onUnclear
	case counts(some):
		return onForeign
	}
	return onNothing
}

// foreignTo says that a word of some languages is none of a given one.
func (*disclosureBook) foreignTo(language string, languages []string) bool {
	return len(languages) > 0 && !slices.Contains(languages, language)
}

// finding is what one market's rules find in a caption, each from the first to the last.
type finding map[verdictOn][]mark

// look reads a caption by the rules of a market. A longer phrase hides the shorter ones in it, unless it is of another language.
func (b *disclosureBook) look(market string, t *captionText, marks []mark) finding {
	f := finding{}
	hidden := -1 // the word that the last longer phrase ends before
	for i := 0; i < len(marks); {
		j := i
		for j < len(marks) && marks[j].from == marks[i].from {
			j++
		}
		var best mark
		bestOn := onNothing
		for _, m := range marks[i:j] {
			on := b.on(market, t, m)
			if on == onNothing || on == onForeign && bestOn != onNothing && bestOn != onForeign || m.to <= hidden {
				continue
			}
			if bestOn == onNothing || m.to > best.to || bestOn == onForeign && on != onForeign {
				best, bestOn = m, on
			}
		}
		if bestOn == onClear || bestOn == onDoubtful || bestOn == onForeign {
			switch {
			case b.negated(market, t, best):
				bestOn = onDenial
			case t.asked(best.to):
				bestOn = onNothing // “Is this an #ad?”
			}
		}
		if bestOn != onNothing {
			f[bestOn] = append(f[bestOn], best)
			if bestOn != onForeign {
				hidden = max(hidden, best.to)
			}
		}
		i = j
	}
	for i, w := range t.words {
		for _, ending := range b.Markets[market].DoubtfulEndings {
			if w.tag && strings.HasSuffix(w.text, ending) && len(w.text) > len(ending)+2 && b.glued[strings.ReplaceAll(w.text, "_", "")] == nil {
				f[onDoubtful] = append(f[onDoubtful], mark{nil, i, i + 1, true})
			}
		}
	}
	return f
}

// negated says that a “not” belongs to a disclosure.
func (b *disclosureBook) negated(market string, t *captionText, m mark) bool {
	languages := slices.Clone(b.Markets[market].Languages)
	for _, u := range []use{useLabel, usePhrase, useOpener} {
		if m.lexeme != nil {
			languages = append(languages, m.uses[u]...)
		}
	}
	for i := m.from - 1; i >= 0 && i >= m.from-4 && !t.gapHas(i+1, endsClause); i-- {
		word := t.words[i].text
		if slices.ContainsFunc(languages, func(l string) bool { return b.negate[l][word] }) {
			return true
		}
		if !b.fillers[word] {
			return false
		}
	}
	return false
}

// asked says that a question ends behind a word.
func (t *captionText) asked(to int) bool {
	i := t.words[to-1].flatTo
	return i < len(t.flat) && (t.flat[i] == '?' || t.flat[i] == ' ' && i+1 < len(t.flat) && t.flat[i+1] == '?')
}

// misplaced says why a disclosure may be missed where it stands; nil when it may not.
func (b *disclosureBook) misplaced(market, platform string, t *captionText, m mark) *Phrase {
	rule := b.Markets[market].Hashtags
	if w := t.words[m.from]; m.tag && w.size >= 3 && w.at >= rule.First && (!rule.Last || w.at != w.size-1) {
		why := phrase("“%s” is one of %s hashtags in a row, where readers miss it.", t.quote(t.span(m.from, m.to)), w.size)
		return &why
	}
	fold, known := b.Fold.Folds[platform]
	var who any = platform
	if !known {
		fold, who = b.Fold.Folds["default"], phrase("a platform")
	}
	at, lines := t.words[m.from].from, t.words[m.from].line
	if fold.Characters > 0 && at > fold.Characters || fold.Lines > 0 && lines >= fold.Lines {
		shown := phrase("the first %s characters", fold.Characters)
		if fold.Lines > 0 {
			shown = phrase("%s lines with at most %s characters", fold.Lines, fold.Characters)
		}
		why := phrase("“%s” stands where readers see it only after unfolding the caption: %s shows about %s.", t.quote(t.span(m.from, m.to)), who, shown)
		return &why
	}
	return nil
}

// begin says what to write in a market.
func (m disclosureMarket) begin() Phrase {
	return phrase("Begin the caption with %s.", phrases("“%s”", m.Write))
}

// DisclosureVerdict says whether a caption discloses that it is paid: in words that are clear to the readers of every market, and where
// they see them. It fails when nothing is said, or only what may mean anything, what readers cannot read, or the opposite.
func DisclosureVerdict(c Content) Check {
	return disclosureOf(c, readCaption(c.Caption), captionLinks(c.Caption))
}

func disclosureOf(c Content, text *captionText, links []captionLink) Check {
	b := disclosures()
	marks := b.marks(text, links)
	markets := b.marketsOf(c.Rules, c.Country)
	checks := make([]Check, len(markets))
	for i, market := range markets {
		checks[i] = b.verdict(market, strings.ToLower(c.Platform), text, b.look(market, text, marks))
	}
	return slices.MinFunc(checks, func(a, b Check) int { return worst(a.Result, b.Result) })
}

// marketsOf are the markets whose rules hold: the campaign's, or the creator's country; default stands for those without rules here.
func (b *disclosureBook) marketsOf(rules ContentRules, country string) []string {
	asked := rules.Markets
	if len(asked) == 0 {
		asked = []string{country}
	}
	markets := make([]string, len(asked))
	for i, m := range asked {
		markets[i] = strings.ToUpper(strings.TrimSpace(m))
		if _, known := b.Markets[markets[i]]; !known {
			markets[i] = "default"
		}
	}
	return markets
}

func (b *disclosureBook) verdict(market, platform string, t *captionText, f finding) Check {
	m := b.Markets[market]
	check := Check{Rule: "disclosure", Result: CheckFail, Source: m.Sources[0].URL}
	show := func(on verdictOn) string {
		check.Span = t.span(f[on][0].from, f[on][0].to)
		return t.quote(check.Span)
	}
	switch {
	case len(f[onClear]) > 0 && len(f[onDenial]) > 0:
		check.Result = CheckWarn
		said, denied := t.quote(t.span(f[onClear][0].from, f[onClear][0].to)), show(onDenial)
		return check.tell(phrase("The caption says “%s”, and also “%s”, which says the opposite.", said, denied), phrase("Take “%s” out.", denied))
	case len(f[onClear]) > 0:
		best := f[onClear][0]
		why := b.misplaced(market, platform, t, best)
		for _, other := range f[onClear][1:] {
			if why == nil {
				break
			}
			if b.misplaced(market, platform, t, other) == nil {
				best, why = other, nil
			}
		}
		check.Span = t.span(best.from, best.to)
		if why == nil {
			check.Result, check.Detail = CheckPass, fmt.Sprintf("“%s” says clearly, and where readers see it, that this is paid.", t.quote(check.Span))
			return check
		}
		check.Result = CheckWarn
		return check.tell(*why, m.begin())
	case len(f[onDoubtful]) > 0:
		check.Result = CheckWarn
		said := show(onDoubtful)
		return check.tell(phrase("“%s” is clear enough for %s only in some cases; a person must look.", said, phrase(m.Name)), m.begin())
	case len(f[onDenial]) > 0:
		said := show(onDenial)
		return check.tell(phrase("“%s” says that this is not paid, and it is.", said), phrase("Take “%s” out. %s", said, m.begin()))
	case len(f[onUnclear]) > 0:
		said := show(onUnclear)
		return check.tell(phrase("“%s” does not say clearly enough for %s that this is paid.", said, phrase(m.Name)), m.begin())
	case len(f[onForeign]) > 0:
		said := show(onForeign)
		return check.tell(phrase("“%s” is not in the market's language: readers in %s may not understand that this is paid.", said, phrase(m.Name)), m.begin())
	}
	return check.tell(phrase("The caption does not say that this is paid."), m.begin())
}

// publishedDisclosure says whether a page lacks a disclosure, or has none that is clear, for a market that the content is for.
func publishedDisclosure(want PostToVerify, text *captionText, links []captionLink) (missing, unclear bool) {
	b := disclosures()
	marks := b.marks(text, links)
	for _, market := range b.marketsOf(want.Rules, want.Country) {
		f := b.look(market, text, marks)
		switch {
		case len(f[onClear]) > 0 || len(f[onDoubtful]) > 0:
		case len(f[onDenial]) > 0 || len(f[onUnclear]) > 0 || len(f[onForeign]) > 0:
			unclear = true
		default:
			missing = true
		}
	}
	return missing, unclear && !missing
}

// standsAlone says that a word stands like a heading: in brackets, between bars, on a line of its own, or at the beginning before a sign or
// the name of an account. In the middle of a sentence it is only a word of it. Nouns of other languages than English are also headings
// before a word in capitals, or in capitals themselves.
func (t *captionText) standsAlone(from, to int, foreign bool) bool {
	begins, starts := t.before(from)
	if !begins {
		return false
	}
	i, gap := t.words[to-1].flatTo, false
	for i < len(t.flat) && (t.flat[i] == ' ' || t.flat[i] == '\t' || t.flat[i] == '\u3000') {
		i, gap = i+1, true
	}
	if i >= len(t.flat) {
		return true
	}
	next := rune(0)
	if i+1 < len(t.flat) {
		next = t.flat[i+1]
	}
	switch r := t.flat[i]; {
	case r == '?':
		return false
	case r == '.':
		return gap || !inWord(next) || isUnparted(next)
	case r == '-' || r == '‐':
		return gap || !inWord(next) || isUnparted(next) || starts && t.inCapitals(from, to)
	case r == '@' || r == '#':
		return starts || gap
	case inWord(r) && t.flat[max(0, t.words[from].flatFrom-1)] == '*':
		return true // a note
	case inWord(r):
		return starts && gap && t.headsOn(from, to, foreign) // without a gap it is a longer word: 広告代理店
	}
	return true
}

// headsOn says that a word at the beginning is a heading though a word follows.
func (t *captionText) headsOn(from, to int, foreign bool) bool {
	if to >= len(t.words) {
		return true
	}
	next := t.words[to]
	switch {
	case unicode.IsDigit(t.flat[next.flatFrom]):
		return false
	case isUnparted(t.flat[t.words[to-1].flatTo-1]):
		return true
	}
	if following[next.text] || foreign && unicode.IsUpper(t.source[next.from]) {
		return true
	}
	return t.inCapitals(from, to)
}

// inCapitals says that words are written in capitals, of which there are at least two.
func (t *captionText) inCapitals(from, to int) bool {
	letters := 0
	for _, r := range t.source[t.words[from].from:t.words[to-1].to] {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters > 1
}

// following are words that follow a heading at the beginning, as in “Werbung mit @acme”.
var following = wordSet(`for fur mit with pour avec para con com per voor met med til fra z dla`)

// before says whether a sentence or more begins at a word, and whether a line, a quotation or the caption does.
func (t *captionText) before(word int) (begins, starts bool) {
	i, gap := t.words[word].flatFrom-1, false
	for i >= 0 && (t.flat[i] == ' ' || t.flat[i] == '\t' || t.flat[i] == '\u3000') {
		i, gap = i-1, true
	}
	if i < 0 {
		return true, true
	}
	switch r := t.flat[i]; {
	case inWord(r), r == ',', r == '@', r == '#', isApostrophe(r) && i > 0 && inWord(t.flat[i-1]):
		return false, false
	case r == '\n', r == '\r', r == ':', strings.ContainsRune("\"“„«»‘'【「『", r):
		return gap || r != ':' || i == 0 || !inWord(t.flat[i-1]), true
	case r == '.' || r == '-' || r == '/' || r == '‐':
		return gap || i == 0 || !inWord(t.flat[i-1]) || r == '/', false
	}
	// Behind emoji and signs with which a caption begins it begins still.
	for i--; i >= 0 && !inWord(t.flat[i]); i-- {
		if t.flat[i] == '\n' {
			return true, true
		}
	}
	return true, i < 0
}

func (t *captionText) opens(word int) bool {
	begins, _ := t.before(word)
	return begins
}

func checkVideoDisclosure(c Content) []Check {
	if !c.Rules.Spoken || !isVideo(c) {
		return nil
	}
	check := Check{Rule: "disclosure_video", Result: CheckPass, Source: disclosures().Markets["US"].Sources[0].URL}
	no := func(b *bool) bool { return b != nil && !*b }
	switch {
	case no(c.Spoken) && no(c.Written):
		check.Result = CheckFail
		check = check.tell(phrase("In the video nobody says, and no text shows, that this is paid."), phrase("Say it aloud and show it as text, both at the beginning."))
	case no(c.Spoken):
		check.Result = CheckFail
		check = check.tell(phrase("In the video nobody says that this is paid."), phrase("Say it aloud at the beginning: some people listen without looking."))
	case no(c.Written):
		check.Result = CheckFail
		check = check.tell(phrase("No text in the video shows that this is paid."), phrase("Show it as text at the beginning: many people watch without sound."))
	case c.Spoken == nil || c.Written == nil:
		check.Result = CheckWarn
		check = check.tell(phrase("You have not declared that the video both says and shows that this is paid."), phrase("Declare whether it is spoken and written in the video."))
	default:
		check.Detail = "You declared that the video both says and shows that this is paid."
	}
	return []Check{check}
}

func isVideo(c Content) bool {
	kind := strings.ToLower(c.Kind)
	return strings.HasPrefix(c.FileType, "video/") || c.FileType == "" &&
		slices.ContainsFunc([]string{"video", "reel", "short", "story", "stories", "live", "vlog", "clip"}, func(k string) bool { return strings.Contains(kind, k) })
}
