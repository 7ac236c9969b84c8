-- name: ListRenewals :many
select p.id, p.brand_id, b.name as brand_name, p.campaign_id, g.name as campaign_name, p.creator_id, c.name as creator_name, coalesce(a.handle, '')::text as handle,
  coalesce(a.platform, '')::text as platform, p.owner_id, u.name as owner_name, p.term, p.renewal_state, t.id as contract_id, t.number, n.fee, t.currency,
  t.ends_at::timestamptz as ends_at, t.notice_by::timestamptz as notice_by,
  coalesce(l.code, '')::text as lapse_why, coalesce(l.at, 'epoch')::timestamptz as lapsed_at, coalesce(l.by_name, '')::text as lapsed_by, coalesce(w.body_text, '')::text as lapse_reason,
  coalesce((n.terms -> 'renewal_option' ->> 'fee')::bigint, 0)::bigint as option_fee, coalesce(k.at, 'epoch')::timestamptz as option_ends_at, coalesce(k.state, '')::text as option_state
from partnerships p
join lateral (select x.* from contracts x where x.partnership_id = p.id and x.term = p.term and x.amends is null and x.state in ('executed', 'expired') and x.executed_at is not null and x.ends_at is not null and x.notice_by is not null limit 1) t on true
cross join lateral contract_now(t.id) n
join brands b on b.id = p.brand_id
join campaigns g on g.id = p.campaign_id
join creators c on c.id = p.creator_id
join users u on u.id = p.owner_id
left join lateral (select x.handle, x.platform from creator_accounts x where x.creator_id = p.creator_id
  order by (select max(f.followers) from follower_snapshots f where f.account_id = x.id) desc nulls last, x.platform, x.handle limit 1) a on true
left join lateral (select case p.renewal_state when 'declined' then 'declined' else e.code end as code, e.at, e.actor, y.name as by_name from partnership_events e left join users y on y.id = e.actor
  where p.renewal_state in ('lapsed', 'declined') and e.partnership_id = p.id and e.kind = case p.renewal_state when 'declined' then 'offer_declined' else 'renewal_lapsed' end
  order by e.at desc limit 1) l on true
left join lateral (select m.body_text from messages m where l.code = 'decided' and m.partnership_id = p.id and m.kind = 'reason' and m.subject = @reason_title::text and m.author_id = l.actor
    and (m.thread_id is null or thread_open_to(m.thread_id, @viewer::uuid)) order by m.at desc limit 1) w on true
left join lateral (select x.at, x.state from key_dates x where n.terms ? 'renewal_option' and x.contract_id = t.id and x.partnership_id = p.id and x.kind = 'option_end' and x.state <> 'moved' order by x.at desc limit 1) k on true
where p.brand_id = any (@brands::uuid[])
  and (sqlc.narg('id')::uuid is null or p.id = sqlc.narg('id')::uuid)
  and (sqlc.narg('brand_id')::uuid is null or p.brand_id = sqlc.narg('brand_id')::uuid)
  and (sqlc.narg('campaign_id')::uuid is null or p.campaign_id = sqlc.narg('campaign_id')::uuid)
  and (sqlc.narg('owner_id')::uuid is null or p.owner_id = sqlc.narg('owner_id')::uuid)
  and (p.stage in ('active', 'wrapping_up', 'completed') or p.stage = 'lapsed' and (cardinality(@states::text[]) > 0 or sqlc.narg('id')::uuid is not null))
  and (cardinality(@states::text[]) = 0 or p.renewal_state = any (@states::text[]))
  and (sqlc.narg('why')::text is null or l.code = sqlc.narg('why')::text)
  and (sqlc.narg('pattern')::text is null or t.number ilike sqlc.narg('pattern')::text or c.name ilike sqlc.narg('pattern')::text or g.name ilike sqlc.narg('pattern')::text)
  and (sqlc.narg('after_at')::timestamptz is null or (t.notice_by, p.id) > (sqlc.narg('after_at')::timestamptz, sqlc.narg('after_id')::uuid))
order by t.notice_by, p.id
limit @max_rows;

-- name: TermNumbers :many
select x.metric, sum(x.value)::bigint as value, count(*)::int as posts, min(x.stood_at)::timestamptz as stood_at
from (select distinct on (n.deliverable_id, n.metric) n.metric, n.value, n.stood_at from post_numbers n join deliverables d on d.id = n.deliverable_id
  where d.partnership_id = @partnership_id and d.term = @term and d.state in ('posted', 'verified', 'accepted') order by n.deliverable_id, n.metric, n.stood_at desc, n.entered_at desc) x
group by x.metric order by array_position(array['views', 'likes', 'comments', 'shares', 'saves', 'clicks', 'conversions'], x.metric);

-- name: TermPieces :many
select d.id, d.title, d.state, d.round, coalesce(d.post_url, '')::text as post_url, d.posted_at, s.until_at,
  exists (select 1 from submissions x where x.deliverable_id = d.id and x.state <> 'refused')::boolean as handed_in,
  exists (select 1 from partnership_events e where e.partnership_id = d.partnership_id and e.kind = 'content_late' and e.ref = d.id and e.code = 'draft')::boolean as draft_late,
  exists (select 1 from partnership_events e where e.partnership_id = d.partnership_id and e.kind = 'content_late' and e.ref = d.id and e.code = 'post')::boolean as post_late
from deliverables d left join slots s on s.deliverable_id = d.id and s.until_at > s.to_at
where d.partnership_id = @partnership_id and d.term = @term and d.state not in ('cancelled', 'waived') order by d.position;

-- name: SignedTerms :one
-- What the contract of the present term was first signed for, and its terms as they are now.
select c.id, c.fee, c.currency, (contract_now(c.id)).terms::jsonb as terms from contracts c join partnerships p on p.id = c.partnership_id
where c.partnership_id = @partnership_id and c.term = p.term and c.amends is null and c.executed_at is not null and c.brand_id = any (@brands::uuid[]) order by c.created_at desc limit 1;

-- name: SignedAmendments :many
select id, changes from contracts where amends = @contract_id::uuid and executed_at is not null order by version;

-- name: TermMoney :one
select coalesce(sum(m.amount) filter (where m.state <> 'cancelled'), 0)::bigint as committed,
  coalesce(sum(y.amount + y.difference) filter (where y.state in ('paid', 'partly_reversed', 'reversed')), 0)::bigint as paid,
  coalesce(sum(y.amount_reversed) filter (where y.state in ('paid', 'partly_reversed', 'reversed')), 0)::bigint as reversed
from milestones m left join payouts y on y.milestone_id = m.id where m.partnership_id = @partnership_id and m.term = @term;

-- name: TermTalk :one
-- Since the present term started; the first one starts with the partnership.
select count(*) filter (where kind = 'reply_received')::int as replies, count(*) filter (where kind = 'complained')::int as complaints
from partnership_events e where e.partnership_id = @partnership_id and e.kind in ('reply_received', 'complained')
  and e.at >= coalesce((select max(x.at) from partnership_events x where x.partnership_id = @partnership_id and x.kind = 'term_started'), '-infinity'::timestamptz);
