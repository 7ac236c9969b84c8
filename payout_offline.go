package rapport

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Paying outside of Stripe. The way is chosen by a preparer, approved anew like any other way, and proved by a person who did not release it.

// The commands of a payout that is paid outside of Stripe.
const (
	CmdPayOffline    CommandKind = "pay_offline"    // Code the way: see OfflineMethods
	CmdPayStripe     CommandKind = "pay_stripe"     // back to Stripe, before the payment is recorded
	CmdRecordOffline CommandKind = "record_offline" // Ref the row of the payment with its proof
)

// Effects of a payout that is paid outside of Stripe, with the codes of their outcomes. None of them asks Stripe for anything.
const (
	// EffectOrderOffline re-reads the approvals. awaiting_proof; not_approved.
	EffectOrderOffline = "order_offline"
	// EffectRecordOffline books what a person has paid and proved. paid; not_approved; awaiting_proof (it is not what was approved).
	EffectRecordOffline = "record_offline"
)

// SubmitAwaitingProof is the outcome for a payout that a person must pay and prove.
const SubmitAwaitingProof = "awaiting_proof"

// OfflineOther is a way outside of Stripe that is not said more exactly.
const OfflineOther = "other"

// OfflineMethods are the ways to pay outside of Stripe; the database's CHECK repeats them.
func OfflineMethods() []string {
	return []string{"bank_transfer", "paypal", "cheque", "goods", OfflineOther}
}

// OfflineWords says a way of paying in words, as it follows “by” or stands for itself.
func OfflineWords(method string) string {
	return map[string]string{"bank_transfer": "bank transfer", "paypal": "PayPal", "cheque": "cheque", "goods": "goods", "other": "another way"}[method]
}

// OfflineWay says how a payout is paid: empty for Stripe.
func OfflineWay(method string) string {
	if method == "" {
		return ""
	}
	return "Outside of Stripe: " + OfflineWords(method)
}

// OfflinePayment is a payment that a person made outside of Stripe, with its proof.
type OfflinePayment struct {
	ID         uuid.UUID
	PayoutID   uuid.UUID
	BrandID    uuid.UUID
	Round      int
	Method     string
	PaidOn     string // YYYY-MM-DD, a day of the brand's zone
	Reference  string
	Amount     Money
	Proof      File
	ProofSize  int64
	RecordedBy UserRef
	RecordedAt time.Time
}

// MaxProof is the size of a proof's file in bytes, at most.
const MaxProof = 10 << 20

// Check names every field that cannot be kept. Today is a day of the brand's zone.
func (o OfflinePayment) Check(today string) (bad []Field) {
	if _, err := time.Parse(time.DateOnly, o.PaidOn); err != nil {
		bad = append(bad, Field{"paid_on", "bad_date", "Give the day on which it was paid, such as 2026-03-31."})
	} else if o.PaidOn > today {
		bad = append(bad, Field{"paid_on", "future", "This day has not come yet. Record the payment when it was made."})
	}
	switch n := len([]rune(strings.TrimSpace(o.Reference))); {
	case n == 0:
		bad = append(bad, Field{"reference", "required", "Give the reference of the payment, as the bank or the receipt names it."})
	case n > 200:
		bad = append(bad, Field{"reference", "too_long", "At most 200 characters."})
	}
	for _, f := range CheckMoney("amount", o.Amount) {
		f.Path = strings.TrimPrefix(f.Path, "amount.") // a form has no fields in fields
		bad = append(bad, f)
	}
	if len(o.Proof.Content) == 0 {
		bad = append(bad, Field{"proof", "required", "Add the proof: a PDF, PNG or JPEG of the receipt or the bank's confirmation."})
	}
	return bad
}

// allowedOffline says why a command about paying outside of Stripe would be refused now.
func (p *Payout) allowedOffline(cmd Command) *Refusal {
	switch {
	case p.submitting() && p.Offline != "":
		return p.refuse("being_recorded")
	case p.submitting():
		return p.refuse("being_sent")
	case cmd.Kind == CmdRecordOffline:
		if p.Offline == "" || p.State != PayoutApproved {
			return p.refuse("not_awaiting_proof")
		}
	case cmd.Kind == CmdPayStripe:
		if p.Offline == "" {
			return p.refuse("not_offline")
		}
		if p.State != PayoutAwaitingApproval && p.State != PayoutApproved {
			return p.refuse("not_while_" + p.stands())
		}
	case p.Offline != "":
		return p.refuse("already_offline")
	case !slices.Contains([]PayoutState{PayoutAwaitingApproval, PayoutApproved, PayoutAwaitingPayee, PayoutAwaitingFunds, PayoutFailed}, p.State):
		return p.refuse("not_while_" + p.stands())
	}
	return nil
}

// stands is why the way of paying cannot change in the present state.
func (p *Payout) stands() string {
	switch p.State {
	case PayoutHeld, PayoutScheduled:
		return string(p.State)
	case PayoutSubmitted, PayoutUnknown:
		return "sent"
	default:
		return "ended"
	}
}

// pay changes the way of paying. What was approved was another way, so that the approvals start anew.
func (p *Payout) pay(now time.Time, method string, actor uuid.UUID) {
	p.Offline, p.Approvals, p.Failed, p.Gated, p.Woken, p.Timers = method, nil, "", false, false, nil
	for _, k := range []string{"failed", "payee", "funds", "proof", "approve/preparer", "approve/releaser"} {
		p.closeTask(k)
	}
	kind := "payout_stripe"
	if method != "" {
		kind = "payout_offline"
	}
	p.fact(now, Fact{Kind: kind, Ref: p.ID, Actor: actor, Code: method, Amount: p.Amount})
	p.change(Change{Noun: "payout_method", ID: p.ID, State: string(PayoutAwaitingApproval), At: now, Code: method})
	p.askApproval(now)
}

// awaitProof says that it is approved, and that somebody must pay it and prove that.
func (p *Payout) awaitProof(now time.Time) {
	p.fact(now, Fact{Kind: "payout_awaiting_proof", Ref: p.ID, Code: p.Offline, Amount: p.Amount})
	p.task(TaskChange{
		Key: "proof", Kind: "record_payment", Code: p.Offline, Role: RoleFinancePreparer, Ref: p.ID, Due: p.Calendar.AddBusinessDays(now, p.Timings.TaskDueBusinessDays),
	})
}

// closeProof closes the task of paying it outside of Stripe.
func (p *Payout) closeProof() {
	if p.Offline != "" {
		p.closeTask("proof")
	}
}

// recordPayment asks for the booking of a payment that a person made.
func (p *Payout) recordPayment(now time.Time, cmd Command) {
	p.fact(now, Fact{Kind: "payout_recorded", Ref: p.ID, Ref2: cmd.Ref, Actor: cmd.Actor, Code: p.Offline, Amount: p.Amount})
	p.do(Effect{Key: fmt.Sprintf("record/%d", p.Seq), Kind: EffectRecordOffline, Ref: p.ID, Ref2: cmd.Ref})
}
