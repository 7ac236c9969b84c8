// Package devtest starts the embedded Temporal server for tests.
package devtest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Environment variable that names the server's program. Without it, bin/temporal-devserver in the
// repository is used.
const binaryEnv = "RAPPORT_DEVSERVER"

// Namespace is the one namespace of every Server; its search attributes exist.
const Namespace = "rapport"

const (
	attempts     = 3 // an internal port may be taken between its choice and its use
	startTimeout = 60 * time.Second
	stopTimeout  = 20 * time.Second
)

// Server is a running server of a test's own, in memory.
type Server struct {
	Address   string // host:port of the gRPC frontend, on a port that was free
	Namespace string
}

// Start runs a server until the test ends; it takes well under a second. The test fails when the
// program is missing: an integration test that is skipped proves nothing.
func Start(tb testing.TB) Server {
	tb.Helper()
	program, err := binary()
	if err != nil {
		tb.Fatal(err)
	}
	var failure error
	for range attempts {
		address, err := launch(tb, program)
		if err == nil {
			return Server{Address: address, Namespace: Namespace}
		}
		failure = err
	}
	tb.Fatalf("the embedded Temporal server did not start: %v", failure)

	return Server{}
}

// binary finds the program, from the test's directory upwards.
func binary() (string, error) {
	const advice = "run `make bin/temporal-devserver`"
	if path := os.Getenv(binaryEnv); path != "" {
		if _, err := os.Stat(path); err != nil { //nolint:gosec // whoever runs the tests names the program
			return "", fmt.Errorf("%s names no program: %w; unset it and %s", binaryEnv, err, advice)
		}

		return path, nil
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the repository: %w", err)
	}
	for {
		mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && bytes.HasPrefix(mod, []byte("module rapport\n")) {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("no repository above the test; name the program with %s", binaryEnv)
		}
		dir = parent
	}
	path := filepath.Join(dir, "bin", "temporal-devserver")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("the embedded Temporal server is not built, %s: %w", advice, err)
	}

	return path, nil
}

// launch starts the program and waits for the line that says it serves. The program ends when its
// standard input closes, which also happens when the test binary dies without cleaning up.
func launch(tb testing.TB, program string) (string, error) {
	tb.Helper()
	var log lockedBuffer
	cmd := exec.CommandContext(context.WithoutCancel(tb.Context()), program,
		"--ephemeral", "--port", "0", "--ui-port", "0", "--namespace", Namespace, "--with-parent")
	cmd.Stderr = &log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", fmt.Errorf("connect standard input: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", fmt.Errorf("connect standard output: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return "", fmt.Errorf("start %s: %w", program, err)
	}
	// A server that hangs at its start is killed, which ends the reading below.
	timer := time.AfterFunc(startTimeout, func() { _ = cmd.Process.Kill() })
	address, err := readReady(stdout)
	timer.Stop()
	if err != nil {
		_ = cmd.Process.Kill()

		return "", errors.Join(err, cmd.Wait(), errors.New(log.String()))
	}
	tb.Cleanup(func() {
		timer := time.AfterFunc(stopTimeout, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
		if err := errors.Join(stdin.Close(), cmd.Wait()); err != nil {
			tb.Errorf("the embedded Temporal server did not stop cleanly: %v\n%s", err, log.String())
		}
	})

	return address, nil
}

func readReady(r io.Reader) (string, error) {
	line, err := bufio.NewReader(r).ReadBytes('\n')
	if err != nil {
		return "", fmt.Errorf("wait for the server: %w", err)
	}
	var ready struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		return "", fmt.Errorf("read the server's first line %q: %w", line, err)
	}

	return ready.Address, nil
}

// lockedBuffer collects the server's log while it may still be written.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.buf.Write(p) //nolint:wrapcheck // a buffer's write has no error to explain
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()

	return b.buf.String()
}
