package rapport

import (
	"slices"
	"time"
)

// View is what the pages show.
func (p *Partnership) View(now time.Time) View {
	v := View{State: string(p.Stage), Paused: p.Paused, Term: p.Term, Renewal: p.Renewal, Timers: append([]Timer{}, p.Timers...), Waiting: p.waiting(), Commands: []CommandView{}}
	for _, k := range partnershipButtons {
		cv := CommandView{Kind: k}
		if r := p.Allowed(Command{Kind: k}, now); r != nil {
			cv.Refused = r.Code
		}
		v.Commands = append(v.Commands, cv)
		if k == CmdRenew && p.Contract != nil && p.Contract.Option != nil {
			v.Commands = append(v.Commands, p.optionButton(now))
		}
	}
	for _, r := range p.looking() {
		for _, k := range []CommandKind{CmdLetMailGo, CmdSkipMail} {
			if p.Allowed(Command{Kind: k, Ref: r.Draft}, now) == nil {
				v.Commands = append(v.Commands, CommandView{Kind: k, Ref: r.Draft})
			}
		}
	}
	for _, m := range p.Milestones {
		if !m.CountsUntil.IsZero() && p.Allowed(Command{Kind: CmdDropBonus, Ref: m.ID}, now) == nil {
			v.Commands = append(v.Commands, CommandView{Kind: CmdRecordNumber, Ref: m.Deliverable}, CommandView{Kind: CmdDropBonus, Ref: m.ID})
		}
	}
	for _, d := range p.Deliverables {
		for _, k := range DeliverableButtons() {
			if p.Allowed(Command{Kind: k, Ref: d.ID}, now) == nil {
				v.Commands = append(v.Commands, CommandView{Kind: k, Ref: d.ID})
			}
		}
	}
	return v
}

// DeliverableButtons are the commands about one deliverable that people of the house have. A view names those that a deliverable takes now.
func DeliverableButtons() []CommandKind {
	return []CommandKind{CmdRetryCheck, CmdAcceptContent, CmdRevokeApproval, CmdOfferRound, CmdWaive}
}

// waitingNumbers are the numbers that bonuses depend on.
func (p *Partnership) waitingNumbers() (w []Waiting) {
	for _, m := range p.Milestones {
		if m.Trigger == TriggerThreshold && m.State == "pending" && !m.CountsUntil.IsZero() {
			w = append(w, Waiting{For: "user", Who: p.OwnerID.String(), Decision: "number", Ref: m.Deliverable, Since: p.StageAt, Due: m.CountsUntil, Silence: "number_asked"})
		}
	}
	return w
}

// OfPayout is what is waited for where a payout is, as the payout stands; part is an approval that it lacks.
func (w Waiting) OfPayout(state PayoutState, part string) Waiting {
	switch {
	case part != "":
		w.For, w.Who, w.Decision = "role", "finance_"+part, "approve_payout"
	case state == PayoutAwaitingPayee:
		w.For, w.Decision = "creator", "payment_details"
	case state == PayoutAwaitingFunds:
		w.For, w.Who, w.Decision = "role", string(RoleFinancePreparer), "top_up"
	case state == PayoutHeld:
		w.For, w.Who, w.Decision = "role", string(RoleFinancePreparer), "release_payout"
	case state == PayoutFailed:
		w.For, w.Who, w.Decision = "role", string(RoleFinanceReleaser), "retry_payout"
	}
	return w
}

// signatureWaits says who is waited for by a contract, or an amendment, that is not signed by both.
func signatureWaits(c *ContractState) []Waiting {
	switch c.State {
	case "internal_approval":
		return []Waiting{{For: "role", Who: string(RoleOps), Decision: "approve_contract", Ref: c.ID, Since: c.At}}
	case "out_for_signature":
		return []Waiting{{For: "creator", Decision: "sign", Ref: c.ID, Since: c.At, Due: c.Expires, Silence: "contract_expires"}}
	}
	return nil
}

