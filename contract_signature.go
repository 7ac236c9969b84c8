package rapport

import "time"

// Parties of a contract.
const (
	PartyBrand   = "brand"
	PartyCreator = "creator"
)

// How it was known who signs.
const (
	IdentityMailedCode = "mailed_code" // a link and a code that were mailed to the creator's address
	IdentitySession    = "session"     // somebody of the house who had signed in
	IdentityToken      = "token"       // a program, with the token of somebody of the house
	IdentityDocumenso  = "documenso"   // whoever had the link to Documenso that was mailed to the creator's address
)

// Consent is what a party agrees to by signing: the words beside the button, which are kept with the signature.
func Consent(party string) string {
	if party == PartyCreator {
		return "I have read the whole text and agree to it. I sign it electronically, with my name and the code that was mailed to me."
	}
	return "I have read the whole text and agree to it on behalf of the brand. I sign it electronically, with my name and the account that I am signed in to."
}

// AsksConsent is what whoever signs the contract next agrees to; empty where nobody is asked to sign.
func (c Contract) AsksConsent() string {
	switch c.State {
	case "drafting", "internal_approval":
		return Consent(PartyBrand)
	case "out_for_signature":
		return Consent(PartyCreator)
	}
	return ""
}

// SignedContract is what the file of an executed contract says.
type SignedContract struct {
	Contract

	BrandAddress string
	Zone         string // of the brand: the file's times are shown in it
}

// Signature is one party's signature under the hash of a text.
type Signature struct {
	Party   string // brand or creator
	Name    string
	Address string // network address of who signed
	Agent   string // browser of who signed
	SHA256  []byte
	At      time.Time
	// Consent are the words that were agreed to; empty, with the next three, for signatures from before they were kept.
	Consent         string
	Identity        string
	IdentityAddress string     // where the code was mailed to, or the account that was signed in
	IdentityAt      *time.Time // when the code was mailed
}

// ContractPaper is the file of a signed contract. It has no content while it is not made.
type ContractPaper struct {
	Number string
	State  string // of the contract
	SHA256 []byte
	PDF    []byte
}
