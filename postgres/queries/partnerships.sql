-- name: ListPartnerships :many
with page as materialized (select f.* from unnest(@brands::uuid[]) x(brand) cross join lateral (
  select p.* from partnerships p
  where p.brand_id = x.brand
    and (sqlc.narg('id')::uuid is null or p.id = sqlc.narg('id')::uuid)
    and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
    and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
    and (sqlc.narg('creator_id')::uuid is null or p.creator_id = sqlc.narg('creator_id')::uuid)
    and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
    and (sqlc.narg('attention')::boolean is null or p.attention = sqlc.narg('attention')::boolean)
    and (not @outreach_blocked::boolean or exists (select 1 from tasks t where t.partnership_id = p.id and t.kind = 'outreach_blocked' and t.state in ('open', 'snoozed')))
    and (cardinality(@stages::text[]) = 0 or p.stage = any (@stages::text[]))
    and (sqlc.narg('pattern')::text is null
      or exists (select 1 from creators c where c.id = p.creator_id and c.name ilike sqlc.narg('pattern')::text)
      or exists (select 1 from creator_accounts a where a.creator_id = p.creator_id and a.handle ilike sqlc.narg('pattern')::text)
      or exists (select 1 from campaigns g where g.id = p.campaign_id and g.name ilike sqlc.narg('pattern')::text))
    and (sqlc.narg('after_at')::timestamptz is null or (p.updated_at, p.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
  order by p.updated_at desc, p.id desc limit @max_rows::int) f order by f.updated_at desc, f.id desc limit @max_rows::int)
select p.id, p.brand_id, b.name as brand_name, p.campaign_id, g.name as campaign_name, p.creator_id, c.name as creator_name,
  coalesce(a.handle, '')::text as handle, coalesce(a.platform, '')::text as platform, p.owner_id, u.name as owner_name,
  p.stage, p.stage_at, p.paused, p.attention, p.term, p.renewal_state, p.timers, p.waiting, p.commands, p.seq, p.created_at, p.updated_at,
  coalesce(o.fee, 0)::bigint as fee, coalesce(o.currency, '')::text as fee_currency,
  coalesce(y.paid, 0)::bigint as paid, coalesce(y.currency, '')::text as paid_currency,
  coalesce(w.sent, '0')::int as mails_sent, coalesce(w.next_step, '')::text as next_step,
  coalesce(t.kind, '')::text as task_kind, coalesce(t.code, '')::text as task_code, coalesce(t.title, '')::text as task_title
from page p
join brands b on b.id = p.brand_id
join campaigns g on g.id = p.campaign_id
join creators c on c.id = p.creator_id
join users u on u.id = p.owner_id
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = p.creator_id
  order by (select max(f.followers) from follower_snapshots f where f.account_id = x.id) desc nulls last, x.platform, x.handle limit 1) a on true
left join lateral (select x.fee, x.currency from offers x where x.partnership_id = p.id and x.term <= p.term and x.state in ('sent', 'accepted', 'countered')
  order by x.term desc, x.created_at desc limit 1) o on true
left join lateral (select sum(x.amount + x.difference - x.amount_reversed) as paid, min(x.currency) as currency from payouts x
  where x.partnership_id = p.id and x.state in ('paid', 'partly_reversed', 'reversed')) y on true
left join lateral (select x.state #>> '{outreach,sent}' as sent, x.state #>> array['sequence', 'steps', x.state #>> '{outreach,step}', 'kind'] as next_step
  from workflow_snapshots x where p.stage in ('prospect', 'outreach') and x.workflow_id = 'partnership/' || p.id::text) w on true
left join lateral (select x.kind, x.code, x.title from tasks x where p.attention and x.partnership_id = p.id and x.state = 'open' order by x.due_at, x.id limit 1) t on true
order by p.updated_at desc, p.id desc;

-- name: StagesEntered :many
select code as stage, max(at)::timestamptz as at from partnership_events
where partnership_id = @partnership_id and source_id = @partnership_id and kind = 'stage' group by code;

-- name: NewestOffer :many
select id, partnership_id, term, state, fee, currency, counter_fee, counter_asks, coalesce(counter_note, '')::text as counter_note, message, terms, created_by, sent_at, expires_at, coalesce(paid_outside, '')::text as paid_outside from offers
where partnership_id = @partnership_id order by term desc, created_at desc, id desc limit 1;

-- name: OffersBefore :many
-- Those that were sent before an offer in its term, newest first.
select o.id, o.state, o.fee, o.currency, o.counter_fee, o.counter_asks, coalesce(o.counter_note, '')::text as counter_note, o.message, o.terms, o.sent_at from offers n join offers o on o.partnership_id = n.partnership_id and o.term = n.term
where n.id = @id and o.sent_at is not null and (o.created_at, o.id) < (n.created_at, n.id) order by o.created_at desc, o.id desc limit 20;

-- name: DeliverablesOfTerm :many
select d.id, d.title, d.platform, d.kind, d.state, d.draft_due_at, d.publish_by, d.publish_at, d.publish_from, d.round, d.post_url, d.current_submission, d.posted_at, d.verified_at, d.draft_after, coalesce(d.campaign_date, '00000000-0000-0000-0000-000000000000')::uuid as campaign_date, r.id as review_id, coalesce(l.name, '')::text as policy_name, coalesce(r.policy_version, 0)::int as policy_version,
  (d.state = 'late' or (coalesce(d.draft_due_at < now(), false) and d.state in ('planned', 'brief_sent', 'awaiting_draft', 'changes_requested'))
    or (coalesce(d.publish_by < now(), false) and d.state in ('approved_to_post', 'scheduled')))::boolean as late
from deliverables d left join reviews r on r.submission_id = d.current_submission left join policies l on l.id = r.policy_id and l.version = r.policy_version
where d.partnership_id = @partnership_id and d.term = @term order by d.position;

-- name: MilestonesOfTerm :many
select m.id, m.title, m.trigger, m.state, m.amount, m.currency, m.met_at, m.bonus, coalesce(m.metric, '')::text as metric, coalesce(m.at_least, 0)::bigint as at_least, coalesce(m.within_days, 0)::int as within_days,
  m.counts_until, coalesce(m.hold_until, '')::text as hold_until, coalesce(m.owed_on::text, '')::text as owed_on, m.deliverable_id, coalesce(n.value, -1)::bigint as number, coalesce(n.stood_at, 'epoch')::timestamptz as number_at, y.id as payout_id, coalesce(y.state, '')::text as payout_state
from milestones m left join payouts y on y.milestone_id = m.id
left join lateral (select x.value, x.stood_at from post_numbers x where x.deliverable_id = m.deliverable_id and x.metric = m.metric order by x.stood_at desc, x.entered_at desc limit 1) n on true
where m.partnership_id = @partnership_id and m.term = @term order by m.position;

-- name: ContactsToShow :many
select k.id, k.role, k.name, k.email, (c.do_not_contact_at is not null)::boolean as do_not_contact, (c.banned_at is not null)::boolean as banned
from creators c left join contacts k on k.creator_id = c.id
where c.id = @creator_id order by k.role = 'creator' desc, k.role = 'manager' desc, k.email;

-- name: NamesOfApprovers :many
-- The people who can decide in the reviews now.
select r.id, u.id as user_id, u.name from reviews r join users u on u.id = any (r.approvers) where r.id = any (@ids::uuid[]) order by r.id, u.name;

-- name: PayoutsWaitedFor :many
-- How payouts stand. Of one that finance must approve there is a row for each part that is missing, with the people who may give it.
select p.id, p.state, coalesce(x.part, '')::text as part, array(select u.name from user_roles r join users u on u.id = r.user_id
  where r.brand_id = p.brand_id and r.role = 'finance_' || x.part and r.effective_at <= now() and u.disabled_at is null
    and not exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round and a.approver = u.id)
    and not u.id = any (content_approvers(p.milestone_id)) order by u.name)::text[] as people
