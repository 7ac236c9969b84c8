-- name: MailContext :one
select p.brand_id, p.creator_id, p.campaign_id, p.owner_id, c.name as creator_name, coalesce(c.locale, '')::text as locale, coalesce(c.language, '')::text as language, b.name as brand_name, b.postal_address, b.first_mail_notice, b.mail_from_name, b.mail_from,
  k.name as campaign_name, k.brief, u.name as owner_name, coalesce(c.country, '')::text as country,
  coalesce((select d.zone from calendars d where d.owner_kind = 'creator' and d.owner_id = c.id), c.zone, '')::text as zone,
  coalesce((select d.zone from calendars d where d.owner_kind = 'brand' and d.owner_id = b.id), '')::text as brand_zone
from partnerships p join creators c on c.id = p.creator_id join brands b on b.id = p.brand_id join campaigns k on k.id = p.campaign_id join users u on u.id = p.owner_id
where p.id = @id;

-- name: MailContact :one
select id, coalesce(name, '')::text as name, email from contacts where creator_id = @creator_id and bounced_at is null
order by role = 'creator' desc, role = 'manager' desc, email limit 1;

-- name: MailUser :one
select u.id, u.name, u.email, coalesce(d.zone, '')::text as zone from users u left join calendars d on d.owner_kind = 'user' and d.owner_id = u.id
where u.id = @id and u.disabled_at is null;

-- name: MailReviewer :one
select id, name, email from outside_reviewers where id = @id and removed_at is null;

-- name: MailTemplate :one
select subject, body, (brand_id is not null)::boolean as of_brand from templates where name = @name and (brand_id = @brand_id or brand_id is null) order by brand_id nulls last, version desc limit 1;

-- name: EnsureThread :one
insert into threads (id, partnership_id, brand_id, creator_id) values (@id, @partnership_id, @brand_id, @creator_id)
on conflict (partnership_id) where main do update set brand_id = excluded.brand_id returning coalesce(merged_into, id)::uuid as id;

-- name: ThreadMails :many
select rfc_message_id::text as rfc_message_id, direction, coalesce(subject, '')::text as subject from messages
where thread_id = @thread_id and rfc_message_id is not null and channel = 'email' and state not in ('prepared', 'cancelled', 'rejected') and kind <> 'internal'
order by at desc, id desc limit 12;

-- name: InsertMail :exec
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, dedupe_key, direction, channel, kind, state, to_address, from_address, looked, stage, not_after)
values (@id, @thread_id, @partnership_id, @brand_id, @creator_id, @dedupe_key, @direction, 'email', @kind, 'prepared', @to_address, @from_address, @looked, sqlc.narg('stage'), sqlc.narg('not_after'))
on conflict (dedupe_key) do update set stage = excluded.stage, not_after = excluded.not_after where messages.state = 'prepared';

-- name: MailByKey :one
select id, state, looked, coalesce(subject, '')::text as subject, coalesce(body_text, '')::text as body_text, coalesce(to_address, '')::text as to_address from messages where dedupe_key = @dedupe_key;

-- name: SaveMail :exec
update messages set subject = @subject, body_text = @body_text, rfc_message_id = @rfc_message_id where id = @id and state = 'prepared';

-- name: ClaimMail :one
update messages m set state = 'sending', claimed_at = clock_timestamp(), at = clock_timestamp(), deferred_until = null
where m.id = @id and m.state = 'prepared' and not mail_stopped(m) and mail_free_at(m, clock_timestamp()) is null
returning m.id;

-- name: WhyNotClaimed :one
select m.state, mail_stopped(m)::boolean as stopped, coalesce(mail_free_at(m, clock_timestamp()), clock_timestamp() + interval '1 second')::timestamptz as free_at from messages m where m.id = @id;

-- name: DeferMail :exec
update messages set deferred_until = @until where id = @id and state = 'prepared';

-- name: CancelMail :exec
update messages set state = 'cancelled' where id = @id and state = 'prepared';

-- name: CancelMoot :exec
-- A try that found its review decided leaves the mail behind that the try before it had made.
update messages m set state = 'cancelled' from reviews r
where m.direction = 'internal' and m.state = 'prepared' and m.at < now() - interval '10 minutes'
  and m.dedupe_key like 'review/%' and r.id::text = split_part(m.dedupe_key, '/', 2) and r.state not in ('checking', 'open', 'held');

