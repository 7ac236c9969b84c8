-- +goose Up
-- Sequences that start by themselves, mailbox limits, threads as an inbox, search, what a brand keeps about a creator, and merges.

-- ---- sequences
alter table sequences add trigger_on jsonb;
alter table campaigns add automation_ids uuid[] not null default '{}';
alter table tasks add title text;

-- ---- mailboxes: a brand has one
alter table brands
  add domain_per_hour int not null default 20 check (domain_per_hour > 0),
  add warm_up_days int not null default 0 check (warm_up_days between 0 and 90),
  add warm_up_from timestamptz,
  add first_mail_notice text not null default 'You get this mail because your channel is public and we would like to propose a paid collaboration.';

-- How many mails of sequences a mailbox may send in a day: while it warms up, the number rises evenly from a tenth.
-- +goose StatementBegin
create function outreach_limit(b brands, now timestamptz, day interval) returns int language sql immutable as $$
  select case
    when b.warm_up_days = 0 or b.warm_up_from is null or now >= b.warm_up_from + b.warm_up_days * day then b.outreach_per_day
    else greatest(1, floor(b.outreach_per_day * (0.1 + 0.9 * extract(epoch from now - b.warm_up_from) / extract(epoch from b.warm_up_days * day))))::int
  end
$$;
-- +goose StatementEnd

-- ---- messages
alter table messages
  add stage text,                      -- the only stage of the partnership in which a mail of a sequence may go out
  add not_after timestamptz,           -- when the creator's hours end; claimed later, it would come at night
  add deferred_until timestamptz,      -- a limit puts it off
  add looked boolean not null default false, -- a machine wrote it and a person looks at it: its text stands as it is
  add looked_by uuid references users,
  add suggestion text,
  add suggestion_amount bigint,
  add suggestion_currency text,
  add suggestion_why text,
  add files int not null default 0,
  add mentions uuid[] not null default '{}';
alter table messages add to_domain text generated always as (lower(split_part(to_address, '@', 2))) stored;
create index messages_machine_claims on messages (brand_id, claimed_at) include (to_domain, creator_id, partnership_id) where kind in ('outreach', 'sequence') and claimed_at is not null;
create index messages_creator_claims on messages (creator_id, claimed_at) where kind in ('outreach', 'sequence') and claimed_at is not null;
create index messages_waiting on messages (partnership_id) where direction = 'in' and class = 'human' and state <> 'handled';
create index messages_unmatched_from on messages (from_address) where state = 'unmatched';
create index messages_thread on messages (thread_id, at desc, id desc);
create index messages_at on messages (brand_id, at) where channel = 'email';

-- Why a mail must not be sent, and until when a limit puts it off; both are asked in the statement that claims it.
-- A reply that nobody has filed yet may be the answer, so it stops a machine as well.
-- +goose StatementBegin
create function mail_stopped(m messages) returns boolean language sql stable as $$
  select (m.kind <> 'internal' and exists (select 1 from suppressions s where s.email = m.to_address and (s.brand_id is null or s.brand_id = m.brand_id)
      and (m.kind in ('outreach', 'sequence') or s.reason in ('bounce', 'complaint'))))
    or (m.kind in ('outreach', 'sequence') and (
      not exists (select 1 from partnerships p join creators c on c.id = p.creator_id
        where p.id = m.partnership_id and p.stage = coalesce(m.stage, p.stage) and p.stage not in ('terminated', 'banned', 'declined', 'lapsed')
          and c.do_not_contact_at is null and c.banned_at is null)
      or exists (select 1 from messages r where r.partnership_id = m.partnership_id and r.direction = 'in' and r.class = 'human' and r.state <> 'handled')
      or exists (select 1 from contacts k join messages r on r.from_address = k.email and r.state = 'unmatched' and r.class = 'human' where k.creator_id = m.creator_id)))
