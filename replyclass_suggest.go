//nolint:misspell // phrases of seven languages
package rapport

import (
	"regexp"
	"strconv"
	"strings"
)

const replyCap = 20_000 // runes of a reply that are read; what is said first decides

// replyEvidence is what speaks for each signal: the heaviest phrase and where it stands.
type replyEvidence struct {
	weight   [signalCount]int
	from, to [signalCount]int
	asks     bool // a sentence ends in a question mark
}

func (e *replyEvidence) note(r replyRule, from, to int) {
	before := e.weight[r.signal]
	if r.weight > before {
		e.weight[r.signal], e.from[r.signal], e.to[r.signal] = r.weight, from, to
	}
	// Two hints of these are as good as a plain word.
	if before > 0 && (r.signal == showsStop || r.signal == showsAway) && max(before, r.weight) == 3 {
		e.weight[r.signal] = 4
	}
}

// SuggestReply says what a reply seems to say: its class, the fee it names, and the words that decided. Text is the new text of the
// reply, without what it quotes. The same reply gets the same answer at any time.
func SuggestReply(subject, text string) ReplySuggestion {
	text = ownWords(replyGlyphs.Replace(strings.ToValidUTF8(cutRunes(text, replyCap), " ")))
	subject = strings.ToValidUTF8(cutRunes(strings.TrimSpace(subject), 300), " ")
	if strings.TrimSpace(text) == "" {
		if answersOurs.MatchString(subject) {
			return ReplySuggestion{Class: ReplyOther}
		}
		text = subject
	}
	t := readReply(text)
	e := weigh(t.plain)
	if subjectAway.MatchString(readReply(subject).plain) && e.weight[showsGone] < 4 {
		return ReplySuggestion{Class: ReplyAway, Why: cutRunes(strings.Join(strings.Fields(subject), " "), 80), Confidence: 0.95}
	}
	class, signal := e.decide()
	out := ReplySuggestion{Class: class}
	if class == ReplyOther {
		if e.weight[showsOther] > 0 {
			out.Confidence = 0.7
		} else {
			out.Confidence = 0.3
		}
		return out
	}
	out.Why = t.quote(e.from[signal], e.to[signal])
	out.Confidence = []float64{0.3, 0.4, 0.55, 0.7, 0.85, 0.95}[min(e.weight[signal], 5)]
	if class == ReplyCounter {
		out.Amount = namedFee(t.plain)
	}
	return out
}

var (
	answersOurs = regexp.MustCompile(`(?i)^\s*(?:re|aw|antw|sv|rv|ref|fwd?|wg|tr|rif|r|res|enc)\s*(?:\[\d+\])?\s*:`)
	subjectAway = regexp.MustCompile(
		`^(?:automatic reply|auto(?:matic|mated)?[ -]?(?:reply|response)|out of (?:the )?office|abwesenheit\w*|abwesend|automatische antwort|reponse automatique|` +
			`absence du bureau|respuesta automatica|` +
			`fuera de (?:la )?oficina|resposta automatica|risposta automatica|fuori (?:sede|ufficio)|automatisch antwoord|afwezig\w*)(?: ?:|$)`)
)

// weigh collects what a text shows, sentence by sentence.
func weigh(plain string) *replyEvidence {
	e, start := &replyEvidence{}, 0
	for sentence := range strings.SplitSeq(plain, "\n") {
		for from := 0; from < len(sentence); from += 1000 { // a sentence without an end must not cost more than others
			part := sentence[from:min(from+1000, len(sentence))]
			e.read(part, start+from)
		}
		e.asks = e.asks || strings.HasSuffix(sentence, "?")
		start += len(sentence) + 1
	}
	return e
}

func (e *replyEvidence) read(sentence string, at int) {
	for _, r := range replyIdioms {
		for _, m := range r.pattern.FindAllStringIndex(sentence, -1) {
			if r.signal != showsNothing {
				e.note(r, at+m[0], at+m[1])
			}
			sentence = sentence[:m[0]] + strings.Repeat("_", m[1]-m[0]) + sentence[m[1]:]
		}
	}
	for _, r := range replyRules {
		if m := r.pattern.FindStringIndex(sentence); m != nil && m[1] > m[0] {
			e.note(r, at+m[0], at+m[1])
		}
	}
}

