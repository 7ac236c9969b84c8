package worker_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/postgres/pgtest"
)

// faults sets what befalls the requests to the sandbox.
func (a *arrivals) faults(list ...map[string]any) {
	a.t.Helper()
	body, err := json.Marshal(list)
	require.NoError(a.t, err)
	put, err := http.NewRequestWithContext(a.ctx, http.MethodPut, a.control+"/control/faults", strings.NewReader(string(body)))
	require.NoError(a.t, err)
	put.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(put)
	require.NoError(a.t, err)
	require.NoError(a.t, res.Body.Close())
	require.Less(a.t, res.StatusCode, 300)
}

// reversing is a paid payout of 1,000 of which 400 are to come back, approved and not yet sent.
func (a *arrivals) reversing() (in activities.EffectInput, transfer string) {
	a.t.Helper()
	p := a.newPayout("submitted")
	transfer = a.sent(p.id)
	require.NoError(a.t, a.store.SettlePayout(a.ctx, p.id, 1, rapport.Transfer{ID: transfer}))
	reversal := uuid.New()
	a.exec(`insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent)
		select $1, id, partnership_id, brand_id, creator_id, 400, 'usd', 'r', $3, 50 from payouts where id = $2`, reversal, p.id, a.preparer)
	a.exec(`insert into reversal_approvals (id, reversal_id, brand_id, part, approver, amount, currency, step_up_id)
		select gen_random_uuid(), id, brand_id, 'reverse', $2, amount, currency, $3 from reversals where id = $1`,
		reversal, a.releaser, pgtest.StepUp(a.t, a.owner, a.releaser, 0))
	a.exec(`update reversals set state = 'approved' where id = $1`, reversal)
	return activities.EffectInput{Kind: "reversal", ID: reversal, BrandID: a.brand, Effect: rapport.Effect{N: 1}}, transfer
}

// back is how often and how much of a transfer came back at the provider.
func (a *arrivals) back(transfer string) (times int, amount int64) {
	a.t.Helper()
	found, err := a.payer.ReversalsOf(a.ctx, transfer)
	require.NoError(a.t, err)
	for _, r := range found {
		amount += r.Amount.Amount
	}
	return len(found), amount
}

