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
  -- What PayoutsToApprove lists for a part that is the person's at the brand, and that the guard of approvals takes.
  (select count(*) from payouts y where y.brand_id = any (@brands::uuid[]) and y.state = 'awaiting_approval'
    and exists (select 1 from mine x join (values ('preparer'), ('releaser')) k(part) on x.role = 'finance_' || k.part where x.brand_id = y.brand_id and not (k.part = 'preparer' and y.content_counts)
      and (select count(*) from payout_approvals a where a.payout_id = y.id and a.round = y.round and a.part = k.part) < case k.part when 'releaser' then y.releasers else 1 end)
    and not exists (select 1 from payout_approvals a where a.payout_id = y.id and a.round = y.round and a.approver = @user_id)
    and not (@user_id::uuid) = any (content_approvers(y.milestone_id))
    and not exists (select 1 from payees z where z.creator_id = y.creator_id and z.destination_changed_by = @user_id and z.destination_changed_at > now() - interval '14 days'))::int as payouts_to_approve,
  (select count(*) from partnerships p where p.brand_id = any (@brands::uuid[]) and p.attention)::int as attention,
  -- The inbox's box "Waiting", at the brands where the person answers. Which threads wait is found by the index of what is not handled.
  (select count(*) from threads h where h.brand_id = any (@brands::uuid[]) and h.state = 'open' and h.merged_into is null and h.last_at is not null
    and exists (select 1 from mine x where x.brand_id = h.brand_id and x.role in ('ops', 'admin'))
    and h.id in (select m.thread_id from messages m where m.direction = 'in' and m.class = 'human' and m.state <> 'handled'))::int as replies_new,
  (select coalesce(min(k.day_seconds), 86400) from brands b join calendars k on k.id = b.calendar_id where b.id = any (@brands::uuid[]))::int as day_seconds;

-- name: OverviewStages :many
select stage, count(*)::int as n from partnerships where brand_id = any (@brands::uuid[]) group by stage;

-- name: PaidByWeek :many
select date_trunc('week', y.paid_at)::date as week, y.currency, sum(y.amount + y.difference - y.amount_reversed)::bigint as amount
from payouts y where y.brand_id = any (@brands::uuid[]) and y.state in ('paid', 'partly_reversed', 'reversed') and y.paid_at >= date_trunc('week', now()) - interval '11 weeks'
group by 1, 2 order by 1, 2;
