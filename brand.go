package rapport

import (
	"net/mail"
	"strings"

	"github.com/google/uuid"
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
	Version             int
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
	return f
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
