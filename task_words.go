package rapport

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Words say what the task asks for and what happens if nobody does it.
func (t Task) Words() (title, ifNotDone string) {
	title, ifNotDone = TaskWords(t.Kind, t.Code)
	if t.Title != "" {
		title = t.Title
	}
	return title, ifNotDone
}

// AnswerPath is where a creator who waits is answered: in the thread, not by a new mail.
func AnswerPath(partnership uuid.UUID) string {
	return "/inbox?box=waiting&partnership=" + partnership.String()
}

// Path is the page where the task is done; empty when it has none.
func (t Task) Path() string {
	if t.Ref != nil {
		switch t.Kind {
		case "approve_payout", "payout_held", "payout_failed", "payout_unknown", "payee_not_ready", "hold_too_late", "cancel_too_late", "transfer_reversed", "top_up", "bank_returned", "record_payment",
			"approve_reversal", "approve_write_off", "reversal_failed", "reversal_unknown", "netting_slow":
			return "/payouts/" + t.Ref.String()
		case "reconciliation_break":
			return "/reconciliation?case=" + t.Ref.String()
		case "review_held", "review_nobody":
			return "/reviews/" + t.Ref.String()
		case "conflict":
			if t.PartnershipID != nil {
				return "/calendar?partnership=" + t.PartnershipID.String()
			}
		case "decide_key_date", "key_date_undecided", "take_down":
			if t.PartnershipID != nil && t.Code == KeyOption {
				return "/contracts/renewals?selected=" + t.PartnershipID.String()
			}
			if t.PartnershipID != nil {
				return "/contracts/dates?partnership=" + t.PartnershipID.String()
			}
		case "approve_contract", "amendment_ended", "amendment_overtaken", "signing_stuck":
			return "/contracts/" + t.Ref.String()
		}
	}
	switch {
	case t.PartnershipID != nil && slices.Contains([]string{"decide_renewal", "renewal_undecided", "renewal_declined", "renewal_lapsed", "option_unused"}, t.Kind):
		return "/contracts/renewals?selected=" + t.PartnershipID.String()
	case t.PartnershipID != nil && t.Kind == "answer_reply":
		return AnswerPath(*t.PartnershipID)
	case t.Kind == "top_up_failed":
		return "/settings/brands"
	case t.Kind == "payments_held", t.Kind == TaskLedgerUnsealed, t.Kind == TaskLedgerBroken:
		return "/reconciliation"
	case t.Kind == "finance_role_asked", t.Kind == "finance_role_granted", t.Kind == "second_factor_reset", t.Kind == "finance_enabled":
		return "/settings/people"
	case t.Kind == "payout_policy_weaker", t.Kind == "money_rules_weaker":
		return "/settings/brands"
	case t.Kind == "mail_missing":
		return "/settings/mail"
	case t.PartnershipID != nil:
		return "/partnerships/" + t.PartnershipID.String()
	case t.Creator != nil:
		return "/creators/" + t.Creator.ID.String()
	}
	return ""
}

// Sentence writes a word of ours for people.
func Sentence(word string) string {
	word = strings.ReplaceAll(word, "_", " ")
	if word == "" {
		return ""
	}
	return strings.ToUpper(word[:1]) + word[1:]
}

// HoldWords say why money is held; empty for what has no words.
func HoldWords(code string) string { return holdWords[code] }

var holdWords = map[string]string{ //nolint:gochecknoglobals // a table
	"manual": "a person holds it", HoldTerminated: "the partnership was ended",
	HoldTerms: "the contract has finance see something first", "ban": "the creator is banned", "post_mismatch": "the post differs from what was approved",
	"approval_revoked": "the approval of the content was revoked", "destination_changed": "the bank account changed lately",
}

