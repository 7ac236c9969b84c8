-- +goose Up
-- Many partnerships given the same command in one act: each by a command of its own, whose verdict is the outcome. A batch is its maker's, and
-- is kept as long as the commands are; what was done stands in each partnership's history.
create table partnership_batches (
  id uuid primary key,
  command text not null check (command in ('pause', 'snooze', 'resume')),
  until timestamptz,
  undoes uuid, -- the batch that it takes back
  made_by uuid not null references users,
  made_at timestamptz not null default now(),
  check ((command = 'snooze') = (until is not null)),
  check (undoes is null or command = 'resume')
);
create unique index partnership_batches_undoes on partnership_batches (undoes) where undoes is not null;
create index partnership_batches_age on partnership_batches (made_at);

create table partnership_batch_items (
  batch_id uuid not null references partnership_batches on delete cascade,
  partnership_id uuid not null references partnerships,
  brand_id uuid not null references brands,
  outbox_id uuid not null,
  primary key (batch_id, partnership_id)
);

grant select on partnership_batches, partnership_batch_items to rapport_api, rapport_worker;
grant insert on partnership_batches, partnership_batch_items to rapport_api;
grant delete on partnership_batches, partnership_batch_items to rapport_worker;
alter table partnership_batch_items enable row level security;
create policy api on partnership_batch_items to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on partnership_batch_items to rapport_worker using (true) with check (true);

-- +goose Down
drop table partnership_batch_items, partnership_batches;
