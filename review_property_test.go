package rapport_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

// pass is what somebody with pen and paper would know of a stage: who is asked in its present pass, and who has said what.
type pass struct {
	state     string // "" waiting, open, or how it ended
	first     []uuid.UUID
	above     []uuid.UUID
	standIns  [][2]uuid.UUID // who, for whom
	decisions []rapport.StageDecision
	level     int
	levelAt   time.Time
	silent    bool // approved by silence
}

func (p *pass) spoken(voice uuid.UUID) bool {
	return slices.ContainsFunc(p.decisions, func(d rapport.StageDecision) bool { return d.OnBehalf == voice })
}

func (p *pass) waits(voice uuid.UUID) bool {
	return p.state == "open" && !p.spoken(voice) && (slices.Contains(p.first, voice) || slices.Contains(p.above, voice))
}

// reviewLife is a review with a model of it. The model hears only the facts, and has the plan and the calendars.
type reviewLife struct {
	t         *rapid.T
	r         *rapport.Review
	now       time.Time
	n         int
	plan      rapport.ReviewPlan
	calendars map[uuid.UUID]rapport.Calendar
	stages    []pass
	seq       int64
	keys      map[string]bool
	decided   map[uuid.UUID]int
	closed    string
	last      *rapport.Command
}

func draw[T any](t *rapid.T, label string, of ...T) T { return rapid.SampledFrom(of).Draw(t, label) }

func (l *reviewLife) int(label string, from, to int) int {
	return rapid.IntRange(from, to).Draw(l.t, label)
}

func houseNames() []uuid.UUID {
	return []uuid.UUID{id("ada"), id("ben"), id("cem"), id("dan"), id("eve"), id("fay")}
}

func outsideNames() []uuid.UUID { return []uuid.UUID{id("out/1"), id("out/2")} }

func (l *reviewLife) some(label string, of []uuid.UUID, least, most int) []uuid.UUID {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(of), least, most, rapid.ID[uuid.UUID]).Draw(l.t, label)
}

func anyCalendar(t *rapid.T, label string) rapport.Calendar {
	c := rapport.DefaultCalendar(draw(t, label, "Europe/Berlin", "America/New_York", "Asia/Tokyo"))
	switch draw(t, label, "short days", "ordinary", "holidays") {
	case "short days":
		c.DaySeconds = draw(t, label, 60, 3600)
	case "holidays":
		c.Holidays = []rapport.Holiday{{Date: "2026-03-03"}, {Date: "2026-03-09"}}
	}
	return c
}

