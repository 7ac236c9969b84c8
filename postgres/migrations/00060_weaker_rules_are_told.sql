-- +goose Up
-- Whoever makes the rules of money weaker, or says where it goes, is seen.

-- A finance role is granted in the transaction in which a second person confirms it, and by nothing else.
alter table role_requests add column confirmed_at timestamptz;

-- +goose StatementBegin
create function role_request_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.confirmed_by is not null then raise exception 'nobody asks for a role that is confirmed' using errcode = 'RA120'; end if;
    new.confirmed_at := null;
    return new;
  end if;
  if old.confirmed_by is not null or (new.id, new.user_id, new.brand_id, new.role, new.requested_by, new.created_at)
     is distinct from (old.id, old.user_id, old.brand_id, old.role, old.requested_by, old.created_at) then
    raise exception 'a request for a role is confirmed once, as it was asked' using errcode = 'RA001';
  end if;
  new.confirmed_at := case when new.confirmed_by is not null then now() end;
  return new;
end $$;

-- Who owns the schema writes the first people, and mends what nobody else can.
create function finance_role_guard() returns trigger language plpgsql as $$
begin
  if pg_has_role(current_user, (select c.relowner from pg_class c where c.oid = tg_relid), 'usage') then return new; end if;
  if not exists (select 1 from role_requests q where (q.user_id, q.brand_id, q.role) = (new.user_id, new.brand_id, new.role)
                 and q.confirmed_by = new.granted_by and q.effective_at = new.effective_at and q.confirmed_at = now()) then
    raise exception 'a second person confirms a finance role' using errcode = 'RA120';
  end if;
  return new;
end $$;

-- An attempt at Stripe asks for the approvals as one outside of it does: the state alone may have been written by anybody who reaches the worker.
create or replace function payout_attempt_guard() returns trigger language plpgsql as $$
declare p payouts; o offline_payments;
begin
  if tg_op = 'INSERT' then
    select * into p from payouts where id = new.payout_id for update;
    if p.state <> 'approved' then raise exception 'payout is %, not approved', p.state using errcode = 'RA026'; end if;
    if new.offline_payment is null then
      if p.offline_method is not null then raise exception 'payout is paid outside of Stripe' using errcode = 'RA071'; end if;
      if p.destination is null then raise exception 'payout has no destination' using errcode = 'RA027'; end if;
      if not payout_approved(p) then raise exception 'approvals of payout % are not complete', p.id using errcode = 'RA022'; end if;
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

-- An account that a merge brings to a creator is where their money goes from now on, and who merges said so. Taking the merge back takes this back with it.
create function merge_destination() returns trigger language plpgsql as $$
declare y payees;
begin
  if tg_op = 'INSERT' then
    select * into y from payees where creator_id = new.into_creator and account_id is not null;
    if found then
      new.moved := new.moved || jsonb_build_object('destination_before', jsonb_build_array(y.destination_changed_at, y.destination_changed_by));
      update payees set destination_changed_at = new.at, destination_changed_by = new."by" where creator_id = new.into_creator;
    end if;
  else
    update payees set destination_changed_at = (new.moved -> 'destination_before' ->> 0)::timestamptz, destination_changed_by = (new.moved -> 'destination_before' ->> 1)::uuid
    where creator_id = new.from_creator and destination_changed_at = new.at and destination_changed_by = new."by";
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger role_requests_guard before insert or update on role_requests for each row execute function role_request_guard();
create trigger creator_merges_destination before insert on creator_merges for each row when (new.moved ? 'payees') execute function merge_destination();
create trigger creator_merges_destination_undone before update of undone_at on creator_merges for each row when (new.moved ? 'destination_before') execute function merge_destination();
create trigger user_roles_finance before insert or update on user_roles for each row when (new.role in ('finance_preparer', 'finance_releaser')) execute function finance_role_guard();

