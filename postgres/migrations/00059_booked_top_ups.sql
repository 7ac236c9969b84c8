-- +goose Up
-- What of the book is not sealed yet, and since when (1970 for nothing); the job that seals looks no further back either. An answer for the whole house.
create view ledger_tail as
  select count(*)::int as n, coalesce(min(t.at), to_timestamp(0))::timestamptz as oldest from ledger_transactions t
  where t.at >= coalesce((select x.at - interval '1 day' from ledger_seals s join ledger_transactions x on x.id = s.txn_id order by s.n desc limit 1), '-infinity')
    and not exists (select from ledger_seals s where s.txn_id = t.id);
alter view ledger_tail owner to rapport_ledger;
grant select on ledger_tail to rapport_api, rapport_worker;

-- A top-up that Stripe took back is booked by the mirrored posting, under the top-up's own name.
alter table ledger_transactions drop constraint ledger_transactions_kind_check;
alter table ledger_transactions add constraint ledger_transactions_kind_check
  check (kind in ('topup', 'topup_reversal', 'accrual', 'submit', 'settle', 'void', 'accrual_cancel', 'claim', 'reversal', 'netting', 'write_off', 'adjustment'));
alter table reconciliation_lines drop constraint reconciliation_lines_kind_check;
alter table reconciliation_lines add constraint reconciliation_lines_kind_check
  check (kind in ('settle', 'reversal', 'topup', 'topup_reversal', 'other', 'in_flight', 'balance', 'offline'));
alter table reconciliation_cases drop constraint reconciliation_cases_noun_check;
alter table reconciliation_cases add constraint reconciliation_cases_noun_check
  check (noun in ('settle', 'reversal', 'topup', 'topup_reversal', 'other', 'in_flight', 'balance'));
alter table reconciliation_notes drop constraint reconciliation_notes_kind_check;
alter table reconciliation_notes add constraint reconciliation_notes_kind_check
  check (kind in ('note', 'assigned', 'explained', 'resolved', 'seen_again', 'gone', 'asked', 'approved', 'booked', 'not_booked'));

-- The wish to book what a case is about as funds of a brand. Written by the API under its own role after the rights check; what came of it, by
-- whoever booked it.
create table top_up_bookings (
  id uuid primary key,
  n bigint not null generated always as identity, -- the newest of a case is the one that may be approved
  case_id uuid not null references reconciliation_cases,
  brand_id uuid not null references brands,
  kind text not null check (kind in ('topup', 'topup_reversal')),
  top_up_id text not null check (top_up_id ~ '^tu_'),
  amount bigint not null check (amount > 0), -- as the comparison saw it; what is booked is read at Stripe anew
  currency text not null,
  reason text not null check (reason <> ''),
  asked_by uuid not null references users,
  at timestamptz not null default clock_timestamp(),
  booked_at timestamptz,
  refused text check (refused in ('gone', 'pending', 'status', 'amount', 'funds', 'booked', 'closed')),
  check (booked_at is null or refused is null)
);
create index top_up_bookings_case on top_up_bookings (case_id, n);
create table top_up_booking_approvals (
  booking_id uuid primary key references top_up_bookings,
  brand_id uuid not null,
  approver uuid not null references users,
  amount bigint not null,
  step_up_id uuid references step_ups,
  proved_at timestamptz,
  proved_with text,
  at timestamptz not null default clock_timestamp()
);
create trigger top_up_bookings_keep before delete on top_up_bookings for each row execute function forbid_change();
create trigger top_up_booking_approvals_append_only before update or delete on top_up_booking_approvals for each row execute function forbid_change();

-- +goose StatementBegin
create function top_up_booking_guard() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare c reconciliation_cases;
begin
  select * into c from reconciliation_cases where id = new.case_id for update;
  if c.state is distinct from 'open' then raise exception 'the case is closed' using errcode = 'RA110'; end if;
  if c.kind <> 'missing_here' or (new.kind, new.top_up_id, new.amount, new.currency) is distinct from (c.noun, c.ref, c.theirs, c.theirs_currency) then
    raise exception 'this is not what the case is about' using errcode = 'RA111';
  end if;
  if new.brand_id <> c.brand_id then raise exception 'the top-up is of another brand' using errcode = 'RA112'; end if;
  if new.kind = 'topup_reversal' and not exists (select from ledger_transactions t where t.kind = 'topup' and t.external_ref = new.top_up_id and t.brand_id = new.brand_id) then
    raise exception 'the top-up that came back is no funds of the brand' using errcode = 'RA113';
  end if;
  if not exists (select from user_roles r join users u on u.id = r.user_id where r.user_id = new.asked_by and r.brand_id = new.brand_id and u.disabled_at is null
                 and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now()) then
    raise exception 'only finance of the brand asks to book its funds' using errcode = 'RA016';
  end if;
  return new;
end $$;

-- What was asked stays; what came of it is said once, and never without somebody's approval.
create function top_up_booking_outcome() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if to_jsonb(new) - 'booked_at' - 'refused' is distinct from to_jsonb(old) - 'booked_at' - 'refused' or old.booked_at is not null or old.refused is not null then
    raise exception 'a booking is what it is' using errcode = 'RA001';
  end if;
  if not exists (select from top_up_booking_approvals a where a.booking_id = new.id) then
    raise exception 'nobody approved booking %', new.id using errcode = 'RA114';
  end if;
  return new;
end $$;

create function top_up_booking_approval_guard() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare b top_up_bookings; c reconciliation_cases;
begin
  select * into b from top_up_bookings where id = new.booking_id;
  select * into c from reconciliation_cases where id = b.case_id for update;
  if c.state is distinct from 'open' then raise exception 'the case is closed' using errcode = 'RA110'; end if;
  if b.refused is not null or exists (select from top_up_bookings o where o.case_id = b.case_id and o.brand_id = b.brand_id and o.n > b.n) then
    raise exception 'somebody asked anew meanwhile' using errcode = 'RA011';
  end if;
  if (new.brand_id, new.amount) is distinct from (b.brand_id, b.amount) then raise exception 'approval is for another amount' using errcode = 'RA012'; end if;
  if new.approver = b.asked_by then raise exception 'who asked cannot approve' using errcode = 'RA017'; end if;
  if not exists (select from user_roles r join users u on u.id = r.user_id where r.user_id = new.approver and r.brand_id = b.brand_id and u.disabled_at is null
                 and r.role = 'finance_releaser' and r.effective_at <= now()) then
    raise exception 'approver lacks the role finance_releaser' using errcode = 'RA016';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger top_up_bookings_guard before insert on top_up_bookings for each row execute function top_up_booking_guard();
create trigger top_up_bookings_outcome before update on top_up_bookings for each row execute function top_up_booking_outcome();
create trigger top_up_booking_approvals_guard before insert on top_up_booking_approvals for each row execute function top_up_booking_approval_guard();
create trigger top_up_booking_approvals_proof before insert on top_up_booking_approvals for each row execute function reversal_approval_proof();

grant select on top_up_bookings, top_up_booking_approvals to rapport_api, rapport_worker;
grant update (booked_at, refused) on top_up_bookings to rapport_worker;
grant insert (id, case_id, brand_id, kind, top_up_id, amount, currency, reason, asked_by) on top_up_bookings to rapport_api;
grant insert (booking_id, brand_id, approver, amount, step_up_id) on top_up_booking_approvals to rapport_api;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['top_up_bookings', 'top_up_booking_approvals'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- +goose Down
select 1;
