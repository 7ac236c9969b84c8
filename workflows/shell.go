package workflows

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"rapport"
	"rapport/activities"
)

// Limits of one run. A partnership-year is about a thousand events, so the server's own suggestion never comes; a run that
// sleeps long or enters a new phase starts afresh, which also brings it onto new code.
const (
	historyMax       = 1000
	historyPhase     = 150
	historyBeforeNap = 100
	historyNapBefore = 50 // of runs that began before Core.Quiet was known
	longNap          = 7 * 24 * time.Hour
)

// shell is the durable side of a machine: it takes its messages, wakes it at its deadline, writes down what it says and carries
// out what it asks for. Handlers only change state; everything else happens in the main loop.
type shell struct {
	kind          string
	workflowType  string
	id            uuid.UUID
	brandID       uuid.UUID
	partnershipID uuid.UUID
	machine       rapport.Machine
	begin         func(now time.Time)
	// phase changes when the machine enters another phase of its life.
	phase func() string
	// longNap and historyMax are the limits of its runs; zero is the constant.
	longNap    time.Duration
	historyMax int

	events   workflow.ReceiveChannel
	outcomes []rapport.Outcome
	dirty    bool
	// commanded: a command was taken since the last record. The server has it only when this workflow task is complete; a task that
	// fails is done again, perhaps with another command first.
	commanded bool
	inflight  int
	timer     workflow.Future
	timerAt   time.Time
	stopTimer workflow.CancelFunc
}

func (s *shell) run(ctx workflow.Context) error {
	if err := s.setup(ctx); err != nil {
		return err
	}
	base, first := s.machine.Base(), s.phase()
	base.Restart()
	s.begin(workflow.Now(ctx))
	for {
		s.take(ctx)
		if err := s.record(ctx); err != nil {
			return err
		}
		if s.pending(ctx) {
			continue
		}
		if s.machine.Done() && s.inflight == 0 && workflow.AllHandlersFinished(ctx) {
			return nil
		}
		if s.inflight == 0 && workflow.AllHandlersFinished(ctx) && s.restart(ctx, first) {
			base.Durable, base.Quiet, base.Careful = true, true, true
			return workflow.NewContinueAsNewError(ctx, s.workflowType, s.machine)
		}
		s.armTimer(ctx)
		if err := workflow.Await(ctx, func() bool { return s.pending(ctx) || s.timer != nil && s.timer.IsReady() }); err != nil {
			return fmt.Errorf("waiting: %w", err)
		}
		if s.timer != nil && s.timer.IsReady() {
			s.stopTimer() // it has fired: only what was kept for stopping it is let go
			s.timer = nil
		}
	}
}

func (s *shell) setup(ctx workflow.Context) error {
	s.events = workflow.GetSignalChannel(ctx, SignalEvent)
	err := workflow.SetQueryHandler(ctx, QueryState, func() (State, error) {
		state, err := json.Marshal(s.machine)
		if err != nil {
			return State{}, fmt.Errorf("state: %w", err)
		}
		return State{Machine: state, View: s.machine.View(workflow.Now(ctx)), InFlight: s.inflight}, nil
	})
	if err != nil {
		return fmt.Errorf("query handler: %w", err)
	}
	err = workflow.SetUpdateHandlerWithOptions(ctx, UpdateCommand, s.command, workflow.UpdateHandlerOptions{Validator: s.validate})
	if err != nil {
		return fmt.Errorf("update handler: %w", err)
	}
	return nil
}

// State is what the Query answers.
type State struct {
	Machine  json.RawMessage `json:"machine"`
	View     rapport.View    `json:"view"`
	InFlight int             `json:"in_flight"`
}

func (s *shell) validate(ctx workflow.Context, cmd rapport.Command) error {
	if _, seen := s.machine.Base().Seen(cmd.ID); seen {
		return nil
	}
	if r := s.machine.Allowed(cmd, workflow.Now(ctx)); r != nil {
		return temporal.NewApplicationErrorWithOptions("refused", r.Code, temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{r}})
	}
	return nil
}

func (s *shell) command(ctx workflow.Context, cmd rapport.Command) (rapport.Reply, error) {
	base := s.machine.Base()
	if reply, seen := base.Seen(cmd.ID); seen {
		return reply, nil
	}
	// Another command may have been taken between this one's validation and now.
	if err := s.validate(ctx, cmd); err != nil {
		return rapport.Reply{}, err
	}
	reply := s.machine.Command(cmd, workflow.Now(ctx))
	base.Remember(cmd.ID)
	s.dirty, s.commanded = true, true
	return reply, nil
}

// pending says that there is something to take before going to sleep.
func (s *shell) pending(ctx workflow.Context) bool {
	d := s.machine.Base().Deadline()
	return s.dirty || len(s.outcomes) > 0 || s.events.Len() > 0 || !d.IsZero() && !d.After(workflow.Now(ctx))
}

// take hands everything that has arrived to the machine.
func (s *shell) take(ctx workflow.Context) {
	s.dirty = false
	base, now := s.machine.Base(), workflow.Now(ctx)
	for {
		var sig rapport.Signal
		if !s.events.ReceiveAsync(&sig) {
			break
		}
		if _, seen := base.Seen(sig.ID); !seen {
			s.machine.Signal(sig, now)
			base.Remember(sig.ID)
		}
	}
	for _, out := range s.outcomes {
		s.machine.Outcome(out, now)
	}
	s.outcomes = nil
	s.machine.Tick(now)
}

