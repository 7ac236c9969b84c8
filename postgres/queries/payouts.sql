-- name: MilestoneForPayout :one
select m.id, m.partnership_id, m.brand_id, m.contract_id, m.amount, m.currency, m.deliverable_id, m.trigger, p.creator_id, b.second_pair_amount, b.second_pair_currency,
  coalesce((select y.account_id from payees y where y.creator_id = p.creator_id), '')::text as destination,
  (not m.bonus and cardinality(content_approvers(m.id)) > 0)::boolean as content_approved,
  coalesce((select o.paid_outside is not null from contracts c join offers o on o.id = c.offer_id where c.id = m.contract_id), false)::boolean as outside
from milestones m join partnerships p on p.id = m.partnership_id join brands b on b.id = m.brand_id where m.id = @id;

-- name: InsertPayout :exec
insert into payouts (id, milestone_id, partnership_id, brand_id, creator_id, amount, currency, destination, content_counts, due_at, offline_method)
values (@id, @milestone_id, @partnership_id, @brand_id, @creator_id, @amount, @currency, sqlc.narg('destination'), @content_counts, @due_at, sqlc.narg('offline_method'))
on conflict (id) do nothing;

-- name: LockPayout :one
select p.id, p.brand_id, p.creator_id, p.amount, p.currency, coalesce(p.destination, '')::text as destination, p.content_counts, p.releasers, p.round, p.state, p.offline_method,
  (payout_approved(p) and not exists (select 1 from destination_holds h where h.payout_id = p.id and h.released_at is null))::boolean as approved, p.netted,
  coalesce((select y.account_id from payees y where y.creator_id = p.creator_id and y.state = 'ready'), '')::text as ready_destination,
  coalesce((select a.balance from ledger_accounts a where a.code = 'brand_funds:' || p.brand_id || ':' || p.currency), 0)::bigint as funds
from payouts p where p.id = @id for update of p;

-- name: SetPayoutState :exec
update payouts set state = @state where id = @id;

-- name: SetFirstDestination :exec
update payouts p set destination = @destination,
  round = case when exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round) then p.round + 1 else p.round end
where p.creator_id = @creator_id and p.destination is null and p.offline_method is null and p.state in ('scheduled', 'awaiting_approval', 'approved', 'awaiting_payee', 'awaiting_funds', 'held');

-- name: NewPayoutRound :exec
update payouts set destination = @destination, round = round + 1, state = 'awaiting_approval' where id = @id;

-- name: MarkPaid :exec
update payouts set state = 'paid', paid_at = now(), difference = @difference where id = @id and state in ('submitted', 'unknown');

-- name: LastAttempt :one
select number, request_sha256, outcome, submission, rejection, transfer_id, first_sent_at, last_sent_at, look_ups,
  (first_sent_at is not null and first_sent_at < clock_timestamp() - interval '23 hours')::boolean as expired,
  extract(epoch from clock_timestamp() - coalesce(last_sent_at, created_at))::float8 as since_sent
from payout_attempts where payout_id = @payout_id order by number desc limit 1;

-- name: InsertAttempt :one
insert into payout_attempts (payout_id, number, brand_id, request_sha256, submission) values (@payout_id, @number, @brand_id, @request_sha256, @submission) returning coalesce(key, '')::text as key;

-- name: MarkSent :exec
update payout_attempts set first_sent_at = coalesce(first_sent_at, clock_timestamp()), last_sent_at = clock_timestamp() where payout_id = @payout_id and number = @number and outcome = 'open';

-- name: NextSend :one
insert into pace (name, next_at) values (@name, clock_timestamp())
on conflict (name) do update set next_at = greatest(pace.next_at + make_interval(secs => @spacing::float8), clock_timestamp())
returning extract(epoch from next_at - clock_timestamp())::float8 as wait;

-- name: MarkLookedUp :exec
update payout_attempts set look_ups = look_ups + 1 where payout_id = @payout_id and number = @number and outcome = 'open';

-- name: NoteFoundTransfer :exec
insert into found_transfers (transfer_id, payout_id, brand_id, attempt, amount, currency, destination, taken_back, made_at)
select @transfer_id, p.id, p.brand_id, @attempt, @amount, @currency, @destination, @taken_back, @made_at from payouts p where p.id = @payout_id
on conflict (transfer_id) do update set taken_back = excluded.taken_back, seen_at = now();

-- name: AcceptedTransfer :one
select x.transfer_id from transfer_acceptances x join transfer_acceptance_approvals v on v.acceptance_id = x.id where x.payout_id = @payout_id order by x.n desc limit 1;

