-- +goose Up
-- Payments outside of Stripe: a way that people choose, approve and prove.

-- How a payout is paid outside of Stripe; null when Stripe pays it. It has no destination there, and waits for neither payee nor funds.
alter table payouts add offline_method text check (offline_method in ('bank_transfer', 'paypal', 'cheque', 'goods', 'other')),
  add constraint payouts_offline check (offline_method is null or destination is null and state not in ('awaiting_payee', 'awaiting_funds', 'unknown', 'failed'));

-- What a person says that they paid, with its proof. The workflow takes one; what it refused stays here and counts for nothing.
create table offline_payments (
  id uuid primary key,
  payout_id uuid not null references payouts,
  brand_id uuid not null references brands,
  round int not null,
  method text not null check (method in ('bank_transfer', 'paypal', 'cheque', 'goods', 'other')),
  paid_on date not null,
  reference text not null check (reference <> ''),
  amount bigint not null check (amount > 0),
  currency text not null references currencies,
  proof_name text not null,
  proof_sha256 bytea not null references blobs,
  recorded_by uuid not null references users,
  recorded_at timestamptz not null default clock_timestamp()
);
create index offline_payments_payout on offline_payments (payout_id);
create trigger offline_payments_append_only before update or delete on offline_payments for each row execute function forbid_change();

-- An attempt outside of Stripe has the payment instead of a key and a transfer.
alter table payout_attempts add offline_payment uuid unique references offline_payments;
alter table payout_attempts drop column key;
alter table payout_attempts add key text unique generated always as (case when offline_payment is null then 'po_' || payout_id::text || '_' || number::text end) stored;
-- +goose StatementBegin
do $$
declare c text;
begin
  select conname into strict c from pg_constraint where conrelid = 'payout_attempts'::regclass and pg_get_constraintdef(oid) like '%transfer_id IS NOT NULL%';
  execute format('alter table payout_attempts drop constraint %I', c);
end $$;
-- +goose StatementEnd
alter table payout_attempts add constraint payout_attempts_moved check (
  case when offline_payment is null then (outcome = 'succeeded') = (transfer_id is not null)
  else transfer_id is null and first_sent_at is null and outcome in ('open', 'succeeded') end);

-- +goose StatementBegin
-- The way changes only while nothing was sent, and what was approved was another way.
create function payout_offline_guard() returns trigger language plpgsql as $$
begin
  if new.offline_method is distinct from old.offline_method then
    if old.state not in ('awaiting_approval', 'approved', 'awaiting_payee', 'awaiting_funds', 'failed')
       or exists (select 1 from payout_attempts a where a.payout_id = new.id and a.outcome <> 'rejected') then
      raise exception 'payout % is %: how it is paid cannot change now', old.id, old.state using errcode = 'RA070';
    end if;
    if new.round = old.round or new.state <> 'awaiting_approval' then
      raise exception 'another way of paying needs a new round of approvals' using errcode = 'RA021';
    end if;
  end if;
  return new;
end $$;

create function offline_payment_guard() returns trigger language plpgsql as $$
declare p payouts; z text; approved date;
begin
  select * into p from payouts where id = new.payout_id for update;
  if p.offline_method is null or p.state <> 'approved' or not payout_approved(p) then
    raise exception 'the payout does not wait for a payment outside of Stripe' using errcode = 'RA071';
  end if;
  if (new.brand_id, new.round, new.method, new.amount, new.currency) is distinct from (p.brand_id, p.round, p.offline_method, p.amount - p.netted, p.currency) then
    raise exception 'what was paid is not what was approved' using errcode = 'RA072';
  end if;
  select d.zone into z from brands b join calendars d on d.id = b.calendar_id where b.id = p.brand_id;
  select (max(a.at) at time zone z)::date into approved from payout_approvals a where a.payout_id = p.id and a.round = p.round;
  if new.paid_on > (clock_timestamp() at time zone z)::date or new.paid_on < approved then
    raise exception 'a payment is made after it is approved, and recorded after it is made' using errcode = 'RA073';
  end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id where r.user_id = new.recorded_by and r.brand_id = p.brand_id and u.disabled_at is null
                 and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now()) then
    raise exception 'only finance records a payment' using errcode = 'RA016';
  end if;
  if exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round and a.part = 'releaser' and a.approver = new.recorded_by) then
    raise exception 'who released the payment cannot record it' using errcode = 'RA074';
  end if;
  return new;
end $$;

