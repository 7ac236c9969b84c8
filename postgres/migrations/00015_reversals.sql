-- +goose Up
-- Money that was paid and is taken back: from the creator's account at the provider, else out of the payments that follow, else written off.

-- What of an owed amount is kept for money that the creator owes back; what is sent is the amount less this.
alter table payouts add netted bigint not null default 0 check (netted >= 0 and netted < amount);
alter table payout_approvals add netted bigint not null default 0;
-- A payout has come back when all that was sent of it has.
-- +goose StatementBegin
do $$
declare c text;
begin
  select conname into strict c from pg_constraint where conrelid = 'payouts'::regclass and pg_get_constraintdef(oid) like '%(amount_reversed = amount)%';
  execute format('alter table payouts drop constraint %I', c);
end $$;
-- +goose StatementEnd
alter table payouts add constraint payouts_reversed check ((state = 'reversed') = (amount_reversed = amount - netted));

-- Defaults of a brand; a reversal keeps what it began with.
alter table brands
  add netting_cap_percent int not null default 50 check (netting_cap_percent between 1 and 100),
  add netting_notice_days int not null default 14 check (netting_notice_days between 0 and 365);

create table reversal_transitions (from_state text, to_state text, primary key (from_state, to_state));
insert into reversal_transitions values
  ('awaiting_approval', 'approved'), ('awaiting_approval', 'cancelled'),
  ('approved', 'submitted'), ('approved', 'netting'),
  ('submitted', 'reversed'), ('submitted', 'netting'), ('submitted', 'failed'), ('submitted', 'unknown'),
  ('unknown', 'reversed'), ('unknown', 'netting'), ('unknown', 'failed'),
  ('failed', 'approved'), ('failed', 'netting'), ('failed', 'awaiting_write_off'),
  ('netting', 'approved'), ('netting', 'netted'), ('netting', 'awaiting_write_off'),
  ('awaiting_write_off', 'netting'), ('awaiting_write_off', 'netted'), ('awaiting_write_off', 'written_off');

create table reversals (
  id uuid primary key,
  payout_id uuid not null references payouts,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  creator_id uuid not null references creators,
  amount bigint not null check (amount > 0),
  currency text not null references currencies,
  reason text not null check (reason <> ''),
  requested_by uuid not null references users,
  state text not null default 'awaiting_approval' check (state in ('awaiting_approval', 'approved', 'submitted', 'unknown', 'failed', 'netting', 'awaiting_write_off', 'reversed', 'netted', 'written_off', 'cancelled')),
  recovered bigint not null default 0 check (recovered >= 0),     -- taken back at the provider
  netted bigint not null default 0 check (netted >= 0),           -- kept out of later payments
  written_off bigint not null default 0 check (written_off >= 0), -- given up
  cap_percent int not null check (cap_percent between 1 and 100), -- of each later payment at most
  net_from timestamptz,                                           -- the notice is over
  adopts text,                                                    -- what somebody took back at the provider, and this records
  write_off_by uuid references users,                             -- who asks to give the rest up
  write_off_reason text,
  write_off_amount bigint check (write_off_amount >= 0),
  write_off_round int not null default 0,
  commands jsonb not null default '[]',
  seq bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (recovered + netted + written_off <= amount),
  check (state not in ('reversed', 'netted', 'written_off') or recovered + netted + written_off = amount),
  check (state not in ('awaiting_approval', 'cancelled') or recovered + netted + written_off = 0),
  check (state <> 'netting' or net_from is not null),
  check (state <> 'awaiting_write_off' or (write_off_by is not null and write_off_reason <> '' and write_off_amount is not null))
);
create index reversals_brand on reversals (brand_id, created_at desc, id);
create index reversals_payout on reversals (payout_id);
create unique index reversals_adopts on reversals (adopts) where state <> 'cancelled';
create index reversals_netting on reversals (creator_id, brand_id, currency) where state = 'netting';

