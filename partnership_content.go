package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

func (p *Partnership) deliverable(id uuid.UUID) *DeliverableState {
	for i := range p.Deliverables {
		if p.Deliverables[i].ID == id {
			return &p.Deliverables[i]
		}
	}
	return nil
}

func (p *Partnership) set(d *DeliverableState, state string, now time.Time) {
	d.State, d.Since = state, now
	p.overtakeExtension(now, d)
	if state != "scheduled" {
		p.forgetPlan(d)
	}
	p.show(d, now)
	if d.Product != nil {
		p.closeProduct()
	}
	if state != "late" {
		p.notMissed(d)
	}
}

// show writes a deliverable as it stands.
func (p *Partnership) show(d *DeliverableState, now time.Time) {
	p.change(Change{Noun: "deliverable", ID: d.ID, State: d.State, At: now, N: d.Round, Ref: d.Submission, Due: d.DraftDue, Until: d.PublishBy, Planned: d.PublishAt, Code: d.Extra, Amount: d.ExtraFee})
}

func (p *Partnership) armDraft(now time.Time, d *DeliverableState) {
	if d.DraftDue.IsZero() {
		p.awaitProduct(now, d)
		return
	}
	if at := p.CreatorCalendar.AddDays(d.DraftDue, -p.Timings.DraftReminderDays); at.After(now) {
		p.arm(timerDraftReminder, d.ID, 0, at)
	} else {
		p.arm(timerDraftReminder, d.ID, 0, now.Add(d.DraftDue.Sub(now)/2))
	}
	p.arm(timerDraftLate, d.ID, 0, d.DraftDue.Add(p.CreatorCalendar.Span(p.grace())))
}

func (p *Partnership) armPublish(now time.Time, d *DeliverableState) {
	if at := p.CreatorCalendar.AddDays(d.PublishBy, -p.Timings.PublishReminderDays); at.After(now) {
		p.arm(timerPublish, d.ID, 0, at)
	}
	p.arm(timerPublishLate, d.ID, 0, d.PublishBy.Add(p.CreatorCalendar.Span(p.grace())))
}

func (p *Partnership) disarmDeliverable(d *DeliverableState) {
	for _, k := range []string{timerDraftReminder, timerDraftLate, timerPublish, timerPublishLate, timerVerify, timerCure, timerRound} {
		p.disarm(k, d.ID)
	}
	p.closeTask("late/" + d.ID.String())
	p.closeTask("cure/" + d.ID.String())
	p.closeTask("round/" + d.ID.String())
	d.Extra, d.ExtraFee = "", Money{}
}

func (p *Partnership) submit(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	if d.Review != uuid.Nil && d.State == "in_review" {
		p.send(Send{Workflow: "review", ID: d.Review, Signal: &Signal{ID: DeriveID(cmd.Ref2, "supersede"), Kind: SignalSuperseded, Ref: cmd.Ref2}})
		p.change(Change{Noun: "submission", ID: d.Submission, State: "superseded", At: now})
	}
	if d.Extra != "" {
		p.agreeRound(now, d, uuid.Nil) // who hands in another version makes the round
	}
	p.disarm(timerDraftReminder, d.ID)
	p.disarm(timerDraftLate, d.ID)
	p.closeTask("late/" + d.ID.String())
	d.Submission, d.Review = cmd.Ref2, DeriveID(cmd.Ref2, "review")
	p.fact(now, Fact{Kind: "draft_submitted", Ref: d.ID, Ref2: cmd.Ref2, N: d.Round + 1})
	p.change(Change{Noun: "submission", ID: cmd.Ref2, State: "in_review", At: now})
	p.set(d, "in_review", now)
	p.send(Send{Workflow: "review", ID: d.Review, Review: &Review{
		ID: d.Review, BrandID: p.BrandID, PartnershipID: p.ID, CampaignID: p.CampaignID, DeliverableID: d.ID, SubmissionID: cmd.Ref2,
		State: ReviewChecking, Timings: p.Timings, Core: NewCore(),
	}})
}

