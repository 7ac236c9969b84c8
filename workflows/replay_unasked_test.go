package workflows_test

import (
	"testing"

	"github.com/google/uuid"

	"rapport"
	"rapport/activities"
	"rapport/workflows"
)

// recordUnasked is a creator whose invitation to be paid is refused before it leaves.
func recordUnasked(t *testing.T, address, folder string) {
	t.Helper()
	h := changes(t, short(), nil)
	h.answer[rapport.EffectOnboard] = func(activities.EffectInput) (rapport.Outcome, error) {
		return rapport.Outcome{Code: rapport.NotMailed + rapport.MailRejected}, nil
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.Core, p.ID = rapport.NewCore(), id("unasked")
	w := r.signed(p)
	r.fact(p.ID, "mail_failed", 1)
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.state(p.ID, "terminated")
	r.keep(w, "partnership-unasked")
}

// recordDiffers is a reversal of which something came back otherwise: nobody may confirm it at first, and then somebody does.
func recordDiffers(t *testing.T, address, folder string) {
	t.Helper()
	h, looked := &hands{}, 0
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectReverse: func(activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: rapport.ReconcileDiffers}, nil
		},
		rapport.EffectFindReversal: func(in activities.EffectInput) (rapport.Outcome, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			looked++
			switch {
			case in.Effect.Code == "confirm":
				return rapport.Outcome{Code: rapport.ReverseDone}, nil
			case looked == 1:
				return rapport.Outcome{Code: rapport.ReconcileDiffers}, nil
			}
			return rapport.Outcome{Code: rapport.ReconcileDiffersLong}, nil
		},
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	m := &rapport.Reversal{
		Core: rapport.Core{Durable: true}, ID: id("differs"), BrandID: id("brand"), PartnershipID: id("partnership"), PayoutID: id("payout"), CreatorID: id("creator"),
		Amount: eur(40_000), RequestedBy: id("pia"),
	}
	w := workflows.ReversalID(m.ID)
	r.start(workflows.TypeReversal, w, m)
	r.until(m.ID, func(b activities.Batch) bool { return len(b.Record.Tasks) > 0 })
	r.command(w, rapport.Command{Kind: rapport.CmdApproveReversal, Actor: id("rob"), Ref: uuid.New()})
	for n, kind := range []rapport.CommandKind{rapport.CmdReconcile, rapport.CmdReconcile, rapport.CmdRetry} {
		r.fact(m.ID, "reversal_absent", n+1)
		r.command(w, rapport.Command{Kind: kind, Actor: id("rob")})
	}
	r.ended(w)
	r.keep(w, "reversal-differs")
}
