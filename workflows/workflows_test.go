package workflows_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"rapport"
	"rapport/activities"
	"rapport/workflows"
)

// stageOf is a workflow of the test environment, whose clock jumps to the next timer.
type stageOf struct {
	*testsuite.TestWorkflowEnvironment

	t       *testing.T
	h       *hands
	n       int
	answers map[string]*answer
}

type answer struct {
	accepted bool
	reply    rapport.Reply
	err      error
}

func environment(t *testing.T, h *hands, at time.Time) *stageOf {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(at)
	env.SetTestTimeout(20 * time.Second)
	registerWorkflows(env)
	h.register(env)
	return &stageOf{TestWorkflowEnvironment: env, t: t, h: h, answers: map[string]*answer{}}
}

func (s *stageOf) at(after time.Duration, f func()) { s.RegisterDelayedCallback(f, after) }

func (s *stageOf) command(cmd rapport.Command) *answer {
	s.n++
	if cmd.ID == uuid.Nil {
		cmd.ID = id(fmt.Sprintf("command/%d/%d", s.n, s.Now().UnixNano()))
	}
	a := &answer{}
	// The update's id differs from the command's here, so that the machine's own memory is what makes it happen once.
	s.UpdateWorkflow(workflows.UpdateCommand, fmt.Sprintf("%s/%d", cmd.ID, s.n), &testsuite.TestUpdateCallback{
		OnAccept: func() { a.accepted = true },
		OnReject: func(err error) { a.err = err },
		OnComplete: func(result any, err error) {
			if err != nil {
				a.err = err
				return
			}
			a.reply = result.(rapport.Reply)
		},
	}, cmd)
	return a
}

func (s *stageOf) event(sig rapport.Signal) {
	s.n++
	if sig.ID == uuid.Nil {
		sig.ID = id(fmt.Sprintf("signal/%d/%d", s.n, s.Now().UnixNano()))
	}
	s.SignalWorkflow(workflows.SignalEvent, sig)
}

func (s *stageOf) state() workflows.State {
	v, err := s.QueryWorkflow(workflows.QueryState)
	require.NoError(s.t, err)
	var state workflows.State
	require.NoError(s.t, v.Get(&state))
	return state
}

