-- name: ListPayouts :many
-- The page is found before anything is read about its payouts, brand by brand, each in the order of its index: sorting all that a brand ever paid
-- would cost seconds for a page of fifty. Lanes hold what is open, for which there is an index of its own.
with page as materialized (select f.id from unnest(@brands::uuid[]) x(brand) join brands y on y.id = x.brand join calendars z on z.id = y.calendar_id cross join lateral (
  select p.id, p.due_at from payouts p where p.brand_id = x.brand
    and (sqlc.narg('id')::uuid is null or p.id = sqlc.narg('id')::uuid)
    and (sqlc.narg('ids')::uuid[] is null or p.id = any (sqlc.narg('ids')::uuid[]))
    and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('campaign_id')::uuid is null or x.brand = (select k.brand_id from campaigns k where k.id = sqlc.narg('campaign_id')::uuid))
    and (sqlc.narg('campaign_id')::uuid is null or p.partnership_id in (select q.id from partnerships q where q.campaign_id = sqlc.narg('campaign_id')::uuid))
    and (sqlc.narg('partnership_id')::uuid is null or p.partnership_id = sqlc.narg('partnership_id')::uuid)
    and (sqlc.narg('creator_id')::uuid is null or p.partnership_id in (select q.id from partnerships q where q.creator_id = sqlc.narg('creator_id')::uuid))
    and (sqlc.narg('pattern')::text is null or p.partnership_id in (select q.id from partnerships q where q.creator_id in (
      select c.id from creators c where c.name ilike sqlc.narg('pattern')::text union select a.creator_id from creator_accounts a where a.handle ilike sqlc.narg('pattern')::text)))
    and (sqlc.narg('due_from')::date is null or p.due_at >= sqlc.narg('due_from')::date::timestamp at time zone z.zone)
    and (sqlc.narg('due_to')::date is null or p.due_at < (sqlc.narg('due_to')::date + 1)::timestamp at time zone z.zone)
    and (cardinality(@states::text[]) = 0 or p.state = any (@states::text[]))
    and (sqlc.narg('paid_from')::date is null or p.paid_at >= midnight((select d.zone from brands z join calendars d on d.id = z.calendar_id where z.id = x.brand), sqlc.narg('paid_from')::date))
    and (sqlc.narg('paid_before')::date is null or p.paid_at < midnight((select d.zone from brands z join calendars d on d.id = z.calendar_id where z.id = x.brand), sqlc.narg('paid_before')::date))
    and (sqlc.narg('lane')::text is null or p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled'))
    and (sqlc.narg('lane')::text is null or exists (select 1 from payout_lanes l where l.id = p.id and sqlc.narg('lane')::text in (l.due, l.stands)))
    and (sqlc.narg('after_due')::timestamptz is null or (p.due_at, p.id) > (sqlc.narg('after_due')::timestamptz, sqlc.narg('after_id')::uuid))
  order by p.due_at, p.id limit @max_rows::int) f order by f.due_at, f.id limit @max_rows::int)
select p.id, p.partnership_id, p.brand_id, b.name as brand_name, k.name as campaign_name, p.creator_id, c.name as creator_name, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform,
  m.title, p.amount, p.netted, p.difference, p.amount_reversed, p.currency, p.state, p.due_at, p.paid_at, p.updated_at, coalesce(p.offline_method, '')::text as offline_method, coalesce(w.reference, '')::text as offline_reference, coalesce(t.transfer_id, '')::text as transfer_id, coalesce(w.paid_on::text, '')::text as offline_on, coalesce(p.gated, '')::text as gated, (case when p.held_reason = 'manual' then coalesce(p.review_on::text, '') else '' end)::text as review_on,
  (case when p.state = 'held' then coalesce(case when p.held_reason = 'manual' then
    (select g.detail ->> 'reason' from audit_log g where g.subject = p.id and g.action = 'payout.hold' order by g.id desc limit 1) end, p.held_reason) else '' end)::text as held_reason,
  coalesce((select u.name from tasks t join users u on u.id = t.owner_id where p.state = 'held' and t.brand_id = p.brand_id and t.ref = p.id and t.kind = 'payout_held' and t.code = 'manual'
    and t.state in ('open', 'snoozed') limit 1), '')::text as held_by_name,
  array(select t.code from tasks t where p.state in ('held', 'unknown') and t.brand_id = p.brand_id and t.ref = p.id and t.kind = 'payout_' || p.state and t.code <> 'manual'
    and t.state in ('open', 'snoozed') order by t.created_at)::text[] as in_the_way,
  h.changed_at as destination_changed_at, h.free_at as destination_free_at,
  (case when p.state = 'awaiting_approval' then array(select x.part from (values ('preparer', 1), ('releaser', 2)) x(part, n) where not (x.part = 'preparer' and p.content_counts)
    and (select count(*) from payout_approvals o where o.payout_id = p.id and o.round = p.round and o.part = x.part) < case x.part when 'releaser' then p.releasers else 1 end
    order by x.n) else '{}' end)::text[] as missing
