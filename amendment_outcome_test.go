package rapport_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// ahead is what an amendment would do to the partnership of a house if both had signed it now, by the plan that its execution makes.
func (h *house) ahead(name string, a rapport.Amendment) rapport.AmendmentOutcome {
	require.Empty(h.t, a.Resolve(h.running(), h.now))
	plan := rapport.PlanAmendment(rapport.ContractDates{
		ID: id(name), Now: h.now, Fee: h.p.Offer.Fee, Terms: h.terms, Brand: h.p.BrandCalendar, Creator: h.p.CreatorCalendar, CampaignEnd: h.p.BrandCalendar.AddDays(h.now, 200),
	}, a)
	seq := h.p.Seq
	o, err := h.p.PreviewAmendment(h.now, id(name), plan)
	require.NoError(h.t, err)
	require.Equal(h.t, seq, h.p.Seq, "a preview changes nothing")
	require.Empty(h.t, h.p.TakeRecord())
	return o
}

// came compares what was said before with what is there after.
func came[T any](t *testing.T, list []rapport.Differing[T], is []T) {
	t.Helper()
	for _, x := range list {
		if x.Is != nil {
			require.Contains(t, is, *x.Is)
		}
		if x.Was != nil {
			require.NotContains(t, is, *x.Was)
		}
	}
}

func TestAnAmendmentDoesWhatItsPreviewSaid(t *testing.T) {
	t.Parallel()

	zero := 0
	for name, tt := range map[string]struct {
		house  func(t require.TestingT) *house
		change func(h *house) rapport.Amendment
		says   func(_ *house, o rapport.AmendmentOutcome)
	}{
		"pieces and money come, dates and the end move": {
			func(t require.TestingT) *house { return newHouse(t).activate() },
			func(h *house) rapport.Amendment {
				return rapport.Amendment{
					Deliverables: []rapport.DeliverableTerms{video("Second video")}, Moved: []rapport.DeliverableMove{{ID: h.p.Deliverables[0].ID, DraftDays: 5, PublishDays: 5}}, EndDays: 20,
					Milestones: []rapport.MilestoneAdded{{Title: "For it", Trigger: rapport.TriggerApproval, New: &zero, Amount: 40_000}, {Title: "Now", Trigger: rapport.TriggerSignature, Amount: 2_000}},
				}
			},
			func(_ *house, o rapport.AmendmentOutcome) {
				require.Len(t, o.Pieces, 2)
				require.Nil(t, o.Pieces[1].Was)
				require.Equal(t, []string{"pending", "met"}, []string{o.Milestones[0].Is.State, o.Milestones[1].Is.State})
				require.Equal(t, []int64{42_000, 0}, []int64{o.Adds, o.Cancels})
				kinds := map[string]int{}
				for _, x := range o.Timers {
					require.NotNil(t, x.Is)
					kinds[x.Is.Kind]++
					require.Equal(t, x.Was == nil, x.Is.Ref == o.Pieces[1].Is.ID, x.Is.Kind)
				}
				require.Equal(t, map[string]int{"draft_reminder": 2, "draft_late": 2, "term_end": 1, "renewal_notice": 1, "renewal_review": 1}, kinds)
				require.True(t, o.EndsAt.Is.After(*o.EndsAt.Was))
			},
		},
		"a piece in review falls away with its money": {
			func(t require.TestingT) *house {
				return newHouse(t, func(h *house) { h.terms.Deliverables = append(h.terms.Deliverables, video("Second video")) }).activate().submit("draft")
			},
			func(h *house) rapport.Amendment {
				return rapport.Amendment{Dropped: []uuid.UUID{h.p.Deliverables[0].ID}}
			},
			func(_ *house, o rapport.AmendmentOutcome) {
				require.Equal(t, [2]string{"in_review", "cancelled"}, [2]string{o.Pieces[0].Was.State, o.Pieces[0].Is.State})
				require.Equal(t, int64(70_000), o.Cancels)
			},
		},
		"rights go on for longer": {
			func(t require.TestingT) *house {
				h := newHouse(t, func(h *house) { h.p.KeepDates(); h.terms.UsageRightsDays, h.terms.DurationDays = 300, 400 }).activate().submit("draft")
				h.decide("ada", rapport.DecisionApprove)
				return h.post()
			},
			func(*house) rapport.Amendment { return rapport.Amendment{UsageRightsDays: new(330)} },
			func(_ *house, o rapport.AmendmentOutcome) {
				require.Len(t, o.KeyDates, 1)
				require.Equal(t, 30*hour, o.KeyDates[0].Is.At.Sub(o.KeyDates[0].Was.At))
				require.Len(t, o.Timers, 7, "the date and six reminders")
				for _, x := range o.Timers {
					require.Equal(t, 30*hour, x.Is.At.Sub(x.Was.At), x.Is.Kind)
				}
			},
		},
		"an option is given": {
			func(t require.TestingT) *house { return newHouse(t, func(h *house) { h.p.KeepDates() }).activate() },
			func(*house) rapport.Amendment {
				return rapport.Amendment{RenewalOption: &rapport.RenewalOption{Fee: 120_000, NoticeDays: 40}}
			},
			func(_ *house, o rapport.AmendmentOutcome) {
				require.Nil(t, o.Option.Was)
				require.Equal(t, eur(120_000), o.Option.Is.Fee)
				require.Empty(t, o.KeyDates, "it is no right of a post")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := tt.house(t)
			a := tt.change(h)
			ref := h.draft(name, a)
			h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Ref: ref, Actor: id("owner")})
			o := h.ahead(name, a)
			require.False(t, o.Overtaken)
			tt.says(h, o)
			h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: ref})
			came(t, o.Timers, h.p.Timers)
			came(t, o.KeyDates, h.p.KeyDates)
			came(t, o.Pieces, h.p.Deliverables)
			came(t, o.Milestones, h.p.Milestones)
			require.Equal(t, *o.Stage.Is, h.p.Stage)
			require.Equal(t, []any{*o.EndsAt.Is, *o.NoticeBy.Is}, []any{h.p.Contract.EndsAt, h.p.Contract.NoticeBy})
			if o.Option != nil {
				require.Equal(t, o.Option.Is, h.p.Contract.Option)
			}
		})
	}
}

