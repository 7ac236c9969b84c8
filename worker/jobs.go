package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"rapport"
	"rapport/workflows"
)

// JobStore is what the periodic jobs read and write.
type JobStore interface {
	OpenSnapshots(ctx context.Context, after string, limit int) ([]rapport.Snapshot, error)
	StartedWithoutSnapshot(ctx context.Context) ([]rapport.Snapshot, error)
	// CloseSnapshot notes that a workflow has ended.
	CloseSnapshot(ctx context.Context, workflowID string) error
	ResendUnhandled(ctx context.Context, older time.Duration) (int, error)
	SealLedger(ctx context.Context) (int, error)
	LedgerTail(ctx context.Context) (rapport.LedgerTail, error)
	// VerifyLedger names what is wrong with the book.
	VerifyLedger(ctx context.Context) ([]string, error)
	// AskAboutLedger opens a task for what is wrong with the whole book, where it is so, and closes it where it is not.
	AskAboutLedger(ctx context.Context, kind string, wrong bool) error
	DeleteOld(ctx context.Context) error
	StaleMails(ctx context.Context) ([]uuid.UUID, error)
	// CancelMoot cancels mails that ask for decisions which are not waited for any more.
	CancelMoot(ctx context.Context) error
	// AskAboutUnknownMails opens a task for each mail of which nobody knows for an hour whether it arrived.
	AskAboutUnknownMails(ctx context.Context) error
	// AskAboutConflicts opens a task for each conflict that nobody lets stand, and closes those of conflicts that have gone.
	AskAboutConflicts(ctx context.Context, now time.Time) error
	SettleMail(ctx context.Context, id uuid.UUID, state, providerID string) error
}

// Sweep compares what should be running with what Temporal runs.
type Sweep struct {
	Client client.Client
	Store  JobStore
	Log    *zap.Logger
	// Compare also asks each running workflow how far it is, which needs a worker and costs a replay: for a restored database.
	Compare bool
}

// SweepResult counts what a sweep found.
type SweepResult struct {
	Open     int      // workflows that should be running
	Missing  []string // those that Temporal does not know or has ended
	Ahead    []Ahead  // those that have said more than Postgres has; a repair for a restored database starts those that have ended
	Repaired int
	Resent   int
}

// Ahead is a workflow that has said more than Postgres has.
type Ahead struct {
	WorkflowID   string
	Theirs, Ours int64
	// Ended: Temporal has it at its end, where Postgres has something left to do.
	Ended bool
}

// Run looks at every workflow that should be running; with repair it starts the missing ones from their snapshots and sends again
// what they never wrote down.
func (s *Sweep) Run(ctx context.Context, repair bool) (SweepResult, error) {
	var r SweepResult
	lost, err := s.Store.StartedWithoutSnapshot(ctx)
	if err != nil {
		return r, fmt.Errorf("started: %w", err)
	}
	// What cannot be looked at or started is reported at the end; it keeps nothing else from running.
	var failed []error
	for _, snap := range lost {
		failed = append(failed, s.look(ctx, snap, repair, &r))
	}
	for after := ""; ; {
		page, err := s.Store.OpenSnapshots(ctx, after, 200)
		if err != nil {
			return r, fmt.Errorf("snapshots: %w", err)
		}
		for _, snap := range page {
			after = snap.WorkflowID
			failed = append(failed, s.look(ctx, snap, repair, &r))
		}
		if len(page) < 200 || ctx.Err() != nil {
			break
		}
	}
	if repair {
		// A workflow writes down what it took within seconds; what stayed unwritten for longer was lost with its workflow.
		older := 2 * time.Minute
		if len(r.Missing) > 0 {
			older = 0
		}
		if r.Resent, err = s.Store.ResendUnhandled(ctx, older); err != nil {
			return r, fmt.Errorf("resend: %w", err)
		}
	}
	return r, few(failed)
}

// few joins the first errors and counts the rest: with the server half away there may be one for every workflow.
func few(all []error) error {
	failed := slices.DeleteFunc(all, func(err error) bool { return err == nil })
	if n := len(failed); n > 5 {
		return errors.Join(append(failed[:5:5], fmt.Errorf("and %d more", n-5))...)
	}
	return errors.Join(failed...)
}