from page
join payouts p on p.id = page.id
join milestones m on m.id = p.milestone_id
join partnerships q on q.id = p.partnership_id
join campaigns k on k.id = q.campaign_id
join brands b on b.id = p.brand_id
join creators c on c.id = p.creator_id
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true
left join destination_holds h on h.payout_id = p.id and h.released_at is null and p.state = 'held'
left join payout_attempts t on t.payout_id = p.id and t.outcome = 'succeeded'
left join offline_payments w on w.id = t.offline_payment
order by p.due_at, p.id;

-- name: PayoutPapers :many
-- By which contract payouts are owed, and who approved them in their last round, read at once for a page of an export.
select p.id, coalesce(t.number, '')::text as contract, coalesce(string_agg(u.name, ', ' order by o.at) filter (where o.part = 'preparer'), '')::text as prepared_by,
  coalesce(string_agg(u.name, ', ' order by o.at) filter (where o.part = 'releaser'), '')::text as released_by
from payouts p join milestones m on m.id = p.milestone_id left join contracts t on t.id = m.contract_id
left join payout_approvals o on o.payout_id = p.id and o.round = p.round left join users u on u.id = o.approver
where p.id = any (@ids::uuid[]) and p.brand_id = any (@brands::uuid[]) group by p.id, t.number;

-- name: PayoutLanes :many
-- A payout stands in a lane by its day and in one by what it waits for.
select x.lane::text as lane, l.currency, count(*)::int as n, sum(l.amount)::bigint as amount
from payouts p join payout_lanes l on l.id = p.id cross join lateral unnest(array[l.due, l.stands]) x(lane)
where p.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or exists (select 1 from partnerships q where q.id = p.partnership_id and q.campaign_id = sqlc.narg('campaign_id')::uuid))
  and p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled') and x.lane <> ''
group by 1, 2 order by 1, 2;

-- name: PayoutsBlocked :many
-- What is blocked, by whom or what it waits for: who holds it, or the condition that does; whose funds; which creator.
select p.state, (case p.state when 'held' then coalesce(h.name, '') when 'awaiting_funds' then b.name when 'awaiting_payee' then c.name else '' end)::text as who,
  (case when p.state = 'held' and h.name is null then coalesce(p.held_reason, '') when p.state = 'approved' then coalesce(p.gated, 'awaiting_proof') else '' end)::text as condition, p.currency, count(*)::int as n, sum(p.amount - p.netted)::bigint as amount
from payouts p join brands b on b.id = p.brand_id join creators c on c.id = p.creator_id
left join lateral (select u.name from tasks t join users u on u.id = t.owner_id where p.state = 'held' and t.brand_id = p.brand_id and t.ref = p.id and t.kind = 'payout_held' and t.code = 'manual'
  and t.state in ('open', 'snoozed') limit 1) h on true
where p.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or exists (select 1 from partnerships q where q.id = p.partnership_id and q.campaign_id = sqlc.narg('campaign_id')::uuid))
  and p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled')
  and (p.state in ('held', 'awaiting_payee', 'awaiting_funds', 'failed') or p.state = 'approved' and (p.offline_method is not null or p.gated is not null)) -- as in payout_lanes
group by 1, 2, 3, 4 order by 1, 5 desc, 2, 3, 4;