// TaskWords say what a task of the kind asks for and what happens if nobody does it.
func TaskWords(kind, code string) (title, ifNotDone string) {
	t, ok := taskTitles[kind]
	switch {
	case !ok:
		return Sentence(kind), ""
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
	case kind == "content_missed" && code == RemedyTermination:
		t = [2]string{"A piece is late for so long that the contract lets you end it: decide whether to", "The contract goes on, and the piece stays late."}
	case kind == "approve_contract" && code == "amendment":
		t = [2]string{"Check the change to the contract and send it for signature", "The creator gets no change to sign, and everything goes on as it was agreed."}
	case kind == "approve_payout" && code != "":
		t[0] = "Approve a payment as " + code
	case kind == "mail_missing":
		t[0] = missingMailWords(code)
	case kind == "make_new_offer" && code != "":
		t[0] = "The last one came to nothing (" + strings.ReplaceAll(code, "_", " ") + "): make a new offer"
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
	"post_not_reported":     {"A post was planned for a time that has passed, and nobody has said that it is out: ask the creator", "It is late when its last day has passed."},
	"post_mismatch":         {"Clear up a post that differs from what was agreed", "After two days it counts as not put right; its money stays held."},
	"post_not_cured":        {"Decide on a post that was not put right", "Its money stays held."},
	"decide_renewal":        {"Decide on the renewal", "The renewal lapses at the notice date."},
	"decide_key_date":       {"Something that the contract gives ends: extend it, or let it end", "It ends on its day."},
	"key_date_undecided":    {"Nobody has decided about something that the contract gives and that ends soon", "It ends on its day."},
	"take_down":             {"Something that the contract gave has ended: stop using it", "The brand uses what it has no right to."},
	"option_unused":         {"An option to renew passed without a decision: look at why", "The next term needs the creator's agreement."},
	"renewal_undecided":     {"Nobody has decided on a renewal whose notice date is near", "The renewal lapses at the notice date."},
	"renewal_declined":      {"The creator declined the renewal: offer another term before the notice date, or let this one end", "The partnership ends with its term."},
	"term_unfinished":       {"The term is over and not all of it is done: finish what is open", "Nothing goes on: neither does the next term begin, nor the partnership end."},
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
	TaskLedgerUnsealed:      {"The newest postings of the ledger are not sealed: see that the workers run", "What is not sealed could be changed unseen."},
	TaskLedgerBroken:        {"The ledger is not what was sealed: let whoever runs Rapport find out what was changed", "Nobody can rely on the books."},
	"transfer_reversed":     {"A transfer was taken back at Stripe: find out why and put the books right", "The books say paid, and the creator does not have the money."},
	"approve_reversal":      {"Decide whether money is taken back from a creator", "Nothing is taken back."},
	"approve_write_off":     {"Decide whether to give up what a creator owes back", "It stays owed, and no payment makes it good meanwhile."},
	"reversal_failed":       {"Stripe refused to take money back: try again, keep it out of the next payments, or give it up", "The creator keeps the money."},
	"reversal_unknown":      {"Nobody knows whether money came back: check it at Stripe and confirm", "It stays open."},
	"netting_slow":          {"No payment makes good what a creator owes back: try again, or give it up", "It stays owed."},
	"record_payment":        {"Pay a creator outside of Stripe, and record the proof", "The creator is not paid."},
	"top_up_failed":         {"A top-up did not arrive: find out why at the bank, and top up again", "Payments that wait for these funds go on waiting."},
	"top_up":                {"The funds are short: top them up", "The payment waits."},
	"hold_too_late":         {"A hold came too late: decide whether to ask for the money back", "The creator keeps the money."},
	"cancel_too_late":       {"A cancellation came too late: decide whether to ask for the money back", "The creator keeps the money."},
	"finance_role_asked":    {"A finance role was asked for: confirm it under Settings > People, or find out why", "Nobody gets the role."},
	"second_factor_reset":   {"An authenticator was reset: check that its owner asked for it", "Their password alone opens until they set up another one."},
	"finance_enabled":       {"Somebody of finance was enabled again: check that this was meant", "They have their finance roles again."},
	"payout_policy_weaker":  {"Payments need fewer eyes than before: check that this was meant", "It holds for payments that are opened from now on."},
	"money_rules_weaker":    {"A brand's rules for money became weaker: check that this was meant", "It holds from now on."},
	"finance_role_granted":  {"Check that a finance role was granted rightly", "The role takes effect at its time."},
	"mail_missing":          {"Our count of mail differs from SendGrid's: find what is missing", "What a creator wrote, or what was sent to one, may stay lost."},
}

// codeTitles are the titles of tasks whose code says what is asked.
var codeTitles = map[string]map[string]string{ //nolint:gochecknoglobals // a table
	"decide_key_date": {
		KeyUsageRights: "Rights to a post end: extend them, or let them end", KeyAllowlisting: "Allow-listing of a post ends: extend it, or let it end",
		KeyExclusivity: "A creator's exclusivity ends: extend it, or let it end", KeyOption: "The option to renew ends: use it, or let it pass",
	},
	"decide_renewal": {
		"countered": "The creator asks for other terms of the renewal: decide on it", LapseOfferExpired: "The creator let the offer of a renewal expire: decide on it",
	},
	"term_unfinished": {
		"content": "The term is over and content is still owed: accept it, waive it, or move the end by an amendment",
		"money":   "The term is over and money is still owed: see that it is paid", "amendment": "The term is over and an amendment is out: see that it is signed, or withdraw it",
	},
	"signing_stuck": {
		"refused":   "Documenso does not take a contract: look at its token, its plan and the contract's text",
		"cancelled": "A contract was cancelled at Documenso: withdraw it and make another one, or talk to the creator",
		"expired":   "A creator's link to Documenso has ended: send it anew there, or withdraw the contract",
		"too_late":  "A creator signed a contract that had ended: tell them that it does not count",
		"unsealed":  "The signed file of a contract does not come from Documenso: fetch it there and keep it",
	},
	"payout_unknown": {
		ReconcileDiffers: "Stripe moved money for a payment otherwise than it was asked: accept it as the payment, or have it taken back",
	},
	"reversal_unknown": {
		ReconcileDiffers:     "Money came back otherwise than it was asked for: look at it at Stripe. It can be confirmed after a day of silence",
		ReconcileDiffersLong: "Money came back otherwise than it was asked for: look at it at Stripe and confirm what came",
	},
	"key_date_undecided": {
		KeyUsageRights: "Nobody has decided about rights that end soon", KeyAllowlisting: "Nobody has decided about allow-listing that ends soon",
		KeyExclusivity: "Nobody has decided about an exclusivity that ends soon", KeyOption: "Nobody has decided about an option to renew that ends soon",
	},
	"take_down": {
		KeyUsageRights: "The rights to a post have ended: stop using it", KeyAllowlisting: "Allow-listing of a post has ended: stop the advertisements",
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

// CauseWords say what went wrong with a mail or a transfer; empty for what has no words.
func CauseWords(code string) string { return causeWords[code] }

var causeWords = map[string]string{ //nolint:gochecknoglobals // a table
	MailUnfiled: "a mail that may be the creator's answer waits in Inbox, Unmatched",
	"bounced":   "mail to the address comes back", "soft_bounce": "the mailbox did not take it for now",
	"dropped": "the mail provider would not send to the address", "complaint": "the creator reported our mail as spam",
	MailNoAddress: "no address is known", MailRejected: "the mail provider rejected it",
	MailNowhere: "its document at Documenso was cancelled",
	MailBlocked: "a merge tag has no value", MailUnknown: "nobody knows whether it arrived", MailCancelled: "something forbids writing to the creator",
	"no_country":     "nobody has said in which country the creator lives; enter it on the creator's page",
	"rejected_funds": "the funds were short", "rejected_payee": "the creator's account cannot be paid", "do_not_contact": "the creator must not be contacted",
}
