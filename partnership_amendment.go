package rapport

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"
)

// openContract is the contract or the amendment that a command is about; without a ref the amendment that is out, else the contract.
func (p *Partnership) openContract(ref uuid.UUID) *ContractState {
	for _, c := range []*ContractState{p.Amendment, p.Contract} {
		if c != nil && (ref == uuid.Nil || ref == c.ID) {
			return c
		}
	}
	return nil
}

// contractNoun begins the kinds of what happens to a contract or to an amendment.
func (p *Partnership) contractNoun(c *ContractState) string {
	if c == p.Amendment {
		return "amendment"
	}
	return "contract"
}

// unsigned ends a contract, or an amendment, that one of the parties does not sign.
func (p *Partnership) unsigned(now time.Time, cmd Command, state string) {
	if p.openContract(cmd.Ref) == p.Amendment {
		p.endAmendment(now, state, "", cmd.Actor)
		p.advance(now)
		return
	}
	p.endContract(now, state, cmd.Actor)
}

// allowedAmendment says why a running term could not be changed now.
func (p *Partnership) allowedAmendment() *Refusal {
	switch {
	case p.Contract == nil || !p.in(StageActive, StageWrappingUp) && !(p.in(StageCompleted, StageLapsed) && p.anyRight()):
		return p.refuse("wrong_stage")
	case p.Amendment != nil:
		return &Refusal{Code: "amendment_is_out", State: p.Amendment.State, At: p.Amendment.At}
	}
	return nil
}

func (p *Partnership) amend(now time.Time, cmd Command) {
	p.Amendment = &ContractState{ID: cmd.Ref, State: "internal_approval", At: now}
	p.fact(now, Fact{Kind: "amendment_drafted", Ref: cmd.Ref, Ref2: p.Contract.ID, Actor: cmd.Actor})
	p.change(Change{Noun: "contract", ID: cmd.Ref, State: "internal_approval", At: now})
	p.task(TaskChange{Key: "contract/" + cmd.Ref.String(), Kind: "approve_contract", Code: "amendment", Role: RoleOps, OwnerID: p.OwnerID, Ref: cmd.Ref, Due: p.taskDue(now)})
}

// endAmendment ends one that was not signed by both. The term goes on as it was agreed.
func (p *Partnership) endAmendment(now time.Time, state, code string, actor uuid.UUID) {
	a := p.Amendment
	p.Amendment = nil
	p.fact(now, Fact{Kind: "amendment_" + state, Ref: a.ID, Actor: actor, Code: code})
	p.change(Change{Noun: "contract", ID: a.ID, State: state, At: now})
	p.disarm(timerSignExpiry, a.ID)
	p.disarm(timerSignReminder, a.ID)
	p.closeTask("contract/" + a.ID.String())
	if state == "declined" || state == "expired" {
		p.task(TaskChange{Key: "amendment/" + a.ID.String(), Kind: "amendment_ended", Code: state, OwnerID: p.OwnerID, Ref: a.ID, Due: p.taskDue(now)})
	}
}

// amendmentIsOut says that the term may still get something to do by an amendment that the creator has.
func (p *Partnership) amendmentIsOut() bool {
	return p.Amendment != nil && p.Amendment.State != "internal_approval"
}

// dropUnsent ends an amendment that nobody has sent: it goes with the term.
func (p *Partnership) dropUnsent(now time.Time) {
	if p.Amendment != nil && p.Amendment.State == "internal_approval" {
		p.endAmendment(now, "withdrawn", "term_over", uuid.Nil)
	}
}

