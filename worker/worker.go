// Package worker registers: it is the one place that names both workflows and activities, their task queues and limits. The
// relay beside the workers carries what Postgres decided to Temporal, and what providers reported into Postgres.
package worker

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	sdktemporal "go.temporal.io/sdk/temporal"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"rapport/activities"
	"rapport/workflows"
)

// Options are the limits of one worker process; zero values mean the defaults.
type Options struct {
	// StopTimeout is how long running activities may take to finish at shutdown. It is longer than the longest call outside.
	StopTimeout time.Duration
	// PaymentsPerSecond bounds transfers over all workers: Stripe allows about 25 a second on one endpoint.
	PaymentsPerSecond float64
	// MailsPerSecond bounds mails over all workers.
	MailsPerSecond float64
	// CacheSize is how many workflows are kept in memory between their tasks. Most partnerships sleep for days and wake from their
	// history in milliseconds, so by default it is 1,000 and not the SDK's 10,000, which cost 65 KB each.
	CacheSize int
	// DeploymentName and BuildID turn Worker Versioning on, when both are set.
	DeploymentName, BuildID string
	Interceptors            []interceptor.WorkerInterceptor
	// Identity names the process in the Temporal UI.
	Identity string
	// OnFatal hears that a worker has given up, for example because its namespace is gone. It takes no more work then, so the process
	// should end and be started again.
	OnFatal func(error)
}

// PaymentsPerSecond is how many transfers are sent a second by default: Stripe allows about 25 on one endpoint.
const PaymentsPerSecond = 15

// PaceStore takes turns over all processes.
type PaceStore interface {
	// NextSend takes the next moment at which one of the name may leave, and answers how long it is until then.
	NextSend(ctx context.Context, name string, perSecond float64) (time.Duration, error)
}

// Who comes later than paceLate to its moment lets it pass and takes another: those after it are near, and the store's spacing leaves 60 ms a second.
// A process that is late every time goes at last, since nothing may wait for ever.
const (
	paceLate  = 50 * time.Millisecond
	paceTurns = 10
)

// Pace spaces transfers evenly over all workers. The limit of the payments queue keeps most of them waiting in Temporal, where waiting costs
// nothing, but it counts activities that begin, and lets a second's worth begin at once.
func Pace(store PaceStore, perSecond float64) func(context.Context) error {
	return func(ctx context.Context) error {
		for range paceTurns {
			asked := time.Now()
			wait, err := store.NextSend(ctx, "transfer", perSecond)
			if err != nil {
				return fmt.Errorf("pace: %w", err)
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return ctx.Err()
			}
			if time.Since(asked)-max(wait, 0) < paceLate {
				return nil
			}
		}
		return nil
	}
}

// concurrency bounds the activities that a worker runs at once on each queue, to about the connections that it has to the database.
const concurrency = 16

// Workers are the workers of all queues.
type Workers struct{ list []sdkworker.Worker }

