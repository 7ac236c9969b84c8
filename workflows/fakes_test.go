package workflows_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"rapport"
	"rapport/activities"
	"rapport/workflows"
)

// root is what every id of the tests is derived from.
var root = uuid.MustParse("6f9619ff-8b86-4d01-b42d-00cf4fc964ff")

func id(name string) uuid.UUID { return rapport.DeriveID(root, name) }

func start() time.Time { return time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC) }

// calendar is open around the clock, with days of the length given.
func calendar(day time.Duration) rapport.Calendar {
	c := rapport.DefaultCalendar("Europe/Berlin")
	c.DaySeconds = int(day / time.Second)
	return c
}

func eur(amount int64) rapport.Money { return rapport.Money{Amount: amount, Currency: "eur"} }

func partnership(day time.Duration) *rapport.Partnership {
	return &rapport.Partnership{
		ID: id("partnership"), BrandID: id("brand"), CampaignID: id("campaign"), CreatorID: id("creator"), OwnerID: id("owner"),
		Stage: rapport.StageProspect, Term: 1, Renewal: rapport.RenewalNotDue, Timings: rapport.DefaultTimings(),
		Sequence: rapport.Sequence{ID: id("sequence"), Version: 1, CoolOffDays: 90, Steps: []rapport.SequenceStep{
			{Kind: rapport.StepSend, Template: "invitation"}, {Kind: rapport.StepWait, BusinessDays: 3}, {Kind: rapport.StepSend, Template: "follow_up_1"}, {Kind: rapport.StepWait, BusinessDays: 5},
		}},
		BrandCalendar: calendar(day), CreatorCalendar: calendar(day),
	}
}

func payout() *rapport.Payout {
	return &rapport.Payout{
		ID: id("payout"), BrandID: id("brand"), PartnershipID: id("partnership"), MilestoneID: id("milestone"), CreatorID: id("creator"), Amount: eur(30_000),
		Due: start(), State: rapport.PayoutScheduled, Timings: rapport.DefaultTimings(), Calendar: calendar(time.Hour),
	}
}

func review() *rapport.Review {
	return &rapport.Review{
		ID: id("review"), BrandID: id("brand"), PartnershipID: id("partnership"), CampaignID: id("campaign"), DeliverableID: id("deliverable"), SubmissionID: id("submission"),
		State: rapport.ReviewChecking, Timings: rapport.DefaultTimings(),
	}
}

func plan(day time.Duration) rapport.ReviewPlan {
	return rapport.ReviewPlan{
		Policy: rapport.Policy{ID: id("policy"), Version: 1, OnSilence: rapport.SilenceHold, Stages: []rapport.PolicyStage{
			{Name: "Brand", Rule: rapport.RuleAny, Starts: "after_previous", DeadlineDays: 4, OnReject: rapport.RejectToCreator},
		}},
		Approvers: [][]rapport.ReviewApprover{{{User: id("ada")}, {User: id("ben")}}}, Escalations: [][]uuid.UUID{{id("eve")}}, Calendar: calendar(day),
	}
}

var errAway = errors.New("away")

// hands carries out effects in memory and remembers what was written.
type hands struct {
	day time.Duration
	// local and remote are the error of Record as a local and as an ordinary activity; answer replaces the usual outcome.
	local, remote func() error
	answer        map[string]func(in activities.EffectInput) (rapport.Outcome, error)
	terms         *rapport.ContractTerms
	written       func(b activities.Batch)

	mu       sync.Mutex
	batches  []activities.Batch
	effects  []activities.EffectInput
	infos    []activity.Info
	topUps   int
	rounds   int
	settled  int
	messages []uuid.UUID
}

type registry interface {
	RegisterActivityWithOptions(a any, options activity.RegisterOptions)
}

type workflowRegistry interface {
	RegisterWorkflowWithOptions(w any, options workflow.RegisterOptions)
}

func registerWorkflows(r workflowRegistry) {
	for name, w := range map[string]any{
		workflows.TypePartnership: workflows.Partnership, workflows.TypeReview: workflows.Review, workflows.TypePayout: workflows.Payout,
		workflows.TypeTopUp: workflows.TopUp, workflows.TypeJob: workflows.Job, workflows.TypeMessage: workflows.Message,
		workflows.TypeReversal: workflows.Reversal,
	} {
		r.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{Name: name})
	}
}

