-- +goose Up
-- What other people's books, tax offices and auditors ask for.

-- The beginning of a day by the clock of a zone.
create function midnight(zone text, day date) returns timestamptz language sql stable as $$ select day::timestamp at time zone zone $$;
create function new_year(zone text, year int) returns timestamptz language sql stable as $$ select midnight(zone, make_date(year, 1, 1)) $$;

-- How the accounts of the ledger are called in a brand's own books. A kind without a row has its default.
create table journal_accounts (
  brand_id uuid not null references brands,
  kind text not null check (kind ~ '^[a-z_]+$'),
  quickbooks text not null check (quickbooks <> ''),
  xero text not null check (xero <> ''),
  xero_tax text not null check (xero_tax <> ''),
  primary key (brand_id, kind)
);
alter table journal_accounts enable row level security;
create policy api on journal_accounts to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
grant select, insert, delete on journal_accounts to rapport_api;
create index ledger_transactions_brand on ledger_transactions (brand_id, at, id);


-- From what a payer reports a payee, as data: country, year, amount, and where and when it was read. No tax advice. Without an amount every payment counts.
create table payee_thresholds (
  id bigint generated always as identity primary key,
  country text not null check (country ~ '^[A-Z]{2}$'),
  form text not null,
  from_year int not null,
  to_year int check (to_year >= from_year),
  amount bigint check (amount > 0),
  currency text not null references currencies,
  note text not null,
  source text not null,
  source_on date not null
);
insert into payee_thresholds (country, form, from_year, to_year, amount, currency, note, source, source_on) values
  ('US', 'Form 1099-NEC or 1099-MISC', 2020, 2025, 60000, 'usd', 'Payments for services of 600 USD or more in a calendar year. What a third-party network reports on Form 1099-K is not reported again.',
   'Internal Revenue Code, section 6041(a); IRS, Instructions for Forms 1099-MISC and 1099-NEC', '2026-11-26'),
  ('US', 'Form 1099-NEC or 1099-MISC', 2026, null, 200000, 'usd', 'Payments for services of 2,000 USD or more in a calendar year, for payments after 31 December 2025; from 2027 the amount follows inflation in steps of 100 USD, so look it up.',
   'Public Law 119-21 (One Big Beautiful Bill Act), section 70433', '2026-11-26'),
  ('GB', 'Reporting rules for digital platforms', 2024, null, null, 'gbp', 'Concerns platform operators only. Services have no threshold; fewer than 30 sales of goods of together at most 2,000 EUR are left out.',
   'OECD Model Reporting Rules for Digital Platforms; The Platform Operators (Due Diligence and Reporting Requirements) Regulations 2023', '2026-11-26');
insert into payee_thresholds (country, form, from_year, to_year, amount, currency, note, source, source_on)
select unnest(array['AT','BE','BG','HR','CY','CZ','DK','EE','FI','FR','DE','GR','HU','IE','IT','LV','LT','LU','MT','NL','PL','PT','RO','SK','SI','ES','SE']), 'DAC7', 2023, null, null, 'eur',
  'Concerns platform operators only. Personal services have no threshold; fewer than 30 sales of goods of together at most 2,000 EUR are left out.',
  'Council Directive (EU) 2021/514, Annex V, section I', '2026-11-26';
grant select on payee_thresholds to rapport_api;
create index payouts_paid on payouts (brand_id, paid_at) where paid_at is not null;

-- The brand that a note of the audit log belongs to, so that brands are walls there too; none for what belongs to the house.
alter table audit_log add brand_id uuid;
-- +goose StatementBegin
create function audit_brand(g audit_log) returns uuid language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(
    case when g.detail ->> 'brand_id' ~ '^[0-9a-f-]{36}$' then (g.detail ->> 'brand_id')::uuid end, case when g.detail ->> 'brand' ~ '^[0-9a-f-]{36}$' then (g.detail ->> 'brand')::uuid end,
    (select id from brands where id = g.subject), (select brand_id from partnerships where id = g.subject), (select brand_id from payouts where id = g.subject),
    (select brand_id from campaigns where id = g.subject), (select brand_id from contracts where id = g.subject), (select brand_id from topups where id = g.subject),
    (select brand_id from threads where id = g.subject), (select brand_id from messages where id = g.subject), (select brand_id from reviews where id = g.subject),
    (select brand_id from reversals where id = g.subject), (select brand_id from delegations where id = g.subject), (select brand_id from calendars where id = g.subject),
    (select brand_id from policies where id = g.subject limit 1), (select brand_id from outside_reviewers where id = g.subject), (select brand_id from creator_fields where id = g.subject))
$$;
create function audit_note_brand() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.brand_id := coalesce(new.brand_id, audit_brand(new));
  return new;
