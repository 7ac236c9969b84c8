-- name: ChangesUntil :one
-- Every transaction below has ended: what it changed is there to be read, and nothing will be added.
select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xid;

-- name: ChangesBetween :many
-- In the order of transactions and not of ids: an id may be taken long before its transaction commits. The time bounds how
-- far back a transaction may have begun, so that the index on it is used.
select id, xid::text::bigint as xid, brand_id, noun, ref, at from changes
where at > now() - make_interval(secs => @back_seconds)
  and xid >= (@from_xid::bigint)::text::xid8 and xid < (@until_xid::bigint)::text::xid8
  and (xid > (@from_xid::bigint)::text::xid8 or id > @after_id::bigint)
order by changes.xid, id
limit @max_rows;

-- name: ChangeKept :one
select exists (select 1 from changes where id = @id and xid = (@xid::bigint)::text::xid8)::boolean;

-- name: BrandsOfListener :many
-- The brands that a session or a token reaches now; asking does not count as using it.
select distinct r.brand_id from user_roles r join users u on u.id = r.user_id
where u.disabled_at is null and r.effective_at <= now() and (
  u.id = (select s.user_id from sessions s where s.token_hash = sqlc.narg('session_hash')::bytea and s.expires_at > now() and s.seen_at > now() - make_interval(secs => @idle_seconds))
  or u.id = (select t.user_id from api_tokens t where t.id = sqlc.narg('token_id')::uuid and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())));
