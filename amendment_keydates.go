package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// KeyDateExtension lets what ends on a key date go on, for all of its posts or for some of them.
type KeyDateExtension struct {
	Date   uuid.UUID   `json:"date"`
	Days   int         `json:"days"`             // more, of the brand's calendar
	Assets []uuid.UUID `json:"assets,omitempty"` // deliverables; all of the date where nobody chose

	// What it is of, and the end as it was and becomes: those that were signed, whatever moves meanwhile.
	Kind     string    `json:"kind,omitempty"`
	Contract uuid.UUID `json:"contract,omitzero"`
	At       time.Time `json:"at,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	Whole    bool      `json:"whole,omitempty"` // all posts of the date go on
}

// RunningDate is a key date that has not come, of the running term or of one before it.
type RunningDate struct {
	KeyDate

	Number   string // of its contract
	Extended bool   // on its own, by an amendment
	Posts    []Slot // as they were booked
}

// ExtendedDate is an extension as its amendment's page shows it.
type ExtendedDate struct {
	Kind      string
	Posts     []string // titles
	At, Until time.Time
}

func (t RunningTerm) date(id uuid.UUID) *RunningDate {
	if i := slices.IndexFunc(t.KeyDates, func(k RunningDate) bool { return k.ID == id }); i >= 0 {
		return &t.KeyDates[i]
	}
	return nil
}

// rightsDays is what the amendment makes of the days of all posts of the term, for a kind of key date; nil where it says nothing of them.
func (a *Amendment) rightsDays(kind string) *int {
	return map[string]*int{KeyUsageRights: a.UsageRightsDays, KeyAllowlisting: a.AllowlistingDays, KeyExclusivity: a.ExclusivityDays}[kind]
}

// resolveExtended fixes the ends that the extensions lead to.
func (a *Amendment) resolveExtended(t RunningTerm, now time.Time) (bad []Field) {
	seen := map[string]bool{}
	for i := range a.Extended {
		e := &a.Extended[i]
		add := func(part, code, detail string) {
			bad = append(bad, Field{fmt.Sprintf("extended[%d].%s", i, part), code, detail})
		}
		k := t.date(e.Date)
		if k == nil {
			add("key_date_id", "unknown", "This has ended by now, or has another date. Look at the list again.")
			continue
		}
		if len(e.Assets) == 0 {
			e.Assets = slices.Clone(k.Assets)
		}
		for _, d := range e.Assets {
			if !slices.Contains(k.Assets, d) {
				add("deliverable_ids", "unknown_deliverable", "There is no such post whose rights end on this date.")
			}
			if seen[e.Date.String()+d.String()] {
				add("key_date_id", "twice", "The amendment says this date twice.")
			}
			seen[e.Date.String()+d.String()] = true
		}
		e.Kind, e.Contract, e.At, e.Whole = k.Kind, k.Contract, k.At, covers(e.Assets, k.Assets)
		switch e.Until = t.Brand.AddDays(k.At, e.Days); {
		case e.Days < 1 || e.Days > maxRightsDays:
			add("days", "out_of_range", "A date moves by 1 to 3,650 days. What is to end earlier is a matter of all posts of the contract.")
		case !e.Until.After(now):
			add("days", "in_the_past", "It would have ended by now.")
		case k.Contract == t.ContractID && a.rightsDays(k.Kind) != nil:
			add("key_date_id", "changed_twice", "The amendment changes this for all posts of the contract already. Say it for all of them, or for this date.")
		}
	}
	return bad
}

// words name what ends for some of the posts of a date.
func (k *RunningDate) words(say Words, t RunningTerm, assets []uuid.UUID) string {
	var titles []string
	for _, s := range k.Posts {
		if slices.Contains(assets, *s.DeliverableID) {
			titles = append(titles, say.quoted(s.Title))
		}
	}
	of, words := strings.Join(titles, ", "), ""
	switch k.Kind {
	case KeyUsageRights:
		words = say.Say("Usage rights of %s", of)
	case KeyAllowlisting:
		words = say.Say("Allow-listing of %s", of)
	case KeyExclusivity:
		words = say.Say("Exclusivity of %s", of)
	}
	if k.Contract != t.ContractID {
		words = say.Say("%s (contract %s)", words, k.Number)
	}
	return words
}

// untilWords say the last day of what ends at a moment, which is the end of that day.
func (c Calendar) untilWords(say Words, t time.Time) string {
	if !c.Compressed() {
		t = t.Add(-time.Second)
	}
	return say.Say("until %s", c.words(say, t))
}

// extended adds the ends that move.
func (l *changedLines) extended(t RunningTerm, list []KeyDateExtension) {
	for _, e := range list {
		k := t.date(e.Date)
		if k == nil {
			continue // it came while the amendment waited
		}
		l.add(k.words(l.say, t, e.Assets), t.Brand.untilWords(l.say, e.At), t.Brand.untilWords(l.say, e.Until))
	}
}

// pinnedDates are the ends that stay beside those that move.
func (a *Amendment) pinnedDates(t RunningTerm, say Words) (lines []AmendedLine) {
	for i := range t.KeyDates {
		k := &t.KeyDates[i]
		ofAll := k.Contract == t.ContractID && a.rightsDays(k.Kind) != nil
		rest := slices.DeleteFunc(slices.Clone(k.Assets), func(d uuid.UUID) bool {
			return slices.ContainsFunc(a.Extended, func(e KeyDateExtension) bool { return e.Date == k.ID && slices.Contains(e.Assets, d) })
		})
		switch until := t.Brand.untilWords(say, k.At); {
		case len(rest) == 0:
		case ofAll && k.Extended:
			lines = append(lines, AmendedLine{What: k.words(say, t, rest), To: "It was extended on its own, and goes on at least " + until + "."})
		case !ofAll && len(a.Extended) > 0:
			lines = append(lines, AmendedLine{What: k.words(say, t, rest), To: "It goes on " + until + ", as it was agreed."})
		}
	}
	return lines
}

// extendedSlots are the posts whose exclusivity goes on.
func (a *Amendment) extendedSlots(p Slot, t RunningTerm) (slots []Slot) {
	for _, e := range a.Extended {
		if e.Kind != KeyExclusivity {
			continue
		}
		for _, s := range t.date(e.Date).Posts {
			s.BrandID, s.CampaignID, s.PartnershipID, s.Creator, s.CreatorZone, s.Until, s.Stays = p.BrandID, p.CampaignID, p.PartnershipID, p.Creator, p.CreatorZone, e.Until, true
			slots = append(slots, s)
		}
	}
	return slots
}
