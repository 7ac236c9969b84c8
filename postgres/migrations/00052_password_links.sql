-- +goose Up
-- Who was invited has no password until they choose one.
alter table users add column invited_at timestamptz, add check ((invited_at is not null) = (password_hash = ''));
grant select (invited_at) on users to rapport_worker;

-- A link by which a person of the house chooses a password, once: invited, or because they forgot theirs. The mail that carries it names it; its token is made
-- while that is sent.
create table password_links (
  message_id uuid primary key references messages,
  user_id uuid not null references users,
  invitation boolean not null,
  token_hash bytea unique,
  expires_at timestamptz,
  used_at timestamptz,
  ended_at timestamptz, -- a newer one was asked for, the password was chosen otherwise, or the person was disabled
  check ((token_hash is null) = (expires_at is null)),
  check (used_at is null or token_hash is not null)
);
create index password_links_user on password_links (user_id);
grant select, insert, update (used_at, ended_at) on password_links to rapport_api;
grant select (message_id, ended_at, invitation), update (token_hash, expires_at) on password_links to rapport_worker;

-- A mail whose link has ended is not sent any more.
-- +goose StatementBegin
create or replace function mail_stopped(m messages) returns boolean language sql stable as $$
  select (m.kind <> 'internal' and exists (select 1 from suppressions s where s.email = m.to_address and (s.brand_id is null or s.brand_id = m.brand_id)
      and (m.kind in ('outreach', 'sequence') or s.reason in ('bounce', 'complaint'))))
    or (m.kind = 'internal' and exists (select 1 from users u where u.email = m.to_address and u.disabled_at is not null))
    or (m.kind = 'internal' and exists (select 1 from password_links l where l.message_id = m.id and l.ended_at is not null))
    or (m.kind in ('outreach', 'sequence') and (
      not exists (select 1 from partnerships p join creators c on c.id = p.creator_id
        where p.id = m.partnership_id and p.stage = coalesce(m.stage, p.stage) and p.stage not in ('terminated', 'banned', 'declined', 'lapsed')
          and c.do_not_contact_at is null and c.banned_at is null)
      or exists (select 1 from messages r where r.partnership_id = m.partnership_id and r.direction = 'in' and r.class = 'human' and r.state <> 'handled'
        and r.at > coalesce(m.looked_at, '-infinity'))
      or exists (select 1 from contacts k join messages r on r.from_address = k.email and r.state = 'unmatched' and r.class in ('human', 'unsubscribe') where k.creator_id = m.creator_id)))
$$;
-- +goose StatementEnd

-- +goose Down
select 1;
