-- +goose Up
-- What of a campaign's budget offers reserve or contracts commit; of a contract that was ended, what is or may still be paid. Money for a
-- round that is just being offered is in its command alone; that for the piece p_besides is left to the caller.
create function campaign_spoken(p_campaign uuid, p_besides uuid) returns bigint language sql stable as $$
  select ((select coalesce(sum(o.fee), 0) from offers o where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted'))
    + (select coalesce(sum(m.amount), 0) from milestones m join partnerships p on p.id = m.partnership_id where p.campaign_id = p_campaign and m.extra and m.state <> 'cancelled')
    + (select coalesce(sum(d.extra_fee), 0) from deliverables d join partnerships p on p.id = d.partnership_id where p.campaign_id = p_campaign and d.extra = 'offered')
    + (select coalesce(sum((o.input -> 'amount' ->> 'amount')::bigint), 0) from outbox o join deliverables d on d.id = (o.input ->> 'ref')::uuid join partnerships p on p.id = d.partnership_id
        where o.kind = 'update' and o.input ->> 'kind' = 'offer_round' and o.handled_at is null and o.refused is null and p.campaign_id = p_campaign and d.id is distinct from p_besides)
    + (select coalesce(sum(y.amount - y.amount_reversed), 0) from payouts y join milestones m on m.id = y.milestone_id
        join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
        where o.campaign_id = p_campaign and o.state not in ('draft', 'sent', 'accepted') and y.state <> 'cancelled' and not m.extra))::bigint
$$;

-- +goose Down
drop function campaign_spoken(uuid, uuid);
