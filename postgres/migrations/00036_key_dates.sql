-- +goose Up
-- The days on which something ends that a contract allows or forbids after a post. The partnership's workflow writes them.
create table key_dates (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  contract_id uuid not null references contracts,
  kind text not null check (kind in ('rights_end', 'allowlisting_end', 'exclusivity_end')),
  at timestamptz not null,
  assets uuid[] not null check (cardinality(assets) > 0), -- deliverables
  state text not null check (state in ('open', 'let_end', 'renegotiating', 'ended', 'moved')),
  asked_at timestamptz -- when the owner was first reminded
);
create index key_dates_open on key_dates (brand_id, at, id) where state in ('open', 'let_end', 'renegotiating');
create index key_dates_partnership on key_dates (partnership_id);
create index contracts_notice on contracts (brand_id, notice_by) where state = 'executed' and amends is null;
create trigger key_dates_change after insert or update on key_dates for each row execute function note_change('contract', 'contract_id');
grant select on key_dates to rapport_api, rapport_worker;
grant insert, update on key_dates to rapport_worker;
alter table key_dates enable row level security;
create policy api on key_dates to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on key_dates to rapport_worker using (true) with check (true);

insert into clauses (id, version, kind, title, body, fallbacks, applies_when) values
('00000000-0000-7000-8000-000000000315', 1, 'usage_rights', 'Allow-listing',
'For {{allowlisting_days}} days after publication the brand may advertise with the post from the creator''s account, by the permission that the platform has for it. The creator gives that permission when the post is published, and may take it back when the days are over.',
'[{"body": "For {{allowlisting_days}} days after publication the brand may advertise with the post from the creator''s account, by the permission that the platform has for it, after showing the creator each advertisement.", "note": "Ops, when the creator wants to see what is advertised"}]', '{}');
update contract_templates set clauses = clauses[1:9] || '{00000000-0000-7000-8000-000000000315}'::uuid[] || clauses[10:]
where id = '00000000-0000-7000-8000-000000000350' and clauses[9] = '00000000-0000-7000-8000-000000000309';

-- +goose Down
update contract_templates set clauses = array_remove(clauses, '00000000-0000-7000-8000-000000000315') where id = '00000000-0000-7000-8000-000000000350';
drop table key_dates;
drop index contracts_notice;
