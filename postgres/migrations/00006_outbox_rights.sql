-- +goose Up
-- What must reach a workflow: written in the deciding transaction, sent by the relay until it is acknowledged.
create table outbox (
  id uuid primary key,
  n bigint generated always as identity, -- the order in which it was written
  brand_id uuid,
  kind text not null check (kind in ('start', 'signal', 'update')),
  workflow_id text not null,
  workflow text not null default '',
  task_queue text not null default '',
  name text not null default '',
  update_id text not null default '',
  input jsonb not null,
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  last_error text,
  created_at timestamptz not null default now(),
  acked_at timestamptz,
  verdict jsonb,
  refused text,
  handled_at timestamptz
);
create index outbox_due on outbox (next_at) where acked_at is null;
create index outbox_unhandled on outbox (acked_at) where handled_at is null and kind = 'signal';
create index outbox_workflow on outbox (workflow_id, n) where acked_at is null;

create table idempotency (
  principal text not null,
  operation text not null,
  key text not null,
  body_sha256 bytea not null,
  outbox_id uuid,
  status int,
  content_type text,
  answer bytea,
  created_at timestamptz not null default now(),
  primary key (principal, operation, key)
);
create index idempotency_age on idempotency (created_at);

create table webhook_inbox (
  id uuid primary key,
  provider text not null,
  event_id text not null,
  type text not null,
  object_id text,
  account text,
  body bytea not null,
  received_at timestamptz not null default clock_timestamp(),
  processed_at timestamptz,
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  last_error text,
  unique (provider, event_id)
);
create index webhook_inbox_due on webhook_inbox (next_at) where processed_at is null;

-- What changed, for pages that listen. Read behind the oldest running transaction, so that none is skipped.
create table changes (
  id bigint generated always as identity primary key,
  xid xid8 not null default pg_current_xact_id(),
  brand_id uuid,
  noun text not null,
  ref uuid not null,
  at timestamptz not null default clock_timestamp()
);
create index changes_at on changes (at);
create index changes_xid on changes (xid, id);

-- +goose StatementBegin
create function note_change() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into changes (brand_id, noun, ref) values ((to_jsonb(new)->>'brand_id')::uuid, tg_argv[0], (to_jsonb(new)->>tg_argv[1])::uuid);
  perform pg_notify('rapport_changes', '');
  return null;
end $$;
create function note_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('rapport_outbox', '');
  return null;
end $$;
-- +goose StatementEnd
create trigger partnerships_change after insert or update on partnerships for each row execute function note_change('partnership', 'id');
create trigger reviews_change after insert or update on reviews for each row execute function note_change('review', 'id');
create trigger payouts_change after insert or update on payouts for each row execute function note_change('payout', 'id');
create trigger tasks_change after insert or update on tasks for each row execute function note_change('task', 'id');
create trigger messages_change after insert or update on messages for each row when (new.partnership_id is not null) execute function note_change('message', 'partnership_id');
create trigger campaigns_change after insert or update on campaigns for each row execute function note_change('campaign', 'id');
create trigger contracts_change after insert or update on contracts for each row execute function note_change('contract', 'id');
create trigger creators_change after insert or update on creators for each row execute function note_change('creator', 'id');
create trigger topups_change after insert or update on topups for each row execute function note_change('payout', 'id');
create trigger outbox_note after insert on outbox for each statement execute function note_outbox();
create trigger inbox_note after insert on webhook_inbox for each statement execute function note_outbox();

-- Rights. The API never writes the ledger nor attempts; the worker never writes approvals, users or roles.
grant usage on schema public to rapport_api, rapport_worker, rapport_ledger;
grant select on all tables in schema public to rapport_api, rapport_worker;
grant usage, select on all sequences in schema public to rapport_api, rapport_worker;
grant insert, update on calendars, brands, users, sessions, api_tokens, delegations, creators, creator_accounts, follower_snapshots, contacts, campaigns, partnerships, messages, threads, tasks, offers, contracts, submissions, decisions, outbox, idempotency, payees, portal_links, portal_sessions, portal_codes, role_requests to rapport_api;
grant insert on signatures, payout_approvals, sequences, templates, policies, suppressions, audit_log, signin_attempts, user_roles, blobs, topups, webhook_inbox, reconciliations to rapport_api;
grant update (accepted) on signatures to rapport_api;
grant delete on user_roles, sessions, signin_attempts, portal_sessions, idempotency, creator_accounts, contacts to rapport_api;
grant insert, update on partnerships, workflow_snapshots, messages, threads, tasks, offers, contracts, deliverables, submissions, reviews, decisions, milestones, payouts, payout_attempts, outbox, webhook_inbox, payees, creators, contacts, topups, portal_links, reconciliations, signatures to rapport_worker;
grant insert on partnership_events, post_checks, suppressions, audit_log, blobs to rapport_worker;
grant delete on changes, idempotency, outbox, webhook_inbox, signin_attempts, sessions, portal_sessions, portal_codes to rapport_worker;
revoke select on users, sessions, api_tokens, signin_attempts, portal_codes, portal_sessions from rapport_worker;
grant select (id, name, email, disabled_at) on users to rapport_worker;
grant select (expires_at) on sessions, portal_sessions, portal_codes to rapport_worker;
grant select (at) on signin_attempts to rapport_worker;

alter table ledger_accounts owner to rapport_ledger;
alter table ledger_transactions owner to rapport_ledger;
alter table ledger_entries owner to rapport_ledger;
alter table ledger_seals owner to rapport_ledger;
alter function ledger_post owner to rapport_ledger;
alter function ledger_seal owner to rapport_ledger;
grant select on currencies to rapport_ledger;
revoke execute on function ledger_post, ledger_seal from public;
grant execute on function ledger_post, ledger_seal to rapport_worker;

-- Brands are walls: the API sees the brands of its caller, set per transaction; none set, none seen.
-- +goose StatementBegin
create function rapport_brands() returns uuid[] language sql stable as $$
  select coalesce(nullif(current_setting('rapport.brands', true), ''), '{}')::uuid[]
$$;
do $$
declare t text;
begin
  foreach t in array array['campaigns', 'partnerships', 'partnership_events', 'threads', 'messages', 'tasks', 'offers', 'contracts', 'deliverables', 'submissions', 'reviews', 'decisions', 'milestones', 'payouts', 'payout_approvals', 'payout_attempts', 'topups', 'delegations', 'ledger_transactions', 'ledger_accounts', 'changes'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd
create policy ledger on campaigns to rapport_ledger using (false);
-- A message that matched nobody yet, a shared account and a change without a brand belong to no wall.
create policy api_unmatched on messages for insert to rapport_api with check (brand_id is null);
create policy api_shared on changes for select to rapport_api using (brand_id is null);
create policy api_note on changes for insert to rapport_api with check (true);

-- +goose Down
select 1;
