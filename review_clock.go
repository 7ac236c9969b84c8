package rapport

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

func (r *Review) stopClock(i int) {
	for _, k := range []string{timerReviewReminder, timerReviewEscalate, timerReviewSilence} {
		r.disarm(k, r.stageRef(i))
	}
	r.closeTask(fmt.Sprintf("review/%d", i))
}

func (r *Review) stageRef(i int) uuid.UUID { return DeriveID(r.ID, fmt.Sprintf("stage/%d", i)) }

// chain is the levels above stage i.
func (r *Review) chain(i int) []ReviewLevel {
	if i < len(r.Plan.Chains) {
		return r.Plan.Chains[i]
	}
	return nil
}

// clock is when percent of the time of a level has passed, in the working time of those who must act: of all of them where one is
// enough, of the first whose time is up where everybody is needed, of the primary where the primary decides.
func (r *Review) clock(i, level int, from time.Time, percent int) time.Time {
	s, days := &r.Stages[i], r.Plan.Policy.Stages[i].DeadlineDays
	var people []uuid.UUID
	if level > 0 {
		l := r.chain(i)[level-1]
		people = l.Users
		if l.Days > 0 {
			days = l.Days
		}
	} else {
		for _, a := range s.Approvers {
			if a.Level == 0 && a.OnBehalf == uuid.Nil && !s.spoken(a.User) {
				people = append(people, a.User)
			}
		}
		if s.Rule == RulePrimary && len(people) > 1 {
			people = people[:1]
		}
	}
	var at time.Time
	for _, u := range people {
		c, ok := r.Plan.Calendars[u]
		if !ok {
			c = r.Plan.Calendar
		}
		t := c.AddWorkingSpan(from, days, percent)
		if at.IsZero() || level == 0 && s.Rule == RuleAll && t.Before(at) || (level > 0 || s.Rule != RuleAll) && t.After(at) {
			at = t
		}
	}
	if at.IsZero() {
		at = r.Plan.Calendar.AddWorkingSpan(from, days, percent)
	}
	return at
}

// armStage winds the clock of the level that is asked now: reminders, then the next level, and above the last one what silence does.
func (r *Review) armStage(now time.Time, i int, policy PolicyStage) {
	s, ref := &r.Stages[i], r.stageRef(i)
	armed := slices.Clone(r.Timers)
	for _, k := range []string{timerReviewReminder, timerReviewEscalate, timerReviewSilence} {
		r.disarm(k, ref)
	}
	for k, percent := range r.Timings.ReviewRemindersPercent {
		left := slices.ContainsFunc(armed, func(t Timer) bool { return t.Kind == timerReviewReminder && t.N == k*100+i })
		if at := r.clock(i, s.Level, s.LevelAt, percent); at.After(now) && left || s.LevelAt.Equal(now) {
			r.arm(timerReviewReminder, ref, k*100+i, at)
		}
	}
	s.DueAt = r.clock(i, s.Level, s.LevelAt, 100)
	if r.Plan.Chains == nil {
		r.arm(timerReviewEscalate, ref, i, s.DueAt)
		s.SilenceAt = r.Plan.Calendar.AddWorkingSpan(s.OpenedAt, policy.DeadlineDays, r.Timings.ReviewSilencePercent)
		r.arm(timerReviewSilence, ref, i, s.SilenceAt)
		return
	}
	last := len(r.chain(i))
	from := s.LevelAt
	for level := s.Level; level < last; level++ {
		from = r.clock(i, level, from, 100)
	}
	s.SilenceAt = r.clock(i, last, from, r.Timings.ReviewSilencePercent)
	r.arm(timerReviewEscalate, ref, i, s.DueAt)
	if s.Level == last {
		r.arm(timerReviewSilence, ref, i, s.SilenceAt)
	}
}

// rewind sets a stage's clock anew when others than before must act; what has been reminded of is not said again.
func (r *Review) rewind(now time.Time, i int) {
	s := &r.Stages[i]
	if len(r.Plan.Calendars) == 0 || s.Level > 0 {
		return
	}
	if !s.DueAt.After(now) {
		if r.Plan.Chains != nil && len(r.chain(i)) == 0 { // the time was up and nobody is above: silence still waits for whoever is left
			s.SilenceAt = r.clock(i, 0, s.LevelAt, r.Timings.ReviewSilencePercent)
			r.arm(timerReviewSilence, r.stageRef(i), i, s.SilenceAt)
		}
		return
	}
	r.armStage(now, i, r.Plan.Policy.Stages[i])
}

