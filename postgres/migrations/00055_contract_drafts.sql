-- +goose Up
-- What is chosen for one contract while it is a draft. Each save is the next draft, and the ones before stay. An approval is of one text.
alter table contracts
  add column draft int not null default 1 check (draft > 0),
  add column template_id uuid references contract_templates, -- null for a contract from before it was kept
  add column approved_by uuid references users,
  add column approved_at timestamptz,
  add constraint contracts_approved check ((approved_by is null) = (approved_at is null));

create table contract_drafts (
  contract_id uuid not null references contracts,
  draft int not null check (draft > 0),
  brand_id uuid not null references brands,
  choices jsonb not null, -- with the template
  body text not null,
  body_sha256 bytea not null,
  template_body text not null, -- what the template says without choices, for this offer and at this time
  created_by uuid references users, -- null for the one that the machine made
  created_at timestamptz not null default now(),
  lost_approval_by uuid references users, -- who had approved the draft before
  lost_approval_at timestamptz,
  primary key (contract_id, draft)
);
create trigger contract_drafts_append_only before update or delete on contract_drafts for each row execute function forbid_change();
grant select on contract_drafts to rapport_api, rapport_worker;
grant insert on contract_drafts, contract_clauses to rapport_api;
alter table contract_drafts enable row level security;
create policy api on contract_drafts to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on contract_drafts to rapport_worker using (true);

alter table contract_clauses
  add column draft int not null default 1,
  add column fallback int not null default 0 check (fallback >= 0), -- which position stands, 0 for the clause's own text
  add column added boolean not null default false,
  drop constraint contract_clauses_pkey,
  drop constraint contract_clauses_contract_id_clause_id_key,
  add primary key (contract_id, draft, position),
  add unique (contract_id, draft, clause_id);

-- A text that is out or signed never changes, and one that changes loses its approval in the same statement.
-- +goose StatementBegin
create or replace function contract_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('out_for_signature', 'executed', 'expired', 'terminated', 'declined', 'withdrawn') or exists (select 1 from signatures s where s.contract_id = old.id) then
    if (new.body, new.body_sha256, new.fee, new.currency, new.terms, new.offer_id, new.amends, new.amendment, new.changes, new.adds, new.draft)
      is distinct from (old.body, old.body_sha256, old.fee, old.currency, old.terms, old.offer_id, old.amends, old.amendment, old.changes, old.adds, old.draft) then
      raise exception 'contract % is out or signed: its text and terms are immutable', old.id using errcode = 'RA001';
    end if;
  end if;
  if new.body_sha256 is distinct from old.body_sha256 then
    new.approved_by := null;
    new.approved_at := null;
  end if;
  return new;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function contract_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('executed', 'expired', 'terminated', 'declined', 'withdrawn') or exists (select 1 from signatures s where s.contract_id = old.id) then
    if (new.body, new.body_sha256, new.fee, new.currency, new.terms, new.offer_id, new.amends, new.amendment, new.changes, new.adds)
      is distinct from (old.body, old.body_sha256, old.fee, old.currency, old.terms, old.offer_id, old.amends, old.amendment, old.changes, old.adds) then
      raise exception 'contract % is signed: its text and terms are immutable', old.id using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd
alter table contract_clauses disable trigger contract_clauses_append_only;
delete from contract_clauses x using contracts t where t.id = x.contract_id and x.draft <> t.draft;
alter table contract_clauses enable trigger contract_clauses_append_only;
alter table contract_clauses
  drop constraint contract_clauses_pkey,
  drop constraint contract_clauses_contract_id_draft_clause_id_key,
  drop column draft, drop column fallback, drop column added,
  add primary key (contract_id, position),
  add unique (contract_id, clause_id);
revoke insert on contract_clauses from rapport_api;
drop table contract_drafts;
alter table contracts drop constraint contracts_approved, drop column draft, drop column template_id, drop column approved_by, drop column approved_at;
