package rapport

import (
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
	if p.in(StageTerminated, StageLapsed) && !p.afterTheEnd(cmd.Kind) {
		if (cmd.Kind == CmdBan || cmd.Kind == CmdUnban) && !p.Done() { // what is still owed
			return nil
		}
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
		if p.offerOut() == nil {
			return p.refuse("no_offer_out")
		}
	case CmdDecideKeyDate:
		return p.allowedOnKeyDate(cmd)
	case CmdAmend:
		return p.allowedAmendment()
	case CmdSendContract:
		c := p.openContract(cmd.Ref)
		if c == nil {
			return p.refuse("contract_unknown")
		}
		if c.State != "internal_approval" {
			return &Refusal{Code: "contract_decided", State: c.State, At: c.At}
		}
	case CmdSignContract, CmdDeclineContract, CmdWithdrawContr:
		c := p.openContract(cmd.Ref)
		if c == nil {
			return p.refuse("contract_unknown")
		}
		if c.State != "out_for_signature" && !(cmd.Kind == CmdWithdrawContr && c.State == "internal_approval") {
			return &Refusal{Code: "contract_decided", State: c.State, At: c.At}
		}
	case CmdSubmit, CmdReportPost, CmdRetryCheck, CmdAcceptContent, CmdWaive, CmdRevokeApproval, CmdAgreeRound, CmdDeclineRound, CmdOfferRound:
		return p.allowedOnDeliverable(cmd)
	case CmdSchedulePost, CmdUnschedulePost:
		return p.allowedSchedule(cmd, now)
	case CmdNoteDelivery:
		return p.allowedDelivery(cmd, now)
	case CmdRequestExtension, CmdWithdrawExtension, CmdGrantExtension, CmdDeclineExtension:
		return p.allowedExtension(cmd, now)
	case CmdRecordNumber, CmdDropBonus, CmdGiveBonus:
		return p.allowedBonus(cmd, now)
	case CmdRenew:
		if p.Renewal != RenewalReviewOpen && !p.offersAgain(now) && !(p.Renewal == RenewalNotDue && p.in(StageActive, StageWrappingUp, StageCompleted)) {
			return &Refusal{Code: "renewal_decided", State: p.Renewal}
		}
		if !p.in(StageActive, StageWrappingUp, StageCompleted) {
			return p.refuse("wrong_stage")
		}
	case CmdExerciseOption:
		return p.allowedOption(cmd, now)
	case CmdLetLapse:
		if p.Renewal != RenewalReviewOpen {
			return &Refusal{Code: "renewal_not_open", State: p.Renewal}
		}
	case CmdTerminate:
		return p.changedSince(cmd, now)
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
		CmdSchedulePost:   {"approved_to_post", "scheduled"},
		CmdUnschedulePost: {"scheduled"},
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
			p.closeOption(now, RenewalAgreed)
			p.fact(now, Fact{Kind: "renewal_agreed", Ref: o.ID, Amount: o.Fee})
			p.advance(now)
			p.endTermIfDue(now)
		} else {
			p.draftContract(now, o.ID)
		}
	case CmdDeclineOffer:
		o := p.offerOf(cmd.Ref)
		if o == p.RenewalOffer {
			p.endOffer(now, o, "declined", uuid.Nil)
			p.Renewal = RenewalDeclined
			p.closeRenewal()
			if p.Quiet {
				p.fact(now, Fact{Kind: "renewal_declined", Ref: p.Contract.ID, Ref2: o.ID, Until: p.Contract.NoticeBy})
				p.task(TaskChange{Key: p.renewalTask(), Kind: "renewal_declined", OwnerID: p.OwnerID, Ref: p.Contract.ID, Due: p.taskDue(now)})
			}
		} else {
			p.endOffer(now, o, "declined", uuid.Nil)
			p.declined(now, cmd.Actor)
		}
	case CmdCounterOffer:
		o := p.offerOf(cmd.Ref)
		p.endOffer(now, o, "countered", uuid.Nil)
		p.record.Facts[len(p.record.Facts)-1].Amount = cmd.Amount
		if o == p.RenewalOffer {
			p.backToReview(now, "countered")
		}
		p.task(TaskChange{Key: "counter", Kind: "answer_counter", OwnerID: p.OwnerID, Ref: o.ID, Due: p.taskDue(now)})
	case CmdWithdrawOffer:
		o := p.offerOut()
		p.endOffer(now, o, "withdrawn", cmd.Actor)
		if o == p.RenewalOffer {
			p.backToReview(now, "")
		} else {
			p.to(StageInConversation, now, uuid.Nil)
		}
	case CmdSendContract:
		p.sendContract(now, cmd)
	case CmdSignContract:
		c := p.openContract(cmd.Ref)
		p.fact(now, Fact{Kind: p.contractNoun(c) + "_signed", Ref: c.ID})
		p.disarm(timerSignExpiry, c.ID)
		p.disarm(timerSignReminder, c.ID)
		c.State, c.At = "executed", now
		p.do(Effect{Key: "execute/" + c.ID.String(), Kind: EffectExecute, Ref: c.ID, At: now})
	case CmdDecideKeyDate:
		p.decideKeyDate(now, cmd)
	case CmdAmend:
		p.amend(now, cmd)
	case CmdDeclineContract:
		p.unsigned(now, cmd, "declined")
	case CmdWithdrawContr:
		p.unsigned(now, cmd, "withdrawn")
	case CmdSubmit:
		p.submit(now, cmd)
	case CmdReportPost:
		p.postReported(now, cmd)
	case CmdSchedulePost:
		p.schedulePost(now, cmd)
	case CmdUnschedulePost:
		p.unschedulePost(now, p.deliverable(cmd.Ref), cmd)
	case CmdRetryCheck:
		d := p.deliverable(cmd.Ref)
		d.Misses++
		p.fact(now, Fact{Kind: "check_retried", Ref: d.ID, Actor: cmd.Actor})
		p.verify(d)
	case CmdAcceptContent:
		p.accept(now, p.deliverable(cmd.Ref), cmd.Actor)
	case CmdWaive:
		d := p.deliverable(cmd.Ref)
		p.fact(now, Fact{Kind: "content_waived", Ref: d.ID, Actor: cmd.Actor})
		p.endDeliverable(now, d, "waived")
		p.advance(now)
	case CmdRevokeApproval:
		p.revoke(now, cmd)
	case CmdAgreeRound:
		p.agreeRound(now, p.deliverable(cmd.Ref), cmd.Actor)
	case CmdDeclineRound:
		p.declineRound(now, p.deliverable(cmd.Ref))
	case CmdOfferRound:
		p.offerRound(now, p.deliverable(cmd.Ref), cmd)
	case CmdNoteDelivery:
		p.productDelivered(now, cmd.Until, uuid.Nil, cmd.Actor)
	case CmdRequestExtension:
		p.requestExtension(now, cmd)
	case CmdWithdrawExtension:
		p.endExtension(now, p.deliverable(cmd.Ref), "withdrawn", Command{}, DeliverableMove{})
	case CmdGrantExtension:
		p.grantExtension(now, cmd)
	case CmdDeclineExtension:
		p.declineExtension(now, cmd)
	case CmdRecordNumber:
		p.recordNumber(now, cmd)
	case CmdDropBonus:
		p.dropBonus(now, cmd)
	case CmdGiveBonus:
		p.giveBonus(now, cmd)
	case CmdRenew:
		p.Renewal = RenewalOffered
		p.RenewalOffer = &OfferState{ID: cmd.Ref, State: "sent", Fee: cmd.Amount, At: now, Expires: p.CreatorCalendar.AddDays(now, p.Timings.OfferExpiryDays)}
		p.fact(now, Fact{Kind: "renewal_offered", Ref: cmd.Ref, Actor: cmd.Actor, Amount: cmd.Amount, Until: p.RenewalOffer.Expires})
		p.change(Change{Noun: "offer", ID: cmd.Ref, State: "sent", At: now, Until: p.RenewalOffer.Expires})
		p.closeTask(p.renewalTask())
		p.closeTask(p.renewalTask() + "/late")
		p.closeTask("counter")
		p.disarm(timerRenewalLadder, uuid.Nil)
		p.disarm(timerRenewalReview, uuid.Nil)
		p.armOffer(now, p.RenewalOffer)
		p.do(Effect{Key: "offer/" + cmd.Ref.String(), Kind: EffectMail, Code: "renewal_offer", Ref: cmd.Ref})
	case CmdExerciseOption:
		p.exerciseOption(now, cmd)
	case CmdLetLapse:
		p.closeOption(now, RenewalLapsed)
		p.Renewal = RenewalLapsed
		p.fact(now, Fact{Kind: "renewal_lapsed", Actor: cmd.Actor, Code: "decided"})
		p.closeRenewal()
		p.endTermIfDue(now)
	case CmdTerminate:
		p.terminate(now, cmd.Actor)
	case CmdBan:
		if p.in(StageTerminated, StageLapsed) {
			p.fact(now, Fact{Kind: "banned", Actor: cmd.Actor})
			p.holdPayouts(uuid.Nil, "ban")
			break
		}
		p.Before = p.Stage
		p.fact(now, Fact{Kind: "banned", Actor: cmd.Actor})
		for i := range p.Timers {
			p.Timers[i].Held = true
		}
		p.holdPayouts(uuid.Nil, "ban")
		p.to(StageBanned, now, cmd.Actor)
	case CmdUnban:
		p.fact(now, Fact{Kind: "unbanned", Actor: cmd.Actor})
		if p.in(StageTerminated, StageLapsed) {
			p.releasePayouts(now, uuid.Nil, "ban")
			break
		}
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

// reminders names the deadline that each reminder speaks of.
var reminders = map[string]string{ //nolint:gochecknoglobals // a constant table
	timerOfferReminder: timerOfferExpiry, timerSignReminder: timerSignExpiry, timerDraftReminder: timerDraftLate, timerPublish: timerPublishLate, timerNotPosted: timerPublishLate,
	timerRenewalLadder: timerNotice, timerKeyReminder: timerKeyDate,
}

// partnershipButtons are the commands that people of the house have, in the order of the page.
var partnershipButtons = []CommandKind{ //nolint:gochecknoglobals // a constant list
	CmdSendOffer, CmdWithdrawOffer, CmdSendContract, CmdWithdrawContr, CmdAmend, CmdGiveBonus, CmdRenew, CmdLetLapse, CmdLogReply, CmdMarkDeclined, CmdStartAgain,
	CmdPause, CmdResume, CmdSnooze, CmdTerminate,
}
