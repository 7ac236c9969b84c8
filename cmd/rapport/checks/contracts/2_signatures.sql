-- Everybody signed the text that the contract has.
select c.id::text, 'the ' || s.party || ' signed another text' from signatures s
join contracts c on c.id = s.contract_id
where s.body_sha256 <> c.body_sha256 order by c.id
