-- +goose Up
-- Where creators sign the contracts of a brand: at the installation's provider of signatures, if it has one, or always in the portal.
alter table brands add column signing text not null default 'provider' check (signing in ('provider', 'portal'));

-- The file that a provider of signatures sealed when the creator had signed there, kept once beside our own.
create table sealed_papers (
  contract_id uuid primary key references signing_documents,
  brand_id uuid not null references brands,
  provider_id text not null, -- of the document that it was sealed of
  sha256 bytea not null references blobs,
  kept_at timestamptz not null default now()
);
create trigger sealed_papers_append_only before update or delete on sealed_papers for each row execute function forbid_change();
create trigger sealed_papers_change after insert on sealed_papers for each row execute function note_change('contract', 'contract_id');
-- +goose StatementBegin
create function sealed_paper_guard() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from signing_documents d where d.contract_id = new.contract_id and d.brand_id = new.brand_id and d.provider_id = new.provider_id and d.state = 'completed' and d.file_sha256 <> new.sha256) then
    raise exception 'contract % was not signed in this document, or its file is the one that was sent', new.contract_id using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger sealed_papers_guard before insert on sealed_papers for each row execute function sealed_paper_guard();

grant select on sealed_papers to rapport_api, rapport_worker;
grant insert on sealed_papers to rapport_worker;
alter table sealed_papers enable row level security;
create policy api on sealed_papers to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on sealed_papers to rapport_worker using (true) with check (true);

-- +goose Down
drop table sealed_papers;
drop function sealed_paper_guard;
alter table brands drop column signing;
