package rapport_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"rapport"
)

// wrongs are the outcomes that effects may have besides the usual one.
var wrongs = map[string][]string{
	rapport.EffectMail:      {rapport.MailDeferred, rapport.MailBlocked, rapport.MailCancelled, rapport.MailNoAddress, rapport.MailNowhere, rapport.MailRejected, rapport.MailUnknown},
	rapport.EffectOnboard:   {"ready", "rejected", rapport.MailNoAddress, rapport.NotMailed + rapport.MailRejected},
	rapport.EffectVerify:    {"mismatch", "unreachable"},
	rapport.EffectBranch:    {"yes", "no"},
	rapport.EffectDraftMail: {rapport.MailBlocked, rapport.MailNoAddress, rapport.MailCancelled},
	rapport.EffectSubmit: {
		rapport.SubmitNotApproved, rapport.SubmitPayeeNotReady, rapport.SubmitNewRound, rapport.SubmitFundsShort, rapport.SubmitRejected,
		rapport.SubmitRejectedFunds, rapport.SubmitRejectedPayee, rapport.SubmitUnknown, rapport.SubmitTimedOut, rapport.SubmitGated,
	},
	rapport.EffectReconcile: {rapport.SubmitPaid, rapport.ReconcileAbsentLong},
}

// life draws what happens to a house.
type life struct {
	*house

	t       *rapid.T
	last    *rapport.Command
	amounts map[uuid.UUID]rapport.Money // of milestones, as they were first
	owed    map[uuid.UUID]string        // milestones that fell away
	pinned  map[uuid.UUID][2]time.Time  // the dates of pieces when they were posted
	due     map[uuid.UUID]time.Time     // when drafts were due after the last step
	ending  *rapport.Ending             // what was shown before the partnership was terminated
	// cancelled are payouts that somebody asked to cancel.
	cancelled map[uuid.UUID]bool
}

func pick[T any](l *life, label string, of []T) T { return rapid.SampledFrom(of).Draw(l.t, label) }

func (l *life) answer() {
	if len(l.effects) == 0 {
		return
	}
	i := rapid.IntRange(0, len(l.effects)-1).Draw(l.t, "effect")
	a := l.effects[i]
	l.effects = append(l.effects[:i:i], l.effects[i+1:]...)
	out := l.usual(a)
	if codes := wrongs[a.effect.Kind]; len(codes) > 0 && rapid.IntRange(0, 3).Draw(l.t, "wrong") == 0 {
		out.Code = pick(l, "outcome", codes)
		out.At = l.now.Add(hour)
	}
	if a.effect.Kind == rapport.EffectReconcile && a.effect.Code == "confirm" && out.Code == rapport.ReconcileAbsent {
		out.Code = rapport.SubmitRejected
	}
	l.outcome(a, out)
	if rapid.IntRange(0, 9).Draw(l.t, "twice") == 0 {
		// An effect that was asked for twice answers twice; nothing may come of the second answer.
		out.Key = a.effect.Key
		if !pending(l.machines[a.machine], out.Key) {
			before := l.machines[a.machine].Base().Seq
			l.outcome(a, out)
			require.Equal(l.t, before, l.machines[a.machine].Base().Seq)
		}
	}
}

func pending(m rapport.Machine, key string) bool {
	for _, e := range m.Base().Pending {
		if e.Key == key {
			return true
		}
	}
	return false
}

func (l *life) deliver() {
	if len(l.sends) == 0 {
		return
	}
	s := l.sends[0]
	// A delivery whose acknowledgement was lost comes again.
	if rapid.IntRange(0, 9).Draw(l.t, "again") != 0 {
		l.sends = l.sends[1:]
	}
	l.relay(s)
}

func (l *life) wait() {
	d := l.next()
	switch {
	case !d.IsZero() && rapid.Bool().Draw(l.t, "to the deadline"):
		if d.After(l.now) {
			l.now = d
		}
	default:
		l.now = l.now.Add(time.Duration(rapid.IntRange(1, 240).Draw(l.t, "minutes")) * time.Minute)
	}
	l.tick()
}

