-- name: InsertFXQuote :exec
insert into fx_quotes (id, brand_id, base, quote, rate, source, on_day, entered_by)
values (@id, @brand_id, @base, @quote, (@rate::text)::numeric, @source, @on_day, @entered_by);

-- name: FXQuotes :many
-- Rates, those of the newest day first, each with how many payments were counted at it in files that were taken away.
select q.id, q.brand_id, b.name as brand_name, q.base, q.quote, trim_scale(q.rate)::text as rate, q.source, q.on_day, q.entered_by, u.name as entered_by_name, q.entered_at,
  (select count(distinct x.payout_id) from fx_uses x where x.quote_id = q.id and x.brand_id = q.brand_id)::int as payments
from fx_quotes q join brands b on b.id = q.brand_id join users u on u.id = q.entered_by
where q.brand_id = any (@brands::uuid[]) and (sqlc.narg('brand_id')::uuid is null or q.brand_id = sqlc.narg('brand_id')::uuid) and (sqlc.narg('id')::uuid is null or q.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('after_day')::timestamptz is null or (q.on_day, q.id) < ((sqlc.narg('after_day')::timestamptz at time zone 'UTC')::date, sqlc.narg('after_id')::uuid))
order by q.on_day desc, q.id desc
limit @max_rows;

-- name: PayeeYearPayments :many
-- What payees were sent in a year of the brand's zone, less what came back, where the payee's country has a threshold in an amount: each payment with the first such threshold and, in another currency than
-- the threshold's, with the newest rate on or before the day it was paid, in either direction; of rates of one day the one entered last.
select p.id, p.brand_id, p.creator_id, (p.amount - p.netted + p.difference - v.recovered)::bigint as net, p.currency, w.day::date as paid_on, coalesce(t.amount, 0)::bigint as threshold, t.currency as threshold_currency,
  coalesce(q.id, '00000000-0000-0000-0000-000000000000')::uuid as quote_id, coalesce(q.base, '')::text as base, coalesce(q.quote, '')::text as quote, coalesce(trim_scale(q.rate), 0)::text as rate, coalesce(q.source, '')::text as source, coalesce(q.on_day, 'epoch')::date as on_day,
  coalesce((select min(x.at) from fx_uses x where x.quote_id = q.id and x.payout_id = p.id and x.brand_id = p.brand_id), 'epoch')::timestamptz as used_at -- the epoch for never
from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id join creators c on c.id = p.creator_id
cross join lateral (select (p.paid_at at time zone d.zone)::date as day) w
cross join lateral (select coalesce(sum(r.recovered), 0) as recovered from reversals r where r.payout_id = p.id) v
join lateral (select x.amount, x.currency from payee_thresholds x where x.country = c.country and @year::int >= x.from_year and (x.to_year is null or @year::int <= x.to_year)
  and x.amount is not null order by x.id limit 1) t on true
left join lateral (select f.id, f.base, f.quote, f.rate, f.source, f.on_day from fx_quotes f
  where f.brand_id = p.brand_id and f.on_day <= w.day and ((f.base = p.currency and f.quote = t.currency) or (f.base = t.currency and f.quote = p.currency))
  order by f.on_day desc, f.entered_at desc, f.id desc limit 1) q on p.currency <> t.currency
where p.brand_id = any (@brands::uuid[]) and p.brand_id = any (@page_brands::uuid[]) and p.creator_id = any (@page_creators::uuid[])
  and p.state in ('paid', 'partly_reversed', 'reversed') and p.paid_at >= new_year(d.zone, @year::int) and p.paid_at < new_year(d.zone, @next_year::int)
order by p.paid_at, p.id;

-- name: UseFXQuotes :exec
-- Remembers that payments were counted at rates. What is remembered already stays as it was.
insert into fx_uses (quote_id, payout_id, purpose, brand_id, amount, currency, used_by)
select u.quote_id, u.payout_id, 'year_to_date', p.brand_id, u.amount, u.currency, @used_by::uuid
from (select unnest(@quotes::uuid[]) as quote_id, unnest(@payouts::uuid[]) as payout_id, unnest(@amounts::bigint[]) as amount, unnest(@currencies::text[]) as currency) u join payouts p on p.id = u.payout_id
where p.brand_id = any (@brands::uuid[])
on conflict do nothing;