// policy draws one that Check accepts, with the people it means.
func (l *reviewLife) policy() {
	p := rapport.Policy{ID: id("policy"), Version: 1, OnSilence: draw(l.t, "silence", rapport.SilenceHold, rapport.SilenceApprove, rapport.SilenceReject)}
	strict := p.OnSilence == rapport.SilenceApprove
	for i := range l.int("stages", 1, 5) {
		s := rapport.PolicyStage{
			Name: "Stage", Rule: draw(l.t, "rule", rapport.RuleAny, rapport.RuleAll, rapport.RuleQuorum, rapport.RulePrimary), Quorum: l.int("quorum", 1, 3),
			Starts:    draw(l.t, "starts", rapport.StartsAfter, rapport.StartsParallel, rapport.StartsByDate),
			StartDays: l.int("start days", 0, 4), StartFrom: draw(l.t, "from", rapport.StartFromReview, rapport.StartFromPublish),
			DeadlineDays: l.int("days", 1, 4), Legal: !strict && rapid.Bool().Draw(l.t, "legal"), Keep: true, Scope: draw(l.t, "scope", "", rapport.ScopeCaption, rapport.ScopeFile),
			OnReject: draw(l.t, "on reject", rapport.RejectToCreator, rapport.RejectEnds, rapport.RejectToPrevious, rapport.RejectToStage),
		}
		if i == 0 && (s.OnReject == rapport.RejectToPrevious || s.OnReject == rapport.RejectToStage) {
			s.OnReject = rapport.RejectToCreator
		}
		if s.OnReject == rapport.RejectToStage {
			s.ReturnTo = l.int("return to", 0, i-1)
		}
		people := []rapport.ReviewApprover{}
		for _, u := range l.some("asked", houseNames(), l.int("least", 0, 2), 3) {
			people = append(people, rapport.ReviewApprover{User: u})
			s.Approvers = append(s.Approvers, rapport.Approver{Kind: rapport.ApproverUser, UserID: &u})
		}
		free := slices.DeleteFunc(outsideNames(), func(u uuid.UUID) bool { // has a link that may still be open
			asked := func(a rapport.ReviewApprover) bool { return a.User == u }
			return s.Starts != rapport.StartsAfter && slices.ContainsFunc(slices.Concat(l.plan.Approvers...), asked)
		})
		if i > 0 && !strict && !s.Legal && len(free) > 0 {
			for _, u := range l.some("outside", free, 0, len(free)) {
				people = append(people, rapport.ReviewApprover{User: u, Outside: true})
				s.Approvers = append(s.Approvers, rapport.Approver{Kind: rapport.ApproverOutside, ReviewerID: &u})
			}
		}
		if len(s.Approvers) == 0 {
			s.Approvers = []rapport.Approver{{Kind: rapport.ApproverRole, Role: rapport.RoleApprover}} // which nobody has
		} else if rapid.Bool().Draw(l.t, "somebody is away") {
			people = append(people, rapport.ReviewApprover{User: id("gus"), OnBehalf: people[0].User})
		}
		levels := l.int("levels", 0, 3)
		chain := make([]rapport.ReviewLevel, 0, levels)
		for range levels {
			level := rapport.ReviewLevel{Users: l.some("level", houseNames(), 0, 2), Days: l.int("level days", 0, 3)}
			chain = append(chain, level)
			s.EscalateTo = append(s.EscalateTo, rapport.Approver{Kind: rapport.ApproverRole, Role: rapport.RoleAdmin, Days: level.Days})
		}
		again := l.some("kept", append(houseNames(), outsideNames()...), 0, 2)
		kept := make([]rapport.StageDecision, 0, len(again))
		for _, u := range again {
			kept = append(kept, rapport.StageDecision{
				ID: id(fmt.Sprintf("kept/%d/%s", i, u)), User: u, Decision: draw(l.t, "kept", rapport.DecisionApprove, rapport.DecisionWithCorrections, rapport.DecisionReject),
				At: l.now.Add(-hour), Outside: slices.Contains(outsideNames(), u),
			})
		}
		p.Stages = append(p.Stages, s)
		l.plan.Approvers, l.plan.Chains, l.plan.Kept = append(l.plan.Approvers, people), append(l.plan.Chains, chain), append(l.plan.Kept, kept)
	}
	if l.int("versions", 0, 2) < 2 {
		l.plan.Kept = nil
	}
	require.Empty(l.t, p.Check())
	l.plan.Policy = p
}

func newReviewLife(t *rapid.T) *reviewLife {
	l := &reviewLife{t: t, now: start(), keys: map[string]bool{}, decided: map[uuid.UUID]int{}, calendars: map[uuid.UUID]rapport.Calendar{}}
	l.policy()
	l.plan.Calendar = anyCalendar(t, "brand")
	l.plan.PublishBy = l.now.AddDate(0, 0, l.int("publish", -2, 20))
	for _, u := range l.some("elsewhere", append(append(houseNames(), outsideNames()...), id("new")), 0, 4) {
		l.calendars[u] = anyCalendar(t, "person")
	}
	l.plan.Calendars = maps.Clone(l.calendars)
	delete(l.plan.Calendars, id("new"))
	l.stages = make([]pass, len(l.plan.Policy.Stages))
	l.r = &rapport.Review{
		ID: id("review"), PartnershipID: id("partnership"), DeliverableID: id("deliverable"), SubmissionID: id("draft"), State: rapport.ReviewChecking, Timings: rapport.DefaultTimings(),
	}
	l.r.Begin(l.now)
	l.take()
	var own rapport.ReviewPlan
	text, err := json.Marshal(l.plan)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &own))
	l.r.Outcome(rapport.Outcome{Key: "open", Code: "passed", Review: &own}, l.now)
	l.take()
	l.tick()
	return l
}

// ---- the model

