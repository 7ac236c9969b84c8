//go:build bench || faults || eval

package bench

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// write writes figures to a file beside the sources.
func write(t *testing.T, name string, figures any) {
	t.Helper()
	raw, err := json.MarshalIndent(figures, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(".", name), append(raw, '\n'), 0o600))
	t.Logf("%s:\n%s", name, raw)
}

// sizeOf is a number that the environment may give.
func sizeOf(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return otherwise
}
