package rapport

import (
	"fmt"
	"strings"
)

// What a creator can ask for otherwise than it was offered.
const (
	AskFee         = "fee"
	AskPieces      = "pieces"
	AskDraftDays   = "draft_due_days"
	AskPublishDays = "publish_days"
	AskUsage       = "usage_rights_days"
	AskExclusivity = "exclusivity_days"
)

// Ask is one thing that a creator asks for otherwise than it was offered.
type Ask struct {
	Of          string `json:"of"`
	Deliverable int    `json:"deliverable,omitempty"` // index into those of the offer, for what is of one of them
	Value       int64  `json:"value"`                 // minor units of the fee, pieces, business days or days
}

// Counter is what a creator answers an offer with. The offer stays as it was sent.
type Counter struct {
	Fee  *Money // nil where the offered one is right
	Asks []Ask  // beside the fee
	Note string // the rest, in the creator's words
}

// AskedLine is an ask beside what was offered, in words.
type AskedLine struct {
	Ask

	Line AmendedLine
}

// maxPieces is how many deliverables a contract has at most.
const maxPieces = 20

// Check names every bad field of a counter of the offer, and leaves away what is asked for as it was offered. A counter that asks for nothing else and
// says nothing is none.
func (c *Counter) Check(o Offer) (bad []Field) {
	if c.Fee != nil {
		bad = CheckMoney("counter", *c.Fee)
		if c.Fee.Currency != o.Fee.Currency {
			bad = append(bad, Field{"counter.currency", "other_currency", "The offer is in " + strings.ToUpper(o.Fee.Currency) + "; ask in the same currency."})
		}
		if *c.Fee == o.Fee {
			c.Fee = nil
		}
	}
	pieces, seen := len(o.Terms.Deliverables), map[Ask]bool{}
	var asks []Ask
	for i, a := range c.Asks {
		add := func(part, code, detail string) {
			bad = append(bad, Field{fmt.Sprintf("asks[%d].%s", i, part), code, detail})
		}
		offered, known := a.offered(o)
		least, most := a.within()
		of := Ask{Of: a.Of, Deliverable: a.Deliverable}
		switch {
		case !known:
			add("deliverable", "unknown_deliverable", "The offer has no such piece.")
		case seen[of]:
			add("of", "twice", "This is asked for twice.")
		case a.Value < least || a.Value > most:
			add("value", "out_of_range", fmt.Sprintf("Ask for %d to %d.", least, most))
		case a.Value != offered:
			asks = append(asks, a)
		}
		seen[of] = true
		if a.Of == AskPieces {
			pieces += int(min(max(a.Value, 0), maxPieces+1) - 1)
		}
	}
	c.Asks = asks
	switch {
	case len(bad) > 0:
	case pieces == 0:
		bad = append(bad, Field{"asks", "nothing_left", "Without any piece nothing is left to agree on. Decline the offer instead."})
	case pieces > maxPieces:
		bad = append(bad, Field{"asks", "too_many", fmt.Sprintf("A contract has at most %d pieces.", maxPieces)})
	case c.Fee == nil && len(c.Asks) == 0 && c.Note == "":
		bad = append(bad, Field{"counter", "unchanged", "This is what was offered. Say what you ask for instead, or accept the offer."})
	}
	return bad
}

// offered is what the offer says of what is asked for; false where it has no such thing.
func (a Ask) offered(o Offer) (int64, bool) {
	switch a.Of {
	case AskFee:
		return o.Fee.Amount, true
	case AskUsage:
		return int64(o.Terms.UsageRightsDays), true
	case AskExclusivity:
		return int64(o.Terms.ExclusivityDays), true
	}
	if a.Deliverable < 0 || a.Deliverable >= len(o.Terms.Deliverables) {
		return 0, false
	}
	d := o.Terms.Deliverables[a.Deliverable]
	switch a.Of {
	case AskPieces:
		return 1, true
	case AskDraftDays:
		return int64(d.DraftDueDays), true
	case AskPublishDays:
		return int64(d.PublishDays), true
	}
	return 0, false
}

// within is the least and the most that can be asked for beside the fee.
func (a Ask) within() (least, most int64) {
	switch a.Of {
	case AskPieces:
		return 0, maxPieces
	case AskUsage, AskExclusivity:
		return 0, maxRightsDays
	}
	return 1, 730
}

// Asked says what the creator asks for instead of the offer, each beside what was offered; none where they have not asked.
func (o Offer) Asked(say Words) (lines []AskedLine) {
	add := func(a Ask, what, from, to string) {
		lines = append(lines, AskedLine{a, AmendedLine{What: what, From: from, To: to}})
	}
	if o.CounterFee != nil {
		add(Ask{Of: AskFee, Value: o.CounterFee.Amount}, say.Say("Fee"), say.Money(o.Fee), say.Money(*o.CounterFee))
	}
	for _, a := range o.Asks {
		if _, known := a.offered(o); !known {
			continue
		}
		n := int(a.Value)
		switch a.Of {
		case AskUsage:
			add(a, say.Say("Usage rights after publication"), say.Say("%d days long", o.Terms.UsageRightsDays), say.Say("%d days long", n))
			continue
		case AskExclusivity:
			add(a, say.Say("Exclusivity after publication"), say.Say("%d days long", o.Terms.ExclusivityDays), say.Say("%d days long", n))
			continue
		}
		was := o.Terms.Deliverables[a.Deliverable]
		is := was
		switch a.Of {
		case AskPieces:
			to := ""
			if n > 0 {
				to = say.Say("%d pieces", n)
			}
			add(a, say.quoted(was.Title), say.Say("%d pieces", 1), to)
		case AskDraftDays:
			is.DraftDueDays, is.DraftDueOn = n, ""
			add(a, say.Say("Draft of “%s”", was.Title), was.draftWords(say, was.startWords(say)), is.draftWords(say, is.startWords(say)))
		case AskPublishDays:
			is.PublishDays, is.PublishFrom, is.PublishUntil = n, "", ""
			add(a, say.Say("Publication of “%s”", was.Title), was.publishWords(say), is.publishWords(say))
		}
	}
	return lines
}
