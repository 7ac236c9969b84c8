package rapport

import (
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// OutsideReviewer is somebody outside of the house who decides by a link.
type OutsideReviewer struct {
	ID        uuid.UUID
	BrandID   uuid.UUID
	Name      string
	Email     string
	CreatedAt time.Time
}

// Check names every bad field.
func (o OutsideReviewer) Check() []Field {
	f := checkText("name", o.Name, true, 200)
	if before, after, _ := strings.Cut(o.Email, "@"); before == "" || after == "" || strings.ContainsAny(o.Email, " \t\n") || len(o.Email) > 320 {
		f = append(f, Field{"email", "bad_email", "Write the address as name@example.com."})
	}
	return f
}

// Delegation lets To decide for From at a brand for a time.
type Delegation struct {
	ID       uuid.UUID
	BrandID  uuid.UUID
	From, To UserRef
	StartsAt time.Time
	EndsAt   time.Time
	State    string // planned | running | ended
}

// Check names every bad field.
func (d Delegation) Check(now time.Time) []Field {
	var f []Field
	if d.From.ID == d.To.ID {
		f = append(f, Field{"to_user_id", "self", "Name somebody else."})
	}
	if !d.EndsAt.After(d.StartsAt) {
		f = append(f, Field{"ends_at", "before_start", "The end is after the beginning."})
	}
	if !d.EndsAt.After(now) {
		f = append(f, Field{"ends_at", "past", "The end lies in the past."})
	}
	if d.EndsAt.Sub(d.StartsAt) > 366*Day {
		f = append(f, Field{"ends_at", "out_of_range", "Somebody stands in for a year at most."})
	}
	return f
}

// ReviewStanding is how a person stands to a review.
type ReviewStanding struct {
	Own      bool        // they make its content
	Deciding bool        // a decision of theirs is still being recorded
	Voices   []uuid.UUID // for whom they may decide beside themselves; nearest first
}

// Correction is a small thing to mend without a new version.
type Correction struct {
	ID     uuid.UUID
	Text   string
	DoneAt *time.Time
}

// CorrectionID is of the correction at a position of a decision, from 0.
func CorrectionID(decision uuid.UUID, position int) uuid.UUID {
	return DeriveID(decision, fmt.Sprintf("correction/%d", position))
}

// The kinds of places that a comment can be about.
const (
	AnchorPoint = "point" // of a picture
	AnchorTime  = "time"  // of a video
	AnchorSpan  = "span"  // of the caption
)

// Anchor is the place in a version that a comment is about.
type Anchor struct {
	Kind    string  `json:"kind"`
	X       float64 `json:"x,omitempty"` // share of the width from the left
	Y       float64 `json:"y,omitempty"` // share of the height from the top
	Seconds float64 `json:"seconds,omitempty"`
	From    int     `json:"from,omitempty"` // of the caption, in code points
	To      int     `json:"to,omitempty"`
}

// Check names what is wrong with an anchor in a version with the caption.
func (a Anchor) Check(caption string) []Field {
	bad := func(path, code, detail string) []Field { return []Field{{"anchor." + path, code, detail}} }
	switch a.Kind {
	case AnchorPoint:
		if a.X < 0 || a.X > 1 || a.Y < 0 || a.Y > 1 {
			return bad("x", "out_of_range", "A place in a picture is a share of its width and height, 0 to 1.")
		}
	case AnchorTime:
		if a.Seconds < 0 || a.Seconds > 86_400 {
			return bad("seconds", "out_of_range", "The second lies outside of the video.")
		}
	case AnchorSpan:
		if n := utf8.RuneCountInString(caption); a.From < 0 || a.To <= a.From || a.To > n {
			return bad("from", "out_of_range", fmt.Sprintf("The words lie outside of the caption, which has %d characters.", n))
		}
	default:
		return bad("kind", "unknown_value", "A comment is about a place in the picture, a second of the video or words of the caption.")
	}
	return nil
}

// Quote is the part of a caption that an anchor is about.
func (a Anchor) Quote(caption string) string {
	r := []rune(caption)
	if a.Kind != AnchorSpan || a.From < 0 || a.To > len(r) || a.To <= a.From {
		return ""
	}
	return string(r[a.From:a.To])
}

// Who may read a comment.
const (
	AudienceHouse   = "house"
	AudienceOutside = "outside" // what is not internal
	AudienceCreator = "creator" // what is not internal, once the review has been decided
)

// Comment is a remark on a version.
type Comment struct {
	ID           uuid.UUID
	SubmissionID uuid.UUID
	Version      int
	Author       string
	AuthorKind   string // house | outside | creator
	UserID       *uuid.UUID
	ReviewerID   *uuid.UUID
	ContactID    *uuid.UUID
	Internal     bool
	Text         string
	Anchor       *Anchor
	Quote        string
	ReplyTo      *uuid.UUID
	ResolvedAt   *time.Time
	ResolvedBy   string
	CreatedAt    time.Time
}

// CommentFilter narrows a list of comments.
type CommentFilter struct {
	ID           *uuid.UUID
	SubmissionID *uuid.UUID
	Deliverables []uuid.UUID
	Audience     string
}

// ReviewLink is the link by which an outside reviewer decides: once, on one version.
type ReviewLink struct {
	ID           uuid.UUID
	ReviewID     uuid.UUID
	SubmissionID uuid.UUID
	BrandID      uuid.UUID
	BrandName    string
	Reviewer     UserRef
	Version      int
	SentAt       time.Time
	ExpiresAt    time.Time
	FirstSeenAt  *time.Time
	UsedAt       *time.Time
	RevokedAt    *time.Time
	Views        int
	State        string // open | used | expired | revoked
	Live         bool   // it may be looked at
	Decision     string // that was taken by it
}

// PostLook is one look at a published post as it is shown.
type PostLook struct {
	PostCheck

	ID            uuid.UUID
	At            time.Time
	HasScreenshot bool
}

// ReviewerToTell is who is told of a review: a person of the house, or an outside reviewer.
type ReviewerToTell struct {
	ID      uuid.UUID
	Outside bool
}

// SlackTold is what a brand's channel is told of a review.
type SlackTold struct {
	WebhookURL string
	Title      string
	Creator    string
	DueAt      *time.Time
	People     []string
}

// SlackChannel says whether a brand is connected to Slack.
type SlackChannel struct {
	ConnectedAt time.Time
	LastError   string
}

// ContentCodes are what a creator must name in a post.
type ContentCodes struct {
	PromoCode   string
	TrackedLink string
}

// Check names every bad field.
func (c ContentCodes) Check() []Field {
	var f []Field
	if strings.ContainsAny(c.PromoCode, " \t\n") || len(c.PromoCode) > 100 {
		f = append(f, Field{"promo_code", "bad_value", "A promo code is one word of at most 100 characters."})
	}
	if c.TrackedLink != "" {
		u, err := url.Parse(c.TrackedLink)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(c.TrackedLink) > 2000 {
			f = append(f, Field{"tracked_link", "bad_url", "Paste the whole address. It begins with https://."})
		}
	}
	return f
}

// DescribeChange says in words what is different in a version from the one before.
func DescribeChange(before, after Submission) []string {
	var words []string
	if before.Caption != after.Caption {
		words = append(words, "The caption was changed.")
	}
	switch same := string(before.FileSHA256) == string(after.FileSHA256); {
	case same:
	case before.FileName == "":
		words = append(words, "A file was added.")
	case after.FileName == "":
		words = append(words, "The file was removed.")
	default:
		words = append(words, "The file was replaced.")
	}
	if before.Note != after.Note {
		words = append(words, "The creator’s note is another one.")
	}
	if len(words) == 0 {
		words = append(words, "Nothing is different: the same caption and file were handed in again.")
	}
	return words
}
