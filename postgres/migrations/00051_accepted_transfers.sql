-- +goose Up
-- What Stripe moved for a payout otherwise than it was asked, and the word of two people that it is the payment all the same.

-- What a look-up found that is not what the open attempt asks for. It settles nothing by itself.
create table found_transfers (
  transfer_id text primary key check (transfer_id ~ '^tr_'),
  payout_id uuid not null references payouts,
  brand_id uuid not null references brands,
  attempt int not null, -- the number that it says of itself; 0 where it says none
  amount bigint not null check (amount > 0),
  currency text not null,
  destination text not null,
  taken_back bigint not null check (taken_back between 0 and amount),
  made_at timestamptz not null,
  seen_at timestamptz not null default now()
);
create index found_transfers_payout on found_transfers (payout_id);

-- Written by the API under its own role after the rights check, as approvals of payouts are.
create table transfer_acceptances (
  id uuid primary key,
  n bigint not null generated always as identity, -- the newest of a payout is the one that may be approved
  payout_id uuid not null references payouts,
  brand_id uuid not null,
  transfer_id text not null references found_transfers,
  amount bigint not null, -- what Stripe moved
  currency text not null,
  asked bigint not null, -- what it was asked for
  reason text not null check (reason <> ''),
  asked_by uuid not null references users,
  at timestamptz not null default clock_timestamp()
);
create index transfer_acceptances_payout on transfer_acceptances (payout_id, n);
create table transfer_acceptance_approvals (
  acceptance_id uuid primary key references transfer_acceptances,
  brand_id uuid not null,
  approver uuid not null references users,
  amount bigint not null,
  step_up_id uuid references step_ups,
  proved_at timestamptz,
  proved_with text,
  at timestamptz not null default clock_timestamp()
);
create trigger found_transfers_keep before delete on found_transfers for each row execute function forbid_change();
create trigger transfer_acceptances_append_only before update or delete on transfer_acceptances for each row execute function forbid_change();
create trigger transfer_acceptance_approvals_append_only before update or delete on transfer_acceptance_approvals for each row execute function forbid_change();

-- What was sent beyond what was asked, below zero what was missing; only an accepted transfer makes it other than 0.
alter table payouts add difference bigint not null default 0, add check (amount - netted + difference > 0);
-- +goose StatementBegin
do $$
declare c text;
begin
  select conname into strict c from pg_constraint where conrelid = 'payouts'::regclass and contype = 'c' and pg_get_constraintdef(oid) like '%(amount_reversed <= amount)%';
  execute format('alter table payouts drop constraint %I, drop constraint payouts_reversed', c);
end $$;
-- +goose StatementEnd
alter table payouts add constraint payouts_came_back check (amount_reversed between 0 and amount - netted + difference),
  add constraint payouts_reversed check ((state = 'reversed') = (amount_reversed = amount - netted + difference));

-- Of which transfer something came back elsewhere: one that is no payment of ours concerns no payment.
alter table foreign_reversals add transfer_id text;

-- +goose StatementBegin
-- The transfer that two people accepted for a payout, with what it moved beyond what was asked; none where there is no such transfer, or where
-- something else is asked since.
create function accepted_transfer(p_payout uuid) returns table (transfer_id text, difference bigint) language sql stable as $$
  select x.transfer_id, x.amount - x.asked from transfer_acceptances x join transfer_acceptance_approvals v on v.acceptance_id = x.id
  join payouts p on p.id = x.payout_id and x.asked = p.amount - p.netted
  where x.payout_id = p_payout order by x.n desc limit 1
$$;