// amended plans the running term anew, in one step. What became owed or done between the signature and now is not touched: a person is told.
func (p *Partnership) amended(now time.Time, plan *ContractPlan) {
	a, was := p.Amendment, p.wantedKeyDates()
	p.Amendment = nil
	p.fact(now, Fact{Kind: "amendment_executed", Ref: a.ID, Ref2: p.Contract.ID, Until: plan.EndsAt})
	p.BrandCalendar, p.CreatorCalendar = plan.BrandCalendar, plan.CreatorCalendar
	p.Contract.Rounds = plan.Rounds
	p.Contract.UsageRightsDays, p.Contract.AllowlistingDays, p.Contract.ExclusivityDays = plan.UsageRightsDays, plan.AllowlistingDays, plan.ExclusivityDays
	if plan.Late != nil { // before dates move: they are armed with the new grace
		p.changeLate(plan.Late)
	}
	overtaken := false
	for _, m := range plan.Moved {
		m, stands := p.stillMoves(now, m)
		overtaken = !p.moveDeliverable(now, m) || !stands || overtaken
	}
	for i := range plan.Deliverables {
		p.Deliverables = append(p.Deliverables, plan.Deliverables[i])
		d := &p.Deliverables[len(p.Deliverables)-1]
		p.armDraft(now, d)
		p.set(d, "awaiting_draft", now)
	}
	first := len(p.Milestones)
	p.Milestones = append(p.Milestones, plan.Milestones...)
	for _, id := range plan.DroppedMilestones {
		if m := p.milestone(id); m != nil && m.State == "pending" {
			p.disarm(timerMilestone, m.ID)
			p.cancelMilestone(now, m)
		} else if m != nil && m.State != "cancelled" {
			overtaken = true
		}
	}
	for _, id := range plan.Dropped {
		overtaken = !p.dropDeliverable(now, id) || overtaken
	}
	p.moveEnd(now, plan)
	overtaken = !p.changeOption(now, plan) || overtaken
	for i := first; i < len(p.Milestones); i++ {
		p.startMilestone(now, &p.Milestones[i])
	}
	for _, e := range plan.Extended {
		overtaken = !p.extendKeyDate(now, e) || overtaken
	}
	p.planKeyDates(now)
	p.dropTakeDowns(now, was)
	if overtaken {
		p.task(TaskChange{Key: "amendment/" + a.ID.String(), Kind: "amendment_overtaken", OwnerID: p.OwnerID, Ref: a.ID, Due: p.taskDue(now)})
	}
	p.advance(now)
}

// stillMoves is the move without the dates that would take time from the creator which they were given after it was drafted, by a review that sent the piece back
// or by an extension, or that would have passed by now. It answers false where one was left out.
func (p *Partnership) stillMoves(now time.Time, m DeliverableMove) (DeliverableMove, bool) {
	d, all := p.deliverable(m.ID), true
	if d == nil {
		return m, true
	}
	overtaken := func(to, was, is time.Time) bool {
		return !to.IsZero() && !was.IsZero() && to.Before(is) && (!to.After(now) || !is.Truncate(time.Second).Equal(was.Truncate(time.Second)))
	}
	if overtaken(m.DraftDue, m.DraftWas, d.DraftDue) {
		m.DraftDue, all = time.Time{}, false
	}
	if overtaken(m.PublishBy, m.PublishWas, d.PublishBy) {
		m.PublishBy, all = time.Time{}, false
	}
	if !m.PublishBy.IsZero() && !m.PublishWas.IsZero() && m.PublishBy.Before(d.PublishBy) && m.PublishBy.Before(cmp.Or(m.DraftDue, d.DraftDue)) {
		m.PublishBy, all = time.Time{}, false // the draft that it was to follow is due later by now
	}
	return m, all
}

// moveDeliverable gives a deliverable its new dates and arms its timers anew. It answers false where a date is past changing.
func (p *Partnership) moveDeliverable(now time.Time, m DeliverableMove) bool {
	d := p.deliverable(m.ID)
	if d == nil || !postOwed(d.State) || !m.DraftDue.IsZero() && !draftOwed(d.State) {
		return false
	}
	if !m.DraftDue.IsZero() {
		d.DraftDue = m.DraftDue
	}
	if !m.PublishBy.IsZero() {
		d.PublishBy = m.PublishBy
	}
	switch {
	case draftOwed(d.State) && (m.DraftDue.IsZero() || d.State == "late" && !d.DraftDue.After(now)):
		// The draft is due, or late, as it was: neither is said again.
	case draftOwed(d.State):
		p.notMissed(d)
		for _, k := range []string{timerDraftReminder, timerDraftLate} {
			p.disarm(k, d.ID)
		}
		p.closeTask("late/" + d.ID.String())
		if d.Extra == "" { // else the creator's word on another round is awaited, and its due date comes with it
			p.armDraft(now, d)
		}
		if d.State == "late" {
			d.State, d.Since = "awaiting_draft", now
		}
	case d.State != "in_review":
		p.notMissed(d)
		p.closeTask("late/" + d.ID.String())
		p.disarm(timerPublish, d.ID)
		p.armPublish(now, d)
		p.planFits(now, d)
	}
	p.show(d, now)
	return true
}