// decide weighs the signals against each other. What a machine acts on comes first and asks for most.
func (e *replyEvidence) decide() (ReplyClass, replySignal) { //nolint:gocyclo // the order of the cases is the rule
	w := e.weight
	refuses := w[showsNo] >= 4
	switch {
	case w[showsStop] >= 4 && (w[showsYes] < 4 || w[showsStop] > 4 && refuses):
		return ReplyUnsubscribe, showsStop
	case w[showsGone] >= 4 && w[showsYes] < 4:
		return ReplyWrongPerson, showsGone
	case w[showsMachine] > 4, w[showsMachine] == 4 && w[showsYes] < 4 && !refuses && !e.asks && w[showsFee] < 4:
		return ReplyAway, showsMachine
	case w[showsAway] >= 4 && w[showsYes] < 4 && !refuses && w[showsOther] < 4 && !e.asks && (w[showsAskLater] < 4 || w[showsAway] > 4) && w[showsFee] < 4:
		return ReplyAway, showsAway
	case w[showsWrong] >= 4 && w[showsYes] < 4 && w[showsFee] < 4:
		return ReplyWrongPerson, showsWrong
	case w[showsOther] >= 5 && w[showsYes] < 4:
		return ReplyOther, showsOther
	case w[showsFee] >= 4 && w[showsNo] < 5:
		return ReplyCounter, showsFee
	case w[showsAskLater] >= 4 && w[showsYes] < 4:
		return ReplyLater, showsAskLater
	case w[showsBusy] >= 4 && w[showsYes] < 4 && w[showsNo] < 5:
		return ReplyLater, showsBusy
	case w[showsOther] >= 4 && w[showsYes] < 4 && !refuses:
		return ReplyOther, showsOther
	case refuses:
		return ReplyDecline, showsNo
	case w[showsYes] >= 4:
		return ReplyAccept, showsYes
	case w[showsBusy] >= 3:
		return ReplyLater, showsBusy
	case w[showsAsk] >= 3:
		return ReplyQuestion, showsAsk
	case w[showsFee] >= 3:
		return ReplyCounter, showsFee
	case w[showsWrong] >= 3:
		return ReplyWrongPerson, showsWrong
	case w[showsYes] >= 2:
		return ReplyAccept, showsYes
	}
	return ReplyOther, showsOther
}

// figure is a number in a text that may be a fee.
type figure struct {
	value    float64
	currency string
	chosen   bool // beside words for what is booked, such as "in total"
}

// namedFee finds the fee that a counter-offer names: the one for what is booked, else the highest. Nil where no currency is named.
func namedFee(plain string) *Money {
	var figures []figure
	currency := ""
	for line := range strings.SplitSeq(plain, "\n") {
		found, code := figuresIn(line)
		figures = append(figures, found...)
		if code != "" {
			currency = code
		} else if m := currencyWord.FindStringSubmatch(line); m != nil && currency == "" {
			currency = currencyOf(m[1])
		}
	}
	c, ok := LookupCurrency(currency)
	if !ok {
		return nil
	}
	priced := false
	for _, f := range figures {
		priced = priced || f.currency != ""
	}
	var best, chosen int64
	for _, f := range figures {
		if f.currency != currency && (f.currency != "" || priced || f.value < 20) {
			continue
		}
		minor := minorUnits(f.value, c)
		if minor > 99_999_999_999 {
			continue
		}
		best = max(best, minor)
		if f.chosen && f.currency != "" {
			chosen = max(chosen, minor)
		}
	}
	if chosen > 0 {
		best = chosen
	}
	if best <= 0 {
		return nil
	}
	return &Money{best, currency}
}

func minorUnits(value float64, c Currency) int64 {
	for range c.Exponent {
		value *= 10
	}
	minor := int64(value + 0.5)
	return minor - minor%c.Step
}

// figuresIn finds what may be a fee in a sentence, and the currency that was named last.
func figuresIn(line string) (figures []figure, currency string) {
	chosen, last := chosenFee.FindStringIndex(line), 0
	for _, m := range amountInAsk.FindAllStringSubmatchIndex(line, -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return strings.TrimSpace(line[m[2*i]:m[2*i+1]])
		}
		code := currencyOf(group(1))
		if code == "" {
			code = currencyOf(group(5))
		}
		before, after := line[max(m[0]-80, 0):m[0]], line[m[1]:]
		value := figureOf(group(2), group(4))
		if value <= 0 || value > 1e9 || m[0] > 0 && isWordByte(line[m[0]-1]) || tooLow.MatchString(after) || code == "" && notFee.MatchString(after) || theirFee.MatchString(before) {
			continue
		}
		if code != "" {
			currency = code
		} else if len(figures) > 0 && upTo.MatchString(line[min(last, m[0]):m[0]]) {
			code = figures[len(figures)-1].currency
		}
		last = m[1]
		figures = append(figures, figure{value, code, chosen != nil && chosen[0] < m[1]+40 && m[0] < chosen[1]+40})
	}
	return figures, currency
}

