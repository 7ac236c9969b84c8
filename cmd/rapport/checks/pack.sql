-- Every seal with the text that it hashes, as ledger_digest builds it.
select s.n, s.prev_sha256, s.sha256,
  jsonb_build_array(t.id, t.kind, t.brand_id, t.payout_id, t.attempt, t.external_ref, extract(epoch from t.at)::text,
    (select jsonb_agg(jsonb_build_array(e.line, a.code, e.amount) order by e.line)
     from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id = t.id))::text as text
from ledger_seals s join ledger_transactions t on t.id = s.txn_id
order by s.n
