package pgtest

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
)

// Race is what came of races between a reply and the claim of a mail to its sender.
type Race struct {
	Late    int // claimed although the reply was committed before the claim began
	Claimed int // the mail was faster
	Stopped int // the reply was faster
}

// RaceReplies lets replies race with claims, each pair after random pauses of up to two milliseconds. exec runs a statement as the owner; the
// brand must have no limits that put mails off.
func RaceReplies(tb testing.TB, store *postgres.Store, exec func(sql string, args ...any), brand, campaign, owner uuid.UUID, races int, seed uint64) Race {
	tb.Helper()
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a race that can be run again
	creators, partnerships, mails := make([]uuid.UUID, races), make([]uuid.UUID, races), make([]uuid.UUID, races)
	for i := range races {
		creators[i], partnerships[i], mails[i] = uuid.New(), uuid.New(), uuid.New()
	}
	exec(`insert into creators (id, name) select unnest($1::uuid[]), 'Casey'`, creators)
	exec(`insert into contacts (id, creator_id, role, email) select gen_random_uuid(), c, 'creator', c || '@creators.example' from unnest($1::uuid[]) c`, creators)
	exec(`insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage) select p, $3, $4, c, $5, 'outreach' from unnest($1::uuid[], $2::uuid[]) x (p, c)`,
		partnerships, creators, brand, campaign, owner)
	exec(`insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address)
		select m, p, $4, c, 'out', 'email', 'outreach', 'prepared', c || '@creators.example' from unnest($1::uuid[], $2::uuid[], $3::uuid[]) x (m, p, c)`,
		mails, partnerships, creators, brand)
	var late, claimed, stopped atomic.Int32
	free := make(chan struct{}, 16)
	var all sync.WaitGroup
	for i := range races {
		first, second := time.Duration(random.Int64N(int64(2*time.Millisecond))), time.Duration(random.Int64N(int64(2*time.Millisecond)))
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			ctx := context.WithoutCancel(tb.Context())
			var replied atomic.Bool
			var pair sync.WaitGroup
			pair.Go(func() {
				<-time.After(first)
				sum := uuid.New()
				if _, err := store.ApplyInbound(ctx, rapport.InboundMail{From: creators[i].String() + "@creators.example", Text: "Yes", Class: "human", SHA256: sum[:]}, uuid.New()); err != nil {
					tb.Error(err)
				}
				replied.Store(true)
			})
			pair.Go(func() {
				<-time.After(second)
				known := replied.Load()
				claim, err := store.ClaimMail(ctx, rapport.RenderedMail{ID: mails[i], RFCID: mails[i].String()})
				switch {
				case err != nil:
					tb.Error(err)
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
	all.Wait()
	got := Race{int(late.Load()), int(claimed.Load()), int(stopped.Load())}
	require.Positive(tb, got.Claimed, "some mails were faster")
	require.Positive(tb, got.Stopped, "some replies were faster")
	return got
}
