package rapport

import (
	"slices"
	"strings"
)

// changedLines collects what changes, in words.
type changedLines struct {
	say   Words
	lines []AmendedLine
}

func (l *changedLines) add(what, from, to string) {
	l.lines = append(l.lines, AmendedLine{What: what, From: from, To: to})
}

// of adds words that have changed.
func (l *changedLines) of(what, from, to string) {
	if from != to {
		l.add(what, from, to)
	}
}

// days adds a number of days that has changed.
func (l *changedLines) days(what string, from, to int) {
	say := l.say
	l.of(what, say.Say("%d days long", from), say.Say("%d days long", to))
}

// quoted is a title in the quotation marks of the language.
func (w Words) quoted(title string) string {
	say := w
	return say.Say("“%s”", title)
}

// Changes say what the offer changes of the one before it; none for the first. All of it is material but what only bears another name:
// it changes what is owed, when, or what may be done with it.
func (o Offer) Changes(say Words) []AmendedLine {
	if o.Before == nil {
		return nil
	}
	material, names := changedLines{say: say}, changedLines{say: say}
	material.of(say.Say("Fee"), say.Money(o.Before.Fee), say.Money(o.Fee))
	was, is := o.Before.Terms, o.Terms
	pieces := paired(was.Deliverables, is.Deliverables,
		func(a, b DeliverableTerms) bool { return a.Title == b.Title },
		func(a, b DeliverableTerms) bool { return a.Platform == b.Platform && a.Kind == b.Kind })
	for i, to := range pieces {
		before := say.quoted(was.Deliverables[i].Title)
		if to >= 0 {
			material.deliverable(was.Deliverables[i], is.Deliverables[to])
			names.of(before, before, say.quoted(is.Deliverables[to].Title))
		} else {
			material.add(before, was.Deliverables[i].words(say), "")
		}
	}
	for i, d := range is.Deliverables {
		if !slices.Contains(pieces, i) {
			material.add(say.quoted(d.Title), "", say.Say("New: %s", d.words(say)))
		}
	}
	was.Deliverables = renamed(was.Deliverables, is.Deliverables, pieces)
	parts := paired(was.Milestones, is.Milestones,
		func(a, b MilestoneTerms) bool { return a.Title == b.Title },
		func(a, b MilestoneTerms) bool {
			return was.partWords(say, a, o.Before.Fee) == is.partWords(say, b, o.Fee)
		},
		func(a, b MilestoneTerms) bool { return a.Trigger == b.Trigger && (a.Bonus > 0) == (b.Bonus > 0) })
	payment := func(m MilestoneTerms) string { return say.Say("Payment “%s”", m.Title) }
	for i, to := range parts {
		if to >= 0 {
			material.of(payment(is.Milestones[to]), was.partWords(say, was.Milestones[i], o.Before.Fee), is.partWords(say, is.Milestones[to], o.Fee))
			names.of(payment(was.Milestones[i]), say.quoted(was.Milestones[i].Title), say.quoted(is.Milestones[to].Title))
		} else {
			material.add(payment(was.Milestones[i]), was.partWords(say, was.Milestones[i], o.Before.Fee), "")
		}
	}
	for i, m := range is.Milestones {
		if !slices.Contains(parts, i) {
			material.add(payment(m), "", say.Say("New: %s", is.partWords(say, m, o.Fee)))
		}
	}
	material.days(say.Say("Length of the term"), was.DurationDays, is.DurationDays)
	material.days(say.Say("Renewal decided before the end"), was.NoticeDays, is.NoticeDays)
	material.of(say.Say("Option to renew"), was.RenewalOption.words(say, o.Before.Fee.Currency), is.RenewalOption.words(say, o.Fee.Currency))
	material.rights(was, is)
	material.of(say.Say("Further"), strings.TrimSpace(was.ExtraClauses), strings.TrimSpace(is.ExtraClauses))
	before := *o.Before
	before.Terms = was // with the names of now
	material.answer(before.Asked(say))
	for i := range material.lines {
		material.lines[i].Material = true
	}
	return slices.Concat(material.lines, names.lines)
}

// rights adds what changes of the rounds and rights, which offers and amendments have alike.
func (l *changedLines) rights(was, is ContractTerms) {
	say := l.say
	l.of(say.Say("Included revision rounds"), say.Say("%d rounds", was.RevisionRounds), say.Say("%d rounds", is.RevisionRounds))
	l.days(say.Say("Usage rights after publication"), was.UsageRightsDays, is.UsageRightsDays)
	l.days(say.Say("Allow-listing after publication"), was.AllowlistingDays, is.AllowlistingDays)
	l.days(say.Say("Exclusivity after publication"), was.ExclusivityDays, is.ExclusivityDays)
	l.of(say.Say("What is late"), was.Late.words(say), is.Late.words(say))
}

// answer says beside what changed what the creator had asked for instead; what stays as it was although they asked comes first.
func (l *changedLines) answer(asked []AskedLine) {
	say := l.say
	var kept []AmendedLine
	for _, a := range asked {
		at := slices.IndexFunc(l.lines, func(c AmendedLine) bool { return c.What == a.Line.What })
		switch {
		case a.Of == AskPieces: // a number of pieces is answered by the pieces that there are
		case at < 0:
			kept = append(kept, AmendedLine{What: a.Line.What, From: say.Say("%s; %s was asked", a.Line.From, a.Line.To), To: say.Say("%s, as before", a.Line.From)})
		case l.lines[at].To == a.Line.To:
			l.lines[at].To = say.Say("%s, as was asked", a.Line.To)
		default:
			l.lines[at].From = say.Say("%s; %s was asked", a.Line.From, a.Line.To)
		}
	}
	l.lines = slices.Concat(kept, l.lines)
}

func (l *changedLines) deliverable(was, is DeliverableTerms) {
	say := l.say
	kind := func(d DeliverableTerms) string { return say.Say("%s on %s", d.Kind, d.Platform) }
	l.of(say.quoted(is.Title), kind(was), kind(is))
	l.of(say.Say("Draft of “%s”", is.Title), was.draftWords(say, was.startWords(say)), is.draftWords(say, is.startWords(say)))
	l.of(say.Say("Publication of “%s”", is.Title), was.publishWords(say), is.publishWords(say))
}

func (d DeliverableTerms) words(say Words) string {
	return say.Say("%s on %s, draft %s, published %s", d.Kind, d.Platform, d.draftWords(say, d.startWords(say)), d.publishWords(say))
}

// partWords are a share of the fee, or a bonus, and when it is owed.
func (t ContractTerms) partWords(say Words, m MilestoneTerms, fee Money) string {
	amount := say.Say("%d %% of the fee", m.Percent)
	if m.Bonus > 0 {
		amount = say.Say("%s on top of the fee", say.Money(Money{m.Bonus, fee.Currency}))
	}
	return amount + ", " + triggerWords(say, m, t) + netWords(say, m)
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
