-- name: ListDeliverables :many
-- By the date that comes next, unless something else is asked for first.
select d.id, d.partnership_id, d.brand_id, b.name as brand_name, d.title, d.platform, d.kind, d.state, d.draft_due_at, d.publish_by, d.publish_at, d.round, d.post_url, d.current_submission, d.verified_at, d.draft_after,
  d.extra, d.extra_fee, d.extra_currency, r.id as review_id, p.creator_id, c.name as creator_name, p.campaign_id, k.name as campaign_name, p.owner_id, u.name as owner_name,
  coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as creator_platform, y.late::boolean as late, y.due::timestamptz as due, o.word::text as sort_word, o.at::timestamptz as sort_at
from deliverables d
join partnerships p on p.id = d.partnership_id
join campaigns k on k.id = p.campaign_id
join brands b on b.id = d.brand_id
join creators c on c.id = p.creator_id
join users u on u.id = p.owner_id
left join reviews r on r.submission_id = d.current_submission
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true
cross join lateral (select
  coalesce(case when d.state in ('planned', 'brief_sent', 'awaiting_draft', 'in_review', 'changes_requested', 'late') then d.draft_due_at else coalesce(d.publish_at, d.publish_by) end, '9999-01-01')::timestamptz as due,
  (d.state = 'late' or (d.state in ('planned', 'brief_sent', 'awaiting_draft', 'changes_requested') and coalesce(d.draft_due_at < now(), false))
    or (d.state in ('approved_to_post', 'scheduled') and coalesce(d.publish_by < now(), false))) as late) y
cross join lateral (select case @sort::text when 'creator' then lower(c.name) when 'campaign' then lower(k.name) else '' end as word,
  case @sort::text when 'publish' then coalesce(d.publish_at, d.publish_by, '9999-01-01') else y.due end as at) o
where d.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is null or d.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('brand_id')::uuid is null or d.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
  and (sqlc.narg('partnership_id')::uuid is null or d.partnership_id = sqlc.narg('partnership_id')::uuid)
  and (cardinality(@states::text[]) = 0 or d.state = any (@states::text[]))
  and (sqlc.narg('late')::boolean is null or y.late = sqlc.narg('late')::boolean)
  and (sqlc.narg('due_from')::timestamptz is null or y.due >= sqlc.narg('due_from')::timestamptz)
  and (sqlc.narg('due_to')::timestamptz is null or y.due < sqlc.narg('due_to')::timestamptz)
  and (sqlc.narg('pattern')::text is null or d.title ilike sqlc.narg('pattern')::text or c.name ilike sqlc.narg('pattern')::text or k.name ilike sqlc.narg('pattern')::text
    or exists (select 1 from creator_accounts x where x.creator_id = c.id and x.handle ilike sqlc.narg('pattern')::text))
  and (sqlc.narg('after_id')::uuid is null or (o.word, o.at, d.id) > (@after_word::text, @after_at::timestamptz, sqlc.narg('after_id')::uuid))
order by o.word, o.at, d.id
limit @max_rows;

-- name: GetSubmissions :many
select s.id, s.deliverable_id, s.partnership_id, s.brand_id, s.version, s.state, s.caption, s.note, s.file_name, s.file_sha256, s.declared_spoken, s.declared_written, s.media, s.created_at,
  b.content_type, b.size, r.id as review_id, coalesce(r.checks, '[]')::jsonb as checks
from submissions s
left join blobs b on b.sha256 = s.file_sha256
left join reviews r on r.submission_id = s.id
where (sqlc.narg('id')::uuid is null or s.id = sqlc.narg('id')::uuid) and (sqlc.narg('deliverable_id')::uuid is null or s.deliverable_id = sqlc.narg('deliverable_id')::uuid and s.state <> 'refused')
  and s.brand_id = any (@brands::uuid[])
order by s.version desc limit 200;

-- name: GetSubmissionFile :one
select s.file_name, b.content_type, b.sha256, b.content from submissions s join blobs b on b.sha256 = s.file_sha256
where s.id = @id and s.brand_id = any (@brands::uuid[]);

-- name: LockDeliverable :one
select id, state, current_submission from deliverables where id = @id and partnership_id = @partnership_id for update;

-- name: InsertBlob :exec
insert into blobs (sha256, content_type, size, content) values (@sha256, @content_type, @size, @content) on conflict (sha256) do nothing;

-- name: BlobContent :one
select content from blobs where sha256 = @sha256;

-- name: InsertSubmission :exec
insert into submissions (id, deliverable_id, partnership_id, brand_id, version, caption, note, file_name, file_sha256, declared_spoken, declared_written)
select @id, d.id, d.partnership_id, d.brand_id, coalesce((select max(s.version) from submissions s where s.deliverable_id = d.id), 0) + 1, @caption, sqlc.narg('note'), sqlc.narg('file_name'), sqlc.narg('file_sha256'), sqlc.narg('spoken'), sqlc.narg('written')
from deliverables d where d.id = @deliverable_id
on conflict (id) do nothing;

-- name: RefuseSubmission :exec
update submissions s set state = 'refused' where s.id = @id and s.state = 'submitted'
  and not exists (select 1 from deliverables d where d.id = s.deliverable_id and d.current_submission = s.id);

-- name: SetPostURL :exec
update deliverables set post_url = @post_url where id = @id and partnership_id = @partnership_id;
