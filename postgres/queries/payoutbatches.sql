-- name: PayoutsToApprove :many
-- What waits for a part of a person at a brand, with what whoever approves it should know.
select p.id, p.round, p.destination, p.offline_method, p.preparer_proves, p.commands,
  (select a.id from payout_approvals a where a.payout_id = p.id and a.round = p.round and a.part = @part and a.approver = @person) as mine,
  coalesce(y.destination_changed_at > now() - interval '14 days', false)::boolean as new_destination,
  (not exists (select 1 from payouts o where o.brand_id = p.brand_id and o.creator_id = p.creator_id and o.paid_at is not null))::boolean as first_payment,
  (p.releasers > 1)::boolean as above_tier,
  exists (select 1 from payouts o where o.brand_id = p.brand_id and o.creator_id = p.creator_id and o.amount = p.amount and o.currency = p.currency and o.id <> p.id
    and o.state <> 'cancelled' and o.due_at between p.due_at - interval '30 days' and p.due_at + interval '30 days')::boolean as looks_double
from payouts p left join payees y on y.creator_id = p.creator_id
where p.brand_id = @brand_id and p.brand_id = any (@brands::uuid[])
  and (cardinality(@ids::uuid[]) = 0 or p.id = any (@ids::uuid[]))
  and (not @waiting::boolean or p.state = 'awaiting_approval'
    and not (@part::text = 'preparer' and p.content_counts)
    and (select count(*) from payout_approvals a where a.payout_id = p.id and a.round = p.round and a.part = @part) < case @part::text when 'releaser' then p.releasers else 1 end
    and not exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round and a.approver = @person)
    and not @person::uuid = any (content_approvers(p.milestone_id)))
order by p.due_at, p.id limit @max_rows;

-- name: InsertPayoutBatch :exec
insert into payout_batches (id, brand_id, part, made_by) values (@id, @brand_id, @part, @made_by);

-- name: InsertPayoutBatchItem :exec
insert into payout_batch_items (batch_id, payout_id, brand_id, amount, currency, excluded, refused, approval_id, outbox_id)
values (@batch_id, @payout_id, @brand_id, @amount, @currency, sqlc.narg('excluded'), sqlc.narg('refused'), sqlc.narg('approval_id'), sqlc.narg('outbox_id'));

-- name: HurryOutbox :exec
-- Nobody waits with these at the workflow's door: the relay takes them now.
update outbox set next_at = now() where id = any (@ids::uuid[]);

-- name: GetPayoutBatch :one
select b.id, b.brand_id, r.name as brand_name, b.part, b.made_by, u.name as made_name, b.made_at
from payout_batches b join brands r on r.id = b.brand_id join users u on u.id = b.made_by
where b.id = @id and b.brand_id = any (@brands::uuid[]);

-- name: ListPayoutBatches :many
-- The days are those of the brand's zone.
select b.id, b.brand_id, r.name as brand_name, b.part, b.made_by, u.name as made_name, b.made_at
from payout_batches b join brands r on r.id = b.brand_id join calendars d on d.id = r.calendar_id join users u on u.id = b.made_by
where b.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or b.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('user_id')::uuid is null or b.made_by = sqlc.narg('user_id')::uuid)
  and b.made_at >= midnight(d.zone, @from_day::date) and b.made_at < midnight(d.zone, @day_after::date)
  and (@outcome::text = '' or exists (select 1 from payout_batch_items i left join outbox o on o.id = i.outbox_id
    where i.batch_id = b.id and payout_batch_outcome(i.excluded, i.refused, o.refused, o.acked_at) = @outcome::text))
  and (sqlc.narg('after_at')::timestamptz is null or (b.made_at, b.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by b.made_at desc, b.id desc
limit @max_rows;

-- name: PayoutBatchSums :many
select i.batch_id, payout_batch_outcome(i.excluded, i.refused, o.refused, o.acked_at)::text as outcome, i.currency, count(*)::int as n, sum(i.amount)::bigint as amount
from payout_batch_items i left join outbox o on o.id = i.outbox_id
where i.batch_id = any (@batches::uuid[]) and i.brand_id = any (@brands::uuid[])
group by 1, 2, 3 order by 1, 2, 3;

-- name: ListPayoutBatchItems :many
select i.payout_id, p.partnership_id, i.amount, i.currency, c.name as creator_name, m.title, p.state, i.excluded, coalesce(i.refused, o.refused) as refused,
  (i.outbox_id is not null and o.refused is null and o.acked_at is not null)::boolean as approved
from payout_batch_items i join payouts p on p.id = i.payout_id join creators c on c.id = p.creator_id join milestones m on m.id = p.milestone_id
left join outbox o on o.id = i.outbox_id
where i.batch_id = @batch_id and i.brand_id = any (@brands::uuid[])
order by p.due_at, p.id;

-- name: PayoutPolicyOf :one
select preparers_prove, payout_policy_version from brands where id = @id and id = any (@brands::uuid[]);

-- name: ListPayoutTiers :many
select currency, two_releasers_from from payout_tiers where brand_id = @brand_id and brand_id = any (@brands::uuid[]) order by currency;

-- name: SetPayoutPolicy :execrows
update brands set preparers_prove = @preparers_prove, payout_policy_version = payout_policy_version + 1
where id = @id and id = any (@brands::uuid[]) and payout_policy_version = @version;

-- name: ClearPayoutTiers :exec
delete from payout_tiers where brand_id = @brand_id and brand_id = any (@brands::uuid[]);

-- name: InsertPayoutTier :exec
insert into payout_tiers (brand_id, currency, two_releasers_from) values (@brand_id, @currency, @two_releasers_from);
