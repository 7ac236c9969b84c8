-- +goose Up
-- Who asked for a comparison (nobody for the daily one), what kept its last try from ending, and what lay at the provider when it ended.
alter table reconciliations
  add column asked_by uuid references users,
  add column problem text,
  add column tried_at timestamptz,
  add column closing jsonb;

-- What a comparison looked at, line by line, as an auditor reads it. Amounts are above zero; net is what moved the provider's balance.
create table reconciliation_lines (
  run_id uuid not null references reconciliations,
  n int not null,
  kind text not null check (kind in ('settle', 'reversal', 'topup', 'other', 'in_flight', 'balance')),
  ref text not null,
  result text not null check (result in ('matched', 'missing_here', 'missing_there', 'different', 'open', 'outside')),
  differs text[] not null default '{}',
  brand_id uuid,
  meant uuid[] not null default '{}',
  payout_id uuid,
  destination text,
  ours bigint,
  ours_currency text,
  theirs bigint,
  theirs_currency text,
  net bigint,
  at timestamptz not null,
  primary key (run_id, n)
);
insert into reconciliation_lines (run_id, n, kind, ref, result, brand_id, payout_id, ours, ours_currency, theirs, theirs_currency, at)
select r.id, b.n, 'settle', coalesce(b.x ->> 'ref', ''), b.x ->> 'kind', p.brand_id, p.id, (b.x -> 'ours' ->> 'amount')::bigint, b.x -> 'ours' ->> 'currency',
  (b.x -> 'theirs' ->> 'amount')::bigint, b.x -> 'theirs' ->> 'currency', r.from_at
from reconciliations r cross join lateral jsonb_array_elements(r.breaks) with ordinality b(x, n) left join payouts p on p.id = (b.x ->> 'payout_id')::uuid;
alter table reconciliations drop column breaks;
create trigger reconciliation_lines_append_only before update or delete on reconciliation_lines for each row execute function forbid_change();

-- A difference between the books, once, for as long as somebody must explain it. Nobody but a person closes it.
create table reconciliation_cases (
  id uuid primary key,
  kind text not null check (kind in ('missing_here', 'missing_there', 'different')),
  noun text not null check (noun in ('settle', 'reversal', 'topup', 'in_flight', 'balance')),
  ref text not null,
  brand_id uuid references brands,
  meant uuid[] not null default '{}', -- without a brand: whose it may be
  payout_id uuid references payouts,
  destination text,
  differs text[] not null default '{}',
  ours bigint,
  ours_currency text,
  theirs bigint,
  theirs_currency text,
  at timestamptz not null,
  state text not null default 'open' check (state in ('open', 'explained', 'resolved')),
  owner_id uuid references users,
  reason text,
  closed_by uuid references users,
  closed_at timestamptz,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  last_run uuid not null references reconciliations,
  gone_at timestamptz, -- the newest comparison found nothing wrong any more
  unique (kind, noun, ref),
  check ((state = 'open') = (closed_at is null)),
  check (state = 'open' or (reason is not null and closed_by is not null))
);
-- +goose StatementBegin
-- Whether a break that was closed stays so when it is seen again: it was explained, and is what was explained.
create function same_break(old reconciliation_cases, new reconciliation_cases) returns boolean language sql immutable as $$
  select old.state = 'open' or old.state = 'explained'
    and (old.ours, old.ours_currency, old.theirs, old.theirs_currency, old.differs, old.destination)
      is not distinct from (new.ours, new.ours_currency, new.theirs, new.theirs_currency, new.differs, new.destination)
$$;
-- +goose StatementEnd
create index reconciliation_cases_open on reconciliation_cases (first_seen_at, id) where state = 'open';
create table reconciliation_notes (
  id uuid primary key,
  case_id uuid not null references reconciliation_cases,
  at timestamptz not null default clock_timestamp(),
  author uuid references users,
  kind text not null check (kind in ('note', 'assigned', 'explained', 'resolved', 'seen_again', 'gone')),
  text text not null default ''
);
create index reconciliation_notes_case on reconciliation_notes (case_id, at);
create trigger reconciliation_notes_append_only before update or delete on reconciliation_notes for each row execute function forbid_change();

-- A provider that refuses our key is asked for nothing until a probe is answered: one row for all processes.
create table provider_pauses (
  provider text primary key,
  code text not null,
  since timestamptz not null default now(),
  strikes int not null default 0, -- how often it was paused again soon after it was lifted
  probe_at timestamptz not null,
  lifted_at timestamptz
);

-- What waits because of the books or of a pause, and since when.
alter table payouts add column gated text check (gated in ('paused', 'restored', 'stale', 'missing_here')), add column gated_at timestamptz,
  add check ((gated is null) = (gated_at is null));
create index payouts_gated on payouts (brand_id) where gated is not null and state = 'approved';

-- +goose StatementBegin
-- Up to when the books were compared without a gap; null where they never were. A run leaves a gap behind it when it begins after all
-- earlier ones ended.
create function books_until() returns timestamptz language sql stable set search_path = public, pg_temp as $$
  with runs as (select from_at, to_at, max(to_at) over (order by from_at, to_at rows between unbounded preceding and 1 preceding) as before
    from reconciliations where state in ('passed', 'breaks'))
  select coalesce((select min(before) from runs where from_at > before), (select max(to_at) from runs))
$$;

-- Which copy of the data this is: another cluster, a promoted standby and a recovery to a point in time are others.
create function database_copy() returns text language sql volatile as $$
  select (select system_identifier from pg_control_system()) || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
$$;
-- +goose StatementEnd

