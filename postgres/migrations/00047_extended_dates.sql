-- +goose Up
-- Exclusivity that an amendment let go on: the post excludes others until then, of whatever term it is.
create or replace view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_by)) as from_at, coalesce(d.posted_at, d.publish_by) as to_at,
    greatest(coalesce(d.posted_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)),
      (select max((e ->> 'until')::timestamptz) from contracts a cross join jsonb_array_elements(a.changes -> 'extended') e
        where a.partnership_id = d.partnership_id and a.executed_at is not null and a.changes ? 'extended' and e ->> 'kind' = 'exclusivity_end' and e -> 'assets' ? d.id::text)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and d.state not in ('rejected', 'missed', 'waived', 'cancelled');
-- +goose StatementBegin
create or replace function rebook_slots() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update slots s set until_at = b.until_at from slots_to_book b where b.partnership_id = new.partnership_id and s.deliverable_id = b.deliverable_id;
  return null;
end $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function rebook_slots() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update slots s set until_at = b.until_at from slots_to_book b join deliverables d on d.id = b.deliverable_id where d.contract_id = new.amends and s.deliverable_id = b.deliverable_id;
  return null;
end $$;
-- +goose StatementEnd
create or replace view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_by)) as from_at, coalesce(d.posted_at, d.publish_by) as to_at,
    coalesce(d.posted_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and d.state not in ('rejected', 'missed', 'waived', 'cancelled');
