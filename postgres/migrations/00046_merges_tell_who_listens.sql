-- +goose Up
-- A partnership that was ended still listens while money is owed, and one that lapsed while rights go on: the workflow says when it is over, not the stage.
-- +goose StatementBegin
create or replace function merge_partnerships(p_id uuid) returns table (id uuid, brand_id uuid, moved boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.brand_id, p.id = any (uuids(m.moved -> 'partnerships'))
  from creator_merges m join partnerships p on p.creator_id = m.into_creator
  where m.id = p_id and not exists (select 1 from workflow_snapshots s where s.workflow_id = 'partnership/' || p.id and s.closed) order by p.id
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
create or replace function merge_partnerships(p_id uuid) returns table (id uuid, brand_id uuid, moved boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.brand_id, p.id = any (uuids(m.moved -> 'partnerships'))
  from creator_merges m join partnerships p on p.creator_id = m.into_creator
  where m.id = p_id and p.stage not in ('lapsed', 'terminated') order by p.id
$$;
-- +goose StatementEnd
