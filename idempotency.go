package rapport

import (
	"time"

	"github.com/google/uuid"
)

// IdempotencyKey names one deed of one principal: the same key means the same deed.
type IdempotencyKey struct {
	Principal  string // user/<uuid> or portal/<contact uuid>
	Operation  string // operationId of the API's contract
	Key        string // what the client chose
	BodySHA256 []byte
	// Within is how long the request may run; its claim stands at least as long.
	Within time.Duration
}

// UpdateID is the id under which the deed reaches a workflow: derived, so that nothing a client chose lands in a history.
func (k IdempotencyKey) UpdateID() uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(k.Principal+"\x1f"+k.Operation+"\x1f"+k.Key))
}

// Answer is an answer of the API as it is kept for its key.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// SearchHit is one thing that a search found.
type SearchHit struct {
	Noun     string // creator, partnership, campaign or contract
	ID       uuid.UUID
	Title    string
	Subtitle string
}