-- name: CashByWeek :many
-- What leaves a brand week by week, by its own clock: what was paid in the last eight weeks; what is owed; what signed contracts promise and nobody
-- has earned yet, at the day that its terms expect; and what offers would cost that are not signed, at the end of their campaign.
with zones as (select b.id as brand_id, k.zone, k.day_seconds from brands b join calendars k on k.id = b.calendar_id
    where b.id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or b.id = sqlc.narg('brand_id')::uuid)),
  cash as (
    select z.zone, p.paid_at as at, p.currency, 'paid' as kind, p.amount - p.netted + p.difference as amount from payouts p join zones z using (brand_id)
      where p.state in ('paid', 'partly_reversed', 'reversed') and p.paid_at >= now() - interval '8 weeks'
    union all
    select z.zone, greatest(p.due_at, now()), p.currency, 'owed', p.amount - p.netted from payouts p join zones z using (brand_id)
      where p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled')
    union all
    select z.zone, greatest(coalesce(milestone_expected(m.id), now()) + m.net_days * z.day_seconds * interval '1 second', now()), m.currency, 'committed', m.amount
      from milestones m join zones z using (brand_id) join contracts c on c.id = m.contract_id
      where m.state = 'pending' and c.state = 'executed'
    union all
    select z.zone, greatest(g.ends_on::timestamptz, now()), o.currency, 'forecast', o.fee from offers o join zones z using (brand_id) join campaigns g on g.id = o.campaign_id
      where o.state in ('sent', 'accepted') and not exists (select 1 from contracts c where c.offer_id = o.id and c.state not in ('drafting', 'internal_approval', 'out_for_signature')))
select date_trunc('week', c.at at time zone c.zone)::date as week, c.currency, c.kind::text as kind, sum(c.amount)::bigint as amount from cash c
where c.at < now() + interval '13 weeks'
group by 1, 2, 3 order by 1, 2, 3;

-- name: GetPayoutCore :one
select p.id, p.milestone_id, p.destination, content_approvers(p.milestone_id)::uuid[] as content_approvers, p.content_counts, p.releasers, p.tier_from, p.preparer_proves, p.round, p.commands, p.seq, coalesce(y.state, 'none')::text as payee_state,
  m.contract_id, m.deliverable_id, m.title as milestone_title, m.trigger, m.net_days, m.met_at, coalesce(m.metric, '')::text as metric, coalesce(m.at_least, 0)::bigint as at_least, coalesce(m.within_days, 0)::int as within_days, coalesce(m.hold_until, '')::text as hold_until, coalesce(m.owed_on::text, '')::text as owed_on, t.number as contract_number, t.executed_at, coalesce(d.title, '')::text as deliverable_title
from payouts p
join milestones m on m.id = p.milestone_id
join contracts t on t.id = m.contract_id
left join deliverables d on d.id = m.deliverable_id
left join payees y on y.creator_id = p.creator_id
where p.id = @id and p.brand_id = any (@brands::uuid[]);

-- name: PayoutHolds :many
-- All that is in the way, the oldest first; of what was held before all of it was kept, the one reason. A person's hold has their words and a day.
select (x.h ->> 'code')::text as code, coalesce(u.name, '')::text as by_name, coalesce((x.h ->> 'at')::timestamptz, to_timestamp(0))::timestamptz as at,
  (case when x.h ->> 'code' = 'manual' then coalesce((select g.detail ->> 'reason' from audit_log g where g.subject = p.id and g.action = 'payout.hold' order by g.id desc limit 1), '') else '' end)::text as reason,
  (case when x.h ->> 'code' = 'manual' then coalesce(p.review_on::text, '') else '' end)::text as review_on
from payouts p
cross join lateral jsonb_array_elements(case when p.holds = '[]' then jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('code', p.held_reason, 'by', p.held_by))) else p.holds end) with ordinality x(h, n)
left join users u on u.id = (x.h ->> 'by')::uuid
where p.id = @id and p.brand_id = any (@brands::uuid[]) and p.state = 'held' order by x.n;

-- name: PayoutApprovals :many
select a.id, a.part, a.approver, u.name, a.at, a.amount, a.currency, a.round, a.proved_at, coalesce(a.proved_with, '')::text as proved_with from payout_approvals a join users u on u.id = a.approver
where a.payout_id = @payout_id order by a.at, a.id;

-- name: PayoutAttempts :many
select number, coalesce(key, '')::text as key, (offline_payment is not null)::boolean as offline, outcome, transfer_id, error_code, first_sent_at, created_at, settled_at from payout_attempts where payout_id = @payout_id order by number;

-- name: PayoutContentDecisions :many
select u.id as user_id, u.name, d.title, x.decision, coalesce(x.decided_at, x.created_at)::timestamptz as at
from decisions x join submissions s on s.id = x.submission_id join deliverables d on d.id = s.deliverable_id join users u on u.id = x.user_id
where d.contract_id = @contract_id and (sqlc.narg('deliverable_id')::uuid is null or d.id = sqlc.narg('deliverable_id')::uuid)
  and x.state = 'accepted' and x.decision in ('approve', 'approve_with_corrections')
order by at, x.id;

