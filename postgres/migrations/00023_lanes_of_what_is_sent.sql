-- +goose Up
-- The lanes count what will be sent, not what a payment keeps for money that its creator owes back.
create or replace view payout_lanes with (security_invoker = true) as
select p.id, p.brand_id, p.amount - p.netted as amount, p.currency,
  case when p.state in ('paid', 'partly_reversed', 'reversed', 'cancelled', 'unknown') then '' -- of the last, nobody knows whether it was paid
    when p.due_at < day_begins(d.zone, d.day_seconds, 0, now()) then 'overdue'
    when p.due_at < day_begins(d.zone, d.day_seconds, 1, now()) then 'today'
    when p.due_at < day_begins(d.zone, d.day_seconds, 6, now()) then 'soon'
    else '' end as due,
  case when p.state = 'awaiting_approval' and not payout_approved(p) then 'to_approve'
    when p.state in ('held', 'awaiting_payee', 'awaiting_funds', 'failed') then 'blocked'
    when p.state in ('awaiting_approval', 'approved', 'submitted') then 'in_flight'
    when p.state = 'unknown' then 'unknown'
    else '' end as stands
from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id;

-- +goose Down
select 1;
