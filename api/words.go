package api

import (
	"fmt"
	"strconv"
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
		return sentence(t.Kind)
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
	"term_end":             "Ends the term",
	"key_date_reminder":    "Asks the owner about something that the contract gives and that ends",
	"key_date":             "Ends what the contract gives for a time after a post",
	"payout_due":           "Asks finance to approve the payment",
	"payee_onboarding":     "Looks whether the creator has given a bank account, and reminds",
	"payee_reminder":       "Looks again whether the creator can be paid, and reminds",
	"reconcile":            "Looks up what became of the transfer",
	"destination_cool_off": "Lets a finance releaser release what a changed bank account holds",
	"netting_review":       "Asks finance to look whether payments make good what the creator owes back",
	"number_due":           "Asks the owner for the number that a bonus depends on",
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
		return sentence(decision)
	}
	return strings.ReplaceAll(text, "%s", quoted(about, "the content"))
}

var waitingTable = map[string]string{ //nolint:gochecknoglobals // a table
	"reply": "Answer our mail", "unblock_outreach": "Clear what blocks the outreach", "make_offer": "Make an offer or close the conversation",
	"offer": "Accept or decline the offer", "new_offer": "Make a new offer", "approve_contract": "Check the contract and send it for signature",
	"sign": "Sign the contract", "draft": "Hand in the draft of %s", "review": "Decide on %s", "post": "Publish %s and tell us its address",
	"renewal": "Decide on the renewal", "renewal_offer": "Accept or decline the renewal", "payout": "Settle the payment",
	rapport.KeyUsageRights: "Extend the rights to a post, or let them end", rapport.KeyAllowlisting: "Extend the allow-listing of a post, or let it end",
	rapport.KeyExclusivity: "Extend the exclusivity, or let it end",
	"look_at_mail":         "Look at a mail before it goes out", "answer": "Answer the creator",
	"number":      "Enter the number of %s that a bonus depends on",
	"product":     "Arrive at the creator: the time for %s begins then",
	"extension":   "Give the creator more time for %s, or decline",
	"extra_round": "Say whether they make another round of %s", "round_declined": "Offer money for another round of %s, or go on without it",
}

// silenceEffects say what happens when nobody decides.
var silenceEffects = map[string]string{ //nolint:gochecknoglobals // a table
	"next_step": "The next step of the outreach follows", "reminder": "The owner gets a task", "offer_expires": "The offer expires",
	"contract_expires": "The contract expires and the talks go on", "draft_late": "It is marked late and the owner gets a task",
	"post_late": "The owner gets a task", "renewal_lapses": "The renewal lapses and an admin is told", "key_date_ends": "It ends on its day, and an admin is told before",
	"number_asked": "The owner gets a task", "bonus_open": "The bonus stays open",
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
	return sentence(string(kind))
}

