-- name: LockNotificationRound :one
-- One round at a time; another one does not wait for it.
select xid, at from notification_round for update skip locked;

-- name: SaveNotificationRound :exec
update notification_round set xid = @xid, at = @at;

-- name: NotifiedPeople :many
-- Whoever may be told something: enabled, with a password and a role in effect. Without a calendar of their own they keep the hours of their first brand.
select u.id, u.name, u.email, (s.user_id is not null)::boolean as has_settings, coalesce(s.quiet_from, '')::text as quiet_from, coalesce(s.quiet_until, '')::text as quiet_until,
  coalesce(s.urgent_passes, false)::boolean as urgent_passes, coalesce(s.digest_at, '')::text as digest_at, coalesce(s.choices, '{}')::jsonb as choices,
  r.brands::uuid[] as brands, r.names::text[] as names, r.roles::text[] as roles, c.zone, c.working_days, c.opens, c.closes, c.holidays, c.day_seconds, f.mail_from, f.mail_from_name
from users u
join lateral (select array_agg(x.brand_id order by b.name, x.brand_id, x.role) as brands, array_agg(b.name order by b.name, x.brand_id, x.role) as names, array_agg(x.role order by b.name, x.brand_id, x.role) as roles
  from user_roles x join brands b on b.id = x.brand_id where x.user_id = u.id and x.effective_at <= now()) r on r.brands is not null
join brands f on f.id = r.brands[1]
join lateral (select k.zone, k.working_days, k.opens, k.closes, k.holidays, k.day_seconds from calendars k
  where k.owner_kind = 'user' and k.owner_id = u.id or k.id = f.calendar_id order by k.owner_kind = 'user' desc limit 1) c on true
left join notification_settings s on s.user_id = u.id
where u.disabled_at is null and u.invited_at is null and (sqlc.narg('id')::uuid is null or u.id = sqlc.narg('id')::uuid)
order by u.id;

-- name: TasksToTell :many
-- Open tasks that changed, with each person who may do them.
with changed as materialized (select distinct c.ref from changes c where c.noun = 'task' and c.at > now() - interval '48 hours'
  and c.xid >= (@from_xid::bigint)::text::xid8 and c.xid < (@until_xid::bigint)::text::xid8)
select t.id, t.brand_id, t.partnership_id, t.kind, t.code, t.ref, t.due_at, t.created_at, r.user_id
from changed x join tasks t on t.id = x.ref
join lateral (select distinct y.user_id from user_roles y where y.brand_id = t.brand_id and y.effective_at <= now() and (y.user_id = t.owner_id or t.owner_id is null and y.role = t.owner_role)) r on true
where t.state = 'open';

-- name: EventsToTell :many
-- What happened in partnerships, for their owners. What the owner did needs no telling.
with changed as materialized (select distinct c.ref from changes c where c.noun in ('partnership', 'review') and c.at > now() - interval '48 hours'
  and c.xid >= (@from_xid::bigint)::text::xid8 and c.xid < (@until_xid::bigint)::text::xid8)
select e.source_id, e.seq, e.brand_id, e.partnership_id, e.kind, e.code, e.ref, e.at, p.owner_id
from changed x join partnership_events e on e.source_id = x.ref join partnerships p on p.id = e.partnership_id
where e.recorded_at > @since and e.kind = any (@kinds::text[]) and e.actor is distinct from p.owner_id;

-- name: PayoutsToTell :many
-- How many payments of a brand are due in a lane, with the brand's date.
select p.brand_id, l.due::text as lane, count(*)::int as n, to_char(now() at time zone k.zone, 'YYYY-MM-DD')::text as day, k.day_seconds
from payouts p join payout_lanes l on l.id = p.id join brands b on b.id = p.brand_id join calendars k on k.id = b.calendar_id
where p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled') and l.due <> ''
group by 1, 2, 4, 5 order by 1, 2;

-- name: SecurityToTell :many
-- What changed about a person's roles and sign-in, by whomever.
select id, at, action, subject::uuid as user_id, coalesce(detail ->> 'role', '')::text as role from audit_log
where at > @since and subject is not null and (action in ('role.granted', 'role.confirmed', 'role.revoked', 'second_factor.added', 'second_factor.removed', 'second_factor.reset', 'second_factor.codes_replaced',
  'password.changed', 'password.chosen', 'user.enabled'));

-- name: TokensToTell :many
select id, at, action, actor::uuid as user_id from audit_log where at > @since and actor is not null and action = 'token.created';

-- name: InsertNotification :execrows
insert into notifications (id, user_id, brand_id, event, key, kind, code, n, task_id, review_id, partnership_id, ref, at, mail)
values (@id, @user_id, sqlc.narg('brand_id'), @event, @key, @kind, @code, @n, sqlc.narg('task_id'), sqlc.narg('review_id'), sqlc.narg('partnership_id'), sqlc.narg('ref'), @at, @mail)
on conflict (user_id, key) do nothing;

-- name: NotificationMail :one
select mail from notifications where user_id = @user_id and key = @key;

-- name: ReadOlderOfReview :exec
-- The newest word about a review stands for the earlier ones.
update notifications set read_at = now() where user_id = @user_id and review_id = @review_id and key <> @key and read_at is null;