// escalate asks the next level; the ones before keep the right to decide.
func (r *Review) escalate(now time.Time, i int) {
	s, legacy := &r.Stages[i], r.Plan.Chains == nil
	var called []uuid.UUID
	switch {
	case legacy:
		called = r.Plan.Escalations[i]
	case s.Level < len(r.chain(i)):
		called = r.chain(i)[s.Level].Users
	default: // nobody is above: those asked are told that the time is up
		r.fact(now, Fact{Kind: "review_overdue", Ref: r.DeliverableID, N: i, Until: s.SilenceAt})
		r.do(Effect{Key: fmt.Sprintf("notify/%d/overdue/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Code: "reminder", N: i})
		return
	}
	s.Level++
	for _, u := range called {
		if !slices.ContainsFunc(s.Approvers, func(a ReviewApprover) bool { return a.voice() == u }) {
			s.Approvers = append(s.Approvers, ReviewApprover{User: u, Level: s.Level})
		}
	}
	s.Escalated = true
	r.fact(now, Fact{Kind: "review_escalated", Ref: r.DeliverableID, N: i})
	if legacy {
		s.Level = 0
	} else {
		s.LevelAt = now
		r.armStage(now, i, r.Plan.Policy.Stages[i])
	}
	r.do(Effect{Key: fmt.Sprintf("notify/%d/escalated/%d", i, r.Seq), Kind: EffectNotify, Ref: r.ID, Code: "escalated", N: i})
}

// startOf is when a stage that starts by date does: never before now.
func (r *Review) startOf(now time.Time, s PolicyStage) time.Time {
	at := r.Plan.Calendar.AddBusinessDays(now, s.StartDays)
	if s.StartFrom == StartFromPublish && !r.Plan.PublishBy.IsZero() {
		at = r.Plan.Calendar.SubBusinessDays(r.Plan.PublishBy, s.StartDays)
	}
	if at.Before(now) {
		return now
	}
	return at
}

// Tick fires the timers that are due.
func (r *Review) Tick(now time.Time) {
	for {
		t, ok := r.due(now)
		if !ok {
			return
		}
		if t.Kind == timerReviewStart {
			r.next(now, uuid.Nil)
			continue
		}
		i := t.N % 100
		if i >= len(r.Stages) || !r.Stages[i].open() {
			continue
		}
		switch t.Kind {
		case timerReviewReminder:
			later := func(x Timer) bool { return x.Kind != timerReviewStart && x.N%100 == i && !x.At.After(now) }
			if slices.ContainsFunc(r.Timers, later) {
				continue // after an outage, what comes later is due as well and says more
			}
			r.do(Effect{Key: fmt.Sprintf("notify/%d/reminder/%d/%d", i, t.N, r.Stages[i].LevelAt.UnixMilli()), Kind: EffectNotify, Ref: r.ID, Code: "reminder", N: i})
		case timerReviewEscalate:
			r.escalate(now, i)
		case timerReviewSilence:
			r.silence(now, i)
		}
	}
}

func (r *Review) silence(now time.Time, i int) {
	what := r.Plan.Policy.OnSilence
	if what == SilenceApprove && (r.Plan.Policy.legal() || slices.ContainsFunc(r.Plan.Policy.Stages, PolicyStage.outside)) {
		what = SilenceHold
	}
	r.fact(now, Fact{Kind: "review_silence", Ref: r.DeliverableID, Code: string(what), N: i})
	switch what {
	case SilenceApprove:
		r.endStage(now, i, "approved")
		r.next(now, uuid.Nil)
	case SilenceReject:
		r.endStage(now, i, "rejected")
		r.close(now, ReviewRejected, uuid.Nil)
	default:
		r.State, r.Stages[i].State = ReviewHeld, "held"
		r.task(TaskChange{Key: fmt.Sprintf("review/%d", i), Kind: "review_held", Role: RoleAdmin, Ref: r.ID, Due: now})
	}
}
