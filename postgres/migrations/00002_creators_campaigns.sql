-- +goose Up
create table creators (
  id uuid primary key,
  name text not null check (name <> ''),
  country text check (country ~ '^[A-Z]{2}$'),
  zone text,
  language text,
  tags text[] not null default '{}',
  do_not_contact_at timestamptz,
  do_not_contact_reason text,
  banned_at timestamptz,
  banned_reason text,
  version int not null default 1,
  created_at timestamptz not null default now()
);
create index creators_name on creators (lower(name), id);

create table creator_accounts (
  id uuid primary key,
  creator_id uuid not null references creators,
  platform text not null check (platform = lower(platform) and platform <> ''),
  handle text not null check (handle <> ''),
  platform_id text,
  url text,
  unique (platform, platform_id)
);
create unique index creator_accounts_handle on creator_accounts (platform, lower(handle));
create index creator_accounts_creator on creator_accounts (creator_id);

create table follower_snapshots (
  account_id uuid not null references creator_accounts on delete cascade,
  as_of date not null,
  followers bigint not null check (followers >= 0),
  source text not null check (source in ('measured', 'entered', 'estimated')),
  primary key (account_id, as_of, source)
);

create table contacts (
  id uuid primary key,
  creator_id uuid not null references creators,
  role text not null check (role in ('creator', 'manager', 'finance')),
  name text,
  email text not null check (email = lower(email) and email like '%_@_%'),
  bounced_at timestamptz,
  unique (creator_id, email)
);
create index contacts_email on contacts (email);

create table suppressions (
  email text not null check (email = lower(email)),
  brand_id uuid references brands,
  reason text not null check (reason in ('unsubscribe', 'bounce', 'complaint', 'manual')),
  at timestamptz not null default now(),
  -- One row a reason: reasons stop different mail, and which comes first says nothing.
  unique nulls not distinct (email, brand_id, reason)
);

create table payees (
  creator_id uuid primary key references creators,
  state text not null default 'none' check (state in ('none', 'invited', 'onboarding', 'ready', 'restricted')),
  account_id text unique check (account_id ~ '^acct_[A-Za-z0-9]+$'),
  destination_changed_at timestamptz,
  destination_changed_by uuid,
  checked_at timestamptz,
  check (state in ('none', 'invited') or account_id is not null)
);

create table sequences (
  id uuid not null,
  version int not null check (version > 0),
  brand_id uuid references brands,
  name text not null,
  steps jsonb not null,
  cool_off_days int not null default 90 check (cool_off_days >= 0),
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (id, version),
  unique nulls not distinct (brand_id, name, version)
);

create table templates (
  id uuid not null,
  version int not null check (version > 0),
  brand_id uuid references brands,
  name text not null,
  subject text not null,
  body text not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (id, version),
  unique nulls not distinct (brand_id, name, version)
);

create table policies (
  id uuid not null,
  version int not null check (version > 0),
  brand_id uuid references brands,
  name text not null,
  stages jsonb not null,
  on_silence text not null default 'hold' check (on_silence in ('hold', 'auto_approve', 'auto_reject')),
  created_by uuid,
  created_at timestamptz not null default now(),
  primary key (id, version),
  unique nulls not distinct (brand_id, name, version)
);

create table campaigns (
  id uuid primary key,
  brand_id uuid not null references brands,
  name text not null check (name <> ''),
  state text not null default 'running' check (state in ('draft', 'running', 'ended')),
  brief text not null default '',
  budget bigint not null check (budget >= 0),
  currency text not null,
  starts_on date not null,
  ends_on date not null check (ends_on >= starts_on),
  owner_id uuid not null references users,
  default_fee bigint not null check (default_fee > 0),
  terms jsonb not null,
  sequence_id uuid not null,
  policy_id uuid not null,
  hashtags text[] not null default '{}',
  version int not null default 1,
  created_at timestamptz not null default now(),
  unique (brand_id, name)
);

-- The defaults that every installation starts with (domain.md); a brand's own version wins by name.
insert into sequences (id, version, name, steps, cool_off_days) values
  ('00000000-0000-7000-8000-000000000001', 1, 'Standard outreach',
   '[{"kind":"send","template":"invitation"},{"kind":"wait","business_days":3},{"kind":"send","template":"follow_up_1"},{"kind":"wait","business_days":5},{"kind":"send","template":"follow_up_2"},{"kind":"wait","business_days":7},{"kind":"send","template":"follow_up_3"},{"kind":"wait","business_days":7},{"kind":"stop"}]', 90);
insert into policies (id, version, name, stages, on_silence) values
  ('00000000-0000-7000-8000-000000000002', 1, 'Brand, then legal',
   '[{"name":"Brand","approvers":[{"kind":"role","role":"approver"}],"rule":"any","starts":"after_previous","deadline_days":3,"on_reject":"creator","escalate_to":[{"kind":"role","role":"admin"}]},{"name":"Legal","approvers":[{"kind":"role","role":"legal"}],"rule":"any","starts":"after_previous","deadline_days":3,"on_reject":"creator","legal":true,"escalate_to":[{"kind":"role","role":"admin"}]}]', 'hold');

-- +goose Down
drop table campaigns, policies, templates, sequences, payees, suppressions, contacts, follower_snapshots, creator_accounts, creators;