-- Written by the API under its own role after the rights check, as approvals of payouts are.
create table reversal_approvals (
  id uuid primary key,
  reversal_id uuid not null references reversals,
  brand_id uuid not null,
  part text not null check (part in ('reverse', 'write_off')),
  round int not null default 0, -- of a write-off: which asking it answers
  approver uuid not null references users,
  amount bigint not null,
  currency text not null,
  at timestamptz not null default now(),
  unique (reversal_id, part, round)
);
create trigger reversal_approvals_append_only before update or delete on reversal_approvals for each row execute function forbid_change();

create table reversal_attempts (
  reversal_id uuid not null references reversals,
  number int not null check (number >= 1),
  brand_id uuid not null,
  key text not null unique generated always as ('trr_' || reversal_id::text || '_' || number::text) stored,
  amount bigint not null check (amount > 0),
  request_sha256 bytea not null,
  outcome text not null default 'open' check (outcome in ('open', 'succeeded', 'rejected')),
  provider_id text unique,
  error_code text,
  rejection text check (rejection in ('rejected', 'rejected_funds', 'rejected_payee')),
  submission int not null,
  first_sent_at timestamptz,
  last_sent_at timestamptz,
  look_ups int not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  primary key (reversal_id, number),
  check ((outcome = 'succeeded') = (provider_id is not null)),
  check ((outcome = 'rejected') = (rejection is not null))
);
create unique index reversal_attempts_one_open on reversal_attempts (reversal_id) where outcome = 'open';
create trigger reversal_attempts_keep before delete on reversal_attempts for each row execute function forbid_change();

-- What somebody took back at the provider without a reversal of ours. A person looks, and records it as one.
create table foreign_reversals (
  provider_id text primary key,
  payout_id uuid not null references payouts,
  brand_id uuid not null,
  amount bigint not null check (amount > 0),
  currency text not null,
  noted_at timestamptz not null default now()
);
create index foreign_reversals_payout on foreign_reversals (payout_id);

-- What of one payment is kept for one reversal.
create table nettings (
  id uuid primary key default gen_random_uuid(),
  reversal_id uuid not null references reversals,
  payout_id uuid not null references payouts,
  brand_id uuid not null,
  amount bigint not null check (amount > 0),
  state text not null default 'planned' check (state in ('planned', 'taken', 'released')),
  created_at timestamptz not null default now()
);
create unique index nettings_live on nettings (reversal_id, payout_id) where state <> 'released';
create index nettings_payout on nettings (payout_id);
create trigger nettings_keep before delete on nettings for each row execute function forbid_change();

-- +goose StatementBegin
-- What of a reversal is neither back, nor given up, nor planned to be kept out of a payment.
create function reversal_rest(r reversals) returns bigint language sql stable as $$
  select r.amount - r.recovered - r.netted - r.written_off - coalesce((select sum(n.amount) from nettings n where n.reversal_id = r.id and n.state = 'planned'), 0)::bigint
$$;

create function reversal_new_guard() returns trigger language plpgsql as $$
declare p payouts; taken bigint; s bigint;
begin
  select * into p from payouts where id = new.payout_id for update;
  if p.state not in ('paid', 'partly_reversed') then raise exception 'payout is %: nothing of it can be taken back', p.state using errcode = 'RA040'; end if;
  if (new.partnership_id, new.brand_id, new.creator_id, new.currency) is distinct from (p.partnership_id, p.brand_id, p.creator_id, p.currency) then
    raise exception 'the reversal is of another payout' using errcode = 'RA041';
  end if;
  select step into s from currencies where code = new.currency;
  if new.amount % s <> 0 then raise exception 'amount % is not a multiple of %', new.amount, s using errcode = 'RA030'; end if;
  select coalesce(sum(x.amount), 0) into taken from reversals x where x.payout_id = p.id and x.state <> 'cancelled';
  if taken + new.amount > p.amount - p.netted then raise exception 'more would be taken back than was sent' using errcode = 'RA042'; end if;
  if new.adopts is not null and not exists (select 1 from foreign_reversals f where f.provider_id = new.adopts and f.payout_id = p.id and f.amount = new.amount) then
    raise exception 'nothing like that was taken back elsewhere' using errcode = 'RA045';
  end if;
  if new.state <> 'awaiting_approval' then raise exception 'a reversal begins with its approval' using errcode = 'RA043'; end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id where r.user_id = new.requested_by and r.brand_id = new.brand_id and u.disabled_at is null
                 and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now()) then
    raise exception 'only finance asks for a reversal' using errcode = 'RA016';
  end if;
  return new;
