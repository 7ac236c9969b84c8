-- +goose Up
-- Mail that names nothing of ours belongs to no brand. It is seen by whoever works for every brand that its sender may have meant, and
-- by the admins of any of them; a stranger's mail by everybody whom the API lets ask.
-- +goose StatementBegin
create function unmatched_mail(p_works uuid[], p_admins uuid[], p_id uuid, p_after_at timestamptz, p_after_id uuid, p_max int)
returns table (id uuid, from_address text, subject text, body_text text, quoted text, body_html text, class text, at timestamptz)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.id, coalesce(m.from_address, ''), coalesce(m.subject, ''), coalesce(m.body_text, ''), coalesce(m.quoted, ''), coalesce(m.body_html, ''), coalesce(m.class, ''), m.at
  from messages m
  cross join lateral (select coalesce(array_agg(distinct p.brand_id), '{}') as brands
    from contacts k join partnerships p on p.creator_id = k.creator_id where k.email = m.from_address) meant
  where m.state = 'unmatched' and (meant.brands <@ (p_works || p_admins) or meant.brands && p_admins)
    and (p_id is null or m.id = p_id) and (p_after_at is null or (m.at, m.id) < (p_after_at, p_after_id))
  order by m.at desc, m.id desc limit p_max
$$;

-- Files one under a partnership, or puts it aside when none is given. False when somebody else was faster.
create function file_mail(p_message uuid, p_partnership uuid) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update messages m set state = 'handled' where m.id = p_message and m.state = 'unmatched' and p_partnership is null;
  if found then return true; end if;
  update messages m set state = 'matched', partnership_id = p.id, brand_id = p.brand_id, creator_id = p.creator_id, thread_id = t.id
  from partnerships p left join threads t on t.partnership_id = p.id
  where m.id = p_message and m.state = 'unmatched' and p.id = p_partnership;
  return found;
end $$;
-- +goose StatementEnd
revoke execute on function unmatched_mail, file_mail from public;
grant execute on function unmatched_mail, file_mail to rapport_api;
create index messages_unmatched on messages (at desc, id) where state = 'unmatched';
create trigger messages_unmatched_change after insert or update on messages for each row when (new.partnership_id is null) execute function note_change('message', 'id');

-- +goose Down
drop trigger messages_unmatched_change on messages;
drop index messages_unmatched;
drop function file_mail, unmatched_mail;
