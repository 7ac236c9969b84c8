package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// serveStranger starts a server that the client may reach, but as one that is not ours.
func serveStranger(t *testing.T, pause time.Duration, handler http.HandlerFunc) (string, *Client) {
	t.Helper()

	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	c, err := New(Config{Allow: []string{"127.0.0.0/8"}, Pause: pause})
	require.NoError(t, err)

	return server.URL, c
}

func TestAHostIsAskedOneThingAtATimeWithPauses(t *testing.T) {
	t.Parallel()

	const pause = 50 * time.Millisecond

	var (
		now, most atomic.Int32
		mu        sync.Mutex
		begun     []time.Time
	)

	base, c := serveStranger(t, pause, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		begun = append(begun, time.Now())
		mu.Unlock()

		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)

		if r.URL.Path == "/short" {
			http.Redirect(w, r, "/long", http.StatusFound)
		}
	})

	done := make(chan error)
	for range 3 {
		go func() {
			_, err := c.Get(t.Context(), base+"/short")
			done <- err
		}()
	}

	for range 3 {
		require.NoError(t, <-done)
	}

	require.Len(t, begun, 6)
	require.Equal(t, int32(1), most.Load())
	require.GreaterOrEqual(t, begun[5].Sub(begun[0]), 4*pause, "the pauses are kept, redirects included")

	// Another host does not wait for it.
	c.turns.rest("127.0.0.1", time.Hour)
	turn, err := c.turns.take(t.Context(), "p.example")
	require.NoError(t, err)
	c.turns.leave(turn)
}

func TestWhatIsOursIsAskedWithoutPauses(t *testing.T) {
	t.Parallel()

	base, c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	c.turns.pause = time.Hour

	for range 3 {
		page, err := c.Get(t.Context(), base)
		require.ErrorIs(t, err, ErrBusy)
		require.Equal(t, http.StatusServiceUnavailable, page.Status, "it was asked")
	}

	require.Empty(t, c.turns.hosts)
}

func TestWaitsEndWithTheContext(t *testing.T) {
	t.Parallel()

	reached, release := make(chan struct{}), make(chan struct{})
	base, c := serveStranger(t, time.Hour, func(http.ResponseWriter, *http.Request) {
		close(reached)
		<-release
	})

	done := make(chan error, 1)
	go func() {
		_, err := c.Get(t.Context(), base)
		done <- err
	}()
	<-reached

	// Behind a request that runs.
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()

	_, err := c.Get(ctx, base)
	require.ErrorIs(t, err, ErrUnreachable)

	close(release)
	require.NoError(t, <-done)

	// In a pause that the context would not outlive, and in one that it might.
	ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	_, err = c.Get(ctx, base)
	require.ErrorIs(t, err, ErrUnreachable)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()

	_, err = c.Get(ctx, base)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, c.turns.hosts["127.0.0.1"].users)
}

func TestABusyHostIsLeftAlone(t *testing.T) {
	t.Parallel()

	var asked atomic.Int32

	base, c := serveStranger(t, time.Millisecond, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)

		if r.URL.Path == "/busy" {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, "slower")
		}
	})

	page, err := c.Get(t.Context(), base+"/busy")

	var busy *BusyError
	require.ErrorAs(t, err, &busy)
	require.Equal(t, 2*time.Minute, busy.Wait)
	require.Equal(t, "fetch: host is busy for 2m0s", err.Error())
	require.Equal(t, "slower", page.Text)

	_, err = c.Get(t.Context(), base+"/other")
	require.ErrorIs(t, err, ErrBusy)
	require.ErrorAs(t, err, &busy)
	require.Greater(t, busy.Wait, time.Minute)
	require.Equal(t, int32(1), asked.Load())

	_, err = Poster{c}.FetchPost(t.Context(), base+"/other")
	require.ErrorIs(t, err, ErrBusy)

	// Once the time is over it is asked again.
	c.turns.rest("127.0.0.1", 0)

	_, err = c.Get(t.Context(), base+"/other")
	require.NoError(t, err)
}

func TestBusyFor(t *testing.T) {
	t.Parallel()

	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		status int
		after  string
		want   time.Duration
	}{
		{http.StatusTooManyRequests, "30", 30 * time.Second},
		{http.StatusServiceUnavailable, "999999", maxRetryAfter},
		{http.StatusServiceUnavailable, "Sun, 01 Mar 2026 12:01:00 GMT", time.Minute},
		{http.StatusServiceUnavailable, "Sun, 01 Mar 2020 12:01:00 GMT", 0},
		{http.StatusServiceUnavailable, "", 0},
		{http.StatusTooManyRequests, "-1", 0},
		{http.StatusTooManyRequests, "99999999999999999999", 0},
		{http.StatusTooManyRequests, "soon", 0},
		{http.StatusOK, "30", 0},
		{http.StatusInternalServerError, "30", 0},
	} {
		res := &http.Response{StatusCode: tc.status, Header: http.Header{"Retry-After": {tc.after}}}
		require.Equal(t, tc.want, busyFor(res, now), tc)
	}
}

func TestManyHostsDoNotFillTheMemory(t *testing.T) {
	t.Parallel()

	polite := newTurns(time.Hour)
	held, err := polite.take(t.Context(), "held.example")
	require.NoError(t, err)

	for i := range 3 * maxHosts {
		turn, err := polite.take(t.Context(), fmt.Sprintf("h%d.example", i))
		require.NoError(t, err)
		polite.leave(turn)
	}

	require.LessOrEqual(t, len(polite.hosts), maxHosts)
	require.Same(t, held, polite.hosts["held.example"], "what is in use is kept")

	// Hosts whose pause is over go first.
	brief := newTurns(time.Nanosecond)
	turn, err := brief.take(t.Context(), "busy.example")
	require.NoError(t, err)
	brief.rest("busy.example", time.Hour)
	brief.leave(turn)

	for i := range 2 * maxHosts {
		turn, err := brief.take(t.Context(), fmt.Sprintf("h%d.example", i))
		require.NoError(t, err)
		brief.leave(turn)
	}

	_, err = brief.take(t.Context(), "busy.example")
	require.ErrorIs(t, err, ErrBusy)
}
