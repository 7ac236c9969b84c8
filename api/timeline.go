package api

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/microcosm-cc/bluemonday"

	"rapport"
	"rapport/api/gen"
)

// The kinds of a timeline's items.
const (
	itemStage    = "stage"
	itemMessage  = "message"
	itemDecision = "decision"
	itemMoney    = "money"
	itemContract = "contract"
	itemContent  = "content"
	itemTask     = "task"
	itemTimer    = "timer"
	itemSystem   = "system"
	itemNote     = "note"
)

// factText is how a fact is told: its kind in the timeline and its title. In a title %about is what the fact is about, %amount
// its amount, %code its code in words.
type factText struct{ kind, title string }

// factTable has every kind of fact that the three machines write.
var factTable = map[string]factText{ //nolint:gochecknoglobals // a table
	"started": {itemStage, "The partnership was started"},
	"stage":   {itemStage, "Moved to “%code”"},
	"paused":  {itemDecision, "Paused"}, "snoozed": {itemDecision, "Snoozed"}, "resumed": {itemDecision, "Resumed"},
	"banned": {itemDecision, "Stopped by a ban"}, "unbanned": {itemDecision, "The ban was lifted"}, "terminated": {itemDecision, "The partnership was ended"},

	"reply_received": {itemMessage, "The creator answered"}, "auto_reply": {itemMessage, "An automatic reply came; the outreach waits"},
	"bounced": {itemMessage, "A mail came back"}, "soft_bounced": {itemMessage, "A mail could not be delivered for now"},
	"complained": {itemMessage, "The creator reported our mail as spam"}, "unsubscribed": {itemMessage, "The creator wants no more mail"},
	"mail_sent": {itemMessage, "Mail sent: %code"}, "mail_unknown": {itemMessage, "Nobody knows whether a mail arrived: %code"}, "mail_deferred": {itemTimer, "A mail waits for its turn: %code"},
	"mail_cancelled": {itemMessage, "A mail was not sent, because something stopped it: %code"}, "mail_failed": {itemMessage, "A mail could not be sent: %code"},
	"outreach_blocked": {itemTask, "The outreach is blocked: %code"}, "cool_off_over": {itemTimer, "The cool-off is over"},

	"sequence_started": {itemTimer, "A sequence was started"}, "sequence_ended": {itemTimer, "A sequence has ended"}, "sequence_stopped": {itemTimer, "A sequence was stopped"},
	"sequence_moved": {itemDecision, "A sequence goes on with version %n"}, "branch_taken": {itemTimer, "A branch of a sequence was decided: %code"},
	"mail_drafted": {itemTask, "A mail waits for somebody to look at it"}, "look_overdue": {itemTimer, "Nobody has looked at a mail in time"},
	"mail_let_go": {itemDecision, "A mail was looked at and may go out"}, "mail_skipped": {itemDecision, "A mail was skipped"},
	"reply_unfiled": {itemMessage, "A mail that may be the creator's waits to be filed; nothing goes out by itself until then"}, "reply_filed": {itemMessage, "That mail was filed"},
	"answered": {itemMessage, "The creator got an answer"}, "answer_overdue": {itemTimer, "The creator waits for an answer beyond its time"},
	"thread_snoozed": {itemDecision, "A thread was put off"}, "thread_woken": {itemTimer, "A thread came back"}, "creator_merged": {itemSystem, "The profile became part of another one"},

	"offer_sent": {itemDecision, "Offer sent: %amount"}, "offer_accepted": {itemDecision, "Offer accepted: %amount"}, "offer_declined": {itemDecision, "Offer declined: %amount"},
	"offer_countered": {itemDecision, "The creator asks for %amount"}, "offer_expired": {itemTimer, "Offer expired: %amount"}, "offer_withdrawn": {itemDecision, "Offer withdrawn: %amount"},

	"contract_drafted": {itemContract, "Contract %about was drafted"}, "contract_sent": {itemContract, "Contract %about was sent for signature"},
	"contract_signed":   {itemContract, "The creator signed contract %about"},
	"contract_executed": {itemContract, "Contract %about is signed by both"}, "contract_declined": {itemContract, "The creator declined contract %about"},
	"contract_expired": {itemContract, "Contract %about expired unsigned"}, "contract_withdrawn": {itemContract, "Contract %about was withdrawn"},
	"amendment_drafted": {itemContract, "Amendment %about was drafted"}, "amendment_sent": {itemContract, "Amendment %about was sent for signature"},
	"amendment_signed": {itemContract, "The creator signed amendment %about"}, "amendment_executed": {itemContract, "Amendment %about is signed by both; the term was planned anew"},
	"amendment_declined": {itemContract, "The creator declined amendment %about; everything stays as it was agreed"},
	"amendment_expired":  {itemContract, "Amendment %about expired unsigned; everything stays as it was agreed"}, "amendment_withdrawn": {itemContract, "Amendment %about was withdrawn"},
	"term_started": {itemStage, "Term %n started"}, "renewal_opened": {itemTimer, "The renewal is open for a decision"}, "renewal_reminder": {itemTimer, "The owner was reminded of the renewal"},
	"renewal_offered": {itemDecision, "A renewal was offered: %amount"}, "renewal_agreed": {itemDecision, "The renewal is agreed: %amount"},
	"renewal_lapsed": {itemDecision, "The renewal lapsed (%code)"}, "renewal_declined": {itemDecision, "The creator declined the renewal"},
	"renewal_escalated": {itemTimer, "Nobody has decided on the renewal, so the admins were asked"},
	"renewal_reopened":  {itemContract, "The term goes on for longer, so the renewal is decided anew"},
	"term_unfinished":   {itemTimer, "The term is over, but not all of it is done (%code)"},
	"option_exercised":  {itemContract, "The option of contract %about was used: the next term for %amount"},
	"option_overtaken":  {itemContract, "The option of contract %about is not needed any more (%code)"}, "option_dropped": {itemContract, "The option of contract %about falls away"},
	"key_date_set": {itemContract, "The contract gives %code for a time after the post of %about"}, "key_date_reminder": {itemTimer, "The owner was reminded that %code of %about ends"},
	"key_date_escalated": {itemTimer, "Nobody has decided about %code of %about, so the admins were asked"}, "key_date_undecided": {itemTimer, "Nobody decided about %code of %about"},
	"key_date_let_end": {itemDecision, "Decided to let %code of %about end"}, "key_date_renegotiated": {itemDecision, "Decided to talk about more of %code of %about"},
	"key_date_reopened": {itemDecision, "The decision about %code of %about was taken back"}, "key_date_ended": {itemContract, "What the contract gave has ended: %code of %about"},

	"draft_submitted": {itemContent, "Version %n of %about was handed in"}, "content_approved": {itemContent, "%about is approved"},
	"changes_requested": {itemContent, "Changes to %about were asked for"},
	"content_rejected":  {itemContent, "%about was rejected"}, "content_accepted": {itemContent, "%about is accepted"}, "content_waived": {itemContent, "%about was waived"},
	"content_late": {itemContent, "%about is late (%code)"}, "approval_revoked": {itemDecision, "The approval of %about was revoked"},
	"post_reported": {itemContent, "The post of %about was reported"}, "post_verified": {itemContent, "The post of %about is as agreed"},
	"post_mismatch": {itemContent, "The post of %about is not as agreed (%code)"},
	"cure_overdue":  {itemContent, "The post of %about was not put right in time"}, "check_retried": {itemContent, "The post of %about is checked again"},

	"review_started": {itemContent, "The review of %about started"}, "checks_passed": {itemContent, "%about passed the machine checks"},
	"checks_failed": {itemContent, "%about failed the machine checks"},
	"review_stage":  {itemContent, "Review of %about: stage %n is %code"}, "decision": {itemDecision, "%about: %code"}, "review_escalated": {itemTimer, "The review of %about was escalated"},
	"review_overdue": {itemTimer, "The time to decide on %about is up"}, "review_reassigned": {itemDecision, "Somebody else is asked to decide"},
	"review_stand_in": {itemDecision, "Somebody may decide for another person"}, "review_asked_again": {itemDecision, "Somebody was asked once more"},
	"decision_kept": {itemDecision, "%about: %code, kept from an earlier version"}, "checks_sent_back": {itemContent, "%about went back to the creator after the machine checks"},
	"round_asked": {itemDecision, "The creator is asked for another round of %about than the contract includes"}, "round_agreed": {itemDecision, "The creator makes another round of %about"},
	"round_declined": {itemDecision, "The creator declined another round of %about"}, "round_offered": {itemDecision, "%amount was offered for another round of %about"},
	"post_scheduled": {itemContent, "%about is planned to be published"}, "post_unscheduled": {itemContent, "The planned time of %about was taken back"},
	"post_not_reported": {itemTimer, "%about was planned to be published by now, and nobody has said that it is; the creator was asked"},
	"content_missed":    {itemContent, "%about is missed by the contract (%code)"},
	"product_delivered": {itemContent, "The product has arrived at the creator"}, "product_overdue": {itemTimer, "The product has not arrived in the usual time"},
	"extension_requested": {itemDecision, "The creator asks for more time for %about"}, "extension_granted": {itemDecision, "The creator got more time for %about"},
	"extension_declined": {itemDecision, "More time for %about was declined"}, "extension_withdrawn": {itemDecision, "The creator took the request for more time for %about back"},
	"extension_overtaken": {itemSystem, "The request for more time for %about is settled by what happened"},
	"extension_reminder":  {itemTimer, "The owner was reminded of the request for more time for %about"},
	"extension_overdue":   {itemTimer, "Nobody answered the request for more time for %about in time; the brand's admins are told"},
	"round_unanswered":    {itemTimer, "The creator has not answered about another round of %about"},
	"review_silence":      {itemTimer, "Nobody decided on %about in time (%code)"}, "review_closed": {itemDecision, "The review of %about ended: %code"},

	"number_recorded": {itemDecision, "A number of %about was entered"}, "number_due": {itemMoney, "The number that a bonus depends on must be known now: %about"},
	"bonus_given": {itemMoney, "A bonus of %amount was given"}, "bonus_dropped": {itemDecision, "A bonus was dropped: %about"},
	"milestone_met": {itemMoney, "%amount is owed: %about"}, "milestone_settled": {itemMoney, "%amount is settled: %about"}, "milestone_cancelled": {itemMoney, "%amount is no longer owed: %about"},
	"payee_invited": {itemMoney, "The creator was asked for a bank account"}, "payee_reminded": {itemMoney, "The creator was reminded of the bank account"},
	"destination_cooled_off": {itemMoney, "A finance releaser may release what the changed bank account holds"},
	"payout_scheduled":       {itemMoney, "A payment of %amount is scheduled"}, "payout_awaiting_approval": {itemMoney, "The payment of %amount waits for its approvals"},
	"payout_approval": {itemDecision, "The payment of %amount was approved (%code)"}, "payout_approved": {itemMoney, "The payment of %amount is approved"},
	"payout_awaiting_payee": {itemMoney, "The payment of %amount waits for the creator's bank account"}, "payout_awaiting_funds": {itemMoney, "The payment of %amount waits for funds"},
	"payout_submitted": {itemMoney, "The payment of %amount was sent"}, "payout_unknown": {itemMoney, "Nobody knows yet whether the payment of %amount went through"},
	"payout_paid": {itemMoney, "%amount was paid"}, "payout_failed": {itemMoney, "The payment of %amount was rejected"}, "payout_held": {itemMoney, "The payment of %amount is held"},
	"payout_released": {itemMoney, "A hold was lifted (%code)"}, "payout_cancelled": {itemMoney, "The payment of %amount was cancelled"}, "payout_retry": {itemMoney, "The payment is tried again"},
	"payout_new_round":      {itemMoney, "The bank account changed, so the payment needs new approvals"},
	"payout_offline":        {itemMoney, "%amount is to be paid outside of Stripe, so the payment needs new approvals"},
	"payout_stripe":         {itemMoney, "%amount is to be paid by Stripe after all, so the payment needs new approvals"},
	"payout_awaiting_proof": {itemMoney, "The payment of %amount waits to be made outside of Stripe, with its proof"},
	"payout_recorded":       {itemMoney, "A payment of %amount outside of Stripe was recorded"},
	"payout_gated":          {itemMoney, "Payments wait until the books were compared"},
	"transfer_unanswered":   {itemMoney, "Nobody answered for the transfer in time: it is looked up before anything is sent again"},
	"transfer_absent":       {itemMoney, "The transfer was looked for and not found"},
	"hold_too_late":         {itemMoney, "A hold came too late (%code)"}, "cancel_too_late": {itemMoney, "A cancellation came too late"},
	"reversal_requested": {itemMoney, "Somebody asked to take %amount back"}, "reversal_awaiting_approval": {itemMoney, "Taking %amount back waits for its approval"},
	"reversal_approved": {itemDecision, "Taking %amount back was approved"},
	"reversal_reversed": {itemMoney, "%amount came back from the creator's account"}, "reversal_unknown": {itemMoney, "Nobody knows yet whether %amount came back"},
	"reversal_failed": {itemMoney, "Stripe refused to take %amount back"}, "reversal_netting": {itemMoney, "What the creator owes back is kept out of the next payments"},
	"reversal_awaiting_write_off": {itemMoney, "Somebody asked to give up what the creator owes back"}, "write_off_approved": {itemDecision, "Giving it up was approved"},
	"reversal_netted": {itemMoney, "The last of %amount was kept out of a payment"}, "reversal_written_off": {itemMoney, "What the creator still owed back was given up"},
	"reversal_cancelled": {itemDecision, "Taking %amount back was not approved"}, "reversal_retry": {itemMoney, "Taking the money back is tried again"},
	"reversal_absent": {itemMoney, "What was to come back was looked for and not found"}, "netting_slow": {itemTimer, "No payment has made good yet what the creator owes back"},
	"payout_partly_reversed": {itemMoney, "Part of the payment came back"}, "payout_reversed": {itemMoney, "The payment came back"},
}

