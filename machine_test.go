package rapport_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// hour is the length of a day in the machines' tests: spans are counted in days of the calendar and nowhere else.
const hour = time.Hour

// root is what every id of the tests is derived from.
var root = uuid.MustParse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")

func id(name string) uuid.UUID { return rapport.DeriveID(root, name) }

func start() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

func hourly() rapport.Calendar {
	c := rapport.DefaultCalendar("Europe/Berlin")
	c.DaySeconds = 3600
	return c
}

func eur(amount int64) rapport.Money { return rapport.Money{Amount: amount, Currency: "eur"} }

func outreach() rapport.Sequence {
	return rapport.Sequence{ID: id("sequence"), Version: 1, CoolOffDays: 90, Steps: []rapport.SequenceStep{
		{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepWait, BusinessDays: 3},
		{Kind: rapport.StepSend, Template: "follow_up_1"}, {Kind: rapport.StepWait, BusinessDays: 5},
		{Kind: rapport.StepTask, Title: "Call"}, {Kind: rapport.StepWait, BusinessDays: 7}, {Kind: rapport.StepStop},
	}}
}

func onePolicy() rapport.Policy {
	return rapport.Policy{ID: id("policy"), Version: 1, OnSilence: rapport.SilenceHold, Stages: []rapport.PolicyStage{
		{Name: "Brand", Rule: rapport.RuleAny, Starts: "after_previous", DeadlineDays: 4, OnReject: rapport.RejectToCreator},
	}}
}

func onePlan() rapport.ReviewPlan {
	return rapport.ReviewPlan{
		Policy: onePolicy(), Approvers: [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("ben")}}}, Escalations: [][]uuid.UUID{{id("eve")}}, Calendar: hourly(),
	}
}

// asked is an effect on its way to whoever carries it out.
type asked struct {
	machine uuid.UUID
	effect  rapport.Effect
}

// house runs the machines of one partnership together in memory, as workflows, relay and activities do: it hands on what they send
// to each other, carries out what they ask for, and keeps what they wrote down.
type house struct {
	t        require.TestingT
	now      time.Time
	p        *rapport.Partnership
	machines map[uuid.UUID]rapport.Machine
	order    []uuid.UUID
	effects  []asked
	done     []asked
	sends    []rapport.Send
	facts    map[uuid.UUID][]rapport.Fact
	changes  []rapport.Change
	tasks    map[string]rapport.TaskChange
	starts   map[uuid.UUID]int
	stage    rapport.Stage
	payouts  map[uuid.UUID]rapport.PayoutState
	n        int

	terms rapport.ContractTerms
	// amendments are those that were drafted, resolved as the store resolves them.
	amendments map[uuid.UUID]rapport.Amendment
	plan       rapport.ReviewPlan
	count      bool // the content's approval is the first pair of eyes
	// releasers is how many people release a payout; 0 as older plans have it.
	releasers int
	outside   bool // the offer says that it is paid outside of Stripe
	// answers replaces the usual outcome of an effect, by its kind or by kind and code as in mail/brief.
	answers map[string]func(rapport.Effect) rapport.Outcome
	// mirror applies every input also to a copy that went through JSON, and compares.
	mirror bool
}

func newHouse(t require.TestingT, change ...func(*house)) *house {
	p := &rapport.Partnership{
		Core: rapport.NewCore(), ID: id("partnership"), BrandID: id("brand"), CampaignID: id("campaign"), CreatorID: id("creator"), OwnerID: id("owner"),
		Stage: rapport.StageProspect, Term: 1, Renewal: rapport.RenewalNotDue, Sequence: outreach(), Timings: rapport.DefaultTimings(),
		BrandCalendar: hourly(), CreatorCalendar: hourly(),
	}
	h := &house{
		t: t, now: start(), p: p, machines: map[uuid.UUID]rapport.Machine{p.ID: p}, order: []uuid.UUID{p.ID}, facts: map[uuid.UUID][]rapport.Fact{},
		tasks: map[string]rapport.TaskChange{}, starts: map[uuid.UUID]int{}, stage: p.Stage, payouts: map[uuid.UUID]rapport.PayoutState{},
		terms: rapport.DefaultTerms(), amendments: map[uuid.UUID]rapport.Amendment{}, plan: onePlan(), answers: map[string]func(rapport.Effect) rapport.Outcome{},
	}
	for _, f := range change {
		f(h)
	}
	p.Begin(h.now)
	h.collect(p.ID)
	return h
}