-- name: SettleMail :exec
-- A code is masked in the archive as soon as its mail is on its way.
update messages set state = @state, claimed_at = case when @state = 'prepared' then null when @state = 'unknown' then coalesce(claimed_at, clock_timestamp()) else claimed_at end, provider_id = coalesce(sqlc.narg('provider_id'), provider_id),
  body_text = case when kind = 'code' and @state <> 'prepared' then regexp_replace(body_text, '[0-9]{6}', '••••••', 'g') else body_text end,
  accepted_at = case when @state = 'accepted' then clock_timestamp() else accepted_at end
where id = @id and (state = 'sending' or state = 'prepared' and @state in ('rejected', 'unknown'));

-- name: MailEvent :one
-- Events come in any order, also before the answer of the call that sent the mail, so the one that says most wins: bounce, then
-- delivered, then blocked (a bounce that may pass), then dropped. Any other says that the provider has the mail, whatever is known of its sending here.
update messages set state = case
    when @event::text = 'bounce' then 'bounced'
    when @event::text = 'delivered' and state <> 'bounced' then 'delivered'
    when @event::text = 'blocked' and state <> 'delivered' then 'bounced'
    when @event::text = 'dropped' and state not in ('delivered', 'bounced') then 'rejected'
    when state in ('prepared', 'sending', 'unknown') then 'accepted'
    else state end,
  body_text = case when kind = 'code' then regexp_replace(body_text, '[0-9]{6}', '••••••', 'g') else body_text end,
  accepted_at = coalesce(accepted_at, clock_timestamp())
where id = @id and direction in ('out', 'internal') returning id, partnership_id, brand_id, creator_id, to_address, state, kind;

-- name: StaleUnknown :many
select id from messages where state in ('sending') and claimed_at < now() - interval '10 minutes' limit 500;

-- name: TasksForUnknownMail :exec
-- A mail of which nobody knows after an hour whether it arrived; it is never sent again by itself.
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_id, ref, due_at)
select gen_random_uuid(), m.brand_id, m.partnership_id, m.creator_id, 'mail/unknown/' || m.id, 'mail_failed', 'unknown', p.owner_id, m.id, now()
from messages m join partnerships p on p.id = m.partnership_id
where m.state = 'unknown' and m.direction = 'out' and m.claimed_at between now() - interval '7 days' and now() - interval '1 hour'
on conflict (dedupe_key) do nothing;

-- name: CloseUnknownMail :exec
update tasks set state = 'cancelled', snoozed_until = null, done_at = now() where dedupe_key = 'mail/unknown/' || @id::uuid and state in ('open', 'snoozed');

-- name: ContactBounced :exec
update contacts set bounced_at = coalesce(bounced_at, now()) where email = @email;

-- name: Suppress :exec
insert into suppressions (email, brand_id, reason) values (@email, sqlc.narg('brand_id'), @reason) on conflict do nothing;

-- name: InboundTarget :one
select id, thread_id, partnership_id, brand_id, creator_id from messages where id = @id and partnership_id is not null;

-- name: InboundTargetByRef :one
select id, thread_id, partnership_id, brand_id, creator_id from messages where rfc_message_id = any (@refs::text[]) and partnership_id is not null and direction = 'out' order by at desc limit 1;

-- name: InsertInbound :one
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, class, from_address, subject, body_text, quoted, body_html, rfc_message_id, in_reply_to, raw_sha256,
  suggestion, suggestion_amount, suggestion_currency, suggestion_why, files)
values (@id, sqlc.narg('thread_id'), sqlc.narg('partnership_id'), sqlc.narg('brand_id'), sqlc.narg('creator_id'), 'in', 'email', 'reply', @state, @class, @from_address, @subject, @body_text, @quoted, @body_html, sqlc.narg('rfc_message_id'), sqlc.narg('in_reply_to'), @raw_sha256,
  sqlc.narg('suggestion'), sqlc.narg('suggestion_amount'), sqlc.narg('suggestion_currency'), sqlc.narg('suggestion_why'), @files)
on conflict do nothing returning id;

-- name: NewPortalLink :exec
insert into portal_links (token_hash, partnership_id, contact_id, expires_at) values (@token_hash, @partnership_id, @contact_id, now() + interval '60 days');

-- name: LockNearLimit :exec
-- Far from a limit no claim can pass it, however many there are at once; near one they take turns.
select pg_advisory_xact_lock(hashtextextended('outreach:' || m.brand_id::text, 0)) from messages m where m.id = @id and m.kind in ('outreach', 'sequence') and mail_near_limit(m);

