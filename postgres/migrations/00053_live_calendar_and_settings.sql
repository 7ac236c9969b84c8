-- +goose Up
-- Who looks at the calendar, at people or at settings hears of what others change there, as of everything else.

-- Once a statement and thing, however many rows it wrote. What has no brand is told to everybody, but a view that is its owner's alone.
-- +goose StatementBegin
create function note_changes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into changes (brand_id, noun, ref)
  select distinct (c.row ->> tg_argv[2])::uuid, tg_argv[0], (c.row ->> tg_argv[1])::uuid from (select to_jsonb(changed) as row from changed) c
  where tg_table_name <> 'saved_views' or c.row ->> 'brand_id' is not null;
  if found then perform pg_notify('rapport_changes', ''); end if;
  return null;
end $$;
do $$
declare
  t record;
  e record;
begin
  for t in select * from (values
    ('creator_absences', 'absence', 'creator_id', 'brand_id'), ('conflict_overrides', 'conflict_override', 'partnership_id', 'brand_id'),
    ('users', 'user', 'id', 'brand_id'), ('user_roles', 'user', 'user_id', 'brand_id'), ('role_requests', 'user', 'user_id', 'brand_id'),
    ('delegations', 'delegation', 'id', 'brand_id'), ('calendars', 'calendar', 'id', 'brand_id'), ('templates', 'template', 'id', 'brand_id'),
    ('policies', 'policy', 'id', 'brand_id'), ('clauses', 'clause', 'id', 'brand_id'), ('contract_templates', 'contract_template', 'id', 'brand_id'),
    ('sequences', 'sequence', 'id', 'brand_id'), ('saved_views', 'view', 'id', 'brand_id'), ('brands', 'brand', 'id', 'id'),
    ('payout_tiers', 'brand', 'brand_id', 'brand_id'), ('slack_channels', 'brand', 'brand_id', 'brand_id'),
    ('outside_reviewers', 'outside_reviewer', 'id', 'brand_id'), ('creator_fields', 'creator_field', 'id', 'brand_id'), ('canned_answers', 'canned', 'id', 'brand_id')
  ) x (name, noun, ref, brand) loop
    for e in select * from (values ('insert', 'new'), ('update', 'new'), ('delete', 'old')) y (event, side) loop
      execute format('create trigger %1$s_%2$s_noted after %2$s on %1$s referencing %3$s table as changed for each statement execute function note_changes(%4$L, %5$L, %6$L)',
        t.name, e.event, e.side, t.noun, t.ref, t.brand);
    end loop;
  end loop;
end $$;
-- +goose StatementEnd

-- What a calendar shows of a deliverable; its other columns change with every step of the partnership, which is told anyway.
create trigger deliverables_planned after insert on deliverables for each row execute function note_change('deliverable', 'id');
create trigger deliverables_change after update on deliverables for each row
  when ((old.title, old.platform, old.state, old.draft_due_at, old.publish_by, old.posted_at) is distinct from (new.title, new.platform, new.state, new.draft_due_at, new.publish_by, new.posted_at))
  execute function note_change('deliverable', 'id');

-- +goose Down
drop trigger deliverables_change on deliverables;
drop trigger deliverables_planned on deliverables;
drop function note_changes cascade;
