-- name: OfferForContract :one
select o.id, o.partnership_id, o.brand_id, o.fee, o.currency, o.terms, o.state, b.name as brand_name, b.postal_address, c.name as creator_name, c.country, k.name as campaign_name, k.brief, k.content_rules,
  k.contract_template_id
from offers o join partnerships p on p.id = o.partnership_id join brands b on b.id = o.brand_id join creators c on c.id = p.creator_id join campaigns k on k.id = o.campaign_id
where o.id = @id;

-- name: OfferView :one
select id, fee, currency, expires_at, message from offers where id = @id;

-- name: InsertContract :execrows
insert into contracts (id, partnership_id, brand_id, offer_id, term, state, body, body_sha256, fee, currency, terms, template_id)
values (@id, @partnership_id, @brand_id, @offer_id, @term, 'internal_approval', @body, @body_sha256, @fee, @currency, @terms, @template_id) on conflict do nothing;

-- name: ContractByOffer :one
select id from contracts where offer_id = @offer_id;

-- name: ContractForExecution :one
select c.id, c.amends, c.changes, c.number, c.partnership_id, c.brand_id, c.term, c.state, c.fee, c.currency, c.terms, c.executed_at, c.ends_at, c.notice_by, k.ends_on, p.creator_id,
  (select count(*) from signatures s where s.contract_id = c.id and s.body_sha256 = c.body_sha256) as signatures,
  coalesce((select o.paid_outside is not null from offers o where o.id = c.offer_id), false)::boolean as outside
from contracts c join partnerships p on p.id = c.partnership_id join campaigns k on k.id = p.campaign_id where c.id = @id for update of c;

-- name: ContractView :one
select c.id, c.number, coalesce((select t.number from contracts t where t.id = c.amends), '')::text as amends, c.fee, c.currency, c.expires_at, c.ends_at, coalesce(((contract_now(c.id)).terms -> 'renewal_option' ->> 'fee')::bigint, 0)::bigint as option_fee
from contracts c where c.id = @id;

-- name: MarkExecuted :exec
update contracts set state = 'executed', executed_at = @executed_at, ends_at = @ends_at, notice_by = @notice_by where id = @id;

-- name: MoveContractEnd :exec
update contracts set ends_at = @ends_at, notice_by = @notice_by where id = @id;

-- name: DropMilestones :exec
update milestones set dropped_by = @amendment_id where id = any (@ids::uuid[]) and contract_id = @contract_id and state = 'pending';

-- name: NextPositions :one
select (select coalesce(max(d.position) + 1, 0) from deliverables d where d.contract_id = c.id)::int as deliverable, (select coalesce(max(m.position) + 1, 0) from milestones m where m.contract_id = c.id)::int as milestone
from contracts c where c.id = @id;

-- name: InsertDeliverable :exec
insert into deliverables (id, partnership_id, brand_id, contract_id, term, position, title, platform, kind, draft_due_at, publish_from, publish_by, draft_after, campaign_date)
values (@id, @partnership_id, @brand_id, @contract_id, @term, @position, @title, @platform, @kind, @draft_due_at, @publish_from, @publish_by, @draft_after, sqlc.narg('campaign_date')) on conflict (contract_id, position) do nothing;

-- name: InsertMilestone :exec
insert into milestones (id, partnership_id, brand_id, contract_id, term, position, title, trigger, deliverable_id, amount, currency, net_days, extra, bonus, metric, at_least, within_days, hold_until, owed_on)
values (@id, @partnership_id, @brand_id, @contract_id, @term, @position, @title, @trigger, sqlc.narg('deliverable_id'), @amount, @currency, @net_days, @extra, @bonus, sqlc.narg('metric'), sqlc.narg('at_least'),
  sqlc.narg('within_days'), sqlc.narg('hold_until'), nullif(@owed_on::text, '')::date) on conflict (contract_id, position) do nothing;

-- name: CalendarOfBrand :one
select d.zone, d.working_days, d.opens, d.closes, d.holidays, d.day_seconds from calendars d join brands b on b.calendar_id = d.id where b.id = @id;

