-- name: GetProfile :one
select p.preferences, p.style_notes, p.rates, p.version from creator_profiles p where p.creator_id = @creator_id and p.brand_id = @brand_id and p.brand_id = any (@brands::uuid[]);

-- name: InsertProfile :execrows
-- None when somebody else was faster.
insert into creator_profiles (creator_id, brand_id, preferences, style_notes, rates, updated_by)
values (@creator_id, @brand_id, @preferences, @style_notes, @rates, @updated_by) on conflict (creator_id, brand_id) do nothing;

-- name: UpdateProfile :execrows
update creator_profiles set preferences = @preferences, style_notes = @style_notes, rates = @rates, version = version + 1, updated_by = @updated_by, updated_at = now()
where creator_id = @creator_id and brand_id = @brand_id and version = @version;

-- name: FollowersOf :many
-- On one day a measured count comes last, as the better one.
select s.account_id, s.as_of, s.followers, s.source
from follower_snapshots s join creator_accounts a on a.id = s.account_id
where a.creator_id = @creator_id order by s.as_of, s.account_id, s.source;

-- name: ValuesOfFields :many
-- Of fields that are still shown.
select v.field_id, f.kind, v.value from creator_field_values v join creator_fields f on f.id = v.field_id
where v.creator_id = @creator_id and v.brand_id = @brand_id and v.brand_id = any (@brands::uuid[]) and f.archived_at is null
order by f.created_at, f.id;

-- name: DeleteValues :exec
-- The values of archived fields are kept.
delete from creator_field_values v using creator_fields f
where f.id = v.field_id and f.archived_at is null and v.creator_id = @creator_id and v.brand_id = @brand_id and v.field_id <> all (@keep::uuid[]);

-- name: UpsertValues :exec
insert into creator_field_values (creator_id, field_id, brand_id, value)
select @creator_id, x.field_id, @brand_id, x.value from (select unnest(@fields::uuid[]) as field_id, unnest(@vals::text[]) as value) x
on conflict (creator_id, field_id) do update set value = excluded.value;

-- name: PartnershipsWithDates :many
-- Those of a brand whose workflow still listens: of one creator, of one campaign, or of every creator who has the field.
select p.id, p.brand_id from partnerships p
where p.brand_id = @brand_id and p.stage not in ('lapsed', 'terminated')
  and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('field_id')::uuid is null or exists (select 1 from creator_field_values v where v.creator_id = p.creator_id and v.field_id = sqlc.narg('field_id')::uuid))
order by p.id;

-- name: ListCreatorFields :many
select f.id, f.brand_id, f.name, f.kind, f.options from creator_fields f
where f.brand_id = any (@brands::uuid[]) and f.archived_at is null and (sqlc.narg('brand_id')::uuid is null or f.brand_id = sqlc.narg('brand_id')::uuid)
order by f.created_at, f.id;

-- name: CountCreatorFields :one
select count(*)::int from creator_fields where brand_id = @brand_id and archived_at is null;

-- name: CreateCreatorField :exec
insert into creator_fields (id, brand_id, name, kind, options) values (@id, @brand_id, @name, @kind, @options);

-- name: ArchiveCreatorField :one
update creator_fields set archived_at = coalesce(archived_at, now()) where id = @id and brand_id = any (@brands::uuid[]) returning brand_id, kind;

-- name: FindDuplicates :many
-- What others have in common with a creator: each clue with whom it points to.
with found as (
  select c.id, 'name'::text as clue, c.name as what from creators me join creators c on name_key(c.name) = name_key(me.name)
  where me.id = @id::uuid and name_key(me.name) <> ''
  union all
  select b.creator_id, 'handle', b.handle || ' · ' || b.platform from creator_accounts a join creator_accounts b on lower(b.handle) = lower(a.handle) and b.platform <> a.platform
  where a.creator_id = @id::uuid
  union all
  select b.creator_id, case when a.role = 'creator' and b.role = 'creator' then 'email' else 'agent' end, b.email from contacts a join contacts b on b.email = a.email
  where a.creator_id = @id::uuid
  union all
  select b.creator_id, 'local_part', split_part(b.email, '@', 1) from contacts a join contacts b on split_part(b.email, '@', 1) = split_part(a.email, '@', 1) and b.email <> a.email
  where a.creator_id = @id::uuid and a.role = 'creator' and b.role = 'creator'
)
select f.id, c.name, f.clue, f.what from found f join creators c on c.id = f.id
where f.id <> @id::uuid and c.merged_into is null
order by f.id, f.clue, f.what limit 2000;

-- name: LockCreators :exec
select lock_creators(@from_creator::uuid, @into_creator::uuid);

-- name: MergeCreators :one
select merge_creators(@id, @from_creator, @into_creator, @by_user)::text;

-- name: UndoCreatorMerge :one
select undo_creator_merge(@id, @by_user)::text;

-- name: MergePartnerships :many
select x.id::uuid as id, x.brand_id::uuid as brand_id, x.moved::boolean as moved from merge_partnerships(@id) x;

-- name: MergesOf :many
-- Who did it is named to those who share a brand with them.
select x.id::uuid as id, x.at::timestamptz as at, x.undo_until::timestamptz as undo_until, coalesce(x.undone_at, '0001-01-01')::timestamptz as undone_at, x.moved::jsonb as moved,
  f.id as from_id, f.name as from_name, i.id as into_id, i.name as into_name, u.id as by_id, u.name as by_name
from merges_of(sqlc.narg('creator_id')::uuid, sqlc.narg('id')::uuid) x join creators f on f.id = x.from_creator join creators i on i.id = x.into_creator
left join users u on u.id = x.by and exists (select 1 from user_roles r where r.user_id = u.id and r.brand_id = any (@brands::uuid[]))
order by x.at desc, x.id desc limit 200;
