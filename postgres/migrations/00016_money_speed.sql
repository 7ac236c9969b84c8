-- +goose Up
-- Posting with a few statements for a transaction instead of a few for each of its lines, under the same laws and two more: an account is in
-- the currency that its code ends with, and which accounts never fall below zero is decided by their kind, not by who posts to them first.

drop trigger ledger_entries_apply on ledger_entries;
drop trigger ledger_accounts_guard on ledger_accounts;
alter table ledger_accounts set (fillfactor = 50); -- balances change often, and their new versions fit beside the old ones
alter table ledger_accounts add constraint ledger_accounts_in_currency check (code like '%:' || currency);

-- +goose StatementBegin
-- What is inserted together is one transaction of this moment, in one currency, of amounts that it has, and sums to zero. Its accounts follow,
-- one after the other in the order of the lines: a plan for all of them at once would be made for a thousand lines.
create or replace function ledger_entry_apply() returns trigger language plpgsql as $$
declare e record; txn uuid; n int := 0; total numeric := 0; money text; given text; unit bigint;
begin
  for e in select f.txn_id, f.account_id, f.amount from fresh f loop
    if n = 0 then
      txn := e.txn_id;
      if not exists (select from ledger_transactions t where t.id = txn and t.xmin = pg_current_xact_id()::xid) then
        raise exception 'ledger transaction % is closed', txn using errcode = 'RA001';
      end if;
    elsif e.txn_id <> txn then
      raise exception 'the entries of one transaction are inserted by themselves' using errcode = 'RA031';
    end if;
    update ledger_accounts a set balance = a.balance + e.amount where a.id = e.account_id returning a.currency into given;
    if n = 0 then
      money := given;
      select c.step into unit from currencies c where c.code = money;
    elsif given is distinct from money then
      raise exception 'ledger transaction % is in % and in %', txn, money, given using errcode = 'RA031';
    end if;
    if e.amount % unit <> 0 then raise exception 'amount % is not a multiple of %', e.amount, unit using errcode = 'RA030'; end if;
    n := n + 1; total := total + e.amount;
  end loop;
  if n = 1 then raise exception 'ledger transaction % has % entries', txn, n using errcode = 'RA031'; end if;
  if total <> 0 then raise exception 'ledger transaction % is unbalanced by % %', txn, total, money using errcode = 'RA031'; end if;
  return null;
end $$;

-- A transaction without entries, which no insert of entries has seen.
create or replace function ledger_balanced() returns trigger language plpgsql as $$
begin
  if not exists (select from ledger_entries e where e.txn_id = new.id) then
    raise exception 'ledger transaction % has no entries', new.id using errcode = 'RA031';
  end if;
  return null;
end $$;

create or replace function ledger_account_guard() returns trigger language plpgsql as $$
begin
  raise exception 'a ledger account is immutable, and its balance follows its entries' using errcode = 'RA001';
end $$;

-- Posts one transaction. Lines are [{"account", "floor_zero", "amount"}], credit above zero. Answers false when the same posting is there
-- already. Accounts that are missing are made first, then balances change, both in the order of codes, so that two postings never deadlock.
create or replace function ledger_post(p_id uuid, p_kind text, p_brand uuid, p_payout uuid, p_attempt int, p_ref text, p_currency text, p_lines jsonb)
returns boolean language plpgsql security definer set search_path = public, pg_temp as $$
declare codes text[]; amounts bigint[]; accounts uuid[];
begin
  insert into ledger_transactions (id, kind, brand_id, payout_id, attempt, external_ref)
  values (p_id, p_kind, p_brand, p_payout, p_attempt, p_ref) on conflict do nothing;
  if not found then return false; end if;
  select array_agg(l.code), array_agg(l.amount), array_agg((select a.id from ledger_accounts a where a.code = l.code)) into codes, amounts, accounts
  from (select x->>'account' as code, (x->>'amount')::bigint as amount from jsonb_array_elements(p_lines) x order by 1) l;
  if array_position(accounts, null) > 0 then
    insert into ledger_accounts (code, currency, brand_id, floor_zero)
    select l.account, p_currency, case when position(p_brand::text in l.account) > 0 then p_brand end,
      bool_or(coalesce(l.floor_zero, false)) or split_part(l.account, ':', 1) in ('brand_funds', 'brand_in_flight', 'creator_payable')
    from jsonb_to_recordset(p_lines) l (account text, floor_zero boolean) group by l.account order by l.account on conflict (code) do nothing;
    accounts := array(select (select a.id from ledger_accounts a where a.code = c) from unnest(codes) with ordinality l (c, n) order by n);
  end if;
  insert into ledger_entries (txn_id, line, account_id, amount)
  select p_id, l.n::smallint, l.account, l.amount from unnest(accounts, amounts) with ordinality l (account, amount, n) order by l.n;
  return true;
end $$;

-- Seals what is committed and not yet sealed; answers how many. It looks from a day before the last seal: a transaction that was open for
-- longer would be missed, and `rapport verify ledger` names what was not sealed.
create or replace function ledger_seal(p_max int) returns int language plpgsql security definer set search_path = public, pg_temp as $$
declare t record; k bigint; p bytea; h bytea; c int := 0; since timestamptz;
begin
  perform pg_advisory_xact_lock(7210032);
  select s.n, s.sha256, x.at - interval '1 day' into k, p, since from ledger_seals s join ledger_transactions x on x.id = s.txn_id order by s.n desc limit 1;
  for t in select x.id from ledger_transactions x where x.at >= coalesce(since, '-infinity') and not exists (select from ledger_seals s where s.txn_id = x.id)
           order by x.at, x.id limit p_max loop
    k := coalesce(k, 0) + 1; p := coalesce(p, '\x00');
    h := ledger_digest(t.id, p);
    insert into ledger_seals values (k, t.id, p, h);
    p := h; c := c + 1;
  end loop;
  return c;
end $$;
-- +goose StatementEnd

create index ledger_transactions_at on ledger_transactions (at, id);
create index ledger_transactions_payout on ledger_transactions (payout_id) where payout_id is not null;
create trigger ledger_entries_apply after insert on ledger_entries referencing new table as fresh for each statement execute function ledger_entry_apply();
create trigger ledger_accounts_guard before update on ledger_accounts for each row
  when (pg_trigger_depth() = 0 or (new.id, new.code, new.currency, new.floor_zero, new.brand_id) is distinct from (old.id, old.code, old.currency, old.floor_zero, old.brand_id))
  execute function ledger_account_guard();

-- A list by due date of what ended otherwise than paid, which is little among much; what is open has payouts_open.
create index payouts_not_paid on payouts (brand_id, due_at, id) where state in ('partly_reversed', 'reversed', 'cancelled');

-- When the next one may leave of what goes out at a bounded rate over all workers.
create table pace (name text primary key, next_at timestamptz not null);
grant select, insert, update on pace to rapport_worker;

-- +goose Down
select 1;
