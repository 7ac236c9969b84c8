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
  add edits int not null default 0,    -- by people, while it waits for them
  add looked_at timestamptz,           -- a person let it go, having read what had come in until then
  add suggestion text check (suggestion in ('accept', 'decline', 'counter_offer', 'question', 'later', 'out_of_office', 'wrong_person', 'unsubscribe', 'other')),
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
-- Only what comes to the unmatched mails or leaves them is news of them.
drop trigger messages_unmatched_change on messages;
create trigger messages_unmatched_come after insert on messages for each row when (new.state = 'unmatched') execute function note_change('message', 'id');
create trigger messages_unmatched_go after update on messages for each row when (old.state = 'unmatched') execute function note_change('message', 'id');
create index messages_thread on messages (thread_id, at desc, id desc);

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
      or exists (select 1 from messages r where r.partnership_id = m.partnership_id and r.direction = 'in' and r.class = 'human' and r.state <> 'handled'
        and r.at > coalesce(m.looked_at, '-infinity'))
      or exists (select 1 from contacts k join messages r on r.from_address = k.email and r.state = 'unmatched' and r.class in ('human', 'unsubscribe') where k.creator_id = m.creator_id)))
$$;
create function mail_free_at(m messages, now timestamptz) returns timestamptz language sql stable as $$
  select case when m.kind not in ('outreach', 'sequence') then null else (
    select greatest(
      case when m.not_after <= now then now end,
      -- the mailbox in a day; whoever waits longer goes first, so the days behind are dealt out by the queue
      (select o.claimed_at + day + day * ((select count(*) from messages w where w.brand_id = m.brand_id and w.state = 'prepared' and w.deferred_until > now and w.id < m.id) / lim)
        from messages o where o.brand_id = m.brand_id and o.kind in ('outreach', 'sequence') and o.claimed_at > now - day order by o.claimed_at desc offset lim - 1 limit 1),
      -- one domain of receivers in an hour
      (select o.claimed_at + day / 24 + day / 24 * ((select count(*) from messages w where w.brand_id = m.brand_id and w.state = 'prepared' and w.deferred_until > now and w.to_domain = m.to_domain
          and w.id < m.id) / per_hour)
        from messages o where o.brand_id = m.brand_id and o.kind in ('outreach', 'sequence') and o.claimed_at > now - day / 24 and o.to_domain = m.to_domain
        order by o.claimed_at desc offset per_hour - 1 limit 1),
      -- one creator in a day, over all campaigns of the brand
      (select max(o.claimed_at) + day from messages o where o.creator_id = m.creator_id and o.brand_id = m.brand_id and o.partnership_id <> m.partnership_id
        and o.kind in ('outreach', 'sequence') and o.claimed_at > now - day))
    from (select make_interval(secs => c.day_seconds) as day, outreach_limit(b, now, make_interval(secs => c.day_seconds)) as lim, b.domain_per_hour as per_hour
      from brands b join calendars c on c.id = b.calendar_id where b.id = m.brand_id) x) end
$$;
-- +goose StatementEnd
-- Whether one of a mailbox's limits could be reached by claims that go on at this moment. A worker runs few at once, so a hundred are far away.
-- +goose StatementBegin
create function mail_near_limit(m messages) returns boolean language sql stable as $$
  select (select count(*) from messages o where o.brand_id = m.brand_id and o.kind in ('outreach', 'sequence') and o.claimed_at > clock_timestamp() - day) + 100 > lim
    or (select count(*) from messages o where o.brand_id = m.brand_id and o.kind in ('outreach', 'sequence') and o.claimed_at > clock_timestamp() - day / 24 and o.to_domain = m.to_domain) + 100 > per_hour
    or exists (select 1 from partnerships p where p.creator_id = m.creator_id and p.brand_id = m.brand_id and p.id <> m.partnership_id)
  from (select make_interval(secs => c.day_seconds) as day, outreach_limit(b, clock_timestamp(), make_interval(secs => c.day_seconds)) as lim, b.domain_per_hour as per_hour
    from brands b join calendars c on c.id = b.calendar_id where b.id = m.brand_id) x
$$;
-- +goose StatementEnd
create index messages_deferred on messages (brand_id, id) where state = 'prepared' and deferred_until is not null;

