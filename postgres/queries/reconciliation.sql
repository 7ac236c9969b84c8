-- name: ListReconciliationRuns :many
select r.id, r.state, r.from_at, r.to_at, r.matched, r.problem, r.started_at, r.finished_at, u.id as asked_by, coalesce(u.name, '')::text as asked_by_name
from reconciliations r left join users u on u.id = r.asked_by
where (sqlc.narg('id')::uuid is null or r.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('after_at')::timestamptz is null or (r.started_at, r.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by r.started_at desc, r.id desc
limit @max_rows;

-- name: InsertReconciliation :exec
-- A person's comparison reaches back over the window, and further where the books were not compared since.
insert into reconciliations (id, from_at, to_at, asked_by)
values (@id, least(now() - make_interval(secs => @window_seconds), coalesce(books_until(), now())), now(), @asked_by);

-- name: ReconciliationSums :many
select run_id, kind, result, coalesce(ours_currency, theirs_currency, '')::text as currency, count(*)::int as n,
  coalesce(sum(ours), 0)::bigint as ours, coalesce(sum(theirs), 0)::bigint as theirs
from reconciliation_lines where run_id = any (@runs::uuid[]) group by 1, 2, 3, 4 order by 1, 2, 3, 4;

-- name: ReconciliationLines :many
select n, kind, ref, result, differs, payout_id, brand_id, coalesce((select b.name from brands b where b.id = brand_id), '')::text as brand_name, coalesce(destination, '')::text as destination,
  ours, ours_currency, theirs, theirs_currency, net, at
from reconciliation_lines where run_id = @run_id and n > @after and (not @breaks::boolean or result in ('missing_here', 'missing_there', 'different'))
order by n limit @max_rows;

-- name: RunningReconciliations :many
select id, from_at, to_at from reconciliations where state = 'running' order by started_at;

-- name: ExtendRuns :exec
-- A run that a backup held knows nothing of what was done since: in another copy of the data it compares up to now.
update reconciliations set to_at = @now where state = 'running' and to_at < @now and database_restored();

-- name: ReconciledUntil :one
select coalesce(books_until(), now())::timestamptz as until;

-- name: StartReconciliation :exec
insert into reconciliations (id, from_at, to_at) values (@id, @from_at, @to_at) on conflict do nothing;

-- name: NoteReconciliationProblem :exec
update reconciliations set problem = @problem, tried_at = now() where id = @id and state = 'running';

-- name: LockReconciliation :one
select state, (from_at <= coalesce(books_until(), from_at))::boolean as gapless from reconciliations where id = @id for update;

-- name: FinishReconciliation :exec
update reconciliations set state = @state, matched = @matched, closing = sqlc.narg('closing'), problem = null, finished_at = now() where id = @id;

-- name: VouchForDatabase :exec
select vouch_for_database();

-- name: MarkDatabase :exec
select mark_database();

-- name: LastBalance :one
select closing from reconciliations where state in ('passed', 'breaks') and closing is not null order by finished_at desc limit 1;

-- name: BookPostings :many
-- What the ledger posted to what lies at the provider, in a window, or under one of the refs at any time.
select t.kind, coalesce(t.external_ref, '')::text as ref, t.payout_id, t.brand_id, (-e.amount)::bigint as moved, a.currency, t.at,
  -- A transfer that two people accepted says of itself what it says.
  coalesce(case t.kind when 'settle' then case when f.transfer_id is null then t.payout_id || '/' || t.attempt end when 'topup' then (select x.id::text from topups x where x.provider_id = t.external_ref)
    when 'topup_reversal' then (select x.id::text from topups x where x.provider_id = t.external_ref)
    -- What somebody took back at the provider, and we recorded, says nothing of us there.
    when 'reversal' then (select r.reversal_id || '/' || r.number from reversal_attempts r join reversals v on v.id = r.reversal_id where r.provider_id = t.external_ref and v.adopts is null) end, '')::text as key,
  coalesce(case when t.kind = 'settle' then coalesce(f.destination, p.destination) end, '')::text as destination,
  coalesce(case when t.kind = 'reversal' then (select s.external_ref from ledger_transactions s where s.kind = 'settle' and s.payout_id = t.payout_id) end, '')::text as parent
from ledger_transactions t
join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id and a.code = 'stripe_cash:' || a.currency
left join payouts p on p.id = t.payout_id left join found_transfers f on t.kind = 'settle' and f.transfer_id = t.external_ref
where t.kind = any (@kinds::text[]) and (t.at >= @from_at and t.at < @to_at or t.external_ref = any (@refs::text[]))
order by t.at, t.id;

-- name: BookOffline :many
-- What was paid outside of the provider in a window.
select (t.payout_id || '/' || t.attempt)::text as ref, t.payout_id::uuid as payout_id, t.brand_id::uuid as brand_id, e.amount, a.currency, t.at
from ledger_transactions t join ledger_entries e on e.txn_id = t.id join ledger_accounts a on a.id = e.account_id and a.code = 'offline_cash:' || a.currency
where t.kind = 'settle' and t.at >= @from_at and t.at < @to_at order by t.at, t.id;

-- name: BookAttempts :many
select 'settle' as kind, (p.id || '/' || t.number)::text as key, (p.amount - p.netted)::bigint as amount, p.currency, coalesce(p.destination, '')::text as destination
from payout_attempts t join payouts p on p.id = t.payout_id where t.outcome = 'open'
union all
select 'topup', x.id::text, x.amount, x.currency, '' from topups x where x.state = 'pending'
union all
select 'reversal', r.reversal_id || '/' || r.number, r.amount, v.currency, '' from reversal_attempts r join reversals v on v.id = r.reversal_id where r.outcome = 'open';

-- name: BooksInFlight :many
select a.brand_id::uuid as brand_id, a.currency, a.balance::bigint as account, coalesce((select sum(p.amount - p.netted) from payout_attempts t join payouts p on p.id = t.payout_id
  where t.outcome = 'open' and p.brand_id = a.brand_id and p.currency = a.currency), 0)::bigint as open
from ledger_accounts a where a.code like 'brand\_in\_flight:%' order by a.code;

-- name: OpenCaseRefs :many
select distinct c.ref, coalesce((select s.external_ref from ledger_transactions s where s.kind = 'settle' and s.payout_id = c.payout_id), '')::text as parent
from reconciliation_cases c where c.state = 'open' and c.gone_at is null and c.noun in ('settle', 'reversal', 'topup', 'topup_reversal');

-- name: InsertReconciliationLines :exec
-- What a transfer says of itself is believed only where a payout of ours has that id. What came back is about the payout of its transfer. What belongs to no brand may be about those that owe
-- something to whoever has the destination. The balance is of all brands together.
insert into reconciliation_lines (run_id, n, kind, ref, result, differs, brand_id, meant, payout_id, destination, ours, ours_currency, theirs, theirs_currency, net, at)
select @run_id, x.n, x.kind, x.ref, x.result, coalesce(x.differs, '{}'), coalesce(x.brand_id, p.brand_id, u.brand_id, k.brand_id),
  case when x.kind in ('balance', 'other') then array(select b.id from brands b)
    when coalesce(x.brand_id, p.brand_id, u.brand_id, k.brand_id) is null and x.destination is not null then array(select distinct q.brand_id from payees y join partnerships q on q.creator_id = y.creator_id
    where y.account_id = x.destination) else '{}' end,
  p.id, x.destination, (x.ours ->> 'amount')::bigint, x.ours ->> 'currency', (x.theirs ->> 'amount')::bigint, x.theirs ->> 'currency', x.net, x.at
from jsonb_to_recordset(@lines::jsonb) as x(n int, kind text, ref text, key text, result text, differs text[], brand_id uuid, payout_id uuid, destination text, parent text, ours jsonb, theirs jsonb, net bigint, at timestamptz)
left join payouts p on p.id = coalesce(x.payout_id, (select s.payout_id from ledger_transactions s where s.kind = 'settle' and s.external_ref = x.parent))
left join topups u on x.kind in ('topup', 'topup_reversal') and u.id::text = x.key
left join ledger_transactions k on x.kind = 'topup_reversal' and k.kind = 'topup' and k.external_ref = x.ref;

-- name: KeepCase :one
-- A break that was seen before is the same case. One that was called resolved is not; one that was explained, only as long as it is the same.
-- The subselects of what is answered still see the case as it was.
-- Whoever of its finance has the fewest open ones has a new one, and may give it away.
insert into reconciliation_cases as c (id, kind, noun, ref, brand_id, meant, payout_id, destination, differs, ours, ours_currency, theirs, theirs_currency, at, last_run, owner_id)
select @id, l.result, l.kind, l.ref, l.brand_id, l.meant, l.payout_id, l.destination, l.differs, l.ours, l.ours_currency, l.theirs, l.theirs_currency, l.at, l.run_id,
  (select u.id from user_roles r join users u on u.id = r.user_id
    where r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now() and u.disabled_at is null and (r.brand_id = l.brand_id or l.brand_id is null and r.brand_id = any (l.meant))
    order by r.role, (select count(*) from reconciliation_cases o where o.owner_id = u.id and o.state = 'open' and o.gone_at is null), u.name, u.id limit 1)
from reconciliation_lines l where l.run_id = @run_id and l.n = @n
on conflict (kind, noun, ref) do update set last_seen_at = now(), last_run = excluded.last_run, brand_id = coalesce(c.brand_id, excluded.brand_id), meant = excluded.meant,
  payout_id = coalesce(c.payout_id, excluded.payout_id), destination = excluded.destination, differs = excluded.differs,
  ours = excluded.ours, ours_currency = excluded.ours_currency, theirs = excluded.theirs, theirs_currency = excluded.theirs_currency, at = excluded.at, gone_at = null,
  state = case when same_break(c, excluded) then c.state else 'open' end, closed_at = case when same_break(c, excluded) then c.closed_at end,
  closed_by = case when same_break(c, excluded) then c.closed_by end, reason = case when same_break(c, excluded) then c.reason end
returning c.id, c.kind, c.state, c.payout_id, (c.first_seen_at = c.last_seen_at)::boolean as fresh,
  (exists (select 1 from reconciliation_cases o where o.id = c.id and (o.state <> c.state or o.gone_at is not null)))::boolean as seen_again,
  coalesce(c.brand_id, c.meant[1], (select b.id from brands b order by b.created_at, b.id limit 1))::uuid as task_brand;

-- name: CasesGone :many
-- Every open case was asked about again; what came out differently is gone. What came back of a transfer that is none of ours cannot be
-- asked for by itself, and so cannot what Stripe moved for nothing of ours.
update reconciliation_cases c set gone_at = now()
where c.state = 'open' and c.gone_at is null and c.last_run <> @run_id
  and (c.noun not in ('in_flight', 'balance', 'other') and (c.noun <> 'reversal' or c.payout_id is not null) or exists (select 1 from reconciliation_lines l where l.run_id = @run_id and l.kind = c.noun and l.ref = c.ref))
returning c.id;

-- name: InsertCaseNote :exec
insert into reconciliation_notes (id, case_id, author, kind, text) values (@id, @case_id, sqlc.narg('author'), @kind, @text);

-- name: TaskForCase :exec
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_role, owner_id, ref, due_at)
select @task_id, @brand_id, p.partnership_id, p.creator_id, 'case/' || @case_id::uuid, 'reconciliation_break', @kind::text, 'finance_releaser',
  (select c.owner_id from reconciliation_cases c where c.id = @case_id::uuid), @case_id::uuid, now()
from (select 1) x left join payouts p on p.id = sqlc.narg('payout_id') and p.brand_id = @brand_id
on conflict (dedupe_key) do update set state = 'open', done_by = null, done_at = null, snoozed_until = null where tasks.state in ('done', 'cancelled');

-- name: CloseCaseTask :exec
update tasks set state = 'done', snoozed_until = null, done_by = sqlc.narg('done_by'), done_at = now() where dedupe_key = 'case/' || @case_id::uuid and state in ('open', 'snoozed');

-- name: ReassignCaseTask :exec
update tasks set owner_id = @owner_id where dedupe_key = 'case/' || @case_id::uuid and state in ('open', 'snoozed');

-- name: ListCases :many
select c.id, c.kind, c.noun, c.ref, c.brand_id, coalesce(b.name, '')::text as brand_name, c.meant, c.payout_id, coalesce(k.name, '')::text as creator_name,
  coalesce(c.destination, '')::text as destination, c.differs, c.ours, c.ours_currency, c.theirs, c.theirs_currency, c.at, c.state, c.owner_id, coalesce(o.name, '')::text as owner_name,
  coalesce(c.reason, '')::text as reason, c.closed_by, coalesce(x.name, '')::text as closed_by_name, c.closed_at, c.first_seen_at, c.last_seen_at, c.gone_at
from reconciliation_cases c
left join brands b on b.id = c.brand_id
left join payouts p on p.id = c.payout_id left join creators k on k.id = p.creator_id
left join users o on o.id = c.owner_id left join users x on x.id = c.closed_by
where (c.brand_id = any (@brands::uuid[]) or c.brand_id is null and c.meant <@ @brands::uuid[])
  and (sqlc.narg('id')::uuid is null or c.id = sqlc.narg('id')::uuid)
  and (@state::text = '' or (c.state = 'open') = (@state::text = 'open'))
  and (@kind::text = '' or c.kind = @kind::text)
  and (sqlc.narg('brand_id')::uuid is null or c.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('after_at')::timestamptz is null or (c.first_seen_at, c.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by c.first_seen_at desc, c.id desc
limit @max_rows;

-- name: CaseNotes :many
select n.case_id, n.at, n.kind, n.text, coalesce(u.name, '')::text as author from reconciliation_notes n left join users u on u.id = n.author
where n.case_id = any (@cases::uuid[]) order by n.at, n.id;

-- name: LockCase :one
select c.id, c.state, c.brand_id, c.meant, c.kind, c.noun, c.ref, c.theirs, c.theirs_currency from reconciliation_cases c
where c.id = @id and (c.brand_id = any (@brands::uuid[]) or c.brand_id is null and c.meant <@ @brands::uuid[]) for update;

-- name: AssignCase :exec
update reconciliation_cases set owner_id = @owner_id where id = @id;

-- name: CloseCase :exec
update reconciliation_cases set state = @state, reason = @reason, closed_by = @closed_by, closed_at = now() where id = @id;

-- name: FinancePerson :one
-- The name of somebody who works in finance for all the brands, or for any where none is given.
select u.name from users u where u.id = @user_id and u.disabled_at is null
  and exists (select 1 from user_roles r where r.user_id = u.id and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now())
  and not exists (select 1 from unnest(@brands::uuid[]) b where not exists (select 1 from user_roles r where r.user_id = u.id and r.brand_id = b
    and r.role in ('finance_preparer', 'finance_releaser') and r.effective_at <= now()));

-- name: RunExists :one
select exists (select 1 from reconciliations where id = @id)::boolean;

-- name: InsertTopUpBooking :exec
insert into top_up_bookings (id, case_id, brand_id, kind, top_up_id, amount, currency, reason, asked_by)
values (@id, @case_id, @brand_id, @kind, @top_up_id, @amount, @currency, @reason, @asked_by);

-- name: InsertTopUpBookingApproval :exec
insert into top_up_booking_approvals (booking_id, brand_id, approver, amount, step_up_id) values (@booking_id, @brand_id, @approver, @amount, sqlc.narg('step_up_id'));

-- name: CaseBookings :many
-- The newest of each case.
select distinct on (b.case_id) b.id, b.case_id, b.brand_id, x.name as brand_name, b.amount, b.currency, b.reason, b.asked_by, u.name as asked_by_name, b.at, b.booked_at,
  coalesce(b.refused, '')::text as refused, coalesce(w.name, '')::text as approved_by, a.at as approved_at
from top_up_bookings b join users u on u.id = b.asked_by join brands x on x.id = b.brand_id left join top_up_booking_approvals a on a.booking_id = b.id left join users w on w.id = a.approver
where b.case_id = any (@cases::uuid[]) and b.brand_id = any (@brands::uuid[]) order by b.case_id, b.n desc;

-- name: ApprovedBookings :many
select b.id, b.top_up_id from top_up_bookings b join top_up_booking_approvals a on a.booking_id = b.id where b.booked_at is null and b.refused is null order by a.at;

-- name: LockBooking :one
-- With what it is about, once somebody approved it and while nothing came of it.
select b.id, b.case_id, b.brand_id, b.kind, b.top_up_id, b.amount, b.currency, b.reason, a.approver, c.state
from top_up_bookings b join top_up_booking_approvals a on a.booking_id = b.id join reconciliation_cases c on c.id = b.case_id
where b.id = @id and b.booked_at is null and b.refused is null for update of b, c;

-- name: SayBooked :exec
update top_up_bookings set booked_at = case when sqlc.narg('refused')::text is null then now() end, refused = sqlc.narg('refused')::text where id = @id;
