-- +goose Up
-- What went wrong has moved too: the index has the kinds of ListMoves.
drop index partnership_events_moves;
create index partnership_events_moves on partnership_events (brand_id, at desc, source_id desc, seq desc)
  where kind in ('stage', 'reply_received', 'bounced', 'offer_accepted', 'offer_declined', 'offer_countered', 'contract_executed', 'contract_declined', 'contract_expired', 'draft_submitted',
    'content_approved', 'content_late', 'content_missed', 'post_verified', 'payout_paid', 'payout_failed', 'payout_held', 'reversal_reversed', 'renewal_agreed', 'renewal_declined', 'renewal_lapsed', 'terminated');

-- +goose Down
drop index partnership_events_moves;
create index partnership_events_moves on partnership_events (brand_id, at desc, source_id desc, seq desc)
  where kind in ('stage', 'reply_received', 'offer_accepted', 'offer_declined', 'offer_countered', 'contract_executed', 'contract_declined', 'draft_submitted', 'content_approved', 'post_verified',
    'payout_paid', 'payout_failed', 'renewal_agreed', 'renewal_lapsed', 'terminated');
