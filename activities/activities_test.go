package activities_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"rapport"
	"rapport/activities"
)

type kit struct {
	*activities.Activities

	s *store
	p *payer
	m *mailer
}

func newKit() *kit {
	k := &kit{s: &store{fail: map[string]error{}}, p: &payer{}, m: &mailer{}}
	k.Activities = &activities.Activities{
		Store: k.s, Payer: k.p, Mailer: k.m, Fetcher: fetcher{}, PublicURL: "https://rapport.test", MailHost: "mail.test", Paper: func(c rapport.SignedContract) ([]byte, error) {
			return []byte("file of " + c.Number), k.s.fail["write"]
		},
		NewToken: func() string { return "token" }, HashToken: func(t string) []byte { return []byte("hash of " + t) },
	}
	k.s.draft = rapport.MailDraft{
		MessageID: id("message"), State: "prepared", Kind: rapport.MailOutreach, ContactID: id("contact"), To: "mia@example.com", From: "acme@example.com",
		Subject: "Hello {{creator.first_name}}", Body: "Hi {{creator.first_name}}, see {{portal_link}}", Values: map[string]string{"creator.first_name": "Mia"}, Portal: true,
	}
	k.s.claim.Verdict = "claimed"
	return k
}

func effect(kind, code string) activities.EffectInput {
	return activities.EffectInput{
		Effect: rapport.Effect{Key: "key/1", Kind: kind, Code: code, Ref: id("ref"), Ref2: id("ref2")}, Kind: "partnership", ID: id("partnership"), BrandID: id("brand"), PartnershipID: id("partnership"),
	}
}

// retried checks that an error is one that Temporal tries again, of the type given.
func retried(t *testing.T, err error, kind string) {
	t.Helper()
	_ = delay(t, err, kind)
}

// delay is how long such an error asks to wait.
func delay(t *testing.T, err error, kind string) time.Duration {
	t.Helper()
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, kind, app.Type())
	require.False(t, app.NonRetryable())
	return app.NextRetryDelay()
}

func TestAMailIsSent(t *testing.T) {
	t.Parallel()

	k := newKit()
	out, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
	require.NoError(t, err)
	require.Equal(t, rapport.Outcome{Code: rapport.MailAccepted, Ref: id("message")}, out)
	require.Equal(t, []string{"prepare invitation partnership/" + id("partnership").String() + "/key/1", "claim", "settle accepted provider-id"}, k.s.log)
	sent := k.m.sent[0]
	require.Equal(t, "Hello Mia", sent.Subject)
	require.Equal(t, "Hi Mia, see https://rapport.test/portal/token", sent.Text)
	require.Equal(t, "https://rapport.test/unsubscribe/token", sent.Unsubscribe)
	require.Equal(t, "<"+id("message").String()+"@mail.test>", sent.MessageID)
	require.Equal(t, id("message").String()+"@reply.test", sent.ReplyTo)
	require.Equal(t, [3]string{"Hello Mia", "Hi Mia, see {{portal_link}}", sent.MessageID}, k.s.saved, "the archive keeps no link that opens the creator's page")
	require.Equal(t, "hash of token", string(k.s.link))

	k = newKit()
	k.s.draft.Kind, k.s.draft.Portal, k.s.draft.Body = rapport.MailTransactional, false, "Paid."
	_, err = k.SendMail(t.Context(), effect(rapport.EffectMail, "payment_sent"))
	require.NoError(t, err)
	require.Empty(t, k.m.sent[0].Unsubscribe)
	require.Nil(t, k.s.link)
}

func TestAMailThatIsNotSent(t *testing.T) {
	t.Parallel()

	until := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		set  func(k *kit)
		want rapport.Outcome
	}{
		{"nobody to write to", func(k *kit) { k.s.draft.NoAddress = true }, rapport.Outcome{Code: rapport.MailNoAddress}},
		{"a tag without a value", func(k *kit) { k.s.draft.Body = "Hi {{creator.shoe_size}}" }, rapport.Outcome{Code: rapport.MailBlocked, Ref: id("message")}},
		{"a tag without a value in the subject", func(k *kit) { k.s.draft.Subject = "{{nothing}}" }, rapport.Outcome{Code: rapport.MailBlocked, Ref: id("message")}},
		{"a stop condition", func(k *kit) { k.s.claim.Verdict = "cancelled" }, rapport.Outcome{Code: rapport.MailCancelled, Ref: id("message")}},
		{"a throttle", func(k *kit) { k.s.claim = rapport.MailClaim{Verdict: "deferred", Until: until} }, rapport.Outcome{Code: rapport.MailDeferred, Ref: id("message"), At: until}},
		{"claimed by somebody else", func(k *kit) { k.s.claim.Verdict = "accepted" }, rapport.Outcome{Code: rapport.MailAccepted, Ref: id("message")}},
		{"sent before", func(k *kit) { k.s.draft.State = "delivered" }, rapport.Outcome{Code: rapport.MailAccepted, Ref: id("message")}},
		{"bounced before", func(k *kit) { k.s.draft.State = "bounced" }, rapport.Outcome{Code: rapport.MailAccepted, Ref: id("message")}},
		{"cancelled before", func(k *kit) { k.s.draft.State = "cancelled" }, rapport.Outcome{Code: rapport.MailCancelled, Ref: id("message")}},
		{"rejected before", func(k *kit) { k.s.draft.State = "rejected" }, rapport.Outcome{Code: rapport.MailRejected, Ref: id("message")}},
		{"unknown before", func(k *kit) { k.s.draft.State = "unknown" }, rapport.Outcome{Code: rapport.MailUnknown, Ref: id("message")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newKit()
			c.set(k)
			out, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
			require.NoError(t, err)
			require.Equal(t, c.want, out)
			require.Empty(t, k.m.sent)
		})
	}
}

