-- Every transaction has two entries or more, whose sum is zero in each currency.
select t.id::text, 'is unbalanced by ' || coalesce(sum(e.amount), 0) || ' ' || coalesce(a.currency, '(no entries)')
from ledger_transactions t
left join ledger_entries e on e.txn_id = t.id
left join ledger_accounts a on a.id = e.account_id
group by t.id, a.currency
having coalesce(sum(e.amount), 0) <> 0 or count(e.line) < 2
order by t.id