from payouts p
left join (values ('preparer'), ('releaser')) x (part) on p.state = 'awaiting_approval' and not (x.part = 'preparer' and p.content_counts)
  and (select count(*) from payout_approvals a where a.payout_id = p.id and a.round = p.round and a.part = x.part) < case x.part when 'releaser' then p.releasers else 1 end
where p.id = any (@ids::uuid[]) and p.brand_id = any (@brands::uuid[]) order by 1, 3;

-- name: CampaignToStart :one
select g.id, g.brand_id, g.name, g.state, g.owner_id, g.automation_ids, s.id as sequence_id, s.version as sequence_version, s.steps, s.cool_off_days
from campaigns g
join lateral (select * from sequences x where x.id = g.sequence_id order by x.version desc limit 1) s on true
where g.id = @id and g.brand_id = any (@brands::uuid[]) for share of g;

-- name: CreatorsToStart :many
-- An address that bounced, or that the brand may not write to, is none.
select c.id, c.zone, c.country, (c.do_not_contact_at is not null)::boolean as do_not_contact, (c.banned_at is not null)::boolean as banned,
  exists (select 1 from contacts k where k.creator_id = c.id and k.bounced_at is null
    and not exists (select 1 from suppressions x where x.email = k.email and (x.brand_id is null or x.brand_id = @brand_id)))::boolean as reachable,
  p.id as partnership_id
