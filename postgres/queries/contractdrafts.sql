-- name: ContractDraft :one
-- A contract that may be drafted, with the choices of its newest draft.
select t.id, t.partnership_id, t.brand_id, t.number, t.state, t.term, t.draft, t.body, t.body_sha256, t.offer_id, t.amends, t.template_id, t.created_at, t.approved_at,
  coalesce(a.name, '')::text as approved_by, coalesce(d.choices, '{}')::jsonb as choices, coalesce(u.name, '')::text as drafted_by, coalesce(d.created_at, t.created_at)::timestamptz as drafted_at,
  (exists (select 1 from signatures s where s.contract_id = t.id))::boolean as signed, coalesce(d.template_body, '')::text as template_body,
  d.lost_approval_at, coalesce(l.name, '')::text as lost_approval_by, coalesce(m.name, '')::text as template_name
from contracts t
left join contract_drafts d on d.contract_id = t.id and d.draft = t.draft
left join contract_templates m on m.id = t.template_id
left join users a on a.id = t.approved_by
left join users u on u.id = d.created_by
left join users l on l.id = d.lost_approval_by
where t.id = @id and t.brand_id = any (@brands::uuid[]);

-- name: LockContract :one
-- Whoever saves a draft, approves it or signs it for the brand waits here for the others.
select t.id from contracts t where t.id = @id and t.brand_id = any (@brands::uuid[]) for update;

-- name: SaveContractDraft :one
-- The guard takes the approval away with the text that it was of; who had given it is answered.
with before as (select b.id, b.approved_by, b.approved_at from contracts b where b.id = @id)
update contracts t set draft = t.draft + 1, body = @body, body_sha256 = @body_sha256, template_id = @template_id
from before b
where t.id = b.id and t.brand_id = any (@brands::uuid[]) and t.draft = @draft and t.amends is null and t.state in ('drafting', 'internal_approval')
returning t.draft, b.approved_by, b.approved_at;

-- name: KeepFirstDraft :exec
-- The draft that the machine made, before people make the next one. Nothing was chosen for it, so that it is what the template says.
insert into contract_drafts (contract_id, draft, brand_id, choices, body, body_sha256, template_body, created_at)
select t.id, t.draft, t.brand_id, jsonb_build_object('template_id', t.template_id), t.body, t.body_sha256, t.body, t.created_at
from contracts t where t.id = @id and t.brand_id = any (@brands::uuid[]) on conflict do nothing;

-- name: InsertContractDraft :exec
insert into contract_drafts (contract_id, draft, brand_id, choices, body, body_sha256, template_body, created_by, lost_approval_by, lost_approval_at)
values (@contract_id, @draft, @brand_id, @choices, @body, @body_sha256, @template_body, @created_by, @lost_approval_by, @lost_approval_at);

-- name: ApproveContract :execrows
-- Who approved a text first stays.
update contracts set approved_by = @user_id::uuid, approved_at = now()
where id = @id and brand_id = any (@brands::uuid[]) and state in ('drafting', 'internal_approval') and body_sha256 = @body_sha256 and approved_by is null;

-- name: FormerDraft :one
select d.draft, d.body, d.created_at, coalesce(u.name, '')::text as drafted_by
from contract_drafts d left join users u on u.id = d.created_by
where d.contract_id = @contract_id and d.brand_id = any (@brands::uuid[]) and d.draft < @draft order by d.draft desc limit 1;

-- name: FormerContract :one
-- Of a contract the one before it in the partnership, signed or not; of an amendment the one before it, or the contract that it changes.
select o.id, o.number, o.body, o.state, o.term from contracts t join contracts o on o.partnership_id = t.partnership_id and o.id <> t.id
where t.id = @id and t.brand_id = any (@brands::uuid[]) and o.brand_id = t.brand_id
  and case when t.amends is null then o.amends is null and o.created_at < t.created_at else o.id = t.amends or o.amends = t.amends and o.amendment < t.amendment and o.executed_at is not null end
order by o.amendment desc nulls last, o.executed_at is not null desc, o.created_at desc limit 1;

-- name: TitlesOfClauses :many
select distinct on (c.id) c.id, c.title from clauses c where c.id = any (@ids::uuid[]) and (c.brand_id is null or c.brand_id = any (@brands::uuid[])) order by c.id, c.version desc;
