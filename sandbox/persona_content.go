package sandbox

import (
	"bytes"
	"embed"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"regexp"
	"slices"
	"strings"
)

// paidWord is how content says that it is paid, where its readers are.
type paidWord struct{ name, word string } // name is the market's in the words of a check

// anywhere is said where no other word is known.
const anywhere = "#ad"

// paidWords are by country. They are the creators' own knowledge: the program that judges their captions knows more.
var paidWords = map[string]paidWord{
	"US": {"the United States", anywhere}, "GB": {"the United Kingdom", anywhere}, "IE": {"Ireland", anywhere}, "CA": {"Canada", anywhere},
	"DE": {"Germany", "Anzeige"}, "AT": {"Austria", "Werbung"}, "CH": {"Switzerland", "Werbung"}, "FR": {"France", "Publicité"},
	"ES": {"Spain", "Publicidad"}, "IT": {"Italy", "Pubblicità"}, "NL": {"the Netherlands", "#advertentie"}, "BE": {"Belgium", "Publicité"},
	"PT": {"Portugal", "Publicidade"}, "SE": {"Sweden", "Reklam"}, "DK": {"Denmark", "Reklame"}, "NO": {"Norway", "Reklame"},
	"FI": {"Finland", "Mainos"}, "PL": {"Poland", "#reklama"},
}

// brief is what a creator has read about a partnership and keeps in mind: a page forgets what it said about an earlier version.
type brief struct {
	Begin string `json:"begin,omitempty"` // how the caption must begin
	Code  string `json:"code,omitempty"`
	Link  string `json:"link,omitempty"`
}

var (
	beginPattern = regexp.MustCompile(`(?i)begin (?:the caption )?with “([^”]+)”`)
	codeSaid     = regexp.MustCompile(`(?:[Yy]our code is|[Tt]he code|yours is|Name the code) ([A-Z][A-Z0-9-]+)`)
	linkSaid     = regexp.MustCompile(`(?:[Yy]our link is|Add|Replace it with) (https?://\S+)`)
)

// learn takes from a text of the page what it asks of the caption.
func (b brief) learn(text string) brief {
	if found := beginPattern.FindStringSubmatch(text); found != nil {
		b.Begin = found[1]
	}
	for _, w := range paidWords {
		if strings.Contains(text, "enough for "+w.name+" ") || strings.Contains(text, "readers in "+w.name+" ") {
			b.Begin = w.word
		}
	}
	if found := codeSaid.FindStringSubmatch(text); found != nil {
		b.Code = strings.TrimRight(found[1], "-")
	}
	if found := linkSaid.FindStringSubmatch(text); found != nil {
		b.Link = strings.TrimRight(found[1], ".,;")
	}
	return b
}

// read learns from everything that the page says about a deliverable.
func (v *visit) read(d portalDeliverable) brief {
	b := v.p.Known[v.door.Room].learn(v.home.Brief)
	if o := v.home.Offer; o != nil {
		b = b.learn(o.Message)
	}
	b = b.learn(d.Feedback)
	v.p.Known[v.door.Room] = b
	return b
}

// self is the member of the sample world that the creator is; somebody else's invention has no more than an address.
func (v *visit) self() member {
	i := slices.IndexFunc(everybody, func(m member) bool { return m.email == v.p.ID })
	if i < 0 {
		return member{}
	}
	return everybody[i]
}

var everybody = roster()

// paid is the word that the creator says it with: what the page asks for, else that of home.
func (v *visit) paid(b brief) string {
	if b.Begin != "" {
		return b.Begin
	}
	if w, ok := paidWords[v.self().country]; ok {
		return w.word
	}
	return anywhere
}

