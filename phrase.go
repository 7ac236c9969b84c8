package rapport

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// Phrase is a sentence of the program with its values, kept so that each reader has it in their language. Like all that is said, it is
// named by its English words, with %s for each value.
type Phrase struct {
	English string `json:"say"`
	// Values are texts, numbers, phrases, and lists of these of which one may be chosen.
	Values []any `json:"with,omitempty"`
}

func phrase(english string, values ...any) Phrase { return Phrase{english, values} }

// phrases are texts, each said in the same way.
func phrases(english string, texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = phrase(english, text)
	}
	return out
}

// Tell says a phrase.
func (w Words) Tell(p Phrase) string {
	values := make([]any, len(p.Values))
	for i, v := range p.Values {
		values[i] = w.value(v)
	}
	return w.Say(p.English, values...)
}

func (w Words) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case Phrase:
		return w.Tell(v)
	case []string:
		return w.or(v)
	case []any:
		texts := make([]string, len(v))
		for i, one := range v {
			texts[i] = w.value(one)
		}
		return w.or(texts)
	case int:
		return strconv.Itoa(v)
	case float64:
		text := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
		if w.locale == "de" {
			return strings.Replace(text, ".", ",", 1)
		}
		return text
	}
	return ""
}

// UnmarshalJSON reads the values as what they were.
func (p *Phrase) UnmarshalJSON(raw []byte) error {
	var kept struct {
		English string            `json:"say"`
		Values  []json.RawMessage `json:"with"`
	}
	if err := json.Unmarshal(raw, &kept); err != nil {
		return err //nolint:wrapcheck // whoever reads says what
	}
	p.English, p.Values = kept.English, nil
	for _, v := range kept.Values {
		value, err := readValue(v)
		if err != nil {
			return err
		}
		p.Values = append(p.Values, value)
	}
	return nil
}

func readValue(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '{':
		var p Phrase
		err := json.Unmarshal(raw, &p)
		return p, err //nolint:wrapcheck // whoever reads says what
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, err //nolint:wrapcheck // whoever reads says what
		}
		values := make([]any, len(list))
		for i, one := range list {
			var err error
			if values[i], err = readValue(one); err != nil {
				return nil, err
			}
		}
		return values, nil
	}
	var v any
	err := json.Unmarshal(raw, &v)
	return v, err //nolint:wrapcheck // whoever reads says what
}
