package workflows_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/activities"
	"rapport/workflows"
)

// changes answers for a term that is amended, with a bonus by a number.
func changes(t *testing.T, terms rapport.ContractTerms, amendments map[uuid.UUID]rapport.Amendment) *hands {
	t.Helper()
	h := &hands{terms: &terms}
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectExecute: func(in activities.EffectInput) (rapport.Outcome, error) {
			c := rapport.ContractDates{ID: in.Effect.Ref, Now: in.Effect.At, Fee: eur(100_000), Terms: terms, Brand: calendar(day), Creator: calendar(day), CampaignEnd: in.Effect.At.Add(200 * day)}
			plan := rapport.PlanContract(c)
			if a, ok := amendments[in.Effect.Ref]; ok {
				plan = rapport.PlanAmendment(c, a)
			}
			return rapport.Outcome{Code: "executed", Contract: &plan}, nil
		},
	}
	return h
}

// signed begins a partnership and brings it to the running term.
func (r *recorder) signed(p *rapport.Partnership) string {
	w := workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	r.waits(p.ID, "reply")
	r.mail(w, "human")
	r.state(p.ID, "in_conversation")
	r.command(w, offer())
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract})
	r.state(p.ID, "active")
	return w
}

// amended drafts an amendment, sends it and signs it.
func (r *recorder) amended(w string, amendment uuid.UUID) {
	r.command(w, rapport.Command{Kind: rapport.CmdAmend, Ref: amendment, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Ref: amendment, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract, Ref: amendment})
}

func (r *recorder) approved(submission string, deliverable uuid.UUID, w string) {
	r.command(w, rapport.Command{Kind: rapport.CmdSubmit, Ref: deliverable, Ref2: id(submission)})
	review := rapport.DeriveID(id(submission), "review")
	r.state(review, "open")
	r.command(workflows.ReviewID(review), rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("decision/" + submission), Ref2: id(submission), Code: rapport.DecisionApprove})
	r.ended(workflows.ReviewID(review))
}

func (r *recorder) paid(payout uuid.UUID) {
	r.state(payout, "awaiting_approval")
	for part, who := range map[string]string{"preparer": "pia", "releaser": "rob"} {
		r.command(workflows.PayoutID(payout), rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: uuid.New()})
	}
	r.ended(workflows.PayoutID(payout))
}

