package rapport

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The kinds of conflicts.
const (
	ConflictTooClose    = "too_close"   // the same creator posts for two brands at nearly the same time
	ConflictExclusivity = "exclusivity" // a post falls into what another brand was promised for itself
	ConflictSlotCap     = "slot_cap"    // more posts of a campaign on one platform and day than it wants
	ConflictEmbargo     = "embargo"     // a post is to be out before the campaign's content may be
	ConflictAbsence     = "absence"     // the creator is away when something is due
	ConflictLeadTime    = "lead_time"   // the review cannot be over in time
	ConflictDate        = "date"        // a post is to be out beside the campaign's date that it is for
)

// How severe a conflict is.
const (
	SeverityBlock = "block" // nothing is offered before somebody of legal or an admin overrides it
	SeverityWarn  = "warn"
)

// PostsApart is how long the posts of one creator for two brands are apart where a brand says nothing else.
const PostsApart = 48 * time.Hour

// Slot is when a creator posts one deliverable: booked by a contract, or as an offer would book it.
type Slot struct {
	BrandID       uuid.UUID
	BrandName     string
	CampaignID    uuid.UUID
	CampaignName  string
	PartnershipID uuid.UUID
	Term          int
	Position      int // among the deliverables of the term
	DeliverableID *uuid.UUID
	Creator       UserRef
	CreatorZone   string // empty for the brand's
	Title         string
	Platform      string
	Category      string // of the campaign; empty for unknown
	State         string // of the deliverable
	CampaignDate  uuid.UUID
	DraftDueAt    *time.Time
	From, To      time.Time // the publish window; the moment of the post once it is out
	// Until is the end of the exclusivity that the post brings its brand; To for none.
	Until time.Time
	// Stays: where it is was agreed before, and only how long it excludes others is new.
	Stays bool
}

// ID is the same from the offer to the post, so that what was overridden stays so.
func (s Slot) ID() uuid.UUID {
	return DeriveID(s.PartnershipID, fmt.Sprintf("slot/%d/%d", s.Term, s.Position))
}

// planned says that it is said when the content will be out: From and To are that moment.
func (s Slot) planned() bool { return s.State == "scheduled" && s.From.Equal(s.To) }

// posted says that the content is out.
func (s Slot) posted() bool { return isPosted(s.State) }

// awaitsDraft says that the creator has the next version to hand in.
func (s Slot) awaitsDraft() bool { return s.State == "" || AwaitsDraft(s.State) }

// Absence is when a creator is away, from a first to a last day of their own zone.
type Absence struct {
	ID        uuid.UUID
	CreatorID uuid.UUID
	From, To  time.Time // dates
	Note      string
	ByCreator bool // they said so themselves
}

// maxAbsence is the longest absence; somebody who is away for longer is not worked with.
const maxAbsence = 366 * Day

// Check names every bad field of an absence.
func (a Absence) Check() []Field {
	f := checkText("note", a.Note, false, 500)
	switch {
	case a.To.Before(a.From):
		f = append(f, Field{"to", "before_start", "The last day must not be before the first."})
	case a.To.Sub(a.From) > maxAbsence:
		f = append(f, Field{"to", "too_long", "An absence lasts at most a year."})
	}
	return f
}

// Override is the word of a person that a conflict may stand.
type Override struct {
	Reason string
	By     UserRef
	At     time.Time
}

// Conflict is what stands in the way of a slot, and why.
type Conflict struct {
	Key      uuid.UUID // the same as long as the same two sides are in each other's way
	OldKey   uuid.UUID // of a block, from before it had a key of its own
	Kind     string
	Severity string
	At       time.Time // when it would happen
	Slot     Slot
	Other    *Slot    // the other side, of another brand
	Absence  *Absence // in whose time it falls
	Override *Override
	// Words say what is wrong to whoever For was asked for.
	Words string

	say   func(c Conflict) string
	rules *SlotRules
}

// SlotRules are a campaign's rules for its slots.
type SlotRules struct {
	Name      string
	BrandName string
	Category  string
	Apart     time.Duration // between posts for two brands
	Cap       int           // posts a day on one platform; 0 for as many as come
	Embargo   *time.Time    // the first day on which content may be out
	ChainDays int           // business days that its reviews may take
	Calendar  Calendar      // of the brand
	Dates     []CampaignDate
	// Days are the booked slots of each platform and day of the brand's zone, in the order in which they keep their place.
	Days map[string][]uuid.UUID

	zone *time.Location
}

// in is the brand's zone, which is read from the disk each time that it is loaded.
func (r *SlotRules) in() *time.Location {
	if r.zone == nil {
		r.zone = r.Calendar.location()
	}
	return r.zone
}