// apply gives one input to a machine and takes what it says.
func (h *house) apply(machine uuid.UUID, input func(m rapport.Machine)) {
	m := h.machines[machine]
	if !h.mirror {
		input(m)
		h.collect(machine)
		return
	}
	before, err := json.Marshal(m)
	require.NoError(h.t, err)
	twin := blank(m)
	require.NoError(h.t, json.Unmarshal(before, twin))
	input(m)
	input(twin)
	want, err := json.Marshal(m)
	require.NoError(h.t, err)
	got, err := json.Marshal(twin)
	require.NoError(h.t, err)
	require.Equal(h.t, string(want), string(got), "a machine that went through JSON goes on otherwise")
	record, effects := twin.Base().TakeRecord(), twin.Base().TakeEffects()
	r, e := m.Base().TakeRecord(), m.Base().TakeEffects()
	require.Equal(h.t, r, record)
	require.Equal(h.t, e, effects)
	h.keep(machine, r, e)
}

func blank(m rapport.Machine) rapport.Machine {
	switch m.(type) {
	case *rapport.Partnership:
		return &rapport.Partnership{}
	case *rapport.Review:
		return &rapport.Review{}
	default:
		return &rapport.Payout{}
	}
}

func (h *house) collect(machine uuid.UUID) {
	b := h.machines[machine].Base()
	h.keep(machine, b.TakeRecord(), b.TakeEffects())
}

// keep writes down what a machine said, and checks what must always hold of it.
func (h *house) keep(machine uuid.UUID, r rapport.Record, effects []rapport.Effect) {
	m := h.machines[machine]
	for _, f := range r.Facts {
		require.EqualValues(h.t, len(h.facts[machine])+1, f.Seq, "facts are numbered without gaps")
		h.facts[machine] = append(h.facts[machine], f)
		if f.Kind == "stage" {
			to := rapport.Stage(f.Code)
			require.Contains(h.t, rapport.StageTransitions()[h.stage], to, "from %s to %s", h.stage, to)
			h.stage = to
		}
	}
	require.EqualValues(h.t, len(h.facts[machine]), m.Base().Seq)
	h.changes = append(h.changes, r.Changes...)
	for _, c := range r.Tasks {
		key := machine.String() + "/" + c.Key
		if !c.Open {
			delete(h.tasks, key)
			continue
		}
		require.True(h.t, c.OwnerID != uuid.Nil || c.Role != "", "task %s has nobody", c.Kind)
		require.False(h.t, c.Due.IsZero(), "task %s has no due time", c.Kind)
		h.tasks[key] = c
	}
	for _, s := range r.Sends {
		if s.Payout != nil {
			h.starts[s.Payout.MilestoneID]++
			require.Equal(h.t, 1, h.starts[s.Payout.MilestoneID], "one milestone, one payout, ever")
		}
	}
	h.sends = append(h.sends, r.Sends...)
	for _, e := range effects {
		if p, ok := m.(*rapport.Payout); ok && e.Kind == rapport.EffectSubmit {
			requireApproved(h.t, p)
		}
		h.effects = append(h.effects, asked{machine, e})
	}
	if p, ok := m.(*rapport.Payout); ok {
		requirePath(h.t, h.payouts[p.ID], p.State)
		h.payouts[p.ID] = p.State
	}
	requireTimers(h.t, m)
}

// requireApproved says that two different pairs of eyes stand behind a payout that is about to be sent.
func requireApproved(t require.TestingT, p *rapport.Payout) {
	by := map[string]uuid.UUID{}
	for _, a := range p.Approvals {
		by[a.Part] = a.Actor
	}
	require.Contains(t, by, "releaser")
	if p.Plan == nil || !p.Plan.ContentCounts {
		require.Contains(t, by, "preparer")
		require.NotEqual(t, by["preparer"], by["releaser"])
	}
	require.NotContains(t, []rapport.PayoutState{rapport.PayoutHeld, rapport.PayoutCancelled, rapport.PayoutPaid, rapport.PayoutUnknown, rapport.PayoutScheduled}, p.State)
}