// record writes what the machine said, then lets go of what it asked for: an effect may rely on the rows of its record.
func (s *shell) record(ctx workflow.Context) error {
	base := s.machine.Base()
	rec, effects := base.TakeRecord(), base.TakeEffects()
	durable := s.commanded && base.Durable
	s.commanded = false
	if !rec.Empty() {
		snapshot, err := json.Marshal(s.machine)
		if err != nil {
			return fmt.Errorf("snapshot: %w", err)
		}
		now := workflow.Now(ctx)
		b := activities.Batch{
			Kind: s.kind, WorkflowType: s.workflowType, ID: s.id, BrandID: s.brandID, PartnershipID: s.partnershipID, Seq: base.Seq, Now: now,
			Record: rec, View: s.machine.View(now), Snapshot: snapshot, Closed: s.machine.Done(),
		}
		if err := s.write(ctx, b, durable); err != nil {
			return err
		}
	}
	for _, e := range effects {
		s.launch(ctx, e)
	}
	return nil
}

// write hands a record to Postgres. A local activity costs least, but it runs before the server has the workflow task that it runs
// in: what a command led to must not be written before the command itself cannot be forgotten any more. Signals, timers and
// outcomes are in the history before they are handled.
func (s *shell) write(ctx workflow.Context, b activities.Batch, durable bool) error {
	if !durable {
		local := workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
			ScheduleToCloseTimeout: 5 * time.Second, StartToCloseTimeout: 4 * time.Second,
			RetryPolicy: &temporal.RetryPolicy{InitialInterval: 200 * time.Millisecond, MaximumInterval: time.Second},
		})
		if err := workflow.ExecuteLocalActivity(local, activities.NameRecord, b).Get(ctx, nil); err == nil {
			return nil
		}
		// The database is away. An ordinary activity waits for it for as long as it takes.
	}
	if err := workflow.ExecuteActivity(activityContext(ctx, QueueMain), activities.NameRecord, b).Get(ctx, nil); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// launch carries out one effect beside the main loop. An effect retries until it has an outcome; only cancellation ends it.
func (s *shell) launch(ctx workflow.Context, e rapport.Effect) {
	s.inflight++
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer func() { s.inflight-- }()
		in := activities.EffectInput{Effect: e, Kind: s.kind, ID: s.id, BrandID: s.brandID, PartnershipID: s.partnershipID, Now: workflow.Now(ctx)}
		var out rapport.Outcome
		if err := workflow.ExecuteActivity(effectContext(ctx, e), activities.NameOf(e.Kind), in).Get(ctx, &out); err != nil {
			if e.Kind != rapport.EffectSubmit && e.Kind != rapport.EffectReverse || temporal.IsCanceledError(err) {
				workflow.GetLogger(ctx).Error("effect ended without an outcome", "kind", e.Kind)
				return
			}
			// The key is too old to be used again: only reconciliation may say what became of it.
			out = rapport.Outcome{Code: rapport.SubmitTimedOut}
		}
		out.Key = e.Key
		s.outcomes = append(s.outcomes, out)
	})
}

func activityContext(ctx workflow.Context, queue string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue: queue, StartToCloseTimeout: time.Minute,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	})
}

// submitLife bounds how long one idempotency key is used: Stripe may forget it after 24 hours and would then pay again.
const submitLife = 23 * time.Hour

func effectContext(ctx workflow.Context, e rapport.Effect) workflow.Context {
	switch e.Kind {
	case rapport.EffectMail, rapport.EffectNotify:
		return activityContext(ctx, QueueMail)
	case rapport.EffectSubmit, rapport.EffectReverse:
		o := workflow.GetActivityOptions(activityContext(ctx, QueuePayments))
		o.ScheduleToCloseTimeout = submitLife
		o.RetryPolicy.MaximumInterval = 30 * time.Second
		return workflow.WithActivityOptions(ctx, o)
	case rapport.EffectReconcile, rapport.EffectFindReversal:
		return activityContext(ctx, QueuePayments)
	default:
		return activityContext(ctx, QueueMain)
	}
}

// restart says that this run should continue as new now.
func (s *shell) restart(ctx workflow.Context, first string) bool {
	info := workflow.GetInfo(ctx)
	n := info.GetCurrentHistoryLength()
	base := s.machine.Base()
	d, beforeNap := base.Deadline(), historyBeforeNap
	if !base.Quiet {
		beforeNap = historyNapBefore
	}
	nap := d.IsZero() || d.Sub(workflow.Now(ctx)) > cmp.Or(s.longNap, longNap)
	return info.GetContinueAsNewSuggested() || n > cmp.Or(s.historyMax, historyMax) || n > historyPhase && s.phase() != first || n > beforeNap && nap
}

// armTimer starts a timer for the nearest deadline. One that is armed for an earlier time stays until nothing is under way, since what
// comes of that may bring an earlier deadline yet; then it is cancelled, because a wake for nothing costs four events and that costs one. Runs that
// began before let it fire.
func (s *shell) armTimer(ctx workflow.Context) {
	base := s.machine.Base()
	d := base.Deadline()
	if s.timer != nil {
		later := d.IsZero() || d.After(s.timerAt)
		if d.Equal(s.timerAt) || later && (s.inflight > 0 || !base.Quiet) {
			return
		}
		if base.Quiet {
			s.stopTimer()
			s.timer = nil
		}
	}
	if d.IsZero() {
		return
	}
	timer, stop := workflow.WithCancel(ctx)
	s.timer, s.timerAt, s.stopTimer = workflow.NewTimer(timer, max(d.Sub(workflow.Now(ctx)), time.Millisecond)), d, stop
}
