-- name: LockSnapshot :one
select seq from workflow_snapshots where workflow_id = @workflow_id for update;

-- name: SaveSnapshot :exec
insert into workflow_snapshots (workflow_id, workflow, task_queue, brand_id, seq, state, closed)
values (@workflow_id, @workflow, @task_queue, @brand_id, @seq, @state, @closed)
on conflict (workflow_id) do update set seq = excluded.seq, state = excluded.state, closed = excluded.closed, updated_at = now();

-- name: InsertEvent :batchexec
insert into partnership_events (partnership_id, source, source_id, seq, brand_id, at, kind, ref, ref2, actor, code, amount, currency, n, until)
values (@partnership_id, @source, @source_id, @seq, @brand_id, @at, @kind, sqlc.narg('ref'), sqlc.narg('ref2'), sqlc.narg('actor'), @code, sqlc.narg('amount'), sqlc.narg('currency'), @n, sqlc.narg('until'))
on conflict (source_id, seq) do nothing;

-- name: UpdatePartnershipView :exec
update partnerships set stage = @stage, stage_at = case when stage <> @stage then @now else stage_at end, paused = @paused, term = @term,
  renewal_state = @renewal_state, next_kind = sqlc.narg('next_kind'), next_at = sqlc.narg('next_at'), timers = @timers, waiting = @waiting,
  commands = @commands, attention = @attention, seq = @seq, updated_at = @now
where id = @id and seq <= @seq;

-- name: UpdateReviewView :exec
update reviews set state = @state, stages = @stages, open_stage = sqlc.narg('open_stage'), approvers = @approvers, due_at = sqlc.narg('due_at'), silence_at = sqlc.narg('silence_at'),
  seq = @seq, closed_at = case when @closed::boolean then coalesce(closed_at, @now) end
where id = @id and seq <= @seq;

-- name: UpdatePayoutView :exec
update payouts set commands = @commands, seq = @seq where id = @id and seq <= @seq;

-- name: ChangeOffer :exec
update offers set state = @state,
  sent_at = case when @state = 'sent' then @at else sent_at end,
  expires_at = case when @state = 'sent' then sqlc.narg('until') else expires_at end,
  decided_at = case when @state not in ('draft', 'sent') then @at else decided_at end
where id = @id;

-- name: ChangeContract :exec
update contracts set state = @state,
  sent_at = case when @state = 'out_for_signature' then @at else sent_at end,
  expires_at = case when @state = 'out_for_signature' then sqlc.narg('until') else expires_at end
where id = @id;

-- name: ChangeDeliverable :exec
update deliverables set state = @state, round = @round, current_submission = coalesce(sqlc.narg('submission'), current_submission),
  extra = @extra, extra_fee = sqlc.narg('extra_fee'), extra_currency = sqlc.narg('extra_currency'),
  draft_due_at = coalesce(sqlc.narg('due'), draft_due_at), publish_by = coalesce(sqlc.narg('until'), publish_by), publish_at = sqlc.narg('publish_at'),
  posted_at = case when @state = 'posted' then @at else posted_at end,
  verified_at = case when @state = 'verified' then @at else verified_at end
where id = @id;

-- name: ChangeSubmission :exec
update submissions set state = @state where id = @id and state <> @state;

-- name: ChangeDecision :exec
update decisions x set stage = @stage, on_behalf_of = sqlc.narg('on_behalf_of'), decided_at = @at,
  state = case when exists (select 1 from submissions s join deliverables d on d.id = s.deliverable_id where s.id = x.submission_id and d.current_submission = s.id)
          then 'accepted' else 'moot' end
where x.id = @id and x.state = 'proposed';

-- name: ChangeMilestone :exec
update milestones set state = @state, met_at = case when @state = 'met' then coalesce(met_at, @at) else met_at end where id = @id;

-- name: CountMilestone :exec
update milestones set counts_until = @counts_until where id = @id;

