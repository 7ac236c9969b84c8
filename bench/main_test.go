//go:build bench || faults

// Package bench measures: speed and cost of whole lifecycles against the floor of the same server, and what is left after
// processes were killed and connections cut. What it finds is written to *.json beside it.
package bench

import (
	"os"
	"testing"
)

// envRole makes this test binary one of its own child processes.
const envRole = "RAPPORT_BENCH_ROLE"

func TestMain(m *testing.M) {
	if role := os.Getenv(envRole); roles[role] != nil {
		os.Exit(childMain(roles[role]))
	}
	os.Exit(m.Run())
}

// full says that the long form was asked for.
func full() bool { return os.Getenv("RAPPORT_FULL") == "1" }
