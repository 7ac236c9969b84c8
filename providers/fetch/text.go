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
	var (
		title, text strings.Builder
		inTitle     bool
		skip        atom.Atom // the hidden element that is being skipped
		depth       int       // how many of its kind are open
	)

	z := html.NewTokenizer(strings.NewReader(page))

	for {
		kind := z.Next()

		switch kind {
		case html.ErrorToken:
			return oneLine(title.String()), lines(text.String())
		case html.TextToken:
			switch {
			case inTitle:
				title.Write(z.Text())
			case depth == 0:
				text.Write(bytes.ReplaceAll(z.Text(), []byte("\n"), []byte(" ")))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, hasAttr := z.TagName()
			tag := atom.Lookup(name)

			switch {
			case depth > 0 && tag == skip && (tag == atom.P || tag == atom.Li):
				// These end where the next of their kind begins.
				depth = 0

				text.WriteByte('\n')
			case depth > 0:
				if tag == skip && kind == html.StartTagToken {
					depth++
				}
			case tag == atom.Title:
				inTitle = true
			case kind == html.StartTagToken && !void(tag) && tag != 0 && (unseen(tag) || (hasAttr && marked(z))):
				skip, depth = tag, 1
			case !inline(tag):
				text.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := atom.Lookup(name)

			switch {
			case tag == atom.Title:
				inTitle = false
			case depth > 0 && tag == skip:
				depth--
			case depth == 0 && !inline(tag):
				text.WriteByte('\n')
			}
		case html.CommentToken, html.DoctypeToken:
		}
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
