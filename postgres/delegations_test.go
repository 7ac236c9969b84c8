package postgres_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"rapport"
)

func TestTwoDelegationsMadeAtOnceMakeNoLoop(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	ctx := rapport.WithBrands(t.Context(), d.brand)
	for range 20 {
		var made sync.Map
		var wg sync.WaitGroup
		for from, to := range map[uuid.UUID]uuid.UUID{d.ann: d.ben, d.ben: d.lea, d.lea: d.ann} {
			wg.Go(func() {
				v, err := d.api.CreateDelegation(ctx, rapport.Delegation{
					BrandID: d.brand, From: rapport.UserRef{ID: from}, To: rapport.UserRef{ID: to}, StartsAt: time.Now(), EndsAt: time.Now().Add(time.Hour),
				}, from)
				if err == nil {
					made.Store(v.ID, from)
				}
			})
		}
		wg.Wait()
		n := 0
		made.Range(func(id, from any) bool {
			n++
			require.NoError(t, d.api.EndDelegation(ctx, id.(uuid.UUID), from.(uuid.UUID)))
			return true
		})
		require.Equal(t, 2, n, "whichever was last would have closed the circle")
	}
}

func TestWhoStandsInIsToldAndNobodyWhoHasLeft(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	review := newID()
	d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages) values ($1, $2, $3, $4, $5, $6, 1, 'open', $7)`,
		review, d.submission, d.deliverable, d.partnership, d.brand, rapport.DefaultPolicyID,
		[]rapport.ReviewStage{{State: "open", Approvers: []rapport.ReviewApprover{{User: d.ann}}}})
	give := func(from, to uuid.UUID, starts, ends string) {
		t.Helper()
		d.exec(t, `insert into delegations (id, brand_id, from_user, to_user, starts_at, ends_at) values ($1, $2, $3, $4, now() + $5::interval, now() + $6::interval)`,
			newID(), d.brand, from, to, starts, ends)
	}
	told := func() (ids []uuid.UUID) {
		t.Helper()
		list, err := d.worker.ReviewersToTell(t.Context(), d.brand, review, 0, uuid.Nil)
		require.NoError(t, err)
		for _, p := range list {
			ids = append(ids, p.ID)
		}
		return ids
	}
	give(d.ann, d.ben, "1 hour", "2 hours")
	require.Equal(t, []uuid.UUID{d.ann}, told(), "it has not begun")
	give(d.ann, d.lea, "-1 hour", "1 hour")
	give(d.lea, d.ada, "-1 hour", "1 hour")
	require.ElementsMatch(t, []uuid.UUID{d.ann, d.lea, d.ada}, told(), "also at second hand")
	d.exec(t, `update users set disabled_at = now() where id = $1`, d.lea)
	require.ElementsMatch(t, []uuid.UUID{d.ann, d.ada}, told())
	d.exec(t, `update delegations set cancelled_at = now()`)
	require.Equal(t, []uuid.UUID{d.ann}, told())
	only, err := d.worker.ReviewersToTell(t.Context(), d.brand, review, 0, d.ben)
	require.NoError(t, err)
	require.Empty(t, only)
}

func TestWhoseLinkWasTakenBackIsNotRemindedWithANewOne(t *testing.T) {
	t.Parallel()
	d := newDraft(t)
	review, client := newID(), newID()
	d.exec(t, `insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version, state, stages) values ($1, $2, $3, $4, $5, $6, 1, 'open', $7)`,
		review, d.submission, d.deliverable, d.partnership, d.brand, rapport.DefaultPolicyID,
		[]rapport.ReviewStage{{State: "open", Approvers: []rapport.ReviewApprover{{User: client, Outside: true}}}})
	d.exec(t, `insert into outside_reviewers (id, brand_id, name, email) values ($1, $2, 'Nora', 'nora@client.example')`, client, d.brand)
	link := func(hash, revoked string) {
		t.Helper()
		d.exec(t, `insert into review_links (id, token_hash, review_id, submission_id, reviewer_id, brand_id, expires_at) values ($1, sha256($2::bytea), $3, $4, $5, $6, now() + interval '1 day')`,
			newID(), []byte(hash), review, d.submission, client, d.brand)
		d.exec(t, `update review_links set `+revoked)
	}
	told := func(only uuid.UUID) int {
		t.Helper()
		list, err := d.worker.ReviewersToTell(t.Context(), d.brand, review, 0, only)
		require.NoError(t, err)
		return len(list)
	}
	require.Equal(t, 1, told(uuid.Nil), "the first time there is no link")
	link("a", "revoked_at = now()")
	require.Equal(t, 1, told(uuid.Nil), "a newer link ends the older one")
	link("b", "revoked_at = now(), revoked_by = '"+d.ann.String()+"'")
	require.Zero(t, told(uuid.Nil))
	require.Equal(t, 1, told(client), "somebody asks again")
}
