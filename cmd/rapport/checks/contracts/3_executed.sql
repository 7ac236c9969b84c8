-- Nothing is executed that the creator has not signed.
select c.id::text, 'is executed without the creator''s signature' from contracts c
where c.executed_at is not null and not exists (select from signatures s where s.contract_id = c.id and s.party = 'creator')
order by c.id