-- What of a campaign's budget offers reserve, contracts commit or amendments that are out promise, bonuses that may still be reached with them; of a contract
-- that was ended, what is or may still be paid. Money for a round or a bonus that is just being offered is in its command alone; that for the
-- piece p_besides is left to the caller.
create or replace function campaign_spoken(p_campaign uuid, p_besides uuid) returns bigint language sql stable as $$
  select ((select coalesce(sum(o.fee + o.bonus), 0) from offers o where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted'))
    - (select coalesce(sum(m.amount), 0) from milestones m join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
        where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted') and (m.bonus or m.dropped_by is not null) and not m.extra and m.state = 'cancelled')
    + (select coalesce(sum(a.adds), 0) from contracts a join partnerships p on p.id = a.partnership_id
        where p.campaign_id = p_campaign and a.amends is not null and a.state in ('internal_approval', 'out_for_signature'))
    + (select coalesce(sum(m.amount), 0) from milestones m join partnerships p on p.id = m.partnership_id where p.campaign_id = p_campaign and m.extra and m.state <> 'cancelled')
    + (select coalesce(sum(d.extra_fee), 0) from deliverables d join partnerships p on p.id = d.partnership_id where p.campaign_id = p_campaign and d.extra = 'offered')
    + (select coalesce(sum((o.input -> 'amount' ->> 'amount')::bigint), 0) from outbox o join deliverables d on d.id = (o.input ->> 'ref')::uuid join partnerships p on p.id = d.partnership_id
        where o.kind = 'update' and o.input ->> 'kind' = 'offer_round' and o.handled_at is null and o.refused is null and p.campaign_id = p_campaign and d.id is distinct from p_besides)
    + (select coalesce(sum(b.amount), 0) from outbox o join bonuses b on b.id = (o.input ->> 'ref')::uuid join partnerships p on p.id = b.partnership_id
        where o.kind = 'update' and o.input ->> 'kind' = 'give_bonus' and o.handled_at is null and o.refused is null and p.campaign_id = p_campaign)
    + (select coalesce(sum(y.amount + y.difference - y.amount_reversed), 0) from payouts y join milestones m on m.id = y.milestone_id
        join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
        where o.campaign_id = p_campaign and o.state not in ('draft', 'sent', 'accepted') and y.state <> 'cancelled' and not m.extra))::bigint
$$;

create function found_transfer_guard() returns trigger language plpgsql as $$
begin
  if (new.transfer_id, new.payout_id, new.brand_id, new.attempt, new.amount, new.currency, new.destination, new.made_at)
     is distinct from (old.transfer_id, old.payout_id, old.brand_id, old.attempt, old.amount, old.currency, old.destination, old.made_at) then
    raise exception 'a transfer is what it is' using errcode = 'RA001';
  end if;
  return new;
end $$;

create function transfer_acceptance_guard() returns trigger language plpgsql as $$
declare p payouts; f found_transfers; funds bigint;
begin
  select * into p from payouts where id = new.payout_id for update;
  select * into f from found_transfers x where x.transfer_id = new.transfer_id and x.payout_id = new.payout_id;
  if p.state is distinct from 'unknown' then raise exception 'payout is %: its payment is not in doubt', p.state using errcode = 'RA100'; end if;
  if f.transfer_id is null or (new.brand_id, new.amount, new.currency, new.asked) is distinct from (p.brand_id, f.amount, f.currency, p.amount - p.netted) then
    raise exception 'this is not what Stripe has for payout %', p.id using errcode = 'RA101';
  end if;
  if f.currency <> p.currency then raise exception 'the transfer is in another currency' using errcode = 'RA102'; end if;
  if f.destination is distinct from p.destination and not exists (select 1 from payout_approvals a where a.payout_id = p.id and a.destination = f.destination) then
    raise exception 'nobody approved this payout to the account that has the money' using errcode = 'RA103';
  end if;
  if f.taken_back = f.amount then raise exception 'all of the transfer was taken back' using errcode = 'RA104'; end if;
  select coalesce((select a.balance from ledger_accounts a where a.code = 'brand_funds:' || p.brand_id || ':' || p.currency), 0) into funds;
  if new.amount - new.asked > funds then raise exception 'the funds of the brand do not cover what was sent beyond what was asked' using errcode = 'RA105'; end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id where r.user_id = new.asked_by and r.brand_id = new.brand_id and u.disabled_at is null
                 and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now()) then
    raise exception 'only finance asks to accept a transfer' using errcode = 'RA016';
  end if;
  return new;
end $$;

create function transfer_acceptance_approval_guard() returns trigger language plpgsql as $$
declare x transfer_acceptances; p payouts;
begin
  select * into x from transfer_acceptances where id = new.acceptance_id;
  select * into p from payouts where id = x.payout_id for update;
  if p.state is distinct from 'unknown' then raise exception 'payout is %: its payment is not in doubt', p.state using errcode = 'RA100'; end if;
  if x.asked <> p.amount - p.netted then raise exception 'something else is asked of payout % since', p.id using errcode = 'RA101'; end if;
  if exists (select 1 from found_transfers f where f.transfer_id = x.transfer_id and f.taken_back = f.amount) then
    raise exception 'all of the transfer was taken back' using errcode = 'RA104';
  end if;
  if exists (select 1 from transfer_acceptances o where o.payout_id = x.payout_id and o.n > x.n) then
    raise exception 'somebody asked anew meanwhile' using errcode = 'RA011';
  end if;
  if (new.brand_id, new.amount) is distinct from (x.brand_id, x.amount) then raise exception 'approval is for another amount' using errcode = 'RA012'; end if;
  if new.approver = x.asked_by then raise exception 'who asked cannot approve' using errcode = 'RA017'; end if;
  if new.approver = any (content_approvers(p.milestone_id)) then
    raise exception 'who approved the content cannot accept its payment' using errcode = 'RA014';
  end if;
  if exists (select 1 from payees y where y.creator_id = p.creator_id and y.destination_changed_by = new.approver and y.destination_changed_at > now() - interval '14 days') then
    raise exception 'who changed the destination lately cannot accept this payment' using errcode = 'RA015';
  end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id where r.user_id = new.approver and r.brand_id = p.brand_id and u.disabled_at is null
                 and r.role = 'finance_releaser' and r.effective_at <= now()) then
    raise exception 'approver lacks the role finance_releaser' using errcode = 'RA016';
  end if;
  return new;
end $$;

