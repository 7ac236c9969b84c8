-- Every contract that was signed at a provider of signatures has the file that was sealed there, which is the one that was kept, and another one than
-- was sent. It is fetched within minutes of the signature.
select * from (
  select f.contract_id::text, 'its sealed file does not have the hash that was kept' as problem from sealed_papers f join blobs x on x.sha256 = f.sha256 where sha256(x.content) <> f.sha256
  union all
  select f.contract_id::text, 'its sealed file is of another document than was signed' from sealed_papers f join signing_documents d on d.contract_id = f.contract_id
  where d.provider_id is distinct from f.provider_id or d.state <> 'completed' or d.file_sha256 = f.sha256
  union all
  select d.contract_id::text, 'its sealed file was not fetched' from signing_documents d
  where d.state = 'completed' and d.signed_at < now() - interval '1 day' and not exists (select from sealed_papers f where f.contract_id = d.contract_id)
) found order by 1, 2
