package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/api"
	"rapport/api/gen"
	"rapport/postgres"
)

var _ api.EndingStore = (*postgres.Store)(nil)

// signs lets the partnership come as far as its contract, and the money of its signature.
func (w *talk) signs(t *testing.T) {
	t.Helper()
	worker := context.WithoutCancel(t.Context())
	w.reply(t)
	a := w.offer(t, 150_000)
	require.Equal(t, 200, a.status, "%s", a.body)
	w.do(t, func(now time.Time) {
		w.m.Command(rapport.Command{ID: id(), Kind: rapport.CmdAcceptOffer, Ref: w.m.Offer.ID}, now)
	})
	contract, err := w.worker.DraftContract(worker, w.m.Offer.ID, 1)
	require.NoError(t, err)
	w.do(t, func(now time.Time) {
		w.m.Outcome(rapport.Outcome{Key: "contract/" + w.m.Offer.ID.String(), Code: "drafted", Ref: contract}, now)
	})
	w.sql(t, `insert into signatures (contract_id, party, name, body_sha256) select id, p, 'x', body_sha256 from contracts, unnest(array['brand', 'creator']) p where id = $1`, contract)
	w.do(t, func(now time.Time) {
		w.m.Command(rapport.Command{ID: id(), Kind: rapport.CmdSendContract, Ref: contract}, now)
		w.m.Command(rapport.Command{ID: id(), Kind: rapport.CmdSignContract, Ref: contract}, now)
	})
	plan, err := w.worker.ExecuteContract(worker, contract, time.Now().UTC().Truncate(time.Microsecond))
	require.NoError(t, err)
	w.do(t, func(now time.Time) {
		w.m.Outcome(rapport.Outcome{Key: "execute/" + contract.String(), Code: "executed", Contract: &plan}, now)
	})
	require.Equal(t, rapport.StageActive, w.m.Stage)
	for _, m := range w.m.Milestones {
		if m.State == "met" {
			_, err := w.worker.OpenPayout(worker, m.Payout, time.Now(), w.id, m.ID)
			require.NoError(t, err)
		}
	}
}

func (w *talk) spoken(t *testing.T) int64 {
	t.Helper()
	return one[int64](t, w.desk, `select campaign_spoken(campaign_id, null) from partnerships where id = $1`, w.id)
}

func (w *talk) ending(t *testing.T) gen.Termination {
	t.Helper()
	a := w.ops.send(t, "GET", w.path+"/termination", nil)
	require.Equal(t, 200, a.status, "%s", a.body)
	var shown gen.Termination
	a.into(t, &shown)
	return shown
}