-- name: FoundTransfers :many
-- What Stripe moved for a payout otherwise than asked, oldest first.
select f.transfer_id, f.attempt, f.amount, f.currency, f.destination, f.taken_back, f.made_at,
  (f.destination is not distinct from p.destination or exists (select 1 from payout_approvals a where a.payout_id = p.id and a.destination = f.destination))::boolean as approved_account
from found_transfers f join payouts p on p.id = f.payout_id where f.payout_id = @payout_id and p.brand_id = any (@brands::uuid[]) order by f.made_at, f.transfer_id;

-- name: TransferAcceptances :many
-- Who asked to accept which transfer as the payment, oldest first; only the newest can be approved.
select x.id, x.transfer_id, x.amount, x.asked_by, u.name as asked_by_name, x.reason, x.at, coalesce(o.name, '')::text as approved_by, v.at as approved_at
from transfer_acceptances x join users u on u.id = x.asked_by
left join transfer_acceptance_approvals v on v.acceptance_id = x.id left join users o on o.id = v.approver
where x.payout_id = @payout_id and x.brand_id = any (@brands::uuid[]) order by x.n;

-- name: InsertTransferAcceptance :execrows
insert into transfer_acceptances (id, payout_id, brand_id, transfer_id, amount, currency, asked, reason, asked_by)
select @id, p.id, p.brand_id, f.transfer_id, f.amount, f.currency, p.amount - p.netted, @reason, @asked_by
from payouts p join found_transfers f on f.payout_id = p.id and f.transfer_id = @transfer_id where p.id = @payout_id and p.brand_id = any (@brands::uuid[]);

-- name: InsertTransferAcceptanceApproval :exec
insert into transfer_acceptance_approvals (acceptance_id, brand_id, approver, amount, step_up_id)
values (@acceptance_id, @brand_id, @approver, @amount, sqlc.narg('step_up_id'));

-- name: SentBeyond :one
-- What of a payout was sent beyond what was asked and no other reversal that stands takes back; it was claimed when it was booked.
select greatest(p.difference - coalesce((select sum(r.amount) from reversals r where r.payout_id = p.id and r.id <> @reversal_id and r.state not in ('awaiting_approval', 'cancelled')), 0), 0)::bigint as beyond
from payouts p where p.id = @payout_id;

-- name: SettleAttempt :execrows
update payout_attempts set outcome = 'succeeded', transfer_id = @transfer_id, settled_at = now() where payout_id = @payout_id and number = @number and outcome = 'open';

-- name: RejectAttempt :execrows
update payout_attempts set outcome = 'rejected', rejection = @rejection, error_code = @error_code, settled_at = now() where payout_id = @payout_id and number = @number and outcome = 'open';

-- name: GetTopUp :one
select id, brand_id, amount, currency, state, coalesce(provider_id, '')::text as provider_id, created_at from topups where id = @id;

-- name: SettleTopUp :one
update topups set state = @state, provider_id = coalesce(sqlc.narg('provider_id'), provider_id) where id = @id and state = 'pending' returning id, brand_id, amount, currency;

-- name: LockFunds :exec
-- Taken by whoever parks a payout for want of funds and by whoever brings funds, before they read or post, so that neither
-- overlooks the other.
select pg_advisory_xact_lock(hashtextextended(concat('funds:', @brand_id::uuid, ':', @currency::text), 0));

-- name: BrandFunds :one
select coalesce((select balance from ledger_accounts where code = concat('brand_funds:', @brand_id::uuid, ':', @currency::text)), 0)::bigint as funds;

-- name: SealLedger :one
select ledger_seal(@max_rows);

-- name: LedgerTail :one
select n, oldest, (n > 0 and oldest < now() - interval '15 minutes')::boolean as late from ledger_tail;

-- name: NeverSealed :many
-- What the job that seals has passed by.
select t.id from ledger_transactions t
where t.at < (select x.at - interval '1 day' from ledger_seals s join ledger_transactions x on x.id = s.txn_id order by s.n desc limit 1)
  and not exists (select from ledger_seals s where s.txn_id = t.id)
order by t.at, t.id limit @max_rows;

-- name: TaskForLedger :exec
-- The book is the whole house's: who releases money and who runs the house are asked at each brand, once until it is over.
insert into tasks (id, brand_id, dedupe_key, kind, code, owner_role, due_at)
select gen_random_uuid(), b.id, 'ledger/' || @kind::text || '/' || b.id || '/' || r, @kind::text, '', r, now() from brands b, unnest(array['finance_releaser', 'admin']) r
on conflict (dedupe_key) do update set state = 'open', due_at = excluded.due_at, snoozed_until = null, done_at = null, done_by = null where tasks.state in ('done', 'cancelled');

