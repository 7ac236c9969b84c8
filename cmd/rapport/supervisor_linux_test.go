package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChildrenDieWithTheirParent(t *testing.T) {
	t.Parallel()
	pid := killedParent(t, t.TempDir())
	require.Eventually(t, func() bool { return birth(t.Context(), pid) == "" }, 10*time.Second, 20*time.Millisecond)
}
