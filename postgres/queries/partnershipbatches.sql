-- name: MatchingPartnerships :many
-- Those of the list with the same filter, in an order that is the same for everybody.
select p.id, p.brand_id from partnerships p
where p.brand_id = any (@brands::uuid[])
  and (cardinality(@ids::uuid[]) = 0 or p.id = any (@ids::uuid[]))
  and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
  and (sqlc.narg('attention')::boolean is null or p.attention = sqlc.narg('attention')::boolean)
  and (not @outreach_blocked::boolean or exists (select 1 from tasks t where t.partnership_id = p.id and t.kind = 'outreach_blocked' and t.state in ('open', 'snoozed')))
  and (cardinality(@stages::text[]) = 0 or p.stage = any (@stages::text[]))
  and (sqlc.narg('pattern')::text is null
    or exists (select 1 from creators c where c.id = p.creator_id and c.name ilike sqlc.narg('pattern')::text)
    or exists (select 1 from creator_accounts a where a.creator_id = p.creator_id and a.handle ilike sqlc.narg('pattern')::text)
    or exists (select 1 from campaigns g where g.id = p.campaign_id and g.name ilike sqlc.narg('pattern')::text))
order by p.id limit @max_rows;

-- name: PausedByBatch :many
-- Those that a batch paused and that nobody paused or resumed since: after it was made there is its own event alone.
select i.partnership_id as id, i.brand_id from partnership_batch_items i join partnership_batches b on b.id = i.batch_id join outbox o on o.id = i.outbox_id
where b.id = @batch_id and i.brand_id = any (@brands::uuid[]) and o.acked_at is not null and o.refused is null
  and (select count(*) from partnership_events e where e.partnership_id = i.partnership_id and e.source = 'partnership' and e.at > b.made_at and e.kind in ('paused', 'snoozed', 'resumed')) <= 1
order by 1;

-- name: InsertPartnershipBatch :exec
insert into partnership_batches (id, command, until, undoes, made_by) values (@id, @command, sqlc.narg('until'), sqlc.narg('undoes'), @made_by);

-- name: InsertPartnershipBatchItems :exec
insert into partnership_batch_items (batch_id, partnership_id, brand_id, outbox_id)
select @batch_id, unnest(@partnerships::uuid[]), unnest(@brands::uuid[]), unnest(@commands::uuid[]);

-- name: InsertPacedCommands :exec
-- Nobody waits with these at the workflow's door. The relay takes fifty a second, so that what comes in meanwhile is not kept waiting behind them.
insert into outbox (id, brand_id, kind, workflow_id, name, update_id, input, next_at)
select unnest(@ids::uuid[]), unnest(@brands::uuid[]), 'update', unnest(@workflow_ids::text[]), @name, unnest(@ids::uuid[])::text, unnest(@inputs::jsonb[]),
  now() + (generate_series(1, cardinality(@ids::uuid[])) / 50) * interval '1 second';

-- name: GetPartnershipBatch :one
select b.id, b.command, b.until, b.made_at, count(*)::int as total,
  count(*) filter (where o.refused is not null)::int as refused, count(*) filter (where o.refused is null and o.acked_at is not null)::int as done,
  exists (select 1 from partnership_batches u where u.undoes = b.id)::boolean as undone
from partnership_batches b join partnership_batch_items i on i.batch_id = b.id join outbox o on o.id = i.outbox_id
where b.id = @id and b.made_by = @made_by and i.brand_id = any (@brands::uuid[])
group by b.id;

-- name: RefusedInBatch :many
select i.partnership_id, c.name as creator_name, g.name as campaign_name, o.refused, o.verdict
from partnership_batch_items i join outbox o on o.id = i.outbox_id
join partnerships p on p.id = i.partnership_id join creators c on c.id = p.creator_id join campaigns g on g.id = p.campaign_id
where i.batch_id = @batch_id and i.brand_id = any (@brands::uuid[]) and o.refused is not null
  and (sqlc.narg('after_id')::uuid is null or i.partnership_id > sqlc.narg('after_id')::uuid)
order by i.partnership_id limit @max_rows;