// requirePath says that a payout may come from one state to the other. What an activity does to the row on its way (approved,
// submitted) the machine learns only by the outcome; what came meanwhile may lead it further at once.
func requirePath(t require.TestingT, from, to rapport.PayoutState) {
	if from == "" || from == to {
		return
	}
	table := rapport.PayoutTransitions()
	reached, frontier := map[rapport.PayoutState]bool{}, []rapport.PayoutState{from}
	for len(frontier) > 0 {
		s := frontier[0]
		frontier = frontier[1:]
		for _, n := range table[s] {
			if reached[n] {
				continue
			}
			reached[n] = true
			if slices.Contains([]rapport.PayoutState{rapport.PayoutApproved, rapport.PayoutSubmitted, rapport.PayoutAwaitingApproval, rapport.PayoutFailed}, n) {
				frontier = append(frontier, n)
			}
		}
	}
	require.True(t, reached[to], "payout from %s to %s", from, to)
}

func requireTimers(t require.TestingT, m rapport.Machine) {
	seen := map[string]bool{}
	for i, x := range m.Base().Timers {
		key := fmt.Sprintf("%s/%s/%d", x.Kind, x.Ref, x.N)
		require.False(t, seen[key], "timer %s is armed twice", key)
		seen[key] = true
		if i > 0 {
			require.False(t, x.At.Before(m.Base().Timers[i-1].At), "timers are in order")
		}
	}
	p, ok := m.(*rapport.Partnership)
	if !ok {
		return
	}
	acting := []string{"outreach_step", "sequence_step", "conversation_quiet", "offer_reminder", "signature_reminder", "draft_reminder", "publish_reminder", "post_not_reported", "payee_onboarding"}
	for _, x := range p.Timers {
		if p.Stage == rapport.StageBanned || p.Paused && slices.Contains(acting, x.Kind) {
			require.True(t, x.Held, "%s goes on while the partnership is stopped", x.Kind)
		} else {
			require.False(t, x.Held, "%s is held", x.Kind)
		}
	}
	for _, d := range p.Deliverables {
		require.Equal(t, d.State == "scheduled", !d.PublishAt.IsZero(), "content has a plan while it is scheduled")
		planned := slices.ContainsFunc(p.Timers, func(x rapport.Timer) bool { return x.Kind == "post_not_reported" && x.Ref == d.ID })
		require.False(t, planned && d.State != "scheduled", "nobody is asked about content that is not planned")
		require.False(t, d.PublishAt.After(d.PublishBy), "a plan is in time")
	}
}

// do gives an allowed command.
func (h *house) do(machine uuid.UUID, cmd rapport.Command) {
	h.n++
	if cmd.ID == uuid.Nil {
		cmd.ID = id(fmt.Sprintf("command/%d", h.n))
	}
	m := h.machines[machine]
	if _, seen := m.Base().Seen(cmd.ID); seen {
		return
	}
	require.Nil(h.t, m.Allowed(cmd, h.now), "%s is refused", cmd.Kind)
	h.apply(machine, func(m rapport.Machine) {
		reply := m.Command(cmd, h.now)
		require.Equal(h.t, m.Base().Seq, reply.Seq, "the answer says where the pages show it")
		m.Base().Remember(cmd.ID)
	})
}

// cmd gives the partnership a command and carries out everything that follows.
func (h *house) cmd(cmd rapport.Command) {
	h.do(h.p.ID, cmd)
	h.run()
}

// refused is the code that the partnership refuses a command with, or "".
func (h *house) refused(cmd rapport.Command) string {
	if r := h.p.Allowed(cmd, h.now); r != nil {
		return r.Code
	}
	return ""
}

