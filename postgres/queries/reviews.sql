-- name: ListReviews :many
-- Who may decide for whom is asked once for all rows: oneself, and whoever has handed their decisions over for the time being. A quorum is
-- of people: whoever has decided in one speaks there for nobody else.
with voices as materialized (select v.brand_id::uuid as brand_id, v.user_id::uuid as user_id from voices_of(sqlc.narg('assigned_to')::uuid, @brands::uuid[]) v)
select r.* from review_items r
where r.brand_id = any (@brands::uuid[])
  and (sqlc.narg('brand_id')::uuid is null or r.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('assigned_to')::uuid is null or (r.state in ('open', 'held')
    and exists (select 1 from voices v where v.brand_id = r.brand_id and v.user_id = any (r.approvers)
      and (v.user_id = sqlc.narg('assigned_to')::uuid or exists (select 1 from jsonb_array_elements(r.stages) s
        where s ->> 'state' in ('open', 'held') and s -> 'approvers' @> jsonb_build_array(jsonb_build_object('user', v.user_id))
          and not (s ->> 'rule' = 'quorum' and coalesce(s -> 'decisions', '[]') @> jsonb_build_array(jsonb_build_object('user', sqlc.narg('assigned_to')::uuid))))))))
  and (sqlc.narg('state')::text is null or r.state = sqlc.narg('state')::text or sqlc.narg('state')::text = 'waiting' and r.state in ('open', 'held'))
  and (sqlc.narg('pattern')::text is null or r.creator_name ilike sqlc.narg('pattern')::text
    or exists (select 1 from creator_accounts a where a.creator_id = r.creator_id and a.handle ilike sqlc.narg('pattern')::text))
  and (sqlc.narg('after_due')::timestamptz is null
    or (coalesce(r.due_at, '9999-01-01'), r.id) > (sqlc.narg('after_due')::timestamptz, sqlc.narg('after_id')::uuid))
order by coalesce(r.due_at, '9999-01-01'), r.id
limit @max_rows;

-- name: ReviewItem :one
select r.* from review_items r where r.id = @id and r.brand_id = any (@brands::uuid[]);

-- name: Voices :many
-- For whom somebody may decide at a brand now, beside themselves; nearest first.
select v.user_id::uuid as user_id, v.far::int as far from voices_of(@user_id::uuid, array[@brand_id::uuid]) v where v.far > 0 order by 2, 1;

-- name: Deciding :one
-- Whether a decision of the person is still being recorded.
select exists (select 1 from decisions where user_id = @user_id::uuid and state = 'proposed' and created_at > now() - interval '5 seconds')::boolean;

-- name: ReviewStanding :one
-- How a person stands to a review: whether they make its content, whether a decision of theirs is still being recorded, and for whom they
-- may decide beside themselves, nearest first.
select makes_content(@user_id::uuid, r.partnership_id)::boolean as own,
  exists (select 1 from decisions d where d.user_id = @user_id and d.review_id = r.id and d.state = 'proposed' and d.created_at > now() - interval '5 seconds')::boolean as deciding,
  array(select v.user_id from voices_of(@user_id::uuid, array[r.brand_id]) v where v.far > 0 order by v.far, v.user_id)::uuid[] as voices
from reviews r where r.id = @id and r.brand_id = any (@brands::uuid[]);

-- name: IsSubmitter :one
-- Whoever makes the content does not decide on it.
select makes_content(@user_id::uuid, @partnership_id::uuid)::boolean;

-- name: ListDecisions :many
select x.id, x.review_id, x.submission_id, x.brand_id, coalesce(x.user_id, x.reviewer_id)::uuid as user_id, (x.reviewer_id is not null)::boolean as outside,
  coalesce(u.name, o.name)::text as user_name, x.on_behalf_of, b.name as behalf_name, x.stage, x.decision, x.comment, x.state,
  coalesce(x.decided_at, x.created_at)::timestamptz as at,
  array(select k.body from corrections k where k.decision_id = x.id order by k.position)::text[] as corrections
