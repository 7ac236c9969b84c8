-- +goose Up
-- When content will be published, once the creator or the house has said so, and from when on it may be where the contract names a day.
alter table deliverables
  add column publish_at timestamptz,
  add column publish_from timestamptz,
  add constraint deliverables_planned_while_scheduled check (publish_at is null or state = 'scheduled');

-- A planned post takes its own moment in the calendar, and not the whole window.
create or replace view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.publish_at, d.publish_from, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_at, d.publish_by)) as from_at,
    coalesce(d.posted_at, d.publish_at, d.publish_by) as to_at,
    greatest(coalesce(d.posted_at, d.publish_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)),
      (select max((e ->> 'until')::timestamptz) from contracts a cross join jsonb_array_elements(a.changes -> 'extended') e
        where a.partnership_id = d.partnership_id and a.executed_at is not null and a.changes ? 'extended' and e ->> 'kind' = 'exclusivity_end' and e -> 'assets' ? d.id::text)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and d.state not in ('rejected', 'missed', 'waived', 'cancelled');
drop trigger deliverables_moved on deliverables;
create trigger deliverables_moved after update on deliverables for each row
  when ((old.draft_due_at, old.publish_by, old.publish_from, old.publish_at, old.posted_at, old.contract_id, old.state in ('rejected', 'missed', 'waived', 'cancelled'))
    is distinct from (new.draft_due_at, new.publish_by, new.publish_from, new.publish_at, new.posted_at, new.contract_id, new.state in ('rejected', 'missed', 'waived', 'cancelled')))
  execute function book_slot();
drop trigger deliverables_change on deliverables;
create trigger deliverables_change after update on deliverables for each row
  when ((old.title, old.platform, old.state, old.draft_due_at, old.publish_by, old.publish_at, old.posted_at)
    is distinct from (new.title, new.platform, new.state, new.draft_due_at, new.publish_by, new.publish_at, new.posted_at))
  execute function note_change('deliverable', 'id');

insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000561', 1, 'post_not_reported', 'Is "{{deliverable.title}}" online?',
'Hi {{creator.first_name}},

"{{deliverable.title}}" was planned for {{deliverable.publish_at}}. If it is online, tell us its address here; if not, say there when it will be: {{portal_link}}

It is to be published by {{deliverable.publish_by}}.

{{sender.name}}
{{brand.name}}');

-- +goose Down
delete from templates where name = 'post_not_reported';
drop trigger deliverables_change on deliverables;
create trigger deliverables_change after update on deliverables for each row
  when ((old.title, old.platform, old.state, old.draft_due_at, old.publish_by, old.posted_at) is distinct from (new.title, new.platform, new.state, new.draft_due_at, new.publish_by, new.posted_at))
  execute function note_change('deliverable', 'id');
drop trigger deliverables_moved on deliverables;
create trigger deliverables_moved after update on deliverables for each row
  when ((old.draft_due_at, old.publish_by, old.posted_at, old.contract_id, old.state in ('rejected', 'missed', 'waived', 'cancelled'))
    is distinct from (new.draft_due_at, new.publish_by, new.posted_at, new.contract_id, new.state in ('rejected', 'missed', 'waived', 'cancelled')))
  execute function book_slot();
create or replace view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_by)) as from_at, coalesce(d.posted_at, d.publish_by) as to_at,
    greatest(coalesce(d.posted_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)),
      (select max((e ->> 'until')::timestamptz) from contracts a cross join jsonb_array_elements(a.changes -> 'extended') e
        where a.partnership_id = d.partnership_id and a.executed_at is not null and a.changes ? 'extended' and e ->> 'kind' = 'exclusivity_end' and e -> 'assets' ? d.id::text)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and d.state not in ('rejected', 'missed', 'waived', 'cancelled');
alter table deliverables drop constraint deliverables_planned_while_scheduled, drop column publish_from, drop column publish_at;
