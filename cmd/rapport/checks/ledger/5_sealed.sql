-- What is older than a day before the last seal is sealed: the job that seals looks no further back. Where nothing was sealed at all, what is
-- older than a quarter of an hour should have been.
select t.id::text, 'was never sealed'
from ledger_transactions t
where t.at < coalesce((select x.at - interval '1 day' from ledger_seals s join ledger_transactions x on x.id = s.txn_id order by s.n desc limit 1), now() - interval '15 minutes')
  and not exists (select from ledger_seals s where s.txn_id = t.id)
order by t.at, t.id
