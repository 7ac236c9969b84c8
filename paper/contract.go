package paper

import (
	"bytes"
	"encoding/hex"
	"strings"
	"time"

	"rapport"
)

// Zone is the clock of a zone; UTC for one that is not known.
func Zone(name string) *time.Location {
	if found, err := time.LoadLocation(name); err == nil {
		return found
	}
	return time.UTC
}

// Contract writes the file of what both have signed: the text, who signed it, and a page about how that is known.
func Contract(c rapport.SignedContract) ([]byte, error) {
	what := "Contract"
	if c.Amends != nil {
		what = "Amendment"
	}
	hash := hex.EncodeToString(c.SHA256)
	p := New(what+" "+c.Number, c.Number+", text "+hash[:16]+"…", *c.ExecutedAt)
	p.Body(c.Text)
	p.Section("Signatures")
	when := func(at time.Time) string {
		return at.In(Zone(c.Zone)).Format("2 January 2006, 15:04:05 MST") + " (" + at.UTC().Format(time.RFC3339) + ")"
	}
	for _, g := range c.Signatures {
		p.Facts([2]string{"For the " + g.Party, g.Name + "\n" + when(g.At)})
	}
	p.page()
	p.heading("Certificate of signatures")
	p.Say("Who signed the text on the pages before, how each of them was known, and what each of them agreed to. Times are those of " + c.Zone + ", with UTC in brackets.")
	amends := ""
	if c.Amends != nil {
		amends = "Contract " + c.Amends.Number
	}
	p.Facts(
		[2]string{what, c.Number}, [2]string{"Changes", amends}, [2]string{"Brand", c.BrandName + "\n" + c.BrandAddress}, [2]string{"Creator", c.Creator.Name}, [2]string{"Campaign", c.CampaignName},
		[2]string{"Signed by both", when(*c.ExecutedAt)}, [2]string{"Text's hash (SHA-256)", hash},
	)
	for _, g := range c.Signatures {
		consent := g.Consent
		if consent == "" {
			consent = "Not recorded: signed before these words were kept."
		}
		p.Section(g.Name + ", for the " + g.Party)
		p.Facts(
			[2]string{"Signed on", when(g.At)}, [2]string{"Known by", identityWords(g, when)}, [2]string{"Agreed to", consent},
			[2]string{"Network address", g.Address}, [2]string{"Program", g.Agent}, [2]string{"Signed hash", hex.EncodeToString(g.SHA256)},
		)
	}
	p.Say("The hash is that of the text as UTF-8. Whoever changes a letter of the text gets another hash than the one that was signed. The hash of this file stands beside its download.")
	var out bytes.Buffer
	err := p.Write(&out)
	return out.Bytes(), err
}

// identityWords say how it was known who signed.
func identityWords(g rapport.Signature, when func(time.Time) string) string {
	switch g.Identity {
	case rapport.IdentityMailedCode:
		return "A link and a code that were mailed to " + g.IdentityAddress + "; the code on " + when(*g.IdentityAt)
	case rapport.IdentitySession:
		return "The account " + g.IdentityAddress + ", which was signed in"
	case rapport.IdentityToken:
		return "A program, with a token of the account " + g.IdentityAddress
	case rapport.IdentityDocumenso:
		return "A link to Documenso that was mailed to " + g.IdentityAddress
	}
	return "Not recorded: signed before this was kept."
}

// Body writes a text as it stands: its lines, its empty lines, and what is set in from the margin.
func (p *Paper) Body(text string) {
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		words := strings.TrimLeft(line, " ")
		if words == "" {
			p.y += 2.5
			continue
		}
		in := float64(len(line)-len(words)) * 1.6
		for _, part := range p.wrap(words, paperWidth-in) {
			p.room(5)
			p.text(paperMargin+in, p.y, part)
			p.y += 5
		}
	}
	p.y += 2.5
}