// tooLow stands behind a figure of the other side.
var tooLow = regexp.MustCompile(`^ (?:is|are|seems|feels|would be|sounds)(?: \w+)? (?:too|a bit|a little|quite|below|under|low|not enough)`)

// upTo stands between the figures of a range.
var upTo = regexp.MustCompile(`^ ?(?:-|to|and|or|bis|und|a|y|e|et|ou|o|en|tot|al) ?$`)

var currencyWord = regexp.MustCompile(`\b(?:in|us) (pounds|dollars|euros?|usd|eur|gbp|us dollars)\b`)

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '.' || c == ','
}

func currencyOf(s string) string {
	switch s = strings.Join(strings.Fields(s), " "); s {
	case "$", "us$", "bucks", "dollar", "dollars", "us dollar", "us dollars", "dolares", "dollari":
		return "usd"
	case "ca$", "c$", "canadian dollars", "canadian dollar":
		return "cad"
	case "au$", "a$", "australian dollars", "australian dollar":
		return "aud"
	case "nz$", "new zealand dollars":
		return "nzd"
	case "s$", "sg$", "singapore dollars":
		return "sgd"
	case "mx$", "pesos mexicanos":
		return "mxn"
	case "r$", "reais":
		return "brl"
	case "€", "euro", "euros":
		return "eur"
	case "£", "pound", "pounds", "quid", "pond", "libras":
		return "gbp"
	case "franc", "francs", "franken", "franchi":
		return "chf"
	case "₹", "rs", "rupees":
		return "inr"
	case "¥", "yen":
		return "jpy"
	case "₩":
		return "krw"
	case "₫":
		return "vnd"
	case "zl", "zloty":
		return "pln"
	}
	if _, ok := LookupCurrency(s); ok {
		return s
	}
	return ""
}

var plainNumbers = map[string]float64{ //nolint:gochecknoglobals // a constant table
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15,
	"twenty": 20, "thirty": 30, "fifty": 50, "twenty-five": 25,
	"ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "fuenf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "deux": 2, "trois": 3, "quatre": 4,
	"cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
	"dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10, "dois": 2, "quatro": 4, "sete": 7, "oito": 8, "nove": 9,
	"dez": 10, "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "sette": 7,
	"otto": 8, "dieci": 10, "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "tien": 10, "quinientos": 500, "cinquecento": 500, "duemila": 2000, "tremila": 3000,
}

var plainScales = []struct { //nolint:gochecknoglobals // a constant table
	name  string
	value float64
}{{"hundred", 100}, {"hundert", 100}, {"honderd", 100}, {"cents", 100}, {"cent", 100}, {"cientos", 100}, {"thousand", 1000}, {"tausend", 1000}, {"duizend", 1000},
	{"grand", 1000}, {"mille", 1000}, {"mila", 1000}, {"mil", 1000}}

// figureOf reads a figure in digits or words, and the word for its thousands.
func figureOf(s, scale string) float64 {
	times := 1.0
	if scale == "k" {
		times = 1000
	}
	for _, x := range plainScales {
		if scale == x.name {
			times = x.value
		}
	}
	if s == "" {
		return 0
	}
	if s[0] < '0' || s[0] > '9' {
		return times * wordsOf(s)
	}
	s = strings.ReplaceAll(s, " ", "")
	if i := strings.LastIndexAny(s, ".,"); i >= 0 {
		if behind := len(s) - i - 1; behind == 3 && times == 1 || strings.Count(s, s[i:i+1]) > 1 {
			s = strings.NewReplacer(".", "", ",", "").Replace(s)
		} else {
			s = strings.NewReplacer(".", "", ",", "").Replace(s[:i]) + "." + s[i+1:]
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return f * times
}

func wordsOf(s string) float64 {
	if v, ok := plainNumbers[s]; ok && v >= 100 {
		return v
	}
	sum, last := 0.0, 0.0
	for word := range strings.FieldsSeq(s) {
		if v, ok := plainNumbers[word]; ok {
			last += v
			continue
		}
		for _, x := range plainScales {
			if first, found := strings.CutSuffix(word, x.name); found {
				v := plainNumbers[first]
				sum, last = sum+max(last+v, 1)*x.value, 0
				break
			}
		}
	}
	return sum + last
}