end $$;
-- +goose StatementEnd
alter table audit_log disable trigger audit_log_append_only;
update audit_log set brand_id = audit_brand(audit_log);
alter table audit_log enable trigger audit_log_append_only;
create trigger audit_log_brand before insert on audit_log for each row execute function audit_note_brand();
create index audit_log_brand on audit_log (brand_id, at);
alter table audit_log enable row level security;
create policy api on audit_log to rapport_api using (brand_id is null or brand_id = any (rapport_brands())) with check (true);
create policy worker on audit_log to rapport_worker using (true) with check (true);
create index payout_approvals_brand on payout_approvals (brand_id, at);
create index partnership_events_money on partnership_events (brand_id, at) where source in ('payout', 'reversal');

-- Everything that was done about money and rights, whoever did it: what people did from the audit log and from what they signed and approved, what
-- machines did from the events of payments and reversals, and funds.
create view money_history with (security_invoker = true) as
select g.at, 'a' || lpad(g.id::text, 20, '0') as key, g.actor, g.action, (case split_part(g.action, '.', 1) when 'role' then 'person' when 'user' then 'person' when 'topup' then 'funds' when 'journal_accounts' then 'brand' else split_part(g.action, '.', 1) end) as noun,
  g.subject, g.brand_id, coalesce((select p.partnership_id from payouts p where p.id = g.subject), (select v.partnership_id from reversals v where v.id = g.subject), (select t.partnership_id from contracts t where t.id = g.subject),
    (select q.id from partnerships q where q.id = g.subject)) as partnership_id,
  case when g.detail ->> 'amount' ~ '^\d{1,15}$' then (g.detail ->> 'amount')::bigint else (select p.amount from payouts p where p.id = g.subject) end as amount,
  case when g.detail ->> 'amount' ~ '^\d{1,15}$' then g.detail ->> 'currency' else (select p.currency from payouts p where p.id = g.subject) end as currency,
  coalesce(g.detail ->> 'reason', g.detail ->> 'role', '') as reason
from audit_log g
where (split_part(g.action, '.', 1) in ('payout', 'reversal', 'topup', 'role', 'user', 'token', 'delegation', 'brand', 'journal_accounts', 'contract', 'reconciliation', 'policy', 'payout_policy', 'second_factor', 'payments', 'bootstrap')
    and g.action not in ('second_factor.proved', 'reversal.reverse_approved', 'reversal.write_off_approved')) -- proofs and approvals stand with what they are for
  or g.action in ('partnership.terminate', 'partnership.revoke_approval', 'creator.ban', 'creator.merged', 'creator.merge_undone')
union all
select a.at, 'b' || a.id::text, a.approver, 'payout.approved_as_' || a.part, 'payout', a.payout_id, a.brand_id, p.partnership_id, a.amount, a.currency, ''
from payout_approvals a join payouts p on p.id = a.payout_id
union all
select a.at, 'c' || a.id::text, a.approver, 'reversal.approved_' || a.part, 'reversal', a.reversal_id, a.brand_id, v.partnership_id, a.amount, a.currency, ''
from reversal_approvals a join reversals v on v.id = a.reversal_id
union all
select x.decided_at, 'd' || x.id::text, x.user_id, 'content.' || x.decision, 'content', x.submission_id, x.brand_id, s.partnership_id, null, null, coalesce(x.comment, '')
from decisions x join submissions s on s.id = x.submission_id where x.state = 'accepted'
union all
select s.at, 'e' || s.contract_id::text || s.party, s.user_id, 'contract.signed_by_' || s.party, 'contract', s.contract_id, t.brand_id, t.partnership_id, t.fee, t.currency, s.name
from signatures s join contracts t on t.id = s.contract_id
union all
select e.at, 'f' || e.source_id::text || lpad(e.seq::text, 20, '0'), e.actor, e.source || '.' || e.kind, e.source, e.source_id, e.brand_id, e.partnership_id, e.amount, e.currency, e.code
from partnership_events e where e.source in ('payout', 'reversal') and e.kind <> 'payout_approval'
union all
select t.at, 'g' || t.id::text, null, 'funds.arrived', 'funds', t.id, t.brand_id, null, (select sum(e.amount)::bigint from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id = t.id and e.amount > 0), null, coalesce(t.external_ref, '')
from ledger_transactions t where t.kind = 'topup';
grant select on money_history to rapport_api;

-- +goose Down
drop view money_history;
drop index partnership_events_money, payout_approvals_brand, audit_log_brand, payouts_paid;
drop policy api on audit_log;
drop policy worker on audit_log;
alter table audit_log disable row level security;
drop trigger audit_log_brand on audit_log;
drop function audit_note_brand(), audit_brand(audit_log);
alter table audit_log drop column brand_id;
drop table payee_thresholds;
drop index ledger_transactions_brand;
drop table journal_accounts;
drop function new_year(text, int), midnight(text, date);
