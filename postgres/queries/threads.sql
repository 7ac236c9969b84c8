-- name: ListThreads :many
-- The threads of the inbox, what was written last first. A merged one shows itself only where it is asked for by id.
select t.id, t.brand_id, b.name as brand_name, t.creator_id, c.name as creator_name, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform,
  t.partnership_id, g.name as campaign_name, p.stage, p.owner_id, o.name as owner_name, t.state, t.snoozed_until, t.assignee_id, coalesce(s.name, '')::text as assignee_name,
  t.privacy, h.hidden::boolean as hidden, t.merged_into, coalesce(t.last_at, t.created_at)::timestamptz as last_at,
  (case when h.hidden then '' else coalesce(nullif(t.subject, ''), l.subject, '') end)::text as subject, coalesce(l.direction, '')::text as last_direction,
  (case when h.hidden then '' else coalesce(left(l.body_text, 160), '') end)::text as preview,
  (w.id is not null)::boolean as waiting, (case when h.hidden then '' else coalesce(w.suggestion, '') end)::text as suggestion, w.suggestion_amount, w.suggestion_currency,
  (case when h.hidden then '' else coalesce(w.suggestion_why, '') end)::text as suggestion_why,
  coalesce((select (x->>'due')::timestamptz from jsonb_array_elements(p.waiting) x where x->>'decision' = 'answer' limit 1), '0001-01-01 00:00:00+00')::timestamptz as answer_by,
  (select count(*) from messages n where n.thread_id = t.id and n.kind not in ('internal', 'code'))::int as messages
from threads t join brands b on b.id = t.brand_id join creators c on c.id = t.creator_id join partnerships p on p.id = t.partnership_id
join campaigns g on g.id = p.campaign_id join users o on o.id = p.owner_id left join users s on s.id = t.assignee_id
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true
left join lateral (select m.subject, m.body_text, m.direction from messages m where m.thread_id = t.id and m.kind not in ('internal', 'code') and m.state <> 'cancelled' and (m.state <> 'prepared' or m.author_id is not null)
  order by m.at desc, m.id desc limit 1) l on true
left join lateral (select m.id, m.suggestion, m.suggestion_amount, m.suggestion_currency, m.suggestion_why from messages m
  where m.thread_id = t.id and m.direction = 'in' and m.class = 'human' and m.state <> 'handled' order by m.at desc, m.id desc limit 1) w on true
cross join lateral (select not thread_open_to(t.id, @viewer::uuid) as hidden) h
where t.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is not null and t.id = sqlc.narg('id')::uuid or sqlc.narg('id')::uuid is null and t.merged_into is null and t.last_at is not null)
  and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or t.creator_id = sqlc.narg('creator_id')::uuid)
  and (@state::text = '' or t.state = @state::text)
  and (sqlc.narg('assignee_id')::uuid is null or coalesce(t.assignee_id, p.owner_id) = sqlc.narg('assignee_id')::uuid)
  and (not @unassigned::boolean or t.assignee_id is null)
  and (not @only_waiting::boolean or w.id is not null)
  and (sqlc.narg('pattern')::text is null or c.name ilike sqlc.narg('pattern')::text or g.name ilike sqlc.narg('pattern')::text
    or not h.hidden and coalesce(nullif(t.subject, ''), l.subject) ilike sqlc.narg('pattern')::text)
  and (sqlc.narg('after_at')::timestamptz is null or (coalesce(t.last_at, t.created_at), t.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by coalesce(t.last_at, t.created_at) desc, t.id desc limit @max_rows;

-- name: LockThread :one
select t.id, t.brand_id, t.creator_id, t.partnership_id, t.state, t.privacy, t.merged_into from threads t where t.id = @id and t.brand_id = any (@brands::uuid[]) for update;

-- name: AssignThread :exec
update threads set assignee_id = sqlc.narg('assignee_id') where id = @id;

-- name: SetThreadState :exec
update threads set state = @state, snoozed_until = null where id = @id;

-- name: SetThreadPrivacy :exec
update threads set privacy = @privacy where id = @id;

-- name: MoveMessages :many
update messages set thread_id = @to_thread where thread_id = @from_thread and (@everything::boolean or id = any (@messages::uuid[])) returning id;

-- name: NoteMove :exec
insert into thread_moves (id, brand_id, from_thread, to_thread, messages, by) values (@id, @brand_id, @from_thread, @to_thread, @messages, @by);

-- name: ThreadMerged :exec
update threads set merged_into = @into_thread, state = 'done', snoozed_until = null where id = @id or merged_into = @id;

-- name: AgeThread :exec
update threads t set last_at = (select max(m.at) from messages m where m.thread_id = t.id and m.kind not in ('internal', 'code') and m.state <> 'cancelled' and (m.state <> 'prepared' or m.author_id is not null))
where t.id = any (@ids::uuid[]);

-- name: SplitOff :exec
insert into threads (id, partnership_id, brand_id, creator_id, subject, main, assignee_id, privacy)
select @id, coalesce((select m.partnership_id from messages m where m.id = @first_message), t.partnership_id), t.brand_id, t.creator_id, @subject, false, t.assignee_id, t.privacy from threads t where t.id = @from_thread;

-- name: CopyMembers :exec
insert into thread_members (thread_id, brand_id, user_id) select @to_thread, m.brand_id, m.user_id from thread_members m where m.thread_id = @from_thread on conflict do nothing;

-- name: ListCannedAnswers :many
select id, brand_id, name, body from canned_answers where removed_at is null and brand_id = any (@brands::uuid[])
  and (sqlc.narg('brand_id')::uuid is null or brand_id = sqlc.narg('brand_id')::uuid) order by lower(name), id limit 500;

-- name: SaveCannedAnswer :one
insert into canned_answers (id, brand_id, name, body, created_by) values (@id, @brand_id, @name, @body, @created_by)
on conflict (brand_id, name) where removed_at is null do update set body = excluded.body, created_by = excluded.created_by returning id;

-- name: RemoveCannedAnswer :one
update canned_answers set removed_at = now() where id = @id and brand_id = any (@brands::uuid[]) and removed_at is null returning id;

-- name: ThreadSubject :one
-- What an answer in the thread is about: its last mail, else its name, else the campaign.
select coalesce((select m.subject from messages m where m.thread_id = t.id and m.channel = 'email' and m.kind not in ('internal', 'code') and m.subject <> '' order by m.at desc, m.id desc limit 1),
  nullif(t.subject, ''), g.name)::text as subject
from threads t join partnerships p on p.id = t.partnership_id join campaigns g on g.id = p.campaign_id where t.id = @id;

-- name: JoinParties :exec
-- Owners of the partnerships and assignees take part in a private thread by that; this keeps it when the thread changes hands.
insert into thread_members (thread_id, brand_id, user_id)
select @into_thread, x.brand_id, x.who from (select t.brand_id, t.assignee_id as who from threads t where t.id = any (@threads::uuid[])
  union select t.brand_id, p.owner_id from threads t join partnerships p on p.id = t.partnership_id where t.id = any (@threads::uuid[])) x where x.who is not null on conflict do nothing;
