-- +goose Up
-- Contracts that the creator signs at a provider of signatures instead of in the portal. The row stands before the provider hears of the contract,
-- which it knows by the contract's id.
create table signing_documents (
  contract_id uuid primary key references contracts,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  provider text not null check (provider = 'documenso'),
  contact_id uuid not null references contacts,
  signer_name text not null,
  signer_email text not null check (signer_email <> ''),
  file_sha256 bytea not null references blobs, -- of the file that is sent
  field jsonb not null, -- where in the file the signature goes
  state text not null default 'opening' check (state in ('opening', 'open', 'completed', 'rejected', 'cancelled', 'closed')),
  tried_at timestamptz, -- when somebody last began to make the document, while nobody knows that it was not made
  provider_id text unique,
  url text, -- where the creator signs
  reason text, -- why the creator does not sign, in their own words
  signed_at timestamptz,
  looked_at timestamptz, -- when the provider was last asked how it stands
  created_at timestamptz not null default now(),
  check (state in ('opening', 'closed') or provider_id is not null)
);
create index signing_documents_open on signing_documents (looked_at nulls first) where state in ('opening', 'open');
create trigger signing_documents_change after insert or update on signing_documents for each row execute function note_change('contract', 'contract_id');
create trigger signing_documents_keep before delete on signing_documents for each row execute function forbid_change();

-- +goose StatementBegin
create function signing_document_guard() returns trigger language plpgsql as $$
begin
  if to_jsonb(new) - '{state,tried_at,provider_id,url,reason,signed_at,looked_at}'::text[] is distinct from to_jsonb(old) - '{state,tried_at,provider_id,url,reason,signed_at,looked_at}'::text[] then
    raise exception 'what was sent to be signed as contract % cannot be changed', new.contract_id using errcode = 'RA001';
  end if;
  if old.provider_id is not null and new.provider_id is distinct from old.provider_id then
    raise exception 'contract % has its document already', new.contract_id using errcode = 'RA001';
  end if;
  if old.state not in ('opening', 'open') and new.state <> old.state or old.state = 'open' and new.state = 'opening' then
    raise exception 'the document of contract % is % and stays so', new.contract_id, old.state using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger signing_documents_guard before update on signing_documents for each row execute function signing_document_guard();

grant select on signing_documents to rapport_api, rapport_worker;
grant insert, update on signing_documents to rapport_worker;
alter table signing_documents enable row level security;
create policy api on signing_documents to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on signing_documents to rapport_worker using (true) with check (true);

alter table signatures drop constraint signatures_identity_check, add constraint signatures_identity_check check (identity in ('mailed_code', 'session', 'token', 'documenso'));

-- A contract has one place where its creator signs, and a signature from elsewhere is one that the provider told us of.
-- +goose StatementBegin
create or replace function signature_guard() returns trigger language plpgsql as $$
declare d signing_documents;
begin
  if (select body_sha256 from contracts where id = new.contract_id) is distinct from new.body_sha256 then
    raise exception 'the signed hash is not the hash of contract %', new.contract_id using errcode = 'RA001';
  end if;
  if tg_op = 'UPDATE' and to_jsonb(new) - 'accepted' is distinct from to_jsonb(old) - 'accepted' then
    raise exception 'the signature of contract % cannot be changed', new.contract_id using errcode = 'RA001';
  end if;
  if tg_op = 'INSERT' and new.party = 'creator' then
    select * into d from signing_documents where contract_id = new.contract_id;
    if d.contract_id is null and new.identity = 'documenso'
      or d.contract_id is not null and (new.identity is distinct from d.provider or d.state <> 'completed' or new.identity_address is distinct from d.signer_email) then
      raise exception 'contract % is not signed by its creator there', new.contract_id using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd

insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000160', 1, 'contract_elsewhere', 'Your contract {{contract.number}} is ready to sign',
'Hi {{creator.first_name}},

the contract for "{{campaign.name}}" is ready. Read and sign it here: {{portal_link}}
The link is for you alone: please do not hand it on. The contract waits until {{contract.expires}}.

{{sender.name}}
{{brand.name}}');

-- +goose Down
delete from templates where id = '00000000-0000-7000-8000-000000000160';
-- +goose StatementBegin
create or replace function signature_guard() returns trigger language plpgsql as $$
begin
  if (select body_sha256 from contracts where id = new.contract_id) is distinct from new.body_sha256 then
    raise exception 'the signed hash is not the hash of contract %', new.contract_id using errcode = 'RA001';
  end if;
  if tg_op = 'UPDATE' and to_jsonb(new) - 'accepted' is distinct from to_jsonb(old) - 'accepted' then
    raise exception 'the signature of contract % cannot be changed', new.contract_id using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
alter table signatures drop constraint signatures_identity_check, add constraint signatures_identity_check check (identity in ('mailed_code', 'session', 'token'));
drop table signing_documents;
drop function signing_document_guard;
