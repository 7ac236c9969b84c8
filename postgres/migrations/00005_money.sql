-- +goose Up
-- Amounts are minor units in Stripe's representation; step is the granularity an amount must have.
create table currencies (
  code text primary key check (code ~ '^[a-z]{3}$'),
  exponent smallint not null check (exponent between 0 and 3),
  step bigint not null default 1 check (step > 0)
);
insert into currencies (code, exponent, step) values
  ('usd', 2, 1), ('eur', 2, 1), ('gbp', 2, 1), ('cad', 2, 1), ('aud', 2, 1), ('chf', 2, 1), ('sek', 2, 1), ('nok', 2, 1), ('dkk', 2, 1), ('pln', 2, 1), ('czk', 2, 1), ('mxn', 2, 1), ('brl', 2, 1), ('inr', 2, 1), ('sgd', 2, 1), ('nzd', 2, 1),
  ('jpy', 0, 1), ('krw', 0, 1), ('clp', 0, 1), ('vnd', 0, 1), ('isk', 2, 100), ('ugx', 2, 100), ('huf', 2, 1), ('twd', 2, 1), ('kwd', 3, 10), ('bhd', 3, 10);

create table milestones (
  id uuid primary key,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  contract_id uuid not null references contracts,
  term int not null,
  position int not null,
  title text not null,
  trigger text not null check (trigger in ('signature', 'approval', 'posted', 'verified', 'date', 'campaign_end')),
  deliverable_id uuid references deliverables,
  amount bigint not null check (amount > 0),
  currency text not null references currencies,
  net_days int not null default 0 check (net_days >= 0),
  state text not null default 'pending' check (state in ('pending', 'met', 'payable', 'settled', 'cancelled')),
  met_at timestamptz,
  unique (contract_id, position),
  check (state in ('pending', 'cancelled') or met_at is not null)
);
create index milestones_partnership on milestones (partnership_id);

create table payout_transitions (from_state text, to_state text, primary key (from_state, to_state));
insert into payout_transitions values
  ('scheduled', 'awaiting_approval'), ('awaiting_approval', 'approved'),
  ('approved', 'awaiting_payee'), ('approved', 'awaiting_funds'), ('approved', 'submitted'), ('approved', 'awaiting_approval'),
  ('awaiting_payee', 'approved'), ('awaiting_funds', 'approved'), ('awaiting_payee', 'awaiting_approval'), ('awaiting_funds', 'awaiting_approval'),
  ('submitted', 'paid'), ('submitted', 'failed'), ('submitted', 'unknown'),
  ('unknown', 'paid'), ('unknown', 'failed'),
  ('failed', 'approved'), ('failed', 'awaiting_approval'), ('failed', 'cancelled'),
  ('paid', 'partly_reversed'), ('paid', 'reversed'), ('partly_reversed', 'reversed'),
  ('scheduled', 'held'), ('awaiting_approval', 'held'), ('approved', 'held'), ('awaiting_payee', 'held'), ('awaiting_funds', 'held'),
  ('held', 'scheduled'), ('held', 'awaiting_approval'),
  ('scheduled', 'cancelled'), ('awaiting_approval', 'cancelled'), ('approved', 'cancelled'), ('awaiting_payee', 'cancelled'), ('awaiting_funds', 'cancelled'), ('held', 'cancelled');

create table payouts (
  id uuid primary key,
  milestone_id uuid not null unique references milestones,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  creator_id uuid not null references creators,
  amount bigint not null check (amount > 0),
  currency text not null references currencies,
  destination text check (destination ~ '^acct_[A-Za-z0-9]+$'),
  content_counts boolean not null default false,
  round int not null default 1,
  state text not null default 'scheduled' check (state in ('scheduled', 'awaiting_approval', 'approved', 'awaiting_payee', 'awaiting_funds', 'submitted', 'unknown', 'paid', 'failed', 'partly_reversed', 'reversed', 'held', 'cancelled')),
  held_reason text,
  held_by uuid,
  review_on date,
  amount_reversed bigint not null default 0 check (amount_reversed between 0 and amount),
  due_at timestamptz not null,
  paid_at timestamptz,
  commands jsonb not null default '[]',
  seq bigint not null default 0,
  version int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((state = 'reversed') = (amount_reversed = amount)),
  check (state not in ('paid', 'partly_reversed', 'reversed') or paid_at is not null),
  check (state <> 'held' or held_reason is not null)
);
create index payouts_brand on payouts (brand_id, due_at, id);
create index payouts_partnership on payouts (partnership_id);