func (l *life) event() {
	switch rapid.IntRange(0, 5).Draw(l.t, "event") {
	case 4:
		mails := append(make([]uuid.UUID, 0, 2+len(l.house.p.Runs)), id("offer mail"), l.house.p.Outreach.Mail)
		for _, r := range l.house.p.Runs {
			mails = append(mails, r.Mail)
		}
		l.signal(l.house.p.ID, rapport.Signal{Kind: rapport.SignalMail, Ref: pick(l, "mail", mails), Code: pick(l, "class", []string{"soft_bounce", "soft_bounce", rapport.MailUnfiled, rapport.MailFiled})})
	case 5:
		l.signal(l.house.p.ID, rapport.Signal{Kind: pick(l, "signal", []string{rapport.SignalAnswered, rapport.SignalDates, rapport.SignalMerged}), Ref: id("answer")})
	case 0:
		l.signal(l.house.p.ID, rapport.Signal{Kind: rapport.SignalMail, Ref: id("message"), Code: pick(l, "class", []string{"human", "human", "auto_reply", "bounce", "complaint", "unsubscribe"})})
	case 1:
		l.signal(l.house.p.ID, rapport.Signal{Kind: rapport.SignalReviewClosed, Ref: id("nobody"), Ref2: id("nothing"), Code: rapport.ReviewApproved})
	default:
		machine := pick(l, "machine", l.order)
		if _, ok := l.machines[machine].(*rapport.Payout); ok {
			kinds := []string{
				rapport.SignalFunds, rapport.SignalGate, rapport.SignalPayeeReady, rapport.SignalStripe, rapport.SignalHold, rapport.SignalRelease, rapport.SignalHold, rapport.SignalRelease,
				rapport.SignalCancelled,
			}
			kind := pick(l, "signal", kinds)
			l.cancelled[machine] = l.cancelled[machine] || kind == rapport.SignalCancelled
			l.signal(machine, rapport.Signal{Kind: kind, Code: pick(l, "why", []string{"ban", "post_mismatch", rapport.HoldDestination}), At: l.now.Add(time.Hour)})
		}
	}
}

// walk is what people would do next if all went well, so that lives get old.
func (l *life) walk() (uuid.UUID, rapport.Command) {
	p := l.house.p
	if machine := pick(l, "machine", l.order); rapid.Bool().Draw(l.t, "money") {
		if m, ok := l.machines[machine].(*rapport.Payout); ok {
			return machine, l.money(m)
		}
	}
	if p.Amendment != nil && rapid.Bool().Draw(l.t, "amendment") {
		kind := map[string]rapport.CommandKind{"internal_approval": rapport.CmdSendContract, "out_for_signature": rapport.CmdSignContract}[p.Amendment.State]
		return p.ID, rapport.Command{Kind: kind, Ref: p.Amendment.ID, Actor: id("owner")}
	}
	if p.Amendment == nil && len(p.KeyDates) > 0 && rapid.IntRange(0, 2).Draw(l.t, "amend") == 0 {
		return p.ID, l.amend(rapport.Command{Kind: rapport.CmdAmend, Ref: id(fmt.Sprintf("row/%d", l.n)), Actor: id("owner")})
	}
	offer := id(fmt.Sprintf("offer/%d", l.n))
	if p.Contract != nil && p.Contract.Option != nil && rapid.IntRange(0, 5).Draw(l.t, "option") == 0 {
		return p.ID, rapport.Command{Kind: rapport.CmdExerciseOption, Ref: offer, Amount: p.Contract.Option.Fee, Actor: id("owner")}
	}
	switch p.Stage {
	case rapport.StageOutreach, rapport.StageUnresponsive:
		return p.ID, rapport.Command{Kind: rapport.CmdLogReply, Ref: id("call"), Actor: id("owner")}
	case rapport.StageInConversation:
		return p.ID, rapport.Command{Kind: rapport.CmdSendOffer, Ref: offer, Amount: eur(100_000), Actor: id("owner")}
	case rapport.StageNegotiating:
		if p.Offer != nil && p.Offer.State == "sent" {
			return p.ID, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: p.Offer.ID}
		}
		return p.ID, rapport.Command{Kind: rapport.CmdSendOffer, Ref: offer, Amount: eur(100_000), Actor: id("owner")}
	case rapport.StageContractOut:
		if p.Contract != nil && p.Contract.State == "internal_approval" {
			return p.ID, rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")}
		}
		return p.ID, rapport.Command{Kind: rapport.CmdSignContract}
	case rapport.StageActive:
		d := p.Deliverables[rapid.IntRange(0, len(p.Deliverables)-1).Draw(l.t, "deliverable")]
		switch d.State {
		case "in_review":
			return d.Review, l.decision(rapport.DecisionApprove)
		case "approved_to_post":
			return p.ID, rapport.Command{Kind: rapport.CmdReportPost, Ref: d.ID}
		}
		return p.ID, rapport.Command{Kind: rapport.CmdSubmit, Ref: d.ID, Ref2: id(fmt.Sprintf("submission/%d", l.n))}
	case rapport.StageCompleted, rapport.StageLapsed:
		if p.Stage == rapport.StageLapsed && len(p.KeyDates) > 0 {
			return p.ID, rapport.Command{Kind: rapport.CmdDecideKeyDate, Ref: pick(l, "date", p.KeyDates).ID, Code: pick(l, "key date", []string{rapport.KeyLetEnd, rapport.KeyRenegotiating, rapport.KeyOpen})}
		}
		if p.RenewalOffer != nil && p.RenewalOffer.State == "sent" {
			return p.ID, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: p.RenewalOffer.ID}
		}
		return p.ID, rapport.Command{Kind: rapport.CmdRenew, Ref: offer, Amount: eur(120_000)}
	case rapport.StageBanned:
		return p.ID, rapport.Command{Kind: rapport.CmdUnban, Actor: id("admin")}
	default:
		return p.ID, rapport.Command{Kind: rapport.CmdStartAgain}
	}
}

