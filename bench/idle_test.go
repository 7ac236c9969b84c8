//go:build bench

package bench

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.uber.org/zap"

	"rapport"
	"rapport/api"
	"rapport/postgres"
	"rapport/worker"
	"rapport/workflows"
)

// idle is a campaign whose partnerships have been invited and wait for three days of twenty minutes.
func idle() shape {
	s := standard()
	s.daySeconds = 1200
	return s
}

// TestIdle measures what idle partnerships cost a worker, how fast one that it has forgotten wakes, and what the API adds to a
// command.
func TestIdle(t *testing.T) {
	w := newWorld(t)
	w.sandboxHere()
	p := w.startWorker()
	w.found(idle())
	ids := w.idle(crowd(), "Idle")
	rss := round(p.settled(), 1)
	t.Logf("%d idle: worker %.1f MB", len(ids), rss)
	p.kill(15)

	p = w.startWorker()
	wakes := make([]time.Duration, 0, 500)
	for _, id := range ids[:len(ids)/2] {
		began := time.Now()
		w.update(id, rapport.CmdPause)
		wakes = append(wakes, time.Since(began))
	}
	cold := round(float64(p99(wakes).Microseconds())/1000, 1)
	t.Logf("cold wake: median %s, p99 %s", median(wakes), p99(wakes))

	commands, straight, bare := w.compare(ids[len(ids)/2 : len(ids)*8/10])
	ratio := round(p99(commands).Seconds()/p99(bare).Seconds(), 2)
	for name, d := range map[string][]time.Duration{"a command by the API": commands, "an update straight to the partnership": straight, "an update to a workflow that does nothing": bare} {
		t.Logf("%s: median %s, p90 %s, p99 %s", name, median(d), sorted(d)[len(d)*9/10], p99(d))
	}
	p.kill(15)

	f := readFigures(t)
	f.WorkerRSS1000, f.ColdWakeP99, f.CommandP99Ratio = &rss, &cold, &ratio
	if full() {
		p = w.startWorker()
		w.found(idle())
		w.idle(10_000, "Crowd")
		many := round(p.settled(), 1)
		t.Logf("10,000 idle: worker %.1f MB, %.2f times that with 1,000", many, many/rss)
		f.WorkerRSS10000 = &many
	}
	write(t, latest, f)
}

// crowd is how many idle partnerships there are; fewer serve to try the measurement itself.
func crowd() int {
	if n, err := strconv.Atoi(os.Getenv("RAPPORT_BENCH_IDLE")); err == nil && n > 0 {
		return n
	}
	return 1000
}

// idle starts n partnerships and waits until each has been invited and sleeps.
func (w *world) idle(n int, name string) []uuid.UUID {
	w.t.Helper()
	ids := w.begin(n, idle(), name)
	until(w.t, 30*time.Minute, "everybody to be invited", func(context.Context) bool {
		return w.number(`select count(*) from partnership_events e join partnerships p on p.id = e.partnership_id where p.campaign_id = $1 and e.kind = 'mail_sent'`, w.campaign) == n
	})
	return ids
}

// settled is the resident memory once the runtime has had time to give back what the work needed.
func (p *process) settled() float64 {
	last := p.rss()
	for range 12 {
		<-time.After(5 * time.Second)
		now := p.rss()
		if diff := now - last; diff < 1 && diff > -1 {
			return now
		}
		last = now
	}
	return last
}

func sorted(d []time.Duration) []time.Duration { return slices.Sorted(slices.Values(d)) }

func median(d []time.Duration) time.Duration { return sorted(d)[len(d)/2] }

func p99(d []time.Duration) time.Duration { return sorted(d)[(len(d)*99-1)/100] }

