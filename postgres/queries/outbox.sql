-- name: DueOutbox :many
-- Everything waits for the start of its workflow, and a signal for the signals that were written before it: a release that
-- overtook its hold would release nothing.
select id, brand_id, kind, workflow_id, workflow, task_queue, name, update_id, input, attempts, created_at from outbox o
where acked_at is null and handled_at is null and next_at <= now()
  and not exists (select 1 from outbox e where e.workflow_id = o.workflow_id and e.acked_at is null and e.kind = 'start' and e.id <> o.id and o.kind <> 'start')
  and not exists (select 1 from outbox e where e.workflow_id = o.workflow_id and e.acked_at is null and e.kind = 'signal' and o.kind = 'signal' and e.n < o.n)
order by n limit @max_rows for update skip locked;

-- name: LeaseOutbox :exec
update outbox set next_at = now() + make_interval(secs => @seconds), attempts = attempts + 1 where id = any (@ids::uuid[]);

-- name: GetOutbox :one
select id, brand_id, kind, workflow_id, workflow, task_queue, name, update_id, input, attempts, created_at, acked_at, verdict, refused from outbox where id = @id;

-- name: AckOutbox :exec
update outbox set acked_at = now(), verdict = sqlc.narg('verdict'), refused = sqlc.narg('refused'), last_error = null,
  handled_at = case when kind = 'start' or sqlc.narg('refused')::text is not null then now() else handled_at end
where id = @id and acked_at is null;

-- name: RetryOutbox :exec
update outbox set next_at = now() + make_interval(secs => @seconds), last_error = @error where id = @id and acked_at is null;

-- name: ResendUnhandled :execrows
update outbox set acked_at = null, next_at = now() where kind in ('signal', 'update') and handled_at is null and refused is null
  and acked_at < now() - make_interval(secs => @seconds);

-- name: WakeWorkflow :exec
update outbox set next_at = now() where workflow_id = @workflow_id and acked_at is null;

-- name: OpenSnapshots :many
select s.workflow_id, s.workflow, s.task_queue, s.brand_id, s.seq, s.state, s.updated_at from workflow_snapshots s
where not s.closed and s.workflow_id > @after order by s.workflow_id limit @max_rows;

-- name: StartedWithoutSnapshot :many
select o.workflow_id, o.workflow, o.task_queue, o.brand_id, o.input, o.created_at from outbox o
where o.kind = 'start' and o.acked_at is not null and o.created_at > now() - interval '30 days'
  and not exists (select 1 from workflow_snapshots s where s.workflow_id = o.workflow_id)
  and (o.workflow in ('Partnership', 'Review', 'Payout', 'Reversal')
    or o.workflow = 'TopUp' and exists (select 1 from topups t where 'topup/' || t.id = o.workflow_id and t.state = 'pending')
    or o.workflow = 'Message' and exists (select 1 from messages m where 'message/' || m.id = o.workflow_id and m.state = 'prepared'))
limit 1000;

-- name: InsertInbox :execrows
insert into webhook_inbox (id, provider, event_id, type, object_id, account, body)
values (@id, @provider, @event_id, @type, sqlc.narg('object_id'), sqlc.narg('account'), @body) on conflict (provider, event_id) do nothing;

-- name: DueInbox :many
select id, provider, event_id, type, object_id, account, body, attempts from webhook_inbox
where processed_at is null and next_at <= now() order by received_at limit @max_rows for update skip locked;

-- name: LeaseInbox :exec
update webhook_inbox set next_at = now() + make_interval(secs => @seconds), attempts = attempts + 1 where id = any (@ids::uuid[]);

-- name: DoneInbox :exec
update webhook_inbox set processed_at = now(), last_error = sqlc.narg('note') where id = @id;

-- name: RetryInbox :exec
update webhook_inbox set next_at = now() + make_interval(secs => @seconds), last_error = @error where id = @id;

-- name: DeleteOld :exec
with c as (delete from changes where at < now() - interval '2 days'),
     i as (delete from idempotency where created_at < now() - interval '30 days'),
     o as (delete from outbox where acked_at < now() - interval '30 days' and handled_at is not null and kind <> 'start'
       and not exists (select 1 from payout_batch_items b where b.outbox_id = outbox.id)), -- a batch shows what became of it
     w as (delete from webhook_inbox where processed_at < now() - interval '30 days' and not (provider = 'inbound' and last_error is not distinct from 'unreadable')),
     s as (delete from sessions where expires_at < now()),
     p as (delete from portal_sessions where expires_at < now()),
     r as (delete from removed_contacts where removed_at < now() - interval '30 days'),
     k as (delete from portal_codes where expires_at < now() - interval '1 day'),
     g as (delete from partnership_batches where made_at < now() - interval '30 days') -- before the commands, whose verdicts are its outcome
delete from signin_attempts where at < now() - interval '2 days';

