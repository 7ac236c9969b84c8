package sendgrid

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// mark says what a line of a mail is.
type mark byte

const (
	fresh  mark = 't' // text that may be new
	blank  mark = 'e'
	quote  mark = 'm' // begins with ">"
	border mark = 's' // says who wrote what follows ("On … wrote:")
)

const (
	maxLookLine  = 400   // longer lines are never borders
	maxAttribute = 4     // lines over which a border may be wrapped
	maxBorders   = 2_000 // no conversation has more lines that look like the end of a border
	wrapWidth    = 60    // a quoted line at least this long may have spilled over
)

// SplitReply separates what a person newly wrote from the conversation quoted below, above or around it. Answers
// written between quoted lines are kept with those lines, for they say nothing without them. A forwarded mail is new
// in whole. Signatures stay; StripSignature takes them off. The time is linear in the length of the text.
func SplitReply(text string) (string, string) {
	lines := splitLines(text)

	end, isForward := cutAt(lines)
	if isForward {
		return joinLines(lines), ""
	}

	if end == 0 || !anyFresh(lines[:end]) {
		end = len(lines)
	}

	marks := markLines(lines[:end])
	newer, older := divide(lines[:end], marks)
	older = append(older, lines[end:]...)

	return joinLines(newer), joinLines(older)
}

func splitLines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")

	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}

	return lines
}

