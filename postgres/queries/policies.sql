-- name: ListSequences :many
-- The newest version of each that the brands may use; a brand's own wins over the common one of the same name.
select distinct on (s.name, s.brand_id) s.id, s.version, s.brand_id, s.name, s.trigger_on, s.steps, s.cool_off_days, s.created_at
from sequences s
where (s.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or s.brand_id = sqlc.narg('brand_id')::uuid))
  or (s.brand_id is null and not exists (select 1 from sequences o where o.name = s.name and o.brand_id = sqlc.narg('brand_id')::uuid))
order by s.name, s.brand_id, s.version desc;

-- name: NewestSequence :one
select id, version, (trigger_on is not null)::boolean as triggered from sequences where brand_id = @brand_id and name = @name order by version desc limit 1;

-- name: CreateSequence :one
insert into sequences (id, version, brand_id, name, trigger_on, steps, cool_off_days, created_by)
values (@id, @version, @brand_id, @name, sqlc.narg('trigger_on'), @steps, @cool_off_days, @created_by)
returning created_at;

-- name: SequenceForBrand :one
select exists (select 1 from sequences s where s.id = @id and (s.brand_id is null or s.brand_id = @brand_id)
  and (select n.trigger_on is null from sequences n where n.id = s.id order by n.version desc limit 1))::boolean;

-- name: AutomationForBrand :one
select exists (select 1 from sequences s where s.id = @id and (s.brand_id is null or s.brand_id = @brand_id)
  and (select n.trigger_on is not null from sequences n where n.id = s.id order by n.version desc limit 1))::boolean;

-- name: SequenceVersion :one
-- One version of a sequence that the brand may use; the newest without a number.
select s.id, s.version, s.name, s.trigger_on, s.steps, s.cool_off_days, (select max(n.version) from sequences n where n.id = s.id)::int as newest
from sequences s where s.id = @id and (s.brand_id is null or s.brand_id = @brand_id) and (@version::int = 0 or s.version = @version::int) order by s.version desc limit 1;

-- name: SequencesToStart :many
select distinct on (s.id) s.id, s.version, s.trigger_on, s.steps, s.cool_off_days from sequences s where s.id = any (@ids::uuid[]) order by s.id, s.version desc;

-- name: ListTemplates :many
select distinct on (t.name, t.brand_id) t.id, t.version, t.brand_id, t.name, t.subject, t.body, t.created_at
from templates t
where (t.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid))
  or (t.brand_id is null and not exists (select 1 from templates o where o.name = t.name and o.brand_id = sqlc.narg('brand_id')::uuid))
order by t.name, t.brand_id, t.version desc;

-- name: NewestTemplate :one
select id, version from templates where brand_id = @brand_id and name = @name order by version desc limit 1;

-- name: CreateTemplate :one
insert into templates (id, version, brand_id, name, subject, body, created_by)
values (@id, @version, @brand_id, @name, @subject, @body, @created_by)
returning created_at;

-- name: ListPolicies :many
select distinct on (p.name, p.brand_id) p.id, p.version, p.brand_id, p.name, p.stages, p.on_silence, p.applies_when, p.rank, p.retired_at, p.created_at
from policies p
where (p.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid))
  or (p.brand_id is null and not exists (select 1 from policies o where o.name = p.name and o.brand_id = sqlc.narg('brand_id')::uuid))
order by p.name, p.brand_id, p.version desc;

-- name: PolicyVersions :many
select p.id, p.version, p.brand_id, p.name, p.stages, p.on_silence, p.applies_when, p.rank, p.retired_at, p.created_at
from policies p where p.id = @id and (p.brand_id is null or p.brand_id = any (@brands::uuid[])) order by p.version desc;

-- name: NewestPolicy :one
select id, version from policies where brand_id = @brand_id and name = @name order by version desc limit 1;

-- name: CreatePolicy :one
insert into policies (id, version, brand_id, name, stages, on_silence, applies_when, rank, created_by)
values (@id, @version, @brand_id, @name, @stages, @on_silence, sqlc.narg('applies_when'), @rank, @created_by)
returning created_at;

-- name: RetirePolicy :execrows
update policies set retired_at = coalesce(retired_at, now()) where id = @id and brand_id = any (@brands::uuid[]);

