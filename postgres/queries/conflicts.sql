-- name: SlotsInScope :many
select s.deliverable_id, s.brand_id, s.campaign_id, s.partnership_id, s.creator_id, s.from_at, s.to_at, s.until_at,
  d.term, d.position, d.title, d.platform, slot_state(d.state, d.posted_at)::text as state, d.draft_due_at, coalesce(d.campaign_date, '00000000-0000-0000-0000-000000000000')::uuid as campaign_date, c.name as creator_name, coalesce(c.zone, '')::text as creator_zone
from slots s
join deliverables d on d.id = s.deliverable_id
join creators c on c.id = s.creator_id
where s.brand_id = any (@brands::uuid[]) and s.until_at >= @from_at::timestamptz and s.from_at <= @to_at::timestamptz
  and (sqlc.narg('brand_id')::uuid is null or s.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or s.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or s.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('partnership_id')::uuid is null or s.partnership_id = sqlc.narg('partnership_id')::uuid);

-- name: SlotsBeside :many
-- What other brands booked near in time with the same creators: the one search that grows with all that is booked.
select a.deliverable_id as own_id, b.deliverable_id, b.brand_id, b.partnership_id, b.from_at, b.to_at, b.until_at, b.category, b.term, b.position, b.state
from slots a
join slots_everywhere b on b.creator_id = a.creator_id and b.brand_id <> a.brand_id
  and b.from_at <= a.until_at + make_interval(secs => @apart::float8) and b.until_at >= a.from_at - make_interval(secs => @apart::float8)
where a.brand_id = any (@brands::uuid[]) and a.until_at >= @from_at::timestamptz and a.from_at <= @to_at::timestamptz
  and (sqlc.narg('brand_id')::uuid is null or a.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or a.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or a.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('partnership_id')::uuid is null or a.partnership_id = sqlc.narg('partnership_id')::uuid);

-- name: SlotsNear :many
-- The same for slots that are not booked yet.
select b.deliverable_id, b.brand_id, b.partnership_id, b.from_at, b.to_at, b.until_at, b.category, b.term, b.position, b.state
from slots_everywhere b
where b.creator_id = @creator_id and b.brand_id <> @brand_id and b.from_at <= @to_at::timestamptz and b.until_at >= @from_at::timestamptz;

-- name: SlotNames :many
select d.id, p.campaign_id, d.title, b.name as brand_name, k.name as campaign_name
from deliverables d
join partnerships p on p.id = d.partnership_id
join campaigns k on k.id = p.campaign_id
join brands b on b.id = d.brand_id
where d.id = any (@ids::uuid[]) and d.brand_id = any (@brands::uuid[]);

-- name: SlotRules :many
select k.id, k.name, coalesce(k.category, '')::text as category, k.slot_cap, k.embargo_until, k.dates, b.name as brand_name, b.posts_apart_hours,
  c.zone, c.working_days, c.opens, c.closes, c.holidays, c.day_seconds, p.stages
from campaigns k
join brands b on b.id = k.brand_id
join calendars c on c.id = b.calendar_id
join lateral (select x.stages from policies x where x.id = k.policy_id order by x.version desc limit 1) p on true
where k.id = any (@campaigns::uuid[]);

-- name: SlotPlaces :many
-- The slots of campaigns with a cap; who published or booked first keeps the place.
select s.campaign_id, s.partnership_id, d.term, d.position, d.platform, s.to_at
from slots s join campaigns k on k.id = s.campaign_id join deliverables d on d.id = s.deliverable_id
where s.campaign_id = any (@campaigns::uuid[]) and k.slot_cap > 0
order by d.posted_at nulls last, s.to_at, s.deliverable_id;

-- name: AbsencesOf :many
-- Ids in one text: the driver takes longer over many than the search does. What a brand's people noted is for that brand; the days are for all.
select a.id, coalesce(c.merged_into, c.id)::uuid as creator_id, a.from_on, a.to_on,
  (case when a.entered_by is null or exists (select 1 from user_roles r where r.user_id = a.entered_by and r.brand_id = any (rapport_brands())) then a.note else '' end)::text as note, (a.entered_by is null)::boolean as by_creator
from creator_absences a join creators c on c.id = a.creator_id
where (a.creator_id = any ((@creators::text)::uuid[]) or c.merged_into = any ((@creators::text)::uuid[])) and a.to_on >= @from_on::date and a.from_on <= @to_on::date
order by a.from_on, a.id;