$$;
create function mail_free_at(m messages, now timestamptz) returns timestamptz language sql stable as $$
  select case when m.kind not in ('outreach', 'sequence') then null else (
    select greatest(
      case when m.not_after <= now then now end,
      -- the mailbox in a day; whoever waits longer goes first, so the days behind are dealt out by the queue
      (select o.claimed_at + day + day * ((select count(*) from messages w where w.brand_id = m.brand_id and w.state = 'prepared' and w.deferred_until > now and w.id < m.id) / lim)
        from messages o where o.brand_id = m.brand_id and o.kind in ('outreach', 'sequence') and o.claimed_at > now - day order by o.claimed_at desc offset lim - 1 limit 1),
      -- one domain of receivers in an hour
      (select o.claimed_at + day / 24 from messages o where o.brand_id = m.brand_id and o.kind in ('outreach', 'sequence') and o.claimed_at > now - day / 24 and o.to_domain = m.to_domain
        order by o.claimed_at desc offset per_hour - 1 limit 1),
      -- one creator in a day, over all campaigns of the brand
      (select max(o.claimed_at) + day from messages o where o.creator_id = m.creator_id and o.brand_id = m.brand_id and o.partnership_id <> m.partnership_id
        and o.kind in ('outreach', 'sequence') and o.claimed_at > now - day))
    from (select make_interval(secs => c.day_seconds) as day, outreach_limit(b, now, make_interval(secs => c.day_seconds)) as lim, b.domain_per_hour as per_hour
      from brands b join calendars c on c.id = b.calendar_id where b.id = m.brand_id) x) end
$$;
-- +goose StatementEnd
create index messages_deferred on messages (brand_id, id) where state = 'prepared' and deferred_until is not null;

create table message_files (
  message_id uuid not null references messages,
  n int not null,
  brand_id uuid,
  name text not null,
  content_type text not null,
  size bigint not null,
  sha256 bytea not null references blobs,
  primary key (message_id, n)
);

-- What was written is never taken back: text, addresses and time stay as they were kept, and nothing is deleted.
-- +goose StatementBegin
create function message_guard() returns trigger language plpgsql as $$
begin
  if old.direction = 'in' and (new.body_text, new.subject, new.quoted, new.body_html, new.from_address, new.at, new.rfc_message_id) is distinct from
     (old.body_text, old.subject, old.quoted, old.body_html, old.from_address, old.at, old.rfc_message_id) then
    raise exception 'message % came in: its text is immutable', old.id using errcode = 'RA001';
  end if;
  if old.state not in ('prepared', 'sending') and old.kind <> 'code' and (new.body_text, new.subject, new.to_address) is distinct from (old.body_text, old.subject, old.to_address) then
    raise exception 'message % was sent or logged: its text is immutable', old.id using errcode = 'RA001';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger messages_guard before update on messages for each row execute function message_guard();
create trigger messages_keep before delete on messages for each row execute function forbid_change();

-- ---- threads
drop index threads_partnership;
alter table threads
  add main boolean not null default true,
  add state text not null default 'open' check (state in ('open', 'snoozed', 'done')),
  add snoozed_until timestamptz,
  add assignee_id uuid references users,
  add privacy text not null default 'team' check (privacy in ('team', 'private')),
  add merged_into uuid references threads,
  add last_at timestamptz,
  add constraint threads_snoozed check ((state = 'snoozed') = (snoozed_until is not null));
create unique index threads_main on threads (partnership_id) where main;
create index threads_inbox on threads (brand_id, last_at desc, id desc) where merged_into is null and last_at is not null;
create index threads_creator on threads (creator_id, brand_id);
update threads t set last_at = (select max(m.at) from messages m where m.thread_id = t.id and m.state not in ('prepared', 'cancelled') and m.kind not in ('internal', 'code'));

-- Who takes part in a private thread besides its owner and assignee: whoever made it private or wrote in it.
create table thread_members (
  thread_id uuid not null references threads,
  brand_id uuid not null,
  user_id uuid not null references users,
  primary key (thread_id, user_id)
);

-- Every move of messages between threads, so that none is ever lost from sight.
create table thread_moves (
  id uuid primary key,
  brand_id uuid not null,
  from_thread uuid not null references threads,
  to_thread uuid not null references threads,
  messages uuid[] not null,
  by uuid not null references users,
  at timestamptz not null default now()
);
create trigger thread_moves_append_only before update or delete on thread_moves for each row execute function forbid_change();

-- A message that counts as said brings its thread up, and a creator's brings it back from done.
-- +goose StatementBegin
create function thread_touched() returns trigger language plpgsql as $$
begin
  if new.thread_id is null or new.kind in ('internal', 'code') or new.state in ('prepared', 'cancelled') then return null; end if;
  if tg_op = 'UPDATE' and new.thread_id is not distinct from old.thread_id and (old.state not in ('prepared')) then return null; end if;
  update threads set last_at = greatest(last_at, new.at),
    state = case when new.direction = 'in' and new.class = 'human' then 'open' else state end,
    snoozed_until = case when new.direction = 'in' and new.class = 'human' then null else snoozed_until end
  where id = new.thread_id;
  return null;
