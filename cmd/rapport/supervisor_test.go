package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/postgres/pgtest"
)

// asParent names the variable that makes the test binary a supervisor to be killed.
const asParent = "RAPPORT_TEST_SUPERVISOR_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(asParent); dir != "" {
		superviseUntilKilled(dir)
	}
	os.Exit(pgtest.Run(m))
}

// superviseUntilKilled prints the child's number once it runs.
func superviseUntilKilled(dir string) {
	sup, err := newSupervisor(dir, &terminal{w: os.Stderr})
	if err == nil {
		err = sup.start(context.Background(), shell("child", "echo up; exec sleep 600"))
	}
	if err != nil {
		panic(err)
	}
	_, _ = os.Stdout.WriteString(strconv.Itoa(sup.pid("child")) + "\n")
	select {}
}

// shell is a program that is ready when it has written "up".
func shell(name, script string) program {
	return program{
		name: name, path: "/bin/sh", args: []string{"-c", script}, env: os.Environ(),
		stop: syscall.SIGTERM, kill: syscall.SIGKILL, grace: 5 * time.Second,
		ready: func(_ context.Context, output func() []byte) error {
			if strings.Contains(string(output()), "up\n") {
				return nil
			}

			return errors.New("not up")
		},
		warns: func(line string) bool { return strings.HasPrefix(line, "warning") },
	}
}

// screen is a terminal whose text can be read while it is written.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()

	return s.text.String()
}

func newTestSupervisor(t *testing.T, dir string) (*supervisor, *screen) {
	t.Helper()
	out := &screen{}
	sup, err := newSupervisor(dir, &terminal{w: out})
	require.NoError(t, err)
	t.Cleanup(func() { _ = sup.stopAll() })

	return sup, out
}

func TestSupervisorStopsInReverseOrder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sup, _ := newTestSupervisor(t, dir)
	order := filepath.Join(dir, "order")
	for _, name := range []string{"first", "second", "third"} {
		require.NoError(t, sup.start(t.Context(), shell(name, "trap 'echo "+name+" >> "+order+"; exit 0' TERM; echo up; while :; do sleep 0.05; done")))
		require.FileExists(t, sup.pidPath(name))
	}
	require.NoError(t, sup.stopAll())
	text, err := os.ReadFile(order)
	require.NoError(t, err)
	require.Equal(t, "third\nsecond\nfirst\n", string(text))
	require.NoFileExists(t, sup.pidPath("first"))
}

func TestSupervisorStartsADeadChildAgain(t *testing.T) {
	t.Parallel()
	sup, out := newTestSupervisor(t, t.TempDir())
	require.NoError(t, sup.start(t.Context(), shell("child", "echo up; exec sleep 600")))
	first := sup.pid("child")
	require.NoError(t, syscall.Kill(first, syscall.SIGKILL))
	require.Eventually(t, func() bool { pid := sup.pid("child"); return pid != 0 && pid != first }, 10*time.Second, 20*time.Millisecond)
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "runs again") }, 10*time.Second, 20*time.Millisecond)
	require.Contains(t, out.String(), "child (process "+strconv.Itoa(first)+") ended unexpectedly: signal: killed. Starting it again in 500ms.")
}

func TestSupervisorTellsWhyAChildDidNotStart(t *testing.T) {
	t.Parallel()
	sup, _ := newTestSupervisor(t, t.TempDir())
	err := sup.start(t.Context(), shell("child", "echo the disk is full; exit 7"))
	require.ErrorContains(t, err, "child ended before it was ready (exit status 7)")
	require.ErrorContains(t, err, "the disk is full")
}

func TestSupervisorEchoesWarnings(t *testing.T) {
	t.Parallel()
	sup, out := newTestSupervisor(t, t.TempDir())
	require.NoError(t, sup.start(t.Context(), shell("child", "echo up; echo nothing special; echo warning: it is late; exec sleep 600")))
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "child: warning: it is late\n") }, 10*time.Second, 20*time.Millisecond)
	require.NotContains(t, out.String(), "nothing special")
}

func TestSupervisorKillsWhatDoesNotStop(t *testing.T) {
	t.Parallel()
	sup, out := newTestSupervisor(t, t.TempDir())
	stubborn := shell("child", "trap '' TERM; echo up; while :; do sleep 0.05; done")
	stubborn.grace = 200 * time.Millisecond
	require.NoError(t, sup.start(t.Context(), stubborn))
	pid := sup.pid("child")
	require.NoError(t, sup.stopAll())
	require.Empty(t, birth(t.Context(), pid))
	require.Contains(t, out.String(), "did not stop within 200ms")
}

func TestSupervisorKillAllDoesNotWait(t *testing.T) {
	t.Parallel()
	sup, _ := newTestSupervisor(t, t.TempDir())
	stubborn := shell("child", "trap '' TERM; echo up; while :; do sleep 0.05; done")
	stubborn.grace = time.Minute
	require.NoError(t, sup.start(t.Context(), stubborn))
	sup.killAll()
	require.NoError(t, sup.stopAll())
}

// killedParent runs a supervisor in a process of its own, kills it, and gives the number of the child.
func killedParent(t *testing.T, dir string) int {
	t.Helper()
	parent := exec.Command(os.Args[0], "-test.run=^$")
	parent.Env = append(os.Environ(), asParent+"="+dir)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	require.NoError(t, err)
	require.NotEmpty(t, birth(t.Context(), pid))
	require.NoError(t, parent.Process.Kill())
	_ = parent.Wait() // killed

	return pid
}

func TestSupervisorStopsLeftoversOfAKilledParent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pid := killedParent(t, dir)
	sup, _ := newTestSupervisor(t, dir)
	require.NoError(t, sup.stopLeftovers(t.Context(), "child"))
	require.Empty(t, birth(t.Context(), pid))
	require.NoFileExists(t, sup.pidPath("child"))
}

func TestSupervisorLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	sup, out := newTestSupervisor(t, t.TempDir())
	stranger := exec.Command("sleep", "600")
	require.NoError(t, stranger.Start())
	t.Cleanup(func() {
		_ = stranger.Process.Kill()
		_ = stranger.Wait()
	})
	require.NoError(t, pidFile{pid: stranger.Process.Pid, birth: "another life", stop: syscall.SIGTERM}.write(sup.pidPath("child")))
	require.NoError(t, sup.stopLeftovers(t.Context(), "child"))
	require.NotEmpty(t, birth(t.Context(), stranger.Process.Pid))
	require.Empty(t, out.String())
}
