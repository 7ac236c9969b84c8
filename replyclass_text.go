//nolint:misspell // phrases of seven languages
package rapport

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// replyText is a reply in the one spelling that rules are written in, and the way back to what was written. Plain is in small ASCII
// letters without accents and apostrophes, one sentence a line; of the marks at a sentence's end only a question mark stays.
type replyText struct {
	source string
	plain  string
	at     []int // of each byte of plain its place in source
}

// quote gives the words of the reply behind a piece of plain, short enough to be shown beside it.
func (t replyText) quote(from, to int) string {
	if from < 0 || to > len(t.at) || from >= to {
		return ""
	}
	end := t.at[to-1]
	_, size := utf8.DecodeRuneInString(t.source[end:])
	return cutRunes(strings.Join(strings.Fields(t.source[t.at[from]:end+size]), " "), 80)
}

func cutRunes(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return strings.TrimSpace(s[:i])
		}
	}
	return s
}

// foldings spell letters the way people do who lack them on their keyboard.
var foldings = func() map[rune]string { //nolint:gochecknoglobals // a constant table
	m := map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d"}
	for plain, accented := range map[string]string{
		"a": "àáâãåāąă", "c": "çćč", "d": "ď", "e": "èéêëēęě", "i": "ìíîïīı", "n": "ñńň", "o": "òóôõō", "r": "ř", "s": "śšş",
		"t": "ťţ", "u": "ùúûūů", "y": "ýÿ", "z": "źżž",
	} {
		for _, r := range accented {
			m[r] = plain
		}
	}
	return m
}()

// Addresses hold full stops and words that nobody said, such as /unsubscribe.
var replyLink = regexp.MustCompile(
	`(?i)(?:https?://|www\.)\S+|([\w.+-]+@[\w-]+(?:\.[\w-]+)+)|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|example|co\.uk|tv|app|link|shop)\b(?:/\S*)?|` +
		`\b[a-z0-9-]+\.[a-z]{2,3}/\S*`)

// What a word stands for in rules, whatever was written.
const (
	plainURL  = "url"
	plainMail = "mailaddr"
)

// readReply brings a text into the rules' spelling.
func readReply(source string) replyText {
	w := &plainWriter{source: []rune(source)}
	w.out.source = source
	w.plain = make([]byte, 0, len(source)+len(source)/8)
	w.at = make([]int, 0, cap(w.plain))
	links := replyLink.FindAllStringSubmatchIndex(source, -1)
	place := 0
	for i := 0; i < len(w.source); i++ {
		if len(links) > 0 && links[0][0] == place {
			word := plainURL
			if links[0][2] >= 0 {
				word = plainMail
			}
			w.space(place)
			w.word(word, place)
			for end := links[0][1]; place < end && i < len(w.source); i++ {
				place += utf8.RuneLen(w.source[i])
			}
			w.space(place - 1)
			links = links[1:]
			i--
			continue
		}
		for len(links) > 0 && links[0][0] < place {
			links = links[1:]
		}
		w.rune(i, place)
		place += utf8.RuneLen(w.source[i])
	}
	w.endSentence(len(source)-1, false)
	w.out.plain, w.out.at = strings.TrimRight(string(w.plain), "\n"), w.at
	return w.out
}

// plainWriter writes plain, and never puts two spaces, or a space at a sentence's beginning or end.
type plainWriter struct {
	out    replyText
	source []rune
	plain  []byte
	at     []int
}

func (w *plainWriter) word(s string, place int) {
	if w.last() == '\n' && len(s) == 1 && strings.IndexByte("-:/,.&=?\n", s[0]) >= 0 {
		return
	}
	for i := range len(s) {
		w.plain, w.at = append(w.plain, s[i]), append(w.at, place)
	}
}

func (w *plainWriter) last() byte {
	if len(w.plain) == 0 {
		return '\n'
	}
	return w.plain[len(w.plain)-1]
}

func (w *plainWriter) space(place int) {
	if c := w.last(); c != ' ' && c != '\n' && place >= 0 {
		w.word(" ", place)
	}
}

// comma closes a clause.
func (w *plainWriter) comma(place int) {
	w.trim(" ,")
	if w.last() != '\n' {
		w.word(", ", place)
	}
}

func (w *plainWriter) trim(set string) {
	for len(w.plain) > 0 && strings.IndexByte(set, w.last()) >= 0 {
		w.plain, w.at = w.plain[:len(w.plain)-1], w.at[:len(w.at)-1]
	}
}