// clock is when percent of the present level's time is over for whoever must act.
func (l *reviewLife) clock(i, percent int) time.Time {
	p, policy := &l.stages[i], l.plan.Policy.Stages[i]
	days := policy.DeadlineDays
	var who []uuid.UUID
	if p.level > 0 {
		level := l.plan.Chains[i][p.level-1]
		who = level.Users
		if level.Days > 0 {
			days = level.Days
		}
	} else {
		for _, u := range p.first {
			if !p.spoken(u) && (policy.Rule != rapport.RulePrimary || len(who) == 0) {
				who = append(who, u)
			}
		}
	}
	times := make([]time.Time, 0, len(who))
	for _, u := range who {
		c, ok := l.calendars[u]
		if !ok {
			c = l.plan.Calendar
		}
		times = append(times, c.AddWorkingSpan(p.levelAt, days, percent))
	}
	switch {
	case len(times) == 0:
		return l.plan.Calendar.AddWorkingSpan(p.levelAt, days, percent)
	case p.level == 0 && policy.Rule == rapport.RuleAll:
		return slices.MinFunc(times, time.Time.Compare)
	}
	return slices.MaxFunc(times, time.Time.Compare)
}

// counts says that the voice has the stage's last word.
func (l *reviewLife) counts(i int, voice uuid.UUID) bool {
	p := &l.stages[i]
	return l.plan.Policy.Stages[i].Rule != rapport.RulePrimary || len(p.first) > 0 && p.first[0] == voice || slices.Contains(p.above, voice)
}

// satisfied says that the rule of a stage has what it demands.
func (l *reviewLife) satisfied(i int) bool {
	p, policy := &l.stages[i], l.plan.Policy.Stages[i]
	people, voices, word := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, false
	for _, d := range p.decisions {
		if d.Decision == rapport.DecisionApprove || d.Decision == rapport.DecisionWithCorrections {
			people[d.User], voices[d.OnBehalf] = true, true
			word = word || l.counts(i, d.OnBehalf)
		}
	}
	everybody := len(p.first) > 0 && !slices.ContainsFunc(p.first, func(u uuid.UUID) bool { return !voices[u] })
	switch policy.Rule {
	case rapport.RuleAll:
		return everybody || p.level > 0 && len(people) >= max(1, len(p.first))
	case rapport.RuleQuorum:
		return len(people) >= max(1, min(policy.Quorum, len(p.first)))
	case rapport.RulePrimary:
		return word
	default:
		return len(people) > 0
	}
}

// may says that somebody may speak with a voice in a stage.
func (l *reviewLife) may(i int, who, voice, behalf uuid.UUID) bool {
	p := &l.stages[i]
	if !p.waits(voice) {
		return false
	}
	if l.plan.Policy.Stages[i].Rule == rapport.RuleQuorum {
		again := slices.ContainsFunc(p.decisions, func(d rapport.StageDecision) bool { return d.User == who })
		if again || who != voice && p.waits(who) {
			return false // a quorum is of people: everybody speaks once, and for themselves first
		}
	}
	if behalf != uuid.Nil {
		return voice == behalf
	}
	return voice == who || slices.Contains(p.standIns, [2]uuid.UUID{who, voice})
}

func (l *reviewLife) allowed(who, behalf uuid.UUID) bool {
	for i := range l.stages {
		for _, v := range slices.Concat(l.stages[i].first, l.stages[i].above) {
			if l.may(i, who, v, behalf) {
				return true
			}
		}
	}
	return false
}

// hand puts one instead of another, or beside.
func hand(list []rapport.ReviewApprover, from, to uuid.UUID, beside bool) []rapport.ReviewApprover {
	if !slices.ContainsFunc(list, func(a rapport.ReviewApprover) bool { return a.User == from && a.OnBehalf == uuid.Nil }) {
		return list
	}
	var out []rapport.ReviewApprover
	for _, a := range list {
		switch {
		case beside, a.User != from && a.User != to && a.OnBehalf != from, a.OnBehalf != uuid.Nil && a.OnBehalf != from:
			out = append(out, a)
		case a.User == from && a.OnBehalf == uuid.Nil:
			out = append(out, rapport.ReviewApprover{User: to})
		}
	}
	if there := (rapport.ReviewApprover{User: to, OnBehalf: from}); beside && !slices.Contains(out, there) {
		out = append(out, there)
	}
	return out
}