var commandLabels = map[rapport.CommandKind]string{ //nolint:gochecknoglobals // a table
	rapport.CmdPause: "Pause", rapport.CmdResume: "Resume", rapport.CmdSnooze: "Snooze", rapport.CmdLogReply: "Log a reply", rapport.CmdMarkDeclined: "Mark as declined",
	rapport.CmdStartAgain: "Start again", rapport.CmdSendOffer: "Make an offer", rapport.CmdWithdrawOffer: "Withdraw the offer",
	rapport.CmdSendContract: "Send the contract", rapport.CmdWithdrawContr: "Withdraw the contract", rapport.CmdRetryCheck: "Check the post again",
	rapport.CmdAcceptContent: "Accept a deliverable", rapport.CmdWaive: "Waive a deliverable", rapport.CmdRevokeApproval: "Revoke an approval",
	rapport.CmdOfferRound: "Offer money for another round", rapport.CmdAgreeRound: "Agree to another round", rapport.CmdDeclineRound: "Decline another round",
	rapport.CmdNoteDelivery: "Note that the product has arrived", rapport.CmdRequestExtension: "Ask for more time", rapport.CmdWithdrawExtension: "Take the request for more time back",
	rapport.CmdGrantExtension: "Give more time", rapport.CmdDeclineExtension: "Give no more time",
	rapport.CmdAmend: "Amend the contract", rapport.CmdGiveBonus: "Give a bonus", rapport.CmdDropBonus: "Drop a bonus", rapport.CmdRecordNumber: "Enter a number",
	rapport.CmdReassign: "Ask somebody else", rapport.CmdStandIn: "Let somebody decide", rapport.CmdAskAgain: "Ask again",
	rapport.CmdDecideKeyDate: "Decide on what ends",
	rapport.CmdRenew:         "Offer a renewal", rapport.CmdLetLapse: "Let it lapse", rapport.CmdTerminate: "End the partnership", rapport.CmdBan: "Ban", rapport.CmdUnban: "Lift the ban",
	"approve_preparer": "Approve as preparer", "approve_releaser": "Approve as releaser", rapport.CmdApprovePayout: "Approve",
	rapport.CmdPayOffline: "Pay outside of Stripe", rapport.CmdPayStripe: "Pay by Stripe after all", rapport.CmdRecordOffline: "Record the payment",
	rapport.CmdHold: "Hold", rapport.CmdRelease: "Release", rapport.CmdRetry: "Try again", rapport.CmdCancel: "Cancel", rapport.CmdReconcile: "Look it up",
	rapport.CmdDecide: "Decide", rapport.CmdLetMailGo: "Let the mail go", rapport.CmdSkipMail: "Skip the mail", rapport.CmdMoveSequence: "Move to another version",
	rapport.CmdSnoozeThread: "Put the thread off", rapport.CmdWakeThread: "Bring the thread back",
}

// refusalWords says why a workflow did not take a command, who decided already and when, and what to do. by is the name of who
// decided; empty when a machine did.
func refusalWords(workflow string, kind rapport.CommandKind, r rapport.Refusal, by string) string {
	state := plainWords(r.State)
	switch r.Code {
	case "cooling_off":
		if !r.At.IsZero() {
			return "The creator is left in peace until " + moment(r.At) + ". Start again after that."
		}
	case "wrong_stage":
		if word, ok := stageWords[rapport.Stage(r.State)]; ok {
			return fmt.Sprintf("“%s” is not possible in the stage “%s”.", commandLabel(kind), word)
		}
	case "offer_decided", "contract_decided", "renewal_decided", "review_closed":
		noun := map[string]string{"offer_decided": "offer", "contract_decided": "contract", "renewal_decided": "renewal", "review_closed": "review"}[r.Code]
		if state != "" {
			return fmt.Sprintf("The %s is decided already: %s%s. Load the page again to see it.", noun, state, byAndAt(by, r.At))
		}
	case "already_decided", "already_approved":
		if by != "" {
			return fmt.Sprintf("This was decided already%s. Nothing more is needed of you.", byAndAt(by, r.At))
		}
	case "number_too_late":
		return "Read after " + moment(r.At) + " it may have been reached too late. Enter what it was then, or drop the bonus."
	case "number_before_post":
		if !r.At.IsZero() {
			return "The post was published on " + moment(r.At) + ": enter a number from then on, and not from the future."
		}
	case "deliverable_state", "already_submitted":
		if state != "" {
			return fmt.Sprintf("The deliverable is %s%s, which does not allow this.", state, byAndAt("", r.At))
		}
	case "not_awaiting_approval":
		if state != "" {
			return fmt.Sprintf("The payment does not wait for an approval now: it is %s.", state)
		}
	case rapport.RefusedCoolOff:
		if !r.At.IsZero() {
			return "The creator's bank account changed. This can be released from " + moment(r.At) + " on, so that the creator has time to object."
		}
	case "held_by_condition":
		if why, ok := holdWords[r.State]; ok {
			return "This is held because " + why + ". It is released when that is settled."
		}
	}
	if text, ok := refusalTable[r.Code]; ok {
		return text
	}
	return fmt.Sprintf("The %s does not take this now (%s). Load the page again.", workflow, plainWords(r.Code))
}

// byAndAt says who and when, as far as it is known.
func byAndAt(by string, at time.Time) string {
	text := ""
	if by != "" {
		text += " by " + by
	}
	if !at.IsZero() {
		text += " on " + moment(at)
	}
	return text
}