// contentWaits says who is waited for by one piece of content.
func (p *Partnership) contentWaits(d DeliverableState) []Waiting {
	if d.waitsForProduct() {
		return []Waiting{p.productWait(d)}
	}
	switch d.State {
	case "awaiting_draft", "changes_requested", "late":
		switch d.Extra {
		case "asked", "offered":
			return []Waiting{{For: "creator", Decision: "extra_round", Ref: d.ID, Since: d.Since, Silence: "owner_reminded"}}
		case "declined":
			return []Waiting{{For: "user", Who: p.OwnerID.String(), Decision: "round_declined", Ref: d.ID, Since: d.Since}}
		}
		return []Waiting{{For: "creator", Decision: "draft", Ref: d.ID, Since: d.Since, Due: d.DraftDue, Silence: "draft_late"}}
	case "in_review":
		return []Waiting{{For: "role", Who: string(RoleApprover), Decision: "review", Ref: d.Review, Since: d.Since}}
	case "posted", "verified":
		i := slices.IndexFunc(p.Timers, func(t Timer) bool { return t.Kind == timerCure && t.Ref == d.ID })
		if i < 0 {
			return nil
		}
		if d.Uncured {
			return []Waiting{{For: "user", Who: p.OwnerID.String(), Decision: "post_not_cured", Ref: d.ID, Since: d.PostedAt}}
		}
		return []Waiting{{For: "creator", Decision: "put_right", Ref: d.ID, Since: d.PostedAt, Due: p.Timers[i].At, Silence: "not_put_right"}}
	case "approved_to_post", "scheduled":
		return []Waiting{p.postWait(d)}
	}
	return nil
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
		if p.Contract != nil {
			w = append(w, signatureWaits(p.Contract)...)
		}
	case StageActive, StageWrappingUp, StageCompleted:
		for _, m := range p.Milestones {
			if m.State == "met" && p.Stage == StageWrappingUp {
				add(Waiting{For: "provider", Decision: "payout", Ref: m.Payout, Since: p.StageAt})
			}
		}
		for _, d := range p.Deliverables {
			w = append(w, p.contentWaits(d)...)
		}
		w = append(w, p.extensionWaits()...)
		w = append(w, p.waitingNumbers()...)
		if p.Renewal == RenewalReviewOpen && p.Contract != nil {
			add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "renewal", Ref: p.Contract.ID, Since: p.StageAt, Due: p.Contract.NoticeBy, Silence: "renewal_lapses"})
		}
		if p.RenewalOffer != nil && p.RenewalOffer.State == "sent" {
			add(Waiting{For: "creator", Decision: "renewal_offer", Ref: p.RenewalOffer.ID, Since: p.RenewalOffer.At, Due: p.RenewalOffer.Expires, Silence: "offer_expires"})
		}
	case StageTerminated, StageLapsed:
		for _, m := range p.Milestones {
			if m.State == "met" {
				add(Waiting{For: "provider", Decision: "payout", Ref: m.Payout, Since: p.StageAt})
			}
		}
	case StageProspect, StageUnresponsive, StageDeclined, StageBanned:
	}
	if a := p.Amendment; a != nil {
		for _, x := range signatureWaits(a) {
			x.Decision = map[string]string{"approve_contract": "approve_amendment", "sign": "sign_amendment"}[x.Decision]
			if x.Silence != "" {
				x.Silence = "amendment_expires"
			}
			add(x)
		}
	}
	w = append(w, p.waitingKeyDates()...)
	for _, r := range p.looking() {
		add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "look_at_mail", Ref: r.Draft, Since: r.Since, Silence: "mail_waits"})
	}
	if !p.AnswerBy.IsZero() {
		add(Waiting{For: "user", Who: p.OwnerID.String(), Decision: "answer", Ref: p.ReplyRef, Since: p.ReplyAt, Due: p.AnswerBy, Silence: "answer_escalates"})
	}
	return w
}