from decisions x left join users u on u.id = x.user_id left join outside_reviewers o on o.id = x.reviewer_id left join users b on b.id = x.on_behalf_of
where x.review_id = @review_id and x.brand_id = any (@brands::uuid[])
order by coalesce(x.decided_at, x.created_at), x.id;

-- name: InsertDecision :exec
insert into decisions (id, review_id, submission_id, brand_id, user_id, reviewer_id, decision, comment)
values (@id, @review_id, @submission_id, @brand_id, sqlc.narg('user_id'), sqlc.narg('reviewer_id'), @decision, sqlc.narg('comment')) on conflict (id) do nothing;

-- name: InsertCorrection :exec
insert into corrections (id, decision_id, submission_id, deliverable_id, partnership_id, brand_id, position, body)
select @id, @decision_id, r.submission_id, r.deliverable_id, r.partnership_id, r.brand_id, @position, @body from reviews r where r.id = @review_id
on conflict do nothing;

-- name: CorrectionsOf :many
-- Of the approvals that stand; for the creator only once the whole review has approved.
select k.id, k.submission_id, k.body, k.done_at from corrections k join decisions x on x.id = k.decision_id join reviews r on r.id = x.review_id
where k.submission_id = any (@submissions::uuid[]) and x.state = 'accepted' and decision_stands(r.stages, x.id) and (r.state = 'approved' or not @approved::boolean)
order by x.decided_at, k.position;

-- name: TickCorrection :execrows
update corrections set done_at = case when @done::boolean then coalesce(done_at, now()) end where id = @id and partnership_id = @partnership_id;

-- name: OpenCorrections :one
select count(*)::int from corrections k join decisions x on x.id = k.decision_id join deliverables d on d.current_submission = k.submission_id join reviews r on r.id = x.review_id
where d.id = @deliverable_id and k.done_at is null and x.state = 'accepted' and r.state = 'approved' and decision_stands(r.stages, x.id);

-- name: NamesOfUsers :many
select id, name, false as outside from users where id = any (@ids::uuid[])
union all
select id, name, true from outside_reviewers where id = any (@ids::uuid[]);

-- name: InsertComment :exec
insert into review_comments (id, brand_id, partnership_id, deliverable_id, submission_id, user_id, reviewer_id, contact_id, internal, body, anchor, reply_to)
select @id, s.brand_id, s.partnership_id, s.deliverable_id, s.id, sqlc.narg('user_id'), sqlc.narg('reviewer_id'), sqlc.narg('contact_id'), @internal, @body, sqlc.narg('anchor'), sqlc.narg('reply_to')
from submissions s where s.id = @submission_id;

-- name: ListComments :many
-- With outsiders, only what is not the house's own; and for creators, only what has gone out with a decision.
select m.id, m.submission_id, s.version, s.caption, m.internal, m.body, m.anchor, m.reply_to, m.resolved_at, m.created_at,
  coalesce(u.name, o.name, c.name)::text as author, case when m.user_id is not null then 'house' when m.reviewer_id is not null then 'outside' else 'creator' end::text as author_kind,
  coalesce(v.name, '')::text as resolved_by
from review_comments m join submissions s on s.id = m.submission_id join partnerships p on p.id = m.partnership_id join creators c on c.id = p.creator_id
left join users u on u.id = m.user_id left join outside_reviewers o on o.id = m.reviewer_id left join users v on v.id = m.resolved_by
where m.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is null or m.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('submission_id')::uuid is null or m.submission_id = sqlc.narg('submission_id')::uuid)
  and (sqlc.narg('deliverables')::uuid[] is null or m.deliverable_id = any (sqlc.narg('deliverables')::uuid[]))
  and (@audience::text = 'house' or not m.internal)
  and (@audience::text <> 'creator' or m.contact_id is not null
    or exists (select 1 from reviews r where r.submission_id = m.submission_id and r.state not in ('checking', 'open', 'held')))
