package documenso

import (
	"strings"
	"time"

	"rapport"
)

// creation is the payload of POST /envelope/create.
type creation struct {
	Type       string         `json:"type"`
	Title      string         `json:"title"`
	ExternalID string         `json:"externalId"`
	Recipients []newRecipient `json:"recipients"`
	Meta       meta           `json:"meta"`
}

type newRecipient struct {
	Email  string     `json:"email"`
	Name   string     `json:"name"`
	Role   string     `json:"role"`
	Fields []newField `json:"fields"`
}

type newField struct {
	Identifier int     `json:"identifier"` // of the file, from 0
	Type       string  `json:"type"`
	Page       int     `json:"page"`
	X          float64 `json:"positionX"`
	Y          float64 `json:"positionY"`
	Width      float64 `json:"width"`
	Height     float64 `json:"height"`
}

type meta struct {
	DistributionMethod string    `json:"distributionMethod"` // NONE: Documenso mails nobody
	SigningOrder       string    `json:"signingOrder"`
	Expiration         disabled  `json:"envelopeExpirationPeriod"`
	Reminders          reminders `json:"reminderSettings"`
}

type disabled struct {
	Disabled bool `json:"disabled"`
}

type reminders struct {
	SendAfter   disabled `json:"sendAfter"`
	RepeatEvery disabled `json:"repeatEvery"`
}

// envelope is a document as Documenso answers it.
type envelope struct {
	ID         string      `json:"id"`
	ExternalID string      `json:"externalId"`
	Status     string      `json:"status"`
	DeletedAt  *time.Time  `json:"deletedAt"`
	Recipients []recipient `json:"recipients"`
	Items      []item      `json:"envelopeItems"` // its files; a list of documents has none
}

type item struct {
	ID string `json:"id"`
}

type recipient struct {
	Email         string     `json:"email"`
	Name          string     `json:"name"`
	Role          string     `json:"role"`
	SigningStatus string     `json:"signingStatus"`
	SignedAt      *time.Time `json:"signedAt"` // also the time of a rejection
	Reason        *string    `json:"rejectionReason"`
	ExpiryTold    *time.Time `json:"expirationNotifiedAt"` // Documenso has noticed itself that the link has ended
}

// document maps an answer; one of a state that is not known is none.
func (e envelope) document() (rapport.ProviderDocument, error) {
	d := rapport.ProviderDocument{ID: e.ID, ExternalID: e.ExternalID, Signers: map[string]rapport.ProviderSigner{}}

	switch e.Status {
	case "DRAFT":
		d.State = rapport.SigningOpening
	case "PENDING":
		d.State = rapport.SigningOpen
	case "COMPLETED":
		d.State = rapport.SigningCompleted
	case "REJECTED":
		d.State = rapport.SigningRejected
	case "CANCELLED":
		d.State = rapport.SigningCancelled
	default:
		return d, foreign()
	}

	if e.DeletedAt != nil && d.State != rapport.SigningCompleted {
		d.State = rapport.SigningCancelled
	}

	for _, r := range e.Recipients {
		if r.Role != "SIGNER" {
			continue
		}

		s := rapport.ProviderSigner{Name: r.Name, Rejected: r.SigningStatus == "REJECTED", Expired: r.ExpiryTold != nil && r.SigningStatus == "NOT_SIGNED"}
		if r.SigningStatus == "SIGNED" && r.SignedAt != nil {
			s.SignedAt = *r.SignedAt
		}

		if r.Reason != nil {
			s.Reason = *r.Reason
		}

		d.Signers[strings.ToLower(r.Email)] = s
	}

	return d, nil
}
