package paper_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/paper"
	"rapport/paper/pdftest"
)

func signed() rapport.SignedContract {
	text := "COLLABORATION AGREEMENT\n\n1. Deliverables. The creator makes:\n\n   1. Launch video (video on youtube).\n\n" + strings.Repeat("2. General. Each party keeps to it. ", 200)
	sum := sha256.Sum256([]byte(text))
	at := time.Date(2026, 7, 1, 8, 30, 15, 0, time.UTC)
	mailed := at.Add(-2 * time.Minute)
	return rapport.SignedContract{
		Contract: rapport.Contract{
			BrandName: "Acme", Creator: rapport.CreatorRef{Name: "Łucja 花子"}, CampaignName: "Spring", Number: "C-000012", Text: text, SHA256: sum[:], ExecutedAt: &at,
			Signatures: []rapport.Signature{
				{
					Party: "brand", Name: "Ms Legal", Address: "192.0.2.7", Agent: "Desk/1", SHA256: sum[:], At: at.Add(-time.Hour),
					Consent: rapport.Consent("brand"), Identity: rapport.IdentitySession, IdentityAddress: "legal@acme.example",
				},
				{
					Party: "creator", Name: "Łucja 花子", Address: "198.51.100.9", Agent: "Phone/2", SHA256: sum[:], At: at,
					Consent: rapport.Consent("creator"), Identity: rapport.IdentityMailedCode, IdentityAddress: "lu@mail.example", IdentityAt: &mailed,
				},
			},
		},
		BrandAddress: "1 Example Street, Berlin", Zone: "Europe/Berlin",
	}
}

func TestSignedContractHasItsTextAndItsCertificate(t *testing.T) {
	t.Parallel()
	c := signed()
	pdf, err := paper.Contract(c)
	require.NoError(t, err)
	text := strings.ReplaceAll(pdftest.Text(t, pdf), "\n", " ")
	for _, want := range []string{
		"Contract C-000012", "COLLABORATION AGREEMENT", "1. Launch video (video on youtube).", "Certificate of signatures", "Ms Legal, for the brand", "1 Example Street, Berlin",
		"1 July 2026, 10:30:15 CEST (2026-07-01T08:30:15Z)", "192.0.2.7", "198.51.100.9", "Phone/2", "The account legal@acme.example, which was signed in",
		"A link and a code that were mailed to lu@mail.example;", "1 July 2026, 10:28:15 CEST", "agree to it on behalf of the brand", "the code that was mailed to me", "花子",
	} {
		require.Contains(t, text, want)
	}
	require.Equal(t, 200, strings.Count(text, "2. General."), "nothing of the text is missing")
	require.Equal(t, 3, strings.Count(strings.ReplaceAll(text, " ", ""), hex.EncodeToString(c.SHA256)), "the text's, and that of each signature")
	again, err := paper.Contract(c)
	require.NoError(t, err)
	require.Equal(t, pdf, again, "the same contract is the same bytes")
	require.Less(t, len(pdf), 300<<10)
}

func TestCertificateSaysWhatWasNotRecorded(t *testing.T) {
	t.Parallel()
	c := signed()
	c.Amends = &rapport.SignedRef{Number: "C-000011"}
	for i := range c.Signatures {
		c.Signatures[i].Consent, c.Signatures[i].Identity, c.Signatures[i].IdentityAddress, c.Signatures[i].IdentityAt = "", "", "", nil
	}
	c.Zone = "Nowhere"
	pdf, err := paper.Contract(c)
	require.NoError(t, err)
	text := pdftest.Text(t, pdf)
	require.Contains(t, text, "Amendment C-000012")
	require.Contains(t, text, "Contract C-000011")
	require.Equal(t, 4, strings.Count(text, "Not recorded: signed before"))
	require.Contains(t, text, "08:30:15 UTC (2026-07-01T08:30:15Z)", "a zone that is not known")
	require.NotContains(t, text, "mailed to")
	c = signed()
	c.Signatures[0].Identity = rapport.IdentityToken
	pdf, err = paper.Contract(c)
	require.NoError(t, err)
	require.Contains(t, strings.ReplaceAll(pdftest.Text(t, pdf), "\n", " "), "A program, with a token of the account legal@acme.example")
}
