package worker_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"

	"rapport/worker"
)

// TestTheLedgersJobsTellAndFallSilent: what is not sealed for long, and what is not what was sealed, is a task until it is over.
func TestTheLedgersJobsTellAndFallSilent(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	jobs := worker.Jobs(&worker.Sweep{Store: d.store, Log: zap.NewNop()}, time.Now, nil, nil, nil, nil, nil, nil, nil, nil)
	open := func(kind string) string {
		return d.text(`select count(*) from tasks where state = 'open' and kind = $1`, kind)
	}
	require.NoError(t, jobs["seal"](d.ctx))
	require.Equal(t, "0", d.text(`select n from ledger_tail`))
	require.Equal(t, "0", open("ledger_unsealed"))
	require.NoError(t, jobs["verify"](d.ctx))
	require.Equal(t, "0", open("ledger_broken"))
	change := func(by string) {
		d.exec(`begin; set local session_replication_role = replica; update ledger_entries set amount = amount ` + by + ` where line = 1; commit`)
	}
	change("+ 1")
	for range 2 {
		require.NoError(t, jobs["verify"](d.ctx))
		require.Equal(t, "2", open("ledger_broken"), "who releases money and the admins, once")
	}
	change("- 1")
	require.NoError(t, jobs["verify"](d.ctx))
	require.Equal(t, "0", open("ledger_broken"), "it closes by itself")
}
