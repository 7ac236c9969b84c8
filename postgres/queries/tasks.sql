-- name: ListTasks :many
-- A snoozed task counts as open once its time has come. The page is found brand by brand before anything is read about its tasks.
with page as materialized (select f.id from unnest(@brands::uuid[]) x(brand) cross join lateral (
  select t.id, t.due_at from tasks t where t.brand_id = x.brand
    and (sqlc.narg('id')::uuid is null or t.id = sqlc.narg('id')::uuid)
    and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('partnership_id')::uuid is null or t.partnership_id = sqlc.narg('partnership_id')::uuid)
    and (sqlc.narg('owner_id')::uuid is null or t.owner_id = sqlc.narg('owner_id')::uuid
      or (@with_roles::boolean and t.owner_id is null and exists (select 1 from user_roles r
        where r.user_id = sqlc.narg('owner_id')::uuid and r.brand_id = t.brand_id and r.role = t.owner_role and r.effective_at <= now())))
    and (sqlc.narg('state')::text is null or (case when t.state = 'snoozed' and t.snoozed_until <= now() then 'open' else t.state end) = sqlc.narg('state')::text)
    and (sqlc.narg('state')::text is null or sqlc.narg('state')::text not in ('open', 'snoozed') or t.state in ('open', 'snoozed')) -- there is an index of those
    and (sqlc.narg('after_due')::timestamptz is null
      or (coalesce(t.due_at, '9999-01-01'), t.id) > (sqlc.narg('after_due')::timestamptz, sqlc.narg('after_id')::uuid))
  order by t.due_at, t.id limit @max_rows::int) f order by f.due_at, f.id limit @max_rows::int)
select t.id, t.brand_id, t.partnership_id, t.kind, t.code, coalesce(t.title, '')::text as title,
  (case when t.state = 'snoozed' and t.snoozed_until <= now() then 'open' else t.state end)::text as state,
  t.owner_id, u.name as owner_name, t.owner_role, t.ref, t.due_at, t.snoozed_until, t.note, t.created_at, t.done_at, t.done_by, coalesce(e.name, '')::text as done_by_name,
  c.id as creator_id, c.name as creator_name, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform
from page join tasks t on t.id = page.id
left join users u on u.id = t.owner_id
left join users e on e.id = t.done_by
left join partnerships p on p.id = t.partnership_id
left join creators c on c.id = coalesce(t.creator_id, p.creator_id)
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true
order by t.due_at, t.id;

-- name: MatchingTasks :many
-- Those of the list with the same filter.
select t.id from tasks t
where t.brand_id = any (@brands::uuid[])
  and (cardinality(@ids::uuid[]) = 0 or t.id = any (@ids::uuid[]))
  and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('partnership_id')::uuid is null or t.partnership_id = sqlc.narg('partnership_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or t.owner_id = sqlc.narg('owner_id')::uuid
    or (@with_roles::boolean and t.owner_id is null and exists (select 1 from user_roles r
      where r.user_id = sqlc.narg('owner_id')::uuid and r.brand_id = t.brand_id and r.role = t.owner_role and r.effective_at <= now())))
  and (sqlc.narg('state')::text is null or (case when t.state = 'snoozed' and t.snoozed_until <= now() then 'open' else t.state end) = sqlc.narg('state')::text)
  and (sqlc.narg('state')::text is null or sqlc.narg('state')::text not in ('open', 'snoozed') or t.state in ('open', 'snoozed')) -- there is an index of those
order by t.id limit @max_rows;

-- name: LockTasks :many
-- In an order that is the same for everybody.
select id, brand_id, kind, state, done_by, coalesce(done_at > now() - interval '24 hours', false)::boolean as done_lately from tasks where id = any (@ids::uuid[]) order by id for update;

-- name: CompleteTasks :exec
update tasks set state = 'done', snoozed_until = null, done_by = @done_by, done_at = now(), note = coalesce(nullif(@note::text, ''), note) where id = any (@ids::uuid[]);

-- name: ReassignTasks :exec
update tasks set owner_id = @owner_id where id = any (@ids::uuid[]);

-- name: SnoozeTasks :exec
update tasks set state = 'snoozed', snoozed_until = @until where id = any (@ids::uuid[]);

-- name: LockTask :one
select id, brand_id, kind, state, owner_id, owner_role, done_by, coalesce(done_at > now() - interval '24 hours', false)::boolean as done_lately from tasks where id = @id and brand_id = any (@brands::uuid[]) for update;

-- name: CompleteTask :exec
update tasks set state = 'done', snoozed_until = null, done_by = @done_by, done_at = now(), note = coalesce(nullif(@note::text, ''), note) where id = @id;

-- name: ReopenTasks :exec
update tasks set state = 'open', done_by = null, done_at = null where id = any (@ids::uuid[]);

-- name: ReassignTask :exec
update tasks set owner_id = @owner_id where id = @id;

-- name: SnoozeTask :exec
update tasks set state = 'snoozed', snoozed_until = @until where id = @id;

-- name: CreateTask :exec
insert into tasks (id, brand_id, creator_id, dedupe_key, kind, code, owner_id, owner_role, ref, due_at)
values (@id, @brand_id, sqlc.narg('creator_id'), sqlc.narg('dedupe_key'), @kind, @code, sqlc.narg('owner_id'), sqlc.narg('owner_role'), sqlc.narg('ref'), sqlc.narg('due_at'))
on conflict (dedupe_key) do nothing;
