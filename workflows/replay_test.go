package workflows_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"rapport"
	"rapport/activities"
	"rapport/temporal/devtest"
	"rapport/workflows"
)

// Histories of real runs lie in a folder for each build that recorded them. A build that changes what a running workflow would do
// replays all of them, and adds a folder recorded before the change: RAPPORT_RECORD=<folder> go test -run Record ./workflows
// (-run Record/sequences for one kind of run).
const histories = "testdata/histories"

func recorded(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(histories, "*", "*.json"))
	require.NoError(t, err)
	return files
}

func TestRecordedHistoriesReplay(t *testing.T) {
	t.Parallel()

	files := recorded(t)
	for _, kind := range []string{"partnership", "review", "payout", "reversal", "topup", "job", "message"} {
		found := false
		for _, f := range files {
			found = found || strings.HasPrefix(filepath.Base(f), kind+"-")
		}
		require.True(t, found, "no history of a %s", kind)
	}
	for _, f := range files {
		t.Run(strings.TrimPrefix(f, histories+"/"), func(t *testing.T) {
			t.Parallel()
			r := worker.NewWorkflowReplayer()
			registerWorkflows(r)
			require.NoError(t, r.ReplayWorkflowHistoryFromJSONFile(quiet{}, f))
		})
	}
}

// TestReplayCatches says that the replay above would notice a workflow that does something else.
func TestReplayCatches(t *testing.T) {
	t.Parallel()

	for name, other := range map[string]func(ctx workflow.Context, p *rapport.Payout) error{
		"an activity more": func(ctx workflow.Context, p *rapport.Payout) error {
			ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
			_ = workflow.ExecuteActivity(ctx, "Another").Get(ctx, nil)
			return workflows.Payout(ctx, p)
		},
		"a timer more": func(ctx workflow.Context, p *rapport.Payout) error {
			_ = workflow.NewTimer(ctx, time.Minute)
			return workflows.Payout(ctx, p)
		},
		"an end too early": func(workflow.Context, *rapport.Payout) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range recorded(t) {
				if strings.HasPrefix(filepath.Base(f), "payout-") {
					r := worker.NewWorkflowReplayer()
					r.RegisterWorkflowWithOptions(other, workflow.RegisterOptions{Name: workflows.TypePayout})
					require.Error(t, r.ReplayWorkflowHistoryFromJSONFile(quiet{}, f), f)
				}
			}
		})
	}
}

// quiet drops the replayer's log: what matters is its error.
type quiet struct{}

func (quiet) Debug(string, ...any) {}
func (quiet) Info(string, ...any)  {}
func (quiet) Warn(string, ...any)  {}
func (quiet) Error(string, ...any) {}

var _ log.Logger = quiet{}

// recorder runs workflows on a real server with effects in memory, relays what they send to each other, and keeps their histories.
type recorder struct {
	t      *testing.T
	c      client.Client
	h      *hands
	folder string
	mu     sync.Mutex
	runs   map[string]string // first run of each workflow
	relay  chan rapport.Send
	stop   func()
	n      int
}

// day is long enough for a machine's steps and short enough to sit through.
const day = time.Second

func newRecorder(t *testing.T, address, folder string, h *hands) *recorder {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: address, Namespace: devtest.Namespace, Identity: "recorder", Logger: quiet{}})
	require.NoError(t, err)
	r := &recorder{t: t, c: c, h: h, folder: folder, runs: map[string]string{}, relay: make(chan rapport.Send, 1000)}
	h.day = day
	list := make([]worker.Worker, 0, 3)
	for _, queue := range []string{workflows.QueueMain, workflows.QueueMail, workflows.QueuePayments} {
		w := worker.New(c, queue, worker.Options{Identity: "recorder", DisableWorkflowWorker: queue != workflows.QueueMain})
		h.register(w)
		if queue == workflows.QueueMain {
			registerWorkflows(w)
		}
		require.NoError(t, w.Start())
		list = append(list, w)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case s := <-r.relay:
				r.hand(ctx, s)
			case <-ctx.Done():
				return
			}
		}
	}()
	h.mu.Lock()
	h.written = func(b activities.Batch) {
		for _, s := range b.Record.Sends {
			r.relay <- s
		}
	}
	h.mu.Unlock()
	r.stop = func() {
		stop()
		<-done
		for _, w := range list {
			w.Stop()
		}
		c.Close()
	}
	return r
}

