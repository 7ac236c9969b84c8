//go:build bench

package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"rapport"
	"rapport/postgres"
)

const (
	bookedBrands     = 50
	bookedSlots      = 100_000
	checkedCreators  = 1_000
	conflictRounds   = 15
	conflictWarmings = 3
	conflictMost     = 3 // times the bare search
)

// bookedSQL books the slots of 10,000 creators, ten each for as many brands, over two years. The first brand's campaign has 1,000 of them.
const bookedSQL = `
create temp table b as select id, row_number() over (order by id)::int as n, (select u.id from users u limit 1) as owner from brands;
insert into creators (id, name) select md5('creator/' || n)::uuid, 'Creator ' || n from generate_series(0, 9999) n;
insert into campaigns (id, brand_id, name, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, category)
  select md5('campaign/' || b.n)::uuid, b.id, 'Spring', 1000000000, 'eur', '2026-01-01', '2028-01-01', b.owner, 100000, '{}',
    (select id from sequences limit 1), (select id from policies limit 1), 'category ' || b.n % 5 from b;
insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id, stage)
  select md5('partnership/' || s)::uuid, b.id, md5('campaign/' || b.n)::uuid, md5('creator/' || s % 10000)::uuid, b.owner, 'active'
  from generate_series(0, 99999) s join b on b.n = case when s < 1000 then 1 else 2 + (s % 10000 * 7 + s / 10000) % 49 end;
insert into offers (id, brand_id, partnership_id, campaign_id, state, fee, currency, terms) select p.id, p.brand_id, p.id, p.campaign_id, 'accepted', 100000, 'eur', '{}' from partnerships p;
insert into contracts (id, brand_id, partnership_id, term, offer_id, state, body, body_sha256, fee, currency, terms, executed_at)
  select p.id, p.brand_id, p.id, 1, p.id, 'executed', 'x', 'x', 100000, 'eur', '{"exclusivity_days": 14}', now() from partnerships p;
insert into deliverables (id, brand_id, partnership_id, term, contract_id, position, title, platform, kind, state, draft_due_at, publish_by)
  select p.id, p.brand_id, p.id, 1, p.id, 0, 'Reel', 'instagram', 'video', 'approved_to_post', f.at, f.at + interval '10 days'
  from partnerships p cross join lateral (select '2026-06-01'::timestamptz + (abs(hashtext(p.id::text)) % 730) * interval '1 day' as at) f;
analyze`

// TestConflictCheck measures the check of a campaign's slots, with its rules and words, against the search in what is booked, bare.
func TestConflictCheck(t *testing.T) {
	ctx, pg := t.Context(), startDatabase(t)
	admin, err := pgx.Connect(ctx, pg.url("owner", "postgres"))
	require.NoError(t, err)
	_, err = admin.Exec(ctx, "create database rapport")
	require.NoError(t, err)
	require.NoError(t, admin.Close(ctx))
	require.NoError(t, postgres.Migrate(ctx, pg.url("owner", "rapport")))
	store, err := postgres.Open(ctx, pg.url("rapport_api", "rapport"))
	require.NoError(t, err)
	t.Cleanup(store.Close)
	var b rapport.Bootstrap
	for i := range bookedBrands {
		name := fmt.Sprintf("Brand %d", i)
		b.Brands = append(b.Brands, rapport.BootstrapBrand{Name: name, PostalAddress: "1 Street", MailFromName: name, MailFrom: "hello@house.example", Calendar: rapport.DefaultCalendar("Europe/Berlin")})
	}
	b.Users = []rapport.BootstrapUser{{Name: "Olga", Email: "olga@house.example", PasswordHash: "x", Roles: map[string][]rapport.Role{"Brand 0": {rapport.RoleOps}}}}
	made, err := store.Bootstrap(ctx, b)
	require.NoError(t, err)
	bare, err := pgx.Connect(ctx, pg.url("owner", "rapport"))
	require.NoError(t, err)
	_, err = bare.Exec(ctx, bookedSQL)
	require.NoError(t, err)
	t.Cleanup(func() { _ = bare.Close(ctx) })
	var campaign uuid.UUID
	var slots, of int
	require.NoError(t, bare.QueryRow(ctx, `select md5('campaign/1')::uuid, count(*), count(*) filter (where campaign_id = md5('campaign/1')::uuid) from slots`).Scan(&campaign, &slots, &of))
	require.Equal(t, []int{bookedSlots, checkedCreators}, []int{slots, of})

	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	f := rapport.ConflictFilter{CampaignID: &campaign, From: now, To: now.AddDate(3, 0, 0)}
	scope := rapport.WithBrands(ctx, made.Brands[0])
	sql, near, found := statement(t, "conflicts", "slotsBeside"), 0, 0
	check := func() time.Duration {
		began := time.Now()
		conflicts, err := store.Conflicts(scope, f, now)
		took := time.Since(began)
		require.NoError(t, err)
		found = len(conflicts)
		return took
	}
	search := func() time.Duration {
		began := time.Now()
		rows, err := bare.Query(ctx, sql, rapport.PostsApart.Seconds(), made.Brands[:1], f.From, f.To, nil, campaign, nil, nil)
		require.NoError(t, err)
		near = 0
		for rows.Next() {
			near++
		}
		require.NoError(t, rows.Err())
		return time.Since(began)
	}
	var checks, searches []time.Duration
	for i := range conflictWarmings + conflictRounds { // in turn, so that what else the machine does befalls both
		c, s := check(), search()
		if i >= conflictWarmings {
			checks, searches = append(checks, c), append(searches, s)
		}
	}
	require.Positive(t, found)
	ratio := median(checks).Seconds() / median(searches).Seconds()
	t.Logf("%d conflicts among %d slots near: check %s, bare search %s", found, near, median(checks), median(searches))
	figures := readFigures(t)
	figures.ConflictCheckRatio = figure(ratio, 2)
	write(t, latest, figures)
	require.LessOrEqual(t, ratio, float64(conflictMost))
}