func (l *reviewLife) handed(f rapport.Fact) {
	beside := f.Kind == "review_stand_in"
	for i := range l.stages {
		p := &l.stages[i]
		if p.state != "" && !p.waits(f.Ref) {
			continue
		}
		l.plan.Approvers[i] = hand(l.plan.Approvers[i], f.Ref, f.Ref2, beside)
		if p.state == "" {
			continue
		}
		if beside {
			p.standIns = append(p.standIns, [2]uuid.UUID{f.Ref2, f.Ref})
			continue
		}
		for _, list := range [][]uuid.UUID{p.first, p.above} {
			if at := slices.Index(list, f.Ref); at >= 0 {
				list[at] = f.Ref2
			}
		}
		p.standIns = slices.DeleteFunc(p.standIns, func(x [2]uuid.UUID) bool { return x[1] == f.Ref })
	}
}

// hear takes one fact into the model, and says where it could not have happened.
func (l *reviewLife) hear(f rapport.Fact, rec rapport.Record) {
	require.Empty(l.t, l.closed, "%s after the end", f.Kind)
	l.seq++
	require.Equal(l.t, l.seq, f.Seq)
	if strings.HasPrefix(f.Kind, "checks_") || f.Kind == "review_started" {
		return
	}
	p := &l.stages[f.N]
	switch f.Kind {
	case "review_stage":
		l.hearStage(f)
	case "decision":
		at := slices.IndexFunc(rec.Changes, func(c rapport.Change) bool { return c.Noun == "decision" && c.ID == f.Ref2 })
		require.GreaterOrEqual(l.t, at, 0, "a decision without its row")
		voice := f.Actor
		if rec.Changes[at].Ref != uuid.Nil {
			voice = rec.Changes[at].Ref
		}
		require.NotNil(l.t, l.last)
		require.True(l.t, l.may(f.N, f.Actor, voice, l.last.Behalf), "a voice that is not asked")
		p.decisions = append(p.decisions, rapport.StageDecision{User: f.Actor, OnBehalf: voice, Decision: f.Code})
		l.decided[f.Ref2]++
	case "decision_kept":
		require.True(l.t, l.may(f.N, f.Actor, f.Actor, uuid.Nil))
		require.True(l.t, slices.ContainsFunc(l.plan.Kept[f.N], func(d rapport.StageDecision) bool { return d.ID == f.Ref2 && d.Decision == f.Code }))
		require.Contains(l.t, []string{rapport.DecisionApprove, rapport.DecisionWithCorrections}, f.Code)
		p.decisions = append(p.decisions, rapport.StageDecision{User: f.Actor, OnBehalf: f.Actor, Decision: f.Code, Kept: true})
	case "review_escalated":
		nobody := p.level == 0 && len(p.first) == 0 && f.At.Equal(p.levelAt)
		require.True(l.t, nobody || !f.At.Before(l.clock(f.N, 100)), "stage %d is escalated before level %d had its time", f.N, p.level)
		for _, u := range l.plan.Chains[f.N][p.level].Users {
			if !slices.Contains(p.first, u) && !slices.Contains(p.above, u) {
				p.above = append(p.above, u)
			}
		}
		p.level, p.levelAt = p.level+1, f.At
	case "review_overdue":
		require.Len(l.t, l.plan.Chains[f.N], p.level, "somebody is above")
	case "review_silence":
		require.Len(l.t, l.plan.Chains[f.N], p.level, "silence before everybody was asked")
		require.False(l.t, f.At.Before(l.clock(f.N, 150)), "silence of stage %d before its time", f.N)
		require.Equal(l.t, string(l.plan.Policy.OnSilence), f.Code)
		p.silent = f.Code == string(rapport.SilenceApprove)
		if p.silent {
			for i, s := range l.plan.Policy.Stages {
				require.False(l.t, s.Legal, "silence approves where law is touched")
				require.False(l.t, slices.ContainsFunc(l.plan.Approvers[i], func(a rapport.ReviewApprover) bool { return a.Outside }))
			}
		}
	case "review_reassigned", "review_stand_in":
		l.handed(f)
	case "review_closed":
		l.closed = f.Code
		l.end(f.Code, rec)
	default:
		require.Fail(l.t, "unknown fact", f.Kind)
	}
}