-- name: PoliciesToChoose :many
-- The newest version of each policy of the brand that chooses itself.
select p.id, p.version, p.name, p.applies_when, p.rank, p.legal from (
  select distinct on (q.id) q.id, q.version, q.name, q.applies_when, q.rank, q.retired_at, jsonb_path_exists(q.stages, '$[*].legal ? (@ == true)') as legal
  from policies q where q.brand_id = @brand_id order by q.id, q.version desc) p
where p.applies_when is not null and p.retired_at is null;

-- name: NewestPolicyVersion :one
select id, version, name, stages, on_silence from policies where id = @id order by version desc limit 1;

-- name: SubmissionFacts :one
select p.campaign_id, k.name as campaign_name, k.policy_id, d.platform, k.content_rules, coalesce(c.country, '')::text as country, coalesce(t.fee, 0)::bigint as fee, coalesce(t.currency, '')::text as currency,
  coalesce((contract_now(d.contract_id)).terms, '{}')::jsonb as terms,
  not exists (select 1 from contracts e join partnerships o on o.id = e.partnership_id where o.creator_id = p.creator_id and o.brand_id = p.brand_id and e.executed_at < coalesce(t.executed_at, now()) and e.id <> t.id) as first_partnership
from submissions s join deliverables d on d.id = s.deliverable_id join partnerships p on p.id = s.partnership_id join campaigns k on k.id = p.campaign_id join creators c on c.id = p.creator_id
left join contracts t on t.id = d.contract_id
where s.id = @id;

-- name: LastSubmissions :many
select s.id, r.id as review_id, s.version, s.created_at, d.title, c.name as creator_name, k.name as campaign_name, r.closed_at, r.state, coalesce(l.name, '')::text as policy_name, d.publish_by, p.creator_id
from submissions s join reviews r on r.submission_id = s.id join deliverables d on d.id = s.deliverable_id join partnerships p on p.id = s.partnership_id join creators c on c.id = p.creator_id
join campaigns k on k.id = p.campaign_id left join policies l on l.id = r.policy_id and l.version = r.policy_version
where s.brand_id = @brand_id and s.brand_id = any (@brands::uuid[]) and s.state <> 'refused' order by s.created_at desc, s.id limit @max_rows;

-- name: AnswerTimes :many
-- How long each person took to decide, in the middle of their decisions: seconds.
select x.user_id::uuid as user_id, percentile_cont(0.5) within group (order by extract(epoch from x.decided_at - r.created_at))::float8 as seconds
from decisions x join reviews r on r.id = x.review_id where x.brand_id = @brand_id and x.user_id is not null and x.state = 'accepted' group by x.user_id;

-- name: CampaignsOutside :many
-- Which of the campaigns are none of the brand's.
select u::uuid as id from unnest(@campaigns::uuid[]) u where not exists (select 1 from campaigns g where g.id = u and g.brand_id = @brand_id);

-- name: ListOutsideReviewers :many
select id, brand_id, name, email, created_at from outside_reviewers
where brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or brand_id = sqlc.narg('brand_id')::uuid) and removed_at is null order by name, id;

-- name: CreateOutsideReviewer :one
insert into outside_reviewers (id, brand_id, name, email, created_by) values (@id, @brand_id, @name, @email, @created_by) returning created_at;

-- name: RemoveOutsideReviewer :execrows
update outside_reviewers set removed_at = coalesce(removed_at, now()) where id = @id and brand_id = any (@brands::uuid[]);

-- name: RevokeLinksOfReviewer :exec
update review_links set revoked_at = now(), revoked_by = @by::uuid where reviewer_id = @reviewer_id and used_at is null and revoked_at is null;

-- name: ReviewersOutside :many
-- Who of the outside reviewers is none of the brand's.
select u::uuid as id from unnest(@reviewers::uuid[]) u
where not exists (select 1 from outside_reviewers o where o.id = u and o.brand_id = @brand_id and o.removed_at is null);

-- name: PolicyForBrand :one
select exists (select 1 from policies where id = @id and (brand_id is null or brand_id = @brand_id))::boolean;

-- name: PeopleOutside :many
-- Who of the people has no role at the brand.
select u::uuid as user_id from unnest(@people::uuid[]) u
where not exists (select 1 from user_roles r where r.user_id = u and r.brand_id = @brand_id);