create or replace function payout_attempt_guard() returns trigger language plpgsql as $$
declare p payouts; o offline_payments;
begin
  if tg_op = 'INSERT' then
    select * into p from payouts where id = new.payout_id for update;
    if p.state <> 'approved' then raise exception 'payout is %, not approved', p.state using errcode = 'RA026'; end if;
    if new.offline_payment is null then
      if p.offline_method is not null then raise exception 'payout is paid outside of Stripe' using errcode = 'RA071'; end if;
      if p.destination is null then raise exception 'payout has no destination' using errcode = 'RA027'; end if;
    else
      select * into o from offline_payments x where x.id = new.offline_payment;
      if (o.payout_id, o.round, o.method, o.amount, o.currency, o.proof_sha256) is distinct from (p.id, p.round, p.offline_method, p.amount - p.netted, p.currency, new.request_sha256)
         or not payout_approved(p) then
        raise exception 'what was paid is not what was approved' using errcode = 'RA072';
      end if;
      if exists (select 1 from reconciliation_cases c where c.payout_id = p.id and c.state = 'open' and c.gone_at is null and c.kind = 'missing_here' and c.noun = 'settle') then
        raise exception 'Stripe has a transfer for this payout' using errcode = 'RA075';
      end if;
    end if;
    if exists (select 1 from payout_attempts a where a.payout_id = new.payout_id and a.outcome <> 'rejected') then
      raise exception 'an earlier attempt was not definitely rejected' using errcode = 'RA028';
    end if;
    if new.number <> 1 + (select coalesce(max(number), 0) from payout_attempts a where a.payout_id = new.payout_id) then
      raise exception 'attempts are numbered without gaps' using errcode = 'RA029';
    end if;
  else
    if old.outcome <> 'open' then raise exception 'the attempt is final' using errcode = 'RA001'; end if;
    if (new.payout_id, new.number, new.request_sha256, new.created_at, new.offline_payment) is distinct from (old.payout_id, old.number, old.request_sha256, old.created_at, old.offline_payment)
       or (old.first_sent_at is not null and new.first_sent_at is distinct from old.first_sent_at) then
      raise exception 'the attempt is immutable' using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;

-- Stripe can take back only what it has sent.
create function reversal_offline_guard() returns trigger language plpgsql as $$
begin
  if exists (select 1 from payouts p where p.id = new.payout_id and p.offline_method is not null) then
    raise exception 'the payout was paid outside of Stripe' using errcode = 'RA076';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger payouts_offline before update on payouts for each row execute function payout_offline_guard();
create trigger offline_payments_guard before insert on offline_payments for each row execute function offline_payment_guard();
create trigger reversals_offline before insert on reversals for each row execute function reversal_offline_guard();

grant select on offline_payments to rapport_api, rapport_worker;
grant insert (id, payout_id, brand_id, round, method, paid_on, reference, amount, currency, proof_name, proof_sha256, recorded_by) on offline_payments to rapport_api;
alter table offline_payments enable row level security;
create policy api on offline_payments to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on offline_payments to rapport_worker using (true) with check (true);

-- One that a person must pay and prove is blocked until they did.
create or replace view payout_lanes with (security_invoker = true) as
select p.id, p.brand_id, p.amount - p.netted as amount, p.currency,
  case when p.state in ('paid', 'partly_reversed', 'reversed', 'cancelled', 'unknown') then '' -- of the last, nobody knows whether it was paid
    when p.due_at < day_begins(d.zone, d.day_seconds, 0, now()) then 'overdue'
    when p.due_at < day_begins(d.zone, d.day_seconds, 1, now()) then 'today'
    when p.due_at < day_begins(d.zone, d.day_seconds, 6, now()) then 'soon'
    else '' end as due,
  case when p.state = 'awaiting_approval' and not payout_approved(p) then 'to_approve'
    when p.state in ('held', 'awaiting_payee', 'awaiting_funds', 'failed') or p.state = 'approved' and p.offline_method is not null then 'blocked'
    when p.state in ('awaiting_approval', 'approved', 'submitted') then 'in_flight'
    when p.state = 'unknown' then 'unknown'
    else '' end as stands
from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id;

alter table reconciliation_lines drop constraint reconciliation_lines_kind_check;
alter table reconciliation_lines add constraint reconciliation_lines_kind_check check (kind in ('settle', 'reversal', 'topup', 'other', 'in_flight', 'balance', 'offline'));

-- What the creator hears of it.
insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000150', 1, 'payment_made', '{{payout.amount}} was paid to you',
'Hi {{creator.first_name}},

we have paid you {{payout.amount}} for "{{campaign.name}}": {{payout.way}}. {{payout.note}}If it does not arrive, please just answer this mail. All your payments: {{portal_link}}

{{sender.name}}
{{brand.name}}');

-- +goose Down
select 1;