func (h *hands) register(r registry) {
	name := func(n string) activity.RegisterOptions { return activity.RegisterOptions{Name: n} }
	r.RegisterActivityWithOptions(h.record, name(activities.NameRecord))
	for _, kind := range []string{
		rapport.EffectMail, rapport.EffectDraftContract, rapport.EffectExecute, rapport.EffectOnboard, rapport.EffectVerify, rapport.EffectOpenReview, rapport.EffectNotify,
		rapport.EffectOpenPayout, rapport.EffectSubmit, rapport.EffectReconcile, rapport.EffectBranch, rapport.EffectDraftMail, rapport.EffectReadDates,
		rapport.EffectOpenReversal, rapport.EffectReverse, rapport.EffectFindReversal, rapport.EffectCountReversal, rapport.EffectWriteOff,
		rapport.EffectOrderOffline, rapport.EffectRecordOffline,
	} {
		r.RegisterActivityWithOptions(h.do, name(activities.NameOf(kind)))
	}
	r.RegisterActivityWithOptions(func(context.Context, uuid.UUID) (bool, error) { h.count(&h.topUps); return false, nil }, name(activities.NameCreateTopUp))
	r.RegisterActivityWithOptions(func(context.Context, uuid.UUID) (bool, error) { return h.count(&h.settled) == 2, nil }, name(activities.NameSettleTopUp))
	r.RegisterActivityWithOptions(func(context.Context, string) error {
		if h.count(&h.rounds) == 1 {
			return errAway
		}
		return nil
	}, name(activities.NameJob))
	r.RegisterActivityWithOptions(func(_ context.Context, m uuid.UUID) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.messages = append(h.messages, m)
		return nil
	}, name(activities.NameSendManual))
}

func (h *hands) count(n *int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	*n++
	return *n
}

func (h *hands) record(ctx context.Context, b activities.Batch) error {
	fail := h.remote
	if activity.GetInfo(ctx).IsLocalActivity {
		fail = h.local
	}
	if fail != nil {
		if err := fail(); err != nil {
			return err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.batches = append(h.batches, b)
	if h.written != nil {
		h.written(b)
	}
	return nil
}

func (h *hands) do(ctx context.Context, in activities.EffectInput) (rapport.Outcome, error) {
	h.mu.Lock()
	h.effects, h.infos = append(h.effects, in), append(h.infos, activity.GetInfo(ctx))
	h.mu.Unlock()
	for _, key := range []string{in.Effect.Kind + "/" + in.Effect.Code, in.Effect.Kind} {
		if f := h.answer[key]; f != nil {
			return f(in)
		}
	}
	switch e := in.Effect; e.Kind {
	case rapport.EffectMail:
		return rapport.Outcome{Code: rapport.MailAccepted, Ref: rapport.DeriveID(in.ID, e.Key)}, nil
	case rapport.EffectDraftContract:
		return rapport.Outcome{Code: "drafted", Ref: rapport.DeriveID(e.Ref, "contract")}, nil
	case rapport.EffectExecute:
		terms := rapport.DefaultTerms()
		if h.terms != nil {
			terms = *h.terms
		}
		p := rapport.PlanContract(rapport.ContractDates{
			ID: e.Ref, Now: e.At, Fee: eur(100_000), Terms: terms, Brand: calendar(h.day), Creator: calendar(h.day), CampaignEnd: e.At.Add(200 * h.day),
		})
		return rapport.Outcome{Code: "executed", Contract: &p}, nil
	case rapport.EffectVerify:
		return rapport.Outcome{Code: "ok"}, nil
	case rapport.EffectOpenReview:
		p := plan(h.day)
		return rapport.Outcome{Code: "passed", Review: &p}, nil
	case rapport.EffectOpenPayout:
		return rapport.Outcome{Code: "opened", Payout: &rapport.PayoutPlan{}}, nil
	case rapport.EffectSubmit:
		return rapport.Outcome{Code: rapport.SubmitPaid}, nil
	case rapport.EffectReconcile:
		return rapport.Outcome{Code: rapport.ReconcileAbsent}, nil
	case rapport.EffectOpenReversal:
		return rapport.Outcome{Code: "opened", Reversal: &rapport.ReversalPlan{Calendar: calendar(h.day), Timings: rapport.DefaultTimings(), NoticeDays: 1}}, nil
	case rapport.EffectReverse:
		return rapport.Outcome{Code: rapport.ReverseDone}, nil
	default:
		return rapport.Outcome{Code: "done"}, nil
	}
}

// facts are the kinds of everything that was written of a machine, and a check that it was written in order and once.
func (h *hands) facts(t *testing.T, of uuid.UUID) []string {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	var kinds []string
	for _, b := range h.batches {
		if b.ID != of {
			continue
		}
		for _, f := range b.Record.Facts {
			require.EqualValues(t, len(kinds)+1, f.Seq)
			kinds = append(kinds, f.Kind)
		}
		require.EqualValues(t, len(kinds), b.Seq)
		require.True(t, len(b.Snapshot) > 0 && b.View.State != "")
	}
	return kinds
}

func (h *hands) asked(kind string) []activities.EffectInput {
	h.mu.Lock()
	defer h.mu.Unlock()
	var l []activities.EffectInput
	for _, e := range h.effects {
		if e.Effect.Kind == kind {
			l = append(l, e)
		}
	}
	return l
}

func (h *hands) last() activities.Batch {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.batches[len(h.batches)-1]
}
