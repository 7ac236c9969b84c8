-- +goose Up
-- What other people's books, tax offices and auditors ask for.

-- The beginning of a day by the clock of a zone.
create function midnight(zone text, day date) returns timestamptz language sql stable as $$ select day::timestamp at time zone zone $$;

-- How the accounts of the ledger are called in a brand's own books. A kind without a row has its default.
create table journal_accounts (
  brand_id uuid not null references brands,
  kind text not null check (kind ~ '^[a-z_]+$'),
  quickbooks text not null check (quickbooks <> ''),
  xero text not null check (xero <> ''),
  xero_tax text not null check (xero_tax <> ''),
  primary key (brand_id, kind)
);
alter table journal_accounts enable row level security;
create policy api on journal_accounts to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
grant select, insert, delete on journal_accounts to rapport_api;
create index ledger_transactions_brand on ledger_transactions (brand_id, at, id);

-- +goose Down
drop index ledger_transactions_brand;
drop table journal_accounts;
drop function midnight(text, date);