func (h *house) signal(machine uuid.UUID, sig rapport.Signal) {
	h.n++
	if sig.ID == uuid.Nil {
		sig.ID = id(fmt.Sprintf("signal/%d", h.n))
	}
	m := h.machines[machine]
	if _, seen := m.Base().Seen(sig.ID); seen {
		return
	}
	h.apply(machine, func(m rapport.Machine) {
		m.Signal(sig, h.now)
		m.Base().Remember(sig.ID)
	})
}

func (h *house) mail(code string) {
	h.signal(h.p.ID, rapport.Signal{Kind: rapport.SignalMail, Code: code, Ref: id("message")})
	h.run()
}

// relay hands over one message to a sibling.
func (h *house) relay(s rapport.Send) {
	switch {
	case s.Review != nil && h.machines[s.ID] == nil:
		input := *s.Review
		h.machines[s.ID], h.order = &input, append(h.order, s.ID)
		h.apply(s.ID, func(m rapport.Machine) { m.(*rapport.Review).Begin(h.now) })
	case s.Payout != nil && h.machines[s.ID] == nil:
		input := *s.Payout
		h.machines[s.ID], h.order = &input, append(h.order, s.ID)
		h.apply(s.ID, func(m rapport.Machine) { m.(*rapport.Payout).Begin(h.now) })
	case s.Signal != nil:
		h.signal(s.ID, *s.Signal)
	}
}

// usual is what comes of an effect when nothing goes wrong.
func (h *house) usual(a asked) rapport.Outcome {
	e := a.effect
	for _, key := range []string{e.Kind + "/" + e.Code, e.Kind} {
		if f := h.answers[key]; f != nil {
			return f(e)
		}
	}
	switch e.Kind {
	case rapport.EffectMail:
		return rapport.Outcome{Code: rapport.MailAccepted, Ref: rapport.DeriveID(root, e.Key)}
	case rapport.EffectDraftContract:
		return rapport.Outcome{Code: "drafted", Ref: rapport.DeriveID(e.Ref, "contract")}
	case rapport.EffectExecute:
		dates := rapport.ContractDates{
			ID: e.Ref, Now: e.At, Fee: h.p.Offer.Fee, Terms: h.terms, Brand: h.p.BrandCalendar, Creator: h.p.CreatorCalendar, CampaignEnd: h.p.BrandCalendar.AddDays(e.At, 200),
		}
		plan := rapport.PlanContract(dates)
		plan.Outside = h.outside
		if a, ok := h.amendments[e.Ref]; ok {
			plan = rapport.PlanAmendment(dates, a)
			h.terms = a.Changed(h.terms) // the next one changes what this one made of them
		}
		return rapport.Outcome{Code: "executed", Contract: &plan}
	case rapport.EffectDraftMail:
		return rapport.Outcome{Code: rapport.MailDrafted, Ref: rapport.DeriveID(root, e.Key)}
	case rapport.EffectBranch:
		return rapport.Outcome{Code: "no"}
	case rapport.EffectOnboard:
		return rapport.Outcome{Code: "invited"}
	case rapport.EffectVerify:
		return rapport.Outcome{Code: "ok"}
	case rapport.EffectOpenReview:
		plan := h.plan
		return rapport.Outcome{Code: "passed", Review: &plan}
	case rapport.EffectOpenPayout:
		plan := &rapport.PayoutPlan{ContentCounts: h.count, Releasers: h.releasers}
		if h.outside {
			plan.Offline = rapport.OfflineOther
		}
		return rapport.Outcome{Code: "opened", Payout: plan}
	case rapport.EffectSubmit:
		return rapport.Outcome{Code: rapport.SubmitPaid}
	case rapport.EffectReconcile:
		return rapport.Outcome{Code: rapport.ReconcileAbsent}
	default:
		return rapport.Outcome{Code: "done"}
	}
}

func (h *house) outcome(a asked, out rapport.Outcome) {
	out.Key = a.effect.Key
	h.done = append(h.done, a)
	text, err := json.Marshal(out)
	require.NoError(h.t, err)
	h.apply(a.machine, func(m rapport.Machine) {
		var own rapport.Outcome // as from an activity: nobody else holds its plan
		require.NoError(h.t, json.Unmarshal(text, &own))
		m.Outcome(own, h.now)
	})
}

