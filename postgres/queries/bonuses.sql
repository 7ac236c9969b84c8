-- name: InsertPostNumber :exec
insert into post_numbers (id, brand_id, partnership_id, deliverable_id, metric, value, stood_at, source, url, entered_by)
select @id, d.brand_id, d.partnership_id, d.id, @metric, @value, @stood_at, @source, sqlc.narg('url'), @entered_by
from deliverables d where d.id = @deliverable_id and d.brand_id = any (@brands::uuid[]);

-- name: PostNumbers :many
select n.id, n.metric, n.value, n.stood_at, n.source, coalesce(n.url, '')::text as url, u.id as user_id, u.name, n.entered_at
from post_numbers n join users u on u.id = n.entered_by
where n.deliverable_id = @deliverable_id and n.brand_id = any (@brands::uuid[]) order by n.stood_at desc, n.entered_at desc limit 500;

-- name: InsertBonus :exec
insert into bonuses (id, brand_id, partnership_id, deliverable_id, amount, currency, reason, given_by)
values (@id, @brand_id, @partnership_id, sqlc.narg('deliverable_id'), @amount, @currency, @reason, @given_by);
