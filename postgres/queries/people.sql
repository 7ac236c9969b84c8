-- name: CreateUser :exec
-- Without a password the person is invited to choose one.
insert into users (id, email, name, password_hash, invited_at) values (@id, @email, @name, @password_hash, case when @password_hash = '' then now() end);

-- name: CountUsers :one
select count(*) from users;

-- name: GetCredentials :one
select id, password_hash, (disabled_at is not null)::boolean as disabled from users where email = @email;

-- name: GetUserInScope :one
select u.id, u.email, u.name, (u.disabled_at is not null)::boolean as disabled, (u.invited_at is not null)::boolean as invited, u.created_at, lower(u.name)::text as sort_name,
  exists (select 1 from second_factors f where f.user_id = u.id and f.confirmed_at is not null and f.removed_at is null)::boolean as second_factor
from users u
where u.id = @id and person_of(u.id, @brands::uuid[]);

-- name: ListUsersInScope :many
select u.id, u.email, u.name, (u.disabled_at is not null)::boolean as disabled, (u.invited_at is not null)::boolean as invited, u.created_at, lower(u.name)::text as sort_name,
  exists (select 1 from second_factors f where f.user_id = u.id and f.confirmed_at is not null and f.removed_at is null)::boolean as second_factor
from users u
where person_of(u.id, @brands::uuid[])
  and (sqlc.narg('pattern')::text is null or u.name ilike sqlc.narg('pattern')::text or u.email ilike sqlc.narg('pattern')::text)
  and (sqlc.narg('state')::text is null
    or sqlc.narg('state')::text = case when u.disabled_at is not null then 'disabled' when u.invited_at is not null then 'invited' else 'active' end)
  and ((sqlc.narg('brand_id')::uuid is null and sqlc.narg('role')::text is null) or exists (select 1 from user_roles r where r.user_id = u.id and r.brand_id = any (@brands::uuid[])
    and r.effective_at <= now() and (sqlc.narg('brand_id')::uuid is null or r.brand_id = sqlc.narg('brand_id')::uuid) and (sqlc.narg('role')::text is null or r.role = sqlc.narg('role')::text)))
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

-- name: EnableUser :execrows
update users set disabled_at = null where id = @id and disabled_at is not null;

-- name: SetPassword :exec
update users set password_hash = @password_hash, invited_at = null where id = @id;

-- name: WhoGetsPasswordLink :one
-- Somebody who may sign in, or may once they were invited, with a brand of theirs that the mail is from.
select u.id, u.name, u.email, (u.invited_at is not null)::boolean as invited, b.id as brand_id, b.name as brand_name,
  coalesce((select x.name from users x where x.id = sqlc.narg('asked_by')::uuid), '')::text as asked_by
from users u join lateral (select r.brand_id from user_roles r where r.user_id = u.id union select q.brand_id from role_requests q where q.user_id = u.id) w on true
join brands b on b.id = w.brand_id
where (u.id = sqlc.narg('id')::uuid or u.email = sqlc.narg('email')::text) and u.disabled_at is null and b.id = any (@brands::uuid[])
order by b.name, b.id limit 1;

-- name: EndPasswordLinks :exec
update password_links set ended_at = now() where user_id = @user_id and used_at is null and ended_at is null;

-- name: CreatePasswordLink :exec
insert into password_links (message_id, user_id, invitation) values (@message_id, @user_id, @invitation);

-- name: MintPasswordLink :exec
-- An invitation may wait for a week; who forgot their password is at it.
update password_links set token_hash = @token_hash, expires_at = now() + case when invitation then interval '7 days' else interval '1 day' end where message_id = @message_id;

-- name: GetPasswordLink :one
select u.name, u.email, l.invitation from password_links l join users u on u.id = l.user_id
where l.token_hash = @token_hash and l.used_at is null and l.ended_at is null and l.expires_at > now() and u.disabled_at is null;

-- name: UsePasswordLink :one
update password_links l set used_at = now() from users u
where u.id = l.user_id and l.token_hash = @token_hash and l.used_at is null and l.ended_at is null and l.expires_at > now() and u.disabled_at is null
returning l.user_id, l.invitation;

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
-- What waits for a second person, or for its delay unless the role was taken away meanwhile.
select q.id, q.user_id, u.name as user_name, q.brand_id, b.name as brand_name, q.role, q.requested_by, a.name as requested_name,
  q.confirmed_by, c.name as confirmed_name, q.effective_at, q.created_at
from role_requests q
join users u on u.id = q.user_id
join brands b on b.id = q.brand_id
join users a on a.id = q.requested_by
left join users c on c.id = q.confirmed_by
where q.brand_id = any (@brands::uuid[]) and (q.effective_at is null or q.effective_at > now()
  and exists (select 1 from user_roles r where (r.user_id, r.brand_id, r.role, r.effective_at) = (q.user_id, q.brand_id, q.role, q.effective_at)))
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