func TestAPreviewSaysWhatCameTooLate(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	a := rapport.Amendment{DroppedMilestones: []uuid.UUID{h.p.Milestones[1].ID}}
	require.Empty(t, a.Resolve(h.running(), h.now))
	require.Equal(t, h.p.Milestones[1].Amount.Amount, h.ahead("late", a).Cancels)
	h.decide("ada", rapport.DecisionApprove)
	o, err := h.p.PreviewAmendment(h.now, id("late"), rapport.ContractPlan{
		EndsAt: h.p.Contract.EndsAt, NoticeBy: h.p.Contract.NoticeBy, BrandCalendar: h.p.BrandCalendar, CreatorCalendar: h.p.CreatorCalendar, DroppedMilestones: a.DroppedMilestones,
	})
	require.NoError(t, err)
	require.True(t, o.Overtaken)
	require.Empty(t, o.Milestones, "what is owed stays owed")
}

func TestWhatStaysIsNamedWithItsReason(t *testing.T) {
	t.Parallel()

	h := newHouse(t).activate().submit("draft")
	term := h.running()
	term.Deliverables[0].Policy, term.Deliverables[0].PolicyN = "Two stages", 3
	term.Milestones[0].PayoutState = "awaiting_approval"
	a := rapport.Amendment{RevisionRounds: new(4)}
	require.Equal(t, []rapport.AmendedLine{
		{
			What: "Piece 1",
			To:   "The review that is open goes on under the terms it began with: the approval policy “Two stages”, version 3. If it asks for changes, the rounds of this amendment are counted.",
		},
		{What: "Part 1", To: "300.00 EUR are owed, and their payment goes on waiting for its approvals."},
	}, a.Pinned(term, rapport.WordsIn("en")))
	for state, words := range map[string]string{"paid": "are paid", "submitted": "on their way", "held": "stays held", "approved": "approved", "scheduled": "owed already"} {
		term.Milestones[0].PayoutState = state
		require.Contains(t, a.Pinned(term, rapport.WordsIn("en"))[1].To, words)
	}
}