// amend draws what an amendment changes.
func (l *life) amend(cmd rapport.Command) rapport.Command {
	if p := l.house.p; p.Contract != nil && p.Contract.State == "executed" && p.Offer != nil {
		a := l.drawAmendment()
		if len(a.Resolve(l.running(), l.now)) > 0 {
			cmd.Kind = rapport.CmdWakeThread // what the store refuses never reaches the partnership
		}
		l.amendments[cmd.Ref] = a
	}
	return cmd
}

// money is what finance would do next.
func (l *life) money(p *rapport.Payout) rapport.Command {
	cmd := rapport.Command{Kind: rapport.CmdRetry, Actor: id("rob"), Ref: id(fmt.Sprintf("row/%d", l.n))}
	switch p.State {
	case rapport.PayoutHeld:
		cmd.Kind = pick(l, "release", []rapport.CommandKind{rapport.CmdRelease, rapport.CmdReleaseDestination})
	case rapport.PayoutAwaitingApproval:
		cmd.Kind, cmd.Code = rapport.CmdApprovePayout, "releaser"
		if len(p.Approvals) == 0 && (p.Plan == nil || !p.Plan.ContentCounts) {
			cmd.Code, cmd.Actor = "preparer", id("pia")
		}
	default:
	}
	return cmd
}

func (l *life) decision(code string) rapport.Command {
	return rapport.Command{Kind: rapport.CmdDecide, Actor: id(pick(l, "who", []string{"ada", "ben", "eve"})), Ref: id(fmt.Sprintf("decision/%d", l.n)), Code: code}
}