-- Written by the API under its own role after the rights check. The worker only reads it.
create table payout_approvals (
  id uuid primary key,
  payout_id uuid not null references payouts,
  brand_id uuid not null,
  round int not null,
  part text not null check (part in ('preparer', 'releaser')),
  approver uuid not null references users,
  amount bigint not null,
  currency text not null,
  destination text,
  at timestamptz not null default now(),
  unique (payout_id, round, part),
  unique (payout_id, round, approver)
);
create trigger payout_approvals_append_only before update or delete on payout_approvals for each row execute function forbid_change();

create table payout_attempts (
  payout_id uuid not null references payouts,
  number int not null check (number >= 1),
  brand_id uuid not null,
  key text not null unique generated always as ('po_' || payout_id::text || '_' || number::text) stored,
  request_sha256 bytea not null,
  outcome text not null default 'open' check (outcome in ('open', 'succeeded', 'rejected')),
  transfer_id text unique,
  error_code text,
  first_sent_at timestamptz,
  last_sent_at timestamptz,
  look_ups int not null default 0,
  submission int not null default 0, -- which submission of the workflow opened it
  rejection text check (rejection in ('rejected', 'rejected_funds', 'rejected_payee')),
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz,
  primary key (payout_id, number),
  check ((outcome = 'succeeded') = (transfer_id is not null)),
  check ((outcome = 'rejected') = (rejection is not null))
);
create unique index payout_attempts_one_open on payout_attempts (payout_id) where outcome = 'open';
create unique index payout_attempts_one_success on payout_attempts (payout_id) where outcome = 'succeeded';

-- +goose StatementBegin
-- Who approved the content that a milestone pays for. It is asked for when it matters and kept nowhere: content can be approved
-- again, by somebody else, after its payout was opened.
create function content_approvers(p_milestone uuid) returns uuid[] language sql stable as $$
  select array(select distinct d.user_id from milestones m
    join deliverables x on x.contract_id = m.contract_id and (m.deliverable_id is null or x.id = m.deliverable_id)
    join submissions s on s.deliverable_id = x.id join decisions d on d.submission_id = s.id
    where m.id = p_milestone and m.trigger <> 'signature' and d.state = 'accepted' and d.decision in ('approve', 'approve_with_corrections'))
$$;

create function payout_approval_guard() returns trigger language plpgsql as $$
declare p payouts;
begin
  select * into p from payouts where id = new.payout_id for update;
  if p.state <> 'awaiting_approval' then
    raise exception 'payout is %: it takes no approval now', p.state using errcode = 'RA010';
  end if;
  if new.round <> p.round then raise exception 'approval is for another round' using errcode = 'RA011'; end if;
  if (new.amount, new.currency) is distinct from (p.amount, p.currency) then
    raise exception 'approval is for another amount' using errcode = 'RA012';
  end if;
  if new.destination is distinct from p.destination then
    raise exception 'approval is for another destination' using errcode = 'RA013';
  end if;
  if new.approver = any (content_approvers(p.milestone_id)) then
    raise exception 'who approved the content cannot approve its payout' using errcode = 'RA014';
  end if;
  if exists (select 1 from payees y where y.creator_id = p.creator_id and y.destination_changed_by = new.approver
             and y.destination_changed_at > now() - interval '14 days') then
    raise exception 'who changed the destination lately cannot approve this payout' using errcode = 'RA015';
  end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id
                 where r.user_id = new.approver and r.brand_id = p.brand_id and u.disabled_at is null
                   and r.role = 'finance_' || new.part and r.effective_at <= now()) then
    raise exception 'approver lacks the role finance_%', new.part using errcode = 'RA016';
  end if;
  if exists (select 1 from payout_approvals a where a.payout_id = new.payout_id and a.round = new.round and a.approver = new.approver) then
    raise exception 'two different people approve a payout' using errcode = 'RA017';
  end if;
  return new;
