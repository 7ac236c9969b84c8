-- +goose Up
create table offers (
  id uuid primary key,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  campaign_id uuid not null references campaigns,
  term int not null default 1,
  state text not null default 'draft' check (state in ('draft', 'sent', 'accepted', 'countered', 'declined', 'expired', 'withdrawn')),
  fee bigint not null check (fee > 0),
  currency text not null,
  counter_fee bigint check (counter_fee > 0),
  message text,
  terms jsonb not null,
  created_by uuid references users,
  sent_at timestamptz,
  expires_at timestamptz,
  decided_at timestamptz,
  created_at timestamptz not null default now()
);
create index offers_partnership on offers (partnership_id, created_at desc);
create index offers_campaign on offers (campaign_id) where state in ('draft', 'sent', 'accepted');

create sequence contract_numbers;
create table contracts (
  id uuid primary key,
  number text not null unique default 'C-' || to_char(nextval('contract_numbers'), 'FM000000'),
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  offer_id uuid not null unique references offers,
  term int not null,
  version int not null default 1,
  state text not null check (state in ('drafting', 'internal_approval', 'out_for_signature', 'executed', 'expired', 'terminated', 'declined', 'withdrawn')),
  body text not null,
  body_sha256 bytea not null,
  fee bigint not null check (fee > 0),
  currency text not null,
  terms jsonb not null,
  sent_at timestamptz,
  expires_at timestamptz,
  executed_at timestamptz,
  ends_at timestamptz,
  notice_by timestamptz,
  created_at timestamptz not null default now(),
  check (state <> 'executed' or executed_at is not null)
);
create index contracts_partnership on contracts (partnership_id, term);

create table signatures (
  contract_id uuid not null references contracts,
  party text not null check (party in ('brand', 'creator')),
  name text not null,
  user_id uuid references users,
  contact_id uuid references contacts,
  body_sha256 bytea not null,
  address text,
  agent text,
  accepted boolean,
  at timestamptz not null default now(),
  primary key (contract_id, party)
);

-- +goose StatementBegin
create function contract_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('executed', 'expired', 'terminated', 'declined', 'withdrawn') or exists (select 1 from signatures s where s.contract_id = old.id) then
    if (new.body, new.body_sha256, new.fee, new.currency, new.terms, new.offer_id) is distinct from (old.body, old.body_sha256, old.fee, old.currency, old.terms, old.offer_id) then
      raise exception 'contract % is signed: its text and terms are immutable', old.id using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;
create function signature_guard() returns trigger language plpgsql as $$
begin
  if (select body_sha256 from contracts where id = new.contract_id) is distinct from new.body_sha256 then
    raise exception 'the signed hash is not the hash of contract %', new.contract_id using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger contracts_guard before update on contracts for each row execute function contract_guard();
create trigger signatures_guard before insert or update on signatures for each row execute function signature_guard();

create table deliverables (
  id uuid primary key,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  contract_id uuid not null references contracts,
  term int not null,
  position int not null,
  title text not null,
  platform text not null,
  kind text not null,
  state text not null default 'planned' check (state in ('planned', 'brief_sent', 'awaiting_draft', 'in_review', 'changes_requested', 'approved_to_post', 'scheduled', 'posted', 'verified', 'accepted', 'rejected', 'late', 'missed', 'waived', 'cancelled')),
  draft_due_at timestamptz,
  publish_by timestamptz,
  round int not null default 0,
  current_submission uuid,
  post_url text,
  posted_at timestamptz,
  verified_at timestamptz,
  unique (contract_id, position)
);
create index deliverables_partnership on deliverables (partnership_id);

create table submissions (
  id uuid primary key,
  deliverable_id uuid not null references deliverables,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  version int not null,
  state text not null default 'submitted' check (state in ('submitted', 'in_review', 'approved', 'changes_requested', 'rejected', 'superseded', 'approval_revoked', 'refused')),
  caption text not null,
  note text,
  file_name text,
  file_sha256 bytea references blobs,
  created_at timestamptz not null default now(),
  unique (deliverable_id, version)
);

