-- name: CreateUser :exec
insert into users (id, email, name, password_hash) values (@id, @email, @name, @password_hash);

-- name: CountUsers :one
select count(*) from users;

-- name: GetCredentials :one
select id, password_hash, (disabled_at is not null)::boolean as disabled from users where email = @email;

-- name: GetUserInScope :one
select u.id, u.email, u.name, (u.disabled_at is not null)::boolean as disabled, u.created_at, lower(u.name)::text as sort_name
from users u
where u.id = @id and exists (select 1 from user_roles r where r.user_id = u.id and r.brand_id = any (@brands::uuid[]));

-- name: ListUsersInScope :many
select u.id, u.email, u.name, (u.disabled_at is not null)::boolean as disabled, u.created_at, lower(u.name)::text as sort_name
from users u
where exists (select 1 from user_roles r where r.user_id = u.id and r.brand_id = any (@brands::uuid[]))
  and (sqlc.narg('after_name')::text is null or (lower(u.name), u.id) > (sqlc.narg('after_name')::text, sqlc.narg('after_id')::uuid))
order by lower(u.name), u.id
limit @max_rows;

-- name: LockUser :one
select id from users where id = @id for update;

-- name: BrandsElsewhere :many
-- Names of the brands outside the scope at which a person has a role.
select distinct b.name from user_roles r join brands b on b.id = r.brand_id where r.user_id = @user_id and r.brand_id <> all (@brands::uuid[]) order by b.name;

-- name: DisableUser :execrows
update users set disabled_at = coalesce(disabled_at, now()) where id = @id;

-- name: ListRolesOf :many
select r.user_id, r.brand_id, b.name as brand_name, r.role, r.effective_at
from user_roles r join brands b on b.id = r.brand_id
where r.user_id = any (@users::uuid[]) and r.effective_at <= now()
order by r.user_id, b.name, r.brand_id, r.role;

-- name: ListHeldRoles :many
-- Also those whose delay is not over.
select role from user_roles where user_id = @user_id and brand_id = @brand_id order by role;

-- name: GrantRole :exec
insert into user_roles (user_id, brand_id, role, granted_by, effective_at)
values (@user_id, @brand_id, @role, @granted_by, coalesce(sqlc.narg('effective_at')::timestamptz, now()))
on conflict do nothing;

-- name: RevokeRole :exec
delete from user_roles where user_id = @user_id and brand_id = @brand_id and role = @role;

-- name: CreateRoleRequest :execrows
insert into role_requests (id, user_id, brand_id, role, requested_by) values (@id, @user_id, @brand_id, @role, @requested_by)
on conflict (user_id, brand_id, role) where confirmed_by is null do nothing;

-- name: ListRoleRequests :many
-- What waits for a second person, or for its delay.
select q.id, q.user_id, u.name as user_name, q.brand_id, b.name as brand_name, q.role, q.requested_by, a.name as requested_name,
  q.confirmed_by, c.name as confirmed_name, q.effective_at, q.created_at
from role_requests q
join users u on u.id = q.user_id
join brands b on b.id = q.brand_id
join users a on a.id = q.requested_by
left join users c on c.id = q.confirmed_by
where q.brand_id = any (@brands::uuid[]) and (q.effective_at is null or q.effective_at > now())
order by q.created_at, q.id;

-- name: GetRoleRequest :one
select q.id, q.user_id, u.name as user_name, q.brand_id, b.name as brand_name, q.role, q.requested_by, a.name as requested_name,
  q.confirmed_by, c.name as confirmed_name, q.effective_at, q.created_at
from role_requests q
join users u on u.id = q.user_id
join brands b on b.id = q.brand_id
join users a on a.id = q.requested_by
left join users c on c.id = q.confirmed_by
where q.id = @id and q.brand_id = any (@brands::uuid[]);

-- name: ConfirmRoleRequest :one
update role_requests set confirmed_by = @confirmed_by, effective_at = now() + make_interval(secs => @delay_seconds)
where id = @id and confirmed_by is null
returning effective_at;

-- name: CreateSession :one
insert into sessions (token_hash, user_id, expires_at) values (@token_hash, @user_id, now() + make_interval(secs => @life_seconds))
returning expires_at;

-- name: GetSession :one
select u.id as user_id, u.name, u.email, s.expires_at, (s.seen_at < now() - interval '1 minute')::boolean as stale
from sessions s join users u on u.id = s.user_id
where s.token_hash = @token_hash and s.expires_at > now() and s.seen_at > now() - make_interval(secs => @idle_seconds)
  and u.disabled_at is null;

-- name: TouchSession :exec
update sessions set seen_at = now() where token_hash = @token_hash;

-- name: DeleteSession :exec
delete from sessions where token_hash = @token_hash;

-- name: DeleteSessionsOf :exec
delete from sessions where user_id = @user_id;

-- name: NoteAttempt :exec
insert into signin_attempts (subject, ok, at) values (@subject, false, clock_timestamp());

-- name: FailedAttempts :one
-- Failures of the subject in the window, and the seconds until the oldest of the last max_rows leaves it.
select count(*) as failures,
  coalesce(extract(epoch from min(a.at) + make_interval(secs => @window_seconds) - clock_timestamp()), 0)::float8 as free_in
from (
  select at from signin_attempts
  where subject = @subject and not ok and at > clock_timestamp() - make_interval(secs => @window_seconds)
  order by at desc limit @max_rows
) a;

-- name: ForgetAttempts :exec
delete from signin_attempts where subject = @subject;

-- name: ForgetLastAttempt :exec
delete from signin_attempts s
where s.subject = @subject and s.at = (select max(l.at) from signin_attempts l where l.subject = @subject);

-- name: CreateToken :one
insert into api_tokens (id, user_id, name, secret_hash, expires_at) values (@id, @user_id, @name, @secret_hash, sqlc.narg('expires_at'))
returning created_at;

-- name: ListTokens :many
select id, user_id, name, created_at, last_used_at, expires_at from api_tokens
where user_id = @user_id and revoked_at is null
order by created_at desc, id;

-- name: GetToken :one
select t.id, t.secret_hash, u.id as user_id, u.name, u.email, t.expires_at,
  (t.last_used_at is null or t.last_used_at < now() - interval '1 minute')::boolean as stale
from api_tokens t join users u on u.id = t.user_id
where t.id = @id and t.revoked_at is null and (t.expires_at is null or t.expires_at > now()) and u.disabled_at is null;

-- name: TouchToken :exec
update api_tokens set last_used_at = now() where id = @id;

-- name: RevokeToken :execrows
update api_tokens set revoked_at = now() where id = @id and user_id = @user_id and revoked_at is null;

-- name: RevokeTokensOf :exec
update api_tokens set revoked_at = now() where user_id = @user_id and revoked_at is null;

-- name: NoteAudit :exec
insert into audit_log (actor, action, subject, detail) values (sqlc.narg('actor'), @action, sqlc.narg('subject'), @detail);

-- name: GetPortalSession :one
select s.partnership_id, s.contact_id, s.expires_at
from portal_sessions s join portal_links l on l.token_hash = s.link_hash
where s.token_hash = @token_hash and s.expires_at > now() and l.revoked_at is null;

-- name: GetPartnershipParties :one
select brand_id, creator_id from partnerships where id = @id;