// hand delivers one message to a sibling; what has ended hears nothing.
func (r *recorder) hand(ctx context.Context, s rapport.Send) {
	switch {
	case s.Review != nil:
		r.startIn(ctx, workflows.TypeReview, workflows.ReviewID(s.ID), s.Review)
	case s.Payout != nil:
		r.startIn(ctx, workflows.TypePayout, workflows.PayoutID(s.ID), s.Payout)
	case s.Signal != nil:
		_ = r.c.SignalWorkflow(ctx, s.Workflow+"/"+s.ID.String(), "", workflows.SignalEvent, s.Signal)
	}
}

func (r *recorder) start(kind, workflowID string, input any) {
	r.startIn(r.t.Context(), kind, workflowID, input)
}

func (r *recorder) startIn(ctx context.Context, kind, workflowID string, input any) {
	run, err := r.c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: workflowID, TaskQueue: workflows.QueueMain}, kind, input)
	if err != nil {
		r.t.Errorf("start %s: %v", workflowID, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.runs[workflowID] = run.GetRunID()
}

func (r *recorder) signal(workflowID string, sig rapport.Signal) {
	r.n++
	sig.ID = uuid.New()
	require.NoError(r.t, r.c.SignalWorkflow(r.t.Context(), workflowID, "", workflows.SignalEvent, sig))
}

func (r *recorder) mail(workflowID, code string) {
	r.signal(workflowID, rapport.Signal{Kind: rapport.SignalMail, Code: code, Ref: id("message")})
}

func (r *recorder) command(workflowID string, cmd rapport.Command) {
	cmd.ID = uuid.New()
	h, err := r.c.UpdateWorkflow(r.t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateID: cmd.ID.String(), UpdateName: workflows.UpdateCommand, Args: []any{cmd}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(r.t, err)
	require.NoError(r.t, h.Get(r.t.Context(), nil), "%s", cmd.Kind)
}

// refused sends a command that the machine refuses: it leaves no event, and the replay must agree.
func (r *recorder) refused(workflowID string, cmd rapport.Command) {
	cmd.ID = uuid.New()
	h, err := r.c.UpdateWorkflow(r.t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateID: cmd.ID.String(), UpdateName: workflows.UpdateCommand, Args: []any{cmd}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = h.Get(r.t.Context(), nil)
	}
	require.Error(r.t, err)
}

// until waits for a state that the last record of the machine shows.
func (r *recorder) until(machine uuid.UUID, what func(b activities.Batch) bool) {
	r.t.Helper()
	require.Eventually(r.t, func() bool {
		r.h.mu.Lock()
		defer r.h.mu.Unlock()
		for _, b := range slices.Backward(r.h.batches) {
			if b.ID == machine {
				return what(b)
			}
		}
		return false
	}, 40*time.Second, 20*time.Millisecond)
}

func (r *recorder) state(machine uuid.UUID, state string) {
	r.t.Helper()
	r.until(machine, func(b activities.Batch) bool { return b.View.State == state })
}

// waits returns when the machine waits for a decision.
func (r *recorder) waits(machine uuid.UUID, decision string) {
	r.t.Helper()
	r.until(machine, func(b activities.Batch) bool {
		return slices.ContainsFunc(b.View.Waiting, func(w rapport.Waiting) bool { return w.Decision == decision })
	})
}

func (r *recorder) ended(workflowID string) {
	r.t.Helper()
	require.NoError(r.t, r.c.GetWorkflow(r.t.Context(), workflowID, "").Get(r.t.Context(), nil))
}

// keep writes the histories of a workflow, one file a run.
func (r *recorder) keep(workflowID, name string) {
	r.t.Helper()
	r.mu.Lock()
	run := r.runs[workflowID]
	r.mu.Unlock()
	require.NotEmpty(r.t, run, workflowID)
	for n := 'a'; run != ""; n++ {
		var h historypb.History
		events := r.c.GetWorkflowHistory(r.t.Context(), workflowID, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		run = ""
		for events.HasNext() {
			e, err := events.Next()
			require.NoError(r.t, err)
			if q := e.GetWorkflowTaskScheduledEventAttributes().GetTaskQueue(); q.GetKind() == enumspb.TASK_QUEUE_KIND_STICKY {
				q.Name = "recorder" // it names the machine
			}
			h.Events = append(h.Events, e)
			run = e.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
		if len(h.GetEvents()) < 4 {
			return // a run that has only begun
		}
		text, err := protojson.Marshal(&h)
		require.NoError(r.t, err)
		require.NoError(r.t, os.WriteFile(filepath.Join(r.folder, name+"-"+string(n)+".json"), append(text, '\n'), 0o600))
	}
}

// short are terms that end while one waits.
func short() rapport.ContractTerms {
	terms := rapport.DefaultTerms()
	terms.Deliverables[0].DraftDueDays, terms.Deliverables[0].PublishDays = 4, 4
	terms.Milestones[2].NetDays = 2
	terms.DurationDays, terms.NoticeDays = 22, 3
	return terms
}

func TestRecordHistories(t *testing.T) { //nolint:paralleltest // it measures time and writes files
	build := os.Getenv("RAPPORT_RECORD")
	if build == "" {
		t.Skip("RAPPORT_RECORD names the folder that histories are recorded into")
	}
	folder := filepath.Join(histories, build)
	require.NoError(t, os.MkdirAll(folder, 0o750))
	server := devtest.Start(t)

	for name, f := range map[string]func(t *testing.T, address, folder string){ //nolint:paralleltest // as above
		"golden": recordGolden, "detours": recordDetours, "asleep": recordAsleep, "reviews": recordReviews, "small": recordSmall, "sequences": recordSequences,
		"approvals": recordApprovals, "late": recordLate, "reversals": recordReversals, "changes": recordChanges, "rights": recordRights, "extended": recordExtended, "delivery": recordDelivery,
		"option": recordOption, "quiet": recordQuiet, "amended_option": recordAmendedOption, "renewals": recordRenewals, "schedule": recordSchedule, "unasked": recordUnasked, "differs": recordDiffers,
		"outside": recordOutside, "owed_on": recordOwedOn,
	} {
		t.Run(name, func(t *testing.T) { f(t, server.Address, folder) })
	}
}

// recordGolden is a whole term: three payouts, one short of funds and one whose fate is open, and a lapse.
func recordGolden(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	h := &hands{terms: &terms}
	records := 0
	h.local = func() error { // every now and then the database is away
		if records++; records%9 == 0 || records%9 == 1 && records > 9 {
			return errAway
		}
		return nil
	}
	contract := rapport.DeriveID(id("offer"), "contract")
	pay := func(i string) uuid.UUID {
		return rapport.DeriveID(rapport.DeriveID(contract, "milestone/"+i), "payout")
	}
	tries := map[uuid.UUID]int{}
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectSubmit: func(in activities.EffectInput) (rapport.Outcome, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			tries[in.ID]++
			switch {
			case in.ID == pay("1") && tries[in.ID] == 1:
				return rapport.Outcome{}, errAway // an answer that never came: the same key again
			case in.ID == pay("1") && tries[in.ID] == 2:
				return rapport.Outcome{Code: rapport.SubmitFundsShort}, nil
			case in.ID == pay("2"):
				return rapport.Outcome{Code: rapport.SubmitUnknown}, nil
			}
			return rapport.Outcome{Code: rapport.SubmitPaid}, nil
		},
		rapport.EffectReconcile: func(activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: rapport.SubmitPaid}, nil
		},
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	w := workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	r.waits(p.ID, "reply")
	r.refused(w, offer())
	r.mail(w, "auto_reply")
	r.mail(w, "human")
	r.state(p.ID, "in_conversation")
	r.command(w, offer())
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("offer")})
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract})
	r.state(p.ID, "active")
	deliverable := rapport.DeriveID(contract, "deliverable/0")
	for i, name := range []string{"one", "two"} {
		r.command(w, rapport.Command{Kind: rapport.CmdSubmit, Ref: deliverable, Ref2: id(name)})
		review := rapport.DeriveID(id(name), "review")
		r.state(review, "open")
		decision := rapport.DecisionRequestChanges
		if i == 1 {
			decision = rapport.DecisionApprove
		}
		r.command(workflows.ReviewID(review), rapport.Command{Kind: rapport.CmdDecide, Actor: id("ada"), Ref: id("decision/" + name), Ref2: id(name), Code: decision})
		r.ended(workflows.ReviewID(review))
		r.keep(workflows.ReviewID(review), "review-golden-"+name)
		r.waits(p.ID, map[int]string{0: "draft", 1: "post"}[i])
	}
	r.command(w, rapport.Command{Kind: rapport.CmdReportPost, Ref: deliverable})
	for _, i := range []string{"0", "1", "2"} {
		r.state(pay(i), "awaiting_approval")
		for part, who := range map[string]string{"preparer": "pia", "releaser": "rob"} {
			r.command(workflows.PayoutID(pay(i)), rapport.Command{Kind: rapport.CmdApprovePayout, Code: part, Actor: id(who), Ref: uuid.New()})
		}
		if i == "1" {
			r.state(pay(i), "awaiting_funds")
			r.signal(workflows.PayoutID(pay(i)), rapport.Signal{Kind: rapport.SignalFunds})
		}
		r.ended(workflows.PayoutID(pay(i)))
		r.keep(workflows.PayoutID(pay(i)), "payout-golden-"+i)
	}
	r.ended(w)
	r.state(p.ID, "lapsed")
	r.keep(w, "partnership-golden")
}

