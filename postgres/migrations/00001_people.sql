-- +goose Up
-- Roles of the database. The API and the worker sign in; nobody signs in as the ledger's owner.
-- +goose StatementBegin
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'rapport_api') then create role rapport_api login; end if;
  if not exists (select 1 from pg_roles where rolname = 'rapport_worker') then create role rapport_worker login; end if;
  if not exists (select 1 from pg_roles where rolname = 'rapport_ledger') then create role rapport_ledger nologin; end if;
exception when duplicate_object or unique_violation then null; -- another database of the same cluster was first
end $$;
-- +goose StatementEnd

create table calendars (
  id uuid primary key,
  owner_kind text not null check (owner_kind in ('brand', 'user', 'creator')),
  owner_id uuid not null,
  brand_id uuid,
  zone text not null,
  working_days int[] not null check (cardinality(working_days) between 1 and 7 and working_days <@ array[1, 2, 3, 4, 5, 6, 7]),
  opens text not null check (opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  closes text not null check (closes ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$' or closes = '24:00'),
  holidays jsonb not null default '[]',
  day_seconds int not null default 86400 check (day_seconds between 1 and 86400),
  version int not null default 1,
  unique (owner_kind, owner_id)
);

create table brands (
  id uuid primary key,
  name text not null unique check (name <> ''),
  postal_address text not null check (postal_address <> ''),
  mail_from_name text not null,
  mail_from text not null,
  calendar_id uuid not null references calendars,
  second_pair_amount bigint not null default 0 check (second_pair_amount >= 0),
  second_pair_currency text not null default 'usd',
  outreach_per_day int not null default 200 check (outreach_per_day > 0),
  version int not null default 1,
  created_at timestamptz not null default now()
);

create table users (
  id uuid primary key,
  email text not null unique check (email = lower(email) and email like '%_@_%'),
  name text not null check (name <> ''),
  password_hash text not null,
  disabled_at timestamptz,
  created_at timestamptz not null default now()
);

create table user_roles (
  user_id uuid not null references users,
  brand_id uuid not null references brands,
  role text not null check (role in ('ops', 'approver', 'legal', 'finance_preparer', 'finance_releaser', 'auditor', 'admin', 'guest')),
  effective_at timestamptz not null default now(),
  granted_by uuid references users,
  primary key (user_id, brand_id, role)
);

-- A finance role is asked for by one person and confirmed by another; it takes effect after a delay.
create table role_requests (
  id uuid primary key,
  user_id uuid not null references users,
  brand_id uuid not null references brands,
  role text not null check (role in ('finance_preparer', 'finance_releaser')),
  requested_by uuid not null references users,
  confirmed_by uuid references users,
  effective_at timestamptz,
  created_at timestamptz not null default now(),
  check (confirmed_by is null or confirmed_by not in (requested_by, user_id)),
  check ((confirmed_by is null) = (effective_at is null))
);
create unique index role_requests_open on role_requests (user_id, brand_id, role) where confirmed_by is null;

create table sessions (
  token_hash bytea primary key,
  user_id uuid not null references users,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);

create table api_tokens (
  id uuid primary key,
  user_id uuid not null references users,
  name text not null,
  secret_hash bytea not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);

-- Sign-in attempts, throttled per account and per address.
create table signin_attempts (
  at timestamptz not null default now(),
  subject text not null,
  ok boolean not null
);
create index signin_attempts_subject on signin_attempts (subject, at);

create table delegations (
  id uuid primary key,
  brand_id uuid not null references brands,
  from_user uuid not null references users,
  to_user uuid not null references users,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  check (from_user <> to_user)
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor uuid,
  action text not null,
  subject uuid,
  detail jsonb not null default '{}'
);

-- +goose StatementBegin
create function forbid_change() returns trigger language plpgsql as $$
begin
  raise exception '% on % is forbidden: it is append-only', tg_op, tg_table_name using errcode = 'RA001';
end $$;
-- +goose StatementEnd
create trigger audit_log_append_only before update or delete on audit_log for each row execute function forbid_change();

-- +goose Down
drop table audit_log, delegations, signin_attempts, api_tokens, sessions, role_requests, user_roles, users, brands, calendars;
drop function forbid_change;
