// Package paper writes PDF files: what was agreed, paid or kept, for people to keep. The same content is the same bytes.
package paper

import (
	_ "embed"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/bidi"
)

// The fonts of papers, whose licenses lie beside them. DejaVu Sans has the alphabets of Europe and the Near East; what it lacks is
// looked for in Droid Sans Fallback, which has the scripts of East Asia.
var (
	//go:embed fonts/DejaVuSans.ttf
	fontPlain []byte
	//go:embed fonts/DejaVuSans-Bold.ttf
	fontBold []byte
	//go:embed fonts/DroidSansFallback.ttf
	fontAsia []byte
)

// glyphs says which characters the fonts have.
var glyphs = sync.OnceValues(func() (plain, asia *sfnt.Font) { //nolint:gochecknoglobals // read once a process
	plain, _ = sfnt.Parse(fontPlain) // the tests read them
	asia, _ = sfnt.Parse(fontAsia)
	return plain, asia
})

// Sizes of a page in millimetres, and of text in points.
const (
	pageWidth   = 210.0
	pageHeight  = 297.0
	paperMargin = 20.0
	paperWidth  = pageWidth - 2*paperMargin
	paperFoot   = 277.0
	textSize    = 9.5
	smallSize   = 8.0
	millimetres = 0.3528 // a point
)

// Paper is a document of A4 pages that is written from top to bottom.
type Paper struct {
	pdf  *fpdf.Fpdf
	y    float64
	bold bool
	size float64
	asia bool // the fallback font is in the document
}

// New begins a document. Foot stands at the foot of each page beside its number.
func New(title, foot string, made time.Time) *Paper {
	p := &Paper{pdf: fpdf.New("P", "mm", "A4", ""), size: textSize}
	p.pdf.SetTitle(title, true)
	p.pdf.SetCreator("Rapport", true)
	p.pdf.SetLang("en")
	p.pdf.SetCreationDate(made)
	p.pdf.SetModificationDate(made)
	p.pdf.SetCatalogSort(true) // the same paper is the same bytes
	p.pdf.SetAutoPageBreak(false, 0)
	p.pdf.AddUTF8FontFromBytes("plain", "", fontPlain)
	p.pdf.AddUTF8FontFromBytes("bold", "", fontBold)
	p.pdf.SetFooterFunc(func() {
		p.grey()
		p.bold, p.size = false, smallSize
		p.text(paperMargin, 287, foot)
		p.right(paperMargin+paperWidth, 287, "Page "+strconv.Itoa(p.pdf.PageNo()))
		p.black()
		p.size = textSize
	})
	p.page()
	p.heading(title)
	return p
}

func (p *Paper) page() {
	p.pdf.AddPage()
	p.y = paperMargin
}

func (p *Paper) grey()  { p.pdf.SetTextColor(95, 99, 104) }
func (p *Paper) black() { p.pdf.SetTextColor(0, 0, 0) }

// room goes to the next page when less than this is left.
func (p *Paper) room(height float64) {
	if p.y+height > paperFoot {
		p.page()
	}
}

func (p *Paper) heading(words string) {
	p.bold, p.size = true, 17
	p.y += 6
	for _, line := range p.wrap(words, paperWidth) {
		p.text(paperMargin, p.y, line)
		p.y += 8
	}
	p.bold, p.size = false, textSize
	p.y += 2
}

// Section begins a part with its title.
func (p *Paper) Section(words string) {
	p.room(20)
	p.y += 4
	p.bold, p.size = true, 11.5
	p.text(paperMargin, p.y, words)
	p.bold, p.size = false, textSize
	p.y += 7
}

// Say writes a paragraph.
func (p *Paper) Say(words string) {
	for _, line := range p.wrap(words, paperWidth) {
		p.room(5)
		p.text(paperMargin, p.y, line)
		p.y += 5
	}
	p.y++
}

// Facts writes labels and values; what is empty is left out.
func (p *Paper) Facts(pairs ...[2]string) {
	const label = 45.0
	for _, pair := range pairs {
		if pair[1] == "" {
			continue
		}
		for i, line := range p.wrap(pair[1], paperWidth-label) {
			p.room(5.5)
			if i == 0 {
				p.grey()
				p.text(paperMargin, p.y, pair[0])
				p.black()
			}
			p.text(paperMargin+label, p.y, line)
			p.y += 5.5
		}
	}
	p.y += 2
}

// Column is one column of a table on paper.
type Column struct {
	Head  string
	Share float64 // of the width
	Right bool
}