-- What a look-up found otherwise than asked settles an attempt only when two people accepted it. What was found while another attempt was open, and is just
-- what this one asks for, is its own transfer: after a restore an attempt may be opened again.
create function payout_attempt_found_guard() returns trigger language plpgsql as $$
begin
  if exists (select 1 from found_transfers f join payouts p on p.id = new.payout_id
             where f.transfer_id = new.transfer_id and (f.attempt, f.amount, f.destination) is distinct from (new.number, p.amount - p.netted, p.destination))
     and not exists (select 1 from accepted_transfer(new.payout_id) a where a.transfer_id = new.transfer_id) then
    raise exception 'nobody accepted transfer % as the payment', new.transfer_id using errcode = 'RA106';
  end if;
  return new;
end $$;

create function payout_difference_guard() returns trigger language plpgsql as $$
begin
  if new.state = 'paid' and old.state <> 'paid' then
    if new.difference <> coalesce((select a.difference from payout_attempts t join accepted_transfer(new.id) a on a.transfer_id = t.transfer_id
                                   where t.payout_id = new.id and t.outcome = 'succeeded'), 0) then
      raise exception 'what was sent of payout % is not what was accepted', new.id using errcode = 'RA107';
    end if;
  elsif new.difference <> old.difference then
    raise exception 'what was sent of payout % is what it is', new.id using errcode = 'RA001';
  end if;
  return new;
end $$;

create or replace function reversal_new_guard() returns trigger language plpgsql as $$
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
  if taken + new.amount > p.amount - p.netted + p.difference then raise exception 'more would be taken back than was sent' using errcode = 'RA042'; end if;
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
-- +goose StatementEnd
create trigger found_transfers_guard before update on found_transfers for each row execute function found_transfer_guard();
create trigger transfer_acceptances_guard before insert on transfer_acceptances for each row execute function transfer_acceptance_guard();
create trigger transfer_acceptance_approvals_guard before insert on transfer_acceptance_approvals for each row execute function transfer_acceptance_approval_guard();
create trigger transfer_acceptance_approvals_proof before insert on transfer_acceptance_approvals for each row execute function reversal_approval_proof();
create trigger payout_attempts_found before update on payout_attempts for each row when (old.transfer_id is null and new.transfer_id is not null) execute function payout_attempt_found_guard();
create trigger payouts_difference before update on payouts for each row execute function payout_difference_guard();
create trigger found_transfers_change after insert or update on found_transfers for each row execute function note_change('payout', 'payout_id');
create trigger transfer_acceptances_change after insert on transfer_acceptances for each row execute function note_change('payout', 'payout_id');

grant select on found_transfers, transfer_acceptances, transfer_acceptance_approvals to rapport_api, rapport_worker;
grant insert, update (taken_back, seen_at) on found_transfers to rapport_worker;
grant insert (id, payout_id, brand_id, transfer_id, amount, currency, asked, reason, asked_by) on transfer_acceptances to rapport_api;
grant insert (acceptance_id, brand_id, approver, amount, step_up_id) on transfer_acceptance_approvals to rapport_api;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['found_transfers', 'transfer_acceptances', 'transfer_acceptance_approvals'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- What an attempt says of money, the book says too when the transaction ends: opened, the money is on its way; settled, it has left, once and under
-- the name that the provider gave it; rejected, it is back. One that people paid is opened and settled at once. Each kind is asked for by itself, in
-- words that the book's unique indexes have, because the planner knows no other way to one row of a table that was never analyzed.
-- +goose StatementBegin
create function payout_attempt_booked() returns trigger language plpgsql as $$
begin
  if (case new.outcome
    when 'open' then new.offline_payment is not null
      or exists (select from ledger_transactions t where t.kind = 'submit' and t.payout_id = new.payout_id and coalesce(t.attempt, 0) = new.number)
    when 'succeeded' then exists (select from ledger_transactions t where t.kind = 'settle' and t.payout_id = new.payout_id and coalesce(t.attempt, 0) = new.number
      and t.external_ref is not distinct from new.transfer_id)
    else exists (select from ledger_transactions t where t.kind = 'void' and t.payout_id = new.payout_id and coalesce(t.attempt, 0) = new.number) end) then
    return null;
  end if;
  raise exception 'attempt % of payout % is %, and the book does not say so', new.number, new.payout_id, new.outcome using errcode = 'RA108';
end $$;

create function reversal_attempt_booked() returns trigger language plpgsql as $$
begin
  if not exists (select from ledger_transactions t where t.kind = 'reversal' and t.external_ref = new.provider_id) then
    raise exception 'attempt % of reversal % came back, and the book does not say so', new.number, new.reversal_id using errcode = 'RA108';
  end if;
  return null;
end $$;
-- +goose StatementEnd
create constraint trigger payout_attempts_booked after insert or update of outcome on payout_attempts deferrable initially deferred
  for each row execute function payout_attempt_booked();
create constraint trigger reversal_attempts_booked after insert or update of outcome on reversal_attempts deferrable initially deferred
  for each row when (new.outcome = 'succeeded') execute function reversal_attempt_booked();

-- +goose Down
select 1;
