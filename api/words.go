package api

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"rapport"
)

// What machines say in words of theirs, said for people: sentence case, no ids, and what to do about it.

// stageWords names the stages of a partnership.
var stageWords = map[rapport.Stage]string{ //nolint:gochecknoglobals // a table
	rapport.StageProspect: "prospect", rapport.StageOutreach: "outreach", rapport.StageInConversation: "in conversation", rapport.StageNegotiating: "negotiating",
	rapport.StageContractOut: "contract out", rapport.StageActive: "active", rapport.StageWrappingUp: "wrapping up", rapport.StageCompleted: "completed",
	rapport.StageLapsed: "lapsed", rapport.StageUnresponsive: "unresponsive", rapport.StageDeclined: "declined", rapport.StageTerminated: "terminated", rapport.StageBanned: "banned",
}

// houseWords are the words of the house, for whoever looks.
func houseWords(ctx context.Context) rapport.Words { return rapport.WordsFor(ctx, rapport.Locales[0]) }

// plainWords is a word of ours as people read it, without a capital.
func plainWords(word string) string { return strings.ReplaceAll(word, "_", " ") }

// quoted puts a title into quotation marks; the fallback stands for an unknown one.
func quoted(title, fallback string) string {
	if title == "" {
		return fallback
	}
	return "“" + title + "”"
}

// ordinals count mails in words.
var ordinals = []string{"", "first", "second", "third", "fourth", "fifth", "sixth"} //nolint:gochecknoglobals // a table

func ordinal(n int) string {
	if n > 0 && n < len(ordinals) {
		return ordinals[n]
	}
	return fmt.Sprintf("%dth", n)
}

// timerWords says what happens when a timer fires. about is the title of the deliverable or milestone that it is for, if known.
func timerWords(t rapport.Timer, p rapport.PartnershipSummary, about string) string {
	if t.Kind == "outreach_step" {
		return stepWords(p)
	}
	text, ok := timerTable[t.Kind]
	if !ok {
		return rapport.Sentence(t.Kind)
	}
	if slices.ContainsFunc(p.Waiting, func(w rapport.Waiting) bool { return w.Decision == "sign_amendment" && w.Ref == t.Ref }) {
		text = cmp.Or(map[string]string{"signature_reminder": "Reminds the creator to sign the amendment", "signature_expiry": "Lets the amendment expire unsigned"}[t.Kind], text)
	}
	fallback := "the deliverable"
	if t.Kind == "milestone_date" {
		fallback = "a milestone"
	}
	return strings.ReplaceAll(text, "%s", quoted(about, fallback))
}

func stepWords(p rapport.PartnershipSummary) string {
	switch {
	case p.NextStep == rapport.StepStop:
		return "Ends the outreach as unanswered"
	case p.NextStep == rapport.StepTask:
		return "Gives the owner a task"
	case p.NextStep == "" && p.MailsSent > 0:
		return "Ends the outreach as unanswered"
	case p.MailsSent == 0:
		return "Sends the invitation"
	}
	return "Sends the " + ordinal(p.MailsSent) + " follow-up"
}