end $$;

create function payout_approved(p payouts) returns boolean language sql stable as $$
  select coalesce(bool_or(a.part = 'releaser') and (p.content_counts or bool_or(a.part = 'preparer')) and not bool_or(a.approver = any (content_approvers(p.milestone_id))), false)
  from payout_approvals a where a.payout_id = p.id and a.round = p.round
    and a.amount = p.amount and a.currency = p.currency and a.destination is not distinct from p.destination
$$;

create function payout_guard() returns trigger language plpgsql as $$
begin
  if (new.id, new.milestone_id, new.partnership_id, new.brand_id, new.creator_id, new.amount, new.currency, new.content_counts)
     is distinct from (old.id, old.milestone_id, old.partnership_id, old.brand_id, old.creator_id, old.amount, old.currency, old.content_counts) then
    raise exception 'the economics of payout % are immutable', old.id using errcode = 'RA001';
  end if;
  if new.state <> old.state and not exists (select 1 from payout_transitions t where t.from_state = old.state and t.to_state = new.state) then
    raise exception 'payout % cannot go from % to %', old.id, old.state, new.state using errcode = 'RA020';
  end if;
  -- A destination found or changed after the approvals asks for new ones; the first one found, by the payee's own onboarding, does not.
  if old.destination is not null and new.destination is distinct from old.destination and new.round = old.round then
    raise exception 'a changed destination needs a new round of approvals' using errcode = 'RA021';
  end if;
  if new.state = 'approved' and old.state = 'awaiting_approval' and not payout_approved(old) then
    raise exception 'approvals of payout % are not complete', old.id using errcode = 'RA022';
  end if;
  if new.state = 'submitted' and not exists (select 1 from payout_attempts a where a.payout_id = new.id and a.outcome = 'open') then
    raise exception 'payout % has no open attempt', old.id using errcode = 'RA023';
  end if;
  if new.state = 'paid' and old.state <> 'paid' and not exists (select 1 from payout_attempts a where a.payout_id = new.id and a.outcome = 'succeeded') then
    raise exception 'payout % has no attempt that succeeded', old.id using errcode = 'RA024';
  end if;
  if new.state = 'failed' and exists (select 1 from payout_attempts a where a.payout_id = new.id and a.outcome <> 'rejected') then
    raise exception 'payout % has an attempt that was not rejected', old.id using errcode = 'RA025';
  end if;
  new.version := old.version + 1;
  new.updated_at := now();
  return new;
end $$;

create function payout_attempt_guard() returns trigger language plpgsql as $$
declare p payouts;
begin
  if tg_op = 'INSERT' then
    select * into p from payouts where id = new.payout_id for update;
    if p.state <> 'approved' then raise exception 'payout is %, not approved', p.state using errcode = 'RA026'; end if;
    if p.destination is null then raise exception 'payout has no destination' using errcode = 'RA027'; end if;
    if exists (select 1 from payout_attempts a where a.payout_id = new.payout_id and a.outcome <> 'rejected') then
      raise exception 'an earlier attempt was not definitely rejected' using errcode = 'RA028';
    end if;
    if new.number <> 1 + (select coalesce(max(number), 0) from payout_attempts a where a.payout_id = new.payout_id) then
      raise exception 'attempts are numbered without gaps' using errcode = 'RA029';
    end if;
  else
    if old.outcome <> 'open' then raise exception 'the attempt is final' using errcode = 'RA001'; end if;
    if (new.payout_id, new.number, new.request_sha256, new.created_at) is distinct from (old.payout_id, old.number, old.request_sha256, old.created_at)
       or (old.first_sent_at is not null and new.first_sent_at is distinct from old.first_sent_at) then
      raise exception 'the attempt is immutable' using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger payout_approvals_guard before insert on payout_approvals for each row execute function payout_approval_guard();
create trigger payouts_guard before update on payouts for each row execute function payout_guard();
create trigger payouts_keep before delete on payouts for each row execute function forbid_change();
create trigger payout_attempts_guard before insert or update on payout_attempts for each row execute function payout_attempt_guard();
create trigger payout_attempts_keep before delete on payout_attempts for each row execute function forbid_change();

