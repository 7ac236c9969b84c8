-- name: ListReconciliationRuns :many
select id, state, from_at, to_at, matched, breaks, started_at, finished_at from reconciliations
where sqlc.narg('after_at')::timestamptz is null or (started_at, id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid)
order by started_at desc, id desc
limit @max_rows;

-- name: InsertReconciliation :one
insert into reconciliations (id, from_at, to_at) values (@id, now() - make_interval(secs => @window_seconds), now())
returning id, state, from_at, to_at, matched, breaks, started_at, finished_at;

-- name: VisiblePayouts :many
select id from payouts where id = any (@ids::uuid[]);
