package rapport_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport"
)

// way chooses how the payout is paid.
func (d *till) way(method string) {
	kind := rapport.CmdPayOffline
	if method == "" {
		kind = rapport.CmdPayStripe
	}
	d.do(d.p.ID, rapport.Command{Kind: kind, Actor: id("pia"), Code: method})
	d.run()
}

func (d *till) offline() rapport.Command {
	return rapport.Command{Kind: rapport.CmdRecordOffline, Actor: id("pia"), Ref: id("payment")}
}

// asks answers the effects of a payout that people pay.
func (d *till) asks(record string) {
	d.answers[rapport.EffectOrderOffline] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: rapport.SubmitAwaitingProof} }
	d.answers[rapport.EffectRecordOffline] = func(rapport.Effect) rapport.Outcome { return rapport.Outcome{Code: record} }
}

// What an offer says about its payment is kept: nobody asks the creator for a bank account at Stripe, and no approval has to begin anew.
func TestAnOfferThatIsPaidOutsideOfStripe(t *testing.T) {
	t.Parallel()

	d := newTill(t, func(h *house) { h.outside = true })
	require.NotContains(t, d.mails(), "payee_invitation")
	for _, a := range d.done {
		require.NotEqual(t, rapport.EffectOnboard, a.effect.Kind)
	}
	d.asks(rapport.SubmitPaid)
	require.Equal(t, rapport.OfflineOther, d.p.Offline)
	d.both()
	d.run()
	require.Equal(t, "finance_preparer", string(d.requireTask("record_payment").Role))
	d.do(d.p.ID, d.offline())
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	require.Zero(t, d.submits(), "Stripe is asked for nothing")
}

func TestPaidOutsideOfStripe(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.asks(rapport.SubmitPaid)
	require.Equal(t, "not_offline", d.refuses(rapport.Command{Kind: rapport.CmdPayStripe}))
	require.Equal(t, "not_awaiting_proof", d.refuses(d.offline()))
	d.approve("preparer", "pia")
	d.way("cheque")
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	require.Empty(t, d.p.Approvals, "what was approved was another way")
	require.Equal(t, "already_offline", d.refuses(rapport.Command{Kind: rapport.CmdPayOffline, Code: "cheque"}))
	require.Equal(t, "not_awaiting_proof", d.refuses(d.offline()))
	d.both()
	d.run()
	require.Equal(t, rapport.PayoutApproved, d.p.State)
	require.Equal(t, "finance_preparer", string(d.requireTask("record_payment").Role))
	require.Equal(t, "record_payment", d.p.View(d.now).Waiting[0].Decision)
	require.False(t, d.p.Done())
	d.do(d.p.ID, d.offline())
	require.Equal(t, "being_recorded", d.refuses(d.offline()), "a second click, or a second person")
	require.Equal(t, "being_recorded", d.refuses(rapport.Command{Kind: rapport.CmdPayStripe}))
	require.Equal(t, "being_sent", d.refuses(rapport.Command{Kind: rapport.CmdHold}))
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	require.True(t, d.p.Done())
	require.Zero(t, d.submits(), "Stripe is asked for nothing")
	require.Equal(t, "payment_made", d.mails()[len(d.mails())-1])
	require.Equal(t, "settled", d.house.p.Milestones[0].State)
	_, open := d.task("record_payment")
	require.False(t, open)
	for _, k := range []rapport.CommandKind{rapport.CmdPayOffline, rapport.CmdPayStripe, rapport.CmdRecordOffline} {
		require.NotEmpty(t, d.refuses(rapport.Command{Kind: k}), k)
	}
}

