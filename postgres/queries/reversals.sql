-- name: InsertReversal :exec
insert into reversals (id, payout_id, partnership_id, brand_id, creator_id, amount, currency, reason, requested_by, cap_percent, adopts)
select @id, p.id, p.partnership_id, p.brand_id, p.creator_id, @amount, @currency, @reason, @requested_by, b.netting_cap_percent, sqlc.narg('adopts')
from payouts p join brands b on b.id = p.brand_id where p.id = @payout_id and p.brand_id = any (@brands::uuid[]);

-- name: ReversalPlan :one
select r.brand_id, r.creator_id, b.netting_notice_days from reversals r join brands b on b.id = r.brand_id where r.id = @id;

-- name: ListReversals :many
select r.id, r.payout_id, r.partnership_id, r.brand_id, b.name as brand_name, k.name as campaign_name, r.creator_id, c.name as creator_name, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform,
  m.title, r.amount, r.currency, r.reason, r.requested_by, u.name as requested_by_name, r.state, r.recovered, r.netted, r.written_off, r.cap_percent, r.net_from,
  r.write_off_by, coalesce(w.name, '')::text as write_off_by_name, coalesce(r.write_off_reason, '')::text as write_off_reason, coalesce(r.write_off_amount, 0)::bigint as write_off_amount, r.write_off_round,
  reversal_rest(r)::bigint as rest, r.commands, r.seq, r.created_at, r.updated_at,
  coalesce((select o.name from reversal_approvals x join users o on o.id = x.approver where x.reversal_id = r.id and x.part = 'reverse'), '')::text as approved_by,
  coalesce((select o.name from reversal_approvals x join users o on o.id = x.approver where x.reversal_id = r.id and x.part = 'write_off' and r.written_off > 0 order by x.round desc limit 1), '')::text as written_off_by