-- name: CalendarOfCreator :one
select d.zone, d.working_days, d.opens, d.closes, d.holidays, d.day_seconds from calendars d where d.owner_kind = 'creator' and d.owner_id = @id;

-- name: CreatorZone :one
select zone, country from creators where id = @id;

-- name: PayeeOf :one
select c.id as creator_id, coalesce(y.state, 'none')::text as state, coalesce(y.account_id, '')::text as account_id, coalesce(c.country, '')::text as country,
  coalesce(y.banks, '{}')::jsonb as banks, exists (select 1 from payouts p where p.creator_id = c.id and p.state = 'awaiting_payee')::boolean as due,
  coalesce((select email from contacts x where x.creator_id = c.id order by role = 'finance' desc, role = 'creator' desc limit 1), '')::text as email
from creators c left join payees y on y.creator_id = c.id where c.id = @id;

-- name: PayeeOfPayout :one
select creator_id from payouts where id = @id;

-- name: PayeeByAccount :one
select creator_id from payees where account_id = @account_id;

-- name: SavePayee :one
insert into payees (creator_id, account_id, state, banks, checked_at) values (@creator_id, @account_id, @state, @banks, now())
on conflict (creator_id) do update set state = excluded.state, banks = excluded.banks, checked_at = now(),
  account_id = excluded.account_id,
  destination_changed_at = case when @changed::boolean then now() else payees.destination_changed_at end
returning coalesce(destination_changed_at, 'epoch')::timestamptz as destination_changed_at;

-- name: AccountsToAsk :many
-- Those that are not ready, that money is owed to, or that got some within a month: what else happens there changes nothing here.
select y.account_id::text as account_id, coalesce(y.events_at, 'epoch')::timestamptz as events_at from payees y
where y.account_id is not null and (y.state <> 'ready' or exists (select 1 from payouts p where p.creator_id = y.creator_id and p.state <> 'cancelled'
  and (p.paid_at is null or p.paid_at > now() - interval '30 days')))
order by y.events_at nulls first, y.creator_id limit @max_rows;

-- name: NoteAsked :exec
update payees set events_at = @until::timestamptz where account_id = @account_id::text and (events_at is null or events_at < @until::timestamptz);

-- name: PayoutsToHold :many
-- What is not settled, locked so that no approval is given meanwhile. Those that are being sent are held if they come back.
select p.id, p.brand_id, b.destination_cool_off_days from payouts p join brands b on b.id = p.brand_id
where p.creator_id = @creator_id and p.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled') order by p.id for update of p;

-- name: HoldDestination :exec
insert into destination_holds (payout_id, brand_id, changed_at, free_at) values (@payout_id, @brand_id, @changed_at, @free_at)
on conflict (payout_id) do update set changed_at = excluded.changed_at, free_at = greatest(destination_holds.free_at, excluded.free_at), released_at = null, released_by = null
where destination_holds.changed_at < excluded.changed_at;

-- name: AnewForDestination :exec
-- The approvals were for another destination; what is being sent keeps the one that it is sent to.
update payouts p set destination = coalesce(sqlc.narg('account'), p.destination),
  round = case when exists (select 1 from payout_approvals a where a.payout_id = p.id and a.round = p.round) or p.destination is distinct from sqlc.narg('account') then p.round + 1 else p.round end
where p.id = @id and p.state not in ('submitted', 'unknown') and p.destination is not null;

-- name: DestinationOfCreator :one
-- When it changed the last time, if ever, and how long payouts of the brand wait then.
select y.destination_changed_at, b.destination_cool_off_days, now()::timestamptz as now from brands b left join payees y on y.creator_id = @creator_id where b.id = @brand_id;

-- name: WhoHearsOfDestination :many
-- Every address of the creator, and those that were taken away lately, once for each brand that owes money; where none does, for the newest partnership.
with owing as (select distinct on (p.brand_id) p.id, p.brand_id, p.creator_id from partnerships p
    where p.creator_id = @creator_id and exists (select 1 from payouts o where o.partnership_id = p.id and o.state not in ('paid', 'partly_reversed', 'reversed', 'cancelled'))
    order by p.brand_id, p.created_at desc),
  newest as (select p.id, p.brand_id, p.creator_id from partnerships p where p.creator_id = @creator_id and not exists (select 1 from owing) order by p.created_at desc limit 1)