// optionFacts tell what happens to the last day of an option, which is about its contract and not about posts.
var optionFacts = map[string]factText{ //nolint:gochecknoglobals // a table
	"key_date_set": {itemContract, "Contract %about gives an option to renew"}, "key_date_reminder": {itemTimer, "The owner was reminded that the option to renew ends"},
	"key_date_escalated": {itemTimer, "Nobody has decided about the option to renew, so the admins were asked"}, "key_date_undecided": {itemTimer, "Nobody decided about the option to renew"},
	"key_date_let_end": {itemDecision, "Decided not to use the option to renew"}, "key_date_renegotiated": {itemDecision, "Decided to talk about another term than the option gives"},
	"key_date_reopened": {itemDecision, "The decision about the option to renew was taken back"}, "key_date_ended": {itemContract, "The option to renew of contract %about has passed unused"},
}

// codeWords are codes of facts that do not read well as they are.
var codeWords = map[string]string{ //nolint:gochecknoglobals // a table
	"invitation": "the invitation", "follow_up_1": "the first follow-up", "follow_up_2": "the second follow-up", "follow_up_3": "the third follow-up",
	"approve": "approved", "approve_with_corrections": "approved with corrections", "request_changes": "changes requested", "reject": "rejected",
	rapport.KeyUsageRights: "the use", rapport.KeyAllowlisting: "the allow-listing", rapport.KeyExclusivity: "the exclusivity",
	"hold": "it is held", "auto_approve": "approved by the policy", "auto_reject": "rejected by the policy", "no_decision": "nobody decided",
	rapport.LapseOfferExpired: "the offer was not answered", "decided": "decided",
	rapport.RemedyFallsAway: "its money falls away", rapport.RemedyTermination: "the contract may be ended",
	"draft": "the draft", "post": "the publication", "mismatch": "something is missing", "unreachable": "it cannot be reached", "manual": "a person's",
	rapport.RenewalAgreed: "the renewal is agreed", rapport.RenewalLapsed: "the renewal lapsed",
	"content": "content is owed", "money": "money is owed", "amendment": "an amendment is out", "term_over": "the term is over",
	"option_exercised": "that the option was used", "payee_invited": "the question for a bank account", "brief": "the brief", "offer": "the offer", "contract": "the contract",
}