-- A subject without what answering and forwarding put in front of it, in many languages.
create function plain_subject(subject text) returns text language sql immutable strict as $$
  select lower(trim(regexp_replace(subject, '^((re|fwd?|aw|wg|sv|vs|antw|rv|tr|rif|r|i)\s*(\[\d+\])?\s*:\s*)+', '', 'i')))
$$;
create index messages_subject on messages (brand_id, plain_subject(subject)) where direction = 'out' and subject is not null;

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

-- Who reads a private thread: the partnership's owner, the assignee, its members, and auditors of the brand.
-- +goose StatementBegin
create function thread_open_to(p_thread uuid, p_viewer uuid) returns boolean language sql stable as $$
  select t.privacy = 'team' or coalesce(t.assignee_id = p_viewer, false)
    or exists (select 1 from partnerships p where p.id = t.partnership_id and p.owner_id = p_viewer)
    or exists (select 1 from thread_members m where m.thread_id = t.id and m.user_id = p_viewer)
    or exists (select 1 from user_roles r where r.user_id = p_viewer and r.brand_id = t.brand_id and r.role = 'auditor' and r.effective_at <= now())
  from threads t where t.id = p_thread
$$;
-- +goose StatementEnd

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
  if new.thread_id is null or new.kind in ('internal', 'code') or new.state = 'cancelled' or new.state = 'prepared' and new.author_id is null then return null; end if;
  if tg_op = 'UPDATE' and new.thread_id is not distinct from old.thread_id and (old.state not in ('prepared')) then return null; end if;
  update threads set last_at = greatest(last_at, new.at),
    state = case when new.direction = 'in' and new.class = 'human' and new.state <> 'handled' then 'open' else state end,
    snoozed_until = case when new.direction = 'in' and new.class = 'human' and new.state <> 'handled' then null else snoozed_until end
  where id = new.thread_id;
  return null;
end $$;
-- +goose StatementEnd
-- A message never comes into a thread that has just become part of another one.
-- +goose StatementBegin
create function message_thread() returns trigger language plpgsql as $$
begin
  if new.thread_id is not null then
    select coalesce(t.merged_into, t.id) into new.thread_id from threads t where t.id = new.thread_id for no key update;
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger messages_thread before insert on messages for each row execute function message_thread();
create trigger messages_touch_thread after insert or update on messages for each row execute function thread_touched();
create trigger threads_change after insert or update on threads for each row execute function note_change('thread', 'id');

-- Files one under a partnership, with its files, or puts it aside when none is given. False when somebody else was faster.
-- +goose StatementBegin
create or replace function file_mail(p_message uuid, p_partnership uuid) returns boolean
language plpgsql security definer set search_path = public, pg_temp as $$
declare v_thread uuid;
begin
  update messages m set state = 'handled' where m.id = p_message and m.state = 'unmatched' and p_partnership is null;
  if found then return true; end if;
  insert into threads (id, partnership_id, brand_id, creator_id) select gen_random_uuid(), p.id, p.brand_id, p.creator_id from partnerships p where p.id = p_partnership
    on conflict (partnership_id) where main do update set brand_id = excluded.brand_id returning coalesce(merged_into, id) into v_thread;
  update messages m set state = 'matched', partnership_id = p.id, brand_id = p.brand_id, creator_id = p.creator_id, thread_id = v_thread
  from partnerships p where m.id = p_message and m.state = 'unmatched' and p.id = p_partnership;
  if not found then return false; end if;
  update message_files f set brand_id = p.brand_id from partnerships p where f.message_id = p_message and p.id = p_partnership;
  return true;
end $$;

-- The partnerships that a mail from an address may mean, by id only: what a machine writes to them waits until the mail is filed.
create function partnerships_meant(p_email text) returns table (id uuid, brand_id uuid)
language sql stable security definer set search_path = public, pg_temp as $$
  select distinct p.id, p.brand_id from contacts k join partnerships p on p.creator_id = k.creator_id
  where k.email = p_email and p.stage not in ('lapsed', 'terminated', 'banned') limit 50
$$;
-- +goose StatementEnd
revoke execute on function partnerships_meant from public;
grant execute on function partnerships_meant to rapport_api, rapport_worker;

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

-- The brands that work with somebody who has the address, whatever the wall: a suppression of no brand is lifted only by whoever answers
-- for all of them.
-- +goose StatementBegin
create function brands_of_address(p_email text) returns uuid[] language sql stable security definer set search_path = public, pg_temp as $$
  select coalesce(array_agg(distinct p.brand_id), '{}') from contacts k join partnerships p on p.creator_id = k.creator_id where k.email = p_email