func TestAPartnershipEndsAsItWasShown(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	before := w.ending(t)
	require.True(t, before.Allowed)
	require.Empty(t, before.Money)
	w.signs(t)
	require.Equal(t, 404, w.as(t, "ops@two.example").send(t, "GET", w.path+"/termination", nil).status)
	require.Equal(t, 200, w.as(t, "auditor@one.example").send(t, "GET", w.path+"/termination", nil).status)
	require.Equal(t, 403, w.as(t, "guest@one.example").send(t, "GET", w.path+"/termination", nil).status)

	running := w.get(t)
	require.Equal(t, []uuid.UUID{w.m.Deliverables[0].ID}, *commandOf(t, running, "waive_deliverable").Fits)
	require.Equal(t, "No deliverable is in a state that allows this.", *commandOf(t, running, "accept_deliverable").Reason)

	seq := w.m.Seq
	shown := w.ending(t)
	require.Equal(t, []string{"owed", "falls_off"}, outcomesOf(shown))
	require.Equal(t, []int64{0, 45_000, 105_000, 105_000}, []int64{shown.Paid.Amount, shown.Owed.Amount, shown.Falls.Amount, shown.Freed.Amount})
	require.Contains(t, shown.Money[0].Words, "owed by now")
	require.Equal(t, "It is not owed any more.", shown.Content[0].Words)
	require.Contains(t, shown.Words, "The contract "+w.get(t).Contract.Number+" ends. What is published by now may be used as it allows.")
	require.Equal(t, seq, w.m.Seq)

	end := map[string]any{"command": "terminate", "reason": "The product is off the market."}
	require.Equal(t, []string{"shown required"}, w.command(t, w.ops, end).fields(t))
	end["shown"] = *before.Shown
	a := w.command(t, w.ops, end)
	require.Equal(t, 409, a.status, "%s", a.body)
	require.Equal(t, "changed_since", a.text("code"))
	require.Contains(t, a.text("detail"), "Look at it again")
	require.Equal(t, rapport.StageActive, w.m.Stage)

	spoken := w.spoken(t)
	end["shown"] = *shown.Shown
	a = w.command(t, w.ops, end)
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, spoken-shown.Freed.Amount, w.spoken(t), "the budget gets back what was shown")
	require.Equal(t, []string{"met", "cancelled"}, one[[]string](t, w.desk, `select array_agg(state order by position) from milestones where partnership_id = $1`, w.id))
	require.Equal(t, "scheduled", one[string](t, w.desk, `select state from payouts where partnership_id = $1`, w.id), "what is owed is still paid")
	after := w.ending(t)
	require.False(t, after.Allowed)
	require.Contains(t, *after.Reason, "has ended")
	require.Contains(t, *commandOf(t, w.get(t), "waive_deliverable").Reason, "has ended")
	waits := func() []string {
		shown := w.get(t).Summary.Waiting
		list := make([]string, len(shown))
		for i, x := range shown {
			list[i] = x.Who + ": " + x.Decision + " " + *x.Link
		}
		return list
	}
	payout := one[string](t, w.desk, `select id::text from payouts where partnership_id = $1`, w.id)
	require.Equal(t, []string{"The payment: Settle the payment /payouts/" + payout}, waits())
	w.sql(t, `update payouts set state = 'awaiting_approval' where id = $1`, payout)
	require.Equal(t, []string{"Ms both, Ms finance_preparer: Approve the payment /payouts/" + payout, "Ms both, Ms finance_releaser: Approve the payment /payouts/" + payout}, waits())
	w.sql(t, `update payouts set state = 'held', held_reason = 'manual' where id = $1`, payout)
	require.Equal(t, []string{"Finance (preparers): Look at the payment that is held /payouts/" + payout}, waits())
}

func outcomesOf(e gen.Termination) []string {
	out := make([]string, len(e.Money))
	for i, m := range e.Money {
		out[i] = string(m.Outcome)
	}
	return out
}

func TestEndingSaysWhichOptionFallsAway(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.sql(t, `update campaigns set terms = terms || '{"renewal_option": {"fee": 160000, "notice_days": 45}}' where id = $1`, w.campaign)
	w.signs(t)
	require.Regexp(t, `The option to take another term for 1600\.00 EUR, until \d+ \w+ \d{4}, \d\d:\d\d UTC, falls away\.`, strings.Join(w.ending(t).Words, " "))
}

func TestEndingFreesWhatHangsOnTheTerm(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.reply(t)
	a := w.offer(t, 90_000)
	require.Equal(t, 200, a.status, "%s", a.body)
	shown := w.ending(t)
	require.EqualValues(t, 90_000, shown.Freed.Amount)
	require.Contains(t, shown.Words[0], "The offer of 900.00 EUR that the creator has is withdrawn.")
	w.sql(t, fmt.Sprintf(`begin; set local session_replication_role = replica; insert into reversals
		(id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, state, recovered, cap_percent, net_from)
		select '%s', id, partnership_id, brand_id, '%s', 5000, 'eur', 'Too much', '%s', 'netting', 1000, 50, now() from payouts where id = '%s'; commit`,
		id(), w.creator, w.users["finance_preparer@one.example"], w.payout))
	require.Contains(t, w.ending(t).Words, "The creator owes 40.00 EUR back. That stays so, and is kept out of what is still paid.")

	other := newTalk(t)
	other.signs(t)
	draft := map[string]any{"milestones": []map[string]any{{"title": "More", "trigger": "posted", "amount": 20000, "net_days": 0}}}
	a = other.ops.keyed().send(t, "POST", other.path+"/amendments", draft)
	require.Equal(t, 200, a.status, "%s", a.body)
	shown = other.ending(t)
	require.EqualValues(t, 125_000, shown.Freed.Amount)
	require.Contains(t, shown.Words, "The amendment that waits is withdrawn.")
	spoken := other.spoken(t)
	a = other.command(t, other.ops, map[string]any{"command": "terminate", "reason": "Enough", "shown": *shown.Shown})
	require.Equal(t, 200, a.status, "%s", a.body)
	require.Equal(t, spoken-125_000, other.spoken(t))
}
