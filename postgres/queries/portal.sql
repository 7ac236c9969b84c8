-- name: GetPortalLink :one
select l.partnership_id, l.contact_id, p.brand_id, p.creator_id, x.email, l.expires_at,
  (l.expires_at > now() and l.revoked_at is null and c.banned_at is null)::boolean as live
from portal_links l join partnerships p on p.id = l.partnership_id join creators c on c.id = p.creator_id join contacts x on x.id = l.contact_id
where l.token_hash = @token_hash;

-- name: StartPortalSession :one
with opened as (update portal_links set opened_at = coalesce(opened_at, now()) where token_hash = @link_hash)
insert into portal_sessions (token_hash, partnership_id, contact_id, link_hash, expires_at)
select @token_hash, l.partnership_id, l.contact_id, l.token_hash, now() + make_interval(secs => @life_seconds) from portal_links l where l.token_hash = @link_hash
returning expires_at;

-- name: MovePortalSession :one
-- Only to a partnership of the same brand and creator to which the same contact was mailed a link that works: the visit reaches no more than
-- these links do, ends when it would have ended, and with the link that it is on now.
update portal_sessions s set partnership_id = l.partnership_id, link_hash = l.token_hash
from (select l.token_hash, l.partnership_id from portal_links l join partnerships p on p.id = l.partnership_id
  where p.id = @partnership_id and p.brand_id = @brand_id and p.creator_id = @creator_id and l.contact_id = @contact_id and l.revoked_at is null and l.expires_at > now()
  order by l.expires_at desc limit 1) l
where s.token_hash = @token_hash and s.contact_id = @contact_id returning s.partnership_id;

-- name: PortalOthers :many
-- Only those that the contact has heard of, as MovePortalSession leads to: what the house prepares is not shown.
select p.id, p.stage, k.name as campaign_name from partnerships h join partnerships p on p.brand_id = h.brand_id and p.creator_id = h.creator_id and p.id <> h.id join campaigns k on k.id = p.campaign_id
where h.id = @id and exists (select 1 from portal_links l where l.partnership_id = p.id and l.contact_id = @contact_id and l.revoked_at is null and l.expires_at > now())
order by p.created_at desc, p.id limit 50;

-- name: PortalParties :one
select p.stage, p.term, c.name as creator_name, coalesce(c.locale, '')::text as locale, (c.banned_at is not null)::boolean as banned, b.name as brand_name, k.name as campaign_name, k.brief, k.hashtags, k.content_rules, coalesce(p.promo_code, '')::text as promo_code,
  coalesce(p.tracked_link, '')::text as tracked_link, coalesce(c.country, '')::text as country,
  coalesce(y.state, 'none')::text as payee_state, coalesce(y.account_id, '')::text as account_id
from partnerships p join creators c on c.id = p.creator_id join brands b on b.id = p.brand_id join campaigns k on k.id = p.campaign_id
left join payees y on y.creator_id = p.creator_id
where p.id = @id;

-- name: PortalOffers :many
select id, partnership_id, term, state, fee, currency, counter_fee, counter_asks, coalesce(counter_note, '')::text as counter_note, message, terms, sent_at, expires_at from offers
where partnership_id = @partnership_id and sent_at is not null and (sqlc.narg('id')::uuid is null or id = sqlc.narg('id')::uuid)
order by created_at desc, id desc limit 1;

-- name: PortalContracts :many
select t.id, t.partnership_id, t.brand_id, b.name as brand_name, p.creator_id, c.name as creator_name, k.name as campaign_name, t.number, t.term, t.version, t.state, t.body, t.body_sha256,
  n.fee, t.currency, n.terms, t.amends, coalesce(o.number, '')::text as amends_number, t.sent_at, t.expires_at, t.executed_at, t.ends_at, t.notice_by, t.created_at, f.sha256 as paper_sha256,
  coalesce(t.changes, 'null')::jsonb as changes