$$;
-- +goose StatementEnd
revoke execute on function brands_of_address from public;
grant execute on function brands_of_address to rapport_api;

-- ---- the daily count against the provider
create table mail_days (
  day date primary key,
  sent int not null,
  sent_at_provider int not null,
  received int not null,
  received_at_provider int not null,
  differs boolean not null default false, -- beyond what was in flight
  checked_at timestamptz not null default now()
);
create index messages_accepted on messages (accepted_at) where accepted_at is not null;
create index webhook_inbox_received on webhook_inbox (provider, received_at);
-- A post that nobody can read is kept as it came, for as long as it takes.
create index webhook_inbox_unreadable on webhook_inbox (received_at) where provider = 'inbound' and last_error = 'unreadable';

-- ---- search: one index over what was written, without a language, because creators write in many
alter table messages add words tsvector generated always as (
  setweight(to_tsvector('simple', left(coalesce(subject, ''), 2000)), 'A') || to_tsvector('simple', left(coalesce(body_text, ''), 200000))) stored;
alter table contracts add words tsvector generated always as (setweight(to_tsvector('simple', number), 'A') || to_tsvector('simple', left(body, 400000))) stored;
alter table submissions add words tsvector generated always as (to_tsvector('simple', left(coalesce(caption, ''), 100000))) stored;
create index messages_words on messages using gin (words);
create index contracts_words on contracts using gin (words);
create index submissions_words on submissions using gin (words);
-- What the newest of each kind are found by.
create index messages_said on messages (brand_id, at desc, id desc) where kind not in ('internal', 'code') and state not in ('prepared', 'cancelled');
create index messages_notes on messages (brand_id, at desc, id desc) where channel = 'note';
create index messages_filed on messages (brand_id, at desc, id desc) where files > 0;
create index contracts_made on contracts (brand_id, created_at desc, id desc);
create index submissions_made on submissions (brand_id, created_at desc, id desc);

-- +goose StatementBegin
-- What somebody typed, as a query: words, "a phrase", -not, or. The last word may be the beginning of one, unless it ends a phrase or is
-- one that must not be there.
create function text_query(p_words text) returns tsquery language sql stable as $$
  select case when q::text like '%''' and p_words !~ '["[:space:]]$' and p_words !~ '(^|[[:space:]])-[^[:space:]]*$' then (q::text || ':*')::tsquery else q end
  from websearch_to_tsquery('simple', p_words) q
$$;

-- The newest rows of a source in some brands: the index of each is walked, and their rows are merged.
create function newest_texts(p_source text, p_within text, p_brands uuid[], p_max int) returns text language sql immutable as $$
  select format('select * from (%s) s order by s.at desc, s.id desc limit %s',
    string_agg(format('(select * from (%s) s where s.brand_id = %L %s order by s.at desc, s.id desc limit %s)', p_source, b, p_within, p_max), ' union all '), p_max)
  from unnest(p_brands) b
$$;

-- The newest texts of the scope that match, up to p_max of each source. Row-level security would keep the index of words from being used,
-- so the walls stand in here: rapport_brands, and who reads a private thread. For a word that is in many texts it would be slow to find
-- them all and then the newest; so the newest thousand are looked at first, then, where they promise enough, the newest ten thousand; a
-- word that is rarer than that is looked up.
create function search_texts(p_words text, p_viewer uuid, p_kind text, p_brand uuid, p_creator uuid, p_campaign uuid, p_from timestamptz, p_to timestamptz, p_files boolean,
  p_after_at timestamptz, p_after_id uuid, p_max int)
returns table (kind text, id uuid, at timestamptz)
language plpgsql stable security definer rows 50 set search_path = public, pg_temp set jit = off as $$
declare
  q tsquery := text_query(p_words);
  brands uuid[] := array(select b from unnest(rapport_brands()) b where p_brand is null or b = p_brand);
  within text := concat(case when p_from is not null then ' and s.at >= $6' end, case when p_to is not null then ' and s.at < $7' end,
    case when p_after_at is not null then ' and (s.at, s.id) < ($8, $9)' end);
  wanted text := concat('s.words @@ $1 and not exists (select 1 from threads t where t.id = s.thread_id and t.privacy = ''private'' and thread_open_to(t.id, $3) is not true)',
    case when p_creator is not null or p_campaign is not null then concat(' and s.partnership_id in (select p.id from partnerships p where p.brand_id = any ($2)',
      case when p_creator is not null then ' and p.creator_id = $4' end, case when p_campaign is not null then ' and p.campaign_id = $5' end, ')') end);
  source text;