// ChainDays are the business days that a review by the policy may take when every stage takes all of its own.
func (p Policy) ChainDays() int {
	begin, end := 0, 0
	for _, s := range p.Stages {
		switch s.Starts {
		case StartsAfter:
			begin = end
		case StartsByDate:
			if s.StartFrom == StartFromReview {
				end = max(end, s.StartDays+s.DeadlineDays)
			}
			continue
		}
		end = max(end, begin+s.DeadlineDays)
	}
	return end
}

// PlanSlots are the slots that terms would book if they were signed now.
func PlanSlots(p Slot, terms ContractTerms, creator Calendar, now time.Time) []Slot {
	planned := slices.Clone(terms.Deliverables)
	for i := range planned {
		planned[i].DraftAfter = "" // a product is on its way for a time that nobody knows: at the earliest it is there now
	}
	plan := PlanContract(ContractDates{Terms: ContractTerms{Deliverables: planned}, Now: now, Brand: creator, Creator: creator})
	slots := make([]Slot, len(plan.Deliverables))
	for i, d := range plan.Deliverables {
		s := p
		s.Position, s.Title, s.Platform, s.CampaignDate = i, terms.Deliverables[i].Title, terms.Deliverables[i].Platform, terms.Deliverables[i].CampaignDate
		s.DraftDueAt, s.From, s.To = &d.DraftDue, cmp.Or(d.PublishFrom, d.DraftDue), d.PublishBy
		s.Until = s.To.AddDate(0, 0, terms.ExclusivityDays)
		slots[i] = s
	}
	return slots
}

// AmendedSlots are the slots of what a resolved amendment moves and adds, counted from now, and of what it extends the exclusivity of, be it of one
// date or of all posts.
func AmendedSlots(p Slot, t RunningTerm, a Amendment, now time.Time) []Slot {
	was := t.Terms.ExclusivityDays
	t.Terms = a.Changed(t.Terms)
	slots := PlanSlots(p, ContractTerms{Deliverables: a.Deliverables, ExclusivityDays: t.Terms.ExclusivityDays}, t.Creator, now)
	for i := range slots {
		slots[i].Position += len(t.Deliverables)
	}
	for _, m := range a.Moved {
		i := slices.IndexFunc(t.Deliverables, func(d PartnershipDeliverable) bool { return d.ID == m.ID })
		if slices.Contains(a.Dropped, m.ID) {
			continue
		}
		d, s := t.Deliverables[i], p
		draft, publish := m.DraftDue, m.PublishBy
		if draft.IsZero() {
			draft = orZero(d.DraftDueAt)
		}
		if publish.IsZero() {
			publish = orZero(d.PublishBy)
		}
		s.Position, s.DeliverableID, s.Title, s.Platform, s.State, s.CampaignDate = i, &d.ID, d.Title, d.Platform, d.State, d.CampaignDate
		s.DraftDueAt, s.From, s.To = &draft, draft, publish
		if d.PublishAt != nil && !d.PublishAt.After(publish) {
			s.From, s.To = *d.PublishAt, *d.PublishAt
		}
		s.Until = s.To.AddDate(0, 0, t.Terms.ExclusivityDays)
		slots = append(slots, s)
	}
	if t.Terms.ExclusivityDays > was {
		slots = append(slots, a.staying(p, t)...)
	}
	return append(slots, a.extendedSlots(p, t)...)
}

// ScheduledSlot is the slot of a deliverable of the term once it is planned to be published at a moment; not_found where the term has no such one.
func ScheduledSlot(p Slot, t RunningTerm, id uuid.UUID, at time.Time) (Slot, error) {
	i := slices.IndexFunc(t.Deliverables, func(d PartnershipDeliverable) bool { return d.ID == id })
	if i < 0 {
		return Slot{}, Errorf(CodeNotFound, "This content is not of the running term.")
	}
	d := t.Deliverables[i]
	p.Position, p.DeliverableID, p.Title, p.Platform, p.State, p.DraftDueAt = i, &d.ID, d.Title, d.Platform, "scheduled", d.DraftDueAt
	p.CampaignDate, p.From, p.To, p.Until = d.CampaignDate, at, at, at.AddDate(0, 0, t.Terms.ExclusivityDays)
	return p, nil
}