func (p *Partnership) reviewClosed(now time.Time, sig Signal) {
	d := p.deliverable(sig.Ref)
	if d == nil || d.Submission != sig.Ref2 || d.State != "in_review" {
		return // an older version's review, or one that was revoked meanwhile
	}
	state := sig.Code
	if state == ReviewChecksFailed {
		state = ReviewChangesRequested
	}
	p.change(Change{Noun: "submission", ID: sig.Ref2, State: state, At: now})
	switch sig.Code {
	case ReviewApproved:
		p.fact(now, Fact{Kind: "content_approved", Ref: d.ID, Ref2: sig.Ref2})
		if least := p.CreatorCalendar.AddBusinessDays(now, p.Timings.RevisionBusinessDays); d.PublishBy.Before(least) {
			d.PublishBy = least // a slow house is not the creator's fault
		}
		p.set(d, "approved_to_post", now)
		p.armPublish(now, d)
		mail := "content_approved"
		if d.Corrections = sig.Corrections; d.Corrections > 0 {
			mail = "approved_with_corrections"
		}
		p.do(Effect{Key: fmt.Sprintf("approved/%s/%d", sig.Ref2, d.Round), Kind: EffectMail, Code: mail, Ref: d.ID, Ref2: sig.Ref2})
		p.meet(now, TriggerApproval, d.ID)
		p.releasePayouts(now, d.ID, "approval_revoked")
	case ReviewChecksFailed:
		p.fact(now, Fact{Kind: "checks_sent_back", Ref: d.ID, Ref2: sig.Ref2})
		p.backToCreator(now, d)
		p.do(Effect{Key: fmt.Sprintf("changes/%s", sig.Ref2), Kind: EffectMail, Code: "changes_requested", Ref: d.ID, Ref2: sig.Ref2})
	case ReviewChangesRequested:
		d.Round++
		p.fact(now, Fact{Kind: "changes_requested", Ref: d.ID, Ref2: sig.Ref2, N: d.Round})
		if p.Contract != nil && d.Round > p.Contract.Rounds {
			p.askRound(now, d)
			p.do(Effect{Key: fmt.Sprintf("changes/%s", sig.Ref2), Kind: EffectMail, Code: "extra_round", Ref: d.ID, Ref2: sig.Ref2})
			return
		}
		p.backToCreator(now, d)
		p.do(Effect{Key: fmt.Sprintf("changes/%s", sig.Ref2), Kind: EffectMail, Code: "changes_requested", Ref: d.ID, Ref2: sig.Ref2})
	case ReviewRejected:
		p.fact(now, Fact{Kind: "content_rejected", Ref: d.ID, Ref2: sig.Ref2})
		p.set(d, "rejected", now)
		p.cancelMilestonesOf(now, d.ID)
		p.do(Effect{Key: fmt.Sprintf("rejected/%s", sig.Ref2), Kind: EffectMail, Code: "content_rejected", Ref: d.ID, Ref2: sig.Ref2})
		p.advance(now)
	}
}

// backToCreator waits for the creator's next version.
func (p *Partnership) backToCreator(now time.Time, d *DeliverableState) {
	d.DraftDue = p.CreatorCalendar.AddBusinessDays(now, p.Timings.RevisionBusinessDays)
	if d.PublishBy.Before(d.DraftDue) {
		d.PublishBy = d.DraftDue
	}
	p.set(d, "changes_requested", now)
	p.armDraft(now, d)
}

// ---- revision rounds that the contract does not include

// askRound waits for the creator's word: nothing is due while it is out.
func (p *Partnership) askRound(now time.Time, d *DeliverableState) {
	d.Extra, d.ExtraFee = "asked", Money{}
	p.fact(now, Fact{Kind: "round_asked", Ref: d.ID, N: d.Round})
	p.set(d, "changes_requested", now)
	p.waitForRound(now, d)
}

func (p *Partnership) waitForRound(now time.Time, d *DeliverableState) {
	p.arm(timerRound, d.ID, 0, p.CreatorCalendar.AddBusinessDays(now, p.Timings.RevisionBusinessDays))
}

// agreeRound goes on with the round, and owes what was offered for it once the content is approved.
func (p *Partnership) agreeRound(now time.Time, d *DeliverableState, actor uuid.UUID) {
	p.disarm(timerRound, d.ID)
	p.closeTask("round/" + d.ID.String())
	p.fact(now, Fact{Kind: "round_agreed", Ref: d.ID, Actor: actor, N: d.Round, Amount: d.ExtraFee})
	if d.Extra == "offered" && d.ExtraFee.Amount > 0 {
		m := MilestoneState{ID: DeriveID(d.ID, fmt.Sprintf("round/%d", d.Round)), Trigger: TriggerApproval, Deliverable: d.ID, State: "pending", Amount: d.ExtraFee}
		p.Milestones = append(p.Milestones, m)
		p.change(Change{Noun: "milestone", ID: m.ID, State: "added", At: now, Ref: d.ID, Amount: m.Amount, N: d.Round})
	}
	d.Extra, d.ExtraFee = "", Money{}
	p.backToCreator(now, d)
}