-- name: InsertAbsence :exec
insert into creator_absences (id, creator_id, from_on, to_on, note, entered_by) values (@id, @creator_id, @from_on, @to_on, @note, sqlc.narg('entered_by'));

-- name: AbsenceByCreator :one
select (entered_by is null)::boolean as by_creator from creator_absences where id = @id;

-- name: DeleteAbsence :one
-- What a creator said is only the creator's to take back.
delete from creator_absences where id = @id and entered_by is not null returning creator_id;

-- name: WithdrawAbsence :one
-- A creator takes back only what they said themselves, under whichever of their merged names.
delete from creator_absences a where a.id = @id and a.entered_by is null
  and exists (select 1 from creators c where c.id = a.creator_id and coalesce(c.merged_into, c.id) = @creator_id::uuid) returning a.id;

-- name: OverridesOf :many
select o.brand_id, o.key, o.severity, o.reason, o.by_id, u.name as by_name, o.at
from conflict_overrides o join users u on u.id = o.by_id
where o.brand_id = any (@brands::uuid[]) and o.key = any ((@keys::text)::uuid[]);

-- name: InsertOverride :exec
insert into conflict_overrides (id, brand_id, partnership_id, key, kind, severity, words, reason, by_id)
values (@id, @brand_id, @partnership_id, @key, @kind, @severity, @words, @reason, @by_id) on conflict (brand_id, key) do nothing;

-- name: BrandIDs :many
select id from brands order by id;

-- name: OpenConflictTask :exec
-- One that was closed because its conflict had gone is open again when it is back.
-- One that is open says what is so now.
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_id, ref, note, due_at)
select @id, p.brand_id, p.id, p.creator_id, @dedupe_key, 'conflict', @code, p.owner_id, @ref::uuid, @note, @due_at::timestamptz from partnerships p where p.id = @partnership_id
on conflict (dedupe_key) do update set state = case when tasks.state = 'cancelled' then 'open' else tasks.state end, note = excluded.note, due_at = excluded.due_at,
  owner_id = case when tasks.state = 'cancelled' then excluded.owner_id else tasks.owner_id end
where tasks.state = 'cancelled' or tasks.state in ('open', 'snoozed') and (tasks.note, tasks.due_at) is distinct from (excluded.note, excluded.due_at);

-- name: CloseConflictTasks :exec
update tasks set state = 'cancelled', snoozed_until = null
where brand_id = @brand_id and kind = 'conflict' and state in ('open', 'snoozed') and not (ref = any (@keys::uuid[]));

