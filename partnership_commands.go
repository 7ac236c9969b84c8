package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

func (p *Partnership) refuse(code string) *Refusal {
	return &Refusal{Code: code, State: string(p.Stage), At: p.StageAt}
}

func (p *Partnership) in(stages ...Stage) bool { return slices.Contains(stages, p.Stage) }

// Allowed says why the command would be refused now; nil means it is allowed. Reasons are stable words that the API puts in
// plain language.
func (p *Partnership) Allowed(cmd Command, now time.Time) *Refusal { //nolint:gocyclo,gocognit,funlen // one row a command: a table in code
	if p.in(StageTerminated, StageLapsed) {
		return p.refuse("ended")
	}
	if p.Stage == StageBanned && cmd.Kind != CmdUnban && cmd.Kind != CmdTerminate {
		return p.refuse("banned")
	}
	switch cmd.Kind {
	case CmdPause, CmdSnooze:
		if p.Paused {
			return p.refuse("already_paused")
		}
		if !p.Stage.Live() {
			return p.refuse("nothing_runs")
		}
		if cmd.Kind == CmdSnooze && !cmd.Until.IsZero() && !cmd.Until.After(now) {
			return p.refuse("time_is_past")
		}
	case CmdResume:
		if !p.Paused && !p.anyBlocked() {
			return p.refuse("not_paused")
		}
	case CmdLetMailGo, CmdSkipMail:
		if p.runOfDraft(cmd.Ref) == nil {
			return p.refuse("nothing_to_look_at")
		}
		if p.Paused && cmd.Kind == CmdLetMailGo {
			return p.refuse("already_paused")
		}
	case CmdMoveSequence:
		return p.allowedMove(cmd)
	case CmdSnoozeThread:
		if !cmd.Until.After(now) {
			return p.refuse("time_is_past")
		}
	case CmdWakeThread:
	case CmdLogReply:
		if !p.in(StageOutreach, StageInConversation, StageNegotiating, StageUnresponsive) {
			return p.refuse("wrong_stage")
		}
	case CmdMarkDeclined:
		if !p.in(StageOutreach, StageInConversation, StageNegotiating) {
			return p.refuse("wrong_stage")
		}
	case CmdStartAgain:
		if !p.in(StageUnresponsive, StageDeclined) {
			return p.refuse("wrong_stage")
		}
		if now.Before(p.CoolOffUntil) {
			return &Refusal{Code: "cooling_off", State: string(p.Stage), At: p.CoolOffUntil}
		}
	case CmdSendOffer:
		if !p.in(StageInConversation, StageNegotiating) {
			return p.refuse("wrong_stage")
		}
		if p.Offer != nil && p.Offer.State == "sent" {
			return p.refuse("offer_is_out")
		}
	case CmdAcceptOffer, CmdDeclineOffer, CmdCounterOffer:
		if o := p.offerOf(cmd.Ref); o == nil {
			return p.refuse("offer_unknown")
		} else if o.State != "sent" {
			return &Refusal{Code: "offer_decided", State: o.State, At: o.At}
		}
	case CmdWithdrawOffer:
		if p.Offer == nil || p.Offer.State != "sent" {
			return p.refuse("no_offer_out")
		}
	case CmdSendContract:
		if p.Contract == nil || (cmd.Ref != uuid.Nil && p.Contract.ID != cmd.Ref) {
			return p.refuse("contract_unknown")
		}
		if p.Contract.State != "internal_approval" {
			return &Refusal{Code: "contract_decided", State: p.Contract.State, At: p.Contract.At}
		}
	case CmdSignContract, CmdDeclineContract, CmdWithdrawContr:
		if p.Contract == nil || (cmd.Ref != uuid.Nil && p.Contract.ID != cmd.Ref) {
			return p.refuse("contract_unknown")
		}
		if p.Contract.State != "out_for_signature" && !(cmd.Kind == CmdWithdrawContr && p.Contract.State == "internal_approval") {
			return &Refusal{Code: "contract_decided", State: p.Contract.State, At: p.Contract.At}
		}
	case CmdSubmit, CmdReportPost, CmdRetryCheck, CmdAcceptContent, CmdWaive, CmdRevokeApproval, CmdAgreeRound, CmdDeclineRound, CmdOfferRound:
		return p.allowedOnDeliverable(cmd)
	case CmdRenew:
		if p.Renewal != RenewalReviewOpen && !(p.Renewal == RenewalNotDue && p.in(StageActive, StageWrappingUp, StageCompleted)) {
			return &Refusal{Code: "renewal_decided", State: p.Renewal}
		}
		if !p.in(StageActive, StageWrappingUp, StageCompleted) {
			return p.refuse("wrong_stage")
		}
	case CmdLetLapse:
		if p.Renewal != RenewalReviewOpen {
			return &Refusal{Code: "renewal_not_open", State: p.Renewal}
		}
	case CmdTerminate:
	case CmdBan:
		if p.Stage == StageBanned {
			return p.refuse("already_banned")
		}
	case CmdUnban:
		if p.Stage != StageBanned {
			return p.refuse("not_banned")
		}
	default:
		return p.refuse("unknown_command")
	}
	return nil
}

