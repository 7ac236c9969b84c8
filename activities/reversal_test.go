package activities_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport"
)

func takenBack(r rapport.ReversalRequest) (rapport.TakenBack, error) {
	return rapport.TakenBack{ID: "trr_2", ReversalID: r.ReversalID, Attempt: r.Attempt, Amount: r.Amount}, nil
}

// newReturn is the second attempt of a reversal, of which trr_1 came back by the first.
func newReturn() *kit {
	k := newKit()
	request := rapport.ReversalRequest{
		Key: "trr_x_2", ReversalID: id("partnership"), Attempt: 2, TransferID: "tr_1", Amount: rapport.Money{Amount: 100, Currency: "eur"}, Known: []string{"trr_1"},
	}
	k.s.back = rapport.ReversalOrder{Verdict: "submit", Request: request}
	k.s.lost = rapport.OpenReversal{Request: request, SinceSent: 25 * time.Hour, LookUps: 2}
	k.p.reverse = takenBack
	k.p.back = []rapport.TakenBack{{ID: "trr_1", ReversalID: request.ReversalID, Attempt: 1, Amount: request.Amount}}
	return k
}

func TestMoneyIsTakenBack(t *testing.T) {
	t.Parallel()
	k := newReturn()
	out, err := k.SubmitReversal(t.Context(), effect(rapport.EffectReverse, ""))
	require.NoError(t, err)
	require.Equal(t, rapport.ReverseDone, out.Code)
	require.Equal(t, []string{"order hash of trr_x_2", "sent 2", "back 2 trr_2"}, k.s.log)
	require.Equal(t, []string{"look up", "reverse trr_x_2"}, k.p.log)
}

// TestMoneyIsNeverTakenBackTwice: what came back of the reversal, and is not known to have, is neither sent on top of nor called absent.
func TestMoneyIsNeverTakenBackTwice(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change    func(*rapport.TakenBack)
		confirmed string // what a person's word makes of it
		log       string
	}{
		"by another attempt": {func(b *rapport.TakenBack) { b.Attempt = 1 }, rapport.ReverseDone, "back 2 trr_2"},
		"another amount":     {func(b *rapport.TakenBack) { b.Amount.Amount++ }, rapport.SubmitRejected, "rejected 2 differs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newReturn()
			late, _ := takenBack(k.s.back.Request)
			c.change(&late)
			k.p.back = append(k.p.back, late)
			out, err := k.SubmitReversal(t.Context(), effect(rapport.EffectReverse, ""))
			require.NoError(t, err)
			require.Equal(t, rapport.ReconcileDiffers, out.Code)
			require.Equal(t, "unknown", k.s.log[len(k.s.log)-1])
			find := func(word string) string {
				out, err = k.FindReversal(t.Context(), effect(rapport.EffectFindReversal, word))
				require.NoError(t, err)
				return out.Code
			}
			k.s.lost.SinceSent = time.Hour
			require.Equal(t, rapport.ReconcileDiffers, find("confirm"), "its own may still come")
			k.s.lost.SinceSent, k.s.lost.LookUps = 25*time.Hour, 1
			require.Equal(t, rapport.ReconcileDiffers, find("confirm"), "it was looked for once")
			k.s.lost.LookUps = 2
			require.Equal(t, rapport.ReconcileDiffersLong, find(""), "nobody has said so")
			require.Equal(t, c.confirmed, find("confirm"))
			require.Equal(t, c.log, k.s.log[len(k.s.log)-1])
			k.s.lost.Request.Recorded = []string{"trr_2"}
			require.Equal(t, rapport.SubmitRejected, find("confirm"), "another reversal has recorded it")
			require.Equal(t, "rejected 2 recorded", k.s.log[len(k.s.log)-1])
			require.Equal(t, slices.Repeat([]string{"look up"}, 6), k.p.log, "nothing is sent")
		})
	}
	t.Run("it arrived without its answer", func(t *testing.T) {
		t.Parallel()
		k := newReturn()
		back, _ := takenBack(k.s.back.Request)
		k.p.back = append(k.p.back, back)
		out, err := k.SubmitReversal(t.Context(), effect(rapport.EffectReverse, ""))
		require.NoError(t, err)
		require.Equal(t, rapport.ReverseDone, out.Code)
		require.Equal(t, []string{"look up"}, k.p.log)
	})
	t.Run("the worker was told to stop meanwhile", func(t *testing.T) {
		t.Parallel()
		k := newReturn()
		ctx, cancel := context.WithCancel(t.Context())
		k.p.reverse = func(r rapport.ReversalRequest) (rapport.TakenBack, error) { cancel(); return takenBack(r) }
		out, err := k.SubmitReversal(ctx, effect(rapport.EffectReverse, ""))
		require.NoError(t, err)
		require.Equal(t, rapport.ReverseDone, out.Code)
	})
}

func TestWhatIsAnsweredToAReversal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ outcome, code, log string }{
		{rapport.PayRejected, rapport.SubmitRejected, "rejected 2 why"}, {rapport.PayRejectedFunds, rapport.SubmitRejectedFunds, "rejected 2 why"},
		{rapport.PayRejectedPayee, rapport.SubmitRejectedPayee, "rejected 2 why"}, {rapport.PayIndeterminate, rapport.SubmitUnknown, "unknown"},
		{rapport.PayFrozen, rapport.SubmitUnknown, "unknown"}, {rapport.PayAmbiguous, "", "sent 2"}, {rapport.PayUnauthorized, "", "pause why"},
	} {
		t.Run(c.outcome, func(t *testing.T) {
			t.Parallel()
			k := newReturn()
			k.p.reverse = func(rapport.ReversalRequest) (rapport.TakenBack, error) {
				return rapport.TakenBack{}, &rapport.PayError{Outcome: c.outcome, Code: "why"}
			}
			out, err := k.SubmitReversal(t.Context(), effect(rapport.EffectReverse, ""))
			require.Equal(t, c.code == "", err != nil)
			require.Equal(t, c.code, out.Code)
			require.Equal(t, c.log, k.s.log[len(k.s.log)-1])
		})
	}
}

func TestLookingForAReversal(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		since   time.Duration
		lookUps int
		code    string
		want    string
	}{
		{time.Hour, 9, "confirm", rapport.ReconcileAbsent}, {25 * time.Hour, 1, "confirm", rapport.ReconcileAbsent},
		{25 * time.Hour, 2, "", rapport.ReconcileAbsentLong}, {25 * time.Hour, 2, "confirm", rapport.SubmitRejected},
	} {
		k := newReturn()
		k.s.lost.SinceSent, k.s.lost.LookUps = c.since, c.lookUps
		out, err := k.FindReversal(t.Context(), effect(rapport.EffectFindReversal, c.code))
		require.NoError(t, err)
		require.Equal(t, c.want, out.Code)
		require.Equal(t, []string{"look up"}, k.p.log, "it sends nothing")
	}
	k := newReturn()
	k.p.looked = &rapport.PayError{Outcome: rapport.PayAmbiguous}
	_, err := k.FindReversal(t.Context(), effect(rapport.EffectFindReversal, "confirm"))
	retried(t, err, "provider.ambiguous")
	require.Equal(t, []string{"attempt"}, k.s.log, "no answer is not an absence")
	k.s.paused = true
	for _, ask := range []func() error{
		func() error {
			_, err := k.FindReversal(t.Context(), effect(rapport.EffectFindReversal, ""))
			return err
		},
		func() error { _, err := k.SubmitReversal(t.Context(), effect(rapport.EffectReverse, "")); return err },
	} {
		require.Equal(t, time.Minute, delay(t, ask(), "gate.paused"))
	}
}
