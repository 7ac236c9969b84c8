package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"rapport"
	"rapport/activities"
	"rapport/workflows"
)

// recordOutside is a deal that its offer has paid outside of Stripe, with a payment that is held until a day; and a bonus that Stripe pays, whose
// creator's account it refuses at first.
func recordOutside(t *testing.T, address, folder string) {
	t.Helper()
	contract, bonus := rapport.DeriveID(id("offer"), "contract"), id("bonus")
	h := changes(t, short(), nil)
	h.answer[rapport.EffectExecute] = func(in activities.EffectInput) (rapport.Outcome, error) {
		plan := rapport.PlanContract(rapport.ContractDates{
			ID: in.Effect.Ref, Now: in.Effect.At, Fee: eur(100_000), Terms: short(), Brand: calendar(day), Creator: calendar(day), CampaignEnd: in.Effect.At.Add(200 * day),
		})
		plan.Outside = true
		return rapport.Outcome{Code: "executed", Contract: &plan}, nil
	}
	h.answer[rapport.EffectOpenPayout] = func(in activities.EffectInput) (rapport.Outcome, error) {
		plan := &rapport.PayoutPlan{}
		if in.ID != rapport.DeriveID(bonus, "payout") {
			plan.Offline = rapport.OfflineOther
		}
		return rapport.Outcome{Code: "opened", Payout: plan}, nil
	}
	h.answer[rapport.EffectOrderOffline] = func(activities.EffectInput) (rapport.Outcome, error) {
		return rapport.Outcome{Code: rapport.SubmitAwaitingProof}, nil
	}
	h.answer[rapport.EffectRecordOffline] = func(activities.EffectInput) (rapport.Outcome, error) {
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	}
	tries := 0
	h.answer[rapport.EffectSubmit] = func(activities.EffectInput) (rapport.Outcome, error) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if tries++; tries == 1 {
			return rapport.Outcome{Code: rapport.SubmitRejectedPayee, Tell: true}, nil
		}
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.Core, p.ID = rapport.NewCore(), id("outside")
	w := r.signed(p)

	signature := rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout")
	away := workflows.PayoutID(signature)
	r.state(signature, "awaiting_approval")
	r.command(away, rapport.Command{Kind: rapport.CmdHold, Until: time.Now().AddDate(0, 0, 2).UTC().Truncate(24 * time.Hour), Actor: id("pia")})
	r.state(signature, "held")
	r.command(away, rapport.Command{Kind: rapport.CmdRelease, Actor: id("pia")})
	for part, who := range map[string]string{"preparer": "pia", "releaser": "rob"} {
		r.command(away, rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: uuid.New()})
	}
	r.until(signature, func(b activities.Batch) bool {
		return slices.ContainsFunc(b.Record.Tasks, func(t rapport.TaskChange) bool { return t.Kind == "record_payment" })
	})
	r.command(away, rapport.Command{Kind: rapport.CmdRecordOffline, Ref: id("proof"), Actor: id("pia")})
	r.ended(away)
	r.keep(away, "payout-outside")

	r.command(w, rapport.Command{Kind: rapport.CmdGiveBonus, Ref: bonus, Actor: id("owner"), Amount: eur(5_000)})
	told := rapport.DeriveID(bonus, "payout")
	r.state(told, "awaiting_approval")
	for part, who := range map[string]string{"preparer": "pia", "releaser": "rob"} {
		r.command(workflows.PayoutID(told), rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: uuid.New()})
	}
	r.state(told, "failed")
	r.signal(workflows.PayoutID(told), rapport.Signal{Kind: rapport.SignalPayeeReady})
	r.ended(workflows.PayoutID(told))
	r.keep(workflows.PayoutID(told), "payout-told")

	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.state(p.ID, "terminated")
	r.keep(w, "partnership-outside")
}
