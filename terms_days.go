package rapport

import (
	"fmt"
	"time"
)

// dayOf reads a day of the terms; zero for none.
func dayOf(day string) time.Time {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return time.Time{}
	}
	return t
}

// checkDays names every day that is none, or that does not fit the others.
func (d DeliverableTerms) checkDays(path string) (f []Field) {
	add := func(p, code, detail string) { f = append(f, Field{path + "." + p, code, detail}) }
	for _, day := range []struct{ field, value string }{{"draft_due_on", d.DraftDueOn}, {"publish_from", d.PublishFrom}, {"publish_until", d.PublishUntil}} {
		switch {
		case day.value == "":
		case dayOf(day.value).IsZero():
			add(day.field, "bad_value", fmt.Sprintf("%q is not a day.", day.value))
		case d.DraftAfter == AfterDelivery:
			add(day.field, "waits_for_product", "What waits for a product has no days of its own: count them from its delivery.")
		}
	}
	if len(f) > 0 {
		return f
	}
	due, from, until := dayOf(d.DraftDueOn), dayOf(d.PublishFrom), dayOf(d.PublishUntil)
	switch {
	case !from.IsZero() && until.IsZero():
		add("publish_until", "required", "Say also on which day the publish window ends.")
	case until.Before(from):
		add("publish_until", "before_start", "The publish window must not end before it begins.")
	case !due.IsZero() && !until.IsZero() && !due.Before(until):
		add("draft_due_on", "after_publication", "The draft must be due before the last day to publish.")
	}
	return f
}

// CheckDays names every day of the terms, which stand under path, that has passed, in the creator's zone or, of money, in the brand's, and every one that is so near, or so far before its
// draft is due, or so late, that no contract could keep it.
func (t ContractTerms) CheckDays(path string, creator, brand Calendar, now time.Time) (f []Field) {
	for i, d := range t.Deliverables {
		f = append(f, d.checkNear(fmt.Sprintf("%s.deliverables[%d]", path, i), creator, now)...)
	}
	for i, m := range t.Milestones {
		f = append(f, checkOwedBy(fmt.Sprintf("%s.milestones[%d].owed_on", path, i), m.OwedOn, brand, now, brand.EndOfDay(brand.AddDays(now, t.DurationDays)))...)
	}
	return f
}

// checkOwedOn names what is wrong with the day on which money is owed by the trigger.
func checkOwedOn(path string, t Trigger, day string) []Field {
	switch {
	case day == "":
	case t != TriggerDate:
		return []Field{{path, "not_by_date", "Only what is owed on a date has a day."}}
	case dayOf(day).IsZero():
		return []Field{{path, "bad_value", fmt.Sprintf("%q is not a day.", day)}}
	}
	return nil
}

// checkOwedBy names a day on which money is owed that has passed, or that comes after the term has ended.
func checkOwedBy(path, day string, cal Calendar, now, ends time.Time) []Field {
	at := dayOf(day)
	switch {
	case at.IsZero():
	case !cal.EndOfDate(at).After(now):
		return []Field{{path, "in_the_past", "That day has passed. Choose a later one."}}
	case !cal.Compressed() && !cal.BeginOfDate(at).Before(ends):
		return []Field{{path, "after_term", "The term would have ended by that day. Choose an earlier one, or a longer term."}}
	}
	return nil
}

// fixedDay is the moment from which a trigger by date makes money owed on a day of the terms, at the latest at the end of the term; both are zero where they
// name none. Money of a day that has passed when both sign is owed at once.
func fixedDay(brand Calendar, day string, endsAt time.Time) (on, at time.Time) {
	if dayOf(day).IsZero() {
		return on, endsAt
	}
	on = brand.BeginOfDate(dayOf(day))
	return on, earliest(on, endsAt)
}

func (d DeliverableTerms) checkNear(path string, creator Calendar, now time.Time) (f []Field) {
	for _, day := range []struct{ field, value string }{{"draft_due_on", d.DraftDueOn}, {"publish_until", d.PublishUntil}} {
		if at := dayOf(day.value); !at.IsZero() && !creator.EndOfDate(at).After(now) {
			f = append(f, Field{path + "." + day.field, "in_the_past", "That day has passed. Choose a later one."})
		}
	}
	if len(f) > 0 || d.PublishUntil == "" || d.DraftDueOn != "" {
		return f
	}
	if draft := d.draftDue(creator, now); !draft.Before(creator.EndOfDate(dayOf(d.PublishUntil))) {
		due := creator.words(WordsIn(LegalLocale), draft)
		f = append(f, Field{path + ".publish_until", "before_draft", fmt.Sprintf("If both signed now, the draft would be due on %s, which is not before that day.", due)})
	}
	return f
}

// draftDue is when the draft of what is signed at a moment is due. A day that both have signed too late for leaves one business day.
func (d DeliverableTerms) draftDue(creator Calendar, signed time.Time) time.Time {
	if day := dayOf(d.DraftDueOn); !day.IsZero() {
		return latest(creator.EndOfDate(day), creator.EndOfDay(creator.AddBusinessDays(signed, 1)))
	}
	return creator.EndOfDay(creator.AddBusinessDays(signed, d.DraftDueDays))
}

// window is when it may be published: from the first moment of the first day, or zero where the terms name none, to the end of the last one.
func (d DeliverableTerms) window(creator Calendar, draftDue time.Time) (from, by time.Time) {
	until := dayOf(d.PublishUntil)
	if until.IsZero() {
		return from, creator.EndOfDay(creator.AddBusinessDays(draftDue, d.PublishDays))
	}
	by = latest(creator.EndOfDate(until), creator.EndOfDay(creator.AddBusinessDays(draftDue, 1)))
	if first := dayOf(d.PublishFrom); !first.IsZero() {
		from = creator.BeginOfDate(first)
	}
	return from, by
}

// draftWords say when the draft is due; starts is what a span is counted from.
func (d DeliverableTerms) draftWords(say Words, starts string) string {
	if day := dayOf(d.DraftDueOn); !day.IsZero() {
		return say.Say("on %s, or one business day %s if that is later", say.Day(day), starts)
	}
	return say.Say("%d business days", d.DraftDueDays) + " " + starts
}

func (d DeliverableTerms) publishWords(say Words) string {
	from, until := dayOf(d.PublishFrom), dayOf(d.PublishUntil)
	switch {
	case until.IsZero():
		return say.Say("within %s after the draft is due", say.Say("%d business days", d.PublishDays))
	case from.IsZero():
		return say.Say("on %s at the latest, or one business day after the draft is due if that is later", say.Day(until))
	}
	return say.Say("from %s to %s, or one business day after the draft is due if that is later", say.Day(from), say.Day(until))
}