// TestTakingBackUnderFaults: whatever befalls the request, it is taken back once, and the row says so in the end.
func TestTakingBackUnderFaults(t *testing.T) { //nolint:tparallel // as below
	t.Parallel()
	a := arriving(t)
	for action, want := range map[string]string{ //nolint:paralleltest // one sandbox, whose script is set for one case at a time
		"": "reversed", "drop_before": "retry", "commit_then_drop": "retry", "429": "retry", "truncate": "retry", "html_502": "retry", "slow": "reversed",
		"commit_then_500": "unknown", "500_then_rollforward": "unknown", "wrong_amount": "unknown", "redirect": "retry",
	} {
		t.Run("after "+action, func(t *testing.T) {
			in, transfer := a.reversing()
			if action != "" {
				a.faults(map[string]any{"provider": "stripe", "method": "POST", "path": "/v1/transfers/*/reversals", "action": action, "delay_ms": 50})
			}
			out, err := a.inbox.Activities.SubmitReversal(a.ctx, in)
			switch want {
			case "retry":
				require.Error(t, err)
				require.Equal(t, "submitted", a.text(`select state from reversals where id = $1`, in.ID), "the attempt stays open")
				out, err = a.inbox.Activities.SubmitReversal(a.ctx, in)
				require.NoError(t, err)
				require.Equal(t, rapport.ReverseDone, out.Code)
			case "unknown":
				require.NoError(t, err)
				require.Equal(t, rapport.SubmitUnknown, out.Code)
				again, err := a.inbox.Activities.SubmitReversal(a.ctx, activities.EffectInput{Kind: "reversal", ID: in.ID, Effect: rapport.Effect{N: 2}})
				require.NoError(t, err)
				require.Equal(t, rapport.SubmitUnknown, again.Code, "nothing is sent while nobody knows")
				require.Eventually(t, func() bool {
					found, err := a.inbox.Activities.FindReversal(a.ctx, in)
					return err == nil && found.Code == rapport.ReverseDone
				}, 10*time.Second, 20*time.Millisecond)
			default:
				require.NoError(t, err)
				require.Equal(t, want, out.Code)
			}
			a.faults()
			times, amount := a.back(transfer)
			require.Equal(t, 1, times)
			require.EqualValues(t, 400, amount)
			require.Equal(t, "reversed 400", a.text(`select state || ' ' || recovered from reversals where id = $1`, in.ID))
			late, err := a.inbox.Activities.SubmitReversal(a.ctx, in)
			require.NoError(t, err)
			require.Equal(t, rapport.ReverseDone, late.Code, "a zombie sends nothing")
			require.Equal(t, "1", a.text(`select count(*) from ledger_transactions where kind = 'reversal' and payout_id = (select payout_id from reversals where id = $1)`, in.ID))
		})
	}
	problems, err := a.store.VerifyLedger(a.ctx)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// TestTakingBackFromAnEmptyAccount: where the creator has nothing at the provider any more, the reversal is left for the next payments.
func TestTakingBackFromAnEmptyAccount(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	in, transfer := a.reversing()
	a.takesBack(transfer, uuid.New(), 700)
	out, err := a.inbox.Activities.SubmitReversal(a.ctx, in)
	require.NoError(t, err)
	require.Equal(t, rapport.SubmitRejected, out.Code, "less is left of the transfer than is to come back")
	require.Equal(t, "failed", a.text(`select state from reversals where id = $1`, in.ID))
	require.Equal(t, "rejected", a.text(`select rejection from reversal_attempts where reversal_id = $1`, in.ID))
}

// TestRecordingWhatCameBackElsewhere sends nothing: it finds what is there.
func TestRecordingWhatCameBackElsewhere(t *testing.T) {
	t.Parallel()
	a := arriving(t)
	in, transfer := a.reversing()
	a.takesBack(transfer, uuid.New(), 400)
	found, err := a.payer.ReversalsOf(a.ctx, transfer)
	require.NoError(t, err)
	a.exec(`alter table reversals disable trigger reversals_guard`)
	a.exec(`update reversals set adopts = $2 where id = $1`, in.ID, found[0].ID)
	a.exec(`alter table reversals enable trigger reversals_guard`)
	out, err := a.inbox.Activities.SubmitReversal(a.ctx, in)
	require.NoError(t, err)
	require.Equal(t, rapport.ReverseDone, out.Code)
	times, _ := a.back(transfer)
	require.Equal(t, 1, times)
	require.Equal(t, found[0].ID, a.text(`select external_ref from ledger_transactions where kind = 'reversal'`))
}

// TestAReversalThatComesLateIsConfirmed: an attempt that was called absent came after all, while the next one waits. A day of silence and a
// person's word later it is what the reversal asked for, and nothing comes back twice.
func TestAReversalThatComesLateIsConfirmed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		came int64
		want string
	}{
		"as it was asked for":           {400, "reversed 400 | rejected, succeeded | 1 booked | 0 of others"},
		"with another amount than that": {300, "failed 0 | rejected, rejected | 0 booked | 1 of others"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := arriving(t)
			in, transfer := a.reversing()
			_, err := a.store.OrderReversal(a.ctx, in.ID, 1, a.payer.ReversalHash)
			require.NoError(t, err)
			require.NoError(t, a.store.RejectReversal(a.ctx, in.ID, 1, rapport.PayRejected, "confirmed_absent"))
			a.takesBack(transfer, in.ID, c.came)
			payout := a.text(`select payout_id from reversals where id = $1`, in.ID)
			require.Empty(t, a.arrive(rapport.InboxRow{ID: uuid.New(), Provider: "stripe", EventID: uuid.NewString(), Type: "transfer.reversed", ObjectID: transfer, Body: object(t, "payout_id", payout)}))
			a.exec(`update reversals set state = 'approved' where id = $1`, in.ID)
			in.Effect.N = 2
			out, err := a.inbox.Activities.SubmitReversal(a.ctx, in)
			require.NoError(t, err)
			require.Equal(t, rapport.ReconcileDiffers, out.Code, "nothing is sent on top of it")
			find := func(word string) string {
				in.Effect.Code = word
				out, err := a.inbox.Activities.FindReversal(a.ctx, in)
				require.NoError(t, err)
				return out.Code
			}
			require.Equal(t, rapport.ReconcileDiffers, find("confirm"))
			require.Equal(t, rapport.ReconcileDiffers, find("confirm"))
			a.exec(`begin; set local session_replication_role = replica; update reversal_attempts set created_at = now() - interval '25 hours'; commit`)
			require.Equal(t, rapport.ReconcileDiffersLong, find(""))
			find("confirm")
			times, _ := a.back(transfer)
			require.Equal(t, 1, times)
			require.Equal(t, c.want, a.text(`select r.state || ' ' || r.recovered || ' | ' || (select string_agg(x.outcome, ', ' order by x.number) from reversal_attempts x where x.reversal_id = r.id)
				|| ' | ' || (select count(*) from ledger_transactions where kind = 'reversal') || ' booked' from reversals r where r.id = $1`, in.ID)+
				" | "+strconv.Itoa(a.others(in.BrandID, uuid.MustParse(payout)))+" of others")
			problems, err := a.store.VerifyLedger(a.ctx)
			require.NoError(t, err)
			require.Empty(t, problems)
		})
	}
}

// others is how many of the reversals that others made at the provider are shown with a payout.
func (a *arrivals) others(brand, payout uuid.UUID) int {
	a.t.Helper()
	p, err := a.store.Payout(rapport.WithBrands(a.ctx, brand), payout)
	require.NoError(a.t, err)
	return len(p.Foreign)
}