end $$;

create function reversal_approval_guard() returns trigger language plpgsql as $$
declare r reversals;
begin
  select * into r from reversals where id = new.reversal_id for update;
  if r.state <> (case new.part when 'reverse' then 'awaiting_approval' else 'awaiting_write_off' end) then
    raise exception 'reversal is %: it takes no such approval now', r.state using errcode = 'RA044';
  end if;
  if new.round <> (case new.part when 'reverse' then 0 else r.write_off_round end) then raise exception 'approval is for another round' using errcode = 'RA011'; end if;
  if (new.brand_id, new.currency) is distinct from (r.brand_id, r.currency) or new.amount <> (case new.part when 'reverse' then r.amount else r.write_off_amount end) then
    raise exception 'approval is for another amount' using errcode = 'RA012';
  end if;
  if new.approver = r.requested_by or (new.part = 'write_off' and new.approver = r.write_off_by) then
    raise exception 'who asked cannot approve' using errcode = 'RA017';
  end if;
  if not exists (select 1 from user_roles x join users u on u.id = x.user_id where x.user_id = new.approver and x.brand_id = r.brand_id and u.disabled_at is null
                 and x.role = 'finance_releaser' and x.effective_at <= now()) then
    raise exception 'approver lacks the role finance_releaser' using errcode = 'RA016';
  end if;
  return new;
end $$;

create function reversal_guard() returns trigger language plpgsql as $$
begin
  if (new.id, new.payout_id, new.partnership_id, new.brand_id, new.creator_id, new.amount, new.currency, new.reason, new.requested_by, new.cap_percent, new.adopts)
     is distinct from (old.id, old.payout_id, old.partnership_id, old.brand_id, old.creator_id, old.amount, old.currency, old.reason, old.requested_by, old.cap_percent, old.adopts) then
    raise exception 'what reversal % takes back is immutable', old.id using errcode = 'RA001';
  end if;
  if new.recovered < old.recovered or new.netted < old.netted or new.written_off < old.written_off then
    raise exception 'what came back stays back' using errcode = 'RA001';
  end if;
  if new.state <> old.state and not exists (select 1 from reversal_transitions t where t.from_state = old.state and t.to_state = new.state) then
    raise exception 'reversal % cannot go from % to %', old.id, old.state, new.state using errcode = 'RA020';
  end if;
  if new.state = 'approved' and old.state = 'awaiting_approval' and not exists (select 1 from reversal_approvals a where a.reversal_id = new.id and a.part = 'reverse' and a.amount = new.amount) then
    raise exception 'reversal % is not approved', old.id using errcode = 'RA022';
  end if;
  if new.state = 'submitted' and old.state <> 'submitted' and not exists (select 1 from reversal_attempts a where a.reversal_id = new.id and a.outcome = 'open') then
    raise exception 'reversal % has no open attempt', old.id using errcode = 'RA023';
  end if;
  if new.recovered <> (select coalesce(sum(a.amount), 0) from reversal_attempts a where a.reversal_id = new.id and a.outcome = 'succeeded') then
    raise exception 'reversal % has not got that back', old.id using errcode = 'RA024';
  end if;
  if new.netted <> (select coalesce(sum(n.amount), 0) from nettings n where n.reversal_id = new.id and n.state = 'taken') then
    raise exception 'reversal % has not kept that', old.id using errcode = 'RA024';
  end if;
  if new.written_off <> old.written_off and not exists (select 1 from reversal_approvals a where a.reversal_id = new.id and a.part = 'write_off'
     and a.round = old.write_off_round and a.amount = new.written_off - old.written_off and a.approver <> old.write_off_by and old.state = 'awaiting_write_off') then
    raise exception 'nobody else approved to write that off' using errcode = 'RA022';
  end if;
  if new.written_off <> old.written_off and reversal_rest(new) < 0 then
    raise exception 'a payment is planned to keep some of what would be given up' using errcode = 'RA042';
  end if;
  new.updated_at := now();
  return new;