func (p *Partnership) declineRound(now time.Time, d *DeliverableState) {
	d.Extra, d.ExtraFee = "declined", Money{}
	p.disarm(timerRound, d.ID)
	p.fact(now, Fact{Kind: "round_declined", Ref: d.ID, N: d.Round})
	p.show(d, now)
	p.task(TaskChange{Key: "round/" + d.ID.String(), Kind: "round_declined", OwnerID: p.OwnerID, Ref: d.ID, Due: p.taskDue(now)})
}

func (p *Partnership) offerRound(now time.Time, d *DeliverableState, cmd Command) {
	d.Extra, d.ExtraFee = "offered", cmd.Amount
	p.closeTask("round/" + d.ID.String())
	p.show(d, now)
	p.fact(now, Fact{Kind: "round_offered", Ref: d.ID, Actor: cmd.Actor, Amount: cmd.Amount, N: d.Round})
	p.waitForRound(now, d)
	p.do(Effect{Key: fmt.Sprintf("round/%s/%d/%d", d.ID, d.Round, p.Seq), Kind: EffectMail, Code: "round_offered", Ref: d.ID, Ref2: d.Submission})
}

// roundUnanswered asks the owner to talk to the creator, and goes on waiting.
func (p *Partnership) roundUnanswered(now time.Time, d *DeliverableState) {
	p.fact(now, Fact{Kind: "round_unanswered", Ref: d.ID, N: d.Round})
	p.task(TaskChange{Key: "round/" + d.ID.String(), Kind: "round_unanswered", OwnerID: p.OwnerID, Ref: d.ID, Due: p.taskDue(now)})
}

// ---- taking an approval back

// Revocation is what taking back the approval of a deliverable would do.
type Revocation struct {
	Refused  *Refusal
	Holds    []MilestoneState // their payouts wait until the content is approved again
	DraftDue time.Time        // when the creator's next version would be due
}

// PreviewRevoke says what CmdRevokeApproval would do now, without doing it.
func (p *Partnership) PreviewRevoke(deliverable uuid.UUID, now time.Time) Revocation {
	v := Revocation{Refused: p.Allowed(Command{Kind: CmdRevokeApproval, Ref: deliverable}, now)}
	if v.Refused != nil {
		return v
	}
	v.DraftDue = p.CreatorCalendar.AddBusinessDays(now, p.Timings.RevisionBusinessDays)
	p.eachPayout(deliverable, func(m *MilestoneState) { v.Holds = append(v.Holds, *m) })
	return v
}

func (p *Partnership) revoke(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	p.disarm(timerPublish, d.ID)
	p.disarm(timerPublishLate, d.ID)
	d.Corrections = 0
	d.DraftDue = p.CreatorCalendar.AddBusinessDays(now, p.Timings.RevisionBusinessDays)
	p.fact(now, Fact{Kind: "approval_revoked", Ref: d.ID, Ref2: d.Submission, Actor: cmd.Actor})
	p.change(Change{Noun: "submission", ID: d.Submission, State: "approval_revoked", At: now})
	p.set(d, "changes_requested", now)
	p.armDraft(now, d)
	p.holdPayouts(d.ID, "approval_revoked")
	p.do(Effect{Key: fmt.Sprintf("revoked/%s/%d", d.Submission, p.Seq), Kind: EffectMail, Code: "approval_revoked", Ref: d.ID})
}

// paidForApproval says that money for the approval has reached the creator: then it is a matter of a reversal.
func (p *Partnership) paidForApproval(deliverable uuid.UUID) bool {
	return slices.ContainsFunc(p.Milestones, func(m MilestoneState) bool {
		return m.Trigger == TriggerApproval && m.State == "settled" && (m.Deliverable == deliverable || m.Deliverable == uuid.Nil)
	})
}

// ---- posts

func (p *Partnership) postReported(now time.Time, cmd Command) {
	d := p.deliverable(cmd.Ref)
	p.disarm(timerPublish, d.ID)
	p.disarm(timerPublishLate, d.ID)
	p.closeTask("late/" + d.ID.String())
	p.disarm(timerVerify, d.ID)
	d.PostedAt, d.Check, d.Misses, d.Uncured = now, 0, 0, false
	p.fact(now, Fact{Kind: "post_reported", Ref: d.ID, Actor: cmd.Actor})
	p.set(d, "posted", now)
	p.planKeyDates(now)
	p.countFrom(now, d)
	p.verify(d)
}