func (p *Partnership) allowedOnDeliverable(cmd Command) *Refusal {
	if !p.in(StageActive) {
		return p.refuse("wrong_stage")
	}
	d := p.deliverable(cmd.Ref)
	if d == nil {
		return p.refuse("deliverable_unknown")
	}
	if !deliverableAllows(cmd.Kind, *d) {
		return &Refusal{Code: "deliverable_state", State: d.State, At: d.Since}
	}
	if cmd.Kind == CmdRevokeApproval && p.paidForApproval(d.ID) {
		return &Refusal{Code: "already_paid", State: d.State, At: d.Since}
	}
	round := map[CommandKind][]string{CmdAgreeRound: {"asked", "offered"}, CmdDeclineRound: {"asked", "offered"}, CmdOfferRound: {"asked", "offered", "declined"}}
	if states, asks := round[cmd.Kind]; asks && !slices.Contains(states, d.Extra) {
		return &Refusal{Code: "no_round_asked", State: d.State, At: d.Since}
	}
	if cmd.Kind == CmdAgreeRound && cmd.Amount.Currency != "" && cmd.Amount != d.ExtraFee {
		return &Refusal{Code: "another_fee", State: d.State, At: d.Since}
	}
	if cmd.Kind == CmdSubmit && d.Submission == cmd.Ref2 {
		return &Refusal{Code: "already_submitted", State: d.State, At: d.Since}
	}
	return nil
}

func deliverableAllows(k CommandKind, d DeliverableState) bool {
	states := map[CommandKind][]string{
		CmdSubmit:         {"planned", "brief_sent", "awaiting_draft", "changes_requested", "in_review", "late"},
		CmdReportPost:     {"approved_to_post", "scheduled", "posted"},
		CmdRetryCheck:     {"posted", "verified"},
		CmdAcceptContent:  {"posted", "verified"},
		CmdRevokeApproval: {"approved_to_post", "scheduled"},
		CmdAgreeRound:     {"changes_requested"},
		CmdDeclineRound:   {"changes_requested"},
		CmdOfferRound:     {"changes_requested"},
	}
	if k == CmdWaive {
		return !d.Terminal() && d.State != "posted" && d.State != "verified"
	}
	return slices.Contains(states[k], d.State)
}

func (p *Partnership) offerOf(id uuid.UUID) *OfferState {
	if p.Offer != nil && p.Offer.ID == id {
		return p.Offer
	}
	if p.RenewalOffer != nil && p.RenewalOffer.ID == id {
		return p.RenewalOffer
	}
	return nil
}