// recordChanges is a term with two amendments, one of them declined, a bonus by a number, one that a person gave, a payout outside of Stripe
// and one whose creator's account changed.
func recordChanges(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	first := 0
	terms.Milestones = append(terms.Milestones, rapport.MilestoneTerms{
		Title: "Views", Trigger: rapport.TriggerThreshold, Deliverable: &first, Bonus: 9_000, Threshold: &rapport.Threshold{Metric: rapport.MetricViews, AtLeast: 1_000, WithinDays: 6},
	})
	contract := rapport.DeriveID(id("offer"), "contract")
	deliverable := rapport.DeriveID(contract, "deliverable/0")
	amendments := map[uuid.UUID]rapport.Amendment{
		id("more"): {
			Deliverables: []rapport.DeliverableTerms{{Title: "A short", Platform: "tiktok", Kind: "short", DraftDueDays: 3, PublishDays: 3}},
			Milestones:   []rapport.MilestoneAdded{{Title: "For the short", Trigger: rapport.TriggerApproval, New: &first, Amount: 20_000}},
		},
	}
	h := changes(t, terms, amendments)
	h.answer[rapport.EffectOrderOffline] = func(activities.EffectInput) (rapport.Outcome, error) {
		return rapport.Outcome{Code: rapport.SubmitAwaitingProof}, nil
	}
	h.answer[rapport.EffectRecordOffline] = func(activities.EffectInput) (rapport.Outcome, error) {
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.ID = id("changes")
	w := r.signed(p)
	ends := time.Now().Add(22 * day)
	more := amendments[id("more")]
	more.EndsAt, more.NoticeBy = ends, ends.Add(-3*day)
	amendments[id("more")] = more
	r.command(w, rapport.Command{Kind: rapport.CmdAmend, Ref: id("unwanted"), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Ref: id("unwanted"), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdDeclineContract, Ref: id("unwanted")})
	r.amended(w, id("more"))
	r.until(p.ID, func(b activities.Batch) bool {
		return len(b.View.Waiting) > 0 && b.View.State == "active" && len(b.Record.Facts) > 0
	})
	bonus, added := id("bonus"), rapport.DeriveID(id("more"), "milestone/0")
	r.command(w, rapport.Command{Kind: rapport.CmdGiveBonus, Ref: bonus, Actor: id("owner"), Amount: eur(5_000)})

	pay := func(milestone uuid.UUID) uuid.UUID { return rapport.DeriveID(milestone, "payout") }
	away := workflows.PayoutID(pay(bonus)) // outside of Stripe
	r.state(pay(bonus), "awaiting_approval")
	r.command(away, rapport.Command{Kind: rapport.CmdPayOffline, Code: "bank_transfer", Actor: id("pia")})
	for part, who := range map[string]string{"preparer": "pia", "releaser": "rob"} {
		r.command(away, rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: uuid.New()})
	}
	r.until(pay(bonus), func(b activities.Batch) bool {
		return slices.ContainsFunc(b.Record.Tasks, func(t rapport.TaskChange) bool { return t.Kind == "record_payment" })
	})
	r.command(away, rapport.Command{Kind: rapport.CmdRecordOffline, Ref: id("proof"), Actor: id("pia")})
	r.ended(away)
	r.keep(away, "payout-offline")

	signature := pay(rapport.DeriveID(contract, "milestone/0")) // the creator's account changed
	r.state(signature, "awaiting_approval")
	r.signal(workflows.PayoutID(signature), rapport.Signal{Kind: rapport.SignalHold, Code: rapport.HoldDestination, At: time.Now().Add(2 * day), N: 1})
	r.state(signature, "held")
	r.until(signature, func(activities.Batch) bool { return time.Now().After(ends.Add(-19 * day)) })
	r.command(workflows.PayoutID(signature), rapport.Command{Kind: rapport.CmdReleaseDestination, Actor: id("rob")})
	r.paid(signature)
	r.keep(workflows.PayoutID(signature), "payout-destination")

	r.approved("one", deliverable, w)
	r.waits(p.ID, "post")
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable})
	r.approved("two", rapport.DeriveID(id("more"), "deliverable/0"), w)
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: rapport.DeriveID(id("more"), "deliverable/0")})
	r.command(w, rapport.Command{Kind: rapport.CmdRecordNumber, Ref: deliverable, Actor: id("owner"), Code: string(rapport.MetricViews), N: 5_000, Until: time.Now()})
	for _, m := range []uuid.UUID{rapport.DeriveID(contract, "milestone/1"), rapport.DeriveID(contract, "milestone/2"), rapport.DeriveID(contract, "milestone/3"), added} {
		r.paid(pay(m))
	}
	r.ended(w)
	r.state(p.ID, "lapsed")
	r.keep(w, "partnership-changes")
	require.NotEmpty(t, h.facts(t, p.ID))
}