func (d DeliverableState) verifyKey() string {
	return fmt.Sprintf("verify/%s/%d/%d/%d", d.ID, d.PostedAt.UnixMilli(), d.Check, d.Misses)
}

func (p *Partnership) verify(d *DeliverableState) {
	p.do(Effect{Key: d.verifyKey(), Kind: EffectVerify, Ref: d.ID, N: d.Check})
}

func (p *Partnership) verified(now time.Time, d *DeliverableState, e Effect, code string) {
	if d == nil || (d.State != "posted" && d.State != "verified") || e.Key != d.verifyKey() {
		return // it looked at an older address, or a later look is on its way
	}
	key := "cure/" + d.ID.String()
	switch code {
	case "ok":
		p.closeTask(key)
		p.disarm(timerCure, d.ID)
		d.Misses, d.Uncured = 0, false
		p.fact(now, Fact{Kind: "post_verified", Ref: d.ID, N: d.Check})
		p.releasePayouts(now, d.ID, "post_mismatch")
		if d.State == "verified" && slices.ContainsFunc(p.Timers, func(t Timer) bool { return t.Kind == timerVerify && t.Ref == d.ID }) {
			return // a look between the planned ones, which still come
		}
		p.disarm(timerVerify, d.ID)
		if d.State == "posted" {
			d.Verified = true
			p.set(d, "verified", now)
			p.meet(now, TriggerPosted, d.ID)
			p.meet(now, TriggerVerified, d.ID)
		}
		if d.Check < len(p.Timings.VerifyAgainDays) {
			p.arm(timerVerify, d.ID, d.Check+1, p.CreatorCalendar.AddDays(d.PostedAt, p.Timings.VerifyAgainDays[d.Check]))
			d.Check++
			return
		}
		p.accept(now, d, uuid.Nil)
	case "unreachable":
		d.Misses++
		if d.Misses <= p.Timings.UnreachableRetries {
			p.arm(timerVerify, d.ID, d.Check, now.Add(p.CreatorCalendar.Span(p.Timings.UnreachableRetry)))
			return
		}
		p.mismatch(now, d, key, "unreachable")
	default:
		d.Misses++
		p.mismatch(now, d, key, "mismatch")
	}
}

// mismatch asks the creator once to put the post right, and then the house to decide. It is looked at on and on, in case it is.
func (p *Partnership) mismatch(now time.Time, d *DeliverableState, key, code string) {
	due := now.Add(p.CreatorCalendar.Span(p.Timings.CureGrace))
	if p.Quiet && d.Uncured {
		p.arm(timerCure, d.ID, d.Check, due)
		return
	}
	p.fact(now, Fact{Kind: "post_mismatch", Ref: d.ID, Code: code, Until: due})
	p.task(TaskChange{Key: key, Kind: "post_mismatch", Code: code, OwnerID: p.OwnerID, Ref: d.ID, Due: due})
	p.holdPayouts(d.ID, "post_mismatch")
	p.arm(timerCure, d.ID, d.Check, due)
	p.do(Effect{Key: fmt.Sprintf("mismatch/%s/%d/%d", d.ID, d.Check, d.Misses), Kind: EffectMail, Code: "post_mismatch", Ref: d.ID})
}

// uncured has the house decide on a post that was not put right in time, and looks at it once more.
func (p *Partnership) uncured(now time.Time, d *DeliverableState) {
	if d == nil || d.Terminal() {
		return
	}
	if !p.Quiet || !d.Uncured {
		p.fact(now, Fact{Kind: "cure_overdue", Ref: d.ID})
		p.task(TaskChange{Key: "cure/" + d.ID.String(), Kind: "post_not_cured", OwnerID: p.OwnerID, Role: RoleOps, Ref: d.ID, Due: now})
	}
	d.Uncured = true
	d.Misses++
	p.verify(d)
}

func (p *Partnership) accept(now time.Time, d *DeliverableState, actor uuid.UUID) {
	p.disarmDeliverable(d)
	p.fact(now, Fact{Kind: "content_accepted", Ref: d.ID, Actor: actor})
	if !d.Verified {
		d.Verified = true
		p.meet(now, TriggerPosted, d.ID)
		p.meet(now, TriggerVerified, d.ID)
	}
	p.set(d, "accepted", now)
	p.releasePayouts(now, d.ID, "post_mismatch")
	p.advance(now)
}