func (l *reviewLife) hearStage(f rapport.Fact) {
	p, policy := &l.stages[f.N], l.plan.Policy.Stages[f.N]
	switch f.Code {
	case "open":
		require.Empty(l.t, p.state, "a stage opens that was not waiting")
		require.True(l.t, l.mayStart(f.N), "stage %d starts before its time", f.N)
		*p = pass{state: "open", levelAt: f.At}
		for _, a := range l.plan.Approvers[f.N] {
			if a.OnBehalf == uuid.Nil {
				p.first = append(p.first, a.User)
			} else {
				p.standIns = append(p.standIns, [2]uuid.UUID{a.User, a.OnBehalf})
			}
		}
		return
	case "approved":
		require.True(l.t, p.silent || l.satisfied(f.N), "stage %d is approved without what its rule %s demands", f.N, policy.Rule)
	default:
		var said string
		if len(p.decisions) > 0 && l.counts(f.N, p.decisions[len(p.decisions)-1].OnBehalf) {
			said = p.decisions[len(p.decisions)-1].Decision
		}
		require.True(l.t, said == map[string]string{"changes_requested": rapport.DecisionRequestChanges, "rejected": rapport.DecisionReject}[f.Code] ||
			f.Code == "rejected" && l.plan.Policy.OnSilence == rapport.SilenceReject)
	}
	require.Equal(l.t, "open", p.state)
	p.state = f.Code
	back := map[rapport.OnReject]int{rapport.RejectToPrevious: f.N - 1, rapport.RejectToStage: policy.ReturnTo}
	if from, ok := back[policy.OnReject]; ok && (f.Code == "changes_requested" || l.byLink(f.N)) {
		for i := from; i < len(l.stages); i++ {
			l.stages[i] = pass{}
		}
	}
}

// byLink says that a stage ended by a rejection from outside, which only asks for changes.
func (l *reviewLife) byLink(i int) bool {
	said := l.stages[i].decisions
	if len(said) == 0 || said[len(said)-1].Decision != rapport.DecisionReject {
		return false
	}
	return slices.Contains(outsideNames(), said[len(said)-1].User)
}

// mayStart says that the time of a stage that waits has come.
func (l *reviewLife) mayStart(i int) bool {
	policy := l.plan.Policy.Stages[i]
	before := !slices.ContainsFunc(l.stages[:i], func(p pass) bool { return p.state != "approved" })
	switch policy.Starts {
	case rapport.StartsByDate:
		from := l.plan.Calendar.AddBusinessDays(start(), policy.StartDays)
		if policy.StartFrom == rapport.StartFromPublish {
			from = l.plan.Calendar.SubBusinessDays(l.plan.PublishBy, policy.StartDays)
		}
		return !from.After(l.now)
	case rapport.StartsParallel:
		return before || l.stages[i-1].state == "open"
	}
	return before
}

// end checks how a review may end.
func (l *reviewLife) end(state string, rec rapport.Record) {
	require.Equal(l.t, l.r.State, state)
	require.True(l.t, l.r.Deadline().IsZero(), "nothing is armed after the end")
	house, corrections := false, 0
	for i, s := range l.stages {
		if state == rapport.ReviewApproved {
			require.Equal(l.t, "approved", s.state, "stage %d", i)
		}
		if state == rapport.ReviewRejected && s.state == "rejected" {
			require.False(l.t, l.byLink(i), "a link alone ended the review")
		}
		house = house || s.silent
		for _, d := range s.decisions {
			house = house || !slices.Contains(outsideNames(), d.User)
			if d.Decision == rapport.DecisionWithCorrections && !d.Kept {
				corrections++
			}
		}
	}
	if state != rapport.ReviewApproved {
		corrections = 0
	} else {
		require.True(l.t, house, "approved by links alone")
	}
	if state == rapport.ReviewSuperseded || state == rapport.ReviewCancelled {
		require.Empty(l.t, rec.Sends)
		return
	}
	require.Equal(l.t, []rapport.Send{{Workflow: "partnership", ID: l.r.PartnershipID, Signal: &rapport.Signal{
		ID: rapport.DeriveID(l.r.ID, "closed"), Kind: rapport.SignalReviewClosed, Ref: l.r.DeliverableID, Ref2: l.r.SubmissionID, Code: state, Corrections: corrections,
	}}}, rec.Sends)
}

