package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// HouseEvent is something that a person of the house may want to hear of.
type HouseEvent string

// The events, in the order in which pages show them.
const (
	EventDecision  HouseEvent = "decision"  // waits for the person's decision
	EventEscalated HouseEvent = "escalated" // was not done in time and is the person's now
	EventTask      HouseEvent = "task"      // anything else that the person is to do
	EventReply     HouseEvent = "reply"
	EventStuck     HouseEvent = "stuck"
	EventDraft     HouseEvent = "draft"
	EventContract  HouseEvent = "contract"
	EventKeyDate   HouseEvent = "key_date"
	EventDueSoon   HouseEvent = "due_soon"
	EventDueToday  HouseEvent = "due_today"
	EventOverdue   HouseEvent = "overdue"
	EventBlocked   HouseEvent = "blocked"
	EventUnknown   HouseEvent = "unknown"
	EventFailed    HouseEvent = "failed"
	EventCase      HouseEvent = "case"
	EventSecurity  HouseEvent = "security" // roles and sign-in: at once, whatever the person chose
)

// What becomes of a notification's mail.
const (
	MailNow    = "now"
	MailDigest = "digest"
	MailOff    = "off"
	MailApart  = "apart" // a mail of its own carries it
)

// EventChoice is how a person hears of an event.
type EventChoice struct {
	App  bool   `json:"app"`  // in the bell
	Mail string `json:"mail"` // MailNow, MailDigest or MailOff
}

// NotificationSettings is what a person wants to hear of, how, and when not. Times are HH:MM in the zone of the person's calendar.
type NotificationSettings struct {
	QuietFrom, QuietUntil string // the same twice: never
	UrgentPasses          bool   // what is urgent is mailed in quiet hours too
	DigestAt              string
	Choices               map[HouseEvent]EventChoice // what is missing has the default of the person's roles
}

// DefaultNotificationSettings are those of a person who chose nothing.
func DefaultNotificationSettings() NotificationSettings {
	return NotificationSettings{QuietFrom: "20:00", QuietUntil: "08:00", DigestAt: "08:30", Choices: map[HouseEvent]EventChoice{}}
}

// NotifiedPerson is somebody of the house who may be told something: enabled, and with a role.
type NotifiedPerson struct {
	ID          uuid.UUID
	Name, Email string
	Brands      []BrandRoles // in effect
	Calendar    Calendar     // of the person, else of their first brand
	Settings    NotificationSettings
	// From and FromName send what is about several brands: those of the first brand.
	From, FromName string
}

// Reaches says whether the person has a role at the brand; what is about the person alone has none.
func (p NotifiedPerson) Reaches(brand *uuid.UUID) bool {
	return brand == nil || slices.ContainsFunc(p.Brands, func(b BrandRoles) bool { return b.BrandID == *brand })
}

// BrandIDs are the brands at which the person has one of the roles; no roles given means any role.
func (p NotifiedPerson) BrandIDs(roles ...Role) []uuid.UUID {
	return Principal{Brands: p.Brands}.BrandsWith(roles...)
}

// eventRow is what the table of events says of one.
type eventRow struct {
	event  HouseEvent
	group  string
	title  string
	roles  []Role // who can hear of it; nil for everybody
	urgent bool
	mail   string // the default
	now    []Role // whose default is a mail at once instead
}

// workRoles do the house's work: neither auditors nor guests.
func workRoles() []Role {
	return []Role{RoleOps, RoleApprover, RoleLegal, RoleFinancePreparer, RoleFinanceReleaser, RoleAdmin}
}

func financeRoles() []Role { return []Role{RoleFinancePreparer, RoleFinanceReleaser} }

