-- +goose Up
-- When creators post, what stands in the way of it, and calendars for other programs.
alter table brands add column posts_apart_hours int not null default 48 check (posts_apart_hours between 0 and 720);
alter table campaigns
  add column category text check (category <> ''),
  add column slot_cap int not null default 0 check (slot_cap between 0 and 1000), -- posts a day on one platform; 0 for no cap
  add column embargo_until date; -- the first day on which content may be out

-- When a creator posts one deliverable, while that counts. Nobody writes it but the triggers: it repeats what a search by creator and time needs.
create table slots (
  deliverable_id uuid primary key references deliverables,
  brand_id uuid not null references brands,
  campaign_id uuid not null references campaigns,
  partnership_id uuid not null references partnerships,
  creator_id uuid not null references creators,
  from_at timestamptz not null,
  to_at timestamptz not null check (to_at >= from_at),
  until_at timestamptz not null check (until_at >= to_at) -- the end of the exclusivity that the post brings; to_at for none
);
create index slots_creator on slots (creator_id, from_at, until_at);
create index slots_campaign on slots (campaign_id, to_at);
create index slots_brand on slots (brand_id, to_at);
create index slots_partnership on slots (partnership_id);

create view slots_to_book as
  select d.id as deliverable_id, d.brand_id, p.campaign_id, p.id as partnership_id, p.creator_id,
    least(coalesce(d.posted_at, d.draft_due_at, d.publish_by), coalesce(d.posted_at, d.publish_by)) as from_at, coalesce(d.posted_at, d.publish_by) as to_at,
    coalesce(d.posted_at, d.publish_by) + make_interval(days => least(coalesce(((contract_now(d.contract_id)).terms ->> 'exclusivity_days')::int, 0), 3650)) as until_at
  from deliverables d join partnerships p on p.id = d.partnership_id
  where d.publish_by is not null and d.state not in ('rejected', 'missed', 'waived', 'cancelled');
insert into slots select * from slots_to_book;

-- +goose StatementBegin
create function book_slot() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  delete from slots where deliverable_id = new.id;
  insert into slots select * from slots_to_book where deliverable_id = new.id;
  return null;
end $$;
create function rebook_slots() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update slots s set until_at = b.until_at from slots_to_book b join deliverables d on d.id = b.deliverable_id where d.contract_id = new.amends and s.deliverable_id = b.deliverable_id;
  return null;
end $$;
create function move_slots() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update slots set creator_id = new.creator_id where partnership_id = new.id;
  return null;
end $$;
-- +goose StatementEnd
create trigger deliverables_booked after insert on deliverables for each row execute function book_slot();
create trigger deliverables_moved after update on deliverables for each row
  when ((old.draft_due_at, old.publish_by, old.posted_at, old.contract_id, old.state in ('rejected', 'missed', 'waived', 'cancelled'))
    is distinct from (new.draft_due_at, new.publish_by, new.posted_at, new.contract_id, new.state in ('rejected', 'missed', 'waived', 'cancelled')))
  execute function book_slot();
-- An amendment may have changed how long a post excludes others.
create trigger contracts_amended after update of executed_at on contracts for each row when (new.amends is not null and new.executed_at is not null) execute function rebook_slots();
create trigger partnerships_merged after update of creator_id on partnerships for each row
  when (old.creator_id is distinct from new.creator_id) execute function move_slots();

-- A creator who posts for two brands is a conflict of both, so that this crosses the wall between them: what it shows is when, for which
-- brand and in which category, and no name. The Store tells nobody more of it than the day.
create view slots_everywhere as
  select s.deliverable_id, s.brand_id, s.partnership_id, s.creator_id, s.from_at, s.to_at, s.until_at, coalesce(k.category, '')::text as category,
    d.term, d.position, d.state
  from slots s join campaigns k on k.id = s.campaign_id join deliverables d on d.id = s.deliverable_id;

-- When a creator is away, for every brand that works with them.
create table creator_absences (
  id uuid primary key,
  creator_id uuid not null references creators,
  from_on date not null,
  to_on date not null check (to_on between from_on and from_on + 366),
  note text not null default '',
  entered_by uuid references users, -- null: the creator said so
  created_at timestamptz not null default now()
);
create index creator_absences_creator on creator_absences (creator_id, to_on);

-- That a person let a conflict stand, for their brand.
create table conflict_overrides (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  key uuid not null,
  kind text not null check (kind in ('too_close', 'exclusivity', 'slot_cap', 'embargo', 'absence', 'lead_time')),
  severity text not null check (severity in ('block', 'warn')),
  words text not null check (words <> ''),
  reason text not null check (reason <> ''),
  by_id uuid not null references users,
  at timestamptz not null default clock_timestamp(),
  unique (brand_id, key)
);
create trigger conflict_overrides_append_only before update or delete on conflict_overrides for each row execute function forbid_change();
-- +goose StatementBegin
create function conflict_override_guard() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id
                 where r.user_id = new.by_id and r.brand_id = new.brand_id and u.disabled_at is null and r.effective_at <= now()
                 and (r.role in ('admin', 'legal') or r.role = 'ops' and new.severity = 'warn')) then
    raise exception 'ops overrides a warning, and legal or an admin what blocks' using errcode = 'RA095';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger conflict_overrides_guard before insert on conflict_overrides for each row execute function conflict_override_guard();

-- Calendars for other programs: random links, stored hashed, that show what their person may see at that moment.
create table calendar_feeds (
  id uuid primary key,
  user_id uuid not null references users,
  campaign_id uuid references campaigns, -- null: of every campaign of the person's brands
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index calendar_feeds_user on calendar_feeds (user_id);

grant select on slots, slots_everywhere, creator_absences, conflict_overrides to rapport_api, rapport_worker;
grant insert, delete on creator_absences to rapport_api;
grant insert (id, brand_id, partnership_id, key, kind, severity, words, reason, by_id) on conflict_overrides to rapport_api;
grant select, insert, update (last_used_at, revoked_at) on calendar_feeds to rapport_api;
alter table slots enable row level security;
create policy api on slots to rapport_api using (brand_id = any (rapport_brands()));
create policy worker on slots to rapport_worker using (true);
alter table conflict_overrides enable row level security;
create policy api on conflict_overrides to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on conflict_overrides to rapport_worker using (true) with check (true);

-- +goose Down
drop table calendar_feeds, conflict_overrides, creator_absences;
drop view slots_everywhere;
drop trigger partnerships_merged on partnerships;
drop trigger deliverables_moved on deliverables;
drop trigger deliverables_booked on deliverables;
drop view slots_to_book;
drop table slots;
drop function conflict_override_guard, move_slots, book_slot;
alter table campaigns drop column category, drop column slot_cap, drop column embargo_until;
alter table brands drop column posts_apart_hours;
