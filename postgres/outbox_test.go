package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// TestSignalsKeepTheirOrder: of the signals to one workflow only the oldest is on its way, whatever becomes of others.
func TestSignalsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	a, b := uuid.New(), uuid.New()
	tell := func(to uuid.UUID) uuid.UUID {
		id := uuid.New()
		require.NoError(t, w.worker.SignalWorkflow(ctx, "payout", to, w.one, rapport.Signal{ID: id, Kind: rapport.SignalHold}))
		return id
	}
	first, second, other := tell(a), tell(a), tell(b)
	taken := func() (ids []uuid.UUID) {
		rows, err := w.worker.TakeOutbox(ctx, 10, time.Nanosecond)
		require.NoError(t, err)
		for _, r := range rows {
			ids = append(ids, r.ID)
		}
		return ids
	}
	require.Equal(t, []uuid.UUID{first, other}, taken())
	require.NoError(t, w.worker.RetryOutbox(ctx, first, time.Hour, "no verdict"))
	require.Equal(t, []uuid.UUID{other}, taken(), "the second waits as long as the first")
	require.NoError(t, w.worker.AckOutbox(ctx, first, rapport.OutboxVerdict{}))
	require.Equal(t, []uuid.UUID{second, other}, taken())
}

// TestARecordAcknowledgesItsCommand: what a workflow has written down was taken, and the relay need not deliver it.
func TestARecordAcknowledgesItsCommand(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	w, ctx := d.worker, rapport.WithBrands(t.Context(), d.brand)
	command := rapport.OutboxRow{ID: uuid.New(), BrandID: d.brand, Kind: "update", WorkflowID: "partnership/" + d.partnership.String(), Name: "command", UpdateID: "x", Input: []byte("{}")}
	require.NoError(t, w.PutOutbox(ctx, command))
	_, verdict, err := w.Outbox(ctx, command.ID)
	require.NoError(t, err)
	require.Nil(t, verdict)
	require.NoError(t, w.ApplyBatch(ctx, rapport.Batch{
		Kind: "partnership", WorkflowType: "Partnership", ID: d.partnership, BrandID: d.brand, Snapshot: []byte("{}"), View: rapport.View{State: "active", Renewal: rapport.RenewalNotDue},
		Record: rapport.Record{Handled: []uuid.UUID{command.ID}},
	}))
	_, verdict, err = w.Outbox(ctx, command.ID)
	require.NoError(t, err)
	require.Equal(t, &rapport.OutboxVerdict{}, verdict)
}

// TestALostStartIsFound: whatever was started and never wrote anything down is started again, of each kind that writes.
func TestALostStartIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := rapport.WithBrands(t.Context(), w.one)
	kinds := []string{"Partnership", "Review", "Payout", "Reversal"}
	for _, kind := range kinds {
		row := rapport.OutboxRow{ID: uuid.New(), BrandID: w.one, Kind: "start", WorkflowID: kind + "/" + uuid.NewString(), Workflow: kind, TaskQueue: "main", Input: []byte("{}")}
		require.NoError(t, w.worker.PutOutbox(ctx, row))
		require.NoError(t, w.worker.AckOutbox(ctx, row.ID, rapport.OutboxVerdict{}))
	}
	lost, err := w.worker.StartedWithoutSnapshot(ctx)
	require.NoError(t, err)
	found := make([]string, len(lost))
	for i, snap := range lost {
		found[i] = snap.Workflow
	}
	require.ElementsMatch(t, kinds, found)
}