begin
  if querytree(q) in ('', 'T') or brands = '{}' then -- nothing typed, or only what must not be there
    return;
  end if;
  foreach source in array array[
    case when coalesce(p_kind, 'note') in ('message', 'note') then concat(
      'select case m.channel when ''note'' then ''note'' else ''message'' end as kind, m.id, m.at, m.words, m.thread_id, m.partnership_id, m.brand_id from messages m
        where m.kind not in (''internal'', ''code'') and m.state not in (''prepared'', ''cancelled'') and m.partnership_id is not null',
      case p_kind when 'note' then ' and m.channel = ''note''' when 'message' then ' and m.channel <> ''note''' end,
      case when p_files then ' and m.files > 0' when not p_files then ' and m.files = 0' end) end,
    case when coalesce(p_kind, 'contract') = 'contract' and p_files is not true then
      'select ''contract'' as kind, c.id, c.created_at as at, c.words, null::uuid as thread_id, c.partnership_id, c.brand_id from contracts c' end,
    case when coalesce(p_kind, 'caption') = 'caption' then concat(
      'select ''caption'' as kind, u.id, u.created_at as at, u.words, null::uuid as thread_id, u.partnership_id, u.brand_id from submissions u',
      case when p_files then ' where u.file_name is not null' when not p_files then ' where u.file_name is null' end) end]
  loop
    continue when source is null;
    return query execute (select format(
      'with near as (select s.kind, s.id, s.at from (%1$s) s where %5$s order by s.at desc, s.id desc limit $10),
        far as (select s.kind, s.id, s.at from (%2$s) s where (select count(*) from near) between $10 / 8 and $10 - 1 and %5$s order by s.at desc, s.id desc limit $10)
      select * from near where (select count(*) from near) = $10
      union all select * from far where (select count(*) from far) = $10
      union all (select s.kind, s.id, s.at from (select * from (%3$s) s where s.brand_id = any ($2) %4$s and %5$s offset 0) s
        where (select count(*) from near) < $10 and (select count(*) from far) < $10 order by s.at desc, s.id desc limit $10)',
      newest_texts(source, within, brands, 1000), newest_texts(source, within, brands, 10000), source, within, wanted))
    using q, brands, p_viewer, p_creator, p_campaign, p_from, p_to, p_after_at, p_after_id, p_max;
  end loop;
end $$;
-- +goose StatementEnd
revoke execute on function newest_texts, search_texts from public;
grant execute on function search_texts to rapport_api;

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

create trigger creator_profiles_change after insert or update on creator_profiles for each row execute function note_change('creator', 'creator_id');

-- ---- creators who may be the same person
-- A name without letter case, accents, spaces and signs.
-- +goose StatementBegin
create function name_key(name text) returns text language sql immutable parallel safe as $$
  select regexp_replace(lower(normalize(name, NFKD)), '[[:space:][:punct:]\u0300-\u036f]+', '', 'g')
$$;
-- +goose StatementEnd
create index creators_name_key on creators (name_key(name));
create index creator_accounts_lower_handle on creator_accounts (lower(handle));
create index contacts_local_part on contacts (split_part(email, '@', 1));

-- ---- merges of creators
alter table creators add merged_into uuid references creators check (merged_into <> id);
create index creators_merged_into on creators (merged_into) where merged_into is not null;
create table creator_merges (
  id uuid primary key,
  from_creator uuid not null references creators,
  into_creator uuid not null references creators,
  moved jsonb not null, -- the ids of what moved, by table, and what was overwritten
  by uuid not null references users,
  at timestamptz not null default now(),
  undone_at timestamptz,
  undone_by uuid references users,
  check (from_creator <> into_creator)
);
create index creator_merges_creators on creator_merges (into_creator, at desc);
create unique index creator_merges_standing on creator_merges (from_creator) where undone_at is null;

-- +goose StatementBegin
create function undo_until(m creator_merges) returns timestamptz language sql stable as $$
  select m.at + interval '24 hours'
$$;

create function uuids(list jsonb) returns uuid[] language sql immutable as $$
  select coalesce(array_agg(x::uuid), '{}') from jsonb_array_elements_text(list) x
$$;

