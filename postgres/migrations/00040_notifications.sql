-- +goose Up
-- What a person wants to hear of, how, and when not. Who has no row has the defaults of their roles.
create table notification_settings (
  user_id uuid primary key references users,
  quiet_from text not null check (quiet_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  quiet_until text not null check (quiet_until ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  urgent_passes boolean not null,
  digest_at text not null check (digest_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  choices jsonb not null check (jsonb_typeof(choices) = 'object'),
  updated_at timestamptz not null default now()
);

-- One row for each thing that one person is told, whatever becomes of it in the bell and by mail.
create table notifications (
  id uuid primary key,
  user_id uuid not null references users,
  brand_id uuid references brands, -- null: about the person alone
  event text not null check (event in ('decision', 'escalated', 'task', 'reply', 'stuck', 'draft', 'contract', 'key_date', 'due_soon', 'due_today', 'overdue', 'blocked', 'unknown', 'failed', 'case', 'security')),
  key text not null, -- names the thing, so that it is told once
  kind text not null,
  code text not null default '',
  n int not null default 0,
  task_id uuid references tasks,
  review_id uuid references reviews,
  partnership_id uuid references partnerships,
  ref uuid,
  at timestamptz not null,
  read_at timestamptz,
  -- now and digest wait for their mail; apart has a mail of its own
  mail text not null check (mail in ('now', 'digest', 'off', 'apart', 'sent', 'past')),
  message_id uuid references messages,
  unique (user_id, key),
  check ((mail = 'sent') = (message_id is not null))
);
create index notifications_user on notifications (user_id, at desc, id desc);
create index notifications_waiting on notifications (user_id) where mail in ('now', 'digest');
create index notifications_at on notifications (at);

-- A person's digest of a day is sent once, or found to have nothing to say.
create table notification_digests (
  user_id uuid not null references users,
  day text not null,
  at timestamptz not null default now(),
  primary key (user_id, day)
);

-- How far the changes were looked through; one round at a time.
create table notification_round (
  one boolean primary key default true check (one),
  xid bigint not null,
  at timestamptz not null
);
insert into notification_round (xid, at) select pg_snapshot_xmin(pg_current_snapshot())::text::bigint, now();
create index audit_log_at on audit_log (at);

create trigger notifications_change after insert or update of read_at on notifications for each row when (new.brand_id is not null) execute function note_change('notification', 'user_id');

grant select on notification_settings, notifications, notification_digests, notification_round to rapport_api, rapport_worker;
grant insert, update on notification_settings to rapport_api;
grant update (read_at) on notifications to rapport_api;
grant insert, update, delete on notifications to rapport_worker;
grant insert, delete on notification_digests to rapport_worker;
grant update on notification_round to rapport_worker;
alter table notifications enable row level security;
create policy api on notifications to rapport_api using (brand_id is null or brand_id = any (rapport_brands()));
create policy worker on notifications to rapport_worker using (true) with check (true);

-- A task was done or is somebody else's now, or a review does not ask the person any more.
-- +goose StatementBegin
create function notification_over(n notifications) returns boolean language sql stable as $$
  select coalesce((select t.state in ('done', 'cancelled') or t.owner_id is not null and t.owner_id <> n.user_id from tasks t where t.id = n.task_id), false)
    or coalesce((select v.state not in ('checking', 'open', 'held') or n.event in ('decision', 'escalated') and not n.user_id = any (v.approvers) from reviews v where v.id = n.review_id), false)
$$;
-- +goose StatementEnd

-- Who was disabled since a mail to them was written does not get it.
-- +goose StatementBegin
create or replace function mail_stopped(m messages) returns boolean language sql stable as $$
  select (m.kind <> 'internal' and exists (select 1 from suppressions s where s.email = m.to_address and (s.brand_id is null or s.brand_id = m.brand_id)
      and (m.kind in ('outreach', 'sequence') or s.reason in ('bounce', 'complaint'))))
    or (m.kind = 'internal' and exists (select 1 from users u where u.email = m.to_address and u.disabled_at is not null))
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
