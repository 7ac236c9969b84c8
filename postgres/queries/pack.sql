-- name: PackRecords :many
-- All that a partnership's money and rights rest on, in the order of a pack. The text of a transaction is what its seal hashes.
with p as (select q.id, q.brand_id, q.creator_id, q.campaign_id, q.stage, q.term, q.created_at from partnerships q where q.id = @partnership_id::uuid and q.brand_id = any (@brands::uuid[]))
select x.kind::text as kind, x.body::jsonb as body from (
  select 1 as part, p.created_at as at, p.id::text as id, 'partnership' as kind, jsonb_build_object('id', p.id, 'brand', b.name, 'brand_id', b.id, 'postal_address', b.postal_address,
    'creator', c.name, 'creator_id', c.id, 'campaign', k.name, 'stage', p.stage, 'term', p.term, 'started_at', p.created_at) as body
  from p join brands b on b.id = p.brand_id join creators c on c.id = p.creator_id join campaigns k on k.id = p.campaign_id
  union all
  select 2, t.created_at, t.id::text, 'contract', jsonb_build_object('id', t.id, 'number', t.number, 'term', t.term, 'version', t.version, 'state', t.state, 'fee', t.fee, 'currency', t.currency,
    'executed_at', t.executed_at, 'ends_at', t.ends_at, 'terms', t.terms, 'text', t.body, 'sha256', encode(t.body_sha256, 'hex'))
  from p join contracts t on t.partnership_id = p.id
  union all
  select 3, s.at, t.id::text || s.party, 'signature', jsonb_build_object('contract', t.number, 'party', s.party, 'name', s.name, 'at', s.at, 'address', s.address, 'agent', s.agent, 'consent', s.consent, 'identity', s.identity, 'identity_address', s.identity_address, 'identity_at', s.identity_at, 'signed_sha256', encode(s.body_sha256, 'hex'))
  from p join contracts t on t.partnership_id = p.id join signatures s on s.contract_id = t.id
  union all
  select 4, d.draft_due_at, d.id::text, 'deliverable', jsonb_build_object('id', d.id, 'title', d.title, 'platform', d.platform, 'kind', d.kind, 'state', d.state, 'draft_due_at', d.draft_due_at, 'publish_by', d.publish_by, 'post_url', d.post_url, 'verified_at', d.verified_at)
  from p join deliverables d on d.partnership_id = p.id
  union all
  select 5, s.created_at, s.id::text, 'submission', jsonb_build_object('id', s.id, 'deliverable_id', s.deliverable_id, 'version', s.version, 'state', s.state, 'caption', s.caption, 'file', s.file_name, 'file_sha256', encode(s.file_sha256, 'hex'), 'at', s.created_at)
  from p join submissions s on s.partnership_id = p.id
  union all
  select 6, coalesce(x.decided_at, x.created_at), x.id::text, 'decision', jsonb_build_object('id', x.id, 'submission_id', x.submission_id, 'decision', x.decision, 'state', x.state, 'by', u.name, 'on_behalf_of', o.name, 'comment', x.comment, 'at', coalesce(x.decided_at, x.created_at))
  from p join submissions s on s.partnership_id = p.id join decisions x on x.submission_id = s.id left join users u on u.id = x.user_id left join users o on o.id = x.on_behalf_of
  union all
  select 7, y.at, y.id::text, 'post_check', jsonb_build_object('deliverable_id', y.deliverable_id, 'result', y.result, 'url', y.url, 'final_url', y.final_url, 'problems', to_jsonb(y.problems), 'text', y.text_found,
    'body_sha256', encode(y.body_sha256, 'hex'), 'screenshot_sha256', encode(y.screenshot_sha256, 'hex'), 'at', y.at)
  from p join deliverables d on d.partnership_id = p.id join post_checks y on y.deliverable_id = d.id
  union all
  select 7, n.stood_at, n.id::text, 'post_number', jsonb_build_object('id', n.id, 'deliverable_id', n.deliverable_id, 'metric', n.metric, 'value', n.value, 'stood_at', n.stood_at, 'source', n.source, 'url', n.url, 'by', u.name, 'at', n.entered_at)
  from p join post_numbers n on n.partnership_id = p.id join users u on u.id = n.entered_by
  union all
  select 7, y.given_at, y.id::text, 'bonus', jsonb_build_object('id', y.id, 'amount', y.amount, 'currency', y.currency, 'reason', y.reason, 'deliverable_id', y.deliverable_id, 'by', u.name, 'at', y.given_at)
  from p join bonuses y on y.partnership_id = p.id join users u on u.id = y.given_by
  union all
  select 8, m.met_at, m.id::text, 'milestone', jsonb_build_object('id', m.id, 'contract_id', m.contract_id, 'term', m.term, 'title', m.title, 'trigger', m.trigger, 'deliverable_id', m.deliverable_id, 'amount', m.amount, 'currency', m.currency, 'net_days', m.net_days, 'state', m.state, 'met_at', m.met_at, 'bonus', m.bonus,
    'metric', m.metric, 'at_least', m.at_least, 'within_days', m.within_days, 'counts_until', m.counts_until, 'hold_until', m.hold_until, 'owed_on', m.owed_on)
  from p join milestones m on m.partnership_id = p.id
  union all
  select 9, o.created_at, o.id::text, 'payout', jsonb_build_object('id', o.id, 'milestone_id', o.milestone_id, 'amount', o.amount, 'currency', o.currency, 'destination', o.destination, 'state', o.state, 'netted', o.netted, 'difference', o.difference, 'amount_reversed', o.amount_reversed, 'content_counts', o.content_counts,
    'offline_method', o.offline_method, 'releasers', o.releasers, 'tier_from', o.tier_from, 'preparer_proves', o.preparer_proves,
    'held_reason', o.held_reason, 'due_at', o.due_at, 'paid_at', o.paid_at)
  from p join payouts o on o.partnership_id = p.id
  union all
  select 10, a.at, a.id::text, 'payout_approval', jsonb_build_object('id', a.id, 'payout_id', a.payout_id, 'round', a.round, 'part', a.part, 'by', u.name, 'amount', a.amount, 'currency', a.currency, 'destination', a.destination, 'netted', a.netted,
    'place', a.place, 'proved_at', a.proved_at, 'proved_with', a.proved_with, 'at', a.at)
  from p join payouts o on o.partnership_id = p.id join payout_approvals a on a.payout_id = o.id left join users u on u.id = a.approver
  union all
  select 11, a.created_at, o.id::text || lpad(a.number::text, 10, '0'), 'payout_attempt', jsonb_build_object('payout_id', a.payout_id, 'number', a.number, 'key', a.key, 'request_sha256', encode(a.request_sha256, 'hex'), 'outcome', a.outcome, 'transfer_id', a.transfer_id, 'error_code', a.error_code,
    'offline_payment', a.offline_payment, 'first_sent_at', a.first_sent_at, 'settled_at', a.settled_at)
  from p join payouts o on o.partnership_id = p.id join payout_attempts a on a.payout_id = o.id
  union all
  select 11, f.recorded_at, f.id::text, 'offline_payment', jsonb_build_object('id', f.id, 'payout_id', f.payout_id, 'round', f.round, 'method', f.method, 'paid_on', f.paid_on, 'reference', f.reference, 'amount', f.amount, 'currency', f.currency,
    'proof', f.proof_name, 'proof_sha256', encode(f.proof_sha256, 'hex'), 'by', u.name, 'at', f.recorded_at)
  from p join payouts o on o.partnership_id = p.id join offline_payments f on f.payout_id = o.id left join users u on u.id = f.recorded_by
  union all
  select 11, x.at, x.id::text, 'transfer_acceptance', jsonb_build_object('id', x.id, 'payout_id', x.payout_id, 'transfer_id', x.transfer_id, 'destination', f.destination, 'amount', x.amount, 'currency', x.currency, 'asked', x.asked,
    'reason', x.reason, 'asked_by', u.name, 'at', x.at, 'approved_by', w.name, 'approved_at', v.at, 'proved_at', v.proved_at, 'proved_with', v.proved_with)
  from p join payouts o on o.partnership_id = p.id join transfer_acceptances x on x.payout_id = o.id join found_transfers f on f.transfer_id = x.transfer_id left join users u on u.id = x.asked_by
    left join transfer_acceptance_approvals v on v.acceptance_id = x.id left join users w on w.id = v.approver
  union all
  select 12, v.created_at, v.id::text, 'reversal', jsonb_build_object('id', v.id, 'payout_id', v.payout_id, 'amount', v.amount, 'currency', v.currency, 'reason', v.reason, 'requested_by', u.name, 'state', v.state, 'recovered', v.recovered, 'netted', v.netted,
    'written_off', v.written_off, 'write_off_reason', v.write_off_reason, 'write_off_asked_by', w.name, 'at', v.created_at)
  from p join reversals v on v.partnership_id = p.id left join users u on u.id = v.requested_by left join users w on w.id = v.write_off_by
  union all
  select 13, a.at, a.id::text, 'reversal_approval', jsonb_build_object('id', a.id, 'reversal_id', a.reversal_id, 'part', a.part, 'round', a.round, 'by', u.name, 'amount', a.amount, 'currency', a.currency,
    'proved_at', a.proved_at, 'proved_with', a.proved_with, 'at', a.at)
  from p join reversals v on v.partnership_id = p.id join reversal_approvals a on a.reversal_id = v.id left join users u on u.id = a.approver
  union all
  select 13, a.created_at, v.id::text || lpad(a.number::text, 10, '0'), 'reversal_attempt', jsonb_build_object('reversal_id', a.reversal_id, 'number', a.number, 'key', a.key, 'amount', a.amount, 'request_sha256', encode(a.request_sha256, 'hex'),
    'outcome', a.outcome, 'provider_id', a.provider_id, 'error_code', a.error_code, 'first_sent_at', a.first_sent_at, 'settled_at', a.settled_at)
  from p join reversals v on v.partnership_id = p.id join reversal_attempts a on a.reversal_id = v.id
  union all
  select 14, t.at, t.id::text, 'ledger', jsonb_build_object('kind', t.kind, 'at', t.at,
    'seal', case when s.n is not null then jsonb_build_object('n', s.n, 'prev_sha256', encode(s.prev_sha256, 'hex'), 'sha256', encode(s.sha256, 'hex')) end,
    'text', jsonb_build_array(t.id, t.kind, t.brand_id, t.payout_id, t.attempt, t.external_ref, extract(epoch from t.at)::text,
      (select jsonb_agg(jsonb_build_array(e.line, a.code, e.amount) order by e.line) from ledger_entries e join ledger_accounts a on a.id = e.account_id where e.txn_id = t.id))::text)
  from p join payouts o on o.partnership_id = p.id join ledger_transactions t on t.payout_id = o.id left join ledger_seals s on s.txn_id = t.id
  union all
  select 15, g.at, lpad(g.id::text, 20, '0'), 'note', jsonb_build_object('action', g.action, 'subject', g.subject, 'by', u.name, 'detail', g.detail, 'at', g.at)
  from p join audit_log g on g.subject = p.id or g.subject in (select o.id from payouts o where o.partnership_id = p.id) or g.subject in (select t.id from contracts t where t.partnership_id = p.id)
    or g.subject in (select v.id from reversals v where v.partnership_id = p.id)
  left join users u on u.id = g.actor
  union all
  select 16, e.at, e.source_id::text || lpad(e.seq::text, 20, '0'), 'event', jsonb_build_object('source', e.source, 'source_id', e.source_id, 'seq', e.seq, 'kind', e.kind, 'code', e.code, 'by', u.name, 'amount', e.amount, 'currency', e.currency, 'ref', e.ref, 'at', e.at)
  from p join partnership_events e on e.partnership_id = p.id left join users u on u.id = e.actor
) x order by x.part, x.kind, x.at nulls last, x.id;
