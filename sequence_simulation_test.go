package rapport_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestSimulatedOutreachInOrdinaryDays(t *testing.T) {
	t.Parallel()
	s := rapport.Sequence{Steps: []rapport.SequenceStep{
		{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepWait, BusinessDays: 3}, {Kind: rapport.StepSend, Template: "follow_up_1"},
		{Kind: rapport.StepTask, Title: "Call"}, {Kind: rapport.StepWait, BusinessDays: 2}, {Kind: rapport.StepWait, BusinessDays: 3}, {Kind: rapport.StepStop},
	}}
	berlin := rapport.DefaultCalendar("Europe/Berlin")
	friday := time.Date(2026, 3, 27, 20, 0, 0, 0, time.UTC) // 21:00 in Berlin, two nights before its clocks go forward
	local := func(day, hour int) time.Time {
		zone, err := time.LoadLocation("Europe/Berlin")
		require.NoError(t, err)
		return time.Date(2026, 3, day, hour, 0, 0, 0, zone).UTC()
	}
	got := s.Simulate(berlin, friday, rapport.BranchFacts{})
	require.Equal(t, []rapport.SimulatedStep{
		{Step: 0, Kind: rapport.StepSend, Template: "invitation", At: local(30, 9), Latest: local(30, 10), Opened: true},
		{Step: 2, Kind: rapport.StepSend, Template: "follow_up_1", At: local(33, 9), Latest: local(33, 10), Waited: 3},
		{Step: 3, Kind: rapport.StepTask, Title: "Call", At: local(33, 9), Latest: local(33, 9)},
		{Step: 6, Kind: rapport.StepStop, At: local(40, 9), Latest: local(40, 9), Waited: 5},
	}, got)
	require.Equal(t, rapport.StepStop, rapport.Sequence{Steps: s.Steps[:1]}.Simulate(berlin, friday, rapport.BranchFacts{})[1].Kind, "it ends with its last step")
	require.Len(t, rapport.Sequence{}.Simulate(berlin, friday, rapport.BranchFacts{}), 1, "nothing but its end")
}

// TestASimulationIsWhatHappens runs partnerships through the sequence and compares: every mail goes out within its hour.
func TestASimulationIsWhatHappens(t *testing.T) {
	t.Parallel()
	for range 200 {
		h := newHouse(t, func(h *house) {
			h.p.ID = uuid.New()
			h.machines = map[uuid.UUID]rapport.Machine{h.p.ID: h.p}
			h.order = []uuid.UUID{h.p.ID}
		})
		var sent []time.Time
		h.answers["mail"] = func(rapport.Effect) rapport.Outcome {
			sent = append(sent, h.now)
			return rapport.Outcome{Code: rapport.MailAccepted}
		}
		from := start()
		h.pass(60)
		var mails []rapport.SimulatedStep
		for _, step := range h.p.Sequence.Simulate(h.p.CreatorCalendar, from, rapport.BranchFacts{}) {
			if step.Kind == rapport.StepSend {
				mails = append(mails, step)
			}
		}
		require.Len(t, sent, len(mails))
		for i, at := range sent {
			require.False(t, at.Before(mails[i].At), "mail %d", i)
			require.False(t, at.After(mails[i].Latest.Add(time.Duration(i)*h.p.CreatorCalendar.Span(time.Hour))), "mail %d: each may be an hour later than the one before", i)
		}
	}
}
