-- name: ListClauses :many
-- The newest version of each that the brands may use.
select distinct on (c.id) c.id, c.version, c.brand_id, c.kind, c.title, c.body, c.fallbacks, c.applies_when, c.created_at
from clauses c
where c.brand_id is null or (c.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or c.brand_id = sqlc.narg('brand_id')::uuid))
order by c.id, c.version desc;

-- name: ClauseVersions :many
select c.id, c.version, c.brand_id, c.kind, c.title, c.body, c.fallbacks, c.applies_when, c.created_at
from clauses c where c.id = @id and (c.brand_id is null or c.brand_id = any (@brands::uuid[])) order by c.version desc;

-- name: CreateClauseVersion :one
insert into clauses (id, version, brand_id, kind, title, body, fallbacks, applies_when, created_by)
values (@id, @version, @brand_id, @kind, @title, @body, @fallbacks, @applies_when, @created_by)
returning created_at;

-- name: ContractsWithClause :many
-- Contracts that are not over: on their way to the signature, or signed and not yet ended.
select t.id, t.partnership_id, t.brand_id, b.name as brand_name, t.number, t.state, x.version as clause_version, x.fallback, p.creator_id, c.name as creator_name, g.name as campaign_name,
  t.executed_at, t.ends_at, t.created_at
from contract_clauses x
join contracts t on t.id = x.contract_id and t.draft = x.draft
join brands b on b.id = t.brand_id
join partnerships p on p.id = t.partnership_id
join campaigns g on g.id = p.campaign_id
join creators c on c.id = p.creator_id
where x.clause_id = @clause_id and x.brand_id = any (@brands::uuid[]) and t.brand_id = any (@brands::uuid[])
  and t.state in ('drafting', 'internal_approval', 'out_for_signature', 'executed') and (t.ends_at is null or t.ends_at > now())
  and (sqlc.narg('version')::int is null or x.version = sqlc.narg('version')::int)
  and (sqlc.narg('after_at')::timestamptz is null or (t.created_at, t.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by t.created_at desc, t.id desc
limit @max_rows;

-- name: ClausesOfContracts :many
select x.contract_id, x.clause_id, x.version, x.title, x.fallback, x.added, c.kind
from contract_clauses x join contracts t on t.id = x.contract_id and t.draft = x.draft join clauses c on c.id = x.clause_id and c.version = x.version
where x.contract_id = any (@contracts::uuid[]) and x.brand_id = any (@brands::uuid[]) order by x.contract_id, x.position;

-- name: InsertContractClause :exec
insert into contract_clauses (contract_id, draft, position, brand_id, clause_id, version, title, body, fallback, added)
values (@contract_id, @draft, @position, @brand_id, @clause_id, @version, @title, @body, @fallback, @added);

-- name: ListContractTemplates :many
select t.id, t.brand_id, t.name, t.clauses, t.must_include, t.is_default, t.version, t.created_at
from contract_templates t
where t.brand_id is null or (t.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid))
order by t.brand_id nulls first, t.name, t.id;

-- name: ContractTemplate :one
select t.id, t.brand_id, t.name, t.clauses, t.must_include, t.is_default, t.version, t.created_at
from contract_templates t where t.id = @id and (t.brand_id is null or t.brand_id = any (@brands::uuid[]));

-- name: TemplateForContract :one
-- The campaign's, the brand's default, or the one that every brand starts with.
select t.id, t.brand_id, t.name, t.clauses, t.must_include, t.is_default, t.version, t.created_at
from contract_templates t
where (t.is_default or t.id = sqlc.narg('campaign_template')::uuid) and (t.brand_id is null or t.brand_id = @brand_id)
order by (t.id = sqlc.narg('campaign_template')::uuid) desc nulls last, t.brand_id nulls last limit 1;

-- name: CreateContractTemplate :one
insert into contract_templates (id, brand_id, name, clauses, must_include, is_default, created_by)
values (@id, @brand_id, @name, @clauses, @must_include, @is_default, @created_by)
returning version, created_at;

-- name: EditContractTemplate :one
update contract_templates set name = @name, clauses = @clauses, must_include = @must_include, is_default = @is_default, version = version + 1
where id = @id and version = @version and brand_id = any (@brands::uuid[])
returning version;

-- name: UndefaultContractTemplates :exec
update contract_templates set is_default = false, version = version + 1 where brand_id = @brand_id and brand_id = any (@brands::uuid[]) and is_default and id <> @id;

-- name: ListComplianceNotes :many
select id, market, kind, title, words, source, read_on from compliance_notes where @all_markets::boolean or market = any (@markets::text[]) order by market = 'all', market, id;

-- name: ContractTemplateForBrand :one
select exists (select 1 from contract_templates t where t.id = @id and (t.brand_id is null or t.brand_id = @brand_id))::boolean;
