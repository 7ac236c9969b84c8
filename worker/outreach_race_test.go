package worker_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

// TestNoMailIsClaimedAfterAReplyIsThere races replies with claims: a mail whose claim began after the reply was committed is never
// claimed. What may cross a reply is a mail that is on its way already.
func TestNoMailIsClaimedAfterAReplyIsThere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const races = 1000
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	creators, partnerships, mails := make([]uuid.UUID, races), make([]uuid.UUID, races), make([]uuid.UUID, races)
	for i := range races {
		creators[i], partnerships[i], mails[i] = uuid.New(), uuid.New(), uuid.New()
	}
	b.exec(`update brands set outreach_per_day = 1000000, domain_per_hour = 1000000`)
	b.exec(`insert into creators (id, name) select unnest($1::uuid[]), 'Casey'`, creators)
	b.exec(`insert into contacts (id, creator_id, role, email) select gen_random_uuid(), c, 'creator', c || '@creators.example' from unnest($1::uuid[]) c`, creators)
	b.exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) select p, $3, $4, c, $5, 'outreach' from unnest($1::uuid[], $2::uuid[]) x (p, c)`,
		partnerships, creators, b.brand, b.campaign, b.ops)
	b.exec(`insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address)
		select m, p, $4, c, 'out', 'email', 'outreach', 'prepared', c || '@creators.example' from unnest($1::uuid[], $2::uuid[], $3::uuid[]) x (m, p, c)`,
		mails, partnerships, creators, b.brand)

	var late, claimed, stopped atomic.Int32
	free := make(chan struct{}, 16)
	var wg sync.WaitGroup
	for i := range races {
		first, second := time.Duration(random.Int64N(int64(2*time.Millisecond))), time.Duration(random.Int64N(int64(2*time.Millisecond)))
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			var replied atomic.Bool
			var pair sync.WaitGroup
			pair.Go(func() {
				<-time.After(first)
				sum := uuid.New()
				_, err := b.store.ApplyInbound(b.ctx, rapport.InboundMail{From: creators[i].String() + "@creators.example", Text: "Yes", Class: "human", SHA256: sum[:]}, uuid.New())
				if err != nil {
					t.Error(err)
				}
				replied.Store(true)
			})
			pair.Go(func() {
				<-time.After(second)
				known := replied.Load()
				claim, err := b.store.ClaimMail(b.ctx, mails[i], "", time.Time{})
				switch {
				case err != nil:
					t.Error(err)
				case claim.Verdict != "claimed":
					stopped.Add(1)
				case known:
					late.Add(1)
				default:
					claimed.Add(1)
				}
			})
			pair.Wait()
		})
	}
	wg.Wait()
	require.Zero(t, late.Load())
	require.Positive(t, claimed.Load(), "some mails were faster")
	require.Positive(t, stopped.Load(), "some replies were faster")
	t.Logf("%d mails went out first, %d were stopped", claimed.Load(), stopped.Load())
}
