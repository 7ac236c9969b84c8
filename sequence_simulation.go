package rapport

import "time"

// SimulatedStep is what a sequence would do when nobody answers, and when.
type SimulatedStep struct {
	Step     int // its place in the sequence
	Kind     StepKind
	Template string
	Title    string
	// At is the earliest instant. A mail goes out between it and Latest: where in between, is derived from the partnership's id.
	At     time.Time
	Latest time.Time
	Waited int  // business days since the step before
	Opened bool // it would have come outside the creator's hours, and waits for them
}

// Simulate says what the sequence would do from an instant on, in a creator's calendar, each mail being sent at its earliest. It takes
// its times from the rule that the running partnership takes them from.
func (s Sequence) Simulate(c Calendar, from time.Time) []SimulatedStep {
	steps := []SimulatedStep{}
	for i, at := 0, from; i < len(s.Steps); i++ {
		next, free := s.next(c, i, at)
		sim := SimulatedStep{Step: next, Kind: StepStop, At: free, Latest: free}
		for _, waited := range s.Steps[i:next] {
			sim.Waited += waited.BusinessDays
		}
		if next < len(s.Steps) {
			st := s.Steps[next]
			sim.Kind, sim.Template, sim.Title = st.Kind, st.Template, st.Title
		}
		if sim.Kind == StepSend {
			sim.At = c.NextOpen(free)
			sim.Latest = c.NextOpen(sim.At.Add(c.Span(time.Hour)))
			sim.Opened = sim.At.After(free)
		}
		steps = append(steps, sim)
		i, at = next, sim.At
		if sim.Kind == StepStop {
			break
		}
		if next == len(s.Steps)-1 { // without a stop, the outreach ends with its last step
			steps = append(steps, SimulatedStep{Step: len(s.Steps), Kind: StepStop, At: at, Latest: at})
		}
	}
	return steps
}

// next is the step that follows, with the waits before it added up from an instant.
func (s Sequence) next(c Calendar, step int, from time.Time) (int, time.Time) {
	for step < len(s.Steps) && s.Steps[step].Kind == StepWait {
		from = c.AddBusinessDays(from, s.Steps[step].BusinessDays)
		step++
	}
	return step, from
}
