-- name: Remittance :one
-- A payout, or in a partnership that of a milestone.
select p.id, p.state, b.name as brand_name, b.postal_address, d.zone, c.name as creator_name, g.name as campaign_name, m.title, k.number, p.amount, p.currency, p.amount_reversed,
  p.due_at, p.paid_at, coalesce(a.transfer_id, '')::text as transfer_id
from payouts p join brands b on b.id = p.brand_id join calendars d on d.id = b.calendar_id join creators c on c.id = p.creator_id join milestones m on m.id = p.milestone_id
join contracts k on k.id = m.contract_id join partnerships q on q.id = p.partnership_id join campaigns g on g.id = q.campaign_id
left join payout_attempts a on a.payout_id = p.id and a.outcome = 'succeeded'
where p.brand_id = any (@brands::uuid[]) and (p.id = sqlc.narg('id')::uuid or p.milestone_id = sqlc.narg('milestone_id')::uuid and p.partnership_id = sqlc.narg('partnership_id')::uuid);
