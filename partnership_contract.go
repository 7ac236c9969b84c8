package rapport

import (
	"time"

	"github.com/google/uuid"
)

// ---- offers

func (p *Partnership) sendOffer(now time.Time, cmd Command) {
	p.Offer = &OfferState{ID: cmd.Ref, State: "sent", Fee: cmd.Amount, At: now, Expires: p.CreatorCalendar.AddDays(now, p.Timings.OfferExpiryDays)}
	p.fact(now, Fact{Kind: "offer_sent", Ref: cmd.Ref, Actor: cmd.Actor, Amount: cmd.Amount, Until: p.Offer.Expires})
	p.change(Change{Noun: "offer", ID: cmd.Ref, State: "sent", At: now, Until: p.Offer.Expires})
	p.armOffer(now, p.Offer)
	p.disarm(timerQuiet, uuid.Nil)
	p.answered(now, Signal{Ref: cmd.Ref})
	p.closeTalk()
	if p.Stage != StageNegotiating {
		p.to(StageNegotiating, now, uuid.Nil)
	}
	p.do(Effect{Key: "offer/" + cmd.Ref.String(), Kind: EffectMail, Code: "offer", Ref: cmd.Ref})
}

func (p *Partnership) armOffer(now time.Time, o *OfferState) {
	p.arm(timerOfferExpiry, o.ID, 0, o.Expires)
	for i, d := range p.Timings.OfferReminderDays {
		if at := p.CreatorCalendar.AddDays(o.Expires, -d); at.After(now) {
			p.arm(timerOfferReminder, o.ID, i, at)
		}
	}
}

func (p *Partnership) endOffer(now time.Time, o *OfferState, state string, actor uuid.UUID) {
	o.State = state
	p.fact(now, Fact{Kind: "offer_" + state, Ref: o.ID, Actor: actor, Amount: o.Fee})
	p.change(Change{Noun: "offer", ID: o.ID, State: state, At: now})
	p.disarm(timerOfferExpiry, o.ID)
	p.disarm(timerOfferReminder, o.ID)
}

// offerOut is the offer that the creator may answer, of this term or of the next one; nil for none.
func (p *Partnership) offerOut() *OfferState {
	for _, o := range []*OfferState{p.Offer, p.RenewalOffer} {
		if o != nil && o.State == "sent" {
			return o
		}
	}
	return nil
}

func (p *Partnership) dropOffer(now time.Time, state string) {
	if p.Offer != nil && p.Offer.State == "sent" {
		p.endOffer(now, p.Offer, state, uuid.Nil)
	}
}

// ---- contract

func (p *Partnership) draftContract(now time.Time, offer uuid.UUID) {
	p.to(StageContractOut, now, uuid.Nil)
	p.do(Effect{Key: "contract/" + offer.String(), Kind: EffectDraftContract, Ref: offer, N: p.Term})
}

func (p *Partnership) contractDrafted(now time.Time, id uuid.UUID) {
	p.Contract = &ContractState{ID: id, State: "internal_approval", At: now}
	p.fact(now, Fact{Kind: "contract_drafted", Ref: id})
	p.task(TaskChange{Key: "contract/" + id.String(), Kind: "approve_contract", Role: RoleOps, OwnerID: p.OwnerID, Ref: id, Due: p.taskDue(now)})
}

func (p *Partnership) sendContract(now time.Time, cmd Command) {
	c := p.openContract(cmd.Ref)
	c.State, c.At = "out_for_signature", now
	c.Expires = p.CreatorCalendar.AddDays(now, p.Timings.SignatureExpiryDays)
	p.fact(now, Fact{Kind: p.contractNoun(c) + "_sent", Ref: c.ID, Actor: cmd.Actor, Until: c.Expires})
	p.change(Change{Noun: "contract", ID: c.ID, State: c.State, At: now, Until: c.Expires})
	p.closeTask("contract/" + c.ID.String())
	p.arm(timerSignExpiry, c.ID, 0, c.Expires)
	p.arm(timerSignReminder, c.ID, 1, p.CreatorCalendar.AddDays(now, p.Timings.SignatureFirstReminder))
	p.do(Effect{Key: "sign/" + c.ID.String(), Kind: EffectMail, Code: "contract", Ref: c.ID})
}

func (p *Partnership) endContract(now time.Time, state string, actor uuid.UUID) {
	c := p.Contract
	c.State = state
	p.fact(now, Fact{Kind: "contract_" + state, Ref: c.ID, Actor: actor})
	p.change(Change{Noun: "contract", ID: c.ID, State: state, At: now})
	p.disarm(timerSignExpiry, c.ID)
	p.disarm(timerSignReminder, c.ID)
	p.closeTask("contract/" + c.ID.String())
	p.to(StageNegotiating, now, uuid.Nil)
	p.releaseOffer(now)
	p.task(TaskChange{Key: "offer_expired", Kind: "make_new_offer", Code: state, OwnerID: p.OwnerID, Ref: c.ID, Due: p.taskDue(now)})
}

// releaseOffer ends an accepted offer whose contract came to nothing, so that its budget is free again.
func (p *Partnership) releaseOffer(now time.Time) {
	if p.Offer != nil && p.Offer.State == "accepted" {
		p.Offer.State = "withdrawn"
		p.change(Change{Noun: "offer", ID: p.Offer.ID, State: "withdrawn", At: now})
	}
}

func (p *Partnership) executed(now time.Time, plan *ContractPlan) {
	c := p.Contract
	c.State, c.At, c.EndsAt, c.NoticeBy, c.Rounds = "executed", now, plan.EndsAt, plan.NoticeBy, plan.Rounds
	c.Late = plan.Late
	p.BrandCalendar, p.CreatorCalendar = plan.BrandCalendar, plan.CreatorCalendar
	p.Deliverables, p.Milestones = plan.Deliverables, plan.Milestones
	c.UsageRightsDays, c.AllowlistingDays, c.ExclusivityDays = plan.UsageRightsDays, plan.AllowlistingDays, plan.ExclusivityDays
	p.fact(now, Fact{Kind: "contract_executed", Ref: c.ID, Until: c.EndsAt})
	p.to(StageActive, now, uuid.Nil)
	p.Renewal, p.RenewalOffer = RenewalNotDue, nil
	p.giveOption(now, plan.Option)
	for i := range p.Deliverables {
		d := &p.Deliverables[i]
		d.State, d.Since = "planned", now
		p.armDraft(now, d)
	}
	for _, m := range p.Milestones {
		if !m.At.IsZero() {
			p.arm(timerMilestone, m.ID, 0, m.At)
		}
	}
	p.arm(timerTermEnd, c.ID, 0, c.EndsAt)
	p.arm(timerNotice, c.ID, 0, c.NoticeBy)
	p.armReview(now)
	p.do(Effect{Key: "brief/" + c.ID.String(), Kind: EffectMail, Code: "brief", Ref: c.ID})
	p.PayeeReminded = 0
	if !plan.Outside {
		p.do(Effect{Key: "payee/" + c.ID.String(), Kind: EffectOnboard, Ref: p.CreatorID})
	}
	p.meet(now, TriggerSignature, uuid.Nil)
}