func (s *stageOf) ends(within time.Duration) {
	s.at(within, func() { s.command(rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")}) })
}

func (s *stageOf) finished() {
	s.t.Helper()
	require.True(s.t, s.IsWorkflowCompleted())
	require.NoError(s.t, s.GetWorkflowError())
}

// continued gives the input of the next run.
func continued[T any](t *testing.T, s *stageOf, into *T) {
	t.Helper()
	require.True(t, s.IsWorkflowCompleted())
	var can *workflow.ContinueAsNewError
	require.ErrorAs(t, s.GetWorkflowError(), &can)
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(can.Input, into))
}

func human() rapport.Signal {
	return rapport.Signal{Kind: rapport.SignalMail, Code: "human", Ref: id("message")}
}

func offer() rapport.Command {
	return rapport.Command{Kind: rapport.CmdSendOffer, Ref: id("offer"), Amount: eur(100_000), Actor: id("owner")}
}

func TestAPartnershipUntilItIsActive(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	var replies []*answer
	s.at(30*time.Minute, func() {
		require.Equal(t, "outreach", s.state().View.State)
		s.event(human())
	})
	s.at(40*time.Minute, func() { replies = append(replies, s.command(offer())) })
	s.at(50*time.Minute, func() {
		replies = append(replies, s.command(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")}))
	})
	s.at(55*time.Minute, func() {
		replies = append(replies, s.command(rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")}))
	})
	s.at(59*time.Minute, func() { replies = append(replies, s.command(rapport.Command{Kind: rapport.CmdSignContract})) })
	s.at(70*time.Minute, func() {
		state := s.state()
		require.Equal(t, "active", state.View.State)
		require.Zero(t, state.InFlight)
	})
	s.ends(2 * time.Hour)
	s.at(3*time.Hour, func() {
		milestone := rapport.DeriveID(rapport.DeriveID(id("offer"), "contract"), "milestone/0")
		s.event(rapport.Signal{Kind: rapport.SignalPayoutClosed, Ref: milestone, Ref2: rapport.DeriveID(milestone, "payout"), Code: "cancelled"})
	})
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	s.finished()
	for i, a := range replies {
		require.NoError(t, a.err)
		require.True(t, a.accepted)
		require.Positive(t, a.reply.Seq)
		if i > 0 {
			require.Greater(t, a.reply.Seq, replies[i-1].reply.Seq, "the answer says where the pages show it")
		}
	}
	require.Subset(t, h.facts(t, id("partnership")), []string{
		"started", "mail_sent", "reply_received", "offer_sent", "offer_accepted", "contract_drafted", "contract_sent", "contract_signed", "contract_executed", "milestone_met", "terminated",
	})
	require.True(t, h.last().Closed)
	require.Equal(t, "Partnership", h.last().WorkflowType)
	mails := h.asked(rapport.EffectMail)
	require.Equal(t, "invitation", mails[0].Effect.Code)
	require.Equal(t, "partnership", mails[0].Kind)
	require.Equal(t, id("partnership"), mails[0].ID)
	require.Equal(t, id("brand"), mails[0].BrandID)
}

func TestAnEffectRunsAfterItsRecord(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	h.answer = map[string]func(activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectOpenReview: func(activities.EffectInput) (rapport.Outcome, error) {
			if h.last().Record.Facts[0].Kind != "review_started" {
				return rapport.Outcome{}, temporal.NewNonRetryableApplicationError("no rows yet", "early", nil)
			}
			p := plan(time.Hour)
			return rapport.Outcome{Code: "passed", Review: &p}, nil
		},
	}
	s := environment(t, h, start())
	s.at(time.Hour, func() {
		s.command(rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("decision"), Ref2: id("submission"), Code: rapport.DecisionApprove})
	})
	s.ExecuteWorkflow(workflows.TypeReview, review())
	s.finished()
	require.Equal(t, []string{"review_started", "checks_passed", "review_stage", "decision", "review_stage", "review_closed"}, h.facts(t, id("review")))
	sends := h.last().Record.Sends
	require.Len(t, sends, 1)
	require.Equal(t, rapport.SignalReviewClosed, sends[0].Signal.Kind)
}

func TestTimersFireAtTheirTime(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	s.ends(20 * time.Hour)
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	s.finished()
	mails := h.asked(rapport.EffectMail)
	require.Len(t, mails, 2)
	c := calendar(time.Hour)
	first := start().Add(c.Jitter(id("partnership"), "outreach/0/0"))
	require.WithinDuration(t, first, mails[0].Now, time.Second)
	require.WithinDuration(t, mails[0].Now.Add(3*time.Hour).Add(c.Jitter(id("partnership"), "outreach/0/2")), mails[1].Now, time.Second)
	require.Contains(t, h.facts(t, id("partnership")), "terminated")
}

func TestADeadlineThatMovesAheadIsKept(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	s.at(30*time.Minute, func() {
		s.command(rapport.Command{Kind: rapport.CmdSnooze, Until: start().Add(time.Hour), Actor: id("owner")})
	})
	s.at(59*time.Minute, func() { require.True(t, s.state().View.Paused) })
	s.at(61*time.Minute, func() { require.False(t, s.state().View.Paused, "the timer for a later deadline does not hide it") })
	s.ends(2 * time.Hour)
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	s.finished()
}

// A pause holds every timer: what was armed is stopped, and a run that began before lets it fire for nothing.
func TestNothingIsWokenForATimerThatIsHeld(t *testing.T) {
	t.Parallel()
	for quiet, want := range map[bool]int{true: 0, false: 1} {
		h := &hands{day: time.Hour}
		s := environment(t, h, start())
		fired, stopped := 0, 0
		s.at(30*time.Minute, func() {
			s.SetOnTimerFiredListener(func(string) { fired++ })
			s.SetOnTimerCanceledListener(func(string) { stopped++ })
			s.command(rapport.Command{Kind: rapport.CmdPause, Actor: id("owner")})
		})
		s.at(40*time.Hour, func() {
			require.Equal(t, want, fired, "quiet: %t", quiet)
			require.Equal(t, 1-want, stopped, "quiet: %t", quiet)
			s.command(rapport.Command{Kind: rapport.CmdResume, Actor: id("owner")})
		})
		s.ends(60 * time.Hour)
		p := partnership(time.Hour)
		p.Quiet = quiet
		s.ExecuteWorkflow(workflows.TypePartnership, p)
		s.finished()
		require.Len(t, h.asked(rapport.EffectMail), 2, "the sequence goes on after the pause")
	}
}

func TestTheDatabaseIsAway(t *testing.T) {
	t.Parallel()

	failures := 0
	h := &hands{day: time.Hour, local: func() error { return errAway }}
	h.remote = func() error {
		if failures++; failures < 4 {
			return errAway
		}
		return nil
	}
	s := environment(t, h, start())
	s.at(30*time.Minute, func() { s.event(human()) })
	s.ends(time.Hour)
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	s.finished()
	require.Greater(t, failures, 4)
	require.Subset(t, h.facts(t, id("partnership")), []string{"started", "reply_received", "terminated"}, "nothing is lost and nothing is written twice")
}

func TestWhatComesTwiceHappensOnce(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	sig, cmd := human(), offer()
	sig.ID, cmd.ID = id("the signal"), id("the command")
	var first, second, third *answer
	s.at(30*time.Minute, func() { s.event(sig); s.event(sig) })
	s.at(40*time.Minute, func() { s.event(sig) })
	s.at(50*time.Minute, func() { first, second = s.command(cmd), s.command(cmd) })
	s.at(55*time.Minute, func() { third = s.command(cmd) })
	s.ends(time.Hour)
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	s.finished()
	count := map[string]int{}
	for _, k := range h.facts(t, id("partnership")) {
		count[k]++
	}
	require.Equal(t, 1, count["reply_received"])
	require.Equal(t, 1, count["offer_sent"])
	for _, a := range []*answer{first, second, third} {
		require.NoError(t, a.err)
		require.Equal(t, first.reply, a.reply)
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	var refused, raced *answer
	s.at(30*time.Minute, func() { refused = s.command(offer()) })
	s.at(40*time.Minute, func() {
		s.command(rapport.Command{Kind: rapport.CmdPause})
		raced = s.command(rapport.Command{Kind: rapport.CmdPause})
	})
	s.ends(time.Hour)
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	s.finished()
	for want, a := range map[string]*answer{"wrong_stage": refused, "already_paused": raced} {
		var app *temporal.ApplicationError
		require.ErrorAs(t, a.err, &app)
		require.Equal(t, want, app.Type())
		require.True(t, app.NonRetryable())
		var r *rapport.Refusal
		require.NoError(t, app.Details(&r))
		require.Equal(t, want, r.Code)
		require.Equal(t, "outreach", r.State)
		require.False(t, r.At.IsZero())
	}
	require.False(t, refused.accepted, "a refused command leaves no trace in the history")
	require.NotContains(t, h.facts(t, id("partnership")), "offer_sent")
}

func TestNothingIsLostAtContinueAsNew(t *testing.T) {
	t.Parallel()

	for name, when := range map[string]func(s *stageOf){
		"by length":            func(s *stageOf) { s.SetCurrentHistoryLength(1001) },
		"by the server's wish": func(s *stageOf) { s.SetContinueAsNewSuggested(true) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			h := &hands{day: time.Hour}
			s := environment(t, h, start())
			var a *answer
			s.at(30*time.Minute, func() { s.event(human()) })
			s.at(40*time.Minute, func() {
				// A command, an event and the end of the run meet in one task of the workflow.
				when(s)
				a = s.command(offer())
				s.event(rapport.Signal{ID: id("late"), Kind: rapport.SignalMail, Code: "auto_reply", Ref: id("message")})
			})
			s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
			var p rapport.Partnership
			continued(t, s, &p)
			require.NoError(t, a.err)
			require.Equal(t, rapport.StageNegotiating, p.Stage)
			_, seen := p.Seen(id("late"))
			require.True(t, seen)
			require.Equal(t, []string{"started", "stage", "mail_sent", "reply_received", "stage", "offer_sent", "answered", "stage", "auto_reply"}, without(h.facts(t, id("partnership")), "mail_sent", 1))

			next := environment(t, h, s.Now())
			var again *answer
			next.at(time.Minute, func() {
				next.event(rapport.Signal{ID: id("late"), Kind: rapport.SignalMail, Code: "auto_reply", Ref: id("message")})
				again = next.command(rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
			})
			next.ends(time.Hour)
			next.ExecuteWorkflow(workflows.TypePartnership, &p)
			next.finished()
			require.NoError(t, again.err)
			facts := h.facts(t, id("partnership"))
			require.Equal(t, 1, count(facts, "auto_reply"), "what was taken before is still known")
			require.Contains(t, facts, "contract_drafted")
			require.Len(t, h.asked(rapport.EffectMail), 2, "nothing is mailed again")
		})
	}
}

func count(list []string, want string) int {
	n := 0
	for _, s := range list {
		if s == want {
			n++
		}
	}
	return n
}

// without drops what stands in the list beyond the first keep of its kind.
func without(list []string, kind string, keep int) []string {
	var out []string
	for _, s := range list {
		if s == kind {
			if keep--; keep < 0 {
				continue
			}
		}
		out = append(out, s)
	}
	return out
}

func TestARunThatSleepsLongStartsAfresh(t *testing.T) {
	t.Parallel()

	var h *hands
	asleep := func(quiet bool, events int) *stageOf {
		h = &hands{day: 24*time.Hour - time.Second}
		s := environment(t, h, start())
		s.SetCurrentHistoryLength(events)
		s.at(5*time.Hour, func() { s.command(rapport.Command{Kind: rapport.CmdMarkDeclined, Actor: id("owner")}) })
		s.at(6*time.Hour, s.CancelWorkflow)
		p := partnership(24*time.Hour - time.Second)
		p.Quiet = quiet
		s.ExecuteWorkflow(workflows.TypePartnership, p)
		return s
	}
	require.True(t, workflow.IsContinueAsNewError(asleep(false, 51).GetWorkflowError()))
	require.False(t, workflow.IsContinueAsNewError(asleep(true, 100).GetWorkflowError()))
	s := asleep(true, 101)
	var p rapport.Partnership
	continued(t, s, &p)
	require.Equal(t, rapport.StageDeclined, p.Stage)
	require.Equal(t, "cool_off", p.Timers[0].Kind)

	next := environment(t, h, s.Now())
	next.at(100*24*time.Hour, func() { next.command(rapport.Command{Kind: rapport.CmdStartAgain, Actor: id("owner")}) })
	next.ends(101 * 24 * time.Hour)
	next.ExecuteWorkflow(workflows.TypePartnership, &p)
	next.finished()
	require.Contains(t, h.facts(t, id("partnership")), "cool_off_over")
}

func TestTheLimitsOfARunArePinned(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		events, sleep, most int
		afresh              bool
	}{
		"a long sleep in the days of the calendar": {events: 51, sleep: 7, afresh: true},
		"as it was, in days of 24 hours":           {events: 51},
		"a sleep that is not long":                 {events: 51, sleep: 100},
		"as many events as are pinned":             {events: 401, most: 400, afresh: true},
		"as it was, more than a thousand":          {events: 401},
		"as many as it may have":                   {events: 400, most: 400},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			h := &hands{day: time.Hour}
			s := environment(t, h, start())
			s.SetCurrentHistoryLength(c.events)
			s.ends(40 * time.Minute)
			p := partnership(time.Hour)
			p.Stage, p.Timers = rapport.StageInConversation, []rapport.Timer{{Kind: "conversation_quiet", At: start().Add(90 * time.Hour)}}
			p.Timings.LongSleepDays, p.Timings.RunEvents = c.sleep, c.most
			s.ExecuteWorkflow(workflows.TypePartnership, p)
			var next *workflow.ContinueAsNewError
			require.Equal(t, c.afresh, errors.As(s.GetWorkflowError(), &next))
		})
	}
}

func TestANewPhaseStartsAfresh(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	s.at(30*time.Minute, func() {
		s.SetCurrentHistoryLength(151)
		s.event(human())
	})
	s.ExecuteWorkflow(workflows.TypePartnership, partnership(time.Hour))
	var p rapport.Partnership
	continued(t, s, &p)
	require.Equal(t, rapport.StageInConversation, p.Stage)
}

func TestWhatWasAskedForIsAskedForAgain(t *testing.T) {
	t.Parallel()

	// A snapshot from a moment when an effect was on its way, as after a lost cluster.
	p := payout()
	p.Begin(start())
	p.TakeRecord()
	p.TakeEffects()
	require.Len(t, p.Pending, 1)
	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	s.at(time.Minute, func() { s.command(rapport.Command{Kind: rapport.CmdCancel, Actor: id("rob")}) })
	s.ExecuteWorkflow(workflows.TypePayout, p)
	s.finished()
	require.Len(t, h.asked(rapport.EffectOpenPayout), 1)
}

func approveBoth(s *stageOf) {
	s.command(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "preparer", Actor: id("pia"), Ref: id("a")})
	s.command(rapport.Command{Kind: rapport.CmdApprovePayout, Code: "releaser", Actor: id("rob"), Ref: id("b")})
}

func TestAPayoutIsPaid(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	s.at(time.Minute, func() { approveBoth(s) })
	s.ExecuteWorkflow(workflows.TypePayout, payout())
	s.finished()
	require.Equal(t, []string{"payout_scheduled", "payout_awaiting_approval", "payout_approval", "payout_approval", "payout_approved", "payout_paid"}, h.facts(t, id("payout")))
	require.Len(t, h.asked(rapport.EffectSubmit), 1)
}

func TestASubmissionWithoutAnAnswerIsUnknown(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	h.answer = map[string]func(activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectSubmit: func(activities.EffectInput) (rapport.Outcome, error) { return rapport.Outcome{}, errAway },
		rapport.EffectReconcile: func(activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: rapport.SubmitPaid}, nil
		},
	}
	s := environment(t, h, start())
	s.at(time.Minute, func() { approveBoth(s) })
	s.ExecuteWorkflow(workflows.TypePayout, payout())
	s.finished()
	require.Subset(t, h.facts(t, id("payout")), []string{"transfer_unanswered", "payout_paid"})
	require.Len(t, h.asked(rapport.EffectReconcile), 1)
	for i, e := range h.effects {
		if e.Effect.Kind == rapport.EffectSubmit {
			require.Equal(t, 23*time.Hour, h.infos[i].ScheduleToCloseTimeout, "a key is never used for longer")
			require.Equal(t, workflows.QueuePayments, h.infos[i].TaskQueue)
		}
	}
}

func TestEveryEffectRunsOnItsQueue(t *testing.T) {
	t.Parallel()

	h := &hands{day: time.Hour}
	s := environment(t, h, start())
	s.at(time.Hour, func() {
		s.command(rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("decision"), Code: rapport.DecisionApprove})
	})
	s.ExecuteWorkflow(workflows.TypeReview, review())
	s.finished()
	queues := map[string]string{}
	for i, e := range h.effects {
		queues[e.Effect.Kind] = h.infos[i].TaskQueue
		require.Greater(t, h.infos[i].ScheduleToCloseTimeout, 365*24*time.Hour, "an effect retries until it has an outcome")
	}
	require.Equal(t, map[string]string{rapport.EffectOpenReview: workflows.QueueMain, rapport.EffectNotify: workflows.QueueMail}, queues)
}