create index audit_log_destinations on audit_log (at) where action = 'payee.destination_changed';
-- With budgets, bank accounts of creators and rates of exchange.
create or replace view money_history with (security_invoker = true) as
select g.at, 'a' || lpad(g.id::text, 20, '0') as key, g.actor, g.action, (case split_part(g.action, '.', 1) when 'role' then 'person' when 'user' then 'person' when 'topup' then 'funds' when 'journal_accounts' then 'brand' else split_part(g.action, '.', 1) end) as noun,
  g.subject, g.brand_id, coalesce((select p.partnership_id from payouts p where p.id = g.subject), (select v.partnership_id from reversals v where v.id = g.subject), (select t.partnership_id from contracts t where t.id = g.subject),
    (select q.id from partnerships q where q.id = g.subject)) as partnership_id,
  case when g.detail ->> 'amount' ~ '^\d{1,15}$' then (g.detail ->> 'amount')::bigint else (select p.amount from payouts p where p.id = g.subject) end as amount,
  case when g.detail ->> 'amount' ~ '^\d{1,15}$' then g.detail ->> 'currency' else (select p.currency from payouts p where p.id = g.subject) end as currency,
  coalesce(g.detail ->> 'reason', g.detail ->> 'role', '') as reason,
  g.detail
from audit_log g
where (split_part(g.action, '.', 1) in ('payout', 'reversal', 'topup', 'role', 'user', 'token', 'delegation', 'brand', 'journal_accounts', 'contract', 'reconciliation', 'policy', 'payout_policy', 'second_factor', 'payments', 'bootstrap', 'fx_quote')
    and g.action not in ('second_factor.proved', 'reversal.reverse_approved', 'reversal.write_off_approved')) -- proofs and approvals stand with what they are for
  or g.action in ('partnership.terminate', 'partnership.revoke_approval', 'creator.ban', 'creator.merged', 'creator.merge_undone')
  or g.action = 'campaign.edited' and g.detail -> 'after' ? 'budget'
union all
select a.at, 'b' || a.id::text, a.approver, 'payout.approved_as_' || a.part, 'payout', a.payout_id, a.brand_id, p.partnership_id, a.amount, a.currency, '', null
from payout_approvals a join payouts p on p.id = a.payout_id
union all
select a.at, 'c' || a.id::text, a.approver, 'reversal.approved_' || a.part, 'reversal', a.reversal_id, a.brand_id, v.partnership_id, a.amount, a.currency, '', null
from reversal_approvals a join reversals v on v.id = a.reversal_id
union all
select x.decided_at, 'd' || x.id::text, x.user_id, 'content.' || x.decision, 'content', x.submission_id, x.brand_id, s.partnership_id, null, null, coalesce(x.comment, ''), null
from decisions x join submissions s on s.id = x.submission_id where x.state = 'accepted'
union all
select s.at, 'e' || s.contract_id::text || s.party, s.user_id, 'contract.signed_by_' || s.party, 'contract', s.contract_id, t.brand_id, t.partnership_id, t.fee, t.currency, s.name, null
from signatures s join contracts t on t.id = s.contract_id
union all
select e.at, 'f' || e.source_id::text || lpad(e.seq::text, 20, '0'), e.actor, e.source || '.' || e.kind, e.source, e.source_id, e.brand_id, e.partnership_id, e.amount, e.currency, e.code, null
from partnership_events e where e.source in ('payout', 'reversal') and e.kind <> 'payout_approval'
union all
select t.at, 'g' || t.id::text, null, 'funds.arrived', 'funds', t.id, t.brand_id, null, (select sum(e.amount)::bigint from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id = t.id and e.amount > 0), null, coalesce(t.external_ref, ''), null
from ledger_transactions t where t.kind = 'topup'
union all
-- A creator's bank account is of no brand: those that work with them hear of it.
select g.at, 'h' || lpad(g.id::text, 20, '0') || q.brand_id::text, g.actor, g.action, 'payee', g.subject, q.brand_id, q.id, null, null, '', null
from audit_log g join lateral (select distinct on (x.brand_id) x.brand_id, x.id from partnerships x
  where x.creator_id = coalesce((select c.merged_into from creators c where c.id = g.subject), g.subject) order by x.brand_id, x.created_at desc, x.id) q on true
where g.action = 'payee.destination_changed';

-- +goose Down
select 1;
