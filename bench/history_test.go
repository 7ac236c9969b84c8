//go:build bench

package bench

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/proto"
)

// tally is what histories cost: actions as Temporal Cloud bills them, events, and bytes.
type tally struct {
	Actions map[string]int `json:"actions"` // by kind
	Events  map[string]int `json:"events"`  // by type
	Runs    int            `json:"runs"`
	Bytes   int            `json:"bytes"`
}

func newTally() *tally { return &tally{Actions: map[string]int{}, Events: map[string]int{}} }

func sum(m map[string]int) (n int) {
	for _, v := range m {
		n += v
	}
	return n
}

// table shows the tally divided by n.
func (c *tally) table(title string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %.1f actions, %.1f events, %.1f runs, %.0f bytes each of %d\n",
		title, float64(sum(c.Actions))/float64(n), float64(sum(c.Events))/float64(n), float64(c.Runs)/float64(n), float64(c.Bytes)/float64(n), n)
	for _, m := range []map[string]int{c.Actions, c.Events} {
		keys := slices.SortedFunc(maps.Keys(m), func(a, b string) int { return m[b] - m[a] })
		for _, k := range keys {
			fmt.Fprintf(&b, "  %8.2f  %s\n", float64(m[k])/float64(n), k)
		}
	}
	return b.String()
}

// count adds the events of one run. A started run is an action, be it started or continued as new; the local activities of one workflow task are one; whatever
// the server does by itself (workflow tasks, replays, closing) is none.
func (c *tally) count(events []*historypb.HistoryEvent) {
	c.Runs++
	local, other := map[int64]bool{}, map[int64]bool{}
	for _, e := range events {
		kind := strings.TrimPrefix(e.GetEventType().String(), "EVENT_TYPE_")
		c.Events[kind]++
		c.Bytes += proto.Size(e)
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED:
			if e.GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId() != "" {
				c.Actions["continue as new"]++
			} else {
				c.Actions["start"]++
			}
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			c.Actions["activity "+e.GetActivityTaskScheduledEventAttributes().GetActivityType().GetName()]++
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED:
			if retries := int(e.GetActivityTaskStartedEventAttributes().GetAttempt()) - 1; retries > 0 {
				c.Actions["activity retry"] += retries
			}
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			a := e.GetMarkerRecordedEventAttributes()
			if a.GetMarkerName() == "LocalActivity" {
				local[a.GetWorkflowTaskCompletedEventId()] = true
			} else {
				other[a.GetWorkflowTaskCompletedEventId()] = true
			}
		case enumspb.EVENT_TYPE_TIMER_STARTED:
			c.Actions["timer"]++
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
			c.Actions["signal"]++
		case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
			c.Actions["update"]++
		case enumspb.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
			c.Actions["search attributes"]++
		case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			c.Actions["child"] += 2
		default: // free
		}
	}
	c.Actions["local activities of a task"] += len(local)
	c.Actions["markers of a task"] += len(other)
}

// chain reads all runs of a workflow, the last one first.
func chain(ctx context.Context, c client.Client, id string) (runs [][]*historypb.HistoryEvent, err error) {
	for run, more := "", true; more; {
		var events []*historypb.HistoryEvent
		it := c.GetWorkflowHistory(ctx, id, run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		for it.HasNext() {
			e, err := it.Next()
			if err != nil {
				return nil, fmt.Errorf("history of %s: %w", id, err)
			}
			events = append(events, e)
		}
		runs = append(runs, events)
		run = events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
		more = run != ""
	}
	return runs, nil
}

// step is one thing that happens in a bare workflow.
type step struct {
	Op string        `json:"op"` // update | signal | activity | done | local | timer | fired | next
	ID int64         `json:"id,omitempty"`
	In time.Duration `json:"in,omitempty"`
}

// script is the shape of a workflow, over all its runs: what it did in which order, without what it was for.
func script(runs [][]*historypb.HistoryEvent) (steps []step) {
	for r, events := range slices.Backward(runs) {
		base := int64(len(runs)-r) * 1_000_000 // event ids begin anew in each run
		task := int64(0)
		for _, e := range events {
			switch e.GetEventType() {
			case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
				steps = append(steps, step{Op: "update"})
			case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
				steps = append(steps, step{Op: "signal"})
			case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
				steps = append(steps, step{Op: "activity", ID: base + e.GetEventId()})
			case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
				steps = append(steps, step{Op: "done", ID: base + e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()})
			case enumspb.EVENT_TYPE_MARKER_RECORDED:
				if at := e.GetMarkerRecordedEventAttributes().GetWorkflowTaskCompletedEventId(); at != task {
					task = at
					steps = append(steps, step{Op: "local"})
				}
			case enumspb.EVENT_TYPE_TIMER_STARTED:
				steps = append(steps, step{Op: "timer", ID: base + e.GetEventId(), In: e.GetTimerStartedEventAttributes().GetStartToFireTimeout().AsDuration()})
			case enumspb.EVENT_TYPE_TIMER_FIRED:
				steps = append(steps, step{Op: "fired", ID: base + e.GetTimerFiredEventAttributes().GetStartedEventId()})
			case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
				steps = append(steps, step{Op: "next"})
			default: // the server's own
			}
		}
	}
	// What runs on when its lifecycle has ended only waits.
	for len(steps) > 0 && (steps[len(steps)-1].Op == "timer" || steps[len(steps)-1].Op == "fired") {
		steps = steps[:len(steps)-1]
	}
	return steps
}
