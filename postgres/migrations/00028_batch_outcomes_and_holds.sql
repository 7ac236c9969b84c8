-- +goose Up
-- What became of a payout of a batch: by what is written with it, and by what its command came to.
create function payout_batch_outcome(excluded text, refused text, command_refused text, command_acked_at timestamptz) returns text language sql immutable as $$
  select case when excluded is not null then 'excluded' when coalesce(refused, command_refused) is not null then 'refused' when command_acked_at is not null then 'approved' else 'pending' end
$$;

-- All that is in the way of a payout, the oldest first: code, by whom, since when. held_reason and held_by are those of the first.
alter table payouts add column holds jsonb not null default '[]' check (jsonb_typeof(holds) = 'array');

-- +goose Down
alter table payouts drop column holds;
drop function payout_batch_outcome(text, text, text, timestamptz);