// take lets the model hear what the machine said.
func (l *reviewLife) take() {
	rec, effects := l.r.TakeRecord(), l.r.TakeEffects()
	closing := l.closed == ""
	for _, f := range rec.Facts {
		l.hear(f, rec)
	}
	require.Equal(l.t, l.seq, l.r.Seq)
	if closing = closing && l.closed != ""; !closing {
		require.Empty(l.t, rec.Sends, "only the end is told")
	}
	for _, c := range rec.Changes {
		require.Equal(l.t, "decision", c.Noun)
		require.Equal(l.t, 1, l.decided[c.ID], "one row and one fact")
	}
	for _, e := range effects {
		require.False(l.t, l.keys[e.Key], "%s is asked for twice", e.Key)
		l.keys[e.Key] = true
		if e.Kind != rapport.EffectNotify {
			continue
		}
		if strings.HasPrefix(e.Key, fmt.Sprintf("notify/%d/reminder/", e.N)) {
			require.True(l.t, strings.HasSuffix(e.Key, fmt.Sprintf("/%d", l.stages[e.N].levelAt.UnixMilli())), "a reminder of a level that is over")
			require.True(l.t, l.now.Before(l.clock(e.N, 100)), "a reminder after the time is up")
		}
		if rapid.IntRange(0, 3).Draw(l.t, "lost") < 3 {
			l.r.Outcome(rapport.Outcome{Key: e.Key, Code: "done"}, l.now)
		}
	}
	l.check()
}

// check is what always holds between two inputs.
func (l *reviewLife) check() {
	requireTimers(l.t, l.r)
	if l.r.State == rapport.ReviewChecking {
		return
	}
	if l.closed != "" {
		require.Empty(l.t, l.r.Timers)
		require.Equal(l.t, l.closed, l.r.State)
		return
	}
	v := l.r.View(l.now)
	starts := slices.ContainsFunc(l.r.Timers, func(t rapport.Timer) bool { return t.Kind == "review_stage_start" })
	require.True(l.t, starts || len(v.Waiting) > 0, "it waits for nobody")
	require.True(l.t, l.r.State == rapport.ReviewHeld || !l.r.Deadline().IsZero(), "it is open and nothing will ever happen")
	for _, u := range v.Review.Approvers {
		require.True(l.t, l.allowed(u, uuid.Nil), "it waits for somebody who may not decide")
	}
	held := false
	for i := range l.stages {
		state := map[string]string{"waiting": "", "held": "open"}
		want, ok := state[l.r.Stages[i].State]
		if !ok {
			want = l.r.Stages[i].State
		}
		held = held || l.r.Stages[i].State == "held"
		require.Equal(l.t, want, l.stages[i].state, "stage %d", i)
		if want == "open" {
			require.False(l.t, l.satisfied(i), "stage %d has all that it needs", i)
		}
	}
	require.Equal(l.t, held, l.r.State == rapport.ReviewHeld, "held is what waits without a clock")
}

// tick fires what is due, as the shell does after whatever it took; then nothing is late.
func (l *reviewLife) tick() {
	l.r.Tick(l.now)
	l.take()
	for i := range l.stages {
		if l.closed == "" && l.stages[i].state == "" {
			require.False(l.t, l.mayStart(i), "stage %d has not started", i)
		}
		if l.closed == "" && l.stages[i].state == "open" && l.stages[i].level < len(l.plan.Chains[i]) {
			require.True(l.t, l.clock(i, 100).After(l.now), "stage %d was not escalated in time", i)
		}
	}
}

// ---- what happens to it

func (l *reviewLife) anybody(label string) uuid.UUID {
	return rapid.SampledFrom(append(append(houseNames(), outsideNames()...), id("gus"), id("new"))).Draw(l.t, label)
}

// wanted is somebody who is waited for, mostly.
func (l *reviewLife) wanted(label string) uuid.UUID {
	if list := l.r.View(l.now).Review.Approvers; len(list) > 0 && l.int(label, 0, 4) < 4 {
		return rapid.SampledFrom(list).Draw(l.t, label)
	}
	return l.anybody(label)
}

func (l *reviewLife) command() {
	l.n++
	cmd, want := l.decision()
	if l.int("hand over", 0, 4) == 4 {
		cmd, want = l.handOver()
	}
	cmd.ID = id(fmt.Sprintf("command/%d", l.n))
	l.give(cmd, want)
	if l.int("again", 0, 4) == 4 && l.last != nil {
		l.give(*l.last, want)
	}
}

