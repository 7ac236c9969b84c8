package fetch

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const maxTitle = 300

// visible gives the title of a page and the text that its reader sees: link texts without their targets, and nothing
// from scripts, comments or elements that are marked hidden. It runs in linear time on broken HTML too.
func visible(page string) (string, string) {
	var r reader

	z := html.NewTokenizer(strings.NewReader(page))

	for {
		kind := z.Next()

		switch kind {
		case html.ErrorToken:
			return oneLine(r.title.String()), lines(r.text.String())
		case html.TextToken:
			r.write(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			name, hasAttr := z.TagName()
			tag := atom.Lookup(name)
			hides := kind == html.StartTagToken && !void(tag) && tag != 0 && (unseen(tag) || (hasAttr && marked(z)))
			r.open(tag, hides, kind == html.StartTagToken)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.close(atom.Lookup(name))
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// reader collects what is seen between the tags.
type reader struct {
	title, text strings.Builder
	inTitle     bool
	skip        atom.Atom // the kind of hidden element that is being skipped
	depth       int       // how many of its kind are open
}

func (r *reader) write(text []byte) {
	switch {
	case r.inTitle:
		r.title.Write(text)
	case r.depth == 0:
		r.text.Write(bytes.ReplaceAll(text, []byte("\n"), []byte(" ")))
	}
}

func (r *reader) open(tag atom.Atom, hides, nests bool) {
	// These end where the next of their kind begins.
	if r.depth > 0 && tag == r.skip && (tag == atom.P || tag == atom.Li) {
		r.depth = 0
	}

	switch {
	case r.depth > 0:
		if tag == r.skip && nests {
			r.depth++
		}
	case tag == atom.Title:
		r.inTitle = true
	case hides:
		r.skip, r.depth = tag, 1
	case !inline(tag):
		r.text.WriteByte('\n')
	}
}

func (r *reader) close(tag atom.Atom) {
	switch {
	case tag == atom.Title:
		r.inTitle = false
	case r.depth > 0 && tag == r.skip:
		r.depth--
	case r.depth == 0 && !inline(tag):
		r.text.WriteByte('\n')
	}
}

func unseen(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Svg, atom.Iframe, atom.Object, atom.Datalist:
		return true
	default:
		return false
	}
}

// marked tells whether the element's own attributes hide it. What a style sheet hides is not seen here.
func marked(z *html.Tokenizer) bool {
	for {
		key, value, more := z.TagAttr()

		switch string(key) {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.Join(strings.Fields(string(value)), ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}

		if !more {
			return false
		}
	}
}

func void(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Link, atom.Meta, atom.Source, atom.Wbr, atom.Area, atom.Base, atom.Col,
		atom.Embed, atom.Track, atom.Param:
		return true
	default:
		return false
	}
}

func inline(a atom.Atom) bool {
	switch a {
	case atom.A, atom.B, atom.I, atom.Em, atom.Strong, atom.Span, atom.U, atom.S, atom.Small, atom.Sub, atom.Sup, atom.Font,
		atom.Mark, atom.Code, atom.Abbr, atom.Time, atom.Wbr, atom.Q, atom.Cite, atom.Img:
		return true
	default:
		return false
	}
}

// lines unescapes, trims each line and drops the empty ones.
func lines(s string) string {
	var out strings.Builder

	for line := range strings.Lines(html.UnescapeString(s)) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			out.WriteString(line)
			out.WriteByte('\n')
		}
	}

	return clean(out.String())
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(clean(html.UnescapeString(s))), " ")

	return strings.ToValidUTF8(s[:min(len(s), maxTitle)], "")
}
