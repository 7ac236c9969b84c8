-- A balance is the sum of its entries, and never below a floor of zero.
select a.code, case when a.balance <> coalesce(s.total, 0) then 'has the balance ' || a.balance || ' where its entries make ' || coalesce(s.total, 0)
                    else 'is below zero: ' || a.balance end
from ledger_accounts a
left join (select account_id, sum(amount) as total from ledger_entries group by account_id) s on s.account_id = a.id
where a.balance <> coalesce(s.total, 0) or (a.floor_zero and a.balance < 0)
order by a.code
