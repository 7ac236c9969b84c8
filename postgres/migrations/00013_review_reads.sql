-- +goose Up
-- A decision stands while a stage of its review holds it: one that a later stage threw back was accepted, and counts no more.
create function decision_stands(stages jsonb, decision uuid) returns boolean language sql immutable as $$
  select jsonb_path_exists(stages, '$[*].decisions[*].id ? (@ == $id)', jsonb_build_object('id', decision))
$$;
-- Whether somebody of the house is who makes the content of a partnership.
create function makes_content(person uuid, partnership uuid) returns boolean language sql stable as $$
  select exists (select 1 from partnerships p join contacts x on x.creator_id = p.creator_id join users u on u.email = lower(x.email) where p.id = partnership and u.id = person)
$$;
-- What is still being recorded is asked for at every look at the reviews.
create index decisions_proposed on decisions (user_id) where state = 'proposed';

-- Commands that no workflow has written down yet: few at any time.
create index outbox_commands on outbox ((input ->> 'kind')) where kind = 'update' and handled_at is null;

-- Fetching the file by a link is logged like opening its page.
alter table review_link_views add what text not null default 'page' check (what in ('page', 'file'));

-- A review with what is said about it, in lists and on its own.
create view review_items with (security_invoker = true) as
select r.id, r.partnership_id, r.brand_id, r.deliverable_id, r.submission_id, r.state, r.open_stage, r.stages, r.approvers, r.due_at, r.silence_at, r.seq, r.created_at, r.closed_at, r.choice,
  (select count(*) from jsonb_array_elements(r.checks) x where x->>'result' = 'warn')::int as warnings,
  s.version, d.title, d.round, p.creator_id, c.name as creator_name, k.name as campaign_name, k.brief, coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform,
  coalesce(l.name, '')::text as policy_name, coalesce(l.on_silence, 'hold')::text as on_silence, coalesce(l.stages, '[]')::jsonb as policy_stages
from reviews r
join submissions s on s.id = r.submission_id
join deliverables d on d.id = r.deliverable_id
join partnerships p on p.id = r.partnership_id
join campaigns k on k.id = p.campaign_id
join creators c on c.id = p.creator_id
left join policies l on l.id = r.policy_id and l.version = r.policy_version
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = c.id order by x.platform, x.handle limit 1) a on true;
grant select on review_items to rapport_api, rapport_worker;

-- A command is delivered by whoever wrote it and falls to the relay only seconds later: it need not be woken for it.
drop trigger outbox_note on outbox;
create trigger outbox_note after insert on outbox for each row when (new.kind <> 'update') execute function note_outbox();

-- +goose Down
drop trigger outbox_note on outbox;
create trigger outbox_note after insert on outbox for each statement execute function note_outbox();
drop view review_items;
alter table review_link_views drop column what;
drop index outbox_commands;
drop index decisions_proposed;
drop function makes_content(uuid, uuid);
drop function decision_stands(jsonb, uuid);
