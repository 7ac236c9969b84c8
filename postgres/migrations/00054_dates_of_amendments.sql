-- +goose Up
-- The end and the notice date are those of the contract that an amendment changes: a copy of its own stays behind when the next one moves them.
update contracts set ends_at = null, notice_by = null where amends is not null and (ends_at is not null or notice_by is not null);
alter table contracts add constraint contracts_amendment_dates check (amends is null or ends_at is null and notice_by is null);

-- A contract has expired when its term is over, as it has when it was not signed in time: then it was never executed.
update contracts c set state = 'expired' from partnerships p
where p.id = c.partnership_id and c.amends is null and c.state = 'executed' and (p.stage = 'lapsed' or p.term > c.term);

-- +goose Down
alter table contracts drop constraint contracts_amendment_dates;