// recordSequences is what starts by itself: a sequence with a branch, a mail that a person looks at, a move to another version, and dates; and
// a thread that is put off.
func recordSequences(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	h := &hands{terms: &terms}
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectBranch: func(activities.EffectInput) (rapport.Outcome, error) { return rapport.Outcome{Code: "yes"}, nil },
		rapport.EffectDraftMail: func(in activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: rapport.MailDrafted, Ref: rapport.DeriveID(in.ID, in.Effect.Key)}, nil
		},
		rapport.EffectReadDates: func(activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: "read", Dates: map[string]time.Time{"campaign_ends": time.Now().UTC().Add(6 * day)}}, nil
		},
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.ID = id("sequences")
	talk := rapport.Sequence{ID: id("talk"), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartStage, Stage: rapport.StageInConversation}, Steps: []rapport.SequenceStep{
		{Kind: rapport.StepBranch, Branch: &rapport.Branch{On: rapport.BranchReply, Is: "is", Value: "question", Then: 1, Else: 3}},
		{Kind: rapport.StepSend, Template: "answers", Review: true}, {Kind: rapport.StepWait, Days: 2}, {Kind: rapport.StepTask, Title: "Call"},
	}}
	late := rapport.Sequence{ID: id("late"), Version: 1, Trigger: &rapport.SequenceTrigger{On: rapport.StartDate, Date: "campaign_ends", Days: -1}}
	late.Steps = []rapport.SequenceStep{{Kind: rapport.StepTask, Title: "Thank"}}
	p.Automations = []rapport.Sequence{talk, late}
	w := workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	r.waits(p.ID, "reply")
	require.Eventually(t, func() bool { return slices.Contains(h.facts(t, p.ID), "mail_sent") }, 20*time.Second, 20*time.Millisecond)
	next := p.Sequence
	next.Version++
	r.command(w, rapport.Command{Kind: rapport.CmdMoveSequence, Sequence: &next, Step: 1, Actor: id("owner")})
	r.signal(w, rapport.Signal{Kind: rapport.SignalDates})
	r.command(w, rapport.Command{Kind: rapport.CmdSnoozeThread, Ref: id("thread"), Until: time.Now().UTC().Add(2 * day), Actor: id("owner")})
	r.mail(w, "human")
	r.state(p.ID, "in_conversation")
	require.Eventually(t, func() bool { return len(h.asked(rapport.EffectDraftMail)) == 1 }, 20*time.Second, 20*time.Millisecond)
	asked := h.asked(rapport.EffectDraftMail)[0]
	require.Eventually(t, func() bool { return slices.Contains(h.facts(t, p.ID), "mail_drafted") }, 20*time.Second, 20*time.Millisecond)
	r.command(w, rapport.Command{Kind: rapport.CmdLetMailGo, Ref: rapport.DeriveID(p.ID, asked.Effect.Key), Actor: id("owner")})
	r.signal(w, rapport.Signal{Kind: rapport.SignalAnswered, Ref: id("thread")})
	<-time.After(8 * day)
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.state(p.ID, "terminated")
	r.keep(w, "partnership-sequences")
}