end $$;
-- +goose StatementEnd
create trigger messages_touch_thread after insert or update on messages for each row execute function thread_touched();
create trigger threads_change after insert or update on threads for each row execute function note_change('thread', 'id');

create table canned_answers (
  id uuid primary key,
  brand_id uuid not null references brands,
  name text not null check (name <> ''),
  body text not null check (body <> ''),
  created_by uuid references users,
  removed_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index canned_answers_name on canned_answers (brand_id, name) where removed_at is null;

alter table contracts add opened_at timestamptz;
alter table portal_links add opened_at timestamptz;

-- ---- suppressions can be lifted, with a reason, by a person
alter table suppressions add id uuid not null default gen_random_uuid();
create unique index suppressions_id on suppressions (id);

-- ---- the daily count against the provider
create table mail_days (
  day date primary key,
  sent int not null,
  sent_at_provider int not null,
  received int not null,
  received_at_provider int not null,
  checked_at timestamptz not null default now()
);

-- ---- search: one index over what was written, without a language, because creators write in many
alter table messages add words tsvector generated always as (
  setweight(to_tsvector('simple', left(coalesce(subject, ''), 2000)), 'A') || to_tsvector('simple', left(coalesce(body_text, ''), 200000))) stored;
alter table contracts add words tsvector generated always as (setweight(to_tsvector('simple', number), 'A') || to_tsvector('simple', left(body, 400000))) stored;
alter table submissions add words tsvector generated always as (to_tsvector('simple', left(coalesce(caption, ''), 100000))) stored;
create index messages_words on messages using gin (words);
create index contracts_words on contracts using gin (words);
create index submissions_words on submissions using gin (words);

-- ---- what a brand keeps about a creator
create table creator_profiles (
  creator_id uuid not null references creators,
  brand_id uuid not null references brands,
  preferences text not null default '',
  style_notes text not null default '',
  rates jsonb not null default '[]',
  version int not null default 1,
  updated_by uuid references users,
  updated_at timestamptz not null default now(),
  primary key (creator_id, brand_id)
);
create table creator_fields (
  id uuid primary key,
  brand_id uuid not null references brands,
  name text not null check (name <> ''),
  kind text not null check (kind in ('text', 'number', 'date', 'select', 'bool')),
  options text[] not null default '{}',
  archived_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index creator_fields_name on creator_fields (brand_id, lower(name)) where archived_at is null;
create table creator_field_values (
  creator_id uuid not null references creators,
  field_id uuid not null references creator_fields,
  brand_id uuid not null,
  value text not null,
  primary key (creator_id, field_id)
);

-- ---- merges of creators
alter table creators add merged_into uuid references creators;
create table creator_merges (
  id uuid primary key,
  from_creator uuid not null references creators,
  into_creator uuid not null references creators,
  moved jsonb not null,
  by uuid not null references users,
  at timestamptz not null default now(),
  undone_at timestamptz,
  undone_by uuid references users,
  check (from_creator <> into_creator)
);
create index creator_merges_creators on creator_merges (into_creator, at desc);

-- ---- rights
grant select on message_files, thread_members, thread_moves, canned_answers, mail_days, creator_profiles, creator_fields, creator_field_values, creator_merges to rapport_api, rapport_worker;
grant insert, update on canned_answers, creator_profiles, creator_fields, creator_field_values, creator_merges to rapport_api;
grant insert on thread_members, thread_moves to rapport_api;
grant delete on creator_field_values, suppressions to rapport_api;
grant insert on message_files to rapport_api, rapport_worker;
grant insert, update on mail_days to rapport_worker;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['message_files', 'thread_members', 'thread_moves', 'canned_answers', 'creator_profiles', 'creator_fields', 'creator_field_values'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- The first mail says why it comes.
insert into templates (id, version, brand_id, name, subject, body)
select id, 2, null, name, subject, replace(body, 'You get this mail because your channel is public and we would like to propose a paid collaboration. If you do not', '{{first_mail_notice}} If you do not')
from templates where name = 'invitation' and brand_id is null and version = 1;

-- +goose Down
select 1;