func TestWhatTheMailProviderAnswers(t *testing.T) {
	t.Parallel()

	for outcome, kind := range map[string]string{"unsent": "provider.unsent", "rate_limited": "provider.rate_limited", "unauthorized": "provider.unauthorized"} {
		k := newKit()
		k.m.err = &rapport.SendError{Outcome: outcome, RetryAfter: 90 * time.Second}
		_, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
		require.Equal(t, 90*time.Second, delay(t, err, kind))
		require.Equal(t, "prepared", k.s.draft.State, "it has not left, so it may be claimed again")
		k.m.err = nil
		out, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
		require.NoError(t, err)
		require.Equal(t, rapport.MailAccepted, out.Code)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{&rapport.SendError{Outcome: "rejected"}, rapport.MailRejected}, {&rapport.SendError{Outcome: "unknown"}, rapport.MailUnknown}, {errors.New("reset by peer"), rapport.MailUnknown},
	} {
		k := newKit()
		k.m.err = c.err
		out, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
		require.NoError(t, err)
		require.Equal(t, c.want, out.Code)
		require.Equal(t, c.want, k.s.draft.State)
	}
}

func TestAMailIsNeverSentTwice(t *testing.T) {
	t.Parallel()

	t.Run("the process died with the mail in its hands", func(t *testing.T) {
		t.Parallel()
		k := newKit()
		k.s.fail["settle accepted"] = errAway
		_, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
		retried(t, err, "internal")
		out, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
		require.NoError(t, err)
		require.Equal(t, rapport.MailUnknown, out.Code)
		require.Equal(t, "unknown", k.s.draft.State)
		require.Len(t, k.m.sent, 1)
	})
	t.Run("the worker was told to stop meanwhile", func(t *testing.T) {
		t.Parallel()
		k := newKit()
		ctx, cancel := context.WithCancel(t.Context())
		k.m.wait = cancel
		out, err := k.SendMail(ctx, effect(rapport.EffectMail, "invitation"))
		require.NoError(t, err)
		require.Equal(t, rapport.MailAccepted, out.Code)
		require.Equal(t, "accepted", k.s.draft.State)
	})
	for _, name := range []string{"prepare", "claim"} {
		t.Run(name+" fails", func(t *testing.T) {
			t.Parallel()
			k := newKit()
			k.s.fail[name] = errAway
			_, err := k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
			retried(t, err, "internal")
			require.Empty(t, k.m.sent)
			_, err = k.SendMail(t.Context(), effect(rapport.EffectMail, "invitation"))
			require.NoError(t, err)
			require.Len(t, k.m.sent, 1)
		})
	}
}

func TestAMailThatAPersonWrote(t *testing.T) {
	t.Parallel()

	k := newKit()
	k.s.draft.Subject, k.s.draft.Body, k.s.draft.Kind = "Hi {{not a tag}}", "Code 123456", rapport.MailTransactional
	k.s.draft.Portal = false
	code, err := k.SendManual(t.Context(), id("message"))
	require.NoError(t, err)
	require.Equal(t, rapport.MailAccepted, code)
	require.Equal(t, "Hi {{not a tag}}", k.m.sent[0].Subject)
	require.Equal(t, []string{"manual", "claim", "settle accepted provider-id"}, k.s.log)

	for state, want := range map[string]string{"sending": rapport.MailUnknown, "accepted": rapport.MailAccepted, "unknown": rapport.MailUnknown} {
		k = newKit()
		k.s.draft.State = state
		code, err = k.SendManual(t.Context(), id("message"))
		require.NoError(t, err)
		require.Equal(t, want, code)
		require.Empty(t, k.m.sent)
	}
	k = newKit()
	k.s.draft.NoAddress = true
	code, err = k.SendManual(t.Context(), id("message"))
	require.NoError(t, err)
	require.Equal(t, rapport.MailNoAddress, code)
	k = newKit()
	k.s.claim.Verdict = "cancelled"
	code, err = k.SendManual(t.Context(), id("message"))
	require.NoError(t, err)
	require.Equal(t, "cancelled", code)

	// A machine's mail that a person sends once more has its link, and waits where a limit says so.
	k = newKit()
	k.s.draft.Body = "Look: {{portal_link}}"
	_, err = k.SendManual(t.Context(), id("message"))
	require.NoError(t, err)
	require.Contains(t, k.m.sent[0].Text, "/portal/")
	require.Contains(t, k.m.sent[0].Unsubscribe, "/unsubscribe/")
	k = newKit()
	k.s.claim.Verdict, k.s.claim.Until = "deferred", time.Now().Add(time.Minute)
	_, err = k.SendManual(t.Context(), id("message"))
	require.Error(t, err, "the next try asks again")
	require.Empty(t, k.m.sent)
}