-- The copy for which the books were compared last. The row also names the transaction that wrote it: a dump writes it again by another one,
-- and so gives itself away wherever it is loaded.
create table books_marker (
  single boolean primary key default true check (single),
  copy text not null,
  written_by xid8 not null,
  at timestamptz not null default now()
);

-- +goose StatementBegin
create function database_restored() returns boolean language sql volatile security definer set search_path = public, pg_temp as $$
  select exists (select 1 from books_marker m
    where m.copy <> database_copy() or m.xmin::text::numeric <> m.written_by::text::numeric % 4294967296)
$$;

-- What was never compared counts from the first thing that was sent: where nothing was, there is nothing to compare.
create function books_stale() returns boolean language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(coalesce(books_until(), (select min(first_sent_at) from payout_attempts)) < now() - interval '26 hours', false)
$$;

-- Why a payout must not be sent now; empty when it may. Everything here goes by the database's clock.
create function submission_gate(p_brand uuid, p_destination text) returns text
language sql volatile security definer set search_path = public, pg_temp as $$
  select case
    when exists (select 1 from provider_pauses where provider = 'stripe' and lifted_at is null) then 'paused'
    when database_restored() then 'restored'
    when books_stale() then 'stale'
    when exists (select 1 from reconciliation_cases c where c.state = 'open' and c.gone_at is null and c.kind = 'missing_here' and c.noun = 'settle'
      and (c.brand_id = p_brand or c.destination = p_destination)) then 'missing_here'
    else '' end
$$;

-- The books were compared for this copy.
create function vouch_for_database() returns void
language sql volatile security definer set search_path = public, pg_temp as $$
  insert into books_marker (copy, written_by) values (database_copy(), pg_current_xact_id())
  on conflict (single) do update set copy = excluded.copy, written_by = excluded.written_by, at = now()
$$;
-- The first marker, where nothing was ever sent or compared for this copy.
create function mark_database() returns void language sql volatile security definer set search_path = public, pg_temp as $$
  insert into books_marker (copy, written_by) values (database_copy(), pg_current_xact_id()) on conflict do nothing
$$;
-- +goose StatementEnd

-- A creator's money on its way from Stripe to the bank, as the bank reports it. What failed stays failed, whatever comes late.
create table transfer_payments (
  payment_id text primary key check (payment_id ~ '^py_'),
  payout_id uuid not null references payouts,
  brand_id uuid not null references brands,
  transfer_id text not null unique
);
create table bank_payouts (
  id text primary key check (id ~ '^po_'),
  account_id text not null,
  amount bigint not null,
  currency text not null,
  state text not null check (state in ('pending', 'in_transit', 'paid', 'failed', 'canceled')),
  failure_code text,
  arrives_on date,
  read_at timestamptz not null default clock_timestamp()
);
create table bank_arrivals (
  bank_payout_id text not null references bank_payouts,
  payout_id uuid not null references payouts,
  brand_id uuid not null references brands,
  primary key (bank_payout_id, payout_id)
);
create index bank_arrivals_payout on bank_arrivals (payout_id);

create trigger reconciliations_change after insert or update on reconciliations for each row execute function note_change('reconciliation', 'id');
create trigger reconciliation_cases_change after insert or update on reconciliation_cases for each row execute function note_change('reconciliation', 'id');
create trigger bank_arrivals_change after insert or update on bank_arrivals for each row execute function note_change('payout', 'payout_id');
-- +goose StatementBegin
create function note_pause() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into changes (noun, ref) values ('reconciliation', gen_random_uuid());
  perform pg_notify('rapport_changes', '');
  return null;
end $$;
-- +goose StatementEnd
create trigger provider_pauses_change after insert or update on provider_pauses for each row execute function note_pause();

grant select on reconciliation_lines, reconciliation_cases, reconciliation_notes, provider_pauses, transfer_payments, bank_payouts, bank_arrivals to rapport_api, rapport_worker;
grant update (state, owner_id, reason, closed_by, closed_at) on reconciliation_cases to rapport_api;
grant insert on reconciliation_notes to rapport_api;
grant insert on reconciliation_lines, reconciliation_notes to rapport_worker;
grant insert, update on reconciliation_cases, provider_pauses, transfer_payments, bank_payouts, bank_arrivals to rapport_worker;
revoke execute on function vouch_for_database, mark_database from public;
grant execute on function vouch_for_database, mark_database to rapport_worker;

-- What belongs to no brand is seen by whoever works for every brand that it may be about.
alter table reconciliation_lines enable row level security;
alter table reconciliation_cases enable row level security;
alter table reconciliation_notes enable row level security;
alter table transfer_payments enable row level security;
alter table bank_arrivals enable row level security;
create policy api on reconciliation_lines to rapport_api using (brand_id = any (rapport_brands()) or brand_id is null and meant <@ rapport_brands());
create policy api on reconciliation_cases to rapport_api using (brand_id = any (rapport_brands()) or brand_id is null and meant <@ rapport_brands());
create policy api on reconciliation_notes to rapport_api using (exists (select 1 from reconciliation_cases c where c.id = case_id));
create policy api on transfer_payments to rapport_api using (brand_id = any (rapport_brands()));
create policy api on bank_arrivals to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on reconciliation_lines to rapport_worker using (true) with check (true);
create policy worker on reconciliation_cases to rapport_worker using (true) with check (true);
create policy worker on reconciliation_notes to rapport_worker using (true) with check (true);
create policy worker on transfer_payments to rapport_worker using (true) with check (true);
create policy worker on bank_arrivals to rapport_worker using (true) with check (true);

-- +goose Down
select 1;
