-- name: Overview :one
-- role_brands and role_names pair up: the caller's roles, one row each.
with mine as (select unnest(@role_brands::uuid[]) as brand_id, unnest(@role_names::text[]) as role)
select
  (select count(*) from tasks t where t.brand_id = any (@brands::uuid[]) and (t.state = 'open' or t.state = 'snoozed' and t.snoozed_until <= now())
    and (t.owner_id = @user_id or t.owner_id is null and exists (select 1 from mine x where x.brand_id = t.brand_id and x.role = t.owner_role)))::int as tasks_open,
  (select count(*) from tasks t where t.brand_id = any (@brands::uuid[]) and (t.state = 'open' or t.state = 'snoozed' and t.snoozed_until <= now()) and t.due_at < now()
    and (t.owner_id = @user_id or t.owner_id is null and exists (select 1 from mine x where x.brand_id = t.brand_id and x.role = t.owner_role)))::int as tasks_overdue,
  (select count(*) from reviews r where r.brand_id = any (@brands::uuid[]) and r.state in ('open', 'held') and (@user_id::uuid) = any (r.approvers))::int as reviews_mine,
  (select count(*) from reviews r where r.brand_id = any (@brands::uuid[]) and r.state in ('checking', 'open', 'held'))::int as reviews_open,
  (select count(*) from payouts y where y.brand_id = any (@brands::uuid[]) and y.state = 'awaiting_approval')::int as payouts_to_approve,
  (select count(*) from partnerships p where p.brand_id = any (@brands::uuid[]) and p.attention)::int as attention,
  (select count(*) from messages m where m.brand_id = any (@brands::uuid[]) and m.direction = 'in' and m.class = 'human' and m.state in ('received', 'matched'))::int as replies_new,
  (select coalesce(min(k.day_seconds), 86400) from brands b join calendars k on k.id = b.calendar_id where b.id = any (@brands::uuid[]))::int as day_seconds;

-- name: OverviewStages :many
select stage, count(*)::int as n from partnerships where brand_id = any (@brands::uuid[]) group by stage;

-- name: PaidByWeek :many
select date_trunc('week', y.paid_at)::date as week, y.currency, sum(y.amount + y.difference - y.amount_reversed)::bigint as amount
from payouts y where y.brand_id = any (@brands::uuid[]) and y.state in ('paid', 'partly_reversed', 'reversed') and y.paid_at >= date_trunc('week', now()) - interval '11 weeks'
group by 1, 2 order by 1, 2;
