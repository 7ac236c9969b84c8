-- +goose Up
-- Only an account with a floor keeps its balance beside its entries, since only a floor must be known at once. The others are sums of their
-- entries, so that what all brands share (the balance at Stripe) is nobody's queue.
alter table ledger_accounts disable trigger ledger_accounts_guard;
alter table ledger_accounts alter column balance drop not null, alter column balance drop default;
update ledger_accounts set balance = null where not floor_zero;
alter table ledger_accounts add constraint ledger_accounts_kept check (floor_zero = (balance is not null));
alter table ledger_accounts enable trigger ledger_accounts_guard;

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
    update ledger_accounts a set balance = a.balance + e.amount where a.id = e.account_id and a.floor_zero returning a.currency into given;
    if not found then select a.currency into given from ledger_accounts a where a.id = e.account_id; end if;
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

-- A transaction without entries, which no insert of entries has seen. It asks for the first line, by the whole key: asked for any line, the
-- planner reads a table that has never been analyzed from its beginning, and what was inserted last stands at its end.
create or replace function ledger_balanced() returns trigger language plpgsql as $$
begin
  if not exists (select from ledger_entries e where e.txn_id = new.id and e.line = 1) then
    raise exception 'ledger transaction % has no entries', new.id using errcode = 'RA031';
  end if;
  return null;
end $$;

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
    insert into ledger_accounts (code, currency, brand_id, floor_zero, balance)
    select l.account, p_currency, case when position(p_brand::text in l.account) > 0 then p_brand end, l.floor, case when l.floor then 0 end
    from (select x.account, bool_or(coalesce(x.floor_zero, false)) or split_part(x.account, ':', 1) in ('brand_funds', 'brand_in_flight', 'creator_payable') as floor
      from jsonb_to_recordset(p_lines) x (account text, floor_zero boolean) group by x.account) l order by l.account on conflict (code) do nothing;
    accounts := array(select (select a.id from ledger_accounts a where a.code = c) from unnest(codes) with ordinality l (c, n) order by n);
  end if;
  insert into ledger_entries (txn_id, line, account_id, amount)
  select p_id, l.n::smallint, l.account, l.amount from unnest(accounts, amounts) with ordinality l (account, amount, n) order by l.n;
  return true;
end $$;
-- +goose StatementEnd

-- +goose Down
select 1;
