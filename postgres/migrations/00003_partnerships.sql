-- +goose Up
create table partnerships (
  id uuid primary key,
  brand_id uuid not null references brands,
  campaign_id uuid not null references campaigns,
  creator_id uuid not null references creators,
  owner_id uuid not null references users,
  stage text not null default 'prospect' check (stage in ('prospect', 'outreach', 'in_conversation', 'negotiating', 'contract_out', 'active', 'wrapping_up', 'completed', 'lapsed', 'unresponsive', 'declined', 'terminated', 'banned')),
  stage_at timestamptz not null default now(),
  paused boolean not null default false,
  term int not null default 1,
  renewal_state text not null default 'not_due' check (renewal_state in ('not_due', 'review_open', 'offered', 'agreed', 'declined', 'lapsed')),
  next_kind text,
  next_at timestamptz,
  timers jsonb not null default '[]',
  waiting jsonb not null default '[]',
  commands jsonb not null default '[]',
  attention boolean not null default false,
  seq bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (campaign_id, creator_id)
);
create index partnerships_brand on partnerships (brand_id, updated_at desc, id);
create index partnerships_creator on partnerships (creator_id);

-- The append-only history; it outlives Temporal's retention.
create table partnership_events (
  partnership_id uuid not null references partnerships,
  source text not null check (source in ('partnership', 'review', 'payout')),
  source_id uuid not null,
  seq bigint not null,
  brand_id uuid not null,
  at timestamptz not null,
  kind text not null,
  ref uuid,
  ref2 uuid,
  actor uuid,
  code text not null default '',
  amount bigint,
  currency text,
  n int not null default 0,
  until timestamptz,
  recorded_at timestamptz not null default now(),
  primary key (source_id, seq)
);
create index partnership_events_timeline on partnership_events (partnership_id, at desc, source_id, seq);
create trigger partnership_events_append_only before update or delete on partnership_events for each row execute function forbid_change();

-- The last snapshot of every workflow: enough to start it again where it was.
create table workflow_snapshots (
  workflow_id text primary key,
  workflow text not null,
  task_queue text not null,
  brand_id uuid not null,
  seq bigint not null,
  state jsonb not null,
  closed boolean not null default false,
  updated_at timestamptz not null default now()
);

create table threads (
  id uuid primary key,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null,
  creator_id uuid not null references creators,
  subject text not null default '',
  created_at timestamptz not null default now()
);
create unique index threads_partnership on threads (partnership_id);

create table messages (
  id uuid primary key,
  thread_id uuid references threads,
  partnership_id uuid references partnerships,
  brand_id uuid,
  creator_id uuid references creators,
  dedupe_key text unique,
  direction text not null check (direction in ('out', 'in', 'internal')),
  channel text not null check (channel in ('email', 'portal', 'dm', 'call', 'note')),
  kind text not null default '',
  state text not null check (state in ('prepared', 'sending', 'accepted', 'delivered', 'bounced', 'rejected', 'cancelled', 'unknown', 'received', 'matched', 'unmatched', 'handled', 'logged')),
  class text,
  author_id uuid,
  to_address text,
  from_address text,
  subject text,
  body_text text,
  quoted text,
  body_html text,
  rfc_message_id text unique,
  in_reply_to text,
  provider_id text,
  raw_sha256 bytea,
  claimed_at timestamptz,
  accepted_at timestamptz,
  at timestamptz not null default now()
);
create index messages_partnership on messages (partnership_id, at desc, id);
create index messages_unsettled on messages (claimed_at) where state in ('sending', 'unknown');
create index messages_sent on messages (brand_id, accepted_at) where direction = 'out';
create unique index messages_raw on messages (raw_sha256) where direction = 'in';

create table blobs (
  sha256 bytea primary key,
  content_type text not null,
  size bigint not null check (size >= 0),
  content bytea not null,
  created_at timestamptz not null default now()
);

create table tasks (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid references partnerships,
  creator_id uuid references creators,
  dedupe_key text unique,
  kind text not null,
  code text not null default '',
  state text not null default 'open' check (state in ('open', 'done', 'cancelled', 'snoozed')),
  owner_id uuid references users,
  owner_role text,
  ref uuid,
  due_at timestamptz,
  snoozed_until timestamptz,
  done_by uuid,
  done_at timestamptz,
  note text,
  created_at timestamptz not null default now(),
  check ((state = 'snoozed') = (snoozed_until is not null)),
  check (owner_id is not null or owner_role is not null)
);
create index tasks_open on tasks (brand_id, due_at) where state in ('open', 'snoozed');
create index tasks_partnership on tasks (partnership_id);

-- +goose Down
drop table tasks, blobs, messages, threads, workflow_snapshots, partnership_events, partnerships;