func TestApproversAreNotified(t *testing.T) {
	t.Parallel()

	k := newKit()
	k.s.people = []rapport.ReviewerToTell{{ID: id("ada")}, {ID: id("ben")}, {ID: id("out"), Outside: true}}
	k.s.draft.State = "accepted"
	in := effect(rapport.EffectNotify, "asked")
	in.Kind, in.ID = "review", id("review")
	out, err := k.NotifyApprovers(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, rapport.Outcome{Code: "done", N: 3}, out)
	ofReview := "review/" + id("review").String() + "/key/1/"
	require.Equal(t, []string{
		"approvers", "tell asked", "prepare review_asked " + ofReview + id("ada").String(), "tell asked", "prepare review_asked " + ofReview + id("ben").String(),
		"prepare review_outside " + ofReview + id("out").String(),
	}, k.s.log[:6])

	k.s.log, k.s.later = nil, id("ada")
	_, err = k.NotifyApprovers(t.Context(), in)
	require.NoError(t, err)
	require.NotContains(t, k.s.log, "prepare review_asked "+ofReview+id("ada").String(), "who wants it later, or not at all, has no mail now")
	require.Contains(t, k.s.log, "prepare review_asked "+ofReview+id("ben").String())
	k.s.fail["tell asked"] = errAway
	_, err = k.NotifyApprovers(t.Context(), in)
	retried(t, err, "internal")
	delete(k.s.fail, "tell asked")
	k.s.later = uuid.Nil
	k.s.fail["prepare"] = errAway
	_, err = k.NotifyApprovers(t.Context(), in)
	retried(t, err, "internal")
}

// ---- money

func paid(r rapport.TransferRequest) (rapport.Transfer, error) {
	return rapport.Transfer{ID: "tr_1", PayoutID: r.PayoutID, Attempt: r.Attempt, Amount: r.Amount, Destination: r.Destination}, nil
}

func newTill() *kit {
	k := newKit()
	k.s.payee = rapport.Payee{CreatorID: id("creator"), State: "ready", Account: "acct_1"}
	k.p.account = rapport.PayeeAccount{ID: "acct_1", Ready: true}
	request := rapport.TransferRequest{Key: "po_x_1", PayoutID: id("partnership"), Attempt: 1, Amount: rapport.Money{Amount: 100, Currency: "eur"}, Destination: "acct_1"}
	k.s.order = rapport.PayoutOrder{Verdict: "submit", Request: request}
	k.s.open = rapport.OpenAttempt{Request: k.s.order.Request}
	k.p.transfer = paid
	return k
}

func TestAPayoutIsSent(t *testing.T) {
	t.Parallel()

	k := newTill()
	out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, out.Code)
	// The attempt is committed before the first byte, the answer before it is reported.
	require.Equal(t, []string{"payee", "save payee acct_1 ready", "order hash of po_x_1", "sent 1", "paid 1 tr_1"}, k.s.log)
	require.Equal(t, []string{"look up", "transfer po_x_1"}, k.p.log)
}

func TestAPayoutThatMayNotBeSent(t *testing.T) {
	t.Parallel()

	for _, verdict := range []string{rapport.SubmitNotApproved, rapport.SubmitPayeeNotReady, rapport.SubmitNewRound, rapport.SubmitFundsShort, rapport.SubmitPaid, rapport.SubmitUnknown} {
		k := newTill()
		k.s.order = rapport.PayoutOrder{Verdict: verdict}
		out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
		require.NoError(t, err)
		require.Equal(t, verdict, out.Code)
		require.Empty(t, k.p.log)
	}
	k := newTill()
	k.s.payee.Account = ""
	k.s.order = rapport.PayoutOrder{Verdict: rapport.SubmitPayeeNotReady}
	out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPayeeNotReady, out.Code, "there is no account to look at")
	k = newTill()
	k.p.seen = &rapport.PayError{Outcome: rapport.PayUnsent}
	_, err = k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	retried(t, err, "provider.unsent")
	require.Empty(t, k.p.log, "whether the payee is ready is read afresh before money moves")
}

