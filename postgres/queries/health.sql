-- name: StagesOfHealth :many
-- A brand's or a campaign's last thousand stays of a stage that are over give its median; ageing is who stays longer than that and is not at an end.
with stays as (
  select s.stage, x.seconds from unnest(@brands::uuid[]) b(id) cross join unnest(@open_stages::text[]) s(stage)
  cross join lateral (select extract(epoch from t.left_at - t.entered_at)::float8 as seconds from stage_stays t
    where t.brand_id = b.id and t.stage = s.stage order by t.left_at desc limit 1000) x
  where sqlc.narg('campaign_id')::uuid is null
  union all
  select s.stage, x.seconds from unnest(@open_stages::text[]) s(stage)
  cross join lateral (select extract(epoch from t.left_at - t.entered_at)::float8 as seconds from stage_stays t
    where t.campaign_id = sqlc.narg('campaign_id')::uuid and t.brand_id = any (@brands::uuid[]) and t.stage = s.stage order by t.left_at desc limit 1000) x
), medians as (select stage, percentile_cont(0.5) within group (order by seconds) as seconds, count(*) as n from stays group by stage)
select p.stage, count(*)::int as n, coalesce(m.seconds, -1)::float8 as median_seconds, coalesce(m.n, 0)::int as stays,
  (count(*) filter (where p.stage_at < now() - m.seconds * interval '1 second'))::int as ageing
from partnerships p left join medians m on m.stage = p.stage
where p.brand_id = any (@brands::uuid[]) and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
group by p.stage, m.seconds, m.n;

-- name: DraftsOnTime :one
-- Of the drafts that were due in the last 90 days: by their first version. What was waived or called off counts for nothing.
select count(*) filter (where s.created_at <= d.draft_due_at)::int as on_time, count(*) filter (where s.created_at is null or s.created_at > d.draft_due_at)::int as late
from deliverables d left join submissions s on s.deliverable_id = d.id and s.version = 1
where d.brand_id = any (@brands::uuid[]) and d.draft_due_at > now() - interval '90 days' and d.draft_due_at <= now() and d.state not in ('waived', 'cancelled')
  and (sqlc.narg('campaign_id')::uuid is null or d.partnership_id in (select p.id from partnerships p where p.campaign_id = sqlc.narg('campaign_id')::uuid));

-- name: ApproversOfHealth :many
-- Who keeps reviews waiting, and how long the last two thousand decisions of a brand took since their stage opened.
with waiting as (
  select a.user_id, count(*)::int as n, (count(*) filter (where r.due_at < now()))::int as late from reviews r cross join lateral unnest(r.approvers) a(user_id)
  where r.brand_id = any (@brands::uuid[]) and r.state in ('open', 'held')
    and (sqlc.narg('campaign_id')::uuid is null or r.partnership_id in (select p.id from partnerships p where p.campaign_id = sqlc.narg('campaign_id')::uuid))
  group by a.user_id
), decided as (
  select d.user_id, count(*)::int as n,
    percentile_cont(0.5) within group (order by extract(epoch from greatest(d.created_at - coalesce((r.stages -> d.stage ->> 'opened_at')::timestamptz, r.created_at), interval '0'))) as seconds
  from unnest(@brands::uuid[]) b(id)
  cross join lateral (select x.user_id, x.review_id, x.stage, x.created_at from decisions x
    where x.brand_id = b.id and x.state = 'accepted' and x.user_id is not null and x.created_at > now() - interval '90 days' order by x.created_at desc limit 2000) d
  join reviews r on r.id = d.review_id
  where sqlc.narg('campaign_id')::uuid is null or r.partnership_id in (select p.id from partnerships p where p.campaign_id = sqlc.narg('campaign_id')::uuid)
  group by d.user_id
)
select u.id, u.name, coalesce(w.n, 0)::int as waiting, coalesce(w.late, 0)::int as late, coalesce(d.n, 0)::int as decided, coalesce(d.seconds, -1)::float8 as median_seconds
from waiting w full join decided d on d.user_id = w.user_id join users u on u.id = coalesce(w.user_id, d.user_id)
order by 3 desc, 6 desc, u.name, u.id limit 10;