// factTitle tells one fact: the kind of its item, a title and, if there is more to say, a detail.
func factTitle(say rapport.Words, f rapport.Fact, about string) (kind, title, detail string) {
	t, ok := factTable[f.Kind]
	if !ok {
		return itemSystem, rapport.Sentence(f.Kind), ""
	}
	if f.Code == rapport.KeyOption {
		t = optionFacts[f.Kind]
	}
	if f.Kind == "offer_countered" && f.Amount.Currency == "" { // the offered fee is right
		t.title = "The creator asks for other terms"
	}
	code := plainWords(f.Code)
	if words, ok := codeWords[f.Code]; ok {
		code = words
	} else if words := rapport.CauseWords(f.Code); words != "" {
		code = words
	} else if words := rapport.HoldWords(f.Code); words != "" {
		code = words
	}
	n := f.N
	if f.Kind == "review_stage" {
		n++ // people count from one
	}
	amount := "The money"
	if f.Amount.Currency != "" {
		amount = say.Money(f.Amount)
	}
	fallback := map[string]string{itemContract: "", itemMoney: "a milestone"}
	what, known := fallback[t.kind]
	if !known {
		what = "the content"
	}
	if about != "" {
		what = about
		if t.kind != itemContract {
			what = quoted(about, "")
		}
	}
	title = strings.NewReplacer("%about", what, "%amount", amount, "%code", code, "%n", strconv.Itoa(n)).Replace(t.title)
	title = strings.TrimSuffix(strings.TrimSuffix(strings.ReplaceAll(title, "  ", " "), " ()"), ": ")
	if !f.Until.IsZero() {
		detail = "Until " + say.Moment(f.Until)
		if slices.Contains([]string{"post_scheduled", "post_unscheduled", "post_not_reported"}, f.Kind) {
			detail = "Planned for " + say.Moment(f.Until)
		}
	}
	return t.kind, upperFirst(title), detail
}