func eventTable() []eventRow {
	const waits, yours, money, account = "What waits for you", "Partnerships that you own", "Money", "Your account"
	owners := []Role{RoleOps, RoleAdmin, RoleApprover, RoleLegal}
	return []eventRow{
		{event: EventDecision, group: waits, title: "Something waits for your decision", roles: workRoles(), mail: MailDigest, now: []Role{RoleApprover, RoleLegal, RoleOps}},
		{event: EventEscalated, group: waits, title: "Something was not done in time and comes to you", roles: workRoles(), mail: MailNow, urgent: true},
		{event: EventTask, group: waits, title: "You got another task, or a note mentions you", roles: workRoles(), mail: MailDigest},
		{event: EventReply, group: yours, title: "A creator wrote", roles: owners, mail: MailDigest},
		{event: EventStuck, group: yours, title: "A partnership is stuck or at risk", roles: owners, mail: MailDigest},
		{event: EventDraft, group: yours, title: "A draft came in, or was decided on", roles: owners, mail: MailDigest},
		{event: EventContract, group: yours, title: "A contract was signed, or came to nothing", roles: owners, mail: MailDigest},
		{event: EventKeyDate, group: yours, title: "A key date needs a decision", roles: owners, mail: MailDigest},
		{event: EventDueSoon, group: money, title: "Payments are due within 5 days", roles: financeRoles(), mail: MailDigest},
		{event: EventDueToday, group: money, title: "Payments are due today", roles: financeRoles(), mail: MailDigest},
		{event: EventOverdue, group: money, title: "Payments are overdue", roles: financeRoles(), mail: MailDigest},
		{event: EventBlocked, group: money, title: "A payment is blocked", roles: financeRoles(), mail: MailDigest},
		{event: EventUnknown, group: money, title: "Nobody knows whether money moved", roles: financeRoles(), mail: MailNow, urgent: true},
		{event: EventFailed, group: money, title: "A payment failed, or money came back", roles: financeRoles(), mail: MailNow},
		{event: EventCase, group: money, title: "The books and Stripe differ", roles: financeRoles(), mail: MailDigest},
		{event: EventSecurity, group: account, title: "Somebody changed your roles, your sign-in, or who can move money", mail: MailNow, urgent: true},
	}
}

// OfferedEvent is an event that a person can hear of, with what the person chose.
type OfferedEvent struct {
	EventChoice

	Event        HouseEvent
	Group, Title string
	Urgent       bool
	Fixed        bool // cannot be turned off
}

// Offered are the events that can happen to a person of these roles, with the choices of the settings.
func (s NotificationSettings) Offered(brands []BrandRoles) []OfferedEvent {
	p := Principal{Brands: brands}
	var list []OfferedEvent
	for _, r := range eventTable() {
		if r.roles != nil && len(p.BrandsWith(r.roles...)) == 0 {
			continue
		}
		o := OfferedEvent{Event: r.event, Group: r.group, Title: r.title, Urgent: r.urgent, Fixed: r.event == EventSecurity, EventChoice: EventChoice{App: true, Mail: r.mail}}
		if r.now != nil && len(p.BrandsWith(r.now...)) > 0 {
			o.Mail = MailNow
		}
		if c, ok := s.Choices[r.event]; ok && !o.Fixed {
			o.EventChoice = c
		}
		list = append(list, o)
	}
	return list
}

// Chosen is how a person of these roles hears of an event. What cannot happen to them they do not hear of.
func (s NotificationSettings) Chosen(e HouseEvent, brands []BrandRoles) EventChoice {
	for _, o := range s.Offered(brands) {
		if o.Event == e {
			return o.EventChoice
		}
	}
	return EventChoice{Mail: MailOff}
}

// Check names every bad field of the settings.
func (s NotificationSettings) Check() []Field {
	var f []Field
	for _, c := range []struct{ path, at string }{{"quiet_from", s.QuietFrom}, {"quiet_until", s.QuietUntil}, {"digest_at", s.DigestAt}} {
		if at, ok := clock(c.at); !ok || at >= Day {
			f = append(f, Field{c.path, "bad_time", "Write the time as HH:MM."})
		}
	}
	if len(f) == 0 {
		if at, _ := clock(s.DigestAt); s.quietAt(at) {
			f = append(f, Field{"digest_at", "quiet", "This is within your quiet hours. Choose a later time, or shorter quiet hours."})
		}
	}
	known := eventTable()
	for e, c := range s.Choices {
		i := slices.IndexFunc(known, func(r eventRow) bool { return r.event == e })
		switch {
		case i < 0:
			f = append(f, Field{"choices", "unknown_value", fmt.Sprintf("%q is no event.", e)})
		case e == EventSecurity && c != EventChoice{App: true, Mail: MailNow}:
			f = append(f, Field{"choices", "fixed", "What concerns your account is always told at once."})
		case !slices.Contains([]string{MailNow, MailDigest, MailOff}, c.Mail):
			f = append(f, Field{"choices", "unknown_value", "A mail comes now, in the digest, or off."})
		}
	}
	return f
}