// TestWhileTheKeyIsRefused: nobody asks the provider for anything, whatever it is about.
func TestWhileTheKeyIsRefused(t *testing.T) {
	t.Parallel()

	k := newTill()
	k.s.paused = true
	k.s.order.Gate = rapport.GatePaused
	_, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.Equal(t, time.Minute, delay(t, err, "gate.paused"))
	_, err = k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, ""))
	require.Equal(t, time.Minute, delay(t, err, "gate.paused"))
	_, err = k.CreateTopUp(t.Context(), id("topup"))
	require.Equal(t, time.Minute, delay(t, err, "gate.paused"))
	require.Empty(t, k.p.log)
	k.s.order = rapport.PayoutOrder{Verdict: rapport.SubmitGated}
	out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitGated, out.Code)
	require.Empty(t, k.p.log)
}

// TestBehindTheGate: what was sent before is looked up and settled, and nothing else is sent.
func TestBehindTheGate(t *testing.T) {
	t.Parallel()

	k := newTill()
	k.s.order.Gate = rapport.GateMissingHere
	_, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.Equal(t, time.Minute, delay(t, err, "gate.missing_here"))
	require.Equal(t, []string{"look up"}, k.p.log)
	r := k.s.order.Request
	k.p.found = []rapport.Transfer{{ID: "tr_1", PayoutID: r.PayoutID, Attempt: r.Attempt, Amount: r.Amount, Destination: r.Destination}}
	out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPaid, out.Code)
	require.Equal(t, []string{"look up", "look up"}, k.p.log)
}

func TestWhatThePaymentProviderAnswers(t *testing.T) {
	t.Parallel()

	for _, c := range []struct{ outcome, code, log string }{
		{rapport.PayRejected, rapport.SubmitRejected, "rejected 1 card"},
		{rapport.PayRejectedFunds, rapport.SubmitRejectedFunds, "rejected 1 card"},
		{rapport.PayRejectedPayee, rapport.SubmitRejectedPayee, "rejected 1 card"},
		{rapport.PayIndeterminate, rapport.SubmitUnknown, "unknown"},
		{rapport.PayFrozen, rapport.SubmitUnknown, "unknown"},
	} {
		k := newTill()
		k.p.transfer = func(rapport.TransferRequest) (rapport.Transfer, error) {
			return rapport.Transfer{}, &rapport.PayError{Outcome: c.outcome, Code: "card"}
		}
		out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
		require.NoError(t, err, c.outcome)
		require.Equal(t, []any{c.code, c.outcome == rapport.PayRejectedPayee}, []any{out.Code, out.Tell}, "the creator hears of their account")
		require.Equal(t, c.log, k.s.log[len(k.s.log)-1])
	}
	for outcome, wait := range map[string]time.Duration{
		rapport.PayUnsent: 7 * time.Second, rapport.PayAmbiguous: 7 * time.Second, rapport.PayBusy: 7 * time.Second, rapport.PayRateLimited: 7 * time.Second, rapport.PayUnauthorized: time.Minute,
	} {
		k := newTill()
		k.p.transfer = func(rapport.TransferRequest) (rapport.Transfer, error) {
			return rapport.Transfer{}, &rapport.PayError{Outcome: outcome, Code: "x", RetryAfter: 7 * time.Second}
		}
		_, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
		require.Equal(t, wait, delay(t, err, "provider."+outcome))
		last := "sent 1"
		if outcome == rapport.PayUnauthorized {
			last = "pause x"
		}
		require.Equal(t, last, k.s.log[len(k.s.log)-1], "the attempt stays open under its key")
	}
	k := newTill()
	k.p.transfer = func(rapport.TransferRequest) (rapport.Transfer, error) {
		return rapport.Transfer{}, errors.New("something else, with mia@example.com in it")
	}
	_, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	retried(t, err, "provider.ambiguous")
	require.NotContains(t, err.Error(), "mia@example.com")
}