var timerTable = map[string]string{ //nolint:gochecknoglobals // a table
	"resume":               "Resumes the partnership",
	"sequence_step":        "Does the next step of a sequence that was started",
	"sequence_start":       "Starts a sequence",
	"look_at_mail":         "Asks a colleague too to look at a mail that waits",
	"answer_due":           "Tells the brand's admins that the creator still waits for an answer",
	"thread_snoozed":       "Brings a thread back to the inbox",
	"conversation_quiet":   "Gives the owner a task to make an offer",
	"cool_off":             "Ends the cool-off; the outreach may be started again",
	"offer_reminder":       "Reminds the creator of the offer",
	"offer_expiry":         "Lets the offer expire",
	"signature_reminder":   "Reminds the creator to sign",
	"signature_expiry":     "Lets the contract expire unsigned",
	"draft_reminder":       "Reminds the creator of the draft of %s",
	"draft_late":           "Marks the draft of %s as late and gives the owner a task",
	"publish_reminder":     "Reminds the creator to publish %s",
	"publish_late":         "Gives the owner a task when %s is not published",
	"verify_post":          "Looks at the post of %s again",
	"post_cure":            "Looks whether the post of %s was put right, and gives the owner a task if not",
	"milestone_date":       "Makes the money of %s owed",
	"renewal_review":       "Opens the decision on the renewal",
	"renewal_reminder":     "Reminds the owner to decide on the renewal",
	"renewal_notice":       "Lets the renewal lapse if nobody has decided",
	"term_end":             "Ends the term, once all of it is done",
	"key_date_reminder":    "Asks the owner about something that the contract gives and that ends",
	"key_date":             "Ends what the contract gives for a time",
	"payout_due":           "Asks finance to approve the payment",
	"payee_onboarding":     "Looks whether the creator has given a bank account, and reminds",
	"payee_reminder":       "Looks again whether the creator can be paid, and reminds",
	"reconcile":            "Looks up what became of the transfer",
	"destination_cool_off": "Lets a finance releaser release what a changed bank account holds",
	"netting_review":       "Asks finance to look whether payments make good what the creator owes back",
	"number_due":           "Asks the owner for the number that a bonus depends on",
	"post_not_reported":    "Asks the creator whether %s is online, and tells the owner",
	"content_missed":       "Applies the contract's remedy if %s is still late",
	"product_wait":         "Asks the owner where the product is, if it has not arrived",
	"extension_reminder":   "Reminds the owner that the creator waits for an answer about later dates of %s",
	"extension_answer":     "Tells the brand's admins that nobody has answered about later dates of %s",
	"round_word":           "Gives the owner a task when the creator has not answered about another round of %s",
	"review_stage_start":   "Opens the next stage of the review",
	"review_reminder":      "Reminds the people who were asked",
	"review_escalate":      "Asks the next people as well",
	"review_silence":       "Does what the policy says about silence",
}

// waitingWords says what is waited for. about is the title of the deliverable that it is for, if known.
func waitingWords(decision, about string) string {
	text, ok := waitingTable[decision]
	if !ok {
		return rapport.Sentence(decision)
	}
	return strings.ReplaceAll(text, "%s", quoted(about, "the content"))
}

var waitingTable = map[string]string{ //nolint:gochecknoglobals // a table
	"reply": "Answer our mail", "unblock_outreach": "Clear what blocks the outreach", "make_offer": "Make an offer or close the conversation",
	"offer": "Accept or decline the offer", "new_offer": "Make a new offer", "approve_contract": "Check the contract and send it for signature",
	"approve_amendment": "Check the amendment and send it for signature", "sign_amendment": "Sign the amendment",
	"sign": "Sign the contract", "draft": "Hand in the draft of %s", "review": "Decide on %s", "post": "Publish %s and tell us its address",
	"renewal": "Decide on the renewal", "renewal_offer": "Accept or decline the renewal", "payout": "Settle the payment",
	"approve_payout": "Approve the payment", "payment_details": "Complete the payment details", "top_up": "Top up the funds for the payment",
	"release_payout": "Look at the payment that is held", "retry_payout": "Look at the payment that failed",
	rapport.KeyUsageRights: "Extend the rights to a post, or let them end", rapport.KeyAllowlisting: "Extend the allow-listing of a post, or let it end",
	rapport.KeyExclusivity: "Extend the exclusivity, or let it end", rapport.KeyOption: "Use the option to renew, or let it pass",
	"look_at_mail": "Look at a mail before it goes out", "answer": "Answer the creator",
	"number":    "Enter the number of %s that a bonus depends on",
	"put_right": "Put the post of %s right", "post_not_cured": "Decide on the post of %s, which was not put right",
	"product":     "Arrive at the creator: the time for %s begins then",
	"extension":   "Give the creator more time for %s, or decline",
	"extra_round": "Say whether they make another round of %s", "round_declined": "Offer money for another round of %s, or go on without it",
}