create table reviews (
  id uuid primary key,
  submission_id uuid not null unique references submissions,
  deliverable_id uuid not null references deliverables,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  policy_id uuid not null,
  policy_version int not null,
  state text not null default 'checking' check (state in ('checking', 'open', 'approved', 'changes_requested', 'rejected', 'held', 'superseded', 'cancelled')),
  stages jsonb not null default '[]',
  checks jsonb not null default '[]',
  open_stage int,
  approvers uuid[] not null default '{}',
  due_at timestamptz,
  seq bigint not null default 0,
  created_at timestamptz not null default now(),
  closed_at timestamptz
);
create index reviews_open on reviews (brand_id, due_at) where state in ('checking', 'open', 'held');

-- A decision is proposed by the API and becomes real when the review accepted it.
create table decisions (
  id uuid primary key,
  review_id uuid not null references reviews,
  submission_id uuid not null references submissions,
  brand_id uuid not null,
  user_id uuid not null references users,
  on_behalf_of uuid references users,
  stage int,
  decision text not null check (decision in ('approve', 'approve_with_corrections', 'request_changes', 'reject')),
  comment text,
  state text not null default 'proposed' check (state in ('proposed', 'accepted', 'refused', 'moot')),
  created_at timestamptz not null default now(),
  decided_at timestamptz,
  check ((state in ('accepted', 'moot')) = (decided_at is not null))
);
create index decisions_review on decisions (review_id);
create index decisions_submission on decisions (submission_id);

-- +goose StatementBegin
create function decision_guard() returns trigger language plpgsql as $$
begin
  if old.state <> 'proposed' then
    raise exception 'decision % is final', old.id using errcode = 'RA001';
  end if;
  if (new.review_id, new.submission_id, new.user_id, new.decision, new.comment) is distinct from (old.review_id, old.submission_id, old.user_id, old.decision, old.comment) then
    raise exception 'decision % is immutable', old.id using errcode = 'RA001';
  end if;
  if new.state = 'accepted' and not exists (
    select 1 from submissions s join deliverables d on d.id = s.deliverable_id
    where s.id = new.submission_id and d.current_submission = s.id) then
    raise exception 'submission % is no longer current', new.submission_id using errcode = 'RA002';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger decisions_guard before update on decisions for each row execute function decision_guard();
create trigger decisions_keep before delete on decisions for each row execute function forbid_change();

create table post_checks (
  deliverable_id uuid not null references deliverables,
  n int not null,
  at timestamptz not null default now(),
  result text not null check (result in ('ok', 'mismatch', 'unreachable')),
  url text not null,
  final_url text,
  text_found text,
  body_sha256 bytea,
  problems text[] not null default '{}',
  primary key (deliverable_id, n, at)
);

-- Links that creators get by mail. Random, stored hashed, expiring, revocable.
create table portal_links (
  token_hash bytea primary key,
  partnership_id uuid not null references partnerships,
  contact_id uuid not null references contacts,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz
);
create table portal_sessions (
  token_hash bytea primary key,
  partnership_id uuid not null references partnerships,
  contact_id uuid not null references contacts,
  link_hash bytea not null references portal_links,
  expires_at timestamptz not null
);
create table portal_codes (
  id uuid primary key,
  partnership_id uuid not null references partnerships,
  contact_id uuid not null references contacts,
  code_hash bytea not null,
  tries int not null default 0,
  used_at timestamptz,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index portal_codes_contact on portal_codes (contact_id, created_at);

-- +goose Down
drop table portal_codes, portal_sessions, portal_links, post_checks, decisions, reviews, submissions, deliverables, signatures, contracts, offers;
drop sequence contract_numbers;
drop function decision_guard, signature_guard, contract_guard;