func TestMoneyIsNeverSentTwice(t *testing.T) {
	t.Parallel()

	in := effect(rapport.EffectSubmit, "")
	t.Run("the process died before the first byte", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		out, err := k.SubmitPayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code)
		require.Equal(t, []string{"look up", "transfer po_x_1"}, k.p.log, "it asks before it sends, and sends under the same key")
	})
	t.Run("the process died after the answer", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		k.p.transfer = func(r rapport.TransferRequest) (rapport.Transfer, error) {
			t, err := paid(r)
			k.p.found = append(k.p.found, t)
			return t, err
		}
		k.s.fail["paid"] = errAway
		_, err := k.SubmitPayout(t.Context(), in)
		retried(t, err, "internal")
		out, err := k.SubmitPayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code)
		require.Equal(t, []string{"look up", "transfer po_x_1", "look up"}, k.p.log)
		require.Equal(t, "paid 1 tr_1", k.s.log[len(k.s.log)-1])
	})
	t.Run("the worker was told to stop meanwhile", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		ctx, cancel := context.WithCancel(t.Context())
		k.p.transfer = func(r rapport.TransferRequest) (rapport.Transfer, error) { cancel(); return paid(r) }
		out, err := k.SubmitPayout(ctx, in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code)
	})
	t.Run("the look-up fails", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		k.p.looked = &rapport.PayError{Outcome: rapport.PayUnsent}
		_, err := k.SubmitPayout(t.Context(), in)
		retried(t, err, "provider.unsent")
		require.Equal(t, []string{"look up"}, k.p.log)
	})
	t.Run("the key is too old", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		k.s.order.Expired = true
		out, err := k.SubmitPayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitUnknown, out.Code)
		require.Equal(t, []string{"look up"}, k.p.log)
		require.Equal(t, "unknown", k.s.log[len(k.s.log)-1])
	})
	t.Run("a transfer that is not this attempt's", func(t *testing.T) {
		t.Parallel()
		for _, change := range []func(*rapport.Transfer){
			func(x *rapport.Transfer) { x.Amount.Amount++ }, func(x *rapport.Transfer) { x.Amount.Currency = "usd" },
			func(x *rapport.Transfer) { x.Destination = "acct_2" }, func(x *rapport.Transfer) { x.Attempt++ },
		} {
			k := newTill()
			other, _ := paid(k.s.order.Request)
			change(&other)
			k.p.found = []rapport.Transfer{other}
			out, err := k.SubmitPayout(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, rapport.SubmitUnknown, out.Code)
			require.Equal(t, []string{"look up"}, k.p.log, "money moved already: nothing is sent on top of it")
			out, err = k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, "confirm"))
			require.NoError(t, err)
			require.Equal(t, rapport.ReconcileDiffers, out.Code, "nobody can call it absent")
			require.Equal(t, "found 1", k.s.log[len(k.s.log)-1], "people look at it")
			k.s.fail["found"] = rapport.Errorf(rapport.CodeUnavailable, "away")
			_, err = k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, ""))
			retried(t, err, "internal")
		}
	})
	t.Run("a transfer that is not this attempt's, and two people accept it", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		other, _ := paid(k.s.order.Request)
		other.Amount.Amount++
		k.p.found = []rapport.Transfer{other}
		k.s.open.Accepted = other.ID
		k.s.short = true
		out, err := k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, ""))
		require.NoError(t, err)
		require.Equal(t, rapport.ReconcileDiffers, out.Code, "the brand's funds do not cover it yet")
		k.s.short = false
		out, err = k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, ""))
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code)
		require.Equal(t, "accepted 1 "+other.ID, k.s.log[len(k.s.log)-1])
		right, _ := paid(k.s.order.Request)
		right.ID = "tr_right"
		k.p.found = []rapport.Transfer{other, right}
		_, err = k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, ""))
		require.NoError(t, err)
		require.Equal(t, "paid 1 tr_right", k.s.log[len(k.s.log)-1], "what was asked for comes first")
	})
	t.Run("a transfer that is not this attempt's, and was taken back", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		other, _ := paid(k.s.order.Request)
		other.Attempt++
		other.TakenBack = other.Amount.Amount
		k.p.found = []rapport.Transfer{other}
		out, err := k.ReconcilePayout(t.Context(), effect(rapport.EffectReconcile, ""))
		require.NoError(t, err)
		require.Equal(t, rapport.ReconcileAbsent, out.Code, "it moved nothing")
		out, err = k.SubmitPayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code, "and does not keep the payment back")
	})
	t.Run("a transfer that somebody took back since", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		x, _ := paid(k.s.order.Request)
		x.TakenBack = x.Amount.Amount
		k.p.found = []rapport.Transfer{x}
		out, err := k.SubmitPayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code, "it was paid; what came back is recorded beside it")
		require.Equal(t, []string{"look up"}, k.p.log)
	})
	for _, name := range []string{"payee", "save payee", "order", "sent"} {
		t.Run(name+" fails", func(t *testing.T) {
			t.Parallel()
			k := newTill()
			k.s.fail[name] = rapport.Errorf(rapport.CodeUnavailable, "away")
			_, err := k.SubmitPayout(t.Context(), in)
			retried(t, err, "internal")
			require.NotContains(t, k.p.log, "transfer po_x_1")
		})
	}
}

