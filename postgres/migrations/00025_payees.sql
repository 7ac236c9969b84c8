-- +goose Up
-- Where a creator's money goes is the account and the bank behind it. Of the bank only the provider's fingerprint is kept, by currency, also
-- after it was removed: whoever puts another one in its place has changed it.
alter table payees add column banks jsonb not null default '{}';
-- Up to when the events of the account are known, whether a webhook brought them or not.
alter table payees add column events_at timestamptz;
alter table brands add column destination_cool_off_days int not null default 3 check (destination_cool_off_days between 1 and 30);

-- Why the fee of an offer is paid outside of Stripe; null where it is paid through Stripe.
alter table offers add column paid_outside text check (paid_outside <> '');

-- One payout that a changed destination holds: from when on a person may release it, and who did. A further change holds it again.
create table destination_holds (
  payout_id uuid primary key references payouts,
  brand_id uuid not null references brands,
  changed_at timestamptz not null,
  free_at timestamptz not null check (free_at > changed_at),
  released_at timestamptz,
  released_by uuid references users,
  check ((released_at is null) = (released_by is null))
);

-- Who changes where the money goes may have changed the address first, so that for a while one that was removed is told as well.
create table removed_contacts (
  creator_id uuid not null references creators,
  email text not null,
  name text,
  removed_at timestamptz not null default clock_timestamp()
);
create index removed_contacts_creator on removed_contacts (creator_id, removed_at);

-- +goose StatementBegin
create function keep_removed_contact() returns trigger language plpgsql as $$
begin
  insert into removed_contacts (creator_id, email, name) values (old.creator_id, old.email, old.name);
  return null;
end $$;

create function destination_hold_guard() returns trigger language plpgsql as $$
begin
  if new.released_at is null then
    return new;
  end if;
  if (new.payout_id, new.brand_id, new.changed_at, new.free_at) is distinct from (old.payout_id, old.brand_id, old.changed_at, old.free_at) then
    raise exception 'who releases a payout changes nothing else' using errcode = 'RA001';
  end if;
  if clock_timestamp() < old.free_at then
    raise exception 'the bank account of the creator changed: nobody can release this payout before its time' using errcode = 'RA060';
  end if;
  if exists (select 1 from payouts p join payees y on y.creator_id = p.creator_id where p.id = new.payout_id and y.destination_changed_by = new.released_by) then
    raise exception 'who changed the destination cannot release this payout' using errcode = 'RA015';
  end if;
  if not exists (select 1 from user_roles r join users u on u.id = r.user_id
                 where r.user_id = new.released_by and r.brand_id = new.brand_id and u.disabled_at is null and r.role = 'finance_releaser' and r.effective_at <= now()) then
    raise exception 'only a finance releaser releases this payout' using errcode = 'RA016';
  end if;
  return new;
end $$;

create function destination_held() returns trigger language plpgsql as $$
begin
  if exists (select 1 from destination_holds h where h.payout_id = new.payout_id and h.released_at is null) then
    raise exception 'the bank account of the creator changed: the payout must be released first' using errcode = 'RA061';
  end if;
  return new;
end $$;
-- +goose StatementEnd
create trigger contacts_removed after delete on contacts for each row execute function keep_removed_contact();
create trigger destination_holds_guard before update on destination_holds for each row execute function destination_hold_guard();
create trigger destination_holds_keep before delete on destination_holds for each row execute function forbid_change();
-- After the guards of these tables, which lock the payout.
create trigger payout_approvals_held before insert on payout_approvals for each row execute function destination_held();
create trigger payout_attempts_held before insert on payout_attempts for each row execute function destination_held();

grant select on destination_holds to rapport_api, rapport_worker;
grant insert, update on destination_holds to rapport_worker;
grant update (released_at, released_by) on destination_holds to rapport_api;
grant insert on removed_contacts to rapport_api, rapport_worker;
grant select, delete on removed_contacts to rapport_worker;
alter table destination_holds enable row level security;
create policy api on destination_holds to rapport_api using (brand_id = any (rapport_brands())) with check (brand_id = any (rapport_brands()));
create policy worker on destination_holds to rapport_worker using (true) with check (true);

-- +goose Down
drop trigger payout_attempts_held on payout_attempts;
drop trigger payout_approvals_held on payout_approvals;
drop trigger contacts_removed on contacts;
drop table removed_contacts, destination_holds;
drop function destination_held, destination_hold_guard, keep_removed_contact;
alter table offers drop column paid_outside;
alter table brands drop column destination_cool_off_days;
alter table payees drop column banks, drop column events_at;
