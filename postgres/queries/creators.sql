-- name: CreateCreator :exec
insert into creators (id, name, country, zone, language, locale, tags)
values (@id, @name, nullif(@country::text, ''), nullif(@zone::text, ''), nullif(@language::text, ''), nullif(@locale::text, ''), @tags);

-- name: CreateCreators :copyfrom
insert into creators (id, name, country, zone, language, tags) values (@id, @name, @country, @zone, @language, @tags);

-- name: CreateAccounts :copyfrom
insert into creator_accounts (id, creator_id, platform, handle, platform_id, url)
values (@id, @creator_id, @platform, @handle, @platform_id, @url);

-- name: CreateContacts :copyfrom
insert into contacts (id, creator_id, role, name, email) values (@id, @creator_id, @role, @name, @email);

-- name: UpsertFollowers :exec
insert into follower_snapshots (account_id, as_of, followers, source)
select unnest(@accounts::uuid[]), unnest(@days::date[]), unnest(@followers::bigint[]), 'entered'
on conflict (account_id, as_of, source) do update set followers = excluded.followers;

-- name: UpdateCreator :one
update creators set name = @name, country = nullif(@country::text, ''), zone = nullif(@zone::text, ''),
  language = nullif(@language::text, ''), locale = nullif(@locale::text, ''), tags = @tags, version = version + 1
where id = @id and version = @version
returning version;

-- name: UpdateAccount :exec
update creator_accounts set handle = @handle, platform_id = nullif(@platform_id::text, ''), url = nullif(@url::text, '')
where id = @id;

-- name: DeleteAccount :exec
delete from creator_accounts where id = @id;

-- name: UpdateContact :exec
update contacts set role = @role, name = nullif(@name::text, '') where id = @id;

-- name: DeleteContact :exec
delete from contacts where id = @id;

-- name: LockCreator :one
select id, version from creators where id = @id for update;

-- name: SetDoNotContact :execrows
update creators set do_not_contact_at = case when @on_list::boolean then coalesce(do_not_contact_at, now()) end,
  do_not_contact_reason = case when @on_list::boolean then nullif(@reason::text, '') end, version = version + 1
where id = @id and merged_into is null;

-- name: SetBan :execrows
update creators set banned_at = case when @banned::boolean then coalesce(banned_at, now()) end,
  banned_reason = case when @banned::boolean then nullif(@reason::text, '') end, version = version + 1
where id = @id and merged_into is null;

-- name: ListCreators :many
select c.id, c.name, c.country, c.zone, c.language, coalesce(c.locale, '')::text as locale, c.tags, c.do_not_contact_at, c.do_not_contact_reason, c.banned_at,
  c.banned_reason, c.version, c.created_at, c.merged_into, coalesce(p.state, 'none')::text as payee_state, lower(c.name)::text as sort_name
from creators c left join payees p on p.creator_id = c.id
where c.merged_into is null and (sqlc.narg('country')::text is null or c.country = sqlc.narg('country')::text)
  and (sqlc.narg('tag')::text is null or sqlc.narg('tag')::text = any (c.tags))
  and (sqlc.narg('pattern')::text is null or c.name ilike sqlc.narg('pattern')::text
    or exists (select 1 from creator_accounts a where a.creator_id = c.id and a.handle ilike sqlc.narg('pattern')::text)
    or exists (select 1 from contacts k where k.creator_id = c.id and k.email ilike sqlc.narg('pattern')::text))
  and (sqlc.narg('after_name')::text is null or (lower(c.name), c.id) > (sqlc.narg('after_name')::text, sqlc.narg('after_id')::uuid))
order by lower(c.name), c.id
limit @max_rows;

-- name: GetCreators :many
select c.id, c.name, c.country, c.zone, c.language, coalesce(c.locale, '')::text as locale, c.tags, c.do_not_contact_at, c.do_not_contact_reason, c.banned_at,
  c.banned_reason, c.version, c.created_at, c.merged_into, coalesce(p.state, 'none')::text as payee_state, lower(c.name)::text as sort_name
from creators c left join payees p on p.creator_id = c.id
where c.id = any (@ids::uuid[]);

