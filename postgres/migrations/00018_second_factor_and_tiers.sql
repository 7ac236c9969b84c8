-- +goose Up
-- Who releases money proves with a second factor, minutes before, that it is them; and from an amount on, two release.

-- A person's second factor. One that is taken away stays as a row without its secret, because proofs name it.
create table second_factors (
  id uuid primary key,
  user_id uuid not null references users,
  secret bytea, -- sealed with the installation's key, which the database does not know
  confirmed_at timestamptz, -- null until a code of it was given
  removed_at timestamptz,
  removed_by uuid references users,
  created_at timestamptz not null default now(),
  check ((removed_at is null) = (secret is not null))
);
create unique index second_factors_one on second_factors (user_id) where confirmed_at is not null and removed_at is null;
create unique index second_factors_one_begun on second_factors (user_id) where confirmed_at is null and removed_at is null;

create table recovery_codes (
  code_hash bytea primary key, -- keyed with the installation's key
  factor_id uuid not null references second_factors,
  used_at timestamptz
);
create index recovery_codes_factor on recovery_codes (factor_id);

-- Proofs of a second factor. Each code proves once: the step of time that it is for is here at most once a factor.
create table step_ups (
  id uuid primary key,
  user_id uuid not null references users,
  factor_id uuid not null references second_factors,
  method text not null check (method in ('totp', 'recovery_code')),
  totp_step bigint,
  at timestamptz not null default clock_timestamp(),
  check ((method = 'totp') = (totp_step is not null))
);
create unique index step_ups_code_once on step_ups (factor_id, totp_step);
create trigger step_ups_append_only before update or delete on step_ups for each row execute function forbid_change();

-- +goose StatementBegin
create function step_up_guard() returns trigger language plpgsql as $$
begin
  if not exists (select 1 from second_factors f where f.id = new.factor_id and f.user_id = new.user_id and f.confirmed_at is not null and f.removed_at is null) then
    raise exception 'the second factor is not theirs, or not in use' using errcode = 'RA052';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger step_ups_guard before insert on step_ups for each row execute function step_up_guard();

-- The newest proof that a session gave.
alter table sessions add column step_up_id uuid references step_ups;

-- Tiers: from an amount on, two different people release.
create table payout_tiers (
  brand_id uuid not null references brands,
  currency text not null references currencies,
  two_releasers_from bigint not null check (two_releasers_from > 0),
  primary key (brand_id, currency)
);
alter table brands add column preparers_prove boolean not null default false,
  add column payout_policy_version int not null default 1;

-- What a payout needs is pinned when it is opened: a later change of the policy does not weaken it.
alter table payouts add column releasers smallint not null default 1 check (releasers in (1, 2)),
  add column tier_from bigint, -- the tier that it stands in
  add column preparer_proves boolean not null default false,
  add check ((releasers = 2) = (tier_from is not null));

alter table payout_approvals add column step_up_id uuid references step_ups,
  add column proved_at timestamptz,
  add column proved_with text,
  add column place smallint not null default 1, -- the first or the second of its part
  drop constraint payout_approvals_payout_id_round_part_key,
  add constraint payout_approvals_one_place unique (payout_id, round, part, place);

-- +goose StatementBegin
create function payout_pin() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    select t.two_releasers_from into new.tier_from from payout_tiers t
      where t.brand_id = new.brand_id and t.currency = new.currency and t.two_releasers_from <= new.amount;
    new.releasers := case when new.tier_from is null then 1 else 2 end;
    select b.preparers_prove into new.preparer_proves from brands b where b.id = new.brand_id;
    -- Above a tier three people of finance look; whoever approved the content is none of them.
    new.content_counts := new.content_counts and new.releasers = 1;
  elsif (new.releasers, new.tier_from, new.preparer_proves) is distinct from (old.releasers, old.tier_from, old.preparer_proves) then
    raise exception 'what payout % needs is pinned', old.id using errcode = 'RA053';
  end if;
  return new;
end $$;

-- Runs after payouts' row is locked by payout_approvals_guard, whose name comes first.
create function payout_approval_proof() returns trigger language plpgsql as $$
declare p payouts; s step_ups;
begin
  select * into p from payouts where id = new.payout_id;
  new.place := 1 + (select count(*) from payout_approvals a where a.payout_id = new.payout_id and a.round = new.round and a.part = new.part);
  if new.place > (case new.part when 'releaser' then p.releasers else 1 end) then
    raise exception 'this part is approved already' using errcode = 'RA051';
  end if;
  new.proved_at := null;
  new.proved_with := null;
  select * into s from step_ups x where x.id = new.step_up_id;
  if s.id is not null then
    if s.user_id <> new.approver then
      raise exception 'the proof is of another person' using errcode = 'RA050';
    end if;
    new.proved_at := s.at;
    new.proved_with := s.method;
  end if;
  if new.part = 'releaser' or p.preparer_proves then
    if s.id is null or s.at < clock_timestamp() - interval '5 minutes' or s.at > clock_timestamp()
       or not exists (select 1 from second_factors f where f.id = s.factor_id and f.removed_at is null) then
      raise exception 'this needs a proof of the second factor that is at most five minutes old' using errcode = 'RA050';
    end if;
  end if;
  return new;
end $$;

create or replace function payout_approved(p payouts) returns boolean language sql stable as $$
  select coalesce(count(*) filter (where a.part = 'releaser') >= p.releasers and (p.content_counts or bool_or(a.part = 'preparer'))
    and not bool_or(a.approver = any (content_approvers(p.milestone_id))), false)
  from payout_approvals a where a.payout_id = p.id and a.round = p.round
    and a.amount = p.amount and a.currency = p.currency and a.destination is not distinct from p.destination
$$;
-- +goose StatementEnd
create trigger payouts_pin before insert or update on payouts for each row execute function payout_pin();
create trigger payout_approvals_proof before insert on payout_approvals for each row execute function payout_approval_proof();

-- Rights. The worker neither proves anything nor sees what proofs are made of; the API gives a proof no time of its own.
grant select, insert (id, user_id, secret), update (confirmed_at, secret, removed_at, removed_by) on second_factors to rapport_api;
grant select, insert (code_hash, factor_id), update (used_at) on recovery_codes to rapport_api;
grant select, insert (id, user_id, factor_id, method, totp_step) on step_ups to rapport_api;
grant select on payout_tiers to rapport_api, rapport_worker;
grant insert, update, delete on payout_tiers to rapport_api;
alter table payout_tiers enable row level security;
create policy api on payout_tiers to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on payout_tiers to rapport_worker using (true) with check (true);

-- +goose Down
select 1;