// whim is any command with any of the references that there are.
func (l *life) whim() (uuid.UUID, rapport.Command) {
	machine := pick(l, "machine", l.order)
	switch m := l.machines[machine].(type) {
	case *rapport.Review:
		return machine, l.decision(pick(l, "decision", []string{rapport.DecisionApprove, rapport.DecisionWithCorrections, rapport.DecisionRequestChanges, rapport.DecisionReject}))
	case *rapport.Payout:
		return machine, rapport.Command{
			Kind: pick(l, "kind", []rapport.CommandKind{
				rapport.CmdApprovePayout, rapport.CmdApprovePayout, rapport.CmdApprovePayout, rapport.CmdHold, rapport.CmdRelease, rapport.CmdRetry,
				rapport.CmdRetry, rapport.CmdCancel, rapport.CmdReconcile,
			}),
			Code: pick(l, "part", []string{"preparer", "releaser"}), Actor: id(pick(l, "who", []string{"pia", "rob", "zoe"})), Ref: id(fmt.Sprintf("row/%d", l.n)),
		}
	default:
		p := m.(*rapport.Partnership)
		cmd := rapport.Command{
			Kind: pick(l, "kind", []rapport.CommandKind{
				rapport.CmdPause, rapport.CmdResume, rapport.CmdResume, rapport.CmdSnooze, rapport.CmdLogReply, rapport.CmdMarkDeclined, rapport.CmdStartAgain, rapport.CmdSendOffer, rapport.CmdAcceptOffer,
				rapport.CmdDeclineOffer, rapport.CmdCounterOffer, rapport.CmdWithdrawOffer, rapport.CmdSendContract, rapport.CmdSignContract, rapport.CmdDeclineContract,
				rapport.CmdWithdrawContr, rapport.CmdAmend, rapport.CmdAmend, rapport.CmdAmend,
				rapport.CmdSubmit, rapport.CmdReportPost, rapport.CmdRetryCheck, rapport.CmdAcceptContent, rapport.CmdWaive, rapport.CmdRevokeApproval,
				rapport.CmdSchedulePost, rapport.CmdSchedulePost, rapport.CmdUnschedulePost,
				rapport.CmdRenew, rapport.CmdLetLapse, rapport.CmdTerminate, rapport.CmdBan, rapport.CmdUnban, rapport.CmdUnban,
				rapport.CmdLetMailGo, rapport.CmdLetMailGo, rapport.CmdSkipMail, rapport.CmdMoveSequence, rapport.CmdSnoozeThread, rapport.CmdWakeThread,
				rapport.CmdRequestExtension, rapport.CmdRequestExtension, rapport.CmdGrantExtension, rapport.CmdDeclineExtension, rapport.CmdWithdrawExtension, rapport.CmdNoteDelivery,
			}),
			Actor: id("owner"), Amount: eur(90_000), Ref: id(fmt.Sprintf("row/%d", l.n)), Ref2: id(fmt.Sprintf("submission/%d", l.n)),
		}
		switch cmd.Kind {
		case rapport.CmdSnooze, rapport.CmdSnoozeThread:
			cmd.Until = l.now.Add(2 * hour)
		case rapport.CmdLetMailGo, rapport.CmdSkipMail:
			for _, v := range p.View(l.now).Commands {
				if v.Kind == cmd.Kind {
					cmd.Ref = v.Ref
				}
			}
		case rapport.CmdMoveSequence:
			next := outreach()
			cmd.Sequence, cmd.Step, cmd.Ref = &next, 2, uuid.Nil
			if len(p.Runs) > 0 {
				cmd.Ref = pick(l, "run", p.Runs).ID
			}
		case rapport.CmdAcceptOffer, rapport.CmdDeclineOffer, rapport.CmdCounterOffer:
			if p.Offer != nil {
				cmd.Ref = p.Offer.ID
			}
			if p.RenewalOffer != nil {
				cmd.Ref = p.RenewalOffer.ID
			}
		case rapport.CmdNoteDelivery:
			cmd.Until = l.now.Add(-time.Duration(rapid.IntRange(0, 5).Draw(l.t, "ago")) * hour)
		case rapport.CmdRequestExtension, rapport.CmdGrantExtension, rapport.CmdDeclineExtension, rapport.CmdWithdrawExtension:
			if len(p.Deliverables) > 0 {
				d := pick(l, "deliverable", p.Deliverables)
				cmd.Ref, cmd.Move = d.ID, &rapport.DeliverableMove{PublishBy: d.PublishBy.Add(4 * hour)}
				if rapid.Bool().Draw(l.t, "draft") {
					cmd.Move.DraftDue = d.DraftDue.Add(3 * hour)
				}
				if d.Extension != nil {
					cmd.Ref2 = d.Extension.ID
				}
			}
		case rapport.CmdAmend:
			cmd = l.amend(cmd)
		case rapport.CmdSendContract, rapport.CmdSignContract, rapport.CmdDeclineContract, rapport.CmdWithdrawContr:
			cmd.Ref = uuid.Nil
		case rapport.CmdSubmit, rapport.CmdReportPost, rapport.CmdRetryCheck, rapport.CmdAcceptContent, rapport.CmdWaive, rapport.CmdRevokeApproval,
			rapport.CmdSchedulePost, rapport.CmdUnschedulePost:
			if len(p.Deliverables) > 0 {
				cmd.Ref, cmd.Until = pick(l, "deliverable", p.Deliverables).ID, l.now.Add(2*hour)
			}
		default:
		}
		return machine, cmd
	}
}