-- name: ListNotifications :many
-- What a task or a review asked for is read once somebody did it.
select x.id, x.brand_id, coalesce(b.name, '')::text as brand_name, x.event, x.kind, x.code, x.n, x.task_id, x.review_id, x.partnership_id, x.ref, x.at,
  (x.read_at is not null or notification_over(x))::boolean as read, notification_over(x)::boolean as over,
  coalesce(c.name, '')::text as creator_name, c.id as creator_id, coalesce(t.title, '')::text as task_title, coalesce(t.due_at, v.due_at) as due_at, coalesce(d.title, '')::text as piece
from notifications x
left join brands b on b.id = x.brand_id
left join tasks t on t.id = x.task_id
left join reviews v on v.id = x.review_id
left join deliverables d on d.id = coalesce(v.deliverable_id, case when x.event = 'draft' then x.ref end)
left join partnerships p on p.id = x.partnership_id
left join creators c on c.id = coalesce(p.creator_id, t.creator_id)
where x.user_id = @user_id and (x.brand_id is null or x.brand_id = any (@brands::uuid[])) and x.event = any (@events::text[])
  and (sqlc.narg('after_at')::timestamptz is null or (x.at, x.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  and (@mail::text = '' or x.mail = @mail::text)
order by x.at desc, x.id desc limit @max_rows;

-- name: CountUnread :one
select count(*)::int from notifications x
where x.user_id = @user_id and (x.brand_id is null or x.brand_id = any (@brands::uuid[])) and x.event = any (@events::text[]) and x.read_at is null and not notification_over(x);

-- name: ReadNotifications :exec
update notifications set read_at = now() where user_id = @user_id and read_at is null and (cardinality(@ids::uuid[]) = 0 or id = any (@ids::uuid[])) and at <= @until;

-- name: SaveNotificationSettings :exec
insert into notification_settings (user_id, quiet_from, quiet_until, urgent_passes, digest_at, choices)
values (@user_id, @quiet_from, @quiet_until, @urgent_passes, @digest_at, @choices)
on conflict (user_id) do update set quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, urgent_passes = excluded.urgent_passes, digest_at = excluded.digest_at,
  choices = excluded.choices, updated_at = now();

-- name: PeopleWithMail :many
-- Whose mail waits to be sent at once.
select distinct user_id from notifications where mail = 'now';

-- name: LockWaitingMail :one
-- Two workers do not put the same into two mails, nor what belongs into one.
select pg_try_advisory_xact_lock(hashtextextended(@person::text, 40))::boolean as free;

-- name: WaitingMail :many
select id from notifications where user_id = @user_id and mail = @mail::text order by id;

-- name: MailedNotifications :exec
update notifications set mail = 'sent', message_id = @message_id where id = any (@ids::uuid[]);

-- name: PastNotifications :exec
-- What was settled before its mail went out, or may not be told any more.
update notifications set mail = 'past' where id = any (@ids::uuid[]) and mail in ('now', 'digest');

-- name: InsertHouseMail :execrows
insert into messages (id, dedupe_key, direction, channel, kind, state, to_address, from_address, subject, body_text, body_html)
values (@id, @dedupe_key, 'internal', 'email', 'internal', 'prepared', @to_address, @from_address, @subject, @body_text, @body_html)
on conflict (dedupe_key) do nothing;

-- name: ClaimDigest :execrows
insert into notification_digests (user_id, day) values (@user_id, @day) on conflict do nothing;

-- name: DigestTasks :many
-- What waits for a person now, by due time.
select t.id, t.brand_id, b.name as brand_name, t.partnership_id, t.kind, t.code, coalesce(t.title, '')::text as title, t.ref, t.due_at, t.created_at, c.id as creator_id, coalesce(c.name, '')::text as creator_name
from tasks t join brands b on b.id = t.brand_id left join partnerships p on p.id = t.partnership_id left join creators c on c.id = coalesce(t.creator_id, p.creator_id)
where t.brand_id = any (@brands::uuid[]) and (t.state = 'open' or t.state = 'snoozed' and t.snoozed_until <= now())
  and (t.owner_id = @user_id or t.owner_id is null and exists (select 1 from user_roles r where r.user_id = @user_id and r.brand_id = t.brand_id and r.role = t.owner_role and r.effective_at <= now()))
order by coalesce(t.due_at, '9999-01-01'), t.id limit 200;

-- name: DigestReviews :many
select v.id, v.brand_id, b.name as brand_name, v.partnership_id, d.title, v.due_at, c.name as creator_name, v.created_at
from reviews v join brands b on b.id = v.brand_id join deliverables d on d.id = v.deliverable_id join partnerships p on p.id = v.partnership_id join creators c on c.id = p.creator_id
where v.brand_id = any (@brands::uuid[]) and v.state in ('open', 'held') and (@user_id::uuid) = any (v.approvers)
order by coalesce(v.due_at, '9999-01-01'), v.id limit 200;

-- name: DeleteOldNotifications :exec
delete from notifications where at < now() - interval '180 days';

-- name: DeleteOldDigests :exec
delete from notification_digests where at < now() - interval '90 days';