func TestReconciling(t *testing.T) {
	t.Parallel()

	in, confirm := effect(rapport.EffectReconcile, ""), effect(rapport.EffectReconcile, "confirm")
	t.Run("settled meanwhile", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		k.s.open.Settled = true
		out, err := k.ReconcilePayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code)
		require.Empty(t, k.p.log)
	})
	t.Run("nothing to look for", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		k.s.open = rapport.OpenAttempt{None: true}
		out, err := k.ReconcilePayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.ReconcileNeverSent, out.Code)
		k.s.open = rapport.OpenAttempt{Rejection: rapport.SubmitRejectedFunds}
		out, err = k.ReconcilePayout(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitRejectedFunds, out.Code)
		require.Empty(t, k.p.log)
	})
	t.Run("found", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		x, _ := paid(k.s.open.Request)
		k.p.found = []rapport.Transfer{x}
		out, err := k.ReconcilePayout(t.Context(), confirm)
		require.NoError(t, err)
		require.Equal(t, rapport.SubmitPaid, out.Code)
		require.Equal(t, "paid 1 tr_1", k.s.log[len(k.s.log)-1])
	})
	t.Run("absent", func(t *testing.T) {
		t.Parallel()
		for _, c := range []struct {
			since   time.Duration
			lookUps int
			in      activities.EffectInput
			want    string
		}{
			{time.Hour, 9, in, rapport.ReconcileAbsent}, {25 * time.Hour, 1, in, rapport.ReconcileAbsent}, {25 * time.Hour, 2, in, rapport.ReconcileAbsentLong},
			{time.Hour, 9, confirm, rapport.ReconcileAbsent}, {25 * time.Hour, 1, confirm, rapport.ReconcileAbsent}, {25 * time.Hour, 2, confirm, rapport.SubmitRejected},
		} {
			k := newTill()
			k.s.open.SinceSent, k.s.open.LookUps = c.since, c.lookUps
			out, err := k.ReconcilePayout(t.Context(), c.in)
			require.NoError(t, err)
			require.Equal(t, c.want, out.Code)
			require.Equal(t, c.want == rapport.SubmitRejected, k.s.log[len(k.s.log)-1] == "rejected 1 confirmed_absent")
			require.Equal(t, []string{"look up"}, k.p.log, "it sends nothing")
		}
	})
	t.Run("nobody answers", func(t *testing.T) {
		t.Parallel()
		k := newTill()
		k.p.looked = &rapport.PayError{Outcome: rapport.PayAmbiguous}
		_, err := k.ReconcilePayout(t.Context(), confirm)
		retried(t, err, "provider.ambiguous")
		require.Equal(t, []string{"attempt"}, k.s.log, "no answer is not an absence")
		for _, name := range []string{"attempt", "looked"} {
			k = newTill()
			k.s.fail[name] = errAway
			_, err = k.ReconcilePayout(t.Context(), confirm)
			retried(t, err, "internal")
		}
	})
}

func TestTopUps(t *testing.T) {
	t.Parallel()

	fresh := func() *kit {
		k := newKit()
		k.s.topUp = rapport.TopUp{ID: id("topup"), BrandID: id("brand"), State: "pending"}
		k.p.topUp = rapport.ProviderTopUp{ID: "tu_1", Status: "pending"}
		return k
	}
	k := fresh()
	done, err := k.CreateTopUp(t.Context(), id("topup"))
	require.NoError(t, err)
	require.False(t, done)
	done, err = k.CreateTopUp(t.Context(), id("topup"))
	require.NoError(t, err)
	require.False(t, done)
	require.Equal(t, []string{"create top-up"}, k.p.log, "it is made once")
	k.p.topUp.Status = "succeeded"
	done, err = k.SettleTopUp(t.Context(), id("topup"))
	require.NoError(t, err)
	require.True(t, done)
	k.p.topUp.Status = "failed"
	done, err = k.SettleTopUp(t.Context(), id("topup"))
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, "succeeded", k.s.topUp.State, "what has ended is not read again")

	k = fresh()
	k.p.topUpErr = &rapport.PayError{Outcome: rapport.PayRejected}
	done, err = k.CreateTopUp(t.Context(), id("topup"))
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, "failed", k.s.topUp.State)

	k = fresh()
	k.p.topUpErr = &rapport.PayError{Outcome: rapport.PayAmbiguous}
	_, err = k.CreateTopUp(t.Context(), id("topup"))
	retried(t, err, "provider.ambiguous")
	done, err = k.SettleTopUp(t.Context(), id("topup"))
	require.NoError(t, err)
	require.False(t, done, "without the provider's id there is nothing to read yet")

	k = fresh()
	k.p.topUpErr = &rapport.PayError{Outcome: rapport.PayIndeterminate}
	done, err = k.CreateTopUp(t.Context(), id("topup"))
	require.NoError(t, err, "a stored 500 is never sent again: the event settles it")
	require.False(t, done)
	k.s.fail["topup"] = errAway
	_, err = k.CreateTopUp(t.Context(), id("topup"))
	retried(t, err, "internal")
	k.s.fail["topup"] = errAway
	done, err = k.SettleTopUp(t.Context(), id("topup"))
	retried(t, err, "internal")
	require.False(t, done)
}