-- name: GetSession :many
-- A row for each role that is in effect; one without a role where there is none.
select u.id as user_id, u.name, u.email, s.expires_at, (s.seen_at < now() - interval '1 minute')::boolean as stale, r.brand_id, b.name as brand_name, r.role,
  exists (select 1 from second_factors f where f.user_id = u.id and f.confirmed_at is not null and f.removed_at is null)::boolean as second_factor,
  s.step_up_id, x.at as proved_at
from sessions s join users u on u.id = s.user_id left join step_ups x on x.id = s.step_up_id left join user_roles r on r.user_id = u.id and r.effective_at <= now() left join brands b on b.id = r.brand_id
where s.token_hash = @token_hash and s.expires_at > now() and s.seen_at > now() - make_interval(secs => @idle_seconds)
  and u.disabled_at is null
order by b.name, r.brand_id, r.role;

-- name: TouchSession :exec
update sessions set seen_at = now() where token_hash = @token_hash;

-- name: DeleteSession :exec
delete from sessions where token_hash = @token_hash;

-- name: DeleteSessionsOf :exec
delete from sessions where user_id = @user_id;

-- name: DeleteOtherSessionsOf :exec
delete from sessions where user_id = @user_id and token_hash <> @keep;

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

-- name: ListDelegations :many
select d.id, d.brand_id, d.from_user, f.name as from_name, d.to_user, t.name as to_name, d.starts_at, coalesce(d.cancelled_at, d.ends_at)::timestamptz as ends_at,
  case when d.cancelled_at is not null or d.ends_at <= now() then 'ended' when d.starts_at > now() then 'planned' else 'running' end::text as state
from delegations d join users f on f.id = d.from_user join users t on t.id = d.to_user
where d.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or d.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('id')::uuid is null or d.id = sqlc.narg('id')::uuid)
order by d.cancelled_at is not null or d.ends_at <= now(), d.starts_at, d.id limit 500;

-- name: LockDelegations :exec
-- Two delegations that are made at once must see one another, or they could make a loop.
select pg_advisory_xact_lock(hashtextextended('delegations:' || (@brand_id::uuid)::text, 0));

-- name: DelegationLoop :one
select delegation_loops(@brand_id, @from_user, @to_user, @starts_at, @ends_at)::boolean;

-- name: CreateDelegation :exec
insert into delegations (id, brand_id, from_user, to_user, starts_at, ends_at, created_by) values (@id, @brand_id, @from_user, @to_user, @starts_at, @ends_at, @created_by);

-- name: EndDelegation :execrows
update delegations set cancelled_at = now() where id = @id and brand_id = any (@brands::uuid[]) and ends_at > now() and cancelled_at is null;

-- name: CalendarsOfUsers :many
select owner_id, zone, working_days, opens, closes, holidays, day_seconds from calendars where owner_kind = 'user' and owner_id = any (@users::uuid[]);

-- name: GetSlack :one
select connected_at, coalesce(last_error, '')::text as last_error from slack_channels where brand_id = @brand_id;

-- name: SetSlack :exec
-- The API may not read the address, so what replaces it is given and not taken from the row that was refused.
insert into slack_channels (brand_id, webhook_url, connected_by) values (@brand_id, @webhook_url, @by)
on conflict (brand_id) do update set webhook_url = @webhook_url, connected_by = @by, connected_at = now(), last_error = null;

-- name: RemoveSlack :exec
delete from slack_channels where brand_id = @brand_id;

-- name: WhoIsAlerted :many
-- A brand's admins and people of finance, with whom the alert is about, if it is about a person.
select distinct u.id, u.name, u.email, b.name as brand_name,
  coalesce((select d.zone from calendars d where d.owner_kind = 'user' and d.owner_id = u.id), (select d.zone from calendars d where d.owner_kind = 'brand' and d.owner_id = b.id), '')::text as zone,
  coalesce((select x.name from users x where x.id = @about), '')::text as about
from user_roles r join users u on u.id = r.user_id join brands b on b.id = r.brand_id
where r.brand_id = @brand_id and r.role in ('admin', 'finance_preparer', 'finance_releaser') and r.effective_at <= now() and u.disabled_at is null and u.invited_at is null order by u.email;

-- name: InsertAlertMail :execrows
insert into messages (id, brand_id, dedupe_key, direction, channel, kind, state, to_address, from_address, subject, body_text)
select @id, b.id, @dedupe_key, 'internal', 'email', 'internal', 'prepared', @to_address, b.mail_from, @subject, @body_text from brands b where b.id = @brand_id
on conflict (dedupe_key) do nothing;

-- name: CanDecide :one
select exists (select 1 from user_roles r join users u on u.id = r.user_id
  where r.user_id = @user_id and r.brand_id = @brand_id and r.role in ('ops', 'approver', 'legal', 'admin') and r.effective_at <= now() and u.disabled_at is null)::boolean;
