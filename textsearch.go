package rapport

import (
	"strings"
	"time"

	"github.com/google/uuid"
)

// The kinds of what was written.
const (
	TextMessage  = "message"
	TextNote     = "note"
	TextContract = "contract"
	TextCaption  = "caption"
)

// TextFilter says what to look for in what was written; zero fields but the words do not narrow it.
type TextFilter struct {
	Words      string // words, "a phrase", -not, or; the last word may be the beginning of one
	Kind       string
	BrandID    *uuid.UUID
	CreatorID  *uuid.UUID
	CampaignID *uuid.UUID
	From, To   *time.Time // To itself is not in it
	HasFiles   *bool
}

// TextHit is something written that was found.
type TextHit struct {
	Kind          string
	ID            uuid.UUID
	PartnershipID uuid.UUID
	ThreadID      *uuid.UUID // of a message or note
	ReviewID      *uuid.UUID // of a caption
	Direction     string     // of a message: out, in or internal
	Channel       string
	Title         string // subject, number or deliverable; may be empty
	Author        string // may be empty
	Files         int
	CreatorName   string
	CampaignName  string
	BrandName     string
	Snippet       []TextPart
	At            time.Time
}

// TextPart is a part of a text that was looked for, or of what stands around it.
type TextPart struct {
	Text string
	Hit  bool
}

// HitBegins and HitEnds stand around a hit in a marked text. They are of the private use area, so that no text has them by itself.
const (
	HitBegins = "\ue000"
	HitEnds   = "\ue001"
)

// SplitHits takes a marked text apart.
func SplitHits(marked string) []TextPart {
	var parts []TextPart
	add := func(text string, hit bool) {
		if text != "" {
			parts = append(parts, TextPart{text, hit})
		}
	}
	for marked != "" {
		before, rest, _ := strings.Cut(marked, HitBegins)
		hit, after, _ := strings.Cut(rest, HitEnds)
		add(before, false)
		add(hit, true)
		marked = after
	}
	return parts
}