from reversals r
join payouts p on p.id = r.payout_id
join milestones m on m.id = p.milestone_id
join partnerships q on q.id = r.partnership_id
join campaigns k on k.id = q.campaign_id
join brands b on b.id = r.brand_id
join creators c on c.id = r.creator_id
join users u on u.id = r.requested_by
left join users w on w.id = r.write_off_by
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true
where r.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is null or r.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('brand_id')::uuid is null or r.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('payout_id')::uuid is null or r.payout_id = sqlc.narg('payout_id')::uuid)
  and (cardinality(@states::text[]) = 0 or r.state = any (@states::text[]))
  and (sqlc.narg('after_at')::timestamptz is null or (r.created_at, r.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by r.created_at desc, r.id desc
limit @max_rows;

-- name: ReversalNettings :many
-- What payments keep, or are planned to keep, for a reversal.
select n.payout_id, m.title, n.amount, n.state, p.due_at, n.created_at from nettings n join payouts p on p.id = n.payout_id join milestones m on m.id = p.milestone_id
where n.reversal_id = @reversal_id and n.state <> 'released' order by n.created_at, n.id;

-- name: PayoutNettings :many
-- What a payment keeps, and for which money that was taken back.
select n.reversal_id, r.payout_id, m.title, n.amount, n.state, n.created_at from nettings n join reversals r on r.id = n.reversal_id join payouts p on p.id = r.payout_id join milestones m on m.id = p.milestone_id
where n.payout_id = @payout_id and n.state <> 'released' order by n.created_at, n.id;

-- name: ReversalSeq :one
select seq from reversals where id = @id and brand_id = any (@brands::uuid[]);

-- name: InsertReversalApproval :exec
insert into reversal_approvals (id, reversal_id, brand_id, part, round, approver, amount, currency, step_up_id)
values (@id, @reversal_id, @brand_id, @part, @round, @approver, @amount, @currency, sqlc.narg('step_up_id'));

-- name: AskWriteOff :execrows
update reversals set write_off_by = @by, write_off_reason = @reason where id = @id and state in ('failed', 'netting');

-- name: UpdateReversalView :exec
update reversals set commands = @commands, seq = @seq where id = @id and seq <= @seq;

-- name: ChangeReversal :exec
-- Money leads: what has ended by it stays ended.
update reversals r set state = @state,
  net_from = case when @state = 'netting' then coalesce(r.net_from, sqlc.narg('until')) else r.net_from end,
  write_off_amount = case when @state = 'awaiting_write_off' then reversal_rest(r) else r.write_off_amount end,
  write_off_round = case when @state = 'awaiting_write_off' then r.write_off_round + 1 else r.write_off_round end
where r.id = @id and r.state <> @state and r.state not in ('reversed', 'netted', 'written_off', 'cancelled')
  and not (@state = 'netting' and r.state = 'awaiting_write_off' and r.recovered + r.netted + r.written_off = r.amount);

-- name: LockReversal :one
select r.id, r.payout_id, r.brand_id, r.creator_id, r.amount, r.currency, r.state, r.recovered, r.netted, r.written_off, reversal_rest(r)::bigint as rest,
  coalesce(r.write_off_amount, 0)::bigint as write_off_amount, r.write_off_round, coalesce(r.adopts, '')::text as adopts,
  coalesce((select a.transfer_id from payout_attempts a where a.payout_id = r.payout_id and a.outcome = 'succeeded'), '')::text as transfer_id,
  array(select a.provider_id from reversal_attempts a where a.reversal_id = r.id and a.outcome = 'succeeded')::text[] as known,
  array(select a.provider_id from reversal_attempts a join reversals o on o.id = a.reversal_id where o.payout_id = r.payout_id and o.id <> r.id and a.outcome = 'succeeded')::text[] as recorded
from reversals r where r.id = @id for update of r;

-- name: LastReversalAttempt :one
select number, amount, request_sha256, outcome, submission, rejection, look_ups,
  (first_sent_at is not null and first_sent_at < clock_timestamp() - interval '23 hours')::boolean as expired,
  extract(epoch from clock_timestamp() - coalesce(last_sent_at, created_at))::float8 as since_sent
from reversal_attempts where reversal_id = @reversal_id order by number desc limit 1;

-- name: InsertReversalAttempt :one
insert into reversal_attempts (reversal_id, number, brand_id, amount, request_sha256, submission) values (@reversal_id, @number, @brand_id, @amount, @request_sha256, @submission) returning key;

-- name: MarkReversalSent :exec
update reversal_attempts set first_sent_at = coalesce(first_sent_at, clock_timestamp()), last_sent_at = clock_timestamp() where reversal_id = @reversal_id and number = @number and outcome = 'open';

-- name: MarkReversalLookedUp :exec
update reversal_attempts set look_ups = look_ups + 1 where reversal_id = @reversal_id and number = @number and outcome = 'open';

-- name: SettleReversalAttempt :execrows
update reversal_attempts set outcome = 'succeeded', provider_id = @provider_id, settled_at = now() where reversal_id = @reversal_id and number = @number and outcome = 'open';

-- name: RejectReversalAttempt :execrows
update reversal_attempts set outcome = 'rejected', rejection = @rejection, error_code = @error_code, settled_at = now() where reversal_id = @reversal_id and number = @number and outcome = 'open';

-- name: SetReversalState :exec
update reversals set state = @state where id = @id and state <> @state;

-- name: CountRecovered :one
update reversals r set recovered = r.recovered + @amount::bigint,
  state = case when r.recovered + r.netted + r.written_off + @amount::bigint = r.amount then 'reversed' else r.state end
where r.id = @id returning state;

-- name: CountWrittenOff :one
-- What was asked for is given up once: nothing of it is left to give up.
update reversals r set written_off = r.written_off + @amount::bigint, write_off_amount = 0,
  state = case when r.recovered + r.netted + r.written_off + @amount::bigint = r.amount then 'written_off' else r.state end
where r.id = @id returning state;

-- name: CountPayoutReversed :exec
-- How much of a payout has come back, by whatever way.
update payouts p set amount_reversed = x.back, state = case when x.back = p.amount - p.netted + p.difference then 'reversed' when x.back > 0 then 'partly_reversed' else p.state end
from (select r.payout_id, sum(r.recovered + r.netted)::bigint as back from reversals r where r.payout_id = @payout_id group by r.payout_id) x
where p.id = x.payout_id and p.amount_reversed <> x.back;

-- name: PlanNetting :one
select plan_netting(@payout_id::uuid)::bigint;

-- name: ReleaseNettings :exec
update nettings set state = 'released' where payout_id = @payout_id and state = 'planned';

-- name: TakeNettings :many
update nettings set state = 'taken' where payout_id = @payout_id and state = 'planned' returning reversal_id, amount;

-- name: CountNetted :one
update reversals r set netted = r.netted + @amount::bigint,
  state = case when r.state in ('netting', 'awaiting_write_off') and r.recovered + r.netted + r.written_off + @amount::bigint = r.amount then 'netted' else r.state end
where r.id = @id returning payout_id, brand_id, state;

-- name: ReversalExpects :one
-- One that failed, or was left to the next payments, looks for nothing any more: what comes late of it is news.
select exists (select 1 from reversals r where r.id = @id and r.payout_id = @payout_id and (r.state in ('awaiting_approval', 'approved', 'submitted', 'unknown')
  or exists (select 1 from reversal_attempts a where a.reversal_id = r.id and a.provider_id = @provider_id)))::boolean;

-- name: InsertForeignReversal :execrows
insert into foreign_reversals (provider_id, payout_id, brand_id, amount, currency, transfer_id) select @provider_id, p.id, p.brand_id, @amount, @currency, @transfer_id from payouts p where p.id = @payout_id
on conflict do nothing;

-- name: ForeignReversals :many
-- What came back elsewhere of the transfer that is the payment, and no reversal records yet.
select f.provider_id, f.amount, f.currency, f.noted_at from foreign_reversals f
where f.payout_id = @payout_id and not exists (select 1 from payout_attempts t where t.payout_id = f.payout_id and t.outcome = 'succeeded' and t.transfer_id <> f.transfer_id)
  and not exists (select 1 from reversals r where r.adopts = f.provider_id and r.state <> 'cancelled')
  and not exists (select 1 from reversal_attempts a where a.provider_id = f.provider_id) order by f.noted_at;

-- name: ReversalApprovalOf :one
select id from reversal_approvals where reversal_id = @reversal_id and part = @part and round = @round;

-- name: ReversalMail :one
select r.amount, r.currency, r.recovered, r.cap_percent, r.net_from, reversal_rest(r)::bigint as rest, m.title, p.paid_at
from reversals r join payouts p on p.id = r.payout_id join milestones m on m.id = p.milestone_id where r.id = @id;
