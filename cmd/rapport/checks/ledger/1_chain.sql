-- A seal holds the hash of its transaction and of the seal before it.
select txn_id::text, 'seal ' || n || ' does not match what it seals' from ledger_breaks order by n
