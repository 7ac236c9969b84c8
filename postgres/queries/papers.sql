-- name: Remittance :one
-- A payout, or in a partnership that of a milestone.
select p.id, p.state, b.name as brand_name, b.postal_address, d.zone, c.name as creator_name, g.name as campaign_name, m.title, k.number, p.amount, p.netted, p.difference, p.currency, p.amount_reversed,
  (select coalesce(sum(v.recovered), 0) from reversals v where v.payout_id = p.id)::bigint as recovered,
  p.due_at, p.paid_at, coalesce(a.transfer_id, '')::text as transfer_id, coalesce(o.method, '')::text as offline_method, coalesce(o.reference, '')::text as offline_reference
from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id join creators c on c.id = p.creator_id join milestones m on m.id = p.milestone_id
join contracts k on k.id = m.contract_id join partnerships q on q.id = p.partnership_id join campaigns g on g.id = q.campaign_id
left join payout_attempts a on a.payout_id = p.id and a.outcome = 'succeeded'
left join offline_payments o on o.id = a.offline_payment
where p.brand_id = any (@brands::uuid[]) and (p.id = sqlc.narg('id')::uuid or p.milestone_id = sqlc.narg('milestone_id')::uuid and p.partnership_id = sqlc.narg('partnership_id')::uuid);

-- name: StatementParties :one
select b.name as brand_name, b.postal_address, d.zone, c.name as creator_name
from brands b join calendars d on d.id = b.calendar_id, creators c where b.id = @brand_id::uuid and b.id = any (@brands::uuid[]) and c.id = @creator_id;

-- name: StatementOpening :many
-- What the brand owed the creator, less what the creator owed back, before a day.
select a.currency, sum(e.amount)::bigint as amount
from ledger_accounts a join ledger_entries e on e.account_id = a.id join ledger_transactions t on t.id = e.txn_id
where a.brand_id = @brand_id::uuid and a.brand_id = any (@brands::uuid[]) and t.at < midnight(@zone::text, @from_day)
  and (a.code like 'creator\_payable:' || @brand_id::text || ':' || @creator_id::text || ':%' or a.code like 'clawback\_receivable:' || @brand_id::text || ':' || @creator_id::text || ':%')
group by a.currency order by a.currency;

-- name: StatementLines :many
select t.id, t.kind, t.at, (t.at at time zone @zone::text)::date as day, a.currency, sum(e.amount)::bigint as amount,
  coalesce(min(m.title), '')::text as milestone_title, coalesce(min(k.number), '')::text as contract_number, coalesce(min(t.external_ref), '')::text as external_ref,
  coalesce(min(o.method), '')::text as offline_method, coalesce(min(o.reference), '')::text as offline_reference
from ledger_accounts a join ledger_entries e on e.account_id = a.id join ledger_transactions t on t.id = e.txn_id
left join payouts p on p.id = t.payout_id left join milestones m on m.id = p.milestone_id left join contracts k on k.id = m.contract_id
left join payout_attempts x on t.kind = 'settle' and x.payout_id = t.payout_id and x.number = t.attempt left join offline_payments o on o.id = x.offline_payment
where a.brand_id = @brand_id::uuid and a.brand_id = any (@brands::uuid[]) and t.at >= midnight(@zone::text, @from_day) and t.at < midnight(@zone::text, @day_after)
  and (a.code like 'creator\_payable:' || @brand_id::text || ':' || @creator_id::text || ':%' or a.code like 'clawback\_receivable:' || @brand_id::text || ':' || @creator_id::text || ':%')
group by t.id, t.kind, t.at, a.currency order by t.at, t.id
limit @max_rows::int;

-- name: YearToDate :many
-- What each payee got of each brand in a year of the brand's zone, by the day it was paid, less what was kept or came back (what a later payment kept for it is missing there); with the first threshold of
-- the payee's country that fits the currency.
with paid as (
  select p.brand_id, b.name as brand_name, p.creator_id, c.name as creator_name, coalesce(c.country, '') as country, p.currency,
    sum(p.amount - p.netted + p.difference)::bigint as paid,
    sum((select coalesce(sum(v.recovered), 0) from reversals v where v.payout_id = p.id))::bigint as reversed, count(*)::int as payments
  from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id join creators c on c.id = p.creator_id
  where p.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
    and p.state in ('paid', 'partly_reversed', 'reversed') and p.paid_at >= new_year(d.zone, @year::int) and p.paid_at < new_year(d.zone, @next_year::int)
    and (@country::text = '' or c.country = @country::text)
  group by 1, 2, 3, 4, 5, 6
), measured as (
  select paid.*, t.id as threshold_id, t.amount as threshold, case when t.id is null then 'none' when t.amount is null then 'any' when paid.paid - paid.reversed >= t.amount then 'over' when (paid.paid - paid.reversed) * 5 >= t.amount * 4 then 'near' else 'below' end as stands
  from paid left join lateral (select x.id, x.amount from payee_thresholds x where x.country = paid.country and @year::int >= x.from_year and (x.to_year is null or @year::int <= x.to_year)
    and (x.amount is null or x.currency = paid.currency) order by x.amount nulls last, x.id limit 1) t on true
)
select m.brand_id, m.brand_name, m.creator_id, m.creator_name, m.country::text as country, m.currency, m.paid, m.reversed, m.payments, coalesce(m.threshold_id, 0)::bigint as threshold_id, m.threshold, m.stands::text as stands from measured m
where (cardinality(@stands::text[]) = 0 or m.stands = any (@stands::text[]))
  and (sqlc.narg('after_name')::text is null or (m.creator_name, m.creator_id, m.brand_id, m.currency) > (sqlc.narg('after_name')::text, sqlc.narg('after_creator')::uuid, sqlc.narg('after_brand')::uuid, sqlc.narg('after_currency')::text))