-- name: PayoutNumbers :many
select n.metric, n.value, n.stood_at, n.source, coalesce(n.url, '')::text as url, u.id as user_id, u.name, n.entered_at
from milestones m join post_numbers n on n.deliverable_id = m.deliverable_id and n.metric = m.metric join users u on u.id = n.entered_by
where m.id = @milestone_id and m.trigger = 'threshold' order by n.stood_at, n.entered_at;

-- name: PayoutBonus :one
select b.reason, u.id as user_id, u.name, b.given_at from bonuses b join users u on u.id = b.given_by where b.id = @milestone_id;

-- name: PayoutPosts :many
select d.title, d.post_url::text as post_url, coalesce(c.result, '')::text as result, coalesce(c.at, to_timestamp(0))::timestamptz as checked_at
from deliverables d left join lateral (select x.result, x.at from post_checks x where x.deliverable_id = d.id order by x.at desc limit 1) c on true
where d.contract_id = @contract_id and (sqlc.narg('deliverable_id')::uuid is null or d.id = sqlc.narg('deliverable_id')::uuid) and d.post_url is not null
order by d.position;

-- name: PayoutEvents :many
select e.seq, e.at, e.kind, e.ref, e.ref2, e.actor, e.code, e.amount, e.currency, e.n, e.until, coalesce(u.name, '')::text as actor_name
from partnership_events e left join users u on u.id = e.actor
where e.source = 'payout' and e.source_id = @payout_id and e.brand_id = any (@brands::uuid[]) order by e.seq desc limit 500;

-- name: InsertPayoutApproval :exec
insert into payout_approvals (id, payout_id, brand_id, round, part, approver, amount, currency, destination, netted, step_up_id)
values (@id, @payout_id, @brand_id, @round, @part, @approver, @amount, @currency, sqlc.narg('destination'), @netted, sqlc.narg('step_up_id'));

-- name: PayoutReviewOn :exec
update payouts set review_on = nullif(@review_on::text, '')::date where id = @id;

-- name: InsertNote :exec
insert into messages (id, partnership_id, brand_id, creator_id, direction, channel, kind, state, author_id, subject, body_text)
select @id, p.id, p.brand_id, p.creator_id, 'internal', 'note', @kind, 'logged', sqlc.narg('author_id'), @subject, @body_text from partnerships p where p.id = @partnership_id
on conflict (id) do nothing;

-- name: LedgerLines :many
select t.id as txn_id, t.kind, a.code, e.amount, a.currency, t.at
from ledger_transactions t join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id
where t.id = any (@txns::uuid[]) order by t.at, t.id, e.line;

-- name: ListLedgerTransactions :many
-- Brand by brand, each in the order of its index.
select t.id, t.kind, t.payout_id, t.external_ref, t.at from unnest(@brands::uuid[]) x(brand) cross join lateral (
  select t.id, t.kind, t.payout_id, t.external_ref, t.at from ledger_transactions t
  where t.brand_id = x.brand
    and (sqlc.narg('brand_id')::uuid is null or t.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('payout_id')::uuid is null or t.payout_id = sqlc.narg('payout_id')::uuid)
    and (sqlc.narg('after_at')::timestamptz is null or (t.at, t.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  order by t.at desc, t.id desc limit @max_rows::int) t
order by t.at desc, t.id desc
limit @max_rows::int;

-- name: ListBalances :many
-- An account with a floor keeps its balance: a trigger makes it follow the entries, whose sums `rapport verify ledger` compares with it.
select a.code, a.currency, coalesce(a.balance, (select sum(e.amount) from ledger_entries e where e.account_id = a.id), 0)::bigint as balance
from ledger_accounts a
where a.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or a.brand_id = sqlc.narg('brand_id')::uuid)
order by a.code;

-- name: BrandExists :one
select exists (select 1 from brands where id = @id and id = any (@brands::uuid[]))::boolean;

-- name: ListTopUps :many
select t.id, t.brand_id, t.amount, t.currency, t.state, t.created_at, t.requested_by, coalesce(u.name, '')::text as requested_by_name
from topups t left join users u on u.id = t.requested_by
where t.brand_id = @brand_id and t.brand_id = any (@brands::uuid[])
  and (sqlc.narg('after_at')::timestamptz is null or (t.created_at, t.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by t.created_at desc, t.id desc limit @max_rows;

-- name: InsertTopUp :one
insert into topups (id, brand_id, amount, currency, requested_by) values (@id, @brand_id, @amount, @currency, @requested_by) returning created_at, state;