// staying are the slots of what an amendment leaves where it is, with the exclusivity that follows it then.
func (a *Amendment) staying(p Slot, t RunningTerm) (slots []Slot) {
	for i, d := range t.Deliverables {
		moves := slices.ContainsFunc(a.Moved, func(m DeliverableMove) bool { return m.ID == d.ID })
		if moves || d.PublishBy == nil || slices.Contains(a.Dropped, d.ID) || fellAway(d.State) {
			continue
		}
		s := p
		s.Stays, s.Position, s.DeliverableID, s.Title, s.Platform, s.State, s.DraftDueAt = true, i, &d.ID, d.Title, d.Platform, d.State, d.DraftDueAt
		s.From, s.To = cmp.Or(orZero(d.DraftDueAt), *d.PublishBy), *d.PublishBy
		if at := cmp.Or(d.PostedAt, d.PublishAt); at != nil {
			s.From, s.To = *at, *at
		}
		s.Until = s.To.AddDate(0, 0, t.Terms.ExclusivityDays)
		slots = append(slots, s)
	}
	return slots
}

// SlotPair is a slot with one of another brand, of the same creator and near in time.
type SlotPair struct{ Own, Other Slot }

// SlotFacts are what conflicts are found in.
type SlotFacts struct {
	Slots    []Slot
	Pairs    []SlotPair
	Rules    map[uuid.UUID]*SlotRules // by campaign
	Absences map[uuid.UUID][]Absence  // by creator
	Now      time.Time
}

// Conflicts finds every conflict, by time.
func (f SlotFacts) Conflicts() []Conflict {
	var found []Conflict
	add := func(c *Conflict) {
		if c != nil {
			found = append(found, *c)
		}
	}
	for _, p := range f.Pairs {
		if rules := f.Rules[p.Own.CampaignID]; rules != nil {
			add(rules.exclusivity(p.Own, p.Other, p.Own))
			if !p.Own.Stays {
				add(rules.tooClose(p.Own, p.Other))
				add(rules.exclusivity(p.Own, p.Other, p.Other))
			}
		}
	}
	for _, s := range f.Slots {
		rules := f.Rules[s.CampaignID]
		if rules == nil || s.Stays || s.To.Before(f.Now) { // of what is past, only what it excludes can still be in the way
			continue
		}
		add(rules.slotCap(s))
		add(rules.embargo(s))
		add(rules.date(s))
		add(rules.leadTime(s, f.Now))
		for _, a := range f.Absences[s.Creator.ID] {
			add(rules.absence(s, a))
		}
	}
	slices.SortFunc(found, func(a, b Conflict) int { return cmp.Or(a.At.Compare(b.At), slices.Compare(a.Key[:], b.Key[:])) })
	return found
}

func (r *SlotRules) conflict(kind, severity string, s Slot, other *Slot, say func(c Conflict) string) *Conflict {
	key := DeriveID(s.ID(), kind)
	if other != nil {
		key = DeriveID(key, other.ID().String())
	}
	return &Conflict{Key: key, Kind: kind, Severity: severity, At: s.From, Slot: s, Other: other, say: say, rules: r}
}

func (r *SlotRules) day(t time.Time) string {
	return t.In(r.in()).Format("2 January 2006")
}

// end is the day that ends at t: a date is the end of its day, which is the first moment of the next one.
func (r *SlotRules) end(t time.Time) string { return r.day(t.Add(-time.Second)) }

func (r *SlotRules) window(s Slot) string {
	if from, to := r.day(s.From), r.end(s.To); s.To.After(s.From) && from != to {
		return fmt.Sprintf("between %s and %s", from, to)
	}
	return "on " + r.day(s.From)
}

// owner names the brand and the campaign of a slot, or no more than that there is another brand.
func owner(s Slot) string {
	if s.BrandID == uuid.Nil {
		return "another brand"
	}
	return fmt.Sprintf("%s (%s)", s.BrandName, s.CampaignName)
}

func (r *SlotRules) tooClose(s, other Slot) *Conflict {
	apart := r.Calendar.Span(r.Apart)
	from, to := latest(s.From, other.From), earliest(s.To, other.To)
	if s.BrandID == other.BrandID || from.Sub(to) >= apart || s.posted() && other.posted() {
		return nil
	}
	return r.conflict(ConflictTooClose, SeverityWarn, s, &other, func(c Conflict) string {
		return fmt.Sprintf("%s posts for %s %s, and for %s %s: the two may be less than %d hours apart.",
			c.Slot.Creator.Name, owner(c.Slot), r.window(c.Slot), owner(*c.Other), r.window(*c.Other), int(r.Apart.Hours()))
	})
}

