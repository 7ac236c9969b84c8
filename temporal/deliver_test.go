package temporal_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	sdktemporal "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"rapport/temporal"
	"rapport/temporal/devtest"
)

const queue = "queue"

// The echo workflow: it counts amounts that signals and updates bring and ends on the signal "end".
type (
	amount struct {
		Amount int64 `json:"amount"`
	}
	decided struct {
		Total int64 `json:"total"`
	}
)

func echo(ctx workflow.Context, start amount) (int64, error) {
	total := start.Amount
	done, renewed, stuck := false, false, false
	options := workflow.UpdateHandlerOptions{Validator: func(a amount) error {
		if a.Amount < 0 {
			return sdktemporal.NewApplicationError("amounts only grow", "negative", decided{Total: total})
		}

		return nil
	}}
	add := func(_ workflow.Context, a amount) (decided, error) {
		total += a.Amount
		if total > 1000 {
			return decided{}, sdktemporal.NewApplicationError("too much", "limit")
		}

		return decided{Total: total}, nil
	}
	hang := func(ctx workflow.Context, _ amount) error {
		stuck = true

		return workflow.Await(ctx, func() bool { return false })
	}
	forget := func(workflow.Context, amount) error { return sdktemporal.NewCanceledError() }
	for name, handler := range map[string]any{"hang": hang, "forget": forget} {
		if err := workflow.SetUpdateHandler(ctx, name, handler); err != nil {
			return 0, err
		}
	}
	if err := workflow.SetUpdateHandlerWithOptions(ctx, "add", add, options); err != nil {
		return 0, err
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var a amount
			workflow.GetSignalChannel(ctx, "add").Receive(ctx, &a)
			total += a.Amount
		}
	})
	workflow.Go(ctx, func(ctx workflow.Context) { workflow.GetSignalChannel(ctx, "end").Receive(ctx, nil); done = true })
	workflow.Go(ctx, func(ctx workflow.Context) { workflow.GetSignalChannel(ctx, "renew").Receive(ctx, nil); renewed = true })
	if err := workflow.Await(ctx, func() bool { return done || renewed && stuck }); err != nil {
		return 0, err
	}
	if done {
		return total, nil
	}

	return 0, workflow.NewContinueAsNewError(ctx, "echo", amount{Amount: total})
}

func key() []byte { return []byte(strings.Repeat("k", 32)) }

func connect(t *testing.T, server devtest.Server) client.Client {
	t.Helper()
	c, err := temporal.Dial(t.Context(), temporal.Config{Address: server.Address, Namespace: server.Namespace, CodecKey: key()})
	require.NoError(t, err)
	t.Cleanup(c.Close)

	return c
}

