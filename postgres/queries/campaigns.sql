-- name: CreateCampaign :exec
insert into campaigns (id, brand_id, name, state, brief, budget, currency, starts_on, ends_on, owner_id, default_fee, terms, sequence_id, policy_id, hashtags, automation_ids, content_rules, contract_template_id, category, slot_cap, embargo_until, dates)
values (@id, @brand_id, @name, @state, @brief, @budget, @currency, @starts_on, @ends_on, @owner_id, @default_fee, @terms, @sequence_id, @policy_id, @hashtags, @automation_ids, @content_rules, sqlc.narg('contract_template_id'), sqlc.narg('category'), @slot_cap, sqlc.narg('embargo_until'), @dates);

-- name: ListCampaigns :many
select g.id, g.brand_id, b.name as brand_name, g.name, g.state, g.brief, g.budget, g.currency, g.starts_on, g.ends_on, k.zone,
  g.owner_id, u.name as owner_name, g.default_fee, g.terms, g.sequence_id, g.policy_id, g.hashtags, g.automation_ids, g.content_rules, g.contract_template_id, g.category, g.slot_cap, g.embargo_until, g.dates, g.version, g.created_at
from campaigns g
join brands b on b.id = g.brand_id
join calendars k on k.id = b.calendar_id
join users u on u.id = g.owner_id
where g.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is null or g.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('brand_id')::uuid is null or g.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('state')::text is null or g.state = sqlc.narg('state')::text)
  and (sqlc.narg('pattern')::text is null or g.name ilike sqlc.narg('pattern')::text)
  and (sqlc.narg('after_at')::timestamptz is null or (g.created_at, g.id) < (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by g.created_at desc, g.id desc
limit @max_rows;

-- name: LockCampaign :one
select id, version from campaigns where id = @id and brand_id = any (@brands::uuid[]) for update;

-- name: UpdateCampaign :one
update campaigns set name = @name, state = @state, brief = @brief, budget = @budget, ends_on = @ends_on, default_fee = @default_fee,
  terms = @terms, hashtags = @hashtags, automation_ids = @automation_ids, content_rules = @content_rules, policy_id = @policy_id,
  category = sqlc.narg('category'), slot_cap = @slot_cap, embargo_until = sqlc.narg('embargo_until'), dates = @dates, version = version + 1
where id = @id and version = @version
returning version;

-- name: CampaignStages :many
select campaign_id, stage, count(*)::int as n from partnerships
where campaign_id = any (@campaigns::uuid[]) and brand_id = any (@brands::uuid[])
group by campaign_id, stage;

-- name: CampaignMoney :many
-- Reserved: offers that are out or accepted, whose contract is not signed. Committed: signed contracts, with bonuses that may still be reached. Accrued: owed by now and not paid.
-- Paid: less reversals. Available: of the budget, what nothing speaks for.
select g.id as campaign_id,
  ((select coalesce(sum(o.fee + o.bonus), 0) from offers o where o.campaign_id = g.id and o.state in ('sent', 'accepted')
    and not exists (select 1 from contracts c where c.offer_id = o.id and c.state not in ('drafting', 'internal_approval', 'out_for_signature')))
    + (select coalesce(sum(d.extra_fee), 0) from deliverables d join partnerships p on p.id = d.partnership_id where p.campaign_id = g.id and d.extra = 'offered')
    + (select coalesce(sum(a.adds), 0) from contracts a join partnerships p on p.id = a.partnership_id
      where p.campaign_id = g.id and a.amends is not null and a.state in ('internal_approval', 'out_for_signature')))::bigint as reserved,
  ((select coalesce(sum(c.fee + o.bonus), 0) from contracts c join offers o on o.id = c.offer_id
    where o.campaign_id = g.id and c.state in ('executed', 'expired') and c.executed_at is not null)
    - (select coalesce(sum(m.amount), 0) from milestones m join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
    where o.campaign_id = g.id and c.state in ('executed', 'expired') and c.executed_at is not null and (m.bonus or m.dropped_by is not null) and not m.extra and m.state = 'cancelled')
    + (select coalesce(sum(m.amount), 0) from milestones m join contracts c on c.id = m.contract_id join offers o on o.id = c.offer_id
    where o.campaign_id = g.id and c.state in ('executed', 'expired') and c.executed_at is not null and m.extra and m.state <> 'cancelled'))::bigint as committed,
  (select coalesce(sum(p.amount + p.difference - p.amount_reversed), 0) from payouts p join partnerships s on s.id = p.partnership_id
    where s.campaign_id = g.id and p.state in ('paid', 'partly_reversed', 'reversed'))::bigint as paid,
  (select coalesce(sum(p.amount), 0) from payouts p join partnerships s on s.id = p.partnership_id
    where s.campaign_id = g.id and p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled'))::bigint as accrued,
  (g.budget - campaign_spoken(g.id, null))::bigint as available
from campaigns g
where g.id = any (@campaigns::uuid[]) and g.brand_id = any (@brands::uuid[]);

-- name: UserWorksFor :one
select exists (select 1 from user_roles r join users u on u.id = r.user_id
  where r.user_id = @user_id and r.brand_id = @brand_id and r.effective_at <= now() and u.disabled_at is null)::boolean;
