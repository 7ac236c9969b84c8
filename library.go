package rapport

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// SequenceVersion is a sequence as the library shows it. Without a brand it is one that every brand may use.
type SequenceVersion struct {
	BrandID   *uuid.UUID
	Name      string
	CreatedAt time.Time
	Sequence  Sequence
}

// PolicyVersion is an approval policy as the library shows it. Without a brand it is one that every brand may use.
type PolicyVersion struct {
	BrandID   *uuid.UUID
	Name      string
	CreatedAt time.Time
	Policy    Policy
}

// TemplateVersion is one version of a mail template. Without a brand it is one that every brand may use.
type TemplateVersion struct {
	ID        uuid.UUID
	Version   int
	BrandID   *uuid.UUID
	Name      string
	Subject   string
	Body      string // plain text with merge tags such as {{creator.first_name}}
	CreatedAt time.Time
}

// Check names every bad field of the template. Whether a merge tag has a value is only known when a mail is made of it.
func (t TemplateVersion) Check() []Field {
	f := checkText("name", t.Name, true, 200)
	f = append(f, checkText("subject", t.Subject, true, 200)...)
	if strings.TrimSpace(t.Body) == "" {
		f = append(f, Field{"body", "required", "Fill this in."})
	}
	for _, part := range []struct{ path, text string }{{"subject", t.Subject}, {"body", t.Body}} {
		if strings.Count(part.text, "{{") != strings.Count(part.text, "}}") {
			f = append(f, Field{part.path, "open_tag", "A merge tag is opened and not closed, or the other way round."})
		}
	}
	return f
}