// run carries out everything that is asked for and hands on every message until all is quiet.
func (h *house) run() {
	for range 1000 {
		switch {
		case len(h.sends) > 0:
			s := h.sends[0]
			h.sends = h.sends[1:]
			h.relay(s)
		case len(h.effects) > 0:
			a := h.effects[0]
			h.effects = h.effects[1:]
			h.outcome(a, h.usual(a))
		default:
			for _, machine := range slices.Clone(h.order) { // as the shell does after whatever it took
				h.apply(machine, func(m rapport.Machine) { m.Tick(h.now) })
			}
			if len(h.sends)+len(h.effects) == 0 {
				return
			}
		}
	}
	require.Fail(h.t, "the house never comes to rest")
}

// next is the nearest deadline of any machine.
func (h *house) next() time.Time {
	var at time.Time
	for _, m := range h.machines {
		if d := m.Base().Deadline(); !d.IsZero() && (at.IsZero() || d.Before(at)) {
			at = d
		}
	}
	return at
}

func (h *house) tick() {
	for _, machine := range slices.Clone(h.order) {
		if d := h.machines[machine].Base().Deadline(); !d.IsZero() && !d.After(h.now) {
			h.apply(machine, func(m rapport.Machine) { m.Tick(h.now) })
		}
	}
}

// pass lets days go by, deadline by deadline.
func (h *house) pass(days float64) { h.until(h.now.Add(time.Duration(days * float64(hour)))) }

func (h *house) until(end time.Time) {
	h.run()
	for range 1000 {
		at := h.next()
		if at.IsZero() || at.After(end) {
			h.now = end
			return
		}
		if at.After(h.now) {
			h.now = at
		}
		h.tick()
		h.run()
	}
	require.Fail(h.t, "timers never end")
}

// ---- what there is to see

func (h *house) kinds(machine uuid.UUID) []string {
	k := make([]string, 0, len(h.facts[machine]))
	for _, f := range h.facts[machine] {
		k = append(k, f.Kind)
	}
	return k
}

func (h *house) stages() []string {
	var s []string
	for _, f := range h.facts[h.p.ID] {
		if f.Kind == "stage" {
			s = append(s, f.Code)
		}
	}
	return s
}

func (h *house) mails() []string {
	var m []string
	for _, a := range h.done {
		if a.effect.Kind == rapport.EffectMail {
			m = append(m, a.effect.Code)
		}
	}
	return m
}

func (h *house) task(kind string) (rapport.TaskChange, bool) {
	for _, t := range h.tasks {
		if t.Kind == kind {
			return t, true
		}
	}
	return rapport.TaskChange{}, false
}

func (h *house) requireTask(kind string) rapport.TaskChange {
	t, ok := h.task(kind)
	require.True(h.t, ok, "no task %s", kind)
	return t
}

func (h *house) timers(machine uuid.UUID, kind string) []rapport.Timer {
	var l []rapport.Timer
	for _, t := range h.machines[machine].Base().Timers {
		if t.Kind == kind {
			l = append(l, t)
		}
	}
	return l
}

func (h *house) state(noun string, row uuid.UUID) string {
	s := ""
	for _, c := range h.changes {
		if c.Noun == noun && c.ID == row {
			s = c.State
		}
	}
	return s
}

func (h *house) payout(i int) *rapport.Payout {
	return h.machines[rapport.DeriveID(h.p.Milestones[i].ID, "payout")].(*rapport.Payout)
}

func (h *house) review() *rapport.Review {
	return h.machines[h.p.Deliverables[0].Review].(*rapport.Review)
}

// ---- stations of the golden path

func (h *house) converse() *house {
	h.pass(0.1)
	h.mail("human")
	return h
}

func (h *house) offer(name string) rapport.Command {
	return rapport.Command{Kind: rapport.CmdSendOffer, Ref: id(name), Amount: eur(100_000), Actor: id("owner")}
}

func (h *house) negotiate() *house {
	h.converse()
	h.cmd(h.offer("offer"))
	return h
}

func (h *house) accept() *house {
	h.negotiate()
	h.cmd(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: h.p.Offer.ID})
	return h
}