func upperFirst(s string) string {
	for i := range s {
		if i > 0 {
			return strings.ToUpper(s[:i]) + s[i:]
		}
	}
	return strings.ToUpper(s)
}

// toTimelineItem shows one thing that happened.
func toTimelineItem(say rapport.Words, e rapport.TimelineEntry) gen.TimelineItem {
	item := gen.TimelineItem{Id: e.ID, At: e.At}
	if e.PartnershipID != uuid.Nil {
		item.PartnershipId = &e.PartnershipID
	}
	if e.Message != nil {
		m := toMessage(*e.Message)
		item.Kind, item.Title, item.Actor, item.Message = itemMessage, messageTitle(*e.Message), orNil(m.Author), &m
		if e.Message.Channel == "note" {
			item.Kind = itemNote
		}
		return item
	}
	kind, title, detail := factTitle(say, e.Fact, e.About)
	item.Seq, item.Kind, item.Title, item.Detail, item.Actor = &e.Fact.Seq, gen.TimelineItemKind(kind), title, orNil(detail), orNil(e.Actor)
	switch {
	case e.Source == "review":
		item.Link = orNil("/reviews/" + e.SourceID.String())
	case e.Source == "reversal" && e.Fact.Ref2 != uuid.Nil:
		item.Link = orNil("/payouts/" + e.Fact.Ref2.String())
	case e.Source == "payout":
		item.Link = orNil("/payouts/" + e.SourceID.String())
	case kind == itemContract && e.Fact.Ref != uuid.Nil && (!strings.HasPrefix(e.Fact.Kind, "key_date_") || e.Fact.Code == rapport.KeyOption): // else it is about a post
		item.Link = orNil("/contracts/" + e.Fact.Ref.String())
	}
	return item
}