// recordApprovals is a hierarchy of approvals with clocks of their own, handed over, returned and kept, whose records wait for the server;
// then a round too many that is paid for, and an approval that is taken back.
func recordApprovals(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.RevisionRounds = 0
	h := &hands{terms: &terms}
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectOpenReview: func(activities.EffectInput) (rapport.Outcome, error) {
			p := plan(day)
			stage := p.Policy.Stages[0]
			legal, later := stage, stage
			legal.Name, legal.Legal, legal.OnReject, legal.ReturnTo = "Legal", true, rapport.RejectToStage, 0
			later.Name, later.Starts, later.StartDays, later.StartFrom = "Last look", rapport.StartsByDate, 1, rapport.StartFromReview
			p.Policy.Stages = []rapport.PolicyStage{stage, legal, later}
			p.Approvers = [][]rapport.ReviewApprover{{{User: id("ada")}}, {{User: id("leo")}}, {{User: id("ben")}}}
			p.Chains, p.Escalations = [][]rapport.ReviewLevel{{{Users: []uuid.UUID{id("eve")}, Days: 2}, {Users: []uuid.UUID{id("boss")}}}, nil, nil}, nil
			return rapport.Outcome{Code: "passed", Review: &p}, nil
		},
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	decide := func(review uuid.UUID, who, decision string) {
		r.n++
		r.command(workflows.ReviewID(review), rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Ref: rapport.DeriveID(review, strconv.Itoa(r.n)), Code: decision})
	}
	open := func(review uuid.UUID, stage int) {
		r.until(review, func(b activities.Batch) bool {
			v := b.View.Review
			return v != nil && stage < len(v.Stages) && v.Stages[stage].State == "open"
		})
	}
	alone := review()
	alone.ID, alone.Durable = id("hierarchy"), true
	w := workflows.ReviewID(alone.ID)
	r.start(workflows.TypeReview, w, alone)
	open(alone.ID, 2) // by its date
	decide(alone.ID, "ben", rapport.DecisionApprove)
	r.until(alone.ID, func(b activities.Batch) bool { return b.View.Review.Stages[0].Level == 2 }) // both levels were asked
	r.command(w, rapport.Command{Kind: rapport.CmdReassign, Ref: id("ada"), Ref2: id("cem"), Actor: id("ops")})
	decide(alone.ID, "boss", rapport.DecisionApprove)
	open(alone.ID, 1)
	r.command(w, rapport.Command{Kind: rapport.CmdStandIn, Ref: id("leo"), Ref2: id("lea"), Actor: id("leo")})
	decide(alone.ID, "lea", rapport.DecisionRequestChanges)
	open(alone.ID, 0)
	r.command(w, rapport.Command{Kind: rapport.CmdAskAgain, Ref: id("cem"), Actor: id("ops")})
	decide(alone.ID, "cem", rapport.DecisionApprove)
	open(alone.ID, 1)
	decide(alone.ID, "lea", rapport.DecisionWithCorrections)
	open(alone.ID, 2)
	decide(alone.ID, "ben", rapport.DecisionApprove)
	r.ended(w)
	r.keep(w, "review-hierarchy")

	p := partnership(day)
	p.ID, p.Durable = id("rounds"), true
	w = workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	r.command(w, rapport.Command{Kind: rapport.CmdLogReply, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSendOffer, Ref: id("round offer"), Amount: eur(100_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("round offer")})
	r.waits(p.ID, "approve_contract")
	contract := rapport.DeriveID(id("round offer"), "contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Ref: contract, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract, Ref: contract})
	r.waits(p.ID, "draft")
	deliverable := rapport.DeriveID(contract, "deliverable/0")
	for n, decision := range []string{rapport.DecisionRequestChanges, rapport.DecisionApprove} {
		submission := id(fmt.Sprintf("round %d", n))
		r.command(w, rapport.Command{Kind: rapport.CmdSubmit, Ref: deliverable, Ref2: submission})
		v := rapport.DeriveID(submission, "review")
		open(v, 0)
		decide(v, "ada", decision)
		if n == 0 {
			r.waits(p.ID, "extra_round")
			r.command(w, rapport.Command{Kind: rapport.CmdDeclineRound, Ref: deliverable})
			r.command(w, rapport.Command{Kind: rapport.CmdOfferRound, Ref: deliverable, Amount: eur(5_000), Actor: id("owner")})
			r.command(w, rapport.Command{Kind: rapport.CmdAgreeRound, Ref: deliverable})
			continue
		}
		open(v, 1)
		decide(v, "leo", rapport.DecisionApprove)
		open(v, 2)
		decide(v, "ben", rapport.DecisionApprove)
	}
	r.waits(p.ID, "post")
	r.command(w, rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: deliverable, Actor: id("owner")})
	r.waits(p.ID, "draft")
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.state(p.ID, "terminated")
	r.keep(w, "partnership-rounds")
}

