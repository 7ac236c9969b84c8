-- name: ChangeKeyDate :exec
insert into key_dates (id, brand_id, partnership_id, contract_id, kind, at, assets, state, asked_at)
values (@id, @brand_id, @partnership_id, @contract_id, @kind, @at, @assets, @state, sqlc.narg('asked_at'))
on conflict (id) do update set at = excluded.at, assets = excluded.assets, state = excluded.state, asked_at = excluded.asked_at;

-- name: ListKeyDates :many
-- What posts bring, as their workflows wrote it down, and the notice date and the end of each newest contract that runs.
-- Each kind of date is walked in the order of its index, brand by brand, and gives at most a page.
with dates as (select f.* from unnest(@brands::uuid[]) x(brand) cross join lateral (
  (select k.id, k.kind, k.at, k.state, k.partnership_id, k.brand_id, k.contract_id, k.assets, k.asked_at from key_dates k join partnerships p on p.id = k.partnership_id
  where k.brand_id = x.brand and k.state not in ('moved', 'overtaken') and (sqlc.narg('state')::text is null and k.state in ('open', 'let_end', 'renegotiating') or k.state = sqlc.narg('state')::text)
    and (sqlc.narg('id')::uuid is null or k.id = sqlc.narg('id')::uuid)
    and (sqlc.narg('kind')::text is null or k.kind = sqlc.narg('kind')::text)
    and (sqlc.narg('brand_id')::uuid is null or k.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
    and (sqlc.narg('partnership_id')::uuid is null or k.partnership_id = sqlc.narg('partnership_id')::uuid)
    and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
    and (sqlc.narg('from_at')::timestamptz is null or k.at >= sqlc.narg('from_at')::timestamptz)
    and (sqlc.narg('to_at')::timestamptz is null or k.at < sqlc.narg('to_at')::timestamptz)
    and (sqlc.narg('after_at')::timestamptz is null or (k.at, k.id) > (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  order by k.at, k.id limit @max_rows::int)
  union all
  (select t.id, 'renewal_notice', t.notice_by, case p.renewal_state when 'offered' then 'renegotiating' else 'open' end, t.partnership_id, t.brand_id, t.id, '{}'::uuid[], null::timestamptz
  from contracts t join partnerships p on p.id = t.partnership_id and p.term = t.term
  cross join lateral (select p.renewal_state in ('not_due', 'review_open', 'offered') as undecided) r
  where t.brand_id = x.brand and t.state = 'executed' and t.amends is null and p.stage in ('active', 'wrapping_up', 'completed') and t.notice_by is not null and r.undecided
    and sqlc.narg('id')::uuid is null and (sqlc.narg('state')::text is null or case p.renewal_state when 'offered' then 'renegotiating' else 'open' end = sqlc.narg('state')::text)
    and (sqlc.narg('kind')::text is null or 'renewal_notice' = sqlc.narg('kind')::text)
    and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
    and (sqlc.narg('partnership_id')::uuid is null or t.partnership_id = sqlc.narg('partnership_id')::uuid)
    and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
    and (sqlc.narg('from_at')::timestamptz is null or t.notice_by >= sqlc.narg('from_at')::timestamptz)
    and (sqlc.narg('to_at')::timestamptz is null or t.notice_by < sqlc.narg('to_at')::timestamptz)
    and (sqlc.narg('after_at')::timestamptz is null or (t.notice_by, t.id) > (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  order by t.notice_by, t.id limit @max_rows::int)
  union all
  (select t.id, 'term_end', t.ends_at, case when r.undecided then 'open' else 'let_end' end, t.partnership_id, t.brand_id, t.id, '{}'::uuid[], null::timestamptz
  from contracts t join partnerships p on p.id = t.partnership_id and p.term = t.term
  cross join lateral (select p.renewal_state in ('not_due', 'review_open', 'offered') as undecided) r
  where t.brand_id = x.brand and t.state = 'executed' and t.amends is null and p.stage in ('active', 'wrapping_up', 'completed') and t.ends_at is not null and (not r.undecided or t.ends_at > t.notice_by)
    and sqlc.narg('id')::uuid is null and (sqlc.narg('state')::text is null or case when r.undecided then 'open' else 'let_end' end = sqlc.narg('state')::text)
    and (sqlc.narg('kind')::text is null or 'term_end' = sqlc.narg('kind')::text)
    and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
    and (sqlc.narg('partnership_id')::uuid is null or t.partnership_id = sqlc.narg('partnership_id')::uuid)
    and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
    and (sqlc.narg('from_at')::timestamptz is null or t.ends_at >= sqlc.narg('from_at')::timestamptz)
    and (sqlc.narg('to_at')::timestamptz is null or t.ends_at < sqlc.narg('to_at')::timestamptz)
    and (sqlc.narg('after_at')::timestamptz is null or (t.ends_at, t.id) > (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  order by t.ends_at, t.id limit @max_rows::int)) f
), page as materialized (
  select d.*, p.stage, p.campaign_id, p.creator_id, p.owner_id, p.term from dates d join partnerships p on p.id = d.partnership_id order by d.at, d.id limit @max_rows::int
)
select d.id, d.kind::text as kind, d.at::timestamptz as at, d.state::text as state, d.partnership_id, d.brand_id, b.name as brand_name, d.contract_id, t.number, coalesce(d.asked_at, case d.kind when 'renewal_notice' then (select max(x.at) from partnership_events x where x.source_id = d.partnership_id and x.ref = t.id and x.kind = 'renewal_opened') end) as asked_at, d.stage, d.campaign_id,
  g.name as campaign_name, d.creator_id, c.name as creator_name, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform, d.owner_id, u.name as owner_name, (d.kind <> 'option_end' and d.stage in ('active', 'wrapping_up', 'completed', 'lapsed'))::boolean as may_extend,
  d.assets::uuid[] as assets, array(select x.title from unnest(d.assets) with ordinality s (id, n) join deliverables x on x.id = s.id order by s.n)::text[] as titles,
  e.at as decided_at, coalesce(w.name, '')::text as decided_by
from page d
join contracts t on t.id = d.contract_id
join brands b on b.id = d.brand_id
join campaigns g on g.id = d.campaign_id
join creators c on c.id = d.creator_id
join users u on u.id = d.owner_id
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = d.creator_id
  order by (select max(f.followers) from follower_snapshots f where f.account_id = x.id) desc nulls last, x.platform, x.handle limit 1) a on true
left join partnership_events e on e.source_id = d.partnership_id and d.state in ('let_end', 'renegotiating') and e.seq = (select max(x.seq) from partnership_events x
  where x.source_id = d.partnership_id and x.ref2 = d.id and x.kind in ('key_date_let_end', 'key_date_renegotiated'))
left join users w on w.id = e.actor
order by d.at, d.id;

-- name: KeyDate :one
select k.partnership_id, k.brand_id from key_dates k where k.id = @id and k.brand_id = any (@brands::uuid[]);

-- name: CalendarKeyDates :many
select k.id, k.kind, k.at, k.contract_id, k.partnership_id, k.state, p.campaign_id, g.name as campaign_name, b.name as brand_name, p.creator_id, c.name as creator_name,
  case k.kind when 'option_end' then t.number else array_to_string(array(select x.title from deliverables x where x.id = any (k.assets) order by x.position), ', ') end::text as titles
from key_dates k
join contracts t on t.id = k.contract_id
join partnerships p on p.id = k.partnership_id
join campaigns g on g.id = p.campaign_id
join brands b on b.id = k.brand_id
join creators c on c.id = p.creator_id
where k.brand_id = any (@brands::uuid[]) and k.state not in ('moved', 'overtaken', 'exercised') and k.at >= @from_at::timestamptz and k.at < @to_at::timestamptz
  and (sqlc.narg('brand_id')::uuid is null or k.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
order by k.at, k.id limit @max_rows;

-- name: RunningKeyDates :many
-- The dates of a partnership's posts that have not come, of every term.
select k.id, k.kind, k.at, k.contract_id, k.assets, k.state, t.number,
  exists (select 1 from contracts a cross join jsonb_array_elements(a.changes -> 'extended') e
    where a.partnership_id = k.partnership_id and a.executed_at is not null and a.changes ? 'extended' and e ->> 'kind' = k.kind and (e ->> 'until')::timestamptz = k.at)::boolean as extended
from key_dates k join contracts t on t.id = k.contract_id
where k.partnership_id = @partnership_id and k.brand_id = any (@brands::uuid[]) and k.state in ('open', 'let_end', 'renegotiating') and k.kind <> 'option_end' order by k.at, k.id;

-- name: PublishedPieces :many
select d.id, d.term, d.position, d.title, d.platform, d.state, d.posted_at::timestamptz as posted_at
from deliverables d where d.partnership_id = @partnership_id and d.brand_id = any (@brands::uuid[]) and d.posted_at is not null order by d.term, d.position;

-- name: ExtendedDates :many
-- What an amendment lets go on, with the posts in words; of a contract, what amendments of any term let go on that both have signed.
select (e ->> 'kind')::text as kind, (e ->> 'at')::timestamptz as at, (e ->> 'until')::timestamptz as until,
  array(select d.title from deliverables d where d.partnership_id = t.partnership_id and e -> 'assets' ? d.id::text order by d.term, d.position)::text[] as titles
from contracts c join contracts t on t.partnership_id = c.partnership_id cross join jsonb_array_elements(t.changes -> 'extended') with ordinality x (e, n)
where c.id = @id and t.changes ? 'extended' and (t.id = c.id or t.executed_at is not null and (e ->> 'contract')::uuid = c.id) order by t.created_at, n;