from contracts t left join contract_papers f on f.contract_id = t.id cross join lateral contract_now(t.id) n left join contracts o on o.id = t.amends join brands b on b.id = t.brand_id join partnerships p on p.id = t.partnership_id join creators c on c.id = p.creator_id join campaigns k on k.id = p.campaign_id
where t.partnership_id = @partnership_id and t.sent_at is not null and (sqlc.narg('id')::uuid is null or t.id = sqlc.narg('id')::uuid)
order by t.term desc, (t.state = 'out_for_signature') desc, t.amends nulls first, t.created_at desc limit 1;

-- name: PortalSigned :many
-- The contracts that both have signed, the newest term first.
select id, number, term, state, sent_at, executed_at, ends_at from contracts where partnership_id = @partnership_id and amends is null and executed_at is not null order by term desc, version desc;

-- name: PortalAmendments :many
select id, number, state, created_at, executed_at from contracts where amends = @contract_id and sent_at is not null order by amendment;

-- name: PortalSignatures :many
select party, name, coalesce(address, '')::text as address, coalesce(agent, '')::text as agent, body_sha256, at from signatures where contract_id = @contract_id order by at;

-- name: PortalDeliverables :many
select d.id, d.partnership_id, d.brand_id, d.title, d.term, d.platform, d.kind, d.state, d.draft_due_at, d.publish_by, d.publish_at, d.publish_from, d.round, d.post_url, d.current_submission, d.verified_at, d.draft_after,
  r.id as review_id, coalesce(r.state, '')::text as review_state, coalesce(r.stages, '[]')::jsonb as stages, coalesce(r.checks, '[]')::jsonb as checks,
  coalesce(l.on_silence, 'hold')::text as on_silence, d.extra, d.extra_fee, d.extra_currency, coalesce((contract_now(d.contract_id)).terms, '{}')::jsonb as terms,
  coalesce((select jsonb_agg(jsonb_build_object('kind', k.kind, 'until', k.at) order by k.at, k.kind) from key_dates k where d.id = any (k.assets) and k.state in ('open', 'let_end', 'renegotiating')), '[]')::jsonb as rights,
  array(select x.comment::text from decisions x where x.submission_id = d.current_submission and x.state = 'accepted' and coalesce(x.comment, '') <> '' order by x.decided_at)::text[] as comments,
  array(select unnest(case when x.result = 'ok' then '{}' else x.problems end) from (select c.result, c.problems from post_checks c where c.deliverable_id = d.id order by c.at desc limit 1) x
    where d.state in ('posted', 'verified'))::text[] as wrong
from deliverables d left join reviews r on r.submission_id = d.current_submission left join policies l on l.id = r.policy_id and l.version = r.policy_version
left join contracts t on t.id = d.contract_id
where d.partnership_id = @partnership_id order by d.term desc, d.position;

-- name: PortalPayments :many
select m.id, m.title, m.term, m.trigger, coalesce(m.owed_on::text, '')::text as owed_on, (m.amount - coalesce(p.netted - p.difference, 0))::bigint as amount, m.currency, m.state, coalesce(p.state, '')::text as payout_state, p.due_at, p.paid_at,
  coalesce(case when m.state = 'pending' and c.state = 'executed' then milestone_expected(m.id) + m.net_days * f.day_seconds * interval '1 second' end, 'epoch')::timestamptz as expected_at, coalesce(k.state, '')::text as bank_state, coalesce(k.arrives_on::text, '')::text as bank_on,
  coalesce(p.offline_method, '')::text as offline_method, coalesce(w.reference, '')::text as offline_reference, coalesce(w.paid_on::text, '')::text as offline_on,
  h.changed_at as destination_changed_at, h.free_at as destination_free_at,
  coalesce(m.metric, '')::text as metric, coalesce(m.at_least, 0)::bigint as at_least, coalesce(m.within_days, 0)::int as within_days, m.counts_until, coalesce(n.value, -1)::bigint as number