// Command applies an allowed command.
func (p *Partnership) Command(cmd Command, now time.Time) Reply { //nolint:gocyclo,funlen // one case a command
	switch cmd.Kind {
	case CmdPause, CmdSnooze:
		p.Paused = true
		p.hold(true, actingTimers...)
		kind := "paused"
		if cmd.Kind == CmdSnooze {
			kind = "snoozed"
			p.arm(timerResume, uuid.Nil, 0, cmd.Until)
		}
		p.fact(now, Fact{Kind: kind, Actor: cmd.Actor, Until: cmd.Until})
	case CmdResume:
		p.resume(now, cmd.Actor)
	case CmdLetMailGo:
		p.letGo(now, cmd)
	case CmdSkipMail:
		p.skipMail(now, cmd)
	case CmdMoveSequence:
		p.move(now, cmd)
	case CmdSnoozeThread:
		p.snoozeThread(now, cmd)
	case CmdWakeThread:
		p.wakeThread(now, cmd.Ref)
	case CmdLogReply:
		if p.Stage == StageUnresponsive {
			p.disarm(timerCoolOff, uuid.Nil)
			p.to(StageOutreach, now, cmd.Actor)
		}
		p.reply(now, cmd.Ref, cmd.Actor)
	case CmdMarkDeclined:
		p.declined(now, cmd.Actor)
	case CmdStartAgain:
		p.disarm(timerCoolOff, uuid.Nil)
		p.Outreach = Outreach{Round: p.Outreach.Round + 1}
		p.CoolOffUntil = time.Time{}
		p.to(StageOutreach, now, cmd.Actor)
		p.schedule(&p.Outreach, now, time.Time{})
	case CmdSendOffer:
		p.sendOffer(now, cmd)
	case CmdAcceptOffer:
		o := p.offerOf(cmd.Ref)
		p.endOffer(now, o, "accepted", uuid.Nil)
		if o == p.RenewalOffer {
			p.Renewal = RenewalAgreed
			p.closeRenewal()
			p.fact(now, Fact{Kind: "renewal_agreed", Ref: o.ID, Amount: o.Fee})
			p.advance(now)
			p.armTermEnd(now)
		} else {
			p.draftContract(now, o.ID)
		}
	case CmdDeclineOffer:
		o := p.offerOf(cmd.Ref)
		if o == p.RenewalOffer {
			p.endOffer(now, o, "declined", uuid.Nil)
			p.Renewal = RenewalDeclined
			p.closeRenewal()
		} else {
			p.endOffer(now, o, "declined", uuid.Nil)
			p.declined(now, cmd.Actor)
		}
	case CmdCounterOffer:
		o := p.offerOf(cmd.Ref)
		p.endOffer(now, o, "countered", uuid.Nil)
		p.record.Facts[len(p.record.Facts)-1].Amount = cmd.Amount
		if o == p.RenewalOffer {
			p.Renewal, p.RenewalOffer = RenewalReviewOpen, nil
		}
		p.task(TaskChange{Key: "counter", Kind: "answer_counter", OwnerID: p.OwnerID, Ref: o.ID, Due: p.taskDue(now)})
	case CmdWithdrawOffer:
		p.endOffer(now, p.Offer, "withdrawn", cmd.Actor)
		p.to(StageInConversation, now, uuid.Nil)
	case CmdSendContract:
		p.sendContract(now, cmd)
	case CmdSignContract:
		p.fact(now, Fact{Kind: "contract_signed", Ref: p.Contract.ID})
		p.disarm(timerSignExpiry, p.Contract.ID)
		p.disarm(timerSignReminder, p.Contract.ID)
		p.Contract.State, p.Contract.At = "executed", now
		p.do(Effect{Key: "execute/" + p.Contract.ID.String(), Kind: EffectExecute, Ref: p.Contract.ID, At: now})
	case CmdDeclineContract:
		p.endContract(now, "declined", cmd.Actor)
	case CmdWithdrawContr:
		p.endContract(now, "withdrawn", cmd.Actor)
	case CmdSubmit:
		p.submit(now, cmd)
	case CmdReportPost:
		p.postReported(now, cmd)
	case CmdRetryCheck:
		d := p.deliverable(cmd.Ref)
		d.Misses++
		p.fact(now, Fact{Kind: "check_retried", Ref: d.ID, Actor: cmd.Actor})
		p.verify(d)
	case CmdAcceptContent:
		p.accept(now, p.deliverable(cmd.Ref), cmd.Actor)
	case CmdWaive:
		d := p.deliverable(cmd.Ref)
		if d.State == "in_review" {
			p.send(Send{Workflow: "review", ID: d.Review, Signal: &Signal{ID: DeriveID(d.Review, "cancel"), Kind: SignalCancelled}})
		}
		p.disarmDeliverable(d)
		p.fact(now, Fact{Kind: "content_waived", Ref: d.ID, Actor: cmd.Actor})
		p.set(d, "waived", now)
		p.cancelMilestonesOf(now, d.ID)
		p.advance(now)
	case CmdRevokeApproval:
		p.revoke(now, cmd)
	case CmdAgreeRound:
		p.agreeRound(now, p.deliverable(cmd.Ref), cmd.Actor)
	case CmdDeclineRound:
		p.declineRound(now, p.deliverable(cmd.Ref))
	case CmdOfferRound:
		p.offerRound(now, p.deliverable(cmd.Ref), cmd)
	case CmdRenew:
		p.Renewal = RenewalOffered
		p.RenewalOffer = &OfferState{ID: cmd.Ref, State: "sent", Fee: cmd.Amount, At: now, Expires: p.CreatorCalendar.AddDays(now, p.Timings.OfferExpiryDays)}
		p.fact(now, Fact{Kind: "renewal_offered", Ref: cmd.Ref, Actor: cmd.Actor, Amount: cmd.Amount, Until: p.RenewalOffer.Expires})
		p.change(Change{Noun: "offer", ID: cmd.Ref, State: "sent", At: now, Until: p.RenewalOffer.Expires})
		p.closeTask(p.renewalTask())
		p.closeTask("counter")
		p.disarm(timerRenewalLadder, uuid.Nil)
		p.disarm(timerRenewalReview, uuid.Nil)
		p.armOffer(now, p.RenewalOffer)
		p.do(Effect{Key: "offer/" + cmd.Ref.String(), Kind: EffectMail, Code: "renewal_offer", Ref: cmd.Ref})
	case CmdLetLapse:
		p.Renewal = RenewalLapsed
		p.fact(now, Fact{Kind: "renewal_lapsed", Actor: cmd.Actor, Code: "decided"})
		p.closeRenewal()
		p.armTermEnd(now)
	case CmdTerminate:
		p.terminate(now, cmd.Actor)
	case CmdBan:
		p.Before = p.Stage
		p.fact(now, Fact{Kind: "banned", Actor: cmd.Actor})
		for i := range p.Timers {
			p.Timers[i].Held = true
		}
		p.holdPayouts(uuid.Nil, "ban")
		p.to(StageBanned, now, cmd.Actor)
	case CmdUnban:
		p.fact(now, Fact{Kind: "unbanned", Actor: cmd.Actor})
		p.to(p.Before, now, cmd.Actor)
		p.Before = ""
		for i := range p.Timers {
			p.Timers[i].Held = p.Paused && slices.Contains(actingTimers, p.Timers[i].Kind)
		}
		p.releasePayouts(now, uuid.Nil, "ban")
		for _, e := range p.Interrupted {
			p.do(e)
		}
		p.Interrupted = nil
		p.advance(now)
	default: // Allowed refuses what is not a partnership's
	}
	return Reply{Seq: p.Seq}
}

