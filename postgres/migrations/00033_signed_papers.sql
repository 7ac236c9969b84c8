-- +goose Up
-- How each signer was known, and the words that they agreed to. Signatures from before have none.
alter table signatures
  add column consent text check (consent <> ''),
  add column identity text check (identity in ('mailed_code', 'session', 'token')),
  add column identity_address text, -- where the code was mailed to, or the account that was signed in
  add column identity_at timestamptz, -- when the code was mailed
  add constraint signatures_identity check ((consent is null) = (identity is null) and (identity is null) = (identity_address is null) and coalesce(identity = 'mailed_code', false) = (identity_at is not null));

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

-- The file of what both signed, made once when it was executed.
create table contract_papers (
  contract_id uuid primary key references contracts,
  brand_id uuid not null references brands,
  sha256 bytea not null references blobs,
  text_sha256 bytea not null, -- of the text that stands in the file
  signatures_sha256 bytea not null, -- of everything that the file says of the signatures
  made_at timestamptz not null default now()
);
create trigger contract_papers_append_only before update or delete on contract_papers for each row execute function forbid_change();
create trigger contract_papers_change after insert on contract_papers for each row execute function note_change('contract', 'contract_id');
-- +goose StatementBegin
create function contract_paper_guard() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from contracts c where c.id = new.contract_id and c.brand_id = new.brand_id and c.executed_at is not null and c.body_sha256 = new.text_sha256) then
    raise exception 'contract % is not executed, or has another text than its file', new.contract_id using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger contract_papers_guard before insert on contract_papers for each row execute function contract_paper_guard();

grant select on contract_papers to rapport_api, rapport_worker;
grant insert on contract_papers to rapport_worker;
alter table contract_papers enable row level security;
create policy api on contract_papers to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on contract_papers to rapport_worker using (true) with check (true);

-- The contracts of the scope whose text or number has the words. As in search_texts, row-level security would keep the index of words from
-- being used, so the wall stands in here.
-- +goose StatementBegin
create function contracts_with(p_words text) returns setof uuid language sql stable security definer set search_path = public, pg_temp as $$
  select c.id from contracts c where c.words @@ text_query(p_words) and querytree(text_query(p_words)) not in ('', 'T') and c.brand_id = any (rapport_brands())
$$;
-- +goose StatementEnd
revoke execute on function contracts_with from public;
grant execute on function contracts_with to rapport_api, rapport_worker; -- the worker lists contracts with the same query, without words

-- +goose Down
drop function contracts_with;
drop table contract_papers;
drop function contract_paper_guard;
-- +goose StatementBegin
create or replace function signature_guard() returns trigger language plpgsql as $$
begin
  if (select body_sha256 from contracts where id = new.contract_id) is distinct from new.body_sha256 then
    raise exception 'the signed hash is not the hash of contract %', new.contract_id using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
alter table signatures drop constraint signatures_identity, drop column consent, drop column identity, drop column identity_address, drop column identity_at;
