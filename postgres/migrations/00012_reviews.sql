-- +goose Up
-- Approval hierarchies: policies that choose themselves, delegations, outside reviewers, comments, corrections, rules for content, evidence.

alter table policies
  add applies_when jsonb,
  add rank int not null default 100 check (rank between 0 and 1000),
  add retired_at timestamptz;
grant update (retired_at) on policies to rapport_api;

alter table campaigns add content_rules jsonb not null default '{}';
alter table partnerships add promo_code text, add tracked_link text;

alter table delegations
  add created_by uuid references users,
  add created_at timestamptz not null default now(),
  add cancelled_at timestamptz;
create index delegations_to on delegations (to_user, brand_id);

-- For whom a person may decide now at the brands: for themselves, and for whoever has handed their decisions over, also at second hand.
create function voices_of(person uuid, brands uuid[]) returns table (brand_id uuid, user_id uuid, far int) language sql stable as $$
  with recursive voices(brand_id, user_id, far) as (
    select b, person, 0 from unnest(brands) b
    union
    select d.brand_id, d.from_user, v.far + 1 from delegations d join voices v on v.brand_id = d.brand_id and v.user_id = d.to_user
    where d.starts_at <= now() and d.ends_at > now() and d.cancelled_at is null and v.far < 10)
  select v.brand_id, v.user_id, min(v.far) from voices v group by 1, 2
$$;
-- Who may decide for one of the people now, beside themselves.
create function stand_ins(people uuid[], brand uuid) returns setof uuid language sql stable as $$
  with recursive voices(user_id, far) as (
    select p, 0 from unnest(people) p
    union
    select d.to_user, v.far + 1 from delegations d join voices v on v.user_id = d.from_user
    where d.brand_id = brand and d.starts_at <= now() and d.ends_at > now() and d.cancelled_at is null and v.far < 10)
  select distinct v.user_id from voices v join users u on u.id = v.user_id where v.far > 0 and not v.user_id = any (people) and u.disabled_at is null
$$;
-- Whether a person's decisions would come back to them: who stands in for them lets them decide in the end, at some time of both.
create function delegation_loops(brand uuid, giver uuid, taker uuid, since timestamptz, until timestamptz) returns boolean language sql stable as $$
  with recursive reach(user_id, starts_at, ends_at) as (
    select taker, since, until
    union
    select d.to_user, greatest(d.starts_at, r.starts_at), least(d.ends_at, r.ends_at) from delegations d join reach r on r.user_id = d.from_user
    where d.brand_id = brand and d.cancelled_at is null and d.starts_at < r.ends_at and d.ends_at > r.starts_at)
  select exists (select 1 from reach r where r.user_id = giver)
$$;

-- ---- outside reviewers, who decide by a link
create table outside_reviewers (
  id uuid primary key,
  brand_id uuid not null references brands,
  name text not null check (name <> ''),
  email text not null check (email = lower(email) and email like '%_@_%'),
  created_by uuid references users,
  created_at timestamptz not null default now(),
  removed_at timestamptz
);
create unique index outside_reviewers_email on outside_reviewers (brand_id, email) where removed_at is null;

create table review_links (
  id uuid primary key,
  token_hash bytea not null unique,
  review_id uuid not null references reviews,
  submission_id uuid not null references submissions,
  reviewer_id uuid not null references outside_reviewers,
  brand_id uuid not null references brands,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz,
  revoked_by uuid references users
);
create index review_links_review on review_links (review_id);

-- Every look at a link; nothing is ever deleted here.
create table review_link_views (
  link_id uuid not null references review_links,
  brand_id uuid not null,
  at timestamptz not null default now(),
  address text,
  agent text
);
create index review_link_views_link on review_link_views (link_id);

alter table decisions
  alter user_id drop not null,
  add reviewer_id uuid references outside_reviewers,
  add check ((user_id is null) <> (reviewer_id is null));

-- +goose StatementBegin
create or replace function decision_guard() returns trigger language plpgsql as $$
begin
  if old.state <> 'proposed' then
    raise exception 'decision % is final', old.id using errcode = 'RA001';
  end if;
  if (new.review_id, new.submission_id, new.user_id, new.reviewer_id, new.decision, new.comment) is distinct from
     (old.review_id, old.submission_id, old.user_id, old.reviewer_id, old.decision, old.comment) then
    raise exception 'decision % is immutable', old.id using errcode = 'RA001';
  end if;
  if new.state = 'accepted' and not exists (
    select 1 from submissions s join deliverables d on d.id = s.deliverable_id
    where s.id = new.submission_id and d.current_submission = s.id) then
    raise exception 'submission % is no longer current', new.submission_id using errcode = 'RA002';
  end if;
  return new;
end $$;
-- +goose StatementEnd

-- Who approved the content that a milestone pays for, and for whom. What an outside reviewer decides counts for no pair of eyes.
-- +goose StatementBegin
create or replace function content_approvers(p_milestone uuid) returns uuid[] language sql stable as $$
  select array(select distinct v.id from milestones m
    join deliverables x on x.contract_id = m.contract_id and (m.deliverable_id is null or x.id = m.deliverable_id)
    join submissions s on s.deliverable_id = x.id join decisions d on d.submission_id = s.id cross join lateral (values (d.user_id), (d.on_behalf_of)) v(id)
    where m.id = p_milestone and m.trigger <> 'signature' and d.state = 'accepted' and d.decision in ('approve', 'approve_with_corrections') and v.id is not null)