// armTermEnd re-arms the end of the term, whose timer may have fired before the decision.
func (p *Partnership) armTermEnd(now time.Time) {
	if p.Stage == StageCompleted && p.Contract != nil && !p.Contract.EndsAt.After(now) {
		p.termEnd(now)
	}
}

func (p *Partnership) resume(now time.Time, actor uuid.UUID) {
	p.disarm(timerResume, uuid.Nil)
	p.fact(now, Fact{Kind: "resumed", Actor: actor})
	p.Paused = false
	p.hold(false, actingTimers...)
	p.unblock(now, &p.Outreach)
	for i := range p.Runs {
		p.unblock(now, &p.Runs[i])
	}
}

// Signal takes the event of a machine.
func (p *Partnership) Signal(sig Signal, now time.Time) {
	switch sig.Kind {
	case SignalMail:
		p.mail(now, sig)
	case SignalAnswered:
		p.answered(now, sig)
	case SignalDates:
		p.readDates()
	case SignalMerged:
		p.fact(now, Fact{Kind: "creator_merged", Ref: sig.Ref, Ref2: p.CreatorID})
		p.CreatorID = sig.Ref
	case SignalReviewClosed:
		p.reviewClosed(now, sig)
	case SignalPayoutClosed:
		for i := range p.Milestones {
			m := &p.Milestones[i]
			if m.ID != sig.Ref || m.State == "settled" || m.State == "cancelled" {
				continue
			}
			m.State = "settled"
			if sig.Code != "paid" {
				m.State = "cancelled"
			}
			p.fact(now, Fact{Kind: "milestone_" + m.State, Ref: m.ID, Ref2: sig.Ref2, Amount: m.Amount})
			p.change(Change{Noun: "milestone", ID: m.ID, State: m.State, At: now})
		}
		p.advance(now)
	}
}

func (p *Partnership) mail(now time.Time, sig Signal) {
	switch sig.Code {
	case "auto_reply":
		p.fact(now, Fact{Kind: "auto_reply", Ref: sig.Ref})
		later := p.CreatorCalendar.AddBusinessDays(now, p.Timings.AutoReplyPauseDays)
		for _, t := range slices.Clone(p.Timers) {
			if (t.Kind == timerStep || t.Kind == timerSequence) && later.After(t.At) {
				p.arm(t.Kind, t.Ref, t.N, later)
			}
		}
	case "bounce":
		p.fact(now, Fact{Kind: "bounced", Ref: sig.Ref})
		p.block(now, "bounced")
	case "soft_bounce":
		p.softBounce(now, sig.Ref)
	case MailUnfiled:
		p.waitForFiling(now, sig.Ref)
	case MailFiled:
		p.filed(now, sig.Ref)
	case "dropped":
		p.fact(now, Fact{Kind: "mail_failed", Ref: sig.Ref, Code: sig.Code})
		p.block(now, sig.Code)
	case "complaint", "unsubscribe":
		p.fact(now, Fact{Kind: map[string]string{"complaint": "complained", "unsubscribe": "unsubscribed"}[sig.Code], Ref: sig.Ref})
		if p.in(StageOutreach, StageInConversation) {
			p.declined(now, uuid.Nil)
		} else if sig.Code == "complaint" {
			p.block(now, sig.Code) // the address gets no mail at all any more
		}
	default:
		if p.in(StageUnresponsive) {
			p.disarm(timerCoolOff, uuid.Nil)
			p.to(StageOutreach, now, uuid.Nil)
		}
		p.reply(now, sig.Ref, uuid.Nil)
	}
}

