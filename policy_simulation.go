package rapport

import (
	"time"

	"github.com/google/uuid"
)

// PastSubmission is a submission with what a policy is tried on it by.
type PastSubmission struct {
	SubmissionID uuid.UUID
	ReviewID     uuid.UUID
	Title        string
	Creator      string
	Campaign     string
	Version      int
	SubmittedAt  time.Time
	EndedAt      *time.Time // when its review really ended
	PolicyName   string     // that it was really reviewed by
	Facts        SubmissionFacts
	Plan         ReviewPlan
	Took         map[uuid.UUID]time.Duration // how long people take to decide, in the middle of their decisions
}

// SimulatedStage is what would have become of a stage.
type SimulatedStage struct {
	Name  string
	Asked []uuid.UUID
	Opens time.Time // zero: never reached
	Due   time.Time
	Ends  time.Time
	// By is who would have ended it; Guessed says that nothing is known of how long that person takes, so that the deadline was taken.
	By      uuid.UUID
	Guessed bool
}

// Simulation is what a policy would have done with a submission.
type Simulation struct {
	Stages    []SimulatedStage
	Ends      time.Time // if everybody approves in their usual time
	SilenceAt time.Time // when the first stage's silence would have decided; zero when nobody would have been asked
}

// simulatedSteps bounds a simulation: every step is a decision or a timer, and a policy has at most fifty stages.
const simulatedSteps = 2000

// Simulate runs the review of a policy over a submission, with the rules of a real one: everybody asked approves after the time that they
// usually take, or at the deadline where nothing is known of them.
func (p PastSubmission) Simulate() Simulation {
	r := &Review{ID: DeriveID(p.SubmissionID, "simulated"), SubmissionID: p.SubmissionID, State: ReviewChecking, Timings: DefaultTimings()}
	now := p.SubmittedAt
	r.Begin(now)
	plan := p.Plan
	r.Outcome(Outcome{Key: "open", Code: "passed", Review: &plan}, now)
	sim := Simulation{}
	for i := range r.Stages {
		if s := &r.Stages[i]; !s.SilenceAt.IsZero() && (sim.SilenceAt.IsZero() || s.SilenceAt.Before(sim.SilenceAt)) {
			sim.SilenceAt = s.SilenceAt
		}
	}
	ended := map[int]StageDecision{}
	guessed := map[uuid.UUID]bool{}
	for n := 0; !r.closed() && n < simulatedSteps; n++ {
		stage, who, at := r.soonest(p.Took)
		if d := r.Deadline(); who == uuid.Nil || !d.IsZero() && d.Before(at) {
			if d.IsZero() {
				break
			}
			now = d
			r.Tick(now)
			r.forget()
			continue
		}
		if at.After(now) {
			now = at
		}
		_, known := p.Took[who]
		guessed[who] = !known
		r.Command(Command{Kind: CmdDecide, Actor: who, Ref: DeriveID(who, "simulated"), Code: DecisionApprove}, now)
		r.forget()
		if s := r.Stages[stage]; s.State == "approved" {
			ended[stage] = s.Decisions[len(s.Decisions)-1]
		}
	}
	for i, s := range r.Stages {
		st := SimulatedStage{Name: s.Name, Opens: s.OpenedAt, Due: s.DueAt}
		for _, a := range p.Plan.Approvers[i] {
			st.Asked = append(st.Asked, a.User)
		}
		if d, ok := ended[i]; ok {
			st.Ends, st.By, st.Guessed = d.At, d.User, guessed[d.User]
		}
		sim.Stages = append(sim.Stages, st)
	}
	if r.State == ReviewApproved {
		sim.Ends = r.ClosedAt
	}
	return sim
}

// soonest is whose decision comes next in a simulation, in which stage and when.
func (r *Review) soonest(took map[uuid.UUID]time.Duration) (int, uuid.UUID, time.Time) {
	var stage int
	var who uuid.UUID
	var soonest time.Time
	for i := range r.Stages {
		s := &r.Stages[i]
		for _, a := range s.Approvers {
			if !s.waits(a.User) {
				continue
			}
			at := s.DueAt
			if d, known := took[a.User]; known {
				at = s.OpenedAt.Add(d)
			}
			if who == uuid.Nil || at.Before(soonest) {
				stage, who, soonest = i, a.User, at
			}
		}
	}
	return stage, who, soonest
}

// forget drops what a simulated machine would have written and sent.
func (r *Review) forget() { r.record, r.fresh, r.Pending = Record{}, nil, nil }