// Table writes rows below their heads, which every further page repeats.
func (p *Paper) Table(columns []Column, rows [][]string) {
	heads := make([]string, len(columns))
	for i, c := range columns {
		heads[i] = c.Head
	}
	p.size = smallSize
	p.grey()
	p.tableRow(columns, heads)
	p.black()
	for _, row := range rows {
		if p.y+p.rowHeight(columns, row) > paperFoot {
			p.page()
			p.grey()
			p.tableRow(columns, heads)
			p.black()
		}
		p.tableRow(columns, row)
	}
	p.size = textSize
	p.y += 3
}

const cellGap = 2.0

func (p *Paper) rowHeight(columns []Column, row []string) float64 {
	lines := 1
	for i, c := range columns {
		lines = max(lines, len(p.wrap(row[i], c.Share*paperWidth-cellGap)))
	}
	return float64(lines)*4 + 2
}

func (p *Paper) tableRow(columns []Column, row []string) {
	height := p.rowHeight(columns, row)
	x := paperMargin
	for i, c := range columns {
		for n, line := range p.wrap(row[i], c.Share*paperWidth-cellGap) {
			y := p.y + 3 + float64(n)*4
			if c.Right {
				p.right(x+c.Share*paperWidth-cellGap, y, line)
			} else {
				p.text(x, y, line)
			}
		}
		x += c.Share * paperWidth
	}
	p.y += height
	p.pdf.SetDrawColor(218, 220, 224)
	p.pdf.Line(paperMargin, p.y-1, paperMargin+paperWidth, p.y-1)
}

// stretch is a piece of text in one font.
type stretch struct {
	font, text string
}

// stretches cuts a line where the font must change. Characters that no font has, and those beyond the first plane, which the library
// cannot set, become the sign for a missing one.
func (p *Paper) stretches(line string) (list []stretch) {
	plain, asia := glyphs()
	face := "plain"
	if p.bold {
		face = "bold"
	}
	var buffer sfnt.Buffer
	has := func(font *sfnt.Font, r rune) bool {
		index, err := font.GlyphIndex(&buffer, r)
		return err == nil && index != 0
	}
	for _, r := range ordered(line) {
		font := face
		switch {
		case r > 0xffff || unicode.IsControl(r):
			r = unicode.ReplacementChar
		case has(plain, r):
		case has(asia, r):
			font = "asia"
		default:
			r = unicode.ReplacementChar
		}
		if n := len(list); n > 0 && list[n-1].font == font {
			list[n-1].text += string(r)
		} else {
			list = append(list, stretch{font, string(r)})
		}
	}
	return list
}

// ordered puts a line in the order in which it is seen, for scripts that run from right to left.
func ordered(line string) string {
	if !strings.ContainsFunc(line, func(r rune) bool {
		return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana)
	}) {
		return line
	}
	var paragraph bidi.Paragraph
	if _, err := paragraph.SetString(line); err != nil {
		return line
	}
	order, err := paragraph.Order()
	if err != nil {
		return line
	}
	var seen strings.Builder
	for i := range order.NumRuns() {
		if run := order.Run(i); run.Direction() == bidi.RightToLeft {
			seen.WriteString(bidi.ReverseString(run.String()))
		} else {
			seen.WriteString(run.String())
		}
	}
	return seen.String()
}

func (p *Paper) font(name string) {
	if name == "asia" && !p.asia {
		p.pdf.AddUTF8FontFromBytes("asia", "", fontAsia)
		p.asia = true
	}
	p.pdf.SetFont(name, "", p.size)
}

func (p *Paper) width(line string) (width float64) {
	for _, s := range p.stretches(line) {
		p.font(s.font)
		width += p.pdf.GetStringWidth(s.text)
	}
	return width
}

func (p *Paper) text(x, y float64, line string) {
	for _, s := range p.stretches(line) {
		p.font(s.font)
		p.pdf.Text(x, y, s.text)
		x += p.pdf.GetStringWidth(s.text)
	}
}

func (p *Paper) right(x, y float64, line string) { p.text(x-p.width(line), y, line) }

// wrap cuts text into lines of a width: at spaces, and inside of words that are longer, or of a script that has no spaces.
func (p *Paper) wrap(text string, width float64) (lines []string) {
	for paragraph := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		line := ""
		for word := range strings.FieldsSeq(paragraph) {
			longer := strings.TrimPrefix(line+" "+word, " ")
			if p.width(longer) <= width {
				line = longer
				continue
			}
			if line != "" {
				lines = append(lines, line)
			}
			line = ""
			for _, r := range word {
				if line != "" && p.width(line+string(r)) > width {
					lines = append(lines, line)
					line = ""
				}
				line += string(r)
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// Write ends the paper and writes it out.
func (p *Paper) Write(w io.Writer) error {
	if err := p.pdf.Output(w); err != nil {
		return fmt.Errorf("write a paper: %w", err)
	}
	return nil
}
