package rapport

import (
	"time"

	"github.com/google/uuid"
)

// MailCount is what the mail provider counted on a UTC day.
type MailCount struct {
	Day       time.Time // its midnight in UTC
	Requests  int       // mails it was asked for, one a recipient
	Delivered int
	Bounces   int // refused for good; what was refused for the moment is not among them
	Received  int // mails to our domain that it parsed for us
}

// MailDay is what we and the provider counted on a UTC day.
type MailDay struct {
	Day                     time.Time // its midnight in UTC
	Sent, SentThere         int
	Open                    int // mails of which nobody knows yet whether they were sent
	Received, ReceivedThere int
	// Differs says that something is missing on one of the two sides beyond what was in flight.
	Differs   bool
	CheckedAt time.Time
	// Missing of each direction: what the provider has and we do not; below zero, what we have and the provider does not.
	MissingSent, MissingReceived int
}

// CompareMailDays finds what is missing on days that follow each other, the oldest first. What one side counted just before a midnight
// and the other after it, or a post that came late, cancels out between neighbours; so the last day, which is not over, only helps the
// one before it. A mail that may have been sent explains one that the provider has.
func CompareMailDays(days []MailDay) {
	sent, received := make([]int, len(days)), make([]int, len(days))
	for i, d := range days {
		sent[i], received[i] = d.SentThere-d.Sent, d.ReceivedThere-d.Received
		if sent[i] > 0 {
			sent[i] -= min(sent[i], d.Open)
		}
	}
	for i := 1; i < len(days); i++ {
		settle(sent, i)
		settle(received, i)
	}
	for i := range days {
		days[i].MissingSent, days[i].MissingReceived = sent[i], received[i]
		days[i].Differs = i < len(days)-1 && (sent[i] != 0 || received[i] != 0)
	}
}

// settle lets two neighbours that differ in opposite ways make up for each other.
func settle(missing []int, i int) {
	a, b := missing[i-1], missing[i]
	switch {
	case a > 0 && b < 0:
		n := min(a, -b)
		missing[i-1], missing[i] = a-n, b+n
	case a < 0 && b > 0:
		n := min(-a, b)
		missing[i-1], missing[i] = a+n, b-n
	}
}

// MailboxHealth is how the mailbox of a brand does. A day is the brand's; accepted, delivered, bounced and complaints are of 30 days.
type MailboxHealth struct {
	BrandID          uuid.UUID
	BrandName        string
	Address          string
	Sent             int // by sequences in the last day
	Limit, FullLimit int // of a day: now, and after the warm-up
	DomainPerHour    int
	WarmUpEnds       *time.Time
	FreeAt           *time.Time // when the next may go out, once the limit is reached
	Waiting          int        // that a limit puts off
	Accepted         int
	Delivered        int
	Bounced          int
	Complaints       int
	Blocked          int // partnerships whose outreach waits for a person
}

// Percent is a share in percent; 0 where there is nothing to share.
func Percent(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) * 100 / float64(whole)
}

// MailHealth is how mail does.
type MailHealth struct {
	Mailboxes []MailboxHealth
	Unknown   []Message // of which nobody knows whether they arrived
	Unmatched int
	// House is what belongs to no brand; nil for whoever does not look after mail.
	House *HouseMail
}

// HouseMail is how mail does over all brands.
type HouseMail struct {
	Days           []MailDay // the newest first
	Unreadable     int       // posts that could not be read
	LastReceivedAt *time.Time
	LastEventAt    *time.Time
}

// Suppression is an address that gets no mail.
type Suppression struct {
	ID        uuid.UUID
	Email     string
	BrandID   *uuid.UUID // nil for all brands
	BrandName string
	Reason    string // unsubscribe, bounce, complaint or manual
	At        time.Time
	Creator   *CreatorRef
}

// MailUnreadable is the class of a mail that could not be read, and the note at its post.
const MailUnreadable = "unreadable"