// silenceEffects say what happens when nobody decides.
var silenceEffects = map[string]string{ //nolint:gochecknoglobals // a table
	"next_step": "The next step of the outreach follows", "reminder": "The owner gets a task", "offer_expires": "The offer expires",
	"contract_expires": "The contract expires and the talks go on", "amendment_expires": "The amendment expires and everything goes on as it was agreed",
	"draft_late": "It is marked late and the owner gets a task",
	"post_late":  "The owner gets a task", "post_not_reported": "The creator is asked whether it is online, and the owner gets a task",
	"renewal_lapses": "The renewal lapses and an admin is told", "key_date_ends": "It ends on its day, and an admin is told before",
	"number_asked": "The owner gets a task", "not_put_right": "The owner decides, and its money stays held", "bonus_open": "The bonus stays open",
	"mail_waits": "The mail waits, and a colleague is asked too", "answer_escalates": "The brand's admins are told",
	"owner_reminded": "The owner gets a task", "hold": "It is held and an admin gets a task", "auto_approve": "It counts as approved", "auto_reject": "It counts as rejected",
}

// rolePeople names whoever holds a role.
var rolePeople = map[rapport.Role]string{ //nolint:gochecknoglobals // a table
	rapport.RoleOps: "Operations", rapport.RoleApprover: "The approvers", rapport.RoleLegal: "Legal", rapport.RoleFinancePreparer: "Finance (preparers)",
	rapport.RoleFinanceReleaser: "Finance (releasers)", rapport.RoleAuditor: "The auditors", rapport.RoleAdmin: "An admin", rapport.RoleGuest: "A guest",
}

// whoWords names who is waited for.
func whoWords(w rapport.Waiting, creator string) string {
	switch w.For {
	case "creator":
		return creator
	case "provider":
		return "The payment"
	}
	if name, ok := rolePeople[rapport.Role(w.Who)]; ok {
		return name
	}
	if w.Who == "" {
		return "Somebody"
	}
	return w.Who
}

// commandLabel is what stands on a command's button.
func commandLabel(kind rapport.CommandKind) string {
	if label, ok := commandLabels[kind]; ok {
		return label
	}
	return rapport.Sentence(string(kind))
}

