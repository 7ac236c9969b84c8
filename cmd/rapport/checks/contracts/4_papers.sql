-- Every executed contract has its file, which is the one that was kept, of the text and the signatures that the contract has. Files are made
-- within minutes of the execution.
select * from (
  select f.contract_id::text, 'its signed file does not have the hash that was kept' as problem from contract_papers f join blobs x on x.sha256 = f.sha256 where sha256(x.content) <> f.sha256
  union all
  select f.contract_id::text, 'its signed file has another text' from contract_papers f join contracts c on c.id = f.contract_id where f.text_sha256 <> c.body_sha256
  union all
  select f.contract_id::text, 'its signatures are not those of the signed file' from contract_papers f
  where f.signatures_sha256 is distinct from (select sha256(convert_to(jsonb_agg(jsonb_build_array(s.party, s.name, encode(s.body_sha256, 'hex'), s.address, s.agent, extract(epoch from s.at), s.consent, s.identity, s.identity_address, extract(epoch from s.identity_at)) order by s.party)::text, 'utf8'))
  from signatures s where s.contract_id = f.contract_id)
  union all
  select c.id::text, 'has no signed file' from contracts c
  where c.executed_at < now() - interval '1 day' and not exists (select from contract_papers f where f.contract_id = c.id)
) found order by 1, 2