select w.id as partnership_id, w.brand_id, b.name as brand_name, b.mail_from, c.name as creator_name, coalesce(c.locale, '')::text as locale, coalesce(c.language, '')::text as language, e.email::text as email,
  coalesce((select d.zone from calendars d where d.owner_kind = 'creator' and d.owner_id = c.id), c.zone, '')::text as zone, coalesce(c.country, '')::text as country,
  coalesce((select d.zone from calendars d where d.owner_kind = 'brand' and d.owner_id = b.id), '')::text as brand_zone
from (select * from owing union all select * from newest) w join brands b on b.id = w.brand_id join creators c on c.id = w.creator_id
cross join lateral (select k.email from contacts k where k.creator_id = w.creator_id and k.bounced_at is null
  union select r.email from removed_contacts r where r.creator_id = w.creator_id and r.removed_at > now() - interval '14 days') e
order by w.brand_id, e.email;

-- name: InsertNotice :exec
-- A mail whose words are fixed, to an address that need not be a contact any more.
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address, from_address, subject, body_text)
select @id, (select coalesce(t.merged_into, t.id) from threads t where t.partnership_id = p.id and t.main), p.id, p.brand_id, p.creator_id, 'out', 'email', 'transactional', 'prepared', @to_address, b.mail_from, @subject, @body_text
from partnerships p join brands b on b.id = p.brand_id where p.id = @partnership_id;

-- name: PayoutsOfCreator :many
select id, brand_id from payouts where creator_id = @creator_id and state in ('awaiting_payee', 'failed', 'approved');

-- name: PayoutsAwaitingFunds :many
-- What failed may have failed for want of money at the provider, which only money that came there cures.
select id, brand_id from payouts where brand_id = @brand_id and currency = @currency and (state in ('awaiting_funds', 'approved') or state = 'failed' and @came_there::boolean) order by due_at;

-- name: PayoutsRefusedForFunds :many
-- Those whose newest attempt the provider refused because the platform's balance was short, which the brands share.
select p.id, p.brand_id from payouts p
where p.state = 'failed' and p.currency = any (@currencies::text[])
  and (select a.rejection from payout_attempts a where a.payout_id = p.id order by a.number desc limit 1) = 'rejected_funds'
order by p.due_at;