-- name: BudgetsOfHealth :many
-- What CampaignMoney says of each campaign, added up by currency in one pass: asked for each of hundreds it takes seconds.
with k as materialized (select id, budget, currency from campaigns where brand_id = any (@brands::uuid[])
    and (sqlc.narg('campaign_id')::uuid is null and state = 'running' or id = sqlc.narg('campaign_id')::uuid)),
  parts as (
    select k.currency, 1 as campaigns, k.budget, 0::bigint as reserved, 0::bigint as committed, 0::bigint as paid from k
    union all
    select k.currency, 0, 0, o.fee + o.bonus, 0, 0 from k join offers o on o.campaign_id = k.id where o.state in ('sent', 'accepted')
      and not exists (select 1 from contracts c where c.offer_id = o.id and c.state not in ('drafting', 'internal_approval', 'out_for_signature'))
    union all
    select k.currency, 0, 0, d.extra_fee, 0, 0 from deliverables d join partnerships p on p.id = d.partnership_id join k on k.id = p.campaign_id where d.extra = 'offered'
    union all
    select k.currency, 0, 0, a.adds, 0, 0 from contracts a join partnerships p on p.id = a.partnership_id join k on k.id = p.campaign_id
      where a.amends is not null and a.state in ('internal_approval', 'out_for_signature')
    union all
    select k.currency, 0, 0, 0, c.fee + o.bonus, 0 from contracts c join offers o on o.id = c.offer_id join k on k.id = o.campaign_id where c.state in ('executed', 'expired') and c.executed_at is not null
    union all
    select k.currency, 0, 0, 0, case when m.extra then m.amount else -m.amount end, 0 from milestones m join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id join k on k.id = o.campaign_id
      where c.state in ('executed', 'expired') and c.executed_at is not null and (m.extra and m.state <> 'cancelled' or (m.bonus or m.dropped_by is not null) and not m.extra and m.state = 'cancelled')
    union all
    select k.currency, 0, 0, 0, 0, y.amount + y.difference - y.amount_reversed from payouts y join partnerships p on p.id = y.partnership_id join k on k.id = p.campaign_id
      where y.state in ('paid', 'partly_reversed', 'reversed'))
select currency, sum(campaigns)::int as campaigns, sum(budget)::bigint as budget, coalesce(sum(reserved), 0)::bigint as reserved, coalesce(sum(committed), 0)::bigint as committed,
  coalesce(sum(paid), 0)::bigint as paid
from parts group by currency order by 3 desc, currency;

-- name: ListMoves :many
-- The kinds are those of the index.
select x.partnership_id, x.source, x.source_id, x.seq, x.at, x.kind, x.ref, x.ref2, x.actor, x.code, x.amount, x.currency, x.n, x.until, c.name as creator_name, g.name as campaign_name
from (select f.* from unnest(@brands::uuid[]) b(id) cross join lateral (
  select e.* from partnership_events e where e.brand_id = b.id and e.at > @since::timestamptz
    and e.kind in ('stage', 'reply_received', 'bounced', 'offer_accepted', 'offer_declined', 'offer_countered', 'contract_executed', 'contract_declined', 'contract_expired', 'draft_submitted',
      'content_approved', 'content_late', 'content_missed', 'post_verified', 'payout_paid', 'payout_failed', 'payout_held', 'reversal_reversed', 'renewal_agreed', 'renewal_declined', 'renewal_lapsed', 'terminated')
    and (sqlc.narg('after_at')::timestamptz is null or (e.at, e.source_id, e.seq) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_source')::uuid, sqlc.narg('after_seq')::bigint))
  order by e.at desc, e.source_id desc, e.seq desc limit @max_rows::int) f
  order by f.at desc, f.source_id desc, f.seq desc limit @max_rows::int) x
join partnerships p on p.id = x.partnership_id join creators c on c.id = p.creator_id join campaigns g on g.id = p.campaign_id
order by x.at desc, x.source_id desc, x.seq desc;