// New registers every workflow and activity on its queue.
func New(c client.Client, a *activities.Activities, o Options) *Workers {
	if o.StopTimeout == 0 {
		o.StopTimeout = 40 * time.Second
	}
	if o.PaymentsPerSecond == 0 {
		o.PaymentsPerSecond = PaymentsPerSecond
	}
	if o.MailsPerSecond == 0 {
		o.MailsPerSecond = 100
	}
	if o.CacheSize == 0 {
		o.CacheSize = 1000
	}
	sdkworker.SetStickyWorkflowCacheSize(o.CacheSize)
	base := sdkworker.Options{
		WorkerStopTimeout: o.StopTimeout, Interceptors: o.Interceptors, Identity: o.Identity,
		WorkflowPanicPolicy: sdkworker.BlockWorkflow, OnFatalError: o.OnFatal,
	}
	if o.DeploymentName != "" && o.BuildID != "" {
		base.DeploymentOptions = sdkworker.DeploymentOptions{
			UseVersioning:             true,
			Version:                   sdkworker.WorkerDeploymentVersion{DeploymentName: o.DeploymentName, BuildID: o.BuildID},
			DefaultVersioningBehavior: workflow.VersioningBehaviorAutoUpgrade,
		}
	}
	// Work waits in Temporal, where waiting costs nothing, and not inside an activity whose time runs: an attempt that timed out while it waited
	// for a connection leaves a mail of which nobody knows.
	base.MaxConcurrentActivityExecutionSize = concurrency
	mail, pay := base, base
	mail.TaskQueueActivitiesPerSecond, mail.DisableWorkflowWorker = o.MailsPerSecond, true
	pay.TaskQueueActivitiesPerSecond, pay.DisableWorkflowWorker = o.PaymentsPerSecond, true

	main := sdkworker.New(c, workflows.QueueMain, base)
	for name, w := range map[string]any{
		workflows.TypePartnership: workflows.Partnership, workflows.TypeReview: workflows.Review, workflows.TypePayout: workflows.Payout,
		workflows.TypeReversal: workflows.Reversal,
		workflows.TypeTopUp:    workflows.TopUp, workflows.TypeJob: workflows.Job, workflows.TypeMessage: workflows.Message,
	} {
		main.RegisterWorkflowWithOptions(w, workflow.RegisterOptions{Name: name})
	}
	list := []sdkworker.Worker{main, sdkworker.New(c, workflows.QueueMail, mail), sdkworker.New(c, workflows.QueuePayments, pay)}
	for _, w := range list {
		w.RegisterActivityWithOptions(a, activity.RegisterOptions{SkipInvalidStructFunctions: true})
	}
	return &Workers{list}
}

// Start begins to take tasks.
func (w *Workers) Start() error {
	for _, x := range w.list {
		if err := x.Start(); err != nil {
			w.Stop()
			return fmt.Errorf("start worker: %w", err)
		}
	}
	return nil
}

// Stop takes no more tasks and waits for running activities.
func (w *Workers) Stop() {
	done := make(chan struct{}, len(w.list))
	for _, x := range w.list {
		go func() { x.Stop(); done <- struct{}{} }()
	}
	for range w.list {
		<-done
	}
}

// EnsureSchedules makes one Temporal Schedule a kind of job, and gives one that exists the interval of Schedules. They exist once in
// a namespace, whatever the number of workers.
func EnsureSchedules(ctx context.Context, c client.Client) error {
	for kind, interval := range Schedules() {
		id := "job/" + kind
		spec := client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: interval}}, Jitter: interval / 20}
		_, err := c.ScheduleClient().Create(ctx, client.ScheduleOptions{
			ID: id, Spec: spec,
			Action: &client.ScheduleWorkflowAction{
				ID: id, Workflow: workflows.TypeJob, Args: []any{kind}, TaskQueue: workflows.QueueMain,
			},
		})
		if scheduleExists(err) {
			err = c.ScheduleClient().GetHandle(ctx, id).Update(ctx, client.ScheduleUpdateOptions{DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				now := in.Description.Schedule
				if old := now.Spec.Intervals; len(old) == 1 && old[0].Every == interval {
					return nil, sdktemporal.ErrSkipScheduleUpdate
				}
				now.Spec = &spec
				return &client.ScheduleUpdate{Schedule: &now}, nil
			}})
		}
		if err != nil {
			return fmt.Errorf("schedule %s: %w", kind, err)
		}
	}
	return nil
}

// scheduleCheck is how often a worker looks whether the schedules are there: they are lost with Temporal's database, and the sweep,
// which would notice, is one of them.
const scheduleCheck = 5 * time.Minute

// KeepSchedules ensures the schedules from time to time until the context ends.
func KeepSchedules(ctx context.Context, c client.Client, log *zap.Logger) {
	for pause(ctx, scheduleCheck); ctx.Err() == nil; pause(ctx, scheduleCheck) {
		if err := EnsureSchedules(ctx, c); err != nil && ctx.Err() == nil {
			log.Warn("the periodic jobs could not be looked at", zap.Error(err))
		}
	}
}
