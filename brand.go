package rapport

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Where the creators of a brand sign contracts.
const (
	SigningAtProvider = "provider" // that the installation has; in the portal where it has none
	SigningInPortal   = "portal"
)

// Brand is who pays.
type Brand struct {
	ID            uuid.UUID
	Name          string
	PostalAddress string // stands in every outreach mail
	MailFromName  string
	MailFrom      string
	CalendarID    uuid.UUID
	// SecondPairThreshold is the amount below which the content approval counts as the first pair of eyes on a payout; an
	// amount of zero means that it never does.
	SecondPairThreshold Money
	// OutreachPerDay and DomainPerHour limit what sequences send: from the mailbox in a day, and to one domain of receivers in an hour. A new
	// mailbox rises to its full number over WarmUpDays from WarmUpFrom; zero days mean no warm-up.
	OutreachPerDay int
	DomainPerHour  int
	WarmUpDays     int
	WarmUpFrom     *time.Time
	// FirstMailNotice says why a creator is written to; it stands in the first mail.
	FirstMailNotice string
	// NettingCapPercent is the share of a payment that is kept at most for what its creator owes back, and NettingNoticeDays how long before
	// that the creator is told. What is taken back already keeps the share that it began with.
	NettingCapPercent int
	NettingNoticeDays int
	// DestinationCoolOffDays is how many working days a payment waits at least after its creator's bank account changed.
	DestinationCoolOffDays int
	// PostsApartHours is how far apart a creator posts for it and for another brand.
	PostsApartHours int
	// Signing is where its creators sign contracts.
	Signing string
	Version int
}

// CheckLimits names every bad limit of the brand's mailbox and of what it keeps out of payments.
func (b Brand) CheckLimits() []Field {
	var f []Field
	for _, limit := range []struct {
		path        string
		n, min, max int
	}{{"outreach_per_day", b.OutreachPerDay, 1, 10_000}, {"domain_per_hour", b.DomainPerHour, 1, 10_000}, {"warm_up_days", b.WarmUpDays, 0, 90},
		{"netting_cap_percent", b.NettingCapPercent, 1, 100}, {"netting_notice_days", b.NettingNoticeDays, 0, 365},
		{"destination_cool_off_days", b.DestinationCoolOffDays, 1, 30}, {"posts_apart_hours", b.PostsApartHours, 0, 720},
	} {
		if limit.n < limit.min || limit.n > limit.max {
			f = append(f, Field{limit.path, "out_of_range", fmt.Sprintf("A number from %d to %d.", limit.min, limit.max)})
		}
	}
	return append(f, checkText("first_mail_notice", b.FirstMailNotice, true, 1000)...)
}

// Check names every bad field of the brand.
func (b Brand) Check() []Field {
	var f []Field
	for _, required := range []struct{ path, value string }{
		{"name", b.Name}, {"postal_address", b.PostalAddress}, {"mail_from_name", b.MailFromName},
	} {
		if strings.TrimSpace(required.value) == "" {
			f = append(f, Field{required.path, "required", "Fill this in."})
		}
	}
	if strings.ContainsAny(b.MailFromName, "\r\n") {
		f = append(f, Field{"mail_from_name", "bad_characters", "A name has one line."})
	}
	f = append(f, CheckEmail("mail_from", b.MailFrom)...)
	if b.SecondPairThreshold.Amount != 0 || b.SecondPairThreshold.Currency == "" {
		f = append(f, CheckMoney("second_pair_threshold", b.SecondPairThreshold)...)
	}
	if b.Signing != "" && b.Signing != SigningAtProvider && b.Signing != SigningInPortal {
		f = append(f, Field{"signing", "bad_value", "Say provider or portal."})
	}
	return f
}

// WeakerThan says that some payment would have fewer eyes on it, wait less after its creator's bank account changed, or be kept back more or sooner,
// than under the brand as it was. Amounts of two currencies are not compared: another currency is weaker.
func (b Brand) WeakerThan(other Brand) bool {
	threshold, was := b.SecondPairThreshold, other.SecondPairThreshold
	return threshold.Amount > 0 && (threshold.Currency != was.Currency || threshold.Amount > was.Amount) ||
		b.NettingCapPercent > other.NettingCapPercent || b.NettingNoticeDays < other.NettingNoticeDays || b.DestinationCoolOffDays < other.DestinationCoolOffDays
}

// OwnedCalendar is a calendar with whom it belongs to.
type OwnedCalendar struct {
	ID        uuid.UUID
	OwnerKind string // brand, user or creator
	OwnerID   uuid.UUID
	OwnerName string
	BrandID   *uuid.UUID
	Calendar  Calendar
	Version   int
}

// NormalEmail is the form in which addresses are kept and compared: trimmed, in lower case.
func NormalEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// CheckEmail says what is wrong with an e-mail address: it must be a bare address with a host of at least two labels.
func CheckEmail(path, address string) []Field {
	bad := []Field{{path, "bad_email", "This is not an e-mail address."}}
	address = strings.TrimSpace(address)
	if len(address) > 254 || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return bad
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address {
		return bad
	}
	local, host, _ := strings.Cut(address, "@")
	if len(local) > 64 || strings.Contains(host, "@") || !strings.Contains(host, ".") || strings.HasPrefix(host, "[") ||
		strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") || strings.Contains(host, "..") {
		return bad
	}
	return nil
}
