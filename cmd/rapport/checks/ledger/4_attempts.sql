-- Money that left is in the book, once, and the book knows of no other.
select p.payout_id::text, 'attempt ' || p.number || ' succeeded and is not settled in the book'
from payout_attempts p
where p.outcome = 'succeeded'
  and not exists (select from ledger_transactions t where t.kind = 'settle' and t.payout_id = p.payout_id and t.attempt = p.number)
union all
select t.payout_id::text, 'attempt ' || t.attempt || ' is settled in the book and did not succeed'
from ledger_transactions t
where t.kind = 'settle' and t.payout_id is not null and t.attempt is not null
  and not exists (select from payout_attempts p where p.outcome = 'succeeded' and p.payout_id = t.payout_id and p.number = t.attempt)