// recordLate is a house that is slow: an outside reviewer sends a draft back, the second one is approved after the day of publishing, and a
// payment for two pieces is held and let go again, because one of them is waived.
func recordLate(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	terms.RevisionRounds = 0
	terms.Deliverables = append(terms.Deliverables, terms.Deliverables[0])
	terms.Milestones = []rapport.MilestoneTerms{{Title: "Both approved", Trigger: rapport.TriggerApproval, Percent: 100}}
	h := &hands{terms: &terms}
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectOpenReview: func(activities.EffectInput) (rapport.Outcome, error) {
			p := plan(day)
			stage := p.Policy.Stages[0]
			stage.Name = "Outside"
			p.Policy.Stages = []rapport.PolicyStage{stage, p.Policy.Stages[0]}
			p.Approvers = [][]rapport.ReviewApprover{{{User: id("lena"), Outside: true}}, {{User: id("ada")}}}
			p.Chains, p.Escalations = [][]rapport.ReviewLevel{nil, nil}, nil
			return rapport.Outcome{Code: "passed", Review: &p}, nil
		},
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.ID, p.Durable = id("late"), true
	w := workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	r.waits(p.ID, "reply")
	r.command(w, rapport.Command{Kind: rapport.CmdLogReply, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSendOffer, Ref: id("late offer"), Amount: eur(100_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("late offer")})
	r.waits(p.ID, "approve_contract")
	contract := rapport.DeriveID(id("late offer"), "contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Ref: contract, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract, Ref: contract})
	r.waits(p.ID, "draft")
	pieces := []uuid.UUID{rapport.DeriveID(contract, "deliverable/0"), rapport.DeriveID(contract, "deliverable/1")}
	submit := func(piece uuid.UUID, name string) uuid.UUID {
		r.command(w, rapport.Command{Kind: rapport.CmdSubmit, Ref: piece, Ref2: id(name)})
		review := rapport.DeriveID(id(name), "review")
		r.state(review, rapport.ReviewOpen)
		return review
	}
	decide := func(review uuid.UUID, who, decision string) {
		r.command(workflows.ReviewID(review), rapport.Command{Kind: rapport.CmdDecide, Actor: id(who), Ref: rapport.DeriveID(review, who), Code: decision})
	}
	first := submit(pieces[0], "late one")
	decide(first, "lena", rapport.DecisionReject)
	r.ended(workflows.ReviewID(first))
	r.keep(workflows.ReviewID(first), "review-by-link")
	r.waits(p.ID, "extra_round")
	r.command(w, rapport.Command{Kind: rapport.CmdOfferRound, Ref: pieces[0], Amount: eur(5_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdAgreeRound, Ref: pieces[0], Amount: eur(5_000)})
	second := submit(pieces[0], "late two")
	other := submit(pieces[1], "late other")
	for _, review := range []uuid.UUID{other, second} {
		decide(review, "lena", rapport.DecisionApprove)
		r.until(review, func(b activities.Batch) bool { return b.View.Review.Stages[1].State == "open" })
	}
	decide(other, "ada", rapport.DecisionApprove)
	<-time.After(5 * day) // the day of publishing is over, and the review held
	decide(second, "ada", rapport.DecisionApprove)
	r.ended(workflows.ReviewID(second))
	r.keep(workflows.ReviewID(second), "review-late")
	pay := rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout")
	r.state(pay, "awaiting_approval")
	r.command(w, rapport.Command{Kind: rapport.CmdRevokeApproval, Ref: pieces[1], Actor: id("owner")})
	r.state(pay, "held")
	r.command(w, rapport.Command{Kind: rapport.CmdWaive, Ref: pieces[1], Actor: id("owner")})
	r.state(pay, "awaiting_approval")
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.state(p.ID, "terminated")
	r.keep(w, "partnership-late")
	r.keep(workflows.PayoutID(pay), "payout-let-go")
}

// recordReversals is money that came back after nobody had answered for it, and money that an empty account kept: tried again, left to the
// payments that follow, and given up in the end.
func recordReversals(t *testing.T, address, folder string) {
	t.Helper()
	h := &hands{}
	tries := map[uuid.UUID]int{}
	next := func(of uuid.UUID) int {
		h.mu.Lock()
		defer h.mu.Unlock()
		tries[of]++
		return tries[of]
	}
	h.answer = map[string]func(in activities.EffectInput) (rapport.Outcome, error){
		rapport.EffectReverse: func(in activities.EffectInput) (rapport.Outcome, error) {
			switch n := next(in.ID); {
			case in.ID == id("lost") && n == 1:
				return rapport.Outcome{}, errAway // an answer that never came: the same key again
			case in.ID == id("lost"):
				return rapport.Outcome{Code: rapport.SubmitUnknown}, nil
			default:
				return rapport.Outcome{Code: rapport.SubmitRejectedFunds}, nil
			}
		},
		rapport.EffectFindReversal: func(activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: rapport.ReverseDone}, nil
		},
		rapport.EffectCountReversal: func(activities.EffectInput) (rapport.Outcome, error) { return rapport.Outcome{Code: "open"}, nil },
		rapport.EffectWriteOff: func(activities.EffectInput) (rapport.Outcome, error) {
			return rapport.Outcome{Code: string(rapport.ReversalWrittenOff)}, nil
		},
	}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	begin := func(name string) (uuid.UUID, string) {
		m := &rapport.Reversal{
			Core: rapport.Core{Durable: true}, ID: id(name), BrandID: id("brand"), PartnershipID: id("partnership"), PayoutID: id("payout"), CreatorID: id("creator"),
			Amount: eur(40_000), RequestedBy: id("pia"),
		}
		r.start(workflows.TypeReversal, workflows.ReversalID(m.ID), m)
		r.until(m.ID, func(b activities.Batch) bool { return len(b.Record.Tasks) > 0 })
		r.command(workflows.ReversalID(m.ID), rapport.Command{Kind: rapport.CmdApproveReversal, Actor: id("rob"), Ref: id("approval")})
		return m.ID, workflows.ReversalID(m.ID)
	}
	_, w := begin("lost")
	r.ended(w)
	r.keep(w, "reversal-lost")

	short, w := begin("short")
	r.state(short, string(rapport.ReversalNetting))
	r.refused(w, rapport.Command{Kind: rapport.CmdNet, Actor: id("rob")})
	r.command(w, rapport.Command{Kind: rapport.CmdRetry, Actor: id("pia")})
	r.until(short, func(b activities.Batch) bool { return b.View.State == string(rapport.ReversalNetting) && b.Seq > 5 })
	r.signal(w, rapport.Signal{Kind: rapport.SignalNetted, Ref: id("later")})
	r.command(w, rapport.Command{Kind: rapport.CmdAskWriteOff, Actor: id("pia")})
	r.command(w, rapport.Command{Kind: rapport.CmdKeepClaim, Actor: id("rob")})
	r.command(w, rapport.Command{Kind: rapport.CmdAskWriteOff, Actor: id("pia")})
	r.command(w, rapport.Command{Kind: rapport.CmdApproveWriteOff, Actor: id("rob"), Ref: id("given up")})
	r.ended(w)
	r.keep(w, "reversal-written-off")
}

// recordDetours is everything off the path: no answer, start again, pause, snooze, a ban, a contract that expires, a hold, an end.
func recordDetours(t *testing.T, address, folder string) {
	t.Helper()
	terms := short()
	h := &hands{terms: &terms}
	r := newRecorder(t, address, folder, h)
	defer r.stop()
	p := partnership(day)
	p.ID = id("detours")
	p.Sequence.Steps = p.Sequence.Steps[:2]
	p.Sequence.CoolOffDays = 1
	w := workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	r.state(p.ID, "unresponsive")
	r.until(p.ID, func(b activities.Batch) bool { return b.Record.Facts[len(b.Record.Facts)-1].Kind == "cool_off_over" })
	r.command(w, rapport.Command{Kind: rapport.CmdStartAgain, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdPause, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdResume, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSnooze, Actor: id("owner"), Until: time.Now().UTC().Add(2 * day)})
	r.until(p.ID, func(b activities.Batch) bool { return !b.View.Paused })
	r.mail(w, "bounce")
	r.mail(w, "human")
	r.state(p.ID, "in_conversation")
	r.command(w, offer())
	r.command(w, rapport.Command{Kind: rapport.CmdCounterOffer, Ref: id("offer"), Amount: eur(120_000)})
	second := rapport.Command{Kind: rapport.CmdSendOffer, Ref: id("second"), Amount: eur(110_000), Actor: id("owner")}
	r.command(w, second)
	r.command(w, rapport.Command{Kind: rapport.CmdWithdrawOffer, Actor: id("owner")})
	second.Ref = id("third")
	r.command(w, second)
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("third")})
	r.command(w, rapport.Command{Kind: rapport.CmdBan, Actor: id("admin")})
	r.command(w, rapport.Command{Kind: rapport.CmdUnban, Actor: id("admin")})
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	r.state(p.ID, "negotiating") // nobody signs
	second.Ref = id("fourth")
	r.command(w, second)
	r.command(w, rapport.Command{Kind: rapport.CmdAcceptOffer, Ref: id("fourth")})
	r.waits(p.ID, "approve_contract")
	r.command(w, rapport.Command{Kind: rapport.CmdSendContract, Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdSignContract})
	r.state(p.ID, "active")
	contract := rapport.DeriveID(id("fourth"), "contract")
	pay := rapport.DeriveID(rapport.DeriveID(contract, "milestone/0"), "payout")
	r.state(pay, "awaiting_approval")
	r.command(workflows.PayoutID(pay), rapport.Command{Kind: rapport.CmdHold, Actor: id("rob")})
	r.command(workflows.PayoutID(pay), rapport.Command{Kind: rapport.CmdRelease, Actor: id("rob")})
	r.command(w, rapport.Command{Kind: rapport.CmdRenew, Ref: id("next"), Amount: eur(1_000), Actor: id("owner")})
	r.command(w, rapport.Command{Kind: rapport.CmdTerminate, Actor: id("owner")})
	r.ended(w)
	r.ended(workflows.PayoutID(pay))
	r.keep(w, "partnership-detours")
	r.keep(workflows.PayoutID(pay), "payout-cancelled")
}

