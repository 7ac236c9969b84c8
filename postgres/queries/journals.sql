-- name: JournalAccounts :many
select kind, quickbooks, xero, xero_tax from journal_accounts where brand_id = @brand_id and brand_id = any (@brands::uuid[]) order by kind;

-- name: ClearJournalAccounts :exec
delete from journal_accounts where brand_id = @brand_id and brand_id = any (@brands::uuid[]);

-- name: InsertJournalAccount :exec
insert into journal_accounts (brand_id, kind, quickbooks, xero, xero_tax) values (@brand_id, @kind, @quickbooks, @xero, @xero_tax);

-- name: JournalPostings :many
-- The ledger of a brand from day to day of its own zone, oldest first. A transaction is of one currency.
select t.id, t.kind, t.payout_id, coalesce(t.external_ref, '')::text as external_ref, t.at, (t.at at time zone d.zone)::date as day,
  coalesce(c.name, '')::text as creator_name, coalesce(m.title, '')::text as milestone_title, coalesce(k.number, '')::text as contract_number,
  coalesce(o.method, '')::text as offline_method, coalesce(o.reference, '')::text as offline_reference
from ledger_transactions t join brands b on b.id = t.brand_id join calendars d on d.id = b.calendar_id
left join payouts p on p.id = t.payout_id left join creators c on c.id = p.creator_id left join milestones m on m.id = p.milestone_id left join contracts k on k.id = m.contract_id
left join payout_attempts x on t.kind = 'settle' and x.payout_id = t.payout_id and x.number = t.attempt left join offline_payments o on o.id = x.offline_payment
where t.brand_id = @brand_id and t.brand_id = any (@brands::uuid[])
  and t.at >= midnight(d.zone, @from_day) and t.at < midnight(d.zone, @day_after)
  and (@currency::text = '' or exists (select 1 from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id = t.id and a.currency = @currency::text))
  and (sqlc.narg('after_at')::timestamptz is null or (t.at, t.id) > (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by t.at, t.id
limit @max_rows;

-- name: JournalLines :many
-- The third part of an account's code is its creator, where it has one.
select e.txn_id, a.code, e.amount, a.currency, coalesce(c.name, '')::text as creator_name
from ledger_entries e join ledger_accounts a on a.id = e.account_id left join creators c on c.id::text = split_part(a.code, ':', 3)
where e.txn_id = any (@txns::uuid[]) order by e.txn_id, e.line;

-- name: JournalTotals :many
select a.currency, count(distinct t.id)::int as journals, count(*)::int as lines, coalesce(sum(-e.amount) filter (where e.amount < 0), 0)::bigint as debits
from ledger_transactions t join brands b on b.id = t.brand_id join calendars d on d.id = b.calendar_id join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id
where t.brand_id = @brand_id and t.brand_id = any (@brands::uuid[])
  and t.at >= midnight(d.zone, @from_day) and t.at < midnight(d.zone, @day_after)
group by a.currency order by a.currency;