func (l *life) command() {
	l.n++
	if l.last != nil && rapid.IntRange(0, 9).Draw(l.t, "repeat") == 0 {
		for _, machine := range l.order {
			before := l.machines[machine].Base().Seq
			if _, seen := l.machines[machine].Base().Seen(l.last.ID); seen {
				l.do(machine, *l.last)
				require.Equal(l.t, before, l.machines[machine].Base().Seq, "a command that comes twice happens once")
			}
		}
		return
	}
	machine, cmd := l.whim()
	if rapid.IntRange(0, 1).Draw(l.t, "sensible") == 0 {
		machine, cmd = l.walk()
	}
	cmd.ID = id(fmt.Sprintf("command/%d", l.n))
	m := l.machines[machine]
	if m == nil || m.Allowed(cmd, l.now) != nil {
		return
	}
	if cmd.Kind == rapport.CmdTerminate {
		l.terminate(cmd)
		return
	}
	l.cancelled[machine] = l.cancelled[machine] || cmd.Kind == rapport.CmdCancel
	l.do(machine, cmd)
	l.last = &cmd
}

// restart is a continue-as-new or a start from the snapshot: the machine is read from its JSON, asks again for what was not answered
// and begins again, which changes nothing.
func (l *life) restart() {
	machine := pick(l, "machine", l.order)
	text, err := json.Marshal(l.machines[machine])
	require.NoError(l.t, err)
	m := blank(l.machines[machine])
	require.NoError(l.t, json.Unmarshal(text, m))
	l.machines[machine] = m
	m.Base().Restart()
	again := m.Base().TakeEffects()
	var there []string
	for _, a := range l.effects {
		if a.machine == machine {
			there = append(there, a.effect.Key)
		}
	}
	keys := make([]string, 0, len(again))
	for _, e := range again {
		keys = append(keys, e.Key)
	}
	require.ElementsMatch(l.t, there, keys, "what is pending is what was asked for and not answered")
	switch m := m.(type) {
	case *rapport.Partnership:
		l.house.p = m
		m.Begin(l.now)
	case *rapport.Review:
		m.Begin(l.now)
	case *rapport.Payout:
		m.Begin(l.now)
	}
	require.True(l.t, m.Base().TakeRecord().Empty())
}

// check is what always holds between two inputs.
func (l *life) check() {
	for machine, m := range l.machines {
		v := m.View(l.now)
		open := 0
		for _, t := range m.Base().Timers {
			if !t.Held {
				open++
			}
		}
		alive := !m.Done()
		if p, ok := m.(*rapport.Partnership); ok {
			alive = alive && p.Stage.Live() && !p.Paused
			if (p.Stage == rapport.StageLapsed || p.Stage == rapport.StageTerminated) && len(p.KeyDates) == 0 && p.Amendment == nil {
				require.Empty(l.t, p.Timers)
			}
		}
		if alive {
			require.NotZero(l.t, open+len(m.Base().Pending)+len(v.Waiting), "%T %s is silent in %s", m, machine, v.State)
		}
		if p, ok := m.(*rapport.Payout); ok {
			sending := 0
			for _, e := range p.Pending {
				if e.Kind == rapport.EffectSubmit {
					sending++
				}
			}
			require.LessOrEqual(l.t, sending, 1, "one attempt at a time")
			paid := 0
			for _, f := range l.facts[p.ID] {
				if f.Kind == "payout_paid" {
					paid++
				}
			}
			require.LessOrEqual(l.t, paid, 1)
			if p.State == rapport.PayoutHeld {
				require.NotEmpty(l.t, p.Holds)
				require.Zero(l.t, sending)
			} else {
				require.Empty(l.t, p.Holds)
			}
		}
		require.NotNil(l.t, v.Timers)
		require.NotNil(l.t, v.Waiting)
		require.LessOrEqual(l.t, len(m.Base().Ring), 128)
	}
	l.checkTerm()
	for _, m := range l.house.p.Milestones {
		want := 0
		if m.Payout != uuid.Nil {
			want = 1
		}
		require.Equal(l.t, want, l.starts[m.ID], "a milestone that is met has one payout, and no other has any")
	}
}

func TestLivesOfAPartnership(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) { live(rt, func(*house) {}) })
}

// TestLivesOfARunningTerm begins where amendments do.
func TestLivesOfARunningTerm(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) { live(rt, func(h *house) { h.activate() }) })
}

// TestLivesOfRights begins where a post has brought its dates.
func TestLivesOfRights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		live(rt, func(h *house) {
			h.p.KeepDates()
			h.terms.UsageRightsDays, h.terms.AllowlistingDays, h.terms.ExclusivityDays = 40, 15, 20
			h.activate().publish(0)
		})
	})
}

