-- name: ListReviews :many
select r.id, r.partnership_id, r.brand_id, r.deliverable_id, r.submission_id, r.state, r.open_stage, r.stages, r.approvers, r.due_at, r.seq, r.created_at, r.closed_at,
  s.version, d.title, d.round, p.creator_id, c.name as creator_name, k.name as campaign_name, k.brief, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform,
  coalesce(l.name, '')::text as policy_name, coalesce(l.on_silence, 'hold')::text as on_silence
from reviews r
join submissions s on s.id = r.submission_id
join deliverables d on d.id = r.deliverable_id
join partnerships p on p.id = r.partnership_id
join campaigns k on k.id = p.campaign_id
join creators c on c.id = p.creator_id
left join policies l on l.id = r.policy_id and l.version = r.policy_version
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true
where r.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is null or r.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('brand_id')::uuid is null or r.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('assigned_to')::uuid is null or (sqlc.narg('assigned_to')::uuid = any (r.approvers) and r.state in ('open', 'held')))
  and (sqlc.narg('state')::text is null or r.state = sqlc.narg('state')::text or sqlc.narg('state')::text = 'waiting' and r.state in ('open', 'held'))
  and (sqlc.narg('after_due')::timestamptz is null
    or (coalesce(r.due_at, '9999-01-01'), r.id) > (sqlc.narg('after_due')::timestamptz, sqlc.narg('after_id')::uuid))
order by coalesce(r.due_at, '9999-01-01'), r.id
limit @max_rows;

-- name: ListDecisions :many
select x.id, x.review_id, x.submission_id, x.brand_id, x.user_id, u.name as user_name, x.on_behalf_of, b.name as behalf_name, x.stage, x.decision, x.comment, x.state,
  coalesce(x.decided_at, x.created_at)::timestamptz as at
from decisions x join users u on u.id = x.user_id left join users b on b.id = x.on_behalf_of
where x.review_id = @review_id and x.brand_id = any (@brands::uuid[])
order by coalesce(x.decided_at, x.created_at), x.id;

-- name: InsertDecision :exec
insert into decisions (id, review_id, submission_id, brand_id, user_id, decision, comment)
values (@id, @review_id, @submission_id, @brand_id, @user_id, @decision, sqlc.narg('comment')) on conflict (id) do nothing;

-- name: NamesOfUsers :many
select id, name from users where id = any (@ids::uuid[]);
