//go:build bench || faults

// Package bench measures: speed and cost of whole lifecycles against the floor of the same server, and what is left after
// processes were killed and connections cut. What it finds is written to *.json beside it.
package bench

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// envRole makes this test binary one of its own child processes.
const envRole = "RAPPORT_BENCH_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(envRole) == roleWorker {
		os.Exit(workerMain())
	}
	os.Exit(m.Run())
}

// full says that the long form was asked for.
func full() bool { return os.Getenv("RAPPORT_FULL") == "1" }

// write writes figures to a file beside the sources.
func write(t *testing.T, name string, figures any) {
	t.Helper()
	raw, err := json.MarshalIndent(figures, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(".", name), append(raw, '\n'), 0o600))
	t.Logf("%s:\n%s", name, raw)
}
