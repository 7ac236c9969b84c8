-- +goose Up
-- What is out stays booked, with the exclusivity that it brought, also when its partnership has ended.
create or replace view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.publish_at, d.publish_from, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_at, d.publish_by)) as from_at,
    coalesce(d.posted_at, d.publish_at, d.publish_by) as to_at,
    greatest(coalesce(d.posted_at, d.publish_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)),
      (select max((e ->> 'until')::timestamptz) from contracts a cross join jsonb_array_elements(a.changes -> 'extended') e
        where a.partnership_id = d.partnership_id and a.executed_at is not null and a.changes ? 'extended' and e ->> 'kind' = 'exclusivity_end' and e -> 'assets' ? d.id::text)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and (d.posted_at is not null or d.state not in ('rejected', 'missed', 'waived', 'cancelled'));
insert into slots select b.* from slots_to_book b where not exists (select 1 from slots s where s.deliverable_id = b.deliverable_id);

-- The state of a slot's deliverable: what is out is out, whatever became of the rest.
create function slot_state(state text, posted_at timestamptz) returns text language sql immutable as $$
  select case when posted_at is not null and state in ('rejected', 'missed', 'waived', 'cancelled') then 'posted' else state end
$$;
create or replace view slots_everywhere as
  select s.deliverable_id, s.brand_id, s.partnership_id, s.creator_id, s.from_at, s.to_at, s.until_at, coalesce(k.category, '')::text as category,
    d.term, d.position, slot_state(d.state, d.posted_at) as state
  from slots s join campaigns k on k.id = s.campaign_id join deliverables d on d.id = s.deliverable_id;
create index slots_brand_until on slots (brand_id, until_at);

create index messages_prepared on messages (at) where state = 'prepared';

-- +goose Down
drop index messages_prepared;
drop index slots_brand_until;
create or replace view slots_everywhere as
  select s.deliverable_id, s.brand_id, s.partnership_id, s.creator_id, s.from_at, s.to_at, s.until_at, coalesce(k.category, '')::text as category,
    d.term, d.position, d.state
  from slots s join campaigns k on k.id = s.campaign_id join deliverables d on d.id = s.deliverable_id;
drop function slot_state;
create or replace view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.publish_at, d.publish_from, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_at, d.publish_by)) as from_at,
    coalesce(d.posted_at, d.publish_at, d.publish_by) as to_at,
    greatest(coalesce(d.posted_at, d.publish_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)),
      (select max((e ->> 'until')::timestamptz) from contracts a cross join jsonb_array_elements(a.changes -> 'extended') e
        where a.partnership_id = d.partnership_id and a.executed_at is not null and a.changes ? 'extended' and e ->> 'kind' = 'exclusivity_end' and e -> 'assets' ? d.id::text)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and d.state not in ('rejected', 'missed', 'waived', 'cancelled');
delete from slots s where not exists (select 1 from slots_to_book b where b.deliverable_id = s.deliverable_id);