-- Who became part of somebody else gets nothing new. The lock waits for a merge that runs at this moment.
create function creator_stands() returns trigger language plpgsql as $$
declare other uuid;
begin
  select merged_into into other from creators where id = new.creator_id for key share;
  if other is not null then
    raise exception 'this creator became part of another one' using errcode = 'RA040';
  end if;
  return new;
end $$;

create function lock_creators(p_a uuid, p_b uuid) returns void language plpgsql as $$
begin
  -- No account is made and no payout opened meanwhile.
  perform pg_advisory_xact_lock(hashtextextended(concat('payee:', least(p_a, p_b)), 0));
  perform pg_advisory_xact_lock(hashtextextended(concat('payee:', greatest(p_a, p_b)), 0));
  perform 1 from creators where id in (p_a, p_b) order by id for update;
end $$;

-- A payout keeps its creator for good, so none may be under way while partnerships change theirs.
create function money_in_flight(p_creators uuid[]) returns boolean language sql stable as $$
  select exists (select 1 from payouts where creator_id = any (p_creators) and state not in ('paid', 'partly_reversed', 'reversed', 'cancelled'))
$$;

-- Makes one creator part of another, in every brand, and writes down exactly what moved. Answers why not; nothing when it is done.
create function merge_creators(p_id uuid, p_from uuid, p_into uuid, p_by uuid) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare f creators; i creators; t text; ids jsonb; moved jsonb := '{}';
begin
  if p_from = p_into then return 'same_creator'; end if;
  perform lock_creators(p_from, p_into);
  select * into f from creators where id = p_from;
  select * into i from creators where id = p_into;
  if f.id is null or i.id is null then return 'unknown'; end if;
  if f.merged_into is not null or i.merged_into is not null then return 'merged_already'; end if;
  if (select count(*) from payees where creator_id in (p_from, p_into) and account_id is not null) = 2 then return 'two_payee_accounts'; end if;
  if money_in_flight(array[p_from, p_into]) then return 'money_in_flight'; end if;
  if exists (select 1 from partnerships a join partnerships b on b.campaign_id = a.campaign_id where a.creator_id = p_from and b.creator_id = p_into) then
    return 'same_campaign';
  end if;

  foreach t in array array['creator_accounts', 'partnerships', 'threads', 'tasks'] loop
    execute format('with x as (update %I set creator_id = $2 where creator_id = $1 returning id) select coalesce(jsonb_agg(id), ''[]'') from x', t) into ids using p_from, p_into;
    moved := moved || jsonb_build_object(t, ids);
  end loop;
  -- A message that has a creator has a partnership.
  with x as (update messages set creator_id = p_into where creator_id = p_from and partnership_id = any (uuids(moved -> 'partnerships')) returning id)
    select coalesce(jsonb_agg(id), '[]') into ids from x;
  moved := moved || jsonb_build_object('messages', ids);
  -- Where both have an address or a profile, the one of the creator who stays is kept, and the other stays where it is.
  with x as (update contacts k set creator_id = p_into where k.creator_id = p_from
      and not exists (select 1 from contacts o where o.creator_id = p_into and o.email = k.email) returning id)
    select coalesce(jsonb_agg(id), '[]') into ids from x;
  moved := moved || jsonb_build_object('contacts', ids);
  with x as (update creator_profiles p set creator_id = p_into where p.creator_id = p_from
      and not exists (select 1 from creator_profiles o where o.creator_id = p_into and o.brand_id = p.brand_id) returning brand_id)
    select coalesce(jsonb_agg(brand_id), '[]') into ids from x;
  moved := moved || jsonb_build_object('creator_profiles', ids);
  with x as (update creator_field_values v set creator_id = p_into where v.creator_id = p_from and v.brand_id = any (uuids(moved -> 'creator_profiles'))
      and not exists (select 1 from creator_field_values o where o.creator_id = p_into and o.field_id = v.field_id) returning field_id)
    select coalesce(jsonb_agg(field_id), '[]') into ids from x;
  moved := moved || jsonb_build_object('creator_field_values', ids);
  with x as (update calendars set owner_id = p_into where owner_kind = 'creator' and owner_id = p_from
      and not exists (select 1 from calendars o where o.owner_kind = 'creator' and o.owner_id = p_into) returning id)
    select coalesce(jsonb_agg(id), '[]') into ids from x;
  moved := moved || jsonb_build_object('calendars', ids);
  -- Of two payees the one with an account is kept.
  if exists (select 1 from payees y where y.creator_id = p_from and (y.account_id is not null or not exists (select 1 from payees o where o.creator_id = p_into))) then
    with x as (delete from payees where creator_id = p_into returning *) select coalesce(jsonb_agg(to_jsonb(x)), '[]') into ids from x;
    update payees set creator_id = p_into where creator_id = p_from;
    moved := moved || jsonb_build_object('payees', jsonb_build_array(p_from), 'payee_before', ids);
  end if;
  -- Nobody looks for an address that is there now.
  if exists (select 1 from contacts where creator_id = p_into) then
    with x as (select id, state, snoozed_until from tasks where dedupe_key in ('find_address/' || p_from, 'find_address/' || p_into) and state in ('open', 'snoozed') for update),
      y as (update tasks k set state = 'cancelled', snoozed_until = null, done_at = now() from x where k.id = x.id)
      select coalesce(jsonb_agg(to_jsonb(x)), '[]') into ids from x;
    moved := moved || jsonb_build_object('tasks_before', ids);
  end if;
  -- The stricter of two flags is kept.
  moved := moved || jsonb_build_object(
    'tags', (select coalesce(jsonb_agg(x.tag order by x.n), '[]') from unnest(f.tags) with ordinality x (tag, n) where x.tag <> all (i.tags)),
    'banned', f.banned_at is not null and i.banned_at is null, 'do_not_contact', f.do_not_contact_at is not null and i.do_not_contact_at is null);
  update creators c set tags = c.tags || array(select jsonb_array_elements_text(moved -> 'tags')),
    banned_at = coalesce(c.banned_at, f.banned_at), banned_reason = case when c.banned_at is null then f.banned_reason else c.banned_reason end,
    do_not_contact_at = coalesce(c.do_not_contact_at, f.do_not_contact_at),
    do_not_contact_reason = case when c.do_not_contact_at is null then f.do_not_contact_reason else c.do_not_contact_reason end, version = c.version + 1
  where c.id = p_into;
  update creators set merged_into = p_into, version = version + 1 where id = p_from;
  insert into creator_merges (id, from_creator, into_creator, moved, by) values (p_id, p_from, p_into, moved, p_by);
  return '';