// decision draws one, with whether it is allowed.
func (l *reviewLife) decision() (rapport.Command, bool) {
	cmd := rapport.Command{
		Kind: rapport.CmdDecide, Actor: l.wanted("who"), Ref: id(fmt.Sprintf("decision/%d", l.n)),
		Ref2: draw(l.t, "version", l.r.SubmissionID, l.r.SubmissionID, l.r.SubmissionID, uuid.Nil, id("older")),
		Code: draw(l.t, "decision", rapport.DecisionApprove, rapport.DecisionApprove, rapport.DecisionWithCorrections, rapport.DecisionRequestChanges, rapport.DecisionReject),
	}
	if cmd.Code == rapport.DecisionReject && l.int("really", 0, 2) < 2 {
		cmd.Code = rapport.DecisionApprove
	}
	if !slices.Contains(outsideNames(), cmd.Actor) && l.int("behalf", 0, 4) == 4 { // a link speaks for nobody else
		cmd.Behalf = l.wanted("for")
	}
	return cmd, cmd.Ref2 != id("older") && l.allowed(cmd.Actor, cmd.Behalf)
}

func (l *reviewLife) handOver() (rapport.Command, bool) {
	cmd := rapport.Command{Kind: draw(l.t, "how", rapport.CmdReassign, rapport.CmdStandIn), Actor: id("owner"), Ref: l.wanted("from"), Ref2: draw(l.t, "to", append(houseNames(), id("new"))...)}
	if c, ok := l.calendars[cmd.Ref2]; ok {
		cmd.Calendar = &c
	}
	waits := false
	for i := range l.stages {
		p := &l.stages[i]
		if !p.waits(cmd.Ref) {
			continue
		}
		waits = true
		decided := slices.ContainsFunc(p.decisions, func(d rapport.StageDecision) bool { return d.User == cmd.Ref2 })
		asked := slices.Contains(slices.Concat(p.first, p.above), cmd.Ref2) || slices.Contains(p.standIns, [2]uuid.UUID{cmd.Ref2, cmd.Ref})
		if asked || decided && l.plan.Policy.Stages[i].Rule == rapport.RuleQuorum {
			return cmd, false
		}
	}
	return cmd, waits
}

func (l *reviewLife) give(cmd rapport.Command, want bool) {
	if _, seen := l.r.Seen(cmd.ID); seen {
		return
	}
	refusal := l.r.Allowed(cmd, l.now)
	require.Equal(l.t, want && l.closed == "", refusal == nil, "%+v", refusal)
	if refusal != nil {
		if refusal.Code == "already_decided" {
			require.NotZero(l.t, refusal.By, "it says by whom")
			require.False(l.t, refusal.At.IsZero())
		}
		return
	}
	l.last = &cmd
	require.Equal(l.t, l.r.Command(cmd, l.now).Seq, l.r.Seq)
	l.r.Remember(cmd.ID)
	l.take()
	require.Equal(l.t, cmd.Kind == rapport.CmdDecide, l.decided[cmd.Ref] == 1)
	l.tick()
}

func (l *reviewLife) wait() {
	if d := l.r.Deadline(); !d.IsZero() && l.int("to the deadline", 0, 3) < 3 {
		l.now = d
	}
	l.now = l.now.Add(draw(l.t, "later", 0, 0, time.Second, time.Minute, hour, 30*hour, 100*hour))
	l.tick()
}

// again is a continue-as-new.
func (l *reviewLife) again() {
	text, err := json.Marshal(l.r)
	require.NoError(l.t, err)
	l.r = &rapport.Review{}
	require.NoError(l.t, json.Unmarshal(text, l.r))
	l.r.Begin(l.now)
	l.r.Restart()
	for _, e := range l.r.TakeEffects() {
		l.r.Outcome(rapport.Outcome{Key: e.Key, Code: "done"}, l.now)
	}
	l.take()
}

func TestLivesOfAReview(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(rt *rapid.T) {
		l := newReviewLife(rt)
		for range rapid.IntRange(10, 50).Draw(rt, "steps") {
			switch l.int("step", 0, 9) {
			case 3, 6, 7:
				l.wait()
			case 8:
				l.again()
			case 9:
				if l.int("signal", 0, 9) == 9 {
					l.r.Signal(rapport.Signal{Kind: draw(rt, "signal", rapport.SignalSuperseded, rapport.SignalCancelled, "nonsense")}, l.now)
					l.take()
				}
			default:
				l.command()
			}
		}
	})
}