-- name: CalendarDeliverables :many
select d.id, d.title, d.platform, slot_state(d.state, d.posted_at)::text as state, d.draft_due_at, (d.publish_at is not null)::boolean as planned, s.from_at, s.to_at, d.partnership_id, p.campaign_id, k.name as campaign_name, b.name as brand_name, c.id as creator_id, c.name as creator_name
from slots s
join deliverables d on d.id = s.deliverable_id
join partnerships p on p.id = d.partnership_id
join campaigns k on k.id = p.campaign_id
join brands b on b.id = d.brand_id
join creators c on c.id = p.creator_id
where s.brand_id = any (@brands::uuid[]) and s.to_at >= @from_at::timestamptz and least(s.from_at, d.draft_due_at) < @to_at::timestamptz
  and (sqlc.narg('brand_id')::uuid is null or s.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or s.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or s.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
  and (sqlc.narg('platform')::text is null or d.platform = sqlc.narg('platform')::text)
  and (sqlc.narg('state')::text is null or d.state = sqlc.narg('state')::text)
order by s.to_at, d.id limit @max_rows;

-- name: CalendarContracts :many
-- The notice date is one only as long as nobody has decided.
select c.id, c.number, c.state, c.ends_at, c.notice_by, r.undecided::boolean as undecided, c.partnership_id, p.campaign_id, k.name as campaign_name, b.name as brand_name, p.creator_id, x.name as creator_name
from contracts c
join partnerships p on p.id = c.partnership_id
join campaigns k on k.id = p.campaign_id
join brands b on b.id = c.brand_id
join creators x on x.id = p.creator_id
cross join lateral (select p.term = c.term and p.stage in ('active', 'wrapping_up', 'completed', 'banned') and p.renewal_state in ('not_due', 'review_open', 'offered') as undecided) r
where c.brand_id = any (@brands::uuid[]) and c.amends is null and c.state in ('executed', 'expired')
  and (c.ends_at >= @from_at::timestamptz and c.ends_at < @to_at::timestamptz or r.undecided and c.notice_by >= @from_at::timestamptz and c.notice_by < @to_at::timestamptz)
  and (sqlc.narg('brand_id')::uuid is null or c.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
order by c.ends_at, c.id limit @max_rows;

-- name: CalendarPayments :many
-- What is to be paid, and what will be owed on a day of its contract.
with due as (
  select y.milestone_id, y.due_at as at, y.state from payouts y
  where y.brand_id = any (@brands::uuid[]) and y.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled') and y.due_at >= @from_at::timestamptz and y.due_at < @to_at::timestamptz
  union all
  select m.id, e.at, m.state from milestones m join contracts c on c.id = m.contract_id join brands b on b.id = m.brand_id join calendars z on z.id = b.calendar_id
  cross join lateral (select milestone_expected(m.id) + m.net_days * z.day_seconds * interval '1 second' as at) e
  where m.brand_id = any (@brands::uuid[]) and m.state = 'pending' and m.trigger = 'date' and c.state = 'executed' and e.at >= @from_at::timestamptz and e.at < @to_at::timestamptz)
select m.id, m.title, due.at::timestamptz as at, due.state, m.partnership_id, p.campaign_id, k.name as campaign_name, b.name as brand_name, c.id as creator_id, c.name as creator_name
from due join milestones m on m.id = due.milestone_id join partnerships p on p.id = m.partnership_id join campaigns k on k.id = p.campaign_id join brands b on b.id = m.brand_id join creators c on c.id = p.creator_id
where (sqlc.narg('brand_id')::uuid is null or m.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
order by due.at, m.id limit @max_rows;

-- name: CalendarCampaigns :many
select k.id, k.name, k.state, k.starts_on, k.ends_on, k.dates, b.name as brand_name
from campaigns k join brands b on b.id = k.brand_id
where k.brand_id = any (@brands::uuid[]) and (k.starts_on between @from_on::date and @to_on::date or k.ends_on between @from_on::date and @to_on::date
  or exists (select 1 from jsonb_array_elements(k.dates) d where (d ->> 'to')::date >= @from_on::date and (d ->> 'from')::date <= @to_on::date))
  and (sqlc.narg('brand_id')::uuid is null or k.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or k.id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or k.owner_id = sqlc.narg('owner_id')::uuid)
order by k.starts_on, k.id limit @max_rows;

-- name: CalendarAbsences :many
-- Of creators with whom a brand of the scope works.
select a.id, a.from_on, a.to_on, c.id as creator_id, c.name as creator_name
from creator_absences a join creators x on x.id = a.creator_id join creators c on c.id = coalesce(x.merged_into, x.id)
where a.to_on >= @from_on::date and a.from_on <= @to_on::date
  and (sqlc.narg('creator_id')::uuid is null or c.id = sqlc.narg('creator_id')::uuid)
  and exists (select 1 from partnerships p where p.creator_id = c.id and p.brand_id = any (@brands::uuid[])
    and p.stage not in ('prospect', 'declined', 'unresponsive', 'lapsed', 'terminated', 'banned')
    and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
    and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid))
order by a.from_on, a.id limit @max_rows;

-- name: InsertFeed :one
insert into calendar_feeds (id, user_id, campaign_id, token_hash) values (@id, @user_id, sqlc.narg('campaign_id'), @token_hash) returning created_at;

-- name: ListFeeds :many
-- The name of a campaign that the person may see no more is no longer shown.
select f.id, f.campaign_id, k.name as campaign_name, f.created_at, f.last_used_at
from calendar_feeds f left join campaigns k on k.id = f.campaign_id and k.brand_id = any (@brands::uuid[])
where f.user_id = @user_id and f.revoked_at is null order by f.created_at desc, f.id desc limit 200;

-- name: RevokeFeed :execrows
update calendar_feeds set revoked_at = now() where id = @id and user_id = @user_id and revoked_at is null;

-- name: FeedOf :one
-- A feed shows what its person may see now: the brands where they have a role, and none when they have left.
update calendar_feeds f set last_used_at = now() from users u
where f.token_hash = @token_hash and f.revoked_at is null and u.id = f.user_id and u.disabled_at is null
returning f.id, f.campaign_id, f.created_at, array(select distinct r.brand_id from user_roles r where r.user_id = f.user_id and r.effective_at <= now())::uuid[] as brands;