func TestTheWayOfPayingChangesOnlyWhileNothingWasSent(t *testing.T) {
	t.Parallel()

	for code, refused := range map[string]string{
		rapport.SubmitUnknown: "not_while_sent", rapport.SubmitPaid: "not_while_ended", rapport.SubmitRejected: "", rapport.SubmitPayeeNotReady: "", rapport.SubmitFundsShort: "",
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			d := newTill(t)
			d.comes(code)
			d.looks(rapport.ReconcileAbsent)
			d.both()
			require.Equal(t, "being_sent", d.refuses(rapport.Command{Kind: rapport.CmdPayOffline, Code: "paypal"}))
			d.run()
			require.Equal(t, refused, d.refuses(rapport.Command{Kind: rapport.CmdPayOffline, Code: "paypal"}))
			if refused != "" {
				return
			}
			d.way("paypal")
			require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
			require.Empty(t, d.p.Timers, "nobody is reminded of a bank account")
			for _, kind := range []string{"payout_failed", "top_up"} {
				_, open := d.task(kind)
				require.False(t, open, kind)
			}
			submits := d.submits()
			d.tell(rapport.SignalPayeeReady, "")
			d.tell(rapport.SignalFunds, "")
			d.pass(30)
			require.Equal(t, submits, d.submits())
		})
	}
	d := newTill(t)
	d.order(rapport.CmdHold)
	require.Equal(t, "not_while_held", d.refuses(rapport.Command{Kind: rapport.CmdPayOffline, Code: "paypal"}))
	d = newTill(t, func(h *house) { h.terms.Milestones[0].NetDays = 10 })
	require.Equal(t, "not_while_scheduled", d.refuses(rapport.Command{Kind: rapport.CmdPayOffline, Code: "paypal"}))
}

func TestBackToStripe(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.asks(rapport.SubmitPaid)
	d.way("goods")
	d.both()
	d.run()
	d.way("")
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	_, open := d.task("record_payment")
	require.False(t, open)
	d.both()
	d.run()
	require.Equal(t, rapport.PayoutPaid, d.p.State)
	require.Equal(t, 1, d.submits())
	require.Equal(t, "payment_sent", d.mails()[len(d.mails())-1])
}

func TestAHoldOfAPaymentThatPeopleMake(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.asks(rapport.SubmitPaid)
	d.way("other")
	d.both()
	d.run()
	d.order(rapport.CmdHold)
	require.Equal(t, rapport.PayoutHeld, d.p.State)
	require.Equal(t, "not_awaiting_proof", d.refuses(d.offline()))
	_, open := d.task("record_payment")
	require.False(t, open)
	d.order(rapport.CmdRelease)
	require.Equal(t, rapport.PayoutApproved, d.p.State, "the approvals are still good")
	d.requireTask("record_payment")
	d.order(rapport.CmdCancel)
	require.Equal(t, rapport.PayoutCancelled, d.p.State)
	_, open = d.task("record_payment")
	require.False(t, open)
}

func TestAPaymentThatIsNotWhatWasApproved(t *testing.T) {
	t.Parallel()

	d := newTill(t)
	d.asks(rapport.SubmitNotApproved)
	d.way("other")
	d.both()
	d.run()
	d.do(d.p.ID, d.offline())
	d.run()
	require.Equal(t, rapport.PayoutAwaitingApproval, d.p.State)
	d.both()
	d.run()
	d.asks(rapport.SubmitAwaitingProof)
	d.do(d.p.ID, d.offline())
	d.run()
	require.Equal(t, rapport.PayoutApproved, d.p.State)
	d.requireTask("record_payment")
}

func TestWhatAPaymentOutsideOfStripeNeeds(t *testing.T) {
	t.Parallel()

	good := func() rapport.OfflinePayment {
		return rapport.OfflinePayment{PaidOn: "2026-03-02", Reference: "A 1", Amount: rapport.Money{Amount: 100, Currency: "usd"}, Proof: rapport.File{Content: []byte("x")}}
	}
	require.Empty(t, good().Check("2026-03-02"))
	for field, spoil := range map[string]func(*rapport.OfflinePayment){
		"paid_on":   func(o *rapport.OfflinePayment) { o.PaidOn = "2026-03-03" },
		"reference": func(o *rapport.OfflinePayment) { o.Reference = " " },
		"proof":     func(o *rapport.OfflinePayment) { o.Proof.Content = nil },
		"amount":    func(o *rapport.OfflinePayment) { o.Amount.Amount = 0 },
	} {
		o := good()
		spoil(&o)
		bad := o.Check("2026-03-02")
		require.Len(t, bad, 1, field)
		require.Equal(t, field, bad[0].Path)
	}
	long, day := good(), good()
	long.Reference, day.PaidOn = strings.Repeat("é", 201), "yesterday"
	require.Equal(t, "too_long", long.Check("2026-03-02")[0].Code)
	require.Equal(t, "bad_date", day.Check("2026-03-02")[0].Code)
	require.False(t, slices.ContainsFunc(rapport.OfflineMethods(), func(m string) bool { return rapport.OfflineWords(m) == "" }))
	require.Empty(t, rapport.OfflineWay(""))
	require.Equal(t, "Outside of Stripe: PayPal", rapport.OfflineWay("paypal"))
}
