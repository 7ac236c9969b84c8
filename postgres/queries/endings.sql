-- name: FreedByEnding :one
-- What campaign_spoken holds for the offers, less the money of them that stays paid or owed, and for what hangs on their term beside them.
select ((select coalesce(sum(o.fee + o.bonus), 0) from offers o where o.id = any (@offers::uuid[]))
  - (select coalesce(sum(m.amount), 0) from milestones m join contracts c on c.id = m.contract_id
      where c.offer_id = any (@offers::uuid[]) and (m.bonus or m.dropped_by is not null) and not m.extra and m.state = 'cancelled')
  - (select coalesce(sum(m.amount + coalesce(y.difference - y.amount_reversed, 0)), 0) from milestones m join contracts c on c.id = m.contract_id left join payouts y on y.milestone_id = m.id
      where c.offer_id = any (@offers::uuid[]) and not m.extra and m.state in ('met', 'payable', 'settled') and m.id <> all (@revoked::uuid[]))
  + (select coalesce(sum(a.adds), 0) from contracts a where a.partnership_id = @partnership_id and a.amends is not null and a.state in ('internal_approval', 'out_for_signature'))
  + (select coalesce(sum(m.amount), 0) from milestones m where m.partnership_id = @partnership_id and m.extra and (m.state = 'pending' or m.id = any (@revoked::uuid[])))
  + (select coalesce(sum(d.extra_fee), 0) from deliverables d where d.partnership_id = @partnership_id and d.extra = 'offered'))::bigint as freed;

-- name: OwedBack :one
-- What the creator of a partnership owes the brand back over all of their partnerships.
select coalesce(sum(r.amount - r.recovered - r.netted - r.written_off), 0)::bigint as amount, coalesce(min(r.currency), '')::text as currency
from reversals r join partnerships p on p.brand_id = r.brand_id and p.creator_id = r.creator_id
where p.id = @id and p.brand_id = any (@brands::uuid[]) and r.state in ('approved', 'submitted', 'unknown', 'failed', 'netting', 'awaiting_write_off');