create table topups (
  id uuid primary key,
  brand_id uuid not null references brands,
  amount bigint not null check (amount > 0),
  currency text not null references currencies,
  state text not null default 'pending' check (state in ('pending', 'succeeded', 'failed')),
  provider_id text unique,
  requested_by uuid references users,
  created_at timestamptz not null default now()
);

-- The ledger. Its tables belong to rapport_ledger; everybody else reads, and posts through ledger_post.
create table ledger_accounts (
  id uuid primary key default gen_random_uuid(),
  code text not null unique,
  currency text not null references currencies,
  brand_id uuid,
  floor_zero boolean not null default false,
  balance bigint not null default 0,
  check (not floor_zero or balance >= 0)
);
create table ledger_transactions (
  id uuid primary key,
  kind text not null check (kind in ('topup', 'accrual', 'submit', 'settle', 'void', 'accrual_cancel', 'reversal', 'adjustment')),
  brand_id uuid,
  payout_id uuid,
  attempt int,
  external_ref text,
  at timestamptz not null default clock_timestamp()
);
create unique index ledger_once on ledger_transactions (kind, payout_id, coalesce(attempt, 0)) where payout_id is not null and kind not in ('reversal', 'adjustment');
create unique index ledger_one_settle on ledger_transactions (payout_id) where kind = 'settle';
create unique index ledger_external_ref on ledger_transactions (kind, external_ref) where external_ref is not null;
create table ledger_entries (
  txn_id uuid not null references ledger_transactions,
  line smallint not null,
  account_id uuid not null references ledger_accounts,
  amount bigint not null check (amount <> 0),
  primary key (txn_id, line)
);
create index ledger_entries_account on ledger_entries (account_id);
-- Sealed in batches behind the commit, over ids and amounts only.
create table ledger_seals (
  n bigint primary key,
  txn_id uuid not null unique references ledger_transactions,
  prev_sha256 bytea not null,
  sha256 bytea not null
);

-- +goose StatementBegin
create function ledger_entry_apply() returns trigger language plpgsql as $$
declare s bigint;
begin
  select c.step into s from ledger_accounts a join currencies c on c.code = a.currency where a.id = new.account_id;
  if new.amount % s <> 0 then raise exception 'amount % is not a multiple of %', new.amount, s using errcode = 'RA030'; end if;
  if not exists (select 1 from ledger_transactions t where t.id = new.txn_id and t.xmin::text = (pg_current_xact_id()::xid)::text) then
    raise exception 'ledger transaction % is closed', new.txn_id using errcode = 'RA001';
  end if;
  update ledger_accounts set balance = balance + new.amount where id = new.account_id;
  return new;
end $$;
create function ledger_balanced() returns trigger language plpgsql as $$
declare n int; bad record;
begin
  select count(*) into n from ledger_entries e where e.txn_id = new.id;
  if n < 2 then raise exception 'ledger transaction % has % entries', new.id, n using errcode = 'RA031'; end if;
  for bad in select a.currency, sum(e.amount) as s from ledger_entries e join ledger_accounts a on a.id = e.account_id
             where e.txn_id = new.id group by a.currency having sum(e.amount) <> 0 loop
    raise exception 'ledger transaction % is unbalanced by % %', new.id, bad.s, bad.currency using errcode = 'RA031';
  end loop;
  return null;
end $$;
create function ledger_account_guard() returns trigger language plpgsql as $$
begin
  if pg_trigger_depth() < 2 then raise exception 'a balance follows its entries' using errcode = 'RA001'; end if;
  if (new.code, new.currency, new.floor_zero, new.brand_id) is distinct from (old.code, old.currency, old.floor_zero, old.brand_id) then
    raise exception 'a ledger account is immutable' using errcode = 'RA001';
  end if;
  return new;
end $$;