func live(rt *rapid.T, begin func(*house)) {
	l := &life{t: rt, amounts: map[uuid.UUID]rapport.Money{}, owed: map[uuid.UUID]string{}, pinned: map[uuid.UUID][2]time.Time{}, due: map[uuid.UUID]time.Time{}, cancelled: map[uuid.UUID]bool{}}
	l.house = newHouse(rt, func(h *house) {
		h.mirror = true
		h.p.RemindsPayee = rapid.Bool().Draw(rt, "reminds")
		if rapid.Bool().Draw(rt, "keeps dates") {
			keeps(40, 15, 20)(h)
		}
		h.count = rapid.Bool().Draw(rt, "content counts")
		if rapid.Bool().Draw(rt, "two pieces") {
			twoPieces(h)
			h.terms.Milestones[0].Percent = 30
			h.terms.Milestones = append(h.terms.Milestones, rapport.MilestoneTerms{
				Title: "End", Trigger: rapport.TriggerDate, Percent: 20, OwedOn: rapid.SampledFrom([]string{"", "2026-03-03", "2026-03-05"}).Draw(rt, "owed on"),
			})
		}
		if rapid.Bool().Draw(rt, "option") {
			gives(rapid.IntRange(10, 40).Draw(rt, "option's days"))(h)
		}
		if remedy := rapid.SampledFrom([]string{rapport.RemedyNone, rapport.RemedyFallsAway, rapport.RemedyTermination}).Draw(rt, "remedy"); remedy != rapport.RemedyNone {
			h.terms.Late = &rapport.LateTerms{GraceHours: 24, MissedAfterDays: 3, Remedy: remedy}
		}
		if rapid.Bool().Draw(rt, "product") {
			parcel(h)
		}
		h.terms.DurationDays, h.terms.NoticeDays = 60, 10
		h.plan.Policy.OnSilence = rapid.SampledFrom([]rapport.OnSilence{rapport.SilenceHold, rapport.SilenceApprove, rapport.SilenceReject}).Draw(rt, "silence")
		h.plan.Policy.Stages[0].Rule = rapid.SampledFrom([]rapport.Rule{rapport.RuleAny, rapport.RuleAll, rapport.RulePrimary, rapport.RuleQuorum}).Draw(rt, "rule")
		h.plan.Policy.Stages[0].Quorum = 2
		h.p.Timings.UnreachableRetry, h.p.Timings.UnreachableRetries = 6*time.Hour, 2
		h.p.Automations = rapid.SliceOfNDistinct(rapid.SampledFrom(automations()), 0, 3, func(s rapport.Sequence) uuid.UUID { return s.ID }).Draw(rt, "automations")
	})
	begin(l.house)
	steps := rapid.IntRange(20, 200).Draw(rt, "steps")
	for range steps {
		switch rapid.IntRange(0, 13).Draw(rt, "step") {
		case 0, 1, 2:
			l.answer()
		case 3, 4, 12, 13:
			l.deliver()
		case 5, 6:
			l.wait()
		case 7:
			l.event()
		case 8:
			l.restart()
		default:
			l.command()
		}
		l.check()
	}
	// Let everything that is on its way arrive: it still holds, and all comes to rest.
	l.run()
	l.check()
	l.settle()
}

// automations are sequences of every kind of trigger and step.
func automations() []rapport.Sequence {
	looked := rapport.SequenceStep{Kind: rapport.StepSend, Template: "looked", Review: true}
	return []rapport.Sequence{
		{ID: id("on stage"), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageInConversation}, Steps: []rapport.SequenceStep{
			{Kind: rapport.StepBranch, Branch: &rapport.Branch{On: rapport.BranchReply, Is: "is", Value: "question", Then: 1, Else: 3}},
			looked, {Kind: rapport.StepStop}, {Kind: rapport.StepTask, Title: "Call"},
		}},
		{ID: id("on silence"), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartSilence, After: "offer_sent", Without: "offer_decided", BusinessDays: 1}, Steps: []rapport.SequenceStep{
			send("nudge"), {Kind: rapport.StepWait, Days: 1}, send("nudge_again"),
		}},
		{ID: id("on date"), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartDate, Date: "draft_due", Days: -2}, Steps: []rapport.SequenceStep{send("almost_due"), looked}},
	}
}
