package rapport

import "time"

// SimulatedStep is what a sequence would do when nobody answers, and when.
type SimulatedStep struct {
	Step     int // its place in the sequence
	Kind     StepKind
	Template string
	Title    string
	Review   bool // a person looks at it first, which takes its own time
	// At is the earliest instant. A mail goes out between it and Latest: where in between, is derived from the partnership's id.
	At         time.Time
	Latest     time.Time
	Waited     int  // business days since the step before
	WaitedDays int  // calendar days since the step before
	Opened     bool // it would have come outside the creator's hours, and waits for them
	// Branch is what a branch depends on, and Holds how it was decided here.
	Branch *Branch
	Holds  bool
}

// Simulate says what the sequence would do from an instant on, in a creator's calendar, each mail being sent at its earliest and every
// branch being decided by what is known. It takes its times from the rule that the running partnership takes them from.
func (s Sequence) Simulate(c Calendar, from time.Time, known BranchFacts) []SimulatedStep {
	return s.simulate(c, 0, from, time.Time{}, known)
}

// simulate begins at a step. Nothing comes before earliest.
func (s Sequence) simulate(c Calendar, step int, from, earliest time.Time, known BranchFacts) []SimulatedStep {
	steps := []SimulatedStep{}
	for i, at := step, from; ; {
		next, free := s.next(c, i, at)
		if free.Before(earliest) {
			free = earliest
		}
		sim := SimulatedStep{Step: next, Kind: StepStop, At: free, Latest: free}
		for _, waited := range s.Steps[i:next] {
			sim.Waited += waited.BusinessDays
			sim.WaitedDays += waited.Days
		}
		if next >= len(s.Steps) { // without a stop, the sequence ends with its last step
			return append(steps, sim)
		}
		st := s.Steps[next]
		sim.Kind, sim.Template, sim.Title, sim.Review = st.Kind, st.Template, st.Title, st.Review
		i = next + 1
		switch st.Kind {
		case StepSend:
			sim.At = c.NextOpen(free)
			sim.Latest = c.NextOpen(sim.At.Add(c.Span(time.Hour)))
			sim.Opened = sim.At.After(free)
		case StepBranch:
			sim.Branch, sim.Holds = st.Branch, st.Branch.Holds(known)
			i = st.Branch.to(sim.Holds)
		case StepStop:
			return append(steps, sim)
		case StepTask, StepWait:
		}
		steps, at = append(steps, sim), sim.At
	}
}

// to is the step that a branch goes on with.
func (b Branch) to(holds bool) int {
	if holds {
		return b.Then
	}
	return b.Else
}

// next is the step that follows, with the waits before it added up from an instant.
func (s Sequence) next(c Calendar, step int, from time.Time) (int, time.Time) {
	for step < len(s.Steps) && s.Steps[step].Kind == StepWait {
		if wait := s.Steps[step]; wait.Days > 0 {
			from = c.AddDays(from, wait.Days)
		} else {
			from = c.AddBusinessDays(from, wait.BusinessDays)
		}
		step++
	}
	return step, from
}
