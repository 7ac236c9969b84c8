package paper

import (
	"bytes"
	"encoding/hex"

	"rapport"
)

// ToSign writes the file of a contract that a provider of signatures puts before its creator: the text, who signed it for the brand, and a last page
// with the words that are agreed to and room for the signature. A contract that was sent is always the same file.
func ToSign(c rapport.SignedContract) ([]byte, rapport.SignField, error) {
	what := "Contract"
	if c.Amends != nil {
		what = "Amendment"
	}
	hash := hex.EncodeToString(c.SHA256)
	p := New(what+" "+c.Number, c.Number+", text "+hash[:16]+"…", *c.SentAt)
	p.Body(c.Text)
	p.page()
	p.heading("Signatures")
	// The room for the creator's comes first, so that its place on the page does not hang on what follows.
	field := rapport.SignField{Page: p.pdf.PageNo(), X: 100 * paperMargin / pageWidth, Y: 100 * (p.y + 12) / pageHeight, Width: 45, Height: 8}
	p.Section("For the creator: " + c.Creator.Name)
	p.y = (field.Y + field.Height) * pageHeight / 100
	p.y += 6
	p.Say(rapport.ConsentElsewhere)
	for _, g := range c.Signatures {
		p.Section("For the " + g.Party + ": " + g.Name)
		p.Facts([2]string{"Signed on", g.At.In(Zone(c.Zone)).Format("2 January 2006, 15:04:05 MST")})
		p.Say(g.Consent)
	}
	p.Section("What is signed")
	p.Facts([2]string{what, c.Number}, [2]string{"Text's hash (SHA-256)", hash})
	p.Say("The hash is that of the text as UTF-8. The certificate that both get when both have signed names it again.")
	var out bytes.Buffer
	err := p.Write(&out)
	return out.Bytes(), field, err
}
