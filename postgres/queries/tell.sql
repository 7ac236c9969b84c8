-- name: CreatorPartnerships :many
select x.id::uuid as id, x.brand_id::uuid as brand_id from creator_partnerships(@creator_id) x;