// dropDeliverable ends a piece that is not owed any more, with its review and what was to be paid for it.
func (p *Partnership) dropDeliverable(now time.Time, id uuid.UUID) bool {
	d := p.deliverable(id)
	if d == nil || !postOwed(d.State) {
		return false
	}
	p.endDeliverable(now, d, "cancelled")
	return true
}

// endDeliverable ends one that nothing was published of.
func (p *Partnership) endDeliverable(now time.Time, d *DeliverableState, state string) {
	if d.State == "in_review" {
		p.send(Send{Workflow: "review", ID: d.Review, Signal: &Signal{ID: DeriveID(d.Review, "cancel"), Kind: SignalCancelled}})
	}
	p.disarmDeliverable(d)
	p.set(d, state, now)
	p.cancelMilestonesOf(now, d.ID)
}

// moveEnd arms everything that hangs on the end of the term anew.
func (p *Partnership) moveEnd(now time.Time, plan *ContractPlan) {
	c := p.Contract
	if plan.EndsAt.Equal(c.EndsAt) && plan.NoticeBy.Equal(c.NoticeBy) {
		return
	}
	later := plan.EndsAt.After(c.EndsAt)
	c.EndsAt, c.NoticeBy = plan.EndsAt, plan.NoticeBy
	p.arm(timerTermEnd, c.ID, 0, c.EndsAt)
	p.closeTask(p.unfinishedTask())
	for i := range p.Milestones {
		if m := &p.Milestones[i]; m.Trigger == TriggerDate && m.State == "pending" {
			m.At = c.EndsAt
			if !m.On.IsZero() {
				m.At = earliest(m.On, c.EndsAt)
			}
			p.arm(timerMilestone, m.ID, 0, m.At)
		}
	}
	if p.Renewal == RenewalOffered { // it may come back unanswered
		p.arm(timerNotice, c.ID, 0, c.NoticeBy)
	}
	if p.Quiet && (p.Renewal == RenewalDeclined || p.Renewal == RenewalLapsed) && later && c.NoticeBy.After(now) {
		p.arm(timerNotice, c.ID, 0, c.NoticeBy)
		p.reopenRenewal(now)
		return
	}
	if p.Renewal != RenewalNotDue && p.Renewal != RenewalReviewOpen {
		return
	}
	p.disarm(timerRenewalLadder, uuid.Nil)
	p.arm(timerNotice, c.ID, 0, c.NoticeBy)
	if p.Renewal == RenewalNotDue {
		p.armReview(now)
		return
	}
	p.armLadder(now)
	p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", OwnerID: p.OwnerID, Ref: c.ID, Due: c.NoticeBy})
}

// startMilestone arms a new milestone, or meets it where what it waits for has happened already.
func (p *Partnership) startMilestone(now time.Time, m *MilestoneState) {
	if m.State != "pending" {
		return
	}
	if !m.At.IsZero() {
		p.arm(timerMilestone, m.ID, 0, m.At)
		return
	}
	reached := m.Trigger == TriggerSignature
	if !reached && m.Deliverable == uuid.Nil {
		reached = p.anyCounts() && p.allReached(m.Trigger)
	} else if d := p.deliverable(m.Deliverable); d != nil {
		states := map[Trigger][]string{
			TriggerApproval: {"approved_to_post", "scheduled", "posted", "verified", "accepted"}, TriggerPosted: {"posted", "verified", "accepted"}, TriggerVerified: {"verified", "accepted"},
		}
		reached = slices.Contains(states[m.Trigger], d.State)
	}
	if reached {
		p.metOne(now, m)
	}
}
