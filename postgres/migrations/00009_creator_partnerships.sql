-- +goose Up
-- A ban and do-not-contact are the creator's, whatever brand they work with: whoever may set them reaches the partnerships of
-- every brand, by id only.
-- +goose StatementBegin
create function creator_partnerships(p_creator uuid) returns table (id uuid, brand_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.brand_id from partnerships p where p.creator_id = p_creator and p.stage not in ('lapsed', 'terminated')
$$;
-- +goose StatementEnd
revoke execute on function creator_partnerships from public;
grant execute on function creator_partnerships to rapport_api, rapport_worker;

-- +goose Down
drop function creator_partnerships;
