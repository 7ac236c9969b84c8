package rapport

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// PersonMail is a mail to one person of the house about what happened or waits, grouped.
type PersonMail struct {
	Subject  string
	Sections []MailSection
	// SettingsURL is where the person chooses what is mailed.
	SettingsURL string
	Zone        string // of the times
}

// MailSection is the lines of one group.
type MailSection struct {
	Title string
	Lines []MailLine
}

// MailLine is one thing: what it is, whom it concerns, until when, and what happens if nobody does anything.
type MailLine struct {
	Title, URL string
	About      []string
	DueAt      *time.Time
	IfNotDone  string
}

// maxMailLines is how many lines a section has; the rest is counted.
const maxMailLines = 25

func (l MailLine) under(zone *time.Location) string {
	parts := slices.Clone(l.About)
	if l.DueAt != nil {
		parts = append(parts, "due "+l.DueAt.In(zone).Format("Mon 2 January, 15:04"))
	}
	if l.IfNotDone != "" {
		parts = append(parts, "if not done: "+strings.TrimSuffix(l.IfNotDone, "."))
	}
	return strings.Join(parts, " · ")
}

func (m PersonMail) zone() *time.Location { return Calendar{Zone: m.Zone}.location() }

// Text is the mail for those who read plain text.
func (m PersonMail) Text(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Hello %s,\n", name)
	for _, s := range m.Sections {
		fmt.Fprintf(&b, "\n%s\n", s.Title)
		for i, l := range s.Lines {
			if i == maxMailLines {
				fmt.Fprintf(&b, "- and %d more\n", len(s.Lines)-i)
				break
			}
			fmt.Fprintf(&b, "- %s\n", l.Title)
			if under := l.under(m.zone()); under != "" {
				fmt.Fprintf(&b, "  %s\n", under)
			}
			if l.URL != "" {
				fmt.Fprintf(&b, "  %s\n", l.URL)
			}
		}
	}
	fmt.Fprintf(&b, "\nTimes are in %s. What you are told, and when, is yours to choose: %s\n", m.Zone, m.SettingsURL)
	return b.String()
}

const houseStyle = `body{margin:0;padding:16px;background:#f6f7f9;color:#1c2024;font:15px/1.5 -apple-system,"Segoe UI",Roboto,Arial,sans-serif}
main{max-width:620px;margin:0 auto;padding:20px 24px;background:#fff;border:1px solid #dfe3e8;border-radius:8px}
h1{margin:0 0 4px;font-size:19px;line-height:1.3}h2{margin:22px 0 4px;font-size:15px}ul{margin:0;padding:0;list-style:none}
li{padding:9px 0;border-top:1px solid #e8ebee;overflow-wrap:anywhere}a{color:#2f5fd0}.u{color:#5b636b;font-size:13px}
@media (prefers-color-scheme:dark){body{background:#111316;color:#e6e8ea}main{background:#191c20;border-color:#2c3137}li{border-color:#2c3137}a{color:#8db0ff}.u{color:#a3abb3}}`