from milestones m join contracts c on c.id = m.contract_id join brands b on b.id = m.brand_id join calendars f on f.id = b.calendar_id
left join payouts p on p.milestone_id = m.id left join destination_holds h on h.payout_id = p.id and h.released_at is null and p.state = 'held'
left join lateral (select x.value from post_numbers x where x.deliverable_id = m.deliverable_id and x.metric = m.metric order by x.stood_at desc, x.entered_at desc limit 1) n on true
left join payout_attempts t on t.payout_id = p.id and t.outcome = 'succeeded' left join offline_payments w on w.id = t.offline_payment
left join lateral (select b.state, b.arrives_on from bank_arrivals a join bank_payouts b on b.id = a.bank_payout_id where a.payout_id = p.id order by b.read_at desc limit 1) k on true
where m.partnership_id = @partnership_id order by m.term desc, m.position;

-- name: LockContact :exec
select pg_advisory_xact_lock(hashtextextended('portal_code:' || (@contact_id::uuid)::text, 0));

-- name: CodesLately :one
select count(*)::int as n, coalesce(extract(epoch from min(created_at) + interval '1 hour' - now()), 0)::float8 as free_in
from portal_codes where contact_id = @contact_id and created_at > now() - interval '1 hour';

-- name: InsertPortalCode :exec
insert into portal_codes (id, partnership_id, contact_id, code_hash, expires_at)
values (@id, @partnership_id, @contact_id, @code_hash, now() + make_interval(secs => @life_seconds));

-- name: NewestPortalCode :one
-- Only the newest code counts: an older one is void the moment another is asked for.
select id, code_hash, tries, (used_at is null and expires_at > now())::boolean as live from portal_codes
where contact_id = @contact_id and partnership_id = @partnership_id order by created_at desc, id desc limit 1 for update;

-- name: CountCodeTry :exec
update portal_codes set tries = tries + 1 where id = @id;

-- name: UsePortalCode :execrows
update portal_codes set used_at = now() where id = @id and used_at is null;

-- name: InsertCodeMail :execrows
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, to_address, from_address, subject, body_text)
select @id, (select coalesce(t.merged_into, t.id) from threads t where t.partnership_id = p.id and t.main), p.id, p.brand_id, p.creator_id, 'out', 'email', 'code', 'prepared', x.email, b.mail_from, @subject, @body_text
from partnerships p join brands b on b.id = p.brand_id join contacts x on exists (select 1 from portal_links l where l.partnership_id = p.id and l.contact_id = x.id)
where p.id = @partnership_id and x.id = @contact_id;

-- name: InsertPortalMessage :exec
insert into messages (id, thread_id, partnership_id, brand_id, creator_id, direction, channel, kind, state, from_address, body_text)
select @id, (select coalesce(t.merged_into, t.id) from threads t where t.partnership_id = p.id and t.main), p.id, p.brand_id, p.creator_id, 'in', 'portal', 'reply', 'handled', x.email, @body_text
from partnerships p join contacts x on exists (select 1 from portal_links l where l.partnership_id = p.id and l.contact_id = x.id) where p.id = @partnership_id and x.id = @contact_id
on conflict (id) do nothing;

-- name: CounterOffer :exec
update offers set counter_fee = sqlc.narg('counter_fee'), counter_asks = @counter_asks, counter_note = sqlc.narg('counter_note') where id = @id and partnership_id = @partnership_id and state = 'sent';

-- name: InsertSignature :exec
-- With the code that proved who signs: when it was mailed, and where to.
insert into signatures (contract_id, party, name, contact_id, body_sha256, address, agent, consent, identity, identity_address, identity_at)
select @contract_id, 'creator', @name, k.contact_id, @body_sha256, sqlc.narg('address'), sqlc.narg('agent'), @consent::text, 'mailed_code', x.email, k.created_at
from portal_codes k join contacts x on x.id = k.contact_id where k.id = @code_id and k.contact_id = @contact_id on conflict (contract_id, party) do nothing;

-- name: OutreachOfContact :many
select distinct p.id, p.brand_id from partnerships p join contacts x on x.creator_id = p.creator_id
where x.email = @email and p.brand_id = @brand_id and p.stage in ('prospect', 'outreach', 'in_conversation');

-- name: ChooseLocale :exec
update creators set locale = @locale, version = version + 1 where id = @id and locale is distinct from @locale;

-- name: ContactEmail :one
select email from contacts where id = @id;

-- name: ContractOpened :exec
update contracts set opened_at = now() where id = @id and opened_at is null;
