-- +goose Up
-- What finance looks at in the morning: what is owed by day, and what stands in its way.

-- The beginning of the day so many days after today, by the clock of the zone; a calendar with shorter days counts them from the epoch.
create function day_begins(zone text, day_seconds int, days int, at timestamptz) returns timestamptz language sql stable as $$
  select case when day_seconds = 86400 then (date_trunc('day', at at time zone zone) + days * interval '1 day') at time zone zone
    else to_timestamp((floor(extract(epoch from at) / day_seconds) + days) * day_seconds) end
$$;

create view payout_lanes with (security_invoker = true) as
select p.id, p.brand_id, p.amount, p.currency,
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
grant select on payout_lanes to rapport_api, rapport_worker;
create index payouts_open on payouts (brand_id, due_at) where state not in ('paid', 'partly_reversed', 'reversed', 'cancelled');

-- +goose Down
drop view payout_lanes;
drop index payouts_open;
drop function day_begins(text, int, int, timestamptz);