end $$;

-- Takes a merge back: exactly what it moved and still is where it moved to, and what came to the moved partnerships since. Answers why
-- not; nothing when it is done.
create function undo_creator_merge(p_id uuid, p_by uuid) returns text
language plpgsql security definer set search_path = public, pg_temp as $$
declare m creator_merges; f creators; i creators; mine uuid[]; t text;
begin
  select * into m from creator_merges where id = p_id for update;
  if m.id is null then return 'unknown'; end if;
  perform lock_creators(m.from_creator, m.into_creator);
  select * into f from creators where id = m.from_creator;
  select * into i from creators where id = m.into_creator;
  mine := uuids(m.moved -> 'partnerships');
  if m.undone_at is not null then return 'undone_already'; end if;
  if now() >= undo_until(m) then return 'too_late'; end if;
  if i.merged_into is not null then return 'merged_on'; end if;
  if money_in_flight(array[f.id, i.id]) then return 'money_in_flight'; end if;
  if exists (select 1 from payouts where partnership_id = any (mine) and creator_id = i.id and state <> 'cancelled') then return 'paid_since'; end if;

  update partnerships set creator_id = f.id where creator_id = i.id and id = any (mine);
  foreach t in array array['threads', 'messages', 'tasks'] loop
    execute format('update %I set creator_id = $1 where creator_id = $2 and (id = any ($3) or partnership_id = any ($4))', t) using f.id, i.id, uuids(m.moved -> t), mine;
  end loop;
  update creator_accounts set creator_id = f.id where creator_id = i.id and id = any (uuids(m.moved -> 'creator_accounts'));
  update contacts set creator_id = f.id where creator_id = i.id and id = any (uuids(m.moved -> 'contacts'));
  update creator_profiles set creator_id = f.id where creator_id = i.id and brand_id = any (uuids(m.moved -> 'creator_profiles'));
  update creator_field_values set creator_id = f.id where creator_id = i.id and brand_id = any (uuids(m.moved -> 'creator_profiles'));
  update calendars set owner_id = f.id where owner_id = i.id and id = any (uuids(m.moved -> 'calendars'));
  if m.moved ? 'payees' then
    update payees set creator_id = f.id where creator_id = i.id;
    insert into payees select y.* from jsonb_populate_recordset(null::payees, m.moved -> 'payee_before') y on conflict do nothing;
  end if;
  update tasks k set state = x.state, snoozed_until = x.snoozed_until, done_at = null
  from jsonb_to_recordset(m.moved -> 'tasks_before') x (id uuid, state text, snoozed_until timestamptz) where k.id = x.id and k.state = 'cancelled';
  -- A flag that somebody set or lifted since stays as they want it.
  update creators c set
    tags = array(select x.tag from unnest(c.tags) with ordinality x (tag, n) where not (m.moved -> 'tags') ? x.tag order by x.n),
    banned_at = case when (m.moved ->> 'banned')::boolean and c.banned_at = f.banned_at then null else c.banned_at end,
    banned_reason = case when (m.moved ->> 'banned')::boolean and c.banned_at = f.banned_at then null else c.banned_reason end,
    do_not_contact_at = case when (m.moved ->> 'do_not_contact')::boolean and c.do_not_contact_at = f.do_not_contact_at then null else c.do_not_contact_at end,
    do_not_contact_reason = case when (m.moved ->> 'do_not_contact')::boolean and c.do_not_contact_at = f.do_not_contact_at then null else c.do_not_contact_reason end,
    version = c.version + 1
  where c.id = i.id;
  update creators set merged_into = null, version = version + 1 where id = f.id;
  update creator_merges set undone_at = now(), undone_by = p_by where id = m.id;
  return '';