end $$;

create function reversal_attempt_guard() returns trigger language plpgsql as $$
declare r reversals;
begin
  if tg_op = 'INSERT' then
    select * into r from reversals where id = new.reversal_id for update;
    if r.state <> 'approved' then raise exception 'reversal is %, not approved', r.state using errcode = 'RA026'; end if;
    if new.amount > reversal_rest(r) then raise exception 'more would be taken back than is owed' using errcode = 'RA042'; end if;
    if new.number <> 1 + (select coalesce(max(number), 0) from reversal_attempts a where a.reversal_id = new.reversal_id) then
      raise exception 'attempts are numbered without gaps' using errcode = 'RA029';
    end if;
  else
    if old.outcome <> 'open' then raise exception 'the attempt is final' using errcode = 'RA001'; end if;
    if (new.reversal_id, new.number, new.amount, new.request_sha256, new.created_at) is distinct from (old.reversal_id, old.number, old.amount, old.request_sha256, old.created_at)
       or (old.first_sent_at is not null and new.first_sent_at is distinct from old.first_sent_at) then
      raise exception 'the attempt is immutable' using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;

-- Only a payout that was not approved yet gets another sum to keep, and then its approvals begin anew.
create function payout_netting_guard() returns trigger language plpgsql as $$
begin
  if new.netted is distinct from old.netted then
    if old.state not in ('scheduled', 'awaiting_approval', 'held') and new.state <> 'awaiting_approval' then
      raise exception 'what is kept of payout % is fixed', old.id using errcode = 'RA001';
    end if;
    if new.round = old.round and exists (select 1 from payout_approvals a where a.payout_id = old.id and a.round = old.round) then
      raise exception 'another sum to keep needs a new round of approvals' using errcode = 'RA021';
    end if;
  end if;
  if new.amount_reversed is distinct from old.amount_reversed
     and new.amount_reversed <> (select coalesce(sum(r.recovered + r.netted), 0) from reversals r where r.payout_id = new.id) then
    raise exception 'payout % has not come back by that much', old.id using errcode = 'RA024';
  end if;
  return new;
end $$;

-- An approval is of what is sent: it keeps what was kept when it was given.
create function payout_approval_netting() returns trigger language plpgsql as $$
begin
  if new.netted <> (select p.netted from payouts p where p.id = new.payout_id) then
    raise exception 'approval is for another amount' using errcode = 'RA012';
  end if;
  return new;
end $$;

-- Plans anew what of a payout is kept for what the creator owes back, oldest first: of each payment at most the share that the creator was
-- told, only after the notice, and never all of it. Answers how much.
create function plan_netting(p_payout uuid) returns bigint language plpgsql as $$
declare p payouts; r reversals; s bigint; take bigint; kept bigint := 0;
begin
  select * into p from payouts where id = p_payout for update;
  update nettings set state = 'released' where payout_id = p.id and state = 'planned';
  select step into s from currencies where code = p.currency;
  for r in select * from reversals x where x.creator_id = p.creator_id and x.brand_id = p.brand_id and x.currency = p.currency and x.state = 'netting' and x.net_from <= now()
           and x.payout_id <> p.id order by x.created_at, x.id for update loop
    take := least(reversal_rest(r), p.amount * r.cap_percent / 100 / s * s - kept, p.amount - s - kept);
    if take > 0 then
      insert into nettings (reversal_id, payout_id, brand_id, amount) values (r.id, p.id, p.brand_id, take);
      kept := kept + take;
    end if;
  end loop;
  if kept <> p.netted then
    update payouts set netted = kept, round = case when exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round) then round + 1 else round end where id = p.id;
  end if;
  return kept;