-- name: AddGivenBonus :exec
-- What a person gave stands behind the contract's own milestones.
insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, extra, bonus)
select b.id, b.partnership_id, b.brand_id, c.id, c.term, (select max(m.position) + 1 from milestones m where m.contract_id = c.id), 'Bonus: ' || b.reason, 'given', b.deliverable_id, b.amount, b.currency, true, true
from bonuses b cross join lateral (select x.id, x.term from contracts x where x.partnership_id = b.partnership_id and x.amends is null and x.executed_at is not null order by x.term desc, x.executed_at desc limit 1) c
where b.id = @id on conflict do nothing;

-- name: AddMilestone :exec
-- What a revision round beyond those included is paid with; it stands behind the contract's own.
insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, extra)
select @id, d.partnership_id, d.brand_id, d.contract_id, d.term, (select max(m.position) + 1 from milestones m where m.contract_id = d.contract_id), @title, 'approval', d.id, @amount, @currency, true
from deliverables d where d.id = @deliverable_id on conflict do nothing;

-- name: ChangePayout :exec
-- What is in the way of a payout changes while it is held; a record from before all of it was said names one reason. What comes back from
-- being sent while its destination changes needs approvals of its own.
update payouts p set state = @state, held_reason = case when @state = 'held' then @code::text end, held_by = case when @state = 'held' then sqlc.narg('by')::uuid end,
  holds = case when @state = 'held' then @holds::jsonb else '[]' end,
  round = p.round + (@state = 'held' and @holds::jsonb @> '[{"code": "destination_changed"}]' and not p.holds @> '[{"code": "destination_changed"}]'
    and exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round))::int
where p.id = @id and (p.state <> @state or @state = 'held' and @holds::jsonb <> '[]');

-- name: PayoutForLedger :one
select id, brand_id, creator_id, amount, netted, difference, currency, state, seq from payouts where id = @id;

-- name: OpenTask :exec
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_id, owner_role, ref, due_at, title)
select @id, @brand_id, p.id, p.creator_id, @dedupe_key, @kind, @code, sqlc.narg('owner_id'), sqlc.narg('owner_role'), sqlc.narg('ref'), sqlc.narg('due_at'), sqlc.narg('title')
from partnerships p where p.id = @partnership_id
on conflict (dedupe_key) do update set kind = excluded.kind, code = excluded.code, ref = excluded.ref, due_at = excluded.due_at,
  state = 'open', snoozed_until = null, done_at = null, done_by = null
where tasks.state in ('done', 'cancelled') or tasks.kind <> excluded.kind;

-- name: CloseTask :exec
update tasks set state = 'cancelled', snoozed_until = null, done_at = now() where dedupe_key = @dedupe_key and state in ('open', 'snoozed');

-- name: InsertOutbox :exec
-- Whoever writes a command delivers it at once; the relay takes over when no verdict came.
insert into outbox (id, brand_id, kind, workflow_id, workflow, task_queue, name, update_id, input, next_at)
values (@id, @brand_id, @kind, @workflow_id, @workflow, @task_queue, @name, @update_id, @input, now() + case when @kind = 'update' then interval '6 seconds' else interval '0' end)
on conflict (id) do nothing;

-- name: MarkHandled :exec
-- What its workflow has written down needs no other acknowledgement.
update outbox set handled_at = now(), acked_at = coalesce(acked_at, now()) where id = any (@ids::uuid[]) and handled_at is null;

-- name: InsertReview :exec
insert into reviews (id, submission_id, deliverable_id, partnership_id, brand_id, policy_id, policy_version)
select @id, @submission_id, @deliverable_id, p.id, p.brand_id, k.policy_id, coalesce((select max(version) from policies where id = k.policy_id), 1)
from partnerships p join campaigns k on k.id = p.campaign_id where p.id = @partnership_id
on conflict do nothing;

-- name: LedgerPost :one
-- The commit lets go of the accounts before the disk has it; whoever posts waits for the disk afterwards.
select ledger_post(@id, @kind, sqlc.narg('brand_id'), sqlc.narg('payout_id'), sqlc.narg('attempt'), sqlc.narg('external_ref'), @currency, @lines)::boolean
from set_config('synchronous_commit', 'off', true);

-- name: ChangeThread :exec
update threads set state = @state, snoozed_until = sqlc.narg('until') where id = @id and merged_into is null and (state <> 'done' or @state = 'snoozed');
