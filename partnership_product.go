package rapport

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// ProductState is what the dates of a deliverable are counted by when they begin with the delivery of a product.
type ProductState struct {
	DraftDays   int       `json:"draft_days"`
	PublishDays int       `json:"publish_days"`
	Signed      time.Time `json:"signed"`           // no time begins before both have signed
	Arrived     time.Time `json:"arrived,omitzero"` // what the dates are counted from; zero as long as nothing has arrived
	Due         time.Time `json:"due,omitzero"`     // when somebody looks where the product is
}

// dates are the draft's and the publication's when the product arrived at an instant.
func (s ProductState) dates(c Calendar, arrived time.Time) (draft, publish time.Time) {
	if arrived.Before(s.Signed) {
		arrived = s.Signed
	}
	draft = c.EndOfDay(c.AddBusinessDays(arrived, s.DraftDays))
	return draft, c.EndOfDay(c.AddBusinessDays(draft, s.PublishDays))
}

// waitsForProduct says that the time for the draft has not begun.
func (d DeliverableState) waitsForProduct() bool {
	return d.Product != nil && d.DraftDue.IsZero() && draftOwed(d.State)
}

func (p *Partnership) anyWaitsForProduct() bool {
	return slices.ContainsFunc(p.Deliverables, DeliverableState.waitsForProduct)
}

// awaitProduct begins the time of a deliverable when the product has arrived, which may have happened already.
func (p *Partnership) awaitProduct(now time.Time, d *DeliverableState) {
	if d.Product == nil {
		return
	}
	if !p.DeliveredAt.IsZero() {
		p.beginDraft(now, d)
		return
	}
	d.Product.Due = p.BrandCalendar.AddBusinessDays(now, cmp.Or(p.Timings.ProductWaitDays, DefaultTimings().ProductWaitDays))
	p.arm(timerProduct, p.Contract.ID, 0, d.Product.Due)
}

// beginDraft counts the dates of a deliverable from when the product arrived. A date that was agreed on since stays.
func (p *Partnership) beginDraft(now time.Time, d *DeliverableState) {
	var move DeliverableMove
	wasDraft, wasPublish := time.Time{}, time.Time{}
	if !d.Product.Arrived.IsZero() {
		wasDraft, wasPublish = d.Product.dates(p.CreatorCalendar, d.Product.Arrived)
	}
	d.Product.Arrived = p.DeliveredAt
	draft, publish := d.Product.dates(p.CreatorCalendar, p.DeliveredAt)
	if draftOwed(d.State) && d.DraftDue.Equal(wasDraft) {
		move.DraftDue = draft
	}
	if postOwed(d.State) && d.PublishBy.Equal(wasPublish) {
		move.PublishBy = publish
	}
	if move.DraftDue.IsZero() && move.PublishBy.IsZero() {
		return
	}
	move.ID = d.ID
	p.moveDeliverable(now, move)
	if !move.DraftDue.IsZero() {
		p.do(Effect{Key: fmt.Sprintf("product/%s/%d", d.ID, p.DeliveredAt.Unix()), Kind: EffectMail, Code: "product_delivered", Ref: d.ID})
	}
}

func (p *Partnership) allowedDelivery(cmd Command, now time.Time) *Refusal {
	switch {
	case !p.in(StageContractOut, StageActive):
		return p.refuse("wrong_stage")
	case cmd.Until.IsZero() || cmd.Until.After(now):
		return p.refuse("delivered_in_future")
	case p.in(StageActive) && !slices.ContainsFunc(p.Deliverables, func(d DeliverableState) bool { return d.Product != nil }):
		return p.refuse("no_product_awaited")
	}
	return nil
}

// productDelivered begins the time of what waits for the product, or, when it is told again with another time, puts its dates right.
func (p *Partnership) productDelivered(now, at time.Time, shipment, actor uuid.UUID) {
	if at.After(now) || at.IsZero() {
		at = now // the clock of a carrier
	}
	if !p.in(StageContractOut, StageActive) || p.DeliveredAt.Equal(at) {
		return
	}
	p.DeliveredAt = at
	p.fact(now, Fact{Kind: "product_delivered", Ref: shipment, Actor: actor, Until: at})
	p.change(Change{Noun: "product", ID: p.ID, State: "delivered", At: now, Until: at})
	for i := range p.Deliverables {
		if d := &p.Deliverables[i]; d.Product != nil {
			p.beginDraft(now, d)
		}
	}
	p.closeProduct()
}

// forgetProduct begins a term, whose product is another one.
func (p *Partnership) forgetProduct(now time.Time) {
	if !p.DeliveredAt.IsZero() {
		p.DeliveredAt = time.Time{}
		p.change(Change{Noun: "product", ID: p.ID, State: "awaited", At: now})
	}
}

// closeProduct stops waiting for a product that nothing waits for any more.
func (p *Partnership) closeProduct() {
	if !p.anyWaitsForProduct() {
		p.disarm(timerProduct, uuid.Nil)
		p.closeTask("product")
	}
}

func (p *Partnership) productOverdue(now time.Time) {
	if p.anyWaitsForProduct() {
		p.fact(now, Fact{Kind: "product_overdue", Ref: p.Contract.ID})
		p.task(TaskChange{Key: "product", Kind: "product_not_delivered", OwnerID: p.OwnerID, Ref: p.Contract.ID, Due: p.taskDue(now)})
	}
}

func (p *Partnership) productWait(d DeliverableState) Waiting {
	return Waiting{For: "outside", Who: "The product", Decision: "product", Ref: d.ID, Since: d.Since, Due: d.Product.Due, Silence: "owner_reminded"}
}