func TestATopUp(t *testing.T) {
	t.Parallel()

	h := &hands{}
	s := environment(t, h, start())
	s.at(time.Hour, func() { s.event(rapport.Signal{ID: id("1")}) })
	s.at(2*time.Hour, func() { s.event(rapport.Signal{ID: id("2")}) })
	s.ExecuteWorkflow(workflows.TypeTopUp, id("topup"))
	s.finished()
	require.Equal(t, 1, h.topUps)
	require.Equal(t, 2, h.settled)
}

func TestAJobIsTriedAgain(t *testing.T) {
	t.Parallel()

	h := &hands{}
	s := environment(t, h, start())
	s.ExecuteWorkflow(workflows.TypeJob, "sweep")
	s.finished()
	require.Equal(t, 2, h.rounds)

	s = environment(t, &hands{}, start())
	s.OnActivity(activities.NameJob, mock.Anything, "sweep").Return(errAway)
	s.ExecuteWorkflow(workflows.TypeJob, "sweep")
	require.Error(t, s.GetWorkflowError(), "the next round comes anyway")
	s.AssertActivityNumberOfCalls(t, activities.NameJob, 5)
}

func TestAMessage(t *testing.T) {
	t.Parallel()

	h := &hands{}
	s := environment(t, h, start())
	s.ExecuteWorkflow(workflows.TypeMessage, id("message"))
	s.finished()
	require.Equal(t, []uuid.UUID{id("message")}, h.messages)
}

