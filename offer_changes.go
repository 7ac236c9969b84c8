package rapport

import (
	"fmt"
	"slices"
	"strings"
)

// changedLines collects what changes, in words.
type changedLines []AmendedLine

func (l *changedLines) add(what, from, to string) {
	*l = append(*l, AmendedLine{What: what, From: from, To: to})
}

// counted adds a number that has changed.
func (l *changedLines) counted(what string, from, to int, unit string) {
	if from != to {
		l.add(what, counted(from, unit), counted(to, unit))
	}
}

// of adds words that have changed.
func (l *changedLines) of(what, from, to string) {
	if from != to {
		l.add(what, from, to)
	}
}

// Changes say what the offer changes of the one before it; none for the first. All of it is material but what only bears another name:
// it changes what is owed, when, or what may be done with it.
func (o Offer) Changes() []AmendedLine {
	if o.Before == nil {
		return nil
	}
	var material, names changedLines
	material.fee(*o.Before, o.Fee)
	was, is := o.Before.Terms, o.Terms
	pieces := paired(was.Deliverables, is.Deliverables,
		func(a, b DeliverableTerms) bool { return a.Title == b.Title },
		func(a, b DeliverableTerms) bool { return a.Platform == b.Platform && a.Kind == b.Kind })
	for i, to := range pieces {
		if to >= 0 {
			material.deliverable(was.Deliverables[i], is.Deliverables[to])
			names.of("“"+was.Deliverables[i].Title+"”", "“"+was.Deliverables[i].Title+"”", "“"+is.Deliverables[to].Title+"”")
		} else {
			material.add("“"+was.Deliverables[i].Title+"”", was.Deliverables[i].words(), "")
		}
	}
	for i, d := range is.Deliverables {
		if !slices.Contains(pieces, i) {
			material.add("“"+d.Title+"”", "", "New: "+d.words())
		}
	}
	was.Deliverables = renamed(was.Deliverables, is.Deliverables, pieces)
	parts := paired(was.Milestones, is.Milestones,
		func(a, b MilestoneTerms) bool { return a.Title == b.Title },
		func(a, b MilestoneTerms) bool { return was.partWords(a, o.Before.Fee) == is.partWords(b, o.Fee) },
		func(a, b MilestoneTerms) bool { return a.Trigger == b.Trigger && (a.Bonus > 0) == (b.Bonus > 0) })
	for i, to := range parts {
		if to >= 0 {
			material.of("Payment “"+is.Milestones[to].Title+"”", was.partWords(was.Milestones[i], o.Before.Fee), is.partWords(is.Milestones[to], o.Fee))
			names.of("Payment “"+was.Milestones[i].Title+"”", "“"+was.Milestones[i].Title+"”", "“"+is.Milestones[to].Title+"”")
		} else {
			material.add("Payment “"+was.Milestones[i].Title+"”", was.partWords(was.Milestones[i], o.Before.Fee), "")
		}
	}
	for i, m := range is.Milestones {
		if !slices.Contains(parts, i) {
			material.add("Payment “"+m.Title+"”", "", "New: "+is.partWords(m, o.Fee))
		}
	}
	material.counted("Length of the term", was.DurationDays, is.DurationDays, "day")
	material.counted("Renewal decided before the end", was.NoticeDays, is.NoticeDays, "day")
	material.of("Option to renew", was.RenewalOption.words(o.Before.Fee.Currency), is.RenewalOption.words(o.Fee.Currency))
	material.rights(was, is)
	material.of("Further", strings.TrimSpace(was.ExtraClauses), strings.TrimSpace(is.ExtraClauses))
	for i := range material {
		material[i].Material = true
	}
	return slices.Concat(material, names)
}

// rights adds what changes of the rounds and rights, which offers and amendments have alike.
func (l *changedLines) rights(was, is ContractTerms) {
	l.counted("Included revision rounds", was.RevisionRounds, is.RevisionRounds, "round")
	l.counted("Usage rights after publication", was.UsageRightsDays, is.UsageRightsDays, "day")
	l.counted("Allow-listing after publication", was.AllowlistingDays, is.AllowlistingDays, "day")
	l.counted("Exclusivity after publication", was.ExclusivityDays, is.ExclusivityDays, "day")
	l.of("What is late", was.Late.words(), is.Late.words())
}

// fee adds a changed fee, and what was asked for instead of the one before.
func (l *changedLines) fee(before Offer, fee Money) {
	from := before.Fee.String()
	switch asked := before.CounterFee; {
	case asked == nil:
		l.of("Fee", from, fee.String())
	case *asked == fee:
		l.add("Fee", from, fee.String()+", as was asked")
	default:
		to := fee.String()
		if fee == before.Fee {
			to += ", as before"
		}
		l.add("Fee", from+"; "+asked.String()+" was asked", to)
	}
}

func (l *changedLines) deliverable(was, is DeliverableTerms) {
	l.of("“"+is.Title+"”", was.Kind+" on "+was.Platform, is.Kind+" on "+is.Platform)
	l.of("Draft of “"+is.Title+"”", was.draftWords(), is.draftWords())
	l.of("Publication of “"+is.Title+"”", was.publishWords(), is.publishWords())
}

func (d DeliverableTerms) draftWords() string {
	return counted(d.DraftDueDays, "business day") + " after both have signed"
}

func (d DeliverableTerms) publishWords() string {
	return "within " + counted(d.PublishDays, "business day") + " after the draft is due"
}

func (d DeliverableTerms) words() string {
	return fmt.Sprintf("%s on %s, draft %s, published %s", d.Kind, d.Platform, d.draftWords(), d.publishWords())
}

// partWords are a share of the fee, or a bonus, and when it is owed.
func (t ContractTerms) partWords(m MilestoneTerms, fee Money) string {
	amount := fmt.Sprintf("%d %% of the fee", m.Percent)
	if m.Bonus > 0 {
		amount = Money{m.Bonus, fee.Currency}.String() + " on top of the fee"
	}
	return amount + ", " + triggerWords(m, t) + netWords(m)
}

// renamed gives the pieces of the terms before their names of now, so that a part of the fee that waits for one has not changed by that.
func renamed(was, is []DeliverableTerms, pieces []int) []DeliverableTerms {
	list := slices.Clone(was)
	for i, to := range pieces {
		if to >= 0 {
			list[i].Title = is[to].Title
		}
	}
	return list
}

// paired finds for each of the things before its place among those of now, or -1: first those that are alike by the first measure, and so on.
func paired[T any](was, is []T, alike ...func(a, b T) bool) []int {
	places, taken := make([]int, len(was)), make([]bool, len(is))
	for i := range places {
		places[i] = -1
	}
	for _, measure := range alike {
		for i := range was {
			for j := range is {
				if places[i] < 0 && !taken[j] && measure(was[i], is[j]) {
					places[i], taken[j] = j, true
				}
			}
		}
	}
	return places
}