-- name: CloseLedgerTask :exec
update tasks set state = 'done', snoozed_until = null, done_at = now() where kind = @kind::text and dedupe_key like 'ledger/%' and state in ('open', 'snoozed');

-- name: LedgerBreaks :many
select n, txn_id from ledger_breaks limit 100;

-- name: UnbalancedAccounts :many
select a.code, a.balance::bigint as balance, coalesce(sum(e.amount), 0)::bigint as entries from ledger_accounts a left join ledger_entries e on e.account_id = a.id
group by a.id having a.balance <> coalesce(sum(e.amount), 0) limit 100;

-- name: LockPayee :exec
select pg_advisory_xact_lock(hashtextextended(concat('payee:', @creator_id::uuid), 0));

-- name: CreatorOfMilestone :one
select p.creator_id from milestones m join partnerships p on p.id = m.partnership_id where m.id = @id;

-- name: NoteTopUp :exec
update topups set provider_id = sqlc.narg('provider_id') where id = @id and provider_id is null and state = 'pending';

-- name: ReleaseDestination :execrows
update destination_holds set released_at = clock_timestamp(), released_by = @by where payout_id = @payout_id and brand_id = any (@brands::uuid[]) and released_at is null;

-- name: ChangePayoutMethod :exec
-- Another way is approved anew. Back at Stripe it has the destination that is known, if any.
update payouts p set offline_method = sqlc.narg('method')::text, round = p.round + 1, state = 'awaiting_approval', gated = null, gated_at = null,
  destination = case when sqlc.narg('method')::text is null then (select y.account_id from payees y where y.creator_id = p.creator_id) end
where p.id = @id;

-- name: InsertOfflinePayment :exec
insert into offline_payments (id, payout_id, brand_id, round, method, paid_on, reference, amount, currency, proof_name, proof_sha256, recorded_by)
values (@id, @payout_id, @brand_id, @round, @method, (@paid_on::text)::date, @reference, @amount, @currency, @proof_name, @proof_sha256, @recorded_by);

-- name: OfflinePaymentToBook :one
select o.id, o.round, o.method, o.amount, o.currency, o.proof_sha256 from offline_payments o where o.id = @id and o.payout_id = @payout_id;

-- name: InsertOfflineAttempt :exec
insert into payout_attempts (payout_id, number, brand_id, request_sha256, offline_payment)
select @payout_id, 1 + coalesce((select max(a.number) from payout_attempts a where a.payout_id = o.payout_id), 0), o.brand_id, o.proof_sha256, o.id from offline_payments o where o.id = @offline_payment and o.payout_id = @payout_id;

-- name: SettleOfflineAttempt :one
update payout_attempts set outcome = 'succeeded', settled_at = now() where payout_id = @payout_id and outcome = 'open' and offline_payment is not null returning number;

-- name: MarkPaidOffline :exec
-- On the day on which it was paid, at noon of the brand's clock; one of today, now.
update payouts p set state = 'paid', paid_at = least(now(), (o.paid_on + time '12:00') at time zone d.zone)
from offline_payments o, brands b join calendars d on d.id = b.calendar_id
where p.id = @id and p.state = 'submitted' and o.id = @offline_payment and b.id = p.brand_id;

-- name: PayoutOffline :one
-- The payment of the payout outside of Stripe that counts.
select o.id, o.round, o.method, o.paid_on::text as paid_on, o.reference, o.amount, o.currency, o.proof_name, o.proof_sha256, b.content_type, b.size, o.recorded_by, u.name as recorded_by_name, o.recorded_at
from payout_attempts a join offline_payments o on o.id = a.offline_payment join blobs b on b.sha256 = o.proof_sha256 join users u on u.id = o.recorded_by
where a.payout_id = @payout_id and a.outcome = 'succeeded';

-- name: OfflineProof :one
select o.proof_name, b.content_type, b.sha256, b.content
from payout_attempts a join offline_payments o on o.id = a.offline_payment join blobs b on b.sha256 = o.proof_sha256
where a.payout_id = @payout_id and a.outcome = 'succeeded' and o.brand_id = any (@brands::uuid[]);

-- name: BrandToday :one
select ((now() at time zone d.zone)::date)::text as today from brands b join calendars d on d.id = b.calendar_id where b.id = @id and b.id = any (@brands::uuid[]);