// quietAt says whether a time of day lies in the quiet hours, which may go over midnight.
func (s NotificationSettings) quietAt(at time.Duration) bool {
	from, _ := clock(s.QuietFrom)
	until, _ := clock(s.QuietUntil)
	if from <= until {
		return at >= from && at < until
	}
	return at >= from || at < until
}

// Quiet says whether mail about an event is held at an instant: in the quiet hours by the clock on the person's wall, and on days that do not work.
// A calendar of compressed days has no hours to be quiet in.
func (p NotifiedPerson) Quiet(e HouseEvent, now time.Time) bool {
	if p.Calendar.Compressed() || e == EventSecurity {
		return false
	}
	if p.Settings.UrgentPasses && slices.ContainsFunc(eventTable(), func(r eventRow) bool { return r.event == e && r.urgent }) {
		return false
	}
	l := now.In(p.Calendar.location())
	hour, minute, second := l.Clock()
	at := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return p.Settings.quietAt(at) || !p.Calendar.works(l)
}

// DigestDay names the day whose digest is due at an instant; empty when none is. It is due from the person's hour on, so that one which was
// missed is made up for on the same day.
func (p NotifiedPerson) DigestDay(now time.Time) string {
	if p.Calendar.Compressed() {
		return now.Truncate(p.Calendar.DayLength()).UTC().Format(time.RFC3339)
	}
	l := now.In(p.Calendar.location())
	at, _ := clock(p.Settings.DigestAt)
	if l.Before(on(l, 0, at)) || p.Quiet(EventTask, now) {
		return ""
	}
	return l.Format(time.DateOnly)
}

// EventOfTask is what opening a task means to who is to do it. money says that it is for a role of finance.
func EventOfTask(kind, code string, money bool) HouseEvent {
	switch kind {
	case "review_held", "review_nobody", "answer_late", "extension_unanswered", "key_date_undecided", "option_unused", "renewal_undecided", "renewal_lapsed", "post_not_cured":
		return EventEscalated
	case "approve_contract", "answer_counter", "answer_extension", "answer_extension_soon", "approve_payout", "approve_reversal", "approve_write_off", "record_payment":
		return EventDecision
	case "look_at_mail":
		if code == "overdue" {
			return EventEscalated
		}
		return EventDecision
	case "answer_reply":
		return EventReply
	case "decide_renewal", "decide_key_date", "take_down":
		return EventKeyDate
	case "payout_held", "top_up", "payments_held", "hold_too_late", "cancel_too_late", "netting_slow":
		return EventBlocked
	case "payout_unknown", "reversal_unknown":
		return EventUnknown
	case "payout_failed", "reversal_failed", "transfer_reversed", "bank_returned", "top_up_failed":
		return EventFailed
	case "reconciliation_break", TaskLedgerUnsealed, TaskLedgerBroken:
		return EventCase
	case "finance_role_asked", "finance_role_granted", "second_factor_reset", "finance_enabled", "payout_policy_weaker", "money_rules_weaker":
		return EventSecurity
	case "payee_not_ready":
		if money {
			return EventBlocked
		}
		return EventStuck
	case "outreach_blocked", "find_address", "mail_failed", "content_late", "content_missed", "post_not_reported", "product_not_delivered", "post_mismatch", "conflict", "signing_stuck",
		"make_new_offer", "round_declined", "round_unanswered", "amendment_ended", "amendment_overtaken", "renewal_declined", "term_unfinished":
		return EventStuck
	}
	return EventTask
}

// eventOfFact is what a fact of a partnership means to its owner.
var eventOfFact = map[string]HouseEvent{ //nolint:gochecknoglobals // a table
	"draft_submitted": EventDraft, "content_approved": EventDraft, "changes_requested": EventDraft, "content_rejected": EventDraft,
	"contract_executed": EventContract, "contract_declined": EventContract, "contract_expired": EventContract, "amendment_executed": EventContract,
}