-- name: ListAccountsOf :many
-- With the newest follower count of each; on one day a measured count is better than an entered one.
select a.id, a.creator_id, a.platform, a.handle, a.platform_id, a.url, coalesce(f.as_of, '0001-01-01')::date as as_of, coalesce(f.followers, -1)::bigint as followers
from creator_accounts a
left join lateral (
  select s.as_of, s.followers from follower_snapshots s where s.account_id = a.id
  order by s.as_of desc, s.source desc limit 1
) f on true
where a.creator_id = any (@creators::uuid[])
order by a.creator_id, coalesce(f.followers, 0) desc, a.platform, a.handle;

-- name: ListContactsOf :many
select id, creator_id, role, name, email from contacts where creator_id = any (@creators::uuid[]) order by creator_id, role, email;

-- name: CountPartnershipsOf :many
select creator_id, count(*)::int as n from partnerships
where creator_id = any (@creators::uuid[]) and brand_id = any (@brands::uuid[])
group by creator_id;

-- name: LockImports :exec
select pg_advisory_xact_lock(7210034);

-- name: FindCreatorsByAccounts :many
select distinct a.creator_id
from creator_accounts a
join (select unnest(@platforms::text[]) as platform, unnest(@handles::text[]) as handle) k
  on k.platform = a.platform and k.handle = lower(a.handle);

-- name: FindCreatorsByPlatformIDs :many
select distinct a.creator_id
from creator_accounts a
join (select unnest(@platforms::text[]) as platform, unnest(@platform_ids::text[]) as platform_id) k
  on k.platform = a.platform and k.platform_id = a.platform_id;

-- name: FindCreatorsByEmails :many
-- A creator who became part of another one may have kept an address that both had.
select distinct k.creator_id from contacts k join creators c on c.id = k.creator_id and c.merged_into is null where k.email = any (@emails::text[]);

-- name: ListEnteredFollowers :many
select s.account_id, s.as_of, s.followers
from follower_snapshots s join creator_accounts a on a.id = s.account_id
where a.creator_id = any (@creators::uuid[]) and s.source = 'entered';

-- name: CreateAddressTasks :exec
insert into tasks (id, brand_id, creator_id, dedupe_key, kind, owner_role, due_at)
select t.id, @brand_id::uuid, t.creator_id, 'find_address/' || t.creator_id, 'find_address', 'ops', @due_at::timestamptz
from (select unnest(@ids::uuid[]) as id, unnest(@creators::uuid[]) as creator_id) t
on conflict (dedupe_key) do nothing;

-- name: CloseAddressTask :exec
update tasks set state = 'cancelled', snoozed_until = null, done_at = now()
where dedupe_key in (select 'find_address/' || @creator_id::uuid union all select 'find_address/' || c.id from creators c where c.merged_into = @creator_id::uuid)
  and state in ('open', 'snoozed');

-- name: SearchCreators :many
select c.id, c.name, coalesce((select a.handle || ' · ' || a.platform from creator_accounts a where a.creator_id = c.id order by a.platform, a.handle limit 1), '')::text as subtitle
from creators c
where c.merged_into is null and (c.name ilike @pattern or exists (select 1 from creator_accounts a where a.creator_id = c.id and a.handle ilike @pattern))
order by (c.name ilike @prefix) desc, lower(c.name), c.id
limit @max_rows;

-- name: SearchPartnerships :many
select p.id, c.name as creator_name, g.name as campaign_name, p.stage
from partnerships p join creators c on c.id = p.creator_id join campaigns g on g.id = p.campaign_id
where p.brand_id = any (@brands::uuid[]) and (c.name ilike @pattern
  or exists (select 1 from creator_accounts a where a.creator_id = c.id and a.handle ilike @pattern))
order by p.updated_at desc, p.id
limit @max_rows;

-- name: SearchCampaigns :many
select g.id, g.name, b.name as brand_name, g.state
from campaigns g join brands b on b.id = g.brand_id
where g.brand_id = any (@brands::uuid[]) and g.name ilike @pattern
order by g.created_at desc, g.id
limit @max_rows;

-- name: OpenPartnershipsOf :many
-- Those whose workflow still listens: an ended one does until what was owed by then is paid.
select p.id, p.brand_id from partnerships p where p.creator_id = @creator_id and p.stage <> 'lapsed'
  and (p.stage <> 'terminated' or exists (select 1 from milestones m where m.partnership_id = p.id and m.state = 'met')) order by p.id;
