-- +goose Up
-- Many payouts approved in one act: each still by a row of its own, with its own command. What was left out, and why, stands beside them.
create table payout_batches (
  id uuid primary key,
  brand_id uuid not null references brands,
  part text not null check (part in ('preparer', 'releaser')),
  made_by uuid not null references users,
  made_at timestamptz not null default now()
);
create index payout_batches_brand on payout_batches (brand_id, made_at desc);

create table payout_batch_items (
  batch_id uuid not null references payout_batches,
  payout_id uuid not null references payouts,
  brand_id uuid not null references brands,
  amount bigint not null,
  currency text not null references currencies,
  excluded text check (excluded <> ''), -- why it was left out
  refused text, -- the code with which it was refused before its command was sent
  approval_id uuid references payout_approvals,
  outbox_id uuid, -- the command, whose verdict is the outcome
  primary key (batch_id, payout_id),
  check (num_nonnulls(excluded, refused, outbox_id) = 1),
  check ((outbox_id is null) = (approval_id is null))
);
create index payout_batch_items_outbox on payout_batch_items (outbox_id) where outbox_id is not null;
create trigger payout_batches_append_only before update or delete on payout_batches for each row execute function forbid_change();
create trigger payout_batch_items_append_only before update or delete on payout_batch_items for each row execute function forbid_change();

-- +goose StatementBegin
create function payout_batch_item_guard() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from payout_batches b join payouts p on p.brand_id = b.brand_id where b.id = new.batch_id and p.id = new.payout_id and b.brand_id = new.brand_id) then
    raise exception 'a batch holds payouts of one brand' using errcode = 'RA054';
  end if;
  if new.approval_id is not null and not exists (select 1 from payout_approvals a join payout_batches b on b.id = new.batch_id
      where a.id = new.approval_id and a.payout_id = new.payout_id and a.part = b.part and a.approver = b.made_by) then
    raise exception 'the approval is not what the batch is about' using errcode = 'RA054';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger payout_batch_items_guard before insert on payout_batch_items for each row execute function payout_batch_item_guard();

grant select on payout_batches, payout_batch_items to rapport_api, rapport_worker;
grant insert on payout_batches, payout_batch_items to rapport_api;
-- +goose StatementBegin
do $$
declare t text;
begin
  foreach t in array array['payout_batches', 'payout_batch_items'] loop
    execute format('alter table %I enable row level security', t);
    execute format('create policy api on %I to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()))', t);
    execute format('create policy worker on %I to rapport_worker using (true) with check (true)', t);
  end loop;
end $$;
-- +goose StatementEnd

-- +goose Down
select 1;
