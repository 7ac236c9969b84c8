-- +goose Up
-- A person of some brands: who has a role at one of them, or has none anywhere and had or was asked to have one there. Nobody else could give them one again.
-- +goose StatementBegin
create function person_of(p_user uuid, p_brands uuid[]) returns boolean language sql stable as $$
  select exists (select 1 from user_roles r where r.user_id = p_user and r.brand_id = any (p_brands))
    or not exists (select 1 from user_roles r where r.user_id = p_user)
      and (exists (select 1 from role_requests q where q.user_id = p_user and q.brand_id = any (p_brands))
        or exists (select 1 from audit_log g where g.subject = p_user and g.action like 'role.%' and g.brand_id = any (p_brands)))
$$;
-- +goose StatementEnd

-- A view may be called something else.
grant update (name) on saved_views to rapport_api;

-- +goose Down
revoke update (name) on saved_views from rapport_api;
drop function person_of;
