-- +goose Up
-- When what a milestone pays is expected to be earned, by its terms: at the day of the draft, of the publication, or of the numbers that it waits for, else at
-- the end of the contract.
create function milestone_expected(p_milestone uuid) returns timestamptz language sql stable as $$
  select coalesce(case
    when m.trigger = 'approval' then (select max(d.draft_due_at) from deliverables d where d.contract_id = c.id and (m.deliverable_id is null or d.id = m.deliverable_id))
    when m.trigger = 'threshold' and m.counts_until is not null then m.counts_until
    when m.trigger in ('posted', 'verified', 'threshold') then (select max(d.publish_by) from deliverables d where d.contract_id = c.id and (m.deliverable_id is null or d.id = m.deliverable_id))
    end, c.ends_at)
  from milestones m join contracts c on c.id = m.contract_id where m.id = p_milestone
$$;

-- +goose Down
drop function milestone_expected(uuid);