func serve(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, queue, worker.Options{Interceptors: []interceptor.WorkerInterceptor{temporal.NewInterceptor()}})
	w.RegisterWorkflowWithOptions(echo, workflow.RegisterOptions{Name: "echo"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
}

func startOf(id string) temporal.Delivery {
	return temporal.Delivery{
		Kind: temporal.DeliverStart, WorkflowID: id, Workflow: "echo", TaskQueue: queue, Input: json.RawMessage(`{"amount":1}`),
		SearchAttributes: sdktemporal.NewSearchAttributes(temporal.KeyBrand.ValueSet("open")),
		Summary:          "counts amounts",
	}
}

func signalTo(id, name, input string) temporal.Delivery {
	return temporal.Delivery{Kind: temporal.DeliverSignal, WorkflowID: id, Name: name, Input: json.RawMessage(input)}
}

func updateOf(id, name, input string) temporal.Delivery {
	return temporal.Delivery{
		Kind: temporal.DeliverUpdate, WorkflowID: id, Name: name, UpdateID: uuid.NewString(), Input: json.RawMessage(input),
	}
}

func TestDeliver(t *testing.T) {
	t.Parallel()
	server := devtest.Start(t)
	c := connect(t, server)
	serve(t, c)
	d := temporal.NewDeliverer(c, 10*time.Second)
	// A worker that is not there is waited for briefly only.
	impatient := temporal.NewDeliverer(c, 500*time.Millisecond)

	ok := func(t *testing.T, del temporal.Delivery) temporal.Verdict {
		t.Helper()
		v, err := d.Deliver(t.Context(), del)
		require.NoError(t, err)
		require.Nil(t, v.Refused)

		return v
	}
	refused := func(t *testing.T, del temporal.Delivery) temporal.Refusal {
		t.Helper()
		v, err := d.Deliver(t.Context(), del)
		require.NoError(t, err)
		require.NotNil(t, v.Refused)
		require.Nil(t, v.Result)

		return *v.Refused
	}
	result := func(t *testing.T, id string) int64 {
		t.Helper()
		var total int64
		require.NoError(t, c.GetWorkflow(t.Context(), id, "").Get(t.Context(), &total))

		return total
	}
	started := func(t *testing.T) string {
		t.Helper()
		id := uuid.NewString()
		ok(t, startOf(id))

		return id
	}

	t.Run("start twice, running and closed", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		ok(t, startOf(id))
		ok(t, signalTo(id, "end", ""))
		require.EqualValues(t, 1, result(t, id))
		run, err := c.DescribeWorkflowExecution(t.Context(), id, "")
		require.NoError(t, err)
		ok(t, startOf(id))
		again, err := c.DescribeWorkflowExecution(t.Context(), id, "")
		require.NoError(t, err)
		require.Equal(t, run.GetWorkflowExecutionInfo().GetExecution(), again.GetWorkflowExecutionInfo().GetExecution())
		require.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED, again.GetWorkflowExecutionInfo().GetStatus())
	})
	t.Run("payloads and summary are encrypted, attributes are not", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		d, err := c.DescribeWorkflowExecution(t.Context(), id, "")
		require.NoError(t, err)
		var stage string
		require.NoError(t, converter.GetDefaultDataConverter().FromPayload(
			d.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields()["RapportBrand"], &stage))
		require.Equal(t, "open", stage)
		require.NotContains(t, d.String(), "counts amounts")
		events := c.GetWorkflowHistory(t.Context(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		first, err := events.Next()
		require.NoError(t, err)
		require.NotContains(t, first.String(), "amount")
	})
	t.Run("signal", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		ok(t, signalTo(id, "add", `{"amount":20}`))
		ok(t, signalTo(id, "end", ""))
		require.EqualValues(t, 21, result(t, id))
	})
	t.Run("update once per id", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		del := updateOf(id, "add", `{"amount":20}`)
		require.JSONEq(t, `{"total":21}`, string(ok(t, del).Result))
		require.JSONEq(t, `{"total":21}`, string(ok(t, del).Result))
		ok(t, signalTo(id, "end", ""))
		require.EqualValues(t, 21, result(t, id))
		require.JSONEq(t, `{"total":21}`, string(ok(t, del).Result), "an answer that was lost is still given after the end")
	})
	t.Run("update refused by the validator", func(t *testing.T) {
		t.Parallel()
		r := refused(t, updateOf(started(t), "add", `{"amount":-1}`))
		require.Equal(t, "negative", r.Code)
		require.Equal(t, "amounts only grow", r.Message)
		require.JSONEq(t, `{"total":1}`, string(r.Details))
	})
	t.Run("update refused by the handler", func(t *testing.T) {
		t.Parallel()
		r := refused(t, updateOf(started(t), "add", `{"amount":5000}`))
		require.Equal(t, temporal.Refusal{Code: "limit", Message: "too much"}, r)
	})
	t.Run("update that ended without a code", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, temporal.RefusedUnknown, refused(t, updateOf(started(t), "forget", `{}`)).Code)
	})
	t.Run("histories replay under the same key only", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		ok(t, updateOf(id, "add", `{"amount":20}`))
		ok(t, signalTo(id, "end", ""))
		result(t, id)
		dc, err := temporal.NewDataConverter(key())
		require.NoError(t, err)
		require.NoError(t, replay(t, c, id, dc))
		require.Error(t, replay(t, c, id, converter.GetDefaultDataConverter()))
	})
	t.Run("missing", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, temporal.RefusedMissing, refused(t, signalTo("nobody", "add", `{}`)).Code)
		require.Equal(t, temporal.RefusedMissing, refused(t, updateOf("nobody", "add", `{}`)).Code)
	})
	t.Run("closed", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		ok(t, signalTo(id, "end", ""))
		result(t, id)
		require.Equal(t, temporal.RefusedClosed, refused(t, signalTo(id, "add", `{}`)).Code)
		require.Equal(t, temporal.RefusedClosed, refused(t, updateOf(id, "add", `{}`)).Code)
	})
	t.Run("ended while the update was under way", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		del := updateOf(id, "hang", `{}`)
		_, err := impatient.Deliver(t.Context(), del)
		require.ErrorIs(t, err, temporal.ErrNoVerdict)
		ok(t, signalTo(id, "end", ""))
		require.Equal(t, temporal.RefusedClosed, refused(t, del).Code)
	})
	t.Run("continued as new while the update was under way", func(t *testing.T) {
		t.Parallel()
		id := started(t)
		del := updateOf(id, "hang", `{}`)
		answered := make(chan error, 1)
		go func() {
			_, err := d.Deliver(t.Context(), del)
			answered <- err
		}()
		ok(t, signalTo(id, "renew", ""))
		require.ErrorIs(t, <-answered, temporal.ErrNoVerdict)
		require.JSONEq(t, `{"total":2}`, string(ok(t, updateOf(id, "add", `{"amount":1}`)).Result))
	})
	t.Run("a worker that does not know the update", func(t *testing.T) {
		t.Parallel()
		_, err := d.Deliver(t.Context(), updateOf(started(t), "subtract", `{}`))
		require.ErrorIs(t, err, temporal.ErrNoVerdict)
	})
	t.Run("no worker", func(t *testing.T) {
		t.Parallel()
		id := uuid.NewString()
		del := startOf(id)
		del.TaskQueue = "nobody"
		ok(t, del)
		ok(t, signalTo(id, "add", `{"amount":1}`))
		_, err := impatient.Deliver(t.Context(), updateOf(id, "add", `{"amount":1}`))
		require.ErrorIs(t, err, temporal.ErrNoVerdict)
	})
	t.Run("never right", func(t *testing.T) {
		t.Parallel()
		unknown := startOf(uuid.NewString())
		unknown.SearchAttributes = sdktemporal.NewSearchAttributes(sdktemporal.NewSearchAttributeKeyKeyword("Nowhere").ValueSet("x"))
		noID := updateOf("id", "add", `{}`)
		noID.UpdateID = ""
		for name, del := range map[string]temporal.Delivery{
			"unknown attribute": unknown,
			"no update id":      noID,
			"no JSON":           signalTo("id", "add", `{`),
			"no name":           signalTo("id", "", `{}`),
			"no workflow id":    signalTo("", "add", `{}`),
			"no type":           {Kind: temporal.DeliverStart, WorkflowID: "id"},
			"no kind":           {WorkflowID: "id"},
		} {
			_, err := d.Deliver(t.Context(), del)
			require.Error(t, err, name)
			require.NotErrorIs(t, err, temporal.ErrNoVerdict, name)
		}
	})
	t.Run("no server", func(t *testing.T) {
		t.Parallel()
		lost, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1", Namespace: server.Namespace})
		require.NoError(t, err)
		defer lost.Close()
		for _, del := range []temporal.Delivery{startOf("id"), signalTo("id", "add", `{}`), updateOf("id", "add", `{}`)} {
			_, err := temporal.NewDeliverer(lost, 300*time.Millisecond).Deliver(t.Context(), del)
			require.ErrorIs(t, err, temporal.ErrNoVerdict, del.Kind)
		}
	})
}

func replay(t *testing.T, c client.Client, id string, dc converter.DataConverter) error {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		DataConverter: dc, FailureConverter: temporal.NewFailureConverter(dc, true),
	})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(echo, workflow.RegisterOptions{Name: "echo"})

	return replayer.ReplayWorkflowExecution(t.Context(), c.WorkflowService(), nil, devtest.Namespace, workflow.Execution{ID: id})
}