func (w *plainWriter) endSentence(place int, asks bool) {
	w.trim(" ,-:/")
	if w.last() == '\n' {
		return
	}
	if asks && w.last() != '?' {
		w.word("?", place)
	}
	w.word("\n", max(place, 0))
}

func (w *plainWriter) peek(i int) rune {
	if i < 0 || i >= len(w.source) {
		return '\n'
	}
	return w.source[i]
}

func (w *plainWriter) rune(i, place int) {
	r := unicode.ToLower(w.source[i])
	switch {
	case r == '\n':
		if w.breaksLine(i) {
			w.endSentence(place, false)
		} else {
			w.space(place)
		}
	case r == '\'', r == '’', r == '‘', r == 'ʼ', r == '`', r == '´':
		if !w.contracts(i) {
			w.space(place)
		}
	case r == '?':
		w.endSentence(place, true)
	case r == '!', r == '…', r == ';':
		w.endSentence(place, false)
	case r == '.':
		switch {
		case !w.endsAt(i):
			w.word(".", place)
		case w.abbreviates(i):
		default:
			w.endSentence(place, false)
		}
	case r == '(', r == ')', r == '[', r == ']':
		w.comma(place)
	case r == ',':
		if unicode.IsDigit(w.peek(i-1)) && (unicode.IsDigit(w.peek(i+1)) || strings.ContainsRune("-–—", w.peek(i+1))) {
			w.word(",", place)
		} else {
			w.comma(place)
		}
	case r == '-', r == '–', r == '—', r == '‐', r == '‑', r == '−':
		w.word("-", place)
	case strings.ContainsRune("€$£¥₹₩₫%+:/@&#=", r):
		w.word(string(r), place)
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
		w.word(string(r), place)
	case r == '\u0308': // a diaeresis that is written as a sign of its own
		if c := w.last(); c == 'a' || c == 'o' || c == 'u' {
			w.word("e", place)
		}
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
	case unicode.IsLetter(r), unicode.IsDigit(r):
		if s, ok := foldings[r]; ok {
			w.word(s, place)
		} else {
			w.word(string(r), place)
		}
	default:
		w.space(place)
	}
}

// contracts tells the apostrophe of "don't" or 1'000, which goes without a trace, from that of "l'offre", which parts two words.
func (w *plainWriter) contracts(i int) bool {
	if !unicode.IsLetter(w.peek(i-1)) || !unicode.IsLetter(w.peek(i+1)) {
		return true
	}
	end := i + 1
	for end <= i+3 && unicode.IsLetter(w.peek(end)) {
		end++
	}
	switch strings.ToLower(string(w.source[i+1 : min(end, len(w.source))])) {
	case "t", "s", "m", "d", "re", "ve", "ll":
		return true
	}
	return false
}

// breaksLine tells the end of a paragraph or of a line in a list from the fold that a mail program makes at 72 signs.
func (w *plainWriter) breaksLine(i int) bool {
	next := i + 1
	for next < len(w.source) && (w.source[next] == ' ' || w.source[next] == '\r' || w.source[next] == '\t') {
		next++
	}
	if w.peek(next) == '\n' {
		return true
	}
	before := i
	for before > 0 && i-before <= 56 && w.source[before-1] != '\n' {
		before--
	}
	return i-before < 56 && !unicode.IsLower(w.peek(next))
}

// endsAt tells a full stop from the point in a number or an address.
func (w *plainWriter) endsAt(i int) bool {
	r := w.peek(i + 1)
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-–—", r) || unicode.IsLetter(w.peek(i-1)) && unicode.IsUpper(r)
}

var abbreviations = map[string]bool{ //nolint:gochecknoglobals // a constant table
	"mr": true, "mrs": true, "ms": true, "dr": true, "prof": true, "approx": true, "incl": true, "excl": true, "inkl": true, "exkl": true, "zzgl": true,
	"ca": true, "bzw": true, "usw": true, "vs": true, "nr": true, "no": false, "st": true, "sr": true, "sra": true, "fr": true, "rs": true, "bijv": true,
}

