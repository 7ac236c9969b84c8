-- name: InsertExtension :exec
insert into extensions (id, brand_id, partnership_id, deliverable_id, reason, draft_due_at, publish_by)
select @id, d.brand_id, d.partnership_id, d.id, @reason, sqlc.narg('draft_due_at'), sqlc.narg('publish_by') from deliverables d where d.id = @deliverable_id and d.partnership_id = @partnership_id
on conflict (id) do nothing;

-- name: AnswerExtension :exec
insert into extension_answers (id, brand_id, extension_id, words, by_id) select @id, x.brand_id, x.id, @words, @by_id from extensions x where x.id = @extension_id;

-- name: ChangeExtension :exec
update extensions set state = @state, answer_by = case when @state = 'open' then sqlc.narg('due') else answer_by end,
  ended_at = case when @state <> 'open' then @at::timestamptz end,
  granted_draft_due_at = case when @state = 'granted' then sqlc.narg('due') end, granted_publish_by = case when @state = 'granted' then sqlc.narg('until')::timestamptz end,
  answer_id = case when @state in ('granted', 'declined') then sqlc.narg('answer_id')::uuid end
where id = @id;

-- name: Extensions :many
-- The newest request about each deliverable; or one, by its id.
select distinct on (x.deliverable_id) x.id, x.brand_id, x.partnership_id, x.deliverable_id, x.reason, x.draft_due_at, x.publish_by, x.state, x.answer_by, x.granted_draft_due_at, x.granted_publish_by, x.created_at, x.ended_at,
  coalesce(a.words, '')::text as words, a.by_id, coalesce(u.name, '')::text as by_name
from extensions x left join extension_answers a on a.id = x.answer_id left join users u on u.id = a.by_id
where (x.deliverable_id = any (@deliverables::uuid[]) or x.id = sqlc.narg('id')::uuid) and x.state <> 'proposed'
  and x.brand_id = any (@brands::uuid[])
order by x.deliverable_id, x.created_at desc, x.id desc;

-- name: ExtensionAnswer :one
select coalesce(a.words, '')::text as words from extensions x left join extension_answers a on a.id = x.answer_id where x.id = @id;

-- name: InsertShipment :exec
insert into shipments (id, brand_id, partnership_id, term, carrier, reference, entered_by)
select @id, p.brand_id, p.id, p.term, @carrier, @reference, @entered_by from partnerships p where p.id = @partnership_id and p.brand_id = any (@brands::uuid[]) on conflict (id) do nothing;

-- name: ShipmentsOf :many
-- Those of the present term.
select s.id, s.carrier, s.reference, s.delivered_at, s.created_at from shipments s join partnerships p on p.id = s.partnership_id and p.term = s.term
where s.partnership_id = @partnership_id order by s.created_at, s.id;

-- name: DeliverShipment :many
update shipments s set delivered_at = @delivered_at from partnerships p where s.reference = @reference and p.id = s.partnership_id
returning s.id, s.partnership_id, s.brand_id, (s.term = p.term)::boolean as of_this_term;

-- name: DeliverProduct :exec
update partnerships set product_delivered_at = sqlc.narg('at') where id = @id;

-- name: ProductDelivered :one
select product_delivered_at from partnerships where id = @id;
