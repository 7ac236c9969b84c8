package rapport

import (
	"time"

	"github.com/google/uuid"
)

// ProofLife is how long a proof of the second factor holds for acts on money. The database's trigger repeats it.
const ProofLife = 5 * time.Minute

// RefusedNoProof refuses what needs a proof of the second factor that is younger than ProofLife.
const RefusedNoProof = "second_factor_required"

// The ways to prove a second factor.
const (
	ProofTOTP     = "totp"          // a code of the authenticator
	ProofRecovery = "recovery_code" // one of the codes for when it is lost
)

// SecondFactor is what a person proves with, beside the password, that it is them.
type SecondFactor struct {
	ID                uuid.UUID
	Sealed            []byte     // the secret, encrypted with the installation's key
	ConfirmedAt       *time.Time // nil until a code of it was given
	RecoveryCodesLeft int
}

// Proof is one code that was right. Each proves once.
type Proof struct {
	FactorID uuid.UUID
	Method   string
	Step     int64  // of an authenticator's code: the half minute that it is for
	CodeHash []byte // of a recovery code
	// Subject is whose wrong codes are counted; a right one forgets them.
	Subject string
	// Session is the hash of the session that is proved by it; nil for none.
	Session []byte
}