// update sends a command straight to the workflow.
func (w *world) update(id uuid.UUID, kind rapport.CommandKind) {
	w.t.Helper()
	cmd := rapport.Command{ID: uuid.New(), Kind: kind, Actor: w.ops}
	h, err := w.client.UpdateWorkflow(w.t.Context(), client.UpdateWorkflowOptions{
		UpdateID: hex.EncodeToString(cmd.ID[:]), WorkflowID: workflows.PartnershipID(id), UpdateName: workflows.UpdateCommand, Args: []any{cmd}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	require.NoError(w.t, err)
	require.NoError(w.t, h.Get(w.t.Context(), nil))
}

// button serves the API and signs a person in; it answers what presses a button.
func (w *world) button(who uuid.UUID) func(path string, body any) int {
	w.t.Helper()
	ctx := w.t.Context()
	const password = "correct horse battery"
	email := "button." + who.String() + "@house.example"
	w.exec(`update users set email = $2, password_hash = $3 where id = $1`, who, email, api.HashPassword(password))
	store, err := postgres.Open(ctx, w.pg.url("rapport_api", "rapport"))
	require.NoError(w.t, err)
	w.t.Cleanup(store.Close)
	dispatch := worker.NewDispatcher(w.client, store, 5*time.Second)
	dispatch.LeaveTaken = true // as the server does
	server, err := api.New(api.Config{
		Store: store, Workflows: dispatch, Log: zap.NewNop(), PublicURL: "https://rapport.example",
		Secret: []byte(codecKey), Metrics: prometheus.NewRegistry(),
	})
	require.NoError(w.t, err)
	web := httptest.NewServer(server.Handler())
	w.t.Cleanup(web.Close)
	cookie := ""
	send := func(path string, body any) int {
		raw, err := json.Marshal(body)
		require.NoError(w.t, err)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, web.URL+path, bytes.NewReader(raw))
		require.NoError(w.t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Cookie", cookie)
		req.Header.Set("Idempotency-Key", uuid.NewString())
		res, err := http.DefaultClient.Do(req)
		require.NoError(w.t, err)
		defer res.Body.Close()
		_, err = io.Copy(io.Discard, res.Body) // so that the connection is used again, as a browser's is
		require.NoError(w.t, err)
		for _, c := range res.Cookies() {
			cookie = c.Name + "=" + c.Value
		}
		return res.StatusCode
	}
	require.Equal(w.t, http.StatusOK, send("/v1/session", map[string]string{"email": email, "password": password}))
	return send
}

// stills starts a workflow that does nothing for each id, on a worker that does nothing else, and answers the client to update them by.
func (w *world) stills(ids []uuid.UUID) client.Client {
	w.t.Helper()
	plain, err := client.Dial(client.Options{HostPort: w.address, Namespace: namespace, Logger: quiet{}})
	require.NoError(w.t, err)
	w.t.Cleanup(plain.Close)
	nobody := sdkworker.New(plain, floorQueue, sdkworker.Options{})
	nobody.RegisterWorkflowWithOptions(still, workflow.RegisterOptions{Name: "Still"})
	require.NoError(w.t, nobody.Start())
	w.t.Cleanup(nobody.Stop)
	for _, id := range ids { // all are started and warm before the clock runs
		_, err := plain.ExecuteWorkflow(w.t.Context(), client.StartWorkflowOptions{ID: "still/" + id.String(), TaskQueue: floorQueue}, "Still")
		require.NoError(w.t, err)
	}
	return plain
}

// bareUpdate is how long an update takes to a workflow that does nothing.
func (w *world) bareUpdate(plain client.Client, id uuid.UUID) time.Duration {
	w.t.Helper()
	began := time.Now()
	h, err := plain.UpdateWorkflow(w.t.Context(), client.UpdateWorkflowOptions{WorkflowID: "still/" + id.String(), UpdateName: "update", WaitForStage: client.WorkflowUpdateStageCompleted})
	require.NoError(w.t, err)
	require.NoError(w.t, h.Get(w.t.Context(), nil))
	return time.Since(began)
}

// compare sends a command by the API, the same straight to the workflow, and a bare update in turn, so that all meet the same
// machine: people's buttons on partnerships that the worker knows, and a workflow that does nothing on a worker that does nothing else.
func (w *world) compare(ids []uuid.UUID) (commands, straight, bare []time.Duration) {
	w.t.Helper()
	send, plain := w.button(w.ops), w.stills(ids)
	for i := range 2 * len(ids) {
		id := ids[i%len(ids)]
		command, undo := rapport.CmdResume, rapport.CmdPause
		began := time.Now()
		w.update(id, undo)
		straight = append(straight, time.Since(began))
		began = time.Now()
		status := send("/v1/partnerships/"+id.String()+"/commands", map[string]any{"command": command})
		commands = append(commands, time.Since(began))
		require.Equal(w.t, http.StatusOK, status)
		bare = append(bare, w.bareUpdate(plain, id))
	}
	return commands, straight, bare
}

// still takes updates and waits for ever.
func still(ctx workflow.Context) error {
	if err := workflow.SetUpdateHandler(ctx, "update", func(workflow.Context) error { return nil }); err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return false })
}
