package worker_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"rapport/worker"
)

// turns answers each ask for a moment late, until it is asked so often as it says.
type turns struct {
	late, asked int
	perSecond   float64
}

func (p *turns) NextSend(ctx context.Context, _ string, perSecond float64) (time.Duration, error) {
	p.asked++
	p.perSecond = perSecond
	if p.asked <= p.late {
		select {
		case <-time.After(80 * time.Millisecond):
		case <-ctx.Done():
		}
	}
	return time.Millisecond, nil
}

// TestWhoIsLateLetsTheMomentPass: a send that is late comes too near to the next one.
func TestWhoIsLateLetsTheMomentPass(t *testing.T) {
	t.Parallel()
	late := &turns{late: 2}
	require.NoError(t, worker.Pace(late, 100)(t.Context()))
	require.GreaterOrEqual(t, late.asked, 3)
	require.InDelta(t, 100, late.perSecond, 0, "the store leaves the margin, and nobody a second one")

	always := &turns{late: 1000}
	require.NoError(t, worker.Pace(always, 100)(t.Context()))
	require.Equal(t, 10, always.asked, "nothing waits for ever")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, worker.Pace(&turns{}, 100)(ctx), context.Canceled)
}
