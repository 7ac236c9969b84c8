-- +goose Up
-- What Stripe lists besides, with its special cases: no minor unit, and three digits of which the last is 0.
insert into currencies (code, exponent, step) values
  ('ron', 2, 1), ('bif', 0, 1), ('djf', 0, 1), ('gnf', 0, 1), ('kmf', 0, 1), ('mga', 0, 1), ('pyg', 0, 1), ('rwf', 0, 1), ('vuv', 0, 1), ('xaf', 0, 1), ('xof', 0, 1), ('xpf', 0, 1),
  ('jod', 3, 10), ('omr', 3, 10), ('tnd', 3, 10);

-- One that a person must pay and prove is blocked until they did; so is one that the books or the provider's key hold back.
create or replace view payout_lanes with (security_invoker = true) as
select p.id, p.brand_id, p.amount - p.netted as amount, p.currency,
  case when p.state in ('paid', 'partly_reversed', 'reversed', 'cancelled', 'unknown') then '' -- of the last, nobody knows whether it was paid
    when p.due_at < day_begins(d.zone, d.day_seconds, 0, now()) then 'overdue'
    when p.due_at < day_begins(d.zone, d.day_seconds, 1, now()) then 'today'
    when p.due_at < day_begins(d.zone, d.day_seconds, 6, now()) then 'soon'
    else '' end as due,
  case when p.state = 'awaiting_approval' and not payout_approved(p) then 'to_approve'
    when p.state in ('held', 'awaiting_payee', 'awaiting_funds', 'failed') or p.state = 'approved' and (p.offline_method is not null or p.gated is not null) then 'blocked'
    when p.state in ('awaiting_approval', 'approved', 'submitted') then 'in_flight'
    when p.state = 'unknown' then 'unknown'
    else '' end as stands
from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id;

-- +goose Down
create or replace view payout_lanes with (security_invoker = true) as
select p.id, p.brand_id, p.amount - p.netted as amount, p.currency,
  case when p.state in ('paid', 'partly_reversed', 'reversed', 'cancelled', 'unknown') then ''
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
delete from currencies where code in ('ron', 'bif', 'djf', 'gnf', 'kmf', 'mga', 'pyg', 'rwf', 'vuv', 'xaf', 'xof', 'xpf', 'jod', 'omr', 'tnd');
