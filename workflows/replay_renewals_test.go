package workflows_test

import (
	"testing"

	"github.com/google/uuid"

	"rapport"
)

// recordRenewals is a renewal that comes to nothing again and again: the creator asks for more, does not answer, says no, and after the term was made longer
// nobody decides; then the term is over before its content is.
func recordRenewals(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.DurationDays, terms.NoticeDays, terms.Milestones = 50, 5, terms.Milestones[:1]
	terms.Milestones[0].Percent = 100
	amendments := map[uuid.UUID]rapport.Amendment{}
	h := changes(t, terms, amendments)
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.Core, p.ID = rapport.NewCore(), id("renewals")
	p.Timings.RenewalReviewDays, p.Timings.RenewalLadderDays = 40, []int{20, 7, 1}
	w := r.signed(p)
	contract := rapport.DeriveID(id("offer"), "contract")
	piece := rapport.DeriveID(contract, "deliverable/0")
	ends := r.fact(p.ID, "contract_executed", 1).Until
	r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
	renew := func(name string) {
		r.command(w, rapport.Command{Kind: rapport.CmdRenew, Ref: id(name), Amount: eur(120_000), Actor: id("owner")})
	}
	r.fact(p.ID, "renewal_opened", 1)
	renew("first")
	r.command(w, rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("first"), Amount: eur(150_000)})
	renew("second")
	r.fact(p.ID, "offer_expired", 1)
	r.fact(p.ID, "renewal_reminder", 1)
	renew("third")
	r.command(w, rapport.Command{Kind: rapport.CmdDeclineOffer, Ref: id("third")})
	r.fact(p.ID, "renewal_declined", 1)
	amendments[id("longer")] = rapport.Amendment{EndDays: 20, EndsAt: ends.Add(20 * day), NoticeBy: ends.Add(15 * day)}
	r.amended(w, id("longer"))
	r.fact(p.ID, "renewal_reopened", 1)
	r.fact(p.ID, "renewal_escalated", 2)
	r.fact(p.ID, "renewal_lapsed", 1)
	r.fact(p.ID, "term_unfinished", 1)
	r.approved("draft of renewals", piece, w)
	r.waits(p.ID, "post")
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: piece})
	r.state(p.ID, "lapsed")
	r.ended(w)
	r.keep(w, "partnership-renewals")
}
