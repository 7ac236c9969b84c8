package rapport

import (
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// States of a document that a creator signs at a provider of signatures.
const (
	SigningOpening   = "opening" // the provider may not have it yet
	SigningOpen      = "open"
	SigningCompleted = "completed"
	SigningRejected  = "rejected"
	SigningCancelled = "cancelled" // by somebody at the provider
	SigningClosed    = "closed"    // by us, because the contract no longer waits
)

// ConsentElsewhere is what the creator agrees to by signing at a provider: the words beside the place for the signature.
const ConsentElsewhere = "I have read the whole text and agree to it. I sign it electronically, with the signature that I put here."

// SignField is where in a file the signature goes: a page from 1, and per cents of its width and height from the upper left corner.
type SignField struct {
	Page   int     `json:"page"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// SigningDocument is a contract on its way to a provider of signatures, which knows it by the contract's id.
type SigningDocument struct {
	ContractID uuid.UUID
	// Out says that the contract waits for the creator's signature.
	Out         bool
	Portal      bool   // the brand has its creators sign in the portal
	State       string // empty before the row of the document is written
	ProviderID  string // empty while nobody knows whether the provider has it
	URL         string // where the creator signs; empty until it is sent
	SignerName  string
	SignerEmail string
	Title       string
	File        []byte // a PDF
	Field       SignField
	// Contract is what the file is written from.
	Contract SignedContract
}

// ProviderDocument is a document as its provider has it now.
type ProviderDocument struct {
	ID         string
	ExternalID string // ours
	State      string // opening, open, completed, rejected or cancelled
	// Signers are those who are asked to sign, by their mail addresses in lower case.
	Signers map[string]ProviderSigner
}

// ProviderSigner is what became of one whom a provider asks to sign.
type ProviderSigner struct {
	Name     string
	SignedAt time.Time // zero while they have not
	Rejected bool
	Reason   string
	Expired  bool // the link has ended
}

// SigningEvidence is what is kept with a signature from elsewhere: which document of the provider's it is, and the hash of the file that was sent.
func SigningEvidence(providerID string, file []byte) string {
	return fmt.Sprintf("Documenso, document %s, made of the file with the hash %s", providerID, hex.EncodeToString(file))
}

// OpenDocument is a document that its provider is to be asked about.
type OpenDocument struct {
	ContractID uuid.UUID
	ProviderID string // empty while nobody knows whether the provider has it
	Over       bool   // the contract no longer waits for a signature
}

// UnsealedDocument is a document that was signed, and whose sealed file is not kept yet.
type UnsealedDocument struct {
	ContractID uuid.UUID
	ProviderID string
	FileSHA256 []byte // of the file that was sent
}

// SignedElsewhere says of a contract that its creator signs at a provider, and how that stands.
type SignedElsewhere struct {
	Provider string
	State    string
	Email    string
	URL      string
	Reason   string
	// SealedSHA256 is the hash of the file that the provider sealed; nil until it is kept.
	SealedSHA256 []byte
}
