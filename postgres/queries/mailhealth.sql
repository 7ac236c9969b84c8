-- name: MailboxHealth :many
-- A brand has one mailbox. What a day is for its limits, its calendar says; the counts of what became of mail are of 30 days on the clock.
select b.id, b.name, b.mail_from, b.outreach_per_day, b.domain_per_hour, b.warm_up_days, b.warm_up_from, k.day_seconds, l.most::int as most,
  (select count(*) from messages m where m.brand_id = b.id and m.kind in ('outreach', 'sequence') and m.claimed_at > now() - make_interval(secs => k.day_seconds))::int as sent,
  coalesce((select m.claimed_at + make_interval(secs => k.day_seconds) from messages m where m.brand_id = b.id and m.kind in ('outreach', 'sequence')
    and m.claimed_at > now() - make_interval(secs => k.day_seconds) order by m.claimed_at desc offset l.most - 1 limit 1), 'epoch')::timestamptz as free_at,
  (select count(*) from messages m where m.brand_id = b.id and m.state = 'prepared' and m.deferred_until > now())::int as waiting,
  n.accepted::int as accepted, n.delivered::int as delivered, n.bounced::int as bounced,
  (select count(*) from suppressions s where s.brand_id = b.id and s.reason = 'complaint' and s.at > now() - interval '30 days')::int as complaints,
  (select count(distinct t.partnership_id) from tasks t where t.brand_id = b.id and t.kind = 'outreach_blocked' and t.state in ('open', 'snoozed'))::int as blocked
from brands b join calendars k on k.id = b.calendar_id
cross join lateral (select outreach_limit(b, now(), make_interval(secs => k.day_seconds)) as most) l
cross join lateral (select count(*) as accepted, count(*) filter (where m.state = 'delivered') as delivered, count(*) filter (where m.state = 'bounced') as bounced
  from messages m where m.brand_id = b.id and m.direction = 'out' and m.accepted_at > now() - interval '30 days') n
where b.id = any (@brands::uuid[]) order by b.name;

-- name: UnknownMails :many
select m.id from messages m where m.brand_id = any (@brands::uuid[]) and m.state = 'unknown' and m.direction = 'out' and m.partnership_id is not null order by m.claimed_at desc limit 50;

-- name: CountUnmatched :one
select count(*)::int as n from unmatched_mail(@works::uuid[], @admins::uuid[], null, null, null, 1000) m;

-- name: InboxHealth :one
select (select count(*) from webhook_inbox where provider = 'inbound' and last_error = 'unreadable')::int as unreadable,
  coalesce((select max(received_at) from webhook_inbox where provider = 'inbound'), 'epoch')::timestamptz as received_at,
  coalesce((select max(received_at) from webhook_inbox where provider = 'sendgrid'), 'epoch')::timestamptz as event_at;

-- name: MailDays :many
select day, sent, sent_at_provider, received, received_at_provider, differs, checked_at from mail_days where day > current_date - 14 order by day desc;

-- name: CountMailDays :many
-- What we know of each UTC day. Open are mails of which nobody knows yet whether they were sent.
select d::date as day,
  (select count(*) from messages m where m.channel = 'email' and m.direction <> 'in' and m.accepted_at >= d and m.accepted_at < d + interval '1 day')::int as sent,
  (select count(*) from messages m where m.state in ('sending', 'unknown') and m.claimed_at >= d and m.claimed_at < d + interval '1 day')::int as open,
  (select count(*) from webhook_inbox i where i.provider = 'inbound' and i.received_at >= d and i.received_at < d + interval '1 day')::int as received
from generate_series(@from_day::timestamptz, @to_day::timestamptz, interval '1 day') d order by d;

-- name: SaveMailDay :exec
insert into mail_days (day, sent, sent_at_provider, received, received_at_provider, differs)
values (@day, @sent, @sent_at_provider, @received, @received_at_provider, @differs)
on conflict (day) do update set sent = excluded.sent, sent_at_provider = excluded.sent_at_provider, received = excluded.received,
  received_at_provider = excluded.received_at_provider, differs = excluded.differs, checked_at = now();

-- name: TaskForMissingMail :exec
-- Each brand's admins are asked, because nobody knows whose mail it is. Another difference of the same day asks again.
insert into tasks (id, brand_id, dedupe_key, kind, code, owner_role, due_at)
select gen_random_uuid(), b.id, 'mail/missing/' || @day::text || '/' || b.id, 'mail_missing', @code, 'admin', now() from brands b
on conflict (dedupe_key) do update set code = excluded.code, due_at = excluded.due_at, state = 'open', snoozed_until = null, done_at = null, done_by = null
where tasks.code <> excluded.code or tasks.state = 'cancelled';

-- name: CloseMissingMail :exec
update tasks set state = 'cancelled', snoozed_until = null, done_at = now() where kind = 'mail_missing' and state in ('open', 'snoozed') and dedupe_key like 'mail/missing/' || @day::text || '/%';

-- name: ListSuppressions :many
-- One of no brand is shown to whoever works with somebody who has the address.
select s.id, s.email, s.brand_id, coalesce(b.name, '')::text as brand_name, s.reason, s.at, coalesce(k.creator_id, '00000000-0000-0000-0000-000000000000')::uuid as creator_id, coalesce(k.creator_name, '')::text as creator_name
from suppressions s left join brands b on b.id = s.brand_id
left join lateral (select c.id as creator_id, c.name as creator_name from contacts x join creators c on c.id = x.creator_id join partnerships p on p.creator_id = c.id
  where x.email = s.email and p.brand_id = any (@brands::uuid[]) order by p.updated_at desc limit 1) k on true
where (s.brand_id = any (@brands::uuid[]) or s.brand_id is null and k.creator_id is not null)
  and (sqlc.narg('brand_id')::uuid is null or s.brand_id is null or s.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('pattern')::text is null or s.email ilike sqlc.narg('pattern')::text or k.creator_name ilike sqlc.narg('pattern')::text)
  and (sqlc.narg('after_at')::timestamptz is null or (s.at, s.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by s.at desc, s.id desc limit @max_rows;

-- name: SuppressionForLift :one
-- answers: the brands whose admins must all agree.
select s.email, s.brand_id, s.reason,
  (case when s.brand_id is not null then array[s.brand_id] when cardinality(brands_of_address(s.email)) > 0 then brands_of_address(s.email) else array(select b.id from brands b) end)::uuid[] as answers
from suppressions s where s.id = @id;

-- name: DeleteSuppression :execrows
delete from suppressions where id = @id;

-- name: ContactReachable :exec
update contacts set bounced_at = null where email = @email;
