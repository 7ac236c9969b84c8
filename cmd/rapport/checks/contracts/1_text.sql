-- A contract's hash is that of its text.
select id::text, 'its text does not have the hash that was kept' from contracts
where body_sha256 <> sha256(convert_to(body, 'utf8')) order by id