// recordAsleep is a run that continued as new before a long nap, with the next one still asleep.
func recordAsleep(t *testing.T, address, folder string) {
	t.Helper()
	r := newRecorder(t, address, folder, &hands{})
	defer r.stop()
	p := partnership(24*time.Hour - time.Second)
	p.ID = id("asleep")
	w := workflows.PartnershipID(p.ID)
	r.start(workflows.TypePartnership, w, p)
	for range 8 {
		r.command(w, rapport.Command{Kind: rapport.CmdPause, Actor: id("owner")})
		r.command(w, rapport.Command{Kind: rapport.CmdResume, Actor: id("owner")})
	}
	r.command(w, rapport.Command{Kind: rapport.CmdMarkDeclined, Actor: id("owner")})
	require.Eventually(t, func() bool {
		d, err := r.c.DescribeWorkflowExecution(t.Context(), w, "")
		return err == nil && d.GetWorkflowExecutionInfo().GetExecution().GetRunId() != r.runs[w]
	}, 10*time.Second, 20*time.Millisecond, "it continues as new before a long nap")
	r.refused(w, offer())
	r.command(w, rapport.Command{Kind: rapport.CmdBan, Actor: id("admin")})
	r.keep(w, "partnership-asleep")
}

// recordReviews are a review that is reminded, escalated and held, and one that a newer version supersedes.
func recordReviews(t *testing.T, address, folder string) {
	t.Helper()
	r := newRecorder(t, address, folder, &hands{})
	defer r.stop()
	held := review()
	held.ID = id("held")
	w := workflows.ReviewID(held.ID)
	r.start(workflows.TypeReview, w, held)
	r.state(held.ID, "held")
	r.command(w, rapport.Command{Kind: rapport.CmdDecide, Actor: id("eve"), Ref: id("late decision"), Code: rapport.DecisionApprove})
	r.ended(w)
	r.keep(w, "review-held")

	old := review()
	old.ID = id("old")
	w = workflows.ReviewID(old.ID)
	r.start(workflows.TypeReview, w, old)
	r.state(old.ID, "open")
	r.signal(w, rapport.Signal{Kind: rapport.SignalSuperseded, Ref: id("newer")})
	r.ended(w)
	r.keep(w, "review-superseded")
}

func recordSmall(t *testing.T, address, folder string) {
	t.Helper()
	r := newRecorder(t, address, folder, &hands{})
	defer r.stop()
	r.start(workflows.TypeTopUp, workflows.TopUpID(id("topup")), id("topup"))
	r.signal(workflows.TopUpID(id("topup")), rapport.Signal{})
	r.signal(workflows.TopUpID(id("topup")), rapport.Signal{})
	r.ended(workflows.TopUpID(id("topup")))
	r.keep(workflows.TopUpID(id("topup")), "topup-settled")
	r.start(workflows.TypeJob, "job/sweep", "sweep")
	r.ended("job/sweep")
	r.keep("job/sweep", "job-retried")
	r.start(workflows.TypeMessage, "message/1", id("message"))
	r.ended("message/1")
	r.keep("message/1", "message-sent")
}
