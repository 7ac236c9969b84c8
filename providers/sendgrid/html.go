package sendgrid

import (
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const maxHTMLBytes = 2 << 20

// mailPolicy is built once; bluemonday's policies are safe for concurrent use when they no longer change.
var mailPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "del", "ins", "sub", "sup", "small",
		"blockquote", "pre", "code", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "address", "center")
	p.AllowLists()
	p.AllowTables()
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowAttrs("href").OnElements("a")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)

	return p
})

// SanitizeHTML gives what of a mail's HTML may be shown: text, lists, tables and links. No script, style, form, frame
// or image is left, so that opening a mail tells its sender nothing. What exceeds 2 MiB is cut.
func SanitizeHTML(s string) string {
	return mailPolicy().Sanitize(clean(clip(s, maxHTMLBytes)))
}

// htmlText gives the visible text of a mail's HTML, its quotations marked with ">" as in plain mail, so that one rule
// separates the new from the quoted. It runs in linear time on broken HTML too.
func htmlText(s string) string {
	w := &textWriter{}
	z := html.NewTokenizer(strings.NewReader(clip(s, maxHTMLBytes)))

	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.done()
		case html.TextToken:
			if w.hidden == 0 {
				w.text(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			w.open(atom.Lookup(name))
		case html.EndTagToken:
			name, _ := z.TagName()
			w.close(atom.Lookup(name))
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

const maxQuoteDepth = 20

type textWriter struct {
	out       strings.Builder
	line      strings.Builder
	quote     int
	hidden    int
	pre       int
	space     bool
	blankLine int
}

func (w *textWriter) text(s string) {
	s = html.UnescapeString(s)
	if w.pre > 0 {
		for i, part := range strings.Split(s, "\n") {
			if i > 0 {
				w.breakLine(true)
			}

			w.line.WriteString(part)
		}

		return
	}

	for _, r := range s {
		switch r {
		case ' ', '\t', '\n', '\r', '\u00a0':
			w.space = true
		default:
			if w.space && w.line.Len() > 0 {
				w.line.WriteByte(' ')
			}

			w.space = false
			w.line.WriteRune(r)
		}
	}
}

func (w *textWriter) open(a atom.Atom) {
	switch a {
	case atom.Br:
		w.breakLine(true)
	case atom.Script, atom.Style, atom.Head, atom.Title:
		w.hidden++
	case atom.Pre:
		w.breakLine(false)
		w.pre++
	case atom.Blockquote:
		w.breakLine(false)
		w.quote++
	case atom.Hr:
		w.breakLine(false)
		w.line.WriteString("________________________________")
		w.breakLine(false)
	case atom.P, atom.H1, atom.H2, atom.H3:
		w.breakLine(false)
		w.blank()
	case atom.Li:
		w.breakLine(false)
		w.line.WriteString("- ")
	default:
		if isBlock(a) {
			w.breakLine(false)
		}
	}
}

func (w *textWriter) close(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title:
		w.hidden = max(w.hidden-1, 0)
	case atom.Pre:
		w.breakLine(false)
		w.pre = max(w.pre-1, 0)
	case atom.Blockquote:
		w.breakLine(false)
		w.quote = max(w.quote-1, 0)
	case atom.P, atom.H1, atom.H2, atom.H3:
		w.breakLine(false)
		w.blank()
	default:
		if isBlock(a) {
			w.breakLine(false)
		}
	}
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Li, atom.H4, atom.H5, atom.H6, atom.Center, atom.Section,
		atom.Article, atom.Header, atom.Footer, atom.Body, atom.Html, atom.Address, atom.Dl, atom.Dt, atom.Dd:
		return true
	default:
		return false
	}
}

// breakLine ends the line; an empty one is kept only where the HTML asked for it.
func (w *textWriter) breakLine(keepEmpty bool) {
	w.space = false

	if w.line.Len() == 0 {
		if keepEmpty {
			w.blank()
		}

		return
	}

	w.out.WriteString(strings.Repeat("> ", min(w.quote, maxQuoteDepth)))
	w.out.WriteString(strings.TrimRight(w.line.String(), " "))
	w.out.WriteByte('\n')
	w.line.Reset()
	w.blankLine = 0
}

func (w *textWriter) blank() {
	if w.blankLine > 0 || w.out.Len() == 0 {
		return
	}

	w.blankLine++

	w.out.WriteString(strings.TrimRight(strings.Repeat("> ", min(w.quote, maxQuoteDepth)), " "))
	w.out.WriteByte('\n')
}

func (w *textWriter) done() string {
	w.breakLine(false)

	return clean(strings.TrimSpace(w.out.String()))
}