end $$;
-- +goose StatementEnd
create trigger reversals_new before insert on reversals for each row execute function reversal_new_guard();
create trigger reversals_guard before update on reversals for each row execute function reversal_guard();
create trigger reversals_keep before delete on reversals for each row execute function forbid_change();
create trigger reversal_approvals_guard before insert on reversal_approvals for each row execute function reversal_approval_guard();
create trigger reversal_attempts_guard before insert or update on reversal_attempts for each row execute function reversal_attempt_guard();
create trigger payouts_netting before update on payouts for each row execute function payout_netting_guard();
create trigger payout_approvals_netting before insert on payout_approvals for each row execute function payout_approval_netting();
create trigger reversals_change after insert or update on reversals for each row execute function note_change('payout', 'payout_id');

-- The ledger takes the postings of reversals. What the creator owes back lies in clawback_receivable, a debit balance.
alter table ledger_transactions drop constraint ledger_transactions_kind_check;
alter table ledger_transactions add constraint ledger_transactions_kind_check
  check (kind in ('topup', 'accrual', 'submit', 'settle', 'void', 'accrual_cancel', 'claim', 'reversal', 'netting', 'write_off', 'adjustment'));
drop index ledger_once;
create unique index ledger_once on ledger_transactions (kind, payout_id, coalesce(attempt, 0))
  where payout_id is not null and kind not in ('claim', 'reversal', 'netting', 'write_off', 'adjustment');

alter table partnership_events drop constraint partnership_events_source_check;
alter table partnership_events add constraint partnership_events_source_check check (source in ('partnership', 'review', 'payout', 'reversal'));

grant select on reversal_transitions, reversals, reversal_approvals, reversal_attempts, nettings, foreign_reversals to rapport_api, rapport_worker;
grant insert, update (write_off_by, write_off_reason) on reversals to rapport_api;
grant insert on reversal_approvals to rapport_api;
grant update on reversals to rapport_worker;
grant insert, update on reversal_attempts, nettings to rapport_worker;
grant insert on foreign_reversals to rapport_worker;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['reversals', 'reversal_approvals', 'reversal_attempts', 'nettings', 'foreign_reversals'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- What the creator hears of it.
insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000140', 1, 'payment_reversed', '{{reversal.amount}} was taken back',
'Hi {{creator.first_name}},

we have taken {{reversal.amount}} of the payment for "{{reversal.title}}" back from your account with our payment provider. If you think that this is wrong, please just answer this mail. All your payments: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000141', 1, 'netting_notice', '{{reversal.rest}} will be kept out of your next payments',
'Hi {{creator.first_name}},

{{reversal.rest}} of what we paid you for "{{reversal.title}}" is to come back to us, and your account with our payment provider holds less than that. So we will keep it out of your next payments: nothing before {{reversal.net_from}}, and at most {{reversal.cap}} of each payment. If you think that this is wrong, please just answer this mail before then. All your payments: {{portal_link}}

{{sender.name}}
{{brand.name}}');
insert into templates (id, version, brand_id, name, subject, body)
select id, 2, null, name, subject, replace(body, 'for "{{campaign.name}}". ', 'for "{{campaign.name}}". {{payout.note}}') from templates where name = 'payment_sent' and brand_id is null and version = 1;

-- +goose Down
select 1;
