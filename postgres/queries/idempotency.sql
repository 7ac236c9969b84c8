-- name: TryLockKey :one
select pg_try_advisory_xact_lock(hashtextextended(@subject::text, 7210035))::boolean;

-- name: GetAnswer :one
select body_sha256, status, content_type, answer, (status is null and created_at > now() - make_interval(secs => @stale_seconds))::boolean as running
from idempotency where principal = @principal and operation = @operation and key = @key;

-- name: FirstClaim :execrows
insert into idempotency (principal, operation, key, body_sha256) values (@principal, @operation, @key, @body_sha256) on conflict do nothing;

-- name: TakeOverKey :execrows
-- Of a request that was only accepted, or that left its claim behind.
update idempotency set status = null, content_type = null, answer = null, created_at = now()
where principal = @principal and operation = @operation and key = @key and body_sha256 = @body_sha256
  and (status = 202 or status is null and created_at <= now() - make_interval(secs => @stale_seconds));

-- name: SaveAnswer :exec
insert into idempotency (principal, operation, key, body_sha256, status, content_type, answer)
values (@principal, @operation, @key, @body_sha256, @status::int, @content_type::text, @answer::bytea)
on conflict (principal, operation, key) do update set status = excluded.status, content_type = excluded.content_type, answer = excluded.answer;

-- name: ReleaseKey :exec
delete from idempotency where principal = @principal and operation = @operation and key = @key and status is null;
