-- name: ListContracts :many
-- With the fee and the terms that amendments have made of it. The page comes first: what amendments make is asked of its rows alone.
with page as materialized (select f.id from unnest(@brands::uuid[]) x(brand) cross join lateral (
  select t.id, t.created_at from contracts t where t.brand_id = x.brand
    and (sqlc.narg('id')::uuid is null or t.id = sqlc.narg('id')::uuid)
    and (sqlc.narg('partnership_id')::uuid is null or t.partnership_id = sqlc.narg('partnership_id')::uuid)
    and (sqlc.narg('base')::boolean is null or (t.amends is null) = sqlc.narg('base')::boolean)
    and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('state')::text is null or t.state = sqlc.narg('state')::text)
    and (sqlc.narg('campaign_id')::uuid is null or t.partnership_id in (select p.id from partnerships p where p.campaign_id = sqlc.narg('campaign_id')::uuid))
    and (sqlc.narg('creator_id')::uuid is null or t.partnership_id in (select p.id from partnerships p where p.creator_id = sqlc.narg('creator_id')::uuid))
    and (sqlc.narg('ends_from')::timestamptz is null or t.ends_at >= sqlc.narg('ends_from')::timestamptz)
    and (sqlc.narg('ends_to')::timestamptz is null or t.ends_at < sqlc.narg('ends_to')::timestamptz)
    and (sqlc.narg('pattern')::text is null or t.number ilike sqlc.narg('pattern')::text or t.id in (select contracts_with(@words::text))
      or t.partnership_id in (select p.id from partnerships p join creators c on c.id = p.creator_id where c.name ilike sqlc.narg('pattern')::text)
      or t.partnership_id in (select p.id from partnerships p join campaigns g on g.id = p.campaign_id where g.name ilike sqlc.narg('pattern')::text))
    and (sqlc.narg('after_at')::timestamptz is null or (t.created_at, t.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  order by t.created_at desc, t.id desc limit @max_rows::int) f order by f.created_at desc, f.id desc limit @max_rows::int)
select t.id, t.partnership_id, t.brand_id, b.name as brand_name, p.creator_id, c.name as creator_name, coalesce(c.country, '')::text as creator_country, coalesce(a.handle, '')::text as handle,
  coalesce(a.platform, '')::text as platform, g.name as campaign_name, t.number, t.term, t.version, t.draft, t.state, t.body, t.body_sha256, n.fee, t.currency,
  n.terms, t.amends, coalesce(o.number, '')::text as amends_number, coalesce(t.reason, '')::text as reason, t.sent_at, t.expires_at, t.executed_at, t.ends_at, t.notice_by, t.created_at, f.sha256 as paper_sha256,
  t.approved_at, coalesce(ap.name, '')::text as approved_by
from page join contracts t on t.id = page.id
cross join lateral contract_now(t.id) n
left join contracts o on o.id = t.amends
left join contract_papers f on f.contract_id = t.id
left join users ap on ap.id = t.approved_by
join brands b on b.id = t.brand_id
join partnerships p on p.id = t.partnership_id
join campaigns g on g.id = p.campaign_id
join creators c on c.id = p.creator_id
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = p.creator_id
  order by (select max(f.followers) from follower_snapshots f where f.account_id = x.id) desc nulls last, x.platform, x.handle limit 1) a on true
order by t.created_at desc, t.id desc;

-- name: SignaturesOf :many
select contract_id, party, name, coalesce(address, '')::text as address, coalesce(agent, '')::text as agent, body_sha256, at,
  coalesce(consent, '')::text as consent, coalesce(identity, '')::text as identity, coalesce(identity_address, '')::text as identity_address, identity_at from signatures
where contract_id = any (@contracts::uuid[]) order by contract_id, at;

-- name: SignForBrand :exec
-- The brand signs the text that its person saw, and no other; who signed first stays.
insert into signatures (contract_id, party, name, user_id, body_sha256, address, agent, consent, identity, identity_address)
select t.id, 'brand', @name::text, @user_id::uuid, t.body_sha256, @address::text, @agent::text, @consent::text, @identity::text, @identity_address::text from contracts t
where t.id = @contract_id and t.brand_id = any (@brands::uuid[]) and t.state in ('drafting', 'internal_approval') and t.body_sha256 = @body_sha256
on conflict (contract_id, party) do nothing;

-- name: AmendmentsOf :many
select id, amends::uuid as contract_id, number, state, created_at, executed_at from contracts where amends = any (@contracts::uuid[]) order by amendment;

