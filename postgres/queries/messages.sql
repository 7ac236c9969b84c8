-- name: ListMessages :many
-- What a private thread holds is not shown to whoever takes no part in it.
select m.id, m.thread_id, m.partnership_id, m.brand_id, m.direction, m.channel, m.kind, m.state, coalesce(m.class, '')::text as class, m.author_id, m.looked, (m.looked and m.looked_at is null and m.state = 'prepared')::boolean as to_look, m.edits, h.hidden::boolean as hidden,
  (case when h.hidden then '' else coalesce(m.to_address, '') end)::text as to_address, (case when h.hidden then '' else coalesce(m.from_address, '') end)::text as from_address,
  (case when h.hidden then '' else coalesce(m.subject, '') end)::text as subject, (case when h.hidden then '' else coalesce(m.body_text, '') end)::text as body_text,
  (case when h.hidden then '' else coalesce(m.quoted, '') end)::text as quoted, (case when h.hidden then '' else coalesce(m.body_html, '') end)::text as body_html, m.at,
  (case when h.hidden then '' else coalesce(m.suggestion, '') end)::text as suggestion, m.suggestion_amount, m.suggestion_currency,
  (case when h.hidden then '' else coalesce(m.suggestion_why, '') end)::text as suggestion_why, (case when h.hidden then 0 else m.files end)::int as files, m.mentions,
  coalesce(case when m.direction = 'in' then c.name when m.author_id is not null then u.name else b.mail_from_name end, '')::text as author