-- name: DropRefused :exec
update decisions set state = case when (select refused from outbox o where o.id = @outbox_id) in ('already_decided', 'stage_decided') then 'moot' else 'refused' end,
  decided_at = case when (select refused from outbox o where o.id = @outbox_id) in ('already_decided', 'stage_decided') then now() end
where state = 'proposed' and id = (select (o.input ->> 'ref')::uuid from outbox o where o.id = @outbox_id and o.kind = 'update' and o.workflow_id like 'review/%');

-- name: DropRefusedOffer :exec
update offers set state = 'withdrawn', decided_at = now()
where state = 'draft' and id = (select (o.input ->> 'ref')::uuid from outbox o where o.id = @outbox_id and o.kind = 'update' and o.input ->> 'kind' in ('send_offer', 'renew', 'exercise_option'));

-- name: CloseSnapshot :exec
update workflow_snapshots set closed = true where workflow_id = @workflow_id;

-- name: WorkflowEnded :one
select exists (select 1 from workflow_snapshots where workflow_id = @workflow_id and closed)
  or exists (select 1 from topups t where t.id = case when @workflow_id like 'topup/%' then substr(@workflow_id, 7)::uuid end and t.state <> 'pending');

-- name: WorkflowGoesOn :one
-- The database has something left to do for the workflow.
select coalesce(case split_part(@workflow_id, '/', 1)
  when 'partnership' then (select p.stage not in ('lapsed', 'terminated') or exists (select 1 from milestones m where m.partnership_id = p.id and m.state = 'met')
      or exists (select 1 from key_dates k where k.partnership_id = p.id and k.state in ('open', 'let_end', 'renegotiating'))
    from partnerships p where p.id = split_part(@workflow_id, '/', 2)::uuid)
  when 'review' then (select state in ('checking', 'open', 'held') from reviews where id = split_part(@workflow_id, '/', 2)::uuid)
  when 'payout' then (select state not in ('paid', 'partly_reversed', 'reversed', 'cancelled') from payouts where id = split_part(@workflow_id, '/', 2)::uuid)
  when 'reversal' then (select state not in ('reversed', 'netted', 'written_off', 'cancelled') from reversals where id = split_part(@workflow_id, '/', 2)::uuid)
end, false)::boolean;

-- name: ApprovalStands :one
-- The database took the approval that a command speaks of; a workflow that refuses it has not yet heard how its last submission
-- ended. One that has not heard for ten minutes is not merely behind.
select exists (select 1 from outbox o join payout_approvals a on a.id = (o.input ->> 'ref')::uuid join payouts p on p.id = a.payout_id
  where o.id = @outbox_id and o.created_at > now() - interval '10 minutes' and p.state = 'awaiting_approval' and a.round = p.round);

-- name: PayoutState :one
select state from payouts where id = @id;

-- name: TopUpExists :one
select exists (select 1 from topups where id = @id);

-- name: TaskForLateReply :exec
-- A creator who writes after the end is answered by a person: no workflow takes it any more.
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, owner_id, ref, due_at)
select @task_id, p.brand_id, p.id, p.creator_id, o.workflow_id || '/reply', 'answer_reply', p.owner_id, (o.input ->> 'ref')::uuid, now()
from outbox o join partnerships p on p.id = case when o.workflow_id like 'partnership/%' then substr(o.workflow_id, 13)::uuid end
where o.id = @outbox_id and o.kind = 'signal' and o.input ->> 'kind' = 'mail' and o.input ->> 'code' = 'human'
on conflict (dedupe_key) do update set kind = excluded.kind, code = '', owner_id = excluded.owner_id, ref = excluded.ref, due_at = excluded.due_at,
  state = 'open', snoozed_until = null, done_at = null, done_by = null
where tasks.state in ('done', 'cancelled') or tasks.kind <> excluded.kind;

-- name: TaskForReversal :exec
-- A transfer can be taken back in parts: a part that comes after the task is done opens it again.
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, owner_role, ref, due_at)
select @task_id, p.brand_id, p.partnership_id, p.creator_id, 'payout/' || p.id || '/reversed', 'transfer_reversed', 'finance_releaser', p.id, now()
from payouts p where p.id = @payout_id
on conflict (dedupe_key) do update set due_at = excluded.due_at, state = 'open', snoozed_until = null, done_at = null, done_by = null
where tasks.state in ('done', 'cancelled');

-- name: TaskForTopUp :exec
insert into tasks (id, brand_id, dedupe_key, kind, owner_role, ref, due_at)
select @task_id, t.brand_id, 'topup/' || t.id || '/failed', 'top_up_failed', 'finance_preparer', t.id, now() from topups t where t.id = @topup_id
on conflict (dedupe_key) do nothing;

-- name: DropRefusedSubmission :exec
update submissions set state = 'refused'
where state = 'submitted' and id = (select (o.input ->> 'ref2')::uuid from outbox o where o.id = @outbox_id and o.kind = 'update' and o.input ->> 'kind' = 'submit');