// abbreviates tells a full stop behind a short form, an initial or the day of a date from the end of a sentence.
func (w *plainWriter) abbreviates(i int) bool {
	from := i
	for from > 0 && i-from <= 7 && (unicode.IsLetter(w.source[from-1]) || unicode.IsDigit(w.source[from-1])) {
		from--
	}
	word := strings.ToLower(string(w.source[from:i]))
	switch {
	case word == "" || strings.ContainsAny(string(w.peek(i+1)), "\n"):
		return false
	case len(word) == 1 && word != "i":
		return true
	case len(word) == 2 && word[0] >= '0' && word[0] <= '3' && word[1] >= '0' && word[1] <= '9':
		return w.peek(from-1) == ' '
	}
	return abbreviations[word]
}

// What ends the part of a mail that somebody wrote for this mail: the lines of a signature, of a mail program, and of lawyers.
var (
	signOff = regexp.MustCompile(`(?i)^\W*(?:(?:with |all |many |mit |met |con |com |un |une |i |my |our )*` +
		`(?:(?:kind|best|warm|warmest|kindest|good|sunny|sincere|friendly|many|cordial)(?:est)? (?:regards|wishes|greetings)|best|all the best|regards|rgds|br|kr|cheers|cheerio|` +
		`thanks(?: again| so much| a lot| in advance)?|thank you|many thanks|thx|ty|sincerely(?: yours)?|yours(?: sincerely| truly| faithfully)?|talk soon|speak soon|` +
		`take care|love|lots of love|much love|xo+x?o?|x+|hugs|kisses|peace|warmly|respectfully|` +
		`(?:liebe|viele|beste|schoene|schöne|herzliche|freundliche|freundlichen|herzlichen|lieben|besten|vielen|sonnige) gr(?:ü|ue|u)(?:ß|ss)en?|gr(?:ü|ue)(?:ß|ss)e?|lg|vg|mfg|bg|` +
		`freundlichen gr(?:ü|ue)(?:ß|ss)en|bis bald|danke|vielen dank|alles liebe|` +
		`(?:bien )?cordialement|bien à vous|bien à toi|amicalement|bises|bisous|à bientôt|belle journée|bonne journée|sincères salutations|merci|` +
		`saludos(?: cordiales)?|saludo(?: cordial)?|abrazos?|abraços?|besos|atentamente|atenciosamente|(?:os )?(?:meus )?(?:melhores )?cumprimentos|beijinhos|beijos|obrigad[oa]|gracias|` +
		`(?:cordiali|distinti|cari|tanti|affettuosi) saluti|saluti|a presto|grazie|un caro saluto|` +
		`(?:met )?(?:vriendelijke|hartelijke|lieve|warme) gr(?:oet|oeten|oetjes)|groet(?:en|jes)?|gr|mvg|liefs|bedankt))` +
		`(?:[,.!\s–—-]*|[,–—-]\s*(?:[\p{Lu}][\p{L}'’.-]*\s*){1,3})$`)
	deviceLine = regexp.MustCompile(`(?i)^\W*(?:sent (?:from|via|with) |get outlook for |von mein(?:em|er) \S+ gesendet|gesendet (?:mit|von|aus) |envoyé (?:de|depuis) |` +
		`enviado (?:desde|do|de|a partir d) ?|inviato da|verzonden vanaf|verstuurd vanaf|diese nachricht wurde von mein)`)
	legalLine = regexp.MustCompile(`(?i)^\W*(?:(?:confidentiality|disclaimer|legal notice|confidential\b|notice\s*:|aviso legal|avviso|hinweis\s*:|vertraulichkeit)|` +
		`(?:this|the information|the content|any|diese|dieses|die information|der inhalt|ce|cet|les informations|este|esta|la información|questo|questa|le informazioni|dit|` +
		`deze|de informatie)` +
		`[^.?!]{0,90}(?:confidential|privileged|vertraulich|confidentiel|confidencial|riservat|vertrouwelijk|intended (?:only |solely )?for|intended recipient)|` +
		`(?:please )?(?:consider|think of|think about) the environment|registered (?:office|in|address|company)|company (?:no|number|reg)|vat[ -]?(?:no|id|reg|number)|` +
		`geschäftsführ|amtsgericht|handelsregister|ust-?id|sitz der gesellschaft|siret|n\.?i\.?f\b|p\.? ?iva|kvk|` +
		`you(?:'re|’re| are)? (?:receiv|got |get )[^.?!]{0,40}(?:because|as )|sie erhalten diese|vous recevez|recibes este|recebe(?:u)? este|ricevi questa|je ontvangt deze)`)
	// The way out of somebody's own newsletter is offered to its reader; a writer who wants out speaks of himself.
	newsletterLine = regexp.MustCompile(
		`(?i)\b(?:un-?subscri(?:be|ption)|opt[ -]?(?:out|ing out)|stop (?:receiving|getting|these)|no longer (?:wish|want)|(?:do not|don[’']?t) (?:wish|want) to|` +
			`manage (?:your )?(?:preferences|subscription)|` +
			`abmelde\w*|abbestell\w*|austrag\w*|désinscri\w*|désabonn\w*|desinscri\w*|desabonn\w*|darte de baja|darse de baja|cancelar (?:a|la|tu|sua|su) (?:suscripci|subscri|` +
			`inscri)\w*|disiscri\w*|annullare l|afmeld\w*|uitschrijv\w*|unsub)\b`)
	newsletterOffer = regexp.MustCompile(
		`(?i)(?:^\W*(?:to |if you|you can|you may|want to |don[’']?t want|no longer (?:wish|want) to|click|unsubscribe (?:here|at|from (?:my|our|the)|link|any ?time|\||:|` + `https?:)|` +
			`um sich|wenn sie|wenn du|zum abmelden|hier (?:abmelden|klicken)|newsletter|abmelden\s*[:|]|pour (?:vous|te|se)|si vous|para (?:darte|darse|cancelar|deixar|dejar|` +
			`sair)|si (?:ya )?no (?:quieres|deseas|desea)|se (?:não|nao|non)|per (?:disiscriver|annullar|cancellar)|` +
			`om (?:je|u|uit)|wil je|wilt u|klik|clique|haz clic|clicca|opt[ -]?out (?:here|at|link|:)|manage |abbestellen unter)|` +
			`\b(?:newsletter|roster news|updates?|mailing list|letter)\b[^.?!]{0,60}(?:unsubscribe|opt[ -]?out|abmeld|désabonn)|unsubscribe (?:here|at|link)|` +
			`unsubscribe from (?:my|our)\b|https?://\S*(?:unsub|optout|opt-out))`)
	ownWish = regexp.MustCompile(
		`(?i)\b(?:me|i|i['’]?(?:d|m|ve)|mich|mir|moi|je|mij|ik|my (?:e-?mail|address|data|name|inbox)|(?:all|these|those|your) (?:lists?|mails?|e-?mails?|messages|` +
			`newsletters?|database))\b`)
	postscript  = regexp.MustCompile(`(?i)^\W*p\.?\s?s\b\.?[:\s–—-]`)
	dashesLine  = regexp.MustCompile(`^\s*(?:--+|__+|==+|—+|–+|\*\*\*+)\s*$`)
	replyGlyphs = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n\n", "\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u2007", " ")
)