-- name: ManualMail :one
select m.id, m.state, m.kind, coalesce(m.subject, '')::text as subject, coalesce(m.body_text, '')::text as body_text, m.partnership_id, m.thread_id, m.creator_id,
  coalesce((select c.id from contacts c where c.creator_id = m.creator_id and c.email = m.to_address limit 1), '00000000-0000-0000-0000-000000000000')::uuid as contact_id,
  coalesce(m.to_address, (select c.email from contacts c where c.creator_id = m.creator_id and c.bounced_at is null order by c.role = 'creator' desc, c.role = 'manager' desc, c.email limit 1), '')::text as to_address,
  coalesce(k.name, (select u.name from users u where m.kind = 'internal' and u.email = m.to_address), '')::text as creator_name, coalesce(b.mail_from_name, case when m.kind = 'internal' then 'Rapport' end, '')::text as from_name,
  coalesce(b.mail_from, m.from_address, '')::text as from_address, coalesce(case when m.direction = 'internal' then m.body_html end, '')::text as body_html,
  exists (select 1 from password_links l where l.message_id = m.id)::boolean as password_link
from messages m left join creators k on k.id = m.creator_id left join brands b on b.id = m.brand_id where m.id = @id;

-- name: PartnershipsMeant :many
select x.id::uuid as id, x.brand_id::uuid as brand_id from partnerships_meant(@email) x;

-- name: BranchFacts :one
-- Of a creator at a brand, and of the partnership if one is named.
select c.tags, coalesce(c.country, '')::text as country, coalesce(c.language, '')::text as language,
  (select coalesce(array_agg(distinct a.platform), '{}') from creator_accounts a where a.creator_id = c.id)::text[] as platforms,
  coalesce((select max(f.followers) from creator_accounts a cross join lateral (select followers from follower_snapshots f where f.account_id = a.id order by f.as_of desc limit 1) f
    where a.creator_id = c.id), -1)::bigint as followers,
  coalesce((select m.suggestion from messages m where m.partnership_id = sqlc.narg('partnership_id')::uuid and m.direction = 'in' and m.class = 'human' order by m.at desc, m.id desc limit 1), '')::text as reply,
  exists (select 1 from contracts k where k.partnership_id = sqlc.narg('partnership_id')::uuid and k.opened_at is not null)::boolean as opened_contract,
  exists (select 1 from portal_links l where l.partnership_id = sqlc.narg('partnership_id')::uuid and l.opened_at is not null)::boolean as opened_page
from creators c where c.id = @creator_id;

-- name: PartnershipParties :one
select creator_id, brand_id from partnerships where id = @id;

-- name: FieldsOfCreator :many
select f.name, f.kind, v.value from creator_field_values v join creator_fields f on f.id = v.field_id
where v.creator_id = @creator_id and v.brand_id = @brand_id and f.archived_at is null;

-- name: CampaignDates :one
select g.starts_on, g.ends_on, d.zone, p.creator_id, p.brand_id from partnerships p join campaigns g on g.id = p.campaign_id join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id where p.id = @id;

-- name: MergeValues :one
-- What a mail to a creator is filled with, beside what it is about.
select c.name as creator_name, b.name as brand_name, b.postal_address, b.first_mail_notice, coalesce(g.name, '')::text as campaign_name, coalesce(g.brief, '')::text as brief,
  u.name as sender_name, coalesce((select k.email from contacts k where k.creator_id = c.id and k.bounced_at is null order by k.role = 'creator' desc, k.role = 'manager' desc, k.email limit 1), '')::text as email,
  coalesce((select k.name from contacts k where k.creator_id = c.id and k.bounced_at is null order by k.role = 'creator' desc, k.role = 'manager' desc, k.email limit 1), '')::text as contact_name
from creators c join brands b on b.id = @brand_id and b.id = any (@brands::uuid[]) join users u on u.id = @sender_id left join campaigns g on g.id = sqlc.narg('campaign_id') and g.brand_id = b.id
where c.id = @creator_id and (sqlc.narg('campaign_id')::uuid is null or g.id is not null);

-- name: LetMailGo :exec
update messages set looked_by = sqlc.narg('looked_by'), looked_at = @looked_at where id = @id and state = 'prepared';

-- name: LookedMail :one
select coalesce(thread_id, '00000000-0000-0000-0000-000000000000')::uuid as thread_id, coalesce(looked_by, '00000000-0000-0000-0000-000000000000')::uuid as looked_by from messages where id = @id;
