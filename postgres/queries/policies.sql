-- name: ListSequences :many
-- The newest version of each that the brands may use; a brand's own wins over the common one of the same name.
select distinct on (s.name, s.brand_id) s.id, s.version, s.brand_id, s.name, s.trigger_on, s.steps, s.cool_off_days, s.created_at
from sequences s
where (s.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or s.brand_id = sqlc.narg('brand_id')::uuid))
  or (s.brand_id is null and not exists (select 1 from sequences o where o.name = s.name and o.brand_id = sqlc.narg('brand_id')::uuid))
order by s.name, s.brand_id, s.version desc;

-- name: NewestSequence :one
select id, version, (trigger_on is not null)::boolean as triggered from sequences where brand_id = @brand_id and name = @name order by version desc limit 1;

-- name: CreateSequence :one
insert into sequences (id, version, brand_id, name, trigger_on, steps, cool_off_days, created_by)
values (@id, @version, @brand_id, @name, sqlc.narg('trigger_on'), @steps, @cool_off_days, @created_by)
returning created_at;

-- name: SequenceForBrand :one
select exists (select 1 from sequences s where s.id = @id and (s.brand_id is null or s.brand_id = @brand_id)
  and (select n.trigger_on is null from sequences n where n.id = s.id order by n.version desc limit 1))::boolean;

-- name: AutomationForBrand :one
select exists (select 1 from sequences s where s.id = @id and (s.brand_id is null or s.brand_id = @brand_id)
  and (select n.trigger_on is not null from sequences n where n.id = s.id order by n.version desc limit 1))::boolean;

-- name: SequenceVersion :one
-- One version of a sequence that the brand may use; the newest without a number.
select s.id, s.version, s.name, s.trigger_on, s.steps, s.cool_off_days, (select max(n.version) from sequences n where n.id = s.id)::int as newest
from sequences s where s.id = @id and (s.brand_id is null or s.brand_id = @brand_id) and (@version::int = 0 or s.version = @version::int) order by s.version desc limit 1;

-- name: SequencesToStart :many
select distinct on (s.id) s.id, s.version, s.trigger_on, s.steps, s.cool_off_days from sequences s where s.id = any (@ids::uuid[]) order by s.id, s.version desc;

-- name: ListTemplates :many
select distinct on (t.name, t.brand_id) t.id, t.version, t.brand_id, t.name, t.subject, t.body, t.created_at
from templates t
where (t.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid))
  or (t.brand_id is null and not exists (select 1 from templates o where o.name = t.name and o.brand_id = sqlc.narg('brand_id')::uuid))
order by t.name, t.brand_id, t.version desc;

-- name: NewestTemplate :one
select id, version from templates where brand_id = @brand_id and name = @name order by version desc limit 1;

-- name: CreateTemplate :one
insert into templates (id, version, brand_id, name, subject, body, created_by)
values (@id, @version, @brand_id, @name, @subject, @body, @created_by)
returning created_at;

-- name: ListPolicies :many
select distinct on (p.name, p.brand_id) p.id, p.version, p.brand_id, p.name, p.stages, p.on_silence, p.created_at
from policies p
where (p.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid))
  or (p.brand_id is null and not exists (select 1 from policies o where o.name = p.name and o.brand_id = sqlc.narg('brand_id')::uuid))
order by p.name, p.brand_id, p.version desc;

-- name: NewestPolicy :one
select id, version from policies where brand_id = @brand_id and name = @name order by version desc limit 1;

-- name: CreatePolicy :one
insert into policies (id, version, brand_id, name, stages, on_silence, created_by)
values (@id, @version, @brand_id, @name, @stages, @on_silence, @created_by)
returning created_at;

-- name: PolicyForBrand :one
select exists (select 1 from policies where id = @id and (brand_id is null or brand_id = @brand_id))::boolean;

-- name: PeopleOutside :many
-- Who of the people has no role at the brand.
select u::uuid as user_id from unnest(@people::uuid[]) u
where not exists (select 1 from user_roles r where r.user_id = u and r.brand_id = @brand_id);
