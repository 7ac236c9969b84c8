-- +goose Up
-- A parcel belongs to the term in which it was sent: what its carrier says later begins no time of the next one.
alter table shipments add column term integer not null default 1;
update shipments s set term = p.term from partnerships p where p.id = s.partnership_id and p.term <> 1;
alter table shipments alter column term drop default;
grant insert (term) on shipments to rapport_api;

-- +goose Down
alter table shipments drop column term;