// block stops the outreach until a person has mended what is in the way.
func (p *Partnership) block(now time.Time, code string) {
	if p.Stage != StageOutreach {
		p.task(TaskChange{Key: "address", Kind: "find_address", Code: code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
		return
	}
	p.blockRun(now, &p.Outreach, code)
}

// Outcome takes what came of an effect.
func (p *Partnership) Outcome(out Outcome, now time.Time) {
	e, ok := p.Core.answered(out.Key)
	if !ok {
		return
	}
	if p.Stage == StageBanned && (e.Kind == EffectExecute || e.Kind == EffectDraftContract || p.runOf(e.Key) != nil) {
		p.Interrupted = append(p.Interrupted, e)
		return
	}
	switch e.Kind {
	case EffectMail:
		p.mailed(now, e, out)
	case EffectDraftMail:
		if r := p.runOf(e.Key); r != nil {
			p.drafted(now, r, out)
		} else if out.Code == MailDrafted { // what asked for it has been stopped meanwhile
			p.change(Change{Noun: "message", ID: out.Ref, State: "cancelled", At: now})
		}
	case EffectBranch:
		if r := p.runOf(e.Key); r != nil {
			r.Step = e.Branch.to(out.Code == "yes")
			p.fact(now, Fact{Kind: "branch_taken", Ref: r.ID, Code: out.Code, N: r.Step})
			p.schedule(r, now, time.Time{})
		}
	case EffectReadDates:
		if e.Key == p.datesKey() { // an older question may have been answered by an older date
			p.Dates = out.Dates
		}
	case EffectDraftContract:
		if p.Stage == StageContractOut {
			p.contractDrafted(now, out.Ref)
		} else {
			p.change(Change{Noun: "contract", ID: out.Ref, State: "withdrawn", At: now})
		}
	case EffectExecute:
		if out.Contract != nil && p.Contract != nil && p.Contract.ID == e.Ref && p.Stage == StageContractOut {
			p.executed(now, out.Contract)
		} else if out.Contract != nil {
			p.undone(now, e.Ref, out.Contract)
		}
	case EffectOnboard:
		p.fact(now, Fact{Kind: "payee_invited", Code: out.Code})
		if out.Code == MailNoAddress {
			p.task(TaskChange{Key: "address", Kind: "find_address", Code: out.Code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
		}
	case EffectVerify:
		p.verified(now, p.deliverable(e.Ref), e, out.Code)
	}
}

// undone cancels the rows of a contract that was executed when the partnership had just ended.
func (p *Partnership) undone(now time.Time, contract uuid.UUID, plan *ContractPlan) {
	p.change(Change{Noun: "contract", ID: contract, State: "terminated", At: now})
	for _, d := range plan.Deliverables {
		p.change(Change{Noun: "deliverable", ID: d.ID, State: "cancelled", At: now})
	}
	for _, m := range plan.Milestones {
		p.change(Change{Noun: "milestone", ID: m.ID, State: "cancelled", At: now})
	}
}

func (p *Partnership) mailed(now time.Time, e Effect, out Outcome) {
	r := p.runOf(e.Key)
	switch out.Code {
	case MailAccepted, MailUnknown:
		p.fact(now, Fact{Kind: "mail_sent", Ref: out.Ref, Code: e.Code})
		if out.Code == MailUnknown {
			p.record.Facts[len(p.record.Facts)-1].Kind = "mail_unknown"
		}
		if r != nil {
			r.Sent++
			if r.MailStep != r.Step {
				r.Soft = 0
			}
			if r.Looked {
				p.change(Change{Noun: "message", ID: out.Ref, State: "answers", At: now})
			}
			r.Mail, r.MailStep, r.Deferred = out.Ref, r.Step, uuid.Nil
			p.goOn(r, now)
		}
		p.lateBounces(now, out.Ref)
		if e.Code == "brief" {
			for i := range p.Deliverables {
				if d := &p.Deliverables[i]; d.State == "planned" {
					p.set(d, "awaiting_draft", now)
				}
			}
		}
	case MailDeferred:
		if r != nil {
			p.fact(now, Fact{Kind: "mail_deferred", Code: e.Code, Until: out.At})
			r.Deferred = out.Ref
			p.arm(stepTimer(r), r.ID, 0, out.At)
		}
	case MailCancelled:
		p.fact(now, Fact{Kind: "mail_cancelled", Code: e.Code})
		switch {
		case r != nil && len(p.Unfiled) > 0:
			p.blockRun(now, r, MailUnfiled)
		case r != nil:
			p.blockRun(now, r, out.Code) // what stopped it may be cured, or brings a signal of its own
		case MailKindOf(e) == MailTransactional: // what stopped a sequence has stopped its mail rightly
			p.notMailed(now, e, out.Code)
		}
	default:
		p.fact(now, Fact{Kind: "mail_failed", Code: out.Code})
		if r != nil {
			p.blockRun(now, r, out.Code)
		} else {
			p.notMailed(now, e, out.Code)
		}
	}
}

// notMailed asks the owner to tell the creator in another way what a mail did not.
func (p *Partnership) notMailed(now time.Time, e Effect, code string) {
	p.task(TaskChange{Key: "mail/" + e.Key, Kind: "mail_failed", Code: code, OwnerID: p.OwnerID, Due: p.taskDue(now)})
}

// Tick fires the timers that are due.
func (p *Partnership) Tick(now time.Time) {
	for {
		p.planDates(now)
		t, ok := p.due(now)
		if !ok {
			return
		}
		if !p.overtaken(now, t) {
			p.fire(now, t)
		}
	}
}

// reminders names the deadline that each reminder speaks of.
var reminders = map[string]string{ //nolint:gochecknoglobals // a constant table
	timerOfferReminder: timerOfferExpiry, timerSignReminder: timerSignExpiry, timerDraftReminder: timerDraftLate, timerPublish: timerPublishLate,
	timerRenewalLadder: timerNotice,
}

// overtaken says that a reminder has nothing to say any more: after a pause or an outage, the next one or the deadline itself is
// due at the same moment.
func (p *Partnership) overtaken(now time.Time, t Timer) bool {
	end, reminds := reminders[t.Kind]
	return reminds && slices.ContainsFunc(p.Timers, func(x Timer) bool {
		return x.Ref == t.Ref && (x.Kind == t.Kind || x.Kind == end) && !x.Held && !x.At.After(now)
	})
}

func (p *Partnership) fire(now time.Time, t Timer) { //nolint:gocyclo,funlen // one case a timer
	switch t.Kind {
	case timerStep:
		p.runStep(&p.Outreach, now)
	case timerSequence:
		if r := p.run(t.Ref); r != nil {
			p.runStep(r, now)
		}
	case timerStart:
		p.started(now, t.Ref)
	case timerLook:
		p.lookOverdue(now, t.Ref)
	case timerAnswer:
		p.answerOverdue(now)
	case timerThread:
		p.wakeThread(now, t.Ref)
	case timerResume:
		p.resume(now, uuid.Nil)
	case timerQuiet:
		if p.Stage == StageInConversation {
			p.task(TaskChange{Key: "reply", Kind: "make_offer", OwnerID: p.OwnerID, Ref: p.ReplyRef, Due: p.taskDue(now)})
		}
	case timerCoolOff:
		p.fact(now, Fact{Kind: "cool_off_over"})
	case timerOfferReminder:
		p.do(Effect{Key: fmt.Sprintf("offer_reminder/%s/%d", t.Ref, t.N), Kind: EffectMail, Code: "offer_reminder", Ref: t.Ref})
	case timerOfferExpiry:
		p.offerExpired(now, t.Ref)
	case timerSignReminder:
		p.do(Effect{Key: fmt.Sprintf("sign_reminder/%s/%d", t.Ref, t.N), Kind: EffectMail, Code: "contract_reminder", Ref: t.Ref})
		if t.N < p.Timings.SignatureMaxReminders {
			p.nextSignReminder(now, t)
		}
	case timerSignExpiry:
		if p.Contract != nil && p.Contract.ID == t.Ref && p.Contract.State == "out_for_signature" {
			p.endContract(now, "expired", uuid.Nil)
		}
	case timerDraftReminder:
		if d := p.deliverable(t.Ref); d != nil {
			p.do(Effect{Key: fmt.Sprintf("draft_reminder/%s/%d", d.ID, t.At.Unix()), Kind: EffectMail, Code: "draft_reminder", Ref: d.ID})
		}
	case timerDraftLate:
		if d := p.deliverable(t.Ref); d != nil && slices.Contains([]string{"planned", "brief_sent", "awaiting_draft", "changes_requested"}, d.State) {
			p.late(now, d, "draft")
			p.set(d, "late", now)
		}
	case timerRound:
		if d := p.deliverable(t.Ref); d != nil && d.Extra != "" {
			p.roundUnanswered(now, d)
		}
	case timerPublish:
		if d := p.deliverable(t.Ref); d != nil {
			p.do(Effect{Key: fmt.Sprintf("publish_reminder/%s/%s", d.ID, d.Submission), Kind: EffectMail, Code: "publish_reminder", Ref: d.ID})
		}
	case timerPublishLate:
		if d := p.deliverable(t.Ref); d != nil && (d.State == "approved_to_post" || d.State == "scheduled") {
			p.late(now, d, "post")
		}
	case timerVerify:
		if d := p.deliverable(t.Ref); d != nil {
			p.verify(d)
		}
	case timerCure:
		if d := p.deliverable(t.Ref); d != nil && !d.Terminal() {
			p.fact(now, Fact{Kind: "cure_overdue", Ref: d.ID})
			p.task(TaskChange{Key: "cure/" + d.ID.String(), Kind: "post_not_cured", OwnerID: p.OwnerID, Role: RoleOps, Ref: d.ID, Due: now})
			d.Misses++
			p.verify(d)
		}
	case timerMilestone:
		for i := range p.Milestones {
			if m := &p.Milestones[i]; m.ID == t.Ref && m.State == "pending" {
				p.metOne(now, m)
			}
		}
	case timerRenewalReview:
		p.openRenewal(now)
	case timerRenewalLadder:
		if p.Renewal == RenewalReviewOpen {
			p.fact(now, Fact{Kind: "renewal_reminder", Ref: t.Ref, Until: p.Contract.NoticeBy})
			p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", OwnerID: p.OwnerID, Ref: t.Ref, Due: p.Contract.NoticeBy})
		}
	case timerNotice:
		if p.Renewal == RenewalNotDue || p.Renewal == RenewalReviewOpen {
			p.Renewal = RenewalLapsed
			p.fact(now, Fact{Kind: "renewal_lapsed", Code: "no_decision"})
			p.closeRenewal()
			p.task(TaskChange{Key: fmt.Sprintf("lapsed/%d", p.Term), Kind: "renewal_lapsed", Role: RoleAdmin, Ref: t.Ref, Due: p.taskDue(now)})
		}
	case timerTermEnd:
		p.termEnd(now)
	}
}

// nextSignReminder counts from the last one, or from now where a pause has swallowed the next.
func (p *Partnership) nextSignReminder(now time.Time, last Timer) {
	at := p.CreatorCalendar.AddDays(last.At, p.Timings.SignatureReminderEvery)
	if !at.After(now) {
		at = p.CreatorCalendar.AddDays(now, p.Timings.SignatureReminderEvery)
	}
	if p.Contract != nil && at.Before(p.Contract.Expires) {
		p.arm(timerSignReminder, last.Ref, last.N+1, at)
	}
}

func (p *Partnership) late(now time.Time, d *DeliverableState, code string) {
	p.fact(now, Fact{Kind: "content_late", Ref: d.ID, Code: code})
	p.task(TaskChange{Key: "late/" + d.ID.String(), Kind: "content_late", Code: code, OwnerID: p.OwnerID, Ref: d.ID, Due: p.taskDue(now)})
}

func (p *Partnership) offerExpired(now time.Time, id uuid.UUID) {
	o := p.offerOf(id)
	if o == nil || o.State != "sent" {
		return
	}
	p.endOffer(now, o, "expired", uuid.Nil)
	if o == p.RenewalOffer {
		p.Renewal, p.RenewalOffer = RenewalReviewOpen, nil
		if p.Contract == nil || !p.Contract.NoticeBy.After(now) {
			p.Renewal = RenewalLapsed
			p.fact(now, Fact{Kind: "renewal_lapsed", Code: "offer_expired"})
			p.armTermEnd(now)
			return
		}
		p.task(TaskChange{Key: p.renewalTask(), Kind: "decide_renewal", Code: "offer_expired", OwnerID: p.OwnerID, Ref: p.Contract.ID, Due: p.Contract.NoticeBy})
		return
	}
	p.to(StageInConversation, now, uuid.Nil)
	p.task(TaskChange{Key: "offer_expired", Kind: "make_new_offer", Code: "expired", OwnerID: p.OwnerID, Ref: o.ID, Due: p.taskDue(now)})
}

// partnershipButtons are the commands that people of the house have, in the order of the page.
var partnershipButtons = []CommandKind{ //nolint:gochecknoglobals // a constant list
	CmdSendOffer, CmdWithdrawOffer, CmdSendContract, CmdWithdrawContr, CmdRenew, CmdLetLapse, CmdLogReply, CmdMarkDeclined, CmdStartAgain,
	CmdPause, CmdResume, CmdSnooze, CmdTerminate,
}

// View is what the pages show.
func (p *Partnership) View(now time.Time) View {
	v := View{State: string(p.Stage), Paused: p.Paused, Term: p.Term, Renewal: p.Renewal, Timers: append([]Timer{}, p.Timers...), Waiting: p.waiting(), Commands: []CommandView{}}
	for _, k := range partnershipButtons {
		cv := CommandView{Kind: k}
		if r := p.Allowed(Command{Kind: k}, now); r != nil {
			cv.Refused = r.Code
		}
		v.Commands = append(v.Commands, cv)
	}
	for _, r := range p.looking() {
		for _, k := range []CommandKind{CmdLetMailGo, CmdSkipMail} {
			if p.Allowed(Command{Kind: k, Ref: r.Draft}, now) == nil {
				v.Commands = append(v.Commands, CommandView{Kind: k, Ref: r.Draft})
			}
		}
	}
	for _, d := range p.Deliverables {
		for _, k := range []CommandKind{CmdRetryCheck, CmdAcceptContent, CmdRevokeApproval, CmdOfferRound, CmdWaive} {
			if p.Allowed(Command{Kind: k, Ref: d.ID}, now) == nil {
				v.Commands = append(v.Commands, CommandView{Kind: k, Ref: d.ID})
			}
		}
	}
	return v
}

func (p *Partnership) waiting() []Waiting {
	w := []Waiting{}
	add := func(x Waiting) { w = append(w, x) }
	switch p.Stage {
	case StageOutreach:
		if p.Outreach.Blocked != "" {
			add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "unblock_outreach", Since: p.Outreach.Since})
		} else if p.Outreach.Sent > 0 {
			add(Waiting{For: "creator", Decision: "reply", Since: p.StageAt, Silence: "next_step"})
		}
	case StageInConversation:
		add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "make_offer", Since: p.StageAt, Silence: "reminder"})
	case StageNegotiating:
		if p.Offer != nil && p.Offer.State == "sent" {
			add(Waiting{For: "creator", Decision: "offer", Ref: p.Offer.ID, Since: p.Offer.At, Due: p.Offer.Expires, Silence: "offer_expires"})
		} else {
			add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "new_offer", Since: p.StageAt})
		}
	case StageContractOut:
		if p.Contract != nil && p.Contract.State == "internal_approval" {
			add(Waiting{For: "role", Who: string(RoleOps), Decision: "approve_contract", Ref: p.Contract.ID, Since: p.Contract.At})
		} else if p.Contract != nil && p.Contract.State == "out_for_signature" {
			add(Waiting{For: "creator", Decision: "sign", Ref: p.Contract.ID, Since: p.Contract.At, Due: p.Contract.Expires, Silence: "contract_expires"})
		}
	case StageActive, StageWrappingUp, StageCompleted:
		for _, m := range p.Milestones {
			if m.State == "met" && p.Stage == StageWrappingUp {
				add(Waiting{For: "provider", Decision: "payout", Ref: m.Payout, Since: p.StageAt})
			}
		}
		for _, d := range p.Deliverables {
			switch d.State {
			case "awaiting_draft", "changes_requested", "late":
				switch d.Extra {
				case "asked", "offered":
					add(Waiting{For: "creator", Decision: "extra_round", Ref: d.ID, Since: d.Since, Silence: "owner_reminded"})
					continue
				case "declined":
					add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "round_declined", Ref: d.ID, Since: d.Since})
					continue
				}
				add(Waiting{For: "creator", Decision: "draft", Ref: d.ID, Since: d.Since, Due: d.DraftDue, Silence: "draft_late"})
			case "in_review":
				add(Waiting{For: "role", Who: string(RoleApprover), Decision: "review", Ref: d.Review, Since: d.Since})
			case "approved_to_post", "scheduled":
				add(Waiting{For: "creator", Decision: "post", Ref: d.ID, Since: d.Since, Due: d.PublishBy, Silence: "post_late"})
			}
		}
		if p.Renewal == RenewalReviewOpen && p.Contract != nil {
			add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "renewal", Ref: p.Contract.ID, Since: p.StageAt, Due: p.Contract.NoticeBy, Silence: "renewal_lapses"})
		}
		if p.RenewalOffer != nil && p.RenewalOffer.State == "sent" {
			add(Waiting{For: "creator", Decision: "renewal_offer", Ref: p.RenewalOffer.ID, Since: p.RenewalOffer.At, Due: p.RenewalOffer.Expires, Silence: "offer_expires"})
		}
	case StageProspect, StageLapsed, StageUnresponsive, StageDeclined, StageTerminated, StageBanned:
	}
	for _, r := range p.looking() {
		add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "look_at_mail", Ref: r.Draft, Since: r.Since, Silence: "mail_waits"})
	}
	if !p.AnswerBy.IsZero() {
		add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "answer", Ref: p.ReplyRef, Since: p.ReplyAt, Due: p.AnswerBy, Silence: "answer_escalates"})
	}
	return w
}
