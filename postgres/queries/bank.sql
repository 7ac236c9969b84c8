-- name: NotePayment :exec
insert into transfer_payments (payment_id, payout_id, brand_id, transfer_id)
select @payment_id, p.id, p.brand_id, @transfer_id from payouts p where p.id = @payout_id on conflict do nothing;

-- name: PayoutsWithoutPayment :many
-- What was sent to an account before its payments were noted.
select p.id from payouts p join payout_attempts t on t.payout_id = p.id and t.outcome = 'succeeded'
where p.destination = @account and not exists (select 1 from transfer_payments x where x.payout_id = p.id);

-- name: KeepBankPayout :one
-- What failed stays failed, and nothing goes back to an earlier state, whatever comes late.
insert into bank_payouts as b (id, account_id, amount, currency, state, failure_code, arrives_on)
values (@id, @account_id, @amount, @currency, @state, sqlc.narg('failure_code'), nullif(@arrives_on::text, '')::date)
on conflict (id) do update set state = excluded.state, failure_code = excluded.failure_code, arrives_on = excluded.arrives_on, read_at = clock_timestamp()
  where b.state not in ('failed', 'canceled')
    and array_position(array['pending', 'in_transit', 'paid', 'canceled', 'failed'], excluded.state) >= array_position(array['pending', 'in_transit', 'paid', 'canceled', 'failed'], b.state)
returning state;

-- name: KeepArrivals :exec
-- Each time, so that the pages of the payouts hear of it.
insert into bank_arrivals (bank_payout_id, payout_id, brand_id) select @bank_payout_id, x.payout_id, x.brand_id from transfer_payments x where x.payment_id = any (@payments::text[])
on conflict (bank_payout_id, payout_id) do update set brand_id = excluded.brand_id;

-- name: TasksForReturn :exec
insert into tasks (id, brand_id, partnership_id, creator_id, dedupe_key, kind, code, owner_role, ref, due_at)
select gen_random_uuid(), p.brand_id, p.partnership_id, p.creator_id, 'bank/' || @bank_payout_id::text || '/' || p.id, 'bank_returned', @code, 'finance_preparer', p.id, now()
from bank_arrivals a join payouts p on p.id = a.payout_id where a.bank_payout_id = @bank_payout_id::text
on conflict (dedupe_key) do nothing;

-- name: PayoutArrival :one
select b.state, coalesce(b.arrives_on::text, '')::text as arrives_on, coalesce(b.failure_code, '')::text as failure_code, b.read_at
from bank_arrivals a join bank_payouts b on b.id = a.bank_payout_id where a.payout_id = @payout_id order by b.read_at desc limit 1;