order by m.created_at, m.id;

-- name: CommentKind :one
select internal, submission_id from review_comments where id = @id and brand_id = any (@brands::uuid[]);

-- name: ResolveComment :execrows
update review_comments set resolved_at = case when @resolved::boolean then coalesce(resolved_at, now()) end, resolved_by = case when @resolved::boolean then coalesce(resolved_by, @by::uuid) end
where id = @id and brand_id = any (@brands::uuid[]);

-- name: ReviewerLinks :many
select k.id, k.reviewer_id, o.name, s.version, k.created_at, k.expires_at, k.used_at, k.revoked_at, (k.expires_at <= now())::boolean as expired,
  (select count(*) from review_link_views w where w.link_id = k.id and w.what = 'page')::int as views, coalesce((select min(w.at) from review_link_views w where w.link_id = k.id), 'epoch')::timestamptz as first_seen_at
from review_links k join outside_reviewers o on o.id = k.reviewer_id join submissions s on s.id = k.submission_id
where k.review_id = @review_id and k.brand_id = any (@brands::uuid[]) order by k.created_at desc, k.id;

-- name: RevokeReviewLink :one
update review_links set revoked_at = coalesce(revoked_at, now()), revoked_by = coalesce(revoked_by, @by::uuid) where id = @id and brand_id = any (@brands::uuid[]) returning review_id;

-- name: LinkTakenBack :one
-- Whether the house revoked the newest link of a person to a review.
select coalesce((select revoked_by is not null from review_links where review_id = @review_id and reviewer_id = @reviewer_id order by created_at desc, id desc limit 1), false)::boolean;

-- name: ReviewLinkByToken :one
select k.id, k.review_id, k.submission_id, k.reviewer_id, k.brand_id, o.name as reviewer_name, b.name as brand_name, k.expires_at, k.used_at,
  (k.revoked_at is null and o.removed_at is null and k.expires_at > now())::boolean as live,
  coalesce((select x.decision from decisions x where x.review_id = k.review_id and x.reviewer_id = k.reviewer_id and x.state in ('accepted', 'moot') order by x.decided_at desc limit 1), '')::text as decision
from review_links k join outside_reviewers o on o.id = k.reviewer_id join brands b on b.id = k.brand_id where k.token_hash = @token_hash;

-- name: NoteLinkView :exec
insert into review_link_views (link_id, brand_id, what, address, agent) values (@link_id, @brand_id, @what, sqlc.narg('address'), sqlc.narg('agent'));

-- name: UseReviewLink :execrows
update review_links set used_at = now() where id = @id and used_at is null and revoked_at is null and expires_at > now();

-- name: NewReviewLink :exec
-- Only the newest link of a person to a review works.
with ended as (update review_links set revoked_at = now() where review_id = @review_id and reviewer_id = @reviewer_id and used_at is null and revoked_at is null)
insert into review_links (id, token_hash, review_id, submission_id, reviewer_id, brand_id, expires_at)
select @id, @token_hash, r.id, r.submission_id, @reviewer_id, r.brand_id, now() + greatest(coalesce(r.silence_at, r.due_at, now()) - now(), interval '0') + interval '7 days'
from reviews r where r.id = @review_id;

-- name: ListPostChecks :many
select p.id, p.n, p.at, p.result, p.url, p.final_url, p.text_found, p.body_sha256, p.problems, p.published_at, (p.screenshot_sha256 is not null)::boolean as has_screenshot
from post_checks p join deliverables d on d.id = p.deliverable_id where p.deliverable_id = @deliverable_id and d.brand_id = any (@brands::uuid[]) order by p.at desc limit 50;

-- name: PostScreenshot :one
select b.content, b.content_type, b.sha256 from post_checks p join deliverables d on d.id = p.deliverable_id join blobs b on b.sha256 = p.screenshot_sha256
where p.id = @id and d.brand_id = any (@brands::uuid[]);
