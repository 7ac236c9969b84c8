package sandbox

import (
	"container/heap"
	"context"
	"sync"
	"time"

	"go.uber.org/zap"
)

// job is something to do later: deliver a webhook, roll a transfer forward, let a simulated creator act. It is a row like any
// other, so that a killed sandbox goes on where it stopped.
type job struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind"`
	Due     int64             `json:"due"` // milliseconds on the sandbox's clock
	Ref     string            `json:"ref,omitempty"`
	Args    map[string]string `json:"args,omitempty"`
	Body    []byte            `json:"body,omitempty"`
	Attempt int               `json:"attempt,omitempty"`
}

// jobHandler does a job and drops it in the transaction of its effect. A positive answer runs it again after that time.
type jobHandler func(ctx context.Context, j job) time.Duration

type jobQueue []job

func (q *jobQueue) Len() int           { return len(*q) }
func (q *jobQueue) Less(a, b int) bool { return (*q)[a].Due < (*q)[b].Due }
func (q *jobQueue) Swap(a, b int)      { (*q)[a], (*q)[b] = (*q)[b], (*q)[a] }

// Push is heap.Interface's.
func (q *jobQueue) Push(x any) {
	if j, ok := x.(job); ok {
		*q = append(*q, j)
	}
}

// Pop is heap.Interface's.
func (q *jobQueue) Pop() any {
	old := *q
	j := old[len(old)-1]
	*q = old[:len(old)-1]
	return j
}

// maxJobs bounds what runs at once, so that a burst of webhooks does not open a connection each.
const maxJobs = 16

type scheduler struct {
	mu       sync.Mutex
	queue    jobQueue
	wake     chan struct{}
	handlers map[string]jobHandler
	slots    chan struct{}
	running  sync.WaitGroup
}

func newScheduler() *scheduler {
	return &scheduler{wake: make(chan struct{}, 1), handlers: map[string]jobHandler{}, slots: make(chan struct{}, maxJobs)}
}

func (q *scheduler) push(j job) {
	q.mu.Lock()
	heap.Push(&q.queue, j)
	q.mu.Unlock()
	q.nudge()
}

func (q *scheduler) nudge() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *scheduler) clear() {
	q.mu.Lock()
	q.queue = nil
	q.mu.Unlock()
}

// next takes the earliest job if it is due, else says how long until one is.
func (q *scheduler) next(now int64) (job, time.Duration, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return job{}, time.Hour, false
	}
	if wait := q.queue[0].Due - now; wait > 0 {
		return job{}, time.Duration(min(wait, time.Hour.Milliseconds())) * time.Millisecond, false
	}
	j, ok := heap.Pop(&q.queue).(job)
	return j, 0, ok
}

// schedule makes j part of the transaction; it is queued once that is in the journal.
func (s *Server) schedule(x *tx, j job, in time.Duration) {
	if j.ID == "" {
		j.ID = newID("job_")
	}
	j.Due = s.now().Add(in).UnixMilli()
	s.jobs.put(x, j.ID, j)
	x.onCommit(func() { s.queue.push(j) })
}

// runJobs works through the queue until ctx ends.
func (s *Server) runJobs(ctx context.Context) {
	defer s.queue.running.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		j, wait, ok := s.queue.next(s.now().UnixMilli())
		if !ok {
			timer.Reset(wait)
			select {
			case <-ctx.Done():
				return
			case <-s.queue.wake:
			case <-timer.C:
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case s.queue.slots <- struct{}{}:
		}
		s.queue.running.Add(1)
		go func() {
			defer func() { <-s.queue.slots; s.queue.running.Done() }()
			s.runJob(ctx, j)
		}()
	}
}

func (s *Server) runJob(ctx context.Context, j job) {
	current := false
	s.db.view(func() {
		row, ok := s.jobs.get(j.ID)
		// A job that was replaced or dropped meanwhile is left in the queue and recognised here.
		current = ok && (row.Due == j.Due || j.Attempt > 0)
	})
	handler, known := s.queue.handlers[j.Kind]
	if !current || !known {
		return
	}
	if again := handler(ctx, j); again > 0 && ctx.Err() == nil {
		j.Attempt++
		j.Due = s.now().Add(again).UnixMilli()
		s.queue.push(j)
	}
}

// finish drops the job and applies its effect in one transaction.
func (s *Server) finish(j job, effect func(*tx) error) time.Duration {
	err := s.db.update(func(x *tx) error {
		s.jobs.drop(x, j.ID)
		return effect(x)
	})
	if err != nil {
		s.log.Error("a job could not be finished", zap.String("kind", j.Kind), zap.Error(err))
	}
	return 0
}

func nothing(*tx) error { return nil }