// What was to be paid outside of Stripe has no account; whoever has Stripe pay it after all gets the creator one.
func TestAPaymentGivesTheCreatorAnAccount(t *testing.T) {
	t.Parallel()

	k := newTill()
	k.s.payee = rapport.Payee{CreatorID: id("creator"), State: "none", Email: "mia@example.com", Country: "DE"}
	k.p.account = rapport.PayeeAccount{ID: "acct_1"}
	k.s.order.Verdict = rapport.SubmitPayeeNotReady
	out, err := k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitPayeeNotReady, out.Code)
	require.Equal(t, []string{"create mia@example.com DE"}, k.p.log)
	require.Equal(t, []string{"acct_1", "onboarding"}, []string{k.s.payee.Account, k.s.payee.State})

	k.s.payee = rapport.Payee{CreatorID: id("creator"), State: "none", Country: ""}
	_, err = k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.Len(t, k.p.log, 1, "nobody guesses a country")

	k.s.order.Verdict = rapport.SubmitRejectedPayee // a worker died before it could say so
	out, err = k.SubmitPayout(t.Context(), effect(rapport.EffectSubmit, ""))
	require.NoError(t, err)
	require.True(t, out.Tell)
}

func TestOnboarding(t *testing.T) {
	t.Parallel()

	in := effect(rapport.EffectOnboard, "")
	fresh := func() *kit {
		k := newKit()
		k.s.payee = rapport.Payee{CreatorID: id("creator"), State: "none", Email: "mia@example.com", Country: "DE"}
		k.p.account = rapport.PayeeAccount{ID: "acct_1"}
		return k
	}
	k := fresh()
	out, err := k.OnboardPayee(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "invited", out.Code)
	require.Equal(t, []string{"create mia@example.com DE"}, k.p.log)
	require.Equal(t, "onboarding", k.s.payee.State)
	require.Len(t, k.m.sent, 1)
	_, err = k.OnboardPayee(t.Context(), in)
	require.NoError(t, err)
	require.Len(t, k.p.log, 1, "one account, however often it is asked for")
	require.Len(t, k.m.sent, 1)

	k = fresh()
	k.p.account.Ready = true
	out, err = k.OnboardPayee(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "ready", out.Code)
	require.Empty(t, k.m.sent)

	k = fresh()
	k.p.made = &rapport.PayError{Outcome: rapport.PayRejected}
	out, err = k.OnboardPayee(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "rejected", out.Code)

	k = fresh()
	k.p.made = &rapport.PayError{Outcome: rapport.PayAmbiguous}
	_, err = k.OnboardPayee(t.Context(), in)
	retried(t, err, "provider.ambiguous")

	k = fresh()
	k.s.draft.NoAddress = true
	out, err = k.OnboardPayee(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, rapport.MailNoAddress, out.Code)

	k = fresh()
	k.m.err = &rapport.SendError{Outcome: "rejected"}
	out, err = k.OnboardPayee(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, rapport.NotMailed+rapport.MailRejected, out.Code, "a mail that was refused invites nobody")

	k = fresh()
	k.s.payee.Due = true
	again := in
	again.Effect.N = 2
	out, err = k.OnboardPayee(t.Context(), again)
	require.NoError(t, err)
	require.Equal(t, "invited", out.Code)
	require.Empty(t, k.m.sent, "the payment that waits reminds by itself")

	for _, name := range []string{"payee", "save payee", "prepare"} {
		k = fresh()
		k.s.fail[name] = errAway
		_, err = k.OnboardPayee(t.Context(), in)
		retried(t, err, "internal")
	}
}

func TestAPayeeIsReadAfresh(t *testing.T) {
	t.Parallel()

	for _, tt := range []struct {
		account rapport.PayeeAccount
		want    string
	}{
		{rapport.PayeeAccount{Ready: true}, "ready"}, {rapport.PayeeAccount{Disabled: true, Submitted: true}, "restricted"},
		{rapport.PayeeAccount{Disabled: true}, "onboarding"}, {rapport.PayeeAccount{Submitted: true}, "onboarding"},
	} {
		k := newKit()
		k.p.account = tt.account
		k.p.account.Banks = map[string]string{"usd": "print"}
		payee, err := k.RefreshPayee(t.Context(), rapport.Payee{CreatorID: id("creator"), Account: "acct_1", Banks: map[string]string{"usd": "older"}})
		require.NoError(t, err)
		require.Equal(t, tt.want, payee.State)
		require.Equal(t, tt.want, k.s.payee.State)
		require.Equal(t, k.p.account.Banks, k.s.payee.Banks)
	}
}

// ---- content