// FactsToTell are the kinds of facts that owners are told of.
func FactsToTell() []string {
	kinds := make([]string, 0, len(eventOfFact))
	for kind := range eventOfFact {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// EventOfFact is what a fact of FactsToTell means to the partnership's owner.
func EventOfFact(kind string) HouseEvent { return eventOfFact[kind] }

// EventOfReview is what a word about a review means to who is asked: asked, reminder, escalated.
func EventOfReview(code string) HouseEvent {
	if code == "escalated" {
		return EventEscalated
	}
	return EventDecision
}

// EventOfLane is what a lane of payments by their day means to finance.
func EventOfLane(lane string) HouseEvent {
	return map[string]HouseEvent{"soon": EventDueSoon, "today": EventDueToday, "overdue": EventOverdue}[lane]
}

// Notification is one thing that one person is told.
type Notification struct {
	ID        uuid.UUID
	Event     HouseEvent
	BrandID   *uuid.UUID // nil: about the person alone
	BrandName string
	Kind      string // of the task, the fact, the word about a review, the lane or the deed
	Code      string
	N         int   // how many payments
	Task      *Task // when a task says what there is to do
	ReviewID  *uuid.UUID

	PartnershipID *uuid.UUID
	Ref           *uuid.UUID
	Creator       string
	Piece         string // the title of a deliverable
	DueAt         *time.Time
	At            time.Time
	Read          bool
	Over          bool // somebody did what it asked for
	IfNotDone     string
}

var factWords = map[string]string{ //nolint:gochecknoglobals,gosec // a table; token.created is a deed and no credential
	"draft_submitted": "A draft came in", "content_approved": "A draft was approved", "changes_requested": "Changes to a draft were asked for", "content_rejected": "A draft was rejected",
	"contract_executed": "A contract is signed by both", "contract_declined": "A creator declined a contract", "contract_expired": "A contract was not signed in time",
	"amendment_executed": "An amendment is signed by both",
	"asked":              "A draft waits for your decision", "reminder": "A draft still waits for your decision", "escalated": "A draft was not decided on in time and comes to you",
	"second_factor.added": "An authenticator was set up for your account", "second_factor.removed": "The authenticator of your account was removed",
	"second_factor.reset": "The authenticator of your account was reset by an admin", "second_factor.codes_replaced": "The recovery codes of your account were made anew",
	"password.changed": "The password of your account was changed", "password.chosen": "Another password was chosen for your account, by a mailed link", "user.enabled": "An admin let you sign in again",
	"token.created": "An API token was made for your account",
}

// Title says in a sentence what happened.
func (n Notification) Title() string {
	payments := fmt.Sprintf("%d payments are", n.N)
	if n.N == 1 {
		payments = "1 payment is"
	}
	switch n.Kind {
	case "soon":
		return payments + " due within 5 days"
	case "today":
		return payments + " due today"
	case "overdue":
		return payments + " overdue"
	case "role.granted", "role.confirmed":
		return "You got the role " + roleText(n.Code)
	case "role.revoked":
		return "Your role " + roleText(n.Code) + " was taken away"
	}
	if n.Task != nil {
		title, _ := n.Task.Words()
		return title
	}
	if words := factWords[n.Kind]; words != "" {
		return words
	}
	return Sentence(n.Kind)
}

func roleText(role string) string { return strings.ReplaceAll(role, "_", " ") }

// About says whom and what it concerns: creator, piece, brand; empty parts are left out.
func (n Notification) About() []string {
	return slices.DeleteFunc([]string{n.Piece, n.Creator, n.BrandName}, func(s string) bool { return s == "" })
}

// Path is the page where it is seen or done; empty when there is none.
func (n Notification) Path() string {
	switch {
	case n.Task != nil:
		return n.Task.Path()
	case n.ReviewID != nil:
		return "/reviews/" + n.ReviewID.String()
	case n.Event == EventDueSoon, n.Event == EventDueToday, n.Event == EventOverdue:
		return lanePath(n.Kind, n.BrandID)
	case n.Kind == "token.created":
		return "/settings/tokens"
	case n.Event == EventSecurity:
		return "/settings/sign-in"
	case n.Event == EventContract && n.Ref != nil:
		return "/contracts/" + n.Ref.String()
	case n.PartnershipID != nil:
		return "/partnerships/" + n.PartnershipID.String()
	}
	return ""
}

// ReviewToTell is a word to one person about a review: asked, reminder or escalated.
type ReviewToTell struct {
	Key, Code                            string
	User, Review, BrandID, PartnershipID uuid.UUID
}