func (s *Sweep) look(ctx context.Context, snap rapport.Snapshot, repair bool, r *SweepResult) error {
	r.Open++
	reuse := enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
	desc, err := s.Client.DescribeWorkflowExecution(ctx, snap.WorkflowID, "")
	var gone *serviceerror.NotFound
	switch {
	case err == nil:
		switch desc.GetWorkflowExecutionInfo().GetStatus() {
		case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, enumspb.WORKFLOW_EXECUTION_STATUS_PAUSED:
			return s.compare(ctx, snap, r)
		case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
			ahead, err := s.endedAhead(ctx, snap)
			switch {
			case err != nil:
				return err
			case ahead == nil && snap.Workflow == workflows.TypeMessage && repair:
				return s.wentOut(ctx, snap)
			case ahead == nil:
				// Its last act said nothing, so it wrote nothing down.
				if err := s.Store.CloseSnapshot(ctx, snap.WorkflowID); err != nil {
					return fmt.Errorf("close: %w", err)
				}
				return nil
			case !repair || !s.Compare:
				r.Ahead = append(r.Ahead, *ahead)
				s.Log.Warn("a workflow ended ahead of the database", zap.String("workflow", snap.WorkflowID))
				return nil
			}
			reuse = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
		default:
		}
	case !errors.As(err, &gone):
		return fmt.Errorf("describe: %w", err)
	}
	r.Missing = append(r.Missing, snap.WorkflowID)
	s.Log.Warn("a workflow is missing", zap.String("workflow", snap.WorkflowID), zap.Bool("repair", repair))
	if !repair {
		return nil
	}
	row := rapport.OutboxRow{BrandID: snap.BrandID, Input: snap.State}
	_, err = s.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: snap.WorkflowID, TaskQueue: snap.TaskQueue, TypedSearchAttributes: searchAttributes(row),
		WorkflowIDReusePolicy: reuse, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, snap.Workflow, snap.State)
	if err != nil {
		return fmt.Errorf("restart %s: %w", snap.WorkflowID, err)
	}
	r.Repaired++
	return nil
}

// wentOut says of a mail that its workflow has ended, and that nobody knows what became of it: it went out after what Postgres was restored from.
func (s *Sweep) wentOut(ctx context.Context, snap rapport.Snapshot) error {
	id, err := uuid.Parse(strings.TrimPrefix(snap.WorkflowID, "message/"))
	if err == nil {
		err = s.Store.SettleMail(ctx, id, "unknown", "")
	}
	if err != nil {
		return fmt.Errorf("settle %s: %w", snap.WorkflowID, err)
	}
	return nil
}

// machineOf is an empty machine of a type of workflow that answers for its state; nil for the others.
func machineOf(workflow string) rapport.Machine {
	switch workflow {
	case workflows.TypePartnership:
		return &rapport.Partnership{}
	case workflows.TypeReview:
		return &rapport.Review{}
	case workflows.TypePayout:
		return &rapport.Payout{}
	case workflows.TypeReversal:
		return &rapport.Reversal{}
	}
	return nil
}

// endedAhead says of a workflow that has ended how far it is ahead of Postgres; nil when Postgres has its end. What Postgres has to be at its
// end, but for acts that say nothing, needs no question.
func (s *Sweep) endedAhead(ctx context.Context, snap rapport.Snapshot) (*Ahead, error) {
	m := machineOf(snap.Workflow)
	if m == nil {
		return nil, nil //nolint:nilnil // it cannot be ahead
	}
	if err := json.Unmarshal(snap.State, m); err != nil {
		return nil, fmt.Errorf("read the snapshot of %s: %w", snap.WorkflowID, err)
	}
	m.Base().Pending = nil
	if m.Done() {
		return nil, nil //nolint:nilnil // as above
	}
	ahead, err := s.ask(ctx, snap)
	if ahead != nil {
		ahead.Ended = true
	}
	return ahead, err
}