func TestVerifyingAPost(t *testing.T) {
	t.Parallel()

	in := effect(rapport.EffectVerify, "")
	in.Effect.N = 2
	for _, c := range []struct {
		name     string
		fetch    fetcher
		want     string
		problems []string
	}{
		{"as agreed", fetcher{page: rapport.FetchedPost{FinalURL: "https://x.test/1", Text: "#ad #acme", SHA256: []byte{1}}}, "ok", nil},
		{"without the disclosure", fetcher{page: rapport.FetchedPost{Text: "#acme"}}, "mismatch", []string{"disclosure_missing"}},
		{"gone", fetcher{page: rapport.FetchedPost{Gone: true}}, "mismatch", []string{"gone"}},
		{"unreachable", fetcher{err: errors.New("timeout")}, "unreachable", []string{"unreachable"}},
		{"an address that may not be fetched", fetcher{err: rapport.ErrPostRefused}, "mismatch", []string{"address_refused"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := newKit()
			k.Fetcher = c.fetch
			k.s.post = rapport.PostToVerify{URL: "https://x.test", Hashtags: []string{"#acme"}}
			out, err := k.VerifyPost(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, c.want, out.Code)
			require.Equal(t, c.problems, k.s.check.Problems)
			require.Equal(t, c.want, k.s.check.Result)
			require.Equal(t, c.fetch.page.Text, k.s.check.Text, "what was seen is kept as evidence")
			require.Equal(t, id("ref"), k.s.check.DeliverableID)
			require.Equal(t, 2, k.s.check.N)
		})
	}
	for _, name := range []string{"post", "check"} {
		k := newKit()
		k.s.fail[name] = errAway
		_, err := k.VerifyPost(t.Context(), in)
		retried(t, err, "internal")
	}
}

func TestOpeningAReview(t *testing.T) {
	t.Parallel()

	in := effect(rapport.EffectOpenReview, "")
	k := newKit()
	k.s.review.Content.Caption = "#ad"
	k.s.review.Plan.Policy.Version = 3
	out, err := k.OpenReview(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "passed", out.Code)
	require.Equal(t, 3, out.Review.Policy.Version)
	require.Len(t, k.s.checks, 2)
	k.s.review.Content.Caption = "no disclosure"
	out, err = k.OpenReview(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, "failed", out.Code)
	for _, name := range []string{"review", "opened"} {
		k.s.fail[name] = errAway
		_, err = k.OpenReview(t.Context(), in)
		retried(t, err, "internal")
	}
}

// ---- the rest

func TestRecordsAndContracts(t *testing.T) {
	t.Parallel()

	k := newKit()
	require.NoError(t, k.Record(t.Context(), activities.Batch{Seq: 7}))
	require.EqualValues(t, 7, k.s.batch.Seq)
	k.s.fail["apply"] = rapport.Errorf(rapport.CodeConflict, "column x")
	require.Equal(t, 5*time.Second, delay(t, k.Record(t.Context(), activities.Batch{}), "conflict"), "a refused record is retried slowly and visibly")

	out, err := k.DraftContract(t.Context(), effect(rapport.EffectDraftContract, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.Outcome{Code: "drafted", Ref: id("contract")}, out)
	out, err = k.ExecuteContract(t.Context(), effect(rapport.EffectExecute, ""))
	require.NoError(t, err)
	require.Equal(t, 2, out.Contract.Rounds)
	require.Equal(t, "paper of "+id("ref").String()+": file of C-1", k.s.log[len(k.s.log)-1], "what is executed has its file")
	for _, fails := range []string{"signed", "write", "paper"} {
		k.s.fail[fails] = errAway
		_, err = k.ExecuteContract(t.Context(), effect(rapport.EffectExecute, ""))
		retried(t, err, "internal")
		delete(k.s.fail, fails)
	}
	k.s.unpapered = []uuid.UUID{id("one"), id("two")}
	k.s.fail["signed"] = errAway
	require.ErrorIs(t, k.PaperContracts(t.Context()), errAway, "it is said which one failed")
	require.Equal(t, "paper of "+id("two").String()+": file of C-1", k.s.log[len(k.s.log)-1], "and the other one has its file")
	out, err = k.OpenPayout(t.Context(), effect(rapport.EffectOpenPayout, ""))
	require.NoError(t, err)
	require.True(t, out.Payout.ContentCounts)
	for name, f := range map[string]func(context.Context, activities.EffectInput) (rapport.Outcome, error){"draft": k.DraftContract, "execute": k.ExecuteContract, "open": k.OpenPayout} {
		k.s.fail[name] = errAway
		_, err = f(t.Context(), effect("", ""))
		retried(t, err, "internal")
	}
}

func TestJobs(t *testing.T) {
	t.Parallel()

	k := newKit()
	ran := 0
	k.Jobs = map[string]func(context.Context) error{"sweep": func(context.Context) error {
		if ran++; ran == 1 {
			return errAway
		}
		return nil
	}}
	retried(t, k.RunJob(t.Context(), "sweep"), "internal")
	require.NoError(t, k.RunJob(t.Context(), "sweep"))
	var app *temporal.ApplicationError
	require.ErrorAs(t, k.RunJob(t.Context(), "dance"), &app)
	require.True(t, app.NonRetryable())
}
