package api

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"

	"rapport"
	"rapport/api/gen"
)

// EndingStore knows what ending a partnership would do beside what its workflow does.
type EndingStore interface {
	PartnershipStore

	PartnershipState(ctx context.Context, id uuid.UUID) (*rapport.Partnership, error)
	EndingMoney(ctx context.Context, partnership uuid.UUID, e rapport.Ending) (freed rapport.Money, owedBack *rapport.Money, err error)
}

// PreviewTermination says what ending a partnership would do, from the state that the workflow wrote down last: the workflow does the same from
// the same rules, and refuses the command when that is not what was shown any more.
func (s *Server) PreviewTermination(ctx context.Context, r gen.PreviewTerminationRequestObject) (gen.PreviewTerminationResponseObject, error) {
	store, err := storeAs[EndingStore](s)
	if err != nil {
		return nil, err
	}
	d, err := store.Partnership(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	p, err := store.PartnershipState(ctx, r.Id)
	if err != nil {
		return nil, called("partnership", err)
	}
	e, err := p.PreviewTermination(s.now())
	if err != nil {
		return nil, err
	}
	out := gen.PreviewTermination200JSONResponse{Allowed: e.Refused == nil, Money: []gen.TerminationMoney{}, Content: []gen.TerminationContent{}, Words: []string{}}
	if e.Refused != nil {
		reason := refusalWords(houseWords(ctx), "partnership", rapport.CmdTerminate, *e.Refused, "")
		out.Reason = &reason
		return out, nil
	}
	freed, owedBack, err := store.EndingMoney(ctx, r.Id, e)
	if err != nil {
		return nil, err
	}
	out.Shown = &e.Shown
	titles := titlesOf(d)
	sums := map[string]int64{}
	for _, m := range e.Money {
		out.Money = append(out.Money, toTerminationMoney(m, d, titles))
		sums[m.Outcome] += m.Amount.Amount
	}
	for _, c := range e.Content {
		out.Content = append(out.Content, gen.TerminationContent{DeliverableId: c.ID, Title: cmp.Or(titles[c.ID], "A piece"), Words: endedContentWords(c.State)})
	}
	out.Words = endingWords(houseWords(ctx), p, d, e, owedBack)
	if freed.Currency != "" {
		sum := func(amount int64) *gen.Money {
			return moneyOf(&rapport.Money{Amount: amount, Currency: freed.Currency})
		}
		out.Paid, out.Owed = sum(sums[rapport.EndedPaid]), sum(sums[rapport.EndedOwed]+sums[rapport.EndedHeld])
		out.Falls, out.Freed = sum(sums[rapport.EndedFallsOff]+sums[rapport.EndedRevoked]), sum(freed.Amount)
	}
	return out, nil
}

func toTerminationMoney(m rapport.EndedMoney, d rapport.PartnershipDetail, titles map[uuid.UUID]string) gen.TerminationMoney {
	var row rapport.PartnershipMilestone
	for _, x := range d.Milestones {
		if x.ID == m.ID {
			row = x
		}
	}
	return gen.TerminationMoney{
		Id: m.ID, Title: cmp.Or(titles[m.ID], "A payment"), Amount: toMoney(m.Amount), Outcome: gen.TerminationMoneyOutcome(m.Outcome), PayoutId: row.PayoutID,
		PayoutState: orNil(row.PayoutState), Words: endedMoneyWords(m, row, contentState(d, m.Deliverable)),
	}
}

func contentState(d rapport.PartnershipDetail, deliverable uuid.UUID) string {
	for _, x := range d.Deliverables {
		if x.ID == deliverable {
			return x.State
		}
	}
	return ""
}

// endedMoneyWords say what becomes of a part of the money, and why.
func endedMoneyWords(m rapport.EndedMoney, row rapport.PartnershipMilestone, content string) string {
	state := rapport.PayoutState(row.PayoutState)
	switch m.Outcome {
	case rapport.EndedPaid:
		return "It is paid, and stays with the creator."
	case rapport.EndedHeld:
		return "It is owed by now and held, and nobody looks any more at what holds it: finance decides whether it is paid."
	case rapport.EndedRevoked:
		if state == rapport.PayoutSubmitted || state == rapport.PayoutUnknown {
			return "The approval behind it was taken back, but it may be on its way: if it is, it stays paid and finance is told."
		}
		return "The approval behind it was taken back, so it is not owed: its payment is cancelled."
	case rapport.EndedFallsOff:
		switch {
		case row.CountsUntil != nil:
			return "Its number is not entered, so it falls away. If the number was reached, enter it first."
		case content == "posted" || content == "verified":
			return "The content is published, but what makes this owed has not happened, so it falls away. Wait if it is to be paid."
		}
		return "Nothing has made it owed, so it falls away."
	}
	return "It is owed by now, so it is still paid: " + cmp.Or(map[rapport.PayoutState]string{
		rapport.PayoutScheduled: "it waits for its day, and then for its approvals.", rapport.PayoutAwaitingApproval: "it goes on waiting for its approvals.",
		rapport.PayoutAwaitingPayee: "it waits until the creator can be paid.", rapport.PayoutAwaitingFunds: "it waits for funds.", rapport.PayoutApproved: "it is approved, and is sent.",
		rapport.PayoutSubmitted: "it is on its way, and is not stopped.", rapport.PayoutUnknown: "it may be on its way, and is looked up.",
		rapport.PayoutFailed: "it failed, and finance tries again or cancels it.", rapport.PayoutHeld: "it stays held until what holds it is settled.",
	}[state], "its payment goes on.")
}

// endedContentWords say what becomes of a piece that was in a state.
func endedContentWords(state string) string {
	return cmp.Or(map[string]string{
		"in_review": "Its review is cancelled, and it is not owed any more.", "approved_to_post": "It is approved, and need not be published any more.",
		"scheduled": "It is scheduled, and need not be published any more.", "posted": "It is published, and is not looked at any more.",
		"verified": "It is published, and is not looked at any more.",
	}[state], "It is not owed any more.")
}

// endingWords say what else happens, in order.
func endingWords(say rapport.Words, p *rapport.Partnership, d rapport.PartnershipDetail, e rapport.Ending, owedBack *rapport.Money) (words []string) {
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if c := e.Contract; c != nil {
		number := "The contract"
		if d.Contract != nil && d.Contract.ID == c.ID {
			number += " " + d.Contract.Number
		}
		if c.State == "terminated" {
			add("%s ends. What is published by now may be used as it allows.", number)
		} else {
			add("%s, which is not signed by both, is withdrawn.", number)
		}
	}
	if e.Amendment != uuid.Nil {
		add("The amendment that waits is withdrawn.")
	}
	if p.Offer != nil && p.Offer.State == "sent" {
		add("The offer of %s that the creator has is withdrawn.", say.Money(p.Offer.Fee))
	}
	if o := p.RenewalOffer; o != nil && (o.State == "sent" || o.State == "accepted") {
		add("The next term, offered for %s, is withdrawn.", say.Money(o.Fee))
	}
	if e.Option != nil {
		add("The option to take another term for %s, until %s, falls away.", say.Money(e.Option.Fee), say.Moment(e.Option.EndsAt))
	}
	if owedBack != nil {
		add("The creator owes %s back. That stays so, and is kept out of what is still paid.", say.Money(*owedBack))
	}
	if len(p.Timers) > 0 {
		add("Nothing is sent or reminded of by itself any more; no mail tells the creator of the end, so write to them.")
	}
	add("This cannot be undone.")
	return words
}