func joinLines(lines []string) string {
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

func anyFresh(lines []string) bool {
	for _, line := range lines {
		if line != "" && !isQuote(line) {
			return true
		}
	}

	return false
}

func isQuote(line string) bool {
	return strings.HasPrefix(strings.TrimLeft(clip(line, maxLookLine), " \t\u00a0"), ">")
}

var (
	originalMessage = regexp.MustCompile(`(?i)^[\s*>]*[-_=]{2,}\s*(?:original (?:message|appointment)|reply message|` +
		`urspr(?:ü|ue)ngliche nachricht|message d'origine|message original|mensaje original|mensagem original|` +
		`messaggio originale|oorspronkelijk bericht|original ?meddelande|oprindelig meddelelse|opprinnelig melding|` +
		`oryginalna wiadomo(?:ść|sc)|исходное сообщение|пересылаемое сообщение|alkuperäinen viesti|原始邮件|邮件原件)\s*[-_=]{0,}\s*$`)
	forwarded = regexp.MustCompile(`(?i)^[\s*]*(?:[-_=]{2,}\s*(?:forwarded message|weitergeleitete nachricht|` +
		`message transféré|mensaje reenviado|messaggio inoltrato|mensagem encaminhada)|begin forwarded message:)`)
	aboveLine  = regexp.MustCompile(`(?i)^[\s#*=_-]*(?:please )?(?:type|write|reply)\b.{0,40}\babove this line\b`)
	rule       = regexp.MustCompile(`^[\s*]*[-_=]{10,}\s*$`)
	headerFrom = regexp.MustCompile(`(?i)^[\s*>]*(?:from|von|de|da|van|från|fra|od|от|lähettäjä|kimden|发件人|寄件者|差出人|보낸 사람)[\s*]*[:：]`)
	headerNext = regexp.MustCompile(`(?i)^[\s*>]*(?:sent|date|to|cc|subject|reply-to|gesendet|datum|an|betreff|envoyé|à|objet|` +
		`enviado(?: el)?|fecha|para|asunto|data|inviato|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|` +
		`wysłano|do|temat|отправлено|дата|кому|тема|lähetetty|vastaanottaja|aihe|发送时间|收件人|主题|日期|寄件日期|收件者|主旨|` +
		`送信日時|宛先|件名|보낸 날짜|받는 사람|제목)[\s*]*[:：]`)
)

// cutAt gives the line from which on everything is the mail that was answered: a divider or the header block that
// Outlook and its like put in front of it. Without one it is the number of lines. It also tells whether the mail
// forwards another.
func cutAt(lines []string) (int, bool) {
	for i, line := range lines {
		if line == "" || len(line) > maxLookLine {
			continue
		}

		switch {
		case forwarded.MatchString(line):
			return len(lines), true
		case isQuote(line):
			continue
		case originalMessage.MatchString(line), aboveLine.MatchString(line):
			return i, false
		case headerFrom.MatchString(line) && headerBlock(lines[i+1:]):
			return withRule(lines, i), false
		case headerNext.MatchString(line) && headerBlock(lines[i+1:]) && withRule(lines, i) < i:
			return withRule(lines, i), false
		}
	}

	return len(lines), false
}

// headerBlock tells whether two of the next lines are header fields too.
func headerBlock(next []string) bool {
	found, seen := 0, 0

	for _, line := range next {
		if line == "" {
			continue
		}

		if seen++; seen > 5 {
			break
		}

		if look := clip(line, maxLookLine); headerNext.MatchString(look) || headerFrom.MatchString(look) {
			if found++; found == 2 {
				return true
			}
		}
	}

	return false
}

// withRule moves the cut up over a horizontal rule that belongs to the header block.
func withRule(lines []string, at int) int {
	above := at - 1
	for above >= 0 && lines[above] == "" {
		above--
	}

	if above >= 0 && rule.MatchString(clip(lines[above], maxLookLine)) {
		return above
	}

	return at
}

const verbs = `(?:wrote|writes|schrieb|schreef|a écrit|escribió|escribio|ha scritto|escreveu|skrev|napisał(?:a|\(a\))?|pisze|` +
	`написал(?:а|\(а\))?|пишет|yazdı|kirjoitti|写道|写了|のメール|書きました|님이 작성)`

var (
	// datedStart begins a border with a word like "On" or with a date; namedStart with a name or an address.
	datedStart = regexp.MustCompile(`(?i)^[\s*-]*(?:(?:on|am|le|el|il|em|op|den|på|w dniu|dnia|в|на|a|il giorno|pada|tarihinde)\s` +
		`|\p{L}{2,4}[.,]?\s+\d|\d{1,4}[./年-])`)
	namedStart = regexp.MustCompile(`^[\s*"']*(?:[^<>@]{0,80}[<"])?[^\s<>@]+@`)
	// attributionEnd ends with the verb; languages that put the name behind it end with a colon and name an address or time.
	attributionEnd    = regexp.MustCompile(`(?i)` + verbs + `\s*[:：]?\s*$`)
	attributionMiddle = regexp.MustCompile(`(?i)\d.*\s(?:schrieb|schreef|a écrit|skrev|escribió|ha scritto|napisał\S*)\s.*[:：]\s*$`)
	// attributionBare is what some clients put in place of a verb: a date and an address.
	attributionBare = regexp.MustCompile(`^\s*(?:\d{4}[/-]\d{1,2}[/-]\d{1,2}\s.{0,200}<[^<>\s]+@[^<>\s]+>\s*:?|` +
		`(?:\p{L}{2,4}[.,]?\s+)?\d{1,2}[. ]\S{2,9}[. ]\d{4}.{0,200}<[^<>\s]+@[^<>\s]+>\s*:)\s*$`)
)

// markLines marks each line, borders found by their last line and the nearest line above that can begin one.
func markLines(lines []string) []mark {
	marks := make([]mark, len(lines))
	looked := 0

	for i, line := range lines {
		switch {
		case line == "":
			marks[i] = blank
		case isQuote(line):
			marks[i] = quote
		default:
			marks[i] = fresh
			if looked >= maxBorders || !mayEndBorder(line) {
				continue
			}

			looked++

			if from, found := attribution(lines, marks, i); found {
				for k := from; k <= i; k++ {
					marks[k] = border
				}
			}
		}
	}

	return marks
}

func mayEndBorder(line string) bool {
	return len(line) <= maxLookLine && (strings.HasSuffix(line, ":") || strings.HasSuffix(line, "：") ||
		strings.HasSuffix(line, ">") || attributionEnd.MatchString(line))
}

func attribution(lines []string, marks []mark, last int) (int, bool) {
	if attributionBare.MatchString(lines[last]) {
		return last, true
	}

	joined, named := "", -1

	for from := last; from >= 0 && last-from < maxAttribute; from-- {
		if marks[from] != fresh || len(lines[from]) > maxLookLine {
			break
		}

		joined = lines[from] + " " + joined
		if !attributionEnd.MatchString(joined) && !attributionMiddle.MatchString(joined) {
			continue
		}

		if datedStart.MatchString(lines[from]) && strings.ContainsAny(joined, "0123456789@") {
			return from, true
		}

		if named < 0 && namedStart.MatchString(lines[from]) {
			named = from
		}
	}

	return named, named >= 0
}

// block is a run of quoted lines with the border above it.
type block struct {
	from, to int  // [from, to)
	sure     bool // has a border or more than one quoted line
}

func divide(lines []string, marks []mark) ([]string, []string) {
	blocks, openEnd := findBlocks(lines, marks)

	switch {
	case openEnd >= 0 && (anyFresh(lines[:openEnd]) || len(blocks) > 0):
		// A border without ">" below it: nothing tells where the quotation ends, so it reaches to the end.
		lines, tail := lines[:openEnd], lines[openEnd:]
		newer, older := divide(lines, marks[:openEnd])

		return newer, append(older, tail...)
	case len(blocks) == 0:
		return lines, nil
	case len(blocks) == 1:
		b := blocks[0]
		if !b.sure && freshFrom(marks, b.to) {
			return lines, nil
		}

		return append(lines[:b.from:b.from], lines[b.to:]...), lines[b.from:b.to]
	default:
		// Answers between quotations: only what is quoted after the last of them goes.
		if b := blocks[len(blocks)-1]; StripSignature(joinLines(lines[b.to:])) == "" {
			return append(lines[:b.from:b.from], lines[b.to:]...), lines[b.from:b.to]
		}

		return lines, nil
	}
}

func freshFrom(marks []mark, from int) bool {
	return slices.Contains(marks[from:], fresh)
}

// findBlocks gives the quoted runs, and the first border that has no ">" below it (-1 for none).
func findBlocks(lines []string, marks []mark) ([]block, int) {
	var blocks []block

	for i := 0; i < len(marks); {
		if marks[i] != quote && marks[i] != border {
			i++

			continue
		}

		b := block{from: i, to: i}
		quoted := 0

		for ; i < len(marks); i++ {
			if marks[i] == border {
				if quoted > 0 {
					break
				}

				b.sure = true
			}

			if marks[i] == fresh && !spilled(lines, marks, i) {
				break
			}

			if marks[i] == quote {
				quoted++
			}

			if marks[i] != blank {
				b.to = i + 1
			}
		}

		if quoted == 0 {
			return blocks, b.from
		}

		b.sure = b.sure || quoted > 1
		blocks = append(blocks, b)
	}

	return blocks, -1
}

// spilled tells whether a line between two quoted ones is the rest of the long one above.
func spilled(lines []string, marks []mark, i int) bool {
	return i > 0 && i+1 < len(lines) && marks[i-1] == quote && marks[i+1] == quote && len(lines[i-1]) >= wrapWidth
}

var (
	signatureMark = regexp.MustCompile(`^\s*(?:--|__|—)\s*$`)
	deviceMark    = regexp.MustCompile(`(?i)^\s*(?:sent from (?:my|a|mail for|yahoo|outlook|gmail|proton)\b(?: ?[\w'.<>:/-]+){0,6}|` +
		`sent with \S.{0,40}|get outlook for .{0,60}|von meinem \w+ gesendet|gesendet mit .{0,40}|envoyé de mon \w+|` +
		`enviado desde mi \w+|inviato da(?:l mio)? \w+|verstuurd vanaf mijn \w+|отправлено с .{0,40})\.?\s*$`)
	listMark = regexp.MustCompile(`^_{20,}$`)
	nameMark = regexp.MustCompile(`^--? ?\p{Lu}\p{L}+(?: \p{Lu}\p{L}+){0,2}$`)
)

const maxSignatureLines = 12

// StripSignature takes a signature, a device's line or a mailing list's footer off the end of what SplitReply gave as
// new. It leaves text alone in which nothing marks a signature.
func StripSignature(text string) string {
	lines := strings.Split(text, "\n")
	earliest := max(0, len(lines)-maxSignatureLines)

	for i := len(lines) - 1; i >= earliest; i-- {
		line := lines[i]
		if len(line) > maxLookLine {
			break
		}

		if signatureMark.MatchString(line) || deviceMark.MatchString(line) || listMark.MatchString(line) || nameMark.MatchString(line) {
			lines = lines[:i]
		}
	}

	return joinLines(lines)
}
