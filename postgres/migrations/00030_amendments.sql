-- +goose Up
-- An amendment is a contract of its own, numbered after the one that it changes, with the same signatures and the same guard. changes is what it
-- changes, adds what it promises on top of the fee, fee and terms what the term has come to with it.
alter table contracts
  alter column offer_id drop not null,
  add column amends uuid references contracts,
  add column amendment int check (amendment > 0),
  add column changes jsonb,
  add column adds bigint not null default 0 check (adds >= 0),
  add column reason text,
  add column requested_by uuid references users,
  add constraint contracts_amends check ((amends is null) = (offer_id is not null) and (amends is null) = (amendment is null) and (amends is null) = (changes is null)),
  add constraint contracts_amendment_once unique (amends, amendment);
create unique index contracts_one_amendment on contracts (amends) where state in ('internal_approval', 'out_for_signature');

-- What an amendment took away, so that the budget has it again.
alter table milestones add column dropped_by uuid references contracts;

-- +goose StatementBegin
create or replace function contract_guard() returns trigger language plpgsql as $$
begin
  if old.state in ('executed', 'expired', 'terminated', 'declined', 'withdrawn') or exists (select 1 from signatures s where s.contract_id = old.id) then
    if (new.body, new.body_sha256, new.fee, new.currency, new.terms, new.offer_id, new.amends, new.amendment, new.changes, new.adds)
      is distinct from (old.body, old.body_sha256, old.fee, old.currency, old.terms, old.offer_id, old.amends, old.amendment, old.changes, old.adds) then
      raise exception 'contract % is signed: its text and terms are immutable', old.id using errcode = 'RA001';
    end if;
  end if;
  return new;
end $$;

-- The newest that both have signed: the contract itself, or its last executed amendment.
create function contract_now(p_contract uuid) returns contracts language sql stable as $$
  select c from contracts c where c.id = p_contract or c.amends = p_contract and c.executed_at is not null order by c.amendment desc nulls last limit 1
$$;

-- What of a campaign's budget offers reserve, contracts commit or amendments that are out promise, bonuses that may still be reached with them; of a contract
-- that was ended, what is or may still be paid. Money for a round or a bonus that is just being offered is in its command alone; that for the
-- piece p_besides is left to the caller.
create or replace function campaign_spoken(p_campaign uuid, p_besides uuid) returns bigint language sql stable as $$
  select ((select coalesce(sum(o.fee + o.bonus), 0) from offers o where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted'))
    - (select coalesce(sum(m.amount), 0) from milestones m join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
        where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted') and (m.bonus or m.dropped_by is not null) and not m.extra and m.state = 'cancelled')
    + (select coalesce(sum(a.adds), 0) from contracts a join partnerships p on p.id = a.partnership_id
        where p.campaign_id = p_campaign and a.amends is not null and a.state in ('internal_approval', 'out_for_signature'))
    + (select coalesce(sum(m.amount), 0) from milestones m join partnerships p on p.id = m.partnership_id where p.campaign_id = p_campaign and m.extra and m.state <> 'cancelled')
    + (select coalesce(sum(d.extra_fee), 0) from deliverables d join partnerships p on p.id = d.partnership_id where p.campaign_id = p_campaign and d.extra = 'offered')
    + (select coalesce(sum((o.input -> 'amount' ->> 'amount')::bigint), 0) from outbox o join deliverables d on d.id = (o.input ->> 'ref')::uuid join partnerships p on p.id = d.partnership_id
        where o.kind = 'update' and o.input ->> 'kind' = 'offer_round' and o.handled_at is null and o.refused is null and p.campaign_id = p_campaign and d.id is distinct from p_besides)
    + (select coalesce(sum(b.amount), 0) from outbox o join bonuses b on b.id = (o.input ->> 'ref')::uuid join partnerships p on p.id = b.partnership_id
        where o.kind = 'update' and o.input ->> 'kind' = 'give_bonus' and o.handled_at is null and o.refused is null and p.campaign_id = p_campaign)
    + (select coalesce(sum(y.amount - y.amount_reversed), 0) from payouts y join milestones m on m.id = y.milestone_id
        join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
        where o.campaign_id = p_campaign and o.state not in ('draft', 'sent', 'accepted') and y.state <> 'cancelled' and not m.extra))::bigint
$$;
-- +goose StatementEnd

-- +goose Down
select 1;
