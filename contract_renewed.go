package rapport

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// ExecutedAmendment is an amendment that both have signed.
type ExecutedAmendment struct {
	ID      uuid.UUID
	Changes Amendment
}

// RenewedTerms are what the next term begins with: the terms as they are now, with the pieces and the parts of the fee that amendments brought, and
// without those that they took. fee is what the contract was first signed for. The parts are shares in whole percents, of what they come to together,
// by the method of the largest remainder; where no amendment touched pieces or money, they are the contract's own.
func RenewedTerms(contract uuid.UUID, t ContractTerms, fee Money, amendments []ExecutedAmendment) ContractTerms {
	type piece struct {
		id    uuid.UUID
		terms DeliverableTerms
	}
	type part struct {
		id, of uuid.UUID // of is the piece that it waits for; zero for all
		terms  MilestoneTerms
		amount Money
	}
	var pieces []piece
	var parts []part
	for i, d := range t.Deliverables {
		pieces = append(pieces, piece{pieceID(contract, i), d})
	}
	amounts := t.Amounts(fee)
	for i, m := range t.Milestones {
		p := part{id: partID(contract, i), terms: m, amount: amounts[i]}
		if m.Deliverable != nil {
			p.of = pieces[*m.Deliverable].id
		}
		parts = append(parts, p)
	}
	touched := false
	for _, a := range amendments {
		c := a.Changes
		touched = touched || len(c.Deliverables)+len(c.Dropped)+len(c.Milestones)+len(c.DroppedMilestones) > 0
		for i, d := range c.Deliverables {
			pieces = append(pieces, piece{pieceID(a.ID, i), d})
		}
		for i, m := range c.Milestones {
			p := part{id: partID(a.ID, i), of: m.Deliverable, amount: Money{m.Amount, fee.Currency}}
			if m.New != nil {
				p.of = pieceID(a.ID, *m.New)
			}
			p.terms = MilestoneTerms{Title: m.Title, Trigger: m.Trigger, NetDays: m.NetDays, OwedOn: m.OwedOn, HoldUntil: m.HoldUntil}
			parts = append(parts, p)
		}
		pieces = slices.DeleteFunc(pieces, func(p piece) bool { return slices.Contains(c.Dropped, p.id) })
		parts = slices.DeleteFunc(parts, func(p part) bool { return slices.Contains(c.DroppedMilestones, p.id) })
	}
	if !touched {
		return t
	}
	t.Deliverables, t.Milestones = nil, nil
	for _, p := range pieces {
		t.Deliverables = append(t.Deliverables, p.terms)
	}
	var shares []int64
	for _, p := range parts {
		if p.terms.Bonus == 0 {
			shares = append(shares, p.amount.Amount)
		}
	}
	percents := wholePercents(shares)
	for _, p := range parts {
		if p.terms.Bonus == 0 {
			p.terms.Percent, percents = percents[0], percents[1:]
		}
		p.terms.Deliverable = nil
		if i := slices.IndexFunc(pieces, func(x piece) bool { return x.id == p.of }); i >= 0 {
			p.terms.Deliverable = &i
		}
		t.Milestones = append(t.Milestones, p.terms)
	}
	return t
}

// wholePercents are the shares of a sum in percents that sum to 100, none of them below 1 while there are at most 100 of them.
func wholePercents(shares []int64) []int {
	sum := int64(0)
	for _, s := range shares {
		sum += s
	}
	percents, order := make([]int, len(shares)), make([]int, len(shares))
	if sum <= 0 {
		return percents
	}
	left := 100
	for i, s := range shares {
		percents[i], order[i] = max(int(s*100/sum), 1), i
		left -= percents[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(shares[b]*100%sum, shares[a]*100%sum) })
	for i := 0; left > 0; i = (i + 1) % len(order) {
		percents[order[i]]++
		left--
	}
	for left < 0 { // those that were raised to 1 take it from the largest
		i := slices.Index(percents, slices.Max(percents))
		percents[i]--
		left++
	}
	return percents
}

func pieceID(paper uuid.UUID, i int) uuid.UUID {
	return DeriveID(paper, fmt.Sprintf("deliverable/%d", i))
}

func partID(paper uuid.UUID, i int) uuid.UUID { return DeriveID(paper, fmt.Sprintf("milestone/%d", i)) }