from messages m
left join creators c on c.id = m.creator_id
left join brands b on b.id = m.brand_id
left join users u on u.id = m.author_id
cross join lateral (select m.thread_id is not null and not thread_open_to(m.thread_id, @viewer::uuid) as hidden) h
where m.brand_id = any (@brands::uuid[]) and m.kind not in ('internal', 'code')
  and (sqlc.narg('id')::uuid is null or m.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('partnership_id')::uuid is null or m.partnership_id = sqlc.narg('partnership_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or m.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('thread_id')::uuid is null or m.thread_id = sqlc.narg('thread_id')::uuid)
  and (@channel::text = '' or m.channel = @channel::text or (left(@channel::text, 1) = '!' and m.channel <> substr(@channel::text, 2)))
  and (sqlc.narg('after_at')::timestamptz is null or (m.at, m.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by m.at desc, m.id desc
limit @max_rows;

-- name: FilesOfMessages :many
select message_id, n, name, content_type, size, sha256 from message_files where message_id = any (@messages::uuid[]) order by message_id, n;

-- name: MessageFile :one
select f.name, f.content_type, f.sha256, b.content from message_files f join blobs b on b.sha256 = f.sha256 join messages m on m.id = f.message_id
where f.message_id = @message_id and f.n = @n and m.brand_id = any (@brands::uuid[]) and (m.thread_id is null or thread_open_to(m.thread_id, @viewer::uuid));


-- name: PutMessageFile :exec
insert into message_files (message_id, n, brand_id, name, content_type, size, sha256) values (@message_id, @n, sqlc.narg('brand_id'), @name, @content_type, @size, @sha256);

-- name: ThreadOf :one
insert into threads (id, partnership_id, brand_id, creator_id)
select @id, p.id, p.brand_id, p.creator_id from partnerships p where p.id = @partnership_id
on conflict (partnership_id) where main do update set brand_id = excluded.brand_id returning coalesce(merged_into, id)::uuid as id, brand_id, creator_id;

-- name: NewThread :one
insert into threads (id, partnership_id, brand_id, creator_id, subject, main)
select @id, p.id, p.brand_id, p.creator_id, @subject, false from partnerships p where p.id = @partnership_id returning id, brand_id, creator_id;

-- name: ThreadForMessage :one
select coalesce(t.merged_into, t.id)::uuid as id, t.brand_id, t.creator_id from threads t join partnerships p on p.creator_id = t.creator_id and p.brand_id = t.brand_id
where t.id = @id and p.id = @partnership_id and t.brand_id = any (@brands::uuid[]);

-- name: JoinThread :exec
-- Whoever writes in a private thread, or is mentioned in it, takes part in it.
insert into thread_members (thread_id, brand_id, user_id) select t.id, t.brand_id, u from threads t, unnest(@people::uuid[]) u where t.id = @thread_id and t.privacy = 'private' on conflict do nothing;

-- name: MentionTask :exec
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, owner_id, ref, due_at)
values (@id, @brand_id, @partnership_id, @creator_id, @dedupe_key, 'mention', @owner_id, @ref, now() + interval '1 day') on conflict (dedupe_key) do nothing;

-- name: HandleThread :exec
update messages set state = 'handled' where thread_id = @thread_id and direction = 'in' and state in ('received', 'matched', 'logged') and id <> @except_id;

-- name: PartnershipsAnswered :many
-- Of the partnerships whose messages are in the thread, those in which nothing waits for an answer any more.
select distinct m.partnership_id::uuid as id, m.brand_id::uuid as brand_id from messages m where m.thread_id = @thread_id and m.partnership_id is not null
  and not exists (select 1 from messages r where r.partnership_id = m.partnership_id and r.direction = 'in' and r.class = 'human' and r.state <> 'handled');

-- name: AddressOf :many
-- Where a person's mail to the creator goes, with what the brand may not write to.
select k.email from contacts k where k.creator_id = @creator_id and k.bounced_at is null
  and not exists (select 1 from suppressions x where x.email = k.email and (x.brand_id is null or x.brand_id = @brand_id) and x.reason in ('bounce', 'complaint'))
order by k.role = 'creator' desc, k.role = 'manager' desc, k.email limit 1;

-- name: InsertMessage :exec
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, author_id, to_address, from_address, subject, body_text, class, mentions)
values (@id, @thread_id, @partnership_id, @brand_id, @creator_id, @direction, @channel, @kind, @state, sqlc.narg('author_id'), sqlc.narg('to_address'),
  sqlc.narg('from_address'), sqlc.narg('subject'), @body_text, sqlc.narg('class'), @mentions);

-- name: EditDraft :one
update messages m set subject = @subject, body_text = @body_text, looked_by = @looked_by, edits = m.edits + 1
where m.id = @id and m.brand_id = any (@brands::uuid[]) and m.state = 'prepared' and m.looked and m.looked_at is null
  and (m.thread_id is null or thread_open_to(m.thread_id, @viewer::uuid)) returning m.edits;

-- name: SettleUnknown :one
update messages set state = @state, accepted_at = case when @state::text = 'delivered' then coalesce(accepted_at, claimed_at) else accepted_at end
where id = @id and brand_id = any (@brands::uuid[]) and state = 'unknown' returning id;

-- name: HandleInbound :exec
update messages set state = 'handled' where partnership_id = @partnership_id and direction = 'in' and state in ('received', 'matched', 'logged') and id <> @except_id;

-- name: CompleteReplyTask :exec
update tasks set state = 'done', snoozed_until = null, done_by = @done_by, done_at = now()
where dedupe_key = @dedupe_key and kind = 'answer_reply' and state in ('open', 'snoozed');

-- name: TimelineEvents :many
-- What a message says itself is not said again.
select x.partnership_id, x.source, x.source_id, x.seq, x.at, x.kind, x.ref, x.ref2, x.actor, x.code, x.amount, x.currency, x.n, x.until
from partnership_events x
where x.brand_id = any (@brands::uuid[]) and x.partnership_id = any (@partnerships::uuid[])
  and (not @include_only::boolean or x.kind = any (@include::text[])) and x.kind <> all (@exclude::text[])
  and x.kind <> 'mail_sent'
  and not (x.kind in ('reply_received', 'auto_reply') and exists (select 1 from messages m where m.id = x.ref))
  and (sqlc.narg('after_at')::timestamptz is null
    or (x.at, x.source_id, x.seq) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_source')::uuid, sqlc.narg('after_seq')::bigint))
order by x.at desc, x.source_id desc, x.seq desc
limit @max_rows;

-- name: TimelineSubjects :many
select d.id, d.title from deliverables d where d.id = any (@ids::uuid[])
union all select m.id, m.title from milestones m where m.id = any (@ids::uuid[])
union all select c.id, c.number from contracts c where c.id = any (@ids::uuid[])
union all select y.id, m.title from payouts y join milestones m on m.id = y.milestone_id where y.id = any (@ids::uuid[]);

-- name: PartnershipsOfCreator :many
select p.id from partnerships p where p.creator_id = @creator_id and p.brand_id = any (@brands::uuid[]);

-- name: CreatorExists :one
select exists (select 1 from creators where id = @id)::boolean;

-- name: UnmatchedMail :many
select m.id::uuid as id, m.from_address::text as from_address, m.subject::text as subject, m.body_text::text as body_text, m.quoted::text as quoted,
  m.body_html::text as body_html, m.class::text as class, m.at::timestamptz as at
from unmatched_mail(@works::uuid[], @admins::uuid[], sqlc.narg('id')::uuid, sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid, @max_rows::int) m;

-- name: MailCandidates :many
-- Where each mail may belong: to whoever has its sender's address, and to whom its subject was written within 30 days. The better first.
select u.mail::uuid as mail, p.id, c.name as creator_name, g.name as campaign_name, b.name as brand_name, p.stage, a.has::boolean as by_address, s.has::boolean as by_subject
from (select v.mail, (@addresses::text[])[v.n] as address, (@subjects::text[])[v.n] as subject from unnest(@mails::uuid[]) with ordinality v (mail, n)) u
cross join lateral (
  select p.id from contacts k join partnerships p on p.creator_id = k.creator_id where k.email = u.address and p.brand_id = any (@brands::uuid[])
  union select m.partnership_id from messages m where u.subject <> '' and m.direction = 'out' and m.brand_id = any (@brands::uuid[]) and m.partnership_id is not null
    and m.at > now() - interval '30 days' and plain_subject(m.subject) = u.subject limit 50) x
join partnerships p on p.id = x.id join creators c on c.id = p.creator_id join campaigns g on g.id = p.campaign_id join brands b on b.id = p.brand_id
cross join lateral (select exists (select 1 from contacts k where k.creator_id = p.creator_id and k.email = u.address) as has) a
cross join lateral (select u.subject <> '' and exists (select 1 from messages m where m.partnership_id = p.id and m.direction = 'out' and plain_subject(m.subject) = u.subject and m.at > now() - interval '30 days') as has) s
order by a.has and s.has desc, a.has desc, p.stage in ('lapsed', 'terminated', 'banned'), p.updated_at desc limit 200;

-- name: FileMail :one
select file_mail(@message, sqlc.narg('partnership'))::boolean;

-- name: CopyMail :one
-- The text stands as it is. It is sent for the person who asked for it, having read what had come in until now.
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, dedupe_key, direction, channel, kind, state, to_address, from_address, subject, body_text, stage, looked, looked_by, looked_at)
select @new_id, m.thread_id, m.partnership_id, m.brand_id, m.creator_id, 'again/' || m.id, m.direction, m.channel, m.kind, 'prepared', m.to_address, m.from_address, m.subject, m.body_text, m.stage, true, @by, now()
from messages m where m.id = @id and m.kind <> 'code'
  and (m.kind not in ('outreach', 'sequence') or exists (select 1 from contacts c where c.creator_id = m.creator_id and c.email = m.to_address)) returning id, brand_id;

-- name: FiledWish :one
-- Whether a mail that has just been filed asks for no more mail.
select coalesce(brand_id, '00000000-0000-0000-0000-000000000000')::uuid as brand_id, coalesce(class = 'unsubscribe' or suggestion = 'unsubscribe' and class = 'human', false)::boolean as stop from messages where id = @id;

-- name: ThreadOpenTo :one
select coalesce(thread_open_to(@thread_id, @viewer), false)::boolean;

-- name: LockThreadPartnerships :exec
-- Two answers at the same time would each see the other's reply wait.
select p.id from partnerships p where p.id in (select m.partnership_id from messages m where m.thread_id = @thread_id) order by p.id for no key update;
