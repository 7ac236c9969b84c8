package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// TestAnAttemptIsWhatTheBookSays: the worker's role may write attempts, and none that the ledger does not bear out.
func TestAnAttemptIsWhatTheBookSays(t *testing.T) {
	t.Parallel()
	b := newVault(t)
	forge := func(sql string, args ...any) error {
		return b.worker.InTx(b.ctx, func(ctx context.Context, tx pgx.Tx) error {
			_, err := tx.Exec(ctx, sql, args...)
			return err
		})
	}
	const unbooked = "book does not say so"
	b.say("payout", b.owed, "awaiting_approval", time.Time{})
	b.approvePayout(b.owed)
	require.NoError(t, forge(`update payouts set state = 'approved' where id = $1`, b.owed))
	for _, from := range []string{"awaiting_payee", "awaiting_funds"} {
		err := b.worker.InTx(b.ctx, func(ctx context.Context, tx pgx.Tx) error {
			for _, sql := range []string{
				`update payouts set state = '` + from + `', round = round + 1 where id = $1`, `update payouts set state = 'approved' where id = $1`,
				`insert into payout_attempts (payout_id, number, brand_id, request_sha256) select id, 1, brand_id, 'x' from payouts where id = $1`,
			} {
				if _, err := tx.Exec(ctx, sql, b.owed); err != nil {
					return err
				}
			}
			return nil
		})
		require.ErrorContains(t, err, "not complete", "from %s", from)
	}
	require.ErrorContains(t, forge(`insert into payout_attempts (payout_id, number, brand_id, request_sha256) select id, 1, brand_id, 'x' from payouts where id = $1`, b.owed), unbooked)
	o, err := b.worker.OrderPayout(b.ctx, b.owed, 1, transferHash)
	require.NoError(t, err)
	require.Equal(t, "submit", o.Verdict)
	require.NoError(t, b.worker.MarkSent(b.ctx, b.owed, 1), "what does not change its outcome is not asked about")
	settled := `update payout_attempts set outcome = 'succeeded', transfer_id = 'tr_forged', settled_at = now() where payout_id = $1`
	require.ErrorContains(t, forge(settled, b.owed), unbooked)
	require.ErrorContains(t, forge(`update payout_attempts set outcome = 'rejected', rejection = 'rejected', settled_at = now() where payout_id = $1`, b.owed), unbooked)
	// Nor under another name than the transfer has.
	require.ErrorContains(t, forge(`with a as (update payout_attempts set outcome = 'succeeded', transfer_id = 'tr_forged' where payout_id = $1 returning payout_id, brand_id, number)
		select ledger_post(gen_random_uuid(), 'settle', brand_id, payout_id, number, 'tr_other', 'usd', jsonb_build_array(
			jsonb_build_object('account', 'brand_in_flight:' || brand_id || ':usd', 'amount', -1000), jsonb_build_object('account', 'stripe_cash:usd', 'amount', 1000))) from a`, b.owed), unbooked)
	require.Equal(t, "submitted", b.state(b.owed))
	require.Equal(t, "open", one[string](b, `select outcome from payout_attempts where payout_id = $1`, b.owed))

	reversal := b.approved(400)
	require.Equal(t, "submit", b.order(reversal, 1).Verdict)
	require.ErrorContains(t, forge(`update reversal_attempts set outcome = 'succeeded', provider_id = 'trr_forged' where reversal_id = $1`, reversal), unbooked)
	require.EqualValues(t, -400, b.balance("clawback_receivable"))
}
