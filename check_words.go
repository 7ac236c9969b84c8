package rapport

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

func checkRequiredWords(text *captionText, words []string) []Check {
	if len(words) == 0 {
		return nil
	}
	if missing := missingWords(text, words); len(missing) > 0 {
		list := strings.Join(missing, ", ")
		return []Check{Check{Rule: "required_words", Result: CheckFail}.tell(phrase("The caption must contain %s.", list), phrase("Add %s to the caption, spelled exactly so.", list))}
	}
	return []Check{{Rule: "required_words", Result: CheckPass, Detail: "Every required word is in the caption."}}
}

func missingWords(text *captionText, words []string) []string {
	var missing []string
	for _, w := range words {
		if text.findText(w) == nil {
			missing = append(missing, w)
		}
	}
	return missing
}

func checkBannedWords(text *captionText, words []string) []Check {
	var checks []Check
	for _, w := range words {
		if span := text.findText(w); span != nil {
			checks = append(checks, Check{Rule: "banned_words", Result: CheckFail, Span: span}.tell(
				phrase("The caption says “%s”, which the brand does not want in it.", text.quote(span)), phrase("Take “%s” out, or say it in other words.", text.quote(span))))
		}
	}
	if len(checks) == 0 && len(words) > 0 {
		return []Check{{Rule: "banned_words", Result: CheckPass, Detail: "None of the words that the brand does not want is in the caption."}}
	}
	return checks
}

func checkPromoCode(text *captionText, code string) []Check {
	if code = strings.TrimSpace(code); code == "" {
		return nil
	}
	var spelled *Span
	want := []rune(foldString(code))
	for from := 0; from < len(text.flat); {
		span := text.findFlat(want, from, false)
		if span == nil {
			break
		}
		if text.quote(span) == code {
			if other := otherCode(text, code); other != nil {
				return []Check{Check{Rule: "promo_code", Result: CheckWarn, Span: other}.tell(
					phrase("The caption names the code %s, and “%s” as well.", code, text.quote(other)), phrase("If “%s” is not meant, leave only %s.", text.quote(other), code))}
			}
			return []Check{{Rule: "promo_code", Result: CheckPass, Span: span, Detail: fmt.Sprintf("The code %s is in the caption.", code)}}
		}
		if spelled == nil {
			spelled = span
		}
		for from < len(text.at) && text.at[from] < span.To {
			from++
		}
	}
	if spelled != nil {
		return []Check{Check{Rule: "promo_code", Result: CheckWarn, Span: spelled}.tell(
			phrase("The code is written “%s”; shops may tell large from small letters.", text.quote(spelled)), phrase("Write it exactly so: %s", code))}
	}
	if other := otherCode(text, code); other != nil {
		return []Check{Check{Rule: "promo_code", Result: CheckFail, Span: other}.tell(
			phrase("The caption names the code “%s”; yours is %s.", text.quote(other), code), phrase("Write %s instead of “%s”.", code, text.quote(other)))}
	}
	return []Check{Check{Rule: "promo_code", Result: CheckFail}.tell(phrase("The code %s is not in the caption.", code), phrase("Name the code %s.", code))}
}

// codeWords introduce a code; codeFillers may stand between them and the code.
var (
	codeWords = wordSet(`code codes promocode promocodes rabattcode gutscheincode aktionscode discountcode kortingscode actiecode codice codigo cupom cupon coupon voucher kod
		kode koodi rabattkod rabatkode rabattkode alekoodi kuponkod gutschein`)
	codeFillers = wordSet(`promo promotionnel reduction remise sconto di de desconto descuento da del is ist est es my mein mon meinem mit the called named lautet rabat rabatowy`)
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// otherCode finds something that is introduced as a code, looks like one, and is not the right one.
func otherCode(text *captionText, code string) *Span {
	for i, w := range text.words {
		if !codeWords[w.text] {
			continue
		}
		j := i + 1
		for j < len(text.words) && j <= i+3 && codeFillers[text.words[j].text] && !text.gapHas(j, endsSentence) {
			j++
		}
		if j >= len(text.words) || text.gapHas(j, endsSentence) {
			continue
		}
		end := j + 1
		for end < len(text.words) && text.words[end].flatFrom == text.words[end-1].flatTo+1 && text.flat[text.words[end-1].flatTo] == '-' {
			end++ // ANN-20 is one code
		}
		span := text.span(j, end)
		if said := strings.TrimLeft(text.quote(span), "#@"); looksLikeCode(said) && !strings.EqualFold(said, code) {
			return span
		}
	}
	return nil
}

// looksLikeCode says that a word is in capitals, or has letters and digits.
func looksLikeCode(s string) bool {
	letters, digits, small := 0, 0, 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLower(r):
			small++
			letters++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return utf8.RuneCountInString(s) >= 3 && letters > 0 && (digits > 0 || small == 0)
}
