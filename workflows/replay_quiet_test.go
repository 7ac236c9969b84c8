package workflows_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
)

// fact waits for the n-th fact of a kind, and answers it.
func (r *recorder) fact(machine uuid.UUID, kind string, n int) (fact rapport.Fact) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		r.h.mu.Lock()
		defer r.h.mu.Unlock()
		found := 0
		for _, b := range r.h.batches {
			for _, f := range b.Record.Facts {
				if b.ID == machine && f.Kind == kind && found < n {
					found, fact = found+1, f
				}
			}
		}
		return found == n
	}, 40*time.Second, 20*time.Millisecond, "%s", kind)
	return fact
}

// recordQuiet is a term by the quieter rules: a post that differs, which the creator is asked once to put right and the house then decides on; a right
// that may end, which nobody is reminded of until that is taken back; and an amendment of what is late, under which one piece falls away, while another one
// that was late before stays under what was agreed then.
func recordQuiet(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	third := 2
	terms.Deliverables = []rapport.DeliverableTerms{
		{Title: "Video", Platform: "youtube", Kind: "video", DraftDueDays: 10, PublishDays: 10},
		{Title: "Story", Platform: "instagram", Kind: "story", DraftDueDays: 2, PublishDays: 20},
		{Title: "Short", Platform: "tiktok", Kind: "short", DraftDueDays: 8, PublishDays: 20},
	}
	terms.Milestones = []rapport.MilestoneTerms{
		{Title: "On signature", Trigger: rapport.TriggerSignature, Percent: 60}, {Title: "For the short", Trigger: rapport.TriggerApproval, Deliverable: &third, Percent: 40},
	}
	terms.DurationDays, terms.UsageRightsDays = 60, 28
	terms.Late = &rapport.LateTerms{MissedAfterDays: 14, Remedy: rapport.RemedyTermination}
	amendments := map[uuid.UUID]rapport.Amendment{}
	h := changes(t, terms, amendments)
	h.answer[rapport.EffectVerify] = func(activities.EffectInput) (rapport.Outcome, error) { return rapport.Outcome{Code: "mismatch"}, nil }
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.Core, p.ID = rapport.NewCore(), id("quiet")
	p.Timings.KeyDateLadderDays, p.Timings.KeyDateEscalateDays = []int{15, 6, 1}, 1
	w := r.signed(p)
	contract := rapport.DeriveID(id("offer"), "contract")
	piece := func(n string) uuid.UUID { return rapport.DeriveID(contract, "deliverable/"+n) }
	ends := r.fact(p.ID, "contract_executed", 1).Until
	r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
	r.approved("video", piece("0"), w)
	r.waits(p.ID, "post")
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: piece("0")})

	require.Equal(t, piece("1"), r.fact(p.ID, "content_late", 1).Ref)
	amendments[id("stricter")] = rapport.Amendment{
		Late: &rapport.LateTerms{GraceHours: 24, MissedAfterDays: 2, Remedy: rapport.RemedyFallsAway}, EndsAt: ends, NoticeBy: ends.Add(-3 * day),
	}
	r.amended(w, id("stricter"))
	missed := r.fact(p.ID, "content_missed", 1)
	require.Equal(t, []any{piece("2"), rapport.RemedyFallsAway}, []any{missed.Ref, missed.Code})

	require.Eventually(t, func() bool { return len(h.asked(rapport.EffectVerify)) > 3 }, time.Minute, day/10)
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptContent, Ref: piece("0"), Actor: id("owner")})
	rights := r.fact(p.ID, "key_date_reminder", 1).Ref2
	decide := func(code string) {
		r.command(w, rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: rights, Code: code, Actor: id("owner")})
	}
	decide(rapport.KeyLetEnd)
	decide(rapport.KeyOpen)
	missed = r.fact(p.ID, "content_missed", 2)
	require.Equal(t, []any{piece("1"), rapport.RemedyTermination}, []any{missed.Ref, missed.Code})
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.fact(p.ID, "key_date_reminder", 2)
	decide(rapport.KeyLetEnd)
	r.ended(w)
	r.keep(w, "partnership-quiet")
	counts := map[string]int{}
	for _, kind := range h.facts(t, p.ID) {
		counts[kind]++
	}
	require.Equal(t, []int{1, 1, 2}, []int{counts["post_mismatch"], counts["cure_overdue"], counts["key_date_reminder"]}, "nobody is told again what they know")
}