// exclusivity says of the slot and another brand's what the exclusivity of holder, one of the two, makes of it.
func (r *SlotRules) exclusivity(s, other, holder Slot) *Conflict {
	post, kept := other, holder.BrandID == s.BrandID
	if !kept {
		post = s
	}
	if s.BrandID == other.BrandID || !holder.Until.After(holder.To) || post.From.After(holder.Until) || post.To.Before(holder.From) {
		return nil
	}
	severity, why := SeverityBlock, "both are about "+s.Category
	switch {
	case s.Category == "" || other.Category == "":
		severity, why = SeverityWarn, "nobody said whether both are about the same category"
	case !strings.EqualFold(s.Category, other.Category):
		return nil
	}
	c := r.conflict(ConflictExclusivity, severity, s, &other, func(c Conflict) string {
		if kept {
			return fmt.Sprintf("%s posts for %s %s, when %s has them for itself until %s: %s.",
				c.Slot.Creator.Name, owner(*c.Other), r.window(*c.Other), owner(c.Slot), r.end(c.Slot.Until), why)
		}
		return fmt.Sprintf("%s posts for %s %s, when %s has them for itself until %s: %s.",
			c.Slot.Creator.Name, owner(c.Slot), r.window(c.Slot), owner(*c.Other), r.end(c.Other.Until), why)
	})
	if kept { // the two may hold each other's
		c.Key = DeriveID(c.Key, "kept")
	}
	if severity == SeverityBlock { // who let a warning stand, when nobody knew the categories, has let no block stand
		c.OldKey, c.Key = c.Key, DeriveID(c.Key, SeverityBlock)
	}
	return c
}

// SlotDay is the platform and the day of a slot, as SlotRules counts them.
func (r *SlotRules) SlotDay(platform string, to time.Time) string {
	return platform + " " + to.Add(-time.Second).In(r.in()).Format(time.DateOnly)
}

func (r *SlotRules) slotCap(s Slot) *Conflict {
	if r.Cap == 0 || s.posted() {
		return nil
	}
	booked := r.Days[r.SlotDay(s.Platform, s.To)]
	place := slices.Index(booked, s.ID())
	if place < 0 { // not booked yet: behind all others, and before those that are planned after it
		place = len(booked)
		if r.Days == nil {
			r.Days = map[string][]uuid.UUID{}
		}
		r.Days[r.SlotDay(s.Platform, s.To)] = append(slices.Clone(booked), s.ID())
	}
	if place < r.Cap {
		return nil
	}
	c := r.conflict(ConflictSlotCap, SeverityWarn, s, nil, func(c Conflict) string {
		when := "whose publish window ends on " + r.end(c.Slot.To)
		if c.Slot.planned() {
			when = "that is planned for " + r.day(c.Slot.To)
		}
		return fmt.Sprintf("The post of %s for %s is number %d on %s %s; the campaign wants %d a day.", c.Slot.Creator.Name, owner(c.Slot), place+1, c.Slot.Platform, when, r.Cap)
	})
	c.At = s.To
	return c
}

func (r *SlotRules) embargo(s Slot) *Conflict {
	if r.Embargo == nil {
		return nil
	}
	begins := r.Calendar.BeginOfDate(*r.Embargo)
	if !s.To.Before(begins) {
		return nil
	}
	c := r.conflict(ConflictEmbargo, SeverityBlock, s, nil, func(c Conflict) string {
		if c.Slot.planned() {
			return fmt.Sprintf("The post of %s for %s is planned for %s, and nothing of the campaign may be out before %s.",
				c.Slot.Creator.Name, owner(c.Slot), r.day(c.Slot.To), r.Embargo.Format("2 January 2006"))
		}
		return fmt.Sprintf("The publish window of %s for %s ends on %s, and nothing of the campaign may be out before %s.",
			c.Slot.Creator.Name, owner(c.Slot), r.end(c.Slot.To), r.Embargo.Format("2 January 2006"))
	})
	c.At = s.To
	return c
}

// date looks whether what is for a date of the campaign is to be out by then: a publish window ends on it, and a planned post lies in it. Compressed
// years have no dates of their own.
func (r *SlotRules) date(s Slot) *Conflict {
	i := slices.IndexFunc(r.Dates, func(d CampaignDate) bool { return d.ID == s.CampaignDate })
	if i < 0 || s.posted() || r.Calendar.Compressed() {
		return nil
	}
	d := r.Dates[i]
	begins, ends := r.Calendar.BeginOfDate(dayOf(d.From)), r.Calendar.EndOfDate(dayOf(d.To))
	if s.To.After(begins) && !s.To.After(ends) {
		return nil
	}
	c := r.conflict(ConflictDate, SeverityWarn, s, nil, func(c Conflict) string {
		is := "whose publish window ends on " + r.end(c.Slot.To)
		if c.Slot.planned() {
			is = "which is planned for " + r.day(c.Slot.To)
		}
		return fmt.Sprintf("%s's %q for %s, %s, is for “%s”, which is %s.", c.Slot.Creator.Name, c.Slot.Title, owner(c.Slot), is, d.Name, d.words())
	})
	c.At = s.To
	return c
}