func TestIDsOfWorkflows(t *testing.T) {
	t.Parallel()

	u := uuid.MustParse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
	require.Equal(t, "partnership/6f9619ff-8b86-4d01-b42d-00cf4fc964ff", workflows.PartnershipID(u))
	require.Equal(t, "review/6f9619ff-8b86-4d01-b42d-00cf4fc964ff", workflows.ReviewID(u))
	require.Equal(t, "payout/6f9619ff-8b86-4d01-b42d-00cf4fc964ff", workflows.PayoutID(u))
	require.Equal(t, "reversal/6f9619ff-8b86-4d01-b42d-00cf4fc964ff", workflows.ReversalID(u))
	require.Equal(t, "topup/6f9619ff-8b86-4d01-b42d-00cf4fc964ff", workflows.TopUpID(u))
}

func TestEveryEffectHasAnActivity(t *testing.T) {
	t.Parallel()

	seen := map[string]bool{}
	for _, kind := range []string{
		rapport.EffectMail, rapport.EffectDraftContract, rapport.EffectExecute, rapport.EffectOnboard, rapport.EffectVerify, rapport.EffectOpenReview, rapport.EffectNotify,
		rapport.EffectOpenPayout, rapport.EffectSubmit, rapport.EffectReconcile,
		rapport.EffectOpenReversal, rapport.EffectReverse, rapport.EffectFindReversal, rapport.EffectCountReversal, rapport.EffectWriteOff,
	} {
		name := activities.NameOf(kind)
		require.NotEmpty(t, name, kind)
		require.False(t, seen[name], name)
		seen[name] = true
	}
}