-- name: ContractToAmend :one
-- The newest executed contract of a partnership.
select t.id, t.number, t.term, t.currency, t.ends_at, t.notice_by, b.name as brand_name, c.name as creator_name, p.brand_id, p.creator_id, p.stage, p.renewal_state,
  (select coalesce(max(x.amendment), 0) + 1 from contracts x where x.amends = t.id)::int as next_number,
  exists (select 1 from contracts x where x.amends = t.id and x.state in ('internal_approval', 'out_for_signature'))::boolean as out
from contracts t join partnerships p on p.id = t.partnership_id join brands b on b.id = t.brand_id join creators c on c.id = p.creator_id
where t.partnership_id = @partnership_id and t.brand_id = any (@brands::uuid[]) and t.amends is null and t.state in ('executed', 'expired') and t.executed_at is not null order by t.term desc limit 1;

-- name: InsertAmendment :exec
insert into contracts (id, number, partnership_id, brand_id, term, version, state, body, body_sha256, fee, currency, terms, amends, amendment, changes, adds, reason, requested_by)
values (@id, @number, @partnership_id, @brand_id, @term, @version, 'internal_approval', @body, @body_sha256, @fee, @currency, @terms, @contract_id, @amendment, @changes, @adds, @reason, @requested_by)
on conflict (id) do nothing;

-- name: AmendmentBudget :one
-- What the budget of a partnership's campaign has to do with an amendment, and when the campaign ends.
select g.budget, g.currency, g.ends_on, campaign_spoken(g.id, null)::bigint as spoken from partnerships p join campaigns g on g.id = p.campaign_id
where p.id = @id and p.brand_id = any (@brands::uuid[]);

-- name: AmendmentOut :one
-- An amendment that is not executed.
select c.id, c.partnership_id, c.amends, c.changes from contracts c
where c.id = @id and c.brand_id = any (@brands::uuid[]) and c.amends is not null and c.state in ('internal_approval', 'out_for_signature');

-- name: ContractToPaper :one
-- What the file of an executed contract says besides.
select t.brand_id, b.postal_address, d.zone from contracts t join brands b on b.id = t.brand_id join calendars d on d.id = b.calendar_id
where t.id = @id and t.executed_at is not null;

-- name: ContractsWithoutPaper :many
select t.id from contracts t where t.executed_at is not null and not exists (select 1 from contract_papers f where f.contract_id = t.id) order by t.executed_at limit @max_rows;

-- name: InsertContractPaper :exec
insert into contract_papers (contract_id, brand_id, sha256, text_sha256, signatures_sha256)
select t.id, t.brand_id, @sha256, t.body_sha256, (select sha256(convert_to(jsonb_agg(jsonb_build_array(s.party, s.name, encode(s.body_sha256, 'hex'), s.address, s.agent, extract(epoch from s.at), s.consent, s.identity, s.identity_address, extract(epoch from s.identity_at)) order by s.party)::text, 'utf8'))
  from signatures s where s.contract_id = t.id)
from contracts t where t.id = @contract_id on conflict (contract_id) do nothing;

-- name: ContractPaper :one
-- The file of a signed contract, or the one that a provider of signatures sealed; of a partnership where one is given.
select t.number, t.state, coalesce(x.sha256, '')::bytea as sha256, coalesce(x.content, '')::bytea as content
from contracts t left join contract_papers f on f.contract_id = t.id left join sealed_papers e on e.contract_id = t.id
left join blobs x on x.sha256 = case when @sealed::boolean then e.sha256 else f.sha256 end
where t.id = @id and t.brand_id = any (@brands::uuid[]) and (sqlc.narg('partnership_id')::uuid is null or t.partnership_id = sqlc.narg('partnership_id')::uuid and t.sent_at is not null);

-- name: FindContracts :many
-- By words of the text or the number, newest first; search_texts also is quick for words that are in every contract.
select t.id, t.number, c.name as creator_name, g.name as campaign_name
from (select y.id::uuid as id from search_texts(@words::text, @viewer::uuid, 'contract', null, null, null, null, null, null, null, null, @max_rows::int) y) x
join contracts t on t.id = x.id join partnerships p on p.id = t.partnership_id join creators c on c.id = p.creator_id join campaigns g on g.id = p.campaign_id
where t.brand_id = any (@brands::uuid[])
order by t.created_at desc, t.id desc limit @max_rows::int;