// words say when the date is.
func (d CampaignDate) words() string {
	const layout = "2 January 2006"
	if d.From == d.To {
		return "on " + dayOf(d.From).Format(layout)
	}
	return fmt.Sprintf("from %s to %s", dayOf(d.From).Format(layout), dayOf(d.To).Format(layout))
}

func (r *SlotRules) absence(s Slot, a Absence) *Conflict {
	zone := Calendar{Zone: cmp.Or(s.CreatorZone, r.Calendar.Zone)}
	begins, ends := zone.BeginOfDate(a.From), zone.EndOfDate(a.To)
	away := func(t time.Time) bool { return t.After(begins) && !t.After(ends) }
	what := ""
	switch {
	case s.posted():
	case s.awaitsDraft() && s.DraftDueAt != nil && away(*s.DraftDueAt):
		what = "the draft is due on " + r.end(*s.DraftDueAt)
	case !s.From.Before(begins) && !s.To.After(ends):
		what = "the content is to be published " + r.window(s)
	}
	if what == "" {
		return nil
	}
	c := r.conflict(ConflictAbsence, SeverityWarn, s, nil, func(c Conflict) string {
		return fmt.Sprintf("%s is away from %s to %s, and %s for %s.", c.Slot.Creator.Name, a.From.Format("2 January 2006"), a.To.Format("2 January 2006"), what, owner(c.Slot))
	})
	c.Key, c.Absence = DeriveID(c.Key, a.ID.String()), &a
	return c
}

// leadTime looks at what no reviewer has yet: a review that runs tells of its own delays.
func (r *SlotRules) leadTime(s Slot, now time.Time) *Conflict {
	if r.ChainDays == 0 || !s.awaitsDraft() {
		return nil
	}
	draft := s.From
	if s.DraftDueAt != nil {
		draft = *s.DraftDueAt
	}
	begins := latest(draft, now)
	words := "the draft is due on " + r.end(draft)
	if begins.Equal(now) {
		words = "today is " + r.day(now)
	}
	if !r.Calendar.AddBusinessDays(begins, r.ChainDays).After(s.To) {
		return nil
	}
	return r.conflict(ConflictLeadTime, SeverityWarn, s, nil, func(c Conflict) string {
		return fmt.Sprintf("The review of %s's %q for %s may take %d business days: %s, and the publish window ends on %s.",
			c.Slot.Creator.Name, c.Slot.Title, owner(c.Slot), r.ChainDays, words, r.end(c.Slot.To))
	})
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// For is a conflict of SlotFacts as somebody may know it who sees the brands: of any other brand no more than that there is one, and on which
// days.
func (c Conflict) For(brands []uuid.UUID) Conflict {
	if c.Other != nil && !slices.Contains(brands, c.Other.BrandID) {
		zone, o := c.rules.in(), *c.Other
		day := func(t time.Time, n int) time.Time { return on(t.In(zone), n, 0).UTC() }
		c.Other = &Slot{From: day(o.From, 0), To: day(latest(o.To.Add(-time.Second), o.From), 1), Until: day(latest(o.Until.Add(-time.Second), o.From), 1)}
	}
	c.Words = upper(c.say(c))
	c.say, c.rules = nil, nil
	return c
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// MayOverride says whether somebody with the roles may let a conflict of a severity stand.
func MayOverride(severity string, p Principal, brand uuid.UUID) bool {
	if severity == SeverityWarn && p.Has(brand, RoleOps) {
		return true
	}
	return p.Has(brand, RoleAdmin, RoleLegal)
}

// Blocking are the conflicts that block and that nobody has overridden.
func Blocking(conflicts []Conflict) []Conflict {
	return slices.DeleteFunc(slices.Clone(conflicts), func(c Conflict) bool { return c.Severity != SeverityBlock || c.Override != nil })
}

// ConflictFilter narrows what is looked at; zero ids do not. Slots count whose publish window touches the time from From to To.
type ConflictFilter struct {
	BrandID       *uuid.UUID
	CampaignID    *uuid.UUID
	CreatorID     *uuid.UUID
	PartnershipID *uuid.UUID
	From, To      time.Time
	// Planned are slots of one creator and brand that are not booked yet.
	Planned []Slot
}

// OverrideNew is a conflict that somebody lets stand.
type OverrideNew struct {
	Conflict Conflict
	Reason   string
	By       uuid.UUID
}
