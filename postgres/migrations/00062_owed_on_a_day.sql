-- +goose Up
-- A part of the money may be owed on a day that the contract names, which is one of the brand's zone.
alter table milestones
  add column owed_on date check (owed_on is null or trigger = 'date');

-- When what a milestone pays is expected to be earned, by its terms: at the day of the draft, of the publication, or of the numbers that it waits for, on
-- the day that they name, else at the end of the contract.
create or replace function milestone_expected(p_milestone uuid) returns timestamptz language sql stable as $$
  select coalesce(case
    when m.trigger = 'approval' then (select max(d.draft_due_at) from deliverables d where d.contract_id = c.id and (m.deliverable_id is null or d.id = m.deliverable_id))
    when m.trigger = 'threshold' and m.counts_until is not null then m.counts_until
    when m.trigger in ('posted', 'verified', 'threshold') then (select max(d.publish_by) from deliverables d where d.contract_id = c.id and (m.deliverable_id is null or d.id = m.deliverable_id))
    when m.owed_on is not null then least(m.owed_on::timestamp at time zone z.zone, c.ends_at)
    end, c.ends_at)
  from milestones m join contracts c on c.id = m.contract_id join brands b on b.id = m.brand_id join calendars z on z.id = b.calendar_id where m.id = p_milestone
$$;

-- +goose Down
create or replace function milestone_expected(p_milestone uuid) returns timestamptz language sql stable as $$
  select coalesce(case
    when m.trigger = 'approval' then (select max(d.draft_due_at) from deliverables d where d.contract_id = c.id and (m.deliverable_id is null or d.id = m.deliverable_id))
    when m.trigger = 'threshold' and m.counts_until is not null then m.counts_until
    when m.trigger in ('posted', 'verified', 'threshold') then (select max(d.publish_by) from deliverables d where d.contract_id = c.id and (m.deliverable_id is null or d.id = m.deliverable_id))
    end, c.ends_at)
  from milestones m join contracts c on c.id = m.contract_id where m.id = p_milestone
$$;
alter table milestones drop column owed_on;
