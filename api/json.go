package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"rapport"
)

// maxDepth is how deep objects and lists of a body may lie in each other; the contract's deepest has six.
const maxDepth = 20

// checkJSON refuses what decoders disagree about: text that is not UTF-8, values behind the value, a name twice in an object,
// a deep nesting, a NUL in a text.
func checkJSON(body []byte) error {
	malformed := func(format string, args ...any) error { return rapport.Errorf(rapport.CodeMalformed, format, args...) }
	if len(bytes.TrimSpace(body)) == 0 {
		return malformed("The request needs a JSON body.")
	}
	if !utf8.Valid(body) {
		return malformed("The body is not UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var open []*level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 {
			return nil
		}
		if err != nil {
			return malformed("The body is not valid JSON, at byte %d.", d.InputOffset())
		}
		delim, _ := token.(json.Delim)
		switch closes := delim == '}' || delim == ']'; {
		case closes:
			open = open[:len(open)-1]
		case len(open) >= maxDepth:
			return malformed("The body is nested deeper than %d levels.", maxDepth)
		default:
			if bad := top(open).take(token); bad != "" {
				return malformed("%s", bad)
			}
		}
		if delim == '{' || delim == '[' {
			open = append(open, newLevel(delim))
			continue
		}
		if len(open) == 0 && len(bytes.TrimSpace(body[d.InputOffset():])) > 0 {
			return malformed("There is something behind the JSON value, at byte %d.", d.InputOffset())
		}
	}
}

// level is one object or list that is open.
type level struct {
	names map[string]bool // nil in a list
	value bool            // a name was read, its value is next
}

func newLevel(delim json.Delim) *level {
	if delim == '{' {
		return &level{names: map[string]bool{}}
	}
	return &level{}
}

func top(open []*level) *level {
	if len(open) == 0 {
		return &level{}
	}
	return open[len(open)-1]
}

// take reads a token of the level and says what is bad about it.
func (l *level) take(token json.Token) string {
	text, isText := token.(string)
	if isText && strings.ContainsRune(text, 0) {
		return "A text holds a NUL character, which no text has."
	}
	if l.names == nil {
		return ""
	}
	if l.value {
		l.value = false
		return ""
	}
	if l.names[text] {
		return fmt.Sprintf("The field %q stands twice in one object.", cut(text, 100))
	}
	l.names[text], l.value = true, true
	return ""
}
