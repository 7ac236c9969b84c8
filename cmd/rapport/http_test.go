package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport/postgres/pgtest"
)

func get(t *testing.T, handler http.Handler, path string) (status int, body string) {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))

	return answer.Code, answer.Body.String()
}

func TestHealthPagesTellTheTruth(t *testing.T) {
	t.Parallel()
	_, _, worker := pgtest.New(t)
	pool, err := pgxpool.New(t.Context(), worker)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	registry := newRegistry()
	registry.MustRegister(poolMetrics{pool})
	var missing error
	pages := healthPages(registry, zap.NewNop(), map[string]func(context.Context) error{
		"database": pool.Ping,
		"temporal": func(context.Context) error { return missing },
	})

	status, _ := get(t, pages, "/readyz")
	require.Equal(t, http.StatusNoContent, status)
	missing = errors.New("dial tcp 10.0.0.7: refused")
	status, body := get(t, pages, "/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Equal(t, "temporal does not answer\n", body, "causes are logged, not shown")
	status, _ = get(t, pages, "/healthz")
	require.Equal(t, http.StatusNoContent, status, "a restart would not cure it")
	status, body = get(t, pages, "/metrics")
	require.Equal(t, http.StatusOK, status)
	for _, name := range []string{"go_goroutines", "process_resident_memory_bytes", `rapport_database_connections{state="idle"}`, "rapport_database_connections_limit"} {
		require.Contains(t, body, name)
	}
}

func TestShutdownEndsStreamsAndFinishesRequests(t *testing.T) {
	t.Parallel()
	streaming, endStreams := context.WithCancel(t.Context())
	defer endStreams()
	began, release := make(chan string, 2), make(chan struct{})
	pages, err := listen(t.Context(), "127.0.0.1:0", endingStreams(streaming, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began <- r.URL.Path
		if r.URL.Path == "/v1/stream" {
			<-r.Context().Done()

			return
		}
		select {
		case <-release:
			_, _ = io.WriteString(w, "finished")
		case <-r.Context().Done():
		}
	})), zap.NewNop())
	require.NoError(t, err)

	bodies := make(chan string, 2)
	for _, path := range []string{"/v1/stream", "/v1/session"} {
		go func() {
			res, err := http.Get("http://" + pages.address + path)
			if err != nil {
				bodies <- err.Error()

				return
			}
			defer func() { _ = res.Body.Close() }()
			body, _ := io.ReadAll(res.Body) // what came before an end is asserted
			bodies <- path + " " + string(body)
		}()
		<-began
	}
	endStreams()
	require.Equal(t, "/v1/stream ", <-bodies)
	done := make(chan error, 1)
	go func() { done <- pages.shutdown(t.Context(), time.Minute) }()
	close(release)
	require.Equal(t, "/v1/session finished", <-bodies)
	require.NoError(t, <-done)
}

func TestListenNamesABusyAddress(t *testing.T) {
	t.Parallel()
	first, err := listen(t.Context(), "127.0.0.1:0", http.NotFoundHandler(), zap.NewNop())
	require.NoError(t, err)
	_, err = listen(t.Context(), first.address, http.NotFoundHandler(), zap.NewNop())
	require.ErrorContains(t, err, first.address)
	require.NoError(t, first.shutdown(t.Context(), time.Second))
}

func TestConnectingGivesUpWithTheCause(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	tries := 0
	_, err := retrying(ctx, zap.NewNop(), "the database", func(context.Context) (int, error) {
		if tries++; tries == 2 {
			cancel()
		}

		return 0, errors.New("no route")
	})
	require.ErrorContains(t, err, "the database: no route")
	require.Equal(t, 2, tries)
}