// recordOwedOn is a term of which one part is owed on a day that has passed when both sign, one on a day that the term does not live to see, and one that an
// amendment adds, which makes the term longer.
func recordOwedOn(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	dated := func(title string, days, percent int) rapport.MilestoneTerms {
		return rapport.MilestoneTerms{Title: title, Trigger: rapport.TriggerDate, OwedOn: time.Now().AddDate(0, 0, days).Format(time.DateOnly), Percent: percent}
	}
	terms.Milestones = []rapport.MilestoneTerms{dated("At once", -1, 40), dated("At the end", 30, 60)}
	contract := rapport.DeriveID(id("offer"), "contract")
	deliverable := rapport.DeriveID(contract, "deliverable/0")
	amendments := map[uuid.UUID]rapport.Amendment{}
	r := newRecorder(t, address, folder, changes(t, terms, amendments))
	defer r.stop()
	p := partnership(day)
	p.ID = id("owed on")
	w := r.signed(p)
	ends := time.Now().Add(26 * day)
	amendments[id("longer")] = rapport.Amendment{
		EndDays: 4, EndsAt: ends, NoticeBy: ends.Add(-3 * day),
		Milestones: []rapport.MilestoneAdded{{Title: "More", Trigger: rapport.TriggerDate, OwedOn: terms.Milestones[0].OwedOn, Amount: 3_000}},
	}
	pay := func(milestone uuid.UUID) uuid.UUID { return rapport.DeriveID(milestone, "payout") }
	r.paid(pay(rapport.DeriveID(contract, "milestone/0")))
	r.amended(w, id("longer"))
	r.paid(pay(rapport.DeriveID(id("longer"), "milestone/0")))
	r.approved("draft", deliverable, w)
	r.waits(p.ID, "post")
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable})
	r.paid(pay(rapport.DeriveID(contract, "milestone/1")))
	r.ended(w)
	r.keep(w, "partnership-owed-on")
}

// recordRights is what outlives a term: reminders, a decision, an end that nobody decided, and an extension after the term; and rights in a
// partnership that was terminated.
func recordRights(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.UsageRightsDays, terms.AllowlistingDays, terms.ExclusivityDays, terms.Milestones = 35, 16, 16, terms.Milestones[:1]
	terms.Milestones[0].Percent = 100
	contract := rapport.DeriveID(id("offer"), "contract")
	deliverable := rapport.DeriveID(contract, "deliverable/0")
	h := changes(t, terms, map[uuid.UUID]rapport.Amendment{id("longer"): {
		UsageRightsDays: new(45), Milestones: []rapport.MilestoneAdded{{Title: "For more rights", Trigger: rapport.TriggerSignature, Amount: 20_000}},
	}})
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	dates := func(b activities.Batch, kind string) (list []rapport.Change) {
		for _, c := range b.Record.Changes {
			if c.Noun == "key_date" && c.Code == kind {
				list = append(list, c)
			}
		}
		return list
	}
	posted := func(name string) (w string, rights uuid.UUID) {
		p := partnership(day)
		p.ID = id(name)
		p.Timings.KeyDateLadderDays, p.Timings.KeyDateEscalateDays = []int{14, 7, 1}, 7
		w = r.signed(p)
		r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
		r.approved("draft of "+name, deliverable, w)
		r.waits(p.ID, "post")
		r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable})
		r.until(p.ID, func(b activities.Batch) bool {
			for _, c := range dates(b, rapport.KeyUsageRights) {
				rights = c.ID
			}
			return rights != uuid.Nil
		})
		return w, rights
	}
	w, rights := posted("rights")
	r.state(id("rights"), "lapsed")
	r.waits(id("rights"), rapport.KeyUsageRights)
	r.command(w, rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: rights, Code: rapport.KeyRenegotiating, Actor: id("owner")})
	r.refused(w, rapport.Command{Kind: rapport.CmdPause, Actor: id("owner")})
	r.amended(w, id("longer"))
	r.paid(rapport.DeriveID(rapport.DeriveID(id("longer"), "milestone/0"), "payout"))
	r.ended(w)
	r.keep(w, "partnership-rights")

	w, rights = posted("terminated")
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: rights, Code: rapport.KeyLetEnd, Actor: id("owner")})
	r.ended(w)
	r.keep(w, "partnership-rights-terminated")
}

