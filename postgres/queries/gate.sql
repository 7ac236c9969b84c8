-- name: DatabaseRestored :one
select database_restored();

-- name: PaymentsPaused :one
select exists (select 1 from provider_pauses where provider = 'stripe' and lifted_at is null)::boolean;

-- name: SubmissionGate :one
select submission_gate(@brand_id, sqlc.narg('destination')::text)::text as reason;

-- name: HasOwnCase :one
-- The provider has a transfer for this very payout: it is looked up, and found.
select exists (select 1 from reconciliation_cases where payout_id = @payout_id and state = 'open' and gone_at is null and kind = 'missing_here' and noun = 'settle')::boolean;

-- name: GatePayout :exec
update payouts set gated = @reason::text, gated_at = coalesce(gated_at, now()) where id = @id and gated is distinct from @reason::text;

-- name: UngatePayout :exec
update payouts set gated = null, gated_at = null where id = @id and gated is not null;

-- name: TaskForGate :exec
-- One for each part of the house that can do something about it, for as long as something waits.
insert into tasks (id, brand_id, dedupe_key, kind, code, owner_role, due_at)
values (@task_id, @brand_id, 'payments/' || @brand_id::uuid || '/' || @role::text, 'payments_held', @reason, @role::text, now())
on conflict (dedupe_key) do update set state = 'open', code = excluded.code, due_at = now(), done_by = null, done_at = null, snoozed_until = null
  where tasks.state in ('done', 'cancelled') or tasks.code <> excluded.code;

-- name: CloseGateTasks :exec
update tasks t set state = 'done', snoozed_until = null, done_at = now()
where t.kind = 'payments_held' and t.state in ('open', 'snoozed') and not exists (select 1 from payouts p where p.brand_id = t.brand_id and p.gated is not null and p.state = 'approved')
  and not (t.code = 'paused' and exists (select 1 from provider_pauses where provider = 'stripe' and lifted_at is null));

-- name: GatedPayouts :many
-- With why they would wait now; empty for those that may go.
select p.id, p.brand_id, submission_gate(p.brand_id, p.destination)::text as reason from payouts p where p.gated is not null and p.state = 'approved' order by p.gated_at, p.id for update skip locked;

-- name: PauseProvider :one
-- A pause that comes back soon after it was lifted is probed less often: the probe asks for less than the calls that are refused.
insert into provider_pauses as p (provider, code, probe_at) values ('stripe', @code, now() + interval '1 minute')
on conflict (provider) do update set code = excluded.code, since = now(), lifted_at = null,
  strikes = case when p.lifted_at > now() - interval '1 hour' then least(p.strikes + 1, 6) else 0 end,
  probe_at = now() + case when p.lifted_at > now() - interval '1 hour' then least(interval '1 minute' * 2 ^ least(p.strikes + 1, 6), interval '1 hour') else interval '1 minute' end
  where p.lifted_at is not null
returning p.since;

-- name: BrandsThatPay :many
select distinct brand_id from payouts where state in ('awaiting_approval', 'approved', 'awaiting_payee', 'awaiting_funds', 'submitted', 'unknown', 'failed');

-- name: ClaimProbe :one
-- One process probes, once a minute or less often.
update provider_pauses set probe_at = now() + greatest(interval '1 minute', least(interval '1 minute' * 2 ^ strikes, interval '1 hour'))
where provider = 'stripe' and lifted_at is null and probe_at <= now() returning code;

-- name: LiftPause :exec
update provider_pauses set lifted_at = now() where provider = 'stripe' and lifted_at is null;

-- name: ComparisonDue :one
-- The books must be compared before anything is sent, or a comparison would find well what stands in the way; none was tried lately, and
-- the provider takes our key.
select ((database_restored() or books_stale()
    or exists (select 1 from reconciliation_cases c join ledger_transactions t on t.kind = 'settle' and t.external_ref = c.ref
      where c.state = 'open' and c.gone_at is null and c.kind = 'missing_here' and c.noun = 'settle')
    or exists (select 1 from reconciliations where state = 'running' and problem is not null))
  and not exists (select 1 from provider_pauses where provider = 'stripe' and lifted_at is null)
  and not exists (select 1 from reconciliations where greatest(started_at, tried_at, finished_at) > now() - interval '10 minutes'))::boolean;

-- name: GateNow :one
select (exists (select 1 from provider_pauses where provider = 'stripe' and lifted_at is null))::boolean as paused,
  coalesce((select code from provider_pauses where provider = 'stripe'), '')::text as pause_code,
  coalesce((select since from provider_pauses where provider = 'stripe'), now())::timestamptz as paused_since,
  coalesce((select probe_at from provider_pauses where provider = 'stripe'), now())::timestamptz as probe_at,
  database_restored() as restored, books_stale() as stale, coalesce(books_until(), 'epoch')::timestamptz as until;

-- name: GatedBrands :many
select p.brand_id, b.name, p.gated::text as reason, p.currency, count(*)::int as n, sum(p.amount - p.netted)::bigint as amount
from payouts p join brands b on b.id = p.brand_id where p.gated is not null and p.state = 'approved' and p.brand_id = any (@brands::uuid[])
group by 1, 2, 3, 4 order by b.name, p.brand_id, 3, 4;