-- name: PostToVerify :one
select d.brand_id, p.creator_id, coalesce(d.post_url, '')::text as url, k.hashtags, k.content_rules, d.platform, d.kind, coalesce(p.promo_code, '')::text as promo_code, coalesce(p.tracked_link, '')::text as tracked_link,
  coalesce(c.country, '')::text as country, d.publish_by, coalesce(((contract_now(d.contract_id)).terms #>> '{late,grace_hours}')::int, -1)::int as grace_hours,
  coalesce((select min(x.decided_at) from decisions x where x.submission_id = d.current_submission and x.state = 'accepted'), 'epoch')::timestamptz as approved_at,
  array(select a.handle from creator_accounts a where a.creator_id = c.id and lower(a.platform) = lower(d.platform))::text[] as handles
from deliverables d join partnerships p on p.id = d.partnership_id join campaigns k on k.id = p.campaign_id join creators c on c.id = p.creator_id where d.id = @id;

-- name: InsertPostCheck :exec
insert into post_checks (deliverable_id, n, result, url, final_url, text_found, body_sha256, problems, authors, published_at, screenshot_sha256)
values (@deliverable_id, @n, @result, @url, @final_url, @text_found, @body_sha256, @problems, @authors, sqlc.narg('published_at'), sqlc.narg('screenshot_sha256'));

-- name: DeliverableView :one
select id, title, draft_due_at, publish_by, publish_at, post_url, extra_fee, extra_currency from deliverables where id = @id;

-- name: Feedback :many
select d.comment::text as comment from decisions d where d.submission_id = @submission_id and d.state = 'accepted' and coalesce(d.comment, '') <> '' order by d.decided_at;

-- name: CorrectionTexts :many
select k.body from corrections k join decisions d on d.id = k.decision_id join reviews r on r.id = d.review_id
where k.submission_id = @submission_id and d.state = 'accepted' and r.state = 'approved' and decision_stands(r.stages, d.id) order by d.decided_at, k.position;

-- name: FailedChecks :one
select r.checks from reviews r where r.submission_id = @submission_id;

-- name: SubmissionToReview :one
select s.id, s.brand_id, s.partnership_id, s.deliverable_id, s.version, s.caption, s.file_sha256, s.declared_spoken, s.declared_written,
  coalesce(s.file_name, '')::text as file_name, coalesce(b.content_type, '')::text as content_type, coalesce(b.size, 0)::bigint as size,
  d.kind, d.platform, d.publish_by, k.hashtags, k.content_rules, coalesce(p.promo_code, '')::text as promo_code, coalesce(p.tracked_link, '')::text as tracked_link, coalesce(c.country, '')::text as country, p.creator_id
from submissions s join deliverables d on d.id = s.deliverable_id join partnerships p on p.id = s.partnership_id join campaigns k on k.id = p.campaign_id join creators c on c.id = p.creator_id
  left join blobs b on b.sha256 = s.file_sha256
where s.id = @id;

-- name: ReviewBefore :one
-- The version before with its review, as far as that came.
select s.id, s.version, s.caption, s.file_sha256, r.policy_id, r.policy_version, r.stages from submissions s join reviews r on r.submission_id = s.id
where s.deliverable_id = @deliverable_id and s.version < @version and s.state <> 'refused' order by s.version desc limit 1;

-- name: PolicyVersion :one
select id, version, stages, on_silence from policies where id = @id and version = @version;

-- name: UsersWithRole :many
select u.id from user_roles r join users u on u.id = r.user_id where r.brand_id = @brand_id and r.role = @role and r.effective_at <= now() and u.disabled_at is null
  and not exists (select 1 from contacts x where x.creator_id = @creator_id and lower(x.email) = u.email) order by u.id;

-- name: UsersEnabled :many
-- Who of the people may decide at the brand: without a role there, or with one that only reads, nobody can.
select u.id from users u where u.id = any (@ids::uuid[]) and u.disabled_at is null
  and exists (select 1 from user_roles r where r.user_id = u.id and r.brand_id = @brand_id and r.role not in ('auditor', 'guest') and r.effective_at <= now())
  and not exists (select 1 from contacts x where x.creator_id = @creator_id and lower(x.email) = u.email);

-- name: ReviewersAvailable :many
select id from outside_reviewers where id = any (@ids::uuid[]) and removed_at is null;

-- name: StandIns :many
-- Who decides for one of the people now.
select x::uuid as id from stand_ins(@people::uuid[], @brand_id::uuid) x;

-- name: SaveReviewOpened :exec
update reviews set policy_id = @policy_id, policy_version = @policy_version, checks = @checks, choice = @choice where id = @id;

-- name: SaveMedia :exec
update submissions set media = @media where id = @id;

-- name: ReviewStages :one
select stages, submission_id from reviews where id = @id;

-- name: SlackChannel :one
select c.webhook_url, d.title, k.name as creator_name, r.due_at, array(select u.name from users u where u.id = any (r.approvers))::text[] as people
from reviews r join slack_channels c on c.brand_id = r.brand_id join deliverables d on d.id = r.deliverable_id join partnerships p on p.id = r.partnership_id join creators k on k.id = p.creator_id
where r.id = @id;

-- name: ClaimSlack :execrows
insert into slack_posts (key, brand_id) values (@key, @brand_id) on conflict (key) do nothing;

-- name: SettleSlack :exec
with told as (update slack_posts set state = @state where key = @key returning brand_id)
update slack_channels set last_error = sqlc.narg('error') where brand_id in (select brand_id from told);

-- name: ReviewMail :one
select r.id, d.title, c.name as creator_name, r.due_at from reviews r join deliverables d on d.id = r.deliverable_id join partnerships p on p.id = r.partnership_id join creators c on c.id = p.creator_id where r.id = @id;