func messageTitle(m rapport.Message) string {
	channel := map[string]string{"email": "Mail", "portal": "Message on the creator's page", "dm": "Direct message", "call": "Call", "note": "Note"}[m.Channel]
	direction := map[string]string{"in": " from the creator", "out": " to the creator"}[m.Direction]
	title := channel + direction
	if m.Subject != "" {
		title += ": " + m.Subject
	}
	switch m.State {
	case "prepared", "sending":
		title += " (on its way)"
	case "bounced", "rejected", "cancelled":
		title += " (" + m.State + ")"
	case "unknown":
		title += " (nobody knows whether it arrived)"
	}
	return title
}

// timelineFilter turns the kinds of items that are asked for into kinds of facts. A fact that has no words is of the kind system.
func timelineFilter(kinds []string) (rapport.TimelineFilter, error) {
	f := rapport.TimelineFilter{Messages: len(kinds) == 0 || slices.Contains(kinds, itemMessage) || slices.Contains(kinds, itemNote)}
	if len(kinds) == 0 {
		return f, nil
	}
	for _, k := range kinds {
		if !gen.TimelineItemKind(k).Valid() {
			return f, rapport.Invalid(rapport.Field{Path: "kind", Code: "unknown_value", Detail: fmt.Sprintf("%q is not a kind of a timeline's item.", cut(k, 50))})
		}
	}
	only, without := []string{}, []string{}
	for _, fact := range slices.Sorted(maps.Keys(factTable)) {
		if slices.Contains(kinds, factTable[fact].kind) {
			only = append(only, fact)
		} else {
			without = append(without, fact)
		}
	}
	if slices.Contains(kinds, itemSystem) {
		f.Without = without
	} else {
		f.Only = only
	}
	if notes, messages := slices.Contains(kinds, itemNote), slices.Contains(kinds, itemMessage); notes != messages {
		f.Channel = map[bool]string{true: "note", false: "!note"}[notes]
	}
	return f, nil
}