func (h *house) sign() *house {
	h.cmd(rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	h.cmd(rapport.Command{Kind: rapport.CmdSignContract, Ref: h.p.Contract.ID})
	return h
}

func (h *house) activate() *house { return h.accept().sign() }

func (h *house) submit(name string) *house {
	h.cmd(rapport.Command{Kind: rapport.CmdSubmit, Ref: h.p.Deliverables[0].ID, Ref2: id(name)})
	return h
}

func (h *house) decide(who, decision string) {
	h.do(h.review().ID, rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Ref: id(fmt.Sprintf("decision/%d", h.n)), Ref2: h.review().SubmissionID, Code: decision})
	h.run()
}

func (h *house) approved() *house {
	h.activate().submit("draft")
	h.decide("ada", rapport.DecisionApprove)
	return h
}

func (h *house) post() *house {
	h.cmd(rapport.Command{Kind: rapport.CmdReportPost, Ref: h.p.Deliverables[0].ID})
	return h
}

func (h *house) release(i int) {
	p := h.payout(i)
	if !h.count {
		h.do(p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: "preparer", Actor: id("pia"), Ref: id(fmt.Sprintf("approval/%d", h.n))})
	}
	h.do(p.ID, rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("rob"), Ref: id(fmt.Sprintf("approval/%d", h.n))})
	h.run()
}

func TestTransitionTablesAreClosed(t *testing.T) {
	t.Parallel()

	for from, to := range rapport.StageTransitions() {
		require.Contains(t, rapport.Stages(), from)
		seen := map[rapport.Stage]bool{}
		for _, s := range to {
			require.Contains(t, rapport.Stages(), s)
			require.NotEqual(t, from, s)
			require.False(t, seen[s], "%s to %s stands twice", from, s)
			seen[s] = true
		}
	}
	for from, to := range rapport.PayoutTransitions() {
		require.Contains(t, rapport.PayoutStates(), from)
		for _, s := range to {
			require.Contains(t, rapport.PayoutStates(), s)
			require.NotEqual(t, from, s)
		}
	}
	// What has ended stays so, and money that left comes back only by a reversal.
	require.Empty(t, rapport.StageTransitions()[rapport.StageLapsed])
	require.Empty(t, rapport.StageTransitions()[rapport.StageTerminated])
	require.Empty(t, rapport.PayoutTransitions()[rapport.PayoutCancelled])
	require.ElementsMatch(t, []rapport.PayoutState{rapport.PayoutPartlyReversed, rapport.PayoutReversed}, rapport.PayoutTransitions()[rapport.PayoutPaid])
	// After silence only reconciliation speaks: no state in which an attempt is open leads to one that opens another.
	require.ElementsMatch(t, []rapport.PayoutState{rapport.PayoutPaid, rapport.PayoutFailed}, rapport.PayoutTransitions()[rapport.PayoutUnknown])
}

func TestAMachineRemembersWhatItTook(t *testing.T) {
	t.Parallel()

	var c rapport.Core
	for i := range 200 {
		c.Remember(id(fmt.Sprint("x", i)))
	}
	require.Len(t, c.Ring, 128)
	_, seen := c.Seen(id("x199"))
	require.True(t, seen)
	_, seen = c.Seen(id("x0"))
	require.False(t, seen, "the ring is bounded; the idempotency table answers for longer")
	require.Len(t, c.TakeRecord().Handled, 200)
	require.True(t, c.TakeRecord().Empty())
}

func TestAnEffectIsAskedForAgainAfterARestart(t *testing.T) {
	t.Parallel()

	h := newHouse(t)
	h.now = h.next()
	h.tick()
	require.Len(t, h.effects, 1)
	h.p.Restart()
	require.Equal(t, []rapport.Effect{h.effects[0].effect}, h.p.TakeEffects())
	h.run()
	h.p.Restart()
	require.Empty(t, h.p.TakeEffects())
	h.p.Outcome(rapport.Outcome{Key: "never asked", Code: rapport.MailAccepted}, h.now)
	require.True(t, h.p.TakeRecord().Empty(), "an outcome that nobody asked for changes nothing")
}