from creators c left join partnerships p on p.creator_id = c.id and p.campaign_id = @campaign_id
where c.id = any (@ids::uuid[]) and c.merged_into is null;

-- name: CalendarsOfCreators :many
select d.owner_id, d.zone, d.working_days, d.opens, d.closes, d.holidays, d.day_seconds from calendars d
where d.owner_kind = 'creator' and d.owner_id = any (@ids::uuid[]);

-- name: InsertPartnerships :many
insert into partnerships (id, brand_id, campaign_id, creator_id, owner_id)
select unnest(@ids::uuid[]), @brand_id, @campaign_id, unnest(@creators::uuid[]), @owner_id
on conflict (campaign_id, creator_id) do nothing returning id, creator_id;

-- name: InsertStarts :copyfrom
insert into outbox (id, brand_id, kind, workflow_id, workflow, task_queue, input) values (@id, @brand_id, @kind, @workflow_id, @workflow, @task_queue, @input);

-- name: PartnershipForOffer :one
select p.id, p.brand_id, p.campaign_id, p.term, g.budget, g.currency, g.terms, coalesce(c.country, '')::text as country
from partnerships p join campaigns g on g.id = p.campaign_id join creators c on c.id = p.creator_id
where p.id = @id and p.brand_id = any (@brands::uuid[]) for update of g;

-- name: BudgetSpoken :one
select campaign_spoken(@campaign_id::uuid, sqlc.narg('besides')::uuid)::bigint as spoken;

-- name: BudgetOfDeliverable :one
select p.campaign_id, g.budget, g.currency, coalesce(d.extra_fee, 0)::bigint as offered from deliverables d join partnerships p on p.id = d.partnership_id join campaigns g on g.id = p.campaign_id
where d.id = @id and d.brand_id = any (@brands::uuid[]) for update of g;

-- name: BudgetOfPartnership :one
select p.brand_id, p.campaign_id, g.budget, g.currency from partnerships p join campaigns g on g.id = p.campaign_id
where p.id = @id and p.brand_id = any (@brands::uuid[]) for update of g;

-- name: SetCodes :execrows
update partnerships set promo_code = sqlc.narg('promo_code'), tracked_link = sqlc.narg('tracked_link') where id = @id and brand_id = any (@brands::uuid[]);

-- name: CodesOf :one
select coalesce(promo_code, '')::text as promo_code, coalesce(tracked_link, '')::text as tracked_link from partnerships where id = @id and brand_id = any (@brands::uuid[]);

-- name: InsertOffer :exec
insert into offers (id, partnership_id, brand_id, campaign_id, term, state, fee, bonus, currency, message, terms, created_by, paid_outside)
values (@id, @partnership_id, @brand_id, @campaign_id, @term, 'draft', @fee, @bonus, @currency, @message, @terms, @created_by, sqlc.narg('paid_outside'));

-- name: OfferedForTerm :one
-- What an offer that is out holds of the budget.
select coalesce(sum(fee + bonus), 0)::bigint as held from offers where partnership_id = @partnership_id and term = @term and state = 'sent';

-- name: PaysWhom :one
select coalesce(c.country, '')::text as country, g.currency from partnerships p join campaigns g on g.id = p.campaign_id join creators c on c.id = p.creator_id
where p.id = @id and p.brand_id = any (@brands::uuid[]);

-- name: PartnershipSeq :one
select seq from partnerships where id = @id and brand_id = any (@brands::uuid[]);

-- name: ReviewSeq :one
select seq from reviews where id = @id and brand_id = any (@brands::uuid[]);

-- name: PayoutSeq :one
select seq from payouts where id = @id and brand_id = any (@brands::uuid[]);

-- name: PartnershipBrand :one
select b.id, b.name from partnerships p join brands b on b.id = p.brand_id where p.id = @id and p.brand_id = any (@brands::uuid[]);

-- name: PartnershipState :one
select state from workflow_snapshots where workflow_id = @workflow_id and brand_id = any (@brands::uuid[]);

-- name: MilestoneTitles :many
select id, title from milestones where id = any (@ids::uuid[]) and brand_id = any (@brands::uuid[]);