var commandLabels = map[rapport.CommandKind]string{ //nolint:gochecknoglobals // a table
	rapport.CmdPause: "Pause", rapport.CmdResume: "Resume", rapport.CmdSnooze: "Snooze", rapport.CmdLogReply: "Log a reply", rapport.CmdMarkDeclined: "Mark as declined",
	rapport.CmdStartAgain: "Start again", rapport.CmdSendOffer: "Make an offer", rapport.CmdWithdrawOffer: "Withdraw the offer",
	rapport.CmdSendContract: "Send the contract", rapport.CmdWithdrawContr: "Withdraw the contract", rapport.CmdRetryCheck: "Check the post again",
	rapport.CmdAcceptContent: "Accept a deliverable", rapport.CmdWaive: "Waive a deliverable", rapport.CmdRevokeApproval: "Revoke an approval",
	rapport.CmdOfferRound: "Offer money for another round", rapport.CmdAgreeRound: "Agree to another round", rapport.CmdDeclineRound: "Decline another round",
	rapport.CmdNoteDelivery: "Note that the product has arrived", rapport.CmdRequestExtension: "Ask for more time", rapport.CmdWithdrawExtension: "Take the request for more time back",
	rapport.CmdSchedulePost: "Plan when it is published", rapport.CmdUnschedulePost: "Take the planned time back",
	rapport.CmdGrantExtension: "Give more time", rapport.CmdDeclineExtension: "Give no more time",
	rapport.CmdAmend: "Amend the contract", rapport.CmdGiveBonus: "Give a bonus", rapport.CmdDropBonus: "Drop a bonus", rapport.CmdRecordNumber: "Enter a number",
	rapport.CmdReassign: "Ask somebody else", rapport.CmdStandIn: "Let somebody decide", rapport.CmdAskAgain: "Ask again",
	rapport.CmdDecideKeyDate: "Decide on what ends",
	rapport.CmdRenew:         "Offer a renewal", rapport.CmdExerciseOption: "Use the option", rapport.CmdLetLapse: "Let it lapse",
	rapport.CmdTerminate: "End the partnership", rapport.CmdBan: "Ban", rapport.CmdUnban: "Lift the ban",
	"approve_preparer": "Approve as preparer", "approve_releaser": "Approve as releaser", rapport.CmdApprovePayout: "Approve",
	rapport.CmdPayOffline: "Pay outside of Stripe", rapport.CmdPayStripe: "Pay by Stripe after all", rapport.CmdRecordOffline: "Record the payment",
	rapport.CmdHold: "Hold", rapport.CmdRelease: "Release", rapport.CmdRetry: "Try again", rapport.CmdCancel: "Cancel", rapport.CmdReconcile: "Look it up",
	rapport.CmdDecide: "Decide", rapport.CmdLetMailGo: "Let the mail go", rapport.CmdSkipMail: "Skip the mail", rapport.CmdMoveSequence: "Move to another version",
	rapport.CmdSnoozeThread: "Put the thread off", rapport.CmdWakeThread: "Bring the thread back",
}

// refusalWords says why a workflow did not take a command, who decided already and when, and what to do. by is the name of who
// decided; empty when a machine did.
func refusalWords(say rapport.Words, workflow string, kind rapport.CommandKind, r rapport.Refusal, by string) string {
	state := plainWords(r.State)
	switch r.Code {
	case "cooling_off":
		if !r.At.IsZero() {
			return "The creator is left in peace until " + say.Moment(r.At) + ". Start again after that."
		}
	case "wrong_stage":
		if word, ok := stageWords[rapport.Stage(r.State)]; ok {
			return fmt.Sprintf("“%s” is not possible in the stage “%s”.", commandLabel(kind), word)
		}
	case "offer_decided", "contract_decided", "renewal_decided", "review_closed":
		noun := map[string]string{"offer_decided": "offer", "contract_decided": "contract", "renewal_decided": "renewal", "review_closed": "review"}[r.Code]
		if state != "" {
			return fmt.Sprintf("The %s is decided already: %s%s. Load the page again to see it.", noun, state, byAndAt(say, by, r.At))
		}
	case "option_over":
		if !r.At.IsZero() {
			return "The last day of the option has passed on " + say.Moment(r.At) + ". Offer a renewal instead."
		}
	case "already_decided", "already_approved":
		if by != "" {
			return fmt.Sprintf("This was decided already%s. Nothing more is needed of you.", byAndAt(say, by, r.At))
		}
	case "number_too_late":
		if r.At.IsZero() {
			break
		}
		return "Read after " + say.Moment(r.At) + " it may have been reached too late. Enter what it was then, or drop the bonus."
	case "number_before_post":
		if !r.At.IsZero() {
			return "The post was published on " + say.Moment(r.At) + ": enter a number from then on, and not from the future."
		}
	case "deliverable_state", "already_submitted":
		if state != "" {
			return fmt.Sprintf("The deliverable is %s%s, which does not allow this.", state, byAndAt(say, "", r.At))
		}
	case "not_awaiting_approval":
		if state != "" {
			return fmt.Sprintf("The payment does not wait for an approval now: it is %s.", state)
		}
	case rapport.RefusedCoolOff:
		if !r.At.IsZero() {
			return "The creator's bank account changed. This can be released from " + say.Moment(r.At) + " on, so that the creator has time to object."
		}
	case "held_by_condition":
		if why := rapport.HoldWords(r.State); why != "" {
			return "This is held because " + why + ". It is released when that is settled."
		}
	}
	if text, ok := refusalTable[r.Code]; ok {
		return text
	}
	return fmt.Sprintf("The %s does not take this now (%s). Load the page again.", workflow, plainWords(r.Code))
}

