-- +goose Up
-- What a contract promises on top of its fee, when a number of a post is reached in time, and what a person gives. Both are milestones.
alter table milestones
  drop constraint milestones_trigger_check,
  add constraint milestones_trigger_check check (trigger in ('signature', 'approval', 'posted', 'verified', 'date', 'campaign_end', 'threshold', 'given')),
  add column bonus boolean not null default false,
  add column metric text check (metric in ('views', 'likes', 'comments', 'shares', 'saves', 'clicks', 'conversions')),
  add column at_least bigint check (at_least > 0),
  add column within_days int check (within_days > 0),
  add column counts_until timestamptz, -- from the moment on at which its deliverable was published
  add column hold_until text check (hold_until <> ''),
  add check (trigger <> 'threshold' or num_nulls(deliverable_id, metric, at_least, within_days) = 0 and bonus),
  add check (trigger <> 'given' or bonus and extra);
-- What the bonuses of the terms may come to, which the budget holds as it holds the fee.
alter table offers add column bonus bigint not null default 0 check (bonus >= 0);

-- A number of a post as it stood at a moment, and where it was read. Nothing is changed: a later number stands beside it.
create table post_numbers (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  deliverable_id uuid not null references deliverables,
  metric text not null check (metric in ('views', 'likes', 'comments', 'shares', 'saves', 'clicks', 'conversions')),
  value bigint not null check (value >= 0),
  stood_at timestamptz not null,
  source text not null check (source <> ''), -- in words
  url text,
  entered_by uuid not null references users,
  entered_at timestamptz not null default now(),
  check (stood_at <= entered_at)
);
create index post_numbers_deliverable on post_numbers (deliverable_id, metric, stood_at desc);
create table bonuses (
  id uuid primary key, -- also its milestone's
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  deliverable_id uuid references deliverables,
  amount bigint not null check (amount > 0),
  currency text not null references currencies,
  reason text not null check (reason <> ''),
  given_by uuid not null references users,
  given_at timestamptz not null default now()
);
create trigger post_numbers_append_only before update or delete on post_numbers for each row execute function forbid_change();
create trigger bonuses_append_only before update or delete on bonuses for each row execute function forbid_change();
grant select on post_numbers, bonuses to rapport_api, rapport_worker;
grant insert on post_numbers, bonuses to rapport_api;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['post_numbers', 'bonuses'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;

-- A bonus is owed on the word of a row that a person of the brand wrote; the worker cannot write one.
create function milestone_bonus_guard() returns trigger language plpgsql as $$
begin
  if new.state = 'met' and old.state <> 'met' and new.trigger = 'threshold' and not exists (
      select 1 from post_numbers n where n.deliverable_id = new.deliverable_id and n.metric = new.metric and n.value >= new.at_least and n.stood_at <= new.counts_until) then
    raise exception 'no number in time reaches what bonus % asks for', old.id using errcode = 'RA080';
  end if;
  if new.state = 'met' and old.state <> 'met' and new.trigger = 'given' and not exists (
      select 1 from bonuses b where b.id = new.id and (b.partnership_id, b.amount, b.currency) = (new.partnership_id, new.amount, new.currency)) then
    raise exception 'nobody gave bonus %', old.id using errcode = 'RA080';
  end if;
  return new;
end $$;
create trigger milestones_bonus before update on milestones for each row when (new.bonus) execute function milestone_bonus_guard();

-- Who had a hand in making the money owed and so releases none of it: who approved the content, for whom, who entered a number that a bonus
-- depends on, and who gave one. What an outside reviewer decides counts for no pair of eyes.
create or replace function content_approvers(p_milestone uuid) returns uuid[] language sql stable as $$
  select array(select distinct v.id from milestones m
    join deliverables x on x.contract_id = m.contract_id and (m.deliverable_id is null or x.id = m.deliverable_id)
    join submissions s on s.deliverable_id = x.id join decisions d on d.submission_id = s.id cross join lateral (values (d.user_id), (d.on_behalf_of)) v(id)
    where m.id = p_milestone and m.trigger <> 'signature' and d.state = 'accepted' and d.decision in ('approve', 'approve_with_corrections') and v.id is not null
    union select n.entered_by from milestones m join post_numbers n on n.deliverable_id = m.deliverable_id and n.metric = m.metric where m.id = p_milestone and m.trigger = 'threshold'
    union select b.given_by from bonuses b where b.id = p_milestone)
$$;

-- What of a campaign's budget offers reserve or contracts commit, bonuses that may still be reached with them; of a contract that was ended,
-- what is or may still be paid. Money for a round or a bonus that is just being offered is in its command alone; that for the piece
-- p_besides is left to the caller.
create or replace function campaign_spoken(p_campaign uuid, p_besides uuid) returns bigint language sql stable as $$
  select ((select coalesce(sum(o.fee + o.bonus), 0) from offers o where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted'))
    - (select coalesce(sum(m.amount), 0) from milestones m join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
        where o.campaign_id = p_campaign and o.state in ('draft', 'sent', 'accepted') and m.bonus and not m.extra and m.state = 'cancelled')
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
