-- name: ListViews :many
-- One's own, and what others share with a brand of the scope.
select v.id, v.page, v.name, v.search, v.brand_id, coalesce(b.name, '')::text as brand_name, v.owner_id, u.name as owner_name
from saved_views v join users u on u.id = v.owner_id left join brands b on b.id = v.brand_id
where (v.owner_id = @user_id or v.brand_id = any (@brands::uuid[]))
order by v.page, lower(v.name), v.id limit 500;

-- name: InsertView :exec
insert into saved_views (id, owner_id, brand_id, page, name, search) values (@id, @owner_id, sqlc.narg('brand_id'), @page, @name, @search)
on conflict (id) do nothing;

-- name: CountViews :one
select count(*)::int from saved_views where owner_id = @user_id;

-- name: ViewToDelete :one
select owner_id, brand_id from saved_views where id = @id and (owner_id = @user_id or brand_id = any (@brands::uuid[]));

-- name: RenameView :one
update saved_views v set name = @name where v.id = @id and v.owner_id = @user_id
returning v.id, v.page, v.name, v.search, v.brand_id, coalesce((select b.name from brands b where b.id = v.brand_id), '')::text as brand_name, v.owner_id, (select u.name from users u where u.id = v.owner_id)::text as owner_name;

-- name: DeleteView :exec
delete from saved_views where id = @id;