// byAndAt says who and when, as far as it is known.
func byAndAt(say rapport.Words, by string, at time.Time) string {
	text := ""
	if by != "" {
		text += " by " + by
	}
	if !at.IsZero() {
		text += " on " + say.Moment(at)
	}
	return text
}

// refusalShort is why a command is not possible now, where nothing more is known than the code and the state of the whole: a
// partnership's stage says nothing of the offer, the contract or the deliverable that a refusal is about.
func refusalShort(workflow string, kind rapport.CommandKind, code, state string) string {
	if workflow == "partnership" && code != "wrong_stage" {
		state = ""
	}
	return refusalWords(rapport.WordsIn(""), workflow, kind, rapport.Refusal{Code: code, State: state}, "")
}

var refusalTable = map[string]string{ //nolint:gochecknoglobals // a table
	"changed_since":           "What the end does has changed since you looked. Look at it again; nothing was ended.",
	"ended":                   "This partnership has ended, so nothing more can be decided in it.",
	"banned":                  "The creator is banned. Lift the ban first.",
	"already_paused":          "It is paused already. Resume it first.",
	"nothing_runs":            "Nothing is running that could be paused.",
	"time_is_past":            "That time has passed. Choose a later one.",
	"not_paused":              "It is not paused, and nothing blocks it.",
	"wrong_stage":             "This is not possible in the present stage.",
	"cooling_off":             "The creator is left in peace until the cool-off ends.",
	"offer_is_out":            "An offer is out already. Withdraw it before you make another one.",
	"offer_unknown":           "This offer is not the one on the table any more. Load the page again.",
	"offer_decided":           "The offer is decided already. Load the page again to see it.",
	"no_offer_out":            "No offer is out.",
	"nothing_to_renegotiate":  "The contract has ended, so there is nothing to renegotiate. Let it end, or agree on a new partnership.",
	"amendment_is_out":        "Another amendment is waiting for its approval or signature.",
	"contract_unknown":        "There is no contract at this point, or another one took its place.",
	"contract_decided":        "The contract's state does not allow this.",
	"no_deliverable_fits":     "No deliverable is in a state that allows this.",
	"deliverable_unknown":     "This deliverable is not one of the present term.",
	"deliverable_state":       "The deliverable's state does not allow this.",
	"already_submitted":       "This version was handed in already.",
	"renewal_decided":         "The renewal is decided already.",
	"renewal_not_open":        "The renewal is not open for a decision now.",
	"no_option":               "The contract gives no option to renew. Offer a renewal instead.",
	"option_over":             "The last day of the option has passed. Offer a renewal instead.",
	"another_option_fee":      "The option's fee is another one than was shown. Look at it again; nothing was agreed.",
	"paused":                  "It is paused. Resume it first.",
	"already_banned":          "The creator is banned already.",
	"not_banned":              "The creator is not banned.",
	"review_closed":           "This review is closed.",
	"already_paid":            "Money for this approval has reached the creator. Take the payment back instead.",
	"another_fee":             "The fee for this round has changed. Look at it again; nothing was agreed.",
	"no_bonus_waits":          "No bonus depends on this number, or it is decided already.",
	"number_too_late":         "The number was read after the time in which it counts, so it may have been reached too late.",
	"number_before_post":      "The content is not published yet, so it has no numbers.",
	"no_round_asked":          "No further revision round is in question here.",
	"delivered_in_future":     "Say when the product had arrived. It cannot be later than now.",
	"no_product_awaited":      "Nothing in this contract waits for a product.",
	"extension_is_open":       "A request about these dates is open already. Take it back to ask for others.",
	"no_extension_open":       "This request was answered, taken back or overtaken already. Load the page again.",
	"dates_do_not_fit":        "The dates do not fit any more: what was to be moved is done, or the time has passed. Load the page again.",
	"time_does_not_fit":       "The time does not fit into the publish window any more. Load the page again and choose another one.",
	"plan_changed":            "Somebody planned another time meanwhile. Look at that one first.",
	"asked_already":           "This person is asked already.",
	"still_checking":          "The machine checks are still running. Try again in a moment.",
	"another_version":         "A newer version was handed in meanwhile. Look at that one and decide on it.",
	"already_decided":         "This was decided already. Nothing more is needed of you.",
	"stage_decided":           "This stage was decided already. Nothing more is needed of you.",
	"not_asked":               "You are not one of the people who are asked now.",
	"key_date_over":           "That has ended already, or has another date by now. Look at the list again.",
	"key_date_decided":        "Somebody has decided that already.",
	"unknown_decision":        "This is not one of the possible decisions.",
	"not_awaiting_approval":   "The payment does not wait for an approval now.",
	"already_approved":        "This approval was given already.",
	"same_person":             "You gave the other approval of this payment. A second person must give this one.",
	"content_approval_counts": "The approval of the content counts as the first approval of this payment.",
	"too_late_to_hold":        "It is too late to hold this payment: it was sent, or it is settled.",
	"being_sent":              "The payment is being sent at this moment. Look again in a minute.",
	"not_held":                "The payment is not held.",
	"destination_cool_off":    "The creator's bank account changed lately. This can be released when the time to object is over.",
	"held_by_condition":       "A condition holds this payment, not a person. It is released when the condition is settled.",
	"too_late_to_cancel":      "It is too late to cancel this payment: it was sent, or it is settled.",
	"being_recorded":          "The payment is being booked at this moment. Look again in a minute.",
	"already_offline":         "It is paid outside of Stripe already. To change how, choose to pay it by Stripe first.",
	"not_offline":             "Stripe pays this payment.",
	"not_awaiting_proof":      "This payment does not wait for a proof: it is recorded when it is to be paid outside of Stripe and its approvals are complete.",
	"not_while_held":          "The payment is held. Release the hold first.",
	"not_while_scheduled":     "The payment is not due yet. How it is paid can be changed when it waits for its approvals.",
	"not_while_sent":          "The payment was sent to Stripe. First it must be known what became of that.",
	"not_while_ended":         "The payment is settled or cancelled, so how it is paid cannot change.",
	"nothing_to_retry":        "There is nothing to try again now.",
	"starting":                "It is just beginning. Try again in a moment.",
	"reversal_decided":        "This was decided already. Load the page again to see it.",
	"own_request":             "You asked for this, so another person must approve it.",
	"nothing_to_net":          "This is not waiting for a decision how it is made good.",
	"nothing_to_write_off":    "There is nothing to give up now.",
	"no_write_off_asked":      "Nobody asks to give it up now.",
	"nothing_to_reconcile":    "There is nothing to look up: what became of the transfer is known.",
	"nothing_to_look_at":      "This mail does not wait for anybody any more: it was sent, skipped, or what asked for it has stopped.",
	"no_such_step":            "The sequence has no such step.",
	"sequence_over":           "This sequence does not run any more.",
	"mail_on_its_way":         "A mail of this sequence is on its way at this moment. Try again in a minute.",
	"unknown_command":         "The workflow does not know this command. It may run on an older version; try again later.",
	"workflow_closed":         "It has ended, so nothing can be changed any more.",
	"workflow_missing":        "Its workflow is not there at this moment. It is being repaired; try again later.",
	"update_failed":           "The workflow could not take this. Load the page again and try once more.",
	"no_role":                 "Your roles do not allow this.",
}