end $$;

-- The partnerships of a merge whose workflow still listens, of every brand, by id only: those it moved, and those that were there.
create function merge_partnerships(p_id uuid) returns table (id uuid, brand_id uuid, moved boolean)
language sql stable security definer set search_path = public, pg_temp as $$
  select p.id, p.brand_id, p.id = any (uuids(m.moved -> 'partnerships'))
  from creator_merges m join partnerships p on p.creator_id = m.into_creator
  where m.id = p_id and p.stage not in ('lapsed', 'terminated') order by p.id
$$;

-- Merges, with how much of the caller's brands each moved, and of what belongs to no brand.
create function merges_of(p_creator uuid, p_id uuid)
returns table (id uuid, from_creator uuid, into_creator uuid, by uuid, at timestamptz, undo_until timestamptz, undone_at timestamptz, moved jsonb)
language sql stable security definer set search_path = public, pg_temp as $$
  select m.id, m.from_creator, m.into_creator, m.by, m.at, undo_until(m), m.undone_at, jsonb_build_object(
    'accounts', jsonb_array_length(m.moved -> 'creator_accounts'), 'contacts', jsonb_array_length(m.moved -> 'contacts'),
    'tags', jsonb_array_length(m.moved -> 'tags'), 'bank_accounts', coalesce(jsonb_array_length(m.moved -> 'payees'), 0),
    'partnerships', (select count(*) from partnerships x where x.id = any (uuids(m.moved -> 'partnerships')) and x.brand_id = any (rapport_brands())),
    'messages', (select count(*) from messages x where x.id = any (uuids(m.moved -> 'messages')) and x.brand_id = any (rapport_brands())),
    'tasks', (select count(*) from tasks x where x.id = any (uuids(m.moved -> 'tasks')) and x.brand_id = any (rapport_brands())),
    'profiles', (select count(*) from unnest(uuids(m.moved -> 'creator_profiles')) x where x = any (rapport_brands())))
  from creator_merges m
  where (p_id is null or m.id = p_id) and (p_creator is null or p_creator in (m.from_creator, m.into_creator))
$$;
-- +goose StatementEnd
create trigger partnerships_creator_stands before insert on partnerships for each row execute function creator_stands();
create trigger creator_accounts_creator_stands before insert on creator_accounts for each row execute function creator_stands();
create trigger contacts_creator_stands before insert on contacts for each row execute function creator_stands();
create trigger creator_profiles_creator_stands before insert on creator_profiles for each row execute function creator_stands();
revoke execute on function merge_creators, undo_creator_merge, merge_partnerships, merges_of from public;
grant execute on function merge_creators, undo_creator_merge, merge_partnerships, merges_of to rapport_api;

-- ---- rights
grant select on message_files, thread_members, thread_moves, canned_answers, mail_days, creator_profiles, creator_fields, creator_field_values to rapport_api, rapport_worker;
grant insert, update on canned_answers, creator_profiles, creator_fields, creator_field_values to rapport_api;
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