// recordExtended is a right of the first term that is extended in the second, one of the second that is extended by itself, and one that is extended
// after the last.
func recordExtended(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.UsageRightsDays, terms.AllowlistingDays, terms.Milestones = 45, 12, terms.Milestones[:1]
	terms.Milestones[0].Percent = 100
	amendments := map[uuid.UUID]rapport.Amendment{}
	h := changes(t, terms, amendments)
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.ID = id("extended")
	p.Timings.KeyDateLadderDays, p.Timings.KeyDateEscalateDays = []int{14, 7, 1}, 7
	w := r.signed(p)
	post := func(offer string) uuid.UUID {
		contract := rapport.DeriveID(id(offer), "contract")
		r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
		r.approved("draft of "+offer, rapport.DeriveID(contract, "deliverable/0"), w)
		r.waits(p.ID, "post")
		r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: rapport.DeriveID(contract, "deliverable/0")})
		return contract
	}
	extend := func(name, kind string, contract uuid.UUID) {
		var date rapport.Change
		r.until(p.ID, func(activities.Batch) bool {
			for _, b := range h.batches {
				for _, c := range b.Record.Changes {
					if b.ID == p.ID && c.Noun == "key_date" && c.Code == kind && c.Ref == contract {
						date = c
					}
				}
			}
			return date.ID != uuid.Nil
		})
		amendments[id(name)] = rapport.Amendment{
			Extended:   []rapport.KeyDateExtension{{Date: date.ID, Days: 5, Assets: date.Assets, Kind: kind, Contract: contract, At: date.Due, Until: date.Due.Add(5 * day)}},
			Milestones: []rapport.MilestoneAdded{{Title: "For more time", Trigger: rapport.TriggerSignature, Amount: 20_000}},
		}
		r.amended(w, id(name))
		r.paid(rapport.DeriveID(rapport.DeriveID(id(name), "milestone/0"), "payout"))
	}
	first := post("offer")
	r.command(w, rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(50_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("next")})
	r.state(p.ID, "contract_out")
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract})
	r.state(p.ID, "active")
	extend("of the first term", rapport.KeyUsageRights, first)
	second := post("next")
	extend("of the second term", rapport.KeyAllowlisting, second)
	r.state(p.ID, "lapsed")
	extend("after the last", rapport.KeyUsageRights, second)
	r.ended(w)
	r.keep(w, "partnership-extended")
}

// recordOption is an option that moves with the end of its term and is used, and one that nobody decides on.
func recordOption(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.RenewalOption, terms.Milestones = &rapport.RenewalOption{Fee: 120_000, NoticeDays: 6}, terms.Milestones[:1]
	terms.Milestones[0].Percent = 100
	amendments := map[uuid.UUID]rapport.Amendment{}
	r := newRecorder(t, address, folder, changes(t, terms, amendments))
	defer r.stop()
	contract := rapport.DeriveID(id("offer"), "contract")
	begin := func(name string) (w string, p *rapport.Partnership) {
		p = partnership(day)
		p.ID = id(name)
		p.Timings.KeyDateLadderDays, p.Timings.KeyDateEscalateDays = []int{9, 4, 1}, 4
		w = r.signed(p)
		r.paid(rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout"))
		return w, p
	}
	finish := func(name, w string) {
		r.approved("draft of "+name, rapport.DeriveID(contract, "deliverable/0"), w)
		r.waits(id(name), "post")
		r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: rapport.DeriveID(contract, "deliverable/0")})
	}
	w, p := begin("option")
	ends := time.Now().Add(30 * day)
	amendments[id("later")] = rapport.Amendment{EndDays: 8, EndsAt: ends, NoticeBy: ends.Add(-3 * day), OptionEndsAt: ends.Add(-6 * day)}
	r.amended(w, id("later"))
	finish("option", w)
	r.waits(p.ID, rapport.KeyOption)
	r.refused(w, rapport.Command{Kind: rapport.CmdExerciseOption, Ref: id("next"), Amount: eur(1), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdExerciseOption, Ref: id("next"), Amount: eur(120_000), Actor: id("owner")})
	r.refused(w, rapport.Command{Kind: rapport.CmdExerciseOption, Ref: id("again"), Amount: eur(120_000), Actor: id("owner")})
	r.state(p.ID, "contract_out")
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.ended(w)
	r.keep(w, "partnership-option")

	w, p = begin("option unused")
	finish("option unused", w)
	r.state(p.ID, "lapsed")
	r.ended(w)
	r.keep(w, "partnership-option-unused")
}