func (s *Sweep) compare(ctx context.Context, snap rapport.Snapshot, r *SweepResult) error {
	if !s.Compare || machineOf(snap.Workflow) == nil {
		return nil
	}
	ahead, err := s.ask(ctx, snap)
	if ahead != nil {
		r.Ahead = append(r.Ahead, *ahead)
	}
	return err
}

// ask compares what a workflow says of itself with what Postgres has; nil when it is not ahead.
func (s *Sweep) ask(ctx context.Context, snap rapport.Snapshot) (*Ahead, error) {
	value, err := s.Client.QueryWorkflow(ctx, snap.WorkflowID, "", workflows.QueryState)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", snap.WorkflowID, err)
	}
	var state workflows.State
	var machine struct {
		Seq int64 `json:"seq"`
	}
	if err := value.Get(&state); err != nil {
		return nil, fmt.Errorf("read %s: %w", snap.WorkflowID, err)
	}
	if err := json.Unmarshal(state.Machine, &machine); err != nil {
		return nil, fmt.Errorf("read %s: %w", snap.WorkflowID, err)
	}
	if machine.Seq <= snap.Seq {
		return nil, nil //nolint:nilnil // it is not ahead
	}
	return &Ahead{WorkflowID: snap.WorkflowID, Theirs: machine.Seq, Ours: snap.Seq}, nil
}

// seal leaves nothing of the book unsealed. Where it could not for too long, people are told: what is not sealed can be changed unseen.
func (s *Sweep) seal(ctx context.Context) error {
	_, failed := s.Store.SealLedger(ctx)
	tail, err := s.Store.LedgerTail(ctx)
	if err != nil {
		return errors.Join(failed, fmt.Errorf("unsealed: %w", err))
	}
	if tail.Late {
		s.Log.Error("the book is not sealed", zap.Int("transactions", tail.Count), zap.Timep("since", tail.OldestAt))
	}
	return errors.Join(failed, s.Store.AskAboutLedger(ctx, rapport.TaskLedgerUnsealed, tail.Late))
}

// verify holds the whole book against its seals and its balances.
func (s *Sweep) verify(ctx context.Context) error {
	found, err := s.Store.VerifyLedger(ctx)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if len(found) > 0 {
		s.Log.Error("the book was tampered with", zap.Int("findings", len(found)), zap.Strings("first", found[:min(len(found), 5)]))
	}
	return s.Store.AskAboutLedger(ctx, rapport.TaskLedgerBroken, len(found) > 0)
}

// Schedules says how often each periodic job runs.
func Schedules() map[string]time.Duration {
	return map[string]time.Duration{
		"sweep": 10 * time.Minute, "reconcile": 24 * time.Hour, "retention": 24 * time.Hour, "seal": time.Minute, "verify": 24 * time.Hour,
		"book": 10 * time.Minute, "mail": 10 * time.Minute, "mail_count": time.Hour,
		"gate": time.Minute, "events": 10 * time.Minute, "conflicts": 15 * time.Minute, "papers": 10 * time.Minute, "signing": 10 * time.Minute, "notify": 30 * time.Second,
	}
}

// Jobs are the periodic jobs by name.
func Jobs(s *Sweep, now func() time.Time, reconcile, gate, book, countMail, events, papers, signing, notify func(context.Context) error) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"sweep": func(ctx context.Context) error {
			_, err := s.Run(ctx, true)
			return err
		},
		"reconcile":  reconcile,
		"gate":       gate,
		"book":       book,
		"mail_count": countMail,
		"events":     events,
		"papers":     papers,
		"signing":    signing,
		"notify":     notify,
		"retention":  s.Store.DeleteOld,
		"conflicts":  func(ctx context.Context) error { return s.Store.AskAboutConflicts(ctx, now()) },
		"seal":       s.seal,
		"verify":     s.verify,
		"mail": func(ctx context.Context) error {
			stale, err := s.Store.StaleMails(ctx)
			if err != nil {
				return err
			}
			failed := []error{s.Store.CancelMoot(ctx)}
			for _, id := range stale {
				failed = append(failed, s.Store.SettleMail(ctx, id, "unknown", ""))
			}
			return errors.Join(append(failed, s.Store.AskAboutUnknownMails(ctx))...)
		},
	}
}
