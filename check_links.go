package rapport

import (
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"mvdan.cc/xurls/v2"
)

var urlPattern = sync.OnceValue(xurls.Relaxed)

// captionLink is an address in a caption.
type captionLink struct {
	span Span
	text string
}

// captionLinks finds the addresses of a caption, with or without https://. An address of mail is none. The pattern takes its time, so it
// reads only what has a dot in the middle.
func captionLinks(caption string) []captionLink {
	var links []captionLink
	runes, done := 0, 0
	for from := 0; from < len(caption); {
		size := strings.IndexFunc(caption[from:], unicode.IsSpace)
		if size < 0 {
			size = len(caption) - from
		}
		piece := caption[from : from+size]
		if dot := strings.IndexByte(piece, '.'); dot > 0 && dot < size-1 && size <= maxPiece {
			for _, at := range urlPattern().FindAllStringIndex(piece, -1) {
				text := piece[at[0]:at[1]]
				if strings.Contains(text, "@") && !strings.Contains(text, "/") {
					continue
				}
				runes += utf8.RuneCountInString(caption[done : from+at[0]])
				n := utf8.RuneCountInString(text)
				links = append(links, captionLink{Span{runes, runes + n}, text})
				runes, done = runes+n, from+at[1]
			}
		}
		from += size
		_, space := utf8.DecodeRuneInString(caption[from:])
		from += space
	}
	return links
}

// maxPiece is how much text without a space is searched for addresses, in bytes.
const maxPiece = 10_000

// webAddress is what two addresses are compared by: scheme, www., case of the host, closing slash and fragment do not matter.
type webAddress struct {
	host, path string
	query      url.Values
}

func readAddress(s string) (a webAddress, ok bool) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return webAddress{}, false
	}
	return webAddress{strings.TrimPrefix(strings.ToLower(u.Host), "www."), strings.TrimRight(u.Path, "/"), u.Query()}, true
}

// holds says that an address is the wanted one; more parameters do no harm.
func (a webAddress) holds(want webAddress) bool {
	if a.host != want.host || a.path != want.path {
		return false
	}
	for key, values := range want.query {
		for _, v := range values {
			if !slices.Contains(a.query[key], v) {
				return false
			}
		}
	}
	return true
}

func checkTrackedLink(links []captionLink, want string) []Check {
	if want = strings.TrimSpace(want); want == "" {
		return nil
	}
	address, _ := readAddress(want)
	var near *captionLink
	for _, l := range links {
		a, ok := readAddress(l.text)
		switch {
		case !ok:
		case a.holds(address):
			return []Check{{Rule: "tracked_link", Result: CheckPass, Span: &l.span, Detail: "Your link is in the caption."}}
		case near == nil && a.host == address.host:
			near = &l
		}
	}
	if near != nil {
		return []Check{Check{Rule: "tracked_link", Result: CheckFail, Span: &near.span}.tell(
			phrase("“%s” leads to the right site, but is not your link: nobody would see that visitors came from you.", near.text), phrase("Replace it with %s", want))}
	}
	return []Check{Check{Rule: "tracked_link", Result: CheckFail}.tell(phrase("Your link is not in the caption."), phrase("Add %s", want))}
}

// pageLinks says that a page holds a link, in its text or behind it. Platforms wrap links in addresses of their own, in which the
// wanted one is escaped.
func pageLinks(p FetchedPost, links []captionLink, want string) bool {
	address, ok := readAddress(want)
	if !ok {
		return false
	}
	for _, l := range links {
		if a, ok := readAddress(l.text); ok && a.holds(address) {
			return true
		}
	}
	body := strings.ToValidUTF8(strings.NewReplacer(`\/`, `/`, `\u0026`, `&`).Replace(html.UnescapeString(string(p.Body))), " ")
	body = strings.NewReplacer("%3A", ":", "%2F", "/", "%3F", "?", "%3D", "=", "%26", "&", "%3a", ":", "%2f", "/", "%3f", "?", "%3d", "=").Replace(body)
	small := strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, body)
	for from := 0; ; from += len(address.host) {
		i := strings.Index(small[from:], address.host)
		if i < 0 {
			return false
		}
		from += i
		found := body[from:min(len(body), from+maxAddress)]
		if end := strings.IndexAny(found, "\"'<> \n\t\\"); end >= 0 {
			found = found[:end]
		}
		if a, ok := readAddress(found); ok && a.holds(address) {
			return true
		}
	}
}

// maxAddress is how long an address in a page may be, in bytes.
const maxAddress = 2_000