// ownWords leaves of a mail what was written for it: no signature, no mail program's line, no legal footer, no offer to leave a
// newsletter. A postscript below the signature stays.
func ownWords(text string) string {
	said, below := false, false
	lines := strings.Split(text, "\n")
	kept := make([]string, 0, len(lines))
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case postscript.MatchString(line):
			below = false
		case below:
			continue
		case said && len(trimmed) < 90 && signOff.MatchString(trimmed) && namesFollow(lines[i+1:]),
			dashesLine.MatchString(line), deviceLine.MatchString(trimmed), legalLine.MatchString(trimmed):
			// Above the first word they are the banner of a mail gateway, not the end.
			below = said
			continue
		case newsletterLine.MatchString(trimmed):
			line = withoutOffers(line)
			trimmed = strings.TrimSpace(line)
		}
		said = said || trimmed != ""
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// namesFollow tells the "Thanks," above a name from the "Thanks!" above what somebody has to say.
func namesFollow(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			return len(line) < 50 && !strings.ContainsAny(line[len(line)-1:], "!?") && strings.Count(line, " ") < 6
		}
	}
	return true
}

var replySentence = regexp.MustCompile(`[^.!?]*(?:[.!?]+\S[^.!?\s]*)*[.!?]*\s*`)

// withoutOffers takes the sentences out of a line that offer the way out of a newsletter.
func withoutOffers(line string) string {
	var b strings.Builder
	for _, s := range replySentence.FindAllString(line, -1) {
		if newsletterLine.MatchString(s) && newsletterOffer.MatchString(s) && !ownWish.MatchString(s) {
			continue
		}
		b.WriteString(s)
	}
	return b.String()
}