// refusalShort is why a command is not possible now, where nothing more is known than the code.
func refusalShort(workflow string, kind rapport.CommandKind, code, state string) string {
	return refusalWords(workflow, kind, rapport.Refusal{Code: code, State: state}, "")
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
	"amendment_is_out":        "Another amendment is waiting for its approval or signature.",
	"contract_unknown":        "There is no contract at this point, or another one took its place.",
	"contract_decided":        "The contract's state does not allow this.",
	"no_deliverable_fits":     "No deliverable is in a state that allows this.",
	"deliverable_unknown":     "This deliverable is not one of the present term.",
	"deliverable_state":       "The deliverable's state does not allow this.",
	"already_submitted":       "This version was handed in already.",
	"renewal_decided":         "The renewal is decided already.",
	"renewal_not_open":        "The renewal is not open for a decision now.",
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

// holdWords say why money is held.
var holdWords = map[string]string{ //nolint:gochecknoglobals // a table
	"manual": "a person holds it", rapport.HoldTerminated: "the partnership was ended",
	rapport.HoldTerms: "the contract has finance see something first", "ban": "the creator is banned", "post_mismatch": "the post differs from what was approved",
	"approval_revoked": "the approval of the content was revoked", "destination_changed": "the bank account changed lately",
}

// taskTitle says what a task asks for and what happens if nobody does it.
func taskTitle(kind, code string) (title, ifNotDone string) {
	t, ok := taskTitles[kind]
	switch {
	case !ok:
		return sentence(kind), ""
	case kind == "outreach_blocked" || kind == "find_address" || kind == "mail_failed" || kind == "payout_failed":
		if why, ok := causeWords[code]; ok {
			t[0] += ": " + why
		}
	case kind == "payout_held":
		if why, ok := holdWords[code]; ok {
			t[0] += ": " + why
		}
	case codeTitles[kind][code] != "":
		t[0] = codeTitles[kind][code]
	case kind == "content_late" && code == "post":
		t[0] = "Follow up on content that was not published in time"
	case kind == "content_missed" && code == rapport.RemedyTermination:
		t = [2]string{"A piece is late for so long that the contract lets you end it: decide whether to", "The contract goes on, and the piece stays late."}
	case kind == "approve_payout" && code != "":
		t[0] = "Approve a payment as " + code
	case kind == "mail_missing":
		t[0] = missingMailWords(code)
	case kind == "make_new_offer" && code != "":
		t[0] = "The last one came to nothing (" + plainWords(code) + "): make a new offer"
	}
	return t[0], t[1]
}

var taskTitles = map[string][2]string{ //nolint:gochecknoglobals // a table
	"outreach_step":         {"Do the manual step of the outreach", "The sequence goes on without it."},
	"look_at_mail":          {"Look at a mail before it goes out", "It waits, and a colleague is asked too."},
	"answer_late":           {"A creator waits for an answer beyond its time: see that somebody writes", "The creator goes on waiting."},
	"mention":               {"Read a note that mentions you", "Whoever wrote it waits for you."},
	"answer_reply":          {"Answer the creator's reply", "The brand's admins are told that the creator waits."},
	"answer_counter":        {"Answer the creator's counter-offer", "The creator waits and nothing moves on."},
	"make_offer":            {"Make an offer or close the conversation", "The partnership stays in conversation."},
	"make_new_offer":        {"Make a new offer", "The partnership stays where it is."},
	"approve_contract":      {"Check the contract and send it for signature", "The creator gets no contract."},
	"signing_stuck":         {"A contract cannot be signed as it was sent", "The creator goes on waiting, or what they signed counts for nothing."},
	"amendment_ended":       {"An amendment was not signed: talk to the creator, or leave it", "Everything stays as it was agreed."},
	"amendment_overtaken":   {"Part of a signed amendment came too late: see what was done or owed already", "That part stays as it was before the amendment."},
	"outreach_blocked":      {"Clear what blocks the outreach", "Nothing is sent to this creator."},
	"find_address":          {"Find an address for the creator", "Nothing can be sent to this creator."},
	"mail_failed":           {"Look at a mail that was not delivered", "The creator may not know about it."},
	"rounds_exceeded":       {"Agree on a revision round beyond the included ones", "The creator may refuse further changes."},
	"enter_number":          {"Enter the number that a bonus depends on", "The bonus stays open, and so does the partnership."},
	"round_declined":        {"The creator makes no further round for nothing: offer money, or go on without it", "The content stays as it is."},
	"round_unanswered":      {"The creator has not said whether they make another round: talk to them", "The content stays as it is."},
	"content_missed":        {"A piece is missed: what was to be paid for it has fallen away; see how you go on", "Nothing more happens."},
	"product_not_delivered": {"The product has not arrived at the creator: find out where it is", "The time for what waits for it does not begin."},
	"answer_extension":      {"A creator asks for more time: give it, or decline with words", "The brand's admins are told; the dates stay as they are."},
	"answer_extension_soon": {"A creator still waits for an answer about more time", "The brand's admins are told; the dates stay as they are."},
	"extension_unanswered":  {"Nobody answered a creator who asks for more time: see that somebody does", "The creator goes on waiting, and the dates stay as they are."},
	"content_late":          {"Follow up on a late draft", "The deliverable stays late, and its money is not owed."},
	"post_mismatch":         {"Clear up a post that differs from what was agreed", "After two days it counts as not put right; its money stays held."},
	"post_not_cured":        {"Decide on a post that was not put right", "Its money stays held."},
	"decide_renewal":        {"Decide on the renewal", "The renewal lapses at the notice date."},
	"decide_key_date":       {"Something that the contract gives ends: extend it, or let it end", "It ends on its day."},
	"key_date_undecided":    {"Nobody has decided about something that the contract gives and that ends soon", "It ends on its day."},
	"take_down":             {"Something that the contract gave has ended: stop using it", "The brand uses what it has no right to."},
	"renewal_lapsed":        {"A renewal lapsed without a decision: look at why", "The partnership ends with its term."},
	"review_nobody":         {"Nobody can decide on this content: give somebody the role", "The content is not reviewed."},
	"review_held":           {"Nobody decided on this content in time: see that it is decided", "The content stays unreviewed."},
	"approve_payout":        {"Approve a payment", "The creator is not paid."},
	"payout_held":           {"Look at a held payment", "The payment stays held."},
	"payout_failed":         {"A payment was rejected: cure it, or cancel it", "The creator is not paid."},
	"payout_unknown":        {"Nobody knows whether a transfer went through: check it and confirm", "The payment stays open."},
	"payee_not_ready":       {"The creator has not given a bank account: write to them", "The payment waits."},
	"reconciliation_break":  {"The books and Stripe differ over a transfer: find out why", "The difference stays in every reconciliation."},
	"conflict":              {"Something stands in the way of a post: change it, or say why it may stand", "It stays in the calendar."},
	"bank_returned":         {"The creator's bank returned a payment: ask the creator to correct the account", "The money stays with Stripe."},
	"payments_held":         {"Payments wait, and nothing is sent: see why, and compare the books with Stripe", "The creators are not paid."},
	"transfer_reversed":     {"A transfer was taken back at Stripe: find out why and put the books right", "The books say paid, and the creator does not have the money."},
	"approve_reversal":      {"Decide whether money is taken back from a creator", "Nothing is taken back."},
	"approve_write_off":     {"Decide whether to give up what a creator owes back", "It stays owed, and no payment makes it good meanwhile."},
	"reversal_failed":       {"Stripe refused to take money back: try again, keep it out of the next payments, or give it up", "The creator keeps the money."},
	"reversal_unknown":      {"Nobody knows whether money came back: check it at Stripe and confirm", "It stays open."},
	"netting_slow":          {"No payment makes good what a creator owes back: try again, or give it up", "It stays owed."},
	"record_payment":        {"Pay a creator outside of Stripe, and record the proof", "The creator is not paid."},
	"top_up":                {"The funds are short: top them up", "The payment waits."},
	"hold_too_late":         {"A hold came too late: decide whether to ask for the money back", "The creator keeps the money."},
	"cancel_too_late":       {"A cancellation came too late: decide whether to ask for the money back", "The creator keeps the money."},
	"finance_role_asked":    {"A finance role was asked for: confirm it under Settings > People, or find out why", "Nobody gets the role."},
	"second_factor_reset":   {"An authenticator was reset: check that its owner asked for it", "Their password alone opens until they set up another one."},
	"payout_policy_weaker":  {"Payments need fewer eyes than before: check that this was meant", "It holds for payments that are opened from now on."},
	"finance_role_granted":  {"Check that a finance role was granted rightly", "The role takes effect at its time."},
	"mail_missing":          {"Our count of mail differs from SendGrid's: find what is missing", "What a creator wrote, or what was sent to one, may stay lost."},
}

// codeTitles are the titles of tasks whose code says what is asked.
var codeTitles = map[string]map[string]string{ //nolint:gochecknoglobals // a table
	"decide_key_date": {
		rapport.KeyUsageRights: "Rights to a post end: extend them, or let them end", rapport.KeyAllowlisting: "Allow-listing of a post ends: extend it, or let it end",
		rapport.KeyExclusivity: "A creator's exclusivity ends: extend it, or let it end",
	},
	"signing_stuck": {
		"refused":   "Documenso does not take a contract: look at its token, its plan and the contract's text",
		"cancelled": "A contract was cancelled at Documenso: withdraw it and make another one, or talk to the creator",
		"expired":   "A creator's link to Documenso has ended: send it anew there, or withdraw the contract",
		"too_late":  "A creator signed a contract that had ended: tell them that it does not count",
	},
	"key_date_undecided": {
		rapport.KeyUsageRights: "Nobody has decided about rights that end soon", rapport.KeyAllowlisting: "Nobody has decided about allow-listing that ends soon",
		rapport.KeyExclusivity: "Nobody has decided about an exclusivity that ends soon",
	},
	"take_down": {
		rapport.KeyUsageRights: "The rights to a post have ended: stop using it", rapport.KeyAllowlisting: "Allow-listing of a post has ended: stop the advertisements",
	},
}

// missingMailWords says what the count of a day found: its date, then how many mails sent and received SendGrid has beyond ours; below
// zero, we beyond SendGrid's.
func missingMailWords(code string) string {
	title := taskTitles["mail_missing"][0]
	date, rest, _ := strings.Cut(code, "/")
	sent, received, _ := strings.Cut(rest, "/")
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return title
	}
	var parts []string
	say := func(count, more, fewer string) {
		switch n, _ := strconv.Atoi(count); { // what is no number says nothing
		case n > 0:
			parts = append(parts, mails(n)+" "+more)
		case n < 0:
			parts = append(parts, mails(-n)+" "+fewer)
		}
	}
	say(received, "that SendGrid received did not come here", "came here that SendGrid did not count")
	say(sent, "that SendGrid sent is not known here", "of ours never reached SendGrid")
	if len(parts) == 0 {
		return title
	}
	return "Find the mail that is missing of " + day.Format("2 January 2006") + ": " + strings.Join(parts, "; ")
}

func mails(n int) string {
	if n == 1 {
		return "1 mail"
	}
	return strconv.Itoa(n) + " mails"
}

// causeWords say what went wrong with a mail or a transfer.
var causeWords = map[string]string{ //nolint:gochecknoglobals // a table
	rapport.MailUnfiled: "a mail that may be the creator's answer waits in Inbox, Unmatched",
	"bounced":           "mail to the address comes back", "soft_bounce": "the mailbox did not take it for now",
	"dropped": "the mail provider would not send to the address", "complaint": "the creator reported our mail as spam",
	rapport.MailNoAddress: "no address is known", rapport.MailRejected: "the mail provider rejected it",
	rapport.MailNowhere: "its document at Documenso was cancelled",
	rapport.MailBlocked: "a merge tag has no value", rapport.MailUnknown: "nobody knows whether it arrived", rapport.MailCancelled: "something forbids writing to the creator",
	"rejected_funds": "the funds were short", "rejected_payee": "the creator's account cannot be paid", "do_not_contact": "the creator must not be contacted",
}
