package worker_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"rapport/postgres/pgtest"
)

// TestNoMailIsClaimedAfterAReplyIsThere races replies with claims: a mail whose claim began after the reply was committed is never
// claimed. What may cross a reply is a mail that is on its way already.
func TestNoMailIsClaimedAfterAReplyIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seed := rand.Uint64()
	b.exec(`update brands set outreach_per_day = 1000000, domain_per_hour = 1000000`)
	got := pgtest.RaceReplies(t, b.store, b.exec, b.brand, b.campaign, b.ops, 1000, seed)
	t.Logf("seed %d: %d mails went out first, %d were stopped", seed, got.Claimed, got.Stopped)
	require.Zero(t, got.Late)
}
