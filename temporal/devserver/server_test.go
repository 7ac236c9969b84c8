package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

func TestServesWorkflowsInMemory(t *testing.T) {
	t.Parallel()
	line := launch(t, "--ephemeral", "--port", "0", "--ui-port", "0")
	require.Empty(t, line.DB)
	require.Empty(t, line.UI)

	c := dial(t, line.Address)
	w := worker.New(c, "queue", worker.Options{})
	w.RegisterWorkflowWithOptions(sleepy, workflow.RegisterOptions{Name: "sleepy"})
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)

	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "one", TaskQueue: "queue"}, "sleepy", 100*time.Millisecond)
	require.NoError(t, err)
	var took time.Duration
	require.NoError(t, run.Get(t.Context(), &took))
	require.Less(t, took, time.Second, "a timer fires within the configured shift, not up to a second late")
}

func TestFileOutlivesTheServer(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	first, stop := begin(t, "--dir", dir, "--port", "0", "--ui-port", "0")
	require.Equal(t, filepath.Join(dir, fileName()), first.DB)
	kept := client.StartWorkflowOptions{ID: "kept", TaskQueue: "nobody"}
	_, err := dial(t, first.Address).ExecuteWorkflow(t.Context(), kept, "sleepy", time.Second)
	require.NoError(t, err)

	err = run(t.Context(), []string{"--dir", dir, "--port", "0", "--ui-port", "0"}, nil, io.Discard)
	require.ErrorContains(t, err, "another temporal-devserver")
	require.NoError(t, stop())

	second := launch(t, "--dir", dir, "--port", "0", "--ui-port", "0", "--retention", "48h")
	c := dial(t, second.Address)
	_, err = c.DescribeWorkflowExecution(t.Context(), "kept", "")
	require.NoError(t, err)

	ns, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: "rapport"})
	require.NoError(t, err)
	require.Equal(t, 48*time.Hour, ns.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration())
	attrs, err := c.OperatorService().ListSearchAttributes(t.Context(), &operatorservice.ListSearchAttributesRequest{Namespace: "rapport"})
	require.NoError(t, err)
	require.Equal(t, searchAttributes(), attrs.GetCustomAttributes())
}

func TestServesTheUI(t *testing.T) {
	t.Parallel()
	ports, err := reserve(t.Context(), "127.0.0.1", []claim{{}})
	require.NoError(t, err)
	line := launch(t, "--ephemeral", "--port", "0", "--ui-port", strconv.Itoa(ports[0]))
	require.NoError(t, answers(t.Context(), line.UI))
}

func TestStopsWithItsParent(t *testing.T) {
	t.Parallel()
	stdin, parent := io.Pipe()
	out, stdout := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- run(t.Context(), []string{"--ephemeral", "--port", "0", "--ui-port", "0", "--with-parent"}, stdin, stdout)
	}()
	_, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, parent.Close())
	require.NoError(t, <-done)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	busy, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, busy.Close()) })
	_, port, err := net.SplitHostPort(busy.Addr().String())
	require.NoError(t, err)

	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"busy port":         {[]string{"--ephemeral", "--port", port, "--ui-port", "0"}, "(gRPC frontend) on 127.0.0.1 is in use"},
		"busy UI port":      {[]string{"--ephemeral", "--port", "0", "--ui-port", port}, "choose another with --ui-port"},
		"busy metrics":      {[]string{"--ephemeral", "--port", "0", "--ui-port", "0", "--metrics-port", port}, "with --metrics-port"},
		"public address":    {[]string{"--ip", "0.0.0.0"}, "no loopback address"},
		"no address":        {[]string{"--ip", "localhost"}, "no loopback address"},
		"short retention":   {[]string{"--retention", "1m"}, "minimum"},
		"port out of range": {[]string{"--port", "70000"}, "--port 70000 is no port"},
		"no namespace":      {[]string{"--namespace", ""}, "--namespace is empty"},
		"no directory":      {[]string{"--dir", ""}, "--dir is empty"},
		"level":             {[]string{"--log-level", "loud"}, "--log-level"},
		"argument":          {[]string{"serve"}, `unexpected argument "serve"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			err := run(t.Context(), test.args, nil, &out)
			require.ErrorContains(t, err, test.want)
			require.Empty(t, out.String())
		})
	}
}

// sleepy sleeps and returns how long that took.
func sleepy(ctx workflow.Context, d time.Duration) (time.Duration, error) {
	begun := workflow.Now(ctx)
	err := workflow.Sleep(ctx, d)

	return workflow.Now(ctx).Sub(begun), err
}

// launch runs the server until the test ends.
func launch(t *testing.T, args ...string) ready {
	t.Helper()
	line, stop := begin(t, args...)
	t.Cleanup(func() { require.NoError(t, stop()) })

	return line
}

// begin runs the server and returns its ready line and what stops it.
func begin(t *testing.T, args ...string) (ready, func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out, stdout := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, args, strings.NewReader(""), stdout)
		_ = stdout.CloseWithError(err)
		done <- err
	}()
	text, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	var line ready
	require.NoError(t, json.Unmarshal([]byte(text), &line))
	require.True(t, line.Ready)

	return line, func() error {
		cancel()

		return <-done
	}
}

func dial(t *testing.T, address string) client.Client {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: address, Namespace: "rapport"})
	require.NoError(t, err)
	t.Cleanup(c.Close)

	return c
}