// recordAmendedOption is an option that an amendment gives, another one makes dearer on the same day and a third moves with the end; then it is used while one
// waits that would take it away. Another option falls away by an amendment.
func recordAmendedOption(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.DurationDays, terms.Milestones = 30, terms.Milestones[:1]
	terms.Milestones[0].Percent = 100
	amendments := map[uuid.UUID]rapport.Amendment{}
	r := newRecorder(t, address, folder, changes(t, terms, amendments))
	defer r.stop()
	contract := rapport.DeriveID(id("offer"), "contract")
	drafts := func(name string, ends time.Time, a rapport.Amendment) uuid.UUID {
		a.EndsAt, a.NoticeBy = ends, ends.Add(-3*day)
		if a.RenewalOption != nil {
			a.OptionEndsAt = ends.Add(-time.Duration(a.RenewalOption.NoticeDays) * day)
		}
		amendments[id(name)] = a
		return id(name)
	}
	option := func(fee int64, days int) rapport.Amendment {
		return rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: fee, NoticeDays: days}}
	}
	begin := func(name string) (w string, p *rapport.Partnership, ends time.Time, date uuid.UUID) {
		p = partnership(day)
		p.Core, p.ID = rapport.NewCore(), id(name)
		p.Timings.KeyDateLadderDays, p.Timings.KeyDateEscalateDays = []int{12, 4, 1}, 1
		w = r.signed(p)
		r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
		ends = r.fact(p.ID, "contract_executed", 1).Until
		r.amended(w, drafts("given", ends, option(120_000, 8)))
		date = r.fact(p.ID, "key_date_set", 1).Ref2
		return w, p, ends, date
	}
	finish := func(name, w string) {
		r.approved("draft of "+name, rapport.DeriveID(contract, "deliverable/0"), w)
		r.waits(id(name), "post")
		r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: rapport.DeriveID(contract, "deliverable/0")})
	}
	w, p, ends, date := begin("amended option")
	r.command(w, rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: date, Code: rapport.KeyLetEnd, Actor: id("owner")})
	r.amended(w, drafts("dearer", ends, option(130_000, 8)))
	require.Equal(t, date, r.fact(p.ID, "key_date_set", 2).Ref2, "the same day")
	ends = ends.Add(4 * day)
	moves := option(130_000, 9)
	moves.EndDays = 4
	r.amended(w, drafts("later", ends, moves))
	r.fact(p.ID, "key_date_set", 3)
	finish("amended option", w)
	r.command(w, rapport.Command{Kind: rapport.CmdAmend, Ref: drafts("too late", ends, rapport.Amendment{DropsOption: true}), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Ref: id("too late"), Actor: id("owner")})
	r.waits(p.ID, rapport.KeyOption)
	r.refused(w, rapport.Command{Kind: rapport.CmdExerciseOption, Ref: id("next"), Amount: eur(120_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdExerciseOption, Ref: id("next"), Amount: eur(130_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract, Ref: id("too late")})
	r.state(p.ID, "contract_out")
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.ended(w)
	r.keep(w, "partnership-amended-option")

	w, p, ends, _ = begin("option dropped")
	r.amended(w, drafts("dropped", ends, rapport.Amendment{DropsOption: true}))
	r.fact(p.ID, "option_dropped", 1)
	finish("option dropped", w)
	r.state(p.ID, "lapsed")
	r.ended(w)
	r.keep(w, "partnership-option-dropped")
}
