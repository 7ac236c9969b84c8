package fetch

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const (
	maxAuthors   = 20
	maxAuthor    = 500     // bytes of a name, handle or address; a longer one is none
	maxStatement = 1 << 20 // bytes of one JSON-LD block
	maxNesting   = 20      // of lists and graphs in it
)

// published gives what a page's head, microdata and JSON-LD say of who published it and when. It runs in linear time on
// broken HTML too.
func published(page string, base *url.URL) ([]string, time.Time) {
	r := imprint{base: base}
	z := html.NewTokenizer(strings.NewReader(page))

	for {
		switch z.Next() {
		case html.ErrorToken:
			r.endName()

			return r.authors, r.when()
		case html.TextToken:
			r.read(z.Text())
		case html.StartTagToken:
			r.element(z.Token(), true)
		case html.SelfClosingTagToken:
			r.element(z.Token(), false)
		case html.EndTagToken:
			name, _ := z.TagName()
			r.end(atom.Lookup(name))
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// imprint collects the statements of a page.
type imprint struct {
	base                    *url.URL
	authors                 []string
	inMeta, inJSON, inTimes time.Time // the first of each kind, the most reliable kind first
	statement               bool      // inside a JSON-LD block
	scope                   atom.Atom // the kind of element that describes an author in microdata
	depth                   int       // how many of its kind are open
	naming                  bool      // the text is an author's name
	name                    strings.Builder
}

func (r *imprint) when() time.Time {
	for _, at := range []time.Time{r.inMeta, r.inJSON, r.inTimes} {
		if !at.IsZero() {
			return at
		}
	}

	return time.Time{}
}

func (r *imprint) read(text []byte) {
	switch {
	case r.statement:
		if len(text) <= maxStatement {
			r.linkedData(text)
		}
	case r.naming && r.name.Len() <= maxAuthor:
		r.name.Write(text[:min(len(text), maxAuthor+1)])
	}
}

func (r *imprint) element(tag html.Token, opens bool) {
	attr := map[string]string{}

	for _, a := range tag.Attr {
		if _, twice := attr[a.Key]; !twice {
			attr[a.Key] = a.Val
		}
	}

	opens = opens && !void(tag.DataAtom)

	// Each piece between inline tags is a name of its own: the name itself may be emphasised or linked.
	naming := r.naming
	r.endName()
	r.naming = naming && inline(tag.DataAtom)

	if opens && r.depth > 0 && tag.DataAtom == r.scope {
		r.depth++
	}

	switch tag.DataAtom {
	case atom.Script:
		kind, _, _ := strings.Cut(attr["type"], ";")
		r.statement = strings.EqualFold(strings.TrimSpace(kind), "application/ld+json")

		return
	case atom.Meta:
		r.meta(strings.ToLower(attr["name"]), attr["content"])
		r.meta(strings.ToLower(attr["property"]), attr["content"])
	case atom.Link, atom.A:
		if slices.Contains(strings.Fields(strings.ToLower(attr["rel"])), "author") {
			r.address(attr["href"])
		}
	case atom.Time:
		if _, old := attr["pubdate"]; old {
			keep(&r.inTimes, attr["datetime"])
		}
	default:
	}

	if attr["itemprop"] != "" {
		r.microdata(tag.DataAtom, attr, opens)
	}
}

// meta reads the names that pages use in their head, lower-cased.
func (r *imprint) meta(name, content string) {
	switch name {
	case "author", "article:author", "og:author", "og:article:author", "profile:username", "og:profile:username", "twitter:creator",
		"dc.creator", "dcterms.creator":
		r.author(content)
	case "article:published_time", "og:article:published_time":
		keep(&r.inMeta, content)
	}
}

func (r *imprint) microdata(tag atom.Atom, attr map[string]string, opens bool) {
	for prop := range strings.FieldsSeq(strings.ToLower(attr["itemprop"])) {
		switch {
		case prop == "datepublished" || prop == "uploaddate":
			keep(&r.inTimes, attr["datetime"])
			keep(&r.inTimes, attr["content"])
		case prop == "author" || prop == "creator":
			r.author(attr["content"])
			r.address(attr["href"])

			if _, described := attr["itemscope"]; opens && r.depth == 0 && tag != 0 {
				r.scope, r.depth, r.naming = tag, 1, !described
			}
		case r.depth > 0 && (prop == "name" || prop == "alternatename" || prop == "identifier"):
			r.author(attr["content"])
			r.naming = opens
		case r.depth > 0 && prop == "url":
			r.address(attr["href"])
			r.address(attr["content"])
		}
	}
}

func (r *imprint) end(tag atom.Atom) {
	r.endName()

	r.statement = false
	if r.depth > 0 && tag == r.scope {
		r.depth--
	}
}

// endName takes the text that was read as a name.
func (r *imprint) endName() {
	if r.naming {
		r.author(html.UnescapeString(r.name.String()))
	}

	r.naming = false
	r.name.Reset()
}

func (r *imprint) author(name string) {
	if len(name) > maxAuthor {
		return
	}

	name = strings.Join(strings.Fields(clean(name)), " ")
	if name != "" && len(r.authors) < maxAuthors && !slices.Contains(r.authors, name) {
		r.authors = append(r.authors, name)
	}
}

// address takes a profile's address, relative ones in full. Other schemes than the web's name no profile.
func (r *imprint) address(raw string) {
	u, err := r.base.Parse(strings.TrimSpace(raw))
	if raw == "" || len(raw) > maxAuthor || err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return
	}

	r.author(u.String())
}

// linkedData reads a JSON-LD block: https://schema.org/author, /creator, /datePublished and /uploadDate of what the page is about.
func (r *imprint) linkedData(text []byte) {
	var block any
	if json.Unmarshal(text, &block) != nil {
		return
	}

	var things []map[string]any

	collect(block, 0, &things)

	// An author may be described elsewhere in the block and only be referred to.
	byID := map[string]map[string]any{}

	for _, thing := range things {
		if id, named := thing["@id"].(string); named {
			byID[id] = thing
		}
	}

	for _, thing := range things {
		if aside(thing["@type"]) {
			continue
		}

		for _, key := range []string{"author", "creator"} {
			r.person(thing[key], byID, 0)
		}

		for _, key := range []string{"datePublished", "uploadDate"} {
			if text, given := thing[key].(string); given {
				keep(&r.inJSON, text)
			}
		}
	}
}

// collect lists the things of a block at its top, in its graph and those that the page is mainly about. Comments and other things
// inside have authors of their own.
func collect(value any, depth int, into *[]map[string]any) {
	if depth > maxNesting {
		return
	}

	switch v := value.(type) {
	case []any:
		for _, each := range v {
			collect(each, depth+1, into)
		}
	case map[string]any:
		*into = append(*into, v)

		collect(v["@graph"], depth+1, into)
		collect(v["mainEntity"], depth+1, into)
	}
}

// aside tells whether a thing is what others say about the page.
func aside(kind any) bool {
	kinds, several := kind.([]any)
	if !several {
		kinds = []any{kind}
	}

	return slices.ContainsFunc(kinds, func(k any) bool {
		return k == "Comment" || k == "Review" || k == "Answer" || k == "Question"
	})
}

func (r *imprint) person(value any, byID map[string]map[string]any, depth int) {
	if depth > maxNesting || len(r.authors) == maxAuthors {
		return
	}

	switch v := value.(type) {
	case string:
		r.author(v)
	case []any:
		for _, each := range v {
			r.person(each, byID, depth+1)
		}
	case map[string]any:
		id, _ := v["@id"].(string)
		if known := byID[id]; known != nil && len(v) <= 2 { // a reference, perhaps with its type
			v = known
		}

		for _, key := range []string{"name", "alternateName", "identifier"} {
			r.texts(v[key], depth)
		}

		if address, given := v["url"].(string); given {
			r.address(address)
		}
	}
}

// texts takes a text, each text of a list, or the value of a https://schema.org/PropertyValue.
func (r *imprint) texts(value any, depth int) {
	if depth > maxNesting || len(r.authors) == maxAuthors {
		return
	}

	switch v := value.(type) {
	case string:
		r.author(v)
	case []any:
		for _, each := range v {
			r.texts(each, depth+1)
		}
	case map[string]any:
		r.texts(v["value"], depth+1)
	}
}

// keep reads an ISO 8601 time into at, unless there is one already. Without a zone it is UTC.
func keep(at *time.Time, text string) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04Z0700", "2006-01-02T15:04:05", "2006-01-02T15:04",
		time.DateTime, time.DateOnly,
	} {
		if parsed, err := time.Parse(layout, text); err == nil && at.IsZero() {
			*at = parsed.UTC()
		}
	}
}
