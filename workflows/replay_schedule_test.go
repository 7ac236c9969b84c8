package workflows_test

import (
	"testing"
	"time"

	"rapport"
)

// recordSchedule is content whose publication is planned: moved, passed without a word, revoked with its approval, taken back and kept.
func recordSchedule(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.Deliverables[0].DraftDueDays, terms.Deliverables[0].PublishDays = 40, 80
	terms.DurationDays, terms.NoticeDays, terms.Milestones = 200, 5, terms.Milestones[:1]
	terms.Milestones[0].Percent = 100
	h := changes(t, terms, nil)
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.Core, p.ID = rapport.NewCore(), id("schedule")
	w := r.signed(p)
	contract := rapport.DeriveID(id("offer"), "contract")
	piece := rapport.DeriveID(contract, "deliverable/0")
	r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
	plan := func(days int) {
		r.command(w, rapport.Command{Kind: rapport.CmdSchedulePost, Ref: piece, Until: time.Now().Add(time.Duration(days) * day), Actor: id("owner")})
	}
	r.refused(w, rapport.Command{Kind: rapport.CmdSchedulePost, Ref: piece, Until: time.Now().Add(day)})
	r.approved("one", piece, w)
	r.waits(p.ID, "post")
	plan(30)
	plan(3)
	r.fact(p.ID, "post_not_reported", 1)
	plan(30)
	r.command(w, rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: piece, Actor: id("owner")})
	r.approved("two", piece, w)
	r.fact(p.ID, "content_approved", 2)
	plan(30)
	r.command(w, rapport.Command{Kind: rapport.CmdUnschedulePost, Ref: piece})
	plan(20)
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: piece})
	r.fact(p.ID, "content_accepted", 1)
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.state(p.ID, "terminated")
	r.ended(w)
	r.keep(w, "partnership-schedule")
}