-- Posts one transaction. Lines are [{"account", "floor_zero", "amount"}], credit above zero. Answers false when the
-- same posting is there already. Accounts are locked in the order of their code, so that two postings never deadlock.
create function ledger_post(p_id uuid, p_kind text, p_brand uuid, p_payout uuid, p_attempt int, p_ref text, p_currency text, p_lines jsonb)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare l record; a uuid; i smallint := 0;
begin
  insert into ledger_transactions (id, kind, brand_id, payout_id, attempt, external_ref)
  values (p_id, p_kind, p_brand, p_payout, p_attempt, p_ref) on conflict do nothing;
  if not found then return false; end if;
  for l in select x->>'account' as code, coalesce((x->>'floor_zero')::boolean, false) as floor_zero, (x->>'amount')::bigint as amount
           from jsonb_array_elements(p_lines) x order by x->>'account' loop
    insert into ledger_accounts (code, currency, brand_id, floor_zero)
    values (l.code, p_currency, case when l.code like '%' || p_brand::text || '%' then p_brand end, l.floor_zero) on conflict (code) do nothing;
    select id into a from ledger_accounts where code = l.code for update;
    i := i + 1;
    insert into ledger_entries (txn_id, line, account_id, amount) values (p_id, i, a, l.amount);
  end loop;
  return true;
end $$;

-- Seals what is committed and not yet sealed; answers how many.
create function ledger_seal(p_max int) returns int language plpgsql security definer set search_path = public, pg_temp as $$
declare t record; k bigint; p bytea; h bytea; c int := 0;
begin
  perform pg_advisory_xact_lock(7210032);
  select n, sha256 into k, p from ledger_seals order by n desc limit 1;
  for t in select x.* from ledger_transactions x left join ledger_seals s on s.txn_id = x.id where s.txn_id is null order by x.at, x.id limit p_max loop
    k := coalesce(k, 0) + 1; p := coalesce(p, '\x00');
    h := ledger_digest(t.id, p);
    insert into ledger_seals values (k, t.id, p, h);
    p := h; c := c + 1;
  end loop;
  return c;
end $$;
create function ledger_digest(p_txn uuid, p_prev bytea) returns bytea language sql stable set search_path = public, pg_temp as $$
  select sha256(p_prev || convert_to(jsonb_build_array(t.id, t.kind, t.brand_id, t.payout_id, t.attempt, t.external_ref, extract(epoch from t.at)::text,
    (select jsonb_agg(jsonb_build_array(e.line, a.code, e.amount) order by e.line) from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id = t.id))::text, 'utf8'))
  from ledger_transactions t where t.id = p_txn
$$;
-- +goose StatementEnd
create trigger ledger_entries_apply after insert on ledger_entries for each row execute function ledger_entry_apply();
create trigger ledger_accounts_guard before update on ledger_accounts for each row execute function ledger_account_guard();
create constraint trigger ledger_transactions_balanced after insert on ledger_transactions deferrable initially deferred for each row execute function ledger_balanced();
create trigger ledger_entries_append_only before update or delete on ledger_entries for each row execute function forbid_change();
create trigger ledger_transactions_append_only before update or delete on ledger_transactions for each row execute function forbid_change();
create trigger ledger_accounts_keep before delete on ledger_accounts for each row execute function forbid_change();
create trigger ledger_seals_append_only before update or delete on ledger_seals for each row execute function forbid_change();

create view ledger_breaks as
  select s.n, s.txn_id from ledger_seals s left join ledger_seals b on b.n = s.n - 1
  where s.sha256 <> ledger_digest(s.txn_id, s.prev_sha256) or s.prev_sha256 <> coalesce(b.sha256, '\x00') or (b.n is null and s.n <> 1);

create table reconciliations (
  id uuid primary key,
  state text not null default 'running' check (state in ('running', 'passed', 'breaks', 'failed')),
  from_at timestamptz not null,
  to_at timestamptz not null,
  matched int not null default 0,
  breaks jsonb not null default '[]',
  started_at timestamptz not null default now(),
  finished_at timestamptz
);

-- +goose Down
drop view ledger_breaks;
drop table reconciliations, ledger_seals, ledger_entries, ledger_transactions, ledger_accounts, topups, payout_attempts, payout_approvals, payouts, payout_transitions, milestones, currencies;
drop function ledger_digest, ledger_seal, ledger_post, ledger_account_guard, ledger_balanced, ledger_entry_apply, payout_attempt_guard, payout_guard, payout_approved, payout_approval_guard, content_approvers;