order by m.creator_name, m.creator_id, m.brand_id, m.currency
limit @max_rows;

-- name: PayeeThresholds :many
select id, country, form, from_year, to_year, amount, currency, note, source, source_on from payee_thresholds
where @year::int >= from_year and (to_year is null or @year::int <= to_year) order by country, id;

-- name: MoneyHistory :many
-- The reason of a signature is the name that was signed with: a creator's is that of nobody of the house.
select h.at, h.key::text as key, h.actor, coalesce(case h.action when 'contract.signed_by_creator' then h.reason else u.name end, '')::text as actor_name, h.action, h.noun::text as noun, h.subject, h.brand_id, coalesce(b.name, '')::text as brand_name, coalesce(h.partnership_id, '00000000-0000-0000-0000-000000000000')::uuid as partnership_id,
  coalesce(h.amount, 0)::bigint as amount, coalesce(h.currency, '')::text as currency, (case when h.action like 'contract.signed_by_%' then '' else h.reason end)::text as reason,
  coalesce(c.name, z.name, k.name, '')::text as about, (case when h.action in ('brand.edited', 'campaign.edited', 'fx_quote.entered') then h.detail end)::jsonb as detail
from money_history h left join users u on u.id = h.actor left join brands b on b.id = h.brand_id left join partnerships q on q.id = h.partnership_id left join creators c on c.id = q.creator_id
left join users z on h.noun = 'person' and z.id = h.subject
left join campaigns k on h.noun = 'campaign' and k.id = h.subject
where (h.brand_id = any (@brands::uuid[]) or h.brand_id is null and exists (select 1 from user_roles r where r.user_id in (h.actor, h.subject) and r.brand_id = any (@brands::uuid[])))
  and (sqlc.narg('brand_id')::uuid is null or h.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('payout_id')::uuid is null or h.subject = any (array(select sqlc.narg('payout_id')::uuid union all
    select r.id from reversals r where r.payout_id = sqlc.narg('payout_id')::uuid and r.brand_id = any (@brands::uuid[]))))
  and (sqlc.narg('user_id')::uuid is null or h.actor = sqlc.narg('user_id')::uuid)
  and (@action::text = '' or h.action = @action::text)
  and (@noun::text = '' or h.noun = @noun::text)
  and h.at >= @from_day::date and h.at < @day_after::date
  and (sqlc.narg('after_at')::timestamptz is null or (h.at, h.key) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_key')::text))
order by h.at desc, h.key desc
limit @max_rows;

-- name: ListPartnershipFiles :many
-- What a person may keep of a partnership, newest first. A proof is one once it is the payment, and a thread of which the viewer is no part keeps its files.
select f.kind::text as kind, f.id::uuid as id, f.n::int as n, f.name::text as name, f.about::text as about, f.by_name::text as by_name, coalesce(f.size, -1)::bigint as size, f.at::timestamptz as at, f.key::text as key
from (
  select 'contract' as kind, t.id, 0 as n, t.number || '.pdf' as name, '' as about, '' as by_name, b.size, s.made_at as at, 'contract/' || t.id as key
  from contracts t join contract_papers s on s.contract_id = t.id join blobs b on b.sha256 = s.sha256 where t.partnership_id = @partnership_id
  union all
  select 'sealed_contract', t.id, 0, t.number || '-sealed.pdf', '', '', b.size, s.kept_at, 'sealed_contract/' || t.id
  from contracts t join sealed_papers s on s.contract_id = t.id join blobs b on b.sha256 = s.sha256 where t.partnership_id = @partnership_id
  union all
  select 'submission', s.id, 0, coalesce(s.file_name, d.title), d.title || ', version ' || s.version, c.name, b.size, s.created_at, 'submission/' || s.id
  from submissions s join deliverables d on d.id = s.deliverable_id join partnerships p on p.id = s.partnership_id join creators c on c.id = p.creator_id join blobs b on b.sha256 = s.file_sha256
  where s.partnership_id = @partnership_id and s.state <> 'refused'
  union all
  select 'attachment', m.id, f.n, f.name, coalesce(m.subject, ''), coalesce(u.name, case m.direction when 'in' then c.name end, ''), f.size, m.at, 'attachment/' || m.id || '/' || f.n
  from messages m join message_files f on f.message_id = m.id join partnerships p on p.id = m.partnership_id join creators c on c.id = p.creator_id left join users u on u.id = m.author_id
  where m.partnership_id = @partnership_id and (m.thread_id is null or thread_open_to(m.thread_id, @viewer::uuid))
  union all
  select 'proof', y.id, 0, o.proof_name, l.title, u.name, b.size, o.recorded_at, 'proof/' || y.id
  from payouts y join payout_attempts a on a.payout_id = y.id and a.outcome = 'succeeded' join offline_payments o on o.id = a.offline_payment join milestones l on l.id = y.milestone_id
  join users u on u.id = o.recorded_by join blobs b on b.sha256 = o.proof_sha256 where y.partnership_id = @partnership_id
  union all
  select 'remittance', y.id, 0, 'Remittance advice.pdf', l.title, '', null, y.paid_at, 'remittance/' || y.id
  from payouts y join milestones l on l.id = y.milestone_id where y.partnership_id = @partnership_id and y.paid_at is not null
) f
where f.kind = any (@kinds::text[]) and exists (select 1 from partnerships p where p.id = @partnership_id and p.brand_id = any (@brands::uuid[]))
  and (sqlc.narg('after_key')::text is null or (f.at, f.key) < (@after_at::timestamptz, sqlc.narg('after_key')::text))
order by f.at desc, f.key desc limit @max_rows;