// HTML is the mail for those who read HTML: no image and no script, so that reading it tells nobody.
func (m PersonMail) HTML(name string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!doctype html><html lang="en"><head><meta charset="utf-8">`+
		`<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>%s</title><style>%s</style></head><body><main>`,
		html.EscapeString(m.Subject), houseStyle)
	fmt.Fprintf(&b, "<h1>%s</h1><p class=\"u\">Hello %s,</p>", html.EscapeString(m.Subject), html.EscapeString(name))
	for _, s := range m.Sections {
		fmt.Fprintf(&b, "<h2>%s</h2><ul>", html.EscapeString(s.Title))
		for i, l := range s.Lines {
			if i == maxMailLines {
				fmt.Fprintf(&b, "<li class=\"u\">and %d more</li>", len(s.Lines)-i)
				break
			}
			title := html.EscapeString(l.Title)
			if l.URL != "" {
				title = fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(l.URL), title)
			}
			fmt.Fprintf(&b, "<li>%s", title)
			if under := l.under(m.zone()); under != "" {
				fmt.Fprintf(&b, "<div class=\"u\">%s</div>", html.EscapeString(under))
			}
			b.WriteString("</li>")
		}
		b.WriteString("</ul>")
	}
	fmt.Fprintf(&b, `<p class="u" style="margin-top:24px">Times are in %s. What you are told, and when, is yours to choose: <a href="%s">Settings, Notifications</a>.</p></main></body></html>`,
		html.EscapeString(m.Zone), html.EscapeString(m.SettingsURL))
	return b.String()
}

// lineOf says a notification in a mail.
func lineOf(n Notification, base string) MailLine {
	l := MailLine{Title: n.Title(), About: n.About(), DueAt: n.DueAt, IfNotDone: n.IfNotDone}
	if path := n.Path(); path != "" {
		l.URL = base + path
	}
	if l.IfNotDone == "" && n.Task != nil {
		_, l.IfNotDone = n.Task.Words()
	}
	return l
}

// NoticeMail is the mail of what is told at once; what was held meanwhile comes merged. False when nothing of it is left to say.
func (p NotifiedPerson) NoticeMail(list []Notification, base string) (PersonMail, bool) {
	m := p.personMail(base)
	m.Sections = sections(list, base)
	n := 0
	for _, s := range m.Sections {
		n += len(s.Lines)
	}
	switch n {
	case 0:
		return m, false
	case 1:
		m.Subject = strings.Join(slices.Concat([]string{m.Sections[0].Lines[0].Title}, m.Sections[0].Lines[0].About[:min(1, len(m.Sections[0].Lines[0].About))]), ": ")
	default:
		m.Subject = fmt.Sprintf("%d things for you in Rapport", n)
	}
	return m, true
}

func (p NotifiedPerson) personMail(base string) PersonMail {
	return PersonMail{SettingsURL: base + "/settings/notifications", Zone: p.Calendar.Zone}
}

// sections groups as the table of events does: by due time, what has none behind, in the order in which it happened.
func sections(list []Notification, base string) []MailSection {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Notification) int {
		switch {
		case a.DueAt != nil && b.DueAt != nil:
			return a.DueAt.Compare(*b.DueAt)
		case a.DueAt != nil:
			return -1
		case b.DueAt != nil:
			return 1
		}
		return a.At.Compare(b.At)
	})
	var out []MailSection
	for _, r := range eventTable() {
		for _, n := range list {
			if n.Event != r.event {
				continue
			}
			if len(out) == 0 || out[len(out)-1].Title != r.group {
				out = append(out, MailSection{Title: r.group})
			}
			out[len(out)-1].Lines = append(out[len(out)-1].Lines, lineOf(n, base))
		}
	}
	return out
}

// DigestMoney is what a brand's finance is told in the digest.
type DigestMoney struct {
	BrandID uuid.UUID
	Brand   string
	Lanes   []PayoutLane
	Blocked []PayoutBlock
}

// Digest is what waits for a person at the moment it is sent, and what happened since the last one.
type Digest struct {
	Waits    []Notification // open tasks and reviews
	Happened []Notification
	Money    []DigestMoney
}

// DigestMail is the mail of a digest; false when there is nothing to say.
func (p NotifiedPerson) DigestMail(d Digest, base string) (PersonMail, bool) {
	m := p.personMail(base)
	inDigest := func(e HouseEvent) bool { return p.Settings.Chosen(e, p.Brands).Mail == MailDigest }
	// What is due and blocked is summed up below, as it stands now.
	summed := []HouseEvent{EventDueSoon, EventDueToday, EventOverdue, EventBlocked}
	var list []Notification
	for _, n := range slices.Concat(d.Waits, d.Happened) {
		if inDigest(n.Event) && !n.Over && p.Reaches(n.BrandID) && !slices.Contains(summed, n.Event) {
			list = append(list, n)
		}
	}
	m.Sections = sections(list, base)
	for _, x := range d.Money {
		if lines := p.moneyLines(x, base); len(lines) > 0 {
			m.Sections = append(m.Sections, MailSection{Title: "Money of " + x.Brand, Lines: lines})
		}
	}
	n := 0
	for _, s := range m.Sections {
		n += len(s.Lines)
	}
	m.Subject = "Your day in Rapport: 1 thing"
	if n != 1 {
		m.Subject = fmt.Sprintf("Your day in Rapport: %d things", n)
	}
	return m, n > 0
}

func (p NotifiedPerson) moneyLines(x DigestMoney, base string) []MailLine {
	mail := func(e HouseEvent) string { return p.Settings.Chosen(e, p.Brands).Mail }
	var lines []MailLine
	for _, lane := range []struct {
		lane, words string
		event       HouseEvent
	}{
		{"overdue", "Overdue", EventOverdue}, {"today", "Due today", EventDueToday}, {"soon", "Due in the next 5 days", EventDueSoon}, {"unknown", "Nobody knows whether they were paid", EventUnknown},
	} {
		for _, l := range x.Lanes {
			if l.Lane == lane.lane && (mail(lane.event) == MailDigest || lane.event == EventUnknown && mail(lane.event) != MailOff) {
				lines = append(lines, MailLine{Title: fmt.Sprintf("%s: %s, %s", lane.words, payments(l.Count), l.Amount), URL: base + lanePath(l.Lane, &x.BrandID)})
			}
		}
	}
	if mail(EventBlocked) != MailDigest {
		return lines
	}
	for _, b := range x.Blocked {
		why := map[PayoutState]string{
			PayoutHeld: "held", PayoutAwaitingPayee: "waiting for the creator's bank account", PayoutAwaitingFunds: "waiting for funds", PayoutFailed: "rejected",
			PayoutApproved: "approved, and waiting until the payments go on",
		}[b.State]
		if b.Condition == SubmitAwaitingProof {
			why = "approved, and to be paid outside of Stripe"
		}
		switch words := HoldWords(b.Condition); {
		case b.State == PayoutHeld && b.Who != "":
			why += " by " + b.Who
		case words != "":
			why += ": " + words
		case b.Who != "":
			why += ", " + b.Who
		}
		lines = append(lines, MailLine{Title: fmt.Sprintf("Blocked: %s, %s", payments(b.Count), b.Amount), About: []string{Sentence(why)}, URL: base + lanePath("blocked", &x.BrandID)})
	}
	return lines
}

// lanePath leads to the payments of a lane, of the brand that is spoken of alone.
func lanePath(lane string, brand *uuid.UUID) string {
	if brand == nil {
		return "/payouts?lane=" + lane
	}
	return "/payouts?lane=" + lane + "&brand=" + brand.String()
}

func payments(n int) string {
	if n == 1 {
		return "1 payment"
	}
	return fmt.Sprintf("%d payments", n)
}