// TimelineStore keeps the history.
type TimelineStore interface {
	Timeline(ctx context.Context, f rapport.TimelineFilter, page rapport.Page) ([]rapport.TimelineEntry, []string, error)
}

// ListPartnershipEvents is the history of a partnership with its messages, newest first.
func (s *Server) ListPartnershipEvents(ctx context.Context, r gen.ListPartnershipEventsRequestObject) (gen.ListPartnershipEventsResponseObject, error) {
	f, err := timelineFilter(value(r.Params.Kind))
	if err != nil {
		return nil, err
	}
	f.PartnershipID = &r.Id
	items, next, err := s.timeline(ctx, f, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, called("partnership", err)
	}
	return gen.ListPartnershipEvents200JSONResponse{Items: items, NextCursor: next}, nil
}

// GetCreatorTimeline is what happened with a creator in all partnerships of the scope, newest first.
func (s *Server) GetCreatorTimeline(ctx context.Context, r gen.GetCreatorTimelineRequestObject) (gen.GetCreatorTimelineResponseObject, error) {
	items, next, err := s.timeline(ctx, rapport.TimelineFilter{CreatorID: &r.Id, Messages: true}, r.Params.Limit, r.Params.Cursor)
	if err != nil {
		return nil, called("creator", err)
	}
	return gen.GetCreatorTimeline200JSONResponse{Items: items, NextCursor: next}, nil
}

func (s *Server) timeline(ctx context.Context, f rapport.TimelineFilter, limit *int, cursor *string) ([]gen.TimelineItem, *string, error) {
	page, err := pageOf(limit, cursor)
	if err != nil {
		return nil, nil, err
	}
	store, err := storeAs[TimelineStore](s)
	if err != nil {
		return nil, nil, err
	}
	entries, next, err := store.Timeline(ctx, f, page)
	if err != nil {
		return nil, nil, err
	}
	say := houseWords(ctx)
	return each(entries, func(e rapport.TimelineEntry) gen.TimelineItem { return toTimelineItem(say, e) }), cursorOf(next), nil
}

// mailPolicy is what is left of a mail's HTML: text and its shape, links that open elsewhere, nothing that loads or runs.
func mailPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "h1", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "td", "th")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}