$$;
-- +goose StatementEnd

-- What an approval asks to be mended without a new version.
create table corrections (
  id uuid primary key,
  decision_id uuid not null references decisions,
  submission_id uuid not null references submissions,
  deliverable_id uuid not null references deliverables,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  position int not null,
  body text not null check (body <> ''),
  done_at timestamptz,
  unique (decision_id, position)
);
create index corrections_submission on corrections (submission_id);

create table review_comments (
  id uuid primary key,
  brand_id uuid not null references brands,
  partnership_id uuid not null references partnerships,
  deliverable_id uuid not null references deliverables,
  submission_id uuid not null references submissions,
  user_id uuid references users,
  reviewer_id uuid references outside_reviewers,
  contact_id uuid references contacts, -- the creator's
  internal boolean not null,
  body text not null check (body <> ''),
  anchor jsonb,
  reply_to uuid references review_comments,
  resolved_at timestamptz,
  resolved_by uuid references users,
  created_at timestamptz not null default now(),
  check ((user_id is not null)::int + (reviewer_id is not null)::int + (contact_id is not null)::int = 1),
  check (user_id is not null or not internal) -- only the house writes to itself
);
create index review_comments_submission on review_comments (submission_id, created_at);
create index review_comments_deliverable on review_comments (deliverable_id);

alter table reviews
  add choice jsonb,
  add silence_at timestamptz;

alter table submissions
  add declared_spoken boolean,
  add declared_written boolean,
  add media jsonb;

-- A revision round that the contract does not include, and what was offered for it.
alter table deliverables
  add extra text not null default '' check (extra in ('', 'asked', 'offered', 'declined')),
  add extra_fee bigint,
  add extra_currency text;

alter table milestones add extra boolean not null default false;

-- ---- evidence of published posts
alter table post_checks
  add id uuid not null default gen_random_uuid() unique,
  add authors text[] not null default '{}',
  add published_at timestamptz,
  add screenshot_sha256 bytea references blobs;

-- ---- Slack: an incoming webhook of a brand. Its address is a secret, which nobody reads but the worker.
create table slack_channels (
  brand_id uuid primary key references brands,
  webhook_url text not null,
  connected_by uuid references users,
  connected_at timestamptz not null default now(),
  last_error text
);
-- One row for each thing told, claimed before it is told: nothing is told twice.
create table slack_posts (
  key text primary key,
  brand_id uuid not null references brands,
  at timestamptz not null default now(),
  state text not null default 'sending' check (state in ('sending', 'sent', 'failed', 'unknown'))
);

create trigger review_comments_change after insert or update on review_comments for each row execute function note_change('review', 'submission_id');
create trigger corrections_change after update on corrections for each row execute function note_change('partnership', 'partnership_id');

grant select on outside_reviewers, review_links, review_link_views, corrections, review_comments, slack_posts to rapport_api, rapport_worker;
grant select (brand_id, connected_at, connected_by, last_error) on slack_channels to rapport_api;
grant select on slack_channels to rapport_worker;
grant insert, update on outside_reviewers, review_comments, slack_channels to rapport_api;
grant delete on slack_channels to rapport_api;
grant insert, update on review_links, slack_posts to rapport_worker;
grant update (used_at, revoked_at, revoked_by) on review_links to rapport_api;
grant insert on review_link_views, corrections to rapport_api;
grant update (done_at) on corrections to rapport_api;
grant update (last_error) on slack_channels to rapport_worker;

-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['outside_reviewers', 'review_links', 'review_link_views', 'corrections', 'review_comments', 'slack_channels', 'slack_posts'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

insert into templates (id, version, name, subject, body) values
('00000000-0000-7000-8000-000000000130', 1, 'approved_with_corrections', '"{{deliverable.title}}" is approved, with small corrections',
'Hi {{creator.first_name}},

"{{deliverable.title}}" is approved. Please make these small corrections before you publish it; we need no new version:

{{review.corrections}}

Tick them off here, publish by {{deliverable.publish_by}} and tell us the address: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000131', 1, 'extra_round', 'May we ask for another round of "{{deliverable.title}}"?',
'Hi {{creator.first_name}},

we would like the following changed in "{{deliverable.title}}":

{{review.feedback}}

This would be one more round than our contract includes, so it is your decision. Say yes or no here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000132', 1, 'round_offered', '{{round.fee}} for another round of "{{deliverable.title}}"',
'Hi {{creator.first_name}},

we offer you {{round.fee}} for one more round of "{{deliverable.title}}". It is owed once the new version is approved. Say yes or no here: {{portal_link}}

{{sender.name}}
{{brand.name}}'),
('00000000-0000-7000-8000-000000000133', 1, 'review_outside', '{{brand.name}} asks for your decision on "{{deliverable.title}}"',
'Hello {{recipient.name}},

{{brand.name}} asks you to look at "{{deliverable.title}}" by {{creator.name}} until {{review.due}}.

Look at it and decide here, without an account: {{review_link}}

The link is yours alone: it is for this version, works for one decision and ends by itself. Please do not forward it.');

-- +goose Down
select 1;