// captions are what creators write.
var captions = []string{
	"Two days, one bag, no signal. What I learned about %s is in here, and so is the mistake I make every single time.",
	"I did not expect to like this as much as I do. %s, shot on a grey morning with cold hands.",
	"You asked what I take along when nobody is watching. %s, unpacked on my kitchen floor.",
	"Slow is a skill, and I am still learning it. %s, from the first light to the last.",
	"My neighbour says I talk to the weather. %s: she may be right. Everything I used is in the comments.",
}

// moreWords make a caption so long that what follows them is unfolded first.
const moreWords = "It rained twice, the dog found a friend, and I would do all of it again tomorrow, with one pair of socks more. Save this for the next free weekend."

// Ways of writing a caption.
const (
	writeWell  = "well"  // it says first of all that it is paid
	writeVague = "vague" // it says so in words that may mean anything
	writeLate  = "late"  // it says so where nobody reads on
	writeBare  = "bare"  // it does not say so
)

// manner is how the creator writes the next version. Two make a mistake in the first one: the checks send the vague one back at once,
// and tell reviewers about the late one.
func (v *visit) manner(d portalDeliverable) string {
	if v.p.Captions[d.ID] != "" || d.Round > 0 {
		return writeWell
	}
	return map[string]string{personaLatecomer: writeVague, personaSlow: writeLate}[v.p.Kind]
}

// caption is what the creator writes.
func (v *visit) caption(d portalDeliverable, manner string) string {
	b := v.read(d)
	word := v.paid(b)
	text := fmt.Sprintf(captions[int(share(d.ID, "caption")*float64(len(captions)))], d.Title)
	if d.Round > 0 {
		text += " (New cut, with your notes in it.)"
	}
	var tail []string
	for _, tag := range d.Hashtags {
		if !strings.ContainsAny(tag, "# ") { // a word on its own is meant as one
			tag = "#" + tag
		}
		if !strings.EqualFold(tag, word) {
			tail = append(tail, tag)
		}
	}
	if b.Code != "" {
		text += " With the code " + b.Code + " you pay less."
	}
	if b.Link != "" {
		tail = append(tail, b.Link)
	}
	switch manner {
	case writeBare:
		return text
	case writeVague:
		text = "Thank you for having me! #collab " + text
	case writeLate:
		text += " " + moreWords
		tail = append(tail, "#"+strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(word, "#"), " ", "")))
	default:
		if text = word + ": " + text; strings.HasPrefix(word, "#") {
			text = strings.Replace(text, ":", "", 1)
		}
	}
	return strings.TrimSpace(text + "\n\n" + strings.Join(tail, " "))
}

//go:embed videos/*.webm
var videoFiles embed.FS

// draft is the file of a draft, in the format of its place: films are upright but for YouTube, pictures a bit higher than wide.
// Each round has its own bytes.
func draft(d portalDeliverable) (name, contentType string, content []byte, err error) {
	if !slices.Contains([]string{"video", "reel", "short", "story"}, d.Kind) {
		content, err = drawDraft(d.Round, 288, 360)
		return fmt.Sprintf("draft-%d.png", d.Round+1), "image/png", content, err
	}
	file := "videos/tall.webm"
	if d.Platform == "youtube" {
		file = "videos/wide.webm"
	}
	content, err = videoFiles.ReadFile(file)
	if err != nil {
		return "", "", nil, fmt.Errorf("film: %w", err)
	}
	mark := fmt.Appendf(nil, "%s/%d", d.ID, d.Round)
	content = append(bytes.Clone(content), 0xec, 0x40|byte(len(mark)>>8), byte(len(mark))) // an element that says nothing
	return fmt.Sprintf("cut-%d.webm", d.Round+1), "video/webm", append(content, mark...), nil
}

// drawDraft paints the picture of a draft; each round has its own colours.
func drawDraft(round, width, height int) ([]byte, error) {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			picture.Set(x, y, color.RGBA{R: uint8(x * 255 / width), G: uint8(y * 255 / height), B: uint8(80 + 60*(round%3)), A: 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return nil, fmt.Errorf("draw: %w", err)
	}
	return out.Bytes(), nil
}
